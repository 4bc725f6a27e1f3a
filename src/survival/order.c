/* Radix sort, least significant digit first, on the bits of the doubles: with the sign bit flipped
 * (and all bits of negatives) their order as integers is their order as numbers. Digits in which
 * all keys agree cost one look. qsort(3) is not stable and costs O(n log n) calls. */
#include "survival/order.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "tenure/error.h"

#define DIGIT_BITS 11
#define N_DIGITS   6
#define N_BUCKETS  (1 << DIGIT_BITS)

typedef struct item {
    uint64_t key;
    uint32_t row;
} item_t;

static uint64_t sortable(double value)
{
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static unsigned digit(uint64_t key, int d)
{
    return (unsigned)(key >> (d * DIGIT_BITS)) & (N_BUCKETS - 1);
}

/* Moves the items, ordered by digit d, from `from` to `to`; false if the digit is the same in all.
 */
static bool pass(size_t n, const item_t *from, item_t *to, int d)
{
    size_t start[N_BUCKETS] = {0};
    for (size_t i = 0; i < n; i++)
        start[digit(from[i].key, d)]++;
    if (start[digit(from[0].key, d)] == n) return false;
    size_t sum = 0;
    for (int b = 0; b < N_BUCKETS; b++) {
        const size_t count = start[b];
        start[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[start[digit(from[i].key, d)]++] = from[i];
    return true;
}

int tn_order(size_t n, const double *key, uint32_t *order)
{
    if (n == 0) return 0;
    item_t *items = tn_calloc(2 * n, sizeof *items);
    if (items == NULL) return TN_ENOMEM;
    item_t *from = items, *to = items + n;
    for (size_t i = 0; i < n; i++)
        from[i] = (item_t){.key = sortable(key[i]), .row = (uint32_t)i};
    for (int d = 0; d < N_DIGITS; d++) {
        if (!pass(n, from, to, d)) continue;
        item_t *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < n; i++)
        order[i] = from[i].row;
    tn_free(items);
    return 0;
}
