/** What the methods share: the model being fitted, tables of coefficients, predictions. */
#ifndef TN_FIT_FITTING_H
#define TN_FIT_FITTING_H
#include "fit/build.h"
#include "tenure/design.h"

/** A model on its way from formula to tables. */
typedef struct tn_fitting {
    tn_fit_t *fit;
    const tn_fit_options_t *opt;
    const tn_frame_t *frame;
    tn_diag_t *diag;
    tn_error_t *err;
    tn_design_t design;
    tn_design_t risk;    /* splitpop: the right side of who is at risk */
    tn_spells_t spells;  /* borrowed from design */
    const char **causes; /* n_causes labels that live as long as the fit */
    int cause;           /* the one asked for, 1..K; 0: none named */
    double z;            /* quantile of the level */
    const char **strata; /* n_strata labels that live as long as the fit; NULL without strata */
    struct tn_newdata {
        size_t n;         /* complete rows */
        uint32_t *row;    /* n: their numbers in newdata, from 0 */
        double *x, *z;    /* n x columns, by column; z: splitpop */
        double *offset;   /* n, or NULL */
        int32_t *stratum; /* n, or NULL */
        double *block;
    } fresh;
    double *times; /* n_times: where predictions are wanted */
    int n_times;
    struct {
        int n;
        const char **name, **before; /* n; before: the column kept before it, NULL: none */
        const char *first;           /* column kept */
    } aliased;                       /* left out of the design */
} tn_fitting_t;

/** The methods: each lays its tables into self->fit. @return 0 or TN_E... */
int tn_fit_km(tn_fitting_t *self);
int tn_fit_cif(tn_fitting_t *self);
int tn_fit_cox(tn_fitting_t *self);
int tn_fit_finegray(tn_fitting_t *self);
int tn_fit_parametric(tn_fitting_t *self);
int tn_fit_splitpop(tn_fitting_t *self);
int tn_fit_logit(tn_fitting_t *self);
int tn_fit_compare(tn_fit_t *fit, const tn_frame_t *frame, const tn_fit_options_t *opt,
    tn_diag_t *diag, tn_error_t *err);

/** Design, cause, new rows, times. tn_fitting_free also after a failure. */
int tn_fitting_init(tn_fitting_t *self);
void tn_fitting_free(tn_fitting_t *self);

/** Causes to fit: `first`..`last`. */
int tn_fitting_first_cause(const tn_fitting_t *self);
int tn_fitting_last_cause(const tn_fitting_t *self);
bool tn_fitting_has_causes(const tn_fitting_t *self); /* more than one is fitted */
bool tn_fitting_is_robust(const tn_fitting_t *self);
bool tn_fitting_has_sample_weights(const tn_fitting_t *self); /* Cox only: not whole numbers */
/** In an error "row 3: ..." of an estimator, the row of the data in place of the row used.
 *  @param row_of_frame  rows of the data that the frame was made of; NULL: all. */
void tn_fitting_name_row(const tn_fitting_t *self, const uint32_t *row_of_frame, tn_error_t *err);
/** Leaves columns out that add nothing to those before. @return 0 or TN_ENOMEM. */
int tn_aliased_find(tn_fitting_t *self);
/** Says so, and gives them rows without figures. @return 0 or TN_ENOMEM. */
int tn_aliased_show(tn_fitting_t *self);
/** Cuts spells into periods of length opt->period and makes the design over them. */
int tn_fitting_expand(tn_fitting_t *self);
/** Names of the columns of a design, copied; NULL on failure. */
const char **tn_fitting_terms(tn_fitting_t *self, const tn_design_t *design);
/** Scale of limits: as asked for, else `otherwise`. */
tn_interval_t tn_fitting_interval(const tn_fitting_t *self, tn_interval_t otherwise);

/** Notes a status: a warning naming the term if it is not CONVERGED; the worst is kept. */
void tn_fitting_status(
    tn_fitting_t *self, tn_fit_status_t status, const char *model, const char *term);

/** A table of coefficients with room for n_rows in all; filled model by model. */
typedef struct tn_terms {
    tn_fit_table_t *table;
    size_t next; /* row to fill */
    const char **equation, **cause, **term;
    double *estimate, *se, *robust, *statistic, *p, *low, *high;
    double z;
} tn_terms_t;

/** Adds the table "terms". has_robust: std.error is model-based, robust.se counts. */
void tn_terms_init(tn_terms_t *self, tn_fitting_t *fitting, const char *title, size_t n_rows,
    bool has_equation, bool has_robust);
/** One coefficient; texts are kept as they are; robust is NaN where there is none. */
void tn_terms_add(tn_terms_t *self, const char *equation, const char *cause, const char *term,
    double estimate, double se, double robust);
/** Adds the table "ratios": exp of the estimates and limits of rows where is_ratio (NULL: all). */
void tn_terms_ratios(tn_fitting_t *fitting, const tn_terms_t *terms, const char *title,
    const char *name, const bool *is_ratio);

/** Adds one figure a row of "glance": a table of one row per cause. */
typedef struct tn_glance {
    tn_fit_t *fit;
    tn_fit_table_t *table;
    size_t row, n_rows;
} tn_glance_t;
void tn_glance_init(tn_glance_t *self, tn_fitting_t *fitting, size_t n_rows, bool has_cause);
void tn_glance_row(tn_glance_t *self, size_t row, const char *cause);
void tn_glance_put(tn_glance_t *self, const char *name, tn_fit_kind_t kind, double value);

/** Tables over new rows and times: row, [cause], time, estimate, std.error, conf.low, conf.high. */
typedef struct tn_prediction {
    double *row, *time, *estimate, *se, *low, *high;
    const char **cause, **stratum;
} tn_prediction_t;
/** n_groups blocks (causes) of complete new rows x times; false after a failed allocation. */
bool tn_prediction_init(tn_prediction_t *self, tn_fitting_t *fitting, const char *name,
    const char *title, int n_groups, bool has_cause);
/** Names the cause of n rows of the table from row `at`. */
void tn_prediction_cause(const tn_prediction_t *self, size_t at, size_t n, const char *cause);
/** Reads opt->newdata into self->fresh: rows without missing values. @return 0 or TN_E... */
int tn_newdata_read(tn_fitting_t *self);
void tn_newdata_free(struct tn_newdata *self);

/** Two-sided p of a normal statistic; upper tail of chi-squared (NaN for df 0 or NaN). */
double tn_p_normal(double statistic);
double tn_p_chisq(double statistic, double df);

/** The rows `row[0..n-1]` of a frame as a frame of its own, sharing names and levels with it. Free
 *  with tn_subset_free. @return 0 or TN_ENOMEM. */
int tn_subset_init(
    tn_frame_t *self, const tn_frame_t *frame, size_t n, const uint32_t *row, int n_extra);
/** Adds one of the n_extra number columns; values are n_rows and stay the caller's. */
void tn_subset_add(tn_frame_t *self, const char *name, double *values);
void tn_subset_free(tn_frame_t *self, const tn_frame_t *frame);
#endif
