/* What is known is counted from the country's stretch of the history's arrays; all are short. */
#include "data/panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"

#define DAYS_PER_YEAR    365.25
#define MONTHS           12
#define RUNOFF_MONTHS    3
#define SHORTEST_TERM    10
#define LONGEST_TERM     90
#define STALE_TERMS      1.6 /* no vote for so many terms: none is expected any more */
#define LEADS            12
#define PAST_MONTHS      (30 * MONTHS)
#define IRREGULAR_MONTHS 120.0
#define COUP_MONTHS      60.0
#define UNKNOWN_SHARE    0.25
#define KNOWN_TIMES      3
#define FIRST_YEAR       1900

static const int usual_term[TN_N_VOTES] = {48, 60};

int tn_month_of_day(int32_t day)
{
    int y = 0, m = 0, d = 0;
    tn_date_to_ymd(day, &y, &m, &d);
    return y * MONTHS + m - 1;
}

int32_t tn_month_begin(int month)
{
    return tn_date_from_ymd(month / MONTHS, month % MONTHS + 1, 1);
}

/* First row of a country in an array of rows that begin with its number at `offset`. */
static size_t country_begin(const void *rows, size_t n, size_t size, size_t offset, int gwcode)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        int code = 0;
        memcpy(&code, (const char *)rows + mid * size + offset, sizeof code);
        if (code < gwcode) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}
#define BEGIN(rows, n, type, gw) country_begin(rows, n, sizeof(type), offsetof(type, gwcode), gw)

/* Where the list of votes ends before the landmark, those that were due meanwhile are taken as
 * held. */
static void pass_unlisted(tn_vote_cycle_t *self, int listed_to, int landmark)
{
    if (landmark <= listed_to || listed_to - self->last > STALE_TERMS * self->term) return;
    int due = self->last + self->term;
    if (due <= listed_to) due = listed_to + 1;
    for (; due <= landmark; due += self->term)
        self->last = due;
}

/* Votes of one kind up to the landmark; a second round within three months is the same vote. */
static void find_cycle(
    tn_vote_cycle_t *self, const tn_history_t *h, int gwcode, int kind, int landmark)
{
    int held[4], n = 0;
    for (size_t k = BEGIN(h->election, h->n_elections, tn_election_t, gwcode);
         k < h->n_elections && h->election[k].gwcode == gwcode; k++) {
        const tn_election_t *vote = &h->election[k];
        if (vote->executive != (kind == TN_VOTE_EXECUTIVE)) continue;
        const int month = tn_month_of_day(vote->day);
        if (month > landmark) break;
        if (n > 0 && month - held[n - 1] <= RUNOFF_MONTHS) continue;
        if (n == 4) memmove(held, held + 1, 3 * sizeof held[0]);
        held[n == 4 ? 3 : n++] = month;
    }
    *self = (tn_vote_cycle_t){.term = usual_term[kind]};
    if (n == 0) return;
    int longest = 0;
    for (int k = 1; k < n; k++) {
        const int gap = held[k] - held[k - 1];
        if (gap >= SHORTEST_TERM && gap <= LONGEST_TERM && gap > longest) longest = gap;
    }
    if (longest > 0) self->term = longest;
    self->is_held = true;
    self->last = held[n - 1];
    pass_unlisted(self, tn_month_of_day(h->elections_to), landmark);
    self->is_due = landmark - self->last <= STALE_TERMS * self->term;
    self->next = self->last + self->term > landmark ? self->last + self->term : landmark + 1;
}

static tn_regime_t regime_at(const tn_history_t *h, int gwcode, int32_t day)
{
    tn_regime_t last = TN_REGIME_UNKNOWN;
    if (day > h->regimes_to) day = h->regimes_to;
    for (size_t k = BEGIN(h->regime, h->n_regimes, tn_regime_spell_t, gwcode);
         k < h->n_regimes && h->regime[k].gwcode == gwcode; k++) {
        const tn_regime_spell_t *r = &h->regime[k];
        if (r->from <= day && day <= r->to) last = r->regime;
    }
    return last;
}

static bool is_irregular(int route)
{
    return route == TN_ROUTE_COUP || route == TN_ROUTE_UPRISING || route == TN_ROUTE_ASSASSINATION;
}

/* Lists without routes leave most ways out unknown; most of these were regular. */
static bool is_regular(int route) { return route == TN_ROUTE_REGULAR || route == TN_EXIT_UNKNOWN; }

/* Leaders before: irregular exits, and how long those lasted who left in a regular way. */
static void count_exits(tn_known_t *self, const tn_history_t *h)
{
    for (size_t k = BEGIN(h->spell, h->n_spells, tn_office_spell_t, self->gwcode);
         k < h->n_spells && h->spell[k].gwcode == self->gwcode; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        const int ended = tn_month_of_day(s->end), ago = self->landmark - ended;
        if (ago < 0) continue;
        if (is_irregular(s->exit_route)) self->irregular += tn_exp(-ago / IRREGULAR_MONTHS);
        if (!is_regular(s->exit_route) || ago >= PAST_MONTHS) continue;
        if (self->n_past == TN_PAST_TENURES) {
            memmove(self->past, self->past + 1, (TN_PAST_TENURES - 1) * sizeof self->past[0]);
            self->n_past--;
        }
        self->past[self->n_past++] = ended - tn_month_of_day(s->start);
    }
}

static void count_coups(tn_known_t *self, const tn_history_t *h)
{
    for (size_t k = BEGIN(h->coup, h->n_coups, tn_coup_t, self->gwcode);
         k < h->n_coups && h->coup[k].gwcode == self->gwcode; k++) {
        const int ago = self->landmark - tn_month_of_day(h->coup[k].day);
        if (ago >= 0) self->coups += tn_exp(-ago / COUP_MONTHS);
    }
}

