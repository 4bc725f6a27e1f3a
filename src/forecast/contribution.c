/* What moved the answer: contributions of origins and swings of parameters, from the one run.
 * Source: model 8.4 (weights lw - ll_k; delete-one-block jackknife), model 11 (swings). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "forecast/sums.h"
#include "forecast/view.h"

#define PER_SWING 4

static double logit(double p) { return log(p) - log1p(-p); }

/** Sums over blocks of one weighting of the worlds. */
typedef struct tn_sums {
    double w, y;
} tn_sums_t;

/** Column sums: exits within the pivot by all evidence, and without origin k. */
typedef struct tn_pair {
    tn_sums_t all, rest;
} tn_pair_t;

static tn_pair_t block_pair(const tn_tally_t *t, int64_t b, int k, const double *exits)
{
    const size_t first = t->origins + (size_t)k * TN_TALLY_PER_ORIGIN;
    return (tn_pair_t){{tn_tally_at(t, b, t->weight), exits[b]},
        {tn_tally_at(t, b, first), tn_tally_at(t, b, first + 2)}};
}

static void add(tn_pair_t *sum, const tn_pair_t *p, double sign)
{
    sum->all.w += sign * p->all.w;
    sum->all.y += sign * p->all.y;
    sum->rest.w += sign * p->rest.w;
    sum->rest.y += sign * p->rest.y;
}

static double log_odds_of(const tn_pair_t *s)
{
    return logit(s->all.y / s->all.w) - logit(s->rest.y / s->rest.w);
}

static double points_of(const tn_pair_t *s) { return s->all.y / s->all.w - s->rest.y / s->rest.w; }

static tn_estimate_t jackknife(const tn_tally_t *t, int k, const double *exits,
    const tn_pair_t *total, double (*statistic)(const tn_pair_t *))
{
    const double n = (double)t->n_rows;
    double mean = 0.0, squares = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t b = 0; b < t->n_rows; b++) {
            const tn_pair_t block = block_pair(t, b, k, exits);
            tn_pair_t left = *total;
            add(&left, &block, -1.0);
            const double theta = statistic(&left);
            if (pass == 0) mean += theta / n;
            if (pass == 1) squares += (theta - mean) * (theta - mean);
        }
    }
    return (tn_estimate_t){statistic(total), n < 2.0 ? NAN : sqrt((n - 1.0) / n * squares)};
}

/** Exits by the routes of the question within the pivot, per block. */
static double *pivot_exits(const tn_tally_t *t)
{
    double *y = tn_calloc((size_t)t->n_rows, sizeof *y);
    if (y != NULL) tn_sum_exits(y, t, t->routes, t->pivot_weeks);
    return y;
}

static double ess_share(const tn_tally_t *t, int k, int64_t n_worlds)
{
    const size_t first = t->origins + (size_t)k * TN_TALLY_PER_ORIGIN;
    double w = 0.0, w2 = 0.0;
    for (int64_t b = 0; b < t->n_rows; b++) {
        w += tn_tally_at(t, b, first);
        w2 += tn_tally_at(t, b, first + 1);
    }
    return w2 > 0.0 ? w * w / w2 / (double)n_worlds : 0.0;
}

int tn_origin_effects(
    tn_origin_effect_t *out, const tn_tally_t *t, const tn_case_t *c, int64_t n_worlds)
{
    double *exits = pivot_exits(t);
    if (exits == NULL) return TN_ENOMEM;
    for (int k = 0; k < t->n_origins; k++) {
        const tn_evidence_origin_t *origin = &t->court->evidence.origin[k];
        tn_pair_t total = {0};
        for (int64_t b = 0; b < t->n_rows; b++) {
            const tn_pair_t block = block_pair(t, b, k, exits);
            add(&total, &block, 1.0);
        }
        out[k] = (tn_origin_effect_t){.id = c->origin[origin->case_origin].id,
            .name = c->origin[origin->case_origin].name,
            .log_odds = jackknife(t, k, exits, &total, log_odds_of),
            .points = jackknife(t, k, exits, &total, points_of),
            .ess_share = ess_share(t, k, n_worlds),
            .n_reports = origin->n_reports,
            .n_claims = origin->n_claims};
    }
    tn_free(exits);
    return 0;
}

static double column_sum(const tn_tally_t *t, size_t column)
{
    double sum = 0.0;
    for (int64_t b = 0; b < t->n_rows; b++)
        sum += tn_tally_at(t, b, column);
    return sum;
}

/** Difference of two ratios; error from the blocks' influence on it. */
static tn_estimate_t swing(const tn_tally_t *t, int k)
{
    const size_t first = t->swings + (size_t)k * PER_SWING;
    const double n = (double)t->n_rows;
    const double w_top = column_sum(t, first), w_bottom = column_sum(t, first + 2);
    const double p_top = column_sum(t, first + 1) / w_top;
    const double p_bottom = column_sum(t, first + 3) / w_bottom;
    double squares = 0.0;
    for (int64_t b = 0; b < t->n_rows; b++) {
        const double top = tn_tally_at(t, b, first + 1) - p_top * tn_tally_at(t, b, first);
        const double bottom =
            tn_tally_at(t, b, first + 3) - p_bottom * tn_tally_at(t, b, first + 2);
        const double d = top / w_top - bottom / w_bottom;
        squares += d * d;
    }
    return (tn_estimate_t){p_top - p_bottom, n < 2.0 ? NAN : sqrt(n / (n - 1.0) * squares)};
}

static int by_size(const void *a, const void *b)
{
    const tn_driver_t *x = a, *y = b;
    const double size_x = fabs(x->swing.p), size_y = fabs(y->swing.p);
    if (size_x > size_y) return -1;
    if (size_x < size_y) return 1;
    return x->parameter < y->parameter ? -1 : 1;
}

int tn_driver_swings(tn_driver_t *out, const tn_tally_t *t)
{
    for (int k = 0; k < t->n_uncertain; k++) {
        const tn_parameter_info_t *info = tn_parameter(t->court->uncertain[k]);
        out[k] = (tn_driver_t){info->name, info->meaning, swing(t, k)};
    }
    qsort(out, (size_t)t->n_uncertain, sizeof *out, by_size);
    return 0;
}
