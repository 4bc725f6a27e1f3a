/* CSV by libcsv, in two passes over the bytes: what kind each column is, then its values. */
#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/frame_read.h"
#include "io/lenient.h"
#include "io/text_levels.h"

#define MAX_HEADER ((size_t)1 << 20) /* columns counted before giving up */

typedef struct column {
    const char *name;
    bool is_number, is_date, is_text; /* is_text: some value is known */
    tn_text_levels_t levels;
} column_t;

/** One walk over the file. */
typedef struct walk {
    const tn_frame_source_t *source;
    tn_frame_t *frame;
    tn_error_t *err;
    tn_arena_t arena;
    column_t *column;
    size_t n_columns, capacity, at; /* at: field of the record */
    size_t line;                    /* of the record, from 1 */
    size_t n_lines;                 /* line ends inside the record's quotes */
    size_t row;
    bool is_header, is_second;
    int failed;
} walk_t;

/* ---- values ---- */

static bool is_word(const char *s, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(s, word, n) == 0;
}

static bool is_missing(const char *s, size_t n)
{
    return n == 0 || is_word(s, n, "NA") || is_word(s, n, ".");
}

static bool read_number(const char *s, size_t n, double *value)
{
    if (tn_str_to_double(s, n, value)) return true;
    *value = is_word(s, n, "NaN")    ? NAN
             : is_word(s, n, "Inf")  ? INFINITY
             : is_word(s, n, "-Inf") ? -INFINITY
                                     : 0.0;
    return *value != 0.0;
}

/* ---- first pass: names and kinds ---- */

static void add_name(walk_t *self, const char *s, size_t n)
{
    if (self->n_columns >= MAX_HEADER) return;
    if (self->n_columns == self->capacity) {
        const size_t capacity = self->capacity == 0 ? 64 : 2 * self->capacity;
        column_t *more = tn_realloc(self->column, capacity, sizeof *more);
        if (more == NULL) {
            self->failed = TN_ENOMEM;
            return;
        }
        self->column = more;
        self->capacity = capacity;
    }
    self->column[self->n_columns++] = (column_t){.name = tn_arena_strndup(&self->arena, s, n),
        .is_text = self->source->as_text,
        .is_number = !self->source->as_text,
        .is_date = !self->source->as_text};
    if (self->arena.failed) self->failed = TN_ENOMEM;
}

static void look(column_t *column, const char *s, size_t n)
{
    double number;
    int32_t day;
    if (is_missing(s, n)) return;
    column->is_text = true;
    if (column->is_number && !read_number(s, n, &number)) column->is_number = false;
    if (column->is_date && !tn_date_parse(s, n, &day)) column->is_date = false;
}

/* ---- second pass: values ---- */

static void fill(walk_t *self, const char *s, size_t n)
{
    column_t *column = &self->column[self->at];
    tn_frame_column_t *out = &self->frame->column[self->at];
    int32_t day;
    if (self->frame->line != NULL) self->frame->line[self->row] = self->line;
    if (out->level != NULL) {
        const bool is_none = self->source->as_text ? n == 0 : is_missing(s, n);
        const int32_t code = is_none ? -1 : tn_text_levels_code(&column->levels, s, n);
        out->level[self->row] = code;
        if (code < -1) self->failed = TN_ENOMEM;
        return;
    }
    double *value = &out->number[self->row];
    *value = NAN;
    if (is_missing(s, n)) return;
    if (out->is_date) {
        if (tn_date_parse(s, n, &day)) *value = day;
    } else {
        (void)read_number(s, n, value);
    }
}

/* ---- the walk ---- */

static void on_field(void *field, size_t n, void *ctx)
{
    walk_t *self = ctx;
    const char *s = field;
    if (self->failed < 0) return;
    for (const char *p = s; (p = memchr(p, '\n', n - (size_t)(p - s))) != NULL; p++)
        self->n_lines++;
    if (self->is_header) {
        if (!self->is_second) add_name(self, s, n);
    } else if (self->at < self->n_columns) {
        if (self->is_second) {
            fill(self, s, n);
        } else {
            look(&self->column[self->at], s, n);
        }
    }
    self->at++;
}

static int complain(walk_t *self, size_t line, const char *what)
{
    self->failed = tn_error_set(self->err, TN_EINPUT, "%s:%zu: %s", self->source->name, line, what);
    return self->failed;
}

static void on_record(int end, void *ctx)
{
    walk_t *self = ctx;
    if (self->failed < 0) return;
    if (self->at > 0) { /* else a blank line */
        if (self->is_header) {
            self->is_header = false;
        } else if (self->at != self->n_columns) {
            self->failed = tn_error_set(self->err, TN_EINPUT,
                "%s:%zu: %zu field%s, expected %zu as in the header", self->source->name,
                self->line, self->at, self->at == 1 ? "" : "s", self->n_columns);
            return;
        } else {
            self->row++;
        }
    }
    /* CR LF comes as two ends, the second after an empty record: only LF counts, or a lone CR */
    if (end == '\n') self->line++;
    self->line += self->n_lines;
    self->n_lines = 0;
    self->at = 0;
}

static size_t count_lines(const unsigned char *s, size_t n)
{
    size_t lines = 0;
    for (const unsigned char *p = s; (p = memchr(p, '\n', n - (size_t)(p - s))) != NULL; p++)
        lines++;
    return lines;
}

static void *resize(void *p, size_t size) { return tn_realloc(p, size, 1); }

