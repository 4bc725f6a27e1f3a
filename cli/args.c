/* Arguments against a table of options; all usage mistakes, not only the first. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MAX_OPTIONS 64
#define MAX_NAME    32

void cli_args_init(cli_args_t *self, const cli_help_t *help, int argc, char **argv)
{
    *self = (cli_args_t){.help = help, .argc = argc, .argv = argv, .next = 1};
}

void cli_mistake(cli_args_t *self, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "tenure %s: ", self->help->command);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    self->n_mistakes++;
}

int cli_usage_exit(const cli_args_t *self)
{
    fprintf(stderr, "usage: tenure %s\nSee 'tenure help %s'.\n", self->help->usage,
        self->help->command);
    return CLI_EXIT_USAGE;
}

static int find_letter(const cli_help_t *help, char letter)
{
    for (int i = 0; i < help->n_options; i++) {
        if (help->options[i].letter == letter) return i;
    }
    return -1;
}

static int find_name(const cli_help_t *help, const char *name, size_t n)
{
    for (int i = 0; i < help->n_options; i++) {
        const char *known = help->options[i].name;
        if (strlen(known) == n && strncmp(known, name, n) == 0) return i;
    }
    return -1;
}

static void unknown_name(cli_args_t *self, const char *name, size_t n)
{
    const char *names[MAX_OPTIONS];
    char copy[MAX_NAME];
    size_t n_names = 0;
    for (int i = 0; i < self->help->n_options && n_names < MAX_OPTIONS; i++) {
        names[n_names++] = self->help->options[i].name;
    }
    (void)snprintf(copy, sizeof copy, "%.*s", (int)n, name);
    const char *near = cli_nearest(copy, names, n_names);
    if (near != NULL) {
        cli_mistake(self, "unknown option '--%s' (did you mean '--%s'?)", copy, near);
    } else {
        cli_mistake(self, "unknown option '--%s'", copy);
    }
}

/** The word after an option, as its value; NULL and a mistake if there is none. */
static const char *next_word(cli_args_t *self, const cli_option_t *o)
{
    if (self->next < self->argc) return self->argv[self->next++];
    cli_mistake(self, "option '--%s' needs a value: %s", o->name, o->metavar);
    return NULL;
}

/** "--name" or "--name=value" without the dashes. Returns the option, or CLI_END after a mistake.
 */
static int take_long(cli_args_t *self, const char *word, const char **value)
{
    const size_t n = strcspn(word, "=");
    const int i = find_name(self->help, word, n);
    *value = NULL;
    if (i < 0) {
        unknown_name(self, word, n);
        return CLI_END;
    }
    const cli_option_t *o = &self->help->options[i];
    if (o->metavar == NULL) {
        if (word[n] == '\0') return i;
        cli_mistake(self, "option '--%s' takes no value", o->name);
        return CLI_END;
    }
    *value = word[n] == '=' ? word + n + 1 : next_word(self, o);
    return *value == NULL ? CLI_END : i;
}

/** The next letter of a cluster such as -qv or -oFILE. */
static int take_letter(cli_args_t *self, const char **value)
{
    const char letter = *self->cluster++;
    const int i = find_letter(self->help, letter);
    *value = NULL;
    if (i < 0) {
        const bool is_printable = letter > 32 && letter < 127;
        cli_mistake(self, "unknown option '-%c'", is_printable ? letter : '?');
        self->cluster = NULL;
        return CLI_END;
    }
    const char *rest = *self->cluster != '\0' ? self->cluster : NULL;
    if (self->help->options[i].metavar == NULL) {
        self->cluster = rest;
        return i;
    }
    self->cluster = NULL;
    *value = rest != NULL ? rest : next_word(self, &self->help->options[i]);
    return *value == NULL ? CLI_END : i;
}

int cli_args_next(cli_args_t *self, const char **value)
{
    while (self->cluster != NULL || self->next < self->argc) {
        int option = CLI_END;
        if (self->cluster == NULL) {
            const char *word = self->argv[self->next++];
            if (self->only_operands || word[0] != '-' || word[1] == '\0') {
                *value = word;
                return CLI_OPERAND;
            }
            if (strcmp(word, "--") == 0) {
                self->only_operands = true;
                continue;
            }
            if (word[1] == '-') {
                option = take_long(self, word + 2, value);
            } else {
                self->cluster = word + 1;
            }
        }
        if (self->cluster != NULL) option = take_letter(self, value);
        if (option != CLI_END) return option;
    }
    return CLI_END;
}

int cli_help_print(const cli_help_t *help)
{
    printf("%s\nusage: tenure %s\n", help->examples, help->usage);
    if (help->text != NULL) printf("\n%s\n", help->text);
    if (help->n_options > 0) printf("\noptions:\n");
    for (int i = 0; i < help->n_options; i++) {
        const cli_option_t *o = &help->options[i];
        char left[64];
        const bool has_value = o->metavar != NULL;
        (void)snprintf(left, sizeof left, "--%s%s%s", o->name, has_value ? " " : "",
            has_value ? o->metavar : "");
        const char letter[] = {'-', o->letter, ',', '\0'};
        printf("  %3s %-22s %s\n", o->letter != 0 ? letter : "", left, o->help);
    }
    return cli_flush_stdout(help->command);
}

bool cli_parse_unsigned(const char *text, unsigned long long *value)
{
    char *end;
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *value <= UINT64_MAX;
}

bool cli_parse_number(const char *text, double *value)
{
    char *end;
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0') return false;
    *value = strtod(text, &end); /* the program never leaves the C locale */
    return *end == '\0' && isfinite(*value);
}

bool cli_parse_integer(const char *text, long long lo, long long hi, long long *value)
{
    char *end;
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0') return false;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return errno == 0 && *value >= lo && *value <= hi;
}

const char *cli_nearest(const char *text, const char *const *names, size_t n_names)
{
    const int k = tn_str_nearest(text, names, n_names);
    return k >= 0 ? names[k] : NULL;
}

long long cli_take_integer(
    cli_args_t *self, const char *option, const char *text, long long lo, long long hi)
{
    long long number = lo;
    if (!cli_parse_integer(text, lo, hi, &number)) {
        cli_mistake(self, "option '--%s': '%s' is not a whole number from %lld to %lld", option,
            text, lo, hi);
    }
    return number;
}

static void unknown_route(cli_args_t *self, const char *option, const char *name)
{
    const char *names[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        names[r] = tn_route_name(r);
    const char *near = cli_nearest(name, names, TN_N_ROUTES);
    cli_mistake(self,
        "option '--%s': unknown route '%s', expected death, incapacity, assassination, coup, "
        "uprising, regular or foreign%s%s%s",
        option, name, near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
}

void cli_take_routes(cli_args_t *self, const char *option, const char *list, unsigned *mask)
{
    char name[32];
    for (const char *at = list;; at++) {
        const size_t n = strcspn(at, ",");
        int r = 0;
        (void)snprintf(name, sizeof name, "%.*s", (int)n, at);
        while (r < TN_N_ROUTES && strcmp(tn_route_name(r), name) != 0)
            r++;
        if (r < TN_N_ROUTES) {
            *mask |= 1u << r;
        } else {
            unknown_route(self, option, name);
        }
        at += n;
        if (*at == '\0') return;
    }
}
