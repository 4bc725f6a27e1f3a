/* Parametric models against R's survreg: the shared figures. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "tenure/parametric.h"

enum { MAX_N = 240, MAX_P = 5 };

/* How the terms of R's formula are read from the columns of a data set. */
typedef struct term {
    const char *name, *column, *level; /* level: the dummy of that level */
} term_t;
typedef struct source {
    const char *name, *time, *status, *event;
    int p;
    term_t term[MAX_P];
} source_t;

static const source_t sources[] = {
    {"lung", "time", "status", "2", 3,
        {{"age", "age", 0}, {"sex", "sex", 0}, {"ph.ecog", "ph.ecog", 0}}},
    {"ovarian", "futime", "fustat", "1", 2, {{"ecog.ps", "ecog.ps", 0}, {"rx", "rx", 0}}},
    {"veteran", "time", "status", "1", 5,
        {{"trt", "trt", 0}, {"karno", "karno", 0}, {"celltypesmallcell", "celltype", "smallcell"},
            {"celltypeadeno", "celltype", "adeno"}, {"celltypelarge", "celltype", "large"}}},
};

typedef struct data {
    tn_spells_t spells;
    double exit[MAX_N], x[MAX_N * MAX_P];
    int32_t cause[MAX_N], stratum[MAX_N];
} data_t;

static double value(const reference_t *ref, size_t row, const term_t *term)
{
    if (term->level == NULL) return reference_number(ref, row, term->column);
    return strcmp(reference_text(ref, row, term->column), term->level) == 0 ? 1.0 : 0.0;
}

/* Complete rows of a data set. */
static void read_data(data_t *d, const source_t *s)
{
    char path[64];
    reference_t ref;
    double x[MAX_P];
    static double by_row[MAX_N][MAX_P];
    snprintf(path, sizeof path, "datasets/%s.csv", s->name);
    assert_true(reference_read(&ref, path));
    *d = (data_t){0};
    size_t n = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        bool is_complete = true;
        for (int j = 0; j < s->p; j++) {
            x[j] = value(&ref, i, &s->term[j]);
            if (isnan(x[j])) is_complete = false;
        }
        if (!is_complete) continue;
        assert_true(n < MAX_N);
        memcpy(by_row[n], x, sizeof x);
        d->exit[n] = reference_number(&ref, i, s->time);
        d->cause[n] = strcmp(reference_text(&ref, i, s->status), s->event) == 0;
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        for (int j = 0; j < s->p; j++)
            d->x[(size_t)j * n + i] = by_row[i][j];
    }
    d->spells = (tn_spells_t){
        .n = n, .exit = d->exit, .cause = d->cause, .n_causes = 1, .x = d->x, .n_covariates = s->p};
    reference_free(&ref);
}

static tn_parametric_family_t family_of(const char *dist)
{
    if (strcmp(dist, "exponential") == 0) return TN_PARAMETRIC_EXPONENTIAL;
    if (strcmp(dist, "lognormal") == 0) return TN_PARAMETRIC_LOGNORMAL;
    if (strcmp(dist, "loglogistic") == 0) return TN_PARAMETRIC_LOGLOGISTIC;
    assert_string_equal(dist, "weibull");
    return TN_PARAMETRIC_WEIBULL;
}

static double worst; /* largest relative difference, for the report */

static void compare(double got, double want, double abs, const char *id)
{
    const double rel = fabs(got - want) / fmax(fabs(want), 1e-300);
    if (fabs(got - want) > abs && rel > worst) worst = rel;
    check_close(got, want, 1e-8, abs, id);
}

