/* The information has K (K + 1) / 2 different blocks, sum of w h_k (delta_kl - h_l) x x', each
 * symmetric: x x' is formed once a row, packed, and added to each block with its factor. */
#include "survival/logit_core.h"

#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/blocks.h"

static size_t triangle(size_t n) { return n * (n + 1) / 2; }

/* A thread's room: design, its packed square, predictors, hazards. */
static size_t scratch_width(const tn_logit_core_t *self)
{
    return self->n_design + triangle(self->n_design) + 2 * (size_t)self->rows->n_causes;
}

static void set_penalty(tn_logit_core_t *self, const tn_logit_options_t *opt)
{
    for (int j = 0; j < self->columns.p; j++) {
        const double factor = opt->penalty != NULL ? opt->penalty[j] : 1.0;
        const double sd = opt->scale == TN_LOGIT_RAW ? self->columns.sd[j] : 1.0;
        self->penalty[1 + j] = opt->ridge * factor / (sd * sd);
    }
}

int tn_logit_core_init(tn_logit_core_t *self, const tn_logit_rows_t *rows, int n_covariates,
    const tn_logit_options_t *opt)
{
    const size_t n_causes = (size_t)rows->n_causes;
    *self = (tn_logit_core_t){.rows = rows, .n_design = (size_t)n_covariates + 1};
    self->n_threads = tn_parallel_threads(opt->n_threads);
    self->p = rows->n_causes * (n_covariates + 1);
    self->width = 1 + (size_t)self->p + triangle(n_causes) * triangle(self->n_design);
    int ret = tn_columns_init(
        &self->columns, rows->n, n_covariates, rows->x, rows->weight, opt->n_threads);
    if (ret < 0) return ret;
    self->penalty = tn_calloc(self->n_design, sizeof *self->penalty);
    self->sum = tn_calloc(self->width, sizeof *self->sum);
    self->scratch = tn_calloc((size_t)self->n_threads * scratch_width(self), sizeof *self->scratch);
    if (self->penalty == NULL || self->sum == NULL || self->scratch == NULL) {
        tn_logit_core_free(self);
        return TN_ENOMEM;
    }
    set_penalty(self, opt);
    return 0;
}

void tn_logit_core_free(tn_logit_core_t *self)
{
    if (self == NULL) return;
    tn_columns_free(&self->columns);
    tn_free(self->penalty);
    tn_free(self->sum);
    tn_free(self->scratch);
    *self = (tn_logit_core_t){0};
}

double tn_logit_hazards(int n_causes, const double *eta, double *h)
{
    double top = 0.0;
    for (int k = 0; k < n_causes; k++)
        top = eta[k] > top ? eta[k] : top;
    const double stays = tn_exp(-top);
    double sum = stays;
    for (int k = 0; k < n_causes; k++) {
        h[k] = tn_exp(eta[k] - top);
        sum += h[k];
    }
    for (int k = 0; k < n_causes; k++)
        h[k] /= sum;
    /* the greatest term is 1: take log1p of the others where staying is it */
    if (top > 0.0) return -top - tn_log(sum);
    double others = 0.0;
    for (int k = 0; k < n_causes; k++)
        others += tn_exp(eta[k]);
    return -tn_log1p(others);
}

typedef struct room {
    double *x, *square, *eta, *h;
} room_t;

static room_t room_of(const tn_logit_core_t *self, int thread)
{
    double *at = self->scratch + (size_t)thread * scratch_width(self);
    room_t r = {.x = at, .square = at + self->n_design};
    r.eta = r.square + triangle(self->n_design);
    r.h = r.eta + self->rows->n_causes;
    return r;
}

/* Design, predictors and hazards of row i. @return its log-likelihood. */
static double read_row(const tn_logit_core_t *self, size_t i, const room_t *r)
{
    const tn_logit_rows_t *rows = self->rows;
    const size_t m = self->n_design;
    tn_columns_row(&self->columns, i, r->x);
    for (size_t k = 0; k < (size_t)rows->n_causes; k++) {
        double eta = rows->offset != NULL ? rows->offset[i] : 0.0;
        for (size_t j = 0; j < m; j++)
            eta += self->theta[k * m + j] * r->x[j];
        r->eta[k] = eta;
    }
    const double log_stays = tn_logit_hazards(rows->n_causes, r->eta, r->h);
    const int32_t outcome = rows->outcome[i];
    return outcome == 0 ? log_stays : log_stays + r->eta[outcome - 1];
}

