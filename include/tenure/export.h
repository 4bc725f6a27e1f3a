/** Marks what the shared library exports, and what must be read by the caller. */
#ifndef TENURE_EXPORT_H
#define TENURE_EXPORT_H
#define TN_API               __attribute__((visibility("default")))
#define TN_MUST_CHECK        __attribute__((warn_unused_result))
#define TN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#endif
