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
#define TOL_CRR 1e-7

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
        check_close(fit->jump[k], reference_number(&ref, i, "jump"), TOL_CRR, 0, "at covariates 0");
        check_close(fit->cumhaz[k++], reference_number(&ref, i, "cumsubhaz"), TOL_CRR, 0, "sum");
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
        /* the pbc rows reach 0 and 1 - 1e-15, where there is nothing to bound */
        const bool is_inside = cif[row] > 1e-9 && cif[row] < 1.0 - 1e-9;
        assert_true(!is_inside || (lower[row] > 0.0 && lower[row] < cif[row]));
        assert_true(!is_inside || (upper[row] < 1.0 && upper[row] > cif[row]));
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

/* ---- by hand ---- */

/* Exits 1 by another cause, 2 censored, 3 by the cause; no covariates. G(3-) = 1 - 1/2, so that the
 * risk set at 3 is 1 + 1/2: jump 2/3, log-likelihood -log(3/2), incidence 1 - exp(-2/3). With phi
 * the iid terms of the hazard, S0 = 3/2: the event 1/S0 - dH/S0 = 2/3 - 4/9 = 2/9; the other
 * -1/2 dH/S0 = -2/9; through G, q = 1/2 dH/S0 = 2/9 over Y = 2: censored 1/9 - 1/18 = 1/18, event
 * 2/9 - 1/18 = 3/18. Sum of squares (16 + 1 + 9) / 324 = 26/324. */
static void three_rows_by_hand(void **state)
{
    (void)state;
    const double exit[3] = {1, 2, 3}, times[3] = {2.5, 3, 9};
    const int32_t cause[3] = {2, 0, 1};
    const tn_spells_t spells = {.n = 3, .exit = exit, .cause = cause, .n_causes = 2};
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    double cif[3], se[3], lower[3], upper[3];
    const tn_finegray_curves_t out = {cif, se, lower, upper};
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    assert_int_equal(fit.status, TN_FIT_CONVERGED);
    assert_int_equal(fit.n_times, 1);
    check_close(fit.jump[0], 2.0 / 3.0, TOL0, 0, "1 / (1 + 1/2)");
    check_close(fit.loglik, -tn_log(1.5), TOL1, 0, "log-likelihood");
    assert_int_equal(
        tn_finegray_predict(&fit, 1, NULL, 3, times, TN_INTERVAL_PLAIN, 0.95, &out, NULL), 0);
    check_close(cif[0], 0.0, 0, 0, "before the event");
    check_close(se[0], 0.0, 0, 0, "before the event");
    check_close(cif[1], -tn_expm1(-2.0 / 3.0), TOL1, 0, "1 - exp(-2/3)");
    check_close(cif[2], cif[1], 0, 0, "after the event");
    check_close(se[1], sqrt(26.0 / 324.0) * tn_exp(-2.0 / 3.0), TOL1, 0, "iid terms");
    check_close(upper[1], fmin(1.0, cif[1] + 1.959963984540054 * se[1]), TOL2, 0, "limit");
    tn_finegray_free(&fit);
}

/* One cause and no covariates: jumps are those of Nelson-Aalen, d / Y. */
static void without_other_causes_it_is_nelson_aalen(void **state)
{
    (void)state;
    const double exit[6] = {4, 1, 3, 3, 1, 2};
    const int32_t cause[6] = {1, 1, 1, 0, 0, 1};
    const tn_spells_t spells = {.n = 6, .exit = exit, .cause = cause, .n_causes = 1};
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    const double want[4] = {1.0 / 6.0, 1.0 / 4.0, 1.0 / 3.0, 1.0};
    assert_int_equal(fit.n_times, 4);
    for (int k = 0; k < 4; k++)
        check_close(fit.jump[k], want[k], TOL0, 0, "events / at risk");
    tn_finegray_free(&fit);
}

/* ---- R, literal figures (4.2.2, cmprsk 2.2-11 with gtol = 1e-15, survival 3.5-3) ---- */

enum { N_TIED = 60 };
typedef struct tied {
    double exit[N_TIED], entry[N_TIED], x[2 * N_TIED];
    int32_t cause[N_TIED], group[N_TIED];
} tied_t;

/* i <- 1:60; time <- (i*7)%%11+1+(i%%2)*3; cause <- (i*5+i%/%4)%%3; x1=((i*13)%%17)/4,
 * x2=(i%/%3)%%2; grp <- (i*i)%%3; entry <- pmin(pmax(0, ((i*5)%%7)-2), time-1) */
