/* The iid terms of the score. eta_i is what the row itself says: at its event x - zbar, less
 * r (x - zbar) dH over its time at risk. psi_i is what it says through G: a censoring at u changes
 * the weights of the rows of other causes that left before u at all later events, so that with
 *   q(u) = sum_{other, exit < u} w r ginv sum_{t >= u} (x - zbar(t)) G(t) dH(t)
 *        = A1(u) B(u) - A0(u) D(u)
 * (A0, A1 sums of w r ginv and w r ginv x so far; B, D sums still to come) and Y(u) the weight at
 * risk, psi_i = [i censored at exit] q / Y - sum_{u <= exit} q dN / Y^2. All by group of
 * censoring. Source: Fine & Gray (1999), eq. 7 and 8. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "survival/finegray_core.h"

typedef struct iid {
    struct tn_finegray_data *d;
    tn_finegray_variance_t variance;
    double *b, *dd;      /* n_groups, n_groups x p: B and D over all events */
    double *own, *own_d; /* the same as the censorings see them */
    double *a0, *a1;     /* n_groups, n_groups x p */
    double *drift;       /* n_groups x p: sum of q dN / Y^2 so far */
    double *seen;        /* n: B at a censoring */
    double *sums;        /* blocks x p x p */
} iid_t;

static size_t n_blocks(const struct tn_finegray_data *d)
{
    return (d->n + TN_FINEGRAY_BLOCK - 1) / TN_FINEGRAY_BLOCK;
}

static int iid_init(iid_t *self, struct tn_finegray_data *d, tn_finegray_variance_t variance)
{
    const size_t g = (size_t)d->n_groups, p = (size_t)d->p;
    *self = (iid_t){.d = d, .variance = variance};
    self->b = tn_calloc(3 * g + 4 * g * p, sizeof *self->b);
    self->seen = tn_calloc(d->n + 1, sizeof *self->seen);
    self->sums = tn_calloc(n_blocks(d) + 1, (p * p + 1) * sizeof *self->sums);
    if (self->b == NULL || self->seen == NULL || self->sums == NULL) return TN_ENOMEM;
    self->own = self->b + g;
    self->a0 = self->own + g;
    self->dd = self->a0 + g;
    self->own_d = self->dd + g * p;
    self->a1 = self->own_d + g * p;
    self->drift = self->a1 + g * p;
    return 0;
}

static void iid_free(iid_t *self)
{
    tn_free(self->b);
    tn_free(self->seen);
    tn_free(self->sums);
}

static void others(const iid_t *self, size_t from, size_t end)
{
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    for (size_t i = from; i < end; i++) {
        const size_t g = (size_t)tn_finegray_group(d, i);
        const double a = -d->r[i] * d->ginv[i];
        for (size_t j = 0; d->ginv[i] > 0.0 && j < p; j++)
            d->residual[i * p + j] = a * (d->x[i * p + j] * self->b[g] - self->dd[g * p + j]);
    }
}

/* B and D wait in the residuals of the censored for q. */
static void censorings(
    const iid_t *self, const double *b, const double *dd, size_t from, size_t end)
{
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    for (size_t i = from; i < end; i++) {
        const size_t g = (size_t)tn_finegray_group(d, i);
        if (d->kind[i] != TN_FINEGRAY_CENSORED) continue;
        self->seen[i] = b[g];
        memcpy(d->residual + i * p, dd + g * p, p * sizeof *dd);
    }
}

/* b += a, dd += a zbar of event time k, for group g */
static void add_event(
    const struct tn_finegray_data *d, size_t g, size_t k, double a, double *b, double *dd)
{
    const size_t p = (size_t)d->p;
    b[g] += a;
    for (size_t j = 0; j < p; j++)
        dd[g * p + j] += a * d->zbar[k * p + j];
}

/* From the last exit back. */
static void sweep_back(iid_t *self)
{
    struct tn_finegray_data *d = self->d;
    for (size_t end = d->n, from; end > 0; end = from) {
        from = tn_finegray_tied_from(d, end);
        others(self, from, end);
        if (self->variance == TN_FINEGRAY_DERIVED) {
            censorings(self, self->b, self->dd, from, end);
        }
        if (tn_finegray_is_event_time(d, from)) {
            const size_t k = d->last[from] - 1;
            for (size_t g = 0; g < (size_t)d->n_groups; g++)
                add_event(d, g, k, d->g[g * d->m + k] * d->d[k] / d->s0[k], self->b, self->dd);
            for (size_t i = from; i < end; i++) {
                const size_t g = (size_t)tn_finegray_group(d, i);
                if (d->kind[i] != TN_FINEGRAY_EVENT) continue;
                add_event(d, g, k, d->g[g * d->m + k] * d->w[i] / d->s0[k], self->own, self->own_d);
            }
        }
        if (self->variance == TN_FINEGRAY_CRR) {
            censorings(self, self->own, self->own_d, from, end);
        }
    }
}

/* Adds the rows from..end-1 of other causes to A0, A1. */
static void leave(const iid_t *self, size_t from, size_t end)
{
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    for (size_t i = from; i < end; i++) {
        const size_t g = (size_t)tn_finegray_group(d, i);
        const double a = d->w[i] * d->r[i] * d->ginv[i];
        self->a0[g] += a;
        for (size_t j = 0; d->ginv[i] > 0.0 && j < p; j++)
            self->a1[g * p + j] += a * d->x[i * p + j];
    }
}

