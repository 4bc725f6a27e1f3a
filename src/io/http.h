/** One file over HTTP, in pieces, from any byte on: a thin face on libcurl. Only https, except that
 * http to this machine itself (127.0.0.1) may be allowed, for tests and local mirrors. Proxies are
 * those of the environment (https_proxy, no_proxy, ...), certificates those of the system. */
#ifndef TN_IO_HTTP_H
#define TN_IO_HTTP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"

#define TN_HTTP_VALIDATOR 256

/** Takes bytes that belong at this place of the file; at 0 the file begins anew. Nonzero stops the
 * transfer with TN_EIO. */
typedef int tn_http_sink_fn(void *ctx, const void *bytes, size_t n, int64_t place);
/** Nonzero stops the transfer with TN_EINTERRUPT. total is 0 while unknown. */
typedef int tn_http_progress_fn(void *ctx, int64_t done, int64_t total);

typedef struct tn_http_request {
    const char *url;
    bool allows_loopback;
    int64_t offset;        /* bytes already there */
    const char *validator; /* entity tag or date that came with them; "" if none */
    int64_t max_bytes;     /* of the whole file */
    int connect_seconds;   /* to be connected */
    int stall_seconds;     /* without a byte a second */
    tn_http_sink_fn *sink;
    tn_http_progress_fn *progress; /* may be NULL */
    void *ctx;
} tn_http_request_t;

typedef struct tn_http_reply {
    long status;                       /* 200 whole file, 206 rest, 404, 416, ... */
    char validator[TN_HTTP_VALIDATOR]; /* for the next try; "" if none */
} tn_http_reply_t;

/** Whether this build can use the network. */
bool tn_http_is_there(void);
/** Whether tn_http_get() would ask this address. */
bool tn_http_is_allowed(const char *url, bool allows_loopback);

/** Follows up to five redirections, each checked like the address itself. Bodies of other answers
 *  than 200 and 206 are not passed on.
 *  @return 0 and the status; TN_EARG: address not allowed; TN_ENET: no answer, broken transfer
 * (what came was passed on), file too large; TN_EIO: the sink failed; TN_EINTERRUPT; TN_ENOMEM. */
TN_MUST_CHECK int tn_http_get(
    const tn_http_request_t *request, tn_http_reply_t *reply, tn_error_t *err);
#endif
