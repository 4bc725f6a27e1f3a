/* Gray's test. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spells_fixture.h"
#include "tenure/gray.h"

static const tn_gray_options_t standard = TN_GRAY_OPTIONS_DEFAULT;

static void fit(
    tn_gray_t *test, const tn_spells_t *spells, const int32_t *group, int n_groups, double rho)
{
    tn_error_t err = {0};
    const tn_gray_options_t opt = {.rho = rho};
    if (tn_gray_fit(test, spells, group, n_groups, &opt, &err) != 0) fail_msg("%s", err.message);
}

static void two_rows_by_hand(void **state)
{
    (void)state;
    /* 1: group 0 goes by cause 1; 2: group 1 by cause 1. At 1: T = (1, 1), score_0 = 1 - 1/2.
       At 2: Y_0 = 0, only group 1 is at risk: nothing. Variance: at 1 a = 1/2 (1, -1; -1, 1),
       F0 = 1/2, c = a 1/2 / (1 - 0) = a / 2. Event in group 0 (S_0 = 0): factor 1, v = 1/2:
       x = a - c, y = 1: (a - c + c)^2 v = 1/4 1/2. In group 1 (S_1 = 1): factor 1 - 1/2 = 1/2,
       v = 1/2: (a - c/2 + c/2)^2 v = 1/8. Sum 1/4, chi-square (1/4) / (1/4) = 1; c does not move
       at 2, where only group 1 is left and a = 0. */
    const double exit[2] = {1, 2};
    const int32_t cause[2] = {1, 1}, group[2] = {0, 1};
    const tn_spells_t s = {.n = 2, .exit = exit, .cause = cause, .n_causes = 1};
    tn_gray_t test;
    fit(&test, &s, group, 2, 0.0);
    assert_int_equal(test.cause[0].status, TN_FIT_CONVERGED);
    assert_int_equal(test.cause[0].df, 1);
    check_close(test.cause[0].score[0], 0.5, TOL1, 0, "1 - 1/2");
    check_close(test.cause[0].variance[0], 0.25, TOL1, 0, "1/8 + 1/8");
    check_close(test.cause[0].chisq, 1.0, TOL1, 0, "(1/2)^2 / (1/4)");
    check_close(test.cause[0].p, erfc(sqrt(0.5)), TOL2, 0, "one degree of freedom");
    tn_gray_free(&test);
    tn_gray_free(&test);
}

/* The dozen in R 4.2.2, cmprsk 2.2-11: cuminc(t, e, g, strata, rho)$Tests. */
static void small_tests_are_those_of_cuminc(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    tn_gray_t test;
    fit(&test, &f.spells, f.group, 2, -1.0);
    check_close(test.cause[0].chisq, 1.0498310864528679, TOL3, 0, "rho -1, cause 1");
    check_close(test.cause[1].chisq, 0.43778464453239546, TOL3, 0, "rho -1, cause 2");
    tn_gray_free(&test);
    int32_t three[12];
    for (int i = 0; i < 12; i++)
        three[i] = i % 3;
    fit(&test, &f.spells, three, 3, 0.0);
    check_close(test.cause[0].chisq, 3.4094793078897534, TOL3, 0, "three groups, cause 1");
    check_close(test.cause[1].chisq, 2.6305392158006176, TOL3, 0, "three groups, cause 2");
    tn_gray_free(&test);
    f.spells.stratum = f.stratum;
    f.spells.n_strata = 2;
    fit(&test, &f.spells, f.group, 2, 0.0);
    check_close(test.cause[0].chisq, 0.4454978421198269, TOL3, 0, "stratified, cause 1");
    check_close(test.cause[1].chisq, 1.8823529411764706, TOL3, 0, "stratified, cause 2");
    check_close(test.cause[0].p, 0.50448074794779263, TOL3, 0, "its p");
    tn_gray_free(&test);
    fixture_free(&f);
}

static void order_repeated_rows_and_names_of_groups_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f, r, e;
        const unsigned off = FIXTURE_FRACTIONS | FIXTURE_ENTRY;
        fixture_random(&f, trial, 60, (trial & ~off) | FIXTURE_COUNTS);
        fixture_reverse(&r, &f);
        fixture_expand(&e, &f);
        for (int i = 0; i < 60; i++) {
            r.exit[i] *= 365.25;
            r.group[i] = r.group[i] * 2; /* groups 1 and 3 of five are empty */
        }
        tn_gray_t a, b, c;
        fit(&a, &f.spells, f.group, 3, 0.5);
        fit(&b, &r.spells, r.group, 5, 0.5);
        fit(&c, &e.spells, e.group, 3, 0.5);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(a.cause[k].status, TN_FIT_CONVERGED);
            assert_int_equal(b.cause[k].df, 2);
            check_close(b.cause[k].chisq, a.cause[k].chisq, 1e-9, 0, "backwards, in days");
            check_close(c.cause[k].chisq, a.cause[k].chisq, 1e-9, 0, "weights written out");
        }
        tn_gray_free(&a);
        tn_gray_free(&b);
        tn_gray_free(&c);
        fixture_free(&f);
        fixture_free(&r);
        fixture_free(&e);
    }
}

