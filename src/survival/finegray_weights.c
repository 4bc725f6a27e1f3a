/* The weights of rows that left by another cause. G: Kaplan-Meier of censoring; the exits of all
 * kinds at a time are at risk of censoring there (crr). With delayed entry exits come before
 * censorings instead, and H, the distribution of entry, is a Kaplan-Meier that runs backwards in
 * time, with rows at risk of entry from their exit down to their entry (survival::finegray). Cost
 * O(n + m groups). */
#include <math.h>

#include "base/mem.h"
#include "survival/finegray_core.h"

#define NOTHING_LEFT 1e-12 /* a factor below is rounding around 0 */

typedef struct sweep {
    struct tn_finegray_data *d;
    const double *entry; /* of the caller's rows; NULL unless delayed */
    double *total;       /* n_groups: weight at risk */
    double *tied;        /* n_groups: weight that goes now */
    double *now;         /* n_groups: the curve just before now */
    size_t *left;        /* n_groups: rows still to come */
} sweep_t;

static int sweep_init(sweep_t *self, struct tn_finegray_data *d, const double *entry)
{
    const size_t n = (size_t)d->n_groups;
    *self = (sweep_t){.d = d, .entry = d->leave != NULL ? entry : NULL};
    self->total = tn_calloc(3 * n, sizeof *self->total);
    self->left = tn_calloc(n, sizeof *self->left);
    if (self->total == NULL || self->left == NULL) return TN_ENOMEM;
    self->tied = self->total + n;
    self->now = self->total + 2 * n;
    return 0;
}

static void sweep_free(sweep_t *self)
{
    tn_free(self->total);
    tn_free(self->left);
}

static void start(sweep_t *self)
{
    for (int g = 0; g < self->d->n_groups; g++) {
        self->total[g] = 0.0;
        self->tied[g] = 0.0;
        self->now[g] = 1.0;
        self->left[g] = 0;
    }
    for (size_t i = 0; i < self->d->n; i++)
        self->left[tn_finegray_group(self->d, i)]++;
}

static double entry_of(const sweep_t *self, size_t q)
{
    return self->entry[self->d->row[self->d->leave[q]]];
}

/* Sums from the end: exact for the few that are at risk late. */
static void count_at_risk(sweep_t *self)
{
    struct tn_finegray_data *d = self->d;
    const bool is_delayed = self->entry != NULL;
    size_t gone = 0;
    start(self);
    for (size_t end = d->n, from; end > 0; end = from) {
        from = tn_finegray_tied_from(d, end);
        for (size_t i = from; i < end; i++) {
            if (!is_delayed || d->kind[i] == TN_FINEGRAY_CENSORED)
                self->total[tn_finegray_group(d, i)] += d->w[i];
        }
        for (; is_delayed && gone < d->n && entry_of(self, gone) >= d->exit[from]; gone++)
            self->total[tn_finegray_group(d, d->leave[gone])] -= d->w[d->leave[gone]];
        for (size_t i = from; i < end; i++)
            d->at_risk[i] = self->total[tn_finegray_group(d, i)];
        for (size_t i = from; i < end; i++) {
            if (is_delayed && d->kind[i] != TN_FINEGRAY_CENSORED)
                self->total[tn_finegray_group(d, i)] += d->w[i];
        }
    }
}

static double survive(double now, double gone, double at_risk)
{
    const double factor = 1.0 - gone / at_risk;
    return factor > NOTHING_LEFT ? now * factor : 0.0;
}

static int bad_weight(const sweep_t *self, size_t i, const char *what, tn_error_t *err)
{
    return tn_error_set(err, TN_EDOMAIN,
        "row %u: the estimated %s is 0 at its exit (%.17g), though rows follow: too few are at "
        "risk there",
        self->d->row[i] + 1, what, self->d->exit[i]);
}

static void censor(sweep_t *self, size_t from, size_t end)
{
    struct tn_finegray_data *d = self->d;
    for (size_t i = from; i < end; i++) {
        if (d->kind[i] == TN_FINEGRAY_CENSORED) self->tied[tn_finegray_group(d, i)] += d->w[i];
    }
    for (size_t i = from; i < end; i++) {
        const int32_t g = tn_finegray_group(d, i);
        if (d->kind[i] != TN_FINEGRAY_CENSORED || self->tied[g] <= 0.0) continue;
        self->now[g] = survive(self->now[g], self->tied[g], d->at_risk[i]);
        self->tied[g] = 0.0;
    }
    /* nothing is known of a group after its last row */
    for (size_t i = from; i < end; i++) {
        const int32_t g = tn_finegray_group(d, i);
        if (--self->left[g] == 0) self->now[g] = 0.0;
    }
}

static int censoring(sweep_t *self, tn_error_t *err)
{
    struct tn_finegray_data *d = self->d;
    start(self);
    for (size_t from = 0, end; from < d->n; from = end) {
        end = tn_finegray_tied(d, from);
        for (size_t i = from; i < end; i++) {
            if (d->kind[i] != TN_FINEGRAY_OTHER) continue;
            const double now = self->now[tn_finegray_group(d, i)];
            if (!(now > 0.0)) return bad_weight(self, i, "censoring distribution", err);
            d->ginv[i] = 1.0 / now;
        }
        for (int g = 0; g < d->n_groups && tn_finegray_is_event_time(d, from); g++)
            d->g[(size_t)g * d->m + d->last[from] - 1] = self->now[g];
        censor(self, from, end);
    }
    return 0;
}

/* All entries at the time of leave[gone]. @return the first one of an earlier time. */
static size_t enter(sweep_t *self, size_t gone)
{
    const struct tn_finegray_data *d = self->d;
    size_t end = gone;
    for (; end < d->n && entry_of(self, end) == entry_of(self, gone); end++)
        self->tied[tn_finegray_group(d, d->leave[end])] += d->w[d->leave[end]];
    for (size_t q = gone; q < end; q++) {
        const int32_t g = tn_finegray_group(d, d->leave[q]);
        if (self->tied[g] <= 0.0) continue;
        self->now[g] = survive(self->now[g], self->tied[g], self->total[g]);
        self->total[g] -= self->tied[g];
        self->tied[g] = 0.0;
    }
    return end;
}

static int entering(sweep_t *self, tn_error_t *err)
{
    struct tn_finegray_data *d = self->d;
    size_t gone = 0;
    start(self);
    for (size_t end = d->n, from; end > 0; end = from) {
        from = tn_finegray_tied_from(d, end);
        while (gone < d->n && entry_of(self, gone) >= d->exit[from])
            gone = enter(self, gone);
        for (size_t i = from; i < end; i++) {
            const int32_t g = tn_finegray_group(d, i);
            self->total[g] += d->w[i];
            if (d->kind[i] != TN_FINEGRAY_OTHER) continue;
            if (!(self->now[g] > 0.0)) return bad_weight(self, i, "entry distribution", err);
            d->ginv[i] /= self->now[g];
        }
        for (int g = 0; g < d->n_groups && tn_finegray_is_event_time(d, from); g++)
            d->g[(size_t)g * d->m + d->last[from] - 1] *= self->now[g];
    }
    return 0;
}

int tn_finegray_weights(struct tn_finegray_data *self, const tn_spells_t *spells, tn_error_t *err)
{
    sweep_t sweep;
    int ret = sweep_init(&sweep, self, spells->entry);
    if (ret == 0) {
        count_at_risk(&sweep);
        ret = censoring(&sweep, err);
    }
    if (ret == 0 && sweep.entry != NULL) ret = entering(&sweep, err);
    sweep_free(&sweep);
    return ret;
}
