/** Shared by survival and cumulative incidence of new rows. */
#ifndef TN_SURVIVAL_COX_PREDICT_H
#define TN_SURVIVAL_COX_PREDICT_H
#include "survival/cox_core.h"

/** The model is usable, the baseline its own, the new rows within range. */
int tn_cox_check_rows(const tn_cox_t *fit, const tn_cox_baseline_t *baseline,
    const tn_cox_rows_t *rows, double level, tn_error_t *err);
/** z := covariates of new row i less the centre (p). @return exp(z'beta + offset) */
double tn_cox_risk(const tn_cox_t *fit, const tn_cox_rows_t *rows, size_t i, double *z);
/** b' a b, a p x p. */
double tn_cox_form(int p, const double *a, const double *b);
/** Estimate, standard error and limits into place `at` of the curves. */
void tn_cox_write(const tn_cox_curves_t *out, size_t at, tn_interval_t scale, double z,
    double estimate, double se);
#endif
