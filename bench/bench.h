/** What the benchmarks share: a clock and a table. */
#ifndef TN_BENCH_BENCH_H
#define TN_BENCH_BENCH_H

/** Seconds of a clock that only goes forward. */
double bench_now(void);

/** Seconds of processor time of all threads of this program: on a machine with other work it says
 * more than a clock. */
double bench_cpu(void);

/** Runs task(ctx) at least `least` times and for at least half a second; the fastest run in
 * seconds. A task that fails (non-zero) ends the program. */
double bench_best(int (*task)(void *ctx), void *ctx, int least);

/** "0.0123 s", "12.3 us": three digits. Valid until the fourth next call. */
const char *bench_seconds(double seconds);
#endif
