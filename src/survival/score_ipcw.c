/* Scores under censoring. A row that is known at the horizon h, because its exit is not a censoring
 * before h, stands for 1 / G of its like, G the Kaplan-Meier curve of the censoring at min(exit-,
 * h). A score is then a weighted mean, and row i's influence on it has two parts: its own term, and
 * what it does to G: with v the terms and M the martingale of the censoring,
 *   sum over the times s <= h of V(s) / Y(s) dM_i(s),  V(s) = sum of v over exits after s.
 * G counts events before censorings at the same time; the martingale's rate is dN / Y with all of Y
 * at risk, as in riskRegression 2022.11, so that its standard errors come out. Sources: Gerds &
 * Schumacher (2006); Blanche et al. (2013). */
#include "tenure/score.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/order.h"
#include "survival/score_check.h"

typedef struct work {
    const tn_spells_t *d;
    int cause;
    double total;    /* of the case weights */
    uint32_t *order; /* rows, by exit and then, for each horizon, by risk */
    uint32_t *time;  /* row -> number of its distinct exit time */
    size_t n_times;
    double *exit, *at_risk, *events, *case_events, *censored; /* by time; weights */
    double *g;                                                /* by time: just after it */
    double *gain, *fall;                      /* by time: V / Y, and its sum over dN / Y */
    double *weight;                           /* by row: 1 / G, 0 if not known */
    double *direct;                           /* by row: its own term */
    double *influence, *brier_sum, *null_sum; /* by row */
    double *cluster_sum;
} work_t;

static void work_free(work_t *w)
{
    void *all[] = {w->order, w->time, w->exit, w->at_risk, w->events, w->case_events, w->censored,
        w->g, w->gain, w->fall, w->weight, w->direct, w->influence, w->brier_sum, w->null_sum,
        w->cluster_sum};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tn_free(all[i]);
}

static bool work_alloc(work_t *w, size_t n, size_t n_clusters)
{
    double **numbers[] = {&w->exit, &w->at_risk, &w->events, &w->case_events, &w->censored, &w->g,
        &w->gain, &w->fall, &w->weight, &w->direct, &w->influence, &w->brier_sum, &w->null_sum};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if ((*numbers[i] = tn_calloc(n + 1, sizeof(double))) == NULL) return false;
    return (w->order = tn_calloc(n + 1, sizeof *w->order)) != NULL &&
           (w->time = tn_calloc(n + 1, sizeof *w->time)) != NULL &&
           (w->cluster_sum = tn_calloc(n_clusters + 1, sizeof(double))) != NULL;
}

static double case_weight(const work_t *w, size_t i)
{
    return w->d->weight != NULL ? w->d->weight[i] : 1.0;
}

/* Counts at the distinct exit times, and the curve of the censoring. */
static int count_times(work_t *w)
{
    const tn_spells_t *d = w->d;
    if (tn_order(d->n, d->exit, w->order) < 0) return TN_ENOMEM;
    for (size_t i = 0; i < d->n; i++) {
        const uint32_t row = w->order[i];
        if (i == 0 || d->exit[row] > w->exit[w->n_times - 1]) w->exit[w->n_times++] = d->exit[row];
        const size_t t = w->n_times - 1;
        const double weight = case_weight(w, row);
        w->time[row] = (uint32_t)t;
        w->at_risk[t] += weight;
        *(d->cause[row] == 0 ? &w->censored[t] : &w->events[t]) += weight;
        if (d->cause[row] == w->cause) w->case_events[t] += weight;
    }
    for (size_t t = w->n_times; t > 0; t--) {
        w->total += w->at_risk[t - 1];
        w->at_risk[t - 1] = w->total;
    }
    double g = 1.0;
    for (size_t t = 0; t < w->n_times; t++) {
        if (w->censored[t] > 0.0) g *= 1.0 - w->censored[t] / (w->at_risk[t] - w->events[t]);
        if (w->censored[t] > 0.0 && t + 1 == w->n_times) g = 0.0;
        w->g[t] = g;
    }
    return 0;
}

/* Aalen-Johansen at the first n_times times. */
static double everybodys_risk(const work_t *w, size_t n_times)
{
    double surv = 1.0, cif = 0.0;
    for (size_t t = 0; t < n_times; t++) {
        cif += surv * w->case_events[t] / w->at_risk[t];
        surv *= 1.0 - w->events[t] / w->at_risk[t];
    }
    return cif;
}

static bool is_case(const work_t *w, size_t i, size_t n_times)
{
    return w->time[i] < n_times && w->d->cause[i] == w->cause;
}

/* Weights of the rows at a horizon, n_times of the exit times being up to it; false if the curve
 * of the censoring has come to 0. */
