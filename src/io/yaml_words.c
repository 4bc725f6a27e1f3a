/* One table from libyaml's problem texts (0.2.5) to ours. A problem that is not in it is passed on
 * as it is. */
#include "io/yaml_words.h"

#include "io/yaml_source.h"
#include "tenure/error.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct rewording {
    const char *problem, *text;
    bool names_opening; /* say in which line the open thing began */
} rewording_t;

static const rewording_t table[] = {
    {"found character that cannot start any token",
        "a text cannot start with this character, put the text in quotation marks", false},
    {"mapping values are not allowed in this context",
        "':' is not expected here: put a text that contains ': ' in quotation marks, or check the "
        "indentation of this line and the one above",
        false},
    {"could not find expected ':'", "expected ': ' and a value after this key", false},
    {"did not find expected ',' or ']'", "expected ',' or ']' in the list", true},
    {"did not find expected ',' or '}'", "expected ',' or '}' in the mapping", true},
    {"did not find expected key",
        "expected a key in the same column as the other keys of the mapping", true},
    {"did not find expected '-' indicator",
        "expected '- ' in the same column as the other entries of the list", true},
    {"block sequence entries are not allowed in this context",
        "an entry of a list ('- ') is not allowed here: start it on a line of its own", false},
    {"block mapping entries are not allowed in this context",
        "a key is not allowed here, check the indentation", false},
    {"mapping keys are not allowed in this context",
        "a key is not allowed here, check the indentation", false},
    {"found unexpected end of stream", "the file ends inside the quoted text", true},
    {"found unexpected document indicator", "'---' or '...' inside the quoted text", true},
    {"found unknown escape character",
        "unknown escape after '\\' in a double-quoted text; write \\\\ for a backslash", false},
    {"did not find expected hexdecimal number",
        "expected hexadecimal digits after the escape in a double-quoted text", false},
    {"found invalid Unicode character escape code", "the escape names no Unicode character", false},
    {"found undefined tag handle", "tags (!) are not supported, write the value alone", false},
    {"found a tab character where an indentation space is expected",
        "a tab cannot be used for indentation, use spaces", false},
    {"found a tab character that violates indentation",
        "a tab cannot be used for indentation, use spaces", false},
    {"did not find expected <document start>",
        "expected the end of the file here: this line belongs to no mapping, check the indentation",
        false},
    {"did not find expected node content", "expected a value here", false},
    {"found unexpected ':'", "':' is not expected here, put the text in quotation marks", false},
    {"found incompatible YAML document",
        "only YAML 1.1 and 1.2 are understood, remove the line %YAML", false},
};

static const rewording_t *find(const char *problem)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].problem, problem) == 0) return &table[i];
    }
    return NULL;
}

static int clamp_line(size_t line, const tn_yaml_source_t *source)
{
    const int i = line < (size_t)source->n_lines ? (int)line : source->n_lines - 1;
    return i + source->first_line;
}

/* Bytes of the line before the place. */
static size_t bytes_before(const tn_place_t *place)
{
    size_t i = 0;
    for (int column = 1; i < place->n_source; i++) {
        if (((unsigned char)place->source[i] & 0xC0) != 0x80 && column++ == place->column) break;
    }
    return i;
}

static bool is_tab_at(const tn_place_t *place)
{
    const size_t i = place->source == NULL ? 0 : bytes_before(place);
    return place->source != NULL && i < place->n_source && place->source[i] == '\t';
}

/* True if something other than spaces stands before the place in its line. */
static bool is_behind_text(const tn_place_t *place)
{
    const size_t n = place->source == NULL ? 0 : bytes_before(place);
    for (size_t i = 0; i < n; i++) {
        if (place->source[i] != ' ') return true;
    }
    return false;
}

static tn_place_t place_of(const yaml_mark_t *mark, const tn_yaml_source_t *source)
{
    return tn_yaml_place_of(source, clamp_line(mark->line, source), (int)mark->column + 1, 1);
}

/* The problem's place. A key without ':' and what is open at the end of the file are shown where
 * they begin. */
static tn_place_t problem_place(const yaml_parser_t *parser, const tn_yaml_source_t *source)
{
    const tn_place_t place = place_of(&parser->problem_mark, source);
    const bool is_at_end = place.n_source == 0 && parser->problem_mark.index > 0;
    const bool is_key = strcmp(parser->problem, "could not find expected ':'") == 0;
    const bool is_elsewhere = parser->context != NULL && (is_at_end || is_key);
    return is_elsewhere ? place_of(&parser->context_mark, source) : place;
}

/* What libyaml says in the same words for different slips. */
static const char *special_words(const char *problem, const tn_place_t *place)
{
    if (strcmp(problem, "found character that cannot start any token") == 0 && is_tab_at(place)) {
        return "a tab cannot be used for indentation, use spaces";
    }
    if (strcmp(problem, "did not find expected key") == 0 && is_behind_text(place)) {
        return "this cannot stand behind the value before it, expected the end of the line";
    }
    return NULL;
}

int tn_yaml_reword(const yaml_parser_t *parser, const tn_yaml_source_t *source, tn_diag_t *diag)
{
    if (parser->error == YAML_MEMORY_ERROR) return TN_ENOMEM;
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR || parser->problem == NULL) {
        tn_yaml_error_at(diag, source, parser->problem_offset, "not valid YAML: %s", problem);
        return TN_EINPUT;
    }
    const rewording_t *words = find(problem);
    const tn_place_t place = problem_place(parser, source);
    const char *special = special_words(problem, &place);
    const int opened = clamp_line(parser->context_mark.line, source);
    if (special != NULL) {
        tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "%s", special);
    } else if (words == NULL) {
        tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "not valid YAML: %s", problem);
    } else if (words->names_opening && parser->context != NULL) {
        tn_diag_add(
            diag, TN_SEVERITY_ERROR, &place, "%s that starts in line %d", words->text, opened);
    } else {
        tn_diag_add(diag, TN_SEVERITY_ERROR, &place, "%s", words->text);
    }
    return TN_EINPUT;
}
