/** What the readers of data files share. Each fills an empty frame or leaves it to tn_frame_free.
 */
#ifndef TN_IO_FRAME_READ_H
#define TN_IO_FRAME_READ_H
#include "tenure/frame.h"

/** A file in memory; name is for messages. */
typedef struct tn_frame_source {
    const char *name;
    const unsigned char *bytes;
    size_t n;
    const char *object;       /* R: name of the data frame wanted; NULL: the only one */
    bool is_lenient, as_text; /* see tn_frame_options_t */
} tn_frame_source_t;

int tn_csv_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err);
int tn_stata_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err);
int tn_spss_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err);
int tn_rdata_read(tn_frame_t *self, const tn_frame_source_t *source, tn_error_t *err);

/** Room for the columns: names are set by the caller. @return 0, TN_EINPUT beyond the limits,
 *  TN_ENOMEM. */
int tn_frame_allocate(tn_frame_t *self, const tn_frame_source_t *source, size_t n_rows,
    size_t n_columns, tn_error_t *err);

/** Room for the names of n columns that are not read. @return 0 or TN_ENOMEM. */
int tn_frame_leave_out(tn_frame_t *self, size_t n);

/** Gives the column n_levels texts, copied; one block, so that one free is enough.
 *  @return 0 or TN_ENOMEM. */
int tn_frame_set_levels(tn_frame_column_t *column, const char *const *texts, int n_levels);

/** Names of all columns made different as R's make.unique does: a, a.1, a.2; an empty one becomes
 *  X. @return 0 or TN_ENOMEM. */
int tn_frame_unique_names(tn_frame_t *self);
#endif
