/* Formulas and design matrices: R's columns, names, dropped rows; every mistake with its place. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"
#include "survival/formula.h"
#include "survival/spline.h"
#include "tenure/design.h"

#define MISSING NAN
#define N_ROWS  10

static char *const SEX_LEVELS[] = {"f", "m"};
static char *const RX_LEVELS[] = {"Obs", "Lev", "Lev+5FU"};
static char *const END_LEVELS[] = {"Still in Office", "coup", "regular"};
static char *const DEAD_LEVELS[] = {"Censored", "dead"};
static char *const TRUTH_LEVELS[] = {"FALSE", "TRUE"}; /* as write.csv writes truth values */

static double age[N_ROWS] = {61.5, 48, 70, MISSING, 55, 66, 43, 59, 72, 50};
static int32_t sex[N_ROWS] = {1, 0, 0, 1, 1, -1, 0, 1, 0, 0};
static int32_t rx[N_ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
static double g[N_ROWS] = {1, 2, 3, 1, 2, 3, 3, 2, 1, 10};
static double ecog[N_ROWS] = {0, 1, 2, 1, 0, MISSING, 2, 1, 0, 1};
static double odd[N_ROWS] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
static double start[N_ROWS] = {0, 1, 0, 2, 0, 0, 3, 0, 1, 0};
static double stop[N_ROWS] = {5, 2, 3, 9, 4, 8, 4, 2, 7, 6};
static double status[N_ROWS] = {1, 2, 2, 1, 2, 2, 1, 2, 1, 1};
static double w[N_ROWS] = {1, 2, 0.5, 1, 1, 1, 1, 0, 3, 1};
static int32_t end[N_ROWS] = {0, 1, 2, 1, 1, 2, 0, 2, 1, -1};
static int32_t dead[N_ROWS] = {0, 1, 0, 1, 1, 0, 0, 0, 1, 1};
static double kind[N_ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 3, 0};

/* Names and texts are never written to. */
static tn_frame_column_t COLUMNS[] = {{.name = "age", .number = age},
    {.name = "sex", .level = sex, .levels = (char **)SEX_LEVELS, .n_levels = 2},
    {.name = "rx", .level = rx, .levels = (char **)RX_LEVELS, .n_levels = 3, .is_factor = true},
    {.name = "g", .number = g}, {.name = "ph.ecog", .number = ecog},
    {.name = "odd name", .number = odd}, {.name = "start", .number = start},
    {.name = "stop", .number = stop}, {.name = "status", .number = status},
    {.name = "w", .number = w},
    {.name = "end", .level = end, .levels = (char **)END_LEVELS, .n_levels = 3},
    {.name = "dead", .level = dead, .levels = (char **)DEAD_LEVELS, .n_levels = 2},
    {.name = "kind", .number = kind},
    {.name = "gone", .level = dead, .levels = (char **)TRUTH_LEVELS, .n_levels = 2}};
static const tn_frame_t FRAME = {
    .n_rows = N_ROWS, .n_columns = sizeof COLUMNS / sizeof *COLUMNS, .column = COLUMNS};

typedef struct gold {
    const char *formula;
    tn_intercept_t intercept;
    size_t n;
    int n_columns;
    const char *names[16];
    double x[160];
} gold_t;

static const gold_t GOLD[] = {
#include "design_gold.h"
};

static void columns_are_those_of_model_matrix(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof GOLD / sizeof *GOLD; k++) {
        const gold_t *want = &GOLD[k];
        const tn_design_options_t opt = {.intercept = want->intercept, .is_right_only = true};
        tn_design_t d;
        tn_error_t err = {0};
        if (tn_design_init(&d, want->formula, &FRAME, &opt, NULL, &err) < 0)
            fail_msg("%s: %s", want->formula, err.message);
        if (d.n != want->n || d.n_columns != want->n_columns)
            fail_msg("%s: %zu x %d, want %zu x %d", want->formula, d.n, d.n_columns, want->n,
                want->n_columns);
        for (int j = 0; j < d.n_columns; j++)
            assert_string_equal(d.names[j], want->names[j]);
        for (size_t i = 0; i < d.n * (size_t)d.n_columns; i++)
            check_close(d.x[i], want->x[i], TOL3, 1e-13, want->formula);
        /* the same rows again as new rows */
        tn_design_rows_t rows;
        assert_int_equal(tn_design_predict(&d, &FRAME, &rows, NULL, &err), 0);
        assert_int_equal(rows.n, N_ROWS);
        /* fewer for `sex + rx - sex`: the fit drops rows without sex, as R does; no column needs it
         */
        assert_true(rows.n_missing <= N_ROWS - d.n);
        for (size_t i = 0; i < d.n; i++)
            for (size_t j = 0; j < (size_t)d.n_columns; j++)
                check_close(rows.x[j * N_ROWS + d.row[i]], d.x[j * d.n + i], 0, 0, "predicted");
        tn_design_rows_free(&rows);
        tn_design_free(&d);
    }
}

