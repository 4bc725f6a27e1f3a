/** Calibrations kept in files, one per question: a name made of the hash of everything the result
 * depends on, so a stale file is never found. A file that is missing, damaged or unreadable is a
 * calibration to be done again; a file that cannot be written is done without. Safe to delete at
 * any time, also while another process reads or writes it. */
#ifndef TN_COURT_CALIBRATION_CACHE_H
#define TN_COURT_CALIBRATION_CACHE_H
#include "court/calibrate.h"

/** tn_calibrate() through the cache in folder dir, which is made if missing; NULL: no cache. The
 * same bits either way. */
int tn_calibrate_cached(tn_calibration_t *self, const tn_case_t *c, const tn_ensemble_t *run,
    const char *dir, tn_error_t *err);
#endif
