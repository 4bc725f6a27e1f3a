/* Calibration: tables, slopes, isotonic recalibration. R 4.2.2, sandwich 3.0-2. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tenure/score.h"

static tn_score_table_options_t options(int n_bins, tn_score_bins_t bins, int n_resamples)
{
    tn_score_table_options_t opt = TN_SCORE_TABLE_OPTIONS_DEFAULT;
    opt.n_bins = n_bins;
    opt.bins = bins;
    opt.n_resamples = n_resamples;
    return opt;
}

/* i <- 1:120; p <- (i * 37 %% 89 + 1) / 91; y <- (i^2 * 7 + 3 * i) %% 101 / 101 < 0.2 + 0.6 p^1.5
 */
enum { N = 120 };
static double p_r[N];
static int32_t y_r[N], cluster_r[N];

static int fill_r(void **state)
{
    (void)state;
    for (int k = 0; k < N; k++) {
        const int i = k + 1;
        p_r[k] = ((i * 37) % 89 + 1) / 91.0;
        y_r[k] = ((i * i * 7 + 3 * i) % 101) / 101.0 < 0.2 + 0.6 * pow(p_r[k], 1.5);
        cluster_r[k] = i % 11;
    }
    return 0;
}

static void a_table_by_hand(void **state)
{
    (void)state;
    const double p[5] = {0.6, 0.1, 0.6, 0.1, 0.6};
    const int32_t y[5] = {1, 0, 1, 1, 0};
    tn_score_table_t t;
    const tn_score_table_options_t wide = options(2, TN_SCORE_EQUAL_WIDTH, 0);
    assert_int_equal(tn_score_table_run(&t, 5, p, y, &wide, NULL), 0);
    assert_int_equal(t.n_bins, 2);
    assert_true(t.bin[0].n == 2 && t.bin[0].n_events == 1 && t.bin[1].n == 3);
    check_close(t.bin[1].observed, 2.0 / 3, 0, 0, "2 of 3");
    check_close(t.bin[1].forecast, 0.6, TOL1, 0, "mean");
    check_close(t.bin[1].lower, 0.5, 0, 0, "1/2");
    check_close(t.brier, 0.3, TOL1, 0, "(0.01 + 0.81 + 0.16 + 0.36 + 0.16) / 5");
    check_close(t.reliability, 2.0 / 5 * 0.16 + 3.0 / 5 / 225, TOL1, 0, "0.4^2 and (1/15)^2");
    check_close(t.resolution, 2.0 / 5 * 0.01 + 3.0 / 5 / 225, TOL2, 0, "0.1^2 and (1/15)^2");
    check_close(t.uncertainty, 6.0 / 25, TOL1, 0, "3/5 * 2/5");
    check_close(t.within_variance, 0, 0, 1e-30, "equal forecasts");
    assert_true(isnan(t.bin[0].band_lower));
    tn_score_table_free(&t);
    /* equal size: cuts after 1 and 3 of 5 move to the ends of equal forecasts */
    const tn_score_table_options_t even = options(3, TN_SCORE_EQUAL_SIZE, 0);
    assert_int_equal(tn_score_table_run(&t, 5, p, y, &even, NULL), 0);
    assert_int_equal(t.n_bins, 2);
    assert_true(t.bin[0].n == 2 && t.bin[0].lower == 0.1 && t.bin[0].upper == 0.1);
    tn_score_table_free(&t);
    tn_score_table_free(&t);
}

static void empty_bins_and_ends(void **state)
{
    (void)state;
    const double p[3] = {0, 1, 1};
    const int32_t y[3] = {0, 1, 0};
    tn_score_table_t t;
    const tn_score_table_options_t opt = options(10, TN_SCORE_EQUAL_WIDTH, 50);
    assert_int_equal(tn_score_table_run(&t, 3, p, y, &opt, NULL), 0);
    assert_true(t.bin[0].n == 1 && t.bin[9].n == 2 && t.bin[4].n == 0);
    assert_true(isnan(t.bin[4].observed) && isnan(t.bin[4].exact_upper));
    assert_true(isnan(t.bin[4].band_lower));
    check_close(t.bin[9].band_lower, 1, 0, 0, "certain");
    check_close(t.bin[9].exact_lower, 1, 0, 0, "certain");
    check_close(t.bin[0].observed_lower, 0, 0, 0, "no event");
    tn_score_table_free(&t);
}

