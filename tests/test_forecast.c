/* The forecast as a whole: same bits for threads and instruction sets, reference figures, monotone
 * checks, failures. Reference: an independent implementation, reference set court/expected.json
 * (settings "generic prior" and "generic no priors", 40,960 worlds, seed 20220530), when
 * TENURE_SHARED is set. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "forecast/kept_looks.h"
#include "model/case.h"
#include "tenure.h"

static const char *case_path(const char *name)
{
    static char path[4096];
    const char *root = getenv("TENURE_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/cases/%s.yaml", root != NULL ? root : ".", name);
    return path;
}

static tn_case_t *read_case(const char *name, const char *const *set, size_t n_set)
{
    tn_case_t *c = NULL;
    tn_diag_t *diag = NULL;
    const tn_case_options_t opt = {.set = set, .n_set = n_set};
    assert_int_equal(tn_diag_new(&diag), 0);
    assert_int_equal(tn_case_read(&c, case_path(name), &opt, diag, NULL), 0);
    tn_diag_free(diag);
    return c;
}

/** Rates of the size calibration finds: calibrating in every test would take most of its time, and
 *  has a test of its own. */
static const double usual_knobs[TN_N_KNOBS] = {1.0, 0.1, 0.008, 0.01, 0.0005, 1.0};

static tn_forecast_t run(const tn_case_t *c, const tn_forecast_options_t *opt)
{
    tn_forecast_t f;
    tn_error_t err = {0};
    tn_forecast_options_t quick = *opt;
    if (quick.knobs == NULL) quick.knobs = usual_knobs;
    if (tn_forecast_run(&f, c, &quick, &err) != 0) fail_msg("%s", err.message);
    return f;
}

static bool is_same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void check_same_estimates(const tn_estimate_t *a, const tn_estimate_t *b, int n)
{
    for (int i = 0; i < n; i++) {
        if (!is_same(a[i].p, b[i].p) || !is_same(a[i].se, b[i].se)) {
            fail_msg("element %d: %.17g (%.17g) is not %.17g (%.17g)", i, a[i].p, a[i].se, b[i].p,
                b[i].se);
        }
    }
}

static void check_same_view(const tn_view_t *a, const tn_view_t *b, int n_successors)
{
    check_same_estimates(a->curve, b->curve, a->n_weeks);
    check_same_estimates(a->successor, b->successor, n_successors);
    check_same_estimates(a->count, b->count, TN_N_COUNTS);
    check_same_estimates(a->state, b->state, TN_N_STATES);
    check_same_estimates(&a->tipping.distance, &b->tipping.distance, 1);
    for (int r = 0; r < TN_N_ROUTES; r++)
        check_same_estimates(a->route[r], b->route[r], 5);
}

static void check_same_forecast(const tn_forecast_t *a, const tn_forecast_t *b)
{
    for (int k = 0; k < TN_N_KNOBS; k++) {
        if (!is_same(a->calibration.knob[k], b->calibration.knob[k])) fail_msg("knob %d", k);
    }
    check_same_view(&a->base, &b->base, a->n_successors);
    check_same_view(&a->prior, &b->prior, a->n_successors);
    check_same_view(&a->posterior, &b->posterior, a->n_successors);
    for (int k = 0; k < a->n_origins; k++) {
        check_same_estimates(&a->origin[k].log_odds, &b->origin[k].log_odds, 1);
    }
    for (int k = 0; k < a->n_drivers; k++) {
        check_same_estimates(&a->driver[k].swing, &b->driver[k].swing, 1);
    }
}

static void threads_and_instruction_sets_give_the_same_bits(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 5000; /* a partial last block too */
    opt.n_threads = 1;
    opt.isa = TN_ISA_BASELINE;
    tn_forecast_t first = run(c, &opt);
    const int threads[] = {2, 4, 3};
    const tn_isa_t isa[] = {TN_ISA_AVX2, TN_ISA_AVX512, TN_ISA_AUTO};
    for (int k = 0; k < 3; k++) {
        opt.n_threads = threads[k];
        opt.isa = isa[k];
        tn_forecast_t other = run(c, &opt);
        check_same_forecast(&first, &other);
        tn_forecast_free(&other);
    }
    tn_forecast_free(&first);
    tn_case_free(c);
}

