/** The command line of tenure ledger, understood. */
#ifndef TENURE_CLI_LEDGER_REQUEST_H
#define TENURE_CLI_LEDGER_REQUEST_H
#include "report.h"

#define LEDGER_COMMAND "ledger"
#define LEDGER_MAX_P   64 /* categories of one forecast */

typedef enum ledger_verb {
    LEDGER_ADD,
    LEDGER_RESOLVE,
    LEDGER_ANNUL,
    LEDGER_LIST,
    LEDGER_SHOW,
    LEDGER_EXPORT,
    LEDGER_VERIFY,
    LEDGER_N_VERBS
} ledger_verb_t;

typedef struct ledger_request {
    ledger_verb_t verb;
    const char **words, **operand; /* operand: those after the verb */
    int n_operands;
    tn_ledger_question_t question;
    tn_ledger_forecast_t forecast;
    tn_ledger_resolution_t resolution;
    bool has_p, has_date, has_opens, has_closes, has_recorded;
    char *category_copy[LEDGER_MAX_P];
    double category_p[LEDGER_MAX_P];
    const char *path, *source, *subject, *status, *head;
    char *default_path; /* owned */
    int32_t date, recorded;
    cli_report_t report;
    bool is_quiet, wants_help;
    char *command_line;
} ledger_request_t;

/** Returns 0, or an exit status after printing the reason. Free in any case. */
int ledger_request_init(ledger_request_t *self, int argc, char **argv);
void ledger_request_free(ledger_request_t *self);
/** Prints the help; returns the exit status. */
int ledger_help(void);
#endif
