/* Parametric regression: coefficients by cause, predicted survival and quantiles, residuals. */
#include "fit/parametric.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fit/fitting.h"

static const double QUARTILES[] = {0.25, 0.5, 0.75};
enum { N_QUARTILES = 3 };

typedef struct models {
    int first, n;
    tn_parametric_t *fit;
    const char **cause;     /* n; NULL: only one */
    const char **covariate; /* names of the design's columns */
} models_t;

tn_parametric_family_t tn_fit_family(tn_fit_method_t method)
{
    switch (method) {
    case TN_FIT_EXPONENTIAL: return TN_PARAMETRIC_EXPONENTIAL;
    case TN_FIT_LOGNORMAL: return TN_PARAMETRIC_LOGNORMAL;
    case TN_FIT_LOGLOGISTIC: return TN_PARAMETRIC_LOGLOGISTIC;
    case TN_FIT_GOMPERTZ: return TN_PARAMETRIC_GOMPERTZ;
    case TN_FIT_PIECEWISE: return TN_PARAMETRIC_PIECEWISE;
    default: return TN_PARAMETRIC_WEIBULL;
    }
}

static const char *rate_name(tn_fitting_t *f, const tn_parametric_t *fit, int index, int stratum)
{
    const char *label = f->strata != NULL && stratum >= 0 ? f->strata[stratum] : NULL;
    const double from = index > 0 ? fit->cuts[index - 1] : 0.0;
    char interval[64];
    if (index < fit->n_cuts) {
        (void)snprintf(interval, sizeof interval, "(%g, %g]", from, fit->cuts[index]);
    } else {
        (void)snprintf(interval, sizeof interval, "(%g, Inf)", from);
    }
    return tn_build_printf(f->fit, "log(rate) %s%s%s%s", interval, label != NULL ? " [" : "",
        label != NULL ? label : "", label != NULL ? "]" : "");
}

/* As survreg names them; a stratum's own figure has its label in brackets. */
static const char *term_name(tn_fitting_t *f, const models_t *m, const tn_parametric_t *fit, int k)
{
    int index = -1, stratum = -1;
    const tn_parametric_kind_t kind = tn_parametric_term(fit, k, &index, &stratum);
    const char *name = kind == TN_PARAMETRIC_LOG_SCALE ? "Log(scale)" : "shape";
    switch (kind) {
    case TN_PARAMETRIC_INTERCEPT: return "(Intercept)";
    case TN_PARAMETRIC_COVARIATE: return m->covariate[index];
    case TN_PARAMETRIC_LOG_RATE: return rate_name(f, fit, index, stratum);
    default: break;
    }
    if (f->strata == NULL || stratum < 0) return name;
    return tn_build_printf(f->fit, "%s[%s]", name, f->strata[stratum]);
}

static int fit_models(tn_fitting_t *f, models_t *m)
{
    for (int k = 0; k < m->n; k++) {
        const tn_parametric_options_t opt = {.family = tn_fit_family(f->opt->method),
            .cause = m->first + k,
            .is_robust = tn_fitting_is_robust(f),
            .offset = f->design.offset,
            .n_cuts = f->opt->n_cuts,
            .cuts = f->opt->cuts,
            .n_threads = f->opt->n_threads};
        const int ret = tn_parametric_fit(&m->fit[k], &f->spells, &opt, f->err);
        if (ret < 0) return ret;
        const tn_parametric_t *fit = &m->fit[k];
        tn_fitting_status(f, fit->status, m->cause != NULL ? m->cause[k] : NULL,
            fit->term >= 0 ? term_name(f, m, fit, fit->term) : NULL);
        if (fit->n_empty_rates > 0) {
            tn_build_note(f->fit, "intervals without an event (rate 0, its log -Inf): %d",
                fit->n_empty_rates);
        }
    }
    return 0;
}

static bool has_hazard_ratios(const tn_fitting_t *f)
{
    return f->opt->method == TN_FIT_GOMPERTZ || f->opt->method == TN_FIT_PIECEWISE;
}

