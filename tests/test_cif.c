/* Cumulative incidence: Aalen-Johansen with three kinds of standard errors. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spells_fixture.h"
#include "tenure/cif.h"
#include "tenure/km.h"

static const tn_cif_options_t everything = {
    .variances = TN_CIF_JACKKNIFE | TN_CIF_GREENWOOD | TN_CIF_AALEN};

static void fit(tn_cif_t *cif, const tn_spells_t *spells)
{
    tn_error_t err = {0};
    if (tn_cif_fit(cif, spells, &everything, &err) != 0) fail_msg("%s", err.message);
}

static void check_all(const double *got, const double *want, size_t n, double rel, const char *why)
{
    for (size_t i = 0; i < n; i++)
        check_close(got[i], want[i], rel, 1e-15, why);
}

static void four_rows_by_hand(void **state)
{
    (void)state;
    /* 1 by cause 1, 2 by cause 2, 2+, 3 by cause 1: S = 3/4, 1/2, 0; F1 = 1/4, 1/4, 3/4; F2 = 0,
       1/4, 1/4. Jackknife of F1 at 1: U = 1/4 - 1/16 once, -1/16 thrice: 12/256 = 3/64.
       Greenwood there: (1/4)(3/4)/4 = 3/64. Aalen: 1/16. */
    const double exit[4] = {2, 3, 1, 2};
    const int32_t cause[4] = {2, 1, 1, 0};
    const tn_spells_t s = {.n = 4, .exit = exit, .cause = cause, .n_causes = 2};
    tn_cif_t cif;
    fit(&cif, &s);
    assert_int_equal(cif.status, TN_FIT_CONVERGED);
    assert_int_equal(cif.n_steps, 3);
    check_all(cif.n_risk, (double[3]){4, 3, 1}, 3, 0, "at risk");
    check_all(cif.n_censor, (double[3]){0, 1, 0}, 3, 0, "censored");
    check_all(cif.n_event, (double[6]){1, 0, 1, 0, 1, 0}, 6, 0, "events by cause");
    check_all(cif.p, (double[9]){.75, .5, 0, .25, .25, .75, 0, .25, .25}, 9, TOL1, "p");
    check_close(cif.se_jackknife[3], sqrt(3.0 / 64), TOL1, 0, "jackknife");
    check_close(cif.se_greenwood[3], sqrt(3.0 / 64), TOL1, 0, "Greenwood");
    check_close(cif.se_aalen[3], 0.25, TOL1, 0, "Aalen");
    check_close(cif.se_jackknife[2], 0.0, 0, 0, "nobody is left for certain");
    tn_cif_free(&cif);
    tn_cif_free(&cif);
}

/* R 4.2.2, survival 3.5-3: survfit(Surv(t, factor(e)) ~ 1, weights = w). */
static void jackknife_with_weights_is_as_in_r(void **state)
{
    (void)state;
    const double p[21] = {0.96710526315789469, 0.032894736842105261, 0, 0.76973684210526316,
        0.1644736842105263, 0.065789473684210523, 0.63815789473684204, 0.29605263157894735,
        0.065789473684210523, 0.59924582798459558, 0.29605263157894735, 0.10470154043645699,
        0.52142169448010267, 0.37387676508344025, 0.10470154043645699, 0.41048090842050633,
        0.37387676508344025, 0.2156423264960533, 0.33282235817878891, 0.45153531532515767,
        0.2156423264960533};
    const double se[21] = {0.033601867877798612, 0.033601867877798612, 0, 0.13435379927531785,
        0.1236904373857135, 0.065050660958290124, 0.15157237016880376, 0.14355915068599998,
        0.065050660958290124, 0.15624113725549985, 0.14355915068599998, 0.076918880857591895,
        0.16811089819681954, 0.15659225287457734, 0.076918880857591895, 0.19410963113147109,
        0.15659225287457734, 0.13483591742003828, 0.21088247662990928, 0.17399493814411726,
        0.13483591742003828};
    fixture_t f;
    fixture_dozen(&f);
    f.spells.weight = f.weight;
    tn_cif_t cif;
    fit(&cif, &f.spells);
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 0; k < 3; k++) {
            check_close(cif.p[k * 7 + i], p[3 * i + k], TOL2, 0, "p");
            check_close(cif.se_jackknife[k * 7 + i], se[3 * i + k], TOL2, 1e-16, "se");
        }
    }
    tn_cif_free(&cif);
    fixture_free(&f);
}