/* R 4.2.2, predict(ns(x, 5), new), predict(ns(x, knots = c(3, 8), Boundary.knots = c(2, 12)), new),
 * predict(bs(x, df = 4, degree = 2), new) */
static const double X[10] = {1.5, 2, 3.25, 4, 4, 6.5, 7, 9.125, 11, 15};
static const double NS5[5][5] = {{0, 0, 0.64012439012439004, 0, 0},
    {0, 0, 0.25917844099662291, 0, 0},
    {0.56742469985518162, 0, -0.023138677605060637, -0.15764210235513507, -1.3024034809033773},
    {-1.4237201560002737, 0, 0.073417259334564194, 0.3955383659092479, 0.54057600663029215},
    {0.85629545614509206, 0, -0.044156757425861073, 0.76210373644588714, 1.7618274742730848}};
static const double NSK[3][6] = {
    {0.10405319634289439, 0, -0.078561789620618536, 0.49986141986288618, -0.13533834586466167,
        -0.63157894736842113},
    {-0.33817288811440677, 0, 0.30949248293367687, 0.35322816322339745, 0.43984962406015038,
        0.55263157894736847},
    {0.23411969177151243, 0, -0.21426402664639171, -0.030867360864061479, 0.69548872180451116,
        1.0789473684210522}};
static const double BS4[4][5] = {{-3.4545454545454546, 0, 0.2424242424242424, 0, 0},
    {0.45454545454545447, 0, 0.72727272727272718, 0, 0.28409090909090912},
    {0, 0, 0.0303030303030303, 0, -1.9247159090909089}, {0, 0, 0, 1, 2.640625}};

static tn_frame_column_t number_column(char *name, const double *values)
{
    return (tn_frame_column_t){.name = name, .number = (double *)values};
}

static void check_spline(const char *formula, const double *x_new, size_t n_new, const double *want)
{
    tn_frame_column_t old = number_column("x", X), new = number_column("x", x_new);
    const tn_frame_t fit = {.n_rows = 10, .n_columns = 1, .column = &old};
    const tn_frame_t other = {.n_rows = n_new, .n_columns = 1, .column = &new};
    const tn_design_options_t opt = {.is_right_only = true};
    tn_design_t d;
    tn_design_rows_t rows;
    assert_int_equal(tn_design_init(&d, formula, &fit, &opt, NULL, NULL), 0);
    assert_int_equal(tn_design_predict(&d, &other, &rows, NULL, NULL), 0);
    for (size_t i = 0; i < n_new * (size_t)d.n_columns; i++)
        check_close(rows.x[i], want[i], TOL3, 1e-13, formula);
    tn_design_rows_free(&rows);
    tn_design_free(&d);
}

static void splines_go_on_beyond_the_boundary_as_in_r(void **state)
{
    (void)state;
    const double beyond[5] = {-1, 1.5, 5, 15, 20}, at_knots[6] = {1, 2, 3, 8, 12, 14};
    check_spline("~ ns(x, 5)", beyond, 5, &NS5[0][0]);
    check_spline("~ ns(x, knots = c(8, 3), Boundary.knots = c(2, 12))", at_knots, 6, &NSK[0][0]);
    check_spline("~ bs(x, df = 4, degree = 2)", beyond, 5, &BS4[0][0]);
}

/* B-spline i of order k at x by the recursion of its definition; the last piece is closed. */
static double b_spline(const double *t, int i, int k, double x, double last)
{
    if (k == 1)
        return (t[i] <= x && x < t[i + 1]) || (x == last && t[i] < last && t[i + 1] == last);
    const double a = t[i + k - 1] - t[i], b = t[i + k] - t[i + 1];
    return (a > 0 ? (x - t[i]) / a * b_spline(t, i, k - 1, x, last) : 0) +
           (b > 0 ? (t[i + k] - x) / b * b_spline(t, i + 1, k - 1, x, last) : 0);
}

