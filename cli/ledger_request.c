/* What the words after `tenure ledger` mean: a verb, its operands and options; all mistakes at
 * once. */
#include "ledger_request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

enum {
    OPT_LEDGER,
    OPT_QUESTION,
    OPT_TEXT,
    OPT_RULE,
    OPT_CLASS,
    OPT_OPENS,
    OPT_CLOSES,
    OPT_P,
    OPT_BY,
    OPT_SOURCE,
    OPT_NOTE,
    OPT_SUBJECT,
    OPT_DATE,
    OPT_ROUTE,
    OPT_SUCCESSOR,
    OPT_IN_OFFICE,
    OPT_OUTCOME,
    OPT_REASON,
    OPT_RECORDED,
    OPT_STATUS,
    OPT_HEAD,
    OPT_JSON,
    OPT_CSV,
    OPT_TABLE,
    OPT_OUTPUT,
    OPT_COLOR,
    OPT_QUIET,
    OPT_HELP,
    N_OPTIONS
};

static const cli_option_t options[N_OPTIONS] = {
    [OPT_LEDGER] = {"ledger", 'l', "FILE", "default: tenure/ledger.db among the user's data"},
    [OPT_QUESTION] = {"question", 0, "ID", "add: the question of a number typed by hand"},
    [OPT_TEXT] = {"text", 0, "TEXT", "add: puts a new question"},
    [OPT_RULE] = {"rule", 0, "TEXT", "add: how the new question will be resolved"},
    [OPT_CLASS] = {"class", 0, "NAME", "add: class of new questions, for scores by class"},
    [OPT_OPENS] = {"opens", 0, "DATE", "add: of a new question; default: --date"},
    [OPT_CLOSES] = {"closes", 0, "DATE", "add: of a new question"},
    [OPT_P] = {"p", 'p', "P", "add: chance of yes, or CATEGORY=P, several times"},
    [OPT_BY] = {"by", 0, "NAME", "add: forecaster; of JSON files default 'tenure'"},
    [OPT_SOURCE] = {"source", 0, "WORD",
        "add: base, model, analyst (default) or crowd;"
        " resolve: where it is written"},
    [OPT_NOTE] = {"note", 0, "TEXT", "add: a remark on the forecast"},
    [OPT_SUBJECT] = {"subject", 0, "ID", "add: begins the ids of a JSON file's questions; list"},
    [OPT_DATE] = {"date", 'd', "DATE", "of the forecast, or of what happened"},
    [OPT_ROUTE] = {"route", 0, "ROUTE", "resolve: how the leader left"},
    [OPT_SUCCESSOR] = {"successor", 0, "ACTOR", "resolve: who followed"},
    [OPT_IN_OFFICE] = {"in-office", 0, NULL, "resolve: still in office on --date"},
    [OPT_OUTCOME] = {"outcome", 0, "WORD", "resolve: yes, no or a category"},
    [OPT_REASON] = {"reason", 0, "TEXT", "resolve, annul: why"},
    [OPT_RECORDED] = {"recorded", 0, "DATE", "day of the entry, default today (UTC)"},
    [OPT_STATUS] = {"status", 0, "WORD", "list: open, resolved or annulled"},
    [OPT_HEAD] = {"head", 0, "HASH", "verify: a hash noted earlier that must be there"},
    [OPT_JSON] = {"json", 0, NULL, "write JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV"},
    [OPT_TABLE] = {"table", 't', "NAME", "show: this table only"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "list, show, export: write to a file"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing but mistakes on standard error"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = LEDGER_COMMAND,
    .usage = "ledger add|resolve|annul|list|show|export|verify [options] [WORDS]",
    .examples = "  tenure ledger add forecast.json\n"
                "  tenure ledger add --question atlantis-coup --text 'A coup attempt in Atlantis "
                "in 2027?'\\\n"
                "      --closes 2027-12-31 --p 0.07 --by Ann --date 2026-11-23\n"
                "  tenure ledger resolve vladimir-putin --date 2027-02-01 --in-office\n"
                "  tenure ledger list --status open\n",
    .text =
        "Keeps forecasts and what came of them in a file that only grows. Each entry carries the\n"
        "hash of the one before it; verify finds what was changed since. See tenure-ledger(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

static const char *const VERBS[LEDGER_N_VERBS] = {
    "add", "resolve", "annul", "list", "show", "export", "verify"};

static void take_date(cli_args_t *args, int option, const char *text, int32_t *day, bool *has_day)
{
    *has_day = true;
    if (tn_ledger_parse_date(text, day)) return;
    cli_mistake(
        args, "option '--%s': '%s' is not a date such as 2026-11-23", options[option].name, text);
}

/** "0.07", or "coup=0.1". */
static void take_p(ledger_request_t *self, cli_args_t *args, const char *text)
{
    double p = 0.0;
    tn_ledger_forecast_t *f = &self->forecast;
    const char *sign = strrchr(text, '=');
    const char *number = sign != NULL ? sign + 1 : text;
    if (!cli_parse_number(number, &p) || p < 0.0 || p > 1.0) {
        cli_mistake(args, "option '--p': '%s' is not a probability from 0 to 1", number);
    }
    if ((sign == NULL && self->has_p) || (sign != NULL && self->has_p && f->n_categories == 0) ||
        (sign == NULL && f->n_categories > 0)) {
        cli_mistake(args, "option '--p': several numbers need categories: CATEGORY=P");
    }
    self->has_p = true;
    if (sign == NULL) {
        f->p = p;
    } else if (f->n_categories == LEDGER_MAX_P) {
        cli_mistake(args, "option '--p': more than %d categories", LEDGER_MAX_P);
    } else {
        self->category_copy[f->n_categories] = strndup(text, (size_t)(sign - text));
        self->category_p[f->n_categories++] = p;
    }
}

static void take_words(ledger_request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case OPT_LEDGER: self->path = value; break;
    case OPT_QUESTION: self->forecast.question = value; break;
    case OPT_TEXT: self->question.text = value; break;
    case OPT_RULE: self->question.rule = value; break;
    case OPT_CLASS: self->question.class_name = value; break;
    case OPT_BY: self->forecast.by = value; break;
    case OPT_SOURCE: self->source = value; break;
    case OPT_NOTE: self->forecast.note = value; break;
    case OPT_SUBJECT: self->subject = value; break;
    case OPT_ROUTE: self->resolution.route = value; break;
    case OPT_SUCCESSOR: self->resolution.successor = value; break;
    case OPT_OUTCOME: self->resolution.outcome = value; break;
    case OPT_REASON: self->resolution.reason = value; break;
    case OPT_STATUS: self->status = value; break;
    case OPT_HEAD: self->head = value; break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    default: cli_take_colour(args, value, &self->report.colour); break;
    }
}

static void take_option(ledger_request_t *self, cli_args_t *args, int option, const char *value)
{
    switch (option) {
    case OPT_OPENS: take_date(args, option, value, &self->question.opens, &self->has_opens); break;
    case OPT_CLOSES:
        take_date(args, option, value, &self->question.closes, &self->has_closes);
        break;
    case OPT_DATE: take_date(args, option, value, &self->date, &self->has_date); break;
    case OPT_RECORDED: take_date(args, option, value, &self->recorded, &self->has_recorded); break;
    case OPT_P: take_p(self, args, value); break;
    case OPT_IN_OFFICE: self->resolution.is_in_office = true; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_QUIET: self->is_quiet = true; break;
    case OPT_HELP: self->wants_help = true; break;
    default: take_words(self, args, option, value); break;
    }
}

/* ---- which options go with which verb ---- */

#define V(verb) (1u << LEDGER_##verb)
#define ANY     ((1u << LEDGER_N_VERBS) - 1u)
static const unsigned allowed[N_OPTIONS] = {
    [OPT_LEDGER] = ANY,
    [OPT_QUESTION] = V(ADD),
    [OPT_TEXT] = V(ADD),
    [OPT_RULE] = V(ADD),
    [OPT_CLASS] = V(ADD),
    [OPT_OPENS] = V(ADD),
    [OPT_CLOSES] = V(ADD),
    [OPT_P] = V(ADD),
    [OPT_BY] = V(ADD),
    [OPT_SOURCE] = V(ADD) | V(RESOLVE),
    [OPT_NOTE] = V(ADD),
    [OPT_SUBJECT] = V(ADD) | V(LIST),
    [OPT_DATE] = V(ADD) | V(RESOLVE),
    [OPT_ROUTE] = V(RESOLVE),
    [OPT_SUCCESSOR] = V(RESOLVE),
    [OPT_IN_OFFICE] = V(RESOLVE),
    [OPT_OUTCOME] = V(RESOLVE),
    [OPT_REASON] = V(RESOLVE) | V(ANNUL),
    [OPT_RECORDED] = V(ADD) | V(RESOLVE) | V(ANNUL),
    [OPT_STATUS] = V(LIST),
    [OPT_HEAD] = V(VERIFY),
    [OPT_JSON] = ANY,
    [OPT_CSV] = V(LIST) | V(SHOW) | V(EXPORT),
    [OPT_TABLE] = V(SHOW),
    [OPT_OUTPUT] = V(LIST) | V(SHOW) | V(EXPORT),
    [OPT_COLOR] = ANY,
    [OPT_QUIET] = ANY,
    [OPT_HELP] = ANY,
};

static void check_add(ledger_request_t *self, cli_args_t *args)
{
    const bool is_typed = self->forecast.question != NULL;
    const bool has_words = self->question.text != NULL || self->question.rule != NULL ||
                           self->has_opens || self->has_closes || self->has_p ||
                           self->forecast.note != NULL || self->has_date || self->source != NULL;
    if (!is_typed && self->n_operands == 0) {
        cli_mistake(args, "nothing to add: a forecast's JSON file, or --question ID");
    }
    if (is_typed && (self->n_operands > 0 || self->subject != NULL)) {
        cli_mistake(args, "--question excludes files and --subject");
    }
    if (!is_typed && has_words) {
        cli_mistake(args, "--text, --rule, --opens, --closes, --p, --note, --date and --source "
                          "belong to --question");
    }
    if (!is_typed) return;
    if (self->question.text == NULL && !self->has_p) {
        cli_mistake(args, "neither --text, for a new question, nor --p, for a forecast");
    }
    if (self->question.text != NULL && !self->has_closes) {
        cli_mistake(args, "a new question needs --closes DATE");
    }
    if (self->question.text != NULL && !self->has_opens && !self->has_date) {
        cli_mistake(args, "a new question needs --opens DATE, or --date");
    }
    if (self->question.text == NULL && (self->question.rule != NULL || self->has_opens ||
                                           self->has_closes || self->question.class_name != NULL)) {
        cli_mistake(args, "--rule, --class, --opens and --closes belong to --text, a new question");
    }
    if (self->has_p && (self->forecast.by == NULL || !self->has_date)) {
        cli_mistake(args, "a number needs --by NAME and --date DATE");
    }
}

static void check_operands(ledger_request_t *self, cli_args_t *args)
{
    const bool needs_one =
        self->verb == LEDGER_RESOLVE || self->verb == LEDGER_ANNUL || self->verb == LEDGER_SHOW;
    if (needs_one && self->n_operands != 1) {
        cli_mistake(args, "%s: %d words given, expected one: the id of a question%s",
            VERBS[self->verb], self->n_operands, self->verb == LEDGER_SHOW ? "" : " or a subject");
    }
    if (!needs_one && self->verb != LEDGER_ADD && self->n_operands > 0) {
        cli_mistake(args, "%s: needless word '%s'", VERBS[self->verb], self->operand[0]);
    }
}

static void check_together(ledger_request_t *self, cli_args_t *args, const bool given[N_OPTIONS])
{
    for (int i = 0; i < N_OPTIONS; i++) {
        if (given[i] && (allowed[i] & 1u << self->verb) == 0) {
            cli_mistake(
                args, "option '--%s' does not belong to %s", options[i].name, VERBS[self->verb]);
        }
    }
    cli_report_check(&self->report, args);
    check_operands(self, args);
    if (self->verb == LEDGER_ADD) check_add(self, args);
    if (self->verb == LEDGER_RESOLVE && !self->has_date) {
        cli_mistake(args, "resolve needs --date DATE");
    }
    if (self->verb == LEDGER_ANNUL && self->resolution.reason == NULL) {
        cli_mistake(args, "annul needs --reason TEXT");
    }
    static const char *const states[] = {"open", "resolved", "annulled"};
    bool is_state = self->status == NULL;
    for (int i = 0; i < 3 && !is_state; i++) {
        is_state = strcmp(states[i], self->status) == 0;
    }
    if (!is_state) {
        cli_mistake(
            args, "option '--status': '%s', expected open, resolved or annulled", self->status);
    }
}

static void find_verb(ledger_request_t *self, cli_args_t *args)
{
    if (self->n_operands == 0) {
        cli_mistake(
            args, "no verb given, expected add, resolve, annul, list, show, export or verify");
        return;
    }
    for (int v = 0; v < LEDGER_N_VERBS; v++) {
        if (strcmp(VERBS[v], self->operand[0]) == 0) {
            self->verb = (ledger_verb_t)v;
            self->operand++;
            self->n_operands--;
            return;
        }
    }
    const char *near = cli_nearest(self->operand[0], VERBS, LEDGER_N_VERBS);
    cli_mistake(args,
        "unknown verb '%s', expected add, resolve, annul, list, show, export or verify%s%s%s",
        self->operand[0], near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
}

/** Dates and pointers that follow from others. */
static void complete(ledger_request_t *self)
{
    if (!self->has_recorded) self->recorded = (int32_t)(time(NULL) / SECONDS_PER_DAY);
    if (!self->has_opens) self->question.opens = self->date;
    self->question.id = self->forecast.question;
    self->forecast.date = self->date;
    self->forecast.source = self->source != NULL ? self->source : "analyst";
    self->forecast.category = (const char *const *)self->category_copy;
    self->forecast.category_p = self->category_p;
    self->resolution.date = self->date;
    self->resolution.recorded = self->recorded;
    self->resolution.source = self->source;
    self->resolution.target = self->operand[0];
    if (self->path == NULL) self->path = self->default_path = cli_ledger_path();
}

int ledger_request_init(ledger_request_t *self, int argc, char **argv)
{
    cli_args_t args;
    bool given[N_OPTIONS] = {false};
    const char *value;
    size_t n = 0;
    *self = (ledger_request_t){0};
    cli_args_init(&args, &help, argc, argv);
    self->words = calloc((size_t)argc + 1, sizeof *self->words);
    FILE *line = open_memstream(&self->command_line, &n);
    self->operand = self->words;
    if (self->words == NULL || line == NULL) {
        if (line != NULL) (void)fclose(line);
        return cli_error_exit(LEDGER_COMMAND, TN_ENOMEM, NULL);
    }
    fputs("tenure " LEDGER_COMMAND, line);
    for (int option; (option = cli_args_next(&args, &value)) != CLI_END;) {
        if (option == CLI_OPERAND) {
            self->operand[self->n_operands++] = value;
            cli_put_word(line, value);
            continue;
        }
        given[option] = true;
        take_option(self, &args, option, value);
        if (option == OPT_STATUS || option == OPT_SUBJECT || option == OPT_TABLE) {
            cli_put_option(line, &options[option], value);
        }
    }
    if (fclose(line) != 0) return cli_error_exit(LEDGER_COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    find_verb(self, &args);
    if (args.n_mistakes == 0 || self->operand != self->words) check_together(self, &args, given);
    if (args.n_mistakes > 0) return cli_usage_exit(&args);
    complete(self);
    if (self->path != NULL) return 0;
    fputs("tenure ledger: no place for a ledger: set HOME, or --ledger FILE\n", stderr);
    return CLI_EXIT_USAGE;
}

void ledger_request_free(ledger_request_t *self)
{
    free(self->words);
    for (int k = 0; k < LEDGER_MAX_P; k++) {
        free(self->category_copy[k]);
    }
    free(self->default_path);
    free(self->command_line);
}

int ledger_help(void) { return cli_help_print(&help); }
