/* Numbers near those of the bundled case, chosen by hand. */
#include "forecast_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

static char leader_name[] = "Jane Example";
static char title[] = "Jane Example in office, evidence up to 30 May 2022";
static char case_name[] = "example";
static const char hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void fill_case(tn_case_t *c)
{
    c->name = case_name;
    c->title = title;
    memcpy(c->hash, hash, sizeof hash);
    c->start = tn_date_from_ymd(2022, 2, 21);
    c->as_of = tn_date_from_ymd(2022, 5, 30);
    c->leader.name = leader_name;
}

static void fill_horizons(tn_forecast_t *f)
{
    static const int weeks[FIXTURE_HORIZONS] = {13, 52, 104};
    f->n_horizons = FIXTURE_HORIZONS;
    f->pivot = 1;
    for (int h = 0; h < FIXTURE_HORIZONS; h++) {
        f->horizon[h].weeks = weeks[h];
        f->horizon[h].date = f->court_case->as_of + 7 * weeks[h];
        (void)snprintf(f->horizon[h].label, sizeof f->horizon[h].label, "%dw", weeks[h]);
    }
}

static tn_estimate_t estimate(double p, double se) { return (tn_estimate_t){p, se}; }

/** Routes take fixed parts of the exits: they add up. Incapacity takes none. */
static void fill_exits(const tn_forecast_t *f, tn_view_t *v, const double *p)
{
    static const double part[TN_N_ROUTES] = {0.4, 0.0, 0.05, 0.25, 0.1, 0.15, 0.05};
    for (int h = 0; h < f->n_horizons; h++) {
        const double years = 7.0 * f->horizon[h].weeks / TN_DAYS_PER_YEAR;
        v->exit[h] = estimate(p[h], 0.02 * p[h]);
        v->hazard_per_year[h] = -log1p(-p[h]) / years;
        v->hazard_se[h] = 0.02 * v->hazard_per_year[h];
        for (int r = 0; r < TN_N_ROUTES; r++) {
            v->route[r][h] = estimate(part[r] * p[h], 0.03 * part[r] * p[h]);
        }
    }
}

static void fill_successors(tn_view_t *v)
{
    static const double share[FIXTURE_SUCCESSORS] = {0.25, 0.47, 0.002, 0.278};
    for (size_t i = 0; i < FIXTURE_SUCCESSORS; i++) {
        v->successor[i] = estimate(share[i], 0.004);
        for (size_t r = 0; r < TN_N_ROUTES; r++) {
            const double p = r == TN_ROUTE_INCAPACITY ? (double)NAN : share[i];
            v->successor_by_route[r * FIXTURE_SUCCESSORS + i] = estimate(p, p * 0.05);
        }
    }
}

static void fill_court(tn_view_t *v)
{
    for (int k = 0; k < TN_N_COUNTS; k++)
        v->count[k] = estimate(0.1 * (k + 1), 0.01);
    for (int k = 0; k < TN_N_STATES; k++)
        v->state[k] = estimate(0.05 * (k + 1), 0.001);
    v->state[TN_STATE_LOSSES] = estimate(14.25, 0.05);
    v->tipping.distance = estimate(0.06, 0.003);
    v->tipping.share_past = estimate(0.31, 0.004);
    v->tipping.yardstick = estimate(0.22, 0.004);
    v->ess_share = 0.72;
}

static void fill_view(fixture_t *self, tn_view_t *v, int k, const double *p)
{
    v->n_weeks = FIXTURE_WEEKS;
    v->curve = self->curve[k];
    v->successor = self->successor[k];
    v->successor_by_route = self->by_route[k];
    for (int w = 0; w < FIXTURE_WEEKS; w++) {
        v->curve[w] = estimate(p[2] * (w + 1) / FIXTURE_WEEKS, 0.001);
    }
    fill_exits(&self->forecast, v, p);
    fill_successors(v);
    fill_court(v);
}

static void fill_explanation(fixture_t *self)
{
    self->origin[0] = (tn_origin_effect_t){.id = "insiders",
        .name = "anonymous insiders",
        .log_odds = {0.088, 0.016},
        .points = {0.0058, 0.0011},
        .ess_share = 0.51,
        .n_reports = 3,
        .n_claims = 2};
    self->origin[1] = (tn_origin_effect_t){.id = "adversary",
        .name = "an adversary's intelligence chief",
        .log_odds = {-0.001, 0.002},
        .points = {-0.0001, 0.0002},
        .ess_share = 0.04,
        .n_reports = 1,
        .n_claims = 1};
    self->driver[0] =
        (tn_driver_t){"mort_mult", "leader's own mortality relative to life table", {0.021, 0.002}};
    self->driver[1] = (tn_driver_t){"contact", "an approach along a full tie", {0.001, 0.002}};
    self->forecast.origin = self->origin;
    self->forecast.n_origins = FIXTURE_ORIGINS;
    self->forecast.driver = self->driver;
    self->forecast.n_drivers = FIXTURE_DRIVERS;
}

static void fill_calibration(tn_calibration_t *c)
{
    c->rounds = 4;
    for (int k = 0; k < TN_N_KNOBS; k++)
        c->knob[k] = 0.5 * (k + 1);
    for (int r = 0; r < TN_N_ROUTES; r++) {
        c->hazard[r] = 0.002 * (r + 1);
        c->target[r] = r == TN_ROUTE_INCAPACITY ? (double)NAN : 0.002 * (r + 1);
    }
}

void fixture_init(fixture_t *self)
{
    static const char *const id[FIXTURE_SUCCESSORS] = {"mayor", "premier", "bank", "(other)"};
    static const char *const name[FIXTURE_SUCCESSORS] = {
        "the mayor", "the prime minister", "the bank", "somebody else"};
    static const double p[3][FIXTURE_HORIZONS] = {
        {0.015, 0.072, 0.164}, {0.015, 0.066, 0.155}, {0.012, 0.049, 0.098}};
    *self = (fixture_t){0};
    tn_forecast_t *f = &self->forecast;
    f->court_case = &self->court_case;
    fill_case(&self->court_case);
    fill_horizons(f);
    f->routes = TN_ALL_ROUTES;
    f->n_worlds = 100000;
    f->seed = 20220530;
    f->n_successors = FIXTURE_SUCCESSORS;
    for (int i = 0; i < FIXTURE_SUCCESSORS; i++) {
        self->id[i] = id[i];
        self->name[i] = name[i];
        self->is_candidate[i] = true;
    }
    f->successor_id = self->id;
    f->successor_name = self->name;
    f->successor_is_candidate = self->is_candidate;
    fill_view(self, &f->posterior, 0, p[0]);
    fill_view(self, &f->prior, 1, p[1]);
    fill_view(self, &f->base, 2, p[2]);
    fill_explanation(self);
    fill_calibration(&f->calibration);
    f->seconds = 3.2;
}
