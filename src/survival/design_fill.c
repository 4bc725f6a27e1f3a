/* Terms to columns. A factor of a term is coded by contrasts if the term without it is part of an
 * earlier term, else by a column for every level (Chambers & Hastie 1992, 2.4.1; R's TermCode).
 * Columns of an interaction: the first variable runs fastest. */
#include "survival/design_recipe.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/* Is term without its k-th variable contained in another term? */
static bool has_margin(const tn_term_t *term, int k, const tn_term_t *other)
{
    int i = 0;
    for (int j = 0; j < term->n; j++) {
        if (j == k) continue;
        while (i < other->n && other->variable[i] != term->variable[j])
            i++;
        if (i == other->n) return false;
    }
    return true;
}

static bool is_factor(const tn_design_recipe_t *r, int variable)
{
    return r->variable[variable].kind == TN_VARIABLE_FACTOR;
}

static void code_term(const tn_design_recipe_t *r, int t, tn_coded_term_t *out)
{
    const tn_term_t *term = &r->terms.term[t];
    out->n = term->n;
    for (int k = 0; k < term->n; k++) {
        bool is_marginal = term->n == 1;
        out->variable[k] = r->number_of[term->variable[k]];
        for (int u = 0; u < t && !is_marginal; u++)
            is_marginal = has_margin(term, k, &r->terms.term[u]);
        out->is_full[k] = is_factor(r, out->variable[k]) && !is_marginal;
    }
}

/* Without an intercept the first factor has a column for every level. */
static void code_first_factor(tn_design_recipe_t *r)
{
    for (int t = 0; t < r->n_terms; t++) {
        for (int k = 0; k < r->term[t].n; k++) {
            if (!is_factor(r, r->term[t].variable[k])) continue;
            r->term[t].is_full[k] = true;
            return;
        }
    }
}

static int width(const tn_design_recipe_t *r, const tn_coded_term_t *term, int k)
{
    const tn_variable_t *v = &r->variable[term->variable[k]];
    if (v->kind == TN_VARIABLE_SPLINE) return v->spline->n_columns;
    if (v->kind == TN_VARIABLE_NUMBER) return 1;
    const int n = term->is_full[k] ? v->n_levels : v->n_levels - 1;
    return n > 1 ? n : 1; /* a factor with columns has two levels or more */
}

static const char *column_name(tn_design_recipe_t *r, const tn_coded_term_t *term, int column)
{
    tn_text_t text = {0};
    for (int k = 0; k < term->n; k++) {
        const tn_variable_t *v = &r->variable[term->variable[k]];
        const int w = width(r, term, k), c = column % w;
        column /= w;
        tn_text_printf(&text, "%s%s", k == 0 ? "" : ":", v->name);
        if (v->kind == TN_VARIABLE_SPLINE) tn_text_printf(&text, "%d", c + 1);
        if (v->kind == TN_VARIABLE_FACTOR)
            tn_text_printf(&text, "%s", v->level[term->is_full[k] ? c : c + 1]);
    }
    const char *name =
        text.failed ? NULL : tn_arena_strndup(&r->arena, text.s == NULL ? "" : text.s, text.n);
    tn_text_free(&text);
    return name;
}

/* Number of columns, -1 if there are too many. */
static int count_columns(tn_making_t *m)
{
    tn_design_recipe_t *r = m->recipe;
    int64_t n = m->design->has_intercept && r->opt.intercept == TN_INTERCEPT_COLUMN ? 1 : 0;
    for (int t = 0; t < r->n_terms; t++) {
        int64_t product = 1;
        for (int k = 0; k < r->term[t].n && product <= TN_DESIGN_MAX_COLUMNS; k++)
            product *= width(r, &r->term[t], k);
        n += product;
        if (n > TN_DESIGN_MAX_COLUMNS) {
            tn_making_complain(m, r->formula.right, "more than %d columns, at term %.100s",
                TN_DESIGN_MAX_COLUMNS, m->design->terms[t]);
            return -1;
        }
        r->term[t].n_columns = (int)product;
    }
    if ((double)n * (double)m->design->n > TN_FRAME_MAX_CELLS) {
        tn_making_complain(m, r->formula.right, "%d columns of %zu rows are more than %d cells",
            (int)n, m->design->n, TN_FRAME_MAX_CELLS);
        return -1;
    }
    return (int)n;
}

