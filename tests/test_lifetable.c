/* Life tables: the constants are the fit of the death rates kept beside them; which table belongs
 * to a state. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tenure/frame.h"
#include "tenure/lifetable.h"

#define N_GROUPS 8

/** Rates of a table by age 45, 50, ... 80, from the file. */
static void rates(const tn_frame_t *f, const char *table, double rate[N_GROUPS])
{
    const tn_frame_column_t *name = &f->column[tn_frame_find(f, "table")];
    const double *age = f->column[tn_frame_find(f, "age")].number;
    const double *mx = f->column[tn_frame_find(f, "mx")].number;
    size_t n = 0;
    for (size_t i = 0; i < f->n_rows; i++) {
        if (strcmp(name->levels[name->level[i]], table) != 0) continue;
        assert_true(n < N_GROUPS);
        check_close(age[i], 45.0 + 5.0 * (double)n, 0, 0, "ages in order");
        rate[n++] = mx[i];
    }
    assert_int_equal(n, N_GROUPS);
}

/** Weighted least squares by the normal equations of centred ages (the tool sums raw moments). */
static void fit(const double rate[N_GROUPS], double *m69, double *slope)
{
    double weight[N_GROUPS], alive = 1.0, sum = 0.0, x_mean = 0.0, y_mean = 0.0, xx = 0.0, xy = 0.0;
    for (int i = 0; i < N_GROUPS; i++) {
        weight[i] = alive * -expm1(-5.0 * rate[i]);
        alive -= weight[i];
        sum += weight[i];
        x_mean += weight[i] * (47.5 + 5.0 * i);
        y_mean += weight[i] * log(rate[i]);
    }
    x_mean /= sum;
    y_mean /= sum;
    for (int i = 0; i < N_GROUPS; i++) {
        const double x = 47.5 + 5.0 * i - x_mean;
        xx += weight[i] * x * x;
        xy += weight[i] * x * (log(rate[i]) - y_mean);
    }
    *slope = xy / xx;
    *m69 = exp(y_mean + *slope * (69.0 - x_mean));
}

static void constants_are_the_fit_of_the_rates(void **state)
{
    (void)state;
    char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    tn_frame_t f;
    snprintf(path, sizeof path, "%s/src/data/life_tables.csv", root != NULL ? root : ".");
    assert_int_equal(tn_frame_read(&f, path, NULL, NULL), 0);
    size_t n;
    const tn_lifetable_t *t = tn_lifetable_list(&n);
    assert_int_equal(n, 10);
    assert_int_equal(f.n_rows, n * N_GROUPS);
    for (size_t k = 0; k < n; k++) {
        double rate[N_GROUPS], m69, slope;
        rates(&f, t[k].name, rate);
        fit(rate, &m69, &slope);
        check_close(t[k].m69, m69, 0, 0.5000001e-5, "five decimals");
        check_close(t[k].slope, slope, 0, 0.5000001e-5, "five decimals");
        for (int i = 0; i < N_GROUPS; i++) {
            const double law = t[k].m69 * exp(t[k].slope * (47.5 + 5.0 * i - 69.0));
            const double limit = t[k].is_female ? 0.26 : t[k].name[2] == 'w' ? 0.14 : 0.08;
            check_close(law, rate[i], limit, 0, "as good as the header says");
        }
    }
    tn_frame_free(&f);
}

static void tables_are_found_by_name(void **state)
{
    (void)state;
    size_t n;
    const tn_lifetable_t *t = tn_lifetable_list(&n);
    for (size_t k = 0; k < n; k++) {
        assert_ptr_equal(tn_lifetable_get(t[k].name), &t[k]);
        assert_true(t[k].is_female == (strstr(t[k].name, "-female") != NULL));
    }
    assert_null(tn_lifetable_get("russia"));
    assert_null(tn_lifetable_get(""));
}

static void women_outlive_men_and_rich_outlive_poor(void **state)
{
    (void)state;
    size_t n;
    const tn_lifetable_t *t = tn_lifetable_list(&n);
    for (size_t k = 0; k + 1 < n; k += 2)
        assert_true(t[k + 1].m69 < t[k].m69);
    for (size_t k = 2; k + 2 < n; k++)
        assert_true(t[k].m69 < t[k + 2].m69);
}

static void states_have_the_table_of_their_group(void **state)
{
    (void)state;
    assert_string_equal(tn_lifetable_of(365, false)->name, "russia-male");
    assert_string_equal(tn_lifetable_of(2, false)->name, "high-income-male");
    assert_string_equal(tn_lifetable_of(2, true)->name, "high-income-female");
    assert_string_equal(tn_lifetable_of(710, false)->name, "upper-middle-income-male");
    assert_string_equal(tn_lifetable_of(750, true)->name, "lower-middle-income-female");
    assert_string_equal(tn_lifetable_of(700, false)->name, "low-income-male");
    assert_null(tn_lifetable_of(342, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_the_fit_of_the_rates),
        cmocka_unit_test(tables_are_found_by_name),
        cmocka_unit_test(women_outlive_men_and_rich_outlive_poor),
        cmocka_unit_test(states_have_the_table_of_their_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
