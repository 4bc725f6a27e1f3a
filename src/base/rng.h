/** Random numbers as a pure function of (seed, world, week, group, purpose, sub): Philox4x32-10
 * (model 6). */
#ifndef TN_BASE_RNG_H
#define TN_BASE_RNG_H
#include <stdint.h>

/** Four words of the Philox block: key (seed mod 2^32, seed div 2^32), counter (world mod 2^32,
 * world div 2^32, week + 2^16 group, purpose + 2^16 sub). */
void tn_rng_words(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, uint32_t out[4]);

/** What the worlds of one stream share in the first three rounds, so that it is worked out once: of
 * the four words of a round, two of the first and one of the second do not depend on the number of
 * the world modulo 2^32. With M the multipliers, the first product p = M0 number goes on as
 *      q = M1 (high p ^ mix0),  then  M0 (high q ^ mix1)  and  M1 (low p ^ mix2);
 * mix3 takes the place of word and key where the third round needs them. */
typedef struct tn_stream {
    uint64_t mix[4];
} tn_stream_t;

#define TN_PHILOX_M0 0xD2511F53u
#define TN_PHILOX_M1 0xCD9E8D57u

/** Keys of the ten rounds. */
void tn_rng_round_keys(uint64_t seed, uint64_t key[10][2]);
/** The stream of worlds with this number div 2^32. */
tn_stream_t tn_rng_stream(const uint64_t key[10][2], uint64_t world_high, uint32_t week,
    uint32_t group, uint32_t purpose, uint32_t sub);

/** (x + 1/2) 2^-32: in (0,1), exact in double. */
static inline double tn_rng_uniform(uint32_t x) { return ((double)x + 0.5) * 0x1p-32; }

/** The four uniforms of a block. */
void tn_rng_uniforms(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, double u[4]);

/** Two normals of two uniforms of the form above: Box-Muller, cosine first (box_muller.h). */
void tn_box_muller(double u, double v, double *z_cos, double *z_sin);

/** The four normals of a block: Box-Muller, cosine and sine of words (0,1), then of (2,3). */
void tn_rng_normals(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, double z[4]);
#endif
