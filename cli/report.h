/** How a forecast is written: what tenure forecast and tenure merge share. */
#ifndef TENURE_CLI_REPORT_H
#define TENURE_CLI_REPORT_H
#include "cli.h"

typedef enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV } cli_format_t;

typedef struct cli_report {
    cli_format_t format;
    const char *output; /* NULL: standard output */
    cli_colour_t colour;
    const char *page;         /* file for a page of HTML besides; NULL: none */
    const char *command_line; /* for the manifest */
} cli_report_t;

/** Returns 0 or an exit status after printing the reason. */
int cli_report_write(const tn_forecast_t *f, const char *command, const cli_report_t *report);

/** Before long work: whether a page can be made and written there, and is not the output itself.
 * path NULL: nothing to do. Returns 0 or an exit status after printing the reason. */
int cli_page_check(const char *command, const char *path, const char *output);
/** Writes the page of a JSON document, whole or not at all. Returns as cli_page_check(). */
int cli_page_write(const char *command, const char *path, const char *json, size_t n);
/** The page of tables with that schema; path NULL: nothing to do. Returns the same. */
int cli_page_write_tables(const char *command, const char *path, const tn_fit_t *tables,
    const char *schema, const char *command_line);
#endif
