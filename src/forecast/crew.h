/** Who runs the rows of a tally: this process alone or a team of ranks; with a checkpoint or
 * without; all blocks or some; rows that are there already are not run again. */
#ifndef TN_FORECAST_CREW_H
#define TN_FORECAST_CREW_H
#include <time.h>

#include "forecast/rows.h"

typedef struct tn_crew {
    const tn_team_t *team;   /* NULL: alone */
    tn_rows_t *rows;         /* what is there and what is kept, on rank 0; NULL: nothing */
    const char *path;        /* of the checkpoint, on rank 0; NULL: none */
    bool has_checkpoint;     /* on every rank */
    double seconds;          /* between two writings */
    tn_block_range_t blocks; /* to run; zeros: all */
    bool runs_nothing;       /* merge: what is missing is an error */
    /* the run now in progress */
    tn_look_t look;
    const tn_tally_t *tally;
    struct timespec saved;
    tn_progress_fn progress; /* the caller's */
    void *progress_ctx;
    int save_ret;
    tn_error_t save_err;
} tn_crew_t;

bool tn_crew_leads(const tn_crew_t *self); /* alone, or rank 0 */

/** Collective: the first failure of any rank, 0 if there is none. */
int tn_crew_agree(const tn_crew_t *self, int ret, tn_error_t *err);
/** Collective: bytes of rank 0 to all. */
int tn_crew_share(const tn_crew_t *self, void *bytes, size_t n, tn_error_t *err);
/** The same of any rank. */
int tn_crew_share_from(const tn_crew_t *self, int rank, void *bytes, size_t n, tn_error_t *err);
/** How many ranks there are; 1: alone. And which this is. */
int tn_crew_size(const tn_crew_t *self);
int tn_crew_rank(const tn_crew_t *self);

/** Writes the checkpoint, if there is one. */
int tn_crew_save(tn_crew_t *self, tn_error_t *err);

/** Collective: fills the tally's rows. Without failure those of `blocks` are whole on every rank.
 *  @return 0, TN_ENOMEM, TN_EINTERRUPT, TN_EIO (checkpoint, team), TN_EINPUT (rows do not fit; rows
 *  are missing that may not be run). */
int tn_crew_run(
    tn_crew_t *self, tn_look_t look, tn_tally_t *tally, tn_ensemble_t *e, tn_error_t *err);

/** What a run leaves outside a tally: so many bytes for each block, one after the other. */
typedef struct tn_block_array {
    void *at;
    size_t per_block;
    size_t size; /* of all; the last block may have fewer */
} tn_block_array_t;

/** Collective: runs all blocks of the ensemble, each rank its part of them; then every rank has
 * what all have written in the arrays. @return 0, TN_ENOMEM, TN_EINTERRUPT, TN_EIO (team). */
int tn_crew_run_blocks(const tn_crew_t *self, const tn_ensemble_t *e, tn_block_done_fn done,
    void *ctx, const tn_block_array_t *array, int n_arrays, tn_error_t *err);
#endif
