/* The ledger: what is written, what comes of it, what tampering leaves behind; scores against
 * values worked by hand (fractions) and from R 4.2.2 (script in the comments). */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/mem.h"
#include "check.h"
#include "tenure/ledger.h"

static char folder[64];
static char path[80];

static int set_up(void **state)
{
    (void)state;
    /* in memory where there is such a folder: every commit is synced to disk */
    const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof folder, "%s/tenure-ledger-XXXXXX", top);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/l.db", folder);
    return 0;
}

static int no_file(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[96];
    (void)state;
    for (int i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)no_file(state);
    return rmdir(folder);
}

static int32_t day(const char *text)
{
    int32_t value = 0;
    assert_true(tn_ledger_parse_date(text, &value));
    return value;
}

static tn_ledger_t *open_ledger(tn_ledger_mode_t mode)
{
    tn_ledger_t *ledger = NULL;
    tn_error_t err = {0};
    const int ret = tn_ledger_open(&ledger, path, mode, &err);
    if (ret != 0) fail_msg("%s", err.message);
    return ledger;
}

/* Leader "Ann B", as of 2020-01-06; horizons after 91, 182 and 364 days; exits 0.1, 0.2, 0.5;
 * of these all by coup, the base rate half of that; a third of successors is x, the rest other. */
#define EXIT(date, h, p) "{\"horizon\":\"" h "\",\"date\":\"" date "\",\"p\":" p "}"
#define ROUTE(h, p)      "{\"route\":\"coup\",\"horizon\":\"" h "\",\"p\":" p "}"
#define VIEW(a, b, c)                                                                              \
    "\"exit\":[" EXIT("2020-04-06", "13w", a) "," EXIT("2020-07-06", "26w", b) "," EXIT(           \
        "2021-01-04", "52w", c) "],\"routes\":[" ROUTE("13w", a) "," ROUTE("26w",                  \
        b) "," ROUTE("52w",                                                                        \
        c) "],\"successors\":[{\"actor\":\"x\",\"p\":0.25},{\"actor\":\"(other)\",\"p\":"          \
           "0.75}]"
#define JSON                                                                                       \
    "{\"schema\":\"tenure-forecast/1\",\"manifest\":{\"case\":\"c\",\"seed\":1},\"question\":{"    \
    "\"leader\":\"Ann B\",\"as_of\":\"2020-01-06\",\"routes\":[\"death\",\"incapacity\","          \
    "\"assassination\",\"coup\",\"uprising\",\"regular\",\"foreign\"],\"force\":null},"            \
    "\"origins\":[]," VIEW("0.1", "0.2", "0.5") ",\"base_rate\":{" VIEW(                           \
        "0.05", "0.1", "0.25") "}}"

static void add_json(tn_ledger_t *ledger)
{
    tn_ledger_receipt_t receipt;
    tn_error_t err = {0};
    const tn_ledger_json_options_t opt = {.recorded = day("2020-01-10")};
    const int ret = tn_ledger_add_json(ledger, "f.json", JSON, strlen(JSON), &opt, &receipt, &err);
    if (ret != 0) fail_msg("%s", err.message);
    assert_int_equal(receipt.n_questions, 7); /* three exits, three routes, one successor */
    assert_int_equal(receipt.n_forecasts, 2);
    assert_int_equal(receipt.first, 1);
    assert_int_equal(receipt.last, 9);
}

static void resolve(tn_ledger_t *ledger, tn_ledger_resolution_t r, const char *date)
{
    tn_ledger_receipt_t receipt;
    tn_error_t err = {0};
    r.date = day(date);
    r.recorded = day("2022-01-01");
    const int ret = tn_ledger_resolve(ledger, &r, &receipt, &err);
    if (ret != 0) fail_msg("%s", err.message);
}

