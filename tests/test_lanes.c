/* The lanes against the plain scalar version: every sub-model, random courts, equal to the last
 * bit; and the streams against single worlds of an independent implementation. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "base/mem.h"
#include "court/court_ref.h"
#include "court_fixture.h"
#include "tenure.h"

static void same(double got, double want, const char *what, int world)
{
    if (memcmp(&got, &want, sizeof got) == 0) return;
    fail_msg("world %d: %s is %.17g in lanes, %.17g in the plain version", world, what, got, want);
}

static void same_int(int64_t got, int64_t want, const char *what, int world)
{
    if (got == want) return;
    fail_msg("world %d: %s is %lld in lanes, %lld in the plain version", world, what,
        (long long)got, (long long)want);
}

static void compare_actors(const tn_block_t *b, int j, const tn_ref_world_t *w, int s)
{
    for (int i = 0; i < b->court->n; i++) {
        const size_t at = (size_t)i * TN_ROW + (size_t)j;
        same(b->x[at], w->x[i], "x", s);
        same(b->dg[at], w->dg[i], "dg", s);
        same(b->m[at], w->m[i], "m", s);
        same_int(b->rep[j] >> i & 1, w->rep[i], "replaced", s);
        same_int(b->plot[j] >> i & 1, w->M[i], "plot member", s);
        if (b->step != TN_ROW) continue; /* g and S of the last week were not kept */
        same(b->g[at], w->g[i], "g", s);
        same(b->S[at], w->S[i], "S", s);
    }
}

/** What is carried from week to week against what it stands for. */
static void compare_voices(const tn_block_t *b, int j, int s)
{
    const tn_talk_t *talk = &b->court->talk;
    for (int g = 0; g < talk->n_sums; g++) {
        double sum = 0.0;
        for (int i = 0; i < b->court->n; i++) {
            if (talk->group[i] == g) sum += b->m[(size_t)i * TN_ROW + (size_t)j];
        }
        same(b->W[(size_t)g * TN_ROW + (size_t)j], sum, "sum of voices", s);
    }
}

static void compare_state(const tn_block_t *b, int j, const tn_ref_world_t *w, int s)
{
    same(b->e[j], w->e, "economy", s);
    same(b->s[j], w->s, "sanctions", s);
    same(b->b[j], w->b, "war progress", s);
    same(b->C[j], w->C, "deaths", s);
    same(b->F[j], w->F, "defeat", s);
    same(b->phi[j], w->phi, "fear", s);
    same(b->theta[j], w->theta, "threat", s);
    same(b->Q[j], w->Q, "protest", s);
    same(b->G[j], w->G, "G", s);
    same(b->V[j], w->V, "V", s);
    same_int(b->war[j], w->war, "war", s);
    same_int(b->ill[j], w->ill, "ill", s);
    compare_actors(b, j, w, s);
    compare_voices(b, j, s);
}

static void compare_world(const tn_block_t *b, int s, const tn_ref_world_t *w)
{
    const int j = fixture_lane(b, s);
    same_int(b->route[j], w->route, "route", s);
    same_int(b->successor[j], w->successor, "successor", s);
    same_int(b->exit_week[j] == TN_NEVER ? -1 : b->exit_week[j], w->exit_week, "exit week", s);
    same(b->lw[j], w->lw, "log weight", s);
    if (!(w->lw > -INFINITY)) return; /* lost the leader before the as-of date: of no account */
    for (int k = 0; k < TN_N_COUNTS; k++) {
        same_int(b->count[k * TN_ROW + j], w->count[k], tn_count_name(k), s);
    }
    for (int k = 0; k < b->court->evidence.n_origins; k++) {
        same(b->ll[k * TN_ROW + j], w->ll[k], "origin's log likelihood", s);
        same(b->reliability[k * TN_ROW + j], w->a[k], "reliability", s);
    }
    for (int k = 0; k < b->court->n_events; k++) {
        const int week = b->event_week[k * TN_ROW + j];
        same_int(week == TN_NEVER ? -1 : week, w->event_week[k], "event's week", s);
    }
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        if (b->par[p] != NULL) same(b->par[p][j], w->par[p], tn_parameter(p)->name, s);
    }
    if (b->seen_to > 0) same_int(b->seen[j], w->seen, "predicates seen", s);
    if (w->route < 0) compare_state(b, j, w, s); /* the court of a world that ended is not kept */
}

