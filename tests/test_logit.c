/* Discrete-time competing risks: the multinomial logit against R 4.2.2 (glm; VGAM 1.1.7 vglm; the
 * rest from scores and information written anew in R), periods, properties, edges. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"
#include "survival/logit_core.h"
#include "tenure/logit.h"
#include "tenure/periods.h"

enum { N = 300, P = 3, MAX_N = 6000 };

typedef struct table {
    int32_t outcome[MAX_N], either[MAX_N], cluster[MAX_N];
    double x[4 * MAX_N], weight[MAX_N];
    tn_logit_rows_t rows;
} table_t;

static table_t table, other;

/* The table that the R figures below were made from:
 * i <- 0:299; x1 <- ((i*37)%%101)/50-1; x2 <- ((i*53)%%97)/40-1; x3 <- i%%2; w <- 1+(i%%3);
 * o <- (i^3*5+i*13+3)%%23; y <- ifelse(o<4, 1, ifelse(o<7, 2, 0)); cl <- i%/%4 */
static void fill_table(table_t *t)
{
    memset(t, 0, sizeof *t);
    for (int i = 0; i < N; i++) {
        t->x[i] = (double)(i * 37 % 101) / 50.0 - 1.0;
        t->x[N + i] = (double)(i * 53 % 97) / 40.0 - 1.0;
        t->x[2 * N + i] = i % 2;
        t->weight[i] = 1 + i % 3;
        t->cluster[i] = i / 4;
        const int o = (i * i * i * 5 + i * 13 + 3) % 23;
        t->outcome[i] = o < 4 ? 1 : o < 7 ? 2 : 0;
        t->either[i] = o < 7;
    }
    t->rows = (tn_logit_rows_t){
        .n = N, .outcome = t->outcome, .n_causes = 2, .x = t->x, .n_covariates = P};
}

static void fit(tn_logit_t *f, const tn_logit_rows_t *rows, const tn_logit_options_t *opt)
{
    tn_error_t err = {0};
    if (tn_logit_fit(f, rows, opt, &err) != 0) fail_msg("%s", err.message);
}

static double se_of(const tn_logit_t *f, int j)
{
    return sqrt(f->vcov[(size_t)j * (size_t)f->n_parameters + (size_t)j]);
}

static void check_figures(
    const tn_logit_t *f, const double *coef, const double *se, double loglik, double rel)
{
    assert_int_equal(f->status, TN_FIT_CONVERGED);
    for (int j = 0; j < f->n_parameters; j++) {
        check_close(f->coef[j], coef[j], rel, rel * 0.1, "R");
        check_close(se_of(f, j), se[j], fmax(rel, 1e-9), 0, "R: weights of the iteration before");
    }
    check_close(f->loglik, loglik, 1e-13, 0, "R");
}

static void one_cause_is_glm(void **state)
{
    (void)state;
    static const double coef[4] = {
        -0.79830840331481734, 0.11618852678783259, -0.10175163935865872, 0.00157597234584191};
    static const double se[4] = {
        0.180040163628172, 0.215517059631123, 0.179807559830347, 0.250673865746098};
    static const double coef_w[4] = {
        -0.8061905868778749, 0.1352324551688815, -0.1330155565621956, 0.0276881758567733};
    static const double se_w[4] = {
        0.127737376158595, 0.152390078903036, 0.127497090174723, 0.177362057155611};
    tn_logit_t f;
    fill_table(&table);
    table.rows.outcome = table.either;
    table.rows.n_causes = 1;
    fit(&f, &table.rows, NULL);
    check_figures(&f, coef, se, -184.638267944396, 1e-11);
    check_close(f.loglik_null, -184.922272730474, 1e-13, 0, "R");
    assert_int_equal(f.n_events, 92);
    check_close(f.df, 4.0, TOL1, 0, "no ridge");
    tn_logit_free(&f);
    table.rows.weight = table.weight;
    fit(&f, &table.rows, NULL);
    check_figures(&f, coef_w, se_w, -368.964497386163, 1e-11);
    tn_logit_free(&f);
}

