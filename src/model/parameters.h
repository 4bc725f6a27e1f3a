/** The parameters of the court model (model 9): one list from which the case schema, the man page,
 * the document's table and the simulator's parameter block are made.
 *
 *  The order of the uncertain ones numbers their PARAM normals (model 6): new parameters go to the
 * end. */
#ifndef TN_MODEL_PARAMETERS_H
#define TN_MODEL_PARAMETERS_H
#include <stdbool.h>

/* clang-format off */
/** X(name, default, lowest, highest, unit, prior kind, prior sd, source, meaning) */
#define TN_PARAMETER_LIST(X) \
    X(g_base, 0.1, -2.0, 3.0, "g", ADD, 0.07, \
      "judgement", \
      "mean private grievance of an actor at reference conditions") \
    X(x_sd, 0.4, 0.0, 100.0, "g", FIXED, 0.0, \
      "judgement", \
      "stationary sd of the idiosyncratic grievance x") \
    X(x_tau, 1.0, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of x") \
    X(g_mid, 0.5, -2.0, 3.0, "g", FIXED, 0.0, \
      "definition", \
      "grievance at which an actor is discontented with degree 1/2") \
    X(g_wid, 0.25, 0.001, 10.0, "g", FIXED, 0.0, \
      "definition", \
      "half width of the discontent ramp") \
    X(k_dove, 0.4, 0.0, 100.0, "g", LOG, 0.35, \
      "judgement", \
      "grievance of a full dove in a war of saturating losses") \
    X(k_hawk, 0.4, 0.0, 100.0, "g", LOG, 0.35, \
      "judgement", \
      "grievance of a full hawk when the war goes fully badly (b=-1)") \
    X(k_sanc, 0.35, 0.0, 100.0, "g", LOG, 0.35, \
      "judgement", \
      "grievance of a fully exposed actor under full sanctions") \
    X(k_rent, 0.25, 0.0, 100.0, "g", LOG, 0.35, \
      "judgement; Bueno de Mesquita et al. 2003", \
      "grievance relieved by one unit of rents to a fully dependent actor") \
    X(k_defeat, 0.4, 0.0, 100.0, "g", LOG, 0.35, \
      "judgement; Goemans 2000", \
      "grievance of everyone just after a battlefield defeat") \
    X(g_loyal, 0.3, 0.0, 100.0, "g", FIXED, 0.0, \
      "judgement", \
      "grievance discount of an appointee who replaces a purged actor") \
    X(x_new, -0.2, -3.0, 3.0, "g", FIXED, 0.0, \
      "judgement", \
      "x of a new appointee") \
    X(kick, 0.15, 0.0, 100.0, "g", FIXED, 0.0, \
      "judgement; Sudduth 2017", \
      "grievance added to an actor by the purge of a fully tied ally") \
    X(rent_econ, 0.2, 0.0, 100.0, "1/sd", FIXED, 0.0, \
      "judgement", \
      "change of rents R per sd of the economy") \
    X(rent_thr, 0.5, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement; Svolik 2012", \
      "extra rents per unit of perceived threat (the leader buys support)") \
    X(e_tau, 1.5, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of the economy") \
    X(e_sanc, 1.5, 0.0, 100.0, "sd", LOG, 0.4, \
      "judgement", \
      "long-run fall of the economy under full sanctions") \
    X(e_rent, 0.5, 0.0, 100.0, "sd", FIXED, 0.0, \
      "judgement", \
      "long-run fall of the economy per unit of threat-driven rents") \
    X(b_mean, -0.1, -1.5, 1.5, "1", ADD, 0.2, \
      "judgement", \
      "long-run mean of war progress b (-1 collapse .. +1 triumph)") \
    X(b_sd, 0.35, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "stationary sd of war progress") \
    X(b_tau, 0.75, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of war progress") \
    X(loss_rate, 50.0, 0.0, 100000.0, "k/yr", LOG, 0.6, \
      "judgement (case)", \
      "military deaths per year of war, thousands, at b=0") \
    X(loss_half, 50.0, 0.001, 1000000.0, "k", FIXED, 0.0, \
      "judgement", \
      "cumulative deaths at which dove grievance is half saturated") \
    X(def_rate, 0.6, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "judgement", \
      "defeat hazard when b=-1") \
    X(def_b, 0.4, -1.0, 0.99, "1", FIXED, 0.0, \
      "judgement", \
      "no defeat while b > -def_b") \
    X(def_tau, 1.0, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement; Goemans 2000", \
      "relaxation time of the memory F of a defeat") \
    X(war_end, 0.25, 0.0, 1000.0, "1/yr", LOG, 0.4, \
      "order of magnitude: mean interstate war lasts a few years at most", \
      "hazard of a negotiated end of the war") \
    X(fear_base, 0.4, 0.0, 1.0, "1", ADD, 0.05, \
      "judgement (case)", \
      "resting level of fear (repression)") \
    X(fear_tau, 0.5, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of fear") \
    X(fear_talk, 0.6, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement; Kuran 1991", \
      "how much full fear silences an actor whose trusted ties are silent") \
    X(fear_found, 0.6, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "how much full fear lowers the founding of plots") \
    X(thr_tau, 0.2, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of the perceived threat") \
    X(thr_sd, 0.1, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "stationary sd of the noise in the perceived threat (paranoia)") \
    X(plot_rate, 1.0, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "calibrated", \
      "founding hazard when all power is discontented and nobody fears") \
    X(contact, 0.25, 0.0, 1.0, "1/wk", FIXED, 0.0, \
      "judgement", \
      "weekly probability of an approach along a full tie") \
    X(believe, 0.5, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement; Singh 2014", \
      "weight of voiced discontent of trusted ties in the belief about support") \
    X(protest_sig, 0.15, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement; Casper & Tyson 2014", \
      "belief about support added by full protest (public signal)") \
    X(fail_cost, 0.2, 0.0, 100.0, "g", FIXED, 0.0, \
      "judgement", \
      "cost of a failed plot to a member, per (1/2+fear)") \
    X(incumb, 1.0, 0.0, 100.0, "1", LOG, 0.25, \
      "judgement; Tullock 1980", \
      "effectiveness of loyal strength relative to plotters' (contest)") \
    X(incumb_ill, 0.3, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "loss of incumb while the leader is seriously ill") \
    X(contest_m, 1.0, 0.05, 20.0, "1", FIXED, 0.0, \
      "Tullock 1980; Hirshleifer 1989", \
      "decisiveness exponent of the contest") \
    X(detect, 0.4, 0.0, 1000.0, "1/yr", LOG, 0.4, \
      "judgement", \
      "detection hazard per member, per (1/2+fear), all security loyal") \
    X(refuse, 3.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "a refusal in a week counts as so many members for detection") \
    X(strike, 0.15, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "share of detected plots that strike before the arrests") \
    X(p_lo, 0.25, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "no attempt below this chance of success") \
    X(p_hi, 0.6, 0.001, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "full readiness at this chance of success") \
    X(launch, 6.0, 0.0, 1000.0, "1/yr", FIXED, 0.0, \
      "judgement", \
      "attempt hazard at full readiness") \
    X(abandon, 1.5, 0.0, 1000.0, "1/yr", FIXED, 0.0, \
      "judgement", \
      "hazard that a plot dissolves unseen") \
    X(q_arrest, 0.6, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "probability that a member of a detected plot is purged") \
    X(q_fail, 0.8, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "probability that a member is purged after a failed attempt") \
    X(purge_rate, 0.1, 0.0, 1000.0, "1/yr", FIXED, 0.0, \
      "judgement; Sudduth 2017", \
      "purge hazard without perceived threat") \
    X(purge_thr, 1.0, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "judgement; Sudduth 2017", \
      "purge hazard per unit of threat x (1 - voiced discontent)") \
    X(purge_war, 0.6, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "judgement; Goemans 2000", \
      "hazard of a military scapegoat in a war going fully badly") \
    X(fear_purge, 0.05, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "rise of fear per purged actor") \
    X(fear_event, 0.15, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "rise of fear after a failed attempt, detected plot, failed uprising or assassination attempt") \
    X(thr_event, 0.3, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "rise of the perceived threat after the same events") \
    X(assas_rate, 0.012, 0.0, 1000.0, "1/yr", LOG, 0.4, \
      "calibrated", \
      "hazard of a serious attempt on the leader's life at Q=0") \
    X(assas_q, 1.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "relative rise of that hazard at full protest") \
    X(lethality, 0.2, 0.0, 1.0, "1", FIXED, 0.0, \
      "Jones & Olken 2009: 59 of 298", \
      "probability that a serious attempt kills") \
    X(q_base, 0.15, 0.0, 1.0, "1", ADD, 0.05, \
      "judgement", \
      "resting protest level") \
    X(q_econ, 0.1, 0.0, 100.0, "1/sd", FIXED, 0.0, \
      "judgement", \
      "protest per sd of economic fall") \
    X(q_loss, 0.1, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "protest from saturating war losses") \
    X(q_def, 0.2, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "protest just after a defeat") \
    X(q_fear, 0.25, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "protest suppressed by full fear above its resting level") \
    X(q_tau, 0.25, 0.01, 1000.0, "yr", FIXED, 0.0, \
      "judgement", \
      "relaxation time of protest") \
    X(q_sd, 0.08, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "stationary sd of protest noise") \
    X(upr_rate, 0.2, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "calibrated", \
      "uprising hazard per unit of protest") \
    X(upr_incumb, 0.8, 0.0, 100.0, "1", LOG, 0.25, \
      "judgement", \
      "effectiveness of loyal force against an uprising") \
    X(mort_mult, 1.0, 0.0, 100.0, "1", LOG, 0.35, \
      "calibrated or 1", \
      "leader's own mortality relative to life table x elite multiplier") \
    X(ill_share, 0.6, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "share of deaths preceded by a serious illness") \
    X(ill_die, 0.7, 0.001, 100.0, "1/yr", FIXED, 0.0, \
      "judgement", \
      "extra death hazard while seriously ill") \
    X(ill_incap, 0.3, 0.0, 1000.0, "1/yr", FIXED, 0.0, \
      "judgement", \
      "hazard of leaving office for incapacity while seriously ill") \
    X(ill_recov, 1.0, 0.0, 1000.0, "1/yr", FIXED, 0.0, \
      "judgement", \
      "recovery hazard") \
    X(reg_rate, 0.01, 0.0, 1000.0, "1/yr", LOG, 0.4, \
      "calibrated", \
      "hazard of a regular or voluntary exit without pressure") \
    X(reg_press, 2.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "relative rise of that hazard when all power voices discontent") \
    X(for_rate, 0.001, 0.0, 1000.0, "1/yr", LOG, 0.5, \
      "calibrated", \
      "hazard of removal by a foreign power outside war") \
    X(for_war, 2.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "relative rise of that hazard in a war going fully badly") \
    X(for_def, 4.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement; Goemans 2000", \
      "relative rise of that hazard just after a defeat") \
    X(inside, 0.6, 0.0, 1.0, "1", FIXED, 0.0, \
      "judgement", \
      "weight of the inside view: multiplies k_dove, k_hawk, k_sanc, k_defeat and k_rent") \
    X(succ_dist, 0.75, 0.001, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "distance on the war axis at which support for a candidate falls by 1/e") \
    X(succ_tie, 2.0, 0.0, 100.0, "1", FIXED, 0.0, \
      "judgement", \
      "extra support for a candidate from a full tie") \
    X(succ_gam, 1.5, 0.0, 100.0, "1", FIXED, 0.0, \
      "Tullock 1980", \
      "decisiveness of the succession contest") \
    X(succ_plot, 1.5, 0.0, 100.0, "log", FIXED, 0.0, \
      "judgement", \
      "advantage of plot members after a coup") \
    X(succ_int, 1.0, 0.0, 100.0, "log", FIXED, 0.0, \
      "judgement", \
      "advantage of the constitutional interim after death, incapacity, assassination, regular exit")
/* clang-format on */

typedef enum tn_parameter {
#define TN_PARAMETER_ENUM(name, ...) TN_P_##name,
    TN_PARAMETER_LIST(TN_PARAMETER_ENUM)
#undef TN_PARAMETER_ENUM
        TN_N_PARAMETERS
} tn_parameter_t;

/** How the draw of a world spreads around the default (or the case's own value). */
typedef enum tn_prior_kind {
    TN_PRIOR_FIXED, /**< constant */
    TN_PRIOR_ADD,   /**< value + sd z */
    TN_PRIOR_LOG    /**< value exp(sd z) */
} tn_prior_kind_t;

typedef struct tn_parameter_info {
    const char *name;
    double value, lowest, highest; /**< default and range accepted for it */
    const char *unit;
    tn_prior_kind_t kind;
    double sd;
    const char *source, *meaning;
    bool is_clipped; /**< the draw is clipped to [0,1] (fear_base, q_base) */
} tn_parameter_info_t;

/** Table row of parameter p in 0..TN_N_PARAMETERS-1. */
const tn_parameter_info_t *tn_parameter(int p);
/** Index of the parameter of that name, or -1. */
int tn_parameter_find(const char *name);
#endif
