/* The forecast: calibrate, then look at the case three ways (neutral, without reports, with them).
 * Source: model 10, 11. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "court/calibration_cache.h"
#include "forecast/job.h"
#include "forecast/kept_looks.h"
#include "forecast/plan.h"
#include "forecast/view.h"
#include "model/observables.h"
#include "model/schema.h"

#define MAX_WORLDS     1000000000
#define PIVOT_WEEKS    52
#define TRIPWIRE_WEEKS 5
#define OTHER          "(other)"

static int check_options(const tn_forecast_options_t *opt, tn_error_t *err)
{
    if (opt->n_worlds < 1 || opt->n_worlds > MAX_WORLDS) {
        return tn_error_set(err, TN_EARG, "number of worlds must be 1 to %d", MAX_WORLDS);
    }
    if ((opt->routes & TN_ALL_ROUTES) == 0) {
        return tn_error_set(err, TN_EARG, "no route out counts as exit");
    }
    return 0;
}

/** Says what would have been understood: the events of the case, and for a condition the
 * observables that are true or false. */
static int unknown_event(const tn_case_t *c, const char *name, bool is_condition, tn_error_t *err)
{
    char expected[800];
    size_t n = 0;
    const char **names = tn_calloc((size_t)c->n_events + (size_t)TN_N_PREDICATES, sizeof *names);
    if (names == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    for (int e = 0; e < c->n_events; e++)
        names[n++] = c->event[e].id;
    for (int o = 0; is_condition && o < TN_N_PREDICATES; o++)
        names[n++] = tn_observable(o)->name;
    if (n > 0) {
        tn_schema_one_of(name, names, n, expected, sizeof expected);
    } else {
        (void)snprintf(expected, sizeof expected, ", the case has no events");
    }
    tn_free(names);
    return tn_error_set(err, TN_EINPUT, "unknown event '%.40s'%s", name, expected);
}

static int resolve_given(tn_plan_t *plan, tn_error_t *err)
{
    const char *given = plan->opt->given;
    plan->ensemble.watch_observable = plan->ensemble.watch_event = -1;
    if (given == NULL) return 0;
    const int observable = tn_observable_find(given);
    if (observable >= 0 && observable < TN_N_PREDICATES) {
        plan->ensemble.watch_observable = observable;
        return 0;
    }
    plan->ensemble.watch_event = tn_case_find_event(plan->c, given);
    if (plan->ensemble.watch_event >= 0) return 0;
    if (observable >= 0) {
        return tn_error_set(err, TN_EINPUT,
            "'%s' is a number, expected an event that happens or an observable that is true or "
            "false",
            given);
    }
    return unknown_event(plan->c, given, true, err);
}

static int resolve_force(tn_plan_t *plan, tn_error_t *err)
{
    if (plan->opt->force == NULL) return 0;
    const int event = tn_case_find_event(plan->c, plan->opt->force);
    if (event < 0) return unknown_event(plan->c, plan->opt->force, false, err);
    plan->force_event = event + 1;
    return 0;
}

static int nearest_horizon(const tn_case_t *c, int weeks)
{
    int best = 0;
    for (int h = 1; h < c->n_horizons; h++) {
        if (abs(c->horizon[h].weeks - weeks) < abs(c->horizon[best].weeks - weeks)) best = h;
    }
    return best;
}

static int set_successors(tn_forecast_t *self, const tn_case_t *c)
{
    const size_t n = (size_t)c->n_actors + 1;
    self->n_successors = c->n_actors + 1;
    self->successor_id = tn_calloc(n, sizeof *self->successor_id);
    self->successor_name = tn_calloc(n, sizeof *self->successor_name);
    self->successor_is_candidate = tn_calloc(n, sizeof *self->successor_is_candidate);
    if (!self->successor_id || !self->successor_name || !self->successor_is_candidate) {
        return TN_ENOMEM;
    }
    for (int i = 0; i < c->n_actors; i++) {
        self->successor_id[i] = c->actor[i].id;
        self->successor_name[i] = c->actor[i].name;
        self->successor_is_candidate[i] = c->actor[i].candidate > 0.0;
    }
    self->successor_id[n - 1] = OTHER;
    self->successor_name[n - 1] = "somebody else";
    self->successor_is_candidate[n - 1] = true;
    return 0;
}

static int set_question(tn_forecast_t *self, const tn_case_t *c, const tn_forecast_options_t *opt)
{
    self->court_case = c;
    self->n_horizons = c->n_horizons;
    memcpy(self->horizon, c->horizon, sizeof self->horizon);
    self->pivot = nearest_horizon(c, PIVOT_WEEKS);
    self->routes = opt->routes & TN_ALL_ROUTES;
    self->n_worlds = opt->n_worlds;
    self->seed = opt->seed;
    self->no_reports = opt->no_reports;
    self->forced = opt->force;
    self->watch_weeks = opt->watch_weeks > 0 ? opt->watch_weeks : TRIPWIRE_WEEKS;
    return set_successors(self, c);
}

static int find_rates(tn_forecast_t *self, tn_plan_t *plan, tn_error_t *err)
{
    plan->ensemble.stage = "calibration";
    if (plan->opt->knobs == NULL) {
        return tn_calibrate_cached(
            &self->calibration, plan->c, &plan->ensemble, plan->opt->cache_dir, err);
    }
    self->calibration = (tn_calibration_t){.is_fixed = true};
    memcpy(self->calibration.knob, plan->opt->knobs, sizeof self->calibration.knob);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        self->calibration.target[r] = plan->c->target[r];
        self->calibration.hazard[r] = NAN;
    }
    return 0;
}