static void robust_variances_agree_with_r(void **state)
{
    (void)state;
    static const double row1[4] = {
        0.180066748033914, 0.217651482844136, 0.179883647850967, 0.250697062582587};
    static const double cluster1[4] = {
        0.183026001505157, 0.237285877234719, 0.217911857985150, 0.315274867622854};
    static const double row2[8] = {0.204772330006710, 0.246219034462592, 0.204082490936995,
        0.282657420908635, 0.298085652901370, 0.356819241042524, 0.305476624616494,
        0.418005970232710};
    static const double cluster2[8] = {0.212412085069656, 0.260529204500483, 0.240300486262063,
        0.348443846298207, 0.283656540281804, 0.376051983922981, 0.319684340465851,
        0.449092413967164};
    const double *const want[4] = {row1, cluster1, row2, cluster2};
    tn_logit_options_t opt = TN_LOGIT_OPTIONS_DEFAULT;
    opt.is_robust = true;
    fill_table(&table);
    for (int m = 0; m < 4; m++) {
        tn_logit_t f;
        table.rows.outcome = m < 2 ? table.either : table.outcome;
        table.rows.n_causes = m < 2 ? 1 : 2;
        table.rows.cluster = m % 2 ? table.cluster : NULL;
        table.rows.n_clusters = N / 4;
        fit(&f, &table.rows, &opt);
        for (int j = 0; j < f.n_parameters; j++)
            check_close(se_of(&f, j), want[m][j], 1e-10, 0, "R");
        tn_logit_free(&f);
    }
}

static const double vglm_coef[8] = {-1.15652510753742832, 0.02369056707325486, 0.03980405222575664,
    0.00034238327385928, -2.04859754796858118, 0.35570009888233750, -0.47407169253377929,
    0.00446979191378803};
static const double vglm_se[8] = {0.204878942175508, 0.243354074682870, 0.202816320849026,
    0.282598642121512, 0.297653756636330, 0.360791863742191, 0.308904038873791, 0.418320525791791};

static void two_causes_are_vglm(void **state)
{
    (void)state;
    static const double coef_w[8] = {-1.16909762639177295, 0.08605022547514107, 0.00873224928167073,
        0.05309237702151487, -2.03681038677118575, 0.26722238597123876, -0.51627487820002038,
        -0.03940972513836054};
    static const double se_w[8] = {0.145618658483687, 0.171486613577189, 0.143341800574463,
        0.199342833091847, 0.209520686940056, 0.255760355794649, 0.221329427595257,
        0.298405185211724};
    tn_logit_t f;
    fill_table(&table);
    fit(&f, &table.rows, NULL);
    check_figures(&f, vglm_coef, vglm_se, -238.007681925859, 1e-9);
    tn_logit_free(&f);
    table.rows.weight = table.weight;
    fit(&f, &table.rows, NULL);
    check_figures(&f, coef_w, se_w, -475.070623351935, 1e-9);
    tn_logit_free(&f);
}

static void ridge_shrinks_as_written(void **state)
{
    (void)state;
    static const double coef[2][8] = {
        {-1.15753358468804546, 0.01492813197022897, 0.04506087802109085, 0.00014101357354682,
            -2.04549763068637169, 0.28355858722181360, -0.38203746448053100, 0.00294237212306289},
        {-1.15782598614452e+00, 6.57481073638188e-03, 4.69292084954181e-02, -1.37781168781887e-05,
            -2.04418013431337e+00, 2.06543819841285e-01, -3.17649309112081e-01,
            1.36792495281742e-03}};
    static const double se[2][8] = {
        {0.199632679998936, 0.231324463143881, 0.192738222356896, 0.268890623904291,
            0.282831483141723, 0.324867485518497, 0.275129045504597, 0.377956080302437},
        {0.189019844803963, 0.212715823529311, 0.183835391732394, 0.237842857374629,
            0.259079741391964, 0.278881720238521, 0.250361924013587, 0.304367254761932}};
    static const double loglik[2] = {-238.067750365675, -238.207195611645};
    static const double df[2] = {7.18404679413871, 6.1564588485621};
    fill_table(&table);
    for (int raw = 0; raw < 2; raw++) {
        tn_logit_t f;
        tn_logit_options_t opt = {
            .ridge = 5.0, .scale = raw ? TN_LOGIT_RAW : TN_LOGIT_STANDARDISED};
        fit(&f, &table.rows, &opt);
        check_figures(&f, coef[raw], se[raw], loglik[raw], 1e-10);
        check_close(f.df, df[raw], 1e-11, 0, "R");
        tn_logit_free(&f);
    }
    /* a ridge without bound leaves the intercepts alone */
    static const double factor[3] = {1e12, 1e12, 1e12};
    tn_logit_t f;
    tn_logit_options_t opt = {.ridge = 1.0, .penalty = factor};
    fit(&f, &table.rows, &opt);
    check_close(f.coef[0], log(66.0 / 208.0), 1e-9, 0, "the null model");
    check_close(f.loglik, f.loglik_null, 1e-9, 0, "the null model");
    check_close(f.df, 2.0, 1e-9, 0, "two intercepts");
    tn_logit_free(&f);
    /* a factor of 0 leaves a column free: with the others at 0, the model of that column alone */
    static const double first_free[3] = {0.0, 1e12, 1e12};
    tn_logit_t alone;
    opt.penalty = first_free;
    fit(&f, &table.rows, &opt);
    table.rows.n_covariates = 1;
    fit(&alone, &table.rows, NULL);
    for (int k = 0; k < 2; k++) {
        check_close(f.coef[4 * k], alone.coef[2 * k], 1e-9, 0, "one column");
        check_close(f.coef[4 * k + 1], alone.coef[2 * k + 1], 1e-9, 0, "one column");
        check_close(se_of(&f, 4 * k + 1), se_of(&alone, 2 * k + 1), 1e-9, 0, "one column");
    }
    check_close(f.df, 4.0, 1e-9, 0, "two intercepts, two coefficients");
    tn_logit_free(&f);
    tn_logit_free(&alone);
}

