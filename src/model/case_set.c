/* Settings of the command line, written into the tree before the schema reads it: so they meet the
 * same checks and messages as the file. "actors.army.power=9": keys of mappings; ids, or places
 * from 0, of lists. */
#include "model/case_reader.h"

#include "base/str.h"
#include "io/yaml_source.h"

#include <stdio.h>
#include <string.h>

#define MAX_IDS 64 /* ids offered when one is unknown */

typedef struct setting {
    tn_arena_t *arena;
    tn_diag_t *diag;
    const tn_yaml_source_t *source; /* the whole text path=value */
} setting_t;

/* A node for bytes [from, from + n) of the setting's text. */
static tn_yaml_node_t *node_at(const setting_t *s, tn_yaml_kind_t kind, size_t from, size_t n)
{
    tn_yaml_node_t *node = tn_arena_calloc(s->arena, 1, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->is_plain = true;
    node->source = s->source;
    node->line = s->source->first_line;
    node->column = (int)tn_str_utf8_length(s->source->bytes, from) + 1;
    node->width = (int)tn_str_utf8_length(s->source->bytes + from, n);
    node->offset = from;
    node->n = kind == TN_YAML_SCALAR ? n : 0;
    node->text = tn_arena_strndup(s->arena, s->source->bytes + from, node->n);
    return node->text == NULL ? NULL : node;
}

/* The value's nodes were parsed from a text of their own: move them behind "path=". */
static void move_nodes(
    tn_yaml_node_t *node, const tn_yaml_source_t *source, int columns, size_t bytes)
{
    tn_yaml_node_t *stack[TN_CASE_MAX_DEPTH * 2 + 2];
    int depth = 0;
    stack[depth++] = node;
    while (depth > 0) {
        tn_yaml_node_t *top = stack[--depth];
        top->source = source;
        top->line = source->first_line;
        top->column += columns;
        top->offset += bytes;
        if (top->next != NULL && top != node) stack[depth++] = top->next;
        if (top->value != NULL) stack[depth++] = top->value;
        if (top->child != NULL) stack[depth++] = top->child;
    }
}

/* Parses what stands behind '='. NULL and *ret: TN_EINPUT (complained) or TN_ENOMEM. */
static tn_yaml_node_t *parse_value(const setting_t *s, size_t from, int *ret)
{
    const tn_yaml_source_t *all = s->source;
    tn_yaml_source_t *text = tn_yaml_source_new(
        s->arena, all->name, all->bytes + from, all->n_bytes - from, all->first_line);
    tn_yaml_node_t *value = NULL;
    *ret = TN_ENOMEM;
    if (text == NULL) return NULL;
    tn_diag_t *aside = NULL;
    if (tn_diag_new(&aside) < 0) return NULL;
    *ret = tn_yaml_parse(s->arena, text, TN_CASE_MAX_DEPTH - 2, aside, &value);
    const bool is_wrong = *ret == TN_EINPUT || tn_diag_n_errors(aside) > 0;
    if (is_wrong) {
        const tn_diag_entry_t *first = tn_diag_entry(aside, 0);
        tn_yaml_error_at(
            s->diag, all, from, "%s", first != NULL ? first->message : "the value cannot be read");
    } else if (*ret == 0 && value == NULL) {
        tn_yaml_error_at(s->diag, all, from - 1, "there is no value after '='");
    } else if (*ret == 0 && value->kind != TN_YAML_SCALAR && value->is_block) {
        tn_yaml_error_at(
            s->diag, all, from, "write a mapping as {key: value} and a list as [a, b]");
        value = NULL;
    }
    const bool is_lost = tn_diag_failed(aside);
    tn_diag_free(aside);
    if (is_wrong || *ret != 0 || value == NULL) {
        *ret = is_lost || *ret == TN_ENOMEM ? TN_ENOMEM : TN_EINPUT;
        return NULL;
    }
    move_nodes(value, all, (int)tn_str_utf8_length(all->bytes, from), from);
    return value;
}

static void unknown_entry(const setting_t *s, const tn_yaml_node_t *list, size_t from, size_t n)
{
    const char *names[MAX_IDS];
    char words[1024];
    size_t n_names = 0;
    const tn_yaml_node_t *segment = node_at(s, TN_YAML_SCALAR, from, n);
    if (segment == NULL) return;
    for (const tn_yaml_node_t *item = list->child; item != NULL && n_names < MAX_IDS;
         item = item->next) {
        const tn_yaml_node_t *id = tn_yaml_get(item, "id");
        if (id != NULL && id->kind == TN_YAML_SCALAR) names[n_names++] = id->text;
    }
    if (n_names == 0) {
        tn_yaml_error(s->diag, segment,
            "no entry '%.60s' in this list, expected a place from 0 to %d", segment->text,
            list->n_children - 1);
        return;
    }
    tn_schema_one_of(segment->text, names, n_names, words, sizeof words);
    tn_yaml_error(
        s->diag, segment, "no entry with id '%.60s' in this list%s", segment->text, words);
}

/* The pointer that holds the entry of a list with this id or place; NULL: complained. */
static tn_yaml_node_t **entry_slot(const setting_t *s, tn_yaml_node_t *list, size_t from, size_t n)
{
    const char *text = s->source->bytes + from;
    int64_t place = -1;
    tn_str_to_int64(text, n, 0, TN_YAML_MAX_NODES, &place);
    int64_t i = 0;
    for (tn_yaml_node_t **slot = &list->child; *slot != NULL; slot = &(*slot)->next, i++) {
        const tn_yaml_node_t *id = tn_yaml_get(*slot, "id");
        if (id == NULL && i == place) return slot;
        if (id != NULL && id->n == n && memcmp(id->text, text, n) == 0) return slot;
    }
    unknown_entry(s, list, from, n);
    return NULL;
}

/* The pointer that holds the value of a key, made if it is missing; NULL: no memory or complained.
 */
static tn_yaml_node_t **key_slot(const setting_t *s, tn_yaml_node_t *mapping, size_t from, size_t n)
{
    tn_yaml_node_t *key = tn_yaml_get_key(mapping, s->source->bytes + from, n);
    if (key != NULL) return &key->value;
    tn_yaml_node_t **end = &mapping->child;
    key = node_at(s, TN_YAML_SCALAR, from, n);
    if (key == NULL) return NULL;
    while (*end != NULL)
        end = &(*end)->next;
    *end = key;
    mapping->n_children++;
    return &key->value;
}

/* One step of the path. An empty value becomes a mapping, so that "reference:" can be filled. */
static tn_yaml_node_t **step(const setting_t *s, tn_yaml_node_t **slot, size_t from, size_t n)
{
    if (*slot == NULL || tn_yaml_is_empty(*slot)) {
        tn_yaml_node_t *next = *slot == NULL ? NULL : (*slot)->next;
        *slot = node_at(s, TN_YAML_MAPPING, from, n);
        if (*slot == NULL) return NULL;
        (*slot)->next = next;
    }
    if ((*slot)->kind == TN_YAML_MAPPING) return key_slot(s, *slot, from, n);
    if ((*slot)->kind == TN_YAML_LIST) return entry_slot(s, *slot, from, n);
    const tn_yaml_node_t *segment = node_at(s, TN_YAML_SCALAR, from, n);
    if (segment != NULL) {
        tn_yaml_error(s->diag, segment,
            "'%.60s' looks inside a single value ('%.40s'), expected a mapping or a list; a whole "
            "mapping is set by PATH={%.60s: ..., ...}",
            segment->text, (*slot)->text, segment->text);
    }
    return NULL;
}

/* Walks along the path [0, n_path) to the pointer that holds the value. */
static tn_yaml_node_t **find_slot(const setting_t *s, tn_yaml_node_t **root, size_t n_path)
{
    const char *text = s->source->bytes;
    tn_yaml_node_t **slot = root;
    int depth = 0;
    for (size_t from = 0; slot != NULL && from <= n_path;) {
        size_t to = from;
        while (to < n_path && text[to] != '.')
            to++;
        if (to == from || ++depth > TN_CASE_MAX_DEPTH / 2) {
            tn_yaml_error_at(s->diag, s->source, from,
                to == from ? "expected a name here, as in actors.army.power=9"
                           : "the path is too deep");
            return NULL;
        }
        slot = step(s, slot, from, to - from);
        from = to + 1;
    }
    return slot;
}

static int apply_setting(const setting_t *s, tn_yaml_node_t **root)
{
    const char *text = s->source->bytes;
    const char *equals = memchr(text, '=', s->source->n_bytes);
    int ret = 0;
    if (!tn_yaml_source_is_clean(s->source, s->diag)) return 0;
    if (s->source->n_lines > 1) {
        tn_yaml_error_at(s->diag, s->source, 0, "a setting must fit on one line");
        return 0;
    }
    if (equals == NULL || equals == text) {
        tn_yaml_error_at(s->diag, s->source, 0, "expected path=value, as in actors.army.power=9");
        return 0;
    }
    const size_t n_path = (size_t)(equals - text);
    tn_yaml_node_t *value = parse_value(s, n_path + 1, &ret);
    if (value == NULL) return ret == TN_ENOMEM ? ret : 0;
    tn_yaml_node_t **slot = find_slot(s, root, n_path);
    if (slot == NULL) return s->arena->failed ? TN_ENOMEM : 0;
    value->next = *slot == NULL ? NULL : (*slot)->next;
    *slot = value;
    return 0;
}

static int source_of(setting_t *s, const char *name, const char *text, int line)
{
    s->source = tn_yaml_source_new(s->arena, name, text, strlen(text), line);
    return s->source == NULL ? TN_ENOMEM : 0;
}

/* Puts value under key of the root, in place of what stands there. */
static int replace(tn_arena_t *arena, tn_yaml_node_t *root, const char *key, tn_yaml_node_t *value)
{
    tn_yaml_node_t *name = tn_yaml_get_key(root, key, strlen(key));
    if (name != NULL) {
        name->value = value;
        return 0;
    }
    name = tn_arena_calloc(arena, 1, sizeof *name);
    if (name == NULL) return TN_ENOMEM;
    *name = *value;
    name->kind = TN_YAML_SCALAR;
    name->text = key;
    name->n = strlen(key);
    name->value = value;
    name->child = NULL;
    name->next = root->child;
    root->child = name;
    root->n_children++;
    return 0;
}

static int apply_as_of(setting_t *s, const char *text, tn_yaml_node_t *root)
{
    if (source_of(s, "--as-of", text, 1) < 0) return TN_ENOMEM;
    if (!tn_yaml_source_is_clean(s->source, s->diag)) return 0;
    tn_yaml_node_t *value = node_at(s, TN_YAML_SCALAR, 0, s->source->n_bytes);
    return value == NULL ? TN_ENOMEM : replace(s->arena, root, "as_of", value);
}

/* "13w,26w,5y" as the list that would stand in the file. */
static int apply_horizons(setting_t *s, const char *text, tn_yaml_node_t *root)
{
    if (source_of(s, "--horizons", text, 1) < 0) return TN_ENOMEM;
    if (!tn_yaml_source_is_clean(s->source, s->diag)) return 0;
    const size_t n = s->source->n_bytes;
    tn_yaml_node_t *list = node_at(s, TN_YAML_LIST, 0, n);
    if (list == NULL) return TN_ENOMEM;
    tn_yaml_node_t **end = &list->child;
    for (size_t from = 0; from <= n && list->n_children <= TN_MAX_HORIZONS;) {
        size_t to = from;
        while (to < n && s->source->bytes[to] != ',')
            to++;
        *end = node_at(s, TN_YAML_SCALAR, from, to - from);
        if (*end == NULL) return TN_ENOMEM;
        end = &(*end)->next;
        list->n_children++;
        from = to + 1;
    }
    return replace(s->arena, root, "horizons", list);
}

int tn_case_apply_options(
    tn_arena_t *arena, const tn_case_options_t *opt, tn_yaml_node_t *root, tn_diag_t *diag)
{
    setting_t s = {.arena = arena, .diag = diag};
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < opt->n_set; i++) {
        ret = source_of(&s, "--set", opt->set[i], (int)i + 1);
        if (ret == 0) ret = apply_setting(&s, &root);
    }
    if (ret == 0 && opt->as_of != NULL) ret = apply_as_of(&s, opt->as_of, root);
    if (ret == 0 && opt->horizons != NULL) ret = apply_horizons(&s, opt->horizons, root);
    return ret;
}
