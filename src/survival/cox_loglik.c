/* The kernel of the Cox model: partial log-likelihood, score and information in one sweep over the
 * sorted rows; letters as in cox_core.h.
 *
 * Efron's sums over the d shares f of a tied group cost O(d) scalars and one O(p^2) update, not d
 * updates: with a_k = sum m f^k / c and b_k = sum m f^k / c^2,
 *   score -= a_0 S1 - a_1 D1,
 *   info  += a_0 S2 - a_1 D2 - [b_0 S1 S1' - b_1 (S1 D1' + D1 S1') + b_2 D1 D1'].
 * Up to eight covariates are swept by cox_wide.c; here is the path for any number, in pairs
 * (vectors of two doubles, in every x86-64 and ARMv8; the same bits without them). */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/cox_sweep.h"

#define BLOCK_ROWS       ((size_t)1 << 15)
#define LARGEST_EXPONENT 700.0 /* exp(709) is the largest finite one */

typedef double pair_t __attribute__((vector_size(16), may_alias));

/* Sums over rows: one number, a vector and a matrix of stride columns (pairs j / 2.. of row j). */
typedef struct sums {
    double *s0; /* 1, padded to a pair */
    pair_t *s1; /* stride / 2 */
    pair_t *s2; /* stride x stride / 2 */
} sums_t;

static size_t sums_size(size_t stride) { return 2 + stride + stride * stride; }

static sums_t sums_at(double *memory, size_t stride)
{
    return (sums_t){memory, (pair_t *)(memory + 2), (pair_t *)(memory + 2 + stride)};
}

int tn_cox_work_init(tn_cox_work_t *self, size_t n, int stride)
{
    *self = (tn_cox_work_t){0};
    self->r = tn_calloc(n > 0 ? n : 1, sizeof *self->r);
    self->sums = tn_aligned_calloc(3 * sums_size((size_t)stride), sizeof *self->sums);
    self->mass = tn_calloc(2 * n + 1, sizeof *self->mass);
    if (self->r != NULL && self->sums != NULL && self->mass != NULL) {
        self->log_of = self->mass + n;
        return 0;
    }
    tn_cox_work_free(self);
    return TN_ENOMEM;
}

void tn_cox_work_free(tn_cox_work_t *self)
{
    tn_free(self->r);
    tn_free(self->sums);
    tn_free(self->mass);
    *self = (tn_cox_work_t){0};
}

/* One sweep: what it reads and writes. */
typedef struct sweep {
    const tn_cox_view_t *view;
    const double *r;
    sums_t s, d, out; /* risk set, tied events, and (minus score, information) */
    tn_cox_logs_t logs;
} sweep_t;

static inline __attribute__((always_inline)) void add_row(
    sums_t s, const double *z, double r, size_t stride)
{
    const pair_t *pairs = (const pair_t *)z;
    s.s0[0] += r;
    for (size_t k = 0; k < stride / 2; k++)
        s.s1[k] += r * pairs[k];
    for (size_t j = 0; j < stride; j++) {
        const double rz = r * z[j];
        for (size_t k = j / 2; k < stride / 2; k++)
            s.s2[j * (stride / 2) + k] += rz * pairs[k];
    }
}

/* d = 1 or Breslow: all m (the events' weight) meet the whole risk set. */
static inline __attribute__((always_inline)) void close_plain(sweep_t *w, double m, size_t stride)
{
    const double one = 1.0 / w->s.s0[0], a = m * one;
    const double *s1 = (const double *)w->s.s1;
    for (size_t k = 0; k < stride / 2; k++)
        w->out.s1[k] += a * w->s.s1[k];
    for (size_t j = 0; j < stride; j++) {
        const double b = a * one * s1[j];
        const size_t row = j * (stride / 2);
        for (size_t k = j / 2; k < stride / 2; k++)
            w->out.s2[row + k] += a * w->s.s2[row + k] - b * w->s.s1[k];
    }
}

static inline __attribute__((always_inline)) void close_tied(
    sweep_t *w, const tn_cox_shares_t *x, size_t stride)
{
    const double *s1 = (const double *)w->s.s1, *d1 = (const double *)w->d.s1;
    for (size_t k = 0; k < stride / 2; k++)
        w->out.s1[k] += x->a0 * w->s.s1[k] - x->a1 * w->d.s1[k];
    for (size_t j = 0; j < stride; j++) {
        const size_t row = j * (stride / 2);
        const double of_s = x->b0 * s1[j] - x->b1 * d1[j];
        const double of_d = x->b2 * d1[j] - x->b1 * s1[j];
        for (size_t k = j / 2; k < stride / 2; k++) {
            w->out.s2[row + k] += x->a0 * w->s.s2[row + k] - x->a1 * w->d.s2[row + k] -
                                  of_s * w->s.s1[k] - of_d * w->d.s1[k];
        }
    }
}

