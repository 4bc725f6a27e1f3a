/** One row of the split-population model: its term of the log-likelihood, with first and second
 * derivatives by its linear predictors and shapes. */
#ifndef TN_SURVIVAL_SPLITPOP_ROW_H
#define TN_SURVIVAL_SPLITPOP_ROW_H
#include "tenure/splitpop.h"

#define SPLITPOP_MAX_Q (2 * TN_SPLITPOP_MAX_CAUSES + 1)

/** The row's arguments, in the order of the coefficients: q = eta_1..eta_K, zeta, c_1..c_K with
 *  eta = x'beta, zeta = z'gamma, c = -log(alpha). */
typedef struct tn_splitpop_arguments {
    tn_splitpop_distribution_t distribution;
    int n_causes;
    bool is_plain;     /* pi = 1: no cured, zeta is 0 */
    const double *eta; /* K */
    double zeta;
    const double *shape; /* K: c */
    const double *alpha; /* K: e^-c */
} tn_splitpop_arguments_t;

/** A row's term and its derivatives; hessian is q x q, its lower triangle filled. */
typedef struct tn_splitpop_term {
    double loglik;
    double gradient[SPLITPOP_MAX_Q];
    double hessian[SPLITPOP_MAX_Q * SPLITPOP_MAX_Q];
} tn_splitpop_term_t;

/** The term of (entry, exit] with cause 0..K. entry >= 0; exit may be 0 if censored. loglik is -inf
 *  where the row is impossible; the derivatives then mean nothing. */
void tn_splitpop_term(const tn_splitpop_arguments_t *a, double entry, double exit, int cause,
    tn_splitpop_term_t *term);

/** H(t) of cause k. */
double tn_splitpop_cumhaz(const tn_splitpop_arguments_t *a, int k, double t);
/** log h_k(t), t > 0. */
double tn_splitpop_log_hazard(const tn_splitpop_arguments_t *a, int k, double t);
/** log(1 + exp(x)) and 1 / (1 + exp(-x)). */
double tn_splitpop_softplus(double x);
double tn_splitpop_logistic(double x);
#endif
