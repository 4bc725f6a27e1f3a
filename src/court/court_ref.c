/* The scalar court. No idea but the text of the model: read it beside model 3, 6, 7 and 8. */
#include "court/court_ref.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/rng.h"

#define P(name) (w->par[TN_P_##name])

static double clip(double y) { return y < 0.0 ? 0.0 : y > 1.0 ? 1.0 : y; }

static double above_zero(double y) { return y > 0.0 ? y : 0.0; }

static double prob(double hazard) { return 1.0 - tn_exp(-(hazard * TN_DT)); }

static double ar(double tau) { return tn_exp(-TN_DT / tau); }

static double tie(const tn_court_t *c, int i, int j) { return c->k[i * c->n + j]; }

static double contest(double a, double b, double m)
{
    if (m < 1.0 || m > 1.0) return tn_pow(a, m) / (tn_pow(a, m) + tn_pow(b, m));
    return a / (a + b);
}

/** Word i of the per-actor stream of a purpose. */
static double actor_word(uint64_t seed, uint64_t world, int t, int purpose, int i)
{
    double u[4];
    tn_rng_uniforms(seed, world, (uint32_t)t, (uint32_t)(i / 4), (uint32_t)purpose, 0, u);
    return u[i % 4];
}

/* 7.3: hazard of death by the life table in this world */
static double mortality(const tn_ref_world_t *w, const tn_court_t *c, double age)
{
    return c->elite_multiplier * c->m69 * tn_exp(c->slope * (age - 69.0)) * P(mort_mult);
}

static double onset(const tn_ref_world_t *w, double mu)
{
    const double fatality = P(ill_die) / (P(ill_die) + P(ill_incap) + P(ill_recov));
    return P(ill_share) / fatality * mu;
}

/* 9: one draw of each prior */
static void start_parameters(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world)
{
    for (int p = 0; p < TN_N_PARAMETERS; p++)
        w->par[p] = c->centre[p];
    for (int j = 0; j < c->n_uncertain; j++) {
        const int p = c->uncertain[j];
        const tn_parameter_info_t *info = tn_parameter(p);
        double z[4];
        tn_rng_normals(seed, world, 0, 0, TN_RNG_PARAM, (uint32_t)(j / 4), z);
        if (info->kind == TN_PRIOR_ADD) w->par[p] = c->centre[p] + c->prior_sd[p] * z[j % 4];
        if (info->kind == TN_PRIOR_LOG)
            w->par[p] = c->centre[p] * tn_exp(c->prior_sd[p] * z[j % 4]);
        if (info->is_clipped) w->par[p] = clip(w->par[p]);
    }
}

static void start_state(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world)
{
    double z[4], u[4];
    tn_rng_normals(seed, world, 0, 0, TN_RNG_SHOCK, 1, z);
    w->s = c->sanctions;
    w->e = isnan(c->economy) ? -P(e_sanc) * w->s + z[0] : c->economy;
    w->war = c->war;
    w->b = c->war_progress;
    w->C = c->losses;
    w->phi = P(fear_base);
    w->theta = clip(0.1 + P(thr_sd) * z[3]);
    w->Q = isnan(c->protest) ? clip(P(q_base) + P(q_sd) * z[2]) : c->protest;
    tn_rng_uniforms(seed, world, 0, 0, TN_RNG_INIT, 1, u);
    const double iota = onset(w, mortality(w, c, c->age_start));
    w->ill = u[0] < iota / (iota + P(ill_die) + P(ill_incap) + P(ill_recov));
    for (int i = 0; i < c->n; i++) {
        tn_rng_uniforms(seed, world, 0, (uint32_t)i, TN_RNG_INIT, 0, u);
        w->x[i] = P(x_sd) * sqrt(3.0) * (u[0] + u[1] + u[2] + u[3] - 2.0);
    }
}

