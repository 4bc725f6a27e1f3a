/* Thousands of refits. A refit draws how often each cluster occurs, copies the rows that occur in
 * their sorted order with weight times multiplicity, drops the groups whose events are all gone,
 * and climbs from the full fit, three sweeps as a rule. Neither logarithms nor halved steps; if the
 * expected gain does not fall, the safe search of newton.h starts again from zero. Nothing is
 * allocated on the way of a usual refit.
 *
 * Counts on 3,400 rows x 5 covariates (2,370 events in months, so tied): 3,600 refits a second on
 * one core, 6,900 on two; with delayed entry 2,700 and 5,300. The kernel for any number of columns
 * instead of six: 3,150. Tried and left: a last sweep for the score alone, with the information of
 * the step before, gained less than 3 percent.
 *
 * Random numbers: refit k is world k of the seed, purpose 0xc0c, sub 0 (Poisson) or 1
 * (multinomial); cluster c reads word c % 4 of block c / 4. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "survival/cox_core.h"
#include "survival/newton.h"
#include "survival/spd.h"

#define PURPOSE          0xc0c
#define MAX_FAST         10
#define GAIN_AT_THE_TOP  1e-9 /* of the log-likelihood; the last step is taken too */
#define LOST_INFORMATION 1e-9 /* of the full fit's: a covariate that no longer varies */
#define MAX_POISSON      14   /* P(more) < 1e-12, below the grain of the uniforms */

/* One thread's room. */
typedef struct refit {
    tn_cox_view_t view;
    double *z, *w, *offset;
    tn_cox_group_t *group;
    uint32_t *leave;
    uint32_t *place; /* n: sorted row -> its place here, or UINT32_MAX */
    uint32_t *times; /* n_clusters: how often each occurs */
    tn_cox_work_t work;
    tn_spd_t spd;
    double *score, *info, *step, *variance;
} refit_t;

typedef struct engine {
    const tn_cox_t *fit;
    const tn_cox_bootstrap_options_t *opt;
    uint32_t n_clusters;
    double poisson[MAX_POISSON]; /* P(X <= k) */
    double *full_info;           /* p: diagonal at the full fit */
    refit_t *refit;              /* by thread */
    double *coef;
    tn_fit_status_t *status;
} engine_t;

static void refit_free(refit_t *self)
{
    tn_free(self->z);
    tn_free(self->w);
    tn_free(self->offset);
    tn_free(self->group);
    tn_free(self->leave);
    tn_free(self->place);
    tn_free(self->times);
    tn_cox_work_free(&self->work);
    tn_spd_free(&self->spd);
    tn_free(self->score);
}

static int refit_init(refit_t *self, const struct tn_cox_data *data, uint32_t n_clusters)
{
    const tn_cox_view_t *v = &data->view;
    const size_t n = v->n, p = (size_t)v->p;
    *self = (refit_t){.view = {.p = v->p, .stride = v->stride, .is_efron = v->is_efron}};
    self->z = tn_aligned_calloc(n * (size_t)v->stride + 2, sizeof *self->z);
    self->w = tn_calloc(n, sizeof *self->w);
    self->group = tn_calloc(v->n_groups, sizeof *self->group);
    self->place = tn_calloc(n, sizeof *self->place);
    self->times = tn_calloc(n_clusters, sizeof *self->times);
    self->score = tn_calloc(2 * p + 2 * p * p + 1, sizeof *self->score);
    bool is_fine = self->z != NULL && self->w != NULL && self->group != NULL &&
                   self->place != NULL && self->times != NULL && self->score != NULL;
    if (v->leave != NULL) {
        self->leave = tn_calloc(n, sizeof *self->leave);
        is_fine = is_fine && self->leave != NULL;
    }
    if (v->offset != NULL) {
        self->offset = tn_calloc(n, sizeof *self->offset);
        is_fine = is_fine && self->offset != NULL;
    }
    if (!is_fine || tn_cox_work_init(&self->work, n, v->stride) < 0 ||
        tn_spd_init(&self->spd, v->p) < 0) {
        return TN_ENOMEM;
    }
    self->step = self->score + p;
    self->info = self->score + 2 * p;
    self->variance = self->info + p * p;
    self->view.z = self->z;
    self->view.w = self->w;
    self->view.offset = self->offset;
    self->view.group = self->group;
    self->view.leave = self->leave;
    return 0;
}

