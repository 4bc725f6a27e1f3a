/* Harrell's C and its weighted variants. R: survival 3.5-3 under R 4.2.2. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "reference.h"
#include "tenure/concordance.h"

#define OPT_DEFAULT TN_CONCORDANCE_OPTIONS_DEFAULT

static void a_small_case_by_hand(void **state)
{
    (void)state;
    /* exits 1* 2* 2* 3 4*, x = 1 1 2 3 2 (* event). Event at 1 (x 1) against x 1 2 3 2: 3 longer
     * lives have larger x, one the same. Event at 2 (x 1) against 3 2: 2 concordant. Event at 2
     * (x 2) against 3 2: 1 concordant, 1 tied. The two events at 2 are tied in y, x differs.
     * C = (6 + 2/2) / 8 = 7/8. */
    const double exit[5] = {1, 2, 2, 3, 4}, x[5] = {1, 1, 2, 3, 2};
    const int32_t cause[5] = {1, 1, 1, 0, 1};
    const tn_spells_t d = {.n = 5, .exit = exit, .cause = cause, .n_causes = 1};
    tn_concordance_t c;
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, NULL, NULL), 0);
    assert_int_equal(c.status, TN_FIT_CONVERGED);
    check_close(c.concordant, 6, 0, 0, "3 + 2 + 1");
    check_close(c.discordant, 0, 0, 0, "none");
    check_close(c.tied_x, 2, 0, 0, "1 + 1");
    check_close(c.tied_y, 1, 0, 0, "the two at 2");
    check_close(c.tied_xy, 0, 0, 0, "none");
    check_close(c.concordance, 7.0 / 8, TOL0, 0, "7/8");
    /* the rows take part in 4 3 3 3 3 pairs, of which 3 2 2 3 2 are concordant; the influence is
     * (conc - disc - 3/4 pairs) / (2 * 8) */
    const double want[5] = {0, -1.0 / 64, -1.0 / 64, 3.0 / 64, -1.0 / 64};
    double variance = 0;
    for (int i = 0; i < 5; i++) {
        check_close(c.influence[i], want[i], TOL1, 1e-17, "(conc - 3/4 pairs) / 16");
        variance += want[i] * want[i];
    }
    check_close(c.se, sqrt(variance), TOL1, 0, "infinitesimal jackknife");
    tn_concordance_free(&c);
    const tn_concordance_options_t reversed = {.is_reversed = true};
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, &reversed, NULL), 0);
    check_close(c.concordance, 1.0 / 8, TOL0, 0, "1 - 7/8");
    check_close(c.discordant, 6, 0, 0, "swapped");
    check_close(c.influence[3], -3.0 / 64, TOL1, 0, "the other way round");
    tn_concordance_free(&c);
    tn_concordance_free(&c);
}

enum { MAX = 40 };
typedef struct sample {
    tn_spells_t d;
    double entry[MAX], exit[MAX], weight[MAX], x[MAX];
    int32_t cause[MAX], stratum[MAX], cluster[MAX];
} sample_t;

static void draw(sample_t *s, uint32_t trial)
{
    double u[4], v[4];
    tn_rng_uniforms(5, 0, trial, 0, 0, 0, u);
    const size_t n = 2 + (size_t)(u[0] * (MAX - 2));
    s->d = (tn_spells_t){.n = n, .exit = s->exit, .cause = s->cause, .n_causes = 2};
    for (size_t i = 0; i < n; i++) {
        tn_rng_uniforms(5, i + 1, trial, 0, 0, 0, u);
        tn_rng_uniforms(5, i + 1, trial, 1, 0, 0, v);
        s->entry[i] = floor(6 * u[0]);
        s->exit[i] = s->entry[i] + 1 + floor(8 * u[1]);
        s->weight[i] = 0.5 + v[0];
        s->x[i] = floor(6 * u[2]);
        s->cause[i] = (int32_t)(3 * u[3]);
        s->stratum[i] = (int32_t)(3 * v[1]);
        s->cluster[i] = (int32_t)(5 * v[2]);
    }
    if (trial & 1) s->d.entry = s->entry;
    if (trial & 2) s->d.weight = s->weight;
    if (trial & 4) s->d.stratum = s->stratum;
    if (trial & 8) s->d.cluster = s->cluster;
    s->d.n_strata = 3;
    s->d.n_clusters = 5;
}

