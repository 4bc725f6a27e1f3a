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

/** The same of the lanes from k of the chunk on. @return their sum. */
static inline vec_t hazards_at(const tn_block_t *b, int k, vec_t h[N_COMPETING])
{
    const vec_t one = SPREAD(1.0), zero = SPREAD(0.0), mu = SPREAD(b->mu);
    const vec_t sudden = SPREAD(1.0 - FIXED(ill_share)), for_def = SPREAD(FIXED(for_def));
    const int j = b->j0 + k;
    const uint32_t *war = (const uint32_t *)b->war + j, *ill = (const uint32_t *)b->ill + j;
    vec_t pushed = one;
    h[0] = sudden * (mu * LOAD(DRAWN(mort_mult) + j)) + IF_FLAG(ill, SPREAD(FIXED(ill_die)), zero);
    h[1] = IF_FLAG(ill, SPREAD(FIXED(ill_incap)), zero);
    h[2] = LOAD(DRAWN(reg_rate) + j) * (one + SPREAD(FIXED(reg_press)) * LOAD(b->V + j));
    if (b->any_war) {
        const vec_t losing = POSITIVE(zero - LOAD(b->b + j));
        pushed = one + IF_FLAG(war, SPREAD(FIXED(for_war)) * losing, zero);
    }
    h[3] = LOAD(DRAWN(for_rate) + j) * (pushed + for_def * LOAD(b->F + j));
    return h[0] + h[1] + h[2] + h[3];
}

/** h dt of the chunk. */
static void hazards_all(const tn_block_t *b, double y[CHUNK])
{
    ALONG(b->n_chunk, k)
    {
        vec_t h[N_COMPETING];
        STORE(y + k, hazards_at(b, k, h) * SPREAD(TN_DT));
    }
}

static void tally(tn_block_t *b, const double y[CHUNK])
{
    const vec_t zero = SPREAD(0.0);
    double p[CHUNK], share[N_COMPETING][CHUNK];
    LN(tn_lanes_chances)(b->n_chunk, y, p);
    ALONG(b->n_chunk, k)
    {
        vec_t h[N_COMPETING];
        const vec_t total = hazards_at(b, k, h);
        const vec_t per = IF_LESS(zero, total, LOAD(p + k) / total, zero);
        for (int r = 0; r < N_COMPETING; r++)
            STORE(share[r] + k, per * h[r]);
    }
    for (int r = 0; r < N_COMPETING; r++)
        add_hazard(b, competing[r], share[r]);
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
    double y[CHUNK];
    hazards_all(b, y);
    if (b->tally_hazards) tally(b, y);
    for (uint64_t hits = below(b->exo[0], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits), j = b->j0 + k;
        const double u = b->exo[0][k], p = tn_chance(y[k]);
        if (b->route[j] < 0 && u < p) leave(b, j, u, p);
    }
    leave_as_scheduled(b, t);
}
