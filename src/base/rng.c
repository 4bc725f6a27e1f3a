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

void tn_rng_round_keys(uint64_t seed, uint64_t key[10][2])
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        key[round][0] = key0;
        key[round][1] = key1;
        key0 += PHILOX_W32_0;
        key1 += PHILOX_W32_1;
    }
}

tn_stream_t tn_rng_stream(const uint64_t key[10][2], uint64_t world_high, uint32_t week,
    uint32_t group, uint32_t purpose, uint32_t sub)
{
    const uint64_t low = UINT32_MAX;
    const uint64_t p1 = (uint64_t)(week + (group << 16)) * TN_PHILOX_M1;
    const uint64_t p0 = (((p1 >> 32) ^ world_high ^ key[0][0]) & low) * TN_PHILOX_M0;
    return (tn_stream_t){{(purpose + (sub << 16)) ^ key[0][1], (p1 & low) ^ key[1][0],
        (p0 >> 32) ^ key[1][1], (p0 & low) ^ key[2][1]}};
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
    box_muller(&u, &v, z_cos, z_sin);
}

void tn_rng_normals(uint64_t seed, uint64_t world, uint32_t week, uint32_t group, uint32_t purpose,
    uint32_t sub, double z[4])
{
    double u[4];
    tn_rng_uniforms(seed, world, week, group, purpose, sub, u);
    for (int i = 0; i < 4; i += 2)
        tn_box_muller(u[i], u[i + 1], z + i, z + i + 1);
}
