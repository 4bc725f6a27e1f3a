/* The list of mistakes: order, limits, and how they look. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "check.h"
#include "tenure/error.h"

static tn_place_t at(const char *file, int line, int column, int width, const char *source)
{
    const size_t n = source == NULL ? 0 : strlen(source);
    return (tn_place_t){.file = file,
        .line = line,
        .column = column,
        .width = width,
        .source = source,
        .n_source = n,
        .offset = (size_t)(column - 1)};
}

static tn_diag_t *diag_new(void)
{
    tn_diag_t *diag = NULL;
    assert_int_equal(tn_diag_new(&diag), 0);
    return diag;
}

static void check_print(const tn_diag_t *diag, bool colour, const char *want)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    tn_diag_print(diag, out, colour);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, want);
    free(text);
}

static void mistakes_are_shown_with_line_and_caret(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("kremlin.yaml", 31, 13, 4, "reference: {cuop: 0.020}");
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "unknown route '%s'", "cuop");
    check_print(diag, false,
        "kremlin.yaml:31:13: error: unknown route 'cuop'\n"
        "   31 | reference: {cuop: 0.020}\n"
        "      |             ^~~~\n");
    tn_diag_free(diag);
}

static void colours_are_ansi_sequences(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("a", 1, 1, 1, "x");
    tn_diag_add(diag, TN_SEVERITY_WARNING, &place, "m");
    check_print(diag, true,
        "\033[1ma:1:1:\033[0m \033[1;35mwarning:\033[0m m\n    1 | x\n      | "
        "\033[1;32m^\033[0m\n");
    tn_diag_free(diag);
}

static void entries_are_sorted_by_place_and_file(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t places[] = {at("a", 9, 1, 1, NULL), at("--set", 1, 1, 1, NULL),
        at("a", 2, 7, 1, NULL), at("a", 2, 3, 1, NULL), at("a", 0, 0, 0, NULL)};
    for (int i = 0; i < 5; i++)
        tn_diag_add(diag, TN_SEVERITY_ERROR, &places[i], "%d", i);
    const char *want[] = {"4", "3", "2", "0", "1"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(tn_diag_entry(diag, i)->message, want[i]);
    assert_null(tn_diag_entry(diag, 5));
    tn_diag_free(diag);
}

static void equal_places_keep_the_order_of_arrival(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("a", 1, 1, 1, NULL);
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "first");
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "second");
    assert_string_equal(tn_diag_entry(diag, 0)->message, "first");
    tn_diag_free(diag);
}

static void the_first_of_too_many_are_kept(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    for (int i = 0; i < TN_DIAG_MAX + 50; i++) {
        const tn_place_t place = at("a", 1000 - i, 1, 1, NULL);
        tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "m");
    }
    assert_int_equal(tn_diag_n_errors(diag), TN_DIAG_MAX + 50);
    assert_int_equal(tn_diag_n_entries(diag), TN_DIAG_MAX);
    assert_int_equal(tn_diag_entry(diag, 0)->line, 1000 - (TN_DIAG_MAX + 49));
    tn_diag_free(diag);
}

static void control_characters_are_never_echoed(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("a\033.yaml", 1, 3, 1, "\tx\033[31m\xC2\x9B\xFF");
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "found '%s'", "\033]0;title\a");
    check_print(diag, false,
        "a?.yaml:1:3: error: found '?]0;title?'\n"
        "    1 |  x?[31m??\n"
        "      |   ^\n");
    tn_diag_free(diag);
}

static void long_lines_are_cut_around_the_place(void **state)
{
    (void)state;
    char line[1001];
    memset(line, 'x', 1000);
    line[1000] = '\0';
    line[500] = 'Y';
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("a", 1, 501, 1, line);
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "m");
    const char *source = tn_diag_entry(diag, 0)->source;
    assert_int_equal(strlen(source), TN_DIAG_SOURCE_WIDTH + 6);
    assert_int_equal(source[3 + TN_DIAG_SOURCE_WIDTH / 2], 'Y');
    tn_diag_free(diag);
}

static void lost_entries_are_remembered(void **state)
{
    (void)state;
    tn_diag_t *diag = diag_new();
    const tn_place_t place = at("a", 1, 1, 1, "x");
    tn_mem_fail_at(1);
    tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "m");
    tn_mem_fail_at(0);
    assert_true(tn_diag_failed(diag));
    assert_int_equal(tn_diag_n_errors(diag), 1);
    assert_int_equal(tn_diag_n_entries(diag), 0);
    tn_diag_free(diag);
    tn_diag_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_shown_with_line_and_caret),
        cmocka_unit_test(colours_are_ansi_sequences),
        cmocka_unit_test(entries_are_sorted_by_place_and_file),
        cmocka_unit_test(equal_places_keep_the_order_of_arrival),
        cmocka_unit_test(the_first_of_too_many_are_kept),
        cmocka_unit_test(control_characters_are_never_echoed),
        cmocka_unit_test(long_lines_are_cut_around_the_place),
        cmocka_unit_test(lost_entries_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
