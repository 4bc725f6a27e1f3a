/* Known answers of the court model (model 12): limiting cases with a closed form, run through the
 * lanes. Monte Carlo bounds are 4 standard errors at a fixed seed: they pass forever or find a
 * change. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TN_ISA baseline
#include "court/lanes/lanes.h"
#include "court_fixture.h"

#define YEAR 52

/** No plots, uprisings, attempts on life, illness, pressure, ageing: only what a test switches on.
 */
static void quiet(fixture_t *f)
{
    double *p = f->c.parameter;
    p[TN_P_plot_rate] = p[TN_P_upr_rate] = p[TN_P_assas_rate] = 0.0;
    p[TN_P_ill_share] = p[TN_P_reg_press] = p[TN_P_reg_rate] = p[TN_P_for_rate] = 0.0;
    f->c.leader.slope = 0.0;
    f->c.leader.m69 = 0.0;
}

static void compile(tn_court_t *court, const fixture_t *f)
{
    const tn_court_options_t opt = {.no_priors = true};
    assert_int_equal(tn_court_init(court, &f->c, &opt, NULL), 0);
}

/** Exits by route before week t, of n_blocks blocks; other routes are the last element. */
static void count_exits(const tn_court_t *court, int n_blocks, int t, double share[TN_N_ROUTES])
{
    tn_block_t block;
    for (int r = 0; r < TN_N_ROUTES; r++)
        share[r] = 0.0;
    assert_int_equal(tn_block_init(&block, court), 0);
    for (int k = 0; k < n_blocks; k++) {
        tn_block_run(&block, tn_lanes_select(TN_ISA_AUTO), 11, k, TN_BLOCK);
        for (int j = 0; j < TN_BLOCK; j++) {
            if (block.route[j] >= 0 && block.exit_week[j] < t) {
                share[block.route[j]] += 1.0 / ((double)n_blocks * TN_BLOCK);
            }
        }
    }
    tn_block_free(&block);
}

static double binomial_bound(double p, double n) { return 4.0 * sqrt(p * (1.0 - p) / n); }

/** 12.2: CIF_r(T) = (h_r/h)(1 - exp(-hT)), exact at week ends. */
static void constant_hazards_give_the_exponential_incidence(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    fixture_plain(&f, 4, 5 * YEAR);
    quiet(&f);
    f.c.leader.m69 = 0.03;
    f.c.parameter[TN_P_reg_rate] = 0.05;
    f.c.parameter[TN_P_for_rate] = 0.02;
    compile(&court, &f);
    const struct {
        int route;
        double h;
    } way[] = {{TN_ROUTE_DEATH, 0.03}, {TN_ROUTE_REGULAR, 0.05}, {TN_ROUTE_FOREIGN, 0.02}};
    for (int weeks = YEAR; weeks <= 5 * YEAR; weeks += 4 * YEAR) {
        double share[TN_N_ROUTES];
        count_exits(&court, 20, weeks, share);
        for (int k = 0; k < 3; k++) {
            const double cif = way[k].h / 0.10 * (1.0 - exp(-0.10 * weeks * TN_DT));
            check_close(share[way[k].route], cif, 0.0, binomial_bound(cif, 20480), "incidence");
        }
    }
    tn_court_free(&court);
}

/** 12.3: S(T) = exp(-(mu0/beta)(exp(beta T) - 1)). */
static void mortality_is_that_of_gompertz(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    double share[TN_N_ROUTES];
    fixture_plain(&f, 4, 5 * YEAR);
    quiet(&f);
    f.c.leader.m69 = 0.04;
    f.c.leader.slope = 0.09;
    compile(&court, &f);
    count_exits(&court, 20, 5 * YEAR, share);
    const double T = 5 * YEAR * TN_DT, mu0 = 0.04 * exp(0.09 * (court.age_start - 69.0));
    const double dead = 1.0 - exp(-(mu0 / 0.09) * (exp(0.09 * T) - 1.0));
    check_close(share[TN_ROUTE_DEATH], dead, 0.0, binomial_bound(dead, 20480), "deaths");
    /* the sum of mid-week hazards itself, without Monte Carlo error */
    double H = 0.0;
    for (int t = 0; t < 5 * YEAR; t++) {
        H += mu0 * exp(0.09 * (7.0 * t + 3.5) / 365.25) * TN_DT;
    }
    check_close(1.0 - exp(-H), dead, 0.0, 1e-6, "mid-week rule");
    tn_court_free(&court);
}

