/* A backtest laid out as tables: scores, paired comparisons, calibration, every forecast. */
#include <math.h>

#include "base/mem.h"
#include "data/countries.h"
#include "fit/build.h"
#include "forecast/backtest.h"
#include "tenure/score.h"

/* The rows asked about. */
typedef struct asked {
    const tn_backtest_t *bt;
    size_t first, n;
    int32_t *y, *country;
    double *score[TN_BT_MODELS][2]; /* by tn_score_rule_t */
} asked_t;

static void asked_free(asked_t *self)
{
    tn_free(self->y);
    tn_free(self->country);
    for (int m = 0; m < TN_BT_MODELS; m++) {
        tn_free(self->score[m][0]);
        tn_free(self->score[m][1]);
    }
}

static const double *forecasts(const asked_t *self, int model)
{
    return self->bt->p[model] + self->first;
}

static int asked_init(asked_t *self, const tn_backtest_t *bt, tn_error_t *err)
{
    size_t end, ignored;
    *self = (asked_t){.bt = bt};
    tn_bt_rows_of(bt, bt->first, &self->first, &ignored);
    tn_bt_rows_of(bt, bt->end - 1, &ignored, &end);
    self->n = bt->n - self->first;
    self->y = tn_calloc(self->n + 1, sizeof *self->y);
    self->country = tn_calloc(self->n + 1, sizeof *self->country);
    bool is_there = self->y != NULL && self->country != NULL;
    for (int m = 0; m < TN_BT_MODELS; m++) {
        for (int rule = 0; rule < 2; rule++) {
            self->score[m][rule] = tn_calloc(self->n + 1, sizeof(double));
            is_there = is_there && self->score[m][rule] != NULL;
        }
    }
    if (!is_there) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    for (size_t i = 0; i < self->n; i++) {
        self->y[i] = bt->row[self->first + i].y;
        self->country[i] = bt->row[self->first + i].country;
    }
    int ret = 0;
    for (int m = 0; m < TN_BT_MODELS && ret == 0; m++) {
        ret = tn_score_binary(TN_SCORE_BRIER, self->n, forecasts(self, m), self->y,
            self->score[m][TN_SCORE_BRIER], err);
        if (ret < 0) break;
        ret = tn_score_binary(
            TN_SCORE_LOG, self->n, forecasts(self, m), self->y, self->score[m][TN_SCORE_LOG], err);
    }
    return ret;
}

static double mean(const double *x, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n > 0 ? sum / (double)n : NAN;
}

static int put_scores(tn_fit_t *out, const asked_t *a, tn_error_t *err)
{
    tn_fit_table_t *t = tn_build_table(
        out, "scores", "Scores (Brier and log: smaller is better)", TN_BT_MODELS, 12);
    const char **model = tn_build_text(out, t, "model");
    double *n = tn_build_number(out, t, "n", TN_FIT_COUNT);
    double *events = tn_build_number(out, t, "events", TN_FIT_COUNT);
    double *expected = tn_build_number(out, t, "expected", TN_FIT_NUMBER);
    double *log = tn_build_number(out, t, "log", TN_FIT_NUMBER);
    double *brier = tn_build_number(out, t, "brier", TN_FIT_NUMBER);
    double *roc = tn_build_number(out, t, "auc.roc", TN_FIT_NUMBER);
    double *pr = tn_build_number(out, t, "auc.pr", TN_FIT_NUMBER);
    double *slope = tn_build_number(out, t, "slope", TN_FIT_NUMBER);
    double *slope_se = tn_build_number(out, t, "slope.se", TN_FIT_NUMBER);
    double *large = tn_build_number(out, t, "in.the.large", TN_FIT_NUMBER);
    if (tn_build_failed(out)) return TN_ENOMEM;
    int ret = 0;
    for (int m = 0; m < TN_BT_MODELS && ret == 0; m++) {
        const double *p = forecasts(a, m);
        tn_score_slope_t s = {0};
        model[m] = tn_bt_model_name(m);
        n[m] = (double)a->n;
        events[m] = 0.0;
        for (size_t i = 0; i < a->n; i++)
            events[m] += a->y[i];
        expected[m] = mean(p, a->n) * (double)a->n;
        log[m] = mean(a->score[m][TN_SCORE_LOG], a->n);
        brier[m] = mean(a->score[m][TN_SCORE_BRIER], a->n);
        ret = tn_score_roc(a->n, p, a->y, &roc[m], err);
        if (ret == 0) ret = tn_score_precision(a->n, p, a->y, &pr[m], err);
        if (ret == 0) {
            ret = tn_score_slope_fit(&s, a->n, p, a->y, a->country, a->bt->n_countries, err);
        }
        if (ret < 0 || s.status != TN_FIT_CONVERGED) continue;
        slope[m] = s.slope;
        slope_se[m] = s.se_slope;
        large[m] = s.in_the_large;
    }
    return ret;
}

