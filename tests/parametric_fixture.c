#include "parametric_fixture.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

const double fixture_cuts[FIXTURE_N_CUTS] = {0.7, 1.6, 2.7};
const char *const fixture_family[N_FAMILIES] = {
    "exponential", "weibull", "lognormal", "loglogistic", "gompertz", "piecewise"};

void fixture_fill(fixture_t *d, tn_parametric_family_t family, uint64_t key, size_t n)
{
    *d = (fixture_t){0};
    for (uint32_t i = 0; i < n; i++) {
        double u[4], v[4], z[4];
        tn_rng_uniforms(7, key, i, 0, 1, 0, u);
        tn_rng_uniforms(7, key, i, 0, 1, 1, v);
        tn_rng_normals(7, key, i, 0, 2, 0, z);
        d->x[i] = z[0];
        d->x[n + i] = 1975.0 + 10.0 * z[1];
        d->x[2 * n + i] = v[0] < 0.4;
        const double t = exp(1.0 + 0.4 * z[0] - 0.5 * d->x[2 * n + i] + 0.7 * log(-log(u[0])));
        const double stop = 12.0 * u[1];
        d->exit[i] = 0.01 + fmin(t, stop);
        d->entry[i] = u[2] < 0.3 ? 0.9 * v[1] * d->exit[i] : 0.0;
        d->cause[i] = t < stop ? (u[3] < 0.8 ? 1 : 2) : 0;
        d->weight[i] = 0.5 + v[2];
        d->offset[i] = 0.3 * z[2];
        d->stratum[i] = v[3] < 0.35;
        d->cluster[i] = (int32_t)(i / 4);
    }
    const bool is_stratified = family != TN_PARAMETRIC_EXPONENTIAL;
    d->spells = (tn_spells_t){.n = n,
        .entry = d->entry,
        .exit = d->exit,
        .cause = d->cause,
        .n_causes = 2,
        .weight = d->weight,
        .stratum = is_stratified ? d->stratum : NULL,
        .n_strata = is_stratified ? 2 : 0,
        .cluster = d->cluster,
        .n_clusters = (int)n,
        .x = d->x,
        .n_covariates = FIXTURE_P};
    d->opt = (tn_parametric_options_t){.family = family,
        .cause = 1,
        .offset = d->offset,
        .n_cuts = FIXTURE_N_CUTS,
        .cuts = fixture_cuts,
        .n_threads = 1};
}

/* Survival and log density of standard distributions. */
static double log_surv(tn_parametric_family_t family, double z)
{
    if (family == TN_PARAMETRIC_LOGNORMAL) return log(0.5 * erfc(z / sqrt(2.0)));
    if (family == TN_PARAMETRIC_LOGLOGISTIC) return -log1p(exp(z));
    return -exp(z);
}

static double log_density(tn_parametric_family_t family, double z)
{
    if (family == TN_PARAMETRIC_LOGNORMAL) return -0.5 * (z * z + log(2.0 * acos(-1.0)));
    if (family == TN_PARAMETRIC_LOGLOGISTIC) return z - 2.0 * log1p(exp(z));
    return z - exp(z);
}

static double row_piecewise(const fixture_t *d, size_t i, double eta, const double *rates)
{
    double sum = 0.0;
    for (int k = 0; k <= FIXTURE_N_CUTS; k++) {
        const double from = k > 0 ? fixture_cuts[k - 1] : 0.0;
        const double to = k < FIXTURE_N_CUTS ? fixture_cuts[k] : INFINITY;
        const double entry = fmax(from, d->entry[i]), exit = fmin(to, d->exit[i]);
        if (exit > entry) sum -= exp(rates[k] + eta) * (exit - entry);
        if (d->cause[i] == 1 && from < d->exit[i] && d->exit[i] <= to) sum += rates[k] + eta;
    }
    return sum;
}

double fixture_loglik(const fixture_t *d, const double *coef)
{
    const tn_spells_t *s = &d->spells;
    const tn_parametric_family_t family = d->opt.family;
    const int strata = s->stratum != NULL ? 2 : 1;
    const int locations = family == TN_PARAMETRIC_PIECEWISE ? strata * (FIXTURE_N_CUTS + 1) : 1;
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        const int stratum = s->stratum != NULL ? s->stratum[i] : 0;
        const double is_event = d->cause[i] == 1, t0 = d->entry[i], t1 = d->exit[i];
        double eta = d->offset[i], row = 0.0;
        for (int j = 0; j < FIXTURE_P; j++)
            eta += coef[locations + j] * d->x[(size_t)j * s->n + i];
        if (family == TN_PARAMETRIC_PIECEWISE) {
            row = row_piecewise(d, i, eta, coef + stratum * (FIXTURE_N_CUTS + 1));
        } else if (family == TN_PARAMETRIC_GOMPERTZ) {
            const double a = coef[1 + FIXTURE_P + stratum], b = exp(coef[0] + eta);
            row = is_event * (log(b) + a * t1) - b / a * (exp(a * t1) - exp(a * t0));
        } else {
            const double scale =
                family == TN_PARAMETRIC_EXPONENTIAL ? 1.0 : exp(coef[1 + FIXTURE_P + stratum]);
            const double z = (log(t1) - coef[0] - eta) / scale;
            row = is_event > 0.0 ? log_density(family, z) - log(scale) - log(t1)
                                 : log_surv(family, z);
            if (t0 > 0.0) row -= log_surv(family, (log(t0) - coef[0] - eta) / scale);
        }
        sum += d->weight[i] * row;
    }
    return sum;
}
