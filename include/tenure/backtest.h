/** How well the base rates would have forecast history: at each origin the model is fitted to what
 * was known by then, and forecasts what came after. */
#ifndef TENURE_BACKTEST_H
#define TENURE_BACKTEST_H
#include "tenure/fit.h"
#include "tenure/forecast.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which exits are forecast: a tn_route_t, or one of these. */
#define TN_BACKTEST_ANY       (-1) /**< by any route */
#define TN_BACKTEST_IRREGULAR (-2) /**< coup, uprising or assassination */

typedef struct tn_backtest_options {
    int from_year, to_year; /**< of the origins, inclusive; 0: 1990 and 2014 */
    bool monthly;           /**< an origin on the first of every month, else of every January */
    int route;
    int months;      /**< how far ahead, 1..60; 0: 12 */
    int n_bins;      /**< of the calibration table; 0: 10 */
    int n_resamples; /**< of its bands and of the sign-flip tests; 0: 2000 */
    double level;    /**< 0: 0.95 */
    uint64_t seed;
    int n_threads; /**< 0: all processors; no figure depends on it */
    tn_progress_fn progress;
    void *progress_ctx;
    const tn_team_t *team; /**< NULL: alone; no figure depends on it */
} tn_backtest_options_t;

/** Runs the backtest on a store of imported data (data.h).
 *
 *  At an origin, leaders in office then, in countries whose regime and routes of exit are known,
 * are forecast by four models, each refitted with what ended before the origin only: "base" (the
 * model of base.h), "climatology" (share of exits by regime, twenty years back), "logit" (regime,
 * tenure, age, record of the country; origins of the same month in earlier years), "cox" (time in
 * office; regime, age and entry when coming to office). Tables: "scores" (Brier, log, areas under
 * the ROC and the precision-recall curve, calibration intercept and slope), "compare" (base against
 * each, paired, clustered by country), "calibration" (of base, with consistency bands), "forecasts"
 * (a row for each leader and origin).
 *  @param out  free with tn_fit_free.
 *  @return 0; TN_EARG; TN_EINPUT: too little in the store; TN_EIO, TN_EDB, TN_ENOMEM,
 *  TN_EINTERRUPT. */
TN_API TN_MUST_CHECK int tn_backtest_run(
    tn_fit_t *out, const char *store, const tn_backtest_options_t *opt, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