static double weight_of(const tn_spells_t *d, size_t i)
{
    return d->weight != NULL ? d->weight[i] : 1.0;
}

static bool is_together(const tn_spells_t *d, size_t i, size_t j)
{
    return d->stratum == NULL || d->stratum[i] == d->stratum[j];
}

static bool is_at_risk(const tn_spells_t *d, size_t j, double t)
{
    return d->exit[j] >= t && (d->entry == NULL || d->entry[j] < t);
}

/* Kaplan-Meier just before t in the stratum of row i, of the event or of the censoring. */
static double naive_km(const tn_spells_t *d, size_t i, double t, bool censoring)
{
    double surv = 1.0;
    for (double s = 0; s < t; s += 1.0) {
        double risk = 0, n_event = 0, n_censored = 0;
        for (size_t j = 0; j < d->n; j++) {
            if (!is_together(d, i, j) || !is_at_risk(d, j, s)) continue;
            risk += weight_of(d, j);
            if (d->exit[j] == s) *(d->cause[j] == 1 ? &n_event : &n_censored) += weight_of(d, j);
        }
        if (censoring && n_censored > 0)
            surv *= 1 - n_censored / (risk - n_event);
        else if (!censoring && n_event > 0)
            surv *= 1 - n_event / risk;
    }
    return surv;
}

static double naive_timewt(const tn_spells_t *d, size_t i, tn_timewt_t kind)
{
    double total = 0, risk = 0;
    int n_events = 0;
    for (size_t j = 0; j < d->n; j++) {
        if (!is_together(d, i, j)) continue;
        total += weight_of(d, j);
        n_events += d->cause[j] == 1;
        if (is_at_risk(d, j, d->exit[i])) risk += weight_of(d, j);
    }
    const double surv = naive_km(d, i, d->exit[i], false);
    const double g = d->entry == NULL ? naive_km(d, i, d->exit[i], true) : NAN;
    if (n_events < 2) return 1.0;
    switch (kind) {
    case TN_TIMEWT_S: return total * surv / risk;
    case TN_TIMEWT_SG: return total * surv / (g * risk);
    case TN_TIMEWT_N_G2: return 1 / (g * g);
    case TN_TIMEWT_N_G: return 1 / g;
    case TN_TIMEWT_I: return 1 / risk;
    default: return 1.0;
    }
}

typedef struct naive {
    double conc, disc, tied_x, tied_y, tied_xy;
    double num[MAX], pairs[MAX]; /* conc - disc, all */
} naive_t;

static void naive_pair(naive_t *o, const sample_t *s, size_t i, size_t j, double timewt)
{
    const tn_spells_t *d = &s->d;
    const double weight = timewt * weight_of(d, i) * weight_of(d, j);
    if (d->exit[j] == d->exit[i] && d->cause[j] == 1) {
        if (j < i) *(s->x[i] == s->x[j] ? &o->tied_xy : &o->tied_y) += weight;
        return;
    }
    const double sign = (s->x[j] > s->x[i]) - (s->x[j] < s->x[i]);
    *(sign > 0 ? &o->conc : sign < 0 ? &o->disc : &o->tied_x) += weight;
    o->num[i] += sign * weight;
    o->num[j] += sign * weight;
    o->pairs[i] += weight;
    o->pairs[j] += weight;
}

static void naive_run(naive_t *o, const sample_t *s, const tn_concordance_options_t *opt)
{
    *o = (naive_t){0};
    for (size_t i = 0; i < s->d.n; i++) {
        if (s->d.cause[i] != 1 || (opt->has_max && s->exit[i] > opt->ymax)) continue;
        const double timewt = naive_timewt(&s->d, i, opt->timewt);
        for (size_t j = 0; j < s->d.n; j++)
            if (j != i && is_together(&s->d, i, j) && is_at_risk(&s->d, j, s->exit[i]))
                naive_pair(o, s, i, j, timewt);
    }
}

