/* Kept rows: the file comes back as it was written; whatever is cut off, flipped or made up is an
 * error and never a crash; rows given back, joined and merged are the same bits. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "forecast/job.h"
#include "forecast/rows.h"
#include "model/case.h"
#include "tenure.h"

#define N_ROWS 3
#define WIDTH  5
#define KEY    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void fill(tn_rows_t *self)
{
    *self = (tn_rows_t){.is_calibrated = true};
    memcpy(self->key, KEY, sizeof KEY);
    tn_put_text(&self->job, "a job");
    self->calibration.rounds = 3;
    self->calibration.hazard[1] = NAN;
    self->calibration.knob[2] = -0.0;
    tn_look_rows_t *look = &self->look[TN_LOOK_PRIOR]; /* the first look has nothing */
    look->width = WIDTH;
    look->batch = 4;
    look->n_rows = N_ROWS;
    look->has[0] = look->has[2] = true;
    look->row = tn_calloc((size_t)N_ROWS * WIDTH, sizeof *look->row);
    assert_non_null(look->row);
    for (int k = 0; k < WIDTH; k++) {
        look->row[k] = 1.0 / (k + 3);
        look->row[2 * WIDTH + k] = -INFINITY;
    }
}

static tn_bytes_t bytes_of(const tn_rows_t *rows)
{
    tn_bytes_t bytes = {0};
    tn_rows_write(rows, &bytes);
    assert_false(bytes.failed);
    return bytes;
}

/** Puts the right checksum behind changed bytes. */
static void sign(unsigned char *at, size_t n)
{
    char sum[TN_SHA256_HEX];
    tn_sha256_hex(&(tn_piece_t){at, n - 64}, 1, sum);
    memcpy(at + n - 64, sum, 64);
}

static void a_file_comes_back_as_written(void **state)
{
    (void)state;
    tn_rows_t rows, back;
    fill(&rows);
    tn_bytes_t bytes = bytes_of(&rows);
    assert_int_equal(tn_rows_parse(&back, "a", bytes.at, bytes.n, NULL), 0);
    assert_string_equal(back.key, KEY);
    assert_int_equal(back.job.n, rows.job.n);
    assert_memory_equal(back.job.at, rows.job.at, rows.job.n);
    assert_true(tn_calibration_is_same(&back.calibration, &rows.calibration));
    assert_int_equal(back.look[TN_LOOK_BASE].width, 0);
    const tn_look_rows_t *a = &rows.look[TN_LOOK_PRIOR], *b = &back.look[TN_LOOK_PRIOR];
    assert_int_equal(b->batch, 4);
    assert_memory_equal(a->has, b->has, sizeof a->has);
    assert_memory_equal(a->row, b->row, sizeof(double) * N_ROWS * WIDTH);
    tn_bytes_free(&bytes);
    tn_rows_free(&back);
    tn_rows_free(&rows);
}

static void little_endian_whatever_the_machine(void **state)
{
    (void)state;
    tn_bytes_t bytes = {0};
    const double one = 1.0; /* 0x3ff0000000000000 */
    tn_put_u32(&bytes, 0x01020304);
    tn_put_doubles(&bytes, &one, 1);
    const unsigned char wanted[] = {4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f};
    assert_int_equal(bytes.n, sizeof wanted);
    assert_memory_equal(bytes.at, wanted, sizeof wanted);
    tn_bytes_free(&bytes);
}

static void every_cut_and_every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    tn_rows_t rows, back;
    tn_error_t err;
    fill(&rows);
    tn_bytes_t bytes = bytes_of(&rows);
    for (size_t n = 0; n < bytes.n; n++) {
        assert_int_equal(tn_rows_parse(&back, "a", bytes.at, n, &err), TN_EINPUT);
    }
    for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
        bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(tn_rows_parse(&back, "a", bytes.at, bytes.n, &err), TN_EINPUT);
        assert_true(strncmp(err.message, "a is ", 5) == 0);
        bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    tn_bytes_free(&bytes);
    tn_rows_free(&rows);
}

static void made_up_bytes_with_a_right_checksum_do_no_harm(void **state)
{
    (void)state;
    tn_rows_t rows, back;
    fill(&rows);
    tn_bytes_t bytes = bytes_of(&rows);
    int n_refused = 0;
    unsigned char *copy = tn_malloc(bytes.n);
    assert_non_null(copy);
    for (size_t i = 12; i + 64 < bytes.n; i++) { /* behind the magic */
        static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
        for (size_t v = 0; v < sizeof values; v++) {
            memcpy(copy, bytes.at, bytes.n);
            copy[i] = values[v];
            sign(copy, bytes.n);
            const int ret = tn_rows_parse(&back, "a", copy, bytes.n, NULL);
            assert_true(ret == 0 || ret == TN_EINPUT);
            n_refused += ret != 0;
            tn_rows_free(&back);
        }
    }
    assert_true(n_refused > 100);                /* lengths, flags */
    for (size_t n = 12 + 64; n < bytes.n; n++) { /* cut, signed: every length runs out somewhere */
        memcpy(copy, bytes.at, n);
        sign(copy, n);
        assert_int_equal(tn_rows_parse(&back, "a", copy, n, NULL), TN_EINPUT);
    }
    tn_free(copy);
    tn_bytes_free(&bytes);
    tn_rows_free(&rows);
}

