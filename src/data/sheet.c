/* Cells as texts. CSV cells stay as they stand in the file; numbers of other files are written with
 * the fewest digits that tell them apart, dates as YYYY-MM-DD. */
#include "data/sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/file.h"
#include "io/lenient.h"

#define MAX_UTF8 3       /* bytes that a byte of Windows-1252 becomes */
#define MAX_DAY  3000000 /* days from 1970 that fit in a year of four digits */

static const char *number_text(tn_sheet_t *self, double value, bool is_date)
{
    char text[32];
    if (!isfinite(value)) return "";
    if (is_date && value >= -700000 && value <= MAX_DAY && value == floor(value)) {
        tn_date_format((int32_t)value, text);
    } else {
        (void)snprintf(text, sizeof text, "%.15g", value);
    }
    const char *copy = tn_arena_strndup(&self->arena, text, strlen(text));
    return copy != NULL ? copy : "";
}

/* Other files than CSV may hold Latin-1: their rows are noted as lines of a CSV would be. */
static const char *foreign_text(tn_sheet_t *self, const char *text, size_t n, size_t row)
{
    tn_frame_t *frame = &self->frame;
    char *out = tn_arena_calloc(&self->arena, MAX_UTF8 * n + 1, 1);
    if (frame->foreign_line == NULL)
        frame->foreign_line = tn_calloc(frame->n_rows, sizeof *frame->foreign_line);
    if (out == NULL || frame->foreign_line == NULL) {
        self->arena.failed = true;
        return "";
    }
    tn_lenient_text(text, n, out);
    const size_t m = frame->n_foreign;
    if (m == 0 || frame->foreign_line[m - 1] != row + 1)
        frame->foreign_line[frame->n_foreign++] = row + 1;
    return out;
}

static const char *cell_text(tn_sheet_t *self, const tn_frame_column_t *c, size_t row)
{
    if (c->level == NULL) return number_text(self, c->number[row], c->is_date);
    const int32_t k = c->level[row];
    if (k < 0 || k >= c->n_levels || strcmp(c->levels[k], "NA") == 0) return "";
    const size_t n = strlen(c->levels[k]);
    if (tn_str_utf8_length(c->levels[k], n) >= 0) return c->levels[k];
    return foreign_text(self, c->levels[k], n, row);
}

static int fill(tn_sheet_t *self)
{
    const size_t n = self->n_rows, m = (size_t)self->n_columns;
    self->cell = tn_calloc(n * m + 1, sizeof *self->cell);
    if (self->cell == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++) {
            self->cell[i * m + j] = cell_text(self, &self->frame.column[j], i);
        }
    }
    return self->arena.failed ? TN_ENOMEM : 0;
}

/* Reads self->bytes. */
static int read_bytes(tn_sheet_t *self, tn_error_t *err)
{
    const tn_frame_options_t opt = {.lenient_encoding = true, .as_text = true};
    tn_sha256_hex(&(tn_piece_t){self->bytes, self->n_bytes}, 1, self->sha256);
    int ret = tn_frame_read_memory(&self->frame, self->name, self->bytes, self->n_bytes, &opt, err);
    if (ret < 0) return ret;
    self->n_rows = self->frame.n_rows;
    self->n_columns = self->frame.n_columns;
    if (self->n_rows > TN_SHEET_MAX_ROWS) {
        return tn_error_set(err, TN_EINPUT, "%s: %zu rows, at most %zu are read", self->name,
            self->n_rows, TN_SHEET_MAX_ROWS);
    }
    ret = fill(self);
    return ret < 0 ? tn_error_set(err, ret, "%s: %s", self->name, tn_error_text(ret)) : 0;
}

int tn_sheet_read(tn_sheet_t *self, const char *path, tn_error_t *err)
{
    *self = (tn_sheet_t){.name = path};
    int ret = tn_file_read(path, TN_SHEET_MAX_BYTES, &self->bytes, &self->n_bytes, err);
    if (ret == 0) ret = read_bytes(self, err);
    if (ret < 0) tn_sheet_free(self);
    return ret;
}

int tn_sheet_read_memory(
    tn_sheet_t *self, const char *name, const void *bytes, size_t n, tn_error_t *err)
{
    *self = (tn_sheet_t){.name = name};
    self->bytes = tn_malloc(n + 1);
    if (self->bytes == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (n > 0) memcpy(self->bytes, bytes, n);
    self->bytes[n] = '\0';
    self->n_bytes = n;
    const int ret = read_bytes(self, err);
    if (ret < 0) tn_sheet_free(self);
    return ret;
}

void tn_sheet_free(tn_sheet_t *self)
{
    if (self == NULL) return;
    tn_free(self->cell);
    tn_free(self->bytes);
    tn_frame_free(&self->frame);
    tn_arena_free(&self->arena);
    *self = (tn_sheet_t){0};
}

int tn_sheet_find(const tn_sheet_t *self, const char *column)
{
    return tn_frame_find(&self->frame, column);
}

const char *tn_sheet_text(const tn_sheet_t *self, size_t row, int column)
{
    if (column < 0 || row >= self->n_rows) return "";
    return self->cell[row * (size_t)self->n_columns + (size_t)column];
}

size_t tn_sheet_line(const tn_sheet_t *self, size_t row)
{
    return self->frame.line != NULL && row < self->n_rows ? self->frame.line[row] : row + 1;
}
