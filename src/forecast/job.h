/** The question of a forecast as bytes, and its name. */
#ifndef TN_FORECAST_JOB_H
#define TN_FORECAST_JOB_H
#include "base/bytes.h"
#include "base/sha256.h"
#include "tenure/shard.h"

/** Hash of all that decides the forecast: version, case with settings, options that matter. */
int tn_job_key(
    char key[TN_SHA256_HEX], const tn_case_t *c, const tn_forecast_options_t *opt, tn_error_t *err);
/** tn_job_pack() into a growing piece of bytes. */
int tn_job_write(tn_bytes_t *out, const tn_case_t *c, const tn_forecast_options_t *opt,
    const char *command_line, tn_error_t *err);
#endif
