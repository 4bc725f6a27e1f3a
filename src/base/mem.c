/* Allocation with overflow checks and failures on purpose. The two counters are the library's only
 * mutable statics: they exist for the allocation-failure tests and cost one atomic addition a call.
 */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): the C library's name, for madvise */
#define _DEFAULT_SOURCE
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

#define ALIGNMENT  64
#define HUGE_PAGE  ((size_t)2 << 20)
#define SMALL_PAGE ((size_t)4096) /* the smallest; larger ones refuse what is not theirs */
#define LARGE      ((size_t)7 << 20)

static atomic_long fail_at;
static atomic_long n_calls;

void tn_mem_fail_at(long k)
{
    atomic_store(&n_calls, 0);
    atomic_store(&fail_at, k);
}

long tn_mem_count(void) { return atomic_load(&n_calls); }

static int must_fail(void)
{
    const long call = atomic_fetch_add(&n_calls, 1) + 1;
    const long k = atomic_load(&fail_at);
    return k > 0 && call >= k;
}

/** n * size, or SIZE_MAX on overflow; never 0, so that NULL always means failure. */
static size_t product(size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) return SIZE_MAX;
    return n * size == 0 ? 1 : n * size;
}

/** Asks for large pages under a large piece: faults and translations of small ones cost as much as
 * a pass over the data. A wish; small pages do as well. */
static void *on_large_pages(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (p != NULL && bytes >= LARGE) {
        const size_t skip = (SMALL_PAGE - (uintptr_t)p % SMALL_PAGE) % SMALL_PAGE;
        (void)madvise((char *)p + skip, (bytes - skip) / SMALL_PAGE * SMALL_PAGE, MADV_HUGEPAGE);
    }
#endif
    return p;
}

void *tn_malloc(size_t size)
{
    return must_fail() ? NULL : on_large_pages(malloc(product(size, 1)), size);
}

void *tn_calloc(size_t n, size_t size)
{
    const size_t bytes = product(n, size);
    if (must_fail() || bytes == SIZE_MAX) return NULL;
    return on_large_pages(calloc(1, bytes), bytes);
}

void *tn_realloc(void *p, size_t n, size_t size)
{
    const size_t bytes = product(n, size);
    return must_fail() || bytes == SIZE_MAX ? NULL : realloc(p, bytes);
}

void *tn_aligned_malloc(size_t n, size_t size)
{
    const size_t bytes = product(n, size);
    if (must_fail() || bytes > SIZE_MAX - ALIGNMENT) return NULL;
    const size_t whole = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return on_large_pages(aligned_alloc(ALIGNMENT, whole), whole);
}

void *tn_huge_calloc(size_t size)
{
    if (must_fail() || size > SIZE_MAX - HUGE_PAGE) return NULL;
    const size_t bytes = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *p = aligned_alloc(HUGE_PAGE, bytes);
    if (p == NULL) return NULL;
#ifdef MADV_HUGEPAGE
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* a wish: small pages do as well, only slower */
#endif
    memset(p, 0, size);
    return p;
}

void *tn_aligned_calloc(size_t n, size_t size)
{
    void *p = tn_aligned_malloc(n, size);
    if (p != NULL) memset(p, 0, n * size);
    return p;
}

void tn_free(void *p) { free(p); }

char *tn_strndup(const char *s, size_t n)
{
    char *copy = n < SIZE_MAX ? tn_malloc(n + 1) : NULL;
    if (copy == NULL) return NULL;
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *tn_strdup(const char *s) { return tn_strndup(s, strlen(s)); }
