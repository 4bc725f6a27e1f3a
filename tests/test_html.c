/* The writer of pages: what is escaped, how numbers are shown, which rows a table has. Pages in a
 * browser: test_pages.sh. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "forecast_fixture.h"
#include "report/html.h"

#define MAX_TEXT 4096

/** What a call with a stream writes, in `text`. */
#define WRITTEN(call)                                                                              \
    do {                                                                                           \
        char *all_ = NULL;                                                                         \
        size_t n_ = 0;                                                                             \
        FILE *out = open_memstream(&all_, &n_);                                                    \
        assert_non_null(out);                                                                      \
        call;                                                                                      \
        assert_int_equal(fclose(out), 0);                                                          \
        assert_true(n_ < MAX_TEXT);                                                                \
        memcpy(text, all_, n_ + 1);                                                                \
        free(all_);                                                                                \
    } while (0)

static char text[MAX_TEXT];

static void markup_and_control_characters_are_escaped(void **state)
{
    (void)state;
    WRITTEN(tn_html_text(out, "a<b>&\"'\x01\x7f\n\xC3\xA9"));
    assert_string_equal(text, "a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBD\xEF\xBF\xBD\n\xC3\xA9");
    /* U+202E and U+2066 turn the direction of writing; U+2028 and a Cyrillic letter do not */
    WRITTEN(tn_html_text(out, "\xE2\x80\xAE"
                              "a\xE2\x81\xA6\xE2\x80\xA8\xD0\x96"));
    assert_string_equal(text, "\xEF\xBF\xBD"
                              "a\xEF\xBF\xBD\xE2\x80\xA8\xD0\x96");
    WRITTEN(tn_html_text(out, NULL));
    assert_string_equal(text, "");
}

static void json_in_a_page_cannot_end_its_element(void **state)
{
    (void)state;
    json_t *value = json_pack("{s:s, s:f}", "</script>", "<!--&\xE2\x80\xA8", "p", 0.1);
    WRITTEN(assert_int_equal(tn_html_json(out, value), 0));
    assert_string_equal(text, "{\"\\u003c/script\\u003e\":\"\\u003c!--\\u0026\\u2028\","
                              "\"p\":0.10000000000000001}");
    json_t *back = json_loads(text, 0, NULL);
    assert_true(json_equal(back, value));
    json_decref(back);
    json_decref(value);
}

static void check_cell(double value, double se, tn_html_cell_t cell, const char *want)
{
    json_t *v = json_real(value), *e = isnan(se) ? NULL : json_real(se);
    WRITTEN(tn_html_value(out, v, e, cell));
    assert_string_equal(text, want);
    json_decref(v);
    json_decref(e);
}

static void a_number_is_shown_rounded_and_kept_whole(void **state)
{
    (void)state;
    const double none = (double)NAN;
    check_cell(0.10252, 0.0012, TN_CELL_PERCENT, "<data value=\"0.10252\">10.3\xC2\xA0%</data>");
    check_cell(0.00312, none, TN_CELL_PERCENT,
        "<data value=\"0.0031199999999999999\">0.31\xC2\xA0%</data>");
    check_cell(0.001, none, TN_CELL_ERROR,
        "<data value=\"0.001\">\xC2\xB1\xC2\xA0"
        "0.2</data>");
    check_cell(0.0121, none, TN_CELL_POINTS, "<data value=\"0.0121\">+1.2</data>");
    check_cell(
        -0.0006, none, TN_CELL_POINTS, "<data value=\"-0.00059999999999999995\">-0.06</data>");
    check_cell(0.11054, none, TN_CELL_RATE, "<data value=\"0.11054\">11.1\xC2\xA0%</data>");
    check_cell(81.41666, none, TN_CELL_NUMBER, "<data value=\"81.416659999999993\">81.42</data>");
    check_cell(0.45, none, TN_CELL_AUTO, "<data value=\"0.45000000000000001\">0.45</data>");
    check_cell(100000.0, none, TN_CELL_AUTO, "<data value=\"100000\">100000</data>");
    check_cell(
        1.234e-7, none, TN_CELL_AUTO, "<data value=\"1.2340000000000001e-07\">1.23e-07</data>");
    check_cell(0.0, none, TN_CELL_AUTO, "<data value=\"0\">0</data>");
    check_cell(-9.98e-17, none, TN_CELL_AUTO, "<data value=\"-9.9800000000000002e-17\">0</data>");
}

static void check_span(const char *text_in, const char *want)
{
    json_t *value = json_string(text_in);
    WRITTEN(tn_html_value(out, value, NULL, TN_CELL_SPAN));
    assert_string_equal(text, want);
    json_decref(value);
}

