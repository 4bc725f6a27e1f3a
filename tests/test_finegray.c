/* The Fine-Gray model: against fractions, crr's figures, definitions written out, and its limits.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"
#include "survival/spd.h"
#include "tenure/finegray.h"

/* crr stops when the score is below 1e-6 of the log-likelihood */
#define TOL_CRR 1e-6

enum { MAX_N = 64, MAX_P = 2 };

/* Random data of at most MAX_N rows. */
typedef struct sample {
    size_t n;
    int p, n_groups;
    double exit[MAX_N], weight[MAX_N], x[MAX_N * MAX_P];
    int32_t cause[MAX_N], group[MAX_N], cluster[MAX_N];
} sample_t;

static tn_spells_t spells_of(const sample_t *s)
{
    return (tn_spells_t){.n = s->n,
        .exit = s->exit,
        .cause = s->cause,
        .n_causes = 3,
        .weight = s->weight,
        .x = s->x,
        .n_covariates = s->p};
}

static void draw(sample_t *s, uint32_t trial, size_t n, bool is_tied)
{
    *s = (sample_t){.n = n, .p = 2, .n_groups = 1 + (int)(trial % 3)};
    for (uint32_t i = 0; i < n; i++) {
        double u[4], v[4];
        tn_rng_uniforms(11, i, trial, 0, 0, 0, u);
        tn_rng_uniforms(11, i, trial, 1, 0, 0, v);
        s->exit[i] = is_tied ? floor(1.0 + 8.0 * u[0]) : -tn_log(u[0]);
        s->cause[i] = (int32_t)(4.0 * u[1]);
        s->weight[i] = 1.0 + floor(3.0 * u[2]);
        s->group[i] = (int32_t)(s->n_groups * u[3]);
        s->cluster[i] = (int32_t)(7.0 * v[0]);
        s->x[i] = 4.0 * v[1] + 5.0;
        s->x[n + i] = floor(3.0 * v[2]) / 2.0;
    }
}

/* ---- the definitions, written out ---- */

typedef struct naive {
    const sample_t *s;
    const double *beta;
    size_t m;
    double time[MAX_N], s0[MAX_N], dh[MAX_N], zbar[MAX_N][MAX_P];
    double weight[MAX_N][MAX_N]; /* row, event time */
    double u[MAX_N][MAX_P];      /* eta + psi */
    double phi[MAX_N];           /* iid terms of H(t), x not centred */
} naive_t;

static double risk(const naive_t *v, size_t i)
{
    double eta = 0.0;
    for (int j = 0; j < v->s->p; j++)
        eta += v->beta[j] * v->s->x[(size_t)j * v->s->n + i];
    return tn_exp(eta);
}

static double at_risk_of(const sample_t *s, int32_t g, double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->group[i] == g && s->exit[i] >= t ? s->weight[i] : 0.0;
    return sum;
}

static double censored_at(const sample_t *s, int32_t g, double t)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->group[i] == g && s->exit[i] == t && s->cause[i] == 0 ? s->weight[i] : 0.0;
    return sum;
}

static bool is_first_of_tie(const sample_t *s, int32_t g, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (s->group[k] == g && s->exit[k] == s->exit[i]) return false;
    }
    return s->group[i] == g;
}

/* G(t-) */
static double uncensored(const sample_t *s, int32_t g, double t)
{
    double curve = 1.0;
    if (!(at_risk_of(s, g, t) > 0.0)) return 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_first_of_tie(s, g, i) || s->exit[i] >= t) continue;
        curve *= 1.0 - censored_at(s, g, s->exit[i]) / at_risk_of(s, g, s->exit[i]);
    }
    return curve;
}

