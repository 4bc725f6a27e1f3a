/* Covariates: factor(), ns(), bs() and plain expressions, their arguments and values. Knots are
 * taken from every row in which the variable is known, as R does; levels from the rows kept. */
#include "survival/design_recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "survival/order.h"

int tn_argument(const tn_formula_t *formula, int call, const char *name, int position)
{
    int at = 0;
    for (int k = 0; k < formula->node[call].n_args; k++) {
        const int node = tn_formula_child(formula, call, k);
        const int arg_name = formula->node[node].arg_name;
        if (arg_name >= 0) {
            if (name != NULL && strcmp(formula->token[arg_name].text, name) == 0) return node;
        } else if (at++ == position) {
            return node;
        }
    }
    return -1;
}

/* Every argument must be among the names, or one of n_positions without a name; each once. */
static bool check_arguments(tn_making_t *m, int call, const char *const *names, int n_positions)
{
    const tn_formula_t *f = &m->recipe->formula;
    bool is_fine = true;
    int n_plain = 0;
    for (int k = 0; k < f->node[call].n_args; k++) {
        const int node = tn_formula_child(f, call, k), arg_name = f->node[node].arg_name;
        const char *found = arg_name < 0 ? NULL : f->token[arg_name].text;
        int i = 0;
        while (found != NULL && names[i] != NULL && strcmp(names[i], found) != 0)
            i++;
        if (found == NULL ? ++n_plain > n_positions : names[i] == NULL) {
            tn_formula_complain(f, m->binding.diag, arg_name < 0 ? f->node[node].first : arg_name,
                arg_name < 0 ? f->node[node].last : arg_name,
                "unexpected argument of %s()%s%s%s%s%s", f->token[f->node[call].token].text,
                names[0] == NULL ? "" : ", expected ", names[0] == NULL ? "" : names[0],
                names[0] == NULL || names[1] == NULL ? "" : ", ",
                names[0] == NULL || names[1] == NULL ? "" : names[1],
                names[0] != NULL && names[1] != NULL && names[2] != NULL ? ", ..." : "");
            is_fine = false;
        } else if (found != NULL && tn_argument(f, call, found, -1) != node) {
            tn_making_complain(m, node, "'%.60s' is given twice", found);
            is_fine = false;
        }
    }
    return is_fine;
}

/* The value of an expression without columns; NaN: reported. */
static double constant_number(tn_making_t *m, int node)
{
    const tn_formula_t *f = &m->recipe->formula;
    bool is_constant = m->binding.node[node].type == TN_VALUE_NUMBER;
    for (int i = node - f->node[node].size + 1; i <= node; i++)
        if (m->binding.node[i].column != NULL) is_constant = false;
    const double value = is_constant ? tn_bind_value(&m->binding, node, 0) : NAN;
    if (!isfinite(value) && m->binding.node[node].type != TN_VALUE_BAD)
        tn_making_complain(m, node, "expected a number");
    return isfinite(value) ? value : NAN;
}

static const char *constant_text(tn_making_t *m, int node)
{
    const tn_formula_t *f = &m->recipe->formula;
    char number[32];
    if (m->binding.node[node].type == TN_VALUE_STRING) return f->token[f->node[node].last].text;
    const double value = constant_number(m, node);
    if (isnan(value)) return NULL;
    tn_formula_number(value, number);
    return tn_arena_strndup(&m->recipe->arena, number, strlen(number));
}

const char **tn_constant_texts(tn_making_t *m, int node, int *n)
{
    const tn_formula_t *f = &m->recipe->formula;
    const bool is_list = m->binding.node[node].type == TN_VALUE_LIST;
    *n = is_list ? f->node[node].n_args : 1;
    const char **texts = tn_arena_calloc(&m->recipe->arena, (size_t)*n + 1, sizeof *texts);
    bool is_fine = texts != NULL;
    for (int k = 0; texts != NULL && k < *n; k++) {
        texts[k] = constant_text(m, is_list ? tn_formula_child(f, node, k) : node);
        is_fine = is_fine && texts[k] != NULL;
    }
    if (is_fine && *n == 0) tn_making_complain(m, node, "expected at least one value");
    return is_fine && *n > 0 ? texts : NULL;
}

