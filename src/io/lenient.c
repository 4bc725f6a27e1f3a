/* Windows-1252 for the bytes that cannot be UTF-8, one by one: a list that was mostly saved as
 * UTF-8 keeps its good names and gets back the few bad ones. */
#include "io/lenient.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define MAX_UTF8 3 /* bytes that one byte of Windows-1252 becomes */

/* Code points of 0x80..0x9F; the five that are not given out become U+FFFD. */
static const uint16_t HIGH[32] = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C,
    0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

/** Bytes of the UTF-8 character at s, 0 if there is none. */
static size_t step(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80) return 1;
    const size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || length > n) return 0;
    return tn_str_utf8_length((const char *)s, length) == 1 ? length : 0;
}

static size_t put(unsigned char *out, unsigned char byte)
{
    const unsigned code = byte < 0xA0 ? HIGH[byte - 0x80] : byte;
    if (code < 0x800) {
        out[0] = (unsigned char)(0xC0 | (code >> 6));
        out[1] = (unsigned char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (unsigned char)(0xE0 | (code >> 12));
    out[1] = (unsigned char)(0x80 | ((code >> 6) & 0x3F));
    out[2] = (unsigned char)(0x80 | (code & 0x3F));
    return 3;
}

static size_t count_foreign(const unsigned char *s, size_t n)
{
    size_t n_foreign = 0;
    for (size_t i = 0; i < n;) {
        const size_t length = step(s + i, n - i);
        n_foreign += length == 0;
        i += length == 0 ? 1 : length;
    }
    return n_foreign;
}

static size_t convert(const unsigned char *s, size_t n, unsigned char *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n;) {
        const size_t length = step(s + i, n - i);
        if (length == 0) {
            m += put(out + m, s[i]);
            i++;
            continue;
        }
        memcpy(out + m, s + i, length);
        m += length;
        i += length;
    }
    return m;
}

int tn_lenient_utf8(
    tn_frame_t *frame, const unsigned char *s, size_t n, unsigned char **out, size_t *n_out)
{
    const size_t n_foreign = count_foreign(s, n);
    *out = NULL;
    *n_out = n;
    if (n_foreign == 0) return 0;
    frame->foreign_line = tn_calloc(n_foreign, sizeof *frame->foreign_line);
    *out = tn_malloc(n + n_foreign * (MAX_UTF8 - 1));
    if (frame->foreign_line == NULL || *out == NULL) return TN_ENOMEM;
    size_t line = 1;
    for (size_t i = 0, length; i < n; i += length == 0 ? 1 : length) {
        length = step(s + i, n - i);
        line += s[i] == '\n';
        if (length == 0) frame->foreign_line[frame->n_foreign++] = line;
    }
    *n_out = convert(s, n, *out);
    return 0;
}

void tn_lenient_text(const char *s, size_t n, char *out)
{
    const size_t m = convert((const unsigned char *)s, n, (unsigned char *)out);
    out[m] = '\0';
}