/** Stationary share of ill among survivors (model 12.1), by bisection. */
static double stationary_ill(double iota, double delta, double nu, double rho)
{
    double lo = 0.0, hi = 1.0;
    for (int k = 0; k < 100; k++) {
        const double w = 0.5 * (lo + hi);
        const double flow = iota * (1.0 - w) - w * (delta + nu + rho) + w * w * (delta + nu);
        if (flow > 0.0) {
            lo = w;
        } else {
            hi = w;
        }
    }
    return lo;
}

/** 12.4: hazards of death and incapacity of the three-state chain in its stationary law. */
static void illness_kills_at_the_rate_of_the_chain(void **state)
{
    (void)state;
    const double mu = 0.03, delta = 0.7, nu = 0.3, rho = 1.0, f = 0.6;
    fixture_t fixture;
    tn_court_t court;
    tn_block_t block;
    double death = 0.0, incapacity = 0.0, years = 0.0;
    fixture_plain(&fixture, 4, 5 * YEAR);
    quiet(&fixture);
    fixture.c.leader.m69 = mu;
    fixture.c.parameter[TN_P_ill_share] = f;
    compile(&court, &fixture);
    assert_int_equal(tn_block_init(&block, &court), 0);
    block.tally_hazards = true;
    for (int k = 0; k < 20; k++) {
        tn_block_run(&block, tn_lanes_select(TN_ISA_AUTO), 3, k, TN_BLOCK);
        death += block.hazard_sum[TN_ROUTE_DEATH];
        incapacity += block.hazard_sum[TN_ROUTE_INCAPACITY];
        years += block.weeks_in_office * TN_DT;
    }
    const double w = stationary_ill(f * mu / (delta / (delta + nu + rho)), delta, nu, rho);
    /* P(ill) has 4 s.e. of about 4 sqrt(.025/20480/3): three independent stretches of illness in
     * five years; the weekly step adds an error of the order of the rates times a week, 2 per cent
     */
    const double bound = 4.0 * sqrt(w / 20480.0 / 3.0);
    check_close(death / years, (1.0 - f) * mu + w * delta, 0.02, bound * delta, "death");
    check_close(incapacity / years, w * nu, 0.02, bound * nu, "incapacity");
    tn_block_free(&block);
    tn_court_free(&court);
}

/** 12.5: x has mean 0, variance x_sd^2 and lag-1 autocorrelation a_x; e has mean e_bar and
 * variance 1. */
