/* Grievance of every actor, discontent, talk among trusted ties, and the totals G and V: the dense
 * heart of the week. Cost per world and week: about 30 N operations, and the sums over ties, which
 * court/talk.c keeps to a few N where ties follow groups. Everything happens strip by strip of
 * STRIP worlds: what all actors of a strip share is worked out first; then one actor after the
 * other, whose new m takes the place of last week's. The sums need last week's: those of groups are
 * carried over (W), and m of an actor who is heard later is put by. Source: model 7.4, 7.5; Kuran
 * 1991. */
#include "court/lanes/lanes.h"

/** One operation on the registers of a strip: a chain of operations of one register would wait for
 * itself. */
#define ACROSS UNROLL for (int r = 0; r < N_SIDE; r++)

/** What all actors of a strip share this week; lambda is multiplied in. Terms that are exactly zero
 * in every world of the strip (no war, no sanctions) are left out: the sums keep their bits. */
typedef struct strip {
    int j0; /* first lane */
    bool is_pressed;
    _Alignas(64) double base[STRIP]; /* g_base + k_defeat F */
    double rents[STRIP];             /* k_rent R */
    double dead[STRIP];              /* k_dove (1/2 + c/2) in war, else 0 */
    double losing[STRIP];            /* k_hawk max(0, -b) in war, else 0 */
    double sanctions[STRIP];         /* k_sanc s */
    double hush[STRIP], open[STRIP]; /* fear_talk phi, 1 - that */
    double m[TN_MAX_ACTORS][STRIP];  /* last week's, of those heard later */
    double common[TN_MAX_ACTORS]
                 [STRIP]; /* by group: what its members hear, all but for exceptions */
    double u[TN_MAX_ACTORS + 1][STRIP]; /* words of the innovations */
} strip_t;

static void press(const tn_block_t *b, strip_t *strip)
{
    const vec_t lambda = SPREAD(FIXED(inside)), half = SPREAD(0.5), zero = SPREAD(0.0);
    const int j0 = strip->j0;
    const double *c = b->wear + (j0 - b->j0), *progress = b->b + j0, *s = b->s + j0;
    const double *k_dove = DRAWN(k_dove) + j0, *k_hawk = DRAWN(k_hawk) + j0;
    const double *k_sanc = DRAWN(k_sanc) + j0;
    const uint32_t *war = (const uint32_t *)b->war + j0;
    unsigned is_sanctioned = 0;
    ACROSS is_sanctioned |= LESS_MASK(zero, LOAD(s + LANE(r)));
    strip->is_pressed = b->any_war || is_sanctioned != 0;
    if (!strip->is_pressed) return;
    ACROSS STORE(strip->sanctions + LANE(r), lambda * (LOAD(k_sanc + LANE(r)) * LOAD(s + LANE(r))));
    if (!b->any_war) {
        ACROSS STORE(strip->dead + LANE(r), zero);
        ACROSS STORE(strip->losing + LANE(r), zero);
        return;
    }
    ACROSS
    {
        const vec_t dead = LOAD(k_dove + LANE(r)) * (half + half * LOAD(c + LANE(r)));
        const vec_t losing = LOAD(k_hawk + LANE(r)) * POSITIVE(zero - LOAD(progress + LANE(r)));
        STORE(strip->dead + LANE(r), IF_FLAG(war + LANE(r), lambda * dead, zero));
        STORE(strip->losing + LANE(r), IF_FLAG(war + LANE(r), lambda * losing, zero));
    }
}

static void share(const tn_block_t *b, strip_t *strip)
{
    const vec_t rent_econ = SPREAD(FIXED(rent_econ)), rent_thr = SPREAD(FIXED(rent_thr));
    const vec_t lambda = SPREAD(FIXED(inside)), fear_talk = SPREAD(FIXED(fear_talk));
    const int j0 = strip->j0;
    const double *e = b->e + j0, *theta = b->theta + j0, *F = b->F + j0, *phi = b->phi + j0;
    const double *g_base = DRAWN(g_base) + j0, *k_defeat = DRAWN(k_defeat) + j0;
    const double *k_rent = DRAWN(k_rent) + j0;
    ACROSS
    {
        const vec_t R = rent_econ * LOAD(e + LANE(r)) + rent_thr * LOAD(theta + LANE(r));
        const vec_t hush = fear_talk * LOAD(phi + LANE(r));
        const vec_t defeat = LOAD(k_defeat + LANE(r)) * LOAD(F + LANE(r));
        STORE(strip->base + LANE(r), LOAD(g_base + LANE(r)) + lambda * defeat);
        STORE(strip->rents + LANE(r), lambda * (LOAD(k_rent + LANE(r)) * R));
        STORE(strip->hush + LANE(r), hush);
        STORE(strip->open + LANE(r), SPREAD(1.0) - hush);
    }
}

