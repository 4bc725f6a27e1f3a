/* Quoting is decided by a short list of harmless characters: a text in needless quotation marks
 * does no harm. */
#include "io/yaml_write.h"

#include "base/decimal.h"

#include <stdbool.h>
#include <string.h>

static bool is_word(const char *text)
{
    static const char *const special[] = {"null", "Null", "NULL", "true", "false"};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (strcmp(text, special[i]) == 0) return true;
    }
    return false;
}

static bool is_letter(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z'); }

static bool is_harmless(const char *text)
{
    const size_t n = strlen(text);
    if (n == 0 || is_word(text) || !is_letter(text[0]) || text[n - 1] == ' ') return false;
    for (size_t i = 0; i < n; i++) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (!is_letter(text[i]) && !is_digit && strchr(" _.()/-;'", text[i]) == NULL) return false;
    }
    return true;
}

/* Line ends that YAML would fold: U+0085, U+2028, U+2029. */
static const char *wide_escape(const char *s, size_t *length)
{
    *length = 3;
    if (strncmp(s, "\xE2\x80\xA8", 3) == 0) return "\\L";
    if (strncmp(s, "\xE2\x80\xA9", 3) == 0) return "\\P";
    *length = 2;
    return strncmp(s, "\xC2\x85", 2) == 0 ? "\\N" : NULL;
}

/* C1 controls and a byte order mark may stand in a text only as escapes. */
static unsigned hidden_character(const char *s)
{
    const unsigned char second = (unsigned char)s[1];
    if ((unsigned char)s[0] == 0xC2 && second >= 0x80 && second < 0xA0) return second;
    if (strncmp(s, "\xEF\xBB\xBF", 3) == 0) return 0xFEFF;
    if (strncmp(s, "\xEF\xBF\xBE", 3) == 0) return 0xFFFE;
    if (strncmp(s, "\xEF\xBF\xBF", 3) == 0) return 0xFFFF;
    return 0;
}

void tn_yaml_write_text(FILE *out, const char *text)
{
    if (is_harmless(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *s = text; *s != '\0'; s++) {
        const unsigned char ch = (unsigned char)*s;
        size_t length = 1;
        const char *wide = wide_escape(s, &length);
        const unsigned hidden = hidden_character(s);
        if (wide != NULL) {
            fputs(wide, out);
            s += length - 1;
        } else if (hidden > 0) {
            fprintf(out, "\\u%04X", hidden);
            s += hidden < 0x100 ? 1 : 2;
        } else if (ch == '"' || ch == '\\') {
            fprintf(out, "\\%c", ch);
        } else if (ch < 0x20 || ch == 0x7F) {
            fprintf(out, "\\x%02X", ch);
        } else {
            fputc(ch, out);
        }
    }
    fputc('"', out);
}

void tn_yaml_write_number(FILE *out, double value)
{
    char text[TN_DECIMAL_SIZE];
    tn_decimal_format(value, 17, text);
    fputs(text, out);
}
