/* From formula and file to tables, against the shared reference figures (R 4.2.2: survival 3.5-3,
 * cmprsk 2.2-11): the formulas are R's own, read from the reference files. What is compared here
 * are the tables; the estimators alone are compared in their own tests, in more detail. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fitting.h"
#include "reference.h"

#define CLOSED   1e-9 /* closed forms: sums in another order */
#define ITERATED 1e-6 /* R stops its iterations at about this */

/* R's factors have orders of their own; a file knows only texts. */
static const struct {
    const char *dataset, *name, *instead;
} FACTORS[] = {
    {"colon etype==1", "rx", "factor(rx, levels = c(\"Obs\", \"Lev\", \"Lev+5FU\"))"},
    {"veteran", "celltype",
        "factor(celltype, levels = c(\"squamous\", \"smallcell\", \"adeno\", \"large\"))"},
    {"mgus2_competing", "ev", "event"},
    {"pbc", "ev", "status"},
    {"archigos", "cause", "cause"},
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_';
}

/* R's formula with the factors of the data set written out, except inside strata(). */
static void translate(const char *dataset, const char *formula, char *out, size_t size)
{
    size_t n = 0;
    const char *at = formula;
    out[0] = '\0';
    while (*at != '\0') {
        const char *instead = NULL;
        size_t width = 1;
        const bool begins = at == formula || !is_word(at[-1]);
        for (size_t i = 0; begins && i < sizeof FACTORS / sizeof FACTORS[0]; i++) {
            const size_t w = strlen(FACTORS[i].name);
            const bool in_strata = at - formula >= 7 && strncmp(at - 7, "strata(", 7) == 0;
            if (strcmp(FACTORS[i].dataset, dataset) != 0 || in_strata) continue;
            if (strncmp(at, FACTORS[i].name, w) != 0 || is_word(at[w])) continue;
            instead = FACTORS[i].instead;
            width = w;
        }
        n += (size_t)snprintf(
            out + n, size - n, "%.*s", instead != NULL ? 200 : 1, instead != NULL ? instead : at);
        at += width;
    }
}

static void read_file(tn_frame_t *frame, const char *format, const char *name)
{
    char path[1024], file[256];
    tn_error_t err = {0};
    (void)snprintf(file, sizeof file, format, name);
    (void)snprintf(path, sizeof path, "%s/reference/%s", getenv("TENURE_SHARED"), file);
    if (tn_frame_read(frame, path, NULL, &err) < 0) fail_msg("%s", err.message);
}

/* colon's rows with etype 1. */
static void keep_recurrences(tn_frame_t *frame)
{
    tn_frame_t kept;
    const int column = tn_frame_find(frame, "etype");
    uint32_t *row = calloc(frame->n_rows, sizeof *row);
    size_t n = 0;
    assert_non_null(row);
    for (size_t i = 0; i < frame->n_rows; i++) {
        if (frame->column[column].number[i] == 1.0) row[n++] = (uint32_t)i;
    }
    assert_int_equal(tn_subset_init(&kept, frame, n, row, 0), 0);
    for (int j = 0; j < frame->n_columns; j++) { /* shrink in place; frame keeps what it owns */
        if (frame->column[j].number != NULL)
            memcpy(frame->column[j].number, kept.column[j].number, n * sizeof(double));
        if (frame->column[j].level != NULL)
            memcpy(frame->column[j].level, kept.column[j].level, n * sizeof(int32_t));
    }
    tn_subset_free(&kept, frame);
    frame->n_rows = n;
    free(row);
}

static void read_dataset(tn_frame_t *frame, const char *dataset)
{
    const bool is_part = strcmp(dataset, "colon etype==1") == 0;
    const char *name = is_part ? "colon" : dataset;
    if (strcmp(dataset, "archigos") == 0) name = "leader_spells";
    read_file(frame, "datasets/%s.csv", name);
    if (is_part) keep_recurrences(frame);
}

