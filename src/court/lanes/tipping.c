/* Distance to the tipping point of many worlds at once: the same bisections as court/tipping.c, its
 * oracle. Division is avoided: w g >= (1-w) K with w = a/(a+b) is a g >= b K but for rounding, and
 * a world in which the two sides ever come that close is handed to the exact version. Source: model
 * 7.6. */
#include "court/lanes/lanes.h"

#define LOWEST       (-2.0)
#define HIGHEST      3.0
#define N_BISECTIONS 20
#define DOUBT        1e-9 /* relative; rounding is below 1e-14 */

/** A strip of worlds at one shift of all grievances. */
typedef struct tip {
    const tn_block_t *b;
    int j0;
    double Lambda[STRIP], cost[STRIP], delta[STRIP], A[STRIP];
    double g[TN_MAX_ACTORS][STRIP], loyal[TN_MAX_ACTORS][STRIP]; /* max(0, g + delta); 1 - D */
    double close[STRIP]; /* above 0: the exact version has to decide */
    uint64_t M[STRIP];
} tip_t;

/** g and D at the shift; M becomes the likeliest founder. */
static void shift(tip_t *w)
{
    const tn_block_t *b = w->b;
    const double g_mid = FIXED(g_mid), width = 2.0 * FIXED(g_wid), inverse = 1.0 / width;
    const bool is_exact = b->width_is_power;
    double best[STRIP];
    for (int i = 0; i < b->court->n; i++) {
        const double pi = b->court->pi[i];
        const double *g0 = ROW(b->g, i) + w->j0;
        SIMD for (int k = 0; k < STRIP; k++)
        {
            const double g = g0[k] + w->delta[k];
            const double share = is_exact ? (g - g_mid) * inverse : (g - g_mid) / width;
            const double D = clip01(0.5 + share);
            const bool is_best = i == 0 || pi * D > best[k];
            w->g[i][k] = positive(g);
            w->loyal[i][k] = 1.0 - D;
            best[k] = is_best ? pi * D : best[k];
            w->M[k] = is_best ? bit(i) : w->M[k];
        }
    }
}

static void add_strength(tip_t *w)
{
    const tn_court_t *c = w->b->court;
    for (int k = 0; k < STRIP; k++)
        w->A[k] = 0.0;
    for (int i = 0; i < c->n; i++) {
        const double s = c->s[i];
        SIMD for (int k = 0; k < STRIP; k++) w->A[k] += w->M[k] & bit(i) ? s : 0.0;
    }
}

/** Everybody is asked once; true if somebody joined somewhere. */
static bool ask_all(tip_t *w)
{
    const tn_block_t *b = w->b;
    const double believe = FIXED(believe), signal = FIXED(protest_sig), guard = b->court->guard;
    const double *Q = b->Q + w->j0;
    uint64_t joined[STRIP] = {0}, any = 0;
    for (int i = 0; i < b->court->n; i++) {
        const double s = b->court->s[i];
        const double *S = ROW(b->S, i) + w->j0, *g = w->g[i];
        SIMD for (int k = 0; k < STRIP; k++)
        {
            const double seen = s + w->A[k] + believe * (1.0 - w->A[k] - s) * S[k] + signal * Q[k];
            const double y = seen < 1.0 ? seen : 1.0;
            const double against = w->Lambda[k] * (guard + 1.0 - y);
            const double gain = y * g[k], loss = against * w->cost[k];
            const double room = DOUBT * (gain + loss + (y + against) * w->cost[k]);
            const bool is_asked = (w->M[k] & bit(i)) == 0;
            joined[k] |= is_asked && gain >= loss ? bit(i) : 0;
            w->close[k] += is_asked && fabs(gain - loss) <= room ? 1.0 : 0.0;
        }
    }
    for (int k = 0; k < STRIP; k++) {
        w->M[k] |= joined[k];
        any |= joined[k];
    }
    return any != 0;
}

