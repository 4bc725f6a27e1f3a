/* tn_fit_run: every method lays out its tables, names what went wrong, and survives small data. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tenure/fit.h"

#define N 120

static double entry[N], until[N], cause[N], age[N], dose[N], subject[N];
static int32_t group[N];
static char *GROUPS[] = {"a", "b", "c"};
static tn_frame_column_t COLUMNS[] = {{.name = "entry", .number = entry},
    {.name = "until", .number = until}, {.name = "cause", .number = cause},
    {.name = "age", .number = age}, {.name = "dose", .number = dose},
    {.name = "group", .level = group, .levels = GROUPS, .n_levels = 3},
    {.name = "id", .number = subject}};
static const tn_frame_t FRAME = {.n_rows = N, .n_columns = 7, .column = COLUMNS};

/* Two causes whose hazards depend on age and group; whole and tied times; a fifth censored. */
static int make_data(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        double u[4];
        tn_rng_uniforms(7, i, 0, 0, 0, 0, u);
        age[i] = floor(40.0 + 40.0 * u[0]);
        dose[i] = u[1];
        group[i] = (int32_t)(i % 3);
        subject[i] = i / 2;
        until[i] = 1.0 + floor(-20.0 * log(u[2]) * exp(-0.02 * (age[i] - 60.0) - 0.3 * group[i]));
        cause[i] = u[3] < 0.2 ? 0.0 : u[3] < 0.6 ? 1.0 : 2.0;
        entry[i] = until[i] > 3.0 && i % 4 == 0 ? 2.0 : 0.0;
    }
    return 0;
}

static int fit_with(tn_fit_t *fit, const char *formula, tn_fit_options_t opt, tn_error_t *err)
{
    const char *formulas[] = {formula};
    opt.formulas = formulas;
    opt.n_formulas = 1;
    if (opt.level == 0.0) opt.level = 0.95;
    return tn_fit_run(fit, &FRAME, &opt, NULL, err);
}

static void fit_ok(tn_fit_t *fit, const char *formula, tn_fit_options_t opt)
{
    tn_error_t err = {0};
    if (fit_with(fit, formula, opt, &err) < 0) fail_msg("%s: %s", formula, err.message);
}

static void check_near(double got, double expected, double tolerance)
{
    check_close(got, expected, 0.0, tolerance, "another path to the same figure");
}

static const tn_fit_column_t *column(const tn_fit_t *fit, const char *table, const char *name)
{
    const tn_fit_table_t *t = tn_fit_table(fit, table);
    if (t == NULL) fail_msg("no table %s", table);
    const tn_fit_column_t *c = tn_fit_column(t, name);
    if (c == NULL) fail_msg("no column %s in %s", name, table);
    return c;
}

static double at(const tn_fit_t *fit, const char *table, const char *name, size_t row)
{
    assert_true(row < tn_fit_table(fit, table)->n_rows);
    return column(fit, table, name)->number[row];
}

static const char *text_at(const tn_fit_t *fit, const char *table, const char *name, size_t row)
{
    assert_true(row < tn_fit_table(fit, table)->n_rows);
    return column(fit, table, name)->text[row];
}

static void fails(const char *formula, tn_fit_options_t opt, int code, const char *message)
{
    tn_fit_t fit;
    tn_error_t err = {0};
    assert_int_equal(fit_with(&fit, formula, opt, &err), code);
    if (strstr(err.message, message) == NULL) fail_msg("'%s' lacks '%s'", err.message, message);
    assert_null(fit.table);
}

static void methods_have_names(void **state)
{
    (void)state;
    for (int m = 0; m < TN_N_FIT_METHODS; m++)
        assert_int_equal(tn_fit_method_find(tn_fit_method_name((tn_fit_method_t)m)), m);
    assert_int_equal(tn_fit_method_find("coxx"), -1);
    assert_null(tn_fit_method_name(TN_N_FIT_METHODS));
}

