/* The fit. The log-likelihood is not concave: the coups of the reference set have maxima at -319.81
 * (published) and -319.14. So several starts are tried, and it is said when another one leads
 * higher. */
#include "tenure/splitpop.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/newton.h"
#include "survival/sandwich.h"
#include "survival/separation.h"
#include "survival/splitpop_core.h"

#define ITERATIONS   100
#define SHORT_SEARCH 8     /* iterations of each further start where rows are many */
#define MANY_ROWS    50000 /* beyond: only one start is taken to its end */
#define FAR          10.0  /* standardised coefficient: flat because of separation */
#define BETTER       1e-9  /* of the log-likelihood */

/* Shares at risk of the further starts. */
static const double shares[] = {0.9, 0.6, 0.3, 0.1};
enum { N_SHARES = sizeof shares / sizeof shares[0] };

/* One search, from theta to its maximum. */
typedef struct attempt {
    double *theta, *score, *info, *variance;
    tn_newton_result_t result;
} attempt_t;

typedef struct fit {
    tn_splitpop_core_t core;
    double *plain;
    attempt_t nearest, now, best;
    double *work;
} fit_t;

static double *carve(attempt_t *a, double *from, size_t p)
{
    a->theta = from;
    a->score = from + p;
    a->info = from + 2 * p;
    a->variance = a->info + p * p;
    return a->variance + p * p;
}

static int fit_init(fit_t *self, const tn_spells_t *spells, const tn_splitpop_options_t *opt)
{
    *self = (fit_t){0};
    const int ret = tn_splitpop_core_init(&self->core, spells, opt);
    if (ret < 0) return ret;
    const size_t p = (size_t)self->core.p;
    self->work = tn_calloc(10 * p + 6 * p * p, sizeof *self->work);
    if (self->work == NULL) return TN_ENOMEM;
    self->plain = carve(&self->nearest, carve(&self->best, carve(&self->now, self->work, p), p), p);
    return 0;
}

static void fit_free(fit_t *self)
{
    tn_splitpop_core_free(&self->core);
    tn_free(self->work);
}

static int search(fit_t *self, attempt_t *a, int max_iterations)
{
    const tn_newton_t newton = {.p = self->core.p,
        .loglik = tn_splitpop_loglik,
        .ctx = &self->core,
        .max_iterations = max_iterations};
    return tn_newton_maximise(&newton, a->theta, a->score, a->info, a->variance, &a->result);
}

/* A higher likelihood wins; at the same height the search that ended well. */
static bool is_better(const tn_newton_result_t *a, const tn_newton_result_t *b)
{
    if (!isfinite(a->loglik)) return false;
    if (!isfinite(b->loglik)) return true;
    const double margin = BETTER * (1.0 + fabs(b->loglik));
    if (a->loglik > b->loglik + margin) return true;
    return a->loglik > b->loglik - margin && a->status == TN_FIT_CONVERGED &&
           b->status != TN_FIT_CONVERGED;
}

static void keep_better(fit_t *self)
{
    if (!is_better(&self->now.result, &self->best.result)) return;
    const attempt_t swap = self->best;
    self->best = self->now;
    self->now = swap;
}

/* From the plain maximum and gamma 0, as spduration starts; then from other shares at risk. */
static int search_all(fit_t *self, const tn_splitpop_options_t *opt)
{
    const size_t p = (size_t)self->core.p;
    const int max = opt->max_iterations > 0 ? opt->max_iterations : ITERATIONS;
    const bool is_short = self->core.spells->n > MANY_ROWS && max > SHORT_SEARCH;
    memcpy(self->nearest.theta, self->plain, p * sizeof *self->plain);
    int ret = search(self, &self->nearest, max);
    self->best.result = (tn_newton_result_t){.loglik = NAN, .parameter = -1};
    for (int k = 0; k < N_SHARES && ret == 0; k++) {
        tn_splitpop_start(&self->core, self->plain, shares[k], self->now.theta);
        ret = search(self, &self->now, is_short ? SHORT_SEARCH : max);
        keep_better(self);
    }
    return ret;
}

