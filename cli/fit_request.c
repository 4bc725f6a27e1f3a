/* What the words after `tenure fit` mean: method, formulas, options; all mistakes at once. */
#include "fit_request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 4096
#define MAX_BOOT    100000000LL
#define LIST_SIZE   4096 /* bytes of a list's member or of a list of names in a message */

enum {
    OPT_DATA,
    OPT_FORMAT,
    OPT_OBJECT,
    OPT_RISK,
    OPT_LOGLOGISTIC,
    OPT_CAUSE,
    OPT_LEVEL,
    OPT_INTERVAL,
    OPT_TIES,
    OPT_ROBUST,
    OPT_RIDGE,
    OPT_RHO,
    OPT_CUTS,
    OPT_PERIOD,
    OPT_TIMES,
    OPT_NEWDATA,
    OPT_RESIDUALS,
    OPT_MODELS,
    OPT_BOOT,
    OPT_SEED,
    OPT_THREADS,
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
    [OPT_DATA] = {"data", 'd', "FILE", "CSV, Stata, SPSS or R; '-' is standard input (CSV)"},
    [OPT_FORMAT] = {"format", 0, "NAME", "csv, dta, sav, rda or rds; default: by the file's name"},
    [OPT_OBJECT] = {"object", 0, "NAME", "the data frame wanted of an R file that has several"},
    [OPT_RISK] = {"risk", 0, "FORMULA", "splitpop: who is at risk at all, such as '~ a + b'"},
    [OPT_LOGLOGISTIC] = {"loglogistic", 0, NULL, "splitpop: log-logistic instead of Weibull"},
    [OPT_CAUSE] = {"cause", 0, "NAME", "the cause of interest; default: each in turn"},
    [OPT_LEVEL] = {"level", 0, "P", "of confidence limits, default 0.95"},
    [OPT_INTERVAL] = {"interval", 0, "SCALE", "of limits of curves: plain, log or log-log"},
    [OPT_TIES] = {"ties", 0, "RULE", "cox: efron (default) or breslow"},
    [OPT_ROBUST] = {"robust", 0, NULL, "sandwich variance; cluster(...) implies it"},
    [OPT_RIDGE] = {"ridge", 0, "X", "cox, logit: penalty on standardised covariates"},
    [OPT_RHO] = {"rho", 0, "X", "km, cif: weights of the test between groups"},
    [OPT_CUTS] = {"cuts", 0, "LIST", "piecewise: where the rate changes, such as 1,2.5,5"},
    [OPT_PERIOD] = {"period", 0, "X", "logit: cut spells into periods of this length"},
    [OPT_TIMES] = {"times", 0, "LIST", "times of curves and predictions, such as 1,2,5"},
    [OPT_NEWDATA] = {"newdata", 0, "FILE", "rows to predict for"},
    [OPT_RESIDUALS] = {"residuals", 0, NULL, "add a table of residuals"},
    [OPT_MODELS] = {"models", 0, "LIST", "compare: methods such as cox,weibull"},
    [OPT_BOOT] = {"boot", 0, "N", "cox: refits on resampled rows or clusters"},
    [OPT_SEED] = {"seed", 's', "N", "of the random numbers, default 1"},
    [OPT_THREADS] = {"threads", 'j', "N", "default: all processors; never changes the result"},
    [OPT_JSON] = {"json", 0, NULL, "write all tables as JSON"},
    [OPT_CSV] = {"csv", 0, NULL, "write one table as CSV, the main one unless --table"},
    [OPT_TABLE] = {"table", 't', "NAME", "this table only"},
    [OPT_OUTPUT] = {"output", 'o', "FILE", "write to a file, whole or not at all"},
    [OPT_COLOR] = {"color", 0, "WHEN", "auto, always or never"},
    [OPT_QUIET] = {"quiet", 'q', NULL, "nothing on standard error but mistakes and warnings"},
    [OPT_HELP] = {"help", 'h', NULL, "this help"},
};

