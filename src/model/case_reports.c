/* Who said what: origins, reports with their claims, silences. */
#include "model/case_reader.h"

#include "base/date.h"
#include "base/str.h"

#include <string.h>

/* What a number claim may say; wider than the state of the model, narrow enough for slips of the
 * keyboard. */
typedef struct span {
    double lo, hi;
    bool is_open;
} span_t;

static span_t span_of(int observable)
{
    switch (observable) {
    case TN_O_war_losses: return (span_t){0.0, 100000.0, true}; /* compared in logs */
    case TN_O_war_progress: return (span_t){-1.5, 1.5, false};
    case TN_O_economy: return (span_t){-6.0, 6.0, false};
    default: return (span_t){0.0, 1.0, false};
    }
}

static void unknown_leaning(
    tn_case_reader_t *r, const tn_yaml_node_t *node, const char *const words[3])
{
    static const char expected[] = "asserts, neutral, denies or a number from 0 to 1";
    const int nearest = node->kind == TN_YAML_SCALAR ? tn_str_nearest(node->text, words, 3) : -1;
    if (nearest < 0) {
        tn_schema_mismatch(&r->schema, "interest", expected, node);
    } else if (!node->is_bad) {
        tn_yaml_error(r->schema.diag, node,
            "'interest' must be %s, found '%.40s' (did you mean '%s'?)", expected, node->text,
            words[nearest]);
    }
}

/* asserts, neutral, denies or a number. */
static void read_leaning(tn_case_reader_t *r, const tn_yaml_node_t *node, double *says_yes)
{
    static const char *const words[] = {"asserts", "neutral", "denies"};
    static const double chance[] = {0.90, 0.50, 0.10};
    double number;
    for (int i = 0; i < 3; i++) {
        if (!tn_yaml_is_text(node, words[i])) continue;
        *says_yes = chance[i];
        return;
    }
    const bool is_number = node->kind == TN_YAML_SCALAR && node->is_plain &&
                           tn_str_to_double(node->text, node->n, &number) && number >= 0.0 &&
                           number <= 1.0;
    if (is_number) {
        *says_yes = number + 0.0;
    } else {
        unknown_leaning(r, node, words);
    }
}

static void read_interest(tn_case_reader_t *r, const tn_yaml_node_t *node, tn_origin_t *origin)
{
    double any = 0.5;
    if (node != NULL && node->kind != TN_YAML_MAPPING) read_leaning(r, node, &any);
    const tn_yaml_node_t *general = tn_yaml_get(node, "default");
    if (general != NULL) read_leaning(r, general, &any);
    for (int o = 0; o < TN_N_OBSERVABLES; o++)
        origin->says_yes[o] = any;
    origin->has_interest = node != NULL;
    if (node == NULL || node->kind != TN_YAML_MAPPING) return;
    tn_schema_read(&r->schema, tn_schema(TN_SECTION_INTEREST), node, NULL);
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        const int o = tn_observable_find(key->text);
        if (o >= 0) read_leaning(r, key->value, &origin->says_yes[o]);
    }
}

static int read_origins(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_schema_section_t *section = tn_schema(TN_SECTION_ORIGIN);
    const tn_yaml_node_t *list = tn_case_list(r, "origins", 0, TN_MAX_ORIGINS);
    if (list == NULL || list->n_children > TN_MAX_ORIGINS) return 0;
    c->origin = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->origin);
    if (c->origin == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        tn_origin_t *origin = &c->origin[c->n_origins];
        if (tn_schema_fill(c->arena, section, origin) < 0) return TN_ENOMEM;
        if (!tn_schema_read(&r->schema, section, item, origin)) continue;
        tn_case_check_id(r, list, item);
        read_interest(r, tn_yaml_get(item, "interest"), origin);
        if (origin->name == NULL) origin->name = origin->id;
        c->n_origins++;
    }
    return 0;
}

