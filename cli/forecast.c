/* tenure forecast CASE: reads the command line and the case, runs, writes one of three reports, or
 * a shard. Under mpirun rank 0 does all this; the others get the job from it and only help. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"
#include "report.h"
#include "team.h"

#define COMMAND     "forecast"
#define MAX_THREADS 4096
#define MAX_WORLDS  1000000000LL
#define MAX_SECONDS 86400

enum {
    OPT_AS_OF,
    OPT_HORIZONS,
    OPT_WORLDS,
    OPT_SEED,
    OPT_THREADS,
    OPT_ROUTES,
    OPT_EXCEPT,
    OPT_GIVEN,
    OPT_FORCE,
    OPT_NO_REPORTS,
    OPT_SET,
    OPT_NO_CACHE,
    OPT_BLOCKS,
    OPT_CHECKPOINT,
    OPT_CHECKPOINT_EVERY,
    OPT_JSON,
    OPT_CSV,
    OPT_HTML,
    OPT_OUTPUT,
    OPT_COLOR,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_HELP,
    N_OPTIONS
};

static const cli_option_t options[N_OPTIONS] = {
    [OPT_AS_OF] = {"as-of", 0, "DATE", "forecast from this day; later reports are left out"},
    [OPT_HORIZONS] = {"horizons", 0, "LIST", "such as 13w,26w,5y"},
    [OPT_WORLDS] = {"worlds", 'n', "N", "simulated worlds, default 100000"},
    [OPT_SEED] = {"seed", 's', "N", "of the random numbers, default 1"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_ROUTES] = {"routes", 0, "LIST", "ways out that count as exit, such as coup,uprising"},
    [OPT_EXCEPT] = {"except", 0, "LIST", "ways out that do not count, such as death"},
    [OPT_GIVEN] = {"given", 0, "EVENT", "also: chances if this is observed (a condition)"},
    [OPT_FORCE] = {"force", 0, "EVENT", "make an event of the case happen (an intervention)"},
    [OPT_NO_REPORTS] = {"no-reports", 0, NULL, "leave all reports out"},
    [OPT_SET] = {"set", 0, "PATH=VALUE", "change the case, such as leader.guard=0.3; repeatable"},
    [OPT_NO_CACHE] = {"no-cache", 0, NULL,
        "keep and take nothing between runs; never changes the result"},
    [OPT_BLOCKS] = {"blocks", 0, "A-B", "run only these blocks, or part I/N; -o names the shard"},
    [OPT_CHECKPOINT] = {"checkpoint", 0, "FILE", "keep finished work there and go on from it"},
    [OPT_CHECKPOINT_EVERY] = {"checkpoint-every", 0, "SECONDS", "how often, default 10"},
    [OPT_JSON] = {"json", 0, NULL, "write JSON instead of the table"},
    [OPT_CSV] = {"csv", 0, NULL, "write tidy CSV instead of the table"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing on standard error but mistakes"},
    [OPT_VERBOSE] = {"verbose", 'v', NULL, "say more on standard error"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "forecast [options] CASE",
    .examples = "  tenure forecast cases/kremlin-2022.yaml\n"
                "  tenure forecast --except death --horizons 26w,52w cases/kremlin-2022.yaml\n"
                "  tenure forecast --given defeat cases/kremlin-2022.yaml\n"
                "  tenure forecast --html kremlin.html cases/kremlin-2022.yaml\n"
                "  tenure forecast --set parameters.g_base=0.2 --json -o out.json "
                "cases/kremlin-2022.yaml\n"
                "  tenure forecast --checkpoint run.ck --worlds 10000000 cases/kremlin-2022.yaml\n"
                "  tenure forecast --blocks 1/4 -o part1.shard cases/kremlin-2022.yaml\n"
                "  mpirun -n 4 tenure forecast cases/kremlin-2022.yaml\n",
    .text = "Simulates many histories of the court that the case describes, weighs them by its "
            "reports,\nand prints chances of exit by date and route, who follows, and what the "
            "reports changed.\nCASE is a file (tenure-case(5)); '-' is standard input.",
    .options = options,
    .n_options = N_OPTIONS,
};

/** The command line, understood. */
typedef struct request {
    const char *path;
    const char *blocks; /* as given; NULL: all */
    const char **set;   /* n_set texts; room for one per word of the command line */
    size_t n_set;
    tn_case_options_t case_options;
    tn_forecast_options_t forecast_options;
    unsigned routes, except;
    int n_cases;
    cli_report_t report;
    bool is_quiet, is_verbose, wants_help, no_cache;
    char *cache_dir;
    char *command_line;
    const tn_team_t *team; /* NULL: alone */
} request_t;

