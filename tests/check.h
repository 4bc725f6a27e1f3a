/** What every test includes: cmocka, and comparison of numbers with a reason. */
#ifndef TN_TESTS_CHECK_H
#define TN_TESTS_CHECK_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Relative tolerances, in steps of machine epsilon (2.2e-16). Anything looser gives its reason in
 * words. */
#define TOL0    4.5e-16 /* exact formula */
#define TOL1    3.6e-15 /* few operations */
#define TOL2    2.9e-14 /* sums */
#define TOL3    4.6e-13 /* long sums */
#define TOL_OPT 1e-8    /* iterated */

/** Passes if |got - want| <= max(rel |want|, abs); NaN equals NaN. Fails with 17 digits and the
 * reason. */
#define check_close(got, want, rel, abs, reason)                                                   \
    check_close_at((got), (want), (rel), (abs), (reason), __FILE__, __LINE__)
void check_close_at(double got, double want, double rel, double abs, const char *reason,
    const char *file, int line);
#endif