void tn_factor_read(tn_making_t *m, int node, tn_factor_t *out)
{
    static const char *const NAMES[] = {"ref", "levels", NULL};
    const tn_formula_t *f = &m->recipe->formula;
    if (!check_arguments(m, node, NAMES, 1)) return;
    const int ref = tn_argument(f, node, "ref", -1), levels = tn_argument(f, node, "levels", -1);
    if (levels >= 0) out->explicit = tn_constant_texts(m, levels, &out->n_explicit);
    if (ref >= 0) out->reference = constant_text(m, ref);
    if (ref < 0 && tn_bind_function(f, node) == TN_FUNCTION_RELEVEL)
        tn_making_complain(m, node, "relevel() needs ref = \"level\"");
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_knots(tn_making_t *m, int node, double *out, int most, int *n)
{
    const tn_formula_t *f = &m->recipe->formula;
    const bool is_list = m->binding.node[node].type == TN_VALUE_LIST;
    *n = is_list ? f->node[node].n_args : 1;
    if (*n > most) {
        tn_making_complain(m, node, "found %d numbers, expected at most %d", *n, most);
        return false;
    }
    for (int k = 0; k < *n; k++) {
        out[k] = constant_number(m, is_list ? tn_formula_child(f, node, k) : node);
        if (isnan(out[k])) return false;
    }
    qsort(out, (size_t)*n, sizeof *out, compare_numbers);
    return true;
}

/* A whole number from lo to hi. */
static bool read_count(tn_making_t *m, int node, const char *what, int lo, int hi, int *out)
{
    const double value = constant_number(m, node);
    if (isnan(value)) return false;
    if (!(value >= lo && value <= hi && value == floor(value))) {
        tn_making_complain(
            m, node, "%s is %g, expected a whole number from %d to %d", what, value, lo, hi);
        return false;
    }
    *out = (int)value;
    return true;
}

/* Leaves n_inner = -1 if the knots are still to be taken from the data: then n_columns is the df.
 */
static void read_spline(tn_making_t *m, tn_variable_t *v)
{
    static const char *const NAMES[] = {"df", "knots", "degree", "Boundary.knots", NULL};
    const tn_formula_t *f = &m->recipe->formula;
    tn_spline_t *s = v->spline = tn_arena_calloc(&m->recipe->arena, 1, sizeof *s);
    if (s == NULL || !check_arguments(m, v->node, NAMES, 2)) return;
    *s = (tn_spline_t){.is_natural = tn_bind_function(f, v->node) == TN_FUNCTION_NS,
        .degree = 3,
        .n_inner = -1,
        .boundary = {NAN, NAN}};
    const int df = tn_argument(f, v->node, "df", 1), knots = tn_argument(f, v->node, "knots", -1);
    const int degree = tn_argument(f, v->node, "degree", -1);
    const int boundary = tn_argument(f, v->node, "Boundary.knots", -1);
    int n;
    if (degree >= 0 && s->is_natural)
        tn_making_complain(m, degree, "ns() is cubic: it takes no degree");
    if (degree >= 0 && !read_count(m, degree, "degree", 1, TN_SPLINE_MAX_DEGREE, &s->degree))
        return;
    s->n_columns = s->is_natural ? 1 : s->degree;
    if (df >= 0 && !read_count(m, df, "df", s->n_columns, TN_SPLINE_MAX_DF, &s->n_columns)) return;
    if (df >= 0 && knots >= 0) tn_making_complain(m, v->node, "give df or knots, not both");
    if (knots >= 0 &&
        !read_knots(m, knots, s->inner, TN_SPLINE_MAX_DF - TN_SPLINE_MAX_DEGREE, &s->n_inner))
        return;
    if (boundary >= 0 && (!read_knots(m, boundary, s->boundary, 2, &n) || n != 2 ||
                             s->boundary[0] == s->boundary[1]))
        tn_making_complain(m, boundary, "expected two different numbers");
}

static void read_variable(tn_making_t *m, tn_variable_t *v)
{
    const tn_formula_t *f = &m->recipe->formula;
    if (m->binding.node[v->node].type == TN_VALUE_STRING && !tn_bind_column(&m->binding, v->node))
        return;
    switch (m->binding.node[v->node].type) {
    case TN_VALUE_BAD: return;
    case TN_VALUE_NUMBER: v->kind = TN_VARIABLE_NUMBER; return;
    case TN_VALUE_LOGICAL:
    case TN_VALUE_LEVELS: v->kind = TN_VARIABLE_FACTOR; return;
    case TN_VALUE_FACTOR:
        v->kind = TN_VARIABLE_FACTOR;
        v->value_node = tn_formula_child(f, v->node, 0);
        tn_factor_read(m, v->node, &v->factor);
        return;
    case TN_VALUE_SPLINE:
        v->kind = TN_VARIABLE_SPLINE;
        v->value_node = tn_formula_child(f, v->node, 0);
        read_spline(m, v);
        return;
    default:
        tn_making_complain(m, v->node,
            "this is no covariate, expected a column, factor(), ns(), bs() or arithmetic");
    }
}

int tn_variables_read(tn_making_t *m)
{
    for (int k = 0; k < m->recipe->n_variables; k++)
        read_variable(m, &m->recipe->variable[k]);
    return m->recipe->arena.failed ? TN_ENOMEM : 0;
}

/* Knots at quantiles within the boundary, the boundary at the range. */
static int place_knots(tn_making_t *m, tn_variable_t *v, const double *x)
{
    const size_t n_rows = m->binding.frame->n_rows;
    tn_spline_t *s = v->spline;
    double *sorted = tn_calloc(n_rows + 1, sizeof *sorted);
    if (sorted == NULL) return TN_ENOMEM;
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (!isnan(x[i])) sorted[n++] = x[i];
    }
    qsort(sorted, n, sizeof *sorted, compare_numbers);
    if (isnan(s->boundary[0]) && n > 0) s->boundary[0] = sorted[0], s->boundary[1] = sorted[n - 1];
    size_t from = 0;
    while (from < n && sorted[from] < s->boundary[0])
        from++;
    while (n > from && sorted[n - 1] > s->boundary[1])
        n--;
    if (n == from || s->boundary[0] == s->boundary[1]) {
        tn_making_complain(m, v->node, "a spline needs at least two different values");
    } else if (s->n_inner < 0) {
        s->n_inner = s->n_columns - (s->is_natural ? 1 : s->degree);
        for (int k = 0; k < s->n_inner; k++)
            s->inner[k] =
                tn_spline_quantile(sorted + from, n - from, (k + 1) * (1.0 / (s->n_inner + 1)));
    }
    tn_free(sorted);
    return 0;
}

