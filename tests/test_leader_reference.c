/* The reference figures on leaders and coups, from the raw files through the importers: counts,
 * survival and cumulative incidence of Archigos, leader-months of REIGN, coups of Powell & Thyne.
 */
#include "check.h"
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "data/store.h"
#include "tenure/cif.h"
#include "tenure/data.h"
#include "tenure/frame.h"

static char store[64];

static bool import(const char *name)
{
    char path[4096];
    tn_data_import_result_t result;
    tn_error_t err = {0};
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) return false;
    if (store[0] == '\0') {
        (void)snprintf(store, sizeof store, "/tmp/tenure-reference-XXXXXX");
        const int fd = mkstemp(store);
        assert_true(fd >= 0);
        (void)close(fd);
        (void)unlink(store);
    }
    (void)snprintf(path, sizeof path, "%s/data/%s", shared, name);
    if (tn_data_import(store, path, NULL, &result, NULL, &err) < 0) fail_msg("%s", err.message);
    return true;
}

static void export(reference_t *out, const char *name)
{
    char path[80];
    tn_error_t err = {0};
    (void)snprintf(path, sizeof path, "%s.csv", store);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(tn_data_export(store, name, TN_DATA_CSV, f, &err), 0);
    assert_int_equal(fclose(f), 0);
    reference_read_file(out, path);
    (void)unlink(path);
}

static int32_t day_of(const reference_t *t, size_t row, const char *column)
{
    int32_t day = TN_DATE_NONE;
    const char *text = reference_text(t, row, column);
    (void)tn_date_parse(text, strlen(text), &day);
    return day;
}

/* ---- Archigos ---- */

static bool is_kind(const reference_t *t, size_t row, const char *kind)
{
    return strcmp(reference_text(t, row, "kind"), kind) == 0;
}

static const char *cause_of(const char *exit)
{
    static const char *const map[][2] = {{"Regular", "regular"}, {"Irregular", "irregular"},
        {"Natural Death", "natural_death"}, {"Retired Due to Ill Health", "ill_health"},
        {"Suicide", "suicide"}, {"Foreign", "foreign"}, {"Unknown", "unknown"},
        {"Still in Office", "censored"}};
    for (size_t k = 0; k < 8; k++) {
        if (strcmp(map[k][0], exit) == 0) return map[k][1];
    }
    fail_msg("exit '%s'", exit);
    return NULL;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *route_of(const char *exit, const char *code)
{
    if (strcmp(exit, "Irregular") != 0) return cause_of(exit);
    if (begins(code, "Removed by Military") || strstr(code, "Military Power Struggle") != NULL)
        return "coup";
    if (begins(code, "Removed by Other Government")) return "other_government";
    if (begins(code, "Assassination")) return "assassination";
    if (begins(code, "Popular Protest")) return "popular_revolt";
    return begins(code, "Removed by Rebels") ? "rebels" : "irregular_other";
}

static bool is_in_sample(const reference_t *t, size_t i, const char *sample)
{
    if (!is_kind(t, i, "archigos")) return false;
    return strcmp(sample, "all") == 0 || day_of(t, i, "start") >= tn_date_from_ymd(1946, 1, 1);
}

static bool has_value(const reference_t *t, size_t i, const char *variable, const char *value)
{
    const char *exit = reference_text(t, i, "exit"), *code = reference_text(t, i, "exitcode");
    if (strcmp(variable, "exit") == 0) return strcmp(exit, value) == 0;
    if (strcmp(variable, "exitcode") == 0) return strcmp(code, value) == 0;
    if (strcmp(variable, "route") == 0) return strcmp(route_of(exit, code), value) == 0;
    if (strcmp(variable, "entry") == 0) return strcmp(reference_text(t, i, "entry"), value) == 0;
    if (strcmp(variable, "posttenurefate") == 0)
        return strcmp(reference_text(t, i, "fate"), value) == 0;
    if (strcmp(variable, "prevtimesinoffice") == 0)
        return strcmp(reference_text(t, i, "times_before"), value) == 0;
    if (strcmp(variable, "gender") == 0)
        return (strcmp(reference_text(t, i, "sex"), "male") == 0) == (strcmp(value, "M") == 0);
    fail_msg("variable '%s'", variable);
    return false;
}

static void counts_of_leaders(void **state)
{
    (void)state;
    reference_t want, t;
    if (!import("Archigos_4.1_stata14.dta")) skip();
    assert_true(reference_read(&want, "leader_counts.csv"));
    export(&t, "source-spells");
    for (size_t k = 0; k < want.n_rows; k++) {
        const char *variable = reference_text(&want, k, "variable");
        const char *value = reference_text(&want, k, "value");
        size_t n = 0;
        for (size_t i = 0; i < t.n_rows; i++) {
            if (is_in_sample(&t, i, reference_text(&want, k, "sample")))
                n += has_value(&t, i, variable, value);
        }
        if ((double)n != reference_number(&want, k, "n"))
            fail_msg("%s %s: %zu", variable, value, n);
    }
    reference_free(&want);
    reference_free(&t);
}

static void exits_by_decade_and_route(void **state)
{
    (void)state;
    reference_t want, t;
    if (!import("Archigos_4.1_stata14.dta")) skip();
    assert_true(reference_read(&want, "leader_exits_by_decade_route.csv"));
    export(&t, "source-spells");
    for (size_t k = 0; k < want.n_rows; k++) {
        const double decade = reference_number(&want, k, "decade");
        size_t n = 0;
        for (size_t i = 0; i < t.n_rows; i++) {
            int y, m, d;
            if (!is_kind(&t, i, "archigos")) continue;
            tn_date_to_ymd(day_of(&t, i, "last"), &y, &m, &d);
            if (10 * (y / 10) != (int)decade) continue;
            n += strcmp(route_of(reference_text(&t, i, "exit"), reference_text(&t, i, "exitcode")),
                     reference_text(&want, k, "route")) == 0;
        }
        assert_int_equal(n, (int)reference_number(&want, k, "Freq"));
    }
    reference_free(&want);
    reference_free(&t);
}

#define MOST 4000

/* Years in office; zero days count as half a day. Causes numbered as in `states`. */
static tn_spells_t spells_of(const reference_t *t, const char *sample, bool by_route,
    const char *const *states, int n_states)
{
    static double years[MOST];
    static int32_t cause[MOST];
    size_t n = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!is_in_sample(t, i, sample)) continue;
        const double days = day_of(t, i, "last") - day_of(t, i, "start");
        const char *exit = reference_text(t, i, "exit");
        const char *name =
            by_route ? route_of(exit, reference_text(t, i, "exitcode")) : cause_of(exit);
        if (strcmp(name, "suicide") == 0 || strcmp(name, "unknown") == 0)
            name = by_route ? name : "other";
        years[n] = (days > 0 ? days : 0.5) / 365.25;
        cause[n] = 0;
        for (int k = 0; k < n_states; k++) {
            if (strcmp(states[k], name) == 0) cause[n] = k + 1;
        }
        assert_true(cause[n] > 0 || strcmp(name, "censored") == 0);
        n++;
    }
    return (tn_spells_t){.n = n, .exit = years, .cause = cause, .n_causes = n_states};
}

