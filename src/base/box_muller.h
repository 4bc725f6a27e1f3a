/** Two normals from two uniforms, in registers: the same operations, so the same bits, in one lane
 * and in many, on every instruction set. No FMA, no table.
 *
 *  Both functions know what they are given, numbers (x + 1/2) 2^-32 between 0 and 1, and so need no
 * reduction of large arguments, no special values and no second word of precision. Polynomials are
 * minimax fits (Remez). Relative errors measured against long double on 2 million numbers: log,
 * sine and cosine 1.04 x 2^-52, so a normal is good to 2.5 x 2^-52. Source: Box & Muller 1958; log
 * by atanh, Tang 1990. */
#ifndef TN_BASE_BOX_MULLER_H
#define TN_BASE_BOX_MULLER_H
#include "base/vector.h"

#define HORNER(sum, w, c) ((sum) * (w) + SPREAD(c))

/** ln u for u in [2^-33, 1): u = 2^k m, m in [sqrt 1/2, sqrt 2), ln m = 2 atanh s with
 * s = (m-1)/(m+1); |s| <= 0.1716. Polynomial: relative error 2e-18. */
INLINE vec_t log_of_uniform(vec_t u)
{
    const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
    const words_t shifted = PLUS(AS_WORDS(u), WORD(one - root_half));
    const words_t mantissa = AND(shifted, WORD(UINT64_C(0x000fffffffffffff)));
    const vec_t m = AS_NUMBERS(PLUS(mantissa, WORD(root_half)));
    /* k + 1023 put into the mantissa of 2^52 */
    const words_t exponent = PLUS(HIGH12(shifted), WORD(UINT64_C(0x4330000000000000)));
    const vec_t k = AS_NUMBERS(exponent) - SPREAD(0x1p52 + 1023.0);
    const vec_t s = (m - SPREAD(1.0)) / (m + SPREAD(1.0)), w = s * s;
    vec_t p = SPREAD(0x1.2f545ff5dd8f7p-4);
    p = HORNER(p, w, 0x1.39990afed3c09p-4);
    p = HORNER(p, w, 0x1.7466a09bc1babp-4);
    p = HORNER(p, w, 0x1.c71c4fdad1cb0p-4);
    p = HORNER(p, w, 0x1.2492494545646p-3);
    p = HORNER(p, w, 0x1.999999997aac9p-3);
    p = HORNER(p, w, 0x1.55555555555aep-2);
    /* 2 s (1 + w p) + k ln 2, small terms first; the high part of ln 2 times k is exact */
    const vec_t two_s = s + s;
    const vec_t rest = two_s * (w * p) + k * SPREAD(0x1.ef35793c76730p-45);
    return k * SPREAD(0x1.62e42fefa3800p-1) + (two_s + rest);
}

/** sin and cos of 2 pi v for v in [0, 1): q = round(4 v), r = 4 v - q in [-1/2, 1/2], exact;
 * sin and cos of (pi/2) r by polynomials of relative error 5e-17 and error 2e-17. */
INLINE void sincos_of_turn(vec_t v, vec_t *sine, vec_t *cosine)
{
    const vec_t big = SPREAD(0x1.8p52), quarter = SPREAD(4.0) * v;
    const vec_t near = quarter + big; /* q in the lowest bits */
    const vec_t r = quarter - (near - big), w = r * r;
    const words_t q = AS_WORDS(near), next = PLUS(q, WORD(1));
    vec_t s = SPREAD(0x1.e3eed5d693453p-25), c = SPREAD(-0x1.b264cc8f5a8a1p-28);
    s = HORNER(s, w, -0x1.e30063a046395p-19);
    c = HORNER(c, w, 0x1.f9cc4154b7f1bp-22);
    s = HORNER(s, w, 0x1.50782fca38ddbp-13);
    c = HORNER(c, w, -0x1.a6d1ec795faf9p-16);
    s = HORNER(s, w, -0x1.32d2cce2d5363p-8);
    c = HORNER(c, w, 0x1.e1f50683565a9p-11);
    s = HORNER(s, w, 0x1.466bc67758700p-4);
    c = HORNER(c, w, -0x1.55d3c7e3c90fdp-6);
    s = HORNER(s, w, -0x1.4abbce625be41p-1);
    c = HORNER(c, w, 0x1.03c1f081b5aacp-2);
    s = HORNER(s, w, 0x1.921fb54442d18p+0);
    c = HORNER(c, w, -0x1.3bd3cc9be45dep+0);
    s = r * s;
    c = HORNER(c, w, 1.0);
    const vec_t a = IF_BIT(q, 0, c, s), b = IF_BIT(q, 0, s, c);
    *sine = IF_BIT(q, 1, -a, a);
    *cosine = IF_BIT(next, 1, -b, b);
}

/** radius = sqrt(-2 ln u); cosine and sine of 2 pi v, times it. */
INLINE void box_muller(vec_t u, vec_t v, vec_t *z_cos, vec_t *z_sin)
{
    const vec_t radius = SQRT(SPREAD(-2.0) * log_of_uniform(u));
    vec_t sine, cosine;
    sincos_of_turn(v, &sine, &cosine);
    *z_cos = radius * cosine;
    *z_sin = radius * sine;
}
#endif
