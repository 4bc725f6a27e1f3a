/** Mistakes about a user's file: how the readers add them. The public half is tenure/diag.h. */
#ifndef TN_BASE_DIAG_H
#define TN_BASE_DIAG_H
#include <stdarg.h>
#include <stdbool.h>

#include "tenure/diag.h"
#include "tenure/export.h"

/** Characters of a source line that are kept around the place; the rest is shown as "...". */
#define TN_DIAG_SOURCE_WIDTH 120

/** Where something stands. line and column count from 1, in code points; line 0: the whole file. */
typedef struct tn_place {
    const char *file;
    int line, column, width;
    const char *source; /* n_source bytes of UTF-8 or not; NULL: none */
    size_t n_source;
    size_t offset; /* byte of the source at which column stands */
} tn_place_t;

/** Adds one entry; the texts are copied. Control characters of the message become '?'. Entries
 * beyond TN_DIAG_MAX push out those that come later in the file. */
void tn_diag_add(tn_diag_t *self, tn_severity_t severity, const tn_place_t *place, const char *fmt,
    ...) TN_PRINTF(4, 5);
void tn_diag_add_v(tn_diag_t *self, tn_severity_t severity, const tn_place_t *place,
    const char *fmt, va_list args) TN_PRINTF(4, 0);
/** True if an entry was lost because there was no memory. */
bool tn_diag_failed(const tn_diag_t *self);
#endif
