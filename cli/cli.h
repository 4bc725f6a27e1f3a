/** What the commands share: options from one table, usage mistakes, environment, output that is
 * whole or absent. */
#ifndef TENURE_CLI_H
#define TENURE_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tenure.h"

#define CLI_EXIT_INPUT 2
#define CLI_EXIT_USAGE 64

/** One option of a command. The table of a command is its parser and its help. */
typedef struct cli_option {
    const char *name;    /* long name without dashes */
    char letter;         /* short name, 0: none */
    const char *metavar; /* name of the value; NULL: a flag */
    const char *help;
} cli_option_t;

/** The help of a command; printed example first. */
typedef struct cli_help {
    const char *command;
    const char *usage;    /* "forecast [options] CASE" */
    const char *examples; /* lines, each ending in a newline */
    const char *text;     /* one paragraph; NULL: none */
    const cli_option_t *options;
    int n_options;
} cli_help_t;

/** A walk over the arguments of one command. Mistakes are printed at once and counted; the walk
 * goes on. */
typedef struct cli_args {
    const cli_help_t *help;
    int argc;
    char **argv;         /* argv[0] is the command's name */
    int next;            /* index of the next word */
    const char *cluster; /* rest of a word like -qv; NULL: none */
    bool only_operands;  /* after "--" */
    int n_mistakes;
} cli_args_t;

enum { CLI_END = -1, CLI_OPERAND = -2 };

void cli_args_init(cli_args_t *self, const cli_help_t *help, int argc, char **argv);

/** Next option or operand.
 *  @param value  out: the option's value, or the operand; NULL for a flag.
 *  @return index into the table of options, CLI_OPERAND or CLI_END. Unknown options, missing and
 * needless values are reported as mistakes and skipped. */
int cli_args_next(cli_args_t *self, const char **value);

/** Prints "tenure COMMAND: message" to standard error and counts it. */
void cli_mistake(cli_args_t *self, const char *fmt, ...) TN_PRINTF(2, 3);

/** The value of an option that is a whole number within [lo, hi]; anything else is a mistake. */
long long cli_take_integer(
    cli_args_t *self, const char *option, const char *text, long long lo, long long hi);
/** Adds the routes of a list such as "coup,uprising" to the set; unknown ones are mistakes. */
void cli_take_routes(cli_args_t *self, const char *option, const char *list, unsigned *mask);

/** After mistakes: says where help is. Returns the exit status of usage errors. */
int cli_usage_exit(const cli_args_t *self);

/** Prints the help of a command to standard output; returns the exit status. */
int cli_help_print(const cli_help_t *help);

/** Strict decimal integer, whole text, within [lo, hi]; false otherwise. */
bool cli_parse_integer(const char *text, long long lo, long long hi, long long *value);
/** Strict decimal integer 0 .. 2^64-1. */
bool cli_parse_unsigned(const char *text, unsigned long long *value);

/** A number of exactly this text, finite; false otherwise. */
bool cli_parse_number(const char *text, double *value);

/** Writes a blank and the word, quoted for a shell where it must be. */
void cli_put_word(FILE *out, const char *word);
/** Writes " --name" and the value, if any. */
void cli_put_option(FILE *out, const cli_option_t *option, const char *value);
/** For the manifest: what cli_args_next() found, unless it is an option that cannot change a
 * figure, such as --threads. */
void cli_put_given(FILE *out, const cli_option_t *options, int option, const char *value);

/** The nearest of n names, NULL if none is near. */
const char *cli_nearest(const char *text, const char *const *names, size_t n_names);

/** Prints "tenure COMMAND: message" for a failed library call; returns its exit status. */
int cli_error_exit(const char *command, int code, const tn_error_t *err);

/** Flushes standard output. On failure (full disk, closed pipe) says so and returns CLI_EXIT_INPUT;
 * else 0. */
int cli_flush_stdout(const char *command);

typedef enum cli_colour { CLI_COLOUR_AUTO, CLI_COLOUR_ALWAYS, CLI_COLOUR_NEVER } cli_colour_t;
/** The value of --color: "auto", "always" or "never"; anything else is a mistake. */
void cli_take_colour(cli_args_t *args, const char *text, cli_colour_t *colour);
/** Whether to colour text for this stream: NO_COLOR and TERM=dumb are obeyed under auto. */
bool cli_use_colour(cli_colour_t colour, FILE *stream);
/** Reads a case and prints what is wrong with it, and unless it is to be quiet what is doubtful.
 *  Returns 0 or an exit status. */
int cli_case_read(tn_case_t **c, const char *command, const char *path,
    const tn_case_options_t *opt, cli_colour_t colour, bool is_quiet);

/** Columns to fill on this stream: COLUMNS, else the terminal's, else 80. */
int cli_width(FILE *stream);
/** Whether somebody looks at this stream: a terminal, and not that which mpirun gives its ranks. */
bool cli_is_terminal(FILE *stream);
/** Whether the terminal cannot move its cursor. */
bool cli_is_dumb(void);
/** Instruction set asked for by TENURE_ISA; false if the name is unknown. */
bool cli_isa(tn_isa_t *isa);
/** Folder of what may be kept between runs: tenure under XDG_CACHE_HOME or ~/.cache. NULL if
 * TENURE_NO_CACHE is set or there is no such place. The caller frees it. */
char *cli_cache_dir(void);
/** The usual ledger: tenure/ledger.db under XDG_DATA_HOME or ~/.local/share. NULL if there is no
 * such place. The caller frees it. */
char *cli_ledger_path(void);
/** Whether the locale of the environment speaks UTF-8. */
bool cli_is_utf8(void);

/** Output that appears whole or not at all: a file is written beside its place and renamed. */
typedef struct cli_output {
    FILE *stream;
    char *path; /* final place; NULL: standard output or not a regular file */
    char *temp; /* file being written; NULL: none */
} cli_output_t;

/** Early check that the path could be written; NULL and "-" (standard output) always can. Prints
 * the reason. */
int cli_output_check(const char *command, const char *path);
/** Opens; NULL and "-" are standard output. Returns 0 or an exit status after printing the reason.
 */
int cli_output_open(cli_output_t *self, const char *command, const char *path);
/** Ends the output: if keep is false the file is removed. Returns 0 or an exit status after
 * printing the reason. */
int cli_output_close(cli_output_t *self, const char *command, bool keep);

/** The commands, each in its own file. argv[0] is the command's name. Each returns an exit status.
 */
int tn_cmd_forecast(int argc, char **argv);
int tn_cmd_backtest(int argc, char **argv);
int tn_cmd_base(int argc, char **argv);
int tn_cmd_check(int argc, char **argv);
int tn_cmd_compare(int argc, char **argv);
int tn_cmd_explain(int argc, char **argv);
int tn_cmd_fit(int argc, char **argv);
int tn_cmd_ledger(int argc, char **argv);
int tn_cmd_merge(int argc, char **argv);
int tn_cmd_new(int argc, char **argv);
int tn_cmd_data(int argc, char **argv);
/** A sub-command of tenure data: argv[0] is "fetch". */
int cli_data_fetch(int argc, char **argv);
int tn_cmd_score(int argc, char **argv);
int cli_data_import(int argc, char **argv);
int cli_data_list(int argc, char **argv);
int cli_data_verify(int argc, char **argv);
int cli_data_export(int argc, char **argv);
#endif
