/* Calibration: every target is met, with the same bits for any number of threads and every
 * instruction set; a target out of reach is an error with its name. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "court/calibrate.h"
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

static void an_impossible_target_fails_with_its_name(void **state)
{
    (void)state;
    const char *const set[] = {"reference.coup=0.9", "ties={default: 0, within_group: 0}"};
    tn_case_t *c = read_case("generic-autocracy", set, 2);
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
        cmocka_unit_test(an_impossible_target_fails_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
