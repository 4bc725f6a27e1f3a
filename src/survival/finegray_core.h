/** Inside the Fine-Gray model. Rows are sorted by exit, ascending; event times are numbered
 *  k = 0..m-1. Row i is at risk with weight 1 at k = first_i..last_i-1, and if it left by another
 *  cause with weight G_g(k) ginv_i at k = last_i..m-1, g its censoring group. Letters: w case
 *  weight, r = exp(x'beta) with x centred, d weighted events, S0 and zbar sum and mean over the
 * risk set, dH = d / S0; H, E = sums over k of dH and zbar dH; B, D = sums from k on of G dH and G
 * zbar dH. */
#ifndef TN_SURVIVAL_FINEGRAY_CORE_H
#define TN_SURVIVAL_FINEGRAY_CORE_H
#include <stdbool.h>

#include "tenure/finegray.h"

enum { TN_FINEGRAY_CENSORED, TN_FINEGRAY_EVENT, TN_FINEGRAY_OTHER };
#define TN_FINEGRAY_BLOCK 8192 /* rows a task */

struct tn_finegray_data {
    size_t n, m;
    int p, n_groups, n_clusters, n_threads;
    uint32_t *row;    /* n: sorted row -> row of the caller */
    double *exit;     /* n */
    double *x;        /* n x p by row */
    double *w;        /* n */
    double *ginv;     /* n: 1 / G(exit-), 0 unless the row left by another cause */
    double *at_risk;  /* n: weight at risk of censoring at exit, in the row's group */
    uint32_t *last;   /* n */
    uint32_t *first;  /* n, or NULL: 0 */
    uint32_t *leave;  /* n, entry descending, or NULL */
    uint8_t *kind;    /* n */
    int32_t *group;   /* n, or NULL: 0 */
    int32_t *cluster; /* n, or NULL */
    double *time;     /* m */
    double *d;        /* m */
    double *g;        /* n_groups x m: G(time-), 0 after the last exit of the group */
    double *centre;   /* p */
    double *events;   /* p: weighted sum of x over the events */
    /* at the coefficients */
    double *r;        /* n */
    double *s0;       /* m */
    double *zbar;     /* m x p */
    double *h;        /* m + 1: H before k */
    double *e;        /* (m + 1) x p: E before k */
    double *b;        /* n_groups x (m + 1) */
    double *residual; /* n x p: eta + psi */
    double *sums;     /* n_clusters x p: weighted residuals by cluster, or NULL */
};

static inline int32_t tn_finegray_group(const struct tn_finegray_data *d, size_t i)
{
    return d->group != NULL ? d->group[i] : 0;
}
static inline uint32_t tn_finegray_first(const struct tn_finegray_data *d, size_t i)
{
    return d->first != NULL ? d->first[i] : 0;
}
/** End of the rows that exit together with row i. */
static inline size_t tn_finegray_tied(const struct tn_finegray_data *d, size_t i)
{
    size_t end = i + 1;
    while (end < d->n && d->exit[end] == d->exit[i])
        end++;
    return end;
}
/** First of the rows that exit together with row end - 1. */
static inline size_t tn_finegray_tied_from(const struct tn_finegray_data *d, size_t end)
{
    size_t i = end - 1;
    while (i > 0 && d->exit[i - 1] == d->exit[i])
        i--;
    return i;
}
/** Whether the cause happens at the exit of row i. */
static inline bool tn_finegray_is_event_time(const struct tn_finegray_data *d, size_t i)
{
    return d->last[i] > 0 && d->time[d->last[i] - 1] == d->exit[i];
}

/** Sorts, centres and copies; censoring weights. @return 0, TN_ENOMEM, TN_EDOMAIN. */
int tn_finegray_data_init(struct tn_finegray_data *self, const tn_spells_t *spells,
    const tn_finegray_options_t *opt, tn_error_t *err);
void tn_finegray_data_free(struct tn_finegray_data *self);
/** G (times H with delayed entry) at the event times and at the exits of other causes.
 *  @return 0, TN_ENOMEM, TN_EDOMAIN. */
int tn_finegray_weights(struct tn_finegray_data *self, const tn_spells_t *spells, tn_error_t *err);

/** Threads worth waking for n rows. */
int tn_finegray_threads(const struct tn_finegray_data *self);

/** Log-likelihood, score and information at beta; leaves r, s0, zbar, h, b. A tn_loglik_fn. */
int tn_finegray_loglik(void *data, const double *beta, double *loglik, double *score, double *info);

/** Residuals and the sum of their outer products (p x p) over rows or clusters.
 *  @return 0, TN_ENOMEM. */
int tn_finegray_middle(
    struct tn_finegray_data *self, tn_finegray_variance_t variance, double *outer);

/** TN_EARG unless the fit has coefficients. */
int tn_finegray_usable(const tn_finegray_t *fit, tn_error_t *err);
#endif
