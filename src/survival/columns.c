/* Two passes: means, then the cross-products of the centred columns. A dependent column is the
 * first whose part orthogonal to the columns before it has less than 1e-11 of its variance: R, too,
 * names the later of two equal columns. */
#include "survival/columns.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/blocks.h"
#include "tenure/error.h"

#define SMALLEST_PIVOT 1e-11

typedef struct pass {
    const tn_columns_t *columns;
    const double *weight;
} pass_t;

static double weight_at(const pass_t *s, size_t i) { return s->weight ? s->weight[i] : 1.0; }

/* sum: weight, then weighted covariates. */
static int add_means(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    (void)thread;
    const pass_t *s = ctx;
    const tn_columns_t *c = s->columns;
    for (size_t i = first; i < end; i++)
        sum[0] += weight_at(s, i);
    for (int j = 0; j < c->p; j++) {
        for (size_t i = first; i < end; i++)
            sum[1 + j] += weight_at(s, i) * c->x[(size_t)j * c->n + i];
    }
    return 0;
}

/* sum: p x p cross-products, lower triangle. */
static int add_products(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    (void)thread;
    const pass_t *s = ctx;
    const tn_columns_t *c = s->columns;
    const size_t p = (size_t)c->p;
    for (size_t j = 0; j < p; j++) {
        const double *a = c->x + j * c->n;
        for (size_t k = 0; k <= j; k++) {
            const double *b = c->x + k * c->n;
            double total = 0.0;
            for (size_t i = first; i < end; i++)
                total += weight_at(s, i) * (a[i] - c->mean[j]) * (b[i] - c->mean[k]);
            sum[j * p + k] += total;
        }
    }
    return 0;
}

/* Cholesky in the order of the columns; a column that fails is left out of the later ones. */
static int first_dependent(size_t p, double *a)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            double v = a[j * p + k];
            for (size_t m = 0; m < k; m++)
                v -= a[j * p + m] * a[k * p + m];
            if (k < j) {
                a[j * p + k] = v / a[k * p + k];
            } else if (!(v > SMALLEST_PIVOT)) {
                return (int)j;
            } else {
                a[j * p + j] = sqrt(v);
            }
        }
    }
    return -1;
}

/* Standard deviations, and correlations in place of the products. @return first constant column. */
static int scale(tn_columns_t *self, double *product, double total)
{
    const size_t p = (size_t)self->p;
    int constant = -1;
    for (size_t j = p; j-- > 0;) {
        self->sd[j] = sqrt(product[j * p + j] / total);
        /* a constant column leaves the rounding of its mean */
        if (self->sd[j] > 1e-11 * fabs(self->mean[j])) continue;
        self->sd[j] = 1.0;
        constant = (int)j;
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++)
            product[j * p + k] /= total * self->sd[j] * self->sd[k];
    }
    return constant;
}

static int measure(tn_columns_t *self, const double *weight, int n_threads, double *work)
{
    const size_t p = (size_t)self->p;
    pass_t s = {.columns = self, .weight = weight};
    int ret = tn_blocks_sum(self->n, n_threads, 1 + p, add_means, &s, work);
    if (ret < 0) return ret;
    const double total = work[0];
    for (size_t j = 0; j < p; j++)
        self->mean[j] = work[1 + j] / total;
    ret = tn_blocks_sum(self->n, n_threads, p * p, add_products, &s, work);
    if (ret < 0) return ret;
    const int constant = scale(self, work, total);
    self->dependent = first_dependent(p, work);
    if (constant >= 0 && (self->dependent < 0 || constant < self->dependent)) {
        self->dependent = constant;
    }
    return 0;
}

int tn_columns_init(
    tn_columns_t *self, size_t n, int p, const double *x, const double *weight, int n_threads)
{
    const size_t width = (size_t)p;
    *self = (tn_columns_t){.n = n, .p = p, .x = x, .dependent = -1};
    if (p == 0) return 0;
    self->mean = tn_calloc(2 * width, sizeof *self->mean);
    double *work = tn_calloc(1 + width + width * width, sizeof *work);
    int ret = self->mean == NULL || work == NULL ? TN_ENOMEM : 0;
    if (ret == 0) {
        self->sd = self->mean + width;
        for (size_t j = 0; j < width; j++)
            self->sd[j] = 1.0;
        if (n > 0) ret = measure(self, weight, n_threads, work);
    }
    tn_free(work);
    if (ret < 0) tn_columns_free(self);
    return ret;
}

void tn_columns_free(tn_columns_t *self)
{
    if (self == NULL) return;
    tn_free(self->mean);
    *self = (tn_columns_t){0};
}

void tn_columns_new_row(const tn_columns_t *self, size_t n, const double *x, size_t i, double *row)
{
    row[0] = 1.0;
    for (int j = 0; j < self->p; j++)
        row[1 + j] = (x[(size_t)j * n + i] - self->mean[j]) / self->sd[j];
}

void tn_columns_row(const tn_columns_t *self, size_t i, double *row)
{
    tn_columns_new_row(self, self->n, self->x, i, row);
}

void tn_columns_to_raw(const tn_columns_t *self, double *b, size_t stride)
{
    for (int j = 0; j < self->p; j++) {
        double *slope = b + stride * (size_t)(1 + j);
        *slope /= self->sd[j];
        b[0] -= *slope * self->mean[j];
    }
}

void tn_columns_from_raw(const tn_columns_t *self, double *b)
{
    for (int j = 0; j < self->p; j++) {
        b[0] += b[1 + j] * self->mean[j];
        b[1 + j] *= self->sd[j];
    }
}
