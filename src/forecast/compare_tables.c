/* A comparison as tables: first side, second side, difference with its paired error. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "forecast/compare.h"
#include "model/base_tables.h"

/** Columns a, b, difference, std.error of a table. */
typedef struct columns {
    double *a, *b, *change, *se;
} columns_t;

static columns_t add_columns(tn_fit_t *out, tn_fit_table_t *t, tn_fit_kind_t kind)
{
    columns_t self = {0};
    self.a = tn_build_number(out, t, "a", kind);
    self.b = tn_build_number(out, t, "b", kind);
    self.change = tn_build_number(out, t, "difference", TN_FIT_NUMBER);
    self.se = tn_build_number(out, t, "std.error", TN_FIT_NUMBER);
    return self;
}

static void put(const columns_t *self, size_t row, const tn_difference_t *d)
{
    self->a[row] = d->a.p;
    self->b[row] = d->b.p;
    self->change[row] = d->change.p;
    self->se[row] = d->change.se;
}

static const tn_horizon_t *horizon(const tn_comparison_t *self, int side, int k)
{
    return &self->side[side].copy.horizon[self->horizon[side][k]];
}

static unsigned routes(const tn_comparison_t *self) { return self->side[0].forecast.routes; }

static const char *day_text(tn_fit_t *out, int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    return tn_build_copy(out, text);
}

static int put_exit(tn_fit_t *out, const tn_comparison_t *self, tn_paired_t *pair)
{
    const bool has_dates = self->side[0].copy.as_of != self->side[1].copy.as_of;
    tn_fit_table_t *t =
        tn_build_table(out, "exit", "Chance of having left office", (size_t)self->n_horizons, 13);
    const char **label = tn_build_text(out, t, "horizon"), **until = tn_build_text(out, t, "until");
    const char **until_b = has_dates ? tn_build_text(out, t, "until.b") : NULL;
    double *weeks = tn_build_number(out, t, "weeks", TN_FIT_COUNT);
    const columns_t c = add_columns(out, t, TN_FIT_PROBABILITY);
    double *se_a = tn_build_number(out, t, "a.se", TN_FIT_NUMBER);
    double *se_b = tn_build_number(out, t, "b.se", TN_FIT_NUMBER);
    double *odds = tn_build_number(out, t, "log.odds", TN_FIT_NUMBER);
    double *odds_se = tn_build_number(out, t, "log.odds.se", TN_FIT_NUMBER);
    double *unpaired = tn_build_number(out, t, "unpaired.se", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < self->n_horizons; k++) {
        const tn_horizon_t *h = horizon(self, 0, k);
        const tn_difference_t d = tn_paired_exit(pair, routes(self), h->weeks);
        label[k] = tn_build_copy(out, h->label);
        weeks[k] = h->weeks;
        until[k] = day_text(out, h->date);
        if (until_b != NULL) until_b[k] = day_text(out, horizon(self, 1, k)->date);
        put(&c, (size_t)k, &d);
        se_a[k] = d.a.se;
        se_b[k] = d.b.se;
        odds[k] = d.log_odds.p;
        odds_se[k] = d.log_odds.se;
        unpaired[k] = sqrt(d.a.se * d.a.se + d.b.se * d.b.se);
    }
    return 0;
}

/* Where the difference comes from: the outside view, the court without reports, the reports. */
static int put_views(tn_fit_t *out, const tn_comparison_t *self)
{
    static const char *const name[] = {"base rate", "without reports", "forecast"};
    const tn_side_run_t *a = &self->side[0], *b = &self->side[1];
    const int weeks = horizon(self, 0, self->pivot)->weeks;
    tn_fit_table_t *t = tn_build_table(out, "views",
        tn_build_printf(
            out, "Exit within %s: base rate, case, reports", horizon(self, 0, self->pivot)->label),
        3, 5);
    const char **view = tn_build_text(out, t, "view");
    const columns_t c = add_columns(out, t, TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < 3; k++) {
        const tn_look_t look[2] = {
            k == 2 ? a->last : (tn_look_t)k, k == 2 ? b->last : (tn_look_t)k};
        tn_paired_t pair;
        if (tn_paired_init(&pair, &a->tally[look[0]], &b->tally[look[1]]) < 0) return TN_ENOMEM;
        const tn_difference_t d = tn_paired_exit(&pair, routes(self), weeks);
        tn_paired_free(&pair);
        view[k] = name[k];
        put(&c, (size_t)k, &d);
    }
    return 0;
}

