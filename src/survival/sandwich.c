/* Huber (1967); clustered as in Lin & Wei (1989). */
#include "survival/sandwich.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "survival/blocks.h"

typedef struct meat {
    const tn_sandwich_t *self;
    double *scratch; /* n_threads x p */
    double *total;   /* n_clusters x p, or NULL */
} meat_t;

static void add_outer(size_t p, const double *s, double *sum)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++)
            sum[j * p + k] += s[j] * s[k];
    }
}

static int add_block(void *ctx, int thread, size_t first, size_t end, double *sum)
{
    const meat_t *m = ctx;
    const size_t p = (size_t)m->self->p;
    double *score = m->scratch + (size_t)thread * p;
    for (size_t i = first; i < end; i++) {
        if (m->total == NULL) {
            m->self->score(m->self->ctx, thread, i, score);
            add_outer(p, score, sum);
        } else {
            add_outer(p, m->total + i * p, sum);
        }
    }
    return 0;
}

static int add_clusters(meat_t *m)
{
    const tn_sandwich_t *s = m->self;
    const size_t p = (size_t)s->p;
    m->total = tn_calloc((size_t)(s->n_clusters > 0 ? s->n_clusters : 1) * p, sizeof *m->total);
    if (m->total == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < s->n; i++) {
        double *to = m->total + (size_t)s->cluster[i] * p;
        s->score(s->ctx, 0, i, m->scratch);
        for (size_t j = 0; j < p; j++)
            to[j] += m->scratch[j];
    }
    return 0;
}

/* out := V M V, M symmetric given by its lower triangle; work is p x p. */
static void wrap(size_t p, const double *v, double *m, double *work, double *out)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            m[k * p + j] = m[j * p + k];
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < p; i++)
                sum += v[j * p + i] * m[i * p + k];
            work[j * p + k] = sum;
        }
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k <= j; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < p; i++)
                sum += work[j * p + i] * v[i * p + k];
            out[j * p + k] = sum;
            out[k * p + j] = sum;
        }
    }
}

int tn_sandwich_variance(const tn_sandwich_t *self, const double *variance, double *robust)
{
    const size_t p = (size_t)self->p;
    const size_t n_threads = (size_t)tn_parallel_threads(self->n_threads);
    meat_t m = {.self = self};
    double *sum = tn_calloc(2 * p * p + 1, sizeof *sum);
    m.scratch = tn_calloc(n_threads * p + 1, sizeof *m.scratch);
    int ret = sum == NULL || m.scratch == NULL ? TN_ENOMEM : 0;
    size_t n_terms = self->n;
    if (ret == 0 && self->cluster != NULL) {
        n_terms = (size_t)self->n_clusters;
        ret = add_clusters(&m);
    }
    if (ret == 0) ret = tn_blocks_sum(n_terms, self->n_threads, p * p, add_block, &m, sum);
    if (ret == 0) wrap(p, variance, sum, sum + p * p, robust);
    tn_free(sum);
    tn_free(m.scratch);
    tn_free(m.total);
    return ret;
}
