/* Tables that several methods have: coefficients, ratios, glance. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/fmath.h"
#include "fit/fitting.h"

double tn_p_normal(double statistic)
{
    return isnan(statistic) ? NAN : 2.0 * gsl_cdf_ugaussian_Q(fabs(statistic));
}

double tn_p_chisq(double statistic, double df)
{
    if (isnan(statistic) || !(df > 0.0)) return NAN;
    return gsl_cdf_chisq_Q(fmax(statistic, 0.0), df);
}

void tn_terms_init(tn_terms_t *self, tn_fitting_t *fitting, const char *title, size_t n_rows,
    bool has_equation, bool has_robust)
{
    tn_fit_t *fit = fitting->fit;
    tn_fit_table_t *table = tn_build_table(fit, "terms", title, n_rows, 13);
    *self = (tn_terms_t){.table = table, .z = fitting->z};
    if (has_equation) self->equation = tn_build_text(fit, table, "equation");
    if (tn_fitting_has_causes(fitting)) self->cause = tn_build_text(fit, table, "cause");
    self->term = tn_build_text(fit, table, "term");
    self->estimate = tn_build_number(fit, table, "estimate", TN_FIT_NUMBER);
    self->se = tn_build_number(fit, table, "std.error", TN_FIT_NUMBER);
    if (has_robust) self->robust = tn_build_number(fit, table, "robust.se", TN_FIT_NUMBER);
    self->statistic = tn_build_number(fit, table, "statistic", TN_FIT_NUMBER);
    self->p = tn_build_number(fit, table, "p.value", TN_FIT_PVALUE);
    self->low = tn_build_number(fit, table, "conf.low", TN_FIT_NUMBER);
    self->high = tn_build_number(fit, table, "conf.high", TN_FIT_NUMBER);
}

void tn_terms_add(tn_terms_t *self, const char *equation, const char *cause, const char *term,
    double estimate, double se, double robust)
{
    const size_t i = self->next++;
    const double s = self->robust != NULL ? robust : se;
    if (self->equation != NULL) self->equation[i] = equation;
    if (self->cause != NULL) self->cause[i] = cause;
    if (self->robust != NULL) self->robust[i] = robust;
    self->term[i] = term;
    self->estimate[i] = estimate;
    self->se[i] = se;
    self->statistic[i] = estimate / s;
    self->p[i] = tn_p_normal(self->statistic[i]);
    self->low[i] = estimate - self->z * s;
    self->high[i] = estimate + self->z * s;
}

void tn_terms_ratios(tn_fitting_t *fitting, const tn_terms_t *terms, const char *title,
    const char *name, const bool *is_ratio)
{
    tn_fit_t *fit = fitting->fit;
    size_t n = 0;
    for (size_t i = 0; i < terms->next; i++)
        n += is_ratio == NULL || is_ratio[i];
    tn_fit_table_t *table = tn_build_table(fit, "ratios", title, n, 6);
    const char **equation = terms->equation != NULL ? tn_build_text(fit, table, "equation") : NULL;
    const char **cause = terms->cause != NULL ? tn_build_text(fit, table, "cause") : NULL;
    const char **term = tn_build_text(fit, table, "term");
    double *ratio = tn_build_number(fit, table, name, TN_FIT_NUMBER);
    double *low = tn_build_number(fit, table, "conf.low", TN_FIT_NUMBER);
    double *high = tn_build_number(fit, table, "conf.high", TN_FIT_NUMBER);
    if (tn_build_failed(fit)) return;
    for (size_t i = 0, k = 0; i < terms->next; i++) {
        if (is_ratio != NULL && !is_ratio[i]) continue;
        if (equation != NULL) equation[k] = terms->equation[i];
        if (cause != NULL) cause[k] = terms->cause[i];
        term[k] = terms->term[i];
        ratio[k] = tn_exp(terms->estimate[i]);
        low[k] = tn_exp(terms->low[i]);
        high[k] = tn_exp(terms->high[i]);
        k++;
    }
}

void tn_glance_init(tn_glance_t *self, tn_fitting_t *fitting, size_t n_rows, bool has_cause)
{
    *self = (tn_glance_t){.fit = fitting->fit, .n_rows = n_rows};
    self->table = tn_build_table(fitting->fit, "glance", "Fit", n_rows, 24);
    if (has_cause) (void)tn_build_text(fitting->fit, self->table, "cause");
}

void tn_glance_row(tn_glance_t *self, size_t row, const char *cause)
{
    self->row = row;
    if (tn_build_failed(self->fit) || self->table->n_columns == 0) return;
    tn_fit_column_t *first = &self->table->column[0];
    if (first->text != NULL) first->text[row] = cause;
}

void tn_glance_put(tn_glance_t *self, const char *name, tn_fit_kind_t kind, double value)
{
    if (tn_build_failed(self->fit)) return;
    const tn_fit_column_t *column = tn_fit_column(self->table, name);
    double *number =
        column != NULL ? column->number : tn_build_number(self->fit, self->table, name, kind);
    if (number != NULL) number[self->row] = value;
}
