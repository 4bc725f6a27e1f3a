/* An explanation as a page to read: what the forecast is, what each origin and claim did, what
 * would move it next, what drives it. */
#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/table.h"
#include "tenure/explain.h"

#define LATE    1
#define N_CLEAR 2.0 /* standard errors: less is noise */

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

static bool is_clear(tn_estimate_t e) { return fabs(e.p) > N_CLEAR * e.se; }

static void set_number(tn_grid_t *g, int column, double value, int decimals)
{
    char text[TN_NUMBER_SIZE];
    tn_number_fixed(text, value, decimals);
    tn_grid_set(g, column, text);
}

static void put_answer(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "views");
    char p[TN_NUMBER_SIZE], se[TN_NUMBER_SIZE], prior[TN_NUMBER_SIZE], base[TN_NUMBER_SIZE];
    const tn_estimate_t now = estimate(t, "p", "std.error", 2);
    tn_page_heading(page, self->title, NULL);
    tn_number_percent(p, now);
    tn_number_percent_error(se, now);
    tn_number_percent(prior, estimate(t, "p", "std.error", 1));
    tn_number_percent(base, estimate(t, "p", "std.error", 0));
    const char *in_words = tn_icd203_words(now.p);
    tn_page_paragraph(page, TN_STYLE_BOLD,
        "Base rate %s %%, without reports %s %%, forecast %s %s%s %%%s%s.", base, prior, p,
        page->plus_minus, se, in_words[0] != '\0' ? ": " : "", in_words);
}

static void put_origins(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "origins");
    tn_grid_t g;
    if (t->n_rows == 0) return;
    tn_page_heading(page, "WHAT EACH ORIGIN CHANGED", "points, against a forecast without it");
    tn_grid_init(&g, (int)t->n_rows);
    const int origin = tn_grid_column(&g, "claims attributed to", TN_COLUMN_LEFT, 0, true);
    const int reports = tn_grid_column(&g, "reports", TN_COLUMN_RIGHT, LATE, false);
    const int odds = tn_table_column_error(&g, "log-odds", "", LATE + 1);
    const int points = tn_table_column_error(&g, "points", "", 0);
    const int apart = tn_table_column_error(&g, "independent", "", 0);
    for (size_t k = 0; k < t->n_rows; k++) {
        const tn_estimate_t split = estimate(t, "as.independent", "as.independent.se", k);
        tn_grid_row(&g);
        tn_grid_set(&g, origin, words(t, "origin", k));
        set_number(&g, reports, cell(t, "reports", k), 0);
        tn_table_set_change(&g, odds, estimate(t, "log.odds", "log.odds.se", k), 1.0, page);
        tn_table_set_change(&g, points, estimate(t, "difference", "std.error", k), 100.0, page);
        if (!isnan(split.p)) tn_table_set_change(&g, apart, split, 100.0, page);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    for (size_t k = 0; k < t->n_rows; k++) {
        if (isnan(cell(t, "as.independent", k))) continue;
        tn_page_paragraph(
            page, TN_STYLE_PLAIN, "%s: %s.", words(t, "origin", k), words(t, "collapsed", k));
    }
}

static void put_claims(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "claims");
    tn_grid_t g;
    if (t->n_rows == 0) return;
    tn_page_heading(
        page, "WHAT EACH CLAIM CHANGED", "a claim is what somebody said, not what is so");
    tn_grid_init(&g, (int)t->n_rows);
    const int claim = tn_grid_column(&g, "claim", TN_COLUMN_LEFT, 0, true);
    const int origin = tn_grid_column(&g, "by", TN_COLUMN_LEFT, LATE, true);
    const int points = tn_table_column_error(&g, "points", "", 0);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (size_t k = 0; k < t->n_rows; k++) {
        const tn_estimate_t change = estimate(t, "difference", "std.error", k);
        tn_grid_row(&g);
        tn_grid_set(&g, claim, words(t, "is.claimed", k));
        tn_grid_set(&g, origin, words(t, "origin", k));
        tn_table_set_change(&g, points, change, 100.0, page);
        if (is_clear(change)) tn_grid_bar(&g, fabs(change.p));
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
}

