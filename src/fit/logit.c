/* Discrete-time hazards: every row of the design is one period of one subject. */
#include "tenure/logit.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "fit/fitting.h"

typedef struct names {
    const char **term, **cause; /* cause: n_causes */
} names_t;

static const char *term_name(const tn_logit_t *m, const names_t *names, int k)
{
    const int j = k % (m->n_covariates + 1);
    return j == 0 ? "(Intercept)" : names->term[j - 1];
}

static int terms(tn_fitting_t *f, const tn_logit_t *m, const names_t *names)
{
    tn_terms_t t;
    const int p = m->n_parameters;
    tn_terms_init(&t, f, "Coefficients (log odds of leaving by a cause against staying)", (size_t)p,
        false, m->is_robust);
    if (tn_build_failed(f->fit)) return TN_ENOMEM;
    bool *is_ratio = tn_calloc((size_t)p, sizeof *is_ratio);
    if (is_ratio == NULL) return TN_ENOMEM;
    for (int k = 0; k < p; k++) {
        const size_t kk = (size_t)k * (size_t)p + (size_t)k;
        is_ratio[k] = k % (m->n_covariates + 1) > 0;
        tn_terms_add(&t, NULL, names->cause[k / (m->n_covariates + 1)], term_name(m, names, k),
            m->coef[k], sqrt(m->vcov_model[kk]), sqrt(m->vcov[kk]));
    }
    tn_terms_ratios(f, &t, "Odds ratios", "odds.ratio", is_ratio);
    tn_free(is_ratio);
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

static void glance(tn_fitting_t *f, const tn_logit_t *m)
{
    tn_glance_t g;
    const double free_df = m->df - m->n_causes;
    const double lrt = 2.0 * (m->loglik - m->loglik_null);
    tn_glance_init(&g, f, 1, false);
    tn_glance_row(&g, 0, NULL);
    tn_glance_put(&g, "nobs", TN_FIT_COUNT, (double)m->n);
    tn_glance_put(&g, "nevent", TN_FIT_COUNT, (double)m->n_events);
    tn_glance_put(&g, "edf", TN_FIT_NUMBER, m->df);
    tn_glance_put(&g, "deviance", TN_FIT_NUMBER, -2.0 * m->loglik);
    tn_glance_put(&g, "null.deviance", TN_FIT_NUMBER, -2.0 * m->loglik_null);
    tn_glance_put(&g, "p.value", TN_FIT_PVALUE, tn_p_chisq(lrt, free_df));
    tn_glance_put(&g, "logLik", TN_FIT_NUMBER, m->loglik);
    tn_glance_put(&g, "AIC", TN_FIT_NUMBER, -2.0 * m->loglik + 2.0 * m->df);
    tn_glance_put(&g, "BIC", TN_FIT_NUMBER, -2.0 * m->loglik + tn_log((double)m->n) * m->df);
    tn_glance_put(&g, "iter", TN_FIT_COUNT, m->n_iterations);
}

/* Hazard of each new row in its period, by cause, with the delta method. */
static int hazards(tn_fitting_t *f, const tn_logit_t *m, const names_t *names)
{
    tn_fit_t *fit = f->fit;
    const size_t n = f->fresh.n, n_causes = (size_t)m->n_causes;
    tn_fit_table_t *t = tn_build_table(
        fit, "predictions", "Predicted chance of leaving in the period", n * n_causes, 6);
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    const char **cause = tn_build_text(fit, t, "cause");
    double *estimate = tn_build_number(fit, t, "estimate", TN_FIT_PROBABILITY);
    double *se = tn_build_number(fit, t, "std.error", TN_FIT_PROBABILITY);
    double *low = tn_build_number(fit, t, "conf.low", TN_FIT_PROBABILITY);
    double *high = tn_build_number(fit, t, "conf.high", TN_FIT_PROBABILITY);
    double *x = tn_build_scratch(fit, (size_t)m->n_covariates);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const size_t at = i * n_causes;
        const tn_logit_curves_t out = {.cif = estimate + at, .cif_se = se + at};
        for (int j = 0; j < m->n_covariates; j++)
            x[j] = f->fresh.x[(size_t)j * n + i];
        const int ret = tn_logit_curve(
            m, 1, x, f->fresh.offset != NULL ? f->fresh.offset + i : NULL, &out, f->err);
        if (ret < 0) return ret;
        for (size_t k = 0; k < n_causes; k++) {
            const double p = estimate[at + k], half = f->z * se[at + k] / (p * (1.0 - p));
            const double odds = p / (1.0 - p);
            row[at + k] = (double)(f->fresh.row[i] + 1);
            cause[at + k] = names->cause[k];
            low[at + k] = 1.0 / (1.0 + tn_exp(half) / odds); /* on the scale of log odds */
            high[at + k] = 1.0 / (1.0 + tn_exp(-half) / odds);
        }
    }
    return 0;
}

static int all_tables(tn_fitting_t *f, const tn_logit_t *m, const names_t *names)
{
    const char *cause =
        m->parameter >= 0 ? names->cause[m->parameter / (m->n_covariates + 1)] : NULL;
    tn_fitting_status(f, m->status, m->n_causes > 1 ? cause : NULL,
        m->parameter >= 0 ? term_name(m, names, m->parameter) : NULL);
    int ret = terms(f, m, names);
    if (ret < 0) return ret;
    glance(f, m);
    if (f->opt->newdata == NULL || m->status == TN_FIT_COLLINEAR || m->status == TN_FIT_NO_EVENTS ||
        isnan(m->coef[0])) {
        return 0;
    }
    return hazards(f, m, names);
}

static int fit_model(tn_fitting_t *f, const names_t *names)
{
    tn_logit_t m = {0};
    const tn_design_t *d = &f->design;
    if (d->stratum != NULL) {
        return tn_error_set(
            f->err, TN_EINPUT, "strata(...) does not belong to logit: use factor(...)");
    }
    const tn_logit_rows_t rows = {.n = d->n,
        .outcome = d->cause,
        .n_causes = d->n_causes,
        .weight = d->weight,
        .offset = d->offset,
        .cluster = d->cluster,
        .n_clusters = d->n_clusters,
        .x = d->x,
        .n_covariates = d->n_columns};
    const tn_logit_options_t opt = {.ridge = f->opt->ridge,
        .is_robust = tn_fitting_is_robust(f),
        .n_threads = f->opt->n_threads};
    int ret = tn_logit_fit(&m, &rows, &opt, f->err);
    if (ret >= 0) ret = all_tables(f, &m, names);
    tn_logit_free(&m);
    return ret;
}

int tn_fit_logit(tn_fitting_t *self)
{
    const names_t names = {.term = tn_fitting_terms(self, &self->design), .cause = self->causes};
    return names.term == NULL ? TN_ENOMEM : fit_model(self, &names);
}
