/* Pick-freeze estimates of Sobol indices with subtraction of Monte Carlo noise.
 * Idea: A, B and A-with-one-column-of-B share exactly the inputs they should, and their noise is
 * independent. So products of different rows need no correction, and squares need the noise's mean
 * variance taken off. Source: Saltelli et al. 2010; Jansen 1999. */
#include "tenure/sobol.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"
#include "base/rng.h"

#define PURPOSE_DESIGN 64 /* of the random streams: none that the court uses */
#define PURPOSE_BOOT   65

size_t tn_sobol_n_rows(size_t n, int n_inputs)
{
    const size_t per_point = (size_t)n_inputs + 2;
    return n > SIZE_MAX / per_point ? 0 : n * per_point;
}

static int check(size_t n, int n_inputs, tn_error_t *err)
{
    if (n_inputs < 1 || n_inputs > TN_SOBOL_MAX_INPUTS) {
        return tn_error_set(err, TN_EARG, "number of inputs must be 1 to %d", TN_SOBOL_MAX_INPUTS);
    }
    if (n < 2) return tn_error_set(err, TN_EARG, "at least two base points are needed");
    if (tn_sobol_n_rows(n, n_inputs) == 0) {
        return tn_error_set(err, TN_EARG, "too many base points");
    }
    return 0;
}

static void draw_row(double *u, size_t point, int which, int n_inputs, uint64_t seed)
{
    double four[4];
    for (int i = 0; i < n_inputs; i++) {
        if (i % 4 == 0) {
            tn_rng_uniforms(seed, point, 0, (uint32_t)which, PURPOSE_DESIGN, (uint32_t)i / 4, four);
        }
        u[i] = four[i % 4];
    }
}

int tn_sobol_design(double *u, size_t n, int n_inputs, uint64_t seed, tn_error_t *err)
{
    const size_t width = (size_t)n_inputs;
    const int ret = check(n, n_inputs, err);
    if (ret < 0) return ret;
    for (size_t point = 0; point < n; point++) {
        double *a = u + point * (width + 2) * width, *b = a + width, *mixed = b + width;
        draw_row(a, point, 0, n_inputs, seed);
        draw_row(b, point, 1, n_inputs, seed);
        for (size_t i = 0; i < width; i++) {
            for (size_t j = 0; j < width; j++)
                mixed[i * width + j] = j == i ? b[j] : a[j];
        }
    }
    return 0;
}

/** The results and what is counted of them. */
typedef struct tn_sample {
    const double *y, *noise;
    size_t n;
    int n_inputs;
    double centre; /* near the mean: keeps the products small */
} tn_sample_t;

/** Sums over base points: of all results, then two per input. */
typedef struct tn_moments {
    double a, b, aa, bb, noise;
    double *first, *mixed, *total; /* n_inputs: (b - c)(ab - a), ab - a, total numerator */
} tn_moments_t;

static void add_point(tn_moments_t *m, const tn_sample_t *s, size_t point)
{
    const size_t first = point * ((size_t)s->n_inputs + 2);
    const double *y = s->y + first, *noise = s->noise == NULL ? NULL : s->noise + first;
    const double a = y[0] - s->centre, b = y[1] - s->centre;
    m->a += a;
    m->b += b;
    m->aa += a * a;
    m->bb += b * b;
    if (noise != NULL) m->noise += 0.5 * (noise[0] + noise[1]);
    for (int i = 0; i < s->n_inputs; i++) {
        const double change = y[2 + i] - y[0];
        m->first[i] += b * change;
        m->mixed[i] += change;
        m->total[i] += 0.5 * change * change;
        if (noise != NULL) m->total[i] -= 0.5 * (noise[0] + noise[2 + i]);
    }
}

static void clear(tn_moments_t *m, int n_inputs)
{
    m->a = m->b = m->aa = m->bb = m->noise = 0.0;
    for (int i = 0; i < n_inputs; i++)
        m->first[i] = m->mixed[i] = m->total[i] = 0.0;
}

/** Indices from the sums; the variance comes back. */
static double solve(tn_sobol_index_t *index, const tn_moments_t *m, const tn_sample_t *s)
{
    const double n = (double)s->n;
    const double squares = m->aa - m->a * m->a / n + m->bb - m->b * m->b / n;
    const double variance = 0.5 * squares / (n - 1.0) - m->noise / n;
    const bool is_signal = variance > 0.0;
    for (int i = 0; i < s->n_inputs; i++) {
        const double first = (m->first[i] - m->b * m->mixed[i] / n) / (n - 1.0);
        index[i].first = is_signal ? first / variance : NAN;
        index[i].total = is_signal ? m->total[i] / n / variance : NAN;
    }
    return variance;
}

