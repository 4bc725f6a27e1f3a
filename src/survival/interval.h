/** Confidence intervals of a probability on three scales. */
#ifndef TN_SURVIVAL_INTERVAL_H
#define TN_SURVIVAL_INTERVAL_H
#include "tenure/spells.h"

/** Two-sided quantile of the normal distribution: 1.959964... for 0.95. */
double tn_interval_z(double level);

/** Limits of a probability p with standard error se (of p itself), kept within [0, 1]; NaN where
 * the scale has no value (p = 0 for log, p = 0 or 1 for log-log), as R's survfit() does. Source: R
 * survival 3.5, survfit_confint. */
void tn_interval_probability(
    tn_interval_t scale, double p, double se, double z, double *lower, double *upper);
#endif
