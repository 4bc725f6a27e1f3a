/* The maximum of the log-likelihood with one intercept and shapes: first the intercept-only model,
 * whose figures are the start of the whole one.
 *
 * Start of the intercept-only model: the scale from the spread of the logs of event times, then the
 * intercept at which a Weibull model of that scale expects as many events as there are (exactly the
 * maximum for an exponential model). Gompertz starts from shape 0, where it is exponential; its
 * likelihood is concave. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "survival/parametric_impl.h"

#define LEAST_SPREAD 1e-8 /* of log event times; below it they count as tied */
#define LEAST_SCALE  1e-7 /* of the range of log times: the model fits its events exactly */
#define LARGEST_SCALE                                                                              \
    10                    /* of that range: hazard proportional to 1/t, nothing left of the scale  \
                           */
#define LARGEST_SHAPE 1e3 /* Gompertz, by the last exit: hazard all at one time */

int tn_parametric_problem_init(
    tn_parametric_problem_t *self, const tn_parametric_data_t *data, int p_used)
{
    *self = (tn_parametric_problem_t){.data = data, .p_used = p_used};
    self->q = p_used + 1 + data->n_shapes;
    const size_t q = (size_t)self->q, size = 1 + q + q * q;
    self->n_blocks = tn_parametric_blocks(data->n, size, &self->block_rows);
    self->sums = tn_calloc((size_t)self->n_blocks * size, sizeof *self->sums);
    self->scale = tn_calloc((size_t)data->n_shapes + 1, sizeof *self->scale);
    return self->sums == NULL || self->scale == NULL ? TN_ENOMEM : 0;
}

void tn_parametric_problem_free(tn_parametric_problem_t *self)
{
    tn_free(self->sums);
    tn_free(self->scale);
    *self = (tn_parametric_problem_t){0};
}

/* Adds a row to the sums of its block: log-likelihood, score, lower triangle of the information. */
static void add_row(const tn_parametric_problem_t *self, size_t i, double *sums)
{
    const tn_parametric_data_t *d = self->data;
    const size_t p = (size_t)self->p_used, q = (size_t)self->q;
    const int stratum = tn_parametric_stratum(d, i);
    const double w = tn_parametric_weight(d, i), *x = d->x + i * (size_t)d->p;
    double *score = sums + 1, *info = sums + 1 + q;
    const double eta = self->theta[p] + tn_parametric_linear(d, self->theta, self->p_used, i);
    const bool has_shape = d->n_shapes > 0;
    const size_t s = p + 1 + (size_t)stratum;
    tn_parametric_part_t part;
    tn_parametric_part(d->family, d->t0[i], d->t1[i], tn_parametric_is_event(d, i) ? 1.0 : 0.0, eta,
        has_shape ? self->theta[s] : 0.0, has_shape ? self->scale[stratum] : 1.0, &part);
    sums[0] += w * part.loglik;
    const double d_eta = w * part.d_eta, i_eta = w * part.i_eta, i_cross = w * part.i_cross;
    for (size_t j = 0; j < p; j++) {
        const double a = i_eta * x[j];
        score[j] += d_eta * x[j];
        for (size_t k = 0; k <= j; k++)
            info[j * q + k] += a * x[k];
        info[p * q + j] += a;
    }
    score[p] += d_eta;
    info[p * q + p] += i_eta;
    if (!has_shape) return;
    for (size_t j = 0; j < p; j++)
        info[s * q + j] += i_cross * x[j];
    info[s * q + p] += i_cross;
    info[s * q + s] += w * part.i_shape;
    score[s] += w * part.d_shape;
}

static int sum_block(void *ctx, int thread, int64_t b)
{
    (void)thread;
    const tn_parametric_problem_t *self = ctx;
    const size_t q = (size_t)self->q, size = 1 + q + q * q, n = self->data->n;
    double *sums = self->sums + (size_t)b * size;
    memset(sums, 0, size * sizeof *sums);
    const size_t from = (size_t)b * self->block_rows;
    const size_t to = from + self->block_rows < n ? from + self->block_rows : n;
    for (size_t i = from; i < to; i++)
        add_row(self, i, sums);
    return 0;
}