static void check_naive(const tn_concordance_t *c, const naive_t *o, const sample_t *s)
{
    const double all = o->conc + o->disc + o->tied_x;
    check_close(c->tied_y, o->tied_y, TOL3, 1e-13, "tied y");
    check_close(c->tied_xy, o->tied_xy, TOL3, 1e-13, "tied x and y");
    assert_int_equal(c->status, all > 0 ? TN_FIT_CONVERGED : TN_FIT_NO_EVENTS);
    if (all == 0) {
        assert_true(isnan(c->concordance) && isnan(c->se));
        return;
    }
    check_close(c->concordant, o->conc, TOL3, 1e-12, "concordant");
    check_close(c->discordant, o->disc, TOL3, 1e-12, "discordant");
    check_close(c->tied_x, o->tied_x, TOL3, 1e-12, "tied x");
    check_close(c->concordance, (o->conc + o->tied_x / 2) / all, TOL3, 0, "C");
    double sum[MAX] = {0}, variance = 0;
    for (size_t i = 0; i < s->d.n; i++) {
        const double f = (o->num[i] - (o->conc - o->disc) / all * o->pairs[i]) / (2 * all);
        check_close(c->influence[i], f, 1e-11, 1e-14, "influence: differences of sums");
        sum[s->d.cluster != NULL ? (size_t)s->cluster[i] : i] += f;
    }
    for (size_t k = 0; k < MAX; k++)
        variance += sum[k] * sum[k];
    check_close(c->se, sqrt(variance), 1e-11, 1e-14, "se");
}

static void it_agrees_with_the_count_of_all_pairs(void **state)
{
    (void)state;
    static sample_t s;
    static naive_t o;
    int n_checked = 0;
    for (uint32_t trial = 0; trial < 400; trial++) {
        draw(&s, trial);
        for (int kind = TN_TIMEWT_N; kind <= TN_TIMEWT_I; kind++) {
            tn_concordance_options_t opt = {.timewt = (tn_timewt_t)kind};
            opt.has_max = trial % 5 == 0;
            opt.ymax = 6;
            tn_concordance_t c;
            const int ret = tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL);
            if (s.d.entry != NULL && kind >= TN_TIMEWT_SG && kind <= TN_TIMEWT_N_G) {
                assert_int_equal(ret, TN_EARG);
                continue;
            }
            assert_int_equal(ret, 0);
            naive_run(&o, &s, &opt);
            check_naive(&c, &o, &s);
            tn_concordance_free(&c);
            n_checked++;
        }
    }
    assert_int_equal(n_checked, 200 * 6 + 200 * 3);
}

static void weights_rows_and_units_make_no_difference(void **state)
{
    (void)state;
    static sample_t s, t;
    const tn_concordance_options_t opt = {.timewt = TN_TIMEWT_S};
    for (uint32_t trial = 0; trial < 20; trial++) {
        draw(&s, 4 * trial + 1); /* with entry times */
        s.d.stratum = s.d.cluster = NULL;
        s.d.n = s.d.n / 2;
        /* row i has weight 2; the other sample has it twice, backwards, in days for years, and x
         * on another scale */
        t = s;
        t.d.exit = t.exit;
        t.d.entry = t.entry;
        t.d.cause = t.cause;
        t.d.weight = NULL;
        t.d.cluster = t.cluster;
        t.d.n = 2 * s.d.n;
        s.d.weight = s.weight;
        for (size_t i = 0; i < s.d.n; i++) {
            s.weight[i] = 2.0;
            for (size_t k = 0; k < 2; k++) {
                const size_t j = t.d.n - 1 - (2 * i + k);
                t.exit[j] = 365.25 * s.exit[i];
                t.entry[j] = 365.25 * s.entry[i];
                t.cause[j] = s.cause[i];
                t.x[j] = 3 * s.x[i] + 1;
                t.cluster[j] = (int32_t)i;
            }
        }
        t.d.n_clusters = (int)s.d.n;
        tn_concordance_t a, b;
        assert_int_equal(tn_concordance_run(&a, &s.d, 1, s.x, &opt, NULL), 0);
        assert_int_equal(tn_concordance_run(&b, &t.d, 1, t.x, &opt, NULL), 0);
        check_close(a.concordance, b.concordance, TOL2, 0, "C");
        check_close(a.concordant, b.concordant, TOL2, 0, "concordant");
        check_close(a.se, b.se, 1e-12, 1e-16, "se");
        tn_concordance_free(&a);
        tn_concordance_free(&b);
    }
}

