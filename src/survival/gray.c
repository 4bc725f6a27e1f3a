/* Gray's k-sample test for one cause (1) against all others (2) in one stratum. Per group r, just
 * before t: Y_r at risk, S_r survival, F_r incidence of cause 1, T_r = Y_r / S_r (those still at
 * risk, those gone by another cause added in). Pooled: F0 with jumps d_1 / sum T_r, weight
 * L = (1 - F0-)^rho. The score compares the events of the group with its share of
 * sum T_r (1 - F_r-). Its variance is a double integral over s < t: what an event at s does to the
 * score at s (a) and, through S and F0, to everything later: c(t) - c(s). So every event adds
 * (x + y c(end))^2 v with its x, y, v known at s, and one pass keeps the three sums of xx, xy, yy.
 * Source: Gray (1988), Ann. Stat. 16: 1141; tie corrections as in his cmprsk. */
#include "tenure/gray.h"

#include <gsl/gsl_math.h>
#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/contrast.h"
#include "survival/risk.h"

typedef struct walk {
    const tn_risk_t *risk;
    const int32_t *group; /* by row */
    int32_t *leaving;     /* the same in the order of exits */
    int k;                /* groups */
    int cause;            /* of interest */
    double rho;
    double *score, *variance;       /* out: k, k x k, summed over strata */
    double *y, *t, *d1, *d2;        /* k: at risk, T_r, events */
    double *surv_before, *surv, *f; /* k */
    double *a, *c, *xx, *xy;        /* k x k; xy: row = score, column = group of the event */
    double *yy;                     /* k */
    double pooled;                  /* F0- */
    double *block;
} walk_t;

static int walk_init(walk_t *self, size_t k)
{
    self->block = tn_calloc(8 * k + 4 * k * k, sizeof *self->block);
    if (self->block == NULL) return TN_ENOMEM;
    double *next = self->block;
    double **const vectors[8] = {&self->y, &self->t, &self->d1, &self->d2, &self->surv_before,
        &self->surv, &self->f, &self->yy};
    double **const matrices[4] = {&self->a, &self->c, &self->xx, &self->xy};
    for (int i = 0; i < 8; i++, next += k)
        *vectors[i] = next;
    for (int i = 0; i < 4; i++, next += k * k)
        *matrices[i] = next;
    return 0;
}

static void begin(walk_t *self)
{
    const size_t k = (size_t)self->k;
    for (size_t i = 0; i < 8 * k + 4 * k * k; i++)
        self->block[i] = 0.0;
    for (size_t g = 0; g < k; g++)
        self->surv_before[g] = self->surv[g] = 1.0;
    self->pooled = 0.0;
}

static void count(walk_t *self, const tn_sweep_t *sweep, double *total1, double *total2)
{
    const tn_risk_t *r = self->risk;
    *total1 = *total2 = 0.0;
    for (int g = 0; g < self->k; g++)
        self->d1[g] = self->d2[g] = 0.0;
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const int32_t cause = r->cause[i];
        if (cause == 0) continue;
        const double w = tn_risk_weight_at(r, i);
        *(cause == self->cause ? total1 : total2) += w;
        (cause == self->cause ? self->d1 : self->d2)[self->leaving[i]] += w;
    }
}

/* Scores, and a and c of this time. Returns sum T_r. */
static double add_scores(walk_t *self, double d1)
{
    const int k = self->k;
    double sum_t = 0.0, sum_free = 0.0;
    for (int g = 0; g < k; g++) {
        self->t[g] = 0.0;
        if (self->y[g] <= 0.0) continue;
        self->t[g] = self->y[g] / self->surv_before[g];
        sum_t += self->t[g];
        sum_free += self->t[g] * (1.0 - self->f[g]);
    }
    const double weight = self->rho == 0.0 ? 1.0 : tn_pow(1.0 - self->pooled, self->rho);
    const double hazard = d1 / (sum_t * (1.0 - self->pooled));
    for (int g = 0; g < k; g++) {
        for (int h = 0; h < k; h++) {
            const double own = g == h ? 1.0 : 0.0;
            const double a = weight * self->t[g] * (own - self->t[h] / sum_t);
            self->a[g * k + h] = a;
            self->c[g * k + h] += a * hazard;
        }
        if (self->y[g] > 0.0) {
            self->score[g] +=
                weight * (self->d1[g] - d1 * self->t[g] * (1.0 - self->f[g]) / sum_free);
        }
    }
    return sum_t;
}

