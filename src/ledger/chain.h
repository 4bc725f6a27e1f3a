/** The chain of entries in its file: reading, appending, examining. What an entry says is the
 *  business of others. */
#ifndef TN_LEDGER_CHAIN_H
#define TN_LEDGER_CHAIN_H
#include <jansson.h>

#include "base/sha256.h"
#include "io/sqlite.h"
#include "tenure/ledger.h"

struct tn_ledger {
    tn_sqlite_t db;
};

/** One entry. Texts are borrowed until the next step. */
typedef struct tn_entry {
    int64_t seq;
    const char *recorded, *kind, *target, *body, *previous, *hash;
    size_t n_recorded, n_kind, n_target, n_body;
} tn_entry_t;

#define TN_CHAIN_SELECT                                                                            \
    "SELECT seq, recorded, kind, target, body, previous, hash FROM entry ORDER BY seq"

/** The row that a statement of TN_CHAIN_SELECT stands on. @return 0 or TN_ENOMEM. */
int tn_chain_row(const tn_statement_t *s, tn_entry_t *entry, tn_error_t *err);

/** Appends an entry within the transaction that is open. Takes body.
 *  @param receipt  its first, last and hash are kept up to date; starts zeroed. */
int tn_chain_append(tn_ledger_t *self, int32_t recorded, const char *kind, const char *target,
    json_t *body, tn_ledger_receipt_t *receipt, tn_error_t *err);
#endif
