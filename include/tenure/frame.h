/** A data frame: named columns of equal length, read from CSV, Stata (.dta), SPSS (.sav) or R
 * (.rda, .rds) files. Opaque to nobody: the arrays may be read directly. */
#ifndef TENURE_FRAME_H
#define TENURE_FRAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_FRAME_MAX_COLUMNS 10000
#define TN_FRAME_MAX_CELLS   400000000 /**< rows x columns */

/** A column holds numbers, or levels (text and factors), or both (numbers with value labels). */
typedef struct tn_frame_column {
    char *name;     /**< UTF-8, unique in the frame */
    char *label;    /**< variable label of the file, or NULL */
    double *number; /**< n_rows, NaN = missing; NULL for text */
    int32_t *level; /**< n_rows, index into levels, -1 = missing; NULL for plain numbers */
    char **levels;  /**< n_levels texts, UTF-8; text columns: in ascending byte order; factors and
                         labelled numbers: in the order of the file */
    int n_levels;
    bool is_factor; /**< the file itself says so (R factor, value labels) */
    bool is_date;   /**< number counts days since 1970-01-01 */
} tn_frame_column_t;

typedef struct tn_frame {
    size_t n_rows;
    int n_columns;
    tn_frame_column_t *column;
    char **left_out; /**< n_left_out names: columns of an R file that are neither numbers nor texts
                        (lists, matrices) and so are not here; NULL if none */
    int n_left_out;
    size_t *line;         /**< CSV read with as_text: the line where each row begins; else NULL */
    size_t *foreign_line; /**< lenient: line of each byte that was not UTF-8; NULL if none */
    size_t n_foreign;
} tn_frame_t;

typedef struct tn_frame_options {
    const char *format; /**< "csv", "dta", "sav", "rda", "rds", or NULL: by the end of the name */
    const char *object; /**< R files with several data frames: the one wanted; NULL: the only one */
    bool lenient_encoding; /**< CSV: bytes that are not UTF-8 are read as Windows-1252, counted and
                                named in foreign_line; else they are an error */
    bool as_text;          /**< CSV: every column is text, as it stands in the file */
} tn_frame_options_t;

/** Reads a file; "-" is standard input (CSV). Empty CSV fields, NA and . are missing.
 *  @return 0; TN_EIO; TN_EINPUT with "FILE:LINE: what was found, what was expected" or the like;
 *  TN_ENOMEM. On failure *self is empty. */
TN_API TN_MUST_CHECK int tn_frame_read(
    tn_frame_t *self, const char *path, const tn_frame_options_t *opt, tn_error_t *err);
/** The same from memory; name is used in messages. */
TN_API TN_MUST_CHECK int tn_frame_read_memory(tn_frame_t *self, const char *name, const void *bytes,
    size_t n, const tn_frame_options_t *opt, tn_error_t *err);
TN_API void tn_frame_free(tn_frame_t *self);

/** Number of the column, or -1. */
TN_API int tn_frame_find(const tn_frame_t *self, const char *name);

#ifdef __cplusplus
}
#endif
#endif
