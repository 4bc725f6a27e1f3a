/* Scores under censoring. R: riskRegression 2022.11.28 under R 4.2.2. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"
#include "tenure/score.h"

static double max_error;

static void check_r(double got, double want, const char *what)
{
    check_close(got, want, 1e-11, 0, what);
    if (fabs(got / want - 1) > max_error) max_error = fabs(got / want - 1);
}

static void a_small_case_by_hand(void **state)
{
    (void)state;
    /* exits 1* 2 3* 4 5* 6, horizon 3.5. Censored 2 of five at risk: G(3.5) = 4/5. Weights: 1 for
     * the first, 0, 5/4 four times. Forecasts 1/2 1/2 3/4 1/4 1/4 1/2: losses 1/4, (0), 1/16, 1/16,
     * 1/16, 1/4. Brier = (1/4 + 5/4 (1/16 + 1/16 + 1/16 + 1/4)) / 6 = 51 / 384.
     * AUC: case 1 (weight 1) against controls 1/4 1/4 1/2 (5/4 each): 2.5; case 3 (5/4): 3; so
     * (5/4 * 2.5 + 25/16 * 3) / (9/4 * 15/4) = (50/16 + 75/16) / (135/16) = 25/27.
     * Kaplan-Meier: 5/6 * 3/4, so 3/8 for everybody. */
    const double exit[6] = {1, 2, 3, 4, 5, 6}, risk[6] = {0.5, 0.5, 0.75, 0.25, 0.25, 0.5};
    const int32_t cause[6] = {1, 0, 1, 0, 1, 0};
    const tn_spells_t d = {.n = 6, .exit = exit, .cause = cause, .n_causes = 1};
    const double horizon = 3.5;
    tn_score_ipcw_t s;
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, &horizon, risk, NULL, NULL), 0);
    check_close(s.brier.value[0], 51.0 / 384, TOL1, 0, "51/384");
    check_close(s.auc.value[0], 25.0 / 27, TOL1, 0, "25/27");
    check_close(s.null_risk[0], 3.0 / 8, TOL1, 0, "1 - 5/6 * 3/4");
    check_close(s.null_brier.value[0], (25.0 / 64 * 9 / 4 + 9.0 / 64 * 15 / 4) / 6, TOL1, 0,
        "(5/8)^2 and (3/8)^2");
    check_close(s.log.value[0],
        (log(2.0) + 5.0 / 4 * (log(4.0 / 3) + 2 * log(4.0 / 3) + log(2.0))) / 6, TOL1, 0, "logs");
    check_close(s.n_cases[0] + 10 * s.n_controls[0] + 100 * s.n_censored[0], 132, 0, 0, "2, 3, 1");
    check_close(s.ibs.value[0], 0, 0, 0, "0 at the left end");
    tn_score_ipcw_free(&s);
    const tn_score_ipcw_options_t opt = {.integral = TN_SCORE_TRAPEZOID};
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, &horizon, risk, &opt, NULL), 0);
    check_close(s.ibs.value[0], 51.0 / 768, TOL1, 0, "half");
    check_close(s.ibs.se[0], s.brier.se[0] / 2, TOL1, 0, "half");
    tn_score_ipcw_free(&s);
    tn_score_ipcw_free(&s);
}

/* Brute force: direct terms and the influence of the censoring by definition. */
enum { MAX = 40 };
typedef struct sample {
    tn_spells_t d;
    double exit[MAX], risk[MAX], weight[MAX];
    int32_t cause[MAX], cluster[MAX];
} sample_t;

static double w_of(const sample_t *s, size_t i) { return s->d.weight != NULL ? s->weight[i] : 1; }

static double naive_g(const sample_t *s, double t, bool before)
{
    double g = 1;
    for (double u = 0; u < t || (!before && u == t); u += 0.5) {
        double risk = 0, n_events = 0, n_censored = 0;
        for (size_t i = 0; i < s->d.n; i++) {
            if (s->exit[i] >= u) risk += w_of(s, i);
            if (s->exit[i] == u) *(s->cause[i] == 0 ? &n_censored : &n_events) += w_of(s, i);
        }
        if (n_censored > 0) g *= 1 - n_censored / (risk - n_events);
    }
    return g;
}

