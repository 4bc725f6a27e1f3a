/* Log-rank and G-rho tests: at every time with events the d events of the stratum fall among the
 * groups as a draw without replacement (mean d Y_g / Y, hypergeometric variance), weighted by
 * S(t-)^rho. Source: Mantel (1966); Harrington & Fleming (1982). */
#include "tenure/logrank.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/contrast.h"
#include "survival/risk.h"

typedef struct walk {
    tn_logrank_t *test;
    const tn_risk_t *risk;
    const int32_t *group; /* by row */
    int32_t *leaving;     /* the same in the order of exits */
    const tn_logrank_options_t *opt;
    double *at_risk; /* n_groups */
    double *d;       /* n_groups */
    double surv;     /* pooled, just before the time */
} walk_t;

/* Events by group into self->d; their sum. */
static double count(walk_t *self, const tn_sweep_t *sweep)
{
    double total = 0.0;
    for (int g = 0; g < self->test->n_groups; g++)
        self->d[g] = 0.0;
    for (size_t i = sweep->first; i < sweep->last; i++) {
        if (!tn_risk_is_event(self->risk, i, self->opt->cause)) continue;
        const double w = tn_risk_weight_at(self->risk, i);
        self->d[self->leaving[i]] += w;
        total += w;
    }
    return total;
}

static void add_time(walk_t *self, int stratum, double y, double total)
{
    tn_logrank_t *t = self->test;
    const int k = t->n_groups;
    const ptrdiff_t first = (ptrdiff_t)stratum * k;
    const double w = self->opt->rho == 0.0 ? 1.0 : tn_pow(self->surv, self->opt->rho);
    const double spread = y > 1.0 ? w * w * total * (y - total) / (y * (y - 1.0)) : 0.0;
    double *observed = t->observed_by + first, *expected = t->expected_by + first;
    for (int g = 0; g < k; g++) {
        const double y_g = self->at_risk[g];
        observed[g] += w * self->d[g];
        expected[g] += w * total * y_g / y;
        if (spread == 0.0 || y_g == 0.0) continue;
        t->variance[g * k + g] += spread * y_g;
        for (int h = 0; h < k; h++)
            t->variance[g * k + h] -= spread * y_g * self->at_risk[h] / y;
    }
    self->surv *= (y - total) / y;
}

/* Weights are whole numbers: the counts by group stay exact. */
static void walk_stratum(walk_t *self, int stratum)
{
    const tn_risk_t *r = self->risk;
    tn_sweep_t sweep;
    self->surv = 1.0;
    for (int g = 0; g < self->test->n_groups; g++)
        self->at_risk[g] = 0.0;
    tn_sweep_begin(&sweep, r, stratum);
    while (tn_sweep_next(&sweep)) {
        for (size_t i = sweep.entered_from; i < sweep.entered_to; i++)
            self->at_risk[self->group[r->entries[i]]] += tn_risk_weight_of(r, r->entries[i]);
        const double total = count(self, &sweep);
        if (total > 0.0) add_time(self, stratum, sweep.weight, total);
        for (size_t i = sweep.first; i < sweep.last; i++)
            self->at_risk[self->leaving[i]] -= tn_risk_weight_at(r, i);
    }
}

static int allocate(tn_logrank_t *self)
{
    const size_t k = (size_t)self->n_groups, s = (size_t)self->n_strata;
    self->block = tn_calloc(3 * k + 2 * s * k + k * k, sizeof *self->block);
    if (self->block == NULL) return TN_ENOMEM;
    self->n = self->block;
    self->observed = self->n + k;
    self->expected = self->observed + k;
    self->observed_by = self->expected + k;
    self->expected_by = self->observed_by + s * k;
    self->variance = self->expected_by + s * k;
    return 0;
}

/* Sums over strata and the chi-square. */
static int finish(tn_logrank_t *self, const tn_spells_t *spells, const int32_t *group)
{
    const int k = self->n_groups;
    int ret = TN_ENOMEM, first = -1;
    bool *is_used = tn_calloc((size_t)k, sizeof *is_used);
    double *score = tn_calloc((size_t)k, sizeof *score);
    if (is_used == NULL || score == NULL) goto out;
    for (size_t i = 0; i < spells->n; i++)
        self->n[group[i]] += spells->weight == NULL ? 1.0 : spells->weight[i];
    for (int i = 0; i < self->n_strata * k; i++) {
        self->observed[i % k] += self->observed_by[i];
        self->expected[i % k] += self->expected_by[i];
    }
    for (int g = k - 1; g >= 0; g--) {
        score[g] = self->observed[g] - self->expected[g];
        is_used[g] = self->expected[g] > 0.0;
        if (is_used[g]) first = g;
    }
    tn_contrast_t contrast;
    ret = tn_contrast_test(&contrast, k, score, self->variance, is_used, first);
    if (ret < 0) goto out;
    self->status = first < 0 ? TN_FIT_NO_EVENTS : contrast.status;
    self->group = first < 0 ? -1 : contrast.group;
    self->df = contrast.df;
    self->chisq = contrast.chisq;
    self->p = contrast.p;
out:
    tn_free(is_used);
    tn_free(score);
    return ret;
}

int tn_logrank_fit(tn_logrank_t *self, const tn_spells_t *spells, const int32_t *group,
    int n_groups, const tn_logrank_options_t *opt, tn_error_t *err)
{
    tn_risk_t risk = {0};
    walk_t walk = {.test = self, .risk = &risk, .group = group, .opt = opt};
    *self = (tn_logrank_t){.n_groups = n_groups};
    int ret = tn_contrast_check(spells, group, n_groups, "log-rank test", err);
    if (ret < 0) return ret;
    if (opt->cause < 0 || opt->cause > spells->n_causes || !isfinite(opt->rho)) {
        return tn_error_set(err, TN_EARG,
            "log-rank test: cause %d (expected 0 to %d), rho %g (expected a finite number)",
            opt->cause, spells->n_causes, opt->rho);
    }
    ret = tn_risk_init(&risk, spells);
    self->n_strata = risk.n_strata;
    if (ret >= 0) ret = allocate(self);
    if (ret < 0) goto out;
    walk.at_risk = tn_calloc(2 * (size_t)n_groups, sizeof *walk.at_risk);
    walk.leaving = tn_risk_gather(&risk, group);
    ret = TN_ENOMEM;
    if (walk.at_risk == NULL || walk.leaving == NULL) goto out;
    walk.d = walk.at_risk + n_groups;
    for (int s = 0; s < self->n_strata; s++)
        walk_stratum(&walk, s);
    ret = finish(self, spells, group);
out:
    tn_free(walk.at_risk);
    tn_free(walk.leaving);
    tn_risk_free(&risk);
    if (ret < 0) {
        tn_error_set(err, ret, "log-rank test: %s", tn_error_text(ret));
        tn_logrank_free(self);
    }
    return ret;
}

void tn_logrank_free(tn_logrank_t *self)
{
    if (self == NULL) return;
    tn_free(self->block);
    *self = (tn_logrank_t){0};
}
