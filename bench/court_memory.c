/* Peak memory by number of worlds: it must not grow. Few weeks, because they do not matter for it.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parallel.h"
#include "bench.h"
#include "court.h"
#include "forecast/tally.h"

#define WEEKS 4

static int tally(const tn_case_t *c, int64_t n_worlds)
{
    tn_court_t court;
    tn_tally_t t;
    const tn_court_options_t opt = {.is_neutral = true, .n_weeks = WEEKS};
    const tn_horizon_t horizon = {.label = "4w", .weeks = WEEKS};
    if (tn_court_init(&court, c, &opt, NULL) != 0) return 1;
    tn_ensemble_t e = {.court = &court,
        .seed = 1,
        .n_worlds = n_worlds,
        .watch_observable = -1,
        .watch_event = -1};
    if (tn_tally_init(&t, &e, &horizon, 1, 0, TN_ALL_ROUTES) != 0) return 1;
    const int ret = tn_ensemble_run(&e, tn_tally_block, &t, NULL);
    tn_tally_free(&t);
    tn_court_free(&court);
    return ret != 0;
}

static int read_and_tally(const char *path, int64_t n_worlds)
{
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    if (tn_diag_new(&diag) != 0 || tn_case_read(&c, path, NULL, diag, NULL) != 0) return 1;
    const int ret = tally(c, n_worlds);
    tn_case_free(c);
    tn_diag_free(diag);
    return ret;
}

void bench_memory(const char *path)
{
    printf("%-14s %7s %10s %16s %16s\n", "memory, worlds", "threads", "seconds", "world-weeks/s",
        "peak, MiB");
    for (int64_t n = 100000; n <= 10000000; n *= 10) {
        struct rusage use;
        int status;
        const double from = bench_now();
        (void)fflush(stdout);
        const pid_t child = fork();
        if (child == 0) _exit(read_and_tally(path, n));
        if (child < 0 || wait4(child, &status, 0, &use) < 0 || status != 0) {
            printf("%-14" PRId64 " failed\n", n);
            return;
        }
        const double seconds = bench_now() - from;
        printf("%-14" PRId64 " %7d %10.2f %16.3g %16.1f\n", n, tn_parallel_threads(0), seconds,
            (double)n * WEEKS / seconds, (double)use.ru_maxrss / 1024.0);
    }
    printf("\n");
}
