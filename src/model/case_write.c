/* A case as a file again, all defaults filled in. Invariant: what is written reads back to the same
 * case, and that is written to the same bytes. Ties are written as pairs, because a case keeps only
 * their matrix. */
#include "model/case.h"

#include "base/date.h"
#include "io/yaml_write.h"
#include "model/schema.h"

#include <math.h>
#include <string.h>

static void write_date(FILE *out, int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    fputs(text, out);
}

/* The members of a mapping in braces: before is "" for the first and ", " later. */
static void put_text(FILE *out, const char *before, const char *key, const char *text)
{
    if (text == NULL) return;
    fprintf(out, "%s%s: ", before, key);
    tn_yaml_write_text(out, text);
}

static void put_number(FILE *out, const char *before, const char *key, double value)
{
    if (isnan(value)) return;
    fprintf(out, "%s%s: ", before, key);
    tn_yaml_write_number(out, value);
}

static void put_date(FILE *out, const char *before, const char *key, int32_t day)
{
    fprintf(out, "%s%s: ", before, key);
    write_date(out, day);
}

static void put_flag(FILE *out, const char *before, const char *key, bool flag)
{
    fprintf(out, "%s%s: %s", before, key, flag ? "true" : "false");
}

static void put_remark(FILE *out, const char *before, tn_basis_t basis, const char *note)
{
    static const char *const word[] = {"none", "public", "reported", "judgement"};
    if (basis != TN_BASIS_NONE) fprintf(out, "%sbasis: %s", before, word[basis]);
    put_text(out, before, "note", note);
}

static void write_head(const tn_case_t *c, FILE *out)
{
    put_text(out, "tenure: 1\n", "case", c->name);
    put_text(out, "\n", "title", c->title);
    put_date(out, "\n", "start", c->start);
    put_date(out, "\n", "as_of", c->as_of);
    fputs("\nhorizons: [", out);
    for (int i = 0; i < c->n_horizons; i++) {
        fprintf(out, "%s%s", i > 0 ? ", " : "", c->horizon[i].label);
    }
    fputs("]\n", out);
}

static void put_career(const tn_leader_t *leader, FILE *out)
{
    if (leader->entered != TN_DATE_NONE) put_date(out, "\n  ", "entered", leader->entered);
    if (leader->regime >= 0) fprintf(out, "\n  regime: %s", tn_base_regime(leader->regime));
    if (leader->entry != 0) fprintf(out, "\n  entry: %s", tn_base_entry(leader->entry));
    if (leader->country != NULL) put_text(out, "\n  ", "country", leader->country);
}

static void write_leader(const tn_case_t *c, FILE *out)
{
    const tn_leader_t *leader = &c->leader;
    put_text(out, "\nleader:\n  ", "name", leader->name);
    put_date(out, "\n  ", "born", leader->born);
    fprintf(out, "\n  sex: %s\n  life_table: ", leader->is_female ? "female" : "male");
    if (leader->life_table != NULL) {
        fputs(leader->life_table, out);
    } else {
        put_number(out, "{", "m69", leader->m69);
        put_number(out, ", ", "slope", leader->slope);
        fputc('}', out);
    }
    if (!c->is_from_base[TN_ROUTE_DEATH])
        put_number(out, "\n  ", "elite_multiplier", leader->elite_multiplier);
    put_career(leader, out);
    put_number(out, "\n  ", "guard", leader->guard);
    put_remark(out, "\n  ", leader->remark.basis, leader->remark.note);
    fputc('\n', out);
}

static void write_reference(const tn_case_t *c, FILE *out)
{
    fprintf(out, "\nreference:\n  anchor: %s", c->is_anchor_fixed ? "fixed" : "own");
    if (c->is_base) fputs("\n  from: base", out);
    for (int i = 0; i < TN_N_ROUTES; i++) {
        if (i == TN_ROUTE_DEATH || !c->is_from_base[i])
            put_number(out, "\n  ", tn_route_name(i), c->target[i]);
    }
    put_remark(out, "\n  ", c->reference_basis, c->reference_note);
    fputc('\n', out);
}

