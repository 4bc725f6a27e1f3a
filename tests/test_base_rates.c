/* The panel by hand, no leak from the future, the logit against tn_logit, the model file. */
#include "check.h"
#include "history_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "model/base_fit.h"
#include "model/base_json.h"
#include "model/base_predict.h"
#include "tenure/backtest.h"
#include "tenure/base.h"
#include "tenure/data.h"
#include "tenure/logit.h"
#include "tenure/score.h"

static history_fixture_t fixture;

#define MONTH(y, m) ((y)*12 + (m)-1)

static void what_is_known_by_hand(void **state)
{
    (void)state;
    tn_known_t k;
    history_fixture_small(&fixture);
    const tn_history_t *h = &fixture.history;
    tn_known_of_spell(&k, h, &h->spell[1], MONTH(1998, 12));
    assert_int_equal(k.entered, MONTH(1994, 5));
    assert_int_equal(k.regime, TN_REGIME_PRESIDENTIAL);
    const tn_vote_cycle_t *x = &k.vote[TN_VOTE_EXECUTIVE];
    assert_true(x->is_held && x->is_due);
    assert_int_equal(x->last, MONTH(1998, 5));
    assert_int_equal(x->term, 48); /* the second round of June 1994 is no vote of its own */
    assert_int_equal(x->next, MONTH(2002, 5));
    assert_false(k.vote[TN_VOTE_LEGISLATIVE].is_held);
    check_close(k.coups, exp(-4.0 / 60.0), 1e-12, 0.0, "one attempt, four months ago");
    check_close(k.irregular, 0.0, 0.0, 0.0, "the coup is still to come");
    assert_int_equal(k.n_past, 1);
    assert_int_equal(k.past[0], 50);
    /* a year later the coup is known; the vote of 2002 never came: overdue, then not expected */
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2000, 2));
    check_close(k.irregular, exp(-12.0 / 120.0), 1e-12, 0.0, "one, a year ago");
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2003, 1));
    assert_int_equal(k.vote[TN_VOTE_EXECUTIVE].next, MONTH(2003, 2));
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2006, 1));
    assert_false(k.vote[TN_VOTE_EXECUTIVE].is_due);
    assert_true(k.vote[TN_VOTE_EXECUTIVE].is_held);
}

static void rows_by_hand(void **state)
{
    (void)state;
    tn_panel_t panel;
    history_fixture_small(&fixture);
    const tn_history_t *h = &fixture.history;
    assert_int_equal(tn_panel_init(&panel, h, MONTH(1946, 1), MONTH(2015, 12)), 0);
    size_t n[3] = {0}, exits[3] = {0};
    for (size_t i = 0; i < panel.n; i++) {
        const tn_panel_row_t *r = &panel.row[i];
        const tn_office_spell_t *s = &h->spell[r->spell];
        assert_true(r->lead >= 1 && r->lead <= 12);
        assert_true(
            r->month - r->lead >= tn_month_of_day(s->start)); /* in office at the landmark */
        if (i > 0) assert_true(panel.row[i - 1].month <= r->month);
        n[r->spell]++;
        if (r->outcome != TN_PANEL_STAYS) {
            exits[r->spell]++;
            assert_int_equal(r->outcome, s->exit_route);
            assert_int_equal(r->month, tn_month_of_day(s->end));
        }
    }
    /* A: 51 months, all but some of the first twelve */
    assert_in_range(n[0], 51 - 12, 50);
    assert_in_range(n[2], 137 - 12, 136);
    for (int k = 0; k < 3; k++)
        assert_int_equal(exits[k], 1);
    tn_panel_free(&panel);
}

/* Beyond the end of the list of votes those that are due are taken as held; one that was overdue by
 * then, soon after. A vote that came to be held no more is not revived. */
