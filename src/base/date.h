/** Calendar dates as days since 1970-01-01 (proleptic Gregorian), and the week as the model's unit
 * of time. */
#ifndef TN_BASE_DATE_H
#define TN_BASE_DATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TN_DAYS_PER_YEAR  365.25
#define TN_WEEKS_PER_YEAR (365.25 / 7.0)
#define TN_DATE_NONE      INT32_MIN

/** Parses exactly "YYYY-MM-DD" (years 1000..9999, real days only) of n characters. */
bool tn_date_parse(const char *text, size_t n, int32_t *day);
/** Writes "YYYY-MM-DD" and NUL into out. */
void tn_date_format(int32_t day, char out[11]);
int32_t tn_date_from_ymd(int year, int month, int day);
void tn_date_to_ymd(int32_t days, int *year, int *month, int *day);

/** Parses "13w" or "5y" (a year is 52.18 weeks, rounded up: 5y = 261) to weeks, 1..5218. */
bool tn_duration_parse(const char *text, size_t n, int *weeks);
#endif
