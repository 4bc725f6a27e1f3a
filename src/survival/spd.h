/** Symmetric positive definite systems of a handful of unknowns: information matrices. */
#ifndef TN_SURVIVAL_SPD_H
#define TN_SURVIVAL_SPD_H
#include <stdbool.h>
#include <stddef.h>

#include "tenure/error.h"

/** L D L' with pivoting of the matrix scaled to unit diagonal (GSL). */
typedef struct tn_spd {
    int p;
    double *ldl;   /* p x p */
    size_t *perm;  /* p */
    double *scale; /* p: 1 / sqrt of the diagonal */
    double *work;  /* p */
} tn_spd_t;

/** Room for matrices of p x p. @return 0 or TN_ENOMEM. */
int tn_spd_init(tn_spd_t *self, int p);
void tn_spd_free(tn_spd_t *self);

/** Factors a (p x p, symmetric; not modified). A pivot below 1e-11 of the scaled matrix means a
 *  dependent column. @return -1 if positive definite, else the number of a column that depends on
 *  the others or has no information at all. */
int tn_spd_factor(tn_spd_t *self, const double *a);
/** b := a^-1 b. */
void tn_spd_solve(const tn_spd_t *self, double *b);
/** inverse := a^-1, p x p, exactly symmetric. */
void tn_spd_invert(const tn_spd_t *self, double *inverse);
#endif
