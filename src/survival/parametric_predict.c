/* Predictions for new rows: each is a function of the coefficients with a gradient, and the
 * standard error is sqrt(g' vcov g).
 *
 * A quantile t solves H(t) = -log(1 - p), so dt/dtheta = -(dH/dtheta) / h(t); on log time it is
 * exp(eta + scale z_p) directly. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/interval.h"
#include "survival/parametric_impl.h"

/* A new row, and where its derivatives go. */
typedef struct point {
    const tn_parametric_t *fit;
    const double *rate; /* n_locations, piecewise: exp(log rate) */
    double eta;         /* without the location, for piecewise */
    double shape, scale;
    int stratum;
    double *x;    /* n_covariates */
    double *grad; /* n_terms */
} point_t;

/* Gradient of something that depends on eta and the shape. */
static void set_gradient(const point_t *self, double d_eta, double d_shape)
{
    const tn_parametric_t *fit = self->fit;
    memset(self->grad, 0, (size_t)fit->n_terms * sizeof *self->grad);
    if (fit->family != TN_PARAMETRIC_PIECEWISE) self->grad[0] = d_eta;
    for (int j = 0; j < fit->n_covariates; j++)
        self->grad[fit->n_locations + j] = d_eta * self->x[j];
    if (fit->n_shapes > 0) {
        self->grad[fit->n_locations + fit->n_covariates + self->stratum] = d_shape;
    }
}

static double piecewise_cumhaz(const point_t *self, double t)
{
    const tn_parametric_t *fit = self->fit;
    const int base = self->stratum * (fit->n_cuts + 1);
    const double risk = tn_exp(self->eta);
    double cumhaz = 0.0;
    set_gradient(self, 0.0, 0.0);
    for (int k = 0; k <= fit->n_cuts && (k == 0 || fit->cuts[k - 1] < t); k++) {
        const double h =
            self->rate[base + k] * risk * tn_parametric_overlap(fit->cuts, fit->n_cuts, k, 0.0, t);
        self->grad[base + k] = h;
        cumhaz += h;
    }
    for (int j = 0; j < fit->n_covariates; j++)
        self->grad[fit->n_locations + j] = cumhaz * self->x[j];
    return cumhaz;
}

/* Cumulative hazard at t >= 0, gradient in self->grad. */
static double cumhaz_at(const point_t *self, double t)
{
    const tn_parametric_t *fit = self->fit;
    if (fit->family == TN_PARAMETRIC_PIECEWISE) return piecewise_cumhaz(self, t);
    if (fit->family == TN_PARAMETRIC_GOMPERTZ) {
        double integral[3];
        tn_parametric_gompertz(0.0, t, self->eta, self->shape, integral);
        set_gradient(self, integral[0], integral[1]);
        return integral[0];
    }
    if (fit->family == TN_PARAMETRIC_EXPONENTIAL) {
        const double h = t * tn_exp(-self->eta);
        set_gradient(self, -h, 0.0);
        return h;
    }
    if (t == 0.0) {
        set_gradient(self, 0.0, 0.0);
        return 0.0;
    }
    const double z = (tn_log(t) - self->eta) / self->scale;
    tn_parametric_standard_t s;
    tn_parametric_standard(fit->family, z, &s);
    set_gradient(self, -s.hazard / self->scale, -s.hazard * z);
    return s.cumhaz;
}

/* Hazard at t > 0, gradient of its log in self->grad. */
static double hazard_at(const point_t *self, double t)
{
    const tn_parametric_t *fit = self->fit;
    if (fit->family == TN_PARAMETRIC_PIECEWISE) {
        const int k = self->stratum * (fit->n_cuts + 1) +
                      tn_parametric_interval(fit->cuts, fit->n_cuts, t, false);
        set_gradient(self, 1.0, 0.0);
        /* a zero rate counts as known */
        if (self->rate[k] > 0.0) self->grad[k] = 1.0;
        return self->rate[k] * tn_exp(self->eta);
    }
    if (fit->family == TN_PARAMETRIC_GOMPERTZ) {
        set_gradient(self, 1.0, t);
        return tn_exp(self->eta + self->shape * t);
    }
    if (fit->family == TN_PARAMETRIC_EXPONENTIAL) {
        set_gradient(self, -1.0, 0.0);
        return tn_exp(-self->eta);
    }
    const double log_t = tn_log(t), z = (log_t - self->eta) / self->scale;
    tn_parametric_standard_t s;
    tn_parametric_standard(fit->family, z, &s);
    set_gradient(self, -s.d_log_hazard / self->scale, -s.d_log_hazard * z - 1.0);
    return tn_exp(s.log_hazard - log_t) / self->scale;
}

