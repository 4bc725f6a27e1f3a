/* What is told about a Cox model beside its coefficients. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "fit/cox.h"
#include "tenure/concordance.h"

int tn_fitting_concordance(tn_fitting_t *f, int cause, const double *coef, bool is_reversed,
    double *concordance, double *se)
{
    const tn_design_t *d = &f->design;
    tn_concordance_t c;
    tn_concordance_options_t opt = TN_CONCORDANCE_OPTIONS_DEFAULT;
    opt.is_reversed = is_reversed;
    double *lp = tn_calloc(d->n, sizeof *lp);
    if (lp == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < d->n; i++) {
        if (d->offset != NULL) lp[i] = d->offset[i];
        for (int j = 0; j < d->n_columns; j++)
            lp[i] += coef[j] * d->x[(size_t)j * d->n + i];
    }
    const int ret = tn_concordance_run(&c, &f->spells, cause, lp, &opt, f->err);
    tn_free(lp);
    if (ret < 0) return ret;
    *concordance = c.concordance;
    *se = c.se;
    tn_concordance_free(&c);
    return 0;
}

static void put_test(tn_glance_t *g, const char *statistic, const char *p, double value, double df)
{
    tn_glance_put(g, statistic, TN_FIT_NUMBER, value);
    tn_glance_put(g, p, TN_FIT_PVALUE, tn_p_chisq(value, df));
}

static int glance_row(tn_fitting_t *f, tn_glance_t *g, const tn_cox_t *c, int cause)
{
    double concordance = NAN, se = NAN;
    const double n = (double)c->n, events = (double)c->n_events;
    bool is_known = true;
    for (int j = 0; j < c->n_covariates; j++)
        is_known = is_known && isfinite(c->coef[j]);
    if (is_known && c->n_covariates > 0) {
        const int ret = tn_fitting_concordance(f, cause, c->coef, true, &concordance, &se);
        if (ret < 0) return ret;
    }
    tn_glance_put(g, "n", TN_FIT_COUNT, n);
    tn_glance_put(g, "nevent", TN_FIT_COUNT, events);
    tn_glance_put(g, "df", TN_FIT_NUMBER, c->df);
    put_test(g, "statistic.log", "p.value.log", c->lrt, c->df);
    put_test(g, "statistic.sc", "p.value.sc", c->score, c->df);
    put_test(g, "statistic.wald", "p.value.wald", c->wald, c->df);
    put_test(g, "statistic.robust", "p.value.robust", c->score_robust, c->df);
    tn_glance_put(g, "r.squared", TN_FIT_NUMBER, -tn_expm1(-c->lrt / n));
    tn_glance_put(g, "r.squared.max", TN_FIT_NUMBER, -tn_expm1(2.0 * c->loglik_null / n));
    tn_glance_put(g, "concordance", TN_FIT_NUMBER, concordance);
    tn_glance_put(g, "std.error.concordance", TN_FIT_NUMBER, se);
    tn_glance_put(g, "logLik", TN_FIT_NUMBER, c->loglik);
    tn_glance_put(g, "AIC", TN_FIT_NUMBER, -2.0 * c->loglik + 2.0 * c->df);
    tn_glance_put(g, "BIC", TN_FIT_NUMBER, -2.0 * c->loglik + tn_log(events) * c->df);
    tn_glance_put(g, "nobs", TN_FIT_COUNT, events); /* as R: nobs(coxph) counts events */
    return 0;
}

int tn_cox_table_glance(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_glance_t g;
    tn_glance_init(&g, f, (size_t)m->n, m->cause != NULL);
    for (int k = 0; k < m->n; k++) {
        tn_glance_row(&g, (size_t)k, m->cause != NULL ? m->cause[k] : NULL);
        const int ret = glance_row(f, &g, &m->fit[k], m->first + k);
        if (ret < 0) return ret;
    }
    return 0;
}

int tn_cox_table_zph(tn_fitting_t *f, const tn_cox_models_t *m)
{
    const size_t p = (size_t)f->design.n_columns;
    if (p == 0) return 0;
    tn_fit_t *fit = f->fit;
    tn_fit_table_t *t = tn_build_table(fit, "zph",
        "Test of proportional hazards (time as 1 - Kaplan-Meier)", (size_t)m->n * (p + 1), 5);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    const char **term = tn_build_text(fit, t, "term");
    double *chisq = tn_build_number(fit, t, "statistic", TN_FIT_NUMBER);
    double *df = tn_build_number(fit, t, "df", TN_FIT_COUNT);
    double *pvalue = tn_build_number(fit, t, "p.value", TN_FIT_PVALUE);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int k = 0; k < m->n; k++) {
        const size_t at = (size_t)k * (p + 1);
        const int ret =
            tn_cox_zph(&m->fit[k], TN_COX_TIME_KM, chisq + at, chisq + at + p, pvalue + at, f->err);
        if (ret < 0) return ret;
        for (size_t j = 0; j <= p; j++) {
            if (cause != NULL) cause[at + j] = m->cause[k];
            term[at + j] = j < p ? m->term[j] : "GLOBAL";
            df[at + j] = j < p ? 1.0 : (double)p;
        }
    }
    return 0;
}

