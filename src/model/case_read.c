/* The frame of a case: everything that stands once. Lists are read in case_actors.c, case_events.c
 * and case_reports.c, by the helpers at the end of this file. */
#include "model/case_reader.h"

#include "base/date.h"
#include "base/str.h"
#include "tenure/lifetable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_LIFE_TABLES 32

static void read_horizon(tn_case_reader_t *r, const tn_yaml_node_t *item)
{
    tn_case_t *c = r->c;
    tn_horizon_t *h = &c->horizon[c->n_horizons];
    const bool is_scalar = item->kind == TN_YAML_SCALAR;
    if (!is_scalar || !tn_duration_parse(item->text, item->n, &h->weeks)) {
        tn_schema_mismatch(&r->schema, "horizons",
            "durations from 1w to 5218w or 1y to 100y, such as 13w or 5y", item);
        return;
    }
    const int last = c->n_horizons > 0 ? c->horizon[c->n_horizons - 1].weeks : 0;
    if (h->weeks <= last) {
        tn_yaml_error(r->schema.diag, item,
            "horizons must ascend, but '%s' (%d weeks) does not come after '%s' (%d weeks)",
            item->text, h->weeks, c->horizon[c->n_horizons - 1].label, last);
        return;
    }
    snprintf(h->label, sizeof h->label, "%s", item->text);
    if (c->as_of != TN_DATE_NONE) h->date = c->as_of + 7 * h->weeks;
    c->n_horizons++;
}

static void read_horizons(tn_case_reader_t *r)
{
    static const char *const fallback[] = {"13w", "26w", "52w", "104w", "5y"};
    tn_case_t *c = r->c;
    const tn_yaml_node_t *list = tn_yaml_get(r->root, "horizons");
    if (list != NULL) {
        list = tn_case_list(r, "horizons", 1, TN_MAX_HORIZONS);
        const tn_yaml_node_t *item = list == NULL ? NULL : list->child;
        for (int i = 0; item != NULL && i < TN_MAX_HORIZONS; item = item->next, i++) {
            read_horizon(r, item);
        }
        return;
    }
    for (size_t i = 0; i < sizeof fallback / sizeof fallback[0]; i++) {
        tn_horizon_t *h = &c->horizon[c->n_horizons++];
        tn_duration_parse(fallback[i], strlen(fallback[i]), &h->weeks);
        snprintf(h->label, sizeof h->label, "%s", fallback[i]);
        if (c->as_of != TN_DATE_NONE) h->date = c->as_of + 7 * h->weeks;
    }
}

/** The built-in table named, else NULL: numbers of one's own, or a mistake. */
static const tn_lifetable_t *read_life_table(tn_case_reader_t *r, const tn_yaml_node_t *node)
{
    tn_leader_t *leader = &r->c->leader;
    const char *names[MAX_LIFE_TABLES];
    size_t n;
    const tn_lifetable_t *tables = tn_lifetable_list(&n);
    if (node->kind == TN_YAML_MAPPING) {
        tn_schema_read(&r->schema, tn_schema(TN_SECTION_LIFE_TABLE), node, leader);
        return NULL;
    }
    if (node->kind != TN_YAML_SCALAR || tn_yaml_is_empty(node)) {
        tn_schema_mismatch(&r->schema, "life_table",
            tn_schema_find(tn_schema(TN_SECTION_LEADER), "life_table")->form, node);
        return NULL;
    }
    for (size_t i = 0; i < n && i < MAX_LIFE_TABLES; i++) {
        names[i] = tables[i].name;
        if (!tn_yaml_is_text(node, names[i])) continue;
        leader->life_table = tn_arena_strndup(r->c->arena, node->text, node->n);
        leader->m69 = tables[i].m69;
        leader->slope = tables[i].slope;
        return &tables[i];
    }
    tn_case_unknown(r, node, "life table", names, n < MAX_LIFE_TABLES ? n : MAX_LIFE_TABLES);
    return NULL;
}

static void read_career(tn_case_reader_t *r, const tn_yaml_node_t *node)
{
    tn_leader_t *leader = &r->c->leader;
    int regime = -1, entry = 0; /* regular */
    leader->entered = TN_DATE_NONE;
    tn_case_value(r, TN_SECTION_LEADER, node, "entered", &leader->entered);
    tn_case_value(r, TN_SECTION_LEADER, node, "regime", &regime);
    tn_case_value(r, TN_SECTION_LEADER, node, "entry", &entry);
    leader->regime = (int8_t)regime;
    leader->entry = (int8_t)entry;
}

