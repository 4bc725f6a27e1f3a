/* Schema of the store. Every row of a source file is kept whole in source_row, as JSON; what was
 * understood of it stands in a table of its own, under the same (source, row); what was changed or
 * left out stands in import_log. Taking a source away takes all of that with it. Days are texts
 * YYYY-MM-DD, so that people can read them and they sort. */
#include "data/store.h"

#include <string.h>
#include <unistd.h>

#include "data/countries.h"
#include "data/routes.h"

#define APPLICATION_ID 0x544e5354 /* "TNST" */

static const char SCHEMA_1[] =
    "CREATE TABLE source (id INTEGER PRIMARY KEY, slot TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " title TEXT NOT NULL, version TEXT, sha256 TEXT NOT NULL, file TEXT NOT NULL,"
    " n_rows INTEGER NOT NULL, n_kept INTEGER NOT NULL, covers_to TEXT, citation TEXT,"
    " licence TEXT, retrieved TEXT, content TEXT NOT NULL);"
    "CREATE TABLE country_code (gwcode INTEGER NOT NULL, first TEXT NOT NULL, last TEXT,"
    " name TEXT NOT NULL, cowcode INTEGER, cow3 TEXT, iso3 TEXT, region TEXT,"
    " PRIMARY KEY (gwcode, first));"
    "CREATE TABLE source_row (source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,"
    " row INTEGER NOT NULL, line INTEGER NOT NULL, raw TEXT NOT NULL,"
    " PRIMARY KEY (source, row)) WITHOUT ROWID;"
    "CREATE TABLE person (key TEXT PRIMARY KEY, source INTEGER NOT NULL REFERENCES source ON"
    " DELETE CASCADE, name TEXT NOT NULL, sex TEXT, born TEXT, born_precision TEXT)"
    " WITHOUT ROWID;"
    "CREATE INDEX person_source ON person (source);"
    "CREATE TABLE spell (source INTEGER NOT NULL, row INTEGER NOT NULL, key TEXT NOT NULL,"
    " person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, gwcode INTEGER NOT NULL,"
    " code TEXT NOT NULL, role TEXT, start TEXT NOT NULL, start_precision TEXT NOT NULL, last TEXT,"
    " last_precision TEXT NOT NULL, entry TEXT, exit TEXT, exitcode TEXT, times_before INTEGER,"
    " fate TEXT, PRIMARY KEY (source, row),"
    " FOREIGN KEY (source, row) REFERENCES source_row ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX spell_person ON spell (person);"
    "CREATE TABLE regime (source INTEGER NOT NULL, row INTEGER NOT NULL, gwcode INTEGER NOT NULL,"
    " code TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, regime TEXT NOT NULL,"
    " type TEXT NOT NULL, PRIMARY KEY (source, row),"
    " FOREIGN KEY (source, row) REFERENCES source_row ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE TABLE election (source INTEGER NOT NULL, row INTEGER NOT NULL, gwcode INTEGER NOT NULL,"
    " code TEXT NOT NULL, day TEXT NOT NULL, day_precision TEXT NOT NULL, event TEXT NOT NULL,"
    " held INTEGER NOT NULL, type TEXT NOT NULL, direct INTEGER NOT NULL,"
    " PRIMARY KEY (source, row),"
    " FOREIGN KEY (source, row) REFERENCES source_row ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE TABLE coup (source INTEGER NOT NULL, row INTEGER NOT NULL, gwcode INTEGER NOT NULL,"
    " code TEXT NOT NULL, day TEXT NOT NULL, day_precision TEXT NOT NULL, event TEXT NOT NULL,"
    " success INTEGER NOT NULL, is_attempt INTEGER NOT NULL, PRIMARY KEY (source, row),"
    " FOREIGN KEY (source, row) REFERENCES source_row ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE TABLE import_log (id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source ON"
    " DELETE CASCADE, line INTEGER NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL,"
    " action TEXT NOT NULL CHECK (action IN ('repaired', 'guessed', 'dropped', 'flagged')),"
    " found TEXT, became TEXT, why TEXT NOT NULL);"
    "CREATE INDEX import_log_source ON import_log (source);"
    "CREATE TABLE route_map (kind TEXT NOT NULL, exit TEXT NOT NULL, exitcode TEXT NOT NULL,"
    " route TEXT NOT NULL, flag TEXT NOT NULL, PRIMARY KEY (kind, exit, exitcode)) WITHOUT ROWID;"
    "CREATE TABLE merged (id TEXT PRIMARY KEY, gwcode INTEGER NOT NULL, person TEXT NOT NULL,"
    " name TEXT NOT NULL, sex TEXT, born TEXT, born_precision TEXT NOT NULL, start TEXT NOT NULL,"
    " start_precision TEXT NOT NULL, last TEXT NOT NULL, last_precision TEXT NOT NULL,"
    " counts_from TEXT NOT NULL, entry TEXT NOT NULL, route TEXT NOT NULL, flag TEXT NOT NULL,"
    " times_before INTEGER NOT NULL, name_from TEXT NOT NULL, born_from TEXT NOT NULL,"
    " start_from TEXT NOT NULL, last_from TEXT NOT NULL, route_from TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX merged_country ON merged (gwcode, start);";

