/* Distance to the tipping point of many worlds at once: the same bisections as court/tipping.c, its
 * oracle. Division is avoided: w g >= (1-w) K with w = a/(a+b) is a g >= b K but for rounding, and
 * a world in which the two sides ever come that close is handed to the exact version. Source: model
 * 7.6. */
#include "court/lanes/lanes.h"

#define LOWEST       (-2.0)
#define HIGHEST      3.0
#define N_BISECTIONS 20
#define DOUBT        1e-9 /* relative; rounding is below 1e-14 */
#define PAIR         2    /* registers side by side: few, for the slowest world sets the pace */

/** Some worlds at one shift of all grievances. */
typedef struct tip {
    const tn_block_t *b;
    int j0;
    vec_t Lambda[PAIR], cost[PAIR], signal[PAIR]; /* the last: protest_sig Q */
    vec_t A[PAIR], doubt[PAIR];                   /* doubt > 0: the exact version has to decide */
    vec_t g[TN_MAX_ACTORS][PAIR];                 /* max(0, g + shift) */
    vec_t loyal[TN_MAX_ACTORS][PAIR];             /* 1 - D */
    vec_t out[TN_MAX_ACTORS][PAIR];               /* 0: member of the plot, else 1 */
} tip_t;

/** g and D at the shift; the likeliest founder alone is in the plot. */
static void shift(tip_t *w, const vec_t delta[PAIR])
{
    const tn_block_t *b = w->b;
    const int n = b->court->n;
    const vec_t half = SPREAD(0.5), zero = SPREAD(0.0), one = SPREAD(1.0);
    const vec_t steep = SPREAD(b->steep), rise0 = SPREAD(b->rise0);
    for (int r = 0; r < PAIR; r++) {
        vec_t founder = zero, best = SPREAD(-1.0);
        for (int i = 0; i < n; i++) {
            const vec_t g = LOAD(ROW(b->g, i) + w->j0 + LANE(r)) + delta[r];
            const vec_t D = CLIP01(rise0 + steep * g);
            const vec_t stake = SPREAD(b->court->pi[i]) * D;
            founder = IF_LESS(best, stake, SPREAD((double)i), founder);
            best = IF_LESS(best, stake, stake, best);
            w->g[i][r] = IF_LESS(zero, g, g, zero);
            w->loyal[i][r] = one - D;
        }
        w->A[r] = zero;
        for (int i = 0; i < n; i++) {
            const vec_t from = founder - SPREAD((double)i);
            const vec_t out = IF_LESS(from * from, half, zero, one);
            w->out[i][r] = out;
            w->A[r] = w->A[r] + SPREAD(b->court->s[i]) * (one - out);
        }
    }
}

/** Actor i is asked in all worlds; 1 where he stays out. */
static inline vec_t ask(tip_t *w, int i, int r)
{
    const tn_block_t *b = w->b;
    const vec_t s = SPREAD(b->court->s[i]), one = SPREAD(1.0), zero = SPREAD(0.0);
    const vec_t S = LOAD(ROW(b->S, i) + w->j0 + LANE(r)), out = w->out[i][r];
    const vec_t seen =
        s + w->A[r] + SPREAD(FIXED(believe)) * (one - w->A[r] - s) * S + w->signal[r];
    const vec_t y = IF_LESS(seen, one, seen, one);
    const vec_t against = w->Lambda[r] * (SPREAD(b->court->guard) + one - y);
    const vec_t gain = y * w->g[i][r], loss = against * w->cost[r];
    const vec_t over = gain - loss, distance = IF_LESS(over, zero, loss - gain, over);
    const vec_t room = SPREAD(DOUBT) * (gain + loss + (y + against) * w->cost[r]);
    const vec_t doubt = out * (room - distance);
    w->doubt[r] = IF_LESS(w->doubt[r], doubt, doubt, w->doubt[r]);
    return IF_LESS(gain, loss, out, zero);
}

/** Everybody is asked once, on what was seen before; true if somebody joined somewhere. */
static bool ask_all(tip_t *w)
{
    const tn_court_t *c = w->b->court;
    const vec_t one = SPREAD(1.0);
    unsigned joined = 0;
    for (int r = 0; r < PAIR; r++) {
        vec_t A = SPREAD(0.0);
        for (int i = 0; i < c->n; i++) {
            const vec_t out = ask(w, i, r);
            joined |= LESS_MASK(out, w->out[i][r]);
            w->out[i][r] = out;
            A = A + SPREAD(c->s[i]) * (one - out);
        }
        w->A[r] = A;
    }
    return joined != 0;
}