static void draw_poisson(const engine_t *engine, uint64_t k, uint32_t *times)
{
    for (uint32_t c = 0; c < engine->n_clusters; c += 4) {
        double u[4];
        const uint32_t block = c / 4;
        tn_rng_uniforms(engine->opt->seed, k, block & 0xffff, block >> 16, PURPOSE, 0, u);
        for (uint32_t i = 0; i < 4 && c + i < engine->n_clusters; i++) {
            uint32_t x = 0;
            while (x < MAX_POISSON && u[i] > engine->poisson[x])
                x++;
            times[c + i] = x;
        }
    }
}

static void draw_multinomial(const engine_t *engine, uint64_t k, uint32_t *times)
{
    const uint32_t n = engine->n_clusters;
    memset(times, 0, n * sizeof *times);
    for (uint32_t c = 0; c < n; c += 4) {
        uint32_t word[4];
        const uint32_t block = c / 4;
        tn_rng_words(engine->opt->seed, k, block & 0xffff, block >> 16, PURPOSE, 1, word);
        for (uint32_t i = 0; i < 4 && c + i < n; i++)
            times[((uint64_t)word[i] * n) >> 32]++;
    }
}

/* Where the copying stands. */
typedef struct copier {
    refit_t *to;
    const struct tn_cox_data *data;
    uint32_t n, n_leave;
    size_t n_groups;
} copier_t;

static void copy_row(copier_t *c, uint32_t i)
{
    const tn_cox_view_t *v = &c->data->view;
    const size_t stride = (size_t)v->stride;
    const uint32_t cluster =
        c->data->cluster != NULL ? (uint32_t)c->data->cluster[i] : c->data->row[i];
    const uint32_t times = c->to->times[cluster];
    c->to->place[i] = UINT32_MAX;
    if (times == 0) return;
    memcpy(c->to->z + c->n * stride, v->z + i * stride, stride * sizeof *v->z);
    c->to->w[c->n] = v->w[i] * times;
    if (v->offset != NULL) c->to->offset[c->n] = v->offset[i];
    c->to->place[i] = c->n++;
}

/* The rows that occur, group by group; a group without events passes its rows to the next. */
static void copy_rows(refit_t *self, const struct tn_cox_data *data)
{
    const tn_cox_view_t *v = &data->view;
    copier_t c = {.to = self, .data = data};
    uint32_t first = 0, leave = 0;
    int32_t stratum = -1;
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        if (g->stratum != stratum) { /* what joined after the last group is of no use */
            c.n = first;
            c.n_leave = leave;
            stratum = g->stratum;
        }
        for (uint32_t i = g->first; i < g->events; i++)
            copy_row(&c, i);
        const uint32_t events = c.n;
        for (uint32_t i = g->events; i < g->end; i++)
            copy_row(&c, i);
        for (uint32_t q = g->leave; q < g->leave_end; q++) {
            const uint32_t place = self->place[v->leave[q]];
            if (place != UINT32_MAX) self->leave[c.n_leave++] = place;
        }
        if (c.n == events) continue;
        self->group[c.n_groups++] = (tn_cox_group_t){.first = first,
            .events = events,
            .end = c.n,
            .leave = leave,
            .leave_end = c.n_leave,
            .stratum = g->stratum};
        first = c.n;
        leave = c.n_leave;
    }
    self->view.n = first;
    self->view.n_groups = c.n_groups;
}

