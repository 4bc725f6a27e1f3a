/** The court model once more, plain: one world at a time, obvious loops, letters of the model. It
 * is the oracle that the tests compare the lanes with; nothing else uses it. */
#ifndef TN_COURT_COURT_REF_H
#define TN_COURT_COURT_REF_H
#include "court/block.h"

/** All state of one world (model 2), and what happened in its week. */
typedef struct tn_ref_world {
    double par[TN_N_PARAMETERS];
    int route, exit_week, successor; /* -1: in office, none */
    double e, s, b, C, F, phi, theta, Q, G, V, lw;
    bool war, ill;
    double x[TN_MAX_ACTORS], dg[TN_MAX_ACTORS], g[TN_MAX_ACTORS];
    double D[TN_MAX_ACTORS], m[TN_MAX_ACTORS], S[TN_MAX_ACTORS]; /* m: pi_i E_i */
    bool rep[TN_MAX_ACTORS], M[TN_MAX_ACTORS];                   /* replaced; member of the plot */
    int event_week[TN_MAX_EVENTS];
    double a[TN_MAX_ORIGINS], ll[TN_MAX_ORIGINS];
    bool claim_true[TN_MAX_REPORTS];
    int count[TN_N_COUNTS];
    bool pred[TN_N_OBSERVABLES]; /* predicates of the last week */
    uint32_t seen;               /* bit p: predicate p was true in some week */
    double hazard[TN_N_ROUTES];  /* conditional exit probabilities of the last week (model 10) */
} tn_ref_world_t;

void tn_ref_start(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world);
/** One week of a world in office; world is its slot, which numbers the random streams. */
void tn_ref_week(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t);
/** A block of n worlds from start to end: weeks, claims, resampling (model 3, 8). @return 0 or
 * TN_ENOMEM. */
int tn_ref_block(tn_ref_world_t *w, int n, const tn_court_t *c, uint64_t seed, uint64_t block);
#endif
