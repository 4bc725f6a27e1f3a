/** Survival curves without covariates: Kaplan–Meier, Nelson–Aalen, Fleming–Harrington,
 * exp(-hazard); by stratum, with delayed entry and case weights; standard errors, limits,
 * quantiles, restricted mean.
 *
 *  Times are in the unit of the spells and equal if their doubles are equal: round before if they
 *  were computed (R's timefix). At one time events come before censorings, entries after both.
 *  Figures are R's survfit() of survival 3.5 unless a comment says otherwise. */
#ifndef TENURE_KM_H
#define TENURE_KM_H
#include <stdbool.h>

#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tn_km_surv {
    TN_KM_PRODUCT_LIMIT, /**< Kaplan–Meier (R: stype = 1) */
    TN_KM_EXPONENTIAL    /**< exp(-cumulative hazard) (R: stype = 2) */
} tn_km_surv_t;

typedef enum tn_km_hazard {
    TN_KM_NELSON_AALEN,      /**< d / Y (R: ctype = 1) */
    TN_KM_FLEMING_HARRINGTON /**< tied events one after the other (R: ctype = 2) */
} tn_km_hazard_t;

typedef enum tn_km_variance {
    TN_KM_AUTOMATIC, /**< R's rule: robust with clusters or weights that are not whole numbers */
    TN_KM_GREENWOOD, /**< Greenwood's, with weighted counts; sum d / Y^2 for the hazard */
    TN_KM_ROBUST     /**< infinitesimal jackknife over clusters (without them: rows) */
} tn_km_variance_t;

typedef struct tn_km_options {
    int cause; /**< which cause is the event, the others count as censored; 0: any */
    tn_km_surv_t surv;
    tn_km_hazard_t hazard;
    tn_km_variance_t variance;
    tn_interval_t interval; /**< scale of the limits */
    double level;           /**< of the limits, in (0, 1) */
    const int32_t
        *subject; /**< n, any numbers, or NULL: a row without event that its subject's
                     next row takes up at once (entry = exit) is not counted as censored */
} tn_km_options_t;
#define TN_KM_OPTIONS_DEFAULT                                                                      \
    {                                                                                              \
        .interval = TN_INTERVAL_LOG, .level = 0.95                                                 \
    }

/** Curves: one step for every distinct exit time of a stratum, censorings included. */
typedef struct tn_km {
    tn_fit_status_t status; /**< CONVERGED, or NO_EVENTS: the curves stay at 1 */
    bool is_robust;
    int n_strata;
    int n_empty_strata; /**< strata without a row; they have no steps and values are NaN */
    size_t n_steps;
    size_t *start;  /**< n_strata + 1: steps start[s]..start[s+1]-1 are those of stratum s */
    size_t *n_rows; /**< n_strata */
    double *time;   /**< ascending within a stratum */
    double *n_risk, *n_event, *n_censor; /**< weighted; n_risk just before the time */
    double *surv;
    double *se_surv; /**< NaN where Greenwood's formula has no value: survival is 0 */
    double *se_log;  /**< of log survival = se_surv / surv; inf where survival is 0 */
    double *cumhaz, *se_cumhaz;
    double *lower, *upper; /**< of surv; NaN where the scale has no value (0; log-log: 0 and 1) */
    double *block;
} tn_km_t;

/** Estimates the curves.
 *  @param self    out; free with tn_km_free.
 *  @param spells  checked here; not kept. No rows: no steps, status NO_EVENTS.
 *  @return 0; TN_EARG for a bad option, TN_EDOMAIN with the row for bad data, TN_ENOMEM.
 *  Standard errors with TN_KM_EXPONENTIAL or TN_KM_FLEMING_HARRINGTON and TN_KM_ROBUST: here
 * se_surv is always that of survival; R's std.err mixes the scales there. Cost O(n), robust or not.
 * Source: Kaplan & Meier (1958); Fleming & Harrington (1984). */
TN_API TN_MUST_CHECK int tn_km_fit(
    tn_km_t *self, const tn_spells_t *spells, const tn_km_options_t *opt, tn_error_t *err);
TN_API void tn_km_free(tn_km_t *self);

/** Limits on another scale or level. @param lower, upper  out, n_steps. @return 0 or TN_EARG. */
TN_API TN_MUST_CHECK int tn_km_limits(const tn_km_t *self, tn_interval_t scale, double level,
    double *lower, double *upper, tn_error_t *err);

/** Where tn_km_at writes; each n_times, or NULL. */
typedef struct tn_km_values {
    double *n_risk; /**< at the first step at or after the time, 0 beyond: R's summary() */
    double *surv, *se_surv, *cumhaz, *se_cumhaz, *lower, *upper;
} tn_km_values_t;

/** The curve of a stratum at given times, in any order: 1 before the first step, the last value
 *  after the last. NaN in an empty stratum. @return 0; TN_EARG for an unknown stratum.
 *  Cost O(n_times log steps). */
TN_API TN_MUST_CHECK int tn_km_at(const tn_km_t *self, int stratum, size_t n_times,
    const double *times, const tn_km_values_t *out, tn_error_t *err);

/** Quantiles of the time to the event: where the curve comes down to 1 - probs[i]; the middle of
 * the flat piece if it lies on that height (to 1.5e-8). Limits are where the limits of the curve do
 * so. NaN where it never does.
 *  @param quantile, lower, upper  out, n_probs; lower and upper may be NULL.
 *  @return 0; TN_EARG, TN_EDOMAIN (probability outside [0, 1]). As R's quantile.survfit; with
 *  limits that turn back, too. Cost O(n_probs steps). */
TN_API TN_MUST_CHECK int tn_km_quantile(const tn_km_t *self, int stratum, size_t n_probs,
    const double *probs, double *quantile, double *lower, double *upper, tn_error_t *err);

/** Mean time restricted to tau: the area under the curve from 0 (or the first time, if negative) to
 *  tau, its last value continued if follow-up ends before. The standard error is Greenwood's, also
 *  for robust fits (as in R). @param mean, se  out, one each; se may be NULL.
 *  @return 0; TN_EARG for an unknown stratum or tau before the start. */
TN_API TN_MUST_CHECK int tn_km_mean(
    const tn_km_t *self, int stratum, double tau, double *mean, double *se, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