static void terms_have_brooms_columns(void **state)
{
    (void)state;
    static const char *const names[] = {
        "term", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"};
    tn_fit_t fit;
    fit_ok(&fit, "surv(until, cause == 1) ~ age + group", (tn_fit_options_t){.method = TN_FIT_COX});
    const tn_fit_table_t *t = &fit.table[0];
    assert_string_equal(t->name, "terms");
    assert_int_equal(t->n_columns, 7);
    for (int j = 0; j < 7; j++)
        assert_string_equal(t->column[j].name, names[j]);
    assert_int_equal(t->n_rows, 3);
    assert_string_equal(text_at(&fit, "terms", "term", 2), "groupc");
    for (size_t i = 0; i < 3; i++) {
        const double b = at(&fit, "terms", "estimate", i), se = at(&fit, "terms", "std.error", i);
        check_near(at(&fit, "terms", "statistic", i), b / se, 1e-15 * fabs(b / se));
        check_near(at(&fit, "terms", "conf.high", i), b + 1.959963984540054 * se, 1e-12);
        check_near(at(&fit, "ratios", "hazard.ratio", i), exp(b), 1e-12 * exp(b));
    }
    tn_fit_free(&fit);
}

static void every_cause_is_fitted_unless_one_is_named(void **state)
{
    (void)state;
    static const tn_fit_method_t methods[] = {TN_FIT_COX, TN_FIT_FINEGRAY, TN_FIT_WEIBULL,
        TN_FIT_EXPONENTIAL, TN_FIT_GOMPERTZ, TN_FIT_PIECEWISE, TN_FIT_LOGNORMAL,
        TN_FIT_LOGLOGISTIC};
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
        tn_fit_t both, second;
        fit_ok(&both, "surv(until, cause) ~ age", (tn_fit_options_t){.method = methods[m]});
        fit_ok(&second, "surv(until, cause) ~ age",
            (tn_fit_options_t){.method = methods[m], .cause = "2"});
        const size_t n = tn_fit_table(&second, "terms")->n_rows;
        assert_int_equal(tn_fit_table(&both, "terms")->n_rows, 2 * n);
        assert_null(tn_fit_column(tn_fit_table(&second, "terms"), "cause"));
        for (size_t i = 0; i < n; i++) {
            assert_string_equal(text_at(&both, "terms", "cause", n + i), "2");
            assert_true(
                at(&both, "terms", "estimate", n + i) == at(&second, "terms", "estimate", i));
        }
        tn_fit_free(&both);
        tn_fit_free(&second);
    }
}

static void weights_that_are_no_counts_are_those_of_a_sample(void **state)
{
    (void)state;
    tn_fit_t fit, robust, counts;
    const tn_fit_options_t opt = {.method = TN_FIT_COX, .cause = "1"};
    fit_ok(&fit, "surv(until, cause) ~ age + weights(dose + 0.5)", opt);
    fit_ok(&robust, "surv(until, cause) ~ age + weights(dose + 0.5)",
        (tn_fit_options_t){.method = TN_FIT_COX, .cause = "1", .is_robust = true});
    fit_ok(&counts, "surv(until, cause) ~ age + weights(group == 'a')", opt);
    check_close(at(&fit, "terms", "robust.se", 0), at(&robust, "terms", "robust.se", 0), 0, 0,
        "R: coxph is robust by itself");
    check_close(at(&fit, "terms", "conf.low", 0), at(&robust, "terms", "conf.low", 0), 0, 0, "low");
    assert_null(tn_fit_column(tn_fit_table(&counts, "terms"), "robust.se"));
    tn_fit_free(&fit);
    tn_fit_free(&robust);
    tn_fit_free(&counts);
}

static void an_unknown_cause_is_named_with_the_nearest(void **state)
{
    (void)state;
    fails("surv(until, group, censored = \"a\") ~ age",
        (tn_fit_options_t){.method = TN_FIT_COX, .cause = "d"}, TN_EINPUT,
        "unknown cause 'd', expected one of: b, c");
    fails("surv(until, cause) ~ age", (tn_fit_options_t){.method = TN_FIT_COMPARE}, TN_EINPUT,
        "several causes (1, 2, ...)");
}

