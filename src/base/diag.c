/* The list of mistakes. Invariant: entries are sorted by file (in order of first mention), line,
 * column, and order of arrival; never more than TN_DIAG_MAX. Each entry owns its texts. Cost:
 * O(TN_DIAG_MAX) per mistake. */
#include "base/diag.h"

#include "base/mem.h"
#include "base/str.h"
#include "tenure/error.h"

#include <string.h>

#define MAX_FILES 4 /* the case, --set, --as-of, --horizons */

typedef struct entry {
    tn_diag_entry_t public;
    int file;      /* index into files */
    int caret;     /* column within the shown part of the source */
    char *text[2]; /* message and source, owned */
} entry_t;

struct tn_diag {
    size_t n_errors, n_warnings, n_entries;
    bool failed;
    int n_files;
    char *name[MAX_FILES]; /* as given */
    char *file[MAX_FILES]; /* as shown: without control characters */
    entry_t *entry[TN_DIAG_MAX];
};

int tn_diag_new(tn_diag_t **self)
{
    *self = tn_calloc(1, sizeof **self);
    return *self == NULL ? TN_ENOMEM : 0;
}

static void entry_free(entry_t *entry)
{
    if (entry == NULL) return;
    tn_free(entry->text[0]);
    tn_free(entry->text[1]);
    tn_free(entry);
}

void tn_diag_free(tn_diag_t *self)
{
    if (self == NULL) return;
    for (size_t i = 0; i < self->n_entries; i++)
        entry_free(self->entry[i]);
    for (int i = 0; i < self->n_files; i++) {
        tn_free(self->name[i]);
        tn_free(self->file[i]);
    }
    tn_free(self);
}

size_t tn_diag_n_errors(const tn_diag_t *self) { return self->n_errors; }

size_t tn_diag_n_warnings(const tn_diag_t *self) { return self->n_warnings; }

size_t tn_diag_n_entries(const tn_diag_t *self) { return self->n_entries; }

const tn_diag_entry_t *tn_diag_entry(const tn_diag_t *self, size_t i)
{
    return i < self->n_entries ? &self->entry[i]->public : NULL;
}

bool tn_diag_failed(const tn_diag_t *self) { return self->failed; }

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* Bytes 0x00..0x1F and 0x7F alone; the C1 controls U+0080..U+009F are two bytes, C2 80..9F. */
static size_t control_length(const char *s, size_t n)
{
    const unsigned char first = (unsigned char)s[0];
    if (first < 0x20 || first == 0x7F) return 1;
    if (first == 0xC2 && n > 1 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xA0)
        return 2;
    return 0;
}

/* Copies n bytes; each control character becomes one '?' (a tab one space). Bad UTF-8 becomes '?'
 * per byte. */
static void append_clean(tn_text_t *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        const size_t control = control_length(s + i, n - i);
        size_t length = 1;
        while (i + length < n && length < 4 && is_continuation(s[i + length]))
            length++;
        if (control > 0) {
            tn_text_append(out, s[i] == '\t' ? " " : "?", 1);
            i += control;
        } else if (tn_str_utf8_length(s + i, length) == 1) {
            tn_text_append(out, s + i, length);
            i += length;
        } else {
            tn_text_append(out, "?", 1);
            i++;
        }
    }
}

/* Index of the file's name, kept once; the last slot is shared should there ever be more. */
static int file_index(tn_diag_t *self, const char *name)
{
    for (int i = 0; i < self->n_files; i++) {
        if (self->name[i] != NULL && strcmp(self->name[i], name) == 0) return i;
    }
    if (self->n_files == MAX_FILES) return MAX_FILES - 1;
    tn_text_t clean = {0};
    append_clean(&clean, name, strlen(name));
    if (clean.s == NULL) return -1;
    self->name[self->n_files] = tn_strdup(name);
    self->file[self->n_files] = clean.s;
    return self->name[self->n_files++] == NULL ? -1 : self->n_files - 1;
}

/* Moves from byte i over at most n characters, back or forth; *n becomes how many they were. */
static size_t go_back(const char *s, size_t i, int *n)
{
    int k = 0;
    for (; k < *n && i > 0; k++) {
        i--;
        while (i > 0 && is_continuation(s[i]))
            i--;
    }
    *n = k;
    return i;
}

static size_t go_forth(const char *s, size_t n_bytes, size_t i, int n)
{
    for (int k = 0; k < n && i < n_bytes; k++) {
        i++;
        while (i < n_bytes && is_continuation(s[i]))
            i++;
    }
    return i;
}

/* The part of the line around the place, so that a line of a million characters does not flood the
 * screen. */
static char *shown_source(const tn_place_t *place, int *caret)
{
    tn_text_t out = {0};
    const int room = TN_DIAG_SOURCE_WIDTH;
    const size_t at = place->offset < place->n_source ? place->offset : place->n_source;
    int n_before = place->column > room - 20 ? room / 2 : place->column - 1;
    const size_t from = go_back(place->source, at, &n_before);
    const size_t to = go_forth(place->source, place->n_source, from, room);
    if (from > 0) tn_text_append(&out, "...", 3);
    append_clean(&out, place->source + from, to - from);
    if (to < place->n_source) tn_text_append(&out, "...", 3);
    *caret = n_before + 1 + (from > 0 ? 3 : 0);
    if (out.s == NULL && !out.failed) out.s = tn_strdup("");
    if (out.failed) tn_text_free(&out);
    return out.s;
}