void tn_ref_start(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world)
{
    double u[4];
    memset(w, 0, sizeof *w);
    w->route = w->exit_week = w->successor = -1;
    start_parameters(w, c, seed, world);
    start_state(w, c, seed, world);
    for (int k = 0; k < c->n_events; k++) {
        const tn_court_event_t *event = &c->event[k];
        tn_rng_uniforms(seed, world, 0, 0, TN_RNG_EVENT, (uint32_t)k, u);
        const int week = event->w_from + (int)floor(u[1] * (event->w_to - event->w_from + 1));
        w->event_week[k] = u[0] < event->probability ? week : -1;
    }
    for (int k = 0; k < c->evidence.n_origins; k++) {
        tn_rng_uniforms(seed, world, 0, 0, TN_RNG_ORIGIN, (uint32_t)k, u);
        w->a[k] = tn_triangle_quantile(&c->evidence.origin[k].reliability, u[0]);
    }
}

/* 7.7: effect of any purge of the set P */
static void purge(tn_ref_world_t *w, const tn_court_t *c, const bool *victim)
{
    int n_victims = 0;
    for (int j = 0; j < c->n; j++) {
        double ties = 0.0;
        for (int i = 0; i < c->n; i++) {
            if (victim[i]) ties += tie(c, j, i);
        }
        w->x[j] += P(kick) * ties;
    }
    for (int i = 0; i < c->n; i++) {
        if (!victim[i]) continue;
        n_victims++;
        w->x[i] = P(x_new);
        w->rep[i] = true;
        w->M[i] = false;
        w->m[i] = 0.0;
        w->pred[TN_O_purge] = true;
        if (c->military >> i & 1) w->pred[TN_O_purge_of_commander] = true;
    }
    w->phi = clip(w->phi + P(fear_purge) * n_victims);
    w->count[TN_COUNT_PURGES] += n_victims;
}

static void alarm_leader(tn_ref_world_t *w)
{
    w->phi = clip(w->phi + P(fear_event));
    w->theta = clip(w->theta + P(thr_event));
}

static void lose_war(tn_ref_world_t *w)
{
    w->war = false;
    w->F = 1.0;
    w->pred[TN_O_defeat] = true;
    w->count[TN_COUNT_DEFEATS]++;
}

/* 7.1 */
static void apply_effect(tn_ref_world_t *w, const tn_court_t *c, const tn_effect_t *effect)
{
    bool set[TN_MAX_ACTORS];
    for (int i = 0; i < c->n; i++)
        set[i] = effect->actors >> i & 1;
    switch (effect->kind) {
    case TN_EFFECT_SANCTIONS: w->s = clip(w->s + effect->value); break;
    case TN_EFFECT_FEAR: w->phi = clip(w->phi + effect->value); break;
    case TN_EFFECT_THREAT: w->theta = clip(w->theta + effect->value); break;
    case TN_EFFECT_PROTEST: w->Q = clip(w->Q + effect->value); break;
    case TN_EFFECT_ECONOMY: w->e += effect->value; break;
    case TN_EFFECT_WAR_PROGRESS: w->b = fmax(-1.5, fmin(1.5, w->b + effect->value)); break;
    case TN_EFFECT_WAR_START:
        if (!w->war) w->b = P(b_mean);
        w->war = true;
        break;
    case TN_EFFECT_WAR_END: w->war = false; break;
    case TN_EFFECT_WAR_DEFEAT: lose_war(w); break;
    case TN_EFFECT_LEADER_ILL:
        w->count[TN_COUNT_ILLNESSES] += !w->ill;
        w->ill = true;
        break;
    case TN_EFFECT_REPLACE: purge(w, c, set); break;
    case TN_EFFECT_GRIEVANCE:
        for (int i = 0; i < c->n; i++)
            w->dg[i] += set[i] ? effect->value : 0.0;
        break;
    }
}

static void step_events(tn_ref_world_t *w, const tn_court_t *c, int t)
{
    for (int k = 0; k < c->n_events; k++) {
        if (w->event_week[k] != t) continue;
        for (int m = 0; m < c->event[k].n_effects; m++)
            apply_effect(w, c, &c->event[k].effects[m]);
    }
}

