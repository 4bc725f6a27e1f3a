#include "model/base_fit.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "model/base_health.h"

#define ROWS_PER_TASK 4096

/* Precision of the prior of a coefficient, its unit being that of the covariate: the rarer the
 * exits, the stronger. Chosen by the log score out of sample (docs/base-rates.md). */
static const double ridge[TN_N_EQUATIONS] = {0.5, 6.0, 8.0, 8.0, 8.0, 0.5, 6.0, 8.0, 8.0, 8.0};

static void fill_row(tn_base_table_t *self, size_t i)
{
    const tn_panel_row_t *row = &self->panel.row[i];
    const tn_office_spell_t *spell = &self->history->spell[row->spell];
    tn_known_t known;
    double x[TN_DESIGN_MAX];
    tn_known_of_spell(&known, self->history, spell, row->month - row->lead);
    for (int d = 0; d < TN_N_DESIGNS; d++) {
        tn_base_design(d, &known, row->month, self->panel.to, x);
        memcpy(self->x[d] + i * (size_t)self->p[d], x, (size_t)self->p[d] * sizeof *x);
    }
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        self->y[e][i] = row->outcome == tn_base_equation_route(e);
    self->mortality[i] = tn_base_mortality(&known, row->month);
    self->health[i] = row->outcome == TN_ROUTE_DEATH        ? 1
                      : row->outcome == TN_ROUTE_INCAPACITY ? 2
                                                            : 0;
    self->regime[i] = (uint8_t)(known.regime == TN_REGIME_UNKNOWN ? TN_N_REGIMES : known.regime);
}

static int fill_rows(void *ctx, int thread, int64_t task)
{
    tn_base_table_t *self = ctx;
    const size_t first = (size_t)task * ROWS_PER_TASK;
    (void)thread;
    for (size_t i = first; i < first + ROWS_PER_TASK && i < self->panel.n; i++)
        fill_row(self, i);
    return 0;
}

/* Spells are ordered by country: a number for each, in that order. */
static int number_countries(tn_base_table_t *self)
{
    const tn_history_t *h = self->history;
    int32_t *number = tn_calloc(h->n_spells + 1, sizeof *number);
    if (number == NULL) return TN_ENOMEM;
    for (size_t k = 0; k < h->n_spells; k++) {
        if (k > 0 && h->spell[k].gwcode != h->spell[k - 1].gwcode) self->n_countries++;
        number[k] = self->n_countries;
    }
    self->n_countries++;
    for (size_t i = 0; i < self->panel.n; i++)
        self->country[i] = number[self->panel.row[i].spell];
    tn_free(number);
    return 0;
}

static bool make_room(tn_base_table_t *self)
{
    const tn_known_t nobody = {0};
    double x[TN_DESIGN_MAX];
    const size_t n = self->panel.n > 0 ? self->panel.n : 1;
    bool is_there = true;
    for (int d = 0; d < TN_N_DESIGNS; d++) {
        self->p[d] = tn_base_design(d, &nobody, 1, 1, x);
        self->x[d] = tn_calloc(n * (size_t)self->p[d], sizeof *self->x[d]);
        is_there = is_there && self->x[d] != NULL;
    }
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        self->y[e] = tn_calloc(n, sizeof *self->y[e]);
        is_there = is_there && self->y[e] != NULL;
    }
    self->country = tn_calloc(n, sizeof *self->country);
    self->mortality = tn_calloc(n, sizeof *self->mortality);
    self->health = tn_calloc(n, sizeof *self->health);
    self->regime = tn_calloc(n, sizeof *self->regime);
    return is_there && self->country && self->mortality && self->health && self->regime;
}

int tn_base_table_init(
    tn_base_table_t *self, const tn_history_t *h, int from, int to, int n_threads)
{
    *self = (tn_base_table_t){.history = h};
    int ret = tn_panel_init(&self->panel, h, from, to);
    if (ret == 0 && !make_room(self)) ret = TN_ENOMEM;
    if (ret == 0) ret = number_countries(self);
    const int64_t n_tasks = (int64_t)((self->panel.n + ROWS_PER_TASK - 1) / ROWS_PER_TASK);
    if (ret == 0) ret = tn_parallel_run(tn_parallel_threads(n_threads), n_tasks, fill_rows, self);
    if (ret < 0) tn_base_table_free(self);
    return ret;
}

void tn_base_table_free(tn_base_table_t *self)
{
    if (self == NULL) return;
    for (int d = 0; d < TN_N_DESIGNS; d++)
        tn_free(self->x[d]);
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        tn_free(self->y[e]);
    tn_free(self->country);
    tn_free(self->mortality);
    tn_free(self->health);
    tn_free(self->regime);
    tn_panel_free(&self->panel);
    *self = (tn_base_table_t){0};
}

