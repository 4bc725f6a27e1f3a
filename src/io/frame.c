/* Data frames: which reader, limits, names, memory. */
#include "tenure/frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/frame_read.h"

#define MAX_BYTES ((size_t)4 << 30)
#define CHUNK     ((size_t)1 << 20)

typedef int (*reader_fn)(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err);

static const struct {
    const char *format;
    reader_fn read;
} READERS[] = {{"csv", tn_csv_read}, {"txt", tn_csv_read}, {"tsv", tn_csv_read},
    {"dta", tn_stata_read}, {"sav", tn_spss_read}, {"zsav", tn_spss_read}, {"rda", tn_rdata_read},
    {"rdata", tn_rdata_read}, {"rds", tn_rdata_read}};
#define N_READERS (sizeof READERS / sizeof READERS[0])

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same_word(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static reader_fn reader_of(const char *name, const char *format)
{
    const char *dot = strrchr(name, '.');
    const char *word = format != NULL ? format : dot != NULL ? dot + 1 : "csv";
    if (format == NULL && strcmp(name, "-") == 0) word = "csv";
    for (size_t k = 0; k < N_READERS; k++) {
        if (is_same_word(READERS[k].format, word)) return READERS[k].read;
    }
    return NULL;
}

static int read_all(FILE *f, const char *name, unsigned char **bytes, size_t *n, tn_error_t *err)
{
    size_t capacity = 0;
    for (;;) {
        if (*n == capacity) {
            capacity = capacity == 0 ? CHUNK : 2 * capacity;
            unsigned char *more = tn_realloc(*bytes, capacity, 1);
            if (more == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
            *bytes = more;
        }
        *n += fread(*bytes + *n, 1, capacity - *n, f);
        if (ferror(f)) return tn_error_set(err, TN_EIO, "%s: %s", name, strerror(errno));
        if (*n > MAX_BYTES)
            return tn_error_set(err, TN_EINPUT, "%s: larger than 4 GiB, the most read", name);
        if (feof(f)) return 0;
    }
}

int tn_frame_read_memory(tn_frame_t *self, const char *name, const void *bytes, size_t n,
    const tn_frame_options_t *opt, tn_error_t *err)
{
    const tn_frame_source_t source = {.name = name,
        .bytes = bytes,
        .n = n,
        .object = opt != NULL ? opt->object : NULL,
        .is_lenient = opt != NULL && opt->lenient_encoding,
        .as_text = opt != NULL && opt->as_text};
    const char *format = opt != NULL ? opt->format : NULL;
    *self = (tn_frame_t){0};
    const reader_fn read = reader_of(name, format);
    if (read == NULL) {
        return tn_error_set(err, format != NULL ? TN_EARG : TN_EINPUT,
            "%s: unknown kind of file, expected csv, dta, sav, rda or rds", name);
    }
    const int ret = read(self, &source, err);
    if (ret < 0) tn_frame_free(self);
    if (ret == TN_ENOMEM) return tn_error_set(err, ret, "%s: %s", name, tn_error_text(ret));
    return ret;
}

int tn_frame_read(
    tn_frame_t *self, const char *path, const tn_frame_options_t *opt, tn_error_t *err)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    const bool is_stdin = strcmp(path, "-") == 0;
    *self = (tn_frame_t){0};
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (f == NULL) return tn_error_set(err, TN_EIO, "%s: %s", path, strerror(errno));
    int ret = read_all(f, path, &bytes, &n, err);
    if (!is_stdin) (void)fclose(f);
    if (ret >= 0) ret = tn_frame_read_memory(self, path, bytes, n, opt, err);
    tn_free(bytes);
    return ret;
}

void tn_frame_free(tn_frame_t *self)
{
    if (self == NULL) return;
    for (int j = 0; self->column != NULL && j < self->n_columns; j++) {
        tn_frame_column_t *c = &self->column[j];
        tn_free(c->name);
        tn_free(c->label);
        tn_free(c->number);
        tn_free(c->level);
        tn_free(c->levels);
    }
    tn_free(self->column);
    for (int k = 0; self->left_out != NULL && k < self->n_left_out; k++)
        tn_free(self->left_out[k]);
    tn_free(self->left_out);
    tn_free(self->line);
    tn_free(self->foreign_line);
    *self = (tn_frame_t){0};
}

int tn_frame_find(const tn_frame_t *self, const char *name)
{
    for (int j = 0; j < self->n_columns; j++) {
        if (strcmp(self->column[j].name, name) == 0) return j;
    }
    return -1;
}

int tn_frame_allocate(tn_frame_t *self, const tn_frame_source_t *source, size_t n_rows,
    size_t n_columns, tn_error_t *err)
{
    if (n_columns > TN_FRAME_MAX_COLUMNS) {
        return tn_error_set(err, TN_EINPUT, "%s: %zu columns, at most %d are read", source->name,
            n_columns, TN_FRAME_MAX_COLUMNS);
    }
    if (n_columns > 0 && n_rows > TN_FRAME_MAX_CELLS / n_columns) {
        return tn_error_set(err, TN_EINPUT,
            "%s: %zu rows of %zu columns, at most %d cells are read", source->name, n_rows,
            n_columns, TN_FRAME_MAX_CELLS);
    }
    self->column = tn_calloc(n_columns > 0 ? n_columns : 1, sizeof *self->column);
    if (self->column == NULL) return TN_ENOMEM;
    self->n_columns = (int)n_columns;
    self->n_rows = n_rows;
    return 0;
}

int tn_frame_leave_out(tn_frame_t *self, size_t n)
{
    if (n == 0) return 0;
    self->left_out = tn_calloc(n, sizeof *self->left_out);
    if (self->left_out == NULL) return TN_ENOMEM;
    self->n_left_out = (int)n;
    return 0;
}

int tn_frame_set_levels(tn_frame_column_t *column, const char *const *texts, int n_levels)
{
    size_t n_bytes = 0;
    for (int k = 0; k < n_levels; k++)
        n_bytes += strlen(texts[k]) + 1;
    const size_t n_pointers = (size_t)n_levels * sizeof *column->levels;
    column->levels = tn_malloc(n_pointers + n_bytes + 1);
    if (column->levels == NULL) return TN_ENOMEM;
    char *at = (char *)column->levels + n_pointers;
    for (int k = 0; k < n_levels; k++) {
        const size_t size = strlen(texts[k]) + 1;
        column->levels[k] = memcpy(at, texts[k], size);
        at += size;
    }
    column->n_levels = n_levels;
    return 0;
}

/* Whether one of the first n columns has that name. */
static bool is_taken(const tn_frame_t *self, int n, const char *name)
{
    for (int j = 0; j < n; j++) {
        if (strcmp(self->column[j].name, name) == 0) return true;
    }
    return false;
}

int tn_frame_unique_names(tn_frame_t *self)
{
    for (int j = 0; j < self->n_columns; j++) {
        const char *name = self->column[j].name;
        if (name == NULL || name[0] == '\0') name = "X";
        const size_t size = strlen(name) + 16;
        char *own = tn_malloc(size);
        if (own == NULL) return TN_ENOMEM;
        (void)snprintf(own, size, "%s", name);
        for (int k = 1; is_taken(self, j, own); k++)
            (void)snprintf(own, size, "%s.%d", name, k);
        tn_free(self->column[j].name);
        self->column[j].name = own;
    }
    return 0;
}
