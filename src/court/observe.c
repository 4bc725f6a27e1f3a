/* What the reports do: truth of predicates, weights, resampling inside the block. Source: model 8.
 */
#include "base/fmath.h"
#include "base/rng.h"
#include "court/block.h"

#include <math.h>

#define WIDESPREAD   0.40 /* definitions of model 8.1 */
#define TALK         0.25
#define MASS_PROTEST 0.40

static double discontent(const tn_block_t *self, int i, int j)
{
    const double D = self->rise0 + self->steep * *TN_OF_WEEK(self, self->g, i, j);
    return D < 0.0 ? 0.0 : D > 1.0 ? 1.0 : D;
}

static double mean_discontent(const tn_block_t *self, int j, uint64_t who, double total)
{
    double sum = 0.0;
    for (int i = 0; i < self->court->n; i++) {
        if (who >> i & 1) sum += self->court->pi[i] * discontent(self, i, j);
    }
    return total > 0.0 ? sum / total : 0.0;
}

bool tn_block_predicate(const tn_block_t *self, int observable, int j)
{
    const tn_court_t *c = self->court;
    const uint32_t flag = self->flag[j];
    switch ((tn_observable_t)observable) {
    case TN_O_discontent_widespread: return self->G[j] >= WIDESPREAD;
    case TN_O_dove_discontent: return mean_discontent(self, j, c->doves, c->pi_doves) >= WIDESPREAD;
    case TN_O_hawk_discontent: return mean_discontent(self, j, c->hawks, c->pi_hawks) >= WIDESPREAD;
    case TN_O_successor_talk: return self->V[j] >= TALK;
    case TN_O_plot_in_preparation: return flag & TN_FLAG_PLOT;
    case TN_O_coup_under_way: return flag & (TN_FLAG_READY | TN_FLAG_ATTEMPT);
    case TN_O_coup_attempt: return flag & TN_FLAG_ATTEMPT;
    case TN_O_plot_detected: return flag & TN_FLAG_DETECTED;
    case TN_O_assassination_attempt: return flag & TN_FLAG_ASSASSINATION;
    case TN_O_uprising: return flag & TN_FLAG_UPRISING;
    case TN_O_defeat: return flag & TN_FLAG_DEFEAT;
    case TN_O_purge: return flag & TN_FLAG_PURGE;
    case TN_O_purge_of_commander: return flag & TN_FLAG_COMMANDER;
    case TN_O_leader_ill: return self->ill[j] != 0;
    case TN_O_mass_protest: return self->Q[j] >= MASS_PROTEST || (flag & TN_FLAG_UPRISING);
    default: return false;
    }
}

static double number(const tn_block_t *self, int observable, int j)
{
    switch ((tn_observable_t)observable) {
    case TN_O_elite_discontent: return self->G[j];
    case TN_O_war_losses: return self->C[j];
    case TN_O_war_progress: return self->b[j];
    case TN_O_sanctions_level: return self->s[j];
    case TN_O_economy: return self->e[j];
    case TN_O_protest_level: return self->Q[j];
    case TN_O_fear_level: return self->phi[j];
    default: return 0.0;
    }
}

/** Adds the log likelihood of the claim to weights and to its origin. */
static void weigh(tn_block_t *self, const tn_claim_t *claim, const uint8_t *is_true)
{
    const double *a = self->reliability + (size_t)claim->origin * TN_ROW;
    double *ll = self->ll + (size_t)claim->origin * TN_ROW;
    const size_t k = (size_t)(claim - self->court->evidence.claim);
    double *kept = self->claim_ll == NULL ? NULL : self->claim_ll + k * TN_ROW;
    for (int j = 0; j < self->n_live; j++) {
        const double l = claim->is_number ? tn_claim_loglik_number(
                                                claim, a[j], number(self, claim->observable, j))
                                          : tn_claim_loglik_predicate(claim, a[j], is_true[j]);
        ll[j] += l;
        if (kept != NULL) kept[j] = l;
        self->lw[j] += l;
    }
}

/** Follows the claims whose window holds week t; true if one of them is due. */
static bool follow_claims(tn_block_t *self, int t)
{
    bool is_due = false;
    for (int k = 0; k < self->court->evidence.n_claims; k++) {
        const tn_claim_t *claim = &self->court->evidence.claim[k];
        uint8_t *is_true = self->claim_true + (size_t)k * TN_ROW;
        if (!claim->is_number && t >= claim->t0 && t <= claim->t1) {
            for (int j = 0; j < self->n_live; j++) {
                if (!is_true[j]) is_true[j] = tn_block_predicate(self, claim->observable, j);
            }
        }
        if (t == claim->t_weigh) {
            weigh(self, claim, is_true);
            is_due = true;
        }
    }
    return is_due;
}

/** Which predicates are true this week, one bit each. */
static void see(tn_block_t *self, int t)
{
    if (t < self->seen_from || t >= self->seen_to) return;
    for (int p = 0; p < TN_N_PREDICATES; p++) {
        for (int j = 0; j < self->n_live; j++)
            self->seen[j] |= (uint32_t)tn_block_predicate(self, p, j) << p;
    }
}