static void curves_agree_with_r(void **state)
{
    (void)state;
    static const double x[9] = {0.1, 0.2, 0.3, -0.5, 0, 0.5, 0, 1, 0};
    static const double surv[3] = {0.676395278945413, 0.464806040560734, 0.323601544822972};
    static const double cif[6] = {0.209080544974796, 0.356042771397503, 0.460627448212602,
        0.114524176079791, 0.179151188041763, 0.215771006964426};
    static const double se[9] = {0.0475119988814014, 0.0448805719539733, 0.0435737103498890,
        0.0407305819027578, 0.0445033246664327, 0.0489467057328840, 0.0336103128104846,
        0.0360254569755585, 0.0415124714107879};
    double s[3], s_se[3], c[6], c_se[6], h[6];
    const tn_logit_curves_t out = {s, s_se, c, c_se};
    tn_logit_t f;
    fill_table(&table);
    fit(&f, &table.rows, NULL);
    assert_int_equal(tn_logit_curve(&f, 3, x, NULL, &out, NULL), 0);
    assert_int_equal(tn_logit_predict(&f, 3, x, NULL, h, NULL), 0);
    check_close(h[0], cif[0], 1e-11, 0, "the first period");
    check_close(h[3], cif[3], 1e-11, 0, "the first period");
    check_close(h[2], 0.225007137792207, 1e-10, 0, "R");
    for (int i = 0; i < 3; i++) {
        check_close(s[i], surv[i], 1e-10, 0, "R");
        check_close(s_se[i], se[i], 1e-9, 0, "R, delta method");
        check_close(s[i] + c[i] + c[3 + i], 1.0, TOL1, 0, "adds up");
        for (int k = 0; k < 2; k++) {
            check_close(c[k * 3 + i], cif[k * 3 + i], 1e-10, 0, "R");
            check_close(c_se[k * 3 + i], se[3 + k * 3 + i], 1e-9, 0, "R, delta method");
        }
    }
    tn_logit_free(&f);
}

static void a_table_of_counts_has_its_odds(void **state)
{
    (void)state;
    /* 10 rows: 5 stay, 3 leave by 1, 2 by 2: log(3/5), log(2/5); variance 1/3 + 1/5, 1/2 + 1/5;
     * covariance 1/5 */
    static const int32_t outcome[10] = {0, 1, 2, 0, 1, 0, 2, 0, 1, 0};
    const tn_logit_rows_t rows = {.n = 10, .outcome = outcome, .n_causes = 2};
    tn_logit_t f;
    fit(&f, &rows, NULL);
    check_close(f.coef[0], log(0.6), TOL2, 0, "3/5");
    check_close(f.coef[1], log(0.4), TOL2, 0, "2/5");
    check_close(f.vcov[0], 8.0 / 15.0, TOL3, 0, "1/3 + 1/5");
    check_close(f.vcov[3], 7.0 / 10.0, TOL3, 0, "1/2 + 1/5");
    check_close(f.vcov[1], 0.2, TOL3, 0, "1/5");
    check_close(f.loglik, 5 * log(0.5) + 3 * log(0.3) + 2 * log(0.2), TOL2, 0, "counts");
    tn_logit_free(&f);
}

