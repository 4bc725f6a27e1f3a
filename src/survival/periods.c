/* Two passes over the spells: count, then write. */
#include "tenure/periods.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"

#define ON_BORDER 1e-9

/* The periods first..last of a spell; none if first > last. */
typedef struct range {
    int64_t first, last;
} range_t;

/* Number of cuts below t. */
static int64_t cuts_below(const tn_periods_options_t *opt, double t)
{
    size_t lo = 0, hi = opt->n_cuts;
    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;
        if (opt->cuts[middle] < t) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return (int64_t)lo;
}

static bool is_on_cut(const tn_periods_options_t *opt, int64_t j, double t)
{
    return j < (int64_t)opt->n_cuts && opt->cuts[j] == t;
}

static range_t range_by_cuts(const tn_periods_options_t *opt, double entry, double exit)
{
    const int64_t n_periods = (int64_t)opt->n_cuts - 1;
    const int64_t at = cuts_below(opt, entry);
    /* entry on cut j begins period j; between cuts j - 1 and j it lies in period j - 1 */
    range_t r = {is_on_cut(opt, at, entry) ? at : at - 1, cuts_below(opt, exit) - 1};
    if (r.first < 0) r.first = 0;
    if (r.last > n_periods - 1) r.last = n_periods - 1;
    if (entry == exit && is_on_cut(opt, at, entry)) r.last = r.first; /* an exit at time 0 */
    return r;
}

static range_t range_by_unit(double unit, double entry, double exit)
{
    range_t r = {(int64_t)floor(entry / unit * (1.0 + ON_BORDER)),
        (int64_t)ceil(exit / unit * (1.0 - ON_BORDER)) - 1};
    if (r.last < r.first) r.last = r.first;
    return r;
}

static double entry_of(const tn_spells_t *s, size_t i)
{
    return s->entry != NULL ? s->entry[i] : 0.0;
}

static range_t range_of(const tn_spells_t *s, size_t i, const tn_periods_options_t *opt)
{
    if (opt->cuts != NULL) return range_by_cuts(opt, entry_of(s, i), s->exit[i]);
    return range_by_unit(opt->unit, entry_of(s, i), s->exit[i]);
}

static double border(const tn_periods_options_t *opt, int64_t j)
{
    return opt->cuts != NULL ? opt->cuts[j] : (double)j * opt->unit;
}

static int check(const tn_spells_t *s, const tn_periods_options_t *opt, tn_error_t *err)
{
    const int ret = tn_spells_check(s, err);
    if (ret < 0) return ret;
    if (opt->cuts == NULL) {
        if (!(opt->unit > 0.0) || !isfinite(opt->unit)) {
            return tn_error_set(err, TN_EARG, "periods: their length must be positive");
        }
        for (size_t i = 0; i < s->n; i++) {
            if (entry_of(s, i) >= 0.0 && s->exit[i] / opt->unit < (double)INT32_MAX) continue;
            return tn_error_set(err, TN_EDOMAIN,
                "row %zu: entry before 0 or too many periods (%.17g, %.17g)", i + 1, entry_of(s, i),
                s->exit[i]);
        }
        return 0;
    }
    bool is_good = opt->n_cuts >= 2 && opt->n_cuts <= INT32_MAX;
    for (size_t j = 0; is_good && j < opt->n_cuts; j++)
        is_good = isfinite(opt->cuts[j]) && (j == 0 || opt->cuts[j] > opt->cuts[j - 1]);
    if (!is_good) {
        return tn_error_set(err, TN_EARG, "periods: cuts must be finite, ascending, at least two");
    }
    return 0;
}

static void write_rows(tn_periods_t *self, const tn_spells_t *s, const tn_periods_options_t *opt)
{
    size_t to = 0;
    for (size_t i = 0; i < s->n; i++) {
        const range_t r = range_of(s, i, opt);
        for (int64_t j = r.first; j <= r.last; j++, to++) {
            const bool is_last =
                j == r.last && (opt->cuts == NULL || s->exit[i] <= border(opt, j + 1));
            self->subject[to] = (uint32_t)i;
            self->period[to] = (int32_t)j;
            self->outcome[to] = is_last ? s->cause[i] : 0;
            self->start[to] = j == r.first ? fmax(entry_of(s, i), border(opt, j)) : border(opt, j);
            self->stop[to] = is_last ? s->exit[i] : border(opt, j + 1);
        }
    }
}

static int allocate(tn_periods_t *self)
{
    const size_t n = self->n > 0 ? self->n : 1;
    self->subject = tn_calloc(n, sizeof *self->subject);
    self->period = tn_calloc(n, sizeof *self->period);
    self->outcome = tn_calloc(n, sizeof *self->outcome);
    self->start = tn_calloc(n, sizeof *self->start);
    self->stop = tn_calloc(n, sizeof *self->stop);
    const bool is_complete = self->subject != NULL && self->period != NULL &&
                             self->outcome != NULL && self->start != NULL && self->stop != NULL;
    return is_complete ? 0 : TN_ENOMEM;
}

int tn_periods_expand(
    tn_periods_t *self, const tn_spells_t *spells, const tn_periods_options_t *opt, tn_error_t *err)
{
    *self = (tn_periods_t){0};
    int ret = check(spells, opt, err);
    if (ret < 0) return ret;
    uint64_t n = 0;
    for (size_t i = 0; i < spells->n; i++) {
        const range_t r = range_of(spells, i, opt);
        if (r.last >= r.first) n += (uint64_t)(r.last - r.first + 1);
        if (n > UINT32_MAX) {
            return tn_error_set(err, TN_EDOMAIN, "periods: more than 2^32 rows, use longer ones");
        }
    }
    self->n = (size_t)n;
    ret = allocate(self);
    if (ret < 0) {
        tn_periods_free(self);
        return tn_error_set(err, ret, "periods: %s", tn_error_text(ret));
    }
    write_rows(self, spells, opt);
    return 0;
}

void tn_periods_free(tn_periods_t *self)
{
    if (self == NULL) return;
    tn_free(self->subject);
    tn_free(self->period);
    tn_free(self->outcome);
    tn_free(self->start);
    tn_free(self->stop);
    *self = (tn_periods_t){0};
}
