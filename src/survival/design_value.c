/* Values of bound formulas: row by row with a stack of fixed depth, since the parser bounds how
 * deep operands can pile up. */
#include "survival/design_bind.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/order.h"

#define STACK_DEPTH (2 * TN_FORMULA_MAX_DEPTH + 8)

/* Logarithm to base b, exact where x is a power of it. */
static double log_to_base(double x, double base)
{
    const double y = tn_log(x) / tn_log(base), whole = rint(y);
    return fabs(y - whole) < 1e-11 && tn_pow(base, whole) == x ? whole : y;
}

static double apply_function(tn_function_t function, double x)
{
    const bool is_log = function >= TN_FUNCTION_LOG && function <= TN_FUNCTION_LOG10;
    if (isnan(x)) return x;
    if (is_log && x < 0.0) return NAN;
    if (is_log && x == 0.0) return -INFINITY;
    if (is_log && isinf(x)) return x;
    switch (function) {
    case TN_FUNCTION_LOG: return tn_log(x);
    case TN_FUNCTION_LOG2: return log_to_base(x, 2.0);
    case TN_FUNCTION_LOG10: return log_to_base(x, 10.0);
    case TN_FUNCTION_EXP: return tn_exp(x);
    case TN_FUNCTION_SQRT: return x < 0.0 ? NAN : sqrt(x);
    case TN_FUNCTION_ABS: return fabs(x);
    default: return x;
    }
}

static double power(double x, double y)
{
    if (x == 1.0 || y == 0.0) return 1.0;
    if (isnan(x) || isnan(y)) return NAN;
    if (y == 2.0) return x * x;
    if (y == 1.0) return x;
    return tn_pow(x, y);
}

static double logical(bool is_true) { return is_true ? 1.0 : 0.0; }

/* Three-valued: FALSE & NA is FALSE, TRUE | NA is TRUE. */
static double connect(bool is_and, double x, double y)
{
    const double decisive = is_and ? 0.0 : 1.0;
    const bool x_decides = !isnan(x) && logical(x != 0.0) == decisive;
    const bool y_decides = !isnan(y) && logical(y != 0.0) == decisive;
    if (x_decides || y_decides) return decisive;
    return isnan(x) || isnan(y) ? NAN : 1.0 - decisive;
}

static double compare(tn_token_kind_t kind, double x, double y)
{
    if (isnan(x) || isnan(y)) return NAN;
    switch (kind) {
    case TN_TOKEN_EQ: return logical(x == y);
    case TN_TOKEN_NE: return logical(x != y);
    case TN_TOKEN_LT: return logical(x < y);
    case TN_TOKEN_LE: return logical(x <= y);
    case TN_TOKEN_GT: return logical(x > y);
    default: return logical(x >= y);
    }
}

static double apply_binary(tn_token_kind_t kind, double x, double y)
{
    switch (kind) {
    case TN_TOKEN_PLUS: return x + y;
    case TN_TOKEN_MINUS: return x - y;
    case TN_TOKEN_TIMES: return x * y;
    case TN_TOKEN_DIVIDE: return x / y;
    case TN_TOKEN_POWER: return power(x, y);
    case TN_TOKEN_AND:
    case TN_TOKEN_OR: return connect(kind == TN_TOKEN_AND, x, y);
    default: return compare(kind, x, y);
    }
}

static double apply_unary(tn_token_kind_t kind, double x)
{
    if (kind == TN_TOKEN_MINUS) return -x;
    if (kind == TN_TOKEN_NOT) return isnan(x) ? x : logical(x == 0.0);
    return x;
}

static double compare_level(const tn_bound_t *bound, tn_token_kind_t kind, size_t row)
{
    const int32_t level = bound->column->level[row];
    if (level < 0) return NAN;
    return logical((level == bound->level) == (kind == TN_TOKEN_EQ));
}

static double leaf_value(const tn_bound_t *bound, size_t row)
{
    if (bound->column == NULL) return bound->constant;
    return bound->column->number == NULL ? NAN : bound->column->number[row];
}

double tn_bind_value(const tn_binding_t *self, int root, size_t row)
{
    const tn_formula_t *f = self->formula;
    double stack[STACK_DEPTH] = {0};
    int n = 0;
    for (int i = root - f->node[root].size + 1; i <= root; i++) {
        const tn_bound_t *bound = &self->node[i];
        const tn_token_kind_t kind = f->token[f->node[i].token].kind;
        switch (f->node[i].kind) {
        case TN_NODE_LEAF: stack[n++] = leaf_value(bound, row); break;
        case TN_NODE_PAREN: break;
        case TN_NODE_UNARY: stack[n - 1] = apply_unary(kind, stack[n - 1]); break;
        case TN_NODE_BINARY:
            n--;
            stack[n - 1] = bound->column != NULL ? compare_level(bound, kind, row)
                                                 : apply_binary(kind, stack[n - 1], stack[n]);
            break;
        case TN_NODE_CALL:
            stack[n - 1] = apply_function(tn_bind_function(f, i), stack[n - 1]);
            break;
        }
    }
    return stack[0];
}