static bool weigh(work_t *w, size_t n_times, tn_score_ipcw_t *s, int h)
{
    const double g = n_times > 0 ? w->g[n_times - 1] : 1.0;
    for (size_t i = 0; i < w->d->n; i++) {
        const size_t t = w->time[i];
        const bool is_before = t < n_times, is_censored = is_before && w->d->cause[i] == 0;
        w->weight[i] = is_censored ? 0.0 : 1.0 / (!is_before ? g : t > 0 ? w->g[t - 1] : 1.0);
        *(is_censored                ? &s->n_censored[h]
            : is_case(w, i, n_times) ? &s->n_cases[h]
                                     : &s->n_controls[h]) += case_weight(w, i);
    }
    return g > 0.0;
}

/* What a unit of the martingale of the censoring brings at each time, and what being at risk
 * costs. */
static void trace_censoring(work_t *w, size_t n_times)
{
    memset(w->gain, 0, w->n_times * sizeof *w->gain);
    for (size_t i = 0; i < w->d->n; i++)
        w->gain[w->time[i]] += case_weight(w, i) * w->direct[i];
    double later = 0.0;
    for (size_t t = w->n_times; t > 0; t--) {
        const double here = w->gain[t - 1];
        w->gain[t - 1] = t <= n_times ? later / w->at_risk[t - 1] : 0.0;
        later += here;
    }
    double sum = 0.0;
    for (size_t t = 0; t < w->n_times; t++) {
        sum += w->gain[t] * w->censored[t] / w->at_risk[t];
        w->fall[t] = sum;
    }
}

/* Influences of the rows on the mean of direct, less its mean. */
static void find_influence(work_t *w, size_t n_times, double mean, bool is_censoring_known)
{
    if (!is_censoring_known) trace_censoring(w, n_times);
    for (size_t i = 0; i < w->d->n; i++) {
        const size_t t = w->time[i];
        double part = w->direct[i] - mean;
        if (!is_censoring_known) part += (w->d->cause[i] == 0 ? w->gain[t] : 0.0) - w->fall[t];
        w->influence[i] = case_weight(w, i) * part / w->total;
    }
}

static double se_of(work_t *w, const double *influence)
{
    return tn_score_clustered_se(
        influence, w->d->n, w->d->cluster, w->d->n_clusters, w->cluster_sum);
}

static void fill_nan(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = NAN;
}

/* One point of a curve, from the terms in direct. */
static void set_point(work_t *w, tn_score_curve_t *curve, int h, size_t n_times, double value,
    double mean, const tn_score_ipcw_options_t *opt)
{
    const size_t n = w->d->n;
    curve->value[h] = value;
    curve->se[h] = NAN;
    if (isfinite(value)) {
        find_influence(w, n_times, mean, opt->is_censoring_known);
        curve->se[h] = se_of(w, w->influence);
    } else {
        fill_nan(w->influence, n);
    }
    if (curve->influence != NULL && n > 0)
        memcpy(curve->influence + (size_t)h * n, w->influence, n * sizeof(double));
}

/* A weighted mean of losses; risk of a row is risk[i * step]. */
static void score_mean(work_t *w, tn_score_curve_t *curve, int h, size_t n_times,
    tn_score_rule_t rule, const double *risk, size_t step, const tn_score_ipcw_options_t *opt)
{
    double sum = 0.0;
    for (size_t i = 0; i < w->d->n; i++) {
        const double loss = tn_score_one(rule, risk[i * step], is_case(w, i, n_times));
        w->direct[i] = w->weight[i] > 0.0 ? w->weight[i] * loss : 0.0;
        sum += case_weight(w, i) * w->direct[i];
    }
    set_point(w, curve, h, n_times, sum / w->total, sum / w->total, opt);
}

/* Sums of the weights of cases and controls. */
typedef struct sides {
    double cases, controls;
} sides_t;

static void add_row(const work_t *w, size_t i, size_t n_times, sides_t *s)
{
    *(is_case(w, i, n_times) ? &s->cases : &s->controls) += case_weight(w, i) * w->weight[i];
}

/* For every row the weight of the other side that it is ordered rightly with, into direct; rows
 * in order of risk. Returns the sum over the cases. */
