/* Figures of new rows, and curves. exp(term) of a row (splitpop_row.h) is the probability of
 * lasting to exit, or the density of leaving there by a cause, given no exit by entry: the curves
 * and their gradients come from the same terms. In y = log t the density t h S is smooth and dies
 * away at both ends, so Gauss-Legendre panels of bounded alpha dy integrate it to rounding. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/splitpop_row.h"

#define PANEL_WIDTH 2.0   /* of alpha dy, at most */
#define PANEL_LOSS  4.0   /* of H, at most */
#define NEGLIGIBLE  -40.0 /* u below which no exit has happened: e^-40 */
#define EXHAUSTED   60.0  /* of H - H(t0): nobody is left */
#define MAX_PANELS  100000

/* Gauss-Legendre, 16 points: the positive nodes on (-1, 1) and their weights. */
static const double node[8] = {0.09501250983763744, 0.2816035507792589, 0.45801677765722737,
    0.6178762444026438, 0.755404408355003, 0.8656312023878318, 0.9445750230732326,
    0.9894009349916499};
static const double node_weight[8] = {0.1894506104550685, 0.18260341504492358, 0.16915651939500254,
    0.14959598881657674, 0.12462897125553388, 0.09515851168249279, 0.062253523938647894,
    0.027152459411754096};

/* The coefficients at one row. */
typedef struct member {
    double eta[TN_SPLITPOP_MAX_CAUSES], alpha[TN_SPLITPOP_MAX_CAUSES];
    tn_splitpop_arguments_t a;
} member_t;

/* Covariate j of the row is x[j * stride]. */
static double predictor(const double *b, int p, const double *x, size_t stride)
{
    double sum = b[0];
    for (int j = 0; j < p; j++)
        sum += b[1 + j] * x[(size_t)j * stride];
    return sum;
}

static void member_at(
    member_t *m, const tn_splitpop_t *fit, const double *x, const double *z, size_t stride)
{
    const size_t n_x = (size_t)fit->n_covariates + 1;
    const double *shape = fit->coef + fit->n_parameters - fit->n_causes;
    for (int k = 0; k < fit->n_causes; k++) {
        m->eta[k] = predictor(fit->coef + (size_t)k * n_x, fit->n_covariates, x, stride);
        m->alpha[k] = tn_exp(-shape[k]);
    }
    m->a = (tn_splitpop_arguments_t){.distribution = fit->distribution,
        .n_causes = fit->n_causes,
        .eta = m->eta,
        .zeta = predictor(fit->coef + (size_t)fit->n_causes * n_x, fit->n_risk, z, stride),
        .shape = shape,
        .alpha = m->alpha};
}

static double total_cumhaz(const tn_splitpop_arguments_t *a, double t)
{
    double sum = 0.0;
    for (int k = 0; k < a->n_causes; k++)
        sum += tn_splitpop_cumhaz(a, k, t);
    return sum;
}

static bool is_by_cause(tn_splitpop_figure_t figure)
{
    return figure == TN_SPLITPOP_HAZARD || figure == TN_SPLITPOP_FAILURE ||
           figure == TN_SPLITPOP_CONDITIONAL_HAZARD || figure == TN_SPLITPOP_CONDITIONAL_FAILURE;
}

/* With zeta = logit pi, pi S / (1 - pi + pi S) is logistic(zeta - H) and pi h S / (1 - pi + pi S0)
 * is h exp(zeta - H - softplus(zeta - H0)); given survival to t, zeta - H(t) takes zeta's place. */
static double one_figure(
    const member_t *m, double entry, double exit, tn_splitpop_figure_t figure, int k)
{
    const tn_splitpop_arguments_t *a = &m->a;
    const double h = total_cumhaz(a, exit), h0 = total_cumhaz(a, entry);
    double zeta = a->zeta;
    switch (figure) {
    case TN_SPLITPOP_UNCONDITIONAL_RISK: return tn_splitpop_logistic(zeta);
    case TN_SPLITPOP_UNCONDITIONAL_CURE: return tn_splitpop_logistic(-zeta);
    case TN_SPLITPOP_CONDITIONAL_RISK: return tn_splitpop_logistic(zeta - h);
    case TN_SPLITPOP_CONDITIONAL_CURE: return tn_splitpop_logistic(h - zeta);
    case TN_SPLITPOP_SURVIVAL:
        return tn_exp(tn_splitpop_softplus(zeta - h) - tn_splitpop_softplus(zeta - h0));
    case TN_SPLITPOP_CONDITIONAL_HAZARD:
    case TN_SPLITPOP_CONDITIONAL_FAILURE: zeta -= h; break;
    case TN_SPLITPOP_HAZARD:
    case TN_SPLITPOP_FAILURE: break;
    }
    const bool is_hazard = figure == TN_SPLITPOP_HAZARD || figure == TN_SPLITPOP_CONDITIONAL_HAZARD;
    const double left = tn_splitpop_softplus(zeta - (is_hazard ? h : h0));
    return tn_exp(tn_splitpop_log_hazard(a, k, exit) + zeta - h - left);
}

