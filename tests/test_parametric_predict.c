/* Predictions and residuals of parametric models. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "parametric_fixture.h"

enum { N_ROWS = 3, N_AT = 5 };
static const double new_x[N_ROWS * FIXTURE_P] = {0.5, -1, 0, 1970, 1980, 1975, 1, 0, 0};
static const double new_offset[N_ROWS] = {0.1, 0, -0.2};
static const int32_t new_stratum[N_ROWS] = {0, 1, 1};
static const double new_times[N_AT] = {0.3, 1.0, 1.6, 2.2, 6.0};
static const double new_probs[N_AT] = {0.01, 0.2, 0.5, 0.8, 0.9};

static tn_parametric_rows_t new_rows(const tn_parametric_t *fit)
{
    return (tn_parametric_rows_t){.n = N_ROWS,
        .x = new_x,
        .offset = new_offset,
        .stratum = fit->n_strata > 1 ? new_stratum : NULL};
}

static void predict(const tn_parametric_t *fit, tn_parametric_what_t what, const double *at,
    tn_interval_t scale, double *estimate, double *se, double *lower, double *upper)
{
    const tn_parametric_rows_t rows = new_rows(fit);
    const tn_parametric_curves_t out = {estimate, se, lower, upper};
    assert_int_equal(tn_parametric_predict(fit, &rows, what, N_AT, at, scale, 0.95, &out, NULL), 0);
}

static tn_parametric_t fit_random(fixture_t *d, int family, uint64_t key)
{
    tn_parametric_t fit;
    fixture_fill(d, (tn_parametric_family_t)family, key, 300);
    assert_int_equal(tn_parametric_fit(&fit, &d->spells, &d->opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_CONVERGED);
    return fit;
}

/* Exponential with mean 4 and three events (test_parametric.c): var(log mean) = 1/3. */
static void an_exponential_by_hand(void **state)
{
    (void)state;
    const double exit[4] = {2, 3, 4, 3}, at[1] = {2}, half[1] = {0.5};
    const int32_t cause[4] = {1, 1, 1, 0};
    const tn_spells_t s = {.n = 4, .exit = exit, .cause = cause, .n_causes = 1};
    const tn_parametric_options_t opt = {.family = TN_PARAMETRIC_EXPONENTIAL, .cause = 1};
    const tn_parametric_rows_t row = {.n = 1};
    const double z = 1.959963984540054, se = 1 / sqrt(3.0);
    double e, err, lo, hi;
    const tn_parametric_curves_t out = {&e, &err, &lo, &hi};
    tn_parametric_t fit;
    assert_int_equal(tn_parametric_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_SURVIVAL, 1, at,
                         TN_INTERVAL_LOGLOG, 0.95, &out, NULL),
        0);
    check_close(e, exp(-0.5), TOL2, 0, "exp(-2/4)");
    check_close(err, 0.5 * exp(-0.5) * se, TOL2, 0, "H S se");
    check_close(lo, exp(-0.5 * exp(z * se)), TOL2, 0, "log H + z se");
    check_close(hi, exp(-0.5 * exp(-z * se)), TOL2, 0, "log H - z se");
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_HAZARD, 1, at, TN_INTERVAL_LOG,
                         0.95, &out, NULL),
        0);
    check_close(e, 0.25, TOL2, 0, "1/4");
    check_close(hi, 0.25 * exp(z * se), TOL2, 0, "limit on the log");
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_QUANTILE, 1, half,
                         TN_INTERVAL_PLAIN, 0.95, &out, NULL),
        0);
    check_close(e, 4 * log(2.0), TOL2, 0, "median");
    check_close(err, e * se, TOL2, 0, "delta method");
    check_close(hi, e + z * err, TOL2, 0, "plain");
    check_close(lo, fmax(0, e - z * err), TOL2, 0, "plain");
    tn_parametric_free(&fit);
}

