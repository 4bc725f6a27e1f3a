/* One view: ratios of tallied sums. Source: model 8.4, 11. */
#include "forecast/view.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "forecast/sums.h"

#define MEDIAN_SPAN 4 /* weeks each side for the slope of the curve at the median */

/** y_b += exits of the route in week of block b. */
static void add_exits(double *y, const tn_tally_t *t, int route, int week)
{
    tn_sum_column(y, t, t->exits + (size_t)route * (size_t)t->n_weeks + (size_t)week);
}

static void clear(double *y, int64_t n)
{
    for (int64_t b = 0; b < n; b++)
        y[b] = 0.0;
}

static void fill_curve(tn_view_t *view, const tn_tally_t *t, double *y)
{
    clear(y, t->n_rows);
    for (int week = 0; week < t->n_weeks; week++) {
        for (int r = 0; r < TN_N_ROUTES; r++) {
            if (t->routes >> r & 1u) add_exits(y, t, r, week);
        }
        view->curve[week] = tn_tally_share(t, y, t->weight);
    }
}

static void fill_route_curves(tn_view_t *view, const tn_tally_t *t, double *y)
{
    for (int r = 0; r < TN_N_ROUTES; r++) {
        tn_estimate_t *curve = view->route_curve + (size_t)r * (size_t)t->n_weeks;
        clear(y, t->n_rows);
        for (int week = 0; week < t->n_weeks; week++) {
            add_exits(y, t, r, week);
            curve[week] = tn_tally_share(t, y, t->weight);
        }
    }
}

static void fill_exits(tn_view_t *view, const tn_tally_t *t)
{
    for (int h = 0; h < t->n_horizons; h++) {
        const int weeks = t->horizon_weeks[h];
        const double years = weeks / TN_WEEKS_PER_YEAR;
        const tn_estimate_t exit = view->curve[weeks - 1];
        view->exit[h] = exit;
        view->hazard_per_year[h] = -log1p(-exit.p) / years;
        view->hazard_se[h] = exit.se / ((1.0 - exit.p) * years);
    }
}

static void fill_routes(tn_view_t *view, const tn_tally_t *t)
{
    for (int r = 0; r < TN_N_ROUTES; r++) {
        const tn_estimate_t *curve = view->route_curve + (size_t)r * (size_t)t->n_weeks;
        for (int h = 0; h < t->n_horizons; h++)
            view->route[r][h] = curve[t->horizon_weeks[h] - 1];
    }
}

static void fill_median(tn_view_t *view, const tn_tally_t *t)
{
    int m = 0;
    while (m < t->n_weeks && !(view->curve[m].p >= 0.5))
        m++;
    if (m == t->n_weeks) return;
    const int lo = m > MEDIAN_SPAN ? m - MEDIAN_SPAN : 0;
    const int hi = m + MEDIAN_SPAN < t->n_weeks ? m + MEDIAN_SPAN : t->n_weeks - 1;
    const double slope = (view->curve[hi].p - view->curve[lo].p) / (hi > lo ? hi - lo : 1);
    view->has_median = true;
    view->median_weeks = m + 1;
    view->median_weeks_se = view->curve[m].se / slope;
}

static void fill_successors_of(
    tn_estimate_t *out, const tn_tally_t *t, unsigned routes, double *y, double *w)
{
    clear(w, t->n_rows);
    tn_sum_successors(w, t, routes, -1);
    for (int d = 0; d < t->n_successors; d++) {
        clear(y, t->n_rows);
        tn_sum_successors(y, t, routes, d);
        out[d] = tn_block_ratio(y, w, t->n_rows);
    }
}

