/** One table of spells from several sources, with the source of each field. */
#ifndef TN_DATA_MERGE_H
#define TN_DATA_MERGE_H
#include "io/sqlite.h"

/** Makes the table `merged` anew from the spells in the store. Inside a transaction.
 *
 *  Archigos through its end (2015-12-31), then REIGN; REIGN throughout for countries that Archigos
 *  lacks. A spell that Archigos leaves in office, or ends on its own last day, goes on as the REIGN
 *  spell still in force then of which two of three agree: name, birth (two years), start (two
 *  months). It is one spell, start from Archigos, end and route from REIGN. Of the other REIGN
 *  spells those are taken that are in force after the last day that Archigos tells of in the
 *  country; if begun before, they count from the day after it only (counts_from). */
TN_MUST_CHECK int tn_merge(tn_sqlite_t *db, tn_error_t *err);
#endif
