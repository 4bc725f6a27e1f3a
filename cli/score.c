/* tenure score: reads a ledger or a file of forecasts, scores, writes one of three reports. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"
#include "tables.h"

#define COMMAND "score"
#define SCHEMA  "tenure-score/1"

enum {
    OPT_LEDGER,
    OPT_DATA,
    OPT_WHICH,
    OPT_LATE,
    OPT_AGAINST,
    OPT_LEVEL,
    OPT_BINS,
    OPT_BOOT,
    OPT_SEED,
    OPT_THREADS,
    OPT_JSON,
    OPT_CSV,
    OPT_HTML,
    OPT_TABLE,
    OPT_OUTPUT,
    OPT_COLOR,
    OPT_QUIET,
    OPT_HELP,
    N_OPTIONS
};

static const cli_option_t options[N_OPTIONS] = {
    [OPT_LEDGER] = {"ledger", 'l', "FILE", "default: tenure/ledger.db among the user's data"},
    [OPT_DATA] = {"data", 'd', "FILE", "forecasts from a CSV, Stata, SPSS or R file instead"},
    [OPT_WHICH] = {"which", 0, "WORD",
        "of several by one forecaster: latest (default), first, all"},
    [OPT_LATE] = {"late", 0, NULL, "also what was recorded after the outcome was known"},
    [OPT_AGAINST] = {"against", 0, "NAME", "the reference; default: base rates and crowds"},
    [OPT_LEVEL] = {"level", 0, "P", "of limits and bands, default 0.95"},
    [OPT_BINS] = {"bins", 0, "N", "of the calibration table, default 10"},
    [OPT_BOOT] = {"boot", 0, "N", "resamples of limits and bands, default 2000"},
    [OPT_SEED] = {"seed", 's', "N", "of the random numbers, default 1"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, the scores unless --table"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_TABLE] = {"table", 't', "NAME", "this table only"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "no warnings on standard error"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "score [options]",
    .examples = "  tenure score --late\n"
                "  tenure score --against 'base rate' --table compare --csv\n"
                "  tenure score --data forecasts.csv\n",
    .text =
        "Scores forecasts whose outcome is known: Brier and log score, CRPS of the time of exit,\n"
        "calibration, skill against base rates and crowds. Columns of a file: question,\n"
        "forecaster, p, outcome; if there: class, source, subject, date, category and others.\n"
        "See tenure-score(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    tn_ledger_score_options_t score;
    const char *ledger, *data;
    char *default_ledger, *command_line;
    cli_report_t report;
    bool is_quiet, wants_help;
} request_t;

static void take_integer(
    cli_args_t *args, int option, const char *text, long long lo, long long hi, int *value)
{
    long long number = 0;
    if (cli_parse_integer(text, lo, hi, &number)) {
        *value = (int)number;
        return;
    }
    cli_mistake(args, "option '--%s': '%s' is not a whole number from %lld to %lld",
        options[option].name, text, lo, hi);
}

static void take_which(request_t *self, cli_args_t *args, const char *text)
{
    static const char *const names[] = {"latest", "first", "all"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], text) == 0) {
            self->score.which = (tn_ledger_which_t)i;
            return;
        }
    }
    cli_mistake(args, "option '--which': '%s', expected latest, first or all", text);
}

static void take_figure(request_t *self, cli_args_t *args, int option, const char *value)
{
    unsigned long long seed = 0;
    tn_ledger_score_options_t *s = &self->score;
    switch (option) {
    case OPT_LEVEL:
        if (!cli_parse_number(value, &s->level) || !(s->level > 0.0 && s->level < 1.0)) {
            cli_mistake(args, "option '--level': '%s' is not a number between 0 and 1", value);
        }
        break;
    case OPT_BINS: take_integer(args, option, value, 1, 1000, &s->n_bins); break;
    case OPT_BOOT: take_integer(args, option, value, 2, 1000000, &s->n_resamples); break;
    case OPT_THREADS: take_integer(args, option, value, 1, 4096, &s->n_threads); break;
    default:
        if (!cli_parse_unsigned(value, &seed)) {
            cli_mistake(args, "option '--seed': '%s' is not a whole number", value);
        }
        s->seed = seed;
        break;
    }
}

static void take_option(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: cli_mistake(args, "needless word '%s'", value); break;
    case OPT_LEDGER: self->ledger = value; break;
    case OPT_DATA: self->data = value; break;
    case OPT_WHICH: take_which(self, args, value); break;
    case OPT_LATE: self->score.with_late = true; break;
    case OPT_AGAINST: self->score.against = value; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    case OPT_QUIET: self->is_quiet = true; break;
    case OPT_HELP: self->wants_help = true; break;
    default: take_figure(self, args, option, value); break;
    }
}

static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    size_t n = 0;
    *self = (request_t){.score = TN_LEDGER_SCORE_OPTIONS_DEFAULT};
    cli_args_init(&args, &help, argc, argv);
    FILE *line = open_memstream(&self->command_line, &n);
    if (line == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    fputs("tenure " COMMAND, line);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take_option(self, &args, option, value);
        cli_put_given(line, options, option, value);
    }
    if (fclose(line) != 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    cli_report_check(&self->report, &args);
    if (self->ledger != NULL && self->data != NULL) {
        cli_mistake(&args, "--ledger and --data exclude each other");
    }
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    if (self->ledger == NULL && self->data == NULL) {
        self->ledger = self->default_ledger = cli_ledger_path();
    }
    if (self->ledger != NULL || self->data != NULL) return 0;
    fputs("tenure " COMMAND ": no place for a ledger: set HOME, or --ledger FILE\n", stderr);
    return CLI_EXIT_USAGE;
}

static int score_data(const request_t *request, tn_fit_t *scores)
{
    tn_error_t err = {0};
    tn_frame_t frame;
    const tn_frame_options_t opt = {0};
    int ret = tn_frame_read(&frame, request->data, &opt, &err);
    if (ret == 0) {
        const char *name = strcmp(request->data, "-") == 0 ? "<stdin>" : request->data;
        ret = tn_ledger_score_frame(scores, &frame, name, &request->score, &err);
        tn_frame_free(&frame);
    }
    return ret == 0 ? 0 : cli_error_exit(COMMAND, ret, &err);
}

static int score_ledger(const request_t *request, tn_fit_t *scores)
{
    tn_error_t err = {0};
    tn_ledger_t *ledger = NULL;
    int ret = tn_ledger_open(&ledger, request->ledger, TN_LEDGER_READ, &err);
    if (ret == 0) ret = tn_ledger_score(scores, ledger, &request->score, &err);
    tn_ledger_close(ledger);
    return ret == 0 ? 0 : cli_error_exit(COMMAND, ret, &err);
}

static int report(const request_t *request, const tn_fit_t *scores)
{
    tn_fit_t shown;
    int status = cli_tables_choose(&shown, scores, COMMAND, request->report.table);
    if (status == 0) status = cli_tables_write(&shown, COMMAND, SCHEMA, NULL, &request->report);
    if (status == 0) status = cli_page_write_tables(COMMAND, scores, SCHEMA, &request->report);
    if (status == 0 && !request->is_quiet) cli_tables_warn(scores, COMMAND);
    return status;
}

int tn_cmd_score(int argc, char **argv)
{
    request_t request;
    tn_fit_t scores = {0};
    int status = request_init(&request, argc, argv);
    if (status == 0 && request.wants_help) {
        status = cli_help_print(&help);
    } else if (status == 0) {
        status = cli_output_check(COMMAND, request.report.output);
        if (status == 0)
            status = cli_page_check(COMMAND, request.report.page, request.report.output);
        cli_release_signals(); /* nothing is written yet: a signal may end the program at once */
        if (status == 0) {
            status = request.data != NULL ? score_data(&request, &scores)
                                          : score_ledger(&request, &scores);
        }
        cli_catch_signals();
        if (status == 0) status = report(&request, &scores);
    }
    tn_fit_free(&scores);
    free(request.default_ledger);
    free(request.command_line);
    return status;
}
