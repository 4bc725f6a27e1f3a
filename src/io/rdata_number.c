#include "io/rdata_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 15

static int most(int a, int b) { return a > b ? a : b; }

size_t tn_rdata_number(double x, int scipen, char text[TN_RDATA_NUMBER_BYTES])
{
    if (!isfinite(x)) {
        const char *word = isnan(x) ? "NaN" : x > 0.0 ? "Inf" : "-Inf";
        return (size_t)snprintf(text, TN_RDATA_NUMBER_BYTES, "%s", word);
    }
    if (x == 0.0) x = 0.0; /* no -0 */
    char longest[32];      /* -d.dddddddddddddde-ddd */
    snprintf(longest, sizeof longest, "%.*e", MOST_DIGITS - 1, fabs(x));
    const char *mark = strchr(longest, 'e');
    if (mark == NULL) return 0; /* not in C's notation */
    const int power = (int)strtol(mark + 1, NULL, 10);
    int digits = MOST_DIGITS;
    while (digits > 1 && longest[digits] == '0') /* [0] d, [1] the point */
        digits--;
    const int places = most(0, digits - power - 1);
    const int fixed = most(power, 0) + 1 + (places > 0 ? places + 1 : 0);
    const int scientific = digits + (digits > 1) + (abs(power) >= 100 ? 5 : 4);
    const int n = fixed <= scientific + scipen
                      ? snprintf(text, TN_RDATA_NUMBER_BYTES, "%.*f", places, x)
                      : snprintf(text, TN_RDATA_NUMBER_BYTES, "%.*e", digits - 1, x);
    return (size_t)most(0, n < TN_RDATA_NUMBER_BYTES ? n : TN_RDATA_NUMBER_BYTES - 1);
}