/* Rows of a data set without missing values in the columns read so far. */
typedef struct data {
    reference_t csv;
    size_t n;
    size_t *row;
    tn_spells_t d;
    double *entry, *exit, *x, *weight;
    int32_t *cause, *stratum, *cluster;
} data_t;

static bool data_read(data_t *s, const char *name)
{
    char path[256];
    *s = (data_t){0};
    snprintf(path, sizeof path, "datasets/%s.csv", name);
    if (!reference_read(&s->csv, path)) return false;
    const size_t n = s->n = s->csv.n_rows;
    s->row = calloc(n, sizeof *s->row);
    s->entry = calloc(n, sizeof(double));
    s->exit = calloc(n, sizeof(double));
    s->x = calloc(n, sizeof(double));
    s->weight = calloc(n, sizeof(double));
    s->cause = calloc(n, sizeof(int32_t));
    s->stratum = calloc(n, sizeof(int32_t));
    s->cluster = calloc(n, sizeof(int32_t));
    for (size_t i = 0; i < n; i++)
        s->row[i] = i;
    return true;
}

static void data_free(data_t *s)
{
    reference_free(&s->csv);
    void *all[] = {s->row, s->entry, s->exit, s->x, s->weight, s->cause, s->stratum, s->cluster};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static double cell(const data_t *s, size_t i, const char *column)
{
    return reference_number(&s->csv, s->row[i], column);
}

static bool text_is(const data_t *s, size_t i, const char *column, const char *text)
{
    return strcmp(reference_text(&s->csv, s->row[i], column), text) == 0;
}

static void keep_complete(data_t *s, const char *column)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (!isnan(cell(s, i, column))) s->row[n++] = s->row[i];
    s->n = n;
}

static void set_outcome(data_t *s, const char *entry, const char *exit, const char *status,
    double event, const char *cluster)
{
    for (size_t i = 0; i < s->n; i++) {
        if (entry != NULL) s->entry[i] = cell(s, i, entry);
        s->exit[i] = cell(s, i, exit);
        s->cause[i] = cell(s, i, status) == event;
        if (cluster != NULL) s->cluster[i] = (int32_t)cell(s, i, cluster);
    }
    s->d = (tn_spells_t){.n = s->n,
        .entry = entry != NULL ? s->entry : NULL,
        .exit = s->exit,
        .cause = s->cause,
        .n_causes = 1,
        .cluster = cluster != NULL ? s->cluster : NULL,
        .n_clusters = 1000};
}

static double max_error;

static void check_reference(double got, double want, double rel, const char *what)
{
    check_close(got, want, rel, 1e-12, what);
    if (want != 0 && fabs(got / want - 1) > max_error) max_error = fabs(got / want - 1);
}

static tn_timewt_t timewt_named(const char *name)
{
    const char *names[] = {"n", "S", "S/G", "n/G2", "n/G", "I"};
    for (int k = 0; k < 6; k++)
        if (strcmp(name, names[k]) == 0) return (tn_timewt_t)k;
    fail_msg("unknown weight %s", name);
    return TN_TIMEWT_N;
}

