/** From a formula and a data frame to the arrays of an estimator.
 *
 *  A formula is what an R user writes:
 *
 *      surv(entry, exit, cause) ~ age + factor(regime) + ns(tenure, 3) + strata(region)
 *          + cluster(country) + weights(w) + offset(x)
 *
 *  Left side: surv(time, cause) or surv(entry, exit, cause); Surv is the same. The cause is
 *  - a comparison or logical expression: `cause == "coup"`, `status == 2`; true is an event;
 *  - numbers: 0 censored, 1..K; without any 0 and with 2 as the largest: 1 censored, 2 event (as
 * R's Surv takes lung's status); `censored = 9` says which number is censored, the other numbers in
 *    ascending order are then causes 1..K;
 *  - a factor of the file: its first level is censored, the others in order are causes 1..K;
 *  - text: the level named censored, censor, none or 0 is censored; else say it with
 *    `surv(entry, exit, cause, censored = "Still in Office")`, or several with c("a", "b").
 *  Times may be arithmetic (`time / 365.25`) and dates (days since 1970).
 *
 *  Right side: columns, + - : * ( ) and (a + b)^2 as in R; factor(x), factor(x, ref = "b"),
 *  factor(x, levels = c("b", "a")), text columns (factors by themselves, levels in byte order),
 *  numbers with value labels (as numbers; factor() takes the labels); log, log2, log10, exp, sqrt,
 *  abs, I(arithmetic), comparisons; ns(x, df), ns(x, knots = c(..)), bs(x, df, degree = 3), both
 * also with Boundary.knots = c(a, b). Names with odd characters stand in backticks or quotes.
 *
 *  As in R: treatment coding and the same column names; a term's factor is coded in full where its
 *  margin is missing; knots are taken from all rows in which the variable is known; a row with any
 *  used value missing is dropped. Unlike coxph and like lm, levels without any row left are
 * dropped. Offset, weights and clusters are used as given; rows of weight 0 are dropped.
 *
 *  Source: Chambers & Hastie 1992, ch. 2; checked against R 4.2.2 (model.matrix, splines). */
#ifndef TENURE_DESIGN_H
#define TENURE_DESIGN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/diag.h"
#include "tenure/error.h"
#include "tenure/frame.h"
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_DESIGN_MAX_COLUMNS 5000

/** Whether the model has an intercept, and where. */
typedef enum tn_intercept {
    TN_INTERCEPT_NONE,   /**< survival models: no intercept; factors are coded as if there were one,
                              and -1 changes nothing (a warning says so) */
    TN_INTERCEPT_COLUMN, /**< column "(Intercept)" of ones, unless the formula says -1 */
    TN_INTERCEPT_APART   /**< the model adds its own; has_intercept says what the formula wants */
} tn_intercept_t;

typedef struct tn_design_options {
    tn_intercept_t intercept;
    bool is_right_only; /**< `~ a + b`: a left side is a mistake; else a missing one is */
    bool are_groups;    /**< plain terms are strata, as in survfit(surv(t, d) ~ rx): x is empty */
    const char *shown;  /**< name in messages; NULL: "formula" */
} tn_design_options_t;
#define TN_DESIGN_OPTIONS_DEFAULT                                                                  \
    {                                                                                              \
        .intercept = TN_INTERCEPT_NONE                                                             \
    }

/** Rows that a missing value took away. */
typedef struct tn_design_missing {
    const char *name; /**< column, or an expression whose value is not a number: `log(x)` */
    size_t n;         /**< rows; one row can count for several columns */
} tn_design_missing_t;

