/** What every block leaves behind: weighted sums in one row per block, and estimates with block
 * standard errors. Above TN_TALLY_ROWS blocks a row holds a batch of consecutive blocks, so memory
 * does not grow with the number of worlds.
 *
 *  A row is an array of doubles; groups of columns share a log scale, so that weights never under-
 * or overflow. Estimates fold rows in block order: threads cannot matter. Source: model 8.4. */
#ifndef TN_FORECAST_TALLY_H
#define TN_FORECAST_TALLY_H
#include <stdatomic.h>

#include "court/ensemble.h"

#define TN_TALLY_ROWS       128
#define TN_TALLY_PER_ORIGIN 3 /* columns: weight, its square, exits */

/** Columns of a row, by offset. Sizes: R routes, T weeks after as_of, A actors + 1, U uncertain
 * parameters, K origins, H horizons. */
typedef struct tn_tally {
    const tn_court_t *court;
    unsigned routes; /* of the question */
    int n_horizons, pivot_weeks;
    int horizon_weeks[TN_MAX_HORIZONS];
    int n_weeks, n_successors, n_uncertain, n_origins;
    bool has_watch, has_seen;
    size_t weight, weight2, exits, successors, counts, swings, watched, watched_exits;
    size_t seen; /* predicates x (weight, exits within pivot) */
    size_t state_weight, state_weight2, states, tipping;
    size_t origins; /* K x (weight, weight2, exits within pivot) */
    size_t scales;  /* 2 + K: all worlds, as-of, each origin */
    size_t width;
    int64_t n_all;    /* blocks */
    int64_t batch;    /* consecutive blocks of one row */
    int64_t n_rows;   /* at most TN_TALLY_ROWS */
    double *row;      /* n_rows x width */
    atomic_bool *has; /* n_rows: rows that are whole */
    double *fresh; /* threads x width: the block just ended, before it joins its row; batch > 1 */
} tn_tally_t;

/** Consecutive blocks of one row. */
int64_t tn_tally_batch(int64_t n_blocks);

/** Sets e->batch: run the ensemble with it. */
int tn_tally_init(tn_tally_t *self, tn_ensemble_t *e, const tn_horizon_t *horizon, int n_horizons,
    int pivot, unsigned routes);
void tn_tally_free(tn_tally_t *self);

/** tn_block_done_fn: fills the row of the block, or adds to it; ctx is the tn_tally_t. */
void tn_tally_block(void *ctx, const tn_block_t *block);

/** Brings all rows to common scales; call once after the run. */
void tn_tally_finish(tn_tally_t *self);

/** Ratio of two columns' sums with block standard error (model 8.4). NAN if the denominator is 0;
 * the error is NAN for fewer than two blocks. */
tn_estimate_t tn_tally_ratio(const tn_tally_t *self, size_t y, size_t w);
/** The same with a per-block array as numerator, and as both. */
tn_estimate_t tn_tally_share(const tn_tally_t *self, const double *y, size_t w);
tn_estimate_t tn_block_ratio(const double *y, const double *w, int64_t n);
/** Column of row b. */
double tn_tally_at(const tn_tally_t *self, int64_t b, size_t column);
#endif