/* Plain formula and differences on random data. */
static void the_derivatives_are_those_of_differences(void **state)
{
    (void)state;
    fill_table(&table);
    table.rows.weight = table.weight;
    static double offset[N];
    for (uint32_t trial = 0; trial < 6; trial++) {
        double theta[12], score[12], info[144], up_s[12], down_s[12], scrap[144], at, up, down;
        for (uint32_t i = 0; i < N; i++) {
            double u[4];
            tn_rng_uniforms(3, i, trial, 0, 0, 0, u);
            table.outcome[i] = (int32_t)(4 * u[0]);
            offset[i] = u[1];
        }
        table.rows.n_causes = 3;
        table.rows.offset = offset;
        tn_logit_core_t core;
        const tn_logit_options_t opt = {.ridge = 2.0, .scale = TN_LOGIT_RAW};
        assert_int_equal(tn_logit_core_init(&core, &table.rows, P, &opt), 0);
        for (uint32_t j = 0; j < 12; j++) {
            double u[4];
            tn_rng_uniforms(4, j, trial, 0, 0, 0, u);
            theta[j] = 2 * u[0] - 1;
        }
        assert_int_equal(tn_logit_loglik(&core, theta, &at, score, info), 0);
        double naive = 0.0;
        for (size_t i = 0; i < N; i++) {
            double eta[4] = {0}, sum = 1.0;
            for (size_t k = 0; k < 3; k++) {
                eta[k + 1] = theta[4 * k] + offset[i];
                for (size_t j = 0; j < P; j++) {
                    eta[k + 1] += theta[4 * k + 1 + j] *
                                  (table.x[j * N + i] - core.columns.mean[j]) / core.columns.sd[j];
                }
                sum += exp(eta[k + 1]);
            }
            naive += table.weight[i] * (eta[table.outcome[i]] - log(sum));
        }
        check_close(at + core.penalty_now, naive, TOL2, 0, "plain formula");
        for (int j = 0; j < 12; j++) {
            const double keep = theta[j], step = 1e-5;
            theta[j] = keep + step;
            assert_int_equal(tn_logit_loglik(&core, theta, &up, up_s, scrap), 0);
            theta[j] = keep - step;
            assert_int_equal(tn_logit_loglik(&core, theta, &down, down_s, scrap), 0);
            theta[j] = keep;
            check_close(score[j], (up - down) / (2 * step), 1e-6, 1e-5, "central difference");
            for (int k = 0; k < 12; k++) {
                check_close(info[j * 12 + k], (down_s[k] - up_s[k]) / (2 * step), 1e-6, 1e-5,
                    "central difference");
            }
        }
        tn_logit_core_free(&core);
    }
}

static void check_same(const tn_logit_t *f, const tn_logit_t *g)
{
    check_close(f->loglik, g->loglik, 1e-12, 0, "the same fit");
    for (int j = 0; j < f->n_parameters; j++) {
        check_close(f->coef[j], g->coef[j], 1e-9, 1e-10, "the same fit");
        check_close(se_of(f, j), se_of(g, j), 1e-9, 0, "the same fit");
    }
}

static void weights_of_two_are_rows_twice_and_order_is_free(void **state)
{
    (void)state;
    tn_logit_t f, g;
    fill_table(&table);
    memset(&other, 0, sizeof other);
    for (size_t i = 0; i < N; i++)
        table.weight[i] = 2.0;
    for (size_t i = 0; i < 2 * N; i++) {
        const size_t from = (2 * N - 1 - i) / 2;
        other.outcome[i] = table.outcome[from];
        for (size_t j = 0; j < P; j++)
            other.x[j * 2 * N + i] = table.x[j * N + from];
    }
    table.rows.weight = table.weight;
    other.rows = (tn_logit_rows_t){
        .n = 2 * N, .outcome = other.outcome, .n_causes = 2, .x = other.x, .n_covariates = P};
    const tn_logit_options_t opt = {.ridge = 1.5};
    fit(&f, &table.rows, &opt);
    fit(&g, &other.rows, &opt);
    check_same(&f, &g);
    tn_logit_free(&f);
    tn_logit_free(&g);
}