static void options_that_do_not_belong_are_refused(void **state)
{
    (void)state;
    const double one = 1.0, falling[] = {2.0, 1.0};
    fails("surv(until, cause) ~ 1", (tn_fit_options_t){.method = TN_FIT_KM, .ridge = 1.0}, TN_EARG,
        "option '--ridge' does not belong to km");
    fails("surv(until, cause) ~ 1", (tn_fit_options_t){.method = TN_FIT_COX, .risk = "~ age"},
        TN_EARG, "option '--risk' does not belong to cox");
    fails("surv(until, cause) ~ 1",
        (tn_fit_options_t){.method = TN_FIT_WEIBULL, .cuts = &one, .n_cuts = 1}, TN_EARG,
        "option '--cuts' does not belong to weibull");
    fails("surv(until, cause) ~ 1",
        (tn_fit_options_t){.method = TN_FIT_PIECEWISE, .cuts = falling, .n_cuts = 2}, TN_EARG,
        "cuts must be positive and ascending");
    fails("surv(until, cause) ~ 1", (tn_fit_options_t){.method = TN_FIT_COX, .level = 1.0}, TN_EARG,
        "level 1 is not between 0 and 1");
    fails("surv(until, cause) ~ agee", (tn_fit_options_t){.method = TN_FIT_COX}, TN_EINPUT, "age");
}

static void groups_are_tested(void **state)
{
    (void)state;
    tn_fit_t fit, apart;
    fit_ok(&fit, "surv(until, cause) ~ group", (tn_fit_options_t){.method = TN_FIT_KM});
    assert_int_equal(tn_fit_table(&fit, "groups")->n_rows, 3);
    assert_true(at(&fit, "test", "df", 0) == 2.0);
    double observed = 0.0, expected = 0.0, events = 0.0;
    for (size_t i = 0; i < 3; i++) {
        observed += at(&fit, "groups", "obs", i);
        expected += at(&fit, "groups", "exp", i);
    }
    for (int i = 0; i < N; i++)
        events += cause[i] > 0.0;
    assert_true(observed == events);
    check_near(expected, events, 1e-9);
    /* strata() divides the curves but stratifies the test */
    fit_ok(&apart, "surv(until, cause) ~ group + strata(dose > 0.5)",
        (tn_fit_options_t){.method = TN_FIT_KM});
    assert_int_equal(tn_fit_table(&apart, "glance")->n_rows, 6);
    assert_int_equal(tn_fit_table(&apart, "groups")->n_rows, 3);
    assert_true(at(&apart, "test", "df", 0) == 2.0);
    assert_true(at(&apart, "test", "statistic", 0) != at(&fit, "test", "statistic", 0));
    tn_fit_free(&fit);
    tn_fit_free(&apart);
}

/* The states of a stratum add up to one at every time. */
static void incidences_add_up(void **state)
{
    (void)state;
    const double times[] = {30.0, 5.0, 10.0};
    tn_fit_t fit;
    fit_ok(&fit, "surv(entry, until, cause) ~ group",
        (tn_fit_options_t){.method = TN_FIT_CIF, .times = times, .n_times = 3});
    assert_int_equal(tn_fit_table(&fit, "curve")->n_rows, 3 * 3 * 3);
    for (size_t s = 0; s < 3; s++) {
        for (size_t i = 0; i < 3; i++) {
            double sum = 0.0;
            for (size_t k = 0; k < 3; k++)
                sum += at(&fit, "curve", "estimate", s * 9 + k * 3 + i);
            check_near(sum, 1.0, 1e-12);
        }
    }
    assert_true(at(&fit, "curve", "time", 0) == 5.0); /* ascending, whatever was asked for */
    assert_string_equal(text_at(&fit, "curve", "state", 0), "(no exit)");
    tn_fit_free(&fit);
}

