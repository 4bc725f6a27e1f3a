/* tenure fit METHOD FORMULA --data FILE: reads the data, fits, writes one of three reports. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "fit_request.h"
#include "progress.h"

#define LIST_SIZE 4096 /* bytes of a list of names in a message */

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
    if (is_shown) tn_diag_print(diag, stderr, cli_use_colour(request->colour, stderr));
    tn_diag_free(diag);
    if (ret == 0) return 0;
    if (is_explained) return tn_error_exit_status(ret);
    const int status = cli_error_exit(FIT_COMMAND, ret, &err);
    return ret == TN_EARG ? CLI_EXIT_USAGE : status;
}

/** The table asked for; NULL after saying which ones there are. */
static const tn_fit_table_t *find_table(const tn_fit_t *fit, const char *name)
{
    const tn_fit_table_t *table = tn_fit_table(fit, name);
    char known[LIST_SIZE] = "";
    const char **names = calloc((size_t)fit->n_tables + 1, sizeof *names);
    for (int i = 0; table == NULL && names != NULL && i < fit->n_tables; i++) {
        const size_t n = strlen(known);
        names[i] = fit->table[i].name;
        (void)snprintf(known + n, sizeof known - n, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (table == NULL && names != NULL) {
        const char *near = cli_nearest(name, names, (size_t)fit->n_tables);
        fprintf(
            stderr, "tenure " FIT_COMMAND ": no table '%s' here, expected one of: %s", name, known);
        if (near != NULL) fprintf(stderr, " (did you mean '%s'?)", near);
        fputc('\n', stderr);
    }
    free(names);
    return table;
}

static int write_report(const tn_fit_t *fit, const fit_request_t *request)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, FIT_COMMAND, request->output);
    if (status != 0) return status;
    const tn_report_options_t opt = {.width = cli_width(out.stream),
        .colour = cli_use_colour(request->colour, out.stream),
        .unicode = cli_is_utf8(),
        .command_line = request->command_line};
    int ret = 0;
    switch (request->format) {
    case FIT_TEXT: ret = tn_fit_report_text(fit, &opt, out.stream, &err); break;
    case FIT_JSON: ret = tn_fit_report_json(fit, &opt, out.stream, &err); break;
    case FIT_CSV: ret = tn_fit_report_csv(&fit->table[0], out.stream, &err); break;
    }
    if (ret == 0 && cli_is_interrupted()) ret = TN_EINTERRUPT;
    /* a failed write is named by the close, which knows the file and the reason */
    status = cli_output_close(&out, FIT_COMMAND, ret == 0 || ret == TN_EIO);
    if (status == 0 && ret < 0) status = cli_error_exit(FIT_COMMAND, ret, &err);
    return status;
}

/** Warnings, and with CSV the notes, which have no place in it. */
static void say_remarks(const tn_fit_t *fit, const fit_request_t *request)
{
    for (int i = 0; i < fit->n_warnings; i++)
        fprintf(stderr, "tenure " FIT_COMMAND ": warning: %s\n", fit->warning[i]);
    if (request->is_quiet || request->format != FIT_CSV) return;
    for (int i = 0; i < fit->n_notes; i++)
        fprintf(stderr, "tenure " FIT_COMMAND ": note: %s\n", fit->note[i]);
}

static int report(const tn_fit_t *fit, const fit_request_t *request)
{
    tn_fit_t shown = *fit;
    tn_fit_table_t table;
    if (request->table != NULL) {
        const tn_fit_table_t *found = find_table(fit, request->table);
        if (found == NULL) return CLI_EXIT_USAGE;
        table = *found;
        shown.table = &table;
        shown.n_tables = 1;
    }
    const int status = write_report(&shown, request);
    if (status != 0) return status;
    say_remarks(fit, request);
    return fit->status == TN_FIT_CONVERGED ? 0 : CLI_EXIT_INPUT;
}

static int run(const fit_request_t *request)
{
    work_t work = {0};
    if (request->wants_help) return fit_help();
    int status = cli_output_check(FIT_COMMAND, request->output);
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
