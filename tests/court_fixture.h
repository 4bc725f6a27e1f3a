/** Courts made in memory, for tests that need no file: small and plain, or random in every respect.
 */
#ifndef TN_TESTS_COURT_FIXTURE_H
#define TN_TESTS_COURT_FIXTURE_H
#include "court/block.h"

#define FIXTURE_REPORTS 12
#define FIXTURE_EVENTS  8

/** A case with room for its own arrays. Never tn_case_free() it. */
typedef struct fixture {
    tn_case_t c;
    tn_actor_t actor[TN_MAX_ACTORS];
    double tie[TN_MAX_ACTORS * TN_MAX_ACTORS];
    char *group[3];
    tn_event_t event[FIXTURE_EVENTS];
    tn_effect_t effect[FIXTURE_EVENTS][2];
    tn_scheduled_exit_t scheduled[2];
    tn_origin_t origin[4];
    tn_report_t report[FIXTURE_REPORTS];
    tn_hop_t hop[FIXTURE_REPORTS][2];
    tn_silence_t silence[1];
} fixture_t;

/** n equal actors without ties, groups military, security, party in turn; no targets; one horizon
 * of n_weeks. */
void fixture_plain(fixture_t *self, int n_actors, int n_weeks);

/** Everything drawn from Philox number k: actors (every eighth court has as many as there may be),
 * ties, parameters, war, events of all kinds, reports, silences. */
void fixture_random(fixture_t *self, int k);

/** Runs one block with the kernels of isa, blocks of odd number with all weeks looked at (seen);
 * stops the test if memory is short. tn_block_free() the result. */
void fixture_run(tn_block_t *block, const tn_court_t *court, tn_isa_t isa, uint64_t seed,
    int64_t index, int n_worlds);
/** Lane of the world in slot s. */
int fixture_lane(const tn_block_t *block, int s);
#endif