static tn_spells_t tied_spells(tied_t *t)
{
    for (int i = 1; i <= N_TIED; i++) {
        t->exit[i - 1] = i * 7 % 11 + 1 + i % 2 * 3;
        t->entry[i - 1] = fmin(fmax(0.0, i * 5 % 7 - 2), t->exit[i - 1] - 1.0);
        t->cause[i - 1] = (i * 5 + i / 4) % 3;
        t->x[i - 1] = i * 13 % 17 / 4.0;
        t->x[N_TIED + i - 1] = i / 3 % 2;
        t->group[i - 1] = i * i % 3;
    }
    return (tn_spells_t){.n = N_TIED,
        .exit = t->exit,
        .cause = t->cause,
        .n_causes = 2,
        .x = t->x,
        .n_covariates = 2};
}

static void check_all(size_t n, const double *got, const double *want, double rel, const char *what)
{
    for (size_t k = 0; k < n; k++)
        check_close(got[k], want[k], rel, 0, what);
}

static void heavy_ties_and_censoring_groups_are_as_in_crr(void **state)
{
    (void)state;
    tied_t t;
    const tn_spells_t spells = tied_spells(&t);
    tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    double residual[22];
    const double coef1[2] = {-0.051857470306277548, -0.96649573879974737};
    const double var1[4] = {
        0.056031734016334808, 0.023341347116258813, 0.02334134711625881, 0.31238746288782798};
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    check_all(2, fit.coef, coef1, 1e-11, "one group, coef");
    check_all(4, fit.vcov, var1, 1e-11, "one group, var");
    tn_finegray_free(&fit);

    const double coef2[2] = {-0.051297075894628737, -0.96824418858622774};
    const double var2[4] = {
        0.055980953845169261, 0.023306015957626301, 0.023306015957626301, 0.31298234827112303};
    const double jump[11] = {0.026824252775166889, 0.027705492589471081, 0.029426201353008611,
        0.062872727341868898, 0.070737615486520536, 0.039700034384174618, 0.042379395497059685,
        0.047693450354530369, 0.056642996527690108, 0.14228131425887797, 0.18854549769371001};
    const double res[22] = {1.4978907501767016, 2.0290547506598728, -1.7024041391402287,
        -0.93883958172063631, -0.11026270823517414, 1.1783887710833389, 1.7355014091633683,
        -1.9112505777158357, -1.3465640104125216, -0.58815040657248918, 0.15663574271360492,
        0.72176102873425219, -0.2785877364396207, -0.28643140917046073, 0.41068577360750336,
        0.38878977842332452, -0.32900603519284682, -0.32106322964609152, 0.67685535008415076,
        -0.35386280572347684, -0.80527966832967512, 0.17613895365294097};
    opt.cengroup = t.group;
    opt.n_cengroups = 2;
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    check_all(2, fit.coef, coef2, 1e-11, "two groups, coef");
    check_all(4, fit.vcov, var2, 1e-11, "two groups, var");
    check_all(11, fit.jump, jump, 1e-11, "bfitj");
    check_close(fit.loglik, -53.037593776296326, TOL2, 0, "loglik");
    check_close(fit.loglik_null, -54.658101313931112, TOL2, 0, "loglik.null");
    assert_int_equal(tn_finegray_schoenfeld(&fit, residual, NULL), 0);
    check_all(22, residual, res, 1e-10, "res");
    tn_finegray_free(&fit);
}

/* coxph(Surv(fgstart,fgstop,fgstatus) ~ x1+x2, weights=fgwt, cluster=id, ties="breslow") on
 * finegray(Surv(entry,time,ev) ~ ., etype="1", id=id); eps=1e-14 */
static void delayed_entry_is_as_in_survival_finegray(void **state)
{
    (void)state;
    tied_t t;
    tn_spells_t spells = tied_spells(&t);
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    const double coef[2] = {-0.038674184800747365, -0.95920030844971282};
    const double var[4] = {
        0.057032826191362025, 0.019729344005693775, 0.019729344005693775, 0.30931196716172554};
    spells.entry = t.entry;
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    assert_int_equal(fit.variance, TN_FINEGRAY_FIXED);
    check_all(2, fit.coef, coef, 1e-10, "coef");
    check_all(4, fit.vcov, var, 1e-10, "robust variance");
    check_close(fit.loglik_null, -52.735421955008967, TOL2, 0, "loglik at 0");
    check_close(fit.loglik, -51.14345320804447, TOL2, 0, "loglik");
    tn_finegray_free(&fit);

    /* entries before the first exit change nothing */
    tn_finegray_t same;
    for (int i = 0; i < N_TIED; i++)
        t.entry[i] = 0.25 * (i % 4);
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    spells.entry = NULL;
    assert_int_equal(tn_finegray_fit(&same, &spells, &opt, NULL), 0);
    assert_int_equal(fit.variance, TN_FINEGRAY_CRR);
    check_all(4, fit.vcov, same.vcov, 0, "same bits");
    tn_finegray_free(&fit);
    tn_finegray_free(&same);
}

