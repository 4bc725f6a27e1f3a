/* Sobol indices against closed forms; an explanation against runs of changed cases. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json_schema.h"
#include "tenure/explain.h"
#include "tenure/sobol.h"

/* calibration is not the matter here */
static const double usual_rates[TN_N_KNOBS] = {1.9, 0.19, 0.001, 0.016, 0.001, 1.0};

#define PI     3.141592653589793
#define POINTS 8192

/* Ishigami & Homma (1990), a = 7, b = 0.1: inputs uniform on (-pi, pi). */
static double ishigami(const double *u)
{
    const double x = PI * (2 * u[0] - 1), y = PI * (2 * u[1] - 1), z = PI * (2 * u[2] - 1);
    return sin(x) + 7.0 * sin(y) * sin(y) + 0.1 * z * z * z * z * sin(x);
}

/* Sobol's g-function with a = 0, 1, 4.5, 9. */
static const double g_a[4] = {0.0, 1.0, 4.5, 9.0};
static double g_function(const double *u)
{
    double y = 1.0;
    for (int k = 0; k < 4; k++)
        y *= (fabs(4.0 * u[k] - 2.0) + g_a[k]) / (1.0 + g_a[k]);
    return y;
}

static void estimate(
    tn_sobol_index_t *index, tn_sobol_summary_t *summary, int n_inputs, double (*f)(const double *))
{
    const size_t n = tn_sobol_n_rows(POINTS, n_inputs);
    double *u = calloc(n * (size_t)n_inputs, sizeof *u), *y = calloc(n, sizeof *y);
    tn_error_t err = {0};
    assert_int_equal(tn_sobol_design(u, POINTS, n_inputs, 3, &err), 0);
    for (size_t k = 0; k < n; k++)
        y[k] = f(u + k * (size_t)n_inputs);
    assert_int_equal(tn_sobol_estimate(index, summary, y, NULL, POINTS, n_inputs, 100, 3, &err), 0);
    free(u);
    free(y);
}

static void check_index(double got, double se, double want, const char *name)
{
    assert_true(se > 0.0 && se < 0.05);
    check_close(got, want, 0.0, 4.0 * se + 1e-3, name); /* four standard errors: one in 16,000 */
}

static void indices_of_ishigami(void **state)
{
    (void)state;
    tn_sobol_index_t i[3];
    tn_sobol_summary_t s;
    const double p4 = PI * PI * PI * PI, b = 0.1, a = 7.0;
    const double v1 = 0.5 * (1 + b * p4 / 5) * (1 + b * p4 / 5), v2 = a * a / 8;
    const double v13 = b * b * p4 * p4 * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
    estimate(i, &s, 3, ishigami);
    check_close(s.variance, v, 0.05, 0.0, "8192 points");
    check_index(i[0].first, i[0].first_se, v1 / v, "S1");
    check_index(i[1].first, i[1].first_se, v2 / v, "S2");
    check_index(i[2].first, i[2].first_se, 0.0, "S3");
    check_index(i[0].total, i[0].total_se, (v1 + v13) / v, "T1");
    check_index(i[1].total, i[1].total_se, v2 / v, "T2");
    check_index(i[2].total, i[2].total_se, v13 / v, "T3");
}

static void indices_of_the_g_function(void **state)
{
    (void)state;
    tn_sobol_index_t i[4];
    double part[4], all = 1.0;
    for (int k = 0; k < 4; k++) {
        part[k] = 1.0 / (3.0 * (1.0 + g_a[k]) * (1.0 + g_a[k]));
        all *= 1.0 + part[k];
    }
    const double v = all - 1.0;
    estimate(i, NULL, 4, g_function);
    for (int k = 0; k < 4; k++) {
        check_index(i[k].first, i[k].first_se, part[k] / v, "first order");
        check_index(i[k].total, i[k].total_se, part[k] * (all / (1.0 + part[k])) / v, "total");
    }
}

/* ---- explanations ---- */