/** carries[k]: at the shift of world k a plot would carry. */
static void try_shift(tip_t *w, bool carries[STRIP])
{
    const tn_court_t *c = w->b->court;
    double loyal[STRIP] = {0.0};
    shift(w);
    for (int round = 0; round < c->n; round++) {
        add_strength(w);
        if (!ask_all(w)) break;
    }
    add_strength(w);
    for (int i = 0; i < c->n; i++) {
        const double s = c->s[i];
        SIMD for (int k = 0; k < STRIP; k++)
        {
            loyal[k] += w->M[k] & bit(i) ? 0.0 : s * w->loyal[i][k];
        }
    }
    for (int k = 0; k < STRIP; k++)
        carries[k] = w->A[k] >= w->Lambda[k] * (c->guard + loyal[k]);
}

static void distances(tip_t *w, double out[STRIP])
{
    double lo[STRIP], hi[STRIP];
    bool is_lowest[STRIP], is_reached[STRIP], carries[STRIP];
    for (int k = 0; k < STRIP; k++)
        w->delta[k] = lo[k] = LOWEST;
    try_shift(w, is_lowest);
    for (int k = 0; k < STRIP; k++)
        w->delta[k] = hi[k] = HIGHEST;
    try_shift(w, is_reached);
    for (int m = 0; m < N_BISECTIONS; m++) {
        for (int k = 0; k < STRIP; k++)
            w->delta[k] = 0.5 * (lo[k] + hi[k]);
        try_shift(w, carries);
        for (int k = 0; k < STRIP; k++) {
            hi[k] = carries[k] ? w->delta[k] : hi[k];
            lo[k] = carries[k] ? lo[k] : w->delta[k];
        }
    }
    for (int k = 0; k < STRIP; k++)
        out[k] = is_lowest[k] ? LOWEST : is_reached[k] ? hi[k] : HIGHEST;
}

/** Falls iff Lambda(1+guard)/(1+Lambda) <= 1 - K/(mean grievance + K). */
static void yardsticks(const tip_t *w, double out[STRIP])
{
    const tn_block_t *b = w->b;
    double mean[STRIP] = {0.0};
    for (int i = 0; i < b->court->n; i++) {
        const double pi = b->court->pi[i];
        const double *g = ROW(b->g, i) + w->j0;
        SIMD for (int k = 0; k < STRIP; k++) mean[k] += pi * positive(g[k]);
    }
    for (int k = 0; k < STRIP; k++) {
        const double needed = w->Lambda[k] * (1.0 + b->court->guard) / (1.0 + w->Lambda[k]);
        out[k] = needed <= 1.0 - w->cost[k] / (mean[k] + w->cost[k]);
    }
}

void LN(tn_lanes_tipping)(tn_block_t *b)
{
    const double m = FIXED(contest_m);
    const bool is_exact = m < 1.0 || m > 1.0; /* the short cut holds for exponent 1 */
    tip_t w = {.b = b};
    for (w.j0 = 0; w.j0 < b->n_live; w.j0 += STRIP) {
        double *distance = b->w1 + w.j0, *is_past = b->w2 + w.j0;
        for (int k = 0; k < STRIP; k++) {
            const int j = w.j0 + k;
            w.Lambda[k] = DRAWN(incumb)[j] * (1.0 - FIXED(incumb_ill) * b->ill[j]);
            w.cost[k] = FIXED(fail_cost) * (0.5 + b->phi[j]);
            w.close[k] = is_exact;
        }
        if (!is_exact) distances(&w, distance);
        yardsticks(&w, b->w3 + w.j0);
        for (int k = 0; k < STRIP && w.j0 + k < b->n_live; k++) {
            double exact[TN_N_TIPPING];
            if (w.close[k] > 0.0) {
                tn_block_tipping(b, w.j0 + k, exact);
                distance[k] = exact[0];
            }
            is_past[k] = distance[k] <= 0.0;
        }
    }
}
