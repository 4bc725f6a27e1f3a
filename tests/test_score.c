/* Scores of single forecasts and the comparison of two forecasts. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tenure/score.h"

static void brier_and_log_by_hand(void **state)
{
    (void)state;
    const double p[4] = {0.25, 0.25, 1, 0};
    const int32_t y[4] = {1, 0, 1, 1};
    double s[4];
    assert_int_equal(tn_score_binary(TN_SCORE_BRIER, 4, p, y, s, NULL), 0);
    check_close(s[0], 9.0 / 16, 0, 0, "(3/4)^2");
    check_close(s[1], 1.0 / 16, 0, 0, "(1/4)^2");
    check_close(s[2], 0, 0, 0, "perfect");
    check_close(s[3], 1, 0, 0, "worst");
    assert_int_equal(tn_score_binary(TN_SCORE_LOG, 4, p, y, s, NULL), 0);
    check_close(s[0], log(4.0), TOL1, 0, "natural log");
    check_close(s[1], log(4.0 / 3), TOL1, 0, "natural log");
    check_close(s[2], 0, 0, 0, "perfect");
    assert_true(!signbit(s[2]) && isinf(s[3]) && s[3] > 0);
}

static void categories_by_hand(void **state)
{
    (void)state;
    /* rows 1/2 1/4 1/4 (second happened) and 0 1 0 (second happened) */
    const double p[6] = {0.5, 0, 0.25, 1, 0.25, 0};
    const int32_t y[2] = {1, 1}, last[2] = {2, 0};
    double s[2];
    assert_int_equal(tn_score_categories(TN_SCORE_BRIER, 2, 3, p, y, s, NULL), 0);
    check_close(s[0], 1.0 / 4 + 9.0 / 16 + 1.0 / 16, 0, 0, "sum over categories");
    check_close(s[1], 0, 0, 0, "perfect");
    assert_int_equal(tn_score_categories(TN_SCORE_LOG, 2, 3, p, last, s, NULL), 0);
    check_close(s[0], log(4.0), TOL1, 0, "of what happened");
    assert_true(isinf(s[1]));
    assert_int_equal(tn_score_ranked(2, 3, p, last, s, NULL), 0);
    check_close(s[0], 1.0 / 4 + 9.0 / 16, 0, 0, "(1/2)^2 + (3/4)^2");
    check_close(s[1], 1, 0, 0, "(0 - 1)^2 + (1 - 1)^2");
    const double two[2] = {0.25, 0.75};
    const int32_t first = 0;
    assert_int_equal(tn_score_ranked(1, 2, two, &first, s, NULL), 0);
    check_close(s[0], 9.0 / 16, 0, 0, "two categories: the Brier score");
}

/* Mean of |X - y| less half the mean of |X - X'|, over all pairs. */
static double naive_crps(tn_crps_kind_t kind, size_t m, const double *x, double y)
{
    double to_y = 0, distance = 0;
    for (size_t i = 0; i < m; i++) {
        to_y += fabs(x[i] - y) / (double)m;
        for (size_t j = 0; j < m; j++)
            distance += fabs(x[i] - x[j]);
    }
    const double pairs = (double)m * (double)(kind == TN_CRPS_FAIR ? m - 1 : m);
    return to_y - distance / (2 * pairs);
}

static void crps_of_draws(void **state)
{
    (void)state;
    enum { N = 40, M = 25 };
    static double draws[N * M], y[N], s[N];
    /* draws 0 and 2, y 1: F = 1/2 between them: 1/4 + 1/4 */
    const double two[2] = {2, 0}, one = 1;
    assert_int_equal(tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 2, two, &one, s, NULL), 0);
    check_close(s[0], 0.5, TOL0, 0, "area");
    assert_int_equal(tn_score_crps_draws(TN_CRPS_FAIR, 1, 2, two, &one, s, NULL), 0);
    check_close(s[0], 0, 0, 0, "1 - 2 / 2");
    assert_int_equal(tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 1, two, &one, s, NULL), 0);
    check_close(s[0], 1, 0, 0, "one draw: the distance");
    for (uint32_t i = 0; i < N * M; i++) {
        double u[4];
        tn_rng_uniforms(2, i, 0, 0, 0, 0, u);
        draws[i] = floor(30 * u[0]) / 4 - 2;
        y[i % N] = 6 * u[1];
    }
    for (int kind = 0; kind < 2; kind++) {
        const tn_crps_kind_t k = (tn_crps_kind_t)kind;
        assert_int_equal(tn_score_crps_draws(k, N, M, draws, y, s, NULL), 0);
        for (size_t i = 0; i < N; i++) {
            check_close(s[i], naive_crps(k, M, draws + i * M, y[i]), TOL2, 1e-14, "pairs");
        }
    }
}

