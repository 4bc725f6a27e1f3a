/* Merging goes country by country over two sorted lists. Times count in days; REIGN's ends are
 * known by month, so that a spell in force on a day is one whose month of leaving is not over. */
#include "data/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/import.h"
#include "data/merge_state.h"
#include "data/person_name.h"

#define NEAR 62 /* days between two sources' starts of one spell */

static const char SELECT_PIECES[] =
    "SELECT CASE WHEN count(*) OVER (PARTITION BY s.source, s.key) > 1 THEN s.key || '#' || s.row"
    " ELSE s.key END, s.person, p.name, p.sex, p.born, p.born_precision, s.gwcode, s.start,"
    " s.start_precision, s.last, s.last_precision, s.entry, s.times_before,"
    " coalesce(a.route, b.route, 'unknown'), coalesce(a.flag, b.flag, ''), c.covers_to, c.kind,"
    " s.role, s.source, s.row"
    " FROM spell s JOIN source c ON c.id = s.source JOIN person p ON p.key = s.person"
    " LEFT JOIN route_map a ON a.kind = c.kind AND a.exit = s.exit AND a.exitcode = s.exitcode"
    " LEFT JOIN route_map b ON b.kind = c.kind AND b.exit = s.exit AND b.exitcode = '*'"
    " WHERE c.kind = ? ORDER BY s.gwcode, s.start, s.row";

static const char INSERT_MERGED[] =
    "INSERT INTO merged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const char *tn_merge_copy(tn_merge_t *self, const char *text)
{
    return text == NULL ? NULL : tn_arena_strndup(&self->arena, text, strlen(text));
}

int tn_merge_log(tn_merge_t *self, const tn_spell_piece_t *p, const char *action, const char *found,
    const char *became, const char *why)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, self->db,
        "INSERT INTO import_log (source, line, key, field, action, found, became, why) SELECT "
        "source,"
        " line, ?3, '(merge)', ?4, ?5, ?6, ?7 FROM source_row WHERE source = ?1 AND row = ?2",
        self->err);
    if (ret == 0) {
        tn_statement_bind_integer(&stmt, 1, p->source);
        tn_statement_bind_integer(&stmt, 2, p->row);
        tn_statement_bind_text(&stmt, 3, p->id);
        tn_statement_bind_text(&stmt, 4, action);
        tn_statement_bind_text(&stmt, 5, found);
        tn_statement_bind_text(&stmt, 6, became);
        tn_statement_bind_text(&stmt, 7, why);
        ret = tn_statement_run(&stmt, self->err);
    }
    tn_statement_free(&stmt);
    return ret;
}

static int32_t day_of(const char *text)
{
    int32_t day;
    return text != NULL && tn_date_parse(text, strlen(text), &day) ? day : TN_DATE_NONE;
}

static const char *entry_of(const char *entry)
{
    if (entry == NULL) return "unknown";
    if (strcmp(entry, "Regular") == 0) return "regular";
    if (strcmp(entry, "Irregular") == 0) return "irregular";
    return strcmp(entry, "Foreign Imposition") == 0 ? "foreign" : "unknown";
}

static void set_sources(tn_merge_t *self, tn_spell_piece_t *p, const char *kind)
{
    const size_t size = strlen(kind) + strlen(p->id) + 2;
    char *id = tn_arena_calloc(&self->arena, size, 1);
    if (id == NULL) return;
    (void)snprintf(id, size, "%s:%s", kind, p->id);
    p->id = p->name_from = p->born_from = p->start_from = p->last_from = p->route_from = id;
}

static void read_piece(tn_merge_t *self, const tn_statement_t *s, tn_spell_piece_t *p)
{
    const char *text[18];
    for (int k = 0; k < 18; k++)
        text[k] = tn_merge_copy(self, tn_statement_text(s, k, NULL));
    *p = (tn_spell_piece_t){.id = text[0],
        .person = text[1],
        .name = text[2],
        .sex = text[3],
        .born = text[4],
        .born_precision = text[5],
        .start = text[7],
        .start_precision = text[8],
        .last = text[9],
        .last_precision = text[10],
        .counts_from = text[7],
        .entry = entry_of(text[11]),
        .route = text[13],
        .flag = text[14],
        .role = text[17],
        .source = tn_statement_integer(s, 18),
        .row = tn_statement_integer(s, 19),
        .gwcode = (int)tn_statement_integer(s, 6),
        .times_before = tn_statement_is_null(s, 12) ? -1 : (int)tn_statement_integer(s, 12)};
    if (self->arena.failed || p->id == NULL || p->route == NULL || text[16] == NULL) return;
    p->start_day = day_of(p->start);
    p->born_day = day_of(p->born);
    p->is_open = strcmp(p->route, "censored") == 0;
    p->last_day = p->last == NULL ? INT32_MAX : day_of(p->last);
    set_sources(self, p, text[16]);
}

static int grow(tn_pieces_t *list)
{
    if (list->n < list->capacity) return 0;
    const size_t capacity = list->capacity == 0 ? 512 : 2 * list->capacity;
    tn_spell_piece_t *more = tn_realloc(list->piece, capacity, sizeof *more);
    if (more == NULL) return TN_ENOMEM;
    list->piece = more;
    list->capacity = capacity;
    return 0;
}