static inline __attribute__((always_inline)) bool close_group(
    sweep_t *w, const tn_cox_group_t *g, size_t stride)
{
    const tn_cox_view_t *v = w->view;
    const uint32_t d = g->end - g->events;
    const double m = tn_cox_mass(v, g);
    if (!(w->s.s0[0] > 0.0)) return false;
    if (d == 1 || !v->is_efron) {
        close_plain(w, m, stride);
        tn_cox_note_log(&w->logs, m, w->s.s0[0]);
        return true;
    }
    const tn_cox_shares_t x = tn_cox_efron(w->s.s0[0], w->d.s0[0], d, m / (double)d, &w->logs);
    if (!(x.smallest > 0.0)) return false;
    close_tied(w, &x, stride);
    return true;
}

/* Rows join, their group's events among them; with delayed entry others leave. An empty risk set
 * is put to exact zeros, so that no rounding is carried over a gap. */
static inline __attribute__((always_inline)) bool sweep(sweep_t *w, size_t stride)
{
    const tn_cox_view_t *v = w->view;
    const size_t bytes = sums_size(stride) * sizeof(double);
    int32_t stratum = -1;
    size_t n_at_risk = 0;
    double peak = 0.0;
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        if (g->stratum != stratum) n_at_risk = 0;
        if (n_at_risk == 0) {
            memset(w->s.s0, 0, bytes);
            peak = 0.0;
        }
        stratum = g->stratum;
        for (uint32_t i = g->first; i < g->events; i++)
            add_row(w->s, v->z + i * stride, w->r[i], stride);
        if (w->s.s0[0] > peak) peak = w->s.s0[0];
        for (uint32_t q = g->leave; q < g->leave_end; q++) {
            const uint32_t i = v->leave[q];
            add_row(w->s, v->z + i * stride, -w->r[i], stride);
        }
        n_at_risk = n_at_risk + (g->events - g->first) - (g->leave_end - g->leave);
        if (n_at_risk == 0) {
            memset(w->s.s0, 0, bytes);
            peak = 0.0;
        }
        const bool is_tied = v->is_efron && g->end - g->events > 1;
        if (is_tied) memset(w->d.s0, 0, bytes);
        for (uint32_t i = g->events; i < g->end; i++) {
            add_row(w->s, v->z + i * stride, w->r[i], stride);
            if (is_tied) add_row(w->d, v->z + i * stride, w->r[i], stride);
        }
        n_at_risk += g->end - g->events;
        if (w->s.s0[0] < TN_COX_SMALLEST_REMAINDER * peak && n_at_risk > g->end - g->events)
            return false;
        if (!close_group(w, g, stride)) return false;
    }
    return true;
}

static bool run(sweep_t *w)
{
    const tn_cox_view_t *v = w->view;
    if (v->p >= 1 && v->stride == TN_COX_WIDE) {
        return tn_cox_sweep_wide(v, w->r, (double *)w->out.s1, (double *)w->out.s2, &w->logs);
    }
    return v->stride == 0 ? sweep(w, 0) : sweep(w, (size_t)v->stride);
}

/** The risks of the rows, in blocks that threads take. */
typedef struct risks {
    const tn_cox_view_t *view;
    const double *beta;
    double *r;
} risks_t;

/* r := z'beta + offset of rows from..to-1; p constant where it is inlined. @return the largest
 * size, or NaN. */
static inline __attribute__((always_inline)) double predictors(
    const risks_t *risks, size_t from, size_t to, size_t stride, size_t p)
{
    const tn_cox_view_t *v = risks->view;
    double largest = 0.0;
    for (size_t i = from; i < to; i++) {
        const double *z = v->z + i * stride;
        double eta = v->offset != NULL ? v->offset[i] : 0.0;
        for (size_t j = 0; j < p; j++)
            eta += z[j] * risks->beta[j];
        if (!(fabs(eta) <= largest)) largest = fabs(eta);
        risks->r[i] = eta;
    }
    return largest;
}

static double all_predictors(const risks_t *risks, size_t from, size_t to)
{
    const tn_cox_view_t *v = risks->view;
    switch (v->p) {
    case 1: return predictors(risks, from, to, TN_COX_WIDE, 1);
    case 2: return predictors(risks, from, to, TN_COX_WIDE, 2);
    case 3: return predictors(risks, from, to, TN_COX_WIDE, 3);
    case 4: return predictors(risks, from, to, TN_COX_WIDE, 4);
    case 5: return predictors(risks, from, to, TN_COX_WIDE, 5);
    case 6: return predictors(risks, from, to, TN_COX_WIDE, 6);
    case 7: return predictors(risks, from, to, TN_COX_WIDE, 7);
    case 8: return predictors(risks, from, to, TN_COX_WIDE, 8);
    default: return predictors(risks, from, to, (size_t)v->stride, (size_t)v->p);
    }
}

