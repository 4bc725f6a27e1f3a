/* Scores of single rows, and the sandwich V (sum over clusters of u u') V with u the weighted score
 * of a cluster (Lin & Wei 1989; survreg's robust = TRUE). Rows are visited cluster by cluster, so
 * one score vector is enough. */
#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"
#include "survival/parametric_impl.h"

int tn_parametric_scores_init(
    tn_parametric_scores_t *self, const tn_parametric_data_t *data, const double *theta)
{
    *self = (tn_parametric_scores_t){.data = data, .theta = theta};
    const int n = data->n_locations + data->n_shapes;
    self->natural = tn_calloc((size_t)n, sizeof *self->natural);
    if (self->natural == NULL) return TN_ENOMEM;
    for (int k = 0; k < n; k++)
        self->natural[k] = tn_exp(theta[data->p + k]);
    return 0;
}

void tn_parametric_scores_free(tn_parametric_scores_t *self)
{
    tn_free(self->natural);
    *self = (tn_parametric_scores_t){0};
}

static double add_piecewise(const tn_parametric_scores_t *self, size_t i, double weight, double *u)
{
    const tn_parametric_data_t *d = self->data;
    const double t0 = d->t0[i], t1 = d->t1[i];
    const double risk = tn_exp(tn_parametric_linear(d, self->theta, d->p, i));
    const int base = tn_parametric_stratum(d, i) * d->n_intervals;
    double cumhaz = 0.0;
    int k = tn_parametric_interval(d->cuts, d->n_cuts, t0, true);
    for (; k <= d->n_cuts && (k == 0 || d->cuts[k - 1] < t1); k++) {
        const double h =
            self->natural[base + k] * risk * tn_parametric_overlap(d->cuts, d->n_cuts, k, t0, t1);
        cumhaz += h;
        if (u != NULL) u[d->p + base + k] -= weight * h;
    }
    if (u == NULL) return cumhaz;
    const bool is_event = tn_parametric_is_event(d, i);
    if (is_event) {
        u[d->p + base + tn_parametric_interval(d->cuts, d->n_cuts, t1, false)] += weight;
    }
    for (int j = 0; j < d->p; j++)
        u[j] += weight * ((is_event ? 1.0 : 0.0) - cumhaz) * d->x[i * (size_t)d->p + (size_t)j];
    return cumhaz;
}

double tn_parametric_scores_add(
    const tn_parametric_scores_t *self, size_t i, double weight, double *u)
{
    const tn_parametric_data_t *d = self->data;
    if (d->family == TN_PARAMETRIC_PIECEWISE) return add_piecewise(self, i, weight, u);
    const int stratum = tn_parametric_stratum(d, i), shape = d->p + 1 + stratum;
    const bool has_shape = d->n_shapes > 0;
    const double eta = self->theta[d->p] + tn_parametric_linear(d, self->theta, d->p, i);
    tn_parametric_part_t part;
    tn_parametric_part(d->family, d->t0[i], d->t1[i], tn_parametric_is_event(d, i) ? 1.0 : 0.0, eta,
        has_shape ? self->theta[shape] : 0.0, has_shape ? self->natural[1 + stratum] : 1.0, &part);
    if (u == NULL) return part.cumhaz;
    for (int j = 0; j < d->p; j++)
        u[j] += weight * part.d_eta * d->x[i * (size_t)d->p + (size_t)j];
    u[d->p] += weight * part.d_eta;
    if (has_shape) u[shape] += weight * part.d_shape;
    return part.cumhaz;
}

/* Rows by cluster (a counting sort). rows: n; ends: n_clusters. */
static void group_rows(const tn_spells_t *spells, uint32_t *rows, size_t *ends)
{
    const size_t clusters = (size_t)spells->n_clusters;
    for (size_t i = 0; i < spells->n; i++)
        ends[spells->cluster[i]]++;
    size_t from = 0;
    for (size_t c = 0; c < clusters; c++) {
        const size_t size = ends[c];
        ends[c] = from;
        from += size;
    }
    for (size_t i = 0; i < spells->n; i++)
        rows[ends[spells->cluster[i]]++] = (uint32_t)i;
}

static void add_square(double *meat, const double *u, size_t q)
{
    for (size_t a = 0; a < q; a++) {
        for (size_t b = 0; u[a] != 0.0 && b < q; b++)
            meat[a * q + b] += u[a] * u[b];
    }
}

/* meat := sum over clusters of u u' */
static int sum_meat(const tn_parametric_scores_t *scores, bool has_weights, double *u, double *meat)
{
    const tn_parametric_data_t *d = scores->data;
    const tn_spells_t *s = d->spells;
    const size_t q = (size_t)d->n_terms, groups = s->cluster != NULL ? (size_t)s->n_clusters : d->n;
    uint32_t *rows = NULL;
    size_t *ends = NULL;
    int ret = 0;
    if (s->cluster != NULL) {
        rows = tn_calloc(d->n, sizeof *rows);
        ends = tn_calloc(groups, sizeof *ends);
        if (rows == NULL || ends == NULL) ret = TN_ENOMEM;
        if (ret < 0) goto out;
        group_rows(s, rows, ends);
    }
    size_t at = 0;
    for (size_t c = 0; c < groups; c++) {
        memset(u, 0, q * sizeof *u);
        for (const size_t end = ends != NULL ? ends[c] : c + 1; at < end; at++) {
            const size_t i = rows != NULL ? rows[at] : at;
            const double w = has_weights ? tn_parametric_weight(d, i) : 1.0;
            (void)tn_parametric_scores_add(scores, i, w, u);
        }
        add_square(meat, u, q);
    }
out:
    tn_free(rows);
    tn_free(ends);
    return ret;
}

/* out := a b, q x q */
static void multiply(size_t q, const double *a, const double *b, double *out)
{
    memset(out, 0, q * q * sizeof *out);
    for (size_t i = 0; i < q; i++) {
        for (size_t k = 0; k < q; k++) {
            for (size_t j = 0; j < q; j++)
                out[i * q + j] += a[i * q + k] * b[k * q + j];
        }
    }
}

int tn_parametric_sandwich(const tn_parametric_data_t *data, const double *theta,
    const double *variance, bool has_weights, double *robust)
{
    const size_t q = (size_t)data->n_terms;
    tn_parametric_scores_t scores;
    double *work = NULL;
    int ret = tn_parametric_scores_init(&scores, data, theta);
    if (ret < 0) goto out;
    work = tn_calloc(q + 2 * q * q, sizeof *work);
    if (work == NULL) ret = TN_ENOMEM;
    if (ret < 0) goto out;
    double *meat = work + q, *half = work + q + q * q;
    ret = sum_meat(&scores, has_weights, work, meat);
    if (ret < 0) goto out;
    multiply(q, variance, meat, half);
    multiply(q, half, variance, robust);
    for (size_t a = 0; a < q; a++) {
        for (size_t b = 0; b < a; b++)
            robust[b * q + a] = robust[a * q + b];
    }
out:
    tn_parametric_scores_free(&scores);
    tn_free(work);
    return ret;
}
