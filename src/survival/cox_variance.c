/* The steps of the hazard and what is summed over them row by row: score residuals and their outer
 * product. A row is at risk in a run of groups, so sums over its risk time are differences of two
 * running sums: linear time, whatever the risk sets. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_core.h"

static bool steps_allocate(tn_cox_steps_t *self, size_t n)
{
    const size_t groups = self->n_groups + 1, p = (size_t)self->p;
    self->r = tn_calloc(n + 1, sizeof *self->r);
    self->hazard = tn_calloc(groups, sizeof *self->hazard);
    self->variance = tn_calloc(groups, sizeof *self->variance);
    self->tied_hazard = tn_calloc(groups, sizeof *self->tied_hazard);
    self->drift = tn_calloc(groups * p + 1, sizeof *self->drift);
    self->zbar = tn_calloc(groups * p + 1, sizeof *self->zbar);
    self->tied_drift = tn_calloc(groups * p + 1, sizeof *self->tied_drift);
    return self->r != NULL && self->hazard != NULL && self->variance != NULL &&
           self->tied_hazard != NULL && self->drift != NULL && self->zbar != NULL &&
           self->tied_drift != NULL;
}

void tn_cox_steps_free(tn_cox_steps_t *self)
{
    tn_free(self->r);
    tn_free(self->hazard);
    tn_free(self->variance);
    tn_free(self->tied_hazard);
    tn_free(self->drift);
    tn_free(self->zbar);
    tn_free(self->tied_drift);
    *self = (tn_cox_steps_t){0};
}

static void add(const tn_cox_view_t *v, size_t i, double r, double *s0, double *s1)
{
    const double *z = v->z + i * (size_t)v->stride;
    *s0 += r;
    for (int j = 0; j < v->p; j++)
        s1[j] += r * z[j];
}

/* Group k, given S0, S1 of its risk set and D0, D1 of its events. */
static void step(tn_cox_steps_t *self, const tn_cox_view_t *v, size_t k, double s0,
    const double *s1, double d0, const double *d1)
{
    const tn_cox_group_t *g = v->group + k;
    const uint32_t d = g->end - g->events;
    const size_t p = (size_t)self->p;
    double m = 0.0;
    for (uint32_t i = g->events; i < g->end; i++)
        m += v->w[i];
    m /= (double)d;
    for (uint32_t l = 0; l < d; l++) {
        const double f = v->is_efron ? (double)l / (double)d : 0.0, c = s0 - f * d0;
        self->hazard[k] += m / c;
        self->variance[k] += m / c / c;
        self->tied_hazard[k] += f * m / c;
        for (size_t j = 0; j < p; j++) {
            const double zbar = (s1[j] - f * d1[j]) / c;
            self->drift[k * p + j] += zbar * (m / c);
            self->zbar[k * p + j] += zbar / (double)d;
            self->tied_drift[k * p + j] += zbar * (f * m / c);
        }
    }
}

static void walk(tn_cox_steps_t *self, const tn_cox_view_t *v, double *s1, double *d1)
{
    const size_t bytes = (size_t)self->p * sizeof *s1;
    double s0 = 0.0;
    int32_t stratum = -1;
    size_t n_at_risk = 0;
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        double d0 = 0.0;
        if (g->stratum != stratum) {
            s0 = 0.0;
            memset(s1, 0, bytes);
            n_at_risk = 0;
        }
        stratum = g->stratum;
        memset(d1, 0, bytes);
        for (uint32_t i = g->first; i < g->events; i++)
            add(v, i, v->w[i] * self->r[i], &s0, s1);
        for (uint32_t q = g->leave; q < g->leave_end; q++) {
            const uint32_t i = v->leave[q];
            add(v, i, -v->w[i] * self->r[i], &s0, s1);
        }
        n_at_risk = n_at_risk + (g->events - g->first) - (g->leave_end - g->leave);
        if (n_at_risk == 0) {
            s0 = 0.0;
            memset(s1, 0, bytes);
        }
        for (uint32_t i = g->events; i < g->end; i++) {
            add(v, i, v->w[i] * self->r[i], &s0, s1);
            add(v, i, v->w[i] * self->r[i], &d0, d1);
        }
        n_at_risk += g->end - g->events;
        step(self, v, k, s0, s1, d0, d1);
    }
}

int tn_cox_steps_init(tn_cox_steps_t *self, const struct tn_cox_data *data, const double *beta)
{
    const tn_cox_view_t *v = &data->view;
    *self = (tn_cox_steps_t){.n_groups = v->n_groups, .p = v->p};
    double *sums = tn_calloc(2 * (size_t)v->p + 1, sizeof *sums);
    if (!steps_allocate(self, v->n) || sums == NULL) {
        tn_free(sums);
        tn_cox_steps_free(self);
        return TN_ENOMEM;
    }
    for (size_t i = 0; i < v->n; i++) {
        double eta = v->offset != NULL ? v->offset[i] : 0.0;
        for (int j = 0; j < v->p; j++)
            eta += v->z[i * (size_t)v->stride + (size_t)j] * beta[j];
        self->r[i] = tn_exp(eta);
    }
    walk(self, v, sums, sums + v->p);
    tn_free(sums);
    return 0;
}

