/* Secant steps on logarithms, all routes together. The hazards are sums of conditional
 * probabilities, not counts of exits, which removes most Monte Carlo noise; the same seed every
 * round removes the rest. Source: model 10. */
#include "court/calibrate.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"

#define LARGEST_ERROR                                                                              \
    6.907755278982137 /* ln 1000: a hazard of zero moves the knob as far as allowed */
#define KNOB_RANGE 1000.0

static const tn_route_t knob_route[TN_N_KNOBS] = {
#define ROUTE(route, name) TN_ROUTE_##route,
    TN_KNOB_LIST(ROUTE)
#undef ROUTE
};

int tn_knob_route(int knob) { return knob >= 0 && knob < TN_N_KNOBS ? (int)knob_route[knob] : -1; }

const char *tn_knob_name(int knob)
{
    return knob >= 0 && knob < TN_N_KNOBS ? tn_parameter(tn_knob_parameter(knob))->name : NULL;
}

/** One block's sums. */
typedef struct tn_hazard_row {
    double sum[TN_N_ROUTES], weeks;
} tn_hazard_row_t;

static void keep_hazards(void *ctx, const tn_block_t *block)
{
    tn_hazard_row_t *row = (tn_hazard_row_t *)ctx + block->index;
    for (int r = 0; r < TN_N_ROUTES; r++)
        row->sum[r] = block->hazard_sum[r];
    row->weeks = block->weeks_in_office;
}

static void fold(double hazard[TN_N_ROUTES], const tn_hazard_row_t *row, int64_t n_rows)
{
    double weeks = 0.0;
    for (int r = 0; r < TN_N_ROUTES; r++)
        hazard[r] = 0.0;
    for (int64_t k = 0; k < n_rows; k++) {
        weeks += row[k].weeks;
        for (int r = 0; r < TN_N_ROUTES; r++)
            hazard[r] += row[k].sum[r];
    }
    for (int r = 0; r < TN_N_ROUTES; r++)
        hazard[r] /= weeks * TN_DT;
}

int tn_neutral_hazards(double hazard[TN_N_ROUTES], const tn_case_t *c, const double *knobs,
    const tn_ensemble_t *run, int64_t n_worlds, tn_error_t *err)
{
    tn_court_t court;
    tn_ensemble_t e = *run;
    const tn_court_options_t opt = {
        .is_neutral = true, .n_weeks = TN_CALIBRATION_WEEKS, .knobs = knobs};
    int ret = tn_court_init(&court, c, &opt, err);
    if (ret < 0) return ret;
    e.court = &court;
    e.seed = TN_CALIBRATION_SEED;
    e.n_worlds = n_worlds;
    e.watch_observable = e.watch_event = -1;
    e.tally_hazards = true;
    const int64_t n_blocks = tn_ensemble_n_blocks(&e);
    tn_hazard_row_t *row = tn_calloc((size_t)n_blocks, sizeof *row);
    ret = row == NULL ? tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM))
                      : tn_ensemble_run(&e, keep_hazards, row, err);
    if (ret == 0) fold(hazard, row, n_blocks);
    tn_free(row);
    tn_court_free(&court);
    return ret;
}

static double within(double y, double lo, double hi) { return y < lo ? lo : y > hi ? hi : y; }

/** One knob on its way: logarithms. */
typedef struct tn_search {
    bool is_on;
    double start, at, error, last_at, last_error;
} tn_search_t;

static double log_error(double hazard, double target)
{
    if (!(hazard > 0.0)) return -LARGEST_ERROR;
    return within(tn_log(hazard / target), -LARGEST_ERROR, LARGEST_ERROR);
}

static void step(tn_search_t *s, bool is_first)
{
    double slope = 1.0;
    const double moved = s->at - s->last_at;
    if (!is_first && fabs(moved) > 0.0) {
        slope = within((s->error - s->last_error) / moved, 0.5, 2.0);
    }
    s->last_at = s->at;
    s->last_error = s->error;
    s->at = within(
        s->at - s->error / slope, s->start - tn_log(KNOB_RANGE), s->start + tn_log(KNOB_RANGE));
}

static void start_search(tn_calibration_t *self, const tn_case_t *c, tn_search_t *search)
{
    for (int r = 0; r < TN_N_ROUTES; r++)
        self->target[r] = c->target[r];
    for (int k = 0; k < TN_N_KNOBS; k++) {
        const double target = self->target[knob_route[k]];
        self->knob[k] = c->parameter[tn_knob_parameter(k)];
        if (!isnan(target) && !(target > 0.0)) self->knob[k] = 0.0;
        search[k] = (tn_search_t){.is_on = target > 0.0, .start = tn_log(self->knob[k])};
        search[k].at = search[k].start;
    }
}

/** Errors of this round; index of the knob that is farthest off, or -1 if all are within the
 * tolerance. */
static int measure(const tn_calibration_t *self, tn_search_t *search)
{
    int worst = -1;
    for (int k = 0; k < TN_N_KNOBS; k++) {
        if (!search[k].is_on) continue;
        search[k].error = log_error(self->hazard[knob_route[k]], self->target[knob_route[k]]);
        if (fabs(search[k].error) <= TN_CALIBRATION_TOLERANCE) continue;
        if (worst < 0 || fabs(search[k].error) > fabs(search[worst].error)) worst = k;
    }
    return worst;
}

static int fail(const tn_calibration_t *self, int k, tn_error_t *err)
{
    const int route = (int)knob_route[k];
    return tn_error_set(err, TN_ECONVERGE,
        "calibration failed: %s reached %.4g/yr, target %.4g/yr, %s=%.4g", tn_route_name(route),
        self->hazard[route], self->target[route], tn_knob_name(k), self->knob[k]);
}

int tn_calibrate(
    tn_calibration_t *self, const tn_case_t *c, const tn_ensemble_t *run, tn_error_t *err)
{
    tn_search_t search[TN_N_KNOBS];
    *self = (tn_calibration_t){.is_fixed = c->is_anchor_fixed};
    start_search(self, c, search);
    for (int round = 1; round <= TN_CALIBRATION_ROUNDS; round++) {
        const int ret =
            tn_neutral_hazards(self->hazard, c, self->knob, run, TN_CALIBRATION_WORLDS, err);
        if (ret < 0) return ret;
        self->rounds = round;
        const int worst = self->is_fixed ? -1 : measure(self, search);
        if (worst < 0) return 0;
        if (round == TN_CALIBRATION_ROUNDS) return fail(self, worst, err);
        for (int k = 0; k < TN_N_KNOBS; k++) {
            if (!search[k].is_on) continue;
            step(&search[k], round == 1);
            self->knob[k] = tn_exp(search[k].at);
        }
    }
    return tn_error_set(err, TN_EINTERNAL, "%s", tn_error_text(TN_EINTERNAL));
}
