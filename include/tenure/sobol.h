/** Sobol indices: which uncertain inputs the variance of a result comes from.
 *
 *  First order S_i: share of the variance that would go if input i were known. Total T_i: share
 *  that would stay if all inputs but i were known. The difference is interaction. Results that
 *  carry Monte Carlo noise are corrected for it. */
#ifndef TENURE_SOBOL_H
#define TENURE_SOBOL_H
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"
#include "tenure/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_SOBOL_MAX_INPUTS 1000
#define TN_SOBOL_MIN_POINTS 16 /**< fewer have no error worth the name */

/** One input. */
typedef struct tn_sobol_index {
    double first, first_se;
    double total, total_se;
} tn_sobol_index_t;

/** The result as a whole. */
typedef struct tn_sobol_summary {
    double mean;
    double variance; /**< of the result without its noise; may come out below zero if there is
                        nothing but noise: the indices are NAN then */
    double variance_se;
    double noise; /**< mean variance of the noise of one evaluation */
} tn_sobol_summary_t;

/** Rows of a design with n base points: n (inputs + 2); 0 on overflow. */
TN_API size_t tn_sobol_n_rows(size_t n, int n_inputs);

/** Points at which to evaluate: base point k has rows k (inputs + 2) ..: A, B, then A with input i
 *  from B for each i (Saltelli's radial layout).
 *  @param u  out, tn_sobol_n_rows() x n_inputs, uniform in (0,1), from the seed alone. */
TN_API TN_MUST_CHECK int tn_sobol_design(
    double *u, size_t n, int n_inputs, uint64_t seed, tn_error_t *err);

/** Indices from the results.
 *  @param y      one result per row of the design.
 *  @param noise  variance of the noise of each result, estimated without bias and independent from
 *                row to row; NULL: none.
 *  @param n_boot resamplings of the base points for standard errors; 0: none (NAN).
 *  @param index  out, n_inputs.   @param summary  out; may be NULL.
 *  @return 0; TN_EARG (fewer than 2 base points, no inputs), TN_EDOMAIN (a result is not finite),
 *  TN_ENOMEM. The standard errors depend on the seed, the indices do not.
 *  Source: first order Saltelli et al. 2010, Comput. Phys. Commun. 181:259, table 2 (b); total
 *  Jansen 1999, the same table (f). Cost n (inputs) (1 + n_boot). */
TN_API TN_MUST_CHECK int tn_sobol_estimate(tn_sobol_index_t *index, tn_sobol_summary_t *summary,
    const double *y, const double *noise, size_t n, int n_inputs, int n_boot, uint64_t seed,
    tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