static bool is_event(const sample_t *s, size_t i) { return s->cause[i] == 1; }
static bool is_other(const sample_t *s, size_t i) { return s->cause[i] > 1; }

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void naive_risk_sets(naive_t *v, const sample_t *s, const double *beta)
{
    *v = (naive_t){.s = s, .beta = beta};
    size_t all = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (is_event(s, i)) v->time[all++] = s->exit[i];
    }
    qsort(v->time, all, sizeof *v->time, compare);
    for (size_t k = 0; k < all; k++) {
        if (v->m == 0 || v->time[k] != v->time[v->m - 1]) v->time[v->m++] = v->time[k];
    }
    for (size_t k = 0; k < v->m; k++) {
        double d = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            double w = 0.0;
            if (s->exit[i] >= v->time[k]) {
                w = 1.0;
            } else if (is_other(s, i)) {
                w = uncensored(s, s->group[i], v->time[k]) / uncensored(s, s->group[i], s->exit[i]);
            }
            v->weight[i][k] = w;
            v->s0[k] += s->weight[i] * w * risk(v, i);
            for (int j = 0; j < s->p; j++)
                v->zbar[k][j] += s->weight[i] * w * risk(v, i) * s->x[(size_t)j * s->n + i];
            if (is_event(s, i) && s->exit[i] == v->time[k]) d += s->weight[i];
        }
        for (int j = 0; j < s->p; j++)
            v->zbar[k][j] /= v->s0[k];
        v->dh[k] = d / v->s0[k];
    }
}

/* dH as a censoring of group g sees it: crr counts events of that group only */
static double seen_hazard(const naive_t *v, size_t k, int32_t g, tn_finegray_variance_t variance)
{
    double d = 0.0;
    if (variance == TN_FINEGRAY_DERIVED) return v->dh[k];
    for (size_t i = 0; i < v->s->n; i++) {
        if (is_event(v->s, i) && v->s->exit[i] == v->time[k] && v->s->group[i] == g) {
            d += v->s->weight[i];
        }
    }
    return d / v->s0[k];
}

/* q(u) / Y(u): the last number is for H(tau), the others for the score */
static void influence(
    const naive_t *v, int32_t g, double u, double tau, tn_finegray_variance_t variance, double *q)
{
    const sample_t *s = v->s;
    const bool is_crr = variance == TN_FINEGRAY_CRR;
    for (int j = 0; j <= s->p; j++)
        q[j] = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        if (!is_other(s, i) || s->group[i] != g) continue;
        if (is_crr ? s->exit[i] >= u : s->exit[i] > u) continue;
        for (size_t k = 0; k < v->m; k++) {
            if (is_crr ? v->time[k] < u : v->time[k] <= u) continue;
            const double a = s->weight[i] * risk(v, i) * v->weight[i][k] *
                             seen_hazard(v, k, g, variance) / at_risk_of(s, g, u);
            for (int j = 0; j < s->p; j++)
                q[j] += a * (s->x[(size_t)j * s->n + i] - v->zbar[k][j]);
            if (v->time[k] <= tau) q[s->p] += a / v->s0[k];
        }
    }
}

static void naive_eta(naive_t *v, size_t i, double tau)
{
    const sample_t *s = v->s;
    for (size_t k = 0; k < v->m; k++) {
        const double a = v->weight[i][k] * risk(v, i) * v->dh[k];
        const double dm = (is_event(s, i) && s->exit[i] == v->time[k] ? 1.0 : 0.0) - a;
        for (int j = 0; j < s->p; j++)
            v->u[i][j] += dm * (s->x[(size_t)j * s->n + i] - v->zbar[k][j]);
        if (v->time[k] <= tau) v->phi[i] += dm / v->s0[k];
    }
}

static void naive_iid(naive_t *v, tn_finegray_variance_t variance, double tau)
{
    const sample_t *s = v->s;
    for (size_t i = 0; i < s->n; i++)
        naive_eta(v, i, tau);
    if (variance == TN_FINEGRAY_FIXED) return;
    for (size_t c = 0; c < s->n; c++) {
        double q[MAX_P + 1];
        if (s->cause[c] != 0) continue;
        const int32_t g = s->group[c];
        influence(v, g, s->exit[c], tau, variance, q);
        for (size_t i = 0; i < s->n; i++) {
            if (s->group[i] != g || s->exit[i] < s->exit[c]) continue;
            const double dm = (i == c ? 1.0 : 0.0) - s->weight[c] / at_risk_of(s, g, s->exit[c]);
            for (int j = 0; j < s->p; j++)
                v->u[i][j] += dm * q[j];
            v->phi[i] += dm * q[s->p];
        }
    }
}

