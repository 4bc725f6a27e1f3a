/* Types of the nodes of a formula, found from the leaves up. A mistake makes a node BAD, and BAD
 * nodes are passed on in silence: one mistake, one message. */
#include "survival/design_bind.h"

#include <string.h>

#define MAX_SHOWN_LEVELS 10

static const struct {
    const char *name;
    tn_function_t function;
} FUNCTIONS[] = {{"log", TN_FUNCTION_LOG}, {"log2", TN_FUNCTION_LOG2}, {"log10", TN_FUNCTION_LOG10},
    {"exp", TN_FUNCTION_EXP}, {"sqrt", TN_FUNCTION_SQRT}, {"abs", TN_FUNCTION_ABS},
    {"I", TN_FUNCTION_I}, {"c", TN_FUNCTION_C}, {"factor", TN_FUNCTION_FACTOR},
    {"as.factor", TN_FUNCTION_FACTOR}, {"relevel", TN_FUNCTION_RELEVEL}, {"ns", TN_FUNCTION_NS},
    {"bs", TN_FUNCTION_BS}, {"surv", TN_FUNCTION_SURV}, {"Surv", TN_FUNCTION_SURV},
    {"strata", TN_FUNCTION_STRATA}, {"cluster", TN_FUNCTION_CLUSTER},
    {"weights", TN_FUNCTION_WEIGHTS}, {"offset", TN_FUNCTION_OFFSET}};
#define N_FUNCTIONS (sizeof FUNCTIONS / sizeof *FUNCTIONS)

#define complain(b, node, ...)                                                                     \
    tn_formula_complain_at((b)->formula, (b)->diag, TN_SEVERITY_ERROR, (node), __VA_ARGS__)

static const char *token_text(const tn_binding_t *b, int node)
{
    return b->formula->token[b->formula->node[node].token].text;
}

tn_function_t tn_bind_function(const tn_formula_t *formula, int node)
{
    if (formula->node[node].kind != TN_NODE_CALL) return TN_FUNCTION_NONE;
    const char *name = formula->token[formula->node[node].token].text;
    for (size_t k = 0; k < N_FUNCTIONS; k++)
        if (strcmp(FUNCTIONS[k].name, name) == 0) return FUNCTIONS[k].function;
    return TN_FUNCTION_NONE;
}

static tn_value_type_t type_of_column(const tn_frame_column_t *column)
{
    return column->number != NULL ? TN_VALUE_NUMBER : TN_VALUE_LEVELS;
}

static void complain_column(const tn_binding_t *b, int node)
{
    const char *name = token_text(b, node);
    const char *where = b->is_new ? "the new rows" : "the data";
    const char *near = NULL;
    if (tn_diag_n_errors(b->diag) >= TN_DIAG_MAX) return; /* enough, and each costs */
    for (int k = 0; k < b->frame->n_left_out; k++) {
        if (strcmp(b->frame->left_out[k], name) != 0) continue;
        complain(b, node,
            "column '%.60s' of %s is no vector of numbers, truth values or texts (but a list or a "
            "matrix, say)",
            name, where);
        return;
    }
    const size_t n = (size_t)b->frame->n_columns;
    /* one name at a time: no list to allocate, and the frame may be wide */
    tn_arena_t scratch = {0};
    const char **names = tn_arena_calloc(&scratch, n, sizeof *names);
    if (names != NULL && b->frame->column != NULL) {
        for (size_t k = 0; k < n; k++)
            names[k] = b->frame->column[k].name;
        const int k = tn_str_nearest(name, names, n);
        if (k >= 0) near = names[k];
    }
    if (near != NULL) {
        complain(b, node, "no column '%.60s' in %s (did you mean '%.60s'?)", name, where, near);
    } else {
        complain(b, node, "no column '%.60s' in %s", name, where);
    }
    tn_arena_free(&scratch);
}

void tn_bind_unknown_level(
    const tn_binding_t *self, int node, const char *found, const char *const *levels, int n_levels)
{
    tn_text_t list = {0};
    for (int k = 0; k < n_levels && k < MAX_SHOWN_LEVELS; k++)
        tn_text_printf(&list, "%s'%.60s'", k == 0 ? "" : ", ", levels[k]);
    const int near = tn_str_nearest(found, levels, (size_t)n_levels);
    complain(self, node, "no level '%.60s', expected one of: %s%s%s%.60s%s", found,
        list.s == NULL ? "(none)" : list.s, n_levels > MAX_SHOWN_LEVELS ? ", ..." : "",
        near < 0 ? "" : " (did you mean '", near < 0 ? "" : levels[near], near < 0 ? "" : "'?)");
    tn_text_free(&list);
}

