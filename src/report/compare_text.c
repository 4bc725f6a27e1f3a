/* A comparison, or a series, as a page to read: the answer first, then where it comes from. */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/plot.h"
#include "report/table.h"
#include "tenure/compare.h"

#define LATE        1
#define N_SMALL     2.0 /* standard errors: less is no difference to speak of */
#define SMALL_SHARE 0.005

static double cell(const tn_fit_table_t *t, const char *column, size_t row)
{
    const tn_fit_column_t *c = tn_fit_column(t, column);
    return c != NULL && c->number != NULL ? c->number[row] : NAN;
}

static const char *words(const tn_fit_table_t *t, const char *column, size_t row)
{
    const tn_fit_column_t *c = tn_fit_column(t, column);
    return c != NULL && c->text != NULL && c->text[row] != NULL ? c->text[row] : "";
}

static tn_estimate_t estimate(
    const tn_fit_table_t *t, const char *column, const char *se, size_t row)
{
    return (tn_estimate_t){cell(t, column, row), cell(t, se, row)};
}

static void set_percent(tn_grid_t *g, int column, double p)
{
    tn_table_set_percent(g, column, (tn_estimate_t){p, NAN});
}

static bool is_clear(tn_estimate_t change) { return fabs(change.p) > N_SMALL * change.se; }

/* ---- what is compared ---- */

static void put_side(tn_page_t *page, const tn_fit_table_t *t, size_t row, bool has_title)
{
    const char *set = words(t, "set", row), *force = words(t, "force", row);
    const char *gone = words(t, "left.out", row);
    tn_page_paragraph(page, TN_STYLE_PLAIN, "%s  %s%sas of %s, %.0f reports%s%s%s%s%s%s",
        row == 0 ? "A" : "B", has_title ? words(t, "case", row) : "", has_title ? ", " : "",
        words(t, "as.of", row), cell(t, "reports", row), set[0] != '\0' ? "; with " : "", set,
        force[0] != '\0' ? "; if this happens for sure: " : "", force,
        gone[0] != '\0' ? "; without " : "", gone);
}

static void put_sides(tn_page_t *page, const tn_fit_table_t *t)
{
    const bool is_one = strcmp(words(t, "case", 0), words(t, "case", 1)) == 0;
    if (is_one) tn_page_paragraph(page, TN_STYLE_BOLD, "%s", words(t, "case", 0));
    for (size_t k = 0; k < t->n_rows; k++)
        put_side(page, t, k, !is_one);
}

static void put_answer(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "exit"), *sides = tn_fit_table(self, "sides");
    tn_page_heading(page, self->title, NULL);
    if (sides != NULL) put_sides(page, sides);
    size_t n_clear = 0, n_unknown = 0;
    for (size_t k = 0; k < t->n_rows; k++) {
        const tn_estimate_t change = estimate(t, "difference", "std.error", k);
        n_clear += is_clear(change) ? 1 : 0;
        n_unknown += isnan(change.se) ? 1 : 0;
    }
    if (n_unknown > 0) {
        tn_page_paragraph(page, TN_STYLE_BOLD,
            "Too few worlds to tell a difference from noise: two blocks of 1,024 are the least.");
    } else if (n_clear == 0) {
        tn_page_paragraph(page, TN_STYLE_BOLD,
            "No difference that stands out from the noise of the simulation (two standard "
            "errors) at any horizon.");
    }
}

/* ---- tables of differences ---- */

typedef struct difference_columns {
    int a, b, change;
} difference_columns_t;

static difference_columns_t add_columns(tn_grid_t *g, const char *unit)
{
    difference_columns_t self;
    char a[16], b[16];
    (void)snprintf(a, sizeof a, "A%s%s", unit[0] != '\0' ? " " : "", unit);
    (void)snprintf(b, sizeof b, "B%s%s", unit[0] != '\0' ? " " : "", unit);
    self.a = tn_grid_column(g, a, TN_COLUMN_RIGHT, 0, false);
    self.b = tn_grid_column(g, b, TN_COLUMN_RIGHT, 0, false);
    self.change = tn_table_column_error(g, "B - A", unit[0] != '\0' ? "points" : "", 0);
    return self;
}

