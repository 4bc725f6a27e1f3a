/* Bump allocation in chunks. Invariant: the newest chunk holds n_used <= capacity bytes, a multiple
 * of the alignment. Cost: one tn_calloc per chunk; nothing is freed before the end. */
#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)16 * 1024)

typedef struct tn_arena_chunk {
    struct tn_arena_chunk *older;
    max_align_t bytes[];
} tn_arena_chunk_t;

static bool add_chunk(tn_arena_t *self, size_t n_bytes)
{
    const size_t capacity = n_bytes > CHUNK_SIZE ? n_bytes : CHUNK_SIZE;
    tn_arena_chunk_t *chunk = tn_calloc(1, sizeof(tn_arena_chunk_t) + capacity);
    if (chunk == NULL) {
        self->failed = true;
        return false;
    }
    chunk->older = self->chunk;
    self->chunk = chunk;
    self->capacity = capacity;
    self->n_used = 0;
    return true;
}

void *tn_arena_calloc(tn_arena_t *self, size_t n, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size != 0 && n > (SIZE_MAX / 2) / size) {
        self->failed = true;
        return NULL;
    }
    const size_t n_bytes = (n * size + unit) / unit * unit; /* never 0: a pointer of its own */
    if (self->capacity - self->n_used < n_bytes && !add_chunk(self, n_bytes)) return NULL;
    void *p = (char *)self->chunk->bytes + self->n_used;
    self->n_used += n_bytes;
    return p;
}

char *tn_arena_strndup(tn_arena_t *self, const char *s, size_t n)
{
    char *copy = tn_arena_calloc(self, n + 1, 1);
    if (copy != NULL && n > 0) memcpy(copy, s, n);
    return copy;
}

void tn_arena_free(tn_arena_t *self)
{
    if (self == NULL) return;
    tn_arena_chunk_t *chunk = self->chunk;
    *self = (tn_arena_t){0};
    while (chunk != NULL) {
        tn_arena_chunk_t *older = chunk->older;
        tn_free(chunk);
        chunk = older;
    }
}
