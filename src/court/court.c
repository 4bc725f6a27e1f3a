/* Compiles a case into the static data of the simulator: shares, ties, weeks. Source: model 2,
 * 5, 7.11. */
#include "court/court.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "base/fmath.h"
#include "base/mem.h"

double tn_outsider_probability(int route)
{
    static const double p[TN_N_ROUTES] = {[TN_ROUTE_DEATH] = 0.10,
        [TN_ROUTE_INCAPACITY] = 0.10,
        [TN_ROUTE_ASSASSINATION] = 0.15,
        [TN_ROUTE_COUP] = 0.20,
        [TN_ROUTE_UPRISING] = 0.60,
        [TN_ROUTE_REGULAR] = 0.10,
        [TN_ROUTE_FOREIGN] = 0.70};
    return p[route];
}

int tn_knob_parameter(int knob)
{
    static const int parameter[TN_N_KNOBS] = {
#define KNOB(route, name) TN_P_##name,
        TN_KNOB_LIST(KNOB)
#undef KNOB
    };
    return parameter[knob];
}

static int floor_week(int32_t day, int32_t start)
{
    const int32_t d = day - start;
    return (int)(d >= 0 ? d / 7 : -((6 - d) / 7));
}

static void set_shares(tn_court_t *self, const tn_case_t *c)
{
    double power = 0.0, force = 0.0;
    for (int i = 0; i < self->n; i++) {
        power += c->actor[i].power;
        force += c->actor[i].force;
    }
    for (int i = 0; i < self->n; i++) {
        self->pi[i] = c->actor[i].power / power;
        self->f[i] = force > 0.0 ? c->actor[i].force / force : self->pi[i];
        self->s[i] = 0.5 * self->pi[i] + 0.5 * self->f[i];
    }
}

static void set_actor(tn_court_t *self, const tn_case_t *c, int i, int military, int security)
{
    const tn_actor_t *a = &c->actor[i];
    const uint64_t bit = (uint64_t)1 << i;
    self->p[i] = a->position;
    self->dove[i] = a->position < 0.0 ? -a->position : 0.0;
    self->hawk[i] = a->position > 0.0 ? a->position : 0.0;
    self->e[i] = a->exposure;
    self->r[i] = a->rent;
    self->g0[i] = a->grievance;
    self->c[i] = a->candidate;
    if (a->is_interim) self->interim = i;
    if (a->position < -0.1) {
        self->doves |= bit;
        self->pi_doves += self->pi[i];
    }
    if (a->position > 0.1) {
        self->hawks |= bit;
        self->pi_hawks += self->pi[i];
    }
    if (military >= 0 && a->group == military) {
        self->military |= bit;
        self->pi_military += self->pi[i];
    }
    if (security >= 0 && a->group == security) {
        self->sigma[i] = self->pi[i];
        self->sigma_total += self->pi[i];
        self->security |= bit;
    }
}

static int set_ties(tn_court_t *self, const tn_case_t *c)
{
    const size_t n = (size_t)self->n;
    int group[TN_MAX_ACTORS];
    self->k = tn_calloc(n * n, sizeof *self->k);
    self->k_to = tn_calloc(n * n, sizeof *self->k_to);
    if (self->k == NULL || self->k_to == NULL) return TN_ENOMEM;
    memcpy(self->k, c->tie, n * n * sizeof *self->k);
    for (size_t i = 0; i < n * n; i++)
        self->k_to[i % n * n + i / n] = self->k[i];
    for (size_t i = 0; i < n; i++) {
        double total = 0.0;
        for (size_t j = 0; j < n; j++)
            total += self->k[i * n + j] * self->pi[j];
        self->hears[i] = total > 0.0 ? 1.0 / total : 0.0;
        group[i] = c->actor[i].group;
    }
    return tn_talk_init(&self->talk, self->k, group, self->n);
}

/** share_c = Sum_i pi_i aff_ic c_c / Sum_d aff_id c_d (model 7.11). */
static void set_candidates(tn_court_t *self)
{
    const double distance_unit = self->centre[TN_P_succ_dist];
    const double tie_weight = self->centre[TN_P_succ_tie];
    double appeal[TN_MAX_ACTORS];
    for (int i = 0; i < self->n; i++) {
        double total = 0.0;
        for (int d = 0; d < self->n; d++) {
            const double k = d == i ? 1.0 : self->k[(size_t)i * (size_t)self->n + (size_t)d];
            const double distance = fabs(self->p[i] - self->p[d]);
            appeal[d] = tn_exp(-distance / distance_unit) * (1.0 + tie_weight * k) * self->c[d];
            total += appeal[d];
        }
        for (int d = 0; total > 0.0 && d < self->n; d++) {
            self->share[d] += self->pi[i] * appeal[d] / total;
        }
    }
    for (int d = 0; d < self->n; d++)
        self->weight[d] = tn_pow(self->share[d], self->centre[TN_P_succ_gam]);
}