static void compare_block(
    const tn_court_t *court, tn_isa_t isa, uint64_t seed, int64_t index, int n)
{
    tn_block_t block;
    tn_ref_world_t *w = tn_calloc((size_t)n, sizeof *w);
    assert_non_null(w);
    fixture_run(&block, court, isa, seed, index, n);
    assert_int_equal(tn_ref_block(w, n, court, seed, (uint64_t)index), 0);
    for (int s = 0; s < n; s++)
        compare_world(&block, s, &w[s]);
    tn_block_free(&block);
    tn_free(w);
}

static void random_courts_agree_to_the_last_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 24; k++) {
        fixture_t fixture;
        tn_court_t court;
        fixture_random(&fixture, k);
        const tn_court_options_t opt = {.no_priors = k % 5 == 4, .is_neutral = k % 8 == 7};
        assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
        compare_block(&court, TN_ISA_AUTO, (uint64_t)k * 1000003u, k, k % 2 == 0 ? 128 : 93);
        tn_court_free(&court);
    }
}

static void every_instruction_set_agrees(void **state)
{
    (void)state;
    static const int number[] = {
        5, 11, 19}; /* the last two with 63 actors, without and with groups */
    for (int k = 0; k < 3; k++) {
        fixture_t fixture;
        tn_court_t court;
        fixture_random(&fixture, number[k]);
        const tn_court_options_t opt = {0};
        assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
        assert_int_equal(court.n == TN_MAX_ACTORS, k > 0);
        for (int isa = TN_ISA_BASELINE; isa <= TN_ISA_AVX512; isa++) {
            if (tn_isa_runs((tn_isa_t)isa)) compare_block(&court, (tn_isa_t)isa, 9, 3, 71);
        }
        tn_court_free(&court);
    }
}

static void world_numbers_beyond_32_bits_have_streams_of_their_own(void **state)
{
    (void)state;
    fixture_t fixture;
    tn_court_t court;
    fixture_random(&fixture, 6);
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
    compare_block(&court, TN_ISA_AUTO, UINT64_MAX, INT64_C(1) << 23, 32);
    tn_court_free(&court);
}

/** The bundled case, or the one that the reference ran. */
static tn_case_t *kremlin(bool is_reference)
{
    char path[4096];
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    const char *root = getenv(is_reference ? "TENURE_SHARED" : "TENURE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/%s/kremlin-2022.yaml", root != NULL ? root : ".",
        is_reference ? "design/examples" : "cases");
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(tn_case_read(&c, path, NULL, diag, NULL), 0);
    tn_diag_free(diag);
    return c;
}

static void the_bundled_case_agrees_with_reports_and_resampling(void **state)
{
    (void)state;
    tn_case_t *c = kremlin(false);
    tn_court_t court;
    const tn_court_options_t opt = {0};
    assert_int_equal(tn_court_init(&court, c, &opt, NULL), 0);
    compare_block(&court, TN_ISA_AUTO, 20220530, 2, 256);
    tn_court_free(&court);
    tn_case_free(c);
}

