/* The table itself. Ranges are those of the model (model 2, 7, 8); where the model sets none, wide
 * limits keep slips of the keyboard out. A row's offset says where its value goes in the struct of
 * its section. */
#include "model/schema.h"

#include "model/case.h"
#include "tenure/lifetable.h"

#include <stdio.h>
#include <string.h>

#define BASIS_WORDS "none|public|reported|judgement"
#define BASIS_TEXT                                                                                 \
    "where the numbers come from: undisputed record, somebody's word, or the analyst's own "       \
    "setting"

/* clang-format off */
#define ROW_TEXT(k, need_, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_TEXT, .need = need_, .unit = "", .form = "", .meaning = mean, .example = ex, .offset = off}
#define ROW_NAME(k, need_, form_, mean) \
    {.key = k, .type = TN_SCHEMA_TEXT, .need = need_, .unit = "", .form = form_, .meaning = mean, .offset = TN_SCHEMA_NOWHERE}
#define ROW_ID(k, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_ID, .need = TN_REQUIRED, .unit = "", .form = "", .meaning = mean, .example = ex, .offset = off}
#define ROW_DATE(k, need_, def, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_DATE, .need = need_, .fallback = def, .unit = "", .form = "", .meaning = mean, .example = ex, .offset = off}
#define ROW_NUMBER(k, need_, def, lo_, hi_, open, unit_, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_NUMBER, .need = need_, .fallback = def, .lo = lo_, .hi = hi_, .is_open = open, \
     .unit = unit_, .form = "", .meaning = mean, .example = ex, .offset = off}
#define ROW_INTEGER(k, need_, def, lo_, hi_, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_INTEGER, .need = need_, .fallback = def, .lo = lo_, .hi = hi_, .unit = "", .form = "", \
     .meaning = mean, .example = ex, .offset = off}
#define ROW_FLAG(k, need_, def, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_FLAG, .need = need_, .fallback = def, .unit = "", .form = "", .meaning = mean, .example = ex, .offset = off}
#define ROW_CHOICE(k, need_, def, words, off, mean, ex) \
    {.key = k, .type = TN_SCHEMA_CHOICE, .need = need_, .fallback = def, .unit = "", .form = words, .meaning = mean, .example = ex, .offset = off}
#define ROW_OTHER(k, need_, def, form_, mean, ex) \
    {.key = k, .type = TN_SCHEMA_OTHER, .need = need_, .fallback = def, .unit = "", .form = form_, .meaning = mean, \
     .example = ex, .offset = TN_SCHEMA_NOWHERE}
#define ROW_BASIS(type, member) ROW_CHOICE("basis", TN_OPTIONAL, "none", BASIS_WORDS, offsetof(type, member), BASIS_TEXT, NULL)
#define ROW_NOTE(type, member) ROW_TEXT("note", TN_OPTIONAL, offsetof(type, member), "a remark for the reader", NULL)
#define NO TN_SCHEMA_NOWHERE

