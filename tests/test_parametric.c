/* Parametric models: hand oracles, the slow log-likelihood, finite differences, properties, edges,
 * errors. Predictions and residuals are in test_parametric_predict.c, R's figures in
 * test_parametric_reference.c. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "parametric_fixture.h"
#include "survival/parametric_impl.h"
#include "survival/spd.h"

/* Time at risk 2 + 3 + (5 - 1) + 3 = 12, three events: rate 3/12. */
static void a_rate_is_events_over_time_at_risk(void **state)
{
    (void)state;
    const double entry[4] = {0, 0, 1, 0}, exit[4] = {2, 3, 5, 3};
    const int32_t cause[4] = {1, 1, 1, 0};
    const tn_spells_t s = {.n = 4, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1};
    tn_parametric_options_t opt = TN_PARAMETRIC_OPTIONS_DEFAULT;
    tn_parametric_t fit;
    opt.family = TN_PARAMETRIC_EXPONENTIAL;
    assert_int_equal(tn_parametric_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_CONVERGED);
    assert_int_equal(fit.n_terms, 1);
    check_close(fit.coef[0], log(4.0), TOL2, 0, "log mean time 12/3");
    check_close(fit.vcov[0], 1.0 / 3.0, TOL2, 0, "1 / events");
    check_close(fit.loglik, -3 * log(4.0) - 3, TOL2, 0, "3 log(1/4) - 12/4");
    check_close(fit.aic, 2 - 2 * fit.loglik, TOL2, 0, "one parameter");
    check_close(fit.bic, log(4.0) - 2 * fit.loglik, TOL2, 0, "four rows");
    tn_parametric_free(&fit);

    /* cut at 2: events at 2 | 3, 5; time 2 + 2 + 1 + 2 = 7 | 1 + 3 + 1 = 5 */
    const double cuts[1] = {2};
    opt = (tn_parametric_options_t){
        .family = TN_PARAMETRIC_PIECEWISE, .cause = 1, .n_cuts = 1, .cuts = cuts};
    assert_int_equal(tn_parametric_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.n_terms, 2);
    check_close(fit.coef[0], log(1.0 / 7), TOL2, 0, "an exit at the cut is before it");
    check_close(fit.coef[1], log(2.0 / 5), TOL2, 0, "2/5");
    check_close(fit.vcov[0], 1.0, TOL2, 0, "1 / events");
    check_close(fit.vcov[3], 0.5, TOL2, 0, "1 / events");
    check_close(fit.vcov[1], 0.0, 0, 0, "independent");
    check_close(fit.loglik, log(1.0 / 7) + 2 * log(0.4) - 3, TOL2, 0, "log rates - events");
    tn_parametric_free(&fit);
}

/* Two uncensored log-normal times: mean and standard deviation (over n) of the logs 0 and 2. */
static void a_log_normal_without_censoring_is_mean_and_spread_of_logs(void **state)
{
    (void)state;
    const double exit[2] = {1.0, exp(2.0)};
    const int32_t cause[2] = {1, 1};
    const tn_spells_t s = {.n = 2, .exit = exit, .cause = cause, .n_causes = 1};
    const tn_parametric_options_t opt = {.family = TN_PARAMETRIC_LOGNORMAL, .cause = 1};
    tn_parametric_t fit;
    assert_int_equal(tn_parametric_fit(&fit, &s, &opt, NULL), 0);
    check_close(fit.coef[0], 1.0, TOL_OPT, 0, "mean");
    check_close(fit.coef[1], 0.0, 0, TOL_OPT, "log of spread 1");
    check_close(fit.vcov[0], 0.5, TOL_OPT, 0, "scale^2 / n");
    check_close(fit.vcov[3], 0.25, TOL_OPT, 0, "1 / 2n");
    check_close(
        fit.loglik, -log(2 * acos(-1.0)) - 1 - 2, TOL2, 0, "-n/2 log 2 pi - n/2 - sum log t");
    tn_parametric_free(&fit);
}

