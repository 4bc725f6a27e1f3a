/** Fitting the base rates to the panel: all designs are written once, and any number of first
 * months of it can be fitted. */
#ifndef TN_MODEL_BASE_FIT_H
#define TN_MODEL_BASE_FIT_H
#include "model/base_logit.h"
#include "model/base_model.h"

/** The panel with its designs, ordered by month. */
typedef struct tn_base_table {
    const tn_history_t *history;
    tn_panel_t panel;
    int p[TN_N_DESIGNS];
    double *x[TN_N_DESIGNS];   /* rows of p */
    int8_t *y[TN_N_EQUATIONS]; /* 1: this exit in this month */
    int32_t *country;          /* 0..n_countries-1 of each row */
    int n_countries;
    double *mortality; /* of each row: monthly hazard of the life table */
    int8_t *health;    /* of each row: 1 died, 2 left ill */
    uint8_t *regime;   /* of each row */
} tn_base_table_t;

/** @param to  last month; the linear trend stops there. @return 0, TN_ENOMEM. */
int tn_base_table_init(
    tn_base_table_t *self, const tn_history_t *h, int from, int to, int n_threads);
void tn_base_table_free(tn_base_table_t *self);
/** Rows before `month`. */
size_t tn_base_table_before(const tn_base_table_t *self, int month);

/** A fit that moves along the months. */
typedef struct tn_base_fit {
    const tn_base_table_t *table;
    tn_base_logit_t logit[TN_N_EQUATIONS];
    double penalty[TN_N_EQUATIONS][TN_DESIGN_MAX];
} tn_base_fit_t;

int tn_base_fit_init(tn_base_fit_t *self, const tn_base_table_t *table, int n_threads);
void tn_base_fit_free(tn_base_fit_t *self);

/** Fits the rows before `month`, for leaders whose country's record is known. @param follows  from
 * the last fit, of a few months less.
 *  @return 0, TN_ECONVERGE, TN_ENOMEM. */
int tn_base_fit_run(tn_base_fit_t *self, int month, bool follows, tn_base_model_t *model);
/** After a run that does not follow: the equations of leaders known by traits alone, all
 * covariances and the reference classes. */
int tn_base_fit_finish(tn_base_fit_t *self, int month, tn_base_model_t *model);
#endif
