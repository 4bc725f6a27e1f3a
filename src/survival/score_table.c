/* Calibration table: bins of forecasts against the share of yes in them, the exact split of the
 * Brier score by these bins, and bands that say how far from the diagonal calibrated forecasts
 * would come by chance: simulated after Broecker & Smith (2007), who draw forecasts with
 * replacement and an outcome for each, and from the binomial with the mean forecast of the bin. */
#include "tenure/score.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "survival/order.h"
#include "survival/score_check.h"

#define MAX_BINS 1000000

int tn_score_check_options(const tn_score_table_options_t *opt, tn_error_t *err)
{
    if (!(opt->level > 0.0 && opt->level < 1.0))
        return tn_error_set(err, TN_EARG, "level %g, expected 0 to 1", opt->level);
    if (opt->n_resamples < 0) return tn_error_set(err, TN_EARG, "%d resamples", opt->n_resamples);
    return 0;
}

double tn_score_quantile(const double *sorted, size_t m, double probability)
{
    if (m == 0) return NAN;
    const double place = probability * (double)(m - 1), below = floor(place);
    const size_t i = (size_t)below;
    return i + 1 < m ? sorted[i] + (place - below) * (sorted[i + 1] - sorted[i]) : sorted[m - 1];
}

/* ---- bins ---- */

static void bins_of_equal_width(tn_score_table_t *self, size_t n, const double *p, int *bin)
{
    const double b = self->n_bins;
    for (size_t i = 0; i < n; i++)
        bin[i] = (int)fmin(floor(p[i] * b), b - 1.0);
    for (int k = 0; k < self->n_bins; k++) {
        self->bin[k].lower = k / b;
        self->bin[k].upper = (k + 1) / b;
    }
}

/* Cuts at the ranks j n / n_bins, each moved up to the end of equal forecasts. */
static int bins_of_equal_size(tn_score_table_t *self, size_t n, const double *p, int *bin)
{
    uint32_t *order = tn_calloc(n, sizeof *order);
    if (order == NULL || tn_order(n, p, order) < 0) {
        tn_free(order);
        return TN_ENOMEM;
    }
    const size_t b = (size_t)self->n_bins;
    size_t j = 1;
    int k = 0;
    for (size_t i = 0, end; i < n; i = end) {
        while (j * n / b <= i)
            j++;
        for (end = j * n / b; end < n && p[order[end]] == p[order[end - 1]];)
            end++;
        for (size_t r = i; r < end; r++)
            bin[order[r]] = k;
        self->bin[k].lower = p[order[i]];
        self->bin[k++].upper = p[order[end - 1]];
    }
    self->n_bins = k;
    tn_free(order);
    return 0;
}

static void count_bins(
    tn_score_table_t *self, size_t n, const double *p, const int32_t *y, const int *bin)
{
    for (size_t i = 0; i < n; i++) {
        tn_score_bin_t *b = &self->bin[bin[i]];
        b->n++;
        b->n_events += (size_t)y[i];
        b->forecast += p[i];
    }
    for (int k = 0; k < self->n_bins; k++) {
        tn_score_bin_t *b = &self->bin[k];
        b->forecast = b->n > 0 ? b->forecast / (double)b->n : NAN;
        b->observed = b->n > 0 ? (double)b->n_events / (double)b->n : NAN;
    }
}

static void decompose(
    tn_score_table_t *self, size_t n, const double *p, const int32_t *y, const int *bin)
{
    const double count = (double)n;
    double mean = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += y[i];
    mean /= count;
    self->uncertainty = mean * (1.0 - mean);
    for (int k = 0; k < self->n_bins; k++) {
        const tn_score_bin_t *b = &self->bin[k];
        if (b->n == 0) continue;
        const double share = (double)b->n / count, miss = b->forecast - b->observed;
        self->reliability += share * miss * miss;
        self->resolution += share * (b->observed - mean) * (b->observed - mean);
    }
    for (size_t i = 0; i < n; i++) {
        const tn_score_bin_t *b = &self->bin[bin[i]];
        const double f = p[i] - b->forecast, o = y[i] - b->observed;
        self->within_variance += f * f / count;
        self->within_covariance += 2.0 * o * f / count;
        self->brier += tn_score_one(TN_SCORE_BRIER, p[i], y[i] == 1) / count;
    }
}

/* ---- limits from the binomial ---- */

/* x with I_x(a, b) = probability, by bisection: GSL's inverse may not converge. */
static double beta_quantile(double probability, double a, double b)
{
    double lo = 0.0, hi = 1.0;
    for (;;) {
        const double x = lo + (hi - lo) / 2.0;
        if (x <= lo || x >= hi) return x;
        *(gsl_cdf_beta_P(x, a, b) < probability ? &lo : &hi) = x;
    }
}

/* Smallest k with P(X <= k) >= probability. */
static double binomial_quantile(double probability, size_t n, double p)
{
    if (p <= 0.0 || p >= 1.0) return p <= 0.0 ? 0.0 : (double)n;
    size_t lo = 0, hi = n;
    while (lo < hi) {
        const size_t k = lo + (hi - lo) / 2;
        if (gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n) < probability)
            lo = k + 1;
        else
            hi = k;
    }
    return (double)lo;
}