static int put_compare(tn_fit_t *out, const asked_t *a, tn_error_t *err)
{
    static const char *const rule_name[] = {"brier", "log"};
    const tn_backtest_options_t *opt = &a->bt->opt;
    tn_fit_table_t *t = tn_build_table(out, "compare",
        "Base against the others: mean difference of scores, clustered by country",
        (size_t)2 * (TN_BT_MODELS - 1), 8);
    const char **against = tn_build_text(out, t, "against"),
               **score = tn_build_text(out, t, "score");
    double *difference = tn_build_number(out, t, "difference", TN_FIT_NUMBER);
    double *se = tn_build_number(out, t, "std.error", TN_FIT_NUMBER);
    double *lower = tn_build_number(out, t, "conf.low", TN_FIT_NUMBER);
    double *upper = tn_build_number(out, t, "conf.high", TN_FIT_NUMBER);
    double *p_value = tn_build_number(out, t, "p.value", TN_FIT_PVALUE);
    double *flip = tn_build_number(out, t, "p.flip", TN_FIT_PVALUE);
    if (tn_build_failed(out)) return TN_ENOMEM;
    const tn_score_compare_options_t how = {.level = opt->level,
        .n_resamples = opt->n_resamples,
        .seed = opt->seed,
        .n_threads = opt->n_threads};
    size_t row = 0;
    for (int m = 1; m < TN_BT_MODELS; m++) {
        for (int rule = 0; rule < 2; rule++, row++) {
            tn_score_compare_t c;
            const int ret = tn_score_compare_run(&c, a->n, a->score[TN_BT_BASE][rule],
                a->score[m][rule], a->country, a->bt->n_countries, &how, err);
            if (ret < 0) return ret;
            against[row] = tn_bt_model_name(m);
            score[row] = rule_name[rule];
            difference[row] = c.difference;
            se[row] = c.se;
            lower[row] = c.lower;
            upper[row] = c.upper;
            p_value[row] = c.p_value;
            flip[row] = c.p_flip;
        }
    }
    return 0;
}

static int put_calibration(tn_fit_t *out, const asked_t *a, tn_error_t *err)
{
    const tn_backtest_options_t *opt = &a->bt->opt;
    tn_score_table_t bins;
    const tn_score_table_options_t how = {.n_bins = opt->n_bins,
        .bins = TN_SCORE_EQUAL_SIZE,
        .level = opt->level,
        .n_resamples = opt->n_resamples,
        .seed = opt->seed,
        .n_threads = opt->n_threads};
    const int ret = tn_score_table_run(&bins, a->n, forecasts(a, TN_BT_BASE), a->y, &how, err);
    if (ret < 0) return ret;
    tn_fit_table_t *t = tn_build_table(out, "calibration",
        "Calibration of base: observed share, and the band that calibrated forecasts would keep",
        (size_t)bins.n_bins, 8);
    double *from = tn_build_number(out, t, "from", TN_FIT_PROBABILITY);
    double *to = tn_build_number(out, t, "to", TN_FIT_PROBABILITY);
    double *n = tn_build_number(out, t, "n", TN_FIT_COUNT);
    double *yes = tn_build_number(out, t, "events", TN_FIT_COUNT);
    double *forecast = tn_build_number(out, t, "forecast", TN_FIT_PROBABILITY);
    double *observed = tn_build_number(out, t, "observed", TN_FIT_PROBABILITY);
    double *low = tn_build_number(out, t, "band.low", TN_FIT_PROBABILITY);
    double *high = tn_build_number(out, t, "band.high", TN_FIT_PROBABILITY);
    const bool is_there = !tn_build_failed(out);
    for (int k = 0; k < bins.n_bins && is_there; k++) {
        const tn_score_bin_t *b = &bins.bin[k];
        from[k] = b->lower;
        to[k] = b->upper;
        n[k] = (double)b->n;
        yes[k] = (double)b->n_events;
        forecast[k] = b->forecast;
        observed[k] = b->observed;
        low[k] = b->band_lower;
        high[k] = b->band_upper;
    }
    tn_score_table_free(&bins);
    return is_there ? 0 : TN_ENOMEM;
}

