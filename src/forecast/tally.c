/* Rows of weighted sums. Cost per block: worlds x (uncertain parameters + origins + horizons).
 * Source: model 8.4. */
#include "forecast/tally.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"

#define PER_SWING 4 /* weight and exits of the top third, of the bottom third */

static void lay_out(tn_tally_t *self)
{
    size_t n = 0;
    const size_t n_horizons = (size_t)self->n_horizons;
    self->weight = n++;
    self->weight2 = n++;
    self->exits = n;
    n += (size_t)TN_N_ROUTES * (size_t)self->n_weeks;
    self->successors = n;
    n += (size_t)TN_N_ROUTES * (size_t)self->n_successors;
    self->counts = n;
    n += TN_N_COUNTS;
    self->swings = n;
    n += (size_t)PER_SWING * (size_t)self->n_uncertain;
    self->watched = n;
    self->watched_exits = n + n_horizons;
    if (self->has_watch) n += n_horizons * (1 + TN_N_ROUTES);
    self->seen = n;
    if (self->has_seen) n += 2 * (size_t)TN_N_PREDICATES;
    self->state_weight = n++;
    self->state_weight2 = n++;
    self->states = n;
    n += TN_N_STATES;
    self->tipping = n;
    n += TN_N_TIPPING;
    self->origins = n;
    n += (size_t)TN_TALLY_PER_ORIGIN * (size_t)self->n_origins;
    self->scales = n;
    n += 2 + (size_t)self->n_origins;
    self->width = n;
}

/** The smallest power of two that leaves few enough rows. */
int64_t tn_tally_batch(int64_t n_blocks)
{
    int64_t size = 1;
    while ((n_blocks + size - 1) / size > TN_TALLY_ROWS)
        size *= 2;
    return size;
}

static int allocate(tn_tally_t *self, int n_threads)
{
    const size_t width = self->width, n_rows = (size_t)self->n_rows;
    if (n_rows > SIZE_MAX / sizeof(double) / width) return TN_ENOMEM;
    self->row = tn_calloc(n_rows * width, sizeof *self->row);
    self->has = tn_calloc(n_rows, sizeof *self->has);
    if (self->batch > 1) self->fresh = tn_calloc((size_t)n_threads * width, sizeof *self->fresh);
    if (self->row && self->has && (self->batch == 1 || self->fresh)) return 0;
    tn_tally_free(self);
    return TN_ENOMEM;
}

int tn_tally_init(tn_tally_t *self, tn_ensemble_t *e, const tn_horizon_t *horizon, int n_horizons,
    int pivot, unsigned routes)
{
    *self = (tn_tally_t){.court = e->court, .routes = routes, .n_horizons = n_horizons};
    for (int h = 0; h < n_horizons; h++)
        self->horizon_weeks[h] = horizon[h].weeks;
    self->pivot_weeks = horizon[pivot].weeks;
    self->n_weeks = e->court->n_weeks - e->court->t_as_of;
    self->n_successors = e->court->n + 1;
    self->n_uncertain = e->court->n_uncertain;
    self->n_origins = e->court->evidence.n_origins;
    self->has_watch = e->watch_observable >= 0 || e->watch_event >= 0;
    self->has_seen = e->seen_to > e->seen_from;
    self->n_all = tn_ensemble_n_blocks(e);
    self->batch = e->batch = tn_tally_batch(self->n_all);
    self->n_rows = (self->n_all + self->batch - 1) / self->batch;
    lay_out(self);
    return allocate(self, tn_parallel_threads(e->n_threads));
}

void tn_tally_free(tn_tally_t *self)
{
    if (self == NULL) return;
    tn_free(self->row);
    tn_free(self->has);
    tn_free(self->fresh);
    *self = (tn_tally_t){0};
}

double tn_tally_at(const tn_tally_t *self, int64_t b, size_t column)
{
    return self->row[(size_t)b * self->width + column];
}

/** Weeks from as_of to the exit of lane j; TN_NEVER if it has not ended in the simulation. */
static int weeks_to_exit(const tn_tally_t *self, const tn_block_t *block, int j)
{
    return block->route[j] < 0 ? TN_NEVER : block->exit_week[j] - self->court->t_as_of;
}

static bool is_in_question(const tn_tally_t *self, const tn_block_t *block, int j)
{
    return block->route[j] >= 0 && (self->routes >> block->route[j] & 1u);
}

