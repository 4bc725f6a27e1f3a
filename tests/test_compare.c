/* Comparisons against runs of their own, paired errors against brute force, series date by date. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json_schema.h"
#include "tenure/compare.h"

static const double usual_rates[TN_N_KNOBS] = {1.9, 0.19, 0.001, 0.016, 0.001, 1.0};

static tn_compare_options_t options(int64_t n_worlds, int n_threads)
{
    tn_compare_options_t opt = TN_COMPARE_OPTIONS_DEFAULT;
    opt.forecast.n_worlds = n_worlds;
    opt.forecast.n_threads = n_threads;
    opt.forecast.knobs = usual_rates;
    return opt;
}

static tn_case_t *read_case(
    const char *name, const char *as_of, const char *horizons, const char *set)
{
    char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    const tn_case_options_t opt = {
        .as_of = as_of, .horizons = horizons, .set = &set, .n_set = set != NULL};
    tn_case_t *c;
    tn_diag_t *diag;
    tn_error_t err = {0};
    snprintf(path, sizeof path, "%s/cases/%s", root != NULL ? root : ".", name);
    assert_int_equal(tn_diag_new(&diag), 0);
    if (tn_case_read(&c, path, &opt, diag, &err) < 0) {
        tn_diag_print(diag, stderr, false);
        fail_msg("%s", err.message);
    }
    tn_diag_free(diag);
    return c;
}

static tn_case_t *kremlin(const char *set)
{
    return read_case("kremlin-2022.yaml", NULL, NULL, set);
}

static const double *column(const tn_fit_t *f, const char *table, const char *name)
{
    const tn_fit_table_t *t = tn_fit_table(f, table);
    assert_non_null(t);
    assert_non_null(tn_fit_column(t, name));
    return tn_fit_column(t, name)->number;
}

static const char *word(const tn_fit_t *f, const char *table, const char *name, size_t row)
{
    return tn_fit_column(tn_fit_table(f, table), name)->text[row];
}

static void compare(
    tn_fit_t *out, const tn_side_t *a, const tn_side_t *b, const tn_compare_options_t *opt)
{
    tn_error_t err = {0};
    if (tn_compare_run(out, a, b, opt, &err) < 0) fail_msg("%s", err.message);
}

static void check_same_numbers(const tn_fit_t *x, const tn_fit_t *y)
{
    assert_int_equal(x->n_tables, y->n_tables);
    for (int t = 0; t < x->n_tables; t++) {
        assert_int_equal(x->table[t].n_rows, y->table[t].n_rows);
        for (int j = 0; j < x->table[t].n_columns; j++) {
            const double *v = x->table[t].column[j].number, *w = y->table[t].column[j].number;
            if (v != NULL) assert_memory_equal(v, w, x->table[t].n_rows * sizeof *v);
        }
    }
}

/* The same worlds on both sides: no difference, to the last bit, and no error of it. */
static void a_case_does_not_differ_from_itself(void **state)
{
    (void)state;
    tn_case_t *c = kremlin(NULL);
    const tn_side_t side = {.c = c};
    const tn_compare_options_t opt = options(4096, 2);
    tn_fit_t f;
    compare(&f, &side, &side, &opt);
    static const char *const tables[] = {
        "exit", "views", "routes", "successors", "counts", "state", "curve"};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        const double *d = column(&f, tables[t], "difference"),
                     *se = column(&f, tables[t], "std.error");
        const double *a = column(&f, tables[t], "a"), *b = column(&f, tables[t], "b");
        for (size_t k = 0; k < tn_fit_table(&f, tables[t])->n_rows; k++) {
            assert_true(d[k] == 0.0 && se[k] == 0.0);
            assert_true(a[k] == b[k]);
        }
    }
    tn_fit_free(&f);
    tn_case_free(c);
}

