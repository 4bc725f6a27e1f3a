/* Safe text for terminals. Width by ranges of code points: exact for the scripts in common use,
 * never wrong by more than one column a character elsewhere; a table may then look crooked, nothing
 * worse. */
#include "report/text.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

typedef struct range {
    uint32_t from, to;
} range_t;

static const range_t combining[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
    {0x0610, 0x061a}, {0x064b, 0x065f}, {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d},
    {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};

static const range_t wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1faff}, {0x20000, 0x3fffd}};

/* controls of C0 and C1, and what turns the direction of writing */
static const range_t harmful[] = {{0x00, 0x1f}, {0x7f, 0x9f}, {0x061c, 0x061c}, {0x200e, 0x200f},
    {0x2028, 0x202e}, {0x2066, 0x2069}};

static bool is_in(const range_t *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) return true;
    }
    return false;
}
#define IS_IN(ranges, c) is_in(ranges, sizeof ranges / sizeof ranges[0], c)

static size_t expected_bytes(unsigned char first)
{
    if (first < 0x80) return 1;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

/** Bytes of the character at s and its code point; UINT32_MAX for a byte that begins none. */
static size_t decode(const char *s, uint32_t *c)
{
    const unsigned char first = (unsigned char)s[0];
    const size_t n = expected_bytes(first);
    *c = UINT32_MAX;
    if (strnlen(s, n) < n || tn_str_utf8_length(s, n) != 1) return 1;
    *c = n == 1 ? first : (uint32_t)(first & (0xff >> (n + 1)));
    for (size_t i = 1; i < n; i++)
        *c = *c << 6 | ((unsigned char)s[i] & 0x3f);
    return n;
}

void tn_text_append_safe(tn_text_t *self, const char *s)
{
    uint32_t c;
    for (size_t n; *s != '\0'; s += n) {
        n = decode(s, &c);
        if (c == UINT32_MAX) {
            tn_text_append(self, REPLACEMENT, strlen(REPLACEMENT));
        } else if (c == '\n' || c == '\t' || c == '\r') {
            tn_text_append(self, " ", 1);
        } else if (IS_IN(harmful, c)) {
            tn_text_append(self, "?", 1);
        } else {
            tn_text_append(self, s, n);
        }
    }
}

static int columns_of(uint32_t c)
{
    if (IS_IN(combining, c)) return 0;
    return c != UINT32_MAX && IS_IN(wide, c) ? 2 : 1;
}

int tn_text_columns(const char *s)
{
    int columns = 0;
    uint32_t c;
    for (; *s != '\0'; columns += columns_of(c))
        s += decode(s, &c);
    return columns;
}

size_t tn_text_cut(const char *s, int columns)
{
    const char *at = s;
    uint32_t c;
    while (*at != '\0') {
        const size_t n = decode(at, &c);
        columns -= columns_of(c);
        if (columns < 0) break;
        at += n;
    }
    return (size_t)(at - s);
}