static void set_chances(tn_grid_t *g, const difference_columns_t *c, const tn_fit_table_t *t,
    size_t row, const tn_page_t *page)
{
    const tn_estimate_t change = estimate(t, "difference", "std.error", row);
    set_percent(g, c->a, cell(t, "a", row));
    set_percent(g, c->b, cell(t, "b", row));
    tn_table_set_change(g, c->change, change, 100.0, page);
    if (is_clear(change)) tn_grid_bar(g, fabs(change.p)); /* noise gets no bar */
}

static void set_figures(tn_grid_t *g, const difference_columns_t *c, const tn_fit_table_t *t,
    size_t row, const tn_page_t *page)
{
    const tn_estimate_t change = estimate(t, "difference", "std.error", row);
    char text[TN_NUMBER_SIZE], error[TN_NUMBER_SIZE + 4];
    tn_number_fixed(text, cell(t, "a", row), 3);
    tn_grid_set(g, c->a, text);
    tn_number_fixed(text, cell(t, "b", row), 3);
    tn_grid_set(g, c->b, text);
    tn_number_signed(text, change.p, tn_number_decimals(change.se, 3));
    tn_grid_set(g, c->change, text);
    tn_number_error(text, change.se, 2, 3);
    (void)snprintf(error, sizeof error, "%s%s", page->plus_minus, text);
    tn_grid_set(g, c->change + 1, error);
}

static void put_exit(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "exit");
    tn_grid_t g;
    tn_page_heading(page, "DIFFERENCE", "chance of having left office");
    tn_grid_init(&g, (int)t->n_rows);
    const int within = tn_grid_column(&g, "within", TN_COLUMN_LEFT, 0, false);
    const int until = tn_grid_column(&g, "until", TN_COLUMN_LEFT, LATE + 1, false);
    const bool has_dates = tn_fit_column(t, "until.b") != NULL;
    const int until_b =
        has_dates ? tn_grid_column(&g, "B until", TN_COLUMN_LEFT, LATE + 1, false) : -1;
    const difference_columns_t c = add_columns(&g, "%");
    const int odds = tn_table_column_error(&g, "log-odds", "", LATE + 1);
    const int in_words = tn_grid_column(&g, "B in words", TN_COLUMN_LEFT, LATE, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t k = 0; k < t->n_rows; k++) {
        tn_grid_row(&g);
        tn_grid_set(&g, within, words(t, "horizon", k));
        tn_grid_set(&g, until, words(t, "until", k));
        if (until_b >= 0) tn_grid_set(&g, until_b, words(t, "until.b", k));
        set_chances(&g, &c, t, k, page);
        tn_table_set_change(&g, odds, estimate(t, "log.odds", "log.odds.se", k), 1.0, page);
        tn_grid_set(&g, in_words, tn_icd203_words(cell(t, "b", k)));
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

/* Of one case, or of two from the same day: else there is no one axis of dates. */
static void put_weeks(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "curve"), *sides = tn_fit_table(self, "sides");
    if (t == NULL || t->n_rows < 3 || page->width < TN_PLOT_MIN_PAGE) return;
    const tn_fit_column_t *week = tn_fit_column(t, "week");
    const tn_fit_column_t *a = tn_fit_column(t, "a"), *b = tn_fit_column(t, "b");
    if (week == NULL || a == NULL || b == NULL) return;
    const bool is_same_day =
        sides != NULL && strcmp(words(sides, "as.of", 0), words(sides, "as.of", 1)) == 0;
    const tn_fit_table_t *exit = tn_fit_table(self, "exit");
    char weeks[32];
    (void)snprintf(weeks, sizeof weeks, "%zu weeks", t->n_rows);
    const tn_plot_t p = {.n_curves = 2,
        .is_smooth = true,
        .is_probability = true,
        .is_percent = true,
        .has_legend = true,
        .first = is_same_day ? words(sides, "as.of", 0) : "as of",
        .last = is_same_day ? words(exit, "until", exit->n_rows - 1) : weeks,
        .curve = {{.time = week->number, .value = a->number, .n = t->n_rows, .name = "A"},
            {.time = week->number, .value = b->number, .n = t->n_rows, .name = "B"}}};
    tn_page_heading(page, "WEEK BY WEEK", "chance of having left office");
    (void)tn_plot_print(&p, page);
}