/* "status outcome" of a question. */
static void check_outcome(tn_ledger_t *ledger, const char *id, const char *status, const char *want)
{
    tn_fit_t tables;
    assert_int_equal(tn_ledger_list(&tables, ledger, NULL, NULL, NULL), 0);
    const tn_fit_table_t *t = &tables.table[0];
    bool found = false;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (strcmp(tn_fit_column(t, "question")->text[i], id) != 0) continue;
        found = true;
        assert_string_equal(tn_fit_column(t, "status")->text[i], status);
        const char *outcome = tn_fit_column(t, "outcome")->text[i];
        if (want == NULL) assert_null(outcome);
        if (want != NULL) assert_string_equal(outcome, want);
    }
    if (!found) fail_msg("no question %s", id);
    tn_fit_free(&tables);
}

static void an_exit_settles_all_questions_of_a_subject(void **state)
{
    (void)state;
    tn_ledger_t *l = open_ledger(TN_LEDGER_APPEND);
    add_json(l);
    check_outcome(l, "ann-b:exit:2020-04-06", "open", NULL);
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b", .is_in_office = true}, "2020-05-01");
    check_outcome(l, "ann-b:exit:2020-04-06", "resolved", "no");
    check_outcome(l, "ann-b:route:2020-04-06", "resolved", "(in office)");
    check_outcome(l, "ann-b:exit:2020-07-06", "open", NULL);
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b", .route = "coup", .successor = "x"},
        "2020-05-05");
    check_outcome(l, "ann-b:exit:2020-04-06", "resolved", "no");
    check_outcome(l, "ann-b:exit:2020-07-06", "resolved", "yes");
    check_outcome(l, "ann-b:route:2021-01-04", "resolved", "coup");
    check_outcome(l, "ann-b:successor:2021-01-04", "resolved", "x");
    /* again, as it was found to be later: history stays, the latest counts */
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b", .route = "regular"}, "2021-06-01");
    check_outcome(l, "ann-b:exit:2021-01-04", "resolved", "no");
    check_outcome(l, "ann-b:successor:2021-01-04", "annulled", NULL);
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b:exit:2021-01-04", .outcome = "yes"},
        "2021-01-01");
    check_outcome(l, "ann-b:exit:2021-01-04", "resolved", "yes");
    check_outcome(l, "ann-b:exit:2020-07-06", "resolved", "no");
    tn_ledger_receipt_t receipt;
    assert_int_equal(tn_ledger_annul(l, "ann-b", "why", day("2022-01-02"), &receipt, NULL), 0);
    check_outcome(l, "ann-b:exit:2021-01-04", "annulled", NULL);
    tn_fit_t shown;
    assert_int_equal(tn_ledger_show(&shown, l, "ann-b:exit:2021-01-04", NULL), 0);
    assert_int_equal(tn_fit_table(&shown, "resolutions")->n_rows, 5);
    assert_int_equal(tn_fit_table(&shown, "forecasts")->n_rows, 2);
    tn_fit_free(&shown);
    tn_ledger_close(l);
}

static double cell(const tn_fit_t *tables, const char *table, const char *column, size_t row)
{
    const tn_fit_table_t *t = tn_fit_table(tables, table);
    assert_non_null(t);
    assert_non_null(tn_fit_column(t, column));
    assert_true(row < t->n_rows);
    return tn_fit_column(t, column)->number[row];
}

static tn_fit_t score_csv(const char *csv, tn_ledger_score_options_t opt)
{
    tn_fit_t scores = {0};
    tn_frame_t frame;
    tn_error_t err = {0};
    const tn_frame_options_t as_csv = {.format = "csv"};
    opt.n_resamples = 200;
    int ret = tn_frame_read_memory(&frame, "s.csv", csv, strlen(csv), &as_csv, &err);
    if (ret == 0) ret = tn_ledger_score_frame(&scores, &frame, "s.csv", &opt, &err);
    if (ret != 0) fail_msg("%s", err.message);
    tn_frame_free(&frame);
    return scores;
}

/* R 4.2.2: p, y as below; mean((p - y)^2); -mean(ifelse(y == 1, log(p), log(1 - p)));
 * r <- isoreg(p, y)$yf; S - SC, SU - SC, SU with the same means. */
