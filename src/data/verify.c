/* What stands in the store: its sources, and whether they are whole. */
#include <stdio.h>
#include <string.h>

#include "data/content.h"
#include "data/store.h"
#include "tenure/data.h"

static int read_source(const tn_statement_t *s, tn_data_source_fn fn, void *ctx)
{
    const tn_data_source_t source = {.kind = tn_statement_text(s, 0, NULL),
        .title = tn_statement_text(s, 1, NULL),
        .version = tn_statement_text(s, 2, NULL),
        .file = tn_statement_text(s, 3, NULL),
        .sha256 = tn_statement_text(s, 4, NULL),
        .covers_to = tn_statement_text(s, 5, NULL),
        .citation = tn_statement_text(s, 6, NULL),
        .licence = tn_statement_text(s, 7, NULL),
        .retrieved = tn_statement_text(s, 8, NULL),
        .n_rows = (size_t)tn_statement_integer(s, 9),
        .n_kept = (size_t)tn_statement_integer(s, 10),
        .n_log = {(size_t)tn_statement_integer(s, 11), (size_t)tn_statement_integer(s, 12),
            (size_t)tn_statement_integer(s, 13), (size_t)tn_statement_integer(s, 14)}};
    return fn(&source, ctx);
}

int tn_data_sources(const char *store, tn_data_source_fn fn, void *ctx, tn_error_t *err)
{
    tn_sqlite_t db;
    tn_statement_t stmt = {0};
    int ret = tn_store_open(&db, store, TN_SQLITE_READ, err);
    if (ret == 0)
        ret = tn_statement_init(&stmt, &db,
            "SELECT kind, title, version, file, sha256, covers_to, citation, licence, retrieved,"
            " n_rows, n_kept, (SELECT count(*) FROM import_log l WHERE l.source = s.id AND action ="
            " 'repaired'), (SELECT count(*) FROM import_log l WHERE l.source = s.id AND action ="
            " 'guessed'), (SELECT count(*) FROM import_log l WHERE l.source = s.id AND action ="
            " 'dropped'), (SELECT count(*) FROM import_log l WHERE l.source = s.id AND action ="
            " 'flagged') FROM source s ORDER BY slot",
            err);
    while (ret == 0 && (ret = tn_statement_step(&stmt, err)) == 1) {
        ret = 0;
        if (read_source(&stmt, fn, ctx) != 0) break;
    }
    tn_statement_free(&stmt);
    tn_sqlite_close(&db);
    return ret;
}

/** A check under way. */
typedef struct check {
    tn_sqlite_t db;
    void (*problem)(const char *text, void *ctx);
    void *ctx;
    size_t n;
    tn_error_t *err;
} check_t;

static void report(check_t *self, const char *text)
{
    self->n++;
    if (self->problem != NULL) self->problem(text, self->ctx);
}

/* Rows of a query are problems, but for the word "ok". */
static int run_check(check_t *self, const char *sql)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, &self->db, sql, self->err);
    while (ret == 0 && (ret = tn_statement_step(&stmt, self->err)) == 1) {
        const char *text = tn_statement_text(&stmt, 0, NULL);
        if (text == NULL || strcmp(text, "ok") != 0) report(self, text != NULL ? text : "?");
        ret = 0;
    }
    tn_statement_free(&stmt);
    return ret;
}

static int check_source(check_t *self, const tn_statement_t *s)
{
    char hex[TN_SHA256_HEX], text[512];
    size_t n;
    const int ret = tn_content_hash(&self->db, tn_statement_integer(s, 0), hex, &n, self->err);
    if (ret < 0) return ret;
    const char *kind = tn_statement_text(s, 1, NULL), *content = tn_statement_text(s, 2, NULL);
    const size_t n_rows = (size_t)tn_statement_integer(s, 3);
    if (n != n_rows) {
        (void)snprintf(text, sizeof text, "%s: %zu rows, expected %zu", kind, n, n_rows);
        report(self, text);
    } else if (content == NULL || strcmp(content, hex) != 0) {
        (void)snprintf(text, sizeof text, "%s: rows were changed since the import", kind);
        report(self, text);
    }
    if (tn_statement_integer(s, 4) != tn_statement_integer(s, 5)) {
        (void)snprintf(text, sizeof text, "%s: %lld entries made of its rows, expected %lld", kind,
            (long long)tn_statement_integer(s, 5), (long long)tn_statement_integer(s, 4));
        report(self, text);
    }
    return 0;
}

static int check_sources(check_t *self)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, &self->db,
        "SELECT id, kind, content, n_rows, n_kept, (SELECT count(*) FROM spell WHERE source = s.id)"
        " + (SELECT count(*) FROM regime WHERE source = s.id) + (SELECT count(*) FROM election"
        " WHERE source = s.id) + (SELECT count(*) FROM coup WHERE source = s.id) FROM source s"
        " ORDER BY id",
        self->err);
    while (ret == 0 && (ret = tn_statement_step(&stmt, self->err)) == 1)
        ret = check_source(self, &stmt);
    tn_statement_free(&stmt);
    return ret;
}

int tn_data_verify(
    const char *store, void (*problem)(const char *text, void *ctx), void *ctx, tn_error_t *err)
{
    check_t self = {.problem = problem, .ctx = ctx, .err = err};
    int ret = tn_store_open(&self.db, store, TN_SQLITE_READ, err);
    if (ret == 0) ret = tn_sqlite_begin_read(&self.db, err);
    if (ret == 0) ret = run_check(&self, "PRAGMA integrity_check");
    if (ret == 0)
        ret = run_check(&self, "SELECT \"table\" || ': a row without its source' FROM"
                               " pragma_foreign_key_check");
    if (ret == 0) ret = check_sources(&self);
    tn_sqlite_close(&self.db);
    if (ret == 0 && self.n > 0) {
        ret = tn_error_set(err, TN_EDB, "%s: %zu problem%s", store, self.n, self.n == 1 ? "" : "s");
    }
    return ret;
}
