/* Aalen-Johansen estimates with one initial state. One walk over the distinct exit times of each
 * stratum (risk.h). The jackknife rides along in jack.h; the two variances of the delta and the
 * counting-process kind are sums over events s of squares of something linear in F_k(t) - F_k(s),
 * kept by three moments each:
 *
 *  Greenwood (Dinse & Larson 1986), x = F(t) - F(s), h = d / Y:
 *      sum  x^2 d / (Y (Y - d))  -  2 x S- d_k / Y^2  +  S-^2 d_k (Y - d_k) / Y^3
 *  Aalen (1978) as in Gray (1988), g = S-^2 tau d. / Y^2 for the events of the cause (own = 1) and
 *  for those of all others together (own = 0), tau = 1 - (d. - 1) / (Y - 1) for ties:
 *      sum  g (own - x / S(s))^2
 *
 *  Moments of the deviations stay accurate when survival gets small; powers of F alone do not.
 *  Survival has its own sums without cancellation, and while a single cause has had all the events
 *  its errors are those of survival: they may then fall to 0, which the moments only do roughly. */
#include "tenure/cif.h"

#include <math.h>

#include "base/mem.h"
#include "survival/jack.h"

/* Q = sum a x^2 - 2 b x + c,  R = half its derivative by F,  P = sum a. */
typedef struct moments {
    double q, r, p;
} moments_t;

typedef struct walk {
    tn_cif_t *cif;
    const tn_risk_t *risk;
    tn_jack_t *jack;      /* NULL: not asked for */
    double *d;            /* n_causes weighted events at this time */
    double *f;            /* states: the estimates */
    moments_t *greenwood; /* states */
    moments_t *aalen;     /* states */
    double *se_aalen;     /* states: held until the cause's next event */
    int sole;             /* the cause of all events so far; 0: none yet, -1: several */
} walk_t;

/* One time as both formulas see it. d: all events; own: those of the state; jump of F. */
typedef struct event {
    double y, surv_before, surv, d, own, jump;
    bool is_last; /* nobody is left */
} event_t;

static void add_jump(moments_t *m, double jump)
{
    m->q += jump * (2.0 * m->r + jump * m->p);
    m->r += jump * m->p;
}

static void add_greenwood(moments_t *m, const event_t *e)
{
    const double y = e->y, s = e->surv_before;
    add_jump(m, e->jump);
    m->q += s * s * (e->own / y) * ((y - e->own) / y) / y;
    m->r -= s * (e->own / y) / y;
    m->p += e->d / (y * (y - e->d));
    if (e->is_last) m->q = NAN; /* no value from here, as for survival itself */
}

static double tie_factor(double d, double y) { return d > 1.0 ? 1.0 - (d - 1.0) / (y - 1.0) : 1.0; }

static void add_aalen(moments_t *m, const event_t *e)
{
    const double other = e->d - e->own, s_y = e->surv_before / e->y;
    const double per_surv = e->surv > 0.0 ? 1.0 / e->surv : 0.0;
    add_jump(m, e->jump);
    if (other > 0.0 && e->surv > 0.0) {
        const double g = s_y * s_y * tie_factor(other, e->y) * other;
        m->p += g * per_surv * per_surv;
    }
    if (e->own > 0.0) {
        const double g = s_y * s_y * tie_factor(e->own, e->y) * e->own;
        m->q += g;
        m->r -= g * per_surv;
        m->p += g * per_surv * per_surv;
    }
}

/* NaN stays NaN; a rounding below 0 is 0. */
static double root(double x) { return x < 0.0 ? 0.0 : sqrt(x); }

/* Events by cause into self->d; the weight of the censored; rows with an event. */
static double count(const walk_t *self, const tn_sweep_t *sweep, double *censored, size_t *n_events)
{
    double total = 0.0;
    *censored = 0.0;
    *n_events = 0;
    for (int k = 0; k < self->cif->n_causes; k++)
        self->d[k] = 0.0;
    for (size_t i = sweep->first; i < sweep->last; i++) {
        const int32_t cause = self->risk->cause[i];
        const double w = tn_risk_weight_at(self->risk, i);
        if (cause > 0) {
            self->d[cause - 1] += w;
            total += w;
            ++*n_events;
        } else {
            *censored += w;
        }
    }
    return total;
}

