/* Grievance of every actor, discontent, talk among trusted ties, and the totals G and V: the dense
 * heart of the week. Cost per world and week: about 30 N operations, and the sums over ties, which
 * court/talk.c keeps to a few N where ties follow groups. Everything happens strip by strip of
 * STRIP worlds: what all actors of a strip share is worked out first, and last week's m, which the
 * sums need whole, is copied side by side. Source: model 7.4, 7.5; Kuran 1991. */
#include "court/lanes/lanes.h"

/** One operation on the registers of a strip: a chain of operations of one register would wait for
 * itself. */
#define ACROSS UNROLL for (int r = 0; r < N_SIDE; r++)

/** The first n lanes; the worlds behind the live ones keep the state they ended in. */
static inline void store_strip(double *p, const vec_t v[N_SIDE], int n)
{
    if (__builtin_expect(n == STRIP, 1)) {
        ACROSS STORE(p + LANE(r), v[r]);
        return;
    }
    for (int r = 0; r < N_SIDE; r++)
        store_left(p + LANE(r), v[r], n - r * WIDTH);
}

/** What all actors of a strip share this week; lambda is multiplied in. Terms that are exactly zero
 * in every world of the strip (no war, no sanctions) are left out: the sums keep their bits. */
typedef struct strip {
    int j0, n; /* first lane; worlds, at most STRIP */
    bool is_pressed;
    _Alignas(64) double base[STRIP]; /* g_base + k_defeat F */
    double rents[STRIP];             /* k_rent R */
    double dead[STRIP];              /* k_dove (1/2 + c/2) in war, else 0 */
    double losing[STRIP];            /* k_hawk max(0, -b) in war, else 0 */
    double sanctions[STRIP];         /* k_sanc s */
    double hush[STRIP], open[STRIP]; /* fear_talk phi, 1 - that */
    double m[TN_MAX_ACTORS][STRIP];  /* last week's */
    double common[TN_MAX_ACTORS]
                 [STRIP]; /* by group: what its members hear, all but for exceptions */
    double u[TN_MAX_ACTORS + 1][STRIP]; /* words of the innovations */
} strip_t;

static void press(const tn_block_t *b, strip_t *strip)
{
    const double lambda = FIXED(inside), loss_half = FIXED(loss_half);
    const int j0 = strip->j0;
    const double *restrict C = b->C + j0, *restrict progress = b->b + j0, *restrict s = b->s + j0;
    const double *restrict k_dove = DRAWN(k_dove) + j0, *restrict k_hawk = DRAWN(k_hawk) + j0;
    const double *restrict k_sanc = DRAWN(k_sanc) + j0;
    const int32_t *restrict war = b->war + j0;
    int n_pressed = 0;
    for (int j = 0; j < STRIP; j++)
        n_pressed += war[j] != 0 || s[j] > 0.0;
    strip->is_pressed = n_pressed > 0;
    if (!strip->is_pressed) return;
    SIMD for (int j = 0; j < STRIP; j++)
    {
        const double c = C[j] / (C[j] + loss_half);
        strip->dead[j] = war[j] ? lambda * (k_dove[j] * (0.5 + 0.5 * c)) : 0.0;
        strip->losing[j] = war[j] ? lambda * (k_hawk[j] * positive(-progress[j])) : 0.0;
        strip->sanctions[j] = lambda * (k_sanc[j] * s[j]);
    }
}

static void share(const tn_block_t *b, strip_t *strip)
{
    const double rent_econ = FIXED(rent_econ), rent_thr = FIXED(rent_thr);
    const double lambda = FIXED(inside), fear_talk = FIXED(fear_talk);
    const int j0 = strip->j0;
    const double *restrict e = b->e + j0, *restrict theta = b->theta + j0, *restrict F = b->F + j0;
    const double *restrict phi = b->phi + j0, *restrict g_base = DRAWN(g_base) + j0;
    const double *restrict k_defeat = DRAWN(k_defeat) + j0, *restrict k_rent = DRAWN(k_rent) + j0;
    SIMD for (int j = 0; j < STRIP; j++)
    {
        const double R = rent_econ * e[j] + rent_thr * theta[j];
        strip->base[j] = g_base[j] + lambda * (k_defeat[j] * F[j]);
        strip->rents[j] = lambda * (k_rent[j] * R);
        strip->hush[j] = fear_talk * phi[j];
        strip->open[j] = 1.0 - strip->hush[j];
    }
}

