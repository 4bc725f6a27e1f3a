/* Formula text to nodes in postfix order, by operator precedence with a stack of fixed depth
 * (Dijkstra's shunting yard). Cost: linear. */
#include "survival/formula.h"

#include <stdint.h>
#include <string.h>

typedef enum frame_kind { FRAME_UNARY, FRAME_BINARY, FRAME_PAREN, FRAME_CALL } frame_kind_t;

typedef struct frame {
    frame_kind_t kind;
    int token;
    int precedence;
    int n_args;
    int arg_name; /* of the argument being read */
} frame_t;

typedef struct parser {
    tn_formula_t *formula;
    tn_diag_t *diag;
    int at; /* token */
    int depth;
    frame_t stack[TN_FORMULA_MAX_DEPTH];
} parser_t;

static const tn_token_t *token_at(const parser_t *p, int at) { return &p->formula->token[at]; }

static int binary_precedence(tn_token_kind_t kind)
{
    switch (kind) {
    case TN_TOKEN_TILDE: return 1;
    case TN_TOKEN_OR: return 2;
    case TN_TOKEN_AND: return 3;
    case TN_TOKEN_EQ:
    case TN_TOKEN_NE:
    case TN_TOKEN_LT:
    case TN_TOKEN_LE:
    case TN_TOKEN_GT:
    case TN_TOKEN_GE: return 5;
    case TN_TOKEN_PLUS:
    case TN_TOKEN_MINUS: return 6;
    case TN_TOKEN_TIMES:
    case TN_TOKEN_DIVIDE: return 7;
    case TN_TOKEN_COLON: return 8;
    case TN_TOKEN_POWER: return 10;
    default: return 0;
    }
}

static int unary_precedence(tn_token_kind_t kind)
{
    switch (kind) {
    case TN_TOKEN_TILDE: return 1;
    case TN_TOKEN_NOT: return 4;
    case TN_TOKEN_PLUS:
    case TN_TOKEN_MINUS: return 9;
    default: return 0;
    }
}

static int found(const parser_t *p, const char *expected)
{
    const tn_token_t *t = token_at(p, p->at);
    if (t->kind == TN_TOKEN_END) {
        tn_formula_complain(
            p->formula, p->diag, p->at, p->at, "found the end, expected %s", expected);
    } else {
        tn_formula_complain(p->formula, p->diag, p->at, p->at, "found '%.*s', expected %s",
            (int)(t->n < 60 ? t->n : 60), p->formula->text + t->start, expected);
    }
    return TN_EINPUT;
}

static int push(parser_t *p, frame_kind_t kind, int precedence)
{
    if (p->depth == TN_FORMULA_MAX_DEPTH) {
        tn_formula_complain(
            p->formula, p->diag, p->at, p->at, "nested more than %d deep", TN_FORMULA_MAX_DEPTH);
        return TN_EINPUT;
    }
    p->stack[p->depth++] =
        (frame_t){.kind = kind, .token = p->at, .precedence = precedence, .arg_name = -1};
    return 0;
}

/* A node over the last n_args subtrees. */
static void emit(parser_t *p, tn_node_kind_t kind, int token, int n_args, int first, int last)
{
    tn_formula_t *f = p->formula;
    tn_node_t *node = &f->node[f->n_nodes];
    *node = (tn_node_t){.kind = kind,
        .token = token,
        .n_args = n_args,
        .size = 1,
        .first = first,
        .last = last,
        .arg_name = -1};
    int child = f->n_nodes - 1;
    for (int k = 0; k < n_args; k++) {
        node->size += f->node[child].size;
        if (f->node[child].first < node->first) node->first = f->node[child].first;
        if (f->node[child].last > node->last) node->last = f->node[child].last;
        child -= f->node[child].size;
    }
    f->n_nodes++;
}

/* Operators that bind at least as tightly as what comes become nodes. */
static void pop_operators(parser_t *p, int precedence, bool is_right)
{
    while (p->depth > 0) {
        const frame_t *top = &p->stack[p->depth - 1];
        const bool is_operator = top->kind == FRAME_UNARY || top->kind == FRAME_BINARY;
        if (!is_operator || top->precedence < precedence ||
            (is_right && top->precedence == precedence)) {
            return;
        }
        p->depth--;
        emit(p, top->kind == FRAME_UNARY ? TN_NODE_UNARY : TN_NODE_BINARY, top->token,
            top->kind == FRAME_UNARY ? 1 : 2, top->token, top->token);
    }
}

