/* Baseline hazard and survival of new rows. Everything refers to the inner centre c of the
 * covariates: with risk = exp((x - c)'beta) and H, v, D the baseline's cumhaz, variance and drift,
 *   cumhaz(t | x) = risk H(t),  var = risk^2 [v(t) + q'Vq],  q = (x - c) H(t) - D(t). */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_predict.h"
#include "survival/interval.h"

static bool baseline_allocate(tn_cox_baseline_t *self, size_t n_steps)
{
    const size_t n = n_steps + 1, p = (size_t)self->n_covariates;
    self->start = tn_calloc((size_t)self->n_strata + 1, sizeof *self->start);
    self->time = tn_calloc(n, sizeof *self->time);
    self->cumhaz_mean = tn_calloc(n, sizeof *self->cumhaz_mean);
    self->cumhaz_x0 = tn_calloc(n, sizeof *self->cumhaz_x0);
    self->cumhaz = tn_calloc(n, sizeof *self->cumhaz);
    self->variance = tn_calloc(n, sizeof *self->variance);
    self->drift = tn_calloc(n * p + 1, sizeof *self->drift);
    self->centre = tn_calloc(p + 1, sizeof *self->centre);
    return self->start != NULL && self->time != NULL && self->cumhaz_mean != NULL &&
           self->cumhaz_x0 != NULL && self->cumhaz != NULL && self->variance != NULL &&
           self->drift != NULL && self->centre != NULL;
}

/* Groups of stratum s run from late to early; steps from early to late. */
static void fill_stratum(
    tn_cox_baseline_t *self, const tn_cox_t *fit, const tn_cox_steps_t *steps, int s)
{
    const struct tn_cox_data *data = fit->data;
    const size_t p = (size_t)self->n_covariates;
    size_t to = data->stratum_group[s];
    self->start[s] = to;
    for (size_t k = data->stratum_group[s + 1]; k-- > data->stratum_group[s]; to++) {
        const bool is_first = to == self->start[s];
        self->time[to] = data->exit[data->view.group[k].events];
        self->cumhaz[to] = steps->hazard[k] + (is_first ? 0.0 : self->cumhaz[to - 1]);
        self->variance[to] = steps->variance[k] + (is_first ? 0.0 : self->variance[to - 1]);
        for (size_t j = 0; j < p; j++) {
            self->drift[to * p + j] =
                steps->drift[k * p + j] + (is_first ? 0.0 : self->drift[(to - 1) * p + j]);
        }
    }
}

int tn_cox_baseline(tn_cox_baseline_t *self, const tn_cox_t *fit, tn_error_t *err)
{
    tn_cox_steps_t steps;
    *self = (tn_cox_baseline_t){.n_covariates = fit->n_covariates, .n_strata = fit->n_strata};
    int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    const size_t n_steps = fit->data->view.n_groups;
    if (!baseline_allocate(self, n_steps) || tn_cox_steps_init(&steps, fit->data, fit->coef) < 0) {
        tn_cox_baseline_free(self);
        return tn_error_set(err, TN_ENOMEM, "cox: out of memory for the baseline hazard");
    }
    for (int s = 0; s < self->n_strata; s++)
        fill_stratum(self, fit, &steps, s);
    self->start[self->n_strata] = n_steps;
    double to_zero = 0.0, to_mean = 0.0;
    for (int j = 0; j < fit->n_covariates; j++) {
        self->centre[j] = fit->data->centre[j];
        to_zero -= fit->coef[j] * self->centre[j];
        to_mean += fit->coef[j] * (fit->mean[j] - self->centre[j]);
    }
    for (size_t k = 0; k < n_steps; k++) {
        self->cumhaz_x0[k] = self->cumhaz[k] * tn_exp(to_zero);
        self->cumhaz_mean[k] = self->cumhaz[k] * tn_exp(to_mean);
    }
    tn_cox_steps_free(&steps);
    return 0;
}

void tn_cox_baseline_free(tn_cox_baseline_t *self)
{
    if (self == NULL) return;
    tn_free(self->start);
    tn_free(self->time);
    tn_free(self->cumhaz_mean);
    tn_free(self->cumhaz_x0);
    tn_free(self->cumhaz);
    tn_free(self->variance);
    tn_free(self->drift);
    tn_free(self->centre);
    *self = (tn_cox_baseline_t){0};
}

