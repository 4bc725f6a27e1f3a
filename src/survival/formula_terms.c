/* Expansion of + - : * ^ ( ) into terms. Each operator node takes the term lists of its children
 * from a stack; the walk is a loop over the nodes in postfix order. Doubles are kept once, at their
 * first place; at the end the terms are ordered by degree, as R does.
 * Cost: terms x terms of the lists joined, at most TN_FORMULA_MAX_TERMS each. */
#include "survival/formula_terms.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define MAX_COMPARED 100000000 /* terms with terms: no formula that makes sense needs more */

typedef struct list {
    tn_term_t *term;
    int n, capacity;
    int intercept;
    bool is_integer; /* the bare literal 0 or 1, or a power */
    double integer;
} list_t;

typedef struct expansion {
    tn_terms_t *terms;
    const tn_formula_t *formula;
    tn_arena_t *arena;
    tn_arena_t scratch;
    tn_diag_t *diag;
    list_t *stack;
    int depth;
    int64_t n_compared;
    bool is_bad;
} expansion_t;

static const char *const ROLE_NAMES[TN_N_ROLES][2] = {
    {NULL}, {"strata", NULL}, {"cluster", NULL}, {"weights", NULL}, {"offset", NULL}};

static bool same_term(const tn_term_t *a, const tn_term_t *b)
{
    return a->n == b->n &&
           memcmp(a->variable, b->variable, (size_t)a->n * sizeof *a->variable) == 0;
}

static int find_term(expansion_t *e, const list_t *list, const tn_term_t *term)
{
    e->n_compared += list->n;
    for (int i = 0; i < list->n; i++)
        if (same_term(&list->term[i], term)) return i;
    return -1;
}

#define complain(e, node, ...)                                                                     \
    ((e)->is_bad = true,                                                                           \
        tn_formula_complain_at((e)->formula, (e)->diag, TN_SEVERITY_ERROR, (node), __VA_ARGS__))

/* Room for n terms in the scratch arena. */
static bool make_list(expansion_t *e, list_t *list, int n)
{
    *list = (list_t){.intercept = -1, .capacity = n};
    list->term = tn_arena_calloc(&e->scratch, (size_t)n, sizeof *list->term);
    return list->term != NULL;
}

static void add_term(expansion_t *e, list_t *list, const tn_term_t *term)
{
    if (find_term(e, list, term) < 0) list->term[list->n++] = *term;
}

/* Union of both; false: no memory. The room behind a is used up: a long sum stays linear. */
static bool join(expansion_t *e, const list_t *a, const list_t *b, list_t *out)
{
    list_t both = *a;
    if (a->n + b->n > a->capacity) {
        if (!make_list(e, &both, 2 * (a->n + b->n))) return false;
        memcpy(both.term, a->term, (size_t)a->n * sizeof *a->term);
        both.n = a->n;
    }
    both.intercept = b->intercept >= 0 ? b->intercept : a->intercept;
    both.is_integer = false;
    for (int i = 0; i < b->n; i++)
        add_term(e, &both, &b->term[i]);
    *out = both;
    return true;
}

/* The variables of both, ascending; false: too many. */
static bool merge(const tn_term_t *a, const tn_term_t *b, tn_term_t *out)
{
    int i = 0, j = 0;
    *out = (tn_term_t){0};
    while (i < a->n || j < b->n) {
        if (out->n == TN_FORMULA_MAX_DEGREE) return false;
        const int u = i < a->n ? a->variable[i] : INT32_MAX,
                  v = j < b->n ? b->variable[j] : INT32_MAX;
        out->variable[out->n++] = u < v ? u : v;
        i += u <= v, j += v <= u;
    }
    return true;
}

static bool is_too_many(expansion_t *e, int node, int64_t n)
{
    if (n <= TN_FORMULA_MAX_TERMS && e->n_compared < MAX_COMPARED) return false;
    complain(e, node, "more than %d terms", TN_FORMULA_MAX_TERMS);
    return true;
}

static bool has_special(const expansion_t *e, const list_t *list)
{
    for (int i = 0; i < list->n; i++)
        for (int k = 0; k < list->term[i].n; k++)
            if (e->terms->variable[list->term[i].variable[k]].role != TN_ROLE_COVARIATE)
                return true;
    return false;
}

/* a:b, every term of one with every term of the other. */
static bool cross(expansion_t *e, int node, const list_t *a, const list_t *b, list_t *out)
{
    const bool is_bad = is_too_many(e, node, (int64_t)a->n * b->n);
    if (!make_list(e, out, is_bad ? 0 : a->n * b->n)) return false;
    if (is_bad) return true;
    if (has_special(e, a) || has_special(e, b)) {
        complain(e, node,
            "strata(), cluster(), weights() and offset() cannot be part of an interaction; use "
            "factor() for that");
        return true;
    }
    for (int i = 0; i < a->n; i++) {
        for (int j = 0; j < b->n; j++) {
            tn_term_t term;
            if (!merge(&a->term[i], &b->term[j], &term)) {
                complain(
                    e, node, "an interaction of more than %d variables", TN_FORMULA_MAX_DEGREE);
                return true;
            }
            add_term(e, out, &term);
        }
    }
    return true;
}