static bool is_usable(const attempt_t *a)
{
    return isfinite(a->result.loglik) && a->result.status != TN_FIT_ITERATIONS &&
           a->result.status != TN_FIT_COLLINEAR;
}

/* Which maximum is reported goes into best. */
static int choose(tn_splitpop_t *self, fit_t *fit, const tn_splitpop_options_t *opt)
{
    const int max = opt->max_iterations > 0 ? opt->max_iterations : ITERATIONS;
    int ret = search_all(fit, opt);
    if (ret < 0) return ret;
    const bool is_higher = is_better(&fit->best.result, &fit->nearest.result);
    self->loglik_highest = is_higher ? fit->best.result.loglik : fit->nearest.result.loglik;
    if (!is_higher || (opt->search == TN_SPLITPOP_NEAREST && is_usable(&fit->nearest))) {
        fit->best = fit->nearest;
    } else if (fit->best.result.status == TN_FIT_ITERATIONS) {
        ret = search(fit, &fit->best, max); /* it was a short one */
    }
    self->loglik_highest = fmax(self->loglik_highest, fit->best.result.loglik);
    return ret;
}

/* theta := the caller's start, for standardised columns. */
static void read_start(const tn_splitpop_core_t *core, const double *start, double *theta)
{
    const size_t n_x = (size_t)core->x.p + 1;
    const size_t n_causes = (size_t)core->spells->n_causes;
    memcpy(theta, start, (size_t)core->p * sizeof *theta);
    for (size_t k = 0; k < n_causes; k++)
        tn_columns_from_raw(&core->x, theta + k * n_x);
    tn_columns_from_raw(&core->z, theta + n_causes * n_x);
}

/* One vector of coefficients, or one row or column of their variance, to the caller's columns. */
static void to_raw(const tn_splitpop_core_t *core, double *v, size_t stride)
{
    const size_t n_x = (size_t)core->x.p + 1;
    const size_t n_causes = (size_t)core->spells->n_causes;
    for (size_t k = 0; k < n_causes; k++)
        tn_columns_to_raw(&core->x, v + k * n_x * stride, stride);
    tn_columns_to_raw(&core->z, v + n_causes * n_x * stride, stride);
}

static void variance_to_raw(const tn_splitpop_core_t *core, double *v)
{
    const size_t p = (size_t)core->p;
    for (size_t j = 0; j < p; j++)
        to_raw(core, v + j * p, 1);
    for (size_t j = 0; j < p; j++)
        to_raw(core, v + j, p);
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            v[k * p + j] = v[j * p + k];
    }
}

static int write_variance(tn_splitpop_t *self, fit_t *fit)
{
    const tn_spells_t *s = fit->core.spells;
    const size_t p = (size_t)self->n_parameters;
    memcpy(self->vcov_model, fit->best.variance, p * p * sizeof *self->vcov_model);
    memcpy(self->vcov, fit->best.variance, p * p * sizeof *self->vcov);
    if (self->is_robust) {
        tn_splitpop_core_at(&fit->core, fit->best.theta);
        const tn_sandwich_t sandwich = {.p = self->n_parameters,
            .n = s->n,
            .cluster = s->cluster,
            .n_clusters = s->n_clusters,
            .n_threads = fit->core.n_threads,
            .score = tn_splitpop_score,
            .ctx = &fit->core};
        const int ret = tn_sandwich_variance(&sandwich, self->vcov_model, self->vcov);
        if (ret < 0) return ret;
    }
    variance_to_raw(&fit->core, self->vcov_model);
    variance_to_raw(&fit->core, self->vcov);
    return 0;
}

/* What the search found, under its right name: an information that is flat far out in one
 * coefficient is separation, for the columns themselves are independent. */
static void write_status(tn_splitpop_t *self, const attempt_t *a)
{
    self->status = a->result.status;
    self->parameter = a->result.parameter;
    if (!isfinite(a->result.loglik)) {
        self->status = TN_FIT_ITERATIONS;
        self->parameter = -1;
    } else if (self->status == TN_FIT_COLLINEAR && fabs(a->theta[self->parameter]) > FAR) {
        self->status = TN_FIT_SEPARATION;
    }
}

