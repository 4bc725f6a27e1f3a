/* tenure backtest: asks the library for the tables, writes one of three reports. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "data_store.h"
#include "progress.h"
#include "tables.h"
#include "team.h"

#define COMMAND "backtest"
#define SCHEMA  "tenure-backtest/1"

enum {
    OPT_YEARS,
    OPT_MONTHLY,
    OPT_ROUTE,
    OPT_MONTHS,
    OPT_BINS,
    OPT_BOOT,
    OPT_LEVEL,
    OPT_SEED,
    OPT_STORE,
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
    [OPT_YEARS] = {"years", 'y', "FROM-TO", "of the origins, default 1990-2014"},
    [OPT_MONTHLY] = {"monthly", 0, NULL, "an origin each month, not each January"},
    [OPT_ROUTE] = {"route", 0, "WORD", "any (default), irregular, or one route"},
    [OPT_MONTHS] = {"months", 0, "N", "how far ahead, 1 to 60, default 12"},
    [OPT_BINS] = {"bins", 0, "N", "of the calibration table, default 10"},
    [OPT_BOOT] = {"boot", 0, "N", "resamples of bands and sign flips, default 2000"},
    [OPT_LEVEL] = {"level", 0, "P", "of limits and bands, default 0.95"},
    [OPT_SEED] = {"seed", 0, "N", "of the random numbers, default 1"},
    [OPT_STORE] = {"store", 's', "FILE", "the store, else tenure/store.db in XDG_DATA_HOME"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, every forecast unless --table"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_TABLE] = {"table", 't', "NAME", "scores, compare, calibration or forecasts only"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "no progress and no warnings on standard error"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "backtest [options]",
    .examples = "  tenure backtest\n"
                "  tenure backtest --route irregular --years 1990-2014\n"
                "  tenure backtest --monthly --csv -o forecasts.csv\n",
    .text =
        "How well the base rates would have forecast history: at every origin the model is fitted\n"
        "to what was known by then, and compared with shares by regime, a logit and a Cox model.\n"
        "See tenure-backtest(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    tn_backtest_options_t backtest;
    const char *store;
    char *command_line;
    cli_report_t report;
    bool is_quiet, wants_help;
    char folder[CLI_STORE_PATH];
} request_t;

static int take_integer(cli_args_t *args, int option, const char *text, long long lo, long long hi)
{
    long long number = lo;
    if (!cli_parse_integer(text, lo, hi, &number))
        cli_mistake(args, "option '--%s': '%s' is not a whole number from %lld to %lld",
            options[option].name, text, lo, hi);
    return (int)number;
}

static void take_years(request_t *self, cli_args_t *args, const char *text)
{
    char from[8];
    const char *dash = strchr(text, '-');
    const size_t n = dash != NULL ? (size_t)(dash - text) : strlen(text);
    long long first = 0, last = 0;
    if (n < sizeof from) {
        memcpy(from, text, n);
        from[n] = '\0';
        const bool is_year = cli_parse_integer(from, 1950, 2200, &first);
        last = first;
        if (is_year && (dash == NULL || cli_parse_integer(dash + 1, first, 2200, &last))) {
            self->backtest.from_year = (int)first;
            self->backtest.to_year = (int)last;
            return;
        }
    }
    cli_mistake(
        args, "option '--years': '%s' is not a range such as 1990-2014, from 1950 on", text);
}

static void take_route(request_t *self, cli_args_t *args, const char *text)
{
    const char *names[TN_N_ROUTES + 2];
    for (int r = 0; r < TN_N_ROUTES; r++)
        names[r] = tn_route_name(r);
    names[TN_N_ROUTES] = "any";
    names[TN_N_ROUTES + 1] = "irregular";
    for (int r = 0; r < TN_N_ROUTES + 2; r++) {
        if (strcmp(names[r], text) != 0) continue;
        self->backtest.route = r < TN_N_ROUTES    ? r
                               : r == TN_N_ROUTES ? TN_BACKTEST_ANY
                                                  : TN_BACKTEST_IRREGULAR;
        return;
    }
    const char *near = cli_nearest(text, names, TN_N_ROUTES + 2);
    cli_mistake(args, "option '--route': unknown route '%s'%s%s%s", text,
        near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
}

static void take_table(request_t *self, cli_args_t *args, const char *text)
{
    static const char *const names[] = {"scores", "compare", "calibration", "forecasts"};
    self->report.table = text;
    for (int k = 0; k < 4; k++) {
        if (strcmp(names[k], text) == 0) return;
    }
    cli_mistake(
        args, "option '--table': '%s', expected scores, compare, calibration or forecasts", text);
}

static void take_figure(request_t *self, cli_args_t *args, int option, const char *value)
{
    unsigned long long seed = 0;
    tn_backtest_options_t *b = &self->backtest;
    switch (option) {
    case OPT_MONTHS: b->months = take_integer(args, option, value, 1, 60); break;
    case OPT_BINS: b->n_bins = take_integer(args, option, value, 1, 1000); break;
    case OPT_BOOT: b->n_resamples = take_integer(args, option, value, 2, 1000000); break;
    case OPT_THREADS: b->n_threads = take_integer(args, option, value, 1, 4096); break;
    case OPT_LEVEL:
        if (!cli_parse_number(value, &b->level) || !(b->level > 0.0 && b->level < 1.0))
            cli_mistake(args, "option '--level': '%s' is not a number between 0 and 1", value);
        break;
    default:
        if (!cli_parse_unsigned(value, &seed))
            cli_mistake(args, "option '--seed': '%s' is not a whole number", value);
        b->seed = seed;
        break;
    }
}

static void take_option(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: cli_mistake(args, "needless word '%s'", value); break;
    case OPT_YEARS: take_years(self, args, value); break;
    case OPT_MONTHLY: self->backtest.monthly = true; break;
    case OPT_ROUTE: take_route(self, args, value); break;
    case OPT_STORE: self->store = value; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_TABLE: take_table(self, args, value); break;
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
    *self = (request_t){.backtest = {.route = TN_BACKTEST_ANY, .seed = 1}};
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
    self->store = cli_store_path(&args, self->store, self->folder, false);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

/* Every forecast goes to files; on a terminal and on a page there are too many of them. */
static int report(const request_t *request, const tn_fit_t *tables)
{
    tn_fit_t shown, summary = *tables;
    const cli_report_t *how = &request->report;
    const bool is_all = how->table == NULL && how->format == CLI_CSV;
    summary.n_tables--;
    int status = cli_tables_choose(
        &shown, tables, COMMAND, is_all ? tables->table[summary.n_tables].name : how->table);
    if (how->table == NULL && how->format == CLI_TABLE) shown = summary;
    if (status == 0) status = cli_tables_write(&shown, COMMAND, SCHEMA, NULL, how);
    return status != 0 ? status : cli_page_write_tables(COMMAND, &summary, SCHEMA, how);
}

