/* Data of the Cox model, sorted once: stable orders by radix, then by counting over strata. Equal
 * times keep the caller's order of rows, so results do not depend on the machine. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "survival/cox_sweep.h"
#include "survival/order.h"

#define LANES     8 /* running sums side by side */
#define COPY_ROWS ((size_t)1 << 15)
#define AHEAD     24

/* Stable order of the items 0..n-1 by stratum, given their order by time: order is rewritten. */
static int group_by_stratum(
    size_t n, const int32_t *stratum, int n_strata, uint32_t *order, size_t *start)
{
    memset(start, 0, ((size_t)n_strata + 1) * sizeof *start);
    start[n_strata] = n;
    if (n_strata == 1) return 0;
    uint32_t *sorted = tn_calloc(n > 0 ? n : 1, sizeof *sorted);
    if (sorted == NULL) return TN_ENOMEM;
    size_t *next = tn_calloc((size_t)n_strata + 1, sizeof *next);
    if (next == NULL) {
        tn_free(sorted);
        return TN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++)
        next[stratum[i] + 1]++;
    for (int s = 0; s < n_strata; s++)
        next[s + 1] += next[s];
    memcpy(start, next, ((size_t)n_strata + 1) * sizeof *start);
    for (size_t k = 0; k < n; k++)
        sorted[next[stratum[order[k]]]++] = order[k];
    memcpy(order, sorted, n * sizeof *order);
    tn_free(next);
    tn_free(sorted);
    return 0;
}

/* self->row: by stratum, exit descending, censored before events. */
static int sort_rows(
    struct tn_cox_data *self, const tn_spells_t *spells, int cause, size_t *stratum_row)
{
    const size_t n = spells->n, size = n > 0 ? n : 1;
    double *key = tn_calloc(size, sizeof *key);
    uint32_t *first = tn_calloc(size, sizeof *first);
    int ret = key == NULL || first == NULL ? TN_ENOMEM : 0;
    if (ret < 0) goto out;
    size_t next[2] = {0, n}; /* places of the next censored row and the next event */
    for (size_t i = 0; i < n; i++)
        next[1] -= spells->cause[i] == cause;
    for (size_t i = 0; i < n; i++)
        first[next[spells->cause[i] == cause]++] = (uint32_t)i;
    for (size_t k = 0; k < n; k++)
        key[k] = -spells->exit[first[k]];
    ret = tn_order(n, key, self->row);
    if (ret < 0) goto out;
    for (size_t k = 0; k < n; k++)
        self->row[k] = first[self->row[k]];
    ret = group_by_stratum(n, spells->stratum, self->n_strata, self->row, stratum_row);
out:
    tn_free(key);
    tn_free(first);
    return ret;
}

/* self->leave: sorted rows by stratum, entry descending. */
static int sort_entries(struct tn_cox_data *self, const size_t *stratum_row)
{
    const size_t n = self->view.n, size = n > 0 ? n : 1;
    double *key = tn_calloc(size, sizeof *key);
    int32_t *stratum = tn_calloc(size, sizeof *stratum);
    size_t *start = tn_calloc((size_t)self->n_strata + 1, sizeof *start);
    int ret = key == NULL || stratum == NULL || start == NULL ? TN_ENOMEM : 0;
    if (ret < 0) goto out;
    for (int s = 0; s < self->n_strata; s++) {
        for (size_t i = stratum_row[s]; i < stratum_row[s + 1]; i++)
            stratum[i] = s;
    }
    for (size_t i = 0; i < n; i++)
        key[i] = -self->entry[i];
    ret = tn_order(n, key, self->leave);
    if (ret == 0) ret = group_by_stratum(n, stratum, self->n_strata, self->leave, start);
out:
    tn_free(key);
    tn_free(stratum);
    tn_free(start);
    return ret;
}

/* Sum of w (x - at), or of w (x - at)^2, in LANES running sums, so that the additions do
 * not wait for one another. */
static double moment(size_t n, const double *x, const double *w, double at, bool is_square)
{
    double sum[LANES] = {0.0}, total = 0.0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            const double d = x[i + k] - at, v = is_square ? d * d : d;
            sum[k] += w != NULL ? w[i + k] * v : v;
        }
    }
    for (; i < n; i++) {
        const double d = x[i] - at, v = is_square ? d * d : d;
        sum[0] += w != NULL ? w[i] * v : v;
    }
    for (size_t k = 0; k < LANES; k++)
        total += sum[k];
    return total;
}

