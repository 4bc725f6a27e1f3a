/* Reports to claims, claims to likelihoods. Idea: what one origin said once counts once, however
 * many chains carry it; different chains only make it surer that it was said. Source:
 * model 8.2, 8.3. */
#include "model/evidence.h"

#include <math.h>
#include <string.h>

#include "base/fmath.h"
#include "base/mem.h"

#define SPECIFIC_FACTOR 0.3    /* few would invent a dated, checkable detail */
#define TINY_LOSSES     1e-300 /* keeps the logarithm finite before the first death */

double tn_credibility_accuracy(int digit)
{
    static const double c[] = {0.95, 0.90, 0.80, 0.70, 0.60, 0.75};
    return c[digit - 1];
}

double tn_relay_fidelity(char letter)
{
    static const double f[] = {0.98, 0.95, 0.90, 0.75, 0.50, 0.80};
    return f[letter - 'A'];
}

tn_triangle_t tn_origin_reliability(char letter)
{
    static const tn_triangle_t a[] = {{0.80, 0.90, 0.97}, {0.60, 0.75, 0.90}, {0.40, 0.55, 0.70},
        {0.15, 0.30, 0.45}, {0.0, 0.08, 0.20}, {0.05, 0.35, 0.75}};
    return a[letter - 'A'];
}

double tn_triangle_quantile(const tn_triangle_t *t, double u)
{
    const double width = t->hi - t->lo;
    if (width <= 0.0) return t->lo;
    const double rising = (t->mode - t->lo) / width;
    if (u < rising) return t->lo + sqrt(u * width * (t->mode - t->lo));
    return t->hi - sqrt((1.0 - u) * width * (t->hi - t->mode));
}

double tn_claim_loglik_predicate(const tn_claim_t *claim, double a, bool is_true)
{
    if (claim->is_silence) return is_true ? tn_log(1.0 - a * claim->p_report) : 0.0;
    const double tracks = a * claim->tau;
    const double says = is_true ? claim->accuracy : 1.0 - claim->accuracy;
    const double p_yes = tracks * says + (1.0 - tracks) * claim->beta;
    return tn_log(claim->says_yes ? p_yes : 1.0 - p_yes);
}

double tn_claim_loglik_number(const tn_claim_t *claim, double a, double value)
{
    const double sqrt_2pi = 2.5066282746310002;
    if (tn_observable(claim->observable)->kind == TN_OBSERVABLE_LOG_NUMBER) {
        value = tn_log(value > TINY_LOSSES ? value : TINY_LOSSES);
    }
    const double z = (claim->y - (value + claim->offset)) / claim->error;
    const double density = tn_exp(-0.5 * z * z) / (claim->error * sqrt_2pi);
    const double tracks = a * claim->tau;
    return tn_log(tracks * density + (1.0 - tracks) / claim->range);
}

static bool is_same_chain(const tn_report_t *a, const tn_report_t *b)
{
    if (a->n_via != b->n_via) return false;
    for (int h = 0; h < a->n_via; h++) {
        if (a->via[h].origin != b->via[h].origin) return false;
        if (a->via[h].reliability != b->via[h].reliability) return false;
    }
    return true;
}

/** Days of the window of a report; without one, the day of the report (its week). */
static void report_window(const tn_report_t *r, int32_t *from, int32_t *to)
{
    *from = r->has_window ? r->from : r->date;
    *to = r->has_window ? r->to : r->date;
}

static int week_of(int32_t day, int32_t start)
{
    return day <= start ? 0 : (int)((day - start) / 7);
}

static bool is_same_claim(const tn_report_t *a, const tn_report_t *b, int32_t start)
{
    int32_t from_a, to_a, from_b, to_b;
    report_window(a, &from_a, &to_a);
    report_window(b, &from_b, &to_b);
    if (a->origin != b->origin || a->observable != b->observable) return false;
    if (week_of(from_a, start) != week_of(from_b, start)) return false;
    if (week_of(to_a, start) != week_of(to_b, start)) return false;
    if (a->observable < TN_N_PREDICATES) return a->is_true == b->is_true;
    return !(a->value < b->value) && !(a->value > b->value);
}

/** Number of the origin in order of first claim; adds it if it is new. */
static int origin_number(tn_evidence_t *self, const tn_case_t *c, int case_origin)
{
    for (int k = 0; k < self->n_origins; k++) {
        if (self->origin[k].case_origin == case_origin) return k;
    }
    tn_evidence_origin_t *o = &self->origin[self->n_origins];
    o->case_origin = case_origin;
    o->reliability = tn_origin_reliability(c->origin[case_origin].reliability);
    return self->n_origins++;
}

