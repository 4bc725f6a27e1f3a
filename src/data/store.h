/** The store: one SQLite file with what was imported, row by row, and the spells made from it. */
#ifndef TN_DATA_STORE_H
#define TN_DATA_STORE_H
#include "io/sqlite.h"

/** Opens the store. TN_SQLITE_CREATE makes it, and fills the tables of countries and routes.
 *  tn_sqlite_close() it, also after a failure. */
TN_MUST_CHECK int tn_store_open(
    tn_sqlite_t *self, const char *path, tn_sqlite_mode_t mode, tn_error_t *err);
#endif
