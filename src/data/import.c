/* One file into the store: which kind it is, the transaction, the source's own row. What the store
 * holds is always whole: the old import of the kind goes, the new one comes, and the spells are
 * merged anew, all in one transaction. */
#include "data/import.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "data/content.h"
#include "data/merge.h"
#include "data/routes.h"
#include "data/store.h"
#include "tenure/fetch.h"

static const tn_importer_t *const IMPORTERS[] = {&tn_importer_archigos, &tn_importer_reign_leaders,
    &tn_importer_reign_regimes, &tn_importer_reign_elections, &tn_importer_powell_thyne,
    &tn_importer_cline, &tn_importer_wikidata, &tn_importer_leaders};
#define N_IMPORTERS (sizeof IMPORTERS / sizeof IMPORTERS[0])

static const char *const KINDS[] = {"archigos", "reign-leaders", "reign-regimes", "reign-elections",
    "powell-thyne", "cline", "wikidata", "leaders", NULL};

const char *const *tn_data_kinds(void) { return KINDS; }

const char *tn_log_action_text(int action)
{
    static const char *const texts[TN_N_LOG_ACTIONS] = {
        "repaired", "guessed", "dropped", "flagged"};
    return action >= 0 && action < TN_N_LOG_ACTIONS ? texts[action] : "";
}

/* ---- which kind ---- */

static const char *missing_column(const tn_importer_t *importer, const tn_sheet_t *sheet)
{
    for (size_t k = 0; importer->columns[k] != NULL; k++) {
        if (tn_sheet_find(sheet, importer->columns[k]) < 0) return importer->columns[k];
    }
    return NULL;
}

static int by_name(
    const char *kind, const tn_sheet_t *sheet, const tn_importer_t **importer, tn_error_t *err)
{
    for (size_t k = 0; k < N_IMPORTERS; k++) {
        if (strcmp(IMPORTERS[k]->kind, kind) != 0) continue;
        *importer = IMPORTERS[k];
        const char *missing = missing_column(*importer, sheet);
        if (missing == NULL) return 0;
        return tn_error_set(err, TN_EINPUT, "%s: no column '%s', which the kind '%s' has",
            sheet->name, missing, kind);
    }
    const int near = tn_str_nearest(kind, KINDS, N_IMPORTERS);
    return tn_error_set(err, TN_EARG, "unknown kind '%s'%s%s%s", kind,
        near >= 0 ? " (did you mean '" : "", near >= 0 ? KINDS[near] : "", near >= 0 ? "'?)" : "");
}

static int choose(
    const char *kind, const tn_sheet_t *sheet, const tn_importer_t **importer, tn_error_t *err)
{
    *importer = NULL;
    if (kind != NULL) return by_name(kind, sheet, importer, err);
    for (size_t k = 0; k < N_IMPORTERS && *importer == NULL; k++) {
        if (missing_column(IMPORTERS[k], sheet) == NULL) *importer = IMPORTERS[k];
    }
    if (*importer != NULL) return 0;
    return tn_error_set(err, TN_EINPUT,
        "%s: not a data set that is known by its columns (see 'tenure help data import')",
        sheet->name);
}

/* ---- the source's own row ---- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static const tn_source_t *described(const tn_importer_t *importer)
{
    const tn_source_t *source = tn_source_find(importer->kind);
    return source;
}

/* 1 if the store holds this very file already. */
static int is_there(tn_sqlite_t *db, const char *slot, const tn_sheet_t *sheet, tn_error_t *err)
{
    tn_statement_t stmt;
    int ret =
        tn_statement_init(&stmt, db, "SELECT 1 FROM source WHERE slot = ? AND sha256 = ?", err);
    if (ret == 0) {
        tn_statement_bind_text(&stmt, 1, slot);
        tn_statement_bind_text(&stmt, 2, sheet->sha256);
        ret = tn_statement_step(&stmt, err);
    }
    tn_statement_free(&stmt);
    return ret;
}

static int remove_old(tn_sqlite_t *db, const char *slot, tn_error_t *err)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, db, "DELETE FROM source WHERE slot = ?", err);
    if (ret == 0) {
        tn_statement_bind_text(&stmt, 1, slot);
        ret = tn_statement_run(&stmt, err);
    }
    tn_statement_free(&stmt);
    return ret;
}