void tn_known_of_country(tn_known_t *self, const tn_history_t *h)
{
    self->has_country = true;
    self->regime = regime_at(h, self->gwcode, tn_month_begin(self->landmark) + 14);
    self->irregular = self->coups = 0.0;
    self->n_past = 0;
    for (int kind = 0; kind < TN_N_VOTES; kind++)
        find_cycle(&self->vote[kind], h, self->gwcode, kind, self->landmark);
    count_exits(self, h);
    count_coups(self, h);
}

void tn_known_of_spell(
    tn_known_t *self, const tn_history_t *h, const tn_office_spell_t *spell, int landmark)
{
    *self = (tn_known_t){.landmark = landmark,
        .entered = tn_month_of_day(spell->start),
        .born = spell->born == TN_DATE_NONE ? NAN : 1970.0 + spell->born / DAYS_PER_YEAR,
        .sex = spell->sex,
        .entry = spell->entry,
        .times_before = spell->times_before,
        .gwcode = spell->gwcode};
    tn_known_of_country(self, h);
}

static int compare_rows(const void *a, const void *b)
{
    const tn_panel_row_t *x = a, *y = b;
    if (x->month != y->month) return x->month < y->month ? -1 : 1;
    return (x->spell > y->spell) - (x->spell < y->spell);
}

/* Rows of one spell; counts them only if row is NULL. */
static size_t spell_rows(const tn_history_t *h, size_t k, int from, int to, tn_panel_row_t *row)
{
    const tn_office_spell_t *s = &h->spell[k];
    const int entered = tn_month_of_day(s->start), last = tn_month_of_day(s->end);
    const int at_risk = tn_month_of_day(s->counts_from);
    const bool has_left = s->exit_route != TN_EXIT_CENSORED;
    size_t n = 0;
    for (int m = at_risk > from ? at_risk : from; m <= last && m <= to; m++) {
        /* of the country and the start, not of the place in the list: other rows change nothing */
        const int lead = (m * 7 + s->gwcode * 5 + entered) % LEADS + 1;
        if (m - lead < entered) continue;
        if (m == last && s->exit_route == TN_EXIT_UNKNOWN) continue;
        if (row != NULL) {
            row[n] = (tn_panel_row_t){.spell = (int32_t)k,
                .month = m,
                .lead = (int16_t)lead,
                .outcome = m == last && has_left ? s->exit_route : TN_PANEL_STAYS};
        }
        n++;
    }
    return n;
}

/* Are the ways out of this country's leaders known, at least of three in four? Lists that give no
 * routes would otherwise look like countries that nobody leaves. */
static bool knows_routes(const tn_history_t *h, size_t first, size_t end, int from, int to)
{
    size_t n_known = 0, n_unknown = 0;
    for (size_t k = first; k < end; k++) {
        const int month = tn_month_of_day(h->spell[k].end);
        if (h->spell[k].exit_route == TN_EXIT_CENSORED || month < from || month > to) continue;
        if (h->spell[k].exit_route == TN_EXIT_UNKNOWN) {
            n_unknown++;
        } else {
            n_known++;
        }
    }
    return n_known >= KNOWN_TIMES * n_unknown;
}

/* All rows, country by country; counts them only if row is NULL. */
static size_t all_rows(const tn_history_t *h, int from, int to, tn_panel_row_t *row)
{
    size_t n = 0;
    for (size_t k = 0, end = 0; k < h->n_spells; k = end) {
        end = k;
        while (end < h->n_spells && h->spell[end].gwcode == h->spell[k].gwcode)
            end++;
        if (!knows_routes(h, k, end, from, to)) continue;
        for (size_t s = k; s < end; s++)
            n += spell_rows(h, s, from, to, row != NULL ? row + n : NULL);
    }
    return n;
}

int tn_panel_init(tn_panel_t *self, const tn_history_t *h, int from, int to)
{
    *self = (tn_panel_t){.from = from, .to = to};
    self->n = all_rows(h, from, to, NULL);
    self->row = tn_calloc(self->n > 0 ? self->n : 1, sizeof *self->row);
    if (self->row == NULL) return TN_ENOMEM;
    all_rows(h, from, to, self->row);
    qsort(self->row, self->n, sizeof *self->row, compare_rows);
    return 0;
}

void tn_panel_free(tn_panel_t *self)
{
    if (self == NULL) return;
    tn_free(self->row);
    *self = (tn_panel_t){0};
}

int tn_panel_routes_to(const tn_history_t *h)
{
    const int end = tn_month_of_day(h->spells_to);
    int year = end / MONTHS;
    for (; year > FIRST_YEAR; year--) {
        size_t n_exits = 0, n_unknown = 0;
        for (size_t k = 0; k < h->n_spells; k++) {
            const tn_office_spell_t *s = &h->spell[k];
            if (s->exit_route == TN_EXIT_CENSORED) continue;
            if (tn_month_of_day(s->end) / MONTHS != year) continue;
            n_exits++;
            n_unknown += s->exit_route == TN_EXIT_UNKNOWN;
        }
        if (n_exits > 0 && (double)n_unknown <= UNKNOWN_SHARE * (double)n_exits) break;
    }
    const int month = year * MONTHS + MONTHS - 1;
    return month < end ? month : end;
}

const tn_office_spell_t *tn_spell_in_office(const tn_history_t *h, int gwcode, int32_t day)
{
    const tn_office_spell_t *found = NULL;
    for (size_t k = BEGIN(h->spell, h->n_spells, tn_office_spell_t, gwcode);
         k < h->n_spells && h->spell[k].gwcode == gwcode; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (s->start <= day && day <= s->end && (found == NULL || s->start >= found->start))
            found = s;
    }
    return found;
}
