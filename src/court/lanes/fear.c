/* Fear relaxes to its resting level; the leader's sense of threat takes in what leaks. Source:
 * model 7.5. */
#include "court/lanes/lanes.h"

void LN(tn_lanes_fear)(tn_block_t *b)
{
    const double a_phi = b->alpha[TN_AR_PHI], a = b->alpha[TN_AR_THETA];
    const double spread = FIXED(thr_sd) * sqrt(1.0 - a * a);
    const int j0 = b->j0;
    const double *restrict fear_base = DRAWN(fear_base) + j0, *restrict V = b->V + j0;
    const double *restrict L = b->L + j0;
    const double *restrict z = b->z[3];
    double *restrict phi = b->phi + j0, *restrict theta = b->theta + j0;
    SIMD for (int j = 0; j < b->n_chunk; j++)
    {
        phi[j] = fear_base[j] + (phi[j] - fear_base[j]) * a_phi;
        theta[j] = clip01(theta[j] * a + (1.0 - a) * L[j] * V[j] + spread * z[j]);
    }
}
