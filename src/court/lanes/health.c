/* Onset of and recovery from serious illness. Death itself is one of the competing exits (exits.c).
 * Source: model 7.3; Gompertz 1825. */
#include "court/lanes/lanes.h"

/** World j, whose word is below y: the chance of recovery if ill, h dt of the onset if not. */
static void change(tn_block_t *b, int j, double y)
{
    if (b->ill[j]) {
        b->ill[j] = 0;
    } else if (b->exo[1][j - b->j0] < tn_chance(y)) {
        b->ill[j] = 1;
        count(b, TN_COUNT_ILLNESSES, j, 1);
    }
}

void LN(tn_lanes_health)(tn_block_t *b)
{
    const double leave = FIXED(ill_die) + FIXED(ill_incap) + FIXED(ill_recov);
    const double fatality = FIXED(ill_die) / leave;
    const vec_t recovery = SPREAD(b->recovery), mu = SPREAD(b->mu), dt = SPREAD(TN_DT);
    const vec_t share = SPREAD(FIXED(ill_share) / fatality);
    const double *mort_mult = DRAWN(mort_mult) + b->j0;
    const uint32_t *ill = (const uint32_t *)b->ill + b->j0;
    double y[CHUNK];
    ALONG(b->n_chunk, k)
    {
        const vec_t onset = share * (mu * LOAD(mort_mult + k)) * dt;
        STORE(y + k, IF_FLAG(ill + k, recovery, onset));
    }
    for (uint64_t hits = below(b->exo[1], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        change(b, b->j0 + k, y[k]);
    }
}
