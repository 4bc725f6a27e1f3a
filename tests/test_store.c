/* The store from outside bytes to history: the shared data sets, counted by other means. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "data/history.h"
#include "data/person_name.h"
#include "tenure/data.h"

static char store[64];

static int make_store(void **state)
{
    (void)state;
    (void)snprintf(store, sizeof store, "/tmp/tenure-store-XXXXXX");
    const int fd = mkstemp(store);
    if (fd < 0) return -1;
    (void)close(fd);
    return unlink(store);
}

static int remove_store(void **state)
{
    (void)state;
    char path[80];
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int k = 0; k < 3; k++) {
        (void)snprintf(path, sizeof path, "%s%s", store, ends[k]);
        (void)unlink(path);
    }
    return 0;
}

static bool shared_path(char out[4096], const char *name)
{
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) return false;
    (void)snprintf(out, 4096, "%s/data/%s", shared, name);
    return access(out, R_OK) == 0;
}

static tn_data_import_result_t import(const char *name)
{
    char path[4096];
    tn_data_import_result_t result;
    tn_error_t err = {0};
    if (!shared_path(path, name)) skip();
    if (tn_data_import(store, path, NULL, &result, NULL, &err) < 0) fail_msg("%s", err.message);
    return result;
}

static void import_text(const char *text, int want, const char *message)
{
    char path[80];
    tn_data_import_result_t result;
    tn_error_t err = {0};
    (void)snprintf(path, sizeof path, "%s.csv", store);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
    const int ret = tn_data_import(store, path, NULL, &result, NULL, &err);
    (void)unlink(path);
    assert_int_equal(ret, want);
    if (message != NULL && strstr(err.message, message) == NULL) fail_msg("%s", err.message);
}

static void every_row_of_the_shared_files_is_kept_and_counted(void **state)
{
    (void)state;
    static const struct {
        const char *file, *kind;
        size_t n_rows, n_kept, repaired, guessed, dropped, flagged;
    } want[] = {
        /* 15 names in Latin-1; 19 births unknown, 5 spells of zero days, 1 odd birth date */
        {"Archigos_4.1_stata14.dta", "archigos", 3409, 3409, 15, 0, 0, 25},
        /* a stray byte 0x85; 144 births -99 and 1 empty; one key three times in two countries */
        {"leaderlist_3_21.csv", "reign-leaders", 2524, 2524, 1, 14, 0, 148},
        {"regime_list.csv", "reign-regimes", 627, 627, 0, 0, 0, 0},
        /* spellings, one impossible day, one country number that does not exist */
        {"electionlist_3_21.csv", "reign-elections", 4351, 4351, 11, 166, 0, 0},
        {"powell_thyne_coups_2019.csv", "powell-thyne", 476, 476, 0, 0, 0, 0},
        /* self-coups; days 0; dropped: no start, before 1840, no state of that code then */
        {"cline_coup_project_2.1.2.csv", "cline", 981, 981, 3, 0, 0, 41},
        {"wikidata_leaders_2025_10.csv", "wikidata", 9376, 6684, 0, 0, 2692, 448}};
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        const tn_data_import_result_t got = import(want[k].file);
        assert_string_equal(got.kind, want[k].kind);
        assert_int_equal(got.n_rows, want[k].n_rows);
        assert_int_equal(got.n_kept, want[k].n_kept);
        assert_int_equal(got.n_log[TN_LOG_REPAIRED], want[k].repaired);
        assert_int_equal(got.n_log[TN_LOG_GUESSED], want[k].guessed);
        assert_int_equal(got.n_log[TN_LOG_DROPPED], want[k].dropped);
        assert_int_equal(got.n_log[TN_LOG_FLAGGED], want[k].flagged);
    }
    assert_int_equal(tn_data_verify(store, NULL, NULL, NULL), 0);
    assert_true(import("regime_list.csv").is_unchanged);
}

