/** The ledger: questions, forecasts of them and what came of them, in one file that only grows.
 *
 *  Every entry is chained to the one before it by SHA-256, so that a later change is found
 *  (tn_ledger_verify). Nothing is ever changed or removed: who errs resolves again, and the latest
 *  resolution counts. An entry is one transaction; a call that returned 0 has written, whatever
 *  happens to the process afterwards. Several programs may write at once. docs/ledger.md describes
 *  the file.
 *
 *  Texts are UTF-8. Dates are days since 1970-01-01. */
#ifndef TENURE_LEDGER_H
#define TENURE_LEDGER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tenure/error.h"
#include "tenure/fit.h"
#include "tenure/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_LEDGER_MAX_ID   200   /**< bytes of a question's id; no blanks, no control characters */
#define TN_LEDGER_MAX_TEXT 16384 /**< bytes of any other text */
#define TN_LEDGER_MAX_JSON 67108864 /**< bytes of a forecast's JSON */
#define TN_LEDGER_HASH     65       /**< hex digits of a hash, with the NUL */

typedef struct tn_ledger tn_ledger_t;

/** Days since 1970-01-01 of exactly "YYYY-MM-DD"; false if there is no such day. */
TN_API bool tn_ledger_parse_date(const char *text, int32_t *day);

typedef enum tn_ledger_mode {
    TN_LEDGER_READ,  /**< the file must exist */
    TN_LEDGER_APPEND /**< made if missing; its folder must exist */
} tn_ledger_mode_t;

/** @return 0; TN_EIO; TN_EDB (not a ledger, damaged, of a newer program); TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_ledger_open(
    tn_ledger_t **self, const char *path, tn_ledger_mode_t mode, tn_error_t *err);
TN_API void tn_ledger_close(tn_ledger_t *self);

/** What was written. */
typedef struct tn_ledger_receipt {
    int64_t first, last; /**< numbers of the entries */
    int n_questions;     /**< new ones */
    int n_forecasts;
    char hash[TN_LEDGER_HASH]; /**< of the last entry: keep it elsewhere, and whoever rewrites the
                                  whole file will be found out */
} tn_ledger_receipt_t;

/** A question put in words by hand. */
typedef struct tn_ledger_question {
    const char *id;
    const char *text;
    const char *rule;       /**< how it will be resolved; NULL: none given */
    const char *class_name; /**< for scores by class; NULL: "question" */
    int32_t opens, closes;
} tn_ledger_question_t;

/** Somebody's number, or numbers for categories. */
typedef struct tn_ledger_forecast {
    const char *question;
    const char *by;     /**< who */
    const char *source; /**< "base", "model", "analyst" or "crowd" */
    const char *note;   /**< NULL: none */
    int32_t date;       /**< when it was made */
    double p;           /**< of yes, if n_categories is 0 */
    int n_categories;
    const char *const *category;
    const double *category_p; /**< add up to 1 within 1e-6 */
} tn_ledger_forecast_t;

/** Adds a question, a forecast, or a question with its first forecast; either may be NULL.
 *  @param recorded  day of the entry, not before the last entry's.
 *  @return 0; TN_EINPUT (the question exists or does not, a number is no probability, it is on
 *  record already); TN_EARG; TN_EDB; TN_EIO; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_ledger_add(tn_ledger_t *self, const tn_ledger_question_t *question,
    const tn_ledger_forecast_t *forecast, int32_t recorded, tn_ledger_receipt_t *receipt,
    tn_error_t *err);

typedef struct tn_ledger_json_options {
    const char *subject;    /**< begins the ids of its questions; NULL: from the leader's name */
    const char *by;         /**< forecaster; NULL: "tenure" */
    const char *class_name; /**< of all its questions; NULL: "exit", "route", "successor" */
    int32_t recorded;
} tn_ledger_json_options_t;

/** Adds a forecast as `tenure forecast --json` writes it: its base rate, its view without reports
 *  (if there are any), and its view with them; each for exit and route at every horizon and for the
 *  successor. Questions that are not there yet are made, with ids such as
 *  "vladimir-putin:exit:2023-05-29".
 *  @param name  of the file, for messages.
 *  @return as tn_ledger_add; TN_EINPUT also for what is no such JSON, and for an intervention
 *  (--force), which answers no question about the world. */
TN_API TN_MUST_CHECK int tn_ledger_add_json(tn_ledger_t *self, const char *name, const void *bytes,
    size_t n, const tn_ledger_json_options_t *opt, tn_ledger_receipt_t *receipt, tn_error_t *err);

/** What came of a question, or of a subject ("vladimir-putin") and so of all its questions. */
typedef struct tn_ledger_resolution {
    const char *target;    /**< id of a question, or a subject */
    int32_t date;          /**< of the exit, or of what decided; in_office: the last day known */
    bool is_in_office;     /**< subject: still there on that date */
    const char *route;     /**< subject: how they left; NULL: not known */
    const char *successor; /**< subject: actor who followed; NULL: not known */
    const char *outcome;   /**< question: "yes", "no" or a category */
    const char *source, *reason; /**< NULL: none */
    int32_t recorded;
} tn_ledger_resolution_t;

