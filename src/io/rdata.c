/* R's data frames by librdata, from memory. It reports an object as a run of columns and, for data
 * frames only, their names afterwards. */
#include <limits.h>
#include <math.h>
#include <rdata/rdata.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/decompress.h"
#include "io/frame_read.h"
#include "io/rdata_plain.h"
#include "io/text_levels.h"

/** A column on its way; cells come with it or, for texts, one by one after it. */
typedef struct column {
    const char *name;
    size_t n;
    bool is_date, is_factor;
    double *number;
    int32_t *level;
    tn_text_levels_t levels;
    const char **factor; /* labels of a factor */
    int n_factor;
} column_t;

typedef struct object {
    const char *name;
    column_t *column;
    size_t n_columns, capacity;
    bool has_names; /* a data frame */
} object_t;

typedef struct walk {
    const tn_frame_source_t *source;
    tn_error_t *err;
    tn_text_t bytes; /* the data frames, written plainly */
    size_t position;
    tn_arena_t arena;
    object_t *object;
    size_t n_objects, capacity;
    const char **label; /* of the factor whose column comes next */
    int n_labels, label_capacity;
    int failed;
} walk_t;

/* ---- the bytes ---- */

static int on_open(const char *path, void *ctx)
{
    (void)path;
    ((walk_t *)ctx)->position = 0;
    return 0;
}

static int on_close(void *ctx)
{
    (void)ctx;
    return 0;
}

static rdata_off_t on_seek(rdata_off_t offset, rdata_io_flags_t whence, void *ctx)
{
    walk_t *self = ctx;
    const rdata_off_t base = whence == RDATA_SEEK_SET   ? 0
                             : whence == RDATA_SEEK_CUR ? (rdata_off_t)self->position
                                                        : (rdata_off_t)self->bytes.n;
    if (offset < -base || offset > (rdata_off_t)self->bytes.n - base) return -1;
    self->position = (size_t)(base + offset);
    return base + offset;
}

static ssize_t on_read(void *buffer, size_t n, void *ctx)
{
    walk_t *self = ctx;
    const size_t left = self->bytes.n - self->position;
    if (n > left) n = left;
    if (n > 0) memcpy(buffer, self->bytes.s + self->position, n);
    self->position += n;
    return (ssize_t)n;
}

static rdata_error_t on_update(
    long size, rdata_progress_handler progress, void *user_ctx, void *io_ctx)
{
    (void)size;
    (void)progress;
    (void)user_ctx;
    (void)io_ctx;
    return RDATA_OK;
}

/* ---- objects and columns ---- */

static const char *copy(walk_t *self, const char *text)
{
    if (text == NULL) return NULL;
    const char *own = tn_arena_strndup(&self->arena, text, strlen(text));
    if (own == NULL) self->failed = TN_ENOMEM;
    return own;
}

static int on_table(const char *name, void *ctx)
{
    walk_t *self = ctx;
    if (self->n_objects == self->capacity) {
        const size_t capacity = self->capacity == 0 ? 8 : 2 * self->capacity;
        object_t *more = tn_realloc(self->object, capacity, sizeof *more);
        if (more == NULL) return self->failed = TN_ENOMEM;
        self->object = more;
        self->capacity = capacity;
    }
    self->object[self->n_objects++] = (object_t){.name = copy(self, name)};
    return self->failed;
}

static column_t *add_column(walk_t *self, object_t *object, size_t n)
{
    if (object->n_columns >= TN_FRAME_MAX_COLUMNS || n > TN_FRAME_MAX_CELLS) {
        self->failed = tn_error_set(self->err, TN_EINPUT,
            "%s: more than %d columns or %d cells, the most that are read", self->source->name,
            TN_FRAME_MAX_COLUMNS, TN_FRAME_MAX_CELLS);
        return NULL;
    }
    if (object->n_columns == object->capacity) {
        const size_t capacity = object->capacity == 0 ? 16 : 2 * object->capacity;
        column_t *more = tn_realloc(object->column, capacity, sizeof *more);
        if (more == NULL) {
            self->failed = TN_ENOMEM;
            return NULL;
        }
        object->column = more;
        object->capacity = capacity;
    }
    column_t *column = &object->column[object->n_columns++];
    *column = (column_t){.n = n};
    return column;
}

static void take_factor(walk_t *self, column_t *column, const int *code)
{
    column->is_factor = true;
    column->n_factor = self->n_labels;
    column->factor = tn_arena_calloc(&self->arena, (size_t)self->n_labels, sizeof(char *));
    column->level = tn_calloc(column->n, sizeof *column->level);
    if (column->factor == NULL || column->level == NULL) {
        self->failed = TN_ENOMEM;
        return;
    }
    memcpy(column->factor, self->label, (size_t)self->n_labels * sizeof(char *));
    for (size_t i = 0; code != NULL && i < column->n; i++)
        column->level[i] = code[i] >= 1 && code[i] <= self->n_labels ? code[i] - 1 : -1;
}

