#include "model/base_tables.h"

#include <math.h>

#define USUAL_LEVEL 0.95
#define MOST_WEEKS  5218

/* No leader known was older, or there for longer than 68 years: more is a slip of the pen. */
#define OLDEST_YEARS  120
#define LONGEST_YEARS 100
#define DAYS_PER_YEAR 365.25
#define OLDEST_DAYS   (OLDEST_YEARS * DAYS_PER_YEAR)
#define LONGEST_DAYS  (LONGEST_YEARS * DAYS_PER_YEAR)

int tn_base_plan(tn_base_plan_t *self, const tn_base_options_t *opt, tn_error_t *err)
{
    static const int usual[] = {13, 26, 52, 104, 261};
    const tn_base_options_t none = {.route = -1};
    if (opt == NULL) opt = &none;
    const int *weeks = opt->n_weeks > 0 ? opt->weeks : usual;
    *self = (tn_base_plan_t){.n_weeks = opt->n_weeks > 0 ? opt->n_weeks : 5,
        .level = opt->level > 0.0 ? opt->level : USUAL_LEVEL,
        .route = opt->route >= 0 && opt->route < TN_N_ROUTES ? opt->route : TN_N_ROUTES};
    if (self->n_weeks > TN_BASE_MAX_WEEKS)
        return tn_error_set(err, TN_EARG, "more than %d horizons", TN_BASE_MAX_WEEKS);
    if (!(self->level < 1.0)) return tn_error_set(err, TN_EARG, "level must be below 1");
    for (int k = 0; k < self->n_weeks; k++) {
        if (weeks[k] < 1 || weeks[k] > MOST_WEEKS || (k > 0 && weeks[k] <= weeks[k - 1]))
            return tn_error_set(
                err, TN_EARG, "horizons must ascend, from 1 to %d weeks", MOST_WEEKS);
        self->weeks[k] = weeks[k];
    }
    return 0;
}

int tn_base_tables_init(tn_fit_t *out, const char *title, tn_error_t *err)
{
    if (tn_build_init(out) < 0) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    out->title = title;
    return 0;
}

int tn_base_tables_end(tn_fit_t *out, int ret, tn_error_t *err)
{
    if (ret == 0 && tn_build_failed(out)) ret = TN_ENOMEM;
    if (ret == TN_ENOMEM) tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ret < 0) tn_fit_free(out);
    return ret;
}

const char *tn_base_horizon_text(tn_fit_t *out, int weeks)
{
    for (int years = 2; years <= 100; years++) {
        if (weeks == (int)ceil(years * 52.18)) return tn_build_printf(out, "%d years", years);
    }
    return tn_build_printf(out, weeks == 1 ? "%d week" : "%d weeks", weeks);
}

const char *tn_base_date_text(tn_fit_t *out, int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    return tn_build_copy(out, text);
}

tn_base_columns_t tn_base_figure_columns(
    tn_fit_t *out, tn_fit_table_t *table, const char *name, tn_fit_kind_t kind)
{
    return (tn_base_columns_t){.value = tn_build_number(out, table, name, kind),
        .lower = tn_build_number(out, table, "conf.low", kind),
        .upper = tn_build_number(out, table, "conf.high", kind)};
}

void tn_base_put_figure(const tn_base_columns_t *c, size_t row, tn_base_figure_t f)
{
    c->value[row] = f.value;
    c->lower[row] = f.lower;
    c->upper[row] = f.upper;
}