/* R 4.2.2, survival 3.5-3: survfit(Surv(t0, t, factor(e)) ~ 1, id = id, weights = w), from 3 on:
 * before, R has a step for a censoring only. */
static void jackknife_by_subject_with_entry_is_as_in_r(void **state)
{
    (void)state;
    const double entry[12] = {0, 2, 0, 1, 3, 5, 0, 2, 4, 0, 3, 0};
    const double exit[12] = {2, 5, 4, 3, 5, 8, 4, 4, 7, 6, 9, 9};
    const double weight[12] = {1, 1, 2, .5, .5, .5, 1, 3, 3, 1, 1.5, 1};
    const int32_t cause[12] = {0, 1, 2, 0, 0, 2, 1, 0, 1, 0, 2, 0};
    const int32_t id[12] = {0, 0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7};
    const double when[5] = {4, 5, 7, 8, 9};
    const double se[15] = {0.17541310146108366, 0.089965045690401826, 0.16237093144122727,
        0.18663784777911102, 0.12588054720436212, 0.16237093144122727, 0.18498435412553091,
        0.2180581509791554, 0.16237093144122727, 0.17558586505343671, 0.2180581509791554,
        0.16870070611450899, 0.10538777936223485, 0.2180581509791554, 0.20509184992618062};
    const tn_spells_t s = {.n = 12,
        .entry = entry,
        .exit = exit,
        .weight = weight,
        .cause = cause,
        .n_causes = 2,
        .cluster = id,
        .n_clusters = 8};
    const tn_cif_at_options_t opt = TN_CIF_AT_OPTIONS_DEFAULT;
    double p[15], got[15];
    const tn_cif_values_t values = {.p = p, .se = got};
    tn_cif_t cif;
    fit(&cif, &s);
    assert_int_equal(tn_cif_at(&cif, 0, 5, when, &opt, &values, NULL), 0);
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 3; k++)
            check_close(got[k * 5 + i], se[3 * i + k], TOL2, 0, "se by subject");
    }
    check_close(p[4], 0.10606060606060606, TOL2, 0, "event free at 9");
    tn_cif_free(&cif);
}

/* R 4.2.2, prodlim 2019.11.13: prodlim(Hist(t, e, entry = t0) ~ 1); cmprsk 2.2-11: cuminc(t, e). */
static void delta_method_and_aalen_are_as_in_r(void **state)
{
    (void)state;
    const double se1[7] = {0.17888543819998318, 0.19245008972987526, 0.17897743380297859,
        0.17897743380297859, 0.16878921035085201, 0.16878921035085201, 0.15936056955659073};
    const double se2[7] = {0, 0.1253144193766372, 0.12531441937663723, 0.13650065195279878,
        0.13650065195279876, 0.14869432161415128, 0.14869432161415128};
    const double aalen[7] = {0.0069444444444444423, 0.012683654729109274, 0.020369768107562719,
        0.020369768107562719, 0.024726622086622532, 0.024726622086622532, 0.036882112452587101};
    fixture_t f;
    fixture_dozen(&f);
    tn_cif_t cif;
    fit(&cif, &f.spells);
    for (size_t i = 0; i < 7; i++)
        check_close(cif.se_aalen[7 + i], sqrt(aalen[i]), TOL2, 0, "cuminc");
    tn_cif_free(&cif);
    f.spells.entry = f.entry;
    fit(&cif, &f.spells);
    check_all(cif.se_greenwood + 7, se1, 7, TOL2, "prodlim, cause 1");
    check_all(cif.se_greenwood + 14, se2, 7, TOL2, "prodlim, cause 2");
    tn_cif_free(&cif);
    fixture_free(&f);
}

/* Slow and obvious: everything at time t by the definition. */
typedef struct oracle {
    double p[3], jackknife[3], greenwood[3], aalen[3]; /* p, and squares of the errors */
} oracle_t;

static bool is_in(const tn_spells_t *s, size_t i, int stratum, double now)
{
    return (s->stratum == NULL || s->stratum[i] == stratum) && s->exit[i] >= now &&
           (s->entry == NULL || s->entry[i] < now);
}

/* One time: at risk, events, and the curves before and after it. */
typedef struct moment {
    double time, y, d[3], surv_before, surv, f[3];
} moment_t;

