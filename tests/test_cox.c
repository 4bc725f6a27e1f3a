/* Cox model: hand oracle, a slow oracle that loops over risk sets, properties, edges, errors,
 * bootstrap. The reference figures of R are in test_cox_reference.c. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tenure/cox.h"

/* Therneau & Grambsch (2000), appendix E.1: with r = exp(beta), Breslow's score is
 *   2 - r / (r + 1) - 2 r / (r + 3) = 0, so r^2 - 3 r - 6 = 0, r = (3 + sqrt 33) / 2;
 * Efron's 2 - r / (r + 1) - r / (r + 3) - r / (r + 5). */
static const double book_exit[6] = {1, 1, 6, 6, 8, 9}, book_x[6] = {1, 1, 1, 0, 0, 0};
static const int32_t book_cause[6] = {1, 0, 1, 1, 0, 1};
static const tn_spells_t book = {
    .n = 6, .exit = book_exit, .cause = book_cause, .n_causes = 1, .x = book_x, .n_covariates = 1};

static void six_rows_by_hand_breslow(void **state)
{
    (void)state;
    tn_cox_t fit;
    tn_cox_baseline_t b;
    const tn_cox_options_t opt = {.cause = 1, .ties = TN_COX_BRESLOW};
    const double r = (3.0 + sqrt(33.0)) / 2.0;
    double m[6];
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_CONVERGED);
    assert_int_equal(fit.n_events, 4);
    check_close(fit.coef[0], log(r), TOL_OPT, 0, "log((3 + sqrt 33) / 2)");
    check_close(fit.loglik_null, -log(6.0) - 2 * log(4.0), TOL2, 0, "6, 4, 4, 1 at risk");
    check_close(
        fit.loglik, 2 * log(r) - log(3 * r + 3) - 2 * log(r + 3), TOL2, 0, "log-likelihood");
    const double info = r / ((r + 1) * (r + 1)) + 6 * r / ((r + 3) * (r + 3));
    check_close(fit.vcov[0], 1 / info, TOL_OPT, 0, "1 / information");
    check_close(fit.score, (2 - 0.5 - 0.5) * (2 - 0.5 - 0.5) / (0.25 + 6.0 / 16), TOL2, 0,
        "score test: U = 2 - 1/2 - 2/4, I = 1/4 + 2 * 3/16");
    assert_int_equal(tn_cox_baseline(&b, &fit, NULL), 0);
    assert_int_equal(b.start[1], 3);
    check_close(b.cumhaz_x0[0], 1 / (3 * r + 3), TOL_OPT, 0, "at 1");
    check_close(b.cumhaz_x0[1], 1 / (3 * r + 3) + 2 / (r + 3), TOL_OPT, 0, "at 6");
    check_close(b.cumhaz_x0[2], 1 / (3 * r + 3) + 2 / (r + 3) + 1, TOL_OPT, 0, "at 9");
    assert_int_equal(tn_cox_martingale(&fit, m, NULL), 0);
    check_close(m[0], 1 - r / (3 * r + 3), TOL_OPT, 0, "row 1");
    check_close(m[4], -1 / (3 * r + 3) - 2 / (r + 3), TOL_OPT, 0, "row 5");
    tn_cox_baseline_free(&b);
    tn_cox_free(&fit);
}

static void six_rows_by_hand_efron(void **state)
{
    (void)state;
    tn_cox_t fit;
    double m[6], s[6], sch[4];
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, NULL), 0);
    const double r = exp(fit.coef[0]);
    check_close(fit.coef[0], 1.676857, 1e-6, 0, "appendix E.1, six digits printed");
    check_close(2.0, r / (r + 1) + r / (r + 3) + r / (r + 5), TOL3, 0, "score equation");
    const double info =
        r / ((r + 1) * (r + 1)) + 3 * r / ((r + 3) * (r + 3)) + 5 * r / ((r + 5) * (r + 5));
    check_close(fit.vcov[0], 1 / info, TOL3, 0, "1 / information");
    check_close(fit.loglik, 2 * log(r) - log(3 * r + 3) - log(r + 3) - log((r + 5) / 2), TOL2, 0,
        "log-likelihood");
    assert_int_equal(tn_cox_martingale(&fit, m, NULL), 0);
    /* the tied are spared half of the second jump, 2 / (r + 5) */
    check_close(m[2], 1 - r * (1 / (3 * r + 3) + 1 / (r + 3) + 1 / (r + 5)), TOL2, 0, "row 3");
    check_close(m[5], 1 - 1 / (3 * r + 3) - 1 / (r + 3) - 2 / (r + 5) - 1, TOL2, TOL2, "row 6");
    assert_int_equal(tn_cox_score_residuals(&fit, s, NULL), 0);
    check_close(s[1], -r / (3 * r + 3) * (1 - r / (r + 1)), TOL2, 0, "row 2, censored at 1");
    assert_int_equal(tn_cox_schoenfeld(&fit, false, NULL, NULL, sch, NULL), 0);
    check_close(sch[0], 1 - r / (r + 1), TOL2, 0, "at 1");
    check_close(sch[1], 1 - (r / (r + 3) + r / (r + 5)) / 2, TOL2, 0, "at 6, row 3");
    check_close(sch[2], 0 - (r / (r + 3) + r / (r + 5)) / 2, TOL2, 0, "at 6, row 4");
    check_close(sch[3], 0, 0, TOL2, "alone at 9");
    tn_cox_free(&fit);
}

