/* Survival curves. One walk over the distinct exit times of each stratum (risk.h) keeps the counts,
 * the product-limit curve, the cumulative hazard and Greenwood's sums; robust variances ride along
 * (jack.h). Source: Kaplan & Meier (1958); Aalen (1978); Fleming & Harrington (1984); rules for 0
 * and 1 as R survival 3.5. */
#include "tenure/km.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/interval.h"
#include "survival/jack.h"
#include "survival/order.h"

/* What one walk carries along. */
typedef struct walk {
    tn_km_t *km;
    const tn_km_options_t *opt;
    const tn_risk_t *risk;
    const bool *is_continued; /* n, or NULL */
    tn_jack_t *jack;          /* NULL: Greenwood */
    tn_jack_hazard_t *jack_hazard;
    double surv, cumhaz, greenwood, var_cumhaz;
} walk_t;

/* Counts at one time. */
typedef struct tally {
    size_t rows;
    double event, censor;
} tally_t;

/* Jump of the cumulative hazard, of its variance, and its derivatives by the weights: a row at
 * risk of weight w moves it by -w at_risk, one with the event by +w event besides. */
typedef struct jump {
    double hazard, variance, at_risk, event;
} jump_t;

static int check_options(const tn_spells_t *spells, const tn_km_options_t *opt, tn_error_t *err)
{
    if (opt->cause < 0 || opt->cause > spells->n_causes) {
        return tn_error_set(err, TN_EARG, "survival curve: cause %d, expected 0 (any) to %d",
            opt->cause, spells->n_causes);
    }
    if (!(opt->level > 0.0 && opt->level < 1.0)) {
        return tn_error_set(err, TN_EARG,
            "survival curve: confidence level %g, expected a number between 0 and 1", opt->level);
    }
    return 0;
}

static bool is_robust(const tn_spells_t *spells, const tn_km_options_t *opt)
{
    if (opt->variance != TN_KM_AUTOMATIC) return opt->variance == TN_KM_ROBUST;
    if (spells->cluster != NULL) return true;
    for (size_t i = 0; spells->weight != NULL && i < spells->n; i++) {
        if (spells->weight[i] != floor(spells->weight[i])) return true;
    }
    return false;
}

/* Marks the rows whose subject goes on at once: in the order of (subject, exit) the next row is of
 * the same subject and enters when this one leaves. */
static int mark_continued(const tn_spells_t *s, const int32_t *subject, bool *is_continued)
{
    uint32_t *by_exit = tn_calloc(s->n + 1, sizeof *by_exit);
    uint32_t *by_subject = tn_calloc(s->n + 1, sizeof *by_subject);
    double *key = tn_calloc(s->n + 1, sizeof *key);
    int ret = TN_ENOMEM;
    if (by_exit == NULL || by_subject == NULL || key == NULL) goto out;
    ret = tn_order(s->n, s->exit, by_exit);
    if (ret < 0) goto out;
    for (size_t i = 0; i < s->n; i++)
        key[i] = subject[by_exit[i]];
    ret = tn_order(s->n, key, by_subject);
    if (ret < 0) goto out;
    for (size_t i = 1; i < s->n; i++) {
        const uint32_t a = by_exit[by_subject[i - 1]], b = by_exit[by_subject[i]];
        is_continued[a] = subject[a] == subject[b] && s->exit[a] >= s->entry[b];
    }
out:
    tn_free(by_exit);
    tn_free(by_subject);
    tn_free(key);
    return ret;
}

static tally_t count(const walk_t *self, const tn_sweep_t *sweep)
{
    tally_t t = {0};
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const double w = tn_risk_weight_at(self->risk, i);
        if (tn_risk_is_event(self->risk, i, self->opt->cause)) {
            t.rows++;
            t.event += w;
        } else if (self->is_continued == NULL || !self->is_continued[self->risk->exits[i]]) {
            t.censor += w;
        }
    }
    return t;
}

static jump_t nelson_aalen(double risk, double event)
{
    return (jump_t){event / risk, event / (risk * risk), event / (risk * risk), 1.0 / risk};
}