static void the_test_keeps_its_level(void **state)
{
    (void)state;
    /* two equal groups, 400 trials: the mean of chi-square with 1 df is 1, its error sqrt(2/400).
       Four errors are 0.28. */
    double sum = 0.0;
    for (uint32_t trial = 0; trial < 400; trial++) {
        fixture_t f;
        fixture_random(&f, trial, 100, 0);
        for (int i = 0; i < 100; i++)
            f.group[i] = i % 2;
        tn_gray_t test;
        fit(&test, &f.spells, f.group, 2, 0.0);
        sum += test.cause[0].chisq;
        tn_gray_free(&test);
        fixture_free(&f);
    }
    check_close(sum / 400, 1.0, 0, 0.28, "mean of the statistic, four standard errors");
}

static void edges_are_named(void **state)
{
    (void)state;
    const double exit[4] = {1, 2, 2, 3};
    int32_t cause[4] = {0, 0, 0, 0}, group[4] = {0, 1, 1, 0};
    tn_spells_t s = {.n = 0, .exit = exit, .cause = cause, .n_causes = 2};
    for (s.n = 0; s.n <= 4; s.n += 4) {
        tn_gray_t test;
        fit(&test, &s, group, 2, 0.0);
        assert_int_equal(test.cause[1].status, TN_FIT_NO_EVENTS);
        assert_true(isnan(test.cause[1].chisq) && isnan(test.cause[1].p));
        tn_gray_free(&test);
    }
    s.n = 4;
    cause[0] = cause[1] = 1;
    tn_gray_t test;
    fit(&test, &s, group, 2, 0.0);
    assert_int_equal(test.cause[0].status, TN_FIT_CONVERGED);
    assert_int_equal(test.cause[1].status, TN_FIT_NO_EVENTS);
    tn_gray_free(&test);
    /* only one group has rows */
    const int32_t same[4] = {1, 1, 1, 1};
    fit(&test, &s, same, 2, 0.0);
    assert_int_equal(test.cause[0].status, TN_FIT_COLLINEAR);
    assert_int_equal(test.cause[0].df, 0);
    tn_gray_free(&test);
}

static void mistakes_are_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    tn_gray_t test;
    tn_error_t err;
    const tn_gray_options_t opt = {.rho = INFINITY};
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 2, &opt, &err), TN_EARG);
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 1, &standard, &err), TN_EARG);
    f.spells.entry = f.entry;
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 2, &standard, &err), TN_EARG);
    assert_non_null(strstr(err.message, "delayed entry"));
    memset(f.entry, 0, 12 * sizeof *f.entry);
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 2, &standard, &err), 0);
    tn_gray_free(&test);
    f.spells.weight = f.weight;
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 2, &standard, &err), TN_EDOMAIN);
    f.group[0] = -1;
    f.spells.weight = NULL;
    assert_int_equal(tn_gray_fit(&test, &f.spells, f.group, 2, &standard, &err), TN_EDOMAIN);
    fixture_free(&f);
    tn_gray_free(NULL);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_random(&f, 1, 30, FIXTURE_STRATA);
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_gray_t test;
        assert_true(k < 100);
        tn_mem_fail_at(k);
        ret = tn_gray_fit(&test, &f.spells, f.group, 3, &standard, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
        tn_gray_free(&test);
    }
    fixture_free(&f);
}

static void tests_are_those_of_r(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        fixture_columns_t columns;
    } sources[] = {
        {"ci_mgus2_male",
            {.file = "mgus2_competing", .exit = "etime", .cause = "event", .group = "male"}},
        {"ci_mgus2_male_rho1",
            {.file = "mgus2_competing", .exit = "etime", .cause = "event", .group = "male"}},
        {"ci_pbc_sex", {.file = "pbc", .exit = "time", .cause = "status", .group = "sex"}},
        {"ci_pbc_stage", {.file = "pbc", .exit = "time", .cause = "status", .group = "stage"}}};
    reference_t ref;
    if (!reference_read(&ref, "gray_test.csv")) skip();
    size_t n = 0;
    for (size_t j = 0; j < sizeof sources / sizeof *sources; j++) {
        fixture_t f;
        assert_true(fixture_read(&f, &sources[j].columns));
        for (size_t i = 0; i < ref.n_rows; i++) {
            if (strcmp(reference_text(&ref, i, "id"), sources[j].id) != 0) continue;
            tn_gray_t test;
            fit(&test, &f.spells, f.group, 5, reference_number(&ref, i, "rho"));
            const tn_gray_cause_t *c = &test.cause[atoi(reference_text(&ref, i, "cause")) - 1];
            check_close(c->chisq, reference_number(&ref, i, "stat"), 1e-11, 0, sources[j].id);
            /* R has 1 - pchisq(): good to a rounding of 1 */
            check_close(c->p, reference_number(&ref, i, "p"), 1e-10, 2e-16, sources[j].id);
            assert_int_equal(c->df, (int)reference_number(&ref, i, "df"));
            tn_gray_free(&test);
            n++;
        }
        fixture_free(&f);
    }
    assert_int_equal(n, ref.n_rows);
    reference_free(&ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_rows_by_hand),
        cmocka_unit_test(small_tests_are_those_of_cuminc),
        cmocka_unit_test(order_repeated_rows_and_names_of_groups_do_not_matter),
        cmocka_unit_test(the_test_keeps_its_level),
        cmocka_unit_test(edges_are_named),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(tests_are_those_of_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
