/* States and codes: the traps between the code systems, names, and every code of the shared data.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "data/countries.h"

#define ON(y, m, d) tn_date_from_ymd(y, m, d)

static void rows_are_ordered_and_do_not_overlap(void **state)
{
    (void)state;
    size_t n;
    const tn_country_t *c = tn_countries(&n);
    assert_true(n > 200);
    for (size_t i = 0; i < n; i++) {
        assert_true(c[i].from <= c[i].to);
        assert_true(c[i].from >= ON(1816, 1, 1));
        assert_int_equal(strlen(c[i].cow3), 3);
        assert_true(c[i].iso3 == NULL || strlen(c[i].iso3) == 3);
        if (i == 0) continue;
        assert_true(c[i - 1].gwcode <= c[i].gwcode);
        if (c[i - 1].gwcode == c[i].gwcode) assert_true(c[i - 1].to < c[i].from);
    }
}

static void days_of_the_table_are_calendar_days(void **state)
{
    (void)state;
    assert_int_equal(tn_country_get(2, TN_DATE_NONE)->from, ON(1816, 1, 1));
    assert_int_equal(tn_country_get(666, TN_DATE_NONE)->from, ON(1948, 5, 14));
    assert_int_equal(tn_country_get(20, TN_DATE_NONE)->from, ON(1867, 7, 1));
    assert_int_equal(tn_country_get(702, TN_DATE_NONE)->from, ON(1991, 9, 9));
    assert_int_equal(tn_country_get(315, TN_DATE_NONE)->to, ON(1992, 12, 31));
    assert_int_equal(tn_country_get(342, TN_DATE_NONE) == NULL, 1);
    assert_int_equal(tn_country_get(223, TN_DATE_NONE)->from, ON(1816, 1, 1));
    assert_int_equal(tn_country_get(516, ON(2000, 2, 29))->gwcode, 516);
}

/* both ways: number of the Correlates of War on a day -> Gleditsch-Ward -> back */
static void numbers_that_differ_between_the_systems(void **state)
{
    (void)state;
    static const struct {
        int gw, cow, y, m, d;
    } t[] = {
        {255, 255, 1938, 1, 1},
        {260, 260, 1990, 10, 2},
        {260, 255, 1990, 10, 3},
        {260, 255, 2021, 1, 1},
        {678, 678, 1990, 5, 21},
        {678, 679, 1990, 5, 22},
        {345, 345, 2006, 6, 4},
        {340, 345, 2006, 6, 5},
        {340, 345, 1900, 1, 1},
        {970, 946, 2000, 1, 1},
        {971, 970, 2000, 1, 1},
        {972, 955, 2000, 1, 1},
        {973, 947, 2000, 1, 1},
        {365, 365, 1985, 3, 11},
        {331, 331, 1980, 4, 1},
    };
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        const int32_t day = ON(t[i].y, t[i].m, t[i].d);
        assert_int_equal(tn_country_from_cow(t[i].cow, day), t[i].gw);
        const tn_country_t *c = tn_country_get(t[i].gw, day);
        assert_int_equal(c->cowcode, t[i].cow);
        assert_true(c->from <= day && day <= c->to);
    }
    assert_int_equal(tn_country_from_cow(255, ON(1960, 1, 1)), 0);
    assert_int_equal(tn_country_from_cow(260, ON(1995, 1, 1)), 0);
    assert_int_equal(tn_country_from_cow(678, ON(1995, 1, 1)), 0);
    assert_int_equal(tn_country_from_cow(0, ON(1995, 1, 1)), 0);
    int64_t gap;
    assert_int_equal(tn_country_near_cow(666, ON(1948, 5, 10), &gap), 666);
    assert_int_equal(gap, 4);
    assert_int_equal(tn_country_near_cow(999, 0, &gap), 0);
}

static void letters_on_their_days(void **state)
{
    (void)state;
    assert_int_equal(tn_country_from_iso3("DEU", ON(1900, 1, 1)), 255);
    assert_int_equal(tn_country_from_iso3("DEU", ON(1950, 1, 1)), 260);
    assert_int_equal(tn_country_from_iso3("DEU", TN_DATE_NONE), 260);
    assert_int_equal(tn_country_from_iso3("SUN", ON(1980, 1, 1)), 365);
    assert_int_equal(tn_country_from_iso3("SCG", ON(2004, 1, 1)), 345);
    assert_int_equal(tn_country_from_iso3("SRB", ON(2020, 1, 1)), 340);
    assert_int_equal(tn_country_from_iso3("XKX", ON(2020, 1, 1)), 347);
    assert_int_equal(tn_country_from_iso3("KAZ", ON(1980, 1, 1)), 0);
    assert_int_equal(tn_country_from_iso3("kaz", TN_DATE_NONE), 0);
}

static void names_as_people_type_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int gw;
    } t[] = {{"Russia", 365}, {"russia", 365}, {"RUS", 365}, {"365", 365}, {"Soviet Union", 365},
        {"Germany", 260}, {"GMY", 260}, {"Korea", 732}, {"vietnam", 816}, {"Ivory Coast", 437},
        {"Côte d'Ivoire", 437}, {"AUS", 900}, {"AUL", 900}, {"Austria", 305}, {"united states", 2},
        {"The Gambia", 420}, {"U.K.", 200}, {"Turkiye", 640}, {"Serbia", 340}, {"971", 971},
        {"Burma", 775}, {"DR Congo", 490}, {"Prussia", 255}, {"YMD", 680}, {"Nauru", 971}};
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        assert_int_equal(tn_country_find(t[i].text, TN_DATE_NONE), t[i].gw);
    }
    assert_int_equal(tn_country_find("Germany", ON(1914, 8, 1)), 255);
    assert_int_equal(tn_country_find("Serbia", ON(1995, 1, 1)), 345);
    assert_int_equal(tn_country_find("Vietnam", ON(1850, 1, 1)), 815);
    assert_int_equal(tn_country_find("Atlantis", TN_DATE_NONE), 0);
    assert_int_equal(tn_country_find("", TN_DATE_NONE), 0);
    assert_int_equal(tn_country_find("342", TN_DATE_NONE), 0);
    assert_int_equal(tn_country_find("365x", TN_DATE_NONE), 0);
}

static void a_misspelt_name_finds_its_neighbour(void **state)
{
    (void)state;
    assert_string_equal(tn_country_nearest("Rusia"), "Russia");
    assert_string_equal(tn_country_nearest("soviet onion"), "Russia");
    assert_string_equal(tn_country_nearest("Khazakstan"), "Kazakhstan");
    assert_string_equal(tn_country_nearest("Guinea Bisau"), "Guinea-Bissau");
    assert_null(tn_country_nearest("qqqqqqqqqqqq"));
    assert_null(tn_country_nearest(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_ordered_and_do_not_overlap),
        cmocka_unit_test(days_of_the_table_are_calendar_days),
        cmocka_unit_test(numbers_that_differ_between_the_systems),
        cmocka_unit_test(letters_on_their_days),
        cmocka_unit_test(names_as_people_type_them),
        cmocka_unit_test(a_misspelt_name_finds_its_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
