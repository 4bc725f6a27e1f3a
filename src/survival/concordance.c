/* Concordance in O(n log n): within a stratum the events are visited from the last to the first.
 * One Fenwick tree over the ranks of x holds the weights of the rows at risk: an event looks up how
 * much of it lies below, at and above its own x. A second tree holds the weights of the events
 * visited so far: what it gained at x while a row was at risk is that row's part as the longer
 * life. So every row's influence costs a few look-ups. Idea and conventions: vignette "Concordance"
 * of R survival 3.5 (Therneau & Atkinson); it uses a balanced tree for the same sums. */
#include "tenure/concordance.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "survival/order.h"

/* Sums of weights by rank. */
typedef struct fenwick {
    size_t n;
    long n_rows; /* an empty tree says 0, whatever rounding left in the sums */
    double total;
    double *tree; /* n + 1 */
    double *at;   /* n */
} fenwick_t;

typedef struct sums {
    double below, same, above;
} sums_t;

/* Rows sorted by (stratum, exit); position = place in that order. */
typedef struct work {
    const tn_concordance_options_t *opt;
    bool has_entry;
    uint32_t *row;      /* position -> row */
    uint32_t *entering; /* positions in the order of (stratum, entry) */
    uint32_t *rank;     /* by position: dense rank of x in the stratum */
    double *exit, *entry, *weight;
    double *timewt; /* by position: of the time of that position; only events' are read */
    bool *is_event;
    size_t *start; /* n_strata + 1 */
    fenwick_t at_risk, events;
    sums_t *part; /* by position: concordant is .above, discordant .below, as the pair's x */
    uint32_t *scratch, *sorted;
    double *key;
} work_t;

static void fenwick_clear(fenwick_t *self, size_t n)
{
    self->n = n;
    self->n_rows = 0;
    self->total = 0.0;
    memset(self->tree, 0, (n + 1) * sizeof *self->tree);
    memset(self->at, 0, n * sizeof *self->at);
}

static void fenwick_add(fenwick_t *self, size_t rank, double weight)
{
    self->n_rows += weight > 0.0 ? 1 : -1;
    self->total += weight;
    self->at[rank] += weight;
    for (size_t i = rank + 1; i <= self->n; i += i & (~i + 1))
        self->tree[i] += weight;
}

static sums_t fenwick_sums(const fenwick_t *self, size_t rank)
{
    if (self->n_rows == 0) return (sums_t){0};
    sums_t s = {.same = self->at[rank]};
    for (size_t i = rank; i > 0; i &= i - 1)
        s.below += self->tree[i];
    s.above = self->total - s.below - s.same;
    return s;
}

static void work_free(work_t *w)
{
    void *all[] = {w->row, w->entering, w->rank, w->exit, w->entry, w->weight, w->timewt,
        w->is_event, w->start, w->at_risk.tree, w->at_risk.at, w->events.tree, w->events.at,
        w->part, w->scratch, w->sorted, w->key};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tn_free(all[i]);
}

static bool work_alloc(work_t *w, size_t n, size_t n_strata)
{
    return (w->row = tn_calloc(n, sizeof *w->row)) != NULL &&
           (w->entering = tn_calloc(n, sizeof *w->entering)) != NULL &&
           (w->rank = tn_calloc(n, sizeof *w->rank)) != NULL &&
           (w->exit = tn_calloc(n, sizeof *w->exit)) != NULL &&
           (w->entry = tn_calloc(n, sizeof *w->entry)) != NULL &&
           (w->weight = tn_calloc(n, sizeof *w->weight)) != NULL &&
           (w->timewt = tn_calloc(n, sizeof *w->timewt)) != NULL &&
           (w->is_event = tn_calloc(n, sizeof *w->is_event)) != NULL &&
           (w->start = tn_calloc(n_strata + 2, sizeof *w->start)) != NULL &&
           (w->at_risk.tree = tn_calloc(n + 1, sizeof(double))) != NULL &&
           (w->at_risk.at = tn_calloc(n, sizeof(double))) != NULL &&
           (w->events.tree = tn_calloc(n + 1, sizeof(double))) != NULL &&
           (w->events.at = tn_calloc(n, sizeof(double))) != NULL &&
           (w->part = tn_calloc(n, sizeof *w->part)) != NULL &&
           (w->scratch = tn_calloc(n, sizeof *w->scratch)) != NULL &&
           (w->sorted = tn_calloc(n, sizeof *w->sorted)) != NULL &&
           (w->key = tn_calloc(n, sizeof *w->key)) != NULL;
}