size_t tn_base_table_before(const tn_base_table_t *self, int month)
{
    size_t lo = 0, hi = self->panel.n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (self->panel.row[mid].month < month) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

int tn_base_fit_init(tn_base_fit_t *self, const tn_base_table_t *table, int n_threads)
{
    *self = (tn_base_fit_t){.table = table};
    int ret = 0;
    for (int e = 0; e < TN_N_EQUATIONS && ret == 0; e++) {
        const int d = tn_base_equation_design(e);
        for (int j = 1; j < table->p[d]; j++)
            self->penalty[e][j] = ridge[e];
        self->penalty[e][0] = 1e-6; /* the constant is free; this much keeps it finite */
        ret = tn_base_logit_init(
            &self->logit[e], table->p[d], table->x[d], table->y[e], self->penalty[e], n_threads);
    }
    if (ret < 0) tn_base_fit_free(self);
    return ret;
}

void tn_base_fit_free(tn_base_fit_t *self)
{
    if (self == NULL) return;
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        tn_base_logit_free(&self->logit[e]);
    *self = (tn_base_fit_t){0};
}

static void fit_health(const tn_base_table_t *t, size_t n, tn_base_model_t *model)
{
    double expected = 0.0;
    size_t n_events[3] = {0};
    for (size_t i = 0; i < n; i++) {
        expected += t->mortality[i];
        n_events[t->health[i]]++;
    }
    model->death = (tn_base_health_t){.n_events = n_events[1], .expected = expected};
    model->incapacity = (tn_base_health_t){.n_events = n_events[2], .expected = expected};
    if (!(expected > 0.0)) return;
    model->death.multiplier = (double)n_events[1] / expected;
    model->incapacity.multiplier = (double)n_events[2] / expected;
}

static int fit_equation(tn_base_fit_t *self, int e, size_t n, bool follows, tn_base_model_t *model)
{
    tn_base_logit_t *logit = &self->logit[e];
    const int ret = follows ? tn_base_logit_follow(logit, n) : tn_base_logit_climb(logit, n);
    if (ret < 0) return ret;
    tn_base_equation_t *eq = &model->equation[e];
    tn_base_equation_init(eq, e);
    memcpy(eq->coef, logit->theta, (size_t)logit->p * sizeof *eq->coef);
    for (size_t i = 0; i < n; i++)
        eq->n_events += self->table->y[e][i] != 0;
    return 0;
}

int tn_base_fit_run(tn_base_fit_t *self, int month, bool follows, tn_base_model_t *model)
{
    const tn_base_table_t *t = self->table;
    const size_t n = tn_base_table_before(t, month);
    tn_base_model_free(model);
    *model = (tn_base_model_t){.from = t->panel.from, .to = month - 1, .n_months = n};
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        if (tn_base_equation_is_traits(e)) continue;
        const int ret = fit_equation(self, e, n, follows, model);
        if (ret < 0) return ret;
    }
    fit_health(t, n, model);
    return 0;
}

/* Is this the first row of the spell in the class? Remembers it. */
static bool is_new(uint8_t *seen, size_t n_cells, int32_t spell, size_t cell)
{
    uint8_t *at = &seen[(size_t)spell * n_cells + cell];
    const bool is_first = *at == 0;
    *at = 1;
    return is_first;
}

static void count_row(tn_base_classes_t *self, const tn_base_table_t *t, size_t i, uint8_t *seen)
{
    const tn_panel_row_t *row = &t->panel.row[i];
    const tn_office_spell_t *s = &t->history->spell[row->spell];
    const double born = s->born == TN_DATE_NONE ? NAN : 1970.0 + s->born / 365.25;
    const double years = (row->month - tn_month_of_day(s->start)) / 12.0;
    const tn_base_class_key_t own =
        tn_base_class_of(t->regime[i] == TN_N_REGIMES ? TN_REGIME_UNKNOWN : t->regime[i], years,
            row->month / 12.0 - born);
    for (unsigned any = 0; any < 8; any++) { /* each of the three: its own or any */
        if (own.age == TN_CLASS_ANY && (any & 4u) == 0) continue;
        const tn_base_class_key_t key = {.regime = (any & 1u) != 0 ? TN_CLASS_ANY : own.regime,
            .tenure = (any & 2u) != 0 ? TN_CLASS_ANY : own.tenure,
            .age = (any & 4u) != 0 ? TN_CLASS_ANY : own.age};
        tn_base_class_t *c = tn_base_class(self, key);
        const size_t cell = (size_t)(c - &self->cell[0][0][0]);
        c->n_spells += is_new(seen, sizeof self->cell / sizeof *c, row->spell, cell);
        c->n_months++;
        if (row->outcome != TN_PANEL_STAYS) c->n_exits[row->outcome]++;
    }
}

static int count_classes(const tn_base_table_t *t, size_t n, tn_base_classes_t *classes)
{
    const size_t n_cells = sizeof classes->cell / sizeof(tn_base_class_t);
    uint8_t *seen = tn_calloc((t->history->n_spells + 1) * n_cells, 1);
    if (seen == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++)
        count_row(classes, t, i, seen);
    tn_free(seen);
    return 0;
}

int tn_base_fit_finish(tn_base_fit_t *self, int month, tn_base_model_t *model)
{
    const tn_base_table_t *t = self->table;
    const size_t n = tn_base_table_before(t, month);
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        if (tn_base_equation_is_traits(e)) {
            const int ret = fit_equation(self, e, n, false, model);
            if (ret < 0) return ret;
        }
        tn_base_equation_t *eq = &model->equation[e];
        eq->variance = tn_calloc((size_t)eq->p * (size_t)eq->p, sizeof *eq->variance);
        if (eq->variance == NULL) return TN_ENOMEM;
        const int ret =
            tn_base_logit_variance(&self->logit[e], n, t->country, t->n_countries, eq->variance);
        if (ret < 0) return ret;
    }
    return count_classes(t, n, &model->classes);
}