static void crps_of_steps(void **state)
{
    (void)state;
    /* horizons 1 2 4, F = 1/4 1/2 1: from 1 to 2 1/4, from 2 to 4 1/2.
     * y = 3: 1/16 + 1/4 + 1/4 (1/2 of 1). Censored at 3: 1/16 + 1/4. y = 1/2: 1/2 (F = 0) + 9/16 +
     * 2/4. y = 9: never: 1/16 + 2/4. */
    const double horizon[3] = {1, 2, 4}, time[4] = {3, 3, 0.5, 9};
    double cdf[12], s[4], even[4], draws[4] = {1, 2, 4, 4}, d[1];
    for (int i = 0; i < 4; i++) {
        cdf[i] = 0.25;
        cdf[4 + i] = 0.5;
        cdf[8 + i] = 1;
    }
    const int32_t event[4] = {1, 0, 1, 1};
    assert_int_equal(tn_score_crps_step(4, 3, horizon, cdf, time, event, s, NULL), 0);
    check_close(s[0], 9.0 / 16, TOL0, 0, "1/16 + 1/4 + 1/4");
    check_close(s[1], 5.0 / 16, TOL0, 0, "1/16 + 1/4");
    check_close(s[2], 25.0 / 16, TOL0, 0, "1/2 + 9/16 + 1/2");
    check_close(s[3], 9.0 / 16, TOL0, 0, "1/16 + 1/2");
    assert_int_equal(tn_score_crps_step(4, 3, horizon, cdf, time, NULL, even, NULL), 0);
    check_close(even[1], s[0], 0, 0, "without censoring");
    assert_int_equal(tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 4, draws, time, d, NULL), 0);
    check_close(s[0], d[0], TOL1, 0, "the same distribution as draws");
}

