/* The command line as text that a shell reads back: what a manifest repeats. */
#include <string.h>

#include "cli.h"

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";
    return word[0] != '\0' && word[strspn(word, plain)] == '\0';
}

void cli_put_word(FILE *out, const char *word)
{
    fputc(' ', out);
    if (is_plain(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*word, out);
        }
    }
    fputc('\'', out);
}

void cli_put_option(FILE *out, const cli_option_t *option, const char *value)
{
    fprintf(out, " --%s", option->name);
    if (value != NULL) cli_put_word(out, value);
}