/* The errors of survival itself: Greenwood's and Aalen's sums. */
static void advance_survival(walk_t *self, const event_t *e)
{
    const double s_y = e->surv_before / e->y, q = e->surv / e->surv_before;
    moments_t *greenwood = &self->greenwood[0], *aalen = &self->aalen[0];
    greenwood->p += e->d / (e->y * (e->y - e->d));
    greenwood->q = e->surv > 0.0 ? e->surv * e->surv * greenwood->p : NAN;
    aalen->q = q * q * aalen->q + s_y * s_y * tie_factor(e->d, e->y) * e->d;
    self->se_aalen[0] = sqrt(aalen->q);
}

/* Moves the estimates and the two moment variances over one time with events; survival is above 0
 * before it. */
static void advance(walk_t *self, event_t e)
{
    e.surv_before = self->f[0];
    e.surv = e.is_last ? 0.0 : e.surv_before * ((e.y - e.d) / e.y);
    advance_survival(self, &e);
    for (int k = 1; k <= self->cif->n_causes; k++) {
        e.own = self->d[k - 1];
        e.jump = e.surv_before * (e.own / e.y);
        self->f[k] += e.jump;
        if (self->cif->se_greenwood != NULL) add_greenwood(&self->greenwood[k], &e);
        if (self->cif->se_aalen != NULL) add_aalen(&self->aalen[k], &e);
        if (e.own == 0.0) continue;
        self->se_aalen[k] = root(self->aalen[k].q);
        self->sole = self->sole == 0 || self->sole == k ? k : -1;
    }
    self->f[0] = e.surv;
}

static void write_step(const walk_t *self, size_t step)
{
    const tn_cif_t *cif = self->cif;
    for (int k = 0; k <= cif->n_causes; k++) {
        const size_t to = (size_t)k * cif->n_steps + step;
        const int from = k == self->sole ? 0 : k;
        cif->p[to] = self->f[k];
        if (k > 0) cif->n_event[to - cif->n_steps] = self->d[k - 1];
        if (cif->se_greenwood != NULL) cif->se_greenwood[to] = root(self->greenwood[from].q);
        if (cif->se_aalen != NULL) cif->se_aalen[to] = self->se_aalen[from];
        if (self->jack != NULL) cif->se_jackknife[to] = sqrt(tn_jack_variance(self->jack, from));
    }
}

static void step_at(walk_t *self, const tn_sweep_t *sweep, size_t step)
{
    tn_cif_t *cif = self->cif;
    size_t n_events;
    const double total = count(self, sweep, &cif->n_censor[step], &n_events);
    if (n_events > 0 && self->f[0] > 0.0) {
        advance(
            self, (event_t){.y = sweep->weight, .d = total, .is_last = n_events == sweep->n_risk});
    }
    cif->time[step] = sweep->time;
    cif->n_risk[step] = sweep->weight;
    if (self->jack != NULL) tn_jack_step(self->jack, sweep, total, self->d, 0);
    write_step(self, step);
    if (n_events > 0) cif->status = TN_FIT_CONVERGED;
}

static size_t walk_stratum(walk_t *self, int stratum, size_t step)
{
    tn_sweep_t sweep;
    self->sole = 0;
    for (int k = 0; k <= self->cif->n_causes; k++) {
        self->f[k] = k == 0 ? 1.0 : 0.0;
        self->greenwood[k] = self->aalen[k] = (moments_t){0};
        self->se_aalen[k] = 0.0;
    }
    if (self->jack != NULL) tn_jack_begin(self->jack, stratum);
    tn_sweep_begin(&sweep, self->risk, stratum);
    while (tn_sweep_next(&sweep))
        step_at(self, &sweep, step++);
    return step;
}