static void check_concordance_row(const reference_t *ref, size_t row, data_t *s, const char *x)
{
    tn_concordance_options_t opt = {.timewt = timewt_named(reference_text(ref, row, "timewt"))};
    opt.is_reversed = reference_number(ref, row, "reverse") != 0;
    opt.ymax = reference_number(ref, row, "ymax");
    opt.has_max = !isnan(opt.ymax);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = cell(s, i, x);
    tn_concordance_t c;
    assert_int_equal(tn_concordance_run(&c, &s->d, 1, s->x, &opt, NULL), 0);
    const struct {
        const char *name;
        double got;
    } all[] = {{"concordance", c.concordance}, {"se", c.se}, {"concordant", c.concordant},
        {"discordant", c.discordant}, {"tied_x", c.tied_x}, {"tied_y", c.tied_y},
        {"tied_xy", c.tied_xy}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        check_reference(all[k].got, reference_number(ref, row, all[k].name), 1e-12, all[k].name);
    tn_concordance_free(&c);
}

static void it_agrees_with_r(void **state)
{
    (void)state;
    const struct {
        const char *data, *time, *status, *x;
        double event;
    } sets[] = {{"lung", "time", "status", "age", 2}, {"veteran", "time", "status", "karno", 1},
        {"pbc", "time", "status", "bili", 2}, {"ovarian", "futime", "fustat", "age", 1}};
    reference_t ref;
    if (!reference_read(&ref, "concordance.csv")) skip();
    size_t n_checked = 0;
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
        data_t s;
        assert_true(data_read(&s, sets[k].data));
        set_outcome(&s, NULL, sets[k].time, sets[k].status, sets[k].event, NULL);
        for (size_t row = 0; row < ref.n_rows; row++) {
            if (strcmp(reference_text(&ref, row, "dataset"), sets[k].data) != 0) continue;
            check_concordance_row(&ref, row, &s, sets[k].x);
            n_checked++;
        }
        data_free(&s);
    }
    assert_int_equal(n_checked, ref.n_rows);
    reference_free(&ref);
}

/* Value of a Cox model's term ("celltypesmallcell", "log(bili)", "age") in a row. */
static double term_value(const data_t *s, size_t i, const char *term)
{
    char name[64];
    const char *factors[] = {"celltype", "rx"};
    for (int k = 0; k < 2; k++) {
        const size_t n = strlen(factors[k]);
        const int column = strncmp(term, factors[k], n) == 0 && term[n] != '\0';
        if (column) return text_is(s, i, factors[k], term + n);
    }
    if (strcmp(term, "transplant1") == 0) return cell(s, i, "transplant");
    if (strncmp(term, "log(", 4) != 0) return cell(s, i, term);
    snprintf(name, sizeof name, "%.*s", (int)strlen(term) - 5, term + 4);
    return log(cell(s, i, name));
}

static const struct cox_case {
    const char *id, *data, *entry, *exit, *status;
    double event;
    const char *cluster, *complete[4];
} cox_cases[] = {
    {"cox_lung_efron", "lung", NULL, "time", "status", 2, NULL, {"ph.ecog"}},
    {"cox_lung_cluster_inst_efron", "lung", NULL, "time", "status", 2, "inst", {"ph.ecog", "inst"}},
    {"cox_veteran_efron", "veteran", NULL, "time", "status", 1, NULL, {NULL}},
    {"cox_veteran_strata_efron", "veteran", NULL, "time", "status", 1, NULL, {NULL}},
    {"cox_pbc_efron", "pbc", NULL, "time", "status", 2, NULL, {"protime"}},
    {"cox_ovarian_efron", "ovarian", NULL, "futime", "fustat", 1, NULL, {NULL}},
    {"cox_colon_recur_efron", "colon", NULL, "time", "status", 1, NULL, {"nodes"}},
    {"cox_heart_efron", "heart", "start", "stop", "event", 1, NULL, {NULL}},
    {"cox_heart_cluster_id_efron", "heart", "start", "stop", "event", 1, "id", {NULL}},
    {"cox_mgus2_cs_pcm_efron", "mgus2_competing", NULL, "etime", "event", 1, NULL,
        {"mspike", "hgb"}},
    {"cox_mgus2_cs_death_efron", "mgus2_competing", NULL, "etime", "event", 2, NULL,
        {"mspike", "hgb"}},
    {"cox_lung_breslow", "lung", NULL, "time", "status", 2, NULL, {"ph.ecog"}},
    {"cox_colon_recur_breslow", "colon", NULL, "time", "status", 1, NULL, {"nodes"}},
    {"cox_heart_cluster_id_breslow", "heart", "start", "stop", "event", 1, "id", {NULL}},
};

