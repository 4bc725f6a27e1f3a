/* A forecast's JSON (docs/forecast.schema.json) to entries: one for each question that is new, one
 * for each view: base rate, without reports, with them. The input is checked member by member; the
 * first mistake is named with its path. */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "ledger/write.h"
#include "tenure/case.h"

#define SCHEMA        "tenure-forecast/1"
#define MAX_ROWS      64   /* horizons of a forecast: more are hostile */
#define MAX_NAMES     1000 /* successors */
#define SUM_TOLERANCE 1e-6
#define ID_SIZE       (TN_LEDGER_MAX_ID + 1)

/** One file on its way into the ledger. */
typedef struct import {
    tn_ledger_t *ledger;
    const char *name; /* of the file */
    const tn_ledger_json_options_t *opt;
    tn_ledger_receipt_t *receipt;
    json_t *root, *routes; /* routes: names of those that count as exit */
    const char *leader;
    char subject[ID_SIZE], scope[ID_SIZE]; /* scope: "" or "-coup-uprising" */
    int32_t as_of;
    size_t n_horizons;
    int32_t day[MAX_ROWS];
    const char *label[MAX_ROWS];
    tn_error_t *err;
} import_t;

static int bad(import_t *self, const char *where, const char *expected)
{
    return tn_error_set(self->err, TN_EINPUT, "%s: %s: expected %s", self->name, where, expected);
}

/* ---- reading ---- */

static int read_probability(import_t *self, const json_t *value, const char *where, double *p)
{
    *p = json_number_value(value);
    if (json_is_number(value) && *p >= 0.0 && *p <= 1.0) return 0;
    return bad(self, where, "a probability from 0 to 1");
}

static int read_day(import_t *self, const json_t *value, const char *where, int32_t *day)
{
    const char *text = json_string_value(value);
    if (text != NULL && tn_date_parse(text, json_string_length(value), day)) return 0;
    return bad(self, where, "a date such as 2022-05-30");
}

/** Lower case, blanks and signs to single dashes: "Vladimir Putin" -> "vladimir-putin". */
static void slug(const char *text, char out[ID_SIZE])
{
    size_t n = 0;
    for (; *text != '\0' && n < ID_SIZE / 2; text++) {
        const unsigned char c = (unsigned char)*text;
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (is_upper || is_kept) {
            out[n++] = (char)(is_upper ? c + 32 : c);
        } else if (n > 0 && out[n - 1] != '-') {
            out[n++] = '-';
        }
    }
    while (n > 0 && ((unsigned char)*text & 0xc0) == 0x80 && (unsigned char)out[n - 1] >= 0x80) {
        n--; /* not half a character at the end */
    }
    while (n > 0 && out[n - 1] == '-') {
        n--;
    }
    out[n] = '\0';
}

/** The routes of the question: all of them are the usual one, fewer are part of the id. */
static int read_routes(import_t *self, const json_t *question)
{
    self->routes = json_object_get(question, "routes");
    const size_t n = json_array_size(self->routes);
    size_t used = 0;
    if (n == 0 || n > TN_N_ROUTES) return bad(self, "question.routes", "a list of routes");
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(self->routes, i));
        bool is_known = false;
        for (int r = 0; name != NULL && r < TN_N_ROUTES; r++) {
            if (strcmp(tn_route_name(r), name) == 0) is_known = true;
        }
        if (!is_known) return bad(self, "question.routes", "names of routes");
        if (n == TN_N_ROUTES) continue;
        const int added = snprintf(self->scope + used, sizeof self->scope - used, "-%s", name);
        used += (size_t)added;
        if (used >= sizeof self->scope) return bad(self, "question.routes", "each route once");
    }
    return 0;
}

static int read_subject(import_t *self)
{
    if (self->opt->subject != NULL) {
        const int ret = tn_write_check_id(self->opt->subject, "subject", self->err);
        if (ret < 0) return ret;
        (void)snprintf(self->subject, sizeof self->subject, "%s", self->opt->subject);
    } else {
        slug(self->leader, self->subject);
    }
    if (self->subject[0] != '\0') return 0;
    return bad(self, "question.leader", "a name with a letter in it, or --subject");
}

static int read_question(import_t *self)
{
    const json_t *question = json_object_get(self->root, "question");
    if (!json_is_object(question)) return bad(self, "question", "an object");
    self->leader = json_string_value(json_object_get(question, "leader"));
    if (self->leader == NULL) return bad(self, "question.leader", "a name");
    int ret = tn_write_check_text(self->leader, "question.leader", false, self->err);
    if (ret == 0) {
        ret = read_day(self, json_object_get(question, "as_of"), "question.as_of", &self->as_of);
    }
    if (ret == 0) ret = read_routes(self, question);
    if (ret == 0) ret = read_subject(self);
    const json_t *force = json_object_get(question, "force");
    if (ret == 0 && force != NULL && !json_is_null(force)) {
        return tn_error_set(self->err, TN_EINPUT,
            "%s: made with --force: an intervention says nothing of the world as it is, so nothing "
            "that happens can resolve it",
            self->name);
    }
    return ret;
}

