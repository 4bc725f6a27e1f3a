/* Philox4x32-10 from Random123, one block at a time. Source: Salmon et al. 2011. */
#include "base/rng.h"

#include <Random123/philox.h>
#include <math.h>

#define TN_VECTOR_SCALAR
#include "base/box_muller.h"

void tn_rng_words(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, uint32_t out[4])
{
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const philox4x32_ctr_t counter = {
        {(uint32_t)world, (uint32_t)(world >> 32), week + (group << 16), purpose + (sub << 16)}};
    const philox4x32_ctr_t r = philox4x32_R(10, counter, key);
    for (int i = 0; i < 4; i++)
        out[i] = r.v[i];
}

void tn_rng_uniforms(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, double u[4])
{
    uint32_t x[4];
    tn_rng_words(seed, world, week, group, purpose, sub, x);
    for (int i = 0; i < 4; i++)
        u[i] = tn_rng_uniform(x[i]);
}

void tn_box_muller(double u, double v, double *z_cos, double *z_sin)
{
    box_muller(u, v, z_cos, z_sin);
}

void tn_rng_normals(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, double z[4])
{
    double u[4];
    tn_rng_uniforms(seed, world, week, group, purpose, sub, u);
    for (int i = 0; i < 4; i += 2)
        box_muller(u[i], u[i + 1], z + i, z + i + 1);
}