static void random_b_splines_are_their_definition_and_natural_ones_bend_nowhere_outside(
    void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 200; trial++) {
        double u[4], out[40], left[40], right[40];
        tn_rng_uniforms(3, trial, 0, 0, 0, 0, u);
        tn_spline_t s = {
            .degree = 1 + (int)(4 * u[0]), .n_inner = (int)(6 * u[1]), .boundary = {-1, 2}};
        for (int k = 0; k < s.n_inner; k++)
            s.inner[k] = -1 + 3.0 * (k + 0.2 + 0.6 * u[2]) / s.n_inner;
        tn_spline_init(&s);
        const double x = u[3] < 0.1 ? 2.0 : -1 + 3 * u[3];
        tn_spline_at(&s, x, out);
        for (int j = 0; j < s.n_columns; j++)
            check_close(
                out[j], b_spline(s.knot, j + 1, s.degree + 1, x, 2.0), TOL2, 1e-15, "de Boor");

        s.is_natural = true, s.degree = 3;
        tn_spline_init(&s);
        assert_int_equal(s.n_columns, s.n_inner + 1);
        for (int end_at = 0; end_at < 2; end_at++) {
            /* second differences on both sides of a boundary knot vanish, to first order inside */
            const double b = s.boundary[end_at], h = end_at == 0 ? 1.0 : -1.0;
            tn_spline_at(&s, b, out), tn_spline_at(&s, b - h, left),
                tn_spline_at(&s, b - 2 * h, right);
            for (int j = 0; j < s.n_columns; j++)
                check_close(right[j] - 2 * left[j] + out[j], 0, 0, 1e-12, "a line outside");
            const double e = 1e-4;
            tn_spline_at(&s, b + e * h, left), tn_spline_at(&s, b + 2 * e * h, right);
            for (int j = 0; j < s.n_columns; j++)
                check_close(
                    (right[j] - 2 * left[j] + out[j]) / (e * e), 0, 0, 0.2, "no bend at the end");
        }
    }
}

static tn_design_t make(const char *formula)
{
    tn_design_t d;
    tn_error_t err = {0};
    if (tn_design_init(&d, formula, &FRAME, NULL, NULL, &err) < 0)
        fail_msg("%s: %s", formula, err.message);
    return d;
}

static void check_cause(
    const char *left, size_t n, const int32_t *want, int n_causes, const char *const *names)
{
    char formula[200];
    snprintf(formula, sizeof formula, "surv(stop, %s) ~ 1", left);
    tn_design_t d = make(formula);
    assert_int_equal(d.n, n);
    assert_int_equal(d.n_causes, n_causes);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(d.cause[i], want[i]);
    for (int k = 0; k < n_causes; k++)
        assert_string_equal(d.cause_names[k], names[k]);
    assert_null(d.entry);
    tn_design_free(&d);
}

static void causes_are_coded_as_said(void **state)
{
    (void)state;
    const int32_t two[] = {0, 1, 1, 0, 1, 1, 0, 1, 0, 0},
                  opposite[] = {1, 0, 0, 1, 0, 0, 1, 0, 1, 1};
    check_cause("status", 10, two, 1, (const char *[]){"2"});
    check_cause("status == 2", 10, two, 1, (const char *[]){"event"});
    check_cause("status - 1", 10, two, 1, (const char *[]){"1"});
    check_cause("event = !(status == 1)", 10, two, 1, (const char *[]){"event"});
    check_cause("status, censored = 2", 10, opposite, 1, (const char *[]){"1"});
    const int32_t three[] = {0, 1, 2, 0, 1, 2, 0, 1, 3, 0};
    check_cause("kind", 10, three, 3, (const char *[]){"1", "2", "3"});
    const int32_t without_two[] = {1, 2, 0, 1, 2, 0, 1, 2, 3, 1};
    check_cause("kind, censored = 2", 10, without_two, 3, (const char *[]){"0", "1", "3"});
    /* a factor of the file: its first level */
    const int32_t factor[] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    check_cause("rx", 10, factor, 2, (const char *[]){"Lev", "Lev+5FU"});
    const int32_t ends[] = {0, 1, 2, 1, 1, 2, 0, 2, 1};
    check_cause(
        "end, censored = \"Still in Office\"", 9, ends, 2, (const char *[]){"coup", "regular"});
    const int32_t coups[] = {0, 1, 0, 1, 1, 0, 0, 0, 1};
    check_cause(
        "end, censored = c('Still in Office', 'regular')", 9, coups, 1, (const char *[]){"coup"});
    check_cause("end == 'coup'", 9, coups, 1, (const char *[]){"event"});
    const int32_t deaths[] = {0, 1, 0, 1, 1, 0, 0, 0, 1, 1};
    check_cause("dead", 10, deaths, 1, (const char *[]){"dead"});
    check_cause("gone", 10, deaths, 1, (const char *[]){"event"});
    check_cause("gone, censored = 'FALSE'", 10, deaths, 1, (const char *[]){"TRUE"});
}