static int check_fit(const tn_splitpop_t *self, tn_error_t *err)
{
    if (self->coef == NULL || !isfinite(self->coef[0])) {
        return tn_error_set(err, TN_EARG, "splitpop: the fit has no coefficients (%s)",
            tn_fit_status_text(self->status));
    }
    return 0;
}

static int check_rows(const tn_splitpop_t *self, const tn_splitpop_rows_t *rows, tn_error_t *err)
{
    if (rows->n > 0 && (rows->exit == NULL || (self->n_covariates > 0 && rows->x == NULL) ||
                           (self->n_risk > 0 && rows->z == NULL))) {
        return tn_error_set(err, TN_EARG, "splitpop: exit or covariates of new rows are missing");
    }
    for (size_t i = 0; i < rows->n; i++) {
        const double entry = rows->entry != NULL ? rows->entry[i] : 0.0;
        bool is_good = isfinite(rows->exit[i]) && entry >= 0.0 && rows->exit[i] > entry;
        for (int j = 0; j < self->n_covariates; j++)
            is_good = is_good && isfinite(rows->x[(size_t)j * rows->n + i]);
        for (int j = 0; j < self->n_risk; j++)
            is_good = is_good && isfinite(rows->z[(size_t)j * rows->n + i]);
        if (is_good) continue;
        return tn_error_set(err, TN_EDOMAIN,
            "row %zu: expected 0 <= entry < exit and finite covariates (entry %.17g, exit %.17g)",
            i + 1, entry, rows->exit[i]);
    }
    return 0;
}

int tn_splitpop_predict(const tn_splitpop_t *self, const tn_splitpop_rows_t *rows,
    tn_splitpop_figure_t figure, double *out, tn_error_t *err)
{
    int ret = check_fit(self, err);
    if (ret == 0) ret = check_rows(self, rows, err);
    if (ret < 0) return ret;
    if ((int)figure < 0 || figure > TN_SPLITPOP_SURVIVAL) {
        return tn_error_set(err, TN_EARG, "splitpop: unknown figure");
    }
    const int n_columns = is_by_cause(figure) ? self->n_causes : 1;
    for (size_t i = 0; i < rows->n; i++) {
        member_t m;
        member_at(&m, self, rows->x != NULL ? rows->x + i : NULL,
            rows->z != NULL ? rows->z + i : NULL, rows->n);
        const double entry = rows->entry != NULL ? rows->entry[i] : 0.0;
        for (int k = 0; k < n_columns; k++)
            out[(size_t)k * rows->n + i] = one_figure(&m, entry, rows->exit[i], figure, k);
    }
    return 0;
}

/* Integrals over (t0, t] as t moves on: of each cause's density and of its gradient by q. */
typedef struct curve {
    const tn_splitpop_t *fit;
    member_t m;
    const double *x, *z;
    double t0, y; /* integrated up to log time y */
    int n_q;
    double cif[TN_SPLITPOP_MAX_CAUSES];
    double by_q[TN_SPLITPOP_MAX_CAUSES][SPLITPOP_MAX_Q];
    double *full; /* p: a gradient by the coefficients */
    tn_splitpop_term_t term;
} curve_t;

static void add_node(curve_t *c, double y, double weight)
{
    const double t = tn_exp(y);
    if (!(t > c->t0)) return;
    for (int k = 0; k < c->fit->n_causes; k++) {
        tn_splitpop_term(&c->m.a, c->t0, t, k + 1, &c->term);
        const double density = weight * t * tn_exp(c->term.loglik);
        if (!(density > 0.0)) continue;
        c->cif[k] += density;
        for (int q = 0; q < c->n_q; q++)
            c->by_q[k][q] += density * c->term.gradient[q];
    }
}

/* Log times between which something happens. */
static void bounds(const curve_t *c, double *low, double *steepest)
{
    *low = INFINITY;
    *steepest = 0.0;
    for (int k = 0; k < c->fit->n_causes; k++) {
        *low = fmin(*low, c->m.eta[k] + NEGLIGIBLE / c->m.alpha[k]);
        *steepest = fmax(*steepest, c->m.alpha[k]);
    }
    if (c->t0 > 0.0) *low = fmax(*low, tn_log(c->t0));
}

static void add_panel(curve_t *c, double y, double width)
{
    const double half = 0.5 * width, middle = y + half;
    for (int k = 0; k < 8; k++) {
        add_node(c, middle - half * node[k], half * node_weight[k]);
        add_node(c, middle + half * node[k], half * node_weight[k]);
    }
}