static void probabilities_add_up(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 4096;
    tn_forecast_t f = run(c, &opt);
    for (int h = 0; h < f.n_horizons; h++) {
        double sum = 0.0;
        for (int r = 0; r < TN_N_ROUTES; r++)
            sum += f.posterior.route[r][h].p;
        check_close(sum, f.posterior.exit[h].p, TOL2, 0.0, "routes partition exits");
        check_close(f.posterior.curve[f.horizon[h].weeks - 1].p, f.posterior.exit[h].p, TOL0, 0.0,
            "the curve passes the horizons");
    }
    double sum = 0.0;
    for (int d = 0; d < f.n_successors; d++)
        sum += f.posterior.successor[d].p;
    check_close(sum, 1.0, TOL2, 0.0, "somebody follows");
    tn_forecast_free(&f);
    tn_case_free(c);
}

static void the_question_counts_only_its_routes(void **state)
{
    (void)state;
    tn_case_t *c = read_case("generic-autocracy", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 4096;
    opt.routes = TN_ALL_ROUTES & ~(1u << TN_ROUTE_DEATH);
    tn_forecast_t f = run(c, &opt);
    const int last = f.n_horizons - 1;
    double sum = 0.0;
    for (int r = 0; r < TN_N_ROUTES; r++)
        sum += f.posterior.route[r][last].p;
    check_close(f.posterior.exit[last].p, sum - f.posterior.route[TN_ROUTE_DEATH][last].p, TOL2,
        0.0, "all routes but death");
    tn_forecast_free(&f);
    tn_case_free(c);
}

static void without_reports_the_posterior_is_the_prior(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 2048;
    opt.no_reports = true;
    tn_forecast_t f = run(c, &opt);
    check_same_view(&f.prior, &f.posterior, f.n_successors);
    assert_int_equal(f.n_origins, 0);
    tn_forecast_free(&f);
    tn_case_free(c);
}

static void a_repeated_report_changes_nothing(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 2048;
    tn_forecast_t with = run(c, &opt);
    const int n = c->n_reports;
    tn_report_t *more = tn_calloc((size_t)n + 5, sizeof *more);
    memcpy(more, c->report, (size_t)n * sizeof *more);
    for (int k = 0; k < 5; k++)
        more[n + k] = c->report[5]; /* one claim five times more */
    tn_report_t *kept = c->report;
    c->report = more;
    c->n_reports = n + 5;
    tn_forecast_t again = run(c, &opt);
    check_same_view(&with.posterior, &again.posterior, with.n_successors);
    c->report = kept;
    c->n_reports = n;
    tn_free(more);
    tn_forecast_free(&with);
    tn_forecast_free(&again);
    tn_case_free(c);
}

static void a_partial_block_takes_nothing_from_the_effective_share(void **state)
{
    (void)state;
    const char *const set[] = {"reference={anchor: fixed}", "horizons=[13w]"};
    tn_case_t *c = read_case("kremlin-2022", set, 2);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = TN_BLOCK_WORLDS + 76;
    tn_forecast_t f = run(c, &opt);
    assert_string_equal(f.origin[1].id, "budanov"); /* who moves the weights by a few percent */
    assert_true(f.origin[1].ess_share > 0.9 && f.origin[1].ess_share <= 1.0);
    tn_forecast_free(&f);
    tn_case_free(c);
}

static void unknown_events_are_named(void **state)
{
    (void)state;
    tn_case_t *c = read_case("generic-autocracy", NULL, 0);
    tn_error_t err = {0};
    tn_forecast_t f;
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.given = "moonfall";
    assert_int_equal(tn_forecast_run(&f, c, &opt, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "moonfall"));
    opt.given = NULL;
    opt.force = "moonfall";
    assert_int_equal(tn_forecast_run(&f, c, &opt, &err), TN_EINPUT);
    opt.force = NULL;
    opt.n_worlds = 0;
    assert_int_equal(tn_forecast_run(&f, c, &opt, &err), TN_EARG);
    tn_case_free(c);
}

/** Expected counts of the prior under one setting; common random numbers and fixed knobs. */
static void expect(const char *setting, tn_view_t *out)
{
    const double knobs[TN_N_KNOBS] = {1.0, 0.2, 0.012, 0.01, 0.001, 1.0};
    double own[TN_N_KNOBS];
    tn_case_t *c = read_case("kremlin-2022", &setting, 1);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    memcpy(own, knobs, sizeof own);
    own[5] = c->parameter[TN_P_mort_mult];
    opt.n_worlds = 8192;
    opt.no_reports = true;
    opt.knobs = own;
    tn_forecast_t f = run(c, &opt);
    *out = f.prior;
    tn_forecast_free(&f);
    tn_case_free(c);
}

static void more_of_a_cause_gives_more_of_its_effect(void **state)
{
    (void)state;
    tn_view_t lo, hi;
    expect("parameters.g_base=0.0", &lo);
    expect("parameters.g_base=0.3", &hi);
    assert_true(hi.count[TN_COUNT_PLOTS].p > lo.count[TN_COUNT_PLOTS].p);
    assert_true(hi.route[TN_ROUTE_COUP][3].p > lo.route[TN_ROUTE_COUP][3].p);
    expect("parameters.incumb=0.7", &lo);
    expect("parameters.incumb=1.5", &hi);
    assert_true(hi.route[TN_ROUTE_COUP][3].p < lo.route[TN_ROUTE_COUP][3].p);
    expect("parameters.mort_mult=0.5", &lo);
    expect("parameters.mort_mult=2", &hi);
    assert_true(hi.route[TN_ROUTE_DEATH][3].p > lo.route[TN_ROUTE_DEATH][3].p);
    expect("parameters.detect=0.2", &lo);
    expect("parameters.detect=1.0", &hi);
    assert_true(hi.route[TN_ROUTE_COUP][3].p < lo.route[TN_ROUTE_COUP][3].p);
    expect("parameters.fear_base=0.2", &lo);
    expect("parameters.fear_base=0.8", &hi);
    assert_true(hi.route[TN_ROUTE_COUP][3].p < lo.route[TN_ROUTE_COUP][3].p);
    expect("parameters.q_base=0.05", &lo);
    expect("parameters.q_base=0.4", &hi);
    assert_true(hi.route[TN_ROUTE_UPRISING][3].p > lo.route[TN_ROUTE_UPRISING][3].p);
}

static void conditioning_and_forcing_on_defeat_raise_the_risk(void **state)
{
    (void)state;
    tn_case_t *c = read_case("kremlin-2022", NULL, 0);
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 8192;
    opt.given = "defeat";
    tn_forecast_t given = run(c, &opt);
    assert_true(given.has_conditional);
    /* who has seen the event and left is among those who left */
    assert_true(given.conditional.p_event[4].p > 0.05 && given.conditional.p_event[4].p < 0.3);
    for (int h = 0; h < given.n_horizons; h++) {
        const tn_conditional_t *k = &given.conditional;
        assert_true(k->p_event[h].p * k->exit[h].p <= given.posterior.exit[h].p);
    }
    opt.given = NULL;
    opt.force = "defeat";
    tn_forecast_t forced = run(c, &opt);
    assert_true(forced.posterior.exit[3].p > given.posterior.exit[3].p);
    assert_true(forced.posterior.count[TN_COUNT_DEFEATS].p > 0.8);
    tn_forecast_free(&given);
    tn_forecast_free(&forced);
    tn_case_free(c);
}

static int cancel(void *ctx, const char *stage, double done, double total)
{
    (void)stage;
    (void)done;
    (void)total;
    return ++*(int *)ctx > 2;
}

static void progress_can_cancel(void **state)
{
    (void)state;
    int n_calls = 0;
    tn_case_t *c = read_case("generic-autocracy", NULL, 0);
    tn_forecast_t f;
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_threads = 1;
    opt.progress = cancel;
    opt.progress_ctx = &n_calls;
    assert_int_equal(tn_forecast_run(&f, c, &opt, NULL), TN_EINTERRUPT);
    assert_int_equal(n_calls, 3);
    tn_case_free(c);
}

/* ---- looks kept between runs ---- */

/** How often each look said how far it is. */
typedef struct calls {
    int base, prior, reports;
} calls_t;

static int count_calls(void *ctx, const char *stage, double done, double total)
{
    calls_t *self = ctx;
    (void)done, (void)total;
    if (strcmp(stage, "base rate") == 0) self->base++;
    if (strcmp(stage, "without reports") == 0) self->prior++;
    if (strcmp(stage, "forecast") == 0) self->reports++;
    return 0;
}

/** Returns what was to be done with the folder. */
static calls_t through(tn_forecast_t *kept, tn_forecast_options_t *opt, const tn_case_t *c,
    const char *dir, uint64_t seed)
{
    calls_t calls = {0};
    tn_error_t err = {0};
    *opt = (tn_forecast_options_t)TN_FORECAST_OPTIONS_DEFAULT;
    opt->n_worlds = (TN_KEPT_LOOKS_MIN_BLOCKS - 1) * 1024 + 100; /* a partial last block */
    opt->seed = seed;
    opt->n_threads = 2;
    opt->cache_dir = dir;
    opt->progress = count_calls;
    opt->progress_ctx = &calls;
    if (tn_forecast_run(kept, c, opt, &err) != 0) fail_msg("%s", err.message);
    opt->cache_dir = NULL;
    opt->progress = NULL;
    opt->progress_ctx = NULL;
    return calls;
}

static calls_t calls_of(const tn_case_t *c, const char *dir, uint64_t seed)
{
    tn_forecast_t kept;
    tn_forecast_options_t opt;
    const calls_t calls = through(&kept, &opt, c, dir, seed);
    tn_forecast_free(&kept);
    return calls;
}

/** The same, and compares with a run that keeps nothing: the same bits. */
static calls_t compared(const tn_case_t *c, const char *dir, uint64_t seed)
{
    tn_forecast_t kept, fresh;
    tn_forecast_options_t opt;
    tn_error_t err = {0};
    const calls_t calls = through(&kept, &opt, c, dir, seed);
    opt.knobs = kept.calibration.knob;
    if (tn_forecast_run(&fresh, c, &opt, &err) != 0) fail_msg("%s", err.message);
    check_same_forecast(&kept, &fresh);
    tn_forecast_free(&kept);
    tn_forecast_free(&fresh);
    return calls;
}

static bool is_kept_look(const char *name) { return strncmp(name, "looks-", 6) == 0; }

/** Number of kept looks in the folder; the path of one. */
static int list_kept(const char *dir, char path[512])
{
    int n = 0;
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!is_kept_look(entry->d_name)) continue;
        (void)snprintf(path, 512, "%s/%s", dir, entry->d_name);
        n++;
    }
    (void)closedir(folder);
    return n;
}