static void hazards_of_the_standard_distributions_are_derivatives(void **state)
{
    (void)state;
    for (int f = TN_PARAMETRIC_WEIBULL; f <= TN_PARAMETRIC_LOGLOGISTIC; f++) {
        const tn_parametric_family_t family = (tn_parametric_family_t)f;
        for (double z = -8.0; z < 30.0; z += 0.61) {
            tn_parametric_standard_t s, a, b;
            const double h = 1e-4;
            tn_parametric_standard(family, z, &s);
            tn_parametric_standard(family, z - h, &a);
            tn_parametric_standard(family, z + h, &b);
            const double tol = 1e-6 * (1.0 + fabs(z));
            check_close((b.cumhaz - a.cumhaz) / (2 * h), s.hazard, tol, 1e-12, "hazard");
            check_close((b.hazard - a.hazard) / (2 * h), s.d_hazard, tol, 1e-8, "its slope");
            check_close((b.log_hazard - a.log_hazard) / (2 * h), s.d_log_hazard, tol, 1e-8, "log");
            check_close(
                (b.d_log_hazard - a.d_log_hazard) / (2 * h), s.d2_log_hazard, tol, 1e-8, "twice");
            check_close(exp(s.log_hazard), s.hazard, TOL3, 0, "log hazard");
        }
    }
    /* pnorm(c(-8, 2, 5, 20), lower = FALSE, log = TRUE), R 4.2.2 */
    tn_parametric_standard_t s;
    tn_parametric_standard(TN_PARAMETRIC_LOGNORMAL, -8.0, &s);
    check_close(s.cumhaz, 6.2209605742717841e-16, TOL3, 0, "far left");
    tn_parametric_standard(TN_PARAMETRIC_LOGNORMAL, 2.0, &s);
    check_close(s.cumhaz, 3.7831843336820317, TOL2, 0, "right");
    tn_parametric_standard(TN_PARAMETRIC_LOGNORMAL, 5.0, &s);
    check_close(s.cumhaz, 15.064998393988726, TOL2, 0, "where the fraction begins");
    tn_parametric_standard(TN_PARAMETRIC_LOGNORMAL, 20.0, &s);
    check_close(s.cumhaz, 203.91715537109727, TOL2, 0, "far right");
}

/* Simpson's rule with 20,000 steps. */
static void moments_of_the_exponential_are_integrals(void **state)
{
    (void)state;
    const double ys[] = {
        -40, -3, -1.0001, -1, -0.9999, -0.3, -1e-9, 0, 1e-12, 0.5, 0.9999, 1, 1.0001, 7, 40};
    for (size_t m = 0; m < sizeof ys / sizeof *ys; m++) {
        double psi[3];
        tn_parametric_moments(ys[m], psi);
        for (int k = 0; k < 3; k++) {
            double sum = 0.0;
            enum { STEPS = 20000 };
            for (int i = 0; i <= STEPS; i++) {
                const double u = (double)i / STEPS, weight = i == 0 || i == STEPS ? 1
                                                             : i % 2              ? 4
                                                                                  : 2;
                sum += weight * pow(u, k) * exp(ys[m] * u - fmax(ys[m], 0.0));
            }
            check_close(psi[k], sum / (3.0 * STEPS), 1e-11, 0, "error of Simpson's rule");
        }
    }
}

/* Inner score and information against differences, at a point that is not the maximum. */
static void score_and_information_are_derivatives(void **state)
{
    (void)state;
    for (int f = 0; f < TN_PARAMETRIC_PIECEWISE; f++) {
        static fixture_t d;
        tn_parametric_data_t data;
        tn_parametric_problem_t problem;
        double theta[8] = {0.3, -0.8, 0.5, 0.7, -0.2, 0.4}, ll, ll2, g[8], g0[8], g1[8], h[64],
               scrap[64];
        fixture_fill(&d, (tn_parametric_family_t)f, 3, 200);
        assert_int_equal(tn_parametric_data_init(&data, &d.spells, &d.opt, true, NULL), 0);
        assert_int_equal(tn_parametric_problem_init(&problem, &data, data.p), 0);
        const int q = problem.q;
        assert_int_equal(tn_parametric_loglik(&problem, theta, &ll, g, h), 0);
        for (int k = 0; k < q; k++) {
            const double at = theta[k], step = 1e-5;
            theta[k] = at + step;
            tn_parametric_loglik(&problem, theta, &ll, g1, scrap);
            theta[k] = at - step;
            tn_parametric_loglik(&problem, theta, &ll2, g0, scrap);
            theta[k] = at;
            check_close(g[k], (ll - ll2) / (2 * step), 1e-6, 1e-4, fixture_family[f]);
            for (int j = 0; j < q; j++)
                check_close(
                    h[k * q + j], -(g1[j] - g0[j]) / (2 * step), 1e-6, 1e-4, fixture_family[f]);
        }
        tn_parametric_problem_free(&problem);
        tn_parametric_data_free(&data);
    }
}

