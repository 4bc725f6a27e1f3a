/* Sobol indices of the uncertain parameters on the case without reports: a row of the design fixes
 * them for a group of worlds, whose share of exits is the result, with its noise taken off. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/mem.h"
#include "forecast/explain.h"

#define LANES  256 /* worlds of a row of the design: a divisor of TN_BLOCK */
#define N_BOOT 200

typedef struct results {
    const tn_explanation_t *of;
    const tn_court_t *court;
    double *y, *noise;
    int pivot_weeks;
} results_t;

static bool is_exit(const results_t *self, const tn_block_t *b, int j)
{
    if (b->route[j] < 0) return false;
    if (b->exit_week[j] - self->court->t_as_of >= self->pivot_weeks) return false;
    return (self->of->forecast.routes >> b->route[j] & 1u) != 0;
}

/* Worlds that left before as_of count neither way. */
static void count_rows(void *ctx, const tn_block_t *b)
{
    results_t *self = ctx;
    double n[TN_BLOCK / LANES] = {0}, exits[TN_BLOCK / LANES] = {0};
    for (int j = 0; j < b->n; j++) {
        const size_t row = (size_t)b->slot[j] / LANES;
        if (!(b->lw[j] > -INFINITY)) continue;
        n[row] += 1.0;
        exits[row] += is_exit(self, b, j) ? 1.0 : 0.0;
    }
    for (int k = 0; k * LANES < b->n; k++) {
        const size_t row = (size_t)b->index * (TN_BLOCK / LANES) + (size_t)k;
        const double p = n[k] > 0.0 ? exits[k] / n[k] : 0.0;
        self->y[row] = p;
        self->noise[row] = n[k] > 1.0 ? p * (1.0 - p) / (n[k] - 1.0) : 0.0;
    }
}

static int run_design(tn_explanation_t *self, const double *design, size_t n_rows,
    results_t *results, tn_error_t *err)
{
    tn_court_t court = {0};
    const tn_forecast_options_t *opt = &self->opt.forecast;
    const tn_court_options_t how = {.no_reports = true,
        .no_resampling = true,
        .n_weeks = results->pivot_weeks,
        .knobs = self->forecast.calibration.knob};
    int ret = tn_court_init(&court, self->c, &how, err);
    ret = tn_crew_agree(&self->crew, ret, err);
    results->court = &court;
    const tn_ensemble_t e = {.court = &court,
        .seed = opt->seed,
        .n_worlds = (int64_t)(n_rows * LANES),
        .n_threads = opt->n_threads,
        .isa = opt->isa,
        .watch_observable = -1,
        .watch_event = -1,
        .design = design,
        .design_lanes = LANES,
        .stage = "Sobol indices",
        .progress = opt->progress,
        .progress_ctx = opt->progress_ctx};
    const size_t per_block = TN_BLOCK / LANES * sizeof(double), size = n_rows * sizeof(double);
    const tn_block_array_t array[] = {
        {results->y, per_block, size}, {results->noise, per_block, size}};
    if (ret == 0) ret = tn_crew_run_blocks(&self->crew, &e, count_rows, results, array, 2, err);
    results->court = NULL;
    tn_court_free(&court);
    return ret;
}

static int estimate(tn_explanation_t *self, double *design, results_t *results, tn_error_t *err)
{
    const size_t n = (size_t)self->opt.sobol_points;
    const int width = self->court.n_uncertain;
    const size_t n_rows = tn_sobol_n_rows(n, width);
    const uint64_t seed = self->opt.forecast.seed;
    int ret = tn_crew_agree(&self->crew, tn_sobol_design(design, n, width, seed, err), err);
    if (ret < 0) return ret;
    for (size_t k = 0; k < n_rows * (size_t)width; k++)
        design[k] = gsl_cdf_ugaussian_Pinv(design[k]);
    ret = run_design(self, design, n_rows, results, err);
    if (ret < 0) return ret;
    return tn_sobol_estimate(
        self->index, &self->sobol, results->y, results->noise, n, width, N_BOOT, seed, err);
}

int tn_explain_sobol(tn_explanation_t *self, tn_error_t *err)
{
    const int width = self->court.n_uncertain;
    const size_t n_rows = tn_sobol_n_rows((size_t)self->opt.sobol_points, width);
    double *design = tn_calloc(n_rows * (size_t)width, sizeof *design);
    results_t results = {.of = self,
        .y = tn_calloc(n_rows, sizeof *results.y),
        .noise = tn_calloc(n_rows, sizeof *results.noise),
        .pivot_weeks = self->forecast.horizon[self->forecast.pivot].weeks};
    self->index = tn_calloc((size_t)width, sizeof *self->index);
    int ret = 0;
    const bool is_whole = design && results.y && results.noise && self->index;
    if (!is_whole) ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    ret = tn_crew_agree(&self->crew, ret, err);
    if (ret == 0 && is_whole) ret = estimate(self, design, &results, err);
    tn_free(design);
    tn_free(results.y);
    tn_free(results.noise);
    return ret;
}