void tn_bind_values(const tn_binding_t *self, int root, double *out)
{
    const tn_bound_t *bound = &self->node[root];
    const size_t n = self->frame->n_rows;
    if (self->formula->node[root].kind == TN_NODE_LEAF && bound->column != NULL) {
        if (n > 0) memcpy(out, bound->column->number, n * sizeof *out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = tn_bind_value(self, root, i);
}

int tn_distinct(size_t n, const double *key, tn_arena_t *arena, int32_t *code, int *n_distinct,
    uint32_t **first)
{
    uint32_t *order = tn_calloc(n + 1, sizeof *order);
    int ret = order == NULL ? TN_ENOMEM : tn_order(n, key, order);
    int m = 0;
    for (size_t i = 0; ret == 0 && i < n; i++) {
        m += i == 0 || key[order[i]] != key[order[i - 1]];
        code[order[i]] = m - 1;
    }
    if (ret == 0 && first != NULL) {
        *first = tn_arena_calloc(arena, (size_t)m + 1, sizeof **first);
        if (*first == NULL) ret = TN_ENOMEM;
        for (size_t i = n; ret == 0 && i-- > 0;)
            (*first)[code[order[i]]] = order[i];
    }
    *n_distinct = m;
    tn_free(order);
    return ret;
}

static int levels_of_column(
    const tn_frame_column_t *column, size_t n, tn_arena_t *arena, tn_levels_t *out)
{
    out->n = column->n_levels;
    out->label = (const char **)column->levels;
    out->code = tn_arena_calloc(arena, n, sizeof *out->code);
    if (out->code == NULL) return TN_ENOMEM;
    if (n > 0) memcpy(out->code, column->level, n * sizeof *out->code);
    return 0;
}

/* Value labels count only if every number has one. */
static bool has_all_labels(const tn_frame_column_t *column, size_t n)
{
    if (column->level == NULL || column->levels == NULL) return false;
    for (size_t i = 0; i < n; i++)
        if (column->level[i] < 0 && !isnan(column->number[i])) return false;
    return true;
}

static int levels_of_logical(const double *value, size_t n, tn_arena_t *arena, tn_levels_t *out)
{
    static const char *const TEXTS[2] = {"FALSE", "TRUE"};
    out->n = 2;
    out->label = tn_arena_calloc(arena, 2, sizeof *out->label);
    if (out->label == NULL) return TN_ENOMEM;
    memcpy(out->label, TEXTS, sizeof TEXTS);
    for (size_t i = 0; i < n; i++)
        out->code[i] = isnan(value[i]) ? -1 : value[i] != 0.0;
    return 0;
}

static int levels_of_numbers(
    double *value, size_t n, bool wants_labels, tn_arena_t *arena, tn_levels_t *out)
{
    uint32_t *place = tn_calloc(n + 1, sizeof *place), *first = NULL;
    int32_t *code = tn_calloc(n + 1, sizeof *code);
    size_t m = 0;
    int ret = place == NULL || code == NULL ? TN_ENOMEM : 0;
    for (size_t i = 0; ret == 0 && i < n; i++) {
        out->code[i] = -1;
        if (isnan(value[i])) continue;
        value[m] = value[i];
        place[m++] = (uint32_t)i;
    }
    if (ret == 0) ret = tn_distinct(m, value, arena, code, &out->n, &first);
    for (size_t k = 0; ret == 0 && k < m; k++)
        out->code[place[k]] = code[k];
    if (ret == 0 && wants_labels) {
        out->label = tn_arena_calloc(arena, (size_t)out->n + 1, sizeof *out->label);
        for (int k = 0; out->label != NULL && k < out->n; k++) {
            char text[32];
            tn_formula_number(value[first[k]], text);
            out->label[k] = tn_arena_strndup(arena, text, strlen(text));
        }
        if (arena->failed) ret = TN_ENOMEM;
    }
    tn_free(code), tn_free(place);
    return ret;
}

int tn_bind_levels(
    const tn_binding_t *self, int root, bool wants_labels, tn_arena_t *arena, tn_levels_t *out)
{
    const tn_bound_t *bound = &self->node[root];
    const size_t n = self->frame->n_rows;
    *out = (tn_levels_t){0};
    if (bound->type == TN_VALUE_LEVELS ||
        (bound->type == TN_VALUE_NUMBER && bound->column != NULL &&
            has_all_labels(bound->column, n))) {
        return levels_of_column(bound->column, n, arena, out);
    }
    out->code = tn_arena_calloc(arena, n, sizeof *out->code);
    double *value = tn_calloc(n + 1, sizeof *value);
    int ret = out->code == NULL || value == NULL ? TN_ENOMEM : 0;
    if (ret == 0) {
        tn_bind_values(self, root, value);
        ret = bound->type == TN_VALUE_LOGICAL
                  ? levels_of_logical(value, n, arena, out)
                  : levels_of_numbers(value, n, wants_labels, arena, out);
    }
    tn_free(value);
    return ret;
}
