/** What every way of adding to the ledger shares: checks of texts, questions that are there, the
 *  bodies of entries. All within an open transaction. */
#ifndef TN_LEDGER_WRITE_H
#define TN_LEDGER_WRITE_H
#include "ledger/chain.h"

/** What a question asks of a subject; of typed ones NULL. */
#define TN_ASKS_EXIT      "exit"
#define TN_ASKS_ROUTE     "route"
#define TN_ASKS_SUCCESSOR "successor"

/** A question as it is written. Takes nothing; routes may be NULL. */
typedef struct tn_new_question {
    tn_ledger_question_t words;
    const char *subject, *asks; /* NULL: typed by hand */
    json_t *routes;             /* array of names, borrowed */
} tn_new_question_t;

/** Valid UTF-8 of 1..TN_LEDGER_MAX_TEXT bytes without control characters but line breaks; what
 *  names it in the message. NULL passes if it is optional. */
int tn_write_check_text(const char *text, const char *what, bool is_optional, tn_error_t *err);
/** The same for ids: at most TN_LEDGER_MAX_ID bytes, no blanks. */
int tn_write_check_id(const char *id, const char *what, tn_error_t *err);
int tn_write_check_date(int32_t day, const char *what, tn_error_t *err);

/** Whether there is a question of this id; 1, 0 or an error. */
int tn_write_has_question(tn_ledger_t *self, const char *id, tn_error_t *err);
/** TN_EINPUT with the nearest id, if neither a question nor, with allow_subject, a subject has it.
 */
int tn_write_check_target(
    tn_ledger_t *self, const char *id, bool allow_subject, bool *is_subject, tn_error_t *err);
int tn_write_question(tn_ledger_t *self, const tn_new_question_t *q, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err);
/** A forecast entry; takes body. target is a question or a subject. TN_EINPUT if the same is on
 *  record. */
int tn_write_forecast(tn_ledger_t *self, const char *target, json_t *body, int32_t recorded,
    tn_ledger_receipt_t *receipt, tn_error_t *err);
/** Ends the transaction: commits if ret is 0, else rolls back and empties the receipt. */
int tn_write_end(tn_ledger_t *self, int ret, tn_ledger_receipt_t *receipt, tn_error_t *err);
/** "YYYY-MM-DD" as a JSON string. */
json_t *tn_write_date(int32_t day);
#endif