static void cox_predict(data_t *s, const reference_t *coef, const char *id)
{
    memset(s->x, 0, s->n * sizeof *s->x);
    for (size_t row = 0; row < coef->n_rows; row++) {
        if (strcmp(reference_text(coef, row, "id"), id) != 0) continue;
        const double beta = reference_number(coef, row, "coef");
        for (size_t i = 0; i < s->n; i++)
            s->x[i] += beta * term_value(s, i, reference_text(coef, row, "term"));
    }
}

static void cox_strata(data_t *s)
{
    const char *cells[] = {"squamous", "smallcell", "adeno", "large"};
    for (size_t i = 0; i < s->n; i++)
        for (int k = 0; k < 4; k++)
            if (text_is(s, i, "celltype", cells[k])) s->stratum[i] = k;
    s->d.stratum = s->stratum;
    s->d.n_strata = 4;
}

static void check_cox(const struct cox_case *k, const reference_t *model, const reference_t *coef)
{
    const tn_concordance_options_t opt = {.is_reversed = true};
    data_t s;
    assert_true(data_read(&s, k->data));
    for (int j = 0; j < 4 && k->complete[j] != NULL; j++)
        keep_complete(&s, k->complete[j]);
    if (strcmp(k->data, "colon") == 0) { /* recurrences only */
        size_t n = 0;
        for (size_t i = 0; i < s.n; i++)
            if (cell(&s, i, "etype") == 1) s.row[n++] = s.row[i];
        s.n = n;
    }
    set_outcome(&s, k->entry, k->exit, k->status, k->event, k->cluster);
    if (strstr(k->id, "strata") != NULL) cox_strata(&s);
    cox_predict(&s, coef, k->id);
    tn_concordance_t c;
    assert_int_equal(tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL), 0);
    size_t row = 0;
    while (strcmp(reference_text(model, row, "id"), k->id) != 0)
        row++;
    check_reference(c.concordance, reference_number(model, row, "concordance"), 1e-12, k->id);
    check_reference(c.se, reference_number(model, row, "concordance_se"), 1e-11, k->id);
    const double conc = reference_number(model, row, "conc");
    if (!isnan(conc)) {
        check_reference(c.concordant, conc, 1e-12, k->id);
        check_reference(c.tied_x, reference_number(model, row, "tied_x"), 1e-12, k->id);
        check_reference(c.tied_y, reference_number(model, row, "tied_y"), 1e-12, k->id);
    }
    tn_concordance_free(&c);
    data_free(&s);
}

static void linear_predictors_of_cox_models_agree_with_r(void **state)
{
    (void)state;
    reference_t model, coef;
    if (!reference_read(&model, "cox_model.csv")) skip();
    assert_true(reference_read(&coef, "cox_coef.csv"));
    for (size_t k = 0; k < sizeof cox_cases / sizeof *cox_cases; k++)
        check_cox(&cox_cases[k], &model, &coef);
    reference_free(&model);
    reference_free(&coef);
    if (getenv("TENURE_VERBOSE") != NULL) print_message("largest error %.2g\n", max_error);
}

/* concordance(Surv(time, status == 2) ~ age + cluster(inst) + strata(sex), subset(lung,
 * !is.na(inst)), weights = 1 + (seq_len(227) %% 4) / 4, timewt = ..., ymax = 600) */
