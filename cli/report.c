/* One of three reports, whole or not at all. */
#include "report.h"

#include "progress.h"

int cli_report_write(const tn_forecast_t *f, const char *command, const cli_report_t *report)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, command, report->output);
    if (status != 0) return status;
    const tn_report_options_t opt = {.width = cli_width(out.stream),
        .colour = cli_use_colour(report->colour, out.stream),
        .unicode = cli_is_utf8(),
        .command_line = report->command_line};
    int ret = 0;
    switch (report->format) {
    case CLI_TABLE: ret = tn_report_table(f, &opt, out.stream, &err); break;
    case CLI_JSON: ret = tn_report_json(f, &opt, out.stream, &err); break;
    case CLI_CSV: ret = tn_report_csv(f, &opt, out.stream, &err); break;
    }
    if (ret == 0 && cli_is_interrupted()) ret = TN_EINTERRUPT;
    /* a failed write is named by the close, which knows the file and the reason */
    const bool is_kept = ret == 0 || ret == TN_EIO;
    status = cli_output_close(&out, command, is_kept);
    if (status == 0 && ret < 0) status = cli_error_exit(command, ret, &err);
    return status;
}
