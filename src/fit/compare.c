/* Several models of the same rows, side by side. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "fit/cox.h"
#include "fit/parametric.h"

#define MAX_FORMULAS 64

static const tn_fit_method_t USUAL[] = {TN_FIT_COX, TN_FIT_EXPONENTIAL, TN_FIT_WEIBULL,
    TN_FIT_LOGNORMAL, TN_FIT_LOGLOGISTIC, TN_FIT_GOMPERTZ};

/** One model of one formula, in figures. */
typedef struct figures {
    double n, events, df, loglik, aic, bic, concordance, se;
    tn_fit_status_t status;
} figures_t;

typedef struct comparison {
    tn_fit_t *fit;
    const tn_fit_options_t *opt;
    const tn_fit_method_t *model;
    int n_models, n_formulas;
    figures_t *figures;  /* by formula, then model */
    const char ***names; /* of each formula's columns */
    int *n_names;
    uint32_t *row; /* of the data: those that all formulas can use */
} comparison_t;

static int fit_cox(tn_fitting_t *f, figures_t *out)
{
    tn_cox_t c;
    const tn_cox_options_t opt = {
        .cause = f->cause, .ties = f->opt->ties, .offset = f->design.offset};
    int ret = tn_cox_fit(&c, &f->spells, &opt, f->err);
    if (ret < 0) return ret;
    *out = (figures_t){.n = (double)c.n,
        .events = (double)c.n_events,
        .df = c.df,
        .loglik = c.loglik,
        .concordance = NAN,
        .se = NAN,
        .status = c.status};
    if (c.status == TN_FIT_CONVERGED && c.n_covariates > 0) {
        ret = tn_fitting_concordance(f, f->cause, c.coef, true, &out->concordance, &out->se);
    }
    tn_cox_free(&c);
    return ret;
}

static int fit_parametric(tn_fitting_t *f, tn_fit_method_t method, figures_t *out)
{
    tn_parametric_t m;
    const bool is_hazard = method == TN_FIT_GOMPERTZ || method == TN_FIT_PIECEWISE;
    const tn_parametric_options_t opt = {.family = tn_fit_family(method),
        .cause = f->cause,
        .offset = f->design.offset,
        .n_cuts = f->opt->n_cuts,
        .cuts = f->opt->cuts,
        .n_threads = f->opt->n_threads};
    int ret = tn_parametric_fit(&m, &f->spells, &opt, f->err);
    if (ret < 0) return ret;
    *out = (figures_t){.n = (double)m.n,
        .events = (double)m.n_events,
        .df = m.n_terms,
        .loglik = m.loglik,
        .concordance = NAN,
        .se = NAN,
        .status = m.status};
    if (m.status == TN_FIT_CONVERGED && m.n_covariates > 0) {
        ret = tn_fitting_concordance(
            f, f->cause, m.coef + m.n_locations, is_hazard, &out->concordance, &out->se);
    }
    tn_parametric_free(&m);
    return ret;
}

static int fit_models(comparison_t *self, tn_fitting_t *f, int formula)
{
    for (int k = 0; k < self->n_models; k++) {
        const tn_fit_method_t method = self->model[k];
        figures_t *out = &self->figures[formula * self->n_models + k];
        const int ret = method == TN_FIT_COX ? fit_cox(f, out) : fit_parametric(f, method, out);
        if (ret < 0) {
            tn_error_prefix(f->err, "%s", tn_fit_method_name(method));
            return ret;
        }
        const double scale = method == TN_FIT_COX ? out->events : out->n;
        out->aic = -2.0 * out->loglik + 2.0 * out->df;
        out->bic = -2.0 * out->loglik + tn_log(scale) * out->df;
        tn_fitting_status(f, out->status, tn_fit_method_name(method), NULL);
    }
    return 0;
}

/* ---- the rows that all formulas can use ---- */

static int mark_rows(const tn_fit_options_t *opt, const tn_frame_t *frame, tn_diag_t *diag,
    tn_error_t *err, int *uses)
{
    for (int i = 0; i < opt->n_formulas; i++) {
        tn_design_t design;
        const int ret = tn_design_init(&design, opt->formulas[i], frame, NULL, diag, err);
        if (ret < 0) return ret;
        for (size_t k = 0; k < design.n; k++)
            uses[design.row[k]]++;
        tn_design_free(&design);
    }
    return 0;
}

static size_t common_rows(const int *uses, int n_formulas, size_t n, uint32_t *row)
{
    size_t n_common = 0;
    for (size_t i = 0; i < n; i++) {
        if (uses[i] == n_formulas) row[n_common++] = (uint32_t)i;
    }
    return n_common;
}

