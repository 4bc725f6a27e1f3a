/* States and their codes, looked up by walking the rows: some 240, so that no index is needed.
 * Sources: Gleditsch & Ward (1999), "A revised list of the independent states since the Congress of
 * Vienna", International Interactions 25:393-413, with later revisions; Correlates of War Project,
 * State System Membership List, v2016; ISO 3166-1 and 3166-3; World Bank country classes. */
#include "data/countries.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define AMERICAS "Americas"
#define EUROPE   "Europe"
#define AFRICA   "Sub-Saharan Africa"
#define MENA     "Middle East and North Africa"
#define ASIA     "Asia"
#define OCEANIA  "Oceania"
#define RUSSIA   "russia"
#define HIGH     "high-income"
#define UPPER    "upper-middle-income"
#define LOWER    "lower-middle-income"
#define LOW      "low-income"

/* Days since 1970-01-01 as a constant expression, years from 1600: civil calendar that begins in
 * March, in eras of 400 years (tests compare it with tn_date_from_ymd). */
#define YEAR(y, m)      ((y) - ((m) <= 2 ? 1 : 0))
#define DAY_OF(m, d)    ((153 * ((m) + ((m) > 2 ? -3 : 9)) + 2) / 5 + (d)-1)
#define DAY_FROM(y, of) (365 * (y) + (y) / 4 - (y) / 100 + (y) / 400 + (of)-719468)
#define DAY(y, m, d)    DAY_FROM(YEAR(y, m), DAY_OF(m, d))
#define ONGOING         INT32_MAX
#define ROW(gw, cow, letters, iso, first, last, region, income, name, others)                      \
    {gw, name, letters, iso, cow, first, last, region, income},
static const tn_country_t rows[] = {
#include "data/countries_rows.inc"
};
#undef ROW
#define ROW(gw, cow, letters, iso, first, last, region, income, name, others) others,
static const char *const other_names[] = {
#include "data/countries_rows.inc"
};
#define N_ROWS   (sizeof rows / sizeof rows[0])
#define MAX_NAME 64

/* Letters that ISO 3166 has withdrawn while the state went on, and letters in use for Kosovo. */
static const struct {
    const char *iso3;
    int gwcode;
} old_letters[] = {
    {"BUR", 775},
    {"BYS", 370},
    {"DHY", 434},
    {"HVO", 439},
    {"KSV", 347},
    {"RHO", 552},
    {"RKS", 347},
    {"ROM", 360},
    {"SCG", 345},
    {"SUN", 365},
    {"TMP", 860},
    {"VDR", 816},
    {"XKK", 347},
    {"ZAR", 490},
};
#define N_OLD_LETTERS (sizeof old_letters / sizeof old_letters[0])

const tn_country_t *tn_countries(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

/** Days between a day and a row's time; 0 inside. Without a day: 0 for states of today. */
static int64_t distance(const tn_country_t *c, int32_t day)
{
    if (day == TN_DATE_NONE) return (int64_t)ONGOING - c->to;
    if (day < c->from) return (int64_t)c->from - day;
    return day > c->to ? (int64_t)day - c->to : 0;
}

/** What a row is looked for by. */
typedef struct search_key {
    int number;       /* of either system */
    const char *text; /* letters, or a name in plain form */
} search_key_t;
typedef bool match_t(size_t row, const search_key_t *key);

/** The matching row nearest in time, the later one of equals; N_ROWS if none. */
static size_t search(match_t *match, const search_key_t *key, int32_t day, int64_t *gap)
{
    size_t best = N_ROWS;
    *gap = INT64_MAX;
    for (size_t i = 0; i < N_ROWS; i++) {
        if (!match(i, key)) continue;
        const int64_t d = distance(&rows[i], day);
        if (d > *gap) continue;
        best = i;
        *gap = d;
    }
    return best;
}

static bool same_gw(size_t i, const search_key_t *key) { return rows[i].gwcode == key->number; }

static bool same_cow(size_t i, const search_key_t *key)
{
    return key->number > 0 && rows[i].cowcode == key->number;
}

static bool same_iso3(size_t i, const search_key_t *key)
{
    if (rows[i].iso3 != NULL && strcmp(rows[i].iso3, key->text) == 0) return true;
    for (size_t k = 0; k < N_OLD_LETTERS; k++) {
        if (rows[i].gwcode == old_letters[k].gwcode && strcmp(old_letters[k].iso3, key->text) == 0)
            return true;
    }
    return false;
}

static bool same_cow3(size_t i, const search_key_t *key)
{
    return strcmp(rows[i].cow3, key->text) == 0;
}

int tn_country_near_cow(int cowcode, int32_t day, int64_t *gap)
{
    const size_t i = search(same_cow, &(search_key_t){.number = cowcode}, day, gap);
    return i < N_ROWS ? rows[i].gwcode : 0;
}

int tn_country_near_iso3(const char *iso3, int32_t day, int64_t *gap)
{
    const size_t i = search(same_iso3, &(search_key_t){.text = iso3}, day, gap);
    return i < N_ROWS ? rows[i].gwcode : 0;
}

int tn_country_from_cow(int cowcode, int32_t day)
{
    int64_t gap;
    const int gwcode = tn_country_near_cow(cowcode, day, &gap);
    return gap == 0 ? gwcode : 0;
}

int tn_country_from_iso3(const char *iso3, int32_t day)
{
    int64_t gap;
    const int gwcode = tn_country_near_iso3(iso3, day, &gap);
    return gap == 0 ? gwcode : 0;
}

const tn_country_t *tn_country_get(int gwcode, int32_t day)
{
    int64_t gap;
    const search_key_t key = {.number = gwcode};
    size_t i = search(same_gw, &key, day, &gap);
    if (gap != 0 && i < N_ROWS) i = search(same_gw, &key, TN_DATE_NONE, &gap);
    return i < N_ROWS ? &rows[i] : NULL;
}

/** Small letters and digits only, other alphabets byte for byte; false if too long. */
static bool plain(const char *text, size_t n, char out[MAX_NAME])
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_kept =
            is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 128;
        if (!is_kept) continue;
        if (k + 1 >= MAX_NAME) return false;
        out[k++] = (char)(is_upper ? c - 'A' + 'a' : c);
    }
    out[k] = '\0';
    return k > 0;
}