static int allocate(tn_cif_t *self, const tn_risk_t *risk, unsigned variances)
{
    const size_t n = risk->n_steps, k = (size_t)self->n_causes;
    const size_t n_se = (variances & 1U) + (variances >> 1 & 1U) + (variances >> 2 & 1U);
    self->n_strata = risk->n_strata;
    self->n_steps = n;
    self->start = tn_calloc((size_t)risk->n_strata + 1, sizeof *self->start);
    self->n_rows = tn_calloc((size_t)risk->n_strata + 1, sizeof *self->n_rows);
    self->block = tn_calloc(n + 1, (3 + k + (1 + n_se) * (k + 1)) * sizeof *self->block);
    if (self->start == NULL || self->n_rows == NULL || self->block == NULL) return TN_ENOMEM;
    self->time = self->block;
    self->n_risk = self->time + n;
    self->n_censor = self->n_risk + n;
    self->n_event = self->n_censor + n;
    self->p = self->n_event + k * n;
    double *next = self->p + (k + 1) * n;
    double **const se[3] = {&self->se_jackknife, &self->se_greenwood, &self->se_aalen};
    for (int j = 0; j < 3; j++) {
        if ((variances >> j & 1U) == 0) continue;
        *se[j] = next;
        next += (k + 1) * n;
    }
    return 0;
}

static int walk_init(walk_t *self, tn_cif_t *cif, const tn_risk_t *risk)
{
    const size_t states = (size_t)cif->n_causes + 1;
    *self = (walk_t){.cif = cif, .risk = risk};
    self->d = tn_calloc(states, sizeof *self->d);
    self->f = tn_calloc(2 * states, sizeof *self->f);
    self->greenwood = tn_calloc(2 * states, sizeof *self->greenwood);
    if (self->d == NULL || self->f == NULL || self->greenwood == NULL) return TN_ENOMEM;
    self->se_aalen = self->f + states;
    self->aalen = self->greenwood + states;
    return 0;
}

static void walk_free(walk_t *self)
{
    tn_free(self->d);
    tn_free(self->f);
    tn_free(self->greenwood);
}

int tn_cif_fit(
    tn_cif_t *self, const tn_spells_t *spells, const tn_cif_options_t *opt, tn_error_t *err)
{
    const unsigned all = TN_CIF_JACKKNIFE | TN_CIF_GREENWOOD | TN_CIF_AALEN;
    tn_risk_t risk = {0};
    tn_jack_t jack = {0};
    walk_t walk = {0};
    *self = (tn_cif_t){0};
    int ret = tn_spells_check(spells, err);
    if (ret < 0) return ret;
    if ((opt->variances & ~all) != 0) {
        return tn_error_set(
            err, TN_EARG, "cumulative incidence: unknown kinds of variance (%u)", opt->variances);
    }
    self->n_causes = spells->n_causes;
    self->status = TN_FIT_NO_EVENTS;
    ret = tn_risk_init(&risk, spells);
    if (ret >= 0) ret = allocate(self, &risk, opt->variances);
    if (ret >= 0) ret = walk_init(&walk, self, &risk);
    if (ret < 0) goto out;
    if (self->se_jackknife != NULL) {
        ret = tn_jack_init(&jack, &risk, self->n_causes);
        if (ret < 0) goto out;
        walk.jack = &jack;
    }
    for (int s = 0; s < self->n_strata; s++) {
        self->n_rows[s] = risk.start[s + 1] - risk.start[s];
        self->n_empty_strata += self->n_rows[s] == 0;
        self->start[s + 1] = walk_stratum(&walk, s, self->start[s]);
    }
out:
    walk_free(&walk);
    tn_jack_free(&jack);
    tn_risk_free(&risk);
    if (ret < 0) {
        tn_error_set(err, ret, "cumulative incidence: %s", tn_error_text(ret));
        tn_cif_free(self);
    }
    return ret;
}

void tn_cif_free(tn_cif_t *self)
{
    if (self == NULL) return;
    tn_free(self->start);
    tn_free(self->n_rows);
    tn_free(self->block);
    *self = (tn_cif_t){0};
}