/* The slow log-likelihood agrees, is flat at the maximum, and its curvature is the variance. */
static void fits_are_maxima_of_the_slow_log_likelihood(void **state)
{
    (void)state;
    for (uint64_t trial = 0; trial < 60; trial++) {
        const int f = (int)(trial % N_FAMILIES);
        static fixture_t d;
        tn_parametric_t fit;
        fixture_fill(&d, (tn_parametric_family_t)f, trial, 120 + 4 * (size_t)trial);
        assert_int_equal(tn_parametric_fit(&fit, &d.spells, &d.opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        const int q = fit.n_terms;
        check_close(fixture_loglik(&d, fit.coef), fit.loglik, 1e-11, 0, "years make large sums");
        double coef[FIXTURE_TERMS], step[FIXTURE_TERMS], info[FIXTURE_TERMS * FIXTURE_TERMS];
        tn_spd_t spd;
        assert_int_equal(tn_spd_init(&spd, q), 0);
        assert_int_equal(tn_spd_factor(&spd, fit.vcov_model), -1);
        tn_spd_invert(&spd, info);
        tn_spd_free(&spd);
        memcpy(coef, fit.coef, (size_t)q * sizeof *coef);
        for (int a = 0; a < q; a++)
            step[a] = 2e-3 / sqrt(info[a * (q + 1)]);
        for (int a = 0; a < q; a++) {
            coef[a] = fit.coef[a] + step[a];
            const double plus = fixture_loglik(&d, coef);
            coef[a] = fit.coef[a] - step[a];
            const double minus = fixture_loglik(&d, coef);
            coef[a] = fit.coef[a];
            /* either loses step^2 info / 2 = 2e-6; they differ by the third derivative */
            check_close(plus - fit.loglik, -2e-6, 0.05, 0, "no slope");
            check_close(minus - fit.loglik, -2e-6, 0.05, 0, "no slope");
            for (int b = 0; b < q; b++) {
                double corner[4];
                for (int c = 0; c < 4; c++) {
                    coef[a] += (c & 1) ? step[a] : -step[a];
                    coef[b] += (c & 2) ? step[b] : -step[b];
                    corner[c] = fixture_loglik(&d, coef);
                    coef[a] = fit.coef[a];
                    coef[b] = fit.coef[b];
                }
                const double got = -(corner[3] - corner[1] - corner[2] + corner[0]) / 16e-6;
                const double want = info[a * q + b] * step[a] * step[b] / 4e-6;
                check_close(got, want, 0, 1e-5, "rounding of second differences");
            }
        }
        tn_parametric_free(&fit);
    }
}

static void compare_fits(
    const tn_parametric_t *a, const tn_parametric_t *b, double tol, const char *what)
{
    const int q = a->n_terms;
    assert_int_equal(a->status, TN_FIT_CONVERGED);
    assert_int_equal(b->status, TN_FIT_CONVERGED);
    assert_int_equal(q, b->n_terms);
    check_close(b->loglik, a->loglik, TOL3 * 10, 0, what);
    check_close(b->loglik_intercept, a->loglik_intercept, TOL3 * 10, 0, what);
    for (int k = 0; k < q * q; k++) {
        const double scale = sqrt(a->vcov[k / q * (q + 1)] * a->vcov[k % q * (q + 1)]);
        if (isnan(scale)) {
            assert_true(isnan(a->vcov[k]) && isnan(b->vcov[k])); /* rate of an empty interval */
            continue;
        }
        check_close(b->vcov[k], a->vcov[k], 0, tol * scale, what);
    }
    for (int k = 0; k < q; k++) {
        const double se = sqrt(a->vcov[k * (q + 1)]);
        if (isnan(se)) assert_true(a->coef[k] == b->coef[k]);
        if (!isnan(se)) check_close(b->coef[k], a->coef[k], 0, tol * se, what);
    }
}

/* Cuts each spell into three rows; the rows of a spell stay in its cluster. */
static void split(const fixture_t *d, fixture_t *out, double share)
{
    const size_t n = d->spells.n, m = 3 * n;
    *out = *d;
    assert_true(m <= FIXTURE_N);
    for (size_t i = 0; i < n; i++) {
        const double length = d->exit[i] - d->entry[i];
        const double at[4] = {
            d->entry[i], d->entry[i] + share * length, d->entry[i] + 0.9 * length, d->exit[i]};
        for (size_t k = 0; k < 3; k++) {
            const size_t r = 3 * i + k;
            out->entry[r] = at[k];
            out->exit[r] = at[k + 1];
            out->cause[r] = k == 2 ? d->cause[i] : 0;
            out->weight[r] = d->weight[i];
            out->offset[r] = d->offset[i];
            out->stratum[r] = d->stratum[i];
            out->cluster[r] = (int32_t)i;
            for (size_t j = 0; j < FIXTURE_P; j++)
                out->x[j * m + r] = d->x[j * n + i];
        }
    }
    out->spells.n = m;
    if (d->spells.stratum != NULL) out->spells.stratum = out->stratum;
    out->spells.entry = out->entry;
    out->spells.exit = out->exit;
    out->spells.cause = out->cause;
    out->spells.weight = out->weight;
    out->spells.cluster = out->cluster;
    out->spells.n_clusters = (int)n;
    out->spells.x = out->x;
    out->opt.offset = out->offset;
}

static void splitting_a_spell_changes_nothing(void **state)
{
    (void)state;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d, s;
        tn_parametric_t a, b;
        fixture_fill(&d, (tn_parametric_family_t)f, 11, 130);
        d.opt.is_robust = true;
        split(&d, &s, 0.4);
        for (size_t i = 0; i < d.spells.n; i++)
            d.cluster[i] = (int32_t)i;
        assert_int_equal(tn_parametric_fit(&a, &d.spells, &d.opt, NULL), 0);
        assert_int_equal(tn_parametric_fit(&b, &s.spells, &s.opt, NULL), 0);
        compare_fits(&a, &b, 1e-7, fixture_family[f]);
        tn_parametric_free(&a);
        tn_parametric_free(&b);
    }
}

/* A row of weight 2 is the row twice; the order of rows does not matter. */
static void weights_are_copies_and_order_does_not_matter(void **state)
{
    (void)state;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d, s;
        tn_parametric_t a, b;
        const size_t n = 150, m = 2 * n;
        fixture_fill(&d, (tn_parametric_family_t)f, 12, n);
        fixture_fill(&s, (tn_parametric_family_t)f, 12, n);
        d.opt.is_robust = s.opt.is_robust = true;
        for (size_t i = 0; i < n; i++) {
            d.cluster[i] = (int32_t)i;
            d.weight[i] = 2.0;
            for (size_t k = 0; k < 2; k++) {
                const size_t r = k == 0 ? (i * 7) % n : n + i; /* 7 and 150 have no common factor */
                s.entry[r] = d.entry[i];
                s.exit[r] = d.exit[i];
                s.cause[r] = d.cause[i];
                s.offset[r] = d.offset[i];
                s.stratum[r] = d.stratum[i];
                s.cluster[r] = (int32_t)i;
                for (size_t j = 0; j < FIXTURE_P; j++)
                    s.x[j * m + r] = d.x[j * n + i];
            }
        }
        s.spells.n = m;
        s.spells.weight = NULL;
        assert_int_equal(tn_parametric_fit(&a, &d.spells, &d.opt, NULL), 0);
        assert_int_equal(tn_parametric_fit(&b, &s.spells, &s.opt, NULL), 0);
        compare_fits(&a, &b, 1e-7, fixture_family[f]);
        tn_parametric_free(&a);
        tn_parametric_free(&b);
    }
}

