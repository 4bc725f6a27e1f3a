/* The base layer: dates, numbers, names, memory, errors, random numbers, threads. */
#include "check.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/str.h"
#include "tenure.h"

static void dates_go_there_and_back(void **state)
{
    (void)state;
    char text[11];
    int32_t day;
    assert_true(tn_date_parse("1970-01-01", 10, &day));
    assert_int_equal(day, 0);
    assert_true(tn_date_parse("2022-05-30", 10, &day));
    assert_int_equal(day, 19142); /* 52 years, 13 leap days, 149 days */
    for (int32_t d = -200000; d < 200000; d += 37) {
        int32_t back;
        tn_date_format(d, text);
        assert_true(tn_date_parse(text, 10, &back));
        assert_int_equal(back, d);
    }
}

static void impossible_dates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2022-02-29", "2022-13-01", "2022-00-10", "2022-01-00",
        "2022-1-01", "22-01-01", "2022/01/01", "2022-04-31", "1900-02-29", "0999-01-01",
        "2022-01-0x"};
    int32_t day;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (tn_date_parse(bad[k], strlen(bad[k]), &day)) fail_msg("%s was accepted", bad[k]);
    }
    assert_true(tn_date_parse("2000-02-29", 10, &day));
}

static void durations_are_weeks_or_years(void **state)
{
    (void)state;
    int weeks;
    assert_true(tn_duration_parse("13w", 3, &weeks));
    assert_int_equal(weeks, 13);
    assert_true(tn_duration_parse("5y", 2, &weeks));
    assert_int_equal(weeks, 261); /* 260.9 rounded up */
    assert_true(tn_duration_parse("1y", 2, &weeks));
    assert_int_equal(weeks, 53);
    static const char *const bad[] = {"w", "0w", "13", "13m", "-1w", "1.5y", "99999w", "101y", ""};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (tn_duration_parse(bad[k], strlen(bad[k]), &weeks)) fail_msg("%s was accepted", bad[k]);
    }
}

static void numbers_are_read_to_the_last_bit(void **state)
{
    (void)state;
    static const char *const text[] = {
        "0.1", "-3", "+2.5e-3", "1e300", ".5", "5.", "0.30000000000000004"};
    static const double want[] = {0.1, -3.0, 2.5e-3, 1e300, 0.5, 5.0, 0.30000000000000004};
    double v;
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        assert_true(tn_str_to_double(text[k], strlen(text[k]), &v));
        check_close(v, want[k], 0.0, 0.0, text[k]);
    }
    static const char *const bad[] = {
        "", "nan", "inf", "0x10", "1e", "1e999", "--1", "1 ", " 1", "1,5", ".", "1_0"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (tn_str_to_double(bad[k], strlen(bad[k]), &v)) fail_msg("'%s' was accepted", bad[k]);
    }
}

static void integers_stay_in_their_range(void **state)
{
    (void)state;
    int64_t v;
    assert_true(tn_str_to_int64("-9223372036854775808", 20, INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MIN);
    assert_true(tn_str_to_int64("9223372036854775807", 19, INT64_MIN, INT64_MAX, &v));
    assert_false(tn_str_to_int64("9223372036854775808", 19, INT64_MIN, INT64_MAX, &v));
    assert_false(tn_str_to_int64("7", 1, 0, 6, &v));
    assert_false(tn_str_to_int64("1e3", 3, 0, 10000, &v));
    assert_false(tn_str_to_int64("-", 1, 0, 10, &v));
}

static void the_nearest_name_is_found_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"coup", "uprising", "assassination", "regular", "foreign"};
    assert_int_equal(tn_str_nearest("cuop", names, 5), 0);
    assert_int_equal(tn_str_nearest("asassination", names, 5), 2);
    assert_int_equal(tn_str_nearest("zzz", names, 5), -1);
    assert_int_equal(tn_str_nearest("", names, 5), -1);
}

static void utf8_is_counted_and_checked(void **state)
{
    (void)state;
    assert_int_equal(tn_str_utf8_length("Ac\xc3\xa9", 4), 3);
    assert_int_equal(tn_str_utf8_length("\xc3", 1), -1);
    assert_int_equal(tn_str_utf8_length("\xc0\xaf", 2), -1);     /* overlong */
    assert_int_equal(tn_str_utf8_length("\xed\xa0\x80", 3), -1); /* surrogate */
    assert_int_equal(tn_str_utf8_length("\xf0\x9f\x98\x80", 4), 1);
}

