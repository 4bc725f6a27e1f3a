/* An extract of Wikidata: heads of state and of government with dates. Labels may be in any
 * language. A day 01-01 means that only the year is known. An end that is missing is no proof of
 * being in office; the merge decides. Rows of no state, or without a start, are dropped. */
#include <string.h>

#include "data/countries.h"
#include "data/import.h"

#define DATE_LENGTH 10
#define FIRST_YEAR  1840

/* "2022-10-25T00:00:00Z"; what is no date of our time is flagged. */
static tn_when_t read_date(tn_import_t *self, const char *column)
{
    const tn_when_t none = {TN_DATE_NONE, TN_NOT_KNOWN};
    const char *text = tn_import_text(self, column);
    char year[5], day[DATE_LENGTH + 1];
    if (text[0] == '\0') return none;
    const size_t n = strcspn(text, "T");
    int32_t value;
    if (n != DATE_LENGTH || !tn_date_parse(text, n, &value)) {
        tn_import_log(self, column, TN_LOG_FLAGGED, text, NULL, "not a date; left out");
        return none;
    }
    memcpy(day, text, DATE_LENGTH);
    day[DATE_LENGTH] = '\0';
    if (strcmp(day + 4, "-01-01") != 0) return tn_import_iso(self, column, day);
    memcpy(year, day, 4);
    year[4] = '\0';
    return tn_import_ymd(self, column, year, "", "");
}

static bool is_role(const char *role)
{
    return strcmp(role, "head_of_state") == 0 || strcmp(role, "head_of_government") == 0;
}

static bool is_named(const char *name)
{
    return !(name[0] == 'Q' && strspn(name + 1, "0123456789") == strlen(name + 1));
}

static void read_row(tn_import_t *self)
{
    char person[TN_IMPORT_TEXT];
    const char *iso3 = tn_import_text(self, "iso3"), *role = tn_import_text(self, "role");
    tn_spell_row_t spell = {.role = role,
        .code = iso3,
        .start = read_date(self, "start"),
        .last = read_date(self, "end"),
        .exit = tn_import_text(self, "end_cause"),
        .exitcode = "",
        .times_before = -1};
    int y = 0, m, d;
    if (spell.start.day != TN_DATE_NONE) tn_date_to_ymd(spell.start.day, &y, &m, &d);
    if (y < FIRST_YEAR) {
        tn_import_drop(self, "start", tn_import_text(self, "start"), "no start, or before 1840");
        return;
    }
    if (!is_role(role)) {
        tn_import_drop(self, "role", role, "neither head_of_state nor head_of_government");
        return;
    }
    spell.gwcode = tn_country_from_iso3(iso3, spell.start.day);
    if (spell.gwcode == 0) {
        tn_import_drop(self, "iso3", iso3, "no state had this code then");
        return;
    }
    if (spell.last.day != TN_DATE_NONE && spell.last.day < spell.start.day) {
        tn_import_drop(self, "end", tn_import_text(self, "end"), "ends before it starts");
        return;
    }
    const char *name = tn_import_text(self, "person");
    if (!is_named(name))
        tn_import_log(self, "person", TN_LOG_FLAGGED, name, NULL, "a number in place of a name");
    (void)snprintf(person, sizeof person, "wikidata:%.100s", tn_import_text(self, "person_qid"));
    spell.person = (tn_person_row_t){
        .key = person, .name = name, .sex = TN_SEX_UNKNOWN, .born = {TN_DATE_NONE, TN_NOT_KNOWN}};
    if (spell.start.precision == TN_BY_DAY && spell.start.day > self->covers_to)
        self->covers_to = spell.start.day;
    tn_import_spell(self, &spell);
}

static void read_rows(tn_import_t *self)
{
    char key[TN_IMPORT_TEXT];
    const int column[4] = {tn_sheet_find(self->sheet, "iso3"), tn_sheet_find(self->sheet, "role"),
        tn_sheet_find(self->sheet, "person_qid"), tn_sheet_find(self->sheet, "start")};
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        (void)snprintf(key, sizeof key, "%.8s-%.20s-%.20s-%.10s",
            tn_sheet_text(self->sheet, i, column[0]), tn_sheet_text(self->sheet, i, column[1]),
            tn_sheet_text(self->sheet, i, column[2]), tn_sheet_text(self->sheet, i, column[3]));
        tn_import_row(self, i, key);
        read_row(self);
    }
}

static const char *const COLUMNS[] = {
    "iso3", "role", "person", "person_qid", "start", "end", "end_cause", NULL};
const tn_importer_t tn_importer_wikidata = {
    .kind = "wikidata", .columns = COLUMNS, .version = "", .read = read_rows};