/* Days instead of years: eta shifts by log(365.25), one way or the other, and a Gompertz shape is
 * per day; log-likelihoods differ by log(365.25) an event. */
static void days_and_years_agree(void **state)
{
    (void)state;
    const double year = 365.25;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d, s;
        tn_parametric_t a, b;
        double cuts[FIXTURE_N_CUTS], events = 0.0;
        fixture_fill(&d, (tn_parametric_family_t)f, 13, 200);
        fixture_fill(&s, (tn_parametric_family_t)f, 13, 200);
        for (int k = 0; k < FIXTURE_N_CUTS; k++)
            cuts[k] = year * fixture_cuts[k];
        s.opt.cuts = cuts;
        for (size_t i = 0; i < 200; i++) {
            s.entry[i] *= year;
            s.exit[i] *= year;
            events += d.cause[i] == 1 ? d.weight[i] : 0.0;
        }
        assert_int_equal(tn_parametric_fit(&a, &d.spells, &d.opt, NULL), 0);
        assert_int_equal(tn_parametric_fit(&b, &s.spells, &s.opt, NULL), 0);
        check_close(b.loglik, a.loglik - events * log(year), 1e-12, 0, "density per day");
        const double shift = f >= TN_PARAMETRIC_GOMPERTZ ? -log(year) : log(year);
        for (int k = 0; k < a.n_terms; k++) {
            const tn_parametric_kind_t kind = tn_parametric_term(&a, k, NULL, NULL);
            const double unit = kind == TN_PARAMETRIC_SHAPE ? year : 1.0;
            const bool is_location = k < a.n_locations;
            const double se = sqrt(a.vcov[k * (a.n_terms + 1)]);
            check_close(b.coef[k] * unit, a.coef[k] + (is_location ? shift : 0.0), 0, 1e-8 * se,
                fixture_family[f]);
            check_close(sqrt(b.vcov[k * (a.n_terms + 1)]) * unit, se, TOL_OPT, 0, "same error");
        }
        tn_parametric_free(&a);
        tn_parametric_free(&b);
    }
}

