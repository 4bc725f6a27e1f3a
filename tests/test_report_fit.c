/* A fit on paper, made by hand: what the text says at every width, JSON against its schema, CSV. */
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"
#include "json_schema.h"
#include "report/text.h"
#include "tenure/fit.h"

#define N_STEPS 40

/* ---- a fit with every kind of column ---- */

static const char *terms[] = {"age", "factor(sex)2", "a \"quoted\", \x1b[31mname"};
static double estimate[] = {0.013369, -0.590768, 1.26e-9};
static double std_error[] = {0.00963, 0.17534, NAN};
static double p_value[] = {0.165, 0.00075, 1e-12};
static double high[] = {0.03224, -0.24712, INFINITY};

static const char *strata[2 * N_STEPS];
static double time_of[2 * N_STEPS], n_risk[2 * N_STEPS], surv[2 * N_STEPS], se[2 * N_STEPS];

static double n_used[] = {228}, nothing[] = {NAN}, aic[] = {1327.456}, p_wald[] = {0.00001};

static tn_fit_column_t term_columns[] = {
    {"term", TN_FIT_TEXT, NULL, terms},
    {"estimate", TN_FIT_NUMBER, estimate, NULL},
    {"std.error", TN_FIT_NUMBER, std_error, NULL},
    {"p.value", TN_FIT_PVALUE, p_value, NULL},
    {"conf.high", TN_FIT_NUMBER, high, NULL},
};
static tn_fit_column_t curve_columns[] = {
    {"strata", TN_FIT_TEXT, NULL, strata},
    {"time", TN_FIT_TIME, time_of, NULL},
    {"n.risk", TN_FIT_COUNT, n_risk, NULL},
    {"estimate", TN_FIT_PROBABILITY, surv, NULL},
    {"std.error", TN_FIT_PROBABILITY, se, NULL},
};
static tn_fit_column_t glance_columns[] = {
    {"n", TN_FIT_COUNT, n_used, NULL},
    {"statistic.robust", TN_FIT_NUMBER, nothing, NULL},
    {"AIC", TN_FIT_NUMBER, aic, NULL},
    {"p.value.wald", TN_FIT_PVALUE, p_wald, NULL},
};
static tn_fit_table_t tables[] = {
    {"terms", "Coefficients", false, 3, 5, term_columns},
    {"curve", "Survival", true, 2 * N_STEPS, 5, curve_columns},
    {"glance", "Fit", false, 1, 4, glance_columns},
};
static const char *warnings[] = {"separation: \x1b[2Jthe coefficient of 'x' runs off"};
static const char *notes[] = {"2 rows dropped: age is missing"};

static tn_fit_t hand_made(void)
{
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < N_STEPS; i++) {
            const int at = k * N_STEPS + i;
            strata[at] = k == 0 ? "sex=1" : "sex=2";
            time_of[at] = 10.0 * (i + 1);
            n_risk[at] = N_STEPS - i;
            surv[at] = 1.0 - (i + 1.0) / (N_STEPS * (k + 1.0));
            se[at] = 0.02 + 0.001 * i;
        }
    }
    return (tn_fit_t){.method = TN_FIT_COX,
        .title = "Cox proportional hazards",
        .formula = "surv(time, status) ~ age + factor(sex)",
        .n_rows = 228,
        .n_dropped = 2,
        .n_tables = 3,
        .table = tables,
        .n_warnings = 0,
        .warning = warnings,
        .n_notes = 1,
        .note = notes};
}

