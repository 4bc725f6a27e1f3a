/* New rows to predict for, and the table of predictions. Rows with missing values have none. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fit/fitting.h"

static bool is_complete(const tn_design_rows_t *rows, int n_columns, size_t i)
{
    for (int j = 0; j < n_columns; j++) {
        if (!isfinite(rows->x[(size_t)j * rows->n + i])) return false;
    }
    if (rows->offset != NULL && !isfinite(rows->offset[i])) return false;
    return rows->stratum == NULL || rows->stratum[i] >= 0;
}

static void take_columns(
    double *to, const double *from, size_t n_from, int n_columns, const struct tn_newdata *fresh)
{
    for (int j = 0; j < n_columns; j++) {
        for (size_t i = 0; i < fresh->n; i++)
            to[(size_t)j * fresh->n + i] = from[(size_t)j * n_from + fresh->row[i]];
    }
}

static int take_rows(
    tn_fitting_t *self, const tn_design_rows_t *rows, const tn_design_rows_t *risk_rows)
{
    struct tn_newdata *fresh = &self->fresh;
    const int p = self->design.n_columns, q = self->risk.n_columns;
    fresh->row = tn_calloc(rows->n, sizeof *fresh->row);
    if (fresh->row == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < rows->n; i++) {
        if (!is_complete(rows, p, i) || (q > 0 && !is_complete(risk_rows, q, i))) continue;
        fresh->row[fresh->n++] = (uint32_t)i;
    }
    fresh->block = tn_calloc(fresh->n, (size_t)(p + q + 1) * sizeof *fresh->block);
    if (fresh->block == NULL) return TN_ENOMEM;
    fresh->x = fresh->block;
    fresh->z = fresh->x + fresh->n * (size_t)p;
    take_columns(fresh->x, rows->x, rows->n, p, fresh);
    if (q > 0) take_columns(fresh->z, risk_rows->x, risk_rows->n, q, fresh);
    if (rows->offset != NULL) {
        fresh->offset = fresh->z + fresh->n * (size_t)q;
        take_columns(fresh->offset, rows->offset, rows->n, 1, fresh);
    }
    if (rows->stratum == NULL) return 0;
    fresh->stratum = tn_calloc(fresh->n, sizeof *fresh->stratum);
    if (fresh->stratum == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < fresh->n; i++)
        fresh->stratum[i] = rows->stratum[fresh->row[i]];
    return 0;
}

int tn_newdata_read(tn_fitting_t *self)
{
    tn_design_rows_t rows = {0}, risk_rows = {0};
    const tn_frame_t *frame = self->opt->newdata;
    if (frame == NULL) return 0;
    int ret = tn_design_predict(&self->design, frame, &rows, self->diag, self->err);
    if (ret >= 0 && self->risk.n_columns > 0) {
        ret = tn_design_predict(&self->risk, frame, &risk_rows, self->diag, self->err);
    }
    if (ret < 0) tn_error_prefix(self->err, "new rows");
    if (ret >= 0 && self->strata != NULL && self->design.n_strata > 1 && rows.stratum == NULL &&
        self->opt->method != TN_FIT_FINEGRAY) {
        ret = tn_error_set(self->err, TN_EINPUT, "new rows: the columns of strata() are missing");
    }
    if (ret >= 0) ret = take_rows(self, &rows, &risk_rows);
    if (ret >= 0 && self->fresh.n < frame->n_rows) {
        tn_build_note(self->fit, "new rows without a prediction, values missing: %zu",
            frame->n_rows - self->fresh.n);
    }
    tn_design_rows_free(&rows);
    tn_design_rows_free(&risk_rows);
    return ret;
}

void tn_newdata_free(struct tn_newdata *self)
{
    tn_free(self->row);
    tn_free(self->block);
    tn_free(self->stratum);
}

bool tn_prediction_init(tn_prediction_t *self, tn_fitting_t *fitting, const char *name,
    const char *title, int n_groups, bool has_cause)
{
    tn_fit_t *fit = fitting->fit;
    const struct tn_newdata *fresh = &fitting->fresh;
    const size_t n_times = (size_t)fitting->n_times, n = fresh->n * n_times;
    tn_fit_table_t *t = tn_build_table(fit, name, title, n * (size_t)n_groups, 9);
    *self = (tn_prediction_t){0};
    self->row = tn_build_number(fit, t, "row", TN_FIT_COUNT);
    if (fresh->stratum != NULL) self->stratum = tn_build_text(fit, t, "strata");
    if (has_cause) self->cause = tn_build_text(fit, t, "cause");
    self->time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    self->estimate = tn_build_number(fit, t, "estimate", TN_FIT_PROBABILITY);
    self->se = tn_build_number(fit, t, "std.error", TN_FIT_PROBABILITY);
    self->low = tn_build_number(fit, t, "conf.low", TN_FIT_PROBABILITY);
    self->high = tn_build_number(fit, t, "conf.high", TN_FIT_PROBABILITY);
    if (tn_build_failed(fit)) return false;
    t->is_curve = true;
    for (size_t at = 0; at < n * (size_t)n_groups; at++) {
        const size_t i = at % n / n_times;
        self->row[at] = (double)(fresh->row[i] + 1);
        self->time[at] = fitting->times[at % n_times];
        if (self->stratum != NULL && fresh->stratum != NULL) {
            self->stratum[at] = fitting->strata[fresh->stratum[i]];
        }
    }
    return true;
}

void tn_prediction_cause(const tn_prediction_t *self, size_t at, size_t n, const char *cause)
{
    for (size_t i = 0; i < n; i++)
        self->cause[at + i] = cause;
}