/* ---- properties ---- */

static void check_same(const tn_finegray_t *a, const tn_finegray_t *b, const char *why)
{
    assert_int_equal(a->status, b->status);
    for (int j = 0; j < 2; j++)
        check_close(a->coef[j], b->coef[j], 1e-9, 1e-12, why);
    for (int q = 0; q < 4; q++)
        check_close(a->vcov[q], b->vcov[q], 1e-9, 1e-12, why);
    check_close(a->wald, b->wald, 1e-9, 0, why);
    check_close(a->cumhaz[a->n_times - 1], b->cumhaz[b->n_times - 1], 1e-9, 0, why);
}

static double se_at(const tn_finegray_t *fit, double t)
{
    const double x[2] = {7.0, 1.0};
    double se;
    const tn_finegray_curves_t out = {.se = &se};
    assert_int_equal(tn_finegray_predict(fit, 1, x, 1, &t, TN_INTERVAL_PLAIN, 0.9, &out, NULL), 0);
    return se;
}

/* Rows i as often as count[i] says, in order; weights w[i]. */
static void copies(const sample_t *s, const int *count, double w, sample_t *out)
{
    *out = (sample_t){.p = 2, .n_groups = s->n_groups};
    double x[2 * MAX_N];
    for (size_t i = 0; i < s->n; i++) {
        for (int c = 0; c < count[i]; c++) {
            const size_t k = out->n++;
            assert_true(k < MAX_N);
            out->exit[k] = s->exit[i];
            out->cause[k] = s->cause[i];
            out->group[k] = s->group[i];
            out->weight[k] = w;
            x[2 * k] = s->x[i];
            x[2 * k + 1] = s->x[s->n + i];
        }
    }
    for (size_t k = 0; k < 2 * out->n; k++)
        out->x[k % 2 * out->n + k / 2] = x[k];
}

static void weight_2_is_the_row_twice(void **state)
{
    static sample_t s, twice;
    (void)state;
    for (uint32_t trial = 0; trial < 12; trial++) {
        int count[MAX_N];
        tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
        tn_finegray_t a, b;
        draw(&s, trial, 30, true);
        for (size_t i = 0; i < s.n; i++) {
            count[i] = 1 + (int)(i % 2);
            s.weight[i] = count[i];
        }
        copies(&s, count, 1.0, &twice);
        opt.variance = (tn_finegray_variance_t)(trial / 3 % 3);
        opt.n_cengroups = s.n_groups;
        tn_spells_t spells = spells_of(&s);
        opt.cengroup = s.group;
        assert_int_equal(tn_finegray_fit(&a, &spells, &opt, NULL), 0);
        spells = spells_of(&twice);
        opt.cengroup = twice.group;
        assert_int_equal(tn_finegray_fit(&b, &spells, &opt, NULL), 0);
        check_same(&a, &b, "weights count copies");
        check_close(se_at(&a, 4.0), se_at(&b, 4.0), 1e-9, 0, "in the variance of cif too");
        tn_finegray_free(&a);
        tn_finegray_free(&b);
    }
}

