/** A data file as rows of texts, whatever its kind: what the importers read. */
#ifndef TN_DATA_SHEET_H
#define TN_DATA_SHEET_H
#include "base/arena.h"
#include "base/sha256.h"
#include "tenure/frame.h"

#define TN_SHEET_MAX_BYTES ((size_t)64 << 20)
#define TN_SHEET_MAX_ROWS  ((size_t)1 << 20)

typedef struct tn_sheet {
    const char *name; /* of the file, for messages; borrowed */
    size_t n_rows;
    int n_columns;
    tn_frame_t frame;
    const char **cell; /* n_rows x n_columns by row; "" = missing, NA too */
    unsigned char *bytes;
    size_t n_bytes;
    char sha256[TN_SHA256_HEX];
    tn_arena_t arena;
} tn_sheet_t;

/** Reads a file: CSV with any encoding, .dta, .rda. @return 0; TN_EIO; TN_EINPUT; TN_ENOMEM. */
TN_MUST_CHECK int tn_sheet_read(tn_sheet_t *self, const char *path, tn_error_t *err);
/** The same from memory; the bytes are copied. */
TN_MUST_CHECK int tn_sheet_read_memory(
    tn_sheet_t *self, const char *name, const void *bytes, size_t n, tn_error_t *err);
void tn_sheet_free(tn_sheet_t *self);

/** Column by name; -1 if there is none. */
int tn_sheet_find(const tn_sheet_t *self, const char *column);
/** Text of a cell; "" if it is missing or column is -1. */
const char *tn_sheet_text(const tn_sheet_t *self, size_t row, int column);
/** Line of the file where a row begins; where there are no lines, the row's number from 1. */
size_t tn_sheet_line(const tn_sheet_t *self, size_t row);
#endif