static int put_routes(tn_fit_t *out, const tn_comparison_t *self, tn_paired_t *pair)
{
    const int n = self->n_horizons;
    tn_fit_table_t *t =
        tn_build_table(out, "routes", "How: by each way out", (size_t)n * TN_N_ROUTES, 6);
    const char **name = tn_build_text(out, t, "route"), **label = tn_build_text(out, t, "horizon");
    const columns_t c = add_columns(out, t, TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    size_t row = 0;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        for (int k = 0; k < n; k++, row++) {
            const tn_horizon_t *h = horizon(self, 0, k);
            const tn_difference_t d = tn_paired_exit(pair, 1u << r, h->weeks);
            name[row] = tn_route_name(r);
            label[row] = tn_build_copy(out, h->label);
            put(&c, row, &d);
        }
    }
    return 0;
}

/* Actors of the first side in its order, then those whom only the second has, then somebody else.
 */
static int put_successors(tn_fit_t *out, const tn_comparison_t *self, tn_paired_t *pair)
{
    const tn_case_t *a = &self->side[0].copy, *b = &self->side[1].copy;
    int n_new = 0;
    for (int j = 0; j < b->n_actors; j++)
        n_new += tn_case_find_actor(a, b->actor[j].id) < 0;
    tn_fit_table_t *t = tn_build_table(out, "successors",
        tn_build_printf(out, "Who follows, if the leader leaves within %s",
            a->horizon[a->n_horizons - 1].label),
        (size_t)a->n_actors + (size_t)n_new + 1, 6);
    const char **actor = tn_build_text(out, t, "actor"), **name = tn_build_text(out, t, "name");
    const columns_t c = add_columns(out, t, TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    size_t row = 0;
    for (int side = 0; side < 2; side++) {
        const tn_case_t *from = side == 0 ? a : b;
        for (int j = 0; j < from->n_actors; j++) {
            const int in_a = tn_case_find_actor(a, from->actor[j].id);
            if (side == 1 && in_a >= 0) continue;
            const int in_b = tn_case_find_actor(b, from->actor[j].id);
            const tn_difference_t d = tn_paired_successor(pair, routes(self), in_a, in_b);
            actor[row] = tn_build_copy(out, from->actor[j].id);
            name[row] = tn_build_copy(out, from->actor[j].name);
            put(&c, row++, &d);
        }
    }
    const tn_difference_t d = tn_paired_successor(pair, routes(self), a->n_actors, b->n_actors);
    actor[row] = "(other)";
    name[row] = "somebody else";
    put(&c, row, &d);
    return 0;
}

static int put_counts(tn_fit_t *out, tn_paired_t *pair)
{
    tn_fit_table_t *t = tn_build_table(out, "counts",
        "Expected events until exit or the end of the longest horizon", TN_N_COUNTS, 5);
    const char **event = tn_build_text(out, t, "event");
    const columns_t c = add_columns(out, t, TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < TN_N_COUNTS; k++) {
        const tn_difference_t d = tn_paired_count(pair, k);
        event[k] = tn_count_text(k);
        put(&c, (size_t)k, &d);
    }
    return 0;
}

static int put_state(tn_fit_t *out, tn_paired_t *pair)
{
    static const char *const tipping[] = {"distance to the tipping point",
        "share of worlds at or past it", "share past the global-game yardstick"};
    tn_fit_table_t *t = tn_build_table(
        out, "state", "The court on the as-of date; means over worlds", TN_N_STATES + 3, 5);
    const char **figure = tn_build_text(out, t, "figure");
    const columns_t c = add_columns(out, t, TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < TN_N_STATES; k++) {
        const tn_difference_t d = tn_paired_state(pair, k);
        figure[k] = tn_state_text(k);
        put(&c, (size_t)k, &d);
    }
    for (int k = 0; k < 3; k++) {
        const tn_difference_t d = tn_paired_tipping(pair, k);
        figure[TN_N_STATES + k] = tipping[k];
        put(&c, (size_t)TN_N_STATES + (size_t)k, &d);
    }
    return 0;
}

static int put_curve(tn_fit_t *out, const tn_comparison_t *self, tn_paired_t *pair)
{
    const int a = pair->tally[0]->n_weeks, b = pair->tally[1]->n_weeks, n = a < b ? a : b;
    tn_fit_table_t *t =
        tn_build_table(out, "curve", "Chance of having left, week by week", (size_t)n, 5);
    double *week = tn_build_number(out, t, "week", TN_FIT_TIME);
    const columns_t c = add_columns(out, t, TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int w = 0; w < n; w++) {
        const tn_difference_t d = tn_paired_exit(pair, routes(self), w + 1);
        week[w] = w + 1;
        put(&c, (size_t)w, &d);
    }
    return 0;
}

/* ---- what is compared ---- */

static const char *join(tn_fit_t *out, const char *const *names, size_t n)
{
    const char *all = "";
    for (size_t k = 0; k < n && all != NULL; k++)
        all = tn_build_printf(out, "%s%s%s", all, k > 0 ? ", " : "", names[k]);
    return all;
}

static const char *rates(tn_fit_t *out, const tn_calibration_t *c)
{
    const char *all = "";
    for (int k = 0; k < TN_N_KNOBS && all != NULL; k++)
        all = tn_build_printf(
            out, "%s%s%s %.4g", all, k > 0 ? ", " : "", tn_knob_name(k), c->knob[k]);
    return all;
}

static int put_sides(tn_fit_t *out, const tn_comparison_t *self)
{
    tn_fit_table_t *t = tn_build_table(out, "sides", "What is compared", 2, 10);
    const char **side = tn_build_text(out, t, "side"), **title = tn_build_text(out, t, "case"),
               **name = tn_build_text(out, t, "name"), **as_of = tn_build_text(out, t, "as.of"),
               **hash = tn_build_text(out, t, "hash"), **set = tn_build_text(out, t, "set"),
               **force = tn_build_text(out, t, "force"), **gone = tn_build_text(out, t, "left.out");
    double *reports = tn_build_number(out, t, "reports", TN_FIT_COUNT);
    const char **knobs = tn_build_text(out, t, "rates");
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < 2; k++) {
        const tn_side_run_t *run = &self->side[k];
        const tn_case_t *c = &run->copy;
        const tn_side_t *s = &run->side;
        const char *left_out = join(out, s->left_out, s->n_left_out);
        const char *origins = join(out, s->left_out_of, s->n_left_out_of);
        const bool has_both = s->n_left_out > 0 && s->n_left_out_of > 0;
        side[k] = k == 0 ? "a" : "b";
        title[k] = tn_build_copy(out, c->title != NULL ? c->title : c->name);
        name[k] = tn_build_copy(out, c->name);
        as_of[k] = day_text(out, c->as_of);
        hash[k] = tn_build_copy(out, c->hash);
        set[k] = join(out, (const char *const *)c->source.set, c->source.n_set);
        force[k] = s->force != NULL ? tn_build_copy(out, s->force) : "";
        gone[k] = tn_build_printf(out, "%s%s%s%s", left_out, has_both ? ", " : "",
            s->n_left_out_of > 0 ? "all of " : "", origins);
        reports[k] = run->forecast.no_reports ? 0 : c->n_reports;
        knobs[k] = rates(out, &run->forecast.calibration);
    }
    return 0;
}

