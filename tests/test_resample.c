/* Clustered bootstrap. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tenure/resample.h"

enum { N = 12, B = 4000 };
/* clusters 0, 2, 3 and 5 of 7 have rows */
static const int32_t cluster[N] = {5, 0, 0, 2, 5, 3, 3, 3, 0, 2, 5, 5};
static const double y[N] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

static int mean_and_size(void *ctx, int thread, const tn_resample_draw_t *draw, double *value)
{
    const double *data = ctx;
    (void)thread;
    double sum = 0;
    for (size_t i = 0; i < draw->n; i++)
        sum += data[draw->row[i]];
    value[0] = sum / (double)draw->n;
    value[1] = (double)draw->n;
    return 0;
}

/* Checks every draw, and counts how often each cluster came. */
typedef struct audit {
    long n_drawn[7];
    long n_draws;
} audit_t;

static int audit_draw(void *ctx, int thread, const tn_resample_draw_t *draw, double *value)
{
    audit_t *a = ctx;
    (void)thread;
    const size_t size[7] = {3, 0, 2, 3, 0, 4, 0};
    const int n_clusters = draw->index < -1 ? 3 : 4;
    assert_int_equal(draw->n_clusters, n_clusters);
    size_t i = 0;
    for (int s = 0; s < n_clusters; s++) {
        const int32_t k = cluster[draw->row[i]];
        for (size_t m = 0; m < size[k]; m++, i++) {
            assert_int_equal(draw->cluster[i], s);
            assert_int_equal(cluster[draw->row[i]], k);
            assert_true(m == 0 || draw->row[i] > draw->row[i - 1]);
        }
        if (draw->index >= 0) a->n_drawn[k]++;
    }
    assert_int_equal(i, draw->n);
    a->n_draws++;
    value[0] = draw->index < -1 ? cluster[draw->row[0]] : 0;
    return 0;
}

static void whole_clusters_are_drawn_evenly(void **state)
{
    (void)state;
    audit_t a = {0};
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = B;
    opt.n_threads = 1;
    opt.with_jackknife = true;
    tn_resample_t r;
    assert_int_equal(tn_resample_run(&r, N, cluster, 7, audit_draw, &a, 1, &opt, NULL), 0);
    assert_int_equal(r.n_clusters, 4);
    assert_int_equal(a.n_draws, 1 + B + 4);
    for (int k = 0; k < 7; k++) {
        const bool has_rows = k == 0 || k == 2 || k == 3 || k == 5;
        const double want = has_rows ? B : 0; /* 4 B slots, 4 clusters */
        check_close((double)a.n_drawn[k], want, 0, 4 * sqrt(4.0 * B * 0.25 * 0.75), "4 s.e.");
        assert_true(has_rows || a.n_drawn[k] == 0);
    }
    tn_resample_free(&r);
    tn_resample_free(&r);
}

static void the_mean_has_its_known_error(void **state)
{
    (void)state;
    /* rows by themselves: the bootstrap variance of a mean is (n - 1) / n s^2 / n exactly */
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = B;
    opt.with_jackknife = true;
    tn_resample_t r;
    double data[N], mean = 0, squares = 0, cubes = 0;
    memcpy(data, y, sizeof data);
    for (int i = 0; i < N; i++)
        mean += y[i] / N;
    for (int i = 0; i < N; i++) {
        squares += (y[i] - mean) * (y[i] - mean);
        cubes += pow(y[i] - mean, 3);
    }
    assert_int_equal(tn_resample_run(&r, N, NULL, 0, mean_and_size, data, 2, &opt, NULL), 0);
    const double se = sqrt(squares) / N;
    check_close(r.estimate[0], 52.0 / 12, TOL1, 0, "mean");
    check_close(r.se[0], se, 0, 4 * se / sqrt(2.0 * B), "4 standard errors");
    check_close(r.bias[0], 0, 0, 4 * se / sqrt(B), "4 standard errors");
    check_close(r.jackknife_se[0], sqrt(squares / (N - 1) / N), TOL2, 0, "s / sqrt(n)");
    assert_true(r.se[1] == 0 && r.value[B] == N);
    check_close(r.basic_lower[0], 2 * r.estimate[0] - r.upper[0], TOL1, 0, "reflected");
    /* BCa: the leave-one-out means have d_i = (y_i - mean) / (n - 1) */
    const double a = cubes / (6 * pow(squares, 1.5));
    double below = 0;
    for (int i = 0; i < B; i++)
        below += r.value[i] < r.estimate[0] ? 1 : r.value[i] == r.estimate[0] ? 0.5 : 0;
    assert_true(a > 0 && r.bca_lower[0] > r.lower[0] && r.bca_upper[0] > r.upper[0]);
    check_close(below / B, 0.5, 0, 0.06, "nearly unbiased in the median");
    check_close(r.bca_upper[0] - r.upper[0], 0, 0, se, "a small correction");
    tn_resample_free(&r);
}