/* An event in group r: x = shift a - factor c, y = factor, both for every score; variance v. */
static void add_event(walk_t *self, int r, double shift, double factor, double v)
{
    const int k = self->k;
    self->yy[r] += factor * factor * v;
    for (int i = 0; i < k; i++) {
        const double x = shift * self->a[i * k + r] - factor * self->c[i * k + r];
        self->xy[i * k + r] += x * factor * v;
        for (int j = 0; j <= i; j++) {
            const double x_j = shift * self->a[j * k + r] - factor * self->c[j * k + r];
            self->xx[i * k + j] += x * x_j * v;
        }
    }
}

/* Share of the variance that ties leave of d events among y. */
static double tie_factor(double d, double y) { return d > 1.0 ? 1.0 - (d - 1.0) / (y - 1.0) : 1.0; }

static void add_variance(walk_t *self, double d1, double sum_t)
{
    const double f0 = self->pooled + d1 / sum_t;
    for (int r = 0; r < self->k; r++) {
        const double y = self->y[r], before = self->surv_before[r], after = self->surv[r];
        if (y <= 0.0) continue;
        if (d1 > 0.0) {
            /* events of cause 1 come at the pooled rate, in every group at risk */
            const double factor = after > 0.0 ? 1.0 - (1.0 - f0) / after : 1.0;
            const double v = tie_factor(d1, sum_t * before) * before * d1 / (sum_t * y);
            add_event(self, r, 1.0, factor, v);
        }
        if (self->d2[r] > 0.0 && after > 0.0) {
            const double d2 = self->d2[r];
            const double v = tie_factor(d2, y) * gsl_pow_2(before / y) * d2;
            add_event(self, r, 0.0, (1.0 - f0) / after, v);
        }
    }
    self->pooled = f0;
}

static void add_time(walk_t *self, double d1)
{
    for (int g = 0; g < self->k; g++) {
        if (self->y[g] <= 0.0) continue;
        const double left = self->y[g] - self->d1[g] - self->d2[g];
        self->surv[g] = self->surv_before[g] * left / self->y[g];
    }
    const double sum_t = add_scores(self, d1);
    add_variance(self, d1, sum_t);
    for (int g = 0; g < self->k; g++) {
        if (self->y[g] > 0.0) self->f[g] += self->surv_before[g] * self->d1[g] / self->y[g];
        self->surv_before[g] = self->surv[g];
    }
}

/* The three sums, now that c(end) is known. */
static void finish_stratum(walk_t *self)
{
    const int k = self->k;
    for (int i = 0; i < k; i++) {
        for (int j = 0; j <= i; j++) {
            double v = self->xx[i * k + j];
            for (int r = 0; r < k; r++) {
                const double c_i = self->c[i * k + r], c_j = self->c[j * k + r];
                v +=
                    c_i * c_j * self->yy[r] + c_i * self->xy[j * k + r] + c_j * self->xy[i * k + r];
            }
            self->variance[i * k + j] += v;
            if (i != j) self->variance[j * k + i] += v;
        }
    }
}

/* Weights are whole numbers: the counts by group stay exact. */
static void walk_stratum(walk_t *self, int stratum)
{
    const tn_risk_t *r = self->risk;
    tn_sweep_t sweep;
    double d1, d2;
    begin(self);
    tn_sweep_begin(&sweep, r, stratum);
    while (tn_sweep_next(&sweep)) {
        for (size_t i = sweep.entered_from; i < sweep.entered_to; i++)
            self->y[self->group[r->entries[i]]] += tn_risk_weight_of(r, r->entries[i]);
        count(self, &sweep, &d1, &d2);
        if (d1 + d2 > 0.0) add_time(self, d1);
        for (size_t i = sweep.first; i < sweep.last; i++)
            self->y[self->leaving[i]] -= tn_risk_weight_at(r, i);
    }
    finish_stratum(self);
}

