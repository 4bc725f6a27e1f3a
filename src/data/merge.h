/** One table of spells from several sources, with the source of each field. */
#ifndef TN_DATA_MERGE_H
#define TN_DATA_MERGE_H
#include "io/sqlite.h"

/** Makes the table `merged` anew from the spells in the store. Inside a transaction.
 *
 *  Archigos through its end (2015-12-31), then REIGN; REIGN throughout for countries that Archigos
 *  lacks. A spell that Archigos leaves in office goes on as the REIGN spell of a like name that is
 *  in force on that day, or begun within two months of it: one spell, start from Archigos, end from
 *  REIGN. Of the other REIGN spells those are taken that are in force after the end of Archigos; if
 *  begun before, they count from the day after it only (counts_from). */
TN_MUST_CHECK int tn_merge(tn_sqlite_t *db, tn_error_t *err);
#endif
