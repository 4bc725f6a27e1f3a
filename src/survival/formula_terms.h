/** The right side of a formula: which variables, which terms (R's terms.formula). */
#ifndef TN_SURVIVAL_FORMULA_TERMS_H
#define TN_SURVIVAL_FORMULA_TERMS_H
#include "survival/formula.h"

#define TN_FORMULA_MAX_TERMS     2000
#define TN_FORMULA_MAX_VARIABLES 2000
#define TN_FORMULA_MAX_DEGREE    8 /* variables of one interaction */

typedef enum tn_role {
    TN_ROLE_COVARIATE,
    TN_ROLE_STRATA,
    TN_ROLE_CLUSTER,
    TN_ROLE_WEIGHTS,
    TN_ROLE_OFFSET,
    TN_N_ROLES
} tn_role_t;

/** What R calls a variable: `age`, `log(x + 1)`, `factor(rx)`, `strata(a, b)`. */
typedef struct tn_term_variable {
    int node;         /* parentheses around it taken off */
    const char *name; /* as R prints it */
    tn_role_t role;
} tn_term_variable_t;

typedef struct tn_term {
    int n;
    int variable[TN_FORMULA_MAX_DEGREE]; /* ascending: the order of first mention */
} tn_term_t;

typedef struct tn_terms {
    int n_variables, n_terms;
    tn_term_variable_t *variable;
    tn_term_t *term; /* covariates only: main effects first, then interactions by degree */
    int intercept;   /* 1 or 0 as written, -1 if the formula does not say */
    int intercept_node;
    bool *is_operator; /* n_nodes: nodes of the right side that combine terms */
} tn_terms_t;

/** @return 0, TN_EINPUT (all mistakes in diag) or TN_ENOMEM. */
int tn_terms_expand(
    tn_terms_t *self, tn_arena_t *arena, const tn_formula_t *formula, tn_diag_t *diag);
#endif