/* Random data with everything: ties, late entry, weights, strata, clusters, offset. */
enum { MAX_N = 400, MAX_P = 9 };
typedef struct random_data {
    tn_spells_t spells;
    double entry[MAX_N], exit[MAX_N], weight[MAX_N], offset[MAX_N], x[MAX_N * MAX_P];
    int32_t cause[MAX_N], stratum[MAX_N], cluster[MAX_N];
} random_data_t;

static void random_fill(random_data_t *d, uint64_t key, int n, int p)
{
    *d = (random_data_t){0};
    for (int i = 0; i < n; i++) {
        double u[4], v[4];
        tn_rng_uniforms(31, key, (uint32_t)i, 0, 1, 0, u);
        tn_rng_uniforms(31, key, (uint32_t)i, 0, 1, 1, v);
        d->entry[i] = floor(4 * u[0]);
        d->exit[i] = d->entry[i] + 1 + floor(8 * u[1]);
        d->cause[i] = u[2] < 0.5 ? 1 : (u[2] < 0.7 ? 2 : 0);
        d->weight[i] = 0.5 + v[0];
        d->offset[i] = 0.4 * v[1] - 0.2;
        d->stratum[i] = (int32_t)(3 * v[2]);
        d->cluster[i] = (int32_t)(v[3] * n / 3);
        for (int j = 0; j < p; j++) {
            tn_rng_normals(31, key, (uint32_t)i, 0, 2, (uint32_t)j, v);
            d->x[j * n + i] = j % 3 == 1 ? v[0] > 0 : 1975 + 10 * v[0];
        }
    }
    d->spells = (tn_spells_t){.n = (size_t)n,
        .entry = d->entry,
        .exit = d->exit,
        .cause = d->cause,
        .n_causes = 2,
        .weight = d->weight,
        .stratum = d->stratum,
        .n_strata = 3,
        .cluster = d->cluster,
        .n_clusters = n,
        .x = d->x,
        .n_covariates = p};
}

/* Everything by its definition, risk set by risk set. */
typedef struct slow {
    double loglik, score[MAX_P], info[MAX_P * MAX_P];
    double martingale[MAX_N], residual[MAX_N * MAX_P];
} slow_t;

static bool is_event(const random_data_t *d, size_t i) { return d->cause[i] == 1; }

static double slow_risk(const random_data_t *d, const double *beta, size_t i)
{
    double eta = d->offset[i];
    for (int j = 0; j < d->spells.n_covariates; j++)
        eta += beta[j] * (d->x[(size_t)j * d->spells.n + i] - (j % 3 == 1 ? 0.0 : 1975.0));
    return exp(eta);
}

/* One event with the share f off the tied: its weight m, its group (stratum, time of row e). */
static void slow_event(
    const random_data_t *d, const double *beta, size_t e, double f, double m, slow_t *out)
{
    const size_t n = d->spells.n, p = (size_t)d->spells.n_covariates;
    double s0 = 0, s1[MAX_P] = {0}, s2[MAX_P * MAX_P] = {0}, share[MAX_N];
    for (size_t i = 0; i < n; i++) {
        const bool is_at_risk =
            d->stratum[i] == d->stratum[e] && d->entry[i] < d->exit[e] && d->exit[e] <= d->exit[i];
        const bool is_tied = is_at_risk && d->exit[i] == d->exit[e] && is_event(d, i);
        share[i] = is_at_risk ? slow_risk(d, beta, i) * (is_tied ? 1 - f : 1) : 0;
        const double r = d->weight[i] * share[i];
        s0 += r;
        for (size_t j = 0; j < p; j++) {
            s1[j] += r * d->x[j * n + i];
            for (size_t k = 0; k < p; k++)
                s2[j * p + k] += r * (d->x[j * n + i] - 1975) * (d->x[k * n + i] - 1975);
        }
    }
    out->loglik -= m * log(s0);
    for (size_t j = 0; j < p; j++) {
        out->score[j] -= m * s1[j] / s0;
        for (size_t k = 0; k < p; k++) {
            out->info[j * p + k] +=
                m * (s2[j * p + k] / s0 - (s1[j] / s0 - 1975) * (s1[k] / s0 - 1975));
        }
    }
    for (size_t i = 0; i < n; i++) {
        out->martingale[i] -= share[i] * m / s0;
        for (size_t j = 0; j < p; j++)
            out->residual[j * n + i] -= share[i] * m / s0 * (d->x[j * n + i] - s1[j] / s0);
    }
}

static void slow_run(const random_data_t *d, const double *beta, bool is_efron, slow_t *out)
{
    const size_t n = d->spells.n, p = (size_t)d->spells.n_covariates;
    *out = (slow_t){0};
    for (size_t e = 0; e < n; e++) {
        if (!is_event(d, e)) continue;
        size_t n_tied = 0, rank = 0;
        double m = 0;
        for (size_t i = 0; i < n; i++) {
            if (!is_event(d, i) || d->exit[i] != d->exit[e] || d->stratum[i] != d->stratum[e])
                continue;
            rank += i < e;
            n_tied++;
            m += d->weight[i];
        }
        out->martingale[e] += 1;
        out->loglik += d->weight[e] * log(slow_risk(d, beta, e));
        for (size_t j = 0; j < p; j++)
            out->score[j] += d->weight[e] * d->x[j * n + e];
        slow_event(
            d, beta, e, is_efron ? (double)rank / (double)n_tied : 0, m / (double)n_tied, out);
    }
}