/* `name =` in front of an argument. */
static void take_argument_name(parser_t *p)
{
    if (token_at(p, p->at)->kind == TN_TOKEN_NAME &&
        token_at(p, p->at + 1)->kind == TN_TOKEN_EQUAL) {
        p->stack[p->depth - 1].arg_name = p->at;
        p->at += 2;
    }
}

static int finish_argument(parser_t *p)
{
    frame_t *call = &p->stack[p->depth - 1];
    if (++call->n_args > TN_FORMULA_MAX_ARGS) {
        tn_formula_complain(
            p->formula, p->diag, p->at, p->at, "more than %d arguments", TN_FORMULA_MAX_ARGS);
        return TN_EINPUT;
    }
    p->formula->node[p->formula->n_nodes - 1].arg_name = call->arg_name;
    call->arg_name = -1;
    return 0;
}

static int open_call(parser_t *p, bool *wants_operand)
{
    const int name = p->at;
    const int ret = push(p, FRAME_CALL, 0);
    if (ret < 0) return ret;
    p->at += 2;
    if (token_at(p, p->at)->kind == TN_TOKEN_CLOSE) {
        p->depth--;
        emit(p, TN_NODE_CALL, name, 0, name, p->at++);
        *wants_operand = false;
        return 0;
    }
    take_argument_name(p);
    return 0;
}

static int read_operand(parser_t *p, bool *wants_operand)
{
    tn_token_t *t = &p->formula->token[p->at];
    const int precedence = unary_precedence(t->kind);
    if (precedence > 0) {
        t->is_unary = true;
        const int ret = push(p, FRAME_UNARY, precedence);
        p->at++;
        return ret;
    }
    if (t->kind == TN_TOKEN_OPEN) {
        const int ret = push(p, FRAME_PAREN, 0);
        p->at++;
        return ret;
    }
    if (t->kind == TN_TOKEN_NAME && token_at(p, p->at + 1)->kind == TN_TOKEN_OPEN) {
        return open_call(p, wants_operand);
    }
    if (t->kind != TN_TOKEN_NAME && t->kind != TN_TOKEN_NUMBER && t->kind != TN_TOKEN_STRING) {
        return found(p, "a column, a number or a function");
    }
    emit(p, TN_NODE_LEAF, p->at, 0, p->at, p->at);
    p->at++;
    *wants_operand = false;
    return 0;
}

static int read_close(parser_t *p)
{
    pop_operators(p, 0, false);
    if (p->depth == 0) return found(p, "an operator or the end (no parenthesis is open)");
    const frame_t top = p->stack[p->depth - 1];
    if (top.kind == FRAME_CALL) {
        const int ret = finish_argument(p);
        if (ret < 0) return ret;
        const int n_args = p->stack[--p->depth].n_args;
        emit(p, TN_NODE_CALL, top.token, n_args, top.token, p->at++);
        return 0;
    }
    p->depth--;
    emit(p, TN_NODE_PAREN, top.token, 1, top.token, p->at++);
    return 0;
}

static int read_comma(parser_t *p, bool *wants_operand)
{
    pop_operators(p, 0, false);
    if (p->depth == 0) return found(p, "an operator or the end");
    if (p->stack[p->depth - 1].kind == FRAME_PAREN) return found(p, "')'");
    const int ret = finish_argument(p);
    if (ret < 0) return ret;
    p->at++;
    take_argument_name(p);
    *wants_operand = true;
    return 0;
}

/* What may follow an operand: depends on the innermost open parenthesis. */
static const char *what_may_follow(const parser_t *p)
{
    for (int k = p->depth - 1; k >= 0; k--) {
        if (p->stack[k].kind == FRAME_CALL) return "an operator, ',' or ')'";
        if (p->stack[k].kind == FRAME_PAREN) return "an operator or ')'";
    }
    return "an operator or the end";
}

