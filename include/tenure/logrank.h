/** Log-rank test and the G-rho family: do k groups have the same survival? Stratified, with delayed
 *  entry. Weighted by S(t-)^rho of the pooled Kaplan–Meier curve of the stratum: rho 0 is the
 *  log-rank test, rho 1 Peto & Peto's Wilcoxon. */
#ifndef TENURE_LOGRANK_H
#define TENURE_LOGRANK_H
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_logrank_options {
    int cause; /**< which cause is the event, the others count as censored; 0: any */
    double rho;
} tn_logrank_options_t;
#define TN_LOGRANK_OPTIONS_DEFAULT                                                                 \
    {                                                                                              \
        .rho = 0.0                                                                                 \
    }

typedef struct tn_logrank {
    tn_fit_status_t status; /**< CONVERGED; NO_EVENTS; COLLINEAR: the variance is singular, or only
                               one group was ever at risk at an event */
    int group;              /**< the group at fault if COLLINEAR, else -1 */
    int n_groups, n_strata;
    double *n;                         /**< n_groups: weight of the rows */
    double *observed, *expected;       /**< n_groups: weighted events, summed over strata */
    double *observed_by, *expected_by; /**< n_strata x n_groups */
    double *variance;                  /**< n_groups x n_groups, of observed - expected */
    int df;                            /**< groups with expected events, minus 1 */
    double chisq, p;                   /**< NaN unless CONVERGED */
    double *block;
} tn_logrank_t;

/** Tests the groups.
 *  @param self   out; free with tn_logrank_free.
 *  @param group  n, 0..n_groups-1. A group without expected events is dropped from the test.
 *  @return 0: look at self->status. TN_EARG (fewer than two groups, bad option), TN_EDOMAIN with
 * the row (bad data; weights must be whole numbers: a row of weight 2 is two rows), TN_ENOMEM.
 *  Ties: the hypergeometric variance. Cost O(n + steps k^2).
 *  Source: Mantel (1966); Harrington & Fleming (1982); figures as R survival 3.5 survdiff(), which
 *  has neither weights nor delayed entry. */
TN_API TN_MUST_CHECK int tn_logrank_fit(tn_logrank_t *self, const tn_spells_t *spells,
    const int32_t *group, int n_groups, const tn_logrank_options_t *opt, tn_error_t *err);
TN_API void tn_logrank_free(tn_logrank_t *self);

#ifdef __cplusplus
}
#endif
#endif
