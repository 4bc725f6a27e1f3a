/* Kaplan-Meier: curves, quantiles, restricted mean, log-rank test. */
#include "tenure/km.h"

#include <math.h>
#include <string.h>

#include "fit/fitting.h"
#include "tenure/logrank.h"

static const double QUARTILES[] = {0.25, 0.5, 0.75};
enum { N_QUARTILES = 3 };

typedef struct curve {
    const char **strata;
    double *time, *n_risk, *n_event, *n_censor, *estimate, *se, *low, *high, *cumhaz, *se_cumhaz;
} curve_t;

static bool curve_init(curve_t *self, tn_fitting_t *f, size_t n_rows, bool has_counts)
{
    tn_fit_table_t *t = tn_build_table(f->fit, "curve", "Survival", n_rows, 12);
    *self = (curve_t){0};
    if (f->strata != NULL) self->strata = tn_build_text(f->fit, t, "strata");
    self->time = tn_build_number(f->fit, t, "time", TN_FIT_TIME);
    self->n_risk = tn_build_number(f->fit, t, "n.risk", TN_FIT_COUNT);
    if (has_counts) {
        self->n_event = tn_build_number(f->fit, t, "n.event", TN_FIT_COUNT);
        self->n_censor = tn_build_number(f->fit, t, "n.censor", TN_FIT_COUNT);
    }
    self->estimate = tn_build_number(f->fit, t, "estimate", TN_FIT_PROBABILITY);
    self->se = tn_build_number(f->fit, t, "std.error", TN_FIT_PROBABILITY);
    self->low = tn_build_number(f->fit, t, "conf.low", TN_FIT_PROBABILITY);
    self->high = tn_build_number(f->fit, t, "conf.high", TN_FIT_PROBABILITY);
    self->cumhaz = tn_build_number(f->fit, t, "cumhaz", TN_FIT_NUMBER);
    self->se_cumhaz = tn_build_number(f->fit, t, "std.chaz", TN_FIT_NUMBER);
    if (tn_build_failed(f->fit)) return false;
    t->is_curve = true;
    return true;
}

static int every_step(tn_fitting_t *f, const tn_km_t *km)
{
    curve_t c;
    if (!curve_init(&c, f, km->n_steps, true)) return TN_ENOMEM;
    const struct {
        double *to;
        const double *from;
    } copy[] = {{c.time, km->time}, {c.n_risk, km->n_risk}, {c.n_event, km->n_event},
        {c.n_censor, km->n_censor}, {c.estimate, km->surv}, {c.se, km->se_surv}, {c.low, km->lower},
        {c.high, km->upper}, {c.cumhaz, km->cumhaz}, {c.se_cumhaz, km->se_cumhaz}};
    for (size_t k = 0; km->n_steps > 0 && k < sizeof copy / sizeof copy[0]; k++)
        memcpy(copy[k].to, copy[k].from, km->n_steps * sizeof(double));
    for (int s = 0; c.strata != NULL && s < km->n_strata; s++) {
        for (size_t i = km->start[s]; i < km->start[s + 1]; i++)
            c.strata[i] = f->strata[s];
    }
    return 0;
}

static int at_times(tn_fitting_t *f, const tn_km_t *km)
{
    curve_t c;
    const size_t n = (size_t)f->n_times;
    if (!curve_init(&c, f, n * (size_t)km->n_strata, false)) return TN_ENOMEM;
    for (int s = 0; s < km->n_strata; s++) {
        const size_t at = (size_t)s * n;
        const tn_km_values_t out = {.n_risk = c.n_risk + at,
            .surv = c.estimate + at,
            .se_surv = c.se + at,
            .lower = c.low + at,
            .upper = c.high + at,
            .cumhaz = c.cumhaz + at,
            .se_cumhaz = c.se_cumhaz + at};
        const int ret = tn_km_at(km, s, n, f->times, &out, f->err);
        if (ret < 0) return ret;
        memcpy(c.time + at, f->times, n * sizeof(double));
        for (size_t i = 0; c.strata != NULL && i < n; i++)
            c.strata[at + i] = f->strata[s];
    }
    return 0;
}

