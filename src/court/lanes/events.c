/* Dated and uncertain events of the week, effects in file order. Source: model 7.1. */
#include "court/lanes/lanes.h"

static void add_clipped(double *y, double amount) { *y = clip01(*y + amount); }

static void start_war(tn_block_t *b, int j)
{
    if (!b->war[j]) b->b[j] = DRAWN(b_mean)[j];
    b->war[j] = 1;
}

static void lose_war(tn_block_t *b, int j)
{
    b->war[j] = 0;
    b->F[j] = 1.0;
    b->flag[j] |= TN_FLAG_DEFEAT;
    count(b, TN_COUNT_DEFEATS, j, 1);
}

static void fall_ill(tn_block_t *b, int j)
{
    if (!b->ill[j]) count(b, TN_COUNT_ILLNESSES, j, 1);
    b->ill[j] = 1;
}

static void add_grievance(tn_block_t *b, int j, const tn_effect_t *effect)
{
    for (int i = 0; i < b->court->n; i++) {
        if (effect->actors & bit(i)) ROW(b->dg, i)[j] += effect->value;
    }
}

static double within(double y, double lo, double hi) { return y < lo ? lo : y > hi ? hi : y; }

static void apply(tn_block_t *b, int j, const tn_effect_t *effect)
{
    switch (effect->kind) {
    case TN_EFFECT_SANCTIONS: add_clipped(&b->s[j], effect->value); break;
    case TN_EFFECT_FEAR: add_clipped(&b->phi[j], effect->value); break;
    case TN_EFFECT_THREAT: add_clipped(&b->theta[j], effect->value); break;
    case TN_EFFECT_PROTEST: add_clipped(&b->Q[j], effect->value); break;
    case TN_EFFECT_ECONOMY: b->e[j] += effect->value; break;
    case TN_EFFECT_WAR_PROGRESS: b->b[j] = within(b->b[j] + effect->value, -1.5, 1.5); break;
    case TN_EFFECT_WAR_START: start_war(b, j); break;
    case TN_EFFECT_WAR_END: b->war[j] = 0; break;
    case TN_EFFECT_WAR_DEFEAT: lose_war(b, j); break;
    case TN_EFFECT_LEADER_ILL: fall_ill(b, j); break;
    case TN_EFFECT_REPLACE: LN(tn_lanes_purge_set)(b, j, effect->actors); break;
    case TN_EFFECT_GRIEVANCE: add_grievance(b, j, effect); break;
    }
}

void LN(tn_lanes_events)(tn_block_t *b, int t)
{
    for (int k = 0; k < b->court->n_events; k++) {
        const tn_court_event_t *event = &b->court->event[k];
        const int32_t *week = ROW(b->event_week, k) + b->j0;
        if (t < event->w_from || t > event->w_to) continue;
        for (uint64_t left = equal(week, t, b->n_chunk); left != 0;) {
            const int j = b->j0 + next_bit(&left);
            if (b->watch_event == k && b->first_week[j] == TN_NEVER) b->first_week[j] = t;
            for (int m = 0; m < event->n_effects; m++)
                apply(b, j, &event->effects[m]);
        }
    }
}