/* 7.2 */
static void step_shocks(tn_ref_world_t *w, const double z[4], const double u_purge[4])
{
    const double a_e = ar(P(e_tau)), a_b = ar(P(b_tau));
    const double e_bar = -P(e_sanc) * w->s - P(e_rent) * P(rent_thr) * w->theta;
    w->e = e_bar + (w->e - e_bar) * a_e + sqrt(1.0 - a_e * a_e) * z[0];
    const bool was_war = w->war;
    if (was_war) {
        w->b = P(b_mean) + (w->b - P(b_mean)) * a_b + P(b_sd) * sqrt(1.0 - a_b * a_b) * z[1];
        w->C = w->C + TN_DT * P(loss_rate) * fmin(2.0, fmax(0.25, 1.0 - w->b / 2.0));
    }
    w->F = w->F * ar(P(def_tau));
    if (!was_war) return;
    const double p_defeat = prob(P(def_rate) * clip((-w->b - P(def_b)) * (1.0 / (1.0 - P(def_b)))));
    if (u_purge[1] < p_defeat) {
        lose_war(w);
    } else if (u_purge[2] < prob(P(war_end))) {
        w->war = false;
        w->count[TN_COUNT_WAR_ENDS]++;
    }
}

/* 7.3 */
static void step_health(tn_ref_world_t *w, double mu, double u)
{
    if (w->ill) {
        if (u < prob(P(ill_recov))) w->ill = false;
    } else if (u < prob(onset(w, mu))) {
        w->ill = true;
        w->count[TN_COUNT_ILLNESSES]++;
    }
}

/** Sum_j k_ij m_j; tie by tie, or by groups where the court says so (talk.h). */
static double hear(const tn_court_t *c, const double *m, int i)
{
    const tn_talk_t *talk = &c->talk;
    double sum = 0.0, all = 0.0, own = 0.0;
    for (int g = 0; g < talk->n_groups; g++) {
        double group = 0.0;
        for (int j = 0; j < c->n; j++)
            group += talk->group[j] == g ? m[j] : 0.0;
        all += group;
        if (g == talk->group[i]) own = group;
    }
    if (talk->n_groups > 0) {
        const int g = talk->group[i];
        sum = (talk->between * all + talk->more[g] * own) - talk->within[g] * m[i];
    }
    for (int k = i > 0 ? talk->link_end[i - 1] : 0; k < talk->link_end[i]; k++)
        sum += talk->link[k].tie * m[talk->link[k].to];
    return sum;
}

/* 7.4, 7.5 */
static void step_grievance(
    tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t)
{
    const double a = ar(P(x_tau)), lambda = P(inside);
    const double R = P(rent_econ) * w->e + P(rent_thr) * w->theta;
    const double cc = w->C / (w->C + P(loss_half));
    const double steep = 1.0 / (2.0 * P(g_wid)), hush = P(fear_talk) * w->phi;
    const double base = P(g_base) + lambda * (P(k_defeat) * w->F);
    const double rents = lambda * (P(k_rent) * R);
    const double dead = w->war ? lambda * (P(k_dove) * (0.5 + 0.5 * cc)) : 0.0;
    const double losing = w->war ? lambda * (P(k_hawk) * above_zero(-w->b)) : 0.0;
    const double sanctions = lambda * (P(k_sanc) * w->s);
    double before[TN_MAX_ACTORS];
    w->G = w->V = 0.0;
    for (int i = 0; i < c->n; i++) {
        const double u = actor_word(seed, world, t, TN_RNG_NOISE, i);
        const double case_for = c->g0[i] + dead * c->dove[i] + losing * c->hawk[i];
        const double own = w->rep[i] ? -P(g_loyal) : case_for + sanctions * c->e[i];
        w->x[i] = a * w->x[i] + P(x_sd) * sqrt(12.0 * (1.0 - a * a)) * (u - 0.5);
        w->g[i] = base - rents * c->r[i] + own + w->x[i] + w->dg[i];
        w->D[i] = clip((0.5 - P(g_mid) * steep) + steep * w->g[i]);
        before[i] = w->m[i];
    }
    for (int i = 0; i < c->n; i++) {
        w->S[i] = hear(c, before, i) * c->hears[i];
        w->m[i] = c->pi[i] * w->D[i] * ((1.0 - hush) + hush * w->S[i]);
        w->G += c->pi[i] * w->D[i];
    }
    for (int g = 0; g < c->talk.n_sums; g++) {
        double sum = 0.0;
        for (int i = 0; i < c->n; i++)
            sum += c->talk.group[i] == g ? w->m[i] : 0.0;
        w->V += sum;
    }
}