static size_t moments(const tn_spells_t *s, int stratum, double t, moment_t *m)
{
    size_t n = 0;
    double surv = 1.0, f[3] = {0, 0, 0};
    for (double now = 0.0;;) {
        double next = INFINITY;
        for (size_t i = 0; i < s->n; i++) {
            if (s->exit[i] > now && s->exit[i] < next) next = s->exit[i];
        }
        if (next > t) return n;
        now = next;
        moment_t x = {.time = now, .surv_before = surv};
        for (size_t i = 0; i < s->n; i++) {
            if (!is_in(s, i, stratum, now)) continue;
            const double w = s->weight == NULL ? 1.0 : s->weight[i];
            x.y += w;
            if (s->exit[i] == now && s->cause[i] > 0) {
                x.d[s->cause[i]] += w;
                x.d[0] += w;
            }
        }
        if (x.d[0] == 0.0) continue;
        for (int k = 1; k < 3; k++)
            f[k] += surv * x.d[k] / x.y;
        surv *= 1.0 - x.d[0] / x.y;
        if (x.y - x.d[0] < 1e-12) surv = 0.0;
        x.surv = surv;
        f[0] = 1.0 - surv;
        memcpy(x.f, f, sizeof f);
        m[n++] = x;
    }
}

static double tie(double d, double y) { return d > 1.0 ? 1.0 - (d - 1.0) / (y - 1.0) : 1.0; }

static void moment_variances(const moment_t *m, size_t n, oracle_t *out)
{
    for (int k = 0; k < 3; k++) {
        size_t last = 0; /* moments up to the last event of k count for Aalen's */
        for (size_t j = 0; j < n; j++) {
            if (m[j].d[k] > 0.0) last = j + 1;
        }
        for (size_t j = 0; j < n; j++) {
            const moment_t *e = &m[j];
            const double x = m[n - 1].f[k] - e->f[k], y = e->y, d = e->d[k], s = e->surv_before;
            out->greenwood[k] += e->surv > 0.0 ? x * x * e->d[0] / (y * (y - e->d[0])) : NAN;
            out->greenwood[k] += s * s * d * (y - d) / (y * y * y) - 2 * x * s * d / (y * y);
            if (j >= last) continue;
            const double back = e->surv > 0.0 ? (m[last - 1].f[k] - e->f[k]) / e->surv : 0.0;
            const double other = e->d[0] - d;
            if (other > 0.0 && e->surv > 0.0)
                out->aalen[k] += s * s * tie(other, y) * other / (y * y) * back * back;
            if (d > 0.0) out->aalen[k] += s * s * tie(d, y) * d / (y * y) * (1 - back) * (1 - back);
        }
    }
}

static void oracle(const tn_spells_t *s, int stratum, double t, oracle_t *out)
{
    moment_t *m = calloc(s->n + 1, sizeof *m);
    const size_t n = moments(s, stratum, t, m);
    const size_t n_cells = s->n + (size_t)s->n_clusters;
    double(*u)[3] = calloc(n_cells, sizeof *u);
    *out = (oracle_t){.p = {1, 0, 0}};
    if (n > 0) {
        memcpy(out->p, m[n - 1].f, sizeof out->p);
        out->p[0] = m[n - 1].surv;
        moment_variances(m, n, out);
    }
    for (size_t i = 0; i < s->n; i++) {
        const double w = s->weight == NULL ? 1.0 : s->weight[i];
        double *cell = u[s->cluster == NULL ? i : (size_t)s->cluster[i]];
        double l = 0.0, f[3] = {0, 0, 0}; /* influence of the row on log S and F */
        for (size_t j = 0; j < n && m[j].surv_before > 0.0; j++) {
            const double in = is_in(s, i, stratum, m[j].time) ? 1.0 : 0.0, y = m[j].y;
            const double goes = in > 0.0 && s->exit[i] == m[j].time ? 1.0 : 0.0;
            for (int k = 1; k < 3; k++) {
                const double dn = goes > 0.0 && s->cause[i] == k ? 1.0 : 0.0;
                f[k] += m[j].surv_before * (l * m[j].d[k] + dn - in * m[j].d[k] / y) / y;
            }
            const double rest = y - m[j].d[0], dn = s->cause[i] > 0 ? goes : 0.0;
            if (m[j].surv > 0.0) l += in * m[j].d[0] / (y * rest) - dn / rest;
        }
        cell[0] += w * l * out->p[0];
        cell[1] += w * f[1];
        cell[2] += w * f[2];
    }
    for (size_t g = 0; g < n_cells; g++) {
        for (int k = 0; k < 3; k++)
            out->jackknife[k] += u[g][k] * u[g][k];
    }
    free(u);
    free(m);
}