static void both_sides_are_forecasts(void **state)
{
    (void)state;
    tn_case_t *c = kremlin(NULL), *d = kremlin("parameters.g_base=0.35");
    const tn_side_t first = {.c = c}, second = {.c = d, .force = "defeat"};
    tn_compare_options_t opt = options(4096, 2);
    tn_forecast_t a, b;
    tn_fit_t f, again;
    tn_error_t err = {0};
    compare(&f, &first, &second, &opt);
    assert_int_equal(tn_forecast_run(&a, c, &opt.forecast, &err), 0);
    tn_forecast_options_t forced = opt.forecast;
    forced.force = "defeat";
    assert_int_equal(tn_forecast_run(&b, d, &forced, &err), 0);
    for (int h = 0; h < a.n_horizons; h++) {
        const size_t k = (size_t)h;
        check_close(column(&f, "exit", "a")[k], a.posterior.exit[h].p, 0.0, 0.0, "first side");
        check_close(column(&f, "exit", "b")[k], b.posterior.exit[h].p, 0.0, 0.0, "second side");
        check_close(column(&f, "exit", "b.se")[k], b.posterior.exit[h].se, 0.0, 0.0, "its error");
        for (int r = 0; r < TN_N_ROUTES; r++) {
            const size_t row = (size_t)(r * a.n_horizons + h);
            check_close(
                column(&f, "routes", "b")[row], b.posterior.route[r][h].p, 0.0, 0.0, "route");
        }
    }
    for (size_t k = 0; k < (size_t)a.n_successors; k++)
        check_close(
            column(&f, "successors", "a")[k], a.posterior.successor[k].p, 0.0, 0.0, "share");
    for (size_t k = 0; k < TN_N_COUNTS; k++)
        check_close(column(&f, "counts", "b")[k], b.posterior.count[k].p, 0.0, 0.0, "count");
    for (size_t k = 0; k < TN_N_STATES; k++)
        check_close(column(&f, "state", "b")[k], b.posterior.state[k].p, 0.0, 0.0, "state");
    check_close(column(&f, "views", "a")[0], a.base.exit[a.pivot].p, 0.0, 0.0, "base rate");
    check_close(column(&f, "views", "b")[1], b.prior.exit[a.pivot].p, 0.0, 0.0, "prior");
    check_close(column(&f, "views", "b")[2], b.posterior.exit[a.pivot].p, 0.0, 0.0, "forecast");
    opt.forecast.n_threads = 1;
    compare(&again, &first, &second, &opt);
    check_same_numbers(&f, &again);
    tn_fit_free(&f);
    tn_fit_free(&again);
    tn_forecast_free(&a);
    tn_forecast_free(&b);
    tn_case_free(c);
    tn_case_free(d);
}

/* Without knobs each side is calibrated by itself; asked to, the second keeps the first's rates. */
static void rates_are_kept_if_asked(void **state)
{
    (void)state;
    tn_case_t *c = read_case("generic-autocracy.yaml", NULL, "26w", NULL);
    tn_case_t *d = read_case("generic-autocracy.yaml", NULL, "26w", "parameters.g_base=0.35");
    const tn_side_t first = {.c = c}, second = {.c = d};
    tn_compare_options_t opt = options(1024, 2);
    opt.forecast.knobs = NULL;
    tn_fit_t own, kept;
    compare(&own, &first, &second, &opt);
    opt.keeps_rates = true;
    compare(&kept, &first, &second, &opt);
    assert_string_equal(word(&own, "sides", "rates", 0), word(&kept, "sides", "rates", 0));
    assert_string_equal(word(&kept, "sides", "rates", 0), word(&kept, "sides", "rates", 1));
    assert_string_not_equal(word(&own, "sides", "rates", 0), word(&own, "sides", "rates", 1));
    tn_fit_free(&own);
    tn_fit_free(&kept);
    tn_case_free(c);
    tn_case_free(d);
}

/* What an origin contributed, by its weights alone, and by a run without it. */
static void leaving_an_origin_out_undoes_its_contribution(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022.yaml", NULL, "52w", NULL);
    const char *origin = "insiders-meduza", *reports[] = {"m1", "m2", "m3", "m4", "m5"};
    const tn_side_t first = {.c = c};
    const tn_side_t by_origin = {.c = c, .left_out_of = &origin, .n_left_out_of = 1};
    const tn_side_t by_report = {.c = c, .left_out = reports, .n_left_out = 5};
    const tn_compare_options_t opt = options(12288, 2);
    tn_forecast_t whole;
    tn_fit_t f, g;
    tn_error_t err = {0};
    compare(&f, &first, &by_origin, &opt);
    compare(&g, &first, &by_report, &opt);
    assert_int_equal(tn_forecast_run(&whole, c, &opt.forecast, &err), 0);
    const size_t at = (size_t)whole.pivot;
    const double d = column(&f, "exit", "difference")[at], se = column(&f, "exit", "std.error")[at];
    check_close(column(&g, "exit", "b")[at], column(&f, "exit", "b")[at], 0.0, 0.0,
        "all reports of the origin, one by one");
    const tn_estimate_t weighed = whole.origin[0].points;
    assert_true(weighed.p > 2.0 * weighed.se); /* else the next line would test nothing */
    /* two estimates of one number from runs that share their worlds until the first resampling:
     * four standard errors of independent ones is generous */
    check_close(-d, weighed.p, 0.0, 4.0 * hypot(se, weighed.se), "without the origin");
    assert_true(column(&f, "sides", "reports")[0] == 9.0);
    assert_true(column(&f, "sides", "reports")[1] == 4.0);
    tn_fit_free(&f);
    tn_fit_free(&g);
    tn_forecast_free(&whole);
    tn_case_free(c);
}