/** Share of security capacity outside the plot. */
static double loyal_security(const tn_ref_world_t *w, const tn_court_t *c)
{
    double loyal = 0.0, all = 0.0;
    for (int i = 0; i < c->n; i++) {
        all += c->sigma[i];
        if (!w->M[i]) loyal += c->sigma[i];
    }
    return all > 0.0 ? loyal / all : 1.0;
}

static void step_fear(tn_ref_world_t *w, const tn_court_t *c, double z)
{
    const double a = ar(P(thr_tau));
    w->phi = P(fear_base) + (w->phi - P(fear_base)) * ar(P(fear_tau));
    w->theta = clip(
        w->theta * a + (1.0 - a) * loyal_security(w, c) * w->V + P(thr_sd) * sqrt(1.0 - a * a) * z);
}

static bool has_plot(const tn_ref_world_t *w, const tn_court_t *c)
{
    for (int i = 0; i < c->n; i++) {
        if (w->M[i]) return true;
    }
    return false;
}

static void end_plot(tn_ref_world_t *w, const tn_court_t *c)
{
    for (int i = 0; i < c->n; i++)
        w->M[i] = false;
}

/* 7.6: after a failed attempt or a detection */
static void crush(
    tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t, double q)
{
    bool victim[TN_MAX_ACTORS];
    int n_victims = 0;
    for (int i = 0; i < c->n; i++) {
        victim[i] = w->M[i] && actor_word(seed, world, t, TN_RNG_MEMBER, i) < q;
        n_victims += victim[i];
    }
    w->count[TN_COUNT_PURGED_PLOT] += n_victims;
    if (n_victims > 0) purge(w, c, victim);
    alarm_leader(w);
    end_plot(w, c);
}

static void attempt(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t,
    double p_hat, double u)
{
    w->count[TN_COUNT_ATTEMPTS]++;
    w->pred[TN_O_coup_attempt] = w->pred[TN_O_coup_under_way] = true;
    if (u < p_hat) {
        w->route = TN_ROUTE_COUP;
        return;
    }
    w->count[TN_COUNT_COUPS_FAILED]++;
    crush(w, c, seed, world, t, P(q_fail));
}

static bool joins(const tn_ref_world_t *w, const tn_court_t *c, int i, double A, double Lambda)
{
    const double support =
        c->s[i] + A + P(believe) * (1.0 - A - c->s[i]) * w->S[i] + P(protest_sig) * w->Q;
    const double y = fmin(1.0, support);
    const double p = contest(y, Lambda * (c->guard + 1.0 - y), P(contest_m));
    return p * above_zero(w->g[i]) >= (1.0 - p) * P(fail_cost) * (0.5 + w->phi);
}

/** Approaches and joins; returns the number of refusals. */
static int recruit(
    tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t, double Lambda)
{
    bool joined[TN_MAX_ACTORS] = {false};
    double A = 0.0;
    int n_refused = 0;
    for (int i = 0; i < c->n; i++)
        A += w->M[i] ? c->s[i] : 0.0;
    for (int i = 0; i < c->n; i++) {
        double ties = 0.0;
        for (int j = 0; j < c->n; j++)
            ties += w->M[j] ? tie(c, i, j) : 0.0;
        const double u = actor_word(seed, world, t, TN_RNG_CONTACT, i);
        if (w->M[i] || u >= fmin(1.0, P(contact) * ties)) continue;
        joined[i] = joins(w, c, i, A, Lambda);
        n_refused += !joined[i];
    }
    for (int i = 0; i < c->n; i++)
        w->M[i] = w->M[i] || joined[i];
    return n_refused;
}

