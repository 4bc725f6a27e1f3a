/** What the kernels share. This folder is compiled once per instruction set: TN_ISA is its name and
 * becomes part of every external name. Only IEEE operations and SLEEF's deterministic functions are
 * used, in the same order for every instruction set and without contraction, so all builds give the
 * same bits.
 *
 *  Rare events are found with "u < h dt" first, which is implied by "u < 1 - exp(-h dt)", in CHUNK
 * worlds at a time, and then decided exactly on the few that are left: the dense loops need no
 * exponential and no branch. */
#ifndef TN_COURT_LANES_H
#define TN_COURT_LANES_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fmath.h"
#include "base/rng.h"
#include "base/vector.h"
#include "court/block.h"

#define TN_JOIN_(a, b) a##_##b
#define TN_JOIN(a, b)  TN_JOIN_(a, b)
#define LN(name)       TN_JOIN(name, TN_ISA)

#define SIMD          _Pragma("omp simd")
#define ROW(array, i) ((array) + (size_t)(i)*TN_ROW)
/** Value of a fixed parameter; array of an uncertain one. */
#define FIXED(name) (b->court->centre[TN_P_##name])
#define DRAWN(name) (b->par[TN_P_##name])

/* One number; the compilers make branches of y < 1 ? y : 1. */
static inline double clip01(double y)
{
#if defined(__SSE2__) && !defined(TN_VECTOR_SCALAR)
    const __m128d t = _mm_min_sd(_mm_set_sd(y), _mm_set_sd(1.0));
    return _mm_cvtsd_f64(_mm_max_sd(t, _mm_setzero_pd()));
#else
    const double t = y < 1.0 ? y : 1.0;
    return t > 0.0 ? t : 0.0;
#endif
}

/* strips fill chunks, chunks blocks; words are drawn for N_SIDE groups of actors at a time */
_Static_assert(CHUNK % STRIP == 0 && TN_BLOCK % CHUNK == 0, "lanes");
_Static_assert(TN_N_ACTOR_GROUPS % N_SIDE == 0, "groups");

static inline double positive(double y) { return y > 0.0 ? y : 0.0; }

/** Tullock contest (model 7.6): chance that strength a beats strength b. */
static inline double contest(double a, double b, double m)
{
    if (m < 1.0 || m > 1.0) {
        a = tn_pow(a, m);
        b = tn_pow(b, m);
    }
    return a / (a + b);
}

static inline uint64_t bit(int i) { return (uint64_t)1 << i; }

static inline void count(tn_block_t *b, int what, int j, int32_t n) { ROW(b->count, what)[j] += n; }

/** D of actor i in lane j. */
static inline double discontent(const tn_block_t *b, int i, int j)
{
    return clip01(b->rise0 + b->steep * *TN_OF_WEEK(b, b->g, i, j));
}

/** After a failed plot, detection, attempt or uprising (model 7.6). */
static inline void alarm_leader(tn_block_t *b, int j)
{
    b->phi[j] = clip01(b->phi[j] + FIXED(fear_event));
    b->theta[j] = clip01(b->theta[j] + FIXED(thr_event));
}

/* rng.c */
/** First product of Philox of the n worlds from lane j0 on, to b->lead. */
void LN(tn_lanes_lead)(tn_block_t *b, int n);
/** u[k][j]: word k of the world of lead[j] in the stream. */
void LN(tn_lanes_uniforms)(const tn_block_t *b, int n, const uint64_t *lead,
    const tn_stream_t *stream, double *const u[4]);
/** The words of n_groups streams of a few worlds: group by group side by side, not world by world;
 * so there are streams up to the next multiple of N_SIDE. u[4 * group + k][j]: word k of world j;
 * written up to the next multiple of WIDTH worlds. */
void LN(tn_lanes_words_of_few)(const tn_block_t *b, int n, const uint64_t *lead, int n_groups,
    const tn_stream_t *stream, double (*u)[CHUNK]);
/** Four normals each of the words in b->u, to b->z. */
void LN(tn_lanes_normals)(const tn_block_t *b, int n);
void LN(tn_lanes_exp)(int n, const double *in, double *out);
/** 1 - exp(-y) of the first n numbers y >= 0 of a chunk. */
void LN(tn_lanes_chances)(int n, const double y[CHUNK], double p[CHUNK]);
/** Adds the chances of the worlds in office to the sum of the route. */
static inline void add_hazard(tn_block_t *b, int route, const double p[CHUNK])
{
    double *restrict part = b->hazard_part[route];
    const int32_t *restrict gone = b->route + b->j0;
    for (int k = 0; k < CHUNK; k += TN_PARTS) {
        SIMD for (int l = 0; l < TN_PARTS; l++)
        {
            part[l] += k + l < b->n_chunk && gone[k + l] < 0 ? p[k + l] : 0.0;
        }
    }
}
/* the sub-models, in the order of the week */
void LN(tn_lanes_start)(tn_block_t *b);
void LN(tn_lanes_events)(tn_block_t *b, int t);
void LN(tn_lanes_shocks)(tn_block_t *b);
void LN(tn_lanes_health)(tn_block_t *b);
void LN(tn_lanes_grievance)(tn_block_t *b);
void LN(tn_lanes_fear)(tn_block_t *b);
void LN(tn_lanes_plots)(tn_block_t *b, int t);
void LN(tn_lanes_purges)(tn_block_t *b);
void LN(tn_lanes_assassination)(tn_block_t *b);
void LN(tn_lanes_protest)(tn_block_t *b);
void LN(tn_lanes_exits)(tn_block_t *b, int t);
void LN(tn_lanes_succession)(tn_block_t *b, int t);
void LN(tn_lanes_tipping)(tn_block_t *b);
/** Effect of a purge of the set of actors in world j (model 7.7). */
void LN(tn_lanes_purge_set)(tn_block_t *b, int j, uint64_t set);
/** Share of security capacity outside the plot of world j. */
void LN(tn_lanes_set_loyal_security)(tn_block_t *b, int j);
#endif
