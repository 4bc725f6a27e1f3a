/* Cumulative incidence of new rows. With x centred, Lambda_x(t) = H(t) exp(x'beta) and its iid term
 *   exp(x'beta) (phi_i(t) + (x H(t) - E(t))' V (eta_i + psi_i)),
 * phi_i that of H(t): dM_i w_i / S0 summed to t, plus what the row says through G, as psi_i with
 * G dH / S0 in place of (x - zbar) G dH. Two sums a time, sum phi^2 and sum phi (eta + psi), then
 * serve all new rows. Source: Fine & Gray (1999), section 4; Lin, Fleming & Wei (1994). */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/finegray_core.h"
#include "survival/interval.h"

typedef struct curves {
    const tn_finegray_t *fit;
    const double *times;
    double *q;      /* m + 1: sum of dH / S0 before k */
    double *sums;   /* n_times x (1 + p): sum phi^2, sum phi (eta + psi) */
    double *phi;    /* threads x n */
    double *groups; /* threads x 4 n_groups */
    double *totals; /* threads x n_clusters, or NULL */
} curves_t;

/* Sums of a group, at one time: G dH / S0 over all events, as the censorings see them, of other
 * causes, and of the censorings. */
typedef struct running {
    double *all, *own, *other, *drift;
} running_t;