static void write_world(const tn_case_t *c, FILE *out)
{
    put_flag(out, "\nworld:\n  ", "war", c->war);
    put_number(out, "\n  ", "progress", c->war_progress);
    put_number(out, "\n  ", "losses", c->losses);
    put_number(out, "\n  ", "sanctions", c->sanctions);
    put_number(out, "\n  ", "economy", c->economy);
    put_number(out, "\n  ", "protest", c->protest);
    put_remark(out, "\n  ", c->world_remark.basis, c->world_remark.note);
    fputc('\n', out);
}

static void write_parameters(const tn_case_t *c, FILE *out)
{
    int n = 0;
    for (int p = 0; p < TN_N_PARAMETERS; p++)
        n += c->is_parameter_set[p];
    if (n == 0 && c->parameters_remark.basis == TN_BASIS_NONE &&
        c->parameters_remark.note == NULL) {
        return;
    }
    fputs("\nparameters:", out);
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        if (c->is_parameter_set[p]) put_number(out, "\n  ", tn_parameter(p)->name, c->parameter[p]);
    }
    put_remark(out, "\n  ", c->parameters_remark.basis, c->parameters_remark.note);
    fputc('\n', out);
}

static void write_actors(const tn_case_t *c, FILE *out)
{
    fputs("\nactors:\n", out);
    for (int i = 0; i < c->n_actors; i++) {
        const tn_actor_t *a = &c->actor[i];
        put_text(out, "  - {", "id", a->id);
        put_text(out, ", ", "name", a->name);
        put_text(out, ", ", "office", a->office);
        put_text(out, ", ", "group", a->group >= 0 ? c->group[a->group] : NULL);
        put_number(out, ", ", "power", a->power);
        put_number(out, ", ", "force", a->force);
        put_number(out, ", ", "position", a->position);
        put_number(out, ", ", "exposure", a->exposure);
        put_number(out, ", ", "rent", a->rent);
        put_number(out, ", ", "grievance", a->grievance);
        put_number(out, ", ", "candidate", a->candidate);
        put_flag(out, ", ", "interim", a->is_interim);
        put_remark(out, ", ", a->basis, a->note);
        fputs("}\n", out);
    }
}

static void write_ties(const tn_case_t *c, FILE *out)
{
    fputs("\nties:\n  default: 0\n  within_group: 0", out);
    put_remark(out, "\n  ", c->ties_remark.basis, c->ties_remark.note);
    fputs("\n  pairs:", out);
    int n = 0;
    for (int i = 0; i < c->n_actors; i++) {
        for (int j = i + 1; j < c->n_actors; j++) {
            const double tie = c->tie[i * c->n_actors + j];
            if (tie == 0.0) continue;
            fputs("\n    - [", out);
            tn_yaml_write_text(out, c->actor[i].id);
            fputs(", ", out);
            tn_yaml_write_text(out, c->actor[j].id);
            fputs(", ", out);
            tn_yaml_write_number(out, tie);
            fputc(']', out);
            n++;
        }
    }
    fputs(n == 0 ? " []\n" : "\n", out);
}

static uint64_t members_of(const tn_case_t *c, int group)
{
    uint64_t mask = 0;
    for (int i = 0; i < c->n_actors; i++) {
        if (group < 0 || c->actor[i].group == group) mask |= (uint64_t)1 << i;
    }
    return mask;
}

/* The k-th name that a file can use for these actors: all, groups, an actor. Several names may mean
 * the same actors, and a file may use each of them once. */
static const char *reach_name(const tn_case_t *c, uint64_t actors, int k)
{
    if (actors == members_of(c, -1) && k-- == 0) return "all";
    for (int g = 0; g < c->n_groups; g++) {
        if (strcmp(c->group[g], "all") == 0 || members_of(c, g) != actors) continue;
        if (k-- == 0) return c->group[g];
    }
    for (int i = 0; i < c->n_actors; i++) {
        const char *id = c->actor[i].id;
        const bool is_hidden = strcmp(id, "all") == 0 || tn_case_find_group(c, id) >= 0;
        if (actors == (uint64_t)1 << i && !is_hidden) return id;
    }
    return "all";
}

