/** What reports can be about (model 8.1): one list for the case schema, the claims and the
 * simulator. */
#ifndef TN_MODEL_OBSERVABLES_H
#define TN_MODEL_OBSERVABLES_H
#include <stdbool.h>

/* X(name, kind, range of a number claim, meaning); numbers come last */
/* clang-format off */
#define TN_OBSERVABLE_LIST(X) \
    X(discontent_widespread, STATE, 0.0, "power-weighted discontent G is at least 0.40") \
    X(dove_discontent, STATE, 0.0, "mean discontent of actors with position below -0.1 is at least 0.40") \
    X(hawk_discontent, STATE, 0.0, "mean discontent of actors with position above 0.1 is at least 0.40") \
    X(successor_talk, STATE, 0.0, "voiced discontent V is at least 0.25") \
    X(plot_in_preparation, STATE, 0.0, "a plot was active at the start of the week") \
    X(coup_under_way, STATE, 0.0, "an active plot could succeed with chance p_lo or better, or a coup is attempted this week") \
    X(coup_attempt, EVENT, 0.0, "a coup is attempted this week") \
    X(plot_detected, EVENT, 0.0, "a plot is detected this week") \
    X(assassination_attempt, EVENT, 0.0, "somebody attempts the leader's life this week") \
    X(uprising, EVENT, 0.0, "an uprising this week") \
    X(defeat, EVENT, 0.0, "the war is lost this week") \
    X(purge, EVENT, 0.0, "somebody is removed by the leader this week") \
    X(purge_of_commander, EVENT, 0.0, "somebody of group military is removed this week") \
    X(leader_ill, STATE, 0.0, "the leader is seriously ill") \
    X(mass_protest, STATE, 0.0, "protest Q is at least 0.40, or an uprising this week") \
    X(elite_discontent, NUMBER, 1.0, "power-weighted discontent G") \
    X(war_losses, LOG_NUMBER, 4.605170185988092, "cumulative military deaths in thousands, error in logs") \
    X(war_progress, NUMBER, 2.0, "war progress b, -1 collapse to +1 triumph") \
    X(sanctions_level, NUMBER, 1.0, "level of sanctions s") \
    X(economy, NUMBER, 6.0, "economy e, z-score") \
    X(protest_level, NUMBER, 1.0, "protest Q") \
    X(fear_level, NUMBER, 1.0, "fear")
/* clang-format on */

typedef enum tn_observable {
#define TN_OBSERVABLE_ENUM(name, ...) TN_O_##name,
    TN_OBSERVABLE_LIST(TN_OBSERVABLE_ENUM)
#undef TN_OBSERVABLE_ENUM
        TN_N_OBSERVABLES
} tn_observable_t;

/** The first so many are true or false in a week; the rest are numbers. */
#define TN_N_PREDICATES ((int)TN_O_elite_discontent)

typedef enum tn_observable_kind {
    TN_OBSERVABLE_STATE,
    TN_OBSERVABLE_EVENT,
    TN_OBSERVABLE_NUMBER,
    TN_OBSERVABLE_LOG_NUMBER
} tn_observable_kind_t;

typedef struct tn_observable_info {
    const char *name;
    tn_observable_kind_t kind;
    double range;
    const char *meaning;
} tn_observable_info_t;

const tn_observable_info_t *tn_observable(int o);
int tn_observable_find(const char *name); /* -1 if unknown */
#endif
