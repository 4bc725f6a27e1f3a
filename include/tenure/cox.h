/** Cox's proportional hazards model for one cause of exit; the other causes count as censored there
 *  (cause-specific hazard). Delayed entry, time-varying covariates as counting-process rows,
 * strata, case weights, an offset, a ridge penalty; ties after Efron (default) or Breslow.
 *
 *  All sweeps are linear in the rows: O(n log n) to sort once (in fact a radix sort), then O(n p^2)
 *  an iteration. Covariates are centred inside, so that years such as 1975 are harmless. Times are
 *  equal if their doubles are equal: round them before if they were computed (R's timefix).
 *
 *  Source: Cox (1972); Efron (1977); Therneau & Grambsch (2000); figures as R survival 3.5. */
#ifndef TENURE_COX_H
#define TENURE_COX_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tn_cox_ties { TN_COX_EFRON, TN_COX_BRESLOW } tn_cox_ties_t;

typedef struct tn_cox_options {
    int cause; /**< whose hazard, 1..n_causes */
    tn_cox_ties_t ties;
    bool is_robust; /**< sandwich variance: clustered if the spells have clusters, else by row */
    const double *offset; /**< n, added to x'beta with coefficient 1; or NULL */
    const double *ridge;  /**< n_covariates penalties >= 0, or NULL: theta_j / 2 beta_j^2 is taken
                             off  the log-likelihood, as R's ridge(..., theta, scale = FALSE);
                             covariates  are not standardised */
    int max_iterations;   /**< 0: 50 */
} tn_cox_options_t;
#define TN_COX_OPTIONS_DEFAULT                                                                     \
    {                                                                                              \
        .cause = 1                                                                                 \
    }

/** A fitted model. It keeps a sorted copy of the data (about 8 (p + 4) bytes a row), so the spells
 *  may go; the other functions read that copy. Figures that do not exist are NaN. */
typedef struct tn_cox {
    size_t n;        /**< rows */
    size_t n_events; /**< rows that end with the cause */
    int n_covariates, n_strata;
    int n_empty_strata; /**< strata without an event: they say nothing */
    tn_cox_ties_t ties;
    bool is_robust;
    tn_fit_status_t status; /**< anything but CONVERGED: do not trust the coefficients */
    int covariate;          /**< which one is collinear or runs off, from 0; -1: none */
    int n_iterations;
    double *coef; /**< p log hazard ratios */
    double *mean; /**< p: where R puts the centre: weighted mean, 0 for columns of -1, 0, 1 only (R
                     forgets the weights for (entry, exit] data) */
    double *vcov; /**< p x p: robust if asked for, else as vcov_model */
    double *vcov_model;  /**< p x p: inverse of the (penalised) information */
    double loglik_null;  /**< at beta = 0 */
    double loglik;       /**< without the penalty */
    double penalty;      /**< sum theta_j / 2 beta_j^2 */
    double df;           /**< p; with a penalty the effective number, trace(info vcov_model) */
    double lrt;          /**< 2 (loglik - loglik_null) */
    double score;        /**< score (log-rank) test at beta = 0 */
    double wald;         /**< beta' vcov^-1 beta */
    double score_robust; /**< robust score test; NaN unless is_robust */
    struct tn_cox_data *data;
} tn_cox_t;

/** Fits the model.
 *  @param self    out; free with tn_cox_free.
 *  @param spells  checked here; not kept.
 *  @return 0: look at self->status (no convergence, separation, collinearity, no events; then the
 *  figures that do not exist are NaN). TN_EARG for a bad option, TN_EDOMAIN with the row for bad
 *  data, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_cox_fit(
    tn_cox_t *self, const tn_spells_t *spells, const tn_cox_options_t *opt, tn_error_t *err);
TN_API void tn_cox_free(tn_cox_t *self);

/** The baseline of a fit: cumulative hazards as steps at the event times of each stratum, with
 *  Efron's or Breslow's jumps as the ties of the fit. */
