/* Residuals at the coefficients of a fit. They need the data only once, so the covariates are taken
 * as they are and the inner parameters are the user's in another order. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/parametric_impl.h"

typedef struct residuals {
    tn_parametric_data_t data;
    tn_parametric_scores_t scores;
    double *theta;
} residuals_t;

static int residuals_init(residuals_t *self, const tn_parametric_t *fit, const tn_spells_t *spells,
    const double *offset, tn_error_t *err)
{
    *self = (residuals_t){0};
    const int strata = spells->stratum != NULL ? spells->n_strata : 1;
    if (fit->coef == NULL || spells->n_covariates != fit->n_covariates || strata != fit->n_strata) {
        return tn_error_set(err, TN_EARG,
            "residuals: %d covariates and %d strata, but the model has %d and %d",
            spells->n_covariates, strata, fit->n_covariates, fit->n_strata);
    }
    const tn_parametric_options_t opt = {.family = fit->family,
        .cause = fit->cause,
        .offset = offset,
        .n_cuts = fit->n_cuts,
        .cuts = fit->cuts};
    int ret = tn_parametric_data_init(&self->data, spells, &opt, false, err);
    if (ret < 0) return ret;
    const size_t p = (size_t)fit->n_covariates, locations = (size_t)fit->n_locations;
    self->theta = tn_calloc((size_t)fit->n_terms, sizeof *self->theta);
    if (self->theta == NULL) return tn_error_set(err, TN_ENOMEM, "residuals: out of memory");
    if (p > 0) memcpy(self->theta, fit->coef + locations, p * sizeof *self->theta);
    memcpy(self->theta + p, fit->coef, locations * sizeof *self->theta);
    for (int s = 0; s < fit->n_shapes; s++)
        self->theta[p + locations + (size_t)s] = fit->coef[p + locations + (size_t)s];
    ret = tn_parametric_scores_init(&self->scores, &self->data, self->theta);
    return ret < 0 ? tn_error_set(err, ret, "residuals: out of memory") : 0;
}

static void residuals_free(residuals_t *self)
{
    tn_parametric_data_free(&self->data);
    tn_parametric_scores_free(&self->scores);
    tn_free(self->theta);
}

static double residual_of(tn_parametric_residual_t kind, bool is_event, double cumhaz)
{
    const double martingale = (is_event ? 1.0 : 0.0) - cumhaz;
    if (kind == TN_PARAMETRIC_COX_SNELL) return cumhaz;
    if (kind == TN_PARAMETRIC_MARTINGALE) return martingale;
    const double log_part = is_event ? tn_log(cumhaz) : 0.0;
    return copysign(sqrt(-2.0 * fmin(martingale + log_part, 0.0)), martingale);
}

int tn_parametric_residuals(const tn_parametric_t *fit, const tn_spells_t *spells,
    const double *offset, tn_parametric_residual_t kind, double *residual, tn_error_t *err)
{
    residuals_t r;
    const int ret = residuals_init(&r, fit, spells, offset, err);
    for (size_t i = 0; ret == 0 && i < spells->n; i++) {
        const double cumhaz = tn_parametric_scores_add(&r.scores, i, 1.0, NULL);
        residual[i] = residual_of(kind, tn_parametric_is_event(&r.data, i), cumhaz);
    }
    residuals_free(&r);
    return ret;
}

int tn_parametric_score_residuals(const tn_parametric_t *fit, const tn_spells_t *spells,
    const double *offset, double *residual, tn_error_t *err)
{
    residuals_t r;
    double *u = NULL;
    int ret = residuals_init(&r, fit, spells, offset, err);
    if (ret < 0) goto out;
    const size_t p = (size_t)fit->n_covariates, locations = (size_t)fit->n_locations;
    const size_t q = (size_t)fit->n_terms;
    u = tn_calloc(q, sizeof *u);
    if (u == NULL) {
        ret = tn_error_set(err, TN_ENOMEM, "residuals: out of memory");
        goto out;
    }
    for (size_t i = 0; i < spells->n; i++) {
        memset(u, 0, q * sizeof *u);
        (void)tn_parametric_scores_add(&r.scores, i, 1.0, u);
        for (size_t k = 0; k < q; k++) {
            const size_t term = k < p ? locations + k : (k < p + locations ? k - p : k);
            residual[term * spells->n + i] = u[k];
        }
    }
out:
    residuals_free(&r);
    tn_free(u);
    return ret;
}
