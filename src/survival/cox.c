/* Fit of the Cox model: Newton's method on the kernel of cox_loglik.c, then the three tests and the
 * variance. The coefficients are those of centred covariates, which are the same ones. */
#include "tenure/cox.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/cox_core.h"
#include "survival/newton.h"
#include "survival/spd.h"

#define NO_INFORMATION 1e-12 /* of events times the covariate's variance */

static int check_options(const tn_spells_t *spells, const tn_cox_options_t *opt, tn_error_t *err)
{
    if (opt->cause < 1 || opt->cause > spells->n_causes) {
        return tn_error_set(
            err, TN_EARG, "cox: cause %d, expected 1..%d", opt->cause, spells->n_causes);
    }
    if (opt->ties != TN_COX_EFRON && opt->ties != TN_COX_BRESLOW)
        return tn_error_set(err, TN_EARG, "cox: unknown rule for ties (%d)", (int)opt->ties);
    if ((spells->stratum != NULL && spells->n_strata < 1) || opt->max_iterations < 0)
        return tn_error_set(err, TN_EARG, "cox: no strata, or a negative number of iterations");
    for (size_t i = 0; opt->offset != NULL && i < spells->n; i++) {
        if (!isfinite(opt->offset[i]))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: offset is not a finite number", i + 1);
    }
    for (int j = 0; opt->ridge != NULL && j < spells->n_covariates; j++) {
        if (!(isfinite(opt->ridge[j]) && opt->ridge[j] >= 0.0)) {
            return tn_error_set(err, TN_EARG, "cox: ridge penalty of covariate %d is not >= 0 (%g)",
                j + 1, opt->ridge[j]);
        }
    }
    return 0;
}

/* What Newton's method climbs: the log-likelihood less the penalty. */
typedef struct target {
    const struct tn_cox_data *data;
    tn_cox_work_t work;
    const double
        *start; /* until the first call: score and information at beta = 0, which are known */
    double start_loglik;
} target_t;

static double penalty_of(const struct tn_cox_data *data, const double *beta)
{
    double sum = 0.0;
    for (int j = 0; data->ridge != NULL && j < data->view.p; j++)
        sum += 0.5 * data->ridge[j] * beta[j] * beta[j];
    return sum;
}

static int penalised(void *ctx, const double *beta, double *loglik, double *score, double *info)
{
    target_t *t = ctx;
    const size_t p = (size_t)t->data->view.p;
    if (t->start != NULL) {
        memcpy(score, t->start, p * sizeof *score);
        memcpy(info, t->start + p, p * p * sizeof *info);
        *loglik = t->start_loglik;
        t->start = NULL;
    } else if (!tn_cox_kernel(&t->data->view, beta, &t->work, loglik, score, info)) {
        *loglik = NAN;
        return 0;
    }
    *loglik -= penalty_of(t->data, beta);
    for (size_t j = 0; t->data->ridge != NULL && j < p; j++) {
        score[j] -= t->data->ridge[j] * beta[j];
        info[j * p + j] += t->data->ridge[j];
    }
    return 0;
}

int tn_cox_quadratic(int p, const double *a, const double *b, double *value)
{
    tn_spd_t spd;
    *value = NAN;
    if (tn_spd_init(&spd, p) < 0) return TN_ENOMEM;
    double *x = tn_calloc((size_t)p + 1, sizeof *x);
    if (x == NULL) {
        tn_spd_free(&spd);
        return TN_ENOMEM;
    }
    if (tn_spd_factor(&spd, a) < 0) {
        memcpy(x, b, (size_t)p * sizeof *x);
        tn_spd_solve(&spd, x);
        *value = 0.0;
        for (int j = 0; j < p; j++)
            *value += x[j] * b[j];
    }
    tn_free(x);
    tn_spd_free(&spd);
    return 0;
}

/* Means as R's coxph reports them: columns of -1, 0 and 1 only are not centred. */
static void report_means(tn_cox_t *self, const tn_spells_t *spells)
{
    for (int j = 0; j < spells->n_covariates; j++) {
        const double *x = spells->x + (size_t)j * spells->n;
        bool is_dummy = true;
        for (size_t i = 0; i < spells->n && is_dummy; i++)
            is_dummy = x[i] == 0.0 || x[i] == 1.0 || x[i] == -1.0;
        self->mean[j] = is_dummy ? 0.0 : self->data->centre[j];
    }
}

static void fill_nan(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = NAN;
}

