/** What the parts of the score module share. */
#ifndef TN_SURVIVAL_SCORE_CHECK_H
#define TN_SURVIVAL_SCORE_CHECK_H
#include "tenure/score.h"

/** Purposes of the random streams of scores and resamples, apart from the simulator's. */
enum tn_score_purpose {
    TN_RNG_SCORE_TABLE = 0x100,
    TN_RNG_SCORE_CORP,
    TN_RNG_SCORE_FLIP,
    TN_RNG_BOOTSTRAP
};

/** Probabilities in [0, 1] and outcomes 0 or 1. @return 0, TN_EARG, TN_EDOMAIN. */
int tn_score_check_binary(size_t n, const double *p, const int32_t *y, tn_error_t *err);
/** At least one horizon, positive and ascending. @return 0 or TN_EARG. */
int tn_score_check_horizons(int n_horizons, const double *horizon, tn_error_t *err);
/** Level strictly within (0, 1), sensible numbers of bins and resamples. @return 0 or TN_EARG. */
int tn_score_check_options(const tn_score_table_options_t *opt, tn_error_t *err);

/** Score of one yes/no forecast. */
double tn_score_one(tn_score_rule_t rule, double p, bool y);

/** Quantile of m sorted numbers, linear between order statistics (R's type 7). */
double tn_score_quantile(const double *sorted, size_t m, double probability);

/** sqrt(G / (G - 1) sum over clusters of (sum - mean)^2) of n influences; NaN for one cluster.
 *  @param sum  scratch of n_clusters, or of nothing if cluster is NULL. */
double tn_score_clustered_se(
    const double *influence, size_t n, const int32_t *cluster, int n_clusters, double *sum);

/** Values pooled to one mean: those from the end of the block before to this end. */
typedef struct tn_isotonic_block {
    size_t end;
    double weight, mean;
} tn_isotonic_block_t;

/** Isotonic regression of y (n values, weights w > 0) in place: pool adjacent violators. O(n).
 *  @param block  scratch, n. */
void tn_score_isotonic(size_t n, double *y, const double *w, tn_isotonic_block_t *block);
#endif