static void remove_all(const char *dir)
{
    char path[512];
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(folder);
    assert_int_equal(rmdir(dir), 0);
}

static void damage(const char *path)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 5000, SEEK_SET), 0);
    assert_int_equal(fputc(7, file), 7);
    assert_int_equal(fclose(file), 0);
}

/** As many files as are kept, older than any other. */
static void fill_with_old(const char *dir)
{
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    char path[512];
    for (int k = 0; k < TN_KEPT_LOOKS; k++) {
        (void)snprintf(path, sizeof path, "%s/looks-%d", dir, k);
        const int fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_true(fd >= 0);
        assert_int_equal(futimens(fd, old), 0);
        assert_int_equal(close(fd), 0);
    }
}

static void looks_that_no_report_changes_are_kept(void **state)
{
    (void)state;
    const char *const set[] = {"reference.anchor=fixed", "horizons=[1w, 2w, 3w, 4w, 5w]"};
    char dir[] = "/tmp/tenure-looks-XXXXXX", path[512], other[512];
    assert_non_null(mkdtemp(dir));
    tn_case_t *c = read_case("kremlin-2022", set, 2);
    calls_t calls = calls_of(c, dir, 1);
    assert_true(calls.base > 0 && calls.prior > 0 && calls.reports > 0);
    calls = compared(c, dir, 1);
    assert_true(calls.base == 0 && calls.prior == 0 && calls.reports > 0);
    assert_int_equal(list_kept(dir, path), 1);
    /* other reports: the same looks */
    c->n_reports -= 2;
    calls = compared(c, dir, 1);
    assert_true(calls.base == 0 && calls.prior == 0 && calls.reports > 0);
    c->n_reports += 2;
    /* anything else: looks of their own */
    c->event[0].probability *= 0.5;
    assert_true(compared(c, dir, 1).prior > 0);
    c->event[0].probability *= 2.0;
    assert_int_equal(list_kept(dir, other), 2);
    assert_true(calls_of(c, dir, 2).base > 0);
    assert_int_equal(list_kept(dir, other), 3);
    /* a damaged file is made again */
    damage(path);
    assert_true(calls_of(c, dir, 1).base > 0);
    assert_true(calls_of(c, dir, 1).base == 0);
    /* the oldest go */
    fill_with_old(dir);
    assert_int_equal(list_kept(dir, other), 3 + TN_KEPT_LOOKS);
    assert_true(calls_of(c, dir, 3).base > 0);
    assert_int_equal(list_kept(dir, other), TN_KEPT_LOOKS);
    assert_true(calls_of(c, dir, 1).base == 0); /* the new ones stay */
    remove_all(dir);
    tn_case_free(c);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    tn_case_t *c = read_case("generic-autocracy", NULL, 0);
    const double knobs[TN_N_KNOBS] = {1.0, 0.2, 0.012, 0.01, 0.001, 1.0};
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    c->n_horizons = 1; /* 13 weeks: the test is about memory */
    opt.n_worlds = 64;
    opt.n_threads = 1;
    opt.knobs = knobs;
    c->is_anchor_fixed = true;
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_forecast_t f;
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_forecast_run(&f, c, &opt, NULL);
        tn_mem_fail_at(0);
        if (ret == 0) {
            tn_forecast_free(&f);
        } else {
            assert_int_equal(ret, TN_ENOMEM);
        }
    }
    tn_case_free(c);
}

