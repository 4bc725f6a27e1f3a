/* Rows are copied whole, never added up: the sums are made once, in the order of rows, after all
 * are there. */
#include "forecast/rows.h"

#include <string.h>

#include "base/mem.h"

void tn_rows_free(tn_rows_t *self)
{
    if (self == NULL) return;
    tn_bytes_free(&self->job);
    for (int k = 0; k < TN_N_LOOKS; k++)
        tn_free(self->look[k].row);
    *self = (tn_rows_t){0};
}

static int make_room(tn_look_rows_t *self, const tn_tally_t *tally)
{
    if (self->width != 0) return 0;
    self->row = tn_calloc((size_t)tally->n_rows * tally->width, sizeof *self->row);
    if (self->row == NULL) return TN_ENOMEM;
    self->width = tally->width;
    self->batch = tally->batch;
    self->n_rows = tally->n_rows;
    return 0;
}

int tn_rows_keep(tn_rows_t *self, tn_look_t look, const tn_tally_t *tally)
{
    tn_look_rows_t *rows = &self->look[look];
    const size_t width = tally->width;
    if (make_room(rows, tally) < 0) return TN_ENOMEM;
    for (size_t b = 0; b < (size_t)tally->n_rows; b++) {
        if (rows->has[b] || !atomic_load_explicit(&tally->has[b], memory_order_acquire)) continue;
        memcpy(rows->row + b * width, tally->row + b * width, width * sizeof *rows->row);
        rows->has[b] = true;
    }
    return 0;
}

int tn_rows_give(const tn_rows_t *self, tn_look_t look, tn_tally_t *tally, tn_error_t *err)
{
    const tn_look_rows_t *rows = &self->look[look];
    const size_t width = tally->width;
    if (rows->width == 0) return 0;
    if (rows->width != width || rows->batch != tally->batch || rows->n_rows != tally->n_rows) {
        return tn_error_set(err, TN_EINPUT, "the rows of the file do not fit the case");
    }
    for (size_t b = 0; b < (size_t)tally->n_rows; b++) {
        if (!rows->has[b]) continue;
        memcpy(tally->row + b * width, rows->row + b * width, width * sizeof *rows->row);
        atomic_store(&tally->has[b], true);
    }
    return 0;
}

/** Bits, not values: NAN equals NAN, and 0 is not -0. */
static bool is_same(const void *a, const void *b, size_t size) { return memcmp(a, b, size) == 0; }

bool tn_calibration_is_same(const tn_calibration_t *a, const tn_calibration_t *b)
{
    return a->is_fixed == b->is_fixed && a->rounds == b->rounds &&
           is_same(a->knob, b->knob, sizeof a->knob) &&
           is_same(a->hazard, b->hazard, sizeof a->hazard) &&
           is_same(a->target, b->target, sizeof a->target);
}

static int join_look(tn_look_rows_t *self, tn_look_rows_t *other, tn_error_t *err)
{
    const size_t width = self->width;
    if (other->width == 0) return 0;
    if (width == 0) {
        *self = *other;
        *other = (tn_look_rows_t){0};
        return 0;
    }
    if (width != other->width || self->batch != other->batch || self->n_rows != other->n_rows) {
        return tn_error_set(err, TN_EINPUT, "its rows have another shape");
    }
    for (size_t b = 0; b < (size_t)self->n_rows; b++) {
        double *mine = self->row + b * width;
        const double *more = other->row + b * width;
        if (!other->has[b]) continue;
        if (self->has[b] && !is_same(mine, more, width * sizeof *mine)) {
            return tn_error_set(err, TN_EINPUT, "it has other numbers for the same worlds");
        }
        memcpy(mine, more, width * sizeof *mine);
        self->has[b] = true;
    }
    return 0;
}

int tn_rows_join(tn_rows_t *self, tn_rows_t *other, tn_error_t *err)
{
    if (strcmp(self->key, other->key) != 0) {
        return tn_error_set(err, TN_EINPUT,
            "it is of another forecast: the case, its settings, the seed or the number of worlds "
            "differ");
    }
    if (!tn_calibration_is_same(&self->calibration, &other->calibration)) {
        return tn_error_set(
            err, TN_EINPUT, "its calibration differs: it was made by another build of tenure");
    }
    for (int k = 0; k < TN_N_LOOKS; k++) {
        const int ret = join_look(&self->look[k], &other->look[k], err);
        if (ret < 0) return ret;
    }
    return 0;
}