static void random_spells_agree_with_the_definition(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 256; trial++) {
        fixture_t f;
        fixture_random(&f, trial, 3 + trial % 40, trial % 64);
        tn_cif_t cif;
        fit(&cif, &f.spells);
        for (int s = 0; s < cif.n_strata; s++) {
            for (size_t i = cif.start[s]; i < cif.start[s + 1]; i++) {
                oracle_t want;
                oracle(&f.spells, s, cif.time[i], &want);
                for (size_t k = 0; k < 3; k++) {
                    const size_t at = k * cif.n_steps + i;
                    check_close(cif.p[at], want.p[k], TOL3, 1e-14, "p");
                    check_close(
                        cif.se_jackknife[at], sqrt(want.jackknife[k]), 1e-11, 1e-15, "jackknife");
                    if (k == 0) continue;
                    check_close(
                        cif.se_greenwood[at], sqrt(want.greenwood[k]), 1e-10, 1e-9, "Greenwood");
                    check_close(cif.se_aalen[at], sqrt(want.aalen[k]), 1e-10, 1e-9, "Aalen");
                }
            }
        }
        tn_cif_free(&cif);
        fixture_free(&f);
    }
}

static void probabilities_add_to_one_and_never_fall(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f;
        fixture_random(&f, trial, 200, trial);
        tn_cif_t cif;
        fit(&cif, &f.spells);
        for (int s = 0; s < cif.n_strata; s++) {
            for (size_t i = cif.start[s]; i < cif.start[s + 1]; i++) {
                const double *p = cif.p + i;
                const size_t n = cif.n_steps;
                check_close(p[0] + p[n] + p[2 * n], 1.0, TOL2, 0, "sum");
                assert_true(p[0] >= 0.0 && p[n] >= 0.0 && p[2 * n] >= 0.0);
                if (i > cif.start[s]) assert_true(p[n] >= p[n - 1] && p[2 * n] >= p[2 * n - 1]);
            }
        }
        tn_cif_free(&cif);
        fixture_free(&f);
    }
}

static void a_single_cause_is_one_minus_kaplan_meier(void **state)
{
    (void)state;
    tn_km_options_t opt = TN_KM_OPTIONS_DEFAULT;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f;
        fixture_random(&f, trial, 50, trial);
        for (size_t i = 0; i < 50; i++)
            f.cause[i] = f.cause[i] > 0;
        f.spells.n_causes = 1;
        tn_cif_t cif;
        tn_km_t robust, greenwood;
        opt.variance = TN_KM_ROBUST;
        fit(&cif, &f.spells);
        assert_int_equal(tn_km_fit(&robust, &f.spells, &opt, NULL), 0);
        opt.variance = TN_KM_GREENWOOD;
        assert_int_equal(tn_km_fit(&greenwood, &f.spells, &opt, NULL), 0);
        for (size_t i = 0; i < cif.n_steps; i++) {
            const size_t one = cif.n_steps + i;
            check_close(cif.p[i], robust.surv[i], TOL3, 1e-15, "S");
            check_close(cif.p[one], 1.0 - robust.surv[i], TOL3, 1e-15, "F");
            check_close(cif.se_jackknife[i], robust.se_surv[i], 1e-11, 1e-15, "of S");
            check_close(cif.se_jackknife[one], robust.se_surv[i], TOL2, 1e-16, "of F");
            check_close(cif.se_aalen[i], cif.se_aalen[one], TOL3, 1e-15, "of S and F");
            check_close(cif.se_greenwood[i], cif.se_greenwood[one], TOL3, 1e-15, "of S and F");
            check_close(cif.se_greenwood[one], greenwood.se_surv[i], TOL2, 0, "Greenwood");
        }
        tn_cif_free(&cif);
        tn_km_free(&robust);
        tn_km_free(&greenwood);
        fixture_free(&f);
    }
}

static void same_curve(const tn_cif_t *a, const tn_cif_t *b, unsigned what, const char *why)
{
    assert_int_equal(a->n_steps, b->n_steps);
    for (size_t i = 0; i < 3 * a->n_steps; i++) {
        check_close(a->p[i], b->p[i], 1e-12, 1e-14, why);
        if (what & TN_CIF_JACKKNIFE)
            check_close(a->se_jackknife[i], b->se_jackknife[i], 1e-10, 1e-14, why);
        check_close(a->se_greenwood[i], b->se_greenwood[i], 1e-10, 1e-8, why);
        check_close(a->se_aalen[i], b->se_aalen[i], 1e-10, 1e-8, why);
    }
}