/* @param row  out, frame->n_rows: those of common. */
static int take_common(tn_frame_t *common, uint32_t *row, const tn_frame_t *frame,
    const tn_fit_options_t *opt, tn_diag_t *diag, tn_error_t *err)
{
    int *uses = tn_calloc(frame->n_rows, sizeof *uses);
    int ret = uses == NULL ? TN_ENOMEM : mark_rows(opt, frame, diag, err, uses);
    if (ret >= 0) {
        const size_t n = common_rows(uses, opt->n_formulas, frame->n_rows, row);
        ret = tn_subset_init(common, frame, n, row, 0);
    }
    tn_free(uses);
    return ret;
}

/* ---- tables ---- */

static bool is_best_of(const comparison_t *c, const figures_t *x, bool is_cox, double *best)
{
    *best = INFINITY;
    for (int i = 0; i < c->n_formulas * c->n_models; i++) {
        const bool other = c->model[i % c->n_models] == TN_FIT_COX;
        if (other == is_cox && c->figures[i].aic < *best) *best = c->figures[i].aic;
    }
    return isfinite(x->aic) && isfinite(*best);
}

static int models_table(comparison_t *c)
{
    tn_fit_t *fit = c->fit;
    const int n = c->n_formulas * c->n_models;
    tn_fit_table_t *t = tn_build_table(fit, "models", "Models", (size_t)n, 13);
    const char **model = tn_build_text(fit, t, "model");
    const char **formula = tn_build_text(fit, t, "formula");
    double *rows = tn_build_number(fit, t, "n", TN_FIT_COUNT);
    double *events = tn_build_number(fit, t, "nevent", TN_FIT_COUNT);
    double *df = tn_build_number(fit, t, "df", TN_FIT_COUNT);
    double *loglik = tn_build_number(fit, t, "logLik", TN_FIT_NUMBER);
    double *aic = tn_build_number(fit, t, "AIC", TN_FIT_NUMBER);
    double *bic = tn_build_number(fit, t, "BIC", TN_FIT_NUMBER);
    double *delta = tn_build_number(fit, t, "delta.AIC", TN_FIT_NUMBER);
    double *concordance = tn_build_number(fit, t, "concordance", TN_FIT_NUMBER);
    double *se = tn_build_number(fit, t, "std.error.concordance", TN_FIT_NUMBER);
    const char **status = tn_build_text(fit, t, "status");
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int i = 0; i < n; i++) {
        const figures_t *x = &c->figures[i];
        const tn_fit_method_t method = c->model[i % c->n_models];
        double best = NAN;
        model[i] = tn_fit_method_name(method);
        formula[i] = tn_build_copy(fit, c->opt->formulas[i / c->n_models]);
        rows[i] = x->n;
        events[i] = x->events;
        df[i] = x->df;
        loglik[i] = x->loglik;
        aic[i] = x->aic;
        bic[i] = x->bic;
        if (is_best_of(c, x, method == TN_FIT_COX, &best)) delta[i] = x->aic - best;
        concordance[i] = x->concordance;
        se[i] = x->se;
        status[i] = tn_fit_status_text(x->status);
    }
    return tn_build_failed(fit) ? TN_ENOMEM : 0;
}

static bool has_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

/* Whether the columns of formula a are all among those of b, and b has more. */
static bool is_nested(const comparison_t *c, int a, int b)
{
    if (c->n_names[a] >= c->n_names[b]) return false;
    for (int j = 0; j < c->n_names[a]; j++) {
        if (!has_name(c->names[b], c->n_names[b], c->names[a][j])) return false;
    }
    return true;
}

static size_t count_nested(const comparison_t *c)
{
    size_t n = 0;
    for (int a = 0; a < c->n_formulas; a++) {
        for (int b = 0; b < c->n_formulas; b++)
            n += is_nested(c, a, b);
    }
    return n * (size_t)c->n_models;
}

