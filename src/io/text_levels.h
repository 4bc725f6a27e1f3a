/** The distinct texts of a column, numbered as they come and put in byte order at the end. */
#ifndef TN_IO_TEXT_LEVELS_H
#define TN_IO_TEXT_LEVELS_H
#include "base/arena.h"
#include "tenure/frame.h"

/** Zero-initialise. */
typedef struct tn_text_levels {
    tn_arena_t arena;
    struct tn_text_level *table;
    int32_t n;
} tn_text_levels_t;

/** The number of a text of n bytes, from 0; -2 out of memory. */
int32_t tn_text_levels_code(tn_text_levels_t *self, const char *text, size_t n);
/** Gives the column its levels in ascending byte order and renumbers column->level (n_rows; -1
 *  stays). @return 0 or TN_ENOMEM. */
int tn_text_levels_finish(const tn_text_levels_t *self, tn_frame_column_t *column, size_t n_rows);
void tn_text_levels_free(tn_text_levels_t *self);
#endif
