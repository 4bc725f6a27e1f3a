/** Columns of text that fit a page: on a narrow one bars go first, then columns, then names are
 * cut. */
#ifndef TN_REPORT_GRID_H
#define TN_REPORT_GRID_H
#include "report/page.h"

#define TN_GRID_MAX_COLUMNS 24
#define TN_GRID_CELL        128 /* bytes; longer text is cut */

/** ERROR stands close to the column before it. */
typedef enum tn_column_kind {
    TN_COLUMN_LEFT,
    TN_COLUMN_RIGHT,
    TN_COLUMN_ERROR,
    TN_COLUMN_BAR
} tn_column_kind_t;

typedef struct tn_column {
    char title[32];
    tn_column_kind_t kind;
    int drop;        /* columns with the largest number go first where there is no room; 0: stays */
    bool can_shrink; /* text may be cut */
} tn_column_t;

typedef struct tn_grid {
    int n_columns, n_rows;
    tn_column_t column[TN_GRID_MAX_COLUMNS];
    int max_rows;
    char *cell;    /* max_rows x TN_GRID_MAX_COLUMNS x TN_GRID_CELL */
    double *bar;   /* max_rows */
    double full;   /* value of a bar that fills its column; 0: the longest */
    int n_dropped; /* columns that found no room; known after printing */
    bool failed;
} tn_grid_t;

/** A grid of at most max_rows rows. After a failed allocation all calls do nothing and printing
 * marks the page. */
void tn_grid_init(tn_grid_t *self, int max_rows);
void tn_grid_free(tn_grid_t *self);

/** Adds a column; returns its index. Call before the first row. */
int tn_grid_column(
    tn_grid_t *self, const char *title, tn_column_kind_t kind, int drop, bool can_shrink);
/** Begins a row. */
void tn_grid_row(tn_grid_t *self);
/** Sets a cell of the last row. The text is made safe. */
void tn_grid_set(tn_grid_t *self, int column, const char *text);
/** Bar of the last row; the longest fills the column. */
void tn_grid_bar(tn_grid_t *self, double value);

void tn_grid_print(tn_grid_t *self, tn_page_t *page);
#endif
