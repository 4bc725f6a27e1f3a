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

static bool can_change_a_figure(const char *name)
{
    static const char *const others[] = {"blocks", "checkpoint", "checkpoint-every", "color",
        "help", "html", "matrix", "no-cache", "output", "quiet", "threads", "verbose"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        if (strcmp(name, others[k]) == 0) return false;
    }
    return true;
}

void cli_put_given(FILE *out, const cli_option_t *options, int option, const char *value)
{
    if (option == CLI_OPERAND)
        cli_put_word(out, value);
    else if (can_change_a_figure(options[option].name))
        cli_put_option(out, &options[option], value);
}
