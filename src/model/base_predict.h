/** What the base rates say of one leader: chances by date and route, with limits from draws of the
 * parameters. */
#ifndef TN_MODEL_BASE_PREDICT_H
#define TN_MODEL_BASE_PREDICT_H
#include "base/rng.h"
#include "model/base_model.h"

#define TN_BASE_DRAWS  400
#define TN_BASE_MONTHS 1200 /* longest look ahead */

/** Draws of all parameters, the same for every leader. */
typedef struct tn_base_draws {
    int n;
    tn_base_draw_t *draw; /* [0] is the fitted one; n + 1 in all */
} tn_base_draws_t;

/** @param n  draws; 0: the fitted parameters only. @return 0, TN_ENOMEM. */
int tn_base_draws_init(tn_base_draws_t *self, const tn_base_model_t *model, int n, uint64_t seed);
void tn_base_draws_free(tn_base_draws_t *self);

/** A figure and its limits. */
typedef struct tn_base_figure {
    double value, lower, upper;
} tn_base_figure_t;

/** One leader from a landmark on. Arrays of n_months + 1: at the end of month k after the landmark,
 * k = 0 being the landmark itself. */
typedef struct tn_base_curve {
    int n_months, n_draws;
    double *surv;   /* (n_draws + 1) x (n_months + 1) */
    double *cif;    /* TN_N_ROUTES x (n_draws + 1) x (n_months + 1) */
    double *sorted; /* room */
} tn_base_curve_t;

/** @return 0, TN_ENOMEM. Cost O(months x draws x covariates). */
int tn_base_curve_init(tn_base_curve_t *self, const tn_base_model_t *model,
    const tn_base_draws_t *draws, const tn_known_t *known, int n_months);
void tn_base_curve_free(tn_base_curve_t *self);

/** Chance to have left by `months` after the landmark, between whole months by constant intensity.
 *  @param route  tn_route_t, or TN_N_ROUTES: any.   @param level  of the limits. */
tn_base_figure_t tn_base_chance(
    const tn_base_curve_t *self, int route, double months, double level);
/** Yearly hazard, the mean over the first `months` in office: exits over time; any for TN_N_ROUTES.
 */
tn_base_figure_t tn_base_hazard(const tn_base_curve_t *self, int route, int months, double level);
/** Standard deviation over the draws of the log of it. */
double tn_base_hazard_log_sd(const tn_base_curve_t *self, int route, int months);
/** Months until half have left; INFINITY if not within n_months. */
tn_base_figure_t tn_base_median(const tn_base_curve_t *self, double level);
#endif
