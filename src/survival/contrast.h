/** Tests of k groups against each other: their data checked, their scores turned into a chi-square.
 */
#ifndef TN_SURVIVAL_CONTRAST_H
#define TN_SURVIVAL_CONTRAST_H
#include <stdbool.h>

#include "tenure/spells.h"

/** Spells for a test (checked), groups 0..n_groups-1, at least two, and weights that are counts:
 *  whole numbers. `what` starts the message. @return 0, TN_EARG, TN_EDOMAIN. */
int tn_contrast_check(const tn_spells_t *spells, const int32_t *group, int n_groups,
    const char *what, tn_error_t *err);

typedef struct tn_contrast {
    tn_fit_status_t status; /* CONVERGED, or COLLINEAR: the variance is singular */
    int group;              /* which one then; else -1 */
    int df;
    double chisq, p; /* NaN unless CONVERGED */
} tn_contrast_t;

/** score' variance^-1 score over the groups marked in is_used (n_groups), without the one
 * `left_out`. score: n_groups; variance: n_groups x n_groups. @return 0 or TN_ENOMEM. */
int tn_contrast_test(tn_contrast_t *self, int n_groups, const double *score, const double *variance,
    const bool *is_used, int left_out);
#endif
