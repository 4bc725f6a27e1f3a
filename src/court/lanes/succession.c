/* Who follows: a contest for the support of those with power, or the strongest self-enforcing
 * coalition. Source: model 7.11; Tullock 1980; Acemoglu, Egorov & Sonin 2008. */
#include "court/lanes/lanes.h"

#define N_COALITION 8

static void weights(const tn_block_t *b, int j, double weight[TN_MAX_ACTORS])
{
    const tn_court_t *c = b->court;
    const int route = b->route[j];
    const bool is_gone = route == TN_ROUTE_DEATH || route == TN_ROUTE_INCAPACITY ||
                         route == TN_ROUTE_ASSASSINATION || route == TN_ROUTE_REGULAR;
    for (int d = 0; d < c->n; d++) {
        if (!(c->c[d] > 0.0) || (b->rep[j] & bit(d))) {
            weight[d] = 0.0;
            continue;
        }
        double edge = 0.0;
        if (is_gone && d == c->interim) edge += FIXED(succ_int);
        if (route == TN_ROUTE_COUP && (b->plot[j] & bit(d))) edge += FIXED(succ_plot);
        weight[d] = c->weight[d];
        if (edge > 0.0 || edge < 0.0) weight[d] *= tn_exp(edge);
    }
}

static int strongest_left(const tn_court_t *c, uint64_t taken)
{
    int best = -1;
    for (int i = 0; i < c->n; i++) {
        if (taken & bit(i)) continue;
        if (best < 0 || c->s[i] > c->s[best]) best = i;
    }
    return best;
}

/** Members of the ultimate ruling coalition of the eight strongest. */
static uint64_t coalition(const tn_block_t *b, int j, int t)
{
    const tn_court_t *c = b->court;
    double z[N_COALITION], power[N_COALITION];
    int actor[N_COALITION], n = 0;
    uint64_t taken = 0, members = 0;
    const uint64_t world = b->world0 + b->slot[j];
    tn_rng_normals(b->seed, world, (uint32_t)t, 1, TN_RNG_SUCC, 0, z);
    tn_rng_normals(b->seed, world, (uint32_t)t, 2, TN_RNG_SUCC, 0, z + 4);
    for (; n < N_COALITION && n < c->n; n++) {
        actor[n] = strongest_left(c, taken);
        taken |= bit(actor[n]);
        power[n] = c->s[actor[n]] * tn_exp(0.25 * z[n]);
        if (b->route[j] == TN_ROUTE_COUP && (b->plot[j] & bit(actor[n]))) power[n] *= tn_exp(0.5);
    }
    const uint32_t mask = tn_urc(power, n);
    for (int k = 0; k < n; k++) {
        if (mask & (1u << k)) members |= bit(actor[k]);
    }
    return members;
}

static void keep_coalition(const tn_block_t *b, int j, int t, double weight[TN_MAX_ACTORS])
{
    const uint64_t members = coalition(b, j, t);
    bool has_eligible = false;
    for (int d = 0; d < b->court->n; d++) {
        if ((members & bit(d)) && weight[d] > 0.0) has_eligible = true;
    }
    for (int d = 0; has_eligible && d < b->court->n; d++) {
        if (!(members & bit(d))) weight[d] = 0.0;
    }
}

static int draw_successor(const tn_block_t *b, int j, int t)
{
    const int n = b->court->n;
    double u[4], weight[TN_MAX_ACTORS], total = 0.0, sum = 0.0;
    tn_rng_uniforms(b->seed, b->world0 + b->slot[j], (uint32_t)t, 0, TN_RNG_SUCC, 0, u);
    if (u[0] < tn_outsider_probability(b->route[j])) return n;
    weights(b, j, weight);
    if (b->court->rule == TN_SUCCESSION_URC) keep_coalition(b, j, t, weight);
    for (int d = 0; d < n; d++)
        total += weight[d];
    for (int d = 0; d < n; d++) {
        sum += weight[d];
        if (sum > u[1] * total) return d;
    }
    return n;
}

void LN(tn_lanes_succession)(tn_block_t *b, int t)
{
    const uint64_t in_office = equal(b->route + b->j0, -1, b->n_chunk);
    for (uint64_t left = first_lanes(~in_office, b->n_chunk); left != 0;) {
        const int j = b->j0 + next_bit(&left);
        b->ended[b->n_ended++] = j;
        b->exit_week[j] = t;
        b->successor[j] = draw_successor(b, j, t);
    }
}
