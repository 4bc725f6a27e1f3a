/** The registers of the instruction set: WIDTH worlds side by side. Arithmetic is written with
 * plain operators, which both compilers accept on these types; only what has no operator is named
 * here. */
#ifndef TN_BASE_VECTOR_H
#define TN_BASE_VECTOR_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* TN_VECTOR_SCALAR: one world, whatever the instruction set has. */
#if defined(__AVX512F__) && !defined(TN_VECTOR_SCALAR)
#include <immintrin.h>
#define WIDTH 8
typedef __m512d vec_t;
typedef __m512i words_t; /* a 32-bit word in the low half of each 64-bit lane; the high half is
                            anything */
#define LOAD(p)         _mm512_loadu_pd(p)
#define STORE(p, v)     _mm512_storeu_pd(p, v)
#define SPREAD(x)       _mm512_set1_pd(x)
#define SQRT(a)         _mm512_sqrt_pd(a)
#define WORD(x)         _mm512_set1_epi64((long long)(x))
#define LOAD_WORDS(p)   _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(p)))
#define PLUS(a, b)      _mm512_add_epi64(a, b)
#define TIMES(a, b)     _mm512_mul_epu32(a, b)
#define HIGH(a)         _mm512_shuffle_epi32(a, _MM_PERM_DDBB)
#define XOR(a, b)       _mm512_xor_si512(a, b)
#define XOR3(a, b, c)   _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define AND_OR(a, m, o) _mm512_ternarylogic_epi64(a, m, o, 0xEA)
#define AND(a, b)       _mm512_and_si512(a, b)
#define HIGH12(a)       _mm512_srli_epi64(a, 52)
#define AS_NUMBERS(a)   _mm512_castsi512_pd(a)
#define AS_WORDS(a)     _mm512_castpd_si512(a)
#define SMALLER(a, b)   _mm512_min_pd(a, b)
#define LARGER(a, b)    _mm512_max_pd(a, b)
#define LOAD_SET(p)     _mm512_loadu_si512((const void *)(p))
#define STORE_SET(p, v) _mm512_storeu_si512((void *)(p), v)
/** In each lane a if bit i of the set is on, else b. */
#define IF_BIT(set, i, a, b)                                                                       \
    _mm512_mask_blend_pd(_mm512_test_epi64_mask(set, WORD(UINT64_C(1) << (i))), b, a)
/** Bit k: lane k of a is below lane k of b. */
#define LESS_MASK(a, b) ((unsigned)_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ))
/** Bit k: lane k of a is not zero. */
#define SOME_MASK(a) ((unsigned)_mm512_test_epi64_mask(a, a))
/** In each lane x where a < b, else y. */
#define IF_LESS(a, b, x, y) _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ), y, x)
#elif defined(__AVX2__) && !defined(TN_VECTOR_SCALAR)
#include <immintrin.h>
#define WIDTH           4
typedef __m256d vec_t;
typedef __m256i words_t;
#define LOAD(p)         _mm256_loadu_pd(p)
#define STORE(p, v)     _mm256_storeu_pd(p, v)
#define SPREAD(x)       _mm256_set1_pd(x)
#define SQRT(a)         _mm256_sqrt_pd(a)
#define WORD(x)         _mm256_set1_epi64x((long long)(x))
#define LOAD_WORDS(p)   _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define PLUS(a, b)      _mm256_add_epi64(a, b)
#define TIMES(a, b)     _mm256_mul_epu32(a, b)
#define HIGH(a)         _mm256_shuffle_epi32(a, 0xF5)
#define XOR(a, b)       _mm256_xor_si256(a, b)
#define XOR3(a, b, c)   _mm256_xor_si256(_mm256_xor_si256(a, b), c)
#define AND_OR(a, m, o) _mm256_or_si256(_mm256_and_si256(a, m), o)
#define AND(a, b)       _mm256_and_si256(a, b)
#define HIGH12(a)       _mm256_srli_epi64(a, 52)
#define AS_NUMBERS(a)   _mm256_castsi256_pd(a)
#define AS_WORDS(a)     _mm256_castpd_si256(a)
#define SMALLER(a, b)   _mm256_min_pd(a, b)
#define LARGER(a, b)    _mm256_max_pd(a, b)
#define LOAD_SET(p)     _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE_SET(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define IF_BIT(set, i, a, b)                                                                       \
    _mm256_blendv_pd(b, a, _mm256_castsi256_pd(_mm256_slli_epi64(set, 63 - (i))))
