/* Distance to the tipping point of many worlds at once: the same bisections as court/tipping.c, its
 * oracle. With y = min(1, a + b A), a and b of the actor alone, the joining rule becomes
 * y (max(0, g) + Lambda K) >= Lambda (1 + guard) K: no division, and the same but for rounding; a
 * world in which the two sides ever come that close is handed to the exact version. More grievance
 * never makes anybody stay out, so with the same founder the members at a lower shift are members
 * at this one: from them the iteration starts. Nor does it turn back: a plot that would carry
 * before all have decided is not followed further. Where it ends does not depend on the order in
 * which they are asked. Source: model 7.6. */
#include "court/lanes/lanes.h"

#define LOWEST       (-2.0)
#define HIGHEST      3.0
#define N_BISECTIONS 20
#define DOUBT        1e-9 /* relative; rounding is below 1e-14 */
#define FEW          4    /* actors asked before it is seen who joined */
#define PAIR         2    /* registers side by side: few, for the slowest world sets the pace */

#define BOTH UNROLL for (int r = 0; r < PAIR; r++)

/** Some worlds at one shift of all grievances. */
typedef struct tip {
    const tn_block_t *b;
    int j0;
    vec_t Lambda[PAIR], cost[PAIR]; /* cost: K */
    vec_t risk[PAIR], loss[PAIR];   /* Lambda K; (1 + guard) times that */
    vec_t a[TN_MAX_ACTORS][PAIR], b_A[TN_MAX_ACTORS][PAIR];
    vec_t A[PAIR], founder[PAIR], need[PAIR]; /* need: the strength a plot needs to carry */
    vec_t gain[TN_MAX_ACTORS][PAIR];          /* max(0, g + shift) + Lambda K */
    vec_t loyal[TN_MAX_ACTORS][PAIR];         /* s (1 - D) */
    vec_t out[TN_MAX_ACTORS][PAIR];           /* 0: member of the plot, else 1 */
    /* at the highest shift so far at which the plot does not carry */
    vec_t low_founder[PAIR], low_out[TN_MAX_ACTORS][PAIR];
    vec_t nearest[PAIR]; /* least square of the difference of the two sides */
} tip_t;

/** Number i in the lanes of founder: x, else y. */
static inline vec_t if_founder(vec_t founder, int i, vec_t x, vec_t y)
{
    const vec_t from = founder - SPREAD((double)i);
    return IF_LESS(from * from, SPREAD(0.5), x, y);
}

/** g and D at the shift, and the likeliest founder. */
static void shift(tip_t *w, const vec_t delta[PAIR])
{
    const tn_block_t *b = w->b;
    const vec_t one = SPREAD(1.0), steep = SPREAD(b->steep), rise0 = SPREAD(b->rise0);
    vec_t best[PAIR];
    BOTH w->founder[r] = SPREAD(0.0);
    BOTH best[r] = SPREAD(-1.0);
    for (int i = 0; i < b->court->n; i++) {
        const double *g_i = TN_OF_WEEK(b, b->g, i, w->j0);
        const vec_t pi = SPREAD(b->court->pi[i]), s = SPREAD(b->court->s[i]);
        BOTH
        {
            const vec_t g = LOAD(g_i + LANE(r)) + delta[r];
            const vec_t D = CLIP01(rise0 + steep * g);
            const vec_t stake = pi * D;
            w->founder[r] = IF_LESS(best[r], stake, SPREAD((double)i), w->founder[r]);
            best[r] = LARGER(best[r], stake);
            w->gain[i][r] = POSITIVE(g) + w->risk[r];
            w->loyal[i][r] = s * (one - D);
        }
    }
}

/** The founder alone is in the plot, or those who were at a lower shift. */
static void gather(tip_t *w)
{
    const tn_court_t *c = w->b->court;
    const vec_t zero = SPREAD(0.0), one = SPREAD(1.0), half = SPREAD(0.5);
    BOTH w->A[r] = zero;
    for (int i = 0; i < c->n; i++) {
        const vec_t s = SPREAD(c->s[i]);
        BOTH
        {
            const vec_t from = w->founder[r] - w->low_founder[r];
            const vec_t known = IF_LESS(from * from, half, w->low_out[i][r], one);
            w->out[i][r] = if_founder(w->founder[r], i, zero, known);
            w->A[r] = w->A[r] + s * (one - w->out[i][r]);
        }
    }
}

/** Everybody is asked once, on what was seen before; those asked later see who joined, FEW actors
 * at a time, so that one answer need not wait for the one before. @return whether a world is left
 * in which somebody joined and the plot does not carry yet. */
static bool ask_all(tip_t *w)
{
    const tn_court_t *c = w->b->court;
    const vec_t zero = SPREAD(0.0), one = SPREAD(1.0);
    vec_t A[PAIR], loyal[PAIR], now[PAIR], come[PAIR];
    unsigned joined[PAIR] = {0}, is_open = 0;
    BOTH A[r] = loyal[r] = come[r] = zero;
    BOTH now[r] = w->A[r];
    for (int i = 0; i < c->n; i++) {
        const vec_t s = SPREAD(c->s[i]);
        if (i % FEW == 0) {
            BOTH now[r] = now[r] + come[r];
            BOTH come[r] = zero;
        }
        BOTH
        {
            const vec_t before = w->out[i][r], seen = w->a[i][r] + w->b_A[i][r] * now[r];
            const vec_t over = SMALLER(seen, one) * w->gain[i][r] - w->loss[r];
            const vec_t after = IF_LESS(over, zero, before, zero);
            w->nearest[r] = SMALLER(over * over, w->nearest[r]);
            joined[r] |= LESS_MASK(after, before);
            come[r] = come[r] + s * (before - after);
            w->out[i][r] = after;
            A[r] = A[r] + s * (one - after);
            loyal[r] = loyal[r] + after * w->loyal[i][r];
        }
    }
    for (int r = 0; r < PAIR; r++) {
        w->A[r] = A[r];
        w->need[r] = w->Lambda[r] * (SPREAD(c->guard) + loyal[r]);
        is_open |= joined[r] & LESS_MASK(w->A[r], w->need[r]);
    }
    return is_open != 0;
}

