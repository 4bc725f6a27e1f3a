/* The terminal table: what it says and in which order, at every width, with and without colour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"
#include "forecast_fixture.h"
#include "report/text.h"
#include "tenure/report.h"

static char *report(const tn_forecast_t *f, const tn_report_options_t *opt)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_report_table(f, opt, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

/** Position of what in text; fails if it is not there. */
static size_t place(const char *text, const char *what)
{
    const size_t n = strlen(what);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (strncmp(text + i, what, n) == 0) return i;
    }
    fail_msg("'%s' is not in:\n%s", what, text);
    return 0;
}

static void the_question_comes_first_then_the_base_rate(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *text = report(&x.forecast, NULL);
    static const char *const order[] = {"Jane Example in office, evidence up to 30 May 2022",
        "Will Jane Example have left office within 13w, 52w or 104w of 2022-05-30", "BASE RATE",
        "FORECAST", "Median time left: more than 104w", "WEEK BY WEEK", "HOW", "WHO FOLLOWS",
        "THE COURT", "Distance to the tipping point", "EXPECTED EVENTS", "WHAT THE REPORTS CHANGED",
        "claims attributed to", "DRIVERS", "What made this"};
    for (size_t i = 1; i < sizeof order / sizeof order[0]; i++) {
        assert_true(place(text, order[i - 1]) < place(text, order[i]));
    }
    free(text);
}

static void the_rows_say_what_the_forecast_holds(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    const tn_report_options_t opt = {.width = 80, .command_line = "tenure forecast x.yaml"};
    char *text = report(&x.forecast, &opt);
    (void)place(text, "  52w     2023-05-29   7.2 +-0.1     6.6   4.9   0.075  very unlikely ");
    (void)place(text, "  incapacity     0.0040       -  ");
    (void)place(text, "  the prime minister   47.0 +-0.4 ");
    (void)place(text, "  and 1 with less than 0.5 each, together 0.2\n");
    (void)place(text, "tenure 0.1.0, case example (0123456789ab), seed 20220530, 100000 worlds");
    (void)place(text, "command: tenure forecast x.yaml");
    (void)place(text, "thin: rests on few worlds");
    (void)place(text, "  mort_mult    +2.1 +-0.2  ");
    assert_null(strstr(text, "contact ")); /* its swing is within two standard errors */
    free(text);
}

/** Row of the plot, from the top, in which the last column drawn of a mark stands. */
static int row_of_last(const char *text, char mark, int *column)
{
    const char *line = text + place(text, "WEEK BY WEEK");
    int row = -1;
    *column = -1;
    for (int y = 0; y < 12; y++) {
        line = strchr(line, '\n') + 1;
        const char *end = strchr(line, '\n'), *axis = strchr(line, '|');
        assert_true(axis != NULL && axis < end);
        for (const char *s = axis + 1; s < end; s++) {
            if (*s == mark && (int)(s - axis) > *column) {
                *column = (int)(s - axis);
                row = y;
            }
        }
    }
    return row;
}

/* The fixture's curves rise evenly to their value at the last horizon. */
static void weeks_are_drawn_at_their_height(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *text = report(&x.forecast, &(tn_report_options_t){.width = 80});
    const tn_view_t *view[] = {&x.forecast.posterior, &x.forecast.prior, &x.forecast.base};
    const double top = 0.2;
    (void)place(text, "20 % |");
    (void)place(text, " 2022-05-30                                        2024-05-27\n");
    (void)place(
        text, "* now, with all reports\n         o prior, without reports\n         + base rate\n");
    for (int k = 0; k < 3; k++) {
        int column;
        const int row = row_of_last(text, "*o+"[k], &column);
        const double p = view[k]->curve[FIXTURE_WEEKS - 1].p * column / 60.0;
        assert_true(fabs((1.0 - row / 11.0) * top - p) <= top / 22.0 + top / 60.0);
    }
    free(text);
    text = report(&x.forecast, &(tn_report_options_t){.width = 60, .unicode = true});
    (void)place(text, "\u25CF now, with all reports");
    free(text);
}

static void routes_outside_the_question_are_marked(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    x.forecast.routes = 1u << TN_ROUTE_COUP | 1u << TN_ROUTE_UPRISING;
    x.forecast.forced = "strike";
    x.forecast.posterior.has_median = true;
    x.forecast.posterior.median_weeks = 60.0;
    x.forecast.posterior.median_weeks_se = 2.0;
    char *text = report(&x.forecast, NULL);
    (void)place(text, "by\n  coup or uprising (leaving by death");
    (void)place(text, "\n  death* ");
    (void)place(text, "\n  coup  ");
    (void)place(text, "* does not count as exit in this question");
    (void)place(text, "Intervention: the event 'strike' is made to happen");
    (void)place(text, "Median time left: 60 +-2 weeks (half have left by 2023-07-24).");
    free(text);
}

static void few_worlds_behind_a_forecast_are_said(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *text = report(&x.forecast, NULL);
    assert_null(strstr(text, "Few worlds fit the reports"));
    free(text);
    x.forecast.posterior.ess_share = 0.02;
    text = report(&x.forecast, NULL);
    (void)place(text, "Few worlds fit the reports: all weight is with 2000 of 100000");
    free(text);
}

