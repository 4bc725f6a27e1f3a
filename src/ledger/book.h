/** The whole ledger in memory: questions with what came of them, forecasts, resolutions. */
#ifndef TN_LEDGER_BOOK_H
#define TN_LEDGER_BOOK_H
#include "base/arena.h"
#include "ledger/chain.h"

typedef enum tn_asks { TN_ASK_TYPED, TN_ASK_EXIT, TN_ASK_ROUTE, TN_ASK_SUCCESSOR } tn_asks_t;
typedef enum tn_question_status { TN_Q_OPEN, TN_Q_RESOLVED, TN_Q_ANNULLED } tn_question_status_t;

/** A resolution or annulment. */
typedef struct tn_ruling {
    int64_t seq;
    int32_t recorded, date; /* date: TN_DATE_NONE for annulments */
    bool is_annulment, is_in_office;
    const char *target, *route, *successor, *outcome, *source, *reason; /* NULL: none */
} tn_ruling_t;

typedef struct tn_question {
    int64_t seq;
    const char *id, *text, *rule, *class_name, *subject; /* rule, subject: may be NULL */
    tn_asks_t asks;
    unsigned routes; /* that count as exit */
    int32_t recorded, opens, closes;
    tn_question_status_t status;
    const char *outcome;       /* "yes", "no", a category; NULL unless resolved */
    int32_t known_on;          /* day the outcome became known: exit or closing; TN_DATE_NONE */
    const tn_ruling_t *ruling; /* the latest that applies; NULL: none */
    int64_t n_numbers;         /* forecasts of it */
} tn_question_t;

/** Somebody's answer to one question. */
typedef struct tn_number {
    int64_t seq; /* of its entry; those of one entry stand together */
    size_t question;
    const char *by, *source, *note;
    int32_t date, recorded;
    int n_categories; /* 0: p is the chance of yes */
    double p;
    const char **category;
    double *category_p;
} tn_number_t;

typedef struct tn_book {
    tn_arena_t arena;
    tn_question_t *question;
    tn_number_t *number;
    tn_ruling_t *ruling; /* in the order of the ledger */
    size_t n_questions, n_numbers, n_rulings;
    struct tn_book_index *index;
} tn_book_t;

/** Reads everything in one state. TN_EDB names the first entry that is not as it should be: such a
 *  ledger was not written by this program. */
int tn_book_read(tn_book_t *self, tn_ledger_t *ledger, tn_error_t *err);
void tn_book_free(tn_book_t *self);

/** Index of a question, or -1. */
long tn_book_find(const tn_book_t *self, const char *id);
const char *tn_question_status_name(tn_question_status_t status);
/** Works out status and outcome of all questions from the rulings.
 *  @return 0 or TN_ENOMEM. */
int tn_book_settle(tn_book_t *self);
#endif