/* 20,000 rows are three blocks. */
static void the_number_of_threads_does_not_matter(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double exit[N], x[N];
    static int32_t cause[N];
    for (uint32_t i = 0; i < N; i++) {
        double u[4];
        tn_rng_uniforms(9, i, 0, 0, 0, 0, u);
        exit[i] = -log(u[0]) * (1.0 + u[1]);
        x[i] = u[1];
        cause[i] = u[2] < 0.7;
    }
    const tn_spells_t s = {
        .n = N, .exit = exit, .cause = cause, .n_causes = 1, .x = x, .n_covariates = 1};
    for (int f = 0; f < N_FAMILIES; f++) {
        tn_parametric_t fit[3];
        for (int k = 0; k < 3; k++) {
            const tn_parametric_options_t opt = {.family = (tn_parametric_family_t)f,
                .cause = 1,
                .is_robust = true,
                .n_cuts = FIXTURE_N_CUTS,
                .cuts = fixture_cuts,
                .n_threads = k + 1};
            assert_int_equal(tn_parametric_fit(&fit[k], &s, &opt, NULL), 0);
            const size_t q = (size_t)fit[k].n_terms;
            assert_memory_equal(fit[k].coef, fit[0].coef, q * sizeof(double));
            assert_memory_equal(fit[k].vcov, fit[0].vcov, q * q * sizeof(double));
        }
        for (int k = 0; k < 3; k++)
            tn_parametric_free(&fit[k]);
    }
}