static void take_flag(request_t *self, int option)
{
    switch (option) {
    case OPT_NO_REPORTS: self->forecast_options.no_reports = true; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_NO_CACHE: self->no_cache = true; break;
    case OPT_QUIET: self->is_quiet = true; break;
    case OPT_VERBOSE: self->is_verbose = true; break;
    default: self->wants_help = true; break;
    }
}

static void take_seed(cli_args_t *args, const char *text, uint64_t *seed)
{
    unsigned long long number = 0;
    if (!cli_parse_unsigned(text, &number)) {
        cli_mistake(args, "option '--seed': '%s' is not a whole number from 0 to %" PRIu64, text,
            UINT64_MAX);
    }
    *seed = number;
}

static void take_option(request_t *self, cli_args_t *args, int option, const char *value)
{
    tn_forecast_options_t *f = &self->forecast_options;
    switch (option) {
    case OPT_AS_OF: self->case_options.as_of = value; break;
    case OPT_HORIZONS: self->case_options.horizons = value; break;
    case OPT_WORLDS:
        f->n_worlds = cli_take_integer(args, options[option].name, value, 1, MAX_WORLDS);
        break;
    case OPT_SEED: take_seed(args, value, &f->seed); break;
    case OPT_THREADS:
        f->n_threads = (int)cli_take_integer(args, options[option].name, value, 1, MAX_THREADS);
        break;
    case OPT_ROUTES: cli_take_routes(args, options[option].name, value, &self->routes); break;
    case OPT_EXCEPT: cli_take_routes(args, options[option].name, value, &self->except); break;
    case OPT_GIVEN: f->given = value; break;
    case OPT_FORCE: f->force = value; break;
    case OPT_SET: self->set[self->n_set++] = value; break;
    case OPT_BLOCKS: self->blocks = value; break;
    case OPT_CHECKPOINT: f->checkpoint = value; break;
    case OPT_CHECKPOINT_EVERY:
        f->checkpoint_seconds =
            (double)cli_take_integer(args, options[option].name, value, 0, MAX_SECONDS);
        break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    default: take_flag(self, option); break;
    }
}

/** "3-7" or "2/8". */
static void take_blocks(request_t *self, cli_args_t *args)
{
    tn_forecast_options_t *f = &self->forecast_options;
    char left[32];
    long long a = 0, b = 0;
    tn_error_t err = {0};
    const char *text = self->blocks;
    const size_t n = strcspn(text, "-/");
    (void)snprintf(left, sizeof left, "%.*s", (int)(n < sizeof left ? n : sizeof left - 1), text);
    if (text[n] == '\0' || !cli_parse_integer(left, 1, MAX_WORLDS, &a) ||
        !cli_parse_integer(text + n + 1, 1, MAX_WORLDS, &b)) {
        cli_mistake(args, "option '--blocks': '%s' is not like 1-49 or 2/8", text);
    } else if (text[n] == '-') {
        f->blocks = (tn_block_range_t){a, b};
    } else if (tn_part_of_blocks(&f->blocks, f->n_worlds, a, b, &err) < 0) {
        cli_mistake(args, "option '--blocks': %s", err.message);
    }
}

