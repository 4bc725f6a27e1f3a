/* Areas under two curves, from one pass over the forecasts in falling order. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "survival/score_check.h"
#include "tenure/score.h"

typedef struct pair {
    double p;
    int32_t y;
} pair_t;

static int falling(const void *a, const void *b)
{
    const double x = ((const pair_t *)a)->p, y = ((const pair_t *)b)->p;
    return (x < y) - (x > y);
}

static int sorted(pair_t **out, size_t n, const double *p, const int32_t *y, tn_error_t *err)
{
    *out = NULL;
    const int ret = tn_score_check_binary(n, p, y, err);
    if (ret < 0) return ret;
    pair_t *pair = tn_calloc(n > 0 ? n : 1, sizeof *pair);
    if (pair == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    for (size_t i = 0; i < n; i++)
        pair[i] = (pair_t){p[i], y[i]};
    qsort(pair, n, sizeof *pair, falling);
    *out = pair;
    return 0;
}

/* Rows i.. that have the same forecast; counts their yes. */
static size_t run_of(const pair_t *pair, size_t n, size_t i, double *n_yes)
{
    size_t end = i;
    *n_yes = 0.0;
    while (end < n && pair[end].p == pair[i].p)
        *n_yes += pair[end++].y;
    return end;
}

int tn_score_roc(size_t n, const double *p, const int32_t *y, double *auc, tn_error_t *err)
{
    pair_t *pair;
    double yes = 0.0, above = 0.0, pairs = 0.0;
    *auc = NAN;
    const int ret = sorted(&pair, n, p, y, err);
    if (ret < 0 || pair == NULL) return ret;
    for (size_t i = 0, end; i < n; i = end) {
        double k;
        end = run_of(pair, n, i, &k);
        const double no = (double)(end - i) - k;
        pairs += no * (above + 0.5 * k);
        above += k;
        yes += k;
    }
    if (yes > 0.0 && yes < (double)n) *auc = pairs / (yes * ((double)n - yes));
    tn_free(pair);
    return 0;
}

int tn_score_precision(size_t n, const double *p, const int32_t *y, double *area, tn_error_t *err)
{
    pair_t *pair;
    double yes = 0.0, sum = 0.0;
    *area = NAN;
    const int ret = sorted(&pair, n, p, y, err);
    if (ret < 0 || pair == NULL) return ret;
    for (size_t i = 0, end; i < n; i = end) {
        double k;
        end = run_of(pair, n, i, &k);
        yes += k;
        sum += k * yes / (double)end;
    }
    if (yes > 0.0) *area = sum / yes;
    tn_free(pair);
    return 0;
}
