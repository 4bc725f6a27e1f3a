/* The scores of k groups add to zero, so one of them is left out. */
#include "survival/contrast.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/mem.h"
#include "survival/spd.h"

int tn_contrast_check(const tn_spells_t *spells, const int32_t *group, int n_groups,
    const char *what, tn_error_t *err)
{
    const int ret = tn_spells_check(spells, err);
    if (ret < 0) return ret;
    if (n_groups < 2 || group == NULL) {
        return tn_error_set(err, TN_EARG, "%s: %d groups, expected at least 2", what, n_groups);
    }
    for (size_t i = 0; i < spells->n; i++) {
        if (group[i] < 0 || group[i] >= n_groups) {
            return tn_error_set(
                err, TN_EDOMAIN, "row %zu: unknown group (%d)", i + 1, (int)group[i]);
        }
        if (spells->weight != NULL && spells->weight[i] != floor(spells->weight[i])) {
            return tn_error_set(err, TN_EDOMAIN,
                "row %zu: %s takes weights as counts, expected a whole number (%.17g)", i + 1, what,
                spells->weight[i]);
        }
    }
    return 0;
}

static int collect(int n_groups, const bool *is_used, int left_out, int *member)
{
    int n = 0;
    for (int g = 0; g < n_groups; g++) {
        if (is_used[g] && g != left_out) member[n++] = g;
    }
    return n;
}

int tn_contrast_test(tn_contrast_t *self, int n_groups, const double *score, const double *variance,
    const bool *is_used, int left_out)
{
    const size_t n_all = (size_t)n_groups;
    int ret = TN_ENOMEM;
    tn_spd_t spd = {0};
    *self = (tn_contrast_t){.status = TN_FIT_COLLINEAR, .group = left_out, .chisq = NAN, .p = NAN};
    int *member = tn_calloc(n_all, sizeof *member);
    double *block = tn_calloc(n_all * (n_all + 2), sizeof *block);
    if (member == NULL || block == NULL) goto out;
    const int n = collect(n_groups, is_used, left_out, member);
    self->df = n;
    ret = 0;
    if (n == 0) goto out;
    double *a = block, *b = block + n_all * n_all, *c = b + n_all;
    for (int i = 0; i < n; i++) {
        b[i] = c[i] = score[member[i]];
        for (int j = 0; j < n; j++)
            a[i * n + j] = variance[member[i] * n_groups + member[j]];
    }
    ret = tn_spd_init(&spd, n);
    if (ret < 0) goto out;
    const int bad = tn_spd_factor(&spd, a);
    if (bad >= 0) {
        self->group = member[bad];
        goto out;
    }
    tn_spd_solve(&spd, b);
    self->chisq = 0.0;
    for (int i = 0; i < n; i++)
        self->chisq += b[i] * c[i];
    self->p = gsl_cdf_chisq_Q(fmax(0.0, self->chisq), n);
    self->status = TN_FIT_CONVERGED;
    self->group = -1;
out:
    tn_spd_free(&spd);
    tn_free(member);
    tn_free(block);
    return ret;
}