static void the_split_adds_up(void **state)
{
    (void)state;
    for (int k = 1; k < 40; k += 3) {
        for (int bins = 0; bins < 2; bins++) {
            const tn_score_table_options_t opt = options(k, (tn_score_bins_t)bins, 0);
            tn_score_table_t t;
            assert_int_equal(tn_score_table_run(&t, N, p_r, y_r, &opt, NULL), 0);
            check_close(t.reliability - t.resolution + t.uncertainty + t.within_variance -
                            t.within_covariance,
                t.brier, TOL2, 0, "Stephenson et al. 2008");
            check_close(t.brier, 0.21571871352091132, TOL2, 0, "R: mean((p - y)^2)");
            size_t n = 0;
            for (int b = 0; b < t.n_bins; b++) {
                n += t.bin[b].n;
                assert_true(b == 0 || bins == 0 || t.bin[b].lower > t.bin[b - 1].upper);
                assert_true(bins == 0 || t.bin[b].n > 0);
            }
            assert_int_equal(n, N);
            tn_score_table_free(&t);
        }
    }
}

static void limits_are_exact(void **state)
{
    (void)state;
    static double p[1000];
    static int32_t y[1000];
    tn_score_table_options_t opt = options(1, TN_SCORE_EQUAL_WIDTH, 0);
    const struct {
        size_t n, k;
        double level, lower, upper;
    } r[] = {/* binom.test */
        {17, 3, 0.95, 0.037985068070625981, 0.43431787284428391},
        {5, 0, 0.95, 0, 0.52182375010498139}, {5, 5, 0.9, 0.54928027165305882, 1},
        {1000, 400, 0.95, 0.36946898754891244, 0.4311215540441069}};
    for (size_t j = 0; j < sizeof r / sizeof *r; j++) {
        for (size_t i = 0; i < r[j].n; i++) {
            p[i] = 0.3;
            y[i] = i < r[j].k;
        }
        tn_score_table_t t;
        opt.level = r[j].level;
        assert_int_equal(tn_score_table_run(&t, r[j].n, p, y, &opt, NULL), 0);
        check_close(t.bin[0].observed_lower, r[j].lower, 1e-9, 0, "Clopper-Pearson");
        check_close(t.bin[0].observed_upper, r[j].upper, 1e-9, 0, "Clopper-Pearson");
        tn_score_table_free(&t);
    }
    /* qbinom(c(.025, .975), 40, 0.3) = 7, 18; the bands of one bin are draws of that binomial */
    opt = options(3, TN_SCORE_EQUAL_WIDTH, 20000);
    tn_score_table_t t;
    assert_int_equal(tn_score_table_run(&t, 40, p, y, &opt, NULL), 0);
    check_close(t.bin[0].exact_lower, 7.0 / 40, 0, 0, "qbinom");
    check_close(t.bin[0].exact_upper, 18.0 / 40, 0, 0, "qbinom");
    check_close(t.bin[0].band_lower, 7.0 / 40, 0, 0, "P(X <= 6) 0.024, P(X <= 7) 0.055");
    check_close(t.bin[0].band_upper, 18.0 / 40, 0, 0, "P(X <= 17) 0.968, P(X <= 18) 0.985");
    tn_score_table_free(&t);
}

static void bands_depend_on_the_seed_only(void **state)
{
    (void)state;
    tn_score_table_options_t opt = options(6, TN_SCORE_EQUAL_SIZE, 300);
    tn_score_table_t a, b;
    tn_score_corp_t c, d;
    bool is_other = false;
    opt.n_threads = 1;
    assert_int_equal(tn_score_table_run(&a, N, p_r, y_r, &opt, NULL), 0);
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_BRIER, N, p_r, y_r, &opt, NULL), 0);
    opt.n_threads = 3;
    assert_int_equal(tn_score_table_run(&b, N, p_r, y_r, &opt, NULL), 0);
    assert_int_equal(tn_score_corp_run(&d, TN_SCORE_BRIER, N, p_r, y_r, &opt, NULL), 0);
    for (int k = 0; k < a.n_bins; k++) {
        assert_true(a.bin[k].band_lower == b.bin[k].band_lower);
        assert_true(a.bin[k].band_upper == b.bin[k].band_upper);
        assert_true(a.bin[k].band_lower < a.bin[k].band_upper);
        /* the simulated band also varies the number of forecasts in the bin: a little wider */
        check_close(a.bin[k].band_upper, a.bin[k].exact_upper, 0, 0.1, "near the binomial");
    }
    assert_memory_equal(c.band_lower, d.band_lower, c.n_points * sizeof *c.band_lower);
    assert_memory_equal(c.band_upper, d.band_upper, c.n_points * sizeof *c.band_upper);
    tn_score_table_free(&b);
    opt.seed = 2;
    assert_int_equal(tn_score_table_run(&b, N, p_r, y_r, &opt, NULL), 0);
    for (int k = 0; k < a.n_bins; k++)
        is_other = is_other || a.bin[k].band_lower != b.bin[k].band_lower;
    assert_true(is_other);
    tn_score_table_free(&a);
    tn_score_table_free(&b);
    tn_score_corp_free(&c);
    tn_score_corp_free(&d);
}

