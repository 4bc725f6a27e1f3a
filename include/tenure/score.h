/** Scores of anybody's forecasts, on plain arrays.
 *
 *  All scores are losses: smaller is better, 0 is perfect. The Brier score of a yes/no question is
 *  (p - y)^2, between 0 and 1 (half of the two-category sum that some sites print). Over several
 *  categories it is the sum over the categories, between 0 and 2. The log score is -ln of the
 *  probability given to what happened, infinite if that was 0. Matrices are by column: column k of
 *  row i is m[k * n + i].
 *
 *  Mistakes in a row (a probability outside [0, 1], not a number) are TN_EDOMAIN with "row 3: ...",
 *  rows from 1; wrong sizes and options are TN_EARG. */
#ifndef TENURE_SCORE_H
#define TENURE_SCORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one score per forecast ---- */

typedef enum tn_score_rule { TN_SCORE_BRIER, TN_SCORE_LOG } tn_score_rule_t;

/** Yes/no questions. @param p  n probabilities of yes.  @param y  n outcomes, 0 or 1.
 *  @param score  out, n. */
TN_API TN_MUST_CHECK int tn_score_binary(tn_score_rule_t rule, size_t n, const double *p,
    const int32_t *y, double *score, tn_error_t *err);

/** Several categories. @param p  n x n_categories; a row adds up to 1 within 1e-6.
 *  @param y  n, 0..n_categories-1.  @param score  out, n. */
TN_API TN_MUST_CHECK int tn_score_categories(tn_score_rule_t rule, size_t n, int n_categories,
    const double *p, const int32_t *y, double *score, tn_error_t *err);

/** Ranked probability score of ordered categories: the sum of (F_k - 1{y <= k})^2 over the first
 *  n_categories - 1, F_k the sum of p up to k (Epstein 1969 without the division). With two
 *  categories it is the Brier score. Shapes as for tn_score_categories. */
TN_API TN_MUST_CHECK int tn_score_ranked(
    size_t n, int n_categories, const double *p, const int32_t *y, double *score, tn_error_t *err);

/** CRPS of a forecast given as draws: the integral of (F(t) - 1{y <= t})^2.
 *  TN_CRPS_EMPIRICAL takes F as the draws' own distribution; TN_CRPS_FAIR removes the bias that
 *  comes from drawing only n_draws of them (Ferro 2014; needs two draws). */
typedef enum tn_crps_kind { TN_CRPS_EMPIRICAL, TN_CRPS_FAIR } tn_crps_kind_t;

/** @param draws  n x n_draws, by row: draw j of row i is draws[i * n_draws + j]; any order.
 *  @param y  n finite outcomes.  @param score  out, n.
 *  Cost O(n m log m). Source: Gneiting & Raftery (2007) eq. 21. Also TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_score_crps_draws(tn_crps_kind_t kind, size_t n, size_t n_draws,
    const double *draws, const double *y, double *score, tn_error_t *err);

/** CRPS of a forecast given as a step distribution over horizons: F is 0 before the first, cdf[k]
 *  from horizon k on. Integrated from 0 to the last horizon, in the unit of time.
 *  @param horizon  n_horizons, ascending, positive.
 *  @param cdf      n x n_horizons, in [0, 1], not falling along a row.
 *  @param time     n, at least 0.  @param event  n, 1 happened at time, 0 censored at time; NULL:
 *  all happened. A censored row counts up to its time only: Avati et al. (2020). That form is not
 *  proper (Rindt et al. 2022); the proper one under censoring is the integrated Brier score of
 *  tn_score_ipcw_run().
 *  @param score    out, n. */
TN_API TN_MUST_CHECK int tn_score_crps_step(size_t n, int n_horizons, const double *horizon,
    const double *cdf, const double *time, const int32_t *event, double *score, tn_error_t *err);

/* ---- scores under censoring ---- */

/** How the Brier score is integrated over the horizons 0 = t_0 < t_1 < ...: with its value at the
 *  left end of each step (riskRegression and pec), or the mean of both ends. It is 0 at t_0. */
typedef enum tn_score_integral { TN_SCORE_STEP, TN_SCORE_TRAPEZOID } tn_score_integral_t;

typedef struct tn_score_ipcw_options {
    bool is_censoring_known; /**< standard errors as if the weights were known ("conservative") */
    tn_score_integral_t integral;
} tn_score_ipcw_options_t;
#define TN_SCORE_IPCW_OPTIONS_DEFAULT ((tn_score_ipcw_options_t){.integral = TN_SCORE_STEP})

