/* Two forecasters on the questions they share. Whole subjects are drawn again with replacement
 * (paired bootstrap): the questions about one subject share its luck. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/scoring.h"
#include "tenure/resample.h"

#define POWER_FACTOR 2.8015850 /* z(0.975) + z(0.8): seen in four of five studies */

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

/** Scores of both on shared questions. */
typedef struct pairs {
    size_t n;
    double *own, *other;
    int32_t *subject;
} pairs_t;

static bool is_same_question(const tn_scoring_t *self, const tn_item_t *a, const tn_item_t *b)
{
    const bool by_date = self->opt->which == TN_LEDGER_ALL;
    return a->question == b->question && (!by_date || a->date == b->date);
}

static int pair_up(const tn_scoring_t *self, const tn_sample_t *a, const tn_sample_t *b,
    bool is_log, pairs_t *pairs)
{
    /* last row of b for each question: b is small, and its questions mostly distinct */
    const size_t n_questions = (size_t)self->items.question.n;
    size_t *head = tn_calloc(n_questions + 1, sizeof *head);
    size_t *next = tn_calloc(b->n + 1, sizeof *next);
    pairs->own = tn_calloc(a->n + 1, sizeof *pairs->own);
    pairs->other = tn_calloc(a->n + 1, sizeof *pairs->other);
    pairs->subject = tn_calloc(a->n + 1, sizeof *pairs->subject);
    const bool ok = head != NULL && next != NULL && pairs->own != NULL && pairs->other != NULL &&
                    pairs->subject != NULL;
    for (size_t j = 0; ok && j < b->n; j++) {
        next[j] = head[b->item[j]->question];
        head[b->item[j]->question] = j + 1;
    }
    for (size_t i = 0; ok && i < a->n; i++) {
        for (size_t j = head[a->item[i]->question]; j > 0; j = next[j - 1]) {
            if (!is_same_question(self, a->item[i], b->item[j - 1])) continue;
            pairs->own[pairs->n] = is_log ? a->log[i] : a->brier[i];
            pairs->other[pairs->n] = is_log ? b->log[j - 1] : b->brier[j - 1];
            pairs->subject[pairs->n++] = a->item[i]->subject;
            break;
        }
    }
    tn_free(head);
    tn_free(next);
    return ok ? 0 : TN_ENOMEM;
}

static void pairs_free(pairs_t *self)
{
    tn_free(self->own);
    tn_free(self->other);
    tn_free(self->subject);
    *self = (pairs_t){0};
}

/** Difference of the means, and skill 1 - own / other. */
static int differ(void *ctx, int thread, const tn_resample_draw_t *draw, double *value)
{
    const pairs_t *pairs = ctx;
    double own = 0.0, other = 0.0;
    (void)thread;
    for (size_t i = 0; i < draw->n; i++) {
        own += pairs->own[draw->row[i]];
        other += pairs->other[draw->row[i]];
    }
    value[0] = (own - other) / (double)draw->n;
    value[1] = other > 0.0 ? 1.0 - own / other : NAN;
    return 0;
}

/** Columns of the table. */
typedef struct columns {
    const char **by, **against, **class_name, **rule, **verdict;
    double *n, *subjects, *own, *other, *difference, *low, *high, *skill, *skill_low, *skill_high,
        *p, *needed;
} columns_t;

static void add_columns(tn_fit_t *tables, tn_fit_table_t *t, columns_t *c)
{
    c->by = tn_build_text(tables, t, "forecaster");
    c->against = tn_build_text(tables, t, "against");
    c->class_name = tn_build_text(tables, t, "class");
    c->rule = tn_build_text(tables, t, "score");
    c->n = tn_build_number(tables, t, "n", TN_FIT_COUNT);
    c->subjects = tn_build_number(tables, t, "subjects", TN_FIT_COUNT);
    c->own = tn_build_number(tables, t, "own", TN_FIT_NUMBER);
    c->other = tn_build_number(tables, t, "reference", TN_FIT_NUMBER);
    c->difference = tn_build_number(tables, t, "difference", TN_FIT_NUMBER);
    c->low = tn_build_number(tables, t, "conf.low", TN_FIT_NUMBER);
    c->high = tn_build_number(tables, t, "conf.high", TN_FIT_NUMBER);
    c->skill = tn_build_number(tables, t, "skill", TN_FIT_NUMBER);
    c->skill_low = tn_build_number(tables, t, "skill.low", TN_FIT_NUMBER);
    c->skill_high = tn_build_number(tables, t, "skill.high", TN_FIT_NUMBER);
    c->p = tn_build_number(tables, t, "p.value", TN_FIT_PVALUE);
    c->needed = tn_build_number(tables, t, "needed", TN_FIT_COUNT);
    c->verdict = tn_build_text(tables, t, "verdict");
}

static const char *verdict(int n_subjects, double low, double high)
{
    if (n_subjects < TN_FEW_SUBJECTS) return "too few to tell";
    if (high < 0.0) return "better";
    return low > 0.0 ? "worse" : "no difference seen";
}