static void private_grievance_and_economy_have_their_stationary_laws(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    tn_block_t b;
    double sum = 0.0, squares = 0.0, lagged = 0.0, economy = 0.0, economy2 = 0.0, n = 0.0, m = 0.0;
    fixture_plain(&f, 12, 160);
    quiet(&f);
    f.c.parameter[TN_P_purge_rate] = f.c.parameter[TN_P_purge_thr] = f.c.parameter[TN_P_e_rent] =
        0.0;
    compile(&court, &f);
    assert_int_equal(tn_block_init(&b, &court), 0);
    const tn_lanes_t *lanes = tn_lanes_select(TN_ISA_AUTO);
    for (int k = 0; k < 10; k++) {
        double last[12 * TN_ROW];
        tn_block_run(&b, lanes, 8, k, TN_BLOCK);
        memcpy(last, b.x, sizeof last);
        lanes->week(&b, 160);
        for (int i = 0; i < 12 * TN_ROW; i++) {
            if (i % TN_ROW >= TN_BLOCK) continue;
            n += 1.0;
            sum += b.x[i];
            squares += b.x[i] * b.x[i];
            lagged += b.x[i] * last[i];
        }
        for (int j = 0; j < TN_BLOCK; j++, m += 1.0) {
            economy += b.e[j];
            economy2 += b.e[j] * b.e[j];
        }
    }
    const double sd2 = 0.16; /* x_sd = 0.4 */
    check_close(sum / n, 0.0, 0.0, 4.0 * 0.4 / sqrt(n), "mean of x");
    check_close(squares / n, sd2, 0.0, 4.0 * sd2 * sqrt(2.0 / n), "variance of x");
    check_close(lagged / squares, exp(-TN_DT), 0.0, 4.0 * sqrt((1.0 - exp(-2.0 * TN_DT)) / n),
        "lag-1 autocorrelation of x");
    check_close(economy / m, 0.0, 0.0, 4.0 / sqrt(m), "mean of e");
    check_close(economy2 / m, 1.0, 0.0, 4.0 * sqrt(2.0 / m), "variance of e");
    tn_block_free(&b);
    tn_court_free(&court);
}

/** Grievances of given size, everybody tied to everybody and approached every week, no other plot
 * event. */
static void set_stage(fixture_t *f, int n)
{
    fixture_plain(f, n, 200);
    quiet(f);
    double *p = f->c.parameter;
    p[TN_P_x_sd] = p[TN_P_g_base] = p[TN_P_inside] = p[TN_P_purge_rate] = p[TN_P_purge_thr] = 0.0;
    p[TN_P_detect] = p[TN_P_launch] = p[TN_P_abandon] = 0.0;
    p[TN_P_believe] = p[TN_P_protest_sig] = 0.0;
    p[TN_P_contact] = 1.0;
    for (int i = 0; i < n; i++) {
        f->actor[i].force = 1.0;
        f->actor[i].group = 2;
        for (int j = 0; j < n; j++)
            f->tie[i * n + j] = i != j;
    }
}

/** Grievance at which the joining threshold is y (m = 1): y = Lambda(1+guard)K/(g + Lambda K). */
static double grievance_for(double y, double guard, double K) { return (1.0 + guard) * K / y - K; }

/** Members after 100 weeks if actor i needs `heads[i]` heads (himself not counted) before he joins.
 */
static int granovetter(const int *heads, int n)
{
    fixture_t f;
    tn_court_t court;
    tn_block_t b;
    set_stage(&f, n);
    const double K = f.c.parameter[TN_P_fail_cost] * (0.5 + f.c.parameter[TN_P_fear_base]);
    for (int i = 0; i < n; i++) {
        /* joins iff s + A >= (heads + 1)/n; half a head of slack against rounding */
        f.actor[i].grievance = grievance_for((heads[i] + 0.5) / n, f.c.leader.guard, K);
    }
    compile(&court, &f);
    assert_int_equal(tn_block_init(&b, &court), 0);
    b.n = 1;
    const tn_lanes_t *lanes = tn_lanes_select(TN_ISA_AUTO);
    lanes->start(&b);
    b.plot[0] = 1; /* the man with threshold 0 begins */
    for (int t = 0; t < 100; t++)
        lanes->week(&b, t);
    const int members = __builtin_popcountll(b.plot[0]);
    tn_block_free(&b);
    tn_court_free(&court);
    return members;
}

/** 12.6: Granovetter 1978; 60 heads instead of his 100, since a court has at most 63. */
static void a_chain_of_thresholds_carries_everybody_or_nobody(void **state)
{
    (void)state;
    int heads[60];
    for (int i = 0; i < 60; i++)
        heads[i] = i;
    assert_int_equal(granovetter(heads, 60), 60);
    heads[1] = 2;
    assert_int_equal(granovetter(heads, 60), 1);
}

