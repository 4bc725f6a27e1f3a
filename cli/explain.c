/* tenure explain CASE: reads the case, asks the library for tables, writes one of three reports,
 * and if asked the matrix and a page. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"
#include "tables.h"
#include "team.h"

#define COMMAND     "explain"
#define SCHEMA      "tenure-explain/1"
#define MAX_THREADS 4096
#define MAX_WORLDS  1000000000LL

enum {
    OPT_AS_OF,
    OPT_HORIZONS,
    OPT_SET,
    OPT_WORLDS,
    OPT_SEED,
    OPT_THREADS,
    OPT_WEEKS,
    OPT_SOBOL,
    OPT_NO_CACHE,
    OPT_MATRIX,
    OPT_JSON,
    OPT_CSV,
    OPT_TABLE,
    OPT_HTML,
    OPT_OUTPUT,
    OPT_COLOR,
    OPT_QUIET,
    OPT_HELP,
    N_OPTIONS
};

static const cli_option_t options[N_OPTIONS] = {
    [OPT_AS_OF] = {"as-of", 0, "DATE", "forecast from this day; later reports are left out"},
    [OPT_HORIZONS] = {"horizons", 0, "LIST", "such as 13w,26w,5y"},
    [OPT_SET] = {"set", 0, "PATH=VALUE", "change the case, such as leader.guard=0.3; repeatable"},
    [OPT_WORLDS] = {"worlds", 'n', "N", "simulated worlds, default 100000"},
    [OPT_SEED] = {"seed", 's', "N", "of the random numbers, default 1"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_WEEKS] = {"weeks", 0, "N", "tripwires: what could be seen within N weeks, default 5"},
    [OPT_SOBOL] = {"sobol", 0, "N", "base points of the Sobol indices, default 256; 0: none"},
    [OPT_NO_CACHE] = {"no-cache", 0, NULL,
        "keep and take nothing between runs; never changes the result"},
    [OPT_MATRIX] = {"matrix", 0, "FILE", "besides, write claims by ways out as CSV"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, the origins unless --table"},
    [OPT_TABLE] = {"table", 't', "NAME",
        "origins, claims, tripwires, drivers, tipping, matrix, provenance or views only"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing on standard error but mistakes"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "explain [options] CASE",
    .examples = "  tenure explain cases/kremlin-2022.yaml\n"
                "  tenure explain --table tripwires --weeks 8 cases/kremlin-2022.yaml\n"
                "  tenure explain --matrix matrix.csv --sobol 0 cases/kremlin-2022.yaml\n",
    .text =
        "Says what moved a forecast: each origin and each claim, and what repeated reports would\n"
        "do if they were independent; which parameters matter; which observation of the coming\n"
        "weeks would move it most. See tenure-explain(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    tn_explain_options_t explain;
    tn_case_options_t case_options;
    const char **set; /* room for one per word of the command line */
    const char *path, *matrix;
    char *command_line, *cache_dir;
    cli_report_t report;
    bool is_quiet, wants_help, no_cache;
    const tn_team_t *team;
} request_t;

static void take_figure(request_t *self, cli_args_t *args, int option, const char *value)
{
    unsigned long long seed = 0;
    tn_forecast_options_t *f = &self->explain.forecast;
    switch (option) {
    case OPT_WORLDS:
        f->n_worlds = cli_take_integer(args, options[option].name, value, 1, MAX_WORLDS);
        break;
    case OPT_THREADS:
        f->n_threads = (int)cli_take_integer(args, options[option].name, value, 1, MAX_THREADS);
        break;
    case OPT_WEEKS:
        self->explain.watch_weeks = (int)cli_take_integer(args, options[option].name, value, 1, 52);
        break;
    case OPT_SOBOL:
        self->explain.sobol_points =
            (int)cli_take_integer(args, options[option].name, value, 0, 100000);
        if (self->explain.sobol_points > 0 && self->explain.sobol_points < TN_SOBOL_MIN_POINTS)
            cli_mistake(args, "option '--sobol': at least %d, or 0 for none", TN_SOBOL_MIN_POINTS);
        break;
    default:
        if (!cli_parse_unsigned(value, &seed))
            cli_mistake(args, "option '--seed': '%s' is not a whole number", value);
        f->seed = seed;
        break;
    }
}

