/* An explanation as tables. Whatever somebody said is called a claim. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/fmath.h"
#include "forecast/explain.h"
#include "model/base_tables.h"

static double logit(double p) { return tn_log(p / (1.0 - p)); }

/* ---- figures of the weighed worlds ---- */

static double p_of(tn_weighed_sums_t s) { return s.exits / s.weight; }

static double points_of_claim(const tn_weighed_t *w, int claim, int64_t without)
{
    return p_of(tn_weighed_total(w, 0, without)) - p_of(tn_weighed_total(w, claim + 1, without));
}

static double odds_of_claim(const tn_weighed_t *w, int claim, int64_t without)
{
    return logit(p_of(tn_weighed_total(w, 0, without))) -
           logit(p_of(tn_weighed_total(w, claim + 1, without)));
}

/* ---- texts ---- */

static const char *claim_text(tn_fit_t *out, const tn_claim_t *claim)
{
    const char *name = tn_observable(claim->observable)->name;
    if (claim->is_silence) return tn_build_printf(out, "says nothing of %s", name);
    if (!claim->is_number)
        return tn_build_printf(out, "%s: %s", name, claim->says_yes ? "yes" : "no");
    const bool in_logs = tn_observable(claim->observable)->kind == TN_OBSERVABLE_LOG_NUMBER;
    return tn_build_printf(out, "%s: %.4g", name, in_logs ? tn_exp(claim->y) : claim->y);
}

static const char *via_text(tn_fit_t *out, const tn_case_t *c, const tn_report_t *report)
{
    char text[400] = "heard directly";
    size_t used = 0;
    for (int k = 0; k < report->n_via && used < sizeof text - 1; k++) {
        const tn_hop_t *hop = &report->via[k];
        const char letter[2] = {hop->reliability, '\0'};
        const int n = snprintf(text + used, sizeof text - used, "%s%s", k > 0 ? " < " : "",
            hop->origin >= 0 ? c->origin[hop->origin].name : letter);
        if (n < 0) break;
        used += (size_t)n;
    }
    return tn_build_copy(out, text);
}

/* ---- tables ---- */

typedef struct pair {
    double *value, *se;
} pair_t;

static pair_t pair(
    tn_fit_t *out, tn_fit_table_t *t, const char *name, const char *se, tn_fit_kind_t kind)
{
    return (pair_t){
        tn_build_number(out, t, name, kind), tn_build_number(out, t, se, TN_FIT_NUMBER)};
}

static void put(pair_t p, size_t row, tn_estimate_t e)
{
    p.value[row] = e.p;
    p.se[row] = e.se;
}

static const char *plural(int n) { return n == 1 ? "" : "s"; }

/* "5 reports, 1 origin: counts once; ..." What is within the noise is not told as a difference. */
static const char *summary(tn_fit_t *out, const tn_origin_effect_t *o, const tn_split_t *split)
{
    const double se = split->excess.se;
    if (isnan(split->points.p)) {
        return tn_build_printf(out, "%d report%s, %d claim%s", o->n_reports, plural(o->n_reports),
            o->n_claims, plural(o->n_claims));
    }
    if (isnan(se)) {
        return tn_build_printf(out,
            "%d reports, 1 origin: counts once; too few worlds to say what it would have done as "
            "independent reports",
            o->n_reports);
    }
    if (!(fabs(split->excess.p) > 2.0 * se)) {
        return tn_build_printf(out,
            "%d reports, 1 origin: counts once; as independent reports it would have moved the "
            "forecast as much, within the error of %.2f points",
            o->n_reports, 100.0 * se);
    }
    return tn_build_printf(out,
        "%d reports, 1 origin: counts once; as independent reports it would have moved the "
        "forecast %+.1f points instead of %+.1f",
        o->n_reports, 100.0 * split->points.p, 100.0 * o->points.p);
}

