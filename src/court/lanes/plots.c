/* Plots: founding, approach, joining, detection, attempt, failure. Worlds with a plot are few, so
 * this works world by world on a short list. Source: model 7.6; Granovetter 1978, Kuran 1991,
 * Tullock 1980, Casper & Tyson 2014. */
#include "court/lanes/lanes.h"

/** One world's plot in its week; letters of the model. */
typedef struct tn_plot {
    int j; /* lane */
    uint64_t M;
    double A, Lambda, p_hat, contact[TN_MAX_ACTORS + 1];
    int n, n_refused;
    double u[4]; /* PLOT words */
} tn_plot_t;

static double strength_of(const tn_court_t *c, uint64_t set)
{
    double A = 0.0;
    for (int i = 0; i < c->n; i++) {
        if (set & bit(i)) A += c->s[i];
    }
    return A;
}

void LN(tn_lanes_set_loyal_security)(tn_block_t *b, int j)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0;
    b->L[j] = 1.0;
    if (b->plot[j] == 0 || c->sigma_total <= 0.0) return;
    for (int i = 0; i < c->n; i++) {
        if (!(b->plot[j] & bit(i))) loyal += c->sigma[i];
    }
    b->L[j] = loyal / c->sigma_total;
}

static void end_plot(tn_block_t *b, int j)
{
    b->plot[j] = 0;
    b->L[j] = 1.0;
}

static bool joins(const tn_block_t *b, const tn_plot_t *plot, int i)
{
    const tn_court_t *c = b->court;
    const int j = plot->j;
    const double s = c->s[i], A = plot->A;
    const double seen =
        s + A + FIXED(believe) * (1.0 - A - s) * ROW(b->S, i)[j] + FIXED(protest_sig) * b->Q[j];
    const double y = seen < 1.0 ? seen : 1.0;
    const double w = contest(y, plot->Lambda * (c->guard + 1.0 - y), FIXED(contest_m));
    return w * positive(ROW(b->g, i)[j]) >= (1.0 - w) * FIXED(fail_cost) * (0.5 + b->phi[j]);
}

/** Members approach those they trust; all approached decide on what they saw before this week's
 * joins. */
static void recruit(tn_block_t *b, tn_plot_t *plot)
{
    const tn_court_t *c = b->court;
    uint64_t joined = 0;
    for (int i = 0; i < c->n; i++) {
        double ties = 0.0;
        if (plot->M & bit(i)) continue;
        for (int m = 0; m < c->n; m++) {
            if (plot->M & bit(m)) ties += c->k[(size_t)i * (size_t)c->n + (size_t)m];
        }
        const double p = FIXED(contact) * ties;
        if (!(plot->contact[i] < (p < 1.0 ? p : 1.0))) continue;
        if (joins(b, plot, i)) {
            joined |= bit(i);
        } else {
            plot->n_refused++;
        }
    }
    plot->M |= joined;
    plot->A = strength_of(c, plot->M);
    plot->n = __builtin_popcountll(plot->M);
    b->plot[plot->j] = plot->M;
    if (joined != 0) LN(tn_lanes_set_loyal_security)(b, plot->j);
}

static void estimate_success(const tn_block_t *b, tn_plot_t *plot)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0;
    for (int i = 0; i < c->n; i++) {
        if (!(plot->M & bit(i))) loyal += c->s[i] * (1.0 - ROW(b->D, i)[plot->j]);
    }
    plot->p_hat = contest(plot->A, plot->Lambda * (c->guard + loyal), FIXED(contest_m));
}

/** Members are purged with probability q each; then the leader is alarmed. */
static void crush(tn_block_t *b, const tn_plot_t *plot, int t, double q)
{
    const int j = plot->j;
    double u[4];
    uint64_t victims = 0;
    for (int i = 0; i < b->court->n; i++) {
        if (i % 4 == 0) {
            tn_rng_uniforms(
                b->seed, b->world0 + b->slot[j], (uint32_t)t, (uint32_t)i / 4, TN_RNG_MEMBER, 0, u);
        }
        if ((plot->M & bit(i)) && u[i % 4] < q) victims |= bit(i);
    }
    if (victims != 0) {
        count(b, TN_COUNT_PURGED_PLOT, j, __builtin_popcountll(victims));
        LN(tn_lanes_purge_set)(b, j, victims);
    }
    alarm_leader(b, j);
    end_plot(b, j);
}