typedef struct tn_design {
    size_t n;                 /**< rows kept */
    size_t *row;              /**< n: their rows in the frame, from 0, ascending */
    double *entry;            /**< n, or NULL: surv(time, cause) */
    double *exit;             /**< n, or NULL: right side only */
    int32_t *cause;           /**< n, or NULL; 0 censored, 1..n_causes */
    int n_causes;             /**< at least 1 with a left side, even if nothing happened */
    const char **cause_names; /**< n_causes: the level, the number or "event" */
    double *weight;           /**< n, or NULL: all 1 */
    double *offset;           /**< n, or NULL: none */
    int32_t *stratum;         /**< n, 0..n_strata-1, or NULL */
    int n_strata;             /**< only those with rows */
    const char **strata;      /**< n_strata labels: "celltype=adeno, trt=1" */
    int32_t *group;           /**< are_groups: n, by the plain terms alone; NULL without such */
    int n_groups;             /**< only those with rows */
    const char **groups;      /**< n_groups labels */
    int32_t *block; /**< are_groups: n, by strata() alone; NULL without plain terms or without
                       strata() */
    int n_blocks;
    int32_t *cluster; /**< n, 0..n_clusters-1, or NULL */
    int n_clusters;
    int n_columns;
    double *x;          /**< n x n_columns by column */
    const char **names; /**< n_columns, as R: "age", "factor(rx)Lev", "ns(age, 3)1", "age:sexm" */
    int *term;          /**< n_columns: its term, or -1 for "(Intercept)" */
    double *means;      /**< n_columns: weighted means of the columns */
    int n_terms;
    const char **terms; /**< n_terms: "age", "ns(age, 3)", "age:sex" */
    bool has_intercept;

    size_t n_frame;       /**< rows of the frame */
    size_t n_missing;     /**< rows dropped for missing values */
    size_t n_zero_weight; /**< rows dropped for weight 0 */
    int n_missing_names;
    tn_design_missing_t *missing; /**< n_missing_names, most rows first */
    struct tn_design_recipe *recipe;
} tn_design_t;

/** Reads the formula and makes the arrays. self owns all of them; the frame is not needed
 *  afterwards.
 *  @param opt   NULL: the default.
 *  @param diag  mistakes with their place in the formula, all of them; may be NULL.
 *  @return 0; TN_EINPUT, err then has the first mistake ("formula:1:17: ..."); TN_ENOMEM. On
 * failure *self is empty. Cost O(rows x columns), sorting for splines, numeric factors and strata.
 */
TN_API TN_MUST_CHECK int tn_design_init(tn_design_t *self, const char *formula,
    const tn_frame_t *frame, const tn_design_options_t *opt, tn_diag_t *diag, tn_error_t *err);

/** Two formulas over the same rows (split population: duration and risk): a row with a missing
 * value in either is dropped from both. second is a right side, `~ a + b`; n, row and the counts of
 *  dropped rows are the same in both. */
TN_API TN_MUST_CHECK int tn_design_init_pair(tn_design_t *self, tn_design_t *second,
    const char *formula, const char *second_formula, const tn_frame_t *frame,
    const tn_design_options_t *opt, const tn_design_options_t *second_opt, tn_diag_t *diag,
    tn_error_t *err);
TN_API void tn_design_free(tn_design_t *self);

/** The arrays as spells; borrowed from self. Not for right sides only. */
TN_API tn_spells_t tn_design_spells(const tn_design_t *self);

/** The same columns for other rows. */
typedef struct tn_design_rows {
    size_t n;         /**< all rows of the frame */
    double *x;        /**< n x n_columns by column; NaN in a row with a missing value */
    double *offset;   /**< n (NaN: missing), or NULL if the model has none */
    int32_t *stratum; /**< n, number in the fit, -1 missing; NULL if the model has no strata, or the
                           frame lacks their columns */
    size_t n_missing; /**< rows with a missing covariate or offset */
} tn_design_rows_t;

/** Left side, weights and clusters are not needed in the frame.
 *  @return 0; TN_EINPUT: a column is missing or of another kind, a level or stratum was not seen in
 *  the fit (named); TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_design_predict(const tn_design_t *self, const tn_frame_t *frame,
    tn_design_rows_t *rows, tn_diag_t *diag, tn_error_t *err);
TN_API void tn_design_rows_free(tn_design_rows_t *self);

/** Levels of a variable (`factor(rx)`), first the reference; NULL if it is no factor. */
TN_API const char *const *tn_design_levels(
    const tn_design_t *self, const char *variable, int *n_levels);
/** Inner knots of a spline variable (`ns(age, 3)`) and its two boundary knots; NULL if it is none.
 */
TN_API const double *tn_design_knots(
    const tn_design_t *self, const char *variable, int *n_knots, const double **boundary);

#ifdef __cplusplus
}
#endif
#endif