static char *text_of(const tn_fit_t *f, const tn_report_options_t *opt)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_fit_report_text(f, opt, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void has(const char *text, const char *what)
{
    if (strstr(text, what) == NULL) fail_msg("'%s' is not in:\n%s", what, text);
}

static void has_not(const char *text, const char *what)
{
    if (strstr(text, what) != NULL) fail_msg("'%s' is in:\n%s", what, text);
}

/* ---- text ---- */

static void figures_are_written_by_their_kind(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    char *text = text_of(&f, NULL);
    has(text, "\nCox proportional hazards\n  surv(time, status) ~ age + factor(sex)\n"
              "  228 rows used, 2 dropped\n");
    has(text, "  age                      0.0134     0.0096   0.1650     0.0322\n");
    has(text, "  factor(sex)2            -0.5908     0.1753   0.0008    -0.2471\n");
    has(text,
        " 1.3e-09          -  <0.0001        Inf\n"); /* tiny, missing, p of nothing, infinite */
    has(text,
        "\nFit\n  n 228   AIC 1327   p.value.wald <0.0001\n"); /* what is missing is left out */
    has(text, "\nNotes\n  2 rows dropped: age is missing\n");
    has_not(text, "status:");
    has_not(text, "Warnings");
    free(text);
}

static void curves_are_thinned_and_drawn(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    char *text = text_of(&f, NULL);
    /* first and last step of each stratum, its name once */
    has(text, "\n  sex=1     10      40    0.9750      0.020  #");
    has(text, "\n           400       1    0.0000      0.059\n");
    has(text, "\n  sex=2     10      40    0.9875      0.020  #");
    has(text, "\n           400       1    0.5000      0.059  #");
    has(text, "\n  Not shown: 56 steps; all of it: --csv --table curve\n"); /* 80 - 2 x 12 */
    has(text, "\n        1 |*");
    has(text, "\n        0 |");
    has(text, "\n         * sex=1\n         o sex=2\n");
    free(text);
}

static void short_curves_are_shown_whole(void **state)
{
    (void)state;
    tn_fit_t f = hand_made();
    tn_fit_table_t curve = tables[1];
    curve.n_rows = 12;
    f.table = &curve;
    f.n_tables = 1;
    char *text = text_of(&f, NULL);
    has(text, "           120      29     0.700 ");
    has_not(text, "Not shown");
    free(text);
    curve.n_rows = 0;
    text = text_of(&f, NULL);
    has(text, "Survival\n  nothing\n");
    free(text);
}

static void a_failed_fit_stands_out(void **state)
{
    (void)state;
    tn_fit_t f = hand_made();
    f.status = TN_FIT_SEPARATION;
    f.n_warnings = 1;
    const tn_report_options_t colour = {.colour = true};
    char *text = text_of(&f, NULL);
    has(text, "\n  status: separation: the likelihood has no maximum: see below\n");
    has(text, "\nWarnings\n  separation: ?[2Jthe coefficient of 'x' runs off\n");
    has_not(text, "\x1b");
    free(text);
    text = text_of(&f, &colour);
    has(text, "\x1b[1;31mstatus: separation: the likelihood has no maximum: see below\x1b[0m\n");
    has_not(text, "\x1b[2J");  /* of the warning */
    has_not(text, "\x1b[31m"); /* of the name */
    free(text);
}

static void lines_fit_the_page(void **state)
{
    (void)state;
    tn_fit_t f = hand_made();
    f.n_warnings = 1;
    const int widths[] = {40, 60, 80, 120};
    for (size_t i = 0; i < 8; i++) {
        const tn_report_options_t opt = {.width = widths[i / 2], .unicode = i % 2};
        char *text = text_of(&f, &opt);
        for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            const int columns = tn_text_columns(line);
            if (columns > opt.width) fail_msg("%d columns of %d: %s", columns, opt.width, line);
            const size_t n = strlen(line);
            if (n > 0 && line[n - 1] == ' ') fail_msg("a blank at the end of: %s|", line);
        }
        free(text);
    }
}

static void narrow_pages_say_what_they_leave_out(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    const tn_report_options_t opt = {.width = 40};
    char *text = text_of(&f, &opt);
    has(text, "  term              estimate  p.value\n");
    has(text, "  Not shown: 2 columns; all of it: --csv");
    free(text);
}

static void one_curve_is_drawn_in_dots(void **state)
{
    (void)state;
    tn_fit_t f = hand_made();
    tn_fit_table_t curve = tables[1];
    const tn_report_options_t opt = {.unicode = true};
    curve.n_rows = N_STEPS;
    f.table = &curve;
    f.n_tables = 1;
    char *text = text_of(&f, &opt);
    has(text, "\n        1 │⠉"); /* U+2809: two dots at the top */
    has(text, "\n          └───");
    has_not(text, "* sex=1"); /* no legend for one */
    free(text);
}

static void many_groups_and_rows_are_limited(void **state)
{
    (void)state;
    enum { N = 3000 };
    tn_fit_t f = hand_made();
    double *row = calloc(N, sizeof *row), *value = calloc(N, sizeof *value);
    assert_true(row != NULL && value != NULL);
    for (int i = 0; i < N; i++) {
        row[i] = 1.0 + i / 3; /* three times each */
        value[i] = 0.5;
    }
    double *times = value; /* any */
    tn_fit_column_t columns[] = {{"row", TN_FIT_COUNT, row, NULL},
        {"time", TN_FIT_TIME, times, NULL}, {"estimate", TN_FIT_PROBABILITY, value, NULL}};
    tn_fit_table_t table = {"predictions", "Predicted survival", true, N, 3, columns};
    f.table = &table;
    f.n_tables = 1;
    char *text = text_of(&f, NULL);
    has(text, "Not shown: 992 more curves; all of it: --csv --table predictions");
    free(text);
    table.is_curve = false;
    text = text_of(&f, NULL);
    has(text, "Not shown: 2980 rows; all of it: --csv --table predictions");
    free(text);
    free(row);
    free(value);
}