int tn_cox_check_rows(const tn_cox_t *fit, const tn_cox_baseline_t *baseline,
    const tn_cox_rows_t *rows, double level, tn_error_t *err)
{
    const int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    if (baseline->start == NULL || baseline->n_covariates != fit->n_covariates ||
        baseline->n_strata != fit->n_strata) {
        return tn_error_set(err, TN_EARG, "cox: the baseline is not that of the model");
    }
    if (!(level > 0.0 && level < 1.0))
        return tn_error_set(err, TN_EARG, "cox: level %g, expected between 0 and 1", level);
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->stratum != NULL && (rows->stratum[i] < 0 || rows->stratum[i] >= fit->n_strata)) {
            return tn_error_set(
                err, TN_EARG, "new row %zu: unknown stratum (%d)", i + 1, (int)rows->stratum[i]);
        }
        if (rows->offset != NULL && !isfinite(rows->offset[i]))
            return tn_error_set(
                err, TN_EDOMAIN, "new row %zu: offset is not a finite number", i + 1);
        for (int j = 0; j < fit->n_covariates; j++) {
            if (!isfinite(rows->x[(size_t)j * rows->n + i])) {
                return tn_error_set(err, TN_EDOMAIN,
                    "new row %zu: covariate %d is not a finite number", i + 1, j + 1);
            }
        }
    }
    return 0;
}

double tn_cox_risk(const tn_cox_t *fit, const tn_cox_rows_t *rows, size_t i, double *z)
{
    double lp = rows->offset != NULL ? rows->offset[i] : 0.0;
    for (int j = 0; j < fit->n_covariates; j++) {
        z[j] = rows->x[(size_t)j * rows->n + i] - fit->data->centre[j];
        lp += fit->coef[j] * z[j];
    }
    return tn_exp(lp);
}

double tn_cox_form(int p, const double *a, const double *b)
{
    double sum = 0.0;
    for (int j = 0; j < p; j++) {
        for (int k = 0; k < p; k++)
            sum += b[j] * a[j * p + k] * b[k];
    }
    return sum;
}

/* Steps of the stratum up to time t: their number. */
static size_t steps_until(const tn_cox_baseline_t *b, int stratum, double t)
{
    size_t lo = b->start[stratum], hi = b->start[stratum + 1];
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (b->time[mid] <= t) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo - b->start[stratum];
}

void tn_cox_write(const tn_cox_curves_t *out, size_t at, tn_interval_t scale, double z,
    double estimate, double se)
{
    double lower, upper;
    if (out->estimate != NULL) out->estimate[at] = estimate;
    if (out->se != NULL) out->se[at] = se;
    tn_interval_probability(scale, estimate, se, z, &lower, &upper);
    if (out->lower != NULL) out->lower[at] = lower;
    if (out->upper != NULL) out->upper[at] = upper;
}

int tn_cox_predict(const tn_cox_t *fit, const tn_cox_baseline_t *baseline,
    const tn_cox_rows_t *rows, size_t n_times, const double *times, tn_interval_t scale,
    double level, const tn_cox_curves_t *out, tn_error_t *err)
{
    const int p = fit->n_covariates;
    const int ret = tn_cox_check_rows(fit, baseline, rows, level, err);
    if (ret < 0) return ret;
    double *z = tn_calloc(2 * (size_t)p + 1, sizeof *z);
    if (z == NULL) return tn_error_set(err, TN_ENOMEM, "cox: out of memory");
    double *q = z + p;
    const double quantile = tn_interval_z(level);
    for (size_t i = 0; i < rows->n; i++) {
        const int s = rows->stratum != NULL ? rows->stratum[i] : 0;
        const double risk = tn_cox_risk(fit, rows, i, z);
        for (size_t l = 0; l < n_times; l++) {
            const size_t n_steps = steps_until(baseline, s, times[l]);
            const size_t k = baseline->start[s] + n_steps - 1, at = i * n_times + l;
            const double h = n_steps > 0 ? baseline->cumhaz[k] : 0.0;
            double variance = n_steps > 0 ? baseline->variance[k] : 0.0;
            for (int j = 0; j < p; j++)
                q[j] = n_steps > 0 ? z[j] * h - baseline->drift[k * (size_t)p + (size_t)j] : 0.0;
            variance += tn_cox_form(p, fit->vcov, q);
            const double surv = tn_exp(-risk * h);
            if (out->cumhaz != NULL) out->cumhaz[at] = risk * h;
            tn_cox_write(out, at, scale, quantile, surv, surv * risk * sqrt(variance));
        }
    }
    tn_free(z);
    return 0;
}
