/** A progress bar on standard error, and interruption by signals: what a long run shows and obeys.
 */
#ifndef TENURE_CLI_PROGRESS_H
#define TENURE_CLI_PROGRESS_H
#include <stdbool.h>
#include <time.h>

/** Zero-initialise, then cli_progress_init(). */
typedef struct cli_progress {
    bool is_shown; /* standard error is a terminal that can move its cursor */
    bool is_drawn; /* something stands on the line now */
    int width;
    struct timespec begin, last;
} cli_progress_t;

void cli_progress_init(cli_progress_t *self, bool is_quiet);
/** tn_progress_fn: draws at most ten times a second, after the first second; nonzero after SIGINT
 * or SIGTERM. */
int cli_progress_update(void *ctx, const char *stage, double done, double total);
/** Wipes the bar away. */
void cli_progress_end(cli_progress_t *self);

/** From now on SIGINT and SIGTERM only set a flag, and a closed pipe is an error of writing. */
void cli_catch_signals(void);
/** From now on SIGINT and SIGTERM end the program at once, with exit status 130: for long work that
 * asks nobody and has nothing half-written. */
void cli_release_signals(void);
bool cli_is_interrupted(void);
#endif
