/* The file of checkpoints and shards. All numbers little endian, doubles as their 64 bits:
 *
 *   magic "TENUREROWS\r\n" (a transfer as text breaks it), format u32, version of the library,
 *   key, job; calibration: u32 whether, and if so fixed u32, rounds u32, knobs, hazards, targets;
 *   per look: width u64 and, unless 0, batch u64, rows u64, one byte a row whether it is there, the
 *   rows that are; SHA-256 of all before, 64 hex digits.
 *
 * The checksum is looked at before anything else, the version before the rest: a file of another
 * version says so instead of looking damaged. Lengths are checked nevertheless: anybody can make a
 * checksum. */
#include "base/file.h"
#include "base/mem.h"
#include "forecast/rows.h"

#include <inttypes.h>
#include <string.h>

#define MAGIC      "TENUREROWS\r\n"
#define N_MAGIC    (sizeof MAGIC - 1)
#define FORMAT     2
#define N_SUM      (TN_SHA256_HEX - 1)
#define MAX_BYTES  ((size_t)1 << 30)
#define MAX_WIDTH  ((uint64_t)1 << 20)
#define MAX_ROUNDS 1000000

static void put_calibration(tn_bytes_t *out, const tn_rows_t *self)
{
    const tn_calibration_t *c = &self->calibration;
    tn_put_u32(out, self->is_calibrated);
    if (!self->is_calibrated) return;
    tn_put_u32(out, c->is_fixed);
    tn_put_u32(out, (uint32_t)c->rounds);
    tn_put_doubles(out, c->knob, TN_N_KNOBS);
    tn_put_doubles(out, c->hazard, TN_N_ROUTES);
    tn_put_doubles(out, c->target, TN_N_ROUTES);
}

static void put_look(tn_bytes_t *out, const tn_look_rows_t *look)
{
    tn_put_u64(out, look->width);
    if (look->width == 0) return;
    tn_put_u64(out, (uint64_t)look->batch);
    tn_put_u64(out, (uint64_t)look->n_rows);
    for (size_t b = 0; b < (size_t)look->n_rows; b++)
        tn_put_raw(out, look->has[b] ? "\1" : "\0", 1);
    for (size_t b = 0; b < (size_t)look->n_rows; b++) {
        if (look->has[b]) tn_put_doubles(out, look->row + b * look->width, look->width);
    }
}

void tn_rows_write(const tn_rows_t *self, tn_bytes_t *out)
{
    char sum[TN_SHA256_HEX];
    tn_put_raw(out, MAGIC, N_MAGIC);
    tn_put_u32(out, FORMAT);
    tn_put_text(out, TN_VERSION);
    tn_put_text(out, self->key);
    tn_put_block(out, self->job.at, self->job.n);
    put_calibration(out, self);
    for (int k = 0; k < TN_N_LOOKS; k++)
        put_look(out, &self->look[k]);
    if (out->failed) return;
    tn_sha256_hex(&(tn_piece_t){out->at, out->n}, 1, sum);
    tn_put_raw(out, sum, N_SUM);
}

int tn_rows_save(const tn_rows_t *self, const char *path, tn_error_t *err)
{
    tn_bytes_t bytes = {0};
    tn_rows_write(self, &bytes);
    const int ret = tn_file_save(path, &bytes, err);
    tn_bytes_free(&bytes);
    return ret;
}

static void take_calibration(tn_cursor_t *in, tn_rows_t *self)
{
    tn_calibration_t *c = &self->calibration;
    const uint32_t is_there = tn_take_u32(in);
    if (is_there > 1) in->failed = true;
    if (in->failed || is_there == 0) return;
    const uint32_t is_fixed = tn_take_u32(in), rounds = tn_take_u32(in);
    if (is_fixed > 1 || rounds > MAX_ROUNDS) in->failed = true;
    self->is_calibrated = true;
    c->is_fixed = is_fixed != 0;
    c->rounds = (int)rounds;
    tn_take_doubles(in, c->knob, TN_N_KNOBS);
    tn_take_doubles(in, c->hazard, TN_N_ROUTES);
    tn_take_doubles(in, c->target, TN_N_ROUTES);
}

