/* HTTP by libcurl. Redirections are followed here and not by curl, so that every address is checked
 * by the same rule. */
#include "io/http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/str.h"

#define MAX_REDIRECTIONS 5
#define MAX_URL          2048

typedef struct transfer {
    const tn_http_request_t *request;
    tn_http_reply_t *reply;
    CURL *curl;
    int64_t place; /* of the next byte; -1 before the first of this answer */
    int64_t range; /* first byte by Content-Range; -1 if not said */
    int code;      /* why it was stopped by us; 0: not */
    const char *reason;
} transfer_t;

bool tn_http_is_there(void) { return true; }

bool tn_http_is_allowed(const char *url, bool allows_loopback)
{
    static const char loopback[] = "http://127.0.0.1";
    if (strncasecmp(url, "https://", 8) == 0) return true;
    if (!allows_loopback || strncmp(url, loopback, sizeof loopback - 1) != 0) return false;
    const char *rest = url + sizeof loopback - 1;
    if (*rest == ':') rest += 1 + strspn(rest + 1, "0123456789");
    return *rest == '/';
}

static size_t stop(transfer_t *self, int code, const char *reason)
{
    self->code = code;
    self->reason = reason;
    return 0; /* not what curl expects: it ends the transfer */
}

/** Value of the header if it has this name, without blanks at its ends. */
static bool header_value(const char *line, size_t n, const char *name, char *out, size_t room)
{
    const size_t n_name = strlen(name);
    if (n <= n_name || strncasecmp(line, name, n_name) != 0 || line[n_name] != ':') return false;
    size_t begin = n_name + 1, end = n;
    while (begin < end && isspace((unsigned char)line[begin]))
        begin++;
    while (end > begin && isspace((unsigned char)line[end - 1]))
        end--;
    (void)snprintf(out, room, "%.*s", (int)(end - begin), line + begin);
    return end - begin < room;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
    transfer_t *self = ctx;
    const size_t n = size * count;
    char value[TN_HTTP_VALIDATOR];
    char *validator = self->reply->validator;
    if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        validator[0] = '\0'; /* a further answer begins */
        self->range = -1;
    }
    if (header_value(line, n, "ETag", value, sizeof value)) {
        /* a weak tag does not promise the same bytes (RFC 9110, 13.1.5) */
        if (value[0] == '"') memcpy(validator, value, sizeof value);
    } else if (header_value(line, n, "Last-Modified", value, sizeof value)) {
        if (validator[0] == '\0') memcpy(validator, value, sizeof value);
    } else if (header_value(line, n, "Content-Range", value, sizeof value)) {
        const size_t digits = strspn(value, "bytes ");
        const size_t n_digits = strspn(value + digits, "0123456789");
        if (!tn_str_to_int64(value + digits, n_digits, 0, INT64_MAX, &self->range))
            self->range = -1;
    }
    return n;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
    transfer_t *self = ctx;
    const tn_http_request_t *r = self->request;
    const size_t n = size * count;
    long status = 0;
    (void)curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 && status != 206) return n;
    if (self->place < 0) {
        self->place = status == 206 ? r->offset : 0;
        if (status == 206 && self->range != r->offset)
            return stop(self, TN_ENET, "the server sent another part of the file than asked for");
    }
    if (self->place + (int64_t)n > r->max_bytes)
        return stop(self, TN_EINPUT, "the file is larger than any version known");
    if (r->sink(r->ctx, bytes, n, self->place) != 0) return stop(self, TN_EIO, "cannot be written");
    self->place += (int64_t)n;
    return n;
}

static int on_progress(void *ctx, curl_off_t total, curl_off_t done, curl_off_t up, curl_off_t sent)
{
    transfer_t *self = ctx;
    const tn_http_request_t *r = self->request;
    (void)up;
    (void)sent;
    if (r->progress == NULL) return 0;
    const int64_t before = self->place < 0 ? 0 : self->place - (int64_t)done;
    if (r->progress(r->ctx, before + done, total > 0 ? before + total : 0) == 0) return 0;
    (void)stop(self, TN_EINTERRUPT, "interrupted");
    return 1;
}