static void step_plot(
    tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t, const double u[4])
{
    const double Lambda = P(incumb) * (1.0 - P(incumb_ill) * w->ill);
    const int n_refused = recruit(w, c, seed, world, t, Lambda);
    double A = 0.0, loyal = 0.0;
    int n = 0;
    for (int i = 0; i < c->n; i++) {
        n += w->M[i];
        A += w->M[i] ? c->s[i] : 0.0;
        loyal += w->M[i] ? 0.0 : c->s[i] * (1.0 - w->D[i]);
    }
    const double p_hat = contest(A, Lambda * (c->guard + loyal), P(contest_m));
    const double p_det =
        prob(P(detect) * (0.5 + w->phi) * loyal_security(w, c) * (n + P(refuse) * n_refused));
    const double p_att = prob(P(launch) * clip((p_hat - P(p_lo)) / (P(p_hi) - P(p_lo))));
    w->pred[TN_O_plot_in_preparation] = true;
    if (p_hat >= P(p_lo)) w->pred[TN_O_coup_under_way] = true;
    w->hazard[TN_ROUTE_COUP] = (p_det * P(strike) + (1.0 - p_det) * p_att) * p_hat;
    if (u[1] < p_det) {
        w->count[TN_COUNT_DETECTED]++;
        w->pred[TN_O_plot_detected] = true;
        if (u[1] < p_det * P(strike)) {
            attempt(w, c, seed, world, t, p_hat, u[3]);
        } else {
            crush(w, c, seed, world, t, P(q_arrest));
        }
    } else if (u[2] < p_att) {
        attempt(w, c, seed, world, t, p_hat, u[3]);
    } else if (u[2] > tn_exp(-P(abandon) * TN_DT)) {
        w->count[TN_COUNT_ABANDONED]++;
        end_plot(w, c);
    }
}

static void step_founding(tn_ref_world_t *w, const tn_court_t *c, double u)
{
    const double p = prob(P(plot_rate) * w->G * (1.0 - P(fear_found) * w->phi));
    double sum = 0.0;
    if (!(u < p)) return;
    for (int i = 0; i < c->n; i++) {
        sum += c->pi[i] * w->D[i];
        if (sum > w->G * u / p) {
            w->M[i] = true;
            w->count[TN_COUNT_PLOTS]++;
            return;
        }
    }
}

/* 7.7: the leader's own purges */
static void step_purges(tn_ref_world_t *w, const tn_court_t *c, double u)
{
    const double h_a = P(purge_rate) + P(purge_thr) * w->theta * (1.0 - w->V);
    const double h_w = w->war && c->military != 0 ? P(purge_war) * above_zero(-w->b) : 0.0;
    const double p = prob(h_a + h_w);
    double all_a = 0.0, all_w = 0.0, sum = 0.0;
    if (!(u < p)) return;
    for (int i = 0; i < c->n; i++) {
        if (w->rep[i]) continue;
        all_a += c->pi[i] * (w->D[i] + 0.1);
        if (c->military >> i & 1) all_w += c->pi[i];
    }
    for (int i = 0; i < c->n; i++) {
        bool victim[TN_MAX_ACTORS] = {false};
        if (!w->rep[i] && all_a > 0.0) sum += h_a * (c->pi[i] * (w->D[i] + 0.1)) / all_a;
        if (!w->rep[i] && all_w > 0.0 && (c->military >> i & 1)) sum += h_w * c->pi[i] / all_w;
        if (!(sum > u / p * (h_a + h_w))) continue;
        victim[i] = true;
        purge(w, c, victim);
        return;
    }
}

/* 7.8 */
static void step_assassination(tn_ref_world_t *w, double u)
{
    const double p = prob(P(assas_rate) * (1.0 + P(assas_q) * w->Q));
    w->hazard[TN_ROUTE_ASSASSINATION] = p * P(lethality);
    if (!(u < p)) return;
    w->count[TN_COUNT_ASSASSINATION_ATTEMPTS]++;
    w->pred[TN_O_assassination_attempt] = true;
    if (u < p * P(lethality)) {
        w->route = TN_ROUTE_ASSASSINATION;
    } else {
        alarm_leader(w);
    }
}