/* Sandwich of the definitions, clustered if asked for; and the variance of H(tau) exp(x'beta). */
static void naive_variance(const naive_t *v, const double *bread, bool is_clustered,
    const double *x, double tau, double *vcov, double *hazard_variance)
{
    const sample_t *s = v->s;
    const int p = s->p;
    double sum[MAX_N][MAX_P + 1] = {{0}}, h = 0.0, e[MAX_P] = {0}, eta = 0.0;
    for (size_t k = 0; k < v->m && v->time[k] <= tau; k++) {
        h += v->dh[k];
        for (int j = 0; j < p; j++)
            e[j] += v->zbar[k][j] * v->dh[k];
    }
    for (int j = 0; j < p; j++)
        eta += x[j] * v->beta[j];
    for (size_t i = 0; i < s->n; i++) {
        const size_t c = is_clustered ? (size_t)s->cluster[i] : i;
        const double w = is_clustered ? s->weight[i] : sqrt(s->weight[i]);
        double term = v->phi[i];
        for (int a = 0; a < p; a++) {
            double b = 0.0;
            for (int j = 0; j < p; j++)
                b += bread[a * p + j] * v->u[i][j];
            sum[c][a] += w * b;
            term += b * (x[a] * h - e[a]);
        }
        sum[c][p] += w * term * tn_exp(eta);
    }
    memset(vcov, 0, (size_t)(p * p) * sizeof *vcov);
    *hazard_variance = 0.0;
    for (size_t c = 0; c < s->n; c++) {
        for (int a = 0; a < p * p; a++)
            vcov[a] += sum[c][a / p] * sum[c][a % p];
        *hazard_variance += sum[c][p] * sum[c][p];
    }
}

static void the_variance_is_that_of_the_definitions(void **state)
{
    static sample_t s;
    static naive_t v;
    (void)state;
    int n_fits = 0;
    for (uint32_t trial = 0; trial < 120; trial++) {
        draw(&s, trial, 20 + trial % 40, trial % 4 != 0);
        const double x[2] = {7.0, 1.0}, tau = s.exit[trial % s.n];
        tn_spells_t spells = spells_of(&s);
        tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
        tn_finegray_t fit;
        double cif, se, vcov[4], variance;
        const bool is_clustered = trial % 5 == 0;
        opt.variance = (tn_finegray_variance_t)(trial % 7 % 3);
        opt.cengroup = s.group;
        opt.n_cengroups = s.n_groups;
        if (is_clustered) {
            spells.cluster = s.cluster;
            spells.n_clusters = 7;
        }
        assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
        if (fit.status != TN_FIT_CONVERGED) {
            tn_finegray_free(&fit);
            continue;
        }
        n_fits++;
        naive_risk_sets(&v, &s, fit.coef);
        naive_iid(&v, opt.variance, tau);
        naive_variance(&v, fit.vcov_model, is_clustered, x, tau, vcov, &variance);
        assert_int_equal(fit.n_times, v.m);
        double h = 0.0;
        for (size_t k = 0; k < v.m; k++) {
            check_close(fit.jump[k], v.dh[k], 1e-9, 0, "jump; exp(-centre beta) loses digits");
            if (v.time[k] <= tau) h += v.dh[k];
        }
        /* the definitions do not centre, which costs digits */
        const double size = sqrt(vcov[0] * vcov[3]);
        for (int q = 0; q < 4; q++)
            check_close(fit.vcov[q], vcov[q], 1e-7, 1e-7 * size, "sandwich");
        const tn_finegray_curves_t out = {.cif = &cif, .se = &se};
        assert_int_equal(
            tn_finegray_predict(&fit, 1, x, 1, &tau, TN_INTERVAL_PLAIN, 0.95, &out, NULL), 0);
        h *= tn_exp(x[0] * fit.coef[0] + x[1] * fit.coef[1]);
        check_close(cif, -tn_expm1(-h), 1e-9, 0, "cif");
        check_close(se, sqrt(variance) * tn_exp(-h), 1e-7, 1e-12, "se of cif");
        tn_finegray_free(&fit);
    }
    assert_true(n_fits > 100);
}

