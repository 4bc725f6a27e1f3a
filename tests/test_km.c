/* Survival curves: Kaplan-Meier, Nelson-Aalen, Fleming-Harrington, their errors, quantiles, means.
 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "spells_fixture.h"
#include "survival/interval.h"
#include "tenure/km.h"

static const tn_km_options_t standard = TN_KM_OPTIONS_DEFAULT;

static void fit(tn_km_t *km, const tn_spells_t *spells, const tn_km_options_t *opt)
{
    tn_error_t err = {0};
    if (tn_km_fit(km, spells, opt, &err) != 0) fail_msg("%s", err.message);
}

static void check_all(const double *got, const double *want, size_t n, double rel, const char *why)
{
    for (size_t i = 0; i < n; i++)
        check_close(got[i], want[i], rel, 1e-15, why);
}

static void four_rows_by_hand(void **state)
{
    (void)state;
    /* 1, 2, 2+, 3: S = 3/4, 1/2, 0.  Greenwood: 1/(4 3) + 1/(3 2) = 1/4 -> se = 1/2 * 1/2 at 2.
       Nelson-Aalen 1/4, 7/12, 19/12.  Area to 4: 1 + 3/4 + 1/2 = 9/4. */
    const double exit[4] = {2, 3, 1, 2};
    const int32_t cause[4] = {1, 1, 1, 0};
    const tn_spells_t s = {.n = 4, .exit = exit, .cause = cause, .n_causes = 1};
    tn_km_t km;
    fit(&km, &s, &standard);
    assert_int_equal(km.status, TN_FIT_CONVERGED);
    assert_int_equal(km.n_steps, 3);
    check_all(km.time, (double[3]){1, 2, 3}, 3, 0, "times");
    check_all(km.n_risk, (double[3]){4, 3, 1}, 3, 0, "at risk");
    check_all(km.n_event, (double[3]){1, 1, 1}, 3, 0, "events");
    check_all(km.n_censor, (double[3]){0, 1, 0}, 3, 0, "censored");
    check_all(km.surv, (double[3]){3.0 / 4, 1.0 / 2, 0}, 3, TOL1, "3/4, 1/2, 0");
    check_all(km.cumhaz, (double[3]){1.0 / 4, 7.0 / 12, 19.0 / 12}, 3, TOL1, "1/4 + 1/3 + 1");
    check_close(km.se_surv[1], 0.25, TOL1, 0, "1/2 sqrt(1/12 + 1/6)");
    check_close(km.se_cumhaz[1], 5.0 / 12, TOL1, 0, "sqrt(1/16 + 1/9)");
    assert_true(isnan(km.se_surv[2]) && isnan(km.lower[2]) && isinf(km.se_log[2]));
    double mean, se, q[3];
    assert_int_equal(tn_km_mean(&km, 0, 4.0, &mean, &se, NULL), 0);
    check_close(mean, 9.0 / 4, TOL1, 0, "1 + 3/4 + 1/2");
    /* (5/4)^2 / 12 + (1/2)^2 / 6 */
    check_close(se, sqrt(25.0 / 192 + 1.0 / 24), TOL1, 0, "areas beyond the events");
    assert_int_equal(
        tn_km_quantile(&km, 0, 3, (double[3]){0.25, 0.5, 1.0}, q, NULL, NULL, NULL), 0);
    check_all(q, (double[3]){1.5, 2.5, 3.0}, 3, 0, "middles of the flat pieces");
    tn_km_free(&km);
    tn_km_free(&km);
}

