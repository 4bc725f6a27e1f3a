/* The whole forecast as JSON: docs/forecast.schema.json says the same. */
#include <inttypes.h>

#include "model/case.h"
#include "report/json.h"
#include "report/question.h"
#include "tenure/version.h"

#define SCHEMA "tenure-forecast/1"

/** Hazards or targets by route, null where there is none. */
static json_t *by_route(tn_json_t *self, const double *value)
{
    json_t *object = json_object();
    for (int r = 0; r < TN_N_ROUTES; r++) {
        tn_json_put(self, object, tn_route_name(r), tn_json_number(value[r]));
    }
    return object;
}

static json_t *calibration(tn_json_t *self, const tn_calibration_t *c)
{
    json_t *object = json_object(), *knobs = json_object();
    for (int k = 0; k < TN_N_KNOBS; k++) {
        tn_json_put(self, knobs, tn_knob_name(k), tn_json_number(c->knob[k]));
    }
    tn_json_put(self, object, "knobs", knobs);
    tn_json_put(self, object, "hazards", by_route(self, c->hazard));
    tn_json_put(self, object, "targets", by_route(self, c->target));
    tn_json_put(self, object, "rounds", json_integer(c->rounds));
    tn_json_put(self, object, "fixed", json_boolean(c->is_fixed));
    return object;
}

static json_t *manifest(tn_json_t *self, const tn_forecast_t *f, const char *command_line)
{
    char seed[24];
    json_t *object = json_object(), *result = json_object();
    (void)snprintf(seed, sizeof seed, "%" PRIu64, f->seed);
    tn_json_put(self, object, "version", json_string(tn_version()));
    tn_json_put(self, object, "case", tn_json_text(f->court_case->name));
    tn_json_put(self, object, "case_hash", json_string(f->court_case->hash));
    /* many readers hold integers as doubles: a seed beyond 2^53 would change on the way */
    tn_json_put(self, object, "seed",
        f->seed <= (UINT64_C(1) << 53) ? json_integer((json_int_t)f->seed) : json_string(seed));
    tn_json_put(self, object, "worlds", json_integer(f->n_worlds));
    tn_json_put(self, object, "command_line", tn_json_text(command_line));
    tn_json_put(self, result, "fixed", json_boolean(f->calibration.is_fixed));
    tn_json_put(self, result, "rounds", json_integer(f->calibration.rounds));
    tn_json_put(self, object, "calibration", result);
    return object;
}

static json_t *routes_in(tn_json_t *self, unsigned routes)
{
    json_t *array = json_array();
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (routes >> r & 1u) tn_json_push(self, array, json_string(tn_route_name(r)));
    }
    return array;
}

static json_t *question_text(const tn_forecast_t *f)
{
    tn_text_t text = {0};
    tn_question_write(&text, f);
    json_t *value = text.failed ? NULL : tn_json_text(text.s);
    tn_text_free(&text);
    return value;
}

static json_t *question(tn_json_t *self, const tn_forecast_t *f)
{
    const tn_case_t *c = f->court_case;
    json_t *object = json_object(), *horizons = json_array();
    tn_json_put(self, object, "text", question_text(f));
    tn_json_put(self, object, "title", tn_json_text(c->title));
    tn_json_put(self, object, "leader", tn_json_text(c->leader.name));
    tn_json_put(self, object, "as_of", tn_json_date(c->as_of));
    for (int h = 0; h < f->n_horizons; h++) {
        tn_json_push(self, horizons, json_string(f->horizon[h].label));
    }
    tn_json_put(self, object, "horizons", horizons);
    tn_json_put(self, object, "pivot", json_string(f->horizon[f->pivot].label));
    tn_json_put(self, object, "routes", routes_in(self, f->routes));
    tn_json_put(self, object, "given",
        f->has_conditional ? tn_json_text(f->conditional.event) : json_null());
    tn_json_put(self, object, "force", tn_json_text(f->forced));
    tn_json_put(self, object, "no_reports", json_boolean(f->no_reports));
    return object;
}

static json_t *view(tn_json_t *self, const tn_forecast_t *f, const tn_view_t *v)
{
    json_t *object = json_object();
    tn_json_put_view(self, object, f, v);
    return object;
}

static json_t *reference_class(tn_json_t *self, const tn_reference_class_t *c)
{
    json_t *object = json_object();
    tn_json_put(self, object, "class", json_string(c->text));
    tn_json_put(self, object, "spells", json_integer((json_int_t)c->n_spells));
    tn_json_put(self, object, "exits", json_integer((json_int_t)c->n_exits));
    tn_json_put(self, object, "leader_years", tn_json_number(c->leader_years));
    tn_json_put(self, object, "per_year", tn_json_number(c->per_year));
    tn_json_put(self, object, "lower", tn_json_number(c->lower));
    tn_json_put(self, object, "upper", tn_json_number(c->upper));
    return object;
}

static json_t *reference_hazard(tn_json_t *self, const char *route, const tn_reference_hazard_t *h)
{
    json_t *object = json_object();
    tn_json_put(self, object, "route", json_string(route));
    tn_json_put(self, object, "per_year", tn_json_number(h->per_year));
    tn_json_put(self, object, "lower", tn_json_number(h->lower));
    tn_json_put(self, object, "upper", tn_json_number(h->upper));
    tn_json_put(self, object, "log_sd", tn_json_number(h->log_sd));
    return object;
}

