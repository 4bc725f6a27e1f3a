/* Base rate, chances by date and route, median time left, the conditional forecast. */
#include <inttypes.h>
#include <math.h>

#include "base/date.h"
#include "model/case.h"
#include "report/number.h"
#include "report/table.h"

#define LATE 1 /* order of dropping: columns with larger numbers go first */

static void base_by_date(tn_page_t *page, const tn_forecast_t *f)
{
    tn_grid_t g;
    tn_grid_init(&g, f->n_horizons);
    const int within = tn_grid_column(&g, "within", TN_COLUMN_LEFT, 0, false);
    const int date = tn_grid_column(&g, "until", TN_COLUMN_LEFT, LATE + 1, false);
    const int chance = tn_table_column_error(&g, "base", "%", 0);
    const int hazard = tn_grid_column(&g, "a year", TN_COLUMN_RIGHT, LATE, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int h = 0; h < f->n_horizons; h++) {
        tn_grid_row(&g);
        tn_grid_set(&g, within, f->horizon[h].label);
        tn_table_set_date(&g, date, f->horizon[h].date);
        tn_table_set_percent_error(&g, chance, f->base.exit[h], page);
        tn_table_set_rate(&g, hazard, f->base.hazard_per_year[h], f->base.hazard_se[h], 3);
        tn_grid_bar(&g, f->base.exit[h].p);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void base_by_route(tn_page_t *page, const tn_forecast_t *f)
{
    const tn_calibration_t *c = &f->calibration;
    tn_grid_t g;
    tn_grid_init(&g, TN_N_ROUTES);
    const int route = tn_grid_column(&g, "route", TN_COLUMN_LEFT, 0, false);
    const int hazard = tn_grid_column(&g, "a year", TN_COLUMN_RIGHT, 0, false);
    const int target = tn_grid_column(&g, "target", TN_COLUMN_RIGHT, 0, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        tn_grid_row(&g);
        tn_grid_set(&g, route, tn_route_name(r));
        tn_table_set_rate(&g, hazard, c->hazard[r], NAN, 4);
        if (isfinite(c->target[r])) {
            tn_table_set_rate(&g, target, c->target[r], NAN, 4);
        } else {
            tn_grid_set(&g, target, page->dash);
        }
        tn_grid_bar(&g, c->hazard[r]);
    }
    fputc('\n', page->out);
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

/* The classes of history that the targets stand beside. */
static void reference_class(tn_page_t *page, const char *what, const tn_reference_class_t *c)
{
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "%s%s: %zu exits of %zu in %.0f leader-years, %.3f a year (95%% limits %.3f to %.3f).",
        what, c->text, c->n_exits, c->n_spells, c->leader_years, c->per_year, c->lower, c->upper);
}

static void reference(tn_page_t *page, const tn_case_t *c)
{
    const tn_reference_t *ref = &c->reference;
    reference_class(page, "Of ", &ref->narrow);
    reference_class(page, "Wider, of ", &ref->wide);
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "The fitted base rate for this leader: %.3f a year (%.3f to %.3f), from %zu leader-months, "
        "%s to %s. It sets the targets below; its uncertainty is in the forecast.",
        ref->any.per_year, ref->any.lower, ref->any.upper, ref->n_months, ref->from, ref->to);
    if (c->is_from_base[TN_ROUTE_DEATH]) return;
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "Mortality is the case's own: %.2f of the life table, where the fit finds %.2f.",
        c->leader.elite_multiplier, ref->elite_multiplier);
}

void tn_table_base(tn_page_t *page, const tn_forecast_t *f)
{
    tn_page_heading(page, "BASE RATE", "this court without war, sanctions, events or reports");
    if (f->court_case->is_base) reference(page, f->court_case);
    base_by_date(page, f);
    base_by_route(page, f);
}

