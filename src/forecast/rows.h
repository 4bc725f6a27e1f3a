/** Tallied rows of one forecast, kept outside a run: what a checkpoint and a shard hold and what a
 * merge joins. A row is the same bits wherever it was made, so all of them are a question of which
 * rows are there. */
#ifndef TN_FORECAST_ROWS_H
#define TN_FORECAST_ROWS_H
#include "base/bytes.h"
#include "base/sha256.h"
#include "forecast/tally.h"

/** The ways of looking at a case, in the order they are run. */
typedef enum tn_look { TN_LOOK_BASE, TN_LOOK_PRIOR, TN_LOOK_REPORTS, TN_N_LOOKS } tn_look_t;

typedef struct tn_look_rows {
    size_t width; /* 0: this look has nothing yet */
    int64_t batch, n_rows;
    bool has[TN_TALLY_ROWS];
    double *row; /* n_rows x width, raw: before tn_tally_finish() */
} tn_look_rows_t;

/** Zero-initialise; tn_rows_free() it. */
typedef struct tn_rows {
    char key[TN_SHA256_HEX]; /* of the question: tn_job_key() */
    tn_bytes_t job;
    bool is_calibrated;
    tn_calibration_t calibration;
    tn_look_rows_t look[TN_N_LOOKS];
} tn_rows_t;

void tn_rows_free(tn_rows_t *self);

/** Copies the rows that the tally has and this lacks; may be called while others are being made.
 *  @return 0, TN_ENOMEM. */
int tn_rows_keep(tn_rows_t *self, tn_look_t look, const tn_tally_t *tally);
/** The other way round, before the run. @return 0; TN_EINPUT if the shapes differ. */
int tn_rows_give(const tn_rows_t *self, tn_look_t look, tn_tally_t *tally, tn_error_t *err);
/** Adds what another of the same key has; takes its memory where it can.
 *  @return 0; TN_EINPUT if the two cannot be of one forecast. */
int tn_rows_join(tn_rows_t *self, tn_rows_t *other, tn_error_t *err);
/** Whether both calibrations are the same bits: other bits mean another build of the simulator. */
bool tn_calibration_is_same(const tn_calibration_t *a, const tn_calibration_t *b);

/** The file, made of bytes: see rows_file.c. */
int tn_rows_save(const tn_rows_t *self, const char *path, tn_error_t *err);
/** @return 0; 1 if there is no such file; TN_EINPUT if it is damaged or of another version;
 *  TN_ENOMEM. */
int tn_rows_load(tn_rows_t *self, const char *path, tn_error_t *err);
/** The same from memory. name is shown in messages. */
int tn_rows_parse(tn_rows_t *self, const char *name, const void *bytes, size_t n, tn_error_t *err);
void tn_rows_write(const tn_rows_t *self, tn_bytes_t *out);
#endif
