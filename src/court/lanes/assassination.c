/* Attempts on the leader's life: rare, mostly failing. Source: model 7.8; Jones & Olken 2009. */
#include "court/lanes/lanes.h"

static double hazard(const tn_block_t *b, int j)
{
    return DRAWN(assas_rate)[j] * (1.0 + FIXED(assas_q) * b->Q[j]);
}

static void tally(tn_block_t *b, const double y[CHUNK])
{
    const double lethality = FIXED(lethality);
    double p[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = y[k];
    LN(tn_lanes_chances)(p);
    SIMD for (int k = 0; k < CHUNK; k++) p[k] = p[k] * lethality;
    add_hazard(b, TN_ROUTE_ASSASSINATION, p);
}

/** World j, whose word is below y. */
static void attempt(tn_block_t *b, int j, double y)
{
    const double u = b->exo[2][j - b->j0];
    const double p = weekly_probability(y);
    if (b->route[j] >= 0 || !(u < p)) return;
    count(b, TN_COUNT_ASSASSINATION_ATTEMPTS, j, 1);
    b->flag[j] |= TN_FLAG_ASSASSINATION;
    if (u < p * FIXED(lethality)) {
        b->route[j] = TN_ROUTE_ASSASSINATION;
    } else {
        alarm_leader(b, j);
    }
}

void LN(tn_lanes_assassination)(tn_block_t *b)
{
    const int j0 = b->j0;
    double y[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) y[k] = hazard(b, j0 + k) * TN_DT;
    if (b->tally_hazards) tally(b, y);
    for (uint64_t hits = below(b->exo[2], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        attempt(b, j0 + k, y[k]);
    }
}