static void archigos_is_the_same_from_dta_and_rda(void **state)
{
    (void)state;
    tn_history_t a, b;
    (void)import("Archigos_4.1_stata14.dta");
    assert_int_equal(tn_history_load(&a, store, NULL), 0);
    (void)import("archigos.rda");
    assert_int_equal(tn_history_load(&b, store, NULL), 0);
    assert_int_equal(a.n_spells, 3409);
    assert_int_equal(b.n_spells, 3409);
    for (size_t i = 0; i < a.n_spells; i++) {
        assert_string_equal(a.spell[i].id, b.spell[i].id);
        assert_int_equal(a.spell[i].start, b.spell[i].start);
        assert_int_equal(a.spell[i].end, b.spell[i].end);
        assert_int_equal(a.spell[i].exit_route, b.spell[i].exit_route);
    }
    tn_history_free(&a);
    tn_history_free(&b);
}

static void routes_count_as_in_the_data_sets_own_table(void **state)
{
    (void)state;
    tn_history_t h;
    size_t n[TN_N_ROUTES] = {0}, n_censored = 0, n_unknown = 0, n_rebels = 0, n_suicide = 0;
    (void)import("Archigos_4.1_stata14.dta");
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    for (size_t i = 0; i < h.n_spells; i++) {
        const int route = h.spell[i].exit_route;
        if (route >= 0) n[route]++;
        n_censored += route == TN_EXIT_CENSORED;
        n_unknown += route == TN_EXIT_UNKNOWN;
        n_rebels += h.spell[i].rebels;
        n_suicide += h.spell[i].suicide;
    }
    /* leader_exit_by_exitcode.csv: 277 + 6 military, 40 + 4 others in government, 29 struggles */
    assert_int_equal(n[TN_ROUTE_COUP], 277 + 6 + 40 + 4 + 29);
    assert_int_equal(n[TN_ROUTE_UPRISING], 35 + 3 + 41 + 12);
    assert_int_equal(n_rebels, 41 + 12);
    assert_int_equal(n[TN_ROUTE_ASSASSINATION], 23);
    assert_int_equal(n[TN_ROUTE_DEATH], 202 + 3);
    assert_int_equal(n_suicide, 3);
    assert_int_equal(n[TN_ROUTE_INCAPACITY], 68);
    assert_int_equal(n[TN_ROUTE_FOREIGN], 72);
    assert_int_equal(n[TN_ROUTE_REGULAR], 2293);
    assert_int_equal(n_censored, 168);
    assert_int_equal(n_unknown, 122 + 8 + 3);
    tn_history_free(&h);
}

static const tn_office_spell_t *find(const tn_history_t *h, const char *id)
{
    for (size_t i = 0; i < h->n_spells; i++) {
        if (strcmp(h->spell[i].id, id) == 0) return &h->spell[i];
    }
    fail_msg("no spell %s", id);
    return NULL;
}

static void spells_go_on_across_the_seam(void **state)
{
    (void)state;
    tn_history_t h;
    (void)import("Archigos_4.1_stata14.dta");
    (void)import("leaderlist_3_21.csv");
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    const tn_office_spell_t *putin = find(&h, "archigos:RUS-2000");
    assert_int_equal(putin->end, tn_date_from_ymd(2021, 2, 28));
    assert_int_equal(putin->exit_route, TN_EXIT_CENSORED);
    const tn_office_spell_t *haiti = find(&h, "archigos:HAI-2011"); /* left at 2014-12-31 */
    assert_int_equal(haiti->end, tn_date_from_ymd(2016, 2, 15));
    assert_int_equal(haiti->end_precision, TN_BY_MONTH);
    const tn_office_spell_t *sabah = find(&h, "archigos:KUW-2006-2"); /* not his brother Jabir */
    assert_int_equal(sabah->end, tn_date_from_ymd(2020, 9, 15));
    const tn_office_spell_t *salman = find(&h, "archigos:SAU-2015"); /* "Natural Death" on the last
                                                                       day of Archigos */
    assert_int_equal(salman->exit_route, TN_EXIT_CENSORED);
    for (size_t i = 1; i < h.n_spells; i++) {
        const tn_office_spell_t *a = &h.spell[i - 1], *b = &h.spell[i];
        assert_true(a->gwcode < b->gwcode || (a->gwcode == b->gwcode && a->start <= b->start));
        assert_true(b->start <= b->end && b->counts_from >= b->start);
    }
    tn_history_free(&h);
}