/* Weighted means and variances, by column of the caller. */
static void centre(struct tn_cox_data *self, const tn_spells_t *spells)
{
    const size_t n = spells->n;
    const double *w = spells->weight;
    double total = (double)n;
    if (w != NULL) total = moment(n, w, NULL, 0.0, false);
    for (int j = 0; j < spells->n_covariates && n > 0; j++) {
        const double *x = spells->x + (size_t)j * n;
        /* around the first value: sums of years do not lose the days */
        self->centre[j] = x[0] + moment(n, x, w, x[0], false) / total;
        self->spread[j] = moment(n, x, w, self->centre[j], true) / total;
    }
}

/** Rows on their way into their order, in blocks that threads take. */
typedef struct copying {
    struct tn_cox_data *data;
    const tn_spells_t *spells;
    const tn_cox_options_t *opt;
} copying_t;

/* The rows lie anywhere in the caller's columns: they are asked for some rows ahead. */
static void call_ahead(const tn_spells_t *spells, size_t i)
{
    __builtin_prefetch(spells->exit + i);
    for (int j = 0; j < spells->n_covariates; j++)
        __builtin_prefetch(spells->x + (size_t)j * spells->n + i);
}

static int copy_block(void *ctx, int thread, int64_t block)
{
    const copying_t *c = ctx;
    struct tn_cox_data *self = c->data;
    const tn_spells_t *spells = c->spells;
    const size_t n = spells->n, stride = (size_t)self->view.stride;
    const size_t from = (size_t)block * COPY_ROWS, to = n - from > COPY_ROWS ? from + COPY_ROWS : n;
    (void)thread;
    for (size_t k = from; k < to; k++) {
        const size_t i = self->row[k];
        if (k + AHEAD < n) call_ahead(spells, self->row[k + AHEAD]);
        self->exit[k] = spells->exit[i];
        if (spells->entry != NULL) self->entry[k] = spells->entry[i];
        self->w[k] = spells->weight != NULL ? spells->weight[i] : 1.0;
        if (c->opt->offset != NULL) self->offset[k] = c->opt->offset[i];
        if (spells->cluster != NULL) self->cluster[k] = spells->cluster[i];
        for (int j = 0; j < spells->n_covariates; j++)
            self->z[k * stride + (size_t)j] = spells->x[(size_t)j * n + i] - self->centre[j];
        for (size_t j = (size_t)spells->n_covariates; j < stride; j++)
            self->z[k * stride + j] = 0.0;
    }
    return 0;
}

static void copy_rows(
    struct tn_cox_data *self, const tn_spells_t *spells, const tn_cox_options_t *opt)
{
    copying_t copying = {.data = self, .spells = spells, .opt = opt};
    const int64_t n_blocks = (int64_t)((spells->n + COPY_ROWS - 1) / COPY_ROWS);
    (void)tn_parallel_run(0, n_blocks, copy_block, &copying); /* no block fails */
}

/* Groups of the rows a..b-1 of a stratum; leaving rows from leave[a] on. */
static size_t group_stratum(struct tn_cox_data *self, const uint8_t *is_event, size_t n_groups,
    int stratum, size_t a, size_t b)
{
    size_t first = a, q = a;
    for (size_t i = a; i < b;) {
        size_t end = i, events;
        while (end < b && self->exit[end] == self->exit[i] && !is_event[end])
            end++;
        events = end;
        while (end < b && self->exit[end] == self->exit[i])
            end++;
        if (events < end) {
            const size_t leave = q;
            while (self->entry != NULL && q < b && self->entry[self->leave[q]] >= self->exit[i])
                q++;
            self->group[n_groups++] = (tn_cox_group_t){.first = (uint32_t)first,
                .events = (uint32_t)events,
                .end = (uint32_t)end,
                .leave = (uint32_t)leave,
                .leave_end = (uint32_t)q,
                .stratum = stratum};
            first = end;
        }
        i = end;
    }
    return n_groups;
}

static int make_groups(
    struct tn_cox_data *self, const tn_spells_t *spells, int cause, const size_t *stratum_row)
{
    const size_t n = spells->n;
    uint8_t *is_event = tn_calloc(n > 0 ? n : 1, sizeof *is_event);
    if (is_event == NULL) return TN_ENOMEM;
    size_t n_times = 0; /* at most: event times, each run of equal ones once */
    for (size_t k = 0; k < n; k++) {
        is_event[k] = spells->cause[self->row[k]] == cause;
        self->n_events += is_event[k];
        const bool is_same = k > 0 && is_event[k - 1] && self->exit[k] == self->exit[k - 1];
        n_times += is_event[k] && !is_same;
    }
    /* equal times in neighbouring strata are two groups but may count once */
    self->group = tn_calloc(n_times + (size_t)self->n_strata, sizeof *self->group);
    if (self->group == NULL) {
        tn_free(is_event);
        return TN_ENOMEM;
    }
    size_t n_groups = 0;
    for (int s = 0; s < self->n_strata; s++) {
        self->stratum_group[s] = n_groups;
        n_groups = group_stratum(self, is_event, n_groups, s, stratum_row[s], stratum_row[s + 1]);
    }
    self->stratum_group[self->n_strata] = n_groups;
    self->view.n_groups = n_groups;
    tn_free(is_event);
    return 0;
}

