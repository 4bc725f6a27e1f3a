/* Scores of single forecasts: Brier, log, ranked, CRPS. */
#include "tenure/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/score_check.h"

#define SUM_TOLERANCE 1e-6

int tn_score_check_binary(size_t n, const double *p, const int32_t *y, tn_error_t *err)
{
    if (n > 0 && (p == NULL || y == NULL))
        return tn_error_set(err, TN_EARG, "forecasts or outcomes are missing");
    for (size_t i = 0; i < n; i++) {
        if (!(p[i] >= 0.0 && p[i] <= 1.0))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: probability %.17g", i + 1, p[i]);
        if (y[i] != 0 && y[i] != 1)
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: outcome %d, expected 0 or 1", i + 1, (int)y[i]);
    }
    return 0;
}

double tn_score_one(tn_score_rule_t rule, double p, bool y)
{
    if (rule == TN_SCORE_BRIER) return y ? (1.0 - p) * (1.0 - p) : p * p;
    if (p == (y ? 0.0 : 1.0)) return INFINITY;
    return y ? 0.0 - tn_log(p) : 0.0 - tn_log1p(-p);
}

static int check_rule(tn_score_rule_t rule, tn_error_t *err)
{
    if (rule == TN_SCORE_BRIER || rule == TN_SCORE_LOG) return 0;
    return tn_error_set(err, TN_EARG, "unknown score %d", (int)rule);
}

int tn_score_binary(tn_score_rule_t rule, size_t n, const double *p, const int32_t *y,
    double *score, tn_error_t *err)
{
    int ret = check_rule(rule, err);
    if (ret == 0) ret = tn_score_check_binary(n, p, y, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < n; i++)
        score[i] = tn_score_one(rule, p[i], y[i] == 1);
    return 0;
}

static int check_categories(
    size_t n, int n_categories, const double *p, const int32_t *y, tn_error_t *err)
{
    if (n_categories < 1 || (n > 0 && (p == NULL || y == NULL)))
        return tn_error_set(err, TN_EARG, "forecasts, outcomes or categories are missing");
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int k = 0; k < n_categories; k++) {
            const double pk = p[(size_t)k * n + i];
            if (!(pk >= 0.0 && pk <= 1.0))
                return tn_error_set(
                    err, TN_EDOMAIN, "row %zu, category %d: probability %.17g", i + 1, k + 1, pk);
            sum += pk;
        }
        if (fabs(sum - 1.0) > SUM_TOLERANCE)
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: the probabilities add up to %.17g, not 1", i + 1, sum);
        if (y[i] < 0 || y[i] >= n_categories)
            return tn_error_set(err, TN_EDOMAIN, "row %zu: outcome %d, expected 0 to %d", i + 1,
                (int)y[i], n_categories - 1);
    }
    return 0;
}

int tn_score_categories(tn_score_rule_t rule, size_t n, int n_categories, const double *p,
    const int32_t *y, double *score, tn_error_t *err)
{
    int ret = check_rule(rule, err);
    if (ret == 0) ret = check_categories(n, n_categories, p, y, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < n; i++) {
        if (rule == TN_SCORE_LOG) {
            score[i] = tn_score_one(rule, p[(size_t)y[i] * n + i], true);
            continue;
        }
        score[i] = 0.0;
        for (int k = 0; k < n_categories; k++)
            score[i] += tn_score_one(rule, p[(size_t)k * n + i], k == y[i]);
    }
    return 0;
}

int tn_score_ranked(
    size_t n, int n_categories, const double *p, const int32_t *y, double *score, tn_error_t *err)
{
    const int ret = check_categories(n, n_categories, p, y, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < n; i++) {
        double cdf = 0.0;
        score[i] = 0.0;
        for (int k = 0; k + 1 < n_categories; k++) {
            cdf += p[(size_t)k * n + i];
            score[i] += tn_score_one(TN_SCORE_BRIER, cdf, y[i] <= k);
        }
    }
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Mean of |X - y| less half the mean distance of two draws, as one sum over the sorted draws. The
 * fair version counts the pairs of different draws only: the distance grows by m / (m - 1). */
static double crps_of(tn_crps_kind_t kind, size_t m, const double *sorted, double y)
{
    const double n = (double)m;
    double to_y = 0.0, distance = 0.0; /* sums of |X - y| and of X (2 i - m + 1) */
    for (size_t i = 0; i < m; i++) {
        to_y += fabs(sorted[i] - y);
        distance += (sorted[i] - y) * (2.0 * (double)i - n + 1.0);
    }
    const double pairs = kind == TN_CRPS_FAIR ? n * (n - 1.0) : n * n;
    return to_y / n - distance / pairs;
}

static int check_draws(size_t n, size_t m, const double *draws, const double *y, tn_error_t *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(y[i]))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: outcome %g", i + 1, y[i]);
        for (size_t j = 0; j < m; j++)
            if (!isfinite(draws[i * m + j]))
                return tn_error_set(
                    err, TN_EDOMAIN, "row %zu: draw %zu is %g", i + 1, j + 1, draws[i * m + j]);
    }
    return 0;
}

