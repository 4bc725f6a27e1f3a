/* Calibration: every target is met, with the same bits for any number of threads and every
 * instruction set; a target out of reach is an error with its name. */
#include "check.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "court/calibration_cache.h"
#include "model/case.h"
#include "tenure.h"

static tn_case_t *read_case(const char *name, const char *const *set, size_t n_set)
{
    char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/cases/%s.yaml", root != NULL ? root : ".", name);
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    const tn_case_options_t opt = {.set = set, .n_set = n_set};
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(tn_case_read(&c, path, &opt, diag, NULL), 0);
    tn_diag_free(diag);
    return c;
}

static tn_calibration_t calibrate(const tn_case_t *c, int n_threads, tn_isa_t isa)
{
    tn_calibration_t calibration = {0}; /* zero: padding is compared too */
    const tn_ensemble_t e = {
        .watch_observable = -1, .watch_event = -1, .n_threads = n_threads, .isa = isa};
    tn_error_t err = {0};
    if (tn_calibrate(&calibration, c, &e, &err) != 0) fail_msg("%s", err.message);
    return calibration;
}

static void every_target_is_met_with_the_same_bits(void **state)
{
    (void)state;
    const char *const names[] = {"kremlin-2022", "generic-autocracy"};
    for (int k = 0; k < 2; k++) {
        tn_case_t *c = read_case(names[k], NULL, 0);
        const tn_calibration_t one = calibrate(c, 1, TN_ISA_BASELINE);
        const tn_calibration_t three = calibrate(c, 3, TN_ISA_AUTO);
        assert_memory_equal(one.knob, three.knob, sizeof one.knob);
        assert_memory_equal(one.hazard, three.hazard, sizeof one.hazard);
        for (int r = 0; r < TN_N_ROUTES; r++) {
            if (isnan(one.target[r])) continue;
            check_close(log(one.hazard[r] / one.target[r]), 0.0, 0.0, TN_CALIBRATION_TOLERANCE,
                "within 3 per cent");
        }
        tn_case_free(c);
    }
}

static int count_calls(void *ctx, const char *stage, double done, double total)
{
    (void)stage, (void)done, (void)total;
    ++*(int *)ctx;
    return 0;
}

/** n_calls: out, blocks that the calling thread has simulated for it; the probe does not count. */
static tn_calibration_t counted(const tn_case_t *c, const char *dir, int *n_calls)
{
    tn_calibration_t calibration = {0};
    *n_calls = 0;
    const tn_ensemble_t e = {.watch_observable = -1,
        .watch_event = -1,
        .n_threads = 1,
        .progress = count_calls,
        .progress_ctx = n_calls};
    assert_int_equal(tn_calibrate_cached(&calibration, c, &e, dir, NULL), 0);
    return calibration;
}

static tn_calibration_t through_cache(const tn_case_t *c, const char *dir)
{
    int n_calls;
    return counted(c, dir, &n_calls);
}

static void same_calibration(const tn_calibration_t *a, const tn_calibration_t *b)
{
    assert_int_equal(a->rounds, b->rounds);
    assert_int_equal(a->is_fixed, b->is_fixed);
    assert_memory_equal(a->knob, b->knob, sizeof a->knob);
    assert_memory_equal(a->hazard, b->hazard, sizeof a->hazard);
    assert_memory_equal(a->target, b->target, sizeof a->target);
}

/** Number of files in the folder; the first one's path. */
static int list_folder(const char *dir, char path[512])
{
    int n = 0;
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        if (n++ == 0) (void)snprintf(path, 512, "%s/%s", dir, entry->d_name);
    }
    (void)closedir(folder);
    return n;
}

/** Overwrites the byte at `at` of the file, or cuts the file there. */
static void damage(const char *path, long at, bool is_cut)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    if (!is_cut) assert_int_equal(fputc('7', file), '7');
    assert_int_equal(fclose(file), 0);
    if (is_cut) assert_int_equal(truncate(path, at), 0);
}