/** 12.7: joins iff y >= Lambda(1+guard)K/(g + Lambda K), for random grievances and plots. */
static void the_joining_rule_is_a_threshold_in_strength(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    tn_block_t b;
    const int n = 10;
    int n_joined = 0, n_refused = 0;
    set_stage(&f, n);
    const double guard = f.c.leader.guard;
    const double K = f.c.parameter[TN_P_fail_cost] * (0.5 + f.c.parameter[TN_P_fear_base]);
    for (int k = 0; k < 200; k++) {
        double u[4];
        for (int i = 0; i < n; i++) {
            tn_rng_uniforms(1, (uint64_t)k, (uint32_t)i, 0, 1, 0, u);
            f.actor[i].grievance = u[0];
        }
        const uint64_t plot = 1u + (unsigned)(u[1] * 1022.0);
        compile(&court, &f);
        assert_int_equal(tn_block_init(&b, &court), 0);
        b.n = 1;
        tn_lanes_select(TN_ISA_AUTO)->start(&b);
        b.plot[0] = plot;
        tn_lanes_select(TN_ISA_AUTO)->week(&b, 0);
        for (int i = 0; i < n; i++) {
            if (plot >> i & 1) continue;
            const double y = (__builtin_popcountll(plot) + 1.0) / n;
            const double Lambda = 1.0,
                         threshold = Lambda * (1.0 + guard) * K / (court.g0[i] + Lambda * K);
            const bool is_member = b.plot[0] >> i & 1;
            if (fabs(y - threshold) > 1e-12) assert_int_equal(is_member, y >= threshold);
            n_joined += is_member;
            n_refused += !is_member;
        }
        tn_block_free(&b);
        tn_court_free(&court);
    }
    assert_true(n_joined > 100 && n_refused > 100);
}

static double normal_cdf(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }

static double normal_quantile(double p)
{
    double lo = -40.0, hi = 40.0;
    for (int k = 0; k < 200; k++) {
        const double x = 0.5 * (lo + hi);
        if (normal_cdf(x) < p) {
            lo = x;
        } else {
            hi = x;
        }
    }
    return 0.5 * (lo + hi);
}

/** Root of alpha(theta - mu) - sqrt(beta) Phi^-1(theta) = sqrt(alpha + beta) Phi^-1(c); the left
 * side falls. */
static double global_game(double c, double alpha, double mu, double beta)
{
    double lo = 1e-12, hi = 1.0 - 1e-12;
    for (int k = 0; k < 200; k++) {
        const double theta = 0.5 * (lo + hi);
        const double left = alpha * (theta - mu) - sqrt(beta) * normal_quantile(theta);
        if (left > sqrt(alpha + beta) * normal_quantile(c)) {
            lo = theta;
        } else {
            hi = theta;
        }
    }
    return 0.5 * (lo + hi);
}

/** 12.8: theta* = 1 - c in the limit of precise signals, which is what the yardstick uses. */
static void the_yardstick_is_the_limit_of_the_global_game(void **state)
{
    (void)state;
    /* three points of the general equation, solved elsewhere to ten digits */
    check_close(global_game(0.3, 1.0, 0.5, 4.0), 0.7636608183212101, 1e-9, 0.0, "general");
    check_close(global_game(0.5, 0.5, 0.0, 1.0), 0.6221230810199726, 1e-9, 0.0, "general");
    check_close(global_game(0.2, 2.0, 1.0, 9.0), 0.7842450975586149, 1e-9, 0.0, "general");
    fixture_t f;
    set_stage(&f, 5);
    const double K = f.c.parameter[TN_P_fail_cost] * (0.5 + f.c.parameter[TN_P_fear_base]);
    const double needed = (1.0 + f.c.leader.guard) / 2.0; /* Lambda = 1 */
    for (int k = 1; k < 40; k++) {
        tn_court_t court;
        tn_block_t b;
        double out[TN_N_TIPPING];
        for (int i = 0; i < 5; i++)
            f.actor[i].grievance = 0.02 * k;
        compile(&court, &f);
        assert_int_equal(tn_block_init(&b, &court), 0);
        b.n = 1;
        tn_lanes_select(TN_ISA_AUTO)->start(&b);
        tn_lanes_select(TN_ISA_AUTO)->week(&b, 0);
        tn_block_tipping(&b, 0, out);
        const double limit = global_game(K / (0.02 * k + K), 1.0, 0.5, 1e14);
        check_close(out[2], needed <= limit, 0.0, 0.0, "falls");
        tn_block_free(&b);
        tn_court_free(&court);
    }
}

