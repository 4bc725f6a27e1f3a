/** The schema of a case file: one table. From it come reading with type and range checks, unknown
 * keys with the nearest name, tenure-case(5), and the commented case of `tenure new`. */
#ifndef TN_MODEL_SCHEMA_H
#define TN_MODEL_SCHEMA_H
#include <stdbool.h>
#include <stddef.h>

#include "io/yaml.h"

typedef enum tn_schema_type {
    TN_SCHEMA_TEXT,    /* char * */
    TN_SCHEMA_ID,      /* char *, [a-z0-9-]+ */
    TN_SCHEMA_DATE,    /* int32_t, days */
    TN_SCHEMA_INTEGER, /* int */
    TN_SCHEMA_NUMBER,  /* double */
    TN_SCHEMA_FLAG,    /* bool */
    TN_SCHEMA_CHOICE,  /* int: index into the words of `form` */
    TN_SCHEMA_LETTER,  /* char, A..F */
    TN_SCHEMA_OTHER    /* lists, mappings and the like: read by hand, `form` says what */
} tn_schema_type_t;

/** What a missing key means. */
typedef enum tn_schema_need { TN_OPTIONAL, TN_REQUIRED } tn_schema_need_t;

#define TN_SCHEMA_NOWHERE ((size_t)-1)

typedef struct tn_schema_row {
    const char *key;
    tn_schema_type_t type;
    tn_schema_need_t need;
    const char *fallback; /* default as it would stand in a file; NULL: none. Words in brackets are
                             not read: "(drawn)" */
    double lo, hi;        /* NUMBER and INTEGER */
    bool is_open;         /* lo itself is not allowed */
    const char *unit;     /* "" if none */
    const char *form;     /* CHOICE: words with '|' between; OTHER: what is expected */
    const char *meaning;
    const char *example; /* value in the template; NULL: commented out there with its default */
    size_t offset;       /* in the section's struct, or TN_SCHEMA_NOWHERE */
} tn_schema_row_t;

typedef struct tn_schema_section {
    const char *path;    /* "actors[]" */
    const char *a_noun;  /* "an actor", for messages */
    const char *meaning; /* a sentence or two for the man page and the template */
    const tn_schema_row_t *row;
    size_t n_rows;
} tn_schema_section_t;

typedef enum tn_schema_id {
    TN_SECTION_ROOT,
    TN_SECTION_LEADER,
    TN_SECTION_LIFE_TABLE,
    TN_SECTION_REFERENCE,
    TN_SECTION_WORLD,
    TN_SECTION_PARAMETERS,
    TN_SECTION_ACTOR,
    TN_SECTION_TIES,
    TN_SECTION_EVENT,
    TN_SECTION_EFFECTS,
    TN_SECTION_SCHEDULED,
    TN_SECTION_SUCCESSION,
    TN_SECTION_ORIGIN,
    TN_SECTION_INTEREST,
    TN_SECTION_REPORT,
    TN_SECTION_CLAIM,
    TN_SECTION_SILENCE,
    TN_N_SECTIONS
} tn_schema_id_t;

const tn_schema_section_t *tn_schema(tn_schema_id_t id);
/** Row of that key, or NULL. */
const tn_schema_row_t *tn_schema_find(const tn_schema_section_t *section, const char *key);
/** Writes what a row accepts in words: "a number above 0", "true or false"; at most n bytes. */
void tn_schema_expected(const tn_schema_row_t *row, char *out, size_t n);

typedef struct tn_schema_reader {
    tn_arena_t *arena;
    tn_diag_t *diag;
} tn_schema_reader_t;

/** Puts the defaults of all rows with an offset into target. @return 0 or TN_ENOMEM. */
int tn_schema_fill(tn_arena_t *arena, const tn_schema_section_t *section, void *target);
/** Reads a mapping into target, which holds the defaults: unknown and missing keys, types and
 * ranges go to diag. Rows without an offset are left to the caller.
 *  @param node  anything; what is no mapping is a mistake. NULL does nothing.
 *  @return true if node is a mapping (mistakes inside or not). */
bool tn_schema_read(const tn_schema_reader_t *r, const tn_schema_section_t *section,
    const tn_yaml_node_t *node, void *target);
/** Reads one scalar as row says into out; false (and a mistake in diag) if it cannot be. */
bool tn_schema_scalar(
    const tn_schema_reader_t *r, const tn_schema_row_t *row, const tn_yaml_node_t *node, void *out);
/** Adds "'key' must be EXPECTED, found ...". Silent if the node was already complained about. */
void tn_schema_mismatch(
    const tn_schema_reader_t *r, const char *key, const char *expected, const tn_yaml_node_t *node);
/** What a node is, for messages: 'army', the text "9", a list, a mapping, nothing. */
void tn_schema_found(const tn_yaml_node_t *node, char *out, size_t n);
/** "one of: a, b, c (did you mean 'b'?)" for an unknown name; long lists are cut. */
void tn_schema_one_of(
    const char *text, const char *const *names, size_t n_names, char *out, size_t n);
#endif
