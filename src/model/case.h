/** The case as the simulator sees it: checked, with all defaults filled in. See scenario format,
 * model 2 and 5. Everything inside is owned by the case and freed by tn_case_free(). */
#ifndef TN_MODEL_CASE_H
#define TN_MODEL_CASE_H
#include <stdbool.h>
#include <stdint.h>

#include "model/observables.h"
#include "model/parameters.h"
#include "tenure/base.h"
#include "tenure/case.h"
#include "tenure/forecast.h"

#define TN_MIN_ACTORS        3
#define TN_MAX_ACTORS        63 /* a coalition is a 64-bit mask */
#define TN_MAX_EVENTS        1000
#define TN_MAX_ORIGINS       500
#define TN_MAX_REPORTS       2000
#define TN_MAX_VIA           16
#define TN_MAX_SCHEDULED     100
#define TN_MAX_SILENCES      500
#define TN_MAX_EFFECTS       100
#define TN_MAX_NOT_ENTERED   1000
#define TN_MAX_HISTORY_WEEKS 5218 /* from start to as_of */

typedef enum tn_basis {
    TN_BASIS_NONE,
    TN_BASIS_PUBLIC,
    TN_BASIS_REPORTED,
    TN_BASIS_JUDGEMENT
} tn_basis_t;
typedef enum tn_succession_rule { TN_SUCCESSION_VOTE, TN_SUCCESSION_URC } tn_succession_rule_t;

/** Where a block's numbers come from, kept for the reader. */
typedef struct tn_remark {
    tn_basis_t basis;
    char *note; /* may be NULL */
} tn_remark_t;

typedef struct tn_leader {
    char *name;
    int32_t born; /* days since 1970-01-01 */
    bool is_female;
    char *life_table;  /* name, or NULL if given as numbers */
    double m69, slope; /* Gompertz constants, resolved: hazard at 69 (1/yr), exponent (1/yr) */
    double elite_multiplier, guard;
    int32_t entered; /* TN_DATE_NONE: not given */
    int8_t regime;   /* tn_regime_t; -1: not given */
    int8_t entry;    /* tn_entry_t */
    char *country;   /* as given; NULL: not given */
    tn_remark_t remark;
} tn_leader_t;

typedef struct tn_actor {
    char *id, *name, *office, *note; /* name = id if not given; office, note may be NULL */
    int group;                       /* index into tn_case.group; -1 none */
    double power, force;             /* as in the file: relative */
    double position, exposure, rent, grievance, candidate;
    bool is_interim;
    tn_basis_t basis;
} tn_actor_t;

typedef enum tn_effect_kind {
    TN_EFFECT_SANCTIONS,
    TN_EFFECT_FEAR,
    TN_EFFECT_THREAT,
    TN_EFFECT_PROTEST,
    TN_EFFECT_ECONOMY,
    TN_EFFECT_WAR_PROGRESS,
    TN_EFFECT_WAR_START,
    TN_EFFECT_WAR_END,
    TN_EFFECT_WAR_DEFEAT,
    TN_EFFECT_LEADER_ILL,
    TN_EFFECT_REPLACE,
    TN_EFFECT_GRIEVANCE
} tn_effect_kind_t;

/** One effect; an event's effects are kept in file order. */
typedef struct tn_effect {
    tn_effect_kind_t kind;
    double value;    /* added; for GRIEVANCE the amount */
    uint64_t actors; /* REPLACE: one bit; GRIEVANCE: all it reaches */
} tn_effect_t;

typedef struct tn_event {
    char *id, *note;
    bool is_dated;    /* from == to, given as `date` */
    int32_t from, to; /* days */
    double probability;
    int n_effects;
    tn_effect_t *effects;
    tn_basis_t basis;
} tn_event_t;

typedef struct tn_scheduled_exit {
    int32_t date;
    double p_leave;
    tn_basis_t basis;
    char *note;
} tn_scheduled_exit_t;

typedef struct tn_origin {
    char *id, *name, *office, *note;   /* name = id if not given */
    char reliability;                  /* 'A'..'F' */
    bool has_interest;                 /* false: only a relay so far */
    double says_yes[TN_N_OBSERVABLES]; /* chance of "yes" if it did not know: asserts .9, neutral
                                          .5, denies .1 */
    tn_basis_t basis;
} tn_origin_t;

/** One hop between origin and reader. */
typedef struct tn_hop {
    int origin;       /* index into origins, or -1 if only a letter was given */
    char reliability; /* 'A'..'F' */
} tn_hop_t;

typedef struct tn_report {
    char *id, *quote;
    int origin;
    int n_via;
    tn_hop_t *via;
    int32_t date;
    int credibility; /* 1..6 */
    bool is_specific;
    int observable;
    bool is_true;                /* predicates: claim "is" */
    double value, error, offset; /* numbers */
    bool has_window;
    int32_t from, to; /* days; if has_window (a missing end is the report's date, a missing start
                         the same day as `to`) */
    tn_remark_t remark;
} tn_report_t;

typedef struct tn_silence {
    int origin, observable;
    int32_t from, to;
    double p_report;
    tn_remark_t remark;
} tn_silence_t;

/** What the case was read from: enough to read it again elsewhere. */
typedef struct tn_case_source {
    char *bytes;
    size_t n_bytes;
    char **set; /* n_set texts of the settings */
    size_t n_set;
    char *as_of, *horizons; /* NULL: not given */
} tn_case_source_t;

struct tn_case {
    char *name, *title, *file;
    tn_case_source_t source; /* bytes NULL if built by hand */
    char hash[65];
    int32_t start, as_of;
    int n_horizons;
    tn_horizon_t horizon[TN_MAX_HORIZONS]; /* ascending; date = as_of + 7 weeks */
    tn_leader_t leader;
    double target[TN_N_ROUTES]; /* annual hazards of the reference; NAN: none */
    bool is_anchor_fixed;
    bool is_base; /* reference: base; targets not given in the case are filled from it */
    tn_reference_t reference;       /* filled if is_base */
    bool is_from_base[TN_N_ROUTES]; /* the target (death: elite_multiplier) was filled from it */
    double
        prior_sd[TN_N_PARAMETERS]; /* spread of the prior in place of the table's; 0: the table's */
    tn_basis_t reference_basis;
    char *reference_note;
    bool war;
    double war_progress, losses, sanctions;
    double economy, protest; /* NAN: drawn */
    double parameter[TN_N_PARAMETERS];
    bool is_parameter_set[TN_N_PARAMETERS];
    int n_groups;
    char **group;
    int n_actors;
    tn_actor_t *actor;
    double *tie; /* n_actors x n_actors, symmetric, diagonal 0 */
    int n_events;
    tn_event_t *event;
    int n_scheduled;
    tn_scheduled_exit_t *scheduled;
    tn_succession_rule_t rule;
    int n_origins;
    tn_origin_t *origin;
    int n_reports;
    tn_report_t *report;
    int n_silences;
    tn_silence_t *silence;
    int n_not_entered;
    char **not_entered;
    tn_remark_t world_remark, parameters_remark, ties_remark;
    struct tn_arena *arena; /* holds the case itself and everything in it; NULL if built by hand */
};

/** Index of the group, actor, event or origin of that name or id, or -1. */
int tn_case_find_group(const tn_case_t *self, const char *name);
int tn_case_find_actor(const tn_case_t *self, const char *id);
int tn_case_find_event(const tn_case_t *self, const char *id);
int tn_case_find_origin(const tn_case_t *self, const char *id);
#endif