/** State of a world whose leader is still in office; the reference lets ended worlds drift on. */
static void check_reference_state(const tn_block_t *b, int j, const json_t *want)
{
    const struct {
        const char *name;
        double got;
    } number[] = {{"economy", b->e[j]}, {"war_progress", b->b[j]}, {"deaths", b->C[j]},
        {"fear", b->phi[j]}, {"threat", b->theta[j]}, {"protest", b->Q[j]}};
    /* another C library's logarithm and cosine: some hundred roundings in 118 weeks */
    for (size_t k = 0; k < 6; k++) {
        check_close(number[k].got, json_number_value(json_object_get(want, number[k].name)), 1e-11,
            1e-13, number[k].name);
    }
    for (size_t i = 0; i < 4; i++) {
        const double x = json_number_value(json_array_get(json_object_get(want, "x"), i));
        check_close(b->x[i * TN_ROW + (size_t)j], x, 1e-11, 1e-13, "x");
    }
}

static void check_reference_world(const tn_block_t *b, const json_t *want)
{
    const int j = fixture_lane(b, (int)json_integer_value(json_object_get(want, "world")));
    const char *route = json_string_value(json_object_get(want, "route"));
    const struct {
        const char *name;
        int count;
    } counter[] = {{"plots", TN_COUNT_PLOTS}, {"detected", TN_COUNT_DETECTED},
        {"attempts", TN_COUNT_ATTEMPTS}, {"purges", TN_COUNT_PURGES},
        {"uprisings", TN_COUNT_UPRISINGS}, {"illnesses", TN_COUNT_ILLNESSES}};
    for (size_t k = 0; k < 6; k++) {
        assert_int_equal(b->count[counter[k].count * TN_ROW + j],
            json_integer_value(json_object_get(want, counter[k].name)));
    }
    if (strcmp(route, "office") == 0) {
        assert_int_equal(b->route[j], -1);
        check_reference_state(b, j, want);
        return;
    }
    assert_string_equal(tn_route_name(b->route[j]), route);
    assert_int_equal(b->exit_week[j], json_integer_value(json_object_get(want, "exit_week")));
}

static void single_worlds_have_the_histories_of_the_reference(void **state)
{
    (void)state;
    char path[4096];
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) skip();
    snprintf(path, sizeof path, "%s/reference/court/expected.json", shared);
    json_t *all = json_load_file(path, 0, NULL);
    assert_non_null(all);
    double knobs[TN_N_KNOBS];
    for (int k = 0; k < TN_N_KNOBS; k++) {
        const json_t *knob = json_object_get(json_object_get(all, "worlds_knobs"), tn_knob_name(k));
        knobs[k] = knob != NULL ? json_number_value(knob) : 1.0;
    }
    tn_case_t *c = kremlin(true);
    c->n_horizons = 4;     /* 104 weeks */
    c->leader.m69 = 0.045; /* the life table that the reference used */
    c->leader.slope = 0.065;
    for (int no_priors = 0; no_priors < 2; no_priors++) {
        tn_court_t court;
        tn_block_t block;
        const tn_court_options_t opt = {.no_reports = true, .no_priors = no_priors, .knobs = knobs};
        assert_int_equal(tn_court_init(&court, c, &opt, NULL), 0);
        fixture_run(&block, &court, TN_ISA_AUTO, 7, 0, TN_BLOCK);
        const json_t *worlds =
            json_object_get(all, no_priors ? "worlds_seed7 no priors" : "worlds_seed7 with priors");
        assert_int_equal(json_array_size(worlds), 8);
        for (size_t k = 0; k < 8; k++)
            check_reference_world(&block, json_array_get(worlds, k));
        tn_block_free(&block);
        tn_court_free(&court);
    }
    tn_case_free(c);
    json_decref(all);
}

static void compare_tipping(const tn_court_t *court, tn_isa_t isa, int *n_inside)
{
    tn_block_t b;
    fixture_run(&b, court, isa, 11, 1, 150);
    tn_lanes_select(isa)->tipping(&b);
    for (int j = 0; j < b.n_live; j++) {
        double exact[TN_N_TIPPING];
        tn_block_tipping(&b, j, exact);
        same(b.w1[j], exact[0], "distance to the tipping point", j);
        same(b.w2[j], exact[1], "past the tipping point", j);
        same(b.w3[j], exact[2], "yardstick", j);
        *n_inside += exact[0] > -2.0 && exact[0] < 3.0;
    }
    tn_block_free(&b);
}