static void the_fit_agrees_with_loops_over_risk_sets(void **state)
{
    (void)state;
    static random_data_t d;
    static slow_t slow;
    static double m[MAX_N], g[MAX_N * MAX_P];
    for (int trial = 0; trial < 60; trial++) {
        const int p = trial % (MAX_P + 1);
        tn_cox_t fit;
        const tn_cox_options_t opt = {
            .cause = 1, .ties = trial % 2 ? TN_COX_BRESLOW : TN_COX_EFRON, .offset = d.offset};
        random_fill(&d, (uint64_t)trial, 150, p);
        assert_int_equal(tn_cox_fit(&fit, &d.spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        slow_run(&d, fit.coef, opt.ties == TN_COX_EFRON, &slow);
        check_close(fit.loglik, slow.loglik, TOL3, 0, "log-likelihood");
        assert_int_equal(tn_cox_martingale(&fit, m, NULL), 0);
        assert_int_equal(tn_cox_score_residuals(&fit, g, NULL), 0);
        for (size_t i = 0; i < d.spells.n; i++)
            check_close(m[i], slow.martingale[i], TOL_OPT, TOL_OPT, "martingale");
        for (int j = 0; j < p; j++) {
            check_close(slow.score[j], 0, 0, 1e-8, "top of the log-likelihood");
            for (int k = 0; k < p; k++) {
                double one = 0;
                for (int l = 0; l < p; l++)
                    one += fit.vcov[j * p + l] * slow.info[l * p + k];
                check_close(one, j == k, 0, 1e-8, "variance times information");
            }
        }
        for (size_t i = 0; i < d.spells.n * (size_t)p; i++) {
            const size_t e = i % d.spells.n, j = i / d.spells.n;
            double want = slow.residual[i];
            if (is_event(&d, e)) { /* x - mean over the shares of xbar: from Schoenfeld's sums */
                double xbar = 0;
                slow_t one = {0};
                size_t n_tied = 0, l = 0;
                for (size_t q = 0; q < d.spells.n; q++)
                    n_tied +=
                        is_event(&d, q) && d.exit[q] == d.exit[e] && d.stratum[q] == d.stratum[e];
                if (e > 20) continue; /* a few will do */
                for (; l < n_tied; l++) {
                    slow_event(&d, fit.coef, e,
                        opt.ties == TN_COX_EFRON ? (double)l / (double)n_tied : 0, 1, &one);
                }
                xbar = -one.score[j] / (double)n_tied;
                want += d.x[i] - xbar;
            }
            check_close(g[i], want, TOL_OPT, TOL_OPT, "score residual");
        }
        tn_cox_free(&fit);
    }
}

static void fit_random(tn_cox_t *fit, const random_data_t *d, tn_cox_ties_t ties)
{
    const tn_cox_options_t opt = {.cause = 1, .ties = ties, .is_robust = true};
    assert_int_equal(tn_cox_fit(fit, &d->spells, &opt, NULL), 0);
    assert_int_equal(fit->status, TN_FIT_CONVERGED);
}

static void check_same(const tn_cox_t *a, const tn_cox_t *b, const char *reason)
{
    const size_t p = (size_t)a->n_covariates;
    check_close(a->loglik, b->loglik, TOL3, 0, reason);
    check_close(a->wald, b->wald, TOL_OPT, 0, reason);
    check_close(a->score_robust, b->score_robust, TOL_OPT, 0, reason);
    for (size_t j = 0; j < p; j++)
        check_close(a->coef[j], b->coef[j], 1e-9, 1e-11, reason);
    for (size_t j = 0; j < p * p; j++)
        check_close(a->vcov[j], b->vcov[j], TOL_OPT, 1e-12, reason);
}

/* Rows of d in another order, or twice with half the weight. */
static void rearrange(random_data_t *to, const random_data_t *d, size_t n, const size_t *from)
{
    const size_t p = (size_t)d->spells.n_covariates;
    *to = *d;
    for (size_t i = 0; i < n; i++) {
        to->entry[i] = d->entry[from[i]];
        to->exit[i] = d->exit[from[i]];
        to->weight[i] = d->weight[from[i]] * (n > d->spells.n ? 0.5 : 1.0);
        to->cause[i] = d->cause[from[i]];
        to->stratum[i] = d->stratum[from[i]];
        to->cluster[i] = d->cluster[from[i]];
        for (size_t j = 0; j < p; j++)
            to->x[j * n + i] = d->x[j * d->spells.n + from[i]];
    }
    to->spells.n = n;
    to->spells.entry = to->entry;
    to->spells.exit = to->exit;
    to->spells.weight = to->weight;
    to->spells.cause = to->cause;
    to->spells.stratum = to->stratum;
    to->spells.cluster = to->cluster;
    to->spells.x = to->x;
}

static void rows_may_be_permuted_doubled_and_measured_in_other_units(void **state)
{
    (void)state;
    static random_data_t d, other;
    size_t from[MAX_N];
    tn_cox_t fit, again;
    random_fill(&d, 7, 150, 4);
    fit_random(&fit, &d, TN_COX_EFRON);
    for (size_t i = 0; i < 150; i++)
        from[i] = i * 77 % 150;
    rearrange(&other, &d, 150, from);
    fit_random(&again, &other, TN_COX_EFRON);
    check_same(&again, &fit, "permuted rows");
    tn_cox_free(&again);
    for (size_t i = 0; i < 150; i++) {
        d.entry[i] /= 365.25;
        d.exit[i] /= 365.25;
        d.x[i] *= 1e6;
    }
    fit_random(&again, &d, TN_COX_EFRON);
    check_close(again.coef[0] * 1e6, fit.coef[0], 1e-9, 0, "another unit of a covariate");
    check_close(again.coef[1], fit.coef[1], 1e-9, 0, "years for days");
    check_close(again.loglik, fit.loglik, TOL3, 0, "years for days");
    tn_cox_free(&again);
    tn_cox_free(&fit);

    /* with Breslow's rule a row twice is a row of double weight */
    random_fill(&d, 8, 150, 4);
    fit_random(&fit, &d, TN_COX_BRESLOW);
    for (size_t i = 0; i < 300; i++)
        from[i] = i / 2;
    rearrange(&other, &d, 300, from);
    fit_random(&again, &other, TN_COX_BRESLOW);
    check_same(&again, &fit, "rows doubled");
    tn_cox_free(&again);
    tn_cox_free(&fit);
}

static void without_covariates_the_hazard_is_nelson_and_aalens(void **state)
{
    (void)state;
    static random_data_t d;
    tn_cox_t fit;
    tn_cox_baseline_t b;
    random_fill(&d, 9, 100, 0);
    fit_random(&fit, &d, TN_COX_BRESLOW);
    assert_int_equal(tn_cox_baseline(&b, &fit, NULL), 0);
    for (int s = 0; s < 3; s++) {
        double h = 0, v = 0;
        for (size_t k = b.start[s]; k < b.start[s + 1]; k++) {
            double at_risk = 0, events = 0;
            for (size_t i = 0; i < 100; i++) {
                if (d.stratum[i] != s) continue;
                if (d.entry[i] < b.time[k] && b.time[k] <= d.exit[i]) at_risk += d.weight[i];
                if (d.exit[i] == b.time[k] && is_event(&d, i)) events += d.weight[i];
            }
            h += events / at_risk;
            v += events / at_risk / at_risk;
            check_close(b.cumhaz[k], h, TOL2, 0, "Nelson-Aalen");
            check_close(b.variance[k], v, TOL2, 0, "its variance");
        }
    }
    assert_int_equal(fit.lrt, 0);
    tn_cox_baseline_free(&b);
    tn_cox_free(&fit);
}

static void few_rows_are_named_not_guessed(void **state)
{
    (void)state;
    const double exit[4] = {2, 2, 2, 2}, x[4] = {1, 2, 3, 5};
    const int32_t none[4] = {0}, all[4] = {1, 1, 1, 1};
    tn_spells_t s = {.exit = exit, .cause = all, .n_causes = 1, .x = x, .n_covariates = 1};
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    tn_cox_t fit;
    for (s.n = 0; s.n <= 4; s.n++) {
        s.cause = none;
        assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_NO_EVENTS);
        assert_true(isnan(fit.loglik) && (s.n == 0 || isnan(fit.coef[0])));
        tn_cox_free(&fit);
    }
    s.cause = all; /* all leave together */
    for (s.n = 1; s.n <= 4; s.n++) {
        assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
        assert_int_equal(fit.status, s.n == 1 ? TN_FIT_COLLINEAR : TN_FIT_CONVERGED);
        if (s.n > 1) check_close(fit.coef[0], 0, 0, 1e-10, "no order, no effect");
        tn_cox_free(&fit);
    }
}

static void separation_and_collinearity_are_named(void **state)
{
    (void)state;
    /* x1: whoever has 1 leaves first; x2 = noise; x3 = 1900 + 2 x2; x4 constant */
    enum { N = 12 };
    double exit[N], x[3 * N];
    int32_t cause[N], stratum[N];
    tn_cox_t fit;
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    for (int i = 0; i < N; i++) {
        exit[i] = i + 1;
        cause[i] = 1;
        stratum[i] = i % 2;
        x[i] = (i * 7 % 5) - 2;
        x[N + i] = i < 4;
        x[2 * N + i] = 1900 + 2 * x[i];
    }
    tn_spells_t s = {
        .n = N, .exit = exit, .cause = cause, .n_causes = 1, .x = x, .n_covariates = 2};
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_SEPARATION);
    assert_int_equal(fit.covariate, 1);
    tn_cox_free(&fit);
    x[N + 2] = 0;
    s.n_covariates = 3;
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_COLLINEAR);
    assert_true(fit.covariate == 0 || fit.covariate == 2);
    assert_true(isnan(fit.coef[1]));
    tn_cox_baseline_t b;
    tn_error_t err;
    assert_int_equal(tn_cox_baseline(&b, &fit, &err), TN_EARG);
    assert_string_equal(err.message, "cox: the model has no coefficients: collinear covariates");
    tn_cox_free(&fit);
    for (int i = 0; i < N; i++)
        x[N + i] = 1975.3 + i % 2; /* constant in each stratum */
    s.n_covariates = 2;
    s.stratum = stratum;
    s.n_strata = 3;
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_COLLINEAR);
    assert_int_equal(fit.covariate, 1);
    assert_int_equal(fit.n_empty_strata, 1);
    tn_cox_free(&fit);
}

