#include "court_fixture.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "check.h"

static void set_horizon(tn_case_t *c, int n_weeks)
{
    c->n_horizons = 1;
    c->horizon[0].weeks = n_weeks;
    c->horizon[0].date = c->as_of + 7 * n_weeks;
}

void fixture_plain(fixture_t *self, int n_actors, int n_weeks)
{
    static char military[] = "military", security[] = "security", party[] = "party", id[] = "actor";
    memset(self, 0, sizeof *self);
    tn_case_t *c = &self->c;
    c->name = c->title = id;
    c->leader.born = -365 * 65;
    c->leader.m69 = 0.03;
    c->leader.slope = 0.09;
    c->leader.elite_multiplier = 1.0;
    c->leader.guard = 0.2;
    for (int r = 0; r < TN_N_ROUTES; r++)
        c->target[r] = NAN;
    c->economy = c->protest = NAN;
    for (int p = 0; p < TN_N_PARAMETERS; p++)
        c->parameter[p] = tn_parameter(p)->value;
    self->group[0] = military;
    self->group[1] = security;
    self->group[2] = party;
    c->group = self->group;
    c->n_groups = 3;
    c->actor = self->actor;
    c->n_actors = n_actors;
    c->tie = self->tie;
    for (int i = 0; i < n_actors; i++) {
        self->actor[i] = (tn_actor_t){.id = id,
            .name = id,
            .group = i % 3,
            .power = 1.0,
            .force = i % 3 == 0,
            .exposure = 0.3,
            .rent = 0.5,
            .candidate = 1.0};
    }
    set_horizon(c, n_weeks);
    c->event = self->event;
    c->scheduled = self->scheduled;
    c->origin = self->origin;
    c->report = self->report;
    c->silence = self->silence;
}

/** A stream of uniforms for one fixture. */
typedef struct stream {
    uint64_t key;
    uint32_t at;
} stream_t;

static double next(stream_t *s)
{
    double u[4];
    tn_rng_uniforms(77, s->key, s->at & 0xffffu, s->at >> 16, 1, 0, u);
    s->at++;
    return u[0];
}

static int pick(stream_t *s, int n) { return (int)(next(s) * n); }

static void random_actors(fixture_t *self, stream_t *s)
{
    const int n = self->c.n_actors;
    const bool is_grouped = s->key % 3 == 1; /* ties follow the groups, with exceptions */
    for (int i = 0; i < n; i++) {
        tn_actor_t *a = &self->actor[i];
        a->group = pick(s, 3);
        a->power = 0.5 + 9.0 * next(s);
        a->force = next(s) < 0.5 ? 0.0 : 6.0 * next(s);
        a->position = 2.0 * next(s) - 1.0;
        a->exposure = next(s);
        a->rent = next(s);
        a->grievance = 0.3 * next(s);
        a->candidate = next(s) < 0.3 ? 0.0 : next(s);
    }
    self->actor[0].candidate = 1.0;
    self->actor[pick(s, n)].is_interim = true;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            double k = next(s) < 0.3 ? 0.0 : 0.6 * next(s);
            const bool is_plain = is_grouped && next(s) < 0.9;
            if (is_plain) k = self->actor[i].group == self->actor[j].group ? 0.4 : 0.1;
            self->tie[i * n + j] = self->tie[j * n + i] = k;
        }
    }
}

static void random_events(fixture_t *self, stream_t *s)
{
    tn_case_t *c = &self->c;
    c->n_events = FIXTURE_EVENTS;
    for (int k = 0; k < FIXTURE_EVENTS; k++) {
        tn_event_t *e = &self->event[k];
        e->from = c->start + 7 * (pick(s, 90) - 5);
        e->to = e->from + 7 * pick(s, 30);
        e->probability = next(s) < 0.3 ? 1.0 : next(s);
        e->n_effects = 2;
        e->effects = self->effect[k];
        for (int m = 0; m < 2; m++) {
            self->effect[k][m].kind = (tn_effect_kind_t)pick(s, 12);
            self->effect[k][m].value = next(s) - 0.4;
            self->effect[k][m].actors = (uint64_t)1 << pick(s, c->n_actors);
        }
    }
    c->n_scheduled = 2;
    for (int k = 0; k < 2; k++) {
        self->scheduled[k].date = c->start + 7 * pick(s, 80);
        self->scheduled[k].p_leave = 0.05;
    }
}

