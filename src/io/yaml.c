/* The tree is built from libyaml's events with a stack of at most max_depth open collections: no
 * recursion, so that a megabyte of brackets ends at the limit. Cost: O(bytes), and O(keys^2) within
 * one mapping. */
#include "io/yaml.h"

#include "base/mem.h"
#include "base/str.h"
#include "io/yaml_source.h"
#include "io/yaml_words.h"
#include "tenure/error.h"

#include <limits.h>
#include <string.h>
#include <yaml.h>

#define MAX_STACK 64

typedef struct builder {
    tn_arena_t *arena;
    tn_diag_t *diag;
    const tn_yaml_source_t *source;
    tn_yaml_node_t *root;
    tn_yaml_node_t *open[MAX_STACK]; /* collections not yet closed */
    tn_yaml_node_t *last[MAX_STACK]; /* last child of each */
    size_t mark_index, mark_byte;    /* the last mark, in code points and in bytes */
    size_t key_end;                  /* byte behind the last scalar */
    int depth, max_depth, n_nodes, n_documents;
    bool is_done;
} builder_t;

tn_place_t tn_yaml_place(const tn_yaml_node_t *node)
{
    return tn_yaml_place_at(node->source, node->line, node->column, node->width, node->offset);
}

void tn_yaml_error(tn_diag_t *diag, const tn_yaml_node_t *node, const char *fmt, ...)
{
    const tn_place_t place = tn_yaml_place(node);
    va_list args;
    va_start(args, fmt);
    tn_diag_add_v(diag, TN_SEVERITY_ERROR, &place, fmt, args);
    va_end(args);
}

void tn_yaml_warning(tn_diag_t *diag, const tn_yaml_node_t *node, const char *fmt, ...)
{
    const tn_place_t place = tn_yaml_place(node);
    va_list args;
    va_start(args, fmt);
    tn_diag_add_v(diag, TN_SEVERITY_WARNING, &place, fmt, args);
    va_end(args);
}

tn_yaml_node_t *tn_yaml_get_key(const tn_yaml_node_t *mapping, const char *key, size_t n)
{
    if (mapping == NULL || mapping->kind != TN_YAML_MAPPING) return NULL;
    for (tn_yaml_node_t *k = mapping->child; k != NULL; k = k->next) {
        if (k->n == n && memcmp(k->text, key, n) == 0) return k;
    }
    return NULL;
}

tn_yaml_node_t *tn_yaml_get(const tn_yaml_node_t *mapping, const char *key)
{
    const tn_yaml_node_t *k = tn_yaml_get_key(mapping, key, strlen(key));
    return k == NULL ? NULL : k->value;
}

bool tn_yaml_is_text(const tn_yaml_node_t *node, const char *text)
{
    return node != NULL && node->kind == TN_YAML_SCALAR && strcmp(node->text, text) == 0 &&
           node->n == strlen(text);
}

bool tn_yaml_is_empty(const tn_yaml_node_t *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != TN_YAML_SCALAR || !node->is_plain) return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (tn_yaml_is_text(node, words[i])) return true;
    }
    return false;
}

static int mark_line(const builder_t *b, const yaml_mark_t *mark)
{
    return (mark->line > INT_MAX / 2 ? INT_MAX / 2 : (int)mark->line) + b->source->first_line;
}

/* Byte of a mark. Marks ascend but for empty values, so that all of them together cost one walk. */
static size_t mark_byte(builder_t *b, const yaml_mark_t *mark)
{
    const char *s = b->source->bytes;
    while (b->mark_index > mark->index && b->mark_byte > 0) {
        b->mark_byte--;
        if (((unsigned char)s[b->mark_byte] & 0xC0) != 0x80) b->mark_index--;
    }
    while (b->mark_index < mark->index && b->mark_byte < b->source->n_bytes) {
        b->mark_byte++;
        const bool is_inside =
            b->mark_byte < b->source->n_bytes && ((unsigned char)s[b->mark_byte] & 0xC0) == 0x80;
        if (!is_inside) b->mark_index++;
    }
    return b->mark_byte;
}