static const tn_schema_row_t root_rows[] = {
    ROW_INTEGER("tenure", TN_REQUIRED, NULL, 1, 1, NO, "version of the format", "1"),
    ROW_ID("case", offsetof(tn_case_t, name), "short name of the case", ""),
    ROW_TEXT("title", TN_OPTIONAL, offsetof(tn_case_t, title), "one line that says what the case is about", "One line that says what the case is about"),
    ROW_DATE("start", TN_REQUIRED, NULL, offsetof(tn_case_t, start), "first day of week 0 of the simulation", "2024-01-01"),
    ROW_DATE("as_of", TN_REQUIRED, NULL, offsetof(tn_case_t, as_of),
        "forecasts count from here; the leader is in office on this day; not before start, with reports at least one week after it", "2024-07-01"),
    ROW_OTHER("horizons", TN_OPTIONAL, "[13w, 26w, 52w, 104w, 5y]", "a list of 1 to 16 durations such as 13w or 5y, ascending",
        "how far to look; a year (y) is 52.18 weeks, rounded up; the longest horizon ends the simulation", "[13w, 26w, 52w, 104w, 5y]"),
    ROW_OTHER("leader", TN_REQUIRED, NULL, "a mapping", "the person in office", ""),
    ROW_OTHER("reference", TN_OPTIONAL, NULL, "a mapping, or the word base", "the outside view: targets of the calibration", ""),
    ROW_OTHER("world", TN_OPTIONAL, NULL, "a mapping", "state of the world at start", ""),
    ROW_OTHER("parameters", TN_OPTIONAL, NULL, "a mapping of parameters to numbers", "parameters of the model that differ in this case", ""),
    ROW_OTHER("actors", TN_REQUIRED, NULL, "a list of 3 to 63 actors", "the court: everybody with power in it, except the leader", ""),
    ROW_OTHER("ties", TN_OPTIONAL, NULL, "a mapping", "who trusts whom", ""),
    ROW_OTHER("events", TN_OPTIONAL, NULL, "a list of at most 1000 events", "what happened or may happen from outside", ""),
    ROW_OTHER("scheduled_exits", TN_OPTIONAL, NULL, "a list of at most 100 mappings", "dated regular ways out", ""),
    ROW_OTHER("succession", TN_OPTIONAL, NULL, "a mapping", "how the next leader is found", ""),
    ROW_OTHER("origins", TN_OPTIONAL, NULL, "a list of at most 500 origins", "who originally says it, and who passes it on", ""),
    ROW_OTHER("reports", TN_OPTIONAL, NULL, "a list of at most 2000 reports", "what was said, when, over whom", ""),
    ROW_OTHER("silences", TN_OPTIONAL, NULL, "a list of at most 500 silences", "what an origin did not say although it would have", ""),
    ROW_OTHER("not_entered", TN_OPTIONAL, NULL, "a list of at most 1000 texts", "statements that are no observations, kept for the reader", NULL),
    ROW_OTHER("notes", TN_OPTIONAL, NULL, "anything", "ignored; put anything here", NULL),
};

#define TABLE_NAMES(group, m69_men, slope_men, m69_women, slope_women) group "-male, " group "-female, "
static const tn_schema_row_t leader_rows[] = {
    ROW_TEXT("name", TN_REQUIRED, offsetof(tn_leader_t, name), "name of the leader", "Name of the Leader"),
    ROW_DATE("born", TN_REQUIRED, NULL, offsetof(tn_leader_t, born), "date of birth", "1955-01-01"),
    ROW_CHOICE("sex", TN_OPTIONAL, "(that of the life table)", "male|female", NO, "sex; must go with the life table", "male"),
    ROW_OTHER("life_table", TN_REQUIRED, NULL,
        "one of: " TN_LIFETABLE_LIST(TABLE_NAMES) "or {m69: , slope: }",
        "mortality: a built-in table by name, or numbers of one's own", "high-income-male"),
    ROW_NUMBER("elite_multiplier", TN_OPTIONAL, "0.6", 0, 10, true, "", offsetof(tn_leader_t, elite_multiplier),
        "mortality relative to the table: leaders are cared for better", "0.6"),
    ROW_DATE("entered", TN_OPTIONAL, "(none)", NO, "first day in office; for `reference: base`", NULL),
    ROW_CHOICE("regime", TN_OPTIONAL, "(none)", "parliamentary|presidential|personal|party|military|monarchy|provisional", NO,
        "kind of regime; for `reference: base`", NULL),
    ROW_CHOICE("entry", TN_OPTIONAL, "regular", "regular|irregular|foreign", NO, "how the leader came to office; for `reference: base`", NULL),
    ROW_TEXT("country", TN_OPTIONAL, offsetof(tn_leader_t, country), "name or code of the country", NULL),
    ROW_NUMBER("guard", TN_OPTIONAL, "0.2", 0, 100, false, "elite", offsetof(tn_leader_t, guard),
        "strength that stays with the leader whatever happens; the whole elite is 1", "0.2"),
    ROW_BASIS(tn_leader_t, remark.basis),
    ROW_NOTE(tn_leader_t, remark.note),
};

static const tn_schema_row_t life_table_rows[] = {
    ROW_NUMBER("m69", TN_REQUIRED, NULL, 0, 1, true, "1/yr", offsetof(tn_leader_t, m69), "death hazard at age 69", NULL),
    ROW_NUMBER("slope", TN_REQUIRED, NULL, 0, 0.5, false, "1/yr", offsetof(tn_leader_t, slope),
        "rise of the log hazard per year of age (Gompertz 1825)", NULL),
};

