/* A thin face on SQLite: opening and schema versions, transactions, statements, errors.
 * Synchronous stays FULL, SQLite's default: in WAL mode each commit is synced, so that what was
 * committed survives a loss of power. Files come from others too: the schema in a file is not
 * trusted (no functions with side effects from its views and triggers) and cannot be corrupted by
 * SQL (DEFENSIVE). */
#include "io/sqlite.h"

#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define PRAGMA_SIZE 64

/* ---- errors ---- */

static int code_of(int sqlite_code)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_NOMEM: return TN_ENOMEM;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return TN_EIO;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE: return TN_EINTERNAL;
    default: return TN_EDB;
    }
}

static int fail(const tn_sqlite_t *self, int sqlite_code, tn_error_t *err)
{
    const int code = code_of(sqlite_code);
    if (code == TN_ENOMEM) return tn_error_set(err, code, "%s", tn_error_text(code));
    if ((sqlite_code & 0xff) == SQLITE_BUSY) {
        return tn_error_set(err, TN_EDB, "%s: another program has been writing for %d seconds",
            self->path, TN_SQLITE_BUSY_MS / 1000);
    }
    if ((sqlite_code & 0xff) == SQLITE_NOTADB) {
        return tn_error_set(err, TN_EDB, "%s: not a SQLite database", self->path);
    }
    return tn_error_set(err, code, "%s: %s", self->path,
        self->db != NULL ? sqlite3_errmsg(self->db) : sqlite3_errstr(sqlite_code));
}

/* ---- statements ---- */

int tn_statement_init(tn_statement_t *self, tn_sqlite_t *db, const char *sql, tn_error_t *err)
{
    *self = (tn_statement_t){.db = db};
    const int code = sqlite3_prepare_v2(db->db, sql, -1, &self->stmt, NULL);
    return code == SQLITE_OK ? 0 : fail(db, code, err);
}

void tn_statement_free(tn_statement_t *self)
{
    if (self == NULL) return;
    (void)sqlite3_finalize(self->stmt); /* repeats the error of the last step, reported there */
    *self = (tn_statement_t){0};
}

static void remember(tn_statement_t *self, int code)
{
    if (self->failed == SQLITE_OK) self->failed = code;
}

void tn_statement_bind_integer(tn_statement_t *self, int i, int64_t value)
{
    remember(self, sqlite3_bind_int64(self->stmt, i, value));
}

void tn_statement_bind_number(tn_statement_t *self, int i, double value)
{
    remember(self, sqlite3_bind_double(self->stmt, i, value)); /* SQLite makes NaN NULL */
}

void tn_statement_bind_text(tn_statement_t *self, int i, const char *text)
{
    remember(self, sqlite3_bind_text(self->stmt, i, text, -1, SQLITE_TRANSIENT));
}

void tn_statement_bind_bytes(tn_statement_t *self, int i, const void *bytes, size_t n)
{
    const void *some = n == 0 ? "" : bytes; /* NULL would bind NULL */
    remember(self, sqlite3_bind_blob64(self->stmt, i, some, n, SQLITE_TRANSIENT));
}

void tn_statement_bind_null(tn_statement_t *self, int i)
{
    remember(self, sqlite3_bind_null(self->stmt, i));
}

int tn_statement_step(tn_statement_t *self, tn_error_t *err)
{
    if (self->failed != SQLITE_OK) return fail(self->db, self->failed, err);
    const int code = sqlite3_step(self->stmt);
    if (code == SQLITE_ROW) return 1;
    return code == SQLITE_DONE ? 0 : fail(self->db, code, err);
}

void tn_statement_reset(tn_statement_t *self)
{
    (void)sqlite3_reset(self->stmt); /* repeats the error of the last step, reported there */
    self->failed = SQLITE_OK;
}

int tn_statement_run(tn_statement_t *self, tn_error_t *err)
{
    int ret = 1;
    while (ret == 1) {
        ret = tn_statement_step(self, err);
    }
    tn_statement_reset(self);
    return ret;
}

bool tn_statement_is_null(const tn_statement_t *self, int column)
{
    return sqlite3_column_type(self->stmt, column) == SQLITE_NULL;
}

int64_t tn_statement_integer(const tn_statement_t *self, int column)
{
    return sqlite3_column_int64(self->stmt, column);
}

double tn_statement_number(const tn_statement_t *self, int column)
{
    if (tn_statement_is_null(self, column)) return NAN;
    return sqlite3_column_double(self->stmt, column);
}

const char *tn_statement_text(const tn_statement_t *self, int column, size_t *n_bytes)
{
    const char *text = (const char *)sqlite3_column_text(self->stmt, column);
    if (n_bytes != NULL) *n_bytes = (size_t)sqlite3_column_bytes(self->stmt, column);
    return text;
}

/* ---- transactions ---- */

