/* Tidy CSV: shape, quoting, and the numbers themselves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "forecast_fixture.h"
#include "report/csv.h"
#include "tenure/report.h"

#define N_FIELDS 8

static char *report(const tn_forecast_t *f)
{
    const tn_report_options_t opt = {.command_line = "tenure forecast \"a case.yaml\""};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_report_csv(f, &opt, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

/** Number of fields of the record at s (RFC 4180); end: one past its CRLF. */
static int count_fields(const char *s, const char **end)
{
    bool is_quoted = false;
    int n = 1;
    for (;; s++) {
        assert_true(*s != '\0');
        if (*s == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        if (*s == ',') n++;
        if (s[0] == '\r' && s[1] == '\n') break;
        assert_true(*s != '\n'); /* lines end in CRLF */
    }
    *end = s + 2;
    return n;
}

static void every_record_has_the_eight_fields_of_the_header(void **state)
{
    (void)state;
    static fixture_t x;
    static const char header[] = "quantity,view,route,horizon,date,item,estimate,std.error\r\n";
    fixture_init(&x);
    char *text = report(&x.forecast);
    int n = 0;
    assert_int_equal(strncmp(text, header, sizeof header - 1), 0);
    for (const char *at = text; *at != '\0'; n++)
        assert_int_equal(count_fields(at, &at), N_FIELDS);
    /* header; three views of exits, hazards, routes, median, curve, successors, counts, states,
     * tipping, ESS; hazards, targets, knobs; three per origin; one per driver;
     * four per tripwire; the manifest */
    const int view =
        2 * 3 + 7 * 3 + 1 + FIXTURE_WEEKS + 4 + 7 * 4 + TN_N_COUNTS + TN_N_STATES + 3 + 1;
    assert_int_equal(n, 1 + 3 * view + 7 + 7 + 6 + 3 * FIXTURE_ORIGINS + FIXTURE_DRIVERS +
                            4 * x.forecast.n_tripwires + 7);
    free(text);
}

static void assert_has(const char *text, const char *line)
{
    if (strstr(text, line) == NULL) fail_msg("no line %s", line);
}

static void records_hold_the_numbers_with_17_digits(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *text = report(&x.forecast);
    assert_has(text, "\r\nexit,posterior,,52w,2023-05-29,,0.071999999999999995,");
    assert_has(text, "\r\nexit,base,,104w,2024-05-27,,0.098000000000000004,");
    assert_has(text, "\r\nmedian_weeks,posterior,,,,,,\r\n");
    assert_has(text, "\r\nsuccessor,posterior,incapacity,104w,2024-05-27,mayor,,\r\n");
    assert_has(text, "\r\ncurve,prior,,1w,2022-06-06,,");
    assert_has(text, "\r\ntarget_hazard,base,incapacity,,,,,\r\n");
    assert_has(text, "\r\norigin_points,posterior,,52w,2023-05-29,insiders,0.0057999999999999996,");
    assert_has(text, "\r\nmanifest_seed,,,,,20220530,,\r\n");
    assert_has(text, "\r\nmanifest_command_line,,,,,\"tenure forecast \"\"a case.yaml\"\"\",,\r\n");
    free(text);
}

static void awkward_text_is_quoted(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    x.forecast.has_conditional = true;
    x.forecast.conditional.event = "a \"b\", c";
    x.forecast.posterior.has_median = true;
    x.forecast.posterior.median_weeks = 60.5;
    char *text = report(&x.forecast);
    assert_has(text, "\r\nevent,conditional,,13w,2022-08-29,\"a \"\"b\"\", c\",0,0\r\n");
    assert_has(text, "\r\nmedian_weeks,posterior,,,,,60.5,0\r\n");
    free(text);
}

static void check_field(const char *field, const char *want)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    tn_csv_put_field(out, field);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, want);
    free(text);
}

static void a_text_is_no_formula_of_a_spreadsheet(void **state)
{
    (void)state;
    check_field("=1+1", "\"'=1+1\"");
    check_field("@SUM(\"A\",1)", "\"'@SUM(\"\"A\"\",1)\"");
    check_field("+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\"");
    check_field("-a", "\"'-a\"");
    check_field("\t=1", "\"'\t=1\"");
    check_field("-1.5e-3", "-1.5e-3");
    check_field("-", "-");
    check_field("1=1", "1=1");
    check_field("", "");
    check_field(NULL, "");
}

static void failed_writes_are_reported(void **state)
{
    (void)state;
    static fixture_t x;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    fixture_init(&x);
    assert_int_equal(tn_report_csv(&x.forecast, NULL, full, NULL), TN_EIO);
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_eight_fields_of_the_header),
        cmocka_unit_test(records_hold_the_numbers_with_17_digits),
        cmocka_unit_test(awkward_text_is_quoted),
        cmocka_unit_test(a_text_is_no_formula_of_a_spreadsheet),
        cmocka_unit_test(failed_writes_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