/* Without cuts the piecewise model is the exponential with the sign of the coefficients turned. */
static void families_meet_where_they_are_the_same(void **state)
{
    (void)state;
    static fixture_t d;
    tn_parametric_t a, b, c;
    fixture_fill(&d, TN_PARAMETRIC_EXPONENTIAL, 14, 300);
    d.opt.offset = NULL;
    assert_int_equal(tn_parametric_fit(&a, &d.spells, &d.opt, NULL), 0);
    d.opt.family = TN_PARAMETRIC_PIECEWISE;
    d.opt.n_cuts = 0;
    assert_int_equal(tn_parametric_fit(&b, &d.spells, &d.opt, NULL), 0);
    for (int k = 0; k < 4; k++) {
        check_close(b.coef[k], -a.coef[k], 0, 1e-9 * sqrt(a.vcov[5 * k]), "turned");
        check_close(b.vcov[5 * k], a.vcov[5 * k], TOL_OPT, 0, "same variance");
    }
    check_close(b.loglik, a.loglik, TOL3, 0, "same likelihood");
    d.opt.family = TN_PARAMETRIC_WEIBULL;
    assert_int_equal(tn_parametric_fit(&c, &d.spells, &d.opt, NULL), 0);
    assert_true(c.loglik > a.loglik);
    assert_true(a.lrt > 0.0 && a.loglik > a.loglik_intercept);
    tn_parametric_free(&a);
    tn_parametric_free(&b);
    tn_parametric_free(&c);
}

static tn_parametric_t fit_family(const tn_spells_t *s, int family)
{
    tn_parametric_t fit;
    const tn_parametric_options_t opt = {.family = (tn_parametric_family_t)family,
        .cause = 1,
        .n_cuts = FIXTURE_N_CUTS,
        .cuts = fixture_cuts};
    assert_int_equal(tn_parametric_fit(&fit, s, &opt, NULL), 0);
    return fit;
}

static void check_status(
    const tn_spells_t *s, int family, tn_fit_status_t status, int term, const char *what)
{
    tn_parametric_t fit = fit_family(s, family);
    if (fit.status != status || fit.term != term) {
        fail_msg("%s, %s: '%s' term %d", what, fixture_family[family],
            tn_fit_status_text(fit.status), fit.term);
    }
    /* no standard error that could be taken for one */
    for (int k = 0; k < fit.n_terms && term >= 0; k++)
        assert_true(k != term || !(sqrt(fit.vcov[k * (fit.n_terms + 1)]) < 1e3));
    tn_parametric_free(&fit);
}

static void what_cannot_be_fitted_is_named(void **state)
{
    (void)state;
    enum { N = 40 };
    double exit[N], x[2 * N];
    int32_t cause[N], stratum[N];
    for (int f = 0; f < N_FAMILIES; f++) {
        const bool has_shape = f != TN_PARAMETRIC_EXPONENTIAL && f != TN_PARAMETRIC_PIECEWISE;
        const int locations = f == TN_PARAMETRIC_PIECEWISE ? FIXTURE_N_CUTS + 1 : 1;
        for (int i = 0; i < N; i++) {
            exit[i] = 1.0 + 0.6 * (i * 7 % 11);
            cause[i] = i % 4 == 0 ? 0 : i % 3 != 0;
            x[i] = 7.0 * ((i * 5) % 9);
            x[N + i] = i % 4 == 0;
            stratum[i] = i % 4 == 0;
        }
        tn_spells_t s = {
            .n = 0, .exit = exit, .cause = cause, .n_causes = 1, .x = x, .n_covariates = 2};
        check_status(&s, f, TN_FIT_NO_EVENTS, -1, "no rows");
        s.n = 1;
        s.n_covariates = 0;
        check_status(&s, f, TN_FIT_NO_EVENTS, -1, "one censored row");
        s.n = N;
        s.n_covariates = 2;
        check_status(&s, f, TN_FIT_SEPARATION, locations + 1, "group without events");
        for (int i = 0; i < N; i++)
            x[N + i] = 1e-5 * (1 - x[N + i]);
        check_status(&s, f, TN_FIT_SEPARATION, locations + 1, "the others without events");
        for (int i = 0; i < N; i++)
            x[N + i] = 4.1 - 0.1 * x[i];
        check_status(&s, f, TN_FIT_COLLINEAR, locations + 1, "linear in the other");
        for (int i = 0; i < N; i++)
            x[N + i] = 7.1;
        check_status(&s, f, TN_FIT_COLLINEAR, locations + 1, "constant");
        s.n_covariates = 1;
        if (f != TN_PARAMETRIC_EXPONENTIAL) {
            s.stratum = stratum;
            s.n_strata = 2;
            if (has_shape) check_status(&s, f, TN_FIT_NO_EVENTS, 3, "stratum without events");
        }
        if (f == TN_PARAMETRIC_PIECEWISE) {
            for (int i = 0; i < N; i++) {
                cause[i] = i % 3 != 0;
                x[i] = stratum[i];
            }
            check_status(&s, f, TN_FIT_COLLINEAR, 8, "constant within strata");
        }
        if (!has_shape) continue;
        s.stratum = NULL;
        for (int i = 0; i < N; i++) {
            cause[i] = i % 2;
            exit[i] = cause[i] ? 5.0 : 4.0;
        }
        check_status(&s, f, TN_FIT_SEPARATION, 2, "all events at the last exit");
        for (int i = 0; i < N; i++) {
            x[i] = log(1.0 + i % 7);
            exit[i] = 1.0 + i % 7;
            cause[i] = 1;
        }
        if (f == TN_PARAMETRIC_GOMPERTZ) continue; /* not an exact fit there */
        check_status(&s, f, TN_FIT_SEPARATION, 2, "log time is the covariate");
    }
}

