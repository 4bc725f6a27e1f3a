/** What the parts of a merge share: spells as pieces, the lists of them, the log. */
#ifndef TN_DATA_MERGE_STATE_H
#define TN_DATA_MERGE_STATE_H
#include "base/arena.h"
#include "base/date.h"
#include "io/sqlite.h"

/** A spell on its way into the merged table. */
typedef struct tn_spell_piece {
    const char *id, *person, *name, *sex, *born, *born_precision, *start, *start_precision, *last,
        *last_precision, *counts_from, *entry, *route, *flag;
    const char *name_from, *born_from, *start_from, *last_from, *route_from;
    const char *role; /* of Wikidata: head_of_state, head_of_government */
    int64_t source, row;
    int gwcode, times_before;
    int32_t start_day, last_day, born_day; /* last_day: INT32_MAX while in office */
    bool is_open, is_used;
} tn_spell_piece_t;

typedef struct tn_pieces {
    tn_spell_piece_t *piece;
    size_t n, capacity;
    int32_t covers_to;
    char covers[11];
} tn_pieces_t;

typedef struct tn_merge_state {
    tn_sqlite_t *db;
    tn_arena_t arena;
    tn_pieces_t archigos, reign, wikidata, own, out;
    tn_error_t *err;
} tn_merge_t;

/** Days on which the spell may have ended: a month that is known only counts whole. */
int32_t tn_piece_first_end(const tn_spell_piece_t *p);
int32_t tn_piece_last_end(const tn_spell_piece_t *p);
const char *tn_merge_copy(tn_merge_t *self, const char *text);
/** @return 0, TN_ENOMEM. */
int tn_merge_put(tn_merge_t *self, const tn_spell_piece_t *p);
/** Writes to the log, about a piece: what the merge made of it. */
int tn_merge_log(tn_merge_t *self, const tn_spell_piece_t *p, const char *action, const char *found,
    const char *became, const char *why);

/** Who came after the end of the lists, from Wikidata: merge_tail.c. */
int tn_merge_tail(tn_merge_t *self);
/** One's own lists go before all others: merge_own.c. */
int tn_merge_own(tn_merge_t *self);
/** Unknown routes on the day of a successful coup: merge_coups.c. */
int tn_merge_coups(tn_merge_t *self);
#endif
