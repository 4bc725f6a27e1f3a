/* The court simulator: speed per instruction set and thread count, the floor it stands on, where
 * the time goes, and how it grows. usage: bench_court CASE [WORLDS]. */
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "base/parallel.h"
#include "bench.h"
#include "court.h"
#include "court/ensemble.h"
#include "model/case.h"

static const char *const isa_names[] = {"auto", "baseline", "avx2", "avx512"};

static void fail(const char *what)
{
    fprintf(stderr, "bench_court: %s\n", what);
    exit(EXIT_FAILURE);
}

static void count_weeks(void *ctx, const tn_block_t *b)
{
    atomic_llong *sum = ctx;
    long long weeks = 0;
    for (int j = 0; j < b->n; j++)
        weeks += b->route[j] < 0 ? b->court->n_weeks : b->exit_week[j] + 1;
    atomic_fetch_add(sum, weeks);
}

/** The fastest run by the clock, and the one with least processor time. */
typedef struct speed {
    double seconds, world_weeks, per_actor_week; /* the last: ns of one core, by processor time */
} speed_t;

static speed_t measure(const tn_court_t *court, int64_t n_worlds, int n_threads, tn_isa_t isa)
{
    speed_t best = {.seconds = INFINITY};
    double cpu = INFINITY;
    const tn_ensemble_t e = {.court = court,
        .seed = 1,
        .n_worlds = n_worlds,
        .isa = isa,
        .n_threads = n_threads,
        .watch_observable = -1,
        .watch_event = -1};
    for (int k = 0; k < 5; k++) {
        atomic_llong weeks = 0;
        const double from = bench_now(), cpu_from = bench_cpu();
        if (tn_ensemble_run(&e, count_weeks, &weeks, NULL) != 0) fail("the run failed");
        best.seconds = fmin(best.seconds, bench_now() - from);
        cpu = fmin(cpu, bench_cpu() - cpu_from);
        best.world_weeks = (double)weeks;
    }
    best.per_actor_week = 1e9 * cpu / best.world_weeks / court->n;
    return best;
}

static void print_speed(const char *label, int n_threads, const tn_court_t *c, const speed_t *s)
{
    const double rate = s->world_weeks / s->seconds;
    printf(
        "%-14s %7d %16.3g %14.3g %18.2f\n", label, n_threads, rate, rate * c->n, s->per_actor_week);
}

static void header(const char *first)
{
    printf("\n%-14s %7s %16s %14s %18s\n", first, "threads", "world-weeks/s", "actor-weeks/s",
        "core-ns/actor-week");
}

static void compile(tn_court_t *court, const tn_case_t *c)
{
    const tn_court_options_t opt = {.no_reports = true};
    if (tn_court_init(court, c, &opt, NULL) != 0) fail("the case does not compile");
}

static tn_isa_t speeds(const tn_court_t *court, int64_t n_worlds)
{
    tn_isa_t best = TN_ISA_BASELINE;
    header("instructions");
    for (int isa = TN_ISA_BASELINE; isa <= TN_ISA_AVX512; isa++) {
        if (!tn_isa_runs((tn_isa_t)isa)) continue;
        best = (tn_isa_t)isa;
        for (int n = 1; n <= tn_parallel_threads(0); n *= 2) {
            const speed_t s = measure(court, n_worlds, n, best);
            print_speed(isa_names[isa], n, court, &s);
        }
    }
    return best;
}

/** Random blocks and arithmetic of one world and week without plots, counted from the model: four
 * streams of the world and one per four actors; per actor the talk (two operations a tie), 24 for
 * grievance, discontent and voice; about 150 for the rest, logarithms and sines included. */
static void floor_of(const tn_court_t *c, tn_block_t *b, tn_isa_t isa, double measured)
{
    const double bytes = 16.0 * (4.0 + (c->n + 3) / 4);
    const double operations = c->talk.operations + 24.0 * c->n + 150.0;
    const double rate = bench_philox(b, isa), peak = bench_peak(isa);
    const double random = 1e9 * bytes / rate, arithmetic = 1e9 * operations / peak;
    printf("\nfloor of a world-week, %s, one core\n", isa_names[isa]);
    printf("  Philox  %6.2f GB/s  %4.0f bytes       %7.2f ns\n", rate / 1e9, bytes, random);
    printf(
        "  peak    %6.1f Gop/s %4.0f operations  %7.2f ns\n", peak / 1e9, operations, arithmetic);
    printf("  floor   %7.2f ns, measured %.2f ns, ratio %.2f\n", random + arithmetic, measured,
        measured / (random + arithmetic));
}