/** Horizons and dates, from the exits of the main view. */
static int read_horizons(import_t *self)
{
    const json_t *exits = json_object_get(self->root, "exit");
    self->n_horizons = json_array_size(exits);
    if (self->n_horizons == 0 || self->n_horizons > MAX_ROWS) {
        return bad(self, "exit", "a list of 1 to 64 horizons");
    }
    for (size_t h = 0; h < self->n_horizons; h++) {
        char where[48];
        const json_t *row = json_array_get(exits, h);
        (void)snprintf(where, sizeof where, "exit[%zu].date", h);
        self->label[h] = json_string_value(json_object_get(row, "horizon"));
        int ret = read_day(self, json_object_get(row, "date"), where, &self->day[h]);
        if (ret == 0 && self->day[h] <= (h == 0 ? self->as_of : self->day[h - 1])) {
            ret = bad(self, where, "later dates from horizon to horizon");
        }
        if (ret == 0 && self->label[h] == NULL) ret = bad(self, where, "a horizon such as 52w");
        if (ret < 0) return ret;
    }
    return 0;
}

static int parse(import_t *self, const void *bytes, size_t n)
{
    json_error_t mistake;
    if (n > TN_LEDGER_MAX_JSON) return bad(self, "the file", "at most 64 MiB");
    self->root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &mistake);
    if (self->root == NULL) {
        return tn_error_set(self->err,
            json_error_code(&mistake) == json_error_out_of_memory ? TN_ENOMEM : TN_EINPUT,
            "%s:%d:%d: not JSON: %s", self->name, mistake.line > 0 ? mistake.line : 1,
            mistake.column > 0 ? mistake.column : 1, mistake.text);
    }
    const char *schema = json_string_value(json_object_get(self->root, "schema"));
    if (schema != NULL && strcmp(schema, SCHEMA) == 0) return 0;
    return tn_error_set(self->err, TN_EINPUT,
        "%s: not a forecast of `tenure forecast --json`: schema '%.40s', expected '" SCHEMA "'",
        self->name, schema != NULL ? schema : "(none)");
}

/* ---- questions ---- */

static int question_id(
    import_t *self, const char *asks, const char *scope, size_t h, char id[ID_SIZE])
{
    char day[11];
    tn_date_format(self->day[h], day);
    const int n = snprintf(id, ID_SIZE, "%s:%s%s:%s", self->subject, asks, scope, day);
    return n < ID_SIZE ? 0 : bad(self, "question.leader", "a shorter name, or --subject");
}

static void list_routes(const import_t *self, tn_text_t *text)
{
    const size_t n = json_array_size(self->routes);
    for (size_t i = 0; i < n; i++) {
        tn_text_printf(text, "%s%s",
            i == 0      ? ""
            : i + 1 < n ? ", "
                        : " or ",
            json_string_value(json_array_get(self->routes, i)));
    }
}

/** The question in words, and its rule. */
static void put_words(
    const import_t *self, const char *asks, size_t h, tn_text_t *text, tn_text_t *rule)
{
    char day[11];
    tn_date_format(self->day[h], day);
    if (strcmp(asks, TN_ASKS_EXIT) == 0) {
        tn_text_printf(text, "Will %s have left office by %s?", self->leader, day);
        tn_text_printf(rule, "Yes if %s leaves office on or before %s by ", self->leader, day);
        list_routes(self, rule);
        tn_text_printf(rule, "; no otherwise.");
    } else if (strcmp(asks, TN_ASKS_ROUTE) == 0) {
        tn_text_printf(text, "How will %s have left office by %s?", self->leader, day);
        tn_text_printf(rule,
            "The route by which %s leaves on or before %s; '(in office)' if still there.",
            self->leader, day);
    } else {
        tn_text_printf(text, "Who follows %s, if they leave by %s?", self->leader, day);
        tn_text_printf(
            rule, "The actor who rules after %s leaves on or before %s by ", self->leader, day);
        list_routes(self, rule);
        tn_text_printf(rule, "; without such an exit the question falls away.");
    }
}

