/* Latin letters with marks (U+00C0..U+017F) become their letters; other scripts are left out. */
#include "data/person_name.h"

#include <string.h>

#define MAX_NAME  160
#define MIN_WORD  3
#define FIRST     0xC0
#define LAST_HIGH 0x17F

/* Letters of U+00C0..U+017F, '.' where there is none. */
static const char LETTERS[] = "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
                              "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                              "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static char plain_letter(unsigned code)
{
    if (code >= 'A' && code <= 'Z') return (char)(code - 'A' + 'a');
    if (code >= 'a' && code <= 'z') return (char)code;
    if (code < FIRST || code > LAST_HIGH) return ' ';
    return code - FIRST < sizeof LETTERS - 1 ? LETTERS[code - FIRST] : ' ';
}

void tn_person_name_plain(const char *name, char *out, size_t size)
{
    size_t n = 0;
    for (const unsigned char *s = (const unsigned char *)name; *s != '\0' && n + 1 < size; s++) {
        unsigned code = *s;
        if (code >= 0xC3 && code <= 0xC5 && s[1] != '\0') {
            code = ((code & 0x1FU) << 6) | (s[1] & 0x3FU);
            s++;
        } else if (code >= 0x80 || code == '\'') {
            continue;
        }
        const char letter = plain_letter(code);
        if (letter == ' ' && (n == 0 || out[n - 1] == ' ')) continue;
        if (letter != '.') out[n++] = letter;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static bool has_word(const char *text, const char *word, size_t n)
{
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        const bool starts = at == text || at[-1] == ' ';
        if (starts && (at[n] == ' ' || at[n] == '\0')) return true;
    }
    return false;
}

bool tn_person_name_alike(const char *a, const char *b)
{
    char x[MAX_NAME], y[MAX_NAME], word[MAX_NAME];
    tn_person_name_plain(a, x, sizeof x);
    tn_person_name_plain(b, y, sizeof y);
    if (x[0] != '\0' && strcmp(x, y) == 0) return true;
    for (const char *s = x; *s != '\0';) {
        const size_t n = strcspn(s, " ");
        memcpy(word, s, n);
        word[n] = '\0';
        if (n >= MIN_WORD && has_word(y, word, n)) return true;
        s += n;
        s += strspn(s, " ");
    }
    return false;
}
