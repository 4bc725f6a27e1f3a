/* One file into a folder: from the network (io/http) or from another folder. What arrives stands in
 * FILE.part, with the entity tag of its version in FILE.part.tag, until it is whole and checked;
 * then it is renamed. So the folder never holds half a file under its name, and a broken transfer
 * goes on where it stopped, at any later time.
 *
 * A beginning is resumed only if the end can be known to belong to it: by the tag (If-Range), or by
 * the checksum of the whole. */
#include "tenure/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "io/http.h"

#define PIECE 65536

typedef struct fetch {
    const tn_source_t *source;
    const tn_fetch_options_t *opt;
    tn_fetch_result_t *result;
    char part[TN_FETCH_PATH], tag[TN_FETCH_PATH];
    int fd;         /* of FILE.part while it is written, else -1 */
    int64_t n_part; /* bytes in FILE.part */
} fetch_t;

bool tn_fetch_has_network(void) { return tn_http_is_there(); }

static int fail_errno(tn_error_t *err, const char *what, const char *path)
{
    return tn_error_set(err, TN_EIO, "cannot %s %s: %s", what, path, strerror(errno));
}

/** "FOLDER/FILE" + ending. */
static int join(char out[TN_FETCH_PATH], const char *folder, const char *file, const char *ending,
    tn_error_t *err)
{
    const int n = snprintf(out, TN_FETCH_PATH, "%s/%s%s", folder, file, ending);
    if (n > 0 && n < TN_FETCH_PATH) return 0;
    return tn_error_set(err, TN_EIO, "%.60s...: path too long", folder);
}

/** The whole file, of at most TN_FETCH_MAX_BYTES; tn_free() it. */
static int read_all(const char *path, char **bytes, size_t *n, tn_error_t *err)
{
    struct stat st;
    *bytes = NULL;
    *n = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail_errno(err, "read", path);
    int ret = 0;
    if (fstat(fd, &st) != 0) {
        ret = fail_errno(err, "read", path);
    } else if (!S_ISREG(st.st_mode) || st.st_size > TN_FETCH_MAX_BYTES) {
        ret = tn_error_set(err, TN_EIO, "%s is not a file of at most 64 MiB", path);
    } else if ((*bytes = tn_malloc((size_t)st.st_size + 1)) == NULL) {
        ret = tn_error_set(err, TN_ENOMEM, "out of memory");
    }
    while (ret == 0 && *n < (size_t)st.st_size) {
        const ssize_t got = read(fd, *bytes + *n, (size_t)st.st_size - *n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) ret = fail_errno(err, "read", path);
        if (got <= 0) break;
        *n += (size_t)got;
    }
    (void)close(fd);
    if (ret < 0) {
        tn_free(*bytes);
        *bytes = NULL;
    }
    return ret;
}

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

