/* Reading cases: values and defaults, warnings, settings of the command line, writing, and want of
 * memory. The broken ones are in cases_bad and run by test_cases_bad.sh. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "check.h"
#include "model/case.h"

/* clang-format off */
static const char small[] =
    "tenure: 1\n"
    "case: small\n"
    "start: 2024-01-01\n"
    "as_of: 2024-07-01\n"
    "leader: {name: Leader, born: 1955-05-05, life_table: russia-female}\n"
    "actors:\n"
    "  - {id: heir, group: family, power: 5, candidate: 1}\n"
    "  - {id: army, group: military, power: 8, force: 6, position: 0.3}\n"
    "  - {id: police, group: security, power: 6, force: 3}\n"
    "  - {id: guards, group: security, power: 4, force: 3}\n";

/* Every key of the format, with values that differ from the defaults. */
static const char full[] =
    "tenure: 1\n"
    "case: full\n"
    "title: \"Everything, once\"\n"
    "start: 2024-01-01\n"
    "as_of: 2024-07-01\n"
    "horizons: [1w, 2y]\n"
    "leader: {name: Leader, born: 1955-05-05, sex: female, life_table: {m69: 0.03, slope: 0.08},\n"
    "  elite_multiplier: 0.5, guard: 0.3, basis: public, note: n}\n"
    "reference: {coup: 0.02, uprising: 0.01, assassination: 0.003, regular: 0.04, foreign: 0.005, death: 0.06,\n"
    "  anchor: fixed, basis: judgement, note: n}\n"
    "world: {war: true, progress: -0.5, losses: 12.5, sanctions: 0.2, economy: -1, protest: 0.3, basis: public, note: n}\n"
    "parameters: {g_base: 0.2, p_lo: 0.3, basis: judgement, note: n}\n"
    "actors:\n"
    "  - {id: heir, name: The Heir, office: o, group: family, power: 5, force: 1, position: -0.5, exposure: 0.1,\n"
    "     rent: 0.2, grievance: -0.4, candidate: 1, interim: true, basis: reported, note: n}\n"
    "  - {id: army, group: military, power: 8, force: 6, position: 0.3}\n"
    "  - {id: police, group: security, power: 6, force: 3}\n"
    "  - {id: guards, group: security, power: 4, force: 3}\n"
    "ties: {default: 0.2, within_group: 0.6, pairs: [[heir, army, 0.9], [guards, police, 0]], basis: judgement, note: n}\n"
    "events:\n"
    "  - {id: first, date: 2024-02-01, effects: {war: end, grievance: {all: 0.1, security: 0.2, heir: -0.3}, sanctions: -0.1,\n"
    "      fear: 0.1, threat: 0.2, protest: 0.3, economy: 0.4, war_progress: 0.5, leader_ill: true, replace: army},\n"
    "     basis: public, note: n}\n"
    "  - {id: second, from: 2024-08-01, to: 2024-09-01, probability: 0.25, effects: {war: defeat}}\n"
    "scheduled_exits: [{date: 2025-03-03, p_leave: 0.5, basis: public, note: n}]\n"
    "succession: {rule: urc}\n"
    "origins:\n"
    "  - {id: o1, name: One, office: o, reliability: A, interest: {defeat: denies, purge: 0.7, default: asserts}, basis: public, note: n}\n"
    "  - {id: o2, reliability: F, interest: neutral}\n"
    "  - {id: relay, reliability: B}\n"
    "reports:\n"
    "  - {id: r1, origin: o1, via: [relay, C], date: 2024-05-05, credibility: 2, specific: true,\n"
    "     claim: {observable: defeat, is: true, from: 2024-03-03, to: 2024-04-04}, quote: q, basis: reported, note: n}\n"
    "  - {id: r2, origin: o2, date: 2024-05-06, claim: {observable: war_losses, value: 15, error: 0.35, offset: 0.1}}\n"
    "  - {id: r3, origin: o2, date: 2024-05-07, claim: {observable: purge, is: false, to: 2024-05-01}}\n"
    "silences: [{origin: o1, observable: uprising, from: 2024-02-02, to: 2024-06-06, p_report: 0.4, basis: judgement, note: n}]\n"
    "not_entered: [one thing, \"another, thing\"]\n"
    "notes: {anything: [goes, {here: true}]}\n";
