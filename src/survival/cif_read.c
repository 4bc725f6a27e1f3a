/* Reading cumulative incidences: limits, values at times. */
#include <math.h>

#include "survival/interval.h"
#include "survival/risk.h"
#include "tenure/cif.h"

static int check_level(double level, tn_error_t *err)
{
    if (level > 0.0 && level < 1.0) return 0;
    return tn_error_set(err, TN_EARG,
        "cumulative incidence: confidence level %g, expected a number between 0 and 1", level);
}

/* The standard errors of that kind; NULL, with a message, if they were not fitted. */
static const double *find_se(const tn_cif_t *self, tn_cif_variance_t variance, tn_error_t *err)
{
    const double *se = NULL;
    switch (variance) {
    case TN_CIF_JACKKNIFE: se = self->se_jackknife; break;
    case TN_CIF_GREENWOOD: se = self->se_greenwood; break;
    case TN_CIF_AALEN: se = self->se_aalen; break;
    }
    if (se == NULL) {
        tn_error_set(err, TN_EARG,
            "cumulative incidence: standard errors of kind %d were not asked for in the fit",
            (int)variance);
    }
    return se;
}

int tn_cif_limits(const tn_cif_t *self, tn_cif_variance_t variance, tn_interval_t scale,
    double level, double *lower, double *upper, tn_error_t *err)
{
    const int ret = check_level(level, err);
    if (ret < 0) return ret;
    const double *se = find_se(self, variance, err);
    if (se == NULL) return TN_EARG;
    const double z = tn_interval_z(level);
    const size_t n = (size_t)(self->n_causes + 1) * self->n_steps;
    for (size_t i = 0; i < n; i++)
        tn_interval_probability(scale, self->p[i], se[i], z, &lower[i], &upper[i]);
    return 0;
}

static void put(double *out, size_t i, double value)
{
    if (out != NULL) out[i] = value;
}

typedef struct query {
    const tn_cif_t *cif;
    const double *se;
    tn_interval_t scale;
    double z;
    size_t from, n, n_times;
} query_t;

/* All states at one time; step < 0: before the first. */
static void read_states(const query_t *q, ptrdiff_t step, size_t i, const tn_cif_values_t *out)
{
    for (size_t k = 0; k <= (size_t)q->cif->n_causes; k++) {
        const size_t to = k * q->n_times + i;
        double p = k == 0 ? 1.0 : 0.0, se = 0.0, lower, upper;
        if (q->n == 0) {
            p = se = NAN;
        } else if (step >= 0) {
            const size_t at = k * q->cif->n_steps + q->from + (size_t)step;
            p = q->cif->p[at];
            if (q->se != NULL) se = q->se[at];
        }
        put(out->p, to, p);
        if (q->se == NULL) continue;
        tn_interval_probability(q->scale, p, se, q->z, &lower, &upper);
        put(out->se, to, se);
        put(out->lower, to, isnan(p) ? NAN : lower);
        put(out->upper, to, isnan(p) ? NAN : upper);
    }
}

int tn_cif_at(const tn_cif_t *self, int stratum, size_t n_times, const double *times,
    const tn_cif_at_options_t *opt, const tn_cif_values_t *out, tn_error_t *err)
{
    if (stratum < 0 || stratum >= self->n_strata) {
        return tn_error_set(err, TN_EARG, "cumulative incidence: stratum %d, expected 0 to %d",
            stratum, self->n_strata - 1);
    }
    const size_t from = self->start[stratum];
    query_t q = {
        .cif = self, .from = from, .n = self->start[stratum + 1] - from, .n_times = n_times};
    if (out->se != NULL || out->lower != NULL || out->upper != NULL) {
        const int ret = check_level(opt->level, err);
        if (ret < 0) return ret;
        q.se = find_se(self, opt->variance, err);
        if (q.se == NULL) return TN_EARG;
        q.scale = opt->interval;
        q.z = tn_interval_z(opt->level);
    }
    for (size_t i = 0; i < n_times; i++) {
        const ptrdiff_t last = tn_risk_last_at(q.n, self->time + from, times[i]);
        const bool is_on_step = last >= 0 && self->time[from + (size_t)last] == times[i];
        const size_t next = is_on_step ? (size_t)last : (size_t)(last + 1);
        query_t here = q;
        if (isnan(times[i])) here.n = 0;
        put(out->n_risk, i, here.n == 0 ? NAN : next < q.n ? self->n_risk[from + next] : 0.0);
        read_states(&here, last, i, out);
    }
    return 0;
}
