/* Spells cut into person-periods, and the right side of the formula read over the pieces, where the
 * column `period` counts from 1. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fit/fitting.h"
#include "tenure/periods.h"

#define PERIOD "period"

typedef struct expanded {
    tn_frame_t frame;
    tn_periods_t periods;
    uint32_t *row;
    double *block; /* period, stop, outcome: n each */
    char *formula;
} expanded_t;

static void expanded_free(expanded_t *self, const tn_frame_t *frame)
{
    tn_subset_free(&self->frame, frame);
    tn_periods_free(&self->periods);
    tn_free(self->row);
    tn_free(self->block);
    tn_free(self->formula);
}

static bool has_column(const tn_frame_t *frame, const char *name)
{
    for (int j = 0; j < frame->n_columns; j++) {
        if (strcmp(frame->column[j].name, name) == 0) return true;
    }
    return false;
}

/* Offset of the first ~ outside quotes, or the length of the formula. */
static size_t tilde(const char *formula)
{
    char quote = 0;
    size_t i = 0;
    for (; formula[i] != '\0' && (quote != 0 || formula[i] != '~'); i++) {
        if (quote != 0) {
            if (formula[i] == quote) quote = 0;
        } else if (formula[i] == '"' || formula[i] == '\'' || formula[i] == '`') {
            quote = formula[i];
        }
    }
    return i;
}

static char *joined(const char *left, size_t n_left, const char *right)
{
    tn_text_t text = {0};
    tn_text_append(&text, left, n_left);
    tn_text_append(&text, right, strlen(right));
    if (!text.failed) return text.s;
    tn_text_free(&text);
    return NULL;
}

static int make_frame(expanded_t *self, const tn_frame_t *frame, const tn_design_t *left)
{
    const size_t n = self->periods.n;
    self->row = tn_calloc(n, sizeof *self->row);
    self->block = tn_calloc(n, 3 * sizeof *self->block);
    if (self->row == NULL || self->block == NULL) return TN_ENOMEM;
    double *period = self->block, *stop = period + n, *outcome = stop + n;
    for (size_t i = 0; i < n; i++) {
        self->row[i] = (uint32_t)left->row[self->periods.subject[i]];
        period[i] = self->periods.period[i] + 1.0;
        stop[i] = self->periods.stop[i];
        outcome[i] = self->periods.outcome[i];
    }
    const int ret = tn_subset_init(&self->frame, frame, n, self->row, 3);
    if (ret < 0) return ret;
    tn_subset_add(&self->frame, PERIOD, period);
    tn_subset_add(&self->frame, ".stop", stop);
    tn_subset_add(&self->frame, ".outcome", outcome);
    return 0;
}

static int read_left(tn_fitting_t *f, tn_design_t *left)
{
    const char *formula = f->opt->formulas[0];
    char *only = joined(formula, tilde(formula), "~ 1");
    if (only == NULL) return TN_ENOMEM;
    const int ret = tn_design_init(left, only, f->frame, NULL, f->diag, f->err);
    tn_free(only);
    return ret;
}

/* The pieces know causes by number; a cause without a piece has gone. */
static int name_causes(tn_fitting_t *f, const tn_design_t *left)
{
    const tn_design_t *d = &f->design;
    f->causes = tn_build_texts(f->fit, (size_t)d->n_causes);
    if (f->causes == NULL) return TN_ENOMEM;
    for (int k = 0; k < d->n_causes; k++) {
        int64_t number = k + 1;
        const char *text = d->cause_names[k];
        (void)tn_str_to_int64(text, strlen(text), 1, left->n_causes, &number);
        f->causes[k] = tn_build_copy(f->fit, left->cause_names[number - 1]);
    }
    return 0;
}

static int read_right(tn_fitting_t *f, expanded_t *self)
{
    static const char response[] = "surv(`.stop`, `.outcome`, censored = 0) ";
    const char *formula = f->opt->formulas[0];
    const tn_design_options_t opt = {.intercept = TN_INTERCEPT_NONE, .shown = "formula"};
    self->formula = joined(response, strlen(response), formula + tilde(formula));
    if (self->formula == NULL) return TN_ENOMEM;
    return tn_design_init(&f->design, self->formula, &self->frame, &opt, f->diag, f->err);
}

int tn_fitting_expand(tn_fitting_t *self)
{
    expanded_t e = {0};
    tn_design_t left = {0};
    if (has_column(self->frame, PERIOD)) {
        return tn_error_set(self->err, TN_EINPUT,
            "the data have a column 'period' already: rename it, --period makes one");
    }
    int ret = read_left(self, &left);
    if (ret < 0) return ret;
    const tn_spells_t spells = tn_design_spells(&left);
    const tn_periods_options_t opt = {.unit = self->opt->period};
    ret = tn_periods_expand(&e.periods, &spells, &opt, self->err);
    if (ret >= 0) ret = make_frame(&e, self->frame, &left);
    if (ret >= 0) ret = read_right(self, &e);
    if (ret >= 0) ret = name_causes(self, &left);
    if (ret >= 0) {
        tn_build_note(self->fit, "%zu spells cut into %zu periods of length %g", left.n,
            e.periods.n, self->opt->period);
    }
    if (left.n_missing > 0) {
        tn_build_note(self->fit, "spells dropped, times or causes missing: %zu", left.n_missing);
    }
    expanded_free(&e, self->frame);
    tn_design_free(&left);
    return ret;
}