static void read_hop(tn_case_reader_t *r, const tn_yaml_node_t *item, tn_report_t *report)
{
    tn_hop_t hop = {.origin = -1};
    const bool is_letter = item->kind == TN_YAML_SCALAR && item->n == 1 && item->text[0] >= 'A' &&
                           item->text[0] <= 'F';
    if (is_letter) {
        hop.reliability = item->text[0];
    } else {
        hop.origin = tn_case_origin_at(r, item);
        if (hop.origin < 0) return;
        hop.reliability = r->c->origin[hop.origin].reliability;
        if (hop.origin == report->origin) {
            tn_yaml_warning(r->schema.diag, item,
                "'%s' is the origin of this report and stands in its 'via' too", item->text);
        }
    }
    report->via[report->n_via++] = hop;
}

static int read_via(tn_case_reader_t *r, const tn_yaml_node_t *list, tn_report_t *report)
{
    if (list == NULL || list->is_bad) return 0;
    if (list->kind != TN_YAML_LIST || list->n_children > TN_MAX_VIA) {
        tn_schema_mismatch(
            &r->schema, "via", tn_schema_find(tn_schema(TN_SECTION_REPORT), "via")->form, list);
        return 0;
    }
    report->via = tn_arena_calloc(r->c->arena, (size_t)list->n_children, sizeof *report->via);
    if (report->via == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        read_hop(r, item, report);
    }
    return 0;
}

/* A key that goes with the other kind of observable. */
static void refuse_key(
    tn_case_reader_t *r, const tn_yaml_node_t *claim, const char *key, const char *why)
{
    const tn_yaml_node_t *node = tn_yaml_get_key(claim, key, strlen(key));
    if (node != NULL)
        tn_yaml_error(r->schema.diag, node, "'%s' does not go with '%s', %s", key,
            tn_yaml_get(claim, "observable")->text, why);
}

static void read_truth(tn_case_reader_t *r, const tn_yaml_node_t *claim, tn_report_t *report)
{
    static const char why[] = "which is true or false: give 'is'";
    refuse_key(r, claim, "value", why);
    refuse_key(r, claim, "error", why);
    refuse_key(r, claim, "offset", why);
    if (tn_yaml_get(claim, "is") == NULL && tn_yaml_get(claim, "value") == NULL) {
        tn_yaml_error(r->schema.diag, claim,
            "'is' is missing in a claim about '%s', expected true or false",
            tn_observable(report->observable)->name);
    }
    tn_case_value(r, TN_SECTION_CLAIM, claim, "is", &report->is_true);
}

static void read_number(tn_case_reader_t *r, const tn_yaml_node_t *claim, tn_report_t *report)
{
    const span_t span = span_of(report->observable);
    const char *name = tn_observable(report->observable)->name;
    const tn_yaml_node_t *value = tn_yaml_get(claim, "value");
    tn_schema_row_t row = *tn_schema_find(tn_schema(TN_SECTION_CLAIM), "value");
    row.lo = span.lo;
    row.hi = span.hi;
    row.is_open = span.is_open;
    refuse_key(r, claim, "is", "which is a number: give 'value' and 'error'");
    if (value == NULL && tn_yaml_get(claim, "is") != NULL) return; /* one mistake, not three */
    if (value == NULL) {
        tn_yaml_error(r->schema.diag, claim, "'value' is missing in a claim about '%s'", name);
    } else {
        tn_schema_scalar(&r->schema, &row, value, &report->value);
    }
    if (tn_yaml_get(claim, "error") == NULL) {
        tn_yaml_error(r->schema.diag, claim,
            "'error' is missing in a claim about '%s', expected a standard error above 0%s", name,
            report->observable == TN_O_war_losses ? ", in logs" : "");
    }
    tn_case_value(r, TN_SECTION_CLAIM, claim, "error", &report->error);
}

