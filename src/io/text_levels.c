/* A hash table (uthash) over an arena. Bytes after a NUL inside a text are not looked at. */
#define HASH_NONFATAL_OOM    1
#define uthash_malloc(size)  tn_malloc(size)
#define uthash_free(p, size) tn_free(p)
#include "base/mem.h"
#include <uthash.h>

#include "io/frame_read.h"
#include "io/text_levels.h"

#include <stdlib.h>
#include <string.h>

typedef struct tn_text_level {
    const char *text;
    int32_t code; /* by first appearance */
    UT_hash_handle hh;
} level_t;

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): the macros of uthash */
int32_t tn_text_levels_code(tn_text_levels_t *self, const char *text, size_t n)
{
    level_t *found = NULL;
    HASH_FIND(hh, self->table, text, n, found);
    if (found != NULL) return found->code;
    level_t *fresh = tn_arena_calloc(&self->arena, 1, sizeof *fresh);
    const char *copy = tn_arena_strndup(&self->arena, text, n);
    if (fresh == NULL || copy == NULL) return -2;
    *fresh = (level_t){.text = copy, .code = self->n};
    HASH_ADD_KEYPTR(hh, self->table, copy, n, fresh);
    if (fresh->hh.tbl == NULL) return -2;
    return self->n++;
}

static int compare_levels(const void *a, const void *b)
{
    return strcmp((*(const level_t *const *)a)->text, (*(const level_t *const *)b)->text);
}

static void renumber(tn_frame_column_t *column, size_t n_rows, const int32_t *place)
{
    for (size_t i = 0; i < n_rows; i++) {
        if (column->level[i] >= 0) column->level[i] = place[column->level[i]];
    }
}

int tn_text_levels_finish(const tn_text_levels_t *self, tn_frame_column_t *column, size_t n_rows)
{
    const size_t n = (size_t)self->n;
    const level_t **sorted = tn_calloc(n, sizeof(level_t *));
    const char **text = tn_calloc(n, sizeof *text);
    int32_t *place = tn_calloc(n, sizeof *place);
    int ret = sorted == NULL || text == NULL || place == NULL ? TN_ENOMEM : 0;
    if (ret == 0) {
        size_t k = 0;
        for (const level_t *l = self->table; l != NULL; l = l->hh.next)
            sorted[k++] = l;
        qsort(sorted, n, sizeof(level_t *), compare_levels);
        for (k = 0; k < n; k++) {
            text[k] = sorted[k]->text;
            place[sorted[k]->code] = (int32_t)k;
        }
        renumber(column, n_rows, place);
        ret = tn_frame_set_levels(column, text, (int)n);
    }
    tn_free(sorted);
    tn_free(text);
    tn_free(place);
    return ret;
}

void tn_text_levels_free(tn_text_levels_t *self)
{
    HASH_CLEAR(hh, self->table);
    tn_arena_free(&self->arena);
    *self = (tn_text_levels_t){0};
}
