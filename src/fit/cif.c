/* Aalen-Johansen: the chance of each way out by time, and Gray's test. */
#include "tenure/cif.h"

#include <math.h>
#include <string.h>

#include "fit/fitting.h"
#include "tenure/gray.h"

#define NO_EXIT "(no exit)"

typedef struct curve {
    const char **strata, **state;
    double *time, *n_risk, *n_event, *n_censor, *estimate, *se, *low, *high;
} curve_t;

static bool curve_init(curve_t *self, tn_fitting_t *f, size_t n_rows, bool has_counts)
{
    tn_fit_table_t *t = tn_build_table(f->fit, "curve", "Cumulative incidence", n_rows, 12);
    *self = (curve_t){0};
    if (f->strata != NULL) self->strata = tn_build_text(f->fit, t, "strata");
    self->state = tn_build_text(f->fit, t, "state");
    self->time = tn_build_number(f->fit, t, "time", TN_FIT_TIME);
    self->n_risk = tn_build_number(f->fit, t, "n.risk", TN_FIT_COUNT);
    if (has_counts) {
        self->n_event = tn_build_number(f->fit, t, "n.event", TN_FIT_COUNT);
        self->n_censor = tn_build_number(f->fit, t, "n.censor", TN_FIT_COUNT);
    }
    self->estimate = tn_build_number(f->fit, t, "estimate", TN_FIT_PROBABILITY);
    self->se = tn_build_number(f->fit, t, "std.error", TN_FIT_PROBABILITY);
    self->low = tn_build_number(f->fit, t, "conf.low", TN_FIT_PROBABILITY);
    self->high = tn_build_number(f->fit, t, "conf.high", TN_FIT_PROBABILITY);
    if (tn_build_failed(f->fit)) return false;
    t->is_curve = true;
    return true;
}

static const char *state_name(tn_fitting_t *f, int state)
{
    return state == 0 ? NO_EXIT : f->causes[state - 1];
}

/* Row of the table for step i of stratum s in a state: strata, then states, then time. */
static int every_step(tn_fitting_t *f, const tn_cif_t *cif)
{
    curve_t c;
    const size_t n = cif->n_steps;
    const int n_states = cif->n_causes + 1;
    double *low = tn_build_scratch(f->fit, 2 * n * (size_t)n_states);
    if (low == NULL || !curve_init(&c, f, n * (size_t)n_states, true)) return TN_ENOMEM;
    double *high = low + n * (size_t)n_states;
    const int ret = tn_cif_limits(cif, TN_CIF_JACKKNIFE, tn_fitting_interval(f, TN_INTERVAL_LOGLOG),
        f->opt->level, low, high, f->err);
    if (ret < 0) return ret;
    size_t at = 0;
    for (int s = 0; s < cif->n_strata; s++) {
        for (int k = 0; k < n_states; k++) {
            const char *state = state_name(f, k);
            for (size_t i = cif->start[s]; i < cif->start[s + 1]; i++, at++) {
                const size_t from = (size_t)k * n + i;
                if (c.strata != NULL) c.strata[at] = f->strata[s];
                c.state[at] = state;
                c.time[at] = cif->time[i];
                c.n_risk[at] = cif->n_risk[i];
                c.n_event[at] = k == 0 ? 0.0 : cif->n_event[(size_t)(k - 1) * n + i];
                c.n_censor[at] = cif->n_censor[i];
                c.estimate[at] = cif->p[from];
                c.se[at] = cif->se_jackknife[from];
                c.low[at] = low[from];
                c.high[at] = high[from];
            }
        }
    }
    return tn_build_failed(f->fit) ? TN_ENOMEM : 0;
}

static int at_times(tn_fitting_t *f, const tn_cif_t *cif)
{
    curve_t c;
    const size_t n = (size_t)f->n_times, n_states = (size_t)cif->n_causes + 1;
    if (!curve_init(&c, f, n * n_states * (size_t)cif->n_strata, false)) return TN_ENOMEM;
    const tn_cif_at_options_t opt = {.variance = TN_CIF_JACKKNIFE,
        .interval = tn_fitting_interval(f, TN_INTERVAL_LOGLOG),
        .level = f->opt->level};
    for (int s = 0; s < cif->n_strata; s++) {
        const size_t at = (size_t)s * n * n_states;
        const tn_cif_values_t out = {.n_risk = c.n_risk + at,
            .p = c.estimate + at,
            .se = c.se + at,
            .lower = c.low + at,
            .upper = c.high + at};
        const int ret = tn_cif_at(cif, s, n, f->times, &opt, &out, f->err);
        if (ret < 0) return ret;
        for (size_t k = 0; k < n_states; k++) {
            const char *state = state_name(f, (int)k);
            for (size_t i = 0; i < n; i++) {
                const size_t row = at + k * n + i;
                if (c.strata != NULL) c.strata[row] = f->strata[s];
                c.state[row] = state;
                c.time[row] = f->times[i];
                c.n_risk[row] = c.n_risk[at + i];
            }
        }
    }
    return 0;
}

