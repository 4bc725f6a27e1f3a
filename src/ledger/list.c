/* The book as tables: questions, one question, every number. */
#include "ledger/book.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "fit/build.h"

#define MAX_COLUMNS 20

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static const char *day(tn_fit_t *self, int32_t date)
{
    char text[11];
    if (date == TN_DATE_NONE) return NULL;
    tn_date_format(date, text);
    return tn_build_copy(self, text);
}

/** Ends a listing: all or nothing. */
static int end(tn_fit_t *self, tn_book_t *book, int ret, tn_error_t *err)
{
    if (ret == 0 && tn_build_failed(self)) ret = no_memory(err);
    if (ret < 0) tn_fit_free(self);
    tn_book_free(book);
    return ret;
}

static int begin(tn_fit_t *self, tn_book_t *book, tn_ledger_t *ledger, tn_error_t *err)
{
    *self = (tn_fit_t){0};
    const int ret = tn_book_read(book, ledger, err);
    if (ret < 0) return ret;
    if (tn_build_init(self) == 0) return 0;
    tn_book_free(book);
    return no_memory(err);
}

/* ---- the list ---- */

static bool is_wanted(const tn_question_t *q, const char *status, const char *subject)
{
    if (status != NULL && strcmp(tn_question_status_name(q->status), status) != 0) return false;
    return subject == NULL || (q->subject != NULL && strcmp(q->subject, subject) == 0);
}

static int fill_list(tn_fit_t *self, const tn_book_t *book, const char *status, const char *subject)
{
    size_t n = 0, row = 0;
    for (size_t i = 0; i < book->n_questions; i++) {
        if (is_wanted(&book->question[i], status, subject)) n++;
    }
    self->title = tn_build_copy(self, "Questions in the ledger");
    self->n_rows = n;
    tn_fit_table_t *t = tn_build_table(self, "questions", "Questions", n, MAX_COLUMNS);
    const char **id = tn_build_text(self, t, "question");
    const char **state = tn_build_text(self, t, "status");
    const char **outcome = tn_build_text(self, t, "outcome");
    const char **closes = tn_build_text(self, t, "closes");
    double *forecasts = tn_build_number(self, t, "forecasts", TN_FIT_COUNT);
    if (tn_build_failed(self)) return TN_ENOMEM;
    for (size_t i = 0; i < book->n_questions; i++) {
        const tn_question_t *q = &book->question[i];
        if (!is_wanted(q, status, subject)) continue;
        id[row] = tn_build_copy(self, q->id);
        state[row] = tn_question_status_name(q->status);
        outcome[row] = tn_build_copy(self, q->outcome);
        closes[row] = day(self, q->closes);
        forecasts[row++] = (double)q->n_numbers;
    }
    return 0;
}

int tn_ledger_list(
    tn_fit_t *self, tn_ledger_t *ledger, const char *status, const char *subject, tn_error_t *err)
{
    tn_book_t book;
    int ret = begin(self, &book, ledger, err);
    if (ret < 0) return ret;
    if (fill_list(self, &book, status, subject) < 0) ret = no_memory(err);
    return end(self, &book, ret, err);
}

/* ---- one question ---- */

static void fill_question(tn_fit_t *self, const tn_question_t *q)
{
    const char *field[] = {
        "class", "subject", "opens", "closes", "status", "outcome", "known", "recorded"};
    const char *value[] = {tn_build_copy(self, q->class_name), tn_build_copy(self, q->subject),
        day(self, q->opens), day(self, q->closes), tn_question_status_name(q->status),
        tn_build_copy(self, q->outcome), day(self, q->known_on), day(self, q->recorded)};
    const size_t n = sizeof field / sizeof field[0];
    tn_build_note(self, "Question: %s", q->text);
    tn_build_note(self, "Rule: %s", q->rule != NULL ? q->rule : "none given");
    tn_fit_table_t *t = tn_build_table(self, "question", "The question", n, 2);
    const char **name = tn_build_text(self, t, "field");
    const char **text = tn_build_text(self, t, "value");
    if (tn_build_failed(self)) return;
    for (size_t i = 0; i < n; i++) {
        name[i] = field[i];
        text[i] = value[i];
    }
}

