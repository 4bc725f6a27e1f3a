/** Gray's test: do k groups have the same cumulative incidence of a cause, other causes competing?
 *  Stratified; one test for every cause. */
#ifndef TENURE_GRAY_H
#define TENURE_GRAY_H
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_gray_options {
    double rho; /**< weight (1 - F(t-))^rho of the pooled incidence F */
} tn_gray_options_t;
#define TN_GRAY_OPTIONS_DEFAULT                                                                    \
    {                                                                                              \
        .rho = 0.0                                                                                 \
    }

/** The test for one cause. */
typedef struct tn_gray_cause {
    tn_fit_status_t status; /**< CONVERGED; NO_EVENTS of this cause; COLLINEAR: singular variance */
    int group;              /**< the group at fault if COLLINEAR, else -1 */
    int df;                 /**< groups with rows, minus 1 */
    double chisq, p;        /**< NaN unless CONVERGED */
    double *score;          /**< n_groups; they do not add to 0 exactly */
    double *variance;       /**< n_groups x n_groups of the scores */
} tn_gray_cause_t;

typedef struct tn_gray {
    int n_groups, n_causes;
    tn_gray_cause_t *cause; /**< n_causes, cause k at k - 1 */
    double *block;
} tn_gray_t;

/** Tests the groups, for every cause of the spells.
 *  @param self   out; free with tn_gray_free.
 *  @param group  n, 0..n_groups-1. A group without rows is dropped; the last with rows is the one
 *  left out of the quadratic form.
 *  @return 0: look at the status of each cause. TN_EARG (fewer than two groups, rho, delayed entry:
 *  Gray's test is for spells seen from their start), TN_EDOMAIN with the row (bad data; weights
 * must be whole numbers: a row of weight 2 is two rows), TN_ENOMEM. Cost O(K (n + steps k^3)).
 * Source: Gray (1988); figures as R cmprsk 2.2 cuminc(). */
TN_API TN_MUST_CHECK int tn_gray_fit(tn_gray_t *self, const tn_spells_t *spells,
    const int32_t *group, int n_groups, const tn_gray_options_t *opt, tn_error_t *err);
TN_API void tn_gray_free(tn_gray_t *self);

#ifdef __cplusplus
}
#endif
#endif
