/* The week taken apart: each sub-model of each instruction set with a clock around it, and the two
 * limits of the machine, random words and arithmetic. The order is that of
 * src/court/lanes/week.c. */
#include <string.h>

#include "base/fmath.h"
#include "bench.h"
#include "court.h"

#define CHUNK 64 /* worlds a step works on, as in the kernels */

typedef void uniforms_fn(const tn_block_t *b, int n, const uint64_t *lead,
    const tn_stream_t *stream, double *const u[4]);
typedef void lead_fn(tn_block_t *b, int n);

/** The kernels of one instruction set; steps of either shape. */
typedef struct kernels {
    uniforms_fn *uniforms;
    lead_fn *lead;
    struct {
        const char *name;
        void (*dated)(tn_block_t *b, int t);
        void (*plain)(tn_block_t *b);
    } step[11];
    const tn_lanes_t *lanes;
} kernels_t;

#define KERNELS(isa)                                                                               \
    lead_fn tn_lanes_lead_##isa;                                                                   \
    uniforms_fn tn_lanes_uniforms_##isa;                                                           \
    void tn_lanes_events_##isa(tn_block_t *b, int t);                                              \
    void tn_lanes_shocks_##isa(tn_block_t *b);                                                     \
    void tn_lanes_health_##isa(tn_block_t *b);                                                     \
    void tn_lanes_grievance_##isa(tn_block_t *b);                                                  \
    void tn_lanes_fear_##isa(tn_block_t *b);                                                       \
    void tn_lanes_plots_##isa(tn_block_t *b, int t);                                               \
    void tn_lanes_purges_##isa(tn_block_t *b);                                                     \
    void tn_lanes_assassination_##isa(tn_block_t *b);                                              \
    void tn_lanes_protest_##isa(tn_block_t *b);                                                    \
    void tn_lanes_exits_##isa(tn_block_t *b, int t);                                               \
    void tn_lanes_succession_##isa(tn_block_t *b, int t);                                          \
    static const kernels_t kernels_##isa = {tn_lanes_uniforms_##isa, tn_lanes_lead_##isa,          \
        {{"events", tn_lanes_events_##isa, NULL},                                                  \
            {"shocks: economy, war", NULL, tn_lanes_shocks_##isa},                                 \
            {"health", NULL, tn_lanes_health_##isa},                                               \
            {"grievance and talk", NULL, tn_lanes_grievance_##isa},                                \
            {"fear and threat", NULL, tn_lanes_fear_##isa}, {"plots", tn_lanes_plots_##isa, NULL}, \
            {"purges", NULL, tn_lanes_purges_##isa},                                               \
            {"assassination", NULL, tn_lanes_assassination_##isa},                                 \
            {"protest, uprising", NULL, tn_lanes_protest_##isa},                                   \
            {"competing exits", tn_lanes_exits_##isa, NULL},                                       \
            {"succession", tn_lanes_succession_##isa, NULL}},                                      \
        &tn_lanes_##isa}

KERNELS(baseline);
#ifdef TN_HAVE_AVX2
KERNELS(avx2);
#endif
#ifdef TN_HAVE_AVX512
KERNELS(avx512);
#endif

static const kernels_t *kernels_of(tn_isa_t isa)
{
#ifdef TN_HAVE_AVX512
    if (isa == TN_ISA_AVX512) return &kernels_avx512;
#endif
#ifdef TN_HAVE_AVX2
    if (isa == TN_ISA_AVX2) return &kernels_avx2;
#endif
    (void)isa;
    return &kernels_baseline;
}

/** Time since *from goes to the part; *from becomes now. */
static void credit(bench_week_t *self, int part, const char *name, double *from)
{
    const double now = bench_now();
    self->name[part] = name;
    self->seconds[part] += now - *from;
    *from = now;
}

static void chunk_week(bench_week_t *self, tn_block_t *b, const kernels_t *k, int t)
{
    double from = bench_now();
    memset(b->flag + b->j0, 0, sizeof *b->flag * CHUNK);
    k->lead(b, b->n_chunk);
    k->uniforms(b, b->n_chunk, b->lead, &b->stream.exo, b->exo);
    k->uniforms(b, b->n_chunk, b->lead, &b->stream.purge, b->purge);
    credit(self, 1, "words of exits and purges", &from);
    for (int s = 0; s < 11; s++) {
        if (k->step[s].dated != NULL) k->step[s].dated(b, t);
        if (k->step[s].plain != NULL) k->step[s].plain(b);
        credit(self, 2 + s, k->step[s].name, &from);
    }
}

void bench_week(bench_week_t *self, tn_block_t *b, tn_isa_t isa, uint64_t seed)
{
    const kernels_t *k = kernels_of(isa);
    const tn_court_t *c = b->court;
    double from = bench_now();
    b->seed = seed;
    b->index = 0;
    b->world0 = 0;
    b->n = TN_BLOCK;
    k->lanes->start(b);
    credit(self, 0, "first day", &from);
    for (int t = 0; t < c->n_weeks && b->n_live > 0; t++) {
        self->world_weeks += b->n_live;
        tn_block_begin_week(b, t);
        for (int j0 = 0; tn_block_take_chunk(b, j0); j0 += CHUNK)
            chunk_week(self, b, k, t);
        from = bench_now();
        const bool is_tipping = t == (c->t_as_of > 0 ? c->t_as_of - 1 : 0);
        tn_block_observe(b, k->lanes, t);
        credit(self, is_tipping ? 13 : 14, is_tipping ? "as-of state, tipping" : "ends", &from);
    }
}

/** A task of the clock. */
typedef struct stream {
    tn_block_t *b;
    const kernels_t *k;
} stream_t;

static int draw(void *ctx)
{
    stream_t *s = ctx;
    for (int k = 0; k < 1000; k++) {
        s->k->uniforms(s->b, CHUNK, s->b->lead, &s->b->stream.exo, s->b->exo);
    }
    return 0;
}

double bench_philox(tn_block_t *b, tn_isa_t isa)
{
    stream_t s = {b, kernels_of(isa)};
    b->j0 = 0;
    s.k->lead(b, CHUNK);
    return 1000.0 * CHUNK * 16.0 / bench_best(draw, &s, 5);
}

#define N_CHAINS 16
#define N_STEPS  100000
typedef double lane_t __attribute__((vector_size(64)));
static double sink; /* keeps the arithmetic from being optimised away */

#define PEAK(isa, target)                                                                          \
    target static int peak_##isa(void *ctx)                                                        \
    {                                                                                              \
        lane_t x[N_CHAINS];                                                                        \
        const double a = *(const double *)ctx;                                                     \
        for (int k = 0; k < N_CHAINS; k++)                                                         \
            x[k] = (lane_t){1.0 + k};                                                              \
        for (int s = 0; s < N_STEPS; s++) {                                                        \
            _Pragma("GCC unroll 16") for (int k = 0; k < N_CHAINS; k++) x[k] = x[k] * a + a;       \
        }                                                                                          \
        for (int k = 0; k < N_CHAINS; k++)                                                         \
            sink += x[k][0];                                                                       \
        return 0;                                                                                  \
    }

PEAK(baseline, )
#ifdef TN_HAVE_AVX512
PEAK(avx2, __attribute__((target("avx2"))))
PEAK(avx512, __attribute__((target("avx512f"))))
#endif

double bench_peak(tn_isa_t isa)
{
    double a = 0.5;
    int (*task)(void *ctx) = peak_baseline;
#ifdef TN_HAVE_AVX512
    if (isa == TN_ISA_AVX2) task = peak_avx2;
    if (isa == TN_ISA_AVX512) task = peak_avx512;
#endif
    (void)isa;
    return 2.0 * 8.0 * N_CHAINS * N_STEPS / bench_best(task, &a, 5);
}
