/** Numbers and texts to bytes and back: little endian, lengths in front. The writer grows; the
 * reader trusts nothing. Neither stops at a failure: it is remembered and asked for once. */
#ifndef TN_BASE_BYTES_H
#define TN_BASE_BYTES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zero-initialise; tn_bytes_free() it. */
typedef struct tn_bytes {
    unsigned char *at;
    size_t n, capacity;
    bool failed; /* out of memory */
} tn_bytes_t;

void tn_bytes_free(tn_bytes_t *self);
void tn_put_raw(tn_bytes_t *self, const void *bytes, size_t n);
void tn_put_u32(tn_bytes_t *self, uint32_t value);
void tn_put_u64(tn_bytes_t *self, uint64_t value);
void tn_put_doubles(tn_bytes_t *self, const double *value, size_t n);
/** Length and bytes. */
void tn_put_block(tn_bytes_t *self, const void *bytes, size_t n);
/** Length and bytes of a text; NULL is kept apart from the empty text. */
void tn_put_text(tn_bytes_t *self, const char *text);

/** What is still to be read; borrowed. */
typedef struct tn_cursor {
    const unsigned char *at;
    size_t left;
    bool failed; /* something was missing or out of range; what is taken from now on is zero */
} tn_cursor_t;

/** The next n bytes where they lie; NULL if there are fewer. */
const unsigned char *tn_take_raw(tn_cursor_t *self, size_t n);
uint32_t tn_take_u32(tn_cursor_t *self);
uint64_t tn_take_u64(tn_cursor_t *self);
void tn_take_doubles(tn_cursor_t *self, double *value, size_t n);
/** The bytes of tn_put_block(), where they lie. */
const unsigned char *tn_take_block(tn_cursor_t *self, size_t *n);
/** The text of tn_put_text(), where it lies, with its NUL; NULL if it was NULL. A text with a NUL
 * inside is a failure. */
const char *tn_take_text(tn_cursor_t *self);
#endif