/** Running mean and sum of squared deviations (Welford). */
typedef struct tn_spread {
    double mean, squares;
    int n;
} tn_spread_t;

static void note(tn_spread_t *s, double value)
{
    const double d = value - s->mean;
    if (!isfinite(value)) return;
    s->n++;
    s->mean += d / s->n;
    s->squares += d * (value - s->mean);
}

static double spread(const tn_spread_t *s)
{
    return s->n < 2 ? NAN : sqrt(s->squares / (s->n - 1.0));
}

/** n base points drawn with replacement, the counter saying which. */
static void resample(tn_moments_t *m, const tn_sample_t *s, uint64_t seed, uint32_t round)
{
    double u[4];
    clear(m, s->n_inputs);
    for (size_t k = 0; k < s->n; k++) {
        if (k % 4 == 0) tn_rng_uniforms(seed, k / 4, 0, 0, PURPOSE_BOOT, round, u);
        add_point(m, s, (size_t)(u[k % 4] * (double)s->n));
    }
}

typedef struct tn_work {
    tn_moments_t m;
    tn_sobol_index_t *one;
    tn_spread_t *spread; /* 2 per input, then the variance's */
} tn_work_t;

static void bootstrap(tn_sobol_index_t *index, tn_sobol_summary_t *summary, tn_work_t *w,
    const tn_sample_t *s, int n_boot, uint64_t seed)
{
    const size_t width = (size_t)s->n_inputs;
    for (int k = 0; k < n_boot; k++) {
        resample(&w->m, s, seed, (uint32_t)k);
        note(&w->spread[2 * width], solve(w->one, &w->m, s));
        for (size_t i = 0; i < width; i++) {
            note(&w->spread[2 * i], w->one[i].first);
            note(&w->spread[2 * i + 1], w->one[i].total);
        }
    }
    summary->variance_se = spread(&w->spread[2 * width]);
    for (size_t i = 0; i < width; i++) {
        index[i].first_se = spread(&w->spread[2 * i]);
        index[i].total_se = spread(&w->spread[2 * i + 1]);
    }
}

static int work_init(tn_work_t *w, int n_inputs)
{
    const size_t width = (size_t)n_inputs;
    *w = (tn_work_t){0};
    w->m.first = tn_calloc(width, 3 * sizeof *w->m.first);
    w->one = tn_calloc(width, sizeof *w->one);
    w->spread = tn_calloc(2 * width + 1, sizeof *w->spread);
    if (w->m.first == NULL || w->one == NULL || w->spread == NULL) return TN_ENOMEM;
    w->m.mixed = w->m.first + width;
    w->m.total = w->m.mixed + width;
    return 0;
}

static void work_free(tn_work_t *w)
{
    tn_free(w->m.first);
    tn_free(w->one);
    tn_free(w->spread);
}

static int find_centre(tn_sample_t *s, tn_error_t *err)
{
    const size_t n_rows = tn_sobol_n_rows(s->n, s->n_inputs);
    for (size_t k = 0; k < n_rows; k++) {
        if (isfinite(s->y[k]) && (s->noise == NULL || isfinite(s->noise[k]))) continue;
        return tn_error_set(err, TN_EDOMAIN, "result %zu is not a finite number", k + 1);
    }
    for (size_t k = 0; k < s->n; k++)
        s->centre += s->y[k * ((size_t)s->n_inputs + 2)] / (double)s->n;
    return 0;
}

int tn_sobol_estimate(tn_sobol_index_t *index, tn_sobol_summary_t *summary, const double *y,
    const double *noise, size_t n, int n_inputs, int n_boot, uint64_t seed, tn_error_t *err)
{
    tn_sobol_summary_t unused;
    tn_work_t w;
    tn_sample_t s = {.y = y, .noise = noise, .n = n, .n_inputs = n_inputs};
    if (summary == NULL) summary = &unused;
    int ret = check(n, n_inputs, err);
    if (ret == 0) ret = find_centre(&s, err);
    if (ret < 0) return ret;
    ret = work_init(&w, n_inputs);
    if (ret < 0) {
        (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
        goto out;
    }
    for (size_t k = 0; k < n; k++)
        add_point(&w.m, &s, k);
    const double variance = solve(index, &w.m, &s);
    *summary = (tn_sobol_summary_t){.mean = s.centre + 0.5 * (w.m.a + w.m.b) / (double)n,
        .variance = variance,
        .noise = w.m.noise / (double)n};
    bootstrap(index, summary, &w, &s, n_boot, seed);
out:
    work_free(&w);
    return ret;
}
