/* One leader: chances by date, hazards by route, reference classes; and month by month. */
#include <math.h>
#include <stdio.h>

#include "model/base_tables.h"

#define HAZARD_MONTHS 12

static int put_exit(tn_fit_t *out, const tn_base_plan_t *plan, const tn_base_leader_t *leader,
    const tn_base_curve_t *curve)
{
    tn_fit_table_t *t = tn_build_table(
        out, "exit", "Chance to leave office by date", (size_t)plan->n_weeks, 5 + TN_N_ROUTES);
    const char **horizon = tn_build_text(out, t, "horizon");
    const char **date = tn_build_text(out, t, "date");
    const tn_base_columns_t p = tn_base_figure_columns(out, t, "p", TN_FIT_PROBABILITY);
    double *by_route[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        by_route[r] = tn_build_number(out, t, tn_route_name(r), TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < (size_t)plan->n_weeks; k++) {
        const double months = plan->weeks[k] * TN_WEEKS_TO_MONTHS;
        horizon[k] = tn_base_horizon_text(out, plan->weeks[k]);
        date[k] = tn_base_date_text(out, leader->as_of + 7 * plan->weeks[k]);
        tn_base_put_figure(&p, k, tn_base_chance(curve, TN_N_ROUTES, months, plan->level));
        for (int r = 0; r < TN_N_ROUTES; r++)
            by_route[r][k] = tn_base_chance(curve, r, months, plan->level).value;
    }
    return 0;
}

static int put_hazards(tn_fit_t *out, const tn_base_plan_t *plan, const tn_base_curve_t *curve)
{
    tn_fit_table_t *t = tn_build_table(
        out, "hazards", "Yearly hazard over the first year, by route", TN_N_ROUTES + 1, 5);
    const char **route = tn_build_text(out, t, "route");
    const tn_base_columns_t h = tn_base_figure_columns(out, t, "per.year", TN_FIT_NUMBER);
    double *log_sd = tn_build_number(out, t, "log.sd", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int r = 0; r <= TN_N_ROUTES; r++) {
        route[r] = r < TN_N_ROUTES ? tn_route_name(r) : "any";
        tn_base_put_figure(&h, (size_t)r, tn_base_hazard(curve, r, HAZARD_MONTHS, plan->level));
        log_sd[r] = tn_base_hazard_log_sd(curve, r, HAZARD_MONTHS);
    }
    return 0;
}

static int put_class_chain(tn_fit_t *out, const tn_base_t *self, const tn_base_plan_t *plan,
    const tn_base_leader_t *leader)
{
    tn_base_class_key_t key[4] = {tn_base_leader_class(self, leader)};
    size_t n = 1;
    while (n < 4 && (key[n - 1].regime != TN_CLASS_ANY || key[n - 1].tenure != TN_CLASS_ANY ||
                        key[n - 1].age != TN_CLASS_ANY)) {
        key[n] = tn_base_class_wider(key[n - 1]);
        n++;
    }
    return tn_base_put_classes(out, self,
        "Leaders like this one, counted; each class wider than the one above", key, n, false,
        plan->level);
}

static int put_median(tn_fit_t *out, const tn_base_plan_t *plan, const tn_base_curve_t *curve)
{
    tn_fit_table_t *t = tn_build_table(out, "median", "Median time left, years", 1, 3);
    const tn_base_columns_t c = tn_base_figure_columns(out, t, "years", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    tn_base_figure_t f = tn_base_median(curve, plan->level);
    f.value /= 12.0;
    f.lower /= 12.0;
    f.upper /= 12.0;
    tn_base_put_figure(&c, 0, f);
    return 0;
}

static const char *title_of(tn_fit_t *out, const char *what, const tn_base_leader_t *leader)
{
    char day[11], since[11];
    tn_date_format(leader->as_of, day);
    tn_date_format(leader->entered, since);
    return tn_build_printf(out, "%s: %s%s%s, in office since %s, as of %s", what,
        leader->name[0] != '\0' ? leader->name : "a leader", leader->country[0] != '\0' ? ", " : "",
        leader->country, since, day);
}

#define MEDIAN_WEEKS 2609 /* 50 years: where the median is looked for */

int tn_base_leader_tables(tn_fit_t *out, const tn_base_t *self, const tn_base_leader_t *leader,
    const tn_base_options_t *opt, tn_error_t *err)
{
    tn_base_plan_t plan;
    tn_base_curve_t curve;
    int ret = tn_base_plan(&plan, opt, err);
    if (ret == 0) ret = tn_base_check_leader(leader, err);
    if (ret == 0) ret = tn_base_tables_init(out, "", err);
    if (ret < 0) return ret;
    const int last = plan.weeks[plan.n_weeks - 1];
    ret = tn_base_leader_curve(&curve, self, leader, last > MEDIAN_WEEKS ? last : MEDIAN_WEEKS);
    if (ret == 0) {
        out->title = title_of(out, "Base rate", leader);
        ret = put_exit(out, &plan, leader, &curve);
        if (ret == 0) ret = put_hazards(out, &plan, &curve);
        if (ret == 0) ret = put_class_chain(out, self, &plan, leader);
        if (ret == 0) ret = put_median(out, &plan, &curve);
        tn_base_put_notes(out, self, leader);
        tn_base_curve_free(&curve);
    }
    return tn_base_tables_end(out, ret, err);
}

static int put_curve(tn_fit_t *out, const tn_base_plan_t *plan, const tn_base_leader_t *leader,
    const tn_base_curve_t *curve)
{
    const size_t n = (size_t)curve->n_months;
    tn_fit_table_t *t =
        tn_build_table(out, "curve", "Chance to have left office, by month", n, 6 + TN_N_ROUTES);
    double *month = tn_build_number(out, t, "time", TN_FIT_TIME);
    const tn_base_columns_t p = tn_base_figure_columns(out, t, "estimate", TN_FIT_PROBABILITY);
    const char **date = tn_build_text(out, t, "date");
    double *by_route[TN_N_ROUTES];
    for (int r = 0; r < TN_N_ROUTES; r++)
        by_route[r] = tn_build_number(out, t, tn_route_name(r), TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    t->is_curve = true;
    for (size_t k = 0; k < n; k++) {
        const double months = (double)k + 1.0;
        month[k] = months;
        date[k] = tn_base_date_text(out, leader->as_of + (int32_t)lround(months * 30.4375));
        tn_base_put_figure(&p, k, tn_base_chance(curve, TN_N_ROUTES, months, plan->level));
        for (int r = 0; r < TN_N_ROUTES; r++)
            by_route[r][k] = tn_base_chance(curve, r, months, plan->level).value;
    }
    return 0;
}

int tn_base_curve_tables(tn_fit_t *out, const tn_base_t *self, const tn_base_leader_t *leader,
    const tn_base_options_t *opt, tn_error_t *err)
{
    tn_base_plan_t plan;
    tn_base_curve_t curve;
    int ret = tn_base_plan(&plan, opt, err);
    if (ret == 0) ret = tn_base_check_leader(leader, err);
    if (ret == 0) ret = tn_base_tables_init(out, "", err);
    if (ret < 0) return ret;
    ret = tn_base_leader_curve(&curve, self, leader, plan.weeks[plan.n_weeks - 1]);
    if (ret == 0) {
        out->title = title_of(out, "Base rate by month", leader);
        ret = put_curve(out, &plan, leader, &curve);
        tn_base_put_notes(out, self, leader);
        tn_base_curve_free(&curve);
    }
    return tn_base_tables_end(out, ret, err);
}