void tn_cox_spans(const struct tn_cox_data *data, tn_cox_span_t *spans)
{
    const tn_cox_view_t *v = &data->view;
    for (size_t i = 0; i < v->n; i++)
        spans[i] = (tn_cox_span_t){.i = i};
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        for (uint32_t i = g->first; i < g->end; i++) {
            spans[i].from = k;
            spans[i].to = data->stratum_group[g->stratum + 1];
            spans[i].is_event = i >= g->events;
        }
    }
    for (size_t k = 0; k < v->n_groups; k++) {
        const tn_cox_group_t *g = v->group + k;
        for (uint32_t q = g->leave; q < g->leave_end; q++)
            spans[v->leave[q]].to = k;
    }
}

void tn_cox_accumulate(const struct tn_cox_data *data, size_t width, double *x)
{
    for (int s = 0; s < data->n_strata; s++) {
        for (size_t k = data->stratum_group[s + 1]; k-- > data->stratum_group[s];) {
            if (k + 1 == data->stratum_group[s + 1]) continue;
            for (size_t j = 0; j < width; j++)
                x[k * width + j] += x[(k + 1) * width + j];
        }
    }
}

double tn_cox_over(const struct tn_cox_data *data, const tn_cox_span_t *span, const double *x,
    size_t width, size_t j)
{
    const size_t end = data->stratum_group[data->view.group[span->from].stratum + 1];
    return x[span->from * width + j] - (span->to < end ? x[span->to * width + j] : 0.0);
}

int tn_cox_score_rows(const struct tn_cox_data *data, const double *beta, double *residual)
{
    const tn_cox_view_t *v = &data->view;
    const size_t p = (size_t)v->p, stride = (size_t)v->stride;
    tn_cox_steps_t steps;
    tn_cox_span_t *spans = tn_calloc(v->n + 1, sizeof *spans);
    if (spans == NULL) return TN_ENOMEM;
    const int ret = tn_cox_steps_init(&steps, data, beta);
    if (ret < 0) {
        tn_free(spans);
        return ret;
    }
    tn_cox_spans(data, spans);
    tn_cox_accumulate(data, 1, steps.hazard);
    tn_cox_accumulate(data, p, steps.drift);
    memset(residual, 0, v->n * p * sizeof *residual);
    for (size_t i = 0; i < v->n; i++) {
        const tn_cox_span_t *row = spans + i;
        if (row->from >= row->to) continue;
        const size_t from = row->from;
        const double tied = row->is_event ? steps.tied_hazard[from] : 0.0;
        const double hazard = tn_cox_over(data, row, steps.hazard, 1, 0) - tied;
        for (size_t j = 0; j < p; j++) {
            const double z = v->z[i * stride + j];
            double drift = tn_cox_over(data, row, steps.drift, p, j);
            if (row->is_event) drift -= steps.tied_drift[from * p + j];
            residual[i * p + j] = steps.r[i] * (drift - z * hazard);
            if (row->is_event) residual[i * p + j] += z - steps.zbar[from * p + j];
        }
    }
    tn_cox_steps_free(&steps);
    tn_free(spans);
    return 0;
}

static void add_outer(size_t p, const double *g, double *outer, double *total)
{
    for (size_t j = 0; j < p; j++) {
        total[j] += g[j];
        for (size_t k = 0; k < p; k++)
            outer[j * p + k] += g[j] * g[k];
    }
}

int tn_cox_outer(
    const struct tn_cox_data *data, const double *residual, double *outer, double *total)
{
    const size_t p = (size_t)data->view.p, n = data->view.n;
    const size_t n_sums = data->cluster != NULL ? (size_t)data->n_clusters : 1;
    double *sum = tn_calloc(n_sums * p + 1, sizeof *sum);
    if (sum == NULL) return TN_ENOMEM;
    memset(outer, 0, p * p * sizeof *outer);
    memset(total, 0, p * sizeof *total);
    for (size_t i = 0; i < n; i++) {
        double *g = data->cluster != NULL ? sum + (size_t)data->cluster[i] * p : sum;
        for (size_t j = 0; j < p; j++) {
            const double own = data->view.w[i] * residual[i * p + j];
            g[j] = data->cluster != NULL ? g[j] + own : own;
        }
        if (data->cluster == NULL) add_outer(p, g, outer, total);
    }
    for (size_t c = 0; data->cluster != NULL && c < n_sums; c++)
        add_outer(p, sum + c * p, outer, total);
    tn_free(sum);
    return 0;
}
