/* Tables out of the store, as CSV or JSON, by one query each with a fixed order. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/store.h"
#include "tenure/data.h"

#define MAX_COLUMNS 32

static const struct {
    const char *table, *columns, *from;
} TABLES[] = {
    {"spells",
        "id,gwcode,person,name,sex,born,born_precision,start,start_precision,last,last_precision,"
        "counts_from,entry,route,flag,times_before,name_from,born_from,start_from,last_from,"
        "route_from",
        "merged ORDER BY gwcode, start, id"},
    {"regimes", "kind,line,gwcode,code,first,last,regime,type",
        "regime t JOIN source c ON c.id = t.source JOIN source_row USING (source, row) ORDER BY"
        " gwcode, first, source, row"},
    {"elections", "kind,line,gwcode,code,day,day_precision,event,held,type,direct",
        "election t JOIN source c ON c.id = t.source JOIN source_row USING (source, row) ORDER BY"
        " gwcode, day, source, row"},
    {"coups", "kind,line,gwcode,code,day,day_precision,event,success,is_attempt",
        "coup t JOIN source c ON c.id = t.source JOIN source_row USING (source, row) ORDER BY"
        " gwcode, day, source, row"},
    {"log", "kind,line,key,field,action,found,became,why",
        "import_log l JOIN source c ON c.id = l.source ORDER BY l.id"},
    {"sources", "kind,title,version,file,sha256,n_rows,n_kept,covers_to,citation,licence,retrieved",
        "source ORDER BY slot"},
    {"routes", "kind,exit,exitcode,route,flag", "route_map ORDER BY kind, exit, exitcode"},
    {"source-spells",
        "kind,line,t.key,person,name,gwcode,code,role,start,start_precision,last,last_precision,"
        "entry,exit,exitcode,times_before,fate,sex,born,born_precision",
        "spell t JOIN source c ON c.id = t.source JOIN source_row USING (source, row) JOIN person p"
        " ON p.key = t.person ORDER BY t.source, t.row"},
};
#define N_TABLES (sizeof TABLES / sizeof TABLES[0])

static const char *const NAMES[N_TABLES + 1] = {
    "spells", "regimes", "elections", "coups", "log", "sources", "routes", "source-spells", NULL};

const char *const *tn_data_tables(void) { return NAMES; }

/** Names of the columns, cut at the commas; "t." left out. */
typedef struct columns {
    char name[MAX_COLUMNS][24];
    int n;
} columns_t;

static columns_t split(const char *list)
{
    columns_t out = {.n = 0};
    while (*list != '\0' && out.n < MAX_COLUMNS) {
        size_t n = strcspn(list, ",");
        if (strncmp(list, "t.", 2) == 0) {
            list += 2;
            n -= 2;
        }
        (void)snprintf(out.name[out.n++], sizeof out.name[0], "%.*s", (int)n, list);
        list += n;
        list += *list == ',';
    }
    return out;
}

static void put_csv(FILE *out, const char *text)
{
    if (text == NULL) return;
    if (strpbrk(text, ",\"\n\r") == NULL) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void put_csv_row(FILE *out, const tn_statement_t *s, const columns_t *columns)
{
    for (int k = 0; k < columns->n; k++) {
        if (k > 0) putc(',', out);
        put_csv(out, tn_statement_text(s, k, NULL));
    }
    putc('\n', out);
}

static bool is_whole_number(const char *name)
{
    static const char *const names[] = {"gwcode", "line", "times_before", "held", "direct",
        "success", "is_attempt", "n_rows", "n_kept"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (strcmp(names[k], name) == 0) return true;
    }
    return false;
}

static json_t *json_cell(const tn_statement_t *s, int k, const char *name)
{
    if (tn_statement_is_null(s, k)) return json_null();
    if (is_whole_number(name)) return json_integer(tn_statement_integer(s, k));
    return json_string(tn_statement_text(s, k, NULL));
}

static int put_json_row(FILE *out, const tn_statement_t *s, const columns_t *columns, size_t row)
{
    json_t *object = json_object();
    int ret = object == NULL ? TN_ENOMEM : 0;
    for (int k = 0; ret == 0 && k < columns->n; k++) {
        if (json_object_set_new(object, columns->name[k], json_cell(s, k, columns->name[k])) != 0)
            ret = TN_ENOMEM;
    }
    char *text = ret == 0 ? json_dumps(object, JSON_COMPACT) : NULL;
    if (ret == 0 && text == NULL) ret = TN_ENOMEM;
    if (ret == 0) fprintf(out, "%s%s", row > 0 ? ",\n" : "\n", text);
    free(text);
    json_decref(object);
    return ret;
}

static int write_rows(tn_statement_t *s, const columns_t *columns, tn_data_format_t format,
    FILE *out, tn_error_t *err)
{
    int ret = 0;
    for (size_t row = 0; (ret = tn_statement_step(s, err)) == 1; row++) {
        if (format == TN_DATA_CSV) {
            put_csv_row(out, s, columns);
        } else {
            ret = put_json_row(out, s, columns, row);
            if (ret < 0) return tn_error_set(err, ret, "%s", tn_error_text(ret));
        }
    }
    return ret;
}

static int write_table(
    tn_sqlite_t *db, size_t t, tn_data_format_t format, FILE *out, tn_error_t *err)
{
    char sql[1024];
    tn_statement_t stmt;
    const columns_t columns = split(TABLES[t].columns);
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM %s", TABLES[t].columns, TABLES[t].from);
    int ret = tn_statement_init(&stmt, db, sql, err);
    if (ret == 0 && format == TN_DATA_CSV) {
        for (int k = 0; k < columns.n; k++)
            fprintf(out, "%s%s", k > 0 ? "," : "", columns.name[k]);
        putc('\n', out);
    } else if (ret == 0) {
        fprintf(out, "{\"schema\":\"tenure-data/1\",\"table\":\"%s\",\"rows\":[", TABLES[t].table);
    }
    if (ret == 0) ret = write_rows(&stmt, &columns, format, out, err);
    if (ret == 0 && format == TN_DATA_JSON) fputs("\n]}\n", out);
    tn_statement_free(&stmt);
    if (ret == 0 && ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the export");
    return ret;
}

int tn_data_export(
    const char *store, const char *table, tn_data_format_t format, FILE *out, tn_error_t *err)
{
    tn_sqlite_t db;
    size_t t = 0;
    while (t < N_TABLES && strcmp(TABLES[t].table, table) != 0)
        t++;
    if (t == N_TABLES) {
        const int near = tn_str_nearest(table, NAMES, N_TABLES);
        return tn_error_set(err, TN_EARG, "unknown table '%s'%s%s%s", table,
            near >= 0 ? " (did you mean '" : "", near >= 0 ? NAMES[near] : "",
            near >= 0 ? "'?)" : "");
    }
    int ret = tn_store_open(&db, store, TN_SQLITE_READ, err);
    if (ret == 0) ret = write_table(&db, t, format, out, err);
    tn_sqlite_close(&db);
    return ret;
}
