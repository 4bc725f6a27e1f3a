/** The panel of leader-months: who was in office when, and what was known of him and of his country
 * at an earlier month, the landmark. Nothing after the landmark enters what is known, not even the
 * date of the next vote: it is projected from the votes before. */
#ifndef TN_DATA_PANEL_H
#define TN_DATA_PANEL_H
#include "data/history.h"

/** Months are counted: year * 12 + (month - 1). */
int tn_month_of_day(int32_t day);
/** First day of a month. */
int32_t tn_month_begin(int month);

typedef enum tn_vote { TN_VOTE_LEGISLATIVE, TN_VOTE_EXECUTIVE, TN_N_VOTES } tn_vote_t;

/** Votes of one kind as seen from the landmark. */
typedef struct tn_vote_cycle {
    bool is_held; /* there was one */
    bool is_due;  /* a next one can be expected: the last is not too long ago */
    int last;     /* month of the last one; beyond the list of votes, of the last that was due */
    int next;     /* month of the next: last + term; the month after the landmark if overdue */
    int term;     /* months: longest of the last three intervals, or the usual term */
} tn_vote_cycle_t;

#define TN_PAST_TENURES 4

/** What is known at the end of month `landmark`. */
typedef struct tn_known {
    int landmark;
    int entered;         /* month */
    double born;         /* year and fraction; NAN if not known */
    int8_t sex, entry;   /* tn_sex_code_t, tn_entry_t */
    int8_t times_before; /* earlier spells in this office */
    tn_regime_t regime;
    int gwcode;
    bool has_country; /* false: the rest is not known, and empty */
    tn_vote_cycle_t vote[TN_N_VOTES];
    double irregular;          /* irregular exits, halving every seven years (weight exp(-t/10)) */
    double coups;              /* coup attempts, weight exp(-t/5) */
    int n_past;                /* leaders who left in a regular or unknown way within 30 years, 4 at
                                * most */
    int past[TN_PAST_TENURES]; /* their months in office, the latest last */
} tn_known_t;

/** What was known of the leader of this spell, in office at the landmark. */
void tn_known_of_spell(
    tn_known_t *self, const tn_history_t *h, const tn_office_spell_t *spell, int landmark);

/** Fills regime and country of `self` from its gwcode and landmark; has_country is set. The regime
 * in force when the list of regimes ends is carried forward. */
void tn_known_of_country(tn_known_t *self, const tn_history_t *h);

#define TN_PANEL_STAYS (-1)

/** A leader-month. */
typedef struct tn_panel_row {
    int32_t spell;   /* of the history */
    int16_t outcome; /* tn_route_t if the spell ended in this month, else TN_PANEL_STAYS */
    int16_t lead;    /* months from landmark to month, 1..12 */
    int32_t month;
} tn_panel_row_t;

typedef struct tn_panel {
    size_t n;
    tn_panel_row_t *row; /* ordered by month, then spell */
    int from, to;        /* months, inclusive */
} tn_panel_t;

/** All leader-months from..to whose landmark lies in the spell too. The leads go round 1..12, so
 * that a hazard is learned as seen from all of them. Months in which a spell ends in an unknown way
 * are left out, and countries where most exits are unknown.
 *  @param to  at most the last month that the spells cover.   @return 0, TN_ENOMEM. */
int tn_panel_init(tn_panel_t *self, const tn_history_t *h, int from, int to);
void tn_panel_free(tn_panel_t *self);

/** The last month of the last year in which at most a quarter of the exits have an unknown route:
 * what a fit by route can use. */
int tn_panel_routes_to(const tn_history_t *h);

/** The spell of who is in office at the end of the day: the latest begun. NULL if none. */
const tn_office_spell_t *tn_spell_in_office(const tn_history_t *h, int gwcode, int32_t day);
#endif
