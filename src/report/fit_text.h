/** What the pieces of a fit's printout share: figures by kind, the rows worth showing, plots. */
#ifndef TN_REPORT_FIT_TEXT_H
#define TN_REPORT_FIT_TEXT_H
#include "report/number.h"
#include "report/page.h"
#include "tenure/fit.h"

/** How the figures of one column are written: decided once, from those that are shown. */
typedef struct tn_figures {
    tn_fit_kind_t kind;
    int decimals;
} tn_figures_t;

/** From the n rows of the column that are shown. */
tn_figures_t tn_figures_for(const tn_fit_column_t *column, const size_t *row, size_t n);
/** "-" for NaN, "Inf" for infinities. */
void tn_figures_format(const tn_figures_t *self, double value, char out[TN_NUMBER_SIZE]);

/** Rows that belong together: the same strata, cause, row of new data. */
typedef struct tn_group {
    size_t from, to; /* rows from..to-1 of the table */
} tn_group_t;

/** The rows of a table that are shown. */
typedef struct tn_shown {
    size_t *row, n;    /* n rows, ascending */
    tn_group_t *group; /* n_groups; one for tables that are no curves */
    size_t n_groups;   /* of the table */
    size_t n_kept;     /* groups of which rows are shown, the first ones */
    size_t n_in_kept;  /* rows of these groups */
} tn_shown_t;

/** @return 0 or TN_ENOMEM. */
int tn_shown_init(tn_shown_t *self, const tn_fit_table_t *table);
void tn_shown_free(tn_shown_t *self);
/** Whether a column says which group a row belongs to. */
bool tn_shown_is_key(const tn_fit_column_t *column);
/** The column of that name, or -1. */
int tn_shown_find(const tn_fit_table_t *table, const char *name);

/** Draws the curves of a table: its estimates over time, a mark for each group. Nothing where there
 * is nothing to see. */
void tn_fit_plot(tn_page_t *page, const tn_fit_table_t *table, const tn_shown_t *shown);

/** Heading, plot and columns of one table. */
void tn_fit_print_table(tn_page_t *page, const tn_fit_table_t *table);
#endif
