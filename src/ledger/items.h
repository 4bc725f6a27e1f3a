/** Forecasts to score, read from a frame: one item per forecast of one question, names as codes. */
#ifndef TN_LEDGER_ITEMS_H
#define TN_LEDGER_ITEMS_H
#include "base/arena.h"
#include "ledger/book.h"
#include "tenure/ledger.h"

typedef struct tn_item {
    size_t row;                                   /* of the frame */
    int32_t question, by, class_code, subject;    /* subject: the cluster */
    int32_t date, recorded, known, closes, until; /* TN_DATE_NONE: not given */
    double entry;
    tn_asks_t asks;
    bool is_reference; /* source base or crowd */
    bool is_late, is_kept;
    int y;    /* yes/no: 1, 0; -1 open. Categories: 0 resolved, -1 open */
    double p; /* n_categories = 0 */
    int n_categories;
    int hit; /* the category that happened; -1: none of these */
    const double *category_p;
} tn_item_t;

typedef struct tn_names {
    int32_t n;
    const char **name; /* in order of first appearance */
} tn_names_t;

typedef struct tn_items {
    tn_arena_t arena;
    size_t n;
    tn_item_t *item;
    tn_names_t question, by, class_code, subject;
    size_t n_annulled, n_late, n_hindsight, n_open, n_superseded;
} tn_items_t;

/** Reads and selects. @return 0, TN_EINPUT with "NAME: row 3: ...", TN_ENOMEM. */
int tn_items_read(tn_items_t *self, const tn_frame_t *frame, const char *name,
    const tn_ledger_score_options_t *opt, tn_error_t *err);
void tn_items_free(tn_items_t *self);
/** A table of numbers as a frame. @return 0 or TN_ENOMEM. */
int tn_items_frame(tn_frame_t *frame, const tn_fit_table_t *table, tn_error_t *err);
#endif
