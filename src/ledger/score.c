/* Scores of forecasts: rows are chosen in items.c, scored by the functions of score.h, and laid out
 * as tables here. Definitions and formulas: docs/scoring.md. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/scoring.h"

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

/* ---- yes/no forecasts of one forecaster ---- */

int tn_sample_init(
    tn_sample_t *self, const tn_items_t *items, int32_t by, int32_t class_code, tn_error_t *err)
{
    *self = (tn_sample_t){0};
    self->p = tn_calloc(items->n + 1, sizeof *self->p);
    self->brier = tn_calloc(items->n + 1, sizeof *self->brier);
    self->log = tn_calloc(items->n + 1, sizeof *self->log);
    self->y = tn_calloc(items->n + 1, sizeof *self->y);
    self->item = tn_calloc(items->n + 1, sizeof(tn_item_t *));
    int ret = 0;
    if (self->p == NULL || self->brier == NULL || self->log == NULL || self->y == NULL ||
        self->item == NULL) {
        ret = no_memory(err);
    }
    for (size_t i = 0; ret == 0 && i < items->n; i++) {
        const tn_item_t *x = &items->item[i];
        if (!x->is_kept || x->n_categories > 0 || x->by != by) continue;
        if (class_code >= 0 && x->class_code != class_code) continue;
        self->item[self->n] = x;
        self->p[self->n] = x->p;
        self->y[self->n] = x->y;
        self->n_yes += (size_t)x->y;
        self->n++;
    }
    if (ret == 0)
        ret = tn_score_binary(TN_SCORE_BRIER, self->n, self->p, self->y, self->brier, err);
    if (ret == 0) ret = tn_score_binary(TN_SCORE_LOG, self->n, self->p, self->y, self->log, err);
    if (ret < 0) tn_sample_free(self);
    return ret;
}

void tn_sample_free(tn_sample_t *self)
{
    tn_free(self->p);
    tn_free(self->brier);
    tn_free(self->log);
    tn_free(self->y);
    tn_free(self->item);
    *self = (tn_sample_t){0};
}

double tn_score_mean(size_t n, const double *x)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return n > 0 ? sum / (double)n : NAN;
}

const char *tn_scoring_class(const tn_scoring_t *self, int32_t class_code)
{
    return class_code < 0 ? "(all)" : self->items.class_code.name[class_code];
}

bool tn_scoring_is_whole(const tn_scoring_t *self, int32_t by, int32_t class_code)
{
    for (size_t i = 0; i < self->items.n; i++) {
        const tn_item_t *x = &self->items.item[i];
        if (x->is_kept && x->n_categories == 0 && x->by == by && x->class_code != class_code) {
            return false;
        }
    }
    return true;
}

/** Distinct subjects of a sample. */
static size_t count_subjects(const tn_scoring_t *self, const tn_sample_t *s)
{
    size_t n = 0;
    memset(self->seen, 0, (size_t)self->items.subject.n * sizeof *self->seen);
    for (size_t i = 0; i < s->n; i++) {
        bool *seen = &self->seen[s->item[i]->subject];
        if (!*seen) n++;
        *seen = true;
    }
    return n;
}

static void warn_of_few(tn_scoring_t *self, int32_t by, const tn_sample_t *s)
{
    const size_t n_no = s->n - s->n_yes;
    if (s->n >= TN_FEW_QUESTIONS && s->n_yes >= TN_FEW_OUTCOMES && n_no >= TN_FEW_OUTCOMES) return;
    tn_build_warning(self->tables,
        "%s: too few to tell how well calibrated: %zu resolved yes/no forecast%s, %zu of them yes; "
        "at least %d with %d of each outcome would be needed",
        self->items.by.name[by], s->n, s->n == 1 ? "" : "s", s->n_yes, TN_FEW_QUESTIONS,
        TN_FEW_OUTCOMES);
}

