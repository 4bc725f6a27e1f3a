/** Parametric regression for the time to one cause of exit; the other causes count as censored
 * there (cause-specific hazard). Delayed entry (left truncation), right censoring, time-varying
 *  covariates as counting-process rows, case weights, an offset, model-based, robust and clustered
 *  variance. Newton's method with the analytic score and observed information.
 *
 *  The intercept is the module's: do not put a column of ones into spells.x. With
 *  eta = intercept + offset + x'beta the families are
 *    exponential   T = exp(eta) E, E standard exponential: hazard exp(-eta)
 *    Weibull       log T = eta + sigma W, W = log of a standard exponential (minimum extreme value)
 *    log-normal    log T = eta + sigma N(0, 1)
 *    log-logistic  log T = eta + sigma logistic(0, 1)
 *    Gompertz      hazard exp(eta + shape t): proportional hazards. flexsurv's "shape" and
 *                  log("rate"); the shape may be negative, then a share exp(exp(eta) / shape) never
 *                  leaves
 *    piecewise     hazard exp(log rate_k + offset + x'beta) for t in (cut_k-1, cut_k], the first
 *                  interval from 0 and the last without end: proportional hazards, no intercept;
 *                  the same likelihood as a Poisson model with log exposure as offset
 *  The first four are those of R's survreg (coefficients on log time, so a positive one means
 *  longer; log(scale) = log sigma); the last two have log hazard ratios (positive: shorter).
 *
 *  Strata have, in common eta, a scale of their own (Weibull, log-normal, log-logistic: survreg's
 *  strata()), a shape of their own (Gompertz), or rates of their own (piecewise). The exponential
 *  has nothing to stratify: TN_EARG.
 *
 *  Terms, in the order of coef: intercept, covariates, log(scale) or shape by stratum; piecewise:
 *  log rates (by stratum, then interval), covariates.
 *
 *  Times are positive, in the caller's unit; hazards are per that unit. A row with exit = 0 or
 *  entry < 0 is TN_EDOMAIN. Without left truncation use entry NULL or 0. Ties need no rule.
 *  Source: Kalbfleisch & Prentice (2002) ch. 3; figures as R survival 3.5 (survreg). */
#ifndef TENURE_PARAMETRIC_H
#define TENURE_PARAMETRIC_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tn_parametric_family {
    TN_PARAMETRIC_EXPONENTIAL,
    TN_PARAMETRIC_WEIBULL,
    TN_PARAMETRIC_LOGNORMAL,
    TN_PARAMETRIC_LOGLOGISTIC,
    TN_PARAMETRIC_GOMPERTZ,
    TN_PARAMETRIC_PIECEWISE
} tn_parametric_family_t;

typedef struct tn_parametric_options {
    tn_parametric_family_t family;
    int cause;      /**< whose hazard, 1..n_causes */
    bool is_robust; /**< sandwich variance: clustered if the spells have clusters, else by row;
                       without small-sample factor, as survreg */
    bool is_score_unweighted; /**< leaves the case weights out of the sandwich's scores, as R's
                                 survreg does (3.5); weight 2 is then not the row twice */
    const double *offset;     /**< n, added to eta; or NULL */
    int n_cuts;               /**< piecewise only: 0 gives one rate */
    const double *cuts;       /**< n_cuts, positive, ascending */
    int max_iterations;       /**< 0: 50 */
    int n_threads;            /**< 0: all processors; the figures do not depend on it */
} tn_parametric_options_t;
#define TN_PARAMETRIC_OPTIONS_DEFAULT                                                              \
    {                                                                                              \
        .family = TN_PARAMETRIC_WEIBULL, .cause = 1                                                \
    }

/** A fitted model; it keeps nothing of the data. Figures that do not exist are NaN. */
typedef struct tn_parametric {
    tn_parametric_family_t family;
    int cause;
    size_t n;        /**< rows */
    size_t n_events; /**< rows that end with the cause */
    int n_covariates, n_strata;
    int n_locations; /**< 1 (the intercept) or, piecewise, n_strata * (n_cuts + 1) log rates */
    int n_shapes;    /**< log(scale)s or shapes: 0 or n_strata */
    int n_terms;     /**< n_locations + n_covariates + n_shapes */
    int n_cuts;
    double *cuts; /**< n_cuts */
    bool is_robust;
    tn_fit_status_t status; /**< anything but CONVERGED: do not trust the figures. NO_EVENTS with a
                               term: that stratum has no event, so no scale or shape can be found.
                               SEPARATION: no maximum, or one too far off for max_iterations; of a
                               log(scale) or shape: the events are at the last exit, fitted exactly,
                               or truncation leaves nothing to tell the scale by */
    int term;               /**< which term is collinear, runs off or is empty, from 0; -1: none */
    int n_iterations;       /**< after those of the intercept-only model */
    int n_empty_rates;  /**< piecewise: rates of intervals without an event. Their maximum is zero:
                           coefficient -inf (NaN: not even exposure), variance NaN, the rest valid */
    double *coef;       /**< n_terms */
    double *vcov;       /**< n_terms x n_terms: robust if asked for, else as vcov_model */
    double *vcov_model; /**< n_terms x n_terms: inverse of the observed information */
    double loglik;      /**< of the times themselves (not of their logs), as survreg's */
    double loglik_intercept; /**< without the covariates; with the offset, and with all scales,
                                shapes and rates */
    double lrt;              /**< 2 (loglik - loglik_intercept), n_covariates degrees of freedom */
    double aic;              /**< -2 loglik + 2 n_terms */
    double bic;              /**< -2 loglik + log(n) n_terms, n = rows as R's BIC(survreg) */
} tn_parametric_t;

