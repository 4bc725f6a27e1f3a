/* An explanation: the forecast; its worlds once more, with the weight of every claim kept and what
 * is seen after as_of; one forecast for each origin that several reports carry; the Sobol design.
 */
#include "tenure/explain.h"

#include <math.h>

#include "base/mem.h"
#include "forecast/explain.h"

static int open_claims(tn_explanation_t *self, tn_ensemble_t *e, tn_error_t *err)
{
    const tn_forecast_t *f = &self->forecast;
    const tn_forecast_options_t *opt = &self->opt.forecast;
    const tn_court_options_t how = {.no_priors = opt->no_priors,
        .no_reports = opt->no_reports,
        .no_resampling = opt->no_resampling,
        .keeps_claims = true,
        .knobs = f->calibration.knob};
    int ret = tn_court_init(&self->court, self->c, &how, err);
    if (ret < 0) return ret;
    *e = (tn_ensemble_t){.court = &self->court,
        .seed = opt->seed,
        .n_worlds = opt->n_worlds,
        .n_threads = opt->n_threads,
        .isa = opt->isa,
        .watch_observable = -1,
        .watch_event = -1,
        .stage = "claims",
        .progress = opt->progress,
        .progress_ctx = opt->progress_ctx};
    ret = tn_weighed_init(&self->weighed, e, f->horizon[f->pivot].weeks, f->routes);
    return ret < 0 ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : 0;
}

static int weigh_claims(tn_explanation_t *self, tn_error_t *err)
{
    tn_ensemble_t e;
    tn_weighed_t *w = &self->weighed;
    int ret = open_claims(self, &e, err);
    ret = tn_crew_agree(&self->crew, ret, err);
    if (ret < 0) return ret;
    const size_t n = (size_t)w->n_rows, m = (size_t)w->n_claims + 1;
    const tn_block_array_t array[] = {{w->sums, m * sizeof *w->sums, n * m * sizeof *w->sums},
        {w->scale, m * sizeof *w->scale, n * m * sizeof *w->scale}};
    ret = tn_crew_run_blocks(&self->crew, &e, tn_weighed_block, w, array, 2, err);
    if (ret == 0) tn_weighed_finish(w);
    return ret;
}

static int split_origins(tn_explanation_t *self, tn_error_t *err)
{
    const tn_evidence_t *evidence = &self->court.evidence;
    int ret = 0;
    self->split = tn_calloc((size_t)evidence->n_origins + 1, sizeof *self->split);
    if (self->split == NULL) ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    ret = tn_crew_agree(&self->crew, ret, err);
    for (int k = 0; k < evidence->n_origins && ret == 0; k++) {
        self->split[k] = (tn_split_t){{NAN, NAN}, {NAN, NAN}};
        if (evidence->origin[k].n_reports > 1)
            ret = tn_explain_split(&self->split[k], self, k, err);
    }
    return ret;
}

static int run_forecast(tn_explanation_t *self, tn_error_t *err)
{
    const tn_forecast_options_t *opt = &self->opt.forecast;
    const tn_case_t *c = self->c;
    tn_rows_t rows = {0};
    tn_plan_t plan = {.c = c, .opt = opt, .kept = self->tally};
    const int ret = tn_plan_run(&self->forecast, &plan, &rows, err);
    const bool has_reports = !opt->no_reports && c->n_reports + c->n_silences > 0;
    self->last = has_reports ? TN_LOOK_REPORTS : TN_LOOK_PRIOR;
    tn_rows_free(&rows);
    return ret;
}

static void explanation_free(tn_explanation_t *self)
{
    tn_forecast_free(&self->forecast);
    tn_weighed_free(&self->weighed);
    tn_court_free(&self->court);
    for (int k = 0; k < TN_N_LOOKS; k++)
        tn_tally_free(&self->tally[k]);
    tn_free(self->split);
    tn_free(self->index);
}

int tn_explain_run(
    tn_fit_t *out, const tn_case_t *c, const tn_explain_options_t *opt, tn_error_t *err)
{
    tn_explanation_t self = {.c = c, .opt = *opt, .crew = {.team = opt->forecast.team}};
    *out = (tn_fit_t){0};
    self.opt.forecast.watch_weeks = opt->watch_weeks;
    const int points = self.opt.sobol_points;
    if (self.opt.watch_weeks < 0)
        return tn_error_set(err, TN_EARG, "explain: the number of weeks must be positive");
    if (points != 0 && points < TN_SOBOL_MIN_POINTS)
        return tn_error_set(
            err, TN_EARG, "explain: %d Sobol points or more, or 0", TN_SOBOL_MIN_POINTS);
    self.opt.forecast.checkpoint = NULL;
    int ret = run_forecast(&self, err);
    if (ret == 0) ret = weigh_claims(&self, err);
    if (ret == 0) ret = split_origins(&self, err);
    if (ret == 0 && opt->sobol_points > 0 && self.court.n_uncertain > 0)
        ret = tn_explain_sobol(&self, err);
    if (ret == 0) {
        ret = tn_explain_tables(out, &self);
        if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    }
    explanation_free(&self);
    return ret;
}
