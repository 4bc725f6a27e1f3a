/* Newton's method with halved steps. Separation shows itself by steps in one parameter that no
 * longer shrink while the likelihood does not rise any more: at a proper maximum each step is about
 * the square of the one before (compare the check of R's coxph). */
#include "survival/newton.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/spd.h"

#define TOLERANCE       1e-13
#define MAX_HALVINGS    30
#define MAX_RAISES      40
#define STEADY_STEP     0.3  /* of the step before: not shrinking */
#define WORTHWHILE_STEP 1e-5 /* of the parameter */
#define ROUNDING_STEP   1e-7 /* of the standard error that the parameter had at the start */

typedef struct search {
    const tn_newton_t *newton;
    double *theta, *score, *info, *variance;
    double *step, *step_before, *trial, *trial_score, *trial_info;
    double *precision; /* root of the diagonal of the information at the start: a scale of steps */
    tn_spd_t spd;
} search_t;

static int search_init(search_t *self, const tn_newton_t *newton)
{
    const size_t p = newton->p > 0 ? (size_t)newton->p : 1;
    *self = (search_t){.newton = newton};
    self->step = tn_calloc(5 * p + p * p, sizeof *self->step);
    if (self->step == NULL) return TN_ENOMEM;
    self->step_before = self->step + p;
    self->trial = self->step + 2 * p;
    self->trial_score = self->step + 3 * p;
    self->precision = self->step + 4 * p;
    self->trial_info = self->step + 5 * p;
    return tn_spd_init(&self->spd, newton->p);
}

static void search_free(search_t *self)
{
    tn_free(self->step);
    tn_spd_free(&self->spd);
}

/* Factors the information, raising its diagonal until it is positive definite. */
static int factor(search_t *self)
{
    const int p = self->newton->p;
    int bad = tn_spd_factor(&self->spd, self->info);
    double raise = 1e-3;
    for (int k = 0; bad >= 0 && k < MAX_RAISES; k++) {
        memcpy(self->trial_info, self->info, (size_t)(p * p) * sizeof *self->info);
        for (int j = 0; j < p; j++) {
            const double d = fabs(self->info[j * p + j]);
            self->trial_info[j * p + j] = self->info[j * p + j] + raise * (d > 1e-8 ? d : 1e-8);
        }
        bad = tn_spd_factor(&self->spd, self->trial_info);
        raise *= 4.0;
    }
    return bad;
}

/* Takes the step or the first half of it that does not lose. @return 1 moved, 0 stuck, < 0 error */
static int move(search_t *self, double *loglik)
{
    const size_t p = (size_t)self->newton->p;
    double share = 2.0;
    for (int k = 0; k <= MAX_HALVINGS; k++) {
        double now = NAN;
        share *= 0.5;
        for (size_t j = 0; j < p; j++)
            self->trial[j] = self->theta[j] + share * self->step[j];
        const int ret = self->newton->loglik(
            self->newton->ctx, self->trial, &now, self->trial_score, self->trial_info);
        if (ret < 0) return ret;
        /* rounding may make the last steps lose a little */
        if (!isfinite(now) || now < *loglik - 1e-12 * (1.0 + fabs(*loglik))) continue;
        memcpy(self->theta, self->trial, p * sizeof *self->theta);
        memcpy(self->score, self->trial_score, p * sizeof *self->score);
        memcpy(self->info, self->trial_info, p * p * sizeof *self->info);
        for (size_t j = 0; j < p; j++)
            self->step[j] *= share;
        *loglik = now;
        return 1;
    }
    return 0;
}

/* The parameter that runs off to infinity, or -1. About a parameter of 0 what is left of the steps
 * is rounding, which does not shrink either. */