/* The whole covariance of a fit, whose n_terms rows of aft_coef start at row from. */
static void compare_fit(const reference_t *coef, size_t from, const tn_parametric_t *fit)
{
    const char *id = reference_text(coef, from, "id");
    const size_t q = (size_t)fit->n_terms;
    for (size_t k = 0; k < q; k++) {
        assert_string_equal(reference_text(coef, from + k, "id"), id);
        compare(fit->coef[k], reference_number(coef, from + k, "coef"), 0, id);
        compare(sqrt(fit->vcov[k * q + k]), reference_number(coef, from + k, "se"), 0, id);
    }
    compare(fit->loglik, reference_number(coef, from, "loglik"), 0, id);
    compare(fit->loglik_intercept, reference_number(coef, from, "loglik_intercept"), 0, id);
    compare(fit->aic,
        2 * reference_number(coef, from, "df") - 2 * reference_number(coef, from, "loglik"), 0, id);
    assert_int_equal(fit->n, (int)reference_number(coef, from, "n"));
    reference_t vcov;
    assert_true(reference_read(&vcov, "aft_vcov.csv"));
    size_t at = 0;
    while (strcmp(reference_text(&vcov, at, "id"), id) != 0)
        at++;
    for (size_t k = 0; k < q * q; k++) {
        const double scale = sqrt(fit->vcov[k / q * (q + 1)] * fit->vcov[k % q * (q + 1)]);
        assert_string_equal(reference_text(&vcov, at + k, "id"), id);
        compare(fit->vcov[k], reference_number(&vcov, at + k, "vcov"), 1e-8 * scale, id);
    }
    reference_free(&vcov);
}

static void compare_quantiles(const source_t *s, const char *id, const tn_parametric_t *fit)
{
    static const double probs[3] = {0.1, 0.5, 0.9};
    static const double ovarian[4] = {1, 2, 1, 2};
    double x[3 * MAX_P], t[9], se[9], lower[9], upper[9];
    tn_parametric_rows_t rows = {.n = 2, .x = ovarian};
    reference_t new, predict;
    if (strcmp(s->name, "ovarian") != 0) {
        char path[64];
        snprintf(path, sizeof path, "newdata_%s.csv", s->name);
        assert_true(reference_read(&new, path));
        rows = (tn_parametric_rows_t){.n = new.n_rows, .x = x};
        for (size_t i = 0; i < rows.n; i++) {
            for (int j = 0; j < s->p; j++)
                x[(size_t)j * rows.n + i] = value(&new, i, &s->term[j]);
        }
        reference_free(&new);
    }
    const tn_parametric_curves_t out = {t, se, lower, upper};
    assert_int_equal(tn_parametric_predict(fit, &rows, TN_PARAMETRIC_QUANTILE, 3, probs,
                         TN_INTERVAL_LOG, 0.95, &out, NULL),
        0);
    assert_true(reference_read(&predict, "aft_predict.csv"));
    int n_compared = 0;
    for (size_t i = 0; i < predict.n_rows; i++) {
        if (strcmp(reference_text(&predict, i, "id"), id) != 0) continue;
        const double prob = reference_number(&predict, i, "prob");
        size_t k = ((size_t)reference_number(&predict, i, "row") - 1) * 3;
        while (probs[k % 3] != prob)
            k++;
        compare(t[k], reference_number(&predict, i, "quantile"), 0, id);
        compare(se[k], reference_number(&predict, i, "se"), 0, id);
        check_close(
            log(upper[k] / t[k]), 1.959963984540054 * se[k] / t[k], TOL3, 0, "limit on the log");
        n_compared++;
    }
    assert_int_equal(n_compared, 3 * (int)rows.n);
    reference_free(&predict);
}

static void the_models_of_survreg(void **state)
{
    (void)state;
    static data_t d;
    reference_t coef;
    if (!reference_read(&coef, "aft_coef.csv")) skip();
    int n_models = 0;
    for (size_t from = 0; from < coef.n_rows;) {
        const char *id = reference_text(&coef, from, "id"),
                   *set = reference_text(&coef, from, "dataset");
        const source_t *s = sources;
        while (strcmp(s->name, set) != 0)
            s++;
        read_data(&d, s);
        const bool is_stratified = strstr(id, "strata_sex") != NULL;
        if (is_stratified) {
            /* age, ph.ecog; sex is the stratum */
            for (size_t i = 0; i < d.spells.n; i++) {
                d.stratum[i] = (int32_t)d.x[d.spells.n + i] - 1;
                d.x[d.spells.n + i] = d.x[2 * d.spells.n + i];
            }
            d.spells.n_covariates = 2;
            d.spells.stratum = d.stratum;
            d.spells.n_strata = 2;
        }
        tn_parametric_t fit;
        const tn_parametric_options_t opt = {
            .family = family_of(reference_text(&coef, from, "dist")), .cause = 1};
        assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        assert_int_equal(fit.term, -1);
        compare_fit(&coef, from, &fit);
        if (!is_stratified) compare_quantiles(s, id, &fit);
        from += (size_t)fit.n_terms;
        n_models++;
        tn_parametric_free(&fit);
    }
    assert_int_equal(n_models, 13);
    print_message("largest relative difference %.2g\n", worst);
    reference_free(&coef);
}

