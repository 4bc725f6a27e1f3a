/* The bar is drawn on one line with a carriage return; the flag is all a signal handler touches. */
#include "progress.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define DELAY_SECONDS  1.0
#define REDRAW_SECONDS 0.1
#define BAR            24
#define INTERRUPTED    130 /* exit status, as of TN_EINTERRUPT */
#define LINE           80

static volatile sig_atomic_t interrupted;

static void on_signal(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&ignore.sa_mask);
    action.sa_flags = SA_RESTART;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void end_at_once(int signal_number)
{
    static const char text[] = "tenure: interrupted\n";
    (void)signal_number;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(INTERRUPTED);
}

void cli_release_signals(void)
{
    struct sigaction action = {.sa_handler = end_at_once};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool cli_is_interrupted(void) { return interrupted != 0; }

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + 1e-9 * (double)(to->tv_nsec - from->tv_nsec);
}

void cli_progress_init(cli_progress_t *self, bool is_quiet)
{
    *self = (cli_progress_t){.width = cli_width(stderr)};
    self->is_shown = !is_quiet && cli_is_terminal(stderr) && !cli_is_dumb();
    (void)clock_gettime(CLOCK_MONOTONIC, &self->begin);
    self->last = self->begin;
}

static void draw(cli_progress_t *self, const char *stage, double share)
{
    char bar[BAR + 1], line[LINE];
    const int filled = (int)lround(share * BAR);
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)filled);
    bar[BAR] = '\0';
    (void)snprintf(line, sizeof line, "%-18s [%s] %3.0f %%", stage, bar, floor(100.0 * share));
    fprintf(stderr, "\r%.*s\x1b[K", self->width - 1, line);
    self->is_drawn = true;
}

int cli_progress_update(void *ctx, const char *stage, double done, double total)
{
    cli_progress_t *self = ctx;
    struct timespec now;
    if (cli_is_interrupted()) return 1;
    if (!self->is_shown) return 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(&self->begin, &now) < DELAY_SECONDS) return 0;
    if (seconds_between(&self->last, &now) < REDRAW_SECONDS) return 0;
    self->last = now;
    draw(self, stage, total > 0.0 ? fmax(0.0, fmin(1.0, done / total)) : 0.0);
    return 0;
}

void cli_progress_end(cli_progress_t *self)
{
    if (self->is_drawn) fputs("\r\x1b[K", stderr);
    self->is_drawn = false;
}
