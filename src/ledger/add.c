/* What is typed by hand: questions, numbers, resolutions, annulments. Each call is one transaction.
 */
#include <math.h>
#include <string.h>

#include "base/date.h"
#include "ledger/write.h"
#include "tenure/case.h"

#define SUM_TOLERANCE 1e-6

static const char *const SOURCES[] = {"base", "model", "analyst", "crowd"};
#define N_SOURCES (sizeof SOURCES / sizeof SOURCES[0])

static bool is_one_of(const char *word, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, names[i]) == 0) return true;
    }
    return false;
}

static int check_probability(const char *what, double p, tn_error_t *err)
{
    if (p >= 0.0 && p <= 1.0) return 0;
    return tn_error_set(err, TN_EINPUT, "%s: %g is not a probability from 0 to 1", what, p);
}

static int check_categories(const tn_ledger_forecast_t *f, tn_error_t *err)
{
    double sum = 0.0;
    for (int k = 0; k < f->n_categories; k++) {
        int ret = tn_write_check_text(f->category[k], "category", false, err);
        if (ret == 0) ret = check_probability(f->category[k], f->category_p[k], err);
        if (ret == 0 && is_one_of(f->category[k], f->category, (size_t)k)) {
            ret = tn_error_set(err, TN_EINPUT, "category '%s' is given twice", f->category[k]);
        }
        if (ret < 0) return ret;
        sum += f->category_p[k];
    }
    if (fabs(sum - 1.0) <= SUM_TOLERANCE) return 0;
    return tn_error_set(
        err, TN_EINPUT, "the probabilities of the categories add up to %.9g, expected 1", sum);
}

static int check_forecast(const tn_ledger_forecast_t *f, int32_t recorded, tn_error_t *err)
{
    int ret = tn_write_check_id(f->question, "question", err);
    if (ret == 0) ret = tn_write_check_text(f->by, "forecaster", false, err);
    if (ret == 0) ret = tn_write_check_text(f->note, "note", true, err);
    if (ret == 0) ret = tn_write_check_date(f->date, "date", err);
    if (ret == 0) ret = tn_write_check_text(f->source, "source", false, err);
    if (ret == 0 && !is_one_of(f->source, SOURCES, N_SOURCES)) {
        ret = tn_error_set(err, TN_EINPUT,
            "unknown source '%s', expected base, model, analyst or crowd", f->source);
    }
    if (ret == 0 && f->date > recorded) {
        ret = tn_error_set(err, TN_EINPUT, "a forecast of a day after it is recorded");
    }
    if (ret < 0) return ret;
    return f->n_categories > 0 ? check_categories(f, err) : check_probability("p", f->p, err);
}

