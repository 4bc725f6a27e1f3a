/** Random data for the tests of parametric models, and the log-likelihood written the slow way. */
#ifndef TN_TESTS_PARAMETRIC_FIXTURE_H
#define TN_TESTS_PARAMETRIC_FIXTURE_H
#include "tenure/parametric.h"

enum { FIXTURE_N = 400, FIXTURE_P = 3, FIXTURE_TERMS = 24, N_FAMILIES = 6 };
#define FIXTURE_N_CUTS 3
extern const double fixture_cuts[FIXTURE_N_CUTS];
extern const char *const fixture_family[N_FAMILIES];

typedef struct fixture {
    tn_spells_t spells;
    double entry[FIXTURE_N], exit[FIXTURE_N], weight[FIXTURE_N], offset[FIXTURE_N];
    double x[FIXTURE_N * FIXTURE_P];
    int32_t cause[FIXTURE_N], stratum[FIXTURE_N], cluster[FIXTURE_N];
    tn_parametric_options_t opt;
} fixture_t;

/** Everything at once: late entry, two causes, weights, offset, two strata (not for the exponential
 *  model), clusters, three covariates of which one is a year. */
void fixture_fill(fixture_t *d, tn_parametric_family_t family, uint64_t key, size_t n);
/** Log-likelihood at coef (the user's terms), by the textbook's formulas and the C library. */
double fixture_loglik(const fixture_t *d, const double *coef);
#endif
