/* Philox4x32-10 and Box-Muller across lanes. Same words as base/rng.c, which is Random123's; the
 * loop form lets the compiler keep eight or sixteen worlds in a register. Source: Salmon et al.
 * 2011; model 6. */
#include <sleef.h>

#include "court/lanes/lanes.h"

#if defined(__AVX512F__)
#define WIDTH 8
typedef __m512d vec_t;
#define LOAD(p)     _mm512_loadu_pd(p)
#define STORE(p, v) _mm512_storeu_pd(p, v)
#define VLOG        Sleef_cinz_logd8_u10avx512fnofma
#define VEXP        Sleef_cinz_expd8_u10avx512fnofma
#define VSINCOSPI   Sleef_cinz_sincospid8_u05avx512fnofma
typedef Sleef___m512d_2 vec2_t;
#elif defined(__AVX__)
#define WIDTH       4
typedef __m256d vec_t;
#define LOAD(p)     _mm256_loadu_pd(p)
#define STORE(p, v) _mm256_storeu_pd(p, v)
#define VLOG        Sleef_cinz_logd4_u10avx
#define VEXP        Sleef_cinz_expd4_u10avx
#define VSINCOSPI   Sleef_cinz_sincospid4_u05avx
typedef Sleef___m256d_2 vec2_t;
#elif defined(__SSE2__)
#define WIDTH       2
typedef __m128d vec_t;
#define LOAD(p)     _mm_loadu_pd(p)
#define STORE(p, v) _mm_storeu_pd(p, v)
#define VLOG        Sleef_cinz_logd2_u10sse2
#define VEXP        Sleef_cinz_expd2_u10sse2
#define VSINCOSPI   Sleef_cinz_sincospid2_u05sse2
typedef Sleef___m128d_2 vec2_t;
#else
#define WIDTH       1
typedef double vec_t;
#define LOAD(p)     (*(p))
#define STORE(p, v) (*(p) = (v))
#define VLOG        Sleef_cinz_logd1_u10purec
#define VEXP        Sleef_cinz_expd1_u10purec
#define VSINCOSPI   Sleef_cinz_sincospid1_u05purec
typedef Sleef_double_2 vec2_t;
#endif

#define STRIP 64 /* worlds whose counters fit the registers and first cache */

/** Ten rounds on STRIP counters; every word sits in the low half of a 64-bit lane. */
static void philox_strip(uint64_t c0[STRIP], uint64_t c1[STRIP], uint64_t c2[STRIP],
    uint64_t c3[STRIP], uint64_t key0, uint64_t key1)
{
    const uint64_t low = 0xffffffffu;
    for (int round = 0; round < 10; round++) {
        SIMD for (int j = 0; j < STRIP; j++)
        {
            const uint64_t p0 = 0xD2511F53u * c0[j];
            const uint64_t p1 = 0xCD9E8D57u * c2[j];
            c0[j] = (p1 >> 32) ^ c1[j] ^ key0;
            c1[j] = p1 & low;
            c2[j] = (p0 >> 32) ^ c3[j] ^ key1;
            c3[j] = p0 & low;
        }
        key0 = (key0 + 0x9E3779B9u) & low;
        key1 = (key1 + 0xBB67AE85u) & low;
    }
}

static void to_uniform(int n, const uint64_t *x, double *u)
{
    /* exact: a 32-bit word placed in the mantissa of 2^52 is read as a double without a conversion
     */
    SIMD for (int j = 0; j < n; j++)
    {
        const union {
            uint64_t i;
            double d;
        } v = {.i = x[j] | 0x4330000000000000u};
        u[j] = ((v.d - 0x1p52) + 0.5) * 0x1p-32;
    }
}

void LN(tn_lanes_uniforms)(const tn_block_t *b, int n, const uint32_t *slot, int week, int group,
    int purpose, int sub, double *const u[4])
{
    _Alignas(64) uint64_t c0[STRIP], c1[STRIP], c2[STRIP], c3[STRIP];
    const uint64_t world_low = b->world0 & 0xffffffffu, world_high = b->world0 >> 32;
    const uint64_t word2 = (uint32_t)week + ((uint32_t)group << 16);
    const uint64_t word3 = (uint32_t)purpose + ((uint32_t)sub << 16);
    for (int j0 = 0; j0 < n; j0 += STRIP) {
        const int m = n - j0 < STRIP ? n - j0 : STRIP;
        for (int j = 0; j < STRIP; j++) {
            c0[j] = world_low + (j < m ? slot[j0 + j] : 0u); /* blocks do not straddle 2^32 */
            c1[j] = world_high;
            c2[j] = word2;
            c3[j] = word3;
        }
        philox_strip(c0, c1, c2, c3, b->seed & 0xffffffffu, b->seed >> 32);
        to_uniform(m, c0, u[0] + j0);
        to_uniform(m, c1, u[1] + j0);
        to_uniform(m, c2, u[2] + j0);
        to_uniform(m, c3, u[3] + j0);
    }
}

/** radius = sqrt(-2 ln u), then radius cos 2 pi v and radius sin 2 pi v; arrays padded to TN_BLOCK.
 */
static void box_muller(int n, const double *u, const double *v, double *z_cos, double *z_sin)
{
    for (int j = 0; j < n; j += WIDTH)
        STORE(z_cos + j, VLOG(LOAD(u + j)));
    for (int j = 0; j < n; j += WIDTH) {
        double twice[WIDTH], sine[WIDTH], cosine[WIDTH];
        for (int k = 0; k < WIDTH; k++)
            twice[k] = 2.0 * v[j + k];
        const vec2_t r = VSINCOSPI(LOAD(twice));
        STORE(sine, r.x);
        STORE(cosine, r.y);
        for (int k = 0; k < WIDTH; k++) {
            const double radius = sqrt(-2.0 * z_cos[j + k]);
            z_cos[j + k] = radius * cosine[k];
            z_sin[j + k] = radius * sine[k];
        }
    }
}

void LN(tn_lanes_normals)(const tn_block_t *b, int n, int week, int purpose, int sub)
{
    LN(tn_lanes_uniforms)(b, n, b->slot, week, 0, purpose, sub, b->u);
    for (int k = 0; k < 4; k++) {
        for (int j = n; j < TN_BLOCK && j < n + WIDTH; j++)
            b->u[k][j] = 0.5;
    }
    box_muller(n, b->u[0], b->u[1], b->z[0], b->z[1]);
    box_muller(n, b->u[2], b->u[3], b->z[2], b->z[3]);
}

void LN(tn_lanes_exp)(int n, const double *in, double *out)
{
    double pad[WIDTH] = {0.0};
    int j = 0;
    for (; j + WIDTH <= n; j += WIDTH)
        STORE(out + j, VEXP(LOAD(in + j)));
    if (j == n) return;
    for (int k = 0; j + k < n; k++)
        pad[k] = in[j + k];
    STORE(pad, VEXP(LOAD(pad)));
    for (int k = 0; j + k < n; k++)
        out[j + k] = pad[k];
}
