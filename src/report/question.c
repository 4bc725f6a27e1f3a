/* The question in words. */
#include "report/question.h"

#include "base/date.h"
#include "model/case.h"

static int count_bits(unsigned bits)
{
    int n = 0;
    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

/** Separator before item i of n: "", ", " or " or ". */
static const char *separator(int i, int n)
{
    if (i == 0) return "";
    return i == n - 1 ? " or " : ", ";
}

void tn_question_routes(tn_text_t *out, unsigned routes)
{
    const int n = count_bits(routes & TN_ALL_ROUTES);
    int i = 0;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if ((routes >> r & 1u) == 0) continue;
        tn_text_printf(out, "%s%s", separator(i++, n), tn_route_name(r));
    }
}

static void write_horizons(tn_text_t *out, const tn_forecast_t *f)
{
    for (int h = 0; h < f->n_horizons; h++) {
        tn_text_printf(out, "%s%s", separator(h, f->n_horizons), f->horizon[h].label);
    }
}

void tn_question_write(tn_text_t *out, const tn_forecast_t *f)
{
    const tn_case_t *c = f->court_case;
    char date[11];
    tn_date_format(c->as_of, date);
    tn_text_printf(out, "Will %s have left office within ", c->leader.name);
    write_horizons(out, f);
    tn_text_printf(out, " of %s, by ", date);
    if ((f->routes & TN_ALL_ROUTES) == TN_ALL_ROUTES) tn_text_printf(out, "any route: ");
    tn_question_routes(out, f->routes);
    if ((f->routes & TN_ALL_ROUTES) != TN_ALL_ROUTES) {
        tn_text_printf(out, " (leaving by ");
        tn_question_routes(out, TN_ALL_ROUTES & ~f->routes);
        tn_text_printf(out, " does not count)");
    }
    tn_text_printf(out, "?");
}
