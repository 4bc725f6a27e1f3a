/** Sums over rows in fixed blocks: the same bits for any number of threads. */
#ifndef TN_SURVIVAL_BLOCKS_H
#define TN_SURVIVAL_BLOCKS_H
#include <stddef.h>

/** Adds rows first..end-1 to sum (width numbers, zero before). @return 0 or a negative code. */
typedef int (*tn_blocks_fn)(void *ctx, int thread, size_t first, size_t end, double *sum);

/** sum := total over all rows. The blocks depend on n and width only; their sums are added in
 *  order. @return 0, TN_ENOMEM, or what fn returned. */
int tn_blocks_sum(size_t n, int n_threads, size_t width, tn_blocks_fn fn, void *ctx, double *sum);
#endif