bool tn_bind_column(tn_binding_t *self, int node)
{
    tn_bound_t *bound = &self->node[node];
    if (bound->type == TN_VALUE_STRING) {
        bound->type = TN_VALUE_BAD;
        if (bound->column != NULL) {
            bound->type = type_of_column(bound->column);
        } else {
            complain_column(self, node);
        }
    }
    return bound->type != TN_VALUE_BAD;
}

bool tn_bind_number(tn_binding_t *self, int node)
{
    if (!tn_bind_column(self, node)) return false;
    const tn_bound_t *bound = &self->node[node];
    if (bound->type == TN_VALUE_NUMBER || bound->type == TN_VALUE_LOGICAL) return true;
    if (bound->type == TN_VALUE_LEVELS) {
        complain(self, node, "column '%.60s' holds text, expected numbers", bound->column->name);
    } else {
        complain(self, node, "expected a number or a column of numbers here");
    }
    self->node[node].type = TN_VALUE_BAD;
    return false;
}

static void bind_leaf(tn_binding_t *b, int node)
{
    const tn_token_kind_t kind = tn_formula_kind(b->formula, node);
    tn_bound_t *bound = &b->node[node];
    const char *name = token_text(b, node);
    if (kind == TN_TOKEN_NUMBER) {
        *bound = (tn_bound_t){.type = TN_VALUE_NUMBER,
            .constant = b->formula->token[b->formula->node[node].token].number};
        return;
    }
    const int column = tn_frame_find(b->frame, name);
    bound->column = column >= 0 ? &b->frame->column[column] : NULL;
    if (kind == TN_TOKEN_STRING) {
        bound->type = TN_VALUE_STRING;
    } else if (bound->column != NULL) {
        bound->type = type_of_column(bound->column);
    } else if (strcmp(name, "TRUE") == 0 || strcmp(name, "FALSE") == 0) {
        *bound = (tn_bound_t){.type = TN_VALUE_LOGICAL, .constant = name[0] == 'T' ? 1.0 : 0.0};
    } else {
        complain_column(b, node);
    }
}

/* x == "level"; the text may stand on either side. */
static bool bind_level_comparison(tn_binding_t *b, int node, int x, int text)
{
    const tn_frame_column_t *column = b->node[x].column;
    const tn_token_kind_t kind = tn_formula_kind(b->formula, node);
    const char *found = token_text(b, text);
    if (b->node[x].type == TN_VALUE_STRING || column == NULL || column->levels == NULL)
        return false;
    if (kind != TN_TOKEN_EQ && kind != TN_TOKEN_NE) {
        complain(b, node, "levels have no order here, expected == or !=");
        return true;
    }
    b->node[node] = (tn_bound_t){.type = TN_VALUE_LOGICAL, .column = column, .level = -2};
    for (int32_t k = 0; k < column->n_levels; k++)
        if (strcmp(column->levels[k], found) == 0) b->node[node].level = k;
    if (b->node[node].level < 0 && !b->is_new) {
        tn_bind_unknown_level(
            b, text, found, (const char *const *)column->levels, column->n_levels);
        b->node[node].type = TN_VALUE_BAD;
    }
    return true;
}

static void bind_comparison(tn_binding_t *b, int node)
{
    const int left = tn_formula_child(b->formula, node, 0), right = node - 1;
    if (b->node[right].type == TN_VALUE_STRING && bind_level_comparison(b, node, left, right))
        return;
    if (b->node[left].type == TN_VALUE_STRING && bind_level_comparison(b, node, right, left))
        return;
    if (b->node[left].type == TN_VALUE_BAD || b->node[right].type == TN_VALUE_BAD) return;
    for (int k = 0; k < 2; k++) {
        const int x = k == 0 ? left : right;
        if (b->node[x].type == TN_VALUE_LEVELS) {
            complain(b, node,
                "column '%.60s' holds text, expected a level in quotes to compare it with",
                b->node[x].column->name);
            return;
        }
    }
    const bool is_fine = tn_bind_number(b, left);
    if (tn_bind_number(b, right) && is_fine) b->node[node].type = TN_VALUE_LOGICAL;
}

