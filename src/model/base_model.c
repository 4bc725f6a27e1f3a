#include "model/base_model.h"

#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/base_health.h"

void tn_base_model_free(tn_base_model_t *self)
{
    if (self == NULL) return;
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        tn_free(self->equation[e].variance);
    *self = (tn_base_model_t){0};
}

void tn_base_draw_centre(tn_base_draw_t *self, const tn_base_model_t *model)
{
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        memcpy(self->coef[e], model->equation[e].coef, sizeof self->coef[e]);
    self->death = model->death.multiplier;
    self->incapacity = model->incapacity.multiplier;
}

/* What is not known of the country is taken as usual under this regime. */
static void take_usual(
    const tn_base_model_t *model, int design, tn_regime_t regime, int p, double *x)
{
    const int r = regime == TN_REGIME_UNKNOWN ? TN_N_REGIMES : (int)regime;
    for (int j = 0; j < p; j++) {
        if (tn_base_design_is_of_country(design, j)) x[j] = model->mean[design][r][j];
    }
}

void tn_base_hazards(const tn_base_model_t *model, const tn_base_draw_t *draw,
    const tn_known_t *known, int month, double *hazard)
{
    double x[TN_N_DESIGNS][TN_DESIGN_MAX];
    for (int d = 0; d < TN_N_DESIGNS; d++) {
        const int p = tn_base_design(d, known, month, model->to, x[d]);
        if (!known->has_country) take_usual(model, d, known->regime, p, x[d]);
    }
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        const tn_base_equation_t *eq = &model->equation[e];
        double eta = 0.0;
        for (int j = 0; j < eq->p; j++)
            eta += draw->coef[e][j] * x[eq->design][j];
        hazard[eq->route] = tn_log1p(tn_exp(eta)); /* -log(1 - h) */
    }
    const double mortality = tn_base_mortality(known, month);
    hazard[TN_ROUTE_DEATH] = draw->death * mortality;
    hazard[TN_ROUTE_INCAPACITY] = draw->incapacity * mortality;
}