static bool allocate(
    struct tn_cox_data *self, const tn_spells_t *spells, const tn_cox_options_t *opt)
{
    const size_t n = spells->n > 0 ? spells->n : 1, p = (size_t)spells->n_covariates + 1;
    const size_t stride = (size_t)self->view.stride;
    self->row = tn_calloc(n, sizeof *self->row);
    self->exit = tn_calloc(n, sizeof *self->exit);
    self->z = tn_aligned_malloc(n * (stride > 0 ? stride : 2), sizeof *self->z);
    self->w = tn_calloc(n, sizeof *self->w);
    self->stratum_group = tn_calloc((size_t)self->n_strata + 1, sizeof *self->stratum_group);
    self->centre = tn_calloc(p, sizeof *self->centre);
    self->spread = tn_calloc(p, sizeof *self->spread);
    bool is_fine = self->row != NULL && self->exit != NULL && self->z != NULL && self->w != NULL &&
                   self->stratum_group != NULL && self->centre != NULL && self->spread != NULL;
    if (spells->entry != NULL) {
        self->entry = tn_calloc(n, sizeof *self->entry);
        self->leave = tn_calloc(n, sizeof *self->leave);
        is_fine = is_fine && self->entry != NULL && self->leave != NULL;
    }
    if (opt->offset != NULL) {
        self->offset = tn_calloc(n, sizeof *self->offset);
        is_fine = is_fine && self->offset != NULL;
    }
    if (spells->cluster != NULL) {
        self->cluster = tn_calloc(n, sizeof *self->cluster);
        is_fine = is_fine && self->cluster != NULL;
    }
    self->event_sum = tn_calloc(p, sizeof *self->event_sum);
    is_fine = is_fine && self->event_sum != NULL;
    if (opt->ridge != NULL) {
        self->ridge = tn_calloc(p, sizeof *self->ridge);
        is_fine = is_fine && self->ridge != NULL;
    }
    return is_fine;
}

static int stride_of(int p) { return p >= 1 && p <= TN_COX_WIDE ? TN_COX_WIDE : (p + 1) / 2 * 2; }

int tn_cox_data_init(
    struct tn_cox_data *self, const tn_spells_t *spells, const tn_cox_options_t *opt)
{
    *self = (struct tn_cox_data){.n_strata = spells->stratum != NULL ? spells->n_strata : 1,
        .n_clusters = spells->cluster != NULL ? spells->n_clusters : 0,
        .view = {.p = spells->n_covariates,
            .stride = stride_of(spells->n_covariates),
            .n = spells->n,
            .is_efron = opt->ties == TN_COX_EFRON}};
    size_t *stratum_row = tn_calloc((size_t)self->n_strata + 1, sizeof *stratum_row);
    int ret = stratum_row != NULL && allocate(self, spells, opt) ? 0 : TN_ENOMEM;
    if (ret < 0) goto out;
    ret = sort_rows(self, spells, opt->cause, stratum_row);
    if (ret < 0) goto out;
    centre(self, spells);
    copy_rows(self, spells, opt);
    if (self->ridge != NULL)
        memcpy(self->ridge, opt->ridge, (size_t)spells->n_covariates * sizeof *self->ridge);
    if (self->entry != NULL) ret = sort_entries(self, stratum_row);
    if (ret == 0) ret = make_groups(self, spells, opt->cause, stratum_row);
    self->view.z = self->z;
    self->view.w = self->w;
    self->view.offset = self->offset;
    self->view.group = self->group;
    self->view.leave = self->leave;
    if (ret == 0) {
        tn_cox_events_score(&self->view, self->event_sum);
        self->view.event_sum = self->event_sum;
    }
out:
    tn_free(stratum_row);
    if (ret < 0) tn_cox_data_free(self);
    return ret;
}

void tn_cox_data_free(struct tn_cox_data *self)
{
    if (self == NULL) return;
    tn_free(self->row);
    tn_free(self->exit);
    tn_free(self->entry);
    tn_free(self->z);
    tn_free(self->w);
    tn_free(self->offset);
    tn_free(self->group);
    tn_free(self->leave);
    tn_free(self->stratum_group);
    tn_free(self->cluster);
    tn_free(self->centre);
    tn_free(self->spread);
    tn_free(self->ridge);
    tn_free(self->event_sum);
    *self = (struct tn_cox_data){0};
}
