/** Spline bases with the columns of R's splines::ns and splines::bs (without intercept). */
#ifndef TN_SURVIVAL_SPLINE_H
#define TN_SURVIVAL_SPLINE_H
#include <stdbool.h>
#include <stddef.h>

#define TN_SPLINE_MAX_DF     100
#define TN_SPLINE_MAX_DEGREE 10

typedef struct tn_spline {
    bool is_natural;
    int degree; /* 3 for natural splines */
    int n_columns;
    int n_inner;
    double inner[TN_SPLINE_MAX_DF]; /* ascending, within the boundary */
    double boundary[2];
    /* derived by tn_spline_init */
    int n_knots; /* n_inner + 2 (degree + 1) */
    double knot[TN_SPLINE_MAX_DF + 2 * (TN_SPLINE_MAX_DEGREE + 1)];
    double reflect[2]
                  [TN_SPLINE_MAX_DF + 3]; /* Householder vectors of the constraint at both ends */
} tn_spline_t;

/** Fills n_columns and what is derived from inner, boundary, degree. boundary[0] < boundary[1]. */
void tn_spline_init(tn_spline_t *self);
/** The n_columns values at x; beyond the boundary: the end piece continued (natural: a line). */
void tn_spline_at(const tn_spline_t *self, double x, double *out);
/** R's quantile type 7 of n ascending numbers at p. */
double tn_spline_quantile(const double *sorted, size_t n, double p);
#endif
