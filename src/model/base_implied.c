/* What somebody's number implies, and what a new fit changed. */
#include <math.h>
#include <stdlib.h>

#include "base/fmath.h"
#include "model/base_tables.h"

#define WEEKS_PER_YEAR 52.1775

static int put_implied(
    tn_fit_t *out, double p, int weeks, double hazard, const tn_base_curve_t *curve, double level)
{
    tn_fit_table_t *t = tn_build_table(out, "implied", "At a constant hazard", 1, 8);
    double *chance = tn_build_number(out, t, "p", TN_FIT_PROBABILITY);
    const char **within = tn_build_text(out, t, "within");
    double *rate = tn_build_number(out, t, "hazard.per.year", TN_FIT_NUMBER);
    double *year = tn_build_number(out, t, "p.year", TN_FIT_PROBABILITY);
    double *median = tn_build_number(out, t, "median.years", TN_FIT_NUMBER);
    double *base = NULL, *ratio = NULL;
    if (curve != NULL) {
        base = tn_build_number(out, t, "base.p", TN_FIT_PROBABILITY);
        ratio = tn_build_number(out, t, "times.base.hazard", TN_FIT_NUMBER);
    }
    if (tn_build_failed(out)) return TN_ENOMEM;
    chance[0] = p;
    within[0] = tn_base_horizon_text(out, weeks);
    rate[0] = hazard;
    year[0] = -tn_expm1(-hazard);
    median[0] = tn_log(2.0) / hazard;
    if (curve != NULL) {
        base[0] = tn_base_chance(curve, TN_N_ROUTES, weeks * TN_WEEKS_TO_MONTHS, level).value;
        ratio[0] = tn_log1p(-p) / tn_log1p(-base[0]);
    }
    return 0;
}

static int put_dates(tn_fit_t *out, const tn_base_plan_t *plan, double hazard,
    const tn_base_leader_t *leader, const tn_base_curve_t *curve)
{
    tn_fit_table_t *t =
        tn_build_table(out, "exit", "The same hazard by other dates", (size_t)plan->n_weeks, 6);
    const char **horizon = tn_build_text(out, t, "horizon");
    const char **date = leader != NULL ? tn_build_text(out, t, "date") : NULL;
    double *p = tn_build_number(out, t, "implied", TN_FIT_PROBABILITY);
    tn_base_columns_t base = {0};
    if (curve != NULL) base = tn_base_figure_columns(out, t, "base.rate", TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < (size_t)plan->n_weeks; k++) {
        horizon[k] = tn_base_horizon_text(out, plan->weeks[k]);
        p[k] = -tn_expm1(-hazard * plan->weeks[k] / WEEKS_PER_YEAR);
        if (leader != NULL) date[k] = tn_base_date_text(out, leader->as_of + 7 * plan->weeks[k]);
        if (curve != NULL) {
            const double months = plan->weeks[k] * TN_WEEKS_TO_MONTHS;
            tn_base_put_figure(&base, k, tn_base_chance(curve, TN_N_ROUTES, months, plan->level));
        }
    }
    return 0;
}

int tn_base_implied_tables(tn_fit_t *out, const tn_base_t *self, double p, int weeks,
    const tn_base_leader_t *leader, const tn_base_options_t *opt, tn_error_t *err)
{
    tn_base_plan_t plan;
    tn_base_curve_t curve = {0};
    int ret = tn_base_plan(&plan, opt, err);
    if (ret == 0 && !(p > 0.0 && p < 1.0 && weeks > 0))
        ret = tn_error_set(err, TN_EARG, "a chance must be above 0 and below 1");
    if (ret == 0 && leader != NULL) ret = tn_base_check_leader(leader, err);
    if (ret == 0) ret = tn_base_tables_init(out, "What the number implies", err);
    if (ret < 0) return ret;
    const double hazard = -tn_log1p(-p) / (weeks / WEEKS_PER_YEAR);
    const int last = plan.weeks[plan.n_weeks - 1];
    if (leader != NULL)
        ret = tn_base_leader_curve(&curve, self, leader, weeks > last ? weeks : last);
    const tn_base_curve_t *base = leader != NULL && ret == 0 ? &curve : NULL;
    if (ret == 0) ret = put_implied(out, p, weeks, hazard, base, plan.level);
    if (ret == 0) ret = put_dates(out, &plan, hazard, leader, base);
    if (leader != NULL) tn_base_put_notes(out, self, leader);
    tn_base_curve_free(&curve);
    return tn_base_tables_end(out, ret, err);
}

/* ---- what a new fit changed ---- */

typedef struct change {
    int equation, term;
    double in_se;
} change_t;

