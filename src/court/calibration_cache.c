/* The name of a file is the hash of the compiled neutral court, the targets, the constants of the
 * calibration, the version, and a probe: the hazards of one small block. The probe ties the file to
 * the arithmetic of this very build, so a changed simulator does not find the files of the old one.
 * A file holds the numbers as 64-bit patterns in hexadecimal and ends with a checksum. */
#include "court/calibration_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"

#define FORMAT       "tenure calibration 1"
#define MAX_PATH     4096
#define N_NUMBERS    (1 + TN_N_KNOBS + TN_N_ROUTES) /* rounds, knobs, hazards */
#define BODY         ((size_t)N_NUMBERS * 17)       /* sixteen digits and a line end each */
#define PROBE_WORLDS 64

/** Hash of all that the result depends on. */
static void name_court(const tn_court_t *court, const double target[TN_N_ROUTES], bool is_fixed,
    const double probe[TN_N_ROUTES], char hex[TN_SHA256_HEX])
{
    const size_t n = (size_t)court->n, row = n * sizeof(double);
    const double scalars[] = {(double)court->n, court->guard, court->m69, court->slope,
        court->elite_multiplier, court->age_start, court->n_uncertain, is_fixed,
        TN_CALIBRATION_SEED, TN_CALIBRATION_WORLDS, TN_CALIBRATION_WEEKS, TN_CALIBRATION_ROUNDS,
        TN_CALIBRATION_TOLERANCE};
    const uint64_t sets[] = {court->doves, court->hawks, court->military, court->security};
    const tn_piece_t pieces[] = {{FORMAT " " TN_VERSION, sizeof FORMAT " " TN_VERSION},
        {scalars, sizeof scalars}, {sets, sizeof sets}, {court->pi, row}, {court->f, row},
        {court->s, row}, {court->p, row}, {court->dove, row}, {court->hawk, row}, {court->e, row},
        {court->r, row}, {court->g0, row}, {court->c, row}, {court->sigma, row},
        {court->k, n * row}, {court->hears, row}, {court->centre, sizeof court->centre},
        {court->prior_sd, sizeof court->prior_sd}, {target, TN_N_ROUTES * sizeof *target},
        {probe, TN_N_ROUTES * sizeof *probe}};
    tn_sha256_hex(pieces, sizeof pieces / sizeof *pieces, hex);
}

/** Path of the file in dir; false if it is too long. */
static bool make_path(char path[MAX_PATH], const char *dir, const char *key)
{
    const int n = snprintf(path, MAX_PATH, "%s/calibration-%.40s", dir, key);
    return n > 0 && n < MAX_PATH;
}

static void checksum(const char *key, const char body[BODY], char hex[TN_SHA256_HEX])
{
    const tn_piece_t pieces[] = {{key, strlen(key)}, {body, BODY}};
    tn_sha256_hex(pieces, 2, hex);
}

static bool read_numbers(const char body[BODY], uint64_t bits[N_NUMBERS])
{
    for (int k = 0; k < N_NUMBERS; k++) {
        char digits[17] = {0};
        memcpy(digits, body + (size_t)k * 17, 16);
        if (strspn(digits, "0123456789abcdef") != 16) return false;
        bits[k] = strtoull(digits, NULL, 16);
    }
    return bits[0] >= 1 && bits[0] <= TN_CALIBRATION_ROUNDS;
}

static bool load(tn_calibration_t *self, const char *path, const char *key)
{
    char text[BODY + TN_SHA256_HEX + 1], hex[TN_SHA256_HEX];
    uint64_t bits[N_NUMBERS];
    FILE *in = fopen(path, "rb");
    if (in == NULL) return false;
    const size_t n = fread(text, 1, sizeof text, in);
    (void)fclose(in);
    if (n != BODY + TN_SHA256_HEX) return false; /* the checksum and its line end */
    checksum(key, text, hex);
    if (memcmp(text + BODY, hex, TN_SHA256_HEX - 1) != 0 || !read_numbers(text, bits)) return false;
    self->rounds = (int)bits[0];
    memcpy(self->knob, bits + 1, sizeof self->knob);
    memcpy(self->hazard, bits + 1 + TN_N_KNOBS, sizeof self->hazard);
    return true;
}

/** Makes the folder and those above it. */
static void make_folders(const char *dir)
{
    char path[MAX_PATH];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path) return;
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/') continue;
        *at = '\0';
        (void)mkdir(path, 0700);
        *at = '/';
    }
    (void)mkdir(path, 0700);
}

/** Written beside its place and renamed: a reader sees all of it or nothing. */
static void store(const tn_calibration_t *self, const char *dir, const char *path, const char *key)
{
    char temp[MAX_PATH + 8], body[BODY + 1], hex[TN_SHA256_HEX];
    uint64_t bits[N_NUMBERS] = {(uint64_t)self->rounds};
    memcpy(bits + 1, self->knob, sizeof self->knob);
    memcpy(bits + 1 + TN_N_KNOBS, self->hazard, sizeof self->hazard);
    for (size_t k = 0; k < N_NUMBERS; k++)
        (void)snprintf(body + k * 17, 18, "%016" PRIx64 "\n", bits[k]);
    checksum(key, body, hex);
    make_folders(dir);
    (void)snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    const int fd = mkstemp(temp);
    if (fd < 0) return;
    FILE *out = fdopen(fd, "wb");
    if (out == NULL) {
        (void)close(fd);
        (void)unlink(temp);
        return;
    }
    bool is_whole = fprintf(out, "%s%s\n", body, hex) == (int)(BODY + TN_SHA256_HEX);
    is_whole = fclose(out) == 0 && is_whole;
    if (!is_whole || rename(temp, path) != 0) (void)unlink(temp);
}

/** The name of the calibration of this case; runs the probe. */
static int name_calibration(
    char key[TN_SHA256_HEX], const tn_case_t *c, const tn_ensemble_t *run, tn_error_t *err)
{
    tn_court_t court;
    double probe[TN_N_ROUTES];
    tn_ensemble_t small = *run;
    small.progress = NULL;
    const tn_court_options_t opt = {.is_neutral = true, .n_weeks = TN_CALIBRATION_WEEKS};
    int ret = tn_neutral_hazards(probe, c, NULL, &small, PROBE_WORLDS, err);
    if (ret < 0) return ret;
    ret = tn_court_init(&court, c, &opt, err);
    if (ret < 0) return ret;
    name_court(&court, c->target, c->is_anchor_fixed, probe, key);
    tn_court_free(&court);
    return 0;
}

int tn_calibrate_cached(tn_calibration_t *self, const tn_case_t *c, const tn_ensemble_t *run,
    const char *dir, tn_error_t *err)
{
    char key[TN_SHA256_HEX], path[MAX_PATH];
    if (dir == NULL) return tn_calibrate(self, c, run, err);
    int ret = name_calibration(key, c, run, err);
    if (ret < 0) return ret;
    if (!make_path(path, dir, key)) return tn_calibrate(self, c, run, err);
    *self = (tn_calibration_t){.is_fixed = c->is_anchor_fixed};
    memcpy(self->target, c->target, sizeof self->target);
    if (load(self, path, key)) return 0;
    ret = tn_calibrate(self, c, run, err);
    if (ret == 0) store(self, dir, path, key);
    return ret;
}
