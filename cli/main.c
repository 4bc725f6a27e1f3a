/* The program: a table of commands, each in its own file. */
#include <string.h>

#include "cli.h"
#include "progress.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} command_t;

typedef struct command_group {
    const char *title;
    const command_t *commands;
    size_t n_commands;
} command_group_t;

static const command_t forecasting[] = {
    {"forecast", tn_cmd_forecast, "how long, how, and who next: the main job"},
    {"base", tn_cmd_base, "leaders like this one, in data: the outside view"},
    {"explain", tn_cmd_explain, "what moved a forecast, and what would"},
    {"compare", tn_cmd_compare, "two forecasts, or one over its dates, and the difference"},
    {"merge", tn_cmd_merge, "the forecast whose blocks were run in pieces"},
};
static const command_t cases[] = {
    {"check", tn_cmd_check, "read a case and name every mistake in it"},
    {"new", tn_cmd_new, "write a commented case to start from"},
};

static const command_t records[] = {
    {"ledger", tn_cmd_ledger, "what was forecast, and what came of it"},
    {"score", tn_cmd_score, "how good the forecasts were"},
    {"backtest", tn_cmd_backtest, "how good the base rates would have been"},
};
static const command_t data[] = {
    {"data", tn_cmd_data, "data sets on leaders, from their owners"},
    {"fit", tn_cmd_fit, "survival models of any data, with R's numbers"},
};

#define GROUP(title, commands)                                                                     \
    {                                                                                              \
        title, commands, sizeof commands / sizeof commands[0]                                      \
    }
static const command_group_t groups[] = {
    GROUP("forecasting", forecasting),
    GROUP("writing cases", cases),
    GROUP("keeping score", records),
    GROUP("data", data),
};
#define N_GROUPS     (sizeof groups / sizeof groups[0])
#define MAX_COMMANDS 32

static const command_t *find(const char *name)
{
    for (size_t g = 0; g < N_GROUPS; g++) {
        for (size_t i = 0; i < groups[g].n_commands; i++) {
            if (strcmp(groups[g].commands[i].name, name) == 0) return &groups[g].commands[i];
        }
    }
    return NULL;
}

static void print_help(FILE *out)
{
    fputs("tenure: how long will a political leader last, how will they go, and who comes next?\n\n"
          "  tenure forecast cases/kremlin-2022.yaml\n\n"
          "usage: tenure COMMAND [options] [FILES]\n",
        out);
    for (size_t g = 0; g < N_GROUPS; g++) {
        fprintf(out, "\n%s\n", groups[g].title);
        for (size_t i = 0; i < groups[g].n_commands; i++) {
            fprintf(out, "  %-10s %s\n", groups[g].commands[i].name, groups[g].commands[i].help);
        }
    }
    fputs("\nhelp\n"
          "  tenure help COMMAND, tenure COMMAND --help, tenure --version\n"
          "  manual pages: tenure(1), tenure-forecast(1), tenure-merge(1), tenure-check(1), "
          "tenure-new(1),\n  tenure-fit(1), tenure-ledger(1), tenure-score(1), "
          "tenure-data-fetch(1), tenure-case(5)\n",
        out);
}

static int unknown(const char *name)
{
    const char *names[MAX_COMMANDS];
    size_t n = 0;
    for (size_t g = 0; g < N_GROUPS; g++) {
        for (size_t i = 0; i < groups[g].n_commands && n < MAX_COMMANDS; i++) {
            names[n++] = groups[g].commands[i].name;
        }
    }
    const char *near = cli_nearest(name, names, n);
    fprintf(stderr, "tenure: unknown %s '%s'", name[0] == '-' ? "option" : "command", name);
    if (near != NULL) fprintf(stderr, " (did you mean '%s'?)", near);
    fputs("\nSee 'tenure --help'.\n", stderr);
    return CLI_EXIT_USAGE;
}

static int help(int argc, char **argv)
{
    static char option[] = "--help";
    if (argc < 2) {
        print_help(stdout);
        return cli_flush_stdout("help");
    }
    const command_t *command = find(argv[1]);
    if (command == NULL) return unknown(argv[1]);
    char *words[] = {argv[1], option, NULL};
    return command->run(2, words);
}

int main(int argc, char **argv)
{
    cli_catch_signals();
    if (argc < 2) {
        print_help(stderr);
        return CLI_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help(1, argv);
    if (strcmp(name, "help") == 0) return help(argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("tenure %s\n", tn_version());
        return cli_flush_stdout("--version");
    }
    const command_t *command = find(name);
    return command != NULL ? command->run(argc - 1, argv + 1) : unknown(name);
}