static void random_claim(fixture_t *self, stream_t *s, tn_report_t *r)
{
    r->observable = pick(s, TN_N_OBSERVABLES);
    r->is_true = next(s) < 0.5;
    r->error = 0.2 + next(s);
    r->value = r->observable == TN_O_war_losses ? 1.0 + 40.0 * next(s) : next(s) - 0.3;
    r->has_window = next(s) < 0.5;
    r->to = r->date;
    r->from = r->date - 7 * pick(s, 6);
    if (r->from < self->c.start) r->from = self->c.start;
}

static void random_reports(fixture_t *self, stream_t *s)
{
    tn_case_t *c = &self->c;
    c->n_origins = 4;
    c->n_reports = FIXTURE_REPORTS;
    for (int k = 0; k < 4; k++) {
        self->origin[k].reliability = (char)('A' + pick(s, 6));
        for (int o = 0; o < TN_N_OBSERVABLES; o++)
            self->origin[k].says_yes[o] = 0.1 + 0.8 * next(s);
    }
    for (int k = 0; k < FIXTURE_REPORTS; k++) {
        tn_report_t *r = &self->report[k];
        r->origin = pick(s, 4);
        r->date = c->start + pick(s, c->as_of - c->start);
        r->credibility = 1 + pick(s, 6);
        r->is_specific = next(s) < 0.2;
        r->via = self->hop[k];
        r->n_via = pick(s, 3);
        for (int h = 0; h < 2; h++)
            self->hop[k][h] = (tn_hop_t){-1, (char)('A' + pick(s, 6))};
        random_claim(self, s, r);
    }
    c->n_silences = 1;
    self->silence[0] = (tn_silence_t){.origin = pick(s, 4),
        .observable = pick(s, TN_N_PREDICATES),
        .from = c->start,
        .to = c->as_of - 1,
        .p_report = next(s)};
}

/** A few parameters moved so that rare things happen often. */
static void random_parameters(fixture_t *self, stream_t *s)
{
    double *p = self->c.parameter;
    p[TN_P_plot_rate] = 8.0 * next(s);
    p[TN_P_g_base] = 0.4 * next(s);
    p[TN_P_detect] = 2.0 * next(s);
    p[TN_P_upr_rate] = 2.0 * next(s);
    p[TN_P_assas_rate] = 0.5 * next(s);
    p[TN_P_def_rate] = 3.0 * next(s);
    p[TN_P_contest_m] = next(s) < 0.5 ? 1.0 : 0.5 + 2.0 * next(s);
    p[TN_P_purge_rate] = next(s);
    p[TN_P_strike] = next(s);
}

void fixture_random(fixture_t *self, int k)
{
    stream_t s = {.key = (uint64_t)k};
    const int n_actors = 3 + pick(&s, k % 4 == 3 ? 61 : 14);
    fixture_plain(self, k % 8 == 3 ? TN_MAX_ACTORS : n_actors, 70);
    tn_case_t *c = &self->c;
    c->start = 18000 + pick(&s, 500);
    c->as_of = c->start + 7 + pick(&s, 150);
    c->leader.born = c->start - 365 * (55 + pick(&s, 35));
    c->leader.guard = 0.4 * next(&s);
    c->rule = next(&s) < 0.5 ? TN_SUCCESSION_VOTE : TN_SUCCESSION_URC;
    c->war = next(&s) < 0.3;
    c->war_progress = next(&s) - 0.5;
    c->losses = 20.0 * next(&s);
    c->sanctions = next(&s);
    if (next(&s) < 0.5) c->economy = next(&s) - 1.0;
    if (next(&s) < 0.5) c->protest = next(&s);
    random_actors(self, &s);
    random_parameters(self, &s);
    random_events(self, &s);
    random_reports(self, &s);
    set_horizon(c, 40 + pick(&s, 60));
}

void fixture_run(tn_block_t *block, const tn_court_t *court, tn_isa_t isa, uint64_t seed,
    int64_t index, int n_worlds)
{
    assert_int_equal(tn_block_init(block, court), 0);
    block->seen_to = index % 2 == 1 ? court->n_weeks : 0;
    tn_block_run(block, tn_lanes_select(isa), seed, index, n_worlds);
}

int fixture_lane(const tn_block_t *block, int s)
{
    for (int j = 0; j < block->n; j++) {
        if (block->slot[j] == (uint32_t)s) return j;
    }
    fail_msg("slot %d is lost", s);
    return -1;
}
