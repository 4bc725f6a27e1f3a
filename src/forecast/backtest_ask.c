/* The questions of a backtest: who was in office at each origin, and what became of it. */
#include <string.h>

#include "base/mem.h"
#include "forecast/backtest.h"

#define FIRST_MONTH (1946 * 12)
#define MONTHS      12

bool tn_bt_counts(const tn_backtest_options_t *opt, int route)
{
    if (route == TN_EXIT_CENSORED) return false;
    if (opt->route == TN_BACKTEST_ANY) return true;
    if (opt->route != TN_BACKTEST_IRREGULAR) return route == opt->route;
    return route == TN_ROUTE_COUP || route == TN_ROUTE_UPRISING || route == TN_ROUTE_ASSASSINATION;
}

/* Numbers the countries; notes of which the panel has rows: those whose routes are known. */
static int number_countries(tn_backtest_t *self)
{
    const tn_history_t *h = self->history;
    self->country = tn_calloc(h->n_spells + 1, sizeof *self->country);
    self->knows_routes = tn_calloc(h->n_spells + 1, sizeof *self->knows_routes);
    bool *is_there = tn_calloc(h->n_spells + 1, sizeof *is_there); /* of a country */
    if (self->country == NULL || self->knows_routes == NULL || is_there == NULL) {
        tn_free(is_there);
        return TN_ENOMEM;
    }
    for (size_t k = 0; k < h->n_spells; k++) {
        if (k > 0 && h->spell[k].gwcode != h->spell[k - 1].gwcode) self->n_countries++;
        self->country[k] = self->n_countries;
    }
    self->n_countries++;
    for (size_t i = 0; i < self->table.panel.n; i++)
        is_there[self->country[self->table.panel.row[i].spell]] = true;
    for (size_t k = 0; k < h->n_spells; k++)
        self->knows_routes[k] = is_there[self->country[k]];
    tn_free(is_there);
    return 0;
}

/* Is the country's regime listed on the day? */
static bool has_regime(const tn_history_t *h, int gwcode, int32_t day)
{
    for (size_t k = 0; k < h->n_regimes; k++) {
        const tn_regime_spell_t *r = &h->regime[k];
        if (r->gwcode == gwcode && r->from <= day && day <= r->to) return true;
    }
    return false;
}

static int32_t outcome(const tn_backtest_t *self, const tn_office_spell_t *s, int origin)
{
    const int32_t until = tn_month_begin(origin + self->opt.months);
    const bool ends = s->end < until;
    if (ends && s->exit_route == TN_EXIT_CENSORED) return -1;
    if (ends && s->exit_route == TN_EXIT_UNKNOWN && self->opt.route != TN_BACKTEST_ANY) return -1;
    return ends && tn_bt_counts(&self->opt, s->exit_route);
}

/* Rows of one origin; counts them only if row is NULL. */
static size_t ask_at(const tn_backtest_t *self, int origin, tn_bt_row_t *row)
{
    const tn_history_t *h = self->history;
    const int32_t day = tn_month_begin(origin);
    size_t n = 0;
    for (size_t k = 0; k < h->n_spells; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (s->start >= day || s->end < day || s->counts_from > day) continue;
        if (!self->knows_routes[k] || !has_regime(h, s->gwcode, day)) continue;
        const int32_t y = outcome(self, s, origin);
        if (y < 0) continue;
        if (row != NULL) {
            row[n] = (tn_bt_row_t){
                .origin = origin, .spell = (int32_t)k, .country = self->country[k], .y = y};
            tn_known_of_spell(&row[n].known, h, s, origin - 1);
        }
        n++;
    }
    return n;
}

static size_t ask_all(const tn_backtest_t *self, tn_bt_row_t *row)
{
    size_t n = 0;
    for (int origin = FIRST_MONTH + MONTHS; origin < self->end; origin++) {
        if (self->step == MONTHS && origin % MONTHS != 0) continue;
        n += ask_at(self, origin, row == NULL ? NULL : row + n);
    }
    return n;
}

static int last_origin(const tn_backtest_t *self)
{
    const int to = self->table.panel.to + 1 - self->opt.months;
    const int wanted = self->opt.to_year * MONTHS + MONTHS - 1;
    return wanted < to ? wanted : to;
}

int tn_bt_ask(tn_backtest_t *self, tn_error_t *err)
{
    self->step = self->opt.monthly ? 1 : MONTHS;
    self->first = self->opt.from_year * MONTHS;
    self->end = last_origin(self) + 1;
    int ret = number_countries(self);
    if (ret == 0) {
        self->n = ask_all(self, NULL);
        self->row = tn_calloc(self->n + 1, sizeof *self->row);
        for (int m = 0; m < TN_BT_MODELS; m++)
            self->p[m] = tn_calloc(self->n + 1, sizeof *self->p[m]);
        for (int m = 0; m < TN_BT_MODELS; m++)
            ret = self->p[m] == NULL || self->row == NULL ? TN_ENOMEM : ret;
    }
    if (ret < 0) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    ask_all(self, self->row);
    size_t first, end;
    tn_bt_rows_of(self, self->first, &first, &end);
    if (self->first < self->end && end < self->n + 1 && first < self->n) return 0;
    return tn_error_set(err, TN_EINPUT,
        "backtest: no leaders to forecast from %d on; the routes of exit are known to %04d-%02d",
        self->opt.from_year, self->table.panel.to / MONTHS, self->table.panel.to % MONTHS + 1);
}

void tn_bt_rows_of(const tn_backtest_t *self, int month, size_t *first, size_t *end)
{
    size_t lo = 0, hi = self->n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (self->row[mid].origin < month) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    *first = lo;
    while (lo < self->n && self->row[lo].origin == month)
        lo++;
    *end = lo;
}

void tn_bt_free(tn_backtest_t *self)
{
    tn_base_table_free(&self->table);
    tn_free(self->knows_routes);
    tn_free(self->country);
    tn_free(self->row);
    for (int m = 0; m < TN_BT_MODELS; m++)
        tn_free(self->p[m]);
    *self = (tn_backtest_t){0};
}
