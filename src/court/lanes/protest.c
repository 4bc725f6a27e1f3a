/* Protest moves with hardship, dead and defeat; an uprising wins if those with force stand aside.
 * Source: model 7.9. */
#include "court/lanes/lanes.h"

static void move_protest(tn_block_t *b)
{
    const double a = b->alpha[TN_AR_Q], spread = FIXED(q_sd) * sqrt(1.0 - a * a);
    const double q_econ = FIXED(q_econ), q_loss = FIXED(q_loss), q_def = FIXED(q_def);
    const double q_fear = FIXED(q_fear), loss_half = FIXED(loss_half);
    const int j0 = b->j0;
    const double *restrict q_base = DRAWN(q_base) + j0, *restrict fear_base = DRAWN(fear_base) + j0;
    const double *restrict e = b->e + j0, *restrict C = b->C + j0, *restrict F = b->F + j0;
    const double *restrict phi = b->phi + j0, *restrict z = b->z[2];
    const int32_t *restrict war = b->war + j0, *restrict route = b->route + j0;
    double *restrict Q = b->Q + j0;
    SIMD for (int j = 0; j < b->n_chunk; j++)
    {
        const double c = C[j] / (C[j] + loss_half);
        const double level =
            clip01(q_base[j] + q_econ * positive(-e[j]) + (war[j] ? q_loss * c : 0.0) +
                   q_def * F[j] - q_fear * (phi[j] - fear_base[j]));
        const double moved = clip01(level + (Q[j] - level) * a + spread * z[j]);
        Q[j] = route[j] < 0 ? moved : Q[j];
    }
}

/** Chance that an uprising in world j wins. */
static double p_win(const tn_block_t *b, int j)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0, D[TN_MAX_ACTORS];
    discontents(b, j, D);
    for (int i = 0; i < c->n; i++)
        loyal += c->f[i] * (1.0 - D[i]);
    return contest(b->Q[j], DRAWN(upr_incumb)[j] * (c->guard + loyal), FIXED(contest_m));
}

/** The same for the worlds j0 .. j0+CHUNK-1. */
static void p_win_all(const tn_block_t *b, int j0, double p[CHUNK])
{
    const tn_court_t *c = b->court;
    const double m = FIXED(contest_m), rise0 = b->rise0, steep = b->steep;
    double loyal[CHUNK] = {0.0};
    for (int i = 0; i < c->n; i++) {
        const double f = c->f[i];
        const double *g = TN_OF_WEEK(b, b->g, i, j0);
        if (f <= 0.0) continue; /* adds exactly 0 */
        SIMD for (int k = 0; k < CHUNK; k++) loyal[k] += f * (1.0 - clip01(rise0 + steep * g[k]));
    }
    if (m < 1.0 || m > 1.0) {
        for (int k = 0; k < CHUNK; k++)
            p[k] = p_win(b, j0 + k);
        return;
    }
    SIMD for (int k = 0; k < CHUNK; k++)
    {
        const double Q = b->Q[j0 + k];
        p[k] = Q / (Q + DRAWN(upr_incumb)[j0 + k] * (c->guard + loyal[k]));
    }
}

static void tally(tn_block_t *b, const double y[CHUNK])
{
    double p[CHUNK], wins[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = y[k];
    LN(tn_lanes_chances)(p);
    p_win_all(b, b->j0, wins);
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = p[k] > 0.0 ? p[k] * wins[k] : 0.0;
    add_hazard(b, TN_ROUTE_UPRISING, p);
}

/** World j, whose word is below y. */
static void rise(tn_block_t *b, int j, double y)
{
    const double u = b->exo[3][j - b->j0];
    const double p = weekly_probability(y);
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
    double y[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) { y[k] = DRAWN(upr_rate)[j0 + k] * b->Q[j0 + k] * TN_DT; }
    if (b->tally_hazards) tally(b, y);
    for (uint64_t hits = below(b->exo[3], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        rise(b, j0 + k, y[k]);
    }
}