/* loglik may be NULL. */
static bool evaluate(refit_t *self, const double *ridge, const double *beta, double *loglik)
{
    const size_t p = (size_t)self->view.p;
    if (!tn_cox_kernel(&self->view, beta, &self->work, loglik, self->score, self->info))
        return false;
    for (size_t j = 0; ridge != NULL && j < p; j++) {
        self->score[j] -= ridge[j] * beta[j];
        self->info[j * p + j] += ridge[j];
        if (loglik != NULL) *loglik -= 0.5 * ridge[j] * beta[j] * beta[j];
    }
    return true;
}

/* @return true at the top; false: take the safe way */
static bool climb_fast(
    refit_t *self, const engine_t *engine, double *beta, bool *is_without_information)
{
    const double *ridge = engine->fit->data->ridge;
    const size_t p = (size_t)self->view.p;
    double before = INFINITY;
    for (int k = 0; k < MAX_FAST; k++) {
        if (!evaluate(self, ridge, beta, NULL)) return false;
        for (size_t j = 0; k == 0 && j < p; j++) {
            if (self->info[j * p + j] > LOST_INFORMATION * engine->full_info[j]) continue;
            *is_without_information = true;
            return false;
        }
        if (tn_spd_factor(&self->spd, self->info) >= 0) return false;
        memcpy(self->step, self->score, p * sizeof *self->step);
        tn_spd_solve(&self->spd, self->step);
        double gain = 0.0;
        for (size_t j = 0; j < p; j++)
            gain += 0.5 * self->step[j] * self->score[j];
        if (!(gain < before)) return false; /* also NaN */
        for (size_t j = 0; j < p; j++)
            beta[j] += self->step[j];
        if (gain <= GAIN_AT_THE_TOP) return true;
        before = gain;
    }
    return false;
}

typedef struct target {
    refit_t *refit;
    const double *ridge;
} target_t;

static int safe_loglik(void *ctx, const double *beta, double *loglik, double *score, double *info)
{
    const target_t *t = ctx;
    const size_t p = (size_t)t->refit->view.p;
    if (!evaluate(t->refit, t->ridge, beta, loglik)) {
        *loglik = NAN;
        return 0;
    }
    memcpy(score, t->refit->score, p * sizeof *score);
    memcpy(info, t->refit->info, p * p * sizeof *info);
    return 0;
}

static int climb_safely(
    refit_t *self, const engine_t *engine, double *beta, tn_fit_status_t *status)
{
    const size_t p = (size_t)self->view.p;
    target_t target = {self, engine->fit->data->ridge};
    tn_newton_result_t result;
    const tn_newton_t newton = {
        .p = (int)p, .loglik = safe_loglik, .ctx = &target, .is_concave = true};
    double *room = tn_calloc(p + p * p, sizeof *room);
    if (room == NULL) return TN_ENOMEM;
    memset(beta, 0, p * sizeof *beta);
    const int ret = tn_newton_maximise(&newton, beta, room, room + p, self->variance, &result);
    *status = result.status;
    tn_free(room);
    return ret;
}

static int refit(void *ctx, int thread, int64_t k)
{
    engine_t *engine = ctx;
    refit_t *self = engine->refit + thread;
    const size_t p = (size_t)self->view.p;
    double *beta = engine->coef + (size_t)k * p;
    tn_fit_status_t *status = engine->status + k;
    bool is_without_information = false;
    if (engine->opt->resample == TN_COX_POISSON) {
        draw_poisson(engine, (uint64_t)k, self->times);
    } else {
        draw_multinomial(engine, (uint64_t)k, self->times);
    }
    copy_rows(self, engine->fit->data);
    memcpy(beta, engine->fit->coef, p * sizeof *beta);
    *status = TN_FIT_NO_EVENTS;
    if (self->view.n_groups > 0) {
        *status = TN_FIT_CONVERGED;
        if (climb_fast(self, engine, beta, &is_without_information)) return 0;
        *status = TN_FIT_COLLINEAR;
        const int ret = is_without_information ? 0 : climb_safely(self, engine, beta, status);
        if (ret < 0) return ret;
    }
    for (size_t j = 0; *status != TN_FIT_CONVERGED && j < p; j++)
        beta[j] = NAN;
    return 0;
}

