/** Columns of covariates brought to mean 0 and standard deviation 1 for the search of a maximum, so
 *  that years such as 1975 and units are harmless; and the way back to the caller's columns. */
#ifndef TN_SURVIVAL_COLUMNS_H
#define TN_SURVIVAL_COLUMNS_H
#include <stddef.h>

typedef struct tn_columns {
    size_t n;
    int p;
    const double *x; /* n x p by column, the caller's */
    double *mean;    /* p, weighted */
    double *sd;      /* p, weighted, divisor sum of weights; 1 for a constant column */
    int dependent;   /* first column that is constant or depends on earlier ones; -1: none */
} tn_columns_t;

/** @param weight  n, or NULL. @return 0 or TN_ENOMEM. Cost O(n p^2). */
int tn_columns_init(
    tn_columns_t *self, size_t n, int p, const double *x, const double *weight, int n_threads);
void tn_columns_free(tn_columns_t *self);

/** row := 1 and the p standardised covariates of row i. */
void tn_columns_row(const tn_columns_t *self, size_t i, double *row);
/** The same for a row of another table in the caller's columns, of n rows. */
void tn_columns_new_row(const tn_columns_t *self, size_t n, const double *x, size_t i, double *row);

/** Intercept and p coefficients at b[0], b[stride], ...: from standardised to the caller's columns.
 */
void tn_columns_to_raw(const tn_columns_t *self, double *b, size_t stride);
/** And back. */
void tn_columns_from_raw(const tn_columns_t *self, double *b);
#endif
