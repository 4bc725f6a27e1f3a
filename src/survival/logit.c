/* The fit: concave, so one Newton search from the intercepts of constant hazards. */
#include "tenure/logit.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/logit_core.h"
#include "survival/newton.h"
#include "survival/sandwich.h"
#include "survival/separation.h"

#define ITERATIONS 100

static int bad_row(tn_error_t *err, size_t i, const char *what)
{
    return tn_error_set(err, TN_EDOMAIN, "row %zu: %s", i + 1, what);
}

static int check_row(const tn_logit_rows_t *r, size_t i, tn_error_t *err)
{
    if (r->outcome[i] < 0 || r->outcome[i] > r->n_causes) {
        return bad_row(err, i, "unknown outcome");
    }
    if (r->weight != NULL && !(isfinite(r->weight[i]) && r->weight[i] > 0.0)) {
        return bad_row(err, i, "weight is not positive and finite");
    }
    if (r->offset != NULL && !isfinite(r->offset[i])) {
        return bad_row(err, i, "offset is not a finite number");
    }
    if (r->cluster != NULL && (r->cluster[i] < 0 || r->cluster[i] >= r->n_clusters)) {
        return bad_row(err, i, "unknown cluster");
    }
    for (int j = 0; j < r->n_covariates; j++) {
        if (isfinite(r->x[(size_t)j * r->n + i])) continue;
        return tn_error_set(
            err, TN_EDOMAIN, "row %zu: covariate %d is not a finite number", i + 1, j + 1);
    }
    return 0;
}

static int check(const tn_logit_rows_t *r, const tn_logit_options_t *opt, tn_error_t *err)
{
    if (r->n_causes < 1 || r->n_covariates < 0 || r->n_causes > 1000) {
        return tn_error_set(err, TN_EARG, "logit: no causes, or sizes out of range");
    }
    if (r->n > 0 && (r->outcome == NULL || (r->n_covariates > 0 && r->x == NULL))) {
        return tn_error_set(err, TN_EARG, "logit: outcomes or covariates are missing");
    }
    bool is_good = isfinite(opt->ridge) && opt->ridge >= 0.0 &&
                   (opt->scale == TN_LOGIT_STANDARDISED || opt->scale == TN_LOGIT_RAW);
    for (int j = 0; opt->penalty != NULL && j < r->n_covariates; j++)
        is_good = is_good && isfinite(opt->penalty[j]) && opt->penalty[j] >= 0.0;
    if (!is_good) return tn_error_set(err, TN_EARG, "logit: penalties must be finite and >= 0");
    for (size_t i = 0; i < r->n; i++) {
        const int ret = check_row(r, i, err);
        if (ret < 0) return ret;
    }
    return 0;
}

/* One search and what it leaves. */
typedef struct search {
    double *theta, *score, *info, *variance;
    tn_newton_result_t result;
    double *work;
} search_t;

static int search_init(search_t *self, size_t p)
{
    *self = (search_t){.work = tn_calloc(2 * p + 2 * p * p, sizeof *self->work)};
    if (self->work == NULL) return TN_ENOMEM;
    self->theta = self->work;
    self->score = self->theta + p;
    self->info = self->score + p;
    self->variance = self->info + p * p;
    return 0;
}

/* From the intercepts, log of leavers over stayers; then Newton's method. */
static int climb(
    tn_logit_core_t *core, const double *total, const tn_logit_options_t *opt, search_t *s)
{
    for (int k = 0; k < core->rows->n_causes; k++)
        s->theta[(size_t)k * core->n_design] = tn_log(total[k + 1] / total[0]);
    const tn_newton_t newton = {.p = core->p,
        .loglik = tn_logit_loglik,
        .ctx = core,
        .max_iterations = opt->max_iterations > 0 ? opt->max_iterations : ITERATIONS,
        .is_concave = true};
    return tn_newton_maximise(&newton, s->theta, s->score, s->info, s->variance, &s->result);
}

static int fit_null(tn_logit_t *self, const tn_logit_rows_t *rows, const double *total,
    const tn_logit_options_t *opt)
{
    tn_logit_core_t core;
    search_t s = {0};
    const tn_logit_options_t plain = {
        .max_iterations = opt->max_iterations, .n_threads = opt->n_threads};
    int ret = tn_logit_core_init(&core, rows, 0, &plain);
    if (ret == 0) ret = search_init(&s, (size_t)core.p);
    if (ret == 0) ret = climb(&core, total, &plain, &s);
    if (ret == 0) self->loglik_null = s.result.loglik;
    tn_logit_core_free(&core);
    tn_free(s.work);
    return ret;
}

/* A p x p matrix of standardised coefficients to the caller's columns. */
static void variance_to_raw(const tn_logit_core_t *core, double *v)
{
    const size_t p = (size_t)core->p, m = core->n_design;
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k += m)
            tn_columns_to_raw(&core->columns, v + j * p + k, 1);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k += m)
            tn_columns_to_raw(&core->columns, v + k * p + j, p);
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            v[k * p + j] = v[j * p + k];
    }
}

/* trace((I + P)^-1 I) = p - trace((I + P)^-1 P). */
static double degrees_of_freedom(const tn_logit_core_t *core, const double *variance)
{
    const size_t p = (size_t)core->p;
    double df = (double)p;
    for (size_t j = 0; j < p; j++)
        df -= variance[j * p + j] * core->penalty[j % core->n_design];
    return df;
}

