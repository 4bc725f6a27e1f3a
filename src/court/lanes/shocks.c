/* Economy, war, losses. Ornstein-Uhlenbeck processes around levels that sanctions, payoffs and the
 * analyst's expectation set; a war going badly enough can end in defeat. Source: model 7.2. */
#include "court/lanes/lanes.h"

static void move_economy(tn_block_t *b)
{
    const double a = b->alpha[TN_AR_E], spread = sqrt(1.0 - a * a);
    const double e_rent = FIXED(e_rent), rent_thr = FIXED(rent_thr);
    const int j0 = b->j0;
    const double *restrict e_sanc = DRAWN(e_sanc) + j0, *restrict s = b->s + j0;
    const double *restrict theta = b->theta + j0;
    const double *restrict z = b->z[0];
    double *restrict e = b->e + j0;
    SIMD for (int j = 0; j < b->n_chunk; j++)
    {
        const double level = -e_sanc[j] * s[j] - e_rent * rent_thr * theta[j];
        e[j] = level + (e[j] - level) * a + spread * z[j];
    }
}

static void forget_defeats(tn_block_t *b)
{
    const double a = b->alpha[TN_AR_F];
    double *restrict F = b->F + b->j0;
    SIMD for (int j = 0; j < b->n_chunk; j++) F[j] = F[j] * a;
}

static void move_war(tn_block_t *b)
{
    const double a = b->alpha[TN_AR_B];
    const double spread = FIXED(b_sd) * sqrt(1.0 - a * a);
    const int j0 = b->j0;
    const double *restrict b_mean = DRAWN(b_mean) + j0, *restrict loss_rate = DRAWN(loss_rate) + j0;
    const double *restrict z = b->z[1];
    const int32_t *restrict war = b->war + j0;
    double *restrict progress = b->b + j0, *restrict C = b->C + j0;
    SIMD for (int j = 0; j < b->n_chunk; j++)
    {
        const double moved = b_mean[j] + (progress[j] - b_mean[j]) * a + spread * z[j];
        const double now = war[j] ? moved : progress[j];
        const double pace = 1.0 - now / 2.0;
        const double bounded = pace < 0.25 ? 0.25 : pace > 2.0 ? 2.0 : pace;
        progress[j] = now;
        C[j] = C[j] + (war[j] ? TN_DT * loss_rate[j] * bounded : 0.0);
    }
}

/** World j, whose words are below y_defeat or y_end, or both. */
static void end_war(tn_block_t *b, int j, double y_defeat, double y_end)
{
    const double u1 = b->purge[1][j - b->j0], u2 = b->purge[2][j - b->j0];
    if (!b->war[j]) return;
    if (u1 < y_defeat && u1 < weekly_probability(y_defeat)) {
        b->war[j] = 0;
        b->F[j] = 1.0;
        b->flag[j] |= TN_FLAG_DEFEAT;
        count(b, TN_COUNT_DEFEATS, j, 1);
    } else if (u2 < y_end && u2 < weekly_probability(y_end)) {
        b->war[j] = 0;
        count(b, TN_COUNT_WAR_ENDS, j, 1);
    }
}

static void end_wars(tn_block_t *b)
{
    const double def_b = FIXED(def_b), steep = 1.0 / (1.0 - def_b);
    const int j0 = b->j0;
    const double *restrict progress = b->b + j0, *restrict def_rate = DRAWN(def_rate) + j0;
    const double *restrict war_end = DRAWN(war_end) + j0;
    const int n = b->n_chunk;
    double y_defeat[CHUNK], y_end[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++)
    {
        y_defeat[k] = def_rate[k] * clip01((-progress[k] - def_b) * steep) * TN_DT;
        y_end[k] = war_end[k] * TN_DT;
    }
    uint64_t hits = below(b->purge[1], y_defeat, n) | below(b->purge[2], y_end, n);
    while (hits != 0) {
        const int k = next_bit(&hits);
        end_war(b, j0 + k, y_defeat[k], y_end[k]);
    }
}

static bool any_war(const tn_block_t *b)
{
    for (int j = b->j0; j < b->j0 + b->n_chunk; j++) {
        if (b->war[j]) return true;
    }
    return false;
}

void LN(tn_lanes_shocks)(tn_block_t *b, int t)
{
    LN(tn_lanes_normals)(b, b->n_chunk, b->slot + b->j0, t, TN_RNG_SHOCK, 0);
    move_economy(b);
    forget_defeats(b);
    if (!any_war(b)) return;
    move_war(b);
    end_wars(b);
}