static int allocate(tn_cox_t *self, const tn_spells_t *spells, const tn_cox_options_t *opt)
{
    const size_t p = (size_t)spells->n_covariates, size = p > 0 ? p : 1;
    self->coef = tn_calloc(size, sizeof *self->coef);
    self->mean = tn_calloc(size, sizeof *self->mean);
    self->vcov = tn_calloc(size * size, sizeof *self->vcov);
    self->vcov_model = tn_calloc(size * size, sizeof *self->vcov_model);
    if (self->coef == NULL || self->mean == NULL || self->vcov == NULL ||
        self->vcov_model == NULL) {
        return TN_ENOMEM;
    }
    fill_nan(p, self->coef);
    fill_nan(p * p, self->vcov);
    fill_nan(p * p, self->vcov_model);
    struct tn_cox_data *data = tn_calloc(1, sizeof *data);
    if (data == NULL) return TN_ENOMEM;
    if (tn_cox_data_init(data, spells, opt) < 0) {
        tn_free(data);
        return TN_ENOMEM;
    }
    self->data = data;
    return 0;
}

/* A covariate without information in any risk set: its sums are only rounding. @return it, or -1 */
static int without_information(const struct tn_cox_data *data, const double *info)
{
    const int p = data->view.p;
    for (int j = 0; j < p; j++) {
        if (data->ridge != NULL && data->ridge[j] > 0.0) continue;
        const double mean = data->centre[j], noise = 1e-26 * mean * mean;
        const double most = (double)data->n_events * data->spread[j];
        if (data->spread[j] <= noise || !(info[j * p + j] > NO_INFORMATION * most)) return j;
    }
    return -1;
}

/* The score test and the start of the search at beta = 0. @return 1 to go on, 0 done, < 0 error */
static int at_zero(tn_cox_t *self, target_t *t, double *beta, double *score, double *info)
{
    const int p = self->n_covariates;
    for (int j = 0; j < p; j++)
        beta[j] = 0.0;
    if (!tn_cox_kernel(&t->data->view, beta, &t->work, &self->loglik_null, score, info)) {
        self->loglik_null = NAN; /* offsets too far apart */
        self->status = TN_FIT_ITERATIONS;
        return 0;
    }
    if (p == 0) {
        self->loglik = self->loglik_null;
        self->lrt = self->score = self->wald = 0.0;
        return 0;
    }
    self->covariate = without_information(t->data, info);
    if (self->covariate >= 0) {
        self->status = TN_FIT_COLLINEAR;
        return 0;
    }
    const int ret = tn_cox_quadratic(p, info, score, &self->score);
    return ret < 0 ? ret : 1;
}

/* Effective degrees of freedom trace(info V), info without the penalty: p - sum theta_j V_jj. */
static double effective_df(const tn_cox_t *self)
{
    const int p = self->n_covariates;
    double df = p;
    for (int j = 0; self->data->ridge != NULL && j < p; j++)
        df -= self->data->ridge[j] * self->vcov_model[j * p + j];
    return df;
}

static int climb(tn_cox_t *self, target_t *t, int max_iterations)
{
    const int p = self->n_covariates;
    const size_t size = (size_t)p;
    double *memory = tn_calloc(3 * size + 2 * size * size + 1, sizeof *memory);
    if (memory == NULL) return TN_ENOMEM;
    double *beta = memory, *start = memory + size, *score = start + size + size * size;
    tn_newton_result_t result;
    const tn_newton_t newton = {.p = p,
        .loglik = penalised,
        .ctx = t,
        .max_iterations = max_iterations,
        .is_concave = true};
    int ret = at_zero(self, t, beta, start, start + size);
    if (ret <= 0) goto out;
    t->start = start;
    t->start_loglik = self->loglik_null;
    ret = tn_newton_maximise(&newton, beta, score, score + size, self->vcov_model, &result);
    if (ret < 0) goto out;
    self->status = result.status;
    self->covariate = result.parameter;
    self->n_iterations = result.n_iterations;
    if (result.status == TN_FIT_COLLINEAR) {
        fill_nan(size * size, self->vcov_model);
        goto out;
    }
    memcpy(self->coef, beta, size * sizeof *beta);
    self->penalty = penalty_of(t->data, beta);
    self->loglik = result.loglik + self->penalty;
    self->lrt = 2.0 * (self->loglik - self->loglik_null);
    self->df = effective_df(self);
out:
    tn_free(memory);
    return ret;
}

/* Sandwich: V (sum over clusters of g g') V, g the weighted score residuals; and the robust score
 * test from the same sums at beta = 0. */