static void run(tn_fit_t *fit, const char *dataset, const char *formula, tn_fit_options_t opt)
{
    tn_frame_t frame;
    tn_error_t err = {0};
    char text[1024];
    const char *formulas[] = {text};
    translate(dataset, formula, text, sizeof text);
    read_dataset(&frame, dataset);
    opt.formulas = formulas;
    opt.n_formulas = 1;
    if (opt.level == 0.0) opt.level = 0.95;
    if (tn_fit_run(fit, &frame, &opt, NULL, &err) < 0) fail_msg("%s: %s", text, err.message);
    tn_frame_free(&frame);
}

static double value(const tn_fit_t *fit, const char *table, const char *column, size_t row)
{
    const tn_fit_table_t *t = tn_fit_table(fit, table);
    if (t == NULL) fail_msg("no table %s", table);
    const tn_fit_column_t *c = tn_fit_column(t, column);
    if (c == NULL) fail_msg("no column %s", column);
    assert_true(row < t->n_rows);
    return c->number[row];
}

static void compare(const char *what, double got, double expected, double tolerance)
{
    if (isnan(expected) && isnan(got)) return;
    if (fabs(got - expected) <= tolerance * (fabs(expected) + 1e-3)) return;
    fail_msg("%s: %.17g instead of %.17g", what, got, expected);
}

/* Rows from..to-1 share the text in the column of row from. */
static size_t end_of(const reference_t *r, size_t from, const char *column)
{
    size_t to = from + 1;
    while (to < r->n_rows &&
           strcmp(reference_text(r, to, column), reference_text(r, from, column)) == 0)
        to++;
    return to;
}

static size_t find_row(const reference_t *r, const char *id)
{
    for (size_t i = 0; i < r->n_rows; i++) {
        if (strcmp(reference_text(r, i, "id"), id) == 0) return i;
    }
    return r->n_rows;
}

/* ---- Cox ---- */

static void cox_model(const tn_fit_t *fit, const char *id)
{
    static const char *const names[][2] = {{"n", "n"}, {"nevent", "nevent"}, {"logLik", "loglik"},
        {"statistic.log", "lrt"}, {"statistic.sc", "score"}, {"statistic.wald", "wald"},
        {"statistic.robust", "score_robust"}, {"concordance", "concordance"},
        {"std.error.concordance", "concordance_se"}};
    reference_t r;
    assert_true(reference_read(&r, "cox_model.csv"));
    const size_t row = find_row(&r, id);
    assert_true(row < r.n_rows);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        /* a clustered fit's concordance has a clustered error here; R's summary has it too */
        compare(id, value(fit, "glance", names[k][0], 0), reference_number(&r, row, names[k][1]),
            ITERATED);
    }
    reference_free(&r);
}

static void cox_zph(const tn_fit_t *fit, const char *id)
{
    reference_t r;
    assert_true(reference_read(&r, "cox_zph.csv"));
    for (size_t i = 0, row = 0; i < r.n_rows; i++) {
        if (strcmp(reference_text(&r, i, "id"), id) != 0 ||
            strcmp(reference_text(&r, i, "transform"), "km") != 0)
            continue;
        compare(id, value(fit, "zph", "statistic", row), reference_number(&r, i, "chisq"), 1e-5);
        compare(id, value(fit, "zph", "p.value", row), reference_number(&r, i, "p"), 1e-5);
        row++;
    }
    reference_free(&r);
}

/* Every time of the reference is a step here; steps with censorings only are not. */
static void cox_baseline(const tn_fit_t *fit, const char *id)
{
    reference_t r;
    assert_true(reference_read(&r, "cox_basehaz.csv"));
    const tn_fit_table_t *t = tn_fit_table(fit, "baseline");
    const tn_fit_column_t *strata = tn_fit_column(t, "strata");
    size_t n_compared = 0;
    for (size_t i = 0; i < r.n_rows; i++) {
        if (strcmp(reference_text(&r, i, "id"), id) != 0) continue;
        const double time = reference_number(&r, i, "time");
        const char *stratum = reference_text(&r, i, "stratum");
        double last = 0.0;
        for (size_t k = 0; k < t->n_rows; k++) {
            if (strata != NULL && strstr(strata->text[k], stratum) == NULL) continue;
            if (value(fit, "baseline", "time", k) > time) continue;
            last = value(fit, "baseline", "cumhaz.zero", k);
        }
        compare(id, last, reference_number(&r, i, "cumhaz_x0"), ITERATED);
        n_compared++;
    }
    assert_true(n_compared > 0);
    reference_free(&r);
}

