/** One run of a forecast, its parts: forecast.c runs it whole, shard.c some blocks of it, or none.
 */
#ifndef TN_FORECAST_PLAN_H
#define TN_FORECAST_PLAN_H
#include "forecast/crew.h"

/** Everything a run needs beside the court. */
typedef struct tn_plan {
    const tn_case_t *c;
    const tn_forecast_options_t *opt;
    tn_ensemble_t ensemble;
    tn_crew_t crew;
    int force_event;  /* 1 + index; 0: none */
    bool is_finished; /* all rows come from files: nothing is run, the calibration too is taken */
    bool is_shard;    /* rows are made, no views of them */
    bool skips_base;  /* no look at the neutral version: that view stays empty */
    tn_tally_t *kept; /* out: TN_N_LOOKS finished tallies, of the looks that are made; the caller
                         frees them, also after a failure. NULL: not wanted */
} tn_plan_t;

/** @param rows  in and out: what is there already (merge) and what is kept (shard, checkpoint). */
int tn_plan_run(tn_forecast_t *self, tn_plan_t *plan, tn_rows_t *rows, tn_error_t *err);
#endif