static size_t stratum_of(const tn_spells_t *d, size_t row)
{
    return d->stratum != NULL ? (size_t)d->stratum[row] : 0;
}

/* Rows in the order of (stratum, key). w->start must hold the first place of every stratum. */
static int order_in_strata(
    work_t *w, const tn_spells_t *d, size_t n_strata, const double *key, uint32_t *out)
{
    if (tn_order(d->n, key, w->scratch) < 0) return TN_ENOMEM;
    for (size_t i = 0; i < d->n; i++) {
        const uint32_t row = w->scratch[i];
        out[w->start[stratum_of(d, row)]++] = row;
    }
    for (size_t s = n_strata; s > 0; s--)
        w->start[s] = w->start[s - 1];
    w->start[0] = 0;
    return 0;
}

static void count_strata(work_t *w, const tn_spells_t *d, size_t n_strata)
{
    for (size_t i = 0; i < d->n; i++)
        w->start[stratum_of(d, i) + 1]++;
    for (size_t s = 0; s < n_strata; s++)
        w->start[s + 1] += w->start[s];
}

/* Dense ranks of x in each stratum, by row into w->sorted. */
static int rank_rows(work_t *w, const tn_spells_t *d, size_t n_strata, const double *x)
{
    if (order_in_strata(w, d, n_strata, x, w->entering) < 0) return TN_ENOMEM;
    for (size_t s = 0; s < n_strata; s++) {
        uint32_t rank = 0;
        for (size_t i = w->start[s]; i < w->start[s + 1]; i++) {
            const uint32_t row = w->entering[i];
            if (i > w->start[s] && x[row] > x[w->entering[i - 1]]) rank++;
            w->sorted[row] = rank;
        }
    }
    return 0;
}

static void fill_positions(work_t *w, const tn_spells_t *d, int cause)
{
    for (size_t i = 0; i < d->n; i++) {
        const uint32_t row = w->row[i];
        w->exit[i] = w->key[row];
        w->entry[i] = d->entry != NULL ? d->entry[row] : 0.0;
        w->weight[i] = d->weight != NULL ? d->weight[row] : 1.0;
        w->is_event[i] = d->cause[row] == cause;
        w->rank[i] = w->sorted[row];
        w->scratch[row] = (uint32_t)i;
    }
}

/* Positions by (stratum, entry), from rows by it. */
static int order_entries(work_t *w, const tn_spells_t *d, size_t n_strata)
{
    if (d->entry == NULL) return 0;
    if (order_in_strata(w, d, n_strata, d->entry, w->entering) < 0) return TN_ENOMEM;
    for (size_t i = 0; i < d->n; i++)
        w->scratch[w->row[i]] = (uint32_t)i;
    for (size_t i = 0; i < d->n; i++)
        w->entering[i] = w->scratch[w->entering[i]];
    return 0;
}

/* Weighted numbers at one exit time. */
typedef struct moment {
    size_t first, end; /* positions */
    double n_risk, n_event, n_censored;
} moment_t;

/* Weights at risk at each time of [a, b), into timewt; the number of events. Backwards. */
static size_t count_at_risk(work_t *w, size_t a, size_t b)
{
    size_t n_events = 0, k = b;
    double n_risk = 0.0;
    for (size_t i = b, first; i > a; i = first) {
        const double t = w->exit[i - 1];
        for (first = i; first > a && w->exit[first - 1] == t; first--) {
            n_risk += w->weight[first - 1];
            n_events += w->is_event[first - 1];
        }
        while (w->has_entry && k > a && w->entry[w->entering[k - 1]] >= t)
            n_risk -= w->weight[w->entering[--k]];
        for (size_t j = first; j < i; j++)
            w->timewt[j] = n_risk;
    }
    return n_events;
}

