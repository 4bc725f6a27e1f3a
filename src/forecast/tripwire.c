/* What could be seen in the weeks after the as-of date, and what the forecast would be then: from
 * the one run. */
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "forecast/sums.h"
#include "forecast/view.h"

#define LN2 0.6931471805599453

/** Weighted worlds: all of them, those that leave within the pivot, those in which it was seen. */
typedef struct tn_seen {
    double all, exits, seen, both;
} tn_seen_t;

static tn_seen_t seen_of(const tn_tally_t *t, int64_t b, int predicate, const double *exits)
{
    const size_t at = t->seen + 2 * (size_t)predicate;
    return (tn_seen_t){
        tn_tally_at(t, b, t->weight), exits[b], tn_tally_at(t, b, at), tn_tally_at(t, b, at + 1)};
}

static void add(tn_seen_t *sum, const tn_seen_t *s, double sign)
{
    sum->all += sign * s->all;
    sum->exits += sign * s->exits;
    sum->seen += sign * s->seen;
    sum->both += sign * s->both;
}

static double chance_seen(const tn_seen_t *s) { return s->seen / s->all; }
static double exit_if_seen(const tn_seen_t *s) { return s->both / s->seen; }
static double exit_if_not(const tn_seen_t *s) { return (s->exits - s->both) / (s->all - s->seen); }

static double bits(double joint, double a, double b)
{
    return joint > 0.0 ? joint * tn_log(joint / (a * b)) / LN2 : 0.0;
}

/** Mutual information of the observation and the exit. */
static double information(const tn_seen_t *s)
{
    const double seen = s->seen / s->all, exits = s->exits / s->all, both = s->both / s->all;
    return bits(both, seen, exits) + bits(seen - both, seen, 1.0 - exits) +
           bits(exits - both, 1.0 - seen, exits) +
           bits(1.0 - seen - exits + both, 1.0 - seen, 1.0 - exits);
}

/** Delete-one-row jackknife (model 8.4). */
static tn_estimate_t jackknife(
    const tn_tally_t *t, int predicate, const double *exits, double (*figure)(const tn_seen_t *))
{
    tn_seen_t total = {0};
    const double n = (double)t->n_rows;
    double sum = 0.0, squares = 0.0;
    for (int64_t b = 0; b < t->n_rows; b++) {
        const tn_seen_t row = seen_of(t, b, predicate, exits);
        add(&total, &row, 1.0);
    }
    const double all = figure(&total);
    for (int64_t b = 0; b < t->n_rows; b++) {
        const tn_seen_t row = seen_of(t, b, predicate, exits);
        tn_seen_t left = total;
        add(&left, &row, -1.0);
        const double d = figure(&left) - all;
        sum += d;
        squares += d * d;
    }
    const double spread = squares - sum * sum / n;
    return (tn_estimate_t){
        all, n < 2.0 ? NAN : sqrt((n - 1.0) / n * (spread > 0.0 ? spread : 0.0))};
}

static int by_information(const void *a, const void *b)
{
    const tn_tripwire_t *x = a, *y = b;
    if (x->bits.p > y->bits.p) return -1;
    if (x->bits.p < y->bits.p) return 1;
    return x->observable < y->observable ? -1 : 1;
}

int tn_tripwires_fill(tn_tripwire_t *out, const tn_tally_t *t)
{
    double *exits = tn_calloc((size_t)t->n_rows, sizeof *exits);
    if (exits == NULL) return TN_ENOMEM;
    tn_sum_exits(exits, t, t->routes, t->pivot_weeks);
    for (int p = 0; p < TN_N_PREDICATES; p++) {
        const tn_observable_info_t *info = tn_observable(p);
        out[p] = (tn_tripwire_t){.observable = p,
            .name = info->name,
            .meaning = info->meaning,
            .p_seen = jackknife(t, p, exits, chance_seen),
            .if_seen = jackknife(t, p, exits, exit_if_seen),
            .if_not = jackknife(t, p, exits, exit_if_not),
            .bits = jackknife(t, p, exits, information)};
    }
    tn_free(exits);
    qsort(out, TN_N_PREDICATES, sizeof *out, by_information);
    return 0;
}
