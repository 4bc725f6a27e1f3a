/** A block of worlds: structure of arrays, lane = world. The unit of cache, threads, resampling and
 * determinism.
 *
 *  Worlds with the leader in office are the first n_live lanes; a world that ends goes behind them,
 * so the loops of the week run over [0, n_live), and up to a strip further. What a world that ended
 * keeps is what it was (parameters, events, reliabilities), how it ended, its counts, what was seen
 * and its weights; its court is written over. slot[j] is the world's place in the block, which
 * numbers its random streams (model 6): it stays with the lane until resampling. Letters are those
 * of model 2. */
#ifndef TN_COURT_BLOCK_H
#define TN_COURT_BLOCK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "court/court.h"
#include "tenure/forecast.h"

#define TN_NEVER INT32_MAX /* week of something that has not happened */
/** Elements from one row of an array to the next. A power of two would put the same lane of all
 * arrays into one set of the first cache and make loads wait for unrelated stores; 40 numbers more
 * are five lines. Lanes from TN_BLOCK on are not used. */
#define TN_ROW            (TN_BLOCK + 40)
#define TN_PARTS          8
#define TN_N_ACTOR_GROUPS ((TN_MAX_ACTORS + 3) / 4)
#define TN_N_TIPPING      3 /* distance, past, yardstick */

/** Facts of the week, bits of flag[]: what the predicates of model 8.1 need beyond the state. */
enum tn_week_flag {
    TN_FLAG_PLOT = 1 << 0,  /* a plot was active at the start of the week */
    TN_FLAG_READY = 1 << 1, /* and its chance reached p_lo; in weeks that are observed */
    TN_FLAG_ATTEMPT = 1 << 2,
    TN_FLAG_DETECTED = 1 << 3,
    TN_FLAG_ASSASSINATION = 1 << 4,
    TN_FLAG_UPRISING = 1 << 5,
    TN_FLAG_DEFEAT = 1 << 6,
    TN_FLAG_PURGE = 1 << 7,
    TN_FLAG_COMMANDER = 1 << 8
};

/** One array of the block, for copying whole worlds. */
typedef struct tn_column {
    unsigned char *data;
    size_t size; /* of one element */
} tn_column_t;

/** Where lane j of actor i has its g or S. */
#define TN_OF_WEEK(block, rows, i, j)                                                              \
    ((rows) + (size_t)(i) * (block)->step + (size_t)((j) - (block)->from))

/** The streams of one week. */
typedef struct tn_week_streams {
    tn_stream_t shock, exo, plot, purge;
    tn_stream_t noise[TN_N_ACTOR_GROUPS], contact[TN_N_ACTOR_GROUPS]; /* four actors each */
} tn_week_streams_t;

