/* The reference of a case: hazards by route, and the classes they are seen beside. */
#include <math.h>
#include <stdio.h>

#include "model/base_tables.h"

#define LEVEL  0.95
#define WEEKS  261 /* five years: what the calibration looks at (model 10) */
#define MONTHS 60

static void put_class(tn_reference_class_t *out, const tn_base_t *self, tn_base_class_key_t key)
{
    double rate[3];
    const tn_base_class_t *c = tn_base_class_const(&self->model.classes, key);
    *out = (tn_reference_class_t){.n_spells = c->n_spells,
        .n_exits = tn_base_class_exits(c),
        .leader_years = (double)c->n_months / 12.0};
    tn_base_rate(out->n_exits, c->n_months, LEVEL, rate);
    out->per_year = rate[0];
    out->lower = rate[1];
    out->upper = rate[2];
    tn_base_class_text(key, out->text, sizeof out->text);
}

static tn_reference_hazard_t hazard(const tn_base_curve_t *curve, int route)
{
    const tn_base_figure_t f = tn_base_hazard(curve, route, MONTHS, LEVEL);
    return (tn_reference_hazard_t){.per_year = f.value,
        .lower = f.lower,
        .upper = f.upper,
        .log_sd = tn_base_hazard_log_sd(curve, route, MONTHS)};
}

int tn_base_reference(
    tn_reference_t *out, const tn_base_t *self, const tn_base_leader_t *leader, tn_error_t *err)
{
    tn_base_curve_t curve;
    const tn_base_model_t *m = &self->model;
    int ret = tn_base_check_leader(leader, err);
    if (ret < 0) return ret;
    ret = tn_base_leader_curve(&curve, self, leader, WEEKS);
    if (ret < 0) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    *out = (tn_reference_t){.elite_multiplier = m->death.multiplier, .n_months = m->n_months};
    for (int r = 0; r < TN_N_ROUTES; r++)
        out->route[r] = hazard(&curve, r);
    out->any = hazard(&curve, TN_N_ROUTES);
    tn_base_curve_free(&curve);
    const tn_base_class_key_t key = tn_base_leader_class(self, leader);
    put_class(&out->narrow, self, key);
    put_class(&out->wide, self, tn_base_class_wider(key));
    snprintf(out->from, sizeof out->from, "%d-%02d", m->from / 12, m->from % 12 + 1);
    snprintf(out->to, sizeof out->to, "%d-%02d", m->to / 12, m->to % 12 + 1);
    return 0;
}