static int put_origins(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    tn_fit_table_t *t = tn_build_table(out, "origins",
        "What the claims of each origin changed, against a forecast without it",
        (size_t)f->n_origins, 13);
    const char **origin = tn_build_text(out, t, "origin");
    double *reports = tn_build_number(out, t, "reports", TN_FIT_COUNT);
    double *claims = tn_build_number(out, t, "claims", TN_FIT_COUNT);
    const pair_t odds = pair(out, t, "log.odds", "log.odds.se", TN_FIT_NUMBER);
    const pair_t points = pair(out, t, "difference", "std.error", TN_FIT_NUMBER);
    double *ess = tn_build_number(out, t, "ess.share", TN_FIT_NUMBER);
    const pair_t independent = pair(out, t, "as.independent", "as.independent.se", TN_FIT_NUMBER);
    const pair_t excess = pair(out, t, "excess", "excess.se", TN_FIT_NUMBER);
    const char **text = tn_build_text(out, t, "collapsed");
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < (size_t)f->n_origins; k++) {
        const tn_origin_effect_t *o = &f->origin[k];
        origin[k] = tn_build_copy(out, o->name);
        reports[k] = o->n_reports;
        claims[k] = o->n_claims;
        put(odds, k, o->log_odds);
        put(points, k, o->points);
        ess[k] = o->ess_share;
        put(independent, k, self->split[k].points);
        put(excess, k, self->split[k].excess);
        text[k] = summary(out, o, &self->split[k]);
    }
    return 0;
}

static int put_views(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    static const char *const name[] = {"base rate", "without reports", "forecast"};
    const tn_view_t *const view[] = {&f->base, &f->prior, &f->posterior};
    tn_fit_table_t *t = tn_build_table(out, "views",
        tn_build_printf(
            out, "Exit within %s", tn_base_horizon_text(out, f->horizon[f->pivot].weeks)),
        3, 3);
    const char **what = tn_build_text(out, t, "view");
    const pair_t p = pair(out, t, "p", "std.error", TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < 3; k++) {
        what[k] = name[k];
        put(p, k, view[k]->exit[f->pivot]);
    }
    return 0;
}

static int put_provenance(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_case_t *c = self->c;
    const tn_evidence_t *evidence = &self->court.evidence;
    tn_fit_table_t *t = tn_build_table(out, "provenance",
        "Every report: how it came, and what it counts for", (size_t)c->n_reports, 7);
    const char **id = tn_build_text(out, t, "report"), **date = tn_build_text(out, t, "date");
    const char **origin = tn_build_text(out, t, "origin"), **via = tn_build_text(out, t, "via");
    double *claim = tn_build_number(out, t, "claim", TN_FIT_COUNT);
    const char **what = tn_build_text(out, t, "is.claimed"),
               **counts = tn_build_text(out, t, "counts");
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < c->n_reports; k++) {
        const tn_report_t *r = &c->report[k];
        char day[11];
        bool is_first = true;
        tn_date_format(r->date, day);
        for (int j = 0; j < k; j++)
            is_first = is_first && evidence->claim_of[j] != evidence->claim_of[k];
        id[k] = tn_build_copy(out, r->id);
        date[k] = tn_build_copy(out, day);
        origin[k] = tn_build_copy(out, c->origin[r->origin].name);
        via[k] = via_text(out, c, r);
        claim[k] = evidence->claim_of[k] + 1;
        what[k] = claim_text(out, &evidence->claim[evidence->claim_of[k]]);
        counts[k] = is_first ? "first of its claim" : "of the same claim";
    }
    return 0;
}

