/* One table of a fit on a page. What does not fit goes column by column, the estimate and its name
 * last; what is left out is said. */
#include <math.h>
#include <string.h>

#include "report/fit_text.h"
#include "report/grid.h"
#include "report/text.h"

#define MAX_COLUMNS (TN_GRID_MAX_COLUMNS - 1) /* one for the bar */
#define MAX_TITLE   28
#define MINOR       7   /* columns of a curve from this rank on leave their place to the bar ... */
#define ROOMY       110 /* ... on pages narrower than this */
#define MANY        8   /* a fit's summary of more columns is shown as a list */

/* Columns that go first where there is no room. */
static int drop_rank(const tn_fit_column_t *column)
{
    static const struct {
        const char *name;
        int rank;
    } ranks[] = {{"term", 0}, {"estimate", 0}, {"time", 0}, {"row", 0}, {"hazard.ratio", 0},
        {"p.value", 1}, {"std.error", 2}, {"robust.se", 2}, {"conf.low", 3}, {"conf.high", 3},
        {"statistic", 4}, {"n.risk", 5}, {"n.event", 6}, {"n.censor", 7}, {"cumhaz", 8},
        {"std.chaz", 9}, {"difference", 0}, {"per.year", 0}, {"exits", 2}, {"slope", 1},
        {"skill", 2}, {"delta.AIC", 1}, {"AIC", 2}, {"n", 7}};
    if (column->number == NULL) return 0;
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        if (strcmp(ranks[i].name, column->name) == 0) return ranks[i].rank;
    }
    return 5;
}

/* The name of a column, safe and short enough for a grid. */
static void column_title(tn_page_t *page, const char *name, char out[4 * MAX_TITLE + 1])
{
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, name);
    page->failed = page->failed || safe.failed;
    size_t n = safe.s == NULL ? 0 : tn_text_cut(safe.s, MAX_TITLE);
    while (n > sizeof((tn_column_t *)0)->title - 1) { /* wide characters take more bytes */
        n--;
        while (n > 0 && ((unsigned char)safe.s[n] & 0xc0) == 0x80)
            n--;
    }
    if (n > 0) memcpy(out, safe.s, n);
    out[n] = '\0';
    tn_text_free(&safe);
}

/** The columns of a table that a page shows if they fit. */
typedef struct chosen {
    int n, at[MAX_COLUMNS];
    tn_figures_t figures[MAX_COLUMNS];
} chosen_t;

static void choose_columns(
    chosen_t *self, const tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown)
{
    self->n = 0;
    for (int j = 0; j < table->n_columns && self->n < MAX_COLUMNS; j++) {
        const tn_fit_column_t *c = &table->column[j];
        if (table->is_curve && page->width < ROOMY && drop_rank(c) >= MINOR) continue;
        self->figures[self->n] = tn_figures_for(c, shown->row, shown->n);
        self->at[self->n++] = j;
    }
}

/* Strata differ at the end of their labels: short ones are not cut where there is room for them. */
static bool can_be_cut(const tn_page_t *page, const tn_fit_column_t *c, size_t n_rows)
{
    int widest = 0;
    if (c->number != NULL) return false;
    for (size_t i = 0; i < n_rows; i++) {
        const int width = c->text[i] != NULL ? tn_text_columns(c->text[i]) : 0;
        if (width > widest) widest = width;
    }
    return widest > page->width / 3;
}

static void add_columns(
    tn_page_t *page, const tn_fit_table_t *table, tn_grid_t *g, const chosen_t *chosen)
{
    char title[4 * MAX_TITLE + 1];
    for (int j = 0; j < chosen->n; j++) {
        const tn_fit_column_t *c = &table->column[chosen->at[j]];
        const bool is_text = c->number == NULL;
        column_title(page, c->name, title);
        (void)tn_grid_column(g, title, is_text ? TN_COLUMN_LEFT : TN_COLUMN_RIGHT, drop_rank(c),
            can_be_cut(page, c, table->n_rows));
    }
}

static bool begins_group(const tn_shown_t *shown, size_t at)
{
    if (at == 0) return true;
    for (size_t k = 0; k < shown->n_kept; k++) {
        if (shown->group[k].from > shown->row[at - 1] && shown->group[k].from <= shown->row[at])
            return true;
    }
    return false;
}

static void fill_row(
    const tn_fit_table_t *table, tn_grid_t *g, const chosen_t *chosen, size_t row, bool has_keys)
{
    char text[TN_NUMBER_SIZE];
    tn_grid_row(g);
    for (int j = 0; j < chosen->n; j++) {
        const tn_fit_column_t *c = &table->column[chosen->at[j]];
        if (tn_shown_is_key(c) && !has_keys) continue;
        if (c->number == NULL) {
            tn_grid_set(g, j, c->text[row] != NULL ? c->text[row] : "-");
            continue;
        }
        tn_figures_format(&chosen->figures[j], c->number[row], text);
        tn_grid_set(g, j, text);
    }
}