static void slope_and_intercept_agree_with_r(void **state)
{
    (void)state;
    /* vcov() uses the weights one step before the last: here the information at coef(),
     * solve(crossprod(X * sqrt(p (1 - p)))); vcovCL(): right to about 1e-9 */
    tn_score_slope_t s;
    assert_int_equal(tn_score_slope_fit(&s, N, p_r, y_r, NULL, 0, NULL), 0);
    assert_int_equal(s.status, TN_FIT_CONVERGED);
    check_close(s.intercept, 0.1552276328737115, 1e-12, 0, "glm(y ~ qlogis(p))");
    check_close(s.slope, 0.60294173643921045, 1e-12, 0, "glm");
    check_close(s.se_intercept, sqrt(0.040333414770614258), 1e-12, 0, "solve");
    check_close(s.se_slope, sqrt(0.021669346222296205), 1e-12, 0, "solve");
    check_close(s.covariance, 0.0014396653849420686, 1e-11, 0, "solve");
    check_close(s.in_the_large, 0.18603798772100358, 1e-12, 0, "glm(y ~ offset(qlogis(p)))");
    check_close(s.se_in_the_large, 0.22147719811088157, 1e-8, 0, "glm");
    check_close(s.chisq, 6.7721400673574408, 1e-12, 0, "likelihood ratio");
    check_close(s.p_value, 0.033841411514970277, 1e-12, 0, "pchisq");
    assert_int_equal(tn_score_slope_fit(&s, N, p_r, y_r, cluster_r, 11, NULL), 0);
    check_close(s.se_intercept, sqrt(0.030370129930002803), 1e-8, 0, "vcovCL HC0");
    check_close(s.se_slope, sqrt(0.016122465563289907), 1e-8, 0, "vcovCL HC0");
    check_close(s.covariance, -0.0015291356419899719, 1e-8, 0, "vcovCL HC0");
    check_close(s.se_in_the_large, 0.2166639941854864, 1e-8, 0, "vcovCL HC0");
}