int tn_sqlite_run(tn_sqlite_t *self, const char *sql, tn_error_t *err)
{
    const int code = sqlite3_exec(self->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : fail(self, code, err);
}

int tn_sqlite_begin(tn_sqlite_t *self, tn_error_t *err)
{
    return tn_sqlite_run(self, "BEGIN IMMEDIATE", err);
}

int tn_sqlite_begin_read(tn_sqlite_t *self, tn_error_t *err)
{
    return tn_sqlite_run(self, "BEGIN", err);
}

int tn_sqlite_commit(tn_sqlite_t *self, tn_error_t *err)
{
    return tn_sqlite_run(self, "COMMIT", err);
}

void tn_sqlite_rollback(tn_sqlite_t *self)
{
    if (self->db == NULL || sqlite3_get_autocommit(self->db) != 0) return;
    (void)sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t tn_sqlite_last_rowid(const tn_sqlite_t *self)
{
    return sqlite3_last_insert_rowid(self->db);
}

/* ---- opening ---- */

/** The one integer that a query gives. */
static int query_integer(tn_sqlite_t *self, const char *sql, int64_t *value, tn_error_t *err)
{
    tn_statement_t s;
    int ret = tn_statement_init(&s, self, sql, err);
    if (ret == 0) ret = tn_statement_step(&s, err);
    *value = ret == 1 ? tn_statement_integer(&s, 0) : 0;
    tn_statement_free(&s);
    return ret < 0 ? ret : 0;
}

/** Whether the file may be used with this schema. An empty file has no version yet. */
static int check_schema(
    tn_sqlite_t *self, const tn_sqlite_schema_t *schema, int64_t *version, tn_error_t *err)
{
    int64_t id = 0, n_tables = 0;
    int ret = query_integer(self, "PRAGMA user_version", version, err);
    if (ret == 0) ret = query_integer(self, "PRAGMA application_id", &id, err);
    if (ret == 0) ret = query_integer(self, "SELECT count(*) FROM sqlite_schema", &n_tables, err);
    if (ret < 0) return ret;
    const bool is_empty = *version == 0 && id == 0 && n_tables == 0;
    if (!is_empty && (id != schema->application_id || *version < 1)) {
        return tn_error_set(
            err, TN_EDB, "%s: a SQLite database, but not a %s", self->path, schema->what);
    }
    if (*version > schema->n_migrations) {
        return tn_error_set(err, TN_EDB,
            "%s: %s of a newer program: schema version %d, this one knows up to %d", self->path,
            schema->what, (int)*version, schema->n_migrations);
    }
    return 0;
}

/** Within a transaction, so that of two programs one migrates and the other finds it done. */
static int migrate(tn_sqlite_t *self, const tn_sqlite_schema_t *schema, tn_error_t *err)
{
    char pragma[PRAGMA_SIZE];
    int64_t version = 0;
    int ret = tn_sqlite_begin(self, err);
    if (ret < 0) return ret;
    ret = check_schema(self, schema, &version, err);
    for (int i = (int)version; ret == 0 && i < schema->n_migrations; i++) {
        ret = tn_sqlite_run(self, schema->migration[i], err);
    }
    (void)snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", schema->application_id);
    if (ret == 0) ret = tn_sqlite_run(self, pragma, err);
    (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", schema->n_migrations);
    if (ret == 0) ret = tn_sqlite_run(self, pragma, err);
    if (ret == 0) ret = tn_sqlite_commit(self, err);
    if (ret < 0) tn_sqlite_rollback(self);
    return ret;
}

/** Two programs that open a new file at once: SQLite does not wait here but says busy at once, to
 * avoid a deadlock. The other one is soon done. */
static int use_wal(tn_sqlite_t *self, tn_error_t *err)
{
    int code = SQLITE_BUSY;
    for (int waited = 0; code == SQLITE_BUSY && waited < TN_SQLITE_BUSY_MS; waited += 10) {
        code = sqlite3_exec(self->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) & 0xff;
        if (code == SQLITE_BUSY) (void)sqlite3_sleep(10);
    }
    return code == SQLITE_OK ? 0 : fail(self, code, err);
}

static int configure(tn_sqlite_t *self, tn_error_t *err)
{
    int code = sqlite3_busy_timeout(self->db, TN_SQLITE_BUSY_MS);
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(self->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, (int *)NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    }
    return code == SQLITE_OK ? 0 : fail(self, code, err);
}

static int bring_to_schema(
    tn_sqlite_t *self, tn_sqlite_mode_t mode, const tn_sqlite_schema_t *schema, tn_error_t *err)
{
    int64_t version = 0;
    int ret = check_schema(self, schema, &version, err);
    if (ret < 0) return ret;
    if (version == 0 && mode != TN_SQLITE_CREATE) {
        return tn_error_set(err, TN_EDB, "%s: an empty file, not a %s", self->path, schema->what);
    }
    if (version == schema->n_migrations) return 0;
    if (mode == TN_SQLITE_READ) {
        return tn_error_set(err, TN_EDB,
            "%s: %s of an older program: schema version %d, expected %d", self->path, schema->what,
            (int)version, schema->n_migrations);
    }
    ret = use_wal(self, err);
    return ret < 0 ? ret : migrate(self, schema, err);
}

int tn_sqlite_open(tn_sqlite_t *self, const char *path, tn_sqlite_mode_t mode,
    const tn_sqlite_schema_t *schema, tn_error_t *err)
{
    /* readers too open for writing where they may: the first one after a crash tidies up the WAL.
     * Without the right to write SQLite falls back to reading. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE;
    if (mode == TN_SQLITE_CREATE) flags |= SQLITE_OPEN_CREATE;
    *self = (tn_sqlite_t){.path = tn_strdup(path)};
    if (self->path == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    const int code = sqlite3_open_v2(path, &self->db, flags, NULL);
    int ret = code == SQLITE_OK ? 0 : fail(self, code, err);
    if (ret == 0) ret = configure(self, err);
    if (ret == 0) ret = bring_to_schema(self, mode, schema, err);
    return ret;
}

void tn_sqlite_close(tn_sqlite_t *self)
{
    if (self == NULL) return;
    tn_sqlite_rollback(self);
    (void)sqlite3_close_v2(self->db); /* accepts NULL */
    tn_free(self->path);
    *self = (tn_sqlite_t){0};
}
