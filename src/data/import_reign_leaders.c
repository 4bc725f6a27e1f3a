/* REIGN's leader list: one row per spell, start by day, end by month only. Country numbers are
 * Correlates of War's. No reasons for leaving are given. Identifiers are of spells, not of persons:
 * a person is told by country, name and year of birth. */
#include <string.h>

#include "data/import.h"

static tn_sex_code_t sex(tn_import_t *self)
{
    const char *text = tn_import_text(self, "gender");
    if (strcmp(text, "1") == 0) return TN_SEX_MALE;
    if (strcmp(text, "0") == 0) return TN_SEX_FEMALE;
    return TN_SEX_UNKNOWN;
}

static tn_when_t born(tn_import_t *self)
{
    const char *text = tn_import_text(self, "birthyear");
    if (text[0] == '\0' || strcmp(text, "-99") == 0) {
        tn_import_log(self, "birthyear", TN_LOG_FLAGGED, text, NULL, "the year is not known");
        return (tn_when_t){TN_DATE_NONE, TN_NOT_KNOWN};
    }
    return tn_import_ymd(self, "birthyear", text, "", "");
}

static bool read_days(tn_import_t *self, tn_spell_row_t *spell)
{
    spell->start = tn_import_ymd(self, "sdate", tn_import_text(self, "syear"),
        tn_import_text(self, "smonth"), tn_import_text(self, "sdate"));
    spell->last = tn_import_ymd(
        self, "emonth", tn_import_text(self, "eyear"), tn_import_text(self, "emonth"), "");
    if (spell->start.day == TN_DATE_NONE) {
        tn_import_drop(self, "syear", tn_import_text(self, "syear"), "a spell without start");
        return false;
    }
    if (spell->last.day == TN_DATE_NONE) return true;
    const bool is_month = spell->last.precision == TN_BY_MONTH;
    if (spell->last.day + (is_month ? 16 : 183) < spell->start.day) {
        tn_import_drop(self, "eyear", tn_import_text(self, "eyear"), "ends before it starts");
        return false;
    }
    if (spell->last.day < spell->start.day) {
        char day[11];
        spell->last.day = spell->start.day;
        tn_date_format(spell->last.day, day);
        tn_import_log(self, "emonth", TN_LOG_GUESSED, tn_import_text(self, "emonth"), day,
            "begins and ends in one month: the end is put on the day of the start");
    }
    return true;
}

static void read_row(tn_import_t *self)
{
    tn_spell_row_t spell = {.role = "effective leader",
        .code = tn_import_text(self, "ccode"),
        .exitcode = "",
        .times_before = -1};
    if (!read_days(self, &spell)) return;
    spell.exit = spell.last.day == TN_DATE_NONE ? "Still in Office" : "Left Office";
    spell.gwcode = tn_import_cow(self, "ccode", spell.start);
    if (spell.gwcode == 0) return;
    char person[TN_IMPORT_TEXT];
    (void)snprintf(person, sizeof person, "reign-leaders:%d:%.100s:%s", spell.gwcode,
        tn_import_text(self, "leader"), tn_import_text(self, "birthyear"));
    spell.person = (tn_person_row_t){.key = person,
        .name = tn_import_text(self, "leader"),
        .sex = sex(self),
        .born = born(self)};
    const int32_t seen = spell.last.day > spell.start.day ? spell.last.day : spell.start.day;
    if (seen > self->covers_to) self->covers_to = seen;
    tn_import_spell(self, &spell);
}

/* The list is kept month by month: it covers the whole of the last month that it names. */
static void round_up(tn_import_t *self)
{
    int y, m, d;
    if (self->covers_to == TN_DATE_NONE) return;
    tn_date_to_ymd(self->covers_to, &y, &m, &d);
    self->covers_to = (m == 12 ? tn_date_from_ymd(y + 1, 1, 1) : tn_date_from_ymd(y, m + 1, 1)) - 1;
}

static void read_rows(tn_import_t *self)
{
    const int key = tn_sheet_find(self->sheet, "leadid");
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        tn_import_row(self, i, tn_sheet_text(self->sheet, i, key));
        read_row(self);
    }
    round_up(self);
}

static const char *const COLUMNS[] = {
    "ccode", "leadid", "leader", "sdate", "smonth", "syear", "emonth", "eyear", "birthyear", NULL};
const tn_importer_t tn_importer_reign_leaders = {
    .kind = "reign-leaders", .columns = COLUMNS, .version = "2021-03", .read = read_rows};
