/* One forecast over its dates: each date reads the case anew and knows nothing of later reports. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "forecast/compare.h"
#include "model/base_tables.h"

#define MAX_DATES 1000

static const char *const step_name[TN_N_STEPS] = {"week", "month", "quarter"};

const char *tn_step_name(int step)
{
    return step >= 0 && step < TN_N_STEPS ? step_name[step] : NULL;
}

typedef struct series {
    const tn_side_t *side;
    const tn_compare_options_t *opt;
    int n;
    int32_t date[MAX_DATES];
    tn_case_t *c[2];      /* of this date and of the one before */
    tn_side_run_t run[2]; /* likewise, in turns */
    int pivot_weeks;
    /* columns */
    const char **day, **fresh;
    double *reports, *p, *se, *hazard, *prior, *change, *change_se;
    const char **route_day, **route;
    double *route_p, *route_se;
    const char **who_day, **who, **who_name;
    double *who_p, *who_se;
} series_t;

/** So many steps before a day; a month without that day ends on its last one. */
static int32_t back(int32_t day, tn_step_t step, int n)
{
    int year, month, d;
    if (step == TN_STEP_WEEK) return day - 7 * n;
    tn_date_to_ymd(day, &year, &month, &d);
    const int months = 12 * year + month - 1 - n * (step == TN_STEP_QUARTER ? 3 : 1);
    const int32_t first = tn_date_from_ymd(months / 12, months % 12 + 1, 1);
    const int next = months + 1;
    const int32_t end = tn_date_from_ymd(next / 12, next % 12 + 1, 1) - 1;
    return first + d - 1 < end ? first + d - 1 : end;
}

static int choose_dates(series_t *self, tn_step_t step, int32_t from, tn_error_t *err)
{
    const tn_case_t *c = self->side->c;
    const int32_t least = from > c->start + 7 ? from : c->start + 7;
    int32_t day;
    while ((day = back(c->as_of, step, self->n)) >= least) {
        if (self->n == MAX_DATES)
            return tn_error_set(err, TN_EINPUT, "more than %d dates: take longer steps", MAX_DATES);
        self->date[self->n++] = day;
    }
    for (int k = 0; k < self->n / 2; k++) {
        day = self->date[k];
        self->date[k] = self->date[self->n - 1 - k];
        self->date[self->n - 1 - k] = day;
    }
    if (self->n > 0) return 0;
    char last[11];
    tn_date_format(c->as_of, last);
    return tn_error_set(err, TN_EINPUT,
        "no date left: the case ends on %s, and the first date is a week after its start or later",
        last);
}

/** The case as somebody had it on that day. */
static int read_again(tn_case_t **out, const tn_case_t *c, int32_t day, tn_error_t *err)
{
    const tn_case_source_t *source = &c->source;
    char text[11];
    tn_diag_t *diag = NULL;
    tn_date_format(day, text);
    const tn_case_options_t opt = {.as_of = text,
        .horizons = source->horizons,
        .set = (const char *const *)source->set,
        .n_set = source->n_set};
    int ret = tn_diag_new(&diag);
    if (ret == 0) {
        ret = tn_case_parse(out, c->file, source->bytes, source->n_bytes, &opt, diag, err);
        if (ret == TN_EINPUT && tn_diag_n_entries(diag) > 0)
            ret = tn_error_set(err, ret, "as of %s: %s", text, tn_diag_entry(diag, 0)->message);
    }
    tn_diag_free(diag);
    return ret;
}

/* ---- tables ---- */

static void add_series(series_t *self, tn_fit_t *out, const char *label)
{
    tn_fit_table_t *t = tn_build_table(out, "series",
        tn_build_printf(out, "Chance of having left within %s of each date", label),
        (size_t)self->n, 9);
    self->day = tn_build_text(out, t, "date");
    self->reports = tn_build_number(out, t, "reports", TN_FIT_COUNT);
    self->p = tn_build_number(out, t, "p", TN_FIT_PROBABILITY);
    self->se = tn_build_number(out, t, "std.error", TN_FIT_NUMBER);
    self->hazard = tn_build_number(out, t, "per.year", TN_FIT_NUMBER);
    self->prior = tn_build_number(out, t, "without.reports", TN_FIT_PROBABILITY);
    self->change = tn_build_number(out, t, "change", TN_FIT_NUMBER);
    self->change_se = tn_build_number(out, t, "change.se", TN_FIT_NUMBER);
    self->fresh = tn_build_text(out, t, "new.reports");
}