/* Perturbs the coefficients one by one: the gradient, and with vcov the standard error. */
static void standard_errors_are_the_delta_method(void **state)
{
    (void)state;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d;
        tn_parametric_t fit = fit_random(&d, f, 21);
        const int q = fit.n_terms;
        for (int what = 0; what <= TN_PARAMETRIC_QUANTILE; what++) {
            const tn_parametric_what_t w = (tn_parametric_what_t)what;
            const double *at = what == TN_PARAMETRIC_QUANTILE ? new_probs : new_times;
            double e[N_ROWS * N_AT], se[N_ROWS * N_AT], plus[N_ROWS * N_AT], minus[N_ROWS * N_AT];
            double grad[FIXTURE_TERMS][N_ROWS * N_AT];
            predict(&fit, w, at, TN_INTERVAL_LOG, e, se, NULL, NULL);
            for (int k = 0; k < q; k++) {
                const double coef = fit.coef[k],
                             step = k == 0 || k == fit.n_locations + 1 ? 1e-6 : 1e-5;
                fit.coef[k] = coef + step;
                predict(&fit, w, at, TN_INTERVAL_LOG, plus, NULL, NULL, NULL);
                fit.coef[k] = coef - step;
                predict(&fit, w, at, TN_INTERVAL_LOG, minus, NULL, NULL, NULL);
                fit.coef[k] = coef;
                for (int c = 0; c < N_ROWS * N_AT; c++)
                    grad[k][c] = (plus[c] - minus[c]) / (2 * step);
            }
            for (int c = 0; c < N_ROWS * N_AT; c++) {
                double sum = 0.0;
                if (isinf(e[c])) {
                    assert_true(isnan(se[c]));
                    continue;
                }
                for (int a = 0; a < q; a++) {
                    for (int b = 0; b < q; b++)
                        sum += grad[a][c] * fit.vcov[a * q + b] * grad[b][c];
                }
                check_close(se[c], sqrt(sum), 1e-3, 0, fixture_family[f]);
                assert_true(se[c] > 0.0);
            }
        }
        tn_parametric_free(&fit);
    }
}

static void predictions_agree_with_each_other(void **state)
{
    (void)state;
    enum { N = N_ROWS * N_AT };
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d;
        tn_parametric_t fit = fit_random(&d, f, 22);
        double surv[N], cumhaz[N], hazard[N], t[N], lo[N], hi[N], later[N], times[N_AT];
        predict(&fit, TN_PARAMETRIC_SURVIVAL, new_times, TN_INTERVAL_LOGLOG, surv, NULL, lo, hi);
        predict(&fit, TN_PARAMETRIC_CUMHAZ, new_times, TN_INTERVAL_LOG, cumhaz, NULL, NULL, NULL);
        predict(&fit, TN_PARAMETRIC_HAZARD, new_times, TN_INTERVAL_LOG, hazard, NULL, NULL, NULL);
        for (int k = 0; k < N_AT; k++)
            times[k] = new_times[k] - 1e-6;
        predict(&fit, TN_PARAMETRIC_CUMHAZ, times, TN_INTERVAL_LOG, later, NULL, NULL, NULL);
        for (int c = 0; c < N; c++) {
            check_close(surv[c], exp(-cumhaz[c]), TOL2, 0, "exp(-H)");
            check_close((cumhaz[c] - later[c]) / 1e-6, hazard[c], 1e-5, 1e-9, fixture_family[f]);
            assert_true(lo[c] < surv[c] && surv[c] < hi[c]);
            if (c % N_AT > 0) assert_true(surv[c] < surv[c - 1]);
        }
        /* half of the row has left at the median */
        predict(&fit, TN_PARAMETRIC_QUANTILE, new_probs, TN_INTERVAL_LOG, t, NULL, NULL, NULL);
        for (int i = 0; i < N_ROWS; i++) {
            for (int k = 0; k < N_AT; k++) {
                const double p = new_probs[k];
                memcpy(times, new_times, sizeof times);
                times[0] = t[i * N_AT + k];
                if (isinf(times[0])) continue;
                predict(
                    &fit, TN_PARAMETRIC_SURVIVAL, times, TN_INTERVAL_LOG, surv, NULL, NULL, NULL);
                check_close(surv[i * N_AT], 1 - p, 1e-12, 0, fixture_family[f]);
            }
        }
        tn_parametric_free(&fit);
    }
}

/* hazard exp(-1 - 2 t): exp(-exp(-1) / 2) = 0.832 never leave. */
static void a_falling_gompertz_hazard_has_a_plateau(void **state)
{
    (void)state;
    double coef[2] = {-1, -2}, vcov[4] = {0.01, 0, 0, 0.01}, e[2], se[2], lo[2], hi[2];
    const tn_parametric_t fit = {.family = TN_PARAMETRIC_GOMPERTZ,
        .n_strata = 1,
        .n_locations = 1,
        .n_shapes = 1,
        .n_terms = 2,
        .coef = coef,
        .vcov = vcov};
    const tn_parametric_rows_t row = {.n = 1};
    const tn_parametric_curves_t out = {e, se, lo, hi};
    const double probs[2] = {0.1, 0.2}, times[2] = {0, 1e6};
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_QUANTILE, 2, probs,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    check_close(e[0], -0.5 * log(1 + 2 * exp(1.0) * log(0.9)), TOL3, 0, "H(t) = -log 0.9");
    assert_true(isinf(e[1]) && isnan(se[1]) && isnan(lo[1]) && isnan(hi[1]));
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_SURVIVAL, 2, times,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    check_close(e[0], 1, 0, 0, "all at time 0");
    check_close(se[0], 0, 0, 0, "for sure");
    check_close(e[1], exp(-0.5 * exp(-1.0)), TOL2, 0, "plateau");
}