static bool is_name(const char *name, size_t n, const char *text)
{
    char own[MAX_NAME];
    return plain(name, n, own) && strcmp(own, text) == 0;
}

static bool same_name(size_t i, const search_key_t *key)
{
    return is_name(rows[i].name, strlen(rows[i].name), key->text);
}

static bool same_other_name(size_t i, const search_key_t *key)
{
    const char *s = other_names[i];
    while (*s != '\0') {
        const size_t n = strcspn(s, ";");
        if (is_name(s, n, key->text)) return true;
        s += n + (s[n] == ';' ? 1 : 0);
    }
    return false;
}

static int by_number(const char *text)
{
    int64_t number;
    if (!tn_str_to_int64(text, strlen(text), 1, 999, &number)) return 0;
    const tn_country_t *c = tn_country_get((int)number, TN_DATE_NONE);
    return c != NULL ? c->gwcode : 0;
}

int tn_country_find(const char *text, int32_t day)
{
    static match_t *const ways[] = {same_iso3, same_name, same_other_name, same_cow3};
    char name[MAX_NAME], letters[4] = "";
    if (!plain(text, strlen(text), name)) return 0;
    if (name[0] >= '0' && name[0] <= '9') return by_number(text);
    for (size_t k = 0; k < 3 && strlen(name) == 3; k++) {
        letters[k] = (char)(name[k] >= 'a' && name[k] <= 'z' ? name[k] - 'a' + 'A' : '?');
    }
    /* a way that fits the day goes before an earlier way that does not */
    size_t best = N_ROWS;
    int64_t least = INT64_MAX;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        const bool by_letters = ways[w] == same_iso3 || ways[w] == same_cow3;
        int64_t gap;
        const size_t i =
            search(ways[w], &(search_key_t){.text = by_letters ? letters : name}, day, &gap);
        if (i == N_ROWS || gap >= least) continue;
        best = i;
        least = gap;
    }
    return best < N_ROWS ? rows[best].gwcode : 0;
}

#define MAX_NAMES 512

const char *tn_country_nearest(const char *text)
{
    char wanted[MAX_NAME], known[MAX_NAMES][MAX_NAME];
    const char *names[MAX_NAMES];
    size_t row[MAX_NAMES], n = 0;
    if (!plain(text, strlen(text), wanted)) return NULL;
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *s = rows[i].name, *next = other_names[i];
        while (*s != '\0' && n < MAX_NAMES) {
            const size_t length = strcspn(s, ";");
            row[n] = i;
            names[n] = known[n];
            if (plain(s, length, known[n])) n++;
            s = next;
            next = s + strcspn(s, ";");
            if (*next == ';') next++;
        }
    }
    const int k = tn_str_nearest(wanted, names, n);
    return k >= 0 ? rows[row[k]].name : NULL;
}
