/** The fitted base rates as a file: JSON, schema "tenure-base-model/2", figures to 9 digits. */
#ifndef TN_MODEL_BASE_JSON_H
#define TN_MODEL_BASE_JSON_H
#include <stdio.h>

#include "model/base_model.h"

/** @return 0, TN_EIO, TN_ENOMEM. */
int tn_base_json_write(const tn_base_model_t *self, FILE *out, tn_error_t *err);
/** @param name  for messages.  @return 0; TN_EINPUT with the member and what was expected;
 *  TN_ENOMEM. On failure *self is empty. */
int tn_base_json_read(
    tn_base_model_t *self, const char *name, const char *text, size_t n, tn_error_t *err);

/** The model that was shipped, as this JSON; written at build time from base_rates.json. */
extern const unsigned char tn_base_shipped_text[];
extern const size_t tn_base_shipped_size;
#endif
