/* Parametric regression: checks, the climb, and the way back to the user's terms. The work is done
 * in parametric_climb.c and parametric_piecewise.c on data prepared by parametric_data.c. */
#include "tenure/parametric.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/parametric_impl.h"

static int alloc(tn_parametric_t *self, const tn_parametric_options_t *opt)
{
    const size_t q = (size_t)self->n_terms;
    self->coef = tn_calloc(q, sizeof *self->coef);
    self->vcov = tn_calloc(q * q, sizeof *self->vcov);
    self->vcov_model = tn_calloc(q * q, sizeof *self->vcov_model);
    self->cuts = tn_calloc((size_t)self->n_cuts + 1, sizeof *self->cuts);
    if (self->coef == NULL || self->vcov == NULL || self->vcov_model == NULL ||
        self->cuts == NULL) {
        return TN_ENOMEM;
    }
    if (self->n_cuts > 0) {
        memcpy(self->cuts, opt->cuts, (size_t)self->n_cuts * sizeof *self->cuts);
    }
    for (size_t k = 0; k < q; k++)
        self->coef[k] = NAN;
    for (size_t k = 0; k < q * q; k++)
        self->vcov[k] = self->vcov_model[k] = NAN;
    return 0;
}

static int describe(
    tn_parametric_t *self, const tn_parametric_data_t *data, const tn_parametric_options_t *opt)
{
    self->family = data->family;
    self->cause = data->cause;
    self->n = data->n;
    self->n_events = data->n_events;
    self->n_covariates = data->p;
    self->n_strata = data->n_strata;
    self->n_locations = data->n_locations;
    self->n_shapes = data->n_shapes;
    self->n_terms = data->n_terms;
    self->n_cuts = data->n_cuts;
    self->is_robust = opt->is_robust;
    self->status = TN_FIT_CONVERGED;
    self->term = -1;
    self->loglik = self->loglik_intercept = self->lrt = self->aic = self->bic = NAN;
    return alloc(self, opt);
}

/* What can be told before any iteration: no events, strata without them, dependent covariates. */
static int look(tn_parametric_t *self, const tn_parametric_data_t *data)
{
    if (data->n_events == 0) {
        self->status = TN_FIT_NO_EVENTS;
        return 0;
    }
    for (int s = 0; s < data->n_shapes; s++) {
        if (data->stratum_events[s] > 0.0) continue;
        self->status = TN_FIT_NO_EVENTS;
        self->term = data->n_locations + data->p + s;
        return 0;
    }
    int covariate = -1;
    const int ret = tn_parametric_collinear(data, &covariate);
    if (ret == 0 && covariate >= 0) {
        self->status = TN_FIT_COLLINEAR;
        self->term = data->n_locations + covariate;
    }
    return ret;
}

/* Place among the user's terms of an inner parameter. */
static int user_term(const tn_parametric_data_t *data, int parameter)
{
    if (parameter < 0) return -1;
    if (parameter < data->p) return data->n_locations + parameter;
    const int k = parameter - data->p;
    return k < data->n_locations ? k : k + data->p;
}

/* Rates without an event have no variance. */
static void mark_empty_rates(tn_parametric_t *self)
{
    const int q = self->n_terms;
    for (int l = 0; l < self->n_locations; l++) {
        if (self->coef[l] > -INFINITY) continue;
        self->n_empty_rates++;
        for (int k = 0; k < q; k++) {
            self->vcov[l * q + k] = self->vcov[k * q + l] = NAN;
            self->vcov_model[l * q + k] = self->vcov_model[k * q + l] = NAN;
        }
    }
}

