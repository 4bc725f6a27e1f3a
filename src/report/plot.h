/** Curves over time, drawn with characters. */
#ifndef TN_REPORT_PLOT_H
#define TN_REPORT_PLOT_H
#include "report/page.h"

#define TN_PLOT_MAX_CURVES 6
#define TN_PLOT_MIN_PAGE   31 /**< columns; on a narrower page nothing is drawn */

typedef struct tn_curve {
    const double *time, *value; /**< n points, times ascending, from 0 on */
    size_t n;
    double start;     /**< before the first point */
    const char *name; /**< for the legend */
} tn_curve_t;

typedef struct tn_plot {
    tn_curve_t curve[TN_PLOT_MAX_CURVES];
    int n_curves;
    bool is_smooth;           /**< points joined by straight lines; else steps */
    bool is_probability;      /**< the axis goes no higher than 1 */
    bool is_percent;          /**< labels in percent */
    bool has_legend;          /**< a mark for each curve, and its name below */
    const char *first, *last; /**< the ends of the axis of time */
} tn_plot_t;

/** Draws the curves; nothing where there is nothing to see (all is zero, two points) or no room.
 * One curve without a legend is drawn in Braille dots on a page that speaks Unicode.
 *  @return whether anything was drawn. */
bool tn_plot_print(const tn_plot_t *self, tn_page_t *page);
#endif
