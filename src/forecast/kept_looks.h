/** The looks at a case that no report can change, its base rate and the case without reports, kept
 * between runs: who adds or edits reports waits for the last look only. One file per question, its
 * name the hash of everything the rows depend on, so a stale file is never found. A file that is
 * missing or damaged means that the rows are run again, one that cannot be written is done without;
 * the oldest of more than TN_KEPT_LOOKS are removed. Safe to delete at any time. */
#ifndef TN_FORECAST_KEPT_LOOKS_H
#define TN_FORECAST_KEPT_LOOKS_H
#include "forecast/plan.h"

#define TN_KEPT_LOOKS            16 /* files of 2 to 5 MB */
#define TN_KEPT_LOOKS_MIN_BLOCKS 32 /* fewer are run sooner than they are worth keeping */

typedef struct tn_kept_looks {
    char path[4096]; /* empty: nothing is kept */
    int64_t n_found; /* rows that were there */
    tn_rows_t rows;
} tn_kept_looks_t;

/** After the calibration, before the first look: hands the rows that are there to the plan's crew.
 *  @param f  its question and calibration are set.   @return 0, TN_ENOMEM, TN_EINTERRUPT. */
int tn_kept_looks_open(
    tn_kept_looks_t *self, tn_plan_t *plan, const tn_forecast_t *f, tn_error_t *err);
/** Before the look with reports: takes the rows back and keeps the new ones. */
void tn_kept_looks_close(tn_kept_looks_t *self, tn_plan_t *plan);
/** Frees the insides; after a failure too, then nothing is kept. */
void tn_kept_looks_free(tn_kept_looks_t *self, tn_plan_t *plan);
#endif
