/* Figures of a column share their decimals, so that points stand below each other. The largest has
 * four significant digits; small ones add up to two decimals; what still vanishes gets an exponent.
 */
#include <math.h>
#include <string.h>

#include "report/fit_text.h"

#define DIGITS        4
#define SMALL_DIGITS  2
#define MORE_DECIMALS 2 /* for the sake of small figures */
#define MOST_DECIMALS 6
#define LARGE         1e7 /* from here on an exponent */
#define SMALLEST_P    1e-4

static int most(int a, int b) { return a > b ? a : b; }
static int least(int a, int b) { return a < b ? a : b; }

/* Decimals that show so many significant digits of a value above zero. */
static int decimals_for(double value, int digits)
{
    return most(0, digits - 1 - (int)floor(log10(value)));
}

/* The fewest decimals, at most `limit`, that lose nothing of any value. */
static int exact_decimals(const double *value, const size_t *row, size_t n, int limit)
{
    int d = 0;
    for (size_t i = 0; i < n && d < limit; i++) {
        const double v = fabs(value[row[i]]);
        if (!(v < LARGE)) continue;
        while (d < limit) {
            const double scaled = v * pow(10.0, d);
            if (fabs(scaled - round(scaled)) <= 1e-9 * scaled) break;
            d++;
        }
    }
    return d;
}

static int number_decimals(const double *value, const size_t *row, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double v = fabs(value[row[i]]);
        if (v < LARGE) largest = fmax(largest, v);
    }
    if (largest == 0.0 || exact_decimals(value, row, n, 1) == 0) return 0;
    const int enough = least(decimals_for(largest, DIGITS), MOST_DECIMALS);
    int decimals = enough;
    for (size_t i = 0; i < n; i++) {
        const double v = fabs(value[row[i]]);
        if (!(v < LARGE) || v == 0.0) continue;
        const int wanted = decimals_for(v, SMALL_DIGITS);
        if (wanted <= least(enough + MORE_DECIMALS, MOST_DECIMALS))
            decimals = most(decimals, wanted);
    }
    return decimals;
}

static int p_decimals(const double *value, const size_t *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (value[row[i]] < 0.01) return 4;
    }
    return 3;
}

tn_figures_t tn_figures_for(const tn_fit_column_t *column, const size_t *row, size_t n)
{
    tn_figures_t self = {.kind = column->kind};
    const double *value = column->number;
    if (value == NULL) return self;
    switch (column->kind) {
    case TN_FIT_TEXT: break;
    case TN_FIT_COUNT: self.decimals = exact_decimals(value, row, n, 2); break;
    case TN_FIT_TIME: self.decimals = exact_decimals(value, row, n, 3); break;
    case TN_FIT_PROBABILITY: self.decimals = exact_decimals(value, row, n, 4); break;
    case TN_FIT_PVALUE: self.decimals = p_decimals(value, row, n); break;
    case TN_FIT_NUMBER: self.decimals = number_decimals(value, row, n); break;
    }
    return self;
}

void tn_figures_format(const tn_figures_t *self, double value, char out[TN_NUMBER_SIZE])
{
    const double size = fabs(value);
    const double unit = pow(10.0, -self->decimals);
    const bool is_hidden =
        self->kind == TN_FIT_PROBABILITY && value > 0.0 && value < 0.5 * SMALLEST_P;
    if (isinf(value)) {
        (void)snprintf(out, TN_NUMBER_SIZE, value > 0.0 ? "Inf" : "-Inf");
    } else if ((self->kind == TN_FIT_PVALUE && value < SMALLEST_P) || is_hidden) {
        (void)snprintf(out, TN_NUMBER_SIZE, "<0.0001");
    } else if (size >= LARGE && self->kind != TN_FIT_COUNT) {
        tn_number_exponent(out, value, DIGITS - 1);
    } else if (size > 0.0 && size < 5.0 * unit && self->kind == TN_FIT_NUMBER &&
               self->decimals > 0) {
        tn_number_exponent(out, value, 1);
    } else {
        tn_number_fixed(out, value, self->decimals);
    }
}
