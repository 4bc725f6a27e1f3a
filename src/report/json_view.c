/* What one view of the case says, as JSON. Top level (posterior), `prior` and `base_rate` share
 * these shapes. */
#include "report/json.h"

/** The model document's letters for the two totals; the library's names for the rest. */
static const char *state_key(int state)
{
    if (state == TN_STATE_DISCONTENT) return "G";
    return state == TN_STATE_VOICED ? "V" : tn_state_name(state);
}

json_t *tn_json_exits(tn_json_t *self, const tn_forecast_t *f, const tn_estimate_t *exit,
    const double *hazard, const double *hazard_se)
{
    json_t *array = json_array();
    for (int h = 0; h < f->n_horizons; h++) {
        json_t *o = json_object();
        tn_json_put(self, o, "horizon", json_string(f->horizon[h].label));
        tn_json_put(self, o, "date", tn_json_date(f->horizon[h].date));
        tn_json_put_p(self, o, exit[h]);
        if (hazard != NULL) {
            tn_json_put(self, o, "hazard_per_year", tn_json_number(hazard[h]));
            tn_json_put(self, o, "hazard_per_year_se", tn_json_number(hazard_se[h]));
        }
        tn_json_push(self, array, o);
    }
    return array;
}

json_t *tn_json_routes(tn_json_t *self, const tn_forecast_t *f,
    const tn_estimate_t route[TN_N_ROUTES][TN_MAX_HORIZONS])
{
    json_t *array = json_array();
    for (int r = 0; r < TN_N_ROUTES; r++) {
        for (int h = 0; h < f->n_horizons; h++) {
            json_t *o = json_object();
            tn_json_put(self, o, "route", json_string(tn_route_name(r)));
            tn_json_put(self, o, "horizon", json_string(f->horizon[h].label));
            tn_json_put_p(self, o, route[r][h]);
            tn_json_push(self, array, o);
        }
    }
    return array;
}

static json_t *successor_by_route(
    tn_json_t *self, const tn_forecast_t *f, const tn_view_t *view, int i)
{
    json_t *array = json_array();
    for (int r = 0; r < TN_N_ROUTES; r++) {
        const size_t at = (size_t)r * (size_t)f->n_successors + (size_t)i;
        json_t *o = json_object();
        tn_json_put(self, o, "route", json_string(tn_route_name(r)));
        tn_json_put_p(self, o, view->successor_by_route[at]);
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *successors(tn_json_t *self, const tn_forecast_t *f, const tn_view_t *view)
{
    json_t *array = json_array();
    for (int i = 0; i < f->n_successors; i++) {
        json_t *o = json_object();
        tn_json_put(self, o, "actor", tn_json_text(f->successor_id[i]));
        tn_json_put(self, o, "name", tn_json_text(f->successor_name[i]));
        tn_json_put_p(self, o, view->successor[i]);
        tn_json_put(self, o, "by_route", successor_by_route(self, f, view, i));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *counts(tn_json_t *self, const tn_view_t *view)
{
    json_t *object = json_object();
    for (int k = 0; k < TN_N_COUNTS; k++) {
        tn_json_put(self, object, tn_count_name(k), tn_json_mean(self, view->count[k]));
    }
    return object;
}

static json_t *state(tn_json_t *self, const tn_view_t *view)
{
    json_t *object = json_object();
    for (int k = 0; k < TN_N_STATES; k++) {
        tn_json_put(self, object, state_key(k), tn_json_mean(self, view->state[k]));
    }
    tn_json_put(self, object, "tipping", tn_json_mean(self, view->tipping.distance));
    return object;
}

static json_t *tipping(tn_json_t *self, const tn_tipping_t *t)
{
    json_t *object = json_object();
    tn_json_put(self, object, "distance", tn_json_mean(self, t->distance));
    tn_json_put(self, object, "share_past", tn_json_mean(self, t->share_past));
    tn_json_put(self, object, "yardstick", tn_json_mean(self, t->yardstick));
    return object;
}

void tn_json_put_view(
    tn_json_t *self, json_t *object, const tn_forecast_t *f, const tn_view_t *view)
{
    tn_json_put(self, object, "exit",
        tn_json_exits(self, f, view->exit, view->hazard_per_year, view->hazard_se));
    tn_json_put(self, object, "routes", tn_json_routes(self, f, view->route));
    tn_json_put(self, object, "successors", successors(self, f, view));
    const bool has = view->has_median;
    tn_json_put(
        self, object, "median_weeks", has ? tn_json_number(view->median_weeks) : json_null());
    tn_json_put(
        self, object, "median_weeks_se", has ? tn_json_number(view->median_weeks_se) : json_null());
    tn_json_put(self, object, "counts", counts(self, view));
    tn_json_put(self, object, "state", state(self, view));
    tn_json_put(self, object, "tipping", tipping(self, &view->tipping));
    tn_json_put(self, object, "ess_share", tn_json_number(view->ess_share));
}
