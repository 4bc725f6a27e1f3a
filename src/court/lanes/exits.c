/* Death, incapacity, regular and foreign exits as competing hazards; scheduled exits. Source:
 * model 7.3, 7.10. */
#include "court/lanes/lanes.h"

#define N_COMPETING 4
static const int competing[N_COMPETING] = {
    TN_ROUTE_DEATH, TN_ROUTE_INCAPACITY, TN_ROUTE_REGULAR, TN_ROUTE_FOREIGN};

static double hazards(const tn_block_t *b, int j, double h[N_COMPETING])
{
    const double losing = b->war[j] ? positive(-b->b[j]) : 0.0;
    const double ill = b->ill[j];
    h[0] = (1.0 - FIXED(ill_share)) * (b->mu * DRAWN(mort_mult)[j]) + ill * FIXED(ill_die);
    h[1] = ill * FIXED(ill_incap);
    h[2] = DRAWN(reg_rate)[j] * (1.0 + FIXED(reg_press) * b->V[j]);
    h[3] = DRAWN(for_rate)[j] * (1.0 + FIXED(for_war) * losing + FIXED(for_def) * b->F[j]);
    return h[0] + h[1] + h[2] + h[3];
}

/** The same for the chunk, side by side. */
static void hazards_all(const tn_block_t *b, double h[N_COMPETING][CHUNK], double total[CHUNK])
{
    const int j0 = b->j0;
    const double sudden = 1.0 - FIXED(ill_share), mu = b->mu, for_war = FIXED(for_war);
    const double ill_die = FIXED(ill_die), ill_incap = FIXED(ill_incap);
    const double reg_press = FIXED(reg_press), for_def = FIXED(for_def);
    const double *restrict mort_mult = DRAWN(mort_mult) + j0, *restrict V = b->V + j0;
    const double *restrict reg_rate = DRAWN(reg_rate) + j0, *restrict progress = b->b + j0;
    const double *restrict for_rate = DRAWN(for_rate) + j0, *restrict F = b->F + j0;
    const int32_t *restrict war = b->war + j0, *restrict is_ill = b->ill + j0;
    SIMD for (int k = 0; k < CHUNK; k++)
    {
        const double losing = war[k] ? positive(-progress[k]) : 0.0, ill = is_ill[k];
        h[0][k] = sudden * (mu * mort_mult[k]) + ill * ill_die;
        h[1][k] = ill * ill_incap;
        h[2][k] = reg_rate[k] * (1.0 + reg_press * V[k]);
        h[3][k] = for_rate[k] * (1.0 + for_war * losing + for_def * F[k]);
        total[k] = h[0][k] + h[1][k] + h[2][k] + h[3][k];
    }
}

static void tally(
    tn_block_t *b, double h[N_COMPETING][CHUNK], const double total[CHUNK], const double y[CHUNK])
{
    double p[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = y[k];
    LN(tn_lanes_chances)(p);
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = total[k] > 0.0 ? p[k] / total[k] : 0.0;
    for (int r = 0; r < N_COMPETING; r++) {
        double *restrict share = h[r];
        SIMD for (int k = 0; k < CHUNK; k++) share[k] = p[k] * share[k];
        add_hazard(b, competing[r], share);
    }
}

static void leave(tn_block_t *b, int j, double u, double p)
{
    double h[N_COMPETING], sum = 0.0;
    const double total = hazards(b, j, h);
    const double point = u / p * total;
    int r = 0;
    for (; r < N_COMPETING - 1; r++) {
        sum += h[r];
        if (sum > point) break;
    }
    b->route[j] = competing[r];
}

static void leave_as_scheduled(tn_block_t *b, int t)
{
    for (int m = 0; m < b->court->n_exits; m++) {
        if (b->court->exit[m].week != t) continue;
        for (int k = 0; k < b->n_chunk; k++) {
            int32_t *route = &b->route[b->j0 + k];
            if (*route < 0 && b->purge[3][k] < b->court->exit[m].p_leave) {
                *route = TN_ROUTE_REGULAR;
            }
        }
    }
}

void LN(tn_lanes_exits)(tn_block_t *b, int t)
{
    double h[N_COMPETING][CHUNK], total[CHUNK], y[CHUNK];
    hazards_all(b, h, total);
    for (int k = 0; k < CHUNK; k++)
        y[k] = total[k] * TN_DT;
    if (b->tally_hazards) tally(b, h, total, y);
    for (uint64_t hits = below(b->exo[0], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits), j = b->j0 + k;
        const double u = b->exo[0][k], p = weekly_probability(y[k]);
        if (b->route[j] < 0 && u < p) leave(b, j, u, p);
    }
    leave_as_scheduled(b, t);
}
