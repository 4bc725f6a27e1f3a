/** The sweep over the risk sets: one path for any number of covariates (cox_loglik.c), one for up
 * to eight that keeps the sums in wide registers (cox_wide.c). Both add in the same order: same
 * bits. */
#ifndef TN_SURVIVAL_COX_SWEEP_H
#define TN_SURVIVAL_COX_SWEEP_H
#include "survival/cox_core.h"

/** A risk set that lost all but this share of its peak holds mostly the rounding of what left. */
#define TN_COX_SMALLEST_REMAINDER 1e-10

/** Logarithms that the log-likelihood wants: mass times log_of, n of them. */
typedef struct tn_cox_logs {
    double *mass, *log_of; /* NULL: not wanted */
    size_t n;
} tn_cox_logs_t;

static inline void tn_cox_note_log(tn_cox_logs_t *self, double mass, double x)
{
    if (self->mass == NULL) return;
    self->mass[self->n] = mass;
    self->log_of[self->n++] = x;
}

/** Efron's shares of d tied events: sums of m f^k / c and m f^k / c^2 over f = l / d. */
typedef struct tn_cox_shares {
    double a0, a1, b0, b1, b2;
    double smallest; /* of c */
} tn_cox_shares_t;

static inline tn_cox_shares_t tn_cox_efron(
    double s0, double d0, uint32_t d, double m, tn_cox_logs_t *logs)
{
    tn_cox_shares_t x = {.smallest = s0};
    for (uint32_t l = 0; l < d; l++) {
        const double f = (double)l / (double)d, c = s0 - f * d0, a = m / c, b = a / c;
        x.a0 += a;
        x.a1 += f * a;
        x.b0 += b;
        x.b1 += f * b;
        x.b2 += f * f * b;
        x.smallest = c; /* c falls with l */
        tn_cox_note_log(logs, m, c);
    }
    return x;
}

/** Weight of the events of a group. */
static inline double tn_cox_mass(const tn_cox_view_t *v, const tn_cox_group_t *g)
{
    double m = 0.0;
    for (uint32_t i = g->events; i < g->end; i++)
        m += v->w[i];
    return v->factor != NULL ? m * v->factor[g - v->group] : m;
}

#define TN_COX_WIDE 8 /* doubles in a wide row */

/** The sweep for 1..TN_COX_WIDE covariates and a stride of TN_COX_WIDE, rows on 64 bytes.
 *  @param r      risks of the rows.
 *  @param out1   out, TN_COX_WIDE: minus the risk sets' part of the score.
 *  @param out2   out, TN_COX_WIDE squared: their information, upper half valid.
 *  @return false where a risk set is empty of weight or holds only rounding. */
bool tn_cox_sweep_wide(
    const tn_cox_view_t *view, const double *r, double *out1, double *out2, tn_cox_logs_t *logs);
#endif
