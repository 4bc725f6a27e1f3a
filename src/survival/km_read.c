/* Reading a survival curve: values at times, quantiles, restricted mean. */
#include <math.h>

#include "survival/risk.h"
#include "tenure/km.h"

/* Heights closer than this are one height: R's sqrt of the machine epsilon. */
#define TOLERANCE 1.4901161193847656e-08

static int check_stratum(const tn_km_t *self, int stratum, tn_error_t *err)
{
    if (stratum >= 0 && stratum < self->n_strata) return 0;
    return tn_error_set(
        err, TN_EARG, "survival curve: stratum %d, expected 0 to %d", stratum, self->n_strata - 1);
}

static void put(double *out, size_t i, double value)
{
    if (out != NULL) out[i] = value;
}

static void put_all(const tn_km_values_t *out, size_t i, const double v[7])
{
    double *const columns[7] = {
        out->n_risk, out->surv, out->se_surv, out->cumhaz, out->se_cumhaz, out->lower, out->upper};
    for (int j = 0; j < 7; j++)
        put(columns[j], i, v[j]);
}

int tn_km_at(const tn_km_t *self, int stratum, size_t n_times, const double *times,
    const tn_km_values_t *out, tn_error_t *err)
{
    const int ret = check_stratum(self, stratum, err);
    if (ret < 0) return ret;
    const size_t from = self->start[stratum], n = self->start[stratum + 1] - from;
    for (size_t i = 0; i < n_times; i++) {
        if (n == 0 || isnan(times[i])) {
            put_all(out, i, (double[7]){NAN, NAN, NAN, NAN, NAN, NAN, NAN});
            continue;
        }
        const ptrdiff_t last = tn_risk_last_at(n, self->time + from, times[i]);
        const size_t k = from + (size_t)(last < 0 ? 0 : last);
        const bool is_on_step = last >= 0 && self->time[k] == times[i];
        const size_t next = is_on_step ? k : from + (size_t)(last + 1);
        const double n_risk = next < from + n ? self->n_risk[next] : 0.0;
        if (last < 0) {
            put_all(out, i, (double[7]){n_risk, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0});
        } else {
            put_all(out, i,
                (double[7]){n_risk, self->surv[k], self->se_surv[k], self->cumhaz[k],
                    self->se_cumhaz[k], self->lower[k], self->upper[k]});
        }
    }
    return 0;
}

/* A curve as a way up: heights y = 1 - curve at x, from (x0, 0). */
typedef struct climb {
    size_t n;
    const double *time, *curve;
    double x0;
} climb_t;

/* The time of the lowest height >= floor; NaN if there is none. The curve's limits need not be
 * monotone, hence lowest and not first. */
static double reach(const climb_t *self, double p, double tolerance)
{
    double best = 0.0 + tolerance >= p ? 0.0 : INFINITY, x = self->x0;
    for (size_t i = 0; i < self->n && best > 0.0; i++) {
        const double y = 1.0 - self->curve[i];
        if (y + tolerance >= p && y < best) {
            best = y;
            x = self->time[i];
        }
    }
    return best < INFINITY ? x : NAN;
}

/* Height of the last step that is not a repetition of an earlier height (a run, 0, 1 or NaN). */
static double last_height(const climb_t *self)
{
    double height = 0.0, before = 0.0;
    bool has_one = false, has_nan = false;
    for (size_t i = 0; i < self->n; i++) {
        const double y = 1.0 - self->curve[i];
        const bool is_old =
            y == before || y == 0.0 || (y == 1.0 && has_one) || (isnan(y) && has_nan);
        has_one |= y == 1.0;
        has_nan |= isnan(y);
        before = y;
        if (!is_old) height = y;
    }
    return height;
}

static double quantile(const climb_t *self, double p)
{
    if (p == 0.0) return self->x0;
    const double from = reach(self, p, TOLERANCE), to = reach(self, p, -TOLERANCE);
    const double last = last_height(self);
    if (!isnan(last) && fabs(p - last) < TOLERANCE) {
        return 0.5 * (from + self->time[self->n - 1]);
    }
    return 0.5 * (from + to);
}

int tn_km_quantile(const tn_km_t *self, int stratum, size_t n_probs, const double *probs,
    double *out, double *lower, double *upper, tn_error_t *err)
{
    const int ret = check_stratum(self, stratum, err);
    if (ret < 0) return ret;
    const size_t from = self->start[stratum], n = self->start[stratum + 1] - from;
    for (size_t i = 0; i < n_probs; i++) {
        if (!(probs[i] >= 0.0 && probs[i] <= 1.0)) {
            return tn_error_set(
                err, TN_EDOMAIN, "quantile of a probability of %g, expected 0 to 1", probs[i]);
        }
        if (n == 0) {
            out[i] = NAN;
            put(lower, i, NAN);
            put(upper, i, NAN);
            continue;
        }
        climb_t climb = {n, self->time + from, self->surv + from, fmin(0.0, self->time[from])};
        out[i] = quantile(&climb, probs[i]);
        climb.curve = self->lower + from;
        if (lower != NULL) lower[i] = quantile(&climb, probs[i]);
        climb.curve = self->upper + from;
        if (upper != NULL) upper[i] = quantile(&climb, probs[i]);
    }
    return 0;
}

/* Walks back from tau: `area` is the area under the curve from a step to tau; each event's share of
 * the variance is area^2 d / (Y (Y - d)). */
int tn_km_mean(
    const tn_km_t *self, int stratum, double tau, double *mean, double *se, tn_error_t *err)
{
    const int ret = check_stratum(self, stratum, err);
    if (ret < 0) return ret;
    const size_t from = self->start[stratum], n = self->start[stratum + 1] - from;
    *mean = NAN;
    if (se != NULL) *se = NAN;
    if (n == 0) return 0;
    const double start = fmin(0.0, self->time[from]);
    if (!(tau >= start && tau < INFINITY)) {
        return tn_error_set(
            err, TN_EARG, "restricted mean up to %g, expected a time after %g", tau, start);
    }
    double area = 0.0, variance = 0.0, end = tau;
    for (ptrdiff_t i = tn_risk_last_at(n, self->time + from, tau); i >= 0; i--) {
        const size_t k = from + (size_t)i;
        const double y = self->n_risk[k], d = self->n_event[k];
        area += (end - self->time[k]) * self->surv[k];
        end = self->time[k];
        if (d > 0.0 && area > 0.0) variance += area * area * d / (y * (y - d));
    }
    *mean = start + (end - start) + area;
    if (se != NULL) *se = sqrt(variance);
    return 0;
}
