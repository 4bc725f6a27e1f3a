/* Up to eight covariates: the sums of a risk set stay in registers, a vector of eight doubles for
 * every row of the information. The compiler splits vectors that the processor does not have; each
 * number is the same sum of the same terms in the same order everywhere. */
#include <string.h>

#include "base/isa.h"
#include "survival/cox_sweep.h"

#define WIDE   TN_COX_WIDE
#define INLINE static inline __attribute__((always_inline))

typedef double eight_t __attribute__((vector_size(8 * WIDE), may_alias));

/** Sums over rows: one number, a vector, the rows of a matrix. */
typedef struct sums {
    double s0;
    eight_t s1, s2[WIDE];
} sums_t;

INLINE void clear(sums_t *s, size_t p)
{
    const eight_t zero = {0.0};
    s->s0 = 0.0;
    s->s1 = zero;
#pragma GCC unroll 8
    for (size_t j = 0; j < p; j++)
        s->s2[j] = zero;
}

INLINE void add_row(sums_t *s, const double *z, double r, size_t p)
{
    const eight_t row = *(const eight_t *)z;
    s->s0 += r;
    s->s1 += r * row;
#pragma GCC unroll 8
    for (size_t j = 0; j < p; j++)
        s->s2[j] += (r * z[j]) * row;
}

/* d = 1 or Breslow: all m (the events' weight) meet the whole risk set. */
INLINE void close_plain(const sums_t *s, sums_t *out, double m, size_t p)
{
    const double one = 1.0 / s->s0, a = m * one;
    out->s1 += a * s->s1;
#pragma GCC unroll 8
    for (size_t j = 0; j < p; j++) {
        const double b = a * one * s->s1[j];
        out->s2[j] += a * s->s2[j] - b * s->s1;
    }
}

INLINE void close_tied(
    const sums_t *s, const sums_t *d, sums_t *out, const tn_cox_shares_t *x, size_t p)
{
    out->s1 += x->a0 * s->s1 - x->a1 * d->s1;
#pragma GCC unroll 8
    for (size_t j = 0; j < p; j++) {
        const double of_s = x->b0 * s->s1[j] - x->b1 * d->s1[j];
        const double of_d = x->b2 * d->s1[j] - x->b1 * s->s1[j];
        out->s2[j] += x->a0 * s->s2[j] - x->a1 * d->s2[j] - of_s * s->s1 - of_d * d->s1;
    }
}

/* A tied group: its events join, in sums of their own as well. */
INLINE bool tied_group(const tn_cox_view_t *v, const double *r, const tn_cox_group_t *g, sums_t *s,
    sums_t *out, tn_cox_logs_t *logs, size_t p)
{
    sums_t d;
    clear(&d, p);
    for (uint32_t i = g->events; i < g->end; i++) {
        add_row(s, v->z + (size_t)i * WIDE, r[i], p);
        add_row(&d, v->z + (size_t)i * WIDE, r[i], p);
    }
    if (!(s->s0 > 0.0)) return false;
    const uint32_t n = g->end - g->events;
    const tn_cox_shares_t x = tn_cox_efron(s->s0, d.s0, n, tn_cox_mass(v, g) / (double)n, logs);
    if (!(x.smallest > 0.0)) return false;
    close_tied(s, &d, out, &x, p);
    return true;
}

INLINE bool plain_group(const tn_cox_view_t *v, const double *r, const tn_cox_group_t *g, sums_t *s,
    sums_t *out, tn_cox_logs_t *logs, size_t p)
{
    for (uint32_t i = g->events; i < g->end; i++)
        add_row(s, v->z + (size_t)i * WIDE, r[i], p);
    if (!(s->s0 > 0.0)) return false;
    const double m = tn_cox_mass(v, g);
    close_plain(s, out, m, p);
    tn_cox_note_log(logs, m, s->s0);
    return true;
}

/* As in cox_loglik.c: rows join, with delayed entry others leave; an empty risk set is put to exact
 * zeros. */
INLINE bool sweep(const tn_cox_view_t *v, const double *r, double *out1, double *out2,
    tn_cox_logs_t *logs, size_t p)
{
    sums_t s, out;
    int32_t stratum = -1;
    size_t n_at_risk = 0;
    double peak = 0.0;
    clear(&s, p);
    clear(&out, p);
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        const uint32_t n_events = g->end - g->events;
        if (g->stratum != stratum) n_at_risk = 0;
        if (n_at_risk == 0) {
            clear(&s, p);
            peak = 0.0;
        }
        stratum = g->stratum;
        for (uint32_t i = g->first; i < g->events; i++)
            add_row(&s, v->z + (size_t)i * WIDE, r[i], p);
        if (s.s0 > peak) peak = s.s0;
        for (uint32_t q = g->leave; q < g->leave_end; q++)
            add_row(&s, v->z + (size_t)v->leave[q] * WIDE, -r[v->leave[q]], p);
        n_at_risk = n_at_risk + (g->events - g->first) - (g->leave_end - g->leave);
        if (n_at_risk == 0) {
            clear(&s, p);
            peak = 0.0;
        }
        const bool is_fine = v->is_efron && n_events > 1 ? tied_group(v, r, g, &s, &out, logs, p)
                                                         : plain_group(v, r, g, &s, &out, logs, p);
        n_at_risk += n_events;
        if (!is_fine) return false;
        if (s.s0 < TN_COX_SMALLEST_REMAINDER * peak && n_at_risk > n_events) return false;
    }
    memcpy(out1, &out.s1, sizeof out.s1);
#pragma GCC unroll 8
    for (size_t j = 0; j < p; j++)
        memcpy(out2 + j * WIDE, &out.s2[j], sizeof out.s2[j]);
    return true;
}

INLINE bool run(
    const tn_cox_view_t *v, const double *r, double *out1, double *out2, tn_cox_logs_t *logs)
{
    switch (v->p) {
    case 1: return sweep(v, r, out1, out2, logs, 1);
    case 2: return sweep(v, r, out1, out2, logs, 2);
    case 3: return sweep(v, r, out1, out2, logs, 3);
    case 4: return sweep(v, r, out1, out2, logs, 4);
    case 5: return sweep(v, r, out1, out2, logs, 5);
    case 6: return sweep(v, r, out1, out2, logs, 6);
    case 7: return sweep(v, r, out1, out2, logs, 7);
    default: return sweep(v, r, out1, out2, logs, 8);
    }
}

#ifdef TN_HAVE_AVX512
__attribute__((target("avx512f"))) static bool run_avx512(
    const tn_cox_view_t *v, const double *r, double *out1, double *out2, tn_cox_logs_t *logs)
{
    return run(v, r, out1, out2, logs);
}

__attribute__((target("avx2"))) static bool run_avx2(
    const tn_cox_view_t *v, const double *r, double *out1, double *out2, tn_cox_logs_t *logs)
{
    return run(v, r, out1, out2, logs);
}
#endif

bool tn_cox_sweep_wide(
    const tn_cox_view_t *view, const double *r, double *out1, double *out2, tn_cox_logs_t *logs)
{
#ifdef TN_HAVE_AVX512
    if (tn_isa_runs(TN_ISA_AVX512)) return run_avx512(view, r, out1, out2, logs);
    if (tn_isa_runs(TN_ISA_AVX2)) return run_avx2(view, r, out1, out2, logs);
#endif
    return run(view, r, out1, out2, logs);
}