/** Makes the question unless it is there. */
static int need_question(import_t *self, const char *asks, const char *scope, size_t h)
{
    char id[ID_SIZE];
    tn_text_t text = {0}, rule = {0};
    int ret = question_id(self, asks, scope, h, id);
    if (ret == 0) ret = tn_write_has_question(self->ledger, id, self->err);
    if (ret == 0) {
        put_words(self, asks, h, &text, &rule);
        const tn_new_question_t q = {
            .words = {.id = id,
                .text = text.s,
                .rule = rule.s,
                .class_name = self->opt->class_name != NULL ? self->opt->class_name : asks,
                .opens = self->as_of,
                .closes = self->day[h]},
            .subject = self->subject,
            .asks = asks,
            .routes = self->routes};
        ret = text.failed || rule.failed
                  ? tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM))
                  : tn_write_question(
                        self->ledger, &q, self->opt->recorded, self->receipt, self->err);
    }
    tn_text_free(&text);
    tn_text_free(&rule);
    return ret < 0 ? ret : 0;
}

static int write_questions(import_t *self)
{
    int ret = 0;
    for (size_t h = 0; ret == 0 && h < self->n_horizons; h++) {
        ret = need_question(self, TN_ASKS_EXIT, self->scope, h);
        if (ret == 0) ret = need_question(self, TN_ASKS_ROUTE, "", h);
    }
    if (ret == 0) ret = need_question(self, TN_ASKS_SUCCESSOR, self->scope, self->n_horizons - 1);
    return ret;
}

/* ---- answers ---- */

/** Adds {"question": id, "p": p}; takes p. */
static int push_answer(
    import_t *self, json_t *answers, const char *asks, const char *scope, size_t h, json_t *p)
{
    char id[ID_SIZE];
    int ret = question_id(self, asks, scope, h, id);
    if (ret < 0) {
        json_decref(p);
        return ret;
    }
    if (json_array_append_new(answers, json_pack("{s:s, s:o}", "question", id, "p", p)) == 0) {
        return 0;
    }
    return tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static int put_exits(import_t *self, json_t *answers, const json_t *view, const char *name)
{
    const json_t *exits = json_object_get(view, "exit");
    double last = 0.0;
    if (json_array_size(exits) != self->n_horizons) {
        return bad(self, name, "exits for the same horizons in each view");
    }
    for (size_t h = 0; h < self->n_horizons; h++) {
        char where[64];
        double p = 0.0;
        (void)snprintf(where, sizeof where, "%s.exit[%zu].p", name, h);
        const json_t *row = json_array_get(exits, h);
        int ret = read_probability(self, json_object_get(row, "p"), where, &p);
        if (ret == 0 && p < last) ret = bad(self, where, "chances that do not fall over time");
        if (ret == 0) {
            ret = push_answer(self, answers, TN_ASKS_EXIT, self->scope, h, json_real(p));
        }
        if (ret < 0) return ret;
        last = p;
    }
    return 0;
}

/** The chances of the routes at one horizon, and the rest: in office. */
static int put_route(
    import_t *self, json_t *answers, const json_t *rows, const char *name, size_t h)
{
    json_t *p = json_object();
    double sum = 0.0;
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < json_array_size(rows); i++) {
        char where[64];
        double value = 0.0;
        const json_t *row = json_array_get(rows, i);
        const char *route = json_string_value(json_object_get(row, "route"));
        const char *label = json_string_value(json_object_get(row, "horizon"));
        (void)snprintf(where, sizeof where, "%s.routes[%zu]", name, i);
        if (route == NULL || label == NULL) {
            ret = bad(self, where, "a route and a horizon");
            break;
        }
        if (strcmp(label, self->label[h]) != 0) continue;
        ret = read_probability(self, json_object_get(row, "p"), where, &value);
        if (ret == 0 && json_object_get(p, route) != NULL)
            ret = bad(self, where, "each route once");
        sum += value;
        if (ret == 0 && json_object_set_new(p, route, json_real(value)) < 0) {
            ret = tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
        }
    }
    if (ret == 0 && sum > 1.0 + SUM_TOLERANCE)
        ret = bad(self, name, "routes adding up to at most 1");
    if (ret == 0) {
        ret = json_object_set_new(p, "(in office)", json_real(fmax(0.0, 1.0 - sum))) == 0
                  ? 0
                  : tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    }
    if (ret == 0) return push_answer(self, answers, TN_ASKS_ROUTE, "", h, p);
    json_decref(p);
    return ret;
}