static int table_value(void *ctx, int thread, const tn_resample_draw_t *draw, double *value)
{
    (void)ctx;
    (void)thread;
    /* known values whatever was drawn: resamples 1, 2, ..., 99, estimate 40, jackknife 0 0 0 4 */
    value[0] = draw->index >= 0    ? (double)draw->index + 1
               : draw->index == -1 ? 40
               : draw->index == -5 ? 4
                                   : 0;
    return 0;
}

static void limits_by_hand(void **state)
{
    (void)state;
    /* R 4.2.2: z0 <- qnorm(39.5/99); a <- (3 - 27) / (6 * 12^1.5); w <- z0 + c(-1, 1) *
     * qnorm(.975); quantile(1:99, pnorm(z0 + w / (1 - a * w))) */
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = 99;
    opt.with_jackknife = true;
    tn_resample_t r;
    assert_int_equal(tn_resample_run(&r, N, cluster, 7, table_value, NULL, 1, &opt, NULL), 0);
    check_close(r.bias[0], 10, TOL1, 0, "50 - 40");
    check_close(r.se[0], sqrt(99.0 * 100 / 12), TOL2, 0, "of 1..99");
    check_close(r.lower[0], 1 + 0.025 * 98, TOL2, 0, "type 7");
    check_close(r.upper[0], 1 + 0.975 * 98, TOL2, 0, "type 7");
    check_close(r.basic_lower[0], 80 - (1 + 0.975 * 98), TOL2, 0, "reflected");
    check_close(r.jackknife_se[0], 3, TOL1, 0, "sqrt(3/4 (1 + 1 + 1 + 9))");
    check_close(r.bca_lower[0], 1.1040351871560192, 1e-12, 0, "R");
    check_close(r.bca_upper[0], 87.874628283454086, 1e-12, 0, "R");
    tn_resample_free(&r);
}

static void threads_make_no_difference(void **state)
{
    (void)state;
    double data[N];
    memcpy(data, y, sizeof data);
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    tn_resample_t a, b;
    opt.n_threads = 1;
    assert_int_equal(tn_resample_run(&a, N, cluster, 7, mean_and_size, data, 2, &opt, NULL), 0);
    opt.n_threads = 3;
    assert_int_equal(tn_resample_run(&b, N, cluster, 7, mean_and_size, data, 2, &opt, NULL), 0);
    assert_memory_equal(a.value, b.value, 2000 * sizeof *a.value);
    assert_true(a.se[0] == b.se[0] && isnan(a.bca_lower[0]) && isnan(a.jackknife_se[0]));
    tn_resample_free(&b);
    opt.n_resamples = 500; /* the first of 1000 */
    assert_int_equal(tn_resample_run(&b, N, cluster, 7, mean_and_size, data, 2, &opt, NULL), 0);
    assert_memory_equal(a.value, b.value, 500 * sizeof *a.value);
    tn_resample_free(&b);
    opt.seed = 2;
    assert_int_equal(tn_resample_run(&b, N, cluster, 7, mean_and_size, data, 2, &opt, NULL), 0);
    assert_memory_not_equal(a.value, b.value, 500 * sizeof *a.value);
    tn_resample_free(&a);
    tn_resample_free(&b);
}