static void votes_go_on_beyond_their_list(void **state)
{
    (void)state;
    tn_known_t k;
    history_fixture_small(&fixture);
    tn_history_t *h = &fixture.history;
    const tn_vote_cycle_t *x = &k.vote[TN_VOTE_EXECUTIVE];
    h->elections_to = tn_date_from_ymd(1998, 12, 31);
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2002, 4));
    assert_int_equal(x->last, MONTH(1998, 5));
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2003, 1));
    assert_int_equal(x->last, MONTH(2002, 5));
    assert_int_equal(x->next, MONTH(2006, 5));
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2010, 5));
    assert_int_equal(x->last, MONTH(2010, 5));
    assert_true(x->is_due);
    h->elections_to = tn_date_from_ymd(2002, 12, 31);
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2003, 1));
    assert_int_equal(x->last, MONTH(2003, 1));
    h->elections_to = tn_date_from_ymd(2005, 12, 31);
    tn_known_of_spell(&k, h, &h->spell[2], MONTH(2006, 1));
    assert_int_equal(x->last, MONTH(1998, 5));
    assert_false(x->is_due);
}

static void exits_of_unknown_ways_count_as_past_tenures(void **state)
{
    (void)state;
    tn_known_t k;
    history_fixture_small(&fixture);
    fixture.spell[0].exit_route = TN_EXIT_UNKNOWN;
    tn_known_of_spell(&k, &fixture.history, &fixture.spell[1], MONTH(1998, 12));
    assert_int_equal(k.n_past, 1);
    assert_int_equal(k.past[0], 50);
}

/* Nothing after the landmark may enter: everything there is scrambled. */
static void nothing_is_known_of_the_future(void **state)
{
    (void)state;
    static history_fixture_t other;
    history_fixture_large(&fixture, 24);
    const int landmark = MONTH(1985, 6);
    other = fixture;
    other.history.spell = other.spell;
    other.history.regime = other.regime;
    other.history.election = other.election;
    other.history.coup = other.coup;
    const int32_t end = tn_month_begin(landmark + 1);
    for (size_t i = 0; i < other.history.n_spells; i++) {
        tn_office_spell_t *s = &other.spell[i];
        if (s->end < end) continue;
        s->end += 977;
        s->exit_route = s->exit_route == TN_ROUTE_COUP ? TN_ROUTE_REGULAR : TN_ROUTE_COUP;
        if (s->start >= end) s->start += 977;
    }
    for (size_t i = 0; i < other.history.n_elections; i++)
        other.election[i].day += other.election[i].day >= end ? 1111 : 0;
    for (size_t i = 0; i < other.history.n_coups; i++)
        other.coup[i].day += other.coup[i].day >= end ? 333 : 0;
    size_t n = 0;
    for (size_t i = 0; i < fixture.history.n_spells; i++) {
        const tn_office_spell_t *s = &fixture.spell[i];
        tn_known_t a, b;
        if (s->start >= end || s->end < end) continue;
        tn_known_of_spell(&a, &fixture.history, s, landmark);
        tn_known_of_spell(&b, &other.history, &other.spell[i], landmark);
        for (int d = 0; d < TN_N_DESIGNS; d++) {
            double x[TN_DESIGN_MAX], y[TN_DESIGN_MAX];
            for (int m = 1; m <= 24; m++) {
                const int p = tn_base_design(d, &a, landmark + m, landmark + 99, x);
                assert_int_equal(tn_base_design(d, &b, landmark + m, landmark + 99, y), p);
                assert_memory_equal(x, y, (size_t)p * sizeof *x);
            }
        }
        n++;
    }
    assert_int_equal(n, 24);
}

static void names_of_covariates_differ(void **state)
{
    (void)state;
    const tn_known_t nobody = {0};
    double x[TN_DESIGN_MAX];
    for (int d = 0; d < TN_N_DESIGNS; d++) {
        const int p = tn_base_design(d, &nobody, 1, 1, x);
        assert_in_range(p, 2, TN_DESIGN_MAX);
        for (int j = 0; j < p; j++) {
            char a[128], b[128];
            tn_base_design_name(d, j, a, sizeof a);
            assert_true(strlen(a) > 2);
            for (int k = 0; k < j; k++)
                assert_string_not_equal(a, tn_base_design_name(d, k, b, sizeof b));
        }
    }
}

/* ---- the logit ---- */

