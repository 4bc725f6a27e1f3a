/* The table of routes. Routes are the simulator's seven, or censored, or unknown; flags say what a
 * route hides: suicide under death, rebels under uprising. */
#include "data/routes.h"

#include <string.h>

#include "data/sheet.h"
#include "tenure/case.h"
#include "tenure/diag.h"

#define MILITARY "Removed by Military"
#define REBELS   "Removed by Rebels"
#define OTHERS   "Removed by Other Government Actors"
#define PROTEST  "Popular Protest"
#define ALONE    ", without Foreign Support"
#define HELPED   ", with Foreign Support"

static const char SHIPPED[] =
    "kind,exit,exitcode,route,flag\n"
    "archigos,Regular,*,regular,\n"
    "archigos,Natural Death,*,death,\n"
    "archigos,Suicide,*,death,suicide\n"
    "archigos,Retired Due to Ill Health,*,incapacity,\n"
    "archigos,Still in Office,*,censored,\n"
    "archigos,Unknown,*,unknown,\n"
    "archigos,Foreign,*,foreign,\n"
    "archigos,Irregular,\"" MILITARY ALONE "\",coup,\n"
    "archigos,Irregular,\"" MILITARY HELPED "\",coup,\n"
    "archigos,Irregular,\"" OTHERS ALONE "\",coup,\n"
    "archigos,Irregular,\"" OTHERS HELPED "\",coup,\n"
    "archigos,Irregular,Removed in Military Power Struggle Short of Coup,coup,\n"
    "archigos,Irregular,Assassination by Unsupported Individual,assassination,\n"
    "archigos,Irregular,\"" PROTEST ALONE "\",uprising,\n"
    "archigos,Irregular,\"" PROTEST HELPED "\",uprising,\n"
    "archigos,Irregular,\"" REBELS ALONE "\",uprising,rebels\n"
    "archigos,Irregular,\"" REBELS HELPED "\",uprising,rebels\n"
    "archigos,Irregular,Removed through Threat of Foreign Force,foreign,\n"
    "archigos,Irregular,\"Irregular, Other\",unknown,\n"
    "archigos,Irregular,*,unknown,\n"
    "reign-leaders,Still in Office,*,censored,\n"
    "reign-leaders,Left Office,*,unknown,\n"
    "wikidata,morte em funções,*,death,\n"
    "wikidata,morte,*,death,\n"
    "wikidata,doença,*,incapacity,\n"
    "wikidata,renúncia,*,regular,\n"
    "wikidata,demissão,*,regular,\n"
    "wikidata,eleição,*,regular,\n"
    "wikidata,impeachment,*,regular,\n"
    "wikidata,moção de censura,*,regular,\n"
    "wikidata,waiver,*,regular,\n"
    "wikidata,Cabinet resignation,*,regular,\n"
    "leaders,in office,*,censored,\n"
    "leaders,death,*,death,\n"
    "leaders,incapacity,*,incapacity,\n"
    "leaders,assassination,*,assassination,\n"
    "leaders,coup,*,coup,\n"
    "leaders,uprising,*,uprising,\n"
    "leaders,regular,*,regular,\n"
    "leaders,foreign,*,foreign,\n"
    "leaders,unknown,*,unknown,\n";

const char *tn_routes_text(void) { return SHIPPED; }

static bool is_route(const char *text)
{
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (strcmp(tn_route_name(r), text) == 0) return true;
    }
    return strcmp(text, "censored") == 0 || strcmp(text, "unknown") == 0;
}

static int fail_route(const tn_sheet_t *sheet, size_t row, const char *text, tn_error_t *err)
{
    const char *names[TN_N_ROUTES + 2] = {"censored", "unknown"};
    for (int r = 0; r < TN_N_ROUTES; r++)
        names[r + 2] = tn_route_name(r);
    const int near = tn_str_nearest(text, names, TN_N_ROUTES + 2);
    return tn_error_set(err, TN_EINPUT,
        "%s:%zu: unknown route '%s', expected one of the seven routes, censored or unknown%s%s%s",
        sheet->name, tn_sheet_line(sheet, row), text, near >= 0 ? " (did you mean '" : "",
        near >= 0 ? names[near] : "", near >= 0 ? "'?)" : "");
}

static int add_row(
    tn_statement_t *stmt, const tn_sheet_t *sheet, size_t row, const int column[5], tn_error_t *err)
{
    const char *route = tn_sheet_text(sheet, row, column[3]);
    if (!is_route(route)) return fail_route(sheet, row, route, err);
    for (int k = 0; k < 5; k++)
        tn_statement_bind_text(stmt, k + 1, tn_sheet_text(sheet, row, column[k]));
    const int ret = tn_statement_run(stmt, err);
    if (ret == TN_EDB) {
        return tn_error_set(err, TN_EINPUT, "%s:%zu: the same exit stands in an earlier line",
            sheet->name, tn_sheet_line(sheet, row));
    }
    return ret;
}

static int fill(tn_sqlite_t *db, const tn_sheet_t *sheet, tn_error_t *err)
{
    static const char *const names[5] = {"kind", "exit", "exitcode", "route", "flag"};
    int column[5];
    for (int k = 0; k < 5; k++) {
        column[k] = tn_sheet_find(sheet, names[k]);
        if (column[k] < 0) {
            return tn_error_set(err, TN_EINPUT,
                "%s:1: no column '%s', expected kind,exit,exitcode,route,flag", sheet->name,
                names[k]);
        }
    }
    tn_statement_t stmt = {0};
    int ret = tn_sqlite_run(db, "DELETE FROM route_map", err);
    if (ret == 0)
        ret = tn_statement_init(&stmt, db, "INSERT INTO route_map VALUES (?, ?, ?, ?, ?)", err);
    for (size_t i = 0; ret == 0 && i < sheet->n_rows; i++)
        ret = add_row(&stmt, sheet, i, column, err);
    tn_statement_free(&stmt);
    return ret;
}

int tn_routes_default(tn_sqlite_t *db, tn_error_t *err)
{
    tn_sheet_t sheet;
    int ret = tn_sheet_read_memory(&sheet, "(routes).csv", SHIPPED, strlen(SHIPPED), err);
    if (ret == 0) ret = fill(db, &sheet, err);
    tn_sheet_free(&sheet);
    return ret;
}

int tn_routes_replace(tn_sqlite_t *db, const char *path, tn_error_t *err)
{
    tn_sheet_t sheet;
    int ret = tn_sheet_read(&sheet, path, err);
    if (ret == 0) ret = fill(db, &sheet, err);
    tn_sheet_free(&sheet);
    return ret;
}