static int fit_spline(tn_making_t *m, tn_variable_t *v, const double *x)
{
    tn_spline_t *s = v->spline;
    const int ret = place_knots(m, v, x);
    if (ret < 0 || s->n_inner < 0 || s->boundary[0] == s->boundary[1]) return ret;
    for (int k = 0; k < s->n_inner; k++) {
        if (s->inner[k] <= s->boundary[0] || s->inner[k] >= s->boundary[1]) {
            tn_making_complain(m, v->node,
                "inner knot %g is not inside the boundary knots %g and %g; give fewer df or other "
                "knots",
                s->inner[k], s->boundary[0], s->boundary[1]);
            return 0;
        }
    }
    tn_spline_init(s);
    return 0;
}

static void check_finite(tn_making_t *m, const tn_variable_t *v, const double *x)
{
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        if (isinf(x[i])) {
            tn_making_complain(m, v->node, "row %zu: %.100s is infinite", i + 1, v->name);
            return;
        }
    }
}

int tn_factor_use_explicit(const tn_making_t *m, const tn_factor_t *factor, tn_levels_t *levels)
{
    if (factor->explicit == NULL) return 0;
    int32_t *place = tn_calloc((size_t)levels->n + 1, sizeof *place);
    if (place == NULL) return TN_ENOMEM;
    for (int k = 0; k < levels->n; k++) {
        place[k] = -1;
        for (int i = factor->n_explicit - 1; i >= 0; i--)
            if (strcmp(levels->label[k], factor->explicit[i]) == 0) place[k] = i;
    }
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        if (levels->code[i] >= 0) levels->code[i] = place[levels->code[i]];
    levels->label = (const char **)factor->explicit;
    levels->n = factor->n_explicit;
    tn_free(place);
    return 0;
}

static int evaluate_factor(tn_making_t *m, tn_variable_t *v, tn_column_values_t *value)
{
    tn_levels_t levels;
    int ret = tn_bind_levels(&m->binding, v->value_node, true, &m->scratch, &levels);
    if (ret == 0) ret = tn_factor_use_explicit(m, &v->factor, &levels);
    value->code = levels.code;
    value->label = levels.label;
    value->n_labels = levels.n;
    return ret;
}

static int evaluate(tn_making_t *m, tn_variable_t *v, tn_column_values_t *value)
{
    if (v->kind == TN_VARIABLE_FACTOR) return evaluate_factor(m, v, value);
    value->number = tn_arena_calloc(&m->scratch, m->binding.frame->n_rows, sizeof *value->number);
    if (value->number == NULL) return TN_ENOMEM;
    tn_bind_values(&m->binding, v->value_node, value->number);
    check_finite(m, v, value->number);
    const bool is_new = m->binding.is_new;
    return v->kind == TN_VARIABLE_SPLINE && !is_new ? fit_spline(m, v, value->number) : 0;
}