/** Fits the model.
 *  @param self    out; free with tn_parametric_free.
 *  @param spells  checked here; not kept.
 *  @return 0: look at self->status. TN_EARG for a bad option, TN_EDOMAIN with the row for bad data,
 *  TN_ENOMEM. Cost O(n p^2) an iteration (piecewise O(n (p^2 + intervals p))), about ten
 *  iterations; 8 (p + 2) bytes a row. */
TN_API TN_MUST_CHECK int tn_parametric_fit(tn_parametric_t *self, const tn_spells_t *spells,
    const tn_parametric_options_t *opt, tn_error_t *err);
TN_API void tn_parametric_free(tn_parametric_t *self);

typedef enum tn_parametric_kind {
    TN_PARAMETRIC_INTERCEPT,
    TN_PARAMETRIC_LOG_RATE,  /**< index = interval, from 0 */
    TN_PARAMETRIC_COVARIATE, /**< index = covariate, from 0 */
    TN_PARAMETRIC_LOG_SCALE,
    TN_PARAMETRIC_SHAPE
} tn_parametric_kind_t;

/** What term k is. @param index, stratum  out, -1 where they say nothing; may be NULL. */
TN_API tn_parametric_kind_t tn_parametric_term(
    const tn_parametric_t *fit, int k, int *index, int *stratum);

/** New rows to predict for. */
typedef struct tn_parametric_rows {
    size_t n;
    const double *x;        /**< n x n_covariates by column */
    const int32_t *stratum; /**< n, or NULL: stratum 0 */
    const double *offset;   /**< n, or NULL: 0 */
} tn_parametric_rows_t;

typedef enum tn_parametric_what {
    TN_PARAMETRIC_SURVIVAL, /**< at times */
    TN_PARAMETRIC_HAZARD,   /**< at times > 0; at a cut point that of the interval before it */
    TN_PARAMETRIC_CUMHAZ,   /**< at times */
    TN_PARAMETRIC_QUANTILE  /**< time by which a share p in (0, 1) has left; inf if it never has */
} tn_parametric_what_t;

/** Where tn_parametric_predict writes; each n x n_at, row = new row, or NULL. */
typedef struct tn_parametric_curves {
    double *estimate;
    double *se; /**< of estimate, delta method with fit->vcov */
    double *lower, *upper;
} tn_parametric_curves_t;

/** Predicts for new rows, had they only this cause.
 *  @param at     n_at times or probabilities, any order.
 *  @param scale  of the limits at confidence level (0.95). Survival: as tn_interval_t says; hazard,
 *  cumulative hazard and quantile: PLAIN (not below 0), else on the log.
 *  @return 0; TN_EARG (no coefficients, sizes, strata out of range), TN_EDOMAIN (a covariate is not
 *  finite; a time or probability out of range), TN_ENOMEM. A zero rate (piecewise) counts as known.
 *  Cost O(n n_at n_terms^2). */
TN_API TN_MUST_CHECK int tn_parametric_predict(const tn_parametric_t *fit,
    const tn_parametric_rows_t *rows, tn_parametric_what_t what, size_t n_at, const double *at,
    tn_interval_t scale, double level, const tn_parametric_curves_t *out, tn_error_t *err);

typedef enum tn_parametric_residual {
    TN_PARAMETRIC_COX_SNELL,  /**< cumulative hazard over (entry, exit] */
    TN_PARAMETRIC_MARTINGALE, /**< event - cumulative hazard */
    TN_PARAMETRIC_DEVIANCE    /**< the martingale residual made symmetric, as R's coxph (not as
                                 survreg's, which compares densities) */
} tn_parametric_residual_t;

/** Residuals of rows (those of the fit, or others with the same columns), without case weights.
 *  @param offset    n, or NULL.
 *  @param residual  out, n.
 *  @return 0; TN_EARG, TN_EDOMAIN as tn_parametric_fit; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_parametric_residuals(const tn_parametric_t *fit,
    const tn_spells_t *spells, const double *offset, tn_parametric_residual_t kind,
    double *residual, tn_error_t *err);

/** Score residuals: gradient of each row's log-likelihood at fit->coef, without case weights.
 *  Times vcov_model they are R's residuals(type = "dfbeta").
 *  @param residual  out, n x n_terms by column; 0 for the rates of empty intervals. */
TN_API TN_MUST_CHECK int tn_parametric_score_residuals(const tn_parametric_t *fit,
    const tn_spells_t *spells, const double *offset, double *residual, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