static void put_title(tn_fit_t *out, const tn_comparison_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(out, "exit");
    const size_t k = (size_t)self->pivot;
    if (t == NULL) return;
    const double a = tn_fit_column(t, "a")->number[k], b = tn_fit_column(t, "b")->number[k];
    const double change = tn_fit_column(t, "difference")->number[k];
    const double se = tn_fit_column(t, "std.error")->number[k];
    const char *error = isnan(se) ? "too few worlds for a standard error"
                                  : tn_build_printf(out, "standard error %.2f", 100.0 * se);
    out->title =
        tn_build_printf(out, "Exit within %s: A %.1f %%, B %.1f %%, difference %+.2f points (%s)",
            tn_base_horizon_text(out, horizon(self, 0, self->pivot)->weeks), 100.0 * a, 100.0 * b,
            100.0 * change, error);
}

static void put_notes(tn_fit_t *out, const tn_comparison_t *self)
{
    const tn_forecast_t *f = &self->side[0].forecast;
    tn_build_note(out,
        "differences are second side (b) minus first (a), of probabilities; their standard "
        "errors are those of the difference, under common random numbers");
    if (self->keeps_rates)
        tn_build_note(out, "b keeps the rates that a was calibrated to");
    else
        tn_build_note(out, "each side is calibrated to its own base rate");
    if (!self->has_same_end)
        tn_build_note(out,
            "successors and events are not compared: the longest horizons of the cases differ");
    tn_build_note(out, "seed %llu, %lld worlds a side; tenure " TN_VERSION,
        (unsigned long long)f->seed, (long long)f->n_worlds);
}

int tn_compare_tables(tn_fit_t *out, const tn_comparison_t *self)
{
    const tn_side_run_t *a = &self->side[0], *b = &self->side[1];
    tn_paired_t pair;
    int ret = tn_build_init(out);
    if (ret < 0) return ret;
    ret = tn_paired_init(&pair, &a->tally[a->last], &b->tally[b->last]);
    if (ret == 0) ret = put_exit(out, self, &pair);
    if (ret == 0) ret = put_views(out, self);
    if (ret == 0) ret = put_routes(out, self, &pair);
    if (ret == 0 && self->has_same_end) ret = put_successors(out, self, &pair);
    if (ret == 0 && self->has_same_end) ret = put_counts(out, &pair);
    if (ret == 0) ret = put_state(out, &pair);
    if (ret == 0) ret = put_curve(out, self, &pair);
    if (ret == 0) ret = put_sides(out, self);
    if (ret == 0) put_title(out, self);
    put_notes(out, self);
    tn_paired_free(&pair);
    if (ret == 0 && tn_build_failed(out)) ret = TN_ENOMEM;
    if (ret < 0) tn_fit_free(out);
    return ret;
}