/* clang-format on */

static tn_diag_t *diag_new(void)
{
    tn_diag_t *diag = NULL;
    assert_int_equal(tn_diag_new(&diag), 0);
    return diag;
}

static void print_and_free(tn_diag_t *diag)
{
    if (tn_diag_n_errors(diag) > 0) tn_diag_print(diag, stderr, false);
    tn_diag_free(diag);
}

static tn_case_t *read_with(const char *text, const tn_case_options_t *opt)
{
    tn_diag_t *diag = diag_new();
    tn_case_t *c = NULL;
    const int ret = tn_case_parse(&c, "t.yaml", text, strlen(text), opt, diag, NULL);
    print_and_free(diag);
    assert_int_equal(ret, 0);
    return c;
}

/* One message in all, at this place. */
static void check_message(const char *text, const tn_case_options_t *opt, const char *file,
    int line, int column, const char *message)
{
    tn_diag_t *diag = diag_new();
    tn_case_t *c = NULL;
    const int ret = tn_case_parse(&c, "t.yaml", text, strlen(text), opt, diag, NULL);
    if (tn_diag_n_entries(diag) != 1) tn_diag_print(diag, stderr, false);
    assert_int_equal(tn_diag_n_entries(diag), 1);
    const tn_diag_entry_t *entry = tn_diag_entry(diag, 0);
    assert_int_equal(ret, entry->severity == TN_SEVERITY_ERROR ? TN_EINPUT : 0);
    assert_string_equal(entry->message, message);
    assert_string_equal(entry->file, file);
    assert_int_equal(entry->line, line);
    assert_int_equal(entry->column, column);
    tn_case_free(c);
    tn_diag_free(diag);
}

static char *joined(const char *a, const char *b)
{
    char *text = calloc(strlen(a) + strlen(b) + 1, 1);
    assert_non_null(text);
    memcpy(text, a, strlen(a));
    memcpy(text + strlen(a), b, strlen(b));
    return text;
}

static void check_message_after(const char *more, int line, int column, const char *message)
{
    char *text = joined(small, more);
    check_message(text, NULL, "t.yaml", line, column, message);
    free(text);
}

static void missing_keys_get_their_defaults(void **state)
{
    (void)state;
    tn_case_t *c = read_with(small, NULL);
    assert_string_equal(c->title, "small");
    assert_int_equal(c->n_horizons, 5);
    assert_int_equal(c->horizon[4].weeks, 261);
    assert_int_equal(c->horizon[0].date, c->as_of + 91);
    assert_true(c->leader.is_female); /* from the life table */
    check_close(c->leader.m69, 0.02103, 0, 0, "russia-female");
    check_close(c->leader.elite_multiplier, 0.6, 0, 0, "default");
    check_close(c->leader.guard, 0.2, 0, 0, "default");
    assert_true(isnan(c->target[TN_ROUTE_COUP]) && isnan(c->target[TN_ROUTE_DEATH]));
    assert_true(isnan(c->economy) && isnan(c->protest));
    assert_false(c->war || c->is_anchor_fixed);
    check_close(c->actor[0].exposure, 0.3, 0, 0, "default");
    check_close(c->actor[0].rent, 0.5, 0, 0, "default");
    assert_string_equal(c->actor[0].name, "heir");
    assert_int_equal(c->n_groups, 3);
    check_close(c->tie[0 * 4 + 1], 0.1, 0, 0, "default tie");
    check_close(c->tie[2 * 4 + 3], 0.4, 0, 0, "tie within a group");
    check_close(c->tie[2 * 4 + 2], 0.0, 0, 0, "diagonal");
    assert_int_equal(c->rule, TN_SUCCESSION_VOTE);
    check_close(c->parameter[TN_P_g_base], 0.1, 0, 0, "default");
    assert_false(c->is_parameter_set[TN_P_g_base]);
    tn_case_free(c);
}

