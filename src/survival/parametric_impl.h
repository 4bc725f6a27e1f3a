/** Inside of the parametric models: standard distributions, contributions of rows, prepared data.
 *
 *  Inner order of the parameters: covariates (centred and scaled), locations (intercept or log
 *  rates), shapes (log(scale) or Gompertz shape). Letters: eta = location + offset + x'beta; z =
 * (log t - eta) / scale; t0, t1 = entry and exit, as logs where the family works on log time. */
#ifndef TN_SURVIVAL_PARAMETRIC_IMPL_H
#define TN_SURVIVAL_PARAMETRIC_IMPL_H
#include "survival/newton.h"
#include "tenure/parametric.h"

/** Cumulative hazard and hazard of W = (log T - eta) / scale at z, with derivatives. */
typedef struct tn_parametric_standard {
    double cumhaz, hazard, d_hazard;
    double log_hazard, d_log_hazard, d2_log_hazard;
} tn_parametric_standard_t;

/** Family: Weibull, log-normal or log-logistic. z finite. */
void tn_parametric_standard(tn_parametric_family_t family, double z, tn_parametric_standard_t *out);
/** z below which a share p in (0, 1) lies. */
double tn_parametric_standard_quantile(tn_parametric_family_t family, double p);

/** psi[k] = exp(-max(y, 0)) integral over u in (0, 1) of u^k exp(y u), k = 0, 1, 2. */
void tn_parametric_moments(double y, double psi[3]);
/** Gompertz: integrals over t in (t0, t1) of t^k exp(eta + shape t): the cumulative hazard and its
 *  derivatives by shape. */
void tn_parametric_gompertz(double t0, double t1, double eta, double shape, double integral[3]);

/** Log-likelihood of one row, its gradient and minus its second derivatives by eta and shape. */
typedef struct tn_parametric_part {
    double loglik, cumhaz;
    double d_eta, d_shape;
    double i_eta, i_cross, i_shape;
} tn_parametric_part_t;

/** Any family but piecewise. @param shape log(scale) or Gompertz shape.  @param scale exp(shape),
 *  read by the families on log time. t0 = -INFINITY there: no truncation. */
void tn_parametric_part(tn_parametric_family_t family, double t0, double t1, double is_event,
    double eta, double shape, double scale, tn_parametric_part_t *out);

/** Families on log time with a scale. */
static inline bool tn_parametric_has_scale(tn_parametric_family_t family)
{
    return family == TN_PARAMETRIC_WEIBULL || family == TN_PARAMETRIC_LOGNORMAL ||
           family == TN_PARAMETRIC_LOGLOGISTIC;
}

/** Data made ready. Borrows weights, strata, clusters and offset. */
typedef struct tn_parametric_data {
    const tn_spells_t *spells;
    const double *offset;
    tn_parametric_family_t family;
    int cause, n_cuts, n_threads;
    const double *cuts;
    size_t n, n_events;
    int p, n_strata, n_intervals, n_locations, n_shapes, n_terms;
    double *x;               /* n x p by row: (x - centre) / spread */
    double *centre, *spread; /* p */
    double *t0, *t1;         /* n: log times, or times in units of `unit`; t0 is never NULL */
    double unit;             /* Gompertz: the last exit; else 1 */
    double events;           /* sum of the weights of events */
    double *stratum_events;  /* n_strata */
} tn_parametric_data_t;

/** Checks everything. @param is_centred  false: x as it is and unit 1 (residuals). */
int tn_parametric_data_init(tn_parametric_data_t *self, const tn_spells_t *spells,
    const tn_parametric_options_t *opt, bool is_centred, tn_error_t *err);
void tn_parametric_data_free(tn_parametric_data_t *self);
/** A covariate that depends on the others and the intercept in *covariate, or -1. */
int tn_parametric_collinear(const tn_parametric_data_t *self, int *covariate);
/** Coefficients and variance of the inner parameters in the user's terms. */
int tn_parametric_to_user(const tn_parametric_data_t *self, const double *theta,
    const double *variance, double *coef, double *vcov);

