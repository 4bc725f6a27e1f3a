/* Fear relaxes to its resting level; the leader's sense of threat takes in what leaks. Source:
 * model 7.5. */
#include "court/lanes/lanes.h"

void LN(tn_lanes_fear)(tn_block_t *b)
{
    const double a_theta = b->alpha[TN_AR_THETA];
    const vec_t a_phi = SPREAD(b->alpha[TN_AR_PHI]), a = SPREAD(a_theta),
                rest = SPREAD(1.0 - a_theta);
    const vec_t spread = SPREAD(FIXED(thr_sd) * sqrt(1.0 - a_theta * a_theta));
    const double *fear_base = DRAWN(fear_base) + b->j0, *V = b->V + b->j0, *L = b->L + b->j0;
    const double *z = b->z[3];
    double *phi = b->phi + b->j0, *theta = b->theta + b->j0;
    ALONG(b->n_chunk, k)
    {
        const vec_t base = LOAD(fear_base + k), leaked = rest * LOAD(L + k) * LOAD(V + k);
        const vec_t threat = LOAD(theta + k) * a + leaked + spread * LOAD(z + k);
        STORE(phi + k, base + (LOAD(phi + k) - base) * a_phi);
        STORE(theta + k, CLIP01(threat));
    }
}
