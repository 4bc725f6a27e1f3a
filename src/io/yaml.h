/** YAML as a tree of nodes that know where they stand. A thin face on libyaml.
 *
 *  The subset: block and flow mappings and lists, plain and quoted scalars, comments; one document;
 * no anchors, aliases or tags; keys are scalars and unique. Whatever leaves the subset is a mistake
 * with a place. Everything lives in one arena and dies with it. */
#ifndef TN_IO_YAML_H
#define TN_IO_YAML_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

#define TN_YAML_MAX_NODES 200000
#define TN_YAML_MAX_KEYS  1000 /* of one mapping: they are compared with each other */

/** A text that was parsed: the file, or one setting of the command line. */
typedef struct tn_yaml_source {
    const char *name;
    const char *bytes;
    size_t n_bytes;
    const size_t *line_start; /* n_lines + 1 offsets; the last is n_bytes */
    int n_lines;
    int first_line; /* number of its first line in messages */
} tn_yaml_source_t;

typedef enum tn_yaml_kind { TN_YAML_SCALAR, TN_YAML_LIST, TN_YAML_MAPPING } tn_yaml_kind_t;

/** A mapping's children are its keys, in file order; each key holds its value. */
typedef struct tn_yaml_node {
    tn_yaml_kind_t kind;
    bool is_plain;    /* scalar without quotation marks */
    bool is_block;    /* list or mapping by indentation, or a scalar behind | or > */
    bool is_bare;     /* key in {} without a ':' behind it, so without a value */
    bool is_bad;      /* already complained about: readers keep silent */
    const char *text; /* scalar: n bytes and a NUL */
    size_t n;
    const tn_yaml_source_t *source;
    int line, column, width; /* from 1, in code points */
    size_t offset;           /* byte of the source */
    int n_children;
    struct tn_yaml_node *child, *next, *value;
} tn_yaml_node_t;

/** Parses bytes into a tree; the source and all nodes live in arena. bytes must outlive it.
 *  @param max_depth  levels of lists and mappings.
 *  @param root  out; NULL if the text is no YAML (the mistake is in diag) or holds nothing.
 *  @return 0; TN_EINPUT if a mistake was found that leaves no tree; TN_ENOMEM.
 *  Mistakes that leave a tree (anchors, tags, duplicate keys) are added to diag and 0 returned. */
int tn_yaml_parse(tn_arena_t *arena, const tn_yaml_source_t *text, int max_depth, tn_diag_t *diag,
    tn_yaml_node_t **root);

/** Copies what describes a text into the arena and finds its lines. NULL: no memory. */
tn_yaml_source_t *tn_yaml_source_new(
    tn_arena_t *arena, const char *name, const char *bytes, size_t n_bytes, int first_line);

/** Value of a key of a mapping, or NULL. _key gives the node of the key itself. */
tn_yaml_node_t *tn_yaml_get(const tn_yaml_node_t *mapping, const char *key);
tn_yaml_node_t *tn_yaml_get_key(const tn_yaml_node_t *mapping, const char *key, size_t n);
/** True for a plain scalar that says nothing: empty, ~ or null. */
bool tn_yaml_is_empty(const tn_yaml_node_t *node);
bool tn_yaml_is_text(const tn_yaml_node_t *node, const char *text);

tn_place_t tn_yaml_place(const tn_yaml_node_t *node);
/** Adds a mistake at the node, and marks nothing. */
void tn_yaml_error(tn_diag_t *diag, const tn_yaml_node_t *node, const char *fmt, ...)
    TN_PRINTF(3, 4);
void tn_yaml_warning(tn_diag_t *diag, const tn_yaml_node_t *node, const char *fmt, ...)
    TN_PRINTF(3, 4);
/** Adds a mistake at byte `offset` of a text. */
void tn_yaml_error_at(tn_diag_t *diag, const tn_yaml_source_t *source, size_t offset,
    const char *fmt, ...) TN_PRINTF(4, 5);
#endif