/* Figures below: R 4.2.2, survival 3.5-3, survreg.control(rel.tolerance = 1e-13), on the complete
 * rows of lung with inst, weights 1 + (row %% 3) / 2. */
static void read_lung_with_inst(data_t *d, double *weight, int32_t *inst)
{
    static const source_t source = {"lung", "time", "status", "2", 4,
        {{"age", "age", 0}, {"sex", "sex", 0}, {"ph.ecog", "ph.ecog", 0}, {"inst", "inst", 0}}};
    read_data(d, &source);
    d->spells.n_covariates = 3;
    for (size_t i = 0; i < d->spells.n; i++) {
        weight[i] = 1.0 + (double)((i + 1) % 3) / 2.0;
        inst[i] = (int32_t)d->x[3 * d->spells.n + i];
    }
}

/* survreg(Surv(time, status) ~ age + sex + ph.ecog, weights = w, cluster = inst), whose scores are
 * not weighted; se_weighted from residuals(type = "dfbeta", weighted = TRUE). */
static void weighted_and_clustered_fits_of_survreg(void **state)
{
    (void)state;
    static const struct {
        tn_parametric_family_t family;
        double coef[5], se[5], se_model[5], se_weighted[5], loglik[2], aic, bic;
    } want[4] = {
        {TN_PARAMETRIC_WEIBULL,
            {6.3220414489678296, -0.0090349293449968199, 0.42134730857447839, -0.33449266119384158,
                0.72054139106352455},
            {0.26473122085078726, 0.0035437707826390039, 0.063202393168351981, 0.059620248750525878,
                0.039539439210115185},
            {0.36697297617501273, 0.0054840335112074316, 0.09938908998000423, 0.066618676451053752,
                0.05017069450295876},
            {0.41033105575176804, 0.0058782674292857974, 0.10346761445579378, 0.094820519770329251,
                0.070368067338864276},
            {-1717.8055508820134, -1694.0113720807926}, 3398.0227441615853, 3415.1254191579465},
        {TN_PARAMETRIC_LOGNORMAL,
            {6.5500645141731813, -0.020913557662125135, 0.54713972347572459, -0.35048673812318953,
                1.0315136782948557},
            {0.36490675767282882, 0.0054643210384406693, 0.068151534185995483, 0.075440219379398668,
                0.051621255924722761},
            {0.48008942881241895, 0.0068483884785694666, 0.12478007316528697, 0.084493148460851153,
                0.045570262331704983},
            {0.58818618805171596, 0.0090395215769911615, 0.11119485480260698, 0.12511269361920832,
                0.091908892810328144},
            {-1745.4493775942883, -1719.7966380054722}, 3449.5932760109445, 3466.6959510073057},
        {TN_PARAMETRIC_LOGLOGISTIC,
            {6.0137840990123008, -0.0099305512331266214, 0.50959897476009663, -0.40739880130231043,
                0.5324176139768706},
            {0.34923540215680726, 0.0050251557118771682, 0.076817400887799772, 0.060233764308720898,
                0.049731262480215165},
            {0.41734249458942563, 0.0060856296770547781, 0.10923483788345605, 0.075428088003213156,
                0.053696437977364023},
            {0.5746590087033665, 0.0087025360958240539, 0.12029303333066989, 0.099623454135519485,
                0.084183181880672572},
            {-1731.1896627501415, -1703.8029615903315}, 3417.605923180663, 3434.7085981770242},
        {TN_PARAMETRIC_EXPONENTIAL,
            {6.418450251933967, -0.012072286361023943, 0.54400955896764536, -0.40024040652146708,
                1},
            {0.32087146335462413, 0.0042168006120109425, 0.073282576432100899,
                0.057388427014118067},
            {0.5083330346538395, 0.0075121767715142307, 0.13587636725010163, 0.091353665524284769},
            {0.50370774429832987, 0.0070770456620536971, 0.11312677041762098, 0.091681264189067038},
            {-1731.9693166091186, -1712.1242549829306}, 3432.2485099658611, 3445.9306499629502},
    };
    static data_t d;
    double weight[MAX_N];
    int32_t inst[MAX_N];
    if (getenv("TENURE_SHARED") == NULL) skip();
    read_lung_with_inst(&d, weight, inst);
    d.spells.weight = weight;
    d.spells.cluster = inst;
    d.spells.n_clusters = 40;
    for (int m = 0; m < 4; m++) {
        tn_parametric_t fit;
        tn_parametric_options_t opt = {
            .family = want[m].family, .cause = 1, .is_robust = true, .is_score_unweighted = true};
        assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
        assert_int_equal(fit.n, 226);
        for (int k = 0; k < fit.n_terms; k++) {
            compare(k < 4 ? fit.coef[k] : exp(fit.coef[k]), want[m].coef[k], 0, "coef, scale");
            compare(sqrt(fit.vcov[k * (fit.n_terms + 1)]), want[m].se[k], 0, "robust");
            compare(sqrt(fit.vcov_model[k * (fit.n_terms + 1)]), want[m].se_model[k], 0, "naive");
        }
        compare(fit.loglik_intercept, want[m].loglik[0], 0, "intercept");
        compare(fit.loglik, want[m].loglik[1], 0, "loglik");
        compare(fit.aic, want[m].aic, 0, "AIC");
        compare(fit.bic, want[m].bic, 0, "BIC");
        tn_parametric_free(&fit);
        opt.is_score_unweighted = false;
        assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
        for (int k = 0; k < fit.n_terms; k++)
            compare(sqrt(fit.vcov[k * (fit.n_terms + 1)]), want[m].se_weighted[k], 0, "weighted");
        tn_parametric_free(&fit);
    }
    print_message("largest relative difference so far %.2g\n", worst);
}

