/* What came of each question: the latest ruling that names it or its subject decides. An exit
 * settles all questions of a subject at once; "in office on D" settles those that closed by D. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "ledger/book.h"
#include "tenure/case.h"

#define IN_OFFICE "(in office)"

const char *tn_question_status_name(tn_question_status_t status)
{
    static const char *const names[] = {"open", "resolved", "annulled"};
    return names[status];
}

static void resolve(tn_question_t *q, const char *outcome, int32_t known_on)
{
    q->status = TN_Q_RESOLVED;
    q->outcome = outcome;
    q->known_on = known_on;
}

static void annul(tn_question_t *q) { q->status = TN_Q_ANNULLED; }

/** Whether an exit by this route is one that the question asks for; -1: the route is not known and
 * it matters. */
static int counts(const tn_question_t *q, const char *route)
{
    if (q->routes == (1u << TN_N_ROUTES) - 1u) return 1;
    if (route == NULL) return -1;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (strcmp(route, tn_route_name(r)) == 0) return (q->routes >> r & 1u) != 0;
    }
    return 0;
}

/** Nobody left by the closing day. */
static void settle_stayed(tn_question_t *q)
{
    switch (q->asks) {
    case TN_ASK_EXIT: resolve(q, "no", q->closes); break;
    case TN_ASK_ROUTE: resolve(q, IN_OFFICE, q->closes); break;
    default: annul(q); break; /* who follows, if: the condition did not come true */
    }
}

static void settle_left(tn_question_t *q, const tn_ruling_t *r)
{
    const int is_counted = counts(q, r->route);
    switch (q->asks) {
    case TN_ASK_EXIT:
        if (is_counted >= 0) resolve(q, is_counted == 1 ? "yes" : "no", r->date);
        break;
    case TN_ASK_ROUTE:
        if (r->route != NULL) resolve(q, r->route, r->date);
        break;
    default:
        if (is_counted == 0) annul(q);
        if (is_counted == 1 && r->successor != NULL) resolve(q, r->successor, r->date);
        break;
    }
}

/** A ruling on the subject. What it does not decide stays open. */
static void settle_by_subject(tn_question_t *q, const tn_ruling_t *r)
{
    if (r->is_in_office) {
        if (r->date >= q->closes) settle_stayed(q);
    } else if (r->date < q->opens) {
        annul(q); /* asked after the fact */
    } else if (r->date > q->closes) {
        settle_stayed(q);
    } else {
        settle_left(q, r);
    }
}

static void settle(tn_question_t *q, const tn_ruling_t *r)
{
    q->status = TN_Q_OPEN;
    q->outcome = NULL;
    q->known_on = TN_DATE_NONE;
    q->ruling = r;
    if (r == NULL) return;
    if (r->is_annulment) {
        annul(q);
    } else if (r->outcome != NULL) {
        resolve(q, r->outcome, r->date);
    } else if (q->asks != TN_ASK_TYPED) {
        settle_by_subject(q, r);
    }
}

static int compare_rulings(const void *a, const void *b)
{
    const tn_ruling_t *x = *(const tn_ruling_t *const *)a, *y = *(const tn_ruling_t *const *)b;
    const int order = strcmp(x->target, y->target);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

/** The latest ruling on a target, of rulings in the order of compare_rulings. */
static const tn_ruling_t *latest(const tn_ruling_t *const *ruling, size_t n, const char *target)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;
        if (strcmp(ruling[middle]->target, target) <= 0) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return lo > 0 && strcmp(ruling[lo - 1]->target, target) == 0 ? ruling[lo - 1] : NULL;
}

int tn_book_settle(tn_book_t *self)
{
    const tn_ruling_t **ruling =
        tn_arena_calloc(&self->arena, self->n_rulings, sizeof(tn_ruling_t *));
    if (ruling == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < self->n_rulings; i++) {
        ruling[i] = &self->ruling[i];
    }
    qsort(ruling, self->n_rulings, sizeof(tn_ruling_t *), compare_rulings);
    for (size_t i = 0; i < self->n_questions; i++) {
        tn_question_t *q = &self->question[i];
        const tn_ruling_t *own = latest(ruling, self->n_rulings, q->id);
        const tn_ruling_t *shared =
            q->subject != NULL ? latest(ruling, self->n_rulings, q->subject) : NULL;
        if (own == NULL || (shared != NULL && shared->seq > own->seq)) own = shared;
        settle(q, own);
    }
    return 0;
}
