/* tenure data VERB: a table of sub-commands. */
#include <string.h>

#include "cli.h"

typedef struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} verb_t;

static const verb_t verbs[] = {
    {"fetch", cli_data_fetch, "download data sets from their owners"},
    {"import", cli_data_import, "read files into the store"},
    {"list", cli_data_list, "what is in the store, or the log of its imports"},
    {"verify", cli_data_verify, "check that the store is whole"},
    {"export", cli_data_export, "write a table as CSV or JSON"},
};
#define N_VERBS (sizeof verbs / sizeof verbs[0])

static void print_verbs(FILE *out)
{
    fputs("  tenure data fetch --list\n\nusage: tenure data COMMAND [options]\n\n", out);
    for (size_t i = 0; i < N_VERBS; i++)
        fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].help);
    fputs("\nSee 'tenure data COMMAND --help'.\n", out);
}

int tn_cmd_data(int argc, char **argv)
{
    if (argc < 2) {
        print_verbs(stderr);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_verbs(stdout);
        return cli_flush_stdout("data");
    }
    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) return verbs[i].run(argc - 1, argv + 1);
    }
    const char *names[N_VERBS];
    for (size_t i = 0; i < N_VERBS; i++)
        names[i] = verbs[i].name;
    const char *near = cli_nearest(argv[1], names, N_VERBS);
    fprintf(stderr, "tenure data: unknown command '%s'", argv[1]);
    if (near != NULL) fprintf(stderr, " (did you mean '%s'?)", near);
    fputs("\nSee 'tenure data --help'.\n", stderr);
    return CLI_EXIT_USAGE;
}