static int add_source(tn_import_t *self, const char *slot)
{
    tn_statement_t stmt;
    const tn_source_t *source = described(self->importer);
    tn_data_import_result_t *result = self->result;
    (void)snprintf(result->title, sizeof result->title, "%s",
        source != NULL ? source->title : file_name(self->sheet->name));
    int ret = tn_statement_init(&stmt, self->db,
        "INSERT INTO source (slot, kind, title, sha256, file, n_rows, n_kept, citation, licence,"
        " content) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, '')",
        self->err);
    if (ret == 0) {
        tn_statement_bind_text(&stmt, 1, slot);
        tn_statement_bind_text(&stmt, 2, self->importer->kind);
        tn_statement_bind_text(&stmt, 3, result->title);
        tn_statement_bind_text(&stmt, 4, self->sheet->sha256);
        tn_statement_bind_text(&stmt, 5, file_name(self->sheet->name));
        tn_statement_bind_integer(&stmt, 6, (int64_t)self->sheet->n_rows);
        tn_statement_bind_text(&stmt, 7, source != NULL ? source->cite : NULL);
        tn_statement_bind_text(&stmt, 8, source != NULL ? source->terms : NULL);
        ret = tn_statement_run(&stmt, self->err);
    }
    tn_statement_free(&stmt);
    self->source = tn_sqlite_last_rowid(self->db);
    return ret;
}

/* Keys that are not unique: the merged table calls such a spell KEY#ROW. */
static int log_double_keys(tn_import_t *self)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, self->db,
        "INSERT INTO import_log (source, line, key, field, action, found, became, why)"
        " SELECT source, line, key, 'key', 'flagged', key, key || '#' || row, 'another spell has"
        " the same key' FROM spell JOIN source_row USING (source, row) WHERE source = ?1 AND key IN"
        " (SELECT key FROM spell WHERE source = ?1 GROUP BY key HAVING count(*) > 1) RETURNING id",
        self->err);
    if (ret == 0) tn_statement_bind_integer(&stmt, 1, self->source);
    while (ret == 0 && (ret = tn_statement_step(&stmt, self->err)) == 1) {
        self->result->n_log[TN_LOG_FLAGGED]++;
        ret = 0;
    }
    tn_statement_free(&stmt);
    return ret;
}

static int finish_source(tn_import_t *self)
{
    tn_statement_t stmt;
    char day[11], content[TN_SHA256_HEX];
    int ret = tn_content_hash(self->db, self->source, content, NULL, self->err);
    if (ret < 0) return ret;
    ret = tn_statement_init(&stmt, self->db,
        "UPDATE source SET n_kept = ?, covers_to = ?, version = ?, content = ? WHERE id = ?",
        self->err);
    if (ret == 0) {
        tn_statement_bind_integer(&stmt, 1, (int64_t)self->result->n_kept);
        if (self->covers_to != TN_DATE_NONE) {
            tn_date_format(self->covers_to, day);
            tn_statement_bind_text(&stmt, 2, day);
        }
        tn_statement_bind_text(&stmt, 3, self->result->version);
        tn_statement_bind_text(&stmt, 4, content);
        tn_statement_bind_integer(&stmt, 5, self->source);
        ret = tn_statement_run(&stmt, self->err);
    }
    tn_statement_free(&stmt);
    return ret;
}

/* ---- the rows ---- */

typedef struct prepared {
    tn_statement_t *stmt;
    const char *sql;
} prepared_t;

