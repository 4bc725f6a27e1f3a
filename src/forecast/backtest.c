/* A backtest: asks, lets four models answer, scores. Origins of a year are one task: the model is
 * fitted anew in January and follows month by month. */
#include "tenure/backtest.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "forecast/backtest.h"
#include "forecast/crew.h"

#define MONTHS      12
#define FIRST_MONTH (1946 * MONTHS)
#define MOST_MONTHS 60

const char *tn_bt_model_name(int model)
{
    static const char *const name[TN_BT_MODELS] = {"base", "climatology", "logit", "cox"};
    return name[model];
}

/* ---- the base model ---- */

static void answer_origin(tn_backtest_t *self, int origin, const tn_base_model_t *model)
{
    size_t first, end;
    tn_base_draw_t draw;
    tn_bt_rows_of(self, origin, &first, &end);
    tn_base_draw_centre(&draw, model);
    for (size_t i = first; i < end; i++) {
        const tn_known_t *known = &self->row[i].known;
        double surv = 1.0, chance = 0.0;
        for (int m = 0; m < self->opt.months; m++) {
            tn_base_month_t month;
            double hazard[TN_N_ROUTES], total = 0.0, counted = 0.0;
            tn_base_month_init(&month, model, known, origin + m);
            tn_base_month_hazards(model, &draw, &month, hazard);
            for (int r = 0; r < TN_N_ROUTES; r++) {
                total += hazard[r];
                if (tn_bt_counts(&self->opt, r)) counted += hazard[r];
            }
            const double leaves = -expm1(-total);
            if (total > 0.0) chance += surv * leaves * counted / total;
            surv *= 1.0 - leaves;
        }
        self->p[TN_BT_BASE][i] = fmin(fmax(chance, 1e-6), 1.0 - 1e-6);
    }
}

static void start_from(tn_base_fit_t *fit, const tn_base_fit_t *start)
{
    for (int e = 0; e < TN_N_EQUATIONS; e++)
        memcpy(fit->logit[e].theta, start->logit[e].theta,
            (size_t)fit->logit[e].p * sizeof *fit->logit[e].theta);
}

int tn_bt_answer_base(tn_backtest_t *self, int year, const tn_base_fit_t *start)
{
    tn_base_fit_t *fit = tn_calloc(1, sizeof *fit);
    tn_base_model_t *model = tn_calloc(1, sizeof *model);
    int ret = fit == NULL || model == NULL ? TN_ENOMEM : tn_base_fit_init(fit, &self->table, 1);
    if (ret == 0) start_from(fit, start);
    for (int m = 0; m < MONTHS && ret == 0; m += self->step) {
        const int origin = year * MONTHS + m;
        if (origin >= self->end) break;
        ret = tn_base_fit_run(fit, origin, m > 0, model);
        if (ret == 0) answer_origin(self, origin, model);
    }
    if (fit != NULL) tn_base_fit_free(fit);
    if (model != NULL) tn_base_model_free(model);
    tn_free(fit);
    tn_free(model);
    return ret;
}

/* ---- all of them ---- */

typedef struct desk {
    tn_backtest_t *bt;
    const tn_base_fit_t *start;
    int64_t from;    /* years before it are of other ranks */
    int64_t n;       /* years of this one */
    int n_done;      /* by the calling thread */
    tn_error_t *err; /* one for each thread */
} desk_t;

/* A year: the base model first, which takes longest, then the others at its origins. */
static int answer_year(void *ctx, int thread, int64_t task)
{
    desk_t *desk = ctx;
    tn_backtest_t *bt = desk->bt;
    const int year = bt->opt.from_year + (int)(desk->from + task);
    if (thread == 0 && bt->opt.progress != NULL) {
        if (bt->opt.progress(bt->opt.progress_ctx, "backtest", (double)task, (double)desk->n) != 0)
            return TN_EINTERRUPT;
    }
    int ret = tn_bt_answer_base(bt, year, desk->start);
    for (int m = 0; m < MONTHS && ret == 0; m += bt->step) {
        const int origin = year * MONTHS + m;
        if (origin < bt->end) ret = tn_bt_answer_rivals(bt, origin, &desk->err[thread]);
    }
    return ret;
}

/* Answers of each rank to all: the years are split evenly, in order. */
static int share_answers(
    tn_backtest_t *self, const tn_crew_t *crew, int64_t n_years, tn_error_t *err)
{
    const int size = tn_crew_size(crew);
    for (int rank = 0; rank < size; rank++) {
        size_t from, to, end;
        const int64_t first = self->opt.from_year + n_years * rank / size;
        const int64_t last = self->opt.from_year + n_years * (rank + 1) / size;
        tn_bt_rows_of(self, (int)first * MONTHS, &from, &end);
        tn_bt_rows_of(self, (int)last * MONTHS, &to, &end);
        for (int m = 0; m < TN_BT_MODELS && to > from; m++) {
            double *p = self->p[m] + from;
            const int ret = tn_crew_share_from(crew, rank, p, (to - from) * sizeof *p, err);
            if (ret < 0) return ret;
        }
    }
    return 0;
}

