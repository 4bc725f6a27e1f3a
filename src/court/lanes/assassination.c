/* Attempts on the leader's life: rare, mostly failing. Source: model 7.8; Jones & Olken 2009. */
#include "court/lanes/lanes.h"

static void tally(tn_block_t *b, const double y[CHUNK])
{
    const vec_t lethality = SPREAD(FIXED(lethality));
    double p[CHUNK];
    LN(tn_lanes_chances)(b->n_chunk, y, p);
    ALONG(b->n_chunk, k) STORE(p + k, LOAD(p + k) * lethality);
    add_hazard(b, TN_ROUTE_ASSASSINATION, p);
}

/** World j, whose word is below y. */
static void attempt(tn_block_t *b, int j, double y)
{
    const double u = b->exo[2][j - b->j0];
    const double p = tn_chance(y);
    if (b->route[j] >= 0 || !(u < p)) return;
    count(b, TN_COUNT_ASSASSINATION_ATTEMPTS, j, 1);
    b->flag[j] |= TN_FLAG_ASSASSINATION;
    if (u < p * FIXED(lethality)) {
        b->route[j] = TN_ROUTE_ASSASSINATION;
    } else {
        alarm_leader(b, j);
    }
}

void LN(tn_lanes_assassination)(tn_block_t *b)
{
    const int j0 = b->j0;
    const vec_t one = SPREAD(1.0), assas_q = SPREAD(FIXED(assas_q));
    const double *rate = DRAWN(assas_rate) + j0, *Q = b->Q + j0;
    double y[CHUNK];
    ALONG(b->n_chunk, k)
    STORE(y + k, LOAD(rate + k) * (one + assas_q * LOAD(Q + k)) * SPREAD(TN_DT));
    if (b->tally_hazards) tally(b, y);
    for (uint64_t hits = below(b->exo[2], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        attempt(b, j0 + k, y[k]);
    }
}