/* Time at which the cumulative hazard is target; INFINITY if never. */
static double invert_piecewise(const point_t *self, double target)
{
    const tn_parametric_t *fit = self->fit;
    const int base = self->stratum * (fit->n_cuts + 1);
    const double risk = tn_exp(self->eta);
    double left = target;
    for (int k = 0; k <= fit->n_cuts; k++) {
        const double from = k > 0 ? fit->cuts[k - 1] : 0.0, rate = self->rate[base + k] * risk;
        if (isnan(rate)) return NAN;
        if (k == fit->n_cuts || rate * (fit->cuts[k] - from) >= left) {
            return rate > 0.0 ? from + left / rate : INFINITY;
        }
        left -= rate * (fit->cuts[k] - from);
    }
    return INFINITY;
}

static double invert_gompertz(const point_t *self, double target)
{
    const double y = self->shape * (target * tn_exp(-self->eta)); /* exp(shape t) - 1 */
    if (y <= -1.0) return INFINITY;
    return y == 0.0 ? target * tn_exp(-self->eta) : tn_log1p(y) / self->shape;
}

/* Quantile, gradient in self->grad. */
static double quantile_at(const point_t *self, double p)
{
    const tn_parametric_t *fit = self->fit;
    if (tn_parametric_has_scale(fit->family)) {
        const double z = tn_parametric_standard_quantile(fit->family, p);
        const double t = tn_exp(self->eta + self->scale * z);
        set_gradient(self, t, t * self->scale * z);
        return t;
    }
    const double target = -tn_log1p(-p);
    if (fit->family == TN_PARAMETRIC_EXPONENTIAL) {
        const double t = target * tn_exp(self->eta);
        set_gradient(self, t, 0.0);
        return t;
    }
    const double t = fit->family == TN_PARAMETRIC_GOMPERTZ ? invert_gompertz(self, target)
                                                           : invert_piecewise(self, target);
    if (!isfinite(t)) {
        set_gradient(self, NAN, NAN);
        return t;
    }
    const double hazard = hazard_at(self, t);
    (void)cumhaz_at(self, t);
    for (int k = 0; k < fit->n_terms; k++)
        self->grad[k] /= -hazard;
    return t;
}

/* sqrt(g' vcov g); terms with gradient 0 do not count even if their variance is unknown. */
static double standard_error(const point_t *self)
{
    const size_t q = (size_t)self->fit->n_terms;
    double sum = 0.0;
    for (size_t a = 0; a < q; a++) {
        if (self->grad[a] == 0.0) continue;
        for (size_t b = 0; b < q; b++) {
            if (self->grad[b] == 0.0) continue;
            sum += self->grad[a] * self->grad[b] * self->fit->vcov[a * q + b];
        }
    }
    return sqrt(fmax(sum, 0.0) + 0.0 * sum);
}

/* Estimate, standard error and limits of one cell. */
static void predict_cell(const point_t *self, tn_parametric_what_t what, double at,
    tn_interval_t scale, double z, double out[4])
{
    double se = NAN;
    if (what == TN_PARAMETRIC_SURVIVAL) {
        out[0] = tn_exp(-cumhaz_at(self, at));
        out[1] = out[0] * standard_error(self);
        tn_interval_probability(scale, out[0], out[1], z, &out[2], &out[3]);
        return;
    }
    if (what == TN_PARAMETRIC_HAZARD) {
        out[0] = hazard_at(self, at);
        se = out[0] * standard_error(self);
    } else {
        out[0] = what == TN_PARAMETRIC_CUMHAZ ? cumhaz_at(self, at) : quantile_at(self, at);
        se = standard_error(self);
    }
    out[1] = se;
    if (scale == TN_INTERVAL_PLAIN) {
        out[2] = fmax(0.0, out[0] - z * se) + 0.0 * se; /* keeps NaN */
        out[3] = out[0] + z * se;
    } else {
        out[2] = out[0] * tn_exp(-z * se / out[0]);
        out[3] = out[0] * tn_exp(z * se / out[0]);
    }
}