static void rows_with_a_missing_value_are_dropped_and_counted(void **state)
{
    (void)state;
    tn_design_t d =
        make("Surv(start, stop, status) ~ age + sex + log(g - 1.5) + strata(ph.ecog) + weights(w)");
    /* age: row 4; sex and ecog: row 6; log of a negative number: rows 1, 4, 9; weight 0: row 8 */
    assert_int_equal(d.n_frame, 10);
    assert_int_equal(d.n_missing, 4);
    assert_int_equal(d.n_zero_weight, 1);
    assert_int_equal(d.n, 5);
    const size_t rows[] = {1, 2, 4, 6, 9};
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.row[i], rows[i]);
        check_close(d.entry[i], start[rows[i]], 0, 0, "entry");
        check_close(d.exit[i], stop[rows[i]], 0, 0, "exit");
        check_close(d.weight[i], w[rows[i]], 0, 0, "weight");
    }
    assert_int_equal(d.n_missing_names, 4);
    assert_string_equal(d.missing[0].name, "log(g - 1.5)");
    assert_int_equal(d.missing[0].n, 3);
    for (int k = 1; k < 4; k++)
        assert_int_equal(d.missing[k].n, 1);
    /* (2*48 + 0.5*70 + 55 + 43 + 50) / 5.5 */
    check_close(d.means[0], 279 / 5.5, TOL1, 0, "weighted mean");
    const tn_spells_t spells = tn_design_spells(&d);
    assert_int_equal(tn_spells_check(&spells, NULL), 0);
    tn_design_free(&d);
}

static void knots_come_from_all_rows_in_which_the_variable_is_known(void **state)
{
    (void)state;
    tn_design_t d = make("surv(stop, status) ~ ns(age, 2) + sex");
    int n;
    const double *boundary, *knots = tn_design_knots(&d, "ns(age, 2)", &n, &boundary);
    assert_non_null(knots);
    assert_int_equal(n, 1);
    /* ages but the missing one, the row without sex included: the middle of 9 is 59 */
    check_close(knots[0], 59, 0, 0, "R: attr(ns(age, 2), 'knots')");
    check_close(boundary[0], 43, 0, 0, "least");
    check_close(boundary[1], 72, 0, 0, "most");
    assert_null(tn_design_knots(&d, "sex", &n, &boundary));
    const char *const *levels = tn_design_levels(&d, "sex", &n);
    assert_int_equal(n, 2);
    assert_string_equal(levels[0], "f");
    tn_design_free(&d);
}

static void strata_clusters_and_offsets_are_numbered(void **state)
{
    (void)state;
    tn_design_t d =
        make("surv(stop, status) ~ strata(sex, g) + cluster(rx) + offset(age / 10) + offset(g)");
    const char *const labels[] = {
        "sex=f, g=1", "sex=f, g=2", "sex=f, g=3", "sex=f, g=10", "sex=m, g=1", "sex=m, g=2"};
    const int32_t strata[] = {4, 1, 2, 5, 2, 5, 0, 3}, clusters[] = {0, 1, 2, 1, 0, 1, 2, 0};
    assert_int_equal(d.n, 8);
    assert_int_equal(d.n_columns, 0);
    assert_int_equal(d.n_strata, 6);
    assert_int_equal(d.n_clusters, 3);
    for (int k = 0; k < 6; k++)
        assert_string_equal(d.strata[k], labels[k]);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.stratum[i], strata[i]);
        assert_int_equal(d.cluster[i], clusters[i]);
        check_close(d.offset[i], age[d.row[i]] / 10 + g[d.row[i]], TOL0, 0, "offset");
    }
    tn_design_rows_t rows;
    assert_int_equal(tn_design_predict(&d, &FRAME, &rows, NULL, NULL), 0);
    for (size_t i = 0; i < d.n; i++)
        assert_int_equal(rows.stratum[d.row[i]], strata[i]);
    assert_int_equal(rows.stratum[5], -1); /* sex is not known */
    assert_true(isnan(rows.offset[3]));
    tn_design_rows_free(&rows);
    tn_design_free(&d);

    /* plain terms as groups */
    const tn_design_options_t opt = {.are_groups = true};
    assert_int_equal(
        tn_design_init(&d, "surv(stop, status) ~ factor(g) + rx", &FRAME, &opt, NULL, NULL), 0);
    assert_int_equal(d.n_columns, 0);
    assert_int_equal(d.n_strata, 6);
    assert_string_equal(d.strata[0], "factor(g)=1, rx=Obs");
    tn_design_free(&d);
    /* groups and strata in the order that factor() gives */
    assert_int_equal(tn_design_init(&d,
                         "surv(stop, status) ~ factor(sex, levels = c('m', 'f')) + "
                         "strata(factor(rx, ref = 'Lev'))",
                         &FRAME, &opt, NULL, NULL),
        0);
    assert_int_equal(d.n_groups, 2);
    assert_string_equal(d.groups[0], "factor(sex, levels = c(\"m\", \"f\"))=m");
    assert_true(strstr(d.strata[0], "=Lev") != NULL);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.group[i], 1 - sex[d.row[i]]);
        assert_int_equal(d.block[i] == 0, rx[d.row[i]] == 1);
    }
    tn_design_free(&d);
}

