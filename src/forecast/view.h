/** From tallied rows to one view of the case: exits, routes, successors, state, each with its
 * error. */
#ifndef TN_FORECAST_VIEW_H
#define TN_FORECAST_VIEW_H
#include "forecast/tally.h"

/** @param view  out, zeroed by this; tn_view_free() it. */
int tn_view_init(tn_view_t *view, const tn_tally_t *tally, int64_t n_worlds);
/** Copy with arrays of its own. */
int tn_view_copy(tn_view_t *view, const tn_view_t *from, int n_successors);
void tn_view_free(tn_view_t *view);

/** P(exit within h | watched event by h), all horizons. */
int tn_conditional_fill(tn_conditional_t *self, const tn_tally_t *tally);
/** Contributions of the origins of the evidence (model 8.4): out has one element per origin. */
int tn_origin_effects(
    tn_origin_effect_t *out, const tn_tally_t *tally, const tn_case_t *c, int64_t n_worlds);
/** What could be seen, most telling first: out has TN_N_PREDICATES elements. */
int tn_tripwires_fill(tn_tripwire_t *out, const tn_tally_t *tally);
/** Swings of all uncertain parameters, largest first (model 11): out has one element per parameter.
 */
int tn_driver_swings(tn_driver_t *out, const tn_tally_t *tally);
#endif