static void another_version_says_so(void **state)
{
    (void)state;
    tn_rows_t rows, back;
    tn_error_t err;
    fill(&rows);
    tn_bytes_t bytes = bytes_of(&rows);
    bytes.at[12 + 4 + 8] = '9'; /* magic, format, length: first digit of the version */
    sign(bytes.at, bytes.n);
    assert_int_equal(tn_rows_parse(&back, "old.ck", bytes.at, bytes.n, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "old.ck was written by tenure 9"));
    tn_bytes_free(&bytes);
    tn_rows_free(&rows);
}

static void without_memory_it_is_an_error(void **state)
{
    (void)state;
    tn_rows_t rows, back;
    fill(&rows);
    tn_bytes_t bytes = bytes_of(&rows);
    for (long k = 1;; k++) {
        tn_mem_fail_at(k);
        const int ret = tn_rows_parse(&back, "a", bytes.at, bytes.n, NULL);
        tn_mem_fail_at(0);
        if (ret == 0) {
            assert_true(k > 2);
            break;
        }
        assert_int_equal(ret, TN_ENOMEM);
    }
    tn_rows_free(&back);
    tn_bytes_free(&bytes);
    tn_mem_fail_at(1);
    tn_rows_write(&rows, &bytes);
    tn_mem_fail_at(0);
    assert_true(bytes.failed);
    assert_int_equal(tn_file_save("/tmp/never", &bytes, NULL), TN_ENOMEM);
    tn_bytes_free(&bytes);
    tn_rows_free(&rows);
}

static void joining_adds_what_is_missing_and_refuses_what_differs(void **state)
{
    (void)state;
    tn_rows_t a, b;
    tn_error_t err;
    fill(&a);
    fill(&b);
    tn_look_rows_t *look = &b.look[TN_LOOK_PRIOR];
    look->has[1] = true;
    look->row[WIDTH] = 7.0;
    assert_int_equal(tn_rows_join(&a, &b, &err), 0);
    assert_true(a.look[TN_LOOK_PRIOR].has[1] && a.look[TN_LOOK_PRIOR].row[WIDTH] == 7.0);
    look->row[WIDTH] = 8.0;
    assert_int_equal(tn_rows_join(&a, &b, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "other numbers for the same worlds"));
    look->batch = 8;
    assert_int_equal(tn_rows_join(&a, &b, &err), TN_EINPUT);
    b.calibration.knob[0] = 1.0;
    assert_int_equal(tn_rows_join(&a, &b, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "another build"));
    b.key[0] = 'f';
    assert_int_equal(tn_rows_join(&a, &b, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "another forecast"));
    tn_rows_free(&a);
    tn_rows_free(&b);
}

static tn_case_t *read_case(void)
{
    char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    static const char *const set[] = {"reference.anchor=fixed", "leader.guard=0.25"};
    const tn_case_options_t opt = {.set = set, .n_set = 2, .horizons = "4w,8w"};
    snprintf(path, sizeof path, "%s/cases/generic-autocracy.yaml", root != NULL ? root : ".");
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(tn_case_read(&c, path, &opt, diag, NULL), 0);
    tn_diag_free(diag);
    return c;
}

static const double knobs[TN_N_KNOBS] = {1.0, 0.1, 0.008, 0.01, 0.0005, 1.0};

static tn_forecast_options_t question(void)
{
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 2500;
    opt.knobs = knobs;
    opt.force = NULL;
    opt.routes = 9;
    return opt;
}

