/* Rows of a frame to items: texts to codes, rows of categories joined, mistakes named by row; then
 * which of them count. */
#include "ledger/items.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/frame_read.h"
#include "io/text_levels.h"

#define SUM_TOLERANCE 1e-6

#define COLUMN_LIST(X)                                                                             \
    X(question)                                                                                    \
    X(forecaster)                                                                                  \
    X(p)                                                                                           \
    X(outcome)                                                                                     \
    X(class)                                                                                       \
    X(source)                                                                                      \
    X(subject)                                                                                     \
    X(date)                                                                                        \
    X(recorded)                                                                                    \
    X(known)                                                                                       \
    X(category)                                                                                    \
    X(asks)                                                                                        \
    X(closes)                                                                                      \
    X(until)                                                                                       \
    X(entry)                                                                                       \
    X(status)
enum {
#define COLUMN_ENUM(name) C_##name,
    COLUMN_LIST(COLUMN_ENUM)
#undef COLUMN_ENUM
        N_COLUMNS
};
#define N_NEEDED 4 /* the first ones */

typedef struct reader {
    tn_items_t *items;
    const char *name;
    size_t row;
    const tn_frame_column_t *column[N_COLUMNS];
    double *pool;     /* category_p of all rows */
    int32_t *code[4]; /* question, by, class, subject; n_rows */
    tn_error_t *err;
} reader_t;

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static int bad(const reader_t *self, const char *what)
{
    return tn_error_set(self->err, TN_EINPUT, "%s: row %zu: %s", self->name, self->row + 1, what);
}

/* ---- cells ---- */

/** The text of a cell; NULL if missing. Numbers are written into buffer. */
static const char *text_at(const tn_frame_column_t *c, size_t row, char buffer[TN_DECIMAL_SIZE])
{
    if (c == NULL) return NULL;
    if (c->level != NULL) return c->level[row] >= 0 ? c->levels[c->level[row]] : NULL;
    if (c->number == NULL || isnan(c->number[row]) || isinf(c->number[row])) return NULL;
    tn_decimal_format(c->number[row], 17, buffer);
    return buffer;
}

static int day_at(const reader_t *self, int column, int32_t *day)
{
    const tn_frame_column_t *c = self->column[column];
    char buffer[TN_DECIMAL_SIZE];
    *day = TN_DATE_NONE;
    if (c == NULL) return 0;
    if (c->is_date && c->number != NULL) {
        const double number = c->number[self->row];
        if (!isnan(number)) *day = (int32_t)number;
        return 0;
    }
    const char *text = text_at(c, self->row, buffer);
    if (text == NULL || tn_date_parse(text, strlen(text), day)) return 0;
    char what[128];
    (void)snprintf(
        what, sizeof what, "%s: '%.40s' is not a date such as 2026-11-23", c->name, text);
    return bad(self, what);
}

static int probability_at(const reader_t *self, double *p)
{
    const tn_frame_column_t *c = self->column[C_p];
    *p = c->number != NULL ? c->number[self->row] : NAN;
    if (*p >= 0.0 && *p <= 1.0) return 0;
    return bad(self, "p is not a probability from 0 to 1");
}

/** 1, 0, or -1 while open. */
static int outcome_at(const reader_t *self, int *y)
{
    static const char *const yes[] = {"1", "yes", "true", "TRUE", "Yes"};
    static const char *const no[] = {"0", "no", "false", "FALSE", "No"};
    char buffer[TN_DECIMAL_SIZE];
    const char *text = text_at(self->column[C_outcome], self->row, buffer);
    *y = -1;
    if (text == NULL) return 0;
    for (int i = 0; i < 5; i++) {
        if (strcmp(text, yes[i]) == 0) *y = 1;
        if (strcmp(text, no[i]) == 0) *y = 0;
    }
    return *y >= 0 ? 0 : bad(self, "outcome is not 1, 0, yes, no or empty");
}

