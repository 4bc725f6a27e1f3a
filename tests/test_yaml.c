/* The tree of nodes: shape, places, and the edges of the subset. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"
#include "io/yaml.h"
#include "io/yaml_write.h"
#include "tenure/error.h"

typedef struct parsed {
    tn_arena_t arena;
    tn_diag_t *diag;
    tn_yaml_node_t *root;
    int ret;
} parsed_t;

static parsed_t parse_bytes(const char *bytes, size_t n)
{
    parsed_t p = {0};
    assert_int_equal(tn_diag_new(&p.diag), 0);
    const tn_yaml_source_t *source = tn_yaml_source_new(&p.arena, "t.yaml", bytes, n, 1);
    assert_non_null(source);
    p.ret = tn_yaml_parse(&p.arena, source, 8, p.diag, &p.root);
    return p;
}

static parsed_t parse(const char *text) { return parse_bytes(text, strlen(text)); }

static void parsed_free(parsed_t *p)
{
    tn_arena_free(&p->arena);
    tn_diag_free(p->diag);
}

static void nodes_know_line_column_and_width(void **state)
{
    (void)state;
    parsed_t p = parse("# note\nname: \"\xC3\xA9t\xC3\xA9\"\nlist: [a, {b: 12}]\n");
    assert_int_equal(p.ret, 0);
    const tn_yaml_node_t *name = tn_yaml_get(p.root, "name");
    assert_int_equal(name->line, 2);
    assert_int_equal(name->column, 7);
    assert_int_equal(name->width, 5); /* code points, with the quotation marks */
    assert_false(name->is_plain);
    const tn_yaml_node_t *list = tn_yaml_get(p.root, "list");
    assert_int_equal(list->n_children, 2);
    const tn_yaml_node_t *b = tn_yaml_get(list->child->next, "b");
    assert_true(tn_yaml_is_text(b, "12"));
    assert_int_equal(b->column, 15);
    assert_int_equal(b->width, 2);
    parsed_free(&p);
}

static void line_ends_of_all_kinds_count_as_libyaml_counts_them(void **state)
{
    (void)state;
    parsed_t p = parse("a: 1\r\nb: 2\rc: 3\nd: *x\n");
    const tn_diag_entry_t *entry = tn_diag_entry(p.diag, 0);
    assert_int_equal(entry->line, 4);
    assert_string_equal(entry->source, "d: *x");
    parsed_free(&p);
}

static void a_byte_order_mark_is_accepted_and_not_counted(void **state)
{
    (void)state;
    parsed_t p = parse("\xEF\xBB\xBF"
                       "a: &x 1\n");
    assert_int_equal(tn_diag_entry(p.diag, 0)->column, 4);
    assert_string_equal(tn_diag_entry(p.diag, 0)->source, "a: &x 1");
    parsed_free(&p);
}

static void empty_values_are_empty_and_quoted_ones_are_not(void **state)
{
    (void)state;
    parsed_t p = parse("{a: , b: null, c: ~, d: '', e: nil}");
    assert_true(tn_yaml_is_empty(tn_yaml_get(p.root, "a")));
    assert_true(tn_yaml_is_empty(tn_yaml_get(p.root, "b")));
    assert_true(tn_yaml_is_empty(tn_yaml_get(p.root, "c")));
    assert_false(tn_yaml_is_empty(tn_yaml_get(p.root, "d")));
    assert_false(tn_yaml_is_empty(tn_yaml_get(p.root, "e")));
    parsed_free(&p);
}

static void keys_without_a_colon_are_bare(void **state)
{
    (void)state;
    parsed_t p = parse("{a: 1, b, c: , \"d\" , f\n}");
    const char *bare = "bdf";
    for (const tn_yaml_node_t *key = p.root->child; key != NULL; key = key->next) {
        assert_int_equal(key->is_bare, strchr(bare, key->text[0]) != NULL);
    }
    parsed_free(&p);
}

static void the_subset_is_enforced_and_reading_goes_on(void **state)
{
    (void)state;
    parsed_t p = parse("a: &x 1\nb: *x\nc: !!str 2\nc: 3\n");
    assert_int_equal(p.ret, 0);
    assert_non_null(p.root);
    assert_int_equal(tn_diag_n_errors(p.diag), 4);
    assert_string_equal(
        tn_diag_entry(p.diag, 3)->message, "key 'c' is given twice, first in line 3");
    parsed_free(&p);
}

