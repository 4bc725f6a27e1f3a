/** One forecast in several pieces: shards made by independent processes and merged, ranks that work
 * on it together, a checkpoint to go on from. All give the bytes of one unbroken run. */
#ifndef TENURE_SHARD_H
#define TENURE_SHARD_H
#include <stddef.h>
#include <stdint.h>

#include "tenure/case.h"
#include "tenure/forecast.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Worlds of one block. Blocks are numbered from 1. */
#define TN_BLOCK_WORLDS 1024

/** Number of blocks of a run with n_worlds worlds (1 .. 10^9). */
TN_API int64_t tn_n_blocks(int64_t n_worlds);
/** Blocks that stay together in one piece: 1 up to 131,072 worlds, then the smallest power of two
 * that leaves at most 128 groups. A piece begins at the first block of a group and ends with the
 * last of one. */
TN_API int64_t tn_block_group(int64_t n_worlds);
/** Blocks of the part'th of n_parts nearly equal pieces, part 1 .. n_parts.
 *  @return 0; TN_EARG if part is out of range or there are more parts than groups of blocks. */
TN_API TN_MUST_CHECK int tn_part_of_blocks(
    tn_block_range_t *range, int64_t n_worlds, int64_t part, int64_t n_parts, tn_error_t *err);

/** A forecast to be made, as one piece of bytes: the case with its settings, the options that
 * matter, and the command line for the manifest. */
typedef struct tn_job tn_job_t;

/** @param bytes  out: n bytes, free with tn_job_free_bytes(). The case must have been read, not
 * built by hand. @return 0, TN_EARG, TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_job_pack(unsigned char **bytes, size_t *n, const tn_case_t *c,
    const tn_forecast_options_t *opt, const char *command_line, tn_error_t *err);
TN_API void tn_job_free_bytes(unsigned char *bytes);
/** Reads the case anew from the bytes, which may come from anywhere.
 *  @return 0; TN_EINPUT if the bytes are no job; TN_ENOMEM. On failure *self is NULL. */
TN_API TN_MUST_CHECK int tn_job_unpack(
    tn_job_t **self, const void *bytes, size_t n, tn_error_t *err);
TN_API void tn_job_free(tn_job_t *self);
/** Borrowed. The options have no progress, cache and team. Their checkpoint is "" if the packed
 * ones had one: it is the business of rank 0, but the others must know that there is one. */
TN_API const tn_case_t *tn_job_case(const tn_job_t *self);
TN_API const tn_forecast_options_t *tn_job_options(const tn_job_t *self);
TN_API const char *tn_job_command_line(const tn_job_t *self);

/** Runs the blocks of opt->blocks (all if empty) and writes them, with the job, to a file which
 * appears whole or not at all. opt->checkpoint and opt->team work as in tn_forecast_run().
 *  @return 0; TN_EARG if the blocks are out of range or split a group; TN_EIO; as
 *  tn_forecast_run(). */
TN_API TN_MUST_CHECK int tn_shard_run(const char *path, const tn_case_t *c,
    const tn_forecast_options_t *opt, const char *command_line, tn_error_t *err);

/** The forecast whose shards are in these files, which together must hold every block; a block may
 * be in several. Nothing is simulated. Checkpoints of finished runs are shards of all blocks.
 *  @param self  out; tn_forecast_free() it, before the job.   @param job  out; tn_job_free() it.
 *  @return 0; TN_EINPUT if a file is missing, damaged, of another version, of another forecast than
 *  the first, or if blocks are missing; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_merge_run(
    tn_forecast_t *self, tn_job_t **job, const char *const *paths, size_t n_paths, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
