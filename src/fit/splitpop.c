/* Split population: coefficients of the three equations, shares at risk, curves of new rows. */
#include "tenure/splitpop.h"

#include <math.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "fit/fitting.h"

static const char *const EQUATIONS[] = {[TN_SPLITPOP_DURATION] = "duration",
    [TN_SPLITPOP_RISK] = "risk",
    [TN_SPLITPOP_SHAPE] = "shape"};

typedef struct names {
    const char **x, **z, **cause;
} names_t;

static const char *term_name(const tn_splitpop_t *m, const names_t *names, int k)
{
    const tn_splitpop_place_t place = tn_splitpop_place(m, k);
    if (place.equation == TN_SPLITPOP_SHAPE) return "-log(alpha)";
    if (place.covariate < 0) return "(Intercept)";
    return place.equation == TN_SPLITPOP_RISK ? names->z[place.covariate]
                                              : names->x[place.covariate];
}

static int terms(tn_fitting_t *f, const tn_splitpop_t *m, const names_t *names)
{
    tn_terms_t t;
    const int p = m->n_parameters;
    const bool is_robust = tn_fitting_is_robust(f);
    tn_terms_init(&t, f, "Coefficients (duration: log time; risk: log odds of being at risk)",
        (size_t)p, true, is_robust);
    if (tn_build_failed(f->fit)) return TN_ENOMEM;
    for (int k = 0; k < p; k++) {
        const tn_splitpop_place_t place = tn_splitpop_place(m, k);
        const size_t kk = (size_t)k * (size_t)p + (size_t)k;
        tn_terms_add(&t, EQUATIONS[place.equation],
            place.cause > 0 && t.cause != NULL ? names->cause[place.cause - 1] : NULL,
            term_name(m, names, k), m->coef[k], sqrt(m->vcov_model[kk]), sqrt(m->vcov[kk]));
    }
    return 0;
}

static void glance(tn_fitting_t *f, const tn_splitpop_t *m)
{
    tn_glance_t g;
    const double df = m->n_parameters;
    tn_glance_init(&g, f, 1, false);
    tn_glance_row(&g, 0, NULL);
    tn_glance_put(&g, "nobs", TN_FIT_COUNT, (double)m->n);
    tn_glance_put(&g, "nevent", TN_FIT_COUNT, (double)m->n_events);
    tn_glance_put(&g, "df", TN_FIT_COUNT, df);
    tn_glance_put(&g, "logLik", TN_FIT_NUMBER, m->loglik);
    tn_glance_put(&g, "AIC", TN_FIT_NUMBER, -2.0 * m->loglik + 2.0 * df);
    tn_glance_put(&g, "BIC", TN_FIT_NUMBER, -2.0 * m->loglik + tn_log((double)m->n) * df);
    tn_glance_put(&g, "logLik.all.at.risk", TN_FIT_NUMBER, m->loglik_plain);
    tn_glance_put(&g, "iter", TN_FIT_COUNT, m->n_iterations);
    if (m->loglik_highest > m->loglik + 1e-6 * (1.0 + fabs(m->loglik))) {
        tn_build_warning(f->fit,
            "the likelihood has a higher maximum elsewhere (%.6f instead of %.6f)",
            m->loglik_highest, m->loglik);
    }
}

static int shares(tn_fitting_t *f, const tn_splitpop_t *m)
{
    tn_fit_t *fit = f->fit;
    const size_t n = f->fresh.n;
    tn_fit_table_t *t = tn_build_table(fit, "risk", "Predicted share at risk", n, 2);
    double *row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    double *share = tn_build_number(fit, t, "estimate", TN_FIT_PROBABILITY);
    double *one = tn_build_scratch(fit, n);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        one[i] = 1.0; /* the share ever at risk does not depend on time */
        row[i] = (double)(f->fresh.row[i] + 1);
    }
    const tn_splitpop_rows_t rows = {.n = n, .exit = one, .x = f->fresh.x, .z = f->fresh.z};
    return tn_splitpop_predict(m, &rows, TN_SPLITPOP_UNCONDITIONAL_RISK, share, f->err);
}

static void take_row(double *to, const double *from, size_t n_rows, size_t row, int n_columns)
{
    for (int j = 0; j < n_columns; j++)
        to[j] = from[(size_t)j * n_rows + row];
}

