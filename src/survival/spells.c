/* The checks at the door of the estimators: after them, kernels trust their arrays. */
#include "tenure/spells.h"

#include <math.h>

static int bad_row(tn_error_t *err, size_t i, const char *what, double value)
{
    return tn_error_set(err, TN_EDOMAIN, "row %zu: %s (%.17g)", i + 1, what, value);
}

static int check_times(const tn_spells_t *s, size_t i, tn_error_t *err)
{
    if (!isfinite(s->exit[i])) return bad_row(err, i, "exit is not a finite number", s->exit[i]);
    if (s->entry == NULL) {
        if (s->exit[i] < 0.0) return bad_row(err, i, "exit before time 0", s->exit[i]);
        return 0;
    }
    if (!isfinite(s->entry[i])) return bad_row(err, i, "entry is not a finite number", s->entry[i]);
    if (!(s->entry[i] < s->exit[i])) {
        return tn_error_set(err, TN_EDOMAIN, "row %zu: exit is not after entry (%.17g, %.17g)",
            i + 1, s->entry[i], s->exit[i]);
    }
    return 0;
}

static int check_row(const tn_spells_t *s, size_t i, tn_error_t *err)
{
    const int ret = check_times(s, i, err);
    if (ret < 0) return ret;
    if (s->cause[i] < 0 || s->cause[i] > s->n_causes) {
        return bad_row(err, i, "unknown cause", s->cause[i]);
    }
    if (s->weight != NULL && !(isfinite(s->weight[i]) && s->weight[i] > 0.0)) {
        return bad_row(err, i, "weight is not positive and finite", s->weight[i]);
    }
    if (s->stratum != NULL && (s->stratum[i] < 0 || s->stratum[i] >= s->n_strata)) {
        return bad_row(err, i, "unknown stratum", s->stratum[i]);
    }
    if (s->cluster != NULL && (s->cluster[i] < 0 || s->cluster[i] >= s->n_clusters)) {
        return bad_row(err, i, "unknown cluster", s->cluster[i]);
    }
    for (int j = 0; j < s->n_covariates; j++) {
        const double x = s->x[(size_t)j * s->n + i];
        if (!isfinite(x)) {
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: covariate %d is not a finite number", i + 1, j + 1);
        }
    }
    return 0;
}

int tn_spells_check(const tn_spells_t *self, tn_error_t *err)
{
    if (self->n_causes < 1 || self->n_covariates < 0 || self->n > UINT32_MAX) {
        return tn_error_set(err, TN_EARG, "spells: no causes, or sizes out of range");
    }
    if (self->n > 0 && (self->exit == NULL || self->cause == NULL ||
                           (self->n_covariates > 0 && self->x == NULL))) {
        return tn_error_set(err, TN_EARG, "spells: exit, cause or covariates are missing");
    }
    for (size_t i = 0; i < self->n; i++) {
        const int ret = check_row(self, i, err);
        if (ret < 0) return ret;
    }
    return 0;
}

const char *tn_fit_status_text(tn_fit_status_t status)
{
    switch (status) {
    case TN_FIT_CONVERGED: return "converged";
    case TN_FIT_ITERATIONS: return "did not converge";
    case TN_FIT_SEPARATION: return "separation: the likelihood has no maximum";
    case TN_FIT_COLLINEAR: return "collinear covariates";
    case TN_FIT_NO_EVENTS: return "no events";
    }
    return "unknown status";
}
