/* Piecewise-exponential model. For given beta the best rate of interval k (of a stratum) is D_k /
 * E_k, events over exposure weighted with the relative hazards, so Newton's method climbs the
 * profile likelihood of beta alone, which is concave:
 *   sum over events of x'beta + sum over k of D_k log(D_k / E_k) - D
 * score      sum over events of x - sum D_k xbar_k,       xbar_k = E'_k / E_k
 * information sum over rows of H_i x x' - sum D_k xbar_k xbar_k',  H_i = fitted cumulative hazard
 * An interval without events has rate 0 and drops out. The variance of all parameters follows from
 * the inverse V of that information by blocks: cov(rate k, beta) = -xbar_k'V, cov(rate k, rate l) =
 * 1/D_k (k = l) + xbar_k'V xbar_l. Cost O(n (p^2 + intervals p)) an iteration.
 * Source: Holford (1980), Laird & Olivier (1981). */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/parametric_impl.h"
#include "survival/spd.h"

#define ROUNDING 1e-11 /* share of a sum of squares that cancelled */

typedef struct profile {
    const tn_parametric_data_t *data;
    const double *theta;
    int p_used;
    int64_t n_blocks;
    size_t block_rows, block_size;
    double *sums;   /* n_blocks x block_size; block 0 ends as the total */
    double *events; /* n_locations: D */
    double *risk;   /* n: exp(offset + x'beta) */
} profile_t;

/* A block sums n_locations exposures E, n_locations x p of E', then p x p. */
static double *exposure_of(const profile_t *self, double *sums, size_t location)
{
    return sums + location * (1 + (size_t)self->p_used);
}

static double *square_of(const profile_t *self, double *sums)
{
    return exposure_of(self, sums, (size_t)self->data->n_locations);
}

static void count_events(profile_t *self)
{
    const tn_parametric_data_t *d = self->data;
    for (size_t i = 0; i < d->n; i++) {
        if (!tn_parametric_is_event(d, i)) continue;
        const int k = tn_parametric_interval(d->cuts, d->n_cuts, d->t1[i], false);
        self->events[tn_parametric_stratum(d, i) * d->n_intervals + k] +=
            tn_parametric_weight(d, i);
    }
}

static int profile_init(profile_t *self, const tn_parametric_data_t *data, int p_used)
{
    const size_t p = (size_t)p_used, locations = (size_t)data->n_locations;
    *self = (profile_t){.data = data, .p_used = p_used};
    self->block_size = locations * (1 + p) + p * p;
    self->n_blocks = tn_parametric_blocks(data->n, self->block_size, &self->block_rows);
    self->sums = tn_calloc((size_t)self->n_blocks * self->block_size, sizeof *self->sums);
    self->events = tn_calloc(locations, sizeof *self->events);
    self->risk = tn_calloc(data->n, sizeof *self->risk);
    if (self->sums == NULL || self->events == NULL || self->risk == NULL) return TN_ENOMEM;
    count_events(self);
    return 0;
}

static void profile_free(profile_t *self)
{
    tn_free(self->sums);
    tn_free(self->events);
    tn_free(self->risk);
}

static void block_rows(const profile_t *self, int64_t b, size_t *from, size_t *to)
{
    *from = (size_t)b * self->block_rows;
    *to = *from + self->block_rows < self->data->n ? *from + self->block_rows : self->data->n;
}

/* First pass: exposures and their derivatives. */
static int sum_exposure(void *ctx, int thread, int64_t b)
{
    (void)thread;
    profile_t *self = ctx;
    const tn_parametric_data_t *d = self->data;
    const size_t p = (size_t)self->p_used;
    double *sums = self->sums + (size_t)b * self->block_size;
    memset(sums, 0, self->block_size * sizeof *sums);
    size_t i, to;
    for (block_rows(self, b, &i, &to); i < to; i++) {
        const double *x = d->x + i * (size_t)d->p, t0 = d->t0[i], t1 = d->t1[i];
        self->risk[i] = tn_exp(tn_parametric_linear(d, self->theta, self->p_used, i));
        const double risk = tn_parametric_weight(d, i) * self->risk[i];
        int k = tn_parametric_interval(d->cuts, d->n_cuts, t0, true);
        const size_t base = (size_t)tn_parametric_stratum(d, i) * (size_t)d->n_intervals;
        for (; k <= d->n_cuts && (k == 0 || d->cuts[k - 1] < t1); k++) {
            const double e = risk * tn_parametric_overlap(d->cuts, d->n_cuts, k, t0, t1);
            double *out = exposure_of(self, sums, base + (size_t)k);
            out[0] += e;
            for (size_t j = 0; j < p; j++)
                out[1 + j] += e * x[j];
        }
    }
    return 0;
}

