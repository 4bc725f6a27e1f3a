/** Shared by the files that read a case: the half-built case, and helpers that complain with a
 * place. */
#ifndef TN_MODEL_CASE_READER_H
#define TN_MODEL_CASE_READER_H
#include "model/case.h"
#include "model/schema.h"

typedef struct tn_case_reader {
    tn_schema_reader_t schema; /* the case's arena, and the diagnostics */
    tn_arena_t *scratch;       /* lives while reading */
    tn_case_t *c;
    const tn_yaml_node_t *root;
    bool leaves_out_later; /* --as-of was given: reports after it are left out, not wrong */
    bool has_ids;          /* actors could be read: unknown ids are worth a word */
} tn_case_reader_t;

/** Puts the settings of the command line into the tree (new nodes live in arena). @return 0 or
 * TN_ENOMEM. */
int tn_case_apply_options(
    tn_arena_t *arena, const tn_case_options_t *opt, tn_yaml_node_t *root, tn_diag_t *diag);

/* The parts of a case, in the order in which they must be read. Each returns 0 or TN_ENOMEM;
 * mistakes go to diag. */
int tn_case_read_frame(
    tn_case_reader_t *r); /* root, horizons, leader, reference, world, parameters */
int tn_case_read_actors(tn_case_reader_t *r);  /* actors, groups, ties */
int tn_case_read_events(tn_case_reader_t *r);  /* events, scheduled exits */
int tn_case_read_reports(tn_case_reader_t *r); /* origins, reports, silences */
/** Fills what `reference: base` stands for; after the leader was read. */
int tn_case_fill_base(tn_case_reader_t *r);
/** Checks between the parts. Only if they were read. */
void tn_case_check(tn_case_reader_t *r);

/** The list under key of the root, at least `least` entries, at most `most`; NULL: none or not a
 * list (complained). */
const tn_yaml_node_t *tn_case_list(tn_case_reader_t *r, const char *key, size_t least, size_t most);
/** Reads the value of `key` in node by its row in section; false: absent or wrong. */
bool tn_case_value(tn_case_reader_t *r, tn_schema_id_t section, const tn_yaml_node_t *node,
    const char *key, void *out);
/** Complains if an earlier entry of the list has the same id. node is the id's own. */
void tn_case_check_id(tn_case_reader_t *r, const tn_yaml_node_t *list, const tn_yaml_node_t *item);
/** "unknown WHAT 'name', expected one of ..." at node. */
void tn_case_unknown(tn_case_reader_t *r, const tn_yaml_node_t *node, const char *what,
    const char *const *names, size_t n_names);
/** Index of the actor, origin or observable a scalar names, or -1 (complained). */
int tn_case_actor_at(tn_case_reader_t *r, const tn_yaml_node_t *node);
int tn_case_origin_at(tn_case_reader_t *r, const tn_yaml_node_t *node);
int tn_case_observable_at(tn_case_reader_t *r, const tn_yaml_node_t *node);
/** Last day of the simulation; TN_DATE_NONE if it is not known because of mistakes. */
int32_t tn_case_last_day(const tn_case_t *c);
#endif