static int answer_mine(tn_backtest_t *self, desk_t *desk, tn_error_t *err)
{
    const int n_threads = tn_parallel_threads(self->opt.n_threads);
    tn_base_fit_t *start = tn_calloc(1, sizeof *start);
    tn_base_model_t *model = tn_calloc(1, sizeof *model);
    desk->start = start;
    desk->err = tn_calloc((size_t)n_threads, sizeof *desk->err);
    int ret = start == NULL || model == NULL || desk->err == NULL
                  ? TN_ENOMEM
                  : tn_base_fit_init(start, &self->table, n_threads);
    if (ret == 0) ret = tn_base_fit_run(start, self->first, false, model);
    if (ret == 0 && desk->n > 0) ret = tn_parallel_run(n_threads, desk->n, answer_year, desk);
    if (ret == TN_ECONVERGE) {
        tn_error_set(err, TN_EINPUT, "backtest: too few exits before the first origins to fit");
        ret = TN_EINPUT;
    } else if (ret < 0) {
        tn_error_set(err, ret, "backtest: %s", tn_error_text(ret));
    }
    if (start != NULL) tn_base_fit_free(start);
    if (model != NULL) tn_base_model_free(model);
    tn_free(start);
    tn_free(model);
    tn_free(desk->err);
    return ret;
}

static int answer_all(tn_backtest_t *self, const tn_crew_t *crew, tn_error_t *err)
{
    const int64_t n_years = (self->end - 1) / MONTHS - self->opt.from_year + 1;
    const int size = tn_crew_size(crew), rank = tn_crew_rank(crew);
    desk_t desk = {.bt = self, .from = n_years * rank / size};
    desk.n = n_years * (rank + 1) / size - desk.from;
    int ret = answer_mine(self, &desk, err);
    ret = tn_crew_agree(crew, ret, err);
    return ret < 0 || size == 1 ? ret : share_answers(self, crew, n_years, err);
}

static int fill_options(
    tn_backtest_options_t *out, const tn_backtest_options_t *opt, tn_error_t *err)
{
    const tn_backtest_options_t none = {.route = TN_BACKTEST_ANY};
    *out = opt != NULL ? *opt : none;
    if (out->from_year == 0) out->from_year = 1990;
    if (out->to_year == 0) out->to_year = 2014;
    if (out->months == 0) out->months = MONTHS;
    if (out->n_bins == 0) out->n_bins = 10;
    if (out->n_resamples == 0) out->n_resamples = 2000;
    if (out->level == 0.0) out->level = 0.95;
    if (out->from_year < 1950 || out->to_year < out->from_year || out->to_year > 2200)
        return tn_error_set(err, TN_EARG, "backtest: years must ascend, from 1950 on");
    if (out->months < 1 || out->months > MOST_MONTHS)
        return tn_error_set(err, TN_EARG, "backtest: 1 to %d months ahead", MOST_MONTHS);
    if (out->route < TN_BACKTEST_IRREGULAR || out->route >= TN_N_ROUTES)
        return tn_error_set(err, TN_EARG, "backtest: unknown route");
    return 0;
}

static int run(tn_fit_t *out, tn_backtest_t *self, const tn_crew_t *crew, tn_error_t *err)
{
    int ret = tn_base_table_init(&self->table, self->history, FIRST_MONTH,
        tn_panel_routes_to(self->history), self->opt.n_threads);
    if (ret < 0) tn_error_set(err, ret, "%s", tn_error_text(ret));
    if (ret == 0) ret = tn_bt_ask(self, err);
    ret = tn_crew_agree(crew, ret, err);
    if (ret == 0) ret = answer_all(self, crew, err);
    return ret == 0 ? tn_bt_tables(out, self, err) : ret;
}

int tn_backtest_run(
    tn_fit_t *out, const char *store, const tn_backtest_options_t *opt, tn_error_t *err)
{
    tn_history_t history;
    tn_backtest_t self = {.history = &history};
    int ret = fill_options(&self.opt, opt, err);
    if (ret < 0) return ret;
    const tn_crew_t crew = {.team = self.opt.team};
    const int loaded = tn_history_load(&history, store, err);
    ret = tn_crew_agree(&crew, loaded, err);
    if (ret == 0) ret = run(out, &self, &crew, err);
    tn_bt_free(&self);
    if (loaded == 0) tn_history_free(&history);
    return ret;
}