static void watch(tn_block_t *self, int t)
{
    see(self, t);
    if (self->watch_observable < 0) return;
    for (int j = 0; j < self->n_live; j++) {
        if (self->first_week[j] != TN_NEVER) continue;
        if (tn_block_predicate(self, self->watch_observable, j)) self->first_week[j] = t;
    }
}

/** Worlds that ended this week go behind the live ones; before the as-of date they have no weight.
 */
static void retire(tn_block_t *self, int t)
{
    while (self->n_ended > 0) {
        const int j = self->ended[--self->n_ended];
        if (t < self->court->t_as_of) self->lw[j] = -INFINITY;
        tn_block_retire(self, j, --self->n_live);
    }
}

/** Weights relative to the largest, in order of slots, and their lanes. Returns the log of the
 * largest. */
static double weights_by_slot(const tn_block_t *self, double *w, int32_t *lane)
{
    double largest = -INFINITY;
    for (int j = 0; j < self->n; j++) {
        lane[self->slot[j]] = j;
        if (self->lw[j] > largest) largest = self->lw[j];
    }
    for (int s = 0; s < self->n; s++) {
        const double lw = self->lw[lane[s]];
        w[s] = lw > -INFINITY ? tn_exp(lw - largest) : 0.0;
    }
    return largest;
}

/** Systematic resampling: position (s + u)/n picks the first particle with larger cumulative
 * weight. */
static void pick(
    int n, const double *w, double total, double u, const int32_t *lane, int32_t *ancestor)
{
    int k = 0;
    double cumulative = w[0];
    for (int s = 0; s < n; s++) {
        const double position = (s + u) / n * total;
        while (!(cumulative > position) && k < n - 1)
            cumulative += w[++k];
        ancestor[s] = lane[k];
    }
}

static void resample(tn_block_t *self, int t)
{
    double u[4], sum = 0.0, squares = 0.0;
    int32_t lane[TN_BLOCK], ancestor[TN_BLOCK];
    const double largest = weights_by_slot(self, self->w1, lane);
    for (int s = 0; s < self->n; s++) {
        sum += self->w1[s];
        squares += self->w1[s] * self->w1[s];
    }
    if (!(sum > 0.0) || sum * sum / squares >= self->n / 2.0) return;
    tn_rng_uniforms(self->seed, (uint64_t)self->index, (uint32_t)t, 0, TN_RNG_RESAMPLE, 0, u);
    pick(self->n, self->w1, sum, u[0], lane, ancestor);
    tn_block_copy_worlds(self, ancestor);
    const double mean = largest + tn_log(sum / self->n);
    for (int s = 0; s < self->n; s++) {
        self->slot[s] = (uint32_t)s;
        self->lw[s] = mean;
    }
    self->n_live = self->n;
}

static void add_state(tn_block_t *self, int j, double w)
{
    const double state[TN_N_STATES] = {[TN_STATE_DISCONTENT] = self->G[j],
        [TN_STATE_VOICED] = self->V[j],
        [TN_STATE_FEAR] = self->phi[j],
        [TN_STATE_THREAT] = self->theta[j],
        [TN_STATE_PROTEST] = self->Q[j],
        [TN_STATE_ECONOMY] = self->e[j],
        [TN_STATE_SANCTIONS] = self->s[j],
        [TN_STATE_WAR] = self->war[j],
        [TN_STATE_WAR_PROGRESS] = self->b[j],
        [TN_STATE_LOSSES] = self->C[j],
        [TN_STATE_ILL] = self->ill[j],
        [TN_STATE_PLOT] = self->plot[j] != 0};
    const double tipping[TN_N_TIPPING] = {self->w1[j], self->w2[j], self->w3[j]};
    for (int k = 0; k < TN_N_STATES; k++)
        self->as_of_state[k] += w * state[k];
    for (int k = 0; k < TN_N_TIPPING; k++)
        self->as_of_tipping[k] += w * tipping[k];
    self->as_of_weight += w;
    self->as_of_weight2 += w * w;
}

/** State on the as-of date: end of the week before it, after its reports. */
static void record_as_of(tn_block_t *self, const tn_lanes_t *lanes)
{
    double largest = -INFINITY;
    lanes->tipping(self);
    for (int j = 0; j < self->n_live; j++) {
        if (self->lw[j] > largest) largest = self->lw[j];
    }
    self->as_of_scale = largest;
    for (int j = 0; j < self->n_live; j++)
        add_state(self, j, tn_exp(self->lw[j] - largest));
}

void tn_block_observe(tn_block_t *self, const tn_lanes_t *lanes, int t)
{
    const tn_court_t *c = self->court;
    const int last = c->t_as_of - 1;
    const bool is_due = t <= last && follow_claims(self, t);
    watch(self, t);
    retire(self, t);
    if (t == (last > 0 ? last : 0) && !self->tally_hazards) record_as_of(self, lanes);
    if ((is_due || t == last) && c->resample) resample(self, t);
}