/* 7.9 */
static void step_protest(tn_ref_world_t *w, const tn_court_t *c, double z, double u)
{
    const double a = ar(P(q_tau)), cc = w->C / (w->C + P(loss_half));
    const double level =
        clip(P(q_base) + P(q_econ) * above_zero(-w->e) + (w->war ? P(q_loss) * cc : 0.0) +
             P(q_def) * w->F - P(q_fear) * (w->phi - P(fear_base)));
    double loyal = 0.0;
    w->Q = clip(level + (w->Q - level) * a + P(q_sd) * sqrt(1.0 - a * a) * z);
    for (int i = 0; i < c->n; i++)
        loyal += c->f[i] * (1.0 - w->D[i]);
    const double p = prob(P(upr_rate) * w->Q);
    const double p_win = contest(w->Q, P(upr_incumb) * (c->guard + loyal), P(contest_m));
    w->hazard[TN_ROUTE_UPRISING] = p > 0.0 ? p * p_win : 0.0;
    if (!(u < p)) return;
    w->count[TN_COUNT_UPRISINGS]++;
    w->pred[TN_O_uprising] = true;
    if (u / p < p_win) {
        w->route = TN_ROUTE_UPRISING;
    } else {
        alarm_leader(w);
        w->Q = w->Q / 2.0;
    }
}

/* 7.10 */
static void step_exits(
    tn_ref_world_t *w, const tn_court_t *c, double mu, int t, double u, double u_exit)
{
    static const int route[4] = {
        TN_ROUTE_DEATH, TN_ROUTE_INCAPACITY, TN_ROUTE_REGULAR, TN_ROUTE_FOREIGN};
    const double losing = w->war ? above_zero(-w->b) : 0.0;
    const double h[4] = {(1.0 - P(ill_share)) * mu + w->ill * P(ill_die), w->ill * P(ill_incap),
        P(reg_rate) * (1.0 + P(reg_press) * w->V),
        P(for_rate) * (1.0 + P(for_war) * losing + P(for_def) * w->F)};
    const double total = h[0] + h[1] + h[2] + h[3];
    const double p = prob(total);
    double sum = 0.0;
    for (int r = 0; r < 4; r++)
        w->hazard[route[r]] = total > 0.0 ? p * h[r] / total : 0.0;
    for (int r = 0; u < p && w->route < 0; r++) {
        sum += h[r];
        if (sum > u / p * total || r == 3) w->route = route[r];
    }
    for (int k = 0; k < c->n_exits && w->route < 0; k++) {
        if (c->exit[k].week == t && u_exit < c->exit[k].p_leave) w->route = TN_ROUTE_REGULAR;
    }
}

/* 7.11 */
static void succession_weights(const tn_ref_world_t *w, const tn_court_t *c, double *weight)
{
    for (int d = 0; d < c->n; d++) {
        weight[d] = 0.0;
        for (int i = 0; i < c->n; i++) {
            double total = 0.0, mine = 0.0;
            for (int k = 0; k < c->n; k++) {
                const double aff = tn_exp(-fabs(c->p[i] - c->p[k]) / P(succ_dist)) *
                                   (1.0 + P(succ_tie) * (i == k ? 1.0 : tie(c, i, k)));
                total += aff * c->c[k];
                if (k == d) mine = aff * c->c[k];
            }
            if (total > 0.0) weight[d] += c->pi[i] * mine / total;
        }
        const bool is_gone = w->route == TN_ROUTE_DEATH || w->route == TN_ROUTE_INCAPACITY ||
                             w->route == TN_ROUTE_ASSASSINATION || w->route == TN_ROUTE_REGULAR;
        double edge = 0.0;
        if (is_gone && d == c->interim) edge = P(succ_int);
        if (w->route == TN_ROUTE_COUP && w->M[d]) edge = P(succ_plot);
        weight[d] = tn_pow(weight[d], P(succ_gam)) * tn_exp(edge);
        if (!(c->c[d] > 0.0) || w->rep[d]) weight[d] = 0.0;
    }
}