/* The tied events, each of their mean weight, leave one after the other: sum of w_j / (Y -
 * earlier). b_j = 1 / (Y - j d / m); the events themselves are still at risk for (1 - j/m) of the
 * j-th. */
static jump_t fleming_harrington(double risk, const tally_t *t)
{
    const double m = (double)t->rows, mean = t->event / m;
    double b = 0.0, b2 = 0.0, b2_events = 0.0;
    for (size_t j = 0; j < t->rows; j++) {
        const double left = 1.0 / (risk - (double)j * mean);
        b += left;
        b2 += left * left;
        b2_events += left * left * (m - (double)j) / m;
    }
    return (jump_t){mean * b, mean * b2, mean * b2, b / m + mean * b2 - mean * b2_events};
}

/* Robust variances at this time, in place of Greenwood's. */
static void robust(
    walk_t *self, const tn_sweep_t *sweep, const tally_t *t, const jump_t *j, size_t step)
{
    tn_km_t *km = self->km;
    tn_jack_step(self->jack, sweep, t->event, NULL, self->opt->cause);
    tn_jack_hazard_step(self->jack_hazard, sweep, j->at_risk, j->event, self->opt->cause);
    km->se_cumhaz[step] = sqrt(fmax(0.0, self->jack_hazard->mhh));
    km->se_surv[step] = sqrt(tn_jack_variance(self->jack, 0));
    km->se_log[step] = self->surv > 0.0 ? km->se_surv[step] / self->surv : INFINITY;
}

static void write_step(walk_t *self, const tn_sweep_t *sweep, const tally_t *t, size_t step)
{
    tn_km_t *km = self->km;
    km->time[step] = sweep->time;
    km->n_risk[step] = sweep->weight;
    km->n_event[step] = t->event;
    km->n_censor[step] = t->censor;
    km->cumhaz[step] = self->cumhaz;
    km->surv[step] = self->surv;
    km->se_cumhaz[step] = sqrt(self->var_cumhaz);
    km->se_log[step] = sqrt(self->greenwood);
    km->se_surv[step] = self->surv > 0.0 ? km->se_log[step] * self->surv : NAN;
}

static void step_at(walk_t *self, const tn_sweep_t *sweep, size_t step)
{
    const tally_t t = count(self, sweep);
    const double y = sweep->weight;
    jump_t j = {0};
    if (t.rows > 0) {
        self->km->status = TN_FIT_CONVERGED;
        const bool is_last = t.rows == sweep->n_risk;
        j = self->opt->hazard == TN_KM_NELSON_AALEN ? nelson_aalen(y, t.event)
                                                    : fleming_harrington(y, &t);
        self->cumhaz += j.hazard;
        self->var_cumhaz += j.variance;
        self->surv *= is_last ? 0.0 : (y - t.event) / y;
        self->greenwood += is_last ? INFINITY : t.event / (y * (y - t.event));
    }
    write_step(self, sweep, &t, step);
    if (self->jack != NULL) robust(self, sweep, &t, &j, step);
    if (self->opt->surv == TN_KM_EXPONENTIAL) {
        tn_km_t *km = self->km;
        km->surv[step] = tn_exp(-self->cumhaz);
        km->se_log[step] = km->se_cumhaz[step];
        km->se_surv[step] = km->se_cumhaz[step] * km->surv[step];
    }
}

static size_t walk_stratum(walk_t *self, int stratum, size_t step)
{
    tn_sweep_t sweep;
    self->surv = 1.0;
    self->cumhaz = self->greenwood = self->var_cumhaz = 0.0;
    if (self->jack != NULL) {
        tn_jack_begin(self->jack, stratum);
        tn_jack_hazard_begin(self->jack_hazard, stratum);
    }
    tn_sweep_begin(&sweep, self->risk, stratum);
    while (tn_sweep_next(&sweep))
        step_at(self, &sweep, step++);
    return step;
}