/** The distance: equal actors of grievance g tip where the founder's own strength meets the common
 * threshold. */
static void the_tipping_point_of_equal_actors_is_where_the_first_joins(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    tn_block_t b;
    double out[TN_N_TIPPING];
    const int n = 5;
    set_stage(&f, n);
    const double K = f.c.parameter[TN_P_fail_cost] * (0.5 + f.c.parameter[TN_P_fear_base]);
    for (int i = 0; i < n; i++)
        f.actor[i].grievance = 0.1;
    compile(&court, &f);
    assert_int_equal(tn_block_init(&b, &court), 0);
    b.n = 1;
    tn_lanes_select(TN_ISA_AUTO)->start(&b);
    tn_lanes_select(TN_ISA_AUTO)->week(&b, 0);
    tn_block_tipping(&b, 0, out);
    /* a second man joins iff 2/n >= (1+guard)K/(g+K); then all do, and A = 1 >= guard */
    const double g = grievance_for(2.0 / n, f.c.leader.guard, K);
    check_close(out[0], g - 0.1, 0.0, 5.0 / (1 << 20), "twenty bisections of a range of 5");
    check_close(out[1], 0.0, 0.0, 0.0, "not past it");
    tn_block_free(&b);
    tn_court_free(&court);
}

/** 12.9 */
static void contests_are_those_of_tullock(void **state)
{
    (void)state;
    check_close(contest(0.3, 0.3, 1.0), 0.5, TOL0, 0.0, "equal");
    check_close(contest(0.6, 0.3, 1.0), 2.0 / 3.0, TOL1, 0.0, "twice, m = 1");
    check_close(contest(0.6, 0.3, 2.0), 4.0 / 5.0, TOL1, 0.0, "twice, m = 2");
    check_close(contest(0.3, 0.3, 2.5), 0.5, TOL0, 0.0, "equal, m = 2.5");
}

/** 12.10: Acemoglu, Egorov & Sonin 2008, and brute force by an independent implementation. */
static void ruling_coalitions_are_those_of_the_paper(void **state)
{
    (void)state;
    const struct {
        int n;
        double power[8];
        uint32_t urc;
    } t[] = {{3, {3, 4, 5}, 7}, {3, {2, 4, 5}, 7}, {3, {2, 2, 5}, 4}, {4, {3, 4, 5, 10}, 7},
        {4, {2, 4, 5, 10}, 7}, {4, {2, 4, 7, 10}, 14}, {4, {6, 7, 8, 21}, 15},
        {7, {1, 2, 3, 4, 5, 6, 7.5}, 56},
        {8, {10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7}, 127},
        {8, {9, 7, 6, 5, 4.5, 3, 2.2, 1}, 35}};
    for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
        assert_int_equal(tn_urc(t[k].power, t[k].n), t[k].urc);
    }
}

#define HMM_WEEKS 11

/** One origin per report, so that reliabilities are independent and their mean can stand for them.
 */
typedef struct hmm {
    fixture_t f;
    tn_origin_t origin[HMM_WEEKS];
    tn_report_t report[HMM_WEEKS];
    double p_onset, p_recovery, p_live_ill, p_ill_0;
    double yes_true, yes_false;
    int says[HMM_WEEKS]; /* 1 yes, 0 no, -1 silent week */
} hmm_t;

