/* Checks and bodies of entries. Bodies are JSON with sorted keys; absent members are left out. */
#include "ledger/write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/str.h"

#define MIN_DAY (-354285) /* 1000-01-01 */
#define MAX_DAY 2932896   /* 9999-12-31 */

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

int tn_write_check_text(const char *text, const char *what, bool is_optional, tn_error_t *err)
{
    if (text == NULL) {
        return is_optional ? 0 : tn_error_set(err, TN_EARG, "no %s given", what);
    }
    const size_t n = strlen(text);
    if (n == 0) return tn_error_set(err, TN_EINPUT, "%s: empty", what);
    if (n > TN_LEDGER_MAX_TEXT) {
        return tn_error_set(
            err, TN_EINPUT, "%s: %zu bytes, expected at most %d", what, n, TN_LEDGER_MAX_TEXT);
    }
    if (tn_str_utf8_length(text, n) < 0) {
        return tn_error_set(err, TN_EINPUT, "%s: not UTF-8", what);
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        if ((c < 32 && c != '\n' && c != '\t') || c == 127) {
            return tn_error_set(err, TN_EINPUT, "%s: a control character at byte %zu", what, i + 1);
        }
    }
    return 0;
}

int tn_write_check_id(const char *id, const char *what, tn_error_t *err)
{
    int ret = tn_write_check_text(id, what, false, err);
    if (ret < 0) return ret;
    if (strlen(id) > TN_LEDGER_MAX_ID) {
        return tn_error_set(err, TN_EINPUT, "%s: %zu bytes, expected at most %d", what, strlen(id),
            TN_LEDGER_MAX_ID);
    }
    if (id[strcspn(id, " \t\n")] != '\0') {
        return tn_error_set(err, TN_EINPUT, "%s: '%s' has a blank in it", what, id);
    }
    return 0;
}

int tn_write_check_date(int32_t day, const char *what, tn_error_t *err)
{
    if (day >= MIN_DAY && day <= MAX_DAY) return 0;
    return tn_error_set(err, TN_EARG, "%s: not a day of the years 1000 to 9999", what);
}

bool tn_ledger_parse_date(const char *text, int32_t *day)
{
    return tn_date_parse(text, strlen(text), day);
}

json_t *tn_write_date(int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    return json_string(text);
}

/* ---- what is there ---- */

/** Number of the first entry that a query finds; 0: none. */
static int find_entry(
    tn_ledger_t *self, const char *sql, const char *a, const char *b, int64_t *seq, tn_error_t *err)
{
    tn_statement_t s;
    int ret = tn_statement_init(&s, &self->db, sql, err);
    if (ret == 0) {
        tn_statement_bind_text(&s, 1, a);
        if (b != NULL) tn_statement_bind_text(&s, 2, b);
        ret = tn_statement_step(&s, err);
    }
    *seq = ret == 1 ? tn_statement_integer(&s, 0) : 0;
    tn_statement_free(&s);
    return ret < 0 ? ret : 0;
}

int tn_write_has_question(tn_ledger_t *self, const char *id, tn_error_t *err)
{
    int64_t seq = 0;
    const int ret = find_entry(
        self, "SELECT seq FROM entry WHERE kind = 'question' AND target = ?", id, NULL, &seq, err);
    return ret < 0 ? ret : seq > 0;
}

static int has_subject(tn_ledger_t *self, const char *id, tn_error_t *err)
{
    int64_t seq = 0;
    const int ret = find_entry(self,
        "SELECT seq FROM entry WHERE kind = 'question' AND json_extract(body, '$.subject') = ?", id,
        NULL, &seq, err);
    return ret < 0 ? ret : seq > 0;
}