/* A shape that runs off keeps the name that Newton's method gave it. */
static void name_runaway(tn_splitpop_t *self, const tn_splitpop_core_t *core, const attempt_t *a)
{
    const int n_x = core->x.p + 1, n_gamma = core->spells->n_causes * n_x;
    double *step = self->coef, largest = 0.0; /* coef is not written yet */
    if (self->status != TN_FIT_SEPARATION || self->parameter > n_gamma + core->z.p) return;
    tn_separation_step(core->p, a->variance, a->score, step);
    to_raw(core, step, 1);
    for (int first = 0; first < n_gamma; first += n_x)
        tn_separation_look(&core->x, step + first, first, &largest, &self->parameter);
    tn_separation_look(&core->z, step + n_gamma, n_gamma, &largest, &self->parameter);
}

static int run(tn_splitpop_t *self, fit_t *fit, const tn_splitpop_options_t *opt)
{
    const size_t p = (size_t)self->n_parameters;
    int ret = tn_splitpop_plain(&fit->core, fit->plain, &self->loglik_plain);
    if (ret < 0) return ret;
    if (opt->start != NULL) {
        read_start(&fit->core, opt->start, fit->best.theta);
        ret = search(fit, &fit->best, opt->max_iterations > 0 ? opt->max_iterations : ITERATIONS);
        self->loglik_highest = fit->best.result.loglik;
    } else {
        ret = choose(self, fit, opt);
    }
    if (ret < 0) return ret;
    self->loglik = fit->best.result.loglik;
    self->n_iterations = fit->best.result.n_iterations;
    write_status(self, &fit->best);
    name_runaway(self, &fit->core, &fit->best);
    if (!isfinite(self->loglik) || self->status == TN_FIT_COLLINEAR) return 0;
    ret = write_variance(self, fit);
    if (ret < 0) return ret;
    memcpy(self->coef, fit->best.theta, p * sizeof *self->coef);
    to_raw(&fit->core, self->coef, 1);
    return 0;
}

static int check(const tn_spells_t *spells, const tn_splitpop_options_t *opt, tn_error_t *err)
{
    const int ret = tn_spells_check(spells, err);
    if (ret < 0) return ret;
    if (spells->n_causes > TN_SPLITPOP_MAX_CAUSES) {
        return tn_error_set(err, TN_EARG, "splitpop: at most %d causes", TN_SPLITPOP_MAX_CAUSES);
    }
    if (opt->distribution != TN_SPLITPOP_WEIBULL && opt->distribution != TN_SPLITPOP_LOGLOGISTIC) {
        return tn_error_set(err, TN_EARG, "splitpop: unknown distribution");
    }
    if (opt->n_risk < 0 || (opt->n_risk > 0 && spells->n > 0 && opt->z == NULL)) {
        return tn_error_set(err, TN_EARG, "splitpop: the risk equation lacks its covariates");
    }
    if (spells->stratum != NULL) {
        return tn_error_set(
            err, TN_EARG, "splitpop: no strata here, use indicator columns instead");
    }
    for (size_t i = 0; i < spells->n; i++) {
        if (!(spells->exit[i] > 0.0) || (spells->entry != NULL && spells->entry[i] < 0.0)) {
            return tn_error_set(err, TN_EDOMAIN,
                "row %zu: times start at 0 and a spell ends after it (exit %.17g)", i + 1,
                spells->exit[i]);
        }
        for (int j = 0; j < opt->n_risk; j++) {
            if (isfinite(opt->z[(size_t)j * spells->n + i])) continue;
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: risk covariate %d is not a finite number", i + 1, j + 1);
        }
    }
    return 0;
}

/* The first coefficient of a cause without exits, or -1. */
static int silent_cause(tn_splitpop_t *self, const tn_spells_t *spells)
{
    bool has_exits[TN_SPLITPOP_MAX_CAUSES + 1] = {false};
    for (size_t i = 0; i < spells->n; i++) {
        has_exits[spells->cause[i]] = true;
        if (spells->cause[i] > 0) self->n_events++;
    }
    for (int k = 0; k < spells->n_causes; k++) {
        if (!has_exits[k + 1]) return k * (spells->n_covariates + 1);
    }
    return -1;
}