static bool naive_case(const sample_t *s, size_t i, double h)
{
    return s->exit[i] <= h && s->cause[i] == 1;
}

/* Influence of row i through the censoring on the mean of the terms v. */
static double naive_censoring(const sample_t *s, const double *v, size_t i, double h)
{
    double sum = 0;
    for (double u = 0; u <= h && u <= s->exit[i]; u += 0.5) {
        double later = 0, risk = 0, n_censored = 0;
        for (size_t j = 0; j < s->d.n; j++) {
            if (s->exit[j] > u) later += w_of(s, j) * v[j];
            if (s->exit[j] >= u) risk += w_of(s, j);
            if (s->exit[j] == u && s->cause[j] == 0) n_censored += w_of(s, j);
        }
        const double own = s->exit[i] == u && s->cause[i] == 0 ? 1 : 0;
        if (risk > 0) sum += later / risk * (own - n_censored / risk);
    }
    return sum;
}

static double naive_se(const sample_t *s, const double *v, double mean, double h)
{
    double sum[MAX] = {0}, total = 0, inf[MAX], average = 0, squares = 0, n_clusters = 0;
    bool has[MAX] = {false};
    for (size_t i = 0; i < s->d.n; i++)
        total += w_of(s, i);
    for (size_t i = 0; i < s->d.n; i++) {
        inf[i] = w_of(s, i) * (v[i] - mean + naive_censoring(s, v, i, h)) / total;
        average += inf[i] / (double)s->d.n;
    }
    for (size_t i = 0; i < s->d.n; i++) {
        const size_t k = s->d.cluster != NULL ? (size_t)s->cluster[i] : i;
        sum[k] += inf[i] - average;
        n_clusters += !has[k];
        has[k] = true;
    }
    for (size_t k = 0; k < MAX; k++)
        squares += sum[k] * sum[k];
    return sqrt(n_clusters / (n_clusters - 1) * squares);
}

static void check_naive(const sample_t *s, double h, const tn_score_ipcw_t *got)
{
    double v[MAX], w[MAX], total = 0, brier = 0, pairs = 0, right = 0, cases = 0, controls = 0;
    for (size_t i = 0; i < s->d.n; i++) {
        w[i] = s->exit[i] > h     ? 1 / naive_g(s, h, false)
               : s->cause[i] == 0 ? 0
                                  : 1 / naive_g(s, s->exit[i], true);
        const double miss = s->risk[i] - (naive_case(s, i, h) ? 1 : 0);
        v[i] = w[i] * miss * miss;
        brier += w_of(s, i) * v[i];
        total += w_of(s, i);
        *(naive_case(s, i, h) ? &cases : &controls) += w_of(s, i) * w[i];
    }
    check_close(got->brier.value[0], brier / total, TOL3, 0, "Brier");
    check_close(got->brier.se[0], naive_se(s, v, brier / total, h), 1e-10, 1e-14, "its se");
    double a[MAX] = {0};
    for (size_t i = 0; i < s->d.n; i++)
        for (size_t j = 0; j < s->d.n; j++) {
            if (!naive_case(s, i, h) || naive_case(s, j, h)) continue;
            const double sign = s->risk[i] > s->risk[j] ? 1 : s->risk[i] == s->risk[j] ? 0.5 : 0;
            pairs += w_of(s, i) * w[i] * w_of(s, j) * w[j];
            right += w_of(s, i) * w[i] * w_of(s, j) * w[j] * sign;
            a[i] += w_of(s, j) * w[j] * sign;
            a[j] += w_of(s, i) * w[i] * sign;
        }
    check_close(got->auc.value[0], pairs > 0 ? right / pairs : NAN, TOL3, 1e-15, "AUC");
    if (pairs == 0) return;
    for (size_t i = 0; i < s->d.n; i++)
        v[i] = total / pairs * w[i] *
               (a[i] - right / pairs * (naive_case(s, i, h) ? controls : cases));
    check_close(got->auc.se[0], naive_se(s, v, 0, h), 1e-10, 1e-14, "its se");
}

