/* Fit of the Fine-Gray model: Newton on the weighted pseudo-likelihood, then the sandwich. */
#include "tenure/finegray.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/finegray_core.h"
#include "survival/newton.h"
#include "survival/spd.h"

static int check_options(
    const tn_spells_t *spells, const tn_finegray_options_t *opt, tn_error_t *err)
{
    if (opt->cause < 1 || opt->cause > spells->n_causes) {
        return tn_error_set(
            err, TN_EARG, "finegray: cause %d, expected 1 to %d", opt->cause, spells->n_causes);
    }
    if (spells->stratum != NULL) {
        return tn_error_set(
            err, TN_EARG, "finegray: no stratified baselines; for censoring by group use cengroup");
    }
    if (opt->variance < TN_FINEGRAY_CRR || opt->variance > TN_FINEGRAY_FIXED) {
        return tn_error_set(err, TN_EARG, "finegray: unknown kind of variance");
    }
    if (opt->cengroup == NULL) return 0;
    if (opt->n_cengroups < 1) return tn_error_set(err, TN_EARG, "finegray: no censoring groups");
    for (size_t i = 0; i < spells->n; i++) {
        if (opt->cengroup[i] >= 0 && opt->cengroup[i] < opt->n_cengroups) continue;
        return tn_error_set(
            err, TN_EDOMAIN, "row %zu: unknown censoring group (%d)", i + 1, opt->cengroup[i]);
    }
    return 0;
}

static int allocate(tn_finegray_t *self, size_t m)
{
    const size_t p = self->n_covariates > 0 ? (size_t)self->n_covariates : 1, size = m + 1;
    self->coef = tn_calloc(p, sizeof *self->coef);
    self->vcov = tn_calloc(p, p * sizeof *self->vcov);
    self->vcov_model = tn_calloc(p, p * sizeof *self->vcov_model);
    self->time = tn_calloc(size, sizeof *self->time);
    self->jump = tn_calloc(size, sizeof *self->jump);
    self->cumhaz = tn_calloc(size, sizeof *self->cumhaz);
    const bool is_short = self->coef == NULL || self->vcov == NULL || self->vcov_model == NULL ||
                          self->time == NULL || self->jump == NULL || self->cumhaz == NULL;
    return is_short ? TN_ENOMEM : 0;
}

void tn_finegray_free(tn_finegray_t *self)
{
    if (self == NULL) return;
    tn_free(self->coef);
    tn_free(self->vcov);
    tn_free(self->vcov_model);
    tn_free(self->time);
    tn_free(self->jump);
    tn_free(self->cumhaz);
    tn_finegray_data_free(self->data);
    tn_free(self->data);
    *self = (tn_finegray_t){0};
}

static void fill_nan(size_t n, double *x)
{
    for (size_t k = 0; k < n; k++)
        x[k] = NAN;
}

static void no_figures(tn_finegray_t *self)
{
    const size_t p = (size_t)self->n_covariates;
    fill_nan(p, self->coef);
    fill_nan(p * p, self->vcov);
    fill_nan(p * p, self->vcov_model);
    fill_nan(self->n_times, self->jump);
    fill_nan(self->n_times, self->cumhaz);
    self->loglik = NAN;
    self->wald = NAN;
}

/* Jumps at covariates 0; those of the data are at the centre. */
static void baseline(tn_finegray_t *self)
{
    const struct tn_finegray_data *d = self->data;
    double shift = 0.0, sum = 0.0;
    for (int j = 0; j < d->p; j++)
        shift += self->coef[j] * d->centre[j];
    const double factor = tn_exp(-shift);
    for (size_t k = 0; k < d->m; k++) {
        self->jump[k] = d->d[k] / d->s0[k] * factor;
        self->cumhaz[k] = sum += self->jump[k];
    }
}

/* vcov := vcov_model middle vcov_model */
static void sandwich(tn_finegray_t *self, const double *middle, double *half)
{
    const size_t p = (size_t)self->n_covariates;
    for (size_t a = 0; a < p; a++) {
        for (size_t c = 0; c < p; c++) {
            double sum = 0.0;
            for (size_t j = 0; j < p; j++)
                sum += self->vcov_model[a * p + j] * middle[j * p + c];
            half[a * p + c] = sum;
        }
    }
    for (size_t a = 0; a < p; a++) {
        for (size_t c = 0; c <= a; c++) {
            double sum = 0.0;
            for (size_t j = 0; j < p; j++)
                sum += half[a * p + j] * self->vcov_model[j * p + c];
            self->vcov[a * p + c] = sum;
            self->vcov[c * p + a] = sum;
        }
    }
}