static void set_leader(tn_court_t *self, const tn_case_t *c)
{
    self->guard = c->leader.guard;
    self->m69 = c->leader.m69;
    self->slope = c->leader.slope;
    self->elite_multiplier = c->leader.elite_multiplier;
    self->age_start = (double)(c->start - c->leader.born) / TN_DAYS_PER_YEAR;
}

static void set_parameters(tn_court_t *self, const tn_case_t *c, const tn_court_options_t *opt)
{
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        self->centre[p] = c->parameter[p];
        self->prior_sd[p] = c->prior_sd[p] > 0.0 ? c->prior_sd[p] : tn_parameter(p)->sd;
        if (!opt->no_priors && tn_parameter(p)->kind != TN_PRIOR_FIXED) {
            self->uncertain[self->n_uncertain++] = p;
        }
    }
    for (int k = 0; opt->knobs != NULL && k < TN_N_KNOBS; k++) {
        self->centre[tn_knob_parameter(k)] = opt->knobs[k];
    }
}

static void set_neutral_world(tn_court_t *self, const tn_case_t *c, const tn_court_options_t *opt)
{
    self->economy = NAN;
    self->protest = NAN;
    self->n_weeks = opt->n_weeks > 0 ? opt->n_weeks : c->horizon[c->n_horizons - 1].weeks;
}

static void set_world(tn_court_t *self, const tn_case_t *c)
{
    self->war = c->war;
    self->war_progress = c->war_progress;
    self->losses = c->losses;
    self->sanctions = c->sanctions;
    self->economy = c->economy;
    self->protest = c->protest;
    self->t_as_of = floor_week(c->as_of, c->start);
    self->n_weeks = self->t_as_of + c->horizon[c->n_horizons - 1].weeks;
}

static void set_shifted(tn_court_t *self)
{
    for (int k = 0; k < self->n_events; k++) {
        for (int m = 0; m < self->event[k].n_effects; m++) {
            const tn_effect_t *effect = &self->event[k].effects[m];
            if (effect->kind == TN_EFFECT_GRIEVANCE) self->shifted |= effect->actors;
        }
    }
}

static int set_events(tn_court_t *self, const tn_case_t *c, int force_event)
{
    self->event = tn_calloc((size_t)c->n_events + 1, sizeof *self->event);
    self->exit = tn_calloc((size_t)c->n_scheduled + 1, sizeof *self->exit);
    if (self->event == NULL || self->exit == NULL) return TN_ENOMEM;
    for (int k = 0; k < c->n_events; k++) {
        const tn_event_t *e = &c->event[k];
        self->event[k] = (tn_court_event_t){
            .probability = force_event == k + 1 ? 1.0 : e->probability,
            .w_from = floor_week(e->from, c->start),
            .w_to = floor_week(e->to, c->start),
            .n_effects = e->n_effects,
            .effects = e->effects,
            .case_event = k,
        };
    }
    self->n_events = c->n_events;
    set_shifted(self);
    for (int k = 0; k < c->n_scheduled; k++) {
        self->exit[k].week = floor_week(c->scheduled[k].date, c->start);
        self->exit[k].p_leave = c->scheduled[k].p_leave;
    }
    self->n_exits = c->n_scheduled;
    return 0;
}

int tn_court_init(
    tn_court_t *self, const tn_case_t *c, const tn_court_options_t *opt, tn_error_t *err)
{
    *self = (tn_court_t){.n = c->n_actors, .interim = -1, .rule = c->rule};
    self->resample = !opt->no_resampling;
    self->keeps_claims = opt->keeps_claims;
    set_shares(self, c);
    const int military = tn_case_find_group(c, "military");
    const int security = tn_case_find_group(c, "security");
    for (int i = 0; i < self->n; i++)
        set_actor(self, c, i, military, security);
    set_leader(self, c);
    set_parameters(self, c, opt);
    int ret = set_ties(self, c);
    if (ret == 0) set_candidates(self);
    if (ret == 0 && opt->is_neutral) {
        set_neutral_world(self, c, opt);
    } else if (ret == 0) {
        set_world(self, c);
        if (opt->n_weeks > 0) self->n_weeks = self->t_as_of + opt->n_weeks;
        ret = set_events(self, c, opt->force_event);
        if (ret == 0 && !opt->no_reports) ret = tn_evidence_init(&self->evidence, c, err);
    }
    if (ret < 0) {
        tn_court_free(self);
        return tn_error_set(err, ret, "court: %s", tn_error_text(ret));
    }
    return 0;
}

void tn_court_free(tn_court_t *self)
{
    if (self == NULL) return;
    tn_free(self->k);
    tn_free(self->k_to);
    tn_talk_free(&self->talk);
    tn_free(self->event);
    tn_free(self->exit);
    tn_evidence_free(&self->evidence);
    *self = (tn_court_t){0};
}