static void mistakes_in_rows_are_named(void **state)
{
    (void)state;
    const double p[2] = {0.5, 1.5}, q[2] = {0.5, NAN}, half[4] = {0.5, 0.5, 0.5, 0.4};
    const int32_t y[2] = {0, 1}, bad[2] = {0, 2};
    double s[2];
    tn_error_t err;
    assert_int_equal(tn_score_binary(TN_SCORE_LOG, 2, p, y, s, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: probability 1.5");
    assert_int_equal(tn_score_binary(TN_SCORE_LOG, 2, q, y, s, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_binary(TN_SCORE_BRIER, 2, half, bad, s, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: outcome 2, expected 0 or 1");
    assert_int_equal(tn_score_binary((tn_score_rule_t)5, 2, half, y, s, NULL), TN_EARG);
    assert_int_equal(tn_score_binary(TN_SCORE_BRIER, 2, NULL, y, s, NULL), TN_EARG);
    assert_int_equal(tn_score_binary(TN_SCORE_BRIER, 0, NULL, NULL, s, NULL), 0);
    assert_int_equal(tn_score_categories(TN_SCORE_BRIER, 2, 2, half, y, s, &err), TN_EDOMAIN);
    assert_non_null(strstr(err.message, "row 2: the probabilities add up to 0.9"));
    assert_int_equal(tn_score_ranked(1, 2, half, bad + 1, s, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_ranked(1, 0, half, y, s, NULL), TN_EARG);
    assert_int_equal(tn_score_crps_draws(TN_CRPS_FAIR, 1, 1, half, half, s, NULL), TN_EARG);
    assert_int_equal(tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 2, q, half, s, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 1: draw 2 is nan");
    assert_int_equal(
        tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 1, half, q + 1, s, NULL), TN_EDOMAIN);
    const double horizon[2] = {1, 2}, time = 1, negative = -1;
    const double falling[2] = {0.5, 0.4};
    assert_int_equal(tn_score_crps_step(1, 2, horizon, falling, &time, NULL, s, &err), TN_EDOMAIN);
    assert_int_equal(tn_score_crps_step(1, 2, horizon, half, &negative, NULL, s, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_crps_step(1, 2, horizon, half, &time, bad + 1, s, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_crps_step(1, 2, falling, half, &time, NULL, s, NULL), TN_EARG);
}

/* i <- 1:100; d <- i * 37 %% 89 / 89 - i * 53 %% 97 / 97; lm(d ~ 1) with sandwich::vcovCL(cluster =
 * i %% 13, type = "HC0", cadjust = TRUE), and t.test(d). R 4.2.2, sandwich 3.0-2. */
static void the_t_test_agrees_with_r(void **state)
{
    (void)state;
    double a[100], b[100];
    int32_t cluster[100];
    for (int k = 0; k < 100; k++) {
        const int i = k + 1;
        a[k] = ((i * 37) % 89) / 89.0;
        b[k] = ((i * 53) % 97) / 97.0;
        cluster[k] = i % 13 * 2; /* every other cluster is empty */
    }
    tn_score_compare_t c;
    assert_int_equal(tn_score_compare_run(&c, 100, a, b, cluster, 26, NULL, NULL), 0);
    assert_int_equal(c.n_clusters, 13);
    check_close(c.difference, 0.0015985173172709363, 1e-12, 0, "mean");
    check_close(c.se, 0.028805064298496798, 1e-12, 0, "vcovCL");
    check_close(c.p_value, 0.9566579220427559, 1e-10, 0, "t with 12 df");
    check_close(c.upper, 0.0015985173172709363 + 2.1788128296672284 * 0.028805064298496798, 1e-10,
        0, "qt(0.975, 12)");
    /* 2^13 flips of 9999: all */
    assert_true(c.is_flip_exact);
    assert_int_equal(c.n_flips, 8192);
    assert_true(fabs(c.p_flip - c.p_value) < 0.05);
    assert_int_equal(tn_score_compare_run(&c, 100, a, b, NULL, 0, NULL, NULL), 0);
    check_close(c.statistic, 0.03996349995341919, 1e-11, 0, "t.test");
    check_close(c.p_value, 0.96820270779295803, 1e-10, 0, "t.test");
    check_close(c.lower, -0.077769034624637259, 1e-10, 0, "t.test");
    assert_true(!c.is_flip_exact && c.n_flips == 9999);
    /* drawn flips against the t: both have p near 0.9, Monte Carlo error 0.003 */
    check_close(c.p_flip, c.p_value, 0, 0.03, "4 standard errors, and what normality costs");
}

static void flips_by_hand(void **state)
{
    (void)state;
    /* sums by cluster 1, 2, 3: of 8 signs two reach 6 */
    const double a[4] = {0.5, 2, 3, 0.5}, b[4] = {0, 0, 0, 0};
    const int32_t cluster[4] = {2, 1, 0, 2};
    tn_score_compare_options_t opt = TN_SCORE_COMPARE_OPTIONS_DEFAULT;
    tn_score_compare_t c, d;
    assert_int_equal(tn_score_compare_run(&c, 4, a, b, cluster, 3, &opt, NULL), 0);
    check_close(c.p_flip, 2.0 / 8, 0, 0, "exact");
    check_close(c.difference, 1.5, 0, 0, "6/4");
    /* sums less n_k means: 1 - 3, 2 - 3/2, 3 - 3/2: squares 4 + 1/4 + 9/4 = 13/2; times 3/2 */
    check_close(c.se, sqrt(39.0 / 4) / 4, TOL1, 0, "sqrt(3/2 * 13/2) / 4");
    opt.n_resamples = 7; /* fewer than 8: drawn */
    assert_int_equal(tn_score_compare_run(&c, 4, a, b, cluster, 3, &opt, NULL), 0);
    assert_true(!c.is_flip_exact && c.n_flips == 7);
    check_close(8 * c.p_flip, round(8 * c.p_flip), 0, 0, "(far + 1) / (7 + 1)");
    assert_true(c.p_flip > 0);
    opt.n_resamples = 40000;
    static double x[300], y[300];
    for (uint32_t i = 0; i < 300; i++) {
        double u[4];
        tn_rng_uniforms(3, i, 0, 0, 0, 0, u);
        x[i] = u[0];
        y[i] = 0.95 * u[1];
    }
    opt.n_threads = 1;
    assert_int_equal(tn_score_compare_run(&c, 300, x, y, NULL, 0, &opt, NULL), 0);
    opt.n_threads = 3;
    assert_int_equal(tn_score_compare_run(&d, 300, x, y, NULL, 0, &opt, NULL), 0);
    assert_true(c.p_flip == d.p_flip && c.se == d.se);
    opt.seed = 2;
    assert_int_equal(tn_score_compare_run(&d, 300, x, y, NULL, 0, &opt, NULL), 0);
    assert_true(c.p_flip != d.p_flip);
    /* 4 standard errors of two estimates, and the t's error */
    const double se = sqrt(2 * c.p_flip * (1 - c.p_flip) / 40000);
    check_close(d.p_flip, c.p_flip, 0, 4 * se, "two seeds");
    check_close(c.p_flip, c.p_value, 0.05, 4 * se, "300 bounded differences: near normal");
}

static void a_comparison_has_its_edges(void **state)
{
    (void)state;
    const double a[3] = {1, 2, 3}, bad[3] = {1, INFINITY, 3};
    const int32_t one[3] = {0, 0, 0}, out[3] = {0, 3, 0};
    tn_score_compare_t c;
    tn_error_t err;
    assert_int_equal(tn_score_compare_run(&c, 3, a, a, NULL, 0, NULL, NULL), 0);
    assert_true(c.difference == 0 && c.se == 0 && isnan(c.p_value) && c.p_flip == 1);
    assert_int_equal(tn_score_compare_run(&c, 3, a, a, one, 1, NULL, NULL), 0);
    assert_true(c.n_clusters == 1 && isnan(c.se) && isnan(c.lower) && isnan(c.p_value));
    assert_int_equal(tn_score_compare_run(&c, 3, a, bad, NULL, 0, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: scores 2 and inf");
    assert_int_equal(tn_score_compare_run(&c, 3, a, a, out, 3, NULL, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_compare_run(&c, 0, a, a, NULL, 0, NULL, NULL), TN_EARG);
    tn_score_compare_options_t opt = TN_SCORE_COMPARE_OPTIONS_DEFAULT;
    opt.level = 1;
    assert_int_equal(tn_score_compare_run(&c, 3, a, a, NULL, 0, &opt, NULL), TN_EARG);
    opt = TN_SCORE_COMPARE_OPTIONS_DEFAULT;
    opt.n_resamples = 0;
    assert_int_equal(tn_score_compare_run(&c, 3, a, a, NULL, 0, &opt, NULL), 0);
    assert_true(isnan(c.p_flip) && c.n_flips == 0);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    const double a[3] = {1, 2, 3}, b[3] = {0, 0, 1};
    double s[1];
    tn_score_compare_t c;
    for (long k = 1; k <= 3; k++) {
        tn_mem_fail_at(k);
        assert_int_equal(tn_score_compare_run(&c, 3, a, b, NULL, 0, NULL, NULL), TN_ENOMEM);
    }
    tn_mem_fail_at(1);
    assert_int_equal(tn_score_crps_draws(TN_CRPS_EMPIRICAL, 1, 3, a, b, s, NULL), TN_ENOMEM);
    tn_mem_fail_at(4);
    assert_int_equal(tn_score_compare_run(&c, 3, a, b, NULL, 0, NULL, NULL), 0);
    tn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brier_and_log_by_hand),
        cmocka_unit_test(categories_by_hand),
        cmocka_unit_test(crps_of_draws),
        cmocka_unit_test(crps_of_steps),
        cmocka_unit_test(mistakes_in_rows_are_named),
        cmocka_unit_test(the_t_test_agrees_with_r),
        cmocka_unit_test(flips_by_hand),
        cmocka_unit_test(a_comparison_has_its_edges),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
