/* Scaling first makes the tolerance of the pivots independent of the units of the covariates: days
 * or years, the same columns are found dependent. GSL rather than LAPACK: its plain loops give the
 * same bits on every processor, which OpenBLAS's hand-tuned kernels do not; p is small. */
#include "survival/spd.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"

#define SMALLEST_PIVOT 1e-11

int tn_spd_init(tn_spd_t *self, int p)
{
    *self = (tn_spd_t){.p = p};
    const size_t n = p > 0 ? (size_t)p : 1;
    self->ldl = tn_calloc(n * n, sizeof *self->ldl);
    self->perm = tn_calloc(n, sizeof *self->perm);
    self->scale = tn_calloc(n, sizeof *self->scale);
    self->work = tn_calloc(n, sizeof *self->work);
    if (self->ldl == NULL || self->perm == NULL || self->scale == NULL || self->work == NULL) {
        tn_spd_free(self);
        return TN_ENOMEM;
    }
    return 0;
}

void tn_spd_free(tn_spd_t *self)
{
    if (self == NULL) return;
    tn_free(self->ldl);
    tn_free(self->perm);
    tn_free(self->scale);
    tn_free(self->work);
    *self = (tn_spd_t){0};
}

int tn_spd_factor(tn_spd_t *self, const double *a)
{
    const size_t p = (size_t)self->p;
    if (p == 0) return -1;
    for (size_t j = 0; j < p; j++) {
        if (!(a[j * p + j] > 0.0) || !isfinite(a[j * p + j])) return (int)j;
        self->scale[j] = 1.0 / sqrt(a[j * p + j]);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++)
            self->ldl[j * p + k] = a[j * p + k] * self->scale[j] * self->scale[k];
    }
    gsl_matrix_view m = gsl_matrix_view_array(self->ldl, p, p);
    gsl_permutation perm = {.size = p, .data = self->perm};
    gsl_linalg_pcholesky_decomp(&m.matrix, &perm);
    for (size_t j = 0; j < p; j++) {
        const double pivot = self->ldl[j * p + j];
        if (!(pivot > SMALLEST_PIVOT)) return (int)self->perm[j];
    }
    return -1;
}

void tn_spd_solve(const tn_spd_t *self, double *b)
{
    const size_t p = (size_t)self->p;
    if (p == 0) return;
    const gsl_matrix_const_view m = gsl_matrix_const_view_array(self->ldl, p, p);
    const gsl_permutation perm = {.size = p, .data = self->perm};
    gsl_vector_view x = gsl_vector_view_array(self->work, p);
    for (size_t j = 0; j < p; j++)
        self->work[j] = b[j] * self->scale[j];
    gsl_linalg_pcholesky_svx(&m.matrix, &perm, &x.vector);
    for (size_t j = 0; j < p; j++)
        b[j] = self->work[j] * self->scale[j];
}

void tn_spd_invert(const tn_spd_t *self, double *inverse)
{
    const size_t p = (size_t)self->p;
    memset(inverse, 0, p * p * sizeof *inverse);
    for (size_t j = 0; j < p; j++) {
        inverse[j * p + j] = 1.0;
        tn_spd_solve(self, inverse + j * p); /* row j: the inverse is symmetric */
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++) {
            const double mean = 0.5 * (inverse[j * p + k] + inverse[k * p + j]);
            inverse[j * p + k] = mean;
            inverse[k * p + j] = mean;
        }
    }
}
