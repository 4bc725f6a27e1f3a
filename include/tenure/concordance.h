/** Concordance of a prediction with survival: Harrell's C and its weighted variants (Uno's among
 *  them), with strata, case weights, left truncation and clusters.
 *
 *  A pair of rows of one stratum can be compared if one has the event at t and the other is then
 *  still at risk and lives longer: its exit is later, or it is censored at t. It is concordant if
 *  the row that lives longer has the larger x. Two events at the same time are tied in y and do
 *  not enter C. C = (concordant + tied_x / 2) / (concordant + discordant + tied_x). */
#ifndef TENURE_CONCORDANCE_H
#define TENURE_CONCORDANCE_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Weight of the pairs made by an event at t, as R's concordance(timewt = ...) names them, divided
 *  by n(t). S and G are the Kaplan-Meier curves, just before t and within the stratum, of the event
 *  and of the censoring (events come before censorings). */
typedef enum tn_timewt {
    TN_TIMEWT_N,    /**< "n": every pair counts 1 (Harrell) */
    TN_TIMEWT_S,    /**< "S": W S / n(t), W the sum of the case weights (Peto-Wilcoxon) */
    TN_TIMEWT_SG,   /**< "S/G": W S / (G n(t)) (Schemper) */
    TN_TIMEWT_N_G2, /**< "n/G2": 1 / G^2 (Uno) */
    TN_TIMEWT_N_G,  /**< 1 / G; R 3.5 has no name for it */
    TN_TIMEWT_I     /**< "I": 1 / n(t) (log-rank) */
} tn_timewt_t;

typedef struct tn_concordance_options {
    tn_timewt_t timewt;
    bool is_reversed; /**< a larger x means a shorter life: true for a risk, a linear predictor */
    bool has_min;
    bool has_max;
    double ymin; /**< events before it count as events at it; a censoring before it is an error */
    double ymax; /**< events after it are not compared */
} tn_concordance_options_t;
#define TN_CONCORDANCE_OPTIONS_DEFAULT ((tn_concordance_options_t){.timewt = TN_TIMEWT_N})

typedef struct tn_concordance {
    tn_fit_status_t status; /**< TN_FIT_NO_EVENTS: no pair can be compared, C and se are NaN */
    double concordance;
    double se; /**< infinitesimal jackknife, summed within clusters; S and G taken as known */
    double concordant, discordant, tied_x; /**< sums of w_i w_j timewt over pairs */
    double tied_y;                         /**< both events at one time, x differs */
    double tied_xy;                        /**< both events at one time, same x */
    size_t n, n_events;                    /**< rows; rows with the event, up to ymax */
    double *influence; /**< n: w_i dC/dw_i; se^2 is the sum of squares of the clusters' sums */
} tn_concordance_t;

/** @param d     spells; covariates are not read. Entry times only with timewt N, S or I.
 *  @param cause the event, 1..n_causes; other causes censor.
 *  @param x     n finite predictions; equal values are tied.
 *  @return 0 (look at status); TN_EARG; TN_EDOMAIN with "row 3: ..."; TN_ENOMEM.
 *  With fewer than two events in a stratum its pairs count 1, as in R.
 *  Cost O(n log n) time, about 130 n bytes. Source: Therneau & Atkinson, "Concordance", vignette
 *  of R survival 3.5; Uno et al. (2011) for 1 / G^2. */
TN_API TN_MUST_CHECK int tn_concordance_run(tn_concordance_t *self, const tn_spells_t *d, int cause,
    const double *x, const tn_concordance_options_t *opt, tn_error_t *err);
TN_API void tn_concordance_free(tn_concordance_t *self);

/** Difference of two concordances of the same rows, a - b, with its standard error from the
 *  differences of the influences.
 *  @param cluster  n, 0..n_clusters-1, or NULL: every row by itself.
 *  @return 0; TN_EARG if the numbers of rows differ; TN_EDOMAIN for a cluster out of range or
 *  without a concordance; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_concordance_compare(const tn_concordance_t *a,
    const tn_concordance_t *b, const int32_t *cluster, int n_clusters, double *difference,
    double *se, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