static double new_age[] = {50.0, NAN, 70.0};
static int32_t new_group[] = {0, 1, 2};
static tn_frame_column_t NEW_COLUMNS[] = {{.name = "age", .number = new_age},
    {.name = "group", .level = new_group, .levels = GROUPS, .n_levels = 3}};
static const tn_frame_t NEW = {.n_rows = 3, .n_columns = 2, .column = NEW_COLUMNS};

static void new_rows_without_gaps_are_predicted(void **state)
{
    (void)state;
    static const tn_fit_method_t methods[] = {
        TN_FIT_COX, TN_FIT_FINEGRAY, TN_FIT_WEIBULL, TN_FIT_SPLITPOP};
    const double times[] = {5.0, 20.0};
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
        tn_fit_t fit;
        fit_ok(&fit, "surv(until, cause) ~ age + group",
            (tn_fit_options_t){
                .method = methods[m], .newdata = &NEW, .times = times, .n_times = 2});
        const tn_fit_table_t *t = tn_fit_table(&fit, "predictions");
        const size_t groups = methods[m] == TN_FIT_COX || methods[m] == TN_FIT_SPLITPOP ? 3 : 2;
        assert_int_equal(t->n_rows, groups * 2 * 2);
        for (size_t i = 0; i < t->n_rows; i++) {
            const double p = at(&fit, "predictions", "estimate", i);
            assert_true(at(&fit, "predictions", "row", i) != 2.0);
            assert_true(p > 0.0 && p < 1.0 && at(&fit, "predictions", "std.error", i) > 0.0);
            assert_true(at(&fit, "predictions", "conf.low", i) <= p);
            assert_true(at(&fit, "predictions", "conf.high", i) >= p);
        }
        tn_fit_free(&fit);
    }
}

static void incidences_and_survival_of_new_rows_add_up(void **state)
{
    (void)state;
    static const tn_fit_method_t methods[] = {TN_FIT_COX, TN_FIT_SPLITPOP};
    for (size_t m = 0; m < 2; m++) {
        tn_fit_t fit;
        fit_ok(&fit, "surv(until, cause) ~ age",
            (tn_fit_options_t){.method = methods[m], .newdata = &NEW});
        const size_t n = tn_fit_table(&fit, "predictions")->n_rows / 3;
        for (size_t i = 0; i < n; i++) {
            const double sum = at(&fit, "predictions", "estimate", i) +
                               at(&fit, "predictions", "estimate", n + i) +
                               at(&fit, "predictions", "estimate", 2 * n + i);
            check_near(sum, 1.0, 1e-9);
        }
        tn_fit_free(&fit);
    }
}

static void spells_are_cut_into_periods(void **state)
{
    (void)state;
    tn_fit_t fit;
    fit_ok(&fit, "surv(entry, until, cause > 0) ~ 1",
        (tn_fit_options_t){.method = TN_FIT_LOGIT, .period = 10.0});
    double rows = 0.0, events = 0.0;
    for (int i = 0; i < N; i++) {
        rows += ceil(until[i] / 10.0) - floor(entry[i] / 10.0);
        events += cause[i] > 0.0;
    }
    const double p = events / rows, b = at(&fit, "terms", "estimate", 0);
    check_near(b, log(p / (1.0 - p)), 1e-9);
    assert_true(at(&fit, "glance", "nobs", 0) == rows);
    check_near(at(&fit, "terms", "std.error", 0), 1.0 / sqrt(rows * p * (1.0 - p)), 1e-9);
    tn_fit_free(&fit);
    fit_ok(&fit, "surv(until, cause) ~ age + period",
        (tn_fit_options_t){.method = TN_FIT_LOGIT, .period = 10.0});
    assert_string_equal(text_at(&fit, "terms", "term", 2), "period");
    assert_string_equal(text_at(&fit, "terms", "cause", 3), "2");
    tn_fit_free(&fit);
}