static void put_views(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "views");
    tn_grid_t g;
    tn_page_heading(page, "WHERE IT COMES FROM", "base rate, then the case, then the reports");
    tn_grid_init(&g, (int)t->n_rows);
    const int view = tn_grid_column(&g, "", TN_COLUMN_LEFT, 0, false);
    const difference_columns_t c = add_columns(&g, "%");
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t k = 0; k < t->n_rows; k++) {
        tn_grid_row(&g);
        tn_grid_set(&g, view, words(t, "view", k));
        set_chances(&g, &c, t, k, page);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

/* The row with the next smaller share, on whichever side it is larger; rows of equal share in their
 * order. -1: none. */
static int next_by_share(const tn_fit_table_t *t, int before)
{
    int best = -1;
    double share = 0.0;
    const double last =
        before < 0 ? 2.0 : fmax(cell(t, "a", (size_t)before), cell(t, "b", (size_t)before));
    for (int k = 0; k < (int)t->n_rows; k++) {
        const double s = fmax(cell(t, "a", (size_t)k), cell(t, "b", (size_t)k));
        const bool is_after = s < last || (s == last && k > before);
        if (is_after && (best < 0 || s > share)) {
            best = k;
            share = s;
        }
    }
    return best;
}

static void put_successors(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "successors");
    tn_grid_t g;
    int n_small = 0;
    if (t == NULL) return;
    tn_page_heading(page, "WHO FOLLOWS", "if the leader leaves within the longest horizon");
    tn_grid_init(&g, (int)t->n_rows);
    const int name = tn_grid_column(&g, "successor", TN_COLUMN_LEFT, 0, true);
    const difference_columns_t c = add_columns(&g, "%");
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int k = next_by_share(t, -1); k >= 0; k = next_by_share(t, k)) {
        const size_t row = (size_t)k;
        if (fmax(cell(t, "a", row), cell(t, "b", row)) < SMALL_SHARE) {
            n_small++;
            continue;
        }
        tn_grid_row(&g);
        tn_grid_set(&g, name, words(t, "name", row));
        set_chances(&g, &c, t, row, page);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    if (n_small > 0)
        tn_page_paragraph(
            page, TN_STYLE_DIM, "and %d with less than 0.5 %% on either side", n_small);
}

/* The horizon nearest to a year. */
static size_t pivot_of(const tn_fit_table_t *exit)
{
    size_t best = 0;
    for (size_t k = 1; k < exit->n_rows; k++) {
        if (fabs(cell(exit, "weeks", k) - 52.0) < fabs(cell(exit, "weeks", best) - 52.0)) best = k;
    }
    return best;
}