/* The dozen in R 4.2.2, survival 3.5-3. */
static void robust_errors_with_clusters_weights_and_entry_are_as_in_r(void **state)
{
    (void)state;
    const double surv[7] = {0.88888888888888884, 0.50793650793650791, 0.32971317181843496,
        0.29800998222050851, 0.25930738712693596, 0.20413560263184322, 0.16551535348527829};
    const double se[7] = {0.087297133479820696, 0.23956230828361433, 0.22663032323595378,
        0.21037078429432754, 0.18130341965198807, 0.16720346613101647, 0.15382428391223382};
    const double se_na[7] = {0.087297133479820696, 0.29282093902414841, 0.43214275527733997,
        0.45462348065952907, 0.45289315412953396, 0.54641145891293053, 0.65107440550444584};
    const double lower[7] = {0.73324918843744602, 0.20153486315726785, 0.085715195270375952,
        0.074705370598892373, 0.065867154649584203, 0.0409936204026548, 0.026776931724331689};
    const double fh[7] = {0.11111111111111113, 0.59812409812409828, 0.98632865206213494,
        1.0824824982159811, 1.212352628086111, 1.4251185855329196, 1.6143077747221088};
    const double se_fh[7] = {0.087297133479820696, 0.36311431368855845, 0.53653372813202971,
        0.55587623686641952, 0.55107332472364146, 0.64306562352345453, 0.73545040470107104};
    fixture_t f;
    fixture_dozen(&f);
    f.spells.entry = f.entry;
    f.spells.weight = f.weight;
    f.spells.cluster = f.cluster;
    f.spells.n_clusters = 6;
    tn_km_t km;
    fit(&km, &f.spells, &standard); /* automatic: robust */
    assert_true(km.is_robust);
    check_all(km.surv, surv, 7, TOL2, "surv");
    check_all(km.se_surv, se, 7, TOL2, "se of surv");
    check_all(km.se_cumhaz, se_na, 7, TOL2, "se of cumhaz");
    check_all(km.lower, lower, 7, TOL2, "lower");
    tn_km_free(&km);
    tn_km_options_t opt = standard;
    opt.hazard = TN_KM_FLEMING_HARRINGTON;
    opt.surv = TN_KM_EXPONENTIAL;
    fit(&km, &f.spells, &opt);
    check_all(km.cumhaz, fh, 7, TOL2, "Fleming-Harrington");
    check_all(km.se_cumhaz, se_fh, 7, TOL2, "its robust se");
    for (size_t i = 0; i < 7; i++) {
        check_close(km.surv[i], exp(-fh[i]), TOL2, 0, "exp(-H)");
        check_close(km.se_surv[i], se_fh[i] * km.surv[i], TOL2, 0, "S se(H)");
    }
    tn_km_free(&km);
    fixture_free(&f);
}

static void weighted_errors_without_clusters_are_as_in_r(void **state)
{
    (void)state;
    const double se_row[7] = {0.033601867877798612, 0.13435379927531785, 0.15157237016880376,
        0.15624113725549982, 0.16811089819681951, 0.19410963113147112, 0.21088247662990925};
    const double se_greenwood[7] = {0.14814814814814817, 0.18657292360443253, 0.15803971554912011,
        0.14906773100760892, 0.13463877187764181, 0.11675030495303401, 0.10338571140203505};
    const double se_na[7] = {0.15713484026367724, 0.29311405258126016, 0.38402246040854648,
        0.40738725355438982, 0.42758697944520374, 0.47759813404087981, 0.52842425278719529};
    const double upper[7] = {1, 1, 0.84360344872445858, 0.79434796305241662, 0.7174302124356825,
        0.6262423130381477, 0.56301966761311539};
    fixture_t f;
    fixture_dozen(&f);
    f.spells.weight = f.weight;
    tn_km_t km;
    fit(&km, &f.spells, &standard); /* automatic: robust by row, weights are not whole */
    check_all(km.se_surv, se_row, 7, TOL2, "se by row");
    tn_km_free(&km);
    f.spells.entry = f.entry;
    tn_km_options_t opt = standard;
    opt.variance = TN_KM_GREENWOOD;
    fit(&km, &f.spells, &opt);
    check_all(km.se_surv, se_greenwood, 7, TOL2, "Greenwood");
    check_all(km.se_cumhaz, se_na, 7, TOL2, "se of cumhaz");
    check_all(km.upper, upper, 7, TOL2, "upper");
    tn_km_free(&km);
    fixture_free(&f);
}

