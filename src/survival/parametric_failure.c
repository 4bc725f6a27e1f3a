/* Which parameter a failed climb is to be put down to. The covariates have passed as independent
 * before, so information that vanished did so on the way: the likelihood has no maximum. */
#include <math.h>

#include "base/mem.h"
#include "survival/parametric_impl.h"
#include "survival/spd.h"

#define RUNAWAY 40.0 /* coefficient of a covariate that spans at least a half: exp(20) at least */
#define RIDGE   1e-9 /* of the information with unit diagonal, for inverse iteration */
#define ROUNDS  4    /* of inverse iteration: the other eigenvalues are far larger */

int tn_parametric_runaway(const double *theta, int p, double scale)
{
    int most = -1;
    for (int j = 0; j < p; j++) {
        if (!(fabs(theta[j]) > RUNAWAY * scale)) continue;
        if (most < 0 || fabs(theta[j]) > fabs(theta[most])) most = j;
    }
    return most;
}

/* Least eigenvector v of the information scaled to unit diagonal, by inverse iteration. */
static bool find_flat(int q, const double *info, double *scaled, double *v, tn_spd_t *spd)
{
    for (int j = 0; j < q; j++) {
        for (int k = 0; k < q; k++)
            scaled[j * q + k] = info[j * q + k] / sqrt(info[j * q + j] * info[k * q + k]);
        scaled[j * q + j] += RIDGE;
        v[j] = 1.0 + 0.1 * j; /* anything that is hardly orthogonal */
    }
    if (tn_spd_factor(spd, scaled) >= 0) return false;
    for (int round = 0; round < ROUNDS; round++) {
        tn_spd_solve(spd, v);
        double largest = 0.0;
        for (int j = 0; j < q; j++)
            largest = fmax(largest, fabs(v[j]));
        for (int j = 0; j < q; j++)
            v[j] /= largest;
    }
    return true;
}

int tn_parametric_flat(int q, const double *info, int *parameter)
{
    for (int j = 0; j < q; j++) {
        if (info[j * q + j] > 0.0) continue;
        *parameter = j;
        return 0;
    }
    const size_t size = (size_t)q * (size_t)q;
    tn_spd_t spd;
    double *v = NULL, *scaled = tn_calloc(size + (size_t)q, sizeof *scaled);
    int ret = tn_spd_init(&spd, q);
    if (scaled == NULL) ret = TN_ENOMEM;
    if (ret < 0) goto out;
    v = scaled + size;
    if (!find_flat(q, info, scaled, v, &spd)) goto out;
    *parameter = 0;
    for (int j = 0; j < q; j++) {
        v[j] = fabs(v[j]) / sqrt(info[j * q + j]);
        if (v[j] > v[*parameter]) *parameter = j;
    }
out:
    tn_spd_free(&spd);
    tn_free(scaled);
    return ret;
}
