/* Civil dates to days and back. Idea: count years from March, so that the leap day comes last.
 * Source: the usual era arithmetic of the proleptic Gregorian calendar. */
#include "base/date.h"

#include <math.h>
#include <string.h>

#define DAYS_PER_ERA  146097 /* 400 years */
#define EPOCH         719468 /* days from 0000-03-01 to 1970-01-01 */
#define WEEKS_IN_YEAR 52.18
#define MAX_WEEKS     5218 /* a hundred years */

int32_t tn_date_from_ymd(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * DAYS_PER_ERA + day_of_era - EPOCH);
}

void tn_date_to_ymd(int32_t days, int *year, int *month, int *day)
{
    const int z = days + EPOCH;
    const int era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    const int day_of_era = z - era * DAYS_PER_ERA;
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static bool read_digits(const char *text, int n, int *value)
{
    *value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

bool tn_date_parse(const char *text, size_t n, int32_t *day)
{
    int y, m, d, y2, m2, d2;
    if (n != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!read_digits(text, 4, &y) || !read_digits(text + 5, 2, &m)) return false;
    if (!read_digits(text + 8, 2, &d)) return false;
    if (y < 1000 || m < 1 || m > 12 || d < 1 || d > 31) return false;
    const int32_t days = tn_date_from_ymd(y, m, d);
    tn_date_to_ymd(days, &y2, &m2, &d2);
    if (y2 != y || m2 != m || d2 != d) return false;
    *day = days;
    return true;
}

void tn_date_format(int32_t day, char out[11])
{
    int y, m, d;
    tn_date_to_ymd(day, &y, &m, &d);
    const int parts[8] = {
        y / 1000 % 10, y / 100 % 10, y / 10 % 10, y % 10, m / 10, m % 10, d / 10, d % 10};
    static const int place[8] = {0, 1, 2, 3, 5, 6, 8, 9};
    memcpy(out, "0000-00-00", 11);
    for (int k = 0; k < 8; k++)
        out[place[k]] = (char)('0' + parts[k]);
}

bool tn_duration_parse(const char *text, size_t n, int *weeks)
{
    int number;
    if (n < 2 || n > 5 || !read_digits(text, (int)n - 1, &number) || number < 1) return false;
    if (text[n - 1] == 'y') {
        if (number > 100) return false;
        number = (int)ceil(number * WEEKS_IN_YEAR);
    } else if (text[n - 1] != 'w') {
        return false;
    }
    if (number > MAX_WEEKS) return false;
    *weeks = number;
    return true;
}