int tn_parametric_loglik(
    void *ctx, const double *theta, double *loglik, double *score, double *info)
{
    tn_parametric_problem_t *self = ctx;
    const size_t q = (size_t)self->q, size = 1 + q + q * q;
    self->theta = theta;
    for (int s = 0; s < self->data->n_shapes; s++)
        self->scale[s] = tn_exp(theta[self->p_used + 1 + s]);
    const int ret = tn_parallel_run(self->data->n_threads, self->n_blocks, sum_block, self);
    if (ret < 0) return ret;
    for (int64_t b = 1; b < self->n_blocks; b++) {
        for (size_t k = 0; k < size; k++)
            self->sums[k] += self->sums[(size_t)b * size + k];
    }
    *loglik = self->sums[0];
    memcpy(score, self->sums + 1, q * sizeof *score);
    for (size_t j = 0; j < q; j++) {
        for (size_t k = 0; k <= j; k++)
            info[j * q + k] = info[k * q + j] = self->sums[1 + q + j * q + k];
    }
    return 0;
}

/* Standard deviation of the log times (less offset) of events; sign +1 on log time. */
static double spread_of_events(const tn_parametric_data_t *d)
{
    double mean = 0.0, square = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0.0;
        for (size_t i = 0; i < d->n; i++) {
            if (!tn_parametric_is_event(d, i)) continue;
            const double t = d->t1[i] - tn_parametric_linear(d, NULL, 0, i) - mean;
            sum += tn_parametric_weight(d, i) * (pass == 0 ? t : t * t);
        }
        if (pass == 0) mean = sum / d->events;
        if (pass == 1) square = sum / d->events;
    }
    return sqrt(square);
}

/* Intercept at which a Weibull model with this scale expects the events there are. */
static double expected_events(const tn_parametric_data_t *d, double scale)
{
    double top = -INFINITY, sum = 0.0;
    for (size_t i = 0; i < d->n; i++)
        top = fmax(top, d->t1[i] - tn_parametric_linear(d, NULL, 0, i));
    for (size_t i = 0; i < d->n; i++) {
        const double offset = tn_parametric_linear(d, NULL, 0, i) + top;
        double share = tn_exp((d->t1[i] - offset) / scale);
        if (d->t0[i] > -INFINITY) share -= tn_exp((d->t0[i] - offset) / scale);
        sum += tn_parametric_weight(d, i) * share;
    }
    return sum > 0.0 ? top + scale * tn_log(sum / d->events) : top;
}

/* Time at risk weighted with exp(sign * offset). */
static double exposure(const tn_parametric_data_t *d, double sign)
{
    double sum = 0.0;
    for (size_t i = 0; i < d->n; i++) {
        const double offset = d->offset != NULL ? d->offset[i] : 0.0;
        sum += tn_parametric_weight(d, i) * (d->t1[i] - d->t0[i]) * tn_exp(sign * offset);
    }
    return sum;
}

static void start(const tn_parametric_data_t *d, double *theta)
{
    if (d->family == TN_PARAMETRIC_EXPONENTIAL) {
        theta[0] = tn_log(exposure(d, -1.0) / d->events);
        return;
    }
    if (d->family == TN_PARAMETRIC_GOMPERTZ) {
        theta[0] = tn_log(d->events / exposure(d, 1.0));
        return; /* shapes 0 */
    }
    const double spread = spread_of_events(d);
    const double share = d->family == TN_PARAMETRIC_LOGNORMAL     ? 1.0
                         : d->family == TN_PARAMETRIC_LOGLOGISTIC ? 0.55
                                                                  : 0.78;
    const double scale = spread > LEAST_SPREAD ? share * spread : 1.0;
    theta[0] = expected_events(d, scale);
    for (int s = 0; s < d->n_shapes; s++)
        theta[1 + s] = tn_log(scale);
}

/* Where all events of a stratum are at its last exit, scale 0 (an infinite Gompertz shape) has an
 * infinite likelihood. @return that stratum or -1 */
static int degenerate_stratum(const tn_parametric_data_t *d)
{
    const bool is_gompertz = d->family == TN_PARAMETRIC_GOMPERTZ;
    /* strata of a Gompertz model share the rate, which would have to vanish */
    if (d->n_shapes == 0 || (is_gompertz && d->n_strata > 1)) return -1;
    for (int s = 0; s < d->n_strata; s++) {
        double first = INFINITY, last = -INFINITY;
        for (size_t i = 0; i < d->n; i++) {
            if (tn_parametric_stratum(d, i) != s) continue;
            const double t = d->t1[i] - (is_gompertz ? 0.0 : tn_parametric_linear(d, NULL, 0, i));
            last = fmax(last, t);
            if (tn_parametric_is_event(d, i)) first = fmin(first, t);
        }
        if (last - first <= 1e-13 * fmax(1.0, fabs(last))) return s;
    }
    return -1;
}

