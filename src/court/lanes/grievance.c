/* Private grievance, discontent, talk among trusted ties, and the totals G and V: the dense heart
 * of the week. Cost per world and week: two operations per tie for the talk, about 30 N for the
 * rest. Everything happens strip by strip of STRIP worlds. Rows of the block lie 8 KiB apart, so
 * all actors of a strip fall into the same few sets of the first cache: each is read and written
 * once a week, and last week's E, which all read again and again, is copied side by side first.
 * Source: model 7.4, 7.5; Kuran 1991. */
#include "court/lanes/lanes.h"

/** What all actors of a strip share this week. Terms that are exactly zero in every world of the
 * strip (no war, no sanctions) are left out: the sums keep their bits. */
typedef struct strip {
    int j0, n; /* first lane; worlds, at most STRIP */
    bool is_pressed;
    _Alignas(64) double R[STRIP];
    double defeat[STRIP];           /* k_defeat F */
    double dead[STRIP];             /* 1/2 + c/2 in war, else 0 */
    double losing[STRIP];           /* max(0, -b) in war, else 0 */
    double E[TN_MAX_ACTORS][STRIP]; /* last week's */
    vec_t silence[N_SIDE];          /* fear_talk phi */
    vec_t G[N_SIDE], V[N_SIDE];
} strip_t;

static void share(const tn_block_t *b, strip_t *strip)
{
    const double rent_econ = FIXED(rent_econ), rent_thr = FIXED(rent_thr);
    const double loss_half = FIXED(loss_half);
    const int j0 = strip->j0;
    const double *restrict e = b->e + j0, *restrict theta = b->theta + j0, *restrict C = b->C + j0;
    const double *restrict progress = b->b + j0, *restrict s = b->s + j0, *restrict F = b->F + j0;
    const double *restrict k_defeat = DRAWN(k_defeat) + j0;
    const int32_t *restrict war = b->war + j0;
    int n_pressed = 0;
    for (int i = 0; i < b->court->n; i++) {
        const double *E = ROW(b->E, i) + j0;
        UNROLL for (int k = 0; k < STRIP; k += WIDTH) STORE(strip->E[i] + k, LOAD(E + k));
    }
    for (int r = 0; r < N_SIDE; r++) {
        strip->silence[r] = SPREAD(FIXED(fear_talk)) * LOAD(b->phi + j0 + LANE(r));
        strip->G[r] = strip->V[r] = SPREAD(0.0);
    }
    SIMD for (int j = 0; j < STRIP; j++)
    {
        strip->R[j] = rent_econ * e[j] + rent_thr * theta[j];
        strip->defeat[j] = k_defeat[j] * F[j];
    }
    for (int j = 0; j < STRIP; j++)
        n_pressed += war[j] != 0 || s[j] > 0.0;
    strip->is_pressed = n_pressed > 0;
    if (!strip->is_pressed) return;
    SIMD for (int j = 0; j < STRIP; j++)
    {
        const double c = C[j] / (C[j] + loss_half);
        strip->dead[j] = war[j] ? 0.5 + 0.5 * c : 0.0;
        strip->losing[j] = war[j] ? positive(-progress[j]) : 0.0;
    }
}

/** The part of grievance that an appointee does not have, without g0 and lambda. */
static inline vec_t pressure(const tn_block_t *b, const strip_t *strip, int i, int k)
{
    const tn_court_t *c = b->court;
    const int j = strip->j0 + k;
    const vec_t dead = LOAD(DRAWN(k_dove) + j) * SPREAD(c->dove[i]) * LOAD(strip->dead + k);
    const vec_t lost = LOAD(DRAWN(k_hawk) + j) * SPREAD(c->hawk[i]) * LOAD(strip->losing + k);
    const vec_t sanctions = LOAD(DRAWN(k_sanc) + j) * SPREAD(c->e[i]) * LOAD(b->s + j);
    return dead + lost + sanctions;
}

/** Own grievance of actor i, of an appointee where the actor was replaced. */
static inline void own_grievance(
    const tn_block_t *b, const strip_t *strip, int i, vec_t own[N_SIDE])
{
    const vec_t lambda = SPREAD(FIXED(inside)), g0 = SPREAD(b->court->g0[i]);
    const vec_t loyal = SPREAD(-FIXED(g_loyal));
    const uint64_t *rep = b->rep + strip->j0;
    UNROLL for (int r = 0; r < N_SIDE; r++)
    {
        own[r] = g0;
        if (strip->is_pressed) own[r] = g0 + lambda * pressure(b, strip, i, r * WIDTH);
        own[r] = IF_BIT(LOAD_SET(rep + LANE(r)), i, loyal, own[r]);
    }
}

