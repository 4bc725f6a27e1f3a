/* Runs blocks: start, weeks, observations; picks the kernels for the processor. */
#include <string.h>

#include "base/isa.h"
#include "court/block.h"

const tn_lanes_t *tn_lanes_select(tn_isa_t isa)
{
    if (isa == TN_ISA_AUTO) isa = tn_isa_best();
#ifdef TN_HAVE_AVX512
    if (isa == TN_ISA_AVX512) return &tn_lanes_avx512;
#endif
#ifdef TN_HAVE_AVX2
    if (isa >= TN_ISA_AVX2) return &tn_lanes_avx2;
#endif
    return &tn_lanes_baseline;
}

static void clear_records(tn_block_t *self)
{
    self->as_of_scale = self->as_of_weight = self->as_of_weight2 = 0.0;
    self->weeks_in_office = 0.0;
    for (int k = 0; k < TN_N_STATES; k++)
        self->as_of_state[k] = 0.0;
    for (int k = 0; k < TN_N_TIPPING; k++)
        self->as_of_tipping[k] = 0.0;
    for (int r = 0; r < TN_N_ROUTES; r++)
        self->hazard_sum[r] = 0.0;
    memset(self->hazard_part, 0, sizeof self->hazard_part);
}

static void sum_hazards(tn_block_t *self)
{
    for (int r = 0; r < TN_N_ROUTES; r++) {
        for (int l = 0; l < TN_PARTS; l++)
            self->hazard_sum[r] += self->hazard_part[r][l];
    }
}

void tn_block_run(
    tn_block_t *self, const tn_lanes_t *lanes, uint64_t seed, int64_t index, int n_worlds)
{
    self->seed = seed;
    self->index = index;
    self->world0 = (uint64_t)index * TN_BLOCK;
    self->n = n_worlds;
    clear_records(self);
    lanes->start(self);
    for (int t = 0; t < self->court->n_weeks && self->n_live > 0; t++) {
        lanes->week(self, t);
        tn_block_observe(self, lanes, t);
    }
    sum_hazards(self);
}
