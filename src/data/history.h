/** What the data sets say about rulers, in memory: spells in office of effective leaders, regimes,
 * elections and coup attempts, by Gleditsch-Ward number. Read from the store once; the panel and
 * the base rates take it as const. */
#ifndef TN_DATA_HISTORY_H
#define TN_DATA_HISTORY_H
#include "base/date.h"
#include "tenure/case.h"

#define TN_EXIT_CENSORED (-1) /* still in office when the data set ends */
#define TN_EXIT_UNKNOWN  (-2)

typedef enum tn_precision { TN_BY_DAY, TN_BY_MONTH, TN_BY_YEAR, TN_NOT_KNOWN } tn_precision_t;
typedef enum tn_sex_code { TN_SEX_UNKNOWN = -1, TN_SEX_MALE, TN_SEX_FEMALE } tn_sex_code_t;
typedef enum tn_entry {
    TN_ENTRY_UNKNOWN = -1,
    TN_ENTRY_REGULAR,
    TN_ENTRY_IRREGULAR,
    TN_ENTRY_FOREIGN
} tn_entry_t;

/** One spell in office. Dates are days since 1970-01-01; a date known by month or year only stands
 * at its middle, and its precision says so. */
typedef struct tn_spell {
    const char *id;     /* source:row key, "archigos:RUS-2012"; unique */
    const char *person; /* the same for all spells of one person */
    const char *name;   /* UTF-8 */
    int gwcode;
    int32_t start, end;  /* end is the last day in office; the censoring date if censored */
    int32_t counts_from; /* first day at risk: start, or later where another source covers before */
    int32_t born;        /* TN_DATE_NONE if not known */
    int16_t exit_route;  /* tn_route_t, TN_EXIT_CENSORED, TN_EXIT_UNKNOWN */
    int8_t start_precision, end_precision, born_precision;
    int8_t sex, entry;
    int8_t times_before;  /* earlier spells of the person in this office */
    bool suicide, rebels; /* flags of the routes death and uprising */
} tn_office_spell_t;

typedef enum tn_regime {
    TN_REGIME_UNKNOWN = -1,
    TN_REGIME_PARLIAMENTARY,
    TN_REGIME_PRESIDENTIAL,
    TN_REGIME_PERSONAL,
    TN_REGIME_PARTY,
    TN_REGIME_MILITARY,
    TN_REGIME_MONARCHY,
    TN_REGIME_PROVISIONAL, /* provisional (civilian or military), warlord, occupied, foreign */
    TN_N_REGIMES
} tn_regime_t;

/** Days from..to (inclusive) under one type of regime. `type` is the finer text of the source
 * ("Dominant Party", "Indirect Military", "Party-Personal-Military Hybrid", ...). */
typedef struct tn_regime_spell {
    int gwcode;
    int32_t from, to;
    tn_regime_t regime;
    const char *type;
} tn_regime_spell_t;

/** A national vote that was held. */
typedef struct tn_election {
    int gwcode;
    int32_t day;
    int8_t precision;
    bool executive; /* of the executive; else of the legislature. Referendums are left out. */
    bool direct;
} tn_election_t;

typedef struct tn_coup {
    int gwcode;
    int32_t day;
    int8_t precision;
    bool success;
} tn_coup_t;

/** Each array is ordered by (gwcode, start day). All text belongs to the history. */
typedef struct tn_history {
    tn_office_spell_t *spell;
    tn_regime_spell_t *regime;
    tn_election_t *election;
    tn_coup_t *coup;
    size_t n_spells, n_regimes, n_elections, n_coups;
    int32_t spells_to, regimes_to, elections_to, coups_to; /* last day that the data cover */
    void *text;                                            /* tn_arena_t that owns the text */
} tn_history_t;

/** Reads everything from the store. Regimes in force at regimes_to end there: who needs later days
 *  carries them forward.
 *  @return 0; TN_EIO, TN_EDB, TN_ENOMEM. On failure *self is empty. */
TN_MUST_CHECK int tn_history_load(tn_history_t *self, const char *store_path, tn_error_t *err);
void tn_history_free(tn_history_t *self);
#endif