/* ---- codes ---- */

/** Codes of a column's texts; missing ones take the text of the column `instead`, or `fixed`. */
static int encode(reader_t *self, int32_t *code, tn_names_t *names, size_t n_rows, int column,
    int instead, const char *fixed)
{
    tn_text_levels_t levels = {0};
    char buffer[TN_DECIMAL_SIZE];
    tn_arena_t *arena = &self->items->arena;
    int ret = 0;
    names->name = tn_arena_calloc(arena, n_rows + 1, sizeof *names->name);
    for (size_t i = 0; ret == 0 && names->name != NULL && i < n_rows; i++) {
        const char *text = text_at(self->column[column], i, buffer);
        if (text == NULL && instead >= 0) text = text_at(self->column[instead], i, buffer);
        if (text == NULL) text = fixed;
        self->row = i;
        if (text == NULL || text[0] == '\0') {
            ret = bad(self, column == C_question ? "no question" : "no forecaster");
            break;
        }
        code[i] = tn_text_levels_code(&levels, text, strlen(text));
        if (code[i] < 0) ret = no_memory(self->err);
        if (ret == 0 && code[i] == names->n) {
            names->name[names->n++] = tn_arena_strndup(arena, text, strlen(text));
        }
    }
    tn_text_levels_free(&levels);
    return ret < 0 ? ret : arena->failed ? no_memory(self->err) : 0;
}

static int encode_all(reader_t *self, size_t n_rows)
{
    tn_items_t *items = self->items;
    for (int k = 0; k < 4; k++) {
        self->code[k] = tn_arena_calloc(&items->arena, n_rows + 1, sizeof(int32_t));
    }
    if (items->arena.failed) return no_memory(self->err);
    int ret = encode(self, self->code[0], &items->question, n_rows, C_question, -1, NULL);
    if (ret == 0) ret = encode(self, self->code[1], &items->by, n_rows, C_forecaster, -1, NULL);
    if (ret == 0) {
        ret = encode(self, self->code[2], &items->class_code, n_rows, C_class, -1, "question");
    }
    if (ret == 0) {
        ret = encode(self, self->code[3], &items->subject, n_rows, C_subject, C_question, NULL);
    }
    return ret;
}

static int find_columns(reader_t *self, const tn_frame_t *frame)
{
    static const char *const names[] = {
#define COLUMN_NAME(name) #name,
        COLUMN_LIST(COLUMN_NAME)
#undef COLUMN_NAME
    };
    for (int k = 0; k < N_COLUMNS; k++) {
        const int at = tn_frame_find(frame, names[k]);
        if (at >= 0) self->column[k] = &frame->column[at];
        if (at < 0 && k < N_NEEDED) {
            return tn_error_set(self->err, TN_EINPUT,
                "%s: no column '%s', expected question, forecaster, p and outcome", self->name,
                names[k]);
        }
    }
    return 0;
}

/* ---- items ---- */

static bool is_text(const reader_t *self, int column, const char *word)
{
    char buffer[TN_DECIMAL_SIZE];
    const char *text = text_at(self->column[column], self->row, buffer);
    return text != NULL && strcmp(text, word) == 0;
}

static int read_item(reader_t *self, tn_item_t *item)
{
    const size_t row = self->row;
    const tn_frame_column_t *entry = self->column[C_entry];
    *item = (tn_item_t){.row = row,
        .question = self->code[0][row],
        .by = self->code[1][row],
        .class_code = self->code[2][row],
        .subject = self->code[3][row],
        .is_reference = is_text(self, C_source, "base") || is_text(self, C_source, "crowd"),
        .asks = is_text(self, C_asks, "exit")        ? TN_ASK_EXIT
                : is_text(self, C_asks, "route")     ? TN_ASK_ROUTE
                : is_text(self, C_asks, "successor") ? TN_ASK_SUCCESSOR
                                                     : TN_ASK_TYPED,
        .hit = -1};
    if (entry != NULL && entry->number != NULL) item->entry = entry->number[row];
    int ret = probability_at(self, &item->p);
    if (ret == 0) ret = outcome_at(self, &item->y);
    if (ret == 0) ret = day_at(self, C_date, &item->date);
    if (ret == 0) ret = day_at(self, C_recorded, &item->recorded);
    if (ret == 0) ret = day_at(self, C_known, &item->known);
    if (ret == 0) ret = day_at(self, C_closes, &item->closes);
    if (ret == 0) ret = day_at(self, C_until, &item->until);
    return ret;
}