static void yes_no_scores_are_those_of_r(void **state)
{
    (void)state;
    tn_fit_t s = score_csv("question,forecaster,p,outcome\n"
                           "1,a,0.05,0\n2,a,0.1,0\n3,a,0.2,1\n4,a,0.3,0\n5,a,0.3,0\n6,a,0.45,1\n"
                           "7,a,0.6,1\n8,a,0.7,0\n9,a,0.85,1\n10,a,0.9,1\n11,a,0.9,\n",
        TN_LEDGER_SCORE_OPTIONS_DEFAULT);
    check_close(cell(&s, "scores", "n", 0), 10.0, 0.0, 0.0, "the open one does not count");
    check_close(cell(&s, "scores", "brier", 0), 727.0 / 4000.0, TOL2, 0.0, "by hand");
    check_close(cell(&s, "scores", "log", 0), 0.52606271798222415, TOL2, 0.0, "R");
    check_close(
        cell(&s, "decomposition", "miscalibration", 0), 0.048416666666666691, TOL3, 0.0, "R");
    check_close(cell(&s, "decomposition", "discrimination", 0), 7.0 / 60.0, TOL3, 0.0, "R");
    check_close(cell(&s, "decomposition", "uncertainty", 0), 0.25, TOL2, 0.0, "half of them");
    check_close(
        cell(&s, "decomposition", "miscalibration", 1), 0.14415421700533648, TOL3, 0.0, "R");
    check_close(
        cell(&s, "decomposition", "discrimination", 1), 0.31123867958305762, TOL3, 0.0, "R");
    check_close(cell(&s, "decomposition", "uncertainty", 1), log(2.0), TOL3, 0.0, "R");
    assert_int_equal(s.n_warnings, 1);
    assert_non_null(strstr(s.warning[0], "too few to tell"));
    tn_fit_free(&s);
}

/* (0.2, 0.5, 0.3), the second: 0.04 + 0.25 + 0.09 = 38/100, -ln 1/2; (1/2, 1/2, 0), none of them:
 * 1/4 + 1/4 + 1 = 3/2, infinite; with "(other)" it is that one: (1/4, 3/4): 1/16 + 1/16 = 1/8. */
static void categories_are_scored_by_hand(void **state)
{
    (void)state;
    tn_fit_t s = score_csv("question,forecaster,p,outcome,category,class\n"
                           "1,a,0.2,0,x,k\n1,a,0.5,1,y,k\n1,a,0.3,0,z,k\n"
                           "2,a,0.5,0,x,l\n2,a,0.5,0,y,l\n"
                           "3,a,0.25,0,x,m\n3,a,0.75,0,(other),m\n",
        TN_LEDGER_SCORE_OPTIONS_DEFAULT);
    check_close(cell(&s, "categories", "brier", 0), 0.38, TOL1, 0.0, "by hand");
    check_close(cell(&s, "categories", "log", 0), log(2.0), TOL1, 0.0, "by hand");
    check_close(cell(&s, "categories", "brier", 1), 1.5, TOL1, 0.0, "by hand");
    assert_true(isinf(cell(&s, "categories", "log", 1)));
    check_close(cell(&s, "categories", "brier", 2), 0.125, TOL1, 0.0, "by hand");
    tn_fit_free(&s);
}

/* Exit on day 120 of F = 0.1 from 91, 0.2 from 182, 0.5 from 364:
 * CRPS = 29 (0.1)^2 + 62 (0.9)^2 + 182 (0.8)^2 = 0.29 + 50.22 + 116.48 = 166.99 days;
 * RPS = 0.1^2 + 0.8^2 + 0.5^2 = 0.90. In office until day 200, then open:
 * CRPS = 91 (0.1)^2 + 18 (0.2)^2 = 0.91 + 0.72 = 1.63. */
