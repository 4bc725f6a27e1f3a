/** Fine and Gray's model: proportional hazards of the subdistribution of one cause of exit, so that
 *  the coefficients speak about its cumulative incidence. Rows that left by another cause stay at
 *  risk, with the weight G(t-) / G(exit-) where G is the survival of the censoring time
 *  (Kaplan-Meier, by group if groups are given).
 *
 *  One row is one subject: cause 0 means that it was truly censored (no counting-process rows).
 *  Ties as cmprsk::crr: events after Breslow; a subject censored at an event time is at risk there.
 *  Times are equal if their doubles are equal. Rows censored at time 0 take nothing from G at 0.
 *
 *  Delayed entry (spells->entry) is a beginning: a row is at risk over (entry, exit], the weight
 *  becomes G(t-) H(t-) / (G(exit-) H(exit-)) with H the distribution of entry, as R's
 *  survival::finegray; the variance then takes the weights as known. Entries before the first exit
 *  truncate nothing and are treated as none.
 *
 *  One sort (radix), then O(n p^2 + events groups p) an iteration and the same once for the
 *  variance; nothing loops over pairs of rows. About 8 (2 p + 9) bytes a row, 16 groups bytes an
 *  event time. Case weights count copies: weight 2 is the row twice, in the variance too.
 *
 *  Source: Fine & Gray (1999); Geskus (2011) for entry; linear sums as Kawaguchi et al. (2021);
 *  figures as R cmprsk 2.2-11, crr(). */
#ifndef TENURE_FINEGRAY_H
#define TENURE_FINEGRAY_H
#include "tenure/spells.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the variance knows about the weights. */
typedef enum tn_finegray_variance {
    /** crr's: they are estimated. Two of its habits, which this repeats: at one time a row
     *  that left by another cause is not yet counted by the censorings there while the events are;
     *  and with several groups a censoring's influence sees only events of its own group. */
    TN_FINEGRAY_CRR,
    /** They are estimated: the derivative of the score by the censorings, over all events. Equal to
     *  crr's with one group and without ties between censorings and exits. */
    TN_FINEGRAY_DERIVED,
    /** They are known: R's coxph() on survival::finegray() data, clustered by subject. */
    TN_FINEGRAY_FIXED
} tn_finegray_variance_t;

typedef struct tn_finegray_options {
    int cause;                       /**< whose incidence, 1..n_causes */
    const int32_t *cengroup;         /**< n, 0..n_cengroups-1: groups with a censoring distribution
                                        each; or NULL: one. A group is followed to its last exit:
                                        later its rows have weight 0 */
    int n_cengroups;                 /**< read if cengroup is given */
    tn_finegray_variance_t variance; /**< with delayed entry always TN_FINEGRAY_FIXED */
    int max_iterations;              /**< 0: 50 */
    int n_threads;                   /**< 0: all processors; the figures do not depend on it */
} tn_finegray_options_t;
#define TN_FINEGRAY_OPTIONS_DEFAULT                                                                \
    {                                                                                              \
        .cause = 1                                                                                 \
    }

/** A fitted model. It keeps a sorted copy of the data, so the spells may go. */
typedef struct tn_finegray {
    size_t n;        /**< rows */
    size_t n_events; /**< rows that end with the cause */
    int n_covariates;
    tn_fit_status_t status; /**< anything but CONVERGED: do not trust the coefficients */
    int covariate;          /**< which one is collinear or runs off, from 0; -1: none */
    int n_iterations;
    tn_finegray_variance_t variance;
    double *coef;       /**< p log subdistribution hazard ratios; NaN if collinear or no events */
    double *vcov;       /**< p x p; sums over clusters if the spells have clusters */
    double *vcov_model; /**< p x p: inverse of the information (crr: invinf) */
    double loglik_null; /**< weighted pseudo-likelihood at beta = 0 */
    double loglik;      /**< at coef */
    double wald;        /**< coef' vcov^-1 coef */
    size_t n_times;     /**< distinct event times */
    double *time;       /**< n_times, ascending */
    double *jump;       /**< n_times: of the subdistribution hazard at covariates 0 (crr: bfitj) */
    double *cumhaz;     /**< n_times: their sum so far */
    struct tn_finegray_data *data;
} tn_finegray_t;

/** Fits the model.
 *  @param self    out; free with tn_finegray_free.
 *  @param spells  checked here; not kept. Clusters, if given, are summed in the variance; weights
 *  count copies; strata are refused.
 *  @return 0: look at self->status. TN_EARG for a bad option or strata; TN_EDOMAIN for bad data
 *  with the row, or where delayed entry empties a risk set so that G or H falls to 0 while rows
 *  follow; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_finegray_fit(tn_finegray_t *self, const tn_spells_t *spells,
    const tn_finegray_options_t *opt, tn_error_t *err);
TN_API void tn_finegray_free(tn_finegray_t *self);

/** Where tn_finegray_predict writes; each n_rows x n_times, row = new row, or NULL. */
typedef struct tn_finegray_curves {
    double *cif; /**< 1 - exp(-cumhaz exp(x'coef)) */
    double *se;  /**< of cif */
    double *lower, *upper;
} tn_finegray_curves_t;

/** Cumulative incidence of new rows.
 *  @param x      n_rows x n_covariates by column.
 *  @param times  n_times, any order, not NaN. After the last event the curve stays.
 *  @param scale  of the limits of the cif, at confidence level (0.95).
 *  @return 0; TN_EARG (no coefficients, sizes, level); TN_EDOMAIN (a covariate or time is not a
 *  number); TN_ENOMEM.
 *  The standard error is that of the iid terms of the cumulative hazard and the coefficients, with
 *  the estimated weights as far as fit->variance says, over clusters if there are. Cost
 *  O(n_rows n_times p^2), and O(n n_times p) if se, lower or upper is asked for.
 *  Source: Fine & Gray (1999), section 4. */
TN_API TN_MUST_CHECK int tn_finegray_predict(const tn_finegray_t *fit, size_t n_rows,
    const double *x, size_t n_times, const double *times, tn_interval_t scale, double level,
    const tn_finegray_curves_t *out, tn_error_t *err);

/** Score residuals eta + psi (eta alone for TN_FINEGRAY_FIXED), n x p by column, in the caller's
 *  order, without the case weights. Their weighted outer products are the middle of vcov.
 *  @return 0; TN_EARG (no coefficients). */
TN_API TN_MUST_CHECK int tn_finegray_score_residuals(
    const tn_finegray_t *fit, double *residual, tn_error_t *err);

/** Schoenfeld residuals as crr's `res`: at each of fit->time the sum over its events of covariates
 *  minus their mean over the risk set. @param residual  out, n_times x p by column. */
TN_API TN_MUST_CHECK int tn_finegray_schoenfeld(
    const tn_finegray_t *fit, double *residual, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