static int terms(tn_fitting_t *f, const models_t *m)
{
    tn_terms_t t;
    const bool is_robust = tn_fitting_is_robust(f);
    const size_t p = (size_t)m->fit[0].n_terms, n = p * (size_t)m->n;
    tn_terms_init(&t, f,
        has_hazard_ratios(f) ? "Coefficients (log hazard; positive: shorter)"
                             : "Coefficients (log time; positive: longer)",
        n, false, is_robust);
    bool *is_ratio = tn_calloc(n, sizeof *is_ratio);
    if (tn_build_failed(f->fit) || is_ratio == NULL) {
        tn_free(is_ratio);
        return TN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const tn_parametric_t *fit = &m->fit[i / p];
        const size_t k = i % p, kk = k * p + k;
        is_ratio[i] = tn_parametric_term(fit, (int)k, NULL, NULL) == TN_PARAMETRIC_COVARIATE;
        tn_terms_add(&t, NULL, m->cause != NULL ? m->cause[i / p] : NULL,
            term_name(f, m, fit, (int)k), fit->coef[k], sqrt(fit->vcov_model[kk]),
            sqrt(fit->vcov[kk]));
    }
    if (f->design.n_columns > 0) {
        tn_terms_ratios(f, &t, has_hazard_ratios(f) ? "Hazard ratios" : "Time ratios",
            has_hazard_ratios(f) ? "hazard.ratio" : "time.ratio", is_ratio);
    }
    tn_free(is_ratio);
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

static void glance(tn_fitting_t *f, const models_t *m)
{
    tn_glance_t g;
    tn_glance_init(&g, f, (size_t)m->n, m->cause != NULL);
    for (int k = 0; k < m->n; k++) {
        const tn_parametric_t *c = &m->fit[k];
        tn_glance_row(&g, (size_t)k, m->cause != NULL ? m->cause[k] : NULL);
        tn_glance_put(&g, "iter", TN_FIT_COUNT, c->n_iterations);
        tn_glance_put(&g, "df", TN_FIT_COUNT, c->n_terms);
        tn_glance_put(&g, "statistic", TN_FIT_NUMBER, c->lrt);
        tn_glance_put(&g, "logLik", TN_FIT_NUMBER, c->loglik);
        tn_glance_put(&g, "AIC", TN_FIT_NUMBER, c->aic);
        tn_glance_put(&g, "BIC", TN_FIT_NUMBER, c->bic);
        tn_glance_put(&g, "df.residual", TN_FIT_COUNT, (double)c->n - c->n_terms);
        tn_glance_put(&g, "nobs", TN_FIT_COUNT, (double)c->n);
        tn_glance_put(&g, "nevent", TN_FIT_COUNT, (double)c->n_events);
        tn_glance_put(&g, "p.value", TN_FIT_PVALUE, tn_p_chisq(c->lrt, c->n_covariates));
    }
}

static tn_parametric_rows_t new_rows(const tn_fitting_t *f)
{
    return (tn_parametric_rows_t){
        .n = f->fresh.n, .x = f->fresh.x, .stratum = f->fresh.stratum, .offset = f->fresh.offset};
}

static int predict_survival(tn_fitting_t *f, const models_t *m)
{
    tn_prediction_t p;
    const tn_parametric_rows_t rows = new_rows(f);
    const size_t n = f->fresh.n * (size_t)f->n_times;
    const bool has_cause = m->cause != NULL;
    if (!tn_prediction_init(&p, f, "predictions", "Predicted survival (had they only this cause)",
            m->n, has_cause)) {
        return TN_ENOMEM;
    }
    for (int k = 0; k < m->n; k++) {
        const size_t at = (size_t)k * n;
        const tn_parametric_curves_t out = {.estimate = p.estimate + at,
            .se = p.se + at,
            .lower = p.low + at,
            .upper = p.high + at};
        const int ret =
            tn_parametric_predict(&m->fit[k], &rows, TN_PARAMETRIC_SURVIVAL, (size_t)f->n_times,
                f->times, tn_fitting_interval(f, TN_INTERVAL_LOGLOG), f->opt->level, &out, f->err);
        if (ret < 0) return ret;
        if (has_cause) tn_prediction_cause(&p, at, n, m->cause[k]);
    }
    return 0;
}

static int predict_quantiles(tn_fitting_t *f, const models_t *m)
{
    tn_fit_t *fit = f->fit;
    const tn_parametric_rows_t rows = new_rows(f);
    const size_t n = f->fresh.n * N_QUARTILES;
    tn_fit_table_t *t = tn_build_table(
        fit, "quantiles", "Predicted times by which a share has left", n * (size_t)m->n, 7);
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *prob = tn_build_number(fit, t, "prob", TN_FIT_PROBABILITY);
    double *estimate = tn_build_number(fit, t, "estimate", TN_FIT_TIME);
    double *se = tn_build_number(fit, t, "std.error", TN_FIT_NUMBER);
    double *low = tn_build_number(fit, t, "conf.low", TN_FIT_TIME);
    double *high = tn_build_number(fit, t, "conf.high", TN_FIT_TIME);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int k = 0; k < m->n; k++) {
        const size_t at = (size_t)k * n;
        const tn_parametric_curves_t out = {
            .estimate = estimate + at, .se = se + at, .lower = low + at, .upper = high + at};
        const int ret = tn_parametric_predict(&m->fit[k], &rows, TN_PARAMETRIC_QUANTILE,
            N_QUARTILES, QUARTILES, TN_INTERVAL_LOG, f->opt->level, &out, f->err);
        if (ret < 0) return ret;
        for (size_t i = 0; i < n; i++) {
            const uint32_t from = f->fresh.row[i / N_QUARTILES];
            row[at + i] = from + 1.0;
            prob[at + i] = QUARTILES[i % N_QUARTILES];
            if (cause != NULL) cause[at + i] = m->cause[k];
        }
    }
    return 0;
}