static void fill_state(tn_view_t *view, const tn_tally_t *t, int64_t n_worlds)
{
    double sum = 0.0, squares = 0.0;
    tn_estimate_t *tipping[] = {
        &view->tipping.distance, &view->tipping.share_past, &view->tipping.yardstick};
    for (size_t k = 0; k < TN_N_COUNTS; k++)
        view->count[k] = tn_tally_ratio(t, t->counts + k, t->weight);
    for (size_t k = 0; k < TN_N_STATES; k++) {
        view->state[k] = tn_tally_ratio(t, t->states + k, t->state_weight);
    }
    for (size_t k = 0; k < TN_N_TIPPING; k++) {
        *tipping[k] = tn_tally_ratio(t, t->tipping + k, t->state_weight);
    }
    for (int64_t b = 0; b < t->n_rows; b++) {
        sum += tn_tally_at(t, b, t->state_weight);
        squares += tn_tally_at(t, b, t->state_weight2);
    }
    view->ess_share = sum * sum / squares / (double)n_worlds;
}

static int allocate(tn_view_t *view, size_t n_successors)
{
    view->curve = tn_calloc((size_t)view->n_weeks, sizeof *view->curve);
    view->successor = tn_calloc(n_successors, sizeof *view->successor);
    view->successor_by_route = tn_calloc(n_successors * TN_N_ROUTES, sizeof *view->successor);
    view->route_curve = tn_calloc((size_t)view->n_weeks * TN_N_ROUTES, sizeof *view->route_curve);
    const bool is_whole = view->curve != NULL && view->successor != NULL &&
                          view->successor_by_route != NULL && view->route_curve != NULL;
    if (is_whole) return 0;
    tn_view_free(view);
    return TN_ENOMEM;
}

int tn_view_copy(tn_view_t *view, const tn_view_t *from, int n_successors)
{
    const size_t n = (size_t)n_successors, size = sizeof(tn_estimate_t);
    *view = *from;
    const int ret = allocate(view, n);
    if (ret < 0) return ret;
    memcpy(view->curve, from->curve, (size_t)from->n_weeks * size);
    memcpy(view->route_curve, from->route_curve, (size_t)from->n_weeks * TN_N_ROUTES * size);
    memcpy(view->successor, from->successor, n * size);
    memcpy(view->successor_by_route, from->successor_by_route, n * TN_N_ROUTES * size);
    return 0;
}

int tn_view_init(tn_view_t *view, const tn_tally_t *t, int64_t n_worlds)
{
    *view = (tn_view_t){.n_weeks = t->n_weeks};
    const size_t n_successors = (size_t)t->n_successors;
    const int ret = allocate(view, n_successors);
    if (ret < 0) return ret;
    double *y = tn_calloc((size_t)t->n_rows, 2 * sizeof *y);
    if (y == NULL) {
        tn_view_free(view);
        return TN_ENOMEM;
    }
    double *w = y + t->n_rows;
    fill_curve(view, t, y);
    fill_exits(view, t);
    fill_route_curves(view, t, y);
    fill_routes(view, t);
    fill_median(view, t);
    fill_successors_of(view->successor, t, t->routes, y, w);
    for (size_t r = 0; r < TN_N_ROUTES; r++) {
        fill_successors_of(view->successor_by_route + r * n_successors, t, 1u << r, y, w);
    }
    fill_state(view, t, n_worlds);
    tn_free(y);
    return 0;
}

void tn_view_free(tn_view_t *view)
{
    if (view == NULL) return;
    tn_free(view->curve);
    tn_free(view->route_curve);
    tn_free(view->successor);
    tn_free(view->successor_by_route);
    *view = (tn_view_t){0};
}

int tn_conditional_fill(tn_conditional_t *self, const tn_tally_t *t)
{
    double *y = tn_calloc((size_t)t->n_rows, sizeof *y);
    if (y == NULL) return TN_ENOMEM;
    for (size_t h = 0; h < (size_t)t->n_horizons; h++) {
        clear(y, t->n_rows);
        for (size_t r = 0; r < TN_N_ROUTES; r++) {
            const size_t column = t->watched_exits + r * (size_t)t->n_horizons + h;
            self->route[r][h] = tn_tally_ratio(t, column, t->watched + h);
            for (int64_t b = 0; (t->routes >> r & 1u) && b < t->n_rows; b++) {
                y[b] += tn_tally_at(t, b, column);
            }
        }
        self->p_event[h] = tn_tally_ratio(t, t->watched + h, t->weight);
        self->exit[h] = tn_tally_share(t, y, t->watched + h);
    }
    tn_free(y);
    return 0;
}
