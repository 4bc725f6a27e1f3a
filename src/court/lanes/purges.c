/* The leader's purges, and the effect of any purge. Source: model 7.7; Sudduth 2017, Goemans 2000.
 */
#include "court/lanes/lanes.h"

void LN(tn_lanes_purge_set)(tn_block_t *b, int j, uint64_t set)
{
    const tn_court_t *c = b->court;
    const int n_victims = __builtin_popcountll(set);
    for (int i = 0; i < c->n; i++) {
        double ties = 0.0;
        for (int m = 0; m < c->n; m++) {
            if (set & bit(m)) ties += c->k[(size_t)i * (size_t)c->n + (size_t)m];
        }
        ROW(b->x, i)[j] += FIXED(kick) * ties;
    }
    for (int i = 0; i < c->n; i++) {
        if (!(set & bit(i))) continue;
        ROW(b->x, i)[j] = FIXED(x_new);
        ROW(b->E, i)[j] = 0.0;
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
        w_a[i] = is_replaced ? 0.0 : c->pi[i] * (ROW(b->D, i)[j] + 0.1);
        w_w[i] = is_replaced || !(c->military & bit(i)) ? 0.0 : c->pi[i];
        sum_a += w_a[i];
        sum_w += w_w[i];
    }
    for (int i = 0; i < c->n; i++) {
        if (sum_a > 0.0) sum += h_a * w_a[i] / sum_a;
        if (sum_w > 0.0) sum += h_w * w_w[i] / sum_w;
        if (sum > v) return i;
    }
    return -1;
}

void LN(tn_lanes_purges)(tn_block_t *b, int t)
{
    const bool has_military = b->court->military != 0;
    LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, 0, TN_RNG_PURGE, 0, b->u);
    for (int j = 0; j < b->n_live; j++) {
        const double u = b->u[0][j];
        const double h_a = FIXED(purge_rate) + DRAWN(purge_thr)[j] * b->theta[j] * (1.0 - b->V[j]);
        const double h_w =
            has_military && b->war[j] ? DRAWN(purge_war)[j] * positive(-b->b[j]) : 0.0;
        const double y = (h_a + h_w) * TN_DT;
        if (!(u < y) || b->route[j] >= 0) continue;
        const double p = weekly_probability(y);
        if (!(u < p)) continue;
        const int i = victim(b, j, u / p * (h_a + h_w), h_a, h_w);
        if (i >= 0) LN(tn_lanes_purge_set)(b, j, bit(i));
    }
}