static void every_key_reaches_its_field(void **state)
{
    (void)state;
    tn_case_t *c = read_with(full, NULL);
    assert_string_equal(c->title, "Everything, once");
    assert_int_equal(c->n_horizons, 2);
    assert_int_equal(c->horizon[1].weeks, 105);
    assert_null(c->leader.life_table);
    check_close(c->leader.slope, 0.08, 0, 0, "own life table");
    check_close(c->target[TN_ROUTE_DEATH], 0.06, 0, 0, "target");
    assert_true(isnan(c->target[TN_ROUTE_INCAPACITY]));
    assert_true(c->is_anchor_fixed && c->war);
    check_close(c->losses, 12.5, 0, 0, "losses");
    assert_true(c->is_parameter_set[TN_P_p_lo]);
    assert_true(c->actor[0].is_interim && !c->actor[1].is_interim);
    assert_int_equal(c->actor[0].basis, TN_BASIS_REPORTED);
    check_close(c->tie[1 * 4 + 0], 0.9, 0, 0, "pair");
    check_close(c->tie[2 * 4 + 3], 0.0, 0, 0, "pair overrides the group");
    assert_int_equal(c->rule, TN_SUCCESSION_URC);
    assert_int_equal(c->n_scheduled, 1);
    assert_int_equal(c->n_not_entered, 2);
    tn_case_free(c);
}

static void effects_keep_the_order_of_the_file(void **state)
{
    (void)state;
    static const tn_effect_kind_t kinds[] = {TN_EFFECT_WAR_END, TN_EFFECT_GRIEVANCE,
        TN_EFFECT_GRIEVANCE, TN_EFFECT_GRIEVANCE, TN_EFFECT_SANCTIONS, TN_EFFECT_FEAR,
        TN_EFFECT_THREAT, TN_EFFECT_PROTEST, TN_EFFECT_ECONOMY, TN_EFFECT_WAR_PROGRESS,
        TN_EFFECT_LEADER_ILL, TN_EFFECT_REPLACE};
    tn_case_t *c = read_with(full, NULL);
    const tn_event_t *e = &c->event[0];
    assert_int_equal(e->n_effects, 12);
    for (int i = 0; i < 12; i++)
        assert_int_equal(e->effects[i].kind, kinds[i]);
    assert_int_equal(e->effects[1].actors, 15); /* all */
    assert_int_equal(e->effects[2].actors, 12); /* security */
    assert_int_equal(e->effects[3].actors, 1);  /* heir */
    assert_int_equal(e->effects[11].actors, 2); /* army */
    assert_true(e->is_dated && e->from == e->to);
    check_close(e->probability, 1.0, 0, 0, "dated events happen");
    assert_false(c->event[1].is_dated);
    check_close(c->event[1].probability, 0.25, 0, 0, "given");
    tn_case_free(c);
}

static void reports_hold_claims_windows_and_hops(void **state)
{
    (void)state;
    tn_case_t *c = read_with(full, NULL);
    const tn_report_t *r = c->report;
    assert_int_equal(r[0].n_via, 2);
    assert_int_equal(r[0].via[0].origin, 2);
    assert_int_equal(r[0].via[0].reliability, 'B');
    assert_int_equal(r[0].via[1].origin, -1);
    assert_int_equal(r[0].via[1].reliability, 'C');
    assert_true(r[0].has_window && r[0].is_true && r[0].is_specific);
    assert_false(r[1].has_window);
    check_close(r[1].offset, 0.1, 0, 0, "offset");
    assert_int_equal(r[1].credibility, 6);
    assert_int_equal(r[2].from, r[2].to); /* a missing start is the day of `to` */
    assert_int_equal(r[2].to, tn_date_from_ymd(2024, 5, 1));
    check_close(c->origin[0].says_yes[TN_O_defeat], 0.1, 0, 0, "denies");
    check_close(c->origin[0].says_yes[TN_O_purge], 0.7, 0, 0, "number");
    check_close(c->origin[0].says_yes[TN_O_uprising], 0.9, 0, 0, "default of the mapping");
    assert_false(c->origin[2].has_interest);
    tn_case_free(c);
}

