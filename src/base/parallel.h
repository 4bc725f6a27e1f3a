/** Threads behind two functions (OpenMP). */
#ifndef TN_BASE_PARALLEL_H
#define TN_BASE_PARALLEL_H
#include <stdint.h>

/** Number of threads meant by n_threads: itself, or all processors for 0. At least 1. */
int tn_parallel_threads(int n_threads);

/** Runs task(ctx, thread, i) for i = 0..n_tasks-1, in any order, each once; thread is
 * 0..n_threads-1 and 0 is the calling thread. After a failure the tasks not yet begun are skipped.
 *  @return 0 or the error of the failed task with the lowest number. */
int tn_parallel_run(
    int n_threads, int64_t n_tasks, int (*task)(void *ctx, int thread, int64_t i), void *ctx);
#endif