static void check_refused(const char *text, size_t n, const char *message)
{
    parsed_t p = parse_bytes(text, n);
    assert_int_equal(p.ret, TN_EINPUT);
    assert_null(p.root);
    assert_string_equal(tn_diag_entry(p.diag, 0)->message, message);
    parsed_free(&p);
}

static void limits_end_the_reading(void **state)
{
    (void)state;
    char many[8 * (TN_YAML_MAX_KEYS + 2)];
    size_t n = 0;
    for (int i = 0; i <= TN_YAML_MAX_KEYS; i++) {
        n += (size_t)snprintf(many + n, sizeof many - n, "%c%d", i == 0 ? '{' : ',', i);
    }
    check_refused("[[[[[[[[[", 9, "lists and mappings are nested more than 8 levels deep");
    check_refused(many, n, "more than 1000 keys in one mapping");
    check_refused(
        "a: 1\n---\nb: 2\n", 14, "a second document starts here; one file holds one case");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    check_refused("a: \xC3", 4, "byte 0xC3 is not valid UTF-8; save the file as UTF-8");
    check_refused("a: \xED\xA0\x80", 6, "byte 0xED is not valid UTF-8; save the file as UTF-8");
    check_refused("a: \xF4\x90\x80\x80", 7, "byte 0xF4 is not valid UTF-8; save the file as UTF-8");
    check_refused("a: \0", 4, "control character U+0000 is not allowed, remove it");
    check_refused("a: \xC2\x9B", 5, "control character U+009B is not allowed, remove it");
    check_refused("a: \xEF\xBF\xBF", 6, "control character U+FFFF is not allowed, remove it");
}

static void nothing_gives_no_root(void **state)
{
    (void)state;
    parsed_t p = parse("");
    assert_int_equal(p.ret, 0);
    assert_null(p.root);
    parsed_free(&p);
    p = parse("# only a comment\n");
    assert_int_equal(p.ret, 0);
    assert_null(p.root);
    parsed_free(&p);
}

static void check_text_reads_back(const char *text)
{
    char *written = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&written, &n);
    assert_non_null(out);
    fputs("{k: ", out);
    tn_yaml_write_text(out, text);
    fputc('}', out);
    assert_int_equal(fclose(out), 0);
    parsed_t p = parse_bytes(written, n);
    assert_int_equal(p.ret, 0);
    assert_string_equal(tn_yaml_get(p.root, "k")->text, text);
    assert_false(tn_yaml_is_empty(tn_yaml_get(p.root, "k")));
    parsed_free(&p);
    free(written);
}

static void written_texts_read_back(void **state)
{
    (void)state;
    const char *const texts[] = {"plain words", "", " ", "null", "~", "a, b", "a: b", "a #b", "[x]",
        "it's", "\"q\"", "back\\slash", "line\nline", "tab\t", "\x01\x7F",
        "\xC2\x85\xE2\x80\xA8\xE2\x80\xA9", "\xC2\x9B", "\xEF\xBB\xBF", "\xEF\xBF\xBE\xEF\xBF\xBF",
        "caf\xC3\xA9 \xF0\x9F\x98\x80", "- dash", "12", "trailing ", "end.", "%", "&a", "*a", "!t",
        "|", ">", "@", "`", "---", "a/b-c;"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_text_reads_back(texts[i]);
}

static void written_numbers_are_short_and_exact(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *text;
    } rows[] = {{0.0, "0"}, {0.1, "0.1"}, {10.0, "10"}, {1e6, "1000000"}, {-0.25, "-0.25"},
        {1.0 / 3.0, "0.3333333333333333"}, {5e-324, "5e-324"}, {1e300, "1e+300"},
        {0.1 + 0.2, "0.30000000000000004"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        assert_non_null(out);
        tn_yaml_write_number(out, rows[i].value);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_line_column_and_width),
        cmocka_unit_test(line_ends_of_all_kinds_count_as_libyaml_counts_them),
        cmocka_unit_test(a_byte_order_mark_is_accepted_and_not_counted),
        cmocka_unit_test(empty_values_are_empty_and_quoted_ones_are_not),
        cmocka_unit_test(keys_without_a_colon_are_bare),
        cmocka_unit_test(the_subset_is_enforced_and_reading_goes_on),
        cmocka_unit_test(limits_end_the_reading),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(nothing_gives_no_root),
        cmocka_unit_test(written_texts_read_back),
        cmocka_unit_test(written_numbers_are_short_and_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