static void attempt(tn_block_t *b, const tn_plot_t *plot, int t)
{
    const int j = plot->j;
    count(b, TN_COUNT_ATTEMPTS, j, 1);
    b->flag[j] |= TN_FLAG_ATTEMPT;
    if (plot->u[3] < plot->p_hat) {
        b->route[j] = TN_ROUTE_COUP; /* the plot stays: it weighs in the succession */
    } else {
        count(b, TN_COUNT_COUPS_FAILED, j, 1);
        crush(b, plot, t, FIXED(q_fail));
    }
}

static void decide(tn_block_t *b, const tn_plot_t *plot, int t)
{
    const int j = plot->j;
    const double risk = DRAWN(detect)[j] * (0.5 + b->phi[j]) * b->L[j] *
                        (plot->n + FIXED(refuse) * plot->n_refused);
    const double p_det = weekly_probability(risk * TN_DT);
    const double readiness = clip01((plot->p_hat - FIXED(p_lo)) / (FIXED(p_hi) - FIXED(p_lo)));
    const double p_att = weekly_probability(FIXED(launch) * readiness * TN_DT);
    const double strike = FIXED(strike);
    if (b->tally_hazards) {
        b->hazard_sum[TN_ROUTE_COUP] += (p_det * strike + (1.0 - p_det) * p_att) * plot->p_hat;
    }
    if (plot->u[1] < p_det) {
        count(b, TN_COUNT_DETECTED, j, 1);
        b->flag[j] |= TN_FLAG_DETECTED;
        if (plot->u[1] < p_det * strike) {
            attempt(b, plot, t);
        } else {
            crush(b, plot, t, FIXED(q_arrest));
        }
    } else if (plot->u[2] < p_att) {
        attempt(b, plot, t);
    } else if (plot->u[2] > tn_exp(-FIXED(abandon) * TN_DT)) {
        count(b, TN_COUNT_ABANDONED, j, 1);
        end_plot(b, j);
    }
}

static void plot_week(tn_block_t *b, tn_plot_t *plot, int t)
{
    const int j = plot->j;
    plot->M = b->plot[j];
    plot->A = strength_of(b->court, plot->M);
    plot->n_refused = 0;
    plot->Lambda = DRAWN(incumb)[j] * (1.0 - FIXED(incumb_ill) * b->ill[j]);
    b->flag[j] |= TN_FLAG_PLOT;
    recruit(b, plot);
    estimate_success(b, plot);
    if (plot->p_hat >= FIXED(p_lo)) b->flag[j] |= TN_FLAG_READY;
    decide(b, plot, t);
}

/** Actor in whose stretch of the running sum of pi_i D_i the point falls; -1 if beyond the total.
 */
static int founder(const tn_block_t *b, int j, double point)
{
    const tn_court_t *c = b->court;
    double sum = 0.0;
    for (int i = 0; i < c->n; i++) {
        sum += c->pi[i] * ROW(b->D, i)[j];
        if (sum > point) return i;
    }
    return -1;
}

static void found(tn_block_t *b, int j, double u)
{
    const double y = DRAWN(plot_rate)[j] * b->G[j] * (1.0 - FIXED(fear_found) * b->phi[j]) * TN_DT;
    if (!(u < y)) return;
    const double p = weekly_probability(y);
    if (!(u < p)) return;
    const int i = founder(b, j, b->G[j] * u / p);
    if (i < 0) return;
    count(b, TN_COUNT_PLOTS, j, 1);
    b->plot[j] = bit(i);
    LN(tn_lanes_set_loyal_security)(b, j);
}

void LN(tn_lanes_plots)(tn_block_t *b, int t)
{
    int n_plots = 0;
    tn_plot_t plot;
    LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, 0, TN_RNG_PLOT, 0, b->u);
    for (int j = 0; j < b->n_live; j++) {
        if (b->plot[j] != 0) b->list[n_plots++] = j;
    }
    for (int j = 0; j < b->n_live; j++) {
        if (b->plot[j] == 0) found(b, j, b->u[0][j]);
    }
    for (int m = 0; m < n_plots; m++) {
        plot.j = b->list[m];
        for (int k = 0; k < 4; k++)
            plot.u[k] = b->u[k][plot.j];
        for (int i = 0; i < b->court->n; i += 4) {
            tn_rng_uniforms(b->seed, b->world0 + b->slot[plot.j], (uint32_t)t, (uint32_t)i / 4,
                TN_RNG_CONTACT, 0, plot.contact + i);
        }
        plot_week(b, &plot, t);
    }
}
