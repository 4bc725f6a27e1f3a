/* Who is asked about: by name from the store, or by traits. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "data/countries.h"
#include "data/person_name.h"
#include "model/base.h"

#define NAME_SIZE  128
#define MOST_NAMED 8 /* in a message */

int tn_base_landmark(int32_t day)
{
    int y = 0, m = 0, d = 0;
    tn_date_to_ymd(day, &y, &m, &d);
    return y * 12 + m - 1 - (d <= 15);
}

int tn_base_months(int weeks) { return (int)ceil(weeks * TN_WEEKS_TO_MONTHS) + 1; }

bool tn_base_parse_date(const char *text, int32_t *day)
{
    return tn_date_parse(text, strlen(text), day);
}

bool tn_base_parse_weeks(const char *text, int *weeks)
{
    return tn_duration_parse(text, strlen(text), weeks);
}

const char *tn_base_regime(int regime)
{
    return regime >= 0 && regime < TN_N_REGIMES ? tn_base_regime_name(regime) : NULL;
}

int tn_base_regime_find(const char *word)
{
    for (int r = 0; r < TN_N_REGIMES; r++) {
        if (strcmp(tn_base_regime_name(r), word) == 0) return r;
    }
    return -1;
}

const char *tn_base_entry(int entry)
{
    static const char *const name[] = {"regular", "irregular", "foreign"};
    return entry >= 0 && entry < 3 ? name[entry] : NULL;
}

/* Does every word of a stand in b? Both plain: small letters, single blanks. */
static bool holds_words(const char *a, const char *b)
{
    while (*a != '\0') {
        const size_t n = strcspn(a, " ");
        bool is_there = false;
        for (const char *at = b; *at != '\0' && !is_there;) {
            const size_t k = strcspn(at, " ");
            is_there = k == n && memcmp(at, a, n) == 0;
            at += k + (at[k] != '\0');
        }
        if (!is_there) return false;
        a += n + (a[n] != '\0');
    }
    return true;
}

/* 2: the same name; 1: all words of one stand in the other; 0: another name. */
static int match(const char *stored, const char *asked)
{
    char plain[NAME_SIZE];
    tn_person_name_plain(stored, plain, sizeof plain);
    if (strcmp(plain, asked) == 0) return 2;
    return plain[0] != '\0' && (holds_words(plain, asked) || holds_words(asked, plain));
}

static bool is_in_office(const tn_history_t *h, const tn_office_spell_t *s, int32_t day)
{
    if (s->start > day) return false;
    if (day <= s->end) return true;
    return s->exit_route == TN_EXIT_CENSORED && s->end >= h->spells_to;
}

static void take_spell(
    tn_base_leader_t *leader, const tn_history_t *h, const tn_office_spell_t *s, int32_t as_of)
{
    const tn_country_t *country = tn_country_get(s->gwcode, as_of);
    *leader = (tn_base_leader_t){.gwcode = s->gwcode,
        .as_of = as_of,
        .entered = s->start,
        .born = s->born == TN_DATE_NONE ? TN_BASE_NO_DATE : s->born,
        .is_female = s->sex == TN_SEX_FEMALE,
        .entry = s->entry,
        .times_before = s->times_before,
        .listed_to = s->end < as_of ? s->end : 0};
    snprintf(leader->name, sizeof leader->name, "%s", s->name);
    snprintf(leader->country, sizeof leader->country, "%s", country != NULL ? country->name : "");
    tn_known_t known = {.gwcode = s->gwcode, .landmark = tn_base_landmark(as_of)};
    tn_known_of_country(&known, h);
    leader->regime = (int)known.regime;
}

static int refuse_name(const tn_history_t *h, const char *name, const char *asked, int32_t as_of,
    int best, int n_best, tn_error_t *err)
{
    char day[11], list[512] = "";
    int n = 0;
    tn_date_format(as_of, day);
    for (size_t k = 0; n_best > 1 && k < h->n_spells && n < MOST_NAMED; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (!is_in_office(h, s, as_of) || match(s->name, asked) != best) continue;
        const tn_country_t *country = tn_country_get(s->gwcode, as_of);
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s (%s)", n++ > 0 ? ", " : "", s->name,
            country != NULL ? country->name : "?");
    }
    if (n_best > 1) {
        return tn_error_set(
            err, TN_EINPUT, "'%s' on %s: several leaders: %s; add the country", name, day, list);
    }
    return tn_error_set(err, TN_EINPUT,
        "'%s': no such leader in office on %s; ask by traits (--entered, --regime), or see tenure "
        "base "
        "world",
        name, day);
}

int tn_base_find(const tn_base_t *self, const char *name, int32_t as_of, tn_base_leader_t *leader,
    tn_error_t *err)
{
    char asked[NAME_SIZE];
    const tn_office_spell_t *found = NULL;
    const tn_history_t *h = &self->history;
    int best = 0, n_best = 0;
    if (!self->has_history)
        return tn_error_set(err, TN_EARG, "base rates: no store to look up '%s' in", name);
    tn_person_name_plain(name, asked, sizeof asked);
    for (size_t k = 0; asked[0] != '\0' && k < h->n_spells; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (!is_in_office(h, s, as_of)) continue;
        if (leader->gwcode != 0 && s->gwcode != leader->gwcode) continue;
        const int now = match(s->name, asked);
        if (now == 0 || now < best) continue;
        n_best = now > best ? 1 : n_best + 1;
        best = now;
        found = s;
    }
    if (n_best != 1) return refuse_name(h, name, asked, as_of, best, n_best, err);
    take_spell(leader, h, found, as_of);
    return 0;
}

int tn_base_set_country(tn_base_leader_t *leader, const char *country, tn_error_t *err)
{
    leader->gwcode = tn_country_find(country, leader->as_of);
    if (leader->gwcode == 0) leader->gwcode = tn_country_find(country, TN_DATE_NONE);
    if (leader->gwcode == 0) {
        const char *nearest = tn_country_nearest(country);
        return tn_error_set(err, TN_EINPUT, "'%s': no such country%s%s%s", country,
            nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
            nearest != NULL ? "'?" : "");
    }
    const tn_country_t *row = tn_country_get(leader->gwcode, leader->as_of);
    snprintf(leader->country, sizeof leader->country, "%s", row != NULL ? row->name : country);
    return 0;
}

void tn_base_known(const tn_base_t *self, const tn_base_leader_t *leader, tn_known_t *known)
{
    *known = (tn_known_t){.landmark = tn_base_landmark(leader->as_of),
        .entered = tn_month_of_day(leader->entered),
        .born = leader->born == TN_BASE_NO_DATE ? NAN : 1970.0 + leader->born / 365.25,
        .sex = leader->is_female ? TN_SEX_FEMALE : TN_SEX_MALE,
        .entry = (int8_t)leader->entry,
        .times_before = (int8_t)leader->times_before,
        .gwcode = leader->gwcode,
        .regime = (tn_regime_t)leader->regime};
    if (self->has_history && leader->gwcode != 0) tn_known_of_country(known, &self->history);
    if (leader->regime >= 0) known->regime = (tn_regime_t)leader->regime;
    if (known->entered > known->landmark) known->entered = known->landmark;
}
