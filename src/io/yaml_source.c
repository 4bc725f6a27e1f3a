/* Where things stand in a text: lines, code points, and the check of the bytes before libyaml sees
 * them. Lines end as libyaml ends them: LF, CR, CR LF, NEL (U+0085), LS (U+2028), PS (U+2029). */
#include "io/yaml_source.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the line end at s, 0 if there is none. */
static size_t line_end(const char *s, size_t n)
{
    if (s[0] == '\n') return 1;
    if (s[0] == '\r') return n > 1 && s[1] == '\n' ? 2 : 1;
    if (n > 1 && memcmp(s, "\xC2\x85", 2) == 0) return 2;
    if (n > 2 && (memcmp(s, "\xE2\x80\xA8", 3) == 0 || memcmp(s, "\xE2\x80\xA9", 3) == 0)) return 3;
    return 0;
}

static int count_lines(const char *bytes, size_t n, size_t *start)
{
    int n_lines = 1;
    if (start != NULL) start[0] = 0;
    for (size_t i = 0; i < n;) {
        const size_t end = line_end(bytes + i, n - i);
        i += end > 0 ? end : 1;
        if (end == 0) continue;
        if (start != NULL) start[n_lines] = i;
        n_lines++;
    }
    return n_lines;
}

tn_yaml_source_t *tn_yaml_source_new(
    tn_arena_t *arena, const char *name, const char *bytes, size_t n_bytes, int first_line)
{
    const bool has_mark = n_bytes >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
    if (has_mark) {
        bytes += 3;
        n_bytes -= 3;
    }
    const int n_lines = count_lines(bytes, n_bytes, NULL);
    size_t *start = tn_arena_calloc(arena, (size_t)n_lines + 1, sizeof *start);
    tn_yaml_source_t *self = tn_arena_calloc(arena, 1, sizeof *self);
    if (start == NULL || self == NULL) return NULL;
    count_lines(bytes, n_bytes, start);
    start[n_lines] = n_bytes;
    *self = (tn_yaml_source_t){.name = tn_arena_strndup(arena, name, strlen(name)),
        .bytes = bytes,
        .n_bytes = n_bytes,
        .line_start = start,
        .n_lines = n_lines,
        .first_line = first_line};
    return self->name == NULL ? NULL : self;
}

/* Bytes of line i (from 0) without its end. */
static size_t line_length(const tn_yaml_source_t *source, int i)
{
    const char *s = source->bytes + source->line_start[i];
    size_t n = source->line_start[i + 1] - source->line_start[i];
    for (size_t end = n < 3 ? n : 3; end > 0; end--) {
        if (line_end(s + n - end, end) == end) return n - end;
    }
    return n;
}

tn_place_t tn_yaml_place_at(
    const tn_yaml_source_t *source, int line, int column, int width, size_t offset)
{
    tn_place_t place = {.file = source->name, .line = line, .column = column, .width = width};
    const int i = line - source->first_line;
    if (i < 0 || i >= source->n_lines) return place;
    place.source = source->bytes + source->line_start[i];
    place.n_source = line_length(source, i);
    place.offset = offset > source->line_start[i] ? offset - source->line_start[i] : 0;
    return place;
}

tn_place_t tn_yaml_place_of(const tn_yaml_source_t *source, int line, int column, int width)
{
    tn_place_t place = tn_yaml_place_at(source, line, column, width, 0);
    int at = 1;
    while (place.offset < place.n_source) {
        const bool starts = ((unsigned char)place.source[place.offset] & 0xC0) != 0x80;
        if (starts && at++ == column) break;
        place.offset++;
    }
    return place;
}

static int line_of(const tn_yaml_source_t *source, size_t offset)
{
    int lo = 0, hi = source->n_lines - 1;
    while (lo < hi) {
        const int middle = (lo + hi + 1) / 2;
        if (source->line_start[middle] <= offset) {
            lo = middle;
        } else {
            hi = middle - 1;
        }
    }
    return lo;
}

void tn_yaml_error_at(
    tn_diag_t *diag, const tn_yaml_source_t *source, size_t offset, const char *fmt, ...)
{
    const int line = line_of(source, offset);
    int column = 1;
    for (size_t i = source->line_start[line]; i < offset && i < source->n_bytes; i++) {
        if (((unsigned char)source->bytes[i] & 0xC0) != 0x80) column++;
    }
    const tn_place_t place = tn_yaml_place_at(source, line + source->first_line, column, 1, offset);
    va_list args;
    va_start(args, fmt);
    tn_diag_add_v(diag, TN_SEVERITY_ERROR, &place, fmt, args);
    va_end(args);
}

/* Length of the character at s, 0 if it is not UTF-8. */
static size_t character_length(const char *s, size_t n)
{
    const unsigned char first = (unsigned char)s[0];
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length > n || tn_str_utf8_length(s, length) != 1) return 0;
    return length;
}

/* Code point of a control character or noncharacter that YAML forbids, 0x110000 if the character is
 * fine. */
static unsigned forbidden(const char *s, size_t length)
{
    const unsigned char first = (unsigned char)s[0];
    const unsigned char second = length > 1 ? (unsigned char)s[1] : 0;
    if (first == 0x7F || (first < 0x20 && strchr("\t\n\r", first) == NULL) || first == 0)
        return first;
    if (first == 0xC2 && second < 0xA0 && second != 0x85) return second;
    if (length == 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) return 0xFEFF;
    if (length == 3 && memcmp(s, "\xEF\xBF\xBE", 3) == 0) return 0xFFFE;
    if (length == 3 && memcmp(s, "\xEF\xBF\xBF", 3) == 0) return 0xFFFF;
    return 0x110000;
}

static bool looks_like_utf16(const tn_yaml_source_t *source)
{
    return source->n_bytes >= 2 &&
           (memcmp(source->bytes, "\xFF\xFE", 2) == 0 || memcmp(source->bytes, "\xFE\xFF", 2) == 0);
}

bool tn_yaml_source_is_clean(const tn_yaml_source_t *source, tn_diag_t *diag)
{
    for (size_t i = 0; i < source->n_bytes;) {
        const char *s = source->bytes + i;
        const size_t length = character_length(s, source->n_bytes - i);
        if (length == 0) {
            tn_yaml_error_at(diag, source, i,
                "byte 0x%02X is not valid UTF-8; save the file as UTF-8%s", (unsigned char)s[0],
                looks_like_utf16(source) ? " (it looks like UTF-16)" : "");
            return false;
        }
        const unsigned code = forbidden(s, length);
        if (code < 0x110000) {
            tn_yaml_error_at(
                diag, source, i, "control character U+%04X is not allowed, remove it", code);
            return false;
        }
        i += length;
    }
    return true;
}