static void nested_models_are_compared_on_the_same_rows(void **state)
{
    (void)state;
    const char *formulas[] = {
        "surv(until, cause == 1) ~ age", "surv(until, cause == 1) ~ age + log(dose - 0.1)"};
    const tn_fit_method_t models[] = {TN_FIT_COX, TN_FIT_WEIBULL};
    const tn_fit_options_t opt = {.method = TN_FIT_COMPARE,
        .formulas = formulas,
        .n_formulas = 2,
        .models = models,
        .n_models = 2,
        .level = 0.95};
    tn_fit_t fit;
    tn_error_t err = {0};
    size_t n = 0;
    for (int i = 0; i < N; i++)
        n += dose[i] > 0.1;
    assert_int_equal(tn_fit_run(&fit, &FRAME, &opt, NULL, &err), 0);
    assert_int_equal(tn_fit_table(&fit, "models")->n_rows, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(at(&fit, "models", "n", i) == (double)n);
    assert_int_equal(tn_fit_table(&fit, "tests")->n_rows, 2);
    for (size_t i = 0; i < 2; i++) {
        const double lr =
            2.0 * (at(&fit, "models", "logLik", 2 + i) - at(&fit, "models", "logLik", i));
        check_near(at(&fit, "tests", "statistic", i), lr, 1e-12);
        assert_true(at(&fit, "tests", "df", i) == 1.0 && lr > -1e-9);
    }
    tn_fit_free(&fit);
}

static void what_went_wrong_is_named(void **state)
{
    (void)state;
    tn_fit_t fit;
    fit_ok(&fit, "surv(until, cause == 1) ~ age + I(2 * age)",
        (tn_fit_options_t){.method = TN_FIT_COX, .newdata = &NEW});
    assert_int_equal(fit.status, TN_FIT_COLLINEAR);
    assert_int_equal(fit.n_warnings, 1);
    assert_string_equal(fit.warning[0],
        "collinear covariates: I(2 * age), left out: it adds nothing to the others");
    tn_fit_free(&fit);
    fit_ok(&fit, "surv(until, cause == 7) ~ age", (tn_fit_options_t){.method = TN_FIT_COX});
    assert_int_equal(fit.status, TN_FIT_NO_EVENTS);
    tn_fit_free(&fit);
    fit_ok(&fit, "surv(until, cause == 1) ~ I(cause == 1)",
        (tn_fit_options_t){.method = TN_FIT_LOGIT});
    assert_int_equal(fit.status, TN_FIT_SEPARATION);
    assert_non_null(strstr(fit.warning[0], "cause == 1"));
    tn_fit_free(&fit);
}

/* As R: the later of two columns has no coefficient, the others are those of a fit without it. */
static void a_column_that_adds_nothing_is_left_out(void **state)
{
    (void)state;
    static const tn_fit_method_t methods[] = {
        TN_FIT_COX, TN_FIT_FINEGRAY, TN_FIT_WEIBULL, TN_FIT_PIECEWISE, TN_FIT_LOGIT};
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
        tn_fit_t with, without;
        const tn_fit_options_t opt = {.method = methods[m], .newdata = &NEW};
        fit_ok(&with, "surv(until, cause) ~ I(0 * age) + age + I(2 - age) + group", opt);
        fit_ok(&without, "surv(until, cause) ~ age + group", opt);
        assert_int_equal(with.status, TN_FIT_COLLINEAR);
        assert_int_equal(without.status, TN_FIT_CONVERGED);
        assert_int_equal(with.n_warnings, 2);
        const size_t n = tn_fit_table(&with, "terms")->n_rows;
        assert_int_equal(n, tn_fit_table(&without, "terms")->n_rows + 4);
        size_t k = 0, n_missing = 0;
        for (size_t i = 0; i < n; i++) {
            const char *term = text_at(&with, "terms", "term", i);
            if (isnan(at(&with, "terms", "estimate", i))) {
                assert_true(strcmp(term, "I(0 * age)") == 0 || strcmp(term, "I(2 - age)") == 0);
                assert_true(isnan(at(&with, "terms", "conf.low", i)));
                n_missing++;
                continue;
            }
            assert_string_equal(term, text_at(&without, "terms", "term", k));
            assert_string_equal(
                text_at(&with, "terms", "cause", i), text_at(&without, "terms", "cause", k));
            check_close(at(&with, "terms", "std.error", i), at(&without, "terms", "std.error", k),
                0, 0, term);
            k++;
        }
        assert_int_equal(n_missing, 4);
        for (size_t i = 0; i < tn_fit_table(&with, "predictions")->n_rows; i++) {
            check_close(at(&with, "predictions", "estimate", i),
                at(&without, "predictions", "estimate", i), 0, 0, "predictions");
        }
        tn_fit_free(&with);
        tn_fit_free(&without);
    }
    tn_fit_t fit;
    fit_ok(&fit, "surv(until, cause) ~ I(0 * age)", (tn_fit_options_t){.method = TN_FIT_COX});
    assert_int_equal(tn_fit_table(&fit, "terms")->n_rows, 2);
    assert_string_equal(text_at(&fit, "terms", "cause", 1), "2");
    tn_fit_free(&fit);
}