/* After February 2021: Wikidata's holders of the role that the last leader held. */
static void wikidata_goes_on_where_the_lists_end(void **state)
{
    (void)state;
    tn_history_t h;
    (void)import("Archigos_4.1_stata14.dta");
    (void)import("leaderlist_3_21.csv");
    (void)import("powell_thyne_coups_2019.csv");
    (void)import("cline_coup_project_2.1.2.csv");
    (void)import("wikidata_leaders_2025_10.csv");
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    size_t n_britain = 0, n_russia = 0, n_ukraine = 0, n_lebanon = 0;
    int route_of_burkina = -9, entry_of_damiba = -9;
    const int32_t seam = tn_date_from_ymd(2021, 3, 1);
    for (size_t i = 0; i < h.n_spells; i++) {
        const tn_office_spell_t *s = &h.spell[i];
        if (s->end < seam) continue;
        n_britain += s->gwcode == 200; /* Johnson, Truss, Sunak, Starmer; no king */
        n_russia += s->gwcode == 365;  /* one; no head of government */
        n_ukraine += s->gwcode == 369; /* Zelensky is found by his first day: there Zelenski */
        n_lebanon += s->gwcode == 660; /* Hariri never took office: nobody of that name or day */
        if (s->gwcode == 439 && s->start < seam) route_of_burkina = s->exit_route;
        if (s->gwcode == 439 && strstr(s->name, "Damiba") != NULL) entry_of_damiba = s->entry;
    }
    assert_int_equal(n_britain, 4);
    assert_int_equal(n_russia, 1);
    assert_int_equal(n_ukraine, 1);
    assert_int_equal(n_lebanon, 0);
    assert_int_equal(
        route_of_burkina, TN_ROUTE_COUP); /* January 2022, by the Cline Center's list */
    assert_int_equal(entry_of_damiba, TN_ENTRY_IRREGULAR); /* who follows on it */
    assert_true(h.spells_to >= tn_date_from_ymd(2025, 9, 1));
    tn_history_free(&h);
}

static void ones_own_list_goes_before_others(void **state)
{
    (void)state;
    tn_history_t h;
    import_text("country,leader,entered,left,exit\nUtopia,A,2020-13-01,,\nFrance,,2020-01-01,2019-"
                "01-01,cuop\n",
        TN_EINPUT, ":2: 'entered': expected a date such as 2022-05-24, found '2020-13-01'");
    import_text("country,leader,entered,left,born,sex,entry,exit\n"
                "France,First,2001-01-01,2005-06-01,1950-02-03,female,regular,regular\n"
                "FRA,Second,2005-06-01,,,,,\n",
        0, NULL);
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    assert_int_equal(h.n_spells, 2);
    assert_string_equal(h.spell[0].name, "First");
    assert_int_equal(h.spell[0].exit_route, TN_ROUTE_REGULAR);
    assert_int_equal(h.spell[0].sex, TN_SEX_FEMALE);
    assert_int_equal(h.spell[1].exit_route, TN_EXIT_CENSORED);
    assert_int_equal(h.spell[1].gwcode, 220);
    tn_history_free(&h);
    (void)import("Archigos_4.1_stata14.dta"); /* skips without the shared data */
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    size_t n_own = 0, n_other = 0;
    for (size_t i = 0; i < h.n_spells; i++) {
        const tn_office_spell_t *s = &h.spell[i];
        if (s->gwcode != 220 || s->end <= tn_date_from_ymd(2001, 1, 1)) continue;
        n_own += strncmp(s->id, "leaders:", 8) == 0;
        n_other += strncmp(s->id, "leaders:", 8) != 0;
    }
    assert_int_equal(n_own, 2);
    assert_int_equal(n_other, 0);
    tn_history_free(&h);
}

