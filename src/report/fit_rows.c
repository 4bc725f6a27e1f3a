/* Which rows of a table a terminal shows: of a curve a dozen steps of each group, evenly in time,
 * the first and the last among them; of tables with a row for each row of data the first ones. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "report/fit_text.h"

#define STEPS      12   /* of each group of a curve */
#define MAX_GROUPS 8    /* of a curve */
#define MAX_ROWS   1000 /* of any other table */
#define DATA_ROWS  20   /* of one with a row for each row of data */

int tn_shown_find(const tn_fit_table_t *table, const char *name)
{
    for (int j = 0; j < table->n_columns; j++) {
        if (strcmp(table->column[j].name, name) == 0) return j;
    }
    return -1;
}

bool tn_shown_is_key(const tn_fit_column_t *column)
{
    if (column->number != NULL) return strcmp(column->name, "row") == 0;
    return strcmp(column->name, "date") != 0; /* the time of a row again, in words */
}

static bool is_same_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL) return a == b;
    return a == b || strcmp(a, b) == 0;
}

static bool is_same_group(const tn_fit_table_t *table, size_t a, size_t b)
{
    for (int j = 0; j < table->n_columns; j++) {
        const tn_fit_column_t *c = &table->column[j];
        if (!tn_shown_is_key(c)) continue;
        const bool is_same =
            c->number != NULL ? c->number[a] == c->number[b] : is_same_text(c->text[a], c->text[b]);
        if (!is_same) return false;
    }
    return true;
}

static int find_groups(tn_shown_t *self, const tn_fit_table_t *table)
{
    size_t n = table->n_rows > 0;
    for (size_t i = 1; table->is_curve && i < table->n_rows; i++)
        n += !is_same_group(table, i - 1, i);
    self->group = tn_calloc(n + 1, sizeof *self->group);
    if (self->group == NULL) return TN_ENOMEM;
    self->n_groups = n;
    if (n == 0) return 0;
    size_t k = 0;
    for (size_t i = 1; table->is_curve && i < table->n_rows; i++) {
        if (is_same_group(table, i - 1, i)) continue;
        self->group[k].to = i;
        self->group[++k].from = i;
    }
    self->group[k].to = table->n_rows;
    return 0;
}

/* Last row of the group at or before a time. */
static size_t row_at(const tn_group_t *g, const double *time, double t)
{
    size_t from = g->from, to = g->to;
    while (to - from > 1) {
        const size_t middle = from + (to - from) / 2;
        if (time[middle] <= t) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return from;
}

static void thin(tn_shown_t *self, const tn_group_t *g, const double *time)
{
    const size_t n = g->to - g->from;
    if (n <= STEPS || time == NULL) {
        for (size_t i = g->from; i < g->to && i - g->from < STEPS; i++)
            self->row[self->n++] = i;
        return;
    }
    const double first = time[g->from], last = time[g->to - 1];
    size_t before = SIZE_MAX;
    for (int k = 0; k < STEPS; k++) {
        const double t = first + (last - first) * k / (STEPS - 1);
        const size_t i = k == STEPS - 1 ? g->to - 1 : row_at(g, time, t);
        if (i == before) continue;
        self->row[self->n++] = before = i;
    }
}

int tn_shown_init(tn_shown_t *self, const tn_fit_table_t *table)
{
    *self = (tn_shown_t){0};
    if (find_groups(self, table) < 0) return TN_ENOMEM;
    self->n_kept = self->n_groups < MAX_GROUPS ? self->n_groups : MAX_GROUPS;
    const int time = tn_shown_find(table, "time");
    const size_t limit = tn_shown_find(table, "row") >= 0 ? DATA_ROWS : MAX_ROWS;
    self->row = tn_calloc(limit + (size_t)MAX_GROUPS * STEPS, sizeof *self->row);
    if (self->row == NULL) {
        tn_shown_free(self);
        return TN_ENOMEM;
    }
    for (size_t k = 0; k < self->n_kept; k++) {
        const tn_group_t *g = &self->group[k];
        self->n_in_kept += g->to - g->from;
        if (table->is_curve) {
            thin(self, g, time >= 0 ? table->column[time].number : NULL);
            continue;
        }
        for (size_t i = g->from; i < g->to && i < limit; i++)
            self->row[self->n++] = i;
    }
    return 0;
}

void tn_shown_free(tn_shown_t *self)
{
    tn_free(self->row);
    tn_free(self->group);
    *self = (tn_shown_t){0};
}
