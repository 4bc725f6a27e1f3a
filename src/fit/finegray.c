/* Fine-Gray: coefficients by cause, baseline, predicted incidence, residuals. strata(...) of the
 * formula are groups with a censoring distribution each, as crr's cengroup. */
#include "tenure/finegray.h"

#include <math.h>

#include "base/mem.h"
#include "fit/fitting.h"

typedef struct models {
    int first, n;
    tn_finegray_t *fit;
    const char **cause; /* n; NULL: only one */
    const char **term;
} models_t;

static int fit_models(tn_fitting_t *f, models_t *m)
{
    tn_spells_t spells = f->spells;
    spells.stratum = NULL;
    if (f->design.offset != NULL) {
        return tn_error_set(f->err, TN_EINPUT, "offset(...) does not belong to finegray");
    }
    for (int k = 0; k < m->n; k++) {
        const tn_finegray_options_t opt = {.cause = m->first + k,
            .cengroup = f->design.stratum,
            .n_cengroups = f->design.stratum != NULL ? f->design.n_strata : 0,
            .n_threads = f->opt->n_threads};
        const int ret = tn_finegray_fit(&m->fit[k], &spells, &opt, f->err);
        if (ret < 0) return ret;
        tn_fitting_status(f, m->fit[k].status, m->cause != NULL ? m->cause[k] : NULL,
            m->fit[k].covariate >= 0 ? m->term[m->fit[k].covariate] : NULL);
    }
    return 0;
}

