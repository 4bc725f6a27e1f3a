/* Radix sort on the bits of the doubles: with the sign bit flipped (and all bits of negatives)
 * their order as integers is their order as numbers. Three digits below the highest bit in which
 * the keys differ put nearly all of them in place; an insertion pass mends the rest, and where too
 * many agree in those 33 bits, the lower digits are sorted too (least significant first: every pass
 * is stable). Digits in which all keys agree cost nothing. qsort(3) is not stable and costs
 * O(n log n) calls; six full passes took twice the time of this. */
#include "survival/order.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "tenure/error.h"

#define DIGIT_BITS   11
#define N_DIGITS     3
#define N_BUCKETS    (1 << DIGIT_BITS)
#define MAX_MOVES(n) (4 * (n))

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

static unsigned digit(uint64_t key, int shift)
{
    return (unsigned)(key >> shift) & (N_BUCKETS - 1);
}

/* Moves the items, ordered by the digit at shift, from `from` to `to`; false, with nothing moved,
 * if that digit is the same in all. count: items by digit; overwritten. */
static bool pass(size_t n, const item_t *from, item_t *to, int shift, size_t *count)
{
    if (count[digit(from[0].key, shift)] == n) return false;
    size_t sum = 0;
    for (int b = 0; b < N_BUCKETS; b++) {
        const size_t here = count[b];
        count[b] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[digit(from[i].key, shift)]++] = from[i];
    return true;
}

/* Sorts by the n_digits digits from shift up; the two arrays trade places with every pass. */
static void sort_digits(size_t n, item_t **from, item_t **to, int shift)
{
    size_t count[N_DIGITS][N_BUCKETS] = {{0}};
    for (size_t i = 0; i < n; i++) {
        for (int d = 0; d < N_DIGITS; d++)
            count[d][digit((*from)[i].key, shift + d * DIGIT_BITS)]++;
    }
    for (int d = 0; d < N_DIGITS; d++) {
        if (!pass(n, *from, *to, shift + d * DIGIT_BITS, count[d])) continue;
        item_t *swap = *from;
        *from = *to;
        *to = swap;
    }
}

/* Puts items that are nearly in order into order; false, with the work half done, if they are not
 * so near. Equal keys are never moved past each other. */
static bool mend(size_t n, item_t *items)
{
    size_t n_moves = 0;
    for (size_t i = 1; i < n; i++) {
        if (items[i - 1].key <= items[i].key) continue;
        const item_t item = items[i];
        size_t j = i;
        for (; j > 0 && items[j - 1].key > item.key; j--)
            items[j] = items[j - 1];
        items[j] = item;
        n_moves += i - j;
        if (n_moves > MAX_MOVES(n)) return false;
    }
    return true;
}

/* Keys from the least one on; returns the highest bit in which they differ plus one. */
static int set_keys(size_t n, const double *key, item_t *items)
{
    uint64_t least = UINT64_MAX, most = 0;
    int n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        items[i] = (item_t){.key = sortable(key[i]), .row = (uint32_t)i};
        if (items[i].key < least) least = items[i].key;
        if (items[i].key > most) most = items[i].key;
    }
    for (size_t i = 0; i < n; i++)
        items[i].key -= least;
    while (n_bits < 64 && (most - least) >> n_bits != 0)
        n_bits++;
    return n_bits;
}

int tn_order(size_t n, const double *key, uint32_t *order)
{
    const int width = N_DIGITS * DIGIT_BITS;
    if (n == 0) return 0;
    item_t *items = tn_malloc(2 * n * sizeof *items);
    if (items == NULL) return TN_ENOMEM;
    item_t *from = items, *to = items + n;
    const int n_bits = set_keys(n, key, from);
    const int top = n_bits > width ? n_bits - width : 0;
    sort_digits(n, &from, &to, top);
    if (top > 0 && !mend(n, from)) {
        /* back to the order of rows, then all digits from the lowest */
        set_keys(n, key, from);
        sort_digits(n, &from, &to, 0);
        sort_digits(n, &from, &to, top);
    }
    for (size_t i = 0; i < n; i++)
        order[i] = from[i].row;
    tn_free(items);
    return 0;
}
