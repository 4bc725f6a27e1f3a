/** The parts of an explanation. */
#ifndef TN_FORECAST_EXPLAIN_H
#define TN_FORECAST_EXPLAIN_H
#include "fit/build.h"
#include "forecast/weighed.h"
#include "tenure/explain.h"
#include "tenure/sobol.h"

typedef struct tn_explanation {
    const tn_case_t *c;
    tn_explain_options_t opt;
    tn_forecast_t forecast;
    tn_court_t court; /* with the evidence, and weights of claims kept */
    tn_weighed_t weighed;
    double *independent; /* of each origin of the forecast: exit within the pivot if its reports had
                            origins of their own; NAN where one report is all */
    tn_sobol_index_t *index; /* of court.uncertain; NULL: not asked for */
    tn_sobol_summary_t sobol;
} tn_explanation_t;

/** Exit within the pivot if every report of the origin (of the case) had an origin of its own: a
 * forecast of such a case. @return as tn_forecast_run. */
int tn_explain_split(double *p, const tn_explanation_t *self, int origin, tn_error_t *err);
/** Sobol indices of the uncertain parameters. @return 0, TN_ENOMEM, TN_EINTERRUPT. */
int tn_explain_sobol(tn_explanation_t *self, tn_error_t *err);
/** Lays out all tables. @return 0, TN_ENOMEM. */
int tn_explain_tables(tn_fit_t *out, const tn_explanation_t *self);
#endif
