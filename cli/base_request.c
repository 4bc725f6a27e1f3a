#include "base_request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

enum {
    OPT_AS_OF,
    OPT_COUNTRY,
    OPT_REGIME,
    OPT_ENTERED,
    OPT_BORN,
    OPT_SEX,
    OPT_ENTRY,
    OPT_HORIZONS,
    OPT_IMPLIED,
    OPT_WITHIN,
    OPT_ROUTE,
    OPT_LEVEL,
    OPT_STORE,
    OPT_NO_STORE,
    OPT_MODEL,
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
    [OPT_AS_OF] = {"as-of", 0, "DATE", "day of the question, default today (UTC)"},
    [OPT_COUNTRY] = {"country", 0, "NAME", "name or code: of the leader, or by traits"},
    [OPT_REGIME] = {"regime", 0, "WORD",
        "parliamentary, presidential, personal, party, military, monarchy, provisional"},
    [OPT_ENTERED] = {"entered", 0, "DATE", "by traits: came to office"},
    [OPT_BORN] = {"born", 0, "DATE", "by traits: born"},
    [OPT_SEX] = {"sex", 0, "WORD", "by traits: male (default) or female"},
    [OPT_ENTRY] = {"entry", 0, "WORD", "by traits: regular (default), irregular or foreign"},
    [OPT_HORIZONS] = {"horizons", 0, "LIST", "default 13w,26w,52w,104w,5y; world: 52w"},
    [OPT_IMPLIED] = {"implied", 0, "P", "what this chance would mean, with --within"},
    [OPT_WITHIN] = {"within", 0, "TIME", "of --implied: 6w, 1y"},
    [OPT_ROUTE] = {"route", 0, "WORD", "world: chances by this route"},
    [OPT_LEVEL] = {"level", 0, "P", "of the limits, default 0.95"},
    [OPT_STORE] = {"store", 's', "FILE", "else tenure/store.db in XDG_DATA_HOME, if there"},
    [OPT_NO_STORE] = {"no-store", 0, NULL, "the shipped figures only"},
    [OPT_MODEL] = {"model", 'm', "FILE", "base rates from 'tenure base fit', not the shipped ones"},
    [OPT_THREADS] = {"threads", 'j', "N", "fit: default all processors; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, the first unless --table"},
    [OPT_HTML] = {"html", 0, "FILE",
        "besides, write a page for the browser that holds all it needs"},
    [OPT_TABLE] = {"table", 't', "NAME", "this table only"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file; fit: the new model"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "no warnings on standard error"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

const cli_help_t base_help = {
    .command = BASE_COMMAND,
    .usage = "base [options] [LEADER | curve LEADER | table | world | fit]",
    .examples = "  tenure base 'Vladimir Putin' --as-of 2022-05-24\n"
                "  tenure base --regime personal --entered 2000-01-01 --born 1952-10-07\n"
                "  tenure base curve 'Angela Merkel' --as-of 2010-01-01 --csv\n"
                "  tenure base world --as-of 2020-01-01 --route coup\n"
                "  tenure base --implied 0.17 --within 6w\n"
                "  tenure base fit -o base_rates.json\n",
    .text =
        "Base rates: how long leaders like this one last and how they go, fitted to all leaders\n"
        "since 1946. By name from the store of imported data, or by traits without one.\n"
        "curve: month by month; table: all reference classes; world: every leader in office;\n"
        "fit: makes the figures anew from the store. See tenure-base(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

static int32_t parse_date(cli_args_t *args, int option, const char *text)
{
    int32_t day = 0;
    if (!tn_base_parse_date(text, &day))
        cli_mistake(args, "option '--%s': '%s' is not a date such as 2022-05-24",
            options[option].name, text);
    return day;
}

static double parse_share(cli_args_t *args, int option, const char *text)
{
    double p = 0.5;
    if (!cli_parse_number(text, &p) || !(p > 0.0 && p < 1.0))
        cli_mistake(args, "option '--%s': '%s' is not a number between 0 and 1",
            options[option].name, text);
    return p;
}

static int parse_word(
    cli_args_t *args, int option, const char *text, const char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (strcmp(names[k], text) == 0) return (int)k;
    }
    const char *near = cli_nearest(text, names, n);
    cli_mistake(args, "option '--%s': unknown word '%s'%s%s%s", options[option].name, text,
        near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
    return 0;
}

static int parse_regime(cli_args_t *args, const char *text)
{
    const char *names[16];
    size_t n = 0;
    while (n < 16 && tn_base_regime((int)n) != NULL) {
        names[n] = tn_base_regime((int)n);
        n++;
    }
    return parse_word(args, OPT_REGIME, text, names, n);
}

static int parse_route(cli_args_t *args, const char *text)
{
    const char *names[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        names[r] = tn_route_name(r);
    return parse_word(args, OPT_ROUTE, text, names, TN_N_ROUTES);
}

static void take_horizons(base_request_t *self, cli_args_t *args, const char *text)
{
    char word[16];
    self->n_weeks = 0;
    for (const char *at = text;; at++) {
        const size_t n = strcspn(at, ",");
        int weeks = 0;
        if (n >= sizeof word) break;
        memcpy(word, at, n);
        word[n] = '\0';
        if (!tn_base_parse_weeks(word, &weeks) || self->n_weeks == BASE_MAX_WEEKS) break;
        if (self->n_weeks > 0 && weeks <= self->weeks[self->n_weeks - 1]) break;
        self->weeks[self->n_weeks++] = weeks;
        at += n;
        if (*at == '\0') return;
    }
    cli_mistake(
        args, "option '--horizons': '%s' is not an ascending list such as 13w,26w,5y", text);
}

static void take_operand(base_request_t *self, cli_args_t *args, const char *word)
{
    static const char *const verbs[N_BASE_VERBS] = {"", "curve", "table", "world", "fit"};
    if (self->verb == BASE_LEADER && self->name == NULL) {
        for (int v = 1; v < N_BASE_VERBS; v++) {
            if (strcmp(word, verbs[v]) != 0) continue;
            self->verb = (base_verb_t)v;
            return;
        }
    }
    if (self->name != NULL || self->verb >= BASE_TABLE) {
        cli_mistake(args, "needless word '%s'; put a name of several words in quotes", word);
        return;
    }
    self->name = word;
}

static void take_trait(base_request_t *self, cli_args_t *args, int option, const char *value)
{
    static const char *const sexes[] = {"male", "female"};
    static const char *const entries[] = {"regular", "irregular", "foreign"};
    switch (option) {
    case OPT_REGIME: self->leader.regime = parse_regime(args, value); break;
    case OPT_ENTERED: self->leader.entered = parse_date(args, option, value); break;
    case OPT_BORN: self->leader.born = parse_date(args, option, value); break;
    case OPT_SEX: self->leader.is_female = parse_word(args, option, value, sexes, 2) == 1; break;
    default: self->leader.entry = parse_word(args, option, value, entries, 3); break;
    }
    self->has_traits = true;
}

static void take_threads(base_request_t *self, cli_args_t *args, const char *text)
{
    long long n = 0;
    if (!cli_parse_integer(text, 1, 4096, &n))
        cli_mistake(args, "option '--threads': '%s' is not a whole number from 1 to 4096", text);
    self->n_threads = (int)n;
}

static void take_option(base_request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case CLI_OPERAND: take_operand(self, args, value); break;
    case OPT_AS_OF:
        self->leader.as_of = parse_date(args, option, value);
        self->has_as_of = true;
        break;
    case OPT_COUNTRY: self->country = value; break;
    case OPT_HORIZONS: take_horizons(self, args, value); break;
    case OPT_IMPLIED: self->implied = parse_share(args, option, value); break;
    case OPT_WITHIN:
        if (!tn_base_parse_weeks(value, &self->within))
            cli_mistake(args, "option '--within': '%s' is not a time such as 6w or 1y", value);
        break;
    case OPT_ROUTE: self->route = parse_route(args, value); break;
    case OPT_LEVEL: self->level = parse_share(args, option, value); break;
    case OPT_STORE:
        self->store = value;
        self->has_store = true;
        break;
    case OPT_NO_STORE: self->no_store = true; break;
    case OPT_MODEL: self->model = value; break;
    case OPT_THREADS: take_threads(self, args, value); break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_HTML: self->report.page = value; break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    case OPT_QUIET: self->is_quiet = true; break;
    case OPT_HELP: self->wants_help = true; break;
    default: take_trait(self, args, option, value); break;
    }
}

static void check_leader(const base_request_t *self, cli_args_t *args)
{
    const bool needs_leader =
        self->verb == BASE_CURVE || (self->verb == BASE_LEADER && !(self->implied > 0.0));
    const bool has_entered = self->leader.entered != TN_BASE_NO_DATE;
    if (needs_leader && self->name == NULL && !has_entered)
        cli_mistake(args, "no leader given: a name, or traits with --entered DATE");
    if (self->name != NULL && self->has_traits)
        cli_mistake(args, "a name and traits (--regime, --entered, ...) exclude each other");
    if (self->name != NULL && self->no_store)
        cli_mistake(args, "a name needs a store: without --no-store, or by traits");
    if (self->verb >= BASE_TABLE && self->has_traits)
        cli_mistake(args, "traits belong to one leader");
}

static void check(base_request_t *self, cli_args_t *args)
{
    check_leader(self, args);
    cli_report_check(&self->report, args);
    if ((self->implied > 0.0) != (self->within > 0))
        cli_mistake(args, "--implied and --within go together");
    if (self->implied > 0.0 && self->verb != BASE_LEADER)
        cli_mistake(args, "--implied stands alone or with a leader");
    if (self->no_store && (self->has_store || self->verb == BASE_WORLD || self->verb == BASE_FIT))
        cli_mistake(args, "--no-store does not go with --store, world or fit");
    if (self->route >= 0 && self->verb != BASE_WORLD) cli_mistake(args, "--route belongs to world");
    if (!self->no_store) self->store = cli_store_path(args, self->store, self->folder, false);
}

int base_request_init(base_request_t *self, int argc, char **argv)
{
    cli_args_t args;
    const char *value;
    size_t n = 0;
    *self = (base_request_t){.route = -1,
        .leader = {.entered = TN_BASE_NO_DATE, .born = TN_BASE_NO_DATE, .regime = -1, .entry = 0}};
    cli_args_init(&args, &base_help, argc, argv);
    FILE *line = open_memstream(&self->command_line, &n);
    if (line == NULL) return cli_error_exit(BASE_COMMAND, TN_ENOMEM, NULL);
    fputs("tenure " BASE_COMMAND, line);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        take_option(self, &args, option, value);
        cli_put_given(line, options, option, value);
    }
    if (fclose(line) != 0) return cli_error_exit(BASE_COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    check(self, &args);
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    if (!self->has_as_of) self->leader.as_of = (int32_t)(time(NULL) / SECONDS_PER_DAY);
    return 0;
}