typedef struct tn_cox_baseline {
    int n_covariates, n_strata;
    size_t *start;       /**< n_strata + 1: steps start[s]..start[s+1]-1 are those of stratum s */
    double *time;        /**< ascending within a stratum */
    double *cumhaz_mean; /**< at the fit's mean (R: basehaz(centered = TRUE)), offset 0 */
    double *cumhaz_x0;   /**< at covariates 0; may overflow to inf or underflow to 0 */
    double *cumhaz;      /**< at the inner centre, the weighted means: what the rest refers to */
    double *variance;    /**< of cumhaz with beta known */
    double *drift;       /**< steps x p: integral of (zbar - centre) d cumhaz */
    double *centre;      /**< p */
} tn_cox_baseline_t;

/** @return 0, TN_EARG if the fit has no coefficients, TN_ENOMEM. Cost O(n p). */
TN_API TN_MUST_CHECK int tn_cox_baseline(
    tn_cox_baseline_t *self, const tn_cox_t *fit, tn_error_t *err);
TN_API void tn_cox_baseline_free(tn_cox_baseline_t *self);

/** New rows to predict for. */
typedef struct tn_cox_rows {
    size_t n;
    const double *x;        /**< n x p by column */
    const int32_t *stratum; /**< n, or NULL: stratum 0 */
    const double *offset;   /**< n, or NULL: 0 */
} tn_cox_rows_t;

/** Where tn_cox_predict and tn_cox_cif write; each n x n_times, row = new row, or NULL. */
typedef struct tn_cox_curves {
    double *estimate; /**< survival, exp(-cumhaz); or cumulative incidence */
    double *se;       /**< of estimate */
    double *lower, *upper;
    double *cumhaz; /**< tn_cox_predict only */
} tn_cox_curves_t;

/** Survival of new rows, had they only this cause.
 *  @param times  n_times, any order.   @param scale  of the limits, at confidence level (0.95).
 *  @return 0; TN_EARG (sizes, stratum out of range), TN_EDOMAIN (a covariate is not finite).
 *  The standard error is Tsiatis's: error of the baseline and of the coefficients (fit->vcov).
 *  Cost O(n n_times (log steps + p^2)). Source: R survival 3.5, survfit.coxph. */
TN_API TN_MUST_CHECK int tn_cox_predict(const tn_cox_t *fit, const tn_cox_baseline_t *baseline,
    const tn_cox_rows_t *rows, size_t n_times, const double *times, tn_interval_t scale,
    double level, const tn_cox_curves_t *out, tn_error_t *err);

/** How the causes' hazards add up to survival. */
typedef enum tn_cox_product {
    TN_COX_EXPONENTIAL,  /**< exp(-hazard) at each time, shared among the causes: R's survfit; for
                            one  cause 1 minus tn_cox_predict's survival */
    TN_COX_PRODUCT_LIMIT /**< 1 - hazard at each time, at least 0: R's riskRegression::CSC */
} tn_cox_product_t;

/** Cumulative incidence by cause for new rows from one model per cause.
 *  @param fits, baselines  n_causes each, of the same covariates and strata in the same order.
 *  @param times  n_times ascending.
 *  @param event_free  out: probability of no exit yet, or NULL.
 *  @param out  n_causes sets of curves. cumhaz is not written in either.
 *  The standard errors are the delta method on the jumps of the hazards and the coefficients; the
 *  causes' martingales are orthogonal. @return as tn_cox_predict. Cost O(n (steps p + n_times
 * p^2)). Source: Andersen, Borgan, Gill & Keiding (1993) VII.2. */
TN_API TN_MUST_CHECK int tn_cox_cif(int n_causes, const tn_cox_t *fits,
    const tn_cox_baseline_t *baselines, const tn_cox_rows_t *rows, size_t n_times,
    const double *times, tn_cox_product_t product, tn_interval_t scale, double level,
    const tn_cox_curves_t *event_free, const tn_cox_curves_t *out, tn_error_t *err);