/* Rates log 1 until 1, then none: nobody leaves after 1. */
static void a_rate_of_zero_counts_as_known(void **state)
{
    (void)state;
    double cuts[1] = {1}, coef[2] = {0, -INFINITY}, vcov[4] = {0.04, NAN, NAN, NAN}, e[2], se[2];
    const tn_parametric_t fit = {.family = TN_PARAMETRIC_PIECEWISE,
        .n_strata = 1,
        .n_locations = 2,
        .n_terms = 2,
        .n_cuts = 1,
        .cuts = cuts,
        .coef = coef,
        .vcov = vcov};
    const tn_parametric_rows_t row = {.n = 1};
    const tn_parametric_curves_t out = {e, se, NULL, NULL};
    const double at[2] = {3, 0.5}, probs[2] = {0.5, 0.7};
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_SURVIVAL, 2, at,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    check_close(e[0], exp(-1.0), TOL1, 0, "H = 1");
    check_close(se[0], 0.2 * exp(-1.0), TOL1, 0, "of the first rate");
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_HAZARD, 2, at, TN_INTERVAL_LOG,
                         0.95, &out, NULL),
        0);
    check_close(e[0], 0, 0, 0, "after the cut");
    check_close(e[1], 1, TOL1, 0, "before it");
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_QUANTILE, 2, probs,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    check_close(e[0], log(2.0), TOL1, 0, "median");
    check_close(se[0], 0.2 * log(2.0), TOL1, 0, "H / h of it");
    assert_true(isinf(e[1]));
    coef[1] = NAN;
    assert_int_equal(tn_parametric_predict(&fit, &row, TN_PARAMETRIC_SURVIVAL, 2, at,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    assert_true(isnan(e[0]) && isnan(se[0]) && !isnan(e[1]));
}

static void residuals_sum_to_nothing(void **state)
{
    (void)state;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d;
        static double m[FIXTURE_N], h[FIXTURE_N], dev[FIXTURE_N], u[FIXTURE_N * FIXTURE_TERMS];
        tn_parametric_t fit = fit_random(&d, f, 23);
        const size_t n = d.spells.n, q = (size_t)fit.n_terms;
        assert_int_equal(
            tn_parametric_residuals(&fit, &d.spells, d.offset, TN_PARAMETRIC_MARTINGALE, m, NULL),
            0);
        assert_int_equal(
            tn_parametric_residuals(&fit, &d.spells, d.offset, TN_PARAMETRIC_COX_SNELL, h, NULL),
            0);
        assert_int_equal(
            tn_parametric_residuals(&fit, &d.spells, d.offset, TN_PARAMETRIC_DEVIANCE, dev, NULL),
            0);
        assert_int_equal(tn_parametric_score_residuals(&fit, &d.spells, d.offset, u, NULL), 0);
        double total = 0.0;
        for (size_t i = 0; i < n; i++) {
            const double event = d.cause[i] == 1;
            total += d.weight[i] * m[i];
            check_close(m[i], event - h[i], TOL2, TOL2, "event - H");
            assert_true(h[i] > 0.0);
            check_close(0.5 * dev[i] * dev[i], -(m[i] + (event > 0 ? log(h[i]) : 0)), 1e-9, 1e-12,
                "deviance");
            assert_true(dev[i] * m[i] >= 0.0);
        }
        /* the intercept's score equation where hazards are proportional */
        if (f == 0 || f >= TN_PARAMETRIC_GOMPERTZ)
            check_close(total, 0, 0, 1e-8, "sum of martingales");
        for (size_t k = 0; k < q; k++) {
            double sum = 0.0, spread = 0.0;
            for (size_t i = 0; i < n; i++) {
                sum += d.weight[i] * u[k * n + i];
                spread += fabs(u[k * n + i]);
            }
            check_close(sum / spread, 0, 0, 1e-9, fixture_family[f]);
        }
        /* score of a single row, by differences of the slow log-likelihood */
        static fixture_t one;
        one = d;
        one.spells.n = 1;
        for (size_t j = 0; j < FIXTURE_P; j++)
            one.x[j] = d.x[j * n + 7];
        one.entry[0] = d.entry[7];
        one.exit[0] = d.exit[7];
        one.cause[0] = d.cause[7];
        one.offset[0] = d.offset[7];
        one.stratum[0] = d.stratum[7];
        one.weight[0] = 1.0;
        if (d.spells.stratum != NULL) one.spells.stratum = one.stratum;
        for (size_t k = 0; k < q; k++) {
            const double coef = fit.coef[k], step = k == (size_t)fit.n_locations + 1 ? 1e-8 : 1e-5;
            fit.coef[k] = coef + step;
            const double plus = fixture_loglik(&one, fit.coef);
            fit.coef[k] = coef - step;
            const double minus = fixture_loglik(&one, fit.coef);
            fit.coef[k] = coef;
            check_close(u[k * n + 7], (plus - minus) / (2 * step), 1e-5, 1e-6, fixture_family[f]);
        }
        tn_parametric_free(&fit);
    }
}