static int terms(tn_fitting_t *f, const models_t *m)
{
    tn_terms_t t;
    const int p = f->design.n_columns;
    tn_terms_init(&t, f, "Coefficients (log subdistribution hazard ratios)",
        (size_t)m->n * (size_t)p, false, false);
    if (tn_build_failed(f->fit)) return TN_ENOMEM;
    for (int k = 0; k < m->n; k++) {
        for (int j = 0; j < p; j++) {
            tn_terms_add(&t, NULL, m->cause != NULL ? m->cause[k] : NULL, m->term[j],
                m->fit[k].coef[j], sqrt(m->fit[k].vcov[(size_t)j * (size_t)p + (size_t)j]), NAN);
        }
    }
    tn_terms_ratios(f, &t, "Subdistribution hazard ratios", "hazard.ratio", NULL);
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

static void glance(tn_fitting_t *f, const models_t *m)
{
    tn_glance_t g;
    const double p = f->design.n_columns;
    tn_glance_init(&g, f, (size_t)m->n, m->cause != NULL);
    for (int k = 0; k < m->n; k++) {
        const tn_finegray_t *c = &m->fit[k];
        const double lrt = 2.0 * (c->loglik - c->loglik_null);
        tn_glance_row(&g, (size_t)k, m->cause != NULL ? m->cause[k] : NULL);
        tn_glance_put(&g, "n", TN_FIT_COUNT, (double)c->n);
        tn_glance_put(&g, "nevent", TN_FIT_COUNT, (double)c->n_events);
        tn_glance_put(&g, "df", TN_FIT_COUNT, p);
        tn_glance_put(&g, "statistic.log", TN_FIT_NUMBER, lrt);
        tn_glance_put(&g, "statistic.wald", TN_FIT_NUMBER, c->wald);
        tn_glance_put(&g, "p.value.wald", TN_FIT_PVALUE, tn_p_chisq(c->wald, p));
        tn_glance_put(&g, "logLik", TN_FIT_NUMBER, c->loglik);
        tn_glance_put(&g, "logLik.null", TN_FIT_NUMBER, c->loglik_null);
        tn_glance_put(&g, "iter", TN_FIT_COUNT, c->n_iterations);
    }
    tn_build_note(f->fit,
        "logLik is a weighted pseudo-likelihood: statistic.log has no chi-squared "
        "distribution, use the Wald test");
}

static int baseline(tn_fitting_t *f, const models_t *m)
{
    tn_fit_t *fit = f->fit;
    size_t n = 0, at = 0;
    for (int k = 0; k < m->n; k++)
        n += m->fit[k].n_times;
    tn_fit_table_t *t = tn_build_table(
        fit, "baseline", "Baseline cumulative subdistribution hazard, at covariates 0", n, 4);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    double *jump = tn_build_number(fit, t, "jump", TN_FIT_NUMBER);
    double *cumhaz = tn_build_number(fit, t, "estimate", TN_FIT_NUMBER);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    t->is_curve = true;
    for (int k = 0; k < m->n; k++) {
        for (size_t i = 0; i < m->fit[k].n_times; i++, at++) {
            if (cause != NULL) cause[at] = m->cause[k];
            time[at] = m->fit[k].time[i];
            jump[at] = m->fit[k].jump[i];
            cumhaz[at] = m->fit[k].cumhaz[i];
        }
    }
    return 0;
}

static int predict(tn_fitting_t *f, const models_t *m)
{
    tn_prediction_t p;
    const size_t n = f->fresh.n * (size_t)f->n_times;
    if (!tn_prediction_init(
            &p, f, "predictions", "Predicted cumulative incidence", m->n, m->cause != NULL)) {
        return TN_ENOMEM;
    }
    for (int k = 0; k < m->n; k++) {
        const size_t at = (size_t)k * n;
        const tn_finegray_curves_t out = {
            .cif = p.estimate + at, .se = p.se + at, .lower = p.low + at, .upper = p.high + at};
        const int ret = tn_finegray_predict(&m->fit[k], f->fresh.n, f->fresh.x, (size_t)f->n_times,
            f->times, tn_fitting_interval(f, TN_INTERVAL_LOGLOG), f->opt->level, &out, f->err);
        if (ret < 0) return ret;
        if (m->cause != NULL) tn_prediction_cause(&p, at, n, m->cause[k]);
    }
    return 0;
}

/* crr's `res`: one row an event time. */
static int residuals(tn_fitting_t *f, const models_t *m)
{
    tn_fit_t *fit = f->fit;
    const size_t p = (size_t)f->design.n_columns;
    size_t n = 0, at = 0, most = 0;
    for (int k = 0; k < m->n; k++) {
        n += m->fit[k].n_times;
        if (m->fit[k].n_times > most) most = m->fit[k].n_times;
    }
    tn_fit_table_t *t = tn_build_table(
        fit, "residuals", "Schoenfeld residuals, summed at each event time", n, 2 + (int)p);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    for (size_t j = 0; j < p; j++)
        (void)tn_build_number(fit, t, m->term[j], TN_FIT_NUMBER);
    double *work = tn_build_scratch(fit, most * p);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    const int first = t->n_columns - (int)p;
    for (int k = 0; k < m->n; k++) {
        const size_t steps = m->fit[k].n_times;
        const int ret = tn_finegray_schoenfeld(&m->fit[k], work, f->err);
        if (ret < 0) return ret;
        for (size_t i = 0; i < steps; i++) {
            if (cause != NULL) cause[at + i] = m->cause[k];
            time[at + i] = m->fit[k].time[i];
            for (size_t j = 0; j < p; j++)
                t->column[first + (int)j].number[at + i] = work[j * steps + i];
        }
        at += steps;
    }
    return 0;
}

static bool has_coefficients(const tn_fitting_t *f, const models_t *m)
{
    for (int k = 0; k < m->n; k++) {
        if (m->fit[k].n_events == 0) return false;
        for (int j = 0; j < f->design.n_columns; j++) {
            if (!isfinite(m->fit[k].coef[j])) return false;
        }
    }
    return true;
}

static int all_tables(tn_fitting_t *f, models_t *m)
{
    int ret = fit_models(f, m);
    if (ret >= 0) ret = terms(f, m);
    if (ret < 0) return ret;
    glance(f, m);
    if (!has_coefficients(f, m)) return 0;
    if (f->opt->newdata != NULL) ret = predict(f, m);
    if (ret >= 0) ret = baseline(f, m);
    if (ret >= 0 && f->opt->wants_residuals) ret = residuals(f, m);
    return ret;
}

int tn_fit_finegray(tn_fitting_t *self)
{
    models_t m = {.first = tn_fitting_first_cause(self)};
    m.n = tn_fitting_last_cause(self) - m.first + 1;
    m.fit = tn_calloc((size_t)m.n, sizeof *m.fit);
    m.term = tn_fitting_terms(self, &self->design);
    if (m.n > 1) m.cause = self->causes + m.first - 1;
    const bool has_room = m.fit != NULL && !tn_build_failed(self->fit);
    const int ret = has_room ? all_tables(self, &m) : TN_ENOMEM;
    if (self->design.stratum != NULL) {
        tn_build_note(self->fit, "strata(...) are groups with a censoring distribution each");
    }
    for (int k = 0; m.fit != NULL && k < m.n; k++)
        tn_finegray_free(&m.fit[k]);
    tn_free(m.fit);
    return ret;
}
