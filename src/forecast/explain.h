/** The parts of an explanation. */
#ifndef TN_FORECAST_EXPLAIN_H
#define TN_FORECAST_EXPLAIN_H
#include "fit/build.h"
#include "forecast/plan.h"
#include "forecast/weighed.h"
#include "tenure/explain.h"
#include "tenure/sobol.h"

/** What the reports of one origin would do if each had an origin of its own. NAN where one report
 * is all. */
typedef struct tn_split {
    tn_estimate_t points; /* against the forecast without the origin */
    tn_estimate_t excess; /* against the forecast */
} tn_split_t;

typedef struct tn_explanation {
    const tn_case_t *c;
    tn_explain_options_t opt;
    tn_crew_t crew; /* of ranks; every step is collective */
    tn_forecast_t forecast;
    tn_court_t court; /* with the evidence, and weights of claims kept */
    tn_weighed_t weighed;
    tn_tally_t tally[TN_N_LOOKS]; /* of the forecast */
    tn_look_t last;               /* the look that is the forecast */
    tn_split_t *split;            /* of each origin of the forecast */
    tn_sobol_index_t *index;      /* of court.uncertain; NULL: not asked for */
    tn_sobol_summary_t sobol;
} tn_explanation_t;

/** Runs a forecast in which every report of origin k of the evidence has an origin of its own, and
 * compares, block by block. @return as tn_forecast_run. */
int tn_explain_split(tn_split_t *out, const tn_explanation_t *self, int k, tn_error_t *err);
/** Sobol indices of the uncertain parameters. @return 0, TN_ENOMEM, TN_EINTERRUPT. */
int tn_explain_sobol(tn_explanation_t *self, tn_error_t *err);
/** Lays out all tables. @return 0, TN_ENOMEM. */
int tn_explain_tables(tn_fit_t *out, const tn_explanation_t *self);
#endif
