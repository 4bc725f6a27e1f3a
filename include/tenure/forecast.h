/** A forecast: exit by date and route, successors, what the reports changed; each with its Monte
 * Carlo error. */
#ifndef TENURE_FORECAST_H
#define TENURE_FORECAST_H
#include <stdbool.h>
#include <stdint.h>

#include "tenure/case.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TN_MAX_HORIZONS   16
#define TN_DEFAULT_WORLDS 100000
#define TN_DEFAULT_SEED   1
#define TN_ALL_ROUTES     ((1u << TN_N_ROUTES) - 1u)

/** Expected numbers of events until exit or the end of the longest horizon, from `start`. */
#define TN_COUNT_LIST(X)                                                                           \
    X(PLOTS, plots, "plots founded")                                                               \
    X(DETECTED, detected, "plots detected")                                                        \
    X(ABANDONED, abandoned, "plots dissolved unseen")                                              \
    X(ATTEMPTS, attempts, "coup attempts")                                                         \
    X(COUPS_FAILED, coups_failed, "coup attempts that failed")                                     \
    X(PURGES, purges, "persons purged")                                                            \
    X(PURGED_PLOT, purged_plot, "of these after a plot")                                           \
    X(ASSASSINATION_ATTEMPTS, assassination_attempts, "attempts on the leader's life")             \
    X(UPRISINGS, uprisings, "uprisings")                                                           \
    X(DEFEATS, defeats, "defeats in war")                                                          \
    X(WAR_ENDS, war_ends, "wars ended otherwise")                                                  \
    X(ILLNESSES, illnesses, "serious illnesses")

typedef enum tn_count {
#define TN_COUNT_ENUM(upper, lower, text) TN_COUNT_##upper,
    TN_COUNT_LIST(TN_COUNT_ENUM)
#undef TN_COUNT_ENUM
        TN_N_COUNTS
} tn_count_t;

/** State of the court on the as-of date (end of the week before it), means over worlds. */
#define TN_STATE_LIST(X)                                                                           \
    X(DISCONTENT, discontent, "discontent G, by power")                                            \
    X(VOICED, voiced, "voiced discontent V, by power")                                             \
    X(FEAR, fear, "fear")                                                                          \
    X(THREAT, threat, "threat the leader perceives")                                               \
    X(PROTEST, protest, "protest")                                                                 \
    X(ECONOMY, economy, "economy, z-score")                                                        \
    X(SANCTIONS, sanctions, "sanctions level")                                                     \
    X(WAR, war, "chance that the war is on")                                                       \
    X(WAR_PROGRESS, war_progress, "war progress, -1 to +1")                                        \
    X(LOSSES, losses, "war deaths, thousands")                                                     \
    X(ILL, ill, "chance that the leader is seriously ill")                                         \
    X(PLOT, plot, "chance that a plot is active")

typedef enum tn_state {
#define TN_STATE_ENUM(upper, lower, text) TN_STATE_##upper,
    TN_STATE_LIST(TN_STATE_ENUM)
#undef TN_STATE_ENUM
        TN_N_STATES
} tn_state_t;

/** Names for JSON and texts for people, by index; NULL if out of range. */
TN_API const char *tn_count_name(int count);
TN_API const char *tn_count_text(int count);
TN_API const char *tn_state_name(int state);
TN_API const char *tn_state_text(int state);

/** Called now and then, from one thread at a time. done and total count world-weeks of the stage
 * named. Return nonzero to cancel: the run then ends with TN_EINTERRUPT. */
typedef int (*tn_progress_fn)(void *ctx, const char *stage, double done, double total);

typedef enum tn_isa { TN_ISA_AUTO, TN_ISA_BASELINE, TN_ISA_AVX2, TN_ISA_AVX512 } tn_isa_t;

/** Consecutive blocks of 1024 worlds, numbered from 1; zeros: all. */
typedef struct tn_block_range {
    int64_t first, last;
} tn_block_range_t;

/** Processes that make one forecast together. Each calls tn_forecast_run() with the same case and
 * options but its own rank; all return the same code and, if it is 0, the same forecast. */
typedef struct tn_team {
    int rank, size;
    /** Collective: copies n bytes from the process of rank `root` to all others. 0 or TN_EIO. */
    int (*share)(void *ctx, int root, void *bytes, size_t n);
    void *ctx;
} tn_team_t;