static void expect(int code, const tn_parametric_t *fit, const tn_parametric_rows_t *rows,
    tn_parametric_what_t what, double at, double level, const char *part)
{
    tn_error_t err = {0};
    const tn_parametric_curves_t out = {0};
    assert_int_equal(
        tn_parametric_predict(fit, rows, what, 1, &at, TN_INTERVAL_LOG, level, &out, &err), code);
    if (strstr(err.message, part) == NULL) fail_msg("'%s' has no '%s'", err.message, part);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static fixture_t d;
    static double m[FIXTURE_N];
    tn_parametric_t fit = fit_random(&d, TN_PARAMETRIC_WEIBULL, 24), none = {0};
    tn_parametric_rows_t rows = new_rows(&fit);
    const int32_t strata[N_ROWS] = {0, 2, 0};
    const double bad[N_ROWS * FIXTURE_P] = {0, NAN};
    tn_error_t err = {0};
    expect(TN_EARG, &none, &rows, TN_PARAMETRIC_SURVIVAL, 1, 0.95, "no fit");
    expect(TN_EARG, &fit, &rows, TN_PARAMETRIC_SURVIVAL, 1, 1.0, "level");
    expect(TN_EDOMAIN, &fit, &rows, TN_PARAMETRIC_QUANTILE, 1.0, 0.95, "between 0 and 1");
    expect(TN_EDOMAIN, &fit, &rows, TN_PARAMETRIC_HAZARD, 0.0, 0.95, "not positive");
    expect(TN_EDOMAIN, &fit, &rows, TN_PARAMETRIC_SURVIVAL, -1.0, 0.95, "not positive");
    rows.stratum = strata;
    expect(TN_EARG, &fit, &rows, TN_PARAMETRIC_SURVIVAL, 1, 0.95, "new row 2: unknown stratum (2)");
    rows.stratum = NULL;
    rows.x = bad;
    expect(TN_EDOMAIN, &fit, &rows, TN_PARAMETRIC_SURVIVAL, 1, 0.95, "new row 2: covariate 1");
    rows.x = NULL;
    expect(TN_EARG, &fit, &rows, TN_PARAMETRIC_SURVIVAL, 1, 0.95, "no covariates given");
    d.spells.n_covariates = 1;
    assert_int_equal(
        tn_parametric_residuals(&fit, &d.spells, NULL, TN_PARAMETRIC_MARTINGALE, m, &err), TN_EARG);
    d.spells.n_covariates = FIXTURE_P;
    d.exit[3] = -1;
    d.spells.entry = NULL;
    assert_int_equal(
        tn_parametric_residuals(&fit, &d.spells, NULL, TN_PARAMETRIC_MARTINGALE, m, &err),
        TN_EDOMAIN);
    tn_parametric_free(&fit);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static fixture_t d;
    static double u[FIXTURE_N * FIXTURE_TERMS], e[N_ROWS * N_AT];
    tn_parametric_t fit = fit_random(&d, TN_PARAMETRIC_PIECEWISE, 25);
    const tn_parametric_rows_t rows = new_rows(&fit);
    const tn_parametric_curves_t out = {.estimate = e};
    for (int which = 0; which < 3; which++) {
        int ret = TN_ENOMEM;
        for (long k = 1; ret != 0; k++) {
            assert_true(k < 50);
            tn_mem_fail_at(k);
            if (which == 0) {
                ret = tn_parametric_predict(&fit, &rows, TN_PARAMETRIC_SURVIVAL, N_AT, new_times,
                    TN_INTERVAL_LOG, 0.95, &out, NULL);
            } else if (which == 1) {
                ret =
                    tn_parametric_residuals(&fit, &d.spells, NULL, TN_PARAMETRIC_DEVIANCE, u, NULL);
            } else {
                ret = tn_parametric_score_residuals(&fit, &d.spells, NULL, u, NULL);
            }
            tn_mem_fail_at(0);
            assert_true(ret == 0 || ret == TN_ENOMEM);
        }
    }
    tn_parametric_free(&fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exponential_by_hand),
        cmocka_unit_test(standard_errors_are_the_delta_method),
        cmocka_unit_test(predictions_agree_with_each_other),
        cmocka_unit_test(a_falling_gompertz_hazard_has_a_plateau),
        cmocka_unit_test(a_rate_of_zero_counts_as_known),
        cmocka_unit_test(residuals_sum_to_nothing),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
