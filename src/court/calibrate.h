/** Calibration to the outside view: rates that make the neutral version reproduce the reference
 * hazards (model 10). A property of the case: always the same seed and number of worlds, whatever
 * the forecast uses. */
#ifndef TN_COURT_CALIBRATE_H
#define TN_COURT_CALIBRATE_H
#include "court/ensemble.h"

#define TN_CALIBRATION_SEED      1
#define TN_CALIBRATION_WORLDS    20480
#define TN_CALIBRATION_WEEKS     261
#define TN_CALIBRATION_ROUNDS    12
#define TN_CALIBRATION_TOLERANCE 0.03 /* of ln(hazard / target) */

/** @param run  threads, isa and progress are used; the rest is ignored.
 *  @return 0; TN_ECONVERGE with "calibration failed: ROUTE reached H/yr, target T/yr, KNOB=value".
 */
int tn_calibrate(
    tn_calibration_t *self, const tn_case_t *c, const tn_ensemble_t *run, tn_error_t *err);

/** Yearly hazards of all routes in n_worlds of the neutral version under the given knobs; NULL: the
 * case's own. */
int tn_neutral_hazards(double hazard[TN_N_ROUTES], const tn_case_t *c, const double *knobs,
    const tn_ensemble_t *run, int64_t n_worlds, tn_error_t *err);
#endif
