/** Formula text to nodes: `surv(entry, exit, cause) ~ age + factor(regime):ns(tenure, 3)`.
 *
 *  Nodes stand in postfix order: the children of a node are right before it, the last child at i -
 * 1, the one before it at i - 1 - size[i - 1]. So every walk is a loop, none a recursion.
 * Precedence is R's: ^, unary -, :, * /, + -, comparison, !, &, |, ~. */
#ifndef TN_SURVIVAL_FORMULA_H
#define TN_SURVIVAL_FORMULA_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "tenure/error.h"

#define TN_FORMULA_MAX_LENGTH 32768 /* bytes */
#define TN_FORMULA_MAX_DEPTH  100   /* parentheses and pending operators */
#define TN_FORMULA_MAX_ARGS   1000  /* arguments of one call */

typedef enum tn_token_kind {
    TN_TOKEN_END,
    TN_TOKEN_NAME,
    TN_TOKEN_STRING,
    TN_TOKEN_NUMBER,
    TN_TOKEN_OPEN,
    TN_TOKEN_CLOSE,
    TN_TOKEN_COMMA,
    TN_TOKEN_EQUAL, /* = of a named argument */
    TN_TOKEN_POWER,
    TN_TOKEN_COLON,
    TN_TOKEN_TIMES,
    TN_TOKEN_DIVIDE,
    TN_TOKEN_PLUS,
    TN_TOKEN_MINUS,
    TN_TOKEN_EQ,
    TN_TOKEN_NE,
    TN_TOKEN_LT,
    TN_TOKEN_LE,
    TN_TOKEN_GT,
    TN_TOKEN_GE,
    TN_TOKEN_NOT,
    TN_TOKEN_AND,
    TN_TOKEN_OR,
    TN_TOKEN_TILDE
} tn_token_kind_t;

typedef struct tn_token {
    tn_token_kind_t kind;
    size_t start, n;  /* bytes of the formula */
    const char *text; /* names and strings, without quotes; operators as written */
    double number;
    bool is_unary; /* + - ! ~ in front of something */
} tn_token_t;

typedef enum tn_node_kind {
    TN_NODE_LEAF,
    TN_NODE_UNARY,
    TN_NODE_BINARY,
    TN_NODE_PAREN,
    TN_NODE_CALL
} tn_node_kind_t;

typedef struct tn_node {
    tn_node_kind_t kind;
    int token; /* the leaf, the operator, "(", the function's name */
    int n_args;
    int size;        /* nodes of the subtree, itself included */
    int first, last; /* its tokens */
    int arg_name;    /* token of the name if it is a named argument, else -1 */
} tn_node_t;

/** Texts live in the arena that was given to the parser. */
typedef struct tn_formula {
    const char *shown; /* name in messages: "formula" */
    const char *text;
    size_t n_text;
    tn_token_t *token; /* n_tokens, the last one TN_TOKEN_END */
    int n_tokens;
    tn_node_t *node;
    int n_nodes;
    int left, right; /* roots on both sides of ~; left is -1 if there is none */
} tn_formula_t;

/** @return 0; TN_EINPUT (said in diag, one syntax mistake: what follows it cannot be trusted);
 *  TN_ENOMEM. */
int tn_formula_parse(
    tn_formula_t *self, tn_arena_t *arena, const char *shown, const char *text, tn_diag_t *diag);
/** Tokens; the first half of the parser. */
int tn_formula_scan(tn_formula_t *self, tn_arena_t *arena, tn_diag_t *diag);

/** Child k (from 0) of a node. */
int tn_formula_child(const tn_formula_t *self, int node, int k);
tn_token_kind_t tn_formula_kind(const tn_formula_t *self, int node);
/** Is it a call of one of these functions (list ends with NULL)? */
bool tn_formula_calls(const tn_formula_t *self, int node, const char *const *names);

/** The text as R deparses it: `factor( x,ref='b')` becomes `factor(x, ref = "b")`. */
void tn_formula_deparse(const tn_formula_t *self, int node, tn_text_t *out);
/** A number as R prints it: 15 significant digits, fixed or scientific, whichever is shorter. */
void tn_formula_number(double value, char text[32]);

/** Adds a mistake at tokens first..last. */
void tn_formula_complain(const tn_formula_t *self, tn_diag_t *diag, int first, int last,
    const char *fmt, ...) TN_PRINTF(5, 6);
void tn_formula_complain_at(const tn_formula_t *self, tn_diag_t *diag, tn_severity_t severity,
    int node, const char *fmt, ...) TN_PRINTF(5, 6);
#endif