/** A forecast without any exit names no successor: nothing is put then. */
static int put_successors(import_t *self, json_t *answers, const json_t *view, const char *name)
{
    const json_t *rows = json_object_get(view, "successors");
    json_t *p = json_object();
    double sum = 0.0;
    int ret = 0;
    if (json_array_size(rows) > MAX_NAMES) ret = bad(self, name, "at most 1000 successors");
    for (size_t i = 0; ret == 0 && i < json_array_size(rows); i++) {
        char where[64];
        double value = 0.0;
        const json_t *row = json_array_get(rows, i);
        const char *actor = json_string_value(json_object_get(row, "actor"));
        if (json_is_null(json_object_get(row, "p"))) break;
        (void)snprintf(where, sizeof where, "%s.successors[%zu]", name, i);
        ret = read_probability(self, json_object_get(row, "p"), where, &value);
        if (ret == 0 && actor == NULL) ret = bad(self, where, "an actor");
        if (ret < 0) break;
        sum += value;
        if (json_object_set_new(p, actor, json_real(value)) < 0) {
            ret = tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
        }
    }
    if (ret == 0 && sum > 0.0 && fabs(sum - 1.0) > SUM_TOLERANCE) {
        ret = bad(self, name, "successors adding up to 1");
    }
    if (ret == 0 && sum > 0.0) {
        return push_answer(self, answers, TN_ASKS_SUCCESSOR, self->scope, self->n_horizons - 1, p);
    }
    json_decref(p);
    return ret;
}

static int write_view(
    import_t *self, const json_t *view, const char *name, const char *by, const char *source)
{
    json_t *answers = json_array();
    const json_t *manifest = json_object_get(self->root, "manifest");
    int ret =
        answers != NULL ? 0 : tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ret == 0 && !json_is_object(view)) ret = bad(self, name, "an object");
    if (ret == 0) ret = put_exits(self, answers, view, name);
    for (size_t h = 0; ret == 0 && h < self->n_horizons; h++) {
        ret = put_route(self, answers, json_object_get(view, "routes"), name, h);
    }
    if (ret == 0) ret = put_successors(self, answers, view, name);
    if (ret < 0) {
        json_decref(answers);
        return ret;
    }
    json_t *body = json_pack("{s:s, s:s, s:o, s:s, s:s*, s:s*, s:O*, s:o}", "by", by, "source",
        source, "date", tn_write_date(self->as_of), "subject", self->subject, "case",
        json_string_value(json_object_get(manifest, "case")), "case_hash",
        json_string_value(json_object_get(manifest, "case_hash")), "seed",
        json_object_get(manifest, "seed"), "answers", answers);
    return tn_write_forecast(
        self->ledger, self->subject, body, self->opt->recorded, self->receipt, self->err);
}

static int write_views(import_t *self)
{
    char without[TN_LEDGER_MAX_TEXT];
    const char *by = self->opt->by != NULL ? self->opt->by : "tenure";
    const json_t *question = json_object_get(self->root, "question");
    const bool has_reports = !json_is_true(json_object_get(question, "no_reports")) &&
                             json_array_size(json_object_get(self->root, "origins")) > 0;
    (void)snprintf(without, sizeof without, "%s without reports", by);
    int ret = write_view(self, self->root, "forecast", by, "model");
    if (ret == 0 && has_reports) {
        ret = write_view(self, json_object_get(self->root, "prior"), "prior", without, "model");
    }
    if (ret == 0) {
        ret = write_view(
            self, json_object_get(self->root, "base_rate"), "base_rate", "base rate", "base");
    }
    return ret;
}

int tn_ledger_add_json(tn_ledger_t *self, const char *name, const void *bytes, size_t n,
    const tn_ledger_json_options_t *opt, tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    import_t import = {.ledger = self, .name = name, .opt = opt, .receipt = receipt, .err = err};
    *receipt = (tn_ledger_receipt_t){0};
    int ret = tn_write_check_text(opt->by, "forecaster", true, err);
    if (ret == 0 && opt->by != NULL && strlen(opt->by) > TN_LEDGER_MAX_ID) {
        ret = tn_error_set(err, TN_EINPUT, "forecaster: a shorter name, please");
    }
    if (ret == 0) ret = tn_write_check_date(opt->recorded, "recorded", err);
    if (ret == 0) ret = parse(&import, bytes, n);
    if (ret == 0) ret = read_question(&import);
    if (ret == 0) ret = read_horizons(&import);
    if (ret == 0 && import.as_of > opt->recorded) {
        ret = tn_error_set(err, TN_EINPUT, "%s: a forecast of a day after it is recorded", name);
    }
    if (ret == 0) ret = tn_sqlite_begin(&self->db, err);
    if (ret == 0) {
        ret = write_questions(&import);
        if (ret == 0) ret = write_views(&import);
        ret = tn_write_end(self, ret, receipt, err);
    }
    json_decref(import.root);
    return ret;
}
