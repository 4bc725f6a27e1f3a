/* Test of proportional hazards: score test of gamma = 0 in the model x'beta + g(t) x'gamma. With
 * V_k the information of group k and u_k its score, both at the fitted beta, U = sum g_k u_k,  I11
 * = sum V_k, I12 = sum g_k V_k, I22 = sum g_k^2 V_k, the statistic is (0, U)' I^-1 (0, U), for one
 * covariate with its own column of I12, I22 alone. The three sums are three sweeps of the kernel
 * with the groups weighted by 1, g and g^2. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_core.h"
#include "survival/order.h"

typedef struct scale {
    size_t n;
    uint32_t *by_exit, *by_entry; /* by_entry only with delayed entry */
    uint8_t *is_event;
    double *value; /* n: g of the sorted rows' exits */
} scale_t;

static void scale_free(scale_t *self)
{
    tn_free(self->by_exit);
    tn_free(self->by_entry);
    tn_free(self->is_event);
    tn_free(self->value);
}

static int scale_init(scale_t *self, const struct tn_cox_data *data)
{
    const size_t n = data->view.n;
    *self = (scale_t){.n = n};
    self->by_exit = tn_calloc(n + 1, sizeof *self->by_exit);
    self->by_entry = tn_calloc(n + 1, sizeof *self->by_entry);
    self->is_event = tn_calloc(n + 1, sizeof *self->is_event);
    self->value = tn_calloc(n + 1, sizeof *self->value);
    if (self->by_exit == NULL || self->by_entry == NULL || self->is_event == NULL ||
        self->value == NULL) {
        return TN_ENOMEM;
    }
    for (size_t k = 0; k < data->view.n_groups; k++) {
        for (uint32_t i = data->group[k].events; i < data->group[k].end; i++)
            self->is_event[i] = 1;
    }
    int ret = tn_order(n, data->exit, self->by_exit);
    if (ret == 0 && data->entry != NULL) ret = tn_order(n, data->entry, self->by_entry);
    return ret;
}

/* End of the run of equal exits that begins at place a of the order. */
static size_t run_end(const scale_t *self, const struct tn_cox_data *data, size_t a)
{
    size_t b = a;
    while (b < self->n && data->exit[self->by_exit[b]] == data->exit[self->by_exit[a]])
        b++;
    return b;
}

static void rank_scale(scale_t *self, const struct tn_cox_data *data)
{
    for (size_t a = 0, b; a < self->n; a = b) {
        b = run_end(self, data, a);
        for (size_t i = a; i < b; i++)
            self->value[self->by_exit[i]] = 0.5 * (double)(a + b + 1);
    }
}

static void km_scale(scale_t *self, const struct tn_cox_data *data)
{
    double surv = 1.0;
    size_t entered = 0;
    for (size_t a = 0, b; a < self->n; a = b) {
        const double t = data->exit[self->by_exit[a]];
        size_t d = 0;
        b = run_end(self, data, a);
        while (data->entry != NULL && entered < self->n && data->entry[self->by_entry[entered]] < t)
            entered++;
        const size_t at_risk = (data->entry != NULL ? entered : self->n) - a;
        for (size_t i = a; i < b; i++) {
            self->value[self->by_exit[i]] = 1.0 - surv;
            d += self->is_event[self->by_exit[i]];
        }
        surv *= (double)(at_risk - d) / (double)at_risk;
    }
}

/* g of each group, less its mean over the events. */
static int group_scale(const struct tn_cox_data *data, tn_cox_transform_t transform, double *g)
{
    scale_t scale;
    int ret = scale_init(&scale, data);
    if (ret < 0) goto out;
    if (transform == TN_COX_TIME_RANK) rank_scale(&scale, data);
    if (transform == TN_COX_TIME_KM) km_scale(&scale, data);
    double sum = 0.0;
    for (size_t k = 0; k < data->view.n_groups; k++) {
        const tn_cox_group_t *group = data->group + k;
        const double t = data->exit[group->events];
        g[k] = scale.value[group->events];
        if (transform == TN_COX_TIME_IDENTITY) g[k] = t;
        if (transform == TN_COX_TIME_LOG) g[k] = tn_log(t);
        sum += g[k] * (double)(group->end - group->events);
        if (transform == TN_COX_TIME_LOG && !(t > 0.0)) ret = TN_EDOMAIN;
    }
    for (size_t k = 0; k < data->view.n_groups; k++)
        g[k] -= sum / (double)data->n_events;
out:
    scale_free(&scale);
    return ret;
}

