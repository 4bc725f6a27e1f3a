/* tenure data list, verify and export: what is in the store. */
#include <string.h>

#include "cli.h"
#include "data_store.h"

enum { LIST_LOG, LIST_CSV, LIST_JSON, LIST_STORE, LIST_HELP, N_LIST };
static const cli_option_t list_options[N_LIST] = {
    [LIST_LOG] = {"log", 'l', NULL, "every row repaired, guessed, dropped or flagged, as CSV"},
    [LIST_CSV] = {"csv", 0, NULL, "the sources as CSV, with citations and terms"},
    [LIST_JSON] = {"json", 0, NULL, "as JSON"},
    [LIST_STORE] = {"store", 's', "FILE", "the store, else tenure/store.db in XDG_DATA_HOME"},
    [LIST_HELP] = {"help", 'h', NULL, "this help"},
};
static const cli_help_t list_help = {
    .command = "data list",
    .usage = "data list [options]",
    .examples = "  tenure data list\n"
                "  tenure data list --log | grep dropped\n",
    .text = "Lists the data sets in the store, or the log of their imports.",
    .options = list_options,
    .n_options = N_LIST,
};

enum { VERIFY_STORE, VERIFY_QUIET, VERIFY_HELP, N_VERIFY };
static const cli_option_t verify_options[N_VERIFY] = {
    [VERIFY_STORE] = {"store", 's', "FILE", "the store, else tenure/store.db in XDG_DATA_HOME"},
    [VERIFY_QUIET] = {"quiet", 'q', NULL, "say nothing if all is well"},
    [VERIFY_HELP] = {"help", 'h', NULL, "this help"},
};
static const cli_help_t verify_help = {
    .command = "data verify",
    .usage = "data verify [options]",
    .examples = "  tenure data verify\n"
                "  tenure data verify --store my.db\n",
    .text = "Checks that the store is whole: the file, the links between its tables, the number of "
            "rows of\neach data set and the checksum of their content. Ends with status 2 if not.",
    .options = verify_options,
    .n_options = N_VERIFY,
};

enum { EXPORT_CSV, EXPORT_JSON, EXPORT_OUTPUT, EXPORT_STORE, EXPORT_HELP, N_EXPORT };
static const cli_option_t export_options[N_EXPORT] = {
    [EXPORT_CSV] = {"csv", 0, NULL, "as CSV, which is the default"},
    [EXPORT_JSON] = {"json", 0, NULL, "as JSON"},
    [EXPORT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [EXPORT_STORE] = {"store", 's', "FILE", "the store, else tenure/store.db in XDG_DATA_HOME"},
    [EXPORT_HELP] = {"help", 'h', NULL, "this help"},
};
static const cli_help_t export_help = {
    .command = "data export",
    .usage = "data export [options] TABLE",
    .examples = "  tenure data export spells -o spells.csv\n"
                "  tenure data export log --json\n",
    .text = "Writes a table of the store: spells (merged from all sources, with the source of each "
            "field),\nregimes, elections, coups, log, sources, routes, or source-spells (before "
            "merging).",
    .options = export_options,
    .n_options = N_EXPORT,
};

typedef struct request {
    const char *store, *output, *table;
    bool is_log, is_csv, is_json, is_quiet, wants_help;
    char folder[CLI_STORE_PATH];
} request_t;

static void take_list(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case LIST_LOG: self->is_log = true; break;
    case LIST_CSV: self->is_csv = true; break;
    case LIST_JSON: self->is_json = true; break;
    case LIST_STORE: self->store = value; break;
    case CLI_OPERAND: cli_mistake(args, "'%s': no operand expected", value); break;
    default: self->wants_help = true; break;
    }
}

static void take_verify(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case VERIFY_STORE: self->store = value; break;
    case VERIFY_QUIET: self->is_quiet = true; break;
    case CLI_OPERAND: cli_mistake(args, "'%s': no operand expected", value); break;
    default: self->wants_help = true; break;
    }
}

