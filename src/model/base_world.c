/* Every leader in office, and the table of classes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "data/countries.h"
#include "model/base_tables.h"

/* A leader of the list, with the chances at each horizon. */
typedef struct entry {
    const tn_office_spell_t *spell;
    tn_base_leader_t leader;
    tn_base_figure_t p[TN_BASE_MAX_WEEKS];
} entry_t;

typedef struct world {
    const tn_base_t *base;
    const tn_base_plan_t *plan;
    entry_t *entry;
    size_t n;
} world_t;

static bool holds_office(const tn_history_t *h, const tn_office_spell_t *s, int32_t day)
{
    return s->start <= day &&
           (day <= s->end || (s->exit_route == TN_EXIT_CENSORED && s->end >= h->spells_to));
}

/* One leader of each country: the latest begun. */
static void list_leaders(world_t *self, int32_t as_of)
{
    const tn_history_t *h = &self->base->history;
    for (size_t k = 0; k < h->n_spells; k++) {
        const tn_office_spell_t *s = &h->spell[k];
        if (!holds_office(h, s, as_of)) continue;
        const bool is_same = self->n > 0 && self->entry[self->n - 1].spell->gwcode == s->gwcode;
        entry_t *e = &self->entry[is_same ? self->n - 1 : self->n++];
        const tn_country_t *country = tn_country_get(s->gwcode, as_of);
        e->spell = s;
        e->leader = (tn_base_leader_t){.gwcode = s->gwcode,
            .as_of = as_of,
            .entered = s->start,
            .born = s->born == TN_DATE_NONE ? TN_BASE_NO_DATE : s->born,
            .is_female = s->sex == TN_SEX_FEMALE,
            .regime = -1,
            .entry = s->entry,
            .times_before = s->times_before};
        snprintf(e->leader.name, sizeof e->leader.name, "%s", s->name);
        snprintf(e->leader.country, sizeof e->leader.country, "%s",
            country != NULL ? country->name : "");
    }
}

static int run_entry(void *ctx, int thread, int64_t i)
{
    world_t *self = ctx;
    entry_t *e = &self->entry[i];
    const tn_base_plan_t *plan = self->plan;
    tn_base_curve_t curve;
    tn_known_t known;
    (void)thread;
    tn_base_known(self->base, &e->leader, &known);
    e->leader.regime = (int)known.regime;
    const int ret =
        tn_base_leader_curve(&curve, self->base, &e->leader, plan->weeks[plan->n_weeks - 1]);
    if (ret < 0) return ret;
    for (int k = 0; k < plan->n_weeks; k++)
        e->p[k] =
            tn_base_chance(&curve, plan->route, plan->weeks[k] * TN_WEEKS_TO_MONTHS, plan->level);
    tn_base_curve_free(&curve);
    return 0;
}

static int compare(const void *a, const void *b)
{
    const entry_t *x = a, *y = b;
    if (x->p[0].value != y->p[0].value) return x->p[0].value < y->p[0].value ? 1 : -1;
    return (x->spell->gwcode > y->spell->gwcode) - (x->spell->gwcode < y->spell->gwcode);
}

