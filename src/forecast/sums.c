#include "forecast/sums.h"

void tn_sum_column(double *y, const tn_tally_t *t, size_t column)
{
    for (int64_t b = 0; b < t->n_rows; b++)
        y[b] += tn_tally_at(t, b, column);
}

void tn_sum_exits(double *y, const tn_tally_t *t, unsigned routes, int weeks)
{
    for (size_t week = 0; week < (size_t)weeks; week++) {
        for (size_t r = 0; r < TN_N_ROUTES; r++) {
            if (routes >> r & 1u) tn_sum_column(y, t, t->exits + r * (size_t)t->n_weeks + week);
        }
    }
}

void tn_sum_successors(double *y, const tn_tally_t *t, unsigned routes, int d)
{
    const size_t n = (size_t)t->n_successors;
    for (size_t r = 0; r < TN_N_ROUTES; r++) {
        for (size_t k = 0; (routes >> r & 1u) && k < n; k++) {
            if (d < 0 || k == (size_t)d) tn_sum_column(y, t, t->successors + r * n + k);
        }
    }
}