typedef struct tn_forecast_options {
    int64_t n_worlds; /**< 1 .. 10^9 */
    uint64_t seed;
    int n_threads;      /**< 0: all processors. The result does not depend on it. */
    tn_isa_t isa;       /**< the result does not depend on it */
    unsigned routes;    /**< bit r set: leaving by route r counts as exit in the question */
    bool no_reports;    /**< forecast from the prior alone */
    bool no_resampling; /**< for tests: keep all weights */
    bool no_priors;     /**< for tests: parameters at their centre */
    const char *given;  /**< condition: an event id of the case or an observable; NULL */
    int watch_weeks;    /**< tripwires: observations of so many weeks after as_of; 0: 5 */
    const char *force;  /**< intervention: an event id of the case that happens for sure; NULL */
    const double
        *knobs; /**< six calibrated rates in the order of tn_knob_name(): skip calibration; NULL */
    const char *cache_dir;   /**< folder in which calibrations and looks without reports are
                                kept, made if missing, safe to delete; NULL: none. The result
                                does not depend on it. */
    tn_progress_fn progress; /**< may be NULL */
    void *progress_ctx;
    const tn_team_t *team;   /**< NULL: alone. The result does not depend on it. */
    tn_block_range_t blocks; /**< tn_shard_run() only: the blocks to run */
    const char *checkpoint;  /**< file in which finished work is kept and from which it is taken up
                                again; NULL: none. The result does not depend on it. */
    double checkpoint_seconds; /**< time between two writings; 0: after every piece of work */
} tn_forecast_options_t;

#define TN_FORECAST_OPTIONS_DEFAULT                                                                \
    {                                                                                              \
        .n_worlds = TN_DEFAULT_WORLDS, .seed = TN_DEFAULT_SEED, .routes = TN_ALL_ROUTES,           \
        .checkpoint_seconds = 10.0                                                                 \
    }

/** A number and its Monte Carlo standard error. */
typedef struct tn_estimate {
    double p;
    double se;
} tn_estimate_t;

typedef struct tn_horizon {
    char label[16]; /**< as in the case, "13w" */
    int weeks;
    int32_t date; /**< as_of + 7 weeks; days since 1970-01-01 */
} tn_horizon_t;

/** Distance to the tipping point (model 7.6): how much more grievance of everybody until a plot
 * would carry. */
typedef struct tn_tipping {
    tn_estimate_t distance;   /**< mean, in units of grievance */
    tn_estimate_t share_past; /**< share of worlds at or past it */
    tn_estimate_t
        yardstick; /**< share of worlds where the global-game yardstick says the regime falls */
} tn_tipping_t;

/** One way of looking at the case: base rate (neutral version), prior (no reports), posterior. */
typedef struct tn_view {
    tn_estimate_t exit[TN_MAX_HORIZONS];     /**< by the routes of the question */
    double hazard_per_year[TN_MAX_HORIZONS]; /**< -ln(1-p)/years */
    double hazard_se[TN_MAX_HORIZONS];
    tn_estimate_t route[TN_N_ROUTES][TN_MAX_HORIZONS]; /**< all routes, in the question or not */
    bool has_median;
    double median_weeks; /**< weeks after as_of until half of the worlds have left, if within the
                            longest horizon */
    double median_weeks_se;
    int n_weeks;                /**< weeks after as_of: length of the curve */
    tn_estimate_t *curve;       /**< n_weeks: P(exit within w+1 weeks), routes of the question */
    tn_estimate_t *route_curve; /**< TN_N_ROUTES x n_weeks, row = route: P(exit by it within w+1) */
    tn_estimate_t *successor;   /**< n_successors: share given exit within the longest horizon */
    tn_estimate_t
        *successor_by_route; /**< TN_N_ROUTES x n_successors, row = route; NAN if no exits */
    tn_estimate_t count[TN_N_COUNTS];
    tn_estimate_t state[TN_N_STATES];
    tn_tipping_t tipping;
    double ess_share; /**< effective sample size at as_of after weighing, share of all worlds */
} tn_view_t;

/** What one origin of reports changed (model 8.4), for exit within `pivot`. */
typedef struct tn_origin_effect {
    const char *id, *name;
    tn_estimate_t log_odds;
    tn_estimate_t points; /**< difference of probabilities */
    double ess_share;     /**< of the weights without this origin; below 0.1: do not trust */
    int n_reports, n_claims;
} tn_origin_effect_t;