/** The rates that are kept must be those of this build: else its rows do not go with the kept ones.
 */
static int compare_rates(const tn_forecast_t *self, tn_plan_t *plan, tn_error_t *err)
{
    tn_rows_t *rows = plan->crew.rows;
    if (rows == NULL) return 0;
    if (!rows->is_calibrated) {
        rows->calibration = self->calibration;
        rows->is_calibrated = true;
        return tn_crew_save(&plan->crew, err);
    }
    if (tn_calibration_is_same(&rows->calibration, &self->calibration)) return 0;
    return tn_error_set(err, TN_EINPUT,
        "checkpoint %s was made by another build of tenure: delete it to begin anew",
        plan->crew.path);
}

/** Rank 0 calibrates, for all. */
static int calibrate(tn_forecast_t *self, tn_plan_t *plan, tn_error_t *err)
{
    int ret = 0;
    if (plan->is_finished) {
        self->calibration = plan->crew.rows->calibration;
        return 0;
    }
    if (tn_crew_leads(&plan->crew)) {
        ret = find_rates(self, plan, err);
        if (ret == 0) ret = compare_rates(self, plan, err);
    }
    ret = tn_crew_agree(&plan->crew, ret, err);
    if (ret < 0) return ret;
    return tn_crew_share(&plan->crew, &self->calibration, sizeof self->calibration, err);
}

/** What only the posterior run yields: contributions, swings, tripwires, the conditional. */
static int explain(tn_forecast_t *self, const tn_tally_t *tally, const tn_plan_t *plan)
{
    self->n_origins = tally->n_origins;
    self->n_drivers = tally->n_uncertain;
    self->origin = tn_calloc((size_t)self->n_origins + 1, sizeof *self->origin);
    self->driver = tn_calloc((size_t)self->n_drivers + 1, sizeof *self->driver);
    self->n_tripwires = TN_N_PREDICATES;
    self->tripwire = tn_calloc((size_t)TN_N_PREDICATES, sizeof *self->tripwire);
    if (!self->origin || !self->driver || !self->tripwire) return TN_ENOMEM;
    int ret = tn_origin_effects(self->origin, tally, plan->c, self->n_worlds);
    if (ret == 0) ret = tn_driver_swings(self->driver, tally);
    if (ret == 0) ret = tn_tripwires_fill(self->tripwire, tally);
    if (ret < 0 || !tally->has_watch) return ret;
    self->has_conditional = true;
    self->conditional.event = plan->opt->given;
    return tn_conditional_fill(&self->conditional, tally);
}

/** What is looked at, and how. */
typedef struct tn_angle {
    tn_look_t look;
    tn_court_options_t court;
    const char *stage;
    bool is_final; /* also explain it */
} tn_angle_t;

static int open_angle(tn_court_t *court, tn_tally_t *tally, tn_ensemble_t *e,
    const tn_forecast_t *self, const tn_plan_t *plan, const tn_angle_t *angle, tn_error_t *err)
{
    *tally = (tn_tally_t){0};
    *e = plan->ensemble;
    const int ret = tn_court_init(court, plan->c, &angle->court, err);
    if (ret < 0) return ret;
    e->court = court;
    e->stage = angle->stage;
    if (!angle->is_final) e->watch_observable = e->watch_event = -1;
    if (angle->is_final) {
        e->seen_from = court->t_as_of;
        e->seen_to = court->t_as_of + self->watch_weeks;
    }
    return tn_tally_init(tally, e, self->horizon, self->n_horizons, self->pivot, self->routes);
}

