/* Data of a parametric model: checked, times on the family's scale, covariates by row, centred at
 * their weighted means and divided by twice their largest deviation. So a year such as 1975 is not
 * collinear with the intercept, and a group that runs off to infinity has the largest step under
 * its own name, not the intercept's. */
#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/parametric_impl.h"
#include "survival/spd.h"

#define CONSTANT 1e-11 /* deviations below this share of the largest value are rounding */

#define BLOCK_ROWS 32768
#define MAX_BLOCKS 64
#define MAX_SUMS   (1 << 22) /* doubles in all blocks together */

static int check_times(const tn_spells_t *s, tn_error_t *err)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!(s->exit[i] > 0.0)) {
            return tn_error_set(err, TN_EDOMAIN,
                "row %zu: exit is not after time 0 (%.17g); parametric models need positive times "
                "(give a spell of zero length half a unit, or drop it)",
                i + 1, s->exit[i]);
        }
        if (s->entry != NULL && s->entry[i] < 0.0) {
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: entry before time 0 (%.17g)", i + 1, s->entry[i]);
        }
    }
    return 0;
}

static int check_cuts(const tn_parametric_options_t *opt, tn_error_t *err)
{
    if (opt->family != TN_PARAMETRIC_PIECEWISE) return 0;
    if (opt->n_cuts < 0 || (opt->n_cuts > 0 && opt->cuts == NULL)) {
        return tn_error_set(err, TN_EARG, "piecewise-exponential model: no cut points given");
    }
    for (int k = 0; k < opt->n_cuts; k++) {
        const double before = k > 0 ? opt->cuts[k - 1] : 0.0;
        if (!(opt->cuts[k] > before && isfinite(opt->cuts[k]))) {
            return tn_error_set(err, TN_EARG,
                "cut points must be positive and ascending, but number %d is %.17g after %.17g",
                k + 1, opt->cuts[k], before);
        }
    }
    return 0;
}

static int check(const tn_spells_t *s, const tn_parametric_options_t *opt, tn_error_t *err)
{
    if ((int)opt->family < 0 || opt->family > TN_PARAMETRIC_PIECEWISE) {
        return tn_error_set(err, TN_EARG, "parametric model: unknown family %d", (int)opt->family);
    }
    int ret = tn_spells_check(s, err);
    if (ret < 0) return ret;
    if (opt->cause < 1 || opt->cause > s->n_causes) {
        return tn_error_set(err, TN_EARG,
            "parametric model: cause %d, but there are causes 1 to %d", opt->cause, s->n_causes);
    }
    if (s->stratum != NULL && s->n_strata > 1 && opt->family == TN_PARAMETRIC_EXPONENTIAL) {
        return tn_error_set(err, TN_EARG,
            "an exponential model has no scale that could differ by stratum; use the stratum as a "
            "covariate");
    }
    for (size_t i = 0; opt->offset != NULL && i < s->n; i++) {
        if (!isfinite(opt->offset[i])) {
            return tn_error_set(err, TN_EDOMAIN, "row %zu: offset is not a finite number", i + 1);
        }
    }
    ret = check_cuts(opt, err);
    return ret < 0 ? ret : check_times(s, err);
}

static int alloc(tn_parametric_data_t *self)
{
    const size_t p = (size_t)self->p;
    self->x = tn_calloc(self->n * p + 1, sizeof *self->x);
    self->centre = tn_calloc(2 * p + 1, sizeof *self->centre);
    self->t0 = tn_calloc(2 * self->n + 1, sizeof *self->t0);
    self->stratum_events = tn_calloc((size_t)self->n_strata + 1, sizeof *self->stratum_events);
    if (self->x == NULL || self->centre == NULL || self->t0 == NULL ||
        self->stratum_events == NULL) {
        return TN_ENOMEM;
    }
    self->spread = self->centre + p;
    self->t1 = self->t0 + self->n;
    return 0;
}