/* The states of a sample in the reference file, "event_free" apart. */
static int states_of(const reference_t *want, const char *sample, const char **states)
{
    int n = 0;
    for (size_t k = 0; k < want->n_rows; k++) {
        const char *state = reference_text(want, k, "state");
        bool is_new = strcmp(state, "event_free") != 0;
        if (strcmp(reference_text(want, k, "id"), sample) != 0) continue;
        for (int j = 0; j < n && is_new; j++)
            is_new = strcmp(states[j], state) != 0;
        if (is_new && n < 16) states[n++] = state;
    }
    return n;
}

static void check_incidence(
    const reference_t *want, const reference_t *t, const char *sample, bool by_route)
{
    const char *states[16];
    const int n_states = states_of(want, sample, states);
    const tn_spells_t d = spells_of(t, sample, by_route, states, n_states);
    tn_cif_t cif;
    tn_error_t err = {0};
    const tn_cif_options_t how = TN_CIF_OPTIONS_DEFAULT;
    if (tn_cif_fit(&cif, &d, &how, &err) < 0) fail_msg("%s", err.message);
    size_t n = 0;
    for (size_t k = 0; k < want->n_rows; k++) {
        if (strcmp(reference_text(want, k, "id"), sample) != 0) continue;
        const double time = reference_number(want, k, "time");
        double p[17], se[17];
        const tn_cif_at_options_t opt = TN_CIF_AT_OPTIONS_DEFAULT;
        const tn_cif_values_t values = {.p = p, .se = se};
        assert_int_equal(tn_cif_at(&cif, 0, 1, &time, &opt, &values, &err), 0);
        int row = 0;
        for (int j = 0; j < n_states; j++) {
            if (strcmp(states[j], reference_text(want, k, "state")) == 0) row = j + 1;
        }
        check_close(p[row], reference_number(want, k, "p"), TOL3, 1e-14, "long products");
        check_close(se[row], reference_number(want, k, "se_ij"), 1e-10, 1e-14, "influences");
        n++;
    }
    assert_true(n > 40);
    tn_cif_free(&cif);
}

