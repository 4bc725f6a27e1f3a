/** Sums of a tally's rows that several figures are made of, one per row. */
#ifndef TN_FORECAST_SUMS_H
#define TN_FORECAST_SUMS_H
#include "forecast/tally.h"

/** y[b] += exits of row b by a route of the set within so many weeks. y has t->n_rows elements. */
void tn_sum_exits(double *y, const tn_tally_t *t, unsigned routes, int weeks);
/** y[b] += exits by a route of the set after which actor d rules (t->n_successors - 1: somebody
 * else; -1: anybody). */
void tn_sum_successors(double *y, const tn_tally_t *t, unsigned routes, int d);
/** y[b] += a column of row b. */
void tn_sum_column(double *y, const tn_tally_t *t, size_t column);
#endif
