/* tenure data import FILE...: files into the store, with a word about every row that was not plain.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "data_store.h"

#define COMMAND "data import"

enum { OPT_AS, OPT_STORE, OPT_ROUTES_MAP, OPT_QUIET, OPT_HELP, N_OPTIONS };

static const cli_option_t options[N_OPTIONS] = {
    [OPT_AS] = {"as", 0, "KIND", "what the files are; else their columns tell"},
    [OPT_STORE] = {"store", 's', "FILE", "the store, else tenure/store.db in XDG_DATA_HOME"},
    [OPT_ROUTES_MAP] = {"routes-map", 0, "FILE", "CSV that replaces the table of exit routes"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "say nothing but mistakes"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "data import [options] FILE...",
    .examples = "  tenure data import Archigos_4.1_stata14.dta leaderlist_3_21.csv\n"
                "  tenure data import --store my.db --as powell-thyne coups.txt\n"
                "  tenure data import --routes-map routes.csv\n",
    .text = "Reads data sets of leaders, regimes, elections and coups into the store, each file "
            "wholly or\nnot at all; an older import of the same data set is replaced. Rows that "
            "are repaired, guessed,\ndropped or flagged are counted here and listed by 'tenure "
            "data list --log'. KIND is archigos,\nreign-leaders, reign-regimes, reign-elections, "
            "powell-thyne, cline, wikidata or leaders\n(a list of your own).",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    const char **path; /* room for one per word of the command line */
    size_t n_paths;
    const char *as, *store, *routes_map;
    bool is_quiet, wants_help;
    char folder[CLI_STORE_PATH];
} request_t;

static bool is_kind(const char *name)
{
    for (const char *const *k = tn_data_kinds(); *k != NULL; k++) {
        if (strcmp(*k, name) == 0) return true;
    }
    return false;
}

static void check_kind(cli_args_t *args, const char *name)
{
    size_t n = 0;
    const char *const *kinds = tn_data_kinds();
    while (kinds[n] != NULL)
        n++;
    if (is_kind(name)) return;
    const char *near = cli_nearest(name, kinds, n);
    cli_mistake(args, "option '--as': unknown kind '%s'%s%s%s", name,
        near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
}

/* Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    *self = (request_t){.path = calloc((size_t)argc + 1, sizeof *self->path)};
    if (self->path == NULL) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    cli_args_init(&args, &help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        switch (option) {
        case CLI_OPERAND: self->path[self->n_paths++] = value; break;
        case OPT_AS: self->as = value; break;
        case OPT_STORE: self->store = value; break;
        case OPT_ROUTES_MAP: self->routes_map = value; break;
        case OPT_QUIET: self->is_quiet = true; break;
        default: self->wants_help = true; break;
        }
    }
    if (self->wants_help) return 0;
    if (self->as != NULL) check_kind(&args, self->as);
    if (self->n_paths == 0 && self->routes_map == NULL) cli_mistake(&args, "no file given");
    self->store = cli_store_path(&args, self->store, self->folder, args.n_mistakes == 0);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

static void put_result(const char *path, const tn_data_import_result_t *r)
{
    if (r->is_unchanged) {
        printf("%s: %s, there already\n", path, r->kind);
        return;
    }
    printf("%s: %s: %zu of %zu rows", path, r->kind, r->n_kept, r->n_rows);
    for (int a = 0; a < TN_N_LOG_ACTIONS; a++) {
        if (r->n_log[a] > 0) printf(", %zu %s", r->n_log[a], tn_log_action_text(a));
    }
    putchar('\n');
}

static int import_one(const request_t *request, const char *path)
{
    const tn_data_import_options_t opt = {.kind = request->as};
    tn_data_import_result_t result;
    tn_diag_t *diag = NULL;
    tn_error_t err = {0};
    if (tn_diag_new(&diag) < 0) return cli_error_exit(COMMAND, TN_ENOMEM, NULL);
    const int ret = tn_data_import(request->store, path, &opt, &result, diag, &err);
    if (tn_diag_n_errors(diag) > 0) {
        tn_diag_print(diag, stderr, cli_use_colour(CLI_COLOUR_AUTO, stderr));
    } else if (ret < 0) {
        (void)cli_error_exit(COMMAND, ret, &err);
    }
    if (ret == 0 && !request->is_quiet) put_result(path, &result);
    tn_diag_free(diag);
    return ret == 0 ? 0 : tn_error_exit_status(ret);
}

static int import_all(const request_t *request)
{
    int status = 0;
    tn_error_t err = {0};
    if (request->routes_map != NULL) {
        const int ret = tn_data_set_routes(request->store, request->routes_map, &err);
        if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    }
    for (size_t i = 0; i < request->n_paths; i++) {
        const int one = import_one(request, request->path[i]);
        if (one > status) status = one;
    }
    const int lost = cli_flush_stdout(COMMAND);
    return status != 0 ? status : lost;
}

int cli_data_import(int argc, char **argv)
{
    request_t request;
    int status = request_init(&request, argc, argv);
    if (status == 0) status = request.wants_help ? cli_help_print(&help) : import_all(&request);
    free(request.path);
    return status;
}