static void the_reference_level_can_be_chosen(void **state)
{
    (void)state;
    tn_design_t d =
        make("surv(stop, status) ~ factor( rx ,ref='Lev+5FU')+relevel(sex, ref = \"m\")");
    const char *const names[] = {"factor(rx, ref = \"Lev+5FU\")Obs",
        "factor(rx, ref = \"Lev+5FU\")Lev", "relevel(sex, ref = \"m\")f"};
    assert_int_equal(d.n_columns, 3);
    for (int j = 0; j < 3; j++)
        assert_string_equal(d.names[j], names[j]);
    for (size_t i = 0; i < d.n; i++) {
        check_close(d.x[i], rx[d.row[i]] == 0, 0, 0, "Obs");
        check_close(d.x[d.n + i], rx[d.row[i]] == 1, 0, 0, "Lev");
        check_close(d.x[2 * d.n + i], sex[d.row[i]] == 0, 0, 0, "f");
    }
    tn_design_free(&d);
}

static void two_formulas_share_their_rows(void **state)
{
    (void)state;
    tn_design_t a, b;
    const tn_design_options_t opt = {.intercept = TN_INTERCEPT_COLUMN};
    const tn_design_options_t risk = {.intercept = TN_INTERCEPT_COLUMN, .shown = "--risk"};
    tn_error_t err = {0};
    assert_int_equal(tn_design_init_pair(&a, &b, "surv(stop, status) ~ age", "~ sex + rx", &FRAME,
                         &opt, &risk, NULL, &err),
        0);
    assert_int_equal(a.n, 8);
    assert_int_equal(b.n, 8);
    assert_int_equal(a.n_missing, 2);
    assert_int_equal(b.n_missing, 2);
    assert_int_equal(a.n_columns, 2);
    assert_int_equal(b.n_columns, 4);
    assert_null(b.exit);
    assert_memory_equal(a.row, b.row, 8 * sizeof *a.row);
    tn_design_free(&a), tn_design_free(&b);
    assert_int_equal(tn_design_init_pair(&a, &b, "surv(stop, status) ~ age", "status ~ rx", &FRAME,
                         &opt, &risk, NULL, &err),
        TN_EINPUT);
    assert_string_equal(err.message, "--risk:1:1: this formula has a right side only: ~ a + b");
}

typedef struct mistake {
    const char *formula, *message;
} mistake_t;

