/* Attempts on the leader's life: rare, mostly failing. Source: model 7.8; Jones & Olken 2009. */
#include "court/lanes/lanes.h"

static double hazard(const tn_block_t *b, int j)
{
    return DRAWN(assas_rate)[j] * (1.0 + FIXED(assas_q) * b->Q[j]);
}

static void tally(tn_block_t *b)
{
    for (int j = 0; j < b->n_live; j++)
        b->w1[j] = -(hazard(b, j) * TN_DT);
    LN(tn_lanes_exp)(b->n_live, b->w1, b->w1);
    for (int j = 0; j < b->n_live; j++) {
        if (b->route[j] >= 0) continue;
        b->hazard_sum[TN_ROUTE_ASSASSINATION] += (1.0 - b->w1[j]) * FIXED(lethality);
    }
}

/** b->u holds the EXO words of the week; the week draws them for this and the next two sub-models.
 */
void LN(tn_lanes_assassination)(tn_block_t *b)
{
    if (b->tally_hazards) tally(b);
    for (int j = 0; j < b->n_live; j++) {
        const double u = b->u[2][j];
        const double y = hazard(b, j) * TN_DT;
        if (!(u < y) || b->route[j] >= 0) continue;
        const double p = weekly_probability(y);
        if (!(u < p)) continue;
        count(b, TN_COUNT_ASSASSINATION_ATTEMPTS, j, 1);
        b->flag[j] |= TN_FLAG_ASSASSINATION;
        if (u < p * FIXED(lethality)) {
            b->route[j] = TN_ROUTE_ASSASSINATION;
        } else {
            alarm_leader(b, j);
        }
    }
}
