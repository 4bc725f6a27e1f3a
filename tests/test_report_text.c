/* Words for probabilities, numbers as text, safe text, fitting columns. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report/grid.h"
#include "report/number.h"
#include "report/text.h"

static void words_follow_icd203_and_edges_belong_to_the_higher_class(void **state)
{
    (void)state;
    static const struct {
        double p;
        const char *words;
    } expected[] = {{0.0, ""}, {0.00999, ""}, {0.01, "almost no chance"},
        {0.04999, "almost no chance"}, {0.05, "very unlikely"}, {0.19999, "very unlikely"},
        {0.20, "unlikely"}, {0.44999, "unlikely"}, {0.45, "roughly even chance"},
        {0.54999, "roughly even chance"}, {0.55, "likely"}, {0.79999, "likely"},
        {0.80, "very likely"}, {0.94999, "very likely"}, {0.95, "almost certain"},
        {0.99, "almost certain"}, {0.99001, ""}, {1.0, ""}, {-0.1, ""}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(tn_icd203_words(expected[i].p), expected[i].words);
    }
    assert_string_equal(tn_icd203_words((double)NAN), "");
}

static void percentages_have_no_more_digits_than_their_error(void **state)
{
    (void)state;
    static const struct {
        tn_estimate_t e;
        const char *value, *error;
    } expected[] = {
        {{0.32412, 0.0016}, "32.4", "0.2"},   /* one decimal at most above one percent */
        {{0.01523, 0.0004}, "1.5", "0.04"},   /* the error keeps its first digit */
        {{0.0031, 0.0002}, "0.31", "0.02"},   /* small ones get a second decimal */
        {{0.0031, 0.002}, "0.3", "0.2"},      /* unless the error forbids it */
        {{0.324, 0.02}, "32", "2"},           /* an error of points leaves no decimal */
        {{0.00004, 0.00002}, "0.00", "0.01"}, /* an error is never shown as zero */
        {{0.25, NAN}, "25.0", "?"},           /* unknown error */
        {{NAN, NAN}, "-", "?"}, {{0.0, 0.0}, "0", "0.00"}, /* happened in no world */
    };
    char text[TN_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        tn_number_percent(text, expected[i].e);
        assert_string_equal(text, expected[i].value);
        tn_number_percent_error(text, expected[i].e);
        assert_string_equal(text, expected[i].error);
    }
}

static void numbers_lose_the_sign_of_zero_and_keep_17_digits(void **state)
{
    (void)state;
    char text[TN_NUMBER_SIZE];
    tn_number_fixed(text, -0.04, 1);
    assert_string_equal(text, "0.0");
    tn_number_signed(text, 0.001, 2);
    assert_string_equal(text, "0.00");
    tn_number_signed(text, 1.5, 1);
    assert_string_equal(text, "+1.5");
    tn_number_fixed(text, 1e300, 2);
    assert_string_equal(text, "1.000e+300");
    tn_number_exact(text, 0.1);
    assert_string_equal(text, "0.10000000000000001");
    tn_number_exact(text, (double)INFINITY);
    assert_string_equal(text, "");
    const tn_estimate_t e = {0.0612, 0.003};
    tn_number_value_error(text, e, 2, "+-");
    assert_string_equal(text, "0.06 +-0.01");
}

static void numbers_have_a_point_under_a_locale_with_a_comma(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8"};
    const char *got = NULL;
    for (size_t i = 0; i < 3 && got == NULL; i++)
        got = setlocale(LC_NUMERIC, names[i]);
    if (got == NULL) skip();
    char text[TN_NUMBER_SIZE];
    tn_number_exact(text, 1.5e-7);
    assert_string_equal(text, "1.4999999999999999e-07");
    tn_number_fixed(text, 12.25, 1);
    assert_string_equal(text, "12.2");
    assert_non_null(setlocale(LC_NUMERIC, "C"));
}