/** Sizes and which rows are there. Returns their number. */
static size_t take_shape(tn_cursor_t *in, tn_look_rows_t *look)
{
    size_t n = 0;
    const uint64_t width = tn_take_u64(in);
    if (width == 0) return 0;
    const uint64_t batch = tn_take_u64(in), n_rows = tn_take_u64(in);
    if (width > MAX_WIDTH || batch < 1 || batch > INT32_MAX || n_rows < 1) in->failed = true;
    if (n_rows > TN_TALLY_ROWS) in->failed = true;
    const unsigned char *has = in->failed ? NULL : tn_take_raw(in, (size_t)n_rows);
    if (has == NULL) return 0;
    for (size_t b = 0; b < (size_t)n_rows; b++) {
        if (has[b] > 1) in->failed = true;
        look->has[b] = has[b] == 1;
        n += has[b] == 1;
    }
    look->width = (size_t)width;
    look->batch = (int64_t)batch;
    look->n_rows = (int64_t)n_rows;
    return n;
}

static int take_look(tn_cursor_t *in, tn_look_rows_t *look)
{
    const size_t n = take_shape(in, look);
    if (in->failed || look->width == 0) return 0;
    if (n * look->width > in->left / sizeof(double)) { /* before memory is taken for them */
        in->failed = true;
        return 0;
    }
    look->row = tn_calloc((size_t)look->n_rows * look->width, sizeof *look->row);
    if (look->row == NULL) return TN_ENOMEM;
    for (size_t b = 0; b < (size_t)look->n_rows; b++) {
        if (look->has[b]) tn_take_doubles(in, look->row + b * look->width, look->width);
    }
    return 0;
}

static int take_body(tn_cursor_t *in, tn_rows_t *self)
{
    size_t n_job;
    const char *key = tn_take_text(in);
    if (key == NULL || strlen(key) != TN_SHA256_HEX - 1) in->failed = true;
    if (!in->failed) memcpy(self->key, key, TN_SHA256_HEX);
    const unsigned char *job = tn_take_block(in, &n_job);
    if (job != NULL) tn_put_raw(&self->job, job, n_job);
    if (self->job.failed) return TN_ENOMEM;
    take_calibration(in, self);
    for (int k = 0; k < TN_N_LOOKS && !in->failed; k++) {
        if (take_look(in, &self->look[k]) < 0) return TN_ENOMEM;
    }
    if (in->left != 0) in->failed = true;
    return 0;
}

static bool has_checksum(const unsigned char *bytes, size_t n)
{
    char sum[TN_SHA256_HEX];
    if (n < N_SUM) return false;
    tn_sha256_hex(&(tn_piece_t){bytes, n - N_SUM}, 1, sum);
    return memcmp(bytes + n - N_SUM, sum, N_SUM) == 0;
}

static int damaged(const char *name, tn_error_t *err)
{
    return tn_error_set(err, TN_EINPUT,
        "%s is damaged: its checksum or a length in it is wrong; make it anew", name);
}

int tn_rows_parse(tn_rows_t *self, const char *name, const void *bytes, size_t n, tn_error_t *err)
{
    *self = (tn_rows_t){0};
    if (n < N_MAGIC || memcmp(bytes, MAGIC, N_MAGIC) != 0) {
        return tn_error_set(err, TN_EINPUT, "%s is not a shard or checkpoint of tenure", name);
    }
    if (!has_checksum(bytes, n)) return damaged(name, err);
    tn_cursor_t in = {.at = (const unsigned char *)bytes + N_MAGIC, .left = n - N_MAGIC - N_SUM};
    const uint32_t format = tn_take_u32(&in);
    const char *version = tn_take_text(&in);
    if (version == NULL) return damaged(name, err);
    if (format != FORMAT || strcmp(version, TN_VERSION) != 0) {
        return tn_error_set(err, TN_EINPUT,
            "%s was written by tenure %.32s, this is %s: make it anew", name, version, TN_VERSION);
    }
    int ret = take_body(&in, self);
    if (ret < 0) ret = tn_error_set(err, ret, "%s: %s", name, tn_error_text(ret));
    if (ret == 0 && in.failed) ret = damaged(name, err);
    if (ret < 0) tn_rows_free(self);
    return ret;
}

int tn_rows_load(tn_rows_t *self, const char *path, tn_error_t *err)
{
    tn_bytes_t bytes;
    *self = (tn_rows_t){0};
    int ret = tn_file_load(path, MAX_BYTES, &bytes, err);
    if (ret == 0) ret = tn_rows_parse(self, path, bytes.at, bytes.n, err);
    tn_bytes_free(&bytes);
    return ret;
}
