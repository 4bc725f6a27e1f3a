/* Events with their effects, and scheduled exits. Effects keep the order of the file. */
#include "model/case_reader.h"

#include "base/date.h"

#include <string.h>

static const tn_schema_row_t amount_row = {
    .key = "grievance", .type = TN_SCHEMA_NUMBER, .lo = -3, .hi = 3};

static uint64_t bit_of(int actor)
{
    return actor >= 0 && actor < TN_MAX_ACTORS ? (uint64_t)1 << actor : 0;
}

static uint64_t members_of(const tn_case_t *c, int group)
{
    uint64_t mask = 0;
    for (int i = 0; i < c->n_actors; i++) {
        if (group < 0 || c->actor[i].group == group) mask |= bit_of(i);
    }
    return mask;
}

static void unknown_reach(tn_case_reader_t *r, const tn_yaml_node_t *key)
{
    const tn_case_t *c = r->c;
    const char *names[2 * TN_MAX_ACTORS + 1];
    size_t n = 0;
    names[n++] = "all";
    for (int g = 0; g < c->n_groups && g < TN_MAX_ACTORS; g++)
        names[n++] = c->group[g];
    for (int i = 0; i < c->n_actors && i < TN_MAX_ACTORS; i++) {
        if (c->actor[i].id != NULL) names[n++] = c->actor[i].id;
    }
    if (c->n_actors > 0) tn_case_unknown(r, key, "group or actor", names, n);
}

/* Whom a grievance reaches: all, a group, or an actor, in this order. */
static uint64_t reach_of(tn_case_reader_t *r, const tn_yaml_node_t *key)
{
    const tn_case_t *c = r->c;
    if (strcmp(key->text, "all") == 0) return members_of(c, -1);
    const int group = tn_case_find_group(c, key->text);
    const int actor = tn_case_find_actor(c, key->text);
    if (group >= 0 && actor >= 0 && members_of(c, group) != bit_of(actor)) {
        tn_yaml_warning(r->schema.diag, key,
            "'%s' is a group and an actor, the whole group is meant", key->text);
    }
    if (group >= 0) return members_of(c, group);
    if (actor < 0) unknown_reach(r, key);
    return bit_of(actor);
}

static void add_effect(tn_event_t *event, tn_effect_kind_t kind, double value, uint64_t actors)
{
    event->effects[event->n_effects++] =
        (tn_effect_t){.kind = kind, .value = value, .actors = actors};
}

static void read_grievances(tn_case_reader_t *r, const tn_yaml_node_t *node, tn_event_t *event)
{
    if (node->kind != TN_YAML_MAPPING) {
        tn_schema_mismatch(&r->schema, "grievance",
            tn_schema_find(tn_schema(TN_SECTION_EFFECTS), "grievance")->form, node);
        return;
    }
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        double amount;
        const uint64_t actors = reach_of(r, key);
        if (tn_schema_scalar(&r->schema, &amount_row, key->value, &amount)) {
            add_effect(event, TN_EFFECT_GRIEVANCE, amount, actors);
        }
    }
}

static void read_leader_ill(tn_case_reader_t *r, const tn_yaml_node_t *map, tn_event_t *event)
{
    bool is_ill = true;
    if (!tn_case_value(r, TN_SECTION_EFFECTS, map, "leader_ill", &is_ill)) return;
    if (is_ill) {
        add_effect(event, TN_EFFECT_LEADER_ILL, 1.0, 0);
    } else {
        tn_yaml_error(r->schema.diag, tn_yaml_get(map, "leader_ill"),
            "'leader_ill' can only be true, leave it out otherwise");
    }
}

static void read_effect(
    tn_case_reader_t *r, const tn_yaml_node_t *map, const tn_yaml_node_t *key, tn_event_t *event)
{
    static const char *const added[] = {
        "sanctions", "fear", "threat", "protest", "economy", "war_progress"};
    double value;
    int war;
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        if (strcmp(key->text, added[i]) != 0) continue;
        if (!tn_case_value(r, TN_SECTION_EFFECTS, map, key->text, &value)) return;
        add_effect(event, (tn_effect_kind_t)((int)TN_EFFECT_SANCTIONS + (int)i), value, 0);
    }
    if (strcmp(key->text, "war") == 0 && tn_case_value(r, TN_SECTION_EFFECTS, map, "war", &war)) {
        add_effect(event, (tn_effect_kind_t)((int)TN_EFFECT_WAR_START + war), 0.0, 0);
    } else if (strcmp(key->text, "replace") == 0) {
        add_effect(event, TN_EFFECT_REPLACE, 0.0, bit_of(tn_case_actor_at(r, key->value)));
    } else if (strcmp(key->text, "grievance") == 0) {
        read_grievances(r, key->value, event);
    } else if (strcmp(key->text, "leader_ill") == 0) {
        read_leader_ill(r, map, event);
    }
}

