/** Sections of the terminal table, in the order in which they are printed. */
#ifndef TN_REPORT_TABLE_H
#define TN_REPORT_TABLE_H
#include "report/grid.h"

void tn_table_base(tn_page_t *page, const tn_forecast_t *f);
void tn_table_exit(tn_page_t *page, const tn_forecast_t *f);
void tn_table_weeks(tn_page_t *page, const tn_forecast_t *f);
void tn_table_routes(tn_page_t *page, const tn_forecast_t *f);
void tn_table_conditional(tn_page_t *page, const tn_forecast_t *f);
void tn_table_successors(tn_page_t *page, const tn_forecast_t *f);
void tn_table_state(tn_page_t *page, const tn_forecast_t *f);
void tn_table_counts(tn_page_t *page, const tn_forecast_t *f);
void tn_table_reports(tn_page_t *page, const tn_forecast_t *f);
void tn_table_drivers(tn_page_t *page, const tn_forecast_t *f);

/** Whether reports made the forecast differ from the prior. */
bool tn_table_has_reports(const tn_forecast_t *f);
/** Adds a column for a number and one for its error, with their titles; returns the index of the
 * first. */
int tn_table_column_error(tn_grid_t *g, const char *title, const char *unit, int drop);
void tn_table_set_date(tn_grid_t *g, int column, int32_t day);
void tn_table_set_percent(tn_grid_t *g, int column, tn_estimate_t e);
/** Sets both columns of tn_table_column_error(). */
void tn_table_set_percent_error(tn_grid_t *g, int column, tn_estimate_t e, const tn_page_t *page);
/** The same for a difference, with its sign; scale is 1, or 100 for points. */
void tn_table_set_change(
    tn_grid_t *g, int column, tn_estimate_t e, double scale, const tn_page_t *page);
/** A yearly rate with at most so many decimals. */
void tn_table_set_rate(tn_grid_t *g, int column, double per_year, double se, int most);
#endif
