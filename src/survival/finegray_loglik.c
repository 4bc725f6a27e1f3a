/* One sweep back over the rows gathers those at risk with weight 1, one sweep forward those of
 * other causes, of which only the factor G(t) changes with t: S(t) = sum_{exit >= t} w r
 * + sum_g G_g(t) sum_{other, exit < t} w r ginv. Score and information come from the rows again:
 * row i meets the hazard a_i = w r (H(last) - H(first) + ginv B(last)), so that the score is
 * sum events x - sum a x, and the information sum a x x' - sum d zbar zbar'. These last sums are
 * taken in blocks of rows, added in order: the same bits from any number of threads. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/finegray_core.h"

typedef struct blocks {
    struct tn_finegray_data *d;
    const double *beta;
    double *sums; /* blocks x (p + p (p + 1) / 2) */
    size_t width;
} blocks_t;

static size_t block_end(const struct tn_finegray_data *d, int64_t block)
{
    const size_t end = ((size_t)block + 1) * TN_FINEGRAY_BLOCK;
    return end < d->n ? end : d->n;
}

static int risk_of_block(void *ctx, int thread, int64_t block)
{
    const blocks_t *self = ctx;
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p, end = block_end(d, block);
    (void)thread;
    for (size_t i = (size_t)block * TN_FINEGRAY_BLOCK; i < end; i++) {
        double eta = 0.0;
        for (size_t j = 0; j < p; j++)
            eta += self->beta[j] * d->x[i * p + j];
        d->r[i] = tn_exp(eta);
    }
    return 0;
}

/* s += a (1, x) */
static void add_row(size_t p, double a, const double *restrict x, double *restrict s)
{
    s[0] += a;
    for (size_t j = 0; j < p; j++)
        s[1 + j] += a * x[j];
}

/* s0 and zbar (for now S1) of the rows at risk with weight 1. */
static void sweep_back(struct tn_finegray_data *d, double *s)
{
    const size_t p = (size_t)d->p;
    size_t i = d->n, gone = 0;
    memset(s, 0, (p + 1) * sizeof *s);
    for (size_t k = d->m; k-- > 0;) {
        for (; i > 0 && d->last[i - 1] > k; i--)
            add_row(p, d->w[i - 1] * d->r[i - 1], d->x + (i - 1) * p, s);
        for (; d->leave != NULL && gone < d->n && d->first[d->leave[gone]] > k; gone++) {
            const size_t q = d->leave[gone];
            add_row(p, -d->w[q] * d->r[q], d->x + q * p, s);
        }
        d->s0[k] = s[0];
        memcpy(d->zbar + k * p, s + 1, p * sizeof *s);
    }
}

/* Adds the rows of other causes. @param s  n_groups x (p + 1) */
static void sweep_forward(struct tn_finegray_data *d, double *s)
{
    const size_t p = (size_t)d->p, n_groups = (size_t)d->n_groups;
    size_t i = 0;
    memset(s, 0, n_groups * (p + 1) * sizeof *s);
    for (size_t k = 0; k < d->m; k++) {
        for (; i < d->n && d->last[i] <= k; i++) {
            double *sum = s + (size_t)tn_finegray_group(d, i) * (p + 1);
            if (d->ginv[i] > 0.0) add_row(p, d->w[i] * d->r[i] * d->ginv[i], d->x + i * p, sum);
        }
        for (size_t g = 0; g < n_groups; g++) {
            const double weight = d->g[g * d->m + k], *sum = s + g * (p + 1);
            d->s0[k] += weight * sum[0];
            for (size_t j = 0; j < p; j++)
                d->zbar[k * p + j] += weight * sum[1 + j];
        }
    }
}