/* Second pass, with the total exposures in block 0: sum of H x x', lower triangle. */
static int sum_squares(void *ctx, int thread, int64_t b)
{
    (void)thread;
    profile_t *self = ctx;
    const tn_parametric_data_t *d = self->data;
    const size_t p = (size_t)self->p_used;
    double *out = square_of(self, self->sums + (size_t)b * self->block_size);
    size_t i, to;
    for (block_rows(self, b, &i, &to); i < to; i++) {
        const double *x = d->x + i * (size_t)d->p, t0 = d->t0[i], t1 = d->t1[i];
        int k = tn_parametric_interval(d->cuts, d->n_cuts, t0, true);
        const size_t base = (size_t)tn_parametric_stratum(d, i) * (size_t)d->n_intervals;
        double cumhaz = 0.0;
        for (; k <= d->n_cuts && (k == 0 || d->cuts[k - 1] < t1); k++) {
            const size_t l = base + (size_t)k;
            if (!(self->events[l] > 0.0)) continue;
            cumhaz += self->events[l] / exposure_of(self, self->sums, l)[0] *
                      tn_parametric_overlap(d->cuts, d->n_cuts, k, t0, t1);
        }
        cumhaz *= tn_parametric_weight(d, i) * self->risk[i];
        for (size_t j = 0; j < p; j++) {
            for (size_t m = 0; m <= j; m++)
                out[j * p + m] += cumhaz * x[j] * x[m];
        }
    }
    return 0;
}

/* Adds the other blocks' sums to block 0's, elements from..to-1. */
static void add_blocks(profile_t *self, size_t from, size_t to)
{
    for (int64_t b = 1; b < self->n_blocks; b++) {
        for (size_t k = from; k < to; k++)
            self->sums[k] += self->sums[(size_t)b * self->block_size + k];
    }
}

/* The events' part of log-likelihood and score. */
static double sum_events(const profile_t *self, double *score)
{
    const tn_parametric_data_t *d = self->data;
    double sum = 0.0;
    for (size_t i = 0; i < d->n; i++) {
        if (!tn_parametric_is_event(d, i)) continue;
        const double w = tn_parametric_weight(d, i);
        sum += w * tn_parametric_linear(d, self->theta, self->p_used, i);
        for (int j = 0; j < self->p_used; j++)
            score[j] += w * d->x[i * (size_t)d->p + (size_t)j];
    }
    return sum;
}

static int profile_loglik(
    void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    profile_t *self = ctx;
    const tn_parametric_data_t *d = self->data;
    const size_t p = (size_t)self->p_used;
    const size_t n_exposures = (size_t)d->n_locations * (1 + p);
    self->theta = theta;
    int ret = tn_parallel_run(d->n_threads, self->n_blocks, sum_exposure, self);
    if (ret < 0) return ret;
    add_blocks(self, 0, n_exposures);
    ret = tn_parallel_run(d->n_threads, self->n_blocks, sum_squares, self);
    if (ret < 0) return ret;
    add_blocks(self, n_exposures, self->block_size);

    if (p > 0) memset(score, 0, p * sizeof *score);
    *loglik = sum_events(self, score) - d->events;
    const double *square = square_of(self, self->sums);
    if (p > 0) memcpy(info, square, p * p * sizeof *info);
    for (size_t l = 0; l < (size_t)d->n_locations; l++) {
        const double events = self->events[l], *e = exposure_of(self, self->sums, l);
        if (!(events > 0.0)) continue;
        *loglik += events * tn_log(events / e[0]);
        for (size_t j = 0; j < p; j++) {
            score[j] -= events * (e[1 + j] / e[0]);
            for (size_t m = 0; m <= j; m++)
                info[j * p + m] -= events * (e[1 + j] / e[0]) * (e[1 + m] / e[0]);
        }
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t m = 0; m < j; m++)
            info[m * p + j] = info[j * p + m];
    }
    return 0;
}

/* Log rates at the maximum, and the variance of all parameters from that of beta. */
static void complete(profile_t *self, const double *variance, tn_parametric_maximum_t *out)
{
    const size_t p = (size_t)self->p_used, q = (size_t)self->data->n_terms;
    double *v = out->variance;
    memset(v, 0, q * q * sizeof *v);
    for (size_t j = 0; j < p; j++)
        memcpy(v + j * q, variance + j * p, p * sizeof *v);
    for (size_t l = 0; l < q - p; l++) {
        const double events = self->events[l], *e = exposure_of(self, self->sums, l);
        /* no event: log 0; not even exposure: log(0/0) */
        out->theta[p + l] = events > 0.0 ? tn_log(events / e[0]) : (e[0] > 0.0 ? -INFINITY : NAN);
        if (!(events > 0.0)) continue;
        for (size_t j = 0; j < p; j++) {
            double sum = 0.0;
            for (size_t m = 0; m < p; m++)
                sum -= e[1 + m] / e[0] * variance[m * p + j];
            v[(p + l) * q + j] = v[j * q + p + l] = sum;
        }
        for (size_t k = 0; k <= l; k++) {
            const double *f = exposure_of(self, self->sums, k);
            if (!(self->events[k] > 0.0)) continue;
            double sum = k == l ? 1.0 / events : 0.0;
            for (size_t m = 0; m < p; m++)
                sum -= v[(p + l) * q + m] * (f[1 + m] / f[0]);
            v[(p + l) * q + p + k] = v[(p + k) * q + p + l] = sum;
        }
    }
}

