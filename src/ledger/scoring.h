/** What the parts of scoring share. */
#ifndef TN_LEDGER_SCORING_H
#define TN_LEDGER_SCORING_H
#include "fit/build.h"
#include "ledger/items.h"
#include "tenure/score.h"

#define TN_SCORING_COLUMNS 20
/* Below these a calibration curve says nothing: a bin of the ten would hold three forecasts. */
#define TN_FEW_QUESTIONS 30
#define TN_FEW_OUTCOMES  5
/* With five subjects the smallest p-value of a sign-flip test is 2 / 2^5 > 0.05. */
#define TN_FEW_SUBJECTS 6

typedef struct tn_scoring {
    tn_items_t items;
    tn_fit_t *tables;
    const tn_ledger_score_options_t *opt;
    tn_score_table_options_t bands;
    int32_t against; /* code of the reference; -1: those of source base and crowd */
    bool *seen;      /* scratch, one per subject */
} tn_scoring_t;

/** Kept yes/no forecasts of one forecaster, of a class or (-1) all, in the order of the rows. */
typedef struct tn_sample {
    size_t n, n_yes;
    double *p, *brier, *log;
    int32_t *y;
    const tn_item_t **item;
} tn_sample_t;

int tn_sample_init(
    tn_sample_t *self, const tn_items_t *items, int32_t by, int32_t class_code, tn_error_t *err);
void tn_sample_free(tn_sample_t *self);
/** NaN of none. */
double tn_score_mean(size_t n, const double *x);
const char *tn_scoring_class(const tn_scoring_t *self, int32_t class_code);

/** Whether a class holds all that sample would hold: its row would say the same again. */
bool tn_scoring_is_whole(const tn_scoring_t *self, int32_t by, int32_t class_code);

/** Paired differences to references, with bootstrap limits. */
int tn_scoring_compare(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err);
/** CRPS and ranked probability score of exit curves. */
int tn_scoring_exit(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err);
#endif
