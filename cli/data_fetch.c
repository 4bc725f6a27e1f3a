/* tenure data fetch [SET...]: shows whose the data are and on what terms, then brings the files. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "progress.h"

#define COMMAND  "data fetch"
#define MAX_SETS 64
#define MAX_PATH 4096

enum {
    OPT_LIST,
    OPT_DRY_RUN,
    OPT_DIR,
    OPT_FROM,
    OPT_MIRROR,
    OPT_FORCE,
    OPT_QUIET,
    OPT_HELP,
    N_OPTIONS
};

static const cli_option_t options[N_OPTIONS] = {
    [OPT_LIST] = {"list", 'l', NULL, "only show the data sets: owner, address, terms, citation"},
    [OPT_DRY_RUN] = {"dry-run", 'n', NULL, "show what is there and what would be fetched"},
    [OPT_DIR] = {"dir", 'd', "FOLDER", "where to keep the files"},
    [OPT_FROM] = {"from", 0, "FOLDER", "take the files from here; no network is used"},
    [OPT_MIRROR] = {"mirror", 0, "URL", "ask URL/FILE instead of the owners"},
    [OPT_FORCE] = {"force", 'f', NULL, "fetch files that are there already"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "do not show owners and terms first"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = COMMAND,
    .usage = "data fetch [options] [SET...]",
    .examples = "  tenure data fetch --list\n"
                "  tenure data fetch archigos reign-leaders\n"
                "  tenure data fetch --from ~/Downloads cline\n",
    .text =
        "Downloads data sets from their owners, all of them if no SET is named, and checks them "
        "against\nknown checksums. A broken or interrupted download is resumed by the same "
        "command. Files go to\nXDG_DATA_HOME/tenure/data or ~/.local/share/tenure/data.",
    .options = options,
    .n_options = N_OPTIONS,
};

typedef struct request {
    const tn_source_t *set[MAX_SETS];
    size_t n_sets;
    bool is_named; /* sets were named one by one */
    bool is_list, is_dry, is_quiet, wants_help;
    tn_fetch_options_t opt;
    char folder[MAX_PATH];
} request_t;

static void take_set(request_t *self, cli_args_t *args, const char *id)
{
    const char *names[MAX_SETS];
    size_t n;
    const tn_source_t *all = tn_source_list(&n), *source = tn_source_find(id);
    for (size_t i = 0; i < n && i < MAX_SETS; i++)
        names[i] = all[i].id;
    if (source == NULL) {
        const char *near = cli_nearest(id, names, n < MAX_SETS ? n : MAX_SETS);
        cli_mistake(args, "unknown data set '%s'%s%s%s", id, near != NULL ? " (did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?)" : "; see 'tenure data fetch --list'");
        return;
    }
    for (size_t i = 0; i < self->n_sets; i++) {
        if (self->set[i] == source) return;
    }
    self->is_named = true;
    if (self->n_sets < MAX_SETS) self->set[self->n_sets++] = source;
}

static void take(request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: take_set(self, args, value); break;
    case OPT_LIST: self->is_list = true; break;
    case OPT_DRY_RUN: self->is_dry = true; break;
    case OPT_DIR: self->opt.folder = value; break;
    case OPT_FROM: self->opt.from = value; break;
    case OPT_MIRROR: self->opt.mirror = value; break;
    case OPT_FORCE: self->opt.replace = true; break;
    case OPT_QUIET: self->is_quiet = true; break;
    default: self->wants_help = true; break;
    }
}

/** XDG_DATA_HOME/tenure/data or ~/.local/share/tenure/data; false if there is no such place. */
static bool default_folder(char out[MAX_PATH])
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = -1;
    if (data != NULL && data[0] == '/') {
        n = snprintf(out, MAX_PATH, "%s/tenure/data", data);
    } else if (home != NULL && home[0] == '/') {
        n = snprintf(out, MAX_PATH, "%s/.local/share/tenure/data", home);
    }
    return n > 0 && n < MAX_PATH;
}

/* Returns 0, or an exit status after printing the reason. */
static int request_init(request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    const tn_fetch_options_t defaults = TN_FETCH_OPTIONS_DEFAULT;
    *self = (request_t){.opt = defaults};
    self->opt.folder = NULL;
    cli_args_init(&args, &help, argc, argv);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take(self, &args, option, value);
    }
    if (self->wants_help) return 0;
    if (self->opt.from != NULL && self->opt.mirror != NULL)
        cli_mistake(&args, "--from and --mirror do not go together");
    if (self->opt.folder == NULL) {
        self->opt.folder = self->folder;
        if (!default_folder(self->folder)) cli_mistake(&args, "HOME is not set; use --dir FOLDER");
    }
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    size_t n;
    const tn_source_t *all = tn_source_list(&n);
    for (size_t i = 0; !self->is_named && i < n && i < MAX_SETS; i++)
        self->set[self->n_sets++] = &all[i];
    return 0;
}

