/* Which rows stay: a pair of designs keeps those that both can use, and counts what was missing. */
#include <math.h>
#include <string.h>

#include "survival/design_recipe.h"

/* Is the value of a covariate known in the row of the frame? */
static bool is_known(const tn_column_values_t *value, size_t row)
{
    return value->number != NULL ? !isnan(value->number[row]) : value->code[row] >= 0;
}

static bool is_complete(const tn_making_t *m, size_t row)
{
    for (int k = 0; k < m->recipe->n_variables; k++)
        if (!is_known(&m->value[k], row)) return false;
    for (int k = 0; k < m->recipe->n_parts; k++)
        if (m->part[k].code[row] < 0) return false;
    if (m->cluster.code != NULL && m->cluster.code[row] < 0) return false;
    if (m->offset != NULL && isnan(m->offset[row])) return false;
    if (m->weight != NULL && isnan(m->weight[row])) return false;
    if (m->cause != NULL && m->cause[row] < 0) return false;
    return !(m->time[0] != NULL && isnan(m->time[0][row])) &&
           !(m->time[1] != NULL && isnan(m->time[1][row]));
}

static bool is_missing(const tn_frame_column_t *column, size_t row)
{
    return column->number != NULL ? isnan(column->number[row]) : column->level[row] < 0;
}

/* Adds a name with its count. */
static void add_missing(tn_design_t *d, const char *name, size_t n)
{
    if (n == 0) return;
    int k = d->n_missing_names++;
    for (; k > 0 && d->missing[k - 1].n < n; k--)
        d->missing[k] = d->missing[k - 1];
    d->missing[k] = (tn_design_missing_t){.name = name, .n = n};
}

/* Rows without a missing column where the expression is not a number. */
static void count_not_numbers(tn_making_t *m, const bool *is_dropped, int k)
{
    const tn_variable_t *v = &m->recipe->variable[k];
    const tn_formula_t *f = &m->recipe->formula;
    size_t n = 0;
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        bool is_own = is_dropped[i] && !is_known(&m->value[k], i);
        for (int j = v->node - f->node[v->node].size + 1; is_own && j <= v->node; j++) {
            const tn_frame_column_t *column = m->binding.node[j].column;
            is_own = column == NULL || !is_missing(column, i);
        }
        n += is_own;
    }
    add_missing(m->design, v->name, n);
}

static int count_missing(tn_making_t *m, const bool *is_dropped)
{
    const tn_frame_t *frame = m->binding.frame;
    const tn_formula_t *f = &m->recipe->formula;
    const size_t most = (size_t)f->n_nodes + (size_t)m->recipe->n_variables;
    bool *is_used = tn_arena_calloc(&m->scratch, (size_t)frame->n_columns + 1, sizeof *is_used);
    m->design->missing = tn_arena_calloc(&m->recipe->arena, most + 1, sizeof *m->design->missing);
    if (is_used == NULL || m->design->missing == NULL) return TN_ENOMEM;
    for (int i = 0; i < f->n_nodes; i++) {
        const tn_bound_t *bound = &m->binding.node[i];
        if (bound->column != NULL && bound->type != TN_VALUE_STRING)
            is_used[bound->column - frame->column] = true;
    }
    for (int j = 0; j < frame->n_columns; j++) {
        size_t n = 0;
        for (size_t i = 0; is_used[j] && i < frame->n_rows; i++)
            n += is_dropped[i] && is_missing(&frame->column[j], i);
        if (n == 0) continue;
        const char *name = tn_arena_strndup(
            &m->recipe->arena, frame->column[j].name, strlen(frame->column[j].name));
        if (name == NULL) return TN_ENOMEM;
        add_missing(m->design, name, n);
    }
    for (int k = 0; k < m->recipe->n_variables; k++)
        count_not_numbers(m, is_dropped, k);
    return 0;
}

/* A pair of designs shares is_dropped. */
static void drop_missing(const tn_making_t *m, bool *is_dropped)
{
    for (size_t i = 0; i < m->binding.frame->n_rows; i++) {
        if (!is_complete(m, i)) is_dropped[i] = true;
    }
}

static void check_weight(tn_making_t *m, size_t row)
{
    const double w = m->weight[row];
    if (isfinite(w) && w >= 0.0) return;
    tn_making_complain(
        m, m->recipe->weights, "row %zu: the weight is %g, expected a number from 0", row + 1, w);
}

/* After the missing ones: rows of weight 0 in any of the designs. */
static void drop_zero_weight(tn_making_t *m, bool *is_dropped, size_t *n)
{
    for (size_t i = 0; m->weight != NULL && i < m->binding.frame->n_rows; i++) {
        if (is_dropped[i]) continue;
        check_weight(m, i);
        if (tn_making_has_errors(m)) return;
        if (m->weight[i] == 0.0) is_dropped[i] = true, ++*n;
    }
}

int tn_rows_drop(
    tn_making_t *m, int n_designs, bool *is_dropped, size_t *n_missing, size_t *n_zero_weight)
{
    for (int k = 0; k < n_designs; k++)
        drop_missing(&m[k], is_dropped);
    for (size_t i = 0; i < m->binding.frame->n_rows; i++)
        *n_missing += is_dropped[i];
    for (int k = 0; k < n_designs; k++)
        if (count_missing(&m[k], is_dropped) < 0) return TN_ENOMEM;
    for (int k = 0; k < n_designs; k++)
        drop_zero_weight(&m[k], is_dropped, n_zero_weight);
    return 0;
}