static void a_slope_that_cannot_be_found_has_a_status(void **state)
{
    (void)state;
    const double p[4] = {0.1, 0.2, 0.7, 0.8}, same[4] = {0.3, 0.3, 0.3, 0.3}, certain[2] = {0.5, 1};
    const int32_t apart[4] = {0, 0, 1, 1}, none[4] = {0, 0, 0, 0}, cluster[4] = {0, 1, 2, 3};
    tn_score_slope_t s;
    tn_error_t err;
    assert_int_equal(tn_score_slope_fit(&s, 4, p, apart, NULL, 0, NULL), 0);
    assert_int_equal(s.status, TN_FIT_SEPARATION);
    assert_true(isnan(s.slope) && isnan(s.se_slope) && isfinite(s.in_the_large));
    assert_int_equal(tn_score_slope_fit(&s, 4, p, none, NULL, 0, NULL), 0);
    assert_int_equal(s.status, TN_FIT_NO_EVENTS);
    assert_true(isnan(s.in_the_large));
    assert_int_equal(tn_score_slope_fit(&s, 4, same, apart, NULL, 0, NULL), 0);
    assert_int_equal(s.status, TN_FIT_COLLINEAR);
    check_close(s.in_the_large, log(7.0 / 3), TOL3, 0, "from 0.3 to 0.5");
    assert_int_equal(tn_score_slope_fit(&s, 2, certain, apart, NULL, 0, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: probability 1 has no logit");
    assert_int_equal(tn_score_slope_fit(&s, 4, p, apart, cluster, 3, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_slope_fit(&s, 0, p, apart, NULL, 0, NULL), TN_EARG);
}

static void corp_by_hand(void **state)
{
    (void)state;
    /* forecasts 0.1 0.2 0.3 0.3 0.9, outcomes 0 1 0 0 1: 1 and (0 0) are pooled to 1/3 */
    const double p[5] = {0.9, 0.2, 0.3, 0.1, 0.3};
    const int32_t y[5] = {1, 1, 0, 0, 0};
    const tn_score_table_options_t opt = options(1, TN_SCORE_EQUAL_WIDTH, 0);
    tn_score_corp_t c;
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_BRIER, 5, p, y, &opt, NULL), 0);
    assert_int_equal(c.n_points, 4);
    const double want[4] = {0, 1.0 / 3, 1.0 / 3, 1}, n_at[4] = {1, 1, 2, 1};
    for (int k = 0; k < 4; k++) {
        check_close(c.recalibrated[k], want[k], TOL0, 0, "pooled");
        check_close(c.n_at[k], n_at[k], 0, 0, "rows");
    }
    check_close(c.score, (0.01 + 0.64 + 0.18 + 0.01) / 5, TOL1, 0, "0.84 / 5");
    check_close(c.uncertainty, 6.0 / 25, TOL1, 0, "2/5 * 3/5");
    check_close(c.miscalibration, (0.84 - 2.0 / 3) / 5, TOL2, 0, "recalibrated: 4/9 + 2/9");
    check_close(c.discrimination, 6.0 / 25 - 2.0 / 15, TOL2, 0, "6/25 - 2/15");
    assert_true(isnan(c.band_lower[0]));
    tn_score_corp_free(&c);
    /* one forecast, which was wrong with certainty */
    const double one = 1;
    const int32_t zero = 0;
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_LOG, 1, &one, &zero, &opt, NULL), 0);
    assert_true(isinf(c.score) && isinf(c.miscalibration));
    check_close(c.uncertainty, 0, 0, 0, "no surprise");
    check_close(c.recalibrated[0], 0, 0, 0, "no");
    tn_score_corp_free(&c);
    tn_score_corp_free(&c);
}

static void corp_agrees_with_r(void **state)
{
    (void)state;
    /* stats::isoreg() of the outcomes, pooled where forecasts are equal */
    const double want[2][4] = {
        {0.21571871352091132, 0.032814976417368885, 0.065985151785346474, 0.24888888888888891},
        {0.62866539334438865, 0.095667731253562649, 0.15792564722299207, 0.69092330931381807}};
    for (int rule = 0; rule < 2; rule++) {
        tn_score_corp_t c;
        assert_int_equal(tn_score_corp_run(&c, (tn_score_rule_t)rule, N, p_r, y_r, NULL, NULL), 0);
        check_close(c.score, want[rule][0], 1e-13, 0, "score");
        check_close(c.miscalibration, want[rule][1], 1e-12, 0, "score less recalibrated");
        check_close(c.discrimination, want[rule][2], 1e-12, 0, "climate less recalibrated");
        check_close(c.uncertainty, want[rule][3], 1e-13, 0, "climate");
        check_close(c.miscalibration - c.discrimination + c.uncertainty, c.score, TOL1, 0, "sum");
        tn_score_corp_free(&c);
    }
}

/* The max-min formula of isotonic regression. */
static double max_min(size_t n, const double *share, const double *w, size_t k)
{
    double best = -1;
    for (size_t a = 0; a <= k; a++) {
        double least = 2;
        for (size_t b = k; b < n; b++) {
            double sum = 0, weight = 0;
            for (size_t i = a; i <= b; i++) {
                sum += w[i] * share[i];
                weight += w[i];
            }
            least = fmin(least, sum / weight);
        }
        best = fmax(best, least);
    }
    return best;
}

static void isotonic_regression_agrees_with_its_formula(void **state)
{
    (void)state;
    const tn_score_table_options_t opt = options(1, TN_SCORE_EQUAL_WIDTH, 60);
    for (uint32_t trial = 0; trial < 60; trial++) {
        double p[40], share[16] = {0}, w[16] = {0}, u[4];
        int32_t y[40];
        for (uint32_t i = 0; i < 40; i++) {
            tn_rng_uniforms(4, i, trial, 0, 0, 0, u);
            p[i] = floor(16 * u[0]) / 16;
            y[i] = u[1] < u[2];
            share[(int)(16 * p[i])] += y[i];
            w[(int)(16 * p[i])] += 1;
        }
        size_t n = 0;
        for (int k = 0; k < 16; k++) {
            if (w[k] == 0) continue;
            share[n] = share[k] / w[k];
            w[n++] = w[k];
        }
        tn_score_corp_t c;
        assert_int_equal(tn_score_corp_run(&c, TN_SCORE_BRIER, 40, p, y, &opt, NULL), 0);
        assert_int_equal(c.n_points, n);
        for (size_t k = 0; k < n; k++) {
            check_close(c.recalibrated[k], max_min(n, share, w, k), TOL1, 1e-16, "max-min");
            assert_true(k == 0 || c.band_upper[k] >= c.band_upper[k - 1]);
            assert_true(c.band_lower[k] <= c.band_upper[k]);
        }
        assert_true(c.miscalibration > -1e-15 && c.discrimination > -1e-15);
        tn_score_corp_free(&c);
    }
}