static void cox_predictions(
    const char *id, const char *dataset, const char *formula, tn_fit_options_t opt)
{
    reference_t r;
    tn_frame_t new_rows;
    tn_fit_t fit;
    double times[16];
    char name[64];
    assert_true(reference_read(&r, "cox_predict.csv"));
    const size_t first = find_row(&r, id);
    if (first < r.n_rows) {
        const size_t last = end_of(&r, first, "id");
        int n_times = 0;
        while (first + (size_t)n_times < last &&
               reference_number(&r, first + (size_t)n_times, "row") == 1.0) {
            times[n_times] = reference_number(&r, first + (size_t)n_times, "time");
            n_times++;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(dataset, " _"), dataset);
        read_file(&new_rows, "newdata_%s.csv", name);
        opt.newdata = &new_rows;
        opt.times = times;
        opt.n_times = n_times;
        run(&fit, dataset, formula, opt);
        assert_int_equal(tn_fit_table(&fit, "predictions")->n_rows, last - first);
        for (size_t i = first; i < last; i++) {
            compare(id, value(&fit, "predictions", "time", i - first),
                reference_number(&r, i, "time"), 0.0);
            compare(id, value(&fit, "predictions", "estimate", i - first),
                reference_number(&r, i, "surv"), ITERATED);
            compare(id, value(&fit, "predictions", "std.error", i - first),
                reference_number(&r, i, "se_surv"), ITERATED);
        }
        tn_fit_free(&fit);
        tn_frame_free(&new_rows);
    }
    reference_free(&r);
}

static void cox(void **state)
{
    (void)state;
    reference_t r;
    if (!reference_read(&r, "cox_coef.csv")) skip();
    for (size_t i = 0; i < r.n_rows;) {
        tn_fit_t fit;
        const size_t to = end_of(&r, i, "id");
        const char *id = reference_text(&r, i, "id"), *dataset = reference_text(&r, i, "dataset");
        const char *formula = reference_text(&r, i, "formula");
        const bool is_robust = isfinite(reference_number(&r, i, "se_robust"));
        const tn_fit_options_t opt = {.method = TN_FIT_COX,
            .ties =
                strcmp(reference_text(&r, i, "ties"), "efron") == 0 ? TN_COX_EFRON : TN_COX_BRESLOW,
            .is_robust = is_robust};
        run(&fit, dataset, formula, opt);
        assert_int_equal(fit.status, TN_FIT_CONVERGED);
        assert_int_equal(tn_fit_table(&fit, "terms")->n_rows, to - i);
        for (size_t k = i; k < to; k++) {
            compare(id, value(&fit, "terms", "estimate", k - i), reference_number(&r, k, "coef"),
                ITERATED);
            compare(id, value(&fit, "terms", "std.error", k - i),
                reference_number(&r, k, "se_model"), ITERATED);
            if (!is_robust) continue;
            compare(id, value(&fit, "terms", "robust.se", k - i),
                reference_number(&r, k, "se_robust"), ITERATED);
        }
        cox_model(&fit, id);
        cox_zph(&fit, id);
        cox_baseline(&fit, id);
        cox_predictions(id, dataset, formula, opt);
        tn_fit_free(&fit);
        i = to;
    }
    reference_free(&r);
}

/* ---- curves ---- */