static void order_unit_and_repeated_rows_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f, r, e;
        fixture_random(&f, trial, 40, (trial & ~4U) | FIXTURE_COUNTS);
        fixture_reverse(&r, &f);
        fixture_expand(&e, &f);
        for (size_t i = 0; i < 40; i++) {
            r.exit[i] *= 365.25;
            r.entry[i] *= 365.25;
        }
        tn_cif_t a, b, c;
        fit(&a, &f.spells);
        fit(&b, &r.spells);
        fit(&c, &e.spells);
        same_curve(&a, &b, TN_CIF_JACKKNIFE, "backwards, in days");
        /* the copies of a row belong together for the jackknife */
        same_curve(&a, &c, f.spells.cluster == NULL ? 0 : TN_CIF_JACKKNIFE, "written out");
        tn_cif_free(&a);
        tn_cif_free(&b);
        tn_cif_free(&c);
        fixture_free(&f);
        fixture_free(&r);
        fixture_free(&e);
    }
}

static void edges_are_named(void **state)
{
    (void)state;
    const double exit[3] = {2, 2, 2}, when[4] = {1, 2, 3, NAN};
    int32_t cause[3] = {0, 0, 0};
    const int32_t stratum[3] = {2, 0, 2};
    const tn_cif_at_options_t opt = TN_CIF_AT_OPTIONS_DEFAULT;
    double p[12], se[12], lower[12], upper[12], n_risk[4];
    const tn_cif_values_t values = {n_risk, p, se, lower, upper};
    tn_spells_t s = {.n = 0, .exit = exit, .cause = cause, .n_causes = 2};
    tn_cif_t cif;
    fit(&cif, &s);
    assert_int_equal(cif.status, TN_FIT_NO_EVENTS);
    assert_int_equal(cif.n_empty_strata, 1);
    assert_int_equal(tn_cif_at(&cif, 0, 4, when, &opt, &values, NULL), 0);
    assert_true(isnan(p[0]) && isnan(se[1]) && isnan(lower[0]) && isnan(n_risk[2]));
    tn_cif_free(&cif);

    s.n = 3;
    fit(&cif, &s);
    assert_int_equal(cif.status, TN_FIT_NO_EVENTS);
    assert_int_equal(tn_cif_at(&cif, 0, 4, when, &opt, &values, NULL), 0);
    check_all(p, (double[4]){1, 1, 1, NAN}, 4, 0, "event free");
    check_all(p + 4, (double[4]){0, 0, 0, NAN}, 4, 0, "cause 1");
    check_all(n_risk, (double[4]){3, 3, 0, NAN}, 4, 0, "at risk");
    assert_true(isnan(lower[5])); /* log of 0 */
    tn_cif_free(&cif);

    cause[0] = cause[1] = cause[2] = 2;
    fit(&cif, &s);
    assert_int_equal(tn_cif_at(&cif, 0, 4, when, &opt, &values, NULL), 0);
    check_all(p, (double[4]){1, 0, 0, NAN}, 4, 0, "all go at once");
    check_all(p + 8, (double[4]){0, 1, 1, NAN}, 4, 0, "by cause 2");
    check_all(se, (double[12]){0, 0, 0, NAN, 0, 0, 0, NAN, 0, 0, 0, NAN}, 12, 0, "no error");
    tn_cif_free(&cif);

    s.stratum = stratum;
    s.n_strata = 3;
    fit(&cif, &s);
    assert_int_equal(cif.n_empty_strata, 1);
    assert_int_equal(cif.n_rows[2], 2);
    tn_cif_free(&cif);
}

static void mistakes_are_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    tn_cif_t cif;
    tn_error_t err;
    tn_cif_options_t opt = {.variances = 8};
    assert_int_equal(tn_cif_fit(&cif, &f.spells, &opt, &err), TN_EARG);
    f.cause[6] = 3;
    opt.variances = TN_CIF_GREENWOOD;
    assert_int_equal(tn_cif_fit(&cif, &f.spells, &opt, &err), TN_EDOMAIN);
    assert_non_null(strstr(err.message, "row 7"));
    f.cause[6] = 1;
    assert_int_equal(tn_cif_fit(&cif, &f.spells, &opt, &err), 0);
    assert_null(cif.se_jackknife);
    const double t = 3;
    double x[3];
    tn_cif_at_options_t at = TN_CIF_AT_OPTIONS_DEFAULT;
    const tn_cif_values_t values = {.se = x};
    assert_int_equal(tn_cif_at(&cif, 0, 1, &t, &at, &values, &err), TN_EARG);
    assert_int_equal(tn_cif_at(&cif, 1, 1, &t, &at, &values, &err), TN_EARG);
    at.variance = TN_CIF_GREENWOOD;
    at.level = 0.0;
    assert_int_equal(tn_cif_at(&cif, 0, 1, &t, &at, &values, &err), TN_EARG);
    assert_int_equal(tn_cif_limits(&cif, TN_CIF_AALEN, TN_INTERVAL_LOG, 0.95, x, x, &err), TN_EARG);
    assert_int_equal(
        tn_cif_limits(&cif, TN_CIF_GREENWOOD, TN_INTERVAL_LOG, 95, x, x, &err), TN_EARG);
    tn_cif_free(&cif);
    fixture_free(&f);
    tn_cif_free(NULL);
}