static void units_of_columns_do_not_matter(void **state)
{
    (void)state;
    tn_logit_t f, g;
    const tn_logit_options_t opt = {.ridge = 3.0};
    fill_table(&table);
    fit(&f, &table.rows, &opt);
    for (size_t i = 0; i < N; i++)
        table.x[i] = 1975.0 + 1000.0 * table.x[i];
    fit(&g, &table.rows, &opt);
    check_close(g.loglik, f.loglik, 1e-12, 0, "units");
    for (int k = 0; k < 8; k += 4) {
        check_close(g.coef[k + 1], f.coef[k + 1] / 1000, 1e-9, 0, "units");
        check_close(g.coef[k], f.coef[k] - 1.975 * f.coef[k + 1], 1e-9, 0, "units");
        check_close(se_of(&g, k + 2), se_of(&f, k + 2), 1e-9, 0, "units");
    }
    tn_logit_free(&f);
    tn_logit_free(&g);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    memset(&table, 0, sizeof table);
    for (uint32_t i = 0; i < MAX_N; i++) {
        double u[4];
        tn_rng_uniforms(5, i, 0, 0, 0, 0, u);
        table.outcome[i] = u[0] < 0.1 + 0.1 * u[1] ? 1 : u[0] < 0.35 ? 2 : 0;
        table.x[i] = u[1];
        table.x[MAX_N + i] = u[2];
    }
    table.rows = (tn_logit_rows_t){
        .n = MAX_N, .outcome = table.outcome, .n_causes = 2, .x = table.x, .n_covariates = 2};
    tn_logit_t f, g;
    const tn_logit_options_t one = {.is_robust = true, .n_threads = 1};
    const tn_logit_options_t three = {.is_robust = true, .n_threads = 3};
    fit(&f, &table.rows, &one);
    fit(&g, &table.rows, &three);
    assert_memory_equal(f.coef, g.coef, 6 * sizeof *f.coef);
    assert_memory_equal(f.vcov, g.vcov, 36 * sizeof *f.vcov);
    tn_logit_free(&f);
    tn_logit_free(&g);
}

static void what_cannot_be_fitted_is_named(void **state)
{
    (void)state;
    tn_logit_t f;
    fill_table(&table);
    tn_logit_rows_t rows = table.rows;
    rows.n = 0;
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_NO_EVENTS);
    tn_logit_free(&f);
    rows = table.rows;
    rows.n_causes = 3;
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_NO_EVENTS);
    assert_int_equal(f.parameter, 8);
    assert_true(isnan(f.coef[0]) && isnan(f.loglik));
    double h;
    assert_int_equal(tn_logit_predict(&f, 0, NULL, NULL, &h, NULL), TN_EARG);
    tn_logit_free(&f);

    static const int32_t all[3] = {1, 1, 1};
    rows = (tn_logit_rows_t){.n = 3, .outcome = all, .n_causes = 1};
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_SEPARATION);
    assert_int_equal(f.parameter, 0);
    tn_logit_free(&f);
    rows.n = 1;
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_SEPARATION);
    tn_logit_free(&f);

    for (size_t i = 0; i < N; i++) /* the fourth column depends on the first and the third */
        table.x[3 * N + i] = table.x[i] - 2 * table.x[2 * N + i];
    rows = table.rows;
    rows.n_covariates = 4;
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_COLLINEAR);
    assert_int_equal(f.parameter, 4);
    tn_logit_free(&f);
    const tn_logit_options_t ridge = {.ridge = 1e-3};
    fit(&f, &rows, &ridge);
    assert_int_equal(f.status, TN_FIT_CONVERGED);
    tn_logit_free(&f);
    for (size_t i = 0; i < N; i++)
        table.x[N + i] = 0.1; /* a constant */
    rows.n_covariates = 3;
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_COLLINEAR);
    assert_int_equal(f.parameter, 2);
    tn_logit_free(&f);

    /* quasi-complete: nobody with x3 = 1 leaves by the second cause */
    fill_table(&table);
    for (size_t i = 0; i < N; i++) {
        if (table.x[2 * N + i] > 0.0 && table.outcome[i] == 2) table.outcome[i] = 0;
    }
    fit(&f, &table.rows, NULL);
    assert_int_equal(f.status, TN_FIT_SEPARATION);
    assert_int_equal(f.parameter, 7);
    assert_true(f.coef[7] < -10.0);
    const double first = f.coef[1];
    tn_logit_free(&f);
    const tn_logit_options_t little = {.ridge = 1e-6};
    fit(&f, &table.rows, &little);
    assert_int_equal(f.status, TN_FIT_CONVERGED);
    check_close(f.coef[1], first, 1e-4, 0, "the others are right");
    tn_logit_free(&f);

    /* complete: x1 above 0 leaves, the others stay */
    for (size_t i = 0; i < N; i++)
        table.either[i] = table.x[i] > 0.0;
    table.rows.outcome = table.either;
    table.rows.n_causes = 1;
    fit(&f, &table.rows, NULL);
    assert_int_equal(f.status, TN_FIT_SEPARATION);
    check_close(f.loglik, 0.0, 0, 1e-6, "a perfect fit");
    tn_logit_free(&f);
}

