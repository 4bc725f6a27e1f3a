/** What libyaml says about bad syntax, in words for somebody who writes a case by hand. */
#ifndef TN_IO_YAML_WORDS_H
#define TN_IO_YAML_WORDS_H
#include <yaml.h>

#include "io/yaml.h"

/** Adds the parser's mistake to diag. @return TN_EINPUT, or TN_ENOMEM if the parser had no memory.
 */
int tn_yaml_reword(const yaml_parser_t *parser, const tn_yaml_source_t *source, tn_diag_t *diag);
#endif