static void kaplan_meier(void **state)
{
    (void)state;
    reference_t r;
    if (!reference_read(&r, "km.csv")) skip();
    static const char *const names[][2] = {{"time", "time"}, {"n.risk", "n_risk"},
        {"n.event", "n_event"}, {"estimate", "surv"}, {"std.error", "se_surv"},
        {"conf.low", "lower_log"}, {"conf.high", "upper_log"}, {"cumhaz", "cumhaz"},
        {"std.chaz", "se_cumhaz"}};
    for (size_t i = 0; i < r.n_rows;) {
        tn_fit_t fit;
        const size_t to = end_of(&r, i, "id");
        const char *id = reference_text(&r, i, "id");
        run(&fit, reference_text(&r, i, "dataset"), reference_text(&r, i, "formula"),
            (tn_fit_options_t){.method = TN_FIT_KM});
        assert_int_equal(tn_fit_table(&fit, "curve")->n_rows, to - i);
        for (size_t k = i; k < to; k++) {
            for (size_t c = 0; c < sizeof names / sizeof names[0]; c++) {
                compare(id, value(&fit, "curve", names[c][0], k - i),
                    reference_number(&r, k, names[c][1]), CLOSED);
            }
        }
        tn_fit_free(&fit);
        i = to;
    }
    reference_free(&r);
}

static void logrank(void **state)
{
    (void)state;
    reference_t r;
    if (!reference_read(&r, "logrank.csv")) skip();
    for (size_t i = 0; i < r.n_rows; i++) {
        tn_fit_t fit;
        const char *id = reference_text(&r, i, "id");
        run(&fit, reference_text(&r, i, "dataset"), reference_text(&r, i, "formula"),
            (tn_fit_options_t){.method = TN_FIT_KM, .rho = reference_number(&r, i, "rho")});
        compare(id, value(&fit, "test", "statistic", 0), reference_number(&r, i, "chisq"), CLOSED);
        compare(id, value(&fit, "test", "df", 0), reference_number(&r, i, "df"), 0.0);
        compare(id, value(&fit, "test", "p.value", 0), reference_number(&r, i, "p"), CLOSED);
        tn_fit_free(&fit);
    }
    reference_free(&r);
}

/* The reference goes by state, stratum, time; the table by stratum, state, time. */
static void aalen_johansen(void **state)
{
    (void)state;
    reference_t r;
    if (!reference_read(&r, "aalen_johansen.csv")) skip();
    for (size_t i = 0; i < r.n_rows;) {
        tn_fit_t fit;
        double times[8];
        const size_t to = end_of(&r, i, "id");
        const char *id = reference_text(&r, i, "id");
        tn_fit_options_t opt = {.method = TN_FIT_CIF};
        if (strcmp(id, "aj_mgus2_sex") == 0) { /* at five times only */
            for (size_t k = 0; k < 5; k++)
                times[k] = reference_number(&r, i + k, "time");
            opt.times = times;
            opt.n_times = 5;
        }
        run(&fit, reference_text(&r, i, "dataset"), reference_text(&r, i, "formula"), opt);
        assert_int_equal(tn_fit_table(&fit, "curve")->n_rows, to - i);
        const size_t strata = opt.n_times > 0 ? 2 : 1, n = (to - i) / (3 * strata);
        for (size_t k = 0; k < to - i; k++) {
            const size_t stratum = k / n % strata, in_state = k / n / strata;
            const size_t row = (stratum * 3 + in_state) * n + k % n;
            compare(
                id, value(&fit, "curve", "time", row), reference_number(&r, i + k, "time"), 0.0);
            compare(id, value(&fit, "curve", "estimate", row), reference_number(&r, i + k, "p"),
                CLOSED);
            compare(id, value(&fit, "curve", "std.error", row),
                reference_number(&r, i + k, "se_ij"), CLOSED);
        }
        tn_fit_free(&fit);
        i = to;
    }
    reference_free(&r);
}