/** Swing of one uncertain parameter: P(exit | top third) - P(exit | bottom third), exit within
 * `pivot`. */
typedef struct tn_driver {
    const char *parameter, *meaning;
    tn_estimate_t swing;
} tn_driver_t;

/** A yes-no observation that could be made in the weeks after as_of, by ourselves, and what the
 * forecast of exit within `pivot` would be then. */
typedef struct tn_tripwire {
    int observable; /**< its number */
    const char *name, *meaning;
    tn_estimate_t p_seen; /**< chance of the observation */
    tn_estimate_t if_seen, if_not;
    tn_estimate_t bits; /**< mutual information of observation and exit */
} tn_tripwire_t;

/** Conditional forecast: P(exit <= h | event by h). */
typedef struct tn_conditional {
    const char *event;
    tn_estimate_t p_event[TN_MAX_HORIZONS]; /**< P(event by h) */
    tn_estimate_t exit[TN_MAX_HORIZONS];
    tn_estimate_t route[TN_N_ROUTES][TN_MAX_HORIZONS];
} tn_conditional_t;

/** The calibrated rates, in this order everywhere. */
#define TN_KNOB_LIST(X)                                                                            \
    X(COUP, plot_rate)                                                                             \
    X(UPRISING, upr_rate)                                                                          \
    X(ASSASSINATION, assas_rate)                                                                   \
    X(REGULAR, reg_rate)                                                                           \
    X(FOREIGN, for_rate)                                                                           \
    X(DEATH, mort_mult)
#define TN_N_KNOBS 6
/** Name of knob i ("plot_rate") and the route whose hazard it sets. */
TN_API const char *tn_knob_name(int knob);
TN_API int tn_knob_route(int knob);

typedef struct tn_calibration {
    bool is_fixed; /**< anchor: fixed, or knobs given: nothing was calibrated */
    int rounds;
    double knob[TN_N_KNOBS];    /**< NAN never; the default where no target was given */
    double hazard[TN_N_ROUTES]; /**< per year, of the neutral version, all routes */
    double target[TN_N_ROUTES]; /**< NAN: none */
} tn_calibration_t;

typedef struct tn_forecast {
    const tn_case_t *court_case; /**< borrowed: must outlive the forecast */
    int n_horizons;
    tn_horizon_t horizon[TN_MAX_HORIZONS];
    int pivot; /**< index of the horizon nearest to 52 weeks: contributions and swings refer to it
                */
    unsigned routes; /**< the question */
    int64_t n_worlds;
    uint64_t seed;
    bool no_reports;
    const char *forced; /**< event id or NULL */
    int n_successors;   /**< actors plus one: the last is "(other)" */
    const char **successor_id;
    const char **successor_name;
    bool *successor_is_candidate;
    tn_view_t base;      /**< neutral version: the outside view of this court */
    tn_view_t prior;     /**< the case without reports */
    tn_view_t posterior; /**< all reports; equals prior if there are none */
    bool has_conditional;
    tn_conditional_t conditional;
    int n_origins;
    tn_origin_effect_t *origin;
    int n_drivers;
    tn_driver_t *driver; /**< sorted by size, all uncertain parameters */
    int watch_weeks;     /**< after as_of, of the tripwires */
    int n_tripwires;
    tn_tripwire_t *tripwire; /**< sorted by bits, all yes-no observables */
    tn_calibration_t calibration;
    double seconds; /**< wall time; never printed to standard output */
} tn_forecast_t;

/** Number of threads that a run with this n_threads uses: itself, or all processors for 0. */
TN_API int tn_thread_count(int n_threads);

/** Runs the forecast.
 *  @param self  out; tn_forecast_free() it.
 *  @return 0; TN_EINPUT (unknown event in given or force; a checkpoint that is damaged or of
 * another case, seed or version), TN_EIO (the checkpoint cannot be written), TN_ECONVERGE
 * (calibration failed, message says which), TN_EARG, TN_ENOMEM, TN_EINTERRUPT. Same case, seed and
 * number of worlds give the same bits for any n_threads and isa. */
TN_API TN_MUST_CHECK int tn_forecast_run(
    tn_forecast_t *self, const tn_case_t *c, const tn_forecast_options_t *opt, tn_error_t *err);
TN_API void tn_forecast_free(tn_forecast_t *self);

#ifdef __cplusplus
}
#endif
#endif