static const char *const MIGRATIONS[] = {SCHEMA_1};
static const tn_sqlite_schema_t SCHEMA = {.what = "data store",
    .application_id = APPLICATION_ID,
    .migration = MIGRATIONS,
    .n_migrations = (int)(sizeof MIGRATIONS / sizeof MIGRATIONS[0])};

static bool is_empty(tn_sqlite_t *self, const char *sql, tn_error_t *err, int *ret)
{
    tn_statement_t stmt;
    *ret = tn_statement_init(&stmt, self, sql, err);
    if (*ret == 0) *ret = tn_statement_step(&stmt, err);
    const bool empty = *ret == 0;
    if (*ret > 0) *ret = 0;
    tn_statement_free(&stmt);
    return empty;
}

static void bind_day(tn_statement_t *stmt, int i, int32_t day)
{
    char text[11];
    if (day == INT32_MAX || day == TN_DATE_NONE) {
        tn_statement_bind_null(stmt, i);
        return;
    }
    tn_date_format(day, text);
    tn_statement_bind_text(stmt, i, text);
}

static int add_countries(tn_sqlite_t *self, tn_error_t *err)
{
    tn_statement_t stmt;
    size_t n;
    const tn_country_t *c = tn_countries(&n);
    int ret = tn_statement_init(
        &stmt, self, "INSERT INTO country_code VALUES (?, ?, ?, ?, ?, ?, ?, ?)", err);
    for (size_t i = 0; ret == 0 && i < n; i++) {
        tn_statement_bind_integer(&stmt, 1, c[i].gwcode);
        bind_day(&stmt, 2, c[i].from);
        bind_day(&stmt, 3, c[i].to);
        tn_statement_bind_text(&stmt, 4, c[i].name);
        tn_statement_bind_integer(&stmt, 5, c[i].cowcode);
        tn_statement_bind_text(&stmt, 6, c[i].cow3);
        tn_statement_bind_text(&stmt, 7, c[i].iso3);
        tn_statement_bind_text(&stmt, 8, c[i].region);
        ret = tn_statement_run(&stmt, err);
    }
    tn_statement_free(&stmt);
    return ret;
}

/* A new store gets its standing tables, all or none. */
static int furnish(tn_sqlite_t *self, tn_error_t *err)
{
    int ret;
    if (!is_empty(self, "SELECT 1 FROM country_code LIMIT 1", err, &ret) || ret < 0) return ret;
    ret = tn_sqlite_begin(self, err);
    if (ret == 0 && is_empty(self, "SELECT 1 FROM country_code LIMIT 1", err, &ret) && ret == 0) {
        ret = add_countries(self, err);
        if (ret == 0) ret = tn_routes_default(self, err);
    }
    if (ret == 0) ret = tn_sqlite_commit(self, err);
    if (ret < 0) tn_sqlite_rollback(self);
    return ret;
}

int tn_store_open(tn_sqlite_t *self, const char *path, tn_sqlite_mode_t mode, tn_error_t *err)
{
    int ret = tn_sqlite_open(self, path, mode, &SCHEMA, err);
    if (ret == TN_EIO && mode != TN_SQLITE_CREATE && access(path, F_OK) != 0)
        tn_error_set(err, ret, "no store at %s: 'tenure data import FILE...' makes one", path);
    if (ret == 0 && mode == TN_SQLITE_CREATE) ret = furnish(self, err);
    return ret;
}