/** One score at every horizon. */
typedef struct tn_score_curve {
    double *value;     /**< n_horizons; NaN where it cannot be estimated */
    double *se;        /**< n_horizons, from the influences, summed within clusters */
    double *influence; /**< n x n_horizons: share of row i in the error of value; for the difference
               of two forecasts, subtract theirs. NULL for null_brier, ibs and null_ibs */
} tn_score_curve_t;

typedef struct tn_score_ipcw {
    size_t n;
    int n_horizons;
    double *n_cases, *n_controls, *n_censored; /**< n_horizons, weights summed: the event by the
                          horizon; known to be without it; censored before it */
    double *null_risk; /**< n_horizons: Aalen-Johansen, the forecast "as everybody" */
    tn_score_curve_t brier, log, auc;
    tn_score_curve_t null_brier;    /**< of null_risk, taken as given */
    tn_score_curve_t ibs, null_ibs; /**< integrated from 0 to each horizon, divided by it */
} tn_score_ipcw_t;

/** Brier score, log score and AUC of forecast risks at horizons, with weights for the inverse of
 *  the probability to be uncensored (Kaplan-Meier of the censoring; events come before censorings
 *  at the same time).
 *  @param d        rows with exit, cause and, if given, weight and cluster; no entry times. Strata
 *                  and covariates are not read.
 *  @param cause    the event forecast, 1..n_causes; after another cause a row is a control.
 *  @param horizon  n_horizons, positive, ascending.
 *  @param risk     n x n_horizons: forecast probability of the cause by the horizon, in [0, 1].
 *  @return 0; TN_EDOMAIN; TN_EARG; TN_ENOMEM. A value is NaN where nobody is known to be event-free
 *  or everybody is censored: the curve of the censoring has come to 0 by the horizon; the AUC also
 *  without cases or controls.
 *  Cost O(n_horizons n log n). The figures and standard errors of riskRegression 2022.11 Score(),
 *  cens.model = "km", with weights 1. Sources: Graf et al. (1999); Gerds & Schumacher (2006);
 *  Blanche, Dartigues & Jacqmin-Gadda (2013), definition (ii) of controls. */
TN_API TN_MUST_CHECK int tn_score_ipcw_run(tn_score_ipcw_t *self, const tn_spells_t *d, int cause,
    int n_horizons, const double *horizon, const double *risk, const tn_score_ipcw_options_t *opt,
    tn_error_t *err);
TN_API void tn_score_ipcw_free(tn_score_ipcw_t *self);

/* ---- calibration ---- */

typedef enum tn_score_bins {
    TN_SCORE_EQUAL_WIDTH, /**< [0, 1/b), ..., [1 - 1/b, 1] */
    TN_SCORE_EQUAL_SIZE   /**< quantiles of p; equal forecasts stay together */
} tn_score_bins_t;

typedef struct tn_score_table_options {
    int n_bins;
    tn_score_bins_t bins;
    double level;    /**< of the limits and bands */
    int n_resamples; /**< for the simulated band; 0: none (NaN) */
    uint64_t seed;
    int n_threads; /**< 0: all; the figures do not depend on it */
} tn_score_table_options_t;
#define TN_SCORE_TABLE_OPTIONS_DEFAULT                                                             \
    ((tn_score_table_options_t){.n_bins = 10, .level = 0.95, .n_resamples = 1000, .seed = 1})

typedef struct tn_score_bin {
    double lower, upper; /**< limits of p */
    size_t n, n_events;
    double forecast, observed;             /**< mean p and share of yes; NaN in an empty bin */
    double observed_lower, observed_upper; /**< Clopper-Pearson limits of the share of yes */
    double band_lower, band_upper;   /**< where it would fall if the forecasts were calibrated:
                      consistency resampling (Broecker & Smith 2007) */
    double exact_lower, exact_upper; /**< the same from the binomial (n, forecast) */
} tn_score_bin_t;

typedef struct tn_score_table {
    int n_bins;
    tn_score_bin_t *bin; /**< n_bins, ascending; empty ones have n = 0. Equal size may give fewer */
    /** Brier score = reliability - resolution + uncertainty + within_variance -
     *  within_covariance, exactly; the last two are 0 if forecasts within a bin agree
     *  (Murphy 1973; Stephenson, Coelho & Jolliffe 2008). */
    double brier, reliability, resolution, uncertainty, within_variance, within_covariance;
} tn_score_table_t;

/** Calibration table of n >= 1 yes/no forecasts. Source of draws: Philox with counters (seed,
 *  resample, row): the same for any number of threads. Cost O(n log n + n n_resamples). */
TN_API TN_MUST_CHECK int tn_score_table_run(tn_score_table_t *self, size_t n, const double *p,
    const int32_t *y, const tn_score_table_options_t *opt, tn_error_t *err);
TN_API void tn_score_table_free(tn_score_table_t *self);

