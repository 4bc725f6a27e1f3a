/* tenure forecast CASE: reads the command line and the case, runs, writes one of three reports. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"

#define COMMAND     "forecast"
#define MAX_THREADS 4096
#define MAX_WORLDS  1000000000LL

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
    OPT_JSON,
    OPT_CSV,
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
    [OPT_NO_CACHE] = {"no-cache", 0, NULL, "calibrate anew; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write JSON instead of the table"},
    [OPT_CSV] = {"csv", 0, NULL, "write tidy CSV instead of the table"},
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
                "  tenure forecast --set parameters.g_base=0.2 --json -o out.json "
                "cases/kremlin-2022.yaml\n",
    .text = "Simulates many histories of the court that the case describes, weighs them by its "
            "reports,\nand prints chances of exit by date and route, who follows, and what the "
            "reports changed.\nCASE is a file (tenure-case(5)); '-' is standard input.",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV } format_t;

/** The command line, understood. */
typedef struct request {
    const char *path, *output;
    const char **set; /* n_set texts; room for one per word of the command line */
    size_t n_set;
    tn_case_options_t case_options;
    tn_forecast_options_t forecast_options;
    unsigned routes, except;
    int n_formats, n_cases;
    format_t format;
    cli_colour_t colour;
    bool is_quiet, is_verbose, wants_help, no_cache;
    char *cache_dir;
    char *command_line;
} request_t;

static void take_number(
    cli_args_t *args, int option, const char *text, long long lo, long long hi, long long *value)
{
    if (cli_parse_integer(text, lo, hi, value)) return;
    cli_mistake(args, "option '--%s': '%s' is not a whole number from %lld to %lld",
        options[option].name, text, lo, hi);
    *value = lo;
}

static void unknown_route(cli_args_t *args, int option, const char *name)
{
    const char *names[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        names[r] = tn_route_name(r);
    const char *near = cli_nearest(name, names, TN_N_ROUTES);
    cli_mistake(args,
        "option '--%s': unknown route '%s', expected death, incapacity, assassination, coup, "
        "uprising, regular or foreign%s%s%s",
        options[option].name, name, near != NULL ? " (did you mean '" : "",
        near != NULL ? near : "", near != NULL ? "'?)" : "");
}

/** Adds the routes of a list such as "coup,uprising" to the mask. */
static void take_routes(cli_args_t *args, int option, const char *list, unsigned *mask)
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
            unknown_route(args, option, name);
        }
        at += n;
        if (*at == '\0') return;
    }
}

static void take_format(request_t *self, format_t format)
{
    if (self->format != format) self->n_formats++;
    self->format = format;
}

