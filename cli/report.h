/** How results are written: the options that commands share, forecasts, pages. */
#ifndef TENURE_CLI_REPORT_H
#define TENURE_CLI_REPORT_H
#include "cli.h"

typedef enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV } cli_format_t;

typedef struct cli_report {
    cli_format_t format;
    int n_formats;      /* asked for: more than one is a mistake */
    const char *table;  /* of named tables the only one to show; NULL: all */
    const char *output; /* NULL: standard output */
    cli_colour_t colour;
    const char *page;         /* file for a page of HTML besides; NULL: none */
    const char *command_line; /* for the manifest */
} cli_report_t;

/** --json or --csv. */
void cli_report_take_format(cli_report_t *self, cli_format_t format);
/** After all options: both are a mistake. */
void cli_report_check(const cli_report_t *self, cli_args_t *args);

/** For a text on that stream. */
tn_report_options_t cli_report_options(const cli_report_t *self, FILE *stream);
/** Keeps what was written if ret is 0. A failed write is named by the close, which knows the file
 * and the reason; other errors by err. Returns 0 or an exit status after printing the reason. */
int cli_report_close(cli_output_t *out, const char *command, int ret, const tn_error_t *err);

/** Returns 0 or an exit status after printing the reason. */
int cli_report_write(const tn_forecast_t *f, const char *command, const cli_report_t *report);

/** Before long work: whether a page can be made and written there, and is not the output itself.
 * path NULL: nothing to do. Returns 0 or an exit status after printing the reason. */
int cli_page_check(const char *command, const char *path, const char *output);
/** Writes the page of a JSON document, whole or not at all. Returns as cli_page_check(). */
int cli_page_write(const char *command, const char *path, const char *json, size_t n);
#endif