/* An estimate of exactly 0 leaves steps of rounding, which are not those of a runaway; and far out
 * there may be no information left at all. */
static void separation_is_not_taken_for_anything_else(void **state)
{
    (void)state;
    tn_logit_t f;
    static const double mixed[4] = {2, 3, 4, 1};
    static const int32_t leaves[4] = {0, 1, 0, 1};
    tn_logit_rows_t rows = {
        .n = 4, .outcome = leaves, .n_causes = 1, .x = mixed, .n_covariates = 1};
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_CONVERGED); /* R: glm(d ~ x, binomial) */
    check_close(f.coef[1], -0.9081842626, 1e-9, 0, "slope");
    tn_logit_free(&f);

    static const double signs[8] = {0, 2, 0, -2, -1, 1, -1, -1};
    static const int32_t below[8] = {1, 0, 0, 1, 1, 0, 1, 1};
    rows =
        (tn_logit_rows_t){.n = 8, .outcome = below, .n_causes = 1, .x = signs, .n_covariates = 1};
    fit(&f, &rows, NULL);
    assert_int_equal(f.status, TN_FIT_SEPARATION);
    assert_int_equal(f.parameter, 1);
    tn_logit_free(&f);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    tn_logit_t f;
    tn_error_t err = {0};
    double h[8];
    fill_table(&table);
    tn_logit_rows_t rows = table.rows;
    tn_logit_options_t opt = {.ridge = -1.0};
    assert_int_equal(tn_logit_fit(&f, &rows, &opt, &err), TN_EARG);
    rows.n_causes = 1;
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EDOMAIN);
    rows.n_causes = 0;
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EARG);
    rows = table.rows;
    rows.x = NULL;
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EARG);
    rows = table.rows;
    rows.cluster = table.cluster;
    rows.n_clusters = 10;
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EDOMAIN);
    rows.cluster = NULL;
    table.weight[4] = 0.0;
    rows.weight = table.weight;
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 5: weight is not positive and finite");
    rows = table.rows;
    fit(&f, &rows, NULL);
    table.x[1] = NAN;
    assert_int_equal(tn_logit_predict(&f, 2, table.x, NULL, h, &err), TN_EDOMAIN);
    assert_int_equal(tn_logit_predict(&f, 2, NULL, NULL, h, &err), TN_EARG);
    tn_logit_free(&f);
    assert_int_equal(tn_logit_fit(&f, &rows, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: covariate 1 is not a finite number");
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fill_table(&table);
    table.rows.cluster = table.cluster;
    table.rows.n_clusters = N / 4;
    const tn_logit_options_t opt = {.is_robust = true, .n_threads = 1};
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_logit_t f;
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_logit_fit(&f, &table.rows, &opt, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) {
            assert_int_equal(ret, TN_ENOMEM);
            continue;
        }
        double h[2];
        const tn_logit_curves_t none = {0};
        tn_mem_fail_at(1);
        assert_int_equal(tn_logit_curve(&f, 1, table.x, NULL, &none, NULL), TN_ENOMEM);
        assert_int_equal(tn_logit_predict(&f, 1, table.x, NULL, h, NULL), TN_ENOMEM);
        tn_mem_fail_at(0);
        tn_logit_free(&f);
    }
}

