/** The command line of tenure fit, understood. */
#ifndef TENURE_CLI_FIT_REQUEST_H
#define TENURE_CLI_FIT_REQUEST_H
#include "report.h"

#define FIT_COMMAND "fit"

typedef struct fit_request {
    tn_fit_options_t fit;
    tn_frame_options_t frame;
    const char *data, *newdata;
    const char *method;     /* as given; NULL: none */
    const char **formulas;  /* room for one per word of the command line */
    tn_fit_method_t *model; /* of --models */
    double *times, *cuts;
    cli_report_t report;
    bool is_quiet, wants_help, failed; /* failed: out of memory */
    char *command_line;
} fit_request_t;

/** Returns 0, or an exit status after printing the reason. Free in any case. */
int fit_request_init(fit_request_t *self, int argc, char **argv);
void fit_request_free(fit_request_t *self);
/** Prints the help; returns the exit status. */
int fit_help(void);
#endif