/* One row a stratum and cause: events and the chance at the end of follow-up. */
static int glance(tn_fitting_t *f, const tn_cif_t *cif)
{
    tn_fit_t *fit = f->fit;
    const size_t n_rows = (size_t)cif->n_strata * (size_t)cif->n_causes;
    tn_fit_table_t *t = tn_build_table(fit, "glance", "At the end of follow-up", n_rows, 8);
    const char **strata = f->strata != NULL ? tn_build_text(fit, t, "strata") : NULL;
    const char **state = tn_build_text(fit, t, "state");
    double *records = tn_build_number(fit, t, "records", TN_FIT_COUNT);
    double *events = tn_build_number(fit, t, "events", TN_FIT_COUNT);
    double *time = tn_build_number(fit, t, "time", TN_FIT_TIME);
    double *estimate = tn_build_number(fit, t, "estimate", TN_FIT_PROBABILITY);
    double *se = tn_build_number(fit, t, "std.error", TN_FIT_PROBABILITY);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (size_t row = 0; row < n_rows; row++) {
        const size_t s = row / (size_t)cif->n_causes, k = row % (size_t)cif->n_causes;
        if (strata != NULL) strata[row] = f->strata[s];
        state[row] = f->causes[k];
        records[row] = (double)cif->n_rows[s];
        events[row] = 0.0;
        for (size_t i = cif->start[s]; i < cif->start[s + 1]; i++)
            events[row] += cif->n_event[k * cif->n_steps + i];
        if (cif->start[s] == cif->start[s + 1]) continue;
        const size_t last = cif->start[s + 1] - 1;
        time[row] = cif->time[last];
        estimate[row] = cif->p[(k + 1) * cif->n_steps + last];
        se[row] = cif->se_jackknife[(k + 1) * cif->n_steps + last];
    }
    return 0;
}

static int gray_table(tn_fitting_t *f, const tn_gray_t *test)
{
    tn_fit_t *fit = f->fit;
    tn_fit_table_t *t = tn_build_table(fit, "test", "Gray's test", (size_t)test->n_causes, 5);
    const char **state = tn_build_text(fit, t, "state");
    double *rho = tn_build_number(fit, t, "rho", TN_FIT_NUMBER);
    double *chisq = tn_build_number(fit, t, "statistic", TN_FIT_NUMBER);
    double *df = tn_build_number(fit, t, "df", TN_FIT_COUNT);
    double *p = tn_build_number(fit, t, "p.value", TN_FIT_PVALUE);
    if (tn_build_failed(fit)) return TN_ENOMEM;
    for (int k = 0; k < test->n_causes; k++) {
        const tn_gray_cause_t *c = &test->cause[k];
        state[k] = f->causes[k];
        rho[k] = f->opt->rho;
        chisq[k] = c->chisq;
        df[k] = c->df;
        p[k] = c->p;
        if (c->status == TN_FIT_COLLINEAR) {
            tn_fitting_status(f, c->status, "Gray's test", state[k]);
        }
    }
    return 0;
}

static int gray(tn_fitting_t *f)
{
    tn_gray_t test;
    tn_error_t err = {0};
    tn_spells_t spells = f->spells;
    const tn_design_t *d = &f->design;
    if (d->group == NULL || d->n_groups < 2) return 0;
    if (spells.entry != NULL) {
        tn_build_note(f->fit, "no Gray's test: it is for spells seen from their start");
        return 0;
    }
    const tn_gray_options_t opt = {.rho = f->opt->rho};
    spells.stratum = d->block;
    spells.n_strata = d->n_blocks;
    int ret = tn_gray_fit(&test, &spells, d->group, d->n_groups, &opt, &err);
    if (ret == TN_EDOMAIN) {
        tn_fitting_name_row(f, NULL, &err);
        tn_build_note(f->fit, "no Gray's test: %s", err.message);
        return 0;
    }
    if (ret < 0) return tn_error_set(f->err, ret, "%s", err.message);
    ret = gray_table(f, &test);
    tn_gray_free(&test);
    return ret;
}

int tn_fit_cif(tn_fitting_t *self)
{
    tn_cif_t cif;
    const tn_cif_options_t opt = {.variances = TN_CIF_JACKKNIFE};
    int ret = tn_cif_fit(&cif, &self->spells, &opt, self->err);
    if (ret < 0) return ret;
    ret = self->opt->n_times > 0 ? at_times(self, &cif) : every_step(self, &cif);
    if (ret >= 0) ret = glance(self, &cif);
    if (ret >= 0) ret = gray(self);
    tn_build_note(self->fit, "standard errors are infinitesimal-jackknife ones");
    tn_fitting_status(self, cif.status, NULL, NULL);
    tn_cif_free(&cif);
    return ret;
}
