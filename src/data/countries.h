/** States and their codes, with dates: Gleditsch-Ward numbers, Correlates of War numbers, ISO 3166
 * three letters. A code means nothing without a system and a day: 970 is Kiribati in one system and
 * Nauru in the other. */
#ifndef TN_DATA_COUNTRIES_H
#define TN_DATA_COUNTRIES_H
#include "base/date.h"

typedef struct tn_country {
    int gwcode;         /* Gleditsch-Ward number, our key */
    const char *name;   /* short English name of today, UTF-8 */
    const char *cow3;   /* Correlates of War letters, "RUS" */
    const char *iso3;   /* "RUS", or NULL if the state ended before the standard */
    int cowcode;        /* or 0 */
    int32_t from, to;   /* days of the state's membership in the system (Gleditsch-Ward list, or our
                           own dates for microstates); to = INT32_MAX while it lasts */
    const char *region; /* one of: Americas, Europe, Sub-Saharan Africa, Middle East and North
                           Africa, Asia, Oceania */
    const char *income; /* group of the life table: see lifetable.h; NULL if not classed */
} tn_country_t;

/** All rows, ordered by gwcode, from. Static. */
const tn_country_t *tn_countries(size_t *n);

/** Gleditsch-Ward number of a code on a day; 0 if no state had it on that day. Withdrawn ISO
 * letters are known (SUN, ZAR, ...). TN_DATE_NONE: among the states of today. */
int tn_country_from_cow(int cowcode, int32_t day);
int tn_country_from_iso3(const char *iso3, int32_t day);
/** The same where lists run before independence or after the end of a state: the number that had
 * the code nearest in time. gap: out, days outside the state's time, 0 if inside. 0 if the code is
 * not known at all. */
int tn_country_near_cow(int cowcode, int32_t day, int64_t *gap);
int tn_country_near_iso3(const char *iso3, int32_t day, int64_t *gap);
/** By any name or code a person would type: "Russia", "russia", "RUS", "365" (Gleditsch-Ward);
 * today's if day is TN_DATE_NONE. 0 if none. Where letters mean two states (AUS), ISO goes before
 * Correlates of War, unless only the latter fits the day. */
int tn_country_find(const char *text, int32_t day);
/** The row of a number on a day (or the last row of the number); NULL if none. */
const tn_country_t *tn_country_get(int gwcode, int32_t day);
/** The name nearest to text, for messages; NULL if none is near. */
const char *tn_country_nearest(const char *text);
#endif