/* --- periods ---------------------------------------------------------------------------------- */

typedef struct expected {
    uint32_t subject;
    int32_t period, outcome;
    double start, stop;
} expected_t;

static void check_periods(const tn_periods_t *p, const expected_t *want, size_t n)
{
    assert_int_equal(p->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(p->subject[i], want[i].subject);
        assert_int_equal(p->period[i], want[i].period);
        assert_int_equal(p->outcome[i], want[i].outcome);
        check_close(p->start[i], want[i].start, TOL0, 0, "start");
        check_close(p->stop[i], want[i].stop, TOL0, 0, "stop");
    }
}

static void spells_are_cut_at_the_cuts(void **state)
{
    (void)state;
    static const double entry[6] = {0, 0.5, 1, 0, 3, 0}, exit[6] = {2, 1, 2.5, 7, 4, 0.5};
    static const int32_t cause[6] = {1, 2, 0, 1, 2, 1};
    static const double cuts[4] = {0.5, 1, 2, 3};
    static const expected_t want[] = {{0, 0, 0, 0.5, 1}, {0, 1, 1, 1, 2}, {1, 0, 2, 0.5, 1},
        {2, 1, 0, 1, 2}, {2, 2, 0, 2, 2.5}, {3, 0, 0, 0.5, 1}, {3, 1, 0, 1, 2}, {3, 2, 0, 2, 3}};
    const tn_spells_t s = {.n = 6, .entry = entry, .exit = exit, .cause = cause, .n_causes = 2};
    const tn_periods_options_t opt = {.cuts = cuts, .n_cuts = 4};
    tn_periods_t p;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
    check_periods(&p, want, sizeof want / sizeof want[0]);
    tn_periods_free(&p);
}

static void spells_are_cut_into_units(void **state)
{
    (void)state;
    static const double entry[3] = {0, 1.5, 2}, exit[3] = {2, 2.5, 3};
    static const int32_t cause[3] = {1, 0, 1};
    static const expected_t want[] = {
        {0, 0, 0, 0, 1}, {0, 1, 1, 1, 2}, {1, 1, 0, 1.5, 2}, {1, 2, 0, 2, 2.5}, {2, 2, 1, 2, 3}};
    tn_spells_t s = {.n = 3, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1};
    tn_periods_options_t opt = {.unit = 1.0};
    tn_periods_t p;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
    check_periods(&p, want, sizeof want / sizeof want[0]);
    tn_periods_free(&p);

    /* an exit at 0 counts in the first period, by unit or by cuts from 0 */
    static const double zero[1] = {0}, cuts[2] = {0, 5};
    static const expected_t first[] = {{0, 0, 1, 0, 0}};
    s = (tn_spells_t){.n = 1, .exit = zero, .cause = cause, .n_causes = 1};
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
    check_periods(&p, first, 1);
    tn_periods_free(&p);
    opt = (tn_periods_options_t){.cuts = cuts, .n_cuts = 2};
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
    check_periods(&p, first, 1);
    tn_periods_free(&p);
}

/* Whole numbers of years, as days over 365.25 and as multiples of 0.1, end on their border. */
static void borders_hold_in_any_unit(void **state)
{
    (void)state;
    for (int years = 1; years <= 200; years++) {
        const double exit[2] = {years * 365.25 / 365.25, years * 0.1};
        const double units[2] = {1.0, 0.1};
        for (int u = 0; u < 2; u++) {
            const int32_t cause = 1;
            const tn_spells_t s = {.n = 1, .exit = exit + u, .cause = &cause, .n_causes = 1};
            const tn_periods_options_t opt = {.unit = units[u]};
            tn_periods_t p;
            assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
            assert_int_equal(p.n, years);
            assert_int_equal(p.period[years - 1], years - 1);
            assert_int_equal(p.outcome[years - 1], 1);
            tn_periods_free(&p);
        }
    }
}