static json_t *reference_setting(const char *name)
{
    char path[4096];
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) return NULL;
    snprintf(path, sizeof path, "%s/reference/court/expected.json", shared);
    json_t *all = json_load_file(path, 0, NULL);
    if (all == NULL) return NULL;
    json_t *one = json_incref(json_object_get(json_object_get(all, "settings"), name));
    json_decref(all);
    return one;
}

/** 4 standard errors of the difference, as the reference asks; the streams are the same, so most
 * agree exactly. */
static void check_estimate(const tn_estimate_t *got, const json_t *want, const char *what)
{
    const double p = json_number_value(json_array_get(want, 0));
    const double se = json_number_value(json_array_get(want, 1));
    check_close(got->p, p, 0.0, 4.0 * hypot(got->se, se) + 1e-6, what);
}

static void check_exits(const tn_forecast_t *f, const json_t *setting)
{
    const char *weeks;
    json_t *row;
    json_object_foreach(json_object_get(setting, "exit"), weeks, row)
    {
        for (int h = 0; h < f->n_horizons; h++) {
            if (f->horizon[h].weeks != atoi(weeks)) continue;
            check_estimate(&f->prior.exit[h], json_object_get(row, "any"), "any");
            for (int r = 0; r < TN_N_ROUTES; r++) {
                check_estimate(&f->prior.route[r][h], json_object_get(row, tn_route_name(r)),
                    tn_route_name(r));
            }
        }
    }
}

