/* Two forecasts of the same questions: the mean difference of their scores with a t-test and a
 * sign-flip test, clustered by subject, because the questions about one subject share its luck.
 * If the two are equally good, the sum of differences of a cluster may as well have the other
 * sign: flipping the signs of whole clusters gives the distribution of the mean without any
 * approximation. */
#include "tenure/score.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "survival/score_check.h"

#define FLIPS_PER_TASK 256

double tn_score_clustered_se(
    const double *influence, size_t n, const int32_t *cluster, int n_clusters, double *sum)
{
    double mean = 0.0, squares = 0.0, count = (double)n;
    for (size_t i = 0; i < n; i++)
        mean += influence[i];
    if (n > 0) mean /= (double)n;
    if (cluster == NULL) {
        for (size_t i = 0; i < n; i++)
            squares += (influence[i] - mean) * (influence[i] - mean);
    } else {
        count = 0.0;
        for (int k = 0; k < n_clusters; k++)
            sum[k] = NAN; /* no row yet */
        for (size_t i = 0; i < n; i++) {
            double *s = &sum[cluster[i]];
            if (isnan(*s)) {
                *s = 0.0;
                count += 1.0;
            }
            *s += influence[i] - mean;
        }
        for (int k = 0; k < n_clusters; k++)
            if (!isnan(sum[k])) squares += sum[k] * sum[k];
    }
    return count > 1.0 ? sqrt(count / (count - 1.0) * squares) : NAN;
}

typedef struct flip {
    const double *sum; /* n_sums: of the clusters */
    size_t n_sums;
    uint64_t seed;
    int64_t n_flips;
    bool is_exact;
    double limit;
    int64_t *n_far; /* by task */
} flip_t;

/* Signs of clusters block * 128 .. : four words of 32 bits. All flips: the bits of the number. */
static double flipped_sum(const flip_t *f, int64_t flip)
{
    double total = 0.0;
    uint32_t words[4] = {0};
    for (size_t k = 0; k < f->n_sums; k++) {
        if (f->is_exact) {
            total += (flip >> k) & 1 ? -f->sum[k] : f->sum[k];
            continue;
        }
        const uint64_t block = k / 128;
        if (k % 128 == 0)
            tn_rng_words(f->seed, (uint64_t)flip, (uint32_t)(block & 0xffff),
                (uint32_t)(block >> 16), TN_RNG_SCORE_FLIP, 0, words);
        total += (words[k % 128 / 32] >> (k % 32)) & 1 ? -f->sum[k] : f->sum[k];
    }
    return total;
}

static int flip_task(void *ctx, int thread, int64_t task)
{
    const flip_t *f = ctx;
    (void)thread;
    for (int64_t i = task * FLIPS_PER_TASK; i < (task + 1) * FLIPS_PER_TASK && i < f->n_flips; i++)
        f->n_far[task] += fabs(flipped_sum(f, i)) >= f->limit;
    return 0;
}

/* The observed signs are one of the flips; drawn ones add it (Phipson & Smyth 2010). Sums that
 * differ by rounding only count as equal. */
static int flip_signs(tn_score_compare_t *self, const double *sum, size_t n_sums,
    const tn_score_compare_options_t *opt)
{
    double total = 0.0, size = 0.0;
    for (size_t k = 0; k < n_sums; k++) {
        total += sum[k];
        size += fabs(sum[k]);
    }
    flip_t f = {.sum = sum, .n_sums = n_sums, .seed = opt->seed, .n_flips = opt->n_resamples};
    f.is_exact = n_sums < 62 && (INT64_C(1) << n_sums) <= opt->n_resamples;
    if (f.is_exact) f.n_flips = INT64_C(1) << n_sums;
    f.limit = fabs(total) - 1e-13 * size;
    const int64_t n_tasks = (f.n_flips + FLIPS_PER_TASK - 1) / FLIPS_PER_TASK;
    f.n_far = tn_calloc((size_t)n_tasks, sizeof *f.n_far);
    if (f.n_far == NULL) return TN_ENOMEM;
    int64_t n_far = 0;
    const int ret = tn_parallel_run(opt->n_threads, n_tasks, flip_task, &f);
    for (int64_t i = 0; i < n_tasks; i++)
        n_far += f.n_far[i];
    tn_free(f.n_far);
    self->n_flips = f.n_flips;
    self->is_flip_exact = f.is_exact;
    self->p_flip = f.is_exact ? (double)n_far / (double)f.n_flips
                              : ((double)n_far + 1.0) / ((double)f.n_flips + 1.0);
    return ret;
}