/** need[r]: the strength A a plot needs to carry once everybody has decided. */
static void settle(tip_t *w, const vec_t delta[PAIR], vec_t need[PAIR])
{
    const tn_court_t *c = w->b->court;
    shift(w, delta);
    for (int round = 0; round < c->n; round++) {
        if (!ask_all(w)) break;
    }
    for (int r = 0; r < PAIR; r++) {
        vec_t loyal = SPREAD(0.0);
        for (int i = 0; i < c->n; i++)
            loyal = loyal + w->out[i][r] * (SPREAD(c->s[i]) * w->loyal[i][r]);
        need[r] = w->Lambda[r] * (SPREAD(c->guard) + loyal);
    }
}

static void distances(tip_t *w, double *out)
{
    vec_t lo[PAIR], hi[PAIR], delta[PAIR], need[PAIR], lowest[PAIR], highest[PAIR];
    for (int r = 0; r < PAIR; r++) {
        lo[r] = SPREAD(LOWEST);
        hi[r] = SPREAD(HIGHEST);
    }
    settle(w, lo, need);
    for (int r = 0; r < PAIR; r++)
        lowest[r] = IF_LESS(w->A[r], need[r], SPREAD(1.0), SPREAD(0.0));
    settle(w, hi, need);
    for (int r = 0; r < PAIR; r++)
        highest[r] = IF_LESS(w->A[r], need[r], SPREAD(0.0), SPREAD(1.0));
    for (int m = 0; m < N_BISECTIONS; m++) {
        for (int r = 0; r < PAIR; r++)
            delta[r] = SPREAD(0.5) * (lo[r] + hi[r]);
        settle(w, delta, need);
        for (int r = 0; r < PAIR; r++) {
            lo[r] = IF_LESS(w->A[r], need[r], delta[r], lo[r]);
            hi[r] = IF_LESS(w->A[r], need[r], hi[r], delta[r]);
        }
    }
    for (int r = 0; r < PAIR; r++) {
        const vec_t half = SPREAD(0.5);
        const vec_t reached = IF_LESS(half, highest[r], hi[r], SPREAD(HIGHEST));
        STORE(out + LANE(r), IF_LESS(lowest[r], half, SPREAD(LOWEST), reached));
    }
}

/** Falls iff Lambda(1+guard)/(1+Lambda) <= 1 - K/(mean grievance + K). */
static void yardsticks(const tip_t *w, double *out)
{
    const tn_block_t *b = w->b;
    const vec_t one = SPREAD(1.0), zero = SPREAD(0.0), guard = SPREAD(b->court->guard);
    for (int r = 0; r < PAIR; r++) {
        vec_t mean = zero;
        for (int i = 0; i < b->court->n; i++) {
            const vec_t g = LOAD(ROW(b->g, i) + w->j0 + LANE(r));
            mean = mean + SPREAD(b->court->pi[i]) * IF_LESS(zero, g, g, zero);
        }
        const vec_t needed = w->Lambda[r] * (one + guard) / (one + w->Lambda[r]);
        const vec_t critical = one - w->cost[r] / (mean + w->cost[r]);
        STORE(out + LANE(r), IF_LESS(critical, needed, zero, one));
    }
}

static void set_worlds(tip_t *w, int j0)
{
    const tn_block_t *b = w->b;
    w->j0 = j0;
    for (int r = 0; r < PAIR; r++) {
        const int j = j0 + r * WIDTH;
        double ill[WIDTH];
        for (int k = 0; k < WIDTH; k++)
            ill[k] = b->ill[j + k];
        w->Lambda[r] =
            LOAD(DRAWN(incumb) + j) * (SPREAD(1.0) - SPREAD(FIXED(incumb_ill)) * LOAD(ill));
        w->cost[r] = SPREAD(FIXED(fail_cost)) * (SPREAD(0.5) + LOAD(b->phi + j));
        w->signal[r] = SPREAD(FIXED(protest_sig)) * LOAD(b->Q + j);
        w->doubt[r] = SPREAD(0.0);
    }
}

void LN(tn_lanes_tipping)(tn_block_t *b)
{
    const double m = FIXED(contest_m);
    const bool is_quick = !(m < 1.0 || m > 1.0); /* the short cut holds for exponent 1 */
    tip_t w = {.b = b};
    for (int j0 = 0; j0 < b->n_live; j0 += PAIR * WIDTH) {
        double doubt[PAIR * WIDTH];
        set_worlds(&w, j0);
        if (is_quick) distances(&w, b->w1 + j0);
        yardsticks(&w, b->w3 + j0);
        for (int r = 0; r < PAIR; r++)
            STORE(doubt + LANE(r), w.doubt[r]);
        for (int k = 0; k < PAIR * WIDTH && j0 + k < b->n_live; k++) {
            double exact[TN_N_TIPPING];
            if (!is_quick || doubt[k] > 0.0) {
                tn_block_tipping(b, j0 + k, exact);
                b->w1[j0 + k] = exact[0];
            }
            b->w2[j0 + k] = b->w1[j0 + k] <= 0.0;
        }
    }
}
