/* Philox4x32-10 and Box-Muller across lanes. Same words as base/rng.c, which is Random123's.
 * Arrays are written up to the next multiple of STRIP worlds. Source: Salmon et al.
 * 2011; model 6. */
#include <sleef.h>

#include "base/box_muller.h"
#include "base/chance.h"
#include "court/lanes/lanes.h"

#if defined(TN_VECTOR_SCALAR)
#define VEXP Sleef_cinz_expd1_u10purec
#elif defined(__AVX512F__)
#define VEXP Sleef_cinz_expd8_u10avx512fnofma
#elif defined(__AVX2__)
#define VEXP Sleef_cinz_expd4_u10avx
#elif defined(__SSE2__)
#define VEXP Sleef_cinz_expd2_u10sse2
#else
#define VEXP Sleef_cinz_expd1_u10purec
#endif

/** Four words of N_SIDE x WIDTH counters. */
typedef struct counters {
    words_t c[4][N_SIDE];
} counters_t;

/** Ten rounds, for register r of the first products lead[r] in stream[r] (tn_stream_t). The high
 * halves of the lanes collect garbage: the multiplication ignores them. */
INLINE void philox(counters_t *x, const words_t lead[N_SIDE],
    const tn_stream_t *const stream[N_SIDE], const uint64_t key[10][2])
{
    const words_t m0 = WORD(TN_PHILOX_M0), m1 = WORD(TN_PHILOX_M1), k20 = WORD(key[2][0]);
    for (int r = 0; r < N_SIDE; r++) {
        const uint64_t *mix = stream[r]->mix;
        const words_t second = TIMES(XOR(HIGH(lead[r]), WORD(mix[0])), m1);
        const words_t p0 = TIMES(XOR(HIGH(second), WORD(mix[1])), m0);
        const words_t p1 = TIMES(XOR(lead[r], WORD(mix[2])), m1);
        x->c[0][r] = XOR3(HIGH(p1), second, k20);
        x->c[1][r] = p1;
        x->c[2][r] = XOR(HIGH(p0), WORD(mix[3]));
        x->c[3][r] = p0;
    }
    for (int round = 3; round < 10; round++) {
        const words_t k0 = WORD(key[round][0]), k1 = WORD(key[round][1]);
        for (int r = 0; r < N_SIDE; r++) {
            const words_t p0 = TIMES(x->c[0][r], m0), p1 = TIMES(x->c[2][r], m1);
            x->c[0][r] = XOR3(HIGH(p1), x->c[1][r], k0);
            x->c[1][r] = p1;
            x->c[2][r] = XOR3(HIGH(p0), x->c[3][r], k1);
            x->c[3][r] = p0;
        }
    }
}

/** (x + 1/2) 2^-32. A word placed in the mantissa of 2^20 is 2^20 + x 2^-32; both steps are exact.
 */
static inline vec_t to_uniform(words_t x)
{
    const words_t low = WORD(0xffffffffu), one = WORD(0x4130000000000000u);
    return AS_NUMBERS(AND_OR(x, low, one)) - SPREAD(0x1p20 - 0x1p-33);
}

void LN(tn_lanes_lead)(tn_block_t *b, int n)
{
    const words_t m0 = WORD(TN_PHILOX_M0);
    const words_t world0 = WORD(b->world0 & 0xffffffffu); /* blocks do not straddle 2^32 */
    const uint32_t *slot = b->slot + b->j0;
    for (int j = 0; j < n; j += WIDTH)
        STORE_SET(b->lead + j, TIMES(PLUS(LOAD_WORDS(slot + j), world0), m0));
}

void LN(tn_lanes_uniforms)(
    const tn_block_t *b, int n, const uint64_t *lead, const tn_stream_t *stream, double *const u[4])
{
    const tn_stream_t *const streams[N_SIDE] = {stream, stream, stream, stream};
    for (int j = 0; j < n; j += STRIP) {
        counters_t x;
        words_t first[N_SIDE];
        for (int r = 0; r < N_SIDE; r++)
            first[r] = LOAD_SET(lead + j + LANE(r));
        philox(&x, first, streams, b->round_key);
        for (int r = 0; r < N_SIDE; r++) {
            STORE(u[0] + j + LANE(r), to_uniform(x.c[0][r]));
            STORE(u[1] + j + LANE(r), to_uniform(x.c[1][r]));
            STORE(u[2] + j + LANE(r), to_uniform(x.c[2][r]));
            STORE(u[3] + j + LANE(r), to_uniform(x.c[3][r]));
        }
    }
}

void LN(tn_lanes_words_of_few)(const tn_block_t *b, int n, const uint64_t *lead, int n_groups,
    const tn_stream_t *stream, double (*u)[CHUNK])
{
    for (int j = 0; j < n; j += WIDTH) {
        const words_t own = LOAD_SET(lead + j), first[N_SIDE] = {own, own, own, own};
        for (int group = 0; group < n_groups; group += N_SIDE) {
            const tn_stream_t *const streams[N_SIDE] = {
                stream + group, stream + group + 1, stream + group + 2, stream + group + 3};
            counters_t x;
            philox(&x, first, streams, b->round_key);
            for (int r = 0; r < N_SIDE && group + r < n_groups; r++) {
                for (int k = 0; k < 4; k++)
                    STORE(u[4 * (group + r) + k] + j, to_uniform(x.c[k][r]));
            }
        }
    }
}

/** Arrays are padded to a multiple of STRIP. */
static void box_muller_all(int n, const double *u, const double *v, double *z_cos, double *z_sin)
{
    for (int j = 0; j < n; j += N_NORMALS * WIDTH) {
        vec_t a[N_NORMALS], b[N_NORMALS], sine[N_NORMALS], cosine[N_NORMALS];
        EACH a[r] = LOAD(u + j + LANE(r));
        EACH b[r] = LOAD(v + j + LANE(r));
        box_muller(a, b, cosine, sine);
        EACH STORE(z_cos + j + LANE(r), cosine[r]);
        EACH STORE(z_sin + j + LANE(r), sine[r]);
    }
}

void LN(tn_lanes_normals)(const tn_block_t *b, int n)
{
    box_muller_all(n, b->u[0], b->u[1], b->z[0], b->z[1]);
    box_muller_all(n, b->u[2], b->u[3], b->z[2], b->z[3]);
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

void LN(tn_lanes_chances)(int n, const double y[CHUNK], double p[CHUNK])
{
    uint64_t small = 0;
    ALONG(n, k) small |= (uint64_t)LESS_MASK(LOAD(y + k), SPREAD(SMALL_HAZARD)) << k;
    if (first_lanes(~small, n) != 0) {
        for (int k = 0; k < n; k++)
            p[k] = -y[k];
        LN(tn_lanes_exp)(n, p, p);
        for (int k = 0; k < n; k++)
            p[k] = 1.0 - p[k];
        return;
    }
    ALONG(n, k) STORE(p + k, chance_of_small(LOAD(y + k)));
}