static char *read_text(const char *name)
{
    char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/cases/%s", root != NULL ? root : ".", name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char *text = calloc(1 << 20, 1);
    assert_true(fread(text, 1, (1 << 20) - 1, in) > 100);
    fclose(in);
    return text;
}

static tn_case_t *parse(const char *text)
{
    tn_case_t *c;
    tn_diag_t *diag;
    tn_error_t err = {0};
    const tn_case_options_t year = {.horizons = "26w,52w"}; /* five years would only take longer */
    assert_int_equal(tn_diag_new(&diag), 0);
    if (tn_case_parse(&c, "a.yaml", text, strlen(text), &year, diag, &err) < 0) {
        tn_diag_print(diag, stderr, false);
        fail_msg("%s", err.message);
    }
    tn_diag_free(diag);
    return c;
}

/* Inserts at the place. */
static void insert(char *at, const char *what)
{
    memmove(at + strlen(what), at, strlen(at) + 1);
    memcpy(at, what, strlen(what));
}

#define ORIGIN "insiders-meduza"

/* The second and later reports of the origin get origins of their own, as a user would write it. */
static char *split_text(void)
{
    char *text = read_text("kremlin-2022.yaml");
    int n = 0;
    for (char *at = text; (at = strstr(at, "origin: " ORIGIN)) != NULL;) {
        char own[16];
        at += strlen("origin: " ORIGIN);
        if (n++ == 0) continue;
        snprintf(own, sizeof own, "-%d", n);
        insert(at, own);
    }
    assert_true(n >= 3);
    char *line = strstr(text, "  - {id: " ORIGIN), copy[1024];
    assert_non_null(line);
    const size_t length = strcspn(line, "\n") + 1;
    for (; n > 1; n--) {
        char own[16];
        assert_true(length < sizeof copy - 16);
        memcpy(copy, line, length);
        copy[length] = '\0';
        snprintf(own, sizeof own, "-%d", n);
        insert(copy + strlen("  - {id: " ORIGIN), own);
        insert(line + length, copy);
    }
    return text;
}

static double cell(const tn_fit_t *f, const char *table, const char *column, size_t row)
{
    const tn_fit_table_t *t = tn_fit_table(f, table);
    assert_non_null(t);
    assert_non_null(tn_fit_column(t, column));
    return tn_fit_column(t, column)->number[row];
}

static tn_explain_options_t options(int n_threads)
{
    tn_explain_options_t opt = TN_EXPLAIN_OPTIONS_DEFAULT;
    opt.forecast.n_worlds = 4096;
    opt.forecast.n_threads = n_threads;
    opt.forecast.knobs = usual_rates;
    opt.sobol_points = 16;
    return opt;
}