static tn_yaml_node_t *node_new(builder_t *b, tn_yaml_kind_t kind, const yaml_event_t *event)
{
    tn_yaml_node_t *node = tn_arena_calloc(b->arena, 1, sizeof *node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->text = "";
    node->source = b->source;
    node->line = mark_line(b, &event->start_mark);
    node->column = (int)event->start_mark.column + 1;
    node->width = 1;
    node->offset = mark_byte(b, &event->start_mark);
    return node;
}

/* Columns of a scalar on its first line. */
static int scalar_width(const tn_yaml_node_t *node, const yaml_event_t *event)
{
    const yaml_mark_t *start = &event->start_mark, *end = &event->end_mark;
    if (end->line == start->line) return (int)(end->column - start->column);
    const tn_place_t place = tn_yaml_place(node);
    const long length = tn_str_utf8_length(place.source, place.n_source);
    return length >= node->column ? (int)length - node->column + 1 : 1;
}

static tn_yaml_node_t *scalar_new(builder_t *b, const yaml_event_t *event)
{
    tn_yaml_node_t *node = node_new(b, TN_YAML_SCALAR, event);
    if (node == NULL) return NULL;
    const yaml_scalar_style_t style = event->data.scalar.style;
    node->n = event->data.scalar.length;
    node->text = tn_arena_strndup(b->arena, (const char *)event->data.scalar.value, node->n);
    node->is_plain = style == YAML_PLAIN_SCALAR_STYLE;
    node->is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    node->width = node->is_block ? 1 : scalar_width(node, event);
    if (node->text == NULL) return NULL;
    if (node->n > 0 || !node->is_plain) b->key_end = mark_byte(b, &event->end_mark);
    if (memchr(node->text, '\0', node->n) != NULL) {
        node->is_bad = true;
        tn_yaml_error(b->diag, node, "the escape for character 0 is not allowed in a text");
    }
    return node;
}

/* True if the node is the next key of the innermost mapping (not a value, not an entry of a list).
 */
static bool is_key_position(const builder_t *b)
{
    if (b->depth == 0 || b->open[b->depth - 1]->kind != TN_YAML_MAPPING) return false;
    const tn_yaml_node_t *last = b->last[b->depth - 1];
    return last == NULL || last->value != NULL;
}

static int stop(builder_t *b, const tn_yaml_node_t *node, const char *message)
{
    tn_yaml_error(b->diag, node, "%s", message);
    return TN_EINPUT;
}

static void check_duplicate(builder_t *b, const tn_yaml_node_t *mapping, tn_yaml_node_t *key)
{
    const tn_yaml_node_t *first = tn_yaml_get_key(mapping, key->text, key->n);
    if (first == NULL) return;
    key->is_bad = true;
    tn_yaml_error(
        b->diag, key, "key '%.60s' is given twice, first in line %d", key->text, first->line);
}

static void append_child(builder_t *b, tn_yaml_node_t *node)
{
    const int top = b->depth - 1;
    if (b->last[top] == NULL) {
        b->open[top]->child = node;
    } else {
        b->last[top]->next = node;
    }
    b->last[top] = node;
    b->open[top]->n_children++;
}

/* "{note: one, two}" makes a key 'two': true if no ':' stands between the key and its empty value.
 */
static bool is_bare(const builder_t *b, const tn_yaml_node_t *key, const tn_yaml_node_t *value)
{
    if (value->kind != TN_YAML_SCALAR || !value->is_plain || value->n > 0) return false;
    const char *from = b->source->bytes + b->key_end;
    return value->offset >= b->key_end && key->n > 0 &&
           memchr(from, ':', value->offset - b->key_end) == NULL;
}

/* A value that is not there is shown at its key. */
static void stand_at(tn_yaml_node_t *value, const tn_yaml_node_t *key)
{
    value->line = key->line;
    value->column = key->column;
    value->width = key->width;
    value->offset = key->offset;
}

/* Puts a finished scalar or a just opened collection where it belongs. */
static int attach(builder_t *b, tn_yaml_node_t *node)
{
    if (b->depth == 0) {
        b->root = node;
        return 0;
    }
    tn_yaml_node_t *parent = b->open[b->depth - 1];
    if (parent->kind == TN_YAML_MAPPING && !is_key_position(b)) {
        tn_yaml_node_t *key = b->last[b->depth - 1];
        key->value = node;
        key->is_bare = !parent->is_block && is_bare(b, key, node);
        if (tn_yaml_is_text(node, "") && node->is_plain) stand_at(node, key);
        return 0;
    }
    if (parent->kind == TN_YAML_MAPPING) {
        if (node->kind != TN_YAML_SCALAR) return stop(b, node, "a key must be a simple name");
        if (parent->n_children == TN_YAML_MAX_KEYS) {
            return stop(b, node, "more than 1000 keys in one mapping");
        }
        check_duplicate(b, parent, node);
    }
    append_child(b, node);
    return 0;
}

static int add_node(builder_t *b, tn_yaml_node_t *node)
{
    if (node == NULL) return TN_ENOMEM;
    if (++b->n_nodes > TN_YAML_MAX_NODES)
        return stop(b, node, "more than 200000 values in one file");
    return attach(b, node);
}

static int open_collection(builder_t *b, tn_yaml_node_t *node)
{
    const int ret = add_node(b, node);
    if (ret < 0) return ret;
    if (b->depth == b->max_depth) {
        tn_yaml_error(
            b->diag, node, "lists and mappings are nested more than %d levels deep", b->max_depth);
        return TN_EINPUT;
    }
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->depth++;
    return 0;
}

static void refuse_extras(
    builder_t *b, tn_yaml_node_t *node, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (node == NULL) return;
    if (anchor != NULL) {
        tn_yaml_error(b->diag, node, "anchors (&%.40s) are not supported, write the value out",
            (const char *)anchor);
    }
    if (tag != NULL) {
        node->is_bad = true;
        tn_yaml_error(b->diag, node, "tags (%.40s) are not supported, write the value alone",
            (const char *)tag);
    }
}

static int on_alias(builder_t *b, const yaml_event_t *event)
{
    tn_yaml_node_t *node = node_new(b, TN_YAML_SCALAR, event);
    if (node == NULL) return TN_ENOMEM;
    node->is_bad = true;
    node->is_plain = true;
    node->width = (int)(event->end_mark.column - event->start_mark.column);
    tn_yaml_error(b->diag, node, "aliases (*%.40s) are not supported, write the value out",
        (const char *)event->data.alias.anchor);
    return add_node(b, node);
}

static int on_document(builder_t *b, const yaml_event_t *event)
{
    const tn_yaml_node_t *mark = node_new(b, TN_YAML_SCALAR, event);
    if (mark == NULL) return TN_ENOMEM;
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end) {
        return stop(b, mark, "tags are not supported, remove the line %TAG");
    }
    if (++b->n_documents == 1) return 0;
    return stop(b, mark, "a second document starts here; one file holds one case");
}

