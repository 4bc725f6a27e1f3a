/** Cumulative incidence of competing causes without covariates (Aalen–Johansen), by stratum, with
 *  delayed entry and case weights, and three kinds of standard errors.
 *
 *  Times are in the unit of the spells and equal if their doubles are equal. At one time events
 *  come before censorings, entries after both. */
#ifndef TENURE_CIF_H
#define TENURE_CIF_H
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Kinds of standard errors; combine with |. */
typedef enum tn_cif_variance {
    TN_CIF_JACKKNIFE = 1, /**< infinitesimal jackknife over clusters (without them: rows), as R's
                             survfit(id = cluster) */
    TN_CIF_GREENWOOD = 2, /**< delta method, as R's prodlim; weights as counts */
    TN_CIF_AALEN = 4 /**< Aalen's counting-process estimate with its correction for ties, as R's
                        cmprsk::cuminc: a cause's changes at its own events only */
} tn_cif_variance_t;

typedef struct tn_cif_options {
    unsigned variances; /**< TN_CIF_... | ...; 0: estimates only */
} tn_cif_options_t;
#define TN_CIF_OPTIONS_DEFAULT                                                                     \
    {                                                                                              \
        .variances = TN_CIF_JACKKNIFE                                                              \
    }

/** Curves: one step for every distinct exit time of a stratum, censorings included. Where a comment
 *  says states, there are n_causes + 1 rows: row 0 no event yet, row k cause k. */
typedef struct tn_cif {
    tn_fit_status_t status; /**< CONVERGED, or NO_EVENTS: the incidences stay at 0 */
    int n_causes, n_strata;
    int n_empty_strata; /**< strata without a row; they have no steps and values are NaN */
    size_t n_steps;
    size_t *start;        /**< n_strata + 1: steps start[s]..start[s+1]-1 are those of stratum s */
    size_t *n_rows;       /**< n_strata */
    double *time;         /**< ascending within a stratum */
    double *n_risk;       /**< weight at risk just before the time */
    double *n_censor;     /**< weight of the censored */
    double *n_event;      /**< n_causes x n_steps, weights */
    double *p;            /**< states x n_steps, probability */
    double *se_jackknife; /**< states x n_steps, or NULL if not asked for */
    double *se_greenwood; /**< likewise; NaN once nobody is left, as prodlim */
    double *se_aalen;     /**< likewise. cuminc has no row 0; here 1 minus a single cause of all */
    double *block;
} tn_cif_t;

/** Estimates the curves.
 *  @param self    out; free with tn_cif_free.
 *  @param spells  checked here; not kept. No rows: no steps, status NO_EVENTS.
 *  @return 0; TN_EARG for unknown kinds of variance, TN_EDOMAIN with the row for bad data,
 *  TN_ENOMEM. Cost O(n K), whatever the variances; memory O((n + steps) K).
 *  Source: Aalen & Johansen (1978) eq. 3; jackknife of survival 3.5, in linear time; Dinse & Larson
 *  (1986); Aalen (1978), Gray (1988). */
TN_API TN_MUST_CHECK int tn_cif_fit(
    tn_cif_t *self, const tn_spells_t *spells, const tn_cif_options_t *opt, tn_error_t *err);
TN_API void tn_cif_free(tn_cif_t *self);

/** Limits at every step. @param lower, upper  out, states x n_steps; NaN where the scale has no
 *  value (probability 0; log-log: 0 and 1). @return 0; TN_EARG if that variance was not fitted. */
TN_API TN_MUST_CHECK int tn_cif_limits(const tn_cif_t *self, tn_cif_variance_t variance,
    tn_interval_t scale, double level, double *lower, double *upper, tn_error_t *err);

/** Where tn_cif_at writes. Each is states x n_times, n_risk n_times; or NULL. */
typedef struct tn_cif_values {
    double *n_risk; /**< at the first step at or after the time, 0 beyond: R's summary() */
    double *p;
    double *se, *lower, *upper; /**< of the chosen variance */
} tn_cif_values_t;

typedef struct tn_cif_at_options {
    tn_cif_variance_t variance;
    tn_interval_t interval;
    double level;
} tn_cif_at_options_t;
#define TN_CIF_AT_OPTIONS_DEFAULT                                                                  \
    {                                                                                              \
        .variance = TN_CIF_JACKKNIFE, .interval = TN_INTERVAL_LOG, .level = 0.95                   \
    }

/** The curves of a stratum at given times, in any order: those of the last step at or before each;
 *  (1, 0, ..., 0) before the first. NaN in an empty stratum.
 *  @return 0; TN_EARG for an unknown stratum, or standard errors that were not fitted.
 *  Cost O(n_times (log steps + K)). */
TN_API TN_MUST_CHECK int tn_cif_at(const tn_cif_t *self, int stratum, size_t n_times,
    const double *times, const tn_cif_at_options_t *opt, const tn_cif_values_t *out,
    tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