static void read_leader(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *node = tn_yaml_get(r->root, "leader");
    const tn_lifetable_t *table = NULL;
    int sex = -1;
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_LEADER), node, &c->leader)) return;
    const tn_yaml_node_t *life_table = tn_yaml_get(node, "life_table");
    if (life_table != NULL) table = read_life_table(r, life_table);
    tn_case_value(r, TN_SECTION_LEADER, node, "sex", &sex);
    read_career(r, node);
    c->leader.is_female = sex >= 0 ? sex == 1 : table != NULL && table->is_female;
    if (sex >= 0 && table != NULL && c->leader.is_female != table->is_female) {
        tn_yaml_warning(r->schema.diag, life_table, "life table '%s' does not go with sex '%s'",
            life_table->text, sex == 1 ? "female" : "male");
    }
}

static void read_parameters(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *node = tn_yaml_get(r->root, "parameters");
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_PARAMETERS), node, c)) return;
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        const int p = tn_parameter_find(key->text);
        if (p >= 0) c->is_parameter_set[p] = true;
    }
}

static void read_reference(tn_case_reader_t *r)
{
    const tn_yaml_node_t *node = tn_yaml_get(r->root, "reference");
    int anchor = 0, from = 0;
    if (node != NULL && node->kind == TN_YAML_SCALAR) {
        r->c->is_base = tn_yaml_is_text(node, "base");
        if (!r->c->is_base)
            tn_schema_mismatch(&r->schema, "reference", "a mapping or the word 'base'", node);
        return;
    }
    if (!tn_schema_read(&r->schema, tn_schema(TN_SECTION_REFERENCE), node, r->c)) return;
    tn_case_value(r, TN_SECTION_REFERENCE, node, "anchor", &anchor);
    r->c->is_anchor_fixed = anchor == 1;
    tn_case_value(r, TN_SECTION_REFERENCE, node, "from", &from);
    r->c->is_base = from == 1;
}

static int read_not_entered(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    const tn_yaml_node_t *list = tn_case_list(r, "not_entered", 0, TN_MAX_NOT_ENTERED);
    if (list == NULL) return 0;
    c->not_entered = tn_arena_calloc(c->arena, (size_t)list->n_children, sizeof *c->not_entered);
    if (c->not_entered == NULL) return TN_ENOMEM;
    const tn_schema_row_t row = {
        .key = "not_entered", .type = TN_SCHEMA_TEXT, .form = "a list of texts"};
    for (const tn_yaml_node_t *item = list->child; item != NULL; item = item->next) {
        if (tn_schema_scalar(&r->schema, &row, item, &c->not_entered[c->n_not_entered])) {
            c->n_not_entered++;
        }
    }
    return 0;
}

static int fill_defaults(tn_case_t *c)
{
    static const tn_schema_id_t once[] = {TN_SECTION_ROOT, TN_SECTION_REFERENCE, TN_SECTION_WORLD,
        TN_SECTION_PARAMETERS, TN_SECTION_SUCCESSION, TN_SECTION_TIES};
    for (int i = 0; i < TN_N_ROUTES; i++)
        c->target[i] = NAN;
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        if (tn_schema_fill(c->arena, tn_schema(once[i]), c) < 0) return TN_ENOMEM;
    }
    return tn_schema_fill(c->arena, tn_schema(TN_SECTION_LEADER), &c->leader);
}

int tn_case_read_frame(tn_case_reader_t *r)
{
    tn_case_t *c = r->c;
    int version;
    if (fill_defaults(c) < 0) return TN_ENOMEM;
    tn_schema_read(&r->schema, tn_schema(TN_SECTION_ROOT), r->root, c);
    tn_case_value(r, TN_SECTION_ROOT, r->root, "tenure", &version);
    if (c->title == NULL) c->title = c->name;
    read_horizons(r);
    read_leader(r);
    read_reference(r);
    tn_schema_read(&r->schema, tn_schema(TN_SECTION_WORLD), tn_yaml_get(r->root, "world"), c);
    tn_schema_read(
        &r->schema, tn_schema(TN_SECTION_SUCCESSION), tn_yaml_get(r->root, "succession"), c);
    read_parameters(r);
    return read_not_entered(r);
}

