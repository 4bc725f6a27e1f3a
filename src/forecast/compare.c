/* Two forecasts with the same seed: world k of one side draws what world k of the other draws. */
#include "tenure/compare.h"

#include <stdlib.h>

#include "base/mem.h"
#include "forecast/compare.h"

#define PIVOT_WEEKS 52

/* Horizons of the same length, whichever dates they end on. */
static int match_horizons(
    tn_comparison_t *self, const tn_case_t *a, const tn_case_t *b, tn_error_t *err)
{
    for (int i = 0; i < a->n_horizons; i++) {
        for (int j = 0; j < b->n_horizons; j++) {
            if (a->horizon[i].weeks != b->horizon[j].weeks) continue;
            self->horizon[0][self->n_horizons] = i;
            self->horizon[1][self->n_horizons++] = j;
            break;
        }
    }
    if (self->n_horizons == 0) {
        return tn_error_set(err, TN_EINPUT,
            "the two cases share no horizon: give some that both are to have (--horizons)");
    }
    for (int k = 1; k < self->n_horizons; k++) {
        const int best = a->horizon[self->horizon[0][self->pivot]].weeks;
        if (abs(a->horizon[self->horizon[0][k]].weeks - PIVOT_WEEKS) < abs(best - PIVOT_WEEKS))
            self->pivot = k;
    }
    self->has_same_end = a->horizon[a->n_horizons - 1].weeks == b->horizon[b->n_horizons - 1].weeks;
    return 0;
}

static int check(const tn_compare_options_t *opt, tn_error_t *err)
{
    if (opt->forecast.given != NULL || opt->forecast.force != NULL)
        return tn_error_set(err, TN_EARG, "compare: an event belongs to a side");
    return 0;
}

static int run_sides(tn_comparison_t *self, const tn_side_t *const side[static 2],
    const tn_compare_options_t *opt, tn_error_t *err)
{
    int ret = match_horizons(self, side[0]->c, side[1]->c, err);
    for (int k = 0; k < 2 && ret == 0; k++)
        ret = tn_side_check(side[k], err);
    for (int k = 0; k < 2 && ret == 0; k++) {
        tn_side_run_t *run = &self->side[k];
        if (k == 1 && opt->keeps_rates) run->knobs = self->side[0].forecast.calibration.knob;
        ret = tn_side_run(run, side[k], &opt->forecast, err);
    }
    return ret;
}

int tn_compare_run(tn_fit_t *out, const tn_side_t *first, const tn_side_t *second,
    const tn_compare_options_t *opt, tn_error_t *err)
{
    int ret = check(opt, err);
    *out = (tn_fit_t){0};
    if (ret < 0) return ret;
    tn_comparison_t *self = tn_calloc(1, sizeof *self); /* two cases: large for a stack */
    if (self == NULL) ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    ret = tn_crew_agree(&(tn_crew_t){.team = opt->forecast.team}, ret, err);
    if (ret < 0 || self == NULL) return ret;
    self->keeps_rates = opt->keeps_rates;
    ret = run_sides(self, (const tn_side_t *const[]){first, second}, opt, err);
    if (ret == 0) {
        ret = tn_compare_tables(out, self);
        if (ret < 0) (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
    }
    for (int k = 0; k < 2; k++)
        tn_side_free(&self->side[k]);
    tn_free(self);
    return ret;
}