/* Under mpirun all ranks read the same command line and store; rank 0 alone writes. */
static int run(request_t *request)
{
    tn_fit_t tables = {0};
    tn_error_t err = {0};
    cli_progress_t progress;
    const tn_team_t *team = request->backtest.team;
    int status = 0;
    if (cli_team_leads(team)) {
        status = cli_output_check(COMMAND, request->report.output);
        if (status == 0)
            status = cli_page_check(COMMAND, request->report.page, request->report.output);
    }
    status = cli_team_agree(team, status);
    if (status != 0) return status;
    cli_progress_init(&progress, request->is_quiet);
    request->backtest.progress = cli_progress_update;
    request->backtest.progress_ctx = &progress;
    const int ret = tn_backtest_run(&tables, request->store, &request->backtest, &err);
    cli_progress_end(&progress);
    if (ret < 0)
        status = cli_error_exit(COMMAND, ret, &err);
    else if (cli_team_leads(team))
        status = report(request, &tables);
    tn_fit_free(&tables);
    return status;
}

int tn_cmd_backtest(int argc, char **argv)
{
    const tn_team_t *team;
    request_t *request = malloc(sizeof *request);
    if (request == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    int status = cli_team_begin(&team, COMMAND);
    if (status != 0) {
        free(request);
        return status;
    }
    cli_team_mute(team);
    status = request_init(request, argc, argv);
    request->backtest.team = team;
    if (status == 0) status = request->wants_help ? cli_help_print(&help) : run(request);
    cli_team_end();
    free(request->command_line);
    free(request);
    return status;
}