/* Three rows: covariates that depend on each other only among those at risk, which separation would
 * hide at the end of the search; and separation so complete that no information is left there. */
static void flat_directions_are_found_before_the_search(void **state)
{
    (void)state;
    static const double exit[3] = {9, 7, 4}, dependent[6] = {1, 2, 1, 0, 1, 1};
    static const int32_t cause[3] = {0, 1, 0};
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    tn_cox_t fit;
    tn_spells_t s = {
        .n = 3, .exit = exit, .cause = cause, .n_causes = 1, .x = dependent, .n_covariates = 2};
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_COLLINEAR);
    tn_cox_free(&fit);

    static const double ties[3] = {5, 5, 4}, separated[6] = {-2, -1, 2, 1, 0, 0};
    static const int32_t all[3] = {1, 1, 1};
    s.exit = ties;
    s.cause = all;
    s.x = separated;
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_SEPARATION);
    assert_true(fit.covariate >= 0);
    tn_cox_free(&fit);
}

static void years_far_from_zero_do_not_overflow(void **state)
{
    (void)state;
    static random_data_t d;
    tn_cox_t near, far;
    tn_cox_baseline_t b;
    double surv[2];
    random_fill(&d, 10, 120, 2);
    d.spells.stratum = NULL;
    for (size_t i = 0; i < 120; i++)
        d.x[i] = floor(d.x[i] - 1975.0);
    fit_random(&near, &d, TN_COX_EFRON);
    for (size_t i = 0; i < 120; i++)
        d.x[i] += 1e6;
    fit_random(&far, &d, TN_COX_EFRON);
    check_close(far.coef[0], near.coef[0], 1e-9, 0, "shifted by a million");
    check_close(far.loglik, near.loglik, TOL3, 0, "shifted by a million");
    assert_int_equal(tn_cox_baseline(&b, &far, NULL), 0);
    const double x[2] = {1e6 + 3, 1}, t[2] = {2, 8};
    const tn_cox_rows_t rows = {.n = 1, .x = x};
    const tn_cox_curves_t out = {.estimate = surv};
    assert_int_equal(tn_cox_predict(&far, &b, &rows, 2, t, TN_INTERVAL_LOG, 0.9, &out, NULL), 0);
    assert_true(surv[0] > surv[1] && surv[1] > 0.0 && surv[0] < 1.0);
    tn_cox_baseline_free(&b);
    tn_cox_free(&near);
    tn_cox_free(&far);
}