static bool is_lost_shape(const tn_parametric_data_t *d, double shape, double range)
{
    if (d->family == TN_PARAMETRIC_GOMPERTZ) return fabs(shape) > LARGEST_SHAPE;
    const double scale = tn_exp(shape);
    return scale < LEAST_SCALE * range || scale > LARGEST_SCALE * range;
}

/* A scale or shape beyond what the times can tell, or the largest coefficient beyond any ratio of
 * risks; -1 if none. Inner number. */
static int lost_parameter(const tn_parametric_problem_t *self, const double *theta)
{
    const tn_parametric_data_t *d = self->data;
    double first = INFINITY, last = -INFINITY;
    for (size_t i = 0; i < d->n; i++) {
        first = fmin(first, d->t0[i] > -INFINITY ? d->t0[i] : d->t1[i]);
        last = fmax(last, d->t1[i]);
    }
    double scale = 1.0;
    for (int s = 0; s < d->n_shapes; s++) {
        const double shape = theta[self->p_used + 1 + s];
        if (is_lost_shape(d, shape, last - first)) return self->p_used + 1 + s;
        if (tn_parametric_has_scale(d->family)) scale = fmax(scale, tn_exp(shape));
    }
    return tn_parametric_runaway(theta, self->p_used, scale);
}

/* Covariates are known not to be collinear, so information that vanished did so on the way: the
 * likelihood has no maximum. */
static int name_failure(const tn_parametric_problem_t *self, const double *theta,
    const double *info, tn_newton_result_t *result)
{
    if (result->status != TN_FIT_COLLINEAR && result->status != TN_FIT_ITERATIONS) return 0;
    const int lost = lost_parameter(self, theta);
    if (lost >= 0) {
        result->status = TN_FIT_SEPARATION;
        result->parameter = lost;
    }
    if (lost >= 0 || result->status == TN_FIT_ITERATIONS) return 0;
    result->status = TN_FIT_SEPARATION;
    return tn_parametric_flat(self->q, info, &result->parameter);
}

/* Maximises with the first p_used covariates. work: score (q), info and variance (q x q). */
static int maximise(const tn_parametric_data_t *d, int p_used, int max_iterations, double *theta,
    double *variance, tn_newton_result_t *result)
{
    tn_parametric_problem_t problem;
    double *work = NULL;
    int ret = tn_parametric_problem_init(&problem, d, p_used);
    if (ret < 0) goto out;
    const size_t q = (size_t)problem.q;
    work = tn_calloc(q + q * q, sizeof *work);
    if (work == NULL) ret = TN_ENOMEM;
    if (ret < 0) goto out;
    const tn_newton_t newton = {.p = problem.q,
        .loglik = tn_parametric_loglik,
        .ctx = &problem,
        .max_iterations = max_iterations};
    ret = tn_newton_maximise(&newton, theta, work, work + q, variance, result);
    if (ret == 0) ret = name_failure(&problem, theta, work + q, result);
out:
    tn_parametric_problem_free(&problem);
    tn_free(work);
    return ret;
}

static void set_nan(double *v, size_t n)
{
    for (size_t k = 0; k < n; k++)
        v[k] = NAN;
}

int tn_parametric_climb(
    const tn_parametric_data_t *data, int max_iterations, tn_parametric_maximum_t *out)
{
    const size_t p = (size_t)data->p, q = (size_t)data->n_terms, q0 = q - p;
    const int degenerate = degenerate_stratum(data);
    if (degenerate >= 0) {
        out->newton = (tn_newton_result_t){
            .status = TN_FIT_SEPARATION, .parameter = data->p + 1 + degenerate};
        out->loglik = out->loglik_intercept = NAN;
        set_nan(out->theta, q);
        set_nan(out->variance, q * q);
        return 0;
    }
    double *theta0 = tn_calloc(q0, sizeof *theta0);
    if (theta0 == NULL) return TN_ENOMEM;
    start(data, theta0);
    int ret = maximise(data, 0, max_iterations, theta0, out->variance, &out->newton);
    if (ret < 0) goto out;
    out->loglik_intercept = out->newton.loglik;
    memcpy(out->theta + p, theta0, q0 * sizeof *theta0);
    if (p > 0 && out->newton.status == TN_FIT_CONVERGED) {
        ret = maximise(data, data->p, max_iterations, out->theta, out->variance, &out->newton);
    } else if (p > 0) {
        /* the start of the whole model is missing; and where the likelihood of the intercept has no
         * maximum, that of more parameters has none either */
        set_nan(out->theta, p);
        set_nan(out->variance, q * q);
        if (out->newton.parameter >= 0) out->newton.parameter += data->p;
    }
    out->loglik = out->newton.loglik;
out:
    tn_free(theta0);
    return ret;
}