/** A page for people where data were asked for: what servers send in place of what is gone. */
static bool is_web_page(const char *bytes, size_t n)
{
    static const char *const begins[] = {"<!doctype", "<html", "<!DOCTYPE", "<HTML", "<?xml"};
    size_t i = 0;
    while (i < n && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t'))
        i++;
    for (size_t k = 0; k < sizeof begins / sizeof begins[0]; k++) {
        const size_t m = strlen(begins[k]);
        if (n - i >= m && memcmp(bytes + i, begins[k], m) == 0) return true;
    }
    return false;
}

/** Hash of a file into result->sha256; whether it is what it should be. */
static int examine(fetch_t *self, const char *path, bool *is_right, bool *is_page, tn_error_t *err)
{
    char *bytes;
    size_t n;
    int ret = read_all(path, &bytes, &n, err);
    if (ret < 0 || bytes == NULL) return ret;
    tn_sha256_hex(&(tn_piece_t){bytes, n}, 1, self->result->sha256);
    *is_page = is_web_page(bytes, n);
    tn_free(bytes);
    const char *known = self->source->sha256;
    self->result->n_bytes = (int64_t)n;
    self->result->is_checked = known != NULL && strcmp(known, self->result->sha256) == 0;
    *is_right = self->result->is_checked || known == NULL;
    return 0;
}

static int start(fetch_t *self, const tn_source_t *source, const tn_fetch_options_t *opt,
    tn_fetch_result_t *result, const char *file, tn_error_t *err)
{
    *self = (fetch_t){.source = source, .opt = opt, .result = result, .fd = -1};
    int ret = join(result->path, opt->folder, file, "", err);
    if (ret == 0) ret = join(self->part, opt->folder, file, ".part", err);
    if (ret == 0) ret = join(self->tag, opt->folder, file, ".part.tag", err);
    return ret;
}

static int look(fetch_t *self, tn_error_t *err)
{
    bool is_right = false, is_page = false;
    if (size_of(self->result->path) >= 0) {
        const int ret = examine(self, self->result->path, &is_right, &is_page, err);
        if (ret < 0) return ret;
        self->result->state = is_right ? TN_FETCH_PRESENT : TN_FETCH_DIFFERS;
        return 0;
    }
    const int64_t n = size_of(self->part);
    self->result->state = n > 0 ? TN_FETCH_PARTIAL : TN_FETCH_MISSING;
    self->result->n_bytes = n > 0 ? n : 0;
    return 0;
}

int tn_fetch_look(const tn_source_t *source, const tn_fetch_options_t *opt,
    tn_fetch_result_t *result, tn_error_t *err)
{
    fetch_t self;
    *result = (tn_fetch_result_t){0};
    int ret = start(&self, source, opt, result, source->file, err);
    if (ret == 0) ret = look(&self, err);
    if (ret == 0 && source->alias != NULL && result->state == TN_FETCH_MISSING) {
        ret = start(&self, source, opt, result, source->alias, err);
        if (ret == 0) ret = look(&self, err);
        if (ret == 0 && result->state == TN_FETCH_MISSING)
            ret = start(&self, source, opt, result, source->file, err);
    }
    return ret;
}

/** Makes the folder and those above it. */
static int make_folder(const char *folder, tn_error_t *err)
{
    char path[TN_FETCH_PATH];
    if ((size_t)snprintf(path, sizeof path, "%s", folder) >= sizeof path)
        return tn_error_set(err, TN_EIO, "%.60s...: path too long", folder);
    for (char *s = path + 1;; s++) {
        if (*s != '/' && *s != '\0') continue;
        const char end = *s;
        *s = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) return fail_errno(err, "make", path);
        *s = end;
        if (end == '\0') return 0;
    }
}

static int write_all(int fd, const char *bytes, size_t n)
{
    for (size_t k = 0; k < n;) {
        const ssize_t done = write(fd, bytes + k, n - k);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return -1;
        k += (size_t)done;
    }
    return 0;
}

static int on_bytes(void *ctx, const void *bytes, size_t n, int64_t place)
{
    fetch_t *self = ctx;
    if (place == 0 && self->n_part > 0) { /* the whole file comes after all */
        if (ftruncate(self->fd, 0) != 0) return -1;
        self->n_part = 0;
    }
    if (place != self->n_part || lseek(self->fd, place, SEEK_SET) < 0) return -1;
    if (write_all(self->fd, bytes, n) != 0) return -1;
    self->n_part += (int64_t)n;
    self->result->n_received += (int64_t)n;
    return 0;
}

static int on_progress(void *ctx, int64_t done, int64_t total)
{
    const fetch_t *self = ctx;
    if (self->opt->progress == NULL) return 0;
    return self->opt->progress(
        self->opt->progress_ctx, self->source->id, (double)done, (double)total);
}

static void read_tag(const fetch_t *self, char tag[TN_HTTP_VALIDATOR])
{
    FILE *f = fopen(self->tag, "re");
    tag[0] = '\0';
    if (f == NULL) return;
    if (fgets(tag, TN_HTTP_VALIDATOR, f) == NULL) tag[0] = '\0';
    tag[strcspn(tag, "\r\n")] = '\0';
    (void)fclose(f);
}

static void write_tag(const fetch_t *self, const char *tag)
{
    FILE *f = tag[0] != '\0' ? fopen(self->tag, "we") : NULL;
    if (f == NULL) {
        (void)unlink(self->tag);
        return;
    }
    const bool is_written = fprintf(f, "%s\n", tag) > 0;
    if (fclose(f) != 0 || !is_written) (void)unlink(self->tag);
}