/* a*b = a + b + a:b */
static bool star(expansion_t *e, int node, const list_t *a, const list_t *b, list_t *out)
{
    list_t both, crossed;
    return join(e, a, b, &both) && cross(e, node, a, b, &crossed) && join(e, &both, &crossed, out);
}

/* (a + b)^k: interactions up to degree k. */
static bool power(expansion_t *e, int node, const list_t *a, const list_t *b, list_t *out)
{
    if (!b->is_integer || b->integer < 1.0 || b->integer > TN_FORMULA_MAX_DEGREE) {
        complain(e, node, "the exponent of a term must be 1 to %d (for arithmetic write I(x^2))",
            TN_FORMULA_MAX_DEGREE);
        return make_list(e, out, 0);
    }
    *out = *a;
    for (int k = 1; k < (int)b->integer && !e->is_bad; k++) {
        list_t next;
        if (!cross(e, node, out, a, &next) || !join(e, out, &next, out)) return false;
        if (is_too_many(e, node, out->n)) break;
    }
    return true;
}

/* Terms of a without those of b; - 1 takes the intercept away. */
static bool without(expansion_t *e, const list_t *a, const list_t *b, list_t *out)
{
    if (!make_list(e, out, a->n)) return false;
    out->intercept = b->intercept >= 0 ? !b->intercept : a->intercept;
    for (int i = 0; i < a->n; i++)
        if (find_term(e, b, &a->term[i]) < 0) out->term[out->n++] = a->term[i];
    return true;
}

static const char *nested_hint(tn_token_kind_t kind)
{
    return kind == TN_TOKEN_DIVIDE
               ? "'/' does not combine terms here; write a + a:b, or I(a / b) for the quotient"
               : "this operator does not combine terms";
}

static bool combine(expansion_t *e, int node, const list_t *a, const list_t *b, list_t *out)
{
    switch (tn_formula_kind(e->formula, node)) {
    case TN_TOKEN_PLUS: return join(e, a, b, out);
    case TN_TOKEN_MINUS: return without(e, a, b, out);
    case TN_TOKEN_COLON: return cross(e, node, a, b, out);
    case TN_TOKEN_TIMES: return star(e, node, a, b, out);
    case TN_TOKEN_POWER: return power(e, node, a, b, out);
    default: complain(e, node, "%s", nested_hint(tn_formula_kind(e->formula, node)));
    }
    return make_list(e, out, 0);
}

static tn_role_t role_of(const expansion_t *e, int node)
{
    for (int role = 1; role < TN_N_ROLES; role++)
        if (tn_formula_calls(e->formula, node, ROLE_NAMES[role])) return (tn_role_t)role;
    return TN_ROLE_COVARIATE;
}

/* Number of the variable with that text, added if it is new; -1: no memory or too many. */
static int variable_of(expansion_t *e, int node)
{
    tn_text_t text = {0};
    tn_terms_t *t = e->terms;
    tn_formula_deparse(e->formula, node, &text);
    const char *name = text.failed ? NULL : tn_arena_strndup(e->arena, text.s, text.n);
    tn_text_free(&text);
    if (name == NULL) {
        e->arena->failed = true;
        return -1;
    }
    for (int i = 0; i < t->n_variables; i++)
        if (strcmp(t->variable[i].name, name) == 0) return i;
    if (t->n_variables == TN_FORMULA_MAX_VARIABLES) {
        if (!e->is_bad) complain(e, node, "more than %d variables", TN_FORMULA_MAX_VARIABLES);
        return -1;
    }
    t->variable[t->n_variables] =
        (tn_term_variable_t){.node = node, .name = name, .role = role_of(e, node)};
    return t->n_variables++;
}

static bool push_atom(expansion_t *e, int node)
{
    list_t *list = &e->stack[e->depth++];
    const tn_token_t *token = &e->formula->token[e->formula->node[node].token];
    if (!make_list(e, list, 1)) return false;
    if (e->formula->node[node].kind == TN_NODE_LEAF && token->kind == TN_TOKEN_NUMBER) {
        list->is_integer = token->number >= 0.0 && token->number <= TN_FORMULA_MAX_DEGREE &&
                           token->number == (double)(int)token->number;
        list->integer = token->number;
        if (token->number == 0.0 || token->number == 1.0) list->intercept = (int)token->number;
        return true;
    }
    const int variable = variable_of(e, node);
    if (variable < 0) return !e->arena->failed;
    list->term[0] = (tn_term_t){.n = 1, .variable = {variable}};
    list->n = 1;
    return true;
}

/* A number other than 0 and 1 that is not an exponent. */
static void check_number(expansion_t *e, int node, const list_t *list, bool is_exponent)
{
    const tn_token_kind_t kind = tn_formula_kind(e->formula, node);
    if (e->formula->node[node].kind != TN_NODE_LEAF || kind != TN_TOKEN_NUMBER || is_exponent)
        return;
    if (list->intercept < 0)
        complain(e, node, "a number is no term, expected 0 or 1 (intercept) or a column");
}

