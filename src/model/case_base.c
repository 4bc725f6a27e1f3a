/* `reference: base`: hazards that the case leaves out come from the shipped base rates for this
 * leader, and their uncertainty becomes the priors of the rates that are calibrated to them. */
#include <math.h>

#include "data/countries.h"
#include "model/case_reader.h"

static const tn_yaml_node_t *reference_node(const tn_case_reader_t *r)
{
    return tn_yaml_get_key(r->root, "reference", 9);
}

/* The traits must be there and fit together. */
static bool has_traits(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *leader = tn_yaml_get(r->root, "leader");
    const tn_yaml_node_t *entered = tn_yaml_get(leader, "entered");
    const tn_yaml_node_t *regime = tn_yaml_get(leader, "regime");
    if (leader == NULL) return false; /* complained already */
    if (entered == NULL || regime == NULL) {
        tn_yaml_error(r->schema.diag, reference_node(r),
            "the base rates need 'leader.%s': who is the leader like?",
            entered == NULL ? "entered" : "regime");
        return false;
    }
    if (c->leader.entered == TN_DATE_NONE || c->leader.regime < 0) return false;
    if (c->as_of == TN_DATE_NONE || c->leader.born == TN_DATE_NONE) return false;
    if (c->leader.entered > c->as_of) {
        tn_yaml_error(r->schema.diag, entered, "'entered' (%s) comes after 'as_of'", entered->text);
        return false;
    }
    if (c->leader.entered < c->leader.born) {
        tn_yaml_error(r->schema.diag, entered, "'entered' (%s) comes before 'born'", entered->text);
        return false;
    }
    return true;
}

static void take_country(tn_case_reader_t *r, tn_base_leader_t *leader)
{
    tn_error_t err = {0};
    const char *country = r->c->leader.country;
    if (country == NULL || tn_base_set_country(leader, country, &err) == 0) return;
    tn_yaml_error(
        r->schema.diag, tn_yaml_get(tn_yaml_get(r->root, "leader"), "country"), "%s", err.message);
}

static void fill(tn_case_t *c, bool has_multiplier)
{
    static const struct {
        int route, parameter;
    } knob[TN_N_KNOBS] = {
#define KNOB(route, name) {TN_ROUTE_##route, TN_P_##name},
        TN_KNOB_LIST(KNOB)
#undef KNOB
    };
    for (int k = 0; k < TN_N_KNOBS; k++) {
        const int route = knob[k].route;
        if (route == TN_ROUTE_DEATH || !isnan(c->target[route])) continue;
        c->target[route] = c->reference.route[route].per_year;
        c->is_from_base[route] = true;
        c->prior_sd[knob[k].parameter] = c->reference.route[route].log_sd;
    }
    if (has_multiplier) return;
    c->leader.elite_multiplier = c->reference.elite_multiplier;
    c->is_from_base[TN_ROUTE_DEATH] = true;
}

int tn_case_fill_base(tn_case_reader_t *r)
{
    tn_error_t err = {0};
    tn_base_t *base = NULL;
    tn_case_t *c = r->c;
    if (!c->is_base || !has_traits(r)) return 0;
    tn_base_leader_t leader = {.as_of = c->as_of,
        .entered = c->leader.entered,
        .born = c->leader.born,
        .is_female = c->leader.is_female,
        .regime = c->leader.regime,
        .entry = c->leader.entry};
    take_country(r, &leader);
    int ret = tn_base_shipped(&base, &err);
    if (ret == 0) ret = tn_base_reference(&c->reference, base, &leader, &err);
    tn_base_free(base);
    if (ret == 0) {
        const tn_yaml_node_t *node = tn_yaml_get(r->root, "leader");
        fill(c, tn_yaml_get(node, "elite_multiplier") != NULL);
    } else if (ret != TN_ENOMEM) {
        tn_yaml_error(r->schema.diag, reference_node(r), "%s", err.message);
        ret = 0;
    }
    return ret;
}