static const cli_help_t help = {
    .command = FIT_COMMAND,
    .usage = "fit METHOD FORMULA --data FILE [options]",
    .examples = "  tenure fit km 'surv(time, status) ~ sex' --data lung.csv\n"
                "  tenure fit cox 'surv(entry, exit, cause) ~ age + factor(regime)' --data x.dta\n"
                "  tenure fit cif 'surv(time, cause) ~ 1' --data spells.rds --csv\n",
    .text =
        "Fits a survival model to the rows of a file. METHOD is one of km, cif, cox, finegray,\n"
        "exponential, weibull, lognormal, loglogistic, gompertz, piecewise, splitpop, logit,\n"
        "compare. The formula is that of R: surv(time, event) or surv(entry, exit, event),\n"
        "then ~ and columns, factor(), ns(), bs(), strata(), cluster(), weights(), offset().\n"
        "See tenure-fit(1).",
    .options = options,
    .n_options = N_OPTIONS,
};

static const char *const METHODS[] = {
#define WORD(name, word, title) word,
    TN_FIT_METHOD_LIST(WORD)
#undef WORD
};

static void take_integer(
    cli_args_t *args, int option, const char *text, long long lo, long long hi, long long *value)
{
    if (cli_parse_integer(text, lo, hi, value)) return;
    cli_mistake(args, "option '--%s': '%s' is not a whole number from %lld to %lld",
        options[option].name, text, lo, hi);
    *value = lo;
}

static void take_number(cli_args_t *args, int option, const char *text, double *value)
{
    if (cli_parse_number(text, value)) return;
    cli_mistake(args, "option '--%s': '%s' is not a number", options[option].name, text);
}

/** A number that must be positive; zero would mean that the option was not given. */
static void take_positive(cli_args_t *args, int option, const char *text, double *value)
{
    double number = 0.0;
    if (cli_parse_number(text, &number) && number > 0.0) {
        *value = number;
        return;
    }
    cli_mistake(args, "option '--%s': '%s' is not a positive number", options[option].name, text);
}

static void take_level(cli_args_t *args, const char *text, double *value)
{
    double number = 0.0;
    if (cli_parse_number(text, &number) && number > 0.0 && number < 1.0) {
        *value = number;
        return;
    }
    cli_mistake(args, "option '--level': '%s' is not a number between 0 and 1", text);
}

static void unknown_word(cli_args_t *args, const char *what, const char *word,
    const char *const *names, size_t n_names, const char *expected)
{
    const char *near = cli_nearest(word, names, n_names);
    cli_mistake(args, "%s '%s', expected %s%s%s%s", what, word, expected,
        near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
        near != NULL ? "'?)" : "");
}

/** One of the names; -1 and a mistake otherwise. */
static int take_name(cli_args_t *args, int option, const char *text, const char *const *names,
    size_t n_names, const char *expected)
{
    char what[64];
    for (size_t i = 0; i < n_names; i++) {
        if (strcmp(names[i], text) == 0) return (int)i;
    }
    (void)snprintf(what, sizeof what, "option '--%s':", options[option].name);
    unknown_word(args, what, text, names, n_names, expected);
    return -1;
}

#define EXPECTED_METHODS                                                                           \
    "km, cif, cox, finegray, exponential, weibull, lognormal, loglogistic, gompertz, piecewise, "  \
    "splitpop, logit or compare"

static void take_ties(fit_request_t *self, cli_args_t *args, const char *text)
{
    static const char *const names[] = {"efron", "breslow"};
    const int i = take_name(args, OPT_TIES, text, names, 2, "efron or breslow");
    self->fit.ties = i == 1 ? TN_COX_BRESLOW : TN_COX_EFRON;
}

static void take_interval(fit_request_t *self, cli_args_t *args, const char *text)
{
    static const char *const names[] = {"plain", "log", "log-log"};
    static const tn_interval_t scales[] = {TN_INTERVAL_PLAIN, TN_INTERVAL_LOG, TN_INTERVAL_LOGLOG};
    const int i = take_name(args, OPT_INTERVAL, text, names, 3, "plain, log or log-log");
    self->fit.has_interval = true;
    if (i >= 0) self->fit.interval = scales[i];
}

/** Calls take for each member of a list such as "a,b,c". */
static void each_member(fit_request_t *self, cli_args_t *args, const char *list,
    void (*take)(fit_request_t *, cli_args_t *, const char *))
{
    char member[LIST_SIZE];
    for (const char *at = list;; at++) {
        const size_t n = strcspn(at, ",");
        (void)snprintf(member, sizeof member, "%.*s", (int)(n < LIST_SIZE ? n : LIST_SIZE), at);
        take(self, args, member);
        at += n;
        if (*at == '\0') return;
    }
}