static void quantiles_and_means_are_as_in_r(void **state)
{
    (void)state;
    const double probs[7] = {0, .1, .25, .5, .75, .9, 1};
    const double want[7] = {0, 2, 2.5, 5, 9, NAN, NAN};
    const double lower_log[7] = {0, 1, 2, 3, 6, 8, NAN},
                 upper_log[7] = {0, 5, NAN, NAN, NAN, NAN, NAN};
    const double lower_plain[7] = {0, 1, 2, 3, 5, 8, 8.5};
    const double upper_plain[7] = {0, 3, 6, 9, NAN, NAN, NAN};
    double q[7], lower[7], upper[7], mean, se;
    fixture_t f;
    fixture_dozen(&f);
    tn_km_t km;
    fit(&km, &f.spells, &standard);
    assert_int_equal(tn_km_quantile(&km, 0, 7, probs, q, lower, upper, NULL), 0);
    check_all(q, want, 7, 0, "quantile");
    check_all(lower, lower_log, 7, 0, "lower, log");
    check_all(upper, upper_log, 7, 0, "upper, log");
    assert_int_equal(tn_km_mean(&km, 0, 7.0, &mean, &se, NULL), 0);
    check_close(mean, 4.7083333333333339, TOL1, 0, "mean to 7");
    check_close(se, 0.65347923304776212, TOL1, 0, "its se");
    assert_int_equal(tn_km_mean(&km, 0, 20.0, &mean, &se, NULL), 0);
    check_close(mean, 6.7824074074074074, TOL1, 0, "mean to 20, last value continued");
    check_close(se, 1.8309843763887748, TOL1, 0, "its se");
    tn_km_free(&km);
    tn_km_options_t opt = standard;
    opt.interval = TN_INTERVAL_PLAIN;
    fit(&km, &f.spells, &opt);
    assert_int_equal(tn_km_quantile(&km, 0, 7, probs, q, lower, upper, NULL), 0);
    check_all(lower, lower_plain, 7, 0, "lower, plain");
    check_all(upper, upper_plain, 7, 0, "upper, plain");
    tn_km_free(&km);
    fixture_free(&f);
}

/* Slow and obvious: influence of every cluster on log S and H at time t, by the definition. */
static void oracle(const tn_spells_t *s, int stratum, double t, double out[4])
{
    double *u = calloc((size_t)(s->n_clusters + 1) + s->n, sizeof *u), surv = 1.0, cumhaz = 0.0;
    double *v = calloc((size_t)(s->n_clusters + 1) + s->n, sizeof *v);
    for (double now = 0.0;;) {
        double next = INFINITY, y = 0.0, d = 0.0;
        for (size_t i = 0; i < s->n; i++) {
            if (s->exit[i] > now && s->exit[i] < next) next = s->exit[i];
        }
        if (next > t) break;
        now = next;
        for (size_t i = 0; i < s->n; i++) {
            const bool is_in = (s->stratum == NULL || s->stratum[i] == stratum) &&
                               (s->entry == NULL || s->entry[i] < now) && s->exit[i] >= now;
            const double w = s->weight == NULL ? 1.0 : s->weight[i];
            if (is_in) y += w;
            if (is_in && s->exit[i] == now && s->cause[i] > 0) d += w;
        }
        if (y == 0.0) continue;
        for (size_t i = 0; i < s->n; i++) {
            const bool is_in = (s->stratum == NULL || s->stratum[i] == stratum) &&
                               (s->entry == NULL || s->entry[i] < now) && s->exit[i] >= now;
            if (!is_in) continue;
            const double w = s->weight == NULL ? 1.0 : s->weight[i];
            const double dn = s->exit[i] == now && s->cause[i] > 0 ? 1.0 : 0.0;
            const size_t g = s->cluster == NULL ? i : (size_t)s->cluster[i];
            if (y > d) u[g] += w * (d / (y * (y - d)) - dn / (y - d));
            v[g] += w * (dn / y - d / (y * y));
        }
        surv *= 1.0 - d / y;
        cumhaz += d / y;
    }
    out[0] = surv;
    out[1] = cumhaz;
    out[2] = out[3] = 0.0;
    for (size_t g = 0; g < (size_t)(s->n_clusters + 1) + s->n; g++) {
        out[2] += u[g] * u[g] * surv * surv;
        out[3] += v[g] * v[g];
    }
    free(u);
    free(v);
}

