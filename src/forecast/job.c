/* The case travels as the bytes it was read from, with its settings: reading them again is the only
 * way to make it. */
#include "forecast/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/case.h"

#define FORMAT  "tenure job 2 " TN_VERSION
#define MAX_SET 100000

struct tn_job {
    tn_case_t *c;
    tn_forecast_options_t opt;
    double knobs[TN_N_KNOBS];
    unsigned char *bytes; /* the texts of the options lie in here */
    const char *command_line;
};

enum { NO_REPORTS = 1, NO_RESAMPLING = 2, NO_PRIORS = 4, HAS_KNOBS = 8 };

/** The options that the result depends on. */
static void put_question(tn_bytes_t *out, const tn_forecast_options_t *opt)
{
    const unsigned flags = (opt->no_reports ? NO_REPORTS : 0u) |
                           (opt->no_resampling ? NO_RESAMPLING : 0u) |
                           (opt->no_priors ? NO_PRIORS : 0u) | (opt->knobs ? HAS_KNOBS : 0u);
    tn_put_u64(out, (uint64_t)opt->n_worlds);
    tn_put_u64(out, opt->seed);
    tn_put_u32(out, opt->routes & TN_ALL_ROUTES);
    tn_put_u32(out, flags);
    tn_put_u32(out, (uint32_t)opt->watch_weeks);
    if (opt->knobs != NULL) tn_put_doubles(out, opt->knobs, TN_N_KNOBS);
    tn_put_text(out, opt->given);
    tn_put_text(out, opt->force);
}

int tn_job_key(
    char key[TN_SHA256_HEX], const tn_case_t *c, const tn_forecast_options_t *opt, tn_error_t *err)
{
    tn_bytes_t question = {0};
    put_question(&question, opt);
    const bool failed = question.failed;
    const tn_piece_t pieces[] = {
        {FORMAT, sizeof FORMAT}, {c->hash, sizeof c->hash}, {question.at, question.n}};
    if (!failed) tn_sha256_hex(pieces, sizeof pieces / sizeof *pieces, key);
    tn_bytes_free(&question);
    return failed ? tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM)) : 0;
}

int tn_job_write(tn_bytes_t *out, const tn_case_t *c, const tn_forecast_options_t *opt,
    const char *command_line, tn_error_t *err)
{
    const tn_case_source_t *source = &c->source;
    if (source->bytes == NULL) {
        return tn_error_set(err, TN_EARG, "the case was not read from a file");
    }
    tn_put_text(out, FORMAT);
    put_question(out, opt);
    tn_put_u64(out, (uint64_t)opt->blocks.first);
    tn_put_u64(out, (uint64_t)opt->blocks.last);
    tn_put_u32(out, (uint32_t)opt->n_threads);
    tn_put_u32(out, (uint32_t)opt->isa);
    tn_put_u32(out, opt->checkpoint != NULL);
    tn_put_text(out, command_line != NULL ? command_line : "");
    tn_put_text(out, c->file);
    tn_put_text(out, source->as_of);
    tn_put_text(out, source->horizons);
    tn_put_u64(out, source->n_set);
    for (size_t i = 0; i < source->n_set; i++)
        tn_put_text(out, source->set[i]);
    tn_put_block(out, source->bytes, source->n_bytes);
    return out->failed ? tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM)) : 0;
}

int tn_job_pack(unsigned char **bytes, size_t *n, const tn_case_t *c,
    const tn_forecast_options_t *opt, const char *command_line, tn_error_t *err)
{
    tn_bytes_t out = {0};
    const int ret = tn_job_write(&out, c, opt, command_line, err);
    if (ret < 0) tn_bytes_free(&out);
    *bytes = out.at;
    *n = out.n;
    return ret;
}

void tn_job_free_bytes(unsigned char *bytes) { tn_free(bytes); }

static void take_question(tn_cursor_t *in, tn_job_t *self)
{
    tn_forecast_options_t *opt = &self->opt;
    opt->n_worlds = (int64_t)tn_take_u64(in);
    opt->seed = tn_take_u64(in);
    opt->routes = tn_take_u32(in);
    const uint32_t flags = tn_take_u32(in);
    opt->watch_weeks = (int)(tn_take_u32(in) & INT16_MAX);
    opt->no_reports = (flags & NO_REPORTS) != 0;
    opt->no_resampling = (flags & NO_RESAMPLING) != 0;
    opt->no_priors = (flags & NO_PRIORS) != 0;
    if ((flags & HAS_KNOBS) != 0) {
        tn_take_doubles(in, self->knobs, TN_N_KNOBS);
        opt->knobs = self->knobs;
    }
    opt->given = tn_take_text(in);
    opt->force = tn_take_text(in);
}

