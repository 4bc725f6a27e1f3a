/* Reading by the table: every check here holds for all keys alike; checks between keys are in
 * case_check.c. */
#include "model/schema.h"

#include "base/date.h"
#include "base/decimal.h"
#include "base/str.h"
#include "model/case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_CHOICES     8
#define MAX_NAMES       20  /* names listed in a message when one is near */
#define MAX_NAMES_ALONE 40  /* and when none is */
#define MAX_KEYS        128 /* keys of a section */
#define SHOWN           40  /* bytes of a scalar shown in a message */

void tn_schema_expected(const tn_schema_row_t *row, char *out, size_t n)
{
    char lo[TN_DECIMAL_SIZE], hi[TN_DECIMAL_SIZE];
    tn_decimal_format(row->lo, 15, lo);
    tn_decimal_format(row->hi, 15, hi);
    switch (row->type) {
    case TN_SCHEMA_TEXT:
        snprintf(out, n, "%s", row->form[0] != '\0' ? row->form : "a text");
        return;
    case TN_SCHEMA_ID: snprintf(out, n, "an id of small letters, digits and '-'"); return;
    case TN_SCHEMA_DATE: snprintf(out, n, "a date YYYY-MM-DD"); return;
    case TN_SCHEMA_FLAG: snprintf(out, n, "true or false"); return;
    case TN_SCHEMA_LETTER: snprintf(out, n, "a letter from A to F"); return;
    case TN_SCHEMA_OTHER: snprintf(out, n, "%s", row->form); return;
    case TN_SCHEMA_INTEGER:
        if (row->lo == row->hi) {
            snprintf(out, n, "%s, the only version of the format", lo);
        } else {
            snprintf(out, n, "a whole number from %s to %s", lo, hi);
        }
        return;
    case TN_SCHEMA_NUMBER:
        if (row->is_open) {
            snprintf(out, n, "a number above %s and up to %s", lo, hi);
        } else {
            snprintf(out, n, "a number from %s to %s", lo, hi);
        }
        return;
    case TN_SCHEMA_CHOICE: break;
    }
    size_t at = (size_t)snprintf(out, n, "one of: ");
    for (const char *s = row->form; *s != '\0' && at + 3 < n; s++) {
        if (*s == '|') out[at++] = ',';
        out[at++] = *s == '|' ? ' ' : *s;
    }
    out[at < n ? at : n - 1] = '\0';
}

/* Cuts a text to SHOWN bytes, at a character's end. */
static void shorten(const char *text, size_t length, char out[SHOWN + 4])
{
    size_t n = length < SHOWN ? length : SHOWN;
    while (n > 0 && n < length && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    memcpy(out, text, n);
    memcpy(out + n, n < length ? "..." : "", n < length ? 4 : 1);
    for (size_t i = 0; i < n; i++) {
        if (out[i] == '\0') out[i] = '?';
    }
}

void tn_schema_found(const tn_yaml_node_t *node, char *out, size_t n)
{
    char text[SHOWN + 4];
    if (node->kind == TN_YAML_MAPPING) {
        snprintf(out, n, "a mapping");
        return;
    }
    if (node->kind == TN_YAML_LIST) {
        snprintf(out, n, "a list of %d", node->n_children);
        return;
    }
    shorten(node->text, node->n, text);
    if (tn_yaml_is_empty(node)) {
        snprintf(out, n, "nothing");
    } else if (node->is_plain) {
        snprintf(out, n, "'%s'", text);
    } else {
        snprintf(out, n, "the text \"%s\"", text);
    }
}

static bool is_one_of(const tn_yaml_node_t *node, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (tn_yaml_is_text(node, words[i])) return true;
    }
    return false;
}

static const char *number_hint(const tn_yaml_node_t *node)
{
    static const char *const endless[] = {
        ".nan", ".NaN", "nan", "NaN", ".inf", "-.inf", "inf", "-inf", "infinity"};
    double number;
    if (!node->is_plain && tn_str_to_double(node->text, node->n, &number)) {
        return " (remove the quotation marks)";
    }
    if (is_one_of(node, endless, sizeof endless / sizeof endless[0])) return " (it must be finite)";
    if (strncmp(node->text, "0x", 2) == 0) return " (write it in decimal)";
    if (strchr(node->text, ',') != NULL) return " (write a decimal point, no comma)";
    if (strchr(node->text, '%') != NULL) return " (write 0.05 for 5%)";
    return "";
}