/** Residuals of the rows, in the caller's order. @return 0, TN_EARG, TN_ENOMEM. Cost O(n p). */
TN_API TN_MUST_CHECK int tn_cox_martingale(
    const tn_cox_t *fit, double *residual, tn_error_t *err); /**< n */
TN_API TN_MUST_CHECK int tn_cox_deviance(
    const tn_cox_t *fit, double *residual, tn_error_t *err); /**< n */
/** Score residuals, n x p by column, without the case weights (R: weighted = FALSE). */
TN_API TN_MUST_CHECK int tn_cox_score_residuals(
    const tn_cox_t *fit, double *residual, tn_error_t *err);
/** Approximate change of the coefficients when a row goes, n x p by column, with its case weight
 * (R's default). */
TN_API TN_MUST_CHECK int tn_cox_dfbeta(const tn_cox_t *fit, double *residual, tn_error_t *err);

/** Schoenfeld residuals, one for each event: by stratum, then time ascending, then row.
 *  @param is_scaled  scaled by n_events vcov_model and moved to coef: estimates of beta(t).
 *  @param row   out, n_events: row of the spells, or NULL.   @param time  out, n_events, or NULL.
 *  @param residual  out, n_events x p by column. Not weighted. */
TN_API TN_MUST_CHECK int tn_cox_schoenfeld(const tn_cox_t *fit, bool is_scaled, size_t *row,
    double *time, double *residual, tn_error_t *err);

/** The scale of time for the test of proportional hazards. */
typedef enum tn_cox_transform {
    TN_COX_TIME_KM, /**< 1 - Kaplan-Meier just before, all strata together, unweighted */
    TN_COX_TIME_IDENTITY,
    TN_COX_TIME_LOG,
    TN_COX_TIME_RANK /**< among all exits, mean rank of ties */
} tn_cox_transform_t;

/** Test of proportional hazards: score test for adding x g(t) to the model.
 *  @param chisq  out, p: each covariate alone, 1 degree of freedom.
 *  @param global out: all together, p degrees of freedom.
 *  @param p_value out, p + 1: of each and of global; may be NULL.
 *  @return 0; TN_EARG; TN_EDOMAIN (log of an event time that is not positive); TN_ENOMEM. Singular
 *  information gives NaN. Cost O(n p^2). Source: Grambsch & Therneau (1994), as the exact score
 * test of R survival 3's cox.zph(terms = FALSE). */
TN_API TN_MUST_CHECK int tn_cox_zph(const tn_cox_t *fit, tn_cox_transform_t transform,
    double *chisq, double *global, double *p_value, tn_error_t *err);

typedef enum tn_cox_resample {
    TN_COX_POISSON,    /**< each cluster Poisson(1) times, independently */
    TN_COX_MULTINOMIAL /**< as many clusters as there are, drawn with replacement */
} tn_cox_resample_t;

typedef struct tn_cox_bootstrap_options {
    int64_t n_refits;
    uint64_t seed;
    tn_cox_resample_t resample;
    int n_threads; /**< 0: all processors; the results do not depend on it */
} tn_cox_bootstrap_options_t;
#define TN_COX_BOOTSTRAP_OPTIONS_DEFAULT                                                           \
    {                                                                                              \
        .n_refits = 1000, .seed = 1                                                                \
    }

/** Refits the model on resampled clusters (rows if the spells had no clusters). The multiplicities
 *  multiply the case weights of the sorted rows, so a refit sorts nothing; as weights they are not
 *  ties among the copies (Efron). Refit k is a function of (seed, k) alone.
 *  @param coef    out, n_refits x p by refit; NaN where the refit found no maximum.
 *  @param status  out, n_refits, or NULL.
 *  @param n_failed  out: refits whose status is not CONVERGED.
 *  @return 0; TN_EARG; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_cox_bootstrap(const tn_cox_t *fit,
    const tn_cox_bootstrap_options_t *opt, double *coef, tn_fit_status_t *status, int64_t *n_failed,
    tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