static void doubtful_things_are_warnings(void **state)
{
    (void)state;
    const char *origin = "origins:\n  - {id: o, reliability: C, interest: neutral}\nreports:\n";
    char *text = joined(origin, "  - {id: r, origin: o, via: [o], date: 2024-05-05, claim: "
                                "{observable: defeat, is: true}}\n");
    check_message_after(
        text, 14, 30, "'o' is the origin of this report and stands in its 'via' too");
    free(text);
    text = joined(origin, "  - {id: r, origin: o, date: 2024-05-05, claim: {observable: defeat, "
                          "is: true, from: 2023-12-01, to: 2024-02-01}}\n");
    check_message_after(text, 14, 86, "the window begins before 'start', it is cut to start");
    free(text);
    text = joined(origin, "  - {id: r, origin: o, date: 2024-05-05, claim: {observable: defeat, "
                          "is: true, from: 2024-02-01, to: 2024-06-01}}\n");
    check_message_after(
        text, 14, 102, "the window ends after the report, it is cut to the day of the report");
    free(text);
    text = joined(origin, "  - {id: r, origin: o, date: 2024-05-05, claim: {observable: "
                          "dove_discontent, is: true}}\n");
    check_message_after(
        text, 14, 62, "this can never be true here: no actor has 'position' below -0.1");
    free(text);
    check_message_after("origins:\n  - {id: o, reliability: C}\nreports:\n  - {id: r, origin: o, "
                        "date: 2024-05-05, claim: {observable: defeat, is: true}}\n",
        12, 5, "origin 'o' makes reports but has no 'interest', neutral is assumed");
    check_message_after("events: [{id: e, date: 2023-05-05}]\n", 11, 10,
        "this event lies before 'start' and never happens");
    check_message_after("events: [{id: e, from: 2030-05-05, to: 2030-06-06, probability: 0.1}]\n",
        11, 10, "this event lies after the end of the simulation and never happens");
    check_message_after("scheduled_exits: [{date: 2031-05-05, p_leave: 0.1}]\n", 11, 19,
        "this exit lies after the end of the simulation and never happens");
    check_message_after("reference: {coup: 0.7, regular: 0.6}\n", 11, 1,
        "the hazards add up to more than 1 a year; they are annual, is this meant?");
    check_message_after("events: [{id: e, date: 2024-05-05, note: one, two}]\n", 11, 47,
        "a comma splits this text, it is read as one; put the text in quotation marks");
}

static void a_text_split_by_commas_is_read_as_one(void **state)
{
    (void)state;
    char *text = joined(small, "events: [{id: e, date: 2024-05-05, note: one, two, three}]\n");
    tn_case_t *c = read_with(text, NULL);
    assert_string_equal(c->event[0].note, "one, two, three");
    tn_case_free(c);
    free(text);
}

static void check_set(const char *setting, int column, const char *message)
{
    const tn_case_options_t opt = {.set = &setting, .n_set = 1};
    check_message(small, &opt, "--set", 1, column, message);
}