/* Someone with e^40 times the others' risk enters late: before that, the sums would hold only the
 * rounding of that risk. */
static void a_risk_set_of_rounding_is_not_believed(void **state)
{
    (void)state;
    const double entry[4] = {0, 0, 0, 5}, exit[4] = {1, 2, 3, 9}, offset[4] = {0, 0, 0, 40};
    const double x[4] = {1, 3, 2, 5};
    const int32_t cause[4] = {1, 1, 1, 1};
    tn_spells_t s = {.n = 4, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1, .x = x};
    const tn_cox_options_t opt = {.cause = 1, .offset = offset};
    tn_cox_t fit;
    tn_cox_baseline_t b;
    /* all who were at risk have left when the next one comes: exact */
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    check_close(fit.loglik, -log(6.0), TOL1, 0, "3, 2, 1 and 1 at risk");
    tn_cox_free(&fit);
    /* now one of the others still is at risk */
    const double longer[4] = {1, 2, 10, 9};
    s.exit = longer;
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_ITERATIONS);
    assert_true(isnan(fit.loglik));
    assert_int_equal(tn_cox_baseline(&b, &fit, NULL), TN_EARG);
    tn_cox_free(&fit);
}

/* Two causes' models of one data set. */
static void fit_causes(const random_data_t *d, tn_cox_t fits[2], tn_cox_baseline_t b[2])
{
    for (int k = 0; k < 2; k++) {
        const tn_cox_options_t opt = {.cause = k + 1};
        assert_int_equal(tn_cox_fit(fits + k, &d->spells, &opt, NULL), 0);
        assert_int_equal(tn_cox_baseline(b + k, fits + k, NULL), 0);
    }
}

static void free_causes(tn_cox_t fits[2], tn_cox_baseline_t b[2])
{
    for (int k = 0; k < 2; k++) {
        tn_cox_baseline_free(b + k);
        tn_cox_free(fits + k);
    }
}

static void incidences_add_up_and_one_cause_is_survival(void **state)
{
    (void)state;
    static random_data_t d;
    tn_cox_t fits[2];
    tn_cox_baseline_t b[2];
    enum { T = 6 };
    const double times[T] = {0, 2, 4, 6, 9, 20};
    double f[2][2 * T], free_[2 * T], se[2 * T], surv[2 * T], surv_se[2 * T];
    const int32_t stratum[2] = {2, 0};
    random_fill(&d, 11, 300, 2);
    fit_causes(&d, fits, b);
    const double x[4] = {1970, 1980, 0, 1};
    const tn_cox_rows_t rows = {.n = 2, .x = x, .stratum = stratum};
    const tn_cox_curves_t out[2] = {{.estimate = f[0], .se = se}, {.estimate = f[1]}};
    const tn_cox_curves_t none = {.estimate = free_};
    for (int product = 0; product < 2; product++) {
        assert_int_equal(tn_cox_cif(2, fits, b, &rows, T, times, (tn_cox_product_t)product,
                             TN_INTERVAL_LOGLOG, 0.95, &none, out, NULL),
            0);
        for (size_t k = 0; k < 2 * T; k++) {
            check_close(f[0][k] + f[1][k] + free_[k], 1, TOL2, 0, "the rest is event free");
            assert_true(f[0][k] >= 0 && f[1][k] >= 0 && free_[k] >= 0);
        }
    }
    const tn_cox_curves_t predicted = {.estimate = surv, .se = surv_se};
    assert_int_equal(tn_cox_cif(1, fits, b, &rows, T, times, TN_COX_EXPONENTIAL, TN_INTERVAL_PLAIN,
                         0.95, NULL, out, NULL),
        0);
    assert_int_equal(
        tn_cox_predict(fits, b, &rows, T, times, TN_INTERVAL_PLAIN, 0.95, &predicted, NULL), 0);
    for (size_t k = 0; k < 2 * T; k++) {
        check_close(f[0][k], 1 - surv[k], TOL3, TOL2, "one cause: 1 - survival");
        check_close(se[k], surv_se[k], TOL_OPT, 1e-12, "its standard error");
    }
    free_causes(fits, b);
}

