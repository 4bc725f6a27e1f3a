/* Escaping and numbers. Everything that comes from outside goes through here. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/number.h"

#define MAX_PATH_BYTES 160
#define NOISE          1e-15 /* what rounding leaves of a nought */

static const char *entity(unsigned char c)
{
    switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: break;
    }
    /* control characters are not allowed in HTML */
    const bool is_control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    return is_control ? "\xEF\xBF\xBD" : NULL;
}

/** Whether a character overrides the direction of writing (U+202A to 202E, 2066 to 2069): it could
 * turn round the numbers after a name. */
static bool is_direction(const unsigned char *s)
{
    if (s[0] != 0xE2 || (s[1] != 0x80 && s[1] != 0x81)) return false;
    return s[1] == 0x80 ? s[2] >= 0xAA && s[2] <= 0xAE : s[2] >= 0xA6 && s[2] <= 0xA9;
}

void tn_html_text(FILE *out, const char *text)
{
    for (const char *s = text; s != NULL && *s != '\0'; s++) {
        if (is_direction((const unsigned char *)s)) {
            fputs("\xEF\xBF\xBD", out);
            s += 2;
            continue;
        }
        const char *e = entity((unsigned char)*s);
        if (e != NULL) {
            fputs(e, out);
        } else {
            fputc(*s, out);
        }
    }
}

json_t *tn_html_at(json_t *root, const char *path)
{
    char key[MAX_PATH_BYTES];
    json_t *at = root;
    while (at != NULL && *path != '\0') {
        const size_t n = strcspn(path, "/");
        (void)snprintf(key, sizeof key, "%.*s", (int)n, path);
        if (json_is_array(at)) {
            size_t i = 0;
            for (const char *d = key; *d >= '0' && *d <= '9' && i < 1000000; d++)
                i = 10 * i + (size_t)(*d - '0');
            at = json_array_get(at, i);
        } else {
            at = json_object_get(at, key);
        }
        path += n;
        if (*path == '/') path++;
    }
    return at;
}

double tn_html_number(json_t *root, const char *path)
{
    json_t *value = tn_html_at(root, path);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *tn_html_string(json_t *root, const char *path)
{
    return json_string_value(tn_html_at(root, path));
}

/** "0.4500" becomes "0.45". */
static void trim(char *text)
{
    size_t n = strlen(text);
    if (strchr(text, '.') == NULL || strchr(text, 'e') != NULL) return;
    while (text[n - 1] == '0')
        text[--n] = '\0';
    if (text[n - 1] == '.') text[n - 1] = '\0';
}

void tn_html_plain(char text[TN_NUMBER_SIZE], double value)
{
    const double size = fabs(value) < NOISE ? 0.0 : fabs(value);
    if (size == 0.0) value = 0.0;
    if (value == floor(value) && size < 1e9) {
        tn_number_fixed(text, value, 0);
    } else if (size >= 1e-4 && size < 1e6) {
        const int left = (int)floor(log10(size)) + 1;
        tn_number_fixed(text, value, left < 4 ? 4 - left : 0);
        trim(text);
    } else {
        tn_number_exponent(text, value, 2);
    }
}

static void number_text(char text[TN_NUMBER_SIZE], double value, double se, tn_html_cell_t cell)
{
    switch (cell) {
    case TN_CELL_PERCENT:
        tn_number_percent(text, (tn_estimate_t){value, isfinite(se) ? se : 0.0005});
        break;
    case TN_CELL_ERROR: tn_number_error(text, 196.0 * value, 1, 2); break;
    case TN_CELL_POINTS:
        tn_number_signed(text, 100.0 * value, fabs(value) < 0.000995 ? 2 : 1);
        break;
    case TN_CELL_RATE: tn_number_fixed(text, 100.0 * value, fabs(value) < 0.00995 ? 2 : 1); break;
    default: tn_html_plain(text, value); break;
    }
}

void tn_html_words(FILE *out, const char *id)
{
    for (const char *s = id; s != NULL && *s != '\0'; s++)
        tn_html_text(out, (const char[2]){*s == '_' ? ' ' : *s, '\0'});
}

void tn_html_span(FILE *out, const char *text)
{
    const size_t n = text != NULL ? strspn(text, "0123456789") : 0;
    const bool is_span = n > 0 && strlen(text) == n + 1 && strchr("wy", text[n]) != NULL;
    if (!is_span) {
        tn_html_text(out, text);
        return;
    }
    fprintf(out, "%.*s\xC2\xA0%s%s", (int)n, text, text[n] == 'w' ? "week" : "year",
        n == 1 && text[0] == '1' ? "" : "s");
}

void tn_html_value(FILE *out, json_t *value, json_t *se, tn_html_cell_t cell)
{
    char text[TN_NUMBER_SIZE], exact[TN_NUMBER_SIZE];
    const bool is_percent = cell == TN_CELL_PERCENT || cell == TN_CELL_RATE;
    if (json_is_string(value) && cell == TN_CELL_SPAN) {
        tn_html_span(out, json_string_value(value));
    } else if (json_is_string(value)) {
        tn_html_text(out, json_string_value(value));
    } else if (json_is_boolean(value)) {
        fputs(json_is_true(value) ? "yes" : "no", out);
    } else if (json_is_number(value)) {
        const double number = json_number_value(value);
        const double error = json_is_number(se) ? json_number_value(se) : (double)NAN;
        number_text(text, number, error, cell);
        tn_number_exact(exact, number);
        fprintf(out, "<data value=\"%s\">%s%s%s</data>", exact,
            cell == TN_CELL_ERROR ? "±\xC2\xA0" : "", text, is_percent ? "\xC2\xA0%" : "");
    } else {
        fputs("–", out);
    }
}

/** Escapes what HTML could take for the end of the script or a comment. The rest is ASCII already.
 */
static int write_json(const char *buffer, size_t size, void *ctx)
{
    FILE *out = ctx;
    for (size_t i = 0; i < size; i++) {
        const char c = buffer[i];
        const bool is_markup = c == '<' || c == '>' || c == '&';
        if (is_markup ? fprintf(out, "\\u%04x", (unsigned)c) < 0 : fputc(c, out) == EOF) return -1;
    }
    return 0;
}

int tn_html_json(FILE *out, json_t *value)
{
    const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17);
    return json_dump_callback(value, write_json, out, flags);
}
