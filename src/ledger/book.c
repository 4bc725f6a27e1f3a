/* Entries to structs. What a body lacks or has too much of is an error, as the file may come from
 * anywhere. Questions are found by a hash table. */
#include "ledger/book.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size)      tn_malloc(size)
#define uthash_free(place, size) tn_free(place)
#define HASH_NONFATAL_OOM        1
#define uthash_nonfatal_oom(item)                                                                  \
    do {                                                                                           \
        (item)->is_lost = true;                                                                    \
    } while (0)
#include "base/mem.h"
#include <uthash.h>

#include "base/date.h"
#include "tenure/case.h"

typedef struct tn_book_index {
    const char *id;
    size_t at;
    bool is_lost;
    UT_hash_handle hh;
} index_t;

/** A walk over the entries. */
typedef struct reader {
    tn_book_t *book;
    size_t question_capacity, number_capacity, ruling_capacity;
    const tn_entry_t *entry;
    int32_t recorded;
    tn_error_t *err;
} reader_t;

static int no_memory(reader_t *self)
{
    return tn_error_set(self->err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static int bad(reader_t *self, const char *what)
{
    return tn_error_set(self->err, TN_EDB, "entry %" PRId64 ": %s: the ledger was tampered with",
        self->entry->seq, what);
}

/** Room for one more; NULL without memory. */
static void *grow(void *array, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) return array;
    const size_t more = *capacity == 0 ? 64 : 2 * *capacity;
    void *longer = tn_realloc(array, more, size);
    if (longer != NULL) *capacity = more;
    return longer;
}

/* ---- members of bodies ---- */

/** A text that lives with the book; NULL if it is not there. */
static const char *text_of(reader_t *self, const json_t *body, const char *key)
{
    const json_t *value = json_object_get(body, key);
    if (!json_is_string(value)) return NULL;
    return tn_arena_strndup(
        &self->book->arena, json_string_value(value), json_string_length(value));
}

static bool day_of(const json_t *body, const char *key, int32_t *day)
{
    const json_t *value = json_object_get(body, key);
    return json_is_string(value) &&
           tn_date_parse(json_string_value(value), json_string_length(value), day);
}

static unsigned routes_of(const json_t *body)
{
    const json_t *routes = json_object_get(body, "routes");
    unsigned bits = 0;
    for (size_t i = 0; i < json_array_size(routes); i++) {
        const char *name = json_string_value(json_array_get(routes, i));
        for (int r = 0; name != NULL && r < TN_N_ROUTES; r++) {
            if (strcmp(name, tn_route_name(r)) == 0) bits |= 1u << r;
        }
    }
    return bits;
}

static bool asks_of(const char *name, tn_asks_t *asks)
{
    static const char *const names[] = {"", "exit", "route", "successor"};
    *asks = TN_ASK_TYPED;
    if (name == NULL) return true;
    for (int i = 1; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            *asks = (tn_asks_t)i;
            return true;
        }
    }
    return false;
}

/* ---- questions ---- */

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): the macros of uthash */
long tn_book_find(const tn_book_t *self, const char *id)
{
    index_t *found = NULL;
    HASH_FIND_STR(self->index, id, found);
    return found != NULL ? (long)found->at : -1;
}

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): the macros of uthash */
static int put_in_index(reader_t *self, const char *id, size_t at)
{
    tn_book_t *book = self->book;
    index_t *item = tn_arena_calloc(&book->arena, 1, sizeof *item);
    if (item == NULL) return no_memory(self);
    item->id = id;
    item->at = at;
    HASH_ADD_KEYPTR(hh, book->index, item->id, strlen(item->id), item);
    return item->is_lost ? no_memory(self) : 0;
}

static int read_question(reader_t *self, const json_t *body)
{
    tn_book_t *book = self->book;
    tn_question_t q = {.seq = self->entry->seq,
        .id = text_of(self, body, "id"),
        .text = text_of(self, body, "text"),
        .rule = text_of(self, body, "rule"),
        .class_name = text_of(self, body, "class"),
        .subject = text_of(self, body, "subject"),
        .routes = routes_of(body),
        .recorded = self->recorded,
        .known_on = TN_DATE_NONE};
    const bool is_known = asks_of(text_of(self, body, "asks"), &q.asks);
    const bool has_days = day_of(body, "opens", &q.opens) && day_of(body, "closes", &q.closes);
    if (book->arena.failed) return no_memory(self);
    if (q.id == NULL || q.text == NULL || q.class_name == NULL || !is_known || !has_days ||
        (q.asks != TN_ASK_TYPED && (q.subject == NULL || q.routes == 0))) {
        return bad(self, "a question without its parts");
    }
    if (tn_book_find(book, q.id) >= 0) return bad(self, "a question for the second time");
    tn_question_t *longer =
        grow(book->question, book->n_questions, &self->question_capacity, sizeof *longer);
    if (longer == NULL) return no_memory(self);
    book->question = longer;
    longer[book->n_questions] = q;
    return put_in_index(self, q.id, book->n_questions++);
}

/* ---- forecasts ---- */

static bool is_probability(const json_t *value)
{
    const double p = json_number_value(value);
    return json_is_number(value) && p >= 0.0 && p <= 1.0;
}

