/** How a forecast is written: what tenure forecast and tenure merge share. */
#ifndef TENURE_CLI_REPORT_H
#define TENURE_CLI_REPORT_H
#include "cli.h"

typedef enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV } cli_format_t;

typedef struct cli_report {
    cli_format_t format;
    const char *output; /* NULL: standard output */
    cli_colour_t colour;
    const char *command_line; /* for the manifest */
} cli_report_t;

/** Returns 0 or an exit status after printing the reason. */
int cli_report_write(const tn_forecast_t *f, const char *command, const cli_report_t *report);
#endif
