/* Residuals of the Cox model: observed less expected, row by row, from running sums over the row's
 * time at risk. With tied events (Efron) the events of a group are spared part of its hazard. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_core.h"

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "cox: out of memory for the residuals");
}

static int martingale(const tn_cox_t *fit, bool is_deviance, double *residual, tn_error_t *err)
{
    const struct tn_cox_data *data = fit->data;
    tn_cox_steps_t steps;
    const int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    tn_cox_span_t *spans = tn_calloc(fit->n + 1, sizeof *spans);
    if (spans == NULL || tn_cox_steps_init(&steps, data, fit->coef) < 0) {
        tn_free(spans);
        return no_memory(err);
    }
    tn_cox_spans(data, spans);
    double *tied = steps.tied_hazard, *hazard = steps.hazard;
    tn_cox_accumulate(data, 1, hazard);
    for (size_t i = 0; i < fit->n; i++) {
        const tn_cox_span_t *row = spans + i;
        double expected = 0.0, observed = 0.0;
        if (row->from < row->to) {
            expected = tn_cox_over(data, row, hazard, 1, 0);
            if (row->is_event) expected -= tied[row->from];
            expected *= steps.r[i];
            observed = row->is_event ? 1.0 : 0.0;
        }
        const double m = observed - expected;
        double d = -m;
        if (row->is_event) d -= tn_log(expected); /* observed - m */
        const double deviance = (m < 0.0 ? -1.0 : 1.0) * sqrt(d > 0.0 ? 2.0 * d : 0.0);
        residual[data->row[i]] = is_deviance ? deviance : m;
    }
    tn_cox_steps_free(&steps);
    tn_free(spans);
    return 0;
}

int tn_cox_martingale(const tn_cox_t *fit, double *residual, tn_error_t *err)
{
    return martingale(fit, false, residual, err);
}

int tn_cox_deviance(const tn_cox_t *fit, double *residual, tn_error_t *err)
{
    return martingale(fit, true, residual, err);
}

int tn_cox_score_residuals(const tn_cox_t *fit, double *residual, tn_error_t *err)
{
    const size_t p = (size_t)fit->n_covariates, n = fit->n;
    int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    double *sorted = tn_calloc(n * p + 1, sizeof *sorted);
    if (sorted == NULL) return no_memory(err);
    ret = tn_cox_score_rows(fit->data, fit->coef, sorted);
    for (size_t i = 0; ret == 0 && i < n; i++) {
        for (size_t j = 0; j < p; j++)
            residual[j * n + fit->data->row[i]] = sorted[i * p + j];
    }
    tn_free(sorted);
    return ret < 0 ? no_memory(err) : 0;
}

int tn_cox_dfbeta(const tn_cox_t *fit, double *residual, tn_error_t *err)
{
    const size_t p = (size_t)fit->n_covariates, n = fit->n;
    int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    double *sorted = tn_calloc(n * p + 1, sizeof *sorted);
    if (sorted == NULL) return no_memory(err);
    ret = tn_cox_score_rows(fit->data, fit->coef, sorted);
    for (size_t i = 0; ret == 0 && i < n; i++) {
        for (size_t j = 0; j < p; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < p; k++)
                sum += sorted[i * p + k] * fit->vcov_model[k * p + j];
            residual[j * n + fit->data->row[i]] = fit->data->view.w[i] * sum;
        }
    }
    tn_free(sorted);
    return ret < 0 ? no_memory(err) : 0;
}

/* n_events vcov times the residual, plus the coefficients. */
static void scale_one(const tn_cox_t *fit, size_t at, double *residual, double *work)
{
    const size_t p = (size_t)fit->n_covariates, n = fit->n_events;
    for (size_t j = 0; j < p; j++)
        work[j] = residual[j * n + at];
    for (size_t j = 0; j < p; j++) {
        double sum = 0.0;
        for (size_t k = 0; k < p; k++)
            sum += work[k] * fit->vcov_model[k * p + j];
        residual[j * n + at] = (double)n * sum + fit->coef[j];
    }
}

int tn_cox_schoenfeld(const tn_cox_t *fit, bool is_scaled, size_t *row, double *time,
    double *residual, tn_error_t *err)
{
    const struct tn_cox_data *data = fit->data;
    const size_t p = (size_t)fit->n_covariates;
    tn_cox_steps_t steps;
    const int ret = tn_cox_usable(fit, err);
    if (ret < 0) return ret;
    double *work = tn_calloc(p + 1, sizeof *work);
    if (work == NULL || tn_cox_steps_init(&steps, data, fit->coef) < 0) {
        tn_free(work);
        return no_memory(err);
    }
    size_t at = 0;
    for (int s = 0; s < data->n_strata; s++) {
        for (size_t k = data->stratum_group[s + 1]; k-- > data->stratum_group[s];) {
            const tn_cox_group_t *g = data->view.group + k;
            for (size_t i = g->events; i < g->end; i++, at++) {
                if (row != NULL) row[at] = data->row[i];
                if (time != NULL) time[at] = data->exit[i];
                const double *z = data->z + i * (size_t)data->view.stride;
                for (size_t j = 0; j < p; j++)
                    residual[j * fit->n_events + at] = z[j] - steps.zbar[k * p + j];
                if (is_scaled) scale_one(fit, at, residual, work);
            }
        }
    }
    tn_cox_steps_free(&steps);
    tn_free(work);
    return 0;
}
