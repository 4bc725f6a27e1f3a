/* Tries more and more digits until the text reads back. Whatever stands between the digits is the
 * locale's decimal point (one byte or several) and becomes '.'. */
#include "base/decimal.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_digits(double value, int n_digits, char out[TN_DECIMAL_SIZE])
{
    char raw[TN_DECIMAL_SIZE];
    size_t n = 0;
    snprintf(raw, sizeof raw, "%.*g", n_digits, value);
    for (const char *s = raw; *s != '\0'; s++) {
        const bool is_ours = strchr("0123456789+-e", *s) != NULL;
        if (is_ours) {
            out[n++] = *s;
        } else if (n > 0 && out[n - 1] != '.') {
            out[n++] = '.';
        }
    }
    out[n] = '\0';
}

void tn_decimal_format(double value, int n_digits, char out[TN_DECIMAL_SIZE])
{
    if (fabs(value) < 1e15 && value == floor(value)) {
        snprintf(out, TN_DECIMAL_SIZE, "%.0f", value); /* 10, not 1e+01 */
        return;
    }
    for (int digits = 1; digits <= n_digits; digits++) {
        double back;
        print_digits(value, digits, out);
        if (tn_str_to_double(out, strlen(out), &back) && back == value) return;
    }
}