static void gray(void **state)
{
    (void)state;
    static const struct {
        const char *id, *formula;
    } models[] = {{"ci_mgus2_male", "surv(etime, event) ~ male"},
        {"ci_mgus2_male_rho1", "surv(etime, event) ~ male"},
        {"ci_pbc_sex", "surv(time, status) ~ sex"}, {"ci_pbc_stage", "surv(time, status) ~ stage"}};
    reference_t r;
    if (!reference_read(&r, "gray_test.csv")) skip();
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
        tn_fit_t fit;
        const size_t row = find_row(&r, models[m].id);
        run(&fit, reference_text(&r, row, "dataset"), models[m].formula,
            (tn_fit_options_t){.method = TN_FIT_CIF, .rho = reference_number(&r, row, "rho")});
        for (size_t k = 0; k < 2; k++) {
            compare(models[m].id, value(&fit, "test", "statistic", k),
                reference_number(&r, row + k, "stat"), CLOSED);
            compare(models[m].id, value(&fit, "test", "p.value", k),
                reference_number(&r, row + k, "p"), CLOSED);
        }
        tn_fit_free(&fit);
    }
    reference_free(&r);
}

/* ---- Fine-Gray, parametric ---- */

static void fine_gray(void **state)
{
    (void)state;
    static const struct {
        const char *id, *formula, *cause;
    } models[] = {{"fg_mgus2_pcm", "surv(etime, event) ~ age + male + mspike + hgb", "1"},
        {"fg_mgus2_death", "surv(etime, event) ~ age + male + mspike + hgb", "2"},
        {"fg_pbc_death", "surv(time, status) ~ age + edema + log(bili) + albumin", "2"},
        {"fg_pbc_transplant", "surv(time, status) ~ age + edema + log(bili) + albumin", "1"}};
    reference_t r;
    if (!reference_read(&r, "finegray_coef.csv")) skip();
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
        tn_fit_t fit;
        const size_t row = find_row(&r, models[m].id);
        run(&fit, reference_text(&r, row, "dataset"), models[m].formula,
            (tn_fit_options_t){.method = TN_FIT_FINEGRAY, .cause = models[m].cause});
        compare(models[m].id, value(&fit, "glance", "logLik", 0),
            reference_number(&r, row, "loglik"), ITERATED);
        for (size_t k = 0; k < 4; k++) {
            compare(models[m].id, value(&fit, "terms", "estimate", k),
                reference_number(&r, row + k, "coef"), ITERATED);
            compare(models[m].id, value(&fit, "terms", "std.error", k),
                reference_number(&r, row + k, "se"), ITERATED);
        }
        tn_fit_free(&fit);
    }
    reference_free(&r);
}

static void parametric(void **state)
{
    (void)state;
    reference_t r;
    if (!reference_read(&r, "aft_coef.csv")) skip();
    for (size_t i = 0; i < r.n_rows;) {
        tn_fit_t fit;
        const size_t to = end_of(&r, i, "id");
        const char *id = reference_text(&r, i, "id");
        const int method = tn_fit_method_find(reference_text(&r, i, "dist"));
        assert_true(method >= 0);
        run(&fit, reference_text(&r, i, "dataset"), reference_text(&r, i, "formula"),
            (tn_fit_options_t){.method = (tn_fit_method_t)method});
        assert_int_equal(tn_fit_table(&fit, "terms")->n_rows, to - i);
        compare(
            id, value(&fit, "glance", "logLik", 0), reference_number(&r, i, "loglik"), ITERATED);
        for (size_t k = i; k < to; k++) {
            compare(id, value(&fit, "terms", "estimate", k - i), reference_number(&r, k, "coef"),
                ITERATED);
            compare(id, value(&fit, "terms", "std.error", k - i), reference_number(&r, k, "se"),
                ITERATED);
        }
        tn_fit_free(&fit);
        i = to;
    }
    reference_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cox),
        cmocka_unit_test(kaplan_meier),
        cmocka_unit_test(logrank),
        cmocka_unit_test(aalen_johansen),
        cmocka_unit_test(gray),
        cmocka_unit_test(fine_gray),
        cmocka_unit_test(parametric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
