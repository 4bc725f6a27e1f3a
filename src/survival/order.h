/** Sorting rows by time: stable, the same order on every machine, linear time. */
#ifndef TN_SURVIVAL_ORDER_H
#define TN_SURVIVAL_ORDER_H
#include <stddef.h>
#include <stdint.h>

/** Writes into order the rows 0..n-1 in ascending order of key; equal keys keep their order.
 *  Keys are finite; -0 and 0 are equal. Cost O(n).
 *  @return 0 or TN_ENOMEM. */
int tn_order(size_t n, const double *key, uint32_t *order);
#endif