static int engine_init(
    engine_t *self, const tn_cox_t *fit, const tn_cox_bootstrap_options_t *opt, int n_threads)
{
    const struct tn_cox_data *data = fit->data;
    const size_t p = (size_t)fit->n_covariates;
    self->n_clusters = data->cluster != NULL ? (uint32_t)data->n_clusters : (uint32_t)fit->n;
    double term = 0.36787944117144233, sum = 0.0; /* exp(-1) */
    for (int x = 0; x < MAX_POISSON; x++) {
        sum += term;
        self->poisson[x] = sum;
        term /= x + 1;
    }
    self->full_info = tn_calloc(p + 1, sizeof *self->full_info);
    self->refit = tn_calloc((size_t)n_threads, sizeof *self->refit);
    self->status = tn_calloc((size_t)opt->n_refits + 1, sizeof *self->status);
    if (self->full_info == NULL || self->refit == NULL || self->status == NULL) return TN_ENOMEM;
    for (int t = 0; t < n_threads; t++) {
        if (refit_init(self->refit + t, data, self->n_clusters) < 0) return TN_ENOMEM;
    }
    tn_cox_work_t work;
    refit_t *r = self->refit;
    if (tn_cox_work_init(&work, fit->n, data->view.stride) < 0) return TN_ENOMEM;
    const bool is_fine = tn_cox_kernel(&data->view, fit->coef, &work, NULL, r->score, r->info);
    tn_cox_work_free(&work);
    for (size_t j = 0; j < p; j++)
        self->full_info[j] = is_fine ? r->info[j * p + j] : 0.0;
    return 0;
}

static void engine_free(engine_t *self, int n_threads)
{
    for (int t = 0; self->refit != NULL && t < n_threads; t++)
        refit_free(self->refit + t);
    tn_free(self->full_info);
    tn_free(self->refit);
    tn_free(self->status);
}

static int check(const tn_cox_t *fit, const tn_cox_bootstrap_options_t *opt, tn_error_t *err)
{
    const int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    if (opt->n_refits < 0 || opt->n_threads < 0)
        return tn_error_set(err, TN_EARG, "cox: a negative number of refits or threads");
    if (opt->resample != TN_COX_POISSON && opt->resample != TN_COX_MULTINOMIAL)
        return tn_error_set(err, TN_EARG, "cox: unknown resampling (%d)", (int)opt->resample);
    return 0;
}

int tn_cox_bootstrap(const tn_cox_t *fit, const tn_cox_bootstrap_options_t *opt, double *coef,
    tn_fit_status_t *status, int64_t *n_failed, tn_error_t *err)
{
    engine_t engine = {.fit = fit, .opt = opt};
    engine.coef = coef;
    *n_failed = 0;
    int ret = check(fit, opt, err);
    if (ret < 0) return ret;
    int n_threads = tn_parallel_threads(opt->n_threads);
    if (n_threads > opt->n_refits) n_threads = opt->n_refits > 0 ? (int)opt->n_refits : 1;
    ret = engine_init(&engine, fit, opt, n_threads);
    if (ret == 0) ret = tn_parallel_run(n_threads, opt->n_refits, refit, &engine);
    for (int64_t k = 0; ret == 0 && k < opt->n_refits; k++) {
        *n_failed += engine.status[k] != TN_FIT_CONVERGED;
        if (status != NULL) status[k] = engine.status[k];
    }
    engine_free(&engine, n_threads);
    return ret < 0 ? tn_error_set(err, ret, "cox: bootstrap: %s", tn_error_text(ret)) : 0;
}
