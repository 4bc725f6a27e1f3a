/* Memory of a block, and moving whole worlds inside it.
 * Idea: every array of the state is registered as a column, so that copying a world cannot forget
 * one. */
#include "court/block.h"

#include <assert.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/vector.h"

#define ALIGN                  64
#define COURT_SIZE             8 /* bytes of an element of the court, so that moving it is one move */
#define ROWS_BYTES(rows, size) (((size_t)(rows) * (size)*TN_ROW + ALIGN - 1) / ALIGN * ALIGN)

/** Hands out rows of the slab, one after the other; with self->slab == NULL it only counts. */
static unsigned char *take(tn_block_t *self, int rows, size_t size)
{
    unsigned char *p = self->slab == NULL ? NULL : self->slab + self->slab_used;
    self->slab_used += ROWS_BYTES(rows, size);
    return p;
}

/** rows arrays of the state: element (r, j) is p[r * TN_ROW + j]. */
static void *take_rows(tn_block_t *self, int rows, size_t size)
{
    unsigned char *first = take(self, rows, size);
    for (int r = 0; r < rows; r++) {
        unsigned char *data = first == NULL ? NULL : first + (size_t)r * size * TN_ROW;
        if (data != NULL) self->column[self->n_columns] = (tn_column_t){data, size};
        self->n_columns++;
    }
    return rows == 0 ? NULL : first;
}

static void *take_column(tn_block_t *self, size_t size) { return take_rows(self, 1, size); }

static double *take_scratch(tn_block_t *self)
{
    return (double *)(void *)take(self, 1, sizeof(double));
}

/** What is asked of a world after it has ended, and what is not eight bytes wide. */
static void lay_out_record(tn_block_t *self)
{
    const tn_court_t *c = self->court;
    int32_t **integers[] = {&self->war, &self->ill, &self->route, &self->exit_week,
        &self->successor, &self->first_week};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        *integers[i] = take_column(self, sizeof(int32_t));
    }
    self->lw = take_column(self, sizeof *self->lw);
    self->slot = take_column(self, sizeof *self->slot);
    self->flag = take_column(self, sizeof *self->flag);
    self->seen = take_column(self, sizeof *self->seen);
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        if (tn_parameter(p)->kind == TN_PRIOR_FIXED) continue;
        self->par[p] = take_column(self, sizeof(double));
        self->third[p] = take_column(self, sizeof(int8_t));
    }
    self->event_week = take_rows(self, c->n_events, sizeof(int32_t));
    self->count = take_rows(self, TN_N_COUNTS, sizeof(int32_t));
    self->reliability = take_rows(self, c->evidence.n_origins, sizeof(double));
    self->ll = take_rows(self, c->evidence.n_origins, sizeof(double));
    self->claim_true = take_rows(self, c->evidence.n_claims, sizeof(uint8_t));
    self->claim_ll = take_rows(self, c->keeps_claims ? c->evidence.n_claims : 0, sizeof(double));
}

/** Moves on to where the k-th of the arrays that are read and written together may begin: a load
 * that equals an earlier store in the last 12 bits of its address waits for it in vain, so the same
 * strip of two arrays, and of the next actor's rows (320 bytes on, by TN_ROW), must not meet. */
static void keep_apart(tn_block_t *self, size_t k)
{
    const size_t want = 640 * k;
    self->slab_used += (4096 + want - self->slab_used % 4096) % 4096;
}

/** The court of a world; elements of eight bytes. */
static void lay_out_court(tn_block_t *self)
{
    const tn_court_t *c = self->court;
    double **numbers[] = {&self->e, &self->s, &self->b, &self->C, &self->F, &self->phi,
        &self->theta, &self->Q, &self->G, &self->V, &self->L};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i] = take_column(self, sizeof(double));
    }
    self->rep = take_column(self, sizeof *self->rep);
    self->plot = take_column(self, sizeof *self->plot);
    double **per_actor[] = {&self->x, &self->dg, &self->m};
    for (size_t i = 0; i < sizeof per_actor / sizeof *per_actor; i++) {
        keep_apart(self, i);
        *per_actor[i] = take_rows(self, c->n, sizeof(double));
    }
    keep_apart(self, 3);
    self->W = take_rows(self, c->talk.n_sums, sizeof(double));
}

static void lay_out(tn_block_t *self)
{
    const tn_court_t *c = self->court;
    self->slab_used = 0;
    self->n_columns = 0;
    lay_out_record(self);
    self->n_outlive = self->n_columns;
    lay_out_court(self);
    self->n_kept = self->n_columns;
    double **of_week[] = {&self->g, &self->S};
    for (size_t i = 0; i < sizeof of_week / sizeof *of_week; i++) {
        keep_apart(self, 4 + i);
        *of_week[i] = take_rows(self, c->n, sizeof(double));
    }
    for (int k = 0; k < 4; k++) {
        self->u[k] = take_scratch(self);
        self->z[k] = take_scratch(self);
        self->exo[k] = take_scratch(self);
        self->purge[k] = take_scratch(self);
    }
    double **scratch[] = {&self->w1, &self->w2, &self->w3, &self->wear};
    for (int k = 0; k < 4; k++)
        *scratch[k] = take_scratch(self);
    self->lead = (uint64_t *)(void *)take(self, 1, sizeof *self->lead);
    self->swap = take(self, 1, sizeof(uint64_t));
}

