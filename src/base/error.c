/* Error codes and messages, from the one list in tenure/error.h. */
#include "tenure/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int code, exit_status;
    const char *text;
} table[] = {
#define ROW(name, value, exit_status, text) {TN_##name, exit_status, text},
    TN_ERROR_LIST(ROW)
#undef ROW
};
#define N_ROWS (sizeof table / sizeof *table)

const char *tn_error_text(int code)
{
    for (size_t k = 0; k < N_ROWS; k++) {
        if (table[k].code == code) return table[k].text;
    }
    return code == TN_OK ? "no error" : "unknown error";
}

int tn_error_exit_status(int code)
{
    for (size_t k = 0; k < N_ROWS; k++) {
        if (table[k].code == code) return table[k].exit_status;
    }
    return code == TN_OK ? 0 : table[N_ROWS - 1].exit_status;
}

int tn_error_set(tn_error_t *err, int code, const char *fmt, ...)
{
    va_list args;
    if (err == NULL) return code;
    va_start(args, fmt);
    err->code = code;
    (void)vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    return code;
}

void tn_error_prefix(tn_error_t *err, const char *fmt, ...)
{
    char old[sizeof err->message];
    va_list args;
    if (err == NULL) return;
    memcpy(old, err->message, sizeof old);
    va_start(args, fmt);
    const int n = vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof err->message) return;
    const int left = (int)sizeof err->message - n - 3;
    if (left <= 0) return;
    (void)snprintf(err->message + n, sizeof err->message - (size_t)n, ": %.*s", left, old);
}