static void strata_weights_and_clusters_agree_with_r(void **state)
{
    (void)state;
    const struct {
        tn_timewt_t timewt;
        double c, se, conc;
    } want[] = {{TN_TIMEWT_N, 0.45626290400230052, 0.028016168578365103, 8544.875},
        {TN_TIMEWT_S, 0.45539740441625104, 0.026220978338048328, 9340.640157825897404},
        {TN_TIMEWT_SG, 0.45347651631399172, 0.024567945437819115, 10429.106035959879591},
        {TN_TIMEWT_N_G2, 0.45347651631399166, 0.024567945437819098, 10429.106035959879591},
        {TN_TIMEWT_I, 0.4595854527601112, 0.02279127020099405, 87.12075997722659793}};
    data_t s;
    if (!data_read(&s, "lung")) skip();
    keep_complete(&s, "inst");
    set_outcome(&s, NULL, "time", "status", 2, "inst");
    for (size_t i = 0; i < s.n; i++) {
        s.x[i] = cell(&s, i, "age");
        s.stratum[i] = (int32_t)cell(&s, i, "sex") - 1;
        s.weight[i] = 1 + (double)((i + 1) % 4) / 4;
    }
    s.d.stratum = s.stratum;
    s.d.n_strata = 2;
    s.d.weight = s.weight;
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        tn_concordance_t c;
        tn_concordance_options_t opt = {.timewt = want[k].timewt, .has_max = true, .ymax = 600};
        assert_int_equal(tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL), 0);
        check_close(c.concordance, want[k].c, 1e-12, 0, "R");
        check_close(c.se, want[k].se, 1e-12, 0, "R");
        check_close(c.concordant, want[k].conc, 1e-12, 0, "R");
        tn_concordance_free(&c);
    }
    data_free(&s);
}

/* concordance(Surv(start, stop, event) ~ age + strata(surgery) + cluster(id), heart, reverse =
 * TRUE, weights = 1 + (id %% 3) / 2); concordance(Surv(time, status) ~ karno, veteran, ymin = 5,
 * subset = time > 5 | status == 1); concordance(coxph(~ age), coxph(~ sex), lung) */
static void truncation_the_least_time_and_two_models_agree_with_r(void **state)
{
    (void)state;
    data_t s;
    tn_concordance_t c, e;
    if (!data_read(&s, "heart")) skip();
    set_outcome(&s, "start", "stop", "event", 1, "id");
    for (size_t i = 0; i < s.n; i++) {
        s.x[i] = cell(&s, i, "age");
        s.stratum[i] = (int32_t)cell(&s, i, "surgery");
        s.weight[i] = 1 + (double)((long)cell(&s, i, "id") % 3) / 2;
    }
    s.d.weight = s.weight;
    s.d.stratum = s.stratum;
    s.d.n_strata = 2;
    tn_concordance_options_t opt = {.is_reversed = true};
    assert_int_equal(tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL), 0);
    check_close(c.concordance, 0.54362371425718181, 1e-12, 0, "R");
    check_close(c.se, 0.040024145797256876, 1e-12, 0, "R");
    check_close(c.concordant, 3974 + 107.25, 1e-12, 0, "R, both strata");
    tn_concordance_free(&c);
    data_free(&s);

    assert_true(data_read(&s, "veteran"));
    set_outcome(&s, NULL, "time", "status", 1, NULL);
    for (size_t i = 0; i < s.n; i++)
        s.x[i] = cell(&s, i, "karno");
    opt = (tn_concordance_options_t){.has_min = true, .ymin = 5};
    assert_int_equal(tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL), 0);
    check_close(c.concordance, 0.70949403069926098, 1e-12, 0, "R");
    check_close(c.se, 0.022582782628503117, 1e-12, 0, "R");
    check_close(c.tied_y, 42, 0, 0, "R");
    tn_concordance_free(&c);
    data_free(&s);

    assert_true(data_read(&s, "lung"));
    set_outcome(&s, NULL, "time", "status", 2, NULL);
    opt = (tn_concordance_options_t){.is_reversed = true};
    for (size_t i = 0; i < s.n; i++)
        s.x[i] = cell(&s, i, "age");
    assert_int_equal(tn_concordance_run(&c, &s.d, 1, s.x, &opt, NULL), 0);
    for (size_t i = 0; i < s.n; i++)
        s.x[i] = -cell(&s, i, "sex");
    assert_int_equal(tn_concordance_run(&e, &s.d, 1, s.x, &opt, NULL), 0);
    double difference, se;
    assert_int_equal(tn_concordance_compare(&c, &e, NULL, 0, &difference, &se, NULL), 0);
    check_close(difference, 0.55023983211751770 - 0.57864494853602477, 1e-11, 0, "R");
    check_close(se * se,
        6.3212577542188933e-04 + 4.2703072314768416e-04 - 2 * 8.1209188043476923e-05, 1e-11, 0,
        "R: var(a) + var(b) - 2 cov");
    tn_concordance_free(&c);
    tn_concordance_free(&e);
    data_free(&s);
}

