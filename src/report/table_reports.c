/* What the reports changed, origin by origin, and which uncertain parameters matter. A claim is
 * always called so. */
#include <math.h>

#include "report/number.h"
#include "report/table.h"

#define THIN       0.1 /* below this share of effective worlds a contribution is not to be trusted */
#define MIN_SIGMAS 2.0 /* swings within so many standard errors of zero are not shown */

static void overall(tn_page_t *page, const tn_forecast_t *f)
{
    char prior[TN_NUMBER_SIZE], now[TN_NUMBER_SIZE];
    tn_number_percent(prior, f->prior.exit[f->pivot]);
    tn_number_percent(now, f->posterior.exit[f->pivot]);
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "All claims together: from %s %% to %s %% within %s. Below, each origin against a forecast "
        "without it; these need not add up. In brackets: the reports that carry its claims.",
        prior, now, f->horizon[f->pivot].label);
}

static void set_claims(tn_grid_t *g, int column, const tn_origin_effect_t *o)
{
    char text[48];
    (void)snprintf(text, sizeof text, "%d (%d)", o->n_claims, o->n_reports);
    tn_grid_set(g, column, text);
}

static void origin_row(tn_grid_t *g, int first, const tn_origin_effect_t *o, const tn_page_t *page)
{
    tn_grid_row(g);
    tn_grid_set(g, first, o->name);
    set_claims(g, first + 1, o);
    tn_table_set_change(g, first + 2, o->log_odds, 1.0, page);
    tn_table_set_change(g, first + 4, o->points, 100.0, page);
    if (o->ess_share < THIN) tn_grid_set(g, first + 6, "thin");
}

void tn_table_reports(tn_page_t *page, const tn_forecast_t *f)
{
    bool is_thin = false;
    tn_grid_t g;
    tn_page_heading(page, "WHAT THE REPORTS CHANGED", NULL);
    overall(page, f);
    tn_grid_init(&g, f->n_origins);
    const int first = tn_grid_column(&g, "claims attributed to", TN_COLUMN_LEFT, 0, true);
    (void)tn_grid_column(&g, "claims", TN_COLUMN_RIGHT, 3, false);
    (void)tn_table_column_error(&g, "log-odds", "", 2);
    (void)tn_table_column_error(&g, "points", "", 0);
    (void)tn_grid_column(&g, "", TN_COLUMN_LEFT, 1, false);
    for (int i = 0; i < f->n_origins; i++) {
        origin_row(&g, first, &f->origin[i], page);
        is_thin = is_thin || f->origin[i].ess_share < THIN;
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    if (is_thin) {
        tn_page_paragraph(page, TN_STYLE_PLAIN,
            "thin: rests on few worlds (effective share below 0.1); run more worlds or do not use "
            "it");
    }
}

static bool is_clear(const tn_driver_t *d) { return fabs(d->swing.p) > MIN_SIGMAS * d->swing.se; }

static int count_clear(const tn_forecast_t *f)
{
    int n = 0;
    for (int i = 0; i < f->n_drivers; i++)
        n += is_clear(&f->driver[i]);
    return n;
}

void tn_table_drivers(tn_page_t *page, const tn_forecast_t *f)
{
    const int n = count_clear(f);
    char remark[96];
    tn_grid_t g;
    if (f->n_drivers == 0) return;
    (void)snprintf(remark, sizeof remark,
        "chance within %s: top third of worlds by the parameter minus bottom third",
        f->horizon[f->pivot].label);
    tn_page_heading(page, "DRIVERS", remark);
    tn_grid_init(&g, n);
    const int parameter = tn_grid_column(&g, "parameter", TN_COLUMN_LEFT, 0, false);
    const int swing = tn_table_column_error(&g, "points", "", 0);
    const int meaning = tn_grid_column(&g, "meaning", TN_COLUMN_LEFT, 1, true);
    for (int i = 0; i < f->n_drivers; i++) {
        const tn_driver_t *d = &f->driver[i];
        if (!is_clear(d)) continue;
        tn_grid_row(&g);
        tn_grid_set(&g, parameter, d->parameter);
        tn_table_set_change(&g, swing, d->swing, 100.0, page);
        tn_grid_set(&g, meaning, d->meaning);
    }
    if (n > 0) tn_grid_print(&g, page);
    tn_grid_free(&g);
    if (n == f->n_drivers) return;
    tn_page_paragraph(page, TN_STYLE_DIM,
        "%d of %d parameters have no swing above two standard errors.", f->n_drivers - n,
        f->n_drivers);
}
