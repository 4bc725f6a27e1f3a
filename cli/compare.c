/* tenure compare: two cases, or one case and what would change it, or one case over its dates.
 * Under mpirun all ranks read the same command line and cases; rank 0 alone writes. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"
#include "tables.h"
#include "team.h"

#define COMMAND     "compare"
#define SCHEMA      "tenure-compare/1"
#define MAX_THREADS 4096
#define MAX_WORLDS  1000000000LL

enum {
    OPT_SET,
    OPT_FORCE,
    OPT_DROP_REPORT,
    OPT_DROP_ORIGIN,
    OPT_AS_OF,
    OPT_KEEP_RATES,
    OPT_EVERY,
    OPT_FROM,
    OPT_HORIZONS,
    OPT_ROUTES,
    OPT_EXCEPT,
    OPT_NO_REPORTS,
    OPT_WORLDS,
    OPT_SEED,
    OPT_THREADS,
    OPT_NO_CACHE,
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
    [OPT_SET] = {"set", 0, "PATH=VALUE", "change the second side, such as leader.guard=0.3"},
    [OPT_FORCE] = {"force", 0, "EVENT", "make an event happen on the second side"},
    [OPT_DROP_REPORT] = {"drop-report", 0, "ID", "leave a report out of it; repeatable"},
    [OPT_DROP_ORIGIN] = {"drop-origin", 0, "ID", "leave all claims of an origin out; repeatable"},
    [OPT_AS_OF] = {"as-of", 0, "DATE", "forecast it from this day; later reports are left out"},
    [OPT_KEEP_RATES] = {"keep-rates", 0, NULL, "do not calibrate it anew: keep the first's rates"},
    [OPT_EVERY] = {"every", 0, "STEP", "one case, date by date: week, month or quarter"},
    [OPT_FROM] = {"from", 0, "DATE", "with --every: first date, default a week after the start"},
    [OPT_HORIZONS] = {"horizons", 0, "LIST", "of both sides, such as 13w,26w,5y"},
    [OPT_ROUTES] = {"routes", 0, "LIST", "ways out that count as exit, such as coup,uprising"},
    [OPT_EXCEPT] = {"except", 0, "LIST", "ways out that do not count, such as death"},
    [OPT_NO_REPORTS] = {"no-reports", 0, NULL, "leave all reports out of both sides"},
    [OPT_WORLDS] = {"worlds", 'n', "N", "simulated worlds a side, default 100000"},
    [OPT_SEED] = {"seed", 's', "N", "of the random numbers of both sides, default 1"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_NO_CACHE] = {"no-cache", 0, NULL,
        "keep and take nothing between runs; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, the first unless --table"},
    [OPT_TABLE] = {"table", 't', "NAME",
        "exit, views, routes, successors, counts, state, curve or sides only"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing on standard error but mistakes"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "compare [options] CASE [OTHER]",
    .examples = "  tenure compare --set leader.guard=0.9 cases/kremlin-2022.yaml\n"
                "  tenure compare --force mobilisation --keep-rates cases/kremlin-2022.yaml\n"
                "  tenure compare --drop-origin budanov cases/kremlin-2022.yaml\n"
                "  tenure compare cases/kremlin-2022.yaml cases/harare-2017.yaml\n"
                "  tenure compare --every month cases/kremlin-2022.yaml\n",
    .text = "Forecasts two cases, or a case and what would change it, with the same random\n"
            "numbers, and shows the difference with its own standard error; or one case date by\n"
            "date, as its reports came in. See tenure-compare(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    tn_compare_options_t compare;
    tn_side_t changes;  /* of the second side */
    const char **words; /* room for three lists of one per word of the command line */
    const char **set, **reports, **origins;
    size_t n_set;
    const char *path[2], *as_of, *horizons, *from;
    int n_paths, step; /* tn_step_t; -1: none */
    int32_t first;     /* of a series */
    unsigned routes, except;
    char *command_line, *cache_dir;
    cli_report_t report;
    bool is_quiet, wants_help, no_cache;
    const tn_team_t *team;
} request_t;

static void take_step(request_t *self, cli_args_t *args, const char *word)
{
    for (int k = 0; k < TN_N_STEPS; k++) {
        if (strcmp(word, tn_step_name(k)) == 0) self->step = k;
    }
    if (self->step < 0)
        cli_mistake(args, "option '--every': '%s' is not week, month or quarter", word);
}

