/* The Cox models of the shared reference set (R 4.2.2, survival 3.5-3, R/survival_reference.R):
 * coefficients, variances, tests, baseline hazards, predictions, residuals, proportional hazards.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "tenure/cox.h"

#define MAX_TERMS 6

/* A term: a column, "log:column", or "column=level". */
typedef struct model {
    const char *id, *data, *entry, *exit, *status;
    double event;
    const char *terms[MAX_TERMS + 1];
    const char *stratum, *cluster;
    bool is_robust;
    const char *new_rows;
} model_t;

#define LUNG    "age", "sex", "ph.ecog"
#define VETERAN "trt", "age", "karno", "celltype=smallcell", "celltype=adeno", "celltype=large"
#define HEART   "age", "year", "surgery", "transplant"
#define MGUS    "age", "male", "mspike", "hgb"

static const model_t models[] = {
    {"cox_lung", "lung", NULL, "time", "status", 2, {LUNG}, .new_rows = "lung"},
    {"cox_lung_robust", "lung", NULL, "time", "status", 2, {LUNG}, .is_robust = true},
    {"cox_lung_cluster_inst", "lung", NULL, "time", "status", 2, {LUNG}, .cluster = "inst",
        .is_robust = true},
    {"cox_veteran", "veteran", NULL, "time", "status", 1, {VETERAN}, .new_rows = "veteran"},
    {"cox_veteran_strata", "veteran", NULL, "time", "status", 1, {"trt", "age", "karno"},
        .stratum = "celltype"},
    {"cox_pbc", "pbc", NULL, "time", "status", 2,
        {"age", "edema", "log:bili", "log:protime", "log:albumin"}, .new_rows = "pbc"},
    {"cox_ovarian", "ovarian", NULL, "futime", "fustat", 1, {"age", "rx"}, .new_rows = "ovarian"},
    {"cox_colon_recur", "colon", NULL, "time", "status", 1,
        {"rx=Lev", "rx=Lev+5FU", "sex", "age", "obstruct", "nodes"}, .new_rows = "colon"},
    {"cox_heart", "heart", "start", "stop", "event", 1, {HEART}, .new_rows = "heart"},
    {"cox_heart_cluster_id", "heart", "start", "stop", "event", 1, {HEART}, .cluster = "id",
        .is_robust = true},
    {"cox_mgus2_cs_pcm", "mgus2_competing", NULL, "etime", "event", 1, {MGUS}, .new_rows = "mgus2"},
    {"cox_mgus2_cs_death", "mgus2_competing", NULL, "etime", "event", 2, {MGUS},
        .new_rows = "mgus2"},
};
#define N_MODELS (sizeof models / sizeof *models)

static int n_terms(const model_t *m)
{
    int p = 0;
    while (m->terms[p] != NULL)
        p++;
    return p;
}

static double term_value(const reference_t *d, size_t row, const char *term)
{
    char name[64];
    const char *level = strchr(term, '=');
    if (level != NULL) {
        snprintf(name, sizeof name, "%.*s", (int)(level - term), term);
        return strcmp(reference_text(d, row, name), level + 1) == 0;
    }
    if (strncmp(term, "log:", 4) == 0) return log(reference_number(d, row, term + 4));
    return reference_number(d, row, term);
}

/* The data of a model, as arrays. */
typedef struct fixture {
    tn_spells_t spells;
    double *entry, *exit, *x;
    int32_t *cause, *stratum, *cluster;
    size_t *row; /* of the file, from 1 */
    char *stratum_name[8];
} fixture_t;

static bool is_complete(const reference_t *d, size_t i, const model_t *m)
{
    if (strcmp(m->data, "colon") == 0 && reference_number(d, i, "etype") != 1.0) return false;
    if (m->cluster != NULL && isnan(reference_number(d, i, m->cluster))) return false;
    for (int j = 0; m->terms[j] != NULL; j++) {
        if (isnan(term_value(d, i, m->terms[j]))) return false;
    }
    return true;
}

static int32_t stratum_of(fixture_t *self, const char *name)
{
    for (int s = 0; s < 8; s++) {
        if (self->stratum_name[s] == NULL) {
            self->stratum_name[s] = strdup(name);
            self->spells.n_strata = s + 1;
        }
        if (strcmp(self->stratum_name[s], name) == 0) return s;
    }
    fail_msg("too many strata");
    return 0;
}