static void incidence_of_leaders(void **state)
{
    (void)state;
    reference_t want, t;
    if (!import("Archigos_4.1_stata14.dta")) skip();
    export(&t, "source-spells");
    for (int by_route = 0; by_route < 2; by_route++) {
        assert_true(reference_read(&want, by_route ? "leader_cif_by_route.csv" : "leader_cif.csv"));
        check_incidence(&want, &t, "all", by_route);
        check_incidence(&want, &t, "started_since_1946", by_route);
        reference_free(&want);
    }
    reference_free(&t);
}

/* ---- REIGN: leader-months ---- */

#define MONTH(y, m) ((y)*12 + (m)-1)
#define LAST_MONTH  MONTH(2021, 2) /* the last complete month of the list of March 2021 */

typedef struct regime {
    int code;
    int32_t from, to;
    const char *type;
} regime_t;

/* A leader-month and its groups. */
typedef struct leader_month {
    double weight;
    int code, exit;
    size_t spell; /* row of the table of spells */
    int month;
    char type[40], decade[16], gender[8], tenband[8], ageband[8];
    const char *career;
} leader_month_t;

static size_t read_regimes(const reference_t *t, regime_t *out)
{
    for (size_t i = 0; i < t->n_rows; i++)
        out[i] = (regime_t){.code = atoi(reference_text(t, i, "code")),
            .from = day_of(t, i, "first"),
            .to = day_of(t, i, "last"),
            .type = reference_text(t, i, "type")};
    return t->n_rows;
}

static const char *type_of(const regime_t *r, size_t n, int code, int month)
{
    const int32_t mid = tn_date_from_ymd(month / 12, month % 12 + 1, 15);
    const int32_t end = tn_date_from_ymd(2020, 12, 31);
    const char *type = "none";
    for (size_t i = 0; i < n; i++) {
        if (r[i].code == code && mid >= r[i].from && mid <= r[i].to) type = r[i].type;
    }
    for (size_t i = 0; i < n; i++) {
        if (r[i].code == code && r[i].to == end && mid > end) type = r[i].type;
    }
    return type;
}

static int month_of(int32_t day)
{
    int y, m, d;
    tn_date_to_ymd(day, &y, &m, &d);
    return MONTH(y, m);
}

static const char *band(double x, const double *upto, const char *const *name, int n)
{
    int k = 0;
    while (k < n - 1 && x >= upto[k])
        k++;
    return name[k];
}

static void fill_groups(leader_month_t *p, const reference_t *t, size_t i, int month, int since)
{
    static const double tenures[] = {1, 2, 4, 8, 12, 20}, ages[] = {40, 50, 60, 70, 80};
    static const char *const tenure_name[] = {
        "00-01y", "01-02y", "02-04y", "04-08y", "08-12y", "12-20y", "20y+"};
    static const char *const age_name[] = {"<40", "40-49", "50-59", "60-69", "70-79", "80+"};
    const char *sex = reference_text(t, i, "sex");
    const int32_t born = day_of(t, i, "born");
    snprintf(p->decade, sizeof p->decade, "%ds", 10 * (month / 120));
    snprintf(p->gender, sizeof p->gender, "%s", sex[0] == '\0' ? "unknown" : sex);
    snprintf(p->tenband, sizeof p->tenband, "%s", band(since / 12.0, tenures, tenure_name, 7));
    snprintf(p->ageband, sizeof p->ageband, "%s",
        born == TN_DATE_NONE ? "unknown"
                             : band(month / 12 - month_of(born) / 12, ages, age_name, 6));
}

/* The career of a leader is no part of a spell: it stands in the row as it was in the file. */
static void read_careers(const reference_t *t, const char **career)
{
    tn_sqlite_t db;
    tn_statement_t s;
    assert_int_equal(tn_store_open(&db, store, TN_SQLITE_READ, NULL), 0);
    assert_int_equal(tn_statement_init(&s, &db,
                         "SELECT line, CAST(json_extract(raw, '$.militarycareer') AS REAL) FROM"
                         " source_row JOIN source ON id = source WHERE kind = 'reign-leaders'"
                         " ORDER BY line",
                         NULL),
        0);
    static double of_line[4000];
    while (tn_statement_step(&s, NULL) == 1) {
        const int64_t line = tn_statement_integer(&s, 0);
        const char *text = tn_statement_text(&s, 1, NULL);
        assert_true(line > 0 && line < 4000 && text != NULL);
        of_line[line] = strtod(text, NULL);
    }
    tn_statement_free(&s);
    tn_sqlite_close(&db);
    for (size_t i = 0; i < t->n_rows; i++) {
        const double x = of_line[atoi(reference_text(t, i, "line")) % 4000];
        career[i] = x < 0.0 ? "unknown" : x >= 0.5 ? "military career" : "no military career";
    }
}