/* survreg(Surv(time, status) ~ age + offset(0.3 * ph.ecog) + strata(sex), dist = "lognormal",
 * robust = TRUE), and residuals(survreg(Surv(time, status) ~ age + sex), "dfbeta")[1:2, ] */
static void offset_strata_and_dfbeta_of_survreg(void **state)
{
    (void)state;
    static const double want[4] = {
        7.2924371607190235, -0.029994710176257277, 0.18231309419365552, 0.053184480836548968};
    static const double want_se[4] = {
        0.5737840882043661, 0.0092905726768982566, 0.07737449178182180, 0.1367966394042124};
    static const double want_dfbeta[2][4] = {{0.00037333501594748934, 1.4211115580653672e-05,
                                                 -0.00096791951899135339, -0.0038173022064512765},
        {-0.0029236595759908105, 0.00017266982814379362, -0.0042652617937996469,
            -0.0036543106779960053}};
    static data_t d;
    double weight[MAX_N], offset[MAX_N];
    static double u[MAX_N * 4];
    int32_t inst[MAX_N];
    if (getenv("TENURE_SHARED") == NULL) skip();
    read_lung_with_inst(&d, weight, inst);
    const size_t n = d.spells.n;
    for (size_t i = 0; i < n; i++) {
        d.stratum[i] = (int32_t)d.x[n + i] - 1;
        offset[i] = 0.3 * d.x[2 * n + i];
    }
    d.spells.n_covariates = 1;
    d.spells.stratum = d.stratum;
    d.spells.n_strata = 2;
    tn_parametric_t fit;
    tn_parametric_options_t opt = {
        .family = TN_PARAMETRIC_LOGNORMAL, .cause = 1, .is_robust = true, .offset = offset};
    assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
    for (int k = 0; k < 4; k++) {
        compare(fit.coef[k], want[k], 0, "coef");
        compare(sqrt(fit.vcov[5 * k]), want_se[k], 0, "robust");
    }
    compare(fit.loglik_intercept, -1168.7238779770751, 0, "intercept");
    compare(fit.loglik, -1163.2846224991267, 0, "loglik");
    tn_parametric_free(&fit);

    opt = (tn_parametric_options_t)TN_PARAMETRIC_OPTIONS_DEFAULT;
    d.spells.n_covariates = 2;
    d.spells.stratum = NULL;
    assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
    assert_int_equal(tn_parametric_score_residuals(&fit, &d.spells, NULL, u, NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 4; k++) {
            double sum = 0.0;
            for (size_t j = 0; j < 4; j++)
                sum += fit.vcov_model[4 * k + j] * u[j * n + i];
            compare(sum, want_dfbeta[i][k], 1e-10, "dfbeta");
        }
    }
    tn_parametric_free(&fit);
}

