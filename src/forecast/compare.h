/** The parts of a comparison. */
#ifndef TN_FORECAST_COMPARE_H
#define TN_FORECAST_COMPARE_H
#include "fit/build.h"
#include "forecast/paired.h"
#include "forecast/plan.h"
#include "tenure/compare.h"

/** One side that has been run. The forecast borrows from the copy of the case. */
typedef struct tn_side_run {
    tn_side_t side;
    tn_case_t copy; /* of the case, without the reports that are left out */
    tn_forecast_t forecast;
    tn_tally_t tally[TN_N_LOOKS];
    tn_look_t last;      /* the look that is the forecast */
    int n_left_out;      /* reports */
    bool skips_base;     /* in: no look at the neutral version */
    const double *knobs; /* in: rates to keep, or NULL */
} tn_side_run_t;

/** @return 0, TN_ENOMEM; TN_EINPUT if the case has no report or origin of a name that is left out.
 */
int tn_side_check(const tn_side_t *side, tn_error_t *err);
/** Runs one side. Collective. self is zero but for what is marked as in; tn_side_free() it, also
 *  after a failure. @return as tn_forecast_run. */
int tn_side_run(
    tn_side_run_t *self, const tn_side_t *side, const tn_forecast_options_t *opt, tn_error_t *err);
void tn_side_free(tn_side_run_t *self);

/** Two sides, the first and the second. */
typedef struct tn_comparison {
    tn_side_run_t side[2];
    int n_horizons;
    int horizon[2][TN_MAX_HORIZONS]; /* those that both have: their numbers on each side */
    int pivot;                       /* of these */
    bool has_same_end;               /* the longest horizons are the same */
    bool keeps_rates;
} tn_comparison_t;

/** Lays out all tables. @return 0, TN_ENOMEM. */
int tn_compare_tables(tn_fit_t *out, const tn_comparison_t *self);
#endif