static double time_weight(tn_timewt_t kind, double surv, double censoring, double total, double n)
{
    switch (kind) {
    case TN_TIMEWT_S: return total * surv / n;
    case TN_TIMEWT_SG: return total * surv / (censoring * n);
    case TN_TIMEWT_N_G2: return 1.0 / (censoring * censoring);
    case TN_TIMEWT_N_G: return 1.0 / censoring;
    case TN_TIMEWT_I: return 1.0 / n;
    case TN_TIMEWT_N: break;
    }
    return 1.0;
}

static moment_t moment_at(const work_t *w, size_t first, size_t b)
{
    moment_t m = {.first = first, .end = first, .n_risk = w->timewt[first]};
    for (; m.end < b && w->exit[m.end] == w->exit[first]; m.end++) {
        if (w->is_event[m.end])
            m.n_event += w->weight[m.end];
        else
            m.n_censored += w->weight[m.end];
    }
    return m;
}

/* Replaces the weights at risk in timewt by the weights of the pairs. */
static void weigh_times(work_t *w, size_t a, size_t b)
{
    double surv = 1.0, censoring = 1.0, total = 0.0;
    const tn_timewt_t kind = count_at_risk(w, a, b) < 2 ? TN_TIMEWT_N : w->opt->timewt;
    for (size_t i = a; i < b; i++)
        total += w->weight[i];
    for (size_t i = a; i < b;) {
        const moment_t m = moment_at(w, i, b);
        const bool is_late = w->opt->has_max && w->exit[i] > w->opt->ymax;
        const double weight = is_late ? 0.0 : time_weight(kind, surv, censoring, total, m.n_risk);
        for (; i < m.end; i++)
            w->timewt[i] = weight;
        surv *= 1.0 - m.n_event / m.n_risk;
        if (m.n_censored > 0.0) censoring *= 1.0 - m.n_censored / (m.n_risk - m.n_event);
    }
}

/* What the events seen so far say about the row at a position, with the sign: it gains the
 * difference between its removal and its entrance. */
static void note_events(work_t *w, size_t i, double sign)
{
    const sums_t s = fenwick_sums(&w->events, w->rank[i]);
    /* events with a smaller x than the longer life make concordant pairs */
    w->part[i].above += sign * s.below;
    w->part[i].same += sign * s.same;
    w->part[i].below += sign * s.above;
}

static void put_at_risk(work_t *w, size_t first, size_t end, bool events)
{
    for (size_t i = first; i < end; i++) {
        if (w->is_event[i] != events) continue;
        fenwick_add(&w->at_risk, w->rank[i], w->weight[i]);
        note_events(w, i, -1.0);
    }
}

static void take_from_risk(work_t *w, size_t i)
{
    fenwick_add(&w->at_risk, w->rank[i], -w->weight[i]);
    note_events(w, i, 1.0);
}

/* Events of one time against those at risk, into counts and their own parts. */
static void compare_events(work_t *w, size_t first, size_t end, tn_concordance_t *c)
{
    for (size_t i = first; i < end; i++) {
        const double timewt = w->timewt[i], weight = w->weight[i] * timewt;
        if (!w->is_event[i] || timewt == 0.0) continue;
        const sums_t s = fenwick_sums(&w->at_risk, w->rank[i]);
        w->part[i].above += timewt * s.above;
        w->part[i].same += timewt * s.same;
        w->part[i].below += timewt * s.below;
        c->concordant += weight * s.above;
        c->discordant += weight * s.below;
        c->tied_x += weight * s.same;
        c->n_events++;
    }
}

/* Adds the events of one time to their tree and counts the pairs among them; key holds, for the
 * moment, their weights by rank. */
static void add_events(work_t *w, size_t first, size_t end, tn_concordance_t *c)
{
    double total = 0.0;
    for (size_t i = first; i < end; i++) {
        if (!w->is_event[i] || w->timewt[i] == 0.0) continue;
        const double weight = w->weight[i], pairs = w->timewt[i] * weight;
        double *same = &w->key[w->rank[i]];
        c->tied_xy += pairs * *same;
        c->tied_y += pairs * (total - *same);
        *same += weight;
        total += weight;
        fenwick_add(&w->events, w->rank[i], pairs);
    }
    for (size_t i = first; i < end; i++)
        w->key[w->rank[i]] = 0.0;
}