static bool is_same_forecast(const tn_item_t *a, const tn_item_t *b)
{
    const bool is_same_entry = a->entry == b->entry || (isnan(a->entry) && isnan(b->entry));
    return a->n_categories > 0 && a->question == b->question && a->by == b->by &&
           a->date == b->date && is_same_entry;
}

/** A row of a category: to the forecast before it, or a new one. */
static void join(reader_t *self, tn_item_t *next)
{
    tn_items_t *items = self->items;
    char buffer[TN_DECIMAL_SIZE];
    const char *category = text_at(self->column[C_category], self->row, buffer);
    if (items->item == NULL) return;
    tn_item_t *last = items->n > 0 ? &items->item[items->n - 1] : NULL;
    self->pool[self->row] = next->p;
    if (category == NULL) {
        items->item[items->n++] = *next;
        return;
    }
    const bool is_hit = next->y == 1 || (next->y == 0 && strcmp(category, "(other)") == 0);
    if (last != NULL && is_same_forecast(last, next)) {
        if (next->y == 1 || (is_hit && last->hit < 0)) last->hit = last->n_categories;
        last->n_categories++;
        return;
    }
    next->hit = is_hit ? 0 : -1;
    next->n_categories = 1;
    next->category_p = &self->pool[self->row];
    next->y = next->y < 0 ? -1 : 0;
    items->item[items->n++] = *next;
}

static int check_sums(reader_t *self)
{
    for (size_t i = 0; i < self->items->n; i++) {
        const tn_item_t *item = &self->items->item[i];
        double sum = 0.0;
        for (int k = 0; k < item->n_categories; k++) {
            sum += item->category_p[k];
        }
        if (item->n_categories == 0 || fabs(sum - 1.0) <= SUM_TOLERANCE) continue;
        self->row = item->row;
        char what[160];
        (void)snprintf(what, sizeof what,
            "the categories of this forecast add up to %.9g, expected 1; its rows must stand "
            "together",
            sum);
        return bad(self, what);
    }
    return 0;
}

/* ---- selection ---- */

static int compare_items(const void *a, const void *b)
{
    const tn_item_t *x = *(const tn_item_t *const *)a, *y = *(const tn_item_t *const *)b;
    if (x->question != y->question) return x->question < y->question ? -1 : 1;
    if (x->by != y->by) return x->by < y->by ? -1 : 1;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/** Only what was said, and written down, before the outcome was known is a forecast. */
static void mark(tn_items_t *self, tn_item_t *item, bool with_late)
{
    const bool is_resolved = item->y >= 0 && item->known != TN_DATE_NONE;
    const bool is_hindsight =
        is_resolved && item->date != TN_DATE_NONE && item->date >= item->known;
    const bool is_late = is_resolved && !with_late && item->recorded != TN_DATE_NONE &&
                         item->recorded >= item->known;
    item->is_late = is_hindsight || is_late;
    if (is_hindsight) {
        self->n_hindsight++;
    } else if (is_late) {
        self->n_late++;
    } else if (item->y < 0) {
        self->n_open++;
    } else {
        item->is_kept = true;
    }
}

static int choose(tn_items_t *self, const tn_ledger_score_options_t *opt, tn_error_t *err)
{
    const tn_item_t **order = tn_calloc(self->n + 1, sizeof(tn_item_t *));
    if (order == NULL) return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) {
        mark(self, &self->item[i], opt->with_late);
        if (self->item[i].is_kept) order[n++] = &self->item[i];
    }
    qsort(order, n, sizeof(tn_item_t *), compare_items);
    for (size_t i = 1; opt->which != TN_LEDGER_ALL && i < n; i++) {
        const bool is_again =
            order[i - 1]->question == order[i]->question && order[i - 1]->by == order[i]->by;
        if (!is_again) continue;
        if (opt->which == TN_LEDGER_FIRST) {
            self->item[order[i] - self->item].is_kept = false;
        } else {
            self->item[order[i - 1] - self->item].is_kept = false;
        }
        self->n_superseded++;
    }
    tn_free(order);
    return 0;
}