static void take_case(request_t *self, cli_args_t *args, const char *path)
{
    if (self->path != NULL) cli_mistake(args, "needless word '%s'", path);
    self->path = path;
}

static void take_option(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: take_case(self, args, value); break;
    case OPT_AS_OF: self->case_options.as_of = value; break;
    case OPT_HORIZONS: self->case_options.horizons = value; break;
    case OPT_SET: self->set[self->case_options.n_set++] = value; break;
    case OPT_NO_CACHE: self->no_cache = true; break;
    case OPT_MATRIX: self->matrix = value; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_HTML: self->report.page = value; break;
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
    *self = (request_t){.explain = TN_EXPLAIN_OPTIONS_DEFAULT};
    self->set = calloc((size_t)argc + 1, sizeof *self->set);
    cli_args_init(&args, &help, argc, argv);
    FILE *line = open_memstream(&self->command_line, &n);
    if (line == NULL || self->set == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    fputs("tenure " COMMAND, line);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take_option(self, &args, option, value);
        cli_put_given(line, options, option, value);
    }
    self->case_options.set = self->set;
    if (fclose(line) != 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    cli_report_check(&self->report, &args);
    if (self->path == NULL) cli_mistake(&args, "no case given");
    if (!cli_isa(&self->explain.forecast.isa))
        cli_mistake(&args, "TENURE_ISA: unknown instruction set");
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    if (!self->no_cache) self->cache_dir = cli_cache_dir();
    self->explain.forecast.cache_dir = self->cache_dir;
    return 0;
}

static int write_matrix(const request_t *request, const tn_fit_t *tables)
{
    tn_fit_t matrix;
    const cli_report_t how = {.format = CLI_CSV, .output = request->matrix};
    const int status = cli_tables_choose(&matrix, tables, COMMAND, "matrix");
    return status != 0 ? status : cli_tables_write(&matrix, COMMAND, SCHEMA, NULL, &how);
}

static int report(const request_t *request, const tn_fit_t *tables)
{
    tn_fit_t shown;
    const cli_report_t *how = &request->report;
    cli_tables_text_t *text = how->table == NULL ? tn_explain_report_text : NULL;
    int status = cli_tables_choose(&shown, tables, COMMAND, how->table);
    if (status == 0) status = cli_tables_write(&shown, COMMAND, SCHEMA, text, how);
    if (status == 0 && request->matrix != NULL) status = write_matrix(request, tables);
    return status != 0 ? status : cli_page_write_tables(COMMAND, tables, SCHEMA, how);
}

static int explain_case(const tn_case_t *c, request_t *request)
{
    tn_fit_t tables = {0};
    tn_error_t err = {0};
    cli_progress_t progress;
    cli_progress_init(&progress, request->is_quiet);
    request->explain.forecast.progress = cli_progress_update;
    request->explain.forecast.progress_ctx = &progress;
    request->explain.forecast.team = request->team;
    const int ret = tn_explain_run(&tables, c, &request->explain, &err);
    cli_progress_end(&progress);
    int status = 0;
    if (ret < 0)
        status = cli_error_exit(COMMAND, ret, &err);
    else if (cli_team_leads(request->team))
        status = report(request, &tables);
    tn_fit_free(&tables);
    return status;
}

/* Under mpirun all ranks read the same command line and case; rank 0 alone writes. */
static int run(request_t *request)
{
    tn_case_t *c = NULL;
    int status = 0;
    if (cli_team_leads(request->team)) {
        status = cli_output_check(COMMAND, request->report.output);
        if (status == 0) status = cli_output_check(COMMAND, request->matrix);
        if (status == 0)
            status = cli_page_check(COMMAND, request->report.page, request->report.output);
    }
    if (status == 0) {
        status = cli_case_read(&c, COMMAND, request->path, &request->case_options,
            request->report.colour, request->is_quiet);
    }
    status = cli_team_agree(request->team, status);
    if (status == 0) status = explain_case(c, request);
    tn_case_free(c);
    return status;
}

int tn_cmd_explain(int argc, char **argv)
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
    request->team = team;
    if (status == 0) status = request->wants_help ? cli_help_print(&help) : run(request);
    cli_team_end();
    free(request->set);
    free(request->command_line);
    free(request->cache_dir);
    free(request);
    return status;
}
