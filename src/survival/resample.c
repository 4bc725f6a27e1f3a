/* Clustered bootstrap: as many clusters as there are, drawn with replacement, each with all its
 * rows. Slot s of resample b reads half a Philox block with the counter (b, s / 2). Sources: Efron
 * & Tibshirani (1993), ch. 6, 11, 13; Efron (1987) for BCa. */
#include "tenure/resample.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "survival/score_check.h"

/* The rows listed for one draw. */
typedef struct list {
    size_t capacity;
    uint32_t *row;
    int32_t *cluster;
    uint32_t *drawn; /* n_groups */
} list_t;

typedef struct run {
    tn_resample_t *self;
    size_t n_groups;  /* clusters that have rows */
    uint32_t *row;    /* n, by group */
    size_t *start;    /* n_groups + 1 */
    list_t *list;     /* n_threads */
    double *value;    /* n_threads x n_values */
    double *left_out; /* n_groups x n_values by column, or NULL */
    uint64_t seed;
    tn_resample_fn statistic;
    void *ctx;
} run_t;

/* Rows sorted by cluster; clusters without rows vanish. */
static int group_rows(run_t *r, size_t n, const int32_t *cluster, int n_clusters)
{
    const size_t count = cluster != NULL ? (size_t)n_clusters : n;
    r->row = tn_calloc(n, sizeof *r->row);
    r->start = tn_calloc(count + 2, sizeof *r->start);
    if (r->row == NULL || r->start == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++)
        r->start[(cluster != NULL ? (size_t)cluster[i] : i) + 2]++;
    for (size_t k = 0; k < count; k++)
        r->start[k + 2] += r->start[k + 1];
    for (size_t i = 0; i < n; i++)
        r->row[r->start[(cluster != NULL ? (size_t)cluster[i] : i) + 1]++] = (uint32_t)i;
    for (size_t k = 0; k < count; k++)
        if (r->start[k + 1] > r->start[k]) r->start[++r->n_groups] = r->start[k + 1];
    r->self->n_clusters = (int)r->n_groups;
    return 0;
}

static void draw_groups(const run_t *r, int64_t resample, uint32_t *drawn)
{
    uint32_t word[4] = {0};
    for (size_t s = 0; s < r->n_groups; s++) {
        if (s % 2 == 0)
            tn_rng_words(r->seed, (uint64_t)resample, (uint32_t)(s / 2 & 0xffff),
                (uint32_t)(s / 2 >> 16), TN_RNG_BOOTSTRAP, 0, word);
        const uint32_t *w = word + s % 2 * 2;
        const double u = ((double)w[0] + (double)w[1] * 0x1p-32) * 0x1p-32;
        const size_t k = (size_t)(u * (double)r->n_groups);
        drawn[s] = (uint32_t)(k < r->n_groups ? k : r->n_groups - 1); /* u may round to 1 */
    }
}

static int reserve(list_t *list, size_t n)
{
    if (n <= list->capacity) return 0;
    uint32_t *row = tn_realloc(list->row, n, sizeof *row);
    if (row == NULL) return TN_ENOMEM;
    list->row = row;
    int32_t *cluster = tn_realloc(list->cluster, n, sizeof *cluster);
    if (cluster == NULL) return TN_ENOMEM;
    list->cluster = cluster;
    list->capacity = n;
    return 0;
}

/* Calls the statistic on the rows of the drawn groups. */
static int compute(run_t *r, int thread, int64_t index, size_t n_drawn, double *value)
{
    list_t *list = &r->list[thread];
    size_t n = 0;
    for (size_t s = 0; s < n_drawn; s++)
        n += r->start[list->drawn[s] + 1] - r->start[list->drawn[s]];
    if (reserve(list, n) < 0) return TN_ENOMEM;
    size_t m = 0;
    for (size_t s = 0; s < n_drawn; s++) {
        const uint32_t k = list->drawn[s];
        for (size_t i = r->start[k]; i < r->start[k + 1]; i++) {
            list->row[m] = r->row[i];
            list->cluster[m++] = (int32_t)s;
        }
    }
    const tn_resample_draw_t draw = {.index = index,
        .n = n,
        .row = list->row,
        .cluster = list->cluster,
        .n_clusters = (int)n_drawn};
    return r->statistic(r->ctx, thread, &draw, value);
}

/* Stores a value, or NaN for all, in row i of a table of n rows by column. */
static int store(const run_t *r, int ret, const double *value, double *table, size_t n, size_t i)
{
    if (ret < 0) return ret;
    for (int j = 0; j < r->self->n_values; j++)
        table[(size_t)j * n + i] = ret == 0 ? value[j] : NAN;
    return 0;
}

static int resample_task(void *ctx, int thread, int64_t index)
{
    run_t *r = ctx;
    double *value = r->value + (size_t)thread * (size_t)r->self->n_values;
    draw_groups(r, index, r->list[thread].drawn);
    const int ret = compute(r, thread, index, r->n_groups, value);
    return store(r, ret, value, r->self->value, (size_t)r->self->n_resamples, (size_t)index);
}

