/* Limits on the scale of p, log p or tn_log(-log p), brought back to p. */
#include "survival/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/fmath.h"

double tn_interval_z(double level) { return gsl_cdf_ugaussian_Qinv(0.5 * (1.0 - level)); }

void tn_interval_probability(
    tn_interval_t scale, double p, double se, double z, double *lower, double *upper)
{
    *lower = NAN;
    *upper = NAN;
    switch (scale) {
    case TN_INTERVAL_PLAIN:
        *lower = fmax(0.0, p - z * se);
        *upper = fmin(1.0, p + z * se);
        return;
    case TN_INTERVAL_LOG: {
        if (!(p > 0.0)) return;
        const double factor = tn_exp(z * se / p); /* exp(log p +- z se / p) */
        *lower = p / factor;
        *upper = fmin(1.0, p * factor);
        return;
    }
    case TN_INTERVAL_LOGLOG: {
        if (!(p > 0.0 && p < 1.0)) return;
        const double half = z * se / (p * tn_log(p));
        *lower = tn_exp(-tn_exp(tn_log(-tn_log(p)) - half));
        *upper = tn_exp(-tn_exp(tn_log(-tn_log(p)) + half));
        return;
    }
    }
}