/** What the members of each group hear, from last week's sums: between T + more_g W_g. */
static void take_voices(const tn_block_t *b, strip_t *strip)
{
    const tn_talk_t *talk = &b->court->talk;
    vec_t all[N_SIDE];
    ACROSS all[r] = SPREAD(0.0);
    for (int g = 0; g < talk->n_groups; g++) {
        const double *W = ROW(b->W, g) + strip->j0;
        ACROSS all[r] = all[r] + LOAD(W + LANE(r));
    }
    ACROSS all[r] = SPREAD(talk->between) * all[r];
    for (int g = 0; g < talk->n_groups; g++) {
        const vec_t more = SPREAD(talk->more[g]);
        const double *W = ROW(b->W, g) + strip->j0;
        ACROSS STORE(strip->common[g] + LANE(r), all[r] + more * LOAD(W + LANE(r)));
    }
}

/** The actor at work: his rows in the strip, and what is asked of the court for each actor. A copy
 * of its own, because a store of a register may alias anything and the block would be read again
 * after each. */
typedef struct actor {
    const tn_court_t *court;
    const tn_link_t *link; /* the next of the list */
    int i;
    uint64_t me;
    size_t step;
    double *x, *g, *S, *m;
    const double *u, *dg, *first_m;
    const uint64_t *rep;
    vec_t a, spread, steep, rise0, loyal;
} actor_t;

static inline actor_t first_actor(const tn_block_t *b, const strip_t *strip)
{
    const int j0 = strip->j0;
    return (actor_t){.court = b->court,
        .link = b->court->talk.link,
        .me = 1,
        .step = b->step,
        .x = b->x + j0,
        .g = TN_OF_WEEK(b, b->g, 0, j0),
        .S = TN_OF_WEEK(b, b->S, 0, j0),
        .m = b->m + j0,
        .u = strip->u[0],
        .dg = b->dg + j0,
        .first_m = b->m + j0,
        .rep = b->rep + j0,
        .a = SPREAD(b->alpha[TN_AR_X]),
        .spread = SPREAD(b->spread_x),
        .steep = SPREAD(b->steep),
        .rise0 = SPREAD(b->rise0),
        .loyal = SPREAD(-FIXED(g_loyal))};
}

static inline void move_on(actor_t *self)
{
    self->i++;
    self->me <<= 1;
    self->x += TN_ROW;
    self->m += TN_ROW;
    self->dg += TN_ROW;
    self->g += self->step;
    self->S += self->step;
    self->u += (size_t)STRIP;
}

/** Own grievance, of an appointee where the actor was replaced. */
static inline void own_grievance(const actor_t *self, const strip_t *strip, vec_t own[N_SIDE])
{
    const tn_court_t *c = self->court;
    const int i = self->i;
    const vec_t g0 = SPREAD(c->g0[i]);
    ACROSS own[r] = g0;
    if (strip->is_pressed) {
        const bool is_dove = c->dove[i] > 0.0;
        const double *pull = is_dove ? strip->dead : strip->losing;
        const vec_t lean = SPREAD(is_dove ? c->dove[i] : c->hawk[i]), e = SPREAD(c->e[i]);
        vec_t hurt[N_SIDE];
        ACROSS own[r] = LOAD(pull + LANE(r)) * lean;
        ACROSS hurt[r] = LOAD(strip->sanctions + LANE(r)) * e;
        ACROSS own[r] = g0 + own[r];
        ACROSS own[r] = own[r] + hurt[r];
    }
    ACROSS own[r] = IF_BIT(LOAD_SET(self->rep + LANE(r)), i, self->loyal, own[r]);
}

/** x and g; D, which follows from g, is not kept. */
static inline void resent(const actor_t *self, const strip_t *strip, vec_t D[N_SIDE])
{
    const vec_t half = SPREAD(0.5), rent = SPREAD(self->court->r[self->i]);
    vec_t own[N_SIDE], x[N_SIDE], g[N_SIDE];
    own_grievance(self, strip, own);
    ACROSS g[r] = LOAD(strip->rents + LANE(r)) * rent;
    ACROSS x[r] = LOAD(self->u + LANE(r)) - half;
    ACROSS g[r] = LOAD(strip->base + LANE(r)) - g[r];
    ACROSS x[r] = self->a * LOAD(self->x + LANE(r)) + self->spread * x[r];
    ACROSS g[r] = g[r] + own[r];
    ACROSS g[r] = g[r] + x[r];
    ACROSS STORE(self->x + LANE(r), x[r]);
    if (self->court->shifted & self->me) {
        ACROSS g[r] = g[r] + LOAD(self->dg + LANE(r));
    }
    ACROSS STORE(self->g + LANE(r), g[r]);
    ACROSS D[r] = self->rise0 + self->steep * g[r];
    ACROSS D[r] = CLIP01(D[r]);
}

