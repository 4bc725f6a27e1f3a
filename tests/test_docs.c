/* The model document against the code: headings of the ODD protocol, and every table between
 * `<!-- NAME: begin -->` and `<!-- NAME: end -->` equal to what the code says. After a change in
 * the code the text to paste is printed by the failing test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "court/court.h"
#include "model/evidence.h"
#include "model/observables.h"
#include "tenure/case.h"
#include "tenure/forecast.h"
#include "tenure/lifetable.h"

#define MAX_DOCUMENT (1024 * 1024)

typedef void table_fn(FILE *out);

static char *document;

static int read_document(void **state)
{
    (void)state;
    const char *root = getenv("TENURE_SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/docs/model.md", root != NULL ? root : ".");
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        fprintf(stderr, "cannot read %s (set TENURE_SOURCE_ROOT)\n", path);
        return -1;
    }
    document = calloc(MAX_DOCUMENT, 1);
    if (document != NULL && fread(document, 1, MAX_DOCUMENT - 1, in) == 0) document[0] = '\0';
    fclose(in);
    return document == NULL ? -1 : 0;
}

static int free_document(void **state)
{
    (void)state;
    free(document);
    return 0;
}

static char *printed(table_fn *write)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/** Copy of what stands between the markers of that name. */
static char *marked(const char *name)
{
    char begin[64], end[64];
    snprintf(begin, sizeof begin, "<!-- %s: begin -->\n", name);
    snprintf(end, sizeof end, "<!-- %s: end -->\n", name);
    const char *from = strstr(document, begin);
    assert_non_null(from);
    from += strlen(begin);
    const char *to = strstr(from, end);
    assert_non_null(to);
    char *text = strndup(from, (size_t)(to - from));
    assert_non_null(text);
    return text;
}

static void check_table(const char *name, table_fn *write)
{
    char *want = printed(write);
    char *got = marked(name);
    if (strcmp(got, want) != 0) fprintf(stderr, "%s of docs/model.md should be:\n%s", name, want);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

static const char *kind_text(tn_observable_kind_t kind)
{
    switch (kind) {
    case TN_OBSERVABLE_STATE: return "state";
    case TN_OBSERVABLE_EVENT: return "event";
    case TN_OBSERVABLE_NUMBER: return "number";
    case TN_OBSERVABLE_LOG_NUMBER: return "number, in logs";
    }
    return "";
}

static void write_observables(FILE *out)
{
    fputs("| observable | kind | range | true when, or value |\n|---|---|---|---|\n", out);
    for (int o = 0; o < TN_N_OBSERVABLES; o++) {
        const tn_observable_info_t *info = tn_observable(o);
        fprintf(out, "| `%s` | %s | ", info->name, kind_text(info->kind));
        if (o < TN_N_PREDICATES) {
            fputs("–", out);
        } else {
            fprintf(out, "%.4g", info->range);
        }
        fprintf(out, " | %s |\n", info->meaning);
    }
}

static const char *knob_of(int route)
{
    for (int k = 0; k < TN_N_KNOBS; k++) {
        if (tn_knob_route(k) == route) return tn_knob_name(k);
    }
    return NULL;
}

static void write_routes(FILE *out)
{
    fputs("| route | calibrated rate | chance of an outsider |\n|---|---|---|\n", out);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        fprintf(out, "| %s | ", tn_route_name(r));
        if (knob_of(r) != NULL) {
            fprintf(out, "`%s`", knob_of(r));
        } else {
            fputs("–", out);
        }
        fprintf(out, " | %.2f |\n", tn_outsider_probability(r));
    }
}

static void write_letters(FILE *out)
{
    fputs(
        "| letter | origin: lowest a | mode | highest | relay: f |\n|---|---|---|---|---|\n", out);
    for (char letter = 'A'; letter <= 'F'; letter++) {
        const tn_triangle_t a = tn_origin_reliability(letter);
        fprintf(out, "| %c | %.2f | %.2f | %.2f | %.2f |\n", letter, a.lo, a.mode, a.hi,
            tn_relay_fidelity(letter));
    }
}