/** The tally goes to who asked for it, or away. */
static void keep_tally(const tn_plan_t *plan, tn_look_t look, tn_tally_t *tally)
{
    if (plan->kept == NULL) {
        tn_tally_free(tally);
        return;
    }
    tally->court = NULL; /* which ends before the tally does */
    plan->kept[look] = *tally;
}

/** The case says that the leader is in office at as_of: a world must be left in which that is so.
 */
static int check_worlds_left(const tn_view_t *view, const tn_forecast_t *self,
    const tn_plan_t *plan, const tn_angle_t *angle, tn_error_t *err)
{
    char as_of[11];
    if (angle->look == TN_LOOK_BASE || !isnan(view->exit[0].p)) return 0;
    tn_date_format(plan->c->as_of, as_of);
    return tn_error_set(err, TN_EINPUT,
        "in none of %" PRId64
        " world%s is the leader in office on %s%s, as the case says: nothing can be "
        "forecast (look at the leader's age, events, scheduled exits%s, or run more worlds)",
        self->n_worlds, self->n_worlds == 1 ? "" : "s", as_of,
        angle->look == TN_LOOK_REPORTS ? " and what is claimed possible" : "",
        angle->look == TN_LOOK_REPORTS ? ", claims" : "");
}

/** One ensemble of the case. Collective, as is every step that any rank could fail in. */
static int look(
    tn_view_t *view, tn_forecast_t *self, tn_plan_t *plan, const tn_angle_t *angle, tn_error_t *err)
{
    tn_court_t court = {0};
    tn_tally_t tally;
    tn_ensemble_t e;
    tn_crew_t *crew = &plan->crew;
    int ret = open_angle(&court, &tally, &e, self, plan, angle, err);
    ret = tn_crew_agree(crew, ret, err);
    if (ret == 0) ret = tn_crew_run(crew, angle->look, &tally, &e, err);
    if (ret == 0 && !plan->is_shard) {
        tn_tally_finish(&tally);
        ret = tn_view_init(view, &tally, self->n_worlds);
        if (ret == 0) ret = check_worlds_left(view, self, plan, angle, err);
        if (ret == 0 && angle->is_final) ret = explain(self, &tally, plan);
    }
    if (ret == TN_ENOMEM) (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
    keep_tally(plan, angle->look, &tally);
    tn_court_free(&court);
    return tn_crew_agree(crew, ret, err);
}

static int run_views(tn_forecast_t *self, tn_plan_t *plan, tn_kept_looks_t *kept, tn_error_t *err)
{
    const tn_forecast_options_t *opt = plan->opt;
    const bool has_reports = !opt->no_reports && plan->c->n_reports + plan->c->n_silences > 0;
    tn_angle_t angle = {.look = TN_LOOK_BASE,
        .stage = "base rate",
        .court = {.is_neutral = true,
            .no_priors = opt->no_priors,
            .no_resampling = opt->no_resampling,
            .knobs = self->calibration.knob}};
    int ret = plan->skips_base ? 0 : look(&self->base, self, plan, &angle, err);
    if (ret < 0) return ret;
    angle.court.is_neutral = false;
    angle.court.no_reports = true;
    angle.court.force_event = plan->force_event;
    angle.look = TN_LOOK_PRIOR;
    angle.stage = "without reports";
    angle.is_final = !has_reports;
    ret = look(has_reports ? &self->prior : &self->posterior, self, plan, &angle, err);
    if (ret < 0) return ret;
    if (has_reports) {
        tn_kept_looks_close(kept, plan);
        angle.court.no_reports = false;
        angle.look = TN_LOOK_REPORTS;
        angle.stage = "forecast";
        angle.is_final = true;
        return look(&self->posterior, self, plan, &angle, err);
    }
    if (plan->is_shard) return 0;
    return tn_view_copy(&self->prior, &self->posterior, self->n_successors);
}

static double seconds_since(const struct timespec *from)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - from->tv_sec) + 1e-9 * (double)(now.tv_nsec - from->tv_nsec);
}

