/** The opaque half of tenure/base.h. */
#ifndef TN_MODEL_BASE_H
#define TN_MODEL_BASE_H
#include "model/base_predict.h"
#include "tenure/base.h"

struct tn_base {
    tn_base_model_t model;
    tn_base_draws_t draws;
    tn_history_t history;
    bool has_history;
};

/** What is known of the leader on the as-of day, for the model; the country's record if a store is
 * in use. */
void tn_base_known(const tn_base_t *self, const tn_base_leader_t *leader, tn_known_t *known);
/** The landmark of a day: the end of the month that is nearest. */
int tn_base_landmark(int32_t day);
#define TN_WEEKS_TO_MONTHS (7.0 / 30.4375)
/** Months that a look ahead of so many weeks needs. */
int tn_base_months(int weeks);
#define TN_BASE_FIRST_MONTH (1946 * 12)
#endif
