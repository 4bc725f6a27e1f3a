/** Maximum of a log-likelihood by Newton's method, with its three honest failures: no convergence,
 * separation, collinearity. */
#ifndef TN_SURVIVAL_NEWTON_H
#define TN_SURVIVAL_NEWTON_H
#include <stdbool.h>

#include "tenure/spells.h"

/** @param theta   p parameters.
 *  @param loglik  out; may be -inf or NaN where theta is impossible.
 *  @param score   out, p: gradient.   @param info  out, p x p: minus the Hessian, symmetric.
 *  @return 0, or a negative code that ends the search. */
typedef int (*tn_loglik_fn)(
    void *ctx, const double *theta, double *loglik, double *score, double *info);

typedef struct tn_newton {
    int p;
    tn_loglik_fn loglik;
    void *ctx;
    int max_iterations; /* 0: 50 */
    bool is_concave;    /* the directions without information are the same everywhere: they show at
                           the start, and information that vanishes later does so by separation */
} tn_newton_t;

typedef struct tn_newton_result {
    tn_fit_status_t status;
    int parameter; /* which one is collinear or runs off; -1: none */
    int n_iterations;
    double loglik_start, loglik;
} tn_newton_result_t;

/** Climbs from theta (in) to the maximum (out). Steps are halved while they lose; where the
 *  information is not positive definite its diagonal is raised. Converged when the expected gain of
 *  a further step is below 1e-13 of the log-likelihood; that last step is taken too, so that the
 *  coefficients are exact to about the square of its size.
 *  @param score  out, p.  @param info  out, p x p, both at theta.  @param variance  out, p x p:
 *  inverse of info; NaN unless it is positive definite.
 *  @return 0 (look at result->status), TN_ENOMEM, or what loglik returned. */
int tn_newton_maximise(const tn_newton_t *self, double *theta, double *score, double *info,
    double *variance, tn_newton_result_t *result);
#endif
