/* Where the search begins. The plain model (pi = 1) is found first, from constant hazards; it has
 * no gamma, so the search there runs over the other coefficients only. A share pi at risk with the
 * same early exits needs hazards 1/pi times as large: eta + log(pi) / alpha. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/newton.h"
#include "survival/splitpop_core.h"

/* The coefficients of the plain model among all: those before gamma, and the shapes. */
typedef struct reduced {
    tn_splitpop_core_t *core;
    size_t n_before, n_gamma, p, p_full;
    double *theta, *score, *info; /* full */
} reduced_t;

static size_t full_index(const reduced_t *r, size_t j)
{
    return j < r->n_before ? j : j + r->n_gamma;
}

static int reduced_loglik(
    void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    const reduced_t *r = ctx;
    for (size_t j = 0; j < r->p; j++)
        r->theta[full_index(r, j)] = theta[j];
    const int ret = tn_splitpop_loglik(r->core, r->theta, loglik, r->score, r->info);
    if (ret < 0) return ret;
    for (size_t j = 0; j < r->p; j++) {
        const size_t a = full_index(r, j);
        score[j] = r->score[a];
        for (size_t k = 0; k < r->p; k++)
            info[j * r->p + k] = r->info[a * r->p_full + full_index(r, k)];
    }
    return 0;
}

/* Intercepts of constant hazards: log(time / exits) by cause. */
static void guess(const tn_splitpop_core_t *core, double *theta)
{
    const tn_spells_t *s = core->spells;
    const size_t n_x = (size_t)core->x.p + 1;
    double time = 0.0, exits[TN_SPLITPOP_MAX_CAUSES] = {0};
    for (size_t i = 0; i < s->n; i++) {
        const double w = s->weight != NULL ? s->weight[i] : 1.0;
        time += w * (s->exit[i] - (s->entry != NULL ? s->entry[i] : 0.0));
        if (s->cause[i] > 0) exits[s->cause[i] - 1] += w;
    }
    memset(theta, 0, (size_t)core->p * sizeof *theta);
    for (int k = 0; k < s->n_causes; k++)
        theta[(size_t)k * n_x] = tn_log(time / exits[k]);
}

static int search_plain(reduced_t *r, double *theta, double *work, double *loglik)
{
    const size_t p = r->p;
    double *score = work, *info = work + p, *variance = work + p + p * p;
    const tn_newton_t newton = {
        .p = (int)p, .loglik = reduced_loglik, .ctx = r, .max_iterations = 100};
    tn_newton_result_t result;
    double *at = work + p + 2 * p * p;
    for (size_t j = 0; j < p; j++)
        at[j] = theta[full_index(r, j)];
    const int ret = tn_newton_maximise(&newton, at, score, info, variance, &result);
    if (ret < 0) return ret;
    *loglik = result.loglik;
    if (result.status != TN_FIT_CONVERGED) return 0; /* the guess stays */
    for (size_t j = 0; j < p; j++)
        theta[full_index(r, j)] = at[j];
    return 0;
}

int tn_splitpop_plain(tn_splitpop_core_t *self, double *theta, double *loglik)
{
    const size_t n_causes = (size_t)self->spells->n_causes, full = (size_t)self->p;
    reduced_t r = {.core = self,
        .n_before = n_causes * ((size_t)self->x.p + 1),
        .n_gamma = (size_t)self->z.p + 1,
        .p_full = full};
    r.p = full - r.n_gamma;
    double *work = tn_calloc(2 * r.p + 2 * r.p * r.p + 2 * full + full * full, sizeof *work);
    if (work == NULL) return TN_ENOMEM;
    r.theta = work + 2 * r.p + 2 * r.p * r.p;
    r.score = r.theta + full;
    r.info = r.score + full;
    guess(self, theta);
    self->is_plain = true;
    const int ret = search_plain(&r, theta, work, loglik);
    self->is_plain = false;
    tn_free(work);
    return ret;
}

void tn_splitpop_start(
    const tn_splitpop_core_t *self, const double *plain, double share, double *theta)
{
    const int n_causes = self->spells->n_causes;
    const size_t n_x = (size_t)self->x.p + 1;
    memcpy(theta, plain, (size_t)self->p * sizeof *theta);
    for (int k = 0; k < n_causes; k++)
        theta[(size_t)k * n_x] += tn_log(share) * tn_exp(plain[self->p - n_causes + k]);
    theta[(size_t)n_causes * n_x] = tn_log(share / (1.0 - share));
}