/** The header that asks for the rest only if the file is still the same. */
static struct curl_slist *condition(const tn_http_request_t *r)
{
    char line[TN_HTTP_VALIDATOR + 16];
    if (r->offset == 0 || r->validator == NULL || r->validator[0] == '\0') return NULL;
    (void)snprintf(line, sizeof line, "If-Range: %s", r->validator);
    return curl_slist_append(NULL, line);
}

static void set_options(transfer_t *self, const char *url, char *message)
{
    const tn_http_request_t *r = self->request;
    CURL *c = self->curl;
    (void)curl_easy_setopt(c, CURLOPT_URL, url);
    (void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, message);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "tenure/" TN_VERSION);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, self);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(c, CURLOPT_HEADERDATA, self);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, self);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)r->connect_seconds);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)r->stall_seconds);
    (void)curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (strncasecmp(url, "https://", 8) != 0) (void)curl_easy_setopt(c, CURLOPT_PROXY, "");
    if (r->offset > 0) { /* not RESUME_FROM: that fails on a server that sends the whole file */
        char range[32];
        (void)snprintf(range, sizeof range, "%lld-", (long long)r->offset);
        (void)curl_easy_setopt(c, CURLOPT_RANGE, range);
    }
}

/** Asks one address. next: where it is redirected to, "" if nowhere. */
static int ask(transfer_t *self, const char *url, char next[MAX_URL], tn_error_t *err)
{
    char message[CURL_ERROR_SIZE] = "";
    const char *location = NULL;
    next[0] = '\0';
    curl_easy_reset(self->curl);
    struct curl_slist *headers = condition(self->request);
    set_options(self, url, message);
    if (headers != NULL) (void)curl_easy_setopt(self->curl, CURLOPT_HTTPHEADER, headers);
    self->place = self->range = -1;
    const CURLcode code = curl_easy_perform(self->curl);
    curl_slist_free_all(headers);
    (void)curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &self->reply->status);
    if (self->code != 0) return tn_error_set(err, self->code, "%s: %s", url, self->reason);
    if (code == CURLE_OUT_OF_MEMORY) return tn_error_set(err, TN_ENOMEM, "out of memory");
    if (code != CURLE_OK) {
        return tn_error_set(
            err, TN_ENET, "%s: %s", url, message[0] != '\0' ? message : curl_easy_strerror(code));
    }
    (void)curl_easy_getinfo(self->curl, CURLINFO_REDIRECT_URL, &location);
    if (location != NULL) {
        if (strlen(location) >= MAX_URL)
            return tn_error_set(err, TN_ENET, "%s: redirected to an address too long", url);
        memcpy(next, location, strlen(location) + 1);
    }
    return 0;
}

static int refuse(const char *url, const char *from, tn_error_t *err)
{
    if (from == NULL) return tn_error_set(err, TN_EARG, "%s: only https is allowed", url);
    return tn_error_set(err, TN_ENET, "%s: redirected to %s, but only https is allowed", from, url);
}

int tn_http_get(const tn_http_request_t *request, tn_http_reply_t *reply, tn_error_t *err)
{
    transfer_t self = {.request = request, .reply = reply};
    char url[MAX_URL], next[MAX_URL];
    *reply = (tn_http_reply_t){0};
    if (!tn_http_is_allowed(request->url, request->allows_loopback))
        return refuse(request->url, NULL, err);
    if (strlen(request->url) >= sizeof url)
        return tn_error_set(err, TN_EARG, "%.60s...: address too long", request->url);
    memcpy(url, request->url, strlen(request->url) + 1);
    self.curl = curl_easy_init();
    if (self.curl == NULL) return tn_error_set(err, TN_ENOMEM, "cannot start libcurl");
    int ret = 0;
    for (int hop = 0;; hop++) {
        ret = ask(&self, url, next, err);
        if (ret < 0 || next[0] == '\0') break;
        if (!tn_http_is_allowed(next, request->allows_loopback)) {
            ret = refuse(next, url, err);
        } else if (hop == MAX_REDIRECTIONS) {
            ret = tn_error_set(err, TN_ENET, "%s: too many redirections", request->url);
        }
        if (ret < 0) break;
        memcpy(url, next, sizeof url);
    }
    curl_easy_cleanup(self.curl);
    return ret;
}
