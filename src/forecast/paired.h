/** Differences of two runs under common random numbers: ratios of row sums, and the error of their
 * difference. */
#ifndef TN_FORECAST_PAIRED_H
#define TN_FORECAST_PAIRED_H
#include "forecast/sums.h"

typedef struct tn_difference {
    tn_estimate_t a, b;
    tn_estimate_t change;   /* b - a; its error is the paired one */
    tn_estimate_t log_odds; /* likewise, of probabilities strictly between 0 and 1; else NAN */
} tn_difference_t;

/** Sums of one side, n rows: y over w is the figure. */
typedef struct tn_side_sums {
    double *y, *w;
} tn_side_sums_t;

/** Room for the sums of both sides of two tallies with the same number of rows. */
typedef struct tn_paired {
    const tn_tally_t *tally[2];
    tn_side_sums_t side[2];
    int64_t n_rows;
} tn_paired_t;

/** @return 0, TN_ENOMEM. */
int tn_paired_init(tn_paired_t *self, const tn_tally_t *a, const tn_tally_t *b);
void tn_paired_free(tn_paired_t *self);

/** b - a of sum(y)/sum(w), with the error of model 8.4 for a difference of ratios. */
tn_difference_t tn_paired_difference(const tn_paired_t *self);

/** Exit by a route of the set within so many weeks. */
tn_difference_t tn_paired_exit(tn_paired_t *self, unsigned routes, int weeks);
/** Share of an actor among successors by a route of the set. The numbers of the actor on the two
 * sides; -1: he is not there, and his share is 0. */
tn_difference_t tn_paired_successor(tn_paired_t *self, unsigned routes, int a, int b);
/** Expected number of events of a kind (tn_count_t). */
tn_difference_t tn_paired_count(tn_paired_t *self, int count);
/** Mean of a state on the as-of date (tn_state_t). */
tn_difference_t tn_paired_state(tn_paired_t *self, int state);
/** Distance to the tipping point and its shares, 0..2 as in tn_tipping_t. */
tn_difference_t tn_paired_tipping(tn_paired_t *self, int figure);
#endif