static double count_orderly(work_t *w, size_t n_times, const double *risk, sides_t all)
{
    sides_t below = {0};
    double sum = 0.0;
    for (size_t a = 0, b; a < w->d->n; a = b) {
        sides_t same = {0};
        for (b = a; b < w->d->n && risk[w->order[b]] == risk[w->order[a]]; b++)
            add_row(w, w->order[b], n_times, &same);
        for (size_t k = a; k < b; k++) {
            const size_t i = w->order[k];
            const bool is_one = is_case(w, i, n_times);
            w->direct[i] = is_one ? below.controls + same.controls / 2.0
                                  : all.cases - below.cases - same.cases / 2.0;
            if (is_one) sum += case_weight(w, i) * w->weight[i] * w->direct[i];
        }
        below.cases += same.cases;
        below.controls += same.controls;
    }
    return sum;
}

static int score_auc(work_t *w, tn_score_curve_t *curve, int h, size_t n_times, const double *risk,
    const tn_score_ipcw_options_t *opt)
{
    if (tn_order(w->d->n, risk, w->order) < 0) return TN_ENOMEM;
    sides_t all = {0};
    for (size_t i = 0; i < w->d->n; i++)
        add_row(w, i, n_times, &all);
    const double sum = count_orderly(w, n_times, risk, all);
    const double pairs = all.cases * all.controls, auc = pairs > 0.0 ? sum / pairs : NAN;
    for (size_t i = 0; i < w->d->n; i++) {
        const double expected = auc * (is_case(w, i, n_times) ? all.controls : all.cases);
        w->direct[i] = w->total * w->weight[i] * (w->direct[i] - expected) / pairs;
    }
    set_point(w, curve, h, n_times, auc, 0.0, opt);
    return 0;
}

/* An integral over the horizons so far, and the influences on it. */
typedef struct integral {
    tn_score_curve_t *curve;
    double area, *sum;
} integral_t;

/* Takes in the value at horizon h, the influences on it in w->influence: right is its part of the
 * step that ends at h; its part of the next step is added in advance. */
static void integrate(work_t *w, integral_t *a, double value, int h, int n_horizons,
    const double *horizon, tn_score_integral_t kind)
{
    const double share = kind == TN_SCORE_TRAPEZOID ? 0.5 : 0.0;
    const double right = share * (horizon[h] - (h > 0 ? horizon[h - 1] : 0.0));
    const double next = h + 1 < n_horizons ? (1.0 - share) * (horizon[h + 1] - horizon[h]) : 0.0;
    if (right > 0.0) {
        a->area += right * value;
        for (size_t i = 0; i < w->d->n; i++)
            a->sum[i] += right * w->influence[i];
    }
    a->curve->value[h] = a->area / horizon[h];
    a->curve->se[h] = se_of(w, a->sum) / horizon[h];
    a->area += next * value;
    for (size_t i = 0; i < w->d->n; i++)
        a->sum[i] += next * w->influence[i];
}

typedef struct run {
    int n_horizons;
    const double *horizon, *risk;
    const tn_score_ipcw_options_t *opt;
    integral_t brier, null_brier;
} run_t;

/* A Brier score or, if the censoring hides it, NaN; and its integral. */
static void score_brier(work_t *w, tn_score_curve_t *curve, integral_t *a, int h, size_t n_times,
    bool is_known, const double *risk, size_t step, const run_t *r)
{
    if (is_known)
        score_mean(w, curve, h, n_times, TN_SCORE_BRIER, risk, step, r->opt);
    else
        set_point(w, curve, h, n_times, NAN, NAN, r->opt);
    integrate(w, a, curve->value[h], h, r->n_horizons, r->horizon, r->opt->integral);
}

static int score_horizon(work_t *w, tn_score_ipcw_t *s, run_t *r, int h)
{
    const double *risk = r->risk + (size_t)h * s->n;
    size_t n_times = 0;
    while (n_times < w->n_times && w->exit[n_times] <= r->horizon[h])
        n_times++;
    const bool is_known = weigh(w, n_times, s, h) && s->n > 0;
    s->null_risk[h] = is_known ? everybodys_risk(w, n_times) : NAN;
    score_brier(w, &s->brier, &r->brier, h, n_times, is_known, risk, 1, r);
    score_brier(w, &s->null_brier, &r->null_brier, h, n_times, is_known, &s->null_risk[h], 0, r);
    if (!is_known) {
        set_point(w, &s->log, h, n_times, NAN, NAN, r->opt);
        set_point(w, &s->auc, h, n_times, NAN, NAN, r->opt);
        return 0;
    }
    score_mean(w, &s->log, h, n_times, TN_SCORE_LOG, risk, 1, r->opt);
    return score_auc(w, &s->auc, h, n_times, risk, r->opt);
}

