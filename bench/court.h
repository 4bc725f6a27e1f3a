/** Parts of the bench of the simulator. */
#ifndef TN_BENCH_COURT_H
#define TN_BENCH_COURT_H
#include "court/block.h"

#define BENCH_N_PARTS 15

/** Seconds per part of the week, summed over a block's life; kernels of isa, which must run here.
 */
typedef struct bench_week {
    const char *name[BENCH_N_PARTS];
    double seconds[BENCH_N_PARTS];
    double world_weeks;
} bench_week_t;
void bench_week(bench_week_t *self, tn_block_t *b, tn_isa_t isa, uint64_t seed);

/** Bytes of random words per second of one core. */
double bench_philox(tn_block_t *b, tn_isa_t isa);
/** Additions and multiplications per second of one core, nothing else to do. */
double bench_peak(tn_isa_t isa);
/** Time and peak memory of 10^5, 10^6 and 10^7 worlds of the neutral version, four weeks each,
 * tallied as a forecast does; each in a process of its own. */
void bench_memory(const char *path);
#endif