int tn_block_init(tn_block_t *self, const tn_court_t *court)
{
    *self = (tn_block_t){.court = court, .watch_observable = -1, .watch_event = -1};
    lay_out(self);
    self->slab_size = self->slab_used;
    self->column = tn_calloc((size_t)self->n_columns, sizeof *self->column);
    self->slab = tn_huge_calloc(self->slab_size);
    if (self->column == NULL || self->slab == NULL) {
        tn_block_free(self);
        return TN_ENOMEM;
    }
    lay_out(self);
    for (int k = self->n_outlive; k < self->n_columns; k++)
        assert(self->column[k].size == COURT_SIZE);
    return 0;
}

void tn_block_free(tn_block_t *self)
{
    if (self == NULL) return;
    tn_free(self->column);
    tn_free(self->slab);
    *self = (tn_block_t){0};
}

/** Weeks after which somebody asks for g or S: predicates, the state on the as-of date. */
static bool is_observed(const tn_block_t *self, int t)
{
    return t < self->court->t_as_of || t == 0 || self->watch_observable >= 0 ||
           (t >= self->seen_from && t < self->seen_to);
}

static void open_streams(tn_block_t *self, int t)
{
    const uint64_t(*key)[2] = (const uint64_t(*)[2])self->round_key;
    const uint64_t high = self->world0 >> 32;
    const uint32_t week = (uint32_t)t;
    tn_week_streams_t *s = &self->stream;
    s->shock = tn_rng_stream(key, high, week, 0, TN_RNG_SHOCK, 0);
    s->exo = tn_rng_stream(key, high, week, 0, TN_RNG_EXO, 0);
    s->plot = tn_rng_stream(key, high, week, 0, TN_RNG_PLOT, 0);
    s->purge = tn_rng_stream(key, high, week, 0, TN_RNG_PURGE, 0);
    for (uint32_t k = 0; 4 * k < (uint32_t)self->court->n; k++) {
        s->noise[k] = tn_rng_stream(key, high, week, k, TN_RNG_NOISE, 0);
        s->contact[k] = tn_rng_stream(key, high, week, k, TN_RNG_CONTACT, 0);
    }
}

void tn_block_begin_week(tn_block_t *self, int t)
{
    const tn_court_t *c = self->court;
    const double age = c->age_start + (7.0 * t + 3.5) / 365.25;
    self->mu = c->elite_multiplier * c->m69 * tn_exp(c->slope * (age - 69.0));
    if (self->tally_hazards) self->weeks_in_office += self->n_live;
    self->is_observed = is_observed(self, t);
    self->step = self->is_observed ? TN_ROW : CHUNK;
    self->n_ended = 0;
    open_streams(self, t);
}

bool tn_block_take_chunk(tn_block_t *self, int j0)
{
    if (j0 >= self->n_live) return false;
    self->j0 = j0;
    self->n_chunk = self->n_live - j0 < CHUNK ? self->n_live - j0 : CHUNK;
    self->from = self->is_observed ? 0 : j0;
    return true;
}

/** The size is a constant where this is called, so the copies are moves. */
static inline void exchange(unsigned char *a, unsigned char *b, size_t size)
{
    unsigned char t[sizeof(uint64_t)];
    memcpy(t, a, size);
    memcpy(a, b, size);
    memcpy(b, t, size);
}

void tn_block_retire(tn_block_t *self, int i, int j)
{
    if (i == j) return;
    const int n_columns = self->is_observed ? self->n_columns : self->n_kept;
    for (int k = 0; k < self->n_outlive; k++) {
        const size_t size = self->column[k].size;
        unsigned char *a = self->column[k].data + (size_t)i * size;
        unsigned char *b = self->column[k].data + (size_t)j * size;
        switch (size) {
        case 8: exchange(a, b, 8); break;
        case 4: exchange(a, b, 4); break;
        default: exchange(a, b, 1); break;
        }
    }
    for (int k = self->n_outlive; k < n_columns; k++) {
        unsigned char *data = self->column[k].data;
        memcpy(data + COURT_SIZE * (size_t)i, data + COURT_SIZE * (size_t)j, COURT_SIZE);
    }
}

static void gather(unsigned char *out, const tn_column_t *column, const int32_t *from, int n)
{
    const size_t size = column->size;
    for (int j = 0; j < n; j++) {
        memcpy(out + (size_t)j * size, column->data + (size_t)from[j] * size, size);
    }
}

void tn_block_copy_worlds(tn_block_t *self, const int32_t *ancestor)
{
    for (int k = 0; k < self->n_columns; k++) {
        gather(self->swap, &self->column[k], ancestor, self->n);
        memcpy(self->column[k].data, self->swap, (size_t)self->n * self->column[k].size);
    }
}