static inline int tn_parametric_stratum(const tn_parametric_data_t *self, size_t i)
{
    return self->spells->stratum != NULL ? self->spells->stratum[i] : 0;
}
static inline double tn_parametric_weight(const tn_parametric_data_t *self, size_t i)
{
    return self->spells->weight != NULL ? self->spells->weight[i] : 1.0;
}
static inline bool tn_parametric_is_event(const tn_parametric_data_t *self, size_t i)
{
    return self->spells->cause[i] == self->cause;
}
/** offset + x'beta of row i with the first p of theta. */
static inline double tn_parametric_linear(
    const tn_parametric_data_t *self, const double *theta, int p, size_t i)
{
    const double *x = self->x + i * (size_t)self->p;
    double eta = self->offset != NULL ? self->offset[i] : 0.0;
    for (int j = 0; j < p; j++)
        eta += theta[j] * x[j];
    return eta;
}

/** The largest of p coefficients of prepared covariates, if it is beyond any ratio of risks (on log
 *  time: in units of the scale) so that a failed climb can be put down to it; else -1. */
int tn_parametric_runaway(const double *theta, int p, double scale);

/** The parameter that moves most along the direction in which the likelihood is flat; unchanged if
 *  that is not found. @return 0 or TN_ENOMEM. */
int tn_parametric_flat(int q, const double *info, int *parameter);

/** Number of cut points before t (at t too, if at_too). */
int tn_parametric_interval(const double *cuts, int n_cuts, double t, bool at_too);
/** Length of the part of interval k that lies within (t0, t1]. */
double tn_parametric_overlap(const double *cuts, int n_cuts, int k, double t0, double t1);

/** Blocks of rows that are summed apart and then in order: the same bits for any number of threads.
 *  @param size  numbers that each block sums.   @return number of blocks; *rows each. */
int64_t tn_parametric_blocks(size_t n, size_t size, size_t *rows);

/** What a maximum looks like, in inner parameters. */
typedef struct tn_parametric_maximum {
    double *theta;    /* n_terms */
    double *variance; /* n_terms x n_terms; 0 for the rates of empty intervals */
    double loglik, loglik_intercept;
    tn_newton_result_t newton; /* parameter in inner order */
} tn_parametric_maximum_t;

/** All families but piecewise. */
int tn_parametric_climb(
    const tn_parametric_data_t *data, int max_iterations, tn_parametric_maximum_t *out);
/** log-likelihood, score and information of the first p_used covariates, locations and shapes. */
typedef struct tn_parametric_problem {
    const tn_parametric_data_t *data;
    int p_used, q;
    int64_t n_blocks;
    size_t block_rows;
    const double *theta;
    double *scale; /* n_shapes */
    double *sums;  /* n_blocks x (1 + q + q^2) */
} tn_parametric_problem_t;
int tn_parametric_problem_init(
    tn_parametric_problem_t *self, const tn_parametric_data_t *data, int p_used);
void tn_parametric_problem_free(tn_parametric_problem_t *self);
int tn_parametric_loglik(
    void *ctx, const double *theta, double *loglik, double *score, double *info);

/** Piecewise: the rates are solved for given the covariates (profile likelihood). */
int tn_parametric_climb_piecewise(
    const tn_parametric_data_t *data, int max_iterations, tn_parametric_maximum_t *out);

/** Scores of single rows at theta, in inner order. */
typedef struct tn_parametric_scores {
    const tn_parametric_data_t *data;
    const double *theta;
    double *natural; /* locations then shapes: rates or scales */
} tn_parametric_scores_t;
int tn_parametric_scores_init(
    tn_parametric_scores_t *self, const tn_parametric_data_t *data, const double *theta);
void tn_parametric_scores_free(tn_parametric_scores_t *self);
/** Adds weight times the score of row i to u (n_terms), if u is given. @return cumulative hazard.
 */
double tn_parametric_scores_add(
    const tn_parametric_scores_t *self, size_t i, double weight, double *u);
/** robust := variance (sum over clusters of u u') variance. @param has_weights  u is weighted. */
int tn_parametric_sandwich(const tn_parametric_data_t *data, const double *theta,
    const double *variance, bool has_weights, double *robust);
#endif
