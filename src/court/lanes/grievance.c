/* Private grievance, discontent, talk among trusted ties, and the totals G and V: the dense heart
 * of the week. Cost per world and week: N^2 multiplications for the talk, about 30 N for the rest.
 * Lanes are taken in strips so that the E and S of all actors of a strip stay in the first cache.
 * Source: model 7.4, 7.5; Kuran 1991. */
#include "court/lanes/lanes.h"

#define STRIP 128

static void move_private(tn_block_t *b, int t)
{
    const double a = b->alpha[TN_AR_X];
    const double spread = FIXED(x_sd) * sqrt(12.0 * (1.0 - a * a));
    for (int i = 0; i < b->court->n; i++) {
        if (i % 4 == 0) {
            LN(tn_lanes_uniforms)(b, b->n_live, b->slot, t, i / 4, TN_RNG_NOISE, 0, b->u);
        }
        const double *restrict u = b->u[i % 4];
        double *restrict x = ROW(b->x, i);
        SIMD for (int j = 0; j < b->n_live; j++) x[j] = a * x[j] + spread * (u[j] - 0.5);
    }
}

/** What all actors share this week: w1 = R, w2 = C/(C + loss_half), w3 = max(0, -b) in war. */
static void common_terms(tn_block_t *b)
{
    const double rent_econ = FIXED(rent_econ), rent_thr = FIXED(rent_thr);
    const double loss_half = FIXED(loss_half);
    const double *restrict e = b->e, *restrict theta = b->theta, *restrict C = b->C;
    const double *restrict progress = b->b;
    const int32_t *restrict war = b->war;
    double *restrict R = b->w1, *restrict c = b->w2, *restrict losing = b->w3;
    SIMD for (int j = 0; j < b->n_live; j++)
    {
        R[j] = rent_econ * e[j] + rent_thr * theta[j];
        c[j] = C[j] / (C[j] + loss_half);
        losing[j] = war[j] ? positive(-progress[j]) : 0.0;
    }
}

static void set_discontent(tn_block_t *b, int i)
{
    const tn_court_t *court = b->court;
    const double dove = court->dove[i], hawk = court->hawk[i], exposure = court->e[i];
    const double rent = court->r[i], g0 = court->g0[i], lambda = FIXED(inside);
    const double g_loyal = FIXED(g_loyal), g_mid = FIXED(g_mid), width = 2.0 * FIXED(g_wid);
    const double *restrict g_base = DRAWN(g_base), *restrict k_dove = DRAWN(k_dove);
    const double *restrict k_hawk = DRAWN(k_hawk), *restrict k_sanc = DRAWN(k_sanc);
    const double *restrict k_rent = DRAWN(k_rent), *restrict k_defeat = DRAWN(k_defeat);
    const double *restrict R = b->w1, *restrict c = b->w2, *restrict losing = b->w3;
    const double *restrict F = b->F, *restrict s = b->s;
    const double *restrict x = ROW(b->x, i), *restrict dg = ROW(b->dg, i);
    const int32_t *restrict war = b->war;
    const uint64_t *restrict rep = b->rep;
    double *restrict g = ROW(b->g, i), *restrict D = ROW(b->D, i);
    SIMD for (int j = 0; j < b->n_live; j++)
    {
        const double at_war = war[j] ? k_dove[j] * dove * (0.5 + 0.5 * c[j]) : 0.0;
        const double own =
            g0 + lambda * (at_war + k_hawk[j] * hawk * losing[j] + k_sanc[j] * exposure * s[j]);
        const double offset = (rep[j] >> i) & 1 ? -g_loyal : own;
        const double now = g_base[j] + x[j] + dg[j] +
                           lambda * (k_defeat[j] * F[j] - k_rent[j] * rent * R[j]) + offset;
        g[j] = now;
        D[j] = clip01(0.5 + (now - g_mid) / width);
    }
}

/** S_i from last week's E of all, strip by strip; only then the new E. */
static void talk(tn_block_t *b, int j0, int m)
{
    const int n = b->court->n;
    const double fear_talk = FIXED(fear_talk);
    const double *restrict phi = b->phi + j0;
    for (int i = 0; i < n; i++) {
        const double *trust = b->court->trust + (size_t)i * (size_t)n;
        double *restrict S = ROW(b->S, i) + j0;
        for (int j = 0; j < m; j++)
            S[j] = 0.0;
        for (int l = 0; l < n; l++) {
            const double T = trust[l];
            const double *restrict E = ROW(b->E, l) + j0;
            if (T <= 0.0) continue; /* adds exactly 0 */
            SIMD for (int j = 0; j < m; j++) S[j] = S[j] + T * E[j];
        }
    }
    for (int i = 0; i < n; i++) {
        const double *restrict S = ROW(b->S, i) + j0, *restrict D = ROW(b->D, i) + j0;
        double *restrict E = ROW(b->E, i) + j0;
        SIMD for (int j = 0; j < m; j++) E[j] = D[j] * (1.0 - fear_talk * phi[j] * (1.0 - S[j]));
    }
}

static void add_up(tn_block_t *b, int j0, int m)
{
    double *restrict G = b->G + j0, *restrict V = b->V + j0;
    for (int j = 0; j < m; j++)
        G[j] = V[j] = 0.0;
    for (int i = 0; i < b->court->n; i++) {
        const double pi = b->court->pi[i];
        const double *restrict D = ROW(b->D, i) + j0, *restrict E = ROW(b->E, i) + j0;
        SIMD for (int j = 0; j < m; j++)
        {
            G[j] = G[j] + pi * D[j];
            V[j] = V[j] + pi * E[j];
        }
    }
}

void LN(tn_lanes_grievance)(tn_block_t *b, int t)
{
    move_private(b, t);
    common_terms(b);
    for (int i = 0; i < b->court->n; i++)
        set_discontent(b, i);
    for (int j0 = 0; j0 < b->n_live; j0 += STRIP) {
        const int m = b->n_live - j0 < STRIP ? b->n_live - j0 : STRIP;
        talk(b, j0, m);
        add_up(b, j0, m);
    }
}
