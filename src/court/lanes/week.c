/* One week, in the fixed order of model 3, for one chunk of worlds after the other: what a
 * sub-model leaves for the next is then still in the first cache. */
#include <string.h>

#include "court/lanes/lanes.h"

static void chunk_week(tn_block_t *b, int t)
{
    memset(b->flag + b->j0, 0, sizeof *b->flag * CHUNK);
    LN(tn_lanes_lead)(b, b->n_chunk);
    LN(tn_lanes_uniforms)(b, b->n_chunk, b->lead, &b->stream.exo, b->exo);
    LN(tn_lanes_uniforms)(b, b->n_chunk, b->lead, &b->stream.purge, b->purge);
    LN(tn_lanes_events)(b, t);
    LN(tn_lanes_shocks)(b);
    LN(tn_lanes_health)(b);
    LN(tn_lanes_grievance)(b);
    LN(tn_lanes_fear)(b);
    LN(tn_lanes_plots)(b, t);
    LN(tn_lanes_purges)(b);
    LN(tn_lanes_assassination)(b);
    LN(tn_lanes_protest)(b);
    LN(tn_lanes_exits)(b, t);
    LN(tn_lanes_succession)(b, t);
}

static void week(tn_block_t *b, int t)
{
    tn_block_begin_week(b, t);
    for (int j0 = 0; tn_block_take_chunk(b, j0); j0 += CHUNK)
        chunk_week(b, t);
}

const tn_lanes_t LN(tn_lanes) = {LN(tn_lanes_start), week, LN(tn_lanes_tipping)};