/* r = w exp(z'beta + offset). A predictor out of range ends the run. */
static int risks_block(void *ctx, int thread, int64_t block)
{
    const risks_t *risks = ctx;
    const size_t n = risks->view->n, from = (size_t)block * BLOCK_ROWS;
    const size_t to = n - from > BLOCK_ROWS ? from + BLOCK_ROWS : n;
    (void)thread;
    if (!(all_predictors(risks, from, to) < LARGEST_EXPONENT)) return TN_EDOMAIN;
    tn_exp_all(to - from, risks->r + from);
    for (size_t i = from; i < to; i++)
        risks->r[i] *= risks->view->w[i];
    return 0;
}

/* The start of every climb: all predictors 0, all risks their weights. */
static bool is_origin(const tn_cox_view_t *v, const double *beta)
{
    for (int j = 0; j < v->p; j++) {
        if (beta[j] < 0.0 || beta[j] > 0.0 || isnan(beta[j])) return false;
    }
    return v->offset == NULL;
}

static bool risks_of(const tn_cox_view_t *v, const double *beta, double *r)
{
    if (is_origin(v, beta)) {
        memcpy(r, v->w, v->n * sizeof *r);
        return true;
    }
    risks_t risks = {.view = v, .beta = beta, .r = r};
    const int64_t n_blocks = (int64_t)((v->n + BLOCK_ROWS - 1) / BLOCK_ROWS);
    return tn_parallel_run(0, n_blocks, risks_block, &risks) == 0;
}

void tn_cox_events_score(const tn_cox_view_t *v, double *score)
{
    memset(score, 0, (size_t)v->p * sizeof *score);
    for (size_t k = 0; k < v->n_groups; k++) {
        const double factor = v->factor != NULL ? v->factor[k] : 1.0;
        for (uint32_t i = v->group[k].events; i < v->group[k].end; i++) {
            const double *z = v->z + i * (size_t)v->stride;
            for (int j = 0; j < v->p; j++)
                score[j] += factor * v->w[i] * z[j];
        }
    }
}

/* Sum of w eta over the events, from that of w z. */
static double events_loglik(const tn_cox_view_t *v, const double *beta, const double *sum)
{
    double loglik = 0.0;
    for (int j = 0; j < v->p; j++)
        loglik += beta[j] * sum[j];
    for (size_t k = 0; v->offset != NULL && k < v->n_groups; k++) {
        const double factor = v->factor != NULL ? v->factor[k] : 1.0;
        for (uint32_t i = v->group[k].events; i < v->group[k].end; i++)
            loglik += factor * v->w[i] * v->offset[i];
    }
    return loglik;
}

static double groups_loglik(const sweep_t *w)
{
    double sum = 0.0;
    tn_log_all(w->logs.n, w->logs.log_of);
    for (size_t k = 0; k < w->logs.n; k++)
        sum += w->logs.mass[k] * w->logs.log_of[k];
    return sum;
}

bool tn_cox_kernel(const tn_cox_view_t *view, const double *beta, tn_cox_work_t *work,
    double *loglik, double *score, double *info)
{
    const size_t p = (size_t)view->p, stride = (size_t)view->stride, size = sums_size(stride);
    sweep_t w = {.view = view,
        .r = work->r,
        .s = sums_at(work->sums, stride),
        .d = sums_at(work->sums + size, stride),
        .out = sums_at(work->sums + 2 * size, stride),
        .logs = {.mass = loglik != NULL ? work->mass : NULL, .log_of = work->log_of}};
    if (!risks_of(view, beta, work->r)) return false;
    memset(work->sums, 0, 3 * size * sizeof *work->sums);
    if (!run(&w)) return false;
    if (view->event_sum != NULL && view->factor == NULL) {
        memcpy(score, view->event_sum, p * sizeof *score);
    } else {
        tn_cox_events_score(view, score);
    }
    if (loglik != NULL) *loglik = events_loglik(view, beta, score) - groups_loglik(&w);
    const double *out1 = (const double *)w.out.s1, *out2 = (const double *)w.out.s2;
    for (size_t j = 0; j < p; j++)
        score[j] -= out1[j];
    for (size_t j = 0; j < p; j++) {
        for (size_t k = j; k < p; k++) {
            info[j * p + k] = out2[j * stride + k];
            info[k * p + j] = info[j * p + k];
        }
    }
    return true;
}
