/* Stata and SPSS files by ReadStat, from memory. Rows are counted as they come: the header's word
 * is not taken for it. */
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/frame_read.h"
#include "io/text_levels.h"

#define STATA_DAYS_TO_1970 3653   /* from 1960-01-01 */
#define SPSS_DAYS_TO_1970  141428 /* from 1582-10-14 */
#define SECONDS_PER_DAY    86400.0
#define MAX_LABELS         65536

/** A value label of the file: set name, value, text. */
typedef struct value_label {
    const char *set, *text;
    double value;
} value_label_t;

typedef struct variable {
    const char *name, *label, *set;
    bool is_text, is_date;
    double offset, scale; /* number of the file -> ours: value / scale - offset */
    double *number;       /* capacity */
    int32_t *level;
    tn_text_levels_t levels;
} variable_t;

typedef struct walk {
    const tn_frame_source_t *source;
    tn_error_t *err;
    size_t position; /* in the bytes */
    bool is_stata;
    int version; /* of the file's format */
    tn_arena_t arena;
    variable_t *variable;
    size_t n_variables, room, capacity, n_rows;
    value_label_t *label;
    size_t n_labels;
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

static readstat_off_t on_seek(readstat_off_t offset, readstat_io_flags_t whence, void *ctx)
{
    walk_t *self = ctx;
    const readstat_off_t base = whence == READSTAT_SEEK_SET   ? 0
                                : whence == READSTAT_SEEK_CUR ? (readstat_off_t)self->position
                                                              : (readstat_off_t)self->source->n;
    if (offset < -base || offset > (readstat_off_t)self->source->n - base) return -1;
    self->position = (size_t)(base + offset);
    return base + offset;
}

static ssize_t on_read(void *buffer, size_t n, void *ctx)
{
    walk_t *self = ctx;
    const size_t left = self->source->n - self->position;
    if (n > left) n = left;
    if (n > 0) memcpy(buffer, self->source->bytes + self->position, n);
    self->position += n;
    return (ssize_t)n;
}

static readstat_error_t on_update(
    long size, readstat_progress_handler progress, void *user_ctx, void *io_ctx)
{
    (void)size;
    (void)progress;
    (void)user_ctx;
    (void)io_ctx;
    return READSTAT_OK;
}

/* ---- variables ---- */

static const char *copy(walk_t *self, const char *text)
{
    if (text == NULL) return NULL;
    const char *own = tn_arena_strndup(&self->arena, text, strlen(text));
    if (own == NULL) self->failed = TN_ENOMEM;
    return own;
}

/* The library hands out a Stata set name in its field, which may be full and then has no end. */
static const char *copy_set(walk_t *self, const char *set)
{
    const int version = self->version;
    const size_t field = !self->is_stata || version >= 118 ? 129 : version >= 110 ? 33 : 9;
    const size_t n = set != NULL ? strnlen(set, field) : 0;
    if (n == 0) return NULL;
    const char *own = tn_arena_strndup(&self->arena, set, n);
    if (own == NULL) self->failed = TN_ENOMEM;
    return own;
}

static bool begins(const char *text, const char *with)
{
    return text != NULL && strncmp(text, with, strlen(with)) == 0;
}

static void set_format(const walk_t *self, variable_t *v, const char *format)
{
    static const char *const spss[] = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE"};
    v->scale = 1.0;
    if (self->is_stata) {
        v->is_date = begins(format, "%td") || begins(format, "%d");
        v->offset = v->is_date ? STATA_DAYS_TO_1970 : 0.0;
        return;
    }
    for (size_t k = 0; k < sizeof spss / sizeof spss[0]; k++) {
        if (begins(format, spss[k]) && !begins(format, "DATETIME")) v->is_date = true;
    }
    if (!v->is_date) return;
    v->scale = SECONDS_PER_DAY;
    v->offset = SPSS_DAYS_TO_1970;
}

static int too_large(walk_t *self, size_t rows, size_t columns)
{
    if (columns > TN_FRAME_MAX_COLUMNS) {
        self->failed = tn_error_set(self->err, TN_EINPUT, "%s: %zu columns, at most %d are read",
            self->source->name, columns, TN_FRAME_MAX_COLUMNS);
    } else if (columns > 0 && rows > TN_FRAME_MAX_CELLS / columns) {
        self->failed =
            tn_error_set(self->err, TN_EINPUT, "%s: more than %d cells, the most that are read",
                self->source->name, TN_FRAME_MAX_CELLS);
    }
    return self->failed;
}

static int on_metadata(readstat_metadata_t *metadata, void *ctx)
{
    walk_t *self = ctx;
    const int n = readstat_get_var_count(metadata);
    if (n < 0 || too_large(self, 0, (size_t)n) < 0) return READSTAT_HANDLER_ABORT;
    self->room = (size_t)n;
    self->version = readstat_get_file_format_version(metadata);
    self->variable = tn_calloc((size_t)n + 1, sizeof *self->variable);
    if (self->variable == NULL) self->failed = TN_ENOMEM;
    return self->failed < 0 ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

static int on_variable(int index, readstat_variable_t *variable, const char *set, void *ctx)
{
    walk_t *self = ctx;
    (void)index;
    if (self->n_variables >= self->room) return READSTAT_HANDLER_ABORT;
    variable_t *v = &self->variable[self->n_variables++];
    const char *label = readstat_variable_get_label(variable);
    const char *name = readstat_variable_get_name(variable);
    v->name = copy(self, name != NULL ? name : "");
    v->label = label != NULL && label[0] != '\0' ? copy(self, label) : NULL;
    v->set = copy_set(self, set);
    v->is_text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
    if (!v->is_text) set_format(self, v, readstat_variable_get_format(variable));
    return self->failed < 0 ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

/* ---- values ---- */

/* Room for one row more. New cells are missing. */
static int grow(walk_t *self)
{
    const size_t capacity = self->capacity == 0 ? 256 : 2 * self->capacity;
    if (too_large(self, self->capacity, self->n_variables) < 0) return self->failed;
    for (size_t j = 0; j < self->n_variables; j++) {
        variable_t *v = &self->variable[j];
        void *cells = v->is_text ? (void *)v->level : (void *)v->number;
        cells = tn_realloc(cells, capacity, v->is_text ? sizeof *v->level : sizeof *v->number);
        if (cells == NULL) return self->failed = TN_ENOMEM;
        if (v->is_text) {
            v->level = cells;
        } else {
            v->number = cells;
        }
        for (size_t i = self->capacity; i < capacity; i++) {
            if (v->is_text) {
                v->level[i] = -1;
            } else {
                v->number[i] = NAN;
            }
        }
    }
    self->capacity = capacity;
    return 0;
}

static int on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *ctx)
{
    walk_t *self = ctx;
    const int j = readstat_variable_get_index(variable);
    if (row < 0 || j < 0 || (size_t)j >= self->n_variables) return READSTAT_HANDLER_ABORT;
    while ((size_t)row >= self->capacity) {
        if (grow(self) < 0) return READSTAT_HANDLER_ABORT;
    }
    variable_t *v = &self->variable[j];
    if ((size_t)row >= self->n_rows) self->n_rows = (size_t)row + 1;
    if (readstat_value_is_missing(value, variable)) return READSTAT_HANDLER_OK;
    if (v->is_text) {
        const char *text = readstat_string_value(value);
        if (text == NULL || text[0] == '\0') return READSTAT_HANDLER_OK;
        const int32_t code = tn_text_levels_code(&v->levels, text, strlen(text));
        if (code < 0) self->failed = TN_ENOMEM;
        v->level[row] = code;
    } else {
        v->number[row] = readstat_double_value(value) / v->scale - v->offset;
    }
    return self->failed < 0 ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *ctx)
{
    walk_t *self = ctx;
    const bool is_number = readstat_value_type_class(value) == READSTAT_TYPE_CLASS_NUMERIC;
    if (!is_number || set == NULL || label == NULL || readstat_value_is_system_missing(value) ||
        readstat_value_is_tagged_missing(value) || self->n_labels == MAX_LABELS) {
        return READSTAT_HANDLER_OK;
    }
    if (self->label == NULL) self->label = tn_calloc(MAX_LABELS, sizeof *self->label);
    if (self->label == NULL) self->failed = TN_ENOMEM;
    if (self->failed < 0) return READSTAT_HANDLER_ABORT;
    self->label[self->n_labels++] = (value_label_t){
        .set = copy(self, set), .text = copy(self, label), .value = readstat_double_value(value)};
    return self->failed < 0 ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

/* ---- to a frame ---- */

/* Numbers with labels get levels, too, in the order of the file; numbers without one have none. */
static int attach_labels(const walk_t *self, const variable_t *v, tn_frame_column_t *out)
{
    size_t n = 0;
    int ret = TN_ENOMEM;
    const char **text = tn_calloc(self->n_labels, sizeof *text);
    double *value = tn_calloc(self->n_labels, sizeof *value);
    if (text == NULL || value == NULL) goto out;
    for (size_t k = 0; k < self->n_labels; k++) {
        if (strcmp(self->label[k].set, v->set) != 0) continue;
        text[n] = self->label[k].text;
        value[n++] = self->label[k].value;
    }
    ret = 0;
    if (n == 0) goto out;
    out->is_factor = true;
    out->level = tn_calloc(self->n_rows, sizeof *out->level);
    if (out->level == NULL || tn_frame_set_levels(out, text, (int)n) < 0) {
        ret = TN_ENOMEM;
        goto out;
    }
    for (size_t i = 0; i < self->n_rows; i++) {
        out->level[i] = -1;
        for (size_t k = 0; k < n; k++) {
            if (out->number[i] == value[k]) out->level[i] = (int32_t)k;
        }
    }
out:
    tn_free(text);
    tn_free(value);
    return ret;
}

static int finish_column(walk_t *self, variable_t *v, tn_frame_column_t *out)
{
    out->name = tn_strdup(v->name);
    if (out->name == NULL) return TN_ENOMEM;
    if (v->label != NULL && (out->label = tn_strdup(v->label)) == NULL) return TN_ENOMEM;
    out->is_date = v->is_date;
    out->number = v->number;
    out->level = v->level;
    v->number = NULL; /* the frame's now */
    v->level = NULL;
    if (v->is_text) return tn_text_levels_finish(&v->levels, out, self->n_rows);
    return v->set != NULL && !v->is_date && self->n_labels > 0 ? attach_labels(self, v, out) : 0;
}

static int finish(walk_t *self, tn_frame_t *frame)
{
    if (self->n_variables == 0) {
        return tn_error_set(self->err, TN_EINPUT, "%s: no variables", self->source->name);
    }
    if (self->capacity == 0 && grow(self) < 0) return self->failed; /* no rows: empty columns */
    int ret = tn_frame_allocate(frame, self->source, self->n_rows, self->n_variables, self->err);
    for (size_t j = 0; ret == 0 && j < self->n_variables; j++)
        ret = finish_column(self, &self->variable[j], &frame->column[j]);
    return ret == 0 ? tn_frame_unique_names(frame) : ret;
}

static void walk_free(walk_t *self)
{
    for (size_t j = 0; j < self->n_variables; j++) {
        tn_free(self->variable[j].number);
        tn_free(self->variable[j].level);
        tn_text_levels_free(&self->variable[j].levels);
    }
    tn_free(self->variable);
    tn_free(self->label);
    tn_arena_free(&self->arena);
}

static readstat_parser_t *parser_new(walk_t *self)
{
    readstat_parser_t *parser = readstat_parser_init();
    if (parser == NULL) return NULL;
    readstat_set_metadata_handler(parser, on_metadata);
    readstat_set_variable_handler(parser, on_variable);
    readstat_set_value_handler(parser, on_value);
    readstat_set_value_label_handler(parser, on_label);
    readstat_set_open_handler(parser, on_open);
    readstat_set_close_handler(parser, on_close);
    readstat_set_seek_handler(parser, on_seek);
    readstat_set_read_handler(parser, on_read);
    readstat_set_update_handler(parser, on_update);
    readstat_set_io_ctx(parser, self);
    return parser;
}

static int read_with(
    tn_frame_t *frame, const tn_frame_source_t *source, bool is_stata, tn_error_t *err)
{
    walk_t walk = {.source = source, .err = err, .is_stata = is_stata};
    readstat_parser_t *parser = parser_new(&walk);
    if (parser == NULL) return TN_ENOMEM;
    const readstat_error_t error = is_stata ? readstat_parse_dta(parser, source->name, &walk)
                                            : readstat_parse_sav(parser, source->name, &walk);
    readstat_parser_free(parser);
    int ret = walk.failed;
    if (ret == 0 && error == READSTAT_ERROR_MALLOC) ret = TN_ENOMEM;
    if (ret == 0 && error != READSTAT_OK) {
        ret = tn_error_set(err, TN_EINPUT, "%s: not a whole %s file: %s", source->name,
            is_stata ? "Stata" : "SPSS", readstat_error_message(error));
    }
    if (ret == 0) ret = finish(&walk, frame);
    walk_free(&walk);
    return ret;
}

int tn_stata_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err)
{
    return read_with(self, source, true, err);
}

int tn_spss_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err)
{
    return read_with(self, source, false, err);
}