static double last_time(const tn_km_t *km)
{
    double last = 0.0;
    for (size_t i = 0; i < km->n_steps; i++)
        last = fmax(last, km->time[i]);
    return last;
}

/* As R's print of a survfit: one row a stratum, means restricted to the last time of all. */
static int glance(tn_fitting_t *f, const tn_km_t *km)
{
    tn_glance_t g;
    const double tau = last_time(km);
    tn_glance_init(&g, f, (size_t)km->n_strata, false);
    const char **strata = f->strata != NULL ? tn_build_text(f->fit, g.table, "strata") : NULL;
    for (int s = 0; s < km->n_strata; s++) {
        double events = 0.0, most = 0.0, mean = NAN, se = NAN, median = NAN, low = NAN, high = NAN;
        const double half = 0.5;
        for (size_t i = km->start[s]; i < km->start[s + 1]; i++) {
            events += km->n_event[i];
            most = fmax(most, km->n_risk[i]);
        }
        int ret = tn_km_quantile(km, s, 1, &half, &median, &low, &high, f->err);
        if (ret >= 0 && km->n_rows[s] > 0) ret = tn_km_mean(km, s, tau, &mean, &se, f->err);
        if (ret < 0) return ret;
        tn_glance_row(&g, (size_t)s, NULL);
        if (strata != NULL && !tn_build_failed(f->fit)) strata[s] = f->strata[s];
        tn_glance_put(&g, "records", TN_FIT_COUNT, (double)km->n_rows[s]);
        tn_glance_put(&g, "n.max", TN_FIT_COUNT, most);
        tn_glance_put(&g, "n.start", TN_FIT_COUNT,
            km->start[s] < km->start[s + 1] ? km->n_risk[km->start[s]] : 0.0);
        tn_glance_put(&g, "events", TN_FIT_COUNT, events);
        tn_glance_put(&g, "rmean", TN_FIT_NUMBER, mean);
        tn_glance_put(&g, "rmean.std.error", TN_FIT_NUMBER, se);
        tn_glance_put(&g, "median", TN_FIT_TIME, median);
        tn_glance_put(&g, "conf.low", TN_FIT_TIME, low);
        tn_glance_put(&g, "conf.high", TN_FIT_TIME, high);
    }
    tn_build_note(f->fit, "rmean is the mean time up to %g, where follow-up ends", tau);
    return 0;
}

static int quantiles(tn_fitting_t *f, const tn_km_t *km)
{
    tn_fit_t *fit = f->fit;
    tn_fit_table_t *t = tn_build_table(
        fit, "quantiles", "Times by which a share has left", N_QUARTILES * (size_t)km->n_strata, 6);
    const char **strata = f->strata != NULL ? tn_build_text(fit, t, "strata") : NULL;
    double *prob = tn_build_number(fit, t, "prob", TN_FIT_PROBABILITY);
    double *estimate = tn_build_number(fit, t, "estimate", TN_FIT_TIME);
    double *low = tn_build_number(fit, t, "conf.low", TN_FIT_TIME);
    double *high = tn_build_number(fit, t, "conf.high", TN_FIT_TIME);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int s = 0; s < km->n_strata; s++) {
        const size_t at = (size_t)s * N_QUARTILES;
        const int ret = tn_km_quantile(
            km, s, N_QUARTILES, QUARTILES, estimate + at, low + at, high + at, f->err);
        if (ret < 0) return ret;
        memcpy(prob + at, QUARTILES, sizeof QUARTILES);
        for (size_t i = 0; strata != NULL && i < N_QUARTILES; i++)
            strata[at + i] = f->strata[s];
    }
    return 0;
}

