/* Economy, war, losses. Ornstein-Uhlenbeck processes around levels that sanctions, payoffs and the
 * analyst's expectation set; a war going badly enough can end in defeat. Source: model 7.2. */
#include "court/lanes/lanes.h"

static void move_economy(tn_block_t *b)
{
    const double a_e = b->alpha[TN_AR_E];
    const vec_t a = SPREAD(a_e), spread = SPREAD(sqrt(1.0 - a_e * a_e));
    const vec_t costs = SPREAD(FIXED(e_rent) * FIXED(rent_thr)), a_F = SPREAD(b->alpha[TN_AR_F]);
    const double *e_sanc = DRAWN(e_sanc) + b->j0, *s = b->s + b->j0, *theta = b->theta + b->j0;
    const double *z = b->z[0];
    double *e = b->e + b->j0, *F = b->F + b->j0;
    ALONG(b->n_chunk, k)
    {
        const vec_t fall = LOAD(e_sanc + k) * LOAD(s + k) + costs * LOAD(theta + k);
        const vec_t above = LOAD(e + k) + fall; /* of the level, which is minus the fall */
        STORE(e + k, above * a - fall + spread * LOAD(z + k));
        STORE(F + k, LOAD(F + k) * a_F);
    }
}

static void move_war(tn_block_t *b)
{
    const double a_b = b->alpha[TN_AR_B];
    const vec_t a = SPREAD(a_b), spread = SPREAD(FIXED(b_sd) * sqrt(1.0 - a_b * a_b));
    const vec_t one = SPREAD(1.0), half = SPREAD(0.5), dt = SPREAD(TN_DT), none = SPREAD(0.0);
    const double *b_mean = DRAWN(b_mean) + b->j0, *loss_rate = DRAWN(loss_rate) + b->j0;
    const double *z = b->z[1];
    const vec_t loss_half = SPREAD(FIXED(loss_half));
    const uint32_t *war = (const uint32_t *)b->war + b->j0;
    double *progress = b->b + b->j0, *C = b->C + b->j0;
    ALONG(b->n_chunk, k)
    {
        const vec_t mean = LOAD(b_mean + k), before = LOAD(progress + k);
        const vec_t moved = mean + (before - mean) * a + spread * LOAD(z + k);
        const vec_t now = IF_FLAG(war + k, moved, before);
        const vec_t pace = SMALLER(LARGER(one - now * half, SPREAD(0.25)), SPREAD(2.0));
        const vec_t deaths = dt * LOAD(loss_rate + k) * pace;
        STORE(progress + k, now);
        const vec_t dead = LOAD(C + k) + IF_FLAG(war + k, deaths, none);
        STORE(C + k, dead);
        STORE(b->wear + k, dead / (dead + loss_half));
    }
}

/** World j, whose words are below y_defeat or y_end, or both. */
static void end_war(tn_block_t *b, int j, double y_defeat, double y_end)
{
    const double u1 = b->purge[1][j - b->j0], u2 = b->purge[2][j - b->j0];
    if (!b->war[j]) return;
    if (u1 < y_defeat && u1 < tn_chance(y_defeat)) {
        b->war[j] = 0;
        b->F[j] = 1.0;
        b->flag[j] |= TN_FLAG_DEFEAT;
        count(b, TN_COUNT_DEFEATS, j, 1);
    } else if (u2 < y_end && u2 < tn_chance(y_end)) {
        b->war[j] = 0;
        count(b, TN_COUNT_WAR_ENDS, j, 1);
    }
}

static void end_wars(tn_block_t *b)
{
    const vec_t def_b = SPREAD(FIXED(def_b)), steep = SPREAD(1.0 / (1.0 - FIXED(def_b)));
    const vec_t dt = SPREAD(TN_DT), zero = SPREAD(0.0);
    const double *progress = b->b + b->j0;
    const double *def_rate = DRAWN(def_rate) + b->j0, *war_end = DRAWN(war_end) + b->j0;
    double y_defeat[CHUNK], y_end[CHUNK];
    ALONG(b->n_chunk, k)
    {
        const vec_t lost = CLIP01((zero - LOAD(progress + k) - def_b) * steep);
        STORE(y_defeat + k, LOAD(def_rate + k) * lost * dt);
        STORE(y_end + k, LOAD(war_end + k) * dt);
    }
    uint64_t hits =
        below(b->purge[1], y_defeat, b->n_chunk) | below(b->purge[2], y_end, b->n_chunk);
    while (hits != 0) {
        const int k = next_bit(&hits);
        end_war(b, b->j0 + k, y_defeat[k], y_end[k]);
    }
}

void LN(tn_lanes_shocks)(tn_block_t *b)
{
    LN(tn_lanes_uniforms)(b, b->n_chunk, b->lead, &b->stream.shock, b->u);
    LN(tn_lanes_normals)(b, b->n_chunk);
    move_economy(b);
    b->any_war = equal(b->war + b->j0, 1, b->n_chunk) != 0;
    if (!b->any_war) return;
    move_war(b);
    end_wars(b);
}