int tn_score_crps_draws(tn_crps_kind_t kind, size_t n, size_t n_draws, const double *draws,
    const double *y, double *score, tn_error_t *err)
{
    if (kind != TN_CRPS_EMPIRICAL && kind != TN_CRPS_FAIR)
        return tn_error_set(err, TN_EARG, "unknown kind of CRPS %d", (int)kind);
    if (n_draws < (kind == TN_CRPS_FAIR ? 2U : 1U) || (n > 0 && (draws == NULL || y == NULL)))
        return tn_error_set(err, TN_EARG, "%zu draws are too few", n_draws);
    const int ret = check_draws(n, n_draws, draws, y, err);
    if (ret < 0) return ret;
    double *sorted = tn_calloc(n_draws, sizeof *sorted);
    if (sorted == NULL) return tn_error_set(err, TN_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        memcpy(sorted, draws + i * n_draws, n_draws * sizeof *sorted);
        qsort(sorted, n_draws, sizeof *sorted, ascending);
        score[i] = crps_of(kind, n_draws, sorted, y[i]);
    }
    tn_free(sorted);
    return 0;
}

int tn_score_check_horizons(int n_horizons, const double *horizon, tn_error_t *err)
{
    if (n_horizons < 1 || horizon == NULL) return tn_error_set(err, TN_EARG, "no horizons");
    for (int k = 0; k < n_horizons; k++)
        if (!(isfinite(horizon[k]) && horizon[k] > (k > 0 ? horizon[k - 1] : 0.0)))
            return tn_error_set(err, TN_EARG,
                "horizon %d is %.17g, expected positive and ascending ones", k + 1, horizon[k]);
    return 0;
}

static int check_steps(size_t n, int n_horizons, const double *cdf, const double *time,
    const int32_t *event, tn_error_t *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!(isfinite(time[i]) && time[i] >= 0.0))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: time %.17g", i + 1, time[i]);
        if (event != NULL && event[i] != 0 && event[i] != 1)
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: event %d, expected 0 or 1", i + 1, (int)event[i]);
        double last = 0.0;
        for (int k = 0; k < n_horizons; k++) {
            const double f = cdf[(size_t)k * n + i];
            if (!(f >= last && f <= 1.0))
                return tn_error_set(err, TN_EDOMAIN,
                    "row %zu, horizon %d: probability %.17g, expected %.17g to 1", i + 1, k + 1, f,
                    last);
            last = f;
        }
    }
    return 0;
}

int tn_score_crps_step(size_t n, int n_horizons, const double *horizon, const double *cdf,
    const double *time, const int32_t *event, double *score, tn_error_t *err)
{
    int ret = tn_score_check_horizons(n_horizons, horizon, err);
    if (ret < 0) return ret;
    if (n > 0 && (cdf == NULL || time == NULL))
        return tn_error_set(err, TN_EARG, "forecasts or times are missing");
    ret = check_steps(n, n_horizons, cdf, time, event, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < n; i++) {
        const bool is_event = event == NULL || event[i] == 1;
        const double t = time[i];
        score[i] = t < horizon[0] && is_event ? horizon[0] - t : 0.0;
        for (int k = 0; k + 1 < n_horizons; k++) {
            const double f = cdf[(size_t)k * n + i];
            const double a = horizon[k], b = horizon[k + 1];
            const double before = fmin(fmax(t - a, 0.0), b - a);
            score[i] += f * f * before;
            if (is_event) score[i] += (1.0 - f) * (1.0 - f) * (b - a - before);
        }
    }
    return 0;
}