static void times_and_ids_are_words(void **state)
{
    (void)state;
    check_span("52w", "52\xC2\xA0weeks");
    check_span("1y", "1\xC2\xA0year");
    check_span("11y", "11\xC2\xA0years");
    check_span("52", "52");
    check_span("w", "w");
    check_span("5<", "5&lt;");
    WRITTEN(tn_html_words(out, "mass_<protest"));
    assert_string_equal(text, "mass &lt;protest");
}

static void what_is_not_a_number_is_text_or_a_dash(void **state)
{
    (void)state;
    WRITTEN(tn_html_value(out, NULL, NULL, TN_CELL_PERCENT));
    assert_string_equal(text, "–");
    WRITTEN(tn_html_value(out, json_null(), NULL, TN_CELL_AUTO));
    assert_string_equal(text, "–");
    WRITTEN(tn_html_value(out, json_true(), NULL, TN_CELL_AUTO));
    assert_string_equal(text, "yes");
    json_t *s = json_string("<b>");
    WRITTEN(tn_html_value(out, s, NULL, TN_CELL_PERCENT));
    assert_string_equal(text, "&lt;b&gt;");
    json_decref(s);
}

static void paths_reach_members_and_rows(void **state)
{
    (void)state;
    json_t *root = json_pack("{s:{s:[{s:f},{s:f}]}}", "data", "exit", "p", 0.25, "p", 0.5);
    assert_true(tn_html_number(root, "data/exit/1/p") == 0.5);
    assert_true(isnan(tn_html_number(root, "data/exit/2/p")));
    assert_true(isnan(tn_html_number(root, "data/exit")));
    assert_null(tn_html_at(root, "data/exit/0/p/q"));
    assert_null(tn_html_string(root, "data/exit/0/p"));
    assert_ptr_equal(tn_html_at(root, ""), root);
    json_decref(root);
}

static void a_section_takes_cells_by_key_by_path_and_by_row(void **state)
{
    (void)state;
    static const tn_html_section_t section = {"id", "A & B", "lead", "one two", "cap", "a|none|b",
        {{"name", "who", 0}, {"/base/#/p", "base", TN_CELL_PERCENT}, {"p", "p", TN_CELL_PERCENT}}};
    json_t *root = json_pack("{s:[{s:s,s:f},{s:s}], s:{s:s,s:f}, s:[{s:f},{s:f}]}", "a", "name",
        "x<", "p", 0.5, "name", "y", "b", "name", "z", "p", 0.25, "base", "p", 0.1, "p", 0.2);
    WRITTEN(tn_html_section(out, root, &section));
    assert_non_null(strstr(text, "<h2 id=\"id\">A &amp; B</h2>"));
    assert_non_null(strstr(text, "data-chart=\"one\" hidden"));
    assert_non_null(strstr(text, "data-chart=\"two\" hidden"));
    assert_non_null(strstr(text, "<tr><th scope=\"row\">x&lt;</th><td class=\"n\"><data "
                                 "value=\"0.10000000000000001\">10.0\xC2\xA0%</data></td><td "
                                 "class=\"n\"><data value=\"0.5\">50.0\xC2\xA0%</data></td></tr>"));
    assert_non_null(strstr(text, "<th scope=\"row\">y</th>"));
    assert_non_null(strstr(text, "20.0\xC2\xA0%</data></td><td>–</td>"));
    assert_non_null(strstr(text, "<th scope=\"row\">z</th>"));
    assert_true(tn_html_has(root, &section));
    json_object_clear(root);
    assert_false(tn_html_has(root, &section));
    WRITTEN(tn_html_section(out, root, &section));
    assert_string_equal(text, "");
    json_decref(root);
}

static void members_without_a_section_become_tables(void **state)
{
    (void)state;
    json_t *root = json_pack("{s:s, s:[{s:i,s:[i]},{s:i}], s:{s:{s:b}}, s:[s]}", "k", "<v>", "rows",
        "n", 1, "list", 7, "n", 2, "deep", "deeper", "yes", 1, "texts", "t");
    WRITTEN(tn_html_members(out, root));
    assert_non_null(strstr(text, "<dt>k</dt><dd>&lt;v&gt;</dd>"));
    assert_non_null(strstr(text, "<caption>rows</caption>"));
    assert_non_null(strstr(
        text, "<td>[7]</td></tr>\n<tr><td class=\"n\"><data value=\"2\">2</data></td><td>–</td>"));
    assert_non_null(strstr(text, "<h3>deeper</h3>"));
    assert_non_null(
        strstr(text, "<th scope=\"col\">value</th></tr></thead><tbody>\n<tr><td>t</td>"));
    json_decref(root);
}

