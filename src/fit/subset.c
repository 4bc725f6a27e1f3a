/* Rows of a frame as another frame. Columns are copied row by row; names and levels are shared. */
#include <string.h>

#include "base/mem.h"
#include "fit/fitting.h"

static int take_column(
    tn_frame_column_t *to, const tn_frame_column_t *from, size_t n, const uint32_t *row)
{
    *to = *from;
    to->number = NULL;
    to->level = NULL;
    if (from->number != NULL) {
        to->number = tn_calloc(n, sizeof *to->number);
        if (to->number == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < n; i++)
            to->number[i] = from->number[row[i]];
    }
    if (from->level != NULL) {
        to->level = tn_calloc(n, sizeof *to->level);
        if (to->level == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < n; i++)
            to->level[i] = from->level[row[i]];
    }
    return 0;
}

int tn_subset_init(
    tn_frame_t *self, const tn_frame_t *frame, size_t n, const uint32_t *row, int n_extra)
{
    *self = (tn_frame_t){.n_rows = n};
    self->column = tn_calloc((size_t)frame->n_columns + (size_t)n_extra, sizeof *self->column);
    if (self->column == NULL) return TN_ENOMEM;
    for (int j = 0; j < frame->n_columns; j++) {
        self->n_columns = j + 1;
        if (take_column(&self->column[j], &frame->column[j], n, row) < 0) {
            tn_subset_free(self, frame);
            return TN_ENOMEM;
        }
    }
    return 0;
}

void tn_subset_add(tn_frame_t *self, const char *name, double *values) /* NOLINT: kept */
{
    self->column[self->n_columns++] = (tn_frame_column_t){.name = (char *)name, .number = values};
}

void tn_subset_free(tn_frame_t *self, const tn_frame_t *frame)
{
    for (int j = 0; j < self->n_columns && j < frame->n_columns; j++) {
        tn_free(self->column[j].number);
        tn_free(self->column[j].level);
    }
    tn_free(self->column);
    *self = (tn_frame_t){0};
}