int tn_base_put_classes(tn_fit_t *out, const tn_base_t *self, const char *title,
    const tn_base_class_key_t *key, size_t n, bool is_short, double level)
{
    tn_fit_table_t *t = tn_build_table(out, "classes", title, n, 9 + TN_N_ROUTES);
    const char **name = tn_build_text(out, t, is_short ? "regime" : "class");
    const char **tenure = is_short ? tn_build_text(out, t, "years.in.office") : NULL;
    double *spells = tn_build_number(out, t, "spells", TN_FIT_COUNT);
    double *years = tn_build_number(out, t, "leader.years", TN_FIT_NUMBER);
    double *exits = tn_build_number(out, t, "exits", TN_FIT_COUNT);
    const tn_base_columns_t rate = tn_base_figure_columns(out, t, "per.year", TN_FIT_NUMBER);
    double *by_route[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        by_route[r] = tn_build_number(out, t, tn_route_name(r), TN_FIT_COUNT);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        char text[160];
        const tn_base_class_t *c = tn_base_class_const(&self->model.classes, key[i]);
        double r[3];
        tn_base_rate(tn_base_class_exits(c), c->n_months, level, r);
        name[i] = is_short ? tn_base_regime_name(key[i].regime)
                           : tn_build_copy(out, tn_base_class_text(key[i], text, sizeof text));
        if (is_short) tenure[i] = tn_base_tenure_name(key[i].tenure);
        spells[i] = (double)c->n_spells;
        years[i] = (double)c->n_months / 12.0;
        exits[i] = (double)tn_base_class_exits(c);
        tn_base_put_figure(&rate, i, (tn_base_figure_t){r[0], r[1], r[2]});
        for (int k = 0; k < TN_N_ROUTES; k++)
            by_route[k][i] = (double)c->n_exits[k];
    }
    return 0;
}

int tn_base_check_leader(const tn_base_leader_t *leader, tn_error_t *err)
{
    char as_of[11], day[11];
    tn_date_format(leader->as_of, as_of);
    if (leader->entered > leader->as_of) {
        tn_date_format(leader->entered, day);
        return tn_error_set(err, TN_EDOMAIN, "entered on %s, after %s", day, as_of);
    }
    if (leader->born != TN_BASE_NO_DATE && leader->born > leader->entered) {
        tn_date_format(leader->born, day);
        return tn_error_set(err, TN_EDOMAIN, "born on %s, after coming to office", day);
    }
    if (leader->born != TN_BASE_NO_DATE && leader->as_of - leader->born > OLDEST_DAYS) {
        tn_date_format(leader->born, day);
        return tn_error_set(
            err, TN_EDOMAIN, "born on %s, more than %d years before %s", day, OLDEST_YEARS, as_of);
    }
    if (leader->as_of - leader->entered > LONGEST_DAYS) {
        tn_date_format(leader->entered, day);
        return tn_error_set(err, TN_EDOMAIN, "entered on %s, more than %d years before %s", day,
            LONGEST_YEARS, as_of);
    }
    return 0;
}

tn_base_class_key_t tn_base_leader_class(const tn_base_t *self, const tn_base_leader_t *leader)
{
    tn_known_t known;
    tn_base_known(self, leader, &known);
    const double years = (leader->as_of - leader->entered) / 365.25;
    const double age =
        leader->born == TN_BASE_NO_DATE ? NAN : (leader->as_of - leader->born) / 365.25;
    return tn_base_class_enough(
        &self->model.classes, tn_base_class_of((int)known.regime, years, age));
}

int tn_base_leader_curve(
    tn_base_curve_t *curve, const tn_base_t *self, const tn_base_leader_t *leader, int weeks)
{
    tn_known_t known;
    tn_base_known(self, leader, &known);
    return tn_base_curve_init(curve, &self->model, &self->draws, &known, tn_base_months(weeks));
}

void tn_base_put_notes(tn_fit_t *out, const tn_base_t *self, const tn_base_leader_t *leader)
{
    const tn_base_model_t *m = &self->model;
    tn_build_note(out, "fitted to %zu leader-months, %04d-%02d to %04d-%02d", m->n_months,
        m->from / 12, m->from % 12 + 1, m->to / 12, m->to % 12 + 1);
    if (leader == NULL) return;
    if (leader->listed_to != 0) {
        char day[11];
        tn_date_format(leader->listed_to, day);
        tn_build_warning(out, "the list of leaders ends on %s; taken as still in office", day);
    }
    if (!self->has_history || leader->gwcode == 0) {
        tn_build_note(out, "votes, past leaders and coups of the country are not known: rates by "
                           "the leader's traits "
                           "alone");
    }
}