/* heart: (start, stop]. Piecewise: glm(event ~ interval - 1 + age + surgery + transplant, poisson,
 * offset = log(time)) on survSplit(cut = c(30, 90, 365)), its logLik less sum of log(time) of
 * events. The others: R's optim and Newton steps with numDeriv on the log-likelihood written with
 * dweibull, pweibull, dlnorm, plnorm, plogis; good for about eight digits. */
static void truncated_fits_of_heart(void **state)
{
    (void)state;
    static const struct {
        tn_parametric_family_t family;
        double coef[7], se[7], loglik, rel;
    } want[5] = {
        {TN_PARAMETRIC_PIECEWISE,
            {-4.5711532817380611, -4.7348018814470740, -6.004062584999946, -7.088976377616195,
                0.031587905576143778, -0.76348697287216072, -0.11823330398445048},
            {0.21989628627707277, 0.2766236271525037, 0.3491164140597185, 0.45721351214203156,
                0.013841562168718388, 0.35823977480708468, 0.2879955051962589},
            -483.22927102486778, 1e-8},
        {TN_PARAMETRIC_GOMPERTZ,
            {-4.6773912482779, 0.0386355737585, -0.84931972752, -0.50933820951, -0.0026134516561},
            {0.191368244700, 0.0140857283249, 0.35835000001, 0.26206002285, 0.00062380108317},
            -493.6289552815623, 1e-7},
        {TN_PARAMETRIC_WEIBULL,
            {5.3770237078119, -0.0609168914557, 1.50231281635, 0.160006454196, 0.560579633572},
            {0.371814590905, 0.0242362527009, 0.643373574436, 0.533676885810, 0.120338959982},
            -490.9521257839271, 1e-7},
        {TN_PARAMETRIC_LOGNORMAL,
            {4.6257911775626, -0.0489426019154, 1.36149862568, 0.0243097863027, 0.783925392481},
            {0.345854446922, 0.0234811533990, 0.654656868709, 0.601434368592, 0.109374808848},
            -488.02013377119277, 1e-7},
        {TN_PARAMETRIC_LOGLOGISTIC,
            {4.5706513788790, -0.0438954969590, 1.74516659606, 0.0501661200077, 0.228453157718},
            {0.325156674827, 0.0225264961718, 0.662885605167, 0.545723612660, 0.115104318473},
            -488.1399336561596, 1e-7},
    };
    static const source_t source = {"heart", "stop", "event", "1", 4,
        {{"age", "age", 0}, {"surgery", "surgery", 0}, {"transplant", "transplant", 0},
            {"start", "start", 0}}};
    static const double cuts[3] = {30, 90, 365};
    static data_t d;
    if (getenv("TENURE_SHARED") == NULL) skip();
    read_data(&d, &source);
    assert_int_equal(d.spells.n, 172);
    d.spells.n_covariates = 3;
    d.spells.entry = d.x + 3 * d.spells.n;
    for (int m = 0; m < 5; m++) {
        tn_parametric_t fit;
        const tn_parametric_options_t opt = {
            .family = want[m].family, .cause = 1, .n_cuts = 3, .cuts = cuts};
        assert_int_equal(tn_parametric_fit(&fit, &d.spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        for (int k = 0; k < fit.n_terms; k++) {
            const double se = sqrt(fit.vcov[k * (fit.n_terms + 1)]);
            check_close(fit.coef[k], want[m].coef[k], 0, want[m].rel * se, "coef");
            check_close(se, want[m].se[k], 10 * want[m].rel, 0, "numerical second differences");
        }
        check_close(fit.loglik, want[m].loglik, 1e-11, 0, "loglik");
        tn_parametric_free(&fit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_of_survreg),
        cmocka_unit_test(weighted_and_clustered_fits_of_survreg),
        cmocka_unit_test(offset_strata_and_dfbeta_of_survreg),
        cmocka_unit_test(truncated_fits_of_heart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
