/* Checks between the parts of a case: order of dates, what can never happen, what is probably not
 * meant. Mistakes make a case unusable; warnings only make it doubtful. */
#include "model/case_reader.h"

#include "base/date.h"

#include <math.h>
#include <string.h>

#define YOUNGEST 15
#define OLDEST   110

static const tn_yaml_node_t *item_at(tn_case_reader_t *r, const char *list, int i)
{
    const tn_yaml_node_t *node = tn_yaml_get(r->root, list);
    const tn_yaml_node_t *item = node == NULL ? NULL : node->child;
    while (item != NULL && i-- > 0)
        item = item->next;
    return item;
}

static void check_dates(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *as_of = tn_yaml_get(r->root, "as_of");
    if (c->start == TN_DATE_NONE || c->as_of == TN_DATE_NONE) return;
    const char *start = tn_yaml_get(r->root, "start")->text;
    if (c->as_of < c->start) {
        tn_yaml_error(
            r->schema.diag, as_of, "'as_of' (%s) comes before 'start' (%s)", as_of->text, start);
    } else if (c->as_of - c->start < 7 && c->n_reports + c->n_silences > 0) {
        tn_yaml_error(r->schema.diag, as_of,
            "with reports 'as_of' (%s) must be at least one week after 'start' (%s)", as_of->text,
            start);
    } else if ((c->as_of - c->start) / 7 > TN_MAX_HISTORY_WEEKS) {
        tn_yaml_error(r->schema.diag, as_of,
            "'as_of' (%s) is more than a hundred years after 'start' (%s)", as_of->text, start);
    }
    if (tn_case_last_day(c) > tn_date_from_ymd(9999, 12, 31)) {
        tn_yaml_error(r->schema.diag, as_of, "the longest horizon ends after the year 9999");
    }
}

static void check_leader(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *born = tn_yaml_get(tn_yaml_get(r->root, "leader"), "born");
    if (born == NULL || c->leader.born == TN_DATE_NONE || c->start == TN_DATE_NONE) return;
    const double age = (c->start - c->leader.born) / TN_DAYS_PER_YEAR;
    if (age < 0.0) {
        tn_yaml_error(r->schema.diag, born, "the leader is born (%s) after 'start' (%s)",
            born->text, tn_yaml_get(r->root, "start")->text);
    } else if (age < YOUNGEST || age > OLDEST) {
        tn_yaml_warning(r->schema.diag, born,
            "the leader is %d years old at 'start', is this meant?", (int)age);
    }
}

static void check_reference(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    double sum = 0.0;
    for (int i = 0; i < TN_N_ROUTES; i++)
        sum += isnan(c->target[i]) ? 0.0 : c->target[i];
    if (sum <= 1.0) return;
    tn_yaml_warning(r->schema.diag, tn_yaml_get_key(r->root, "reference", 9),
        "the hazards add up to more than 1 a year; they are annual, is this meant?");
}

static void check_parameters(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    const tn_yaml_node_t *map = tn_yaml_get(r->root, "parameters");
    const tn_yaml_node_t *lo = tn_yaml_get(map, "p_lo"), *hi = tn_yaml_get(map, "p_hi");
    if (c->parameter[TN_P_p_lo] < c->parameter[TN_P_p_hi] || (lo == NULL && hi == NULL)) return;
    tn_yaml_error(r->schema.diag, hi != NULL ? hi : lo,
        "'p_lo' must be below 'p_hi', found %s and %s", lo != NULL ? lo->text : "the default 0.25",
        hi != NULL ? hi->text : "the default 0.6");
}

static void check_when(
    tn_case_reader_t *r, const tn_yaml_node_t *item, const char *what, int32_t from, int32_t to)
{
    const int32_t last = tn_case_last_day(r->c);
    if (item == NULL || from == TN_DATE_NONE || to == TN_DATE_NONE) return;
    if (r->c->start == TN_DATE_NONE || last == TN_DATE_NONE) return;
    if (to < r->c->start) {
        tn_yaml_warning(
            r->schema.diag, item, "this %s lies before 'start' and never happens", what);
    } else if (from > last) {
        tn_yaml_warning(r->schema.diag, item,
            "this %s lies after the end of the simulation and never happens", what);
    }
}