static int robust(tn_cox_t *self)
{
    const size_t p = (size_t)self->n_covariates, n = self->n;
    double *g = tn_calloc(n * p + 1, sizeof *g);
    double *memory = tn_calloc(2 * p * p + 2 * p, sizeof *memory);
    int ret = g == NULL || memory == NULL ? TN_ENOMEM : 0;
    if (ret < 0) goto out;
    double *outer = memory, *half = memory + p * p, *total = memory + 2 * p * p;
    double *zero = total + p;
    ret = tn_cox_score_rows(self->data, zero, g);
    if (ret == 0) ret = tn_cox_outer(self->data, g, outer, total);
    if (ret == 0) ret = tn_cox_quadratic((int)p, outer, total, &self->score_robust);
    if (ret == 0) ret = tn_cox_score_rows(self->data, self->coef, g);
    if (ret == 0) ret = tn_cox_outer(self->data, g, outer, total);
    if (ret < 0) goto out;
    const double *v = self->vcov_model;
    memset(half, 0, p * p * sizeof *half);
    memset(self->vcov, 0, p * p * sizeof *self->vcov);
    for (size_t j = 0; j < p; j++) {
        for (size_t l = 0; l < p; l++) {
            for (size_t k = 0; k < p; k++)
                half[j * p + k] += v[j * p + l] * outer[l * p + k];
        }
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = j; k < p; k++) {
            double sum = 0.0;
            for (size_t l = 0; l < p; l++)
                sum += half[j * p + l] * v[l * p + k];
            self->vcov[j * p + k] = self->vcov[k * p + j] = sum;
        }
    }
out:
    tn_free(g);
    tn_free(memory);
    return ret;
}

int tn_cox_usable(const tn_cox_t *fit, tn_error_t *err)
{
    if (fit->data != NULL && isfinite(fit->loglik) &&
        (fit->n_covariates == 0 || isfinite(fit->coef[0])))
        return 0;
    return tn_error_set(
        err, TN_EARG, "cox: the model has no coefficients: %s", tn_fit_status_text(fit->status));
}

static int estimate(tn_cox_t *self, const tn_cox_options_t *opt)
{
    target_t t = {.data = self->data};
    const size_t p = (size_t)self->n_covariates;
    int ret = tn_cox_work_init(&t.work, self->n, self->data->view.stride);
    if (ret < 0) return ret;
    ret = climb(self, &t, opt->max_iterations);
    tn_cox_work_free(&t.work);
    if (ret < 0 || p == 0) return ret;
    const bool has_variance = isfinite(self->vcov_model[0]);
    if (has_variance && self->is_robust) {
        ret = robust(self);
    } else {
        memcpy(self->vcov, self->vcov_model, p * p * sizeof *self->vcov);
    }
    if (ret == 0 && has_variance)
        ret = tn_cox_quadratic((int)p, self->vcov, self->coef, &self->wald);
    return ret;
}

int tn_cox_fit(
    tn_cox_t *self, const tn_spells_t *spells, const tn_cox_options_t *opt, tn_error_t *err)
{
    *self = (tn_cox_t){.n = spells->n,
        .n_covariates = spells->n_covariates,
        .n_strata = spells->stratum != NULL ? spells->n_strata : 1,
        .ties = opt->ties,
        .is_robust = opt->is_robust,
        .covariate = -1,
        .loglik_null = NAN,
        .loglik = NAN,
        .lrt = NAN,
        .score = NAN,
        .wald = NAN,
        .score_robust = NAN};
    int ret = tn_spells_check(spells, err);
    if (ret == 0) ret = check_options(spells, opt, err);
    if (ret < 0) return ret;
    self->df = spells->n_covariates;
    ret = allocate(self, spells, opt);
    if (ret < 0) goto out;
    report_means(self, spells);
    self->n_events = self->data->n_events;
    for (int s = 0; s < self->n_strata; s++)
        self->n_empty_strata += self->data->stratum_group[s] == self->data->stratum_group[s + 1];
    self->status = TN_FIT_NO_EVENTS;
    if (self->n_events == 0) return 0;
    self->status = TN_FIT_CONVERGED;
    ret = estimate(self, opt);
out:
    if (ret < 0) {
        tn_cox_free(self);
        return tn_error_set(err, ret, "cox: out of memory for %zu rows", spells->n);
    }
    return 0;
}

void tn_cox_free(tn_cox_t *self)
{
    if (self == NULL) return;
    tn_free(self->coef);
    tn_free(self->mean);
    tn_free(self->vcov);
    tn_free(self->vcov_model);
    if (self->data != NULL) tn_cox_data_free(self->data);
    tn_free(self->data);
    *self = (tn_cox_t){0};
}