static void check_shard(request_t *self, cli_args_t *args)
{
    if (self->report.output == NULL || strcmp(self->report.output, "-") == 0) {
        cli_mistake(args, "--blocks writes a shard: name its file with --output");
    }
    if (self->report.format != CLI_TABLE) {
        cli_mistake(
            args, "--blocks writes a shard, no report: give --json or --csv to tenure merge");
    }
    if (self->report.page != NULL) {
        cli_mistake(args, "--blocks writes a shard, no page: give --html to tenure merge");
    }
    if (args->n_mistakes == 0) take_blocks(self, args);
}

static void check_together(request_t *self, cli_args_t *args)
{
    tn_forecast_options_t *f = &self->forecast_options;
    if (self->n_cases == 0) cli_mistake(args, "no case given");
    if (self->n_cases > 1) cli_mistake(args, "%d cases given, expected one", self->n_cases);
    cli_report_check(&self->report, args);
    if (self->is_quiet && self->is_verbose) {
        cli_mistake(args, "--quiet and --verbose exclude each other");
    }
    f->routes = (self->routes != 0 ? self->routes : TN_ALL_ROUTES) & ~self->except;
    if (f->routes == 0) cli_mistake(args, "with these --routes and --except no way out counts");
    if (self->blocks != NULL) check_shard(self, args);
    if (f->checkpoint != NULL && self->report.output != NULL &&
        strcmp(f->checkpoint, self->report.output) == 0) {
        cli_mistake(args, "--checkpoint and --output name the same file");
    }
    if (!cli_isa(&f->isa)) {
        cli_mistake(args, "environment variable TENURE_ISA is not auto, baseline, avx2 or avx512");
    }
}

/** Whether an option can change the forecast. The others stay out of the manifest, so that the same
 * forecast has the same bytes on any number of threads and wherever it is written. */
/** Reads all arguments and writes the command line of the manifest on the way. */
static void read_arguments(request_t *self, cli_args_t *args, FILE *line)
{
    const char *value;
    fputs("tenure " COMMAND, line);
    for (int option; (option = cli_args_next(args, &value)) != CLI_END;) {
        if (option != CLI_OPERAND) {
            take_option(self, args, option, value);
            cli_put_given(line, options, option, value);
            continue;
        }
        self->path = value;
        self->n_cases++;
    }
    if (self->path != NULL) cli_put_word(line, self->path);
}

/** Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    size_t n = 0;
    *self = (request_t){.forecast_options = TN_FORECAST_OPTIONS_DEFAULT};
    cli_args_init(&args, &help, argc, argv);
    self->set = calloc((size_t)argc + 1, sizeof *self->set);
    FILE *line = open_memstream(&self->command_line, &n);
    if (self->set == NULL || line == NULL) {
        if (line != NULL) (void)fclose(line);
        return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    }
    read_arguments(self, &args, line);
    if (fclose(line) != 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    if (self->wants_help) return 0;
    check_together(self, &args);
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    self->case_options.set = self->set;
    self->case_options.n_set = self->n_set;
    if (!self->no_cache) self->cache_dir = cli_cache_dir();
    self->forecast_options.cache_dir = self->cache_dir;
    return 0;
}

static void request_free(request_t *self)
{
    free(self->set);
    free(self->command_line);
    free(self->cache_dir);
}

static void say_what_ran(const tn_forecast_t *f, const request_t *request)
{
    const int n_threads = tn_thread_count(request->forecast_options.n_threads);
    if (request->is_quiet) return;
    fprintf(stderr, "tenure: %" PRId64 " worlds in %.1f s (", f->n_worlds, f->seconds);
    if (request->team != NULL) fprintf(stderr, "%d ranks, each ", request->team->size);
    fprintf(stderr, "%d thread%s)\n", n_threads, n_threads == 1 ? "" : "s");
    if (!request->is_verbose) return;
    const tn_calibration_t *c = &f->calibration;
    fprintf(stderr, "tenure: calibration: %d round%s%s\n", c->rounds, c->rounds == 1 ? "" : "s",
        c->is_fixed ? ", rates fixed" : "");
    fprintf(stderr, "tenure: effective sample: %.3f of the worlds\n", f->posterior.ess_share);
}

static int make_shard(const tn_case_t *c, const request_t *request, tn_error_t *err)
{
    return tn_shard_run(
        request->report.output, c, &request->forecast_options, request->command_line, err);
}

static int forecast_case(const tn_case_t *c, request_t *request)
{
    cli_progress_t progress;
    tn_forecast_t f;
    tn_error_t err = {0};
    cli_progress_init(&progress, request->is_quiet);
    request->forecast_options.progress = cli_progress_update;
    request->forecast_options.progress_ctx = &progress;
    const bool is_shard = request->blocks != NULL;
    const int ret = is_shard ? make_shard(c, request, &err)
                             : tn_forecast_run(&f, c, &request->forecast_options, &err);
    cli_progress_end(&progress);
    if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    if (is_shard) return 0;
    request->report.command_line = request->command_line;
    const int status = cli_report_write(&f, COMMAND, &request->report);
    if (status == 0) say_what_ran(&f, request);
    tn_forecast_free(&f);
    return status;
}

/** Rank 0 tells the others what to do: the job, or to go home. */
static int call_team(const tn_case_t *c, request_t *request)
{
    unsigned char *job = NULL;
    size_t n = 0;
    tn_error_t err = {0};
    int ret = 0;
    if (request->team == NULL) return 0;
    if (c != NULL) {
        ret = tn_job_pack(&job, &n, c, &request->forecast_options, request->command_line, &err);
    }
    const int sent = cli_team_send(request->team, job, n);
    tn_job_free_bytes(job);
    if (ret == 0) ret = sent;
    return ret == 0 ? 0 : cli_error_exit(COMMAND, ret, &err);
}

static int run(request_t *request)
{
    tn_case_t *c = NULL;
    if (request->wants_help) {
        (void)call_team(NULL, request);
        return cli_help_print(&help);
    }
    int status = cli_output_check(COMMAND, request->report.output);
    if (status == 0) {
        status = cli_page_check(COMMAND, request->report.page, request->report.output);
    }
    if (status == 0) {
        status = cli_case_read(&c, COMMAND, request->path, &request->case_options,
            request->report.colour, request->is_quiet);
    }
    request->forecast_options.team = request->team;
    const int called = call_team(c, request);
    if (status == 0) status = called;
    if (status == 0) status = forecast_case(c, request);
    tn_case_free(c);
    return status;
}

/** Ranks above 0: what goes wrong everywhere is told by rank 0. */
static int follow(const tn_team_t *team)
{
    tn_job_t *job = NULL;
    tn_forecast_t f = {0};
    tn_error_t err = {0};
    cli_progress_t progress;
    int ret = cli_team_receive(team, &job, &err);
    if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    if (job == NULL) return 0;
    cli_progress_init(&progress, true);
    tn_forecast_options_t opt = *tn_job_options(job);
    opt.team = team;
    opt.progress = cli_progress_update;
    opt.progress_ctx = &progress;
    const bool is_shard = opt.blocks.last > 0;
    ret = is_shard ? tn_shard_run("", tn_job_case(job), &opt, "", &err)
                   : tn_forecast_run(&f, tn_job_case(job), &opt, &err);
    tn_forecast_free(&f);
    tn_job_free(job);
    return tn_error_exit_status(ret);
}

static int lead(const tn_team_t *team, int argc, char **argv)
{
    request_t request;
    int status = request_init(&request, argc, argv);
    request.team = team;
    if (status == 0) {
        status = run(&request);
    } else {
        (void)call_team(NULL, &request);
    }
    request_free(&request);
    return status;
}

int tn_cmd_forecast(int argc, char **argv)
{
    const tn_team_t *team;
    int status = cli_team_begin(&team, COMMAND);
    if (status != 0) return status;
    status = team != NULL && team->rank > 0 ? follow(team) : lead(team, argc, argv);
    cli_team_end();
    return status;
}
