/* Actors, their groups and the ties between them. Groups are numbered in order of first mention. */
#include "model/case_reader.h"

#include <string.h>

#define MOST_LISTED     1000 /* actors read for their ids even if there are too many of them */
#define MOST_GROUP_NAME 64   /* it serves as a key in effects */
#define MOST_PAIRS      (TN_MAX_ACTORS * (TN_MAX_ACTORS - 1) / 2)

/* The tie of a pair is no key of a section, but has a type and a range all the same. */
static const tn_schema_row_t tie_row = {.key = "tie", .type = TN_SCHEMA_NUMBER, .lo = 0, .hi = 1};

static void read_group(tn_case_reader_t *r, const tn_yaml_node_t *node, tn_actor_t *actor)
{
    tn_case_t *c = r->c;
    char *name = NULL;
    actor->group = -1;
    if (!tn_case_value(r, TN_SECTION_ACTOR, node, "group", &name) || name == NULL) return;
    actor->group = tn_case_find_group(c, name);
    if (actor->group >= 0) return;
    if (strlen(name) > MOST_GROUP_NAME) {
        tn_yaml_error(r->schema.diag, tn_yaml_get(node, "group"),
            "the name of the group is longer than %d bytes", MOST_GROUP_NAME);
    }
    actor->group = c->n_groups;
    c->group[c->n_groups++] = name;
}

static int read_actor(tn_case_reader_t *r, const tn_yaml_node_t *list, const tn_yaml_node_t *item)
{
    tn_case_t *c = r->c;
    tn_actor_t *actor = &c->actor[c->n_actors];
    actor->group = -1;
    if (tn_schema_fill(c->arena, tn_schema(TN_SECTION_ACTOR), actor) < 0) return TN_ENOMEM;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_ACTOR), item, actor)) return 0;
    read_group(r, item, actor);
    tn_case_check_id(r, list, item);
    if (actor->name == NULL) actor->name = actor->id;
    c->n_actors++;
    return 0;
}

static void check_interim(tn_case_reader_t *r, const tn_yaml_node_t *list)
{
    const tn_yaml_node_t *first = NULL;
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        const tn_yaml_node_t *flag = tn_yaml_get(item, "interim");
        if (!tn_yaml_is_text(flag, "true")) continue;
        if (first == NULL) {
            first = flag;
            continue;
        }
        tn_yaml_error(r->schema.diag, flag,
            "a second interim, the first is in line %d; at most one", first->line);
    }
}

static void check_candidates(tn_case_reader_t *r)
{
    const tn_case_t *c = r->c;
    for (int i = 0; i < c->n_actors; i++) {
        if (!(c->actor[i].candidate <= 0.0)) return; /* a mistaken one counts too */
    }
    if (c->n_actors == 0) return;
    tn_yaml_error(r->schema.diag, tn_yaml_get_key(r->root, "actors", 6),
        "no actor has 'candidate' above 0, so nobody could succeed");
}

static int read_list(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *list = tn_case_list(r, "actors", TN_MIN_ACTORS, TN_MAX_ACTORS);
    if (list == NULL) return 0;
    const int n = list->n_children < MOST_LISTED ? list->n_children : MOST_LISTED;
    c->actor = tn_arena_calloc(c->arena, (size_t)n, sizeof *c->actor);
    c->group = tn_arena_calloc(c->arena, (size_t)n, sizeof *c->group);
    if (c->actor == NULL || c->group == NULL) return TN_ENOMEM;
    const tn_yaml_node_t *item = list->child;
    for (int i = 0; i < n; item = item->next, i++) {
        if (read_actor(r, list, item) < 0) return TN_ENOMEM;
    }
    check_interim(r, list);
    check_candidates(r);
    return 0;
}

static void set_tie(tn_case_t *c, int i, int j, double tie)
{
    c->tie[i * c->n_actors + j] = tie;
    c->tie[j * c->n_actors + i] = tie;
}

/* first_line: n_actors x n_actors, where a pair was given first; 0: not yet. */
static void read_pair(tn_case_reader_t *r, const tn_yaml_node_t *pair, int *first_line)
{
    double tie = 0.0;
    if (pair->kind != TN_YAML_LIST || pair->n_children != 3) {
        tn_schema_mismatch(&r->schema, "pairs", "lists [id, id, tie]", pair);
        return;
    }
    const tn_yaml_node_t *first = pair->child, *second = first->next;
    const int i = tn_case_actor_at(r, first), j = tn_case_actor_at(r, second);
    const bool has_tie = tn_schema_scalar(&r->schema, &tie_row, second->next, &tie);
    if (i < 0 || j < 0) return;
    if (i == j) {
        tn_yaml_error(
            r->schema.diag, second, "'%s' is tied to itself, expected two actors", second->text);
        return;
    }
    int *line = &first_line[i < j ? i * r->c->n_actors + j : j * r->c->n_actors + i];
    if (*line > 0) {
        tn_yaml_error(r->schema.diag, pair,
            "the pair '%s' and '%s' is given twice, first in line %d", first->text, second->text,
            *line);
    } else {
        *line = pair->line;
        if (has_tie) set_tie(r->c, i, j, tie);
    }
}

static int read_ties(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *node = tn_yaml_get(r->root, "ties");
    double any = 0.1, within = 0.4;
    tn_schema_read(&r->schema, tn_schema(TN_SECTION_TIES), node, c);
    tn_case_value(r, TN_SECTION_TIES, node, "default", &any);
    tn_case_value(r, TN_SECTION_TIES, node, "within_group", &within);
    c->tie = tn_arena_calloc(c->arena, (size_t)c->n_actors * (size_t)c->n_actors, sizeof *c->tie);
    if (c->tie == NULL) return TN_ENOMEM;
    for (int i = 0; i < c->n_actors; i++) {
        for (int j = 0; j < i; j++) {
            const bool is_same = c->actor[i].group >= 0 && c->actor[i].group == c->actor[j].group;
            set_tie(c, i, j, is_same ? within : any);
        }
    }
    const tn_yaml_node_t *pairs = tn_yaml_get(node, "pairs");
    if (pairs != NULL && pairs->kind != TN_YAML_LIST) {
        tn_schema_mismatch(&r->schema, "pairs", "a list of [id, id, tie]", pairs);
        return 0;
    }
    if (pairs != NULL && pairs->n_children > MOST_PAIRS) {
        tn_yaml_error(r->schema.diag, pairs,
            "'pairs' has %d entries, but 63 actors have only %d pairs", pairs->n_children,
            MOST_PAIRS);
        return 0;
    }
    const tn_yaml_node_t *pair = pairs == NULL ? NULL : pairs->child;
    const size_t n_cells = (size_t)c->n_actors * (size_t)c->n_actors;
    int *first_line = tn_arena_calloc(r->scratch, n_cells, sizeof *first_line);
    if (first_line == NULL) return TN_ENOMEM;
    for (; pair != NULL; pair = pair->next)
        read_pair(r, pair, first_line);
    return 0;
}

int tn_case_read_actors(tn_case_reader_t *r)
{
    const int ret = read_list(r);
    return ret < 0 ? ret : read_ties(r);
}