static void random_spells_agree_with_the_definition(void **state)
{
    (void)state;
    tn_km_options_t opt = standard;
    opt.variance = TN_KM_ROBUST;
    for (uint32_t trial = 0; trial < 200; trial++) {
        fixture_t f;
        fixture_random(&f, trial, 3 + trial % 40, trial % 64 & ~2U);
        tn_km_t km;
        fit(&km, &f.spells, &opt);
        for (int s = 0; s < km.n_strata; s++) {
            for (size_t i = km.start[s]; i < km.start[s + 1]; i++) {
                double want[4];
                oracle(&f.spells, s, km.time[i], want);
                check_close(km.surv[i], want[0], TOL3, 1e-13, "surv");
                check_close(km.cumhaz[i], want[1], TOL3, 0, "cumhaz");
                check_close(km.se_surv[i], sqrt(want[2]), 1e-11, 1e-15, "se of surv");
                check_close(km.se_cumhaz[i], sqrt(want[3]), 1e-11, 1e-15, "se of cumhaz");
            }
        }
        tn_km_free(&km);
        fixture_free(&f);
    }
}

static void same_curve(const tn_km_t *a, const tn_km_t *b, double rel, const char *why)
{
    assert_int_equal(a->n_steps, b->n_steps);
    for (size_t i = 0; i < a->n_steps; i++) {
        check_close(a->n_risk[i], b->n_risk[i], rel, 0, why);
        check_close(a->surv[i], b->surv[i], rel, 1e-15, why);
        check_close(a->cumhaz[i], b->cumhaz[i], rel, 0, why);
        check_close(a->se_surv[i], b->se_surv[i], rel, 1e-8, why);
        check_close(a->se_cumhaz[i], b->se_cumhaz[i], rel, 1e-8, why);
        check_close(a->lower[i], b->lower[i], rel, 1e-7, why);
    }
}

static void order_of_rows_and_unit_of_time_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f, r;
        fixture_random(&f, trial, 60, trial);
        fixture_reverse(&r, &f);
        tn_km_t a, b;
        fit(&a, &f.spells, &standard);
        fit(&b, &r.spells, &standard);
        same_curve(&a, &b, 1e-10, "rows backwards");
        tn_km_free(&b);
        for (size_t i = 0; i < 60; i++) {
            r.exit[i] *= 8.0;
            r.entry[i] *= 8.0;
        }
        fit(&b, &r.spells, &standard);
        same_curve(&a, &b, 1e-10, "times by 8");
        check_close(b.time[0], 8.0 * a.time[0], 0, 0, "times by 8");
        tn_km_free(&a);
        tn_km_free(&b);
        fixture_free(&f);
        fixture_free(&r);
    }
}

static void a_weight_of_two_is_two_rows(void **state)
{
    (void)state;
    for (uint32_t trial = 0; trial < 64; trial++) {
        fixture_t f, e;
        /* with the robust variance the two rows must be one cluster */
        fixture_random(&f, trial, 40, (trial & ~4U) | FIXTURE_COUNTS);
        fixture_expand(&e, &f);
        tn_km_t a, b;
        tn_km_options_t opt = standard;
        if (f.spells.cluster == NULL) opt.variance = TN_KM_GREENWOOD;
        fit(&a, &f.spells, &opt);
        fit(&b, &e.spells, &opt);
        same_curve(&a, &b, 1e-10, "weights written out");
        tn_km_free(&a);
        tn_km_free(&b);
        fixture_free(&f);
        fixture_free(&e);
    }
}