static void mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    static const mistake_t MISTAKES[] = {
        {"", "formula:1:1: found the end, expected a column, a number or a function"},
        {"surv(stop, status) ~ aeg",
            "formula:1:22: no column 'aeg' in the data (did you mean 'age'?)"},
        {"surv(stop, status) ~ age +",
            "formula:1:27: found the end, expected a column, a number or a function"},
        {"surv(stop, status) ~ age sex",
            "formula:1:26: found 'sex', expected an operator or the end"},
        {"surv(stop, status) ~ (age + sex", "formula:1:22: '(' is not closed, expected ')'"},
        {"surv(stop, status) ~ age)",
            "formula:1:25: found ')', expected an operator or the end (no parenthesis is open)"},
        {"surv(stop, status) ~ log(age, 2", "formula:1:22: 'log(' is not closed, expected ')'"},
        {"surv(stop, status)",
            "formula:1:19: found the end, expected '~' and the covariates (or ~ 1)"},
        {"~ age", "formula:1:3: the left side is missing, expected surv(time, cause) ~ ..."},
        {"stop ~ age",
            "formula:1:1: the left side must be surv(time, cause) or surv(entry, exit, cause)"},
        {"surv(stop) ~ age", "formula:1:1: expected surv(time, cause) or surv(entry, exit, cause)"},
        {"surv(stop, status) ~ age ~ sex",
            "formula:1:20: found a second or nested '~', expected one between both sides"},
        {"surv(stop, status) ~ lgo(age)",
            "formula:1:22: unknown function 'lgo', expected one of: factor, ns, bs, log, log2, "
            "log10, exp, sqrt, abs, I, strata, cluster, weights, offset (did you mean 'log'?)"},
        {"surv(stop, status) ~ log(sex)",
            "formula:1:26: column 'sex' holds text, expected numbers"},
        {"surv(stop, status) ~ ns(sex, 3)",
            "formula:1:25: column 'sex' holds text, expected numbers"},
        {"surv(stop, status) ~ ns(age, 0)",
            "formula:1:30: df is 0, expected a whole number from 1 to 100"},
        {"surv(stop, status) ~ ns(age, dg = 3)",
            "formula:1:30: unexpected argument of ns(), expected df, knots, ..."},
        {"surv(stop, status) ~ bs(age, knots = c(50, 99))",
            "formula:1:22: inner knot 99 is not inside the boundary knots 43 and 72; give fewer df "
            "or other knots"},
        {"surv(stop, status) ~ age / sex", "formula:1:22: '/' does not combine terms here; write a "
                                           "+ a:b, or I(a / b) for the quotient"},
        {"surv(stop, status) ~ age:strata(sex)",
            "formula:1:22: strata(), cluster(), weights() and offset() cannot be part of an "
            "interaction; use factor() for that"},
        {"surv(stop, status) ~ 2 + age",
            "formula:1:22: a number is no term, expected 0 or 1 (intercept) or a column"},
        {"surv(stop, status) ~ age + factor(rx, ref = 'Lov')",
            "formula:1:28: no level 'Lov', expected one of: 'Obs', 'Lev', 'Lev+5FU' (did you mean "
            "'Lev'?)"},
        {"surv(stop, end) ~ age",
            "formula:1:12: which level is censored? say surv(..., censored = \"LEVEL\"); the "
            "levels are: 'Still in Office', 'coup', 'regular'"},
        {"surv(stop, end, censored = 'Still in Ofice') ~ age",
            "formula:1:28: no level 'Still in Ofice', expected one of: 'Still in Office', 'coup', "
            "'regular' (did you mean 'Still in Office'?)"},
        {"surv(stop, end == 'cuop') ~ age",
            "formula:1:19: no level 'cuop', expected one of: 'Still in Office', 'coup', 'regular' "
            "(did you mean 'coup'?)"},
        {"surv(stop, age) ~ sex", "formula:1:12: row 1: the cause is 61.5, expected 0 (censored) "
                                  "or a whole number from 1 to 1000"},
        {"surv(stop, start, status) ~ 1",
            "formula:1:1: row 1: exit is not after entry (5, 0), and 9 more rows like it"},
        {"surv(-stop, status) ~ 1", "formula:1:1: row 1: the time is -5, expected a number from 0, "
                                    "and 9 more rows like it"},
        {"surv(stop, status) ~ weights(-w)",
            "formula:1:30: row 1: the weight is -1, expected a number from 0"},
        {"surv(stop, status) ~ log(start)", "formula:1:22: row 1: log(start) is infinite"},
        {"surv(stop, status) ~ age + 'x", "formula:1:28: this quote has no end, expected '"},
        {"surv(stop, status) ~ age $ sex", "formula:1:26: unexpected character '$'"},
        {"surv(stop, status) ~ 5x",
            "formula:1:22: '5x' is not a number (a column name that starts so needs backticks)"},
        {"surv(stop, status) ~ cluster(g) + cluster(rx)", "formula:1:35: cluster() is given twice"},
        {"surv(stop, status) ~ factor(g, levels = c(7, 8))",
            "formula:1:22: no row is left of 10: 10 with missing values (most in 'factor(g, levels "
            "= c(7, 8))'), 0 of weight 0"},
        {"surv(stop, status) ~ I(age = 3)",
            "formula:1:22: I() takes one argument, found 1 with a name"},
        {"surv(stop, status) ~ (age > 50) == sex",
            "formula:1:22: column 'sex' holds text, expected a level in quotes to compare it with"},
        {"surv(stop, status) ~ (age + sex)^9",
            "formula:1:22: the exponent of a term must be 1 to 8 (for arithmetic write I(x^2))"}};
    for (size_t k = 0; k < sizeof MISTAKES / sizeof *MISTAKES; k++) {
        tn_design_t d;
        tn_error_t err = {0};
        assert_int_equal(
            tn_design_init(&d, MISTAKES[k].formula, &FRAME, NULL, NULL, &err), TN_EINPUT);
        assert_string_equal(err.message, MISTAKES[k].message);
        assert_null(d.recipe);
    }
}

static void all_mistakes_are_found_at_once(void **state)
{
    (void)state;
    tn_diag_t *diag;
    tn_design_t d;
    char *text = NULL;
    size_t n = 0;
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(tn_design_init(&d, "surv(stpo, status) ~ aeg +\n  log(sex):rx + foo(g)",
                         &FRAME, NULL, diag, NULL),
        TN_EINPUT);
    assert_int_equal(tn_diag_n_errors(diag), 4);
    FILE *out = open_memstream(&text, &n);
    tn_diag_print(diag, out, false);
    fclose(out);
    const char *want = "formula:1:6: error: no column 'stpo' in the data (did you mean 'stop'?)\n"
                       "    1 | surv(stpo, status) ~ aeg +\n"
                       "      |      ^~~~\n"
                       "formula:1:22: error: no column 'aeg' in the data (did you mean 'age'?)\n"
                       "    1 | surv(stpo, status) ~ aeg +\n"
                       "      |                      ^~~\n"
                       "formula:2:7: error: column 'sex' holds text, expected numbers\n"
                       "    2 |   log(sex):rx + foo(g)\n"
                       "      |       ^~~\n";
    assert_memory_equal(text, want, strlen(want));
    free(text);
    tn_diag_free(diag);

    /* -1 in a survival model: a warning, no mistake */
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(
        tn_design_init(&d, "surv(stop, status) ~ rx - 1", &FRAME, NULL, diag, NULL), 0);
    assert_int_equal(tn_diag_n_warnings(diag), 1);
    assert_int_equal(d.n_columns, 2);
    tn_design_free(&d);
    tn_diag_free(diag);
}