static void put_tripwires(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "tripwires");
    tn_grid_t g;
    tn_page_heading(page, "WHAT TO WATCH", t->title);
    tn_grid_init(&g, (int)t->n_rows);
    const int name = tn_grid_column(&g, "observation", TN_COLUMN_LEFT, 0, true);
    const int chance = tn_table_column_error(&g, "chance", "%", 0);
    const int seen = tn_table_column_error(&g, "if seen", "%", 0);
    const int not_seen = tn_grid_column(&g, "if not", TN_COLUMN_RIGHT, 0, false);
    const int bits = tn_grid_column(&g, "bits", TN_COLUMN_RIGHT, 0, false);
    for (size_t k = 0; k < t->n_rows; k++) {
        tn_grid_row(&g);
        tn_grid_set(&g, name, words(t, "observation", k));
        tn_table_set_percent_error(&g, chance, estimate(t, "p.seen", "p.seen.se", k), page);
        tn_table_set_percent_error(&g, seen, estimate(t, "if.seen", "if.seen.se", k), page);
        tn_table_set_percent(&g, not_seen, estimate(t, "if.not", "if.not.se", k));
        const tn_estimate_t information = estimate(t, "bits", "bits.se", k);
        if (is_clear(information))
            set_number(&g, bits, information.p, 4);
        else
            tn_grid_set(&g, bits, page->dash);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    tn_page_paragraph(page, TN_STYLE_DIM,
        "Bits: what the observation tells about the exit on average; %s: not told from none.",
        page->dash);
}

/** An index of which the error leaves something; else a dash. */
static void set_index(tn_grid_t *g, int column, tn_estimate_t e, const tn_page_t *page)
{
    if (isfinite(e.p) && is_clear(e))
        set_number(g, column, e.p, 2);
    else
        tn_grid_set(g, column, page->dash);
}

static void put_drivers(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "drivers");
    const bool has_index = tn_fit_column(t, "total") != NULL;
    size_t n_small = 0;
    tn_grid_t g;
    if (t->n_rows == 0) return;
    tn_page_heading(page, "DRIVERS",
        has_index ? "swing in points; Sobol indices of the prior: alone, and with interactions"
                  : "swing in points: top third of worlds by the parameter minus bottom third");
    tn_grid_init(&g, (int)t->n_rows);
    const int name = tn_grid_column(&g, "parameter", TN_COLUMN_LEFT, 0, false);
    const int swing = tn_table_column_error(&g, "swing", "", 0);
    const int first = has_index ? tn_grid_column(&g, "first", TN_COLUMN_RIGHT, 0, false) : -1;
    const int total = has_index ? tn_grid_column(&g, "total", TN_COLUMN_RIGHT, 0, false) : -1;
    const int meaning = tn_grid_column(&g, "meaning", TN_COLUMN_LEFT, LATE, true);
    for (size_t k = 0; k < t->n_rows; k++) {
        const tn_estimate_t change = estimate(t, "difference", "std.error", k);
        const tn_estimate_t whole = estimate(t, "total", "total.se", k);
        if (!is_clear(change) && !(has_index && is_clear(whole))) {
            n_small++;
            continue;
        }
        tn_grid_row(&g);
        tn_grid_set(&g, name, words(t, "parameter", k));
        tn_grid_set(&g, meaning, words(t, "meaning", k));
        tn_table_set_change(&g, swing, change, 100.0, page);
        if (!has_index) continue;
        set_index(&g, first, estimate(t, "first.order", "first.se", k), page);
        set_index(&g, total, whole, page);
    }
    tn_grid_print(&g, page);
    tn_grid_free(&g);
    tn_page_paragraph(page, TN_STYLE_DIM, "%zu of %zu parameters are not told from the noise%s%s",
        n_small, t->n_rows, has_index ? "; indices below two standard errors: " : "",
        has_index ? page->dash : "");
}

static void put_tipping(tn_page_t *page, const tn_fit_t *self)
{
    const tn_fit_table_t *t = tn_fit_table(self, "tipping");
    tn_page_heading(page, "TIPPING POINT", NULL);
    for (size_t k = 0; k < t->n_rows; k++) {
        char text[TN_NUMBER_SIZE];
        tn_number_value_error(text, estimate(t, "estimate", "std.error", k), 3, page->plus_minus);
        tn_page_paragraph(page, TN_STYLE_PLAIN, "%s: %s", words(t, "figure", k), text);
    }
}

int tn_explain_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    put_answer(&page, self);
    put_origins(&page, self);
    put_claims(&page, self);
    put_tripwires(&page, self);
    put_drivers(&page, self);
    put_tipping(&page, self);
    tn_page_heading(&page, "What made this", NULL);
    for (int i = 0; i < self->n_notes; i++)
        tn_page_paragraph(&page, TN_STYLE_DIM, "%s", self->note[i]);
    tn_page_paragraph(&page, TN_STYLE_DIM,
        "matrix of claims by ways out, provenance: --table matrix, --table provenance, or --html");
    if (opt->command_line != NULL)
        tn_page_paragraph(&page, TN_STYLE_DIM, "command: %s", opt->command_line);
    if (page.failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the explanation");
    return 0;
}