static void curves_of_exit_are_scored_by_hand(void **state)
{
    tn_fit_t s;
    tn_ledger_score_options_t opt = TN_LEDGER_SCORE_OPTIONS_DEFAULT;
    (void)state;
    opt.n_resamples = 10;
    tn_ledger_t *l = open_ledger(TN_LEDGER_APPEND);
    add_json(l);
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b", .route = "coup"}, "2020-05-05");
    assert_int_equal(tn_ledger_score(&s, l, &opt, NULL), 0);
    check_close(cell(&s, "exit", "crps.days", 0), 166.99, TOL2, 0.0, "by hand");
    check_close(cell(&s, "exit", "crps.share", 0), 166.99 / 364.0, TOL2, 0.0, "by hand");
    check_close(cell(&s, "exit", "rps", 0), 0.9, TOL2, 0.0, "by hand");
    check_close(cell(&s, "exit", "censored", 0), 0.0, 0.0, 0.0, "known to the end");
    /* (0.1 - 0)^2, (0.2 - 1)^2, (0.5 - 1)^2 */
    check_close(cell(&s, "scores", "brier", 0), 0.9 / 3.0, TOL2, 0.0, "by hand");
    tn_fit_free(&s);
    resolve(l, (tn_ledger_resolution_t){.target = "ann-b", .is_in_office = true}, "2020-07-24");
    assert_int_equal(tn_ledger_score(&s, l, &opt, NULL), 0);
    check_close(cell(&s, "exit", "crps.days", 0), 1.63, TOL2, 0.0, "by hand");
    check_close(cell(&s, "exit", "censored", 0), 1.0, 0.0, 0.0, "still there");
    assert_true(isnan(cell(&s, "exit", "rps", 0)));
    tn_fit_free(&s);
    tn_ledger_close(l);
}

static void the_latest_forecast_before_the_outcome_counts(void **state)
{
    static const char csv[] =
        "question,forecaster,p,outcome,date,recorded,known\n"
        "1,a,0.1,1,2020-01-01,2020-01-01,2020-06-01\n1,a,0.5,1,2020-03-01,2020-03-01,2020-06-01\n"
        "1,a,0.9,1,2020-06-01,2020-06-01,2020-06-01\n1,a,0.6,1,2020-04-01,2020-07-01,2020-06-01\n";
    tn_ledger_score_options_t opt = TN_LEDGER_SCORE_OPTIONS_DEFAULT;
    (void)state;
    tn_fit_t s = score_csv(csv, opt);
    check_close(cell(&s, "scores", "brier", 0), 0.25, TOL1, 0.0, "0.5: 0.9 is hindsight, 0.6 late");
    tn_fit_free(&s);
    opt.which = TN_LEDGER_FIRST;
    s = score_csv(csv, opt);
    check_close(cell(&s, "scores", "brier", 0), 0.81, TOL1, 0.0, "0.1");
    tn_fit_free(&s);
    opt.which = TN_LEDGER_ALL;
    opt.with_late = true;
    s = score_csv(csv, opt);
    check_close(
        cell(&s, "scores", "brier", 0), (0.81 + 0.25 + 0.16) / 3.0, TOL1, 0.0, "all but 0.9");
    tn_fit_free(&s);
}

/* Eight subjects, differences a - crowd all (0.5^2 - 0.8^2) = -0.39: no resample differs. Own 1/4,
 * reference 16/25: skill 1 - 25/64 = 39/64. All 2^8 flips: two are as far, p = 2/256. */
static void skill_is_paired_by_question(void **state)
{
    char csv[1024] = "question,forecaster,p,outcome,source\n99,a,0.9,0,analyst\n";
    size_t n = strlen(csv);
    (void)state;
    for (int i = 0; i < 8; i++) {
        n += (size_t)snprintf(
            csv + n, sizeof csv - n, "%d,a,0.5,1,analyst\n%d,c,0.2,1,crowd\n", i, i);
    }
    tn_fit_t s = score_csv(csv, TN_LEDGER_SCORE_OPTIONS_DEFAULT);
    check_close(cell(&s, "compare", "n", 0), 8.0, 0.0, 0.0, "the ninth is not shared");
    check_close(cell(&s, "compare", "difference", 0), -0.39, TOL2, 0.0, "by hand");
    check_close(cell(&s, "compare", "conf.low", 0), -0.39, TOL2, 0.0, "by hand");
    check_close(cell(&s, "compare", "conf.high", 0), -0.39, TOL2, 0.0, "by hand");
    check_close(cell(&s, "compare", "skill", 0), 39.0 / 64.0, TOL2, 0.0, "by hand");
    check_close(cell(&s, "compare", "p.value", 0), 2.0 / 256.0, TOL1, 0.0, "by hand");
    assert_string_equal(tn_fit_column(tn_fit_table(&s, "compare"), "verdict")->text[0], "better");
    tn_fit_free(&s);
}

