/* HTTP in a build without libcurl: says what is missing. */
#include "io/http.h"

bool tn_http_is_there(void) { return false; }

bool tn_http_is_allowed(const char *url, bool allows_loopback)
{
    (void)url;
    (void)allows_loopback;
    return false;
}

int tn_http_get(const tn_http_request_t *request, tn_http_reply_t *reply, tn_error_t *err)
{
    *reply = (tn_http_reply_t){0};
    return tn_error_set(err, TN_ENET,
        "%s: this build cannot use the network; build with libcurl (Debian: libcurl4-gnutls-dev, "
        "meson option network)",
        request->url);
}
