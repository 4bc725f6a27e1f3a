/* A file of base rates from outside bytes: what is read writes back, and forecasts. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/base_json.h"
#include "model/base_predict.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static tn_base_model_t model;
    tn_base_draws_t draws;
    tn_base_curve_t curve;
    const tn_known_t known = {.landmark = 24000, .entered = 23900, .born = NAN};
    if (tn_base_json_read(&model, "m.json", (const char *)bytes, n, NULL) < 0) return 0;
    if (tn_base_draws_init(&draws, &model, 2, 1) == 0 &&
        tn_base_curve_init(&curve, &model, &draws, &known, 12) == 0) {
        (void)tn_base_chance(&curve, TN_N_ROUTES, 6.0, 0.95);
        tn_base_curve_free(&curve);
    }
    tn_base_draws_free(&draws);
    tn_base_model_free(&model);
    return 0;
}
