/* One side of a comparison: the case without what is left out, and its run. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "forecast/compare.h"

static bool is_named(const char *id, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(id, names[i]) == 0) return true;
    }
    return false;
}

/* ---- names nobody has ---- */

static void complain(
    tn_text_t *text, const char *what, const char *name, const char *const *known, size_t n_known)
{
    const int near = tn_str_nearest(name, known, n_known);
    tn_text_printf(text, "%sunknown %s '%s'", text->n > 0 ? "; " : "", what, name);
    if (near >= 0) tn_text_printf(text, " (did you mean '%s'?)", known[near]);
}

static void check_names(tn_text_t *text, const tn_side_t *side, const char **known)
{
    const tn_case_t *c = side->c;
    for (int k = 0; k < c->n_reports; k++)
        known[k] = c->report[k].id;
    for (size_t i = 0; i < side->n_left_out; i++) {
        const char *name = side->left_out[i];
        if (!is_named(name, known, (size_t)c->n_reports))
            complain(text, "report", name, known, (size_t)c->n_reports);
    }
    for (int k = 0; k < c->n_origins; k++)
        known[k] = c->origin[k].id;
    for (size_t i = 0; i < side->n_left_out_of; i++) {
        const char *name = side->left_out_of[i];
        if (!is_named(name, known, (size_t)c->n_origins))
            complain(text, "origin", name, known, (size_t)c->n_origins);
    }
}

int tn_side_check(const tn_side_t *side, tn_error_t *err)
{
    tn_text_t text = {0};
    const tn_case_t *c = side->c;
    const size_t n = (size_t)(c->n_reports > c->n_origins ? c->n_reports : c->n_origins);
    const char **known = tn_calloc(n + 1, sizeof *known);
    if (known == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    check_names(&text, side, known);
    tn_free(known);
    int ret = 0;
    if (text.failed)
        ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    else if (text.n > 0)
        ret = tn_error_set(err, TN_EINPUT, "%s", text.s);
    tn_text_free(&text);
    return ret;
}

/* ---- the case without them ---- */

static bool hears(const tn_side_t *side, int origin)
{
    return !is_named(side->c->origin[origin].id, side->left_out_of, side->n_left_out_of);
}

/* Shares all but the reports and the silences with the case. */
static int leave_out(tn_side_run_t *self)
{
    const tn_side_t *side = &self->side;
    const tn_case_t *c = side->c;
    tn_case_t *copy = &self->copy;
    *copy = *c;
    copy->n_reports = copy->n_silences = 0;
    copy->report = tn_calloc((size_t)c->n_reports + 1, sizeof *copy->report);
    copy->silence = tn_calloc((size_t)c->n_silences + 1, sizeof *copy->silence);
    if (copy->report == NULL || copy->silence == NULL) return TN_ENOMEM;
    for (int k = 0; k < c->n_reports; k++) {
        const tn_report_t *r = &c->report[k];
        if (!hears(side, r->origin) || is_named(r->id, side->left_out, side->n_left_out)) continue;
        copy->report[copy->n_reports++] = *r;
    }
    for (int k = 0; k < c->n_silences; k++) {
        if (hears(side, c->silence[k].origin)) copy->silence[copy->n_silences++] = c->silence[k];
    }
    self->n_left_out = c->n_reports - copy->n_reports;
    return 0;
}

int tn_side_run(
    tn_side_run_t *self, const tn_side_t *side, const tn_forecast_options_t *opt, tn_error_t *err)
{
    tn_rows_t rows = {0};
    tn_forecast_options_t own = *opt;
    tn_plan_t plan = {
        .c = &self->copy, .opt = &own, .skips_base = self->skips_base, .kept = self->tally};
    self->side = *side;
    own.force = side->force;
    own.checkpoint = NULL;
    if (self->knobs != NULL) own.knobs = self->knobs;
    int ret = leave_out(self);
    if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    ret = tn_crew_agree(&(tn_crew_t){.team = opt->team}, ret, err);
    if (ret < 0) return ret;
    ret = tn_plan_run(&self->forecast, &plan, &rows, err);
    tn_rows_free(&rows);
    const bool has_reports = !opt->no_reports && self->copy.n_reports + self->copy.n_silences > 0;
    self->last = has_reports ? TN_LOOK_REPORTS : TN_LOOK_PRIOR;
    return ret;
}

void tn_side_free(tn_side_run_t *self)
{
    tn_forecast_free(&self->forecast);
    for (int k = 0; k < TN_N_LOOKS; k++)
        tn_tally_free(&self->tally[k]);
    tn_free(self->copy.report);
    tn_free(self->copy.silence);
    *self = (tn_side_run_t){0};
}
