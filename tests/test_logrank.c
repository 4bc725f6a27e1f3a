/* Log-rank and G-rho tests. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spells_fixture.h"
#include "tenure/logrank.h"

static const tn_logrank_options_t standard = TN_LOGRANK_OPTIONS_DEFAULT;

static void fit(tn_logrank_t *test, const tn_spells_t *spells, const int32_t *group, int n_groups,
    const tn_logrank_options_t *opt)
{
    tn_error_t err = {0};
    if (tn_logrank_fit(test, spells, group, n_groups, opt, &err) != 0) fail_msg("%s", err.message);
}

static void four_rows_by_hand(void **state)
{
    (void)state;
    /* group 0 goes at 1 and 3, group 1 at 2 and 3. At 1: 2 of 4 at risk; at 2: 1 of 3; at 3 both
       go. E0 = 1/2 + 1/3 + 1 = 11/6, O0 = 2. V = 1/4 + 2/9 + 0 = 17/36. (1/6)^2 / V = 1/17. */
    const double exit[4] = {1, 2, 3, 3};
    const int32_t cause[4] = {1, 1, 1, 1}, group[4] = {0, 1, 0, 1};
    const tn_spells_t s = {.n = 4, .exit = exit, .cause = cause, .n_causes = 1};
    tn_logrank_t test;
    fit(&test, &s, group, 2, &standard);
    assert_int_equal(test.status, TN_FIT_CONVERGED);
    assert_int_equal(test.df, 1);
    check_close(test.observed[0], 2, 0, 0, "observed");
    check_close(test.expected[0], 11.0 / 6, TOL1, 0, "1/2 + 1/3 + 1");
    check_close(test.expected[1], 13.0 / 6, TOL1, 0, "1/2 + 2/3 + 1");
    check_close(test.variance[0], 17.0 / 36, TOL1, 0, "1/4 + 2/9");
    check_close(test.variance[1], -17.0 / 36, TOL1, 0, "they add to 0");
    check_close(test.chisq, 1.0 / 17, TOL2, 0, "(1/6)^2 36/17");
    check_close(test.p, erfc(sqrt(1.0 / 34)), TOL2, 0, "chi-square with one degree of freedom");
    tn_logrank_free(&test);
    tn_logrank_free(&test);
}

/* The dozen in R 4.2.2, survival 3.5-3: survdiff(Surv(t, e > 0) ~ g, rho). */
static void scores_are_those_of_survdiff(void **state)
{
    (void)state;
    static const struct {
        double rho, observed, expected, variance, chisq;
    } want[3] = {{0, 5, 4.5646464646464642, 2.090601979389858, 0.090659390268125861},
        {1, 3.3148148148148149, 2.9722222222222223, 1.060249485596708, 0.1107000626680413},
        {-.5, 6.7666949377119154, 6.0421587087308168, 3.7709836782270205, 0.13920843787713361}};
    fixture_t f;
    fixture_dozen(&f);
    for (int i = 0; i < 3; i++) {
        const tn_logrank_options_t opt = {.rho = want[i].rho};
        tn_logrank_t test;
        fit(&test, &f.spells, f.group, 2, &opt);
        check_close(test.observed[0], want[i].observed, TOL2, 0, "observed");
        check_close(test.expected[0], want[i].expected, TOL2, 0, "expected");
        check_close(test.variance[0], want[i].variance, TOL2, 0, "variance");
        check_close(test.chisq, want[i].chisq, TOL3, 0, "chisq");
        tn_logrank_free(&test);
    }
    f.spells.stratum = f.stratum;
    f.spells.n_strata = 2;
    tn_logrank_t test;
    fit(&test, &f.spells, f.group, 2, &standard);
    const double observed[4] = {3, 1, 2, 3};
    const double expected[4] = {1.6333333333333333, 2.3666666666666667, 3.85, 1.15};
    for (int i = 0; i < 4; i++) {
        check_close(test.observed_by[i], observed[i], TOL1, 0, "observed by stratum");
        check_close(test.expected_by[i], expected[i], TOL1, 0, "expected by stratum");
    }
    check_close(test.chisq, 0.15473781048758053, TOL3, 0, "stratified");
    tn_logrank_free(&test);
    fixture_free(&f);
}