static void put_field(FILE *out, const char *name, const char *text)
{
    if (text != NULL) fprintf(out, "  %-9s %s\n", name, text);
}

static void put_source(FILE *out, const tn_source_t *s)
{
    fprintf(out, "%s: %s\n", s->id, s->title);
    put_field(out, "owner", s->owner);
    put_field(out, "file", s->file);
    put_field(out, "address", s->url != NULL ? s->url : "(none; save it by hand from the page)");
    put_field(out, "page", s->page);
    put_field(out, "terms", s->terms);
    put_field(out, "cite", s->cite);
    put_field(out, "sha256", s->sha256 != NULL ? s->sha256 : "(not known: replaced in place)");
    put_field(out, "note", s->remark);
    fputc('\n', out);
}

static const char *plan_words(
    const request_t *request, const tn_source_t *s, tn_fetch_state_t state)
{
    if (state == TN_FETCH_PRESENT && !request->opt.replace) return "there already";
    if (state == TN_FETCH_DIFFERS && !request->opt.replace) return "there, but another version";
    if (request->opt.from != NULL) return "would be copied";
    if (s->url == NULL && request->opt.mirror == NULL) return "must be saved by hand";
    return state == TN_FETCH_PARTIAL ? "would be resumed" : "would be fetched";
}

static int plan(const request_t *request)
{
    for (size_t i = 0; i < request->n_sets; i++) {
        tn_fetch_result_t result;
        tn_error_t err = {0};
        const int ret = tn_fetch_look(request->set[i], &request->opt, &result, &err);
        if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
        printf("%-16s %s: %s\n", request->set[i]->id,
            plan_words(request, request->set[i], result.state), result.path);
    }
    return cli_flush_stdout(COMMAND);
}

static void report(const tn_source_t *s, const tn_fetch_options_t *opt, const tn_fetch_result_t *r)
{
    const bool is_old = r->state == TN_FETCH_PRESENT && !opt->replace;
    printf("%-16s %s %s (%lld bytes, %s)\n", s->id, is_old ? "there already:" : "->", r->path,
        (long long)r->n_bytes, r->is_checked ? "checksum right" : "no checksum known");
    if (!r->is_checked) printf("%-16s sha256 %s\n", "", r->sha256);
}

/** One set. Sets without an address are left out, with a word, unless they were named. */
static int fetch_one(request_t *request, const tn_source_t *s, cli_progress_t *bar)
{
    tn_fetch_result_t result;
    tn_error_t err = {0};
    const bool is_by_hand =
        s->url == NULL && request->opt.from == NULL && request->opt.mirror == NULL;
    if (is_by_hand && !request->is_named) {
        if (tn_fetch_look(s, &request->opt, &result, NULL) < 0 ||
            result.state == TN_FETCH_MISSING) {
            printf("%-16s left out: save it from %s, then use --from\n", s->id, s->page);
            return 0;
        }
    }
    const int ret = tn_fetch(s, &request->opt, &result, &err);
    cli_progress_end(bar);
    if (ret < 0) return cli_error_exit(COMMAND, ret, &err);
    report(s, &request->opt, &result);
    return 0;
}

static int fetch_all(request_t *request)
{
    cli_progress_t bar;
    int status = 0;
    cli_progress_init(&bar, false);
    request->opt.progress = cli_progress_update;
    request->opt.progress_ctx = &bar;
    for (size_t i = 0; i < request->n_sets; i++) {
        const int one = fetch_one(request, request->set[i], &bar);
        if (one > status) status = one;
        if (!cli_is_interrupted()) continue;
        status = tn_error_exit_status(TN_EINTERRUPT);
        break;
    }
    request->opt.progress_ctx = NULL;
    const int lost = cli_flush_stdout(COMMAND);
    return status != 0 ? status : lost;
}

int cli_data_fetch(int argc, char **argv)
{
    request_t request;
    const int status = request_init(&request, argc, argv);
    if (status != 0) return status;
    if (request.wants_help) return cli_help_print(&help);
    if (request.is_list || (!request.is_quiet && !request.is_dry)) {
        for (size_t i = 0; i < request.n_sets; i++)
            put_source(stdout, request.set[i]);
        const int lost = cli_flush_stdout(COMMAND);
        if (lost != 0 || request.is_list) return lost;
    }
    return request.is_dry ? plan(&request) : fetch_all(&request);
}
