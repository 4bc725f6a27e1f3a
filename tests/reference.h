/** Reference figures: CSV files of the shared reference set, read with TENURE_SHARED; the test says
 *  "skipped" without it. */
#ifndef TN_TESTS_REFERENCE_H
#define TN_TESTS_REFERENCE_H
#include <stdbool.h>
#include <stddef.h>

typedef struct reference {
    char *bytes;
    char ***cell;  /* row, column; row 0 is the header; quotes removed */
    size_t n_rows; /* without the header */
    int n_columns;
} reference_t;

/** Reads $TENURE_SHARED/reference/NAME; false without TENURE_SHARED. Fails the test on a bad file.
 */
bool reference_read(reference_t *self, const char *name);
/** The same for any file of that kind. */
void reference_read_file(reference_t *self, const char *path);
void reference_free(reference_t *self);
/** Column of that name; fails the test if there is none. */
int reference_column(const reference_t *self, const char *name);
/** Text of a cell, row 0 = first data row. */
const char *reference_text(const reference_t *self, size_t row, const char *column);
/** Number of a cell; NA is NaN. */
double reference_number(const reference_t *self, size_t row, const char *column);
/** The whole column as numbers (NA = NaN); free with free(). */
double *reference_numbers(const reference_t *self, const char *column);
#endif