static void remove_folder(const char *dir)
{
    char path[512];
    while (list_folder(dir, path) > 0)
        assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void the_cache_gives_the_same_bits_and_survives_damage(void **state)
{
    (void)state;
    const char *const set[] = {"reference.anchor=fixed"}; /* one round */
    const char *const other[] = {"reference.anchor=fixed", "leader.guard=0.31"};
    char top[] = "/tmp/tenure-cache-XXXXXX", dir[64], path[512];
    assert_non_null(mkdtemp(top));
    (void)snprintf(dir, sizeof dir, "%s/a", top);
    tn_case_t *c = read_case("generic-autocracy", set, 1);
    tn_case_t *d = read_case("generic-autocracy", other, 2);
    const tn_calibration_t fresh = calibrate(c, 2, TN_ISA_AUTO);
    tn_calibration_t got = through_cache(c, dir);
    same_calibration(&got, &fresh);
    assert_int_equal(list_folder(dir, path), 1);
    got = through_cache(c, dir);
    same_calibration(&got, &fresh);
    for (int k = 0; k < 3; k++) {
        damage(path, 20 + 30 * k, k == 1);
        got = through_cache(c, dir);
        same_calibration(&got, &fresh);
    }
    (void)through_cache(d, dir); /* another court, another file */
    assert_int_equal(list_folder(dir, path), 2);
    remove_folder(dir);
    got = through_cache(c, "/dev/null/cannot/be/made");
    same_calibration(&got, &fresh);
    assert_int_equal(rmdir(top), 0);
    tn_case_free(c);
    tn_case_free(d);
}

static void a_kept_calibration_is_used_and_a_damaged_one_is_not(void **state)
{
    (void)state;
    const char *const set[] = {"reference.anchor=fixed"}; /* one round */
    const int n_blocks = TN_CALIBRATION_WORLDS / TN_BLOCK;
    char dir[] = "/tmp/tenure-cache-XXXXXX", path[512];
    int n_calls;
    assert_non_null(mkdtemp(dir));
    tn_case_t *c = read_case("generic-autocracy", set, 1);
    const tn_calibration_t fresh = counted(c, NULL, &n_calls);
    assert_int_equal(n_calls, n_blocks);
    (void)counted(c, dir, &n_calls);
    assert_int_equal(n_calls, n_blocks);
    const tn_calibration_t kept = counted(c, dir, &n_calls);
    assert_int_equal(n_calls, 0); /* a hit: nothing was simulated */
    same_calibration(&kept, &fresh);
    assert_int_equal(list_folder(dir, path), 1);
    damage(path, 20, false);
    (void)counted(c, dir, &n_calls);
    assert_int_equal(n_calls, n_blocks);
    (void)counted(c, dir, &n_calls);
    assert_int_equal(n_calls, 0); /* mended */
    remove_folder(dir);
    tn_case_free(c);
}

static void an_impossible_target_fails_with_its_name(void **state)
{
    (void)state;
    const char *const set[] = {"reference={coup: 0.9}", "ties={default: 0, within_group: 0}",
        "actors=[{id: a, power: 1, candidate: 1}, {id: b, power: 1}, {id: c, power: 1}]"};
    tn_case_t *c = read_case("generic-autocracy", set, 3);
    tn_error_t err = {0};
    tn_forecast_t f;
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 1024;
    assert_int_equal(tn_forecast_run(&f, c, &opt, &err), TN_ECONVERGE);
    assert_non_null(strstr(err.message, "calibration failed: coup reached"));
    assert_non_null(strstr(err.message, "target 0.9/yr, plot_rate="));
    tn_case_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_target_is_met_with_the_same_bits),
        cmocka_unit_test(the_cache_gives_the_same_bits_and_survives_damage),
        cmocka_unit_test(a_kept_calibration_is_used_and_a_damaged_one_is_not),
        cmocka_unit_test(an_impossible_target_fails_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