static json_t *reference(tn_json_t *self, const tn_case_t *c)
{
    json_t *object = json_object(), *hazards = json_array();
    const tn_reference_t *ref = &c->reference;
    if (!c->is_base) {
        json_decref(object);
        json_decref(hazards);
        return json_null();
    }
    tn_json_put(self, object, "fitted_from", json_string(ref->from));
    tn_json_put(self, object, "fitted_to", json_string(ref->to));
    tn_json_put(self, object, "leader_months", json_integer((json_int_t)ref->n_months));
    tn_json_put(self, object, "elite_multiplier", tn_json_number(ref->elite_multiplier));
    tn_json_put(self, object, "class", reference_class(self, &ref->narrow));
    tn_json_put(self, object, "wider", reference_class(self, &ref->wide));
    for (int r = 0; r < TN_N_ROUTES; r++)
        tn_json_push(self, hazards, reference_hazard(self, tn_route_name(r), &ref->route[r]));
    tn_json_push(self, hazards, reference_hazard(self, "any", &ref->any));
    tn_json_put(self, object, "hazards", hazards);
    return object;
}

static json_t *base_rate(tn_json_t *self, const tn_forecast_t *f)
{
    json_t *object = view(self, f, &f->base);
    tn_json_put(self, object, "hazards_per_year", by_route(self, f->calibration.hazard));
    tn_json_put(self, object, "targets", by_route(self, f->calibration.target));
    tn_json_put(self, object, "reference", reference(self, f->court_case));
    return object;
}

static json_t *origins(tn_json_t *self, const tn_forecast_t *f)
{
    json_t *array = json_array();
    for (int i = 0; i < f->n_origins; i++) {
        const tn_origin_effect_t *e = &f->origin[i];
        json_t *o = json_object();
        tn_json_put(self, o, "origin", tn_json_text(e->id));
        tn_json_put(self, o, "name", tn_json_text(e->name));
        tn_json_put(self, o, "claims", json_integer(e->n_claims));
        tn_json_put(self, o, "reports", json_integer(e->n_reports));
        tn_json_put(self, o, "log_odds", tn_json_number(e->log_odds.p));
        tn_json_put(self, o, "points", tn_json_number(e->points.p));
        tn_json_put(self, o, "se", tn_json_number(e->log_odds.se));
        tn_json_put(self, o, "points_se", tn_json_number(e->points.se));
        tn_json_put(self, o, "ess_share", tn_json_number(e->ess_share));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *drivers(tn_json_t *self, const tn_forecast_t *f)
{
    json_t *array = json_array();
    for (int i = 0; i < f->n_drivers; i++) {
        const tn_driver_t *d = &f->driver[i];
        json_t *o = json_object();
        tn_json_put(self, o, "parameter", tn_json_text(d->parameter));
        tn_json_put(self, o, "meaning", tn_json_text(d->meaning));
        tn_json_put(self, o, "swing", tn_json_number(d->swing.p));
        tn_json_put(self, o, "se", tn_json_number(d->swing.se));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *tripwires(tn_json_t *self, const tn_forecast_t *f)
{
    json_t *array = json_array();
    for (int i = 0; i < f->n_tripwires; i++) {
        const tn_tripwire_t *t = &f->tripwire[i];
        json_t *o = json_object();
        tn_json_put(self, o, "observation", tn_json_text(t->name));
        tn_json_put(self, o, "meaning", tn_json_text(t->meaning));
        tn_json_put(self, o, "p_seen", tn_json_number(t->p_seen.p));
        tn_json_put(self, o, "p_seen_se", tn_json_number(t->p_seen.se));
        tn_json_put(self, o, "if_seen", tn_json_number(t->if_seen.p));
        tn_json_put(self, o, "if_seen_se", tn_json_number(t->if_seen.se));
        tn_json_put(self, o, "if_not", tn_json_number(t->if_not.p));
        tn_json_put(self, o, "if_not_se", tn_json_number(t->if_not.se));
        tn_json_put(self, o, "bits", tn_json_number(t->bits.p));
        tn_json_put(self, o, "bits_se", tn_json_number(t->bits.se));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *conditional(tn_json_t *self, const tn_forecast_t *f)
{
    const tn_conditional_t *c = &f->conditional;
    json_t *object = json_object();
    tn_json_put(self, object, "event", tn_json_text(c->event));
    tn_json_put(self, object, "p_event", tn_json_exits(self, f, c->p_event, NULL, NULL));
    tn_json_put(self, object, "exit", tn_json_exits(self, f, c->exit, NULL, NULL));
    tn_json_put(self, object, "routes", tn_json_routes(self, f, c->route));
    return object;
}

json_t *tn_json_forecast(tn_json_t *self, const tn_forecast_t *f, const char *command_line)
{
    json_t *root = json_object();
    tn_json_put(self, root, "schema", json_string(SCHEMA));
    tn_json_put(self, root, "manifest", manifest(self, f, command_line));
    tn_json_put(self, root, "question", question(self, f));
    tn_json_put(self, root, "base_rate", base_rate(self, f));
    tn_json_put_view(self, root, f, &f->posterior);
    tn_json_put(self, root, "prior", view(self, f, &f->prior));
    tn_json_put(self, root, "origins", origins(self, f));
    tn_json_put(self, root, "drivers", drivers(self, f));
    tn_json_put(self, root, "tripwires", tripwires(self, f));
    if (f->has_conditional) tn_json_put(self, root, "conditional", conditional(self, f));
    tn_json_put(self, root, "calibration", calibration(self, &f->calibration));
    return root;
}