int tn_variables_evaluate(tn_making_t *m)
{
    const size_t n = (size_t)m->recipe->n_variables;
    m->value = tn_arena_calloc(&m->scratch, n, sizeof *m->value);
    int ret = m->value == NULL ? TN_ENOMEM : 0;
    for (size_t k = 0; ret == 0 && k < n; k++)
        ret = evaluate(m, &m->recipe->variable[k], &m->value[k]);
    return ret;
}

/* The levels that occur, in their order; then the reference to the front. */
static int fix_levels(tn_making_t *m, tn_variable_t *v, tn_column_values_t *value)
{
    int32_t *place = tn_arena_calloc(&m->scratch, (size_t)value->n_labels + 1, sizeof *place);
    if (place == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        if (m->is_kept[i]) place[value->code[i]] = 1;
    int n = 0, front = 0;
    for (int k = 0; k < value->n_labels; k++)
        n += place[k];
    v->level = tn_arena_calloc(&m->recipe->arena, (size_t)n + 1, sizeof *v->level);
    if (v->level == NULL) return TN_ENOMEM;
    for (int k = 0; k < value->n_labels; k++) {
        if (place[k] == 0) continue;
        const char *label =
            tn_arena_strndup(&m->recipe->arena, value->label[k], strlen(value->label[k]));
        if (label == NULL) return TN_ENOMEM;
        if (v->factor.reference != NULL && strcmp(label, v->factor.reference) == 0)
            front = v->n_levels;
        place[k] = v->n_levels;
        v->level[v->n_levels++] = label;
    }
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        if (!m->is_kept[i]) continue;
        const int32_t k = place[value->code[i]];
        value->code[i] = k == front ? 0 : k < front ? k + 1 : k;
    }
    const char *first = n == 0 ? NULL : v->level[front];
    for (int k = front; k > 0; k--)
        v->level[k] = v->level[k - 1];
    if (n > 0) v->level[0] = first;
    if (n > 0 && v->factor.reference != NULL && strcmp(first, v->factor.reference) != 0)
        tn_bind_unknown_level(&m->binding, v->node, v->factor.reference, v->level, n);
    if (n == 1)
        tn_making_complain(m, v->node, "%.100s has only one level, '%.60s'", v->name, v->level[0]);
    return 0;
}

int tn_variables_fix_levels(tn_making_t *m)
{
    int ret = 0;
    for (int k = 0; ret == 0 && k < m->recipe->n_variables; k++) {
        tn_variable_t *v = &m->recipe->variable[k];
        if (v->kind == TN_VARIABLE_FACTOR) ret = fix_levels(m, v, &m->value[k]);
    }
    return ret;
}

static int match_levels(tn_making_t *m, const tn_variable_t *v, tn_column_values_t *value)
{
    int32_t *place = tn_arena_calloc(&m->scratch, (size_t)value->n_labels + 1, sizeof *place);
    if (place == NULL) return TN_ENOMEM;
    for (int k = 0; k < value->n_labels; k++) {
        place[k] = -2;
        for (int i = 0; i < v->n_levels; i++)
            if (strcmp(value->label[k], v->level[i]) == 0) place[k] = i;
    }
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        const int32_t code = value->code[i];
        if (code < 0) continue;
        value->code[i] = place[code];
        if (place[code] != -2) continue;
        tn_making_complain(m, v->node, "row %zu: level '%.60s' of %.100s was not in the fit", i + 1,
            value->label[code], v->name);
        place[code] = -1; /* said once */
        value->code[i] = -1;
    }
    return 0;
}

int tn_variables_match_levels(tn_making_t *m)
{
    int ret = 0;
    for (int k = 0; ret == 0 && k < m->recipe->n_variables; k++) {
        const tn_variable_t *v = &m->recipe->variable[k];
        if (v->kind == TN_VARIABLE_FACTOR) ret = match_levels(m, v, &m->value[k]);
    }
    return ret;
}

int tn_variables_expand(tn_making_t *m, size_t n)
{
    double row[TN_SPLINE_MAX_DF + TN_SPLINE_MAX_DEGREE] = {0};
    for (int k = 0; k < m->recipe->n_variables; k++) {
        const tn_variable_t *v = &m->recipe->variable[k];
        if (v->kind != TN_VARIABLE_SPLINE) continue;
        const int df = v->spline->n_columns;
        double *basis = tn_arena_calloc(&m->scratch, n * (size_t)df, sizeof *basis);
        if (basis == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < n; i++) {
            const double x = m->value[k].number[i];
            if (!isnan(x)) tn_spline_at(v->spline, x, row);
            for (int j = 0; j < df; j++)
                basis[(size_t)j * n + i] = isnan(x) ? NAN : row[j];
        }
        m->value[k].basis = basis;
    }
    return 0;
}