static int report(tn_parametric_t *self, const tn_parametric_data_t *data,
    const tn_parametric_options_t *opt, const tn_parametric_maximum_t *at)
{
    const size_t q = (size_t)self->n_terms;
    self->status = at->newton.status;
    self->term = user_term(data, at->newton.parameter);
    self->n_iterations = at->newton.n_iterations;
    /* Gompertz: density by unit of inner time */
    const double shift =
        data->family == TN_PARAMETRIC_GOMPERTZ ? data->events * tn_log(data->unit) : 0.0;
    self->loglik = at->loglik - shift;
    self->loglik_intercept = at->loglik_intercept - shift;
    self->lrt = 2.0 * (self->loglik - self->loglik_intercept);
    self->aic = 2.0 * (self->n_terms - self->loglik);
    self->bic = tn_log((double)self->n) * self->n_terms - 2.0 * self->loglik;
    int ret = tn_parametric_to_user(data, at->theta, at->variance, self->coef, self->vcov_model);
    if (ret < 0) return ret;
    memcpy(self->vcov, self->vcov_model, q * q * sizeof *self->vcov);
    if (self->is_robust) {
        double *robust = tn_calloc(q * q, sizeof *robust);
        double *coef = tn_calloc(q, sizeof *coef);
        ret = robust == NULL || coef == NULL ? TN_ENOMEM
                                             : tn_parametric_sandwich(data, at->theta, at->variance,
                                                   !opt->is_score_unweighted, robust);
        if (ret == 0) ret = tn_parametric_to_user(data, at->theta, robust, coef, self->vcov);
        tn_free(robust);
        tn_free(coef);
    }
    if (self->family == TN_PARAMETRIC_PIECEWISE) mark_empty_rates(self);
    return ret;
}

static int maximise(
    tn_parametric_t *self, const tn_parametric_data_t *data, const tn_parametric_options_t *opt)
{
    const size_t q = (size_t)self->n_terms;
    tn_parametric_maximum_t at = {0};
    int ret = TN_ENOMEM;
    at.theta = tn_calloc(q, sizeof *at.theta);
    at.variance = tn_calloc(q * q, sizeof *at.variance);
    if (at.theta == NULL || at.variance == NULL) goto out;
    ret = self->family == TN_PARAMETRIC_PIECEWISE
              ? tn_parametric_climb_piecewise(data, opt->max_iterations, &at)
              : tn_parametric_climb(data, opt->max_iterations, &at);
    if (ret == 0) ret = report(self, data, opt, &at);
out:
    tn_free(at.theta);
    tn_free(at.variance);
    return ret;
}

int tn_parametric_fit(tn_parametric_t *self, const tn_spells_t *spells,
    const tn_parametric_options_t *opt, tn_error_t *err)
{
    tn_parametric_data_t data;
    *self = (tn_parametric_t){0};
    int ret = tn_parametric_data_init(&data, spells, opt, true, err);
    if (ret < 0) goto out;
    ret = describe(self, &data, opt);
    if (ret == 0) ret = look(self, &data);
    if (ret == 0 && self->status == TN_FIT_CONVERGED) {
        ret = maximise(self, &data, opt);
    }
    if (ret < 0) (void)tn_error_set(err, ret, "parametric model: %s", tn_error_text(ret));
out:
    tn_parametric_data_free(&data);
    if (ret < 0) tn_parametric_free(self);
    return ret;
}

void tn_parametric_free(tn_parametric_t *self)
{
    if (self == NULL) return;
    tn_free(self->cuts);
    tn_free(self->coef);
    tn_free(self->vcov);
    tn_free(self->vcov_model);
    *self = (tn_parametric_t){0};
}

tn_parametric_kind_t tn_parametric_term(const tn_parametric_t *fit, int k, int *index, int *stratum)
{
    const int covariate = k - fit->n_locations, shape = covariate - fit->n_covariates;
    const bool is_piecewise = fit->family == TN_PARAMETRIC_PIECEWISE;
    int i = -1, s = -1;
    tn_parametric_kind_t kind = TN_PARAMETRIC_INTERCEPT;
    if (shape >= 0) {
        kind =
            fit->family == TN_PARAMETRIC_GOMPERTZ ? TN_PARAMETRIC_SHAPE : TN_PARAMETRIC_LOG_SCALE;
        s = shape;
    } else if (covariate >= 0) {
        kind = TN_PARAMETRIC_COVARIATE;
        i = covariate;
    } else if (is_piecewise) {
        kind = TN_PARAMETRIC_LOG_RATE;
        i = k % (fit->n_cuts + 1);
        s = k / (fit->n_cuts + 1);
    }
    if (index != NULL) *index = i;
    if (stratum != NULL) *stratum = s;
    return kind;
}
