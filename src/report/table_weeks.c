/* Chances week by week, as a plot. */
#include "base/date.h"
#include "base/mem.h"
#include "model/case.h"
#include "report/plot.h"
#include "report/table.h"

enum { NOW, PRIOR, BASE, N_VIEWS };

static tn_curve_t curve_of(const tn_view_t *v, const double *week, double *value)
{
    for (int w = 0; w < v->n_weeks; w++)
        value[w] = v->curve[w].p;
    return (tn_curve_t){.time = week, .value = value, .n = (size_t)v->n_weeks};
}

static void draw(tn_page_t *page, const tn_forecast_t *f, double *block, size_t n)
{
    const tn_view_t *view[N_VIEWS] = {&f->posterior, &f->prior, &f->base};
    const bool has_reports = tn_table_has_reports(f);
    const char *name[N_VIEWS] = {
        has_reports ? "now, with all reports" : "now, no reports are weighed",
        "prior, without reports", "base rate"};
    char first[11], last[11];
    const int32_t as_of = f->court_case->as_of;
    tn_plot_t p = {.is_smooth = true,
        .is_probability = true,
        .is_percent = true,
        .has_legend = true,
        .first = first,
        .last = last};
    for (size_t w = 0; w < n; w++)
        block[w] = (double)w + 1.0;
    for (int k = 0; k < N_VIEWS; k++) {
        if ((k == PRIOR && !has_reports) || (size_t)view[k]->n_weeks > n) continue;
        p.curve[p.n_curves] = curve_of(view[k], block, block + n * (size_t)(k + 1));
        p.curve[p.n_curves++].name = name[k];
    }
    tn_date_format(as_of, first);
    tn_date_format(as_of + 7 * (int32_t)n, last);
    (void)tn_plot_print(&p, page);
}

void tn_table_weeks(tn_page_t *page, const tn_forecast_t *f)
{
    const size_t n = (size_t)f->posterior.n_weeks;
    if (n < 3 || page->width < TN_PLOT_MIN_PAGE) return;
    double *block = tn_calloc(n * (N_VIEWS + 1), sizeof *block);
    if (block == NULL) {
        page->failed = true;
        return;
    }
    tn_page_heading(page, "WEEK BY WEEK", "chance of having left office");
    draw(page, f, block, n);
    tn_free(block);
}
