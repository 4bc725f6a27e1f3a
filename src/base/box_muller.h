/** Two normals from two uniforms, in registers: the same operations, so the same bits, in one lane
 * and in many, on every instruction set. No FMA, no table.
 *
 *  The functions know what they are given, numbers (x + 1/2) 2^-32 between 0 and 1, and so need no
 * reduction of large arguments, no special values and no second word of precision. Polynomials are
 * minimax fits (Remez). Relative errors measured against long double on 2 million numbers: log,
 * sine and cosine 1.04 x 2^-52, so a normal is good to 2.5 x 2^-52. Source: Box & Muller 1958; log
 * by atanh, Tang 1990. */
#ifndef TN_BASE_BOX_MULLER_H
#define TN_BASE_BOX_MULLER_H
#include "base/vector.h"

/** Numbers worked on side by side, one operation on all of them at a time: each chain of a
 * polynomial waits for itself, and a processor does not look far enough ahead to find the next
 * number's. */
#ifdef TN_VECTOR_SCALAR
#define N_NORMALS 1
#else
#define N_NORMALS 4
#endif
#define EACH _Pragma("GCC unroll 4") for (int r = 0; r < N_NORMALS; r++)

/** One step of a polynomial in w: sum w + c. */
#define STEP(sum, w, c)                                                                            \
    EACH                                                                                           \
    {                                                                                              \
        (sum)[r] = (sum)[r] * (w)[r] + SPREAD(c);                                                  \
        IN_ORDER((sum)[r]);                                                                        \
    }                                                                                              \
    (void)0

/** u = 2^k m, m in [sqrt 1/2, sqrt 2): k and s = (m-1)/(m+1); |s| <= 0.1716. */
INLINE void split(const vec_t u[N_NORMALS], vec_t k[N_NORMALS], vec_t s[N_NORMALS])
{
    const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
    const vec_t unit = SPREAD(1.0), offset = SPREAD(0x1p52 + 1023.0);
    EACH
    {
        const words_t shifted = PLUS(AS_WORDS(u[r]), WORD(one - root_half));
        const words_t mantissa = AND(shifted, WORD(UINT64_C(0x000fffffffffffff)));
        const vec_t m = AS_NUMBERS(PLUS(mantissa, WORD(root_half)));
        /* k + 1023 put into the mantissa of 2^52 */
        const words_t exponent = PLUS(HIGH12(shifted), WORD(UINT64_C(0x4330000000000000)));
        k[r] = AS_NUMBERS(exponent) - offset;
        s[r] = (m - unit) / (m + unit);
    }
}

/** v in [0, 1): q = round(4 v) in the lowest bits, r = 4 v - q in [-1/2, 1/2], exact. */
INLINE void turn(const vec_t v[N_NORMALS], words_t q[N_NORMALS], vec_t part[N_NORMALS])
{
    const vec_t big = SPREAD(0x1.8p52), four = SPREAD(4.0);
    EACH
    {
        const vec_t quarter = four * v[r], near = quarter + big;
        part[r] = quarter - (near - big);
        q[r] = AS_WORDS(near);
    }
}

/* Terms of the polynomials, the highest first: sin/r and (cos - 1)/r^2 in r^2, (atanh s / s -
 * 1)/s^2 in s^2. */
#define N_TERMS   7
#define EACH_TERM _Pragma("GCC unroll 6") for (int term = 1; term < N_TERMS; term++)
static const double sine_term[N_TERMS] = {0x1.e3eed5d693453p-25, -0x1.e30063a046395p-19,
    0x1.50782fca38ddbp-13, -0x1.32d2cce2d5363p-8, 0x1.466bc67758700p-4, -0x1.4abbce625be41p-1,
    0x1.921fb54442d18p+0};
static const double cosine_term[N_TERMS] = {-0x1.b264cc8f5a8a1p-28, 0x1.f9cc4154b7f1bp-22,
    -0x1.a6d1ec795faf9p-16, 0x1.e1f50683565a9p-11, -0x1.55d3c7e3c90fdp-6, 0x1.03c1f081b5aacp-2,
    -0x1.3bd3cc9be45dep+0};
static const double log_term[N_TERMS] = {0x1.2f545ff5dd8f7p-4, 0x1.39990afed3c09p-4,
    0x1.7466a09bc1babp-4, 0x1.c71c4fdad1cb0p-4, 0x1.2492494545646p-3, 0x1.999999997aac9p-3,
    0x1.55555555555aep-2};

/** radius = sqrt(-2 ln u); cosine and sine of 2 pi v, times it. For u in [2^-33, 1) and v in [0,
 * 1). ln m = 2 atanh s by a polynomial of relative error 2e-18; sin and cos of (pi/2) r by
 * polynomials of relative error 5e-17 and error 2e-17. */
INLINE void box_muller(const vec_t u[N_NORMALS], const vec_t v[N_NORMALS], vec_t z_cos[N_NORMALS],
    vec_t z_sin[N_NORMALS])
{
    vec_t k[N_NORMALS], s[N_NORMALS], w[N_NORMALS], part[N_NORMALS], x[N_NORMALS];
    vec_t log[N_NORMALS], sine[N_NORMALS], cosine[N_NORMALS];
    words_t q[N_NORMALS];
    split(u, k, s);
    turn(v, q, part);
    EACH
    {
        w[r] = s[r] * s[r];
        x[r] = part[r] * part[r];
        log[r] = SPREAD(log_term[0]);
        sine[r] = SPREAD(sine_term[0]);
        cosine[r] = SPREAD(cosine_term[0]);
    }
    EACH_TERM
    {
        STEP(sine, x, sine_term[term]);
        STEP(cosine, x, cosine_term[term]);
        STEP(log, w, log_term[term]);
    }
    STEP(cosine, x, 1.0);
    EACH sine[r] = part[r] * sine[r];
    EACH
    {
        /* 2 s (1 + w p) + k ln 2, small terms first; the high part of ln 2 times k is exact */
        const vec_t two_s = s[r] + s[r];
        const vec_t rest = two_s * (w[r] * log[r]) + k[r] * SPREAD(0x1.ef35793c76730p-45);
        log[r] = k[r] * SPREAD(0x1.62e42fefa3800p-1) + (two_s + rest);
    }
    EACH
    {
        const words_t next = PLUS(q[r], WORD(1));
        const vec_t a = IF_BIT(q[r], 0, cosine[r], sine[r]);
        const vec_t b = IF_BIT(q[r], 0, sine[r], cosine[r]);
        const vec_t radius = SQRT(SPREAD(-2.0) * log[r]);
        z_cos[r] = radius * IF_BIT(next, 1, -b, b);
        z_sin[r] = radius * IF_BIT(q[r], 1, -a, a);
    }
}
#endif
