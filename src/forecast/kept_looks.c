/* The name of a file is the hash of the case without its reports, of the calibration, the question,
 * the version, and a probe: what the first 64 worlds leave in a row. The probe ties the file to the
 * arithmetic of this very build, as in court/calibration_cache.c. */
#include "forecast/kept_looks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/case.h"

#define FORMAT       "tenure looks 1 " TN_VERSION
#define PREFIX       "looks-"
#define PROBE_WORLDS 64

/** More blocks than rows are tallied in batches: there memory is to stay what it is. */
static bool is_worth_it(const tn_plan_t *plan)
{
    const tn_forecast_options_t *opt = plan->opt;
    const int64_t n_blocks = tn_ensemble_n_blocks(&plan->ensemble);
    const bool has_reports = !opt->no_reports && plan->c->n_reports + plan->c->n_silences > 0;
    return opt->cache_dir != NULL && opt->knobs == NULL && has_reports && plan->crew.rows == NULL &&
           tn_crew_size(&plan->crew) == 1 && n_blocks >= TN_KEPT_LOOKS_MIN_BLOCKS &&
           n_blocks <= TN_TALLY_ROWS;
}

/** The case as text, its news left out. */
static int write_case(const tn_case_t *c, char **text, size_t *n, tn_error_t *err)
{
    tn_case_t quiet = *c;
    quiet.n_reports = quiet.n_silences = quiet.n_origins = 0;
    FILE *out = open_memstream(text, n);
    if (out == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    int ret = tn_case_write(&quiet, out, err);
    if (fclose(out) != 0 && ret == 0)
        ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    return ret;
}

/** Runs the first worlds; the tally is the caller's to free, also after a failure. */
static int run_probe(
    tn_tally_t *tally, const tn_plan_t *plan, const tn_forecast_t *f, tn_error_t *err)
{
    const tn_forecast_options_t *opt = plan->opt;
    const tn_court_options_t how = {.no_reports = true,
        .no_priors = opt->no_priors,
        .no_resampling = opt->no_resampling,
        .force_event = plan->force_event,
        .knobs = f->calibration.knob};
    tn_court_t court = {0};
    tn_ensemble_t e = plan->ensemble;
    *tally = (tn_tally_t){0};
    int ret = tn_court_init(&court, plan->c, &how, err);
    if (ret < 0) return ret;
    e.court = &court;
    e.n_worlds = PROBE_WORLDS;
    e.progress = NULL;
    e.watch_observable = e.watch_event = -1;
    ret = tn_tally_init(tally, &e, f->horizon, f->n_horizons, f->pivot, f->routes);
    if (ret < 0) (void)tn_error_set(err, ret, "%s", tn_error_text(ret));
    if (ret == 0) ret = tn_ensemble_run(&e, tn_tally_block, tally, err);
    tn_court_free(&court);
    return ret;
}

static int name_question(
    char key[TN_SHA256_HEX], const tn_plan_t *plan, const tn_forecast_t *f, tn_error_t *err)
{
    const tn_forecast_options_t *opt = plan->opt;
    const tn_calibration_t *rates = &f->calibration;
    const int64_t numbers[] = {opt->n_worlds, (int64_t)opt->seed, f->routes, opt->no_priors,
        opt->no_resampling, plan->force_event};
    char *text = NULL;
    size_t n = 0;
    tn_tally_t tally = {0};
    int ret = write_case(plan->c, &text, &n, err);
    if (ret == 0) ret = run_probe(&tally, plan, f, err);
    if (ret == 0) {
        const tn_piece_t pieces[] = {{FORMAT, sizeof FORMAT}, {text, n},
            {plan->c->target, sizeof plan->c->target},
            {plan->c->prior_sd, sizeof plan->c->prior_sd}, {rates->knob, sizeof rates->knob},
            {rates->hazard, sizeof rates->hazard}, {numbers, sizeof numbers},
            {tally.row, tally.width * sizeof *tally.row}};
        tn_sha256_hex(pieces, sizeof pieces / sizeof *pieces, key);
    }
    tn_tally_free(&tally);
    free(text);
    return ret;
}

static int64_t count_rows(const tn_rows_t *rows)
{
    int64_t n = 0;
    for (int k = 0; k < TN_N_LOOKS; k++) {
        for (int64_t b = 0; b < rows->look[k].n_rows; b++)
            n += rows->look[k].has[b];
    }
    return n;
}

int tn_kept_looks_open(
    tn_kept_looks_t *self, tn_plan_t *plan, const tn_forecast_t *f, tn_error_t *err)
{
    char key[TN_SHA256_HEX];
    self->path[0] = '\0';
    self->n_found = 0;
    self->rows = (tn_rows_t){0};
    if (!is_worth_it(plan)) return 0;
    const int ret = name_question(key, plan, f, err);
    if (ret < 0) return ret;
    const int n =
        snprintf(self->path, sizeof self->path, "%s/" PREFIX "%.40s", plan->opt->cache_dir, key);
    if (n < 0 || (size_t)n >= sizeof self->path) {
        self->path[0] = '\0';
        return 0;
    }
    if (tn_rows_load(&self->rows, self->path, NULL) != 0 || strcmp(self->rows.key, key) != 0) {
        tn_rows_free(&self->rows);
        memcpy(self->rows.key, key, sizeof key);
    }
    self->n_found = count_rows(&self->rows);
    plan->crew.rows = &self->rows;
    return 0;
}

/** Removes the oldest file of this kind if there are more than enough; whether it did. */
static bool remove_oldest(const char *dir)
{
    char path[4096], oldest[4096] = "";
    struct stat file;
    struct timespec when = {0};
    int n = 0;
    DIR *folder = opendir(dir);
    if (folder == NULL) return false;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) != 0) continue;
        const int length = snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path || stat(path, &file) != 0) continue;
        const bool is_older =
            file.st_mtim.tv_sec < when.tv_sec ||
            (file.st_mtim.tv_sec == when.tv_sec && file.st_mtim.tv_nsec < when.tv_nsec);
        if (n++ > 0 && !is_older) continue;
        memcpy(oldest, path, (size_t)length + 1);
        when = file.st_mtim;
    }
    (void)closedir(folder);
    return n > TN_KEPT_LOOKS && unlink(oldest) == 0;
}

void tn_kept_looks_close(tn_kept_looks_t *self, tn_plan_t *plan)
{
    if (self->path[0] != '\0' && count_rows(&self->rows) > self->n_found &&
        tn_rows_save(&self->rows, self->path, NULL) == 0) {
        while (remove_oldest(plan->opt->cache_dir)) {
        }
    }
    tn_kept_looks_free(self, plan);
}

void tn_kept_looks_free(tn_kept_looks_t *self, tn_plan_t *plan)
{
    if (plan->crew.rows == &self->rows) plan->crew.rows = NULL;
    tn_rows_free(&self->rows);
    self->path[0] = '\0';
}