static int read_list(tn_merge_t *self, const char *kind, tn_pieces_t *list)
{
    tn_statement_t stmt;
    list->covers_to = TN_DATE_NONE;
    int ret = tn_statement_init(&stmt, self->db, SELECT_PIECES, self->err);
    if (ret == 0) tn_statement_bind_text(&stmt, 1, kind);
    while (ret == 0 && (ret = tn_statement_step(&stmt, self->err)) == 1) {
        ret = grow(list);
        if (ret < 0) break;
        if (list->n == 0) {
            const char *covers = tn_statement_text(&stmt, 15, NULL);
            list->covers_to = day_of(covers);
            if (covers != NULL) (void)snprintf(list->covers, sizeof list->covers, "%s", covers);
        }
        read_piece(self, &stmt, &list->piece[list->n++]);
        ret = self->arena.failed ? TN_ENOMEM : 0;
    }
    tn_statement_free(&stmt);
    return ret;
}

/* ---- the seam ---- */

int32_t tn_piece_last_end(const tn_spell_piece_t *p)
{
    const bool is_month = p->last_precision != NULL && strcmp(p->last_precision, "month") == 0;
    return p->last_day == INT32_MAX || !is_month ? p->last_day : p->last_day + 16;
}

int32_t tn_piece_first_end(const tn_spell_piece_t *p)
{
    const bool is_month = p->last_precision != NULL && strcmp(p->last_precision, "month") == 0;
    return p->last_day == INT32_MAX || !is_month ? p->last_day : p->last_day - 14;
}

static bool is_alike(const tn_spell_piece_t *a, const tn_spell_piece_t *b)
{
    return tn_person_name_alike(a->name, b->name);
}

static bool is_born_alike(const tn_spell_piece_t *a, const tn_spell_piece_t *b)
{
    if (a->born_day == TN_DATE_NONE || b->born_day == TN_DATE_NONE) return false;
    return abs(a->born_day - b->born_day) <= 2 * 366;
}

/* How surely two spells are one: name, birth within two years, start within two months; two of the
 * three are enough, or the name where a birth is not known. 0: they are not. */
static int likeness(const tn_spell_piece_t *a, const tn_spell_piece_t *r)
{
    const bool is_named = is_alike(a, r), is_born = is_born_alike(a, r);
    const bool is_near = abs(r->start_day - a->start_day) <= NEAR;
    const bool is_unborn = a->born_day == TN_DATE_NONE || r->born_day == TN_DATE_NONE;
    const int n = (int)is_named + (int)is_born + (int)is_near;
    return n >= 2 ? n : is_named && is_unborn ? 1 : 0;
}

/* The REIGN spell that goes on where Archigos stops looking; NULL if none. */
static tn_spell_piece_t *continuation(tn_merge_t *self, const tn_spell_piece_t *a)
{
    tn_spell_piece_t *best = NULL;
    int most = 0;
    for (size_t i = 0; i < self->reign.n; i++) {
        tn_spell_piece_t *r = &self->reign.piece[i];
        if (r->gwcode != a->gwcode || r->is_used) continue;
        if (r->start_day > a->last_day + NEAR || tn_piece_last_end(r) <= a->last_day) continue;
        const int n = likeness(a, r);
        if (n > most) {
            best = r;
            most = n;
        }
    }
    return best;
}

static void join(tn_spell_piece_t *a, tn_spell_piece_t *r)
{
    a->last = r->last;
    a->last_precision = r->last_precision;
    a->last_day = r->last_day;
    a->last_from = r->id;
    a->route = r->route;
    a->flag = r->flag;
    a->route_from = r->id;
    a->is_open = r->is_open;
    r->is_used = true;
    /* longer names say more */
    if (strlen(r->name) > strlen(a->name)) {
        a->name = r->name;
        a->name_from = r->id;
    }
    if (a->born == NULL && r->born != NULL) {
        a->born = r->born;
        a->born_precision = r->born_precision;
        a->born_from = r->id;
    }
}

int tn_merge_put(tn_merge_t *self, const tn_spell_piece_t *p)
{
    const int ret = grow(&self->out);
    if (ret == 0) self->out.piece[self->out.n++] = *p;
    return ret;
}

static int put_archigos(tn_merge_t *self)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < self->archigos.n; i++) {
        tn_spell_piece_t *a = &self->archigos.piece[i];
        /* whatever Archigos says of its last day, a spell that REIGN carries on has not ended */
        const bool is_last = a->is_open || a->last_day == self->archigos.covers_to;
        tn_spell_piece_t *r = is_last ? continuation(self, a) : NULL;
        if (r != NULL) join(a, r);
        ret = tn_merge_put(self, a);
    }
    return ret;
}

/* Last day that Archigos tells of in a country; TN_DATE_NONE if the country is not in it. Joined
 * spells reach further, but were seen until the end of Archigos only. */
