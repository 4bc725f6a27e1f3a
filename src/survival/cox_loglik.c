/* The kernel of the Cox model: partial log-likelihood, score and information in one sweep over the
 * sorted rows; letters as in cox_core.h.
 *
 * Efron's sums over the d shares f of a tied group cost O(d) scalars and one O(p^2) update, not d
 * updates: with a_k = sum m f^k / c and b_k = sum m f^k / c^2,
 *   score -= a_0 S1 - a_1 D1,
 *   info  += a_0 S2 - a_1 D2 - [b_0 S1 S1' - b_1 (S1 D1' + D1 S1') + b_2 D1 D1'].
 * Covariates go in pairs (vectors of two doubles, in every x86-64 and ARMv8; the same bits without
 * them), and the sweep is compiled for 2, 4, 6, 8 columns and for any number: constant sizes
 * unroll. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_core.h"

/* A risk set that lost all but this share of its peak holds mostly the rounding of what left. */
#define SMALLEST_REMAINDER 1e-10
#define LARGEST_EXPONENT   700.0 /* exp(709) is the largest finite one */

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
    sums_t s, d, out;      /* risk set, tied events, and (minus score, information) */
    double *mass, *log_of; /* n_logs pairs */
    size_t n_logs;
} sweep_t;

static inline void note_log(sweep_t *w, double mass, double x)
{
    w->mass[w->n_logs] = mass;
    w->log_of[w->n_logs++] = x;
}

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

typedef struct shares {
    double a0, a1, b0, b1, b2;
    double smallest; /* of c */
} shares_t;

static shares_t efron_shares(sweep_t *w, uint32_t d, double m, bool with_log)
{
    const double s0 = w->s.s0[0], d0 = w->d.s0[0];
    shares_t x = {.smallest = s0};
    for (uint32_t l = 0; l < d; l++) {
        const double f = (double)l / (double)d, c = s0 - f * d0, a = m / c, b = a / c;
        x.a0 += a;
        x.a1 += f * a;
        x.b0 += b;
        x.b1 += f * b;
        x.b2 += f * f * b;
        x.smallest = c; /* c falls with l */
        if (with_log) note_log(w, m, c);
    }
    return x;
}

static inline __attribute__((always_inline)) void close_tied(
    sweep_t *w, const shares_t *x, size_t stride)
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
    sweep_t *w, const tn_cox_group_t *g, size_t stride, bool with_log)
{
    const tn_cox_view_t *v = w->view;
    const uint32_t d = g->end - g->events;
    double m = 0.0;
    for (uint32_t i = g->events; i < g->end; i++)
        m += v->w[i];
    if (v->factor != NULL) m *= v->factor[g - v->group];
    if (!(w->s.s0[0] > 0.0)) return false;
    if (d == 1 || !v->is_efron) {
        close_plain(w, m, stride);
        if (with_log) note_log(w, m, w->s.s0[0]);
        return true;
    }
    m /= (double)d;
    const shares_t x = efron_shares(w, d, m, with_log);
    if (!(x.smallest > 0.0)) return false;
    close_tied(w, &x, stride);
    return true;
}

/* Rows join, their group's events among them; with delayed entry others leave. An empty risk set
 * is put to exact zeros, so that no rounding is carried over a gap. */
static inline __attribute__((always_inline)) bool sweep(sweep_t *w, size_t stride, bool with_log)
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
        if (w->s.s0[0] < SMALLEST_REMAINDER * peak && n_at_risk > g->end - g->events) return false;
        if (!close_group(w, g, stride, with_log)) return false;
    }
    return true;
}

static bool run(sweep_t *w, bool with_log)
{
    switch (w->view->stride) {
    case 0: return sweep(w, 0, with_log);
    case 2: return sweep(w, 2, with_log);
    case 4: return sweep(w, 4, with_log);
    case 6: return sweep(w, 6, with_log);
    case 8: return sweep(w, 8, with_log);
    default: return sweep(w, (size_t)w->view->stride, with_log);
    }
}

/* r = w exp(z'beta + offset). */
static bool risks(const tn_cox_view_t *v, const double *beta, double *r)
{
    double largest = 0.0;
    for (size_t i = 0; i < v->n; i++) {
        const double *z = v->z + i * (size_t)v->stride;
        double eta = v->offset != NULL ? v->offset[i] : 0.0;
        for (int j = 0; j < v->p; j++)
            eta += z[j] * beta[j];
        if (!(fabs(eta) <= largest)) largest = fabs(eta); /* also NaN */
        r[i] = eta;
    }
    if (!(largest < LARGEST_EXPONENT)) return false;
    tn_exp_all(v->n, r);
    for (size_t i = 0; i < v->n; i++)
        r[i] *= v->w[i];
    return true;
}

/* The events' own terms: sum w z and sum w eta. */
static void events_score(const tn_cox_view_t *v, double *score)
{
    for (size_t k = 0; k < v->n_groups; k++) {
        const double factor = v->factor != NULL ? v->factor[k] : 1.0;
        for (uint32_t i = v->group[k].events; i < v->group[k].end; i++) {
            const double *z = v->z + i * (size_t)v->stride;
            for (int j = 0; j < v->p; j++)
                score[j] += factor * v->w[i] * z[j];
        }
    }
}

static double events_loglik(const tn_cox_view_t *v, const double *beta)
{
    double sum = 0.0;
    for (size_t k = 0; k < v->n_groups; k++) {
        for (uint32_t i = v->group[k].events; i < v->group[k].end; i++) {
            const double *z = v->z + i * (size_t)v->stride;
            double eta = v->offset != NULL ? v->offset[i] : 0.0;
            for (int j = 0; j < v->p; j++)
                eta += z[j] * beta[j];
            sum += v->w[i] * eta;
        }
    }
    return sum;
}

static double groups_loglik(const sweep_t *w)
{
    double sum = 0.0;
    tn_log_all(w->n_logs, w->log_of);
    for (size_t k = 0; k < w->n_logs; k++)
        sum += w->mass[k] * w->log_of[k];
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
        .mass = work->mass,
        .log_of = work->log_of};
    if (!risks(view, beta, work->r)) return false;
    memset(work->sums, 0, 3 * size * sizeof *work->sums);
    if (!run(&w, loglik != NULL)) return false;
    memset(score, 0, p * sizeof *score);
    events_score(view, score);
    const double *out1 = (const double *)w.out.s1, *out2 = (const double *)w.out.s2;
    for (size_t j = 0; j < p; j++)
        score[j] -= out1[j];
    if (loglik != NULL) *loglik = events_loglik(view, beta) - groups_loglik(&w);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = j; k < p; k++) {
            info[j * p + k] = out2[j * stride + k];
            info[k * p + j] = info[j * p + k];
        }
    }
    return true;
}
