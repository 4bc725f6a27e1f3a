/* A shard is a checkpoint of some of the blocks, with the question in it, so that a merge needs no
 * other file. */
#include "tenure/shard.h"

#include <inttypes.h>
#include <string.h>

#include "forecast/job.h"
#include "forecast/plan.h"

int64_t tn_n_blocks(int64_t n_worlds)
{
    const tn_ensemble_t e = {.n_worlds = n_worlds};
    return tn_ensemble_n_blocks(&e);
}

int64_t tn_block_group(int64_t n_worlds) { return tn_tally_batch(tn_n_blocks(n_worlds)); }

int tn_part_of_blocks(
    tn_block_range_t *range, int64_t n_worlds, int64_t part, int64_t n_parts, tn_error_t *err)
{
    const int64_t n_blocks = tn_n_blocks(n_worlds), group = tn_block_group(n_worlds);
    const int64_t n_groups = (n_blocks + group - 1) / group;
    if (part < 1 || part > n_parts) {
        return tn_error_set(
            err, TN_EARG, "part %" PRId64 " of %" PRId64 ": there is no such part", part, n_parts);
    }
    if (n_parts > n_groups) {
        return tn_error_set(err, TN_EARG,
            "%" PRId64 " worlds can be split into %" PRId64 " parts at most", n_worlds, n_groups);
    }
    range->first = n_groups * (part - 1) / n_parts * group + 1;
    range->last = n_groups * part / n_parts * group;
    if (range->last > n_blocks) range->last = n_blocks;
    return 0;
}

/** The whole groups around a range that splits some. */
static int split_group(const tn_block_range_t *r, int64_t n_blocks, int64_t group, tn_error_t *err)
{
    const int64_t first = (r->first - 1) / group * group + 1;
    const int64_t last = (r->last + group - 1) / group * group;
    return tn_error_set(err, TN_EARG,
        "blocks %" PRId64 "-%" PRId64 " split a group: with so many worlds blocks stay together "
        "by %" PRId64 ", such as %" PRId64 "-%" PRId64,
        r->first, r->last, group, first, last < n_blocks ? last : n_blocks);
}

static int check_blocks(const tn_forecast_options_t *opt, tn_error_t *err)
{
    const tn_block_range_t *r = &opt->blocks;
    const int64_t n_blocks = tn_n_blocks(opt->n_worlds), group = tn_block_group(opt->n_worlds);
    if (r->first == 0 && r->last == 0) return 0;
    if (r->first < 1 || r->last < r->first || r->last > n_blocks) {
        return tn_error_set(err, TN_EARG,
            "blocks %" PRId64 "-%" PRId64 " are not within 1-%" PRId64 " (%" PRId64
            " worlds, 1024 a block)",
            r->first, r->last, n_blocks, opt->n_worlds);
    }
    if ((r->first - 1) % group == 0 && (r->last % group == 0 || r->last == n_blocks)) return 0;
    return split_group(r, n_blocks, group, err);
}

/** Rows of other blocks that a checkpoint may hold stay out of the shard. */
static void keep_only(tn_rows_t *rows, const tn_block_range_t *range)
{
    for (int k = 0; k < TN_N_LOOKS; k++) {
        tn_look_rows_t *look = &rows->look[k];
        for (int64_t b = 0; b < look->n_rows && range->last > 0; b++) {
            const int64_t first = b * look->batch + 1;
            if (first < range->first || first > range->last) look->has[b] = false;
        }
    }
}

static int write_shard(const char *path, const tn_plan_t *plan, tn_rows_t *rows,
    const char *command_line, tn_error_t *err)
{
    tn_forecast_options_t opt = *plan->opt;
    opt.blocks = (tn_block_range_t){0}; /* all shards of a forecast carry the same question */
    opt.checkpoint = NULL;
    opt.n_threads = 0;
    opt.isa = TN_ISA_AUTO;
    tn_bytes_free(&rows->job);
    const int ret = tn_job_write(&rows->job, plan->c, &opt, command_line, err);
    if (ret < 0) return ret;
    keep_only(rows, &plan->opt->blocks);
    return tn_rows_save(rows, path, err);
}

int tn_shard_run(const char *path, const tn_case_t *c, const tn_forecast_options_t *opt,
    const char *command_line, tn_error_t *err)
{
    tn_rows_t rows = {0};
    tn_forecast_t f;
    tn_plan_t plan = {.c = c, .opt = opt, .is_shard = true, .crew = {.blocks = opt->blocks}};
    int ret = check_blocks(opt, err);
    if (ret < 0) return ret;
    ret = tn_job_key(rows.key, c, opt, err);
    if (ret == 0) ret = tn_plan_run(&f, &plan, &rows, err);
    if (ret < 0) {
        tn_rows_free(&rows);
        return ret;
    }
    tn_forecast_free(&f);
    if (tn_crew_leads(&plan.crew)) ret = write_shard(path, &plan, &rows, command_line, err);
    ret = tn_crew_agree(&plan.crew, ret, err);
    tn_rows_free(&rows);
    return ret;
}

/** The question of the first file, which must be the one its key names. */
static int open_question(tn_job_t **job, const tn_rows_t *rows, tn_error_t *err)
{
    char key[TN_SHA256_HEX];
    if (!rows->is_calibrated) {
        return tn_error_set(err, TN_EINPUT, "it holds nothing yet");
    }
    int ret = tn_job_unpack(job, rows->job.at, rows->job.n, err);
    if (ret == 0) ret = tn_job_key(key, tn_job_case(*job), tn_job_options(*job), err);
    if (ret == 0 && strcmp(key, rows->key) != 0) {
        ret = tn_error_set(err, TN_EINPUT, "its question is not the one it was made for");
    }
    return ret;
}

static int load(tn_rows_t *rows, const char *path, tn_error_t *err)
{
    const int ret = tn_rows_load(rows, path, err);
    return ret == 1 ? tn_error_set(err, TN_EINPUT, "there is no file %s", path) : ret;
}

static int join_file(tn_rows_t *rows, const char *path, tn_error_t *err)
{
    tn_rows_t more;
    int ret = load(&more, path, err);
    if (ret < 0) return ret;
    ret = tn_rows_join(rows, &more, err);
    if (ret < 0) tn_error_prefix(err, "%s", path);
    tn_rows_free(&more);
    return ret;
}

int tn_merge_run(
    tn_forecast_t *self, tn_job_t **job, const char *const *paths, size_t n_paths, tn_error_t *err)
{
    tn_rows_t rows = {0};
    *self = (tn_forecast_t){0};
    *job = NULL;
    if (n_paths == 0) return tn_error_set(err, TN_EARG, "no shards given");
    int ret = load(&rows, paths[0], err);
    if (ret < 0) return ret;
    ret = open_question(job, &rows, err);
    if (ret < 0) tn_error_prefix(err, "%s", paths[0]);
    for (size_t i = 1; i < n_paths && ret == 0; i++)
        ret = join_file(&rows, paths[i], err);
    if (ret == 0) {
        tn_plan_t plan = {.c = tn_job_case(*job), .opt = tn_job_options(*job), .is_finished = true};
        ret = tn_plan_run(self, &plan, &rows, err);
    }
    tn_rows_free(&rows);
    if (ret == 0) return 0;
    tn_job_free(*job);
    *job = NULL;
    return ret;
}
