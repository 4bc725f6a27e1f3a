/* The Cline Center's Coup d'Etat Project: coups that were realised or attempted, and conspiracies,
 * which are kept as no attempt. Self-coups (auto) depose nobody: no attempt on the leader either.
 * Country numbers are Correlates of War's. */
#include <string.h>

#include "data/import.h"

static bool is_set(const tn_import_t *self, const char *column)
{
    return strcmp(tn_import_text(self, column), "1") == 0;
}

static void read_row(tn_import_t *self)
{
    const char *type = tn_import_text(self, "event_type");
    const tn_when_t when = tn_import_ymd(self, "day", tn_import_text(self, "year"),
        tn_import_text(self, "month"), tn_import_text(self, "day"));
    const bool is_coup = strcmp(type, "coup") == 0, is_tried = strcmp(type, "attempted") == 0;
    if (!is_coup && !is_tried && strcmp(type, "conspiracy") != 0) {
        tn_import_drop(self, "event_type", type, "neither coup, attempted nor conspiracy");
        return;
    }
    if (when.day == TN_DATE_NONE) {
        tn_import_drop(self, "year", tn_import_text(self, "year"), "no date");
        return;
    }
    const int gwcode = tn_import_cow(self, "cowcode", when);
    if (gwcode == 0) return;
    if (when.day > self->covers_to) self->covers_to = when.day;
    const bool is_auto = is_set(self, "auto");
    if (is_auto && (is_coup || is_tried))
        tn_import_log(
            self, "auto", TN_LOG_FLAGGED, "1", NULL, "a self-coup: no attempt on the leader");
    tn_import_coup(self, gwcode, tn_import_text(self, "cowcode"), when, type, is_coup && !is_auto,
        (is_coup || is_tried) && !is_auto);
}

static void read_rows(tn_import_t *self)
{
    const int key = tn_sheet_find(self->sheet, "coup_id");
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        tn_import_row(self, i, tn_sheet_text(self->sheet, i, key));
        read_row(self);
    }
}

static const char *const COLUMNS[] = {
    "coup_id", "cowcode", "year", "month", "day", "event_type", "auto", NULL};
const tn_importer_t tn_importer_cline = {
    .kind = "cline", .columns = COLUMNS, .version = "2.1.2", .read = read_rows};