/* Incidences from given jumps, for numerical derivatives: the definition, step by step. */
typedef struct jumps {
    size_t n[2];
    double time[2][20], h[2][20];
} jumps_t;

static double slow_incidence(const jumps_t *j, double until, bool is_exp, int target)
{
    double surv = 1, f[2] = {0, 0};
    for (double t = 0.5; t <= until; t += 0.5) {
        double h[2] = {0, 0};
        for (int l = 0; l < 2; l++) {
            for (size_t k = 0; k < j->n[l]; k++)
                h[l] += j->time[l][k] == t ? j->h[l][k] : 0;
        }
        const double sum = h[0] + h[1];
        if (sum == 0) continue;
        for (int l = 0; l < 2; l++)
            f[l] += surv * (is_exp ? (1 - exp(-sum)) * h[l] / sum : h[l]);
        surv *= is_exp ? exp(-sum) : 1 - sum;
    }
    return f[target];
}

/* Variance of an incidence by derivatives taken numerically: by each jump, and by each coefficient
 * through all its jumps. */
static double slow_variance(const tn_cox_t *fits, const tn_cox_baseline_t *b, const double *z,
    double until, bool is_exp, int target)
{
    jumps_t j = {0};
    double variance = 0;
    const size_t p = (size_t)fits->n_covariates;
    for (int l = 0; l < 2; l++) {
        j.n[l] = b[l].start[1];
        double lp = 0;
        for (size_t q = 0; q < p; q++)
            lp += fits[l].coef[q] * (z[q] - b[l].centre[q]);
        for (size_t k = 0; k < j.n[l]; k++) {
            j.time[l][k] = b[l].time[k];
            j.h[l][k] = exp(lp) * (b[l].cumhaz[k] - (k > 0 ? b[l].cumhaz[k - 1] : 0));
        }
    }
    for (int l = 0; l < 2; l++) {
        double by_beta[MAX_P] = {0}, risk = 1;
        for (size_t q = 0; q < p; q++)
            risk *= exp(fits[l].coef[q] * (z[q] - b[l].centre[q]));
        for (size_t k = 0; k < j.n[l]; k++) {
            const double h = j.h[l][k], eps = 1e-5;
            const double dv = b[l].variance[k] - (k > 0 ? b[l].variance[k - 1] : 0);
            j.h[l][k] = h + eps;
            const double above = slow_incidence(&j, until, is_exp, target);
            j.h[l][k] = h - eps;
            const double below = slow_incidence(&j, until, is_exp, target);
            j.h[l][k] = h;
            const double slope = (above - below) / (2 * eps);
            variance += slope * slope * risk * risk * dv;
            for (size_t q = 0; q < p; q++) {
                const double drift =
                    b[l].drift[k * p + q] - (k > 0 ? b[l].drift[(k - 1) * p + q] : 0);
                by_beta[q] += slope * ((z[q] - b[l].centre[q]) * h - risk * drift);
            }
        }
        for (size_t q = 0; q < p * p; q++)
            variance += by_beta[q / p] * by_beta[q % p] * fits[l].vcov[q];
    }
    return variance;
}

static void the_error_of_an_incidence_agrees_with_numerical_derivatives(void **state)
{
    (void)state;
    static random_data_t d;
    tn_cox_t fits[2];
    tn_cox_baseline_t b[2];
    const double x[2] = {1980, 1}, times[3] = {2, 5, 8};
    double f[2][3], se[2][3];
    random_fill(&d, 12, 120, 2);
    d.spells.stratum = NULL;
    fit_causes(&d, fits, b);
    const tn_cox_rows_t rows = {.n = 1, .x = x};
    const tn_cox_curves_t out[2] = {
        {f[0], se[0], NULL, NULL, NULL}, {f[1], se[1], NULL, NULL, NULL}};
    for (int product = 0; product < 2; product++) {
        assert_int_equal(tn_cox_cif(2, fits, b, &rows, 3, times, (tn_cox_product_t)product,
                             TN_INTERVAL_PLAIN, 0.95, NULL, out, NULL),
            0);
        for (int k = 0; k < 6; k++) {
            const double want =
                slow_variance(fits, b, x, times[k % 3], product == TN_COX_EXPONENTIAL, k / 3);
            check_close(se[k / 3][k % 3], sqrt(want), 1e-6, 0, "steps of 1e-5: six digits");
        }
    }
    free_causes(fits, b);
}

/* Multiplicities of refit k by their definition (cox_bootstrap.c). */
static void draw(uint64_t k, uint32_t n_clusters, double *times)
{
    for (uint32_t c = 0; c < n_clusters; c++) {
        double u[4], p = exp(-1.0), sum = p;
        tn_rng_uniforms(5, k, c / 4, 0, 0xc0c, 0, u);
        for (times[c] = 0; u[c % 4] > sum; times[c]++) {
            p /= times[c] + 1;
            sum += p;
        }
    }
}