static void limits_are_those_of_r(void **state)
{
    (void)state;
    /* R: survfit(Surv(t, factor(e)) ~ 1, d, weights = w)$lower is p exp(-z se / p), upper at most 1
     */
    fixture_t f;
    fixture_dozen(&f);
    tn_cif_t cif;
    fit(&cif, &f.spells);
    double lower[21], upper[21];
    assert_int_equal(
        tn_cif_limits(&cif, TN_CIF_JACKKNIFE, TN_INTERVAL_LOG, 0.95, lower, upper, NULL), 0);
    const double z = 1.959963984540054;
    for (size_t i = 0; i < 21; i++) {
        const double p = cif.p[i], se = cif.se_jackknife[i];
        check_close(lower[i], p > 0.0 ? p * exp(-z * se / p) : NAN, TOL2, 0, "lower");
        check_close(upper[i], p > 0.0 ? fmin(1.0, p * exp(z * se / p)) : NAN, TOL2, 0, "upper");
    }
    tn_cif_free(&cif);
    fixture_free(&f);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_random(&f, 1, 30, FIXTURE_ENTRY | FIXTURE_STRATA | FIXTURE_CLUSTERS);
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_cif_t cif;
        assert_true(k < 100);
        tn_mem_fail_at(k);
        ret = tn_cif_fit(&cif, &f.spells, &everything, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
        tn_cif_free(&cif);
    }
    fixture_free(&f);
}

/* The reference figures. Rows of a reference file are (key columns, state or curve, time, ...). */

static void compare_at(const tn_cif_t *cif, int stratum, size_t state, double t,
    tn_cif_variance_t variance, double want_p, double want_se)
{
    double p[16], se[16];
    const tn_cif_values_t values = {.p = p, .se = se};
    tn_cif_at_options_t opt = TN_CIF_AT_OPTIONS_DEFAULT;
    opt.variance = variance;
    assert_true(cif->n_causes < 16);
    assert_int_equal(tn_cif_at(cif, stratum, 1, &t, &opt, &values, NULL), 0);
    check_close(p[state], want_p, 1e-12, 1e-16, "probability");
    check_close(se[state], want_se, 1e-11, 1e-16, "standard error");
}

static size_t index_of(const char *word, const char *const *words)
{
    for (size_t k = 0; words[k] != NULL; k++) {
        if (strcmp(word, words[k]) == 0) return k;
    }
    fail_msg("unknown state %s", word);
    return 0;
}

/* Compares the rows of `ref` whose column `key` says `id`. */
static size_t compare_states(const reference_t *ref, const char *id, const tn_cif_t *cif,
    const char *const *states, int first_stratum)
{
    size_t n = 0;
    for (size_t i = 0; i < ref->n_rows; i++) {
        if (strcmp(reference_text(ref, i, "id"), id) != 0) continue;
        const char *equals = strchr(reference_text(ref, i, "stratum"), '=');
        const int stratum = equals == NULL ? 0 : atoi(equals + 1) - first_stratum;
        compare_at(cif, stratum, index_of(reference_text(ref, i, "state"), states),
            reference_number(ref, i, "time"), TN_CIF_JACKKNIFE, reference_number(ref, i, "p"),
            reference_number(ref, i, "se_ij"));
        n++;
    }
    return n;
}

static const fixture_columns_t mgus2 = {
    .file = "mgus2_competing", .exit = "etime", .cause = "event", .group = "male"};
static const fixture_columns_t pbc = {
    .file = "pbc", .exit = "time", .cause = "status", .group = "sex"};

static void use_groups_as_strata(fixture_t *f, int n_strata)
{
    f->spells.stratum = f->group;
    f->spells.n_strata = n_strata;
}