static int32_t seam(const tn_merge_t *self, int gwcode)
{
    int32_t last = TN_DATE_NONE;
    for (size_t i = 0; i < self->archigos.n; i++) {
        const tn_spell_piece_t *a = &self->archigos.piece[i];
        if (a->gwcode == gwcode && a->last_day > last) last = a->last_day;
    }
    return last > self->archigos.covers_to ? self->archigos.covers_to : last;
}

/* The same person under Archigos's key, so that earlier times in office are known. */
static void recognise(tn_merge_t *self, tn_spell_piece_t *r)
{
    for (size_t i = 0; i < self->archigos.n; i++) {
        const tn_spell_piece_t *a = &self->archigos.piece[i];
        if (a->gwcode != r->gwcode || a->born_day == TN_DATE_NONE) continue;
        if (abs(a->born_day - r->born_day) > 366 || !is_alike(a, r)) continue;
        r->person = a->person;
        return;
    }
}

static int put_reign(tn_merge_t *self)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < self->reign.n; i++) {
        tn_spell_piece_t *r = &self->reign.piece[i];
        const int32_t day = seam(self, r->gwcode);
        if (r->is_used || (day != TN_DATE_NONE && tn_piece_first_end(r) <= day)) continue;
        if (day != TN_DATE_NONE && r->start_day <= day) {
            char text[11];
            tn_date_format(day + 1, text);
            r->counts_from = tn_merge_copy(self, text);
        }
        if (r->born_day != TN_DATE_NONE) recognise(self, r);
        ret = self->arena.failed ? TN_ENOMEM : tn_merge_put(self, r);
    }
    return ret;
}

/* ---- the table ---- */

static int by_country_and_start(const void *a, const void *b)
{
    const tn_spell_piece_t *x = a, *y = b;
    if (x->gwcode != y->gwcode) return x->gwcode < y->gwcode ? -1 : 1;
    if (x->start_day != y->start_day) return x->start_day < y->start_day ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void number(tn_merge_t *self)
{
    for (size_t i = 0; i < self->out.n; i++) {
        tn_spell_piece_t *p = &self->out.piece[i];
        if (p->times_before >= 0) continue;
        p->times_before = 0;
        for (size_t j = i; j-- > 0 && self->out.piece[j].gwcode == p->gwcode;) {
            if (strcmp(self->out.piece[j].person, p->person) == 0) p->times_before++;
        }
    }
}

static void bind(tn_statement_t *s, const tn_spell_piece_t *p, const char *censored)
{
    const bool has_end = p->last != NULL; /* else in office when its list ends */
    const char *texts[] = {p->id, NULL, p->person, p->name, p->sex, p->born, p->born_precision,
        p->start, p->start_precision, has_end ? p->last : censored,
        has_end ? p->last_precision : "day", p->counts_from, p->entry, p->route, p->flag, NULL,
        p->name_from, p->born_from, p->start_from, p->last_from, p->route_from};
    for (int k = 0; k < (int)(sizeof texts / sizeof texts[0]); k++)
        tn_statement_bind_text(s, k + 1, texts[k]);
    tn_statement_bind_integer(s, 2, p->gwcode);
    tn_statement_bind_integer(s, 16, p->times_before);
}

static int write_all(tn_merge_t *self)
{
    tn_statement_t stmt = {0};
    int ret = tn_sqlite_run(self->db, "DELETE FROM merged", self->err);
    if (ret == 0) ret = tn_statement_init(&stmt, self->db, INSERT_MERGED, self->err);
    for (size_t i = 0; ret == 0 && i < self->out.n; i++) {
        bind(&stmt, &self->out.piece[i], self->reign.covers);
        ret = tn_statement_run(&stmt, self->err);
    }
    tn_statement_free(&stmt);
    return ret;
}

static int read_lists(tn_merge_t *self)
{
    int ret = read_list(self, "archigos", &self->archigos);
    if (ret == 0) ret = read_list(self, "reign-leaders", &self->reign);
    if (ret == 0) ret = read_list(self, "wikidata", &self->wikidata);
    return ret == 0 ? read_list(self, "leaders", &self->own) : ret;
}

static void order(tn_merge_t *self)
{
    if (self->out.n > 0)
        qsort(self->out.piece, self->out.n, sizeof *self->out.piece, by_country_and_start);
}

int tn_merge(tn_sqlite_t *db, tn_error_t *err)
{
    tn_merge_t self = {.db = db, .err = err};
    int ret = tn_sqlite_run(db, "DELETE FROM import_log WHERE field = '(merge)'", err);
    if (ret == 0) ret = read_lists(&self);
    if (ret == 0) ret = put_archigos(&self);
    if (ret == 0) ret = put_reign(&self);
    if (ret == 0) ret = tn_merge_tail(&self);
    if (ret == 0) ret = tn_merge_own(&self);
    order(&self);
    if (ret == 0) ret = tn_merge_coups(&self);
    if (ret == 0) number(&self);
    if (ret == 0) ret = write_all(&self);
    tn_free(self.archigos.piece);
    tn_free(self.reign.piece);
    tn_free(self.wikidata.piece);
    tn_free(self.own.piece);
    tn_free(self.out.piece);
    tn_arena_free(&self.arena);
    if (ret == TN_ENOMEM) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    return ret;
}