/* Exits and time at risk are kept; the hazards of the saturated logit are exits over rows. */
static void periods_feed_the_logit(void **state)
{
    (void)state;
    enum { SPELLS = 400, PERIODS = 5 };
    static double exit[SPELLS], entry[SPELLS], x[PERIODS * 4 * SPELLS];
    static int32_t cause[SPELLS];
    double at_risk = 0.0, rows[PERIODS] = {0}, exits[PERIODS] = {0};
    for (uint32_t i = 0; i < SPELLS; i++) {
        double u[4];
        tn_rng_uniforms(6, i, 0, 0, 0, 0, u);
        entry[i] = u[0] < 0.5 ? 0.0 : 2.0 * u[1];
        exit[i] = fmin(5.0, entry[i] + 0.01 + 4.0 * u[2]);
        cause[i] = u[3] < 0.5;
        at_risk += exit[i] - entry[i];
    }
    const tn_spells_t s = {
        .n = SPELLS, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1};
    const tn_periods_options_t opt = {.unit = 1.0};
    tn_periods_t p;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), 0);
    double sum = 0.0;
    for (size_t i = 0; i < p.n; i++) {
        sum += p.stop[i] - p.start[i];
        rows[p.period[i]]++;
        exits[p.period[i]] += p.outcome[i];
        for (int j = 1; j < PERIODS; j++)
            x[(size_t)(j - 1) * p.n + i] = p.period[i] == j;
    }
    check_close(sum, at_risk, TOL3, 0, "time at risk");
    const tn_logit_rows_t data = {
        .n = p.n, .outcome = p.outcome, .n_causes = 1, .x = x, .n_covariates = PERIODS - 1};
    tn_logit_t f;
    fit(&f, &data, NULL);
    static const double one_subject[PERIODS * (PERIODS - 1)] = {
        0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    double h[PERIODS], surv[PERIODS], product = 1.0, greenwood = 0.0, se[PERIODS];
    const tn_logit_curves_t out = {.surv = surv, .surv_se = se};
    assert_int_equal(tn_logit_predict(&f, PERIODS, one_subject, NULL, h, NULL), 0);
    assert_int_equal(tn_logit_curve(&f, PERIODS, one_subject, NULL, &out, NULL), 0);
    for (int j = 0; j < PERIODS; j++) {
        check_close(h[j], exits[j] / rows[j], 1e-10, 0, "saturated");
        product *= 1.0 - exits[j] / rows[j];
        greenwood += exits[j] / (rows[j] * (rows[j] - exits[j]));
        check_close(surv[j], product, 1e-10, 0, "life table");
        check_close(se[j], product * sqrt(greenwood), 1e-9, 0, "Greenwood");
    }
    tn_logit_free(&f);
    tn_periods_free(&p);
}

static void bad_periods_are_refused(void **state)
{
    (void)state;
    static const double exit[1] = {3}, entry[1] = {-1}, cuts[3] = {0, 2, 2};
    static const int32_t cause[1] = {1};
    tn_spells_t s = {.n = 1, .exit = exit, .cause = cause, .n_causes = 1};
    tn_periods_t p;
    tn_periods_options_t opt = {.cuts = cuts, .n_cuts = 3};
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_EARG);
    opt.n_cuts = 1;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_EARG);
    opt = (tn_periods_options_t){.unit = 0.0};
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_EARG);
    opt.unit = 1e-12;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_EDOMAIN);
    opt.unit = 1.0;
    s.entry = entry;
    assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_EDOMAIN);
    s.entry = NULL;
    for (long k = 1; k <= 5; k++) {
        tn_mem_fail_at(k);
        assert_int_equal(tn_periods_expand(&p, &s, &opt, NULL), TN_ENOMEM);
        tn_mem_fail_at(0);
        assert_null(p.subject);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_counts_has_its_odds),
        cmocka_unit_test(one_cause_is_glm),
        cmocka_unit_test(two_causes_are_vglm),
        cmocka_unit_test(robust_variances_agree_with_r),
        cmocka_unit_test(ridge_shrinks_as_written),
        cmocka_unit_test(curves_agree_with_r),
        cmocka_unit_test(the_derivatives_are_those_of_differences),
        cmocka_unit_test(weights_of_two_are_rows_twice_and_order_is_free),
        cmocka_unit_test(units_of_columns_do_not_matter),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(what_cannot_be_fitted_is_named),
        cmocka_unit_test(separation_is_not_taken_for_anything_else),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(spells_are_cut_at_the_cuts),
        cmocka_unit_test(spells_are_cut_into_units),
        cmocka_unit_test(borders_hold_in_any_unit),
        cmocka_unit_test(periods_feed_the_logit),
        cmocka_unit_test(bad_periods_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