static void small_and_tied_data_are_fitted_or_named(void **state)
{
    (void)state;
    double exit[2] = {3, 3};
    int32_t cause[2] = {1, 0};
    tn_spells_t s = {.n = 2, .exit = exit, .cause = cause, .n_causes = 1};
    for (int f = 0; f < N_FAMILIES; f++) {
        const bool has_shape = f != TN_PARAMETRIC_EXPONENTIAL && f != TN_PARAMETRIC_PIECEWISE;
        exit[1] = 3;
        check_status(
            &s, f, has_shape ? TN_FIT_SEPARATION : TN_FIT_CONVERGED, has_shape ? 1 : -1, "tied");
        exit[1] = 4;
        check_status(&s, f, TN_FIT_CONVERGED, -1, "one event, one later");
    }
    /* an interval without events has rate 0, one without exposure none */
    const double cuts[3] = {1.0, 2.5, 5.0};
    const tn_parametric_options_t opt = {
        .family = TN_PARAMETRIC_PIECEWISE, .cause = 1, .n_cuts = 3, .cuts = cuts};
    tn_parametric_t fit;
    assert_int_equal(tn_parametric_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.n_empty_rates, 3);
    assert_true(isinf(fit.coef[0]) && fit.coef[0] < 0 && isinf(fit.coef[1]) && isnan(fit.coef[3]));
    assert_true(isnan(fit.vcov[0]) && isnan(fit.vcov[2]) && isnan(fit.vcov[15]));
    check_close(fit.coef[2], log(1.0 / (0.5 + 1.5)), TOL2, 0, "3 - 2.5 and 4 - 2.5");
    check_close(fit.vcov[10], 1.0, TOL2, 0, "1 / events");
    check_close(fit.loglik, log(0.5) - 1, TOL2, 0, "the others have no part");
    tn_parametric_free(&fit);
    tn_parametric_free(&fit);
    tn_parametric_free(NULL);
}

