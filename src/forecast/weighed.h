/** Weighted sums of worlds by block, under several weightings: all evidence, and all evidence but
 * one claim. Each weighting keeps its own log scale. */
#ifndef TN_FORECAST_WEIGHED_H
#define TN_FORECAST_WEIGHED_H
#include "court/ensemble.h"
#include "tenure/forecast.h"

/** Sums of one weighting: of worlds, of exits in question within the pivot, and by how each world
 * ends within the pivot (the last: in office). */
#define TN_WEIGHED_ENDS (TN_N_ROUTES + 1)
typedef struct tn_weighed_sums {
    double weight, exits, end[TN_WEIGHED_ENDS];
} tn_weighed_sums_t;

typedef struct tn_weighed {
    const tn_court_t *court;
    unsigned routes;
    int pivot_weeks, n_claims;
    int64_t n_rows;          /* one per block */
    tn_weighed_sums_t *sums; /* n_rows x (1 + n_claims): all evidence, then without each claim */
    double *scale;           /* likewise: log scale */
} tn_weighed_t;

/** @return 0, TN_ENOMEM. */
int tn_weighed_init(tn_weighed_t *self, const tn_ensemble_t *e, int pivot_weeks, unsigned routes);
void tn_weighed_free(tn_weighed_t *self);
/** tn_block_done_fn; ctx is the tn_weighed_t. */
void tn_weighed_block(void *ctx, const tn_block_t *block);
/** Brings the rows of each weighting to one scale, which scale[g] of row 0 then is. */
void tn_weighed_finish(tn_weighed_t *self);

/** Sums over all rows but `without` (-1: all). */
tn_weighed_sums_t tn_weighed_total(const tn_weighed_t *self, int weighting, int64_t without);

/** A figure of the sums over all rows but one. */
typedef double (*tn_weighed_fn)(const tn_weighed_t *self, int which, int64_t without);
/** The figure with its delete-one-block jackknife standard error. */
tn_estimate_t tn_weighed_jackknife(const tn_weighed_t *self, tn_weighed_fn figure, int which);
#endif