static void add_exit(const tn_tally_t *self, double *row, const tn_block_t *block, int j, double w)
{
    const int week = weeks_to_exit(self, block, j);
    const size_t route = (size_t)block->route[j];
    if (block->route[j] < 0) return;
    row[self->exits + route * (size_t)self->n_weeks + (size_t)week] += w;
    row[self->successors + route * (size_t)self->n_successors + (size_t)block->successor[j]] += w;
}

static void add_swings(
    const tn_tally_t *self, double *row, const tn_block_t *block, int j, double w, bool is_exit)
{
    for (int k = 0; k < self->n_uncertain; k++) {
        const int8_t third = block->third[self->court->uncertain[k]][j];
        double *sums = row + self->swings + (size_t)k * PER_SWING + (third > 0 ? 0 : 2);
        if (third == 0) continue;
        sums[0] += w;
        if (is_exit) sums[1] += w;
    }
}

static void add_watched(
    const tn_tally_t *self, double *row, const tn_block_t *block, int j, double w)
{
    const int t_as_of = self->court->t_as_of;
    const int week = weeks_to_exit(self, block, j);
    for (int h = 0; h < self->n_horizons; h++) {
        const int weeks = self->horizon_weeks[h];
        if (block->first_week[j] >= t_as_of + weeks) continue;
        row[self->watched + (size_t)h] += w;
        if (week >= weeks) continue;
        const size_t route = (size_t)block->route[j];
        row[self->watched_exits + route * (size_t)self->n_horizons + (size_t)h] += w;
    }
}

static void add_seen(
    const tn_tally_t *self, double *row, const tn_block_t *block, int j, double w, bool is_exit)
{
    for (uint32_t left = block->seen[j]; left != 0; left &= left - 1) {
        double *sums = row + self->seen + 2 * (size_t)__builtin_ctz(left);
        sums[0] += w;
        if (is_exit) sums[1] += w;
    }
}

static double largest(const double *lw, const double *minus, int n)
{
    double m = -INFINITY;
    for (int j = 0; j < n; j++) {
        const double l = minus == NULL ? lw[j] : lw[j] - minus[j];
        if (lw[j] > -INFINITY && l > m) m = l;
    }
    return m;
}

static void tally_worlds(const tn_tally_t *self, double *row, const tn_block_t *block)
{
    const double scale = largest(block->lw, NULL, block->n);
    row[self->scales] = scale;
    for (int j = 0; j < block->n; j++) {
        if (!(block->lw[j] > -INFINITY)) continue;
        const double w = tn_exp(block->lw[j] - scale);
        const bool is_exit =
            is_in_question(self, block, j) && weeks_to_exit(self, block, j) < self->pivot_weeks;
        row[self->weight] += w;
        row[self->weight2] += w * w;
        add_exit(self, row, block, j, w);
        for (int k = 0; k < TN_N_COUNTS; k++) {
            row[self->counts + (size_t)k] += w * block->count[(size_t)k * TN_ROW + (size_t)j];
        }
        add_swings(self, row, block, j, w, is_exit);
        if (self->has_watch) add_watched(self, row, block, j, w);
        if (self->has_seen) add_seen(self, row, block, j, w, is_exit);
    }
}

/** The particle set weighted for all evidence, divided by one origin's likelihood, is weighted for
 * the rest. */
static void tally_origin(const tn_tally_t *self, double *row, const tn_block_t *block, int k)
{
    const double *ll = block->ll + (size_t)k * TN_ROW;
    const double scale = largest(block->lw, ll, block->n);
    double *sums = row + self->origins + (size_t)k * TN_TALLY_PER_ORIGIN;
    row[self->scales + 2 + (size_t)k] = scale;
    for (int j = 0; j < block->n; j++) {
        if (!(block->lw[j] > -INFINITY)) continue;
        const double w = tn_exp(block->lw[j] - ll[j] - scale);
        sums[0] += w;
        sums[1] += w * w;
        if (is_in_question(self, block, j) && weeks_to_exit(self, block, j) < self->pivot_weeks) {
            sums[2] += w;
        }
    }
}

static void fill(const tn_tally_t *self, double *row, const tn_block_t *block)
{
    tally_worlds(self, row, block);
    row[self->scales + 1] = block->as_of_scale;
    row[self->state_weight] = block->as_of_weight;
    row[self->state_weight2] = block->as_of_weight2;
    for (size_t k = 0; k < TN_N_STATES; k++)
        row[self->states + k] = block->as_of_state[k];
    for (size_t k = 0; k < TN_N_TIPPING; k++)
        row[self->tipping + k] = block->as_of_tipping[k];
    for (int k = 0; k < self->n_origins; k++)
        tally_origin(self, row, block, k);
}

