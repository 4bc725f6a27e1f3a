#include "forecast/weighed.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"

int tn_weighed_init(tn_weighed_t *self, const tn_ensemble_t *e, int pivot_weeks, unsigned routes)
{
    *self = (tn_weighed_t){.court = e->court,
        .routes = routes,
        .pivot_weeks = pivot_weeks,
        .n_claims = e->court->keeps_claims ? e->court->evidence.n_claims : 0,
        .n_rows = tn_ensemble_n_blocks(e)};
    const size_t n = (size_t)self->n_rows, m = (size_t)self->n_claims + 1;
    self->sums = tn_calloc(n * m, sizeof *self->sums);
    self->scale = tn_calloc(n * m, sizeof *self->scale);
    if (self->sums != NULL && self->scale != NULL) return 0;
    tn_weighed_free(self);
    return TN_ENOMEM;
}

void tn_weighed_free(tn_weighed_t *self)
{
    tn_free(self->sums);
    tn_free(self->scale);
    *self = (tn_weighed_t){0};
}

/* How a world ends within the pivot: its route, or TN_N_ROUTES. */
static int end_of(const tn_weighed_t *self, const tn_block_t *b, int j)
{
    if (b->route[j] < 0) return TN_N_ROUTES;
    const int week = b->exit_week[j] - self->court->t_as_of;
    return week < self->pivot_weeks ? b->route[j] : TN_N_ROUTES;
}

static double log_weight(const tn_block_t *b, int weighting, int j)
{
    const double lw = b->lw[j];
    if (weighting == 0 || !(lw > -INFINITY)) return lw;
    return lw - b->claim_ll[(size_t)(weighting - 1) * TN_ROW + (size_t)j];
}

static void sum_up(tn_weighed_t *self, const tn_block_t *b, int weighting)
{
    const size_t at = (size_t)b->index * ((size_t)self->n_claims + 1) + (size_t)weighting;
    tn_weighed_sums_t *sums = &self->sums[at];
    double top = -INFINITY;
    for (int j = 0; j < b->n; j++)
        top = fmax(top, log_weight(b, weighting, j));
    self->scale[at] = top;
    for (int j = 0; j < b->n; j++) {
        const double lw = log_weight(b, weighting, j);
        if (!(lw > -INFINITY)) continue;
        const double w = tn_exp(lw - top);
        const int end = end_of(self, b, j);
        const bool is_exit = end < TN_N_ROUTES && (self->routes >> end & 1u) != 0;
        sums->weight += w;
        sums->exits += is_exit ? w : 0.0;
        sums->end[end] += w;
    }
}

void tn_weighed_block(void *ctx, const tn_block_t *block)
{
    tn_weighed_t *self = ctx;
    for (int g = 0; g <= self->n_claims; g++)
        sum_up(self, block, g);
}

static void rescale(tn_weighed_t *self, int g)
{
    const size_t m = (size_t)self->n_claims + 1;
    double top = -INFINITY;
    for (int64_t b = 0; b < self->n_rows; b++)
        top = fmax(top, self->scale[(size_t)b * m + (size_t)g]);
    for (int64_t b = 0; b < self->n_rows; b++) {
        const size_t at = (size_t)b * m + (size_t)g;
        const double f = self->scale[at] > -INFINITY ? tn_exp(self->scale[at] - top) : 0.0;
        tn_weighed_sums_t *sums = &self->sums[at];
        sums->weight *= f;
        sums->exits *= f;
        for (int r = 0; r < TN_WEIGHED_ENDS; r++)
            sums->end[r] *= f;
        self->scale[at] = top;
    }
}

void tn_weighed_finish(tn_weighed_t *self)
{
    for (int g = 0; g <= self->n_claims; g++)
        rescale(self, g);
}

tn_weighed_sums_t tn_weighed_total(const tn_weighed_t *self, int weighting, int64_t without)
{
    tn_weighed_sums_t total = {0};
    for (int64_t b = 0; b < self->n_rows; b++) {
        const tn_weighed_sums_t *row =
            &self->sums[(size_t)b * ((size_t)self->n_claims + 1) + (size_t)weighting];
        if (b == without) continue;
        total.weight += row->weight;
        total.exits += row->exits;
        for (int r = 0; r < TN_WEIGHED_ENDS; r++)
            total.end[r] += row->end[r];
    }
    return total;
}

tn_estimate_t tn_weighed_jackknife(const tn_weighed_t *self, tn_weighed_fn figure, int which)
{
    const double n = (double)self->n_rows, all = figure(self, which, -1);
    double sum = 0.0, squares = 0.0;
    for (int64_t b = 0; b < self->n_rows; b++) {
        const double d = figure(self, which, b) - all;
        sum += d;
        squares += d * d;
    }
    const double mean = sum / n;
    const double se = n < 2.0 ? NAN : sqrt((n - 1.0) / n * fmax(squares - n * mean * mean, 0.0));
    return (tn_estimate_t){.p = all, .se = se};
}