static void growing_text_grows(void **state)
{
    (void)state;
    tn_text_t t = {0};
    for (int k = 0; k < 1000; k++)
        tn_text_printf(&t, "%d,", k);
    assert_int_equal(t.n, 10 * 2 + 90 * 3 + 900 * 4);
    assert_false(t.failed);
    tn_text_free(&t);
    tn_mem_fail_at(1);
    tn_text_append(&t, "x", 1);
    tn_mem_fail_at(0);
    assert_true(t.failed);
    tn_text_append(&t, "x", 1);
    assert_null(t.s);
}

static void allocations_check_overflow_and_fail_on_purpose(void **state)
{
    (void)state;
    assert_null(tn_calloc(SIZE_MAX / 2, 4));
    tn_mem_fail_at(2);
    void *first = tn_malloc(8), *second = tn_malloc(8);
    assert_non_null(first);
    assert_null(second);
    assert_int_equal(tn_mem_count(), 2);
    tn_mem_fail_at(0);
    tn_free(first);
    void *p = tn_aligned_calloc(3, 8);
    assert_int_equal((uintptr_t)p % 64, 0);
    tn_free(p);
}

static void errors_have_texts_statuses_and_context(void **state)
{
    (void)state;
    tn_error_t err;
    assert_int_equal(tn_error_set(&err, TN_EINPUT, "row %d", 7), TN_EINPUT);
    tn_error_prefix(&err, "file %s", "a.csv");
    assert_string_equal(err.message, "file a.csv: row 7");
    assert_int_equal(tn_error_exit_status(TN_EINPUT), 2);
    assert_int_equal(tn_error_exit_status(TN_EARG), 64);
    assert_int_equal(tn_error_exit_status(TN_EINTERNAL), 70);
    assert_int_equal(tn_error_exit_status(TN_EINTERRUPT), 130);
    assert_string_equal(tn_error_text(TN_ENOMEM), "out of memory");
    assert_int_equal(tn_error_set(NULL, TN_EIO, "nowhere to write"), TN_EIO);
}