static void edges_are_named(void **state)
{
    (void)state;
    const double exit[3] = {2, 2, 2};
    const int32_t censored[3] = {0, 0, 0}, all[3] = {1, 1, 1};
    const double when[3] = {1, 2, 3};
    double surv[3], n_risk[3];
    const tn_km_values_t values = {.surv = surv, .n_risk = n_risk};
    tn_spells_t s = {.n = 0, .exit = exit, .cause = censored, .n_causes = 1};
    tn_km_t km;
    fit(&km, &s, &standard);
    assert_int_equal(km.status, TN_FIT_NO_EVENTS);
    assert_int_equal(km.n_steps, 0);
    assert_int_equal(km.n_empty_strata, 1);
    assert_int_equal(tn_km_at(&km, 0, 3, when, &values, NULL), 0);
    assert_true(isnan(surv[0]));
    double mean;
    assert_int_equal(tn_km_mean(&km, 0, 1.0, &mean, NULL, NULL), 0);
    assert_true(isnan(mean));
    tn_km_free(&km);

    s.n = 3;
    fit(&km, &s, &standard);
    assert_int_equal(km.status, TN_FIT_NO_EVENTS);
    assert_int_equal(tn_km_at(&km, 0, 3, when, &values, NULL), 0);
    check_all(surv, (double[3]){1, 1, 1}, 3, 0, "nobody ever goes");
    check_all(n_risk, (double[3]){3, 3, 0}, 3, 0, "at risk");
    check_close(km.se_surv[0], 0, 0, 0, "no error");
    tn_km_free(&km);

    s.cause = all;
    for (s.n = 1; s.n <= 3; s.n++) {
        tn_km_options_t opt = standard;
        for (int v = TN_KM_GREENWOOD; v <= TN_KM_ROBUST; v++) {
            opt.variance = (tn_km_variance_t)v;
            fit(&km, &s, &opt);
            assert_int_equal(tn_km_at(&km, 0, 3, when, &values, NULL), 0);
            check_all(surv, (double[3]){1, 0, 0}, 3, 0, "all go at once");
            if (v == TN_KM_ROBUST) check_close(km.se_surv[0], 0, 0, 0, "as R");
            tn_km_free(&km);
        }
    }
    const int32_t stratum[3] = {0, 2, 2};
    s.n = 3;
    s.stratum = stratum;
    s.n_strata = 3;
    fit(&km, &s, &standard);
    assert_int_equal(km.n_empty_strata, 1);
    assert_int_equal(km.n_rows[2], 2);
    assert_int_equal(km.start[1], km.start[2]);
    tn_km_free(&km);
}

static void survival_that_comes_back_from_zero_stays_zero(void **state)
{
    (void)state;
    /* the only one at risk goes at 1; others enter later (left truncation) */
    const double entry[3] = {0, 2, 2}, exit[3] = {1, 3, 4};
    const int32_t cause[3] = {1, 1, 1};
    const tn_spells_t s = {.n = 3, .entry = entry, .exit = exit, .cause = cause, .n_causes = 1};
    tn_km_options_t opt = standard;
    for (int v = TN_KM_GREENWOOD; v <= TN_KM_ROBUST; v++) {
        tn_km_t km;
        opt.variance = (tn_km_variance_t)v;
        fit(&km, &s, &opt);
        check_all(km.surv, (double[3]){0, 0, 0}, 3, 0, "0 for good");
        check_all(km.cumhaz, (double[3]){1, 1.5, 2.5}, 3, TOL1, "the hazard goes on");
        tn_km_free(&km);
    }
}