static const char *flag_hint(const tn_yaml_node_t *node)
{
    static const char *const yes[] = {"yes", "Yes", "YES", "on", "On", "y", "True", "TRUE", "1"};
    static const char *const no[] = {"no", "No", "NO", "off", "Off", "n", "False", "FALSE", "0"};
    if (!node->is_plain) return " (remove the quotation marks)";
    if (is_one_of(node, yes, sizeof yes / sizeof yes[0])) return " (did you mean 'true'?)";
    if (is_one_of(node, no, sizeof no / sizeof no[0])) return " (did you mean 'false'?)";
    return "";
}

static bool looks_like_date(const tn_yaml_node_t *node)
{
    if (node->n != 10) return false;
    for (size_t i = 0; i < 10; i++) {
        const bool is_dash = i == 4 || i == 7;
        if (is_dash ? node->text[i] != '-' : node->text[i] < '0' || node->text[i] > '9')
            return false;
    }
    return true;
}

/* What may help after a wrong scalar: quotation marks, other words for true and false, NaN,
 * capitals. */
static const char *hint(const char *expected, const tn_yaml_node_t *node)
{
    if (node->kind != TN_YAML_SCALAR) return "";
    if (strstr(expected, "number") != NULL) return number_hint(node);
    if (strcmp(expected, "true or false") == 0) return flag_hint(node);
    if (strstr(expected, "a date") != NULL && looks_like_date(node))
        return " (there is no such day)";
    const bool is_small = node->n == 1 && node->text[0] >= 'a' && node->text[0] <= 'f';
    if (strstr(expected, "a letter") != NULL && is_small) return " (write it as a capital)";
    return "";
}

void tn_schema_mismatch(
    const tn_schema_reader_t *r, const char *key, const char *expected, const tn_yaml_node_t *node)
{
    char found[128];
    if (node->is_bad) return;
    tn_schema_found(node, found, sizeof found);
    tn_yaml_error(
        r->diag, node, "'%s' must be %s, found %s%s", key, expected, found, hint(expected, node));
}

static bool is_repeated(const char *const *names, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(names[k], names[i]) == 0) return true;
    }
    return false;
}

void tn_schema_one_of(
    const char *text, const char *const *names, size_t n_names, char *out, size_t n)
{
    const int nearest = tn_str_nearest(text, names, n_names);
    const size_t most = nearest >= 0 ? MAX_NAMES : MAX_NAMES_ALONE;
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n_names && n_names <= most && at < n; i++) {
        if (is_repeated(names, i)) continue;
        const char *before = i == 0 ? ", expected one of: " : ", ";
        at += (size_t)snprintf(out + at, n - at, "%s%s", before, names[i]);
    }
    if (n_names > most) at += (size_t)snprintf(out, n, ", see tenure-case(5)");
    if (nearest >= 0 && at < n) snprintf(out + at, n - at, " (did you mean '%s'?)", names[nearest]);
}

static bool is_id(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char ch = text[i];
        const bool is_fine = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-';
        if (!is_fine) return false;
    }
    return n > 0 && n <= 64;
}

/* Splits "a|b|c" into names; the copy lives in words. */
static size_t split_words(const char *form, char words[128], const char *names[MAX_CHOICES])
{
    size_t n = 0;
    snprintf(words, 128, "%s", form);
    for (char *s = words; s != NULL && n < MAX_CHOICES;) {
        names[n++] = s;
        s = strchr(s, '|');
        if (s != NULL) *s++ = '\0';
    }
    return n;
}

static int choice_index(const tn_schema_row_t *row, const char *text)
{
    char words[128];
    const char *names[MAX_CHOICES];
    const size_t n = split_words(row->form, words, names);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], text) == 0) return (int)i;
    }
    return -1;
}

/* Converts one scalar's text. is_plain: text without quotation marks. False: not what the row
 * wants. */