typedef struct tn_block {
    const tn_court_t *court;
    uint64_t seed;
    uint64_t round_key[10][2]; /* of Philox, from the seed */
    int64_t index;             /* number of the block */
    int thread;                /* that runs it, 0 .. */
    uint64_t world0;           /* number of its first world */
    tn_week_streams_t stream;
    uint64_t *lead; /* first product of Philox (tn_stream_t) of the lanes from j0 on */
    int n, n_live;
    int n_ended; /* worlds that ended this week, in ended[], ascending */
    int32_t ended[TN_BLOCK];
    int j0, n_chunk;     /* the worlds a step of the week works on: lanes j0 .. j0 + n_chunk - 1 */
    double mu;           /* life-table hazard this week, before mort_mult */
    double alpha[8];     /* AR(1) coefficients, TN_AR_... below */
    double spread_x;     /* of the weekly innovation of x */
    double lasting;      /* chance that a plot does not dissolve in a week */
    double recovery;     /* weekly chance of recovery from an illness */
    double steep, rise0; /* D = clip(rise0 + steep g) */

    /* state of a world: [TN_ROW] each, aligned to 64 bytes */
    uint32_t *slot;
    double *e, *s, *b, *C, *F, *phi, *theta, *Q, *G, *V, *L, *lw;
    int32_t *war, *ill, *route, *exit_week, *successor, *first_week;
    uint32_t *flag;
    uint32_t *seen; /* bit p: predicate p was true in a week of [seen_from, seen_to) */
    uint64_t *rep, *plot;
    double *par[TN_N_PARAMETERS];   /* parameters with a prior; NULL for the fixed ones */
    int8_t *third[TN_N_PARAMETERS]; /* of its normal: +1 top, -1 bottom; NULL for the fixed ones */
    /* [actors][TN_ROW] */
    double *x, *dg, *m; /* m: pi_i E_i */
    double *W;          /* [talk.n_sums][TN_ROW], sums of m over groups */
    /* [actors][step], TN_OF_WEEK: what is made anew every week (D follows from g). Kept for all
     * worlds (step TN_ROW, from 0) in the weeks that are observed; in others only for the chunk at
     * work (step CHUNK, from j0), where it stays in the first cache. */
    double *g, *S;
    size_t step;
    int from;
    bool is_observed; /* somebody asks for predicates, g or S after this week */
    /* [events], [TN_N_COUNTS], [origins], [origins], [claims] x [TN_ROW] */
    int32_t *event_week, *count;
    double *reliability, *ll;
    uint8_t *claim_true;
    double *claim_ll; /* [claims][TN_ROW] log likelihood, if court->keeps_claims; else NULL */

    /* scratch of the week, not state */
    double *u[4], *z[4], *w1, *w2, *w3;
    double *exo[4], *purge[4]; /* words EXO and PURGE of the week; as u and z from lane j0 on */
    bool any_war;              /* in the chunk */
    double *wear;              /* c of model 7.2 in the chunk; only if there is a war in it */

    /* what the run leaves besides the state */
    int watch_observable, watch_event; /* -1: none; first_week is set by it */
    int seen_from, seen_to;            /* weeks in which `seen` is kept; equal: none */
    /* normals of the uncertain parameters, one row per design_lanes worlds; NULL: drawn */
    const double *design;
    int design_lanes;
    double as_of_scale, as_of_weight,
        as_of_weight2; /* log scale; sums of exp(lw - scale) and squares */
    double as_of_state[TN_N_STATES], as_of_tipping[TN_N_TIPPING]; /* weighted sums */
    bool tally_hazards;                                           /* for calibration */
    double hazard_sum[TN_N_ROUTES], weeks_in_office; /* sums of conditional weekly probabilities */
    double hazard_part[TN_N_ROUTES][TN_PARTS]; /* the same on the way: by lane modulo TN_PARTS,
                                                  whatever the instruction set */

    /* the columns: those that outlive the world, its court, g and S, which do not outlive the week
     */
    int n_outlive, n_kept, n_columns; /* first number that is none of the first, the second, all */
    tn_column_t *column;
    unsigned char *slab;
    size_t slab_size, slab_used;
    unsigned char *swap; /* scratch of resampling: one column */
} tn_block_t;

enum tn_ar { TN_AR_X, TN_AR_E, TN_AR_B, TN_AR_F, TN_AR_PHI, TN_AR_THETA, TN_AR_Q };

/** One allocation, made once per thread and used for many blocks of the same court. */
int tn_block_init(tn_block_t *self, const tn_court_t *court);
void tn_block_free(tn_block_t *self);

/** What a week begins with, before its chunks. */
void tn_block_begin_week(tn_block_t *self, int t);
/** The chunk of worlds from lane j0 on is the one at work; false if there is none. */
bool tn_block_take_chunk(tn_block_t *self, int j0);

/** The world of lane i has ended: that of lane j takes its place. What outlives a world is
 * exchanged, the court of lane j is stale. */
void tn_block_retire(tn_block_t *self, int i, int j);
/** Lane j of the block becomes a copy of lane ancestor[j]; slots stay. */
void tn_block_copy_worlds(tn_block_t *self, const int32_t *ancestor);

/** One instruction set's kernels. */
typedef struct tn_lanes {
    void (*start)(tn_block_t *b);
    void (*week)(tn_block_t *b, int t);
    /** Distance, past and yardstick of all live worlds to w1, w2, w3. */
    void (*tipping)(tn_block_t *b);
} tn_lanes_t;
extern const tn_lanes_t tn_lanes_baseline, tn_lanes_avx2, tn_lanes_avx512;
/** Kernels for isa; AUTO: the best this processor runs. */
const tn_lanes_t *tn_lanes_select(tn_isa_t isa);

/** Runs one block of n worlds from start to end: weeks, claims, resampling. No allocation. */
void tn_block_run(
    tn_block_t *self, const tn_lanes_t *lanes, uint64_t seed, int64_t index, int n_worlds);

/** Weighs the claims due in week t, drops worlds that lost the leader, resamples (model 8.4). */
void tn_block_observe(tn_block_t *self, const tn_lanes_t *lanes, int t);
/** Truth of a predicate in lane j at the end of a week that is observed. */
bool tn_block_predicate(const tn_block_t *self, int observable, int j);

/** Distance to the tipping point and the global-game yardstick of lane j (model 7.6):
 * out[TN_N_TIPPING]. */
void tn_block_tipping(const tn_block_t *self, int j, double out[TN_N_TIPPING]);

/** Ultimate ruling coalition of n <= 8 powers, as a mask (model 7.11, alpha = 1/2). */
uint32_t tn_urc(const double *power, int n);
#endif
