/** The request of tenure base, read from the arguments. */
#ifndef TENURE_CLI_BASE_REQUEST_H
#define TENURE_CLI_BASE_REQUEST_H
#include "data_store.h"
#include "report.h"

#define BASE_COMMAND "base"

typedef enum base_verb {
    BASE_LEADER,
    BASE_CURVE,
    BASE_TABLE,
    BASE_WORLD,
    BASE_FIT,
    N_BASE_VERBS
} base_verb_t;

#define BASE_MAX_WEEKS 64

typedef struct base_request {
    base_verb_t verb;
    const char *name; /* NULL: by traits */
    tn_base_leader_t leader;
    const char *country, *model, *store;
    bool has_traits, has_as_of, has_store, is_quiet, wants_help, no_store;
    int weeks[BASE_MAX_WEEKS], n_weeks;
    double level, implied;
    int within; /* weeks of implied */
    int route, n_threads;
    cli_report_t report;
    char *command_line;
    char folder[CLI_STORE_PATH];
} base_request_t;

extern const cli_help_t base_help;

/** @return 0, or an exit status after printing the reason. Free command_line. */
int base_request_init(base_request_t *self, int argc, char **argv);
#endif
