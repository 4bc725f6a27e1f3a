/** Building JSON with Jansson: failures are remembered, so that building reads like a list. */
#ifndef TN_REPORT_JSON_H
#define TN_REPORT_JSON_H
#include <jansson.h>
#include <stdbool.h>

#include "tenure/forecast.h"

typedef struct tn_json {
    bool failed; /* out of memory on the way */
} tn_json_t;

/** Adds a value to an object under a key; takes the value. Keys keep the order in which they are
 * added. */
void tn_json_put(tn_json_t *self, json_t *object, const char *key, json_t *value);
/** Adds a value to an array; takes the value. */
void tn_json_push(tn_json_t *self, json_t *array, json_t *value);
/** A number, or null if it is not finite. */
json_t *tn_json_number(double value);
/** A string; bytes that are not UTF-8 are replaced. NULL gives null. */
json_t *tn_json_text(const char *text);
/** "YYYY-MM-DD". */
json_t *tn_json_date(int32_t day);
/** Adds `p` and `se` to an object. */
void tn_json_put_p(tn_json_t *self, json_t *object, tn_estimate_t e);
/** {"mean": .., "se": ..} */
json_t *tn_json_mean(tn_json_t *self, tn_estimate_t e);

/** Adds everything one view says: exit, routes, successors, median_weeks, counts, state, tipping
 * ... */
void tn_json_put_view(
    tn_json_t *self, json_t *object, const tn_forecast_t *f, const tn_view_t *view);
/** [{horizon, date, p, se}], with hazard_per_year and its error where hazard is not NULL. */
json_t *tn_json_exits(tn_json_t *self, const tn_forecast_t *f, const tn_estimate_t *exit,
    const double *hazard, const double *hazard_se);
/** [{route, horizon, p, se}] */
json_t *tn_json_routes(tn_json_t *self, const tn_forecast_t *f,
    const tn_estimate_t route[TN_N_ROUTES][TN_MAX_HORIZONS]);

/** The whole forecast; NULL and failed if out of memory. */
json_t *tn_json_forecast(tn_json_t *self, const tn_forecast_t *f, const char *command_line);
#endif
