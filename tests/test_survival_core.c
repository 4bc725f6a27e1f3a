/* What the estimators stand on: order of rows, small systems, Newton's method, intervals, checks.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "survival/interval.h"
#include "survival/newton.h"
#include "survival/order.h"
#include "survival/spd.h"

static void order_is_stable_and_ascending(void **state)
{
    (void)state;
    enum { N = 5000 };
    static double key[N];
    static uint32_t order[N];
    for (uint32_t trial = 0; trial < 20; trial++) {
        for (uint32_t i = 0; i < N; i++) {
            double u[4];
            tn_rng_uniforms(1, i, trial, 0, 0, 0, u);
            /* many ties, both signs, both zeros, wide range */
            key[i] =
                u[0] < 0.5 ? floor(20.0 * u[1]) - 10.0 : (u[1] - 0.5) * tn_exp(40.0 * u[2] - 20.0);
            if (u[3] < 0.05) key[i] = u[1] < 0.5 ? -0.0 : 0.0;
        }
        assert_int_equal(tn_order(N, key, order), 0);
        for (size_t i = 1; i < N; i++) {
            const double a = key[order[i - 1]], b = key[order[i]];
            assert_true(a < b || (a == b && order[i - 1] < order[i]));
        }
    }
    /* nearly equal, but for one far out: only the lowest bits tell them apart */
    for (size_t i = 0; i < N; i++)
        key[i] = 1.0 + (double)(i * 7919 % N / 2) * 0x1p-52;
    key[17] = -1e300;
    assert_int_equal(tn_order(N, key, order), 0);
    assert_int_equal(order[0], 17);
    for (size_t i = 1; i < N; i++) {
        const double a = key[order[i - 1]], b = key[order[i]];
        assert_true(a < b || (a == b && order[i - 1] < order[i]));
    }
    assert_int_equal(tn_order(0, key, order), 0);
}

