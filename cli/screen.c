/* What the environment and the terminal want; the only place that reads the environment. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

#define DEFAULT_WIDTH 80
#define MAX_WIDTH     10000

/** Value of a variable, NULL if unset or empty. */
static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

void cli_take_colour(cli_args_t *args, const char *text, cli_colour_t *colour)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *colour = (cli_colour_t)i;
        return;
    }
    cli_mistake(args, "option '--color': '%s' is not auto, always or never", text);
}

bool cli_is_dumb(void)
{
    const char *term = environment("TERM");
    return term == NULL || strcmp(term, "dumb") == 0;
}

/** mpirun gives its ranks a terminal of its own, wherever their output goes in the end. */
static bool has_starter(void)
{
    return environment("OMPI_COMM_WORLD_SIZE") != NULL || environment("PMI_SIZE") != NULL ||
           environment("PMIX_RANK") != NULL;
}

bool cli_is_terminal(FILE *stream) { return isatty(fileno(stream)) && !has_starter(); }

bool cli_use_colour(cli_colour_t colour, FILE *stream)
{
    if (colour != CLI_COLOUR_AUTO) return colour == CLI_COLOUR_ALWAYS;
    return environment("NO_COLOR") == NULL && !cli_is_dumb() && cli_is_terminal(stream);
}

int cli_width(FILE *stream)
{
    struct winsize size;
    long long columns;
    const char *text = environment("COLUMNS");
    if (text != NULL && cli_parse_integer(text, 1, MAX_WIDTH, &columns)) return (int)columns;
    const int fd = fileno(stream);
    const bool has_size = cli_is_terminal(stream) && ioctl(fd, TIOCGWINSZ, &size) == 0;
    if (has_size && size.ws_col > 0) return size.ws_col;
    return DEFAULT_WIDTH;
}

char *cli_cache_dir(void)
{
    const char *cache = environment("XDG_CACHE_HOME"), *home = environment("HOME");
    /* the XDG rules: a path that is not absolute counts as unset */
    const bool is_xdg = cache != NULL && cache[0] == '/';
    const char *top = is_xdg ? cache : home;
    const char *below = is_xdg ? "/tenure" : "/.cache/tenure";
    if (environment("TENURE_NO_CACHE") != NULL || top == NULL || top[0] != '/') return NULL;
    const size_t n = strlen(top) + strlen(below) + 1;
    char *dir = malloc(n);
    if (dir != NULL) (void)snprintf(dir, n, "%s%s", top, below);
    return dir;
}

char *cli_ledger_path(void)
{
    const char *data = environment("XDG_DATA_HOME"), *home = environment("HOME");
    const bool is_xdg = data != NULL && data[0] == '/';
    const char *top = is_xdg ? data : home;
    const char *below = is_xdg ? "/tenure/ledger.db" : "/.local/share/tenure/ledger.db";
    if (top == NULL || top[0] != '/') return NULL;
    const size_t n = strlen(top) + strlen(below) + 1;
    char *path = malloc(n);
    if (path != NULL) (void)snprintf(path, n, "%s%s", top, below);
    return path;
}

bool cli_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = environment(names[i]);
        if (value == NULL) continue;
        const char *charset = strchr(value, '.');
        if (charset == NULL) return false;
        return strncasecmp(charset + 1, "utf-8", 5) == 0 ||
               strncasecmp(charset + 1, "utf8", 4) == 0;
    }
    return false;
}

bool cli_isa(tn_isa_t *isa)
{
    static const char *const names[] = {"auto", "baseline", "avx2", "avx512"};
    const char *value = environment("TENURE_ISA");
    *isa = TN_ISA_AUTO;
    if (value == NULL) return true;
    for (int i = 0; i < 4; i++) {
        if (strcmp(value, names[i]) != 0) continue;
        *isa = (tn_isa_t)i;
        return true;
    }
    return false;
}
