/** Robust (sandwich) variance of coefficients, by row or by cluster. */
#ifndef TN_SURVIVAL_SANDWICH_H
#define TN_SURVIVAL_SANDWICH_H
#include "tenure/spells.h"

/** score := weighted gradient of row i's term of the log-likelihood, p numbers. */
typedef void (*tn_row_score_fn)(void *ctx, int thread, size_t i, double *score);

typedef struct tn_sandwich {
    int p;
    size_t n;
    const int32_t *cluster; /* n, or NULL: each row by itself */
    int n_clusters;
    int n_threads;
    tn_row_score_fn score;
    void *ctx;
} tn_sandwich_t;

/** robust := V (sum of s s') V with V = variance (p x p) and s the sums of scores of a cluster. No
 *  small-sample factor. @return 0 or TN_ENOMEM. Cost O(n p^2); memory n_clusters x p. */
int tn_sandwich_variance(const tn_sandwich_t *self, const double *variance, double *robust);
#endif
