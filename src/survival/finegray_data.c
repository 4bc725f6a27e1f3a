/* Data of the Fine-Gray model, sorted once by exit; equal exits keep the caller's order. */
#include <math.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "survival/finegray_core.h"
#include "survival/order.h"

#define WORTH_THREADS 20000 /* rows below which waking threads costs more than it saves */

int tn_finegray_threads(const struct tn_finegray_data *self)
{
    return self->n < WORTH_THREADS ? 1 : self->n_threads;
}

/* Entries before the first exit truncate nothing. */
static bool is_delayed(const tn_spells_t *spells)
{
    if (spells->entry == NULL || spells->n == 0) return false;
    double first_exit = spells->exit[0], last_entry = spells->entry[0];
    for (size_t i = 1; i < spells->n; i++) {
        first_exit = fmin(first_exit, spells->exit[i]);
        last_entry = fmax(last_entry, spells->entry[i]);
    }
    return last_entry >= first_exit;
}

static int allocate_rows(
    struct tn_finegray_data *self, const tn_spells_t *spells, const tn_finegray_options_t *opt)
{
    const size_t n = self->n > 0 ? self->n : 1, p = self->p > 0 ? (size_t)self->p : 1;
    self->row = tn_calloc(n, sizeof *self->row);
    self->exit = tn_calloc(n, sizeof *self->exit);
    self->x = tn_calloc(n, p * sizeof *self->x);
    self->w = tn_calloc(n, sizeof *self->w);
    self->ginv = tn_calloc(n, sizeof *self->ginv);
    self->at_risk = tn_calloc(n, sizeof *self->at_risk);
    self->last = tn_calloc(n, sizeof *self->last);
    self->kind = tn_calloc(n, sizeof *self->kind);
    self->centre = tn_calloc(p, sizeof *self->centre);
    self->events = tn_calloc(p, sizeof *self->events);
    self->r = tn_calloc(n, sizeof *self->r);
    self->residual = tn_calloc(n, p * sizeof *self->residual);
    bool is_short = self->row == NULL || self->exit == NULL || self->x == NULL || self->w == NULL ||
                    self->ginv == NULL || self->at_risk == NULL || self->last == NULL ||
                    self->kind == NULL || self->centre == NULL || self->events == NULL ||
                    self->r == NULL || self->residual == NULL;
    if (opt->cengroup != NULL) {
        self->group = tn_calloc(n, sizeof *self->group);
        is_short = is_short || self->group == NULL;
    }
    if (spells->cluster != NULL) {
        self->cluster = tn_calloc(n, sizeof *self->cluster);
        self->n_clusters = spells->n_clusters > 0 ? spells->n_clusters : 1;
        self->sums = tn_calloc((size_t)self->n_clusters, p * sizeof *self->sums);
        is_short = is_short || self->cluster == NULL || self->sums == NULL;
    }
    if (is_delayed(spells)) {
        self->first = tn_calloc(n, sizeof *self->first);
        self->leave = tn_calloc(n, sizeof *self->leave);
        is_short = is_short || self->first == NULL || self->leave == NULL;
    }
    return is_short ? TN_ENOMEM : 0;
}

static int allocate_times(struct tn_finegray_data *self)
{
    const size_t m = self->m + 1, p = self->p > 0 ? (size_t)self->p : 1;
    const size_t n_groups = (size_t)self->n_groups;
    self->time = tn_calloc(m, sizeof *self->time);
    self->d = tn_calloc(m, sizeof *self->d);
    self->g = tn_calloc(m, n_groups * sizeof *self->g);
    self->s0 = tn_calloc(m, sizeof *self->s0);
    self->zbar = tn_calloc(m, p * sizeof *self->zbar);
    self->h = tn_calloc(m, sizeof *self->h);
    self->e = tn_calloc(m, p * sizeof *self->e);
    self->b = tn_calloc(m, n_groups * sizeof *self->b);
    const bool is_short = self->time == NULL || self->d == NULL || self->g == NULL ||
                          self->s0 == NULL || self->zbar == NULL || self->h == NULL ||
                          self->e == NULL || self->b == NULL;
    return is_short ? TN_ENOMEM : 0;
}

void tn_finegray_data_free(struct tn_finegray_data *self)
{
    if (self == NULL) return;
    tn_free(self->row);
    tn_free(self->exit);
    tn_free(self->x);
    tn_free(self->w);
    tn_free(self->ginv);
    tn_free(self->at_risk);
    tn_free(self->last);
    tn_free(self->first);
    tn_free(self->leave);
    tn_free(self->kind);
    tn_free(self->group);
    tn_free(self->cluster);
    tn_free(self->time);
    tn_free(self->d);
    tn_free(self->g);
    tn_free(self->centre);
    tn_free(self->events);
    tn_free(self->r);
    tn_free(self->s0);
    tn_free(self->zbar);
    tn_free(self->h);
    tn_free(self->e);
    tn_free(self->b);
    tn_free(self->residual);
    tn_free(self->sums);
    *self = (struct tn_finegray_data){0};
}