static void add_routes(series_t *self, tn_fit_t *out)
{
    tn_fit_table_t *t = tn_build_table(
        out, "series.routes", "The same by each way out", (size_t)self->n * TN_N_ROUTES, 4);
    self->route_day = tn_build_text(out, t, "date");
    self->route = tn_build_text(out, t, "route");
    self->route_p = tn_build_number(out, t, "p", TN_FIT_PROBABILITY);
    self->route_se = tn_build_number(out, t, "std.error", TN_FIT_NUMBER);
}

static void add_successors(series_t *self, tn_fit_t *out)
{
    const tn_case_t *c = self->side->c;
    tn_fit_table_t *t = tn_build_table(out, "series.successors",
        tn_build_printf(out, "Who follows, if the leader leaves within %s",
            c->horizon[c->n_horizons - 1].label),
        (size_t)self->n * ((size_t)c->n_actors + 1), 5);
    self->who_day = tn_build_text(out, t, "date");
    self->who = tn_build_text(out, t, "actor");
    self->who_name = tn_build_text(out, t, "name");
    self->who_p = tn_build_number(out, t, "p", TN_FIT_PROBABILITY);
    self->who_se = tn_build_number(out, t, "std.error", TN_FIT_NUMBER);
}

/** Ids of the reports that this date has and the one before had not. */
static const char *new_reports(
    tn_fit_t *out, const tn_case_t *c, const tn_case_t *before, int32_t since)
{
    const char *all = "";
    for (int k = 0; k < c->n_reports && all != NULL; k++) {
        if (before != NULL && c->report[k].date <= since) continue;
        all = tn_build_printf(out, "%s%s%s", all, all[0] != '\0' ? ", " : "", c->report[k].id);
    }
    return all;
}

static void put_routes(series_t *self, const tn_view_t *v, int at)
{
    for (int r = 0; r < TN_N_ROUTES; r++) {
        const size_t row = (size_t)at * TN_N_ROUTES + (size_t)r;
        const tn_estimate_t *curve = v->route_curve + (size_t)r * (size_t)v->n_weeks;
        self->route_day[row] = self->day[at];
        self->route[row] = tn_route_name(r);
        self->route_p[row] = curve[self->pivot_weeks - 1].p;
        self->route_se[row] = curve[self->pivot_weeks - 1].se;
    }
}

static void put_successors(series_t *self, tn_fit_t *out, const tn_forecast_t *f, int at)
{
    for (int d = 0; d < f->n_successors; d++) {
        const size_t row = (size_t)at * (size_t)f->n_successors + (size_t)d;
        self->who_day[row] = self->day[at];
        self->who[row] = tn_build_copy(out, f->successor_id[d]);
        self->who_name[row] = tn_build_copy(out, f->successor_name[d]);
        self->who_p[row] = f->posterior.successor[d].p;
        self->who_se[row] = f->posterior.successor[d].se;
    }
}

/** The change since the date before, with its paired error. */
static int put_change(series_t *self, const tn_side_run_t *now, const tn_side_run_t *before, int at)
{
    tn_paired_t pair;
    if (tn_paired_init(&pair, &before->tally[before->last], &now->tally[now->last]) < 0)
        return TN_ENOMEM;
    const tn_difference_t d = tn_paired_exit(&pair, now->forecast.routes, self->pivot_weeks);
    tn_paired_free(&pair);
    self->change[at] = d.change.p;
    self->change_se[at] = d.change.se;
    return 0;
}

static int put_date(series_t *self, tn_fit_t *out, int at)
{
    const int now = at % 2, before = 1 - now;
    const tn_side_run_t *run = &self->run[now];
    const tn_forecast_t *f = &run->forecast;
    char day[11];
    tn_date_format(self->date[at], day);
    self->day[at] = tn_build_copy(out, day);
    self->reports[at] = f->no_reports ? 0 : run->copy.n_reports;
    self->p[at] = f->posterior.exit[f->pivot].p;
    self->se[at] = f->posterior.exit[f->pivot].se;
    self->hazard[at] = f->posterior.hazard_per_year[f->pivot];
    self->prior[at] = f->prior.exit[f->pivot].p;
    self->fresh[at] = new_reports(
        out, &run->copy, at > 0 ? &self->run[before].copy : NULL, at > 0 ? self->date[at - 1] : 0);
    put_routes(self, &f->posterior, at);
    put_successors(self, out, f, at);
    if (tn_build_failed(out)) return TN_ENOMEM;
    return at > 0 ? put_change(self, run, &self->run[before], at) : 0;
}