#define LESS_MASK(a, b) ((unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_LT_OQ)))
#define SOME_MASK(a)                                                                               \
    (15u ^ (unsigned)_mm256_movemask_pd(                                                           \
               _mm256_castsi256_pd(_mm256_cmpeq_epi64(a, _mm256_setzero_si256()))))
#define IF_LESS(a, b, x, y) _mm256_blendv_pd(y, x, _mm256_cmp_pd(a, b, _CMP_LT_OQ))
#elif defined(__SSE2__) && !defined(TN_VECTOR_SCALAR)
#include <emmintrin.h>
#define WIDTH       2
typedef __m128d vec_t;
typedef __m128i words_t;
#define LOAD(p)     _mm_loadu_pd(p)
#define STORE(p, v) _mm_storeu_pd(p, v)
#define SPREAD(x)   _mm_set1_pd(x)
#define SQRT(a)     _mm_sqrt_pd(a)
#define WORD(x)     _mm_set1_epi64x((long long)(x))
#define LOAD_WORDS(p)                                                                              \
    _mm_unpacklo_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(p)), _mm_setzero_si128())
#define PLUS(a, b)           _mm_add_epi64(a, b)
#define TIMES(a, b)          _mm_mul_epu32(a, b)
#define HIGH(a)              _mm_shuffle_epi32(a, 0xF5)
#define XOR(a, b)            _mm_xor_si128(a, b)
#define XOR3(a, b, c)        _mm_xor_si128(_mm_xor_si128(a, b), c)
#define AND_OR(a, m, o)      _mm_or_si128(_mm_and_si128(a, m), o)
#define AND(a, b)            _mm_and_si128(a, b)
#define HIGH12(a)            _mm_srli_epi64(a, 52)
#define AS_NUMBERS(a)        _mm_castsi128_pd(a)
#define AS_WORDS(a)          _mm_castpd_si128(a)
#define SMALLER(a, b)        _mm_min_pd(a, b)
#define LARGER(a, b)         _mm_max_pd(a, b)
#define LOAD_SET(p)          _mm_loadu_si128((const __m128i *)(const void *)(p))
#define STORE_SET(p, v)      _mm_storeu_si128((__m128i *)(void *)(p), v)
#define IF_BIT(set, i, a, b) if_sign(_mm_slli_epi64(set, 63 - (i)), a, b)
static inline __m128d if_sign(__m128i set, __m128d a, __m128d b)
{
    const __m128d sign = _mm_castsi128_pd(
        _mm_shuffle_epi32(_mm_srai_epi32(set, 31), 0xF5)); /* of each half to both */
    return _mm_or_pd(_mm_and_pd(sign, a), _mm_andnot_pd(sign, b));
}
#define LESS_MASK(a, b)      ((unsigned)_mm_movemask_pd(_mm_cmplt_pd(a, b)))
static inline unsigned some_mask(__m128i a)
{
    const __m128i none = _mm_cmpeq_epi32(a, _mm_setzero_si128()); /* of both halves */
    const __m128i both = _mm_and_si128(none, _mm_shuffle_epi32(none, 0xB1));
    return 3u ^ (unsigned)_mm_movemask_pd(_mm_castsi128_pd(both));
}
#define SOME_MASK(a)         some_mask(a)
#define IF_LESS(a, b, x, y)  if_sign(_mm_castpd_si128(_mm_cmplt_pd(a, b)), x, y)
#else
#define WIDTH                1
typedef double vec_t;
typedef uint64_t words_t;
static inline double as_number(uint64_t x)
{
    const union {
        uint64_t i;
        double d;
    } v = {.i = x};
    return v.d;
}
static inline uint64_t as_word(double x)
{
    const union {
        uint64_t i;
        double d;
    } v = {.d = x};
    return v.i;
}
#define LOAD(p)              (*(p))
#define STORE(p, v)          (*(p) = (v))
#define SPREAD(x)            (x)
#define SQRT(a)              sqrt(a)
#define WORD(x)              ((uint64_t)(x))
#define LOAD_WORDS(p)        ((uint64_t)(*(p)))
#define PLUS(a, b)           ((a) + (b))
#define TIMES(a, b)          (((a)&0xffffffffu) * ((b)&0xffffffffu))
#define HIGH(a)              ((a) >> 32)
#define XOR(a, b)            ((a) ^ (b))
#define XOR3(a, b, c)        ((a) ^ (b) ^ (c))
#define AND_OR(a, m, o)      (((a) & (m)) | (o))
#define AND(a, b)            ((a) & (b))
#define HIGH12(a)            ((a) >> 52)
#define AS_NUMBERS(a)        as_number(a)
#define AS_WORDS(a)          as_word(a)
#define SMALLER(a, b)        ((a) < (b) ? (a) : (b))
#define LARGER(a, b)         ((a) > (b) ? (a) : (b))
#define LOAD_SET(p)          (*(p))
#define STORE_SET(p, v)      (*(p) = (v))
#define IF_BIT(set, i, a, b) ((set) >> (i)&1 ? (a) : (b))
#define LESS_MASK(a, b)      ((unsigned)((a) < (b)))
#define SOME_MASK(a)         ((unsigned)((a) != 0))
#define IF_LESS(a, b, x, y)  ((a) < (b) ? (x) : (y))
#endif

