/* Reading a case for a command. */
#include "cli.h"

int cli_case_read(tn_case_t **c, const char *command, const char *path,
    const tn_case_options_t *opt, cli_colour_t colour, bool is_quiet)
{
    tn_diag_t *diag = NULL;
    tn_error_t err = {0};
    *c = NULL;
    if (tn_diag_new(&diag) < 0) return cli_error_exit(command, TN_ENOMEM, NULL);
    const int ret = tn_case_read(c, path, opt, diag, &err);
    const bool has_errors = tn_diag_n_errors(diag) > 0;
    if (has_errors || !is_quiet) tn_diag_print(diag, stderr, cli_use_colour(colour, stderr));
    tn_diag_free(diag);
    if (ret == 0) return 0;
    return has_errors ? tn_error_exit_status(ret) : cli_error_exit(command, ret, &err);
}
