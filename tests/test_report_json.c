/* The JSON report against its published schema, and the things a schema cannot say. */
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "forecast_fixture.h"
#include "tenure/report.h"

#define MAX_PATH 256

static const json_t *schema_root;

static const json_t *resolve(const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    static const char prefix[] = "#/$defs/";
    if (ref == NULL) return schema;
    assert_int_equal(strncmp(ref, prefix, sizeof prefix - 1), 0);
    const json_t *found =
        json_object_get(json_object_get(schema_root, "$defs"), ref + sizeof prefix - 1);
    assert_non_null(found);
    return found;
}

static bool is_of_type(const json_t *value, const char *type)
{
    if (strcmp(type, "object") == 0) return json_is_object(value);
    if (strcmp(type, "array") == 0) return json_is_array(value);
    if (strcmp(type, "string") == 0) return json_is_string(value);
    if (strcmp(type, "integer") == 0) return json_is_integer(value);
    if (strcmp(type, "number") == 0) return json_is_number(value);
    if (strcmp(type, "boolean") == 0) return json_is_boolean(value);
    if (strcmp(type, "null") == 0) return json_is_null(value);
    fail_msg("unknown type in the schema: %s", type);
    return false;
}

static void check_type(const json_t *schema, const json_t *value, const char *path)
{
    const json_t *type = json_object_get(schema, "type");
    bool is_right =
        type == NULL || (json_is_string(type) && is_of_type(value, json_string_value(type)));
    for (size_t i = 0; i < json_array_size(type); i++) {
        is_right = is_right || is_of_type(value, json_string_value(json_array_get(type, i)));
    }
    if (!is_right) fail_msg("%s: not of the type of the schema", path);
    const json_t *allowed = json_object_get(schema, "enum");
    bool is_allowed = allowed == NULL;
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        is_allowed = is_allowed || json_equal(json_array_get(allowed, i), value);
    }
    if (!is_allowed) fail_msg("%s: not in the enumeration of the schema", path);
}

static void check_value(const json_t *schema, const json_t *value, const char *path, int depth);

static void check_members(const json_t *schema, const json_t *value, const char *path, int depth)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *required = json_object_get(schema, "required");
    const char *key;
    json_t *member;
    char below[MAX_PATH];
    for (size_t i = 0; i < json_array_size(required); i++) {
        key = json_string_value(json_array_get(required, i));
        if (json_object_get(value, key) == NULL) fail_msg("%s: key %s is missing", path, key);
    }
    json_object_foreach((json_t *)value, key, member)
    {
        const json_t *sub = json_object_get(properties, key);
        (void)snprintf(below, sizeof below, "%.200s.%.50s", path, key);
        if (sub == NULL && json_is_object(others)) sub = others;
        if (sub == NULL) fail_msg("%s: not in the schema", below);
        check_value(sub, member, below, depth + 1);
    }
}

/** The part of JSON Schema 2020-12 that the schema uses: type, enum, required, properties, items,
 * $ref, additionalProperties (false or a schema). */
static void check_value(const json_t *schema, const json_t *value, const char *path, int depth)
{
    char below[MAX_PATH];
    assert_true(depth < 20);
    schema = resolve(schema);
    check_type(schema, value, path);
    if (json_is_object(value)) check_members(schema, value, path, depth);
    for (size_t i = 0; i < json_array_size(value); i++) {
        (void)snprintf(below, sizeof below, "%.200s[%zu]", path, i);
        check_value(json_object_get(schema, "items"), json_array_get(value, i), below, depth + 1);
    }
}

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
    char path[4096];
    json_error_t error;
    const char *root = getenv("TENURE_SOURCE_ROOT");
    (void)snprintf(path, sizeof path, "%s/docs/forecast.schema.json", root != NULL ? root : ".");
    json_t *schema = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (schema == NULL) fail_msg("%s: %s", path, error.text);
    schema_root = schema;
    fixture_init(&x);
    for (int with_conditional = 0; with_conditional < 2; with_conditional++) {
        if (with_conditional) add_conditional(&x.forecast);
        json_t *value = parsed(&x.forecast);
        check_value(schema, value, "$", 0);
        json_decref(value);
    }
    json_decref(schema);
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
