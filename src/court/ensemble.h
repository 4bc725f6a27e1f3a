/** Many blocks of one court, on threads: the one place where worlds are run. Blocks are
 * independent; whoever reads their results folds them in block order, so the number of threads
 * cannot matter. */
#ifndef TN_COURT_ENSEMBLE_H
#define TN_COURT_ENSEMBLE_H
#include "court/block.h"

typedef struct tn_ensemble {
    const tn_court_t *court;
    uint64_t seed;
    int64_t n_worlds;
    int n_threads;
    tn_isa_t isa;
    int64_t batch;          /* consecutive blocks that one thread runs in order; 0: 1 */
    const int64_t *batches; /* the batches to run; NULL: all */
    int64_t n_batches;
    int watch_observable, watch_event; /* -1: none */
    bool tally_hazards;
    int seen_from, seen_to; /* weeks in which blocks keep which predicates were true; equal: none */
    const double *design;   /* rows of court->n_uncertain normals that replace the drawn ones */
    int design_lanes;       /* worlds per row, a divisor of TN_BLOCK; with design only */
    const char *stage;      /* name for progress */
    tn_progress_fn progress; /* called from the calling thread only; may be NULL */
    void *progress_ctx;
} tn_ensemble_t;

/** Called once per block, from any thread: may write only what belongs to the block's batch or to
 * block->thread. Within a batch the calls come in order of blocks. */
typedef void (*tn_block_done_fn)(void *ctx, const tn_block_t *block);

int64_t tn_ensemble_n_blocks(const tn_ensemble_t *self);

/** Runs all blocks, or those of the batches listed. @return 0, TN_ENOMEM, TN_EINTERRUPT (cancelled
 * by progress). */
int tn_ensemble_run(const tn_ensemble_t *self, tn_block_done_fn done, void *ctx, tn_error_t *err);
#endif
