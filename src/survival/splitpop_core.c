/* Each row gives derivatives by its 2K + 1 arguments; here they meet the columns of x and z. */
#include "survival/splitpop_core.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/blocks.h"
#include "survival/newton.h"

/* Where the coefficients of one argument lie, and the covariates it multiplies. */
typedef struct part {
    size_t first, n;
    const double *design;
} part_t;

typedef struct row {
    const double *x, *z;
    double eta[TN_SPLITPOP_MAX_CAUSES], zeta;
    part_t part[SPLITPOP_MAX_Q];
    tn_splitpop_term_t term;
} row_t;

static const double one[1] = {1.0};

int tn_splitpop_core_init(
    tn_splitpop_core_t *self, const tn_spells_t *spells, const tn_splitpop_options_t *opt)
{
    const int n_causes = spells->n_causes;
    *self = (tn_splitpop_core_t){.spells = spells, .distribution = opt->distribution};
    self->n_threads = tn_parallel_threads(opt->n_threads);
    self->p = n_causes * (spells->n_covariates + 2) + opt->n_risk + 1;
    const size_t p = (size_t)self->p;
    const size_t width = 2 + (size_t)spells->n_covariates + (size_t)opt->n_risk;
    int ret = tn_columns_init(
        &self->x, spells->n, spells->n_covariates, spells->x, spells->weight, opt->n_threads);
    if (ret == 0) {
        ret = tn_columns_init(
            &self->z, spells->n, opt->n_risk, opt->z, spells->weight, opt->n_threads);
    }
    if (ret == 0) {
        self->alpha = tn_calloc((size_t)n_causes, sizeof *self->alpha);
        self->sum = tn_calloc(1 + p + p * p, sizeof *self->sum);
        self->scratch = tn_calloc((size_t)self->n_threads * width, sizeof *self->scratch);
        if (self->alpha == NULL || self->sum == NULL || self->scratch == NULL) ret = TN_ENOMEM;
    }
    if (ret < 0) tn_splitpop_core_free(self);
    return ret;
}

void tn_splitpop_core_free(tn_splitpop_core_t *self)
{
    if (self == NULL) return;
    tn_columns_free(&self->x);
    tn_columns_free(&self->z);
    tn_free(self->alpha);
    tn_free(self->sum);
    tn_free(self->scratch);
    *self = (tn_splitpop_core_t){0};
}

void tn_splitpop_core_at(tn_splitpop_core_t *self, const double *theta)
{
    const int n_causes = self->spells->n_causes;
    self->theta = theta;
    for (int k = 0; k < n_causes; k++)
        self->alpha[k] = tn_exp(-theta[self->p - n_causes + k]);
}

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum += a[j] * b[j];
    return sum;
}

/* The row's design, arguments and term. */
static void read_row(const tn_splitpop_core_t *self, int thread, size_t i, row_t *row)
{
    const tn_spells_t *s = self->spells;
    const size_t n_x = (size_t)self->x.p + 1, n_z = (size_t)self->z.p + 1;
    const int n_causes = s->n_causes;
    double *x = self->scratch + (size_t)thread * (n_x + n_z), *z = x + n_x;
    tn_columns_row(&self->x, i, x);
    tn_columns_row(&self->z, i, z);
    size_t first = 0;
    for (int k = 0; k < n_causes; k++, first += n_x) {
        row->part[k] = (part_t){first, n_x, x};
        row->eta[k] = dot(n_x, x, self->theta + first);
    }
    row->part[n_causes] = (part_t){first, n_z, z};
    row->zeta = self->is_plain ? 0.0 : dot(n_z, z, self->theta + first);
    first += n_z;
    for (int k = 0; k < n_causes; k++)
        row->part[n_causes + 1 + k] = (part_t){first + (size_t)k, 1, one};
    const tn_splitpop_arguments_t a = {.distribution = self->distribution,
        .n_causes = n_causes,
        .is_plain = self->is_plain,
        .eta = row->eta,
        .zeta = row->zeta,
        .shape = self->theta + first,
        .alpha = self->alpha};
    const double entry = s->entry != NULL ? s->entry[i] : 0.0;
    tn_splitpop_term(&a, entry, s->exit[i], s->cause[i], &row->term);
}

static void add_hessian(
    size_t p, const part_t *r, const part_t *s, bool is_same, double factor, double *hessian)
{
    for (size_t a = 0; a < r->n; a++) {
        double *to = hessian + (r->first + a) * p + s->first;
        const double f = factor * r->design[a];
        const size_t n = is_same ? a + 1 : s->n;
        for (size_t b = 0; b < n; b++)
            to[b] += f * s->design[b];
    }
}

static int add_rows(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    const tn_splitpop_core_t *self = ctx;
    const tn_spells_t *s = self->spells;
    const size_t p = (size_t)self->p;
    const int n_q = 2 * s->n_causes + 1;
    row_t row;
    for (size_t i = first; i < end; i++) {
        const double w = s->weight != NULL ? s->weight[i] : 1.0;
        read_row(self, thread, i, &row);
        sum[0] += w * row.term.loglik;
        for (int q = 0; q < n_q; q++) {
            const part_t *part = &row.part[q];
            for (size_t a = 0; a < part->n; a++)
                sum[1 + part->first + a] += w * row.term.gradient[q] * part->design[a];
            for (int r = 0; r <= q; r++) {
                const double h = row.term.hessian[q * n_q + r];
                if (h == 0.0) continue;
                add_hessian(p, part, &row.part[r], q == r, w * h, sum + 1 + p);
            }
        }
    }
    return 0;
}

int tn_splitpop_loglik(void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    tn_splitpop_core_t *self = ctx;
    const size_t p = (size_t)self->p;
    tn_splitpop_core_at(self, theta);
    const int ret =
        tn_blocks_sum(self->spells->n, self->n_threads, 1 + p + p * p, add_rows, self, self->sum);
    if (ret < 0) return ret;
    const double *hessian = self->sum + 1 + p;
    *loglik = self->sum[0];
    memcpy(score, self->sum + 1, p * sizeof *score);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            info[j * p + k] = -hessian[j * p + k];
            info[k * p + j] = -hessian[j * p + k];
        }
    }
    return 0;
}

void tn_splitpop_score(void *ctx, int thread, size_t i, double *score)
{
    const tn_splitpop_core_t *self = ctx;
    const tn_spells_t *s = self->spells;
    const double w = s->weight != NULL ? s->weight[i] : 1.0;
    row_t row;
    read_row(self, thread, i, &row);
    for (int q = 0; q < 2 * s->n_causes + 1; q++) {
        const part_t *part = &row.part[q];
        for (size_t a = 0; a < part->n; a++)
            score[part->first + a] = w * row.term.gradient[q] * part->design[a];
    }
}
