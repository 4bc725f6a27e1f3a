/* Powell & Thyne's list of coup attempts: 2 succeeded, 1 failed. The day of the release stands in
 * the version, V2019.04.22, and the list covers the time up to it. */
#include <string.h>

#include "data/import.h"

static void read_version(tn_import_t *self)
{
    const char *version = tn_import_text(self, "version");
    char iso[11];
    int32_t day;
    if (strlen(version) != 11 || version[0] != 'V') return;
    memcpy(iso, version + 1, sizeof iso);
    iso[4] = iso[7] = '-';
    if (tn_date_parse(iso, 10, &day) && day > self->covers_to) {
        self->covers_to = day;
        (void)snprintf(self->result->version, sizeof self->result->version, "%s", version);
    }
}

static void read_row(tn_import_t *self)
{
    const char *coup = tn_import_text(self, "coup");
    const tn_when_t when = tn_import_ymd(self, "day", tn_import_text(self, "year"),
        tn_import_text(self, "month"), tn_import_text(self, "day"));
    read_version(self);
    if (strcmp(coup, "1") != 0 && strcmp(coup, "2") != 0) {
        tn_import_drop(self, "coup", coup, "neither 1 (failed) nor 2 (succeeded)");
        return;
    }
    if (when.day == TN_DATE_NONE) {
        tn_import_drop(self, "year", tn_import_text(self, "year"), "no date");
        return;
    }
    const int gwcode = tn_import_cow(self, "ccode", when);
    if (gwcode == 0) return;
    const bool is_success = coup[0] == '2';
    tn_import_coup(self, gwcode, tn_import_text(self, "ccode"), when,
        is_success ? "succeeded" : "failed", is_success, true);
}

static void read_rows(tn_import_t *self)
{
    char key[TN_IMPORT_TEXT];
    const int column[4] = {tn_sheet_find(self->sheet, "ccode"), tn_sheet_find(self->sheet, "year"),
        tn_sheet_find(self->sheet, "month"), tn_sheet_find(self->sheet, "day")};
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        (void)snprintf(key, sizeof key, "%.30s-%.30s-%.30s-%.30s",
            tn_sheet_text(self->sheet, i, column[0]), tn_sheet_text(self->sheet, i, column[1]),
            tn_sheet_text(self->sheet, i, column[2]), tn_sheet_text(self->sheet, i, column[3]));
        tn_import_row(self, i, key);
        read_row(self);
    }
}

static const char *const COLUMNS[] = {
    "country", "ccode", "year", "month", "day", "coup", "version", NULL};
const tn_importer_t tn_importer_powell_thyne = {
    .kind = "powell-thyne", .columns = COLUMNS, .version = "", .read = read_rows};
