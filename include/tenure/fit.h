/** From a formula and a data frame to tables: what `tenure fit` does, for any data.
 *
 *  The estimators have headers of their own (cox.h, km.h, ...) for plain arrays. Here a method is
 *  named, its formula read (design.h), the model fitted, and everything a reader expects laid out
 *  as named tables with the column names of R's broom: term, estimate, std.error, statistic,
 *  p.value, conf.low, conf.high. */
#ifndef TENURE_FIT_H
#define TENURE_FIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tenure/cox.h"
#include "tenure/diag.h"
#include "tenure/error.h"
#include "tenure/frame.h"
#include "tenure/report.h"
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, word on the command line, title) */
#define TN_FIT_METHOD_LIST(X)                                                                      \
    X(KM, "km", "Kaplan-Meier survival")                                                           \
    X(CIF, "cif", "Aalen-Johansen cumulative incidence")                                           \
    X(COX, "cox", "Cox proportional hazards")                                                      \
    X(FINEGRAY, "finegray", "Fine-Gray subdistribution hazards")                                   \
    X(EXPONENTIAL, "exponential", "Exponential regression")                                        \
    X(WEIBULL, "weibull", "Weibull regression")                                                    \
    X(LOGNORMAL, "lognormal", "Log-normal regression")                                             \
    X(LOGLOGISTIC, "loglogistic", "Log-logistic regression")                                       \
    X(GOMPERTZ, "gompertz", "Gompertz regression")                                                 \
    X(PIECEWISE, "piecewise", "Piecewise-exponential regression")                                  \
    X(SPLITPOP, "splitpop", "Split-population (cure) regression")                                  \
    X(LOGIT, "logit", "Discrete-time hazards (multinomial logit)")                                 \
    X(COMPARE, "compare", "Comparison of models")

typedef enum tn_fit_method {
#define TN_FIT_METHOD_ENUM(name, word, title) TN_FIT_##name,
    TN_FIT_METHOD_LIST(TN_FIT_METHOD_ENUM)
#undef TN_FIT_METHOD_ENUM
        TN_N_FIT_METHODS
} tn_fit_method_t;

/** "cox"; NULL out of range. */
TN_API const char *tn_fit_method_name(tn_fit_method_t method);
/** The method of a name, or -1. */
TN_API int tn_fit_method_find(const char *name);

/** What to fit and how. Zero is the default of every member but level. Members that a method does
 *  not use are TN_EARG if set, with the name of the option in the message. */
typedef struct tn_fit_options {
    tn_fit_method_t method;
    const char *const *formulas; /**< n_formulas; one, COMPARE: one or more */
    int n_formulas;
    const tn_fit_method_t *models; /**< COMPARE: n_models methods for each formula; none: all
                                      parametric ones but piecewise, and Cox */
    int n_models;
    const char *risk;  /**< SPLITPOP: who is at risk, `~ a + b`; NULL: the same share for all */
    const char *cause; /**< of interest: its level in the data; NULL: each cause, one after the
                          other (KM: any exit) */
    double level;      /**< of confidence limits, in (0, 1) */
    bool has_interval;
    tn_interval_t interval; /**< scale of limits of curves; without has_interval: log (CIF, FINEGRAY
                               and incidences: log-log) */
    tn_cox_ties_t ties;
    bool is_robust;      /**< sandwich variance; cluster(...) in the formula implies it */
    bool is_loglogistic; /**< SPLITPOP: log-logistic in place of Weibull */
    double ridge;        /**< COX, LOGIT: penalty on standardised covariates */
    double rho;          /**< KM, CIF: of the test between groups */
    const double *cuts;  /**< PIECEWISE: n_cuts cut points */
    int n_cuts;
    double period; /**< LOGIT: cuts spells into periods of this length; 0: a row is one period */
    const double *times; /**< n_times: where curves and predictions are wanted; none: curves at
                            every step, predictions at round times */
    int n_times;
    const tn_frame_t *newdata; /**< rows to predict for, or NULL */
    bool wants_residuals;      /**< a table of residuals, a row for each row of data */
    int64_t n_boot;            /**< COX: refits on resampled clusters or rows; 0: none */
    uint64_t seed;
    int n_threads; /**< 0: all processors; no figure depends on it */
} tn_fit_options_t;
#define TN_FIT_OPTIONS_DEFAULT                                                                     \
    {                                                                                              \
        .level = 0.95, .seed = 1                                                                   \
    }

