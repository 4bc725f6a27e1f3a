/** Random numbers as a pure function of (seed, world, week, group, purpose, sub): Philox4x32-10
 * (model 6). */
#ifndef TN_BASE_RNG_H
#define TN_BASE_RNG_H
#include <stdint.h>

/** Four words of the Philox block: key (seed mod 2^32, seed div 2^32), counter (world mod 2^32,
 * world div 2^32, week + 2^16 group, purpose + 2^16 sub). */
void tn_rng_words(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, uint32_t out[4]);

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