static void take_work(tn_cursor_t *in, tn_job_t *self)
{
    tn_forecast_options_t *opt = &self->opt;
    opt->blocks.first = (int64_t)tn_take_u64(in);
    opt->blocks.last = (int64_t)tn_take_u64(in);
    const uint32_t n_threads = tn_take_u32(in), isa = tn_take_u32(in);
    if (n_threads > INT16_MAX || isa > TN_ISA_AVX512) in->failed = true;
    opt->n_threads = in->failed ? 0 : (int)n_threads;
    opt->isa = in->failed ? TN_ISA_AUTO : (tn_isa_t)isa;
    opt->checkpoint = tn_take_u32(in) != 0 ? "" : NULL;
    self->command_line = tn_take_text(in);
    if (self->command_line == NULL) in->failed = true;
}

static int parse_case(tn_job_t *self, const char *file, const tn_case_options_t *opt,
    const unsigned char *bytes, size_t n, tn_error_t *err)
{
    tn_diag_t *diag = NULL;
    int ret = tn_diag_new(&diag);
    if (ret == 0) ret = tn_case_parse(&self->c, file, bytes, n, opt, diag, err);
    tn_diag_free(diag);
    return ret;
}

static int take_case(tn_cursor_t *in, tn_job_t *self, tn_error_t *err)
{
    size_t n = 0;
    const char *file = tn_take_text(in);
    tn_case_options_t opt = {0};
    opt.as_of = tn_take_text(in);
    opt.horizons = tn_take_text(in);
    const uint64_t n_set = tn_take_u64(in);
    if (file == NULL || n_set > MAX_SET) in->failed = true;
    if (in->failed) return 0;
    const char **set = tn_calloc((size_t)n_set + 1, sizeof *set);
    if (set == NULL) return TN_ENOMEM;
    for (size_t i = 0; i < n_set; i++) {
        set[i] = tn_take_text(in);
        if (set[i] == NULL) in->failed = true;
    }
    const unsigned char *bytes = tn_take_block(in, &n);
    if (in->left != 0 || bytes == NULL) in->failed = true;
    opt.set = set;
    opt.n_set = (size_t)n_set;
    const int ret = in->failed ? 0 : parse_case(self, file, &opt, bytes, n, err);
    tn_free(set);
    return ret;
}

static int take_all(tn_job_t *self, size_t n, tn_error_t *err)
{
    tn_cursor_t in = {.at = self->bytes, .left = n};
    const char *format = tn_take_text(&in);
    if (format == NULL || strcmp(format, FORMAT) != 0) in.failed = true;
    if (!in.failed) take_question(&in, self);
    if (!in.failed) take_work(&in, self);
    const int ret = in.failed ? 0 : take_case(&in, self, err);
    return ret == 0 && in.failed ? TN_EINPUT : ret;
}

int tn_job_unpack(tn_job_t **self, const void *bytes, size_t n, tn_error_t *err)
{
    tn_error_t why = {0};
    tn_job_t *job = tn_calloc(1, sizeof *job);
    *self = NULL;
    int ret = TN_ENOMEM;
    if (job != NULL) job->bytes = tn_malloc(n + 1);
    if (job != NULL && job->bytes != NULL) {
        memcpy(job->bytes, bytes, n);
        ret = take_all(job, n, &why);
    }
    if (ret == 0) {
        *self = job;
        return 0;
    }
    tn_job_free(job);
    if (ret == TN_ENOMEM) return tn_error_set(err, ret, "%s", tn_error_text(ret));
    return tn_error_set(err, ret, "the question of the forecast cannot be read%s%s",
        why.message[0] != '\0' ? ": " : "", why.message);
}

void tn_job_free(tn_job_t *self)
{
    if (self == NULL) return;
    tn_case_free(self->c);
    tn_free(self->bytes);
    tn_free(self);
}

const tn_case_t *tn_job_case(const tn_job_t *self) { return self->c; }

const tn_forecast_options_t *tn_job_options(const tn_job_t *self) { return &self->opt; }

const char *tn_job_command_line(const tn_job_t *self) { return self->command_line; }