static void set_times(tn_parametric_data_t *self, bool is_scaled)
{
    const tn_spells_t *s = self->spells;
    self->unit = 1.0;
    if (is_scaled && self->family == TN_PARAMETRIC_GOMPERTZ) {
        self->unit = 0.0;
        for (size_t i = 0; i < self->n; i++)
            self->unit = fmax(self->unit, s->exit[i]);
    }
    const bool is_log = tn_parametric_has_scale(self->family);
    for (size_t i = 0; i < self->n; i++) {
        const double entry = s->entry != NULL ? s->entry[i] : 0.0;
        const bool is_late = entry > 0.0;
        self->t1[i] = is_log ? tn_log(s->exit[i]) : s->exit[i] / self->unit;
        self->t0[i] = is_log ? (is_late ? tn_log(entry) : -INFINITY) : entry / self->unit;
        if (!tn_parametric_is_event(self, i)) continue;
        self->n_events++;
        self->events += tn_parametric_weight(self, i);
        self->stratum_events[tn_parametric_stratum(self, i)] += tn_parametric_weight(self, i);
    }
}

static void set_covariate(tn_parametric_data_t *self, int j, bool is_centred)
{
    const double *x = self->spells->x + (size_t)j * self->n;
    const size_t p = (size_t)self->p;
    double sum = 0.0, weight = 0.0, largest = 0.0, deviation = 0.0;
    self->spread[j] = 1.0;
    if (is_centred) {
        for (size_t i = 0; i < self->n; i++) {
            sum += tn_parametric_weight(self, i) * x[i];
            weight += tn_parametric_weight(self, i);
        }
        self->centre[j] = sum / weight;
        for (size_t i = 0; i < self->n; i++) {
            largest = fmax(largest, fabs(x[i]));
            deviation = fmax(deviation, fabs(x[i] - self->centre[j]));
        }
        if (deviation > CONSTANT * largest) self->spread[j] = 2.0 * deviation;
    }
    const bool is_constant = is_centred && !(deviation > CONSTANT * largest);
    for (size_t i = 0; i < self->n; i++)
        self->x[i * p + (size_t)j] = is_constant ? 0.0 : (x[i] - self->centre[j]) / self->spread[j];
}

int tn_parametric_data_init(tn_parametric_data_t *self, const tn_spells_t *spells,
    const tn_parametric_options_t *opt, bool is_centred, tn_error_t *err)
{
    *self = (tn_parametric_data_t){0};
    int ret = check(spells, opt, err);
    if (ret < 0) return ret;
    self->spells = spells;
    self->offset = opt->offset;
    self->family = opt->family;
    self->cause = opt->cause;
    self->n_threads = opt->n_threads;
    self->n = spells->n;
    self->p = spells->n_covariates;
    self->n_strata = spells->stratum != NULL ? spells->n_strata : 1;
    self->n_intervals = 1;
    self->n_locations = 1;
    if (self->family == TN_PARAMETRIC_PIECEWISE) {
        self->n_cuts = opt->n_cuts;
        self->cuts = opt->cuts;
        self->n_intervals = opt->n_cuts + 1;
        self->n_locations = self->n_strata * self->n_intervals;
    } else if (self->family != TN_PARAMETRIC_EXPONENTIAL) {
        self->n_shapes = self->n_strata;
    }
    self->n_terms = self->p + self->n_locations + self->n_shapes;
    ret = alloc(self);
    if (ret < 0) return tn_error_set(err, ret, "out of memory for %zu rows", self->n);
    set_times(self, is_centred);
    for (int j = 0; j < self->p && self->n > 0; j++)
        set_covariate(self, j, is_centred);
    return 0;
}

void tn_parametric_data_free(tn_parametric_data_t *self)
{
    tn_free(self->x);
    tn_free(self->centre);
    tn_free(self->t0);
    tn_free(self->stratum_events);
    *self = (tn_parametric_data_t){0};
}

