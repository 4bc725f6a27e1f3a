/** Binary logit with a ridge on rows that grow: the same maximum as tn_logit_fit, but the rows are
 * the first n of a larger table, and a fit of a few rows more starts from the last one and keeps
 * its information matrix. That is what refits at hundreds of origins need. */
#ifndef TN_MODEL_BASE_LOGIT_H
#define TN_MODEL_BASE_LOGIT_H
#include <stdint.h>

#include "survival/spd.h"
#include "tenure/error.h"

typedef struct tn_base_logit {
    int p;
    const double *x;       /* rows of p, one after the other; the first column is 1 */
    const int8_t *y;       /* 0 or 1 */
    const double *penalty; /* p: (1/2) penalty_j theta_j^2 is taken off the log-likelihood */
    int n_threads;
    double *theta; /* p */
    double *sum;   /* score and packed information of the last evaluation */
    tn_spd_t spd;  /* information at the last climb, factored */
    double *info;  /* p x p */
} tn_base_logit_t;

/** Starts at theta = 0. x, y and penalty are kept by reference. @return 0, TN_ENOMEM. */
int tn_base_logit_init(tn_base_logit_t *self, int p, const double *x, const int8_t *y,
    const double *penalty, int n_threads);
void tn_base_logit_free(tn_base_logit_t *self);

/** Newton's method from theta on the first n rows. @return 0, TN_ECONVERGE, TN_ENOMEM. */
int tn_base_logit_climb(tn_base_logit_t *self, size_t n);
/** Steps with the information of the last climb, on the first n rows: for few rows more.
 *  @return as climb. */
int tn_base_logit_follow(tn_base_logit_t *self, size_t n);

/** Covariance of theta at the last climb's n rows, p x p: sandwich, summed within clusters.
 *  @param cluster  n, 0..n_clusters-1. @return 0, TN_ENOMEM. */
int tn_base_logit_variance(
    tn_base_logit_t *self, size_t n, const int32_t *cluster, int n_clusters, double *variance);
#endif