/* Two rows are dropped before the one at fault, which is the third of the data. */
static void rows_at_fault_are_those_of_the_data(void **state)
{
    (void)state;
    double time[] = {5, 7, 0, 4, 9, 2}, event[] = {1, 1, 1, 1, 0, 1}, x[] = {NAN, NAN, 3, 2, 3, 1};
    tn_frame_column_t columns[] = {
        {.name = "t", .number = time}, {.name = "d", .number = event}, {.name = "x", .number = x}};
    const tn_frame_t frame = {.n_rows = 6, .n_columns = 3, .column = columns};
    static const tn_fit_method_t methods[] = {TN_FIT_WEIBULL, TN_FIT_SPLITPOP, TN_FIT_COMPARE};
    const char *formula = "surv(t, d) ~ x";
    for (size_t k = 0; k < sizeof methods / sizeof methods[0]; k++) {
        tn_fit_t fit;
        tn_error_t err = {0};
        const tn_fit_options_t opt = {
            .method = methods[k], .formulas = &formula, .n_formulas = 1, .level = 0.95};
        assert_int_equal(tn_fit_run(&fit, &frame, &opt, NULL, &err), TN_EDOMAIN);
        if (strstr(err.message, "row 3: ") == NULL) fail_msg("%s", err.message);
    }
}

static void the_bootstrap_does_not_depend_on_threads(void **state)
{
    (void)state;
    tn_fit_t one, two;
    fit_ok(&one, "surv(until, cause == 1) ~ age + cluster(id)",
        (tn_fit_options_t){.method = TN_FIT_COX, .n_boot = 200, .seed = 3, .n_threads = 1});
    fit_ok(&two, "surv(until, cause == 1) ~ age + cluster(id)",
        (tn_fit_options_t){.method = TN_FIT_COX, .n_boot = 200, .seed = 3, .n_threads = 2});
    assert_true(at(&one, "bootstrap", "std.error", 0) == at(&two, "bootstrap", "std.error", 0));
    const double ratio = at(&one, "bootstrap", "std.error", 0) / at(&one, "terms", "robust.se", 0);
    assert_true(ratio > 0.7 && ratio < 1.4); /* 200 refits: about 5 % noise, plus small samples */
    tn_fit_free(&one);
    tn_fit_free(&two);
}