static void plain_limits(const tn_fitting_t *f, tn_prediction_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p->low[i] = fmax(p->estimate[i] - f->z * p->se[i], 0.0);
        p->high[i] = fmin(p->estimate[i] + f->z * p->se[i], 1.0);
    }
}

/* Groups of rows in the table: survival, then the incidence of each cause; work: see its size. */
static int curves(tn_fitting_t *f, const tn_splitpop_t *m, tn_prediction_t *p, double *work)
{
    const size_t n_times = (size_t)f->n_times, n = f->fresh.n * n_times;
    const size_t k_times = n_times * (size_t)m->n_causes;
    double *cif = work, *cif_se = cif + k_times, *x = cif_se + k_times, *z = x + m->n_covariates;
    for (size_t i = 0; i < f->fresh.n; i++) {
        const tn_splitpop_curves_t out = {.surv = p->estimate + i * n_times,
            .surv_se = p->se + i * n_times,
            .cif = cif,
            .cif_se = cif_se};
        take_row(x, f->fresh.x, f->fresh.n, i, m->n_covariates);
        take_row(z, f->fresh.z, f->fresh.n, i, m->n_risk);
        const int ret = tn_splitpop_curve(m, x, z, 0.0, n_times, f->times, &out, f->err);
        if (ret < 0) return ret;
        for (size_t k = 0; k < (size_t)m->n_causes; k++) {
            for (size_t j = 0; j < n_times; j++) {
                const size_t at = (k + 1) * n + i * n_times + j;
                p->estimate[at] = cif[k * n_times + j];
                p->se[at] = cif_se[k * n_times + j];
            }
        }
    }
    plain_limits(f, p, n * ((size_t)m->n_causes + 1));
    return 0;
}

static int predict(tn_fitting_t *f, const tn_splitpop_t *m, const names_t *names)
{
    tn_prediction_t p;
    const size_t n = f->fresh.n * (size_t)f->n_times;
    const int groups = m->n_causes + 1;
    if (!tn_prediction_init(&p, f, "predictions",
            "Predicted cumulative incidence, covariates held fixed", groups, true)) {
        return TN_ENOMEM;
    }
    tn_prediction_cause(&p, 0, n, "(no exit)");
    for (int k = 0; k < m->n_causes; k++)
        tn_prediction_cause(&p, n * (size_t)(k + 1), n, names->cause[k]);
    double *work = tn_calloc(
        2 * (size_t)f->n_times * (size_t)m->n_causes + (size_t)(m->n_covariates + m->n_risk),
        sizeof *work);
    if (work == NULL) return TN_ENOMEM;
    const int ret = curves(f, m, &p, work);
    tn_free(work);
    return ret;
}

static int all_tables(tn_fitting_t *f, const tn_splitpop_t *m, const names_t *names)
{
    tn_fitting_status(
        f, m->status, NULL, m->parameter >= 0 ? term_name(m, names, m->parameter) : NULL);
    int ret = terms(f, m, names);
    if (ret < 0) return ret;
    glance(f, m);
    tn_build_note(f->fit, "the shape is minus the log of alpha, as spduration prints it");
    if (f->opt->newdata == NULL || m->status == TN_FIT_COLLINEAR || m->status == TN_FIT_NO_EVENTS) {
        return 0;
    }
    ret = shares(f, m);
    return ret < 0 ? ret : predict(f, m, names);
}

int tn_fit_splitpop(tn_fitting_t *self)
{
    tn_splitpop_t m = {0};
    const names_t names = {.x = tn_fitting_terms(self, &self->design),
        .z = tn_fitting_terms(self, &self->risk),
        .cause = self->causes};
    if (names.x == NULL || names.z == NULL) return TN_ENOMEM;
    if (self->design.offset != NULL || self->risk.offset != NULL) {
        return tn_error_set(self->err, TN_EINPUT, "offset(...) does not belong to splitpop");
    }
    const tn_splitpop_options_t opt = {
        .distribution = self->opt->is_loglogistic ? TN_SPLITPOP_LOGLOGISTIC : TN_SPLITPOP_WEIBULL,
        .z = self->risk.x,
        .n_risk = self->risk.n_columns,
        .is_robust = tn_fitting_is_robust(self),
        .n_threads = self->opt->n_threads};
    int ret = tn_splitpop_fit(&m, &self->spells, &opt, self->err);
    if (ret >= 0) ret = all_tables(self, &m, &names);
    tn_splitpop_free(&m);
    return ret;
}
