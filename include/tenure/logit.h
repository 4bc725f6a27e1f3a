/** Discrete-time competing risks: a multinomial logit on person-period rows. In each period a
 * subject stays (outcome 0) or leaves by one of K causes; with covariates x of the period h_k =
 * exp(eta_k) / (1 + exp(eta_1) + ... + exp(eta_K)),   eta_k = offset + b_k0 + x'b_k. Time itself
 * comes in through columns of x (indicators, splines). K = 1 is the binary logit. The rows come
 * from tenure/periods.h or from data that are yearly or monthly already.
 *
 *  Ridge: (ridge / 2) sum_k sum_j penalty_j (s_j b_kj)^2 is taken off the log-likelihood, with s_j
 *  the standard deviation of column j (weighted, divisor sum of weights) or 1; intercepts are free.
 *  The log-likelihood is not divided by n: glmnet's lambda is ridge / sum of weights. For K > 1 the
 *  coefficients penalised are those against staying. The standard errors are those of the penalised
 *  information and say nothing of the bias (as R's survival::ridge).
 *
 *  Source: Allison (1982); Begg & Gray (1984); Fahrmeir & Wagenpfeil (1996). */
#ifndef TENURE_LOGIT_H
#define TENURE_LOGIT_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Person-period rows. */
typedef struct tn_logit_rows {
    size_t n;
    const int32_t *outcome; /**< n: 0 stays, 1..n_causes leaves */
    int n_causes;           /**< at least 1 */
    const double *weight;   /**< n, positive, or NULL: all 1 */
    const double *offset;   /**< n, added to every cause's predictor, or NULL */
    const int32_t
        *cluster;     /**< n, 0..n_clusters-1 (subject, country), or NULL: each row by itself */
    int n_clusters;   /**< read if cluster is given */
    const double *x;  /**< n x n_covariates by column, without an intercept */
    int n_covariates; /**< 0 allowed */
} tn_logit_rows_t;

typedef enum tn_logit_scale {
    TN_LOGIT_STANDARDISED, /**< s_j = standard deviation: the units of columns do not matter */
    TN_LOGIT_RAW           /**< s_j = 1 */
} tn_logit_scale_t;

typedef struct tn_logit_options {
    double ridge;          /**< 0: none */
    const double *penalty; /**< n_covariates factors >= 0, or NULL: all 1; 0 leaves a column free */
    tn_logit_scale_t scale;
    bool is_robust;     /**< sandwich variance: clustered if the rows have clusters, else by row; no
                           small-sample factor */
    int max_iterations; /**< 0: 100 */
    int n_threads;      /**< 0: all processors; the figures do not depend on it */
} tn_logit_options_t;
#define TN_LOGIT_OPTIONS_DEFAULT                                                                   \
    {                                                                                              \
        .ridge = 0.0                                                                               \
    }

/** A fitted model. Coefficient of covariate j (from 0) for cause k (from 1):
 *  coef[(k - 1) * (n_covariates + 1) + 1 + j], intercept at 0 in place of 1 + j. */
typedef struct tn_logit {
    int n_causes, n_covariates;
    int n_parameters; /**< n_causes (n_covariates + 1) */
    size_t n, n_events;
    bool is_robust;
    tn_fit_status_t status;
    int parameter; /**< the coefficient that is collinear, runs off or has no events, as index into
                      coef; -1: none */
    int n_iterations;
    double *coef;       /**< n_parameters */
    double *vcov;       /**< n_parameters squared: robust if asked for, else as vcov_model */
    double *vcov_model; /**< inverse of the (penalised) information */
    double loglik;      /**< without the penalty */
    double penalty;
    double loglik_null; /**< intercepts (and offset) only */
    double df;          /**< n_parameters; with a ridge trace(info vcov_model) */
} tn_logit_t;

/** Fits the model by Newton's method; covariates are standardised inside.
 *  @param self  out; free with tn_logit_free.   @param rows  checked here, not kept.
 *  @return 0: look at self->status. NO_EVENTS (of any cause), COLLINEAR (the later of the columns
 *  concerned is named; not looked for under a ridge) and SEPARATION because nobody ever stays
 *  (parameter 0): coef and vcov are NaN. Other SEPARATION: the coefficient named has no finite
 *  maximum; it and its variance mean nothing, loglik is right. TN_EARG, TN_EDOMAIN with the row,
 *  TN_ENOMEM. Cost O(n K^2 p^2) an iteration. */
TN_API TN_MUST_CHECK int tn_logit_fit(
    tn_logit_t *self, const tn_logit_rows_t *rows, const tn_logit_options_t *opt, tn_error_t *err);
TN_API void tn_logit_free(tn_logit_t *self);

/** Hazards of new rows.
 *  @param x       n x n_covariates by column.   @param offset  n, or NULL.
 *  @param hazard  out, n x n_causes by column.
 *  @return 0; TN_EARG (a fit without coefficients); TN_EDOMAIN with the row. */
TN_API TN_MUST_CHECK int tn_logit_predict(const tn_logit_t *self, size_t n, const double *x,
    const double *offset, double *hazard, tn_error_t *err);

/** Where tn_logit_curve writes; each may be NULL. */
typedef struct tn_logit_curves {
    double *surv, *surv_se; /**< n_periods: at the end of each period */
    double *cif, *cif_se;   /**< n_causes x n_periods, row = cause */
} tn_logit_curves_t;

/** Survival and cumulative incidence of one subject over consecutive periods, whose rows are x
 *  (n_periods x n_covariates by column; offset as above), given that it is there when the first
 *  begins. Standard errors by the delta method on vcov.
 *  @return as tn_logit_predict, and TN_ENOMEM. Cost O(n_periods K (K p)^2). */
TN_API TN_MUST_CHECK int tn_logit_curve(const tn_logit_t *self, size_t n_periods, const double *x,
    const double *offset, const tn_logit_curves_t *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
