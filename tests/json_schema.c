#include "json_schema.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define MAX_PATH 256

static const json_t *schema_root;

static const json_t *resolve(const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    static const char prefix[] = "#/$defs/";
    /* other validators look for what a relative $id points to, and find no file */
    assert_null(json_object_get(schema_root, "$id"));
    if (ref == NULL) return schema;
    assert_int_equal(strncmp(ref, prefix, sizeof prefix - 1), 0);
    const json_t *found =
        json_object_get(json_object_get(schema_root, "$defs"), ref + sizeof prefix - 1);
    assert_non_null(found);
    return found;
}

static bool is_of_type(const json_t *value, const char *type)
{
    if (strcmp(type, "object") == 0) return json_is_object(value);
    if (strcmp(type, "array") == 0) return json_is_array(value);
    if (strcmp(type, "string") == 0) return json_is_string(value);
    if (strcmp(type, "integer") == 0) return json_is_integer(value);
    if (strcmp(type, "number") == 0) return json_is_number(value);
    if (strcmp(type, "boolean") == 0) return json_is_boolean(value);
    if (strcmp(type, "null") == 0) return json_is_null(value);
    fail_msg("unknown type in the schema: %s", type);
    return false;
}

static void check_type(const json_t *schema, const json_t *value, const char *path)
{
    const json_t *type = json_object_get(schema, "type");
    bool is_right =
        type == NULL || (json_is_string(type) && is_of_type(value, json_string_value(type)));
    for (size_t i = 0; i < json_array_size(type); i++) {
        is_right = is_right || is_of_type(value, json_string_value(json_array_get(type, i)));
    }
    if (!is_right) fail_msg("%s: not of the type of the schema", path);
    const json_t *allowed = json_object_get(schema, "enum");
    bool is_allowed = allowed == NULL;
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        is_allowed = is_allowed || json_equal(json_array_get(allowed, i), value);
    }
    if (!is_allowed) fail_msg("%s: not in the enumeration of the schema", path);
}

static void check_value(const json_t *schema, const json_t *value, const char *path, int depth);

static void check_members(const json_t *schema, const json_t *value, const char *path, int depth)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *required = json_object_get(schema, "required");
    const char *key;
    json_t *member;
    char below[MAX_PATH];
    for (size_t i = 0; i < json_array_size(required); i++) {
        key = json_string_value(json_array_get(required, i));
        if (json_object_get(value, key) == NULL) fail_msg("%s: key %s is missing", path, key);
    }
    json_object_foreach((json_t *)value, key, member)
    {
        const json_t *sub = json_object_get(properties, key);
        (void)snprintf(below, sizeof below, "%.200s.%.50s", path, key);
        if (sub == NULL && json_is_object(others)) sub = others;
        if (sub == NULL) fail_msg("%s: not in the schema", below);
        check_value(sub, member, below, depth + 1);
    }
}

/** The part of JSON Schema 2020-12 that the schema uses: type, enum, required, properties, items,
 * $ref, additionalProperties (false or a schema). */
static void check_value(const json_t *schema, const json_t *value, const char *path, int depth)
{
    char below[MAX_PATH];
    assert_true(depth < 20);
    schema = resolve(schema);
    check_type(schema, value, path);
    if (json_is_object(value)) check_members(schema, value, path, depth);
    for (size_t i = 0; i < json_array_size(value); i++) {
        (void)snprintf(below, sizeof below, "%.200s[%zu]", path, i);
        check_value(json_object_get(schema, "items"), json_array_get(value, i), below, depth + 1);
    }
}

void check_schema(const char *file, const json_t *value)
{
    char path[4096];
    json_error_t error;
    const char *root = getenv("TENURE_SOURCE_ROOT");
    (void)snprintf(path, sizeof path, "%s/%s", root != NULL ? root : ".", file);
    json_t *schema = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (schema == NULL) fail_msg("%s: %s", path, error.text);
    schema_root = schema;
    check_value(schema, value, "$", 0);
    json_decref(schema);
}