static int tests_table(comparison_t *c)
{
    tn_fit_t *fit = c->fit;
    const size_t n = count_nested(c);
    if (n == 0) return 0;
    tn_fit_table_t *t =
        tn_build_table(fit, "tests", "Likelihood-ratio tests of nested models", n, 6);
    const char **model = tn_build_text(fit, t, "model");
    const char **small = tn_build_text(fit, t, "formula");
    const char **large = tn_build_text(fit, t, "against");
    double *statistic = tn_build_number(fit, t, "statistic", TN_FIT_NUMBER);
    double *df = tn_build_number(fit, t, "df", TN_FIT_COUNT);
    double *p = tn_build_number(fit, t, "p.value", TN_FIT_PVALUE);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    size_t at = 0;
    for (int i = 0; i < c->n_formulas * c->n_formulas * c->n_models; i++) {
        const int k = i % c->n_models, ab = i / c->n_models;
        const int a = ab / c->n_formulas, b = ab % c->n_formulas;
        if (!is_nested(c, a, b)) continue;
        const figures_t *x = &c->figures[a * c->n_models + k];
        const figures_t *y = &c->figures[b * c->n_models + k];
        model[at] = tn_fit_method_name(c->model[k]);
        small[at] = tn_build_copy(fit, c->opt->formulas[a]);
        large[at] = tn_build_copy(fit, c->opt->formulas[b]);
        statistic[at] = 2.0 * (y->loglik - x->loglik);
        df[at] = y->df - x->df;
        p[at] = tn_p_chisq(statistic[at], df[at]);
        at++;
    }
    return tn_build_failed(fit) ? TN_ENOMEM : 0;
}

static int fit_formula(
    comparison_t *self, int i, const tn_frame_t *frame, tn_diag_t *diag, tn_error_t *err)
{
    const tn_fit_options_t opt = {.method = TN_FIT_COX,
        .formulas = self->opt->formulas + i,
        .n_formulas = 1,
        .cause = self->opt->cause,
        .level = self->opt->level,
        .ties = self->opt->ties,
        .cuts = self->opt->cuts,
        .n_cuts = self->opt->n_cuts,
        .n_threads = self->opt->n_threads};
    tn_fitting_t f = {.fit = self->fit, .opt = &opt, .frame = frame, .diag = diag, .err = err};
    int ret = tn_fitting_init(&f);
    if (ret >= 0 && f.cause == 0) {
        ret = tn_error_set(err, TN_EINPUT,
            "several causes (%s, %s, ...): name the one to compare models of (--cause)",
            f.causes[0], f.causes[1]);
    }
    if (ret >= 0) ret = fit_models(self, &f, i);
    if (ret >= 0) ret = tn_aliased_show(&f);
    if (ret == TN_EDOMAIN) tn_fitting_name_row(&f, self->row, err);
    if (ret >= 0) {
        self->names[i] = tn_fitting_terms(&f, &f.design);
        self->n_names[i] = f.design.n_columns;
        if (self->names[i] == NULL) ret = TN_ENOMEM;
    }
    tn_fitting_free(&f);
    return ret;
}

static int compare(comparison_t *self, const tn_frame_t *frame, tn_diag_t *diag, tn_error_t *err)
{
    for (int i = 0; i < self->n_formulas; i++) {
        const int ret = fit_formula(self, i, frame, diag, err);
        if (ret < 0) return ret;
    }
    const int ret = models_table(self);
    return ret < 0 ? ret : tests_table(self);
}

int tn_fit_compare(tn_fit_t *fit, const tn_frame_t *frame, const tn_fit_options_t *opt,
    tn_diag_t *diag, tn_error_t *err)
{
    const int n_usual = (int)(sizeof USUAL / sizeof USUAL[0]);
    comparison_t self = {.fit = fit,
        .opt = opt,
        .model = opt->n_models > 0 ? opt->models : USUAL,
        .n_models = opt->n_models > 0 ? opt->n_models : n_usual,
        .n_formulas = opt->n_formulas};
    if (opt->n_formulas > MAX_FORMULAS) {
        return tn_error_set(err, TN_EARG, "more than %d formulas", MAX_FORMULAS);
    }
    const char **names[MAX_FORMULAS];
    int n_names[MAX_FORMULAS];
    tn_frame_t common;
    self.names = names;
    self.n_names = n_names;
    self.row = tn_calloc(frame->n_rows, sizeof *self.row);
    int ret = self.row == NULL ? TN_ENOMEM : take_common(&common, self.row, frame, opt, diag, err);
    if (ret < 0) {
        tn_free(self.row);
        return ret;
    }
    self.figures = tn_calloc((size_t)self.n_formulas, (size_t)self.n_models * sizeof *self.figures);
    ret = self.figures == NULL ? TN_ENOMEM : compare(&self, &common, diag, err);
    fit->n_rows = common.n_rows;
    fit->n_dropped = frame->n_rows - common.n_rows;
    if (fit->n_dropped > 0) {
        tn_build_note(fit, "%zu row%s dropped: something is missing in a formula", fit->n_dropped,
            fit->n_dropped == 1 ? "" : "s");
    }
    tn_build_note(fit, "Cox's likelihood is a partial one: delta.AIC compares Cox models with each "
                       "other and the parametric ones with each other");
    tn_free(self.figures);
    tn_free(self.row);
    tn_subset_free(&common, frame);
    return ret;
}
