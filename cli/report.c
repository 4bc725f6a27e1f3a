/* One of three reports, and a page if one is asked for, each whole or not at all. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "progress.h"

static const char *place(const char *path) { return path == NULL ? "-" : path; }

int cli_page_check(const char *command, const char *path, const char *output)
{
    tn_error_t err = {0};
    if (path == NULL) return 0;
    if (strcmp(place(path), place(output)) == 0) {
        fprintf(stderr, "tenure %s: --html and the output name the same file\n", command);
        return CLI_EXIT_USAGE;
    }
    const int ret = tn_pages_check(&err);
    if (ret < 0) return cli_error_exit(command, ret, &err);
    return cli_output_check(command, path);
}

void cli_report_take_format(cli_report_t *self, cli_format_t format)
{
    if (self->format != format) self->n_formats++;
    self->format = format;
}

void cli_report_check(const cli_report_t *self, cli_args_t *args)
{
    if (self->n_formats > 1) cli_mistake(args, "--json and --csv exclude each other");
}

tn_report_options_t cli_report_options(const cli_report_t *self, FILE *stream)
{
    return (tn_report_options_t){.width = cli_width(stream),
        .colour = cli_use_colour(self->colour, stream),
        .unicode = cli_is_utf8(),
        .command_line = self->command_line};
}

int cli_report_close(cli_output_t *out, const char *command, int ret, const tn_error_t *err)
{
    const int status = cli_output_close(out, command, ret == 0 || ret == TN_EIO);
    return status == 0 && ret < 0 ? cli_error_exit(command, ret, err) : status;
}

int cli_page_write(const char *command, const char *path, const char *json, size_t n)
{
    cli_output_t out;
    tn_error_t err = {0};
    const int status = cli_output_open(&out, command, path);
    if (status != 0) return status;
    return cli_report_close(&out, command, tn_pages_write(json, n, out.stream, &err), &err);
}

static int write_page(const tn_forecast_t *f, const char *command, const cli_report_t *report)
{
    cli_output_t out;
    tn_error_t err = {0};
    const tn_report_options_t opt = {.command_line = report->command_line};
    const int status = cli_output_open(&out, command, report->page);
    if (status != 0) return status;
    return cli_report_close(&out, command, tn_report_html(f, &opt, out.stream, &err), &err);
}

int cli_report_write(const tn_forecast_t *f, const char *command, const cli_report_t *report)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, command, report->output);
    if (status != 0) return status;
    const tn_report_options_t opt = cli_report_options(report, out.stream);
    int ret = 0;
    switch (report->format) {
    case CLI_TABLE: ret = tn_report_table(f, &opt, out.stream, &err); break;
    case CLI_JSON: ret = tn_report_json(f, &opt, out.stream, &err); break;
    case CLI_CSV: ret = tn_report_csv(f, &opt, out.stream, &err); break;
    }
    if (ret == 0 && cli_is_interrupted()) ret = TN_EINTERRUPT;
    status = cli_report_close(&out, command, ret, &err);
    if (status == 0 && report->page != NULL) status = write_page(f, command, report);
    return status;
}