static void take_case(request_t *self, cli_args_t *args, const char *path)
{
    if (self->n_paths < 2)
        self->path[self->n_paths++] = path;
    else
        cli_mistake(args, "needless word '%s': two cases can be compared", path);
}

static void take_run(request_t *self, cli_args_t *args, int option, const char *value)
{
    tn_forecast_options_t *f = &self->compare.forecast;
    const char *name = options[option].name;
    unsigned long long seed = 0;
    switch (option) {
    case OPT_WORLDS: f->n_worlds = cli_take_integer(args, name, value, 1, MAX_WORLDS); break;
    case OPT_THREADS:
        f->n_threads = (int)cli_take_integer(args, name, value, 1, MAX_THREADS);
        break;
    case OPT_ROUTES: cli_take_routes(args, name, value, &self->routes); break;
    case OPT_EXCEPT: cli_take_routes(args, name, value, &self->except); break;
    case OPT_NO_REPORTS: f->no_reports = true; break;
    case OPT_NO_CACHE: self->no_cache = true; break;
    default:
        if (!cli_parse_unsigned(value, &seed))
            cli_mistake(args, "option '--seed': '%s' is not a whole number", value);
        f->seed = seed;
        break;
    }
}

static void take_output(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    case OPT_QUIET: self->is_quiet = true; break;
    default: self->wants_help = true; break;
    }
}

static void take_option(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: take_case(self, args, value); break;
    case OPT_SET: self->set[self->n_set++] = value; break;
    case OPT_FORCE: self->changes.force = value; break;
    case OPT_DROP_REPORT: self->reports[self->changes.n_left_out++] = value; break;
    case OPT_DROP_ORIGIN: self->origins[self->changes.n_left_out_of++] = value; break;
    case OPT_AS_OF: self->as_of = value; break;
    case OPT_KEEP_RATES: self->compare.keeps_rates = true; break;
    case OPT_EVERY: take_step(self, args, value); break;
    case OPT_FROM: self->from = value; break;
    case OPT_HORIZONS: self->horizons = value; break;
    default:
        if (option < OPT_JSON)
            take_run(self, args, option, value);
        else
            take_output(self, args, option, value);
        break;
    }
}

static bool changes_anything(const request_t *self)
{
    return self->n_set > 0 || self->as_of != NULL || self->changes.force != NULL ||
           self->changes.n_left_out + self->changes.n_left_out_of > 0;
}

static void check_series(request_t *self, cli_args_t *args)
{
    if (self->n_paths > 1) cli_mistake(args, "--every goes with one case, not two");
    if (self->changes.force != NULL) cli_mistake(args, "--every and --force exclude each other");
    if (self->compare.keeps_rates) cli_mistake(args, "--every and --keep-rates exclude each other");
    self->first = INT32_MIN;
    if (self->from != NULL && !tn_base_parse_date(self->from, &self->first))
        cli_mistake(args, "option '--from': '%s' is not a date, YYYY-MM-DD", self->from);
}

static void check_together(request_t *self, cli_args_t *args)
{
    tn_forecast_options_t *f = &self->compare.forecast;
    if (self->n_paths == 0) cli_mistake(args, "no case given");
    cli_report_check(&self->report, args);
    for (int k = 0; k < self->n_paths; k++) {
        if (strcmp(self->path[k], "-") == 0)
            cli_mistake(args, "a case is read more than once here: name a file, not '-'");
    }
    f->routes = (self->routes != 0 ? self->routes : TN_ALL_ROUTES) & ~self->except;
    if (f->routes == 0) cli_mistake(args, "with these --routes and --except no way out counts");
    if (!cli_isa(&f->isa))
        cli_mistake(args, "environment variable TENURE_ISA is not auto, baseline, avx2 or avx512");
    if (self->step >= 0) {
        check_series(self, args);
        return;
    }
    if (self->from != NULL) cli_mistake(args, "--from goes with --every");
    if (self->n_paths == 1 && !changes_anything(self)) {
        cli_mistake(args, "nothing to compare with: give a second case, a change (--set, --force, "
                          "--drop-report, --drop-origin, --as-of), or --every");
    }
}

