/* Hazards of new rows, and the curves of one subject over its periods. With g the gradient of log
 * surv so far, and d log h_k / d b_l = (delta_kl - h_l) x, d log stays / d b_l = -h_l x: each
 * cause's incidence gains S h_k, and its gradient S h_k (g + d log h_k). */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/logit_core.h"

static int check(
    const tn_logit_t *self, size_t n, const double *x, const double *offset, tn_error_t *err)
{
    if (self->coef == NULL || !isfinite(self->coef[0])) {
        return tn_error_set(err, TN_EARG, "logit: the fit has no coefficients (%s)",
            tn_fit_status_text(self->status));
    }
    if (n > 0 && self->n_covariates > 0 && x == NULL) {
        return tn_error_set(err, TN_EARG, "logit: covariates of new rows are missing");
    }
    for (size_t i = 0; i < n; i++) {
        bool is_good = offset == NULL || isfinite(offset[i]);
        for (int j = 0; j < self->n_covariates; j++)
            is_good = is_good && isfinite(x[(size_t)j * n + i]);
        if (is_good) continue;
        return tn_error_set(
            err, TN_EDOMAIN, "row %zu: a covariate or the offset is not a finite number", i + 1);
    }
    return 0;
}

/* Hazards of row i. @return log of the probability of staying. */
static double row_hazards(const tn_logit_t *self, size_t n, size_t i, const double *x,
    const double *offset, double *eta, double *h)
{
    const double *b = self->coef;
    for (int k = 0; k < self->n_causes; k++, b += self->n_covariates + 1) {
        eta[k] = b[0] + (offset != NULL ? offset[i] : 0.0);
        for (int j = 0; j < self->n_covariates; j++)
            eta[k] += b[1 + j] * x[(size_t)j * n + i];
    }
    return tn_logit_hazards(self->n_causes, eta, h);
}

int tn_logit_predict(const tn_logit_t *self, size_t n, const double *x, const double *offset,
    double *hazard, tn_error_t *err)
{
    const int ret = check(self, n, x, offset, err);
    if (ret < 0) return ret;
    const size_t n_causes = (size_t)self->n_causes;
    double *eta = tn_calloc(2 * n_causes, sizeof *eta), *h = eta + n_causes;
    if (eta == NULL) return tn_error_set(err, TN_ENOMEM, "logit: out of memory");
    for (size_t i = 0; i < n; i++) {
        row_hazards(self, n, i, x, offset, eta, h);
        for (size_t k = 0; k < n_causes; k++)
            hazard[k * n + i] = h[k];
    }
    tn_free(eta);
    return 0;
}

typedef struct curve {
    const tn_logit_t *fit;
    double *eta, *h, *cif; /* K */
    double *design;        /* n_covariates + 1 */
    double *by_surv;       /* p: gradient of log surv */
    double *by_cif;        /* K x p */
    double log_surv;
    double *work;
} curve_t;

static int curve_init(curve_t *c, const tn_logit_t *fit)
{
    const size_t n_causes = (size_t)fit->n_causes, p = (size_t)fit->n_parameters;
    const size_t m = (size_t)fit->n_covariates + 1;
    *c = (curve_t){.fit = fit};
    c->work = tn_calloc(3 * n_causes + m + p + n_causes * p, sizeof *c->work);
    if (c->work == NULL) return TN_ENOMEM;
    c->eta = c->work;
    c->h = c->eta + n_causes;
    c->cif = c->h + n_causes;
    c->design = c->cif + n_causes;
    c->by_surv = c->design + m;
    c->by_cif = c->by_surv + p;
    return 0;
}

static double delta(const tn_logit_t *fit, const double *g)
{
    const size_t p = (size_t)fit->n_parameters;
    double sum = 0.0;
    for (size_t j = 0; j < p; j++) {
        double inner = 0.0;
        for (size_t k = 0; k < p; k++)
            inner += fit->vcov[j * p + k] * g[k];
        sum += g[j] * inner;
    }
    return sum > 0.0 ? sqrt(sum) : sum; /* NaN stays */
}

/* One period further: incidences first, which begin from the survival before it. */
static void advance(curve_t *c, double log_stays)
{
    const size_t n_causes = (size_t)c->fit->n_causes, p = (size_t)c->fit->n_parameters;
    const size_t m = (size_t)c->fit->n_covariates + 1;
    const double surv = tn_exp(c->log_surv);
    for (size_t k = 0; k < n_causes; k++) {
        const double gain = surv * c->h[k];
        c->cif[k] += gain;
        for (size_t j = 0; j < p; j++) {
            const size_t l = j / m;
            const double by = ((l == k ? 1.0 : 0.0) - c->h[l]) * c->design[j % m];
            c->by_cif[k * p + j] += gain * (c->by_surv[j] + by);
        }
    }
    for (size_t j = 0; j < p; j++)
        c->by_surv[j] -= c->h[j / m] * c->design[j % m];
    c->log_surv += log_stays;
}

static void write_period(const curve_t *c, size_t n, size_t i, const tn_logit_curves_t *out)
{
    const size_t p = (size_t)c->fit->n_parameters;
    const double surv = tn_exp(c->log_surv);
    if (out->surv != NULL) out->surv[i] = surv;
    if (out->surv_se != NULL) out->surv_se[i] = surv * delta(c->fit, c->by_surv);
    for (size_t k = 0; k < (size_t)c->fit->n_causes; k++) {
        if (out->cif != NULL) out->cif[k * n + i] = c->cif[k];
        if (out->cif_se != NULL) out->cif_se[k * n + i] = delta(c->fit, c->by_cif + k * p);
    }
}

int tn_logit_curve(const tn_logit_t *self, size_t n_periods, const double *x, const double *offset,
    const tn_logit_curves_t *out, tn_error_t *err)
{
    curve_t c;
    int ret = check(self, n_periods, x, offset, err);
    if (ret < 0) return ret;
    ret = curve_init(&c, self);
    if (ret < 0) return tn_error_set(err, ret, "logit: out of memory");
    for (size_t i = 0; i < n_periods; i++) {
        const double log_stays = row_hazards(self, n_periods, i, x, offset, c.eta, c.h);
        c.design[0] = 1.0;
        for (int j = 0; j < self->n_covariates; j++)
            c.design[1 + j] = x[(size_t)j * n_periods + i];
        advance(&c, log_stays);
        write_period(&c, n_periods, i, out);
    }
    tn_free(c.work);
    return 0;
}
