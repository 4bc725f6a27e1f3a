/* Rows of sums: as many as there are blocks, but never more than TN_TALLY_ROWS; a row that holds
 * several blocks is their sum, whatever the threads. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "court_fixture.h"
#include "forecast/tally.h"

#define N_BLOCKS 150

static const tn_horizon_t horizon = {.label = "2w", .weeks = 2};

static tn_ensemble_t ensemble(const tn_court_t *court, int n_threads)
{
    return (tn_ensemble_t){.court = court,
        .seed = 4,
        .n_worlds = (int64_t)N_BLOCKS * TN_BLOCK - 77,
        .n_threads = n_threads,
        .watch_observable = -1,
        .watch_event = -1};
}

static void run(tn_tally_t *self, const tn_court_t *court, int n_threads, bool is_plain)
{
    tn_ensemble_t e = ensemble(court, n_threads);
    assert_int_equal(tn_tally_init(self, &e, &horizon, 1, 0, TN_ALL_ROUTES), 0);
    if (is_plain) { /* one row per block */
        tn_free(self->row);
        tn_free(self->has);
        self->batch = e.batch = 1;
        self->n_rows = self->n_all;
        self->row = tn_calloc((size_t)self->n_rows * self->width, sizeof *self->row);
        self->has = tn_calloc((size_t)self->n_rows, sizeof *self->has);
        assert_true(self->row != NULL && self->has != NULL);
    }
    assert_int_equal(tn_ensemble_run(&e, tn_tally_block, self, NULL), 0);
}

static double sum(const tn_tally_t *self, size_t column)
{
    double total = 0.0;
    for (int64_t b = 0; b < self->n_rows; b++)
        total += tn_tally_at(self, b, column);
    return total;
}

static void a_row_of_several_blocks_is_their_sum(void **state)
{
    (void)state;
    fixture_t fixture;
    tn_court_t court;
    tn_tally_t rows, batched;
    fixture_random(&fixture, 5); /* reports with weights, events, war */
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
    court.n_weeks = court.t_as_of + 2;
    court.centre[TN_P_contest_m] = 1.0; /* the quick way to the tipping point */
    run(&rows, &court, 2, true);
    run(&batched, &court, 2, false);
    assert_int_equal(rows.n_rows, N_BLOCKS);
    assert_int_equal(batched.batch, 2);
    assert_int_equal(batched.n_rows, N_BLOCKS / 2);
    assert_true(rows.n_origins > 0);
    tn_tally_finish(&rows);
    tn_tally_finish(&batched);
    for (size_t k = 0; k < rows.scales; k++)
        check_close(sum(&batched, k), sum(&rows, k), 1e-12, 1e-300, "sums of a column");
    tn_tally_free(&rows);
    tn_tally_free(&batched);
    tn_court_free(&court);
}

static void threads_give_the_same_rows(void **state)
{
    (void)state;
    fixture_t fixture;
    tn_court_t court;
    tn_tally_t one, three;
    fixture_plain(&fixture, 5, 2);
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
    run(&one, &court, 1, false);
    run(&three, &court, 3, false);
    assert_memory_equal(one.row, three.row, (size_t)one.n_rows * one.width * sizeof *one.row);
    check_close(sum(&one, one.weight), N_BLOCKS * TN_BLOCK - 77, 0.0, 0.0, "all worlds");
    tn_tally_free(&one);
    tn_tally_free(&three);
    tn_court_free(&court);
}

static void the_number_of_rows_is_bounded(void **state)
{
    (void)state;
    fixture_t fixture;
    tn_court_t court;
    fixture_plain(&fixture, 3, 2);
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
    for (int64_t n = 1; n <= 1000000000; n *= 10) {
        tn_tally_t t;
        tn_ensemble_t e = ensemble(&court, 1);
        e.n_worlds = n;
        assert_int_equal(tn_tally_init(&t, &e, &horizon, 1, 0, TN_ALL_ROUTES), 0);
        assert_true(t.n_rows <= TN_TALLY_ROWS && t.n_rows * t.batch * TN_BLOCK >= n);
        assert_true(t.batch == 1 || t.n_rows > TN_TALLY_ROWS / 2);
        tn_tally_free(&t);
    }
    tn_court_free(&court);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_of_several_blocks_is_their_sum),
        cmocka_unit_test(threads_give_the_same_rows),
        cmocka_unit_test(the_number_of_rows_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