static void median_words(tn_page_t *page, const tn_forecast_t *f)
{
    const tn_view_t *v = &f->posterior;
    char weeks[TN_NUMBER_SIZE], date[11];
    if (!v->has_median) {
        const tn_horizon_t *last = &f->horizon[f->n_horizons - 1];
        tn_date_format(last->date, date);
        tn_page_paragraph(page, TN_STYLE_PLAIN,
            "Median time left: more than %s (in most worlds the leader is still there on %s).",
            last->label, date);
        return;
    }
    const tn_estimate_t e = {v->median_weeks, v->median_weeks_se};
    tn_number_value_error(weeks, e, 0, page->plus_minus);
    tn_date_format(f->court_case->as_of + (int32_t)lround(7.0 * v->median_weeks), date);
    tn_page_paragraph(
        page, TN_STYLE_PLAIN, "Median time left: %s weeks (half have left by %s).", weeks, date);
}

/** Resampling holds a block together, but not the blocks: under strong claims a few of them carry
 * all the weight, and the errors between blocks say too little. */
static void thin_words(tn_page_t *page, const tn_forecast_t *f)
{
    const double share = f->posterior.ess_share;
    if (!tn_number_is_thin(share, f->n_worlds)) return;
    tn_page_paragraph(page, TN_STYLE_ALERT,
        "Few worlds fit the reports: all weight is with %.0f of %" PRId64
        " (effective number). The standard errors are too small; run more worlds, or ask whether "
        "the claims can all be so.",
        fmax(1.0, share * (double)f->n_worlds), f->n_worlds);
}

/** Columns of the main table; prior is -1 without reports. */
typedef struct exit_columns {
    int within, date, now, prior, base, hazard, words;
} exit_columns_t;

static void exit_row(
    tn_grid_t *g, const exit_columns_t *c, const tn_forecast_t *f, int h, const tn_page_t *page)
{
    const tn_view_t *v = &f->posterior;
    tn_grid_row(g);
    tn_grid_set(g, c->within, f->horizon[h].label);
    tn_table_set_date(g, c->date, f->horizon[h].date);
    tn_table_set_percent_error(g, c->now, v->exit[h], page);
    if (c->prior >= 0) tn_table_set_percent(g, c->prior, f->prior.exit[h]);
    tn_table_set_percent(g, c->base, f->base.exit[h]);
    tn_table_set_rate(g, c->hazard, v->hazard_per_year[h], v->hazard_se[h], 3);
    tn_grid_set(g, c->words, tn_icd203_words(v->exit[h].p));
    tn_grid_bar(g, v->exit[h].p);
}

void tn_table_exit(tn_page_t *page, const tn_forecast_t *f)
{
    const bool has_reports = tn_table_has_reports(f);
    exit_columns_t c = {.prior = -1};
    tn_grid_t g;
    tn_page_heading(page, "FORECAST",
        has_reports ? "now: with all reports; prior: without them; base: as above"
                    : "no reports are weighed; base: as above");
    tn_grid_init(&g, f->n_horizons);
    c.within = tn_grid_column(&g, "within", TN_COLUMN_LEFT, 0, false);
    c.date = tn_grid_column(&g, "until", TN_COLUMN_LEFT, LATE + 2, false);
    c.now = tn_table_column_error(&g, "now", "%", 0);
    if (has_reports) c.prior = tn_grid_column(&g, "prior", TN_COLUMN_RIGHT, LATE + 1, false);
    c.base = tn_grid_column(&g, "base", TN_COLUMN_RIGHT, LATE, false);
    c.hazard = tn_grid_column(&g, "a year", TN_COLUMN_RIGHT, LATE + 1, false);
    c.words = tn_grid_column(&g, "in words", TN_COLUMN_LEFT, LATE + 3, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int h = 0; h < f->n_horizons; h++)
        exit_row(&g, &c, f, h, page);
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    median_words(page, f);
    thin_words(page, f);
}

