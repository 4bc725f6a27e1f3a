/* Plots: founding, approach, joining, detection, attempt, failure. Worlds with a plot are few, so
 * this works world by world on a short list. Source: model 7.6; Granovetter 1978, Kuran 1991,
 * Tullock 1980, Casper & Tyson 2014. */
#include "court/lanes/lanes.h"

/** One world's plot in its week; letters of the model. */
typedef struct tn_plot {
    int j; /* lane */
    uint64_t M;
    double A, Lambda, p_hat;
    int n, n_refused;
    double u[4];           /* PLOT words */
    const double *contact; /* actor i's CONTACT word is contact[i * CHUNK] */
} tn_plot_t;

static double strength_of(const tn_court_t *c, uint64_t set)
{
    double A = 0.0;
    while (set != 0)
        A += c->s[next_bit(&set)];
    return A;
}

void LN(tn_lanes_set_loyal_security)(tn_block_t *b, int j)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0;
    b->L[j] = 1.0;
    if (b->plot[j] == 0 || c->sigma_total <= 0.0) return;
    for (uint64_t left = c->security & ~b->plot[j]; left != 0;)
        loyal += c->sigma[next_bit(&left)];
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
    const double seen = s + A + FIXED(believe) * (1.0 - A - s) * *TN_OF_WEEK(b, b->S, i, j) +
                        FIXED(protest_sig) * b->Q[j];
    const double y = seen < 1.0 ? seen : 1.0;
    const double w = contest(y, plot->Lambda * (c->guard + 1.0 - y), FIXED(contest_m));
    return w * positive(*TN_OF_WEEK(b, b->g, i, j)) >=
           (1.0 - w) * FIXED(fail_cost) * (0.5 + b->phi[j]);
}

static uint64_t everybody(const tn_court_t *c) { return UINT64_MAX >> (64 - c->n); }

/** Whom the members go to. A word is below 1, so min(1, p) need not be taken. */
static uint64_t approached(const tn_block_t *b, const tn_plot_t *plot)
{
    const tn_court_t *c = b->court;
    const size_t n = (size_t)c->n;
    const double contact = FIXED(contact), *u = plot->contact;
    uint64_t set = 0, left = plot->M;
    const double *ties = c->k_to + (size_t)next_bit(&left) * n; /* most plots have one member */
    double sum[TN_MAX_ACTORS];
    for (; left != 0; ties = sum) {
        const double *k = c->k_to + (size_t)next_bit(&left) * n;
        for (size_t i = 0; i < n; i++)
            sum[i] = ties[i] + k[i];
    }
    for (size_t i = 0; i < n; i++)
        set |= (uint64_t)(u[i * CHUNK] < contact * ties[i]) << i;
    return set & ~plot->M;
}

/** Members approach those they trust; all approached decide on what they saw before this week's
 * joins. */
static void recruit(tn_block_t *b, tn_plot_t *plot)
{
    const tn_court_t *c = b->court;
    uint64_t joined = 0;
    for (uint64_t left = approached(b, plot); left != 0;) {
        const int i = next_bit(&left);
        if (joins(b, plot, i)) {
            joined |= bit(i);
        } else {
            plot->n_refused++;
        }
    }
    if (joined == 0) return;
    plot->M |= joined;
    plot->A = strength_of(c, plot->M);
    plot->n = __builtin_popcountll(plot->M);
    b->plot[plot->j] = plot->M;
    LN(tn_lanes_set_loyal_security)(b, plot->j);
}

static double chance_of_success(const tn_block_t *b, const tn_plot_t *plot)
{
    const tn_court_t *c = b->court;
    double loyal = 0.0;
    for (uint64_t left = everybody(c) & ~plot->M; left != 0;) {
        const int i = next_bit(&left);
        loyal += c->s[i] * (1.0 - discontent(b, i, plot->j));
    }
    return contest(plot->A, plot->Lambda * (c->guard + loyal), FIXED(contest_m));
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

/** 1 - exp(-y) where it matters: for the tally, or if the word may fall below it. Otherwise y,
 * which the word exceeds as well. */
static double probability_for(const tn_block_t *b, double u, double y)
{
    return b->tally_hazards || u < y + 1e-15 ? tn_chance(y) : y;
}

/** Whether the chance of success is of account this week: otherwise nobody strikes, nobody looks.
 */
static bool is_chance_asked(const tn_block_t *b, const tn_plot_t *plot, double p_det)
{
    return plot->u[1] < p_det || plot->u[2] < FIXED(launch) * TN_DT || b->is_observed ||
           b->tally_hazards;
}

static void decide(tn_block_t *b, tn_plot_t *plot, int t)
{
    const int j = plot->j;
    const double risk = DRAWN(detect)[j] * (0.5 + b->phi[j]) * b->L[j] *
                        (plot->n + FIXED(refuse) * plot->n_refused);
    const double p_det = probability_for(b, plot->u[1], risk * TN_DT);
    plot->p_hat = is_chance_asked(b, plot, p_det) ? chance_of_success(b, plot) : 0.0;
    if (plot->p_hat >= FIXED(p_lo)) b->flag[j] |= TN_FLAG_READY;
    const double readiness = clip01((plot->p_hat - FIXED(p_lo)) / (FIXED(p_hi) - FIXED(p_lo)));
    const double p_att = probability_for(b, plot->u[2], FIXED(launch) * readiness * TN_DT);
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
    } else if (plot->u[2] > b->lasting) {
        count(b, TN_COUNT_ABANDONED, j, 1);
        end_plot(b, j);
    }
}

