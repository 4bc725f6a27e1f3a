/* Archigos 4.1, as distributed (.dta), as a CSV of that, or as shipped in R's peacesciencer. One
 * row per spell. Country numbers are Gleditsch-Ward's. The exit "Still in Office" is censored at
 * its end date. */
#include <string.h>

#include "data/countries.h"
#include "data/import.h"

static const char *first_text(const tn_import_t *self, const char *a, const char *b, const char *c)
{
    const char *text = tn_import_text(self, a);
    if (text[0] == '\0') text = tn_import_text(self, b);
    return text[0] != '\0' || c == NULL ? text : tn_import_text(self, c);
}

static int country(tn_import_t *self, int32_t day)
{
    const char *column = tn_sheet_find(self->sheet, "gwcode") >= 0 ? "gwcode" : "ccode";
    const int code = tn_import_number(self, column, 1, 999, 0);
    const char *text = tn_import_text(self, column);
    const tn_country_t *c = code == 0 ? NULL : tn_country_get(code, day);
    if (c == NULL) tn_import_drop(self, column, text, "not a Gleditsch-Ward number");
    return c == NULL ? 0 : code;
}

/* -999 is not known: juntas, councils, a few obscure persons. */
static tn_when_t born(tn_import_t *self)
{
    const char *text = first_text(self, "ebirthdate", "borndate", NULL);
    const tn_when_t none = {TN_DATE_NONE, TN_NOT_KNOWN};
    tn_when_t when = none;
    if (text[0] != '\0') when = tn_import_iso(self, "ebirthdate", text);
    if (when.day != TN_DATE_NONE) return when;
    text = tn_import_text(self, "yrborn");
    return strcmp(text, "-999") == 0 ? none : tn_import_ymd(self, "yrborn", text, "", "");
}

static void read_row(tn_import_t *self)
{
    tn_spell_row_t spell = {.role = "effective leader",
        .start = tn_import_iso(self, "startdate", first_text(self, "eindate", "startdate", NULL)),
        .last = tn_import_iso(self, "enddate", first_text(self, "eoutdate", "enddate", NULL)),
        .code = first_text(self, "gwcode", "ccode", NULL),
        .entry = tn_import_text(self, "entry"),
        .exit = tn_import_text(self, "exit"),
        .exitcode = tn_import_text(self, "exitcode"),
        .fate = tn_import_text(self, "posttenurefate"),
        .times_before = tn_import_number(self, "prevtimesinoffice", 0, 99, -1)};
    if (spell.start.day == TN_DATE_NONE || spell.last.day == TN_DATE_NONE) {
        tn_import_drop(self, "startdate", "", "a spell without start or end");
        return;
    }
    if (spell.last.day < spell.start.day) {
        tn_import_drop(self, "enddate", tn_import_text(self, "enddate"), "ends before it starts");
        return;
    }
    spell.gwcode = country(self, spell.start.day);
    if (spell.gwcode == 0) return;
    if (spell.last.day == spell.start.day)
        tn_import_log(self, "enddate", TN_LOG_FLAGGED, tn_import_text(self, "enddate"), NULL,
            "a spell of zero days");
    char person[TN_IMPORT_TEXT];
    (void)snprintf(person, sizeof person, "archigos:%s", tn_import_text(self, "leadid"));
    const char *gender = tn_import_text(self, "gender");
    spell.person = (tn_person_row_t){.key = person,
        .name = tn_import_text(self, "leader"),
        .sex = strcmp(gender, "M") == 0   ? TN_SEX_MALE
               : strcmp(gender, "F") == 0 ? TN_SEX_FEMALE
                                          : TN_SEX_UNKNOWN,
        .born = born(self)};
    if (spell.person.born.day == TN_DATE_NONE)
        tn_import_log(self, "yrborn", TN_LOG_FLAGGED, tn_import_text(self, "yrborn"), NULL,
            "the year of birth is not known");
    if (spell.last.day > self->covers_to) self->covers_to = spell.last.day;
    tn_import_spell(self, &spell);
}

static void read_rows(tn_import_t *self)
{
    const int key = tn_sheet_find(self->sheet, "obsid");
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        tn_import_row(self, i, tn_sheet_text(self->sheet, i, key));
        read_row(self);
    }
}

static const char *const COLUMNS[] = {
    "obsid", "leadid", "leader", "startdate", "enddate", "entry", "exit", "exitcode", NULL};
const tn_importer_t tn_importer_archigos = {
    .kind = "archigos", .columns = COLUMNS, .version = "4.1", .read = read_rows};
