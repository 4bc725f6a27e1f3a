/** Who is at risk: the rows of each stratum in the order in which they leave and enter, and a walk
 * over the distinct exit times. Shared by the estimators that need no covariates. */
#ifndef TN_SURVIVAL_RISK_H
#define TN_SURVIVAL_RISK_H
#include <stdbool.h>

#include "tenure/spells.h"

/** A sum kept to twice the precision, so that weights added and taken away leave no rubble. */
typedef struct tn_sum {
    double high, low;
} tn_sum_t;
void tn_sum_add(tn_sum_t *self, double x);

typedef struct tn_risk {
    const tn_spells_t *spells;
    int n_strata;
    size_t *start;     /* n_strata + 1: stratum s has places start[s]..start[s+1]-1 */
    uint32_t *exits;   /* n rows by stratum, then exit; ties in the order of rows */
    uint32_t *entries; /* n rows by stratum, then entry; the same array without entry times */
    double *time;      /* n exit times in the order of exits */
    int32_t *cause;    /* n causes in the order of exits */
    double *weight;    /* n in the order of exits, or NULL: all 1 */
    double *entry;     /* n entry times in the order of entries, or NULL */
    size_t n_steps;    /* distinct exit times, summed over strata */
} tn_risk_t;

/** Sorts the rows; the spells must have passed tn_spells_check and must outlive self.
 *  @return 0 or TN_ENOMEM. Cost O(n). */
int tn_risk_init(tn_risk_t *self, const tn_spells_t *spells);
void tn_risk_free(tn_risk_t *self);
/** values (n, by row) in the order of exits; the caller's to tn_free. NULL: out of memory. */
int32_t *tn_risk_gather(const tn_risk_t *self, const int32_t *values);
/** Case weight at a place of exits; of a row. */
static inline double tn_risk_weight_at(const tn_risk_t *self, size_t place)
{
    return self->weight == NULL ? 1.0 : self->weight[place];
}
static inline double tn_risk_weight_of(const tn_risk_t *self, size_t row)
{
    return self->weight == NULL ? 1.0 : self->spells->weight[row];
}
/** Does the row at a place of exits end with the event: cause `only`, or any for 0? */
static inline bool tn_risk_is_event(const tn_risk_t *self, size_t place, int only)
{
    return only == 0 ? self->cause[place] > 0 : self->cause[place] == only;
}

/** The walk. After tn_sweep_next: at `time` the rows exits[first..last) leave; since the time
 * before the rows entries[entered_from..entered_to) have come under risk (entry < time); n_risk
 * rows of total weight `weight` are at risk at that time. */
typedef struct tn_sweep {
    const tn_risk_t *risk;
    size_t end, first, last, entered_from, entered_to;
    double time;
    size_t n_risk;
    double weight;
    tn_sum_t sum;
} tn_sweep_t;
void tn_sweep_begin(tn_sweep_t *self, const tn_risk_t *risk, int stratum);
bool tn_sweep_next(tn_sweep_t *self);

/** Last of n ascending times that is <= t, -1 if none. */
ptrdiff_t tn_risk_last_at(size_t n, const double *time, double t);
#endif