/* ---- crr ---- */

typedef struct reference_fit {
    const char *id, *dataset;
    const char *time, *cause;
    const char *newdata;
    int failcode;
    const char *term[4], *source[4];
} reference_fit_t;

static const reference_fit_t reference_fits[] = {
    {"fg_mgus2_pcm", "datasets/mgus2_competing.csv", "etime", "event", "mgus2", 1,
        {"age", "male", "mspike", "hgb"}, {"age", "male", "mspike", "hgb"}},
    {"fg_mgus2_death", "datasets/mgus2_competing.csv", "etime", "event", "mgus2", 2,
        {"age", "male", "mspike", "hgb"}, {"age", "male", "mspike", "hgb"}},
    {"fg_pbc_death", "datasets/pbc.csv", "time", "status", "pbc", 2,
        {"age", "edema", "logbili", "albumin"}, {"age", "edema", "bili", "albumin"}},
    {"fg_pbc_transplant", "datasets/pbc.csv", "time", "status", "pbc", 1,
        {"age", "edema", "logbili", "albumin"}, {"age", "edema", "bili", "albumin"}},
};

/* Complete rows; x by column. */
static tn_spells_t read_spells(const reference_fit_t *r)
{
    reference_t data;
    assert_true(reference_read(&data, r->dataset));
    double *exit = reference_numbers(&data, r->time), *cause = reference_numbers(&data, r->cause);
    double *column[4], *x = calloc(4 * data.n_rows, sizeof *x);
    int32_t *code = calloc(data.n_rows, sizeof *code);
    size_t n = 0;
    assert_true(x != NULL && code != NULL);
    for (int j = 0; j < 4; j++)
        column[j] = reference_numbers(&data, r->source[j]);
    for (size_t i = 0; i < data.n_rows; i++) {
        if (isnan(column[0][i] + column[1][i] + column[2][i] + column[3][i])) continue;
        exit[n] = exit[i];
        code[n] = (int32_t)cause[i];
        for (int j = 0; j < 4; j++)
            column[j][n] = column[j][i];
        n++;
    }
    for (size_t j = 0; j < 4; j++) {
        for (size_t i = 0; i < n; i++)
            x[j * n + i] = strncmp(r->term[j], "log", 3) == 0 ? tn_log(column[j][i]) : column[j][i];
        free(column[j]);
    }
    free(cause);
    reference_free(&data);
    return (tn_spells_t){
        .n = n, .exit = exit, .cause = code, .n_causes = 2, .x = x, .n_covariates = 4};
}

static void free_spells(tn_spells_t *s)
{
    free((void *)(uintptr_t)s->exit);
    free((void *)(uintptr_t)s->cause);
    free((void *)(uintptr_t)s->x);
}

static int term_of(const reference_fit_t *r, const char *name)
{
    for (int j = 0; j < 4; j++) {
        if (strcmp(r->term[j], name) == 0) return j;
    }
    fail_msg("no term %s", name);
    return -1;
}

