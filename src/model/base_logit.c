#include "model/base_logit.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/blocks.h"
#include "survival/sandwich.h"

#define MAX_STEPS 60
#define TOLERANCE 1e-10 /* of the gain in log-likelihood: far below a standard error */

static size_t packed(int p) { return (size_t)p * ((size_t)p + 1) / 2; }

int tn_base_logit_init(tn_base_logit_t *self, int p, const double *x, const int8_t *y,
    const double *penalty, int n_threads)
{
    *self = (tn_base_logit_t){.p = p, .x = x, .y = y, .penalty = penalty, .n_threads = n_threads};
    const size_t m = (size_t)p;
    self->theta = tn_calloc(m, sizeof *self->theta);
    self->sum = tn_calloc(1 + m + packed(p), sizeof *self->sum);
    self->info = tn_calloc(m * m, sizeof *self->info);
    const int ret = tn_spd_init(&self->spd, p);
    if (ret == 0 && self->theta != NULL && self->sum != NULL && self->info != NULL) return 0;
    tn_base_logit_free(self);
    return TN_ENOMEM;
}

void tn_base_logit_free(tn_base_logit_t *self)
{
    if (self == NULL) return;
    tn_free(self->theta);
    tn_free(self->sum);
    tn_free(self->info);
    tn_spd_free(&self->spd);
    *self = (tn_base_logit_t){0};
}

/* Four sums side by side: the order of additions is fixed, and lanes can work. */
static double dot(int p, const double *restrict a, const double *restrict b)
{
    double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
    int j = 0;
    for (; j + 4 <= p; j += 4) {
        s0 += a[j] * b[j];
        s1 += a[j + 1] * b[j + 1];
        s2 += a[j + 2] * b[j + 2];
        s3 += a[j + 3] * b[j + 3];
    }
    for (; j < p; j++)
        s0 += a[j] * b[j];
    return (s0 + s1) + (s2 + s3);
}

static void axpy(int p, double f, const double *restrict x, double *restrict y)
{
    for (int j = 0; j < p; j++)
        y[j] += f * x[j];
}

/* Adds log-likelihood and score; returns the weight of the row in the information. */
static double add_score(const tn_base_logit_t *self, size_t i, double *sum)
{
    const double *x = self->x + i * (size_t)self->p;
    const double eta = dot(self->p, self->theta, x);
    const double h = 1.0 / (1.0 + tn_exp(-eta));
    const bool is_event = self->y[i] != 0;
    sum[0] += is_event ? -tn_log1p(tn_exp(-eta)) : -tn_log1p(tn_exp(eta));
    axpy(self->p, (is_event ? 1.0 : 0.0) - h, x, sum + 1);
    return h * (1.0 - h);
}

static int add_scores(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    (void)thread;
    for (size_t i = first; i < end; i++)
        add_score(ctx, i, sum);
    return 0;
}

/* Most covariates of a row are zero: only the rest is multiplied out. */
static int add_rows(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    const tn_base_logit_t *self = ctx;
    double *info = sum + 1 + self->p;
    (void)thread;
    for (size_t i = first; i < end; i++) {
        const double w = add_score(self, i, sum);
        const double *x = self->x + i * (size_t)self->p;
        for (int j = 0; j < self->p; j++) {
            if (x[j] != 0.0) axpy(j + 1, w * x[j], x, info + packed(j));
        }
    }
    return 0;
}

/* @param with_info  the information too, into self->info. loglik and score are penalised. */
static int evaluate(tn_base_logit_t *self, size_t n, bool with_info, double *loglik)
{
    const size_t p = (size_t)self->p;
    const size_t width = 1 + p + (with_info ? packed(self->p) : 0);
    const int ret = tn_blocks_sum(
        n, self->n_threads, width, with_info ? add_rows : add_scores, self, self->sum);
    if (ret < 0) return ret;
    *loglik = self->sum[0];
    for (size_t j = 0; j < p; j++) {
        *loglik -= 0.5 * self->penalty[j] * self->theta[j] * self->theta[j];
        self->sum[1 + j] -= self->penalty[j] * self->theta[j];
    }
    const double *from = self->sum + 1 + p;
    for (size_t j = 0; with_info && j < p; j++) {
        for (size_t k = 0; k <= j; k++, from++)
            self->info[j * p + k] = self->info[k * p + j] =
                *from + (j == k ? self->penalty[j] : 0.0);
    }
    return 0;
}

/* theta += share * step where the likelihood does not fall; halves the step until then. */
static int move(tn_base_logit_t *self, size_t n, bool with_info, double *step, double *loglik)
{
    const size_t p = (size_t)self->p;
    for (int k = 0; k < 30; k++) {
        double now = NAN;
        for (size_t j = 0; j < p; j++)
            self->theta[j] += step[j];
        const int ret = evaluate(self, n, with_info, &now);
        if (ret < 0) return ret;
        if (now >= *loglik - 1e-12 * (1.0 + fabs(*loglik))) {
            *loglik = now;
            return 0;
        }
        for (size_t j = 0; j < p; j++) {
            self->theta[j] -= step[j];
            step[j] *= 0.5;
        }
    }
    return TN_ECONVERGE;
}

static int search(tn_base_logit_t *self, size_t n, bool with_info)
{
    const size_t p = (size_t)self->p;
    double loglik = NAN, *step = tn_calloc(p, sizeof *step);
    int ret = step == NULL ? TN_ENOMEM : evaluate(self, n, with_info, &loglik);
    bool is_done = false;
    for (int k = 0; ret == 0 && !is_done && k < MAX_STEPS; k++) {
        if (with_info && tn_spd_factor(&self->spd, self->info) >= 0) ret = TN_ECONVERGE;
        double gain = 0.0;
        memcpy(step, self->sum + 1, p * sizeof *step);
        if (ret == 0) tn_spd_solve(&self->spd, step);
        for (size_t j = 0; j < p; j++)
            gain += 0.5 * step[j] * self->sum[1 + j];
        is_done = gain < TOLERANCE * (1.0 + fabs(loglik));
        if (ret == 0) ret = is_done ? 0 : move(self, n, with_info, step, &loglik);
    }
    tn_free(step);
    if (ret < 0) return ret;
    return is_done ? 0 : TN_ECONVERGE;
}

int tn_base_logit_climb(tn_base_logit_t *self, size_t n) { return search(self, n, true); }

/* Where many events are new the old information leads astray: then it is made anew. */
int tn_base_logit_follow(tn_base_logit_t *self, size_t n)
{
    const int ret = search(self, n, false);
    return ret == TN_ECONVERGE ? search(self, n, true) : ret;
}

static void row_score(void *ctx, int thread, size_t i, double *score)
{
    const tn_base_logit_t *self = ctx;
    double sum[1 + 256] = {0};
    (void)thread;
    add_score(self, i, sum);
    memcpy(score, sum + 1, (size_t)self->p * sizeof *score);
}

int tn_base_logit_variance(
    tn_base_logit_t *self, size_t n, const int32_t *cluster, int n_clusters, double *variance)
{
    const size_t p = (size_t)self->p;
    double *inverse = tn_calloc(p * p, sizeof *inverse);
    if (inverse == NULL) return TN_ENOMEM;
    tn_spd_invert(&self->spd, inverse);
    const tn_sandwich_t sandwich = {.p = self->p,
        .n = n,
        .cluster = cluster,
        .n_clusters = n_clusters,
        .n_threads = self->n_threads,
        .score = row_score,
        .ctx = self};
    const int ret = tn_sandwich_variance(&sandwich, inverse, variance);
    tn_free(inverse);
    return ret;
}
