/* Numbers as text. snprintf writes the locale's decimal point; whatever it is, one '.' replaces it.
 */
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LARGE 1e12 /* larger numbers are shown with an exponent */

/** Replaces the locale's decimal point, which may be several bytes, by '.'. */
static void point(char *text)
{
    char *at = text + strspn(text, "+-0123456789");
    if (*at == '\0' || *at == 'e') return;
    const size_t n = strcspn(at, "0123456789");
    *at = '.';
    memmove(at + 1, at + n, strlen(at + n) + 1);
}

static void format(char out[TN_NUMBER_SIZE], double value, int decimals, const char *fixed)
{
    if (!isfinite(value)) {
        (void)snprintf(out, TN_NUMBER_SIZE, "-");
        return;
    }
    if (fabs(value) >= LARGE) {
        (void)snprintf(out, TN_NUMBER_SIZE, "%.3e", value);
    } else {
        (void)snprintf(out, TN_NUMBER_SIZE, fixed[0] == '+' ? "%+.*f" : "%.*f", decimals, value);
    }
    point(out);
    if (strpbrk(out, "123456789") == NULL && (out[0] == '-' || out[0] == '+')) {
        memmove(out, out + 1, strlen(out));
    }
}

void tn_number_fixed(char out[TN_NUMBER_SIZE], double value, int decimals)
{
    format(out, value, decimals, "");
}

void tn_number_signed(char out[TN_NUMBER_SIZE], double value, int decimals)
{
    format(out, value, decimals, "+");
}

void tn_number_exact(char out[TN_NUMBER_SIZE], double value)
{
    out[0] = '\0';
    if (!isfinite(value)) return;
    (void)snprintf(out, TN_NUMBER_SIZE, "%.17g", value);
    point(out);
}

void tn_number_exponent(char out[TN_NUMBER_SIZE], double value, int decimals)
{
    if (!isfinite(value)) {
        (void)snprintf(out, TN_NUMBER_SIZE, "-");
        return;
    }
    (void)snprintf(out, TN_NUMBER_SIZE, "%.*e", decimals, value);
    point(out);
}

int tn_number_decimals(double se, int most)
{
    if (!isfinite(se) || se <= 0.0) return most;
    for (int d = 0; d < most; d++) {
        /* does the error round to at least one unit of this place? */
        if (se * pow(10.0, d) >= 0.95) return d;
    }
    return most;
}

void tn_number_error(char out[TN_NUMBER_SIZE], double se, int least, int most)
{
    if (!isfinite(se)) {
        (void)snprintf(out, TN_NUMBER_SIZE, "?");
        return;
    }
    const int needed = tn_number_decimals(se, most);
    const int decimals = needed > least ? needed : least;
    const double unit = pow(10.0, -decimals);
    tn_number_fixed(out, se > 0.0 && se < unit ? unit : se, decimals);
}

/** Decimals of a percentage: one, two for the small ones, never more than the error supports. */
static int percent_decimals(tn_estimate_t e)
{
    return tn_number_decimals(100.0 * e.se, 100.0 * e.p < 0.995 ? 2 : 1);
}

void tn_number_percent(char out[TN_NUMBER_SIZE], tn_estimate_t e)
{
    if (e.p == 0.0 && e.se == 0.0) { /* happened in no world */
        (void)snprintf(out, TN_NUMBER_SIZE, "0");
        return;
    }
    tn_number_fixed(out, 100.0 * e.p, percent_decimals(e));
}

void tn_number_percent_error(char out[TN_NUMBER_SIZE], tn_estimate_t e)
{
    tn_number_error(out, 100.0 * e.se, percent_decimals(e), 2);
}

void tn_number_value_error(char out[TN_NUMBER_SIZE], tn_estimate_t e, int most, const char *pm)
{
    char error[TN_NUMBER_SIZE];
    const int decimals = tn_number_decimals(e.se, most);
    tn_number_fixed(out, e.p, decimals);
    if (!isfinite(e.p)) return; /* nothing known: no error either */
    tn_number_error(error, e.se, decimals, most);
    const size_t n = strlen(out);
    (void)snprintf(out + n, TN_NUMBER_SIZE - n, " %s%s", pm, error);
}

bool tn_number_is_thin(double ess_share, int64_t n_worlds)
{
    return ess_share < 0.1 && ess_share * (double)n_worlds < 10.0 * 1024.0;
}