const tn_yaml_node_t *tn_case_list(tn_case_reader_t *r, const char *key, size_t least, size_t most)
{
    const tn_yaml_node_t *list = tn_yaml_get(r->root, key);
    if (list == NULL || list->is_bad) return NULL;
    if (list->kind != TN_YAML_LIST) {
        tn_schema_mismatch(
            &r->schema, key, tn_schema_find(tn_schema(TN_SECTION_ROOT), key)->form, list);
        return NULL;
    }
    const size_t n = (size_t)list->n_children;
    if (n < least || n > most) {
        const tn_yaml_node_t *name = tn_yaml_get_key(r->root, key, strlen(key));
        tn_yaml_error(r->schema.diag, name, "'%s' has %zu entr%s, expected %zu to %zu", key, n,
            n == 1 ? "y" : "ies", least, most);
    }
    return list;
}

bool tn_case_value(tn_case_reader_t *r, tn_schema_id_t section, const tn_yaml_node_t *node,
    const char *key, void *out)
{
    const tn_yaml_node_t *value = tn_yaml_get(node, key);
    if (value == NULL) return false;
    return tn_schema_scalar(&r->schema, tn_schema_find(tn_schema(section), key), value, out);
}

void tn_case_check_id(tn_case_reader_t *r, const tn_yaml_node_t *list, const tn_yaml_node_t *item)
{
    const tn_yaml_node_t *id = tn_yaml_get(item, "id");
    if (id == NULL || id->kind != TN_YAML_SCALAR || id->is_bad) return;
    for (const tn_yaml_node_t *other = list->child; other != item; other = other->next) {
        const tn_yaml_node_t *first = tn_yaml_get(other, "id");
        if (first == NULL || !tn_yaml_is_text(first, id->text)) continue;
        tn_yaml_error(r->schema.diag, id, "id '%.64s' is given twice, first in line %d", id->text,
            first->line);
        return;
    }
}

void tn_case_unknown(tn_case_reader_t *r, const tn_yaml_node_t *node, const char *what,
    const char *const *names, size_t n_names)
{
    char found[128], list[1400];
    if (node->is_bad) return;
    tn_schema_found(node, found, sizeof found);
    const bool is_flood = tn_diag_n_errors(r->schema.diag) >= TN_DIAG_MAX; /* nobody reads so far */
    tn_schema_one_of(node->text, names, is_flood ? 0 : n_names, list, sizeof list);
    if (node->kind != TN_YAML_SCALAR) {
        tn_yaml_error(r->schema.diag, node, "found %s in place of an id (%s)%s", found, what, list);
        return;
    }
    tn_yaml_error(r->schema.diag, node, "unknown %s %s%s", what, found, list);
}

int tn_case_actor_at(tn_case_reader_t *r, const tn_yaml_node_t *node)
{
    const char *names[TN_MAX_ACTORS];
    size_t n = 0;
    const int i = node->kind == TN_YAML_SCALAR ? tn_case_find_actor(r->c, node->text) : -1;
    if (i >= 0) return i;
    for (int k = 0; k < r->c->n_actors && n < TN_MAX_ACTORS; k++) {
        if (r->c->actor[k].id != NULL) names[n++] = r->c->actor[k].id;
    }
    if (n > 0) tn_case_unknown(r, node, "actor", names, n);
    return -1;
}

int tn_case_origin_at(tn_case_reader_t *r, const tn_yaml_node_t *node)
{
    const char *names[TN_MAX_ORIGINS];
    size_t n = 0;
    const int i = node->kind == TN_YAML_SCALAR ? tn_case_find_origin(r->c, node->text) : -1;
    if (i >= 0) return i;
    for (int k = 0; k < r->c->n_origins && n < TN_MAX_ORIGINS; k++) {
        if (r->c->origin[k].id != NULL) names[n++] = r->c->origin[k].id;
    }
    tn_case_unknown(r, node, "origin", names, n);
    return -1;
}

int tn_case_observable_at(tn_case_reader_t *r, const tn_yaml_node_t *node)
{
    const char *names[TN_N_OBSERVABLES];
    const int o = node->kind == TN_YAML_SCALAR ? tn_observable_find(node->text) : -1;
    if (o >= 0) return o;
    for (int k = 0; k < TN_N_OBSERVABLES; k++)
        names[k] = tn_observable(k)->name;
    tn_case_unknown(r, node, "observable", names, TN_N_OBSERVABLES);
    return -1;
}

int32_t tn_case_last_day(const tn_case_t *c)
{
    if (c->as_of == TN_DATE_NONE || c->n_horizons == 0) return TN_DATE_NONE;
    return c->as_of + 7 * c->horizon[c->n_horizons - 1].weeks - 1;
}
