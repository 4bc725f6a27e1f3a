/* Private grievance, discontent, talk among trusted ties, and the totals G and V: the dense heart
 * of the week. Cost per world and week: two operations per tie for the talk, about 30 N for the
 * rest. Everything happens strip by strip of STRIP worlds, whose E and D stay in the first cache
 * and whose sums stay in registers. Source: model 7.4, 7.5; Kuran 1991. */
#include "court/lanes/lanes.h"
#include "court/lanes/vector.h"

/** What all actors of a strip share this week. Terms that are exactly zero in every world of the
 * strip (no war, no sanctions) are left out: the sums keep their bits. */
typedef struct strip {
    int j0, n; /* first lane; worlds, at most STRIP */
    bool is_pressed;
    _Alignas(64) double R[STRIP];
    double defeat[STRIP]; /* k_defeat F */
    double dead[STRIP];   /* 1/2 + c/2 in war, else 0 */
    double losing[STRIP]; /* max(0, -b) in war, else 0 */
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
static inline vec_t pressure(const tn_block_t *b, const strip_t *strip, int i, int r)
{
    const tn_court_t *c = b->court;
    const int k = r * WIDTH, j = strip->j0 + k;
    const vec_t dead = LOAD(DRAWN(k_dove) + j) * SPREAD(c->dove[i]) * LOAD(strip->dead + k);
    const vec_t lost = LOAD(DRAWN(k_hawk) + j) * SPREAD(c->hawk[i]) * LOAD(strip->losing + k);
    const vec_t sanctions = LOAD(DRAWN(k_sanc) + j) * SPREAD(c->e[i]) * LOAD(b->s + j);
    return dead + lost + sanctions;
}

/** x, g and D of actor i in the strip; u: the actor's innovations. */
static void resent(tn_block_t *b, const strip_t *strip, int i, const double *u)
{
    const tn_court_t *c = b->court;
    const double a = b->alpha[TN_AR_X], width = 2.0 * FIXED(g_wid);
    const double spread = FIXED(x_sd) * sqrt(12.0 * (1.0 - a * a));
    const bool is_exact = b->width_is_power;
    const vec_t lambda = SPREAD(FIXED(inside)), g0 = SPREAD(c->g0[i]);
    for (int r = 0; r < N_SIDE; r++) {
        const int k = r * WIDTH, j = strip->j0 + k, left = strip->n - k;
        const vec_t x = SPREAD(a) * LOAD(ROW(b->x, i) + j) +
                        SPREAD(spread) * (LOAD(u + k) - SPREAD(0.5));
        vec_t own = g0;
        if (strip->is_pressed) own = g0 + lambda * pressure(b, strip, i, r);
        const vec_t offset = IF_BIT(LOAD_SET(b->rep + j), i, SPREAD(-FIXED(g_loyal)), own);
        const vec_t rents = LOAD(DRAWN(k_rent) + j) * SPREAD(c->r[i]) * LOAD(strip->R + k);
        const vec_t g = LOAD(DRAWN(g_base) + j) + x + LOAD(ROW(b->dg, i) + j) +
                        lambda * (LOAD(strip->defeat + k) - rents) + offset;
        const vec_t above = g - SPREAD(FIXED(g_mid));
        vec_t share = above * SPREAD(1.0 / width);
        if (!is_exact) share = above / SPREAD(width);
        store_left(ROW(b->x, i) + j, x, left);
        store_left(ROW(b->g, i) + j, g, left);
        store_left(ROW(b->D, i) + j, CLIP01(SPREAD(0.5) + share), left);
    }
}

/** S_i from last week's E of all. */
static void listen(const tn_block_t *b, const strip_t *strip, int i)
{
    const tn_court_t *c = b->court;
    vec_t S[N_SIDE];
    for (int r = 0; r < N_SIDE; r++)
        S[r] = SPREAD(0.0);
    for (int k = i > 0 ? c->link_end[i - 1] : 0; k < c->link_end[i]; k++) {
        const vec_t T = SPREAD(c->link[k].trust);
        const double *E = ROW(b->E, c->link[k].to) + strip->j0;
        for (int r = 0; r < N_SIDE; r++)
            S[r] = S[r] + T * LOAD(E + r * WIDTH);
    }
    for (int r = 0; r < N_SIDE; r++)
        store_left(ROW(b->S, i) + strip->j0 + r * WIDTH, S[r], strip->n - r * WIDTH);
}

/** The new E of all, G and V. */
static void speak(tn_block_t *b, const strip_t *strip)
{
    const tn_court_t *c = b->court;
    for (int r = 0; r < N_SIDE; r++) {
        const int j = strip->j0 + r * WIDTH, left = strip->n - r * WIDTH;
        const vec_t silence = SPREAD(FIXED(fear_talk)) * LOAD(b->phi + j), one = SPREAD(1.0);
        vec_t G = SPREAD(0.0), V = SPREAD(0.0);
        for (int i = 0; i < c->n; i++) {
            const vec_t D = LOAD(ROW(b->D, i) + j), pi = SPREAD(c->pi[i]);
            const vec_t E = D * (one - silence * (one - LOAD(ROW(b->S, i) + j)));
            store_left(ROW(b->E, i) + j, E, left);
            G = G + pi * D;
            V = V + pi * E;
        }
        store_left(b->G + j, G, left);
        store_left(b->V + j, V, left);
    }
}

void LN(tn_lanes_grievance)(tn_block_t *b, int t)
{
    _Alignas(64) double innovation[4][STRIP];
    double *const u[4] = {innovation[0], innovation[1], innovation[2], innovation[3]};
    strip_t strip;
    for (int j0 = 0; j0 < b->n_live; j0 += STRIP) {
        strip.j0 = j0;
        strip.n = b->n_live - j0 < STRIP ? b->n_live - j0 : STRIP;
        share(b, &strip);
        for (int i = 0; i < b->court->n; i++) {
            if (i % 4 == 0) {
                LN(tn_lanes_uniforms)(b, STRIP, b->slot + j0, t, i / 4, TN_RNG_NOISE, 0, u);
            }
            resent(b, &strip, i, u[i % 4]);
            listen(b, &strip, i);
        }
        speak(b, &strip);
    }
}