static int jackknife_task(void *ctx, int thread, int64_t left_out)
{
    run_t *r = ctx;
    double *value = r->value + (size_t)thread * (size_t)r->self->n_values;
    size_t m = 0;
    for (size_t k = 0; k < r->n_groups; k++)
        if ((int64_t)k != left_out) r->list[thread].drawn[m++] = (uint32_t)k;
    const int ret = compute(r, thread, -2 - left_out, m, value);
    return store(r, ret, value, r->left_out, r->n_groups, (size_t)left_out);
}

/* The data as they are. */
static int compute_estimate(run_t *r, tn_error_t *err)
{
    for (size_t k = 0; k < r->n_groups; k++)
        r->list[0].drawn[k] = (uint32_t)k;
    const int ret = compute(r, 0, -1, r->n_groups, r->self->estimate);
    if (ret <= 0) return ret;
    return tn_error_set(err, TN_EDOMAIN, "the statistic has no value for the data as they are");
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Jackknife standard error and acceleration of one statistic. */
static void jackknife(const double *value, size_t n, double *se, double *acceleration)
{
    double mean = 0.0, squares = 0.0, cubes = 0.0;
    for (size_t k = 0; k < n; k++)
        mean += value[k];
    mean /= (double)n;
    for (size_t k = 0; k < n; k++) {
        const double d = mean - value[k];
        squares += d * d;
        cubes += d * d * d;
    }
    *se = n > 1 ? sqrt((double)(n - 1) / (double)n * squares) : NAN;
    *acceleration = squares == 0.0 ? 0.0 : cubes / (6.0 * squares * sqrt(squares));
}

/* The level that takes the place of the normal quantile z. */
static double bca_level(double z0, double acceleration, double z)
{
    const double w = z0 + z, bent = z0 + w / (1.0 - acceleration * w);
    return acceleration * w < 1.0 ? gsl_cdf_ugaussian_P(bent) : NAN;
}

static void set_bca(const run_t *r, int j, const double *sorted, size_t m, double level)
{
    tn_resample_t *s = r->self;
    double acceleration, below = 0.0;
    jackknife(
        r->left_out + (size_t)j * r->n_groups, r->n_groups, &s->jackknife_se[j], &acceleration);
    for (size_t i = 0; i < m; i++)
        below += sorted[i] < s->estimate[j] ? 1.0 : sorted[i] == s->estimate[j] ? 0.5 : 0.0;
    const double share = below / (double)m;
    if (!(share > 0.0 && share < 1.0) || isnan(acceleration) || m < 2) return;
    const double z0 = gsl_cdf_ugaussian_Pinv(share);
    const double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2.0);
    const double lower = bca_level(z0, acceleration, -z), upper = bca_level(z0, acceleration, z);
    if (isnan(lower) || isnan(upper)) return;
    s->bca_lower[j] = tn_score_quantile(sorted, m, lower);
    s->bca_upper[j] = tn_score_quantile(sorted, m, upper);
}

/* Everything about statistic j; sorted is scratch of n_resamples. */
static void summarise(const run_t *r, int j, double level, double *sorted)
{
    tn_resample_t *s = r->self;
    const double *value = s->value + (size_t)j * (size_t)s->n_resamples;
    size_t m = 0;
    double mean = 0.0, squares = 0.0;
    for (int64_t i = 0; i < s->n_resamples; i++)
        if (!isnan(value[i])) sorted[m++] = value[i];
    for (size_t i = 0; i < m; i++)
        mean += sorted[i];
    if (m > 0) mean /= (double)m;
    for (size_t i = 0; i < m; i++)
        squares += (sorted[i] - mean) * (sorted[i] - mean);
    qsort(sorted, m, sizeof *sorted, ascending);
    s->bias[j] = m > 1 ? mean - s->estimate[j] : NAN;
    s->se[j] = m > 1 ? sqrt(squares / (double)(m - 1)) : NAN;
    s->lower[j] = m > 1 ? tn_score_quantile(sorted, m, (1.0 - level) / 2.0) : NAN;
    s->upper[j] = m > 1 ? tn_score_quantile(sorted, m, (1.0 + level) / 2.0) : NAN;
    s->basic_lower[j] = 2.0 * s->estimate[j] - s->upper[j];
    s->basic_upper[j] = 2.0 * s->estimate[j] - s->lower[j];
    s->jackknife_se[j] = s->bca_lower[j] = s->bca_upper[j] = NAN;
    if (r->left_out != NULL) set_bca(r, j, sorted, m, level);
}

/* Rows of a table by column in which every number is NaN. */
static int64_t count_failures(const double *table, int64_t n, int n_values)
{
    int64_t n_failed = 0;
    for (int64_t i = 0; i < n; i++) {
        int j = 0;
        while (j < n_values && isnan(table[(int64_t)j * n + i]))
            j++;
        n_failed += j == n_values;
    }
    return n_failed;
}