static int logrank_tables(tn_fitting_t *f, const tn_logrank_t *test)
{
    tn_fit_t *fit = f->fit;
    tn_fit_table_t *groups =
        tn_build_table(fit, "groups", "Events by group", (size_t)test->n_groups, 4);
    const char **strata = tn_build_text(fit, groups, "strata");
    double *n = tn_build_number(fit, groups, "N", TN_FIT_COUNT);
    double *obs = tn_build_number(fit, groups, "obs", TN_FIT_COUNT);
    double *exp = tn_build_number(fit, groups, "exp", TN_FIT_NUMBER);
    tn_fit_table_t *t = tn_build_table(
        fit, "test", f->opt->rho == 0.0 ? "Log-rank test" : "Weighted log-rank test (G-rho)", 1, 4);
    double *rho = tn_build_number(fit, t, "rho", TN_FIT_NUMBER);
    double *chisq = tn_build_number(fit, t, "statistic", TN_FIT_NUMBER);
    double *df = tn_build_number(fit, t, "df", TN_FIT_COUNT);
    double *p = tn_build_number(fit, t, "p.value", TN_FIT_PVALUE);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int g = 0; g < test->n_groups; g++) {
        strata[g] = tn_build_copy(fit, f->design.groups[g]);
        n[g] = test->n[g];
        obs[g] = test->observed[g];
        exp[g] = test->expected[g];
    }
    *rho = f->opt->rho;
    *chisq = test->chisq;
    *df = test->df;
    *p = test->p;
    if (f->design.block != NULL) tn_build_note(fit, "the test is stratified by strata(...)");
    return 0;
}

static int logrank(tn_fitting_t *f)
{
    tn_logrank_t test;
    tn_error_t err = {0};
    tn_spells_t spells = f->spells;
    const tn_design_t *d = &f->design;
    if (d->group == NULL || d->n_groups < 2) return 0;
    const tn_logrank_options_t opt = {.cause = f->cause, .rho = f->opt->rho};
    spells.stratum = d->block;
    spells.n_strata = d->n_blocks;
    int ret = tn_logrank_fit(&test, &spells, d->group, d->n_groups, &opt, &err);
    if (ret == TN_EDOMAIN) { /* the curves are fine with such weights, the test is not */
        tn_fitting_name_row(f, NULL, &err);
        tn_build_note(f->fit, "no log-rank test: %s", err.message);
        return 0;
    }
    if (ret < 0) return tn_error_set(f->err, ret, "%s", err.message);
    ret = logrank_tables(f, &test);
    if (test.status == TN_FIT_COLLINEAR) {
        tn_fitting_status(
            f, test.status, "log-rank test", test.group >= 0 ? d->groups[test.group] : NULL);
    }
    tn_logrank_free(&test);
    return ret;
}

int tn_fit_km(tn_fitting_t *self)
{
    tn_km_t km;
    const bool is_plain = self->spells.stratum == NULL;
    const tn_km_options_t opt = {.cause = self->cause,
        .variance = self->opt->is_robust ? TN_KM_ROBUST : TN_KM_AUTOMATIC,
        .interval = tn_fitting_interval(self, TN_INTERVAL_LOG),
        .level = self->opt->level};
    int ret = tn_km_fit(&km, &self->spells, &opt, self->err);
    if (ret < 0) return ret;
    ret = self->opt->n_times > 0 ? at_times(self, &km) : every_step(self, &km);
    if (ret >= 0) ret = glance(self, &km);
    if (ret >= 0) ret = quantiles(self, &km);
    if (ret >= 0 && !is_plain) ret = logrank(self);
    if (self->design.n_causes > 1 && self->cause == 0) {
        tn_build_note(self->fit, "any of the %d causes counts as the event; --cause names one",
            self->design.n_causes);
    }
    if (km.is_robust) {
        tn_build_note(self->fit, "standard errors are robust (infinitesimal jackknife)");
    }
    tn_fitting_status(self, km.status, NULL, NULL);
    tn_km_free(&km);
    return ret;
}
