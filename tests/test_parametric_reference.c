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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_of_survreg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