static void set_hmm(hmm_t *h)
{
    static const int says[HMM_WEEKS] = {1, 0, 1, 1, -1, 1, 0, 0, 1, 1, 1};
    const double rho = -log(1.0 - 0.2) / TN_DT, iota = -log(1.0 - 0.03) / TN_DT, delta = 0.001;
    fixture_plain(&h->f, 3, 1);
    quiet(&h->f);
    memcpy(h->says, says, sizeof says);
    tn_case_t *c = &h->f.c;
    c->as_of = c->start + 7 * HMM_WEEKS;
    c->parameter[TN_P_ill_share] = 1.0;
    c->parameter[TN_P_ill_die] = delta;
    c->parameter[TN_P_ill_incap] = 0.0;
    c->parameter[TN_P_ill_recov] = rho;
    c->leader.m69 = iota * delta / (delta + rho); /* onset hazard iota */
    h->p_onset = 0.03;
    h->p_recovery = 0.2;
    h->p_live_ill = exp(-delta * TN_DT);
    h->p_ill_0 = iota / (iota + delta + rho);
    c->origin = h->origin;
    c->report = h->report;
    for (int t = 0; t < HMM_WEEKS; t++) {
        if (says[t] < 0) continue;
        tn_origin_t *o = &h->origin[c->n_origins];
        o->reliability = 'C';
        for (int k = 0; k < TN_N_OBSERVABLES; k++)
            o->says_yes[k] = 0.5;
        h->report[c->n_reports] = (tn_report_t){.origin = c->n_origins,
            .date = c->start + 7 * t,
            .credibility = 2,
            .observable = TN_O_leader_ill,
            .is_true = says[t] == 1};
        c->n_origins++;
        c->n_reports++;
    }
    const double a = 0.55; /* mean of the triangle (.40, .55, .70) */
    h->yes_true = a * 0.90 + (1.0 - a) * 0.5;
    h->yes_false = a * 0.10 + (1.0 - a) * 0.5;
}

/** Forward algorithm of the chain well, ill (death leaves it): total likelihood and P(ill |
 * reports, in office). */
static double forward(const hmm_t *h, double *p_ill)
{
    double ill = h->p_ill_0, well = 1.0 - h->p_ill_0;
    for (int t = 0; t < HMM_WEEKS; t++) {
        const double now_ill = ill * (1.0 - h->p_recovery) + well * h->p_onset;
        well = ill * h->p_recovery + well * (1.0 - h->p_onset);
        ill = now_ill * h->p_live_ill;
        if (h->says[t] < 0) continue;
        ill *= h->says[t] ? h->yes_true : 1.0 - h->yes_true;
        well *= h->says[t] ? h->yes_false : 1.0 - h->yes_false;
    }
    *p_ill = ill / (ill + well);
    return ill + well;
}

/** 12.11: particle weights against the exact forward algorithm. */
static void particles_weigh_as_the_forward_algorithm(void **state)
{
    (void)state;
    enum { N = 60 };
    hmm_t h = {0};
    tn_court_t court;
    tn_block_t b;
    double z[N], y[N], p_ill, sum_z = 0.0, sum_y = 0.0, square_z = 0.0, square_y = 0.0;
    set_hmm(&h);
    const double Z = forward(&h, &p_ill);
    compile(&court, &h.f);
    assert_int_equal(tn_block_init(&b, &court), 0);
    for (int k = 0; k < N; k++) {
        z[k] = y[k] = 0.0;
        tn_block_run(&b, tn_lanes_select(TN_ISA_AUTO), 21, k, TN_BLOCK);
        z[k] = b.as_of_weight * exp(b.as_of_scale) / TN_BLOCK;
        y[k] = b.as_of_state[TN_STATE_ILL] * exp(b.as_of_scale) / TN_BLOCK;
        sum_z += z[k] / N;
        sum_y += y[k] / N;
    }
    const double p = sum_y / sum_z;
    for (int k = 0; k < N; k++) {
        square_z += (z[k] - sum_z) * (z[k] - sum_z);
        square_y += (y[k] - p * z[k]) * (y[k] - p * z[k]);
    }
    check_close(sum_z, Z, 0.0, 4.0 * sqrt(square_z / N / (N - 1)), "evidence");
    check_close(p, p_ill, 0.0, 4.0 * sqrt(square_y / N / (N - 1)) / sum_z, "posterior");
    tn_block_free(&b);
    tn_court_free(&court);
}

