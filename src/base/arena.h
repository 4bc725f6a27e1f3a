/** Memory that is taken piece by piece and given back all at once: what a parser needs. */
#ifndef TN_BASE_ARENA_H
#define TN_BASE_ARENA_H
#include <stdbool.h>
#include <stddef.h>

typedef struct tn_arena {
    struct tn_arena_chunk *chunk; /* newest first */
    size_t n_used, capacity;      /* of the newest chunk */
    bool failed;                  /* stays set after the first failed allocation */
} tn_arena_t;

/** n * size zeroed bytes, aligned for any type, or NULL (no memory; failed is set). self starts
 * zeroed. */
void *tn_arena_calloc(tn_arena_t *self, size_t n, size_t size);
/** Copy of n bytes with a NUL behind them, or NULL. */
char *tn_arena_strndup(tn_arena_t *self, const char *s, size_t n);
/** Gives everything back. Accepts NULL and a zeroed arena. */
void tn_arena_free(tn_arena_t *self);
#endif