static void settings_change_the_case(void **state)
{
    (void)state;
    const char *set[] = {"actors.army.power=9", "leader.guard=0.3", "parameters.g_base=0.25",
        "succession.rule=urc", "horizons=[4w, 8w]", "horizons.1=9w", "world={war: true, losses: 3}",
        "title=A new, longer title", "actors.police.force=0", "actors.police.force=2"};
    const tn_case_options_t opt = {.set = set, .n_set = sizeof set / sizeof set[0]};
    tn_case_t *c = read_with(small, &opt);
    check_close(c->actor[1].power, 9.0, 0, 0, "by id");
    check_close(c->leader.guard, 0.3, 0, 0, "inside braces");
    check_close(c->parameter[TN_P_g_base], 0.25, 0, 0, "a new mapping");
    assert_int_equal(c->rule, TN_SUCCESSION_URC);
    assert_int_equal(c->n_horizons, 2);
    assert_int_equal(c->horizon[1].weeks, 9);
    assert_true(c->war);
    assert_string_equal(c->title, "A new, longer title");
    check_close(c->actor[2].force, 2.0, 0, 0, "the last setting counts");
    tn_case_free(c);
}

static void settings_meet_the_checks_of_the_file(void **state)
{
    (void)state;
    check_set("actors.amry.power=9", 8,
        "no entry with id 'amry' in this list, expected one of: heir, army, police, guards (did "
        "you mean 'army'?)");
    check_set("actors.army.powr=9", 13,
        "unknown key 'powr' in an actor, expected one of: id, name, office, group, power, force, "
        "position, exposure, rent, grievance, candidate, interim, basis, note (did you mean "
        "'power'?)");
    check_set("actors.army.power=-9", 19,
        "'power' must be a number above 0 and up to 1000000, found '-9'");
    check_set("leadr.guard=1", 1,
        "unknown key 'leadr' in a case, expected one of: tenure, case, title, start, as_of, "
        "horizons, leader, reference, world, parameters, actors, ties, events, scheduled_exits, "
        "succession, origins, reports, silences, not_entered, notes (did you mean 'leader'?)");
    check_set("case.name=x", 6,
        "'name' looks inside a single value ('small'), expected a mapping or a list; a whole "
        "mapping is set by PATH={name: ..., ...}");
    check_set("leader.guard", 1, "expected path=value, as in actors.army.power=9");
    check_set("leader..guard=1", 8, "expected a name here, as in actors.army.power=9");
    check_set("leader.guard=", 13, "there is no value after '='");
    check_set("leader.guard={", 14, "expected a value here");
    check_set("world=war: true", 7, "write a mapping as {key: value} and a list as [a, b]");
    check_set("leader.guard=&a 1", 14, "anchors (&a) are not supported, write the value out");
    check_set("leader.guard=1\nx", 1, "a setting must fit on one line");
    check_set("leader.guard=\xFF", 14, "byte 0xFF is not valid UTF-8; save the file as UTF-8");
}

static void settings_are_counted(void **state)
{
    (void)state;
    const char *set[] = {"leader.guard=0.3", "leader.guard=x"};
    const tn_case_options_t opt = {.set = set, .n_set = 2};
    check_message(small, &opt, "--set", 2, 14, "'guard' must be a number from 0 to 100, found 'x'");
}

static void another_day_leaves_later_reports_out(void **state)
{
    (void)state;
    const tn_case_options_t opt = {.as_of = "2024-05-06", .horizons = "4w,8w,1y"};
    tn_case_t *c = read_with(full, &opt);
    assert_int_equal(c->n_reports, 2);
    assert_int_equal(c->as_of, tn_date_from_ymd(2024, 5, 6));
    assert_int_equal(c->silence[0].to, c->as_of);
    assert_int_equal(c->n_horizons, 3);
    assert_string_equal(c->horizon[2].label, "1y");
    tn_case_free(c);
    const tn_case_options_t wrong_day = {.as_of = "2024-5-6"};
    check_message(
        small, &wrong_day, "--as-of", 1, 1, "'as_of' must be a date YYYY-MM-DD, found '2024-5-6'");
    const tn_case_options_t wrong_horizons = {.horizons = "4w,,8w"};
    check_message(small, &wrong_horizons, "--horizons", 1, 4,
        "'horizons' must be durations from 1w to 5218w or 1y to 100y, such as 13w or 5y, found "
        "nothing");
}

