/** Split-population (cure) duration regression: some rows are never at risk. One cause or K
 * competing routes out; Weibull or log-logistic; time-varying covariates, delayed entry, case
 * weights.
 *
 *  A row of a spell is known over (entry, exit]. With covariates x (duration) and z (risk):
 *    pi = 1 / (1 + exp(-z'gamma))            the share ever at risk; the others are cured, immune;
 *    at risk, cause k has the hazard h_k and the cumulative hazard H_k of
 *      Weibull       H_k(t) = (lambda_k t)^alpha_k,
 *      log-logistic  H_k(t) = log(1 + (lambda_k t)^alpha_k),      lambda_k = exp(-x'beta_k);
 *    the causes multiply: S(t) = exp(-H_1(t) - ... - H_K(t)) for a member at risk.
 *  Log-likelihood of a row, given no exit by its entry:
 *    censored       log(1 - pi + pi S(exit)) - log(1 - pi + pi S(entry)),
 *    exit by k      log(pi h_k(exit) S(exit)) - log(1 - pi + pi S(entry)).
 *  The rows of a subject have one latent class each, as if drawn anew given survival so far: that
 * is the model of R's spduration, which K = 1 reproduces. x and z always have an intercept, which
 * the caller does not supply. The shape parameter is MINUS the log of alpha, as spduration has it
 *  (where it is printed as "log(alpha)").
 *
 *  Source: Schmidt & Witte (1989); Svolik (2008); Beger, Hill, Metternich, Minhas & Ward (2017);
 *  latent failure times for K > 1: Larson & Dinse (1985) with an immune class. */
#ifndef TENURE_SPLITPOP_H
#define TENURE_SPLITPOP_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_SPLITPOP_MAX_CAUSES 16

typedef enum tn_splitpop_distribution {
    TN_SPLITPOP_WEIBULL,
    TN_SPLITPOP_LOGLOGISTIC
} tn_splitpop_distribution_t;

/** Which maximum is reported: the likelihood may have several. */
typedef enum tn_splitpop_search {
    TN_SPLITPOP_NEAREST, /**< the one that Newton's method reaches from the plain fit and gamma = 0:
                            where R's spduration begins, so that its published fits are met */
    TN_SPLITPOP_HIGHEST  /**< the highest found from several shares at risk */
} tn_splitpop_search_t;

typedef struct tn_splitpop_options {
    tn_splitpop_distribution_t distribution;
    const double *z;     /**< n x n_risk by column: covariates of the risk equation */
    int n_risk;          /**< 0 allowed: one share for all */
    bool is_robust;      /**< sandwich variance: clustered if the spells have clusters, else by row;
                            no small-sample factor (as R's survival) */
    const double *start; /**< where to begin, in the layout of coef; NULL: own starts */
    tn_splitpop_search_t search; /**< see above */
    int max_iterations;          /**< of each search; 0: 100 */
    int n_threads;               /**< 0: all processors; the figures do not depend on it */
} tn_splitpop_options_t;
#define TN_SPLITPOP_OPTIONS_DEFAULT                                                                \
    {                                                                                              \
        .distribution = TN_SPLITPOP_WEIBULL                                                        \
    }

/** A fitted model. Coefficients lie one behind the other: for each cause the intercept and
 *  n_covariates of beta; the intercept and n_risk of gamma; for each cause -log(alpha). */
typedef struct tn_splitpop {
    tn_splitpop_distribution_t distribution;
    int n_causes, n_covariates, n_risk;
    int n_parameters; /**< n_causes (n_covariates + 2) + n_risk + 1 */
    size_t n, n_events;
    bool is_robust;
    tn_fit_status_t status;
    int parameter; /**< the coefficient that is collinear, runs off to infinity or has no events, as
                      index into coef; -1: none */
    int n_iterations;
    double *coef;          /**< n_parameters */
    double *vcov;          /**< n_parameters squared: robust if asked for, else as vcov_model */
    double *vcov_model;    /**< inverse of the observed information */
    double loglik;         /**< sum of weight times the rows' terms above */
    double loglik_highest; /**< highest found from any start: above loglik if another maximum is
                              better (both are reported: do not trust the fit blindly then) */
    double loglik_plain;   /**< the same model with all at risk (pi = 1) */
} tn_splitpop_t;