/* ---- tampering ---- */

static void tamper(const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) fail_msg("%s", message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void check_refused_by_file(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define UNLOCK "DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_removed;"
#define LOCK                                                                                       \
    "CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry "                                \
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never changed'); END;"                     \
    "CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry "                                \
    "BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never removed'); END;"

/* Six entries in a new file, then the SQL; says the findings. */
static size_t verdict_after(const char *sql, const char *head, tn_ledger_verdict_t *v)
{
    tn_ledger_receipt_t receipt;
    (void)no_file(NULL);
    tn_ledger_t *l = open_ledger(TN_LEDGER_APPEND);
    const tn_ledger_question_t q = {
        "q", "Will it?", NULL, NULL, day("2020-01-01"), day("2020-02-01")};
    assert_int_equal(tn_ledger_add(l, &q, NULL, day("2020-01-01"), &receipt, NULL), 0);
    for (int i = 1; i <= 5; i++) {
        const tn_ledger_forecast_t f = {.question = "q",
            .by = "a",
            .source = "crowd",
            .date = day("2020-01-01"),
            .p = i / 10.0};
        assert_int_equal(tn_ledger_add(l, NULL, &f, day("2020-01-01"), &receipt, NULL), 0);
    }
    tn_ledger_close(l);
    if (sql != NULL) tamper(sql);
    l = open_ledger(TN_LEDGER_READ);
    assert_int_equal(tn_ledger_verify(l, head == NULL ? NULL : receipt.hash, v, NULL), 0);
    tn_ledger_close(l);
    return v->n_findings;
}

static void tampering_is_found_and_the_entry_named(void **state)
{
    tn_ledger_verdict_t v;
    (void)state;
    assert_int_equal(verdict_after(NULL, "head", &v), 0);
    assert_int_equal(v.n_entries, 6);
    check_refused_by_file("UPDATE entry SET body = '{}' WHERE seq = 3");
    check_refused_by_file("DELETE FROM entry WHERE seq = 6");
    check_refused_by_file("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 3");
    check_refused_by_file("INSERT INTO entry VALUES (9, '2020-01-01', 'k', 't', 'b', 'p', 'h')");
    static const struct {
        const char *sql, *want;
    } deeds[] = {
        {UNLOCK "UPDATE entry SET body = replace(body, '0.2', '0.9') WHERE seq = 3;" LOCK,
            "entry 3 was changed"},
        {UNLOCK "UPDATE entry SET recorded = '2019-01-01' WHERE seq = 4;" LOCK,
            "entry 4 was changed"},
        {UNLOCK "DELETE FROM entry WHERE seq = 3;" LOCK, "entry 3 is missing"},
        {UNLOCK "DELETE FROM entry WHERE seq IN (3, 4);" LOCK, "entries 3 to 4 are missing"},
        {UNLOCK "DELETE FROM entry WHERE seq = 1;" LOCK, "entry 1 is missing"},
        {UNLOCK "DELETE FROM entry WHERE seq = 6;" LOCK, "entry 6 is missing at the end"},
        {UNLOCK "DELETE FROM entry WHERE seq = 3; UPDATE entry SET seq = seq - 1 WHERE seq > 3;"
                "UPDATE sqlite_sequence SET seq = 5;" LOCK,
            "entry 3 was changed"},
        {UNLOCK "UPDATE entry SET seq = -seq WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 4;"
                "UPDATE entry SET seq = 4 WHERE seq = -3;" LOCK,
            "entry 3 was changed"},
        {"DROP TRIGGER entry_is_never_removed", "'entry_is_never_removed' was taken out"},
        {"CREATE TRIGGER x AFTER INSERT ON entry BEGIN SELECT 1; END", "something strange"},
    };
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (verdict_after(deeds[i].sql, NULL, &v) == 0) fail_msg("not found: %s", deeds[i].sql);
        if (strstr(v.finding[0], deeds[i].want) == NULL) {
            fail_msg("found '%s', expected '%s'", v.finding[0], deeds[i].want);
        }
    }
    /* whoever sets the counter back too is found out by a hash kept elsewhere */
    static const char cut[] =
        UNLOCK "DELETE FROM entry WHERE seq = 6; UPDATE sqlite_sequence SET seq = 5;" LOCK;
    assert_int_equal(verdict_after(cut, NULL, &v), 0);
    assert_int_equal(verdict_after(cut, "head", &v), 1);
    assert_non_null(strstr(v.finding[0], "cut off or written anew"));
}