static void state_probabilities_are_those_of_survfit(void **state)
{
    (void)state;
    static const char *const mgus2_states[] = {"event_free", "pcm", "death", NULL};
    static const char *const pbc_states[] = {"event_free", "transplant", "death", NULL};
    reference_t ref;
    if (!reference_read(&ref, "aalen_johansen.csv")) skip();
    fixture_t f;
    tn_cif_t cif;
    assert_true(fixture_read(&f, &mgus2));
    fit(&cif, &f.spells);
    size_t n = compare_states(&ref, "aj_mgus2", &cif, mgus2_states, 0);
    tn_cif_free(&cif);
    use_groups_as_strata(&f, 2);
    fit(&cif, &f.spells);
    n += compare_states(&ref, "aj_mgus2_sex", &cif, mgus2_states, 0);
    tn_cif_free(&cif);
    fixture_free(&f);
    assert_true(fixture_read(&f, &pbc));
    fit(&cif, &f.spells);
    n += compare_states(&ref, "aj_pbc", &cif, pbc_states, 0);
    assert_int_equal(n, ref.n_rows);
    tn_cif_free(&cif);
    fixture_free(&f);
    reference_free(&ref);
}

static void greenwood_errors_are_those_of_prodlim(void **state)
{
    (void)state;
    reference_t ref;
    if (!reference_read(&ref, "aalen_johansen_greenwood.csv")) skip();
    fixture_t f;
    tn_cif_t cif;
    assert_true(fixture_read(&f, &mgus2));
    fit(&cif, &f.spells);
    const size_t n = cif.n_steps;
    assert_int_equal(n, ref.n_rows);
    for (size_t i = 0; i < n; i++) {
        check_close(cif.time[i], reference_number(&ref, i, "time"), 0, 0, "time");
        check_close(cif.n_risk[i], reference_number(&ref, i, "n_risk"), 0, 0, "n_risk");
        check_close(cif.p[i], reference_number(&ref, i, "surv"), 1e-12, 0, "surv");
        check_close(cif.p[n + i], reference_number(&ref, i, "cif_1"), 1e-12, 0, "cif_1");
        check_close(cif.p[2 * n + i], reference_number(&ref, i, "cif_2"), 1e-12, 0, "cif_2");
        check_close(cif.se_greenwood[n + i], reference_number(&ref, i, "se_greenwood_1"), 1e-10, 0,
            "se_greenwood_1");
        check_close(cif.se_greenwood[2 * n + i], reference_number(&ref, i, "se_greenwood_2"), 1e-10,
            0, "se_greenwood_2");
    }
    tn_cif_free(&cif);
    fixture_free(&f);
    reference_free(&ref);
}

static void aalen_errors_are_those_of_cuminc(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        fixture_columns_t columns;
        int n_strata, first;
    } sources[] = {
        {"ci_mgus2", {.file = "mgus2_competing", .exit = "etime", .cause = "event"}, 1, 0},
        {"ci_mgus2_male",
            {.file = "mgus2_competing", .exit = "etime", .cause = "event", .group = "male"}, 2, 0},
        {"ci_mgus2_male_rho1",
            {.file = "mgus2_competing", .exit = "etime", .cause = "event", .group = "male"}, 2, 0},
        {"ci_pbc_sex", {.file = "pbc", .exit = "time", .cause = "status", .group = "sex"}, 2, 0},
        {"ci_pbc_stage", {.file = "pbc", .exit = "time", .cause = "status", .group = "stage"}, 4,
            1}};
    reference_t ref;
    if (!reference_read(&ref, "cuminc.csv")) skip();
    size_t n = 0;
    for (size_t j = 0; j < sizeof sources / sizeof *sources; j++) {
        fixture_t f;
        tn_cif_t cif;
        assert_true(fixture_read(&f, &sources[j].columns));
        for (size_t i = 0; i < f.spells.n; i++)
            f.group[i] -= sources[j].n_strata > 1 ? sources[j].first : 0;
        if (sources[j].n_strata > 1) use_groups_as_strata(&f, sources[j].n_strata);
        fit(&cif, &f.spells);
        for (size_t i = 0; i < ref.n_rows; i++) {
            if (strcmp(reference_text(&ref, i, "id"), sources[j].id) != 0) continue;
            const char *curve = reference_text(&ref, i, "curve"); /* "group cause" */
            const int group = curve[0] == 'm' || curve[0] == 'f' ? curve[0] == 'm'
                                                                 : atoi(curve) - sources[j].first;
            const int stratum = sources[j].n_strata > 1 ? group : 0;
            compare_at(&cif, stratum, (size_t)atoi(strchr(curve, ' ') + 1),
                reference_number(&ref, i, "time"), TN_CIF_AALEN, reference_number(&ref, i, "cif"),
                sqrt(reference_number(&ref, i, "var")));
            n++;
        }
        tn_cif_free(&cif);
        fixture_free(&f);
    }
    assert_int_equal(n, ref.n_rows);
    reference_free(&ref);
}