static int check_at(tn_parametric_what_t what, size_t n_at, const double *at, tn_error_t *err)
{
    for (size_t k = 0; k < n_at; k++) {
        if (what == TN_PARAMETRIC_QUANTILE && !(at[k] > 0.0 && at[k] < 1.0)) {
            return tn_error_set(
                err, TN_EDOMAIN, "probability %zu is not between 0 and 1 (%.17g)", k + 1, at[k]);
        }
        if (!isfinite(at[k]) || at[k] < 0.0 || (what == TN_PARAMETRIC_HAZARD && at[k] == 0.0)) {
            return tn_error_set(
                err, TN_EDOMAIN, "time %zu is not positive and finite (%.17g)", k + 1, at[k]);
        }
    }
    return 0;
}

static int check_rows(const tn_parametric_t *fit, const tn_parametric_rows_t *rows, tn_error_t *err)
{
    if (rows->n > 0 && rows->x == NULL && fit->n_covariates > 0) {
        return tn_error_set(
            err, TN_EARG, "new rows: no covariates given, the model has %d", fit->n_covariates);
    }
    for (size_t i = 0; i < rows->n; i++) {
        const int s = rows->stratum != NULL ? rows->stratum[i] : 0;
        if (s < 0 || s >= fit->n_strata) {
            return tn_error_set(err, TN_EARG, "new row %zu: unknown stratum (%d)", i + 1, s);
        }
        if (rows->offset != NULL && !isfinite(rows->offset[i])) {
            return tn_error_set(err, TN_EDOMAIN, "new row %zu: offset is not a number", i + 1);
        }
        for (int j = 0; j < fit->n_covariates; j++) {
            if (isfinite(rows->x[(size_t)j * rows->n + i])) continue;
            return tn_error_set(
                err, TN_EDOMAIN, "new row %zu: covariate %d is not a finite number", i + 1, j + 1);
        }
    }
    return 0;
}

static void set_point(point_t *self, const tn_parametric_rows_t *rows, size_t i)
{
    const tn_parametric_t *fit = self->fit;
    self->stratum = rows->stratum != NULL ? rows->stratum[i] : 0;
    self->eta = rows->offset != NULL ? rows->offset[i] : 0.0;
    if (fit->family != TN_PARAMETRIC_PIECEWISE) self->eta += fit->coef[0];
    for (int j = 0; j < fit->n_covariates; j++) {
        self->x[j] = rows->x[(size_t)j * rows->n + i];
        self->eta += fit->coef[fit->n_locations + j] * self->x[j];
    }
    if (fit->n_shapes == 0) return;
    self->shape = fit->coef[fit->n_locations + fit->n_covariates + self->stratum];
    self->scale = tn_exp(self->shape);
}

static int check(const tn_parametric_t *fit, const tn_parametric_rows_t *rows,
    tn_parametric_what_t what, size_t n_at, const double *at, double level, tn_error_t *err)
{
    if (fit->coef == NULL || (int)what < 0 || what > TN_PARAMETRIC_QUANTILE ||
        (n_at > 0 && at == NULL) || !(level > 0.0 && level < 1.0)) {
        return tn_error_set(
            err, TN_EARG, "prediction: no fit, unknown kind, or level not within (0, 1)");
    }
    const int ret = check_rows(fit, rows, err);
    return ret < 0 ? ret : check_at(what, n_at, at, err);
}

int tn_parametric_predict(const tn_parametric_t *fit, const tn_parametric_rows_t *rows,
    tn_parametric_what_t what, size_t n_at, const double *at, tn_interval_t scale, double level,
    const tn_parametric_curves_t *out, tn_error_t *err)
{
    const int ret = check(fit, rows, what, n_at, at, level, err);
    if (ret < 0) return ret;
    const size_t q = (size_t)fit->n_terms, p = (size_t)fit->n_covariates;
    double *work = tn_calloc(q + p + (size_t)fit->n_locations, sizeof *work);
    if (work == NULL) return tn_error_set(err, TN_ENOMEM, "prediction: out of memory");
    double *rate = work + q + p;
    for (int l = 0; l < fit->n_locations; l++)
        rate[l] = tn_exp(fit->coef[l]);
    point_t point = {.fit = fit, .rate = rate, .grad = work, .x = work + q};
    double *const target[4] = {out->estimate, out->se, out->lower, out->upper};
    const double z = tn_interval_z(level);
    for (size_t i = 0; i < rows->n; i++) {
        set_point(&point, rows, i);
        for (size_t k = 0; k < n_at; k++) {
            double cell[4];
            predict_cell(&point, what, at[k], scale, z, cell);
            for (int c = 0; c < 4; c++) {
                if (target[c] != NULL) target[c][i * n_at + k] = cell[c];
            }
        }
    }
    tn_free(work);
    return 0;
}