/* Entries of a list that were no mappings have no place in the arrays; then nothing is checked
 * here. */
static bool is_complete(tn_case_reader_t *r, const char *list, int n)
{
    const tn_yaml_node_t *node = tn_yaml_get(r->root, list);
    return node != NULL && node->kind == TN_YAML_LIST && node->n_children == n;
}

static void check_events(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    int n_later = 0;
    if (is_complete(r, "events", c->n_events)) {
        const tn_yaml_node_t *item = item_at(r, "events", 0);
        for (int i = 0; item != NULL; item = item->next, i++) {
            const tn_event_t *e = &c->event[i];
            check_when(r, item, "event", e->from, e->to);
            if (e->is_dated && e->from > c->as_of) n_later++;
        }
    }
    if (is_complete(r, "scheduled_exits", c->n_scheduled)) {
        const tn_yaml_node_t *item = item_at(r, "scheduled_exits", 0);
        for (int i = 0; item != NULL; item = item->next, i++) {
            check_when(r, item, "exit", c->scheduled[i].date, c->scheduled[i].date);
        }
    }
    if (!r->leaves_out_later || c->as_of == TN_DATE_NONE || n_later == 0) return;
    tn_yaml_warning(r->schema.diag, tn_yaml_get(r->root, "as_of"),
        "%d dated event%s after this day stay%s in: who stood there may not have known", n_later,
        n_later == 1 ? "" : "s", n_later == 1 ? "s" : "");
}

/* Origins that say something should have an interest; neutral is a choice better made than
 * forgotten. */
static void check_interests(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    if (!is_complete(r, "origins", c->n_origins)) return;
    const tn_yaml_node_t *item = item_at(r, "origins", 0);
    for (int i = 0; item != NULL; item = item->next, i++) {
        bool has_reports = false;
        for (int k = 0; k < c->n_reports; k++)
            has_reports |= c->report[k].origin == i;
        if (c->origin[i].has_interest || !has_reports) continue;
        tn_yaml_warning(r->schema.diag, item,
            "origin '%s' makes reports but has no 'interest', neutral is assumed",
            c->origin[i].id != NULL ? c->origin[i].id : "?");
    }
}

/* Why the observable can never be true in this court; NULL if it can. */
static const char *why_never(const tn_case_t *c, int observable)
{
    const int military = tn_case_find_group(c, "military");
    int n_doves = 0, n_hawks = 0;
    for (int i = 0; i < c->n_actors; i++) {
        n_doves += c->actor[i].position < -0.1;
        n_hawks += c->actor[i].position > 0.1;
    }
    if (observable == TN_O_dove_discontent && n_doves == 0)
        return "no actor has 'position' below -0.1";
    if (observable == TN_O_hawk_discontent && n_hawks == 0)
        return "no actor has 'position' above 0.1";
    if (observable == TN_O_purge_of_commander && military < 0)
        return "no actor is in group 'military'";
    return NULL;
}

static void check_claims(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    if (c->n_actors == 0 || !is_complete(r, "reports", c->n_reports)) return;
    const tn_yaml_node_t *item = item_at(r, "reports", 0);
    for (int i = 0; item != NULL; item = item->next, i++) {
        const char *why = why_never(c, c->report[i].observable);
        if (why == NULL) continue;
        tn_yaml_warning(r->schema.diag, tn_yaml_get(tn_yaml_get(item, "claim"), "observable"),
            "this can never be true here: %s", why);
    }
}

void tn_case_check(tn_case_reader_t *r)
{
    check_dates(r);
    check_leader(r);
    check_reference(r);
    check_parameters(r);
    check_events(r);
    check_interests(r);
    check_claims(r);
}