static int allocate(tn_km_t *self, const tn_risk_t *risk)
{
    const size_t n = risk->n_steps;
    self->n_strata = risk->n_strata;
    self->n_steps = n;
    self->start = tn_calloc((size_t)risk->n_strata + 1, sizeof *self->start);
    self->n_rows = tn_calloc((size_t)risk->n_strata + 1, sizeof *self->n_rows);
    self->block = tn_calloc(n + 1, 11 * sizeof *self->block);
    if (self->start == NULL || self->n_rows == NULL || self->block == NULL) return TN_ENOMEM;
    double **const columns[11] = {&self->time, &self->n_risk, &self->n_event, &self->n_censor,
        &self->surv, &self->se_surv, &self->se_log, &self->cumhaz, &self->se_cumhaz, &self->lower,
        &self->upper};
    for (size_t j = 0; j < 11; j++)
        *columns[j] = self->block + j * n;
    return 0;
}

static void walk_strata(walk_t *self)
{
    tn_km_t *km = self->km;
    const tn_risk_t *risk = self->risk;
    for (int s = 0; s < km->n_strata; s++) {
        km->n_rows[s] = risk->start[s + 1] - risk->start[s];
        km->n_empty_strata += km->n_rows[s] == 0;
        km->start[s + 1] = walk_stratum(self, s, km->start[s]);
    }
}

int tn_km_fit(tn_km_t *self, const tn_spells_t *spells, const tn_km_options_t *opt, tn_error_t *err)
{
    tn_risk_t risk = {0};
    tn_jack_t jack = {0};
    tn_jack_hazard_t jack_hazard = {0};
    bool *is_continued = NULL;
    *self = (tn_km_t){.status = TN_FIT_NO_EVENTS};
    int ret = tn_spells_check(spells, err);
    if (ret >= 0) ret = check_options(spells, opt, err);
    if (ret < 0) return ret;
    ret = tn_risk_init(&risk, spells);
    if (ret >= 0) ret = allocate(self, &risk);
    if (ret < 0) goto out;
    if (opt->subject != NULL && spells->entry != NULL) {
        ret = TN_ENOMEM;
        is_continued = tn_calloc(spells->n + 1, sizeof *is_continued);
        if (is_continued == NULL) goto out;
        ret = mark_continued(spells, opt->subject, is_continued);
        if (ret < 0) goto out;
    }
    walk_t walk = {.km = self, .opt = opt, .risk = &risk, .is_continued = is_continued};
    self->is_robust = is_robust(spells, opt);
    if (self->is_robust) {
        ret = tn_jack_init(&jack, &risk, 0);
        if (ret >= 0) ret = tn_jack_hazard_init(&jack_hazard, &risk);
        if (ret < 0) goto out;
        walk.jack = &jack;
        walk.jack_hazard = &jack_hazard;
    }
    walk_strata(&walk);
    ret = tn_km_limits(self, opt->interval, opt->level, self->lower, self->upper, err);
out:
    tn_jack_free(&jack);
    tn_jack_hazard_free(&jack_hazard);
    tn_risk_free(&risk);
    tn_free(is_continued);
    if (ret == TN_ENOMEM) tn_error_set(err, ret, "survival curve: %s", tn_error_text(ret));
    if (ret < 0) tn_km_free(self);
    return ret;
}

void tn_km_free(tn_km_t *self)
{
    if (self == NULL) return;
    tn_free(self->start);
    tn_free(self->n_rows);
    tn_free(self->block);
    *self = (tn_km_t){0};
}

int tn_km_limits(const tn_km_t *self, tn_interval_t scale, double level, double *lower,
    double *upper, tn_error_t *err)
{
    if (!(level > 0.0 && level < 1.0)) {
        return tn_error_set(err, TN_EARG,
            "survival curve: confidence level %g, expected a number between 0 and 1", level);
    }
    const double z = tn_interval_z(level);
    for (size_t i = 0; i < self->n_steps; i++) {
        const bool is_new = i == 0 || self->surv[i] != self->surv[i - 1] ||
                            self->se_surv[i] != self->se_surv[i - 1];
        if (!is_new) { /* a censoring: as before */
            lower[i] = lower[i - 1];
            upper[i] = upper[i - 1];
        } else if (isnan(self->se_surv[i])) {
            lower[i] = upper[i] = NAN;
        } else {
            tn_interval_probability(
                scale, self->surv[i], self->se_surv[i], z, &lower[i], &upper[i]);
        }
    }
    return 0;
}