static void take_numbers(walk_t *self, column_t *column, rdata_type_t type, const void *data)
{
    const bool is_integer = type == RDATA_TYPE_INT32 || type == RDATA_TYPE_LOGICAL;
    column->is_date = type == RDATA_TYPE_DATE;
    column->number = tn_calloc(column->n, sizeof *column->number);
    if (column->number == NULL) {
        self->failed = TN_ENOMEM;
        return;
    }
    for (size_t i = 0; data != NULL && i < column->n; i++) {
        if (is_integer) {
            const int value = ((const int *)data)[i];
            column->number[i] = value == INT_MIN ? NAN : (double)value;
        } else {
            column->number[i] = ((const double *)data)[i];
        }
    }
}

static int on_column(const char *name, rdata_type_t type, void *data, long count, void *ctx)
{
    walk_t *self = ctx;
    if (self->n_objects == 0 && on_table(NULL, ctx) < 0) return -1;
    object_t *object = &self->object[self->n_objects - 1];
    column_t *column = count < 0 ? NULL : add_column(self, object, (size_t)count);
    if (column == NULL) return -1;
    column->name = copy(self, name);
    if (type == RDATA_TYPE_STRING) {
        column->level = tn_calloc(column->n, sizeof *column->level);
        if (column->level == NULL) self->failed = TN_ENOMEM;
        for (size_t i = 0; column->level != NULL && i < column->n; i++)
            column->level[i] = -1;
    } else if (data == NULL && count > 0) {
        self->failed =
            tn_error_set(self->err, TN_EINPUT, "%s: a column without values", self->source->name);
    } else if (type == RDATA_TYPE_INT32 && self->n_labels > 0) {
        take_factor(self, column, data);
    } else {
        take_numbers(self, column, type, data);
    }
    self->n_labels = 0;
    return self->failed;
}

static int on_text(const char *text, int index, void *ctx)
{
    walk_t *self = ctx;
    object_t *object = self->n_objects > 0 ? &self->object[self->n_objects - 1] : NULL;
    if (object == NULL || object->n_columns == 0) return 0;
    column_t *column = &object->column[object->n_columns - 1];
    if (index < 0 || (size_t)index >= column->n || column->number != NULL || text == NULL) return 0;
    const int32_t code = tn_text_levels_code(&column->levels, text, strlen(text));
    if (code < 0) return self->failed = TN_ENOMEM;
    column->level[index] = code;
    return 0;
}

static int on_label(const char *text, int index, void *ctx)
{
    walk_t *self = ctx;
    (void)index;
    if (self->n_labels == self->label_capacity) {
        const int capacity = self->label_capacity == 0 ? 64 : 2 * self->label_capacity;
        const char **more = tn_realloc(self->label, (size_t)capacity, sizeof(char *));
        if (more == NULL) return self->failed = TN_ENOMEM;
        self->label = more;
        self->label_capacity = capacity;
    }
    self->label[self->n_labels++] = copy(self, text != NULL ? text : "NA");
    return self->failed;
}

static int on_name(const char *name, int index, void *ctx)
{
    walk_t *self = ctx;
    object_t *object = self->n_objects > 0 ? &self->object[self->n_objects - 1] : NULL;
    if (object == NULL || index < 0 || (size_t)index >= object->n_columns) return 0;
    object->has_names = true;
    object->column[index].name = copy(self, name);
    return self->failed;
}

/* ---- to a frame ---- */

static size_t count_rows(const object_t *object)
{
    size_t n = 0;
    for (size_t j = 0; j < object->n_columns; j++)
        n = object->column[j].n > n ? object->column[j].n : n;
    return n;
}

/* Columns without elements are no vectors of numbers or texts (rdata_plain.h). */
static bool is_frame(const object_t *object)
{
    const size_t n_rows = count_rows(object);
    for (size_t j = 0; j < object->n_columns; j++) {
        if (object->column[j].n != n_rows && object->column[j].n > 0) return false;
    }
    return object->has_names && object->n_columns > 0;
}

static int name_frames(const walk_t *self, const char *problem)
{
    tn_text_t list = {0};
    for (size_t k = 0; k < self->n_objects; k++) {
        const char *name = self->object[k].name;
        if (!is_frame(&self->object[k])) continue;
        tn_text_printf(&list, "%s%s", list.n > 0 ? ", " : "", name != NULL ? name : "(unnamed)");
    }
    const int ret = tn_error_set(self->err, TN_EINPUT, "%s: %s%.800s", self->source->name, problem,
        list.s != NULL ? list.s : "");
    tn_text_free(&list);
    return ret;
}