static json_t *answer(const tn_ledger_forecast_t *f)
{
    if (f->n_categories == 0) return json_real(f->p);
    json_t *object = json_object();
    for (int k = 0; object != NULL && k < f->n_categories; k++) {
        if (json_object_set_new(object, f->category[k], json_real(f->category_p[k])) < 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static int write_number(tn_ledger_t *self, const tn_ledger_forecast_t *f, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    bool is_subject = false;
    const int ret = tn_write_check_target(self, f->question, false, &is_subject, err);
    if (ret < 0) return ret;
    json_t *body = json_pack("{s:s, s:s, s:o, s:s*, s:[{s:s, s:o}]}", "by", f->by, "source",
        f->source, "date", tn_write_date(f->date), "note", f->note, "answers", "question",
        f->question, "p", answer(f));
    return tn_write_forecast(self, f->question, body, recorded, receipt, err);
}

int tn_ledger_add(tn_ledger_t *self, const tn_ledger_question_t *question,
    const tn_ledger_forecast_t *forecast, int32_t recorded, tn_ledger_receipt_t *receipt,
    tn_error_t *err)
{
    *receipt = (tn_ledger_receipt_t){0};
    int ret = tn_write_check_date(recorded, "recorded", err);
    if (ret == 0 && forecast != NULL) ret = check_forecast(forecast, recorded, err);
    if (ret == 0) ret = tn_sqlite_begin(&self->db, err);
    if (ret < 0) return ret;
    if (question != NULL) {
        const tn_new_question_t q = {.words = *question};
        ret = tn_write_question(self, &q, recorded, receipt, err);
    }
    if (ret == 0 && forecast != NULL) {
        ret = write_number(self, forecast, recorded, receipt, err);
    }
    return tn_write_end(self, ret, receipt, err);
}

/* ---- what came of it ---- */

static int check_route(const char *route, tn_error_t *err)
{
    const char *names[TN_N_ROUTES];
    if (route == NULL) return 0;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        names[r] = tn_route_name(r);
        if (strcmp(names[r], route) == 0) return 0;
    }
    const int near = tn_str_nearest(route, names, TN_N_ROUTES);
    return tn_error_set(err, TN_EINPUT,
        "unknown route '%s', expected death, incapacity, assassination, coup, uprising, regular or "
        "foreign%s%s%s",
        route, near >= 0 ? " (did you mean '" : "", near >= 0 ? names[near] : "",
        near >= 0 ? "'?)" : "");
}

/** What may be said of a subject, and what of a question. */
static int check_kind(const tn_ledger_resolution_t *r, bool is_subject, tn_error_t *err)
{
    if (is_subject && r->outcome != NULL) {
        return tn_error_set(err, TN_EINPUT,
            "'%s' is a subject: say how they left (route, successor) or that they are in office, "
            "not an outcome",
            r->target);
    }
    if (is_subject && r->is_in_office && (r->route != NULL || r->successor != NULL)) {
        return tn_error_set(err, TN_EINPUT, "in office, and a route or successor: not both");
    }
    if (is_subject) return 0;
    if (r->is_in_office || r->route != NULL || r->successor != NULL) {
        return tn_error_set(err, TN_EINPUT,
            "'%s' is a question: give its outcome; routes and successors are said of a subject",
            r->target);
    }
    if (r->outcome != NULL) return 0;
    return tn_error_set(err, TN_EINPUT, "no outcome of question '%s' given", r->target);
}

static int check_resolution(const tn_ledger_resolution_t *r, tn_error_t *err)
{
    int ret = tn_write_check_id(r->target, "question or subject", err);
    if (ret == 0) ret = tn_write_check_date(r->date, "date", err);
    if (ret == 0) ret = tn_write_check_date(r->recorded, "recorded", err);
    if (ret == 0) ret = check_route(r->route, err);
    if (ret == 0) ret = tn_write_check_text(r->successor, "successor", true, err);
    if (ret == 0) ret = tn_write_check_text(r->outcome, "outcome", true, err);
    if (ret == 0) ret = tn_write_check_text(r->source, "source", true, err);
    if (ret == 0) ret = tn_write_check_text(r->reason, "reason", true, err);
    if (ret == 0 && r->date > r->recorded) {
        ret = tn_error_set(err, TN_EINPUT, "resolved on a day after it is recorded");
    }
    return ret;
}

int tn_ledger_resolve(tn_ledger_t *self, const tn_ledger_resolution_t *r,
    tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    bool is_subject = false;
    *receipt = (tn_ledger_receipt_t){0};
    int ret = check_resolution(r, err);
    if (ret == 0) ret = tn_sqlite_begin(&self->db, err);
    if (ret < 0) return ret;
    ret = tn_write_check_target(self, r->target, true, &is_subject, err);
    if (ret == 0) ret = check_kind(r, is_subject, err);
    if (ret == 0) {
        json_t *body =
            json_pack("{s:o, s:o*, s:s*, s:s*, s:s*, s:s*, s:s*}", "date", tn_write_date(r->date),
                "in_office", r->is_in_office ? json_true() : NULL, "route", r->route, "successor",
                r->successor, "outcome", r->outcome, "source", r->source, "reason", r->reason);
        ret = tn_chain_append(self, r->recorded, "resolve", r->target, body, receipt, err);
    }
    return tn_write_end(self, ret, receipt, err);
}

int tn_ledger_annul(tn_ledger_t *self, const char *target, const char *reason, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    bool is_subject = false;
    *receipt = (tn_ledger_receipt_t){0};
    int ret = tn_write_check_id(target, "question or subject", err);
    if (ret == 0) ret = tn_write_check_text(reason, "reason", false, err);
    if (ret == 0) ret = tn_write_check_date(recorded, "recorded", err);
    if (ret == 0) ret = tn_sqlite_begin(&self->db, err);
    if (ret < 0) return ret;
    ret = tn_write_check_target(self, target, true, &is_subject, err);
    if (ret == 0) {
        json_t *body = json_pack("{s:s}", "reason", reason);
        ret = tn_chain_append(self, recorded, "annul", target, body, receipt, err);
    }
    return tn_write_end(self, ret, receipt, err);
}