/** Adds last week's m of actor i to the sum and puts it by. */
static inline void take_voice(const tn_block_t *b, strip_t *strip, int i, vec_t sum[N_SIDE])
{
    const double *m_i = ROW(b->m, i) + strip->j0;
    UNROLL for (int r = 0; r < N_SIDE; r++)
    {
        const vec_t m = LOAD(m_i + LANE(r));
        STORE(strip->m[i] + LANE(r), m);
        sum[r] = sum[r] + m;
    }
}

/** Last week's m of all actors, and its sums over groups: between T + more_g W_g. */
static void take_voices(const tn_block_t *b, strip_t *strip)
{
    const tn_talk_t *talk = &b->court->talk;
    vec_t all[N_SIDE], sum[N_SIDE];
    UNROLL for (int r = 0; r < N_SIDE; r++) all[r] = SPREAD(0.0);
    for (int i = 0; talk->n_groups == 0 && i < b->court->n; i++)
        take_voice(b, strip, i, all);
    for (int g = 0, k = 0; g < talk->n_groups; g++) {
        UNROLL for (int r = 0; r < N_SIDE; r++) sum[r] = SPREAD(0.0);
        for (; k < talk->member_end[g]; k++)
            take_voice(b, strip, talk->member[k], sum);
        UNROLL for (int r = 0; r < N_SIDE; r++)
        {
            all[r] = all[r] + sum[r];
            STORE(strip->common[g] + LANE(r), SPREAD(talk->more[g]) * sum[r]);
        }
    }
    UNROLL for (int r = 0; r < N_SIDE; r++) all[r] = SPREAD(talk->between) * all[r];
    for (int g = 0; g < talk->n_groups; g++) {
        double *common = strip->common[g];
        UNROLL for (int r = 0; r < N_SIDE; r++)
            STORE(common + LANE(r), all[r] + LOAD(common + LANE(r)));
    }
}

/** Own grievance of actor i, of an appointee where the actor was replaced. */
static inline void own_grievance(
    const tn_block_t *b, const strip_t *strip, int i, vec_t own[N_SIDE])
{
    const tn_court_t *c = b->court;
    const vec_t g0 = SPREAD(c->g0[i]), loyal = SPREAD(-FIXED(g_loyal));
    const double *pull = c->dove[i] > 0.0 ? strip->dead : strip->losing;
    const vec_t lean = SPREAD(c->dove[i] > 0.0 ? c->dove[i] : c->hawk[i]), e = SPREAD(c->e[i]);
    const uint64_t *rep = b->rep + strip->j0;
    ACROSS own[r] = g0;
    if (strip->is_pressed) {
        vec_t hurt[N_SIDE];
        ACROSS own[r] = LOAD(pull + LANE(r)) * lean;
        ACROSS hurt[r] = LOAD(strip->sanctions + LANE(r)) * e;
        ACROSS own[r] = g0 + own[r];
        ACROSS own[r] = own[r] + hurt[r];
    }
    ACROSS own[r] = IF_BIT(LOAD_SET(rep + LANE(r)), i, loyal, own[r]);
}

/** x and g of actor i in the strip; D, which follows from g, is not kept. */
static inline void resent(tn_block_t *b, const strip_t *strip, int i, vec_t D[N_SIDE])
{
    const int j0 = strip->j0, n = strip->n;
    const bool is_shifted = b->court->shifted & bit(i);
    const vec_t a = SPREAD(b->alpha[TN_AR_X]), spread = SPREAD(b->spread_x), half = SPREAD(0.5);
    const vec_t rent = SPREAD(b->court->r[i]);
    const vec_t steep = SPREAD(b->steep), rise0 = SPREAD(b->rise0);
    const double *u = strip->u[i], *dg_i = ROW(b->dg, i) + j0;
    double *x_i = ROW(b->x, i) + j0, *g_i = TN_OF_WEEK(b, b->g, i, j0);
    vec_t own[N_SIDE], x[N_SIDE], g[N_SIDE];
    own_grievance(b, strip, i, own);
    ACROSS g[r] = LOAD(strip->rents + LANE(r)) * rent;
    ACROSS x[r] = LOAD(u + LANE(r)) - half;
    ACROSS g[r] = LOAD(strip->base + LANE(r)) - g[r];
    ACROSS x[r] = a * LOAD(x_i + LANE(r)) + spread * x[r];
    ACROSS g[r] = g[r] + own[r];
    ACROSS g[r] = g[r] + x[r];
    if (is_shifted) {
        ACROSS g[r] = g[r] + LOAD(dg_i + LANE(r));
    }
    ACROSS D[r] = rise0 + steep * g[r];
    ACROSS D[r] = CLIP01(D[r]);
    store_strip(x_i, x, n);
    store_strip(g_i, g, n);
}