static void a_refit_is_the_fit_of_the_rows_drawn(void **state)
{
    (void)state;
    static random_data_t d, drawn;
    tn_cox_t fit, one;
    enum { REFITS = 20 };
    double coef[REFITS * 3], times[MAX_N];
    int64_t n_failed;
    const double ridge[3] = {0, 0.5, 0};
    const tn_cox_bootstrap_options_t boot = {.n_refits = REFITS, .seed = 5, .n_threads = 2};
    for (uint64_t trial = 0; trial < 4; trial++) {
        random_fill(&d, 20 + trial, 240, 3);
        if (trial % 2 == 1) d.spells.entry = NULL;
        d.spells.n_clusters = 80;
        const tn_cox_options_t opt = {.cause = 1,
            .ties = trial < 2 ? TN_COX_EFRON : TN_COX_BRESLOW,
            .ridge = trial == 3 ? ridge : NULL};
        assert_int_equal(tn_cox_fit(&fit, &d.spells, &opt, NULL), 0);
        assert_int_equal(tn_cox_bootstrap(&fit, &boot, coef, NULL, &n_failed, NULL), 0);
        assert_int_equal(n_failed, 0);
        for (uint64_t k = 0; k < REFITS; k++) {
            size_t from[MAX_N], n = 0;
            draw(k, 80, times);
            for (size_t i = 0; i < 240; i++) {
                if (times[d.cluster[i]] > 0) from[n++] = i;
            }
            rearrange(&drawn, &d, n, from);
            if (trial % 2 == 1) drawn.spells.entry = NULL;
            for (size_t i = 0; i < n; i++)
                drawn.weight[i] *= times[drawn.cluster[i]];
            assert_int_equal(tn_cox_fit(&one, &drawn.spells, &opt, NULL), 0);
            for (size_t j = 0; j < 3; j++) {
                const double se = sqrt(one.vcov[4 * j]);
                check_close(coef[k * 3 + j], one.coef[j], 0, 1e-6 * se, "a refit stops there");
            }
            tn_cox_free(&one);
        }
        tn_cox_free(&fit);
    }
}

static void refits_do_not_depend_on_the_threads(void **state)
{
    (void)state;
    static random_data_t d;
    tn_cox_t fit;
    enum { REFITS = 600, P = 3 };
    static double first[REFITS * P], again[REFITS * P];
    int64_t n_failed;
    random_fill(&d, 30, 300, P);
    d.spells.n_clusters = 100;
    fit_random(&fit, &d, TN_COX_EFRON);
    for (int resample = 0; resample < 2; resample++) {
        tn_cox_bootstrap_options_t opt = {
            .n_refits = REFITS, .seed = 3, .resample = (tn_cox_resample_t)resample};
        opt.n_threads = 1;
        assert_int_equal(tn_cox_bootstrap(&fit, &opt, first, NULL, &n_failed, NULL), 0);
        for (opt.n_threads = 2; opt.n_threads <= 4; opt.n_threads++) {
            assert_int_equal(tn_cox_bootstrap(&fit, &opt, again, NULL, &n_failed, NULL), 0);
            assert_memory_equal(first, again, sizeof first);
        }
        for (size_t j = 0; j < P; j++) {
            double sum = 0, square = 0;
            for (size_t k = 0; k < REFITS; k++) {
                const double e = first[k * P + j] - fit.coef[j];
                sum += e / REFITS;
                square += e * e / REFITS;
            }
            const double sd = sqrt(square - sum * sum), se = sqrt(fit.vcov[j * (P + 1)]);
            /* 4 standard errors of a standard deviation are 4 / sqrt(2 * 600) = 0.12; and the
               sandwich of 100 clusters is itself some 5 percent small */
            check_close(sd / se, 1, 0.2, 0, "spread of the refits and clustered standard error");
        }
    }
    tn_cox_free(&fit);
}

static void refits_without_a_maximum_are_counted(void **state)
{
    (void)state;
    /* the second covariate varies in 2 of 30 rows: often neither is drawn */
    double exit[30], x[60] = {0};
    int32_t cause[30];
    enum { REFITS = 200 };
    double coef[REFITS * 2];
    tn_fit_status_t status[REFITS];
    tn_cox_t fit;
    int64_t n_failed, seen = 0;
    for (int i = 0; i < 30; i++) {
        exit[i] = 1 + i * 7 % 30;
        cause[i] = 1;
        x[i] = i % 4;
    }
    x[30 + 3] = x[30 + 11] = 1;
    const tn_spells_t s = {
        .n = 30, .exit = exit, .cause = cause, .n_causes = 1, .x = x, .n_covariates = 2};
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    const tn_cox_bootstrap_options_t boot = {.n_refits = REFITS, .seed = 2};
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_CONVERGED);
    assert_int_equal(tn_cox_bootstrap(&fit, &boot, coef, status, &n_failed, NULL), 0);
    for (int k = 0; k < REFITS; k++) {
        seen += status[k] != TN_FIT_CONVERGED;
        assert_true(isnan(coef[2 * k]) == (status[k] != TN_FIT_CONVERGED));
        if (status[k] == TN_FIT_CONVERGED) assert_true(fabs(coef[2 * k + 1]) < 20.0);
    }
    assert_int_equal(seen, n_failed);
    /* neither is drawn with probability exp(-2) = 0.135: 27 of 200, standard deviation 4.8 */
    assert_true(n_failed >= 8);
    tn_cox_free(&fit);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    tn_cox_t fit;
    tn_error_t err;
    tn_cox_baseline_t b;
    double out[16];
    int64_t n_failed;
    const double minus = -1.0, bad[6] = {0, 0, NAN, 0, 0, 0};
    tn_cox_options_t opt = {.cause = 2};
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), TN_EARG);
    assert_string_equal(err.message, "cox: cause 2, expected 1..1");
    opt = (tn_cox_options_t){.cause = 1, .ties = (tn_cox_ties_t)7};
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), TN_EARG);
    opt = (tn_cox_options_t){.cause = 1, .ridge = &minus};
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), TN_EARG);
    opt = (tn_cox_options_t){.cause = 1, .max_iterations = -1};
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), TN_EARG);
    opt = (tn_cox_options_t){.cause = 1, .offset = bad};
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 3: offset is not a finite number");
    tn_spells_t s = book;
    s.x = bad;
    opt = (tn_cox_options_t)TN_COX_OPTIONS_DEFAULT;
    assert_int_equal(tn_cox_fit(&fit, &s, &opt, &err), TN_EDOMAIN);
    opt.max_iterations = 1;
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), 0);
    assert_int_equal(fit.status, TN_FIT_ITERATIONS);
    tn_cox_free(&fit);
    opt.max_iterations = 0;
    assert_int_equal(tn_cox_fit(&fit, &book, &opt, &err), 0);
    assert_int_equal(tn_cox_baseline(&b, &fit, &err), 0);
    const tn_cox_curves_t curves = {.estimate = out};
    const int32_t stratum = 1;
    const double x = 1, nan_x = NAN, times[2] = {2, 1};
    tn_cox_rows_t rows = {.n = 1, .x = &x, .stratum = &stratum};
    assert_int_equal(
        tn_cox_predict(&fit, &b, &rows, 1, times, TN_INTERVAL_LOG, 0.95, &curves, &err), TN_EARG);
    assert_string_equal(err.message, "new row 1: unknown stratum (1)");
    rows = (tn_cox_rows_t){.n = 1, .x = &nan_x};
    assert_int_equal(
        tn_cox_predict(&fit, &b, &rows, 1, times, TN_INTERVAL_LOG, 0.95, &curves, &err),
        TN_EDOMAIN);
    rows.x = &x;
    assert_int_equal(
        tn_cox_predict(&fit, &b, &rows, 1, times, TN_INTERVAL_LOG, 1.0, &curves, &err), TN_EARG);
    assert_int_equal(tn_cox_cif(1, &fit, &b, &rows, 2, times, TN_COX_EXPONENTIAL, TN_INTERVAL_LOG,
                         0.95, NULL, &curves, &err),
        TN_EARG);
    assert_string_equal(err.message, "cox: times do not ascend (place 2)");
    const tn_cox_bootstrap_options_t boot = {.n_refits = -1};
    assert_int_equal(tn_cox_bootstrap(&fit, &boot, out, NULL, &n_failed, &err), TN_EARG);
    tn_cox_baseline_free(&b);
    tn_cox_free(&fit);
    tn_cox_free(&fit); /* twice is fine */
    tn_cox_free(NULL);
}