static bool push_operator(expansion_t *e, int node)
{
    const tn_node_t *n = &e->formula->node[node];
    const tn_token_kind_t kind = tn_formula_kind(e->formula, node);
    list_t *top = &e->stack[e->depth - 1];
    list_t out = {0};
    check_number(e, node - 1, top, kind == TN_TOKEN_POWER);
    if (n->n_args == 1) {
        if (kind == TN_TOKEN_MINUS) {
            const list_t none = {.intercept = -1};
            if (!without(e, &none, top, &out)) return false;
            *top = out;
        }
        top->is_integer = false;
        if (top->intercept >= 0) e->terms->intercept_node = node;
        return true;
    }
    check_number(e, tn_formula_child(e->formula, node, 0), top - 1, false);
    if (top->intercept >= 0 && !(kind == TN_TOKEN_POWER)) e->terms->intercept_node = node - 1;
    if (!combine(e, node, top - 1, top, &out)) return false;
    if (is_too_many(e, node, out.n)) out.n = 0;
    e->depth--;
    e->stack[e->depth - 1] = out;
    return true;
}

/* Marks what combines terms, from the root down: everything else is a variable. */
static void mark_operators(const tn_formula_t *f, bool *is_operator)
{
    is_operator[f->right] = true;
    for (int i = f->right; i > f->right - f->node[f->right].size; i--) {
        const tn_node_t *node = &f->node[i];
        const tn_token_kind_t kind = f->token[node->token].kind;
        const bool is_binary =
            node->kind == TN_NODE_BINARY && kind >= TN_TOKEN_POWER && kind <= TN_TOKEN_MINUS;
        const bool is_unary = node->kind == TN_NODE_UNARY && kind != TN_TOKEN_NOT;
        if (!is_operator[i]) continue;
        is_operator[i] = is_binary || is_unary || node->kind == TN_NODE_PAREN;
        for (int k = 0; is_operator[i] && k < node->n_args; k++)
            is_operator[tn_formula_child(f, i, k)] = true;
    }
}

/* Walks the right side: operators combine, the largest parts that are none are variables. */
static bool walk(expansion_t *e)
{
    const tn_formula_t *f = e->formula;
    const bool *is_operator = e->terms->is_operator;
    const int from = f->right - f->node[f->right].size + 1;
    bool *is_root = tn_arena_calloc(&e->scratch, (size_t)f->n_nodes, sizeof *is_root);
    if (is_root == NULL) return false;
    is_root[f->right] = true;
    for (int i = f->right; i >= from; i--)
        for (int k = 0; is_operator[i] && k < f->node[i].n_args; k++)
            is_root[tn_formula_child(f, i, k)] = true;
    for (int i = from; i <= f->right; i++) {
        if (!is_root[i]) continue;
        if (is_operator[i] ? !push_operator(e, i) : !push_atom(e, i)) return false;
    }
    return true;
}

/* By degree; equal degrees keep their order. Variables with a role are no terms. */
static bool finish(expansion_t *e)
{
    tn_terms_t *t = e->terms;
    const list_t *all = &e->stack[0];
    if (e->formula->node[e->formula->right].kind == TN_NODE_LEAF) {
        check_number(e, e->formula->right, all, false);
        t->intercept_node = e->formula->right;
    }
    t->intercept = all->intercept;
    t->term = tn_arena_calloc(e->arena, (size_t)all->n + 1, sizeof *t->term);
    if (t->term == NULL) return false;
    for (int degree = 1; degree <= TN_FORMULA_MAX_DEGREE; degree++) {
        for (int i = 0; i < all->n; i++) {
            const tn_term_t *term = &all->term[i];
            const bool is_covariate = t->variable[term->variable[0]].role == TN_ROLE_COVARIATE;
            if (term->n == degree && is_covariate) t->term[t->n_terms++] = *term;
        }
    }
    return true;
}

int tn_terms_expand(
    tn_terms_t *self, tn_arena_t *arena, const tn_formula_t *formula, tn_diag_t *diag)
{
    expansion_t e = {.terms = self, .formula = formula, .arena = arena, .diag = diag};
    const size_t n_nodes = (size_t)formula->n_nodes;
    *self = (tn_terms_t){.intercept = -1, .intercept_node = formula->right};
    const size_t most = n_nodes < TN_FORMULA_MAX_VARIABLES ? n_nodes : TN_FORMULA_MAX_VARIABLES;
    self->variable = tn_arena_calloc(arena, most, sizeof *self->variable);
    self->is_operator = tn_arena_calloc(arena, n_nodes, sizeof *self->is_operator);
    e.stack = tn_arena_calloc(&e.scratch, n_nodes, sizeof *e.stack);
    int ret = TN_ENOMEM;
    if (self->variable != NULL && self->is_operator != NULL && e.stack != NULL) {
        mark_operators(formula, self->is_operator);
        ret = walk(&e) && finish(&e) ? 0 : TN_ENOMEM;
        if (ret == 0 && e.is_bad) ret = TN_EINPUT;
    }
    tn_arena_free(&e.scratch);
    return ret;
}