static void mistakes_leave_the_store_as_it_was(void **state)
{
    (void)state;
    tn_history_t h;
    static const char *const good =
        "country,ccode,year,month,day,coup,version\nCuba,40,1952,3,10,2,V2019.04.22\n"
        "Cuba,40,1957,9,31,1,V2019.04.22\nNowhere,999,1957,9,3,1,x\nCuba,40,,,,2,x\n";
    import_text(good, 0, NULL);
    import_text("a,b\n1,2\n", TN_EINPUT, "not a data set that is known");
    import_text("", TN_EINPUT, "empty");
    import_text("country,ccode,year,month,day,coup,version\nCuba,40\n", TN_EINPUT, "2 fields");
    assert_int_equal(tn_data_verify(store, NULL, NULL, NULL), 0);
    assert_int_equal(tn_history_load(&h, store, NULL), 0);
    assert_int_equal(h.n_coups, 2);
    assert_true(h.coup[0].success && !h.coup[1].success);
    assert_int_equal(h.coup[1].day, tn_date_from_ymd(1957, 9, 30)); /* 31 September repaired */
    assert_int_equal(h.coups_to, tn_date_from_ymd(2019, 4, 22));
    tn_history_free(&h);
}

static void running_out_of_memory_is_an_error_and_changes_nothing(void **state)
{
    (void)state;
    char path[80];
    (void)snprintf(path, sizeof path, "%s.csv", store);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs("country,ccode,year,month,day,coup,version\nCuba,40,1952,3,10,2,V2019.04.22\n", out);
    assert_int_equal(fclose(out), 0);
    int ret = TN_ENOMEM;
    for (long k = 1; k < 400 && ret < 0; k++) {
        tn_data_import_result_t result;
        tn_mem_fail_at(k);
        ret = tn_data_import(store, path, NULL, &result, NULL, NULL);
        tn_mem_fail_at(0);
        assert_true(ret == 0 || ret == TN_ENOMEM);
    }
    (void)unlink(path);
    assert_int_equal(ret, 0);
    ret = TN_ENOMEM;
    for (long k = 1; k < 400 && ret < 0; k++) {
        tn_history_t h;
        tn_mem_fail_at(k);
        ret = tn_history_load(&h, store, NULL);
        tn_mem_fail_at(0);
        if (ret == 0) assert_int_equal(h.n_coups, 1);
        tn_history_free(&h);
    }
    assert_int_equal(ret, 0);
}

static void names_are_compared_without_accents(void **state)
{
    (void)state;
    char out[32];
    tn_person_name_plain("Erdo\xc4\x9f"
                         "an, R. T.",
        out, sizeof out);
    assert_string_equal(out, "erdogan r t");
    assert_true(tn_person_name_alike("Stefan L\xc3\xb6"
                                     "fven",
        "Lofven"));
    assert_true(tn_person_name_alike("Simpson-Miller", "Simpson Miller"));
    assert_false(tn_person_name_alike("Putin", "Yeltsin"));
    assert_false(tn_person_name_alike("", "Yeltsin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ON_STORE(f) cmocka_unit_test_setup_teardown(f, make_store, remove_store)
        ON_STORE(every_row_of_the_shared_files_is_kept_and_counted),
        ON_STORE(archigos_is_the_same_from_dta_and_rda),
        ON_STORE(routes_count_as_in_the_data_sets_own_table),
        ON_STORE(spells_go_on_across_the_seam),
        ON_STORE(wikidata_goes_on_where_the_lists_end),
        ON_STORE(ones_own_list_goes_before_others),
        ON_STORE(mistakes_leave_the_store_as_it_was),
        ON_STORE(running_out_of_memory_is_an_error_and_changes_nothing),
        cmocka_unit_test(names_are_compared_without_accents),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