static int read_operator(parser_t *p, bool *wants_operand)
{
    const tn_token_kind_t kind = token_at(p, p->at)->kind;
    if (kind == TN_TOKEN_CLOSE) return read_close(p);
    if (kind == TN_TOKEN_COMMA) return read_comma(p, wants_operand);
    const int precedence = binary_precedence(kind);
    if (kind == TN_TOKEN_EQUAL) return found(p, "an operator (a comparison is written ==)");
    if (precedence == 0) return found(p, what_may_follow(p));
    pop_operators(p, precedence, kind == TN_TOKEN_POWER);
    const int ret = push(p, FRAME_BINARY, precedence);
    p->at++;
    *wants_operand = true;
    return ret;
}

static int read_all(parser_t *p)
{
    bool wants_operand = true;
    while (wants_operand || token_at(p, p->at)->kind != TN_TOKEN_END) {
        const int ret =
            wants_operand ? read_operand(p, &wants_operand) : read_operator(p, &wants_operand);
        if (ret < 0) return ret;
    }
    pop_operators(p, 0, false);
    if (p->depth == 0) return 0;
    const int open = p->stack[p->depth - 1].token;
    tn_formula_complain(p->formula, p->diag, open, open, "'%.40s%s' is not closed, expected ')'",
        token_at(p, open)->text, token_at(p, open)->kind == TN_TOKEN_NAME ? "(" : "");
    return TN_EINPUT;
}

/* The one ~ stands between both sides or in front of the right one. */
static int split(tn_formula_t *self, tn_diag_t *diag)
{
    const int root = self->n_nodes - 1;
    self->left = -1;
    for (int i = 0; i < root; i++) {
        if (tn_formula_kind(self, i) == TN_TOKEN_TILDE) {
            const int at = self->node[i].token;
            tn_formula_complain(self, diag, at, at,
                "found a second or nested '~', expected one between both sides");
            return TN_EINPUT;
        }
    }
    if (tn_formula_kind(self, root) != TN_TOKEN_TILDE) {
        tn_formula_complain(self, diag, self->n_tokens - 1, self->n_tokens - 1,
            "found the end, expected '~' and the covariates (or ~ 1)");
        return TN_EINPUT;
    }
    if (self->node[root].n_args == 2) self->left = tn_formula_child(self, root, 0);
    self->right = root - 1;
    return 0;
}

int tn_formula_parse(
    tn_formula_t *self, tn_arena_t *arena, const char *shown, const char *text, tn_diag_t *diag)
{
    const size_t n_text = strlen(text);
    *self = (tn_formula_t){.shown = tn_arena_strndup(arena, shown, strlen(shown)), .left = -1};
    if (self->shown == NULL) return TN_ENOMEM;
    if (n_text > TN_FORMULA_MAX_LENGTH || tn_str_utf8_length(text, n_text) < 0) {
        const tn_place_t place = {.file = shown};
        tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "%s",
            n_text > TN_FORMULA_MAX_LENGTH ? "longer than 32768 bytes" : "not valid UTF-8");
        return TN_EINPUT;
    }
    self->text = tn_arena_strndup(arena, text, n_text);
    self->n_text = n_text;
    if (self->text == NULL) return TN_ENOMEM;
    int ret = tn_formula_scan(self, arena, diag);
    if (ret < 0) return ret;
    self->node = tn_arena_calloc(arena, (size_t)self->n_tokens, sizeof *self->node);
    if (self->node == NULL) return TN_ENOMEM;
    parser_t p = {.formula = self, .diag = diag};
    ret = read_all(&p);
    return ret < 0 ? ret : split(self, diag);
}

int tn_formula_child(const tn_formula_t *self, int node, int k)
{
    int child = node - 1;
    for (int i = self->node[node].n_args - 1; i > k; i--)
        child -= self->node[child].size;
    return child;
}

tn_token_kind_t tn_formula_kind(const tn_formula_t *self, int node)
{
    return self->token[self->node[node].token].kind;
}

bool tn_formula_calls(const tn_formula_t *self, int node, const char *const *names)
{
    if (self->node[node].kind != TN_NODE_CALL) return false;
    const char *name = self->token[self->node[node].token].text;
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}