static int fails_at_times(void *ctx, int thread, const tn_resample_draw_t *draw, double *value)
{
    const int *mode = ctx;
    (void)thread;
    value[0] = 7;
    value[1] = draw->index % 2 == 0 ? NAN : 7;
    if (draw->index == -1) return *mode == 1 ? 1 : 0;
    if (draw->index == 20 && *mode == 2) return TN_ECONVERGE;
    return draw->index < -1 || draw->index % 4 == 3 ? 1 : 0;
}

static void draws_without_a_value_are_counted(void **state)
{
    (void)state;
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = 100;
    opt.with_jackknife = true;
    tn_resample_t r;
    tn_error_t err;
    int mode = 0;
    assert_int_equal(tn_resample_run(&r, N, cluster, 7, fails_at_times, &mode, 2, &opt, NULL), 0);
    assert_int_equal(r.n_failed, 25);
    assert_int_equal(r.n_jackknife_failed, 4);
    assert_true(isnan(r.value[3]) && r.value[2] == 7 && isnan(r.value[102]) && r.value[101] == 7);
    assert_true(r.bias[0] == 0 && r.se[1] == 0 && isnan(r.jackknife_se[0]));
    assert_true(isnan(r.bca_lower[0]));
    tn_resample_free(&r);
    mode = 1;
    assert_int_equal(
        tn_resample_run(&r, N, cluster, 7, fails_at_times, &mode, 2, &opt, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "the statistic has no value for the data as they are");
    mode = 2;
    assert_int_equal(
        tn_resample_run(&r, N, cluster, 7, fails_at_times, &mode, 2, &opt, &err), TN_ECONVERGE);
    assert_null(r.value);
}

static void edges_and_mistakes(void **state)
{
    (void)state;
    double data[N];
    memcpy(data, y, sizeof data);
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = 1;
    opt.with_jackknife = true;
    tn_resample_t r;
    tn_error_t err;
    assert_int_equal(tn_resample_run(&r, 1, NULL, 0, mean_and_size, data, 2, &opt, NULL), 0);
    assert_true(r.estimate[0] == 3 && r.value[0] == 3 && isnan(r.se[0]) && isnan(r.lower[0]));
    assert_true(isnan(r.jackknife_se[0])); /* nobody to leave out */
    tn_resample_free(&r);
    assert_int_equal(
        tn_resample_run(&r, N, cluster, 5, mean_and_size, data, 2, &opt, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 1: cluster 5, expected 0 to 4");
    assert_int_equal(tn_resample_run(&r, 0, NULL, 0, mean_and_size, data, 2, &opt, NULL), TN_EARG);
    assert_int_equal(tn_resample_run(&r, N, NULL, 0, NULL, data, 2, &opt, NULL), TN_EARG);
    assert_int_equal(tn_resample_run(&r, N, NULL, 0, mean_and_size, data, 0, &opt, NULL), TN_EARG);
    opt.n_resamples = 0;
    assert_int_equal(tn_resample_run(&r, N, NULL, 0, mean_and_size, data, 2, &opt, NULL), TN_EARG);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    double data[N];
    memcpy(data, y, sizeof data);
    tn_resample_options_t opt = TN_RESAMPLE_OPTIONS_DEFAULT;
    opt.n_resamples = 20;
    opt.n_threads = 1;
    opt.with_jackknife = true;
    int ret = TN_ENOMEM;
    long k = 1;
    for (; ret != 0; k++) {
        tn_resample_t r;
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_resample_run(&r, N, cluster, 7, mean_and_size, data, 2, &opt, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
        tn_resample_free(&r);
    }
    assert_true(k > 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_clusters_are_drawn_evenly),
        cmocka_unit_test(the_mean_has_its_known_error),
        cmocka_unit_test(limits_by_hand),
        cmocka_unit_test(threads_make_no_difference),
        cmocka_unit_test(draws_without_a_value_are_counted),
        cmocka_unit_test(edges_and_mistakes),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