static int everything(const tn_spells_t *s)
{
    tn_cox_t fit;
    tn_cox_baseline_t b = {0};
    static double out[MAX_N * MAX_P];
    int64_t n_failed;
    const double times[2] = {2, 5}, x[4] = {1970, 1, 1980, 1}, ridge[4] = {1, 1, 1, 1};
    static const double offset[MAX_N];
    const tn_cox_options_t opt = {.cause = 1, .is_robust = true, .ridge = ridge, .offset = offset};
    const tn_cox_bootstrap_options_t boot = {.n_refits = 5, .n_threads = 1};
    const tn_cox_rows_t rows = {.n = 1, .x = x};
    const tn_cox_curves_t curves = {.estimate = out};
    int ret = tn_cox_fit(&fit, s, &opt, NULL);
    if (ret == 0) ret = tn_cox_baseline(&b, &fit, NULL);
    if (ret == 0)
        ret = tn_cox_predict(&fit, &b, &rows, 2, times, TN_INTERVAL_LOG, 0.95, &curves, NULL);
    if (ret == 0)
        ret = tn_cox_cif(1, &fit, &b, &rows, 2, times, TN_COX_EXPONENTIAL, TN_INTERVAL_LOG, 0.95,
            NULL, &curves, NULL);
    if (ret == 0) ret = tn_cox_deviance(&fit, out, NULL);
    if (ret == 0) ret = tn_cox_score_residuals(&fit, out, NULL);
    if (ret == 0) ret = tn_cox_dfbeta(&fit, out, NULL);
    if (ret == 0) ret = tn_cox_schoenfeld(&fit, true, NULL, NULL, out, NULL);
    if (ret == 0) ret = tn_cox_zph(&fit, TN_COX_TIME_KM, out, out + 4, NULL, NULL);
    if (ret == 0) ret = tn_cox_bootstrap(&fit, &boot, out, NULL, &n_failed, NULL);
    tn_cox_baseline_free(&b);
    tn_cox_free(&fit);
    return ret;
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static random_data_t d;
    int ret = TN_ENOMEM;
    long k = 1;
    random_fill(&d, 40, 60, 4);
    for (; ret != 0; k++) {
        assert_true(k < 2000);
        tn_mem_fail_at(k);
        ret = everything(&d.spells);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
    }
    assert_true(k > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_rows_by_hand_breslow),
        cmocka_unit_test(six_rows_by_hand_efron),
        cmocka_unit_test(the_fit_agrees_with_loops_over_risk_sets),
        cmocka_unit_test(rows_may_be_permuted_doubled_and_measured_in_other_units),
        cmocka_unit_test(without_covariates_the_hazard_is_nelson_and_aalens),
        cmocka_unit_test(few_rows_are_named_not_guessed),
        cmocka_unit_test(separation_and_collinearity_are_named),
        cmocka_unit_test(flat_directions_are_found_before_the_search),
        cmocka_unit_test(years_far_from_zero_do_not_overflow),
        cmocka_unit_test(a_risk_set_of_rounding_is_not_believed),
        cmocka_unit_test(incidences_add_up_and_one_cause_is_survival),
        cmocka_unit_test(the_error_of_an_incidence_agrees_with_numerical_derivatives),
        cmocka_unit_test(a_refit_is_the_fit_of_the_rows_drawn),
        cmocka_unit_test(refits_do_not_depend_on_the_threads),
        cmocka_unit_test(refits_without_a_maximum_are_counted),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