static void take_table(request_t *self, cli_args_t *args, const char *name)
{
    size_t n = 0;
    bool is_known = false;
    const char *const *tables = tn_data_tables();
    for (; tables[n] != NULL; n++)
        is_known = is_known || strcmp(tables[n], name) == 0;
    if (self->table != NULL) cli_mistake(args, "'%s': one table at a time", name);
    self->table = name;
    if (is_known) return;
    const char *near = cli_nearest(name, tables, n);
    cli_mistake(args, "unknown table '%s'%s%s%s", name, near != NULL ? " (did you mean '" : "",
        near != NULL ? near : "", near != NULL ? "'?)" : "");
}

static void take_export(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case EXPORT_CSV: self->is_csv = true; break;
    case EXPORT_JSON: self->is_json = true; break;
    case EXPORT_OUTPUT: self->output = value; break;
    case EXPORT_STORE: self->store = value; break;
    case CLI_OPERAND: take_table(self, args, value); break;
    default: self->wants_help = true; break;
    }
}

typedef void take_fn(request_t *self, cli_args_t *args, int option, const char *value);

/* Returns 0, or an exit status after printing the reason. */
static int request_init(
    request_t *self, const cli_help_t *help, take_fn *take, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    *self = (request_t){0};
    cli_args_init(&args, help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;)
        take(self, &args, option, value);
    if (self->wants_help) return 0;
    if (take == take_export && self->table == NULL) cli_mistake(&args, "no table given");
    if (self->is_csv && self->is_json) cli_mistake(&args, "--csv and --json do not go together");
    self->store = cli_store_path(&args, self->store, self->folder, false);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

static int write_table(const request_t *request, const char *command, const char *table)
{
    cli_output_t out;
    tn_error_t err = {0};
    int status = cli_output_open(&out, command, request->output);
    if (status != 0) return status;
    const tn_data_format_t format = request->is_json ? TN_DATA_JSON : TN_DATA_CSV;
    const int ret = tn_data_export(request->store, table, format, out.stream, &err);
    status = cli_output_close(&out, command, ret == 0);
    return ret < 0 ? cli_error_exit(command, ret, &err) : status;
}

static const char *or_none(const char *text) { return text != NULL && *text != '\0' ? text : "-"; }

static int put_source(const tn_data_source_t *s, void *ctx)
{
    (void)ctx;
    printf("%-16s %5zu of %5zu rows, to %s; version %s, %s\n", or_none(s->kind), s->n_kept,
        s->n_rows, or_none(s->covers_to), or_none(s->version), or_none(s->file));
    fputs("                 ", stdout);
    for (int a = 0; a < TN_N_LOG_ACTIONS; a++)
        printf("%s%zu %s", a > 0 ? ", " : "", s->n_log[a], tn_log_action_text(a));
    printf("\n                 cite: %s\n                 terms: %s\n", or_none(s->citation),
        or_none(s->licence));
    return 0;
}

int cli_data_list(int argc, char **argv)
{
    request_t request;
    tn_error_t err = {0};
    const char *command = list_help.command;
    const int status = request_init(&request, &list_help, take_list, argc, argv);
    if (status != 0) return status;
    if (request.wants_help) return cli_help_print(&list_help);
    if (request.is_log) return write_table(&request, command, "log");
    if (request.is_csv || request.is_json) return write_table(&request, command, "sources");
    const int ret = tn_data_sources(request.store, put_source, NULL, &err);
    return ret < 0 ? cli_error_exit(command, ret, &err) : cli_flush_stdout(command);
}

static void put_problem(const char *text, void *ctx)
{
    (void)ctx;
    fprintf(stderr, "tenure data verify: %s\n", text);
}

int cli_data_verify(int argc, char **argv)
{
    request_t request;
    tn_error_t err = {0};
    const char *command = verify_help.command;
    const int status = request_init(&request, &verify_help, take_verify, argc, argv);
    if (status != 0) return status;
    if (request.wants_help) return cli_help_print(&verify_help);
    const int ret = tn_data_verify(request.store, put_problem, NULL, &err);
    if (ret < 0) return cli_error_exit(command, ret, &err);
    if (!request.is_quiet) printf("%s: whole\n", request.store);
    return cli_flush_stdout(command);
}

int cli_data_export(int argc, char **argv)
{
    request_t request;
    const int status = request_init(&request, &export_help, take_export, argc, argv);
    if (status != 0) return status;
    if (request.wants_help) return cli_help_print(&export_help);
    return write_table(&request, export_help.command, request.table);
}
