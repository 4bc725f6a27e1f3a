/** How named tables are written: what explain, compare, base, backtest, score, fit and ledger
 * share. */
#ifndef TENURE_CLI_TABLES_H
#define TENURE_CLI_TABLES_H
#include "report.h"

/** A command's own text of its tables. */
typedef int cli_tables_text_t(
    const tn_fit_t *tables, const tn_report_options_t *opt, FILE *out, tn_error_t *err);

/** The table of that name alone, or all of them if the name is NULL.
 *  @param shown  out; it borrows from `tables`.
 *  Returns 0 or an exit status after saying which tables there are. */
int cli_tables_choose(
    tn_fit_t *shown, const tn_fit_t *tables, const char *command, const char *name);

/** Writes the tables in the format and to the place of the report; as CSV the first one.
 *  @param schema  of the JSON; NULL: that of a fit.   @param text  NULL: plain tables.
 *  Returns 0 or an exit status after printing the reason. */
int cli_tables_write(const tn_fit_t *tables, const char *command, const char *schema,
    cli_tables_text_t *text, const cli_report_t *report);

/** The page of all tables, whatever table the report shows; no page asked for: nothing to do.
 *  Returns 0 or an exit status after printing the reason. */
int cli_page_write_tables(
    const char *command, const tn_fit_t *tables, const char *schema, const cli_report_t *report);

/** Says the warnings that came with the tables. */
void cli_tables_warn(const tn_fit_t *tables, const char *command);
#endif