static int compare_changes(const void *a, const void *b)
{
    const change_t *x = a, *y = b;
    if (x->in_se != y->in_se) return x->in_se < y->in_se ? 1 : -1;
    return x->equation != y->equation ? x->equation - y->equation : x->term - y->term;
}

#define MOST_SHOWN 20
#define ROUNDING   1e-6 /* standard errors: what nine digits in a file may move */
#define ALL_TERMS  (TN_N_EQUATIONS * TN_DESIGN_MAX)
#define N_FITTED   TN_EQUATION_REGULAR_TRAITS /* those by traits alone have the same exits */

static double standard_error(const tn_base_equation_t *eq, int j)
{
    return sqrt(eq->variance[j * eq->p + j]);
}

static size_t list_changes(change_t *change, const tn_base_model_t *a, const tn_base_model_t *b)
{
    size_t n = 0;
    for (int e = 0; e < TN_N_EQUATIONS; e++) {
        for (int j = 0; j < a->equation[e].p; j++) {
            const double moved = fabs(b->equation[e].coef[j] - a->equation[e].coef[j]);
            const double in_se = moved / standard_error(&a->equation[e], j);
            if (in_se > ROUNDING) change[n++] = (change_t){e, j, in_se};
        }
    }
    qsort(change, n, sizeof *change, compare_changes);
    return n < MOST_SHOWN ? n : MOST_SHOWN;
}

static int put_changes(tn_fit_t *out, const tn_base_model_t *a, const tn_base_model_t *b)
{
    change_t change[ALL_TERMS];
    const size_t n = list_changes(change, a, b);
    tn_fit_table_t *t =
        tn_build_table(out, "changes", "Coefficients that changed most, in standard errors", n, 6);
    const char **route = tn_build_text(out, t, "route"), **knows = tn_build_text(out, t, "knows"),
               **term = tn_build_text(out, t, "term");
    double *before = tn_build_number(out, t, "before", TN_FIT_NUMBER);
    double *after = tn_build_number(out, t, "after", TN_FIT_NUMBER);
    double *in_se = tn_build_number(out, t, "in.se", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        char buf[128];
        const int e = change[i].equation, j = change[i].term;
        route[i] = tn_route_name(a->equation[e].route);
        knows[i] = tn_base_equation_knows(e);
        term[i] =
            tn_build_copy(out, tn_base_design_name(a->equation[e].design, j, buf, sizeof buf));
        before[i] = a->equation[e].coef[j];
        after[i] = b->equation[e].coef[j];
        in_se[i] = change[i].in_se;
    }
    return 0;
}

static int put_counts(tn_fit_t *out, const tn_base_model_t *a, const tn_base_model_t *b)
{
    tn_fit_table_t *t =
        tn_build_table(out, "counts", "Exits that each was fitted to", N_FITTED + 3, 3);
    const char **what = tn_build_text(out, t, "what");
    double *before = tn_build_number(out, t, "before", TN_FIT_COUNT);
    double *after = tn_build_number(out, t, "after", TN_FIT_COUNT);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int e = 0; e < N_FITTED; e++) {
        what[e] = tn_route_name(a->equation[e].route);
        before[e] = (double)a->equation[e].n_events;
        after[e] = (double)b->equation[e].n_events;
    }
    what[N_FITTED] = "death";
    before[N_FITTED] = (double)a->death.n_events;
    after[N_FITTED] = (double)b->death.n_events;
    what[N_FITTED + 1] = "incapacity";
    before[N_FITTED + 1] = (double)a->incapacity.n_events;
    after[N_FITTED + 1] = (double)b->incapacity.n_events;
    what[N_FITTED + 2] = "leader-months";
    before[N_FITTED + 2] = (double)a->n_months;
    after[N_FITTED + 2] = (double)b->n_months;
    return 0;
}

int tn_base_change_tables(tn_fit_t *out, const tn_base_t *before, const tn_base_t *after,
    const tn_base_options_t *opt, tn_error_t *err)
{
    tn_base_plan_t plan;
    int ret = tn_base_plan(&plan, opt, err);
    if (ret == 0) ret = tn_base_tables_init(out, "Base rates fitted anew", err);
    if (ret < 0) return ret;
    ret = put_counts(out, &before->model, &after->model);
    if (ret == 0) ret = put_changes(out, &before->model, &after->model);
    tn_build_note(out, "mortality: the life table times %.3f before, %.3f after",
        before->model.death.multiplier, after->model.death.multiplier);
    tn_base_put_notes(out, after, NULL);
    return tn_base_tables_end(out, ret, err);
}