static int fill_row(
    tn_scoring_t *self, const columns_t *c, size_t row, pairs_t *pairs, tn_error_t *err)
{
    tn_resample_t boot = {0};
    tn_score_compare_t test = {0};
    const tn_resample_options_t opt = {.n_resamples = self->opt->n_resamples,
        .seed = self->opt->seed,
        .n_threads = self->opt->n_threads,
        .level = self->opt->level};
    tn_score_compare_options_t flips = TN_SCORE_COMPARE_OPTIONS_DEFAULT;
    flips.level = self->opt->level;
    flips.seed = self->opt->seed;
    flips.n_threads = self->opt->n_threads;
    const int n_subjects = self->items.subject.n;
    int ret =
        tn_resample_run(&boot, pairs->n, pairs->subject, n_subjects, differ, pairs, 2, &opt, err);
    if (ret == 0) {
        ret = tn_score_compare_run(
            &test, pairs->n, pairs->own, pairs->other, pairs->subject, n_subjects, &flips, err);
    }
    if (ret == 0) {
        const bool has_several = test.n_clusters > 1;
        c->n[row] = (double)pairs->n;
        c->subjects[row] = (double)test.n_clusters;
        c->own[row] = tn_score_mean(pairs->n, pairs->own);
        c->other[row] = tn_score_mean(pairs->n, pairs->other);
        c->difference[row] = test.difference;
        c->skill[row] = c->other[row] > 0.0 ? 1.0 - c->own[row] / c->other[row] : NAN;
        c->low[row] = has_several ? boot.lower[0] : NAN;
        c->high[row] = has_several ? boot.upper[0] : NAN;
        c->skill_low[row] = has_several ? boot.lower[1] : NAN;
        c->skill_high[row] = has_several ? boot.upper[1] : NAN;
        c->p[row] = test.p_flip;
        const double ratio = POWER_FACTOR * test.se / fabs(test.difference);
        c->needed[row] = isfinite(ratio) ? ceil(test.n_clusters * ratio * ratio) : NAN;
        c->verdict[row] = verdict(test.n_clusters, c->low[row], c->high[row]);
    }
    tn_resample_free(&boot);
    return ret;
}

static bool is_finite(const pairs_t *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (!isfinite(pairs->own[i]) || !isfinite(pairs->other[i])) return false;
    }
    return true;
}

/** Rows of one pair in one class: Brier and log score. */
static int compare_pair(tn_scoring_t *self, const columns_t *c, size_t *row, int32_t who[2],
    int32_t class_code, tn_error_t *err)
{
    tn_sample_t a, b = {0};
    int ret = tn_sample_init(&a, &self->items, who[0], class_code, err);
    if (ret == 0) ret = tn_sample_init(&b, &self->items, who[1], class_code, err);
    for (int k = 0; ret == 0 && k < 2; k++) {
        pairs_t pairs = {0};
        if (pair_up(self, &a, &b, k == 1, &pairs) < 0) ret = no_memory(err);
        if (ret == 0 && pairs.n > 0 && !is_finite(&pairs) && class_code < 0) {
            tn_build_note(self->tables,
                "%s against %s: no comparison by log score: somebody gave 0 to what happened",
                self->items.by.name[who[0]], self->items.by.name[who[1]]);
        } else if (ret == 0 && pairs.n > 0 && is_finite(&pairs)) {
            c->by[*row] = tn_build_copy(self->tables, self->items.by.name[who[0]]);
            c->against[*row] = tn_build_copy(self->tables, self->items.by.name[who[1]]);
            c->class_name[*row] = tn_build_copy(self->tables, tn_scoring_class(self, class_code));
            c->rule[*row] = k == 1 ? "log" : "brier";
            ret = fill_row(self, c, *row, &pairs, err);
            if (ret == 0 && class_code < 0 && k == 0 && c->subjects[*row] < TN_FEW_SUBJECTS) {
                tn_build_warning(self->tables,
                    "%s against %s: too few to tell who is better: %zu shared question%s about %g "
                    "subject%s; at least %d subjects are needed to tell anything",
                    self->items.by.name[who[0]], self->items.by.name[who[1]], pairs.n,
                    pairs.n == 1 ? "" : "s", c->subjects[*row], c->subjects[*row] == 1.0 ? "" : "s",
                    TN_FEW_SUBJECTS);
            }
            (*row)++;
        }
        pairs_free(&pairs);
    }
    tn_sample_free(&a);
    tn_sample_free(&b);
    return ret;
}

/** A reference is the one named, or who speaks as base or crowd. */
static bool is_reference(const tn_scoring_t *self, int32_t by)
{
    if (self->against >= 0) return by == self->against;
    for (size_t i = 0; i < self->items.n; i++) {
        if (self->items.item[i].by == by && self->items.item[i].is_reference) return true;
    }
    return false;
}

int tn_scoring_compare(tn_scoring_t *self, tn_fit_table_t *t, tn_error_t *err)
{
    columns_t c;
    size_t row = 0;
    int ret = 0;
    add_columns(self->tables, t, &c);
    if (tn_build_failed(self->tables)) return no_memory(err);
    for (int32_t r = 0; ret == 0 && r < self->items.by.n; r++) {
        if (!is_reference(self, r)) continue;
        for (int32_t f = 0; ret == 0 && f < self->items.by.n; f++) {
            int32_t who[2] = {f, r};
            if (f == r) continue;
            for (int32_t k = -1; ret == 0 && k < self->items.class_code.n; k++) {
                if (k >= 0 && tn_scoring_is_whole(self, f, k)) continue;
                ret = compare_pair(self, &c, &row, who, k, err);
            }
        }
    }
    t->n_rows = row;
    return ret;
}
