/* Onset of and recovery from serious illness. Death itself is one of the competing exits (exits.c).
 * Source: model 7.3; Gompertz 1825. */
#include "court/lanes/lanes.h"

/** World j, whose word is below y: the chance of recovery if ill, h dt of the onset if not. */
static void change(tn_block_t *b, int j, double y)
{
    if (b->ill[j]) {
        b->ill[j] = 0;
    } else if (b->exo[1][j] < weekly_probability(y)) {
        b->ill[j] = 1;
        count(b, TN_COUNT_ILLNESSES, j, 1);
    }
}

void LN(tn_lanes_health)(tn_block_t *b, int t)
{
    const tn_court_t *c = b->court;
    const double leave = FIXED(ill_die) + FIXED(ill_incap) + FIXED(ill_recov);
    const double fatality = FIXED(ill_die) / leave;
    const double age = c->age_start + (7.0 * t + 3.5) / 365.25;
    const double y_recovery = FIXED(ill_recov) * TN_DT;
    const double p_recovery = weekly_probability(y_recovery);
    b->mu = c->elite_multiplier * c->m69 * tn_exp(c->slope * (age - 69.0));
    const double mu = b->mu, share = FIXED(ill_share);
    const double *restrict mort_mult = DRAWN(mort_mult);
    for (int j0 = 0; j0 < b->n_live; j0 += CHUNK) {
        double y[CHUNK];
        SIMD for (int k = 0; k < CHUNK; k++)
        {
            const double y_onset = share * (mu * mort_mult[j0 + k]) / fatality * TN_DT;
            y[k] = b->ill[j0 + k] ? p_recovery : y_onset;
        }
        for (uint64_t hits = below(b->exo[1] + j0, y, b->n_live - j0); hits != 0;) {
            const int k = next_bit(&hits);
            change(b, j0 + k, y[k]);
        }
    }
}