static bool convert(tn_arena_t *arena, const tn_schema_row_t *row, const char *text, size_t n,
    bool is_plain, void *out)
{
    switch (row->type) {
    case TN_SCHEMA_TEXT: {
        char *copy = tn_arena_strndup(arena, text, n);
        memcpy(out, &copy, sizeof copy);
        return n > 0 && memchr(text, '\0', n) == NULL;
    }
    case TN_SCHEMA_ID: {
        char *copy = tn_arena_strndup(arena, text, n);
        memcpy(out, &copy, sizeof copy);
        return is_id(text, n);
    }
    case TN_SCHEMA_DATE: return tn_date_parse(text, n, out);
    case TN_SCHEMA_INTEGER: {
        int64_t value;
        if (!is_plain || !tn_str_to_int64(text, n, (int64_t)row->lo, (int64_t)row->hi, &value)) {
            return false;
        }
        const int small = (int)value;
        memcpy(out, &small, sizeof small);
        return true;
    }
    case TN_SCHEMA_NUMBER: {
        double value;
        if (!is_plain || !tn_str_to_double(text, n, &value)) return false;
        if (value < row->lo || value > row->hi || (row->is_open && value <= row->lo)) return false;
        value += 0.0; /* no negative zero: it would not read back */
        memcpy(out, &value, sizeof value);
        return true;
    }
    case TN_SCHEMA_FLAG: {
        const bool is_true = strcmp(text, "true") == 0;
        if (!is_plain || (!is_true && strcmp(text, "false") != 0)) return false;
        memcpy(out, &is_true, sizeof is_true);
        return true;
    }
    case TN_SCHEMA_CHOICE: {
        const int i = choice_index(row, text);
        if (i >= 0) memcpy(out, &i, sizeof i);
        return i >= 0;
    }
    case TN_SCHEMA_LETTER:
        if (n != 1 || text[0] < 'A' || text[0] > 'F') return false;
        memcpy(out, text, 1);
        return true;
    case TN_SCHEMA_OTHER: return false;
    }
    return false;
}

/* "'basis' must be one of: none, public, found 'publik' (did you mean 'public'?)" */
static void unknown_choice(
    const tn_schema_reader_t *r, const tn_schema_row_t *row, const tn_yaml_node_t *node)
{
    char words[128], expected[256], found[128];
    const char *names[MAX_CHOICES];
    const size_t n = split_words(row->form, words, names);
    const int nearest = tn_str_nearest(node->text, names, n);
    tn_schema_expected(row, expected, sizeof expected);
    tn_schema_found(node, found, sizeof found);
    tn_yaml_error(r->diag, node, "'%s' must be %s, found %s%s%s%s", row->key, expected, found,
        nearest >= 0 ? " (did you mean '" : "", nearest >= 0 ? names[nearest] : "",
        nearest >= 0 ? "'?)" : "");
}

bool tn_schema_scalar(
    const tn_schema_reader_t *r, const tn_schema_row_t *row, const tn_yaml_node_t *node, void *out)
{
    char expected[256];
    if (node->is_bad) return false;
    const bool is_scalar = node->kind == TN_YAML_SCALAR && !tn_yaml_is_empty(node);
    if (is_scalar && convert(r->arena, row, node->text, node->n, node->is_plain, out)) return true;
    if (is_scalar && row->type == TN_SCHEMA_CHOICE) {
        unknown_choice(r, row, node);
        return false;
    }
    tn_schema_expected(row, expected, sizeof expected);
    tn_schema_mismatch(r, row->key, expected, node);
    return false;
}

int tn_schema_fill(tn_arena_t *arena, const tn_schema_section_t *section, void *target)
{
    for (size_t i = 0; i < section->n_rows; i++) {
        const tn_schema_row_t *row = &section->row[i];
        if (row->offset == TN_SCHEMA_NOWHERE) continue;
        char *field = (char *)target + row->offset;
        const double none = NAN;
        const int32_t no_date = TN_DATE_NONE;
        if (row->type == TN_SCHEMA_DATE) memcpy(field, &no_date, sizeof no_date);
        if (row->type == TN_SCHEMA_NUMBER) memcpy(field, &none, sizeof none);
        if (row->fallback == NULL || row->fallback[0] == '(') continue;
        convert(arena, row, row->fallback, strlen(row->fallback), true, field);
    }
    return arena->failed ? TN_ENOMEM : 0;
}

