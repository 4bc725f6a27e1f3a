/** Bootstrap by cluster of anything that can be computed from rows: threaded, and the same for any
 *  number of threads, because what resample b draws depends on (seed, b) only. */
#ifndef TENURE_RESAMPLE_H
#define TENURE_RESAMPLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Rows of one resample, cluster by cluster. Borrowed during the call. */
typedef struct tn_resample_draw {
    int64_t index; /**< 0..n_resamples-1; -1: the data as they are; -2 - k: without cluster k (the
                      k-th that has rows) */
    size_t n;
    const uint32_t *row;    /**< n numbers of rows, with repetitions */
    const int32_t *cluster; /**< n, 0..n_clusters-1: a cluster drawn twice counts as two */
    int n_clusters;
} tn_resample_draw_t;

/** Computes n_values statistics of the rows of a draw; NaN leaves one of them out for this draw.
 * May be called from several threads at once; thread is 0..n_threads-1, for scratch of one's own.
 *  @return 0; a positive number if this draw has no value (no event in it, no convergence); a
 *  negative code to give up. */
typedef int (*tn_resample_fn)(void *ctx, int thread, const tn_resample_draw_t *draw, double *value);

typedef struct tn_resample_options {
    int64_t n_resamples;
    uint64_t seed;
    int n_threads; /**< 0: all */
    double level;
    bool with_jackknife; /**< also leaves out each cluster once: jackknife se and BCa limits */
} tn_resample_options_t;
#define TN_RESAMPLE_OPTIONS_DEFAULT                                                                \
    ((tn_resample_options_t){.n_resamples = 1000, .seed = 1, .level = 0.95})

typedef struct tn_resample {
    int n_values, n_clusters;      /**< clusters that have rows */
    int64_t n_resamples, n_failed; /**< failed: without a value, left out of every figure below */
    int n_jackknife_failed;        /**< if any, jackknife figures and BCa limits are NaN */
    double *value;                 /**< n_resamples x n_values by column; NaN where it failed */
    /* n_values each */
    double *estimate;      /**< of the data as they are */
    double *bias, *se;     /**< mean of the resamples less estimate; their standard deviation */
    double *lower, *upper; /**< percentile limits (R's quantile type 7) */
    double *basic_lower, *basic_upper; /**< 2 estimate - upper, - lower */
    double *jackknife_se;          /**< sqrt((G - 1) / G sum of squares); NaN if not asked for */
    double *bca_lower, *bca_upper; /**< Efron (1987); NaN if not asked for or undefined */
} tn_resample_t;

/** @param n        rows, at least 1.
 *  @param cluster  n, 0..n_clusters-1, or NULL: every row by itself.
 *  @return 0; TN_EARG; TN_EDOMAIN ("row 3: ..."), also if the data as they are have no value;
 *  TN_ENOMEM; or the negative code of the statistic. Figures that need two resamples are NaN with
 *  fewer. Cost: n_resamples statistics, and n numbers to list the rows of each. */
TN_API TN_MUST_CHECK int tn_resample_run(tn_resample_t *self, size_t n, const int32_t *cluster,
    int n_clusters, tn_resample_fn statistic, void *ctx, int n_values,
    const tn_resample_options_t *opt, tn_error_t *err);
TN_API void tn_resample_free(tn_resample_t *self);

#ifdef __cplusplus
}
#endif
#endif
