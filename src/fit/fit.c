/* One model: formula, cause, new rows, times; then the method. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/str.h"
#include "fit/fitting.h"
#include "survival/interval.h"

#define N_ROUND_TIMES 10

static const char *const TITLES[] = {
#define TITLE(name, word, title) title,
    TN_FIT_METHOD_LIST(TITLE)
#undef TITLE
};

static int read_design(tn_fitting_t *self)
{
    const tn_fit_method_t m = self->opt->method;
    const tn_design_options_t opt = {.intercept = TN_INTERCEPT_NONE,
        .are_groups = m == TN_FIT_KM || m == TN_FIT_CIF,
        .shown = "formula"};
    const char *formula = self->opt->formulas[0];
    if (m == TN_FIT_LOGIT && self->opt->period > 0.0) return tn_fitting_expand(self);
    if (m != TN_FIT_SPLITPOP) {
        return tn_design_init(&self->design, formula, self->frame, &opt, self->diag, self->err);
    }
    const tn_design_options_t second = {
        .intercept = TN_INTERCEPT_NONE, .is_right_only = true, .shown = "--risk"};
    return tn_design_init_pair(&self->design, &self->risk, formula,
        self->opt->risk != NULL ? self->opt->risk : "~ 1", self->frame, &opt, &second, self->diag,
        self->err);
}

static int find_cause(tn_fitting_t *self)
{
    const tn_design_t *d = &self->design;
    const char *wanted = self->opt->cause;
    self->cause = d->n_causes == 1 ? 1 : 0;
    if (wanted == NULL) return 0;
    for (int k = 0; k < d->n_causes; k++) {
        if (strcmp(d->cause_names[k], wanted) == 0) {
            self->cause = k + 1;
            return 0;
        }
    }
    const int near = tn_str_nearest(wanted, d->cause_names, (size_t)d->n_causes);
    char known[512] = "";
    for (int k = 0, at = 0; k < d->n_causes && at < (int)sizeof known - 1; k++) {
        const int n = snprintf(
            known + at, sizeof known - (size_t)at, "%s%s", k > 0 ? ", " : "", d->cause_names[k]);
        at += n;
    }
    return tn_error_set(self->err, TN_EINPUT, "unknown cause '%s', expected one of: %s%s%s%s",
        wanted, known, near >= 0 ? " (did you mean '" : "", near >= 0 ? d->cause_names[near] : "",
        near >= 0 ? "'?)" : "");
}

/* About ten round times up to the last exit. */
static double round_step(double longest)
{
    double unit = 1.0;
    const double raw = longest / N_ROUND_TIMES;
    if (!(raw > 0.0)) return 1.0;
    while (unit > raw)
        unit /= 10.0;
    while (unit * 10.0 <= raw)
        unit *= 10.0;
    return raw <= unit         ? unit
           : raw <= 2.0 * unit ? 2.0 * unit
           : raw <= 5.0 * unit ? 5.0 * unit
                               : 10.0 * unit;
}

static int choose_times(tn_fitting_t *self)
{
    double longest = 0.0;
    const size_t n = self->opt->n_times > 0 ? (size_t)self->opt->n_times : N_ROUND_TIMES;
    self->times = tn_calloc(n, sizeof *self->times);
    if (self->times == NULL) return TN_ENOMEM;
    if (self->opt->n_times > 0) {
        self->n_times = self->opt->n_times;
        memcpy(self->times, self->opt->times, n * sizeof *self->times);
        for (int i = 1; i < self->n_times; i++) { /* insertion: lists are short */
            const double t = self->times[i];
            int j = i;
            for (; j > 0 && self->times[j - 1] > t; j--)
                self->times[j] = self->times[j - 1];
            self->times[j] = t;
        }
        return 0;
    }
    for (size_t i = 0; i < self->design.n; i++)
        longest = fmax(longest, self->design.exit[i]);
    const double step = round_step(longest);
    while (self->n_times < N_ROUND_TIMES && (self->n_times + 1) * step <= longest * (1.0 + 1e-12)) {
        self->times[self->n_times] = (self->n_times + 1) * step;
        self->n_times++;
    }
    if (self->n_times == 0) self->times[self->n_times++] = longest;
    return 0;
}

static void note_rows(tn_fitting_t *self)
{
    const tn_design_t *d = &self->design;
    tn_fit_t *fit = self->fit;
    fit->n_rows = d->n;
    fit->n_dropped = d->n_missing + d->n_zero_weight;
    for (int k = 0; k < d->n_missing_names; k++) {
        tn_build_note(fit, "%zu row%s dropped: %s is missing", d->missing[k].n,
            d->missing[k].n == 1 ? "" : "s", d->missing[k].name);
    }
    if (d->n_zero_weight > 0) tn_build_note(fit, "rows dropped, weight 0: %zu", d->n_zero_weight);
}

static int copy_labels(tn_fitting_t *self)
{
    const tn_design_t *d = &self->design;
    if (d->stratum != NULL) self->strata = tn_build_texts(self->fit, (size_t)d->n_strata);
    for (int s = 0; self->strata != NULL && s < d->n_strata; s++)
        self->strata[s] = tn_build_copy(self->fit, d->strata[s]);
    if (self->causes == NULL) {
        self->causes = tn_build_texts(self->fit, (size_t)d->n_causes);
        for (int k = 0; self->causes != NULL && k < d->n_causes; k++)
            self->causes[k] = tn_build_copy(self->fit, d->cause_names[k]);
    }
    return tn_build_failed(self->fit) ? TN_ENOMEM : 0;
}