static int wald(tn_finegray_t *self)
{
    const size_t p = (size_t)self->n_covariates;
    tn_spd_t spd;
    self->wald = p > 0 ? NAN : 0.0;
    if (p == 0) return 0;
    double *b = tn_calloc(p, sizeof *b);
    int ret = tn_spd_init(&spd, (int)p);
    if (b == NULL) ret = TN_ENOMEM;
    if (ret == 0 && tn_spd_factor(&spd, self->vcov) < 0) {
        memcpy(b, self->coef, p * sizeof *b);
        tn_spd_solve(&spd, b);
        self->wald = 0.0;
        for (size_t j = 0; j < p; j++)
            self->wald += b[j] * self->coef[j];
    }
    tn_spd_free(&spd);
    tn_free(b);
    return ret;
}

/* @param work  2 p x p + p */
static int maximise(tn_finegray_t *self, int max_iterations, double *work)
{
    const size_t p = (size_t)self->n_covariates;
    double *score = work, *info = work + p, *other = work + p + p * p;
    tn_newton_result_t result;
    const tn_newton_t newton = {.p = self->n_covariates,
        .loglik = tn_finegray_loglik,
        .ctx = self->data,
        .max_iterations = max_iterations,
        .is_concave = true};
    int ret = tn_newton_maximise(&newton, self->coef, score, info, self->vcov_model, &result);
    if (ret < 0) return ret;
    self->status = result.status;
    self->covariate = result.parameter;
    self->n_iterations = result.n_iterations;
    self->loglik_null = result.loglik_start;
    self->loglik = result.loglik;
    if (result.status == TN_FIT_COLLINEAR) {
        no_figures(self);
        return 0;
    }
    /* the sums of the data may be those of a step not taken */
    ret = tn_finegray_loglik(self->data, self->coef, &self->loglik, score, info);
    if (ret == 0) ret = tn_finegray_middle(self->data, self->variance, info);
    if (ret < 0) return ret;
    baseline(self);
    sandwich(self, info, other);
    return wald(self);
}

int tn_finegray_fit(tn_finegray_t *self, const tn_spells_t *spells,
    const tn_finegray_options_t *opt, tn_error_t *err)
{
    double *work = NULL;
    *self = (tn_finegray_t){.covariate = -1};
    int ret = tn_spells_check(spells, err);
    if (ret == 0) ret = check_options(spells, opt, err);
    if (ret < 0) return ret;
    const size_t p = (size_t)spells->n_covariates;
    self->n = spells->n;
    self->n_covariates = spells->n_covariates;
    self->data = tn_calloc(1, sizeof *self->data);
    work = tn_calloc(2 * p * p + p + 1, sizeof *work);
    ret = self->data == NULL || work == NULL ? TN_ENOMEM : 0;
    if (ret == 0) ret = tn_finegray_data_init(self->data, spells, opt, err);
    if (ret == 0) ret = allocate(self, self->data->m);
    if (ret < 0) goto out;
    for (size_t i = 0; i < spells->n; i++)
        self->n_events += spells->cause[i] == opt->cause;
    self->n_times = self->data->m;
    memcpy(self->time, self->data->time, self->n_times * sizeof *self->time);
    self->variance = self->data->leave != NULL ? TN_FINEGRAY_FIXED : opt->variance;
    if (self->n_events > 0) {
        ret = maximise(self, opt->max_iterations, work);
    } else {
        self->status = TN_FIT_NO_EVENTS;
        no_figures(self);
        self->loglik_null = NAN;
    }
out:
    tn_free(work);
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "finegray: out of memory");
    if (ret < 0) tn_finegray_free(self);
    return ret;
}

int tn_finegray_usable(const tn_finegray_t *fit, tn_error_t *err)
{
    if (fit->data == NULL || fit->n_events == 0 || fit->status == TN_FIT_COLLINEAR) {
        return tn_error_set(err, TN_EARG, "finegray: the fit has no coefficients (%s)",
            tn_fit_status_text(fit->data == NULL ? TN_FIT_NO_EVENTS : fit->status));
    }
    return 0;
}