static int init(tn_splitpop_t *self, const tn_spells_t *spells, const tn_splitpop_options_t *opt)
{
    *self = (tn_splitpop_t){.distribution = opt->distribution,
        .n_causes = spells->n_causes,
        .n_covariates = spells->n_covariates,
        .n_risk = opt->n_risk,
        .n = spells->n,
        .is_robust = opt->is_robust,
        .parameter = -1,
        .loglik = NAN,
        .loglik_highest = NAN,
        .loglik_plain = NAN};
    self->n_parameters = spells->n_causes * (spells->n_covariates + 2) + opt->n_risk + 1;
    const size_t p = (size_t)self->n_parameters;
    self->coef = tn_calloc(p, sizeof *self->coef);
    self->vcov = tn_calloc(p * p, sizeof *self->vcov);
    self->vcov_model = tn_calloc(p * p, sizeof *self->vcov_model);
    if (self->coef == NULL || self->vcov == NULL || self->vcov_model == NULL) return TN_ENOMEM;
    for (size_t j = 0; j < p * p; j++) {
        if (j < p) self->coef[j] = NAN;
        self->vcov[j] = NAN;
        self->vcov_model[j] = NAN;
    }
    return 0;
}

static int fit_checked(
    tn_splitpop_t *self, const tn_spells_t *spells, const tn_splitpop_options_t *opt)
{
    fit_t fit;
    int ret = init(self, spells, opt);
    if (ret < 0) return ret;
    self->parameter = silent_cause(self, spells);
    if (self->parameter >= 0) {
        self->status = TN_FIT_NO_EVENTS;
        return 0;
    }
    ret = fit_init(&fit, spells, opt);
    if (ret == 0 && fit.core.x.dependent >= 0) {
        self->status = TN_FIT_COLLINEAR;
        self->parameter = 1 + fit.core.x.dependent;
    } else if (ret == 0 && fit.core.z.dependent >= 0) {
        self->status = TN_FIT_COLLINEAR;
        self->parameter = self->n_causes * (self->n_covariates + 1) + 1 + fit.core.z.dependent;
    } else if (ret == 0) {
        ret = run(self, &fit, opt);
    }
    fit_free(&fit);
    return ret;
}

int tn_splitpop_fit(tn_splitpop_t *self, const tn_spells_t *spells,
    const tn_splitpop_options_t *opt, tn_error_t *err)
{
    const tn_splitpop_options_t standard = TN_SPLITPOP_OPTIONS_DEFAULT;
    if (opt == NULL) opt = &standard;
    *self = (tn_splitpop_t){.parameter = -1};
    int ret = check(spells, opt, err);
    if (ret < 0) return ret;
    ret = fit_checked(self, spells, opt);
    if (ret == 0) return 0;
    tn_splitpop_free(self);
    return tn_error_set(err, ret, "splitpop: %s", tn_error_text(ret));
}

void tn_splitpop_free(tn_splitpop_t *self)
{
    if (self == NULL) return;
    tn_free(self->coef);
    tn_free(self->vcov);
    tn_free(self->vcov_model);
    *self = (tn_splitpop_t){.parameter = -1};
}

tn_splitpop_place_t tn_splitpop_place(const tn_splitpop_t *self, int parameter)
{
    const int n_x = self->n_covariates + 1, n_beta = self->n_causes * n_x;
    if (parameter < n_beta) {
        return (tn_splitpop_place_t){
            TN_SPLITPOP_DURATION, 1 + parameter / n_x, parameter % n_x - 1};
    }
    if (parameter < n_beta + self->n_risk + 1) {
        return (tn_splitpop_place_t){TN_SPLITPOP_RISK, 0, parameter - n_beta - 1};
    }
    return (tn_splitpop_place_t){TN_SPLITPOP_SHAPE, 1 + parameter - n_beta - self->n_risk - 1, -1};
}
