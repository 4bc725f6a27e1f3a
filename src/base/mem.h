/** Allocation: overflow-checked, countable, and able to fail on purpose in tests. */
#ifndef TN_BASE_MEM_H
#define TN_BASE_MEM_H
#include <stddef.h>

void *tn_malloc(size_t size);
void *tn_calloc(size_t n, size_t size);           /* zeroed; NULL on overflow */
void *tn_realloc(void *p, size_t n, size_t size); /* n * size checked; p unchanged on failure */
void *tn_aligned_calloc(size_t n, size_t size);   /* 64-byte aligned, zeroed; free with tn_free */
void *tn_aligned_malloc(size_t n, size_t size);   /* the same, not zeroed */
/* zeroed, on few large pages where the system has them: for a megabyte or more that is walked
 * through again and again; free with tn_free */
void *tn_huge_calloc(size_t size);
void tn_free(void *p);
char *tn_strdup(const char *s);
char *tn_strndup(const char *s, size_t n);

/** Tests only: the k-th allocation from now (1 = next) fails, and every later one; 0 switches off.
 * Thread-safe. */
void tn_mem_fail_at(long k);
/** Number of allocations since the last tn_mem_fail_at(). */
long tn_mem_count(void);
#endif