/* Integrates on to time t. @return 0, or TN_EDOMAIN if that takes too many panels. */
static int advance(curve_t *c, double t)
{
    double low, steepest;
    if (!(t > c->t0)) return 0;
    bounds(c, &low, &steepest);
    const double end = tn_log(t), start = total_cumhaz(&c->m.a, c->t0);
    double y = fmax(c->y, low);
    double h = total_cumhaz(&c->m.a, tn_exp(y));
    for (int i = 0; y < end && h - start < EXHAUSTED; i++) {
        if (i == MAX_PANELS) return TN_EDOMAIN;
        double width = fmin(PANEL_WIDTH / steepest, end - y);
        double next = total_cumhaz(&c->m.a, tn_exp(y + width));
        while (next - h > PANEL_LOSS && y + 0.5 * width > y) {
            width *= 0.5;
            next = total_cumhaz(&c->m.a, tn_exp(y + width));
        }
        add_panel(c, y, width);
        y = width < end - y ? y + width : end;
        h = next;
    }
    c->y = end;
    return 0;
}

/* Standard error from a gradient by the row's arguments. */
static double delta(curve_t *c, const double *by_q)
{
    const tn_splitpop_t *f = c->fit;
    const int n_x = f->n_covariates + 1, n_causes = f->n_causes, p = f->n_parameters;
    double *g = c->full;
    for (int k = 0; k < n_causes; k++) {
        for (int j = 0; j < n_x; j++)
            g[k * n_x + j] = by_q[k] * (j == 0 ? 1.0 : c->x[j - 1]);
        g[p - n_causes + k] = by_q[n_causes + 1 + k];
    }
    for (int j = 0; j <= f->n_risk; j++)
        g[n_causes * n_x + j] = by_q[n_causes] * (j == 0 ? 1.0 : c->z[j - 1]);
    double sum = 0.0;
    for (int j = 0; j < p; j++) {
        double inner = 0.0;
        for (int k = 0; k < p; k++)
            inner += f->vcov[j * p + k] * g[k];
        sum += g[j] * inner;
    }
    return sum > 0.0 ? sqrt(sum) : sum; /* NaN stays */
}

static void write_surv(curve_t *c, double t, size_t i, const tn_splitpop_curves_t *out)
{
    tn_splitpop_term(&c->m.a, c->t0, t, 0, &c->term);
    const double surv = tn_exp(c->term.loglik);
    if (out->surv != NULL) out->surv[i] = surv;
    if (out->surv_se != NULL) out->surv_se[i] = surv * delta(c, c->term.gradient);
}

static int write_curve(
    curve_t *c, size_t n_times, const double *times, const tn_splitpop_curves_t *out)
{
    const bool has_cif = out->cif != NULL || out->cif_se != NULL;
    for (size_t i = 0; i < n_times; i++) {
        write_surv(c, times[i], i, out);
        if (!has_cif) continue;
        const int ret = advance(c, times[i]);
        if (ret < 0) return ret;
        for (int k = 0; k < c->fit->n_causes; k++) {
            const size_t at = (size_t)k * n_times + i;
            if (out->cif != NULL) out->cif[at] = c->cif[k];
            if (out->cif_se != NULL) out->cif_se[at] = delta(c, c->by_q[k]);
        }
    }
    return 0;
}

static int check_curve(const tn_splitpop_t *self, const double *x, const double *z, double t0,
    size_t n_times, const double *times, tn_error_t *err)
{
    const int ret = check_fit(self, err);
    if (ret < 0) return ret;
    if ((self->n_covariates > 0 && x == NULL) || (self->n_risk > 0 && z == NULL)) {
        return tn_error_set(err, TN_EARG, "splitpop: covariates are missing");
    }
    bool is_finite = isfinite(t0) && t0 >= 0.0;
    for (int j = 0; j < self->n_covariates; j++)
        is_finite = is_finite && isfinite(x[j]);
    for (int j = 0; j < self->n_risk; j++)
        is_finite = is_finite && isfinite(z[j]);
    if (!is_finite) {
        return tn_error_set(
            err, TN_EDOMAIN, "splitpop: t0 must be at least 0 and covariates finite");
    }
    for (size_t i = 0; i < n_times; i++) {
        if (isfinite(times[i]) && times[i] >= (i > 0 ? times[i - 1] : t0)) continue;
        return tn_error_set(
            err, TN_EARG, "splitpop: time %zu is not finite, before t0 or out of order", i + 1);
    }
    return 0;
}

int tn_splitpop_curve(const tn_splitpop_t *self, const double *x, const double *z, double t0,
    size_t n_times, const double *times, const tn_splitpop_curves_t *out, tn_error_t *err)
{
    int ret = check_curve(self, x, z, t0, n_times, times, err);
    if (ret < 0) return ret;
    curve_t *c = tn_calloc(1, sizeof *c);
    double *full = tn_calloc((size_t)self->n_parameters, sizeof *full);
    if (c == NULL || full == NULL) {
        ret = TN_ENOMEM;
    } else {
        *c = (curve_t){.fit = self, .x = x, .z = z, .t0 = t0, .y = -INFINITY};
        c->n_q = 2 * self->n_causes + 1;
        c->full = full;
        member_at(&c->m, self, x, z, 1);
        ret = write_curve(c, n_times, times, out);
    }
    tn_free(full);
    tn_free(c);
    if (ret == 0) return 0;
    return tn_error_set(err, ret,
        ret == TN_EDOMAIN ? "splitpop: the shape is too steep to integrate" : "splitpop: %s",
        tn_error_text(ret));
}
