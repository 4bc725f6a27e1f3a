/** libtenure: how long a political leader will last, how they will go, and who comes next.
 *
 *  Ownership, the one rule: the caller owns what it passes and what it is given through a `T **` or
 * an initialised struct; a `const` pointer returned is borrowed and lives as long as its parent.
 *
 *  Errors: fallible functions return 0 or a negative TN_E... code and take an optional tn_error_t.
 *  Mistakes in user files are collected in a tn_diag_t, all of them. The library never prints and
 * never exits. Different objects may be used from different threads at once.
 *
 *  All functions are *experimental* before version 1.0. */
#ifndef TENURE_H
#define TENURE_H
#include "tenure/backtest.h"
#include "tenure/base.h"
#include "tenure/case.h"
#include "tenure/cif.h"
#include "tenure/compare.h"
#include "tenure/concordance.h"
#include "tenure/cox.h"
#include "tenure/data.h"
#include "tenure/design.h"
#include "tenure/diag.h"
#include "tenure/error.h"
#include "tenure/explain.h"
#include "tenure/fetch.h"
#include "tenure/finegray.h"
#include "tenure/fit.h"
#include "tenure/forecast.h"
#include "tenure/frame.h"
#include "tenure/gray.h"
#include "tenure/km.h"
#include "tenure/ledger.h"
#include "tenure/lifetable.h"
#include "tenure/logit.h"
#include "tenure/logrank.h"
#include "tenure/parametric.h"
#include "tenure/periods.h"
#include "tenure/report.h"
#include "tenure/resample.h"
#include "tenure/score.h"
#include "tenure/shard.h"
#include "tenure/sobol.h"
#include "tenure/spells.h"
#include "tenure/splitpop.h"
#include "tenure/version.h"
#endif