/* All grievances of an event stand in one mapping; returns the number of effects written. */
static int write_grievances(const tn_case_t *c, const tn_effect_t *effect, int n, FILE *out)
{
    fputs("grievance: {", out);
    int i = 0;
    for (; i < n && effect[i].kind == TN_EFFECT_GRIEVANCE; i++) {
        int n_same = 0;
        for (int k = 0; k < i; k++)
            n_same += effect[k].actors == effect[i].actors;
        if (i > 0) fputs(", ", out);
        tn_yaml_write_text(out, reach_name(c, effect[i].actors, n_same));
        fputs(": ", out);
        tn_yaml_write_number(out, effect[i].value);
    }
    fputc('}', out);
    return i;
}

static void write_effect(const tn_case_t *c, const tn_effect_t *effect, FILE *out)
{
    static const char *const added[] = {
        "sanctions", "fear", "threat", "protest", "economy", "war_progress"};
    switch (effect->kind) {
    case TN_EFFECT_WAR_START: fputs("war: start", out); return;
    case TN_EFFECT_WAR_END: fputs("war: end", out); return;
    case TN_EFFECT_WAR_DEFEAT: fputs("war: defeat", out); return;
    case TN_EFFECT_LEADER_ILL: fputs("leader_ill: true", out); return;
    case TN_EFFECT_REPLACE:
        for (int i = 0; i < c->n_actors; i++) {
            if (effect->actors == (uint64_t)1 << i) put_text(out, "", "replace", c->actor[i].id);
        }
        return;
    case TN_EFFECT_GRIEVANCE: return;
    case TN_EFFECT_SANCTIONS:
    case TN_EFFECT_FEAR:
    case TN_EFFECT_THREAT:
    case TN_EFFECT_PROTEST:
    case TN_EFFECT_ECONOMY:
    case TN_EFFECT_WAR_PROGRESS: put_number(out, "", added[effect->kind], effect->value); return;
    }
}

static void write_effects(const tn_case_t *c, const tn_event_t *e, FILE *out)
{
    fputs(", effects: {", out);
    for (int i = 0; i < e->n_effects;) {
        if (i > 0) fputs(", ", out);
        if (e->effects[i].kind == TN_EFFECT_GRIEVANCE) {
            i += write_grievances(c, e->effects + i, e->n_effects - i, out);
        } else {
            write_effect(c, &e->effects[i++], out);
        }
    }
    fputc('}', out);
}

static void write_events(const tn_case_t *c, FILE *out)
{
    fputs(c->n_events > 0 ? "\nevents:\n" : "", out);
    for (int i = 0; i < c->n_events; i++) {
        const tn_event_t *e = &c->event[i];
        put_text(out, "  - {", "id", e->id);
        put_date(out, ", ", e->is_dated ? "date" : "from", e->from);
        if (!e->is_dated) put_date(out, ", ", "to", e->to);
        put_number(out, ", ", "probability", e->probability);
        write_effects(c, e, out);
        put_remark(out, ", ", e->basis, e->note);
        fputs("}\n", out);
    }
    fputs(c->n_scheduled > 0 ? "\nscheduled_exits:\n" : "", out);
    for (int i = 0; i < c->n_scheduled; i++) {
        put_date(out, "  - {", "date", c->scheduled[i].date);
        put_number(out, ", ", "p_leave", c->scheduled[i].p_leave);
        put_remark(out, ", ", c->scheduled[i].basis, c->scheduled[i].note);
        fputs("}\n", out);
    }
    fprintf(out, "\nsuccession: {rule: %s}\n", c->rule == TN_SUCCESSION_URC ? "urc" : "vote");
}

static void write_interest(const tn_origin_t *origin, FILE *out)
{
    bool is_uniform = true;
    if (!origin->has_interest) return;
    for (int o = 1; o < TN_N_OBSERVABLES; o++) {
        is_uniform &= origin->says_yes[o] == origin->says_yes[0];
    }
    if (is_uniform) {
        put_number(out, ", ", "interest", origin->says_yes[0]);
        return;
    }
    fputs(", interest: {", out);
    for (int o = 0; o < TN_N_OBSERVABLES; o++) {
        put_number(out, o > 0 ? ", " : "", tn_observable(o)->name, origin->says_yes[o]);
    }
    fputc('}', out);
}