/** S from last week's m of all; that of the actor is overwritten next, so it is put by for those
 * who come later and hear it. */
static inline void listen(actor_t *self, strip_t *strip, vec_t S[N_SIDE])
{
    const tn_talk_t *talk = &self->court->talk;
    const int i = self->i;
    const vec_t hears = SPREAD(self->court->hears[i]);
    ACROSS S[r] = LOAD(self->m + LANE(r));
    if (talk->heard_later & self->me) {
        ACROSS STORE(strip->m[i] + LANE(r), S[r]);
    }
    if (talk->n_groups > 0) {
        const double *common = strip->common[talk->group[i]];
        const vec_t within = SPREAD(talk->within[talk->group[i]]);
        ACROSS S[r] = within * S[r];
        ACROSS S[r] = LOAD(common + LANE(r)) - S[r];
    } else {
        ACROSS S[r] = SPREAD(0.0);
    }
    for (const tn_link_t *end = talk->link + talk->link_end[i]; self->link < end; self->link++) {
        const vec_t tie = SPREAD(self->link->tie);
        const int to = self->link->to;
        const double *m = to < i ? strip->m[to] : ROW(self->first_m, to);
        ACROSS S[r] = S[r] + tie * LOAD(m + LANE(r));
    }
    ACROSS S[r] = S[r] * hears;
    ACROSS STORE(self->S + LANE(r), S[r]);
}

/** The new m; adds to G. */
static inline void speak(const actor_t *self, const strip_t *strip, const vec_t S[N_SIDE],
    vec_t D[N_SIDE], vec_t G[N_SIDE], vec_t m[N_SIDE])
{
    const vec_t pi = SPREAD(self->court->pi[self->i]);
    ACROSS m[r] = LOAD(strip->hush + LANE(r)) * S[r];
    ACROSS D[r] = pi * D[r];
    ACROSS m[r] = LOAD(strip->open + LANE(r)) + m[r];
    ACROSS G[r] = G[r] + D[r];
    ACROSS m[r] = D[r] * m[r];
    ACROSS STORE(self->m + LANE(r), m[r]);
}

/** Adds m to the sum of the group, which stays at hand while actors of one group follow. */
static inline void add_voice(
    const actor_t *self, double *sums, const vec_t m[N_SIDE], vec_t W[N_SIDE])
{
    const tn_talk_t *talk = &self->court->talk;
    double *sum = ROW(sums, talk->group[self->i]);
    if (talk->first & self->me) {
        ACROSS W[r] = SPREAD(0.0);
    } else if (talk->returns & self->me) {
        ACROSS W[r] = LOAD(sum + LANE(r));
    }
    ACROSS W[r] = W[r] + m[r];
    if (talk->leaves & self->me) {
        ACROSS STORE(sum + LANE(r), W[r]);
    }
}

static void strip_week(tn_block_t *b, strip_t *strip)
{
    const int j0 = strip->j0, n = b->court->n, n_sums = b->court->talk.n_sums;
    double *sums = b->W + j0;
    actor_t actor = first_actor(b, strip);
    vec_t G[N_SIDE], V[N_SIDE], W[N_SIDE];
    ACROSS G[r] = V[r] = W[r] = SPREAD(0.0);
    while (actor.i < n) {
        vec_t D[N_SIDE], S[N_SIDE], m[N_SIDE];
        resent(&actor, strip, D);
        listen(&actor, strip, S);
        speak(&actor, strip, S, D, G, m);
        add_voice(&actor, sums, m, W);
        move_on(&actor);
    }
    for (int g = 0; g < n_sums; g++) {
        ACROSS V[r] = V[r] + LOAD(ROW(sums, g) + LANE(r));
    }
    ACROSS STORE(b->G + j0 + LANE(r), G[r]);
    ACROSS STORE(b->V + j0 + LANE(r), V[r]);
}

void LN(tn_lanes_grievance)(tn_block_t *b)
{
    strip_t strip;
    const int end = b->j0 + b->n_chunk;
    for (int j0 = b->j0; j0 < end; j0 += STRIP) {
        strip.j0 = j0;
        for (int i = 0; i < b->court->n; i += 4) {
            double *const u[4] = {strip.u[i], strip.u[i + 1], strip.u[i + 2], strip.u[i + 3]};
            LN(tn_lanes_uniforms)(b, STRIP, b->lead + (j0 - b->j0), &b->stream.noise[i / 4], u);
        }
        share(b, &strip);
        press(b, &strip);
        take_voices(b, &strip);
        strip_week(b, &strip);
    }
}