static void set_limits(tn_score_bin_t *b, double level)
{
    const double tail = (1.0 - level) / 2.0, n = (double)b->n, k = (double)b->n_events;
    b->band_lower = b->band_upper = NAN;
    if (b->n == 0) {
        b->observed_lower = b->observed_upper = b->exact_lower = b->exact_upper = NAN;
        return;
    }
    b->observed_lower = k > 0.0 ? beta_quantile(tail, k, n - k + 1.0) : 0.0;
    b->observed_upper = k < n ? beta_quantile(1.0 - tail, k + 1.0, n - k) : 1.0;
    b->exact_lower = binomial_quantile(tail, b->n, b->forecast) / n;
    b->exact_upper = binomial_quantile(1.0 - tail, b->n, b->forecast) / n;
}

/* ---- consistency resampling ---- */

typedef struct resampling {
    size_t n;
    const double *p;
    const int *bin;
    int n_bins;
    uint64_t seed;
    double *share; /* n_resamples x n_bins, by resample; NaN where the bin stayed empty */
    size_t *count; /* n_threads x 2 n_bins: rows, events */
} resampling_t;

static int resample_task(void *ctx, int thread, int64_t resample)
{
    const resampling_t *r = ctx;
    size_t *rows = r->count + 2 * (size_t)thread * (size_t)r->n_bins, *events = rows + r->n_bins;
    for (int k = 0; k < r->n_bins; k++)
        rows[k] = events[k] = 0;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t word[4];
        tn_rng_words(r->seed, (uint64_t)resample, (uint32_t)(i & 0xffff), (uint32_t)(i >> 16),
            TN_RNG_SCORE_TABLE, 0, word);
        const double u = ((double)word[0] + (double)word[1] * 0x1p-32) * 0x1p-32;
        size_t row = (size_t)(u * (double)r->n);
        if (row >= r->n) row = r->n - 1; /* u may round to 1 */
        rows[r->bin[row]]++;
        events[r->bin[row]] += tn_rng_uniform(word[2]) < r->p[row];
    }
    for (int k = 0; k < r->n_bins; k++)
        r->share[(size_t)resample * (size_t)r->n_bins + (size_t)k] =
            rows[k] > 0 ? (double)events[k] / (double)rows[k] : NAN;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_band(
    tn_score_bin_t *b, const resampling_t *r, int k, int n_resamples, double level, double *sorted)
{
    size_t m = 0;
    for (int i = 0; i < n_resamples; i++) {
        const double share = r->share[(size_t)i * (size_t)r->n_bins + (size_t)k];
        if (!isnan(share)) sorted[m++] = share;
    }
    qsort(sorted, m, sizeof *sorted, ascending);
    b->band_lower = tn_score_quantile(sorted, m, (1.0 - level) / 2.0);
    b->band_upper = tn_score_quantile(sorted, m, (1.0 + level) / 2.0);
}

static int simulate_bands(tn_score_table_t *self, size_t n, const double *p, const int *bin,
    const tn_score_table_options_t *opt)
{
    if (opt->n_resamples == 0) return 0;
    const int n_threads = tn_parallel_threads(opt->n_threads);
    const size_t n_bins = (size_t)self->n_bins, n_resamples = (size_t)opt->n_resamples;
    resampling_t r = {.n = n, .p = p, .bin = bin, .n_bins = self->n_bins, .seed = opt->seed};
    double *sorted = tn_calloc(n_resamples, sizeof *sorted);
    r.share = tn_calloc(n_resamples, n_bins * sizeof *r.share);
    r.count = tn_calloc((size_t)n_threads, 2 * n_bins * sizeof *r.count);
    int ret = TN_ENOMEM;
    if (sorted == NULL || r.share == NULL || r.count == NULL) goto out;
    ret = tn_parallel_run(n_threads, opt->n_resamples, resample_task, &r);
    for (int k = 0; k < self->n_bins; k++)
        set_band(&self->bin[k], &r, k, opt->n_resamples, opt->level, sorted);
out:
    tn_free(sorted);
    tn_free(r.share);
    tn_free(r.count);
    return ret;
}

int tn_score_table_run(tn_score_table_t *self, size_t n, const double *p, const int32_t *y,
    const tn_score_table_options_t *opt, tn_error_t *err)
{
    const tn_score_table_options_t default_opt = TN_SCORE_TABLE_OPTIONS_DEFAULT;
    *self = (tn_score_table_t){0};
    if (opt == NULL) opt = &default_opt;
    int ret = tn_score_check_options(opt, err);
    if (ret == 0) ret = tn_score_check_binary(n, p, y, err);
    if (ret < 0) return ret;
    if (n == 0 || n > UINT32_MAX || opt->n_bins < 1 || opt->n_bins > MAX_BINS)
        return tn_error_set(err, TN_EARG, "%zu forecasts in %d bins", n, opt->n_bins);
    self->n_bins = opt->n_bins;
    self->bin = tn_calloc((size_t)opt->n_bins, sizeof *self->bin);
    int *bin = tn_calloc(n, sizeof *bin);
    ret = TN_ENOMEM;
    if (self->bin == NULL || bin == NULL) goto out;
    if (opt->bins == TN_SCORE_EQUAL_WIDTH)
        bins_of_equal_width(self, n, p, bin);
    else if (bins_of_equal_size(self, n, p, bin) < 0)
        goto out;
    count_bins(self, n, p, y, bin);
    decompose(self, n, p, y, bin);
    for (int k = 0; k < self->n_bins; k++)
        set_limits(&self->bin[k], opt->level);
    ret = simulate_bands(self, n, p, bin, opt);
out:
    tn_free(bin);
    if (ret < 0) {
        tn_score_table_free(self);
        return tn_error_set(err, ret, "%s", tn_error_text(ret));
    }
    return 0;
}

void tn_score_table_free(tn_score_table_t *self)
{
    if (self == NULL) return;
    tn_free(self->bin);
    *self = (tn_score_table_t){0};
}
