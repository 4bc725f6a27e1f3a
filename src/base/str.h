/** Text: strict numbers, nearest names, a growing buffer. No locale anywhere. */
#ifndef TN_BASE_STR_H
#define TN_BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/diag.h" /* tn_str_nearest */

/** Decimal number of exactly n characters: [+-]digits[.digits][e[+-]digits]; finite; no locale.
 * False otherwise. */
bool tn_str_to_double(const char *text, size_t n, double *value);
/** Decimal integer of exactly n characters within [lo, hi]. */
bool tn_str_to_int64(const char *text, size_t n, int64_t lo, int64_t hi, int64_t *value);
/** Length of the UTF-8 text in code points up to n bytes; -1 if it is not valid UTF-8. */
long tn_str_utf8_length(const char *text, size_t n);
/** Growing text. Zero-initialise. After a failed append `failed` stays set and later appends do
 * nothing. */
typedef struct tn_text {
    char *s; /**< NUL-terminated, or NULL while empty */
    size_t n, capacity;
    bool failed;
} tn_text_t;
void tn_text_append(tn_text_t *self, const char *s, size_t n);
void tn_text_printf(tn_text_t *self, const char *fmt, ...) TN_PRINTF(2, 3);
void tn_text_free(tn_text_t *self);
#endif
