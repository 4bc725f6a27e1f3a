/* Rows are sorted once by exit and once by entry (radix), then dealt out to their strata, which
 * keeps the order. A walk over the distinct exit times visits every row twice: when it enters and
 * when it leaves, O(n) in all. What the walk reads is gathered into its order first, in loops that
 * do nothing else: a cache miss in the middle of an estimator's long chain of arithmetic waits for
 * memory, a hundred in a row do not (Aalen-Johansen of 10^6 rows: 0.29 s before, 0.2 s after). */
#include "survival/risk.h"

#include <math.h>

#include "base/mem.h"
#include "survival/order.h"

void tn_sum_add(tn_sum_t *self, double x)
{
    /* Knuth's two-sum: `low` collects exactly what the rounding of `high` lost */
    const double sum = self->high + x;
    const double part = sum - self->high;
    self->low += (self->high - (sum - part)) + (x - part);
    self->high = sum;
}

static void count_strata(tn_risk_t *self)
{
    const tn_spells_t *s = self->spells;
    if (s->stratum == NULL) {
        self->start[1] = s->n;
        return;
    }
    for (size_t i = 0; i < s->n; i++)
        self->start[s->stratum[i] + 1]++;
    for (int k = 0; k < self->n_strata; k++)
        self->start[k + 1] += self->start[k];
}

/* Deals the rows, sorted by key, out to their strata; `order` and `place` are scratch. */
static int sort_rows(
    const tn_risk_t *self, const double *key, uint32_t *rows, uint32_t *order, size_t *place)
{
    const tn_spells_t *s = self->spells;
    if (s->stratum == NULL || order == NULL || place == NULL) return tn_order(s->n, key, rows);
    const int ret = tn_order(s->n, key, order);
    if (ret < 0) return ret;
    for (int k = 0; k < self->n_strata; k++)
        place[k] = self->start[k];
    for (size_t i = 0; i < s->n; i++)
        rows[place[s->stratum[order[i]]]++] = order[i];
    return 0;
}

static int gather(tn_risk_t *self)
{
    const tn_spells_t *s = self->spells;
    const size_t room = s->n > 0 ? s->n : 1;
    self->time = tn_malloc(room * sizeof *self->time);
    self->cause = tn_malloc(room * sizeof *self->cause);
    if (self->time == NULL || self->cause == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < s->n; i++) {
        self->time[i] = s->exit[self->exits[i]];
        self->cause[i] = s->cause[self->exits[i]];
    }
    if (s->weight != NULL) {
        self->weight = tn_malloc(room * sizeof *self->weight);
        if (self->weight == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < s->n; i++)
            self->weight[i] = s->weight[self->exits[i]];
    }
    if (s->entry != NULL) {
        self->entry = tn_malloc(room * sizeof *self->entry);
        if (self->entry == NULL) return TN_ENOMEM;
        for (size_t i = 0; i < s->n; i++)
            self->entry[i] = s->entry[self->entries[i]];
    }
    return 0;
}

static void count_steps(tn_risk_t *self)
{
    for (int k = 0; k < self->n_strata; k++) {
        for (size_t i = self->start[k]; i < self->start[k + 1]; i++)
            self->n_steps += i == self->start[k] || self->time[i] != self->time[i - 1];
    }
}

int tn_risk_init(tn_risk_t *self, const tn_spells_t *spells)
{
    const size_t n = spells->n, room = n > 0 ? n : 1;
    const size_t n_strata = spells->stratum == NULL ? 1 : (size_t)spells->n_strata;
    uint32_t *order = NULL;
    size_t *place = NULL;
    *self = (tn_risk_t){.spells = spells, .n_strata = (int)n_strata};
    int ret = TN_ENOMEM;
    self->start = tn_calloc(n_strata + 1, sizeof *self->start);
    self->exits = tn_calloc(room, sizeof *self->exits);
    if (self->start == NULL || self->exits == NULL) goto out;
    if (spells->stratum != NULL) {
        order = tn_calloc(room, sizeof *order);
        place = tn_calloc(n_strata + 1, sizeof *place);
        if (order == NULL || place == NULL) goto out;
    }
    count_strata(self);
    ret = sort_rows(self, spells->exit, self->exits, order, place);
    if (ret < 0) goto out;
    self->entries = self->exits;
    if (spells->entry != NULL) {
        self->entries = tn_calloc(room, sizeof *self->entries);
        ret = TN_ENOMEM;
        if (self->entries == NULL) goto out;
        ret = sort_rows(self, spells->entry, self->entries, order, place);
        if (ret < 0) goto out;
    }
    ret = gather(self);
    if (ret < 0) goto out;
    count_steps(self);
out:
    tn_free(order);
    tn_free(place);
    if (ret < 0) tn_risk_free(self);
    return ret;
}

void tn_risk_free(tn_risk_t *self)
{
    if (self == NULL) return;
    if (self->entries != self->exits) tn_free(self->entries);
    tn_free(self->exits);
    tn_free(self->start);
    tn_free(self->time);
    tn_free(self->cause);
    tn_free(self->weight);
    tn_free(self->entry);
    *self = (tn_risk_t){0};
}

int32_t *tn_risk_gather(const tn_risk_t *self, const int32_t *values)
{
    const size_t n = self->spells->n;
    int32_t *out = tn_malloc((n + 1) * sizeof *out);
    for (size_t i = 0; out != NULL && i < n; i++)
        out[i] = values[self->exits[i]];
    return out;
}

void tn_sweep_begin(tn_sweep_t *self, const tn_risk_t *risk, int stratum)
{
    const size_t start = risk->start[stratum];
    *self = (tn_sweep_t){.risk = risk,
        .end = risk->start[stratum + 1],
        .first = start,
        .last = start,
        .entered_from = start,
        .entered_to = start};
}

/* Takes those who left at the time before out of the risk set. */
static void remove_leavers(tn_sweep_t *self)
{
    self->n_risk -= self->last - self->first;
    if (self->n_risk == 0) self->sum = (tn_sum_t){0};
    if (self->risk->weight != NULL && self->n_risk > 0) {
        for (size_t i = self->first; i < self->last; i++)
            tn_sum_add(&self->sum, -self->risk->weight[i]);
    }
    self->first = self->last;
}

static void admit_entrants(tn_sweep_t *self)
{
    const tn_risk_t *r = self->risk;
    self->entered_from = self->entered_to;
    size_t i = self->entered_to;
    if (r->entry == NULL) {
        i = self->end;
    } else {
        while (i < self->end && r->entry[i] < self->time)
            i++;
    }
    self->entered_to = i;
    self->n_risk += i - self->entered_from;
    if (r->weight == NULL) return;
    for (i = self->entered_from; i < self->entered_to; i++)
        tn_sum_add(&self->sum, r->spells->weight[r->entries[i]]);
}

bool tn_sweep_next(tn_sweep_t *self)
{
    const double *time = self->risk->time;
    remove_leavers(self);
    if (self->first == self->end) return false;
    self->time = time[self->first];
    while (self->last < self->end && time[self->last] == self->time)
        self->last++;
    admit_entrants(self);
    self->weight =
        self->risk->weight == NULL ? (double)self->n_risk : self->sum.high + self->sum.low;
    return true;
}

ptrdiff_t tn_risk_last_at(size_t n, const double *time, double t)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (time[middle] <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (ptrdiff_t)low - 1;
}