/** A and the strength needed, once everybody has decided or the plot carries. */
static void settle(tip_t *w, const vec_t delta[PAIR])
{
    const int n = w->b->court->n;
    shift(w, delta);
    gather(w);
    for (int round = 0; round < n; round++) {
        if (!ask_all(w)) break;
    }
    BOTH w->low_founder[r] = IF_LESS(w->A[r], w->need[r], w->founder[r], w->low_founder[r]);
    for (int i = 0; i < n; i++) {
        BOTH w->low_out[i][r] = IF_LESS(w->A[r], w->need[r], w->out[i][r], w->low_out[i][r]);
    }
}

static void distances(tip_t *w, double *out)
{
    const vec_t zero = SPREAD(0.0), one = SPREAD(1.0), half = SPREAD(0.5);
    vec_t lo[PAIR], hi[PAIR], delta[PAIR], lowest[PAIR], highest[PAIR];
    BOTH lo[r] = SPREAD(LOWEST);
    BOTH hi[r] = SPREAD(HIGHEST);
    settle(w, hi);
    BOTH highest[r] = IF_LESS(w->A[r], w->need[r], zero, one);
    BOTH w->low_founder[r] = SPREAD(-1.0); /* what holds at the highest is no lower bound */
    settle(w, lo);
    BOTH lowest[r] = IF_LESS(w->A[r], w->need[r], one, zero);
    for (int m = 0; m < N_BISECTIONS; m++) {
        BOTH delta[r] = half * (lo[r] + hi[r]);
        settle(w, delta);
        BOTH lo[r] = IF_LESS(w->A[r], w->need[r], delta[r], lo[r]);
        BOTH hi[r] = IF_LESS(w->A[r], w->need[r], hi[r], delta[r]);
    }
    for (int r = 0; r < PAIR; r++) {
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
            const vec_t g = LOAD(TN_OF_WEEK(b, b->g, i, w->j0) + LANE(r));
            mean = mean + SPREAD(b->court->pi[i]) * POSITIVE(g);
        }
        const vec_t needed = w->Lambda[r] * (one + guard) / (one + w->Lambda[r]);
        const vec_t critical = one - w->cost[r] / (mean + w->cost[r]);
        STORE(out + LANE(r), IF_LESS(critical, needed, zero, one));
    }
}

static void set_worlds(tip_t *w, int j0)
{
    const tn_block_t *b = w->b;
    const tn_court_t *c = b->court;
    const vec_t one = SPREAD(1.0), half = SPREAD(0.5), guard = SPREAD(c->guard);
    const vec_t believe = SPREAD(FIXED(believe)), fail_cost = SPREAD(FIXED(fail_cost));
    const vec_t protest_sig = SPREAD(FIXED(protest_sig)), incumb_ill = SPREAD(FIXED(incumb_ill));
    w->j0 = j0;
    for (int r = 0; r < PAIR; r++) {
        const int j = j0 + r * WIDTH;
        double ill[WIDTH];
        for (int k = 0; k < WIDTH; k++)
            ill[k] = b->ill[j + k];
        w->Lambda[r] = LOAD(DRAWN(incumb) + j) * (one - incumb_ill * LOAD(ill));
        w->cost[r] = fail_cost * (half + LOAD(b->phi + j));
        w->risk[r] = w->Lambda[r] * w->cost[r];
        w->loss[r] = (one + guard) * w->risk[r];
        w->nearest[r] = SPREAD(INFINITY);
        for (int i = 0; i < c->n; i++) {
            const vec_t s = SPREAD(c->s[i]);
            const vec_t heard = believe * LOAD(TN_OF_WEEK(b, b->S, i, j));
            w->a[i][r] = s + heard * (one - s) + protest_sig * LOAD(b->Q + j);
            w->b_A[i][r] = one - heard;
            w->low_out[i][r] = one;
        }
        w->low_founder[r] = SPREAD(-1.0);
    }
}

/** Square of the difference below which the two sides of the joining rule are too close; of sums
 * below `largest` in size. */
static void doubts(const tip_t *w, double *out)
{
    const tn_block_t *b = w->b;
    for (int r = 0; r < PAIR; r++) {
        vec_t largest = SPREAD(0.0);
        for (int i = 0; i < b->court->n; i++) {
            const vec_t g = LOAD(TN_OF_WEEK(b, b->g, i, w->j0) + LANE(r)) + SPREAD(HIGHEST);
            largest = LARGER(largest, g);
        }
        const vec_t room = SPREAD(DOUBT) * (largest + w->cost[r] + w->risk[r] + w->loss[r]);
        STORE(out + LANE(r), room * room - w->nearest[r]);
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
        doubts(&w, doubt);
        for (int k = 0; k < PAIR * WIDTH && j0 + k < b->n_live; k++) {
            double exact[TN_N_TIPPING];
            if (!is_quick || !(doubt[k] < 0.0)) {
                tn_block_tipping(b, j0 + k, exact);
                b->w1[j0 + k] = exact[0];
            }
            b->w2[j0 + k] = b->w1[j0 + k] <= 0.0;
        }
    }
}