static int fill_scores(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    tn_fit_t *tables = self->tables;
    const char **by = tn_build_text(tables, t, "forecaster");
    const char **class_name = tn_build_text(tables, t, "class");
    double *n = tn_build_number(tables, t, "n", TN_FIT_COUNT);
    double *subjects = tn_build_number(tables, t, "subjects", TN_FIT_COUNT);
    double *yes = tn_build_number(tables, t, "yes", TN_FIT_COUNT);
    double *mean = tn_build_number(tables, t, "mean.p", TN_FIT_PROBABILITY);
    double *brier = tn_build_number(tables, t, "brier", TN_FIT_NUMBER);
    double *log = tn_build_number(tables, t, "log", TN_FIT_NUMBER);
    if (tn_build_failed(tables)) return no_memory(err);
    size_t row = 0;
    for (int32_t f = 0; f < self->items.by.n; f++) {
        for (int32_t c = -1; c < self->items.class_code.n; c++) {
            tn_sample_t s;
            const int ret = tn_sample_init(&s, &self->items, f, c, err);
            if (ret < 0) return ret;
            if (c < 0 && s.n > 0) warn_of_few(self, f, &s);
            if (s.n > 0 && !(c >= 0 && tn_scoring_is_whole(self, f, c))) {
                by[row] = tn_build_copy(tables, self->items.by.name[f]);
                class_name[row] = tn_build_copy(tables, tn_scoring_class(self, c));
                n[row] = (double)s.n;
                subjects[row] = (double)count_subjects(self, &s);
                yes[row] = (double)s.n_yes;
                mean[row] = tn_score_mean(s.n, s.p);
                brier[row] = tn_score_mean(s.n, s.brier);
                log[row++] = tn_score_mean(s.n, s.log);
            }
            tn_sample_free(&s);
        }
    }
    t->n_rows = row;
    return 0;
}

/* ---- calibration ---- */

static int fill_decomposition(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    static const char *const rules[] = {"brier", "log"};
    tn_fit_t *tables = self->tables;
    const char **by = tn_build_text(tables, t, "forecaster");
    const char **rule = tn_build_text(tables, t, "score");
    double *n = tn_build_number(tables, t, "n", TN_FIT_COUNT);
    double *mean = tn_build_number(tables, t, "mean", TN_FIT_NUMBER);
    double *mcb = tn_build_number(tables, t, "miscalibration", TN_FIT_NUMBER);
    double *dsc = tn_build_number(tables, t, "discrimination", TN_FIT_NUMBER);
    double *unc = tn_build_number(tables, t, "uncertainty", TN_FIT_NUMBER);
    tn_score_table_options_t opt = self->bands;
    opt.n_resamples = 0;
    if (tn_build_failed(tables)) return no_memory(err);
    size_t row = 0;
    int ret = 0;
    for (int32_t f = 0; ret == 0 && f < self->items.by.n; f++) {
        tn_sample_t s;
        ret = tn_sample_init(&s, &self->items, f, -1, err);
        for (int k = 0; ret == 0 && s.n > 0 && k < 2; k++) {
            tn_score_corp_t corp;
            ret = tn_score_corp_run(
                &corp, k == 0 ? TN_SCORE_BRIER : TN_SCORE_LOG, s.n, s.p, s.y, &opt, err);
            if (ret < 0) break;
            by[row] = tn_build_copy(tables, self->items.by.name[f]);
            rule[row] = rules[k];
            n[row] = (double)s.n;
            mean[row] = corp.score;
            mcb[row] = corp.miscalibration;
            dsc[row] = corp.discrimination;
            unc[row++] = corp.uncertainty;
            tn_score_corp_free(&corp);
        }
        tn_sample_free(&s);
    }
    t->n_rows = row;
    return ret;
}

/** Columns of the calibration table. */
typedef struct bins {
    const char **by;
    double *lower, *upper, *n, *yes, *forecast, *observed, *low, *high;
} bins_t;

static void add_bin_columns(tn_fit_t *tables, tn_fit_table_t *t, bins_t *c)
{
    c->by = tn_build_text(tables, t, "forecaster");
    c->lower = tn_build_number(tables, t, "from", TN_FIT_PROBABILITY);
    c->upper = tn_build_number(tables, t, "to", TN_FIT_PROBABILITY);
    c->n = tn_build_number(tables, t, "n", TN_FIT_COUNT);
    c->yes = tn_build_number(tables, t, "yes", TN_FIT_COUNT);
    c->forecast = tn_build_number(tables, t, "forecast", TN_FIT_PROBABILITY);
    c->observed = tn_build_number(tables, t, "observed", TN_FIT_PROBABILITY);
    c->low = tn_build_number(tables, t, "band.low", TN_FIT_PROBABILITY);
    c->high = tn_build_number(tables, t, "band.high", TN_FIT_PROBABILITY);
}

static int fill_calibration(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    bins_t c;
    size_t row = 0;
    int ret = 0;
    add_bin_columns(self->tables, t, &c);
    if (tn_build_failed(self->tables)) return no_memory(err);
    for (int32_t f = 0; ret == 0 && f < self->items.by.n; f++) {
        tn_sample_t s;
        tn_score_table_t bins = {0};
        ret = tn_sample_init(&s, &self->items, f, -1, err);
        if (ret == 0 && s.n > 0) ret = tn_score_table_run(&bins, s.n, s.p, s.y, &self->bands, err);
        for (int k = 0; ret == 0 && k < bins.n_bins; k++) {
            const tn_score_bin_t *b = &bins.bin[k];
            if (b->n == 0) continue;
            c.by[row] = tn_build_copy(self->tables, self->items.by.name[f]);
            c.lower[row] = b->lower;
            c.upper[row] = b->upper;
            c.n[row] = (double)b->n;
            c.yes[row] = (double)b->n_events;
            c.forecast[row] = b->forecast;
            c.observed[row] = b->observed;
            c.low[row] = b->band_lower;
            c.high[row++] = b->band_upper;
        }
        tn_score_table_free(&bins);
        tn_sample_free(&s);
    }
    t->n_rows = row;
    return ret;
}