static void it_agrees_with_brute_force(void **state)
{
    (void)state;
    static sample_t s;
    int n_checked = 0;
    for (uint32_t trial = 0; trial < 300; trial++) {
        double u[4], v[4];
        tn_rng_uniforms(6, 0, trial, 0, 0, 0, u);
        s.d = (tn_spells_t){.n = 3 + (size_t)(u[0] * (MAX - 3)), .exit = s.exit, .cause = s.cause};
        s.d.n_causes = 2;
        for (size_t i = 0; i < s.d.n; i++) {
            tn_rng_uniforms(6, i + 1, trial, 0, 0, 0, v);
            s.exit[i] = floor(20 * v[0]) / 2;
            s.cause[i] = (int32_t)(3 * v[1]);
            s.risk[i] = floor(9 * v[2]) / 8;
            s.weight[i] = 0.5 + v[3];
            tn_rng_uniforms(6, i + 1, trial, 1, 0, 0, v);
            s.cluster[i] = (int32_t)(6 * v[0]) * 2;
        }
        if (trial & 1) s.d.weight = s.weight;
        if (trial & 2) s.d.cluster = s.cluster;
        s.d.n_clusters = 12;
        const double h = 0.5 + floor(16 * u[1]) / 2;
        tn_score_ipcw_t got;
        assert_int_equal(tn_score_ipcw_run(&got, &s.d, 1, 1, &h, s.risk, NULL, NULL), 0);
        if (naive_g(&s, h, false) > 1e-9) {
            check_naive(&s, h, &got);
            n_checked++;
        } else {
            assert_true(isnan(got.brier.value[0]) && isnan(got.auc.se[0]));
        }
        tn_score_ipcw_free(&got);
    }
    assert_true(n_checked > 250);
}

/* pbc with four horizons; risk^(1 or 2) */
typedef struct pbc {
    size_t n;
    double *time, *risk;
    int32_t *dead;
    tn_spells_t d;
} pbc_t;

static const double pbc_horizon[4] = {365, 1000, 2000, 3000};

static bool pbc_read(pbc_t *self)
{
    reference_t in;
    if (!reference_read(&in, "ipcw_inputs.csv")) return false;
    const char *columns[4] = {"risk365", "risk1000", "risk2000", "risk3000"};
    self->n = in.n_rows;
    self->time = reference_numbers(&in, "time");
    self->dead = calloc(in.n_rows, sizeof *self->dead);
    self->risk = calloc(in.n_rows * 4, sizeof *self->risk);
    for (size_t i = 0; i < in.n_rows; i++) {
        self->dead[i] = (int32_t)reference_number(&in, i, "dead");
        for (size_t k = 0; k < 4; k++)
            self->risk[k * in.n_rows + i] = reference_number(&in, i, columns[k]);
    }
    reference_free(&in);
    self->d = (tn_spells_t){.n = self->n, .exit = self->time, .cause = self->dead, .n_causes = 1};
    return true;
}

static void pbc_free(pbc_t *self)
{
    free(self->time);
    free(self->dead);
    free(self->risk);
}

