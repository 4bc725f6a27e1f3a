/** Spells: the data of every survival estimator, as plain arrays that the caller owns.
 *
 *  A row is at risk over (entry, exit] and leaves it with a cause: 0 censored, 1..n_causes. Several
 *  rows of one subject with consecutive intervals are time-varying covariates in counting-process
 *  form. Times are in the caller's unit; hazards are per that unit. Ties: at one time, exits with a
 *  cause come before censorings, and entries after both. */
#ifndef TENURE_SPELLS_H
#define TENURE_SPELLS_H
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_spells {
    size_t n;
    const double *entry;    /**< n, or NULL: all at risk from the start (no left truncation) */
    const double *exit;     /**< n */
    const int32_t *cause;   /**< n; 0 censored, 1..n_causes */
    int n_causes;           /**< at least 1 */
    const double *weight;   /**< n case weights, positive, or NULL: all 1 */
    const int32_t *stratum; /**< n, 0..n_strata-1, or NULL: one stratum */
    int n_strata;           /**< read if stratum is given */
    const int32_t *cluster; /**< n, 0..n_clusters-1: rows that belong together (subject, country),
                               or NULL: each row by itself */
    int n_clusters;         /**< read if cluster is given */
    const double *x;        /**< n x n_covariates by column: covariate j of row i is x[j * n + i] */
    int n_covariates;       /**< 0 allowed */
} tn_spells_t;

/** Checks what every estimator relies on: finite times, entry < exit (without entry: exit >= 0),
 *  causes, strata and clusters in range, weights positive and finite, covariates finite.
 *  @return 0; TN_EDOMAIN with "row 812: ..." (rows from 1) for the first row at fault; TN_EARG. */
TN_API int tn_spells_check(const tn_spells_t *self, tn_error_t *err);

/** How a confidence interval is made, as in R's survfit: on the scale of p, log p or log(-log p).
 */
typedef enum tn_interval { TN_INTERVAL_PLAIN, TN_INTERVAL_LOG, TN_INTERVAL_LOGLOG } tn_interval_t;

/** What became of an iteration. Anything but CONVERGED is reported together with the figures. */
typedef enum tn_fit_status {
    TN_FIT_CONVERGED,
    TN_FIT_ITERATIONS, /**< the limit of iterations was reached */
    TN_FIT_SEPARATION, /**< the likelihood has no maximum: a coefficient runs off to infinity */
    TN_FIT_COLLINEAR,  /**< covariates are linearly dependent */
    TN_FIT_NO_EVENTS   /**< there is nothing to learn from */
} tn_fit_status_t;

/** "converged", "did not converge", ... Never NULL. */
TN_API const char *tn_fit_status_text(tn_fit_status_t status);

#ifdef __cplusplus
}
#endif
#endif
