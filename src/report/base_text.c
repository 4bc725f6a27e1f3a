/* The base rate of one leader as a page to read: the answer in words, the classes of history it
 * stands beside, chances by date, hazards by route. */
#include <math.h>
#include <string.h>

#include "report/grid.h"
#include "report/number.h"
#include "tenure/base.h"

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

static void set_percent(tn_grid_t *g, int column, double p)
{
    char text[TN_NUMBER_SIZE];
    tn_number_percent(text, (tn_estimate_t){.p = p, .se = NAN});
    tn_grid_set(g, column, text);
}

static void set_number(tn_grid_t *g, int column, double value, int decimals)
{
    char text[TN_NUMBER_SIZE];
    tn_number_fixed(text, value, decimals);
    tn_grid_set(g, column, text);
}

static void put_class(tn_page_t *page, const tn_fit_table_t *t, size_t row)
{
    tn_page_paragraph(page, TN_STYLE_PLAIN,
        "%s: %.0f exits of %.0f in %.0f leader-years, %.3f a year (%.3f to %.3f)",
        words(t, "class", row), cell(t, "exits", row), cell(t, "spells", row),
        cell(t, "leader.years", row), cell(t, "per.year", row), cell(t, "conf.low", row),
        cell(t, "conf.high", row));
}

static void put_classes(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "classes");
    tn_page_heading(page, "LEADERS LIKE THIS ONE", "counted; each class wider than the one above");
    for (size_t i = 0; t != NULL && i < t->n_rows; i++)
        put_class(page, t, i);
}

static void put_exit(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "exit");
    tn_grid_t g;
    if (t == NULL) return;
    tn_page_heading(
        page, "BASE RATE", "chance to have left office, percent; limits of the parameters");
    tn_grid_init(&g, (int)t->n_rows);
    const int within = tn_grid_column(&g, "within", TN_COLUMN_LEFT, 0, false);
    const int until = tn_grid_column(&g, "until", TN_COLUMN_LEFT, 1, false);
    const int p = tn_grid_column(&g, "%", TN_COLUMN_RIGHT, 0, false);
    const int low = tn_grid_column(&g, "from", TN_COLUMN_RIGHT, 2, false);
    const int high = tn_grid_column(&g, "to", TN_COLUMN_RIGHT, 2, false);
    const int word = tn_grid_column(&g, "in words", TN_COLUMN_LEFT, 3, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t i = 0; i < t->n_rows; i++) {
        tn_grid_row(&g);
        tn_grid_set(&g, within, words(t, "horizon", i));
        tn_grid_set(&g, until, words(t, "date", i));
        set_percent(&g, p, cell(t, "p", i));
        set_percent(&g, low, cell(t, "conf.low", i));
        set_percent(&g, high, cell(t, "conf.high", i));
        tn_grid_set(&g, word, tn_icd203_words(cell(t, "p", i)));
        tn_grid_bar(&g, cell(t, "p", i));
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void put_hazards(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "hazards");
    tn_grid_t g;
    if (t == NULL) return;
    tn_page_heading(page, "HOW", "yearly hazard over the first year, by route");
    tn_grid_init(&g, (int)t->n_rows);
    const int route = tn_grid_column(&g, "route", TN_COLUMN_LEFT, 0, false);
    const int rate = tn_grid_column(&g, "a year", TN_COLUMN_RIGHT, 0, false);
    const int low = tn_grid_column(&g, "from", TN_COLUMN_RIGHT, 2, false);
    const int high = tn_grid_column(&g, "to", TN_COLUMN_RIGHT, 2, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t i = 0; i < t->n_rows; i++) {
        tn_grid_row(&g);
        tn_grid_set(&g, route, words(t, "route", i));
        set_number(&g, rate, cell(t, "per.year", i), 4);
        set_number(&g, low, cell(t, "conf.low", i), 4);
        set_number(&g, high, cell(t, "conf.high", i), 4);
        tn_grid_bar(&g, cell(t, "per.year", i));
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void put_median(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "median");
    if (t == NULL || t->n_rows == 0) return;
    if (!isfinite(cell(t, "years", 0))) {
        tn_page_paragraph(page, TN_STYLE_PLAIN, "Median time left: more than fifty years.");
        return;
    }
    tn_page_paragraph(page, TN_STYLE_PLAIN, "Median time left: %.1f years (%.1f to %.1f).",
        cell(t, "years", 0), cell(t, "conf.low", 0), cell(t, "conf.high", 0));
}

int tn_base_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    tn_page_paragraph(&page, TN_STYLE_BOLD, "%s", self->title);
    put_exit(&page, self);
    put_median(&page, self);
    put_classes(&page, self);
    put_hazards(&page, self);
    tn_page_heading(&page, "What made this", NULL);
    for (int i = 0; i < self->n_warnings; i++)
        tn_page_paragraph(&page, TN_STYLE_ALERT, "%s", self->warning[i]);
    for (int i = 0; i < self->n_notes; i++)
        tn_page_paragraph(&page, TN_STYLE_DIM, "%s", self->note[i]);
    if (opt != NULL && opt->command_line != NULL)
        tn_page_paragraph(&page, TN_STYLE_DIM, "command: %s", opt->command_line);
    if (page.failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the base rate");
    return 0;
}