/* Everything a method can be asked for, on data of 0, 1, 2 and all rows. */
static const struct {
    const char *formula;
    tn_fit_options_t opt;
} EVERYTHING[] = {
    {"surv(until, cause) ~ group", {.method = TN_FIT_KM}},
    {"surv(until, cause) ~ age + I(2 * age) + group", {.method = TN_FIT_COX, .newdata = &NEW}},
    {"surv(until, cause) ~ group", {.method = TN_FIT_CIF}},
    {"surv(entry, until, cause) ~ age + group",
        {.method = TN_FIT_COX, .newdata = &NEW, .wants_residuals = true, .is_robust = true}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_COX, .ridge = 1.0, .n_boot = 5}},
    {"surv(until, cause) ~ age + strata(group)",
        {.method = TN_FIT_FINEGRAY, .newdata = &NEW, .wants_residuals = true}},
    {"surv(until, cause) ~ age + strata(group)",
        {.method = TN_FIT_WEIBULL, .newdata = &NEW, .wants_residuals = true}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_EXPONENTIAL, .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_LOGNORMAL, .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_LOGLOGISTIC, .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_GOMPERTZ, .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_PIECEWISE, .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_SPLITPOP, .risk = "~ group", .newdata = &NEW}},
    {"surv(until, cause) ~ age", {.method = TN_FIT_LOGIT, .newdata = &NEW, .period = 10.0}},
    {"surv(until, cause == 1) ~ age", {.method = TN_FIT_COMPARE}},
};
#define N_EVERYTHING (sizeof EVERYTHING / sizeof EVERYTHING[0])

static void small_data_give_a_fit_or_a_message(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_EVERYTHING; k++) {
        for (size_t n = 0; n < 12; n++) {
            tn_fit_t fit;
            tn_error_t err = {0};
            tn_frame_t frame = FRAME;
            tn_fit_options_t opt = EVERYTHING[k].opt;
            frame.n_rows = n;
            opt.formulas = &EVERYTHING[k].formula;
            opt.n_formulas = 1;
            opt.level = 0.95;
            const int ret = tn_fit_run(&fit, &frame, &opt, NULL, &err);
            if (ret < 0) {
                if (err.message[0] == '\0' || ret == TN_EINTERNAL || ret == TN_EARG)
                    fail_msg("%s, %zu rows: %d %s", EVERYTHING[k].formula, n, ret, err.message);
                continue;
            }
            assert_true(fit.n_tables > 0);
            assert_true((fit.status == TN_FIT_CONVERGED) == (fit.n_warnings == 0));
            tn_fit_free(&fit);
        }
    }
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_EVERYTHING; k++) {
        for (long fail_at = 1;; fail_at += fail_at < 60 ? 1 : 7) {
            tn_fit_t fit;
            tn_error_t err = {0};
            tn_fit_options_t opt = EVERYTHING[k].opt;
            opt.n_threads = 1;
            tn_mem_fail_at(fail_at);
            const int ret = fit_with(&fit, EVERYTHING[k].formula, opt, &err);
            tn_mem_fail_at(0);
            if (ret == 0) {
                tn_fit_free(&fit);
                break;
            }
            if (ret != TN_ENOMEM) fail_msg("%s: %d %s", EVERYTHING[k].formula, ret, err.message);
            assert_null(fit.table);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_have_names),
        cmocka_unit_test(terms_have_brooms_columns),
        cmocka_unit_test(every_cause_is_fitted_unless_one_is_named),
        cmocka_unit_test(weights_that_are_no_counts_are_those_of_a_sample),
        cmocka_unit_test(an_unknown_cause_is_named_with_the_nearest),
        cmocka_unit_test(options_that_do_not_belong_are_refused),
        cmocka_unit_test(groups_are_tested),
        cmocka_unit_test(incidences_add_up),
        cmocka_unit_test(new_rows_without_gaps_are_predicted),
        cmocka_unit_test(incidences_and_survival_of_new_rows_add_up),
        cmocka_unit_test(spells_are_cut_into_periods),
        cmocka_unit_test(nested_models_are_compared_on_the_same_rows),
        cmocka_unit_test(what_went_wrong_is_named),
        cmocka_unit_test(a_column_that_adds_nothing_is_left_out),
        cmocka_unit_test(rows_at_fault_are_those_of_the_data),
        cmocka_unit_test(the_bootstrap_does_not_depend_on_threads),
        cmocka_unit_test(small_data_give_a_fit_or_a_message),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, make_data, NULL);
}