static void t_test(tn_score_compare_t *self, double level)
{
    self->df = self->n_clusters - 1;
    self->statistic = self->p_value = self->lower = self->upper = NAN;
    if (!(self->df >= 1.0)) return;
    const double q = gsl_cdf_tdist_Pinv(0.5 + level / 2.0, self->df);
    self->lower = self->difference - q * self->se;
    self->upper = self->difference + q * self->se;
    if (!(self->se > 0.0)) return;
    self->statistic = self->difference / self->se;
    self->p_value = 2.0 * gsl_cdf_tdist_Q(fabs(self->statistic), self->df);
}

/* Sums of the differences by cluster, those of clusters without rows left out; their number. */
static size_t sum_clusters(
    size_t n, const double *difference, const int32_t *cluster, int n_clusters, double *sum)
{
    if (cluster == NULL) {
        for (size_t i = 0; i < n; i++)
            sum[i] = difference[i];
        return n;
    }
    for (int k = 0; k < n_clusters; k++)
        sum[k] = NAN;
    for (size_t i = 0; i < n; i++) {
        double *s = &sum[cluster[i]];
        *s = (isnan(*s) ? 0.0 : *s) + difference[i];
    }
    size_t n_sums = 0;
    for (int k = 0; k < n_clusters; k++)
        if (!isnan(sum[k])) sum[n_sums++] = sum[k];
    return n_sums;
}

static int check_compare(size_t n, const double *a, const double *b, const int32_t *cluster,
    int n_clusters, const tn_score_compare_options_t *opt, tn_error_t *err)
{
    if (n == 0 || a == NULL || b == NULL) return tn_error_set(err, TN_EARG, "no scores");
    if (!(opt->level > 0.0 && opt->level < 1.0) || opt->n_resamples < 0)
        return tn_error_set(
            err, TN_EARG, "level %g, %lld resamples", opt->level, (long long)opt->n_resamples);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: scores %g and %g", i + 1, a[i], b[i]);
        if (cluster != NULL && (cluster[i] < 0 || cluster[i] >= n_clusters))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: cluster %d, expected 0 to %d", i + 1,
                (int)cluster[i], n_clusters - 1);
    }
    return 0;
}

int tn_score_compare_run(tn_score_compare_t *self, size_t n, const double *a, const double *b,
    const int32_t *cluster, int n_clusters, const tn_score_compare_options_t *opt, tn_error_t *err)
{
    const tn_score_compare_options_t default_opt = TN_SCORE_COMPARE_OPTIONS_DEFAULT;
    *self = (tn_score_compare_t){.n = n, .p_flip = NAN};
    if (opt == NULL) opt = &default_opt;
    int ret = check_compare(n, a, b, cluster, n_clusters, opt, err);
    if (ret < 0) return ret;
    ret = TN_ENOMEM;
    double *difference = tn_calloc(n, sizeof *difference);
    double *sum = tn_calloc(cluster != NULL ? (size_t)n_clusters : n, sizeof *sum);
    if (difference == NULL || sum == NULL) goto out;
    for (size_t i = 0; i < n; i++) {
        difference[i] = a[i] - b[i];
        self->difference += difference[i];
    }
    self->difference /= (double)n;
    self->se = tn_score_clustered_se(difference, n, cluster, n_clusters, sum) / (double)n;
    const size_t n_sums = sum_clusters(n, difference, cluster, n_clusters, sum);
    self->n_clusters = (int)n_sums;
    t_test(self, opt->level);
    ret = opt->n_resamples > 0 ? flip_signs(self, sum, n_sums, opt) : 0;
out:
    tn_free(difference);
    tn_free(sum);
    return ret < 0 ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : 0;
}