static void mistakes_are_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_dozen(&f);
    tn_km_t km;
    tn_error_t err;
    tn_km_options_t opt = standard;
    opt.cause = 3;
    assert_int_equal(tn_km_fit(&km, &f.spells, &opt, &err), TN_EARG);
    opt = standard;
    opt.level = 1.0;
    assert_int_equal(tn_km_fit(&km, &f.spells, &opt, &err), TN_EARG);
    f.exit[3] = NAN;
    assert_int_equal(tn_km_fit(&km, &f.spells, &standard, &err), TN_EDOMAIN);
    assert_non_null(strstr(err.message, "row 4"));
    f.exit[3] = 3;
    fit(&km, &f.spells, &standard);
    double x, p = 1.5;
    const tn_km_values_t values = {.surv = &x};
    assert_int_equal(tn_km_at(&km, 1, 1, &p, &values, &err), TN_EARG);
    assert_int_equal(tn_km_quantile(&km, 0, 1, &p, &x, NULL, NULL, &err), TN_EDOMAIN);
    assert_int_equal(tn_km_quantile(&km, -1, 1, &p, &x, NULL, NULL, &err), TN_EARG);
    assert_int_equal(tn_km_mean(&km, 0, -1.0, &x, NULL, &err), TN_EARG);
    assert_int_equal(tn_km_mean(&km, 0, INFINITY, &x, NULL, &err), TN_EARG);
    assert_int_equal(tn_km_limits(&km, TN_INTERVAL_LOG, 0.0, &x, &x, &err), TN_EARG);
    tn_km_free(&km);
    fixture_free(&f);
    tn_km_free(NULL);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    fixture_t f;
    fixture_random(&f, 1, 30, FIXTURE_ENTRY | FIXTURE_STRATA | FIXTURE_CLUSTERS);
    tn_km_options_t opt = standard;
    opt.subject = f.cluster;
    int ret = TN_ENOMEM;
    for (long k = 1; ret != 0; k++) {
        tn_km_t km;
        assert_true(k < 100);
        tn_mem_fail_at(k);
        ret = tn_km_fit(&km, &f.spells, &opt, NULL);
        tn_mem_fail_at(0);
        if (ret != 0) assert_int_equal(ret, TN_ENOMEM);
        tn_km_free(&km);
    }
    fixture_free(&f);
}

/* The reference figures */

typedef struct source {
    const char *id;
    fixture_columns_t columns;
    int first;          /* the lowest group */
    const char *prefix; /* of the stratum's name */
} source_t;

