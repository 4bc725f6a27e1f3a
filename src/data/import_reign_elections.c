/* REIGN's election list: announcements, deadlines, delays and votes, one row each. The kinds of
 * event are spelled several ways. */
#include <string.h>

#include "data/import.h"

/* Small letters and digits only: what all spellings of an event share. */
static void squeeze(const char *text, char out[TN_IMPORT_TEXT])
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < TN_IMPORT_TEXT; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            out[n++] = (char)(*text - 'A' + 'a');
        } else if (*text >= 'a' && *text <= 'z') {
            out[n++] = *text;
        }
    }
    out[n] = '\0';
}

static const struct {
    const char *squeezed, *event;
} EVENTS[] = {{"voteasscheduled", "Vote As Scheduled"}, {"voteearly", "Vote Early"},
    {"announced", "Announced"}, {"announcement", "Announced"},
    {"announcementassumed", "Announcement Assumed"}, {"deadlinenotmet", "Deadline Not Met"},
    {"deadlinemet", "Deadline Met"}, {"upcomingscheduled", "Upcoming Scheduled"},
    {"delayannounced", "Delay Announced"}, {"delay", "Delay Announced"},
    {"upcomingdeadline", "Upcoming Deadline"}, {"voidedbyregimechange", "Voided by Regime Change"},
    {"voided", "Voided"}, {"regimefailure", "Regime Failure"}, {"anulled", "Anulled"}};

static const char *event_of(tn_import_t *self)
{
    char squeezed[TN_IMPORT_TEXT], plain[TN_IMPORT_TEXT];
    const char *found = tn_import_text(self, "event");
    squeeze(found, squeezed);
    for (size_t k = 0; k < sizeof EVENTS / sizeof EVENTS[0]; k++) {
        if (strcmp(EVENTS[k].squeezed, squeezed) != 0) continue;
        size_t n = 0;
        for (const char *s = found; *s != '\0' && n + 1 < sizeof plain; s++) {
            if (*s != ',') plain[n++] = *s;
        }
        plain[n] = '\0';
        if (strcmp(plain, EVENTS[k].event) != 0)
            tn_import_log(self, "event", TN_LOG_REPAIRED, found, EVENTS[k].event, "spelling");
        return EVENTS[k].event;
    }
    tn_import_log(self, "event", TN_LOG_FLAGGED, found, NULL, "a kind of event not known");
    return found;
}

static void read_row(tn_import_t *self)
{
    const char *day = tn_import_text(self, "elec_day");
    if (strspn(day, " ") == strlen(day)) day = "";
    const tn_when_t when = tn_import_ymd(self, "elec_day", tn_import_text(self, "elec_year"),
        tn_import_text(self, "elec_month"), day);
    if (when.day == TN_DATE_NONE) {
        tn_import_drop(self, "elec_year", tn_import_text(self, "elec_year"), "no date");
        return;
    }
    const int gwcode = tn_import_cow(self, "ccode", when);
    if (gwcode == 0) return;
    const char *event = event_of(self);
    const bool is_vote = strncmp(event, "Vote", 4) == 0;
    if (is_vote && when.precision != TN_BY_DAY) {
        char text[11];
        tn_date_format(when.day, text);
        tn_import_log(self, "elec_day", TN_LOG_GUESSED, day, text,
            "the day is not known: the middle of the month or year");
    }
    if (is_vote && when.day > self->covers_to) self->covers_to = when.day;
    tn_import_election(self, gwcode, tn_import_text(self, "ccode"), when, event,
        tn_import_text(self, "type"), tn_import_text(self, "direct"));
}

static void read_rows(tn_import_t *self)
{
    char key[TN_IMPORT_TEXT];
    const int number = tn_sheet_find(self->sheet, "elecnum");
    const int sequence = tn_sheet_find(self->sheet, "sequence");
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        (void)snprintf(key, sizeof key, "%.60s-%.60s", tn_sheet_text(self->sheet, i, number),
            tn_sheet_text(self->sheet, i, sequence));
        tn_import_row(self, i, key);
        read_row(self);
    }
}

static const char *const COLUMNS[] = {"ccode", "elec_year", "elec_month", "elec_day", "sequence",
    "event", "elecnum", "type", "direct", NULL};
const tn_importer_t tn_importer_reign_elections = {
    .kind = "reign-elections", .columns = COLUMNS, .version = "2021-03", .read = read_rows};
