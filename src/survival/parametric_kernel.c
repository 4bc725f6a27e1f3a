/* Contributions of single rows to the log-likelihood and its derivatives.
 *
 * On log time, with z = (log t - eta) / scale, H and h = H' the cumulative hazard and hazard of the
 * standard distribution: a row gives  d (log h(z1) - log scale - log t1) - H(z1) + H(z0).  Since
 * dz/deta = -1/scale and dz/dlog(scale) = -z, two derivatives by z are enough.
 *
 * Gompertz: the integrals of t^k exp(eta + a t) from t0 are taken relative to t0, so all terms are
 * positive and a spell cut into rows adds up to the whole. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_erf.h>
#include <math.h>

#include "base/fmath.h"
#include "survival/parametric_impl.h"

#define HALF_LOG_2PI  0.91893853320467274178 /* log(2 pi) / 2 */
#define SQRT_HALF     0.70710678118654752440
#define NORMAL_TAIL   5.0 /* from here on the continued fraction */
#define FRACTION      40  /* terms: 20 suffice at z = 5 */
#define SERIES_WITHIN 1.0 /* |y|: the recurrences lose digits below */

static void standard_weibull(double z, tn_parametric_standard_t *out)
{
    const double e = tn_exp(z);
    *out = (tn_parametric_standard_t){.cumhaz = e,
        .hazard = e,
        .d_hazard = e,
        .log_hazard = z,
        .d_log_hazard = 1.0,
        .d2_log_hazard = 0.0};
}

static void standard_logistic(double z, tn_parametric_standard_t *out)
{
    const double e = tn_exp(-fabs(z)), l = tn_log1p(e);
    const double large = 1.0 / (1.0 + e), small = e / (1.0 + e);
    const double h = z > 0.0 ? large : small, not_h = z > 0.0 ? small : large;
    *out = (tn_parametric_standard_t){.cumhaz = fmax(z, 0.0) + l,
        .hazard = h,
        .d_hazard = h * not_h,
        .log_hazard = fmin(z, 0.0) - l,
        .d_log_hazard = not_h,
        .d2_log_hazard = -h * not_h};
}

/* h = phi / Q, excess = h - z. In the tail h = z + 1/(z + 2/(z + 3/...)): Abramowitz & Stegun
 * 26.2.14. */
static void standard_normal(double z, tn_parametric_standard_t *out)
{
    double h, excess;
    if (z >= NORMAL_TAIL) {
        double f = z;
        for (int k = FRACTION; k >= 2; k--)
            f = z + k / f;
        excess = 1.0 / f;
        h = z + excess;
        out->cumhaz = 0.5 * z * z + HALF_LOG_2PI + tn_log(h);
        out->log_hazard = tn_log(h);
    } else {
        const double p = z < 0.0 ? 0.5 * gsl_sf_erfc(-z * SQRT_HALF) : NAN;
        const double q = z < 0.0 ? 1.0 - p : 0.5 * gsl_sf_erfc(z * SQRT_HALF);
        out->cumhaz = z < 0.0 ? -tn_log1p(-p) : -tn_log(q);
        out->log_hazard = out->cumhaz - 0.5 * z * z - HALF_LOG_2PI;
        h = tn_exp(-0.5 * z * z - HALF_LOG_2PI) / q;
        excess = h - z;
    }
    out->hazard = h;
    out->d_hazard = h * excess;
    out->d_log_hazard = excess;
    out->d2_log_hazard = h * excess - 1.0;
}

void tn_parametric_standard(tn_parametric_family_t family, double z, tn_parametric_standard_t *out)
{
    switch (family) {
    case TN_PARAMETRIC_LOGNORMAL: standard_normal(z, out); return;
    case TN_PARAMETRIC_LOGLOGISTIC: standard_logistic(z, out); return;
    default: standard_weibull(z, out); return;
    }
}

double tn_parametric_standard_quantile(tn_parametric_family_t family, double p)
{
    switch (family) {
    case TN_PARAMETRIC_LOGNORMAL: return gsl_cdf_ugaussian_Pinv(p);
    case TN_PARAMETRIC_LOGLOGISTIC: return tn_log(p) - tn_log1p(-p);
    default: return tn_log(-tn_log1p(-p));
    }
}