static void breakdown(tn_block_t *b, tn_isa_t isa)
{
    bench_week_t w = {0};
    double total = 0.0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        bench_week(&w, b, isa, seed);
    for (int k = 0; k < BENCH_N_PARTS; k++)
        total += w.seconds[k];
    printf("\n%-28s %18s %7s\n", "part of the week", "ns per world-week", "share");
    for (int k = 0; k < BENCH_N_PARTS; k++) {
        if (w.name[k] == NULL) continue;
        printf("%-28s %18.2f %6.1f%%\n", w.name[k], 1e9 * w.seconds[k] / w.world_weeks,
            100.0 * w.seconds[k] / total);
    }
    printf("%-28s %18.2f  (clocks included)\n", "all", 1e9 * total / w.world_weeks);
}

/** The case with n actors: its own, over and over. The copy borrows everything but actors, ties. */
static tn_case_t with_actors(const tn_case_t *c, int n)
{
    tn_case_t other = *c;
    const size_t size = (size_t)n;
    other.n_actors = n;
    other.actor = calloc(size, sizeof *other.actor);
    other.tie = calloc(size * size, sizeof *other.tie);
    other.n_events = 0; /* they name actors by number */
    if (other.actor == NULL || other.tie == NULL) fail("out of memory");
    for (int i = 0; i < n; i++) {
        const int from = i % c->n_actors;
        other.actor[i] = c->actor[from];
        for (int k = 0; k < n; k++) {
            const double tie = c->tie[from * c->n_actors + k % c->n_actors];
            other.tie[i * n + k] = i == k ? 0.0 : tie > 0.0 ? tie : 0.1;
        }
    }
    return other;
}

static void growth(const tn_case_t *c, int64_t most_worlds)
{
    static const int actors[] = {3, 7, 13, 26, 63}, years[] = {1, 5, 10, 20};
    char label[32];
    tn_court_t court;
    header("actors");
    for (int k = 0; k < 5; k++) {
        tn_case_t other = with_actors(c, actors[k]);
        compile(&court, &other);
        const speed_t s = measure(&court, 4096, 1, TN_ISA_AUTO);
        (void)snprintf(label, sizeof label, "%d", actors[k]);
        print_speed(label, 1, &court, &s);
        tn_court_free(&court);
        free(other.actor);
        free(other.tie);
    }
    compile(&court, c);
    header("worlds");
    for (int64_t n = 1000; n <= most_worlds; n *= 10) {
        const speed_t s = measure(&court, n, 1, TN_ISA_AUTO);
        (void)snprintf(label, sizeof label, "%" PRId64, n);
        print_speed(label, 1, &court, &s);
    }
    header("weeks");
    for (int k = 0; k < 4; k++) {
        court.n_weeks = 52 * years[k];
        const speed_t s = measure(&court, 4096, 1, TN_ISA_AUTO);
        (void)snprintf(label, sizeof label, "%d", court.n_weeks);
        print_speed(label, 1, &court, &s);
    }
    tn_court_free(&court);
}

int main(int argc, char **argv)
{
    if (argc > 1) bench_memory(argv[1]); /* first: a child begins with its parent's memory */
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    tn_court_t court;
    tn_block_t block;
    const long long worlds = argc > 2 ? atoll(argv[2]) : 10000;
    if (argc < 2 || worlds < 1000) fail("usage: bench_court CASE [WORLDS, at least 1000]");
    if (tn_diag_new(&diag) != 0 || tn_case_read(&c, argv[1], NULL, diag, NULL) != 0) {
        fail("cannot read the case");
    }
    compile(&court, c);
    if (tn_block_init(&block, &court) != 0) fail("out of memory");
    printf("%s, %d actors, %d weeks, %lld worlds; %s\n", tn_case_name(c), court.n, court.n_weeks,
        worlds, __VERSION__);
    const tn_isa_t best = speeds(&court, worlds);
    const speed_t one = measure(&court, worlds, 1, best);
    floor_of(&court, &block, best, one.per_actor_week * court.n);
    breakdown(&block, best);
    growth(c, worlds);
    tn_block_free(&block);
    tn_court_free(&court);
    tn_case_free(c);
    tn_diag_free(diag);
    return 0;
}
