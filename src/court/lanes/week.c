/* One week, in the fixed order of model 3. */
#include <string.h>

#include "court/lanes/lanes.h"

static void week(tn_block_t *b, int t)
{
    memset(b->flag, 0, sizeof *b->flag * TN_BLOCK);
    if (b->tally_hazards) b->weeks_in_office += b->n_live;
    LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, 0, TN_RNG_EXO, 0, b->exo);
    LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, 0, TN_RNG_PURGE, 0, b->purge);
    LN(tn_lanes_events)(b, t);
    LN(tn_lanes_shocks)(b, t);
    LN(tn_lanes_health)(b, t);
    LN(tn_lanes_grievance)(b, t);
    LN(tn_lanes_fear)(b);
    LN(tn_lanes_plots)(b, t);
    LN(tn_lanes_purges)(b);
    LN(tn_lanes_assassination)(b);
    LN(tn_lanes_protest)(b);
    LN(tn_lanes_exits)(b, t);
    LN(tn_lanes_succession)(b, t);
}

const tn_lanes_t LN(tn_lanes) = {LN(tn_lanes_start), week, LN(tn_lanes_tipping)};
