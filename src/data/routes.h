/** Which route out an exit in a source means: a table that users can replace. */
#ifndef TN_DATA_ROUTES_H
#define TN_DATA_ROUTES_H
#include "io/sqlite.h"

/** The table shipped, as CSV: kind,exit,exitcode,route,flag. An exitcode of * stands for any. */
const char *tn_routes_text(void);
/** Fills route_map with the table shipped. Inside a transaction. */
TN_MUST_CHECK int tn_routes_default(tn_sqlite_t *db, tn_error_t *err);
/** Fills route_map from a CSV file instead. Inside a transaction.
 *  @return 0; TN_EINPUT with file and line; TN_EIO; ... */
TN_MUST_CHECK int tn_routes_replace(tn_sqlite_t *db, const char *path, tn_error_t *err);
#endif
