/** Two forecasts side by side under common random numbers, and one forecast over its dates. */
#ifndef TENURE_COMPARE_H
#define TENURE_COMPARE_H
#include "tenure/fit.h"
#include "tenure/forecast.h"
#include "tenure/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One side of a comparison. */
typedef struct tn_side {
    const tn_case_t *c;
    const char *force;              /**< id of an event that happens for sure; NULL */
    const char *const *left_out;    /**< n_left_out ids of reports that are not heard */
    const char *const *left_out_of; /**< n_left_out_of ids of origins that are not heard */
    size_t n_left_out, n_left_out_of;
} tn_side_t;

typedef struct tn_compare_options {
    tn_forecast_options_t forecast; /**< of both sides; given and force must be NULL */
    bool keeps_rates; /**< the second side keeps the calibrated rates of the first; else each side
                         is calibrated to its own base rate, as a forecast of it would be */
} tn_compare_options_t;
#define TN_COMPARE_OPTIONS_DEFAULT                                                                 \
    {                                                                                              \
        .forecast = TN_FORECAST_OPTIONS_DEFAULT                                                    \
    }

/** Forecasts both sides with the same random numbers, and takes the difference, second minus first.
 *
 *  World k of one side draws the same numbers as world k of the other, so that chance does not pass
 *  for a difference. The standard error of a difference is that of the blocks' influence on it,
 *  n/(n-1) sum_b d_b^2 with d_b = (y2_b - p2 w2_b)/W2 - (y1_b - p1 w1_b)/W1 (model 8.4, for a
 *  difference of ratios).
 *
 *  Tables (columns a, b: first and second side; difference, std.error: second minus first):
 *  "exit"       by horizon: chance of exit, log-odds, and what the error would be unpaired;
 *  "views"      base rate, without reports, with reports, within the horizon nearest to 52 weeks;
 *  "routes"     by route and horizon;
 *  "successors" share given exit within the longest horizon, by actor;
 *  "counts"     expected events; "state" the court on the as-of date; "curve" exit week by week;
 *  "sides"      what is compared: case, dates, settings, what was changed, rates.
 *  Horizons that both cases have are compared; successors and counts only if the longest is the
 *  same.
 *  @param out  free with tn_fit_free; empty after a failure.
 *  @return as tn_forecast_run; TN_EINPUT also for an unknown report, origin or event, and if the
 *  cases share no horizon. Any number of threads and ranks gives the same bits. */
TN_API TN_MUST_CHECK int tn_compare_run(tn_fit_t *out, const tn_side_t *first,
    const tn_side_t *second, const tn_compare_options_t *opt, tn_error_t *err);

typedef enum tn_step { TN_STEP_WEEK, TN_STEP_MONTH, TN_STEP_QUARTER, TN_N_STEPS } tn_step_t;
/** "week", "month", "quarter"; NULL out of range. */
TN_API const char *tn_step_name(int step);

/** How a forecast moved as reports came in: forecasts as of several dates, back from the as-of date
 *  of the case in equal steps. Each knows the reports of its own date only, and looks as far ahead
 *  as the others. The question moves along: so many weeks from each date.
 *
 *  Tables: "series" by date: chance of exit within the horizon nearest to 52 weeks, with and
 *  without reports, hazard, change since the date before with paired error, reports that came in;
 *  "series.routes" and "series.successors" by date.
 *  @param from  first date, days since 1970-01-01; no forecast is made for dates before it. Dates
 *  less than a week after the start of the case are left out.
 *  @return as tn_compare_run; TN_EINPUT also if the case was not read from a file or no date is
 *  left. */
TN_API TN_MUST_CHECK int tn_series_run(tn_fit_t *out, const tn_side_t *side, tn_step_t step,
    int32_t from, const tn_compare_options_t *opt, tn_error_t *err);

/** For people: what differs, and by how much; or the series. */
TN_API TN_MUST_CHECK int tn_compare_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