static void bands_of_isotonic_regression_hold_the_binomial(void **state)
{
    (void)state;
    /* one forecast of 0.3, 40 rows: 7/40 and 18/40 as in the table */
    double p[40];
    int32_t y[40] = {1};
    for (int i = 0; i < 40; i++)
        p[i] = 0.3;
    const tn_score_table_options_t opt = options(1, TN_SCORE_EQUAL_WIDTH, 20000);
    tn_score_corp_t c;
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_BRIER, 40, p, y, &opt, NULL), 0);
    check_close(c.band_lower[0], 7.0 / 40, 0, 0, "qbinom");
    check_close(c.band_upper[0], 18.0 / 40, 0, 0, "qbinom");
    tn_score_corp_free(&c);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    tn_score_table_t t;
    tn_score_corp_t c;
    tn_error_t err;
    const double bad = 2;
    tn_score_table_options_t opt = options(0, TN_SCORE_EQUAL_WIDTH, 0);
    assert_int_equal(tn_score_table_run(&t, N, p_r, y_r, &opt, NULL), TN_EARG);
    assert_int_equal(tn_score_table_run(&t, 0, p_r, y_r, NULL, NULL), TN_EARG);
    assert_int_equal(tn_score_table_run(&t, 1, &bad, y_r, NULL, NULL), TN_EDOMAIN);
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_LOG, 0, p_r, y_r, NULL, NULL), TN_EARG);
    assert_int_equal(tn_score_corp_run(&c, (tn_score_rule_t)3, N, p_r, y_r, NULL, NULL), TN_EARG);
    opt.level = 0;
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_LOG, N, p_r, y_r, &opt, NULL), TN_EARG);
    opt = options(5, TN_SCORE_EQUAL_WIDTH, -1);
    assert_int_equal(tn_score_table_run(&t, N, p_r, y_r, &opt, NULL), TN_EARG);
    opt.n_resamples = 2000000000;
    assert_int_equal(tn_score_corp_run(&c, TN_SCORE_LOG, N, p_r, y_r, &opt, &err), TN_EARG);
    assert_non_null(strstr(err.message, "bands of 89 distinct forecasts"));
    assert_null(c.forecast);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    const tn_score_table_options_t opt = options(3, TN_SCORE_EQUAL_SIZE, 5);
    for (int what = 0; what < 3; what++) {
        int ret = TN_ENOMEM;
        long k = 1;
        for (; ret != 0; k++) {
            tn_score_table_t t = {0};
            tn_score_corp_t c = {0};
            tn_score_slope_t s;
            assert_true(k < 1000);
            tn_mem_fail_at(k);
            ret = what == 0   ? tn_score_table_run(&t, N, p_r, y_r, &opt, NULL)
                  : what == 1 ? tn_score_corp_run(&c, TN_SCORE_BRIER, N, p_r, y_r, &opt, NULL)
                              : tn_score_slope_fit(&s, N, p_r, y_r, cluster_r, 11, NULL);
            tn_mem_fail_at(0);
            if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
            tn_score_table_free(&t);
            tn_score_corp_free(&c);
        }
        assert_true(k > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_by_hand),
        cmocka_unit_test(empty_bins_and_ends),
        cmocka_unit_test(the_split_adds_up),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(bands_depend_on_the_seed_only),
        cmocka_unit_test(slope_and_intercept_agree_with_r),
        cmocka_unit_test(a_slope_that_cannot_be_found_has_a_status),
        cmocka_unit_test(corp_by_hand),
        cmocka_unit_test(corp_agrees_with_r),
        cmocka_unit_test(isotonic_regression_agrees_with_its_formula),
        cmocka_unit_test(bands_of_isotonic_regression_hold_the_binomial),
        cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, fill_r, NULL);
}