#define ROWS 4000

static void the_logit_finds_the_maximum_of_tn_logit(void **state)
{
    (void)state;
    static double x[ROWS * 3], columns[ROWS * 2];
    static int8_t y[ROWS];
    static int32_t outcome[ROWS], cluster[ROWS];
    uint32_t s = 5;
    for (int i = 0; i < ROWS; i++) {
        s = s * 1664525u + 1013904223u;
        x[3 * i] = 1.0;
        x[3 * i + 1] = columns[i] = (s >> 9) % 2;
        x[3 * i + 2] = columns[ROWS + i] = ((s >> 12) % 100) / 50.0 - 1.0;
        s = s * 1664525u + 1013904223u;
        outcome[i] = (int)((s >> 8) % 100) < 5 + 10 * (x[3 * i + 1] > 0) + (x[3 * i + 2] > 0);
        y[i] = (int8_t)outcome[i];
        cluster[i] = i % 50;
    }
    const double penalty[3] = {0.0, 3.0, 3.0};
    tn_base_logit_t fit;
    assert_int_equal(tn_base_logit_init(&fit, 3, x, y, penalty, 2), 0);
    assert_int_equal(tn_base_logit_climb(&fit, ROWS), 0);
    tn_logit_t want;
    tn_error_t err = {0};
    const tn_logit_rows_t rows = {.n = ROWS,
        .outcome = outcome,
        .n_causes = 1,
        .cluster = cluster,
        .n_clusters = 50,
        .x = columns,
        .n_covariates = 2};
    const tn_logit_options_t opt = {.ridge = 3.0, .scale = TN_LOGIT_RAW, .is_robust = true};
    assert_int_equal(tn_logit_fit(&want, &rows, &opt, &err), 0);
    double v[9];
    assert_int_equal(tn_base_logit_variance(&fit, ROWS, cluster, 50, v), 0);
    for (int j = 0; j < 3; j++)
        check_close(fit.theta[j], want.coef[j], 1e-6, 1e-7, "stops where the gain is 1e-10");
    for (int j = 0; j < 9; j++)
        check_close(v[j], want.vcov[j], 1e-5, 1e-9, "at coefficients as close as that");
    /* fewer rows first, then the rest from there */
    tn_base_logit_t follow;
    assert_int_equal(tn_base_logit_init(&follow, 3, x, y, penalty, 1), 0);
    assert_int_equal(tn_base_logit_climb(&follow, ROWS - 300), 0);
    assert_int_equal(tn_base_logit_follow(&follow, ROWS), 0);
    for (int j = 0; j < 3; j++)
        check_close(follow.theta[j], fit.theta[j], 1e-4, 1e-5, "both stop near the maximum");
    tn_base_logit_free(&fit);
    tn_base_logit_free(&follow);
    tn_logit_free(&want);
}

/* ---- the model ---- */

static double expected_regular(
    const tn_base_model_t *model, const tn_base_table_t *table, bool has_country)
{
    double sum = 0.0;
    tn_base_draw_t draw;
    tn_base_draw_centre(&draw, model);
    for (size_t i = 0; i < table->panel.n; i++) {
        const tn_panel_row_t *row = &table->panel.row[i];
        tn_known_t known;
        tn_base_month_t month;
        double hazard[TN_N_ROUTES];
        tn_known_of_spell(
            &known, table->history, &table->history->spell[row->spell], row->month - row->lead);
        known.has_country = has_country;
        tn_base_month_init(&month, model, &known, row->month);
        tn_base_month_hazards(model, &draw, &month, hazard);
        sum += -expm1(-hazard[TN_ROUTE_REGULAR]);
    }
    return sum;
}

