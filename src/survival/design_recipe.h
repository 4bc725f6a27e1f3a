/** Inside of a design: what is needed to make the same columns again, and the values on the way. */
#ifndef TN_SURVIVAL_DESIGN_RECIPE_H
#define TN_SURVIVAL_DESIGN_RECIPE_H
#include "survival/design_bind.h"
#include "survival/formula_terms.h"
#include "survival/spline.h"
#include "tenure/design.h"

typedef enum tn_variable_kind {
    TN_VARIABLE_NUMBER,
    TN_VARIABLE_FACTOR,
    TN_VARIABLE_SPLINE
} tn_variable_kind_t;

/** What a factor(..) says of its levels. */
typedef struct tn_factor {
    const char *reference;       /* ref = .., or NULL */
    const char *const *explicit; /* levels = .., or NULL */
    int n_explicit;
} tn_factor_t;

/** A covariate. */
typedef struct tn_variable {
    const char *name;
    int node;       /* the whole, for messages */
    int value_node; /* what is inside factor(), ns(), bs(), else the same */
    tn_variable_kind_t kind;
    tn_factor_t factor;
    const char **level; /* factors: n_levels, first the reference */
    int n_levels;
    tn_spline_t *spline;
} tn_variable_t;

typedef struct tn_coded_term {
    int n;
    int variable[TN_FORMULA_MAX_DEGREE];
    bool is_full[TN_FORMULA_MAX_DEGREE]; /* factors: a column for every level */
    int n_columns;
} tn_coded_term_t;

typedef struct tn_group_part { /* one argument of strata(), or a plain term of are_groups */
    int node;                  /* inside of a factor(..), if it is one */
    const char *name;
    tn_factor_t factor;
    bool is_plain;
} tn_group_part_t;

typedef struct tn_design_recipe {
    tn_arena_t arena; /* all texts and arrays here */
    tn_formula_t formula;
    tn_terms_t terms;
    tn_design_options_t opt;
    int n_variables;
    tn_variable_t *variable;
    int *number_of; /* terms.variable -> variable, or -1 */
    int n_terms;
    tn_coded_term_t *term;
    int n_parts;
    tn_group_part_t *part; /* of the strata */
    int n_offsets;
    int *offset;                        /* nodes */
    int weights, cluster;               /* nodes, or -1 */
    int surv, time[2], cause, censored; /* nodes, or -1; time[0] is entry */
} tn_design_recipe_t;

/** Values of one variable in rows of a frame, or in the rows kept. */
typedef struct tn_column_values {
    double *number;     /* NUMBER; SPLINE: x */
    int32_t *code;      /* FACTOR; -1 missing */
    double *basis;      /* SPLINE: rows x n_columns by column */
    const char **label; /* FACTOR: of the raw codes */
    int n_labels;
} tn_column_values_t;

/** The making of one design. */
typedef struct tn_making {
    tn_design_t *design;
    tn_design_recipe_t *recipe;
    tn_binding_t binding;
    tn_arena_t scratch;
    size_t n_errors;           /* in diag at the start */
    tn_column_values_t *value; /* n_variables */
    tn_levels_t *part;         /* n_parts */
    tn_levels_t cluster;
    double *weight, *offset, *time[2];
    int32_t *cause;
    bool *is_kept;
} tn_making_t;

#define tn_making_complain(m, node, ...)                                                           \
    tn_formula_complain_at(                                                                        \
        (m)->binding.formula, (m)->binding.diag, TN_SEVERITY_ERROR, (node), __VA_ARGS__)

/* design_variable.c */
/** Reads factor(..), ns(..), bs(..) of the bound covariates. 0 or TN_ENOMEM. */
int tn_variables_read(tn_making_t *m);
/** What a bound factor(..) or relevel(..) says of its levels; mistakes are reported. */
void tn_factor_read(tn_making_t *m, int node, tn_factor_t *out);
/** Codes in the order of levels = ..; other values are missing, as in R. 0 or TN_ENOMEM. */
int tn_factor_use_explicit(const tn_making_t *m, const tn_factor_t *factor, tn_levels_t *levels);
/** Values in all rows of the frame. 0 or TN_ENOMEM. */
int tn_variables_evaluate(tn_making_t *m);
/** Levels (fit) from the rows kept; codes become places in variable.level. 0 or TN_ENOMEM. */
int tn_variables_fix_levels(tn_making_t *m);
/** Codes of a new frame become places in variable.level; unseen levels are reported. */
int tn_variables_match_levels(tn_making_t *m);
/** Spline bases of n rows whose x is number. 0 or TN_ENOMEM. */
int tn_variables_expand(tn_making_t *m, size_t n);
/** c(..), or a single value: texts of the constants at node. NULL: reported or no memory. */
const char **tn_constant_texts(tn_making_t *m, int node, int *n);
/** An argument by name, or by position (from 0) without a name; -1. */
int tn_argument(const tn_formula_t *formula, int call, const char *name, int position);

/* design_response.c */
/** Finds the parts of surv(..). */
void tn_response_read(tn_making_t *m);
/** Times and causes in all rows; a missing cause is -1. 0 or TN_ENOMEM. */
int tn_response_evaluate(tn_making_t *m);
/** Checks the times of the rows kept. */
void tn_response_check(const tn_making_t *m);

/* design_group.c */
/** A column or factor(..) to group by. NULL name: reported. */
tn_group_part_t tn_group_part(tn_making_t *m, int node, const char *name, bool is_plain);
/** Levels of the parts in all rows of the frame. 0 or TN_ENOMEM. */
int tn_groups_evaluate(tn_making_t *m);
/** Which parts make a division of the rows. */
typedef enum tn_parts { TN_PARTS_ALL, TN_PARTS_PLAIN, TN_PARTS_STRATA } tn_parts_t;
/** Strata of the rows listed (part codes known in all of them): design or rows. */
int tn_strata_number(tn_making_t *m, tn_parts_t parts, size_t n, const size_t *row,
    int32_t *stratum, int *n_strata, const char ***labels, tn_arena_t *arena);

/* design.c */
/** err := the first mistake of diag, with its place. Returns ret. */
int tn_design_report(int ret, const tn_diag_t *diag, tn_error_t *err);

/** Mistakes since the start of this making? */
bool tn_making_has_errors(const tn_making_t *m);

/* design_rows.c */
/** Marks and counts the rows that a value missing in any of the designs, or weight 0, takes away.
 *  0 or TN_ENOMEM. */
int tn_rows_drop(
    tn_making_t *m, int n_designs, bool *is_dropped, size_t *n_missing, size_t *n_zero_weight);

/* design_fill.c */
/** Terms to columns: codings and names. 0, TN_EINPUT (reported), TN_ENOMEM. */
int tn_columns_plan(tn_making_t *m);
/** x from the values of n rows. */
void tn_columns_fill(const tn_making_t *m, size_t n, double *x);
#endif
