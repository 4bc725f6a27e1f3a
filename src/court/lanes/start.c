/* The first day of a world: parameters, starting state, event weeks, reliabilities. Source: model
 * 2, 5, 6. */
#include <string.h>

#include "court/lanes/lanes.h"

#define THIRD 0.4307 /* a standard normal exceeds it in the top third */

/** Words of all worlds to b->u; week 0. */
static void draw(const tn_block_t *b, int group, int purpose, int sub)
{
    const tn_stream_t stream = tn_rng_stream(
        b->round_key, b->world0 >> 32, 0, (uint32_t)group, (uint32_t)purpose, (uint32_t)sub);
    LN(tn_lanes_uniforms)(b, b->n, b->lead, &stream, b->u);
}

static void clear_state(tn_block_t *b)
{
    for (int k = 0; k < b->n_columns; k++) {
        memset(b->column[k].data, 0, b->column[k].size * TN_BLOCK);
    }
    for (int j = 0; j < TN_BLOCK; j++) {
        b->slot[j] = (uint32_t)j;
        b->route[j] = -1;
        b->exit_week[j] = TN_NEVER;
        b->first_week[j] = TN_NEVER;
        b->seen[j] = 0;
        b->successor[j] = -1;
        b->L[j] = 1.0;
    }
}

static void draw_parameter(tn_block_t *b, int p, const double *z)
{
    const tn_parameter_info_t *info = tn_parameter(p);
    const double centre = b->court->centre[p], sd = b->court->prior_sd[p];
    const bool is_sum = info->kind == TN_PRIOR_ADD, is_clipped = info->is_clipped;
    double *restrict value = b->par[p];
    int8_t *restrict third = b->third[p];
    for (int j = 0; j < b->n; j++)
        value[j] = sd * z[j];
    if (!is_sum) LN(tn_lanes_exp)(b->n, value, value);
    for (int j = 0; j < b->n; j++) {
        const double v = is_sum ? centre + value[j] : centre * value[j];
        value[j] = is_clipped ? clip01(v) : v;
        third[j] = (int8_t)((z[j] > THIRD) - (z[j] < -THIRD));
    }
}

/** Normals of parameter k as the design says: one row of it per design_lanes worlds. */
static void take_from_design(const tn_block_t *b, int k, double *z)
{
    const size_t width = (size_t)b->court->n_uncertain, per_row = (size_t)b->design_lanes;
    for (int j = 0; j < b->n; j++) {
        const size_t row = ((size_t)b->world0 + b->slot[j]) / per_row;
        z[j] = b->design[row * width + (size_t)k];
    }
}

static void draw_parameters(tn_block_t *b)
{
    for (int p = 0; p < TN_N_PARAMETERS; p++) {
        for (int j = 0; b->par[p] != NULL && j < b->n; j++)
            b->par[p][j] = b->court->centre[p];
    }
    for (int k = 0; k < b->court->n_uncertain; k++) {
        if (k % 4 == 0) {
            draw(b, 0, TN_RNG_PARAM, k / 4);
            LN(tn_lanes_normals)(b, b->n);
        }
        if (b->design != NULL) take_from_design(b, k, b->z[k % 4]);
        draw_parameter(b, b->court->uncertain[k], b->z[k % 4]);
    }
}

static void draw_actors(tn_block_t *b)
{
    const double root3 = sqrt(3.0);
    for (int i = 0; i < b->court->n; i++) {
        draw(b, i, TN_RNG_INIT, 0);
        double *x = ROW(b->x, i);
        for (int j = 0; j < b->n; j++) {
            x[j] = FIXED(x_sd) * root3 * (b->u[0][j] + b->u[1][j] + b->u[2][j] + b->u[3][j] - 2.0);
        }
    }
}