static void write_digits(FILE *out)
{
    fputs("| digit | accuracy c |\n|---|---|\n", out);
    for (int digit = 1; digit <= 6; digit++) {
        fprintf(out, "| %d | %.2f |\n", digit, tn_credibility_accuracy(digit));
    }
}

static void write_counts(FILE *out)
{
    fputs("| count | meaning |\n|---|---|\n", out);
    for (int i = 0; i < TN_N_COUNTS; i++) {
        fprintf(out, "| `%s` | %s |\n", tn_count_name(i), tn_count_text(i));
    }
}

static void write_life_tables(FILE *out)
{
    size_t n;
    const tn_lifetable_t *t = tn_lifetable_list(&n);
    fputs("| life table | m69 (1/yr) | β (1/yr) |\n|---|---|---|\n", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "| %s | %.5f | %.5f |\n", t[i].name, t[i].m69, t[i].slope);
}

static void document_has_the_seven_headings_of_odd_in_order(void **state)
{
    (void)state;
    static const char *const headings[] = {"## 1 Purpose and patterns",
        "## 2 Entities, state variables and scales", "## 3 Process overview and scheduling",
        "## 4 Design concepts", "## 5 Initialization", "## 6 Input data", "## 7 Submodels"};
    const size_t n_headings = sizeof headings / sizeof headings[0];
    size_t n = 0;
    for (const char *at = strstr(document, "\n## "); at != NULL; at = strstr(at + 1, "\n## ")) {
        const size_t length = strcspn(at + 1, "\n");
        assert_true(n < n_headings);
        assert_int_equal(length, strlen(headings[n]));
        assert_memory_equal(at + 1, headings[n], length);
        n++;
    }
    assert_int_equal(n, n_headings);
}

static void document_has_the_design_concepts_of_odd_in_order(void **state)
{
    (void)state;
    static const char *const concepts[] = {"Basic principles", "Emergence", "Adaptation",
        "Objectives", "Learning", "Prediction", "Sensing", "Interaction", "Stochasticity",
        "Collectives", "Observation"};
    const char *at = strstr(document, "## 4 Design concepts");
    assert_non_null(at);
    for (size_t i = 0; i < sizeof concepts / sizeof concepts[0]; i++) {
        char want[64];
        snprintf(want, sizeof want, "\n**%s.** ", concepts[i]);
        at = strstr(at, want);
        if (at == NULL) fprintf(stderr, "missing or out of order: %s\n", concepts[i]);
        assert_non_null(at);
    }
}

static void parameter_table_is_that_of_the_code(void **state)
{
    (void)state;
    check_table("parameters", tn_parameters_write_markdown);
}

static void observable_table_is_that_of_the_code(void **state)
{
    (void)state;
    check_table("observables", write_observables);
}

static void life_tables_are_those_of_the_code(void **state)
{
    (void)state;
    check_table("life-tables", write_life_tables);
}

static void route_table_is_that_of_the_code(void **state)
{
    (void)state;
    check_table("routes", write_routes);
}

static void letter_and_digit_tables_are_those_of_the_code(void **state)
{
    (void)state;
    check_table("letters", write_letters);
    check_table("digits", write_digits);
}

static void count_table_is_that_of_the_code(void **state)
{
    (void)state;
    check_table("counts", write_counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_has_the_seven_headings_of_odd_in_order),
        cmocka_unit_test(document_has_the_design_concepts_of_odd_in_order),
        cmocka_unit_test(parameter_table_is_that_of_the_code),
        cmocka_unit_test(observable_table_is_that_of_the_code),
        cmocka_unit_test(life_tables_are_those_of_the_code),
        cmocka_unit_test(route_table_is_that_of_the_code),
        cmocka_unit_test(letter_and_digit_tables_are_those_of_the_code),
        cmocka_unit_test(count_table_is_that_of_the_code),
    };
    return cmocka_run_group_tests_name("docs", tests, read_document, free_document);
}