static void visit_stratum(work_t *w, size_t a, size_t b, tn_concordance_t *c)
{
    fenwick_clear(&w->at_risk, b - a);
    fenwick_clear(&w->events, b - a);
    size_t k = b;
    for (size_t i = b, first; i > a; i = first) {
        const double t = w->exit[i - 1];
        for (first = i; first > a && w->exit[first - 1] == t;)
            first--;
        while (w->has_entry && k > a && w->entry[w->entering[k - 1]] >= t)
            take_from_risk(w, w->entering[--k]);
        put_at_risk(w, first, i, false);
        compare_events(w, first, i, c);
        add_events(w, first, i, c);
        put_at_risk(w, first, i, true);
    }
    for (size_t i = a; i < b; i++)
        if (!w->has_entry || w->entry[i] < w->exit[a]) note_events(w, i, 1.0);
}

/* Sum of squares of the clusters' sums. */
static int variance_of(
    const double *influence, size_t n, const int32_t *cluster, int n_clusters, double *variance)
{
    *variance = 0.0;
    if (cluster == NULL) {
        for (size_t i = 0; i < n; i++)
            *variance += influence[i] * influence[i];
        return 0;
    }
    double *sum = tn_calloc((size_t)n_clusters + 1, sizeof *sum);
    if (sum == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++)
        sum[cluster[i]] += influence[i];
    for (int k = 0; k < n_clusters; k++)
        *variance += sum[k] * sum[k];
    tn_free(sum);
    return 0;
}

/* C and the influences from the counts. */
static int conclude(tn_concordance_t *c, work_t *w, const tn_spells_t *d)
{
    const double pairs = c->concordant + c->discordant + c->tied_x;
    c->concordance = c->se = NAN;
    c->status = pairs > 0.0 ? TN_FIT_CONVERGED : TN_FIT_NO_EVENTS;
    if (c->status != TN_FIT_CONVERGED) return 0;
    const double sign = w->opt->is_reversed ? -1.0 : 1.0;
    const double somer = (c->concordant - c->discordant) / pairs;
    c->concordance = (1.0 + sign * somer) / 2.0;
    for (size_t i = 0; i < d->n; i++) {
        const sums_t p = w->part[i];
        const double excess = p.above - p.below - somer * (p.above + p.below + p.same);
        c->influence[w->row[i]] = sign * w->weight[i] * excess / (2.0 * pairs);
    }
    if (w->opt->is_reversed) {
        const double swap = c->concordant;
        c->concordant = c->discordant;
        c->discordant = swap;
    }
    double variance;
    if (variance_of(c->influence, d->n, d->cluster, d->n_clusters, &variance) < 0) return TN_ENOMEM;
    c->se = sqrt(variance);
    return 0;
}

static int check_arguments(const tn_spells_t *d, int cause, const double *x,
    const tn_concordance_options_t *opt, tn_error_t *err)
{
    const int ret = tn_spells_check(d, err);
    if (ret < 0) return ret;
    if (cause < 1 || cause > d->n_causes)
        return tn_error_set(err, TN_EARG, "cause %d, expected 1 to %d", cause, d->n_causes);
    if (x == NULL && d->n > 0) return tn_error_set(err, TN_EARG, "no predictions");
    if (opt->timewt < TN_TIMEWT_N || opt->timewt > TN_TIMEWT_I)
        return tn_error_set(err, TN_EARG, "unknown weight of times %d", (int)opt->timewt);
    if ((opt->has_min && !isfinite(opt->ymin)) || (opt->has_max && isnan(opt->ymax)))
        return tn_error_set(err, TN_EARG, "ymin and ymax must be numbers");
    if (d->entry != NULL && opt->timewt != TN_TIMEWT_N && opt->timewt != TN_TIMEWT_S &&
        opt->timewt != TN_TIMEWT_I)
        return tn_error_set(
            err, TN_EARG, "weights by the censoring distribution are not defined with entry times");
    for (size_t i = 0; i < d->n; i++) {
        if (!isfinite(x[i]))
            return tn_error_set(err, TN_EDOMAIN, "row %zu: prediction %g", i + 1, x[i]);
        if (opt->has_min && d->cause[i] != cause && d->exit[i] < opt->ymin)
            return tn_error_set(err, TN_EDOMAIN,
                "row %zu: censored at %g, before the least time compared, %g", i + 1, d->exit[i],
                opt->ymin);
    }
    return 0;
}

