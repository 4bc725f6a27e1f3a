/* The row at hand, its dates and numbers, and what is written about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "data/countries.h"
#include "data/import.h"

#include <jansson.h>

#define MIDDLE_OF_MONTH 15

static const char *const PRECISION[] = {"day", "month", "year", "unknown"};

const char *tn_precision_text(int precision)
{
    return precision >= 0 && precision < 4 ? PRECISION[precision] : PRECISION[TN_NOT_KNOWN];
}

tn_precision_t tn_precision_of(const char *text)
{
    for (int k = 0; text != NULL && k < 3; k++) {
        if (strcmp(text, PRECISION[k]) == 0) return (tn_precision_t)k;
    }
    return TN_NOT_KNOWN;
}

static void run(tn_import_t *self, tn_statement_t *stmt)
{
    if (self->failed < 0) return;
    self->failed = tn_statement_run(stmt, self->err);
    if (self->failed < 0) {
        tn_error_prefix(
            self->err, "%s:%zu", self->sheet->name, tn_sheet_line(self->sheet, self->row));
    }
}

/* The row as one JSON object, keys in the order of the columns. */
static char *row_json(const tn_sheet_t *sheet, size_t row)
{
    json_t *object = json_object();
    bool failed = object == NULL;
    for (int j = 0; !failed && j < sheet->n_columns; j++) {
        const char *text = tn_sheet_text(sheet, row, j);
        failed = json_object_set_new(object, sheet->frame.column[j].name, json_string(text)) != 0;
    }
    char *text = failed ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

void tn_import_row(tn_import_t *self, size_t row, const char *key)
{
    if (self->failed < 0) return;
    self->row = row;
    (void)snprintf(self->key, sizeof self->key, "%s", key);
    char *raw = row_json(self->sheet, row);
    if (raw == NULL) {
        self->failed = tn_error_set(self->err, TN_EINPUT,
            "%s:%zu: text that is not UTF-8, or no memory to keep the row", self->sheet->name,
            tn_sheet_line(self->sheet, row));
        return;
    }
    tn_statement_bind_integer(&self->add_row, 1, self->source);
    tn_statement_bind_integer(&self->add_row, 2, (int64_t)row + 1);
    tn_statement_bind_integer(&self->add_row, 3, (int64_t)tn_sheet_line(self->sheet, row));
    tn_statement_bind_text(&self->add_row, 4, raw);
    run(self, &self->add_row);
    free(raw);
}

const char *tn_import_text(const tn_import_t *self, const char *column)
{
    return tn_sheet_text(self->sheet, self->row, tn_sheet_find(self->sheet, column));
}

void tn_import_log(tn_import_t *self, const char *field, tn_log_action_t action, const char *found,
    const char *became, const char *why)
{
    tn_statement_t *stmt = &self->add_log;
    if (self->failed < 0) return;
    tn_statement_bind_integer(stmt, 1, self->source);
    tn_statement_bind_integer(stmt, 2, (int64_t)tn_sheet_line(self->sheet, self->row));
    tn_statement_bind_text(stmt, 3, self->key);
    tn_statement_bind_text(stmt, 4, field);
    tn_statement_bind_text(stmt, 5, tn_log_action_text((int)action));
    tn_statement_bind_text(stmt, 6, found);
    tn_statement_bind_text(stmt, 7, became);
    tn_statement_bind_text(stmt, 8, why);
    run(self, stmt);
    self->result->n_log[action]++;
}

void tn_import_drop(tn_import_t *self, const char *field, const char *found, const char *why)
{
    tn_import_log(self, field, TN_LOG_DROPPED, found, NULL, why);
}

int tn_import_number(tn_import_t *self, const char *column, int lo, int hi, int none)
{
    const char *text = tn_import_text(self, column);
    int64_t value;
    if (text[0] == '\0') return none;
    if (tn_str_to_int64(text, strlen(text), lo, hi, &value)) return (int)value;
    tn_import_log(self, column, TN_LOG_FLAGGED, text, "", "not a number in the range; left out");
    return none;
}

/* ---- dates ---- */

static bool read_part(const char *text, int lo, int hi, int *value)
{
    int64_t v;
    if (!tn_str_to_int64(text, strlen(text), lo, hi, &v)) return false;
    *value = (int)v;
    return true;
}

static int days_in_month(int year, int month)
{
    const int next =
        month == 12 ? tn_date_from_ymd(year + 1, 1, 1) : tn_date_from_ymd(year, month + 1, 1);
    return next - tn_date_from_ymd(year, month, 1);
}

static tn_when_t middle_of_year(int year)
{
    return (tn_when_t){tn_date_from_ymd(year, 7, 2), TN_BY_YEAR};
}

tn_when_t tn_import_ymd(
    tn_import_t *self, const char *field, const char *year, const char *month, const char *day)
{
    int y, m, d;
    const tn_when_t none = {TN_DATE_NONE, TN_NOT_KNOWN};
    if (year[0] == '\0') return none;
    if (!read_part(year, 1000, 9999, &y)) {
        tn_import_log(self, field, TN_LOG_FLAGGED, year, "", "not a year; the date is not known");
        return none;
    }
    if (!read_part(month, 1, 12, &m)) {
        if (month[0] != '\0')
            tn_import_log(
                self, field, TN_LOG_FLAGGED, month, "", "not a month; known by year only");
        return middle_of_year(y);
    }
    if (!read_part(day, 1, 31, &d)) {
        if (day[0] != '\0')
            tn_import_log(self, field, TN_LOG_FLAGGED, day, "", "not a day; known by month only");
        return (tn_when_t){tn_date_from_ymd(y, m, MIDDLE_OF_MONTH), TN_BY_MONTH};
    }
    if (d > days_in_month(y, m)) {
        char last[11];
        tn_date_format(tn_date_from_ymd(y, m, days_in_month(y, m)), last);
        tn_import_log(self, field, TN_LOG_REPAIRED, day, last, "no such day in that month");
        d = days_in_month(y, m);
    }
    return (tn_when_t){tn_date_from_ymd(y, m, d), TN_BY_DAY};
}

tn_when_t tn_import_iso(tn_import_t *self, const char *field, const char *text)
{
    tn_when_t when = {TN_DATE_NONE, TN_NOT_KNOWN};
    if (text[0] == '\0') return when;
    if (tn_date_parse(text, strlen(text), &when.day)) {
        when.precision = TN_BY_DAY;
        return when;
    }
    tn_import_log(self, field, TN_LOG_FLAGGED, text, "", "not a date YYYY-MM-DD; not known");
    return when;
}

tn_when_t tn_import_us(tn_import_t *self, const char *field, const char *text)
{
    char part[3][8] = {"", "", ""};
    int k = 0;
    size_t n = 0;
    for (const char *s = text; *s != '\0'; s++) {
        if (*s == '/' && k < 2) {
            k++;
            n = 0;
        } else if (n + 1 < sizeof part[0]) {
            part[k][n++] = *s;
            part[k][n] = '\0';
        } else {
            k = 3;
            break;
        }
    }
    if (k != 2) {
        if (text[0] != '\0')
            tn_import_log(self, field, TN_LOG_FLAGGED, text, "", "not a date M/D/YYYY; not known");
        return (tn_when_t){TN_DATE_NONE, TN_NOT_KNOWN};
    }
    return tn_import_ymd(self, field, part[2], part[0], part[1]);
}

int tn_import_cow(tn_import_t *self, const char *column, tn_when_t when)
{
    int64_t gap;
    const char *text = tn_import_text(self, column);
    const int code = tn_import_number(self, column, 1, 999, 0);
    int gwcode = code == 0 ? 0 : tn_country_near_cow(code, when.day, &gap);
    if (gwcode == 0) {
        const char *name = tn_import_text(self, "country");
        gwcode = name[0] == '\0' ? 0 : tn_country_find(name, when.day);
        if (gwcode != 0)
            tn_import_log(self, column, TN_LOG_REPAIRED, text, name, "no such number; by the name");
    }
    if (gwcode == 0) tn_import_drop(self, column, text, "not a Correlates of War number");
    return gwcode;
}

/* ---- what is understood of a row ---- */

static void bind_when(tn_statement_t *stmt, int i, tn_when_t when)
{
    char text[11];
    if (when.day == TN_DATE_NONE) {
        tn_statement_bind_null(stmt, i);
    } else {
        tn_date_format(when.day, text);
        tn_statement_bind_text(stmt, i, text);
    }
    tn_statement_bind_text(stmt, i + 1, tn_precision_text((int)when.precision));
}

static void bind_day(tn_statement_t *stmt, int i, int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    tn_statement_bind_text(stmt, i, text);
}

static void start_row(tn_import_t *self, tn_statement_t *stmt, int gwcode, const char *code, int at)
{
    tn_statement_bind_integer(stmt, 1, self->source);
    tn_statement_bind_integer(stmt, 2, (int64_t)self->row + 1);
    tn_statement_bind_integer(stmt, at, gwcode);
    tn_statement_bind_text(stmt, at + 1, code);
}

static void keep(tn_import_t *self, tn_statement_t *stmt)
{
    run(self, stmt);
    self->result->n_kept++;
}

static void add_person(tn_import_t *self, const tn_person_row_t *p)
{
    tn_statement_t *stmt = &self->add_person;
    tn_statement_bind_text(stmt, 1, p->key);
    tn_statement_bind_integer(stmt, 2, self->source);
    tn_statement_bind_text(stmt, 3, p->name);
    tn_statement_bind_text(stmt, 4,
        p->sex == TN_SEX_MALE     ? "male"
        : p->sex == TN_SEX_FEMALE ? "female"
                                  : NULL);
    bind_when(stmt, 5, p->born);
    run(self, stmt);
}

void tn_import_spell(tn_import_t *self, const tn_spell_row_t *spell)
{
    tn_statement_t *stmt = &self->add_spell;
    if (self->failed < 0) return;
    add_person(self, &spell->person);
    start_row(self, stmt, spell->gwcode, spell->code, 5);
    tn_statement_bind_text(stmt, 3, self->key);
    tn_statement_bind_text(stmt, 4, spell->person.key);
    tn_statement_bind_text(stmt, 7, spell->role);
    bind_when(stmt, 8, spell->start);
    bind_when(stmt, 10, spell->last);
    tn_statement_bind_text(stmt, 12, spell->entry);
    tn_statement_bind_text(stmt, 13, spell->exit);
    tn_statement_bind_text(stmt, 14, spell->exitcode);
    if (spell->times_before < 0) {
        tn_statement_bind_null(stmt, 15);
    } else {
        tn_statement_bind_integer(stmt, 15, spell->times_before);
    }
    tn_statement_bind_text(stmt, 16, spell->fate);
    keep(self, stmt);
}

static const char *const REGIME[TN_N_REGIMES] = {
    "parliamentary", "presidential", "personal", "party", "military", "monarchy", "provisional"};

void tn_import_regime(tn_import_t *self, const tn_regime_spell_t *regime, const char *code)
{
    tn_statement_t *stmt = &self->add_regime;
    if (self->failed < 0) return;
    start_row(self, stmt, regime->gwcode, code, 3);
    bind_day(stmt, 5, regime->from);
    bind_day(stmt, 6, regime->to);
    tn_statement_bind_text(stmt, 7, regime->regime < 0 ? "unknown" : REGIME[regime->regime]);
    tn_statement_bind_text(stmt, 8, regime->type);
    keep(self, stmt);
}

void tn_import_election(tn_import_t *self, int gwcode, const char *code, tn_when_t when,
    const char *event, const char *type, const char *direct)
{
    tn_statement_t *stmt = &self->add_election;
    if (self->failed < 0) return;
    start_row(self, stmt, gwcode, code, 3);
    bind_when(stmt, 5, when);
    tn_statement_bind_text(stmt, 7, event);
    tn_statement_bind_integer(stmt, 8, strncmp(event, "Vote", 4) == 0);
    tn_statement_bind_text(stmt, 9, type);
    tn_statement_bind_integer(stmt, 10, strcmp(direct, "Y") == 0);
    keep(self, stmt);
}

void tn_import_coup(tn_import_t *self, int gwcode, const char *code, tn_when_t when,
    const char *event, bool is_success, bool is_attempt)
{
    tn_statement_t *stmt = &self->add_coup;
    if (self->failed < 0) return;
    start_row(self, stmt, gwcode, code, 3);
    bind_when(stmt, 5, when);
    tn_statement_bind_text(stmt, 7, event);
    tn_statement_bind_integer(stmt, 8, is_success);
    tn_statement_bind_integer(stmt, 9, is_attempt);
    keep(self, stmt);
}