static void write_origins(const tn_case_t *c, FILE *out)
{
    fputs(c->n_origins > 0 ? "\norigins:\n" : "", out);
    for (int i = 0; i < c->n_origins; i++) {
        const tn_origin_t *origin = &c->origin[i];
        put_text(out, "  - {", "id", origin->id);
        put_text(out, ", ", "name", origin->name);
        put_text(out, ", ", "office", origin->office);
        fprintf(out, ", reliability: %c", origin->reliability);
        write_interest(origin, out);
        put_remark(out, ", ", origin->basis, origin->note);
        fputs("}\n", out);
    }
}

static void write_claim(const tn_report_t *report, FILE *out)
{
    put_text(out, ", claim: {", "observable", tn_observable(report->observable)->name);
    if (report->observable < TN_N_PREDICATES) {
        put_flag(out, ", ", "is", report->is_true);
    } else {
        put_number(out, ", ", "value", report->value);
        put_number(out, ", ", "error", report->error);
        put_number(out, ", ", "offset", report->offset);
    }
    if (report->has_window) {
        put_date(out, ", ", "from", report->from);
        put_date(out, ", ", "to", report->to);
    }
    fputc('}', out);
}

static void write_reports(const tn_case_t *c, FILE *out)
{
    fputs(c->n_reports > 0 ? "\nreports:\n" : "", out);
    for (int i = 0; i < c->n_reports; i++) {
        const tn_report_t *report = &c->report[i];
        put_text(out, "  - {", "id", report->id);
        put_text(out, ", ", "origin", c->origin[report->origin].id);
        fputs(", via: [", out);
        for (int k = 0; k < report->n_via; k++) {
            const tn_hop_t *hop = &report->via[k];
            const char letter[2] = {hop->reliability, '\0'};
            fputs(k > 0 ? ", " : "", out);
            tn_yaml_write_text(out, hop->origin >= 0 ? c->origin[hop->origin].id : letter);
        }
        put_date(out, "], ", "date", report->date);
        fprintf(out, ", credibility: %d", report->credibility);
        put_flag(out, ", ", "specific", report->is_specific);
        write_claim(report, out);
        put_text(out, ", ", "quote", report->quote);
        put_remark(out, ", ", report->remark.basis, report->remark.note);
        fputs("}\n", out);
    }
}

static void write_silences(const tn_case_t *c, FILE *out)
{
    fputs(c->n_silences > 0 ? "\nsilences:\n" : "", out);
    for (int i = 0; i < c->n_silences; i++) {
        const tn_silence_t *silence = &c->silence[i];
        put_text(out, "  - {", "origin", c->origin[silence->origin].id);
        put_text(out, ", ", "observable", tn_observable(silence->observable)->name);
        put_date(out, ", ", "from", silence->from);
        put_date(out, ", ", "to", silence->to);
        put_number(out, ", ", "p_report", silence->p_report);
        put_remark(out, ", ", silence->remark.basis, silence->remark.note);
        fputs("}\n", out);
    }
    fputs(c->n_not_entered > 0 ? "\nnot_entered:\n" : "", out);
    for (int i = 0; i < c->n_not_entered; i++) {
        fputs("  - ", out);
        tn_yaml_write_text(out, c->not_entered[i]);
        fputc('\n', out);
    }
}

int tn_case_write(const tn_case_t *self, FILE *out, tn_error_t *err)
{
    write_head(self, out);
    write_leader(self, out);
    write_reference(self, out);
    write_world(self, out);
    write_parameters(self, out);
    write_actors(self, out);
    write_ties(self, out);
    write_events(self, out);
    write_origins(self, out);
    write_reports(self, out);
    write_silences(self, out);
    if (fflush(out) != 0 || ferror(out))
        return tn_error_set(err, TN_EIO, "the case could not be written");
    return 0;
}