static int check(size_t n, const int32_t *cluster, int n_clusters, tn_resample_fn statistic,
    int n_values, const tn_resample_options_t *opt, tn_error_t *err)
{
    if (n == 0 || n > INT32_MAX || n_values < 1 || statistic == NULL)
        return tn_error_set(err, TN_EARG, "%zu rows, %d statistics", n, n_values);
    if (opt->n_resamples < 1 || !(opt->level > 0.0 && opt->level < 1.0))
        return tn_error_set(
            err, TN_EARG, "%lld resamples, level %g", (long long)opt->n_resamples, opt->level);
    for (size_t i = 0; cluster != NULL && i < n; i++)
        if (cluster[i] < 0 || cluster[i] >= n_clusters)
            return tn_error_set(err, TN_EDOMAIN, "row %zu: cluster %d, expected 0 to %d", i + 1,
                (int)cluster[i], n_clusters - 1);
    return 0;
}

static bool self_alloc(tn_resample_t *s, size_t n_values)
{
    double **all[] = {&s->estimate, &s->bias, &s->se, &s->lower, &s->upper, &s->basic_lower,
        &s->basic_upper, &s->jackknife_se, &s->bca_lower, &s->bca_upper};
    for (size_t i = 0; i < sizeof all / sizeof(double **); i++)
        if ((*all[i] = tn_calloc(n_values, sizeof(double))) == NULL) return false;
    s->value = tn_calloc((size_t)s->n_resamples, n_values * sizeof(double));
    return s->value != NULL;
}

static bool run_alloc(run_t *r, size_t n_threads, bool with_jackknife)
{
    const size_t n_values = (size_t)r->self->n_values;
    r->list = tn_calloc(n_threads, sizeof *r->list);
    r->value = tn_calloc(n_threads, n_values * sizeof *r->value);
    if (r->list == NULL || r->value == NULL) return false;
    for (size_t i = 0; i < n_threads; i++)
        if ((r->list[i].drawn = tn_calloc(r->n_groups, sizeof(uint32_t))) == NULL) return false;
    if (with_jackknife && r->n_groups > 1) {
        r->left_out = tn_calloc(r->n_groups, n_values * sizeof *r->left_out);
        return r->left_out != NULL;
    }
    return true;
}

static void run_free(run_t *r, size_t n_threads)
{
    for (size_t i = 0; r->list != NULL && i < n_threads; i++) {
        tn_free(r->list[i].row);
        tn_free(r->list[i].cluster);
        tn_free(r->list[i].drawn);
    }
    tn_free(r->list);
    tn_free(r->row);
    tn_free(r->start);
    tn_free(r->value);
    tn_free(r->left_out);
}

static int run_all(run_t *r, int n_threads, double level, tn_error_t *err)
{
    tn_resample_t *s = r->self;
    int ret = compute_estimate(r, err);
    if (ret == 0) ret = tn_parallel_run(n_threads, s->n_resamples, resample_task, r);
    if (ret == 0 && r->left_out != NULL)
        ret = tn_parallel_run(n_threads, (int64_t)r->n_groups, jackknife_task, r);
    if (ret != 0) return ret;
    double *sorted = tn_calloc((size_t)s->n_resamples, sizeof *sorted);
    if (sorted == NULL) return TN_ENOMEM;
    s->n_failed = count_failures(s->value, s->n_resamples, s->n_values);
    if (r->left_out != NULL)
        s->n_jackknife_failed = (int)count_failures(r->left_out, (int64_t)r->n_groups, s->n_values);
    for (int j = 0; j < s->n_values; j++)
        summarise(r, j, level, sorted);
    tn_free(sorted);
    return 0;
}

int tn_resample_run(tn_resample_t *self, size_t n, const int32_t *cluster, int n_clusters,
    tn_resample_fn statistic, void *ctx, int n_values, const tn_resample_options_t *opt,
    tn_error_t *err)
{
    const tn_resample_options_t default_opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    *self = (tn_resample_t){.n_values = n_values};
    if (opt == NULL) opt = &default_opt;
    int ret = check(n, cluster, n_clusters, statistic, n_values, opt, err);
    if (ret < 0) return ret;
    const int n_threads = tn_parallel_threads(opt->n_threads);
    run_t r = {.self = self, .seed = opt->seed, .statistic = statistic, .ctx = ctx};
    self->n_resamples = opt->n_resamples;
    tn_error_t own = {0};
    ret = TN_ENOMEM;
    if (self_alloc(self, (size_t)n_values) && group_rows(&r, n, cluster, n_clusters) == 0 &&
        run_alloc(&r, (size_t)n_threads, opt->with_jackknife))
        ret = run_all(&r, n_threads, opt->level, &own);
    run_free(&r, (size_t)n_threads);
    if (ret == 0) return 0;
    tn_resample_free(self);
    return tn_error_set(err, ret, "%s", own.code == ret ? own.message : tn_error_text(ret));
}

void tn_resample_free(tn_resample_t *self)
{
    if (self == NULL) return;
    double *all[] = {self->value, self->estimate, self->bias, self->se, self->lower, self->upper,
        self->basic_lower, self->basic_upper, self->jackknife_se, self->bca_lower, self->bca_upper};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tn_free(all[i]);
    *self = (tn_resample_t){0};
}
