/* Formulas from outside bytes against a fixed frame: a design that is made predicts its own
 * rows with the same figures. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tenure/design.h"

static double stop[6] = {5, 2, 3, 9, 4, 8}, status[6] = {1, 0, 2, 1, NAN, 2};
static double age[6] = {61.5, 48, NAN, 55, 66, 43}, w[6] = {1, 2, 0, 1, 1, 1};
static int32_t sex[6] = {0, 1, 1, 0, -1, 0}, end[6] = {0, 1, 2, 2, 1, 0};
static char *sex_levels[2] = {"f", "m"}, *end_levels[3] = {"censored", "coup", "regular"};
static tn_frame_column_t columns[6] = {{.name = "t", .number = stop},
    {.name = "d", .number = status}, {.name = "age", .number = age}, {.name = "w", .number = w},
    {.name = "sex", .level = sex, .levels = sex_levels, .n_levels = 2},
    {.name = "end", .level = end, .levels = end_levels, .n_levels = 3, .is_factor = true}};
static const tn_frame_t frame = {.n_rows = 6, .n_columns = 6, .column = columns};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    tn_design_t design;
    tn_design_rows_t rows;
    char *text = malloc(n + 1);
    if (text == NULL) abort();
    if (n > 0) memcpy(text, bytes, n);
    text[n] = '\0';
    for (int k = 0; k < 3; k++) {
        const tn_design_options_t opt = {
            .intercept = (tn_intercept_t)k, .are_groups = k == 2, .is_right_only = text[0] == '~'};
        if (tn_design_init(&design, text, &frame, &opt, NULL, NULL) < 0) continue;
        if (tn_design_predict(&design, &frame, &rows, NULL, NULL) == 0) {
            for (size_t j = 0; j < (size_t)design.n_columns; j++)
                for (size_t i = 0; i < design.n; i++)
                    if (fabs(rows.x[j * 6 + design.row[i]] - design.x[j * design.n + i]) > 0)
                        abort();
            tn_design_rows_free(&rows);
        }
        tn_design_free(&design);
    }
    free(text);
    return 0;
}