static void say_what_is_left_out(
    tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown, int n_columns_out)
{
    const size_t left = shown->n_in_kept - shown->n;
    const size_t groups = shown->n_groups - shown->n_kept;
    const char *noun = table->is_curve ? "step" : "row";
    char steps[64] = "", curves[64] = "", columns[64] = "";
    if (left > 0) (void)snprintf(steps, sizeof steps, "%zu %s%s", left, noun, left > 1 ? "s" : "");
    if (groups > 0) {
        (void)snprintf(curves, sizeof curves, "%s%zu more curve%s", left > 0 ? ", " : "", groups,
            groups > 1 ? "s" : "");
    }
    if (n_columns_out > 0) {
        (void)snprintf(columns, sizeof columns, "%s%d column%s", left + groups > 0 ? ", " : "",
            n_columns_out, n_columns_out > 1 ? "s" : "");
    }
    if (left + groups + (size_t)n_columns_out == 0) return;
    tn_page_paragraph(page, TN_STYLE_DIM, "Not shown: %s%s%s; all of it: --csv --table %s", steps,
        curves, columns, table->name);
}

static void print_grid(tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown)
{
    tn_grid_t g;
    chosen_t chosen;
    const int estimate = tn_shown_find(table, "estimate");
    const bool has_bar = table->is_curve && estimate >= 0;
    choose_columns(&chosen, page, table, shown);
    tn_grid_init(&g, (int)shown->n);
    add_columns(page, table, &g, &chosen);
    if (has_bar) (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    const bool is_probability = has_bar && table->column[estimate].kind == TN_FIT_PROBABILITY;
    for (size_t i = 0; i < shown->n; i++) {
        const bool has_keys = !table->is_curve || begins_group(shown, i);
        fill_row(table, &g, &chosen, shown->row[i], has_keys);
        if (!has_bar) continue;
        const double value = table->column[estimate].number[shown->row[i]];
        tn_grid_bar(&g, value);
        if (is_probability && value > 0.5) g.full = 1.0;
    }
    tn_grid_print(&g, page);
    say_what_is_left_out(page, table, shown, g.n_dropped + table->n_columns - chosen.n);
    tn_grid_free(&g);
}

/* ---- a list of names and values, for a row of many columns ---- */

static void put_item(tn_page_t *page, const char *name, const char *value, int *at)
{
    const int columns = tn_text_columns(name) + 1 + tn_text_columns(value);
    if (*at > TN_PAGE_INDENT && *at + 3 + columns > page->width) {
        fputc('\n', page->out);
        *at = 0;
    }
    const int gap = *at == 0 ? TN_PAGE_INDENT : 3;
    tn_page_blanks(page, gap);
    tn_page_styled(page, TN_STYLE_DIM, name);
    fprintf(page->out, " %s", value);
    *at += gap + columns;
}

static void print_list(tn_page_t *page, const tn_fit_table_t *table, size_t row)
{
    char name[4 * MAX_TITLE + 1], value[TN_NUMBER_SIZE];
    int at = 0;
    for (int j = 0; j < table->n_columns; j++) {
        const tn_fit_column_t *c = &table->column[j];
        if (c->number == NULL) {
            tn_page_paragraph(
                page, TN_STYLE_PLAIN, "%s %s:", c->name, c->text[row] != NULL ? c->text[row] : "-");
            continue;
        }
        if (isnan(c->number[row])) continue; /* does not apply here */
        const tn_figures_t f = tn_figures_for(c, &row, 1);
        tn_figures_format(&f, c->number[row], value);
        column_title(page, c->name, name);
        put_item(page, name, value, &at);
    }
    if (at > 0) fputc('\n', page->out);
}

static bool is_list(const tn_fit_table_t *table)
{
    if (strcmp(table->name, "glance") != 0) return false;
    return table->n_columns > MANY || table->n_rows == 1;
}

void tn_fit_print_table(tn_page_t *page, const tn_fit_table_t *table)
{
    tn_shown_t shown;
    tn_page_heading(page, table->title, NULL);
    if (table->n_rows == 0 || table->n_columns == 0) {
        tn_page_paragraph(page, TN_STYLE_DIM, "nothing");
        return;
    }
    if (is_list(table)) {
        for (size_t i = 0; i < table->n_rows; i++)
            print_list(page, table, i);
        return;
    }
    if (tn_shown_init(&shown, table) < 0) {
        page->failed = true;
        return;
    }
    if (table->is_curve) tn_fit_plot(page, table, &shown);
    print_grid(page, table, &shown);
    tn_shown_free(&shown);
}
