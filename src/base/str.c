/* Strict text to numbers, nearest names, growing text. */
#include "base/str.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_NUMBER 400 /* characters of a number */
#define MAX_NAME   64  /* names longer than this are never near */

static bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

static size_t skip_digits(const char *text, size_t n, size_t at)
{
    while (at < n && is_digit(text[at]))
        at++;
    return at;
}

static bool is_decimal(const char *text, size_t n)
{
    size_t at = n > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    size_t end = skip_digits(text, n, at);
    size_t digits = end - at;
    if (end < n && text[end] == '.') {
        at = end + 1;
        end = skip_digits(text, n, at);
        digits += end - at;
    }
    if (digits == 0) return false;
    if (end < n && (text[end] == 'e' || text[end] == 'E')) {
        at = end + 1;
        if (at < n && (text[at] == '+' || text[at] == '-')) at++;
        end = skip_digits(text, n, at);
        if (end == at) return false;
    }
    return end == n;
}

bool tn_str_to_double(const char *text, size_t n, double *value)
{
    char copy[MAX_NUMBER + 1];
    if (n == 0 || n > MAX_NUMBER || !is_decimal(text, n)) return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    /* the program may run under a locale with a decimal comma */
    const char point = localeconv()->decimal_point[0];
    char *dot = strchr(copy, '.');
    if (dot != NULL) *dot = point;
    const double v = strtod(copy, NULL);
    if (!isfinite(v)) return false;
    *value = v;
    return true;
}

bool tn_str_to_int64(const char *text, size_t n, int64_t lo, int64_t hi, int64_t *value)
{
    const bool is_negative = n > 0 && text[0] == '-';
    size_t at = n > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    int64_t v = 0;
    if (at == n) return false;
    for (; at < n; at++) {
        const int digit = text[at] - '0';
        if (!is_digit(text[at])) return false;
        if (v < (INT64_MIN + digit) / 10) return false;
        v = v * 10 - digit; /* negative: INT64_MIN has no positive twin */
    }
    if (!is_negative && v == INT64_MIN) return false;
    v = is_negative ? v : -v;
    if (v < lo || v > hi) return false;
    *value = v;
    return true;
}

/** Bytes of the code point at s, 0 if it is not valid. */
static size_t utf8_step(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80) return 1;
    const size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || length > n) return 0;
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
    }
    if (s[0] == 0xe0 && s[1] < 0xa0) return 0; /* overlong */
    if (s[0] == 0xed && s[1] > 0x9f) return 0; /* surrogate */
    if (s[0] == 0xf0 && s[1] < 0x90) return 0; /* overlong */
    if (s[0] == 0xf4 && s[1] > 0x8f) return 0; /* beyond U+10FFFF */
    return length;
}

long tn_str_utf8_length(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    long length = 0;
    for (size_t at = 0; at < n;) {
        const size_t step = utf8_step(s + at, n - at);
        if (step == 0) return -1;
        at += step;
        length++;
    }
    return length;
}

static int min3(int a, int b, int c)
{
    const int m = a < b ? a : b;
    return m < c ? m : c;
}

/** Damerau-Levenshtein distance (adjacent swaps count one); three rows. */
static int edit_distance(const char *a, size_t n, const char *b, size_t m)
{
    int rows[3][MAX_NAME + 1];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            const int cost = a[i - 1] != b[j - 1];
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
            const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && before[j - 2] + 1 < now[j]) now[j] = before[j - 2] + 1;
        }
        int *t = before;
        before = last;
        last = now;
        now = t;
    }
    return last[m];
}

int tn_str_nearest(const char *text, const char *const *names, size_t n_names)
{
    const size_t n = strlen(text);
    int best = -1, best_distance = 0;
    if (n == 0 || n > MAX_NAME) return -1;
    for (size_t k = 0; k < n_names; k++) {
        const size_t m = strlen(names[k]);
        if (m > MAX_NAME) continue;
        const int d = edit_distance(text, n, names[k], m);
        const size_t longer = n > m ? n : m;
        if ((size_t)d * 3 > longer + 1) continue;
        if (best < 0 || d < best_distance) {
            best = (int)k;
            best_distance = d;
        }
    }
    return best;
}

/** Room for n more characters and the NUL. */
static bool reserve(tn_text_t *self, size_t n)
{
    if (self->failed) return false;
    if (n >= SIZE_MAX / 2 - self->n) {
        self->failed = true;
        return false;
    }
    if (self->n + n + 1 <= self->capacity) return true;
    size_t capacity = self->capacity < 128 ? 128 : self->capacity;
    while (capacity < self->n + n + 1)
        capacity *= 2;
    char *s = tn_realloc(self->s, capacity, 1);
    self->failed = s == NULL;
    if (s == NULL) return false;
    self->s = s;
    self->capacity = capacity;
    return true;
}

void tn_text_append(tn_text_t *self, const char *s, size_t n)
{
    if (!reserve(self, n)) return;
    memcpy(self->s + self->n, s, n);
    self->n += n;
    self->s[self->n] = '\0';
}

void tn_text_printf(tn_text_t *self, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0) self->failed = true;
    if (n >= 0 && reserve(self, (size_t)n)) {
        (void)vsnprintf(self->s + self->n, (size_t)n + 1, fmt, again);
        self->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void tn_text_free(tn_text_t *self)
{
    if (self == NULL) return;
    tn_free(self->s);
    *self = (tn_text_t){0};
}
