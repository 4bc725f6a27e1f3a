/** A formula over a frame: what each node is, and its value in a row. */
#ifndef TN_SURVIVAL_DESIGN_BIND_H
#define TN_SURVIVAL_DESIGN_BIND_H
#include <stdint.h>

#include "survival/formula.h"
#include "tenure/frame.h"

typedef enum tn_value_type {
    TN_VALUE_BAD, /* a mistake that has been reported */
    TN_VALUE_NUMBER,
    TN_VALUE_LOGICAL, /* 0, 1, NaN */
    TN_VALUE_LEVELS,  /* a column of text or a factor */
    TN_VALUE_STRING,
    TN_VALUE_LIST,   /* c(..) */
    TN_VALUE_FACTOR, /* factor(..) */
    TN_VALUE_SPLINE, /* ns(..), bs(..) */
    TN_VALUE_SPECIAL /* surv(..), strata(..), cluster(..), weights(..), offset(..) */
} tn_value_type_t;

typedef struct tn_bound {
    tn_value_type_t type;
    const tn_frame_column_t *column; /* of a name; of a comparison with a level; else NULL */
    int32_t level;                   /* of a comparison with a level; -2: there is none such */
    double constant;                 /* TRUE, FALSE */
} tn_bound_t;

typedef struct tn_binding {
    const tn_formula_t *formula;
    const tn_frame_t *frame;
    tn_diag_t *diag;
    tn_bound_t *node; /* n_nodes of the formula */
    bool is_new;      /* rows to predict: a level that does not occur there is no mistake */
} tn_binding_t;

typedef enum tn_function {
    TN_FUNCTION_NONE,
    TN_FUNCTION_LOG,
    TN_FUNCTION_LOG2,
    TN_FUNCTION_LOG10,
    TN_FUNCTION_EXP,
    TN_FUNCTION_SQRT,
    TN_FUNCTION_ABS,
    TN_FUNCTION_I,
    TN_FUNCTION_C,
    TN_FUNCTION_FACTOR,
    TN_FUNCTION_RELEVEL,
    TN_FUNCTION_NS,
    TN_FUNCTION_BS,
    TN_FUNCTION_SURV,
    TN_FUNCTION_STRATA,
    TN_FUNCTION_CLUSTER,
    TN_FUNCTION_WEIGHTS,
    TN_FUNCTION_OFFSET
} tn_function_t;

/** Function of a call, TN_FUNCTION_NONE if unknown or no call. */
tn_function_t tn_bind_function(const tn_formula_t *formula, int node);
/** Finds the types of a subtree; mistakes go to diag. */
void tn_bind(tn_binding_t *self, int root);
/** A quoted name where a column must stand; false: reported. */
bool tn_bind_column(tn_binding_t *self, int node);
/** Must be numbers (or logical); false: reported. */
bool tn_bind_number(tn_binding_t *self, int node);
/** Reports that a level is unknown, with the levels there are. */
void tn_bind_unknown_level(
    const tn_binding_t *self, int node, const char *found, const char *const *levels, int n_levels);

/** Value in a row (NUMBER or LOGICAL); NaN is missing. */
double tn_bind_value(const tn_binding_t *self, int root, size_t row);
/** The same for all rows. */
void tn_bind_values(const tn_binding_t *self, int root, double *out);

/** A variable as levels. */
typedef struct tn_levels {
    int n;
    const char **label; /* n, in the arena or borrowed from the frame; NULL if not wanted */
    int32_t *code;      /* rows of the frame; -1 missing */
} tn_levels_t;
/** Levels of a bound node: those of the column, FALSE and TRUE, or the distinct numbers.
 *  @return 0 or TN_ENOMEM. */
int tn_bind_levels(
    const tn_binding_t *self, int root, bool wants_labels, tn_arena_t *arena, tn_levels_t *out);

/** Numbers the distinct values of key (finite) in ascending order: code[i]; *n_distinct.
 *  first: a row of each value, in arena. @return 0 or TN_ENOMEM. */
int tn_distinct(size_t n, const double *key, tn_arena_t *arena, int32_t *code, int *n_distinct,
    uint32_t **first);
#endif