static void fit_large(tn_base_model_t *model, int n_threads)
{
    static tn_base_fit_t fit;
    tn_base_table_t table;
    history_fixture_large(&fixture, 40);
    assert_int_equal(
        tn_base_table_init(&table, &fixture.history, MONTH(1946, 1), MONTH(2015, 12), n_threads),
        0);
    assert_int_equal(tn_base_fit_init(&fit, &table, n_threads), 0);
    *model = (tn_base_model_t){0};
    assert_int_equal(tn_base_fit_run(&fit, MONTH(2016, 1), false, model), 0);
    assert_int_equal(tn_base_fit_finish(&fit, MONTH(2016, 1), model), 0);
    /* a ridge leaves the constant free: expected exits are the exits, of leaders whose country is
     * known and of the same by their traits alone */
    for (int by_traits = 0; by_traits < 2; by_traits++) {
        const double sum = expected_regular(model, &table, by_traits == 0);
        check_close(sum, (double)model->equation[TN_EQUATION_REGULAR].n_events, 1e-6, 0.0,
            "score of the constant is 0");
    }
    check_close(model->death.multiplier * model->death.expected, (double)model->death.n_events,
        1e-12, 0.0, "observed over expected");
    const tn_base_class_key_t all = {TN_CLASS_ANY, TN_CLASS_ANY, TN_CLASS_ANY};
    assert_int_equal(tn_base_class(&model->classes, all)->n_months, table.panel.n);
    size_t months = 0;
    for (int r = 0; r < TN_CLASS_REGIMES; r++) {
        const tn_base_class_key_t one = {r, TN_CLASS_ANY, TN_CLASS_ANY};
        months += tn_base_class(&model->classes, one)->n_months;
    }
    assert_int_equal(months, table.panel.n);
    tn_base_fit_free(&fit);
    tn_base_table_free(&table);
}

