#include "model/base_predict.h"

#include <gsl/gsl_linalg.h>
#include <gsl/gsl_permutation.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"

#define MONTHS  12.0
#define JITTER  1e-6 /* of the mean variance: what rounding to nine digits may take */
#define PURPOSE 64   /* of the random numbers; those of the court are below */

/* R with R R' = variance, which may be singular: L D L' with pivots. */
static int take_root(const double *variance, size_t p, double *root)
{
    double mean = 0.0;
    double *v = tn_calloc(p * p, sizeof *v);
    gsl_permutation *perm = gsl_permutation_alloc(p);
    if (v == NULL || perm == NULL) {
        tn_free(v);
        gsl_permutation_free(perm);
        return TN_ENOMEM;
    }
    memcpy(v, variance, p * p * sizeof *v);
    for (size_t j = 0; j < p; j++)
        mean += v[j * p + j] / (double)p;
    for (size_t j = 0; j < p; j++)
        v[j * p + j] += JITTER * mean;
    gsl_matrix_view view = gsl_matrix_view_array(v, p, p);
    (void)gsl_linalg_pcholesky_decomp(&view.matrix, perm);
    for (size_t i = 0; i < p; i++) {
        const size_t row = gsl_permutation_get(perm, i);
        for (size_t j = 0; j <= i; j++) {
            const double d = v[j * p + j] > 0.0 ? sqrt(v[j * p + j]) : 0.0;
            root[row * p + j] = (j == i ? 1.0 : v[i * p + j]) * d;
        }
    }
    gsl_permutation_free(perm);
    tn_free(v);
    return 0;
}

/* Draw k of equation e: its coefficients plus R z. */
static void draw_equation(
    double *coef, const tn_base_equation_t *eq, const double *root, uint64_t seed, int k, int e)
{
    double z[TN_DESIGN_MAX + 3];
    const int p = eq->p;
    for (int j = 0; j < p; j += 4)
        tn_rng_normals(seed, (uint64_t)k, 0, (uint32_t)e, PURPOSE, (uint32_t)(j / 4), z + j);
    for (int i = 0; i < p; i++) {
        coef[i] = eq->coef[i];
        for (int j = 0; j < p; j++)
            coef[i] += root[i * p + j] * z[j];
    }
}

static double draw_multiplier(const tn_base_health_t *health, double z)
{
    if (health->n_events == 0) return health->multiplier;
    return health->multiplier * tn_exp(z / sqrt((double)health->n_events));
}

static void draw_health(tn_base_draw_t *draw, const tn_base_model_t *model, uint64_t seed, int k)
{
    double z[4];
    tn_rng_normals(seed, (uint64_t)k, 0, TN_N_EQUATIONS, PURPOSE, 0, z);
    draw->death = draw_multiplier(&model->death, z[0]);
    draw->incapacity = draw_multiplier(&model->incapacity, z[1]);
}

int tn_base_draws_init(tn_base_draws_t *self, const tn_base_model_t *model, int n, uint64_t seed)
{
    int ret = 0;
    *self = (tn_base_draws_t){.n = n};
    self->draw = tn_calloc((size_t)n + 1, sizeof *self->draw);
    if (self->draw == NULL) return TN_ENOMEM;
    tn_base_draw_centre(&self->draw[0], model);
    for (int e = 0; e < TN_N_EQUATIONS && n > 0 && ret == 0; e++) {
        const tn_base_equation_t *eq = &model->equation[e];
        const size_t p = (size_t)eq->p;
        double *root = tn_calloc(p * p, sizeof *root);
        if (root == NULL) ret = TN_ENOMEM;
        if (ret == 0) ret = take_root(eq->variance, p, root);
        for (int k = 1; k <= n && ret == 0; k++)
            draw_equation(self->draw[k].coef[e], eq, root, seed, k, e);
        tn_free(root);
    }
    for (int k = 1; k <= n; k++)
        draw_health(&self->draw[k], model, seed, k);
    if (ret < 0) tn_base_draws_free(self);
    return ret;
}

void tn_base_draws_free(tn_base_draws_t *self)
{
    if (self == NULL) return;
    tn_free(self->draw);
    *self = (tn_base_draws_t){0};
}

static double *surv_row(const tn_base_curve_t *self, int k)
{
    return self->surv + (size_t)k * ((size_t)self->n_months + 1);
}

static double *cif_row(const tn_base_curve_t *self, int route, int k)
{
    const size_t row = (size_t)route * ((size_t)self->n_draws + 1) + (size_t)k;
    return self->cif + row * ((size_t)self->n_months + 1);
}

static void run_month(tn_base_curve_t *self, const tn_base_model_t *model,
    const tn_base_draws_t *draws, const tn_base_month_t *month, int m)
{
    for (int k = 0; k <= draws->n; k++) {
        double hazard[TN_N_ROUTES], total = 0.0;
        tn_base_month_hazards(model, &draws->draw[k], month, hazard);
        for (int r = 0; r < TN_N_ROUTES; r++)
            total += hazard[r];
        double *surv = surv_row(self, k);
        const double leaves = -tn_expm1(-total);
        for (int r = 0; r < TN_N_ROUTES; r++) {
            double *cif = cif_row(self, r, k);
            cif[m] = cif[m - 1] + (total > 0.0 ? surv[m - 1] * leaves * hazard[r] / total : 0.0);
        }
        surv[m] = surv[m - 1] * (1.0 - leaves);
    }
}

