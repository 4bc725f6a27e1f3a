/** Why a forecast says what it says: what each claim and origin did, which parameters matter, which
 * observation would move it most. */
#ifndef TENURE_EXPLAIN_H
#define TENURE_EXPLAIN_H
#include "tenure/fit.h"
#include "tenure/forecast.h"
#include "tenure/report.h"
#include "tenure/sobol.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tn_explain_options {
    tn_forecast_options_t forecast; /**< worlds, seed, threads, routes, cache, progress */
    int watch_weeks;  /**< tripwires: observations of so many weeks after as_of; 0: 5 */
    int sobol_points; /**< base points of the Sobol design, TN_SOBOL_MIN_POINTS or more; 0: none */
} tn_explain_options_t;
#define TN_EXPLAIN_OPTIONS_DEFAULT                                                                 \
    {                                                                                              \
        .forecast = TN_FORECAST_OPTIONS_DEFAULT, .watch_weeks = 5, .sobol_points = 256             \
    }

/** Explains the forecast of a case. Figures refer to exit within the horizon nearest to 52 weeks.
 *
 *  Tables:
 *  "origins"    contribution of each origin in log-odds and points; how many reports carry how many
 *               claims of it; what the same reports would do as independent ones: a run in which
 *               each report has an origin of its own, against the forecast without the origin
 *               (as.independent) and against the forecast (excess), with paired errors.
 *  "provenance" every report: its claim, the hops it came by, whether it counts.
 *  "claims"     each claim alone: contribution against a forecast without it.
 *  "drivers"    swing of each uncertain parameter between its top and bottom third (with reports);
 *               first-order and total Sobol indices (without reports).
 *  "tripwires"  yes-no observations that could be made in the weeks after as_of: their chance, the
 *               forecast if made and if not, and the information in bits (mutual information of
 *               observation and exit). An observation by ourselves, not somebody's report.
 *  "tipping"    distance to the tipping point.
 *  "views"      base rate, without reports, forecast.
 *  "matrix"     claims by routes, in the manner of an analysis of competing hypotheses: log
 *               likelihood ratio of the claim between worlds that end by the route and all worlds.
 *  @param out  free with tn_fit_free.
 *  @return as tn_forecast_run. Any number of threads gives the same bits. */
TN_API TN_MUST_CHECK int tn_explain_run(
    tn_fit_t *out, const tn_case_t *c, const tn_explain_options_t *opt, tn_error_t *err);

/** For people: what an explanation says, at the width of a terminal. */
TN_API TN_MUST_CHECK int tn_explain_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