/** Adds one column per horizon. Where there is no room the pivot and the longest stay. */
static int horizon_columns(tn_grid_t *g, const tn_forecast_t *f)
{
    const int last = f->n_horizons - 1;
    int first = 0;
    for (int h = 0; h < f->n_horizons; h++) {
        const bool stays = h == last || h == f->pivot;
        const int c = tn_grid_column(
            g, f->horizon[h].label, TN_COLUMN_RIGHT, stays ? 0 : f->n_horizons - h, false);
        if (h == 0) first = c;
    }
    return first;
}

static double worst_error(const tn_forecast_t *f)
{
    double worst = 0.0;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        for (int h = 0; h < f->n_horizons; h++) {
            const double se = f->posterior.route[r][h].se;
            if (se > worst) worst = se;
        }
    }
    return worst;
}

static void route_row(tn_grid_t *g, int first, const char *name, const tn_estimate_t *p, int n)
{
    tn_grid_row(g);
    tn_grid_set(g, 0, name);
    for (int h = 0; h < n; h++)
        tn_table_set_percent(g, first + h, p[h]);
    tn_grid_bar(g, p[n - 1].p);
}

void tn_table_routes(tn_page_t *page, const tn_forecast_t *f)
{
    const unsigned uncounted = TN_ALL_ROUTES & ~f->routes;
    const double worst = worst_error(f);
    char name[32], error[TN_NUMBER_SIZE], remark[128];
    tn_grid_t g;
    tn_number_error(error, 100.0 * worst, 0, 2);
    (void)snprintf(remark, sizeof remark, "chance of having left by each, percent%s%s",
        worst > 0.0 ? "; standard errors at most " : "", worst > 0.0 ? error : "");
    tn_page_heading(page, "HOW", remark);
    tn_grid_init(&g, TN_N_ROUTES);
    (void)tn_grid_column(&g, "route", TN_COLUMN_LEFT, 0, false);
    const int first = horizon_columns(&g, f);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        (void)snprintf(
            name, sizeof name, "%s%s", tn_route_name(r), (uncounted >> r & 1u) != 0 ? "*" : "");
        route_row(&g, first, name, f->posterior.route[r], f->n_horizons);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    if (uncounted != 0) {
        tn_page_paragraph(page, TN_STYLE_PLAIN, "* does not count as exit in this question");
    }
}

void tn_table_conditional(tn_page_t *page, const tn_forecast_t *f)
{
    const tn_conditional_t *c = &f->conditional;
    char title[128];
    tn_grid_t g;
    (void)snprintf(title, sizeof title, "GIVEN %s", c->event);
    tn_page_heading(page, title,
        "among the worlds in which it has happened by the date (a condition, not an effect)");
    tn_grid_init(&g, f->n_horizons);
    const int within = tn_grid_column(&g, "within", TN_COLUMN_LEFT, 0, false);
    const int date = tn_grid_column(&g, "until", TN_COLUMN_LEFT, LATE, false);
    const int event = tn_table_column_error(&g, "happens", "%", 0);
    const int exits = tn_table_column_error(&g, "exit if", "so, %", 0);
    const int all = tn_grid_column(&g, "exit", TN_COLUMN_RIGHT, LATE, false);
    const int words = tn_grid_column(&g, "if so, in words", TN_COLUMN_LEFT, LATE + 1, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int h = 0; h < f->n_horizons; h++) {
        tn_grid_row(&g);
        tn_grid_set(&g, within, f->horizon[h].label);
        tn_table_set_date(&g, date, f->horizon[h].date);
        tn_table_set_percent_error(&g, event, c->p_event[h], page);
        tn_table_set_percent_error(&g, exits, c->exit[h], page);
        tn_table_set_percent(&g, all, f->posterior.exit[h]);
        tn_grid_set(&g, words, tn_icd203_words(c->exit[h].p));
        tn_grid_bar(&g, c->exit[h].p);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}