/** Columns of numbers, a row for each category. */
typedef struct numbers {
    const char **question, **by, **source, **category, **date, **recorded;
    double *p, *entry;
} numbers_t;

static size_t rows_of(const tn_number_t *x)
{
    return x->n_categories > 0 ? (size_t)x->n_categories : 1;
}

static void add_number_columns(tn_fit_t *self, tn_fit_table_t *t, numbers_t *c)
{
    c->by = tn_build_text(self, t, "forecaster");
    c->source = tn_build_text(self, t, "source");
    c->date = tn_build_text(self, t, "date");
    c->recorded = tn_build_text(self, t, "recorded");
    c->category = tn_build_text(self, t, "category");
    c->p = tn_build_number(self, t, "p", TN_FIT_PROBABILITY);
    c->entry = tn_build_number(self, t, "entry", TN_FIT_COUNT);
}

static void put_number(tn_fit_t *self, const numbers_t *c, const tn_number_t *x, int k, size_t row)
{
    c->by[row] = tn_build_copy(self, x->by);
    c->source[row] = tn_build_copy(self, x->source);
    c->date[row] = day(self, x->date);
    c->recorded[row] = day(self, x->recorded);
    c->category[row] = x->n_categories > 0 ? tn_build_copy(self, x->category[k]) : NULL;
    c->p[row] = x->n_categories > 0 ? x->category_p[k] : x->p;
    c->entry[row] = (double)x->seq;
}

static void fill_forecasts(tn_fit_t *self, const tn_book_t *book, size_t question)
{
    numbers_t c;
    size_t n = 0, row = 0;
    for (size_t i = 0; i < book->n_numbers; i++) {
        if (book->number[i].question == question) n += rows_of(&book->number[i]);
    }
    tn_fit_table_t *t = tn_build_table(self, "forecasts", "Forecasts", n, MAX_COLUMNS);
    add_number_columns(self, t, &c);
    if (tn_build_failed(self)) return;
    for (size_t i = 0; i < book->n_numbers; i++) {
        const tn_number_t *x = &book->number[i];
        if (x->question != question) continue;
        for (int k = 0; k < (int)rows_of(x); k++) {
            put_number(self, &c, x, k, row++);
        }
    }
}

static bool is_about(const tn_ruling_t *r, const tn_question_t *q)
{
    return strcmp(r->target, q->id) == 0 ||
           (q->subject != NULL && strcmp(r->target, q->subject) == 0);
}

static const char *ruling_text(tn_fit_t *self, const tn_ruling_t *r)
{
    if (r->is_annulment) return "annulled";
    if (r->outcome != NULL) return tn_build_copy(self, r->outcome);
    if (r->is_in_office) return "in office";
    return tn_build_printf(self, "left: %s%s%s", r->route != NULL ? r->route : "route not known",
        r->successor != NULL ? ", successor " : "", r->successor != NULL ? r->successor : "");
}

static void fill_rulings(tn_fit_t *self, const tn_book_t *book, const tn_question_t *q)
{
    size_t n = 0, row = 0;
    for (size_t i = 0; i < book->n_rulings; i++) {
        if (is_about(&book->ruling[i], q)) n++;
    }
    tn_fit_table_t *t =
        tn_build_table(self, "resolutions", "Resolutions, the last one counts", n, MAX_COLUMNS);
    const char **says = tn_build_text(self, t, "says");
    const char **date = tn_build_text(self, t, "date");
    const char **recorded = tn_build_text(self, t, "recorded");
    const char **target = tn_build_text(self, t, "target");
    const char **source = tn_build_text(self, t, "source");
    const char **reason = tn_build_text(self, t, "reason");
    double *entry = tn_build_number(self, t, "entry", TN_FIT_COUNT);
    if (tn_build_failed(self)) return;
    for (size_t i = 0; i < book->n_rulings; i++) {
        const tn_ruling_t *r = &book->ruling[i];
        if (!is_about(r, q)) continue;
        says[row] = ruling_text(self, r);
        date[row] = day(self, r->date);
        recorded[row] = day(self, r->recorded);
        target[row] = tn_build_copy(self, r->target);
        source[row] = tn_build_copy(self, r->source);
        reason[row] = tn_build_copy(self, r->reason);
        entry[row++] = (double)r->seq;
    }
}

