/* The rows not yet there are split evenly over the ranks, in order; each rank runs its own on all
 * its threads, then all rows are shared. With a checkpoint this goes in rounds, because only what
 * is shared can be kept. Cost of sharing: rows x width doubles, some MiB in all, whatever the
 * number of worlds. */
#include "forecast/crew.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"

#define CHECKPOINT_ROUNDS 16

int tn_crew_size(const tn_crew_t *self) { return self->team == NULL ? 1 : self->team->size; }

int tn_crew_rank(const tn_crew_t *self) { return self->team == NULL ? 0 : self->team->rank; }

bool tn_crew_leads(const tn_crew_t *self) { return self->team == NULL || self->team->rank == 0; }

int tn_crew_share_from(const tn_crew_t *self, int rank, void *bytes, size_t n, tn_error_t *err)
{
    if (tn_crew_size(self) == 1) return 0;
    const int ret = self->team->share(self->team->ctx, rank, bytes, n);
    return ret < 0 ? tn_error_set(err, ret, "the ranks cannot reach one another") : 0;
}

int tn_crew_share(const tn_crew_t *self, void *bytes, size_t n, tn_error_t *err)
{
    return tn_crew_share_from(self, 0, bytes, n, err);
}

int tn_crew_agree(const tn_crew_t *self, int ret, tn_error_t *err)
{
    int first = 0;
    if (tn_crew_size(self) == 1) return ret;
    for (int rank = 0; rank < self->team->size; rank++) {
        int code = ret;
        const int failed = tn_crew_share_from(self, rank, &code, sizeof code, err);
        if (failed < 0) return failed;
        if (first != 0 || code == 0) continue;
        first = code;
        if (rank != self->team->rank) {
            (void)tn_error_set(err, code, "rank %d: %s", rank, tn_error_text(code));
        }
    }
    return first;
}

static double seconds_since(const struct timespec *from)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - from->tv_sec) + 1e-9 * (double)(now.tv_nsec - from->tv_nsec);
}

int tn_crew_save(tn_crew_t *self, tn_error_t *err)
{
    if (self->path == NULL) return 0;
    const int ret = tn_rows_save(self->rows, self->path, err);
    (void)clock_gettime(CLOCK_MONOTONIC, &self->saved);
    if (ret < 0) tn_error_prefix(err, "checkpoint");
    return ret;
}

/** Keeps the rows that are whole by now; writes them. */
static int keep_and_save(tn_crew_t *self, tn_error_t *err)
{
    if (self->rows == NULL) return 0;
    if (tn_rows_keep(self->rows, self->look, self->tally) < 0) {
        return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    }
    return tn_crew_save(self, err);
}

/** tn_progress_fn around the caller's: on the way, a checkpoint when it is due. */
static int on_progress(void *ctx, const char *stage, double done, double total)
{
    tn_crew_t *self = ctx;
    if (self->progress != NULL && self->progress(self->progress_ctx, stage, done, total) != 0) {
        return 1;
    }
    if (self->path == NULL || seconds_since(&self->saved) < self->seconds) return 0;
    self->save_ret = keep_and_save(self, &self->save_err);
    return self->save_ret < 0;
}

static int run_rows(tn_crew_t *self, tn_tally_t *tally, tn_ensemble_t *e, const int64_t *row,
    int64_t n, tn_error_t *err)
{
    tn_ensemble_t mine = *e;
    mine.batches = row;
    mine.n_batches = n;
    mine.progress = on_progress;
    mine.progress_ctx = self;
    if (n == 0) return 0;
    self->save_ret = 0;
    const int ret = tn_ensemble_run(&mine, tn_tally_block, tally, err);
    if (self->save_ret == 0) return ret;
    if (err != NULL) *err = self->save_err;
    return self->save_ret;
}

/** Shares the rows that each rank has run: the k'th of n pieces of the list is rank k's. */
static int share_rows(
    const tn_crew_t *self, tn_tally_t *tally, const int64_t *row, int64_t n, tn_error_t *err)
{
    const int size = tn_crew_size(self);
    for (int rank = 0; rank < size; rank++) {
        for (int64_t i = n * rank / size; i < n * (rank + 1) / size; i++) {
            double *at = tally->row + (size_t)row[i] * tally->width;
            const int ret = tn_crew_share_from(self, rank, at, tally->width * sizeof *at, err);
            if (ret < 0) return ret;
            atomic_store(&tally->has[row[i]], true);
        }
    }
    return 0;
}

static int run_round(tn_crew_t *self, tn_tally_t *tally, tn_ensemble_t *e, const int64_t *row,
    int64_t n, tn_error_t *err)
{
    const int64_t size = tn_crew_size(self), rank = tn_crew_rank(self);
    const int64_t from = n * rank / size, to = n * (rank + 1) / size;
    int ret = run_rows(self, tally, e, row + from, to - from, err);
    ret = tn_crew_agree(self, ret, err);
    if (ret == 0 && size > 1) ret = share_rows(self, tally, row, n, err);
    return ret;
}

/** Rows that are there already, from rank 0 to all. */
static int share_given(const tn_crew_t *self, tn_tally_t *tally, tn_error_t *err)
{
    unsigned char has[TN_TALLY_ROWS] = {0};
    if (tn_crew_size(self) == 1 || !self->has_checkpoint) return 0;
    for (int64_t b = 0; b < tally->n_rows; b++)
        has[b] = atomic_load(&tally->has[b]);
    int ret = tn_crew_share(self, has, sizeof has, err);
    for (int64_t b = 0; b < tally->n_rows && ret == 0; b++) {
        double *at = tally->row + (size_t)b * tally->width;
        if (has[b] == 0) continue;
        ret = tn_crew_share(self, at, tally->width * sizeof *at, err);
        atomic_store(&tally->has[b], true);
    }
    return ret;
}

