/** The store of historical data: leaders' spells, regimes, elections and coups, imported from the
 * files of those who keep them. Nothing is lost silently: what an import repairs, guesses, drops or
 * flags stands in a log, and every source row is kept as it was. */
#ifndef TENURE_DATA_H
#define TENURE_DATA_H
#include <stddef.h>
#include <stdio.h>

#include "tenure/diag.h"
#include "tenure/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an import did to rows. Entries of the log by action. */
typedef enum tn_log_action {
    TN_LOG_REPAIRED, /**< certainly wrong, and certainly what was meant */
    TN_LOG_GUESSED,  /**< missing or ambiguous; a rule filled it */
    TN_LOG_DROPPED,  /**< not used; the row is still kept as it was */
    TN_LOG_FLAGGED,  /**< used as it is, but odd */
    TN_N_LOG_ACTIONS
} tn_log_action_t;
/** "repaired", "guessed", "dropped", "flagged". */
TN_API const char *tn_log_action_text(int action);

typedef struct tn_data_import_options {
    const char *kind;       /**< "archigos", "reign-leaders", ...; NULL: by the columns */
    const char *routes_map; /**< CSV that replaces the table of routes; NULL: leave it */
} tn_data_import_options_t;

/** What became of one file. */
typedef struct tn_data_import_result {
    char kind[32], title[128], version[64];
    size_t n_rows; /**< rows of the file */
    size_t n_kept; /**< rows that became a spell, regime, election or coup */
    size_t n_log[TN_N_LOG_ACTIONS];
    int is_unchanged; /**< the same file was there already; nothing was done */
} tn_data_import_result_t;

/** Imports one file into the store, in one transaction: all of it or nothing. An older import of
 *  the same kind is replaced (of one's own lists: of the same file name).
 *  @param store  path of the store; made if missing, its folder is not.
 *  @param diag   out: mistakes of one's own list, all of them; may be NULL.
 *  @return 0; TN_EINPUT: not a data set that is known, damaged, or mistakes (in diag, if it is for
 *  one's own list); TN_EIO; TN_EDB; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_data_import(const char *store, const char *path,
    const tn_data_import_options_t *opt, tn_data_import_result_t *result, tn_diag_t *diag,
    tn_error_t *err);

/** Replaces the table of routes; NULL: by the one shipped. Spells are merged anew. */
TN_API TN_MUST_CHECK int tn_data_set_routes(const char *store, const char *path, tn_error_t *err);

/** The names of the kinds of files, NULL after the last. Static. */
TN_API const char *const *tn_data_kinds(void);

/** One source in the store. Texts borrowed until the callback returns; NULL where not known. */
typedef struct tn_data_source {
    const char *kind, *title, *version, *file, *sha256, *covers_to, *citation, *licence, *retrieved;
    size_t n_rows, n_kept;
    size_t n_log[TN_N_LOG_ACTIONS];
} tn_data_source_t;
/** nonzero ends the walk */
typedef int (*tn_data_source_fn)(const tn_data_source_t *source, void *ctx);
/** Calls fn for each source, in the order of kinds. */
TN_API TN_MUST_CHECK int tn_data_sources(
    const char *store, tn_data_source_fn fn, void *ctx, tn_error_t *err);

/** Checks the file (integrity, foreign keys) and every source: number of rows and checksum of their
 *  content. @param problem  called with each problem found; may be NULL.
 *  @return 0 if all is well; TN_EDB if not, with the number of problems. */
TN_API TN_MUST_CHECK int tn_data_verify(
    const char *store, void (*problem)(const char *text, void *ctx), void *ctx, tn_error_t *err);

typedef enum tn_data_format { TN_DATA_CSV, TN_DATA_JSON } tn_data_format_t;
/** What can be exported: "spells", "regimes", "elections", "coups", "log", "sources", "routes",
 *  "source-spells"; NULL after the last. Static. */
TN_API const char *const *tn_data_tables(void);
/** Writes a table in a fixed order of rows and columns.
 *  @return 0; TN_EARG for an unknown table; TN_EIO if out cannot be written; ... */
TN_API TN_MUST_CHECK int tn_data_export(
    const char *store, const char *table, tn_data_format_t format, FILE *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