/* ---- run ---- */

static void clear(series_t *self, int k)
{
    tn_side_free(&self->run[k]);
    tn_case_free(self->c[k]);
    self->c[k] = NULL;
}

static int run_date(series_t *self, tn_fit_t *out, int at, tn_error_t *err)
{
    const int now = at % 2;
    clear(self, now);
    const tn_crew_t crew = {.team = self->opt->forecast.team};
    int ret = read_again(&self->c[now], self->side->c, self->date[at], err);
    ret = tn_crew_agree(&crew, ret, err);
    if (ret < 0) return ret;
    tn_side_t side = *self->side;
    side.c = self->c[now];
    self->run[now].skips_base = true;
    ret = tn_side_run(&self->run[now], &side, &self->opt->forecast, err);
    if (ret < 0) return ret;
    const tn_forecast_t *f = &self->run[now].forecast;
    self->pivot_weeks = f->horizon[f->pivot].weeks;
    ret = put_date(self, out, at);
    if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    return tn_crew_agree(&crew, ret, err);
}

static void put_notes(const series_t *self, tn_fit_t *out)
{
    const tn_forecast_t *f = &self->run[(self->n - 1) % 2].forecast;
    const tn_case_t *c = self->side->c;
    tn_build_note(out,
        "each date knows the reports of its own day only, and asks about the %s "
        "after it; events and judgements of the case are those of today",
        f->horizon[f->pivot].label);
    tn_build_note(out, "change: since the date before, with the error of the difference under "
                       "common random numbers");
    tn_build_note(out, "case %s (%.12s), seed %llu, %lld worlds a date; tenure " TN_VERSION,
        c->name, c->hash, (unsigned long long)f->seed, (long long)f->n_worlds);
}

static int pivot_of(const tn_case_t *c)
{
    int best = 0;
    for (int h = 1; h < c->n_horizons; h++) {
        const int d = c->horizon[h].weeks - 52, e = c->horizon[best].weeks - 52;
        if (d * d < e * e) best = h;
    }
    return best;
}

static int run_series(series_t *self, tn_fit_t *out, tn_error_t *err)
{
    const tn_case_t *c = self->side->c;
    int ret = tn_build_init(out);
    if (ret < 0) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    const char *label = tn_base_horizon_text(out, c->horizon[pivot_of(c)].weeks);
    add_series(self, out, label);
    add_routes(self, out);
    add_successors(self, out);
    out->title = tn_build_printf(
        out, "%s: exit within %s, date by date", c->title != NULL ? c->title : c->name, label);
    if (tn_build_failed(out)) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    for (int k = 0; k < self->n && ret == 0; k++)
        ret = run_date(self, out, k, err);
    if (ret < 0) return ret;
    put_notes(self, out);
    if (!tn_build_failed(out)) return 0;
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

int tn_series_run(tn_fit_t *out, const tn_side_t *side, tn_step_t step, int32_t from,
    const tn_compare_options_t *opt, tn_error_t *err)
{
    *out = (tn_fit_t){0};
    if (opt->forecast.given != NULL || opt->forecast.force != NULL || side->force != NULL)
        return tn_error_set(err, TN_EARG, "a series is of a case as it is, without events forced");
    if (tn_step_name((int)step) == NULL) return tn_error_set(err, TN_EARG, "no such step");
    if (side->c->source.bytes == NULL)
        return tn_error_set(err, TN_EARG, "the case was not read from a file");
    int ret = tn_side_check(side, err);
    if (ret < 0) return ret;
    series_t *self = tn_calloc(1, sizeof *self);
    if (self == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    self->side = side;
    self->opt = opt;
    ret = choose_dates(self, step, from, err);
    if (ret == 0) ret = run_series(self, out, err);
    if (ret < 0) tn_fit_free(out);
    clear(self, 0);
    clear(self, 1);
    tn_free(self);
    return ret;
}