static int on_scalar(builder_t *b, const yaml_event_t *event)
{
    tn_yaml_node_t *node = scalar_new(b, event);
    refuse_extras(b, node, event->data.scalar.anchor, event->data.scalar.tag);
    return add_node(b, node);
}

static int on_list(builder_t *b, const yaml_event_t *event)
{
    tn_yaml_node_t *node = node_new(b, TN_YAML_LIST, event);
    if (node != NULL) {
        node->is_block = event->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
    }
    refuse_extras(b, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    return open_collection(b, node);
}

static int on_mapping(builder_t *b, const yaml_event_t *event)
{
    tn_yaml_node_t *node = node_new(b, TN_YAML_MAPPING, event);
    if (node != NULL) {
        node->is_block = event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
    }
    refuse_extras(b, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    return open_collection(b, node);
}

static int on_event(builder_t *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT: return on_alias(b, event);
    case YAML_SCALAR_EVENT: return on_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT: return on_list(b, event);
    case YAML_MAPPING_START_EVENT: return on_mapping(b, event);
    case YAML_DOCUMENT_START_EVENT: return on_document(b, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: b->depth--; return 0;
    case YAML_STREAM_END_EVENT: b->is_done = true; return 0;
    default: return 0;
    }
}

static int build(builder_t *b, yaml_parser_t *parser)
{
    while (!b->is_done) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) return tn_yaml_reword(parser, b->source, b->diag);
        const int ret = on_event(b, &event);
        yaml_event_delete(&event);
        if (ret < 0) return ret;
    }
    return 0;
}

int tn_yaml_parse(tn_arena_t *arena, const tn_yaml_source_t *text, int max_depth, tn_diag_t *diag,
    tn_yaml_node_t **root)
{
    *root = NULL;
    if (!tn_yaml_source_is_clean(text, diag)) return TN_EINPUT;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return TN_ENOMEM;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text->bytes, text->n_bytes);
    builder_t b = {.arena = arena,
        .diag = diag,
        .source = text,
        .max_depth = max_depth < MAX_STACK ? max_depth : MAX_STACK};
    const int ret = build(&b, &parser);
    yaml_parser_delete(&parser);
    if (ret == 0) *root = b.root;
    return ret;
}
