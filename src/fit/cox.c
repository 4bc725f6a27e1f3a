/* Cox: coefficients, bootstrap, predictions. The other tables are in cox_tables.c. */
#include "fit/cox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static double *ridge_of(const tn_fitting_t *f)
{
    const tn_design_t *d = &f->design;
    double *ridge = tn_calloc((size_t)d->n_columns, sizeof *ridge);
    if (ridge == NULL) return NULL;
    for (int j = 0; j < d->n_columns; j++) { /* R's ridge(..., scale = TRUE): times the variance */
        const double *x = d->x + (size_t)j * d->n;
        double mean = 0.0, sum = 0.0;
        for (size_t i = 0; i < d->n; i++)
            mean += x[i] / (double)d->n;
        for (size_t i = 0; i < d->n; i++)
            sum += (x[i] - mean) * (x[i] - mean);
        ridge[j] = d->n > 1 ? f->opt->ridge * sum / (double)(d->n - 1) : 0.0;
    }
    return ridge;
}

static int fit_models(tn_fitting_t *f, tn_cox_models_t *m)
{
    double *ridge = f->opt->ridge > 0.0 ? ridge_of(f) : NULL;
    if (f->opt->ridge > 0.0 && ridge == NULL) return TN_ENOMEM;
    int ret = 0;
    for (int k = 0; ret >= 0 && k < m->n; k++) {
        const tn_cox_options_t opt = {.cause = m->first + k,
            .ties = f->opt->ties,
            .is_robust = tn_fitting_is_robust(f),
            .offset = f->design.offset,
            .ridge = ridge};
        ret = tn_cox_fit(&m->fit[k], &f->spells, &opt, f->err);
        if (ret < 0) break;
        const tn_cox_t *fit = &m->fit[k];
        tn_fitting_status(f, fit->status, m->cause != NULL ? m->cause[k] : NULL,
            fit->covariate >= 0 ? m->term[fit->covariate] : NULL);
        if (fit->n_empty_strata > 0) {
            tn_build_note(
                f->fit, "strata without an event, which say nothing: %d", fit->n_empty_strata);
        }
    }
    tn_free(ridge);
    return ret;
}

