/* The merged spells, the regimes, the votes that were held and the coup attempts, from the store
 * into arrays. */
#include "data/history.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "data/import.h"
#include "data/store.h"

typedef struct load {
    tn_sqlite_t db;
    tn_history_t *out;
    tn_arena_t *arena;
    tn_error_t *err;
} load_t;

typedef void (*read_fn)(load_t *self, const tn_statement_t *s, void *to);

static const char *text(load_t *self, const tn_statement_t *s, int k)
{
    const char *found = tn_statement_text(s, k, NULL);
    const char *own = tn_arena_strndup(
        self->arena, found != NULL ? found : "", found != NULL ? strlen(found) : 0);
    return own != NULL ? own : "";
}

static int32_t day(const tn_statement_t *s, int k)
{
    int32_t value;
    const char *found = tn_statement_text(s, k, NULL);
    return found != NULL && tn_date_parse(found, strlen(found), &value) ? value : TN_DATE_NONE;
}

static bool is(const tn_statement_t *s, int k, const char *word)
{
    const char *found = tn_statement_text(s, k, NULL);
    return found != NULL && strcmp(found, word) == 0;
}

static int8_t precision(const tn_statement_t *s, int k)
{
    return (int8_t)tn_precision_of(tn_statement_text(s, k, NULL));
}

static int16_t route(const tn_statement_t *s, int k)
{
    if (is(s, k, "censored")) return TN_EXIT_CENSORED;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (is(s, k, tn_route_name(r))) return (int16_t)r;
    }
    return TN_EXIT_UNKNOWN;
}

static int8_t entry(const tn_statement_t *s, int k)
{
    if (is(s, k, "regular")) return TN_ENTRY_REGULAR;
    if (is(s, k, "irregular")) return TN_ENTRY_IRREGULAR;
    return is(s, k, "foreign") ? TN_ENTRY_FOREIGN : TN_ENTRY_UNKNOWN;
}

static void read_spell(load_t *self, const tn_statement_t *s, void *to)
{
    tn_office_spell_t *spell = to;
    *spell = (tn_office_spell_t){.id = text(self, s, 0),
        .person = text(self, s, 1),
        .name = text(self, s, 2),
        .gwcode = (int)tn_statement_integer(s, 3),
        .start = day(s, 4),
        .end = day(s, 6),
        .counts_from = day(s, 8),
        .born = day(s, 9),
        .exit_route = route(s, 12),
        .start_precision = precision(s, 5),
        .end_precision = precision(s, 7),
        .born_precision = precision(s, 10),
        .sex = is(s, 11, "male")     ? TN_SEX_MALE
               : is(s, 11, "female") ? TN_SEX_FEMALE
                                     : TN_SEX_UNKNOWN,
        .entry = entry(s, 14),
        .times_before = (int8_t)tn_statement_integer(s, 15),
        .suicide = is(s, 13, "suicide"),
        .rebels = is(s, 13, "rebels")};
}

static const char *const REGIME[TN_N_REGIMES] = {
    "parliamentary", "presidential", "personal", "party", "military", "monarchy", "provisional"};

static void read_regime(load_t *self, const tn_statement_t *s, void *to)
{
    tn_regime_spell_t *regime = to;
    *regime = (tn_regime_spell_t){.gwcode = (int)tn_statement_integer(s, 0),
        .from = day(s, 1),
        .to = day(s, 2),
        .regime = TN_REGIME_UNKNOWN,
        .type = text(self, s, 4)};
    for (int k = 0; k < TN_N_REGIMES; k++) {
        if (is(s, 3, REGIME[k])) regime->regime = (tn_regime_t)k;
    }
}

static void read_election(load_t *self, const tn_statement_t *s, void *to)
{
    (void)self;
    *(tn_election_t *)to = (tn_election_t){.gwcode = (int)tn_statement_integer(s, 0),
        .day = day(s, 1),
        .precision = precision(s, 2),
        .executive = is(s, 3, "X"),
        .direct = tn_statement_integer(s, 4) != 0};
}

static void read_coup(load_t *self, const tn_statement_t *s, void *to)
{
    (void)self;
    *(tn_coup_t *)to = (tn_coup_t){.gwcode = (int)tn_statement_integer(s, 0),
        .day = day(s, 1),
        .precision = precision(s, 2),
        .success = tn_statement_integer(s, 3) != 0};
}

/** One array: how its rows are found, read and kept. */
typedef struct query {
    const char *sql;
    read_fn read;
    size_t size;
    void **array;
    size_t *n;
} query_t;

