/* Onset of and recovery from serious illness. Death itself is one of the competing exits (exits.c).
 * Source: model 7.3; Gompertz 1825. */
#include "court/lanes/lanes.h"

/** World j, whose word is below y: the chance of recovery if ill, h dt of the onset if not. */
static void change(tn_block_t *b, int j, double y)
{
    if (b->ill[j]) {
        b->ill[j] = 0;
    } else if (b->exo[1][j - b->j0] < weekly_probability(y)) {
        b->ill[j] = 1;
        count(b, TN_COUNT_ILLNESSES, j, 1);
    }
}

void LN(tn_lanes_health)(tn_block_t *b)
{
    const double leave = FIXED(ill_die) + FIXED(ill_incap) + FIXED(ill_recov);
    const double fatality = FIXED(ill_die) / leave;
    const double p_recovery = b->recovery, mu = b->mu, share = FIXED(ill_share) / fatality;
    const double *restrict mort_mult = DRAWN(mort_mult) + b->j0;
    const int32_t *restrict ill = b->ill + b->j0;
    double y[CHUNK];
    SIMD for (int k = 0; k < CHUNK; k++)
    {
        const double y_onset = share * (mu * mort_mult[k]) * TN_DT;
        y[k] = ill[k] ? p_recovery : y_onset;
    }
    for (uint64_t hits = below(b->exo[1], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        change(b, b->j0 + k, y[k]);
    }
}
