/* The chain: hash k = SHA-256("tenure-ledger/1" seq, hash k-1, recorded, kind, target, body), the
 * parts by line, the body last, so that no two entries have the same text. The file refuses UPDATE
 * and DELETE by triggers, which keep honest programs honest; the hashes find the others. */
#include "ledger/chain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"

#define APPLICATION_ID 0x544e4c47 /* "TNLG" */
#define FORMAT         "tenure-ledger/1"
#define ZEROS          "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD_SIZE      256
#define BODY_FLAGS     (JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17))

#define REFUSE_UPDATE                                                                              \
    "CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry "                                \
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never changed'); END"
#define REFUSE_DELETE                                                                              \
    "CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry "                                \
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never removed'); END"
#define REFUSE_FORK                                                                                \
    "CREATE TRIGGER entry_follows_the_last BEFORE INSERT ON entry "                                \
    "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry) "                           \
    "OR NEW.previous IS NOT (SELECT coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), " \
    "'" ZEROS "')) "                                                                               \
    "BEGIN SELECT RAISE(ABORT, 'an entry must follow the last one'); END"

static const char *const migrations[] = {
    "CREATE TABLE entry (seq INTEGER PRIMARY KEY AUTOINCREMENT, recorded TEXT NOT NULL, "
    "kind TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, "
    "hash TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE INDEX entry_target ON entry (kind, target);" REFUSE_UPDATE ";" REFUSE_DELETE
    ";" REFUSE_FORK ";",
};
static const tn_sqlite_schema_t schema = {"ledger", APPLICATION_ID, migrations, 1};
static const char *const triggers[] = {REFUSE_UPDATE, REFUSE_DELETE, REFUSE_FORK};