/* A covariate that, within each interval of each stratum with events, depends on the others or is
 * constant says nothing beside the rates. The information at any beta shows it: at 0 here, before
 * the climb; a constant one leaves only what rounding left of sum H x^2. */
static int find_dependent(profile_t *self, double *work, int *dependent)
{
    const int p = self->p_used;
    double *score = work, *info = work + p, loglik;
    const double *beta = info + (size_t)p * (size_t)p; /* zeros */
    tn_spd_t spd;
    *dependent = -1;
    int ret = tn_spd_init(&spd, p);
    if (ret == 0) ret = profile_loglik(self, beta, &loglik, score, info);
    if (ret < 0) goto out;
    const double *square = square_of(self, self->sums);
    for (int j = 0; j < p && *dependent < 0; j++) {
        if (!(info[j * p + j] > ROUNDING * square[j * p + j])) *dependent = j;
    }
    if (*dependent < 0) *dependent = tn_spd_factor(&spd, info);
out:
    tn_spd_free(&spd);
    return ret;
}

static int give_up(int dependent, const tn_parametric_data_t *d, tn_parametric_maximum_t *out)
{
    const size_t q = (size_t)d->n_terms;
    out->newton = (tn_newton_result_t){.status = TN_FIT_COLLINEAR, .parameter = dependent};
    out->loglik = NAN;
    for (size_t k = 0; k < q; k++)
        out->theta[k] = NAN;
    for (size_t k = 0; k < q * q; k++)
        out->variance[k] = NAN;
    return 0;
}

static int name_failure(
    const profile_t *self, const double *theta, const double *info, tn_newton_result_t *result)
{
    const int lost = tn_parametric_runaway(theta, self->p_used, 1.0);
    if (result->status == TN_FIT_ITERATIONS && lost >= 0) {
        result->status = TN_FIT_SEPARATION;
        result->parameter = lost;
    }
    if (result->status != TN_FIT_COLLINEAR) return 0;
    result->status = TN_FIT_SEPARATION;
    return tn_parametric_flat(self->p_used, info, &result->parameter);
}

/* work: score (p), info and variance (p x p), zeros. */
static int climb(profile_t *self, int max_iterations, double *work, tn_parametric_maximum_t *out)
{
    const size_t p = (size_t)self->p_used;
    double *score = work, *info = work + p, *variance = work + p + p * p;
    const tn_newton_t newton = {
        .p = self->p_used, .loglik = profile_loglik, .ctx = self, .max_iterations = max_iterations};
    int ret = tn_newton_maximise(&newton, out->theta, score, info, variance, &out->newton);
    if (ret == 0) ret = name_failure(self, out->theta, info, &out->newton);
    /* the sums may be those of a trial that lost */
    if (ret == 0) ret = profile_loglik(self, out->theta, &out->loglik, score, info);
    if (ret == 0) complete(self, variance, out);
    return ret;
}

static int maximise(const tn_parametric_data_t *d, int max_iterations, tn_parametric_maximum_t *out)
{
    const size_t p = (size_t)d->p;
    profile_t profile;
    int dependent = -1;
    double *work = NULL;
    int ret = profile_init(&profile, d, d->p);
    if (ret < 0) goto out;
    work = tn_calloc(p + 2 * p * p, sizeof *work);
    ret = work == NULL ? TN_ENOMEM : find_dependent(&profile, work, &dependent);
    if (ret < 0) goto out;
    ret = dependent >= 0 ? give_up(dependent, d, out) : climb(&profile, max_iterations, work, out);
out:
    profile_free(&profile);
    tn_free(work);
    return ret;
}

/* Without covariates the rates are D / E. */
static int solve_rates(const tn_parametric_data_t *d, tn_parametric_maximum_t *out)
{
    profile_t profile;
    double none[1] = {0.0}; /* no score, no information */
    int ret = profile_init(&profile, d, 0);
    out->newton = (tn_newton_result_t){.status = TN_FIT_CONVERGED, .parameter = -1};
    if (ret == 0) ret = profile_loglik(&profile, none, &out->loglik, none, none);
    if (ret == 0 && d->p == 0) complete(&profile, none, out);
    profile_free(&profile);
    return ret;
}

int tn_parametric_climb_piecewise(
    const tn_parametric_data_t *data, int max_iterations, tn_parametric_maximum_t *out)
{
    const int ret = solve_rates(data, out);
    if (ret < 0) return ret;
    out->loglik_intercept = out->loglik;
    return data->p > 0 ? maximise(data, max_iterations, out) : 0;
}
