/* The version, as the build gives it. */
#include "tenure/version.h"

const char *tn_version(void) { return TN_VERSION; }