#define CLIP01(a)   LARGER(SMALLER(a, SPREAD(1.0)), SPREAD(0.0))
#define POSITIVE(a) LARGER(a, SPREAD(0.0))
/** In each lane a if its 32-bit flag at p is 1, b if it is 0. */
#define IF_FLAG(p, a, b) IF_BIT(LOAD_WORDS(p), 0, a, b)

/** A point that this number must have been worked out at: the compilers take operations that were
 * written side by side apart again, into one long chain after the other. */
#if defined(__AVX512F__) && !defined(TN_VECTOR_SCALAR)
#define IN_ORDER(v) __asm__ volatile("" : "+v"(v))
#elif defined(__SSE2__) && !defined(TN_VECTOR_SCALAR)
#define IN_ORDER(v) __asm__ volatile("" : "+x"(v))
#else
#define IN_ORDER(v) (void)(v)
#endif

/** Registers worked on side by side: enough to hide the latency of a multiplication. */
#define N_SIDE 4
/** Offset of register r of those side by side. */
#define LANE(r) ((size_t)(r)*WIDTH)
/** Worlds of one step of the dense loops; divides TN_BLOCK. */
#define STRIP (N_SIDE * WIDTH)

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 4")

/** Worlds of one look for rare events. */
#define CHUNK 64

/** The first n lanes of a chunk, register by register: k is the first lane, and the last register
 * may hold some more. Written out, because the compilers make masks, not minima, of y < 1 ? y : 1
 * in a loop over numbers. */
#define ALONG(n, k) for (int k = 0, end_ = (n); k < end_; k += WIDTH)

static inline uint64_t first_lanes(uint64_t set, int n)
{
    return n < CHUNK ? set & ((UINT64_C(1) << n) - 1) : set;
}

/** Bit k, for k < n: u[k] < y[k]. */
static inline uint64_t below(const double *u, const double *y, int n)
{
    uint64_t set = 0;
    ALONG(n, k) set |= (uint64_t)LESS_MASK(LOAD(u + k), LOAD(y + k)) << k;
    return first_lanes(set, n);
}

/** Bit k, for k < n: y[k] is not zero. */
static inline uint64_t some(const uint64_t *y, int n)
{
    uint64_t set = 0;
    ALONG(n, k) set |= (uint64_t)SOME_MASK(LOAD_SET(y + k)) << k;
    return first_lanes(set, n);
}

/** Bit k, for k < n: y[k] is `value`. */
static inline uint64_t equal(const int32_t *y, int32_t value, int n)
{
    const words_t minus = WORD(UINT64_C(0) - (uint32_t)value);
    uint64_t set = 0;
    ALONG(n, k) set |= (uint64_t)SOME_MASK(PLUS(LOAD_WORDS((const uint32_t *)(y + k)), minus)) << k;
    return first_lanes(~set, n);
}

/** Takes the lowest bit out of the set and returns its number. */
static inline int next_bit(uint64_t *set)
{
    const int k = __builtin_ctzll(*set);
    *set &= *set - 1;
    return k;
}
#endif