static void check_counts(const tn_forecast_t *f, const json_t *setting)
{
    static const struct {
        const char *theirs;
        int ours;
    } name[] = {{"plots", TN_COUNT_PLOTS}, {"detected", TN_COUNT_DETECTED},
        {"attempts", TN_COUNT_ATTEMPTS}, {"coups_failed", TN_COUNT_COUPS_FAILED},
        {"purges", TN_COUNT_PURGES}, {"purged_plot", TN_COUNT_PURGED_PLOT},
        {"assas", TN_COUNT_ASSASSINATION_ATTEMPTS}, {"uprisings", TN_COUNT_UPRISINGS},
        {"illnesses", TN_COUNT_ILLNESSES}, {"abandoned", TN_COUNT_ABANDONED}};
    const json_t *counts = json_object_get(setting, "count_until_end");
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        check_estimate(
            &f->prior.count[name[k].ours], json_object_get(counts, name[k].theirs), name[k].theirs);
    }
}

static void check_swings(const tn_forecast_t *f, const json_t *setting)
{
    const json_t *swings = json_object_get(setting, "swing_52w");
    for (int k = 0; k < f->n_drivers; k++) {
        check_estimate(&f->driver[k].swing, json_object_get(swings, f->driver[k].parameter),
            f->driver[k].parameter);
    }
}