static int residuals(tn_fitting_t *f, const models_t *m)
{
    static const struct {
        const char *name;
        tn_parametric_residual_t kind;
    } kinds[] = {{"cox.snell", TN_PARAMETRIC_COX_SNELL}, {"martingale", TN_PARAMETRIC_MARTINGALE},
        {"deviance", TN_PARAMETRIC_DEVIANCE}};
    tn_fit_t *fit = f->fit;
    const size_t n = f->design.n;
    tn_fit_table_t *t = tn_build_table(fit, "residuals", "Residuals", n * (size_t)m->n, 5);
    const char **cause = m->cause != NULL ? tn_build_text(fit, t, "cause") : NULL;
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    for (size_t r = 0; r < sizeof kinds / sizeof kinds[0]; r++) {
        double *residual = tn_build_number(fit, t, kinds[r].name, TN_FIT_NUMBER);
        if (tn_build_failed(fit)) return TN_ENOMEM;
        for (int k = 0; k < m->n; k++) {
            const int ret = tn_parametric_residuals(&m->fit[k], &f->spells, f->design.offset,
                kinds[r].kind, residual + (size_t)k * n, f->err);
            if (ret < 0) return ret;
        }
    }
    for (size_t i = 0; i < n * (size_t)m->n; i++) {
        row[i] = (double)(f->design.row[i % n] + 1);
        if (cause != NULL) cause[i] = m->cause[i / n];
    }
    return 0;
}

/* A log rate of -Inf (an interval without events) is a figure; NaN is none. */
static bool has_coefficients(const models_t *m)
{
    for (int k = 0; k < m->n; k++) {
        for (int j = 0; j < m->fit[k].n_terms; j++) {
            if (isnan(m->fit[k].coef[j])) return false;
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
    if (!has_coefficients(m)) return 0;
    if (f->opt->newdata != NULL) ret = predict_survival(f, m);
    if (ret >= 0 && f->opt->newdata != NULL) ret = predict_quantiles(f, m);
    if (ret >= 0 && f->opt->wants_residuals) ret = residuals(f, m);
    return ret;
}

int tn_fit_parametric(tn_fitting_t *self)
{
    models_t m = {.first = tn_fitting_first_cause(self)};
    m.n = tn_fitting_last_cause(self) - m.first + 1;
    m.fit = tn_calloc((size_t)m.n, sizeof *m.fit);
    m.covariate = tn_fitting_terms(self, &self->design);
    if (m.n > 1) m.cause = self->causes + m.first - 1;
    const bool has_room = m.fit != NULL && !tn_build_failed(self->fit);
    const int ret = has_room ? all_tables(self, &m) : TN_ENOMEM;
    if (m.n > 1) {
        tn_build_note(self->fit, "one model per cause: the other causes count as censored there");
    }
    for (int k = 0; m.fit != NULL && k < m.n; k++)
        tn_parametric_free(&m.fit[k]);
    tn_free(m.fit);
    return ret;
}