static void bind_operator(tn_binding_t *b, int node)
{
    const tn_token_kind_t kind = tn_formula_kind(b->formula, node);
    if (kind == TN_TOKEN_COLON || kind == TN_TOKEN_TILDE) {
        complain(b, node, "'%s' has no meaning inside an expression", token_text(b, node));
        return;
    }
    if (kind >= TN_TOKEN_EQ && kind <= TN_TOKEN_GE) {
        bind_comparison(b, node);
        return;
    }
    bool is_fine = true;
    for (int k = 0; k < b->formula->node[node].n_args; k++)
        is_fine = tn_bind_number(b, tn_formula_child(b->formula, node, k)) && is_fine;
    const bool is_logical = kind == TN_TOKEN_NOT || kind == TN_TOKEN_AND || kind == TN_TOKEN_OR;
    if (is_fine) b->node[node].type = is_logical ? TN_VALUE_LOGICAL : TN_VALUE_NUMBER;
}

static void complain_function(const tn_binding_t *b, int node)
{
    const char *names[N_FUNCTIONS];
    for (size_t k = 0; k < N_FUNCTIONS; k++)
        names[k] = FUNCTIONS[k].name;
    const int at = b->formula->node[node].token,
              near = tn_str_nearest(token_text(b, node), names, N_FUNCTIONS);
    tn_formula_complain(b->formula, b->diag, at, at,
        "unknown function '%.60s', expected one of: factor, ns, bs, log, log2, log10, exp, sqrt, "
        "abs, I, strata, cluster, weights, offset%s%s%s",
        token_text(b, node), near < 0 ? "" : " (did you mean '", near < 0 ? "" : names[near],
        near < 0 ? "" : "'?)");
}

/* One argument without a name. */
static bool check_one_argument(tn_binding_t *b, int node)
{
    const tn_node_t *n = &b->formula->node[node];
    if (n->n_args == 1 && b->formula->node[node - 1].arg_name < 0) return true;
    complain(b, node, "%s() takes one argument, found %d%s", token_text(b, node), n->n_args,
        n->n_args == 1 ? " with a name" : "");
    return false;
}

static void bind_call(tn_binding_t *b, int node)
{
    const tn_function_t function = tn_bind_function(b->formula, node);
    tn_bound_t *bound = &b->node[node];
    const int n_args = b->formula->node[node].n_args;
    if (function == TN_FUNCTION_NONE) {
        complain_function(b, node);
    } else if (function == TN_FUNCTION_C) {
        bound->type = TN_VALUE_LIST;
    } else if (function >= TN_FUNCTION_SURV) {
        bound->type = TN_VALUE_SPECIAL;
    } else if (function >= TN_FUNCTION_FACTOR) {
        if (n_args == 0) {
            complain(b, node, "%s() needs a column", token_text(b, node));
            return;
        }
        const int x = tn_formula_child(b->formula, node, 0);
        const bool is_spline = function == TN_FUNCTION_NS || function == TN_FUNCTION_BS;
        const bool is_fine = is_spline ? tn_bind_number(b, x) : tn_bind_column(b, x);
        if (is_fine && b->node[x].type >= TN_VALUE_LIST) {
            complain(b, x, "expected a column or an expression here");
        } else if (is_fine) {
            bound->type = is_spline ? TN_VALUE_SPLINE : TN_VALUE_FACTOR;
        }
    } else if (check_one_argument(b, node)) {
        const bool is_identity = function == TN_FUNCTION_I;
        if (is_identity ? !tn_bind_column(b, node - 1) : !tn_bind_number(b, node - 1)) return;
        if (!is_identity) {
            bound->type = TN_VALUE_NUMBER;
        } else if (b->node[node - 1].type < TN_VALUE_STRING) {
            bound->type = b->node[node - 1].type;
            bound->column = bound->type == TN_VALUE_LEVELS ? b->node[node - 1].column : NULL;
        } else {
            complain(b, node - 1, "expected arithmetic inside I()");
        }
    }
}

void tn_bind(tn_binding_t *self, int root)
{
    const tn_formula_t *f = self->formula;
    for (int i = root - f->node[root].size + 1; i <= root; i++) {
        self->node[i] = (tn_bound_t){.type = TN_VALUE_BAD};
        switch (f->node[i].kind) {
        case TN_NODE_LEAF: bind_leaf(self, i); break;
        case TN_NODE_PAREN:
            self->node[i] = self->node[i - 1];
            if (self->node[i].type != TN_VALUE_LEVELS && self->node[i].type != TN_VALUE_STRING)
                self->node[i].column = NULL;
            break;
        case TN_NODE_UNARY:
        case TN_NODE_BINARY: bind_operator(self, i); break;
        case TN_NODE_CALL: bind_call(self, i); break;
        }
    }
}
