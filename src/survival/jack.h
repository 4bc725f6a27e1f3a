/** Infinitesimal jackknife of survival, cumulative incidences and cumulative hazard: the sum over
 * clusters of their squared influence at every time, in O(1) a row and a time (times K).
 *
 *  Letters: S survival, F_k incidence of cause k, H hazard; for cluster g: W weight at risk, U_0,
 * U_k, U_H influence on S, F_k, H. At a time with Y at risk, d_k events, h_k = d_k / Y, h = sum h_k
 * every cluster moves by
 *      U_k += h_k U_0 - W S h_k / Y,   U_0 = (1 - h) U_0 + W S h / Y
 *  (S before the time), and a row of weight w that goes by cause k adds w S / Y to U_k and takes
 *  as much from U_0. All clusters move by the same linear map, so the moments sum U_k^2, sum U_k
 *  U_0, sum U_k W, ... move by it too, and only clusters with a row coming or going are touched.
 *  Their own U is written U_0 = S (V + W A), U_k = C_k + V F_k + W B_k with A, F_k, B_k common to
 *  all and V, W, C_k constant while the cluster's rows stay. Who goes is taken out of the moments
 *  before the map and put back after: else its two large and nearly opposite moves leave rubble. */
#ifndef TN_SURVIVAL_JACK_H
#define TN_SURVIVAL_JACK_H
#include "survival/risk.h"

typedef struct tn_jack {
    const tn_risk_t *risk;
    int n_causes;  /* K; 0 for survival alone */
    bool is_plain; /* no clusters, no entry times: a row has no past when it goes */
    bool is_over;  /* survival is 0: nothing changes any more */
    double surv, a;
    double *f, *b;        /* K */
    double m00, m0w, mww; /* sum U_0^2, U_0 W, W^2 */
    double *mkk, *mk0, *mkw;
    double *u;     /* K, scratch */
    double *cells; /* per cluster (or row): W, V, C_1..C_K */
    bool *is_out;  /* per cluster: taken out of the moments; NULL: a cell has one row */
    double *block;
} tn_jack_t;

/** @return 0 or TN_ENOMEM. Memory (K + 2) doubles a cluster (or row). */
int tn_jack_init(tn_jack_t *self, const tn_risk_t *risk, int n_causes);
void tn_jack_free(tn_jack_t *self);
/** Starts a stratum. */
void tn_jack_begin(tn_jack_t *self, int stratum);
/** One time of the walk: entrants, hazards, leavers. d: K weighted events by cause; total: their
 * sum (of all events if K is 0). cause_of(row) > 0 is an event; with K = 0 of `only` (0: any). */
void tn_jack_step(
    tn_jack_t *self, const tn_sweep_t *sweep, double total, const double *d, int only);

/** Variance of S (k = 0) or F_k. */
double tn_jack_variance(const tn_jack_t *self, int k);

/** The same for a cumulative hazard: U_H = C - W G. */
typedef struct tn_jack_hazard {
    const tn_risk_t *risk;
    bool is_plain;
    double g, mhh, mhw, mww;
    double *cells; /* per cluster (or row): W, C */
    bool *is_out;
} tn_jack_hazard_t;
int tn_jack_hazard_init(tn_jack_hazard_t *self, const tn_risk_t *risk);
void tn_jack_hazard_free(tn_jack_hazard_t *self);
void tn_jack_hazard_begin(tn_jack_hazard_t *self, int stratum);
/** A row at risk of weight w moves U_H by -w at_risk; one with the event by +w event besides. */
void tn_jack_hazard_step(
    tn_jack_hazard_t *self, const tn_sweep_t *sweep, double at_risk, double event, int only);
#endif