int tn_ledger_show(tn_fit_t *self, tn_ledger_t *ledger, const char *id, tn_error_t *err)
{
    tn_book_t book;
    int ret = begin(self, &book, ledger, err);
    if (ret < 0) return ret;
    const long at = tn_book_find(&book, id);
    if (at < 0) {
        ret = tn_error_set(err, TN_EINPUT, "no question '%.200s' in the ledger", id);
    } else {
        self->title = tn_build_copy(self, id);
        self->n_rows = (size_t)book.question[at].n_numbers;
        fill_question(self, &book.question[at]);
        fill_forecasts(self, &book, (size_t)at);
        fill_rulings(self, &book, &book.question[at]);
    }
    return end(self, &book, ret, err);
}

/* ---- every number ---- */

/** "1", "0", "" while open: of a category, whether it is the one that happened. Other outcomes of
 *  a yes/no forecast stand as they are. */
static const char *outcome_of(const tn_question_t *q, const tn_number_t *x, int k)
{
    if (q->status != TN_Q_RESOLVED) return NULL;
    const char *hit = x->n_categories > 0 ? x->category[k] : "yes";
    return strcmp(q->outcome, hit) == 0 ? "1" : "0";
}

static const char *asks_name(tn_asks_t asks)
{
    static const char *const names[] = {NULL, "exit", "route", "successor"};
    return names[asks];
}

/** The day up to which it is known that they had not left, while the question is open. */
static const char *in_office_until(tn_fit_t *self, const tn_question_t *q)
{
    const bool is_known = q->status == TN_Q_OPEN && q->ruling != NULL && q->ruling->is_in_office;
    return is_known ? day(self, q->ruling->date) : NULL;
}

int tn_ledger_numbers(tn_fit_t *self, tn_ledger_t *ledger, tn_error_t *err)
{
    tn_book_t book;
    numbers_t c;
    size_t n = 0, row = 0;
    int ret = begin(self, &book, ledger, err);
    if (ret < 0) return ret;
    for (size_t i = 0; i < book.n_numbers; i++) {
        n += rows_of(&book.number[i]);
    }
    self->title = tn_build_copy(self, "Numbers in the ledger");
    self->n_rows = n;
    tn_fit_table_t *t = tn_build_table(self, "numbers", "Numbers", n, MAX_COLUMNS);
    c.question = tn_build_text(self, t, "question");
    add_number_columns(self, t, &c);
    const char **outcome = tn_build_text(self, t, "outcome");
    const char **status = tn_build_text(self, t, "status");
    const char **known = tn_build_text(self, t, "known");
    const char **closes = tn_build_text(self, t, "closes");
    const char **class_name = tn_build_text(self, t, "class");
    const char **subject = tn_build_text(self, t, "subject");
    const char **asks = tn_build_text(self, t, "asks");
    const char **until = tn_build_text(self, t, "until");
    for (size_t i = 0; !tn_build_failed(self) && i < book.n_numbers; i++) {
        const tn_number_t *x = &book.number[i];
        const tn_question_t *q = &book.question[x->question];
        for (int k = 0; k < (int)rows_of(x); k++) {
            c.question[row] = tn_build_copy(self, q->id);
            put_number(self, &c, x, k, row);
            outcome[row] = outcome_of(q, x, k);
            status[row] = tn_question_status_name(q->status);
            known[row] = day(self, q->known_on);
            closes[row] = day(self, q->closes);
            class_name[row] = tn_build_copy(self, q->class_name);
            asks[row] = asks_name(q->asks);
            until[row] = in_office_until(self, q);
            subject[row++] = tn_build_copy(self, q->subject);
        }
    }
    return end(self, &book, ret, err);
}