/** logit P(y = 1) = intercept + slope logit(p): 0 and 1 for calibrated forecasts (Cox 1958). */
typedef struct tn_score_slope {
    tn_fit_status_t status; /**< SEPARATION, NO_EVENTS (all yes or all no), COLLINEAR (all p equal):
                               estimates without meaning */
    double intercept, slope, se_intercept, se_slope, covariance;
    double in_the_large, se_in_the_large; /**< intercept with the slope kept at 1 */
    double chisq, p_value;                /**< likelihood ratio against (0, 1), 2 df */
} tn_score_slope_t;

/** @param p  n, strictly between 0 and 1.  @param cluster  n, 0..n_clusters-1: sandwich standard
 *  errors without small-sample factor; NULL: from the information. */
TN_API TN_MUST_CHECK int tn_score_slope_fit(tn_score_slope_t *self, size_t n, const double *p,
    const int32_t *y, const int32_t *cluster, int n_clusters, tn_error_t *err);

/** CORP: the forecasts recalibrated by isotonic regression (pool adjacent violators), which needs
 *  no bins, and the decomposition it gives. Source: Dimitriadis, Gneiting & Jordan (2021). */
typedef struct tn_score_corp {
    size_t n;
    size_t n_points;                 /**< distinct forecasts */
    double *forecast;                /**< n_points, ascending */
    double *recalibrated;            /**< n_points, not falling */
    double *n_at;                    /**< n_points: rows with that forecast */
    double *band_lower, *band_upper; /**< n_points: consistency band, NaN without resamples */
    /** score = miscalibration - discrimination + uncertainty, exactly */
    double score, miscalibration, discrimination, uncertainty;
} tn_score_corp_t;

/** n >= 1 yes/no forecasts. n_bins and bins of opt are not read. An infinite log score leaves
 *  score and miscalibration infinite. TN_EARG if the simulated curves (distinct forecasts times
 *  resamples) would exceed 10^8 numbers. Cost O(n log n + n n_resamples). */
TN_API TN_MUST_CHECK int tn_score_corp_run(tn_score_corp_t *self, tn_score_rule_t rule, size_t n,
    const double *p, const int32_t *y, const tn_score_table_options_t *opt, tn_error_t *err);
TN_API void tn_score_corp_free(tn_score_corp_t *self);

/* ---- ranking ---- */

/** Area under the ROC curve: the chance that a yes has a higher forecast than a no, ties one half
 *  (Mann & Whitney 1947). NaN without both. @param auc  out. @return as tn_score_binary, TN_ENOMEM.
 *  Cost O(n log n). */
TN_API TN_MUST_CHECK int tn_score_roc(
    size_t n, const double *p, const int32_t *y, double *auc, tn_error_t *err);
/** Area under the precision-recall curve as average precision: the mean over the yes of the share
 * of yes among the forecasts at least as high; equal forecasts count together. NaN without a yes.
 */
TN_API TN_MUST_CHECK int tn_score_precision(
    size_t n, const double *p, const int32_t *y, double *area, tn_error_t *err);

/* ---- two forecasts ---- */

typedef struct tn_score_compare_options {
    double level;
    int64_t n_resamples; /**< sign flips; 0: none. All of them if there are no more than this */
    uint64_t seed;
    int n_threads;
} tn_score_compare_options_t;
#define TN_SCORE_COMPARE_OPTIONS_DEFAULT                                                           \
    ((tn_score_compare_options_t){.level = 0.95, .n_resamples = 9999, .seed = 1})

typedef struct tn_score_compare {
    size_t n;
    int n_clusters;    /**< with a row in them */
    double difference; /**< mean of a - b: negative if a is better */
    double se;         /**< clustered: sqrt(G / (G - 1) sum of squared sums) / n */
    double statistic, df, p_value, lower, upper; /**< t with G - 1 df */
    double p_flip;   /**< share of the flips with a mean at least as far from 0, two-sided */
    int64_t n_flips; /**< 2^G if all were tried */
    bool is_flip_exact;
} tn_score_compare_t;

/** Paired comparison of the scores of two forecasts of the same questions, clustered by subject.
 *  @param a,b      n finite scores.
 *  @param cluster  n, 0..n_clusters-1, or NULL: every row by itself.
 *  With fewer than two clusters se, statistic, p_value and limits are NaN; without any difference
 *  statistic and p_value are NaN too. The sign-flip test turns the differences of a cluster all at
 *  once. Cost O(n + G n_resamples). */
TN_API TN_MUST_CHECK int tn_score_compare_run(tn_score_compare_t *self, size_t n, const double *a,
    const double *b, const int32_t *cluster, int n_clusters, const tn_score_compare_options_t *opt,
    tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
