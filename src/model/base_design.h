/** From what is known of a leader to the covariates of the base rates: one design for regular
 * exits, whose timing follows votes and how long others lasted in this country, and a short one for
 * violent exits, of which there are too few for more. Each has a twin for leaders known by their
 * traits alone, without their country's record: leaving out is not the same as taking the mean,
 * under which too few would leave. */
#ifndef TN_MODEL_BASE_DESIGN_H
#define TN_MODEL_BASE_DESIGN_H
#include "data/panel.h"

typedef enum tn_base_design {
    TN_DESIGN_REGULAR,
    TN_DESIGN_IRREGULAR,
    TN_DESIGN_REGULAR_TRAITS,
    TN_DESIGN_IRREGULAR_TRAITS,
    TN_N_DESIGNS
} tn_base_design_t;

#define TN_DESIGN_MAX 112 /* covariates of the larger design, at most */

/** Covariates of month `month`, after the landmark; the first is 1.
 *  @param trend_to  month at which the linear trend stops: the last of the fit.
 *  @param x         out, TN_DESIGN_MAX.   @return how many. */
int tn_base_design(int design, const tn_known_t *known, int month, int trend_to, double *x);

/** Name of covariate j, such as "executive vote in 2 months, democracy"; in buf. */
const char *tn_base_design_name(int design, int j, char *buf, size_t size);
#endif
