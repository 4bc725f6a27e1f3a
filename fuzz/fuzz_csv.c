/* CSV from outside bytes: a frame that is made is whole, and its texts are in order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tenure/frame.h"

static void check_column(const tn_frame_column_t *c, size_t n_rows)
{
    if (c->name == NULL || c->name[0] == '\0') abort();
    if ((c->number == NULL) == (c->level == NULL)) abort();
    for (size_t i = 0; c->level != NULL && i < n_rows; i++) {
        if (c->level[i] < -1 || c->level[i] >= c->n_levels) abort();
    }
    for (int k = 1; k < c->n_levels; k++) {
        if (strcmp(c->levels[k - 1], c->levels[k]) >= 0) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    tn_frame_t frame;
    if (tn_frame_read_memory(&frame, "a.csv", bytes, n, NULL, NULL) < 0) return 0;
    for (int j = 0; j < frame.n_columns; j++)
        check_column(&frame.column[j], frame.n_rows);
    tn_frame_free(&frame);
    return 0;
}