/* Many seeds: the spread of the difference is what the paired error says, and far below what two
 * runs with seeds of their own would show. */
static void paired_errors_are_those_of_repetition(void **state)
{
    (void)state;
    enum { N = 30 };
    tn_case_t *c = read_case("kremlin-2022.yaml", NULL, "13w", NULL);
    tn_case_t *d = read_case("kremlin-2022.yaml", NULL, "13w", "parameters.g_base=0.3");
    const tn_side_t first = {.c = c}, second = {.c = d};
    tn_compare_options_t opt = options(12288, 2);
    opt.forecast.no_reports = true;
    double mean = 0.0, squares = 0.0, said = 0.0, unpaired = 0.0;
    for (int k = 0; k < N; k++) {
        tn_fit_t f;
        opt.forecast.seed = 100 + (uint64_t)k;
        compare(&f, &first, &second, &opt);
        const double x = column(&f, "exit", "difference")[0];
        const double se = column(&f, "exit", "std.error")[0];
        const double apart = column(&f, "exit", "unpaired.se")[0];
        const double delta = x - mean;
        mean += delta / (k + 1);
        squares += delta * (x - mean);
        said += se * se / N;
        unpaired += apart * apart / N;
        tn_fit_free(&f);
    }
    const double spread = squares / (N - 1);
    /* 29 times the ratio is distributed as chi-square of 29 degrees: below 0.3 or above 2.3 once in
     * 10,000; what is said is itself good to 8 % (12 blocks, 30 times), which these bounds allow */
    assert_true(spread > 0.27 * said && spread < 2.5 * said);
    assert_true(said < 0.5 * unpaired);
    tn_case_free(c);
    tn_case_free(d);
}

static void expect_refusal(const tn_side_t *a, const tn_side_t *b, const tn_compare_options_t *opt,
    int code, const char *text)
{
    tn_fit_t f;
    tn_error_t err = {0};
    assert_int_equal(tn_compare_run(&f, a, b, opt, &err), code);
    if (strstr(err.message, text) == NULL) fail_msg("'%s' lacks '%s'", err.message, text);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    tn_case_t *c = kremlin(NULL), *other = read_case("kremlin-2022.yaml", NULL, "7w", NULL);
    const char *reports[] = {"m1", "m33"}, *origins[] = {"budanof"};
    const tn_side_t side = {.c = c}, short_side = {.c = other};
    const tn_side_t unknown = {
        .c = c, .left_out = reports, .n_left_out = 2, .left_out_of = origins, .n_left_out_of = 1};
    const tn_side_t forced = {.c = c, .force = "defeet"};
    tn_compare_options_t opt = options(1024, 1);
    tn_fit_t f;
    tn_error_t err = {0};
    expect_refusal(&side, &unknown, &opt, TN_EINPUT, "unknown report 'm33'");
    expect_refusal(
        &side, &unknown, &opt, TN_EINPUT, "unknown origin 'budanof' (did you mean 'budanov'?)");
    expect_refusal(&side, &forced, &opt, TN_EINPUT, "unknown event 'defeet'");
    expect_refusal(&side, &short_side, &opt, TN_EINPUT, "share no horizon");
    assert_int_equal(tn_series_run(&f, &side, TN_STEP_MONTH, INT32_MAX, &opt, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "no date left"));
    assert_int_equal(tn_series_run(&f, &forced, TN_STEP_MONTH, INT32_MIN, &opt, &err), TN_EARG);
    opt.forecast.given = "defeat";
    expect_refusal(&side, &side, &opt, TN_EARG, "belongs to a side");
    tn_case_free(c);
    tn_case_free(other);
}