static unsigned char delimiter_of(const unsigned char *s, size_t n)
{
    size_t comma = 0, semicolon = 0, tab = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < n && (is_quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
        if (s[i] == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        comma += s[i] == ',';
        semicolon += s[i] == ';';
        tab += s[i] == '\t';
    }
    return tab > comma && tab > semicolon ? '\t' : semicolon > comma ? ';' : ',';
}

static int no_space(unsigned char c) { return c == ' '; }

static int pass(walk_t *self, const unsigned char *s, size_t n, bool is_second)
{
    struct csv_parser parser;
    const unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
    if (csv_init(&parser, options) != 0) return TN_ENOMEM;
    csv_set_delim(&parser, delimiter_of(s, n));
    csv_set_space_func(&parser, no_space);
    csv_set_realloc_func(&parser, resize);
    csv_set_free_func(&parser, tn_free);
    self->is_second = is_second;
    self->is_header = true;
    self->at = self->row = self->n_lines = 0;
    self->line = 1;
    const size_t n_read = csv_parse(&parser, s, n, on_field, on_record, self);
    if (self->failed == 0 && n_read < n) {
        if (csv_error(&parser) == CSV_ENOMEM) {
            self->failed = TN_ENOMEM;
        } else {
            (void)complain(self, 1 + count_lines(s, n_read),
                "a quote in the middle of a field, expected it doubled (\"\")");
        }
    }
    if (self->failed == 0 && csv_fini(&parser, on_field, on_record, self) != 0) {
        (void)complain(self, self->line, "a quote is opened in this record and never closed");
    }
    csv_free(&parser);
    return self->failed;
}

/* UTF-8 without NUL, from the first byte to the last. */
static int check_bytes(walk_t *self, const unsigned char *s, size_t n)
{
    if (n >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF))) {
        return complain(self, 1, "UTF-16 text, expected UTF-8 (iconv -f UTF-16 -t UTF-8)");
    }
    const unsigned char *nul = memchr(s, 0, n);
    if (nul != NULL) {
        return complain(self, 1 + count_lines(s, (size_t)(nul - s)), "a zero byte, expected text");
    }
    for (size_t i = 0; i < n;) {
        size_t length = 1;
        if (s[i] >= 0x80) {
            length = s[i] >= 0xF0 ? 4 : s[i] >= 0xE0 ? 3 : 2;
            const bool is_there = s[i] >= 0xC2 && i + length <= n;
            if (!is_there || tn_str_utf8_length((const char *)s + i, length) < 0) {
                self->failed = tn_error_set(self->err, TN_EINPUT,
                    "%s:%zu: byte 0x%02X is not UTF-8 (if the file is Latin-1: iconv -f LATIN1 -t "
                    "UTF-8)",
                    self->source->name, 1 + count_lines(s, i), s[i]);
                return self->failed;
            }
        }
        i += length;
    }
    return 0;
}

static int make_columns(walk_t *self)
{
    const size_t n_rows = self->row;
    int ret = tn_frame_allocate(self->frame, self->source, n_rows, self->n_columns, self->err);
    if (ret == 0 && self->source->as_text) {
        self->frame->line = tn_calloc(n_rows + 1, sizeof *self->frame->line);
        if (self->frame->line == NULL) ret = TN_ENOMEM;
    }
    for (size_t j = 0; ret == 0 && j < self->n_columns; j++) {
        const column_t *from = &self->column[j];
        tn_frame_column_t *to = &self->frame->column[j];
        to->name = tn_strdup(from->name);
        to->is_date = from->is_text && from->is_date && !from->is_number;
        if (!from->is_text || from->is_number || from->is_date) {
            to->number = tn_calloc(n_rows, sizeof *to->number);
        } else {
            to->level = tn_calloc(n_rows, sizeof *to->level);
        }
        if (to->name == NULL || (to->number == NULL && to->level == NULL)) ret = TN_ENOMEM;
    }
    return ret == 0 ? tn_frame_unique_names(self->frame) : ret;
}

static int read_columns(walk_t *self, const unsigned char *s, size_t n)
{
    int ret = pass(self, s, n, false);
    if (ret == 0 && self->n_columns == 0) {
        ret = tn_error_set(
            self->err, TN_EINPUT, "%s: empty, expected a header and rows", self->source->name);
    }
    if (ret == 0) ret = make_columns(self);
    if (ret == 0) ret = pass(self, s, n, true);
    for (size_t j = 0; ret == 0 && j < self->n_columns; j++) {
        tn_frame_column_t *out = &self->frame->column[j];
        if (out->level == NULL) continue;
        ret = tn_text_levels_finish(&self->column[j].levels, out, self->frame->n_rows);
    }
    return ret;
}

int tn_csv_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err)
{
    walk_t walk = {.source = source, .frame = self, .err = err};
    const unsigned char *s = source->bytes;
    size_t n = source->n;
    if (n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
        s += 3;
        n -= 3;
    }
    unsigned char *converted = NULL;
    int ret = 0;
    if (source->is_lenient) ret = tn_lenient_utf8(self, s, n, &converted, &n);
    if (converted != NULL) s = converted;
    if (ret == 0) ret = check_bytes(&walk, s, n);
    if (ret == 0) ret = read_columns(&walk, s, n);
    tn_free(converted);
    for (size_t j = 0; j < walk.n_columns; j++)
        tn_text_levels_free(&walk.column[j].levels);
    tn_free(walk.column);
    tn_arena_free(&walk.arena);
    return ret;
}