static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    size_t n = 0;
    const size_t room = (size_t)argc + 1;
    *self = (request_t){.compare = TN_COMPARE_OPTIONS_DEFAULT, .step = -1};
    self->words = calloc(3 * room, sizeof *self->words);
    cli_args_init(&args, &help, argc, argv);
    FILE *line = open_memstream(&self->command_line, &n);
    if (line == NULL || self->words == NULL) {
        if (line != NULL) (void)fclose(line);
        return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    }
    self->set = self->words;
    self->changes.left_out = self->reports = self->words + room;
    self->changes.left_out_of = self->origins = self->words + 2 * room;
    fputs("tenure " COMMAND, line);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take_option(self, &args, option, value);
        cli_put_given(line, options, option, value);
    }
    if (fclose(line) != 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    check_together(self, &args);
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    if (!self->no_cache) self->cache_dir = cli_cache_dir();
    self->compare.forecast.cache_dir = self->cache_dir;
    return 0;
}

/* ---- output ---- */

static int report(const request_t *request, const tn_fit_t *tables)
{
    tn_fit_t shown;
    const cli_report_t *how = &request->report;
    cli_tables_text_t *text = how->table == NULL ? tn_compare_report_text : NULL;
    int status = cli_tables_choose(&shown, tables, COMMAND, how->table);
    if (status == 0) status = cli_tables_write(&shown, COMMAND, SCHEMA, text, how);
    return status != 0 ? status : cli_page_write_tables(COMMAND, tables, SCHEMA, how);
}

/* ---- run ---- */

static int read_side(tn_case_t **c, const request_t *request, int path, bool is_changed)
{
    const tn_case_options_t opt = {.horizons = request->horizons,
        .as_of = is_changed ? request->as_of : NULL,
        .set = request->set,
        .n_set = is_changed ? request->n_set : 0};
    return cli_case_read(c, COMMAND, request->path[path], &opt, request->report.colour,
        request->is_quiet || path > 0);
}

/* The first side is the case as it is; a series is of the changed one. */
static int read_cases(tn_case_t *c[static 2], const request_t *request)
{
    int status = 0;
    if (request->step < 0) status = read_side(&c[0], request, 0, false);
    if (status == 0) status = read_side(&c[1], request, request->n_paths - 1, true);
    return cli_team_agree(request->team, status);
}

static int run_tables(
    tn_fit_t *tables, tn_case_t *const c[static 2], const request_t *request, tn_error_t *err)
{
    const tn_side_t first = {.c = c[0]};
    tn_side_t second = request->changes;
    second.c = c[1];
    if (request->step < 0) return tn_compare_run(tables, &first, &second, &request->compare, err);
    return tn_series_run(
        tables, &second, (tn_step_t)request->step, request->first, &request->compare, err);
}

static int compare_cases(tn_case_t *const c[static 2], request_t *request)
{
    tn_fit_t tables = {0};
    tn_error_t err = {0};
    cli_progress_t progress;
    cli_progress_init(&progress, request->is_quiet);
    request->compare.forecast.progress = cli_progress_update;
    request->compare.forecast.progress_ctx = &progress;
    request->compare.forecast.team = request->team;
    const int ret = run_tables(&tables, c, request, &err);
    cli_progress_end(&progress);
    int status = 0;
    if (ret < 0)
        status = cli_error_exit(COMMAND, ret, &err);
    else if (cli_team_leads(request->team))
        status = report(request, &tables);
    tn_fit_free(&tables);
    return status;
}

static int run(request_t *request)
{
    tn_case_t *c[2] = {NULL, NULL};
    int status = 0;
    if (cli_team_leads(request->team)) {
        status = cli_output_check(COMMAND, request->report.output);
        if (status == 0)
            status = cli_page_check(COMMAND, request->report.page, request->report.output);
    }
    status = cli_team_agree(request->team, status);
    if (status == 0) status = read_cases(c, request);
    if (status == 0) status = compare_cases(c, request);
    tn_case_free(c[0]);
    tn_case_free(c[1]);
    return status;
}

int tn_cmd_compare(int argc, char **argv)
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
    free(request->words);
    free(request->command_line);
    free(request->cache_dir);
    free(request);
    return status;
}
