/** The request of tenure base, read from the arguments. */
#ifndef TENURE_CLI_BASE_REQUEST_H
#define TENURE_CLI_BASE_REQUEST_H
#include "cli.h"
#include "data_store.h"

#define BASE_COMMAND "base"

typedef enum base_verb {
    BASE_LEADER,
    BASE_CURVE,
    BASE_TABLE,
    BASE_WORLD,
    BASE_FIT,
    N_BASE_VERBS
} base_verb_t;
typedef enum base_format { BASE_TEXT, BASE_JSON, BASE_CSV } base_format_t;

#define BASE_MAX_WEEKS 64

typedef struct base_request {
    base_verb_t verb;
    const char *name; /* NULL: by traits */
    tn_base_leader_t leader;
    const char *country, *model, *store, *table, *page, *output;
    bool has_traits, has_as_of, has_store, is_quiet, wants_help, no_store;
    int weeks[BASE_MAX_WEEKS], n_weeks;
    double level, implied;
    int within; /* weeks of implied */
    int route, n_threads;
    base_format_t format;
    int n_formats;
    cli_colour_t colour;
    char *command_line;
    char folder[CLI_STORE_PATH];
} base_request_t;

extern const cli_help_t base_help;

/** @return 0, or an exit status after printing the reason. Free command_line. */
int base_request_init(base_request_t *self, int argc, char **argv);
#endif