static int put_claims(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_weighed_t *w = &self->weighed;
    const tn_evidence_t *evidence = &self->court.evidence;
    tn_fit_table_t *t = tn_build_table(out, "claims",
        "Each claim alone, against a forecast without it", (size_t)evidence->n_claims, 8);
    double *number = tn_build_number(out, t, "claim", TN_FIT_COUNT);
    const char **origin = tn_build_text(out, t, "origin"),
               **what = tn_build_text(out, t, "is.claimed");
    double *reports = tn_build_number(out, t, "reports", TN_FIT_COUNT);
    const pair_t odds = pair(out, t, "log.odds", "log.odds.se", TN_FIT_NUMBER);
    const pair_t points = pair(out, t, "difference", "std.error", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < evidence->n_claims; k++) {
        const tn_claim_t *claim = &evidence->claim[k];
        const int of = evidence->origin[claim->origin].case_origin;
        number[k] = k + 1;
        origin[k] = tn_build_copy(out, self->c->origin[of].name);
        what[k] = claim_text(out, claim);
        reports[k] = claim->n_reports;
        put(odds, (size_t)k, tn_weighed_jackknife(w, odds_of_claim, k));
        put(points, (size_t)k, tn_weighed_jackknife(w, points_of_claim, k));
    }
    return 0;
}

static int index_of(const tn_explanation_t *self, const char *parameter)
{
    for (int k = 0; k < self->court.n_uncertain; k++) {
        if (strcmp(tn_parameter(self->court.uncertain[k])->name, parameter) == 0) return k;
    }
    return -1;
}

static int put_drivers(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    tn_fit_table_t *t = tn_build_table(out, "drivers",
        "Uncertain parameters: swing (top third minus bottom third), Sobol indices without reports",
        (size_t)f->n_drivers, 8);
    const char **name = tn_build_text(out, t, "parameter");
    const pair_t swing = pair(out, t, "difference", "std.error", TN_FIT_NUMBER);
    pair_t first = {0}, total = {0};
    if (self->index != NULL) {
        first = pair(out, t, "first.order", "first.se", TN_FIT_NUMBER);
        total = pair(out, t, "total", "total.se", TN_FIT_NUMBER);
    }
    const char **meaning = tn_build_text(out, t, "meaning");
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < (size_t)f->n_drivers; k++) {
        const tn_driver_t *d = &f->driver[k];
        const int at = index_of(self, d->parameter);
        name[k] = d->parameter;
        meaning[k] = d->meaning;
        put(swing, k, d->swing);
        if (self->index == NULL || at < 0) continue;
        const tn_sobol_index_t *i = &self->index[at];
        put(first, k, (tn_estimate_t){i->first, i->first_se});
        put(total, k, (tn_estimate_t){i->total, i->total_se});
    }
    return 0;
}

static int put_tripwires(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    tn_fit_table_t *t = tn_build_table(out, "tripwires",
        tn_build_printf(
            out, "What could be seen within %d weeks, and the forecast then", f->watch_weeks),
        (size_t)f->n_tripwires, 10);
    const char **name = tn_build_text(out, t, "observation");
    const pair_t chance = pair(out, t, "p.seen", "p.seen.se", TN_FIT_PROBABILITY);
    const pair_t yes = pair(out, t, "if.seen", "if.seen.se", TN_FIT_PROBABILITY);
    const pair_t no = pair(out, t, "if.not", "if.not.se", TN_FIT_PROBABILITY);
    const pair_t info = pair(out, t, "bits", "bits.se", TN_FIT_NUMBER);
    const char **meaning = tn_build_text(out, t, "meaning");
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t k = 0; k < (size_t)f->n_tripwires; k++) {
        const tn_tripwire_t *wire = &f->tripwire[k];
        name[k] = wire->name;
        meaning[k] = wire->meaning;
        put(chance, k, wire->p_seen);
        put(yes, k, wire->if_seen);
        put(no, k, wire->if_not);
        put(info, k, wire->bits);
    }
    return 0;
}