/** Columns that share a log scale. */
typedef struct tn_group {
    size_t scale, from, to, square; /* columns [from, to); `square` scales with the square */
} tn_group_t;

static tn_group_t group(const tn_tally_t *self, int g)
{
    if (g == 0) {
        return (tn_group_t){self->scales, self->weight, self->state_weight, self->weight2};
    }
    if (g == 1) {
        return (tn_group_t){
            self->scales + 1, self->state_weight, self->origins, self->state_weight2};
    }
    const size_t first = self->origins + (size_t)(g - 2) * TN_TALLY_PER_ORIGIN;
    return (tn_group_t){self->scales + (size_t)g, first, first + TN_TALLY_PER_ORIGIN, first + 1};
}

static double factor(double scale, double top)
{
    return scale > -INFINITY ? tn_exp(scale - top) : 0.0;
}

/** Adds the sums of `more` to the row, on the larger of the two scales. */
static void join(const tn_tally_t *self, double *row, const double *more)
{
    for (int g = 0; g < 2 + self->n_origins; g++) {
        const tn_group_t c = group(self, g);
        const double a = row[c.scale], b = more[c.scale], top = a > b ? a : b;
        const double f = factor(a, top), h = factor(b, top);
        for (size_t k = c.from; k < c.to; k++) {
            const bool is_square = k == c.square;
            row[k] = row[k] * (is_square ? f * f : f) + more[k] * (is_square ? h * h : h);
        }
        row[c.scale] = top;
    }
}

static void add_block(const tn_tally_t *self, double *row, const tn_block_t *block)
{
    if (block->index % self->batch == 0) {
        fill(self, row, block);
        return;
    }
    double *fresh = self->fresh + (size_t)block->thread * self->width;
    memset(fresh, 0, self->width * sizeof *fresh);
    fill(self, fresh, block);
    join(self, row, fresh);
}

void tn_tally_block(void *ctx, const tn_block_t *block)
{
    tn_tally_t *self = ctx;
    const int64_t b = block->index / self->batch;
    add_block(self, self->row + (size_t)b * self->width, block);
    const bool is_last = (block->index + 1) % self->batch == 0 || block->index + 1 == self->n_all;
    if (is_last) atomic_store_explicit(&self->has[b], true, memory_order_release);
}

/** Columns of a group in all rows to one scale. */
static void rescale(tn_tally_t *self, int g)
{
    const tn_group_t c = group(self, g);
    double top = -INFINITY;
    for (int64_t b = 0; b < self->n_rows; b++) {
        const double s = tn_tally_at(self, b, c.scale);
        if (s > top) top = s;
    }
    for (int64_t b = 0; b < self->n_rows; b++) {
        double *row = self->row + (size_t)b * self->width;
        const double f = factor(row[c.scale], top);
        for (size_t k = c.from; k < c.to; k++)
            row[k] *= k == c.square ? f * f : f;
    }
}

void tn_tally_finish(tn_tally_t *self)
{
    for (int g = 0; g < 2 + self->n_origins; g++)
        rescale(self, g);
}

static tn_estimate_t ratio(
    const double *y, size_t y_stride, const double *w, size_t w_stride, int64_t n)
{
    double sum_y = 0.0, sum_w = 0.0, squares = 0.0;
    for (size_t b = 0; b < (size_t)n; b++) {
        sum_y += y[b * y_stride];
        sum_w += w[b * w_stride];
    }
    if (!(sum_w > 0.0)) return (tn_estimate_t){NAN, NAN};
    const double p = sum_y / sum_w, n_rows = (double)n;
    for (size_t b = 0; b < (size_t)n; b++) {
        const double d = y[b * y_stride] - p * w[b * w_stride];
        squares += d * d;
    }
    const double se = n < 2 ? NAN : sqrt(n_rows / (n_rows - 1.0) * squares) / sum_w;
    return (tn_estimate_t){p, se};
}

tn_estimate_t tn_tally_ratio(const tn_tally_t *self, size_t y, size_t w)
{
    return ratio(self->row + y, self->width, self->row + w, self->width, self->n_rows);
}

tn_estimate_t tn_tally_share(const tn_tally_t *self, const double *y, size_t w)
{
    return ratio(y, 1, self->row + w, self->width, self->n_rows);
}

tn_estimate_t tn_block_ratio(const double *y, const double *w, int64_t n)
{
    return ratio(y, 1, w, 1, n);
}