int tn_fitting_init(tn_fitting_t *self)
{
    self->z = tn_interval_z(self->opt->level);
    int ret = read_design(self);
    if (ret < 0) return ret;
    self->spells = tn_design_spells(&self->design);
    note_rows(self);
    ret = copy_labels(self);
    if (ret >= 0) ret = find_cause(self);
    if (ret >= 0) ret = choose_times(self);
    if (ret >= 0) ret = tn_newdata_read(self);
    if (ret >= 0) ret = tn_aliased_find(self);
    return ret;
}

void tn_fitting_free(tn_fitting_t *self)
{
    tn_design_free(&self->design);
    tn_design_free(&self->risk);
    tn_newdata_free(&self->fresh);
    tn_free(self->times);
}

int tn_fitting_first_cause(const tn_fitting_t *self) { return self->cause > 0 ? self->cause : 1; }

int tn_fitting_last_cause(const tn_fitting_t *self)
{
    return self->cause > 0 ? self->cause : self->design.n_causes;
}

bool tn_fitting_has_causes(const tn_fitting_t *self)
{
    return tn_fitting_first_cause(self) < tn_fitting_last_cause(self);
}

/* coxph and survfit take weights that are no counts for those of a sample. */
bool tn_fitting_has_sample_weights(const tn_fitting_t *self)
{
    const tn_spells_t *s = &self->spells;
    if (self->opt->method != TN_FIT_COX || s->weight == NULL) return false;
    for (size_t i = 0; i < s->n; i++) {
        if (s->weight[i] != floor(s->weight[i])) return true;
    }
    return false;
}

bool tn_fitting_is_robust(const tn_fitting_t *self)
{
    return self->opt->is_robust || self->design.cluster != NULL ||
           tn_fitting_has_sample_weights(self);
}

const char **tn_fitting_terms(tn_fitting_t *self, const tn_design_t *design)
{
    const char **term = tn_build_texts(self->fit, (size_t)design->n_columns);
    for (int j = 0; term != NULL && j < design->n_columns; j++)
        term[j] = tn_build_copy(self->fit, design->names[j]);
    return tn_build_failed(self->fit) ? NULL : term;
}

tn_interval_t tn_fitting_interval(const tn_fitting_t *self, tn_interval_t otherwise)
{
    return self->opt->has_interval ? self->opt->interval : otherwise;
}

void tn_fitting_status(
    tn_fitting_t *self, tn_fit_status_t status, const char *model, const char *term)
{
    if (status == TN_FIT_CONVERGED) return;
    if (self->fit->status == TN_FIT_CONVERGED) self->fit->status = status;
    tn_build_warning(self->fit, "%s%s%s%s%s", model != NULL ? model : "", model != NULL ? ": " : "",
        tn_fit_status_text(status), term != NULL ? ": " : "", term != NULL ? term : "");
}

static int run_method(tn_fitting_t *self)
{
    switch (self->opt->method) {
    case TN_FIT_KM: return tn_fit_km(self);
    case TN_FIT_CIF: return tn_fit_cif(self);
    case TN_FIT_COX: return tn_fit_cox(self);
    case TN_FIT_FINEGRAY: return tn_fit_finegray(self);
    case TN_FIT_SPLITPOP: return tn_fit_splitpop(self);
    case TN_FIT_LOGIT: return tn_fit_logit(self);
    default: return tn_fit_parametric(self);
    }
}

/* The estimators count the rows they are given; a reader counts those of the data. */
void tn_fitting_name_row(const tn_fitting_t *self, const uint32_t *row_of_frame, tn_error_t *err)
{
    char *message = err == NULL ? NULL : err->message;
    char *at = message == NULL ? NULL : strstr(message, "row ");
    int64_t number = 0;
    if (at == NULL || (at != message && at[-1] != ' ')) return;
    const size_t n_digits = strspn(at + 4, "0123456789");
    char *rest = at + 4 + n_digits;
    const bool is_row =
        *rest == ':' && tn_str_to_int64(at + 4, n_digits, 1, (int64_t)self->design.n, &number);
    if (!is_row) return;
    size_t row = self->design.row[number - 1];
    if (row_of_frame != NULL) row = row_of_frame[row];
    char text[sizeof err->message];
    (void)snprintf(text, sizeof text, "%s", rest);
    (void)snprintf(
        at, sizeof text - (size_t)(at - message), "row %zu%.*s", row + 1, (int)sizeof text, text);
}

static int run_one(tn_fit_t *fit, const tn_frame_t *frame, const tn_fit_options_t *opt,
    tn_diag_t *diag, tn_error_t *err)
{
    tn_fitting_t fitting = {.fit = fit, .opt = opt, .frame = frame, .diag = diag, .err = err};
    int ret = tn_fitting_init(&fitting);
    if (ret >= 0) ret = run_method(&fitting);
    if (ret >= 0) ret = tn_aliased_show(&fitting);
    if (ret == TN_EDOMAIN && !(opt->period > 0.0)) tn_fitting_name_row(&fitting, NULL, err);
    tn_fitting_free(&fitting);
    return ret;
}

int tn_fit_run(tn_fit_t *self, const tn_frame_t *frame, const tn_fit_options_t *opt,
    tn_diag_t *diag, tn_error_t *err)
{
    *self = (tn_fit_t){0};
    int ret = tn_fit_check(opt, err);
    if (ret < 0) return ret;
    ret = tn_build_init(self);
    if (ret < 0) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    self->method = opt->method;
    self->title = TITLES[opt->method];
    if (opt->method == TN_FIT_COMPARE) {
        ret = tn_fit_compare(self, frame, opt, diag, err);
    } else {
        self->formula = tn_build_copy(self, opt->formulas[0]);
        ret = run_one(self, frame, opt, diag, err);
    }
    if (ret >= 0 && tn_build_failed(self)) ret = TN_ENOMEM;
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
    if (ret < 0) tn_fit_free(self);
    return ret < 0 ? ret : 0;
}