int tn_ledger_open(tn_ledger_t **self, const char *path, tn_ledger_mode_t mode, tn_error_t *err)
{
    *self = tn_calloc(1, sizeof **self);
    if (*self == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    const tn_sqlite_mode_t how = mode == TN_LEDGER_READ ? TN_SQLITE_READ : TN_SQLITE_CREATE;
    const int ret = tn_sqlite_open(&(*self)->db, path, how, &schema, err);
    if (ret < 0) {
        tn_ledger_close(*self);
        *self = NULL;
    }
    return ret;
}

void tn_ledger_close(tn_ledger_t *self)
{
    if (self == NULL) return;
    tn_sqlite_close(&self->db);
    tn_free(self);
}

int tn_chain_row(const tn_statement_t *s, tn_entry_t *entry, tn_error_t *err)
{
    entry->seq = tn_statement_integer(s, 0);
    entry->recorded = tn_statement_text(s, 1, &entry->n_recorded);
    entry->kind = tn_statement_text(s, 2, &entry->n_kind);
    entry->target = tn_statement_text(s, 3, &entry->n_target);
    entry->body = tn_statement_text(s, 4, &entry->n_body);
    entry->previous = tn_statement_text(s, 5, NULL);
    entry->hash = tn_statement_text(s, 6, NULL);
    if (entry->recorded != NULL && entry->kind != NULL && entry->target != NULL &&
        entry->body != NULL && entry->previous != NULL && entry->hash != NULL)
        return 0;
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static void hash_entry(const tn_entry_t *e, const char *previous, char hash[TN_SHA256_HEX])
{
    char head[HEAD_SIZE];
    const int n = snprintf(head, sizeof head, FORMAT "\n%" PRId64 "\n%.64s\n", e->seq, previous);
    const tn_piece_t pieces[] = {{head, (size_t)n}, {e->recorded, e->n_recorded}, {"\n", 1},
        {e->kind, e->n_kind}, {"\n", 1}, {e->target, e->n_target}, {"\n", 1}, {e->body, e->n_body}};
    tn_sha256_hex(pieces, sizeof pieces / sizeof pieces[0], hash);
}

/* ---- appending ---- */

/** Number, hash and day of the last entry. */
typedef struct tail {
    int64_t seq;
    char hash[TN_SHA256_HEX], recorded[11];
} tail_t;

static int read_tail(tn_ledger_t *self, tail_t *tail, tn_error_t *err)
{
    tn_statement_t s;
    *tail = (tail_t){.hash = ZEROS};
    int ret = tn_statement_init(
        &s, &self->db, "SELECT seq, hash, recorded FROM entry ORDER BY seq DESC LIMIT 1", err);
    if (ret == 0) ret = tn_statement_step(&s, err);
    if (ret == 1) {
        const char *hash = tn_statement_text(&s, 1, NULL);
        const char *recorded = tn_statement_text(&s, 2, NULL);
        tail->seq = tn_statement_integer(&s, 0);
        (void)snprintf(tail->hash, sizeof tail->hash, "%s", hash != NULL ? hash : "");
        (void)snprintf(
            tail->recorded, sizeof tail->recorded, "%s", recorded != NULL ? recorded : "");
    }
    tn_statement_free(&s);
    return ret < 0 ? ret : 0;
}

static int insert(
    tn_ledger_t *self, const tn_entry_t *e, const char *previous, const char *hash, tn_error_t *err)
{
    tn_statement_t s;
    int ret = tn_statement_init(&s, &self->db,
        "INSERT INTO entry (seq, recorded, kind, target, body, previous, hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        err);
    if (ret == 0) {
        tn_statement_bind_integer(&s, 1, e->seq);
        tn_statement_bind_text(&s, 2, e->recorded);
        tn_statement_bind_text(&s, 3, e->kind);
        tn_statement_bind_text(&s, 4, e->target);
        tn_statement_bind_text(&s, 5, e->body);
        tn_statement_bind_text(&s, 6, previous);
        tn_statement_bind_text(&s, 7, hash);
        ret = tn_statement_run(&s, err);
    }
    tn_statement_free(&s);
    return ret;
}

int tn_chain_append(tn_ledger_t *self, int32_t recorded, const char *kind, const char *target,
    json_t *body, tn_ledger_receipt_t *receipt, tn_error_t *err)
{
    tail_t tail;
    char day[11], hash[TN_SHA256_HEX];
    char *text = body == NULL ? NULL : json_dumps(body, BODY_FLAGS);
    json_decref(body);
    if (text == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    int ret = read_tail(self, &tail, err);
    tn_date_format(recorded, day);
    if (ret == 0 && strcmp(day, tail.recorded) < 0) { /* ISO dates sort as text */
        ret = tn_error_set(err, TN_EINPUT,
            "recorded on %s, but the last entry is of %s: the days of a ledger do not run "
            "backwards",
            day, tail.recorded);
    }
    if (ret == 0) {
        const tn_entry_t e = {.seq = tail.seq + 1,
            .recorded = day,
            .kind = kind,
            .target = target,
            .body = text,
            .n_recorded = strlen(day),
            .n_kind = strlen(kind),
            .n_target = strlen(target),
            .n_body = strlen(text)};
        hash_entry(&e, tail.hash, hash);
        ret = insert(self, &e, tail.hash, hash, err);
        if (receipt->first == 0) receipt->first = e.seq;
        receipt->last = e.seq;
        memcpy(receipt->hash, hash, sizeof receipt->hash);
    }
    free(text);
    return ret;
}

/* ---- examining ---- */

TN_PRINTF(2, 3)
static void find(tn_ledger_verdict_t *v, const char *fmt, ...)
{
    va_list args;
    if (v->n_findings < TN_LEDGER_MAX_FINDINGS) {
        va_start(args, fmt);
        (void)vsnprintf(v->finding[v->n_findings], sizeof v->finding[0], fmt, args);
        va_end(args);
    }
    v->n_findings++;
}

/** One entry against the one before it, of which v knows number and hash. */
static void examine(tn_ledger_verdict_t *v, const tn_entry_t *e, char last_day[11])
{
    char hash[TN_SHA256_HEX];
    hash_entry(e, e->previous, hash);
    if (strcmp(hash, e->hash) != 0) {
        find(v, "entry %" PRId64 " was changed: its hash is not that of its content", e->seq);
    } else if (e->seq == v->last + 2) {
        find(v, "entry %" PRId64 " is missing", v->last + 1);
    } else if (e->seq != v->last + 1) {
        find(v, "entries %" PRId64 " to %" PRId64 " are missing", v->last + 1, e->seq - 1);
    } else if (strcmp(e->previous, v->hash) != 0) {
        find(v,
            "entry %" PRId64 " does not follow entry %" PRId64
            ": one of the two was replaced, or the order changed",
            e->seq, v->last);
    }
    if (strncmp(e->recorded, last_day, 10) < 0) {
        find(v, "entry %" PRId64 " was recorded on a day before that of the last one", e->seq);
    }
    (void)snprintf(last_day, 11, "%s", e->recorded);
    (void)snprintf(v->hash, sizeof v->hash, "%s", e->hash);
    v->last = e->seq;
    v->n_entries++;
}

static int examine_all(tn_ledger_t *self, const char *head, tn_ledger_verdict_t *v, tn_error_t *err)
{
    tn_statement_t s;
    tn_entry_t e;
    char last_day[11] = "";
    bool has_head = head == NULL;
    int ret = tn_statement_init(&s, &self->db, TN_CHAIN_SELECT, err);
    if (ret == 0) ret = tn_statement_step(&s, err);
    while (ret == 1) {
        ret = tn_chain_row(&s, &e, err);
        if (ret < 0) break;
        examine(v, &e, last_day);
        if (head != NULL && strcmp(e.hash, head) == 0) has_head = true;
        ret = tn_statement_step(&s, err);
    }
    tn_statement_free(&s);
    if (ret < 0) tn_error_prefix(err, "after entry %" PRId64, v->last);
    if (ret == 0 && !has_head) {
        find(v, "no entry has the hash %.64s: the ledger was cut off or written anew", head);
    }
    return ret;
}

/** What a query says in its first row, if it is text. */
static int first_text(
    tn_ledger_t *self, const char *sql, const char *bound, char *out, size_t size, tn_error_t *err)
{
    tn_statement_t s;
    out[0] = '\0';
    int ret = tn_statement_init(&s, &self->db, sql, err);
    if (ret == 0) {
        if (bound != NULL) tn_statement_bind_text(&s, 1, bound);
        ret = tn_statement_step(&s, err);
    }
    if (ret == 1) {
        const char *text = tn_statement_text(&s, 0, NULL);
        (void)snprintf(out, size, "%s", text != NULL ? text : "");
    }
    tn_statement_free(&s);
    return ret < 0 ? ret : 0;
}

/** SQLite's own counter remembers the last number given, also after that entry is gone. */
static int examine_counter(tn_ledger_t *self, tn_ledger_verdict_t *v, tn_error_t *err)
{
    char counter[32];
    const int ret = first_text(self, "SELECT seq FROM sqlite_sequence WHERE name = 'entry'", NULL,
        counter, sizeof counter, err);
    const int64_t last = counter[0] != '\0' ? strtoll(counter, NULL, 10) : 0;
    if (ret == 0 && last > v->last) {
        find(v, "%s %" PRId64 " %s missing at the end",
            last == v->last + 1 ? "entry" : "entries from", v->last + 1,
            last == v->last + 1 ? "is" : "on are");
    }
    if (ret == 0 && last < v->last) find(v, "the counter of entries was set back");
    return ret;
}

static int examine_file(tn_ledger_t *self, tn_ledger_verdict_t *v, tn_error_t *err)
{
    char text[200];
    int ret = first_text(self, "PRAGMA integrity_check(1)", NULL, text, sizeof text, err);
    if (ret == 0 && strcmp(text, "ok") != 0) find(v, "the file is damaged: %.180s", text);
    for (size_t i = 0; ret == 0 && i < sizeof triggers / sizeof triggers[0]; i++) {
        ret = first_text(self, "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql = ?",
            triggers[i], text, sizeof text, err);
        if (ret == 0 && text[0] == '\0') {
            const int n = (int)strcspn(triggers[i] + strlen("CREATE TRIGGER "), " ");
            find(v, "the rule '%.*s' was taken out of the file", n,
                triggers[i] + strlen("CREATE TRIGGER "));
        }
    }
    if (ret == 0) {
        ret = first_text(self,
            "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view') AND name NOT IN "
            "('entry_is_never_changed', 'entry_is_never_removed', 'entry_follows_the_last')",
            NULL, text, sizeof text, err);
        if (ret == 0 && text[0] != '\0')
            find(v, "something strange is in the file: '%.100s'", text);
    }
    return ret;
}

int tn_ledger_verify(
    tn_ledger_t *self, const char *head, tn_ledger_verdict_t *verdict, tn_error_t *err)
{
    *verdict = (tn_ledger_verdict_t){.hash = ZEROS};
    int ret = tn_sqlite_begin_read(&self->db, err);
    if (ret < 0) return ret;
    ret = examine_all(self, head, verdict, err);
    if (ret == 0) ret = examine_counter(self, verdict, err);
    if (ret == 0) ret = examine_file(self, verdict, err);
    tn_sqlite_rollback(&self->db);
    return ret;
}