/* ---- what is refused ---- */

static int try_json(tn_ledger_t *l, const char *json, size_t n, tn_error_t *err)
{
    tn_ledger_receipt_t receipt;
    const tn_ledger_json_options_t opt = {.recorded = day("2020-01-10")};
    return tn_ledger_add_json(l, "f.json", json, n, &opt, &receipt, err);
}

static void hostile_json_is_refused_and_leaves_nothing(void **state)
{
    tn_error_t err = {0};
    tn_ledger_verdict_t v;
    char text[sizeof JSON];
    (void)state;
    tn_ledger_t *l = open_ledger(TN_LEDGER_APPEND);
    for (size_t n = 0; n < strlen(JSON); n += 7) { /* cut short anywhere */
        assert_int_equal(try_json(l, JSON, n, &err), TN_EINPUT);
        assert_non_null(strstr(err.message, "f.json"));
    }
    static const struct {
        const char *from, *to; /* of the same length */
        const char *want;
    } changes[] = {{"forecast/1", "forecast/2", "schema"}, {"Ann B", "-\\t--", "--subject"},
        {"2020-01-06", "2020-13-06", "as_of"}, {"2020-04-06", "2020-01-06", "later dates"},
        {"\"coup\",\"upr", "\"cuop\",\"upr", "names of routes"}, {"0.25}", "1.25}", "probability"},
        {"null", "\"ev\"", "--force"}, {"\"routes\"", "\"rootes\"", "routes"},
        {"\"p\":0.2}", "\"p\":0.0}", "do not fall"}, {"0.75}", "0.85}", "adding up to 1"},
        {"\"base_rate\"", "\"base_rote\"", "base_rate"}, {"{\"sch", "[\"sch", "not JSON"}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        memcpy(text, JSON, sizeof text);
        char *at = strstr(text, changes[i].from);
        assert_non_null(at);
        memcpy(at, changes[i].to, strlen(changes[i].to));
        const int ret = try_json(l, text, strlen(text), &err);
        if (ret != TN_EINPUT || strstr(err.message, changes[i].want) == NULL) {
            fail_msg("'%s': %d, %s", changes[i].to, ret, err.message);
        }
    }
    assert_int_equal(tn_ledger_verify(l, NULL, &v, NULL), 0);
    assert_int_equal(v.n_entries + (int64_t)v.n_findings, 0);
    add_json(l);
    assert_int_equal(try_json(l, JSON, strlen(JSON), &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "on record already"));
    tn_ledger_close(l);
}

