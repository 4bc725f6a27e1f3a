/** Mistakes and remarks about a user's file: all of them, sorted by place, shown with the line and
 * a caret. */
#ifndef TENURE_DIAG_H
#define TENURE_DIAG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tenure/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** More mistakes than this are counted, not kept. */
#define TN_DIAG_MAX 200

typedef enum tn_severity { TN_SEVERITY_ERROR, TN_SEVERITY_WARNING } tn_severity_t;

/** One entry. line and column count from 1; line 0 means the file as a whole. column counts
 * characters. */
typedef struct tn_diag_entry {
    tn_severity_t severity;
    const char *file; /**< name shown, e.g. "kremlin.yaml" or "--set" */
    int line;
    int column;
    int width;           /**< characters to underline, at least 1 */
    const char *message; /**< without place; lower case, no full stop */
    const char *source;  /**< the line itself, NULL if there is none */
} tn_diag_entry_t;

typedef struct tn_diag tn_diag_t;

/** Index of the name nearest to a misspelt text (Damerau-Levenshtein distance, at most a third of
 *  the length wrong), or -1. */
TN_API int tn_str_nearest(const char *text, const char *const *names, size_t n_names);

TN_API TN_MUST_CHECK int tn_diag_new(tn_diag_t **self);
TN_API void tn_diag_free(tn_diag_t *self);

TN_API size_t tn_diag_n_errors(const tn_diag_t *self);
TN_API size_t tn_diag_n_warnings(const tn_diag_t *self);
/** Number of entries kept (errors and warnings, at most TN_DIAG_MAX). */
TN_API size_t tn_diag_n_entries(const tn_diag_t *self);
/** Entry i in order of place. Borrowed. */
TN_API const tn_diag_entry_t *tn_diag_entry(const tn_diag_t *self, size_t i);

/** Writes all entries as text, gcc style with line and caret:
 *      kremlin.yaml:31:44: error: unknown route 'cuop', expected one of: ... (did you mean 'coup'?)
 *         31 | reference: {cuop: 0.020}
 *            |             ^~~~
 *  colour: use ANSI colours. Control characters of the file are shown as '?'. */
TN_API void tn_diag_print(const tn_diag_t *self, FILE *out, bool colour);

#ifdef __cplusplus
}
#endif
#endif