int tn_cox_table_baseline(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_fit_t *fit = f->fit;
    size_t n = 0;
    for (int k = 0; k < m->n; k++)
        n += m->baseline[k].start[m->baseline[k].n_strata];
    tn_fit_table_t *t = tn_build_table(
        fit, "baseline", "Baseline cumulative hazard, at the means of the covariates", n, 5);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    const char **strata = f->strata != NULL ? tn_build_text(fit, t, "strata") : NULL;
    double *time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    double *cumhaz = tn_build_number(fit, t, "estimate", TN_FIT_NUMBER);
    double *zero = tn_build_number(fit, t, "cumhaz.zero", TN_FIT_NUMBER);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    t->is_curve = true;
    for (int k = 0, at = 0; k < m->n; k++) {
        const tn_cox_baseline_t *b = &m->baseline[k];
        for (int s = 0; s < b->n_strata; s++) {
            for (size_t i = b->start[s]; i < b->start[s + 1]; i++, at++) {
                if (cause != NULL) cause[at] = m->cause[k];
                if (strata != NULL) strata[at] = f->strata[s];
                time[at] = b->time[i];
                cumhaz[at] = b->cumhaz_mean[i];
                zero[at] = b->cumhaz_x0[i];
            }
        }
    }
    return 0;
}

/* Columns of one figure per term: "score.age", ... NULL after a failed allocation. */
static double **term_columns(
    tn_fitting_t *f, const tn_cox_models_t *m, tn_fit_table_t *t, const char *prefix)
{
    const size_t p = (size_t)f->design.n_columns;
    double **column = tn_calloc(p, sizeof *column);
    if (column == NULL) return NULL;
    for (size_t j = 0; j < p; j++) {
        const char *name = tn_build_printf(f->fit, "%s%s", prefix, m->term[j]);
        column[j] = tn_build_number(f->fit, t, name, TN_FIT_NUMBER);
    }
    if (!tn_build_failed(f->fit)) return column;
    tn_free(column);
    return NULL;
}

static void scatter(double *const *column, size_t p, const double *from, size_t n, size_t at)
{
    for (size_t j = 0; j < p; j++)
        memcpy(column[j] + at, from + j * n, n * sizeof *from);
}

int tn_cox_table_residuals(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_fit_t *fit = f->fit;
    const size_t n = f->design.n, p = (size_t)f->design.n_columns;
    tn_fit_table_t *t =
        tn_build_table(fit, "residuals", "Residuals", n * (size_t)m->n, 4 + 2 * (int)p);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    double *martingale = tn_build_number(fit, t, "martingale", TN_FIT_NUMBER);
    double *deviance = tn_build_number(fit, t, "deviance", TN_FIT_NUMBER);
    double **score = term_columns(f, m, t, "score.");
    double **dfbeta = term_columns(f, m, t, "dfbeta.");
    double *work = tn_calloc(n * p, sizeof *work);
    int ret = score == NULL || dfbeta == NULL || work == NULL ? TN_ENOMEM : 0;
    for (int k = 0; ret >= 0 && k < m->n; k++) {
        const size_t at = (size_t)k * n;
        for (size_t i = 0; i < n; i++) {
            if (cause != NULL) cause[at + i] = m->cause[k];
            row[at + i] = (double)(f->design.row[i] + 1);
        }
        ret = tn_cox_martingale(&m->fit[k], martingale + at, f->err);
        if (ret >= 0) ret = tn_cox_deviance(&m->fit[k], deviance + at, f->err);
        if (ret >= 0) ret = tn_cox_score_residuals(&m->fit[k], work, f->err);
        if (ret >= 0) scatter(score, p, work, n, at);
        if (ret >= 0) ret = tn_cox_dfbeta(&m->fit[k], work, f->err);
        if (ret >= 0) scatter(dfbeta, p, work, n, at);
    }
    tn_free(score);
    tn_free(dfbeta);
    tn_free(work);
    return ret;
}

int tn_cox_table_schoenfeld(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_fit_t *fit = f->fit;
    const size_t p = (size_t)f->design.n_columns;
    size_t n = 0, at = 0;
    for (int k = 0; k < m->n; k++)
        n += m->fit[k].n_events;
    tn_fit_table_t *t =
        tn_build_table(fit, "schoenfeld", "Schoenfeld residuals", n, 3 + 2 * (int)p);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    double *time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    double **raw = term_columns(f, m, t, "");
    double **scaled = term_columns(f, m, t, "scaled.");
    double *work = tn_calloc(n * p, sizeof *work);
    size_t *which = tn_calloc(n, sizeof *which);
    int ret = raw == NULL || scaled == NULL || work == NULL || which == NULL ? TN_ENOMEM : 0;
    for (int k = 0; ret >= 0 && k < m->n; k++) {
        const size_t events = m->fit[k].n_events;
        ret = tn_cox_schoenfeld(&m->fit[k], false, which, time + at, work, f->err);
        if (ret >= 0) scatter(raw, p, work, events, at);
        for (size_t i = 0; ret >= 0 && i < events; i++) {
            if (cause != NULL) cause[at + i] = m->cause[k];
            row[at + i] = (double)(f->design.row[which[i]] + 1);
        }
        if (ret >= 0) ret = tn_cox_schoenfeld(&m->fit[k], true, NULL, NULL, work, f->err);
        if (ret >= 0) scatter(scaled, p, work, events, at);
        at += events;
    }
    tn_free(raw);
    tn_free(scaled);
    tn_free(work);
    tn_free(which);
    return ret;
}