#define TARGET(k, route, mean, ex) \
    ROW_NUMBER(k, TN_OPTIONAL, "(none)", 0, 5, false, "1/yr", offsetof(tn_case_t, target) + TN_ROUTE_##route * sizeof(double), mean, ex)
static const tn_schema_row_t reference_rows[] = {
    TARGET("coup", COUP, "coups and other removals by the elite", "0.02"),
    TARGET("uprising", UPRISING, "popular revolts and rebels", "0.01"),
    TARGET("assassination", ASSASSINATION, "assassinations", "0.002"),
    TARGET("regular", REGULAR, "regular and voluntary exits", "0.03"),
    TARGET("foreign", FOREIGN, "removals by a foreign power", "0.001"),
    TARGET("death", DEATH, "natural deaths; without it the life table stands", NULL),
    ROW_CHOICE("from", TN_OPTIONAL, "own", "own|base", NO,
        "base: hazards left out come from the fitted base rates for this leader; `reference: base` is short for it", NULL),
    ROW_CHOICE("anchor", TN_OPTIONAL, "own", "own|fixed", NO,
        "own: calibrate this case's own court to the targets; fixed: keep the rates in parameters as they are", NULL),
    ROW_BASIS(tn_case_t, reference_basis),
    ROW_NOTE(tn_case_t, reference_note),
};

static const tn_schema_row_t world_rows[] = {
    ROW_FLAG("war", TN_OPTIONAL, "false", offsetof(tn_case_t, war), "the leader's country is at war", "false"),
    ROW_NUMBER("progress", TN_OPTIONAL, "0", -1.5, 1.5, false, "", offsetof(tn_case_t, war_progress),
        "how the war goes, -1 collapse to +1 triumph", "0"),
    ROW_NUMBER("losses", TN_OPTIONAL, "0", 0, 100000, false, "thousands", offsetof(tn_case_t, losses), "military deaths so far", "0"),
    ROW_NUMBER("sanctions", TN_OPTIONAL, "0", 0, 1, false, "", offsetof(tn_case_t, sanctions), "level of sanctions, 0 none to 1 full", "0"),
    ROW_NUMBER("economy", TN_OPTIONAL, "(drawn)", -6, 6, false, "sd", offsetof(tn_case_t, economy), "state of the economy, z-score", NULL),
    ROW_NUMBER("protest", TN_OPTIONAL, "(drawn)", 0, 1, false, "", offsetof(tn_case_t, protest), "level of protest, 0 none to 1 full", NULL),
    ROW_BASIS(tn_case_t, world_remark.basis),
    ROW_NOTE(tn_case_t, world_remark.note),
};

static const tn_schema_row_t parameter_rows[] = {
#define PARAMETER(k, def, lo_, hi_, unit_, kind, sd, source, mean) \
    ROW_NUMBER(#k, TN_OPTIONAL, #def, lo_, hi_, false, unit_, offsetof(tn_case_t, parameter) + TN_P_##k * sizeof(double), mean, NULL),
    TN_PARAMETER_LIST(PARAMETER)
#undef PARAMETER
    ROW_BASIS(tn_case_t, parameters_remark.basis),
    ROW_NOTE(tn_case_t, parameters_remark.note),
};

static const tn_schema_row_t actor_rows[] = {
    ROW_ID("id", offsetof(tn_actor_t, id), "unique name in this file", NULL),
    ROW_TEXT("name", TN_OPTIONAL, offsetof(tn_actor_t, name), "name; the id if left out", NULL),
    ROW_TEXT("office", TN_OPTIONAL, offsetof(tn_actor_t, office), "office", NULL),
    ROW_TEXT("group", TN_OPTIONAL, NO,
        "name of a group; two mean something to the model: military (scapegoats, purge_of_commander) and security (leaks and detection)", NULL),
    ROW_NUMBER("power", TN_REQUIRED, NULL, 0, 1e6, true, "relative", offsetof(tn_actor_t, power), "political weight; only ratios matter", NULL),
    ROW_NUMBER("force", TN_OPTIONAL, "0", 0, 1e6, false, "relative", offsetof(tn_actor_t, force), "armed force; only ratios matter", NULL),
    ROW_NUMBER("position", TN_OPTIONAL, "0", -1, 1, false, "", offsetof(tn_actor_t, position), "attitude to war, -1 dove to +1 hawk", NULL),
    ROW_NUMBER("exposure", TN_OPTIONAL, "0.3", 0, 1, false, "", offsetof(tn_actor_t, exposure), "how much sanctions hurt", NULL),
    ROW_NUMBER("rent", TN_OPTIONAL, "0.5", 0, 1, false, "", offsetof(tn_actor_t, rent), "dependence on rents that the leader hands out", NULL),
    ROW_NUMBER("grievance", TN_OPTIONAL, "0", -3, 3, false, "g", offsetof(tn_actor_t, grievance),
        "added to the private grievance: 0 indifferent, 0.5 discontented, 1 bitter", NULL),
    ROW_NUMBER("candidate", TN_OPTIONAL, "0", 0, 1e6, false, "relative", offsetof(tn_actor_t, candidate),
        "how acceptable as successor; 0: none; at least one actor above 0", NULL),
    ROW_FLAG("interim", TN_OPTIONAL, "false", offsetof(tn_actor_t, is_interim), "takes over for the time being under the constitution; at most one", NULL),
    ROW_BASIS(tn_actor_t, basis),
    ROW_NOTE(tn_actor_t, note),
};

static const tn_schema_row_t ties_rows[] = {
    ROW_NUMBER("default", TN_OPTIONAL, "0.1", 0, 1, false, "", NO, "trust between any two actors", "0.1"),
    ROW_NUMBER("within_group", TN_OPTIONAL, "0.4", 0, 1, false, "", NO, "trust between two actors of one group", "0.4"),
    ROW_OTHER("pairs", TN_OPTIONAL, "[]", "a list of [id, id, tie]", "trust between two actors, 0 to 1; overrides the two above", ""),
    ROW_BASIS(tn_case_t, ties_remark.basis),
    ROW_NOTE(tn_case_t, ties_remark.note),
};

static const tn_schema_row_t event_rows[] = {
    ROW_ID("id", offsetof(tn_event_t, id), "unique name in this file", NULL),
    ROW_DATE("date", TN_OPTIONAL, NULL, NO, "day of a dated event (instead of from and to)", NULL),
    ROW_DATE("from", TN_OPTIONAL, NULL, NO, "first day on which it may happen", NULL),
    ROW_DATE("to", TN_OPTIONAL, NULL, NO, "last day on which it may happen, not before from", NULL),
    ROW_NUMBER("probability", TN_OPTIONAL, "(1 with date, else required)", 0, 1, false, "", NO, "chance that it happens at all", NULL),
    ROW_OTHER("effects", TN_OPTIONAL, "{}", "a mapping of effects", "what it does, in the order of the file", NULL),
    ROW_BASIS(tn_event_t, basis),
    ROW_NOTE(tn_event_t, note),
};

static const tn_schema_row_t effect_rows[] = {
    ROW_NUMBER("sanctions", TN_OPTIONAL, NULL, -1, 1, false, "", NO, "added to the level of sanctions", NULL),
    ROW_NUMBER("fear", TN_OPTIONAL, NULL, -1, 1, false, "", NO, "added to fear", NULL),
    ROW_NUMBER("threat", TN_OPTIONAL, NULL, -1, 1, false, "", NO, "added to the threat the leader perceives", NULL),
    ROW_NUMBER("protest", TN_OPTIONAL, NULL, -1, 1, false, "", NO, "added to protest", NULL),
    ROW_NUMBER("economy", TN_OPTIONAL, NULL, -6, 6, false, "sd", NO, "added to the economy", NULL),
    ROW_NUMBER("war_progress", TN_OPTIONAL, NULL, -3, 3, false, "", NO, "added to war progress", NULL),
    ROW_CHOICE("war", TN_OPTIONAL, NULL, "start|end|defeat", NO, "a war starts, ends, or is lost", NULL),
    ROW_FLAG("leader_ill", TN_OPTIONAL, NULL, NO, "the leader falls seriously ill; only true makes sense", NULL),
    ROW_NAME("replace", TN_OPTIONAL, "the id of an actor", "the actor who is replaced by an appointee"),
    ROW_OTHER("grievance", TN_OPTIONAL, NULL, "a mapping of groups, actors or all to numbers from -3 to 3",
        "added to the grievance of a group, an actor or all; a name that is both is taken as the group", NULL),
};

static const tn_schema_row_t scheduled_rows[] = {
    ROW_DATE("date", TN_REQUIRED, NULL, offsetof(tn_scheduled_exit_t, date), "day of the election or end of term", NULL),
    ROW_NUMBER("p_leave", TN_REQUIRED, NULL, 0, 1, false, "", offsetof(tn_scheduled_exit_t, p_leave), "chance that the leader leaves then", NULL),
    ROW_BASIS(tn_scheduled_exit_t, basis),
    ROW_NOTE(tn_scheduled_exit_t, note),
};

static const tn_schema_row_t succession_rows[] = {
    ROW_CHOICE("rule", TN_OPTIONAL, "vote", "vote|urc", offsetof(tn_case_t, rule),
        "vote: a contest for support among the candidates; urc: the ultimate ruling coalition of the eight strongest (Acemoglu, Egorov and Sonin 2008)", "vote"),
};

#define ORIGIN_INTEREST "asserts, neutral, denies or a number from 0 to 1"
static const tn_schema_row_t origin_rows[] = {
    ROW_ID("id", offsetof(tn_origin_t, id), "unique name in this file", NULL),
    ROW_TEXT("name", TN_OPTIONAL, offsetof(tn_origin_t, name), "name; the id if left out", NULL),
    ROW_TEXT("office", TN_OPTIONAL, offsetof(tn_origin_t, office), "office", NULL),
    {.key = "reliability", .type = TN_SCHEMA_LETTER, .need = TN_REQUIRED, .unit = "", .form = "",
     .meaning = "Admiralty code: A reliable to E unreliable, F cannot be judged", .offset = offsetof(tn_origin_t, reliability)},
    ROW_OTHER("interest", TN_OPTIONAL, "(neutral)", ORIGIN_INTEREST ", or a mapping of observables to these with default",
        "chance that it would say yes if it did not know: asserts 0.9, neutral 0.5, denies 0.1", NULL),
    ROW_BASIS(tn_origin_t, basis),
    ROW_NOTE(tn_origin_t, note),
};

static const tn_schema_row_t interest_rows[] = {
    ROW_OTHER("default", TN_OPTIONAL, "neutral", ORIGIN_INTEREST, "for all observables not named", NULL),
#define INTEREST(k, kind, range, mean) ROW_OTHER(#k, TN_OPTIONAL, "(default)", ORIGIN_INTEREST, mean, NULL),
    TN_OBSERVABLE_LIST(INTEREST)
#undef INTEREST
};

static const tn_schema_row_t report_rows[] = {
    ROW_ID("id", offsetof(tn_report_t, id), "unique name in this file", NULL),
    ROW_NAME("origin", TN_REQUIRED, "the id of an origin", "who said it"),
    ROW_OTHER("via", TN_OPTIONAL, "[]", "a list of at most 16 origin ids or letters A to F",
        "every hop between the origin and the reader; [] heard directly", NULL),
    ROW_DATE("date", TN_REQUIRED, NULL, offsetof(tn_report_t, date), "day of the report, from start to as_of", NULL),
    ROW_INTEGER("credibility", TN_OPTIONAL, "6", 1, 6, offsetof(tn_report_t, credibility),
        "Admiralty code: 1 confirmed to 5 improbable, 6 cannot be judged", NULL),
    ROW_FLAG("specific", TN_OPTIONAL, "false", offsetof(tn_report_t, is_specific), "a dated, checkable detail that few would invent", NULL),
    ROW_OTHER("claim", TN_REQUIRED, NULL, "a mapping", "what is claimed", NULL),
    ROW_TEXT("quote", TN_OPTIONAL, offsetof(tn_report_t, quote), "the words, or a paraphrase", NULL),
    ROW_BASIS(tn_report_t, remark.basis),
    ROW_NOTE(tn_report_t, remark.note),
};

static const tn_schema_row_t claim_rows[] = {
    ROW_NAME("observable", TN_REQUIRED, "the name of an observable", "what the claim is about"),
    ROW_FLAG("is", TN_OPTIONAL, NULL, NO, "that it was so (true) or not (false); for observables that are true or false", NULL),
    ROW_NUMBER("value", TN_OPTIONAL, NULL, -1e6, 1e6, false, "", NO, "the number claimed; for observables that are numbers", NULL),
    ROW_NUMBER("error", TN_OPTIONAL, NULL, 0, 1e6, true, "", NO, "standard error of the number; required with value; in logs for war_losses", NULL),
    ROW_NUMBER("offset", TN_OPTIONAL, "0", -1e6, 1e6, false, "", offsetof(tn_report_t, offset), "known bias of the source: how far its numbers lie above the true ones (in logs for war_losses)", NULL),
    ROW_DATE("from", TN_OPTIONAL, "(the day of to)", NO, "first day of the window the claim is about", NULL),
    ROW_DATE("to", TN_OPTIONAL, "(the day of the report)", NO, "last day of it; without from and to the week of the report", NULL),
};

static const tn_schema_row_t silence_rows[] = {
    ROW_NAME("origin", TN_REQUIRED, "the id of an origin", "who kept silent"),
    ROW_NAME("observable", TN_REQUIRED, "the name of an observable", "what it did not report; true or false only"),
    ROW_DATE("from", TN_REQUIRED, NULL, offsetof(tn_silence_t, from), "first day of the silence", NULL),
    ROW_DATE("to", TN_REQUIRED, NULL, offsetof(tn_silence_t, to), "last day, from start to as_of", NULL),
    ROW_NUMBER("p_report", TN_REQUIRED, NULL, 0, 1, false, "", offsetof(tn_silence_t, p_report),
        "chance that it would have reported it, had it happened and been known to it", NULL),
    ROW_BASIS(tn_silence_t, remark.basis),
    ROW_NOTE(tn_silence_t, remark.note),
};

#define SECTION(id, path_, noun, mean, rows) \
    [TN_SECTION_##id] = {.path = path_, .a_noun = noun, .meaning = mean, .row = rows, .n_rows = sizeof rows / sizeof rows[0]}
static const tn_schema_section_t sections[TN_N_SECTIONS] = {
    SECTION(ROOT, "", "a case", "The file as a whole.", root_rows),
    SECTION(LEADER, "leader", "leader", "The person in office. Old age kills, the guard protects.", leader_rows),
    SECTION(LIFE_TABLE, "leader.life_table", "life_table", "Mortality in numbers, in place of the name of a built-in table.", life_table_rows),
    SECTION(REFERENCE, "reference", "reference",
        "The outside view: how often leaders like this one leave by each route when nothing special happens. The rates of the model are "
        "calibrated to these annual hazards. A route left out keeps the model's default rate.", reference_rows),
    SECTION(WORLD, "world", "world", "State of the world at start. What is drawn differs from world to world.", world_rows),
    SECTION(PARAMETERS, "parameters", "parameters",
        "Values that replace the defaults of the model in this case. Uncertain parameters keep their spread around the new value.", parameter_rows),
    SECTION(ACTOR, "actors[]", "an actor", "The court: everybody with power in it, except the leader; persons or bodies that act as one.", actor_rows),
    SECTION(TIES, "ties", "ties", "Trust between actors, 0 to 1, symmetric.", ties_rows),
    SECTION(EVENT, "events[]", "an event",
        "What comes from outside. Either date (happened, or will) or from, to and probability (may happen, on a day drawn in between).", event_rows),
    SECTION(EFFECTS, "events[].effects", "effects", "What an event does on its day, in the order of the file.", effect_rows),
    SECTION(SCHEDULED, "scheduled_exits[]", "a scheduled exit", "Dated regular ways out: elections, ends of term.", scheduled_rows),
    SECTION(SUCCESSION, "succession", "succession", "How the next leader is found.", succession_rows),
    SECTION(ORIGIN, "origins[]", "an origin",
        "Who originally says it. Those who only pass it on are listed too and need no interest.", origin_rows),
    SECTION(INTEREST, "origins[].interest", "interest", "Interest by observable.", interest_rows),
    SECTION(REPORT, "reports[]", "a report",
        "Claims, never facts: each is weighed by who says it, over whom, and what they would say anyway. Reports with the same origin, "
        "observable, window and value are one claim.", report_rows),
    SECTION(CLAIM, "reports[].claim", "a claim", "What a report claims, about a window of days.", claim_rows),
    SECTION(SILENCE, "silences[]", "a silence", "What an origin did not say in a window of days although it would have.", silence_rows),
};
/* clang-format on */

const tn_schema_section_t *tn_schema(tn_schema_id_t id) { return &sections[id]; }

const tn_schema_row_t *tn_schema_find(const tn_schema_section_t *section, const char *key)
{
    for (size_t i = 0; i < section->n_rows; i++) {
        if (strcmp(section->row[i].key, key) == 0) return &section->row[i];
    }
    return NULL;
}