/** Everything that can be wrong before work begins. */
static int prepare(tn_forecast_t *self, tn_plan_t *plan, tn_error_t *err)
{
    const tn_forecast_options_t *opt = plan->opt;
    int ret = check_options(opt, err);
    if (ret == 0) ret = resolve_given(plan, err);
    if (ret == 0) ret = resolve_force(plan, err);
    if (ret < 0) return ret;
    plan->ensemble.seed = opt->seed;
    plan->ensemble.n_worlds = opt->n_worlds;
    plan->ensemble.n_threads = opt->n_threads;
    plan->ensemble.isa = opt->isa;
    plan->ensemble.progress = opt->progress;
    plan->ensemble.progress_ctx = opt->progress_ctx;
    ret = set_question(self, plan->c, opt);
    return ret < 0 ? tn_error_set(err, ret, "%s", tn_error_text(ret)) : 0;
}

/** Takes up what the checkpoint holds; none is a beginning. */
static int take_up(tn_plan_t *plan, tn_rows_t *rows, tn_error_t *err)
{
    const char *path = plan->opt->checkpoint;
    char key[TN_SHA256_HEX];
    int ret = tn_job_key(key, plan->c, plan->opt, err);
    if (ret < 0) return ret;
    ret = tn_file_check(path, err);
    if (ret == 0) ret = tn_rows_load(rows, path, err);
    if (ret < 0) {
        tn_error_prefix(err, "checkpoint");
        return ret;
    }
    if (ret == 0 && strcmp(rows->key, key) != 0) {
        return tn_error_set(err, TN_EINPUT,
            "checkpoint %s is of another forecast (another case, setting, seed or number of "
            "worlds): delete it or name another file",
            path);
    }
    memcpy(rows->key, key, sizeof key);
    return 0;
}

static int open_crew(tn_plan_t *plan, tn_rows_t *rows, tn_error_t *err)
{
    const tn_forecast_options_t *opt = plan->opt;
    tn_crew_t *crew = &plan->crew;
    crew->team = opt->team;
    crew->has_checkpoint = opt->checkpoint != NULL;
    crew->seconds = opt->checkpoint_seconds;
    crew->runs_nothing = plan->is_finished;
    (void)clock_gettime(CLOCK_MONOTONIC, &crew->saved);
    if (!tn_crew_leads(crew)) return 0;
    if (plan->is_finished || plan->is_shard || opt->checkpoint != NULL) crew->rows = rows;
    if (plan->is_finished || opt->checkpoint == NULL) return 0;
    crew->path = opt->checkpoint;
    int ret = take_up(plan, rows, err);
    if (ret == 0 && rows->job.n == 0) ret = tn_job_write(&rows->job, plan->c, opt, "", err);
    return ret;
}

int tn_plan_run(tn_forecast_t *self, tn_plan_t *plan, tn_rows_t *rows, tn_error_t *err)
{
    struct timespec begin;
    tn_kept_looks_t kept = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    *self = (tn_forecast_t){0};
    int ret = prepare(self, plan, err);
    if (ret == 0) ret = open_crew(plan, rows, err);
    plan->crew.team = plan->opt->team;
    ret = tn_crew_agree(&plan->crew, ret, err);
    if (ret == 0) ret = calibrate(self, plan, err);
    if (ret == 0) ret = tn_kept_looks_open(&kept, plan, self, err);
    if (ret == 0) ret = run_views(self, plan, &kept, err);
    tn_kept_looks_free(&kept, plan);
    if (ret < 0) {
        tn_forecast_free(self);
        return ret;
    }
    self->seconds = seconds_since(&begin);
    return 0;
}

int tn_forecast_run(
    tn_forecast_t *self, const tn_case_t *c, const tn_forecast_options_t *opt, tn_error_t *err)
{
    tn_rows_t rows = {0};
    tn_plan_t plan = {.c = c, .opt = opt};
    const int ret = tn_plan_run(self, &plan, &rows, err);
    tn_rows_free(&rows);
    return ret;
}

void tn_forecast_free(tn_forecast_t *self)
{
    if (self == NULL) return;
    tn_view_free(&self->base);
    tn_view_free(&self->prior);
    tn_view_free(&self->posterior);
    tn_free(self->origin);
    tn_free(self->driver);
    tn_free(self->tripwire);
    tn_free(self->successor_id);
    tn_free(self->successor_name);
    tn_free(self->successor_is_candidate);
    *self = (tn_forecast_t){0};
}