static void push_number(fit_request_t *self, double **list, int *n, double value)
{
    double *longer = realloc(*list, ((size_t)*n + 1) * sizeof *longer);
    if (longer == NULL) {
        self->failed = true;
        return;
    }
    *list = longer;
    longer[(*n)++] = value;
}

static void take_time(fit_request_t *self, cli_args_t *args, const char *text)
{
    double value = 0.0;
    take_number(args, OPT_TIMES, text, &value);
    push_number(self, &self->times, &self->fit.n_times, value);
}

static void take_cut(fit_request_t *self, cli_args_t *args, const char *text)
{
    double value = 0.0;
    take_number(args, OPT_CUTS, text, &value);
    push_number(self, &self->cuts, &self->fit.n_cuts, value);
}

static void take_model(fit_request_t *self, cli_args_t *args, const char *text)
{
    const int method = take_name(args, OPT_MODELS, text, METHODS, TN_N_FIT_METHODS,
        "cox, exponential, weibull, lognormal, loglogistic, gompertz or piecewise");
    const size_t n = (size_t)self->fit.n_models;
    if (method < 0) return;
    tn_fit_method_t *longer = realloc(self->model, (n + 1) * sizeof *longer);
    if (longer == NULL) {
        self->failed = true;
        return;
    }
    self->model = longer;
    longer[self->fit.n_models++] = (tn_fit_method_t)method;
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

static void take_count(fit_request_t *self, cli_args_t *args, int option, const char *text)
{
    long long number = 0;
    if (option == OPT_BOOT) {
        take_integer(args, option, text, 2, MAX_BOOT, &number);
        self->fit.n_boot = number;
    } else {
        take_integer(args, option, text, 1, MAX_THREADS, &number);
        self->fit.n_threads = (int)number;
    }
}

/* ---- the command line ---- */

static void take_flag(fit_request_t *self, int option)
{
    switch (option) {
    case OPT_LOGLOGISTIC: self->fit.is_loglogistic = true; break;
    case OPT_ROBUST: self->fit.is_robust = true; break;
    case OPT_RESIDUALS: self->fit.wants_residuals = true; break;
    case OPT_JSON: cli_report_take_format(&self->report, CLI_JSON); break;
    case OPT_CSV: cli_report_take_format(&self->report, CLI_CSV); break;
    case OPT_QUIET: self->is_quiet = true; break;
    default: self->wants_help = true; break;
    }
}

static void take_file_format(fit_request_t *self, cli_args_t *args, const char *text)
{
    static const char *const names[] = {"csv", "dta", "sav", "rda", "rds"};
    if (take_name(args, OPT_FORMAT, text, names, 5, "csv, dta, sav, rda or rds") >= 0) {
        self->frame.format = text;
    }
}

static void take_option(fit_request_t *self, cli_args_t *args, int option, const char *value)
{
    tn_fit_options_t *f = &self->fit;
    switch (option) {
    case OPT_DATA: self->data = value; break;
    case OPT_FORMAT: take_file_format(self, args, value); break;
    case OPT_OBJECT: self->frame.object = value; break;
    case OPT_RISK: f->risk = value; break;
    case OPT_CAUSE: f->cause = value; break;
    case OPT_LEVEL: take_level(args, value, &f->level); break;
    case OPT_INTERVAL: take_interval(self, args, value); break;
    case OPT_TIES: take_ties(self, args, value); break;
    case OPT_RIDGE: take_positive(args, option, value, &f->ridge); break;
    case OPT_RHO: take_number(args, option, value, &f->rho); break;
    case OPT_CUTS: each_member(self, args, value, take_cut); break;
    case OPT_PERIOD: take_positive(args, option, value, &f->period); break;
    case OPT_TIMES: each_member(self, args, value, take_time); break;
    case OPT_NEWDATA: self->newdata = value; break;
    case OPT_MODELS: each_member(self, args, value, take_model); break;
    case OPT_SEED: take_seed(args, value, &f->seed); break;
    case OPT_BOOT:
    case OPT_THREADS: take_count(self, args, option, value); break;
    case OPT_TABLE: self->report.table = value; break;
    case OPT_OUTPUT: self->report.output = value; break;
    case OPT_COLOR: cli_take_colour(args, value, &self->report.colour); break;
    default: take_flag(self, option); break;
    }
}

static void take_operand(fit_request_t *self, const char *word)
{
    if (self->method == NULL) {
        self->method = word;
    } else {
        self->formulas[self->fit.n_formulas++] = word;
    }
}

/** Whether an option can change the tables. The others stay out of the manifest. */
/* Whether the options suit the method; the data need not be read for that. */
static void check_options(const fit_request_t *self, cli_args_t *args)
{
    static const tn_frame_t some = {0};
    tn_error_t err = {0};
    tn_fit_options_t opt = self->fit;
    if (self->newdata != NULL) opt.newdata = &some;
    if (tn_fit_check(&opt, &err) < 0) cli_mistake(args, "%s", err.message);
}

static void check_method(fit_request_t *self, cli_args_t *args)
{
    if (self->method == NULL) {
        cli_mistake(args, "no method given, expected " EXPECTED_METHODS);
        return;
    }
    const int method = tn_fit_method_find(self->method);
    if (method < 0) {
        unknown_word(
            args, "unknown method", self->method, METHODS, TN_N_FIT_METHODS, EXPECTED_METHODS);
        return;
    }
    self->fit.method = (tn_fit_method_t)method;
    if (self->fit.n_formulas > 1 && self->fit.method != TN_FIT_COMPARE) {
        cli_mistake(args, "%d formulas given, expected one", self->fit.n_formulas);
    } else if (self->fit.n_formulas > 0) {
        check_options(self, args);
    }
}

static void check_together(fit_request_t *self, cli_args_t *args)
{
    check_method(self, args);
    if (self->fit.n_formulas == 0) {
        cli_mistake(args, "no formula given, such as 'surv(time, status) ~ age'");
    }
    if (self->data == NULL) cli_mistake(args, "no data given: --data FILE");
    cli_report_check(&self->report, args);
    const bool are_both_stdin = self->data != NULL && self->newdata != NULL &&
                                strcmp(self->data, "-") == 0 && strcmp(self->newdata, "-") == 0;
    if (are_both_stdin) cli_mistake(args, "only one of --data and --newdata can be '-'");
}

static void read_arguments(fit_request_t *self, cli_args_t *args, FILE *line)
{
    const char *value;
    fputs("tenure " FIT_COMMAND, line);
    for (int option; (option = cli_args_next(args, &value)) != CLI_END;) {
        if (option == CLI_OPERAND) {
            take_operand(self, value);
            continue;
        }
        take_option(self, args, option, value);
        cli_put_given(line, options, option, value);
    }
    if (self->method != NULL) cli_put_word(line, self->method);
    for (int i = 0; i < self->fit.n_formulas; i++)
        cli_put_word(line, self->formulas[i]);
}

int fit_request_init(fit_request_t *self, int argc, char **argv)
{
    cli_args_t args;
    size_t n = 0;
    *self = (fit_request_t){.fit = TN_FIT_OPTIONS_DEFAULT};
    cli_args_init(&args, &help, argc, argv);
    self->formulas = calloc((size_t)argc + 1, sizeof *self->formulas);
    FILE *line = open_memstream(&self->command_line, &n);
    if (self->formulas == NULL || line == NULL) {
        if (line != NULL) (void)fclose(line);
        return cli_error_exit(FIT_COMMAND, TN_ENOMEM, NULL);
    }
    read_arguments(self, &args, line);
    if (fclose(line) != 0 || self->failed) return cli_error_exit(FIT_COMMAND, TN_ENOMEM, NULL);
    self->report.command_line = self->command_line;
    if (self->wants_help) return 0;
    self->fit.formulas = self->formulas;
    self->fit.models = self->model;
    self->fit.times = self->times;
    self->fit.cuts = self->cuts;
    check_together(self, &args);
    return args.n_mistakes > 0 ? cli_usage_exit(&args) : 0;
}

void fit_request_free(fit_request_t *self)
{
    free(self->formulas);
    free(self->model);
    free(self->times);
    free(self->cuts);
    free(self->command_line);
}

int fit_help(void) { return cli_help_print(&help); }
