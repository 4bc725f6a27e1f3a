/* Covariates that those before them add up to: R fits without them and gives them no coefficient.
 * So here: they leave the design before the fit and come back as rows without figures afterwards,
 * with a warning and the status COLLINEAR. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fit/fitting.h"

#define SMALLEST_PIVOT 1e-11 /* of a column's variance, beside the columns before it */

static bool is_checked(const tn_fitting_t *f)
{
    const tn_fit_method_t m = f->opt->method;
    return m != TN_FIT_KM && m != TN_FIT_CIF && m != TN_FIT_SPLITPOP && !(f->opt->ridge > 0.0) &&
           f->design.n > 0 && f->design.n_columns > 0;
}

/* The middles that columns are taken from: their means, in Cox's model those of the strata. */
typedef struct middles {
    const tn_design_t *design;
    const int32_t *stratum; /* n, or NULL */
    size_t p, n_strata;
    double *mean;  /* n_strata x p by stratum */
    double *count; /* n_strata */
} middles_t;

static size_t stratum_of(const middles_t *m, size_t i)
{
    return m->stratum != NULL ? (size_t)m->stratum[i] : 0;
}

static double value_at(const middles_t *m, size_t j, size_t i)
{
    return m->design->x[j * m->design->n + i] - m->mean[stratum_of(m, i) * m->p + j];
}

static void find_means(const middles_t *m)
{
    const tn_design_t *d = m->design;
    for (size_t i = 0; i < d->n; i++) {
        m->count[stratum_of(m, i)] += 1.0;
        for (size_t j = 0; j < m->p; j++)
            m->mean[stratum_of(m, i) * m->p + j] += d->x[j * d->n + i];
    }
    for (size_t k = 0; k < m->n_strata * m->p; k++)
        m->mean[k] /= m->count[k / m->p];
}

/* a: p x p, products of the columns less their middles, lower triangle. */
static void find_products(const middles_t *m, double *a)
{
    for (size_t j = 0; j < m->p; j++) {
        for (size_t k = 0; k <= j; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < m->design->n; i++)
                sum += value_at(m, j, i) * value_at(m, k, i);
            a[j * m->p + k] = sum;
        }
    }
}

/* A column that only the rounding of its mean tells from a constant. */
static bool is_constant(const middles_t *m, size_t j, double square)
{
    double most = 0.0;
    for (size_t i = 0; i < m->design->n; i++)
        most = fmax(most, fabs(m->design->x[j * m->design->n + i]));
    return !(sqrt(square / (double)m->design->n) > SMALLEST_PIVOT * most);
}

/* Cholesky in the order of the columns, over those that are kept. */
static void mark(const middles_t *m, double *a, bool *is_aliased)
{
    const size_t p = m->p;
    for (size_t j = 0; j < p; j++) {
        const double square = a[j * p + j];
        is_aliased[j] = is_constant(m, j, square);
        for (size_t k = 0; k <= j && !is_aliased[j]; k++) {
            if (is_aliased[k]) continue;
            double v = a[j * p + k];
            for (size_t i = 0; i < k; i++)
                v -= is_aliased[i] ? 0.0 : a[j * p + i] * a[k * p + i];
            if (k < j) {
                a[j * p + k] = v / a[k * p + k];
            } else {
                is_aliased[j] = !(v > SMALLEST_PIVOT * square);
                a[j * p + j] = sqrt(v);
            }
        }
    }
}

/* The columns kept move up, in the design and in the new rows. */
static void leave_out(tn_fitting_t *f, const bool *is_aliased)
{
    tn_design_t *d = &f->design;
    const int p = d->n_columns;
    const char *before = NULL;
    int kept = 0;
    for (int j = 0; j < p; j++) {
        if (is_aliased[j]) {
            f->aliased.name[f->aliased.n] = tn_build_copy(f->fit, d->names[j]);
            f->aliased.before[f->aliased.n++] = before;
            continue;
        }
        const size_t from = (size_t)j, to = (size_t)kept;
        before = tn_build_copy(f->fit, d->names[j]);
        if (f->aliased.first == NULL) f->aliased.first = before;
        memmove(d->x + to * d->n, d->x + from * d->n, d->n * sizeof *d->x);
        if (f->fresh.n > 0) {
            memmove(f->fresh.x + to * f->fresh.n, f->fresh.x + from * f->fresh.n,
                f->fresh.n * sizeof *f->fresh.x);
        }
        d->names[to] = d->names[from];
        d->term[to] = d->term[from];
        d->means[to] = d->means[from];
        kept++;
    }
    d->n_columns = kept;
    f->spells = tn_design_spells(d);
}