static void put_routes(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "routes"), *exit = tn_fit_table(self, "exit");
    const size_t n = exit->n_rows;
    tn_grid_t g;
    const size_t pivot = pivot_of(exit);
    tn_page_heading(page, "HOW", words(t, "horizon", pivot));
    tn_grid_init(&g, TN_N_ROUTES);
    const int route = tn_grid_column(&g, "route", TN_COLUMN_LEFT, 0, false);
    const difference_columns_t c = add_columns(&g, "%");
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t k = pivot; k < t->n_rows; k += n) {
        tn_grid_row(&g);
        tn_grid_set(&g, route, words(t, "route", k));
        set_chances(&g, &c, t, k, page);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void put_figures(tn_page_t *page, const tn_fit_table_t *t, const char *heading,
    const char *remark, const char *column)
{
    tn_grid_t g;
    if (t == NULL) return;
    tn_page_heading(page, heading, remark);
    tn_grid_init(&g, (int)t->n_rows);
    const int name = tn_grid_column(&g, "", TN_COLUMN_LEFT, 0, true);
    const difference_columns_t c = add_columns(&g, "");
    for (size_t k = 0; k < t->n_rows; k++) {
        if (!is_clear(estimate(t, "difference", "std.error", k))) continue;
        tn_grid_row(&g);
        tn_grid_set(&g, name, words(t, column, k));
        set_figures(&g, &c, t, k, page);
    }
    if (g.n_rows > 0)
        tn_grid_print(&g, page);
    else
        tn_page_paragraph(page, TN_STYLE_DIM, "Nothing differs by two standard errors.");
    tn_grid_free(&g);
}

static void put_comparison(tn_page_t *page, const tn_fit_t *self)
{
    put_answer(page, self);
    put_exit(page, self);
    put_weeks(page, self);
    put_views(page, self);
    put_routes(page, self);
    put_successors(page, self);
    put_figures(page, tn_fit_table(self, "state"), "THE COURT",
        "on the as-of date; what differs by two standard errors", "figure");
    put_figures(page, tn_fit_table(self, "counts"), "EXPECTED EVENTS",
        "to the longest horizon; what differs by two standard errors", "event");
}

/* ---- series ---- */

static void put_series(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "series");
    tn_grid_t g;
    tn_page_heading(page, self->title, NULL);
    tn_grid_init(&g, (int)t->n_rows);
    const int date = tn_grid_column(&g, "as of", TN_COLUMN_LEFT, 0, false);
    const int p = tn_table_column_error(&g, "chance", "%", 0);
    const int prior = tn_grid_column(&g, "no reports", TN_COLUMN_RIGHT, LATE + 1, false);
    const int hazard = tn_grid_column(&g, "a year", TN_COLUMN_RIGHT, LATE + 2, false);
    const int change = tn_table_column_error(&g, "change", "points", 0);
    const int reports = tn_grid_column(&g, "reports", TN_COLUMN_RIGHT, LATE, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t k = 0; k < t->n_rows; k++) {
        char text[TN_NUMBER_SIZE];
        tn_grid_row(&g);
        tn_grid_set(&g, date, words(t, "date", k));
        tn_table_set_percent_error(&g, p, estimate(t, "p", "std.error", k), page);
        set_percent(&g, prior, cell(t, "without.reports", k));
        tn_table_set_rate(&g, hazard, cell(t, "per.year", k), NAN, 3);
        if (k > 0)
            tn_table_set_change(&g, change, estimate(t, "change", "change.se", k), 100.0, page);
        tn_number_fixed(text, cell(t, "reports", k), 0);
        tn_grid_set(&g, reports, text);
        tn_grid_bar(&g, cell(t, "p", k));
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void put_news(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "series");
    tn_page_heading(page, "NEW REPORTS", "their claims are claims, not facts");
    for (size_t k = 0; k < t->n_rows; k++) {
        const char *fresh = words(t, "new.reports", k);
        if (fresh[0] != '\0')
            tn_page_paragraph(page, TN_STYLE_PLAIN, "%s by %s", fresh, words(t, "date", k));
    }
}

int tn_compare_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    if (tn_fit_table(self, "series") != NULL) {
        put_series(&page, self);
        put_news(&page, self);
    } else {
        put_comparison(&page, self);
    }
    tn_page_heading(&page, "What made this", NULL);
    for (int i = 0; i < self->n_notes; i++)
        tn_page_paragraph(&page, TN_STYLE_DIM, "%s", self->note[i]);
    if (opt->command_line != NULL)
        tn_page_paragraph(&page, TN_STYLE_DIM, "command: %s", opt->command_line);
    if (page.failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the comparison");
    return 0;
}
