/* tenure check CASE...: reads cases and names every mistake, for people or as JSON. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define COMMAND "check"

enum { OPT_JSON, OPT_SET, OPT_AS_OF, OPT_HORIZONS, OPT_COLOR, OPT_QUIET, OPT_HELP, N_OPTIONS };

static const cli_option_t options[N_OPTIONS] = {
    [OPT_JSON] = {"json", 0, NULL, "write all mistakes and warnings as JSON"},
    [OPT_SET] = {"set", 0, "PATH=VALUE", "change the case, such as leader.guard=0.3; repeatable"},
    [OPT_AS_OF] = {"as-of", 0, "DATE", "read the case as of this day; later reports are left out"},
    [OPT_HORIZONS] = {"horizons", 0, "LIST", "such as 13w,26w,5y"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "no summary and no warnings, only mistakes"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "check [options] CASE...",
    .examples = "  tenure check cases/kremlin-2022.yaml\n"
                "  tenure check --json cases/*.yaml\n"
                "  tenure check --set actors.army.power=9 cases/kremlin-2022.yaml\n",
    .text =
        "Reads every CASE (tenure-case(5); '-' is standard input), names all mistakes with line "
        "and\ncolumn, and ends with status 2 if there are any. Warnings do not count.",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    const char **path, **set; /* room for one per word of the command line */
    size_t n_paths, n_set;
    const char *as_of, *horizons;
    cli_colour_t colour;
    bool is_json, is_quiet, wants_help;
} request_t;

static void take(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: self->path[self->n_paths++] = value; break;
    case OPT_JSON: self->is_json = true; break;
    case OPT_SET: self->set[self->n_set++] = value; break;
    case OPT_AS_OF: self->as_of = value; break;
    case OPT_HORIZONS: self->horizons = value; break;
    case OPT_QUIET: self->is_quiet = true; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->colour); break;
    default: self->wants_help = true; break;
    }
}

/* Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    *self = (request_t){0};
    self->path = calloc((size_t)argc + 1, sizeof *self->path);
    self->set = calloc((size_t)argc + 1, sizeof *self->set);
    if (self->path == NULL || self->set == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    cli_args_init(&args, &help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take(self, &args, option, value);
    }
    if (self->wants_help) return 0;
    if (self->n_paths == 0) cli_mistake(&args, "no case given");
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

static void request_free(request_t *self)
{
    free(self->path);
    free(self->set);
}

static void put_json_text(const char *text)
{
    putchar('"');
    for (const char *s = text; *s != '\0'; s++) {
        const unsigned char ch = (unsigned char)*s;
        if (ch == '"' || ch == '\\') {
            printf("\\%c", ch);
        } else if (ch < 0x20) {
            printf("\\u%04x", ch);
        } else {
            putchar(ch);
        }
    }
    putchar('"');
}

static void put_json_entry(const tn_diag_entry_t *entry)
{
    fputs("{\"file\": ", stdout);
    put_json_text(entry->file);
    printf(", \"line\": %d, \"column\": %d, \"width\": %d, \"severity\": \"%s\", \"message\": ",
        entry->line, entry->column, entry->width,
        entry->severity == TN_SEVERITY_ERROR ? "error" : "warning");
    put_json_text(entry->message);
    putchar('}');
}

static void put_json_file(const char *path, const tn_case_t *c, const tn_diag_t *diag)
{
    fputs("\n    {\"file\": ", stdout);
    put_json_text(path);
    printf(", \"ok\": %s", c != NULL ? "true" : "false");
    if (c != NULL) {
        fputs(", \"case\": ", stdout);
        put_json_text(tn_case_name(c));
        printf(", \"hash\": \"%s\"", tn_case_hash(c));
    }
    printf(", \"errors\": %zu, \"warnings\": %zu, \"entries\": [", tn_diag_n_errors(diag),
        tn_diag_n_warnings(diag));
    for (size_t i = 0; i < tn_diag_n_entries(diag); i++) {
        fputs(i > 0 ? ",\n        " : "\n        ", stdout);
        put_json_entry(tn_diag_entry(diag, i));
    }
    fputs("]}", stdout);
}

static void put_count(const char *before, size_t n, const char *noun)
{
    printf("%s%zu %s%s", before, n, noun, n == 1 ? "" : "s");
}

static void put_summary(const char *path, const tn_case_t *c, const tn_diag_t *diag)
{
    printf("%s: fine: ", path);
    put_count("", tn_case_n_actors(c), "actor");
    put_count(", ", tn_case_n_events(c), "event");
    put_count(", ", tn_case_n_origins(c), "origin");
    put_count(", ", tn_case_n_reports(c), "report");
    if (tn_diag_n_warnings(diag) > 0) put_count("; ", tn_diag_n_warnings(diag), "warning");
    putchar('\n');
}

/* Reads one case and tells what was found. Returns its exit status. */
static int check_case(const request_t *request, const char *path)
{
    const tn_case_options_t opt = {.set = request->set,
        .n_set = request->n_set,
        .as_of = request->as_of,
        .horizons = request->horizons};
    tn_diag_t *diag = NULL;
    tn_case_t *c = NULL;
    tn_error_t err = {0};
    if (tn_diag_new(&diag) < 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    const int ret = tn_case_read(&c, path, &opt, diag, &err);
    const bool is_explained = ret == 0 || tn_diag_n_errors(diag) > 0;
    if (!is_explained) {
        (void)cli_error_exit(COMMAND, ret, &err);
    } else if (request->is_json) {
        put_json_file(path, c, diag);
    } else {
        const bool is_shown = ret < 0 || !request->is_quiet;
        if (is_shown) tn_diag_print(diag, stderr, cli_use_colour(request->colour, stderr));
        if (ret == 0 && !request->is_quiet) put_summary(path, c, diag);
    }
    tn_case_free(c);
    tn_diag_free(diag);
    return ret == 0 ? 0 : tn_error_exit_status(ret);
}

static int check_all(const request_t *request)
{
    int status = 0;
    if (request->is_json) fputs("{\"schema\": \"tenure-check/1\", \"cases\": [", stdout);
    for (size_t i = 0; i < request->n_paths; i++) {
        if (request->is_json && i > 0) putchar(',');
        const int one = check_case(request, request->path[i]);
        if (one > status) status = one;
    }
    if (request->is_json) puts("]}");
    const int lost = cli_flush_stdout(COMMAND);
    return status != 0 ? status : lost;
}

int tn_cmd_check(int argc, char **argv)
{
    request_t request;
    int status = request_init(&request, argc, argv);
    if (status == 0) status = request.wants_help ? cli_help_print(&help) : check_all(&request);
    request_free(&request);
    return status;
}
