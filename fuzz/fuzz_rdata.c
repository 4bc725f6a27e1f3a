/* R data files from outside bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "tenure/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    tn_frame_t frame;
    if (tn_frame_read_memory(&frame, "a.rda", bytes, n, NULL, NULL) < 0) return 0;
    for (int j = 0; j < frame.n_columns; j++) {
        const tn_frame_column_t *c = &frame.column[j];
        if (c->name == NULL || (c->number == NULL) == (c->level == NULL)) abort();
        for (size_t i = 0; c->level != NULL && i < frame.n_rows; i++) {
            if (c->level[i] < -1 || c->level[i] >= c->n_levels) abort();
        }
    }
    tn_frame_free(&frame);
    return 0;
}