static void the_text_does_not_depend_on_the_locale(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    char *first = text_of(&f, NULL);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) print_message("no locale with a comma here\n");
    char *second = text_of(&f, NULL);
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_string_equal(first, second);
    free(first);
    free(second);
}

/* ---- JSON ---- */

static json_t *json_of(const tn_fit_t *f)
{
    const tn_report_options_t opt = {.command_line = "tenure fit cox x --data y.csv"};
    char *text = NULL;
    size_t n = 0;
    json_error_t error;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_fit_report_json(f, &opt, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) fail_msg("%s in:\n%s", error.text, text);
    free(text);
    return root;
}

static void json_matches_the_published_schema(void **state)
{
    (void)state;
    tn_fit_t f = hand_made();
    f.n_warnings = 1;
    json_t *root = json_of(&f);
    check_schema("docs/fit.schema.json", root);
    json_decref(root);
    f = (tn_fit_t){.method = TN_FIT_KM}; /* nothing in it */
    root = json_of(&f);
    check_schema("docs/fit.schema.json", root);
    json_decref(root);
}

static void json_keeps_figures_and_hostile_text(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    json_t *root = json_of(&f);
    json_t *table = json_object_get(json_object_get(root, "tables"), "terms");
    json_t *rows = json_object_get(table, "rows"), *row = json_array_get(rows, 2);
    assert_int_equal(json_array_size(rows), 3);
    assert_string_equal(json_string_value(json_object_get(row, "term")), terms[2]);
    check_close(json_number_value(json_object_get(row, "estimate")), 1.26e-9, 0, 0, "17 digits");
    assert_true(json_is_null(json_object_get(row, "std.error")));
    assert_true(json_is_null(json_object_get(row, "conf.high"))); /* infinite */
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(table, "columns"), 4)), "conf.high");
    table = json_object_get(json_object_get(root, "tables"), "glance");
    row = json_array_get(json_object_get(table, "rows"), 0);
    assert_true(json_is_integer(json_object_get(row, "n")));
    json_decref(root);
}

/* ---- CSV ---- */

static void csv_is_what_r_reads(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    (void)hand_made();
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_fit_report_csv(&tables[0], out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "term,estimate,std.error,p.value,conf.high\r\n"
                              "age,0.013369000000000001,0.0096299999999999997,"
                              "0.16500000000000001,0.032239999999999998\r\n"
                              "factor(sex)2,-0.59076799999999996,0.17534,"
                              "0.00075000000000000002,-0.24712000000000001\r\n"
                              "\"a \"\"quoted\"\", \x1b[31mname\",1.26e-09,,"
                              "9.9999999999999998e-13,Inf\r\n");
    free(text);
}

/* ---- failures ---- */

static void failed_writes_are_reported(void **state)
{
    (void)state;
    tn_error_t err = {0};
    const tn_fit_t f = hand_made();
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    (void)setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(tn_fit_report_json(&f, NULL, full, &err), TN_EIO);
    assert_string_equal(err.message, "cannot write the fit");
    assert_int_equal(tn_fit_report_text(&f, NULL, full, &err), TN_EIO);
    assert_int_equal(tn_fit_report_csv(&f.table[0], full, &err), TN_EIO);
    assert_string_equal(err.message, "cannot write the table");
    (void)fclose(full);
}

static void failed_allocations_are_reported(void **state)
{
    (void)state;
    const tn_fit_t f = hand_made();
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    int ret = TN_ENOMEM, k = 0;
    while (ret != 0) {
        assert_true(++k < 10000);
        tn_mem_fail_at(k);
        ret = tn_fit_report_text(&f, NULL, out, NULL);
        tn_mem_fail_at(0);
        assert_true(ret == 0 || ret == TN_ENOMEM);
    }
    assert_true(k > 10);
    assert_int_equal(fclose(out), 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_written_by_their_kind),
        cmocka_unit_test(curves_are_thinned_and_drawn),
        cmocka_unit_test(short_curves_are_shown_whole),
        cmocka_unit_test(a_failed_fit_stands_out),
        cmocka_unit_test(lines_fit_the_page),
        cmocka_unit_test(narrow_pages_say_what_they_leave_out),
        cmocka_unit_test(one_curve_is_drawn_in_dots),
        cmocka_unit_test(many_groups_and_rows_are_limited),
        cmocka_unit_test(the_text_does_not_depend_on_the_locale),
        cmocka_unit_test(json_matches_the_published_schema),
        cmocka_unit_test(json_keeps_figures_and_hostile_text),
        cmocka_unit_test(csv_is_what_r_reads),
        cmocka_unit_test(failed_writes_are_reported),
        cmocka_unit_test(failed_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