static void check_coefficients(const reference_fit_t *r, const tn_finegray_t *fit)
{
    reference_t ref;
    size_t n = 0;
    assert_true(reference_read(&ref, "finegray_coef.csv"));
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (strcmp(reference_text(&ref, i, "id"), r->id) != 0) continue;
        const int j = term_of(r, reference_text(&ref, i, "term"));
        check_close(fit->coef[j], reference_number(&ref, i, "coef"), TOL_CRR, 0, r->id);
        check_close(
            sqrt(fit->vcov[j * 5]), reference_number(&ref, i, "se"), TOL_CRR, 0, "standard error");
        check_close(fit->loglik, reference_number(&ref, i, "loglik"), 1e-11, 0, "loglik");
        check_close(fit->loglik_null, reference_number(&ref, i, "loglik_null"), TOL3, 0, "null");
        assert_int_equal(fit->n, (size_t)reference_number(&ref, i, "n"));
        n++;
    }
    assert_int_equal(n, 4);
    reference_free(&ref);
    assert_true(reference_read(&ref, "finegray_vcov.csv"));
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (strcmp(reference_text(&ref, i, "id"), r->id) != 0) continue;
        const int a = term_of(r, reference_text(&ref, i, "row"));
        const int b = term_of(r, reference_text(&ref, i, "col"));
        const double size = sqrt(fit->vcov[a * 5] * fit->vcov[b * 5]);
        check_close(fit->vcov[a * 4 + b], reference_number(&ref, i, "var"), TOL_CRR, TOL_CRR * size,
            "variance");
        n++;
    }
    assert_int_equal(n, 20);
    reference_free(&ref);
}

static void check_baseline(const reference_fit_t *r, const tn_finegray_t *fit)
{
    reference_t ref;
    size_t k = 0;
    assert_true(reference_read(&ref, "finegray_baseline.csv"));
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (strcmp(reference_text(&ref, i, "id"), r->id) != 0) continue;
        assert_true(k < fit->n_times);
        check_close(fit->time[k], reference_number(&ref, i, "time"), 0, 0, "event time");
        check_close(fit->jump[k], reference_number(&ref, i, "jump"), 5e-6, 0, "at covariates 0");
        check_close(fit->cumhaz[k++], reference_number(&ref, i, "cumsubhaz"), 5e-6, 0, "sum");
    }
    assert_int_equal(k, fit->n_times);
    reference_free(&ref);
}

static void check_predictions(const reference_fit_t *r, const tn_finegray_t *fit)
{
    reference_t ref, new_rows;
    double x[12];
    size_t n = 0;
    assert_true(reference_read(&new_rows, "newdata_finegray.csv"));
    for (size_t i = 0; i < new_rows.n_rows; i++) {
        if (strcmp(reference_text(&new_rows, i, "model"), r->newdata) != 0) continue;
        const int row = (int)reference_number(&new_rows, i, "row") - 1;
        x[term_of(r, reference_text(&new_rows, i, "term")) * 3 + row] =
            reference_number(&new_rows, i, "value");
    }
    reference_free(&new_rows);
    assert_true(reference_read(&ref, "finegray_predict.csv"));
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (strcmp(reference_text(&ref, i, "id"), r->id) != 0) continue;
        const double t = reference_number(&ref, i, "time");
        const int row = (int)reference_number(&ref, i, "row") - 1;
        double cif[3], se[3], lower[3], upper[3];
        const tn_finegray_curves_t out = {cif, se, lower, upper};
        assert_int_equal(
            tn_finegray_predict(fit, 3, x, 1, &t, TN_INTERVAL_LOGLOG, 0.95, &out, NULL), 0);
        check_close(cif[row], reference_number(&ref, i, "cif"), TOL_CRR, 0, "incidence");
        assert_true(se[row] > 0.0 && lower[row] < cif[row] && cif[row] < upper[row]);
        assert_true(lower[row] >= 0.0 && upper[row] <= 1.0);
        n++;
    }
    assert_true(n >= 12);
    reference_free(&ref);
}

static void crr_gives_the_same_figures(void **state)
{
    (void)state;
    if (getenv("TENURE_SHARED") == NULL) skip();
    for (size_t q = 0; q < sizeof reference_fits / sizeof *reference_fits; q++) {
        const reference_fit_t *r = &reference_fits[q];
        tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
        tn_finegray_t fit;
        tn_spells_t spells = read_spells(r);
        opt.cause = r->failcode;
        assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        check_coefficients(r, &fit);
        check_baseline(r, &fit);
        check_predictions(r, &fit);
        tn_finegray_free(&fit);
        free_spells(&spells);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_variance_is_that_of_the_definitions),
        cmocka_unit_test(crr_gives_the_same_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
