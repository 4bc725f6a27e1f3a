/* Blocks over threads. Each thread owns one block's memory and uses it again and again. Source:
 * architecture. */
#include "court/ensemble.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "base/parallel.h"

typedef struct tn_run {
    const tn_ensemble_t *ensemble;
    const tn_lanes_t *lanes;
    tn_block_done_fn done;
    void *ctx;
    tn_block_t *block;       /* one per thread */
    int64_t batch, n_blocks; /* the last: to run */
    atomic_llong n_done;
} tn_run_t;

int64_t tn_ensemble_n_blocks(const tn_ensemble_t *self)
{
    return (self->n_worlds + TN_BLOCK - 1) / TN_BLOCK;
}

static int report_progress(tn_run_t *run, int thread)
{
    const tn_ensemble_t *e = run->ensemble;
    const long long n_done = atomic_fetch_add(&run->n_done, 1) + 1;
    if (thread != 0 || e->progress == NULL) return 0;
    const double weeks = e->court->n_weeks;
    const double done = (double)n_done * TN_BLOCK * weeks;
    const double total = (double)run->n_blocks * TN_BLOCK * weeks;
    return e->progress(e->progress_ctx, e->stage, done, total) != 0 ? TN_EINTERRUPT : 0;
}

static int run_block(tn_run_t *run, int thread, int64_t index)
{
    const tn_ensemble_t *e = run->ensemble;
    tn_block_t *block = &run->block[thread];
    const int64_t left = e->n_worlds - index * TN_BLOCK;
    if (block->slab == NULL) {
        const int ret = tn_block_init(block, e->court);
        if (ret < 0) return ret;
        block->thread = thread;
        block->watch_observable = e->watch_observable;
        block->watch_event = e->watch_event;
        block->tally_hazards = e->tally_hazards;
        block->seen_from = e->seen_from;
        block->seen_to = e->seen_to;
        block->design = e->design;
        block->design_lanes = e->design_lanes;
    }
    tn_block_run(block, run->lanes, e->seed, index, left < TN_BLOCK ? (int)left : TN_BLOCK);
    run->done(run->ctx, block);
    return report_progress(run, thread);
}

static int run_batch(void *ctx, int thread, int64_t i)
{
    tn_run_t *run = ctx;
    const int64_t batch = run->ensemble->batches != NULL ? run->ensemble->batches[i] : i;
    const int64_t size = run->batch, n_blocks = tn_ensemble_n_blocks(run->ensemble);
    for (int64_t k = batch * size; k < n_blocks && k < (batch + 1) * size; k++) {
        const int ret = run_block(run, thread, k);
        if (ret < 0) return ret;
    }
    return 0;
}

int tn_ensemble_run(const tn_ensemble_t *self, tn_block_done_fn done, void *ctx, tn_error_t *err)
{
    tn_run_t run = {.ensemble = self, .done = done, .ctx = ctx};
    const int n_threads = tn_parallel_threads(self->n_threads);
    run.batch = self->batch > 1 ? self->batch : 1;
    int64_t n_batches = (tn_ensemble_n_blocks(self) + run.batch - 1) / run.batch;
    run.n_blocks = tn_ensemble_n_blocks(self);
    if (self->batches != NULL) {
        n_batches = self->n_batches;
        run.n_blocks = n_batches * run.batch; /* nearly: the last batch may be short */
    }
    run.lanes = tn_lanes_select(self->isa);
    run.block = tn_calloc((size_t)n_threads, sizeof *run.block);
    if (run.block == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    const int ret = tn_parallel_run(n_threads, n_batches, run_batch, &run);
    for (int k = 0; k < n_threads; k++)
        tn_block_free(&run.block[k]);
    tn_free(run.block);
    return ret < 0 ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : 0;
}
