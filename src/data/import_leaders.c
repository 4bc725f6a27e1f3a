/* A list of one's own: country,leader,entered,left and, if known, born,sex,entry,exit. What is
 * wrong with it is told with its place, all mistakes at once, and nothing is kept. */
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "data/countries.h"
#include "data/import.h"
#include "tenure/case.h"

static const char *const SEXES[] = {"male", "female"};
static const char *const ENTRIES[] = {"regular", "irregular", "foreign"};

/* Column of the field: commas before it, where the row is plain. */
static void complain(tn_import_t *self, const char *column, const char *expected)
{
    const tn_place_t place = {.file = self->sheet->name,
        .line = (int)tn_sheet_line(self->sheet, self->row),
        .column = tn_sheet_find(self->sheet, column) + 1};
    const char *found = tn_import_text(self, column);
    if (self->diag != NULL) {
        tn_diag_add(self->diag, TN_SEVERITY_ERROR, &place, "'%s': expected %s, found '%.64s'",
            column, expected, found);
    }
    if (self->failed == 0) {
        self->failed = tn_error_set(self->err, TN_EINPUT, "%s:%d: '%s': expected %s, found '%.64s'",
            place.file, place.line, column, expected, found);
    }
}

static tn_when_t date(tn_import_t *self, const char *column, bool must, bool *is_good)
{
    const char *text = tn_import_text(self, column);
    tn_when_t when = {TN_DATE_NONE, TN_NOT_KNOWN};
    if (text[0] == '\0' && !must) return when;
    if (tn_date_parse(text, strlen(text), &when.day)) {
        when.precision = TN_BY_DAY;
        return when;
    }
    when.day = TN_DATE_NONE;
    *is_good = false;
    complain(self, column, "a date such as 2022-05-24");
    return when;
}

/* Place of the word in the list; -1 if there is none. A word that is not in it is a mistake. */
static int word(
    tn_import_t *self, const char *column, const char *const *words, size_t n, bool *is_good)
{
    char expected[160] = "";
    const char *text = tn_import_text(self, column);
    if (text[0] == '\0') return -1;
    for (size_t k = 0; k < n; k++) {
        if (strcmp(words[k], text) == 0) return (int)k;
        const size_t used = strlen(expected);
        (void)snprintf(
            expected + used, sizeof expected - used, "%s%s", k > 0 ? ", " : "one of: ", words[k]);
    }
    *is_good = false;
    complain(self, column, expected);
    return -1;
}

static int country(tn_import_t *self, int32_t day, bool *is_good)
{
    char expected[128];
    const char *text = tn_import_text(self, "country");
    int code = tn_country_find(text, day);
    if (code == 0) code = tn_country_find(text, TN_DATE_NONE);
    if (code != 0) return code;
    const char *near = tn_country_nearest(text);
    (void)snprintf(expected, sizeof expected, "a country by name or code%s%s%s",
        near != NULL ? ", such as '" : "", near != NULL ? near : "", near != NULL ? "'" : "");
    *is_good = false;
    complain(self, "country", expected);
    return 0;
}

static void read_row(tn_import_t *self)
{
    const char *routes[TN_N_ROUTES + 1];
    char person[TN_IMPORT_TEXT];
    bool is_good = true;
    for (int r = 0; r < TN_N_ROUTES; r++)
        routes[r] = tn_route_name(r);
    routes[TN_N_ROUTES] = "unknown";
    tn_spell_row_t spell = {.role = "effective leader",
        .code = tn_import_text(self, "country"),
        .start = date(self, "entered", true, &is_good),
        .last = date(self, "left", false, &is_good),
        .exitcode = "",
        .times_before = -1};
    const char *name = tn_import_text(self, "leader");
    spell.person =
        (tn_person_row_t){.key = person, .name = name, .born = date(self, "born", false, &is_good)};
    const int sex = word(self, "sex", SEXES, 2, &is_good);
    const int entry = word(self, "entry", ENTRIES, 3, &is_good);
    const int exit = word(self, "exit", routes, TN_N_ROUTES + 1, &is_good);
    if (name[0] == '\0') {
        is_good = false;
        complain(self, "leader", "a name");
    }
    spell.gwcode = country(self, spell.start.day, &is_good);
    if (is_good && spell.last.day != TN_DATE_NONE && spell.last.day < spell.start.day) {
        is_good = false;
        complain(self, "left", "a day after 'entered'");
    }
    if (!is_good) return;
    static const char *const archigos_entry[] = {"Regular", "Irregular", "Foreign Imposition"};
    spell.person.sex = (tn_sex_code_t)sex;
    spell.entry = entry >= 0 ? archigos_entry[entry] : "";
    spell.exit = spell.last.day == TN_DATE_NONE ? "in office"
                 : exit >= 0                    ? routes[exit]
                                                : "unknown";
    (void)snprintf(person, sizeof person, "leaders:%d:%.120s", spell.gwcode, name);
    const int32_t seen = spell.last.day > spell.start.day ? spell.last.day : spell.start.day;
    if (seen > self->covers_to) self->covers_to = seen;
    tn_import_spell(self, &spell);
}

/* After a mistake nothing is written any more, but the rest is still read for mistakes. */
static void read_rows(tn_import_t *self)
{
    char key[TN_IMPORT_TEXT];
    const int name = tn_sheet_find(self->sheet, "leader"),
              in = tn_sheet_find(self->sheet, "entered");
    for (size_t i = 0; i < self->sheet->n_rows; i++) {
        (void)snprintf(key, sizeof key, "%.100s-%.10s", tn_sheet_text(self->sheet, i, name),
            tn_sheet_text(self->sheet, i, in));
        self->row = i;
        tn_import_row(self, i, key);
        self->row = i;
        if (self->failed == 0 || self->failed == TN_EINPUT) read_row(self);
    }
}

static const char *const COLUMNS[] = {"country", "leader", "entered", "left", NULL};
const tn_importer_t tn_importer_leaders = {
    .kind = "leaders", .columns = COLUMNS, .version = "", .read = read_rows};
