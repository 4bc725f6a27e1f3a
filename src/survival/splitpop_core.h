/** The log-likelihood of the split-population model over all rows, and where its search begins. */
#ifndef TN_SURVIVAL_SPLITPOP_CORE_H
#define TN_SURVIVAL_SPLITPOP_CORE_H
#include "survival/columns.h"
#include "survival/splitpop_row.h"

/** Coefficients here belong to standardised columns. */
typedef struct tn_splitpop_core {
    const tn_spells_t *spells;
    tn_splitpop_distribution_t distribution;
    tn_columns_t x, z;
    int p, n_threads;
    bool is_plain;       /* pi = 1 */
    const double *theta; /* p, of the evaluation in progress */
    double *alpha;       /* K, likewise */
    double *sum;         /* 1 + p + p x p */
    double *scratch;     /* a row's design for each thread */
} tn_splitpop_core_t;

/** @return 0, TN_ENOMEM. */
int tn_splitpop_core_init(
    tn_splitpop_core_t *self, const tn_spells_t *spells, const tn_splitpop_options_t *opt);
void tn_splitpop_core_free(tn_splitpop_core_t *self);

/** For tn_newton_t; ctx is a tn_splitpop_core_t. */
int tn_splitpop_loglik(void *ctx, const double *theta, double *loglik, double *score, double *info);
/** For tn_sandwich_t, after tn_splitpop_core_at. */
void tn_splitpop_score(void *ctx, int thread, size_t i, double *score);
/** Says at which theta (kept by the caller) tn_splitpop_score is wanted. */
void tn_splitpop_core_at(tn_splitpop_core_t *self, const double *theta);

/** theta (p) := maximum of the plain model, gamma 0, or a rough guess where it has none; its
 *  log-likelihood in loglik. */
int tn_splitpop_plain(tn_splitpop_core_t *self, double *theta, double *loglik);
/** theta := the start that belongs to a share at risk, from the plain maximum. */
void tn_splitpop_start(
    const tn_splitpop_core_t *self, const double *plain, double share, double *theta);
#endif
