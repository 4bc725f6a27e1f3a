/** A forecast filled by hand, for tests of the reports: every kind of entry, some with awkward
 * values. */
#ifndef TN_TESTS_FORECAST_FIXTURE_H
#define TN_TESTS_FORECAST_FIXTURE_H
#include "model/case.h"
#include "tenure/forecast.h"

#define FIXTURE_HORIZONS   3
#define FIXTURE_WEEKS      104
#define FIXTURE_SUCCESSORS 4
#define FIXTURE_ORIGINS    2
#define FIXTURE_DRIVERS    2

/** Everything the forecast borrows lives in here. */
typedef struct fixture {
    tn_case_t court_case;
    tn_forecast_t forecast;
    tn_estimate_t curve[3][FIXTURE_WEEKS];
    tn_estimate_t successor[3][FIXTURE_SUCCESSORS];
    tn_estimate_t by_route[3][TN_N_ROUTES * FIXTURE_SUCCESSORS];
    const char *id[FIXTURE_SUCCESSORS];
    const char *name[FIXTURE_SUCCESSORS];
    bool is_candidate[FIXTURE_SUCCESSORS];
    tn_origin_effect_t origin[FIXTURE_ORIGINS];
    tn_driver_t driver[FIXTURE_DRIVERS];
} fixture_t;

/** Fills the fixture. Posterior: P(exit) 0.015, 0.072, 0.164 within 13w, 52w, 104w; no median; the
 * route incapacity never happened, so its successors are NAN. */
void fixture_init(fixture_t *self);
#endif