static int choose(walk_t *self, object_t **chosen)
{
    const char *wanted = self->source->object;
    size_t n_frames = 0;
    *chosen = NULL;
    for (size_t k = 0; k < self->n_objects; k++) {
        object_t *object = &self->object[k];
        if (!is_frame(object)) continue;
        n_frames++;
        const bool is_wanted =
            wanted == NULL || (object->name != NULL && strcmp(object->name, wanted) == 0);
        if (is_wanted && *chosen == NULL) *chosen = object;
    }
    if (n_frames == 0 || (*chosen == NULL && wanted == NULL)) {
        return tn_error_set(self->err, TN_EINPUT,
            "%s: no data frame in it, expected one (columns of equal length with names)",
            self->source->name);
    }
    if (*chosen == NULL) return name_frames(self, "no data frame of that name, there are: ");
    if (wanted == NULL && n_frames > 1) {
        return name_frames(self, "several data frames, name the one wanted (--object): ");
    }
    return 0;
}

static int finish_column(column_t *column, size_t n_rows, tn_frame_column_t *out)
{
    out->name = tn_strdup(column->name != NULL ? column->name : "");
    out->number = column->number;
    out->level = column->level;
    out->is_date = column->is_date;
    out->is_factor = column->is_factor;
    column->number = NULL; /* the frame's now */
    column->level = NULL;
    if (out->name == NULL) return TN_ENOMEM;
    if (column->is_factor) return tn_frame_set_levels(out, column->factor, column->n_factor);
    return out->level != NULL ? tn_text_levels_finish(&column->levels, out, n_rows) : 0;
}

static int finish(walk_t *self, tn_frame_t *frame)
{
    object_t *object = NULL;
    const int chosen = choose(self, &object);
    if (chosen < 0 || object == NULL) return chosen;
    const size_t n_rows = count_rows(object);
    size_t n = 0;
    for (size_t j = 0; j < object->n_columns; j++)
        n += object->column[j].n == n_rows;
    int ret = tn_frame_allocate(frame, self->source, n_rows, n, self->err);
    if (ret == 0) ret = tn_frame_leave_out(frame, object->n_columns - n);
    for (size_t j = 0, at = 0, left = 0; ret == 0 && j < object->n_columns; j++) {
        column_t *column = &object->column[j];
        if (column->n == n_rows) {
            ret = finish_column(column, n_rows, &frame->column[at++]);
        } else {
            frame->left_out[left] = tn_strdup(column->name != NULL ? column->name : "");
            if (frame->left_out[left++] == NULL) ret = TN_ENOMEM;
        }
    }
    return ret == 0 ? tn_frame_unique_names(frame) : ret;
}

static void walk_free(walk_t *self)
{
    for (size_t k = 0; k < self->n_objects; k++) {
        object_t *object = &self->object[k];
        for (size_t j = 0; j < object->n_columns; j++) {
            tn_free(object->column[j].number);
            tn_free(object->column[j].level);
            tn_text_levels_free(&object->column[j].levels);
        }
        tn_free(object->column);
    }
    tn_free(self->object);
    tn_free(self->label);
    tn_text_free(&self->bytes);
    tn_arena_free(&self->arena);
}

static rdata_error_t parse(walk_t *self)
{
    rdata_parser_t *parser = rdata_parser_init();
    if (parser == NULL) return RDATA_ERROR_MALLOC;
    free(
        parser->io->io_ctx); /* the library's own for files, which it forgets once it is replaced */
    rdata_set_table_handler(parser, on_table);
    rdata_set_column_handler(parser, on_column);
    rdata_set_column_name_handler(parser, on_name);
    rdata_set_text_value_handler(parser, on_text);
    rdata_set_value_label_handler(parser, on_label);
    rdata_set_open_handler(parser, on_open);
    rdata_set_close_handler(parser, on_close);
    rdata_set_seek_handler(parser, on_seek);
    rdata_set_read_handler(parser, on_read);
    rdata_set_update_handler(parser, on_update);
    rdata_set_io_ctx(parser, self);
    const rdata_error_t error = rdata_parse(parser, self->source->name, self);
    rdata_parser_free(parser);
    return error;
}

static int unpack(walk_t *self)
{
    const tn_frame_source_t *source = self->source;
    unsigned char *unpacked = NULL;
    size_t n = 0;
    int ret = tn_decompress(source->bytes, source->n, &unpacked, &n);
    if (ret == TN_EINPUT) {
        return tn_error_set(self->err, ret, "%s: damaged or cut off (it is packed)", source->name);
    }
    if (ret < 0) return ret;
    const bool is_packed = unpacked != NULL;
    ret = tn_rdata_plain(source->name, is_packed ? unpacked : source->bytes,
        is_packed ? n : source->n, &self->bytes, self->err);
    tn_free(unpacked);
    return ret;
}

static int read_plain(walk_t *self)
{
    const rdata_error_t error = parse(self);
    if (self->failed < 0) return self->failed;
    if (error == RDATA_ERROR_MALLOC) return TN_ENOMEM;
    if (error == RDATA_OK) return 0;
    return tn_error_set(self->err, TN_EINPUT, "%s: not a whole R data file: %s", self->source->name,
        rdata_error_message(error));
}

int tn_rdata_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err)
{
    walk_t walk = {.source = source, .err = err};
    int ret = unpack(&walk);
    if (ret == 0) ret = read_plain(&walk);
    if (ret == 0) ret = finish(&walk, self);
    walk_free(&walk);
    return ret;
}
