/* Whole curves of exit: the chances that one forecast gives for all its horizons, scored by the
 * CRPS in days and by the ranked probability score. A leader who is still there counts up to the
 * last day known. */
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/mem.h"
#include "ledger/scoring.h"

#define MAX_HORIZONS 64

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

static int compare(const void *a, const void *b)
{
    const tn_item_t *x = *(const tn_item_t *const *)a, *y = *(const tn_item_t *const *)b;
    if (x->by != y->by) return x->by < y->by ? -1 : 1;
    if (x->subject != y->subject) return x->subject < y->subject ? -1 : 1;
    if (x->date != y->date) return x->date < y->date ? -1 : 1;
    if (x->entry < y->entry || x->entry > y->entry) return x->entry < y->entry ? -1 : 1;
    return (x->closes > y->closes) - (x->closes < y->closes);
}

static bool is_same_curve(const tn_item_t *a, const tn_item_t *b)
{
    return a->by == b->by && a->subject == b->subject && a->date == b->date &&
           !(a->entry < b->entry || a->entry > b->entry);
}

/** One curve, and what came of it. Days since the forecast. */
typedef struct curve {
    int n;
    double horizon[MAX_HORIZONS], cdf[MAX_HORIZONS];
    double time; /* of the exit, of the last day known, or the last horizon */
    int32_t event;
    bool is_censored; /* before the last horizon */
} curve_t;

/** False if there is nothing to score: late, nothing known, or no curve. */
static bool make_curve(curve_t *self, const tn_item_t *const *item, size_t n)
{
    int32_t until = TN_DATE_NONE;
    *self = (curve_t){0};
    if (n > MAX_HORIZONS) return false;
    for (size_t i = 0; i < n; i++) {
        const tn_item_t *x = item[i];
        const double horizon = (double)(x->closes - x->date);
        const bool is_rising =
            i == 0 || (horizon > self->horizon[i - 1] && x->p >= self->cdf[i - 1]);
        if (x->is_late || horizon <= 0.0 || !is_rising) return false;
        self->horizon[i] = horizon;
        self->cdf[i] = x->p;
        if (x->y == 1 && x->known == TN_DATE_NONE) return false;
        if (x->y == 1 && self->event == 0) {
            self->event = 1;
            self->time = (double)(x->known - x->date);
        }
        if (x->y == 0) until = x->closes;
        if (x->y < 0 && x->until != TN_DATE_NONE && x->until > until) until = x->until;
        if (x->y < 0) self->is_censored = true;
    }
    self->n = (int)n;
    if (self->event == 1) {
        self->is_censored = false;
        return true;
    }
    self->time = self->is_censored ? (double)until - (double)item[0]->date : self->horizon[n - 1];
    return self->time > 0.0;
}

/** Ranked probability score over the intervals between horizons and what lies beyond. */
static int ranked(const curve_t *curve, double *score, tn_error_t *err)
{
    double p[MAX_HORIZONS + 1], last = 0.0;
    int32_t hit = curve->n;
    for (int k = 0; k < curve->n; k++) {
        p[k] = curve->cdf[k] - last;
        last = curve->cdf[k];
        if (curve->event == 1 && hit == curve->n && curve->time <= curve->horizon[k]) hit = k;
    }
    p[curve->n] = 1.0 - last;
    return tn_score_ranked(1, curve->n + 1, p, &hit, score, err);
}

/** Sums of one forecaster. */
typedef struct sums {
    double n, n_censored, crps, share, n_ranked, ranked;
} sums_t;

static int add_curve(sums_t *sums, const curve_t *curve, tn_error_t *err)
{
    double crps = 0.0, rps = 0.0;
    int ret = tn_score_crps_step(
        1, curve->n, curve->horizon, curve->cdf, &curve->time, &curve->event, &crps, err);
    if (ret == 0 && !curve->is_censored) ret = ranked(curve, &rps, err);
    if (ret < 0) return ret;
    sums->n += 1.0;
    sums->n_censored += curve->is_censored ? 1.0 : 0.0;
    sums->crps += crps;
    sums->share += crps / curve->horizon[curve->n - 1];
    sums->n_ranked += curve->is_censored ? 0.0 : 1.0;
    sums->ranked += rps;
    return 0;
}

static int sum_curves(const tn_scoring_t *self, sums_t *sums, tn_error_t *err)
{
    const tn_items_t *items = &self->items;
    const tn_item_t **order = tn_calloc(items->n + 1, sizeof(tn_item_t *));
    size_t n = 0;
    int ret = 0;
    if (order == NULL) return no_memory(err);
    for (size_t i = 0; i < items->n; i++) {
        const tn_item_t *x = &items->item[i];
        const bool is_usable = x->asks == TN_ASK_EXIT && x->n_categories == 0 &&
                               x->date != TN_DATE_NONE && x->closes != TN_DATE_NONE;
        if (is_usable) order[n++] = x;
    }
    qsort(order, n, sizeof(tn_item_t *), compare);
    for (size_t i = 0, end; ret == 0 && i < n; i = end) {
        curve_t curve;
        for (end = i + 1; end < n && is_same_curve(order[i], order[end]);)
            end++;
        if (make_curve(&curve, order + i, end - i)) {
            ret = add_curve(&sums[order[i]->by], &curve, err);
        }
    }
    tn_free(order);
    return ret;
}

int tn_scoring_exit(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    tn_fit_t *tables = self->tables;
    const char **by = tn_build_text(tables, t, "forecaster");
    double *n = tn_build_number(tables, t, "curves", TN_FIT_COUNT);
    double *censored = tn_build_number(tables, t, "censored", TN_FIT_COUNT);
    double *crps = tn_build_number(tables, t, "crps.days", TN_FIT_NUMBER);
    double *share = tn_build_number(tables, t, "crps.share", TN_FIT_NUMBER);
    double *n_ranked = tn_build_number(tables, t, "complete", TN_FIT_COUNT);
    double *rps = tn_build_number(tables, t, "rps", TN_FIT_NUMBER);
    sums_t *sums = tn_calloc((size_t)self->items.by.n + 1, sizeof *sums);
    int ret = sums == NULL || tn_build_failed(tables) ? no_memory(err) : 0;
    if (ret == 0 && sums != NULL) ret = sum_curves(self, sums, err);
    size_t row = 0;
    double n_censored = 0.0;
    for (int32_t f = 0; ret == 0 && sums != NULL && f < self->items.by.n; f++) {
        const sums_t *s = &sums[f];
        if (s->n == 0.0) continue;
        by[row] = tn_build_copy(tables, self->items.by.name[f]);
        n[row] = s->n;
        censored[row] = s->n_censored;
        crps[row] = s->crps / s->n;
        share[row] = s->share / s->n;
        n_ranked[row] = s->n_ranked;
        rps[row++] = s->n_ranked > 0.0 ? s->ranked / s->n_ranked : NAN;
        n_censored += s->n_censored;
    }
    if (ret == 0 && n_censored > 0.0) {
        tn_build_note(tables,
            "%g curves are of leaders still in office: the CRPS counts them up to the last day "
            "known, "
            "which is not a proper score; the rps leaves them out",
            n_censored);
    }
    t->n_rows = row;
    tn_free(sums);
    return ret;
}
