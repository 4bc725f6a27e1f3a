/* CORP reliability: isotonic regression of the outcomes on the forecasts. It minimises the Brier
 * score, the log score and every other proper score at once among non-decreasing recalibrations, so
 * score = (score - recalibrated) - (climate - recalibrated) + climate has terms of known sign.
 * Source: Dimitriadis, Gneiting & Jordan (2021). */
#include "tenure/score.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "survival/order.h"
#include "survival/score_check.h"

#define MAX_CELLS 100000000 /* of simulated curves: 800 MB */

void tn_score_isotonic(size_t n, double *y, const double *w, tn_isotonic_block_t *block)
{
    size_t n_blocks = 0;
    for (size_t i = 0; i < n; i++) {
        tn_isotonic_block_t b = {.end = i + 1, .weight = w[i], .mean = y[i]};
        while (n_blocks > 0 && block[n_blocks - 1].mean >= b.mean) {
            const tn_isotonic_block_t *a = &block[--n_blocks];
            b.mean = (a->weight * a->mean + b.weight * b.mean) / (a->weight + b.weight);
            b.weight += a->weight;
        }
        block[n_blocks++] = b;
    }
    for (size_t k = 0, i = 0; k < n_blocks; k++)
        for (; i < block[k].end; i++)
            y[i] = block[k].mean;
}

/* Distinct forecasts and the share of yes at each, into forecast, n_at and recalibrated. */
static int collect_points(tn_score_corp_t *self, size_t n, const double *p, const int32_t *y)
{
    uint32_t *order = tn_calloc(n, sizeof *order);
    if (order == NULL || tn_order(n, p, order) < 0) {
        tn_free(order);
        return TN_ENOMEM;
    }
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t row = order[i];
        if (i == 0 || p[row] > self->forecast[k - 1]) self->forecast[k++] = p[row];
        self->n_at[k - 1] += 1.0;
        self->recalibrated[k - 1] += y[row];
    }
    for (size_t j = 0; j < k; j++)
        self->recalibrated[j] /= self->n_at[j];
    self->n_points = k;
    tn_free(order);
    return 0;
}

/* Adds to *sum the score of n forecasts q of which a share was yes. */
static void add_score(tn_score_rule_t rule, double n, double share, double q, double *sum)
{
    if (share > 0.0) *sum += n * share * tn_score_one(rule, q, true);
    if (share < 1.0) *sum += n * (1.0 - share) * tn_score_one(rule, q, false);
}

/* Recalibrates and decomposes; share is scratch of n_points. */
static void decompose(
    tn_score_corp_t *self, tn_score_rule_t rule, double *share, tn_isotonic_block_t *block)
{
    double yes = 0.0, score = 0.0, recalibrated = 0.0, climate = 0.0;
    const double n = (double)self->n;
    for (size_t k = 0; k < self->n_points; k++) {
        share[k] = self->recalibrated[k];
        yes += self->n_at[k] * share[k] / n;
    }
    tn_score_isotonic(self->n_points, self->recalibrated, self->n_at, block);
    for (size_t k = 0; k < self->n_points; k++) {
        /* means of zeros and ones may leave [0, 1] by rounding */
        self->recalibrated[k] = fmin(fmax(self->recalibrated[k], 0.0), 1.0);
        add_score(rule, self->n_at[k], share[k], self->forecast[k], &score);
        add_score(rule, self->n_at[k], share[k], self->recalibrated[k], &recalibrated);
        add_score(rule, self->n_at[k], share[k], fmin(yes, 1.0), &climate);
    }
    self->score = score / n;
    self->uncertainty = climate / n;
    self->miscalibration = self->score - recalibrated / n;
    self->discrimination = self->uncertainty - recalibrated / n;
}

typedef struct resampling {
    const tn_score_corp_t *corp;
    uint64_t seed;
    double *curve;              /* n_resamples x n_points, by resample */
    tn_isotonic_block_t *block; /* n_threads x n_points */
} resampling_t;