/* Cuts the window to [start, day of the report]; what lies outside wholly is a mistake. */
static void check_window(tn_case_reader_t *r, const tn_yaml_node_t *claim, tn_report_t *report)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *from = tn_yaml_get(claim, "from"), *to = tn_yaml_get(claim, "to");
    const tn_yaml_node_t *node = to != NULL ? to : from;
    if (report->from > report->to) {
        if (from != NULL && to != NULL) {
            tn_yaml_error(
                r->schema.diag, to, "'to' (%s) comes before 'from' (%s)", to->text, from->text);
        } else {
            tn_yaml_error(r->schema.diag, node, "the claim is about days after the report itself");
        }
        return;
    }
    if (report->from > report->date || (c->start != TN_DATE_NONE && report->to < c->start)) {
        tn_yaml_error(r->schema.diag, node, "the window of the claim lies wholly %s",
            report->from > report->date ? "after the report" : "before 'start'");
        return;
    }
    if (report->to > report->date) {
        tn_yaml_warning(r->schema.diag, to,
            "the window ends after the report, it is cut to the day of the report");
        report->to = report->date;
    }
    if (c->start != TN_DATE_NONE && report->from < c->start) {
        tn_yaml_warning(r->schema.diag, from != NULL ? from : to,
            "the window begins before 'start', it is cut to start");
        report->from = c->start;
    }
}

static void read_window(tn_case_reader_t *r, const tn_yaml_node_t *claim, tn_report_t *report)
{
    const tn_yaml_node_t *from = tn_yaml_get(claim, "from"), *to = tn_yaml_get(claim, "to");
    if (from == NULL && to == NULL) return;
    const bool has_from =
        from == NULL || tn_case_value(r, TN_SECTION_CLAIM, claim, "from", &report->from);
    const bool has_to = to == NULL || tn_case_value(r, TN_SECTION_CLAIM, claim, "to", &report->to);
    if (!has_from || !has_to || report->date == TN_DATE_NONE) return;
    if (to == NULL) report->to = report->date;
    if (from == NULL) report->from = report->to;
    report->has_window = true;
    check_window(r, claim, report);
}

static void read_claim(tn_case_reader_t *r, const tn_yaml_node_t *claim, tn_report_t *report)
{
    report->observable = -1;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_CLAIM), claim, report)) return;
    const tn_yaml_node_t *name = tn_yaml_get(claim, "observable");
    if (name != NULL) report->observable = tn_case_observable_at(r, name);
    if (report->observable >= TN_N_PREDICATES) {
        read_number(r, claim, report);
    } else if (report->observable >= 0) {
        read_truth(r, claim, report);
    }
    read_window(r, claim, report);
}

static void check_report_date(
    tn_case_reader_t *r, const tn_yaml_node_t *item, const tn_report_t *report)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *date = tn_yaml_get(item, "date");
    if (report->date == TN_DATE_NONE) return;
    if (c->start != TN_DATE_NONE && report->date < c->start) {
        tn_yaml_error(r->schema.diag, date, "the report (%s) comes before 'start' (%s)", date->text,
            tn_yaml_get(r->root, "start")->text);
    } else if (c->as_of != TN_DATE_NONE && report->date > c->as_of) {
        tn_yaml_error(r->schema.diag, date,
            "the report (%s) comes after 'as_of' (%s); --as-of leaves later reports out",
            date->text, tn_yaml_get(r->root, "as_of")->text);
    }
}

/* True if --as-of leaves the report out: it is not checked further, it may be about anything. */
static bool is_later(tn_case_reader_t *r, const tn_yaml_node_t *item, const char *key)
{
    const tn_yaml_node_t *date = tn_yaml_get(item, key);
    int32_t day;
    return r->leaves_out_later && r->c->as_of != TN_DATE_NONE && date != NULL &&
           date->kind == TN_YAML_SCALAR && tn_date_parse(date->text, date->n, &day) &&
           day > r->c->as_of;
}

static int read_report(tn_case_reader_t *r, const tn_yaml_node_t *list, const tn_yaml_node_t *item)
{
    tn_case_t *c = r->c;
    tn_report_t *report = &c->report[c->n_reports];
    *report = (tn_report_t){.origin = -1, .from = TN_DATE_NONE, .to = TN_DATE_NONE};
    if (tn_schema_fill(c->arena, tn_schema(TN_SECTION_REPORT), report) < 0) return TN_ENOMEM;
    if (tn_schema_fill(c->arena, tn_schema(TN_SECTION_CLAIM), report) < 0) return TN_ENOMEM;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_REPORT), item, report)) return 0;
    tn_case_check_id(r, list, item);
    check_report_date(r, item, report);
    const tn_yaml_node_t *origin = tn_yaml_get(item, "origin");
    if (origin != NULL) report->origin = tn_case_origin_at(r, origin);
    read_claim(r, tn_yaml_get(item, "claim"), report);
    c->n_reports++;
    return read_via(r, tn_yaml_get(item, "via"), report);
}

