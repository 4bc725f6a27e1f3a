/* B-splines by the recursion of Cox and de Boor; the natural basis is what is left of the cubic one
 * after the second derivatives at both ends are set to zero, by the Householder QR of the two
 * constraints (R's construction, so that the columns are R's).
 * Source: de Boor, A Practical Guide to Splines, ch. IX-X; Hastie in Chambers & Hastie 1992, 7.3.
 */
#include "survival/spline.h"

#include <math.h>
#include <string.h>

#define MAX_ORDER (TN_SPLINE_MAX_DEGREE + 1)

/* t[interval] <= x < t[interval + 1] with a positive length; the end pieces go on beyond. */
static int interval_of(const tn_spline_t *s, double x)
{
    int lo = s->degree, hi = s->n_knots - s->degree - 1;
    while (hi - lo > 1) {
        const int mid = (lo + hi) / 2;
        if (x < s->knot[mid]) {
            hi = mid;
        } else {
            lo = mid;
        }
    }
    return lo;
}

/* The `order` B-splines that are not zero on the interval, their derivative of order n_derivs. */
static void pieces(const tn_spline_t *s, int interval, int order, int n_derivs, double x,
    double out[MAX_ORDER + 1])
{
    const double *t = s->knot;
    memset(out, 0, (MAX_ORDER + 1) * sizeof *out);
    out[0] = 1.0;
    for (int k = 1; k < order; k++) { /* from order k to order k + 1 */
        const bool is_derived = k >= order - n_derivs;
        double carry = 0.0;
        for (int r = 0; r < k; r++) {
            const double right = t[interval + r + 1], left = t[interval + 1 - k + r];
            const double share = right == left ? 0.0 : out[r] / (right - left);
            out[r] = is_derived ? carry - k * share : carry + (right - x) * share;
            carry = is_derived ? k * share : (x - left) * share;
        }
        out[k] = carry;
    }
}

/* All B-splines but the first (there is no intercept), n values. */
static void row_of(const tn_spline_t *s, int interval, int n_derivs, double x, double *row, int n)
{
    double piece[MAX_ORDER + 1];
    const int order = s->degree + 1;
    pieces(s, interval, order, n_derivs, x, piece);
    memset(row, 0, (size_t)n * sizeof *row);
    for (int r = 0; r < order; r++) {
        const int j = interval - order + r; /* one less: the first is left out */
        if (j >= 0 && j < n) row[j] = piece[r];
    }
}

/* v := u of the reflection I - u u' / u[first] that turns v[first..] into a multiple of the first
 * unit vector (LINPACK's signs). */
static void householder(double *v, int first, int n)
{
    double norm = 0.0;
    for (int i = first; i < n; i++)
        norm = hypot(norm, v[i]);
    if (norm == 0.0) return;
    if (v[first] < 0.0) norm = -norm;
    for (int i = first; i < n; i++)
        v[i] /= norm;
    v[first] += 1.0;
}

static void reflect(const double *u, int first, int n, double *b)
{
    double dot = 0.0;
    if (u[first] == 0.0) return;
    for (int i = first; i < n; i++)
        dot += u[i] * b[i];
    const double t = -dot / u[first];
    for (int i = first; i < n; i++)
        b[i] += t * u[i];
}

void tn_spline_init(tn_spline_t *self)
{
    const int order = self->degree + 1;
    int k = 0;
    for (int i = 0; i < order; i++)
        self->knot[k++] = self->boundary[0];
    for (int i = 0; i < self->n_inner; i++)
        self->knot[k++] = self->inner[i];
    for (int i = 0; i < order; i++)
        self->knot[k++] = self->boundary[1];
    self->n_knots = k;
    const int n = k - order - 1;
    self->n_columns = self->is_natural ? n - 2 : n;
    if (!self->is_natural) return;
    for (int end = 0; end < 2; end++) {
        const double x = self->boundary[end];
        row_of(self, interval_of(self, x), 2, x, self->reflect[end], n);
    }
    householder(self->reflect[0], 0, n);
    reflect(self->reflect[0], 0, n, self->reflect[1]);
    householder(self->reflect[1], 1, n);
}

void tn_spline_at(const tn_spline_t *self, double x, double *out)
{
    double row[TN_SPLINE_MAX_DF + MAX_ORDER], slope[TN_SPLINE_MAX_DF + MAX_ORDER];
    const int n = self->n_knots - self->degree - 2;
    if (!self->is_natural) {
        row_of(self, interval_of(self, x), 0, x, out, n);
        return;
    }
    const double inside = fmin(fmax(x, self->boundary[0]), self->boundary[1]);
    const int interval = interval_of(self, inside);
    row_of(self, interval, 0, inside, row, n);
    if (x != inside) {
        row_of(self, interval, 1, inside, slope, n);
        for (int j = 0; j < n; j++)
            row[j] += (x - inside) * slope[j];
    }
    reflect(self->reflect[0], 0, n, row);
    reflect(self->reflect[1], 1, n, row);
    memcpy(out, row + 2, (size_t)(n - 2) * sizeof *out);
}

double tn_spline_quantile(const double *sorted, size_t n, double p)
{
    const double index = (double)(n - 1) * p;
    const size_t lo = (size_t)floor(index), hi = (size_t)ceil(index);
    const double h = index - (double)lo;
    if (h == 0.0 || sorted[hi] == sorted[lo]) return sorted[lo];
    return (1.0 - h) * sorted[lo] + h * sorted[hi];
}
