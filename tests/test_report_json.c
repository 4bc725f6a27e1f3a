/* The JSON report against its published schema, and the things a schema cannot say. */
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "forecast_fixture.h"
#include "json_schema.h"
#include "tenure/report.h"

static char *report(const tn_forecast_t *f)
{
    const tn_report_options_t opt = {.command_line = "tenure forecast --json example.yaml"};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_report_json(f, &opt, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static json_t *parsed(const tn_forecast_t *f)
{
    json_error_t error;
    char *text = report(f);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) fail_msg("%s", error.text);
    free(text);
    return root;
}

static void add_conditional(tn_forecast_t *f)
{
    f->has_conditional = true;
    f->conditional.event = "defeat";
    for (int h = 0; h < f->n_horizons; h++) {
        f->conditional.p_event[h] = (tn_estimate_t){0.1, 0.01};
        f->conditional.exit[h] = (tn_estimate_t){0.5, 0.02};
    }
}

static void output_matches_the_published_schema(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    for (int with_conditional = 0; with_conditional < 2; with_conditional++) {
        if (with_conditional) add_conditional(&x.forecast);
        json_t *value = parsed(&x.forecast);
        check_schema("docs/forecast.schema.json", value);
        json_decref(value);
    }
}

static double number_at(const json_t *array, size_t i, const char *key)
{
    return json_number_value(json_object_get(json_array_get(array, i), key));
}

static void numbers_read_back_to_the_same_doubles(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    json_t *root = parsed(&x.forecast);
    const json_t *exits = json_object_get(root, "exit");
    const tn_view_t *v = &x.forecast.posterior;
    assert_int_equal(json_array_size(exits), FIXTURE_HORIZONS);
    for (size_t h = 0; h < FIXTURE_HORIZONS; h++) {
        check_close(number_at(exits, h, "p"), v->exit[h].p, 0, 0, "17 digits");
        check_close(number_at(exits, h, "se"), v->exit[h].se, 0, 0, "17 digits");
        check_close(
            number_at(exits, h, "hazard_per_year"), v->hazard_per_year[h], 0, 0, "17 digits");
    }
    const json_t *base = json_object_get(json_object_get(root, "base_rate"), "exit");
    check_close(number_at(base, 1, "p"), 0.049, 0, 0, "of the base rate");
    const json_t *state_g = json_object_get(json_object_get(root, "state"), "G");
    check_close(json_number_value(json_object_get(state_g, "mean")),
        v->state[TN_STATE_DISCONTENT].p, 0, 0, "G is discontent");
    json_decref(root);
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    x.forecast.posterior.exit[0].se = (double)INFINITY;
    json_t *root = parsed(&x.forecast);
    const json_t *first = json_array_get(json_object_get(root, "exit"), 0);
    assert_true(json_is_null(json_object_get(first, "se")));
    assert_true(json_is_null(json_object_get(root, "median_weeks")));
    const json_t *targets = json_object_get(json_object_get(root, "calibration"), "targets");
    assert_true(json_is_null(json_object_get(targets, "incapacity")));
    json_decref(root);
}

static void same_forecast_gives_same_bytes_under_any_locale(void **state)
{
    (void)state;
    static fixture_t x;
    fixture_init(&x);
    char *first = report(&x.forecast);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) print_message("no locale with a comma here\n");
    x.forecast.seconds = 99.0; /* no time in the output */
    char *second = report(&x.forecast);
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_string_equal(first, second);
    const size_t n = strlen(first);
    assert_true(n > 2 && first[n - 1] == '\n' && first[n - 2] == '}');
    free(first);
    free(second);
}

static void awkward_text_and_large_seeds_survive(void **state)
{
    (void)state;
    static fixture_t x;
    static char name[] = "quote \" slash \\ bell \x07 bad \xff";
    fixture_init(&x);
    x.court_case.leader.name = name;
    x.forecast.seed = UINT64_MAX;
    json_t *root = parsed(&x.forecast);
    const char *leader =
        json_string_value(json_object_get(json_object_get(root, "question"), "leader"));
    assert_string_equal(leader, "quote \" slash \\ bell ? bad \xef\xbf\xbd");
    const json_t *seed = json_object_get(json_object_get(root, "manifest"), "seed");
    assert_string_equal(json_string_value(seed), "18446744073709551615");
    json_decref(root);
}

static void failed_writes_are_reported(void **state)
{
    (void)state;
    static fixture_t x;
    tn_error_t err = {0};
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    fixture_init(&x);
    (void)setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(tn_report_json(&x.forecast, NULL, full, &err), TN_EIO);
    assert_string_equal(err.message, "cannot write the forecast");
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_matches_the_published_schema),
        cmocka_unit_test(numbers_read_back_to_the_same_doubles),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(same_forecast_gives_same_bytes_under_any_locale),
        cmocka_unit_test(awkward_text_and_large_seeds_survive),
        cmocka_unit_test(failed_writes_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