static void draw_world(tn_block_t *b)
{
    const tn_court_t *c = b->court;
    draw(b, 0, TN_RNG_SHOCK, 1);
    LN(tn_lanes_normals)(b, b->n);
    for (int j = 0; j < b->n; j++) {
        b->s[j] = c->sanctions;
        b->e[j] = isnan(c->economy) ? -DRAWN(e_sanc)[j] * c->sanctions + b->z[0][j] : c->economy;
        b->war[j] = c->war;
        b->b[j] = c->war_progress;
        b->C[j] = c->losses;
        b->phi[j] = DRAWN(fear_base)[j];
        b->theta[j] = clip01(0.1 + FIXED(thr_sd) * b->z[3][j]);
        b->Q[j] =
            isnan(c->protest) ? clip01(DRAWN(q_base)[j] + FIXED(q_sd) * b->z[2][j]) : c->protest;
    }
}

static void draw_illness(tn_block_t *b)
{
    const tn_court_t *c = b->court;
    const double leave = FIXED(ill_die) + FIXED(ill_incap) + FIXED(ill_recov);
    const double fatality = FIXED(ill_die) / leave;
    const double mu = c->elite_multiplier * c->m69 * tn_exp(c->slope * (c->age_start - 69.0));
    draw(b, 0, TN_RNG_INIT, 1);
    for (int j = 0; j < b->n; j++) {
        const double onset = FIXED(ill_share) / fatality * (mu * DRAWN(mort_mult)[j]);
        b->ill[j] = b->u[0][j] < onset / (onset + leave);
    }
}

static void draw_events(tn_block_t *b)
{
    for (int k = 0; k < b->court->n_events; k++) {
        const tn_court_event_t *event = &b->court->event[k];
        const double n_weeks = (double)(event->w_to - event->w_from + 1);
        int32_t *week = ROW(b->event_week, k);
        draw(b, 0, TN_RNG_EVENT, k);
        for (int j = 0; j < b->n; j++) {
            const int32_t w = event->w_from + (int32_t)floor(b->u[1][j] * n_weeks);
            week[j] = b->u[0][j] < event->probability ? w : TN_NEVER;
        }
    }
}

static void draw_reliabilities(tn_block_t *b)
{
    for (int k = 0; k < b->court->evidence.n_origins; k++) {
        const tn_triangle_t *triangle = &b->court->evidence.origin[k].reliability;
        double *a = ROW(b->reliability, k);
        draw(b, 0, TN_RNG_ORIGIN, k);
        for (int j = 0; j < b->n; j++)
            a[j] = tn_triangle_quantile(triangle, b->u[0][j]);
    }
}

static void set_coefficients(tn_block_t *b)
{
    b->steep = 1.0 / (2.0 * FIXED(g_wid));
    b->rise0 = 0.5 - FIXED(g_mid) * b->steep;
    b->recovery = tn_chance(FIXED(ill_recov) * TN_DT);
    b->lasting = tn_exp(-FIXED(abandon) * TN_DT);
    b->alpha[TN_AR_X] = tn_exp(-TN_DT / FIXED(x_tau));
    const double a = b->alpha[TN_AR_X];
    b->spread_x = FIXED(x_sd) * sqrt(12.0 * (1.0 - a * a));
    b->alpha[TN_AR_E] = tn_exp(-TN_DT / FIXED(e_tau));
    b->alpha[TN_AR_B] = tn_exp(-TN_DT / FIXED(b_tau));
    b->alpha[TN_AR_F] = tn_exp(-TN_DT / FIXED(def_tau));
    b->alpha[TN_AR_PHI] = tn_exp(-TN_DT / FIXED(fear_tau));
    b->alpha[TN_AR_THETA] = tn_exp(-TN_DT / FIXED(thr_tau));
    b->alpha[TN_AR_Q] = tn_exp(-TN_DT / FIXED(q_tau));
}

void LN(tn_lanes_start)(tn_block_t *b)
{
    clear_state(b);
    b->n_live = b->n;
    b->j0 = 0;
    tn_rng_round_keys(b->seed, b->round_key);
    LN(tn_lanes_lead)(b, b->n);
    set_coefficients(b);
    draw_parameters(b);
    draw_actors(b);
    draw_world(b);
    draw_illness(b);
    draw_events(b);
    draw_reliabilities(b);
}