/** What a column holds, and so how it is shown. */
typedef enum tn_fit_kind {
    TN_FIT_TEXT,        /**< in text; all others in number, NaN = none */
    TN_FIT_COUNT,       /**< rows, events, degrees of freedom; weights make fractions of them */
    TN_FIT_NUMBER,      /**< any figure */
    TN_FIT_TIME,        /**< in the unit of the data */
    TN_FIT_PROBABILITY, /**< 0..1 */
    TN_FIT_PVALUE
} tn_fit_kind_t;

typedef struct tn_fit_column {
    const char *name; /**< "std.error" */
    tn_fit_kind_t kind;
    double *number;    /**< n_rows, or NULL for text */
    const char **text; /**< n_rows, NULL entries for none; or NULL for numbers */
} tn_fit_column_t;

typedef struct tn_fit_table {
    const char *name;  /**< "terms": the key in JSON and of --table */
    const char *title; /**< "Coefficients (log hazard ratios)" */
    bool is_curve;     /**< steps over time: drawn with bars, thinned out on a terminal */
    size_t n_rows;
    int n_columns;
    tn_fit_column_t *column;
} tn_fit_table_t;

/** The fitted model as tables. */
typedef struct tn_fit {
    tn_fit_method_t method;
    const char *title;      /**< "Cox proportional hazards" */
    const char *formula;    /**< as given; compare: NULL */
    tn_fit_status_t status; /**< the worst of all models in it */
    size_t n_rows;          /**< rows used */
    size_t n_dropped;       /**< rows dropped: missing values, weight 0 */
    int n_tables;
    tn_fit_table_t *table; /**< n_tables; table[0] is the main one, what --csv writes */
    int n_warnings;
    const char **warning; /**< what a reader must know: "cox: separation: the coefficient of ..." */
    int n_notes;
    const char **note; /**< what a reader may want to know: dropped rows, how ties were treated */
    struct tn_fit_memory *memory; /**< owns all of the above */
} tn_fit_t;

/** Whether the options suit the method, which tn_fit_run asks first: before data are read.
 *  @return 0 or TN_EARG, with the option as the command line names it. */
TN_API TN_MUST_CHECK int tn_fit_check(const tn_fit_options_t *opt, tn_error_t *err);

/** Fits and lays out.
 *  @param self   out; free with tn_fit_free.
 *  @param frame  not kept.
 *  @param diag   mistakes in the formulas with their place; may be NULL.
 *  @return 0: look at self->status, whose every other value than CONVERGED has a warning.
 *  TN_EINPUT (formula, unknown cause: err and diag say), TN_EARG (an option that does not belong to
 *  the method), TN_EDOMAIN (data outside a method's domain, with the row), TN_ENOMEM. On failure
 *  *self is empty. */
TN_API TN_MUST_CHECK int tn_fit_run(tn_fit_t *self, const tn_frame_t *frame,
    const tn_fit_options_t *opt, tn_diag_t *diag, tn_error_t *err);
TN_API void tn_fit_free(tn_fit_t *self);

/** The table of that name, or NULL. */
TN_API const tn_fit_table_t *tn_fit_table(const tn_fit_t *self, const char *name);
/** The column of that name, or NULL. */
TN_API const tn_fit_column_t *tn_fit_column(const tn_fit_table_t *table, const char *name);

/** For people: headings, tables, curves as text with bars, notes. */
TN_API TN_MUST_CHECK int tn_fit_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** JSON, schema "tenure-fit/1" (docs/fit.schema.json): all tables, by row. */
TN_API TN_MUST_CHECK int tn_fit_report_json(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** One table as CSV (RFC 4180), its column names in the first line; missing figures are empty. */
TN_API TN_MUST_CHECK int tn_fit_report_csv(const tn_fit_table_t *table, FILE *out, tn_error_t *err);

/** Tables of anything else that is laid out like a fit (ledger.h): title, tables, warnings, notes.
 */
TN_API TN_MUST_CHECK int tn_tables_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** @param schema  named in the JSON: "tenure-score/1". */
TN_API TN_MUST_CHECK int tn_tables_report_json(const tn_fit_t *self, const char *schema,
    const tn_report_options_t *opt, FILE *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