static const char *date_text(tn_fit_t *out, int32_t day)
{
    char text[11];
    tn_date_format(day, text);
    return tn_build_copy(out, text);
}

static int put_forecasts(tn_fit_t *out, const asked_t *a)
{
    const tn_backtest_t *bt = a->bt;
    tn_fit_table_t *t = tn_build_table(out, "forecasts", "Every forecast", a->n, 8 + TN_BT_MODELS);
    const char **origin = tn_build_text(out, t, "origin"), **until = tn_build_text(out, t, "until");
    const char **country = tn_build_text(out, t, "country"),
               **name = tn_build_text(out, t, "leader");
    const char **spell = tn_build_text(out, t, "spell"), **regime = tn_build_text(out, t, "regime");
    double *outcome = tn_build_number(out, t, "outcome", TN_FIT_COUNT), *p[TN_BT_MODELS];
    for (int m = 0; m < TN_BT_MODELS; m++)
        p[m] = tn_build_number(out, t, tn_bt_model_name(m), TN_FIT_PROBABILITY);
    if (tn_build_failed(out)) return TN_ENOMEM;
    for (size_t i = 0; i < a->n; i++) {
        const tn_bt_row_t *row = &bt->row[a->first + i];
        const tn_office_spell_t *s = &bt->history->spell[row->spell];
        const int32_t day = tn_month_begin(row->origin);
        const tn_country_t *c = tn_country_get(s->gwcode, day);
        const int r =
            row->known.regime == TN_REGIME_UNKNOWN ? TN_N_REGIMES : (int)row->known.regime;
        origin[i] = date_text(out, day);
        until[i] = date_text(out, tn_month_begin(row->origin + bt->opt.months));
        country[i] = c != NULL ? c->name : "";
        name[i] = tn_build_copy(out, s->name);
        spell[i] = tn_build_copy(out, s->id);
        regime[i] = tn_base_regime_name(r);
        outcome[i] = row->y;
        for (int m = 0; m < TN_BT_MODELS; m++)
            p[m][i] = forecasts(a, m)[i];
    }
    return 0;
}

static const char *what_text(const tn_backtest_options_t *opt)
{
    if (opt->route == TN_BACKTEST_ANY) return "exits";
    return opt->route == TN_BACKTEST_IRREGULAR ? "irregular exits" : tn_route_name(opt->route);
}

int tn_bt_tables(tn_fit_t *out, const tn_backtest_t *self, tn_error_t *err)
{
    asked_t a;
    const tn_backtest_options_t *opt = &self->opt;
    if (tn_build_init(out) < 0) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    int ret = asked_init(&a, self, err);
    if (ret == 0) {
        out->title = tn_build_printf(out, "Backtest: %s within %d months, %s origins %d to %d",
            what_text(opt), opt->months, opt->monthly ? "monthly" : "yearly", opt->from_year,
            (self->end - 1) / 12);
        ret = put_scores(out, &a, err);
    }
    if (ret == 0) ret = put_compare(out, &a, err);
    if (ret == 0) ret = put_calibration(out, &a, err);
    if (ret == 0) ret = put_forecasts(out, &a);
    if (ret == TN_ENOMEM) tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (ret == 0) {
        tn_build_note(out, "each model is refitted at every origin to what ended before it");
        tn_build_note(out,
            "log scores of irregular exits near their climatology mean that such exits "
            "are hardly forecastable from these covariates");
    }
    asked_free(&a);
    if (ret < 0) tn_fit_free(out);
    return ret;
}
