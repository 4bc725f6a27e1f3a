/** Base rates: how long leaders like this one last, and how they go. The outside view, fitted to
 * all leaders since 1946. A fitted model is shipped with the library and needs no data and no
 * network; a store of imported data (data.h) adds leaders by name and what is known of their
 * country. */
#ifndef TENURE_BASE_H
#define TENURE_BASE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tenure/case.h"
#include "tenure/fit.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A fitted model, and the store it may look into. */
typedef struct tn_base tn_base_t;

/** The model that is shipped. Free with tn_base_free. @return 0, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_shipped(tn_base_t **self, tn_error_t *err);
/** A model written by tn_base_write.
 *  @return 0; TN_EIO; TN_EINPUT with the place and what was expected; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_read(tn_base_t **self, const char *path, tn_error_t *err);
/** Fits the model anew to the store, from 1946 to the last year whose routes of exit are known. The
 *  store is in use afterwards, as with tn_base_use_store.
 *  @param n_threads  0: all processors; the figures do not depend on it.
 *  @return 0; TN_EINPUT: the store holds too little; TN_ECONVERGE; TN_EIO, TN_EDB, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_fit(
    tn_base_t **self, const char *store, int n_threads, tn_error_t *err);
/** JSON, schema "tenure-base-model/2", figures to 9 digits. @return 0, TN_EIO, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_write(const tn_base_t *self, FILE *out, tn_error_t *err);
TN_API void tn_base_free(tn_base_t *self);

/** Reads the store's leaders, regimes, votes and coups. @return 0, TN_EIO, TN_EDB, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_use_store(tn_base_t *self, const char *store, tn_error_t *err);

/** Who is asked about. Dates are days since 1970-01-01; TN_BASE_NO_DATE: not known. */
#define TN_BASE_NO_DATE INT32_MIN
typedef struct tn_base_leader {
    char name[128];   /**< "" if given by traits */
    char country[96]; /**< "" if not given */
    int gwcode;       /**< Gleditsch-Ward number; 0: not given */
    int32_t as_of;    /**< the question is asked on this day */
    int32_t entered;  /**< came to office */
    int32_t born;     /**< may be unknown */
    bool is_female;
    int regime;        /**< index for tn_base_regime(); -1: not known */
    int entry;         /**< 0 regular, 1 irregular, 2 foreign, -1 not known */
    int times_before;  /**< earlier spells in the office */
    int32_t listed_to; /**< of a leader found by name: last day that the list covers */
} tn_base_leader_t;

/** "2022-05-24" to days since 1970-01-01; a real day. */
TN_API bool tn_base_parse_date(const char *text, int32_t *day);
/** "13w" or "5y" (a year is 52.18 weeks, rounded up) to weeks, 1 to 5218. */
TN_API bool tn_base_parse_weeks(const char *text, int *weeks);

/** Words for regimes, "parliamentary" and so on; NULL out of range. */
TN_API const char *tn_base_regime(int regime);
/** Number of a word, or -1. */
TN_API int tn_base_regime_find(const char *word);
/** "regular", "irregular", "foreign"; NULL out of range. */
TN_API const char *tn_base_entry(int entry);

/** Finds who was in office on the day, by name (accents, case and order of words do not matter).
 *  After the end of the list its last leader is taken as still in office.
 *  @return 0; TN_EINPUT: nobody, or several, with their names; TN_EARG without a store. */
TN_API TN_MUST_CHECK int tn_base_find(const tn_base_t *self, const char *name, int32_t as_of,
    tn_base_leader_t *leader, tn_error_t *err);
/** Fills gwcode and country of a leader given by traits from a name or code ("Russia", "RUS").
 *  @return 0; TN_EINPUT with the nearest name. */
TN_API TN_MUST_CHECK int tn_base_set_country(
    tn_base_leader_t *leader, const char *country, tn_error_t *err);

typedef struct tn_base_options {
    const int *weeks; /**< n_weeks horizons, ascending, 1..5218; none: 13, 26, 52, 104, 261 */
    int n_weeks;
    double level; /**< of limits, in (0, 1); 0: 0.95 */
    int route;    /**< world: chances by this route; -1: by any */
} tn_base_options_t;

/** A reference class: leaders alike, counted. */
typedef struct tn_reference_class {
    char text[160]; /**< "leaders of personalist regimes, 20 or more years in office" */
    size_t n_spells, n_exits;
    double leader_years, per_year, lower, upper; /**< exits a year, exact 95 % limits */
} tn_reference_class_t;

/** A yearly hazard with 95 % limits and the standard deviation of its logarithm. */
typedef struct tn_reference_hazard {
    double per_year, lower, upper, log_sd;
} tn_reference_hazard_t;

/** What `reference: base` in a case stands for: the shipped figures for a leader of these traits,
 *  the mean over the first five years. */
typedef struct tn_reference {
    tn_reference_hazard_t route[TN_N_ROUTES], any;
    tn_reference_class_t narrow, wide; /**< the class, and the next wider one */
    double elite_multiplier;           /**< mortality relative to the life table */
    char from[16], to[16];             /**< months that it was fitted to, "1946-01" */
    size_t n_months;                   /**< leader-months */
} tn_reference_t;
/** @param leader  the as-of day, entered, born, regime and entry count; the rest is not needed.
 *  @return 0, TN_EDOMAIN, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_reference(
    tn_reference_t *out, const tn_base_t *self, const tn_base_leader_t *leader, tn_error_t *err);

/** One leader: tables "exit" (chance by date with limits, and by route), "hazards" (per year over
 *  the first year, by route), "classes" (the reference class, the next wider ones: spells,
 *  leader-years, exits, yearly rate with exact limits), "median".
 *  @param out  free with tn_fit_free.
 *  @return 0; TN_EARG; TN_EDOMAIN (in office after the as-of day); TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_leader_tables(tn_fit_t *out, const tn_base_t *self,
    const tn_base_leader_t *leader, const tn_base_options_t *opt, tn_error_t *err);
/** The tables of tn_base_leader_tables as a page to read. @return 0, TN_EIO, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_base_report_text(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err);
/** The same leader month by month up to the last horizon: table "curve". */
TN_API TN_MUST_CHECK int tn_base_curve_tables(tn_fit_t *out, const tn_base_t *self,
    const tn_base_leader_t *leader, const tn_base_options_t *opt, tn_error_t *err);
/** Every leader in office on a day, by falling chance to leave within the first horizon: table
 * "world". Needs a store. */
TN_API TN_MUST_CHECK int tn_base_world_tables(tn_fit_t *out, const tn_base_t *self, int32_t as_of,
    const tn_base_options_t *opt, tn_error_t *err);
/** Counts and yearly rates of reference classes, by regime and time in office: table "classes". */
TN_API TN_MUST_CHECK int tn_base_class_tables(
    tn_fit_t *out, const tn_base_t *self, const tn_base_options_t *opt, tn_error_t *err);
/** What a chance p within `weeks` means at a constant hazard: per year, and by other dates, beside
 *  the base rate of a leader if given. Tables "implied" and "exit".
 *  @param leader  or NULL. */
TN_API TN_MUST_CHECK int tn_base_implied_tables(tn_fit_t *out, const tn_base_t *self, double p,
    int weeks, const tn_base_leader_t *leader, const tn_base_options_t *opt, tn_error_t *err);
/** What a new fit changed: table "changes", the figures of both models where they differ most. */
TN_API TN_MUST_CHECK int tn_base_change_tables(tn_fit_t *out, const tn_base_t *before,
    const tn_base_t *after, const tn_base_options_t *opt, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