/** x, g and D of actor i in the strip; u: the actor's innovations. */
static inline void resent(
    tn_block_t *b, const strip_t *strip, int i, const double *u, vec_t D[N_SIDE])
{
    const int j0 = strip->j0, n = strip->n;
    const bool is_exact = b->width_is_power;
    const vec_t a = SPREAD(b->alpha[TN_AR_X]), spread = SPREAD(b->spread_x), half = SPREAD(0.5);
    const vec_t lambda = SPREAD(FIXED(inside)), rent = SPREAD(b->court->r[i]);
    const vec_t g_mid = SPREAD(FIXED(g_mid)), width = SPREAD(2.0 * FIXED(g_wid));
    const vec_t inverse = SPREAD(1.0 / (2.0 * FIXED(g_wid)));
    const double *g_base = DRAWN(g_base) + j0, *k_rent = DRAWN(k_rent) + j0;
    const double *R = strip->R, *defeat = strip->defeat, *dg_i = ROW(b->dg, i) + j0;
    double *x_i = ROW(b->x, i) + j0, *g_i = ROW(b->g, i) + j0, *D_i = ROW(b->D, i) + j0;
    vec_t own[N_SIDE];
    own_grievance(b, strip, i, own);
    UNROLL for (int r = 0; r < N_SIDE; r++)
    {
        const int k = r * WIDTH;
        const vec_t x = a * LOAD(x_i + k) + spread * (LOAD(u + k) - half);
        const vec_t rents = LOAD(k_rent + k) * rent * LOAD(R + k);
        const vec_t g =
            LOAD(g_base + k) + x + LOAD(dg_i + k) + lambda * (LOAD(defeat + k) - rents) + own[r];
        vec_t share = (g - g_mid) * inverse;
        if (!is_exact) share = (g - g_mid) / width;
        D[r] = CLIP01(half + share);
        store_left(x_i + k, x, n - k);
        store_left(g_i + k, g, n - k);
        store_left(D_i + k, D[r], n - k);
    }
}

/** S_i from last week's E of all. */
static inline void listen(const tn_court_t *c, const strip_t *strip, int i, vec_t S[N_SIDE])
{
    vec_t sum[N_SIDE];
    UNROLL for (int r = 0; r < N_SIDE; r++) sum[r] = SPREAD(0.0);
    for (int k = i > 0 ? c->link_end[i - 1] : 0; k < c->link_end[i]; k++) {
        const vec_t T = SPREAD(c->link[k].trust);
        const double *E = strip->E[c->link[k].to];
        UNROLL for (int r = 0; r < N_SIDE; r++) sum[r] = sum[r] + T * LOAD(E + LANE(r));
    }
    UNROLL for (int r = 0; r < N_SIDE; r++) S[r] = sum[r];
}

/** The new E of actor i; adds to G and V. */
static inline void speak(
    tn_block_t *b, strip_t *strip, int i, const vec_t D[N_SIDE], const vec_t S[N_SIDE])
{
    const int n = strip->n;
    const vec_t one = SPREAD(1.0), pi = SPREAD(b->court->pi[i]);
    double *S_i = ROW(b->S, i) + strip->j0, *E_i = ROW(b->E, i) + strip->j0;
    UNROLL for (int r = 0; r < N_SIDE; r++)
    {
        const int k = r * WIDTH;
        const vec_t E = D[r] * (one - strip->silence[r] * (one - S[r]));
        store_left(S_i + k, S[r], n - k);
        store_left(E_i + k, E, n - k);
        strip->G[r] = strip->G[r] + pi * D[r];
        strip->V[r] = strip->V[r] + pi * E;
    }
}

void LN(tn_lanes_grievance)(tn_block_t *b, int t)
{
    _Alignas(64) double innovation[4][STRIP];
    double *const u[4] = {innovation[0], innovation[1], innovation[2], innovation[3]};
    strip_t strip;
    const int end = b->j0 + b->n_chunk;
    for (int j0 = b->j0; j0 < end; j0 += STRIP) {
        strip.j0 = j0;
        strip.n = end - j0 < STRIP ? end - j0 : STRIP;
        share(b, &strip);
        for (int i = 0; i < b->court->n; i++) {
            if (i % 4 == 0) {
                LN(tn_lanes_uniforms)(b, STRIP, b->slot + j0, t, i / 4, TN_RNG_NOISE, 0, u);
            }
            vec_t D[N_SIDE], S[N_SIDE];
            resent(b, &strip, i, u[i % 4], D);
            listen(b->court, &strip, i, S);
            speak(b, &strip, i, D, S);
        }
        for (int r = 0; r < N_SIDE; r++) {
            store_left(b->G + j0 + LANE(r), strip.G[r], strip.n - r * WIDTH);
            store_left(b->V + j0 + LANE(r), strip.V[r], strip.n - r * WIDTH);
        }
    }
}