static size_t read_months(
    const reference_t *t, const regime_t *regime, size_t n_regimes, leader_month_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!is_kind(t, i, "reign-leaders")) continue;
        const int code = atoi(reference_text(t, i, "code")), from = month_of(day_of(t, i, "start"));
        const int32_t last = day_of(t, i, "last");
        const bool is_censored = last == TN_DATE_NONE || month_of(last) > LAST_MONTH;
        const int to = is_censored ? LAST_MONTH : month_of(last);
        for (int m = from; m <= to; m++) {
            if (m < MONTH(1950, 1)) continue;
            leader_month_t *p = &out[n++];
            *p = (leader_month_t){.code = code,
                .weight = 1.0,
                .exit = m == to && !is_censored,
                .spell = i,
                .month = m};
            if (m == from || m == to) p->weight = 0.5;
            snprintf(p->type, sizeof p->type, "%s", type_of(regime, n_regimes, code, m));
            fill_groups(p, t, i, m, m - from);
        }
    }
    return n;
}

static bool is_in_group(const leader_month_t *p, const char *grouping, const char *group)
{
    char both[64];
    if (strcmp(grouping, "all") == 0) return true;
    if (strcmp(grouping, "type") == 0) return strcmp(p->type, group) == 0;
    if (strcmp(grouping, "decade") == 0) return strcmp(p->decade, group) == 0;
    if (strcmp(grouping, "mil") == 0) return strcmp(p->career, group) == 0;
    if (strcmp(grouping, "gender") == 0) return strcmp(p->gender, group) == 0;
    if (strcmp(grouping, "tenband") == 0) return strcmp(p->tenband, group) == 0;
    if (strcmp(grouping, "ageband") == 0) return strcmp(p->ageband, group) == 0;
    snprintf(both, sizeof both, "%s | %s", p->type, p->tenband);
    return strcmp(both, group) == 0;
}

static void rates_by_leader_months(void **state)
{
    (void)state;
    static regime_t regime[1000];
    reference_t want, t, r;
    if (!import("leaderlist_3_21.csv") || !import("regime_list.csv")) skip();
    assert_true(reference_read(&want, "base_rates.csv"));
    export(&t, "source-spells");
    export(&r, "regimes");
    const size_t n_regimes = read_regimes(&r, regime);
    leader_month_t *months = calloc(200000, sizeof *months);
    const size_t n = read_months(&t, regime, n_regimes, months);
    const char **career = calloc(t.n_rows, sizeof *career);
    read_careers(&t, career);
    for (size_t i = 0; i < n; i++)
        months[i].career = career[months[i].spell];
    size_t n_checked = 0;
    for (size_t k = 0; k < want.n_rows; k++) {
        const char *grouping = reference_text(&want, k, "grouping");
        const bool is_all = strcmp(reference_text(&want, k, "sample"), "all_countries") == 0;
        double rows = 0.0, years = 0.0, exits = 0.0;
        for (size_t i = 0; i < n; i++) {
            if (!is_all && (months[i].code == 331 || months[i].code == 225)) continue;
            if (!is_in_group(&months[i], grouping, reference_text(&want, k, "group"))) continue;
            rows += 1.0;
            years += months[i].weight / 12.0;
            exits += months[i].exit;
        }
        check_close(rows, reference_number(&want, k, "leader_month_rows"), 0.0, 0.0, grouping);
        check_close(years, reference_number(&want, k, "leader_years"), 1e-9, 0.0, grouping);
        check_close(exits, reference_number(&want, k, "exits"), 0.0, 0.0, grouping);
        n_checked++;
    }
    assert_int_equal(n_checked, want.n_rows);
    free(months);
    free(career);
    reference_free(&want);
    reference_free(&t);
    reference_free(&r);
}

/* ---- routes by regime: REIGN's exits, of which Archigos tells the route ---- */

#define NO_SPELL SIZE_MAX

static int nearer_than(int a, int b, int months) { return abs(a - b) <= months; }

/* The Archigos row with the identifier that REIGN uses: by the list of identifiers. */
static size_t by_identifier(const reference_t *t, const reference_t *codes, const char *id)
{
    for (size_t c = 0; c < codes->n_rows; c++) {
        if (strcmp(reference_text(codes, c, "leadid29"), id) != 0) continue;
        const char *key = reference_text(codes, c, "obsid");
        for (size_t i = 0; i < t->n_rows; i++) {
            if (is_kind(t, i, "archigos") && strcmp(reference_text(t, i, "key"), key) == 0)
                return i;
        }
    }
    return NO_SPELL;
}

