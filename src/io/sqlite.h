/** SQLite with the project's errors: a file with a known schema, statements with bound values,
 *  transactions. Files are in WAL mode with foreign keys on; writers wait for each other.
 *
 *  Every message begins with the path. Codes: TN_ENOMEM; TN_EIO (cannot open, read, write, disk
 *  full, read-only); TN_EDB (not a database, damaged, of another schema, busy for too long, a
 *  constraint or a trigger refused); TN_EINTERNAL (a mistake in our own SQL). */
#ifndef TN_IO_SQLITE_H
#define TN_IO_SQLITE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"

/** How long a writer waits for another one before it gives up. */
#define TN_SQLITE_BUSY_MS 60000

/** What the tables of a file are. Migration i brings a file from version i to i + 1; the version
 * stands in PRAGMA user_version. A released migration never changes: add another one. */
typedef struct tn_sqlite_schema {
    const char *what;             /* "ledger", for messages */
    int32_t application_id;       /* of the file's header, so that kinds of files are told apart */
    const char *const *migration; /* n_migrations texts of SQL, several statements each */
    int n_migrations;
} tn_sqlite_schema_t;

typedef enum tn_sqlite_mode {
    TN_SQLITE_READ,  /* must exist and have the schema's last version */
    TN_SQLITE_WRITE, /* must exist; is migrated */
    TN_SQLITE_CREATE /* is made if missing; is migrated */
} tn_sqlite_mode_t;

typedef struct tn_sqlite {
    struct sqlite3 *db;
    char *path;
} tn_sqlite_t;

/** Opens a file (":memory:" for none) and brings it to the schema's last version. Folders are not
 * made. A file with an unknown schema, or a newer version of it, is refused and not touched.
 * tn_sqlite_close() it, also after a failure. */
TN_MUST_CHECK int tn_sqlite_open(tn_sqlite_t *self, const char *path, tn_sqlite_mode_t mode,
    const tn_sqlite_schema_t *schema, tn_error_t *err);
/** Rolls an open transaction back. Accepts NULL and a zeroed object. */
void tn_sqlite_close(tn_sqlite_t *self);

/** Runs SQL without results, one or more statements. Only for texts of our own. */
TN_MUST_CHECK int tn_sqlite_run(tn_sqlite_t *self, const char *sql, tn_error_t *err);
/** Begins a transaction that writes: waits until no other one does. */
TN_MUST_CHECK int tn_sqlite_begin(tn_sqlite_t *self, tn_error_t *err);
/** Begins a transaction that only reads: all its statements see the same state. */
TN_MUST_CHECK int tn_sqlite_begin_read(tn_sqlite_t *self, tn_error_t *err);
/** After it returned 0 the transaction survives the death of the process and of the machine. After
 * a failure the transaction is still open: roll back. */
TN_MUST_CHECK int tn_sqlite_commit(tn_sqlite_t *self, tn_error_t *err);
/** Does nothing outside a transaction. */
void tn_sqlite_rollback(tn_sqlite_t *self);
/** Rowid of the last row that was inserted. */
int64_t tn_sqlite_last_rowid(const tn_sqlite_t *self);

/** A prepared statement. Placeholders are numbered from 1, columns from 0. */
typedef struct tn_statement {
    tn_sqlite_t *db;
    struct sqlite3_stmt *stmt;
    int failed; /* SQLite's code of the first failed bind; reported by the next step */
} tn_statement_t;

/** tn_statement_free() it, also after a failure, and before the database is closed. */
TN_MUST_CHECK int tn_statement_init(
    tn_statement_t *self, tn_sqlite_t *db, const char *sql, tn_error_t *err);
void tn_statement_free(tn_statement_t *self);

void tn_statement_bind_integer(tn_statement_t *self, int i, int64_t value);
/** NaN is NULL. */
void tn_statement_bind_number(tn_statement_t *self, int i, double value);
/** The text is copied; NULL is NULL. */
void tn_statement_bind_text(tn_statement_t *self, int i, const char *text);
/** n bytes, copied. */
void tn_statement_bind_bytes(tn_statement_t *self, int i, const void *bytes, size_t n);
void tn_statement_bind_null(tn_statement_t *self, int i);

/** @return 1: there is a row; 0: no more rows; below 0: an error. */
TN_MUST_CHECK int tn_statement_step(tn_statement_t *self, tn_error_t *err);
/** Runs a statement that gives no rows and makes it ready for the next binds. */
TN_MUST_CHECK int tn_statement_run(tn_statement_t *self, tn_error_t *err);
/** Ready for the next binds and steps; values bound stay. */
void tn_statement_reset(tn_statement_t *self);

bool tn_statement_is_null(const tn_statement_t *self, int column);
int64_t tn_statement_integer(const tn_statement_t *self, int column);
/** NULL is NaN. */
double tn_statement_number(const tn_statement_t *self, int column);
/** Borrowed until the next step; NULL is NULL. n_bytes may be NULL. Without memory it is NULL too.
 */
const char *tn_statement_text(const tn_statement_t *self, int column, size_t *n_bytes);
#endif
