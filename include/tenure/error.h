/** Error codes, their texts and the exit status each leads to: one list. */
#ifndef TENURE_ERROR_H
#define TENURE_ERROR_H
#include "tenure/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, value, exit status, text) */
#define TN_ERROR_LIST(X)                                                                           \
    X(ENOMEM, -1, 70, "out of memory")                                                             \
    X(EIO, -2, 2, "cannot read or write")                                                          \
    X(EINPUT, -3, 2, "mistakes in the input")                                                      \
    X(EARG, -4, 64, "invalid argument")                                                            \
    X(EDOMAIN, -5, 2, "value outside the domain")                                                  \
    X(ECONVERGE, -6, 2, "no convergence")                                                          \
    X(EDB, -7, 2, "database error")                                                                \
    X(ENET, -8, 2, "network error")                                                                \
    X(EINTERRUPT, -9, 130, "interrupted")                                                          \
    X(EINTERNAL, -10, 70, "internal error, please report it")

typedef enum tn_status {
    TN_OK = 0,
#define TN_ERROR_ENUM(name, value, exit_status, text) TN_##name = (value),
    TN_ERROR_LIST(TN_ERROR_ENUM)
#undef TN_ERROR_ENUM
} tn_status_t;

/** What went wrong: filled by the function that knows most; callers add context in front. */
typedef struct tn_error {
    int code;
    char message[1024];
} tn_error_t;

/** Text of a code, e.g. "out of memory"; "unknown error" for others. Never NULL. */
TN_API const char *tn_error_text(int code);

/** Exit status a program should end with for this code: 0, 2, 64, 70 or 130. */
TN_API int tn_error_exit_status(int code);

/** Sets code and message (printf style) if err is not NULL. Returns code. */
TN_API int tn_error_set(tn_error_t *err, int code, const char *fmt, ...) TN_PRINTF(3, 4);

/** Puts context in front of the message: "context: message". err may be NULL. */
TN_API void tn_error_prefix(tn_error_t *err, const char *fmt, ...) TN_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
