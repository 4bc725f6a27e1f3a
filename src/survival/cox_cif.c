/* Cumulative incidence of new rows from one Cox model per cause. At the j-th time of any cause the
 * hazards are h_l = risk_l dH_l, h their sum, S the probability of no exit before:
 *   exponential:    F_k += S phi h_k with phi = (1 - exp(-h)) / h,  S *= exp(-h);
 *   product-limit:  F_k += S h_k,  S *= 1 - h.
 * Delta method, exact for the discrete estimator: the derivative of F_k(t) by h_l at time j is
 *   g_kl - b F_k(t),  g_kl = S ([k = l] phi + h_k phi') + b F_k(j),  b = 1 (exponential),
 *   g_kl = S [k = l] + b F_k(j),  b = 1 / (1 - h) (product-limit).
 * An error of h_l is risk_l (noise + (z dH_l - dD_l)'(error of beta_l)). Since t enters only
 * through F_k(t), running sums over j of g g, g b, b b and of g, b times (z dH - dD) serve all
 * times t. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/cox_predict.h"
#include "survival/interval.h"

/* Sums for target cause k and source of error l. */
typedef struct pair_sums {
    double gg, gb;
    double *gq; /* p */
} pair_sums_t;

/* One source of error, and where we are in its steps. */
typedef struct source {
    const tn_cox_t *fit;
    const tn_cox_baseline_t *baseline;
    size_t begin, next, end;
    double *z; /* p */
    double risk;
    double h;  /* hazard of the present time */
    double dv; /* risk^2 d variance */
    double *q; /* p: risk (z dH - dD) */
    double bb;
    double *bq; /* p */
} source_t;

typedef struct state {
    int n_causes, p;
    tn_cox_product_t product;
    source_t *source;  /* n_causes */
    pair_sums_t *sums; /* n_causes x n_causes, row = target */
    double *f;         /* n_causes */
    double *work;      /* p */
    double surv;
    double *memory;
} state_t;

static void state_free(state_t *self)
{
    tn_free(self->source);
    tn_free(self->sums);
    tn_free(self->memory);
}

static int state_init(state_t *self, int n_causes, int p, tn_cox_product_t product)
{
    const size_t n = (size_t)n_causes, size = (size_t)p;
    *self = (state_t){.n_causes = n_causes, .p = p, .product = product};
    self->source = tn_calloc(n, sizeof *self->source);
    self->sums = tn_calloc(n * n, sizeof *self->sums);
    self->memory = tn_calloc(n + size + 3 * n * size + n * n * size, sizeof *self->memory);
    if (self->source == NULL || self->sums == NULL || self->memory == NULL) {
        state_free(self);
        return TN_ENOMEM;
    }
    double *m = self->memory;
    self->f = m;
    self->work = m + n;
    m += n + size;
    for (size_t l = 0; l < n; l++, m += 3 * size) {
        self->source[l].z = m;
        self->source[l].q = m + size;
        self->source[l].bq = m + 2 * size;
    }
    for (size_t k = 0; k < n * n; k++, m += size)
        self->sums[k].gq = m;
    return 0;
}

static void start_row(state_t *self, const tn_cox_t *fits, const tn_cox_baseline_t *baselines,
    const tn_cox_rows_t *rows, size_t i)
{
    const int s = rows->stratum != NULL ? rows->stratum[i] : 0;
    const size_t n = (size_t)self->n_causes, bytes = (size_t)self->p * sizeof(double);
    self->surv = 1.0;
    for (size_t l = 0; l < n; l++) {
        source_t *x = self->source + l;
        x->fit = fits + l;
        x->baseline = baselines + l;
        x->begin = x->next = baselines[l].start[s];
        x->end = baselines[l].start[s + 1];
        x->risk = tn_cox_risk(fits + l, rows, i, x->z);
        x->bb = 0.0;
        memset(x->bq, 0, bytes);
        self->f[l] = 0.0;
    }
    for (size_t k = 0; k < n * n; k++) {
        self->sums[k].gg = self->sums[k].gb = 0.0;
        memset(self->sums[k].gq, 0, bytes);
    }
}

/* The next time of any cause, inf at the end. */
static double next_time(const state_t *self)
{
    double t = INFINITY;
    for (int l = 0; l < self->n_causes; l++) {
        const source_t *x = self->source + l;
        if (x->next < x->end && x->baseline->time[x->next] < t) t = x->baseline->time[x->next];
    }
    return t;
}

static double increment(const source_t *x, const double *cumulative, size_t width, size_t j)
{
    const size_t k = x->next;
    return cumulative[k * width + j] - (k == x->begin ? 0.0 : cumulative[(k - 1) * width + j]);
}

/* Reads each cause's jump at time t. @return the sum of the hazards */
static double read_jumps(state_t *self, double t)
{
    double h = 0.0;
    const size_t p = (size_t)self->p;
    for (int l = 0; l < self->n_causes; l++) {
        source_t *x = self->source + l;
        x->h = x->dv = 0.0;
        memset(x->q, 0, p * sizeof *x->q);
        if (x->next >= x->end || x->baseline->time[x->next] > t) continue;
        const double jump = increment(x, x->baseline->cumhaz, 1, 0);
        x->h = x->risk * jump;
        x->dv = x->risk * x->risk * increment(x, x->baseline->variance, 1, 0);
        for (size_t j = 0; j < p; j++)
            x->q[j] = x->risk * (x->z[j] * jump - increment(x, x->baseline->drift, p, j));
        x->next++;
        h += x->h;
    }
    return h;
}

