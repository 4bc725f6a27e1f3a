/* A block of one side and the same block of the other drew the same numbers: what they have in
 * common goes out of the difference, block by block. Source: model 8.4. */
#include "forecast/paired.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"

int tn_paired_init(tn_paired_t *self, const tn_tally_t *a, const tn_tally_t *b)
{
    const size_t n = (size_t)a->n_rows;
    *self = (tn_paired_t){.tally = {a, b}, .n_rows = a->n_rows};
    double *room = tn_calloc(4 * n, sizeof *room);
    if (room == NULL) return TN_ENOMEM;
    self->side[0] = (tn_side_sums_t){room, room + n};
    self->side[1] = (tn_side_sums_t){room + 2 * n, room + 3 * n};
    return 0;
}

void tn_paired_free(tn_paired_t *self)
{
    tn_free(self->side[0].y);
    *self = (tn_paired_t){0};
}

static double total(const double *v, int64_t n)
{
    double sum = 0.0;
    for (int64_t b = 0; b < n; b++)
        sum += v[b];
    return sum;
}

/** What block b moves the ratio by, times the number of blocks. */
static double influence(const tn_side_sums_t *s, int64_t b, double p, double w)
{
    return (s->y[b] - p * s->w[b]) / w;
}

static double log_odds(double p) { return tn_log(p / (1.0 - p)); }

tn_difference_t tn_paired_difference(const tn_paired_t *self)
{
    const tn_side_sums_t *a = &self->side[0], *b = &self->side[1];
    const int64_t n = self->n_rows;
    const double wa = total(a->w, n), wb = total(b->w, n);
    const double pa = total(a->y, n) / wa, pb = total(b->y, n) / wb;
    const bool is_inside = pa > 0.0 && pa < 1.0 && pb > 0.0 && pb < 1.0;
    const double slope_a = 1.0 / (pa * (1.0 - pa)), slope_b = 1.0 / (pb * (1.0 - pb));
    double squares = 0.0, in_odds = 0.0;
    for (int64_t k = 0; k < n; k++) {
        const double da = influence(a, k, pa, wa), db = influence(b, k, pb, wb);
        const double d = db - da, e = db * slope_b - da * slope_a;
        squares += d * d;
        in_odds += e * e;
    }
    const double size = (double)n, f = n < 2 ? NAN : size / (size - 1.0);
    tn_difference_t out = {.a = tn_block_ratio(a->y, a->w, n),
        .b = tn_block_ratio(b->y, b->w, n),
        .change = {pb - pa, sqrt(f * squares)},
        .log_odds = {NAN, NAN}};
    if (is_inside) out.log_odds = (tn_estimate_t){log_odds(pb) - log_odds(pa), sqrt(f * in_odds)};
    return out;
}

static void clear(tn_paired_t *self)
{
    memset(self->side[0].y, 0, 4 * (size_t)self->n_rows * sizeof(double));
}

tn_difference_t tn_paired_exit(tn_paired_t *self, unsigned routes, int weeks)
{
    clear(self);
    for (int k = 0; k < 2; k++) {
        const tn_tally_t *t = self->tally[k];
        tn_sum_exits(self->side[k].y, t, routes, weeks);
        tn_sum_column(self->side[k].w, t, t->weight);
    }
    return tn_paired_difference(self);
}

tn_difference_t tn_paired_successor(tn_paired_t *self, unsigned routes, int a, int b)
{
    const int actor[2] = {a, b};
    clear(self);
    for (int k = 0; k < 2; k++) {
        const tn_tally_t *t = self->tally[k];
        if (actor[k] >= 0) tn_sum_successors(self->side[k].y, t, routes, actor[k]);
        tn_sum_successors(self->side[k].w, t, routes, -1);
    }
    return tn_paired_difference(self);
}

/** The same pair of columns of both sides. */
static tn_difference_t columns(
    tn_paired_t *self, const size_t y[static 2], const size_t w[static 2])
{
    clear(self);
    for (int k = 0; k < 2; k++) {
        tn_sum_column(self->side[k].y, self->tally[k], y[k]);
        tn_sum_column(self->side[k].w, self->tally[k], w[k]);
    }
    return tn_paired_difference(self);
}

tn_difference_t tn_paired_count(tn_paired_t *self, int count)
{
    const tn_tally_t *a = self->tally[0], *b = self->tally[1];
    const size_t k = (size_t)count;
    return columns(
        self, (size_t[]){a->counts + k, b->counts + k}, (size_t[]){a->weight, b->weight});
}

tn_difference_t tn_paired_state(tn_paired_t *self, int state)
{
    const tn_tally_t *a = self->tally[0], *b = self->tally[1];
    const size_t k = (size_t)state;
    return columns(self, (size_t[]){a->states + k, b->states + k},
        (size_t[]){a->state_weight, b->state_weight});
}

tn_difference_t tn_paired_tipping(tn_paired_t *self, int figure)
{
    const tn_tally_t *a = self->tally[0], *b = self->tally[1];
    const size_t k = (size_t)figure;
    return columns(self, (size_t[]){a->tipping + k, b->tipping + k},
        (size_t[]){a->state_weight, b->state_weight});
}
