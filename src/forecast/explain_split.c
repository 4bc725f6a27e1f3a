/* The case in which nobody repeats anybody: each report of an origin gets an origin of its own,
 * with the same reliability and interest. */
#include <string.h>

#include "base/mem.h"
#include "forecast/explain.h"
#include "forecast/paired.h"

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

/* Chances within the pivot: of the split case against the sums without origin k (which the tally of
 * the forecast holds), and against the forecast. */
static int compare(tn_split_t *out, const tn_tally_t *whole, const tn_tally_t *split, int k)
{
    tn_paired_t pair;
    const size_t first = whole->origins + (size_t)k * TN_TALLY_PER_ORIGIN;
    int ret = tn_paired_init(&pair, whole, split);
    if (ret < 0) return ret;
    out->excess = tn_paired_exit(&pair, whole->routes, whole->pivot_weeks).change;
    memset(pair.side[0].y, 0, (size_t)pair.n_rows * sizeof(double));
    memset(pair.side[0].w, 0, (size_t)pair.n_rows * sizeof(double));
    tn_sum_column(pair.side[0].w, whole, first);
    tn_sum_column(pair.side[0].y, whole, first + 2);
    out->points = tn_paired_difference(&pair).change;
    tn_paired_free(&pair);
    return 0;
}

int tn_explain_split(tn_split_t *out, const tn_explanation_t *self, int k, tn_error_t *err)
{
    tn_case_t copy;
    tn_forecast_t forecast = {0};
    tn_tally_t tally[TN_N_LOOKS] = {0};
    tn_rows_t rows = {0};
    tn_forecast_options_t opt = self->opt.forecast;
    opt.knobs = self->forecast.calibration.knob; /* the calibration knows no reports */
    tn_plan_t plan = {.c = &copy, .opt = &opt, .skips_base = true, .kept = tally};
    int ret = split(&copy, self->c, self->court.evidence.origin[k].case_origin);
    if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    ret = tn_crew_agree(&self->crew, ret, err);
    if (ret == 0) ret = tn_plan_run(&forecast, &plan, &rows, err);
    if (ret == 0) {
        ret = compare(out, &self->tally[self->last], &tally[TN_LOOK_REPORTS], k);
        if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
        ret = tn_crew_agree(&self->crew, ret, err);
    }
    for (int look = 0; look < TN_N_LOOKS; look++)
        tn_tally_free(&tally[look]);
    tn_rows_free(&rows);
    tn_forecast_free(&forecast);
    tn_free(copy.origin);
    tn_free(copy.report);
    return ret;
}