static int runaway(const search_t *self)
{
    int worst = -1;
    double largest = 0.0;
    for (int j = 0; j < self->newton->p; j++) {
        const double now = fabs(self->step[j]), before = fabs(self->step_before[j]);
        if (now <= STEADY_STEP * before || now <= WORTHWHILE_STEP * fabs(self->theta[j])) continue;
        if (now * self->precision[j] <= ROUNDING_STEP) continue;
        if (before > 0.0 && now > largest) {
            largest = now;
            worst = j;
        }
    }
    return worst;
}

/* The parameter that has gone farthest. */
static int farthest(const search_t *self)
{
    int most = 0;
    double largest = 0.0;
    for (int j = 0; j < self->newton->p; j++) {
        const double far = fabs(self->theta[j]) * self->precision[j];
        if (far <= largest) continue;
        largest = far;
        most = j;
    }
    return most;
}

static void name_flat(const search_t *self, int parameter, tn_newton_result_t *result)
{
    const bool is_concave = self->newton->is_concave;
    result->status = is_concave ? TN_FIT_SEPARATION : TN_FIT_COLLINEAR;
    result->parameter = is_concave ? farthest(self) : parameter;
}

static int climb(search_t *self, tn_newton_result_t *result)
{
    const int p = self->newton->p;
    const int max = self->newton->max_iterations > 0 ? self->newton->max_iterations : 50;
    for (int j = 0; j < p; j++)
        self->precision[j] = sqrt(fabs(self->info[j * p + j]));
    if (self->newton->is_concave) {
        result->status = TN_FIT_COLLINEAR;
        result->parameter = tn_spd_factor(&self->spd, self->info);
        if (result->parameter >= 0) return 0;
    }
    result->status = TN_FIT_ITERATIONS;
    for (int k = 0; k < max; k++) {
        const int bad = factor(self);
        if (bad >= 0) {
            name_flat(self, bad, result);
            return 0;
        }
        memcpy(self->step_before, self->step, (size_t)p * sizeof *self->step);
        memcpy(self->step, self->score, (size_t)p * sizeof *self->step);
        tn_spd_solve(&self->spd, self->step);
        double gain = 0.0;
        for (int j = 0; j < p; j++)
            gain += 0.5 * self->step[j] * self->score[j];
        const bool is_last = gain <= TOLERANCE * (1.0 + fabs(result->loglik));
        const int moved = move(self, &result->loglik);
        if (moved < 0) return moved;
        result->n_iterations = k + 1;
        if (!is_last && moved) continue;
        if (!is_last) return 0; /* stuck far from the top */
        result->status = TN_FIT_CONVERGED;
        result->parameter = runaway(self);
        if (result->parameter >= 0) {
            result->status = TN_FIT_SEPARATION;
            return 0;
        }
        const int flat = tn_spd_factor(&self->spd, self->info);
        if (flat >= 0) name_flat(self, flat, result);
        return 0;
    }
    result->parameter = runaway(self);
    if (result->parameter >= 0) result->status = TN_FIT_SEPARATION;
    return 0;
}

static void invert(search_t *self)
{
    const size_t p = (size_t)self->newton->p;
    if (tn_spd_factor(&self->spd, self->info) < 0) {
        tn_spd_invert(&self->spd, self->variance);
        return;
    }
    for (size_t k = 0; k < p * p; k++)
        self->variance[k] = NAN;
}

int tn_newton_maximise(const tn_newton_t *self, double *theta, double *score, double *info,
    double *variance, tn_newton_result_t *result)
{
    search_t search;
    *result = (tn_newton_result_t){.parameter = -1};
    int ret = search_init(&search, self);
    if (ret < 0) goto out;
    search.theta = theta;
    search.score = score;
    search.info = info;
    search.variance = variance;
    ret = self->loglik(self->ctx, theta, &result->loglik, score, info);
    if (ret < 0) goto out;
    result->loglik_start = result->loglik;
    if (self->p > 0) ret = climb(&search, result);
    if (ret == 0) invert(&search);
out:
    search_free(&search);
    return ret;
}
