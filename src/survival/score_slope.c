/* Logistic recalibration: Newton's method on logit P(y = 1) = a + b logit(p). Source: Cox (1958),
 * "Two further applications of a model for binary regression". */
#include "tenure/score.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/newton.h"
#include "survival/score_check.h"

typedef struct recalibration {
    size_t n;
    const int32_t *y;
    double *logit; /* n */
    int p;         /* 2: intercept and slope; 1: intercept, the slope kept at 1 */
} recalibration_t;

static double linear(const recalibration_t *r, const double *theta, size_t i)
{
    return theta[0] + (r->p == 2 ? theta[1] : 1.0) * r->logit[i];
}

static double expit(double eta)
{
    if (eta >= 0.0) return 1.0 / (1.0 + tn_exp(-eta));
    const double e = tn_exp(eta);
    return e / (1.0 + e);
}

static int loglik(void *ctx, const double *theta, double *value, double *score, double *info)
{
    const recalibration_t *r = ctx;
    double sum = 0.0, u0 = 0.0, u1 = 0.0, i00 = 0.0, i01 = 0.0, i11 = 0.0;
    for (size_t i = 0; i < r->n; i++) {
        const double x = r->logit[i], eta = linear(r, theta, i), p = expit(eta);
        const double residual = r->y[i] - p, v = p * (1.0 - p);
        sum += (r->y[i] == 1 ? fmin(eta, 0.0) : fmin(-eta, 0.0)) - tn_log1p(tn_exp(-fabs(eta)));
        u0 += residual;
        u1 += residual * x;
        i00 += v;
        i01 += v * x;
        i11 += v * x * x;
    }
    *value = sum;
    score[0] = u0;
    info[0] = i00;
    if (r->p == 1) return 0;
    score[1] = u1;
    info[1] = info[2] = i01;
    info[3] = i11;
    return 0;
}

/* variance := variance (sum over clusters of U U') variance; 2 x 2, the second row and column 0 if
 * p = 1. */
static int sandwich(const recalibration_t *r, const double *theta, const int32_t *cluster,
    int n_clusters, double *variance)
{
    struct {
        double intercept, slope;
    } *u = tn_calloc((size_t)n_clusters + 1, sizeof *u);
    if (u == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < r->n; i++) {
        const double residual = r->y[i] - expit(linear(r, theta, i));
        u[cluster[i]].intercept += residual;
        u[cluster[i]].slope += residual * r->logit[i];
    }
    double out[4] = {0};
    for (int k = 0; k < n_clusters; k++) {
        const double a = variance[0] * u[k].intercept + variance[1] * u[k].slope;
        const double b = variance[2] * u[k].intercept + variance[3] * u[k].slope;
        out[0] += a * a;
        out[1] += a * b;
        out[3] += b * b;
    }
    variance[0] = out[0];
    variance[1] = variance[2] = out[1];
    variance[3] = out[3];
    tn_free(u);
    return 0;
}

static int fit(recalibration_t *r, int p, const int32_t *cluster, int n_clusters, double *theta,
    double *variance, tn_newton_result_t *result)
{
    double score[2], info[4], inverse[4] = {0};
    r->p = p;
    const tn_newton_t newton = {.p = p, .loglik = loglik, .ctx = r, .is_concave = true};
    int ret = tn_newton_maximise(&newton, theta, score, info, inverse, result);
    for (int k = 0; k < 4; k++)
        variance[k] = p == 2 || k == 0 ? inverse[k] : 0.0;
    if (ret == 0 && cluster != NULL && result->status == TN_FIT_CONVERGED)
        ret = sandwich(r, theta, cluster, n_clusters, variance);
    return ret;
}

static int fit_both(
    tn_score_slope_t *self, recalibration_t *r, const int32_t *cluster, int n_clusters)
{
    double large[2] = {0, 1}, theta[2] = {0, 1}, variance[4];
    tn_newton_result_t result;
    int ret = fit(r, 1, cluster, n_clusters, large, variance, &result);
    if (ret < 0) return ret;
    if (result.status == TN_FIT_CONVERGED) {
        self->in_the_large = large[0];
        self->se_in_the_large = sqrt(variance[0]);
    }
    ret = fit(r, 2, cluster, n_clusters, theta, variance, &result);
    self->status = result.status;
    if (ret < 0 || result.status != TN_FIT_CONVERGED) return ret;
    self->intercept = theta[0];
    self->slope = theta[1];
    self->se_intercept = sqrt(variance[0]);
    self->se_slope = sqrt(variance[3]);
    self->covariance = variance[1];
    self->chisq = fmax(2.0 * (result.loglik - result.loglik_start), 0.0);
    self->p_value = tn_exp(-self->chisq / 2.0);
    return 0;
}

static int check(size_t n, const double *p, const int32_t *y, const int32_t *cluster,
    int n_clusters, tn_error_t *err)
{
    if (n == 0) return tn_error_set(err, TN_EARG, "no forecasts");
    const int ret = tn_score_check_binary(n, p, y, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == 0.0 || p[i] == 1.0)
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: probability %g has no logit", i + 1, p[i]);
        if (cluster != NULL && (cluster[i] < 0 || cluster[i] >= n_clusters))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: cluster %d, expected 0 to %d", i + 1,
                (int)cluster[i], n_clusters - 1);
    }
    return 0;
}

int tn_score_slope_fit(tn_score_slope_t *self, size_t n, const double *p, const int32_t *y,
    const int32_t *cluster, int n_clusters, tn_error_t *err)
{
    *self = (tn_score_slope_t){.status = TN_FIT_NO_EVENTS,
        .intercept = NAN,
        .slope = NAN,
        .se_intercept = NAN,
        .se_slope = NAN,
        .covariance = NAN,
        .in_the_large = NAN,
        .se_in_the_large = NAN,
        .chisq = NAN,
        .p_value = NAN};
    int ret = check(n, p, y, cluster, n_clusters, err);
    if (ret < 0) return ret;
    recalibration_t r = {.n = n, .y = y, .logit = tn_calloc(n, sizeof *r.logit)};
    if (r.logit == NULL) return tn_error_set(err, TN_ENOMEM, "out of memory");
    size_t n_events = 0;
    for (size_t i = 0; i < n; i++) {
        r.logit[i] = tn_log(p[i]) - tn_log1p(-p[i]);
        n_events += (size_t)y[i];
    }
    if (n_events > 0 && n_events < n) ret = fit_both(self, &r, cluster, n_clusters);
    tn_free(r.logit);
    return ret < 0 ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : 0;
}