/* Without ties it is the score test of a Cox model: coxph()$score of R, which knows delayed entry.
 */
static void delayed_entry_gives_the_score_test_of_cox(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    f.spells.entry = f.entry;
    int32_t three[12];
    for (int i = 0; i < 12; i++) {
        f.exit[i] += i / 100.0;
        three[i] = i % 3;
        f.stratum[i] = three[i] == 1;
    }
    tn_logrank_t test;
    fit(&test, &f.spells, f.group, 2, &standard);
    check_close(test.chisq, 0.099754672137107953, 1e-12, 0, "two groups");
    tn_logrank_free(&test);
    fit(&test, &f.spells, three, 3, &standard);
    assert_int_equal(test.df, 2);
    check_close(test.chisq, 0.24237187854379572, 1e-12, 0, "three groups");
    tn_logrank_free(&test);
    f.spells.stratum = f.stratum;
    f.spells.n_strata = 2;
    const tn_logrank_options_t opt = {.cause = 1};
    fit(&test, &f.spells, f.group, 2, &opt);
    check_close(test.chisq, 0.30508474576271177, 1e-12, 0, "cause 1, stratified");
    tn_logrank_free(&test);
    fixture_free(&f);
}

/* Slow and obvious: observed - expected of group 0 and their variance. */
static void oracle(const fixture_t *f, double rho, double *score, double *variance)
{
    const tn_spells_t *s = &f->spells;
    *score = *variance = 0.0;
    for (int stratum = 0; stratum < 3; stratum++) {
        double surv = 1.0;
        for (double now = 0.0;;) {
            double next = INFINITY, y = 0, y0 = 0, d = 0, d0 = 0;
            for (size_t i = 0; i < s->n; i++) {
                if (s->exit[i] > now && s->exit[i] < next) next = s->exit[i];
            }
            if (next == INFINITY) break;
            now = next;
            for (size_t i = 0; i < s->n; i++) {
                if ((s->stratum == NULL ? 0 : s->stratum[i]) != stratum || s->exit[i] < now ||
                    (s->entry != NULL && s->entry[i] >= now))
                    continue;
                const double w = s->weight == NULL ? 1.0 : s->weight[i];
                const bool goes = s->exit[i] == now && s->cause[i] > 0;
                y += w;
                d += goes ? w : 0.0;
                y0 += f->group[i] == 0 ? w : 0.0;
                d0 += goes && f->group[i] == 0 ? w : 0.0;
            }
            if (d == 0) continue;
            const double w = pow(surv, rho);
            *score += w * (d0 - d * y0 / y);
            if (y > 1) *variance += w * w * d * (y0 / y) * (1 - y0 / y) * (y - d) / (y - 1);
            surv *= 1 - d / y;
        }
    }
}

static void random_spells_agree_with_the_definition(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 200; trial++) {
        fixture_t f;
        const tn_logrank_options_t opt = {.rho = trial % 3 * 0.7};
        double score, variance;
        fixture_random(&f, trial, 3 + trial % 50, trial % 64 & ~(unsigned)FIXTURE_FRACTIONS);
        oracle(&f, opt.rho, &score, &variance);
        tn_logrank_t test;
        fit(&test, &f.spells, f.group, 3, &opt);
        check_close(test.observed[0] - test.expected[0], score, 1e-11, 1e-12, "score");
        check_close(test.variance[0], variance, 1e-11, 1e-13, "variance");
        tn_logrank_free(&test);
        fixture_free(&f);
    }
}