static void check_setting(const char *name, bool no_priors, const char *const *set, size_t n_set)
{
    json_t *setting = reference_setting(name);
    if (setting == NULL) skip();
    tn_case_t *c = read_case("generic-autocracy", set, n_set);
    c->leader.m69 = 0.019; /* the life table that the reference used */
    c->leader.slope = 0.100;
    double knobs[TN_N_KNOBS];
    const json_t *theirs = json_object_get(setting, "knobs");
    for (int k = 0; k < TN_N_KNOBS; k++) {
        const json_t *knob = json_object_get(theirs, tn_knob_name(k));
        knobs[k] = knob != NULL ? json_number_value(knob) : 1.0;
    }
    tn_forecast_options_t opt = TN_FORECAST_OPTIONS_DEFAULT;
    opt.n_worlds = 40960;
    opt.seed = 20220530;
    opt.no_priors = no_priors;
    opt.knobs = knobs;
    tn_forecast_t f = run(c, &opt);
    check_exits(&f, setting);
    check_counts(&f, setting);
    if (!no_priors) check_swings(&f, setting);
    const char *actor;
    json_t *share;
    int d = 0;
    json_object_foreach(json_object_get(setting, "successor_given_exit"), actor, share)
    {
        assert_string_equal(f.successor_id[d], actor);
        check_estimate(&f.prior.successor[d++], share, actor);
    }
    tn_forecast_free(&f);
    tn_case_free(c);
    json_decref(setting);
}

static void the_generic_case_agrees_with_the_reference(void **state)
{
    (void)state;
    check_setting("generic prior", false, NULL, 0);
}

static void the_generic_case_without_priors_agrees_with_the_reference(void **state)
{
    (void)state;
    const char *const set[] = {"horizons=[13w, 26w, 52w, 104w]"};
    check_setting("generic no priors", true, set, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_instruction_sets_give_the_same_bits),
        cmocka_unit_test(probabilities_add_up),
        cmocka_unit_test(the_question_counts_only_its_routes),
        cmocka_unit_test(without_reports_the_posterior_is_the_prior),
        cmocka_unit_test(a_repeated_report_changes_nothing),
        cmocka_unit_test(a_partial_block_takes_nothing_from_the_effective_share),
        cmocka_unit_test(unknown_events_are_named),
        cmocka_unit_test(more_of_a_cause_gives_more_of_its_effect),
        cmocka_unit_test(conditioning_and_forcing_on_defeat_raise_the_risk),
        cmocka_unit_test(looks_that_no_report_changes_are_kept),
        cmocka_unit_test(progress_can_cancel),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(the_generic_case_agrees_with_the_reference),
        cmocka_unit_test(the_generic_case_without_priors_agrees_with_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