static void add_axpy(size_t n, double f, const double *restrict from, double *restrict to)
{
    for (size_t j = 0; j < n; j++)
        to[j] += f * from[j];
}

/* 1 - h_k, from the other hazards and staying: no cancellation. */
static double complement(const double *h, int n_causes, int k, double stays)
{
    double sum = stays;
    for (int l = 0; l < n_causes; l++)
        sum += l == k ? 0.0 : h[l];
    return sum;
}

static void add_row(const tn_logit_core_t *self, const room_t *r, int32_t outcome, double w,
    double stays, double *sum)
{
    const size_t m = self->n_design, packed = triangle(m);
    const int n_causes = self->rows->n_causes;
    double *info = sum + 1 + self->p;
    size_t at = 0;
    for (size_t j = 0; j < m; j++) {
        for (size_t k = 0; k <= j; k++)
            r->square[at++] = r->x[j] * r->x[k];
    }
    for (int k = 0; k < n_causes; k++) {
        const double other = complement(r->h, n_causes, k, stays);
        const double residual = outcome == k + 1 ? other : -r->h[k];
        add_axpy(m, w * residual, r->x, sum + 1 + (size_t)k * m);
        for (int l = 0; l <= k; l++, info += packed)
            add_axpy(packed, w * r->h[k] * (l == k ? other : -r->h[l]), r->square, info);
    }
}

static int add_rows(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    const tn_logit_core_t *self = ctx;
    const tn_logit_rows_t *rows = self->rows;
    const room_t r = room_of(self, thread);
    for (size_t i = first; i < end; i++) {
        const double w = rows->weight != NULL ? rows->weight[i] : 1.0;
        const double loglik = read_row(self, i, &r);
        const int32_t outcome = rows->outcome[i];
        const double log_stays = outcome == 0 ? loglik : loglik - r.eta[outcome - 1];
        sum[0] += w * loglik;
        add_row(self, &r, outcome, w, tn_exp(log_stays), sum);
    }
    return 0;
}

static void unpack_info(const tn_logit_core_t *self, double *info)
{
    const size_t m = self->n_design, p = (size_t)self->p;
    const double *from = self->sum + 1 + p;
    for (size_t k = 0; k < (size_t)self->rows->n_causes; k++) {
        for (size_t l = 0; l <= k; l++) {
            for (size_t a = 0; a < m; a++) {
                for (size_t b = 0; b <= a; b++, from++) {
                    info[(k * m + a) * p + l * m + b] = *from;
                    info[(k * m + b) * p + l * m + a] = *from;
                    info[(l * m + a) * p + k * m + b] = *from;
                    info[(l * m + b) * p + k * m + a] = *from;
                }
            }
        }
    }
}

int tn_logit_loglik(void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    tn_logit_core_t *self = ctx;
    const size_t m = self->n_design, p = (size_t)self->p;
    self->theta = theta;
    const int ret =
        tn_blocks_sum(self->rows->n, self->n_threads, self->width, add_rows, self, self->sum);
    if (ret < 0) return ret;
    memcpy(score, self->sum + 1, p * sizeof *score);
    unpack_info(self, info);
    self->penalty_now = 0.0;
    for (size_t j = 0; j < p; j++) {
        const double penalty = self->penalty[j % m];
        self->penalty_now += 0.5 * penalty * theta[j] * theta[j];
        score[j] -= penalty * theta[j];
        info[j * p + j] += penalty;
    }
    *loglik = self->sum[0] - self->penalty_now;
    return 0;
}

void tn_logit_score(void *ctx, int thread, size_t i, double *score)
{
    const tn_logit_core_t *self = ctx;
    const tn_logit_rows_t *rows = self->rows;
    const room_t r = room_of(self, thread);
    const double w = rows->weight != NULL ? rows->weight[i] : 1.0;
    read_row(self, i, &r);
    for (int k = 0; k < rows->n_causes; k++) {
        const double residual = (rows->outcome[i] == k + 1 ? 1.0 : 0.0) - r.h[k];
        for (size_t j = 0; j < self->n_design; j++)
            score[(size_t)k * self->n_design + j] = w * residual * r.x[j];
    }
}
