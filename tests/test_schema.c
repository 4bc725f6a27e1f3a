/* The table against itself, and the texts that come from it. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"
#include "model/case.h"
#include "model/schema.h"

/* A struct as large as the largest that any section fills. */
typedef union target {
    tn_case_t c;
    tn_actor_t actor;
    tn_event_t event;
    tn_origin_t origin;
    tn_report_t report;
    tn_silence_t silence;
} target_t;

static void keys_are_unique_and_explained(void **state)
{
    (void)state;
    for (int s = 0; s < TN_N_SECTIONS; s++) {
        const tn_schema_section_t *section = tn_schema((tn_schema_id_t)s);
        assert_true(section->n_rows > 0);
        for (size_t i = 0; i < section->n_rows; i++) {
            const tn_schema_row_t *row = &section->row[i];
            assert_ptr_equal(tn_schema_find(section, row->key), row); /* the first of its name */
            assert_true(strlen(row->meaning) > 0);
            assert_true(row->need == TN_OPTIONAL || row->fallback == NULL);
            if (row->type == TN_SCHEMA_NUMBER) assert_true(row->lo < row->hi);
        }
    }
}

static void defaults_are_accepted_by_their_own_rows(void **state)
{
    (void)state;
    tn_arena_t arena = {0};
    tn_diag_t *diag = NULL;
    assert_int_equal(tn_diag_new(&diag), 0);
    const tn_schema_reader_t r = {.arena = &arena, .diag = diag};
    for (int s = 0; s < TN_N_SECTIONS; s++) {
        const tn_schema_section_t *section = tn_schema((tn_schema_id_t)s);
        for (size_t i = 0; i < section->n_rows; i++) {
            const tn_schema_row_t *row = &section->row[i];
            target_t value = {0};
            if (row->fallback == NULL || row->fallback[0] == '(') continue;
            if (row->type == TN_SCHEMA_OTHER) continue;
            const tn_yaml_source_t *source =
                tn_yaml_source_new(&arena, "t", row->fallback, strlen(row->fallback), 1);
            const tn_yaml_node_t node = {.kind = TN_YAML_SCALAR,
                .is_plain = true,
                .text = row->fallback,
                .n = strlen(row->fallback),
                .source = source,
                .line = 1,
                .column = 1};
            assert_true(tn_schema_scalar(&r, row, &node, &value));
        }
    }
    assert_int_equal(tn_diag_n_errors(diag), 0);
    tn_diag_free(diag);
    tn_arena_free(&arena);
}

static void parameters_are_those_of_the_model(void **state)
{
    (void)state;
    tn_arena_t arena = {0};
    tn_case_t *c = tn_arena_calloc(&arena, 1, sizeof *c);
    assert_int_equal(tn_schema_fill(&arena, tn_schema(TN_SECTION_PARAMETERS), c), 0);
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        const tn_schema_row_t *row =
            tn_schema_find(tn_schema(TN_SECTION_PARAMETERS), tn_parameter(p)->name);
        assert_non_null(row);
        check_close(c->parameter[p], tn_parameter(p)->value, 0.0, 0.0, "default of the parameter");
        check_close(row->lo, tn_parameter(p)->lowest, 0.0, 0.0, "lowest");
        check_close(row->hi, tn_parameter(p)->highest, 0.0, 0.0, "highest");
        assert_string_equal(row->unit, tn_parameter(p)->unit);
    }
    tn_arena_free(&arena);
}

static void expectations_read_like_sentences(void **state)
{
    (void)state;
    char text[256];
    const tn_schema_section_t *actor = tn_schema(TN_SECTION_ACTOR);
    tn_schema_expected(tn_schema_find(actor, "power"), text, sizeof text);
    assert_string_equal(text, "a number above 0 and up to 1000000");
    tn_schema_expected(tn_schema_find(actor, "position"), text, sizeof text);
    assert_string_equal(text, "a number from -1 to 1");
    tn_schema_expected(tn_schema_find(actor, "interim"), text, sizeof text);
    assert_string_equal(text, "true or false");
    tn_schema_expected(tn_schema_find(actor, "basis"), text, sizeof text);
    assert_string_equal(text, "one of: none, public, reported, judgement");
    tn_schema_expected(
        tn_schema_find(tn_schema(TN_SECTION_REPORT), "credibility"), text, sizeof text);
    assert_string_equal(text, "a whole number from 1 to 6");
}

static char *text_of(void (*write)(FILE *))
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void the_committed_man_page_is_the_generated_one(void **state)
{
    (void)state;
    const char *root = getenv("TENURE_SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/man/tenure-case.5", root != NULL ? root : ".");
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char *want = text_of(tn_case_write_man);
    char *got = calloc(strlen(want) + 2, 1);
    assert_non_null(got);
    assert_int_equal(fread(got, 1, strlen(want) + 1, in), strlen(want)); /* else: make docs */
    assert_string_equal(got, want);
    fclose(in);
    free(got);
    free(want);
}

static void the_man_page_names_every_key(void **state)
{
    (void)state;
    char *page = text_of(tn_case_write_man);
    for (int s = 0; s < TN_N_SECTIONS; s++) {
        const tn_schema_section_t *section = tn_schema((tn_schema_id_t)s);
        for (size_t i = 0; i < section->n_rows; i++) {
            char line[128];
            snprintf(line, sizeof line, ".B %s\n", section->row[i].key);
            assert_non_null(strstr(page, line));
        }
    }
    free(page);
}

static void the_template_explains_every_key(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    assert_int_equal(tn_case_write_template("demo", out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    for (int s = 0; s < TN_N_SECTIONS; s++) {
        const tn_schema_section_t *section = tn_schema((tn_schema_id_t)s);
        for (size_t i = 0; i < section->n_rows; i++) {
            char key[128];
            snprintf(key, sizeof key, "%s:", section->row[i].key);
            assert_non_null(strstr(text, key));
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_unique_and_explained),
        cmocka_unit_test(defaults_are_accepted_by_their_own_rows),
        cmocka_unit_test(parameters_are_those_of_the_model),
        cmocka_unit_test(expectations_read_like_sentences),
        cmocka_unit_test(the_committed_man_page_is_the_generated_one),
        cmocka_unit_test(the_man_page_names_every_key),
        cmocka_unit_test(the_template_explains_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
