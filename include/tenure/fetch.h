/** Data sets of others and where their owners keep them: downloads that can be resumed, checked
 * against known checksums, or copies from files at hand. */
#ifndef TENURE_FETCH_H
#define TENURE_FETCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/error.h"
#include "tenure/export.h"
#include "tenure/forecast.h" /* tn_progress_fn */

#ifdef __cplusplus
extern "C" {
#endif

#define TN_FETCH_MAX_BYTES ((int64_t)64 << 20) /**< larger files are refused */
#define TN_FETCH_PATH      4096

/** One file of a data set. All texts static; NULL where not known. */
typedef struct tn_source {
    const char *id;     /**< short name, "archigos" */
    const char *title;  /**< name and version */
    const char *owner;  /**< who keeps it */
    const char *file;   /**< name under which it is kept */
    const char *alias;  /**< another name under which copies go about, or NULL */
    const char *url;    /**< direct address; NULL: the owner gives none, see page */
    const char *page;   /**< where people find it */
    const char *terms;  /**< licence, or what is known of the terms */
    const char *cite;   /**< citation asked for */
    const char *sha256; /**< of the version known; NULL: the owner replaces the file in place */
    const char *remark; /**< what else to know, or NULL */
} tn_source_t;

/** All files known. Static. */
TN_API const tn_source_t *tn_source_list(size_t *n);
/** By id; NULL if there is none. */
TN_API const tn_source_t *tn_source_find(const char *id);

typedef enum tn_fetch_state {
    TN_FETCH_MISSING, /**< nothing there */
    TN_FETCH_PARTIAL, /**< FILE.part holds the beginning */
    TN_FETCH_PRESENT, /**< there, and the version known, where one is known */
    TN_FETCH_DIFFERS  /**< there, but not the version known */
} tn_fetch_state_t;

/** Which file was looked at or made. */
typedef struct tn_fetch_result {
    tn_fetch_state_t state;   /**< before anything was done */
    int64_t n_bytes;          /**< of the file, or of its beginning */
    int64_t n_received;       /**< bytes that came over the network */
    bool is_checked;          /**< the checksum known was compared and is right */
    char sha256[65];          /**< of the whole file; "" if there is none */
    char path[TN_FETCH_PATH]; /**< where it is, or would be */
} tn_fetch_result_t;

typedef struct tn_fetch_options {
    const char *folder; /**< where files are kept; made if missing */
    const char *from;   /**< take files from this folder, not from the network; NULL: the network */
    const char
        *mirror;  /**< ask MIRROR/FILE instead of the owner; https, or http://127.0.0.1; NULL */
    bool replace; /**< fetch although a file is there */
    int connect_seconds, stall_seconds; /**< patience: to be connected; without any byte */
    int n_tries;                        /**< a broken transfer is resumed so often */
    tn_progress_fn progress;            /**< nonzero interrupts; may be NULL */
    void *progress_ctx;
} tn_fetch_options_t;

#define TN_FETCH_OPTIONS_DEFAULT                                                                   \
    {                                                                                              \
        .folder = ".", .connect_seconds = 20, .stall_seconds = 60, .n_tries = 4                    \
    }

/** Whether this build can download (libcurl). */
TN_API bool tn_fetch_has_network(void);

/** Looks what is in the folder; changes nothing.
 *  @return 0; TN_EIO; TN_ENOMEM. */
TN_API TN_MUST_CHECK int tn_fetch_look(const tn_source_t *source, const tn_fetch_options_t *opt,
    tn_fetch_result_t *result, tn_error_t *err);

/** Brings one file into the folder, unless it is there. Downloads go to FILE.part, which stays when
 *  a transfer breaks and is resumed by the next call; the file appears under its name only when it
 *  is whole and its checksum right. A file with another checksum is kept as FILE.differs.
 *  @return 0; TN_ENET: no network, no such file, broken transfer; TN_EINPUT: other checksum, or a
 *  web page in place of data; TN_EARG: no address, or not an https one; TN_EIO; TN_EINTERRUPT;
 *  TN_ENOMEM. Messages name the next step. */
TN_API TN_MUST_CHECK int tn_fetch(const tn_source_t *source, const tn_fetch_options_t *opt,
    tn_fetch_result_t *result, tn_error_t *err);

#ifdef __cplusplus
}
#endif
#endif