static void a_script_is_named_by_the_base_64_of_its_hash(void **state)
{
    (void)state;
    char hash[TN_SHA256_BASE64];
    tn_sha256_base64("abc", 3, hash); /* FIPS 180-4, example B.1: ba7816bf ... */
    assert_string_equal(hash, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

/** A page in memory, or its error. */
static int write_page(const char *json, char **page, tn_error_t *err)
{
    size_t n = 0;
    FILE *out = open_memstream(page, &n);
    assert_non_null(out);
    const int ret = tn_pages_write(json, strlen(json), out, err);
    assert_int_equal(fclose(out), 0);
    return ret;
}

static void only_documents_with_a_schema_become_pages(void **state)
{
    (void)state;
    tn_error_t err = {0};
    if (tn_pages_check(&err) < 0) {
        assert_non_null(strstr(err.message, "make pages"));
        skip();
    }
    static const char *const bad[] = {"", "[", "[]", "{}", "{\"schema\": 1}",
        "{\"schema\": \"other-x/1\"}", "{\"schema\": \"tenure-\"}",
        "{\"schema\": \"tenure-abcdefghijklmnopqrstuvwxyzabcdefghijkl/1\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *page = NULL;
        assert_int_equal(write_page(bad[i], &page, &err), TN_EINPUT);
        assert_string_equal(page, "");
        free(page);
    }
    char *page = NULL;
    assert_int_equal(write_page("{\"schema\": \"tenure-new/1\", \"title\": \"T<\", \"tables\": "
                                "{\"t\": {\"rows\": [{\"p\": 0.5}]}}}",
                         &page, &err),
        0);
    assert_non_null(strstr(page, "<body data-kind=\"new\">"));
    assert_non_null(strstr(page, "<h1>T&lt;</h1>"));
    assert_non_null(strstr(page, "50.0\xC2\xA0%</data>"));
    assert_non_null(strstr(page, "\"title\":\"T\\u003c\""));
    free(page);
}

static void a_forecast_without_court_or_curves_has_a_page(void **state)
{
    (void)state;
    fixture_t x;
    tn_error_t err = {0};
    char *page = NULL;
    size_t n = 0;
    if (tn_pages_check(&err) < 0) skip();
    fixture_init(&x);
    x.court_case.leader.regime = -1;
    x.court_case.leader.entered = TN_DATE_NONE;
    FILE *out = open_memstream(&page, &n);
    assert_int_equal(tn_report_html(&x.forecast, NULL, out, &err), 0);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(page, "<h1>Jane Example leaves office by "));
    assert_non_null(strstr(page, "very unlikely, <data value=\"0.071999999999999995\">7.2"));
    assert_null(strstr(page, "<h2 id=\"timeline\">")); /* no events */
    free(page);
}

static void a_lack_of_memory_leaves_no_half_page(void **state)
{
    (void)state;
    fixture_t x;
    fixture_init(&x);
    x.court_case.leader.regime = -1;
    x.court_case.leader.entered = TN_DATE_NONE;
    long k = 0;
    json_t *more = NULL;
    while (more == NULL) {
        tn_mem_fail_at(++k);
        more = tn_html_forecast_more(&x.forecast);
        assert_true(k < 1000);
    }
    tn_mem_fail_at(0);
    assert_true(k > 1);
    assert_non_null(tn_html_at(more, "case/assumptions/0/value"));
    json_decref(more);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    tn_error_t err = {0};
    if (tn_pages_check(&err) < 0) skip();
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) skip();
    const char *json = "{\"schema\": \"tenure-x/1\"}";
    setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(tn_pages_write(json, strlen(json), full, &err), TN_EIO);
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_and_control_characters_are_escaped),
        cmocka_unit_test(json_in_a_page_cannot_end_its_element),
        cmocka_unit_test(a_number_is_shown_rounded_and_kept_whole),
        cmocka_unit_test(times_and_ids_are_words),
        cmocka_unit_test(what_is_not_a_number_is_text_or_a_dash),
        cmocka_unit_test(paths_reach_members_and_rows),
        cmocka_unit_test(a_section_takes_cells_by_key_by_path_and_by_row),
        cmocka_unit_test(members_without_a_section_become_tables),
        cmocka_unit_test(a_script_is_named_by_the_base_64_of_its_hash),
        cmocka_unit_test(only_documents_with_a_schema_become_pages),
        cmocka_unit_test(a_forecast_without_court_or_curves_has_a_page),
        cmocka_unit_test(a_lack_of_memory_leaves_no_half_page),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