static void unknown_key(
    const tn_schema_reader_t *r, const tn_schema_section_t *section, const tn_yaml_node_t *key)
{
    const char *names[MAX_KEYS];
    char list[1024], found[128];
    size_t n = 0;
    const bool is_flood = tn_diag_n_errors(r->diag) >= TN_DIAG_MAX; /* nobody reads so far */
    for (; !is_flood && n < section->n_rows && n < MAX_KEYS; n++)
        names[n] = section->row[n].key;
    tn_schema_found(key, found, sizeof found);
    tn_schema_one_of(key->text, names, n, list, sizeof list);
    tn_yaml_error(r->diag, key, "unknown key %s in %s%s", found, section->a_noun, list);
}

/* A missing key is shown where its mapping starts; for the file itself there is no such place. */
static void missing_key(const tn_schema_reader_t *r, const tn_schema_section_t *section,
    const tn_schema_row_t *row, const tn_yaml_node_t *node)
{
    char expected[256];
    tn_schema_expected(row, expected, sizeof expected);
    const tn_yaml_node_t *id = tn_yaml_get(node, "id");
    if (section->path[0] != '\0' && id != NULL && id->kind == TN_YAML_SCALAR) {
        const char *noun = strchr(section->a_noun, ' ') + 1; /* those with ids have an article */
        tn_yaml_error(r->diag, node, "'%s' is missing in %s '%.64s', expected %s", row->key, noun,
            id->text, expected);
        return;
    }
    if (section->path[0] != '\0') {
        tn_yaml_error(r->diag, node, "'%s' is missing in %s, expected %s", row->key,
            section->a_noun, expected);
        return;
    }
    const tn_place_t whole = {.file = node->source->name};
    tn_diag_add(
        r->diag, TN_SEVERITY_ERROR, &whole, "'%s' is missing, expected %s", row->key, expected);
}

/* A comma in an unquoted text inside {} ends it, and the rest becomes a key without a value. What
 * was meant is plain, so the text is put together again, with a warning. */
static void append_text(const tn_schema_reader_t *r, const tn_yaml_node_t *key, void *field)
{
    char *text;
    memcpy(&text, field, sizeof text);
    if (text == NULL) return;
    const size_t n = strlen(text);
    char *longer = tn_arena_calloc(r->arena, n + key->n + 3, 1);
    if (longer == NULL) return;
    snprintf(longer, n + key->n + 3, "%s, %s", text, key->text);
    memcpy(field, &longer, sizeof longer);
    tn_yaml_warning(r->diag, key,
        "a comma splits this text, it is read as one; put the text in quotation marks");
}

bool tn_schema_read(const tn_schema_reader_t *r, const tn_schema_section_t *section,
    const tn_yaml_node_t *node, void *target)
{
    if (node == NULL || node->is_bad) return false;
    if (node->kind != TN_YAML_MAPPING) {
        char found[128];
        tn_schema_found(node, found, sizeof found);
        tn_yaml_error(r->diag, node, "%s must be a mapping of keys to values, found %s",
            section->a_noun, found);
        return false;
    }
    void *last_text = NULL; /* field of the text read just before */
    for (const tn_yaml_node_t *key = node->child; key != NULL; key = key->next) {
        const tn_schema_row_t *row = key->is_bad ? NULL : tn_schema_find(section, key->text);
        if (row == NULL && key->is_bare && last_text != NULL) {
            append_text(r, key, last_text);
            continue;
        }
        last_text = NULL;
        if (row == NULL && !key->is_bad) unknown_key(r, section, key);
        if (row == NULL || row->offset == TN_SCHEMA_NOWHERE) continue;
        void *field = (char *)target + row->offset;
        const bool is_read = tn_schema_scalar(r, row, key->value, field);
        if (is_read && row->type == TN_SCHEMA_TEXT) last_text = field;
    }
    for (size_t i = 0; i < section->n_rows; i++) {
        const tn_schema_row_t *row = &section->row[i];
        if (row->need == TN_REQUIRED && tn_yaml_get(node, row->key) == NULL) {
            missing_key(r, section, row, node);
        }
    }
    return true;
}
