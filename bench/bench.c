#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_now(void) { return read_clock(CLOCK_MONOTONIC); }

double bench_cpu(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

double bench_best(int (*task)(void *ctx), void *ctx, int least)
{
    double best = INFINITY;
    const double begin = bench_now();
    for (int k = 0; k < least || bench_now() - begin < 0.5; k++) {
        const double from = bench_now();
        if (task(ctx) != 0) {
            fputs("bench: a task failed\n", stderr);
            exit(EXIT_FAILURE);
        }
        best = fmin(best, bench_now() - from);
    }
    return best;
}

const char *bench_seconds(double seconds)
{
    static char text[4][32];
    static int next;
    char *out = text[next = (next + 1) % 4];
    const double scale = seconds >= 1.0 ? 1.0 : seconds >= 1e-3 ? 1e3 : 1e6;
    const char *unit = scale == 1.0 ? "s" : scale == 1e3 ? "ms" : "us";
    const double value = seconds * scale;
    const int decimals = value >= 100.0 ? 0 : value >= 10.0 ? 1 : 2;
    (void)snprintf(out, sizeof text[0], "%.*f %s", decimals, value, unit);
    return out;
}