static int read_all(load_t *self, const query_t *q)
{
    tn_statement_t stmt;
    char *rows = NULL;
    size_t n = 0, capacity = 0;
    int ret = tn_statement_init(&stmt, &self->db, q->sql, self->err);
    while (ret == 0 && (ret = tn_statement_step(&stmt, self->err)) == 1) {
        if (n == capacity) {
            capacity = capacity == 0 ? 256 : 2 * capacity;
            char *more = tn_realloc(rows, capacity, q->size);
            ret = more == NULL ? TN_ENOMEM : 1;
            if (more == NULL) break;
            rows = more;
        }
        q->read(self, &stmt, rows + n * q->size);
        n++;
        ret = self->arena->failed ? TN_ENOMEM : 0;
    }
    tn_statement_free(&stmt);
    *q->array = rows;
    *q->n = n;
    return ret;
}

static int read_day(load_t *self, const char *sql, int32_t *value)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, &self->db, sql, self->err);
    if (ret == 0) ret = tn_statement_step(&stmt, self->err);
    *value = ret == 1 ? day(&stmt, 0) : TN_DATE_NONE;
    tn_statement_free(&stmt);
    return ret < 0 ? ret : 0;
}

static int read_days(load_t *self)
{
    tn_history_t *h = self->out;
    int ret = read_day(self,
        "SELECT max(covers_to) FROM source WHERE kind IN ('archigos', 'reign-leaders',"
        " 'wikidata', 'leaders')",
        &h->spells_to);
    /* most regimes end on the day the list was closed; a few are dated beyond it */
    if (ret == 0)
        ret = read_day(self,
            "SELECT last FROM regime GROUP BY last ORDER BY count(*) DESC, last DESC LIMIT 1",
            &h->regimes_to);
    if (ret == 0)
        ret = read_day(
            self, "SELECT covers_to FROM source WHERE kind = 'reign-elections'", &h->elections_to);
    if (ret == 0)
        ret = read_day(self,
            "SELECT max(covers_to) FROM source WHERE kind IN ('powell-thyne', 'cline')",
            &h->coups_to);
    return ret;
}

static int read_arrays(load_t *self)
{
    tn_history_t *h = self->out;
    void *array[4] = {NULL};
    const query_t queries[4] = {
        {"SELECT id, person, name, gwcode, start, start_precision, last, last_precision,"
         " counts_from, born, born_precision, sex, route, flag, entry, times_before FROM merged"
         " ORDER BY gwcode, start, id",
            read_spell, sizeof *h->spell, &array[0], &h->n_spells},
        {"SELECT gwcode, first, last, regime, type FROM regime ORDER BY gwcode, first, row",
            read_regime, sizeof *h->regime, &array[1], &h->n_regimes},
        {"SELECT gwcode, day, day_precision, type, direct FROM election WHERE held AND type IN"
         " ('L', 'X') ORDER BY gwcode, day, row",
            read_election, sizeof *h->election, &array[2], &h->n_elections},
        /* the Cline Center's list goes on where Powell & Thyne's ends */
        {"SELECT gwcode, day, day_precision, success FROM coup JOIN source ON id = coup.source"
         " WHERE is_attempt AND (kind = 'powell-thyne' OR day > coalesce((SELECT covers_to FROM "
         "source"
         " WHERE kind = 'powell-thyne'), '0000')) ORDER BY gwcode, day, coup.source, row",
            read_coup, sizeof *h->coup, &array[3], &h->n_coups}};
    int ret = 0;
    for (int k = 0; ret == 0 && k < 4; k++)
        ret = read_all(self, &queries[k]);
    h->spell = array[0];
    h->regime = array[1];
    h->election = array[2];
    h->coup = array[3];
    return ret == 0 ? read_days(self) : ret;
}

int tn_history_load(tn_history_t *self, const char *store_path, tn_error_t *err)
{
    *self = (tn_history_t){0};
    load_t load = {.out = self, .arena = tn_calloc(1, sizeof *load.arena), .err = err};
    self->text = load.arena;
    if (load.arena == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    int ret = tn_store_open(&load.db, store_path, TN_SQLITE_READ, err);
    if (ret == 0) ret = tn_sqlite_begin_read(&load.db, err);
    if (ret == 0) ret = read_arrays(&load);
    tn_sqlite_close(&load.db);
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
    if (ret < 0) tn_history_free(self);
    return ret;
}

void tn_history_free(tn_history_t *self)
{
    if (self == NULL) return;
    tn_free(self->spell);
    tn_free(self->regime);
    tn_free(self->election);
    tn_free(self->coup);
    tn_arena_free(self->text);
    tn_free(self->text);
    *self = (tn_history_t){0};
}