/** All ids a target may have, for the nearest one. */
static int say_unknown(tn_ledger_t *self, const char *id, bool allow_subject, tn_error_t *err)
{
    tn_statement_t s;
    char **name = NULL;
    size_t n = 0;
    int ret = tn_statement_init(&s, &self->db,
        allow_subject ? "SELECT target FROM entry WHERE kind = 'question' UNION SELECT "
                        "json_extract(body, '$.subject') FROM entry WHERE kind = 'question'"
                      : "SELECT target FROM entry WHERE kind = 'question'",
        err);
    if (ret == 0) ret = tn_statement_step(&s, err);
    while (ret == 1) {
        const char *text = tn_statement_text(&s, 0, NULL);
        char **longer = tn_realloc(name, n + 1, sizeof *longer);
        if (longer != NULL) {
            name = longer;
            name[n] = tn_strdup(text != NULL ? text : "");
        }
        if (longer == NULL || name[n] == NULL) {
            ret = no_memory(err);
            break;
        }
        n++;
        ret = tn_statement_step(&s, err);
    }
    tn_statement_free(&s);
    if (ret == 0) {
        const int at = tn_str_nearest(id, (const char *const *)name, n);
        const char *near = at >= 0 && name != NULL ? name[at] : NULL;
        ret = tn_error_set(err, TN_EINPUT, "no question%s '%s' in the ledger%s%s%s",
            allow_subject ? " or subject" : "", id, near != NULL ? " (did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?)" : "");
    }
    for (size_t i = 0; name != NULL && i < n; i++) {
        tn_free(name[i]);
    }
    tn_free(name);
    return ret;
}

int tn_write_check_target(
    tn_ledger_t *self, const char *id, bool allow_subject, bool *is_subject, tn_error_t *err)
{
    int ret = tn_write_has_question(self, id, err);
    *is_subject = false;
    if (ret == 1) return 0;
    if (ret == 0 && allow_subject) ret = has_subject(self, id, err);
    *is_subject = ret == 1;
    if (ret == 1) return 0;
    return ret < 0 ? ret : say_unknown(self, id, allow_subject, err);
}

/* ---- entries ---- */

int tn_write_question(tn_ledger_t *self, const tn_new_question_t *q, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    const tn_ledger_question_t *w = &q->words;
    int ret = tn_write_check_id(w->id, "question", err);
    if (ret == 0) ret = tn_write_check_text(w->text, "text of the question", false, err);
    if (ret == 0) ret = tn_write_check_text(w->rule, "rule", true, err);
    if (ret == 0) ret = tn_write_check_text(w->class_name, "class", true, err);
    if (ret == 0) ret = tn_write_check_date(w->opens, "opening date", err);
    if (ret == 0) ret = tn_write_check_date(w->closes, "closing date", err);
    if (ret == 0 && w->closes < w->opens) {
        ret = tn_error_set(err, TN_EINPUT, "question '%s' closes before it opens", w->id);
    }
    if (ret == 0) ret = tn_write_has_question(self, w->id, err);
    if (ret == 1) {
        return tn_error_set(err, TN_EINPUT,
            "question '%s' is in the ledger already, and questions do not change", w->id);
    }
    if (ret < 0) return ret;
    json_t *body =
        json_pack("{s:s, s:s, s:s*, s:s, s:o, s:o, s:s*, s:s*, s:O*}", "id", w->id, "text", w->text,
            "rule", w->rule, "class", w->class_name != NULL ? w->class_name : "question", "opens",
            tn_write_date(w->opens), "closes", tn_write_date(w->closes), "subject", q->subject,
            "asks", q->asks, "routes", q->routes);
    ret = tn_chain_append(self, recorded, "question", w->id, body, receipt, err);
    if (ret == 0) receipt->n_questions++;
    return ret;
}

int tn_write_forecast(tn_ledger_t *self, const char *target, json_t *body, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    int64_t seq = 0;
    char *text = body == NULL
                     ? NULL
                     : json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    int ret = text == NULL ? no_memory(err) : 0;
    if (ret == 0) {
        ret = find_entry(self,
            "SELECT seq FROM entry WHERE kind = 'forecast' AND target = ? AND body = ?", target,
            text, &seq, err);
    }
    free(text);
    if (ret == 0 && seq > 0) {
        ret = tn_error_set(
            err, TN_EINPUT, "this forecast is on record already, as entry %" PRId64, seq);
    }
    if (ret < 0) {
        json_decref(body);
        return ret;
    }
    ret = tn_chain_append(self, recorded, "forecast", target, body, receipt, err);
    if (ret == 0) receipt->n_forecasts++;
    return ret;
}

int tn_write_end(tn_ledger_t *self, int ret, tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    if (ret == 0) ret = tn_sqlite_commit(&self->db, err);
    if (ret == 0) return 0;
    tn_sqlite_rollback(&self->db);
    *receipt = (tn_ledger_receipt_t){0};
    return ret;
}