int tn_items_read(tn_items_t *self, const tn_frame_t *frame, const char *name,
    const tn_ledger_score_options_t *opt, tn_error_t *err)
{
    reader_t reader = {.items = self, .name = name, .err = err};
    *self = (tn_items_t){0};
    self->item = tn_arena_calloc(&self->arena, frame->n_rows + 1, sizeof *self->item);
    reader.pool = tn_arena_calloc(&self->arena, frame->n_rows + 1, sizeof *reader.pool);
    int ret = self->arena.failed ? no_memory(err) : find_columns(&reader, frame);
    if (ret == 0) ret = encode_all(&reader, frame->n_rows);
    for (size_t i = 0; ret == 0 && i < frame->n_rows; i++) {
        tn_item_t next;
        reader.row = i;
        if (is_text(&reader, C_status, "annulled")) {
            self->n_annulled++;
            continue;
        }
        ret = read_item(&reader, &next);
        if (ret == 0) join(&reader, &next);
    }
    if (ret == 0) ret = check_sums(&reader);
    if (ret == 0) ret = choose(self, opt, err);
    if (ret < 0) tn_items_free(self);
    return ret;
}

void tn_items_free(tn_items_t *self)
{
    tn_arena_free(&self->arena);
    *self = (tn_items_t){0};
}

/* ---- a table as a frame ---- */

static int copy_column(tn_frame_column_t *to, const tn_fit_column_t *from, size_t n)
{
    if (from->number != NULL) {
        to->number = tn_calloc(n, sizeof *to->number);
        if (to->number == NULL) return TN_ENOMEM;
        if (n > 0) memcpy(to->number, from->number, n * sizeof *to->number);
        return 0;
    }
    tn_text_levels_t levels = {0};
    int ret = 0;
    to->level = tn_calloc(n, sizeof *to->level);
    if (to->level == NULL) ret = TN_ENOMEM;
    for (size_t i = 0; ret == 0 && i < n; i++) {
        const char *text = from->text[i];
        to->level[i] = text == NULL ? -1 : tn_text_levels_code(&levels, text, strlen(text));
        if (to->level[i] == -2) ret = TN_ENOMEM;
    }
    if (ret == 0) ret = tn_text_levels_finish(&levels, to, n);
    tn_text_levels_free(&levels);
    return ret;
}

int tn_items_frame(tn_frame_t *frame, const tn_fit_table_t *table, tn_error_t *err)
{
    const tn_frame_source_t source = {.name = "ledger"};
    *frame = (tn_frame_t){0};
    int ret = tn_frame_allocate(frame, &source, table->n_rows, (size_t)table->n_columns, err);
    for (int j = 0; ret == 0 && j < table->n_columns; j++) {
        frame->column[j].name = tn_strdup(table->column[j].name);
        ret = frame->column[j].name == NULL
                  ? TN_ENOMEM
                  : copy_column(&frame->column[j], &table->column[j], table->n_rows);
        if (ret < 0) (void)no_memory(err);
    }
    if (ret < 0) tn_frame_free(frame);
    return ret;
}