static void it_agrees_with_r(void **state)
{
    (void)state;
    pbc_t in;
    if (!pbc_read(&in)) skip();
    reference_t brier, auc;
    assert_true(reference_read(&brier, "ipcw_brier.csv"));
    assert_true(reference_read(&auc, "ipcw_auc.csv"));
    tn_score_ipcw_t s;
    assert_int_equal(tn_score_ipcw_run(&s, &in.d, 1, 4, pbc_horizon, in.risk, NULL, NULL), 0);
    for (size_t row = 0; row < brier.n_rows; row++) {
        const bool is_null = strcmp(reference_text(&brier, row, "model"), "Null model") == 0;
        const tn_score_curve_t *c = is_null ? &s.null_brier : &s.brier;
        const size_t k = row % 4;
        assert_true(reference_number(&brier, row, "times") == pbc_horizon[k]);
        check_r(c->value[k], reference_number(&brier, row, "Brier"), "Brier");
        check_r(c->se[k], reference_number(&brier, row, "se"), "se of Brier");
        check_r(s.auc.value[k], reference_number(&auc, k, "AUC"), "AUC");
        check_r(s.auc.se[k], reference_number(&auc, k, "se"), "se of AUC");
    }
    assert_int_equal(brier.n_rows, 8);
    /* Score(..., summary = "ibs"), not in the shared set */
    const double ibs[4] = {0, 0.0285404441772900, 0.0622907054875662, 0.0789430881605052};
    const double null_ibs[4] = {0, 0.0411809183154586, 0.0950102423174252, 0.1342813833084815};
    for (int k = 1; k < 4; k++) {
        check_r(s.ibs.value[k], ibs[k], "IBS");
        check_r(s.null_ibs.value[k], null_ibs[k], "IBS of the null model");
    }
    check_close(s.ibs.se[1], 0.635 * s.brier.se[0], TOL2, 0, "one step of 635 days");
    tn_score_ipcw_free(&s);
    /* Score(..., conservative = TRUE) */
    const tn_score_ipcw_options_t known = {.is_censoring_known = true};
    assert_int_equal(tn_score_ipcw_run(&s, &in.d, 1, 4, pbc_horizon, in.risk, &known, NULL), 0);
    check_r(s.brier.se[3], 0.01907381499626705, "conservative se of Brier");
    check_r(s.auc.se[3], 0.0310139576647519, "conservative se of AUC");
    tn_score_ipcw_free(&s);
    reference_free(&brier);
    reference_free(&auc);
    pbc_free(&in);
    if (getenv("TENURE_VERBOSE") != NULL) print_message("largest error %.2g\n", max_error);
}

/* Contrasts of Score(list(m = x, q = x / 2 + (id %% 7) / 20)): influences subtracted */
static void differences_of_two_forecasts_agree_with_r(void **state)
{
    (void)state;
    pbc_t in;
    if (!pbc_read(&in)) skip();
    reference_t ids;
    assert_true(reference_read(&ids, "ipcw_inputs.csv"));
    double *other = calloc(4 * in.n, sizeof *other);
    double *delta = calloc(in.n, sizeof *delta), *zero = calloc(in.n, sizeof *zero);
    for (size_t i = 0; i < 4 * in.n; i++)
        other[i] =
            in.risk[i] * 0.5 + (double)((long)reference_number(&ids, i % in.n, "id") % 7) / 20;
    tn_score_ipcw_t a, b;
    assert_int_equal(tn_score_ipcw_run(&a, &in.d, 1, 4, pbc_horizon, in.risk, NULL, NULL), 0);
    assert_int_equal(tn_score_ipcw_run(&b, &in.d, 1, 4, pbc_horizon, other, NULL, NULL), 0);
    const double want[4][4] = {
        {0.0285436449485808, 0.00328073571345420, -0.1479996435890583, 0.0469159744734193},
        {0.0353142023403549, 0.00437800023208907, -0.1531718388189743, 0.0252049989290163},
        {0.0426911963837018, 0.00579003127411875, -0.0810683043760299, 0.0177593016154606},
        {0.0294931470943190, 0.00956581635089306, -0.0535659836420538, 0.0225270642259442}};
    for (size_t k = 0; k < 4; k++) {
        const double *x[2] = {a.brier.influence, a.auc.influence};
        const double *y[2] = {b.brier.influence, b.auc.influence};
        check_r(b.brier.value[k] - a.brier.value[k], want[k][0], "delta Brier");
        check_r(b.auc.value[k] - a.auc.value[k], want[k][2], "delta AUC");
        for (int m = 0; m < 2; m++) {
            for (size_t i = 0; i < in.n; i++)
                delta[i] = (double)in.n * (y[m][k * in.n + i] - x[m][k * in.n + i]);
            tn_score_compare_t c;
            assert_int_equal(tn_score_compare_run(&c, in.n, delta, zero, NULL, 0, NULL, NULL), 0);
            check_r(c.se, want[k][2 * m + 1], "its se");
        }
    }
    tn_score_ipcw_free(&a);
    tn_score_ipcw_free(&b);
    free(other);
    free(delta);
    free(zero);
    reference_free(&ids);
    pbc_free(&in);
}

