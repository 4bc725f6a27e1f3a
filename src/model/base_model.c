#include "model/base_model.h"

#include <stdio.h>
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

int tn_base_equation_route(int e)
{
    static const int route[TN_N_EQUATIONS] = {
#define ROUTE(upper, to, design) to,
        TN_BASE_EQUATION_LIST(ROUTE)
#undef ROUTE
    };
    return route[e];
}

int tn_base_equation_design(int e)
{
    static const int design[TN_N_EQUATIONS] = {
#define DESIGN(upper, route, of) of,
        TN_BASE_EQUATION_LIST(DESIGN)
#undef DESIGN
    };
    return design[e];
}

static bool is_traits(int design)
{
    return design == TN_DESIGN_REGULAR_TRAITS || design == TN_DESIGN_IRREGULAR_TRAITS;
}

bool tn_base_equation_is_traits(int e) { return is_traits(tn_base_equation_design(e)); }

const char *tn_base_equation_knows(int e)
{
    return tn_base_equation_is_traits(e) ? "traits" : "country";
}

void tn_base_equation_init(tn_base_equation_t *self, int e)
{
    const tn_known_t nobody = {0};
    double x[TN_DESIGN_MAX];
    *self = (tn_base_equation_t){
        .route = tn_base_equation_route(e), .design = tn_base_equation_design(e)};
    self->p = tn_base_design(self->design, &nobody, 1, 1, x);
}

void tn_base_add_source(tn_base_model_t *self, const char *title, const char *sha256)
{
    if (self->n_sources == TN_BASE_SOURCES) return;
    snprintf(self->source[self->n_sources].title, sizeof self->source[0].title, "%s", title);
    snprintf(self->source[self->n_sources].sha256, sizeof self->source[0].sha256, "%s", sha256);
    self->n_sources++;
}

void tn_base_draw_centre(tn_base_draw_t *self, const tn_base_model_t *model)
{
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        memcpy(self->coef[e], model->equation[e].coef, sizeof self->coef[e]);
    self->death = model->death.multiplier;
    self->incapacity = model->incapacity.multiplier;
}

void tn_base_month_init(
    tn_base_month_t *self, const tn_base_model_t *model, const tn_known_t *known, int month)
{
    self->by_traits = !known->has_country;
    for (int d = 0; d < TN_N_DESIGNS; d++) {
        self->n_used[d] = 0;
        if (is_traits(d) != self->by_traits) continue;
        const int p = tn_base_design(d, known, month, model->to, self->x[d]);
        for (int j = 0; j < p; j++) {
            if (self->x[d][j] != 0.0) self->used[d][self->n_used[d]++] = j;
        }
    }
    self->mortality = tn_base_mortality(known, month);
}

/* Most hazards of a month are small: then five terms are exact to rounding, at a fifth of the cost.
 */
static double log1p_of_odds(double u)
{
    if (u >= 1e-3) return tn_log1p(u);
    return u * (1.0 - u * (1.0 / 2.0 - u * (1.0 / 3.0 - u * (1.0 / 4.0 - u / 5.0))));
}

void tn_base_month_hazards(const tn_base_model_t *model, const tn_base_draw_t *draw,
    const tn_base_month_t *month, double *hazard)
{
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        const tn_base_equation_t *eq = &model->equation[e];
        if (is_traits(eq->design) != month->by_traits) continue;
        const double *x = month->x[eq->design], *coef = draw->coef[e];
        const int *used = month->used[eq->design];
        double eta = 0.0;
        for (int k = 0; k < month->n_used[eq->design]; k++)
            eta += coef[used[k]] * x[used[k]];
        hazard[eq->route] = log1p_of_odds(tn_exp(eta)); /* -log(1 - h) */
    }
    hazard[TN_ROUTE_DEATH] = draw->death * month->mortality;
    hazard[TN_ROUTE_INCAPACITY] = draw->incapacity * month->mortality;
}
