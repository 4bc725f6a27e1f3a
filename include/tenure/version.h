/** Version of the library. */
#ifndef TENURE_VERSION_H
#define TENURE_VERSION_H
#include "tenure/export.h"

#ifdef __cplusplus
extern "C" {
#endif
/** "0.1.0": the version of the library that is linked. */
TN_API const char *tn_version(void);
#ifdef __cplusplus
}
#endif
#endif