static size_t step_of(const tn_finegray_t *fit, double t)
{
    size_t low = 0, high = fit->n_times;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (fit->time[middle] <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void censored_see(
    const struct tn_finegray_data *d, const double *b, size_t from, size_t end, double *phi)
{
    for (size_t i = from; i < end; i++) {
        if (d->kind[i] == TN_FINEGRAY_CENSORED) phi[i] = b[tn_finegray_group(d, i)];
    }
}

/* Adds event time k, of the rows from..end-1. */
static void add_event(
    const struct tn_finegray_data *d, const running_t *run, size_t k, size_t from, size_t end)
{
    const double square = d->s0[k] * d->s0[k];
    for (size_t g = 0; g < (size_t)d->n_groups; g++)
        run->all[g] += d->g[g * d->m + k] * d->d[k] / square;
    for (size_t i = from; i < end; i++) {
        const size_t g = (size_t)tn_finegray_group(d, i);
        if (d->kind[i] == TN_FINEGRAY_EVENT) run->own[g] += d->g[g * d->m + k] * d->w[i] / square;
    }
}

/* Back from the last exit: others' phi, and what censorings see, up to the n_steps-th event. */
static void sweep_back(
    const curves_t *self, const running_t *run, size_t n_steps, double *restrict phi)
{
    const struct tn_finegray_data *d = self->fit->data;
    const tn_finegray_variance_t variance = self->fit->variance;
    for (size_t end = d->n, from; end > 0; end = from) {
        from = tn_finegray_tied_from(d, end);
        for (size_t i = from; i < end; i++)
            phi[i] = -d->r[i] * d->ginv[i] * run->all[tn_finegray_group(d, i)];
        if (variance == TN_FINEGRAY_DERIVED) censored_see(d, run->all, from, end, phi);
        if (d->last[from] <= n_steps && tn_finegray_is_event_time(d, from)) {
            add_event(d, run, d->last[from] - 1, from, end);
        }
        if (variance == TN_FINEGRAY_CRR) censored_see(d, run->own, from, end, phi);
    }
}

static void others_leave(
    const struct tn_finegray_data *d, const running_t *run, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        run->other[tn_finegray_group(d, i)] += d->w[i] * d->r[i] * d->ginv[i];
}

static void sweep_forward(const curves_t *self, const running_t *run, double *restrict phi)
{
    const struct tn_finegray_data *d = self->fit->data;
    const bool is_derived = self->fit->variance == TN_FINEGRAY_DERIVED;
    for (size_t from = 0, end; from < d->n; from = end) {
        end = tn_finegray_tied(d, from);
        if (is_derived) others_leave(d, run, from, end);
        for (size_t i = from; i < end; i++) {
            const int32_t g = tn_finegray_group(d, i);
            if (d->kind[i] != TN_FINEGRAY_CENSORED) continue;
            phi[i] *= run->other[g] / d->at_risk[i];
            run->drift[g] += d->w[i] * phi[i] / d->at_risk[i];
        }
        for (size_t i = from; i < end; i++)
            phi[i] -= run->drift[tn_finegray_group(d, i)];
        if (!is_derived) others_leave(d, run, from, end);
    }
}

/* Adds what rows say while at risk with weight 1. */
static void at_risk(const curves_t *self, size_t n_steps, double *restrict phi)
{
    const struct tn_finegray_data *d = self->fit->data;
    for (size_t i = 0; i < d->n; i++) {
        const size_t last = d->last[i], first = tn_finegray_first(d, i);
        const double over =
            self->q[last < n_steps ? last : n_steps] - self->q[first < n_steps ? first : n_steps];
        phi[i] -= d->r[i] * over;
        if (d->kind[i] == TN_FINEGRAY_EVENT && last <= n_steps) phi[i] += 1.0 / d->s0[last - 1];
    }
}

static void add_rows(const curves_t *self, const double *phi, double *total, double *sums)
{
    const struct tn_finegray_data *d = self->fit->data;
    const size_t p = (size_t)d->p;
    for (size_t i = 0; d->cluster == NULL && i < d->n; i++) {
        const double a = d->w[i] * phi[i];
        sums[0] += a * phi[i];
        for (size_t j = 0; j < p; j++)
            sums[1 + j] += a * d->residual[i * p + j];
    }
    if (d->cluster == NULL || total == NULL) return;
    memset(total, 0, (size_t)d->n_clusters * sizeof *total);
    for (size_t i = 0; i < d->n; i++)
        total[d->cluster[i]] += d->w[i] * phi[i];
    for (size_t c = 0; c < (size_t)d->n_clusters; c++) {
        sums[0] += total[c] * total[c];
        for (size_t j = 0; j < p; j++)
            sums[1 + j] += total[c] * d->sums[c * p + j];
    }
}

static int variance_at(void *ctx, int thread, int64_t k)
{
    const curves_t *self = ctx;
    const struct tn_finegray_data *d = self->fit->data;
    const size_t n_groups = (size_t)d->n_groups, p = (size_t)d->p;
    const size_t n_steps = step_of(self->fit, self->times[k]);
    double *phi = self->phi + (size_t)thread * d->n;
    double *groups = self->groups + (size_t)thread * 4 * n_groups;
    double *total =
        self->totals != NULL ? self->totals + (size_t)thread * (size_t)d->n_clusters : NULL;
    const running_t run = {groups, groups + n_groups, groups + 2 * n_groups, groups + 3 * n_groups};
    memset(groups, 0, 4 * n_groups * sizeof *groups);
    sweep_back(self, &run, n_steps, phi);
    if (self->fit->variance != TN_FINEGRAY_FIXED) sweep_forward(self, &run, phi);
    at_risk(self, n_steps, phi);
    add_rows(self, phi, total, self->sums + (size_t)k * (1 + p));
    return 0;
}

static void curves_free(curves_t *self)
{
    tn_free(self->q);
    tn_free(self->sums);
    tn_free(self->phi);
    tn_free(self->groups);
    tn_free(self->totals);
}

static int curves_init(
    curves_t *self, const tn_finegray_t *fit, size_t n_times, const double *times)
{
    const struct tn_finegray_data *d = fit->data;
    const size_t threads = (size_t)tn_finegray_threads(d), p = (size_t)d->p;
    *self = (curves_t){.fit = fit, .times = times};
    self->q = tn_calloc(d->m + 1, sizeof *self->q);
    self->sums = tn_calloc(n_times + 1, (1 + p) * sizeof *self->sums);
    self->phi = tn_calloc(threads, d->n * sizeof *self->phi);
    self->groups = tn_calloc(threads, 4 * (size_t)d->n_groups * sizeof *self->groups);
    bool is_short =
        self->q == NULL || self->sums == NULL || self->phi == NULL || self->groups == NULL;
    if (d->cluster != NULL) {
        self->totals = tn_calloc(threads, (size_t)d->n_clusters * sizeof *self->totals);
        is_short = is_short || self->totals == NULL;
    }
    if (is_short) return TN_ENOMEM;
    for (size_t k = 0; k < d->m; k++)
        self->q[k + 1] = self->q[k] + d->d[k] / (d->s0[k] * d->s0[k]);
    return 0;
}

/* Standard error of H(t) exp(x'beta) over exp(x'beta). @param x  p, centred */
static double hazard_se(const curves_t *self, const double *x, size_t step, size_t k)
{
    const struct tn_finegray_data *d = self->fit->data;
    const size_t p = (size_t)d->p;
    const double *sums = self->sums + k * (1 + p), *e = d->e + step * p;
    double variance = sums[0];
    for (size_t a = 0; a < p; a++) {
        const double direction = x[a] * d->h[step] - e[a];
        double cross = 0.0, quadratic = 0.0;
        for (size_t c = 0; c < p; c++) {
            cross += self->fit->vcov_model[a * p + c] * sums[1 + c];
            quadratic += self->fit->vcov[a * p + c] * (x[c] * d->h[step] - e[c]);
        }
        variance += direction * (2.0 * cross + quadratic);
    }
    return variance > 0.0 ? sqrt(variance) : 0.0;
}

static void predict_row(const curves_t *self, const double *x, size_t n_times, size_t row,
    tn_interval_t scale, double z, bool is_variance, const tn_finegray_curves_t *out)
{
    const struct tn_finegray_data *d = self->fit->data;
    double eta = 0.0;
    for (int j = 0; j < d->p; j++)
        eta += x[j] * self->fit->coef[j];
    const double risk = tn_exp(eta);
    for (size_t k = 0; k < n_times; k++) {
        const size_t step = step_of(self->fit, self->times[k]), at = row * n_times + k;
        const double hazard = step > 0 ? d->h[step] * risk : 0.0, cif = -tn_expm1(-hazard);
        double se = 0.0, lower = NAN, upper = NAN;
        if (out->cif != NULL) out->cif[at] = cif;
        if (!is_variance) continue;
        if (step > 0) se = tn_exp(-hazard) * risk * hazard_se(self, x, step, k);
        tn_interval_probability(scale, cif, se, z, &lower, &upper);
        if (out->se != NULL) out->se[at] = se;
        if (out->lower != NULL) out->lower[at] = lower;
        if (out->upper != NULL) out->upper[at] = upper;
    }
}

static int check_rows(const tn_finegray_t *fit, size_t n_rows, const double *x, size_t n_times,
    const double *times, tn_error_t *err)
{
    const size_t p = (size_t)fit->n_covariates;
    if ((n_rows * p > 0 && x == NULL) || (n_times > 0 && times == NULL)) {
        return tn_error_set(err, TN_EARG, "finegray: covariates or times are missing");
    }
    for (size_t q = 0; q < n_rows * p; q++) {
        if (isfinite(x[q])) continue;
        return tn_error_set(err, TN_EDOMAIN, "row %zu: covariate %zu is not a finite number",
            q % n_rows + 1, q / n_rows + 1);
    }
    for (size_t k = 0; k < n_times; k++) {
        if (isnan(times[k])) {
            return tn_error_set(err, TN_EDOMAIN, "finegray: time %zu is not a number", k + 1);
        }
    }
    return 0;
}

int tn_finegray_predict(const tn_finegray_t *fit, size_t n_rows, const double *x, size_t n_times,
    const double *times, tn_interval_t scale, double level, const tn_finegray_curves_t *out,
    tn_error_t *err)
{
    curves_t curves = {0};
    double *row = NULL;
    int ret = tn_finegray_usable(fit, err);
    if (ret == 0) ret = check_rows(fit, n_rows, x, n_times, times, err);
    if (ret < 0) return ret;
    if (!(level > 0.0 && level < 1.0) || scale < TN_INTERVAL_PLAIN || scale > TN_INTERVAL_LOGLOG) {
        return tn_error_set(err, TN_EARG, "finegray: unknown scale, or level not between 0 and 1");
    }
    const struct tn_finegray_data *d = fit->data;
    const bool is_variance = out->se != NULL || out->lower != NULL || out->upper != NULL;
    const double z = tn_interval_z(level);
    ret = curves_init(&curves, fit, n_times, times);
    row = tn_calloc((size_t)d->p + 1, sizeof *row);
    if (row == NULL) ret = TN_ENOMEM;
    if (ret == 0 && is_variance) {
        ret = tn_parallel_run(tn_finegray_threads(d), (int64_t)n_times, variance_at, &curves);
    }
    for (size_t i = 0; ret == 0 && i < n_rows; i++) {
        for (size_t j = 0; j < (size_t)d->p; j++)
            row[j] = x[j * n_rows + i] - d->centre[j];
        predict_row(&curves, row, n_times, i, scale, z, is_variance, out);
    }
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "finegray: out of memory");
    curves_free(&curves);
    tn_free(row);
    return ret;
}

int tn_finegray_score_residuals(const tn_finegray_t *fit, double *residual, tn_error_t *err)
{
    const int ret = tn_finegray_usable(fit, err);
    if (ret < 0) return ret;
    const struct tn_finegray_data *d = fit->data;
    const size_t p = (size_t)d->p;
    for (size_t i = 0; i < d->n; i++) {
        for (size_t j = 0; j < p; j++)
            residual[j * d->n + d->row[i]] = d->residual[i * p + j];
    }
    return 0;
}

int tn_finegray_schoenfeld(const tn_finegray_t *fit, double *residual, tn_error_t *err)
{
    const int ret = tn_finegray_usable(fit, err);
    if (ret < 0) return ret;
    const struct tn_finegray_data *d = fit->data;
    const size_t p = (size_t)d->p;
    memset(residual, 0, d->m * p * sizeof *residual);
    for (size_t i = 0; i < d->n; i++) {
        if (d->kind[i] != TN_FINEGRAY_EVENT) continue;
        const size_t k = d->last[i] - 1;
        for (size_t j = 0; j < p; j++)
            residual[j * d->m + k] += d->w[i] * (d->x[i * p + j] - d->zbar[k * p + j]);
    }
    return 0;
}
