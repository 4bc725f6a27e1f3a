/** The court: a case compiled for the simulator. Static data of model 2, and nothing that changes
 * in a world.
 *
 *  Letters are those of model.md: pi_i power share, f_i force share, s_i strength, p_i position,
 * e_i exposure, r_i rent dependence, g0_i own grievance offset, c_i acceptability, k_ij ties, T_ij
 * trust, sigma_i security capacity. Weeks count from the case's start. Shared, read-only, by all
 * threads. */
#ifndef TN_COURT_COURT_H
#define TN_COURT_COURT_H
#include <stdbool.h>
#include <stdint.h>

#include "court/talk.h"
#include "model/case.h"
#include "model/evidence.h"

#define TN_BLOCK 1024 /* worlds */
#define TN_DT    (7.0 / 365.25)

typedef struct tn_court_event {
    double probability;
    int w_from, w_to; /* weeks, may lie outside the simulation */
    int n_effects;
    const tn_effect_t *effects; /* borrowed from the case */
    int case_event;
} tn_court_event_t;

typedef struct tn_court_exit {
    int week;
    double p_leave;
} tn_court_exit_t;

typedef struct tn_court {
    int n; /* actors */
    double pi[TN_MAX_ACTORS], f[TN_MAX_ACTORS], s[TN_MAX_ACTORS], p[TN_MAX_ACTORS];
    double dove[TN_MAX_ACTORS], hawk[TN_MAX_ACTORS], e[TN_MAX_ACTORS], r[TN_MAX_ACTORS];
    double g0[TN_MAX_ACTORS], c[TN_MAX_ACTORS], sigma[TN_MAX_ACTORS];
    double sigma_total;
    uint64_t doves, hawks; /* p < -0.1, p > 0.1: for the observables */
    double pi_doves, pi_hawks;
    uint64_t military; /* group `military` */
    double pi_military;
    uint64_t security;            /* group `security`: sigma > 0 */
    int interim;                  /* -1: none */
    double share[TN_MAX_ACTORS];  /* support for each as successor, weighted by power */
    double weight[TN_MAX_ACTORS]; /* share to the power of succ_gam */
    double *k, *k_to;             /* n x n ties k_ij, row i; the same, row j */
    tn_talk_t talk;               /* sums over them */
    double hears[TN_MAX_ACTORS]; /* 1 / Sum_l k_il pi_l; 0 without ties. T_ij = hears_i k_ij pi_j */
    uint64_t shifted;            /* actors whose grievance an event moves: the others have dg = 0 */
    double guard;
    double m69, slope, elite_multiplier, age_start; /* age in years on the start day */
    int t_as_of;                                    /* tA */
    int n_weeks;                                    /* tA + longest horizon */
    bool war;
    double war_progress, losses, sanctions, economy, protest; /* economy, protest: NAN = drawn */
    double centre[TN_N_PARAMETERS];   /* defaults, the case's values, knobs */
    int n_uncertain;                  /* 0 without priors */
    int uncertain[TN_N_PARAMETERS];   /* parameter of the j-th PARAM normal */
    double prior_sd[TN_N_PARAMETERS]; /* of those */
    int n_events;
    tn_court_event_t *event;
    int n_exits;
    tn_court_exit_t *exit;
    tn_succession_rule_t rule;
    bool resample;
    bool keeps_claims;      /* blocks keep the log likelihood of every claim */
    tn_evidence_t evidence; /* empty without reports */
} tn_court_t;

/** What to compile. Zero-initialise: the case as it is. */
typedef struct tn_court_options {
    bool is_neutral; /* neutral version (model 5): no war, sanctions, start values, events, exits,
                        reports; tA = 0 */
    bool no_priors;  /* parameters at their centre */
    bool no_reports;
    bool no_resampling;
    bool keeps_claims;
    int force_event;     /* 1 + index of the event that happens for sure; 0: none */
    int n_weeks;         /* weeks after as_of to simulate; 0: longest horizon of the case */
    const double *knobs; /* TN_N_KNOBS rates (tn_knob_name order), NULL: the case's own */
} tn_court_options_t;

int tn_court_init(
    tn_court_t *self, const tn_case_t *c, const tn_court_options_t *opt, tn_error_t *err);
void tn_court_free(tn_court_t *self);

/** Chance that the successor is nobody of the court, by route (model 7.11). */
double tn_outsider_probability(int route);
/** Parameter set by knob i. */
int tn_knob_parameter(int knob);

/** Purposes of the random streams (model 6). */
enum tn_purpose {
    TN_RNG_PARAM,
    TN_RNG_INIT,
    TN_RNG_NOISE,
    TN_RNG_SHOCK,
    TN_RNG_EXO,
    TN_RNG_PLOT,
    TN_RNG_CONTACT,
    TN_RNG_PURGE,
    TN_RNG_MEMBER,
    TN_RNG_EVENT,
    TN_RNG_SUCC,
    TN_RNG_ORIGIN,
    TN_RNG_RESAMPLE
};
#endif
