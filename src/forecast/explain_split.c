/* The case in which nobody repeats anybody: each report of an origin gets an origin of its own,
 * with the same reliability and interest. */
#include <string.h>

#include "base/mem.h"
#include "forecast/explain.h"

/* A copy of the case with the reports of the origin split; shares all else with it. */
static int split(tn_case_t *copy, const tn_case_t *c, int origin)
{
    const size_t n_origins = (size_t)c->n_origins, n_reports = (size_t)c->n_reports;
    *copy = *c;
    copy->origin = tn_calloc(n_origins + n_reports, sizeof *copy->origin);
    copy->report = tn_calloc(n_reports + 1, sizeof *copy->report);
    if (copy->origin == NULL || copy->report == NULL) return TN_ENOMEM;
    memcpy(copy->origin, c->origin, n_origins * sizeof *copy->origin);
    memcpy(copy->report, c->report, n_reports * sizeof *copy->report);
    bool is_first = true;
    for (size_t k = 0; k < n_reports; k++) {
        if (copy->report[k].origin != origin) continue;
        if (!is_first) {
            copy->origin[copy->n_origins] = c->origin[origin];
            copy->report[k].origin = copy->n_origins++;
        }
        is_first = false;
    }
    return 0;
}

int tn_explain_split(double *p, const tn_explanation_t *self, int origin, tn_error_t *err)
{
    tn_case_t copy;
    tn_forecast_t forecast = {0};
    tn_forecast_options_t opt = self->opt.forecast;
    opt.knobs = self->forecast.calibration.knob; /* the calibration knows no reports */
    int ret = split(&copy, self->c, origin);
    if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    if (ret == 0) ret = tn_forecast_run(&forecast, &copy, &opt, err);
    if (ret == 0) *p = forecast.posterior.exit[forecast.pivot].p;
    tn_forecast_free(&forecast);
    tn_free(copy.origin);
    tn_free(copy.report);
    return ret;
}
