/* Tidy CSV (RFC 4180: CRLF, quotes doubled): one row = one estimate. Missing numbers are empty
 * fields. A text that a spreadsheet would take for a formula begins with an apostrophe. */
#include "report/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "model/case.h"
#include "report/number.h"
#include "tenure/report.h"
#include "tenure/version.h"

/** The keys of a row; NULL and 0 are empty fields. */
typedef struct row {
    const char *quantity, *view, *route, *horizon;
    int32_t date; /* TN_DATE_NONE: empty */
    const char *item;
} row_t;

typedef struct named_view {
    const char *name;
    const tn_view_t *view;
} named_view_t;

/** Whether a spreadsheet would take a text for a formula; a signed number is none. */
static bool is_formula(const char *text)
{
    if (text[0] == '\0' || strchr("=+-@\t\r", text[0]) == NULL) return false;
    return text[strspn(text, "+-.0123456789eE")] != '\0';
}

void tn_csv_put_field(FILE *out, const char *text)
{
    if (text == NULL) return;
    const bool is_guarded = is_formula(text);
    if (!is_guarded && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputs(is_guarded ? "\"'" : "\"", out);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_row(FILE *out, const row_t *row, double estimate, double se)
{
    char date[11] = "", number[TN_NUMBER_SIZE];
    if (row->date != TN_DATE_NONE) tn_date_format(row->date, date);
    const char *const field[] = {
        row->quantity, row->view, row->route, row->horizon, date, row->item};
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
        tn_csv_put_field(out, field[i]);
        fputc(',', out);
    }
    tn_number_exact(number, estimate);
    fprintf(out, "%s,", number);
    tn_number_exact(number, se);
    fprintf(out, "%s\r\n", number);
}

static void put_estimate(FILE *out, const row_t *row, tn_estimate_t e)
{
    put_row(out, row, e.p, e.se);
}

static row_t at_horizon(const tn_forecast_t *f, const char *quantity, const char *view, int h)
{
    return (row_t){.quantity = quantity,
        .view = view,
        .horizon = f->horizon[h].label,
        .date = f->horizon[h].date};
}

static void put_exits(FILE *out, const tn_forecast_t *f, const named_view_t *v)
{
    for (int h = 0; h < f->n_horizons; h++) {
        row_t row = at_horizon(f, "exit", v->name, h);
        put_estimate(out, &row, v->view->exit[h]);
    }
    for (int h = 0; h < f->n_horizons; h++) {
        row_t row = at_horizon(f, "hazard_per_year", v->name, h);
        put_row(out, &row, v->view->hazard_per_year[h], v->view->hazard_se[h]);
    }
    for (int r = 0; r < TN_N_ROUTES; r++) {
        for (int h = 0; h < f->n_horizons; h++) {
            row_t row = at_horizon(f, "route", v->name, h);
            row.route = tn_route_name(r);
            put_estimate(out, &row, v->view->route[r][h]);
        }
    }
}

static void put_curve(FILE *out, const tn_forecast_t *f, const named_view_t *v)
{
    char label[16];
    for (int w = 0; w < v->view->n_weeks; w++) {
        (void)snprintf(label, sizeof label, "%dw", w + 1);
        const row_t row = {.quantity = "curve",
            .view = v->name,
            .horizon = label,
            .date = f->court_case->as_of + 7 * (w + 1)};
        put_estimate(out, &row, v->view->curve[w]);
    }
}

static void put_successors(FILE *out, const tn_forecast_t *f, const named_view_t *v)
{
    const size_t n = (size_t)f->n_successors;
    row_t row = at_horizon(f, "successor", v->name, f->n_horizons - 1);
    for (size_t i = 0; i < n; i++) {
        row.item = f->successor_id[i];
        put_estimate(out, &row, v->view->successor[i]);
    }
    for (int r = 0; r < TN_N_ROUTES; r++) {
        row.route = tn_route_name(r);
        for (size_t i = 0; i < n; i++) {
            row.item = f->successor_id[i];
            put_estimate(out, &row, v->view->successor_by_route[(size_t)r * n + i]);
        }
    }
}

static void put_court(FILE *out, const tn_forecast_t *f, const named_view_t *v)
{
    row_t row = at_horizon(f, "count", v->name, f->n_horizons - 1);
    for (int k = 0; k < TN_N_COUNTS; k++) {
        row.item = tn_count_name(k);
        put_estimate(out, &row, v->view->count[k]);
    }
    row = (row_t){.quantity = "state", .view = v->name, .date = f->court_case->as_of};
    for (int k = 0; k < TN_N_STATES; k++) {
        row.item = tn_state_name(k);
        put_estimate(out, &row, v->view->state[k]);
    }
    const tn_tipping_t *t = &v->view->tipping;
    row.quantity = "tipping";
    row.item = "distance";
    put_estimate(out, &row, t->distance);
    row.item = "share_past";
    put_estimate(out, &row, t->share_past);
    row.item = "yardstick";
    put_estimate(out, &row, t->yardstick);
}

static void put_view(FILE *out, const tn_forecast_t *f, const named_view_t *v)
{
    const double none = v->view->has_median ? 0.0 : NAN;
    put_exits(out, f, v);
    const row_t median = {.quantity = "median_weeks", .view = v->name, .date = TN_DATE_NONE};
    put_row(out, &median, v->view->median_weeks + none, v->view->median_weeks_se + none);
    put_curve(out, f, v);
    put_successors(out, f, v);
    put_court(out, f, v);
    const row_t ess = {.quantity = "ess_share", .view = v->name, .date = f->court_case->as_of};
    put_row(out, &ess, v->view->ess_share, NAN);
}

static void put_calibration(FILE *out, const tn_forecast_t *f)
{
    const tn_calibration_t *c = &f->calibration;
    row_t row = {.quantity = "calibrated_hazard", .view = "base", .date = TN_DATE_NONE};
    for (int r = 0; r < TN_N_ROUTES; r++) {
        row.route = tn_route_name(r);
        put_row(out, &row, c->hazard[r], NAN);
    }
    row.quantity = "target_hazard";
    for (int r = 0; r < TN_N_ROUTES; r++) {
        row.route = tn_route_name(r);
        put_row(out, &row, c->target[r], NAN);
    }
    row.quantity = "knob";
    for (int k = 0; k < TN_N_KNOBS; k++) {
        row.route = tn_route_name(tn_knob_route(k));
        row.item = tn_knob_name(k);
        put_row(out, &row, c->knob[k], NAN);
    }
}

static void put_explanation(FILE *out, const tn_forecast_t *f)
{
    row_t row = at_horizon(f, NULL, "posterior", f->pivot);
    for (int i = 0; i < f->n_origins; i++) {
        const tn_origin_effect_t *o = &f->origin[i];
        row.item = o->id;
        row.quantity = "origin_log_odds";
        put_estimate(out, &row, o->log_odds);
        row.quantity = "origin_points";
        put_estimate(out, &row, o->points);
        row.quantity = "origin_ess_share";
        put_row(out, &row, o->ess_share, NAN);
    }
    row.quantity = "driver_swing";
    for (int i = 0; i < f->n_drivers; i++) {
        row.item = f->driver[i].parameter;
        put_estimate(out, &row, f->driver[i].swing);
    }
    for (int i = 0; i < f->n_tripwires; i++) {
        const tn_tripwire_t *t = &f->tripwire[i];
        row.item = t->name;
        row.quantity = "tripwire_seen";
        put_estimate(out, &row, t->p_seen);
        row.quantity = "tripwire_exit_if_seen";
        put_estimate(out, &row, t->if_seen);
        row.quantity = "tripwire_exit_if_not";
        put_estimate(out, &row, t->if_not);
        row.quantity = "tripwire_bits";
        put_estimate(out, &row, t->bits);
    }
}

static void put_conditional(FILE *out, const tn_forecast_t *f)
{
    const tn_conditional_t *c = &f->conditional;
    for (int h = 0; h < f->n_horizons; h++) {
        row_t row = at_horizon(f, "event", "conditional", h);
        row.item = c->event;
        put_estimate(out, &row, c->p_event[h]);
        row.quantity = "exit";
        put_estimate(out, &row, c->exit[h]);
        row.quantity = "route";
        for (int r = 0; r < TN_N_ROUTES; r++) {
            row.route = tn_route_name(r);
            put_estimate(out, &row, c->route[r][h]);
        }
    }
}

/** What made the forecast: text, so it stands under `item`. */
static void put_manifest(FILE *out, const tn_forecast_t *f, const char *command_line)
{
    char seed[24], worlds[24], rounds[48];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, f->seed);
    (void)snprintf(worlds, sizeof worlds, "%" PRId64, f->n_worlds);
    (void)snprintf(rounds, sizeof rounds, "%s, %d rounds",
        f->calibration.is_fixed ? "fixed" : "calibrated", f->calibration.rounds);
    const char *const line[][2] = {{"manifest_version", tn_version()},
        {"manifest_case", f->court_case->name}, {"manifest_case_hash", f->court_case->hash},
        {"manifest_seed", seed}, {"manifest_worlds", worlds}, {"manifest_calibration", rounds},
        {"manifest_command_line", command_line}};
    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
        const row_t row = {.quantity = line[i][0], .date = TN_DATE_NONE, .item = line[i][1]};
        put_row(out, &row, NAN, NAN);
    }
}

int tn_report_csv(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    const named_view_t views[] = {
        {"posterior", &f->posterior}, {"prior", &f->prior}, {"base", &f->base}};
    fputs("quantity,view,route,horizon,date,item,estimate,std.error\r\n", out);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        put_view(out, f, &views[i]);
    put_calibration(out, f);
    put_explanation(out, f);
    if (f->has_conditional) put_conditional(out, f);
    put_manifest(out, f, opt == NULL ? NULL : opt->command_line);
    if (ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the forecast");
    return 0;
}