/** Known answers of the authors of Philox (Random123 kat_vectors), model 12 no. 1. */
static void philox_gives_the_known_words(void **state)
{
    (void)state;
    uint32_t x[4];
    tn_rng_words(0, 0, 0, 0, 0, 0, x);
    const uint32_t zero[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    assert_memory_equal(x, zero, sizeof x);
    tn_rng_words(UINT64_MAX, UINT64_MAX, 0xffff, 0xffff, 0xffff, 0xffff, x);
    const uint32_t ones[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    assert_memory_equal(x, ones, sizeof x);
    tn_rng_words(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x8a2e, 0x1319, 0x7344, 0x0370, x);
    const uint32_t pi[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    assert_memory_equal(x, pi, sizeof x);
}

static void normals_have_the_moments_of_a_normal(void **state)
{
    (void)state;
    const int n = 100000;
    double sum = 0.0, squares = 0.0, fourth = 0.0;
    for (int k = 0; k < n / 4; k++) {
        double z[4];
        tn_rng_normals(5, (uint64_t)k, 0, 0, 3, 0, z);
        for (int i = 0; i < 4; i++) {
            sum += z[i];
            squares += z[i] * z[i];
            fourth += z[i] * z[i] * z[i] * z[i];
        }
    }
    /* 4 standard errors: var(z) = 1, var(z^2) = 2, var(z^4) = 96 */
    check_close(sum / n, 0.0, 0.0, 4.0 / sqrt(n), "mean");
    check_close(squares / n, 1.0, 0.0, 4.0 * sqrt(2.0 / n), "variance");
    check_close(fourth / n, 3.0, 0.0, 4.0 * sqrt(96.0 / n), "fourth moment");
}

/* Against the C library's long double, from the same uniforms: at the edges, near every multiple of
 * a quarter turn, and at random. Quarter turns are taken off exactly first, as the angle in radians
 * is not exact. */
static void normals_are_exact_but_for_rounding(void **state)
{
    (void)state;
    const long double half_pi = 1.57079632679489661923132169163975144L;
    double worst = 0.0;
    for (uint32_t k = 0; k < 200000; k++) {
        uint32_t x[4];
        tn_rng_words(11, k, 0, 0, 0, 0, x);
        if (k < 4000) x[1] = (k & 3u) * 0x40000000u + k / 4u - 500u;
        if (k < 2000) x[0] = k % 2 == 0 ? k : UINT32_MAX - k;
        const double u = tn_rng_uniform(x[0]), v = tn_rng_uniform(x[1]);
        const long double radius = sqrtl(-2.0L * logl((long double)u));
        const long double turns = 4.0L * v, quarter = rintl(turns);
        const long double sine = sinl((turns - quarter) * half_pi);
        const long double cosine = cosl((turns - quarter) * half_pi);
        const int q = (int)quarter % 4;
        const long double want[2] = {radius * (q == 0      ? cosine
                                                  : q == 1 ? -sine
                                                  : q == 2 ? -cosine
                                                           : sine),
            radius * (q == 0      ? sine
                         : q == 1 ? cosine
                         : q == 2 ? -sine
                                  : -cosine)};
        double z[2];
        tn_box_muller(u, v, z, z + 1);
        for (int i = 0; i < 2; i++) {
            const double error = (double)fabsl((z[i] - want[i]) / want[i]);
            if (error > worst) worst = error;
        }
    }
    assert_true(worst > 0.0); /* a comparison with itself would be exact */
    assert_true(worst < 2.5 * 0x1p-52);
}

static void elementary_functions_are_close_to_the_c_library(void **state)
{
    (void)state;
    for (double x = -20.0; x < 20.0; x += 0.37) {
        check_close(tn_exp(x), exp(x), TOL1, 0.0, "exp");
        check_close(tn_log(fabs(x) + 0.1), log(fabs(x) + 0.1), TOL1, TOL1, "log");
        check_close(tn_pow(fabs(x) + 0.1, 1.5), pow(fabs(x) + 0.1, 1.5), TOL1, 0.0, "pow");
    }
}

static void chances_of_small_hazards_keep_their_digits(void **state)
{
    (void)state;
    for (double y = 1e-12; y < 20.0; y *= 1.07) {
        const double want = (double)-expm1l(-(long double)y);
        check_close(tn_chance(y), want, y < 0.0625 ? 2.5 * 0x1p-53 : TOL1, 0.0, "chance");
        assert_true(tn_chance(y) <= y); /* the first look at rare events rests on it */
    }
    assert_true(tn_chance(0.0) <= 0.0 && tn_chance(INFINITY) >= 1.0);
}

static int mark(void *ctx, int thread, int64_t i)
{
    (void)thread;
    ((int *)ctx)[i]++;
    return i == 500 || i == 700 ? TN_EIO : 0;
}

static void tasks_run_once_and_the_first_error_counts(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        int done[1000] = {0};
        assert_int_equal(tn_parallel_run(threads, 400, mark, done), 0);
        for (int i = 0; i < 400; i++)
            assert_int_equal(done[i], 1);
        assert_int_equal(tn_parallel_run(threads, 1000, mark, done), TN_EIO);
    }
    assert_true(tn_parallel_threads(0) >= 1);
    assert_int_equal(tn_parallel_threads(3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_go_there_and_back),
        cmocka_unit_test(impossible_dates_are_refused),
        cmocka_unit_test(durations_are_weeks_or_years),
        cmocka_unit_test(numbers_are_read_to_the_last_bit),
        cmocka_unit_test(integers_stay_in_their_range),
        cmocka_unit_test(the_nearest_name_is_found_or_none),
        cmocka_unit_test(utf8_is_counted_and_checked),
        cmocka_unit_test(growing_text_grows),
        cmocka_unit_test(allocations_check_overflow_and_fail_on_purpose),
        cmocka_unit_test(errors_have_texts_statuses_and_context),
        cmocka_unit_test(philox_gives_the_known_words),
        cmocka_unit_test(normals_have_the_moments_of_a_normal),
        cmocka_unit_test(normals_are_exact_but_for_rounding),
        cmocka_unit_test(elementary_functions_are_close_to_the_c_library),
        cmocka_unit_test(chances_of_small_hazards_keep_their_digits),
        cmocka_unit_test(tasks_run_once_and_the_first_error_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
