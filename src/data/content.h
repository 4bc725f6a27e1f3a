/** Checksum of what a source left in the store. */
#ifndef TN_DATA_CONTENT_H
#define TN_DATA_CONTENT_H
#include "base/sha256.h"
#include "io/sqlite.h"

/** Hash of the rows of a source as they were kept, in their order. n_rows: out, may be NULL. */
TN_MUST_CHECK int tn_content_hash(
    tn_sqlite_t *db, int64_t source, char hex[TN_SHA256_HEX], size_t *n_rows, tn_error_t *err);
#endif