/* Each row of a series is the forecast of that day. */
static void a_series_is_the_forecasts_of_its_dates(void **state)
{
    (void)state;
    static const char *const dates[] = {"2022-02-28", "2022-03-30", "2022-04-30", "2022-05-30"};
    tn_case_t *c = kremlin(NULL);
    const tn_side_t side = {.c = c};
    tn_compare_options_t opt = options(4096, 2);
    tn_fit_t f, again;
    tn_error_t err = {0};
    double before = NAN;
    assert_int_equal(tn_series_run(&f, &side, TN_STEP_MONTH, INT32_MIN, &opt, &err), 0);
    assert_int_equal(tn_fit_table(&f, "series")->n_rows, 4); /* February has no 30th */
    for (size_t k = 0; k < 4; k++) {
        tn_case_t *then = read_case("kremlin-2022.yaml", dates[k], NULL, NULL);
        tn_forecast_t one;
        assert_int_equal(tn_forecast_run(&one, then, &opt.forecast, &err), 0);
        const double p = one.posterior.exit[one.pivot].p;
        assert_string_equal(word(&f, "series", "date", k), dates[k]);
        check_close(column(&f, "series", "p")[k], p, 0.0, 0.0, dates[k]);
        check_close(column(&f, "series", "without.reports")[k], one.prior.exit[one.pivot].p, 0.0,
            0.0, "prior");
        assert_true(column(&f, "series", "reports")[k] == (double)tn_case_n_reports(then));
        if (k == 0)
            assert_true(isnan(column(&f, "series", "change")[0]));
        else
            check_close(column(&f, "series", "change")[k], p - before, 1e-9, 1e-15, "change");
        for (size_t r = 0; r < TN_N_ROUTES; r++)
            check_close(column(&f, "series.routes", "p")[k * TN_N_ROUTES + r],
                one.posterior.route[r][one.pivot].p, 0.0, 0.0, "route");
        before = p;
        tn_forecast_free(&one);
        tn_case_free(then);
    }
    assert_string_equal(word(&f, "series", "new.reports", 0), "");
    assert_string_equal(word(&f, "series", "new.reports", 3), "m1, m2, m3, m4, m5, b1, b2, a1, k1");
    /* the same question a week later hardly moves: the paired error knows, two errors do not */
    assert_true(column(&f, "series", "change.se")[1] < column(&f, "series", "std.error")[1]);
    opt.forecast.n_threads = 1;
    assert_int_equal(tn_series_run(&again, &side, TN_STEP_MONTH, INT32_MIN, &opt, &err), 0);
    check_same_numbers(&f, &again);
    tn_fit_free(&f);
    tn_fit_free(&again);
    tn_case_free(c);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    tn_case_t *c = read_case("moscow-1964.yaml", NULL, "5w", NULL);
    const tn_side_t side = {.c = c};
    const tn_compare_options_t opt = options(4, 1);
    for (int series = 0; series < 2; series++) {
        int ret = TN_ENOMEM;
        for (long k = 1; ret != 0; k += 1 + k / 20) { /* late ones are much alike */
            tn_fit_t f;
            assert_true(k < 20000);
            tn_mem_fail_at(k);
            ret = series ? tn_series_run(&f, &side, TN_STEP_QUARTER, INT32_MIN, &opt, NULL)
                         : tn_compare_run(&f, &side, &side, &opt, NULL);
            tn_mem_fail_at(0);
            if (ret == 0)
                tn_fit_free(&f);
            else if (ret != TN_ENOMEM)
                fail_msg("%d at allocation %ld", ret, k);
        }
    }
    tn_case_free(c);
}

static char *written(const tn_fit_t *f, bool as_json)
{
    char *text = NULL;
    size_t n = 0;
    tn_error_t err = {0};
    const tn_report_options_t opt = {
        .width = 80, .unicode = true, .command_line = "tenure compare"};
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(as_json ? tn_tables_report_json(f, "tenure-compare/1", &opt, out, &err)
                             : tn_compare_report_text(f, &opt, out, &err),
        0);
    fclose(out);
    return text;
}

static void reports_say_what_the_tables_say(void **state)
{
    (void)state;
    tn_case_t *c = kremlin(NULL);
    const tn_side_t first = {.c = c}, second = {.c = c, .force = "defeat"};
    const tn_compare_options_t opt = options(4096, 2);
    tn_fit_t f, series;
    tn_error_t err = {0};
    compare(&f, &first, &second, &opt);
    char *text = written(&f, false), *json = written(&f, true);
    assert_non_null(strstr(text, "if this happens for sure: defeat"));
    assert_non_null(strstr(text, "WHERE IT COMES FROM"));
    assert_null(strstr(text, "No difference"));
    json_t *document = json_loads(json, 0, NULL);
    check_schema("docs/tables.schema.json", document);
    json_decref(document);
    free(text);
    free(json);
    tn_fit_free(&f);
    compare(&f, &first, &first, &opt);
    text = written(&f, false);
    assert_non_null(strstr(text, "No difference"));
    free(text);
    tn_fit_free(&f);
    assert_int_equal(tn_series_run(&series, &first, TN_STEP_QUARTER, INT32_MIN, &opt, &err), 0);
    text = written(&series, false);
    json = written(&series, true);
    assert_non_null(strstr(text, "claims are claims"));
    document = json_loads(json, 0, NULL);
    check_schema("docs/tables.schema.json", document);
    json_decref(document);
    free(text);
    free(json);
    tn_fit_free(&series);
    tn_case_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_does_not_differ_from_itself),
        cmocka_unit_test(both_sides_are_forecasts),
        cmocka_unit_test(rates_are_kept_if_asked),
        cmocka_unit_test(leaving_an_origin_out_undoes_its_contribution),
        cmocka_unit_test(paired_errors_are_those_of_repetition),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_series_is_the_forecasts_of_its_dates),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(reports_say_what_the_tables_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