static void order_repeated_rows_and_names_of_groups_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f, r, e;
        fixture_random(&f, trial, 60, (trial & ~4U) | FIXTURE_COUNTS);
        fixture_reverse(&r, &f);
        fixture_expand(&e, &f);
        for (int i = 0; i < 60; i++) {
            r.exit[i] *= 365.25;
            r.entry[i] *= 365.25;
            r.group[i] = 4 - r.group[i]; /* groups 0 and 1 of five are empty */
        }
        tn_logrank_t a, b, c;
        fit(&a, &f.spells, f.group, 3, &standard);
        fit(&b, &r.spells, r.group, 5, &standard);
        fit(&c, &e.spells, e.group, 3, &standard);
        assert_int_equal(a.status, TN_FIT_CONVERGED);
        assert_int_equal(b.df, 2);
        check_close(b.chisq, a.chisq, 1e-9, 0, "backwards, other names, in days");
        check_close(c.chisq, a.chisq, 1e-9, 0, "weights written out");
        check_close(b.n[4], c.n[0], 0, 0, "size");
        tn_logrank_free(&a);
        tn_logrank_free(&b);
        tn_logrank_free(&c);
        fixture_free(&f);
        fixture_free(&r);
        fixture_free(&e);
    }
}

static void edges_are_named(void **state)
{
    (void)state;
    const double exit[3] = {1, 2, 2};
    int32_t cause[3] = {0, 0, 0}, group[3] = {0, 1, 1};
    tn_spells_t s = {.n = 0, .exit = exit, .cause = cause, .n_causes = 1};
    tn_logrank_t test;
    fit(&test, &s, group, 2, &standard);
    assert_int_equal(test.status, TN_FIT_NO_EVENTS);
    assert_true(isnan(test.chisq) && isnan(test.p));
    tn_logrank_free(&test);
    s.n = 3;
    fit(&test, &s, group, 2, &standard);
    assert_int_equal(test.status, TN_FIT_NO_EVENTS);
    tn_logrank_free(&test);
    /* when the first goes only it is at risk (the others are censored before): one group */
    cause[2] = 1;
    group[0] = 0;
    fit(&test, &s, group, 2, &standard);
    assert_int_equal(test.status, TN_FIT_COLLINEAR);
    assert_int_equal(test.df, 0);
    assert_int_equal(test.group, 1);
    assert_true(isnan(test.chisq));
    tn_logrank_free(&test);
    /* all tied: nothing to choose from, no variance */
    const double tied[2] = {1, 1};
    const int32_t all[2] = {1, 1};
    s = (tn_spells_t){.n = 2, .exit = tied, .cause = all, .n_causes = 1};
    fit(&test, &s, group, 2, &standard);
    assert_int_equal(test.status, TN_FIT_COLLINEAR);
    assert_true(isnan(test.chisq));
    tn_logrank_free(&test);
}

