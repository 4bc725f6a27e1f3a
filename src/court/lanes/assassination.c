/* Attempts on the leader's life: rare, mostly failing. Source: model 7.8; Jones & Olken 2009. */
#include "court/lanes/lanes.h"

static double hazard(const tn_block_t *b, int j)
{
    return DRAWN(assas_rate)[j] * (1.0 + FIXED(assas_q) * b->Q[j]);
}

static void tally(tn_block_t *b)
{
    SIMD for (int k = 0; k < CHUNK; k++) b->w1[k] = -(hazard(b, b->j0 + k) * TN_DT);
    LN(tn_lanes_exp)(CHUNK, b->w1, b->w1);
    for (int k = 0; k < b->n_chunk; k++) {
        const double p = (1.0 - b->w1[k]) * FIXED(lethality);
        b->hazard_sum[TN_ROUTE_ASSASSINATION] += b->route[b->j0 + k] < 0 ? p : 0.0;
    }
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
    if (b->tally_hazards) tally(b);
    const int j0 = b->j0;
    double y[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++) y[k] = hazard(b, j0 + k) * TN_DT;
    for (uint64_t hits = below(b->exo[2], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        attempt(b, j0 + k, y[k]);
    }
}