static bool fixture_read(fixture_t *self, const model_t *m)
{
    char name[64];
    reference_t d;
    *self = (fixture_t){0};
    snprintf(name, sizeof name, "datasets/%s.csv", m->data);
    if (!reference_read(&d, name)) return false;
    const size_t p = (size_t)n_terms(m);
    self->entry = calloc(d.n_rows, sizeof(double));
    self->exit = calloc(d.n_rows, sizeof(double));
    self->cause = calloc(d.n_rows, sizeof(int32_t));
    self->stratum = calloc(d.n_rows, sizeof(int32_t));
    self->cluster = calloc(d.n_rows, sizeof(int32_t));
    self->row = calloc(d.n_rows, sizeof(size_t));
    size_t n = 0;
    for (size_t i = 0; i < d.n_rows; i++) {
        if (is_complete(&d, i, m)) self->row[n++] = i + 1;
    }
    self->x = calloc(n * p, sizeof(double));
    for (size_t k = 0; k < n; k++) {
        const size_t i = self->row[k] - 1;
        if (m->entry != NULL) self->entry[k] = reference_number(&d, i, m->entry);
        self->exit[k] = reference_number(&d, i, m->exit);
        self->cause[k] = reference_number(&d, i, m->status) == m->event;
        if (m->stratum != NULL)
            self->stratum[k] = stratum_of(self, reference_text(&d, i, m->stratum));
        if (m->cluster != NULL) self->cluster[k] = (int32_t)reference_number(&d, i, m->cluster);
        for (size_t j = 0; j < p; j++)
            self->x[j * n + k] = term_value(&d, i, m->terms[j]);
    }
    reference_free(&d);
    self->spells.n = n;
    self->spells.entry = m->entry != NULL ? self->entry : NULL;
    self->spells.exit = self->exit;
    self->spells.cause = self->cause;
    self->spells.n_causes = 1;
    self->spells.stratum = m->stratum != NULL ? self->stratum : NULL;
    self->spells.cluster = m->cluster != NULL ? self->cluster : NULL;
    self->spells.n_clusters = 1000;
    self->spells.x = self->x;
    self->spells.n_covariates = (int)p;
    return true;
}

static void fixture_free(fixture_t *self)
{
    free(self->entry);
    free(self->exit);
    free(self->x);
    free(self->cause);
    free(self->stratum);
    free(self->cluster);
    free(self->row);
    for (int s = 0; s < 8; s++)
        free(self->stratum_name[s]);
}

static double largest; /* relative difference seen by near() */

static void near(double got, double want, double rel, double abs, const char *reason)
{
    const double difference = fabs(got - want) / fmax(fabs(want), abs / rel);
    if (difference > largest) largest = difference;
    check_close(got, want, rel, abs, reason);
}

static tn_cox_options_t options_of(const model_t *m, int ties)
{
    tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    opt.ties = ties == 0 ? TN_COX_EFRON : TN_COX_BRESLOW;
    opt.is_robust = m->is_robust;
    return opt;
}

typedef void (*check_model_t)(
    const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit);

/* Fits every model with both rules for ties and has it checked. */
static void for_each_model(const char *what, check_model_t check_model)
{
    largest = 0.0;
    for (size_t k = 0; k < 2 * N_MODELS; k++) {
        const model_t *m = models + k / 2;
        const tn_cox_options_t opt = options_of(m, (int)(k % 2));
        fixture_t f;
        tn_cox_t fit;
        char id[64];
        if (!fixture_read(&f, m)) skip();
        snprintf(id, sizeof id, "%s_%s", m->id, k % 2 == 0 ? "efron" : "breslow");
        assert_int_equal(tn_cox_fit(&fit, &f.spells, &opt, NULL), 0);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        check_model(m, id, &f, &fit);
        tn_cox_free(&fit);
        fixture_free(&f);
    }
    print_message("%s: largest relative difference %.2g\n", what, largest);
}

/* Rows of a reference file with that id: the first one and their number. */
static size_t rows_of(const reference_t *r, const char *id, size_t *n)
{
    size_t first = 0;
    *n = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        if (strcmp(reference_text(r, i, "id"), id) != 0) continue;
        if ((*n)++ == 0) first = i;
    }
    return first;
}