static void a_small_system_is_solved_and_a_dependent_column_named(void **state)
{
    (void)state;
    /* | 4 2 | inverse 1/8 |  3 -2 |
       | 2 3 |             | -2  4 | */
    const double a[4] = {4, 2, 2, 3};
    tn_spd_t spd;
    double b[2] = {8, 8}, inverse[4];
    assert_int_equal(tn_spd_init(&spd, 2), 0);
    assert_int_equal(tn_spd_factor(&spd, a), -1);
    tn_spd_solve(&spd, b);
    check_close(b[0], 1.0, TOL1, 0, "(3*8 - 2*8) / 8");
    check_close(b[1], 2.0, TOL1, 0, "(-2*8 + 4*8) / 8");
    tn_spd_invert(&spd, inverse);
    check_close(inverse[0], 0.375, TOL1, 0, "3/8");
    check_close(inverse[1], -0.25, TOL1, 0, "-2/8");
    check_close(inverse[3], 0.5, TOL1, 0, "4/8");
    tn_spd_free(&spd);

    /* the third column is the sum of the first two, in units a million times larger */
    const double c[9] = {4, 2, 6e6, 2, 3, 5e6, 6e6, 5e6, 11e12};
    assert_int_equal(tn_spd_init(&spd, 3), 0);
    const int bad = tn_spd_factor(&spd, c);
    assert_true(bad >= 0 && bad < 3);
    const double empty[9] = {1, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_int_equal(tn_spd_factor(&spd, empty), 1);
    tn_spd_free(&spd);
}

typedef struct binomial {
    double n[2], k[2];
} binomial_t;

/* Two binomials: the maximum is log(k / (n - k)), and at infinity for k = n. */
static int binomial_loglik(
    void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    const binomial_t *d = ctx;
    *loglik = 0.0;
    memset(info, 0, 4 * sizeof *info);
    for (int j = 0; j < 2; j++) {
        const double p = 1.0 / (1.0 + exp(-theta[j]));
        *loglik += d->k[j] * log(p) - (d->n[j] - d->k[j]) * (theta[j] + log1p(exp(-theta[j])));
        score[j] = d->k[j] - d->n[j] * p;
        info[3 * j] = d->n[j] * p * (1.0 - p);
    }
    return 0;
}

static void newton_finds_the_maximum_and_names_separation(void **state)
{
    (void)state;
    double theta[2] = {0, 0}, score[2], info[4], variance[4];
    tn_newton_result_t result;
    binomial_t d = {{10, 8}, {3, 6}};
    const tn_newton_t newton = {.p = 2, .loglik = binomial_loglik, .ctx = &d};
    assert_int_equal(tn_newton_maximise(&newton, theta, score, info, variance, &result), 0);
    assert_int_equal(result.status, TN_FIT_CONVERGED);
    check_close(theta[0], log(3.0 / 7.0), TOL3, 0, "log odds");
    check_close(theta[1], log(3.0), TOL3, 0, "log odds");
    check_close(variance[0], 1.0 / 3 + 1.0 / 7, TOL3, 0, "1/k + 1/(n - k)");

    d.k[1] = 8;
    theta[0] = theta[1] = 0.0;
    assert_int_equal(tn_newton_maximise(&newton, theta, score, info, variance, &result), 0);
    assert_int_equal(result.status, TN_FIT_SEPARATION);
    assert_int_equal(result.parameter, 1);
    check_close(theta[0], log(3.0 / 7.0), TOL_OPT, 0, "the other one is fine");
}

static void intervals_follow_their_scale(void **state)
{
    (void)state;
    double lo, hi;
    check_close(tn_interval_z(0.95), 1.959963984540054, TOL2, 0, "normal quantile");
    tn_interval_probability(TN_INTERVAL_PLAIN, 0.9, 0.1, 2.0, &lo, &hi);
    check_close(lo, 0.7, TOL1, 0, "0.9 - 2 * 0.1");
    check_close(hi, 1.0, 0, 0, "not above 1");
    tn_interval_probability(TN_INTERVAL_LOG, 0.5, 0.1, 2.0, &lo, &hi);
    check_close(lo, 0.5 * exp(-0.4), TOL1, 0, "p exp(-z se/p)");
    tn_interval_probability(TN_INTERVAL_LOGLOG, 0.5, 0.1, 2.0, &lo, &hi);
    check_close(
        log(-log(lo)) + log(-log(hi)), 2 * log(-log(0.5)), TOL2, 0, "symmetric on its scale");
    assert_true(lo < 0.5 && hi > 0.5);
    tn_interval_probability(TN_INTERVAL_LOGLOG, 1.0, 0.0, 2.0, &lo, &hi);
    assert_true(isnan(lo) && isnan(hi));
}

static void spells_are_checked_at_the_door(void **state)
{
    (void)state;
    const double entry[2] = {0, 1}, exit[2] = {2, 3}, bad_exit[2] = {2, 1}, weight[2] = {1, 0};
    const double x[2] = {1, NAN};
    const int32_t cause[2] = {1, 0}, bad_cause[2] = {1, 2}, group[2] = {0, 1};
    const tn_spells_t good = {.n = 2, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1};
    tn_error_t err = {0};
    assert_int_equal(tn_spells_check(&good, &err), 0);
    tn_spells_t s = good;
    s.exit = bad_exit;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: exit is not after entry (1, 1)");
    s = good;
    s.cause = bad_cause;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    s = good;
    s.weight = weight;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    s = good;
    s.x = x;
    s.n_covariates = 1;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    s = good;
    s.stratum = group;
    s.n_strata = 1;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    s.n_strata = 2;
    s.cluster = group;
    s.n_clusters = 1;
    assert_int_equal(tn_spells_check(&s, &err), TN_EDOMAIN);
    s = good;
    s.n_causes = 0;
    assert_int_equal(tn_spells_check(&s, &err), TN_EARG);
    s = good;
    s.exit = NULL;
    assert_int_equal(tn_spells_check(&s, &err), TN_EARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_stable_and_ascending),
        cmocka_unit_test(a_small_system_is_solved_and_a_dependent_column_named),
        cmocka_unit_test(newton_finds_the_maximum_and_names_separation),
        cmocka_unit_test(intervals_follow_their_scale),
        cmocka_unit_test(spells_are_checked_at_the_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
