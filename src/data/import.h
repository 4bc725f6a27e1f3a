/** What importers share: the row at hand, the tables they fill, the log. An importer reads like a
 * list: after a failure every helper does nothing, and the first failure is reported at the end. */
#ifndef TN_DATA_IMPORT_H
#define TN_DATA_IMPORT_H
#include "base/date.h"
#include "data/history.h"
#include "data/sheet.h"
#include "io/sqlite.h"
#include "tenure/data.h"

#define TN_IMPORT_TEXT 160

typedef struct tn_import {
    tn_sqlite_t *db;
    const tn_sheet_t *sheet;
    const struct tn_importer *importer;
    int64_t source;
    size_t row; /* at hand */
    char key[TN_IMPORT_TEXT];
    tn_statement_t add_row, add_log, add_person, add_spell, add_regime, add_election, add_coup;
    tn_data_import_result_t *result;
    int32_t covers_to; /* TN_DATE_NONE: not known */
    tn_diag_t *diag;   /* may be NULL */
    tn_error_t *err;
    int failed;
} tn_import_t;

/** One kind of file. */
typedef struct tn_importer {
    const char *kind;
    const char *const *columns; /* those by which it is known, NULL at the end */
    const char *version;
    void (*read)(tn_import_t *self);
} tn_importer_t;

extern const tn_importer_t tn_importer_archigos, tn_importer_reign_leaders,
    tn_importer_reign_regimes, tn_importer_reign_elections, tn_importer_powell_thyne,
    tn_importer_cline, tn_importer_wikidata, tn_importer_leaders;

/** A day and how well it is known; TN_DATE_NONE, TN_NOT_KNOWN if not at all. */
typedef struct tn_when {
    int32_t day;
    tn_precision_t precision;
} tn_when_t;

/** Goes to a row, whose name in its data set is key, and keeps it as it is. */
void tn_import_row(tn_import_t *self, size_t row, const char *key);
/** Text of a column of the row at hand. */
const char *tn_import_text(const tn_import_t *self, const char *column);
/** Whole number of a column in [lo, hi]; otherwise `none`, and what is not missing is flagged. */
int tn_import_number(tn_import_t *self, const char *column, int lo, int hi, int none);
/** Writes to the log, about the row at hand. found, became: may be NULL. */
void tn_import_log(tn_import_t *self, const char *field, tn_log_action_t action, const char *found,
    const char *became, const char *why);
void tn_import_drop(tn_import_t *self, const char *field, const char *found, const char *why);
/** A date from the texts of year, month and day, each may be ""; repairs and flags. */
tn_when_t tn_import_ymd(
    tn_import_t *self, const char *field, const char *year, const char *month, const char *day);
/** A date from YYYY-MM-DD; "" is not known, anything else is flagged. */
tn_when_t tn_import_iso(tn_import_t *self, const char *field, const char *text);
/** A date from the American M/D/YYYY. */
tn_when_t tn_import_us(tn_import_t *self, const char *field, const char *text);
/** Gleditsch-Ward number of a Correlates of War number near a day; 0 if there is none. */
int tn_import_cow(tn_import_t *self, const char *column, tn_when_t when);

typedef struct tn_person_row {
    const char *key, *name;
    tn_sex_code_t sex;
    tn_when_t born;
} tn_person_row_t;
typedef struct tn_spell_row {
    tn_person_row_t person;
    int gwcode;
    const char *code, *role;
    tn_when_t start, last;
    const char *entry, *exit, *exitcode, *fate;
    int times_before; /* -1: not known */
} tn_spell_row_t;
void tn_import_spell(tn_import_t *self, const tn_spell_row_t *spell);
void tn_import_regime(tn_import_t *self, const tn_regime_spell_t *regime, const char *code);
void tn_import_election(tn_import_t *self, int gwcode, const char *code, tn_when_t when,
    const char *event, const char *type, const char *direct);
void tn_import_coup(tn_import_t *self, int gwcode, const char *code, tn_when_t when,
    const char *event, bool is_success, bool is_attempt);

/** "day", "month", "year", "unknown". */
const char *tn_precision_text(int precision);
/** Inverse; TN_NOT_KNOWN for other texts and NULL. */
tn_precision_t tn_precision_of(const char *text);
#endif
