/* Stata and SPSS files from outside bytes: the first byte says which, the rest is the file. */
#include <stdint.h>
#include <stdlib.h>

#include "tenure/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    tn_frame_t frame;
    if (n == 0) return 0;
    const char *name = bytes[0] % 2 == 0 ? "a.dta" : "a.sav";
    if (tn_frame_read_memory(&frame, name, bytes + 1, n - 1, NULL, NULL) < 0) return 0;
    for (int j = 0; j < frame.n_columns; j++) {
        const tn_frame_column_t *c = &frame.column[j];
        if (c->name == NULL || (c->number == NULL && c->level == NULL)) abort();
        for (size_t i = 0; c->level != NULL && i < frame.n_rows; i++) {
            if (c->level[i] < -1 || c->level[i] >= c->n_levels) abort();
        }
    }
    tn_frame_free(&frame);
    return 0;
}