/* psi_2 by its series sum y^m / (m! (m + 3)), the others down from it. */
static void moments_near_zero(double y, double psi[3])
{
    static const double series[] = {1.0 / 3.0, 1.0 / 4.0, 1.0 / 10.0, 1.0 / 36.0, 1.0 / 168.0,
        1.0 / 960.0, 1.0 / 6480.0, 1.0 / 50400.0, 1.0 / 443520.0, 1.0 / 4354560.0, 1.0 / 47174400.0,
        1.0 / 558835200.0, 1.0 / 7185024000.0, 1.0 / 99632332800.0, 1.0 / 1482030950400.0,
        1.0 / 23538138624000.0, 1.0 / 397533007872000.0, 1.0 / 7113748561920000.0};
    double sum = 0.0;
    for (size_t m = sizeof series / sizeof *series; m-- > 0;)
        sum = sum * y + series[m];
    const double e = tn_exp(-fabs(y));
    psi[2] = y > 0.0 ? e * sum : sum;
    psi[1] = 0.5 * ((y > 0.0 ? 1.0 : e) - y * psi[2]);
    psi[0] = (y > 0.0 ? 1.0 : e) - y * psi[1];
}

void tn_parametric_moments(double y, double psi[3])
{
    if (fabs(y) < SERIES_WITHIN) {
        moments_near_zero(y, psi);
        return;
    }
    const double e = y > 0.0 ? 1.0 : tn_exp(y); /* exp(y) exp(-max(y, 0)) */
    psi[0] = y > 0.0 ? -tn_expm1(-y) / y : tn_expm1(y) / y;
    psi[1] = (e - psi[0]) / y;
    psi[2] = (e - 2.0 * psi[1]) / y;
}

void tn_parametric_gompertz(double t0, double t1, double eta, double shape, double integral[3])
{
    const double d = t1 - t0, y = shape * d;
    double psi[3];
    tn_parametric_moments(y, psi);
    const double m = d * tn_exp(eta + shape * t0 + fmax(y, 0.0));
    integral[0] = m * psi[0];
    integral[1] = m * (t0 * psi[0] + d * psi[1]);
    integral[2] = m * (t0 * (t0 * psi[0] + 2.0 * d * psi[1]) + d * d * psi[2]);
}

static void part_gompertz(
    double t0, double t1, double is_event, double eta, double shape, tn_parametric_part_t *out)
{
    double integral[3];
    tn_parametric_gompertz(t0, t1, eta, shape, integral);
    *out = (tn_parametric_part_t){.loglik = is_event * (eta + shape * t1) - integral[0],
        .cumhaz = integral[0],
        .d_eta = is_event - integral[0],
        .d_shape = is_event * t1 - integral[1],
        .i_eta = integral[0],
        .i_cross = integral[1],
        .i_shape = integral[2]};
}

static void part_exponential(
    double t0, double t1, double is_event, double eta, tn_parametric_part_t *out)
{
    const double cumhaz = (t1 - t0) * tn_exp(-eta);
    *out = (tn_parametric_part_t){.loglik = -is_event * eta - cumhaz,
        .cumhaz = cumhaz,
        .d_eta = cumhaz - is_event,
        .i_eta = cumhaz};
}

static void part_scale(tn_parametric_family_t family, double t0, double t1, double is_event,
    double eta, double shape, double scale, tn_parametric_part_t *out)
{
    const double z1 = (t1 - eta) / scale;
    tn_parametric_standard_t s;
    tn_parametric_standard(family, z1, &s);
    /* first and second derivative by z, at exit and then at entry */
    double d = is_event * s.d_log_hazard - s.hazard;
    double dd = is_event * s.d2_log_hazard - s.d_hazard;
    out->loglik = is_event * (s.log_hazard - shape - t1) - s.cumhaz;
    out->cumhaz = s.cumhaz;
    out->d_eta = d;
    out->d_shape = d * z1;
    out->i_eta = dd;
    out->i_cross = dd * z1 + d;
    out->i_shape = (dd * z1 + d) * z1;
    if (t0 > -INFINITY) {
        const double z0 = (t0 - eta) / scale;
        tn_parametric_standard(family, z0, &s);
        d = s.hazard;
        dd = s.d_hazard;
        out->loglik += s.cumhaz;
        out->cumhaz -= s.cumhaz;
        out->d_eta += d;
        out->d_shape += d * z0;
        out->i_eta += dd;
        out->i_cross += dd * z0 + d;
        out->i_shape += (dd * z0 + d) * z0;
    }
    out->d_eta /= -scale;
    out->d_shape = -out->d_shape - is_event;
    out->i_eta /= -scale * scale;
    out->i_cross /= -scale;
    out->i_shape = -out->i_shape;
}

void tn_parametric_part(tn_parametric_family_t family, double t0, double t1, double is_event,
    double eta, double shape, double scale, tn_parametric_part_t *out)
{
    switch (family) {
    case TN_PARAMETRIC_EXPONENTIAL: part_exponential(t0, t1, is_event, eta, out); return;
    case TN_PARAMETRIC_GOMPERTZ: part_gompertz(t0, t1, is_event, eta, shape, out); return;
    default: part_scale(family, t0, t1, is_event, eta, shape, scale, out); return;
    }
}