/* ---- categories ---- */

/** Scores of one forecast over categories. What happened may be none of them: then it had 0. */
static int score_categories(const tn_item_t *x, double *brier, double *log, tn_error_t *err)
{
    const int32_t hit = x->hit;
    if (hit < 0) {
        *brier = 1.0;
        for (int k = 0; k < x->n_categories; k++) {
            *brier += x->category_p[k] * x->category_p[k];
        }
        *log = INFINITY;
        return 0;
    }
    int ret =
        tn_score_categories(TN_SCORE_BRIER, 1, x->n_categories, x->category_p, &hit, brier, err);
    if (ret == 0) {
        ret = tn_score_categories(TN_SCORE_LOG, 1, x->n_categories, x->category_p, &hit, log, err);
    }
    return ret;
}

static int fill_categories(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    tn_fit_t *tables = self->tables;
    const char **by = tn_build_text(tables, t, "forecaster");
    const char **class_name = tn_build_text(tables, t, "class");
    double *n = tn_build_number(tables, t, "n", TN_FIT_COUNT);
    double *brier = tn_build_number(tables, t, "brier", TN_FIT_NUMBER);
    double *log = tn_build_number(tables, t, "log", TN_FIT_NUMBER);
    if (tn_build_failed(tables)) return no_memory(err);
    size_t row = 0;
    for (int32_t f = 0; f < self->items.by.n; f++) {
        for (int32_t c = 0; c < self->items.class_code.n; c++) {
            double sums[2] = {0.0, 0.0}, count = 0.0;
            for (size_t i = 0; i < self->items.n; i++) {
                const tn_item_t *x = &self->items.item[i];
                double b = 0.0, l = 0.0;
                if (!x->is_kept || x->n_categories == 0 || x->by != f || x->class_code != c) {
                    continue;
                }
                const int ret = score_categories(x, &b, &l, err);
                if (ret < 0) return ret;
                sums[0] += b;
                sums[1] += l;
                count += 1.0;
            }
            if (count == 0.0) continue;
            by[row] = tn_build_copy(tables, self->items.by.name[f]);
            class_name[row] = tn_build_copy(tables, tn_scoring_class(self, c));
            n[row] = count;
            brier[row] = sums[0] / count;
            log[row++] = sums[1] / count;
        }
    }
    t->n_rows = row;
    return 0;
}

/* ---- all of it ---- */

static void put_notes(tn_scoring_t *self)
{
    const tn_items_t *items = &self->items;
    tn_fit_t *tables = self->tables;
    tn_build_note(tables,
        "Smaller is better. Brier: (p - y)^2 of a yes/no question, 0 to 1; over categories the sum "
        "of squares, 0 to 2. Log: minus the natural logarithm of the probability given to what "
        "happened");
    if (items->n_open > 0) tn_build_note(tables, "Open: %zu", items->n_open);
    if (items->n_superseded > 0) {
        tn_build_note(tables, "Superseded, as one counts for each question and forecaster: %zu",
            items->n_superseded);
    }
    if (items->n_hindsight > 0) {
        tn_build_note(tables, "Left out, made on or after the day the outcome was known: %zu",
            items->n_hindsight);
    }
    if (items->n_late > 0) {
        tn_build_note(tables,
            "Left out, recorded on or after the day the outcome was known: %zu (--late counts "
            "them)",
            items->n_late);
    }
    if (items->n_annulled > 0) tn_build_note(tables, "Annulled, in rows: %zu", items->n_annulled);
}

/** Room for every forecaster and class. */
static size_t most_rows(const tn_scoring_t *self)
{
    return (size_t)self->items.by.n * ((size_t)self->items.class_code.n + 1);
}

typedef int (*fill_fn)(tn_scoring_t *, tn_fit_table_t *, tn_error_t *);

/** A table that is dropped again if it has no rows. */
static int add_table(tn_scoring_t *self, const char *name, const char *title, size_t n_rows,
    fill_fn fill, tn_error_t *err)
{
    tn_fit_table_t *t = tn_build_table(self->tables, name, title, n_rows, TN_SCORING_COLUMNS);
    if (t == NULL) return no_memory(err);
    const int ret = fill(self, t, err);
    const bool is_main = self->tables->n_tables == 1;
    if (ret == 0 && t->n_rows == 0 && !is_main) self->tables->n_tables--;
    return ret;
}