int tn_base_curve_init(tn_base_curve_t *self, const tn_base_model_t *model,
    const tn_base_draws_t *draws, const tn_known_t *known, int n_months)
{
    const size_t n_draws = (size_t)draws->n + 1, n = (size_t)n_months + 1;
    *self = (tn_base_curve_t){.n_months = n_months, .n_draws = draws->n};
    self->surv = tn_calloc(n_draws * n, sizeof *self->surv);
    self->cif = tn_calloc(TN_N_ROUTES * n_draws * n, sizeof *self->cif);
    self->sorted = tn_calloc(n_draws, sizeof *self->sorted);
    if (!self->surv || !self->cif || !self->sorted) {
        tn_base_curve_free(self);
        return TN_ENOMEM;
    }
    for (int k = 0; k <= draws->n; k++)
        surv_row(self, k)[0] = 1.0;
    for (int m = 1; m <= n_months; m++) {
        tn_base_month_t month;
        tn_base_month_init(&month, model, known, known->landmark + m);
        run_month(self, model, draws, &month, m);
    }
    return 0;
}

void tn_base_curve_free(tn_base_curve_t *self)
{
    if (self == NULL) return;
    tn_free(self->surv);
    tn_free(self->cif);
    tn_free(self->sorted);
    *self = (tn_base_curve_t){0};
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The fitted figure is value; limits are quantiles of the draws, which stand in self->sorted. */
static tn_base_figure_t figure(const tn_base_curve_t *self, double value, double level)
{
    tn_base_figure_t f = {.value = value, .lower = NAN, .upper = NAN};
    const size_t n = (size_t)self->n_draws;
    if (n == 0) return f;
    qsort(self->sorted, n, sizeof *self->sorted, compare);
    f.lower = gsl_stats_quantile_from_sorted_data(self->sorted, 1, n, (1.0 - level) / 2.0);
    f.upper = gsl_stats_quantile_from_sorted_data(self->sorted, 1, n, (1.0 + level) / 2.0);
    return f;
}

static double chance(const tn_base_curve_t *self, int route, double months, int k)
{
    const double at = fmin(fmax(months, 0.0), (double)self->n_months);
    const int m = (int)at < self->n_months ? (int)at : self->n_months - 1;
    const double *surv = surv_row(self, k), part = at - m;
    const double total = -tn_log(surv[m + 1] / surv[m]);
    const double leaves = surv[m] * -tn_expm1(-total * part);
    if (route == TN_N_ROUTES) return 1.0 - surv[m] + leaves;
    const double *cif = cif_row(self, route, k), all = surv[m] - surv[m + 1];
    return cif[m] + (all > 0.0 ? leaves * (cif[m + 1] - cif[m]) / all : 0.0);
}

tn_base_figure_t tn_base_chance(const tn_base_curve_t *self, int route, double months, double level)
{
    for (int k = 1; k <= self->n_draws; k++)
        self->sorted[k - 1] = chance(self, route, months, k);
    return figure(self, chance(self, route, months, 0), level);
}

/* Exits over time in office: the mean hazard, a year. */
static double hazard_of(const tn_base_curve_t *self, int route, int months, int k)
{
    const double *surv = surv_row(self, k);
    double in_office = 0.0;
    for (int m = 1; m <= months; m++) {
        const double total = tn_log(surv[m - 1] / surv[m]);
        in_office += total > 0.0 ? (surv[m - 1] - surv[m]) / total : surv[m];
    }
    const double left = route == TN_N_ROUTES ? 1.0 - surv[months] : cif_row(self, route, k)[months];
    return left / (in_office / MONTHS);
}

tn_base_figure_t tn_base_hazard(const tn_base_curve_t *self, int route, int months, double level)
{
    for (int k = 1; k <= self->n_draws; k++)
        self->sorted[k - 1] = hazard_of(self, route, months, k);
    return figure(self, hazard_of(self, route, months, 0), level);
}

double tn_base_hazard_log_sd(const tn_base_curve_t *self, int route, int months)
{
    for (int k = 1; k <= self->n_draws; k++)
        self->sorted[k - 1] = tn_log(hazard_of(self, route, months, k));
    return gsl_stats_sd(self->sorted, 1, (size_t)self->n_draws);
}

static double median(const tn_base_curve_t *self, int k)
{
    const double *surv = surv_row(self, k);
    for (int m = 1; m <= self->n_months; m++) {
        if (surv[m] <= 0.5)
            return m - 1 + tn_log(surv[m - 1] / 0.5) / tn_log(surv[m - 1] / surv[m]);
    }
    return INFINITY;
}

tn_base_figure_t tn_base_median(const tn_base_curve_t *self, double level)
{
    for (int k = 1; k <= self->n_draws; k++)
        self->sorted[k - 1] = fmin(median(self, k), 1e6);
    tn_base_figure_t f = figure(self, median(self, 0), level);
    if (f.lower >= 1e6) f.lower = INFINITY;
    if (f.upper >= 1e6) f.upper = INFINITY;
    return f;
}