/** Rows wanted and not there, ascending. */
static int64_t list_missing(const tn_crew_t *self, const tn_tally_t *tally, int64_t *row)
{
    int64_t n = 0, from = 0, to = tally->n_rows;
    if (self->blocks.last > 0) {
        from = (self->blocks.first - 1) / tally->batch;
        to = (self->blocks.last - 1) / tally->batch + 1;
    }
    for (int64_t b = from; b < to && b < tally->n_rows; b++) {
        if (!atomic_load(&tally->has[b])) row[n++] = b;
    }
    return n;
}

/** "1-49, 99-120": the blocks of the rows listed. */
static int missing(const tn_tally_t *tally, const int64_t *row, int64_t n, tn_error_t *err)
{
    char text[256] = "";
    size_t at = 0;
    for (int64_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && row[k] == row[k - 1] + 1;)
            k++;
        const int64_t last = (row[k - 1] + 1) * tally->batch;
        const int m =
            snprintf(text + at, sizeof text - at, "%s%" PRId64 "-%" PRId64, i > 0 ? ", " : "",
                row[i] * tally->batch + 1, last < tally->n_all ? last : tally->n_all);
        if (m < 0 || at + (size_t)m >= sizeof text - 1) break;
        at += (size_t)m;
    }
    return tn_error_set(
        err, TN_EINPUT, "blocks %s of 1-%" PRId64 " are in none of the files", text, tally->n_all);
}

static int run_missing(tn_crew_t *self, tn_tally_t *tally, tn_ensemble_t *e, tn_error_t *err)
{
    int64_t row[TN_TALLY_ROWS];
    const int64_t n = list_missing(self, tally, row);
    if (n > 0 && self->runs_nothing) return missing(tally, row, n, err);
    const bool in_rounds = self->has_checkpoint && tn_crew_size(self) > 1;
    const int64_t n_rounds = in_rounds ? CHECKPOINT_ROUNDS : 1;
    int ret = 0;
    for (int64_t k = 0; k < n_rounds && ret == 0; k++) {
        const int64_t from = n * k / n_rounds, to = n * (k + 1) / n_rounds;
        if (to == from) continue;
        ret = run_round(self, tally, e, row + from, to - from, err);
        if (ret < 0 || !in_rounds) continue;
        if (self->path != NULL && seconds_since(&self->saved) >= self->seconds) {
            ret = keep_and_save(self, err);
        }
        ret = tn_crew_agree(self, ret, err);
    }
    return ret;
}

int tn_crew_run(
    tn_crew_t *self, tn_look_t look, tn_tally_t *tally, tn_ensemble_t *e, tn_error_t *err)
{
    self->look = look;
    self->tally = tally;
    self->progress = e->progress;
    self->progress_ctx = e->progress_ctx;
    int ret = self->rows == NULL ? 0 : tn_rows_give(self->rows, look, tally, err);
    ret = tn_crew_agree(self, ret, err);
    if (ret == 0) ret = share_given(self, tally, err);
    if (ret == 0) ret = run_missing(self, tally, e, err);
    /* after an interruption too: the work done is not lost */
    if (ret == 0 || (ret == TN_EINTERRUPT && self->path != NULL)) {
        tn_error_t why = {0};
        const int kept = keep_and_save(self, &why);
        if (kept < 0 && err != NULL) *err = why;
        if (kept < 0) ret = kept;
    }
    self->tally = NULL;
    return ret;
}

static int share_blocks(const tn_crew_t *self, int64_t n_blocks, const tn_block_array_t *array,
    int n_arrays, tn_error_t *err)
{
    const int size = tn_crew_size(self);
    for (int rank = 0; rank < size; rank++) {
        const size_t from = (size_t)(n_blocks * rank / size);
        const size_t to = (size_t)(n_blocks * (rank + 1) / size);
        for (int k = 0; k < n_arrays; k++) {
            const size_t begin = from * array[k].per_block, end = to * array[k].per_block;
            const size_t last = end < array[k].size ? end : array[k].size;
            if (begin >= last) continue;
            const int ret =
                tn_crew_share_from(self, rank, (char *)array[k].at + begin, last - begin, err);
            if (ret < 0) return ret;
        }
    }
    return 0;
}

static int run_mine(const tn_crew_t *self, const tn_ensemble_t *e, tn_block_done_fn done, void *ctx,
    tn_error_t *err)
{
    const int64_t size = tn_crew_size(self), rank = tn_crew_rank(self);
    const int64_t n = tn_ensemble_n_blocks(e), from = n * rank / size, to = n * (rank + 1) / size;
    tn_ensemble_t mine = *e;
    int64_t *list = tn_calloc((size_t)(to - from) + 1, sizeof *list);
    if (list == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    for (int64_t b = from; b < to; b++)
        list[b - from] = b;
    mine.batches = list;
    mine.n_batches = to - from;
    const int ret = to > from ? tn_ensemble_run(&mine, done, ctx, err) : 0;
    tn_free(list);
    return ret;
}

int tn_crew_run_blocks(const tn_crew_t *self, const tn_ensemble_t *e, tn_block_done_fn done,
    void *ctx, const tn_block_array_t *array, int n_arrays, tn_error_t *err)
{
    if (tn_crew_size(self) == 1) return tn_ensemble_run(e, done, ctx, err);
    const int ret = tn_crew_agree(self, run_mine(self, e, done, ctx, err), err);
    return ret < 0 ? ret : share_blocks(self, tn_ensemble_n_blocks(e), array, n_arrays, err);
}
