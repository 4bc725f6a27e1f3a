/* Protest moves with hardship, dead and defeat; an uprising wins if those with force stand aside.
 * Source: model 7.9. */
#include "court/lanes/lanes.h"

static void move_protest(tn_block_t *b)
{
    const double a_Q = b->alpha[TN_AR_Q];
    const vec_t a = SPREAD(a_Q), spread = SPREAD(FIXED(q_sd) * sqrt(1.0 - a_Q * a_Q));
    const vec_t q_econ = SPREAD(FIXED(q_econ)), q_loss = SPREAD(FIXED(q_loss));
    const vec_t q_def = SPREAD(FIXED(q_def)), q_fear = SPREAD(FIXED(q_fear)), zero = SPREAD(0.0);
    const double *q_base = DRAWN(q_base) + b->j0, *fear_base = DRAWN(fear_base) + b->j0;
    const double *e = b->e + b->j0, *F = b->F + b->j0, *phi = b->phi + b->j0;
    const double *c = b->wear, *z = b->z[2];
    const uint32_t *war = (const uint32_t *)b->war + b->j0;
    const uint32_t *route = (const uint32_t *)b->route + b->j0;
    double *Q = b->Q + b->j0;
    ALONG(b->n_chunk, k)
    {
        vec_t level = LOAD(q_base + k) + q_econ * POSITIVE(zero - LOAD(e + k));
        if (b->any_war) level = level + IF_FLAG(war + k, q_loss * LOAD(c + k), zero);
        level = level + q_def * LOAD(F + k) - q_fear * (LOAD(phi + k) - LOAD(fear_base + k));
        level = CLIP01(level);
        const vec_t before = LOAD(Q + k);
        const vec_t moved = CLIP01(level + (before - level) * a + spread * LOAD(z + k));
        STORE(Q + k, IF_BIT(LOAD_WORDS(route + k), 31, moved, before)); /* in office: route is -1 */
    }
}

/** Chance that an uprising in world j wins. */
static double p_win(const tn_block_t *b, int j)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0;
    for (int i = 0; i < c->n; i++)
        loyal += c->f[i] * (1.0 - discontent(b, i, j));
    return contest(b->Q[j], DRAWN(upr_incumb)[j] * (c->guard + loyal), FIXED(contest_m));
}

/** The same for the worlds of the chunk. */
static void p_win_all(const tn_block_t *b, double p[CHUNK])
{
    const tn_court_t *c = b->court;
    const double m = FIXED(contest_m), *Q = b->Q + b->j0, *upr_incumb = DRAWN(upr_incumb) + b->j0;
    const vec_t rise0 = SPREAD(b->rise0), steep = SPREAD(b->steep), one = SPREAD(1.0);
    if (m < 1.0 || m > 1.0) {
        for (int k = 0; k < b->n_chunk; k++)
            p[k] = p_win(b, b->j0 + k);
        return;
    }
    ALONG(b->n_chunk, k)
    {
        const double *g = TN_OF_WEEK(b, b->g, 0, b->j0 + k);
        vec_t loyal = SPREAD(0.0);
        for (int i = 0; i < c->n; i++, g += b->step) {
            if (c->f[i] <= 0.0) continue; /* adds exactly 0 */
            loyal = loyal + SPREAD(c->f[i]) * (one - CLIP01(rise0 + steep * LOAD(g)));
        }
        const vec_t against = LOAD(upr_incumb + k) * (SPREAD(c->guard) + loyal);
        STORE(p + k, LOAD(Q + k) / (LOAD(Q + k) + against));
    }
}

static void tally(tn_block_t *b, const double y[CHUNK])
{
    const vec_t zero = SPREAD(0.0);
    double p[CHUNK], wins[CHUNK];
    LN(tn_lanes_chances)(b->n_chunk, y, p);
    p_win_all(b, wins);
    ALONG(b->n_chunk, k)
    {
        const vec_t chance = LOAD(p + k);
        STORE(p + k, IF_LESS(zero, chance, chance * LOAD(wins + k), zero));
    }
    add_hazard(b, TN_ROUTE_UPRISING, p);
}

/** World j, whose word is below y. */
static void rise(tn_block_t *b, int j, double y)
{
    const double u = b->exo[3][j - b->j0];
    const double p = tn_chance(y);
    if (b->route[j] >= 0 || !(u < p)) return;
    count(b, TN_COUNT_UPRISINGS, j, 1);
    b->flag[j] |= TN_FLAG_UPRISING;
    if (u / p < p_win(b, j)) {
        b->route[j] = TN_ROUTE_UPRISING;
    } else {
        alarm_leader(b, j);
        b->Q[j] = b->Q[j] / 2.0;
    }
}

void LN(tn_lanes_protest)(tn_block_t *b)
{
    move_protest(b);
    const int j0 = b->j0;
    const double *rate = DRAWN(upr_rate) + j0, *Q = b->Q + j0;
    double y[CHUNK];
    ALONG(b->n_chunk, k) STORE(y + k, LOAD(rate + k) * LOAD(Q + k) * SPREAD(TN_DT));
    if (b->tally_hazards) tally(b, y);
    for (uint64_t hits = below(b->exo[3], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        rise(b, j0 + k, y[k]);
    }
}