/* Entries of `key` may have been left out for --as-of: say how many, at the option itself. */
static void tell_left_out(tn_case_reader_t *r, int n, const char *what)
{
    if (n == 0) return;
    tn_yaml_warning(r->schema.diag, tn_yaml_get(r->root, "as_of"),
        "%d %s%s after this day %s left out", n, what, n == 1 ? "" : "s", n == 1 ? "is" : "are");
}

static int read_reports(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    int n_later = 0;
    const tn_yaml_node_t *list = tn_case_list(r, "reports", 0, TN_MAX_REPORTS);
    if (list == NULL || list->n_children > TN_MAX_REPORTS) return 0;
    c->report = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->report);
    if (c->report == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        if (is_later(r, item, "date")) {
            n_later++;
        } else if (read_report(r, list, item) < 0) {
            return TN_ENOMEM;
        }
    }
    tell_left_out(r, n_later, "report");
    return 0;
}

static void check_silence(tn_case_reader_t *r, const tn_yaml_node_t *item, tn_silence_t *silence)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *from = tn_yaml_get(item, "from"), *to = tn_yaml_get(item, "to");
    if (silence->observable >= TN_N_PREDICATES) {
        tn_yaml_error(r->schema.diag, tn_yaml_get(item, "observable"),
            "a silence can only be about something true or false, '%s' is a number",
            tn_observable(silence->observable)->name);
    }
    if (silence->from == TN_DATE_NONE || silence->to == TN_DATE_NONE) return;
    if (r->leaves_out_later && c->as_of != TN_DATE_NONE && silence->to > c->as_of) {
        silence->to = c->as_of;
    }
    if (silence->from > silence->to) {
        tn_yaml_error(
            r->schema.diag, to, "'to' (%s) comes before 'from' (%s)", to->text, from->text);
    } else if (c->start != TN_DATE_NONE && silence->from < c->start) {
        tn_yaml_error(r->schema.diag, from, "the silence begins (%s) before 'start' (%s)",
            from->text, tn_yaml_get(r->root, "start")->text);
    } else if (c->as_of != TN_DATE_NONE && silence->to > c->as_of) {
        tn_yaml_error(r->schema.diag, to, "the silence ends (%s) after 'as_of' (%s)", to->text,
            tn_yaml_get(r->root, "as_of")->text);
    }
}

static int read_silence(tn_case_reader_t *r, const tn_yaml_node_t *item)
{
    tn_case_t *c = r->c;
    const tn_schema_section_t *section = tn_schema(TN_SECTION_SILENCE);
    tn_silence_t *silence = &c->silence[c->n_silences];
    *silence = (tn_silence_t){.origin = -1, .observable = -1};
    if (tn_schema_fill(c->arena, section, silence) < 0) return TN_ENOMEM;
    if (!tn_schema_read(&r->schema, section, item, silence)) return 0;
    const tn_yaml_node_t *origin = tn_yaml_get(item, "origin");
    const tn_yaml_node_t *observable = tn_yaml_get(item, "observable");
    if (origin != NULL) silence->origin = tn_case_origin_at(r, origin);
    if (observable != NULL) silence->observable = tn_case_observable_at(r, observable);
    check_silence(r, item, silence);
    c->n_silences++;
    return 0;
}

static int read_silences(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    int n_later = 0;
    const tn_yaml_node_t *list = tn_case_list(r, "silences", 0, TN_MAX_SILENCES);
    if (list == NULL || list->n_children > TN_MAX_SILENCES) return 0;
    c->silence = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->silence);
    if (c->silence == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        if (is_later(r, item, "from")) {
            n_later++;
        } else if (read_silence(r, item) < 0) {
            return TN_ENOMEM;
        }
    }
    tell_left_out(r, n_later, "silence");
    return 0;
}

int tn_case_read_reports(tn_case_reader_t *r)
{
    int ret = read_origins(r);
    if (ret == 0) ret = read_reports(r);
    if (ret == 0) ret = read_silences(r);
    return ret;
}