/** Members of the ultimate ruling coalition of the eight strongest actors. */
static void coalition(const tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world,
    int t, bool *member)
{
    double power[8], z[8];
    int actor[8], n = 0;
    bool taken[TN_MAX_ACTORS] = {false};
    tn_rng_normals(seed, world, (uint32_t)t, 1, TN_RNG_SUCC, 0, z);
    tn_rng_normals(seed, world, (uint32_t)t, 2, TN_RNG_SUCC, 0, z + 4);
    while (n < 8 && n < c->n) {
        int best = -1;
        for (int i = 0; i < c->n; i++) {
            if (!taken[i] && (best < 0 || c->s[i] > c->s[best])) best = i;
        }
        taken[best] = true;
        actor[n] = best;
        power[n] = c->s[best] * tn_exp(0.25 * z[n]);
        if (w->route == TN_ROUTE_COUP && w->M[best]) power[n] *= tn_exp(0.5);
        n++;
    }
    const uint32_t mask = tn_urc(power, n);
    for (int k = 0; k < n; k++)
        member[actor[k]] = mask >> k & 1;
}

static int draw_successor(
    const tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t)
{
    double u[4], weight[TN_MAX_ACTORS], inside[TN_MAX_ACTORS], total = 0.0, sum = 0.0, all = 0.0;
    bool member[TN_MAX_ACTORS] = {false};
    tn_rng_uniforms(seed, world, (uint32_t)t, 0, TN_RNG_SUCC, 0, u);
    if (u[0] < tn_outsider_probability(w->route)) return c->n;
    succession_weights(w, c, weight);
    if (c->rule == TN_SUCCESSION_URC) {
        coalition(w, c, seed, world, t, member);
        for (int d = 0; d < c->n; d++) {
            inside[d] = member[d] ? weight[d] : 0.0;
            all += inside[d];
        }
        if (all > 0.0) memcpy(weight, inside, sizeof inside);
    }
    for (int d = 0; d < c->n; d++)
        total += weight[d];
    for (int d = 0; d < c->n; d++) {
        sum += weight[d];
        if (sum > u[1] * total) return d;
    }
    return c->n;
}

static double mean_discontent(const tn_ref_world_t *w, const tn_court_t *c, double sign)
{
    double sum = 0.0, total = 0.0;
    for (int i = 0; i < c->n; i++) {
        if (!(sign * c->p[i] > 0.1)) continue;
        sum += c->pi[i] * w->D[i];
        total += c->pi[i];
    }
    return total > 0.0 ? sum / total : 0.0;
}

/* 8.1: what is true at the end of the week */
static void state_predicates(tn_ref_world_t *w, const tn_court_t *c)
{
    w->pred[TN_O_discontent_widespread] = w->G >= 0.40;
    w->pred[TN_O_dove_discontent] = mean_discontent(w, c, -1.0) >= 0.40;
    w->pred[TN_O_hawk_discontent] = mean_discontent(w, c, 1.0) >= 0.40;
    w->pred[TN_O_successor_talk] = w->V >= 0.25;
    w->pred[TN_O_leader_ill] = w->ill;
    w->pred[TN_O_mass_protest] = w->Q >= 0.40 || w->pred[TN_O_uprising];
}

void tn_ref_week(tn_ref_world_t *w, const tn_court_t *c, uint64_t seed, uint64_t world, int t)
{
    double z[4], exo[4], plot[4], draw[4];
    const uint32_t week = (uint32_t)t;
    memset(w->pred, 0, sizeof w->pred);
    memset(w->hazard, 0, sizeof w->hazard);
    tn_rng_normals(seed, world, week, 0, TN_RNG_SHOCK, 0, z);
    tn_rng_uniforms(seed, world, week, 0, TN_RNG_EXO, 0, exo);
    tn_rng_uniforms(seed, world, week, 0, TN_RNG_PLOT, 0, plot);
    tn_rng_uniforms(seed, world, week, 0, TN_RNG_PURGE, 0, draw);
    const double mu = mortality(w, c, c->age_start + (7.0 * t + 3.5) / 365.25);
    step_events(w, c, t);
    step_shocks(w, z, draw);
    step_health(w, mu, exo[1]);
    step_grievance(w, c, seed, world, t);
    step_fear(w, c, z[3]);
    if (has_plot(w, c)) {
        step_plot(w, c, seed, world, t, plot);
    } else {
        step_founding(w, c, plot[0]);
    }
    if (w->route < 0) step_purges(w, c, draw[0]);
    if (w->route < 0) step_assassination(w, exo[2]);
    if (w->route < 0) step_protest(w, c, z[2], exo[3]);
    if (w->route < 0) step_exits(w, c, mu, t, exo[0], draw[3]);
    if (w->route >= 0) {
        w->exit_week = t;
        w->successor = draw_successor(w, c, seed, world, t);
    }
    state_predicates(w, c);
    for (int p = 0; p < TN_N_PREDICATES; p++)
        w->seen |= (uint32_t)w->pred[p] << p;
}