/** S_i from last week's m of all. */
static inline void listen(const tn_court_t *c, const strip_t *strip, int i, vec_t S[N_SIDE])
{
    const tn_talk_t *talk = &c->talk;
    const vec_t hears = SPREAD(c->hears[i]);
    ACROSS S[r] = SPREAD(0.0);
    if (talk->n_groups > 0) {
        const int g = talk->group[i];
        const vec_t within = SPREAD(talk->within[g]);
        ACROSS S[r] = within * LOAD(strip->m[i] + LANE(r));
        ACROSS S[r] = LOAD(strip->common[g] + LANE(r)) - S[r];
    }
    for (int k = i > 0 ? talk->link_end[i - 1] : 0; k < talk->link_end[i]; k++) {
        const vec_t tie = SPREAD(talk->link[k].tie);
        const double *m = strip->m[talk->link[k].to];
        ACROSS S[r] = S[r] + tie * LOAD(m + LANE(r));
    }
    ACROSS S[r] = S[r] * hears;
}

/** S and the new m of actor i; adds to G and V. */
static inline void speak(
    tn_block_t *b, const strip_t *strip, int i, vec_t D[N_SIDE], vec_t G[N_SIDE], vec_t V[N_SIDE])
{
    const vec_t pi = SPREAD(b->court->pi[i]);
    double *S_i = TN_OF_WEEK(b, b->S, i, strip->j0), *m_i = ROW(b->m, i) + strip->j0;
    vec_t S[N_SIDE], m[N_SIDE];
    listen(b->court, strip, i, S);
    ACROSS m[r] = LOAD(strip->hush + LANE(r)) * S[r];
    ACROSS D[r] = pi * D[r];
    ACROSS m[r] = LOAD(strip->open + LANE(r)) + m[r];
    ACROSS G[r] = G[r] + D[r];
    ACROSS m[r] = D[r] * m[r];
    ACROSS V[r] = V[r] + m[r];
    store_strip(S_i, S, strip->n);
    store_strip(m_i, m, strip->n);
}

static void strip_week(tn_block_t *b, strip_t *strip)
{
    vec_t G[N_SIDE], V[N_SIDE];
    UNROLL for (int r = 0; r < N_SIDE; r++) G[r] = V[r] = SPREAD(0.0);
    share(b, strip);
    press(b, strip);
    take_voices(b, strip);
    for (int i = 0; i < b->court->n; i++) {
        vec_t D[N_SIDE];
        resent(b, strip, i, D);
        speak(b, strip, i, D, G, V);
    }
    UNROLL for (int r = 0; r < N_SIDE; r++)
    {
        store_left(b->G + strip->j0 + LANE(r), G[r], strip->n - r * WIDTH);
        store_left(b->V + strip->j0 + LANE(r), V[r], strip->n - r * WIDTH);
    }
}

void LN(tn_lanes_grievance)(tn_block_t *b, int t)
{
    strip_t strip;
    const int end = b->j0 + b->n_chunk;
    for (int j0 = b->j0; j0 < end; j0 += STRIP) {
        strip.j0 = j0;
        strip.n = end - j0 < STRIP ? end - j0 : STRIP;
        for (int i = 0; i < b->court->n; i += 4) {
            double *const u[4] = {strip.u[i], strip.u[i + 1], strip.u[i + 2], strip.u[i + 3]};
            LN(tn_lanes_uniforms)(b, STRIP, b->slot + j0, t, i / 4, TN_RNG_NOISE, 0, u);
        }
        strip_week(b, &strip);
    }
}
