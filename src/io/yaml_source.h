/** The text under a tree of nodes: places and the check of its bytes. Used by yaml.c and for
 * settings. */
#ifndef TN_IO_YAML_SOURCE_H
#define TN_IO_YAML_SOURCE_H
#include "io/yaml.h"

/** Place with the source line filled in. */
tn_place_t tn_yaml_place_of(const tn_yaml_source_t *source, int line, int column, int width);
/** The same for who knows the byte too: no search in a long line. */
tn_place_t tn_yaml_place_at(
    const tn_yaml_source_t *source, int line, int column, int width, size_t offset);
/** Valid UTF-8 without characters that YAML forbids; adds the first mistake to diag. */
bool tn_yaml_source_is_clean(const tn_yaml_source_t *source, tn_diag_t *diag);
#endif