/* i <- 1:200; Score(list(A = cbind(i * 53 %% 97 / 100, i * 53 %% 97 / 200 + i * 29 %% 31 / 70)),
 * Hist(i * 37 %% 89 / 2 + 1/2, (i^2 + 3 i) %% 7 %% 3) ~ 1, times = c(10, 30), cause = 1) */
static void competing_causes_agree_with_r(void **state)
{
    (void)state;
    enum { N = 200 };
    static double exit[N], risk[2 * N];
    static int32_t cause[N];
    for (int k = 0; k < N; k++) {
        const int i = k + 1;
        exit[k] = ((i * 37) % 89 + 1) / 2.0;
        cause[k] = ((i * i + 3 * i) % 7) % 3;
        risk[k] = ((i * 53) % 97) / 100.0;
        risk[N + k] = ((i * 53) % 97) / 200.0 + ((i * 29) % 31) / 70.0;
    }
    const double horizon[2] = {10, 30};
    const tn_spells_t d = {.n = N, .exit = exit, .cause = cause, .n_causes = 2};
    tn_score_ipcw_t s;
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 2, horizon, risk, NULL, NULL), 0);
    const double null_brier[2][2] = {
        {0.063478488035637534, 0.015803015171161706}, {0.1726284308478773, 0.018261533418742742}};
    const double brier[2][2] = {
        {0.31714183151091613, 0.020496259210335887}, {0.2514284163675925, 0.013542914588340633}};
    const double auc[2][2] = {
        {0.45697824836419731, 0.086437135361224812}, {0.52613734115471866, 0.056925455418354746}};
    for (int k = 0; k < 2; k++) {
        check_r(s.null_brier.value[k], null_brier[k][0], "null Brier");
        check_r(s.null_brier.se[k], null_brier[k][1], "its se");
        check_r(s.brier.value[k], brier[k][0], "Brier");
        check_r(s.brier.se[k], brier[k][1], "its se");
        check_r(s.auc.value[k], auc[k][0], "AUC");
        check_r(s.auc.se[k], auc[k][1], "its se");
    }
    tn_score_ipcw_free(&s);
}

static void rows_order_and_units_make_no_difference(void **state)
{
    (void)state;
    enum { N = 60 };
    double exit[2][2 * N], risk[2][4 * N], weight[N];
    int32_t cause[2][2 * N], cluster[2 * N];
    for (size_t i = 0; i < N; i++) {
        double u[4];
        tn_rng_uniforms(7, i, 0, 0, 0, 0, u);
        exit[0][i] = floor(30 * u[0]);
        cause[0][i] = (int32_t)(3 * u[1]);
        risk[0][i] = u[2];
        risk[0][N + i] = sqrt(u[2]);
        weight[i] = 2.0;
        for (size_t k = 0; k < 2; k++) { /* twice, backwards, in days */
            const size_t j = 2 * N - 1 - (2 * i + k);
            exit[1][j] = 365.25 * exit[0][i];
            cause[1][j] = cause[0][i];
            risk[1][j] = risk[0][i];
            risk[1][2 * N + j] = risk[0][N + i];
            cluster[j] = (int32_t)i;
        }
    }
    const double years[2] = {5, 12}, days[2] = {5 * 365.25, 12 * 365.25};
    const tn_spells_t once = {
        .n = N, .exit = exit[0], .cause = cause[0], .n_causes = 2, .weight = weight};
    const tn_spells_t twice = {.n = 2 * N,
        .exit = exit[1],
        .cause = cause[1],
        .n_causes = 2,
        .cluster = cluster,
        .n_clusters = N};
    tn_score_ipcw_t a, b;
    assert_int_equal(tn_score_ipcw_run(&a, &once, 1, 2, years, risk[0], NULL, NULL), 0);
    assert_int_equal(tn_score_ipcw_run(&b, &twice, 1, 2, days, risk[1], NULL, NULL), 0);
    for (int k = 0; k < 2; k++) {
        const tn_score_curve_t *x[] = {&a.brier, &a.log, &a.auc, &a.null_brier, &a.ibs};
        const tn_score_curve_t *y[] = {&b.brier, &b.log, &b.auc, &b.null_brier, &b.ibs};
        for (int m = 0; m < 5; m++) {
            check_close(x[m]->value[k], y[m]->value[k], TOL3, 0, "value");
            check_close(x[m]->se[k], y[m]->se[k], TOL3, 0, "se, the pairs being clusters");
        }
        assert_true(a.auc.value[k] > 0 && a.auc.value[k] < 1);
    }
    tn_score_ipcw_free(&a);
    tn_score_ipcw_free(&b);
}

