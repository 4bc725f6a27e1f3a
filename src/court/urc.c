/* Ultimate ruling coalition by enumeration: at most 2^8 coalitions and 3^8 pairs.
 * Invariant: all proper submasks of a mask are decided before it, because they are smaller numbers.
 * Source: Acemoglu, Egorov & Sonin 2008; model 7.11, alpha = 1/2. */
#include "court/block.h"

#define MAX_POWERS 8
#define ALPHA      0.5

static double power_of(const double *power, uint32_t mask)
{
    double sum = 0.0;
    for (int i = 0; i < MAX_POWERS; i++) {
        if (mask & (1u << i)) sum += power[i];
    }
    return sum;
}

uint32_t tn_urc(const double *power, int n)
{
    double total[1 << MAX_POWERS];
    bool is_stable[1 << MAX_POWERS] = {false};
    const uint32_t all = (1u << n) - 1u;
    for (uint32_t m = 1; m <= all; m++) {
        total[m] = power_of(power, m);
        is_stable[m] = true;
        for (uint32_t sub = (m - 1) & m; sub != 0 && is_stable[m]; sub = (sub - 1) & m) {
            if (is_stable[sub] && total[sub] > ALPHA * total[m]) is_stable[m] = false;
        }
    }
    if (is_stable[all]) return all;
    uint32_t best = 0;
    for (uint32_t m = 1; m < all; m++) {
        if (!is_stable[m] || !(total[m] > ALPHA * total[all])) continue;
        if (best == 0 || total[m] < total[best]) best = m;
    }
    return best;
}
