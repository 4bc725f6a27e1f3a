/* What a page of a forecast shows beyond the forecast's own JSON: the case with its events, reports
 * and assumptions, and the weekly curves. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "model/case.h"
#include "report/html.h"
#include "report/json.h"
#include "report/number.h"
#include "tenure/base.h"

#define STEP_WEEKS 13 /* of the hazard */

static const char *basis_word(tn_basis_t basis)
{
    static const char *const word[] = {NULL, "public", "reported", "judgement"};
    return word[basis];
}

static void put_basis(tn_json_t *self, json_t *object, tn_basis_t basis, const char *note)
{
    tn_json_put(self, object, "basis", tn_json_text(basis_word(basis)));
    tn_json_put(self, object, "note", tn_json_text(note));
}

static json_t *take_text(tn_json_t *self, tn_text_t *text)
{
    json_t *value = text->failed ? NULL : tn_json_text(text->s == NULL ? "" : text->s);
    if (value == NULL) self->failed = true;
    tn_text_free(text);
    return value;
}

/** Text, a number as the page writes numbers, text. */
static void put_number(tn_text_t *out, const char *before, double value, const char *after)
{
    char number[TN_NUMBER_SIZE];
    tn_html_plain(number, value);
    tn_text_printf(out, "%s%s%s", before, number, after);
}

static json_t *actors(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    for (int i = 0; i < c->n_actors; i++) {
        const tn_actor_t *a = &c->actor[i];
        json_t *o = json_object();
        tn_json_put(self, o, "id", tn_json_text(a->id));
        tn_json_put(self, o, "name", tn_json_text(a->name));
        tn_json_put(self, o, "office", tn_json_text(a->office));
        tn_json_put(self, o, "group", tn_json_text(a->group >= 0 ? c->group[a->group] : NULL));
        tn_json_put(self, o, "power", tn_json_number(a->power));
        tn_json_put(self, o, "force", tn_json_number(a->force));
        tn_json_put(self, o, "position", tn_json_number(a->position));
        tn_json_put(self, o, "exposure", tn_json_number(a->exposure));
        tn_json_put(self, o, "rent", tn_json_number(a->rent));
        tn_json_put(self, o, "candidate", tn_json_number(a->candidate));
        tn_json_put(self, o, "interim", json_boolean(a->is_interim));
        put_basis(self, o, a->basis, a->note);
        tn_json_push(self, array, o);
    }
    return array;
}

static void put_effect(tn_text_t *out, const tn_case_t *c, const tn_effect_t *e)
{
    static const char *const added[] = {[TN_EFFECT_SANCTIONS] = "sanctions",
        [TN_EFFECT_FEAR] = "fear",
        [TN_EFFECT_THREAT] = "threat",
        [TN_EFFECT_PROTEST] = "protest",
        [TN_EFFECT_ECONOMY] = "economy",
        [TN_EFFECT_WAR_PROGRESS] = "war progress"};
    static const char *const happens[] = {[TN_EFFECT_WAR_START] = "war starts",
        [TN_EFFECT_WAR_END] = "war ends",
        [TN_EFFECT_WAR_DEFEAT] = "defeat in war",
        [TN_EFFECT_LEADER_ILL] = "leader falls ill"};
    if (out->n > 0) tn_text_printf(out, "%s", "; ");
    if (e->kind <= TN_EFFECT_WAR_PROGRESS) {
        tn_text_printf(out, "%s", added[e->kind]);
        put_number(out, e->value < 0.0 ? " " : " +", e->value, "");
    } else if (e->kind <= TN_EFFECT_LEADER_ILL) {
        tn_text_printf(out, "%s", happens[e->kind]);
    } else if (e->kind == TN_EFFECT_GRIEVANCE) {
        put_number(out, e->value < 0.0 ? "grievance " : "grievance +", e->value, " of");
    } else {
        tn_text_printf(out, "%s", "replaced:");
    }
    for (int i = 0; e->kind > TN_EFFECT_LEADER_ILL && i < c->n_actors; i++) {
        if (e->actors >> i & 1u) tn_text_printf(out, " %s", c->actor[i].name);
    }
}