static int read_categories(reader_t *self, json_t *p, tn_number_t *number)
{
    const char *key;
    json_t *value;
    int k = 0;
    const size_t n = json_object_size(p);
    tn_arena_t *arena = &self->book->arena;
    number->category = tn_arena_calloc(arena, n, sizeof *number->category);
    number->category_p = tn_arena_calloc(arena, n, sizeof *number->category_p);
    if (arena->failed) return no_memory(self);
    json_object_foreach(p, key, value)
    {
        if (!is_probability(value)) return bad(self, "a number that is no probability");
        number->category[k] = tn_arena_strndup(arena, key, strlen(key));
        number->category_p[k++] = json_number_value(value);
    }
    number->n_categories = k;
    return k == 0 ? bad(self, "a forecast without numbers") : arena->failed ? no_memory(self) : 0;
}

static int read_answer(reader_t *self, const json_t *answer, tn_number_t number)
{
    tn_book_t *book = self->book;
    json_t *p = json_object_get(answer, "p");
    const char *id = json_string_value(json_object_get(answer, "question"));
    const long at = id == NULL ? -1 : tn_book_find(book, id);
    int ret = 0;
    if (at < 0) return bad(self, "a forecast of a question that is not there");
    number.question = (size_t)at;
    if (json_is_object(p)) {
        ret = read_categories(self, p, &number);
    } else if (is_probability(p)) {
        number.p = json_number_value(p);
    } else {
        ret = bad(self, "a number that is no probability");
    }
    if (ret < 0) return ret;
    tn_number_t *longer =
        grow(book->number, book->n_numbers, &self->number_capacity, sizeof *longer);
    if (longer == NULL) return no_memory(self);
    book->number = longer;
    longer[book->n_numbers++] = number;
    book->question[at].n_numbers++;
    return 0;
}

static int read_forecast(reader_t *self, const json_t *body)
{
    const json_t *answers = json_object_get(body, "answers");
    tn_number_t number = {.seq = self->entry->seq,
        .by = text_of(self, body, "by"),
        .source = text_of(self, body, "source"),
        .note = text_of(self, body, "note"),
        .recorded = self->recorded};
    if (self->book->arena.failed) return no_memory(self);
    if (number.by == NULL || number.source == NULL || !day_of(body, "date", &number.date)) {
        return bad(self, "a forecast without its parts");
    }
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const int ret = read_answer(self, json_array_get(answers, i), number);
        if (ret < 0) return ret;
    }
    return 0;
}

/* ---- rulings ---- */

static int read_ruling(reader_t *self, const json_t *body, bool is_annulment)
{
    tn_book_t *book = self->book;
    const tn_entry_t *e = self->entry;
    tn_ruling_t r = {.seq = e->seq,
        .recorded = self->recorded,
        .date = TN_DATE_NONE,
        .is_annulment = is_annulment,
        .is_in_office = json_is_true(json_object_get(body, "in_office")),
        .target = tn_arena_strndup(&book->arena, e->target, e->n_target),
        .route = text_of(self, body, "route"),
        .successor = text_of(self, body, "successor"),
        .outcome = text_of(self, body, "outcome"),
        .source = text_of(self, body, "source"),
        .reason = text_of(self, body, "reason")};
    if (book->arena.failed) return no_memory(self);
    if (!is_annulment && !day_of(body, "date", &r.date)) return bad(self, "a resolution of no day");
    tn_ruling_t *longer =
        grow(book->ruling, book->n_rulings, &self->ruling_capacity, sizeof *longer);
    if (longer == NULL) return no_memory(self);
    book->ruling = longer;
    longer[book->n_rulings++] = r;
    return 0;
}

static int read_entry(reader_t *self, const tn_entry_t *e)
{
    json_error_t mistake;
    self->entry = e;
    if (!tn_date_parse(e->recorded, e->n_recorded, &self->recorded)) {
        return bad(self, "a day that is none");
    }
    json_t *body = json_loadb(e->body, e->n_body, JSON_REJECT_DUPLICATES, &mistake);
    if (body == NULL && json_error_code(&mistake) == json_error_out_of_memory) {
        return no_memory(self);
    }
    int ret;
    if (!json_is_object(body)) {
        ret = bad(self, "a body that is no JSON object");
    } else if (strcmp(e->kind, "question") == 0) {
        ret = read_question(self, body);
    } else if (strcmp(e->kind, "forecast") == 0) {
        ret = read_forecast(self, body);
    } else if (strcmp(e->kind, "resolve") == 0 || strcmp(e->kind, "annul") == 0) {
        ret = read_ruling(self, body, e->kind[0] == 'a');
    } else {
        ret = bad(self, "an entry of an unknown kind");
    }
    json_decref(body);
    return ret;
}

int tn_book_read(tn_book_t *self, tn_ledger_t *ledger, tn_error_t *err)
{
    tn_statement_t s;
    tn_entry_t e;
    *self = (tn_book_t){0};
    reader_t reader = {.book = self, .err = err};
    int ret = tn_statement_init(&s, &ledger->db, TN_CHAIN_SELECT, err);
    if (ret == 0) ret = tn_statement_step(&s, err);
    while (ret == 1) {
        ret = tn_chain_row(&s, &e, err);
        if (ret == 0) ret = read_entry(&reader, &e);
        if (ret == 0) ret = tn_statement_step(&s, err);
    }
    tn_statement_free(&s);
    if (ret == 0 && tn_book_settle(self) < 0) ret = no_memory(&reader);
    if (ret < 0) {
        if (err != NULL && err->code == TN_EDB && strncmp(err->message, "entry", 5) == 0) {
            tn_error_prefix(err, "%s", ledger->db.path);
        }
        tn_book_free(self);
    }
    return ret;
}

void tn_book_free(tn_book_t *self)
{
    if (self == NULL) return;
    HASH_CLEAR(hh, self->index);
    tn_free(self->question);
    tn_free(self->number);
    tn_free(self->ruling);
    tn_arena_free(&self->arena);
    *self = (tn_book_t){0};
}