/* Score and the blocks of the information: u (p), i11, i12, i22 (p x p each, one after the other)
 */
static int sums(const tn_cox_t *fit, double *g, double *u, double *blocks)
{
    const size_t p = (size_t)fit->n_covariates, pp = p * p;
    tn_cox_view_t view = fit->data->view;
    tn_cox_work_t work;
    double *ignored = tn_calloc(p, sizeof *ignored);
    if (ignored == NULL) return TN_ENOMEM;
    int ret = tn_cox_work_init(&work, view.n, view.stride);
    if (ret < 0) goto out;
    bool is_fine = tn_cox_kernel(&view, fit->coef, &work, NULL, ignored, blocks);
    view.factor = g;
    is_fine = is_fine && tn_cox_kernel(&view, fit->coef, &work, NULL, u, blocks + pp);
    for (size_t k = 0; k < view.n_groups; k++)
        g[k] *= g[k];
    is_fine = is_fine && tn_cox_kernel(&view, fit->coef, &work, NULL, ignored, blocks + 2 * pp);
    if (!is_fine) ret = TN_ECONVERGE;
    for (size_t j = 0; fit->data->ridge != NULL && j < p; j++) {
        blocks[j * p + j] += fit->data->ridge[j];
        blocks[2 * pp + j * p + j] += fit->data->ridge[j];
    }
    tn_cox_work_free(&work);
out:
    tn_free(ignored);
    return ret;
}

/* (0, U)' I^-1 (0, U) for the covariates first..first+n-1 beside all of beta. */
static int statistic(
    size_t p, size_t first, size_t n, const double *u, const double *blocks, double *chisq)
{
    const size_t size = p + n;
    double *a = tn_calloc(size * size + size, sizeof *a);
    if (a == NULL) return TN_ENOMEM;
    double *b = a + size * size;
    for (size_t j = 0; j < p; j++)
        memcpy(a + j * size, blocks + j * p, p * sizeof *a);
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < p; k++) {
            const double cross = blocks[p * p + (first + j) * p + k];
            a[(p + j) * size + k] = cross;
            a[k * size + p + j] = cross;
        }
        for (size_t k = 0; k < n; k++)
            a[(p + j) * size + p + k] = blocks[2 * p * p + (first + j) * p + first + k];
        b[p + j] = u[first + j];
    }
    const int ret = tn_cox_quadratic((int)size, a, b, chisq);
    tn_free(a);
    return ret;
}

int tn_cox_zph(const tn_cox_t *fit, tn_cox_transform_t transform, double *chisq, double *global,
    double *p_value, tn_error_t *err)
{
    const size_t p = (size_t)fit->n_covariates;
    int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    if (p == 0) return tn_error_set(err, TN_EARG, "cox: no covariates to test");
    const size_t n_groups = fit->data->view.n_groups;
    double *g = tn_calloc(n_groups + p + 3 * p * p, sizeof *g);
    if (g == NULL) return tn_error_set(err, TN_ENOMEM, "cox: out of memory");
    double *u = g + n_groups, *blocks = u + p;
    ret = group_scale(fit->data, transform, g);
    if (ret == TN_EDOMAIN) {
        tn_free(g);
        return tn_error_set(err, ret, "cox: the log of an event time that is not positive");
    }
    if (ret == 0) ret = sums(fit, g, u, blocks);
    for (size_t j = 0; ret == 0 && j < p; j++)
        ret = statistic(p, j, 1, u, blocks, chisq + j);
    if (ret == 0) ret = statistic(p, 0, p, u, blocks, global);
    for (size_t j = 0; ret == 0 && p_value != NULL && j <= p; j++) {
        const double x = j < p ? chisq[j] : *global;
        p_value[j] = x >= 0.0 ? gsl_cdf_chisq_Q(x, j < p ? 1.0 : (double)p) : NAN;
    }
    tn_free(g);
    return ret < 0 ? tn_error_set(err, ret, "cox: no test: %s", tn_error_text(ret)) : 0;
}