/* phi = (1 - exp(-h)) / h and its derivative; series where the quotients lose digits. */
static void share(double h, double *phi, double *slope)
{
    if (h < 1e-3) {
        *phi = 1.0 - h / 2.0 + h * h / 6.0 - h * h * h / 24.0;
        *slope = -0.5 + h / 3.0 - h * h / 8.0 + h * h * h / 30.0;
        return;
    }
    *phi = -tn_expm1(-h) / h;
    *slope = (tn_exp(-h) - *phi) / h;
}

static void advance(state_t *self, double t)
{
    const double h = read_jumps(self, t), before = self->surv;
    const bool is_exp = self->product == TN_COX_EXPONENTIAL, is_over = !is_exp && h >= 1.0;
    const size_t n = (size_t)self->n_causes, p = (size_t)self->p;
    double phi = 1.0, slope = 0.0, b = 1.0;
    if (is_exp) share(h, &phi, &slope);
    if (is_over) phi = 1.0 / h; /* nobody is left; the causes share what there was */
    if (!is_exp) b = is_over ? 0.0 : 1.0 / (1.0 - h);
    for (size_t k = 0; k < n; k++)
        self->f[k] += before * phi * self->source[k].h;
    self->surv = is_exp ? before * tn_exp(-h) : (is_over ? 0.0 : before * (1.0 - h));
    for (size_t l = 0; l < n; l++) {
        source_t *x = self->source + l;
        x->bb += b * b * x->dv;
        for (size_t j = 0; j < p; j++)
            x->bq[j] += b * x->q[j];
        for (size_t k = 0; k < n; k++) {
            pair_sums_t *s = self->sums + k * n + l;
            const double own = k == l ? phi : 0.0;
            const double g = before * (own + self->source[k].h * slope) + b * self->f[k];
            s->gg += g * g * x->dv;
            s->gb += g * b * x->dv;
            for (size_t j = 0; j < p; j++)
                s->gq[j] += g * x->q[j];
        }
    }
}

static void advance_to(state_t *self, double until)
{
    double t = next_time(self);
    while (t <= until && t < INFINITY) {
        advance(self, t);
        t = next_time(self);
    }
}

static double se_of_cause(state_t *self, size_t k)
{
    const size_t n = (size_t)self->n_causes, p = (size_t)self->p;
    const double f = self->f[k];
    double variance = 0.0;
    for (size_t l = 0; l < n; l++) {
        const source_t *x = self->source + l;
        const pair_sums_t *s = self->sums + k * n + l;
        for (size_t j = 0; j < p; j++)
            self->work[j] = s->gq[j] - f * x->bq[j];
        variance += s->gg - 2.0 * f * s->gb + f * f * x->bb;
        variance += tn_cox_form(self->p, x->fit->vcov, self->work);
    }
    return sqrt(variance > 0.0 || isnan(variance) ? variance : 0.0);
}

static double se_of_surv(const state_t *self)
{
    double variance = 0.0;
    for (int l = 0; l < self->n_causes; l++) {
        const source_t *x = self->source + l;
        variance += x->bb + tn_cox_form(self->p, x->fit->vcov, x->bq);
    }
    return self->surv * sqrt(variance);
}

static int check(int n_causes, const tn_cox_t *fits, const tn_cox_baseline_t *baselines,
    const tn_cox_rows_t *rows, size_t n_times, const double *times, double level, tn_error_t *err)
{
    if (n_causes < 1) return tn_error_set(err, TN_EARG, "cox: no causes");
    for (int l = 0; l < n_causes; l++) {
        const int ret = tn_cox_check_rows(fits + l, baselines + l, rows, level, err);
        if (ret < 0) return ret;
        if (fits[l].n_covariates != fits[0].n_covariates || fits[l].n_strata != fits[0].n_strata)
            return tn_error_set(err, TN_EARG, "cox: the causes' models differ in their covariates");
    }
    for (size_t l = 0; l < n_times; l++) {
        if (isnan(times[l]) || (l > 0 && times[l] < times[l - 1]))
            return tn_error_set(err, TN_EARG, "cox: times do not ascend (place %zu)", l + 1);
    }
    return 0;
}

int tn_cox_cif(int n_causes, const tn_cox_t *fits, const tn_cox_baseline_t *baselines,
    const tn_cox_rows_t *rows, size_t n_times, const double *times, tn_cox_product_t product,
    tn_interval_t scale, double level, const tn_cox_curves_t *event_free,
    const tn_cox_curves_t *out, tn_error_t *err)
{
    state_t state;
    int ret = check(n_causes, fits, baselines, rows, n_times, times, level, err);
    if (ret < 0) return ret;
    ret = state_init(&state, n_causes, fits->n_covariates, product);
    if (ret < 0) return tn_error_set(err, ret, "cox: out of memory");
    const double z = tn_interval_z(level);
    for (size_t i = 0; i < rows->n; i++) {
        start_row(&state, fits, baselines, rows, i);
        for (size_t l = 0; l < n_times; l++) {
            advance_to(&state, times[l]);
            const size_t at = i * n_times + l;
            if (event_free != NULL)
                tn_cox_write(event_free, at, scale, z, state.surv, se_of_surv(&state));
            for (int k = 0; k < n_causes; k++) {
                tn_cox_write(out + k, at, scale, z, state.f[k], se_of_cause(&state, (size_t)k));
            }
        }
    }
    state_free(&state);
    return 0;
}