static const char *term_name(tn_design_recipe_t *r, const tn_coded_term_t *term)
{
    tn_text_t text = {0};
    for (int k = 0; k < term->n; k++)
        tn_text_printf(&text, "%s%s", k == 0 ? "" : ":", r->variable[term->variable[k]].name);
    const char *name = text.failed ? NULL : tn_arena_strndup(&r->arena, text.s, text.n);
    tn_text_free(&text);
    return name;
}

static int name_columns(tn_making_t *m, int n)
{
    tn_design_recipe_t *r = m->recipe;
    tn_design_t *d = m->design;
    d->names = tn_arena_calloc(&r->arena, (size_t)n + 1, sizeof *d->names);
    d->term = tn_arena_calloc(&r->arena, (size_t)n + 1, sizeof *d->term);
    d->means = tn_arena_calloc(&r->arena, (size_t)n + 1, sizeof *d->means);
    if (d->names == NULL || d->term == NULL || d->means == NULL) return TN_ENOMEM;
    if (d->has_intercept && r->opt.intercept == TN_INTERCEPT_COLUMN) {
        d->term[d->n_columns] = -1;
        d->names[d->n_columns++] = "(Intercept)";
    }
    for (int t = 0; t < r->n_terms; t++) {
        for (int c = 0; c < r->term[t].n_columns; c++) {
            d->term[d->n_columns] = t;
            d->names[d->n_columns] = column_name(r, &r->term[t], c);
            if (d->names[d->n_columns++] == NULL) return TN_ENOMEM;
        }
    }
    return 0;
}

int tn_columns_plan(tn_making_t *m)
{
    tn_design_recipe_t *r = m->recipe;
    tn_design_t *d = m->design;
    r->n_terms = d->n_terms = r->opt.are_groups ? 0 : r->terms.n_terms;
    r->term = tn_arena_calloc(&r->arena, (size_t)r->n_terms + 1, sizeof *r->term);
    d->terms = tn_arena_calloc(&r->arena, (size_t)r->n_terms + 1, sizeof *d->terms);
    if (r->term == NULL || d->terms == NULL) return TN_ENOMEM;
    for (int t = 0; t < r->n_terms; t++) {
        code_term(r, t, &r->term[t]);
        d->terms[t] = term_name(r, &r->term[t]);
        if (d->terms[t] == NULL) return TN_ENOMEM;
    }
    if (r->opt.intercept != TN_INTERCEPT_NONE && !d->has_intercept) code_first_factor(r);
    const int n = count_columns(m);
    return n < 0 ? TN_EINPUT : name_columns(m, n);
}

/* x *= column c of the variable. */
static void multiply(const tn_variable_t *v, const tn_column_values_t *value, bool is_full, int c,
    size_t n, double *restrict x)
{
    if (v->kind == TN_VARIABLE_FACTOR) {
        const int32_t level = is_full ? c : c + 1;
        for (size_t i = 0; i < n; i++)
            x[i] = value->code[i] < 0 ? NAN : value->code[i] == level ? x[i] : 0.0;
        return;
    }
    const double *column =
        v->kind == TN_VARIABLE_SPLINE ? value->basis + (size_t)c * n : value->number;
    for (size_t i = 0; i < n; i++)
        x[i] *= column[i];
}

void tn_columns_fill(const tn_making_t *m, size_t n, double *x)
{
    const tn_design_recipe_t *r = m->recipe;
    const tn_design_t *d = m->design;
    for (int j = 0, c = 0; j < d->n_columns; j++, x += n) {
        for (size_t i = 0; i < n; i++)
            x[i] = 1.0;
        if (d->term[j] < 0) continue;
        const tn_coded_term_t *term = &r->term[d->term[j]];
        c = j > 0 && d->term[j - 1] == d->term[j] ? c + 1 : 0;
        for (int k = 0, rest = c; k < term->n; k++) {
            const int w = width(r, term, k);
            multiply(&r->variable[term->variable[k]], &m->value[term->variable[k]],
                term->is_full[k], rest % w, n, x);
            rest /= w;
        }
    }
}