static void set_number(tn_claim_t *claim, const tn_report_t *r)
{
    const tn_observable_info_t *info = tn_observable(r->observable);
    claim->is_number = true;
    claim->y = info->kind == TN_OBSERVABLE_LOG_NUMBER ? tn_log(r->value) : r->value;
    claim->error = r->error;
    claim->offset = r->offset;
    claim->range = info->range;
}

static int min_int(int a, int b) { return a < b ? a : b; }

/** The claim of report r and all later reports of the same claim, which are marked as used. */
static void add_claim(tn_evidence_t *self, const tn_case_t *c, int r, bool *is_used)
{
    const tn_report_t *first = &c->report[r];
    tn_claim_t *claim = &self->claim[self->n_claims++];
    const int last_week = week_of(c->as_of, c->start) - 1;
    int32_t earliest = first->date;
    double lost = 1.0;
    bool is_specific = false;
    *claim = (tn_claim_t){.observable = first->observable, .says_yes = first->is_true};
    claim->origin = origin_number(self, c, first->origin);
    for (int j = r; j < c->n_reports; j++) {
        const tn_report_t *report = &c->report[j];
        if (is_used[j] || !is_same_claim(first, report, c->start)) continue;
        bool is_new_chain = true;
        for (int i = r; i < j && is_new_chain; i++) {
            is_new_chain = !(is_same_claim(first, &c->report[i], c->start) &&
                             is_same_chain(&c->report[i], report));
        }
        is_used[j] = true;
        self->claim_of[j] = self->n_claims - 1;
        claim->n_reports++;
        is_specific = is_specific || report->is_specific;
        const double accuracy = tn_credibility_accuracy(report->credibility);
        if (accuracy > claim->accuracy) claim->accuracy = accuracy;
        if (report->date < earliest) earliest = report->date;
        if (!is_new_chain) continue;
        double passed = 1.0;
        for (int h = 0; h < report->n_via; h++)
            passed *= tn_relay_fidelity(report->via[h].reliability);
        lost *= 1.0 - passed;
    }
    int32_t from, to;
    report_window(first, &from, &to);
    claim->tau = 1.0 - lost;
    claim->beta = c->origin[first->origin].says_yes[first->observable];
    if (is_specific) claim->beta *= SPECIFIC_FACTOR;
    claim->t_weigh = min_int(week_of(earliest, c->start), last_week);
    claim->t1 = min_int(week_of(to, c->start), claim->t_weigh);
    claim->t0 = min_int(week_of(from, c->start), claim->t1);
    if (first->observable >= TN_N_PREDICATES) set_number(claim, first);
    self->origin[claim->origin].n_claims++;
    self->origin[claim->origin].n_reports += claim->n_reports;
}

static void add_silence(tn_evidence_t *self, const tn_case_t *c, const tn_silence_t *s)
{
    tn_claim_t *claim = &self->claim[self->n_claims++];
    const int last_week = week_of(c->as_of, c->start) - 1;
    *claim = (tn_claim_t){.observable = s->observable, .is_silence = true, .p_report = s->p_report};
    claim->origin = origin_number(self, c, s->origin);
    claim->t_weigh = min_int(week_of(s->to, c->start), last_week);
    claim->t1 = claim->t_weigh;
    claim->t0 = min_int(week_of(s->from, c->start), claim->t1);
    self->origin[claim->origin].n_claims++;
}

int tn_evidence_init(tn_evidence_t *self, const tn_case_t *c, tn_error_t *err)
{
    *self = (tn_evidence_t){0};
    const size_t n = (size_t)c->n_reports + (size_t)c->n_silences;
    if (n == 0 || week_of(c->as_of, c->start) < 1) return 0;
    bool *is_used = tn_calloc(n, sizeof *is_used);
    self->claim = tn_calloc(n, sizeof *self->claim);
    self->origin = tn_calloc(n, sizeof *self->origin);
    self->claim_of = tn_calloc(n, sizeof *self->claim_of);
    if (!is_used || !self->claim || !self->origin || !self->claim_of) {
        tn_free(is_used);
        tn_evidence_free(self);
        return tn_error_set(err, TN_ENOMEM, "evidence: %s", tn_error_text(TN_ENOMEM));
    }
    for (int r = 0; r < c->n_reports; r++) {
        if (!is_used[r]) add_claim(self, c, r, is_used);
    }
    for (int s = 0; s < c->n_silences; s++)
        add_silence(self, c, &c->silence[s]);
    tn_free(is_used);
    return 0;
}

void tn_evidence_free(tn_evidence_t *self)
{
    if (self == NULL) return;
    tn_free(self->claim);
    tn_free(self->origin);
    tn_free(self->claim_of);
    *self = (tn_evidence_t){0};
}
