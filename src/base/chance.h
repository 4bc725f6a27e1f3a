/** The chance 1 - exp(-y) of an event of small hazard y by its series, in registers: the same bits
 * in one lane and in many. No digits are lost where y is small, as they are when a number near 1 is
 * taken from 1. */
#ifndef TN_BASE_CHANCE_H
#define TN_BASE_CHANCE_H
#include "base/vector.h"

#define SMALL_HAZARD 0.0625

/** For 0 <= y < SMALL_HAZARD, where ten terms of (1 - exp(-y))/y are exact to 2^-57. */
INLINE vec_t chance_of_small(vec_t y)
{
    vec_t sum = SPREAD(-1.0 / 3628800.0);
    sum = sum * y + SPREAD(1.0 / 362880.0);
    sum = sum * y + SPREAD(-1.0 / 40320.0);
    sum = sum * y + SPREAD(1.0 / 5040.0);
    sum = sum * y + SPREAD(-1.0 / 720.0);
    sum = sum * y + SPREAD(1.0 / 120.0);
    sum = sum * y + SPREAD(-1.0 / 24.0);
    sum = sum * y + SPREAD(1.0 / 6.0);
    sum = sum * y + SPREAD(-0.5);
    sum = sum * y + SPREAD(1.0);
    return y * sum;
}
#endif
