/* Who follows; the state of the court at the as-of date; what is expected to happen in it. */
#include <math.h>

#include "base/date.h"
#include "base/mem.h"
#include "model/case.h"
#include "report/number.h"
#include "report/table.h"

#define TOP   3
#define SHOWN 0.005 /* successors below this share are summed up */

static bool before(double a, double b) { return a > b || (isnan(b) && !isnan(a)); }

/** Indices of the successors, largest share first; equal shares keep the order of the case. */
static void sort_by_share(int *index, const tn_estimate_t *share, int n)
{
    for (int i = 0; i < n; i++) {
        int j = i;
        for (; j > 0 && before(share[i].p, share[index[j - 1]].p); j--)
            index[j] = index[j - 1];
        index[j] = i;
    }
}

static void successors_overall(tn_page_t *page, const tn_forecast_t *f, const int *index)
{
    const tn_estimate_t *share = f->posterior.successor;
    double rest = 0.0;
    int n_rest = 0;
    char text[TN_NUMBER_SIZE];
    tn_grid_t g;
    tn_grid_init(&g, f->n_successors);
    const int name = tn_grid_column(&g, "successor", TN_COLUMN_LEFT, 0, true);
    const int now = tn_table_column_error(&g, "share", "%", 0);
    const int prior = tn_grid_column(&g, "prior", TN_COLUMN_RIGHT, 1, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int k = 0; k < f->n_successors; k++) {
        const int i = index[k];
        if (!(share[i].p >= SHOWN)) {
            n_rest++;
            if (share[i].p > 0.0) rest += share[i].p;
            continue;
        }
        tn_grid_row(&g);
        tn_grid_set(&g, name, f->successor_name[i]);
        tn_table_set_percent_error(&g, now, share[i], page);
        tn_table_set_percent(&g, prior, f->prior.successor[i]);
        tn_grid_bar(&g, share[i].p);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    if (n_rest == 0) return;
    tn_number_fixed(text, 100.0 * rest, 1);
    tn_page_paragraph(
        page, TN_STYLE_DIM, "and %d with less than 0.5 each, together %s", n_rest, text);
}

/** "Sergei Kiriyenko 24" */
static void set_name_share(tn_grid_t *g, int column, const char *name, tn_estimate_t share)
{
    char number[TN_NUMBER_SIZE], text[TN_GRID_CELL];
    if (!(share.p > 0.0)) return;
    tn_number_fixed(number, 100.0 * share.p, 0);
    (void)snprintf(text, sizeof text, "%s %s", number, name);
    tn_grid_set(g, column, text);
}

static void successors_by_route(tn_page_t *page, const tn_forecast_t *f, int *index)
{
    static const char *const title[TOP] = {"first, %", "second", "third"};
    tn_grid_t g;
    tn_grid_init(&g, TN_N_ROUTES);
    const int route = tn_grid_column(&g, "after", TN_COLUMN_LEFT, 0, false);
    for (int k = 0; k < TOP; k++)
        (void)tn_grid_column(&g, title[k], TN_COLUMN_LEFT, k, true);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        const tn_estimate_t *share =
            &f->posterior.successor_by_route[(size_t)r * (size_t)f->n_successors];
        sort_by_share(index, share, f->n_successors);
        if (!(share[index[0]].p > 0.0)) continue; /* no exit by this route */
        tn_grid_row(&g);
        tn_grid_set(&g, route, tn_route_name(r));
        for (int k = 0; k < TOP && k < f->n_successors; k++) {
            set_name_share(&g, route + 1 + k, f->successor_name[index[k]], share[index[k]]);
        }
    }
    if (g.n_rows > 0) {
        fputc('\n', page->out);
        tn_grid_print(&g, page);
    }
    tn_grid_free(&g);
}

void tn_table_successors(tn_page_t *page, const tn_forecast_t *f)
{
    char remark[96];
    (void)snprintf(remark, sizeof remark,
        "if the leader leaves within %s, by a route that counts; percent",
        f->horizon[f->n_horizons - 1].label);
    tn_page_heading(page, "WHO FOLLOWS", remark);
    int *index = tn_calloc((size_t)f->n_successors + 1, sizeof *index);
    if (index == NULL) {
        page->failed = true;
        return;
    }
    sort_by_share(index, f->posterior.successor, f->n_successors);
    successors_overall(page, f, index);
    successors_by_route(page, f, index);
    tn_free(index);
}