static int open_part(fetch_t *self, tn_error_t *err)
{
    self->fd = open(self->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (self->fd < 0) return fail_errno(err, "write", self->part);
    self->n_part = size_of(self->part);
    if (self->n_part < 0) self->n_part = 0;
    return 0;
}

/** Says what to do next, after what went wrong. */
static int advise(const fetch_t *self, int ret, tn_error_t *err)
{
    const tn_source_t *s = self->source;
    char why[sizeof err->message];
    if (err == NULL) return ret;
    (void)snprintf(why, sizeof why, "%s", err->message);
    if (ret == TN_EINTERRUPT) {
        return tn_error_set(err, ret,
            "%s: interrupted; %lld bytes are kept in %.200s, the same "
            "command goes on from there",
            s->id, (long long)self->n_part, self->part);
    }
    if (ret != TN_ENET) return ret;
    return tn_error_set(err, ret, "%s: %.400s; %s, or save the file from %s and use --from FOLDER",
        s->id, why,
        self->n_part > 0 ? "what came is kept and the same command goes on from there"
                         : "check the network (or https_proxy) and try again",
        s->page);
}

/** One request. Returns 0 with the whole file in FILE.part. */
static int request_once(fetch_t *self, const char *url, tn_error_t *err)
{
    char tag[TN_HTTP_VALIDATOR];
    tn_http_reply_t reply;
    read_tag(self, tag);
    const bool can_resume = tag[0] != '\0' || self->source->sha256 != NULL;
    const tn_http_request_t request = {.url = url,
        .allows_loopback = self->opt->mirror != NULL,
        .offset = can_resume ? self->n_part : 0,
        .validator = tag,
        .max_bytes = TN_FETCH_MAX_BYTES,
        .connect_seconds = self->opt->connect_seconds,
        .stall_seconds = self->opt->stall_seconds,
        .sink = on_bytes,
        .progress = on_progress,
        .ctx = self};
    const int ret = tn_http_get(&request, &reply, err);
    if (self->n_part > 0 && (reply.status == 200 || reply.status == 206))
        write_tag(self, reply.validator);
    if (ret < 0) return ret;
    if (reply.status == 200 || reply.status == 206) return 0;
    if (reply.status == 416 && self->n_part > 0) { /* nothing after the end: whole, or of old */
        bool is_right = false, is_page = false;
        const int seen = examine(self, self->part, &is_right, &is_page, err);
        if (seen < 0 || self->result->is_checked) return seen;
        self->n_part = 0;
        (void)unlink(self->tag);
        if (ftruncate(self->fd, 0) != 0) return fail_errno(err, "write", self->part);
        return tn_error_set(err, TN_ENET, "%s: the file has changed at its owner's", url);
    }
    return tn_error_set(err, TN_ENET, "%s: the server answered %ld%s", url, reply.status,
        reply.status == 404 ? " (not found)" : "");
}

/** Requests until the file is whole, as long as bytes come. */
static int download(fetch_t *self, const char *url, tn_error_t *err)
{
    if (!tn_http_is_there()) {
        return tn_error_set(err, TN_ENET,
            "%s: this build has no libcurl; install libcurl4-gnutls-dev and build anew, or save "
            "the file from %s and use --from FOLDER",
            self->source->id, self->source->page);
    }
    int ret = open_part(self, err);
    for (int k = 0; ret == 0 || k > 0; k++) {
        const int64_t before = self->n_part, received = self->result->n_received;
        ret = request_once(self, url, err);
        if (ret != TN_ENET || k + 1 >= self->opt->n_tries) break;
        if (self->result->n_received == received && self->n_part == before) break;
    }
    if (self->fd >= 0) {
        if (ret == 0 && fsync(self->fd) != 0) ret = fail_errno(err, "write", self->part);
        if (close(self->fd) != 0 && ret == 0) ret = fail_errno(err, "write", self->part);
        self->fd = -1;
    }
    if (self->n_part == 0 || ret == TN_EINPUT) { /* nothing, or far too much */
        (void)unlink(self->part);
        (void)unlink(self->tag);
    }
    return ret < 0 ? advise(self, ret, err) : 0;
}

/** FILE.part to its name if it is right, else to FILE.differs. */
static int settle(fetch_t *self, tn_error_t *err)
{
    bool is_right = false, is_page = false;
    char aside[TN_FETCH_PATH + 16];
    int ret = examine(self, self->part, &is_right, &is_page, err);
    if (ret < 0) return ret;
    (void)unlink(self->tag);
    if (is_right && !is_page) {
        if (rename(self->part, self->result->path) == 0) return 0;
        return fail_errno(err, "write", self->result->path);
    }
    (void)snprintf(aside, sizeof aside, "%s.differs", self->result->path);
    if (rename(self->part, aside) != 0) return fail_errno(err, "write", aside);
    if (is_page) {
        return tn_error_set(err, TN_EINPUT,
            "%s: a web page came in place of the data (kept as %.300s); look at %s",
            self->source->id, aside, self->source->page);
    }
    return tn_error_set(err, TN_EINPUT,
        "%s: the checksum is %s, expected %s; kept as %.300s. Perhaps a new version: see %s; to "
        "use "
        "it all the same, import it by that path",
        self->source->id, self->result->sha256, self->source->sha256, aside, self->source->page);
}

static int copy_bytes(fetch_t *self, const char *from, tn_error_t *err)
{
    char *bytes;
    size_t n;
    int ret = read_all(from, &bytes, &n, err);
    if (ret < 0) return ret;
    const int fd = open(self->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write_all(fd, bytes, n) != 0 || fsync(fd) != 0)
        ret = fail_errno(err, "write", self->part);
    if (fd >= 0 && close(fd) != 0 && ret == 0) ret = fail_errno(err, "write", self->part);
    tn_free(bytes);
    return ret;
}

/** From the folder opt->from, under either name; kept under the name it had. */
static int copy(fetch_t *self, tn_error_t *err)
{
    const tn_source_t *s = self->source;
    char from[TN_FETCH_PATH];
    int ret = join(from, self->opt->from, s->file, "", err);
    if (ret == 0 && size_of(from) < 0 && s->alias != NULL) {
        ret = join(from, self->opt->from, s->alias, "", err);
        if (ret == 0 && size_of(from) >= 0)
            ret = start(self, s, self->opt, self->result, s->alias, err);
    }
    if (ret < 0) return ret;
    if (size_of(from) < 0) {
        return tn_error_set(err, TN_EIO, "%s: no file %s%s%s in %s; its owner's page is %s", s->id,
            s->file, s->alias != NULL ? " or " : "", s->alias != NULL ? s->alias : "",
            self->opt->from, s->page);
    }
    return copy_bytes(self, from, err);
}

int tn_fetch(const tn_source_t *source, const tn_fetch_options_t *opt, tn_fetch_result_t *result,
    tn_error_t *err)
{
    fetch_t self;
    char url[TN_FETCH_PATH];
    int ret = tn_fetch_look(source, opt, result, err);
    if (ret < 0) return ret;
    if (result->state == TN_FETCH_PRESENT && !opt->replace) return 0;
    if (result->state == TN_FETCH_DIFFERS && !opt->replace) {
        return tn_error_set(err, TN_EINPUT,
            "%s: %.300s is another version (its checksum is %s); use --force to replace it",
            source->id, result->path, result->sha256);
    }
    const tn_fetch_state_t state = result->state;
    *result = (tn_fetch_result_t){.state = state};
    ret = start(&self, source, opt, result, source->file, err);
    if (ret == 0) ret = make_folder(opt->folder, err);
    if (ret < 0) return ret;
    if (opt->from != NULL) {
        ret = copy(&self, err);
    } else if (opt->mirror != NULL) {
        ret = join(url, opt->mirror, source->file, "", err);
        if (ret == 0) ret = download(&self, url, err);
    } else if (source->url == NULL) {
        return tn_error_set(err, TN_EARG,
            "%s: its owner gives no direct address; save it from %s as %s and use --from FOLDER",
            source->id, source->page, source->file);
    } else {
        ret = download(&self, source->url, err);
    }
    return ret < 0 ? ret : settle(&self, err);
}