static void what_the_fit_has_not_seen_is_named(void **state)
{
    (void)state;
    static char *const NEW_LEVELS[] = {"Lev", "Levamisole"};
    static int32_t new_rx[3] = {0, -1, 1};
    static double new_age[3] = {50, 60, 70};
    tn_frame_column_t column[2] = {
        {.name = "rx", .level = new_rx, .levels = (char **)NEW_LEVELS, .n_levels = 2},
        {.name = "age", .number = new_age}};
    tn_frame_t frame = {.n_rows = 3, .n_columns = 2, .column = column};
    tn_design_rows_t rows;
    tn_error_t err = {0};
    tn_design_t d = make("surv(stop, status) ~ rx + age + strata(sex)");
    assert_int_equal(tn_design_predict(&d, &frame, &rows, NULL, &err), TN_EINPUT);
    assert_string_equal(
        err.message, "formula:1:22: row 3: level 'Levamisole' of rx was not in the fit");
    frame.n_rows = 2;
    assert_int_equal(tn_design_predict(&d, &frame, &rows, NULL, &err), 0);
    assert_int_equal(rows.n_missing, 1);
    check_close(rows.x[0], 1, 0, 0, "Lev");
    assert_true(isnan(rows.x[1]) && isnan(rows.x[5]));
    check_close(rows.x[4], 50, 0, 0, "age");
    assert_null(rows.stratum);
    tn_design_rows_free(&rows);
    frame.n_columns = 1;
    assert_int_equal(tn_design_predict(&d, &frame, &rows, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula:1:27: no column 'age' in the new rows");
    tn_design_free(&d);
}

static void limits_hold(void **state)
{
    (void)state;
    tn_design_t d;
    tn_error_t err = {0};
    static char text[TN_FORMULA_MAX_LENGTH + 100];
    memset(text, '(', sizeof text - 1);
    assert_int_equal(tn_design_init(&d, text, &FRAME, NULL, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula: longer than 32768 bytes");
    text[200] = '\0';
    assert_int_equal(tn_design_init(&d, text, &FRAME, NULL, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula:1:101: nested more than 100 deep");
    strcpy(text, "~ age:sex:rx:g:ph.ecog:start:stop:w:kind");
    const tn_design_options_t opt = {.is_right_only = true};
    assert_int_equal(tn_design_init(&d, text, &FRAME, &opt, NULL, &err), TN_EINPUT);
    strcpy(
        text, "~ (age + sex + rx + g + ph.ecog + start + stop + w + kind + status + dead + end)^8");
    assert_int_equal(tn_design_init(&d, text, &FRAME, &opt, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula:1:3: more than 2000 terms");
    assert_int_equal(tn_design_init(&d, "~ \xff", &FRAME, &opt, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula: not valid UTF-8");
}

static void numbers_are_written_as_r_writes_them(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } CASES[] = {{0.1, "0.1"}, {1e5, "1e+05"}, {123456, "123456"}, {1e15, "1e+15"}, {1e-5, "1e-05"},
        {1e-4, "1e-04"}, {1234567.891, "1234567.891"}, {1.0 / 3, "0.333333333333333"},
        {100000.1, "100000.1"}, {0, "0"}, {-2.5, "-2.5"}, {0.000123, "0.000123"}};
    for (size_t k = 0; k < sizeof CASES / sizeof *CASES; k++) {
        char text[32];
        tn_formula_number(CASES[k].value, text);
        assert_string_equal(text, CASES[k].text);
    }
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_design_t d;
        tn_design_rows_t rows;
        tn_error_t err = {0};
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_design_init(&d,
            "surv(start, stop, end, censored = c('Still in Office')) ~ ns(age, 3)*sex + "
            "factor(kind, ref = 2) + I(age > 50) + strata(rx) + cluster(g) + weights(w) + "
            "offset(g)",
            &FRAME, NULL, NULL, &err);
        if (ret == 0) {
            ret = tn_design_predict(&d, &FRAME, &rows, NULL, &err);
            tn_mem_fail_at(0);
            if (ret == 0) tn_design_rows_free(&rows);
            tn_design_free(&d);
        }
        tn_mem_fail_at(0);
        if (ret != 0 && ret != TN_ENOMEM) fail_msg("allocation %ld: %s", k, err.message);
    }
}

static void an_empty_frame_and_an_empty_design_are_safe(void **state)
{
    (void)state;
    tn_frame_t none = FRAME;
    tn_design_t d = {0};
    tn_design_rows_t rows;
    tn_error_t err = {0};
    assert_int_equal(tn_design_predict(&d, &FRAME, &rows, NULL, &err), TN_EARG);
    tn_design_free(&d), tn_design_free(NULL), tn_design_rows_free(NULL);
    none.n_rows = 0;
    assert_int_equal(
        tn_design_init(&d, "surv(stop, status) ~ age + ns(g, 2)", &none, NULL, NULL, &err),
        TN_EINPUT);
    assert_int_equal(
        tn_design_init(&d, "surv(stop, status) ~ rx", &none, NULL, NULL, &err), TN_EINPUT);
    none.n_rows = 1;
    assert_int_equal(
        tn_design_init(&d, "surv(stop, status) ~ rx", &none, NULL, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "formula:1:22: rx has only one level, 'Obs'");
    assert_int_equal(tn_design_init(&d, "surv(stop, status) ~ g", &none, NULL, NULL, &err), 0);
    assert_int_equal(d.n, 1);
    tn_design_free(&d);
    none.n_rows = N_ROWS;
    d = make("surv(stop, status) ~ rx + ns(age, 2)");
    none.n_rows = 0;
    assert_int_equal(tn_design_predict(&d, &none, &rows, NULL, &err), 0);
    assert_int_equal(rows.n, 0);
    tn_design_rows_free(&rows);
    tn_design_free(&d);
}

/* The rows and events that coxph counts (cox_model.csv, survival 3.5-3). */
static void check_counts(const reference_t *models, const char *id, const char *dataset,
    int n_columns, const char *const *names)
{
    reference_t data;
    char path[100], formula[300] = "";
    tn_frame_column_t column[10] = {{0}};
    size_t row = 0;
    while (strcmp(reference_text(models, row, "id"), id) != 0)
        row++;
    snprintf(path, sizeof path, "datasets/%s.csv", dataset);
    assert_true(reference_read(&data, path));
    for (int k = 0; k < n_columns; k++)
        column[k] = (tn_frame_column_t){
            .name = (char *)names[k], .number = reference_numbers(&data, names[k])};
    const tn_frame_t frame = {.n_rows = data.n_rows, .n_columns = n_columns, .column = column};
    snprintf(formula, sizeof formula, "%s", reference_text(models, row, "formula"));
    tn_design_t d;
    tn_error_t err = {0};
    if (tn_design_init(&d, formula, &frame, NULL, NULL, &err) < 0)
        fail_msg("%s: %s", formula, err.message);
    int n_events = 0;
    for (size_t i = 0; i < d.n; i++)
        n_events += d.cause[i] > 0;
    check_close((double)d.n, reference_number(models, row, "n"), 0, 0, id);
    check_close(n_events, reference_number(models, row, "nevent"), 0, 0, id);
    tn_design_free(&d);
    for (int k = 0; k < n_columns; k++)
        free(column[k].number);
    reference_free(&data);
}

static void the_rows_that_coxph_drops_are_dropped(void **state)
{
    (void)state;
    reference_t models;
    if (!reference_read(&models, "cox_model.csv")) skip();
    static const char *const LUNG[] = {"time", "status", "age", "sex", "ph.ecog", "inst"};
    static const char *const PBC[] = {
        "time", "status", "age", "edema", "bili", "protime", "albumin"};
    static const char *const HEART[] = {
        "start", "stop", "event", "age", "year", "surgery", "transplant", "id"};
    static const char *const MGUS[] = {"etime", "event", "age", "male", "mspike", "hgb"};
    check_counts(&models, "cox_lung_efron", "lung", 6, LUNG);
    check_counts(&models, "cox_lung_cluster_inst_efron", "lung", 6, LUNG);
    check_counts(&models, "cox_pbc_efron", "pbc", 7, PBC);
    check_counts(&models, "cox_heart_cluster_id_efron", "heart", 8, HEART);
    check_counts(&models, "cox_mgus2_cs_pcm_efron", "mgus2_competing", 6, MGUS);
    check_counts(&models, "cox_mgus2_cs_death_efron", "mgus2_competing", 6, MGUS);
    reference_free(&models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_those_of_model_matrix),
        cmocka_unit_test(splines_go_on_beyond_the_boundary_as_in_r),
        cmocka_unit_test(
            random_b_splines_are_their_definition_and_natural_ones_bend_nowhere_outside),
        cmocka_unit_test(causes_are_coded_as_said),
        cmocka_unit_test(rows_with_a_missing_value_are_dropped_and_counted),
        cmocka_unit_test(knots_come_from_all_rows_in_which_the_variable_is_known),
        cmocka_unit_test(strata_clusters_and_offsets_are_numbered),
        cmocka_unit_test(the_reference_level_can_be_chosen),
        cmocka_unit_test(two_formulas_share_their_rows),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(all_mistakes_are_found_at_once),
        cmocka_unit_test(what_the_fit_has_not_seen_is_named),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(numbers_are_written_as_r_writes_them),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(an_empty_frame_and_an_empty_design_are_safe),
        cmocka_unit_test(the_rows_that_coxph_drops_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