static void the_hash_is_that_of_the_bytes_and_settings(void **state)
{
    (void)state;
    const char *set = "leader.guard=0.3";
    const tn_case_options_t with_set = {.set = &set, .n_set = 1},
                            with_day = {.as_of = "2024-07-01"};
    tn_case_t *c = read_with(small, NULL), *d = read_with(small, &with_set),
              *e = read_with(small, &with_day);
    assert_int_equal(strlen(tn_case_hash(c)), 64);
    assert_string_not_equal(tn_case_hash(c), tn_case_hash(d));
    assert_string_not_equal(tn_case_hash(c), tn_case_hash(e));
    assert_string_not_equal(tn_case_hash(d), tn_case_hash(e));
    tn_case_free(c);
    tn_case_free(d);
    tn_case_free(e);
}

static char *written(const tn_case_t *c)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_case_write(c, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The written case reads without a word and writes the same bytes; what it holds is compared here
 * and there. */
static void check_round_trip(tn_case_t *c)
{
    char *first = written(c);
    tn_diag_t *diag = diag_new();
    tn_case_t *d = NULL;
    assert_int_equal(tn_case_parse(&d, "again", first, strlen(first), NULL, diag, NULL), 0);
    assert_int_equal(tn_diag_n_entries(diag), 0);
    char *second = written(d);
    assert_string_equal(first, second);
    assert_int_equal(c->n_actors, d->n_actors);
    assert_memory_equal(c->tie, d->tie, (size_t)(c->n_actors * c->n_actors) * sizeof *c->tie);
    assert_memory_equal(c->parameter, d->parameter, sizeof c->parameter);
    assert_memory_equal(c->is_parameter_set, d->is_parameter_set, sizeof c->is_parameter_set);
    for (int i = 0; i < c->n_events; i++) {
        assert_int_equal(c->event[i].n_effects, d->event[i].n_effects);
        for (int k = 0; k < c->event[i].n_effects; k++) {
            assert_int_equal(c->event[i].effects[k].kind, d->event[i].effects[k].kind);
            assert_int_equal(c->event[i].effects[k].actors, d->event[i].effects[k].actors);
        }
    }
    for (int i = 0; i < c->n_origins; i++) {
        assert_memory_equal(
            c->origin[i].says_yes, d->origin[i].says_yes, sizeof c->origin[i].says_yes);
    }
    tn_diag_free(diag);
    tn_case_free(d);
    free(first);
    free(second);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    tn_case_t *c = read_with(small, NULL);
    check_round_trip(c);
    tn_case_free(c);
    c = read_with(full, NULL);
    check_round_trip(c);
    tn_case_free(c);
}

static void bundled_cases_are_fine_and_read_back(void **state)
{
    (void)state;
    static const char *const names[] = {
        "generic-autocracy", "harare-2017", "kremlin-2022", "moscow-1964"};
    const char *root = getenv("TENURE_SOURCE_ROOT");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[4096];
        tn_case_t *c = NULL;
        tn_diag_t *diag = diag_new();
        snprintf(path, sizeof path, "%s/cases/%s.yaml", root != NULL ? root : ".", names[i]);
        assert_int_equal(tn_case_read(&c, path, NULL, diag, NULL), 0);
        assert_int_equal(tn_diag_n_entries(diag), 0);
        assert_string_equal(tn_case_name(c), names[i]);
        check_round_trip(c);
        tn_case_free(c);
        tn_diag_free(diag);
    }
}

static void the_template_is_a_case(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    tn_error_t err = {0};
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_case_write_template("demo-1", out, &err), 0);
    assert_int_equal(tn_case_write_template("Demo 1", out, &err), TN_EARG);
    assert_string_equal(err.message,
        "'Demo 1' cannot be the name of a case, expected at most 64 small letters, digits and '-'");
    assert_int_equal(fclose(out), 0);
    tn_diag_t *diag = diag_new();
    tn_case_t *c = NULL;
    assert_int_equal(tn_case_parse(&c, "new", text, n, NULL, diag, NULL), 0);
    assert_int_equal(tn_diag_n_entries(diag), 0);
    assert_string_equal(tn_case_name(c), "demo-1");
    check_round_trip(c);
    tn_case_free(c);
    tn_diag_free(diag);
    free(text);
}