static void without_reports_there_is_no_prior_and_no_claims(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    x.forecast.no_reports = true;
    x.forecast.n_origins = 0;
    char *text = report(&x.forecast, NULL);
    (void)place(text, "Without reports: all reports of the case are left out.");
    assert_null(strstr(text, "WHAT THE REPORTS CHANGED"));
    free(text);
}

static void conditions_have_a_section_of_their_own(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    x.forecast.has_conditional = true;
    x.forecast.conditional.event = "defeat";
    for (int h = 0; h < FIXTURE_HORIZONS; h++) {
        x.forecast.conditional.p_event[h] = (tn_estimate_t){0.1, 0.002};
        x.forecast.conditional.exit[h] = (tn_estimate_t){0.5, 0.02};
    }
    char *text = report(&x.forecast, NULL);
    (void)place(text, "GIVEN defeat");
    (void)place(text, "roughly even chance");
    free(text);
}

/** Widest line in columns, colours not counted. */
static int widest_line(char *text)
{
    int widest = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const int columns = tn_text_columns(line);
        if (columns > widest) widest = columns;
    }
    return widest;
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    static fixture_t x;
    for (int width = 60; width <= 140; width++) {
        for (int unicode = 0; unicode < 2; unicode++) {
            const tn_report_options_t opt = {.width = width, .unicode = unicode != 0};
            fixture_init(&x);
            char *text = report(&x.forecast, &opt);
            assert_in_range(widest_line(text), 50, width);
            free(text);
        }
    }
}

static void sixteen_horizons_fit_eighty_columns(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    tn_forecast_t *f = &x.forecast;
    for (int h = FIXTURE_HORIZONS; h < TN_MAX_HORIZONS; h++) {
        f->horizon[h] = f->horizon[FIXTURE_HORIZONS - 1];
        f->posterior.exit[h] = f->posterior.exit[FIXTURE_HORIZONS - 1];
    }
    f->n_horizons = TN_MAX_HORIZONS;
    char *text = report(f, NULL);
    assert_true(widest_line(text) <= 80);
    free(text);
}

/** text without ANSI sequences, in place. */
static void strip_colour(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (*from != '\x1b') {
            *to++ = *from++;
            continue;
        }
        while (*from != 'm')
            from++;
        from++;
    }
    *to = '\0';
}

static void colour_adds_nothing_but_colour(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *plain = report(&x.forecast, &(tn_report_options_t){.unicode = true});
    char *colour = report(&x.forecast, &(tn_report_options_t){.unicode = true, .colour = true});
    assert_null(strchr(plain, '\x1b'));
    assert_string_not_equal(plain, colour);
    strip_colour(colour);
    assert_string_equal(plain, colour);
    free(plain);
    free(colour);
}

static void names_from_the_case_cannot_steer_the_terminal(void **state)
{
    (void)state;
    static fixture_t x;
    static char evil[] = "\x1b]0;owned\x07 \xc2\x9b"
                         "31m \xff";
    fixture_init(&x);
    x.court_case.title = x.court_case.leader.name = x.court_case.name = evil;
    x.name[0] = x.origin[0].name = x.driver[0].meaning = x.forecast.forced = evil;
    x.forecast.has_conditional = true;
    x.forecast.conditional.event = evil;
    char *text = report(&x.forecast, &(tn_report_options_t){.command_line = evil});
    for (const char *s = text; *s != '\0'; s++) {
        assert_true(*s == '\n' || (unsigned char)*s >= ' ');
        assert_true(*s != '\x7f');
    }
    assert_null(strstr(text, "\xc2\x9b"));
    assert_true(tn_str_utf8_length(text, strlen(text)) > 0);
    free(text);
}

static void a_failed_allocation_or_write_is_an_error(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *sink = NULL;
    size_t n = 0;
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        FILE *out = open_memstream(&sink, &n);
        assert_non_null(out);
        tn_mem_fail_at(k);
        ret = tn_report_table(&x.forecast, NULL, out, NULL);
        tn_mem_fail_at(0);
        (void)fclose(out);
        free(sink);
        assert_true(ret == 0 || ret == TN_ENOMEM);
        assert_true(k < 100000);
    }
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    (void)setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(tn_report_table(&x.forecast, NULL, full, NULL), TN_EIO);
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_comes_first_then_the_base_rate),
        cmocka_unit_test(the_rows_say_what_the_forecast_holds),
        cmocka_unit_test(weeks_are_drawn_at_their_height),
        cmocka_unit_test(routes_outside_the_question_are_marked),
        cmocka_unit_test(few_worlds_behind_a_forecast_are_said),
        cmocka_unit_test(without_reports_there_is_no_prior_and_no_claims),
        cmocka_unit_test(conditions_have_a_section_of_their_own),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(sixteen_horizons_fit_eighty_columns),
        cmocka_unit_test(colour_adds_nothing_but_colour),
        cmocka_unit_test(names_from_the_case_cannot_steer_the_terminal),
        cmocka_unit_test(a_failed_allocation_or_write_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
