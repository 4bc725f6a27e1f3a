/* Fear relaxes to its resting level; the leader's sense of threat takes in what leaks. Source:
 * model 7.5. */
#include "court/lanes/lanes.h"

void LN(tn_lanes_fear)(tn_block_t *b)
{
    const double a_phi = b->alpha[TN_AR_PHI], a = b->alpha[TN_AR_THETA];
    const double spread = FIXED(thr_sd) * sqrt(1.0 - a * a);
    const double *restrict fear_base = DRAWN(fear_base), *restrict V = b->V, *restrict L = b->L;
    const double *restrict z = b->z[3];
    double *restrict phi = b->phi, *restrict theta = b->theta;
    SIMD for (int j = 0; j < b->n_live; j++)
    {
        phi[j] = fear_base[j] + (phi[j] - fear_base[j]) * a_phi;
        theta[j] = clip01(theta[j] * a + (1.0 - a) * L[j] * V[j] + spread * z[j]);
    }
}