static int prepare(tn_import_t *self)
{
    const prepared_t all[] = {{&self->add_row, "INSERT INTO source_row VALUES (?, ?, ?, ?)"},
        {&self->add_log, "INSERT INTO import_log (source, line, key, field, action, found, became,"
                         " why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
        {&self->add_person, "INSERT OR IGNORE INTO person VALUES (?, ?, ?, ?, ?, ?)"},
        {&self->add_spell,
            "INSERT INTO spell VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
        {&self->add_regime, "INSERT INTO regime VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
        {&self->add_election, "INSERT INTO election VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
        {&self->add_coup, "INSERT INTO coup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"}};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        const int ret = tn_statement_init(all[k].stmt, self->db, all[k].sql, self->err);
        if (ret < 0) return ret;
    }
    return 0;
}

static void finalise(tn_import_t *self)
{
    tn_statement_free(&self->add_row);
    tn_statement_free(&self->add_log);
    tn_statement_free(&self->add_person);
    tn_statement_free(&self->add_spell);
    tn_statement_free(&self->add_regime);
    tn_statement_free(&self->add_election);
    tn_statement_free(&self->add_coup);
}

/* Bytes of another encoding are a repair of the file, not of a row. */
static void log_encoding(tn_import_t *self)
{
    const tn_frame_t *frame = &self->sheet->frame;
    for (size_t k = 0; k < frame->n_foreign; k++) {
        size_t row = 0;
        while (row + 1 < self->sheet->n_rows &&
               tn_sheet_line(self->sheet, row + 1) <= frame->foreign_line[k])
            row++;
        self->row = row;
        (void)snprintf(self->key, sizeof self->key, "line %zu", frame->foreign_line[k]);
        tn_import_log(self, "(encoding)", TN_LOG_REPAIRED, NULL, NULL,
            "a byte that is not UTF-8, read as Windows-1252");
    }
}

static int import_rows(tn_import_t *self, const char *slot)
{
    int ret = remove_old(self->db, slot, self->err);
    if (ret == 0) ret = add_source(self, slot);
    if (ret == 0) ret = prepare(self);
    if (ret == 0) {
        log_encoding(self);
        self->importer->read(self);
        ret = self->failed;
    }
    finalise(self);
    if (ret == 0) ret = log_double_keys(self);
    return ret == 0 ? finish_source(self) : ret;
}

static int import_sheet(tn_sqlite_t *db, tn_import_t *self, const tn_data_import_options_t *opt)
{
    char slot[TN_IMPORT_TEXT];
    const bool is_own = self->importer == &tn_importer_leaders; /* one slot for each file */
    (void)snprintf(slot, sizeof slot, "%s%s%.120s", self->importer->kind, is_own ? ":" : "",
        is_own ? file_name(self->sheet->name) : "");
    int ret = is_there(db, slot, self->sheet, self->err);
    if (ret < 0) return ret;
    self->result->is_unchanged = ret;
    const bool has_routes = opt != NULL && opt->routes_map != NULL;
    if (self->result->is_unchanged && !has_routes) return 0;
    ret = tn_sqlite_begin(db, self->err);
    if (ret == 0 && has_routes) ret = tn_routes_replace(db, opt->routes_map, self->err);
    if (ret == 0 && !self->result->is_unchanged) ret = import_rows(self, slot);
    if (ret == 0) ret = tn_merge(db, self->err);
    if (ret == 0) ret = tn_sqlite_commit(db, self->err);
    if (ret < 0) tn_sqlite_rollback(db);
    return ret;
}

int tn_data_import(const char *store, const char *path, const tn_data_import_options_t *opt,
    tn_data_import_result_t *result, tn_diag_t *diag, tn_error_t *err)
{
    tn_sheet_t sheet;
    tn_sqlite_t db = {0};
    tn_import_t self = {.db = &db,
        .sheet = &sheet,
        .result = result,
        .covers_to = TN_DATE_NONE,
        .diag = diag,
        .err = err};
    *result = (tn_data_import_result_t){0};
    int ret = tn_sheet_read(&sheet, path, err);
    if (ret == 0) ret = choose(opt != NULL ? opt->kind : NULL, &sheet, &self.importer, err);
    if (ret == 0) {
        (void)snprintf(result->kind, sizeof result->kind, "%s", self.importer->kind);
        (void)snprintf(result->version, sizeof result->version, "%s", self.importer->version);
        result->n_rows = sheet.n_rows;
        ret = tn_store_open(&db, store, TN_SQLITE_CREATE, err);
    }
    if (ret == 0) ret = import_sheet(&db, &self, opt);
    tn_sqlite_close(&db);
    tn_sheet_free(&sheet);
    return ret;
}

int tn_data_set_routes(const char *store, const char *path, tn_error_t *err)
{
    tn_sqlite_t db;
    int ret = tn_store_open(&db, store, TN_SQLITE_CREATE, err);
    if (ret == 0) ret = tn_sqlite_begin(&db, err);
    if (ret == 0 && path != NULL) ret = tn_routes_replace(&db, path, err);
    if (ret == 0 && path == NULL) {
        ret = tn_sqlite_run(&db, "DELETE FROM route_map", err);
        if (ret == 0) ret = tn_routes_default(&db, err);
    }
    if (ret == 0) ret = tn_merge(&db, err);
    if (ret == 0) ret = tn_sqlite_commit(&db, err);
    if (ret < 0) tn_sqlite_rollback(&db);
    tn_sqlite_close(&db);
    return ret;
}
