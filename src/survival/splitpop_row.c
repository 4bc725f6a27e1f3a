/* With v(t) = zeta - H(t) and softplus(v) = log(1 + e^v), log(1 - pi + pi S(t)) is softplus(v(t)) -
 * softplus(zeta). The second part cancels against that of the entry, so that
 *   censored:   softplus(v(exit)) - softplus(v(entry)),
 *   exit by k:  v(exit) + log h_k(exit) - softplus(v(entry)).
 * With u = alpha (log t - eta), alpha = e^-c: u_eta = -alpha, u_c = -u, u_eta,c = alpha, u_cc = u.
 */
#include "survival/splitpop_row.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"

/* u and what follows from it for one cause at one time. */
typedef struct scale {
    double u, u_eta, u_c;
    double cumhaz, by_u, by_uu; /* H, H'(u), H''(u) */
} scale_t;

double tn_splitpop_softplus(double x)
{
    return x > 0.0 ? x + tn_log1p(tn_exp(-x)) : tn_log1p(tn_exp(x));
}

double tn_splitpop_logistic(double x)
{
    if (x >= 0.0) return 1.0 / (1.0 + tn_exp(-x));
    const double e = tn_exp(x);
    return e / (1.0 + e);
}

static scale_t scale_at(const tn_splitpop_arguments_t *a, int k, double t)
{
    const double alpha = a->alpha[k];
    scale_t s = {.u_eta = -alpha};
    if (t == 0.0) { /* u = -inf: nothing has happened yet */
        s.u_eta = 0.0;
        return s;
    }
    s.u = alpha * (tn_log(t) - a->eta[k]);
    s.u_c = -s.u;
    if (a->distribution == TN_SPLITPOP_WEIBULL) {
        s.cumhaz = tn_exp(s.u);
        s.by_u = s.cumhaz;
        s.by_uu = s.cumhaz;
    } else {
        s.cumhaz = tn_splitpop_softplus(s.u);
        s.by_u = tn_splitpop_logistic(s.u);
        s.by_uu = s.by_u * tn_splitpop_logistic(-s.u);
    }
    return s;
}

double tn_splitpop_cumhaz(const tn_splitpop_arguments_t *a, int k, double t)
{
    return scale_at(a, k, t).cumhaz;
}

double tn_splitpop_log_hazard(const tn_splitpop_arguments_t *a, int k, double t)
{
    const scale_t s = scale_at(a, k, t);
    const double tail = a->distribution == TN_SPLITPOP_WEIBULL ? 0.0 : s.cumhaz;
    return -a->shape[k] - tn_log(t) + s.u - tail;
}

static double margin(const tn_splitpop_arguments_t *a, const scale_t *s)
{
    double v = a->zeta;
    for (int k = 0; k < a->n_causes; k++)
        v -= s[k].cumhaz;
    return v;
}

/* Adds a function of v with derivatives first and second by v. */
static void add_margin(const tn_splitpop_arguments_t *a, const scale_t *s, double first,
    double second, tn_splitpop_term_t *term)
{
    const int n_causes = a->n_causes, n_q = 2 * n_causes + 1;
    double by_q[SPLITPOP_MAX_Q];
    if (first == 0.0 && second == 0.0) return; /* then H may be infinite */
    by_q[n_causes] = 1.0;
    for (int k = 0; k < n_causes; k++) {
        const int eta = k, c = n_causes + 1 + k;
        by_q[eta] = -s[k].by_u * s[k].u_eta;
        by_q[c] = -s[k].by_u * s[k].u_c;
        double *h = term->hessian;
        h[eta * n_q + eta] -= first * s[k].by_uu * s[k].u_eta * s[k].u_eta;
        h[c * n_q + eta] -= first * (s[k].by_uu * s[k].u_eta * s[k].u_c - s[k].by_u * s[k].u_eta);
        h[c * n_q + c] -= first * (s[k].by_uu * s[k].u_c * s[k].u_c + s[k].by_u * s[k].u);
    }
    for (int i = 0; i < n_q; i++) {
        term->gradient[i] += first * by_q[i];
        if (second == 0.0) continue;
        for (int j = 0; j <= i; j++)
            term->hessian[i * n_q + j] += second * by_q[i] * by_q[j];
    }
}

/* Adds log h_k = -c - log t + u (Weibull), and - softplus(u) besides (log-logistic). */
static void add_log_hazard(
    const tn_splitpop_arguments_t *a, const scale_t *s, int k, double t, tn_splitpop_term_t *term)
{
    const int n_q = 2 * a->n_causes + 1, eta = k, c = a->n_causes + 1 + k;
    double first = 1.0, second = 0.0;
    term->loglik += -a->shape[k] - tn_log(t) + s->u;
    if (a->distribution == TN_SPLITPOP_LOGLOGISTIC) {
        first = tn_splitpop_logistic(-s->u);
        second = -s->by_uu;
        term->loglik -= s->cumhaz;
    }
    term->gradient[eta] += first * s->u_eta;
    term->gradient[c] += first * s->u_c - 1.0;
    term->hessian[eta * n_q + eta] += second * s->u_eta * s->u_eta;
    term->hessian[c * n_q + eta] += second * s->u_eta * s->u_c - first * s->u_eta;
    term->hessian[c * n_q + c] += second * s->u_c * s->u_c + first * s->u;
}

void tn_splitpop_term(const tn_splitpop_arguments_t *a, double entry, double exit, int cause,
    tn_splitpop_term_t *term)
{
    const int n_q = 2 * a->n_causes + 1;
    scale_t s[TN_SPLITPOP_MAX_CAUSES];
    term->loglik = 0.0;
    memset(term->gradient, 0, (size_t)n_q * sizeof *term->gradient);
    memset(term->hessian, 0, (size_t)(n_q * n_q) * sizeof *term->hessian);
    for (int k = 0; k < a->n_causes; k++)
        s[k] = scale_at(a, k, exit);
    const double v = margin(a, s);
    if (cause > 0 || a->is_plain) {
        term->loglik += v;
        add_margin(a, s, 1.0, 0.0, term);
        if (cause > 0) add_log_hazard(a, &s[cause - 1], cause - 1, exit, term);
    } else {
        const double share = tn_splitpop_logistic(v);
        term->loglik += tn_splitpop_softplus(v);
        add_margin(a, s, share, share * tn_splitpop_logistic(-v), term);
    }
    for (int k = 0; k < a->n_causes; k++)
        s[k] = scale_at(a, k, entry);
    const double v0 = margin(a, s), share0 = tn_splitpop_logistic(v0);
    if (a->is_plain) {
        term->loglik -= v0;
        add_margin(a, s, -1.0, 0.0, term);
        return;
    }
    term->loglik -= tn_splitpop_softplus(v0);
    add_margin(a, s, -share0, -share0 * tn_splitpop_logistic(-v0), term);
}
