/* Tasks over OpenMP threads, taken one by one. */
#include "base/parallel.h"

#include <omp.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tenure/forecast.h"

int tn_parallel_threads(int n_threads)
{
    if (n_threads > 0) return n_threads;
    const int n = omp_get_num_procs();
    return n > 0 ? n : 1;
}

int tn_thread_count(int n_threads) { return tn_parallel_threads(n_threads); }

int tn_parallel_run(
    int n_threads, int64_t n_tasks, int (*task)(void *ctx, int thread, int64_t i), void *ctx)
{
    const int64_t wanted = tn_parallel_threads(n_threads);
    const int team = (int)(n_tasks < wanted ? (n_tasks > 0 ? n_tasks : 1) : wanted);
    atomic_bool is_failed = false;
    int64_t first = INT64_MAX;
    int ret = 0;
#pragma omp parallel for schedule(dynamic) num_threads(team) if (team > 1)
    for (int64_t i = 0; i < n_tasks; i++) {
        if (atomic_load(&is_failed)) continue;
        const int r = task(ctx, omp_get_thread_num(), i);
        if (r == 0) continue;
        atomic_store(&is_failed, true);
#pragma omp critical(tn_parallel_error)
        if (i < first) {
            first = i;
            ret = r;
        }
    }
    return ret;
}