static void order_unit_and_origin_do_not_matter(void **state)
{
    static sample_t s, r;
    (void)state;
    tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t a, b;
    draw(&s, 1, 50, true);
    r = s;
    for (size_t i = 0; i < s.n; i++) {
        const size_t k = (i * 17 + 3) % s.n;
        r.exit[i] = s.exit[k] * 365.25;
        r.cause[i] = s.cause[k];
        r.group[i] = s.group[k];
        r.weight[i] = s.weight[k];
        r.x[i] = s.x[k];
        r.x[s.n + i] = s.x[s.n + k];
    }
    tn_spells_t spells = spells_of(&s);
    opt.n_cengroups = s.n_groups;
    opt.cengroup = s.group;
    assert_int_equal(tn_finegray_fit(&a, &spells, &opt, NULL), 0);
    spells = spells_of(&r);
    opt.cengroup = r.group;
    assert_int_equal(tn_finegray_fit(&b, &spells, &opt, NULL), 0);
    check_same(&a, &b, "rows permuted, days for years");
    check_close(se_at(&a, 3.0), se_at(&b, 3.0 * 365.25), 1e-9, 0, "se of cif");
    tn_finegray_free(&b);
    /* a year of birth far from 0 costs no digits of the coefficients */
    for (size_t i = 0; i < s.n; i++)
        r.x[i] += 1e6;
    assert_int_equal(tn_finegray_fit(&b, &spells, &opt, NULL), 0);
    check_close(b.coef[0], a.coef[0], 1e-7, 0, "x + 1e6 has 1e-10 of rounding in itself");
    check_close(b.vcov[0], a.vcov[0], 1e-7, 0, "variance");
    tn_finegray_free(&a);
    tn_finegray_free(&b);
}

/* A cluster to each row is no clusters. */
static void residuals_make_the_variance(void **state)
{
    static sample_t s;
    (void)state;
    int32_t each[MAX_N];
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t a, b;
    draw(&s, 2, 45, true);
    tn_spells_t spells = spells_of(&s);
    spells.weight = NULL;
    for (int32_t i = 0; i < (int32_t)s.n; i++)
        each[i] = (int32_t)s.n - 1 - i;
    assert_int_equal(tn_finegray_fit(&a, &spells, &opt, NULL), 0);
    spells.cluster = each;
    spells.n_clusters = (int)s.n;
    assert_int_equal(tn_finegray_fit(&b, &spells, &opt, NULL), 0);
    check_same(&a, &b, "one row to a cluster");
    check_close(se_at(&a, 5.0), se_at(&b, 5.0), 1e-9, 0, "se of cif");

    double u[2 * MAX_N], sum[2] = {0}, square = 0.0, v[2];
    assert_int_equal(tn_finegray_score_residuals(&a, u, NULL), 0);
    for (size_t i = 0; i < s.n; i++) {
        for (int j = 0; j < 2; j++) {
            v[j] = a.vcov_model[j] * u[i] + a.vcov_model[2 + j] * u[s.n + i];
            sum[j] += u[(size_t)j * s.n + i];
        }
        square += v[0] * v[0];
    }
    check_close(sum[0], 0.0, 0, 1e-9, "score at the maximum");
    check_close(sum[1], 0.0, 0, 1e-9, "score at the maximum");
    check_close(square, a.vcov[0], 1e-10, 0, "sandwich");
    tn_finegray_free(&a);
    tn_finegray_free(&b);
}

/* Large enough that threads are used. */
static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    enum { N = 50000 };
    double *exit = calloc(N, sizeof *exit), *x = calloc(2 * N, sizeof *x);
    int32_t *cause = calloc(N, sizeof *cause);
    assert_true(exit != NULL && x != NULL && cause != NULL);
    for (uint32_t i = 0; i < N; i++) {
        double u[4];
        tn_rng_uniforms(5, i, 0, 0, 0, 0, u);
        x[i] = u[0];
        x[N + i] = u[1] < 0.3;
        exit[i] = floor(-2000.0 * tn_log(u[2]) * tn_exp(-u[0])) + 0.5;
        cause[i] = (int32_t)(3.0 * u[3]);
    }
    const tn_spells_t spells = {
        .n = N, .exit = exit, .cause = cause, .n_causes = 2, .x = x, .n_covariates = 2};
    double first[8] = {0};
    for (int threads = 1; threads <= 4; threads++) {
        tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
        tn_finegray_t fit;
        const double row[2] = {0.5, 1.0}, times[2] = {500.0, 2000.0};
        double now[8];
        const tn_finegray_curves_t out = {.cif = now + 4, .se = now + 6};
        opt.n_threads = threads;
        assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        assert_int_equal(
            tn_finegray_predict(&fit, 1, row, 2, times, TN_INTERVAL_LOG, 0.95, &out, NULL), 0);
        memcpy(now, fit.coef, 2 * sizeof *now);
        memcpy(now + 2, fit.vcov, 2 * sizeof *now);
        if (threads == 1) memcpy(first, now, sizeof now);
        assert_memory_equal(first, now, sizeof now);
        tn_finegray_free(&fit);
    }
    free(exit);
    free(x);
    free(cause);
}

