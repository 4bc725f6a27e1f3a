/** Inside the Cox model: sorted data, the kernel, and the steps of the hazard.
 *
 *  Rows are sorted by stratum, then from the last exit to the first, at one exit the censored
 * before the events. Sweeping the rows in that order builds the risk sets: each distinct event time
 * of a stratum (a group) lets some rows join, and with delayed entry lets some leave. Nothing loops
 * over rows times risk sets. Letters: r_i = w_i exp(z_i'beta + offset_i), S0 = sum r, S1 = sum r z,
 * S2 = sum r z z' over the risk set; D0, D1, D2 the same over the events of the group; d its number
 * of event rows, m their mean weight, f = 0, 1/d, .. (d-1)/d the share that Efron takes off the
 * tied, c = S0 - f D0. Breslow: f = 0. */
#ifndef TN_SURVIVAL_COX_CORE_H
#define TN_SURVIVAL_COX_CORE_H
#include "tenure/cox.h"

typedef struct tn_cox_group {
    uint32_t first;  /* rows first..events-1 join here and are not events of this group */
    uint32_t events; /* rows events..end-1 join and are its events */
    uint32_t end;
    uint32_t leave, leave_end; /* rows leave[leave..leave_end-1] have not entered yet: they leave */
    int32_t stratum;
} tn_cox_group_t;

/** What the kernel reads. The bootstrap makes its own, smaller ones. */
typedef struct tn_cox_view {
    int p, stride;        /* stride: 8 for 1..8 covariates, beyond p rounded up to even */
    size_t n;             /* rows */
    const double *z;      /* n x stride by row, centred, 0 in the columns beyond p */
    const double *w;      /* n */
    const double *offset; /* n or NULL */
    size_t n_groups;
    const tn_cox_group_t *group;
    const uint32_t *leave;
    const double *factor;    /* n_groups: multiplies what a group says, or NULL: 1 */
    const double *event_sum; /* p: tn_cox_events_score without factor; NULL: not known */
    bool is_efron;
} tn_cox_view_t;

struct tn_cox_data {
    tn_cox_view_t view; /* of what follows */
    uint32_t *row;      /* n: sorted row -> row of the caller */
    double *exit;       /* n, sorted as the rows */
    double *entry;      /* n or NULL */
    double *z, *w, *offset;
    tn_cox_group_t *group;
    uint32_t *leave;
    size_t *stratum_group; /* n_strata + 1: groups of each stratum */
    int32_t *cluster;      /* n or NULL */
    int n_strata, n_clusters;
    size_t n_events;
    double *centre; /* p: weighted means, taken off z */
    double *spread; /* p: weighted variances */
    double *ridge;  /* p or NULL */
    double *event_sum;
};

/** Sorts, centres and copies. @return 0, TN_ENOMEM. */
int tn_cox_data_init(
    struct tn_cox_data *self, const tn_spells_t *spells, const tn_cox_options_t *opt);
void tn_cox_data_free(struct tn_cox_data *self);

/** Room for tn_cox_kernel: r (n) and sums. */
typedef struct tn_cox_work {
    double *r;
    double *sums;
    double *mass, *log_of; /* n each: the log-likelihood is - sum mass log(log_of) + events */
} tn_cox_work_t;
int tn_cox_work_init(tn_cox_work_t *self, size_t n, int stride);
void tn_cox_work_free(tn_cox_work_t *self);

/** Sum of weight times covariates over the events: their own part of the score. @param score  out,
 * p. */
void tn_cox_events_score(const tn_cox_view_t *v, double *score);

/** Partial log-likelihood (unless NULL), score (p) and information (p x p) at beta, without any
 *  penalty. @return false where beta is beyond what doubles can hold. */
bool tn_cox_kernel(const tn_cox_view_t *view, const double *beta, tn_cox_work_t *work,
    double *loglik, double *score, double *info);

/** The hazard and the weighted covariate means by group, in the order of the groups. */
typedef struct tn_cox_steps {
    size_t n_groups;
    int p;
    double *r;           /* n: exp(z'beta + offset), without the weight */
    double *hazard;      /* n_groups: sum m / c */
    double *variance;    /* n_groups: sum m / c^2 */
    double *drift;       /* n_groups x p: sum m zbar / c */
    double *zbar;        /* n_groups x p: mean of zbar over f */
    double *tied_hazard; /* n_groups: sum f m / c: what the events of the group are spared */
    double *tied_drift;  /* n_groups x p: sum f m zbar / c */
} tn_cox_steps_t;
int tn_cox_steps_init(tn_cox_steps_t *self, const struct tn_cox_data *data, const double *beta);
void tn_cox_steps_free(tn_cox_steps_t *self);

/** When a row is at risk. */
typedef struct tn_cox_span {
    size_t i;        /* sorted row */
    size_t from, to; /* it is at risk in the groups from..to-1 */
    bool is_event;   /* an event of group from */
} tn_cox_span_t;
/** Fills spans (n) in the order of the sorted rows. */
void tn_cox_spans(const struct tn_cox_data *data, tn_cox_span_t *spans);

/** Running sums from the end of each stratum (early times) up: x[k] becomes the sum of its groups
 * k, k + 1, .., so that a row at risk in from..to-1 has x[from] - x[to]; width numbers a group. */
void tn_cox_accumulate(const struct tn_cox_data *data, size_t width, double *x);
/** x[from] - x[to], column j of width, 0 beyond the end of the row's stratum. */
double tn_cox_over(const struct tn_cox_data *data, const tn_cox_span_t *span, const double *x,
    size_t width, size_t j);

/** Score residuals of the sorted rows, by row (n x p), not weighted. @return 0, TN_ENOMEM. */
int tn_cox_score_rows(const struct tn_cox_data *data, const double *beta, double *residual);

/** sum g g' over clusters (rows) of g = sum w times residual, and total = sum g.
 *  @param residual  n x p, sorted rows, by row. @return 0, TN_ENOMEM. */
int tn_cox_outer(
    const struct tn_cox_data *data, const double *residual, double *outer, double *total);

/** TN_EARG with a message unless the fit has coefficients. */
int tn_cox_usable(const tn_cox_t *fit, tn_error_t *err);

/** b' a^-1 b; NaN if a is not positive definite. @return 0, TN_ENOMEM. */
int tn_cox_quadratic(int p, const double *a, const double *b, double *value);
#endif