static void check_coefficients(
    const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit)
{
    reference_t r;
    size_t n;
    const size_t p = (size_t)fit->n_covariates;
    (void)m;
    (void)f;
    assert_true(reference_read(&r, "cox_coef.csv"));
    size_t at = rows_of(&r, id, &n);
    assert_int_equal(n, p);
    for (size_t j = 0; j < p; j++) {
        near(fit->coef[j], reference_number(&r, at + j, "coef"), 1e-9, 0, id);
        near(sqrt(fit->vcov_model[j * p + j]), reference_number(&r, at + j, "se_model"), 1e-9, 0,
            id);
        near(fit->mean[j], reference_number(&r, at + j, "mean_x"), TOL2, 0, id);
        if (fit->is_robust) {
            near(
                sqrt(fit->vcov[j * p + j]), reference_number(&r, at + j, "se_robust"), 1e-9, 0, id);
        }
    }
    reference_free(&r);
    assert_true(reference_read(&r, "cox_vcov.csv"));
    at = rows_of(&r, id, &n);
    assert_int_equal(n, p * p);
    for (size_t k = 0; k < n; k++) {
        const double scale =
            sqrt(fit->vcov_model[k / p * (p + 1)] * fit->vcov_model[k % p * (p + 1)]);
        near(
            fit->vcov_model[k], reference_number(&r, at + k, "vcov_model"), 1e-9, 1e-9 * scale, id);
        if (fit->is_robust) {
            near(fit->vcov[k], reference_number(&r, at + k, "vcov_robust"), 1e-9, 1e-9 * scale, id);
        }
    }
    reference_free(&r);
}

static void the_coefficients_and_their_variances_are_those_of_r(void **state)
{
    (void)state;
    for_each_model("cox_coef, cox_vcov", check_coefficients);
}

static void check_tests(const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit)
{
    reference_t r;
    size_t n;
    (void)m;
    (void)f;
    assert_true(reference_read(&r, "cox_model.csv"));
    const size_t at = rows_of(&r, id, &n);
    assert_int_equal(n, 1);
    assert_int_equal(fit->n, (size_t)reference_number(&r, at, "n"));
    assert_int_equal(fit->n_events, (size_t)reference_number(&r, at, "nevent"));
    near(fit->loglik_null, reference_number(&r, at, "loglik_null"), TOL3, 0, id);
    near(fit->loglik, reference_number(&r, at, "loglik"), TOL3, 0, id);
    near(fit->lrt, reference_number(&r, at, "lrt"), 1e-10, 0, id);
    near(fit->score, reference_number(&r, at, "score"), 1e-10, 0, id);
    near(fit->wald, reference_number(&r, at, "wald"), 1e-9, 0, id);
    near(fit->score_robust, reference_number(&r, at, "score_robust"), 1e-9, 0, id);
    reference_free(&r);
}

static void the_tests_of_the_model_are_those_of_r(void **state)
{
    (void)state;
    for_each_model("cox_model", check_tests);
}

/* R lists the censored times too; strata by name. */
static void check_baseline(
    const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit)
{
    reference_t r;
    tn_cox_baseline_t b;
    size_t n;
    assert_true(reference_read(&r, "cox_basehaz.csv"));
    const size_t at = rows_of(&r, id, &n);
    assert_true(n > 0);
    assert_int_equal(tn_cox_baseline(&b, fit, NULL), 0);
    for (size_t i = at; i < at + n; i++) {
        const double t = reference_number(&r, i, "time");
        int s = 0;
        while (
            m->stratum != NULL && strcmp(f->stratum_name[s], reference_text(&r, i, "stratum")) != 0)
            s++;
        double got = 0.0;
        for (size_t k = b.start[s]; k < b.start[s + 1] && b.time[k] <= t; k++)
            got = b.cumhaz_x0[k];
        near(got, reference_number(&r, i, "cumhaz_x0"), 1e-9, 0, id);
    }
    tn_cox_baseline_free(&b);
    reference_free(&r);
}

static void the_baseline_hazard_is_that_of_r(void **state)
{
    (void)state;
    for_each_model("cox_basehaz", check_baseline);
}

/* x by column of newdata_NAME.csv; free it. */
static tn_cox_rows_t new_rows_read(const model_t *m)
{
    char name[64];
    reference_t d;
    const size_t p = (size_t)n_terms(m);
    snprintf(name, sizeof name, "newdata_%s.csv", m->new_rows);
    assert_true(reference_read(&d, name));
    double *x = calloc(d.n_rows * p, sizeof *x);
    for (size_t i = 0; i < d.n_rows; i++) {
        for (size_t j = 0; j < p; j++)
            x[j * d.n_rows + i] = term_value(&d, i, m->terms[j]);
    }
    const tn_cox_rows_t rows = {.n = d.n_rows, .x = x};
    reference_free(&d);
    return rows;
}