static void edges_have_a_status_and_mistakes_a_row(void **state)
{
    (void)state;
    const double exit[3] = {2, 2, 2}, x[3] = {1, 2, 2}, bad[3] = {1, NAN, 2};
    int32_t cause[3] = {0, 0, 0};
    tn_spells_t d = {.n = 3, .exit = exit, .cause = cause, .n_causes = 1};
    tn_concordance_t c, e;
    tn_error_t err;
    for (d.n = 0; d.n <= 3; d.n++) { /* all censored */
        assert_int_equal(tn_concordance_run(&c, &d, 1, x, NULL, NULL), 0);
        assert_int_equal(c.status, TN_FIT_NO_EVENTS);
        assert_true(isnan(c.concordance));
        tn_concordance_free(&c);
    }
    cause[0] = cause[1] = cause[2] = 1; /* all tied */
    d.n = 3;
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, NULL, NULL), 0);
    assert_int_equal(c.status, TN_FIT_NO_EVENTS);
    check_close(c.tied_y, 2, 0, 0, "pairs");
    check_close(c.tied_xy, 1, 0, 0, "pair");
    double difference, se;
    assert_int_equal(tn_concordance_compare(&c, &c, NULL, 0, &difference, &se, NULL), TN_EDOMAIN);
    cause[2] = 0; /* censored at the time of the events: lives longer */
    assert_int_equal(tn_concordance_run(&e, &d, 1, x, NULL, NULL), 0);
    check_close(e.concordance, 0.75, TOL0, 0, "one concordant, one tied");
    d.n = 2;
    tn_concordance_free(&c);
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, NULL, NULL), 0);
    assert_int_equal(tn_concordance_compare(&c, &e, NULL, 0, &difference, &se, NULL), TN_EARG);
    const int32_t cluster[3] = {0, 1, 2};
    assert_int_equal(
        tn_concordance_compare(&e, &e, cluster, 2, &difference, &se, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 3: cluster 2, expected 0 to 1");
    tn_concordance_free(&c);
    tn_concordance_free(&e);
    d.n = 3;
    assert_int_equal(tn_concordance_run(&c, &d, 1, bad, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 2: prediction nan");
    assert_int_equal(tn_concordance_run(&c, &d, 2, x, NULL, NULL), TN_EARG);
    const tn_concordance_options_t late = {.has_min = true, .ymin = 3};
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, &late, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "row 3: censored at 2, before the least time compared, 3");
    const tn_concordance_options_t unknown = {.timewt = (tn_timewt_t)9};
    assert_int_equal(tn_concordance_run(&c, &d, 1, x, &unknown, NULL), TN_EARG);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static sample_t s;
    draw(&s, 15);
    int ret = TN_ENOMEM;
    long k = 1;
    for (; ret != 0; k++) {
        tn_concordance_t c;
        assert_true(k < 1000);
        tn_mem_fail_at(k);
        ret = tn_concordance_run(&c, &s.d, 1, s.x, NULL, NULL);
        tn_mem_fail_at(0);
        if (ret == 0)
            tn_concordance_free(&c);
        else
            assert_int_equal(ret, TN_ENOMEM);
    }
    assert_true(k > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_case_by_hand),
        cmocka_unit_test(it_agrees_with_the_count_of_all_pairs),
        cmocka_unit_test(weights_rows_and_units_make_no_difference),
        cmocka_unit_test(it_agrees_with_r),
        cmocka_unit_test(linear_predictors_of_cox_models_agree_with_r),
        cmocka_unit_test(strata_weights_and_clusters_agree_with_r),
        cmocka_unit_test(truncation_the_least_time_and_two_models_agree_with_r),
        cmocka_unit_test(edges_have_a_status_and_mistakes_a_row),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
