/** Elementary functions with the same bits on every instruction set and compiler: SLEEF's
 * deterministic variants without FMA (1.0 ULP exp, log, pow). The C library's may
 * differ by version. */
#ifndef TN_BASE_FMATH_H
#define TN_BASE_FMATH_H
#include <stddef.h>

double tn_exp(double x);
double tn_log(double x);
/** In place, several at a time; the bits of tn_exp and tn_log. */
void tn_exp_all(size_t n, double *x);
void tn_log_all(size_t n, double *x);
/** log(1 + x) and exp(x) - 1, scalar only: the form without FMA is the same everywhere. */
double tn_log1p(double x);
double tn_expm1(double x);
double tn_pow(double x, double y);
/** 1 - exp(-y) for y >= 0, the chance of an event of hazard y. No digits lost where y is small, as
 * nearly always: there by its series (chance.h), relative error below 3 x 2^-53. */
double tn_chance(double y);
#endif