static void errors_say_how_many_mistakes(void **state)
{
    (void)state;
    tn_error_t err = {0};
    tn_case_t *c = NULL;
    tn_diag_t *diag = diag_new();
    assert_int_equal(tn_case_parse(&c, "t.yaml", "tenure: 2\n", 10, NULL, diag, &err), TN_EINPUT);
    assert_null(c);
    assert_string_equal(err.message, "t.yaml: 6 mistakes");
    assert_int_equal(tn_error_exit_status(err.code), 2);
    tn_diag_free(diag);
    tn_case_free(NULL);
}

static void failed_writing_is_an_error(void **state)
{
    (void)state;
    tn_case_t *c = read_with(small, NULL);
    FILE *out = fopen("/dev/full", "w");
    if (out == NULL) {
        tn_case_free(c);
        skip();
    }
    tn_error_t err = {0};
    assert_int_equal(tn_case_write(c, out, &err), TN_EIO);
    fclose(out);
    tn_case_free(c);
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    char *before = NULL, *after = NULL;
    tn_case_t *c = read_with(full, NULL);
    before = written(c);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) setlocale(LC_ALL, "");
    tn_case_t *d = read_with(full, NULL);
    after = written(d);
    setlocale(LC_ALL, "C");
    assert_string_equal(before, after);
    free(before);
    free(after);
    tn_case_free(c);
    tn_case_free(d);
}

/* The k-th allocation fails, and every later one, for k = 1, 2, ... until reading succeeds. */
static void check_want_of_memory(const char *text, int final)
{
    const char *set[] = {"actors.army.power=9", "succession={rule: vote}"};
    const tn_case_options_t opt = {
        .set = set, .n_set = 2, .as_of = "2024-05-06", .horizons = "4w,8w"};
    int ret = TN_ENOMEM;
    long k = 1;
    for (; ret == TN_ENOMEM && k < 20000; k++) {
        tn_diag_t *diag = diag_new();
        tn_case_t *c = NULL;
        tn_mem_fail_at(k);
        ret = tn_case_parse(&c, "t.yaml", text, strlen(text), &opt, diag, NULL);
        tn_mem_fail_at(0);
        assert_true(ret == TN_ENOMEM || ret == final);
        assert_true((c != NULL) == (ret == 0));
        tn_case_free(c);
        tn_diag_free(diag);
    }
    assert_int_equal(ret, final);
    assert_true(k > 5);
}

static void want_of_memory_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    check_want_of_memory(full, 0);
    char *broken = joined(full, "unknown: 1\nwrong: [\n1, 2]\n");
    check_want_of_memory(broken, TN_EINPUT);
    free(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_keys_get_their_defaults),
        cmocka_unit_test(every_key_reaches_its_field),
        cmocka_unit_test(effects_keep_the_order_of_the_file),
        cmocka_unit_test(reports_hold_claims_windows_and_hops),
        cmocka_unit_test(doubtful_things_are_warnings),
        cmocka_unit_test(a_text_split_by_commas_is_read_as_one),
        cmocka_unit_test(settings_change_the_case),
        cmocka_unit_test(settings_meet_the_checks_of_the_file),
        cmocka_unit_test(settings_are_counted),
        cmocka_unit_test(another_day_leaves_later_reports_out),
        cmocka_unit_test(the_hash_is_that_of_the_bytes_and_settings),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(bundled_cases_are_fine_and_read_back),
        cmocka_unit_test(the_template_is_a_case),
        cmocka_unit_test(errors_say_how_many_mistakes),
        cmocka_unit_test(failed_writing_is_an_error),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(want_of_memory_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