/* zbar, H and B, and what they add to the log-likelihood and the information. */
static double hazards(struct tn_finegray_data *d, double *info)
{
    const size_t p = (size_t)d->p, n_groups = (size_t)d->n_groups;
    double loglik = 0.0;
    d->h[0] = 0.0;
    for (size_t k = 0; k < d->m; k++) {
        double *zbar = d->zbar + k * p;
        d->h[k + 1] = d->h[k] + d->d[k] / d->s0[k];
        loglik -= d->d[k] * tn_log(d->s0[k]);
        for (size_t j = 0; j < p; j++)
            zbar[j] /= d->s0[k];
        for (size_t a = 0; a < p; a++) {
            for (size_t c = 0; c <= a; c++)
                info[a * p + c] -= d->d[k] * zbar[a] * zbar[c];
        }
    }
    for (size_t g = 0; g < n_groups; g++) {
        double *b = d->b + g * (d->m + 1);
        b[d->m] = 0.0;
        for (size_t k = d->m; k-- > 0;)
            b[k] = b[k + 1] + d->g[g * d->m + k] * d->d[k] / d->s0[k];
    }
    return loglik;
}

static int sums_of_block(void *ctx, int thread, int64_t block)
{
    const blocks_t *self = ctx;
    const struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p, end = block_end(d, block);
    double *restrict score = self->sums + (size_t)block * self->width;
    double *restrict info = score + p;
    (void)thread;
    memset(score, 0, self->width * sizeof *score);
    for (size_t i = (size_t)block * TN_FINEGRAY_BLOCK; i < end; i++) {
        const double *restrict x = d->x + i * p;
        const size_t g = (size_t)tn_finegray_group(d, i) * (d->m + 1);
        double hazard = d->h[d->last[i]] - d->h[tn_finegray_first(d, i)];
        if (d->ginv[i] > 0.0) hazard += d->ginv[i] * d->b[g + d->last[i]];
        hazard *= d->w[i] * d->r[i];
        for (size_t a = 0, q = 0; a < p; a++) {
            const double ax = hazard * x[a];
            score[a] += ax;
            for (size_t c = 0; c <= a; c++)
                info[q++] += ax * x[c];
        }
    }
    return 0;
}

static int add_blocks(blocks_t *self, int64_t n_blocks, double *score, double *info)
{
    struct tn_finegray_data *d = self->d;
    const size_t p = (size_t)d->p;
    const int ret = tn_parallel_run(tn_finegray_threads(d), n_blocks, sums_of_block, self);
    for (int64_t block = 0; ret == 0 && block < n_blocks; block++) {
        const double *s = self->sums + (size_t)block * self->width;
        for (size_t a = 0, q = p; a < p; a++) {
            score[a] -= s[a];
            for (size_t c = 0; c <= a; c++)
                info[a * p + c] += s[q++];
        }
    }
    for (size_t a = 0; a < p; a++) {
        for (size_t c = 0; c < a; c++)
            info[c * p + a] = info[a * p + c];
    }
    return ret;
}

int tn_finegray_loglik(void *data, const double *beta, double *loglik, double *score, double *info)
{
    struct tn_finegray_data *d = data;
    const size_t p = (size_t)d->p, n_groups = (size_t)d->n_groups;
    const size_t n_blocks = (d->n + TN_FINEGRAY_BLOCK - 1) / TN_FINEGRAY_BLOCK;
    blocks_t self = {.d = d, .beta = beta, .width = p + p * (p + 1) / 2};
    const size_t size = n_blocks * self.width + n_groups * (p + 1);
    self.sums = tn_calloc(size, sizeof *self.sums);
    if (self.sums == NULL) return TN_ENOMEM;
    int ret = tn_parallel_run(tn_finegray_threads(d), (int64_t)n_blocks, risk_of_block, &self);
    if (ret < 0) goto out;
    double *running = self.sums + n_blocks * self.width;
    sweep_back(d, running);
    sweep_forward(d, running);
    memset(info, 0, p * p * sizeof *info);
    *loglik = hazards(d, info);
    for (size_t j = 0; j < p; j++) {
        score[j] = d->events[j];
        *loglik += beta[j] * d->events[j];
    }
    ret = add_blocks(&self, (int64_t)n_blocks, score, info);
out:
    tn_free(self.sums);
    return ret;
}