static double number(const tn_ref_world_t *w, int observable)
{
    switch ((tn_observable_t)observable) {
    case TN_O_elite_discontent: return w->G;
    case TN_O_war_losses: return w->C;
    case TN_O_war_progress: return w->b;
    case TN_O_sanctions_level: return w->s;
    case TN_O_economy: return w->e;
    case TN_O_protest_level: return w->Q;
    default: return w->phi;
    }
}

/* 8.3: one claim due this week */
static void weigh(tn_ref_world_t *w, const tn_claim_t *claim, bool is_true)
{
    const double a = w->a[claim->origin];
    const double l = claim->is_number
                         ? tn_claim_loglik_number(claim, a, number(w, claim->observable))
                         : tn_claim_loglik_predicate(claim, a, is_true);
    w->ll[claim->origin] += l;
    w->lw += l;
}

/* 8.4 */
static void resample(
    tn_ref_world_t *w, tn_ref_world_t *old, int n, uint64_t seed, uint64_t block, int t)
{
    double weight[TN_BLOCK], top = -INFINITY, sum = 0.0, squares = 0.0, u[4];
    for (int j = 0; j < n; j++)
        top = w[j].lw > top ? w[j].lw : top;
    for (int j = 0; j < n; j++) {
        weight[j] = w[j].lw > -INFINITY ? tn_exp(w[j].lw - top) : 0.0;
        sum += weight[j];
        squares += weight[j] * weight[j];
    }
    if (!(sum > 0.0) || sum * sum / squares >= n / 2.0) return;
    memcpy(old, w, (size_t)n * sizeof *w);
    tn_rng_uniforms(seed, block, (uint32_t)t, 0, TN_RNG_RESAMPLE, 0, u);
    for (int j = 0; j < n; j++) {
        double cumulative = weight[0];
        int k = 0;
        while (!(cumulative > (j + u[0]) / n * sum) && k < n - 1)
            cumulative += weight[++k];
        w[j] = old[k];
        w[j].lw = top + tn_log(sum / n);
    }
}

int tn_ref_block(tn_ref_world_t *w, int n, const tn_court_t *c, uint64_t seed, uint64_t block)
{
    tn_ref_world_t *old = tn_calloc((size_t)n, sizeof *old);
    if (old == NULL) return TN_ENOMEM;
    const int last = c->t_as_of - 1;
    for (int j = 0; j < n; j++)
        tn_ref_start(&w[j], c, seed, block * TN_BLOCK + (uint64_t)j);
    for (int t = 0; t < c->n_weeks; t++) {
        bool is_due = t == last;
        for (int j = 0; j < n; j++) {
            if (w[j].route < 0) tn_ref_week(&w[j], c, seed, block * TN_BLOCK + (uint64_t)j, t);
            if (w[j].route >= 0 && t <= last) w[j].lw = -INFINITY;
        }
        for (int k = 0; k < c->evidence.n_claims && t <= last; k++) {
            const tn_claim_t *claim = &c->evidence.claim[k];
            for (int j = 0; j < n; j++) {
                const bool is_in = t >= claim->t0 && t <= claim->t1;
                if (is_in && w[j].pred[claim->observable]) w[j].claim_true[k] = true;
                if (t == claim->t_weigh) weigh(&w[j], claim, w[j].claim_true[k]);
            }
            is_due = is_due || t == claim->t_weigh;
        }
        if (is_due && c->resample) resample(w, old, n, seed, block, t);
    }
    tn_free(old);
    return 0;
}