/** 12.12: origins that cannot know change nothing, to the last bit of the weights. */
static void origins_that_know_nothing_change_nothing(void **state)
{
    (void)state;
    fixture_t f;
    tn_court_t court;
    tn_block_t b;
    fixture_random(&f, 2);
    for (int k = 0; k < FIXTURE_REPORTS; k++)
        f.report[k].observable = k % TN_N_PREDICATES;
    f.c.n_silences = 0;
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, &f.c, &opt, NULL), 0);
    assert_true(court.evidence.n_claims > 3);
    for (int k = 0; k < court.evidence.n_origins; k++) {
        court.evidence.origin[k].reliability = (tn_triangle_t){0.0, 0.0, 0.0};
    }
    fixture_run(&b, &court, TN_ISA_AUTO, 4, 0, 256);
    double first = NAN;
    for (int j = 0; j < b.n; j++) {
        if (!(b.lw[j] > -INFINITY)) continue;
        if (isnan(first)) first = b.lw[j];
        check_close(b.lw[j], first, 0.0, 0.0, "the same weight");
    }
    tn_block_free(&b);
    tn_court_free(&court);
}

/** 12.12: an origin counts once; different chains only make it surer that it spoke. */
static void repetition_is_one_claim(void **state)
{
    (void)state;
    fixture_t f;
    tn_evidence_t e;
    fixture_plain(&f, 3, 10);
    f.c.as_of = f.c.start + 70;
    f.c.n_origins = 1;
    f.c.n_reports = 4;
    f.origin[0].reliability = 'B';
    for (int k = 0; k < 4; k++) {
        f.report[k] = (tn_report_t){.date = f.c.start + 30 - (k == 2),
            .credibility = 5 - k,
            .observable = TN_O_coup_under_way,
            .is_true = true,
            .via = f.hop[k]};
        f.report[k].n_via = k < 3 ? 1 : 2;
        f.hop[k][0] = (tn_hop_t){-1, k < 2 ? 'C' : 'D'};
        f.hop[k][1] = (tn_hop_t){-1, 'A'};
    }
    assert_int_equal(tn_evidence_init(&e, &f.c, NULL), 0);
    assert_int_equal(e.n_claims, 1);
    assert_int_equal(e.claim[0].n_reports, 4);
    /* chains C (twice, once counted), D, D-A */
    check_close(e.claim[0].tau, 1.0 - (1.0 - 0.90) * (1.0 - 0.75) * (1.0 - 0.75 * 0.98), TOL1, 0.0,
        "different chains");
    check_close(e.claim[0].accuracy, 0.90, 0.0, 0.0, "best credibility");
    assert_int_equal(e.claim[0].t_weigh, 4);
    tn_evidence_free(&e);
    f.report[0].n_via = 0;
    f.c.n_reports = 1;
    assert_int_equal(tn_evidence_init(&e, &f.c, NULL), 0);
    check_close(e.claim[0].tau, 1.0, 0.0, 0.0, "heard directly");
    tn_evidence_free(&e);
}