static int write_variance(tn_logit_t *self, tn_logit_core_t *core, const search_t *s)
{
    const tn_logit_rows_t *rows = core->rows;
    const size_t p = (size_t)core->p;
    memcpy(self->vcov_model, s->variance, p * p * sizeof *self->vcov_model);
    memcpy(self->vcov, s->variance, p * p * sizeof *self->vcov);
    if (self->is_robust) {
        core->theta = s->theta;
        const tn_sandwich_t sandwich = {.p = core->p,
            .n = rows->n,
            .cluster = rows->cluster,
            .n_clusters = rows->n_clusters,
            .n_threads = core->n_threads,
            .score = tn_logit_score,
            .ctx = core};
        const int ret = tn_sandwich_variance(&sandwich, self->vcov_model, self->vcov);
        if (ret < 0) return ret;
    }
    variance_to_raw(core, self->vcov_model);
    variance_to_raw(core, self->vcov);
    return 0;
}

static void name_runaway(tn_logit_t *self, const tn_logit_core_t *core, const search_t *s)
{
    const size_t m = core->n_design;
    double *step = self->coef, largest = 0.0; /* coef is not written yet */
    if (isfinite(s->variance[0])) {
        tn_separation_step(core->p, s->variance, s->score, step);
    } else { /* so far out that nothing is left of the information: where it has run to */
        memcpy(step, s->theta, (size_t)core->p * sizeof *step);
    }
    for (size_t k = 0; k < (size_t)core->p; k += m) {
        tn_columns_to_raw(&core->columns, step + k, 1);
        tn_separation_look(&core->columns, step + k, (int)k, &largest, &self->parameter);
    }
}

static int run(
    tn_logit_t *self, tn_logit_core_t *core, const double *total, const tn_logit_options_t *opt)
{
    search_t s;
    int ret = search_init(&s, (size_t)core->p);
    if (ret == 0) ret = climb(core, total, opt, &s);
    if (ret < 0) goto out;
    self->status = s.result.status;
    self->parameter = s.result.parameter;
    self->n_iterations = s.result.n_iterations;
    if (self->status == TN_FIT_SEPARATION) name_runaway(self, core, &s);
    self->penalty = 0.0;
    for (int j = 0; j < core->p; j++) {
        const double penalty = core->penalty[(size_t)j % core->n_design];
        self->penalty += 0.5 * penalty * s.theta[j] * s.theta[j];
    }
    self->loglik = s.result.loglik + self->penalty;
    if (self->status == TN_FIT_COLLINEAR) goto out;
    self->df = degrees_of_freedom(core, s.variance);
    ret = write_variance(self, core, &s);
    if (ret < 0) goto out;
    memcpy(self->coef, s.theta, (size_t)core->p * sizeof *self->coef);
    for (size_t k = 0; k < (size_t)core->p; k += core->n_design)
        tn_columns_to_raw(&core->columns, self->coef + k, 1);
out:
    tn_free(s.work);
    return ret;
}

static int init(tn_logit_t *self, const tn_logit_rows_t *rows, bool is_robust)
{
    *self = (tn_logit_t){.n_causes = rows->n_causes,
        .n_covariates = rows->n_covariates,
        .n_parameters = rows->n_causes * (rows->n_covariates + 1),
        .n = rows->n,
        .is_robust = is_robust,
        .parameter = -1,
        .loglik = NAN,
        .penalty = NAN,
        .loglik_null = NAN,
        .df = NAN};
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

/* Weight of each outcome; names what is missing. @return true if there is a model to fit. */
static bool count(tn_logit_t *self, const tn_logit_rows_t *rows, double *total)
{
    for (size_t i = 0; i < rows->n; i++) {
        total[rows->outcome[i]] += rows->weight != NULL ? rows->weight[i] : 1.0;
        if (rows->outcome[i] > 0) self->n_events++;
    }
    for (int k = 0; k < rows->n_causes; k++) {
        if (total[k + 1] > 0.0) continue;
        self->status = TN_FIT_NO_EVENTS;
        self->parameter = k * (rows->n_covariates + 1);
        return false;
    }
    if (total[0] > 0.0) return true;
    self->status = TN_FIT_SEPARATION;
    self->parameter = 0;
    return false;
}

static int fit_counted(tn_logit_t *self, const tn_logit_rows_t *rows, const double *total,
    const tn_logit_options_t *opt)
{
    tn_logit_core_t core;
    int ret = fit_null(self, rows, total, opt);
    if (ret < 0) return ret;
    ret = tn_logit_core_init(&core, rows, rows->n_covariates, opt);
    if (ret < 0) return ret;
    if (core.columns.dependent >= 0 && opt->ridge == 0.0) {
        self->status = TN_FIT_COLLINEAR;
        self->parameter = 1 + core.columns.dependent;
    } else {
        ret = run(self, &core, total, opt);
    }
    tn_logit_core_free(&core);
    return ret;
}

int tn_logit_fit(
    tn_logit_t *self, const tn_logit_rows_t *rows, const tn_logit_options_t *opt, tn_error_t *err)
{
    const tn_logit_options_t standard = TN_LOGIT_OPTIONS_DEFAULT;
    if (opt == NULL) opt = &standard;
    *self = (tn_logit_t){.parameter = -1};
    int ret = check(rows, opt, err);
    if (ret < 0) return ret;
    double *total = tn_calloc((size_t)rows->n_causes + 1, sizeof *total);
    ret = total == NULL ? TN_ENOMEM : init(self, rows, opt->is_robust);
    if (ret == 0 && count(self, rows, total)) ret = fit_counted(self, rows, total, opt);
    tn_free(total);
    if (ret == 0) return 0;
    tn_logit_free(self);
    return tn_error_set(err, ret, "logit: %s", tn_error_text(ret));
}

void tn_logit_free(tn_logit_t *self)
{
    if (self == NULL) return;
    tn_free(self->coef);
    tn_free(self->vcov);
    tn_free(self->vcov_model);
    *self = (tn_logit_t){.parameter = -1};
}