static char *clean_message(const char *fmt, va_list args)
{
    char raw[2048];
    tn_text_t out = {0};
    const int n = vsnprintf(raw, sizeof raw, fmt, args);
    if (n < 0) return NULL;
    append_clean(&out, raw, strlen(raw));
    if (out.failed) tn_text_free(&out);
    return out.s;
}

static bool comes_before(const entry_t *a, const entry_t *b)
{
    if (a->file != b->file) return a->file < b->file;
    if (a->public.line != b->public.line) return a->public.line < b->public.line;
    return a->public.column < b->public.column;
}

/* True if the list is full of entries that come earlier. Known before any text is made: a file can
 * hold a hundred thousand mistakes. */
static bool is_beyond(const tn_diag_t *self, const entry_t *entry)
{
    return self->n_entries == TN_DIAG_MAX && !comes_before(entry, self->entry[TN_DIAG_MAX - 1]);
}

static void insert(tn_diag_t *self, entry_t *entry)
{
    if (self->n_entries == TN_DIAG_MAX) entry_free(self->entry[--self->n_entries]);
    size_t i = self->n_entries++;
    for (; i > 0 && comes_before(entry, self->entry[i - 1]); i--) {
        self->entry[i] = self->entry[i - 1];
    }
    self->entry[i] = entry;
}

/* False: no memory; entry then still is safe to free. */
static bool fill_texts(entry_t *entry, const tn_place_t *place, const char *fmt, va_list args)
{
    entry->text[0] = clean_message(fmt, args);
    if (entry->text[0] == NULL) return false;
    if (place->source != NULL) {
        entry->text[1] = shown_source(place, &entry->caret);
        if (entry->text[1] == NULL) return false;
    }
    entry->public.message = entry->text[0];
    entry->public.source = entry->text[1];
    return true;
}

/* The entry, kept or thrown away; false: no memory. */
static bool add_entry(tn_diag_t *self, const entry_t *place_only, const tn_place_t *place,
    const char *fmt, va_list args)
{
    if (is_beyond(self, place_only)) return true;
    entry_t *entry = tn_calloc(1, sizeof *entry);
    if (entry == NULL) return false;
    *entry = *place_only;
    if (!fill_texts(entry, place, fmt, args)) {
        entry_free(entry);
        return false;
    }
    insert(self, entry);
    return true;
}

void tn_diag_add_v(
    tn_diag_t *self, tn_severity_t severity, const tn_place_t *place, const char *fmt, va_list args)
{
    if (severity == TN_SEVERITY_ERROR) {
        self->n_errors++;
    } else {
        self->n_warnings++;
    }
    const int file = file_index(self, place->file);
    if (file < 0) {
        self->failed = true;
        return;
    }
    const entry_t place_only = {.file = file,
        .public = {.severity = severity,
            .file = self->file[file],
            .line = place->line,
            .column = place->column,
            .width = place->width > 1 ? place->width : 1}};
    if (!add_entry(self, &place_only, place, fmt, args)) self->failed = true;
}

void tn_diag_add(
    tn_diag_t *self, tn_severity_t severity, const tn_place_t *place, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    tn_diag_add_v(self, severity, place, fmt, args);
    va_end(args);
}

static void print_source(const entry_t *entry, FILE *out, const char *on, const char *off)
{
    const int length = (int)tn_str_utf8_length(entry->text[1], strlen(entry->text[1]));
    int width = entry->public.width;
    if (width > length - entry->caret + 1) width = length - entry->caret + 1;
    fprintf(out, "%5d | %s\n      | %*s%s^", entry->public.line, entry->text[1], entry->caret - 1,
        "", on);
    for (int i = 1; i < width; i++)
        fputc('~', out);
    fprintf(out, "%s\n", off);
}

static void print_entry(const entry_t *entry, FILE *out, bool colour)
{
    const bool is_error = entry->public.severity == TN_SEVERITY_ERROR;
    const char *bold = colour ? "\033[1m" : "";
    const char *hue = !colour ? "" : is_error ? "\033[1;31m" : "\033[1;35m";
    const char *green = colour ? "\033[1;32m" : "";
    const char *off = colour ? "\033[0m" : "";
    fprintf(out, "%s%s:", bold, entry->public.file);
    if (entry->public.line > 0) fprintf(out, "%d:%d:", entry->public.line, entry->public.column);
    fprintf(out, "%s %s%s:%s %s\n", off, hue, is_error ? "error" : "warning", off,
        entry->public.message);
    if (entry->public.line > 0 && entry->text[1] != NULL) print_source(entry, out, green, off);
}

void tn_diag_print(const tn_diag_t *self, FILE *out, bool colour)
{
    for (size_t i = 0; i < self->n_entries; i++)
        print_entry(self->entry[i], out, colour);
    const size_t n_lost = self->n_errors + self->n_warnings - self->n_entries;
    if (n_lost > 0) fprintf(out, "(and %zu more)\n", n_lost);
}