static int check_arguments(const tn_spells_t *d, int cause, int n_horizons, const double *horizon,
    const double *risk, const tn_score_ipcw_options_t *opt, tn_error_t *err)
{
    int ret = tn_spells_check(d, err);
    if (ret == 0) ret = tn_score_check_horizons(n_horizons, horizon, err);
    if (ret < 0) return ret;
    if (cause < 1 || cause > d->n_causes)
        return tn_error_set(err, TN_EARG, "cause %d, expected 1 to %d", cause, d->n_causes);
    if (d->entry != NULL)
        return tn_error_set(
            err, TN_EARG, "scores under censoring are not defined with entry times");
    if (d->n > 0 && risk == NULL) return tn_error_set(err, TN_EARG, "no forecasts");
    if (opt->integral != TN_SCORE_STEP && opt->integral != TN_SCORE_TRAPEZOID)
        return tn_error_set(err, TN_EARG, "unknown kind of integral %d", (int)opt->integral);
    for (int h = 0; h < n_horizons; h++)
        for (size_t i = 0; i < d->n; i++) {
            const double p = risk[(size_t)h * d->n + i];
            if (!(p >= 0.0 && p <= 1.0))
                return tn_error_set(
                    err, TN_EDOMAIN, "row %zu, horizon %d: probability %.17g", i + 1, h + 1, p);
        }
    return 0;
}

static bool curve_alloc(tn_score_curve_t *c, size_t n_horizons, size_t n_influences)
{
    if ((c->value = tn_calloc(n_horizons, sizeof(double))) == NULL ||
        (c->se = tn_calloc(n_horizons, sizeof(double))) == NULL)
        return false;
    if (n_influences == 0) return true;
    c->influence = tn_calloc(n_influences, n_horizons * sizeof(double));
    return c->influence != NULL;
}

static bool self_alloc(tn_score_ipcw_t *s, size_t n, size_t n_horizons)
{
    return (s->n_cases = tn_calloc(n_horizons, sizeof(double))) != NULL &&
           (s->n_controls = tn_calloc(n_horizons, sizeof(double))) != NULL &&
           (s->n_censored = tn_calloc(n_horizons, sizeof(double))) != NULL &&
           (s->null_risk = tn_calloc(n_horizons, sizeof(double))) != NULL &&
           curve_alloc(&s->brier, n_horizons, n + 1) && curve_alloc(&s->log, n_horizons, n + 1) &&
           curve_alloc(&s->auc, n_horizons, n + 1) && curve_alloc(&s->null_brier, n_horizons, 0) &&
           curve_alloc(&s->ibs, n_horizons, 0) && curve_alloc(&s->null_ibs, n_horizons, 0);
}

int tn_score_ipcw_run(tn_score_ipcw_t *self, const tn_spells_t *d, int cause, int n_horizons,
    const double *horizon, const double *risk, const tn_score_ipcw_options_t *opt, tn_error_t *err)
{
    const tn_score_ipcw_options_t default_opt = TN_SCORE_IPCW_OPTIONS_DEFAULT;
    *self = (tn_score_ipcw_t){0};
    if (opt == NULL) opt = &default_opt;
    int ret = check_arguments(d, cause, n_horizons, horizon, risk, opt, err);
    if (ret < 0) return ret;
    work_t w = {.d = d, .cause = cause};
    self->n = d->n;
    self->n_horizons = n_horizons;
    ret = TN_ENOMEM;
    if (!self_alloc(self, d->n, (size_t)n_horizons) ||
        !work_alloc(&w, d->n, d->cluster != NULL ? (size_t)d->n_clusters : 0) ||
        count_times(&w) < 0)
        goto out;
    run_t r = {.n_horizons = n_horizons, .horizon = horizon, .risk = risk, .opt = opt};
    r.brier = (integral_t){.curve = &self->ibs, .sum = w.brier_sum};
    r.null_brier = (integral_t){.curve = &self->null_ibs, .sum = w.null_sum};
    ret = 0;
    for (int h = 0; h < n_horizons && ret == 0; h++)
        ret = score_horizon(&w, self, &r, h);
out:
    work_free(&w);
    if (ret < 0) {
        tn_score_ipcw_free(self);
        return tn_error_set(err, ret, "%s", tn_error_text(ret));
    }
    return 0;
}

static void curve_free(tn_score_curve_t *c)
{
    tn_free(c->value);
    tn_free(c->se);
    tn_free(c->influence);
}

void tn_score_ipcw_free(tn_score_ipcw_t *self)
{
    if (self == NULL) return;
    tn_free(self->n_cases);
    tn_free(self->n_controls);
    tn_free(self->n_censored);
    tn_free(self->null_risk);
    curve_free(&self->brier);
    curve_free(&self->log);
    curve_free(&self->auc);
    curve_free(&self->null_brier);
    curve_free(&self->ibs);
    curve_free(&self->null_ibs);
    *self = (tn_score_ipcw_t){0};
}