static void edges_are_not_a_number_and_mistakes_have_a_row(void **state)
{
    (void)state;
    const double exit[3] = {1, 2, 3}, risk[6] = {0.2, 0.4, 1, 0.2, 0.4, 1}, bad[3] = {0, 2, 1};
    const double horizon[2] = {1.5, 3};
    int32_t cause[3] = {1, 1, 0};
    tn_spells_t d = {.n = 3, .exit = exit, .cause = cause, .n_causes = 1};
    tn_score_ipcw_t s;
    tn_error_t err;
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 2, horizon, risk, NULL, NULL), 0);
    check_close(s.brier.value[0], (0.64 + 0.16 + 1) / 3, TOL1, 0, "no censoring yet");
    assert_true(isinf(s.log.value[0]) && isnan(s.log.se[0]));
    assert_true(isnan(s.brier.value[1]) && isnan(s.auc.value[1]) && isnan(s.log.value[1]));
    check_close(s.ibs.value[1], 0.6 * 1.5 / 3, TOL1, 0, "the step up to 3 has the value at 1.5");
    tn_score_ipcw_free(&s);
    cause[0] = cause[1] = 0; /* all censored */
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, risk, NULL, NULL), 0);
    check_close(s.null_risk[0], 0, 0, 0, "no event");
    check_close(s.brier.value[0], (0.16 + 1) / 2, TOL1, 0, "two rows known, weight 3/2");
    assert_true(isnan(s.auc.value[0]) && isnan(s.auc.se[0]));
    tn_score_ipcw_free(&s);
    for (d.n = 0; d.n <= 1; d.n++) {
        assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, risk, NULL, NULL), 0);
        assert_true(isnan(s.brier.value[0]) && isnan(s.brier.se[0]));
        tn_score_ipcw_free(&s);
    }
    d.n = 3;
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, bad, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2, horizon 1: probability 2");
    assert_int_equal(tn_score_ipcw_run(&s, &d, 2, 1, horizon, risk, NULL, NULL), TN_EARG);
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 0, horizon, risk, NULL, NULL), TN_EARG);
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, NULL, NULL, NULL), TN_EARG);
    const double falling[2] = {2, 1}, entry[3] = {0, 0, 0};
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 2, falling, risk, NULL, NULL), TN_EARG);
    d.entry = entry;
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, risk, NULL, NULL), TN_EARG);
    d.entry = NULL;
    const tn_score_ipcw_options_t opt = {.integral = (tn_score_integral_t)7};
    assert_int_equal(tn_score_ipcw_run(&s, &d, 1, 1, horizon, risk, &opt, NULL), TN_EARG);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    const double exit[3] = {1, 2, 3}, risk[3] = {0.2, 0.4, 1}, horizon = 2;
    const int32_t cause[3] = {1, 0, 0};
    const tn_spells_t d = {.n = 3, .exit = exit, .cause = cause, .n_causes = 1};
    int ret = TN_ENOMEM;
    long k = 1;
    for (; ret != 0; k++) {
        tn_score_ipcw_t s;
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_score_ipcw_run(&s, &d, 1, 1, &horizon, risk, NULL, NULL);
        tn_mem_fail_at(0);
        if (ret == 0)
            tn_score_ipcw_free(&s);
        else
            assert_int_equal(ret, TN_ENOMEM);
    }
    assert_true(k > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_case_by_hand),
        cmocka_unit_test(it_agrees_with_brute_force),
        cmocka_unit_test(it_agrees_with_r),
        cmocka_unit_test(differences_of_two_forecasts_agree_with_r),
        cmocka_unit_test(competing_causes_agree_with_r),
        cmocka_unit_test(rows_order_and_units_make_no_difference),
        cmocka_unit_test(edges_are_not_a_number_and_mistakes_have_a_row),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