static char *to_text(const tn_base_model_t *model, size_t *n)
{
    char *text = NULL;
    tn_error_t err = {0};
    FILE *out = open_memstream(&text, n);
    assert_int_equal(tn_base_json_write(model, out, &err), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void the_model_file_reads_back(void **state)
{
    (void)state;
    static tn_base_model_t one, two, back;
    tn_error_t err = {0};
    size_t n, m, k;
    fit_large(&one, 1);
    fit_large(&two, 3);
    char *text = to_text(&one, &n), *other = to_text(&two, &m);
    assert_int_equal(n, m);
    assert_memory_equal(text, other, n); /* any number of threads */
    assert_int_equal(tn_base_json_read(&back, "m.json", text, n, &err), 0);
    char *again = to_text(&back, &k);
    assert_int_equal(n, k);
    assert_memory_equal(text, again, n);
    free(again);
    free(other);
    free(text);
    tn_base_model_free(&one);
    tn_base_model_free(&two);
    tn_base_model_free(&back);
}

static void expect_refusal(const char *from, const char *to, const char *message)
{
    static tn_base_model_t model;
    tn_error_t err = {0};
    char *text = malloc(tn_base_shipped_size + 100);
    memcpy(text, tn_base_shipped_text, tn_base_shipped_size);
    text[tn_base_shipped_size] = '\0';
    char *at = strstr(text, from);
    assert_non_null(at);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
    assert_int_equal(tn_base_json_read(&model, "m.json", text, strlen(text), &err), TN_EINPUT);
    if (strstr(err.message, message) == NULL) fail_msg("%s", err.message);
    free(text);
}

static void damaged_model_files_are_refused(void **state)
{
    (void)state;
    expect_refusal("tenure-base-model/2", "tenure-base-model/1", "m.json: schema: expected");
    expect_refusal("\"regime personal\"", "\"regime persona\"", "the term 'regime personal'");
    expect_refusal("\"covariance\": [", "\"covariance\": [1.0, ", "equations.covariance: expected");
    expect_refusal("\"coef\": [", "\"coef\": [\"x\", ", "equations.coef: expected");
    expect_refusal("\"multiplier\": ", "\"multiplier\": -", "m.json: health: expected");
    expect_refusal("\"from\": \"1946-01\"", "\"from\": \"1946-13\"", "from: expected a month");
    expect_refusal("{\"schema\"", "{schema", "m.json:1:");
    static tn_base_model_t model;
    tn_error_t err = {0};
    for (size_t n = 0; n < tn_base_shipped_size; n += 7919) {
        assert_int_equal(
            tn_base_json_read(&model, "m.json", (const char *)tn_base_shipped_text, n, &err),
            TN_EINPUT);
    }
}

static tn_base_leader_t putin(void)
{
    return (tn_base_leader_t){.name = "P",
        .as_of = tn_date_from_ymd(2022, 5, 24),
        .entered = tn_date_from_ymd(2000, 1, 1),
        .born = tn_date_from_ymd(1952, 10, 7),
        .regime = TN_REGIME_PERSONAL};
}

static double cell(const tn_fit_t *f, const char *table, const char *column, size_t row)
{
    const tn_fit_table_t *t = tn_fit_table(f, table);
    assert_non_null(t);
    assert_non_null(tn_fit_column(t, column));
    assert_true(row < t->n_rows);
    return tn_fit_column(t, column)->number[row];
}

static void figures_of_a_leader_fit_together(void **state)
{
    (void)state;
    tn_base_t *base;
    tn_fit_t t;
    tn_error_t err = {0};
    const tn_base_leader_t leader = putin();
    assert_int_equal(tn_base_shipped(&base, &err), 0);
    assert_int_equal(tn_base_leader_tables(&t, base, &leader, NULL, &err), 0);
    double last = 0.0;
    for (size_t k = 0; k < 5; k++) {
        double sum = 0.0;
        for (int r = 0; r < TN_N_ROUTES; r++)
            sum += cell(&t, "exit", tn_route_name(r), k);
        const double p = cell(&t, "exit", "p", k);
        check_close(sum, p, 1e-12, 0.0, "routes add up");
        assert_true(p > last && p < 1.0);
        assert_true(cell(&t, "exit", "conf.low", k) < p && p < cell(&t, "exit", "conf.high", k));
        last = p;
    }
    double any = 0.0;
    for (size_t r = 0; r < TN_N_ROUTES; r++)
        any += cell(&t, "hazards", "per.year", r);
    check_close(cell(&t, "hazards", "per.year", TN_N_ROUTES), any, 1e-12, 0.0, "hazards add up");
    check_close(-log1p(-cell(&t, "exit", "p", 2)), any, 0.05, 0.0, "a year at that hazard");
    /* wider classes hold more */
    const tn_fit_table_t *classes = tn_fit_table(&t, "classes");
    for (size_t i = 1; i < classes->n_rows; i++) {
        assert_true(
            cell(&t, "classes", "leader.years", i) >= cell(&t, "classes", "leader.years", i - 1));
        assert_true(cell(&t, "classes", "spells", i) >= cell(&t, "classes", "spells", i - 1));
    }
    tn_fit_free(&t);
    /* what 17 % within six weeks means: -ln(0.83) / (42 / 365.2425) */
    assert_int_equal(tn_base_implied_tables(&t, base, 0.17, 6, &leader, NULL, &err), 0);
    check_close(cell(&t, "implied", "hazard.per.year", 0), -log(0.83) * 365.2425 / 42.0, 1e-12, 0.0,
        "by hand");
    check_close(cell(&t, "exit", "implied", 2), 1.0 - pow(0.83, 52.0 / 6.0), 1e-12, 0.0, "by hand");
    tn_fit_free(&t);
    tn_base_free(base);
}

static void questions_without_sense_are_refused(void **state)
{
    (void)state;
    tn_base_t *base;
    tn_fit_t t;
    tn_error_t err = {0};
    tn_base_leader_t leader = putin();
    assert_int_equal(tn_base_shipped(&base, &err), 0);
    leader.entered = leader.as_of + 1;
    assert_int_equal(tn_base_leader_tables(&t, base, &leader, NULL, &err), TN_EDOMAIN);
    assert_string_equal(err.message, "entered on 2022-05-25, after 2022-05-24");
    leader = putin();
    leader.born = leader.entered + 1;
    assert_int_equal(tn_base_leader_tables(&t, base, &leader, NULL, &err), TN_EDOMAIN);
    assert_int_equal(tn_base_find(base, "Putin", leader.as_of, &leader, &err), TN_EARG);
    assert_int_equal(tn_base_world_tables(&t, base, leader.as_of, NULL, &err), TN_EARG);
    assert_int_equal(tn_base_implied_tables(&t, base, 1.0, 6, NULL, NULL, &err), TN_EARG);
    static const int weeks[] = {52, 26};
    const tn_base_options_t opt = {.weeks = weeks, .n_weeks = 2, .route = -1};
    leader = putin();
    assert_int_equal(tn_base_leader_tables(&t, base, &leader, &opt, &err), TN_EARG);
    assert_int_equal(tn_base_set_country(&leader, "Rusia", &err), TN_EINPUT);
    assert_string_equal(err.message, "'Rusia': no such country, did you mean 'Russia'?");
    tn_base_free(base);
}

/* R 4.2.2: poisson.test(15, 246)$conf.int */
static void limits_of_a_rate(void **state)
{
    (void)state;
    double r[3];
    tn_base_rate(15, 246 * 12, 0.95, r);
    check_close(r[0], 15.0 / 246.0, TOL0, 0.0, "exits over years");
    check_close(r[1], 0.0341275859056232, 1e-10, 0.0, "GSL's quantile");
    check_close(r[2], 0.1005699954125441, 1e-10, 0.0, "GSL's quantile");
    tn_base_rate(0, 12, 0.95, r);
    check_close(r[1], 0.0, 0.0, 0.0, "no exits");
    check_close(r[2], 3.68887945411394, 1e-10, 0.0, "-ln 0.025");
}

/* Pairs by hand: yes .4 .8 .9, no .1 .4 .2: of 9 pairs 8 and a half are in order. */
static void areas_under_curves(void **state)
{
    (void)state;
    static const double p[] = {0.1, 0.4, 0.4, 0.8, 0.9, 0.2};
    static const int32_t y[] = {0, 1, 0, 1, 1, 0};
    double area;
    tn_error_t err = {0};
    assert_int_equal(tn_score_roc(6, p, y, &area, &err), 0);
    check_close(area, 8.5 / 9.0, TOL1, 0.0, "by hand");
    assert_int_equal(tn_score_precision(6, p, y, &area, &err), 0);
    check_close(area, (1.0 + 1.0 + 0.75) / 3.0, TOL1, 0.0, "by hand");
    assert_int_equal(tn_score_roc(2, p, y + 3, &area, &err), 0);
    assert_true(isnan(area)); /* nothing but yes */
    assert_int_equal(
        tn_score_roc(6, p, (const int32_t[]){0, 2, 0, 0, 0, 0}, &area, &err), TN_EDOMAIN);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const tn_base_leader_t leader = putin();
    for (long k = 1;; k++) {
        tn_base_t *base = NULL;
        tn_fit_t t = {0};
        tn_error_t err = {0};
        tn_mem_fail_at(k);
        int ret = tn_base_shipped(&base, &err);
        if (ret == 0) ret = tn_base_leader_tables(&t, base, &leader, NULL, &err);
        tn_mem_fail_at(0);
        tn_fit_free(&t);
        tn_base_free(base);
        if (ret == 0) {
            assert_true(k > 20);
            return;
        }
        assert_int_equal(ret, TN_ENOMEM);
    }
}

/* ---- on the shared data ---- */

static char store[64];

static bool import_all(void)
{
    static const char *const names[] = {"Archigos_4.1_stata14.dta", "leaderlist_3_21.csv",
        "regime_list.csv", "electionlist_3_21.csv", "powell_thyne_coups_2019.csv"};
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) return false;
    (void)snprintf(store, sizeof store, "/tmp/tenure-base-XXXXXX");
    const int fd = mkstemp(store);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)unlink(store);
    for (int k = 0; k < 5; k++) {
        char path[4096];
        tn_data_import_result_t result;
        tn_error_t err = {0};
        (void)snprintf(path, sizeof path, "%s/data/%s", shared, names[k]);
        if (access(path, R_OK) != 0) return false;
        if (tn_data_import(store, path, NULL, &result, NULL, &err) < 0) fail_msg("%s", err.message);
    }
    return true;
}