/** Fits the model by Newton's method with analytic derivatives, from a fit without cured and
 * several shares at risk; the highest maximum found is kept. Covariates are standardised inside.
 *  @param self    out; free with tn_splitpop_free.
 *  @param spells  checked here, not kept; exit > 0, entry >= 0; strata are refused (use indicator
 *                 columns). Rows of one subject are tied together by cluster.
 *  @return 0: look at self->status. With COLLINEAR or NO_EVENTS (of any one cause) coef and vcov
 * are NaN. With SEPARATION the coefficient named has no finite maximum (for the intercept of gamma:
 * no cured at all): it and its variance mean nothing; the log-likelihood is right, and so are the
 *  others' figures as far as they go with the limit. TN_EARG, TN_EDOMAIN with the row, TN_ENOMEM.
 *  Cost O(n p^2) an iteration, some tens of them. */
TN_API TN_MUST_CHECK int tn_splitpop_fit(tn_splitpop_t *self, const tn_spells_t *spells,
    const tn_splitpop_options_t *opt, tn_error_t *err);
TN_API void tn_splitpop_free(tn_splitpop_t *self);

typedef enum tn_splitpop_equation {
    TN_SPLITPOP_DURATION,
    TN_SPLITPOP_RISK,
    TN_SPLITPOP_SHAPE
} tn_splitpop_equation_t;

/** What a coefficient is about. */
typedef struct tn_splitpop_place {
    tn_splitpop_equation_t equation;
    int cause;     /**< 1..n_causes; 0 for the risk equation */
    int covariate; /**< column of x or z from 0; -1: intercept or shape */
} tn_splitpop_place_t;

/** @param parameter  0..n_parameters-1. */
TN_API tn_splitpop_place_t tn_splitpop_place(const tn_splitpop_t *self, int parameter);

/** New rows. */
typedef struct tn_splitpop_rows {
    size_t n;
    const double *entry; /**< n, or NULL: 0 */
    const double *exit;  /**< n; the t of the figures */
    const double *x;     /**< n x n_covariates by column */
    const double *z;     /**< n x n_risk by column */
} tn_splitpop_rows_t;

/** The figures of R's predict.spdur, under its names, with pi_t = pi S(t) / (1 - pi + pi S(t)), the
 *  share at risk among those left at t = exit, and the density f_k = h_k S. spduration's default
 *  conditions on survival twice (CONDITIONAL_HAZARD); HAZARD is the hazard of the population. It
 *  cuts values above 1; here they stay. */
typedef enum tn_splitpop_figure {
    TN_SPLITPOP_UNCONDITIONAL_RISK,  /**< pi */
    TN_SPLITPOP_UNCONDITIONAL_CURE,  /**< 1 - pi */
    TN_SPLITPOP_CONDITIONAL_RISK,    /**< pi_t */
    TN_SPLITPOP_CONDITIONAL_CURE,    /**< 1 - pi_t */
    TN_SPLITPOP_HAZARD,              /**< pi f_k(t) / (1 - pi + pi S(t)) */
    TN_SPLITPOP_FAILURE,             /**< pi f_k(t) / (1 - pi + pi S(entry)) */
    TN_SPLITPOP_CONDITIONAL_HAZARD,  /**< pi_t f_k(t) / (1 - pi_t + pi_t S(t)) */
    TN_SPLITPOP_CONDITIONAL_FAILURE, /**< pi_t f_k(t) / (1 - pi_t + pi_t S(entry)) */
    TN_SPLITPOP_SURVIVAL             /**< (1 - pi + pi S(t)) / (1 - pi + pi S(entry)) */
} tn_splitpop_figure_t;

/** @param out  HAZARD, FAILURE and their kin: n x n_causes by column; the others: n.
 *  @return 0; TN_EARG; TN_EDOMAIN with the row; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_splitpop_predict(const tn_splitpop_t *self,
    const tn_splitpop_rows_t *rows, tn_splitpop_figure_t figure, double *out, tn_error_t *err);

/** Where tn_splitpop_curve writes; each may be NULL. */
typedef struct tn_splitpop_curves {
    double *surv, *surv_se; /**< n_times */
    double *cif, *cif_se;   /**< n_causes x n_times, row = cause */
} tn_splitpop_curves_t;

/** Survival and cumulative incidence of one member of the population with fixed covariates, given
 * no exit by t0, with standard errors by the delta method on vcov.
 *  @param x, z   n_covariates and n_risk numbers.   @param times  n_times ascending, >= t0 >= 0.
 *  @return 0; TN_EARG; TN_EDOMAIN; TN_ENOMEM.
 *  Cumulative incidence by Gauss-Legendre panels in log time, exact to about 1e-13. */
TN_API TN_MUST_CHECK int tn_splitpop_curve(const tn_splitpop_t *self, const double *x,
    const double *z, double t0, size_t n_times, const double *times,
    const tn_splitpop_curves_t *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
