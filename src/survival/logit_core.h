/** The penalised log-likelihood of the multinomial logit over all rows. */
#ifndef TN_SURVIVAL_LOGIT_CORE_H
#define TN_SURVIVAL_LOGIT_CORE_H
#include "survival/columns.h"
#include "tenure/logit.h"

/** Coefficients here belong to standardised columns. */
typedef struct tn_logit_core {
    const tn_logit_rows_t *rows;
    tn_columns_t columns;
    int p, n_threads;       /* p = n_causes (columns.p + 1) */
    size_t n_design, width; /* columns.p + 1; numbers of a block's sums */
    double *penalty;        /* n_design, on standardised coefficients */
    const double *theta;    /* p, of the evaluation in progress */
    double *sum, *scratch;
    double penalty_now; /* of the last evaluation */
} tn_logit_core_t;

/** @param n_covariates  rows->n_covariates, or 0 for the null model. @return 0, TN_ENOMEM. */
int tn_logit_core_init(tn_logit_core_t *self, const tn_logit_rows_t *rows, int n_covariates,
    const tn_logit_options_t *opt);
void tn_logit_core_free(tn_logit_core_t *self);

/** For tn_newton_t; ctx is a tn_logit_core_t. The log-likelihood is the penalised one. */
int tn_logit_loglik(void *ctx, const double *theta, double *loglik, double *score, double *info);
/** For tn_sandwich_t: at self->theta. */
void tn_logit_score(void *ctx, int thread, size_t i, double *score);

/** h := hazards of n_causes predictors. @return log of the probability of staying. */
double tn_logit_hazards(int n_causes, const double *eta, double *h);
#endif