/** The lanes take short cuts; the exact version takes none. */
static void tipping_points_are_those_of_single_worlds(void **state)
{
    (void)state;
    int n_inside = 0;
    for (int k = 0; k < 12; k++) {
        fixture_t fixture;
        tn_court_t court;
        fixture_random(&fixture, k);
        if (k % 3 > 0) fixture.c.parameter[TN_P_contest_m] = 1.0;
        fixture.c.parameter[TN_P_fail_cost] *= k % 4 < 2 ? 0.4 : 1.0;
        const tn_court_options_t opt = {.n_weeks = 10};
        assert_int_equal(tn_court_init(&court, &fixture.c, &opt, NULL), 0);
        for (int isa = TN_ISA_BASELINE; isa <= TN_ISA_AVX512; isa++) {
            if (tn_isa_runs((tn_isa_t)isa)) compare_tipping(&court, (tn_isa_t)isa, &n_inside);
        }
        tn_court_free(&court);
    }
    assert_true(n_inside > 1000);
}

/** Sum_j k_ij m_j by the groups of talk. */
static double by_groups(const tn_talk_t *talk, const double *m, int n, int i)
{
    const int g = talk->group[i];
    double all = 0.0, own = 0.0;
    for (int j = 0; j < n; j++) {
        all += m[j];
        own += talk->group[j] == g ? m[j] : 0.0;
    }
    double sum = talk->between * all + talk->more[g] * own - talk->within[g] * m[i];
    for (int k = i > 0 ? talk->link_end[i - 1] : 0; k < talk->link_end[i]; k++)
        sum += talk->link[k].tie * m[talk->link[k].to];
    return sum;
}

static void sums_by_groups_are_the_sums_tie_by_tie(void **state)
{
    (void)state;
    enum { N = 63, GROUPS = 7 };
    static double k[N * N];
    int group[N];
    double m[N];
    tn_talk_t talk;
    for (int i = 0; i < N; i++) {
        group[i] = i == 5 ? -1 : i * i % GROUPS;
        m[i] = 1.0 / (3.0 + i);
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++)
            k[i * N + j] = i == j ? 0.0 : group[i] == group[j] ? 0.1 * group[i] : 0.05;
    }
    k[3 * N + 7] = k[7 * N + 3] = 0.9;
    k[4 * N + 9] = k[9 * N + 4] = 0.0;
    assert_int_equal(tn_talk_init(&talk, k, group, N), 0);
    assert_int_equal(talk.link_end[N - 1], 4);
    assert_true(talk.n_groups > 0 && talk.operations < 400);
    for (int i = 0; i < N; i++) {
        double sum = 0.0;
        for (int j = 0; j < N; j++)
            sum += k[i * N + j] * m[j];
        check_close(by_groups(&talk, m, N, i), sum, 1e-14, 1e-15, "sum over ties");
    }
    tn_talk_free(&talk);
    /* ties without a pattern: one by one */
    for (int i = 0; i < N * N; i++)
        k[i] = i % (N + 1) == 0 ? 0.0 : 1.0 / (1.0 + i);
    assert_int_equal(tn_talk_init(&talk, k, group, N), 0);
    assert_int_equal(talk.n_groups, 0);
    assert_int_equal(talk.link_end[N - 1], N * (N - 1));
    tn_talk_free(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_courts_agree_to_the_last_bit),
        cmocka_unit_test(every_instruction_set_agrees),
        cmocka_unit_test(world_numbers_beyond_32_bits_have_streams_of_their_own),
        cmocka_unit_test(tipping_points_are_those_of_single_worlds),
        cmocka_unit_test(sums_by_groups_are_the_sums_tie_by_tie),
        cmocka_unit_test(the_bundled_case_agrees_with_reports_and_resampling),
        cmocka_unit_test(single_worlds_have_the_histories_of_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