/* Means around the first value: sums of years do not lose the days. */
static void centre(struct tn_finegray_data *self, const tn_spells_t *spells)
{
    const size_t n = self->n;
    for (size_t j = 0; j < (size_t)self->p && n > 0; j++) {
        const double *x = spells->x + j * n;
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += x[i] - x[0];
        self->centre[j] = x[0] + sum / (double)n;
    }
}

typedef struct copy {
    struct tn_finegray_data *data;
    const tn_spells_t *spells;
    const tn_finegray_options_t *opt;
} copy_t;

static int copy_rows(void *ctx, int thread, int64_t block)
{
    const copy_t *c = ctx;
    struct tn_finegray_data *self = c->data;
    const tn_spells_t *spells = c->spells;
    const size_t p = (size_t)self->p, from = (size_t)block * TN_FINEGRAY_BLOCK;
    const size_t end = self->n - from > TN_FINEGRAY_BLOCK ? from + TN_FINEGRAY_BLOCK : self->n;
    (void)thread;
    for (size_t k = from; k < end; k++) {
        const size_t i = self->row[k];
        const int32_t cause = spells->cause[i];
        self->exit[k] = spells->exit[i];
        self->w[k] = spells->weight != NULL ? spells->weight[i] : 1.0;
        self->kind[k] = cause == 0               ? TN_FINEGRAY_CENSORED
                        : cause == c->opt->cause ? TN_FINEGRAY_EVENT
                                                 : TN_FINEGRAY_OTHER;
        if (self->group != NULL) self->group[k] = c->opt->cengroup[i];
        if (self->cluster != NULL) self->cluster[k] = spells->cluster[i];
        for (size_t j = 0; j < p; j++)
            self->x[k * p + j] = spells->x[j * spells->n + i] - self->centre[j];
    }
    return 0;
}

static size_t count_times(const struct tn_finegray_data *self)
{
    size_t m = 0, before = SIZE_MAX;
    for (size_t i = 0; i < self->n; i++) {
        if (self->kind[i] != TN_FINEGRAY_EVENT) continue;
        if (before == SIZE_MAX || self->exit[i] != self->exit[before]) m++;
        before = i;
    }
    return m;
}

/* time, d, last and the sum of x over the events. */
static void number_times(struct tn_finegray_data *self)
{
    const size_t p = (size_t)self->p;
    uint32_t k = 0;
    for (size_t i = 0, end; i < self->n; i = end) {
        double d = 0.0;
        end = tn_finegray_tied(self, i);
        for (size_t q = i; q < end; q++) {
            if (self->kind[q] != TN_FINEGRAY_EVENT) continue;
            d += self->w[q];
            for (size_t j = 0; j < p; j++)
                self->events[j] += self->w[q] * self->x[q * p + j];
        }
        if (d > 0.0) {
            self->time[k] = self->exit[i];
            self->d[k++] = d;
        }
        for (size_t q = i; q < end; q++)
            self->last[q] = k;
    }
}

/* leave: rows by entry, the last first; first: event times up to and including entry. */
static int number_entries(struct tn_finegray_data *self, const tn_spells_t *spells)
{
    if (self->leave == NULL) return 0;
    double *key = tn_calloc(self->n, sizeof *key);
    if (key == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < self->n; i++)
        key[i] = -spells->entry[self->row[i]];
    const int ret = tn_order(self->n, key, self->leave);
    size_t k = self->m;
    for (size_t q = 0; ret == 0 && q < self->n; q++) {
        const size_t i = self->leave[q];
        while (k > 0 && self->time[k - 1] > -key[i])
            k--;
        self->first[i] = (uint32_t)k;
    }
    tn_free(key);
    return ret;
}

int tn_finegray_data_init(struct tn_finegray_data *self, const tn_spells_t *spells,
    const tn_finegray_options_t *opt, tn_error_t *err)
{
    *self = (struct tn_finegray_data){.n = spells->n,
        .p = spells->n_covariates,
        .n_groups = opt->cengroup != NULL ? opt->n_cengroups : 1,
        .n_threads = tn_parallel_threads(opt->n_threads)};
    copy_t copy = {self, spells, opt};
    int ret = allocate_rows(self, spells, opt);
    if (ret == 0) ret = tn_order(self->n, spells->exit, self->row);
    if (ret < 0) goto out;
    centre(self, spells);
    ret = tn_parallel_run(tn_finegray_threads(self),
        (int64_t)((self->n + TN_FINEGRAY_BLOCK - 1) / TN_FINEGRAY_BLOCK), copy_rows, &copy);
    if (ret < 0) goto out;
    self->m = count_times(self);
    ret = allocate_times(self);
    if (ret < 0) goto out;
    number_times(self);
    ret = number_entries(self, spells);
    if (ret == 0) ret = tn_finegray_weights(self, spells, err);
out:
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "finegray: out of memory");
    if (ret < 0) tn_finegray_data_free(self);
    return ret;
}