static void a_job_comes_back_and_keeps_its_key(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t n;
    tn_job_t *job;
    char a[TN_SHA256_HEX], b[TN_SHA256_HEX];
    tn_case_t *c = read_case();
    tn_forecast_options_t opt = question();
    assert_int_equal(tn_job_pack(&bytes, &n, c, &opt, "a line", NULL), 0);
    assert_int_equal(tn_job_unpack(&job, bytes, n, NULL), 0);
    assert_string_equal(tn_job_command_line(job), "a line");
    assert_string_equal(tn_case_hash(tn_job_case(job)), tn_case_hash(c));
    assert_int_equal(tn_job_key(a, c, &opt, NULL), 0);
    assert_int_equal(tn_job_key(b, tn_job_case(job), tn_job_options(job), NULL), 0);
    assert_string_equal(a, b);
    opt.n_threads = 7; /* does not matter */
    assert_int_equal(tn_job_key(b, c, &opt, NULL), 0);
    assert_string_equal(a, b);
    opt.no_priors = true; /* does */
    assert_int_equal(tn_job_key(b, c, &opt, NULL), 0);
    assert_string_not_equal(a, b);
    tn_job_free(job);
    for (size_t k = 0; k < n; k += k < 300 ? 1 : 97)
        assert_int_equal(tn_job_unpack(&job, bytes, k, NULL), TN_EINPUT);
    for (long k = 1;; k++) {
        tn_mem_fail_at(k);
        const int ret = tn_job_unpack(&job, bytes, n, NULL);
        tn_mem_fail_at(0);
        if (ret == 0) {
            assert_true(k > 5);
            break;
        }
        assert_int_equal(ret, TN_ENOMEM);
    }
    tn_job_free(job);
    tn_job_free_bytes(bytes);
    tn_case_free(c);
}

static void same_view(const tn_view_t *a, const tn_view_t *b)
{
    assert_int_equal(a->n_weeks, b->n_weeks);
    assert_memory_equal(a->curve, b->curve, (size_t)a->n_weeks * sizeof *a->curve);
    assert_memory_equal(a->exit, b->exit, sizeof a->exit);
    assert_memory_equal(a->count, b->count, sizeof a->count);
}

static void shards_merge_to_the_bits_of_one_run(void **state)
{
    (void)state;
    char dir[] = "/tmp/tenure-rows-XXXXXX", one[64], two[64];
    const char *const paths[] = {two, one};
    tn_forecast_t whole, merged;
    tn_job_t *job;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(one, sizeof one, "%s/1", dir);
    (void)snprintf(two, sizeof two, "%s/2", dir);
    tn_case_t *c = read_case();
    tn_forecast_options_t opt = question();
    assert_int_equal(tn_forecast_run(&whole, c, &opt, NULL), 0);
    opt.blocks = (tn_block_range_t){1, 2};
    assert_int_equal(tn_shard_run(one, c, &opt, "x", NULL), 0);
    opt.blocks = (tn_block_range_t){3, 3};
    assert_int_equal(tn_shard_run(two, c, &opt, "x", NULL), 0);
    tn_case_free(c);
    assert_int_equal(tn_merge_run(&merged, &job, paths, 2, NULL), 0);
    same_view(&merged.base, &whole.base);
    same_view(&merged.prior, &whole.prior);
    same_view(&merged.posterior, &whole.posterior);
    tn_forecast_free(&merged);
    tn_job_free(job);
    tn_forecast_free(&whole);
    assert_int_equal(tn_merge_run(&merged, &job, paths, 1, NULL), TN_EINPUT);
    assert_int_equal(unlink(one), 0);
    assert_int_equal(unlink(two), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void parts_cover_all_blocks_once(void **state)
{
    (void)state;
    for (int64_t n_worlds = 1; n_worlds <= 1000000000; n_worlds = n_worlds * 7 + 3) {
        const int64_t group = tn_block_group(n_worlds), n_blocks = tn_n_blocks(n_worlds);
        const int64_t n_groups = (n_blocks + group - 1) / group;
        for (int64_t n = 1; n <= n_groups; n++) {
            int64_t next = 1;
            for (int64_t k = 1; k <= n; k++) {
                tn_block_range_t r;
                assert_int_equal(tn_part_of_blocks(&r, n_worlds, k, n, NULL), 0);
                assert_int_equal(r.first, next);
                assert_true(r.last >= r.first && (r.last % group == 0 || r.last == n_blocks));
                next = r.last + 1;
            }
            assert_int_equal(next, n_blocks + 1);
        }
        tn_block_range_t r;
        assert_int_equal(tn_part_of_blocks(&r, n_worlds, 1, n_groups + 1, NULL), TN_EARG);
        assert_int_equal(tn_part_of_blocks(&r, n_worlds, 0, 1, NULL), TN_EARG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_back_as_written),
        cmocka_unit_test(little_endian_whatever_the_machine),
        cmocka_unit_test(every_cut_and_every_flipped_bit_is_noticed),
        cmocka_unit_test(made_up_bytes_with_a_right_checksum_do_no_harm),
        cmocka_unit_test(another_version_says_so),
        cmocka_unit_test(without_memory_it_is_an_error),
        cmocka_unit_test(joining_adds_what_is_missing_and_refuses_what_differs),
        cmocka_unit_test(a_job_comes_back_and_keeps_its_key),
        cmocka_unit_test(shards_merge_to_the_bits_of_one_run),
        cmocka_unit_test(parts_cover_all_blocks_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
