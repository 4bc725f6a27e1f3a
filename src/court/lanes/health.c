/* Onset of and recovery from serious illness. Death itself is one of the competing exits (exits.c).
 * Source: model 7.3; Gompertz 1825. */
#include "court/lanes/lanes.h"

void LN(tn_lanes_health)(tn_block_t *b, int t)
{
    const tn_court_t *c = b->court;
    const double leave = FIXED(ill_die) + FIXED(ill_incap) + FIXED(ill_recov);
    const double fatality = FIXED(ill_die) / leave;
    const double age = c->age_start + (7.0 * t + 3.5) / 365.25;
    const double y_recovery = FIXED(ill_recov) * TN_DT;
    const double p_recovery = weekly_probability(y_recovery);
    b->mu = c->elite_multiplier * c->m69 * tn_exp(c->slope * (age - 69.0));
    LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, 0, TN_RNG_EXO, 0, b->u);
    for (int j = 0; j < b->n_live; j++) {
        const double u = b->u[1][j];
        const double mu = b->mu * DRAWN(mort_mult)[j];
        const double y_onset = FIXED(ill_share) * mu / fatality * TN_DT;
        if (b->ill[j]) {
            b->ill[j] = !(u < p_recovery);
        } else if (u < y_onset && u < weekly_probability(y_onset)) {
            b->ill[j] = 1;
            count(b, TN_COUNT_ILLNESSES, j, 1);
        }
    }
}