/* Else the only one of the country that begins and ends in these months. */
static size_t by_dates(const reference_t *t, size_t spell, int last)
{
    size_t found = NO_SPELL;
    int n = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!is_kind(t, i, "archigos")) continue;
        if (strcmp(reference_text(t, i, "code"), reference_text(t, spell, "code")) != 0) continue;
        if (!nearer_than(month_of(day_of(t, i, "start")), month_of(day_of(t, spell, "start")), 1))
            continue;
        if (!nearer_than(month_of(day_of(t, i, "last")), last, 2)) continue;
        found = i;
        n++;
    }
    return n == 1 ? found : NO_SPELL;
}

static const char *route_of_exit(
    const reference_t *t, const reference_t *codes, const leader_month_t *p)
{
    size_t i = by_identifier(t, codes, reference_text(t, p->spell, "key"));
    if (i == NO_SPELL) i = by_dates(t, p->spell, p->month);
    if (i == NO_SPELL || !nearer_than(month_of(day_of(t, i, "last")), p->month, 2)) return NULL;
    const char *route = route_of(reference_text(t, i, "exit"), reference_text(t, i, "exitcode"));
    return strcmp(route, "censored") == 0 ? NULL : route;
}

static void routes_by_regime(void **state)
{
    (void)state;
    static regime_t regime[1000];
    char path[4096];
    reference_t want, t, r, codes;
    if (!import("Archigos_4.1_stata14.dta") || !import("leaderlist_3_21.csv")) skip();
    assert_true(import("regime_list.csv"));
    assert_true(reference_read(&want, "base_rates_routes.csv"));
    (void)snprintf(path, sizeof path, "%s/data/leader_codes.csv", getenv("TENURE_SHARED"));
    reference_read_file(&codes, path);
    export(&t, "source-spells");
    export(&r, "regimes");
    leader_month_t *months = calloc(200000, sizeof *months);
    const size_t n = read_months(&t, regime, read_regimes(&r, regime), months);
    double *count = calloc(want.n_rows, sizeof *count);
    for (size_t i = 0; i < n; i++) {
        const char *route = months[i].exit ? route_of_exit(&t, &codes, &months[i]) : NULL;
        for (size_t k = 0; route != NULL && k < want.n_rows; k++) {
            count[k] += strcmp(reference_text(&want, k, "type"), months[i].type) == 0 &&
                        strcmp(reference_text(&want, k, "route"), route) == 0;
        }
    }
    for (size_t k = 0; k < want.n_rows; k++)
        check_close(count[k], reference_number(&want, k, "Freq"), 0.0, 0.0,
            reference_text(&want, k, "type"));
    free(count);
    free(months);
    reference_free(&codes);
    reference_free(&want);
    reference_free(&t);
    reference_free(&r);
}

/* ---- coups ---- */

static void coups_by_year_and_decade(void **state)
{
    (void)state;
    reference_t want, t;
    if (!import("powell_thyne_coups_2019.csv")) skip();
    export(&t, "coups");
    static const char *const files[] = {"coups_by_year.csv", "coups_by_decade.csv"};
    for (int by_decade = 0; by_decade < 2; by_decade++) {
        assert_true(reference_read(&want, files[by_decade]));
        for (size_t k = 0; k < want.n_rows; k++) {
            const char *source = reference_text(&want, k, "source");
            const char *period = reference_text(&want, k, by_decade ? "decade" : "year");
            double n = 0.0, successes = 0.0;
            if (!begins(source, "event list")) continue; /* the other is a later vintage */
            for (size_t i = 0; i < t.n_rows; i++) {
                const char *day = reference_text(&t, i, "day");
                const bool is_all = strcmp(period, "all") == 0;
                if (!is_all && strncmp(day, period, by_decade ? 3 : 4) != 0) continue;
                n += 1.0;
                successes += strcmp(reference_text(&t, i, "success"), "1") == 0;
            }
            check_close(n, reference_number(&want, k, "attempts"), 0.0, 0.0, period);
            check_close(successes, reference_number(&want, k, "successful"), 0.0, 0.0, period);
        }
        reference_free(&want);
    }
    reference_free(&t);
    (void)unlink(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_leaders),
        cmocka_unit_test(exits_by_decade_and_route),
        cmocka_unit_test(incidence_of_leaders),
        cmocka_unit_test(rates_by_leader_months),
        cmocka_unit_test(routes_by_regime),
        cmocka_unit_test(coups_by_year_and_decade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
