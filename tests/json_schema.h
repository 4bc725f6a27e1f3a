/** JSON against a published schema: the part of JSON Schema 2020-12 that ours use. */
#ifndef TN_TESTS_JSON_SCHEMA_H
#define TN_TESTS_JSON_SCHEMA_H
#include <jansson.h>

/** Fails the test unless value is as the schema in this file (below the source root) says. */
void check_schema(const char *file, const json_t *value);
#endif