static int prepare(work_t *w, const tn_spells_t *d, int cause, const double *x, size_t n_strata)
{
    for (size_t i = 0; i < d->n; i++)
        w->key[i] = w->opt->has_min ? fmax(d->exit[i], w->opt->ymin) : d->exit[i];
    count_strata(w, d, n_strata);
    if (rank_rows(w, d, n_strata, x) < 0 || order_in_strata(w, d, n_strata, w->key, w->row) < 0)
        return TN_ENOMEM;
    fill_positions(w, d, cause);
    if (order_entries(w, d, n_strata) < 0) return TN_ENOMEM;
    memset(w->key, 0, d->n * sizeof *w->key); /* from here on room for sums by rank */
    return 0;
}

int tn_concordance_run(tn_concordance_t *self, const tn_spells_t *d, int cause, const double *x,
    const tn_concordance_options_t *opt, tn_error_t *err)
{
    const tn_concordance_options_t default_opt = TN_CONCORDANCE_OPTIONS_DEFAULT;
    *self = (tn_concordance_t){0};
    if (opt == NULL) opt = &default_opt;
    int ret = check_arguments(d, cause, x, opt, err);
    if (ret < 0) return ret;
    const size_t n_strata = d->stratum != NULL ? (size_t)d->n_strata : 1;
    work_t w = {.opt = opt, .has_entry = d->entry != NULL};
    self->n = d->n;
    self->influence = tn_calloc(d->n + 1, sizeof *self->influence);
    ret = TN_ENOMEM;
    if (self->influence == NULL || !work_alloc(&w, d->n + 1, n_strata)) goto out;
    if (prepare(&w, d, cause, x, n_strata) < 0) goto out;
    for (size_t s = 0; s < n_strata; s++) {
        weigh_times(&w, w.start[s], w.start[s + 1]);
        visit_stratum(&w, w.start[s], w.start[s + 1], self);
    }
    ret = conclude(self, &w, d);
out:
    work_free(&w);
    if (ret < 0) {
        tn_concordance_free(self);
        return tn_error_set(err, ret, "%s", tn_error_text(ret));
    }
    return 0;
}

void tn_concordance_free(tn_concordance_t *self)
{
    if (self == NULL) return;
    tn_free(self->influence);
    *self = (tn_concordance_t){0};
}

int tn_concordance_compare(const tn_concordance_t *a, const tn_concordance_t *b,
    const int32_t *cluster, int n_clusters, double *difference, double *se, tn_error_t *err)
{
    *difference = *se = NAN;
    if (a->n != b->n)
        return tn_error_set(err, TN_EARG, "concordances of %zu and %zu rows", a->n, b->n);
    if (a->status != TN_FIT_CONVERGED || b->status != TN_FIT_CONVERGED)
        return tn_error_set(err, TN_EDOMAIN, "no pair can be compared");
    for (size_t i = 0; cluster != NULL && i < a->n; i++)
        if (cluster[i] < 0 || cluster[i] >= n_clusters)
            return tn_error_set(err, TN_EDOMAIN, "row %zu: cluster %d, expected 0 to %d", i + 1,
                (int)cluster[i], n_clusters - 1);
    double variance;
    double *delta = tn_calloc(a->n + 1, sizeof *delta);
    if (delta == NULL) return tn_error_set(err, TN_ENOMEM, "out of memory");
    for (size_t i = 0; i < a->n; i++)
        delta[i] = a->influence[i] - b->influence[i];
    const int ret = variance_of(delta, a->n, cluster, n_clusters, &variance);
    tn_free(delta);
    if (ret < 0) return tn_error_set(err, ret, "out of memory");
    *difference = a->concordance - b->concordance;
    *se = sqrt(variance);
    return 0;
}