/* Delayed entry that comes before every exit is none. */
static int check_entry(const tn_spells_t *s, tn_error_t *err)
{
    if (s->entry == NULL) return 0;
    double entry = -INFINITY, exit = INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        entry = fmax(entry, s->entry[i]);
        exit = fmin(exit, s->exit[i]);
    }
    if (entry < exit || s->n == 0) return 0;
    return tn_error_set(err, TN_EARG,
        "Gray's test: delayed entry (at %.17g, after an exit at %.17g), expected spells seen from "
        "their start",
        entry, exit);
}

static int allocate(tn_gray_t *self)
{
    const size_t k = (size_t)self->n_groups, causes = (size_t)self->n_causes;
    self->cause = tn_calloc(causes, sizeof *self->cause);
    self->block = tn_calloc(causes, (k + k * k) * sizeof *self->block);
    if (self->cause == NULL || self->block == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < causes; i++) {
        self->cause[i].score = self->block + i * (k + k * k);
        self->cause[i].variance = self->cause[i].score + k;
    }
    return 0;
}

static int test_cause(tn_gray_t *self, walk_t *walk, int cause, const bool *is_used, int last)
{
    tn_gray_cause_t *out = &self->cause[cause - 1];
    const tn_spells_t *s = walk->risk->spells;
    bool has_events = false;
    for (size_t i = 0; i < s->n && !has_events; i++)
        has_events = s->cause[i] == cause;
    tn_contrast_t contrast = {.status = TN_FIT_NO_EVENTS, .group = -1, .chisq = NAN, .p = NAN};
    if (has_events) {
        walk->cause = cause;
        walk->score = out->score;
        walk->variance = out->variance;
        for (int stratum = 0; stratum < walk->risk->n_strata; stratum++)
            walk_stratum(walk, stratum);
        const int ret =
            tn_contrast_test(&contrast, self->n_groups, out->score, out->variance, is_used, last);
        if (ret < 0) return ret;
    }
    out->status = contrast.status;
    out->group = contrast.group;
    out->df = contrast.df;
    out->chisq = contrast.chisq;
    out->p = contrast.p;
    return 0;
}

int tn_gray_fit(tn_gray_t *self, const tn_spells_t *spells, const int32_t *group, int n_groups,
    const tn_gray_options_t *opt, tn_error_t *err)
{
    tn_risk_t risk = {0};
    walk_t walk = {.risk = &risk, .group = group, .k = n_groups, .rho = opt->rho};
    bool *is_used = NULL;
    int last = -1;
    *self = (tn_gray_t){.n_groups = n_groups};
    int ret = tn_contrast_check(spells, group, n_groups, "Gray's test", err);
    if (ret >= 0) ret = check_entry(spells, err);
    if (ret < 0) return ret;
    if (!isfinite(opt->rho)) {
        return tn_error_set(
            err, TN_EARG, "Gray's test: rho %g, expected a finite number", opt->rho);
    }
    self->n_causes = spells->n_causes;
    ret = tn_risk_init(&risk, spells);
    if (ret >= 0) ret = allocate(self);
    if (ret >= 0) ret = walk_init(&walk, (size_t)n_groups);
    if (ret < 0) goto out;
    ret = TN_ENOMEM;
    is_used = tn_calloc((size_t)n_groups, sizeof *is_used);
    walk.leaving = tn_risk_gather(&risk, group);
    if (is_used == NULL || walk.leaving == NULL) goto out;
    for (size_t i = 0; i < spells->n; i++) {
        is_used[group[i]] = true;
        if (group[i] > last) last = group[i];
    }
    ret = 0;
    for (int cause = 1; ret >= 0 && cause <= spells->n_causes; cause++)
        ret = test_cause(self, &walk, cause, is_used, last);
out:
    tn_free(walk.block);
    tn_free(walk.leaving);
    tn_free(is_used);
    tn_risk_free(&risk);
    if (ret < 0) {
        tn_error_set(err, ret, "Gray's test: %s", tn_error_text(ret));
        tn_gray_free(self);
    }
    return ret;
}

void tn_gray_free(tn_gray_t *self)
{
    if (self == NULL) return;
    tn_free(self->cause);
    tn_free(self->block);
    *self = (tn_gray_t){0};
}
