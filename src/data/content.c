/* A chain of hashes, h(i) = SHA-256(h(i - 1), row i): constant memory for any number of rows. */
#include "data/content.h"

#include <string.h>

int tn_content_hash(
    tn_sqlite_t *db, int64_t source, char hex[TN_SHA256_HEX], size_t *n_rows, tn_error_t *err)
{
    tn_statement_t stmt;
    size_t n = 0, n_bytes;
    memset(hex, '0', TN_SHA256_HEX - 1);
    hex[TN_SHA256_HEX - 1] = '\0';
    int ret = tn_statement_init(
        &stmt, db, "SELECT raw FROM source_row WHERE source = ? ORDER BY row", err);
    if (ret == 0) tn_statement_bind_integer(&stmt, 1, source);
    while (ret == 0 && (ret = tn_statement_step(&stmt, err)) == 1) {
        const char *raw = tn_statement_text(&stmt, 0, &n_bytes);
        const tn_piece_t pieces[2] = {
            {hex, TN_SHA256_HEX - 1}, {raw != NULL ? raw : "", raw != NULL ? n_bytes : 0}};
        char next[TN_SHA256_HEX];
        tn_sha256_hex(pieces, 2, next);
        memcpy(hex, next, sizeof next);
        n++;
        ret = 0;
    }
    tn_statement_free(&stmt);
    if (n_rows != NULL) *n_rows = n;
    return ret;
}