/* psi of the rows that exit together. */
static void censor(const iid_t *self, size_t from, size_t end)
{
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    for (size_t i = from; i < end; i++) {
        const size_t g = (size_t)tn_finegray_group(d, i);
        double *u = d->residual + i * p;
        if (d->kind[i] != TN_FINEGRAY_CENSORED) continue;
        for (size_t j = 0; j < p; j++) {
            u[j] = self->a1[g * p + j] * self->seen[i] - self->a0[g] * u[j];
            u[j] /= d->at_risk[i];
            self->drift[g * p + j] += d->w[i] * u[j] / d->at_risk[i];
        }
    }
    for (size_t i = from; i < end; i++) {
        const double *drift = self->drift + (size_t)tn_finegray_group(d, i) * p;
        for (size_t j = 0; j < p; j++)
            d->residual[i * p + j] -= drift[j];
    }
}

static void sweep_forward(const iid_t *self)
{
    const struct tn_finegray_data *d = self->d;
    const bool is_derived = self->variance == TN_FINEGRAY_DERIVED;
    for (size_t from = 0, end; from < d->n; from = end) {
        end = tn_finegray_tied(d, from);
        if (is_derived) leave(self, from, end);
        censor(self, from, end);
        if (!is_derived) leave(self, from, end);
    }
}

/* Adds what the rows say while at risk with weight 1. */
static int residuals_of_block(void *ctx, int thread, int64_t block)
{
    const iid_t *self = ctx;
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p, from = (size_t)block * TN_FINEGRAY_BLOCK;
    const size_t end = d->n - from > TN_FINEGRAY_BLOCK ? from + TN_FINEGRAY_BLOCK : d->n;
    double *restrict sums = self->sums + (size_t)block * p * p;
    (void)thread;
    for (size_t i = from; i < end; i++) {
        const size_t last = d->last[i], first = tn_finegray_first(d, i);
        const double *restrict x = d->x + i * p;
        const double h = d->h[last] - d->h[first];
        double *restrict u = d->residual + i * p;
        for (size_t j = 0; j < p; j++)
            u[j] -= d->r[i] * (x[j] * h - (d->e[last * p + j] - d->e[first * p + j]));
        for (size_t j = 0; d->kind[i] == TN_FINEGRAY_EVENT && j < p; j++)
            u[j] += x[j] - d->zbar[(last - 1) * p + j];
        for (size_t a = 0; a < p; a++) {
            for (size_t c = 0; c <= a; c++)
                sums[a * p + c] += d->w[i] * u[a] * u[c];
        }
    }
    return 0;
}

/* E from zbar and dH. */
static void drifts(struct tn_finegray_data *d)
{
    const size_t p = (size_t)d->p;
    memset(d->e, 0, p * sizeof *d->e);
    for (size_t k = 0; k < d->m; k++) {
        const double dh = d->d[k] / d->s0[k];
        for (size_t j = 0; j < p; j++)
            d->e[(k + 1) * p + j] = d->e[k * p + j] + dh * d->zbar[k * p + j];
    }
}

static void add_outer(size_t p, const double *u, double *outer)
{
    for (size_t a = 0; a < p; a++) {
        for (size_t c = 0; c <= a; c++)
            outer[a * p + c] += u[a] * u[c];
    }
}

static void add_up(const iid_t *self, double *outer)
{
    struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    memset(outer, 0, p * p * sizeof *outer);
    for (size_t k = 0; d->cluster == NULL && k < n_blocks(d); k++) {
        for (size_t q = 0; q < p * p; q++)
            outer[q] += self->sums[k * p * p + q];
    }
    if (d->cluster != NULL) {
        memset(d->sums, 0, (size_t)d->n_clusters * p * sizeof *d->sums);
        for (size_t i = 0; i < d->n; i++) {
            double *sum = d->sums + (size_t)d->cluster[i] * p;
            for (size_t j = 0; j < p; j++)
                sum[j] += d->w[i] * d->residual[i * p + j];
        }
        for (int c = 0; c < d->n_clusters; c++)
            add_outer(p, d->sums + (size_t)c * p, outer);
    }
    for (size_t a = 0; a < p; a++) {
        for (size_t c = 0; c < a; c++)
            outer[c * p + a] = outer[a * p + c];
    }
}

int tn_finegray_middle(
    struct tn_finegray_data *self, tn_finegray_variance_t variance, double *outer)
{
    iid_t iid;
    int ret = iid_init(&iid, self, variance);
    if (ret < 0) goto out;
    memset(self->residual, 0, self->n * (size_t)self->p * sizeof *self->residual);
    drifts(self);
    sweep_back(&iid);
    if (variance != TN_FINEGRAY_FIXED) sweep_forward(&iid);
    ret = tn_parallel_run(
        tn_finegray_threads(self), (int64_t)n_blocks(self), residuals_of_block, &iid);
    if (ret == 0) add_up(&iid, outer);
out:
    iid_free(&iid);
    return ret;
}