/* Outcomes drawn at the forecasts as they are, then recalibrated. */
static int resample_task(void *ctx, int thread, int64_t resample)
{
    const resampling_t *r = ctx;
    const tn_score_corp_t *c = r->corp;
    double *share = r->curve + (size_t)resample * c->n_points;
    uint32_t word[4] = {0};
    size_t i = 0;
    for (size_t k = 0; k < c->n_points; k++) {
        size_t n_events = 0;
        for (size_t end = i + (size_t)c->n_at[k]; i < end; i++) {
            if (i % 4 == 0)
                tn_rng_words(r->seed, (uint64_t)resample, (uint32_t)(i / 4 & 0xffff),
                    (uint32_t)(i / 4 >> 16), TN_RNG_SCORE_CORP, 0, word);
            n_events += tn_rng_uniform(word[i % 4]) < c->forecast[k];
        }
        share[k] = (double)n_events / c->n_at[k];
    }
    tn_score_isotonic(c->n_points, share, c->n_at, r->block + (size_t)thread * c->n_points);
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int simulate_band(tn_score_corp_t *self, const tn_score_table_options_t *opt)
{
    for (size_t k = 0; k < self->n_points; k++)
        self->band_lower[k] = self->band_upper[k] = NAN;
    if (opt->n_resamples == 0) return 0;
    const int n_threads = tn_parallel_threads(opt->n_threads);
    const size_t n_points = self->n_points, m = (size_t)opt->n_resamples;
    resampling_t r = {.corp = self, .seed = opt->seed};
    double *sorted = tn_calloc(m, sizeof *sorted);
    r.curve = tn_calloc(m, n_points * sizeof *r.curve);
    r.block = tn_calloc((size_t)n_threads, n_points * sizeof *r.block);
    int ret = TN_ENOMEM;
    if (sorted == NULL || r.curve == NULL || r.block == NULL) goto out;
    ret = tn_parallel_run(n_threads, opt->n_resamples, resample_task, &r);
    for (size_t k = 0; k < n_points; k++) {
        for (size_t i = 0; i < m; i++)
            sorted[i] = r.curve[i * n_points + k];
        qsort(sorted, m, sizeof *sorted, ascending);
        self->band_lower[k] = tn_score_quantile(sorted, m, (1.0 - opt->level) / 2.0);
        self->band_upper[k] = tn_score_quantile(sorted, m, (1.0 + opt->level) / 2.0);
    }
out:
    tn_free(sorted);
    tn_free(r.curve);
    tn_free(r.block);
    return ret;
}

static bool self_alloc(tn_score_corp_t *self, size_t n)
{
    return (self->forecast = tn_calloc(n, sizeof(double))) != NULL &&
           (self->recalibrated = tn_calloc(n, sizeof(double))) != NULL &&
           (self->n_at = tn_calloc(n, sizeof(double))) != NULL &&
           (self->band_lower = tn_calloc(n, sizeof(double))) != NULL &&
           (self->band_upper = tn_calloc(n, sizeof(double))) != NULL;
}

int tn_score_corp_run(tn_score_corp_t *self, tn_score_rule_t rule, size_t n, const double *p,
    const int32_t *y, const tn_score_table_options_t *opt, tn_error_t *err)
{
    const tn_score_table_options_t default_opt = TN_SCORE_TABLE_OPTIONS_DEFAULT;
    *self = (tn_score_corp_t){.n = n};
    if (opt == NULL) opt = &default_opt;
    int ret = tn_score_check_options(opt, err);
    if (ret == 0) ret = tn_score_check_binary(n, p, y, err);
    if (ret < 0) return ret;
    if (n == 0 || n > UINT32_MAX || (rule != TN_SCORE_BRIER && rule != TN_SCORE_LOG))
        return tn_error_set(err, TN_EARG, "%zu forecasts, score %d", n, (int)rule);
    ret = TN_ENOMEM;
    double *share = tn_calloc(n, sizeof *share);
    tn_isotonic_block_t *block = tn_calloc(n, sizeof *block);
    if (share == NULL || block == NULL || !self_alloc(self, n) || collect_points(self, n, p, y) < 0)
        goto out;
    decompose(self, rule, share, block);
    if (opt->n_resamples > 0 && self->n_points > MAX_CELLS / (size_t)opt->n_resamples)
        ret = tn_error_set(err, TN_EARG,
            "bands of %zu distinct forecasts from %d resamples need too much memory: ask for at "
            "most %zu resamples, or round the forecasts",
            self->n_points, opt->n_resamples, MAX_CELLS / self->n_points);
    else
        ret = simulate_band(self, opt);
out:
    tn_free(share);
    tn_free(block);
    if (ret < 0) tn_score_corp_free(self);
    return ret == TN_ENOMEM ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : ret;
}

void tn_score_corp_free(tn_score_corp_t *self)
{
    if (self == NULL) return;
    tn_free(self->forecast);
    tn_free(self->recalibrated);
    tn_free(self->n_at);
    tn_free(self->band_lower);
    tn_free(self->band_upper);
    *self = (tn_score_corp_t){0};
}
