/* The leader's purges, and the effect of any purge. Source: model 7.7; Sudduth 2017, Goemans 2000.
 */
#include "court/lanes/lanes.h"

/** The victim falls silent: m, and the sum of m over his group in the order of the week. */
static void silence(tn_block_t *b, int j, int victim)
{
    const tn_talk_t *talk = &b->court->talk;
    const int g = talk->group[victim];
    double sum = 0.0;
    ROW(b->m, victim)[j] = 0.0;
    for (int k = g > 0 ? talk->member_end[g - 1] : 0; k < talk->member_end[g]; k++)
        sum += ROW(b->m, talk->member[k])[j];
    ROW(b->W, g)[j] = sum;
}

void LN(tn_lanes_purge_set)(tn_block_t *b, int j, uint64_t set)
{
    const tn_court_t *c = b->court;
    const int n_victims = __builtin_popcountll(set);
    for (int i = 0; i < c->n; i++) {
        double ties = 0.0;
        for (uint64_t left = set; left != 0;)
            ties += c->k[(size_t)i * (size_t)c->n + (size_t)next_bit(&left)];
        ROW(b->x, i)[j] += FIXED(kick) * ties;
    }
    for (uint64_t left = set; left != 0;) {
        const int i = next_bit(&left);
        ROW(b->x, i)[j] = FIXED(x_new);
        silence(b, j, i);
    }
    b->rep[j] |= set;
    b->plot[j] &= ~set;
    LN(tn_lanes_set_loyal_security)(b, j);
    b->phi[j] = clip01(b->phi[j] + FIXED(fear_purge) * n_victims);
    b->flag[j] |= TN_FLAG_PURGE;
    if (set & c->military) b->flag[j] |= TN_FLAG_COMMANDER;
    count(b, TN_COUNT_PURGES, j, n_victims);
}

/** Victim of the point v of the running sum of h_a w_a/Sum w_a + h_w w_w/Sum w_w; -1: nobody. */
static int victim(const tn_block_t *b, int j, double v, double h_a, double h_w)
{
    const tn_court_t *c = b->court;
    double w_a[TN_MAX_ACTORS], w_w[TN_MAX_ACTORS], sum_a = 0.0, sum_w = 0.0, sum = 0.0;
    for (int i = 0; i < c->n; i++) {
        const bool is_replaced = b->rep[j] & bit(i);
        w_a[i] = is_replaced ? 0.0 : c->pi[i] * (discontent(b, i, j) + 0.1);
        w_w[i] = is_replaced || !(c->military & bit(i)) ? 0.0 : c->pi[i];
        sum_a += w_a[i];
        sum_w += w_w[i];
    }
    const double per_a = sum_a > 0.0 ? h_a / sum_a : 0.0, per_w = sum_w > 0.0 ? h_w / sum_w : 0.0;
    for (int i = 0; i < c->n; i++) {
        sum += per_a * w_a[i] + per_w * w_w[i];
        if (sum > v) return i;
    }
    return -1;
}

/** Hazard of a purge in world j, not per year but times dt; its two parts. */
static inline double hazards(const tn_block_t *b, int j, double *h_a, double *h_w)
{
    const bool is_blamed = b->court->military != 0 && b->war[j];
    *h_a = FIXED(purge_rate) + DRAWN(purge_thr)[j] * b->theta[j] * (1.0 - b->V[j]);
    *h_w = is_blamed ? DRAWN(purge_war)[j] * positive(-b->b[j]) : 0.0;
    return (*h_a + *h_w) * TN_DT;
}

static void purge(tn_block_t *b, int j)
{
    double h_a, h_w;
    const double u = b->purge[0][j - b->j0], p = tn_chance(hazards(b, j, &h_a, &h_w));
    if (b->route[j] >= 0 || !(u < p)) return;
    const int i = victim(b, j, u / p * (h_a + h_w), h_a, h_w);
    if (i >= 0) LN(tn_lanes_purge_set)(b, j, bit(i));
}

/** h dt of a purge in each world of the chunk. */
static void hazards_all(const tn_block_t *b, double y[CHUNK])
{
    const bool is_blamed = b->court->military != 0 && b->any_war;
    const vec_t purge_rate = SPREAD(FIXED(purge_rate)), one = SPREAD(1.0), zero = SPREAD(0.0);
    const double *purge_thr = DRAWN(purge_thr) + b->j0, *theta = b->theta + b->j0;
    const double *purge_war = DRAWN(purge_war) + b->j0, *V = b->V + b->j0;
    const double *progress = b->b + b->j0;
    const uint32_t *war = (const uint32_t *)b->war + b->j0;
    ALONG(b->n_chunk, k)
    {
        vec_t h = purge_rate + LOAD(purge_thr + k) * LOAD(theta + k) * (one - LOAD(V + k));
        if (is_blamed) {
            const vec_t losing = POSITIVE(zero - LOAD(progress + k));
            h = h + IF_FLAG(war + k, LOAD(purge_war + k) * losing, zero);
        }
        STORE(y + k, h * SPREAD(TN_DT));
    }
}

void LN(tn_lanes_purges)(tn_block_t *b)
{
    double y[CHUNK];
    hazards_all(b, y);
    for (uint64_t hits = below(b->purge[0], y, b->n_chunk); hits != 0;)
        purge(b, b->j0 + next_bit(&hits));
}