static void an_origin_as_independent_is_a_run_with_split_origins(void **state)
{
    (void)state;
    char *text = read_text("kremlin-2022.yaml"), *split = split_text();
    tn_case_t *c = parse(text), *s = parse(split);
    tn_explain_options_t opt = options(2);
    tn_fit_t e, one;
    tn_forecast_t whole, parts;
    tn_error_t err = {0};
    if (tn_explain_run(&e, c, &opt, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(tn_forecast_run(&whole, c, &opt.forecast, &err), 0);
    assert_int_equal(tn_forecast_run(&parts, s, &opt.forecast, &err), 0);
    const double p = whole.posterior.exit[whole.pivot].p;
    const double rest = p - cell(&e, "origins", "difference", 0);
    check_close(rest + cell(&e, "origins", "as.independent", 0),
        parts.posterior.exit[parts.pivot].p, 1e-12, 0.0, "the same worlds, the same rates");
    check_close(cell(&e, "origins", "excess", 0), parts.posterior.exit[parts.pivot].p - p, 1e-9,
        1e-15, "against the forecast");
    assert_true(cell(&e, "origins", "excess.se", 0) > 0.0);
    assert_true(isnan(cell(&e, "origins", "excess", (size_t)whole.n_origins - 1))); /* one report */
    /* each claim once; the forecast's own contributions */
    for (int k = 0; k < whole.n_origins; k++)
        check_close(cell(&e, "origins", "difference", (size_t)k), whole.origin[k].points.p, TOL0,
            0.0, "the forecast's");
    const tn_fit_table_t *claims = tn_fit_table(&e, "claims");
    assert_true(claims->n_rows < tn_fit_table(&e, "provenance")->n_rows);
    /* an origin with one claim: the claim's contribution is the origin's */
    check_close(cell(&e, "claims", "difference", claims->n_rows - 1),
        cell(&e, "origins", "difference", (size_t)whole.n_origins - 1), 1e-9, 1e-13,
        "the same weights, summed in another order");
    /* total probability of a tripwire */
    for (size_t k = 0; k < tn_fit_table(&e, "tripwires")->n_rows; k++) {
        const double seen = cell(&e, "tripwires", "p.seen", k);
        if (!(seen > 0.0 && seen < 1.0)) continue;
        check_close(seen * cell(&e, "tripwires", "if.seen", k) +
                        (1.0 - seen) * cell(&e, "tripwires", "if.not", k),
            p, 1e-9, 0.0, "total probability");
        assert_true(cell(&e, "tripwires", "bits", k) > -1e-12);
    }
    opt.forecast.n_threads = 1;
    assert_int_equal(tn_explain_run(&one, c, &opt, &err), 0);
    for (int t = 0; t < e.n_tables; t++) {
        for (int j = 0; j < e.table[t].n_columns; j++) {
            if (e.table[t].column[j].number == NULL) continue;
            assert_memory_equal(e.table[t].column[j].number, one.table[t].column[j].number,
                e.table[t].n_rows * sizeof(double));
        }
    }
    tn_fit_free(&e);
    tn_fit_free(&one);
    tn_forecast_free(&whole);
    tn_forecast_free(&parts);
    tn_case_free(c);
    tn_case_free(s);
    free(text);
    free(split);
}

/* The ratio of "in office" by Bayes' rule from the chances with and without the claim, which its
 * contribution gives: P(claim | in office)/P(claim) = P(in office | with)/P(in office | without).
 */
static void the_matrix_agrees_with_the_contributions(void **state)
{
    (void)state;
    char *text = read_text("kremlin-2022.yaml");
    tn_case_t *c = parse(text);
    const tn_explain_options_t opt = {.forecast = options(2).forecast, .watch_weeks = 5};
    tn_fit_t e;
    tn_error_t err = {0};
    if (tn_explain_run(&e, c, &opt, &err) < 0) fail_msg("%s", err.message);
    const double p = cell(&e, "views", "p", 2);
    const tn_fit_table_t *t = tn_fit_table(&e, "matrix");
    assert_true(t->n_rows == tn_fit_table(&e, "claims")->n_rows && t->n_rows > 3);
    double largest = 0.0;
    for (size_t k = 0; k < t->n_rows; k++) {
        const double without = p - cell(&e, "claims", "difference", k);
        check_close(cell(&e, "matrix", "in.office", k), log((1.0 - p) / (1.0 - without)), 1e-9,
            1e-12, "in office: the likelihood ratio is that of the chances");
        for (int r = 0; r < TN_N_ROUTES; r++) {
            const double ratio = cell(&e, "matrix", tn_route_name(r), k);
            if (isnan(ratio)) continue;
            if (fabs(ratio) > largest) largest = fabs(ratio);
        }
    }
    assert_true(largest > 0.05); /* a matrix that tells something apart */
    tn_fit_free(&e);
    tn_case_free(c);
    free(text);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    char *text = read_text("moscow-1964.yaml");
    tn_case_t *c = parse(text);
    tn_explain_options_t opt = options(1);
    opt.forecast.n_worlds = 4;
    opt.sobol_points = 0;
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k += 1 + k / 10) { /* late ones are much alike */
        tn_fit_t e;
        assert_true(k < 20000);
        tn_mem_fail_at(k);
        ret = tn_explain_run(&e, c, &opt, NULL);
        tn_mem_fail_at(0);
        if (ret == 0)
            tn_fit_free(&e);
        else if (ret != TN_ENOMEM)
            fail_msg("%d at allocation %ld", ret, k);
    }
    tn_case_free(c);
    free(text);
}

static void reports_say_what_the_tables_say(void **state)
{
    (void)state;
    char *text = read_text("kremlin-2022.yaml"), *out = NULL;
    tn_case_t *c = parse(text);
    const tn_explain_options_t opt = options(2);
    const tn_report_options_t how = {
        .width = 80, .unicode = true, .command_line = "tenure explain"};
    tn_fit_t e;
    tn_error_t err = {0};
    size_t n = 0;
    if (tn_explain_run(&e, c, &opt, &err) < 0) fail_msg("%s", err.message);
    FILE *stream = open_memstream(&out, &n);
    assert_int_equal(tn_explain_report_text(&e, &how, stream, &err), 0);
    fclose(stream);
    assert_non_null(strstr(out, "5 reports, 1 origin: counts once"));
    assert_non_null(strstr(out, "WHAT TO WATCH"));
    assert_non_null(strstr(out, "independent"));
    /* within the noise no difference is told */
    const double excess = cell(&e, "origins", "excess", 0),
                 se = cell(&e, "origins", "excess.se", 0);
    const char *said = tn_fit_column(tn_fit_table(&e, "origins"), "collapsed")->text[0];
    assert_true((strstr(said, "instead of") != NULL) == (fabs(excess) > 2.0 * se));
    free(out);
    out = NULL;
    stream = open_memstream(&out, &n);
    assert_int_equal(tn_tables_report_json(&e, "tenure-explain/1", &how, stream, &err), 0);
    fclose(stream);
    json_t *document = json_loads(out, 0, NULL);
    check_schema("docs/tables.schema.json", document);
    json_decref(document);
    free(out);
    tn_fit_free(&e);
    tn_case_free(c);
    free(text);
}

/* The same report by the same way, word for word: nothing changes. */
static void a_duplicated_report_contributes_nothing(void **state)
{
    (void)state;
    char *text = read_text("kremlin-2022.yaml"), *twice = read_text("kremlin-2022.yaml"),
         copy[2048];
    char *line = strstr(twice, "- {id: m5");
    if (line == NULL) line = strstr(twice, "id: m5");
    assert_non_null(line);
    while (line > twice && line[-1] != '\n')
        line--;
    const size_t length = strcspn(line, "\n") + 1;
    assert_true(length < sizeof copy);
    memcpy(copy, line, length);
    copy[length] = '\0';
    char *id = strstr(copy, "id: m5");
    assert_non_null(id);
    id[strlen("id: m")] = '9';
    insert(line + length, copy);
    tn_case_t *c = parse(text), *d = parse(twice);
    tn_forecast_t a, b;
    tn_error_t err = {0};
    tn_forecast_options_t opt = options(2).forecast;
    assert_int_equal(tn_forecast_run(&a, c, &opt, &err), 0);
    assert_int_equal(tn_forecast_run(&b, d, &opt, &err), 0);
    assert_int_equal(tn_case_n_reports(d), tn_case_n_reports(c) + 1);
    for (int h = 0; h < a.n_horizons; h++)
        check_close(b.posterior.exit[h].p, a.posterior.exit[h].p, 0.0, 0.0, "counted once");
    tn_forecast_free(&a);
    tn_forecast_free(&b);
    tn_case_free(c);
    tn_case_free(d);
    free(text);
    free(twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_of_ishigami),
        cmocka_unit_test(indices_of_the_g_function),
        cmocka_unit_test(an_origin_as_independent_is_a_run_with_split_origins),
        cmocka_unit_test(the_matrix_agrees_with_the_contributions),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(reports_say_what_the_tables_say),
        cmocka_unit_test(a_duplicated_report_contributes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