/** 12.13 and the worked example of 8.3. */
static void likelihoods_are_as_printed(void **state)
{
    (void)state;
    const tn_claim_t silence = {.is_silence = true, .p_report = 0.0};
    check_close(tn_claim_loglik_predicate(&silence, 0.9, true), 0.0, 0.0, 0.0, "p_report 0");
    check_close(tn_claim_loglik_predicate(&silence, 0.9, false), 0.0, 0.0, 0.0, "p_report 0");
    const tn_claim_t number = {.is_number = true,
        .observable = TN_O_economy,
        .y = 1.0,
        .error = 0.5,
        .range = 6.0,
        .tau = 0.0};
    check_close(
        tn_claim_loglik_number(&number, 0.9, -3.0), log(1.0 / 6.0), TOL1, 0.0, "knows nothing");
    check_close(
        tn_claim_loglik_number(&number, 0.9, 1.0), log(1.0 / 6.0), TOL1, 0.0, "knows nothing");
    tn_claim_t biased = number; /* a source whose numbers lie 0.4 above the true ones */
    biased.tau = 1.0;
    biased.offset = 0.4;
    const double density = exp(-0.5 * 0.2 * 0.2) / (0.5 * sqrt(2.0 * acos(-1.0)));
    check_close(tn_claim_loglik_number(&biased, 0.9, 0.5), log(0.9 * density + 0.1 / 6.0), TOL1,
        0.0, "true 0.5, claimed 1 where 0.9 was due");
    /* an adversary (D, asserts, 5) over B and C relays: 1.07; an insider's (C, denies, 2) "no
     * plot": 0.58 */
    const double tau = 0.95 * 0.90;
    const tn_claim_t coup = {.says_yes = true, .tau = tau, .accuracy = 0.60, .beta = 0.90};
    const tn_claim_t no_plot = {.says_yes = false, .tau = tau, .accuracy = 0.90, .beta = 0.10};
    const double ratio_coup = exp(tn_claim_loglik_predicate(&coup, 0.30, true) -
                                  tn_claim_loglik_predicate(&coup, 0.30, false));
    const double ratio_no_plot = exp(tn_claim_loglik_predicate(&no_plot, 0.55, true) -
                                     tn_claim_loglik_predicate(&no_plot, 0.55, false));
    check_close(ratio_coup, 1.07, 0.0, 0.005, "printed with two decimals");
    check_close(ratio_no_plot, 0.58, 0.0, 0.005, "printed with two decimals");
}

static void triangular_reliabilities_have_their_quantiles(void **state)
{
    (void)state;
    const tn_triangle_t t = {0.15, 0.30, 0.45};
    check_close(tn_triangle_quantile(&t, 0.0), 0.15, 0.0, 0.0, "lowest");
    check_close(tn_triangle_quantile(&t, 0.5), 0.30, TOL1, 0.0, "symmetric");
    check_close(tn_triangle_quantile(&t, 0.125), 0.225, TOL1, 0.0, "F = (x-a)^2/((b-a)(c-a))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_hazards_give_the_exponential_incidence),
        cmocka_unit_test(mortality_is_that_of_gompertz),
        cmocka_unit_test(illness_kills_at_the_rate_of_the_chain),
        cmocka_unit_test(private_grievance_and_economy_have_their_stationary_laws),
        cmocka_unit_test(a_chain_of_thresholds_carries_everybody_or_nobody),
        cmocka_unit_test(the_joining_rule_is_a_threshold_in_strength),
        cmocka_unit_test(the_yardstick_is_the_limit_of_the_global_game),
        cmocka_unit_test(the_tipping_point_of_equal_actors_is_where_the_first_joins),
        cmocka_unit_test(contests_are_those_of_tullock),
        cmocka_unit_test(ruling_coalitions_are_those_of_the_paper),
        cmocka_unit_test(particles_weigh_as_the_forward_algorithm),
        cmocka_unit_test(origins_that_know_nothing_change_nothing),
        cmocka_unit_test(repetition_is_one_claim),
        cmocka_unit_test(likelihoods_are_as_printed),
        cmocka_unit_test(triangular_reliabilities_have_their_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
