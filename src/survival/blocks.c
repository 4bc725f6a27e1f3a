/* At most 128 blocks of at least 512 rows, and at most 2^22 numbers of partial sums: enough to keep
 * the processors busy, little enough to add up. */
#include "survival/blocks.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "tenure/error.h"

#define BLOCK_ROWS  512
#define MAX_BLOCKS  128
#define MAX_NUMBERS ((size_t)1 << 22)

typedef struct sweep {
    size_t n, n_blocks, width;
    tn_blocks_fn fn;
    void *ctx;
    double *part;
} sweep_t;

static size_t block_start(const sweep_t *s, size_t b) { return b * s->n / s->n_blocks; }

static int one_block(void *ctx, int thread, int64_t i)
{
    const sweep_t *s = ctx;
    const size_t b = (size_t)i;
    return s->fn(s->ctx, thread, block_start(s, b), block_start(s, b + 1), s->part + b * s->width);
}

int tn_blocks_sum(size_t n, int n_threads, size_t width, tn_blocks_fn fn, void *ctx, double *sum)
{
    memset(sum, 0, width * sizeof *sum);
    size_t n_blocks = n / BLOCK_ROWS;
    if (n_blocks > MAX_BLOCKS) n_blocks = MAX_BLOCKS;
    while (n_blocks > 1 && n_blocks * width > MAX_NUMBERS)
        n_blocks /= 2;
    if (n_blocks <= 1) return n == 0 ? 0 : fn(ctx, 0, 0, n, sum);
    sweep_t s = {.n = n, .n_blocks = n_blocks, .width = width, .fn = fn, .ctx = ctx};
    s.part = tn_calloc(n_blocks * width, sizeof *s.part);
    if (s.part == NULL) return TN_ENOMEM;
    const int ret = tn_parallel_run(n_threads, (int64_t)n_blocks, one_block, &s);
    for (size_t b = 0; b < n_blocks; b++) {
        for (size_t k = 0; k < width; k++)
            sum[k] += s.part[b * width + k];
    }
    tn_free(s.part);
    return ret;
}
