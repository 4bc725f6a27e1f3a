/* The curves of a fit's table: one for each group of rows. */
#include <math.h>
#include <string.h>

#include "report/fit_text.h"
#include "report/plot.h"
#include "report/text.h"

/* Before its first step a falling curve is 1, a rising one 0. */
static double start_of(const tn_curve_t *c)
{
    const double first = c->value[0], last = c->value[c->n - 1];
    const bool is_falling = first > last || (first == last && first > 0.5);
    return !is_falling ? 0.0 : first > 1.0 ? first : 1.0;
}

/* "sex=1, coup": what the group's rows have in common. */
static void put_name(tn_text_t *text, const tn_fit_table_t *table, size_t row)
{
    bool is_first = true;
    for (int j = 0; j < table->n_columns; j++) {
        const tn_fit_column_t *c = &table->column[j];
        if (!tn_shown_is_key(c)) continue;
        if (!is_first) tn_text_append(text, ", ", 2);
        is_first = false;
        if (c->number != NULL) {
            char number[TN_NUMBER_SIZE];
            tn_number_fixed(number, c->number[row], 0);
            tn_text_printf(text, "row %s", number);
        } else {
            tn_text_printf(text, "%s", c->text[row] != NULL ? c->text[row] : "-");
        }
    }
}

static double longest_of(const tn_plot_t *p)
{
    double longest = 0.0;
    for (int k = 0; k < p->n_curves; k++) {
        for (size_t i = 0; i < p->curve[k].n; i++) {
            const double t = p->curve[k].time[i];
            if (isfinite(t) && t > longest) longest = t;
        }
    }
    return longest;
}

/** The last time of the curves. */
static void format_end(char text[TN_NUMBER_SIZE], const tn_plot_t *p)
{
    const double longest = longest_of(p);
    const tn_fit_column_t column = {.kind = TN_FIT_TIME, .number = (double[]){longest}};
    const tn_figures_t f = tn_figures_for(&column, (size_t[]){0}, 1);
    tn_figures_format(&f, longest, text);
}

static void print(tn_page_t *page, const tn_plot_t *p, size_t n_groups)
{
    if (!tn_plot_print(p, page)) return;
    if ((size_t)p->n_curves < n_groups) {
        tn_page_paragraph(
            page, TN_STYLE_DIM, "The first %d of %zu curves are drawn.", p->n_curves, n_groups);
    }
    fputc('\n', page->out);
}

void tn_fit_plot(tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown)
{
    const int time = tn_shown_find(table, "time"), value = tn_shown_find(table, "estimate");
    if (time < 0 || value < 0 || shown->n_kept == 0) return;
    const double *t = table->column[time].number, *v = table->column[value].number;
    if (t == NULL || v == NULL) return;
    tn_text_t name[TN_PLOT_MAX_CURVES] = {{0}};
    tn_plot_t p = {
        .is_smooth = strcmp(table->name, "predictions") == 0 || strcmp(table->name, "curve") == 0,
        .is_probability = table->column[value].kind == TN_FIT_PROBABILITY,
        .has_legend = shown->n_groups > 1};
    p.n_curves = shown->n_kept < TN_PLOT_MAX_CURVES ? (int)shown->n_kept : TN_PLOT_MAX_CURVES;
    for (int k = 0; k < p.n_curves; k++) {
        const tn_group_t *g = &shown->group[k];
        p.curve[k] = (tn_curve_t){.time = t + g->from, .value = v + g->from, .n = g->to - g->from};
        p.curve[k].start = start_of(&p.curve[k]);
        put_name(&name[k], table, g->from);
        page->failed = page->failed || name[k].failed;
        p.curve[k].name = name[k].s != NULL ? name[k].s : "";
    }
    char last[TN_NUMBER_SIZE];
    format_end(last, &p);
    p.first = "0";
    p.last = last;
    print(page, &p, shown->n_groups);
    for (int k = 0; k < p.n_curves; k++)
        tn_text_free(&name[k]);
}
