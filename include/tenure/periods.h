/** Spells cut into periods: the person-period rows of discrete-time models, and rows for covariates
 *  that change with time served. */
#ifndef TENURE_PERIODS_H
#define TENURE_PERIODS_H
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Period j (from 0) is (cuts[j], cuts[j + 1]], or (j unit, (j + 1) unit]. */
typedef struct tn_periods_options {
    const double *cuts; /**< n_cuts ascending times, at least 2, or NULL: periods of equal length */
    size_t n_cuts;
    double unit; /**< length of a period, positive; read without cuts */
} tn_periods_options_t;

/** One row for each period in which a spell is at risk, in the order of the spells and of time. */
typedef struct tn_periods {
    size_t n;
    uint32_t *subject;    /**< row of the spell, from 0: index of its covariates */
    int32_t *period;      /**< from 0 */
    int32_t *outcome;     /**< 0 stays; the spell's cause in the period in which it ends */
    double *start, *stop; /**< at risk over (start, stop], within the period */
} tn_periods_t;

/** Cuts spells. Periods in which a spell is at risk for a part only (late entry, exit) have a row
 * as well: start and stop say for how long. What lies before the first cut or after the last is
 * left out; a spell that goes on after the last cut stays in its last row. A spell without entry
 * that ends at time 0 has a row in the period that begins at 0. With unit, times within 1e-9
 * (relative) of a border count as on it, so that days divided by 365.25 fall where they should.
 *  @param self  out; free with tn_periods_free.
 *  @return 0; TN_EARG (cuts, unit); TN_EDOMAIN (bad spells; unit: entry before 0, more than 2^31
 *  periods; more than 2^32 rows); TN_ENOMEM. Cost O(n log n_cuts + rows). */
TN_API TN_MUST_CHECK int tn_periods_expand(tn_periods_t *self, const tn_spells_t *spells,
    const tn_periods_options_t *opt, tn_error_t *err);
TN_API void tn_periods_free(tn_periods_t *self);

#ifdef __cplusplus
}
#endif
#endif