static const source_t sources[] = {
    {"km_lung", {.file = "lung", .exit = "time", .cause = "status", .event = 2}, 0, NULL},
    {"km_lung_sex", {.file = "lung", .exit = "time", .cause = "status", .event = 2, .group = "sex"},
        1, "sex="},
    {"km_veteran_trt", {.file = "veteran", .exit = "time", .cause = "status", .group = "trt"}, 1,
        "trt="},
    {"km_ovarian_rx", {.file = "ovarian", .exit = "futime", .cause = "fustat", .group = "rx"}, 1,
        "rx="},
    {"km_pbc_death", {.file = "pbc", .exit = "time", .cause = "status", .event = 2}, 0, NULL},
    {"km_heart",
        {.file = "heart", .entry = "start", .exit = "stop", .cause = "event", .group = "id"}, 0,
        NULL},
    {"km_heart_transplant",
        {.file = "heart",
            .entry = "start",
            .exit = "stop",
            .cause = "event",
            .group = "transplant"},
        0, "transplant="},
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

static bool read_source(fixture_t *f, const source_t *from)
{
    if (!fixture_read(f, &from->columns)) return false;
    if (from->prefix == NULL) return true;
    for (size_t i = 0; i < f->spells.n; i++)
        f->stratum[i] = f->group[i] - from->first;
    f->spells.stratum = f->stratum;
    f->spells.n_strata = 2;
    return true;
}

/* First row of the id in the reference; its number of rows. */
static size_t rows_of(const reference_t *ref, const char *id, size_t *first)
{
    size_t n = 0;
    for (size_t i = 0; i < ref->n_rows; i++) {
        if (strcmp(reference_text(ref, i, "id"), id) != 0) continue;
        if (n++ == 0) *first = i;
    }
    return n;
}

static void compare(
    const reference_t *ref, size_t first, const tn_km_t *km, const double *got, const char *column)
{
    for (size_t i = 0; i < km->n_steps; i++) {
        const double want = reference_number(ref, first + i, column);
        if (isinf(want)) {
            assert_true(isinf(got[i]));
        } else {
            check_close(got[i], want, 1e-13, 0, column);
        }
    }
}

static void compare_curve(const reference_t *ref, size_t first, const tn_km_t *km)
{
    const struct {
        const char *name;
        const double *got;
    } columns[] = {{"time", km->time}, {"n_risk", km->n_risk}, {"n_event", km->n_event},
        {"n_censor", km->n_censor}, {"surv", km->surv}, {"se_surv", km->se_surv},
        {"cumhaz", km->cumhaz}, {"se_cumhaz", km->se_cumhaz}, {"se_logsurv", km->se_log},
        {"lower_log", km->lower}, {"upper_log", km->upper}};
    for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
        compare(ref, first, km, columns[j].got, columns[j].name);
    double *lower = calloc(2 * km->n_steps, sizeof *lower), *upper = lower + km->n_steps;
    assert_int_equal(tn_km_limits(km, TN_INTERVAL_LOGLOG, 0.95, lower, upper, NULL), 0);
    compare(ref, first, km, lower, "lower_loglog");
    compare(ref, first, km, upper, "upper_loglog");
    assert_int_equal(tn_km_limits(km, TN_INTERVAL_PLAIN, 0.95, lower, upper, NULL), 0);
    compare(ref, first, km, lower, "lower_plain");
    compare(ref, first, km, upper, "upper_plain");
    free(lower);
}

static void curves_are_those_of_r(void **state)
{
    (void)state;
    reference_t ref;
    if (!reference_read(&ref, "km.csv")) skip();
    for (int j = 0; j < N_SOURCES; j++) {
        fixture_t f;
        tn_km_t km;
        size_t first = 0;
        const size_t n = rows_of(&ref, sources[j].id, &first);
        assert_true(read_source(&f, &sources[j]));
        tn_km_options_t opt = standard;
        if (strcmp(sources[j].id, "km_heart") == 0) opt.subject = f.group;
        fit(&km, &f.spells, &opt);
        assert_int_equal(km.n_steps, n);
        compare_curve(&ref, first, &km);
        tn_km_free(&km);
        opt.surv = TN_KM_EXPONENTIAL;
        fit(&km, &f.spells, &opt);
        compare(&ref, first, &km, km.surv, "breslow_surv");
        tn_km_free(&km);
        opt.hazard = TN_KM_FLEMING_HARRINGTON;
        fit(&km, &f.spells, &opt);
        compare(&ref, first, &km, km.surv, "fh_surv");
        compare(&ref, first, &km, km.cumhaz, "fh_cumhaz");
        compare(&ref, first, &km, km.se_cumhaz, "fh_se_cumhaz");
        tn_km_free(&km);
        fixture_free(&f);
    }
    reference_free(&ref);
}

static void compare_summary(const reference_t *ref, size_t row, const tn_km_t *km, int stratum)
{
    double mean, se, q[3], lower[3], upper[3], events = 0.0;
    const double tau = reference_number(ref, row, "tau");
    assert_int_equal(tn_km_mean(km, stratum, tau, &mean, &se, NULL), 0);
    assert_int_equal(
        tn_km_quantile(km, stratum, 3, (double[3]){.25, .5, .75}, q, lower, upper, NULL), 0);
    for (size_t i = km->start[stratum]; i < km->start[stratum + 1]; i++)
        events += km->n_event[i];
    check_close(mean, reference_number(ref, row, "rmean"), 1e-13, 0, "rmean");
    check_close(se, reference_number(ref, row, "se_rmean"), 1e-13, 0, "se_rmean");
    check_close(q[0], reference_number(ref, row, "q25"), 1e-15, 0, "q25");
    check_close(q[1], reference_number(ref, row, "q50"), 1e-15, 0, "q50");
    check_close(q[2], reference_number(ref, row, "q75"), 1e-15, 0, "q75");
    check_close(lower[1], reference_number(ref, row, "q50_lower_log"), 1e-15, 0, "q50 lower");
    check_close(upper[1], reference_number(ref, row, "q50_upper_log"), 1e-15, 0, "q50 upper");
    check_close(events, reference_number(ref, row, "events"), 0, 0, "events");
    check_close((double)km->n_rows[stratum], reference_number(ref, row, "records"), 0, 0, "rows");
}

static void summaries_are_those_of_r(void **state)
{
    (void)state;
    reference_t ref;
    if (!reference_read(&ref, "km_summary.csv")) skip();
    size_t n_compared = 0;
    for (int j = 0; j < N_SOURCES; j++) {
        fixture_t f;
        tn_km_t km;
        size_t first = 0;
        const size_t n = rows_of(&ref, sources[j].id, &first);
        assert_true(read_source(&f, &sources[j]));
        fit(&km, &f.spells, &standard);
        for (size_t i = 0; i < n; i++)
            compare_summary(&ref, first + i, &km, (int)i);
        n_compared += n;
        tn_km_free(&km);
        fixture_free(&f);
    }
    assert_int_equal(n_compared, ref.n_rows);
    reference_free(&ref);
}

/* Leader spells: any exit; all, or started since 1946. */
static bool read_leaders(fixture_t *f, bool since_1946)
{
    reference_t ref;
    if (!reference_read(&ref, "datasets/leader_spells.csv")) return false;
    fixture_init(f, ref.n_rows);
    size_t n = 0;
    for (size_t i = 0; i < ref.n_rows; i++) {
        if (since_1946 && strcmp(reference_text(&ref, i, "start"), "1946-01-01") < 0) continue;
        f->exit[n] = reference_number(&ref, i, "years");
        f->cause[n++] = strcmp(reference_text(&ref, i, "cause"), "censored") != 0;
    }
    f->spells.n = n;
    reference_free(&ref);
    return true;
}

static void leaders_survive_as_in_r(void **state)
{
    (void)state;
    reference_t ref, summary;
    if (!reference_read(&ref, "leader_survival.csv")) skip();
    assert_true(reference_read(&summary, "leader_km_summary.csv"));
    for (int sample = 0; sample < 2; sample++) {
        fixture_t f;
        tn_km_t km;
        assert_true(read_leaders(&f, sample == 1));
        fit(&km, &f.spells, &standard);
        if (sample == 0) compare_summary(&summary, 0, &km, 0);
        for (size_t i = 0; i < ref.n_rows; i++) {
            const char *name = sample == 0 ? "all" : "started_since_1946";
            if (strcmp(reference_text(&ref, i, "sample"), name) != 0) continue;
            const double t = reference_number(&ref, i, "time");
            double n_risk, surv, se, cumhaz;
            const tn_km_values_t v = {
                .n_risk = &n_risk, .surv = &surv, .se_surv = &se, .cumhaz = &cumhaz};
            assert_int_equal(tn_km_at(&km, 0, 1, &t, &v, NULL), 0);
            check_close(n_risk, reference_number(&ref, i, "n_risk"), 0, 0, "n_risk");
            check_close(surv, reference_number(&ref, i, "surv"), 1e-12, 0, "surv");
            check_close(se, reference_number(&ref, i, "se"), 1e-12, 0, "se");
            check_close(cumhaz, reference_number(&ref, i, "cumhaz"), 1e-12, 0, "cumhaz");
        }
        tn_km_free(&km);
        fixture_free(&f);
    }
    reference_free(&ref);
    reference_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_rows_by_hand),
        cmocka_unit_test(robust_errors_with_clusters_weights_and_entry_are_as_in_r),
        cmocka_unit_test(weighted_errors_without_clusters_are_as_in_r),
        cmocka_unit_test(quantiles_and_means_are_as_in_r),
        cmocka_unit_test(random_spells_agree_with_the_definition),
        cmocka_unit_test(order_of_rows_and_unit_of_time_do_not_matter),
        cmocka_unit_test(a_weight_of_two_is_two_rows),
        cmocka_unit_test(edges_are_named),
        cmocka_unit_test(survival_that_comes_back_from_zero_stays_zero),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(curves_are_those_of_r),
        cmocka_unit_test(summaries_are_those_of_r),
        cmocka_unit_test(leaders_survive_as_in_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
