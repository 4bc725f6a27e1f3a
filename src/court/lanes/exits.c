/* Death, incapacity, regular and foreign exits as competing hazards; scheduled exits. Source:
 * model 7.3, 7.10. */
#include "court/lanes/lanes.h"

#define N_COMPETING 4
static const int competing[N_COMPETING] = {
    TN_ROUTE_DEATH, TN_ROUTE_INCAPACITY, TN_ROUTE_REGULAR, TN_ROUTE_FOREIGN};

static inline double hazards(const tn_block_t *b, int j, double h[N_COMPETING])
{
    const double losing = b->war[j] ? positive(-b->b[j]) : 0.0;
    const double ill = b->ill[j];
    h[0] = (1.0 - FIXED(ill_share)) * (b->mu * DRAWN(mort_mult)[j]) + ill * FIXED(ill_die);
    h[1] = ill * FIXED(ill_incap);
    h[2] = DRAWN(reg_rate)[j] * (1.0 + FIXED(reg_press) * b->V[j]);
    h[3] = DRAWN(for_rate)[j] * (1.0 + FIXED(for_war) * losing + FIXED(for_def) * b->F[j]);
    return h[0] + h[1] + h[2] + h[3];
}

static void tally(tn_block_t *b)
{
    double h[N_COMPETING];
    SIMD for (int j = 0; j < b->n_live; j++) b->w1[j] = -(hazards(b, j, h) * TN_DT);
    LN(tn_lanes_exp)(b->n_live, b->w1, b->w1);
    for (int j0 = 0; j0 < b->n_live; j0 += CHUNK) {
        const int n = b->n_live - j0 < CHUNK ? b->n_live - j0 : CHUNK;
        double share[N_COMPETING][CHUNK];
        SIMD for (int k = 0; k < CHUNK; k++)
        {
            double each[N_COMPETING];
            const double total = hazards(b, j0 + k, each);
            const double p = 1.0 - b->w1[j0 + k];
            const bool is_in_office = b->route[j0 + k] < 0 && total > 0.0;
            for (int r = 0; r < N_COMPETING; r++)
                share[r][k] = is_in_office ? p * each[r] / total : 0.0;
        }
        for (int k = 0; k < n; k++) {
            for (int r = 0; r < N_COMPETING; r++)
                b->hazard_sum[competing[r]] += share[r][k];
        }
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
    for (int k = 0; k < b->court->n_exits; k++) {
        if (b->court->exit[k].week != t) continue;
        for (int j = 0; j < b->n_live; j++) {
            if (b->route[j] < 0 && b->purge[3][j] < b->court->exit[k].p_leave) {
                b->route[j] = TN_ROUTE_REGULAR;
            }
        }
    }
}

void LN(tn_lanes_exits)(tn_block_t *b, int t)
{
    if (b->tally_hazards) tally(b);
    for (int j0 = 0; j0 < b->n_live; j0 += CHUNK) {
        double y[CHUNK];
        SIMD for (int k = 0; k < CHUNK; k++)
        {
            double h[N_COMPETING];
            y[k] = hazards(b, j0 + k, h) * TN_DT;
        }
        for (uint64_t hits = below(b->exo[0] + j0, y, b->n_live - j0); hits != 0;) {
            const int k = next_bit(&hits), j = j0 + k;
            const double u = b->exo[0][j], p = weekly_probability(y[k]);
            if (b->route[j] < 0 && u < p) leave(b, j, u, p);
        }
    }
    leave_as_scheduled(b, t);
}