/* ---- edges and errors ---- */

static tn_fit_status_t status_of(const tn_spells_t *spells, int *covariate)
{
    const tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    tn_finegray_t fit;
    assert_int_equal(tn_finegray_fit(&fit, spells, &opt, NULL), 0);
    const tn_fit_status_t status = fit.status;
    if (status == TN_FIT_NO_EVENTS || status == TN_FIT_COLLINEAR) {
        double out = 0.0, x[2] = {0};
        const tn_finegray_curves_t curves = {.cif = &out};
        for (int j = 0; j < fit.n_covariates; j++)
            assert_true(isnan(fit.coef[j]) && isnan(fit.vcov[j]));
        assert_true(isnan(fit.loglik));
        assert_int_equal(
            tn_finegray_predict(&fit, 1, x, 1, &out, TN_INTERVAL_PLAIN, 0.95, &curves, NULL),
            TN_EARG);
        assert_int_equal(tn_finegray_score_residuals(&fit, &out, NULL), TN_EARG);
        assert_int_equal(tn_finegray_schoenfeld(&fit, &out, NULL), TN_EARG);
    }
    *covariate = fit.covariate;
    tn_finegray_free(&fit);
    return status;
}

static void failures_have_names(void **state)
{
    (void)state;
    int which;
    double exit[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    int32_t cause[8] = {1, 1, 1, 2, 0, 2, 0, 2};
    const double apart[16] = {1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 2, 1, 2, 0, 2, 1};
    const double twins[16] = {1, 0, 1, 0, 2, 0, 1, 1, 3, 1, 3, 1, 5, 1, 3, 3};
    tn_spells_t spells = {
        .n = 8, .exit = exit, .cause = cause, .n_causes = 2, .x = apart, .n_covariates = 2};
    assert_int_equal(status_of(&spells, &which), TN_FIT_SEPARATION);
    assert_int_equal(which, 0);
    spells.x = twins;
    assert_int_equal(status_of(&spells, &which), TN_FIT_COLLINEAR);
    assert_true(which == 0 || which == 1);
    for (int i = 0; i < 8; i++)
        cause[i] = 2 * (i % 2);
    assert_int_equal(status_of(&spells, &which), TN_FIT_NO_EVENTS);
    memset(cause, 0, sizeof cause);
    assert_int_equal(status_of(&spells, &which), TN_FIT_NO_EVENTS);
    spells.n = 0;
    assert_int_equal(status_of(&spells, &which), TN_FIT_NO_EVENTS);
    /* one row, and all tied: nobody to compare with */
    cause[0] = 1;
    spells.n = 1;
    assert_int_equal(status_of(&spells, &which), TN_FIT_COLLINEAR);
    spells.n = 2;
    spells.x = apart + 8;
    spells.n_covariates = 1;
    assert_int_equal(status_of(&spells, &which), TN_FIT_SEPARATION);
    spells.n = 8;
    for (int i = 0; i < 8; i++) {
        exit[i] = 3.0;
        cause[i] = i % 3;
    }
    assert_int_equal(status_of(&spells, &which), TN_FIT_CONVERGED);
}

static void expect_error(
    const tn_spells_t *spells, const tn_finegray_options_t *opt, int code, const char *text)
{
    tn_finegray_t fit;
    tn_error_t err = {0};
    assert_int_equal(tn_finegray_fit(&fit, spells, opt, &err), code);
    if (strstr(err.message, text) == NULL) fail_msg("'%s' lacks '%s'", err.message, text);
    assert_null(fit.coef);
    tn_finegray_free(&fit);
}

static void errors_say_what_is_wrong(void **state)
{
    (void)state;
    const double exit[4] = {1, 2, 3, 4}, entry[4] = {0, 0.5, 1.5, 1};
    const int32_t cause[4] = {0, 1, 2, 1}, group[4] = {0, 1, 2, 0}, zero[4] = {0};
    const double x[4] = {0, 1, 0, 2};
    tn_spells_t spells = {
        .n = 4, .exit = exit, .cause = cause, .n_causes = 2, .x = x, .n_covariates = 1};
    tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    opt.cause = 3;
    expect_error(&spells, &opt, TN_EARG, "cause 3, expected 1 to 2");
    opt.cause = 1;
    opt.cengroup = group;
    opt.n_cengroups = 2;
    expect_error(&spells, &opt, TN_EDOMAIN, "row 3: unknown censoring group (2)");
    opt.n_cengroups = 0;
    expect_error(&spells, &opt, TN_EARG, "no censoring groups");
    opt.cengroup = NULL;
    opt.variance = (tn_finegray_variance_t)7;
    expect_error(&spells, &opt, TN_EARG, "variance");
    opt.variance = TN_FINEGRAY_CRR;
    spells.stratum = zero;
    spells.n_strata = 1;
    expect_error(&spells, &opt, TN_EARG, "cengroup");
    spells.stratum = NULL;
    /* the only one at risk of censoring at 1 is censored */
    const double late[4] = {0, 1, 1, 1};
    spells.entry = late;
    expect_error(&spells, &opt, TN_EDOMAIN, "row 3: the estimated censoring distribution is 0");
    /* nobody was there before the one who entered last */
    const int32_t events[4] = {1, 2, 1, 2};
    const double gap[4] = {0, 1, 2, 3};
    spells.cause = events;
    spells.entry = gap;
    expect_error(&spells, &opt, TN_EDOMAIN, "row 2: the estimated entry distribution is 0");
    spells.entry = entry;
    spells.cause = cause;
    const int32_t negative[4] = {0, 1, -1, 0};
    spells.cause = negative;
    expect_error(&spells, &opt, TN_EDOMAIN, "row 3");

    spells.cause = cause;
    spells.entry = NULL;
    tn_finegray_t fit;
    double t = 1.0, bad = NAN, cif;
    const tn_finegray_curves_t out = {.cif = &cif};
    spells.n_covariates = 0;
    assert_int_equal(tn_finegray_fit(&fit, &spells, &opt, NULL), 0);
    assert_int_equal(
        tn_finegray_predict(&fit, 1, x, 1, &t, TN_INTERVAL_PLAIN, 1.0, &out, NULL), TN_EARG);
    assert_int_equal(
        tn_finegray_predict(&fit, 1, x, 1, &bad, TN_INTERVAL_PLAIN, 0.9, &out, NULL), TN_EDOMAIN);
    assert_int_equal(
        tn_finegray_predict(&fit, 1, x, 1, NULL, TN_INTERVAL_PLAIN, 0.9, &out, NULL), TN_EARG);
    tn_finegray_free(&fit);
    tn_finegray_free(&fit);
    tn_finegray_free(NULL);
}

static void every_failed_allocation_is_reported(void **state)
{
    static sample_t s;
    (void)state;
    tn_finegray_options_t opt = TN_FINEGRAY_OPTIONS_DEFAULT;
    double entry[MAX_N];
    draw(&s, 1, 40, true);
    tn_spells_t spells = spells_of(&s);
    spells.cluster = s.cluster;
    spells.n_clusters = 7;
    for (size_t i = 0; i < s.n; i++)
        entry[i] = fmin(s.exit[i] - 0.5, (double)(i % 3));
    for (int is_delayed = 0; is_delayed < 2; is_delayed++) {
        const double x[2] = {7, 1}, t = 4.0;
        double se;
        const tn_finegray_curves_t out = {.se = &se};
        int ret = TN_ENOMEM;
        spells.entry = is_delayed ? entry : NULL;
        opt.cengroup = is_delayed ? NULL : s.group;
        opt.n_cengroups = s.n_groups;
        for (long k = 1; ret != 0; k++) {
            tn_finegray_t fit;
            assert_true(k < 1000);
            tn_mem_fail_at(k);
            ret = tn_finegray_fit(&fit, &spells, &opt, NULL);
            if (ret == 0) {
                ret = tn_finegray_predict(&fit, 1, x, 1, &t, TN_INTERVAL_LOG, 0.9, &out, NULL);
            }
            tn_mem_fail_at(0);
            if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
            tn_finegray_free(&fit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_rows_by_hand),
        cmocka_unit_test(without_other_causes_it_is_nelson_aalen),
        cmocka_unit_test(the_variance_is_that_of_the_definitions),
        cmocka_unit_test(crr_gives_the_same_figures),
        cmocka_unit_test(heavy_ties_and_censoring_groups_are_as_in_crr),
        cmocka_unit_test(delayed_entry_is_as_in_survival_finegray),
        cmocka_unit_test(weight_2_is_the_row_twice),
        cmocka_unit_test(order_unit_and_origin_do_not_matter),
        cmocka_unit_test(residuals_make_the_variance),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(failures_have_names),
        cmocka_unit_test(errors_say_what_is_wrong),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