static bool is_chance(int state)
{
    return state == TN_STATE_WAR || state == TN_STATE_ILL || state == TN_STATE_PLOT;
}

static void set_state(tn_grid_t *g, int column, int state, tn_estimate_t e)
{
    char number[TN_NUMBER_SIZE], text[TN_NUMBER_SIZE + 4];
    if (is_chance(state)) {
        tn_number_percent(number, e);
        (void)snprintf(text, sizeof text, "%s %%", number);
    } else {
        tn_number_fixed(text, e.p, tn_number_decimals(e.se, state == TN_STATE_LOSSES ? 1 : 2));
    }
    tn_grid_set(g, column, text);
}

static void tipping_words(tn_page_t *page, const tn_tipping_t *t)
{
    char distance[TN_NUMBER_SIZE], past[TN_NUMBER_SIZE], yardstick[TN_NUMBER_SIZE];
    if (!isfinite(t->distance.p)) return;
    tn_number_value_error(distance, t->distance, 2, page->plus_minus);
    tn_number_percent(past, t->share_past);
    tn_number_percent(yardstick, t->yardstick);
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "Distance to the tipping point: on average everybody's grievance would have to rise by %s "
        "(0 indifferent, 0.5 discontented, 1 bitter) for a plot to carry itself; in %s %% of the "
        "worlds it is there already. By the global-game yardstick: in %s %%.",
        distance, past, yardstick);
}

void tn_table_state(tn_page_t *page, const tn_forecast_t *f)
{
    char date[11], remark[96];
    tn_grid_t g;
    tn_date_format(f->court_case->as_of, date);
    (void)snprintf(remark, sizeof remark, "what the model thinks of %s; means over worlds", date);
    tn_page_heading(page, "THE COURT", remark);
    tn_grid_init(&g, TN_N_STATES);
    const int text = tn_grid_column(&g, "", TN_COLUMN_LEFT, 0, true);
    const int now = tn_grid_column(&g, "now", TN_COLUMN_RIGHT, 0, false);
    const int prior = tn_grid_column(&g, "prior", TN_COLUMN_RIGHT, 2, false);
    const int base = tn_grid_column(&g, "base", TN_COLUMN_RIGHT, 1, false);
    for (int k = 0; k < TN_N_STATES; k++) {
        tn_grid_row(&g);
        tn_grid_set(&g, text, tn_state_text(k));
        set_state(&g, now, k, f->posterior.state[k]);
        set_state(&g, prior, k, f->prior.state[k]);
        set_state(&g, base, k, f->base.state[k]);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    tipping_words(page, &f->posterior.tipping);
}

static void set_count(tn_grid_t *g, int column, tn_estimate_t e)
{
    char text[TN_NUMBER_SIZE];
    tn_number_fixed(text, e.p, tn_number_decimals(e.se, e.p < 0.0995 ? 3 : 2));
    tn_grid_set(g, column, text);
}

void tn_table_counts(tn_page_t *page, const tn_forecast_t *f)
{
    char remark[96];
    tn_grid_t g;
    (void)snprintf(remark, sizeof remark, "mean number until exit or the end of %s",
        f->horizon[f->n_horizons - 1].label);
    tn_page_heading(page, "EXPECTED EVENTS", remark);
    tn_grid_init(&g, TN_N_COUNTS);
    const int text = tn_grid_column(&g, "", TN_COLUMN_LEFT, 0, true);
    const int now = tn_grid_column(&g, "now", TN_COLUMN_RIGHT, 0, false);
    const int prior = tn_grid_column(&g, "prior", TN_COLUMN_RIGHT, 2, false);
    const int base = tn_grid_column(&g, "base", TN_COLUMN_RIGHT, 1, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int k = 0; k < TN_N_COUNTS; k++) {
        tn_grid_row(&g);
        tn_grid_set(&g, text, tn_count_text(k));
        set_count(&g, now, f->posterior.count[k]);
        set_count(&g, prior, f->prior.count[k]);
        set_count(&g, base, f->base.count[k]);
        tn_grid_bar(&g, f->posterior.count[k].p);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}
