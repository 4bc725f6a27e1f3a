/* tenure fit METHOD FORMULA --data FILE: reads the data, fits, writes one of three reports. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "fit_request.h"
#include "progress.h"
#include "tables.h"

/** What was read and fitted. */
typedef struct work {
    tn_frame_t data, newdata;
    tn_fit_t fit;
} work_t;

static int read_frames(work_t *work, const fit_request_t *request)
{
    tn_error_t err = {0};
    const tn_frame_options_t new_options = {.format = request->frame.format};
    int ret = tn_frame_read(&work->data, request->data, &request->frame, &err);
    if (ret == 0 && request->newdata != NULL) {
        ret = tn_frame_read(&work->newdata, request->newdata, &new_options, &err);
    }
    return ret == 0 ? 0 : cli_error_exit(FIT_COMMAND, ret, &err);
}

static int fit_model(work_t *work, const fit_request_t *request)
{
    tn_diag_t *diag = NULL;
    tn_error_t err = {0};
    if (tn_diag_new(&diag) < 0) return cli_error_exit(FIT_COMMAND, TN_ENOMEM, NULL);
    tn_fit_options_t opt = request->fit;
    if (request->newdata != NULL) opt.newdata = &work->newdata;
    const int ret = tn_fit_run(&work->fit, &work->data, &opt, diag, &err);
    const bool is_explained = ret == TN_EINPUT && tn_diag_n_errors(diag) > 0;
    const bool is_shown = is_explained || (ret == 0 && !request->is_quiet);
    if (is_shown) tn_diag_print(diag, stderr, cli_use_colour(request->report.colour, stderr));
    tn_diag_free(diag);
    if (ret == 0) return 0;
    if (is_explained) return tn_error_exit_status(ret);
    const int status = cli_error_exit(FIT_COMMAND, ret, &err);
    return ret == TN_EARG ? CLI_EXIT_USAGE : status;
}

/** Warnings, and with CSV the notes, which have no place in it. */
static void say_remarks(const tn_fit_t *fit, const fit_request_t *request)
{
    cli_tables_warn(fit, FIT_COMMAND);
    if (request->is_quiet || request->report.format != CLI_CSV) return;
    for (int i = 0; i < fit->n_notes; i++)
        fprintf(stderr, "tenure " FIT_COMMAND ": note: %s\n", fit->note[i]);
}

static int report(const tn_fit_t *fit, const fit_request_t *request)
{
    tn_fit_t shown;
    int status = cli_tables_choose(&shown, fit, FIT_COMMAND, request->report.table);
    if (status == 0)
        status = cli_tables_write(&shown, FIT_COMMAND, NULL, tn_fit_report_text, &request->report);
    if (status != 0) return status;
    say_remarks(fit, request);
    return fit->status == TN_FIT_CONVERGED ? 0 : CLI_EXIT_INPUT;
}

static int run(const fit_request_t *request)
{
    work_t work = {0};
    if (request->wants_help) return fit_help();
    int status = cli_output_check(FIT_COMMAND, request->report.output);
    if (status != 0) return status;
    cli_release_signals(); /* nothing is written yet: a signal may end the program at once */
    status = read_frames(&work, request);
    if (status == 0) status = fit_model(&work, request);
    cli_catch_signals();
    if (status == 0) status = report(&work.fit, request);
    tn_fit_free(&work.fit);
    tn_frame_free(&work.newdata);
    tn_frame_free(&work.data);
    return status;
}

int tn_cmd_fit(int argc, char **argv)
{
    fit_request_t request;
    int status = fit_request_init(&request, argc, argv);
    if (status == 0) status = run(&request);
    fit_request_free(&request);
    return status;
}