TN_API TN_MUST_CHECK int tn_ledger_resolve(tn_ledger_t *self,
    const tn_ledger_resolution_t *resolution, tn_ledger_receipt_t *receipt, tn_error_t *err);
/** Takes a question, or all of a subject, out of the scores. A later resolution brings it back. */
TN_API TN_MUST_CHECK int tn_ledger_annul(tn_ledger_t *self, const char *target, const char *reason,
    int32_t recorded, tn_ledger_receipt_t *receipt, tn_error_t *err);

#define TN_LEDGER_MAX_FINDINGS 16
/** What an examination found. */
typedef struct tn_ledger_verdict {
    int64_t n_entries, last;
    char hash[TN_LEDGER_HASH];                 /**< of the last entry; of none: zeros */
    size_t n_findings;                         /**< 0: the chain holds */
    char finding[TN_LEDGER_MAX_FINDINGS][256]; /**< the first ones */
} tn_ledger_verdict_t;

/** Computes every hash anew and compares.
 *  @param head  hash of a receipt kept elsewhere, which must be in the chain; NULL: none. Without
 *  one, entries cut off at the end are found only if the file's own counter was left as it was.
 *  @return 0, also with findings; TN_EDB where the file cannot be read, with the last good entry.
 */
TN_API TN_MUST_CHECK int tn_ledger_verify(
    tn_ledger_t *self, const char *head, tn_ledger_verdict_t *verdict, tn_error_t *err);

/* ---- looking at it: tables as those of fit.h ---- */

/** The questions with status, outcome and number of forecasts.
 *  @param status  "open", "resolved", "annulled"; NULL: all.  @param subject  NULL: all. */
TN_API TN_MUST_CHECK int tn_ledger_list(
    tn_fit_t *self, tn_ledger_t *ledger, const char *status, const char *subject, tn_error_t *err);
/** One question: itself, its forecasts, its resolutions. TN_EINPUT if unknown. */
TN_API TN_MUST_CHECK int tn_ledger_show(
    tn_fit_t *self, tn_ledger_t *ledger, const char *id, tn_error_t *err);
/** Every number on record, a row each: the columns that tn_ledger_score_frame reads. */
TN_API TN_MUST_CHECK int tn_ledger_numbers(tn_fit_t *self, tn_ledger_t *ledger, tn_error_t *err);
/** All entries as they stand, with their hashes: JSON, schema "tenure-ledger/1". */
TN_API TN_MUST_CHECK int tn_ledger_export(tn_ledger_t *self, FILE *out, tn_error_t *err);

/* ---- scores ---- */

/** Which forecasts count, if a forecaster spoke several times of one question. */
typedef enum tn_ledger_which { TN_LEDGER_LATEST, TN_LEDGER_FIRST, TN_LEDGER_ALL } tn_ledger_which_t;

typedef struct tn_ledger_score_options {
    tn_ledger_which_t which;
    bool with_late;      /**< also what was recorded after the outcome was known */
    const char *against; /**< reference forecaster; NULL: each of source base or crowd */
    double level;        /**< of limits and bands */
    int n_bins;
    int n_resamples; /**< of bands and of the paired bootstrap; at least 2 */
    uint64_t seed;
    int n_threads; /**< 0: all; no figure depends on it */
} tn_ledger_score_options_t;
#define TN_LEDGER_SCORE_OPTIONS_DEFAULT                                                            \
    ((tn_ledger_score_options_t){.level = 0.95, .n_bins = 10, .n_resamples = 2000, .seed = 1})

/** Scores of all forecasters: the tables scores, compare, decomposition, calibration, categories,
 *  exit (docs/scoring.md has the formulas). Smaller is better everywhere but in skill. Warnings say
 *  where there are too few questions to tell.
 *  @return 0; TN_EINPUT (unknown forecaster in against); TN_EARG; TN_EDB; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_ledger_score(
    tn_fit_t *self, tn_ledger_t *ledger, const tn_ledger_score_options_t *opt, tn_error_t *err);
/** The same from rows of one's own. Columns: question, forecaster, p, outcome (1, 0, yes, no or
 *  missing while open); if there: class, source, subject (rows that share their luck), date,
 *  recorded, known (day the outcome was known), category (rows of one forecast stand together, with
 *  outcome 1 for the category that happened), asks, closes, until, entry, status as
 *  tn_ledger_numbers() writes them.
 *  @param name  of the file, for messages.  @return also TN_EINPUT with the row, from 1. */
TN_API TN_MUST_CHECK int tn_ledger_score_frame(tn_fit_t *self, const tn_frame_t *frame,
    const char *name, const tn_ledger_score_options_t *opt, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