static void check_predictions(
    const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit)
{
    reference_t r;
    tn_cox_baseline_t b;
    size_t n;
    (void)f;
    if (m->new_rows == NULL) return;
    assert_true(reference_read(&r, "cox_predict.csv"));
    const size_t at = rows_of(&r, id, &n);
    assert_true(n > 0);
    const tn_cox_rows_t rows = new_rows_read(m);
    const size_t n_times = n / rows.n;
    double times[8], surv[64], se[64], cumhaz[64];
    for (size_t l = 0; l < n_times; l++)
        times[l] = reference_number(&r, at + l, "time");
    const tn_cox_curves_t out = {.estimate = surv, .se = se, .cumhaz = cumhaz};
    assert_int_equal(tn_cox_baseline(&b, fit, NULL), 0);
    assert_int_equal(
        tn_cox_predict(fit, &b, &rows, n_times, times, TN_INTERVAL_LOG, 0.95, &out, NULL), 0);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal((size_t)reference_number(&r, at + k, "row"), k / n_times + 1);
        near(surv[k], reference_number(&r, at + k, "surv"), 1e-9, 1e-300, id);
        near(se[k], reference_number(&r, at + k, "se_surv"), 1e-8, 1e-300, id);
        near(cumhaz[k], reference_number(&r, at + k, "cumhaz"), 1e-9, 0, id);
    }
    free((void *)(uintptr_t)rows.x);
    tn_cox_baseline_free(&b);
    reference_free(&r);
}

static void predicted_survival_is_that_of_r(void **state)
{
    (void)state;
    for_each_model("cox_predict", check_predictions);
}

static void check_zph(const model_t *m, const char *id, const fixture_t *f, const tn_cox_t *fit)
{
    static const char *names[] = {"km", "identity", "log", "rank"};
    reference_t r;
    size_t n, seen = 0;
    const size_t p = (size_t)fit->n_covariates;
    (void)m;
    (void)f;
    assert_true(reference_read(&r, "cox_zph.csv"));
    const size_t at = rows_of(&r, id, &n);
    for (size_t i = at; i < at + n; i += p + 1) {
        double chisq[MAX_TERMS + 1], p_value[MAX_TERMS + 1];
        int transform = 0;
        while (strcmp(names[transform], reference_text(&r, i, "transform")) != 0)
            transform++;
        assert_int_equal(
            tn_cox_zph(fit, (tn_cox_transform_t)transform, chisq, chisq + p, p_value, NULL), 0);
        for (size_t j = 0; j <= p; j++, seen++) {
            near(chisq[j], reference_number(&r, i + j, "chisq"), 1e-8, 0, id);
            near(p_value[j], reference_number(&r, i + j, "p"), 1e-8, 0, id);
        }
    }
    assert_int_equal(seen, n);
    reference_free(&r);
}

static void the_test_of_proportional_hazards_is_that_of_r(void **state)
{
    (void)state;
    for_each_model("cox_zph", check_zph);
}

static void the_residuals_of_lung_are_those_of_r(void **state)
{
    (void)state;
    reference_t r;
    fixture_t f;
    tn_cox_t fit;
    double m[300], d[300];
    const tn_cox_options_t opt = TN_COX_OPTIONS_DEFAULT;
    if (!fixture_read(&f, models)) skip();
    assert_int_equal(tn_cox_fit(&fit, &f.spells, &opt, NULL), 0);
    assert_true(reference_read(&r, "cox_lung_residuals.csv"));
    assert_int_equal(r.n_rows, fit.n);
    assert_int_equal(tn_cox_martingale(&fit, m, NULL), 0);
    assert_int_equal(tn_cox_deviance(&fit, d, NULL), 0);
    largest = 0.0;
    for (size_t i = 0; i < fit.n; i++) {
        assert_int_equal((size_t)reference_number(&r, i, "row"), f.row[i]);
        /* a deviance near 0 is the root of a difference of nearly equal terms */
        near(m[i], reference_number(&r, i, "martingale"), 1e-9, 1e-12, "martingale");
        near(d[i], reference_number(&r, i, "deviance"), 1e-9, 1e-10, "deviance");
    }
    print_message("cox_lung_residuals: largest relative difference %.2g\n", largest);
    reference_free(&r);
    tn_cox_free(&fit);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_coefficients_and_their_variances_are_those_of_r),
        cmocka_unit_test(the_tests_of_the_model_are_those_of_r),
        cmocka_unit_test(the_baseline_hazard_is_that_of_r),
        cmocka_unit_test(predicted_survival_is_that_of_r),
        cmocka_unit_test(the_test_of_proportional_hazards_is_that_of_r),
        cmocka_unit_test(the_residuals_of_lung_are_those_of_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
