/** The parts of a backtest: the questions asked at each origin, and who answers them. */
#ifndef TN_FORECAST_BACKTEST_H
#define TN_FORECAST_BACKTEST_H
#include "model/base_fit.h"
#include "model/base_predict.h"
#include "tenure/backtest.h"

typedef enum tn_bt_model {
    TN_BT_BASE,
    TN_BT_CLIMATOLOGY,
    TN_BT_LOGIT,
    TN_BT_COX,
    TN_BT_MODELS
} tn_bt_model_t;

/** A leader at an origin. */
typedef struct tn_bt_row {
    int32_t origin; /* month; on its first day */
    int32_t spell;
    int32_t country; /* 0..n_countries-1 */
    int32_t y;       /* left by the route within the months asked about; -1: nobody knows yet */
    tn_known_t known;
} tn_bt_row_t;

typedef struct tn_backtest {
    tn_backtest_options_t opt; /* with the defaults filled in */
    const tn_history_t *history;
    tn_base_table_t table;
    bool *knows_routes; /* of each spell's country */
    int32_t *country;   /* of each spell */
    int n_countries;
    size_t n;
    tn_bt_row_t *row;        /* all origins since the data begin, by month, then spell */
    double *p[TN_BT_MODELS]; /* n */
    int first, end, step;    /* months of the origins asked about: first, first + step, ... < end */
} tn_backtest_t;

/** Does this exit count? */
bool tn_bt_counts(const tn_backtest_options_t *opt, int route);
/** Rows of the origin `month`: first and end. */
void tn_bt_rows_of(const tn_backtest_t *self, int month, size_t *first, size_t *end);

/** Lists the questions. @return 0, TN_EINPUT, TN_ENOMEM. */
int tn_bt_ask(tn_backtest_t *self, tn_error_t *err);
void tn_bt_free(tn_backtest_t *self);

/** Answers of the base model at the origins of one year. @return 0, TN_ECONVERGE, TN_ENOMEM. */
int tn_bt_answer_base(tn_backtest_t *self, int year, const tn_base_fit_t *start);
/** Answers of the three others at one origin. @return 0, TN_ENOMEM, ... */
int tn_bt_answer_rivals(tn_backtest_t *self, int origin, tn_error_t *err);

/** Lays out the tables. */
int tn_bt_tables(tn_fit_t *out, const tn_backtest_t *self, tn_error_t *err);
const char *tn_bt_model_name(int model);
#endif
