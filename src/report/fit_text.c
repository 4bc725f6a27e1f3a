/* A fit as a page to read: what was fitted to how many rows, whether it converged, the tables, what
 * a reader must know about it. */
#include "report/fit_text.h"

static void put_header(tn_page_t *page, const tn_fit_t *self)
{
    const char *plural = self->n_rows == 1 ? "" : "s";
    tn_page_heading(page, self->title, NULL);
    if (self->formula != NULL) tn_page_paragraph(page, TN_STYLE_PLAIN, "%s", self->formula);
    if (self->n_dropped > 0) {
        tn_page_paragraph(page, TN_STYLE_PLAIN, "%zu row%s used, %zu dropped", self->n_rows, plural,
            self->n_dropped);
    } else {
        tn_page_paragraph(page, TN_STYLE_PLAIN, "%zu row%s", self->n_rows, plural);
    }
    if (self->status != TN_FIT_CONVERGED) {
        tn_page_paragraph(
            page, TN_STYLE_ALERT, "status: %s: see below", tn_fit_status_text(self->status));
    }
}

static void put_remarks(tn_page_t *page, const tn_fit_t *self)
{
    if (self->n_warnings > 0) tn_page_heading(page, "Warnings", NULL);
    for (int i = 0; i < self->n_warnings; i++)
        tn_page_paragraph(page, TN_STYLE_ALERT, "%s", self->warning[i]);
    if (self->n_notes > 0) tn_page_heading(page, "Notes", NULL);
    for (int i = 0; i < self->n_notes; i++)
        tn_page_paragraph(page, TN_STYLE_DIM, "%s", self->note[i]);
}

static int put_tables(tn_page_t *page, const tn_fit_t *self, const char *what, tn_error_t *err)
{
    for (int i = 0; i < self->n_tables; i++)
        tn_fit_print_table(page, &self->table[i]);
    put_remarks(page, self);
    if (page->failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ferror(page->out)) return tn_error_set(err, TN_EIO, "cannot write the %s", what);
    return 0;
}

int tn_fit_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    put_header(&page, self);
    return put_tables(&page, self, "fit", err);
}

int tn_tables_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_page_t page;
    tn_page_init(&page, opt, out);
    if (self->title != NULL && self->title[0] != 0) tn_page_heading(&page, self->title, NULL);
    return put_tables(&page, self, "tables", err);
}