static long days(const char *date)
{
    /* days since 0000-03-01 in the proleptic Gregorian calendar */
    long y = atol(date), m = atol(date + 5), d = atol(date + 8);
    y -= m <= 2;
    m += m <= 2 ? 9 : -3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1;
}

enum { ALL, SINCE_1946, PERIOD_1946 };

/* Leader spells of a sample; the causes are the words of that column. */
static void read_leaders(fixture_t *f, int sample, const char *column, const char *const *causes)
{
    reference_t ref;
    assert_true(reference_read(&ref, "datasets/leader_spells.csv"));
    fixture_init(f, ref.n_rows);
    const long start_1946 = days("1946-01-01");
    size_t n = 0, n_causes = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        const long start = days(reference_text(&ref, i, "start"));
        if (sample == SINCE_1946 && start < start_1946) continue;
        if (sample == PERIOD_1946 && days(reference_text(&ref, i, "end")) <= start_1946) continue;
        f->exit[n] = reference_number(&ref, i, "years");
        f->entry[n] = start < start_1946 ? (double)(start_1946 - start) / 365.25 : 0.0;
        f->cause[n] = (int32_t)index_of(reference_text(&ref, i, column), causes);
        n++;
    }
    while (causes[n_causes + 1] != NULL)
        n_causes++;
    f->spells.n = n;
    f->spells.n_causes = (int)n_causes;
    if (sample == PERIOD_1946) f->spells.entry = f->entry;
    reference_free(&ref);
}

static const char *const samples[] = {
    "all", "started_since_1946", "period_1946_2015_delayed_entry"};

static void compare_leaders(const char *file, int n_samples, const char *column,
    const char *const *causes, const char *const *states)
{
    reference_t ref;
    assert_true(reference_read(&ref, file));
    size_t n = 0;
    for (int sample = 0; sample < n_samples; sample++) {
        fixture_t f;
        tn_cif_t cif;
        read_leaders(&f, sample, column, causes);
        fit(&cif, &f.spells);
        n += compare_states(&ref, samples[sample], &cif, states, 0);
        tn_cif_free(&cif);
        fixture_free(&f);
    }
    assert_int_equal(n, ref.n_rows);
    reference_free(&ref);
}

static void leaders_go_as_in_r(void **state)
{
    (void)state;
    static const char *const causes[] = {"censored", "foreign", "ill_health", "irregular",
        "natural_death", "other", "regular", NULL};
    static const char *const states[] = {"event_free", "foreign", "ill_health", "irregular",
        "natural_death", "other", "regular", NULL};
    static const char *const routes[] = {"censored", "assassination", "coup", "foreign",
        "ill_health", "irregular_other", "natural_death", "other_government", "popular_revolt",
        "rebels", "regular", "suicide", "unknown", NULL};
    static const char *const route_states[] = {"event_free", "assassination", "coup", "foreign",
        "ill_health", "irregular_other", "natural_death", "other_government", "popular_revolt",
        "rebels", "regular", "suicide", "unknown", NULL};
    reference_t ref;
    if (!reference_read(&ref, "leader_cif.csv")) skip();
    reference_free(&ref);
    compare_leaders("leader_cif.csv", 3, "cause6", causes, states);
    compare_leaders("leader_cif_by_route.csv", 2, "route", routes, route_states);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_rows_by_hand),
        cmocka_unit_test(jackknife_with_weights_is_as_in_r),
        cmocka_unit_test(jackknife_by_subject_with_entry_is_as_in_r),
        cmocka_unit_test(delta_method_and_aalen_are_as_in_r),
        cmocka_unit_test(random_spells_agree_with_the_definition),
        cmocka_unit_test(probabilities_add_to_one_and_never_fall),
        cmocka_unit_test(a_single_cause_is_one_minus_kaplan_meier),
        cmocka_unit_test(order_unit_and_repeated_rows_do_not_matter),
        cmocka_unit_test(edges_are_named),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(limits_are_those_of_r),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(state_probabilities_are_those_of_survfit),
        cmocka_unit_test(greenwood_errors_are_those_of_prodlim),
        cmocka_unit_test(aalen_errors_are_those_of_cuminc),
        cmocka_unit_test(leaders_go_as_in_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