int tn_parametric_collinear(const tn_parametric_data_t *self, int *covariate)
{
    const size_t p = (size_t)self->p;
    tn_spd_t spd = {0};
    *covariate = -1;
    if (p == 0) return 0;
    double *gram = tn_calloc(p * p, sizeof *gram);
    int ret = gram == NULL ? TN_ENOMEM : tn_spd_init(&spd, self->p);
    if (ret < 0) goto out;
    for (size_t i = 0; i < self->n; i++) {
        const double *x = self->x + i * p;
        const double w = tn_parametric_weight(self, i);
        for (size_t j = 0; j < p; j++) {
            const double a = w * x[j];
            for (size_t k = 0; k <= j; k++)
                gram[j * p + k] += a * x[k];
        }
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            gram[k * p + j] = gram[j * p + k];
    }
    *covariate = tn_spd_factor(&spd, gram);
out:
    tn_free(gram);
    tn_spd_free(&spd);
    return ret;
}

/* d user term / d inner parameter, n_terms x n_terms by row; user order locations, covariates,
 * shapes. */
static void jacobian(const tn_parametric_data_t *self, double *out)
{
    const int p = self->p, locations = self->n_locations, q = self->n_terms;
    for (int l = 0; l < locations; l++) {
        out[l * q + p + l] = 1.0;
        for (int j = 0; j < p; j++)
            out[l * q + j] = -self->centre[j] / self->spread[j];
    }
    for (int j = 0; j < p; j++)
        out[(locations + j) * q + j] = 1.0 / self->spread[j];
    for (int s = p + locations; s < q; s++)
        out[s * q + s] = 1.0 / self->unit;
}

/* out := jac v jac', where jac is mostly zeros (and v may be NaN there) */
static void congruence(size_t q, const double *jac, const double *v, double *half, double *out)
{
    for (size_t a = 0; a < q; a++) {
        for (size_t b = 0; b < q; b++) {
            double sum = 0.0;
            for (size_t k = 0; k < q; k++)
                sum += jac[a * q + k] != 0.0 ? jac[a * q + k] * v[k * q + b] : 0.0;
            half[a * q + b] = sum;
        }
    }
    for (size_t a = 0; a < q; a++) {
        for (size_t b = 0; b <= a; b++) {
            double sum = 0.0;
            for (size_t k = 0; k < q; k++)
                sum += jac[b * q + k] != 0.0 ? half[a * q + k] * jac[b * q + k] : 0.0;
            out[a * q + b] = out[b * q + a] = sum;
        }
    }
}

int tn_parametric_to_user(const tn_parametric_data_t *self, const double *theta,
    const double *variance, double *coef, double *vcov)
{
    const size_t q = (size_t)self->n_terms;
    double *jac = tn_calloc(2 * q * q + 1, sizeof *jac);
    if (jac == NULL) return TN_ENOMEM;
    jacobian(self, jac);
    for (size_t a = 0; a < q; a++) {
        double sum = 0.0;
        for (size_t k = 0; k < q; k++)
            sum += jac[a * q + k] != 0.0 ? jac[a * q + k] * theta[k] : 0.0;
        coef[a] = sum;
    }
    if (self->family == TN_PARAMETRIC_GOMPERTZ) coef[0] -= tn_log(self->unit);
    congruence(q, jac, variance, jac + q * q, vcov);
    tn_free(jac);
    return 0;
}

int tn_parametric_interval(const double *cuts, int n_cuts, double t, bool at_too)
{
    int lo = 0, hi = n_cuts;
    while (lo < hi) {
        const int mid = lo + (hi - lo) / 2;
        if (cuts[mid] < t || (at_too && cuts[mid] <= t)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

double tn_parametric_overlap(const double *cuts, int n_cuts, int k, double t0, double t1)
{
    const double from = k > 0 ? fmax(t0, cuts[k - 1]) : t0;
    const double to = k < n_cuts ? fmin(t1, cuts[k]) : t1;
    return to - from;
}

int64_t tn_parametric_blocks(size_t n, size_t size, size_t *rows)
{
    size_t blocks = (n + BLOCK_ROWS - 1) / BLOCK_ROWS;
    const size_t room = MAX_SUMS / (size > 0 ? size : 1);
    if (blocks > MAX_BLOCKS) blocks = MAX_BLOCKS;
    if (blocks > room) blocks = room;
    if (blocks < 1) blocks = 1;
    *rows = (n + blocks - 1) / blocks;
    return (int64_t)blocks;
}