static void mistakes_by_hand_are_named(void **state)
{
    tn_error_t err = {0};
    tn_ledger_receipt_t r;
    (void)state;
    tn_ledger_t *l = open_ledger(TN_LEDGER_APPEND);
    const int32_t d = day("2020-01-01");
    tn_ledger_question_t q = {"q q", "Will it?", NULL, NULL, d, d + 30};
    assert_int_equal(tn_ledger_add(l, &q, NULL, d, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "blank"));
    q.id = "q";
    q.closes = d - 1;
    assert_int_equal(tn_ledger_add(l, &q, NULL, d, &r, &err), TN_EINPUT);
    q.closes = d + 30;
    q.text = "bad \xff";
    assert_int_equal(tn_ledger_add(l, &q, NULL, d, &r, &err), TN_EINPUT);
    q.text = "Will it?";
    assert_int_equal(tn_ledger_add(l, &q, NULL, d, &r, &err), 0);
    assert_int_equal(tn_ledger_add(l, &q, NULL, d, &r, &err), TN_EINPUT);
    assert_int_equal(tn_ledger_add(l, NULL, NULL, INT32_MAX, &r, &err), TN_EARG);
    tn_ledger_forecast_t f = {.question = "q", .by = "a", .source = "crowd", .date = d, .p = 1.5};
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    f.p = NAN;
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    f.p = 0.5;
    f.source = "oracle";
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    f.source = "base";
    f.question = "p";
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    f.question = "q";
    const char *const names[] = {"x", "x"};
    const double p[] = {0.5, 0.5}, p_bad[] = {0.5, 0.6};
    f.n_categories = 2;
    f.category = names;
    f.category_p = p;
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    const char *const two[] = {"x", "y"};
    f.category = two;
    f.category_p = p_bad;
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), TN_EINPUT);
    f.category_p = p;
    assert_int_equal(tn_ledger_add(l, NULL, &f, d, &r, &err), 0);
    f.by = "b";
    assert_int_equal(tn_ledger_add(l, NULL, &f, d - 1, &r, &err), TN_EINPUT);
    f.date = d - 2;
    assert_int_equal(tn_ledger_add(l, NULL, &f, d - 1, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "backwards"));
    tn_ledger_resolution_t x = {.target = "q", .date = d, .recorded = d, .route = "cuop"};
    assert_int_equal(tn_ledger_resolve(l, &x, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "did you mean 'coup'"));
    x.route = "coup";
    assert_int_equal(tn_ledger_resolve(l, &x, &r, &err), TN_EINPUT);
    x.route = NULL;
    assert_int_equal(tn_ledger_resolve(l, &x, &r, &err), TN_EINPUT);
    x.outcome = "yes";
    assert_int_equal(tn_ledger_resolve(l, &x, &r, &err), 0);
    tn_ledger_close(l);
}

/* ---- memory ---- */

static int whole_use(void)
{
    tn_ledger_t *l = NULL;
    tn_ledger_receipt_t r;
    tn_fit_t t = {0};
    const tn_ledger_json_options_t opt = {.recorded = day("2020-01-10")};
    tn_ledger_score_options_t how = TN_LEDGER_SCORE_OPTIONS_DEFAULT;
    how.n_resamples = 2;
    how.n_threads = 1;
    const tn_ledger_resolution_t gone = {.target = "ann-b",
        .route = "coup",
        .date = day("2020-05-05"),
        .recorded = day("2020-05-06")};
    int ret = tn_ledger_open(&l, ":memory:", TN_LEDGER_APPEND, NULL);
    if (ret == 0) ret = tn_ledger_add_json(l, "f", JSON, strlen(JSON), &opt, &r, NULL);
    if (ret == 0) ret = tn_ledger_resolve(l, &gone, &r, NULL);
    if (ret == 0) ret = tn_ledger_list(&t, l, NULL, NULL, NULL);
    tn_fit_free(&t);
    if (ret == 0) ret = tn_ledger_score(&t, l, &how, NULL);
    tn_fit_free(&t);
    tn_ledger_close(l);
    return ret;
}

static void without_memory_every_call_fails_cleanly(void **state)
{
    (void)state;
    int ret = TN_ENOMEM;
    long k = 0;
    while (ret != 0 && k < 100000) {
        tn_mem_fail_at(++k);
        ret = whole_use();
        tn_mem_fail_at(0);
        if (ret != 0 && ret != TN_ENOMEM) fail_msg("k = %ld: code %d", k, ret);
    }
    assert_int_equal(ret, 0);
    assert_true(k > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_exit_settles_all_questions_of_a_subject, no_file),
        cmocka_unit_test(yes_no_scores_are_those_of_r),
        cmocka_unit_test(categories_are_scored_by_hand),
        cmocka_unit_test_teardown(curves_of_exit_are_scored_by_hand, no_file),
        cmocka_unit_test(the_latest_forecast_before_the_outcome_counts),
        cmocka_unit_test(skill_is_paired_by_question),
        cmocka_unit_test_teardown(tampering_is_found_and_the_entry_named, no_file),
        cmocka_unit_test_teardown(hostile_json_is_refused_and_leaves_nothing, no_file),
        cmocka_unit_test_teardown(mistakes_by_hand_are_named, no_file),
        cmocka_unit_test(without_memory_every_call_fails_cleanly),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