int tn_aliased_find(tn_fitting_t *self)
{
    if (!is_checked(self)) return 0;
    const tn_design_t *d = &self->design;
    const bool has_strata = d->stratum != NULL && self->opt->method == TN_FIT_COX;
    const size_t p = (size_t)d->n_columns, n_strata = has_strata ? (size_t)d->n_strata : 1;
    double *work = tn_calloc(p * p + n_strata * (p + 1), sizeof *work);
    bool *is_aliased = tn_calloc(p, sizeof *is_aliased);
    self->aliased.name = tn_build_texts(self->fit, p);
    self->aliased.before = tn_build_texts(self->fit, p);
    int ret = work == NULL || is_aliased == NULL || tn_build_failed(self->fit) ? TN_ENOMEM : 0;
    if (ret == 0) {
        const middles_t m = {.design = d,
            .stratum = has_strata ? d->stratum : NULL,
            .p = p,
            .n_strata = n_strata,
            .mean = work + p * p,
            .count = work + p * p + n_strata * p};
        find_means(&m);
        find_products(&m, work);
        mark(&m, work, is_aliased);
        leave_out(self, is_aliased);
    }
    tn_free(work);
    tn_free(is_aliased);
    return ret == 0 && tn_build_failed(self->fit) ? TN_ENOMEM : ret;
}

/* ---- back into the tables ---- */

/* Where the rows of the new table come from: a row of the old one, or an aliased column (-1 - k)
 * that takes its cause from the row `model`; where there are no rows at all, `model` is a cause. */
typedef struct plan {
    size_t n;
    int64_t *source;
    size_t *model;
} plan_t;

static void put(plan_t *self, int64_t source, size_t model)
{
    self->source[self->n] = source;
    self->model[self->n++] = model;
}

static void put_those_behind(plan_t *self, const tn_fitting_t *f, const char *name, size_t model)
{
    for (int k = 0; k < f->aliased.n; k++) {
        const char *before = f->aliased.before[k];
        if (name == NULL ? before == NULL : before != NULL && strcmp(before, name) == 0)
            put(self, -1 - k, model);
    }
}

static bool is_same_model(const tn_fit_table_t *t, size_t a, size_t b)
{
    const tn_fit_column_t *cause = tn_fit_column(t, "cause");
    return cause == NULL || cause->text[a] == cause->text[b];
}

static void make_plan(plan_t *self, const tn_fitting_t *f, const tn_fit_table_t *t)
{
    const tn_fit_column_t *term = tn_fit_column(t, "term");
    const char *first = f->aliased.first;
    bool is_begun = false;
    for (int k = tn_fitting_first_cause(f); t->n_rows == 0 && k <= tn_fitting_last_cause(f); k++)
        put_those_behind(self, f, NULL, (size_t)k - 1);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (i > 0 && !is_same_model(t, i, i - 1)) is_begun = false;
        if (!is_begun && first != NULL && strcmp(term->text[i], first) == 0) {
            put_those_behind(self, f, NULL, i);
            is_begun = true;
        }
        put(self, (int64_t)i, i);
        put_those_behind(self, f, term->text[i], i);
        if (first == NULL && strcmp(term->text[i], "(Intercept)") == 0)
            put_those_behind(self, f, NULL, i);
    }
}

static void rebuild(tn_fitting_t *f, tn_fit_table_t *t, const plan_t *plan)
{
    for (int j = 0; j < t->n_columns; j++) {
        tn_fit_column_t *c = &t->column[j];
        const bool is_term = strcmp(c->name, "term") == 0;
        const char **text = c->text != NULL ? tn_build_texts(f->fit, plan->n) : NULL;
        double *number = c->text == NULL ? tn_build_scratch(f->fit, plan->n) : NULL;
        if (text == NULL && number == NULL) return;
        for (size_t i = 0; i < plan->n; i++) {
            const int64_t from = plan->source[i];
            if (number != NULL) {
                number[i] = from >= 0 ? c->number[from] : NAN;
            } else if (from >= 0) {
                text[i] = c->text[from];
            } else if (is_term) {
                text[i] = f->aliased.name[-1 - from];
            } else {
                text[i] = t->n_rows > 0 ? c->text[plan->model[i]] : f->causes[plan->model[i]];
            }
        }
        c->text = text;
        c->number = number;
    }
    t->n_rows = plan->n;
}

static int show_in(tn_fitting_t *f, const char *name)
{
    const size_t aliased = (size_t)f->aliased.n;
    for (int k = 0; k < f->fit->n_tables; k++) {
        tn_fit_table_t *t = &f->fit->table[k];
        if (strcmp(t->name, name) != 0) continue;
        const size_t n_models = t->n_rows > 0 ? t->n_rows : (size_t)tn_fitting_last_cause(f);
        const size_t most = n_models * (1 + aliased);
        plan_t plan = {.source = tn_calloc(most, sizeof *plan.source),
            .model = tn_calloc(most, sizeof *plan.model)};
        const bool is_fine = plan.source != NULL && plan.model != NULL;
        if (is_fine) {
            make_plan(&plan, f, t);
            rebuild(f, t, &plan);
        }
        tn_free(plan.source);
        tn_free(plan.model);
        if (!is_fine) return TN_ENOMEM;
    }
    return 0;
}

int tn_aliased_show(tn_fitting_t *self)
{
    if (self->aliased.n == 0) return 0;
    for (int k = 0; k < self->aliased.n; k++) {
        tn_fitting_status(self, TN_FIT_COLLINEAR, NULL,
            tn_build_printf(
                self->fit, "%s, left out: it adds nothing to the others", self->aliased.name[k]));
    }
    const int ret = show_in(self, "terms");
    return ret < 0 ? ret : show_in(self, "ratios");
}
