/* The forecast as a page to read: the question, the base rate first, then the forecast, then what
 * moved it, last what made it. */
#include "report/table.h"

#include <inttypes.h>
#include <math.h>

#include "base/date.h"
#include "model/case.h"
#include "report/number.h"
#include "report/question.h"
#include "tenure/version.h"

#define HASH_SHOWN 12

bool tn_table_has_reports(const tn_forecast_t *f) { return !f->no_reports && f->n_origins > 0; }

void tn_table_set_date(tn_grid_t *g, int column, int32_t day)
{
    char date[11];
    tn_date_format(day, date);
    tn_grid_set(g, column, date);
}

void tn_table_set_percent(tn_grid_t *g, int column, tn_estimate_t e)
{
    char text[TN_NUMBER_SIZE];
    tn_number_percent(text, e);
    tn_grid_set(g, column, text);
}

int tn_table_column_error(tn_grid_t *g, const char *title, const char *unit, int drop)
{
    const int column = tn_grid_column(g, title, TN_COLUMN_RIGHT, drop, false);
    (void)tn_grid_column(g, unit, TN_COLUMN_ERROR, drop, false);
    return column;
}

static void set_error(tn_grid_t *g, int column, const char *error, const tn_page_t *page)
{
    char text[TN_NUMBER_SIZE + 4];
    (void)snprintf(text, sizeof text, "%s%s", page->plus_minus, error);
    tn_grid_set(g, column + 1, text);
}

void tn_table_set_percent_error(tn_grid_t *g, int column, tn_estimate_t e, const tn_page_t *page)
{
    char error[TN_NUMBER_SIZE];
    tn_table_set_percent(g, column, e);
    if (!isfinite(e.p) || (e.p == 0.0 && e.se == 0.0)) return; /* no error to speak of */
    tn_number_percent_error(error, e);
    set_error(g, column, error, page);
}

void tn_table_set_change(
    tn_grid_t *g, int column, tn_estimate_t e, double scale, const tn_page_t *page)
{
    char text[TN_NUMBER_SIZE];
    const int decimals = tn_number_decimals(scale * e.se, 2);
    tn_number_signed(text, scale * e.p, decimals);
    tn_grid_set(g, column, text);
    if (!isfinite(e.p)) return;
    tn_number_error(text, scale * e.se, decimals, 3);
    set_error(g, column, text, page);
}

void tn_table_set_rate(tn_grid_t *g, int column, double per_year, double se, int most)
{
    char text[TN_NUMBER_SIZE];
    tn_number_fixed(text, per_year, tn_number_decimals(se, most));
    tn_grid_set(g, column, text);
}

static void header(tn_page_t *page, const tn_forecast_t *f)
{
    const tn_case_t *c = f->court_case;
    tn_text_t question = {0};
    char date[11];
    tn_date_format(c->as_of, date);
    tn_question_write(&question, f);
    page->failed = page->failed || question.failed;
    tn_page_paragraph(page, TN_STYLE_BOLD, "%s", c->title != NULL ? c->title : c->name);
    tn_page_paragraph(page, TN_STYLE_PLAIN, "%s", question.failed ? "" : question.s);
    tn_page_paragraph(
        page, TN_STYLE_PLAIN, "As of %s, when %s is in office.", date, c->leader.name);
    if (f->forced != NULL) {
        tn_page_paragraph(page, TN_STYLE_PLAIN,
            "Intervention: the event '%s' is made to happen in every world, in all numbers below "
            "except the base rate.",
            f->forced);
    }
    if (f->no_reports) {
        tn_page_paragraph(
            page, TN_STYLE_PLAIN, "Without reports: all reports of the case are left out.");
    }
    tn_text_free(&question);
}

static void put_calibration(tn_text_t *out, const tn_calibration_t *c)
{
    char knob[TN_NUMBER_SIZE];
    if (c->is_fixed) {
        tn_text_printf(out, "none, rates fixed (");
    } else {
        tn_text_printf(out, "%d round%s (", c->rounds, c->rounds == 1 ? "" : "s");
    }
    for (int k = 0; k < TN_N_KNOBS; k++) {
        tn_number_fixed(knob, c->knob[k], c->knob[k] < 0.1 ? 5 : 3);
        tn_text_printf(out, "%s%s %s", k == 0 ? "" : ", ", tn_knob_name(k), knob);
    }
    tn_text_printf(out, ")");
}

static void footer(tn_page_t *page, const tn_forecast_t *f, const char *command_line)
{
    tn_text_t calibration = {0};
    put_calibration(&calibration, &f->calibration);
    page->failed = page->failed || calibration.failed;
    tn_page_heading(page, "What made this", NULL);
    tn_page_paragraph(page, TN_STYLE_DIM,
        "tenure %s, case %s (%.*s), seed %" PRIu64 ", %" PRId64 " worlds", tn_version(),
        f->court_case->name, HASH_SHOWN, f->court_case->hash, f->seed, f->n_worlds);
    tn_page_paragraph(
        page, TN_STYLE_DIM, "calibration: %s", calibration.failed ? "" : calibration.s);
    if (command_line != NULL) tn_page_paragraph(page, TN_STYLE_DIM, "command: %s", command_line);
    tn_page_paragraph(page, TN_STYLE_DIM,
        "%s is the Monte Carlo standard error. Uncertainty of the parameters is inside the "
        "probabilities; that of the model is in no number. Claims are claims, not facts.",
        page->plus_minus);
    tn_text_free(&calibration);
}

int tn_report_table(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    header(&page, f);
    tn_table_base(&page, f);
    tn_table_exit(&page, f);
    tn_table_weeks(&page, f);
    if (f->has_conditional) tn_table_conditional(&page, f);
    tn_table_routes(&page, f);
    tn_table_successors(&page, f);
    tn_table_state(&page, f);
    tn_table_counts(&page, f);
    if (tn_table_has_reports(f)) tn_table_reports(&page, f);
    tn_table_drivers(&page, f);
    footer(&page, f, opt == NULL ? NULL : opt->command_line);
    if (page.failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the forecast");
    return 0;
}
