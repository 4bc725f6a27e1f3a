/** Reports folded into claims: an origin counts once (model 8.2), with the numbers of model 8.3.
 *  Built from a const case; owns its arrays. */
#ifndef TN_MODEL_EVIDENCE_H
#define TN_MODEL_EVIDENCE_H
#include <stdbool.h>

#include "model/case.h"

typedef struct tn_triangle {
    double lo, mode, hi;
} tn_triangle_t;

/** One claim of one origin, or one silence. Weeks count from `start`. */
typedef struct tn_claim {
    int origin; /* number in order of first claim: index into tn_evidence.origin */
    int observable;
    bool is_silence;
    bool is_number;
    int t0, t1;      /* window, weeks, inclusive, cut to [0, t_weigh] */
    int t_weigh;     /* weighed at the end of this week */
    double tau;      /* chance that the origin said it, given that it reached the reader */
    double accuracy; /* c of the credibility digit */
    double beta;     /* chance of "yes" from an origin that does not know */
    bool says_yes;
    double y, error, offset, range; /* numbers: y (in logs for war_losses) */
    double p_report;                /* silence */
    int n_reports;
} tn_claim_t;

/** An origin that made at least one claim. */
typedef struct tn_evidence_origin {
    int case_origin; /* index into tn_case.origin */
    tn_triangle_t reliability;
    int n_claims, n_reports;
} tn_evidence_origin_t;

typedef struct tn_evidence {
    int n_claims, n_origins;
    tn_claim_t *claim; /* in order of the first report of each; silences last */
    tn_evidence_origin_t *origin;
    int *claim_of; /* of each report of the case */
} tn_evidence_t;

int tn_evidence_init(tn_evidence_t *self, const tn_case_t *c, tn_error_t *err);
void tn_evidence_free(tn_evidence_t *self);

/** Inverse of the triangular distribution function. */
double tn_triangle_quantile(const tn_triangle_t *t, double u);
/** Log likelihood of a predicate claim or silence given its truth, and an origin of reliability a.
 */
double tn_claim_loglik_predicate(const tn_claim_t *claim, double a, bool is_true);
/** Log likelihood of a number claim given the true value (not in logs). */
double tn_claim_loglik_number(const tn_claim_t *claim, double a, double value);
/** Accuracy c of a credibility digit 1..6, passing-on probability f of a relay letter A..F. */
double tn_credibility_accuracy(int digit);
double tn_relay_fidelity(char letter);
tn_triangle_t tn_origin_reliability(char letter);
#endif
