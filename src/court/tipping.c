/* How much more grievance of everybody until a plot would carry, and the yardstick of the global
 * game. Reported, not simulated. Source: model 7.6; Granovetter 1978; Morris & Shin 1998, 2003. */
#include "base/fmath.h"
#include "court/block.h"

#define LOWEST       (-2.0)
#define HIGHEST      3.0
#define N_BISECTIONS 20

/** One world at one shift of all grievances. */
typedef struct tn_tip {
    const tn_court_t *c;
    double steep, rise0;
    double g[TN_MAX_ACTORS], S[TN_MAX_ACTORS];
    double Q, Lambda, cost; /* cost K of failure */
} tn_tip_t;

static double centre(const tn_tip_t *w, int p) { return w->c->centre[p]; }

static double chance(const tn_tip_t *w, double a, double b)
{
    const double m = centre(w, TN_P_contest_m);
    if (m < 1.0 || m > 1.0) {
        a = tn_pow(a, m);
        b = tn_pow(b, m);
    }
    return a / (a + b);
}

static double discontent(const tn_tip_t *w, int i, double delta)
{
    const double D = w->rise0 + w->steep * (w->g[i] + delta);
    return D < 0.0 ? 0.0 : D > 1.0 ? 1.0 : D;
}

static bool would_join(const tn_tip_t *w, int i, double A, double delta)
{
    const double s = w->c->s[i], g = w->g[i] + delta;
    const double seen = s + A + centre(w, TN_P_believe) * (1.0 - A - s) * w->S[i] +
                        centre(w, TN_P_protest_sig) * w->Q;
    const double y = seen < 1.0 ? seen : 1.0;
    const double p = chance(w, y, w->Lambda * (w->c->guard + 1.0 - y));
    return p * (g > 0.0 ? g : 0.0) >= (1.0 - p) * w->cost;
}

static int likeliest_founder(const tn_tip_t *w, double delta)
{
    int best = 0;
    for (int i = 1; i < w->c->n; i++) {
        if (w->c->pi[i] * discontent(w, i, delta) > w->c->pi[best] * discontent(w, best, delta)) {
            best = i;
        }
    }
    return best;
}

/** Everybody is approached; the joining rule is iterated to its fixed point. */
static bool plot_carries(const tn_tip_t *w, double delta)
{
    const tn_court_t *c = w->c;
    uint64_t M = (uint64_t)1 << likeliest_founder(w, delta);
    double A = 0.0, loyal = 0.0;
    for (int round = 0; round < c->n; round++) {
        uint64_t joined = 0;
        A = 0.0;
        for (int i = 0; i < c->n; i++) {
            if (M >> i & 1) A += c->s[i];
        }
        for (int i = 0; i < c->n; i++) {
            if (!(M >> i & 1) && would_join(w, i, A, delta)) joined |= (uint64_t)1 << i;
        }
        if (joined == 0) break;
        M |= joined;
    }
    A = 0.0;
    for (int i = 0; i < c->n; i++) {
        if (M >> i & 1) {
            A += c->s[i];
        } else {
            loyal += c->s[i] * (1.0 - discontent(w, i, delta));
        }
    }
    return A >= w->Lambda * (c->guard + loyal);
}

static double distance(const tn_tip_t *w)
{
    double lo = LOWEST, hi = HIGHEST;
    if (plot_carries(w, lo)) return lo;
    if (!plot_carries(w, hi)) return hi;
    for (int k = 0; k < N_BISECTIONS; k++) {
        const double middle = 0.5 * (lo + hi);
        if (plot_carries(w, middle)) {
            hi = middle;
        } else {
            lo = middle;
        }
    }
    return hi;
}

static bool yardstick_falls(const tn_tip_t *w)
{
    double mean = 0.0;
    for (int i = 0; i < w->c->n; i++)
        mean += w->c->pi[i] * (w->g[i] > 0.0 ? w->g[i] : 0.0);
    const double needed = w->Lambda * (1.0 + w->c->guard) / (1.0 + w->Lambda);
    return needed <= 1.0 - w->cost / (mean + w->cost);
}

void tn_block_tipping(const tn_block_t *self, int j, double out[TN_N_TIPPING])
{
    const tn_court_t *c = self->court;
    tn_tip_t w = {.c = c, .steep = self->steep, .rise0 = self->rise0, .Q = self->Q[j]};
    for (int i = 0; i < c->n; i++) {
        w.g[i] = self->g[(size_t)i * TN_ROW + (size_t)j];
        w.S[i] = self->S[(size_t)i * TN_ROW + (size_t)j];
    }
    w.Lambda = self->par[TN_P_incumb][j] * (1.0 - c->centre[TN_P_incumb_ill] * self->ill[j]);
    w.cost = c->centre[TN_P_fail_cost] * (0.5 + self->phi[j]);
    out[0] = distance(&w);
    out[1] = out[0] <= 0.0;
    out[2] = yardstick_falls(&w);
}