static void expect(
    int code, const tn_spells_t *s, const tn_parametric_options_t *opt, const char *part)
{
    tn_parametric_t fit;
    tn_error_t err = {0};
    assert_int_equal(tn_parametric_fit(&fit, s, opt, &err), code);
    if (strstr(err.message, part) == NULL) fail_msg("'%s' has no '%s'", err.message, part);
    assert_null(fit.coef);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static fixture_t d;
    const double cuts[2] = {2, 2};
    fixture_fill(&d, TN_PARAMETRIC_WEIBULL, 1, 50);
    tn_parametric_options_t opt = d.opt;
    opt.cause = 3;
    expect(TN_EARG, &d.spells, &opt, "cause 3, but there are causes 1 to 2");
    opt = d.opt;
    opt.family = (tn_parametric_family_t)6;
    expect(TN_EARG, &d.spells, &opt, "unknown family 6");
    opt.family = TN_PARAMETRIC_EXPONENTIAL;
    expect(TN_EARG, &d.spells, &opt, "no scale that could differ by stratum");
    opt.family = TN_PARAMETRIC_PIECEWISE;
    opt.n_cuts = 2;
    opt.cuts = cuts;
    expect(TN_EARG, &d.spells, &opt, "number 2 is 2 after 2");
    opt.cuts = NULL;
    expect(TN_EARG, &d.spells, &opt, "no cut points");
    d.offset[6] = INFINITY;
    expect(TN_EDOMAIN, &d.spells, &d.opt, "row 7: offset");
    d.offset[6] = 0.0;
    d.entry[4] = -1.0;
    expect(TN_EDOMAIN, &d.spells, &d.opt, "row 5: entry before time 0");
    d.spells.entry = NULL;
    d.exit[2] = 0.0;
    expect(TN_EDOMAIN, &d.spells, &d.opt, "row 3: exit is not after time 0");
    d.cause[0] = 9;
    expect(TN_EDOMAIN, &d.spells, &d.opt, "row 1: unknown cause");
}

static void terms_are_told_by_number(void **state)
{
    (void)state;
    static fixture_t d;
    tn_parametric_t fit;
    int index, stratum;
    fixture_fill(&d, TN_PARAMETRIC_WEIBULL, 1, 100);
    assert_int_equal(tn_parametric_fit(&fit, &d.spells, &d.opt, NULL), 0);
    assert_int_equal(tn_parametric_term(&fit, 0, &index, &stratum), TN_PARAMETRIC_INTERCEPT);
    assert_int_equal(tn_parametric_term(&fit, 3, &index, &stratum), TN_PARAMETRIC_COVARIATE);
    assert_true(index == 2 && stratum == -1);
    assert_int_equal(tn_parametric_term(&fit, 5, &index, &stratum), TN_PARAMETRIC_LOG_SCALE);
    assert_true(index == -1 && stratum == 1);
    tn_parametric_free(&fit);
    d.opt.family = TN_PARAMETRIC_PIECEWISE;
    assert_int_equal(tn_parametric_fit(&fit, &d.spells, &d.opt, NULL), 0);
    assert_int_equal(tn_parametric_term(&fit, 6, &index, &stratum), TN_PARAMETRIC_LOG_RATE);
    assert_true(index == 2 && stratum == 1);
    assert_int_equal(tn_parametric_term(&fit, 8, &index, NULL), TN_PARAMETRIC_COVARIATE);
    assert_int_equal(index, 0);
    tn_parametric_free(&fit);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    for (int f = 0; f < N_FAMILIES; f++) {
        static fixture_t d;
        int ret = TN_ENOMEM;
        fixture_fill(&d, (tn_parametric_family_t)f, 2, 60);
        d.opt.is_robust = true;
        for (long k = 1; ret != 0; k++) {
            tn_parametric_t fit;
            assert_true(k < 200);
            tn_mem_fail_at(k);
            ret = tn_parametric_fit(&fit, &d.spells, &d.opt, NULL);
            tn_mem_fail_at(0);
            if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
            tn_parametric_free(&fit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_events_over_time_at_risk),
        cmocka_unit_test(a_log_normal_without_censoring_is_mean_and_spread_of_logs),
        cmocka_unit_test(hazards_of_the_standard_distributions_are_derivatives),
        cmocka_unit_test(moments_of_the_exponential_are_integrals),
        cmocka_unit_test(score_and_information_are_derivatives),
        cmocka_unit_test(fits_are_maxima_of_the_slow_log_likelihood),
        cmocka_unit_test(splitting_a_spell_changes_nothing),
        cmocka_unit_test(weights_are_copies_and_order_does_not_matter),
        cmocka_unit_test(days_and_years_agree),
        cmocka_unit_test(the_number_of_threads_does_not_matter),
        cmocka_unit_test(families_meet_where_they_are_the_same),
        cmocka_unit_test(what_cannot_be_fitted_is_named),
        cmocka_unit_test(small_and_tied_data_are_fitted_or_named),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(terms_are_told_by_number),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