static int models_init(tn_cox_models_t *m, tn_fitting_t *f)
{
    m->first = tn_fitting_first_cause(f);
    m->n = tn_fitting_last_cause(f) - m->first + 1;
    m->fit = tn_calloc((size_t)m->n, sizeof *m->fit);
    m->baseline = tn_calloc((size_t)m->n, sizeof *m->baseline);
    m->term = tn_fitting_terms(f, &f->design);
    if (m->n > 1) m->cause = f->causes + m->first - 1;
    if (m->fit == NULL || m->baseline == NULL || m->term == NULL) return TN_ENOMEM;
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

static void models_free(tn_cox_models_t *m)
{
    for (int k = 0; k < m->n; k++) {
        if (m->fit != NULL) tn_cox_free(&m->fit[k]);
        if (m->baseline != NULL) tn_cox_baseline_free(&m->baseline[k]);
    }
    tn_free(m->fit);
    tn_free(m->baseline);
}

static int terms(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_terms_t t;
    const int p = f->design.n_columns;
    const bool is_robust = tn_fitting_is_robust(f);
    tn_terms_init(
        &t, f, "Coefficients (log hazard ratios)", (size_t)m->n * (size_t)p, false, is_robust);
    if (tn_build_failed(f->fit)) return TN_ENOMEM;
    for (int k = 0; k < m->n; k++) {
        const tn_cox_t *fit = &m->fit[k];
        for (int j = 0; j < p; j++) {
            const size_t jj = (size_t)j * (size_t)p + (size_t)j;
            tn_terms_add(&t, NULL, m->cause != NULL ? m->cause[k] : NULL, m->term[j], fit->coef[j],
                sqrt(fit->vcov_model[jj]), sqrt(fit->vcov[jj]));
        }
    }
    tn_terms_ratios(f, &t, "Hazard ratios", "hazard.ratio", NULL);
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

/* Linear between order statistics, as R's quantile(type = 7). v ascending. */
static double quantile(const double *v, size_t n, double p)
{
    const double at = p * (double)(n - 1);
    const size_t i = (size_t)at;
    return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct boot_columns {
    double *mean, *se, *low, *high;
} boot_columns_t;

/* One coefficient: moments and percentiles of the refits that found a maximum. */
static void boot_row(const boot_columns_t *c, size_t row, const double *coef, int64_t n_refits,
    size_t p, size_t j, double level, double *work)
{
    size_t n = 0;
    double mean = 0.0, sum = 0.0;
    for (int64_t b = 0; b < n_refits; b++) {
        const double v = coef[(size_t)b * p + j];
        if (isfinite(v)) work[n++] = v;
    }
    if (n < 2) return;
    for (size_t i = 0; i < n; i++)
        mean += work[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        sum += (work[i] - mean) * (work[i] - mean);
    qsort(work, n, sizeof *work, compare_doubles);
    c->mean[row] = mean;
    c->se[row] = sqrt(sum / (double)(n - 1));
    c->low[row] = quantile(work, n, (1.0 - level) / 2.0);
    c->high[row] = quantile(work, n, (1.0 + level) / 2.0);
}

static int boot_table(tn_fitting_t *f, const tn_cox_models_t *m, double *coef, double *work)
{
    const size_t p = (size_t)f->design.n_columns;
    tn_fit_table_t *t = tn_build_table(
        f->fit, "bootstrap", "Refits on resampled rows or clusters", (size_t)m->n * p, 7);
    const char **cause = m->cause != NULL ? tn_build_text(f->fit, t, "cause") : NULL;
    const char **term = tn_build_text(f->fit, t, "term");
    const boot_columns_t c = {.mean = tn_build_number(f->fit, t, "estimate", TN_FIT_NUMBER),
        .se = tn_build_number(f->fit, t, "std.error", TN_FIT_NUMBER),
        .low = tn_build_number(f->fit, t, "conf.low", TN_FIT_NUMBER),
        .high = tn_build_number(f->fit, t, "conf.high", TN_FIT_NUMBER)};
    if (tn_build_failed(f->fit)) return TN_ENOMEM;
    for (int k = 0; k < m->n; k++) {
        int64_t n_failed = 0;
        const tn_cox_bootstrap_options_t opt = {.n_refits = f->opt->n_boot,
            .seed = f->opt->seed,
            .resample = TN_COX_MULTINOMIAL,
            .n_threads = f->opt->n_threads};
        const int ret = tn_cox_bootstrap(&m->fit[k], &opt, coef, NULL, &n_failed, f->err);
        if (ret < 0) return ret;
        if (n_failed > 0) {
            tn_build_note(f->fit, "%lld of %lld refits found no maximum and are left out",
                (long long)n_failed, (long long)f->opt->n_boot);
        }
        for (size_t j = 0; j < p; j++) {
            const size_t row = (size_t)k * p + j;
            if (cause != NULL) cause[row] = m->cause[k];
            term[row] = m->term[j];
            boot_row(&c, row, coef, f->opt->n_boot, p, j, f->opt->level, work);
        }
    }
    return 0;
}

static int bootstrap(tn_fitting_t *f, const tn_cox_models_t *m)
{
    const size_t n_boot = (size_t)f->opt->n_boot;
    if (n_boot == 0 || f->design.n_columns == 0 || f->fit->status != TN_FIT_CONVERGED) return 0;
    double *coef = tn_calloc(n_boot, (size_t)f->design.n_columns * sizeof *coef);
    double *work = tn_calloc(n_boot, sizeof *work);
    const int ret = coef == NULL || work == NULL ? TN_ENOMEM : boot_table(f, m, coef, work);
    tn_free(coef);
    tn_free(work);
    return ret;
}

static tn_cox_rows_t new_rows(const tn_fitting_t *f)
{
    return (tn_cox_rows_t){
        .n = f->fresh.n, .x = f->fresh.x, .stratum = f->fresh.stratum, .offset = f->fresh.offset};
}

static int predict_survival(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_prediction_t p;
    const tn_cox_rows_t rows = new_rows(f);
    if (!tn_prediction_init(
            &p, f, "predictions", "Predicted survival (had they only this cause)", 1, false)) {
        return TN_ENOMEM;
    }
    const tn_cox_curves_t out = {
        .estimate = p.estimate, .se = p.se, .lower = p.low, .upper = p.high};
    return tn_cox_predict(&m->fit[0], &m->baseline[0], &rows, (size_t)f->n_times, f->times,
        tn_fitting_interval(f, TN_INTERVAL_LOG), f->opt->level, &out, f->err);
}

static tn_cox_curves_t curves_at(const tn_prediction_t *p, size_t at)
{
    return (tn_cox_curves_t){.estimate = p->estimate + at,
        .se = p->se + at,
        .lower = p->low + at,
        .upper = p->high + at};
}

/* All causes: event-free first, then the incidences. */
static int predict_incidence(tn_fitting_t *f, const tn_cox_models_t *m)
{
    tn_prediction_t p;
    const tn_cox_rows_t rows = new_rows(f);
    const size_t n = f->fresh.n * (size_t)f->n_times;
    if (!tn_prediction_init(
            &p, f, "predictions", "Predicted cumulative incidence by cause", m->n + 1, true)) {
        return TN_ENOMEM;
    }
    tn_cox_curves_t *out = tn_calloc((size_t)m->n, sizeof *out);
    if (out == NULL) return TN_ENOMEM;
    tn_prediction_cause(&p, 0, n, "(no exit)");
    for (int k = 0; k < m->n; k++) {
        const size_t at = n * (size_t)(k + 1);
        tn_prediction_cause(&p, at, n, m->cause[k]);
        out[k] = curves_at(&p, at);
    }
    const tn_cox_curves_t free_of_events = curves_at(&p, 0);
    const int ret = tn_cox_cif(m->n, m->fit, m->baseline, &rows, (size_t)f->n_times, f->times,
        TN_COX_EXPONENTIAL, tn_fitting_interval(f, TN_INTERVAL_LOGLOG), f->opt->level,
        &free_of_events, out, f->err);
    tn_free(out);
    return ret;
}

static bool has_coefficients(const tn_fitting_t *f, const tn_cox_models_t *m)
{
    for (int k = 0; k < m->n; k++) {
        for (int j = 0; j < f->design.n_columns; j++) {
            if (!isfinite(m->fit[k].coef[j])) return false;
        }
        if (m->fit[k].n_events == 0) return false;
    }
    return true;
}

static int more_tables(tn_fitting_t *f, tn_cox_models_t *m)
{
    int ret = bootstrap(f, m);
    for (int k = 0; ret >= 0 && k < m->n; k++)
        ret = tn_cox_baseline(&m->baseline[k], &m->fit[k], f->err);
    if (ret >= 0 && f->opt->newdata != NULL) {
        ret = m->n > 1 ? predict_incidence(f, m) : predict_survival(f, m);
    }
    if (ret >= 0) ret = tn_cox_table_zph(f, m);
    if (ret >= 0) ret = tn_cox_table_baseline(f, m);
    if (ret >= 0 && f->opt->wants_residuals) ret = tn_cox_table_residuals(f, m);
    if (ret >= 0 && f->opt->wants_residuals) ret = tn_cox_table_schoenfeld(f, m);
    return ret;
}

int tn_fit_cox(tn_fitting_t *self)
{
    tn_cox_models_t m = {0};
    int ret = models_init(&m, self);
    if (ret >= 0) ret = fit_models(self, &m);
    if (ret >= 0) ret = terms(self, &m);
    if (ret >= 0) ret = tn_cox_table_glance(self, &m);
    if (ret >= 0 && has_coefficients(self, &m)) ret = more_tables(self, &m);
    if (ret >= 0 && m.n > 1) {
        tn_build_note(self->fit, "one model per cause: the other causes count as censored there");
    }
    if (ret >= 0 && tn_fitting_has_sample_weights(self)) {
        tn_build_note(self->fit, "weights are not whole numbers: robust standard errors");
    }
    tn_build_note(self->fit, "ties: %s", self->opt->ties == TN_COX_EFRON ? "Efron" : "Breslow");
    models_free(&m);
    return ret;
}
