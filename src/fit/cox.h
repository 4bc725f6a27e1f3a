/** Cox models of one or several causes and the tables they fill. */
#ifndef TN_FIT_COX_H
#define TN_FIT_COX_H
#include "fit/fitting.h"
#include "tenure/cox.h"

typedef struct tn_cox_models {
    int first, n; /* causes first .. first + n - 1 */
    tn_cox_t *fit;
    tn_cox_baseline_t *baseline;
    const char **cause; /* n labels; NULL: only one */
    const char **term;  /* p names */
} tn_cox_models_t;

int tn_cox_table_glance(tn_fitting_t *f, const tn_cox_models_t *m);
int tn_cox_table_zph(tn_fitting_t *f, const tn_cox_models_t *m);
int tn_cox_table_baseline(tn_fitting_t *f, const tn_cox_models_t *m);
int tn_cox_table_residuals(tn_fitting_t *f, const tn_cox_models_t *m);
int tn_cox_table_schoenfeld(tn_fitting_t *f, const tn_cox_models_t *m);
/** Of the linear predictor x'coef (+ offset): a larger one means a shorter spell. */
int tn_fitting_concordance(tn_fitting_t *f, int cause, const double *coef, bool is_reversed,
    double *concordance, double *se);
#endif