static json_t *events(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    for (int i = 0; i < c->n_events; i++) {
        const tn_event_t *e = &c->event[i];
        json_t *o = json_object();
        tn_text_t effects = {0};
        for (int k = 0; k < e->n_effects; k++)
            put_effect(&effects, c, &e->effects[k]);
        tn_json_put(self, o, "id", tn_json_text(e->id));
        tn_json_put(self, o, "from", tn_json_date(e->from));
        tn_json_put(self, o, "to", tn_json_date(e->to));
        tn_json_put(self, o, "dated", json_boolean(e->is_dated));
        tn_json_put(self, o, "probability", tn_json_number(e->is_dated ? 1.0 : e->probability));
        tn_json_put(self, o, "effects", take_text(self, &effects));
        put_basis(self, o, e->basis, e->note);
        tn_json_push(self, array, o);
    }
    for (int i = 0; i < c->n_scheduled; i++) {
        const tn_scheduled_exit_t *e = &c->scheduled[i];
        json_t *o = json_object();
        tn_json_put(self, o, "id", json_string("scheduled exit"));
        tn_json_put(self, o, "from", tn_json_date(e->date));
        tn_json_put(self, o, "to", tn_json_date(e->date));
        tn_json_put(self, o, "dated", json_false());
        tn_json_put(self, o, "probability", tn_json_number(e->p_leave));
        tn_json_put(self, o, "effects", json_string("the leader goes"));
        put_basis(self, o, e->basis, e->note);
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *letter(char c)
{
    const char text[2] = {c, '\0'};
    return json_string(text);
}

static json_t *origins(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    for (int i = 0; i < c->n_origins; i++) {
        const tn_origin_t *s = &c->origin[i];
        json_t *o = json_object();
        tn_json_put(self, o, "id", tn_json_text(s->id));
        tn_json_put(self, o, "name", tn_json_text(s->name));
        tn_json_put(self, o, "office", tn_json_text(s->office));
        tn_json_put(self, o, "reliability", letter(s->reliability));
        put_basis(self, o, s->basis, s->note);
        tn_json_push(self, array, o);
    }
    return array;
}

/** "says no: plot in preparation (a plot was active ...), 2022-05-01 to 2022-05-24" */
static json_t *wording(tn_json_t *self, const tn_report_t *r)
{
    char from[11], to[11];
    const tn_observable_info_t *info = tn_observable(r->observable);
    tn_text_t text = {0};
    if (r->observable >= TN_N_PREDICATES) {
        put_number(&text, "says ", r->value, ": ");
    } else {
        tn_text_printf(&text, "says %s: ", r->is_true ? "yes" : "no");
    }
    for (const char *at = info->name; *at != '\0'; at++)
        tn_text_printf(&text, "%c", *at == '_' ? ' ' : *at);
    tn_text_printf(&text, " (%s)", info->meaning);
    if (r->has_window) {
        tn_date_format(r->from, from);
        tn_date_format(r->to, to);
        tn_text_printf(&text, ", %s to %s", from, to);
    }
    return take_text(self, &text);
}

static json_t *hops(tn_json_t *self, const tn_case_t *c, const tn_report_t *r)
{
    json_t *array = json_array();
    for (int i = 0; i < r->n_via; i++) {
        const tn_hop_t *hop = &r->via[i];
        json_t *o = json_object();
        tn_json_put(
            self, o, "id", tn_json_text(hop->origin >= 0 ? c->origin[hop->origin].id : NULL));
        tn_json_put(
            self, o, "name", tn_json_text(hop->origin >= 0 ? c->origin[hop->origin].name : NULL));
        tn_json_put(self, o, "reliability", letter(hop->reliability));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *chain(tn_json_t *self, const tn_case_t *c, const tn_report_t *r)
{
    tn_text_t text = {0};
    for (int i = 0; i < r->n_via; i++) {
        const tn_hop_t *hop = &r->via[i];
        tn_text_printf(&text, "%s", i > 0 ? ", then " : "");
        tn_text_printf(&text, "%s", hop->origin >= 0 ? c->origin[hop->origin].name : "unnamed");
        tn_text_printf(&text, " (%c)", hop->reliability);
    }
    if (r->n_via == 0) tn_text_printf(&text, "%s", "nobody: direct");
    return take_text(self, &text);
}

static json_t *reports(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    for (int i = 0; i < c->n_reports; i++) {
        const tn_report_t *r = &c->report[i];
        json_t *o = json_object();
        tn_json_put(self, o, "id", tn_json_text(r->id));
        tn_json_put(self, o, "date", tn_json_date(r->date));
        tn_json_put(self, o, "origin", tn_json_text(c->origin[r->origin].id));
        tn_json_put(self, o, "origin_name", tn_json_text(c->origin[r->origin].name));
        tn_json_put(self, o, "reliability", letter(c->origin[r->origin].reliability));
        tn_json_put(self, o, "credibility", json_integer(r->credibility));
        tn_json_put(self, o, "observable", json_string(tn_observable(r->observable)->name));
        tn_json_put(self, o, "wording", wording(self, r));
        tn_json_put(self, o, "chain", chain(self, c, r));
        tn_json_put(self, o, "via", hops(self, c, r));
        tn_json_put(self, o, "quote", tn_json_text(r->quote));
        put_basis(self, o, r->remark.basis, r->remark.note);
        tn_json_push(self, array, o);
    }
    return array;
}

static void assume(
    tn_json_t *self, json_t *array, const char *part, tn_text_t *value, const tn_remark_t *remark)
{
    json_t *o = json_object();
    tn_json_put(self, o, "part", tn_json_text(part));
    tn_json_put(self, o, "value", take_text(self, value));
    put_basis(self, o, remark->basis, remark->note);
    tn_json_push(self, array, o);
}

static void assume_leader(tn_json_t *self, json_t *array, const tn_case_t *c)
{
    char date[11];
    const tn_leader_t *l = &c->leader;
    tn_text_t text = {0};
    tn_date_format(l->born, date);
    tn_text_printf(&text, "%s, born %s", l->name, date);
    if (l->entered != TN_DATE_NONE) {
        tn_date_format(l->entered, date);
        tn_text_printf(&text, ", in office since %s", date);
    }
    if (l->regime >= 0) tn_text_printf(&text, ", regime %s", tn_base_regime(l->regime));
    put_number(&text, "; mortality ", l->elite_multiplier, " times the life table");
    if (l->life_table != NULL) tn_text_printf(&text, " %s", l->life_table);
    put_number(&text, ", guard ", l->guard, "");
    assume(self, array, "leader", &text, &l->remark);
}

static void assume_targets(tn_json_t *self, json_t *array, const tn_case_t *c)
{
    tn_text_t text = {0};
    const tn_remark_t remark = {c->reference_basis, c->reference_note};
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (isnan(c->target[r])) continue;
        tn_text_printf(&text, "%s%s", text.n > 0 ? ", " : "", tn_route_name(r));
        put_number(&text, " ", c->target[r], c->is_from_base[r] || !c->is_base ? "" : " (set)");
    }
    tn_text_printf(
        &text, "%s", c->is_base ? " a year; from the fitted base rates where not set" : " a year");
    assume(self, array, "base rates", &text, &remark);
}

static void assume_parameters(tn_json_t *self, json_t *array, const tn_case_t *c)
{
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        const tn_parameter_info_t *info = tn_parameter(p);
        if (!c->is_parameter_set[p]) continue;
        tn_text_t text = {0};
        tn_text_printf(&text, "%s", info->name);
        put_number(&text, " ", c->parameter[p], "");
        put_number(&text, " (usual ", info->value, "): ");
        tn_text_printf(&text, "%s", info->meaning);
        assume(self, array, "parameter", &text, &c->parameters_remark);
    }
}

static json_t *assumptions(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    tn_text_t world = {0}, ties = {0};
    assume_leader(self, array, c);
    assume_targets(self, array, c);
    tn_text_printf(&world, "%s", c->war ? "at war" : "no war at the start");
    put_number(&world, ", sanctions ", c->sanctions, "");
    assume(self, array, "world at the start", &world, &c->world_remark);
    assume_parameters(self, array, c);
    tn_text_printf(&ties, "trust between %d actors, 0 to 1", c->n_actors);
    assume(self, array, "ties", &ties, &c->ties_remark);
    return array;
}

static json_t *not_entered(tn_json_t *self, const tn_case_t *c)
{
    json_t *array = json_array();
    for (int i = 0; i < c->n_not_entered; i++) {
        json_t *o = json_object();
        tn_json_put(self, o, "text", tn_json_text(c->not_entered[i]));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *state(tn_json_t *self, const tn_view_t *view)
{
    json_t *array = json_array();
    for (int k = 0; k < TN_N_STATES; k++) {
        json_t *o = json_object();
        tn_json_put(self, o, "text", json_string(tn_state_text(k)));
        tn_json_put(self, o, "mean", tn_json_number(view->state[k].p));
        tn_json_put(self, o, "se", tn_json_number(view->state[k].se));
        tn_json_push(self, array, o);
    }
    return array;
}

/** Two arrays, chances and standard errors: a week has little to say, so names are not repeated. */
static json_t *curve(tn_json_t *self, const tn_estimate_t *e, int n)
{
    json_t *object = json_object(), *p = json_array(), *se = json_array();
    for (int w = 0; w < n; w++) {
        tn_json_push(self, p, tn_json_number(e[w].p));
        tn_json_push(self, se, tn_json_number(e[w].se));
    }
    tn_json_put(self, object, "p", p);
    tn_json_put(self, object, "se", se);
    return object;
}

/** Hazard between two weeks: h = -ln(S1/S0)/years. Its error counts the exits between them in a
 * sample of the size that the error of the whole curve implies: se = h / sqrt(n (p1 - p0)). */
static json_t *hazards(tn_json_t *self, const tn_view_t *v)
{
    json_t *array = json_array();
    for (int w = 0; w + STEP_WEEKS <= v->n_weeks; w += STEP_WEEKS) {
        const double p0 = w > 0 ? v->curve[w - 1].p : 0.0;
        const tn_estimate_t end = v->curve[w + STEP_WEEKS - 1];
        const double years = STEP_WEEKS * 7.0 / TN_DAYS_PER_YEAR;
        const double h = log((1.0 - p0) / (1.0 - end.p)) / years;
        const double n = end.p * (1.0 - end.p) / (end.se * end.se);
        json_t *o = json_object();
        tn_json_put(self, o, "week", json_integer(w + STEP_WEEKS));
        tn_json_put(self, o, "h", tn_json_number(h));
        tn_json_put(self, o, "se", tn_json_number(h / sqrt(n * (end.p - p0))));
        tn_json_push(self, array, o);
    }
    return array;
}

static json_t *route_curves(tn_json_t *self, const tn_view_t *v, unsigned routes)
{
    json_t *object = json_object();
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (!(routes >> r & 1u) || v->route_curve == NULL) continue;
        const tn_estimate_t *e = v->route_curve + (size_t)r * (size_t)v->n_weeks;
        tn_json_put(self, object, tn_route_name(r), curve(self, e, v->n_weeks));
    }
    return object;
}

static json_t *curves(tn_json_t *self, const tn_forecast_t *f)
{
    const tn_view_t *view[] = {&f->base, &f->prior, &f->posterior};
    static const char *const name[] = {"base_rate", "prior", "forecast"};
    json_t *object = json_object(), *hazard = json_object();
    for (int k = 0; k < 3; k++) {
        tn_json_put(self, object, name[k], curve(self, view[k]->curve, view[k]->n_weeks));
        tn_json_put(self, hazard, name[k], hazards(self, view[k]));
    }
    tn_json_put(self, object, "routes", route_curves(self, &f->posterior, f->routes));
    tn_json_put(self, object, "hazard", hazard);
    return object;
}

json_t *tn_html_forecast_more(const tn_forecast_t *f)
{
    tn_json_t self = {0};
    const tn_case_t *c = f->court_case;
    json_t *root = json_object(), *object = json_object();
    tn_json_put(&self, object, "name", tn_json_text(c->name));
    tn_json_put(&self, object, "actors", actors(&self, c));
    tn_json_put(&self, object, "events", events(&self, c));
    tn_json_put(&self, object, "origins", origins(&self, c));
    tn_json_put(&self, object, "reports", reports(&self, c));
    tn_json_put(&self, object, "assumptions", assumptions(&self, c));
    tn_json_put(&self, object, "not_entered", not_entered(&self, c));
    tn_json_put(&self, object, "state", state(&self, &f->posterior));
    tn_json_put(&self, root, "case", object);
    tn_json_put(&self, root, "curves", curves(&self, f));
    if (!self.failed) return root;
    json_decref(root);
    return NULL;
}
