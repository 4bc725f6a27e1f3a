/** What the tables of the base rates share. */
#ifndef TN_MODEL_BASE_TABLES_H
#define TN_MODEL_BASE_TABLES_H
#include "fit/build.h"
#include "model/base.h"

#define TN_BASE_MAX_WEEKS 64

/** Options with the defaults filled in. */
typedef struct tn_base_plan {
    int weeks[TN_BASE_MAX_WEEKS], n_weeks;
    double level;
    int route; /* tn_route_t, or TN_N_ROUTES: any */
} tn_base_plan_t;

/** @return 0, TN_EARG. */
int tn_base_plan(tn_base_plan_t *self, const tn_base_options_t *opt, tn_error_t *err);
/** Starts the tables. @return 0, TN_ENOMEM with the error set. */
int tn_base_tables_init(tn_fit_t *out, const char *title, tn_error_t *err);
/** Ends them: on failure out is emptied. */
int tn_base_tables_end(tn_fit_t *out, int ret, tn_error_t *err);

/** "52 weeks", "5 years" (of 52.18 weeks); lives as long as out. */
const char *tn_base_horizon_text(tn_fit_t *out, int weeks);
const char *tn_base_date_text(tn_fit_t *out, int32_t day);

/** Three columns: value, conf.low, conf.high. */
typedef struct tn_base_columns {
    double *value, *lower, *upper;
} tn_base_columns_t;
tn_base_columns_t tn_base_figure_columns(
    tn_fit_t *out, tn_fit_table_t *table, const char *name, tn_fit_kind_t kind);
void tn_base_put_figure(const tn_base_columns_t *c, size_t row, tn_base_figure_t f);

/** A table of classes with its figures.
 *  @param is_short  regime and years in office in columns of their own, not a sentence; age is not
 *  shown.  @return 0, TN_ENOMEM. */
int tn_base_put_classes(tn_fit_t *out, const tn_base_t *self, const char *title,
    const tn_base_class_key_t *key, size_t n, bool is_short, double level);
/** Checks a leader: in office before the as-of day, born before. @return 0, TN_EDOMAIN. */
int tn_base_check_leader(const tn_base_leader_t *leader, tn_error_t *err);
/** The narrowest class of the leader that holds enough. */
tn_base_class_key_t tn_base_leader_class(const tn_base_t *self, const tn_base_leader_t *leader);
/** The curve of a leader over so many weeks. @return 0, TN_ENOMEM. */
int tn_base_leader_curve(
    tn_base_curve_t *curve, const tn_base_t *self, const tn_base_leader_t *leader, int weeks);
/** Notes on where the figures come from, and on the leader. */
void tn_base_put_notes(tn_fit_t *out, const tn_base_t *self, const tn_base_leader_t *leader);
#endif