static void mistakes_are_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    tn_logrank_t test;
    tn_error_t err;
    tn_logrank_options_t opt = {.cause = 3};
    assert_int_equal(tn_logrank_fit(&test, &f.spells, f.group, 2, &opt, &err), TN_EARG);
    opt = (tn_logrank_options_t){.rho = NAN};
    assert_int_equal(tn_logrank_fit(&test, &f.spells, f.group, 2, &opt, &err), TN_EARG);
    assert_int_equal(tn_logrank_fit(&test, &f.spells, f.group, 1, &standard, &err), TN_EARG);
    assert_int_equal(tn_logrank_fit(&test, &f.spells, NULL, 2, &standard, &err), TN_EARG);
    f.group[4] = 2;
    assert_int_equal(tn_logrank_fit(&test, &f.spells, f.group, 2, &standard, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 5: unknown group (2)");
    f.group[4] = 0;
    f.spells.weight = f.weight;
    assert_int_equal(tn_logrank_fit(&test, &f.spells, f.group, 2, &standard, &err), TN_EDOMAIN);
    assert_non_null(strstr(err.message, "whole number"));
    fixture_free(&f);
    tn_logrank_free(NULL);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_random(&f, 1, 30, FIXTURE_ENTRY | FIXTURE_STRATA);
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_logrank_t test;
        assert_true(k < 100);
        tn_mem_fail_at(k);
        ret = tn_logrank_fit(&test, &f.spells, f.group, 3, &standard, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
        tn_logrank_free(&test);
    }
    fixture_free(&f);
}

static const struct {
    const char *id;
    fixture_columns_t columns;
    const char *groups[5], *group; /* words of a column of texts */
} sources[] = {
    {"lr_lung_sex", {.file = "lung", .exit = "time", .cause = "status", .event = 2, .group = "sex"},
        {NULL}, NULL},
    {"lr_lung_sex_rho1",
        {.file = "lung", .exit = "time", .cause = "status", .event = 2, .group = "sex"}, {NULL},
        NULL},
    {"lr_veteran_cell", {.file = "veteran", .exit = "time", .cause = "status"},
        {"squamous", "smallcell", "adeno", "large", NULL}, "celltype"},
    {"lr_ovarian_rx", {.file = "ovarian", .exit = "futime", .cause = "fustat", .group = "rx"},
        {NULL}, NULL},
    {"lr_colon_rx",
        {.file = "colon", .exit = "time", .cause = "status", .filter = "etype", .value = "1"},
        {"Obs", "Lev", "Lev+5FU", NULL}, "rx"},
    {"lr_lung_sex_strata_ecog",
        {.file = "lung", .exit = "time", .cause = "status", .event = 2, .group = "ph.ecog"}, {NULL},
        NULL},
};

/* Groups from a column of words (rows in the order of the fixture). */
static int use_words(fixture_t *f, size_t j)
{
    reference_t ref;
    char path[256];
    snprintf(path, sizeof path, "datasets/%s.csv", sources[j].columns.file);
    assert_true(reference_read(&ref, path));
    size_t n = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        const fixture_columns_t *c = &sources[j].columns;
        if (c->filter != NULL && strcmp(reference_text(&ref, i, c->filter), c->value) != 0)
            continue;
        for (int32_t g = 0; sources[j].groups[g] != NULL; g++) {
            if (strcmp(reference_text(&ref, i, sources[j].group), sources[j].groups[g]) == 0)
                f->group[n] = g;
        }
        n++;
    }
    assert_int_equal(n, f->spells.n);
    reference_free(&ref);
    return sources[j].groups[3] == NULL ? 3 : 4;
}

/* Strata are the performance score, groups the sex. */
static void use_ecog_as_strata(fixture_t *f)
{
    reference_t ref;
    assert_true(reference_read(&ref, "datasets/lung.csv"));
    size_t n = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (strcmp(reference_text(&ref, i, "ph.ecog"), "NA") == 0) continue;
        f->stratum[n] = f->group[n];
        f->group[n++] = (int32_t)reference_number(&ref, i, "sex");
    }
    f->spells.stratum = f->stratum;
    f->spells.n_strata = 4;
    reference_free(&ref);
}

static void tests_are_those_of_r(void **state)
{
    (void)state;
    reference_t ref;
    if (!reference_read(&ref, "logrank.csv")) skip();
    assert_int_equal(ref.n_rows, sizeof sources / sizeof *sources);
    for (size_t j = 0; j < ref.n_rows; j++) {
        fixture_t f;
        tn_logrank_t test;
        assert_string_equal(reference_text(&ref, j, "id"), sources[j].id);
        assert_true(fixture_read(&f, &sources[j].columns));
        int n_groups = 3; /* coded from 1: group 0 is empty */
        if (sources[j].group != NULL) n_groups = use_words(&f, j);
        if (strstr(sources[j].id, "strata") != NULL) use_ecog_as_strata(&f);
        const tn_logrank_options_t opt = {.rho = reference_number(&ref, j, "rho")};
        fit(&test, &f.spells, f.group, n_groups, &opt);
        check_close(test.chisq, reference_number(&ref, j, "chisq"), 1e-12, 0, sources[j].id);
        check_close(test.p, reference_number(&ref, j, "p"), 1e-11, 0, sources[j].id);
        assert_int_equal(test.df, (int)reference_number(&ref, j, "df"));
        tn_logrank_free(&test);
        fixture_free(&f);
    }
    reference_free(&ref);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_rows_by_hand),
        cmocka_unit_test(scores_are_those_of_survdiff),
        cmocka_unit_test(delayed_entry_gives_the_score_test_of_cox),
        cmocka_unit_test(random_spells_agree_with_the_definition),
        cmocka_unit_test(order_repeated_rows_and_names_of_groups_do_not_matter),
        cmocka_unit_test(edges_are_named),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(tests_are_those_of_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