static void text_of_users_cannot_steer_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } expected[] = {
        {"plain", "plain"},
        {"a\x1b[31mb\x07", "a?[31mb?"},
        {"line\nbreak\ttab", "line break tab"},
        {"bad\xff\xc3(byte", "bad\xef\xbf\xbd\xef\xbf\xbd(byte"},
        {"cut\xe2\x82", "cut\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc2\x9b"
         "C1",
            "?C1"}, /* U+009B begins a control sequence */
        {"\xe2\x80\xae"
         "turned",
            "?turned"}, /* U+202E turns the direction */
        {"Đặng Иван 習", "Đặng Иван 習"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        tn_text_t text = {0};
        tn_text_append_safe(&text, expected[i].from);
        assert_false(text.failed);
        assert_string_equal(text.s, expected[i].to);
        tn_text_free(&text);
    }
}

static void columns_count_characters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(tn_text_columns(""), 0);
    assert_int_equal(tn_text_columns("Иван"), 4);
    assert_int_equal(tn_text_columns("e\xcc\x81"), 1); /* e and a combining accent */
    assert_int_equal(tn_text_columns("習近平"), 6);
    assert_int_equal(tn_text_columns("\xff"), 1);
    assert_int_equal((int)tn_text_cut("Иван", 2), 4);
    assert_int_equal((int)tn_text_cut("習近平", 3), 3); /* half a character is none */
    assert_int_equal((int)tn_text_cut("ab", 9), 2);
}

/** Prints a grid of two names, a number and a bar at a width; the caller frees the text. */
static char *grid_text(int width)
{
    const tn_report_options_t opt = {.width = width};
    char *text = NULL;
    size_t n = 0;
    tn_page_t page;
    tn_grid_t g;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    tn_page_init(&page, &opt, out);
    tn_grid_init(&g, 2);
    const int name = tn_grid_column(&g, "name", TN_COLUMN_LEFT, 0, true);
    const int number = tn_grid_column(&g, "%", TN_COLUMN_RIGHT, 0, false);
    const int more = tn_grid_column(&g, "remark", TN_COLUMN_LEFT, 1, false);
    (void)tn_grid_column(&g, "", TN_COLUMN_BAR, 0, false);
    for (int r = 0; r < 2; r++) {
        tn_grid_row(&g);
        tn_grid_set(&g, name, r == 0 ? "a name of twenty-six chars" : "b");
        tn_grid_set(&g, number, r == 0 ? "5" : "10");
        tn_grid_set(&g, more, "twelve chars");
        tn_grid_bar(&g, r == 0 ? 1.0 : 2.0);
    }
    tn_grid_print(&g, &page);
    tn_grid_free(&g);
    assert_false(page.failed);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void grids_give_way_on_narrow_pages(void **state)
{
    (void)state;
    char *text = grid_text(60);
    assert_string_equal(text, "  name                         %  remark\n"
                              "  a name of twenty-six chars   5  twelve chars  ######\n"
                              "  b                           10  twelve chars  ############\n");
    free(text);
    text = grid_text(44); /* the name is cut before the bar goes */
    assert_string_equal(text, "  name                 %  remark\n"
                              "  a name of twenty-~   5  twelve chars  ##\n"
                              "  b                   10  twelve chars  ####\n");
    free(text);
    text = grid_text(40); /* then the bar goes */
    assert_string_equal(text, "  name               %  remark\n"
                              "  a name of twent~   5  twelve chars\n"
                              "  b                 10  twelve chars\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_follow_icd203_and_edges_belong_to_the_higher_class),
        cmocka_unit_test(percentages_have_no_more_digits_than_their_error),
        cmocka_unit_test(numbers_lose_the_sign_of_zero_and_keep_17_digits),
        cmocka_unit_test(numbers_have_a_point_under_a_locale_with_a_comma),
        cmocka_unit_test(text_of_users_cannot_steer_a_terminal),
        cmocka_unit_test(columns_count_characters_not_bytes),
        cmocka_unit_test(grids_give_way_on_narrow_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