static int fill(tn_scoring_t *self, tn_error_t *err)
{
    const size_t most = most_rows(self), n_by = (size_t)self->items.by.n;
    int ret = add_table(self, "scores", "Yes/no questions", most, fill_scores, err);
    if (ret == 0) {
        ret = add_table(self, "compare", "Against base rates and crowds, on shared questions",
            2 * n_by * most, tn_scoring_compare, err);
    }
    if (ret == 0) {
        ret =
            add_table(self, "exit", "Time of exit, from whole curves", n_by, tn_scoring_exit, err);
    }
    if (ret == 0) {
        ret = add_table(self, "categories", "Several categories", most, fill_categories, err);
    }
    if (ret == 0) {
        ret = add_table(self, "decomposition",
            "score = miscalibration - discrimination + uncertainty (CORP)", 2 * n_by,
            fill_decomposition, err);
    }
    if (ret == 0) {
        ret = add_table(self, "calibration", "Calibration, with consistency bands",
            n_by * (size_t)self->bands.n_bins, fill_calibration, err);
    }
    if (ret == 0) put_notes(self);
    return ret;
}

static int check_options(const tn_ledger_score_options_t *opt, tn_error_t *err)
{
    if (!(opt->level > 0.0 && opt->level < 1.0)) {
        return tn_error_set(err, TN_EARG, "level %g, expected between 0 and 1", opt->level);
    }
    if (opt->n_bins < 1 || opt->n_bins > 1000) {
        return tn_error_set(err, TN_EARG, "%d bins, expected 1 to 1000", opt->n_bins);
    }
    if (opt->n_resamples < 2 || opt->n_resamples > 1000000) {
        return tn_error_set(err, TN_EARG, "%d resamples, expected 2 to 1000000", opt->n_resamples);
    }
    return 0;
}

/** The forecaster that the others are held against, if one was named. */
static int find_reference(tn_scoring_t *self, tn_error_t *err)
{
    const tn_names_t *by = &self->items.by;
    self->against = -1;
    if (self->opt->against == NULL || by->name == NULL) return 0;
    for (int32_t f = 0; f < by->n; f++) {
        if (strcmp(by->name[f], self->opt->against) == 0) self->against = f;
    }
    if (self->against >= 0) return 0;
    const int near = tn_str_nearest(self->opt->against, by->name, (size_t)by->n);
    return tn_error_set(err, TN_EINPUT, "no forecaster '%s'%s%s%s", self->opt->against,
        near >= 0 ? " (did you mean '" : "", near >= 0 ? by->name[near] : "",
        near >= 0 ? "'?)" : "");
}

int tn_ledger_score_frame(tn_fit_t *self, const tn_frame_t *frame, const char *name,
    const tn_ledger_score_options_t *opt, tn_error_t *err)
{
    tn_scoring_t scoring = {.tables = self,
        .opt = opt,
        .bands = {.n_bins = opt->n_bins,
            .level = opt->level,
            .n_resamples = opt->n_resamples,
            .seed = opt->seed,
            .n_threads = opt->n_threads}};
    *self = (tn_fit_t){0};
    int ret = check_options(opt, err);
    if (ret == 0) ret = tn_items_read(&scoring.items, frame, name, opt, err);
    if (ret < 0) return ret;
    ret = tn_build_init(self) < 0 ? no_memory(err) : 0;
    scoring.seen = tn_calloc((size_t)scoring.items.subject.n + 1, sizeof *scoring.seen);
    if (ret == 0 && scoring.seen == NULL) ret = no_memory(err);
    if (ret == 0) ret = find_reference(&scoring, err);
    if (ret == 0) {
        self->title = tn_build_copy(self, "Scores");
        self->n_rows = scoring.items.n;
        ret = fill(&scoring, err);
    }
    if (ret == 0 && tn_build_failed(self)) ret = no_memory(err);
    if (ret < 0) tn_fit_free(self);
    tn_free(scoring.seen);
    tn_items_free(&scoring.items);
    return ret;
}

int tn_ledger_score(
    tn_fit_t *self, tn_ledger_t *ledger, const tn_ledger_score_options_t *opt, tn_error_t *err)
{
    tn_fit_t numbers;
    tn_frame_t frame;
    *self = (tn_fit_t){0};
    int ret = tn_ledger_numbers(&numbers, ledger, err);
    if (ret < 0) return ret;
    ret = tn_items_frame(&frame, &numbers.table[0], err);
    tn_fit_free(&numbers);
    if (ret < 0) return ret;
    ret = tn_ledger_score_frame(self, &frame, "ledger", opt, err);
    tn_frame_free(&frame);
    return ret;
}