static int put_tipping(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_tipping_t *tip = &self->forecast.posterior.tipping;
    tn_fit_table_t *t =
        tn_build_table(out, "tipping", "Distance to the tipping point on as_of", 3, 3);
    const char **what = tn_build_text(out, t, "figure");
    const pair_t value = pair(out, t, "estimate", "std.error", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    what[0] = "more grievance of everybody until a plot would carry";
    what[1] = "share of worlds at or past it";
    what[2] = "share of worlds where the global-game yardstick says the regime falls";
    put(value, 0, tip->distance);
    put(value, 1, tip->share_past);
    put(value, 2, tip->yardstick);
    return 0;
}

/* Mean likelihood of a claim among worlds that end in one way, given all other claims: the sum of
 * weights with it over the sum without it. */
static int put_matrix(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_weighed_t *w = &self->weighed;
    const tn_evidence_t *evidence = &self->court.evidence;
    const tn_weighed_sums_t with = tn_weighed_total(w, 0, -1);
    tn_fit_table_t *t =
        tn_build_table(out, "matrix", "Claims by ways out: log likelihood ratio against all worlds",
            (size_t)evidence->n_claims, 3 + TN_WEIGHED_ENDS);
    double *number = tn_build_number(out, t, "claim", TN_FIT_COUNT), *end[TN_WEIGHED_ENDS];
    const char **origin = tn_build_text(out, t, "origin"),
               **what = tn_build_text(out, t, "is.claimed");
    for (int r = 0; r < TN_WEIGHED_ENDS; r++)
        end[r] = tn_build_number(
            out, t, r < TN_N_ROUTES ? tn_route_name(r) : "in.office", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (int k = 0; k < evidence->n_claims; k++) {
        const tn_claim_t *claim = &evidence->claim[k];
        const tn_weighed_sums_t rest = tn_weighed_total(w, k + 1, -1);
        const double all = tn_log(with.weight / rest.weight);
        number[k] = k + 1;
        origin[k] =
            tn_build_copy(out, self->c->origin[evidence->origin[claim->origin].case_origin].name);
        what[k] = claim_text(out, claim);
        for (int r = 0; r < TN_WEIGHED_ENDS; r++) {
            if (with.end[r] > 0.0 && rest.end[r] > 0.0)
                end[r][k] = tn_log(with.end[r] / rest.end[r]) - all;
        }
    }
    return 0;
}

static void put_notes(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    tn_build_note(out, "figures are of exit within %s; differences are of probabilities",
        f->horizon[f->pivot].label);
    tn_build_note(out, "contributions need not add up; claims are claims, not facts");
    tn_build_note(out,
        "tripwires are observations of our own, surely made; somebody's word of them "
        "would count for less");
    tn_build_note(out, "case %s (%.12s), seed %llu, %lld worlds; tenure " TN_VERSION, self->c->name,
        self->c->hash, (unsigned long long)f->seed, (long long)f->n_worlds);
    if (self->index == NULL) return;
    tn_build_note(out,
        "Sobol indices: %d base points; standard deviation of the chance over the parameters %.3f, "
        "of its mean %.3f",
        self->opt.sobol_points, self->sobol.variance > 0.0 ? sqrt(self->sobol.variance) : 0.0,
        self->sobol.mean);
}

int tn_explain_tables(tn_fit_t *out, const tn_explanation_t *self)
{
    const tn_forecast_t *f = &self->forecast;
    int ret = tn_build_init(out);
    if (ret < 0) return ret;
    const tn_estimate_t now = f->posterior.exit[f->pivot];
    const char *error = isnan(now.se) ? "too few worlds for a standard error"
                                      : tn_build_printf(out, "standard error %.2f", 100.0 * now.se);
    out->title = tn_build_printf(out, "%s: exit within %s %.1f %% (%s), without reports %.1f %%",
        self->c->title != NULL ? self->c->title : self->c->name,
        tn_base_horizon_text(out, f->horizon[f->pivot].weeks), 100.0 * now.p, error,
        100.0 * f->prior.exit[f->pivot].p);
    ret = put_origins(out, self);
    if (ret == 0) ret = put_claims(out, self);
    if (ret == 0) ret = put_tripwires(out, self);
    if (ret == 0) ret = put_drivers(out, self);
    if (ret == 0) ret = put_tipping(out, self);
    if (ret == 0) ret = put_matrix(out, self);
    if (ret == 0) ret = put_provenance(out, self);
    if (ret == 0) ret = put_views(out, self);
    put_notes(out, self);
    if (ret == 0 && tn_build_failed(out)) ret = TN_ENOMEM;
    if (ret < 0) tn_fit_free(out);
    return ret;
}
