/* tenure merge SHARDS: the forecast of the blocks in the files, as one run would give it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "report.h"

#define COMMAND "merge"
#define RUN     "tenure forecast" /* how the command line of every shard begins */

enum { OPT_JSON, OPT_CSV, OPT_HTML, OPT_OUTPUT, OPT_COLOR, OPT_QUIET, OPT_HELP, N_OPTIONS };

static const cli_option_t options[N_OPTIONS] = {
    [OPT_JSON] = {"json", 0, NULL, "write JSON instead of the table"},
    [OPT_CSV] = {"csv", 0, NULL, "write tidy CSV instead of the table"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing on standard error but mistakes"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "merge [options] SHARDS",
    .examples = "  tenure merge part*.shard\n"
                "  tenure merge --json -o out.json part1.shard part2.shard\n",
    .text = "Writes the forecast whose blocks are in the shards, with the bytes that one run "
            "would give.\nNothing is simulated; the case is in the shards. The option blocks of "
            "'tenure forecast' makes\nthem; checkpoints of finished runs are shards too.",
    .options = options,
    .n_options = N_OPTIONS,
};

/** The command line, understood. */
typedef struct request {
    const char **path; /* room for one per word of the command line */
    size_t n_paths;
    cli_report_t report;
    bool is_quiet, wants_help;
} request_t;

static void take(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: self->path[self->n_paths++] = value; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    case OPT_QUIET: self->is_quiet = true; break;
    default: self->wants_help = true; break;
    }
}

/** Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    *self = (request_t){0};
    self->path = calloc((size_t)argc + 1, sizeof *self->path);
    if (self->path == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    cli_args_init(&args, &help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;)
        take(self, &args, option, value);
    if (self->wants_help) return 0;
    if (self->n_paths == 0) cli_mistake(&args, "no shards given");
    cli_report_check(&self->report, &args);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

/** The command line of the one run that gives this forecast: the shards', and the format. A
 * checkpoint has none. */
static char *command_line_of(const tn_job_t *job, cli_format_t format)
{
    static const char *const flag[] = {
        [CLI_TABLE] = "", [CLI_JSON] = " --json", [CLI_CSV] = " --csv"};
    const char *line = tn_job_command_line(job);
    const bool is_run = strncmp(line, RUN, sizeof RUN - 1) == 0;
    const char *rest = is_run ? line + sizeof RUN - 1 : "";
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) return NULL;
    fprintf(out, "%s%s%s", is_run ? RUN : "tenure merge", flag[format], rest);
    return fclose(out) == 0 ? text : NULL;
}

static int write_forecast(const tn_forecast_t *f, const tn_job_t *job, request_t *request)
{
    char *line = command_line_of(job, request->report.format);
    if (line == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    request->report.command_line = line;
    const int status = cli_report_write(f, COMMAND, &request->report);
    free(line);
    if (status == 0 && !request->is_quiet) {
        fprintf(stderr, "tenure: %" PRId64 " worlds from %zu file%s\n", f->n_worlds,
            request->n_paths, request->n_paths == 1 ? "" : "s");
    }
    return status;
}

static int merge(request_t *request)
{
    tn_forecast_t f;
    tn_job_t *job = NULL;
    tn_error_t err = {0};
    int status = cli_output_check(COMMAND, request->report.output);
    if (status == 0) {
        status = cli_page_check(COMMAND, request->report.page, request->report.output);
    }
    if (status != 0) return status;
    const int ret = tn_merge_run(&f, &job, request->path, request->n_paths, &err);
    if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    status = write_forecast(&f, job, request);
    tn_forecast_free(&f);
    tn_job_free(job);
    return status;
}

int tn_cmd_merge(int argc, char **argv)
{
    request_t request;
    int status = request_init(&request, argc, argv);
    if (status == 0) status = request.wants_help ? cli_help_print(&help) : merge(&request);
    free(request.path);
    return status;
}