static void plot_week(tn_block_t *b, tn_plot_t *plot, int t)
{
    const int j = plot->j;
    plot->M = b->plot[j];
    plot->A = strength_of(b->court, plot->M);
    plot->n = __builtin_popcountll(plot->M);
    plot->n_refused = 0;
    plot->Lambda = DRAWN(incumb)[j] * (1.0 - FIXED(incumb_ill) * b->ill[j]);
    b->flag[j] |= TN_FLAG_PLOT;
    recruit(b, plot);
    decide(b, plot, t);
}

/** Plots active at the start of the week in the worlds of the list. */
static void plots_week(tn_block_t *b, const int32_t *list, int n, int t)
{
    const int n_actors = b->court->n;
    _Alignas(64) double contact[TN_MAX_ACTORS + 1][CHUNK];
    uint64_t lead[CHUNK] = {0};
    for (int m = 0; m < n; m++)
        lead[m] = b->lead[list[m] - b->j0];
    LN(tn_lanes_words_of_few)(b, n, lead, (n_actors + 3) / 4, b->stream.contact, contact);
    for (int m = 0; m < n; m++) {
        tn_plot_t plot = {.j = list[m], .contact = contact[0] + m};
        for (int k = 0; k < 4; k++)
            plot.u[k] = b->u[k][plot.j - b->j0];
        plot_week(b, &plot, t);
    }
}

/** Actor in whose stretch of the running sum of pi_i D_i the point falls; -1 if beyond the total.
 */
static int founder(const tn_block_t *b, int j, double point)
{
    const tn_court_t *c = b->court;
    double sum = 0.0;
    for (int i = 0; i < c->n; i++) {
        sum += c->pi[i] * discontent(b, i, j);
        if (sum > point) return i;
    }
    return -1;
}

/** World j, whose word is below y. */
static void found(tn_block_t *b, int j, double y)
{
    if (b->plot[j] != 0) return;
    const double u = b->u[0][j - b->j0], p = tn_chance(y);
    const int i = u < p ? founder(b, j, b->G[j] * u / p) : -1;
    if (i < 0) return;
    count(b, TN_COUNT_PLOTS, j, 1);
    b->plot[j] = bit(i);
    LN(tn_lanes_set_loyal_security)(b, j);
}

static void found_plots(tn_block_t *b)
{
    const vec_t fear_found = SPREAD(FIXED(fear_found)), one = SPREAD(1.0), dt = SPREAD(TN_DT);
    const int j0 = b->j0;
    const double *rate = DRAWN(plot_rate) + j0, *G = b->G + j0, *phi = b->phi + j0;
    double y[CHUNK];
    ALONG(b->n_chunk, k)
    {
        const vec_t calm = one - fear_found * LOAD(phi + k);
        STORE(y + k, LOAD(rate + k) * LOAD(G + k) * calm * dt);
    }
    for (uint64_t hits = below(b->u[0], y, b->n_chunk); hits != 0;) {
        const int k = next_bit(&hits);
        found(b, j0 + k, y[k]);
    }
}

void LN(tn_lanes_plots)(tn_block_t *b, int t)
{
    int32_t list[CHUNK] = {0};
    int n_plots = 0;
    LN(tn_lanes_uniforms)(b, b->n_chunk, b->lead, &b->stream.plot, b->u);
    for (uint64_t left = some(b->plot + b->j0, b->n_chunk); left != 0;)
        list[n_plots++] = b->j0 + next_bit(&left);
    found_plots(b);
    if (n_plots > 0) plots_week(b, list, n_plots, t);
}