static void take_flag(request_t *self, int option)
{
    switch (option) {
    case OPT_NO_REPORTS: self->forecast_options.no_reports = true; break;
    case OPT_JSON: take_format(self, FORMAT_JSON); break;
    case OPT_CSV: take_format(self, FORMAT_CSV); break;
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
    long long number = 0;
    tn_forecast_options_t *f = &self->forecast_options;
    switch (option) {
    case OPT_AS_OF: self->case_options.as_of = value; break;
    case OPT_HORIZONS: self->case_options.horizons = value; break;
    case OPT_WORLDS:
        take_number(args, option, value, 1, MAX_WORLDS, &number);
        f->n_worlds = number;
        break;
    case OPT_SEED: take_seed(args, value, &f->seed); break;
    case OPT_THREADS:
        take_number(args, option, value, 1, MAX_THREADS, &number);
        f->n_threads = (int)number;
        break;
    case OPT_ROUTES: take_routes(args, option, value, &self->routes); break;
    case OPT_EXCEPT: take_routes(args, option, value, &self->except); break;
    case OPT_GIVEN: f->given = value; break;
    case OPT_FORCE: f->force = value; break;
    case OPT_SET: self->set[self->n_set++] = value; break;
    case OPT_OUTPUT: self->output = value; break;
    case OPT_COLOR:
        if (!cli_parse_colour(value, &self->colour)) {
            cli_mistake(args, "option '--color': '%s' is not auto, always or never", value);
        }
        break;
    default: take_flag(self, option); break;
    }
}

static void check_together(request_t *self, cli_args_t *args)
{
    tn_forecast_options_t *f = &self->forecast_options;
    if (self->n_cases == 0) cli_mistake(args, "no case given");
    if (self->n_cases > 1) cli_mistake(args, "%d cases given, expected one", self->n_cases);
    if (self->n_formats > 1) cli_mistake(args, "--json and --csv exclude each other");
    if (self->is_quiet && self->is_verbose) {
        cli_mistake(args, "--quiet and --verbose exclude each other");
    }
    f->routes = (self->routes != 0 ? self->routes : TN_ALL_ROUTES) & ~self->except;
    if (f->routes == 0) cli_mistake(args, "with these --routes and --except no way out counts");
    if (!cli_isa(&f->isa)) {
        cli_mistake(args, "environment variable TENURE_ISA is not auto, baseline, avx2 or avx512");
    }
}

/** Whether an option can change the forecast. The others stay out of the manifest, so that the same
 * forecast has the same bytes on any number of threads and wherever it is written. */
static bool is_in_manifest(int option)
{
    return option != OPT_THREADS && option != OPT_OUTPUT && option != OPT_COLOR &&
           option != OPT_NO_CACHE && option != OPT_QUIET && option != OPT_VERBOSE &&
           option != OPT_HELP;
}

/** Reads all arguments and writes the command line of the manifest on the way. */
static void read_arguments(request_t *self, cli_args_t *args, FILE *line)
{
    const char *value;
    fputs("tenure " COMMAND, line);
    for (int option; (option = cli_args_next(args, &value)) != CLI_END;) {
        if (option != CLI_OPERAND) {
            take_option(self, args, option, value);
            if (is_in_manifest(option)) cli_put_option(line, &options[option], value);
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

static int read_case(tn_case_t **c, const request_t *request)
{
    tn_diag_t *diag = NULL;
    tn_error_t err = {0};
    *c = NULL;
    if (tn_diag_new(&diag) < 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    const int ret = tn_case_read(c, request->path, &request->case_options, diag, &err);
    const bool is_shown = tn_diag_n_errors(diag) > 0 || !request->is_quiet;
    if (is_shown) tn_diag_print(diag, stderr, cli_use_colour(request->colour, stderr));
    const bool is_explained = tn_diag_n_errors(diag) > 0;
    tn_diag_free(diag);
    if (ret == 0) return 0;
    return is_explained ? tn_error_exit_status(ret) : cli_error_exit(COMMAND, ret, &err);
}

static int write_report(const tn_forecast_t *f, const request_t *request)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, COMMAND, request->output);
    if (status != 0) return status;
    const tn_report_options_t opt = {.width = cli_width(out.stream),
        .colour = cli_use_colour(request->colour, out.stream),
        .unicode = cli_is_utf8(),
        .command_line = request->command_line};
    int ret = 0;
    switch (request->format) {
    case FORMAT_TABLE: ret = tn_report_table(f, &opt, out.stream, &err); break;
    case FORMAT_JSON: ret = tn_report_json(f, &opt, out.stream, &err); break;
    case FORMAT_CSV: ret = tn_report_csv(f, &opt, out.stream, &err); break;
    }
    if (ret == 0 && cli_is_interrupted()) ret = TN_EINTERRUPT;
    /* a failed write is named by the close, which knows the file and the reason */
    const bool is_kept = ret == 0 || ret == TN_EIO;
    status = cli_output_close(&out, COMMAND, is_kept);
    if (status == 0 && ret < 0) status = cli_error_exit(COMMAND, ret, &err);
    return status;
}

static void say_what_ran(const tn_forecast_t *f, const request_t *request)
{
    const int n_threads = tn_thread_count(request->forecast_options.n_threads);
    if (request->is_quiet) return;
    fprintf(stderr, "tenure: %" PRId64 " worlds in %.1f s (%d thread%s)\n", f->n_worlds, f->seconds,
        n_threads, n_threads == 1 ? "" : "s");
    if (!request->is_verbose) return;
    const tn_calibration_t *c = &f->calibration;
    fprintf(stderr, "tenure: calibration: %d round%s%s\n", c->rounds, c->rounds == 1 ? "" : "s",
        c->is_fixed ? ", rates fixed" : "");
    fprintf(stderr, "tenure: effective sample: %.3f of the worlds\n", f->posterior.ess_share);
}

static int forecast_case(const tn_case_t *c, request_t *request)
{
    cli_progress_t progress;
    tn_forecast_t f;
    tn_error_t err = {0};
    cli_progress_init(&progress, request->is_quiet);
    request->forecast_options.progress = cli_progress_update;
    request->forecast_options.progress_ctx = &progress;
    int ret = tn_forecast_run(&f, c, &request->forecast_options, &err);
    cli_progress_end(&progress);
    if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    const int status = write_report(&f, request);
    if (status == 0) say_what_ran(&f, request);
    tn_forecast_free(&f);
    return status;
}

static int run(request_t *request)
{
    tn_case_t *c = NULL;
    if (request->wants_help) return cli_help_print(&help);
    int status = cli_output_check(COMMAND, request->output);
    if (status == 0) status = read_case(&c, request);
    if (status == 0) status = forecast_case(c, request);
    tn_case_free(c);
    return status;
}

int tn_cmd_forecast(int argc, char **argv)
{
    request_t request;
    int status = request_init(&request, argc, argv);
    if (status == 0) status = run(&request);
    request_free(&request);
    return status;
}