static void the_shipped_model_is_the_fit_of_the_shared_data(void **state)
{
    (void)state;
    if (!import_all()) skip();
    tn_base_t *fitted, *shipped;
    tn_fit_t changes;
    tn_error_t err = {0};
    if (tn_base_fit(&fitted, store, 0, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(tn_base_shipped(&shipped, &err), 0);
    assert_int_equal(tn_base_change_tables(&changes, shipped, fitted, NULL, &err), 0);
    const tn_fit_table_t *counts = tn_fit_table(&changes, "counts");
    for (size_t i = 0; i < counts->n_rows; i++)
        check_close(cell(&changes, "counts", "after", i), cell(&changes, "counts", "before", i),
            0.0, 0.0, tn_fit_column(counts, "what")->text[i]);
    assert_int_equal(tn_fit_table(&changes, "changes")->n_rows, 0);
    tn_fit_free(&changes);
    tn_base_free(shipped);
    /* by name */
    tn_base_leader_t leader = {0};
    const int32_t day = tn_date_from_ymd(2010, 1, 1);
    assert_int_equal(tn_base_find(fitted, "MERKEL angela", day, &leader, &err), 0);
    assert_string_equal(leader.country, "Germany");
    assert_true(leader.is_female && leader.regime == TN_REGIME_PARLIAMENTARY);
    leader.gwcode = 0;
    assert_int_equal(tn_base_find(fitted, "Nobody Atall", day, &leader, &err), TN_EINPUT);
    tn_base_free(fitted);
}

static void the_base_rates_beat_their_rivals(void **state)
{
    (void)state;
    if (store[0] == '\0') skip();
    tn_fit_t one, two;
    tn_error_t err = {0};
    tn_backtest_options_t opt = {.from_year = 2004,
        .to_year = 2008,
        .route = TN_BACKTEST_ANY,
        .n_resamples = 100,
        .seed = 1,
        .n_threads = 1};
    if (tn_backtest_run(&one, store, &opt, &err) < 0) fail_msg("%s", err.message);
    opt.n_threads = 3;
    assert_int_equal(tn_backtest_run(&two, store, &opt, &err), 0);
    for (size_t m = 1; m < 4; m++) {
        assert_true(cell(&one, "scores", "log", 0) < cell(&one, "scores", "log", m));
        assert_true(cell(&one, "scores", "brier", 0) < cell(&one, "scores", "brier", m));
    }
    const tn_fit_table_t *f = tn_fit_table(&one, "forecasts");
    assert_true(f->n_rows > 700);
    for (size_t i = 0; i < f->n_rows; i++) {
        static const char *const models[] = {"base", "climatology", "logit", "cox"};
        for (int m = 0; m < 4; m++)
            check_close(cell(&two, "forecasts", models[m], i),
                cell(&one, "forecasts", models[m], i), 0.0, 0.0, "any number of threads");
    }
    tn_fit_free(&one);
    tn_fit_free(&two);
    opt.from_year = 2040;
    opt.to_year = 2041;
    assert_int_equal(tn_backtest_run(&one, store, &opt, &err), TN_EINPUT);
    (void)unlink(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_by_hand),
        cmocka_unit_test(votes_go_on_beyond_their_list),
        cmocka_unit_test(exits_of_unknown_ways_count_as_past_tenures),
        cmocka_unit_test(rows_by_hand),
        cmocka_unit_test(nothing_is_known_of_the_future),
        cmocka_unit_test(names_of_covariates_differ),
        cmocka_unit_test(the_logit_finds_the_maximum_of_tn_logit),
        cmocka_unit_test(the_model_file_reads_back),
        cmocka_unit_test(damaged_model_files_are_refused),
        cmocka_unit_test(figures_of_a_leader_fit_together),
        cmocka_unit_test(questions_without_sense_are_refused),
        cmocka_unit_test(limits_of_a_rate),
        cmocka_unit_test(areas_under_curves),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(the_shipped_model_is_the_fit_of_the_shared_data),
        cmocka_unit_test(the_base_rates_beat_their_rivals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