static int read_effects(tn_case_reader_t *r, const tn_yaml_node_t *node, tn_event_t *event)
{
    size_t n = 0;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_EFFECTS), node, NULL)) return 0;
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        n += key->value->kind == TN_YAML_MAPPING ? (size_t)key->value->n_children : 1;
    }
    if (n > TN_MAX_EFFECTS) {
        tn_yaml_error(r->schema.diag, node, "an event has %zu effects, expected at most %d", n,
            TN_MAX_EFFECTS);
        return 0;
    }
    event->effects = tn_arena_calloc(r->c->arena, n, sizeof *event->effects);
    if (event->effects == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        if (!key->is_bad) read_effect(r, node, key, event);
    }
    return 0;
}

/* Dated events: date, and a probability of 1 unless given. */
static void read_date(tn_case_reader_t *r, const tn_yaml_node_t *item, tn_event_t *event)
{
    const tn_yaml_node_t *from = tn_yaml_get(item, "from"), *to = tn_yaml_get(item, "to");
    event->is_dated = true;
    event->probability = 1.0;
    tn_case_value(r, TN_SECTION_EVENT, item, "date", &event->from);
    event->to = event->from;
    tn_case_value(r, TN_SECTION_EVENT, item, "probability", &event->probability);
    if (from != NULL || to != NULL) {
        tn_yaml_error(r->schema.diag, from != NULL ? from : to,
            "an event has either 'date' or 'from' and 'to', not both");
    }
}

static void read_window(tn_case_reader_t *r, const tn_yaml_node_t *item, tn_event_t *event)
{
    const tn_yaml_node_t *from = tn_yaml_get(item, "from"), *to = tn_yaml_get(item, "to");
    tn_case_value(r, TN_SECTION_EVENT, item, "from", &event->from);
    tn_case_value(r, TN_SECTION_EVENT, item, "to", &event->to);
    tn_case_value(r, TN_SECTION_EVENT, item, "probability", &event->probability);
    if (from == NULL && to == NULL) {
        tn_yaml_error(
            r->schema.diag, item, "an event needs 'date', or 'from', 'to' and 'probability'");
        return;
    }
    if (from == NULL || to == NULL) {
        tn_yaml_error(r->schema.diag, item, "an event with '%s' needs '%s' too",
            from == NULL ? "to" : "from", from == NULL ? "from" : "to");
    }
    if (tn_yaml_get(item, "probability") == NULL) {
        tn_yaml_error(r->schema.diag, item,
            "an event with 'from' and 'to' needs 'probability', a number from 0 to 1");
    }
    if (from == NULL || to == NULL) return;
    if (event->from == TN_DATE_NONE || event->to == TN_DATE_NONE) return;
    if (event->from > event->to) {
        tn_yaml_error(
            r->schema.diag, to, "'to' (%s) comes before 'from' (%s)", to->text, from->text);
    }
}

static int read_event(tn_case_reader_t *r, const tn_yaml_node_t *list, const tn_yaml_node_t *item)
{
    tn_case_t *c = r->c;
    tn_event_t *event = &c->event[c->n_events];
    *event = (tn_event_t){.from = TN_DATE_NONE, .to = TN_DATE_NONE};
    if (tn_schema_fill(c->arena, tn_schema(TN_SECTION_EVENT), event) < 0) return TN_ENOMEM;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_EVENT), item, event)) return 0;
    tn_case_check_id(r, list, item);
    if (tn_yaml_get(item, "date") != NULL) {
        read_date(r, item, event);
    } else {
        read_window(r, item, event);
    }
    c->n_events++;
    return read_effects(r, tn_yaml_get(item, "effects"), event);
}

static int read_events(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *list = tn_case_list(r, "events", 0, TN_MAX_EVENTS);
    if (list == NULL || list->n_children > TN_MAX_EVENTS) return 0;
    c->event = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->event);
    if (c->event == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        if (read_event(r, list, item) < 0) return TN_ENOMEM;
    }
    return 0;
}

static int read_scheduled(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *list = tn_case_list(r, "scheduled_exits", 0, TN_MAX_SCHEDULED);
    if (list == NULL || list->n_children > TN_MAX_SCHEDULED) return 0;
    const tn_schema_section_t *section = tn_schema(TN_SECTION_SCHEDULED);
    c->scheduled = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->scheduled);
    if (c->scheduled == NULL) return TN_ENOMEM;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        tn_scheduled_exit_t *exit = &c->scheduled[c->n_scheduled];
        if (tn_schema_fill(c->arena, section, exit) < 0) return TN_ENOMEM;
        if (tn_schema_read(&r->schema, section, item, exit)) c->n_scheduled++;
    }
    return 0;
}

int tn_case_read_events(tn_case_reader_t *r)
{
    const int ret = read_events(r);
    return ret < 0 ? ret : read_scheduled(r);
}