static int put_world(tn_fit_t *out, const world_t *self)
{
    const tn_base_plan_t *plan = self->plan;
    tn_fit_table_t *t = tn_build_table(out, "world",
        plan->route == TN_N_ROUTES ? "Chance to leave office"
                                   : "Chance to leave office by this route",
        self->n, 7 + 3 * plan->n_weeks);
    const char **country = tn_build_text(out, t, "country"),
               **name = tn_build_text(out, t, "leader");
    const char **regime = tn_build_text(out, t, "regime"),
               **since = tn_build_text(out, t, "entered");
    double *age = tn_build_number(out, t, "age", TN_FIT_COUNT);
    tn_base_columns_t p = {0};
    for (int k = 0; k < plan->n_weeks; k++) {
        const char *horizon = tn_build_printf(out, "p.%dw", plan->weeks[k]);
        const char *low = tn_build_printf(out, "low.%dw", plan->weeks[k]);
        const char *high = tn_build_printf(out, "high.%dw", plan->weeks[k]);
        p.value = tn_build_number(out, t, horizon, TN_FIT_PROBABILITY);
        p.lower = tn_build_number(out, t, low, TN_FIT_PROBABILITY);
        p.upper = tn_build_number(out, t, high, TN_FIT_PROBABILITY);
        if (tn_build_failed(out)) return TN_ENOMEM;
        for (size_t i = 0; i < self->n; i++)
            tn_base_put_figure(&p, i, self->entry[i].p[k]);
    }
    for (size_t i = 0; i < self->n; i++) {
        const tn_base_leader_t *leader = &self->entry[i].leader;
        country[i] = tn_build_copy(out, leader->country);
        name[i] = tn_build_copy(out, leader->name);
        regime[i] = leader->regime >= 0 ? tn_base_regime(leader->regime) : "unknown";
        since[i] = tn_base_date_text(out, leader->entered);
        if (leader->born != TN_BASE_NO_DATE)
            age[i] = (int)((leader->as_of - leader->born) / 365.25);
    }
    return 0;
}

int tn_base_world_tables(tn_fit_t *out, const tn_base_t *self, int32_t as_of,
    const tn_base_options_t *opt, tn_error_t *err)
{
    static const int year[] = {52};
    tn_base_plan_t plan;
    const tn_base_options_t usual = {.weeks = year,
        .n_weeks = 1,
        .level = opt != NULL ? opt->level : 0.0,
        .route = opt != NULL ? opt->route : -1};
    if (!self->has_history) return tn_error_set(err, TN_EARG, "base rates: no store in use");
    int ret = tn_base_plan(&plan, opt != NULL && opt->n_weeks > 0 ? opt : &usual, err);
    if (ret == 0) ret = tn_base_tables_init(out, "", err);
    if (ret < 0) return ret;
    world_t world = {.base = self, .plan = &plan};
    world.entry = tn_calloc(self->history.n_spells + 1, sizeof *world.entry);
    if (world.entry == NULL) ret = TN_ENOMEM;
    if (ret == 0) {
        list_leaders(&world, as_of);
        ret = tn_parallel_run(tn_parallel_threads(0), (int64_t)world.n, run_entry, &world);
    }
    if (ret == 0) {
        char day[11];
        tn_date_format(as_of, day);
        qsort(world.entry, world.n, sizeof *world.entry, compare);
        out->title =
            tn_build_printf(out, "Base rates of all %zu leaders in office on %s", world.n, day);
        ret = put_world(out, &world);
        tn_base_put_notes(out, self, NULL);
        if (as_of > self->history.spells_to) {
            tn_date_format(self->history.spells_to, day);
            tn_build_warning(out, "the list of leaders ends on %s: those of that day", day);
        }
    }
    tn_free(world.entry);
    return tn_base_tables_end(out, ret, err);
}

int tn_base_class_tables(
    tn_fit_t *out, const tn_base_t *self, const tn_base_options_t *opt, tn_error_t *err)
{
    tn_base_plan_t plan;
    tn_base_class_key_t key[(TN_CLASS_REGIMES + 1) * (TN_CLASS_TENURES + 1)];
    size_t n = 0;
    int ret = tn_base_plan(&plan, opt, err);
    if (ret == 0) ret = tn_base_tables_init(out, "Base rates by regime and time in office", err);
    if (ret < 0) return ret;
    for (int r = TN_CLASS_ANY; r < TN_CLASS_REGIMES; r++) {
        for (int t = TN_CLASS_ANY; t < TN_CLASS_TENURES; t++) {
            const tn_base_class_key_t k = {r, t, TN_CLASS_ANY};
            if (tn_base_class_const(&self->model.classes, k)->n_months > 0) key[n++] = k;
        }
    }
    ret = tn_base_put_classes(out, self, "Reference classes", key, n, true, plan.level);
    tn_base_put_notes(out, self, NULL);
    return tn_base_tables_end(out, ret, err);
}
