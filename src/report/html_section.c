/* Sections: heading, places for the charts, one table. A table's cells come straight from the
 * document. */
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

#define MAX_PATH_BYTES 160
#define MAX_ROWS       20000
#define MAX_DEPTH      12
#define LONG_TEXT      40

/** Member of a row by its key, or by a path from the root with '#' for the row's number. */
static json_t *cell_of(json_t *root, json_t *row, size_t i, const char *key)
{
    char path[MAX_PATH_BYTES];
    if (key[0] != '/') return json_is_object(row) ? json_object_get(row, key) : row;
    const char *hash = strchr(key, '#');
    if (hash == NULL) return tn_html_at(root, key + 1);
    (void)snprintf(path, sizeof path, "%.*s%zu%s", (int)(hash - key - 1), key + 1, i, hash + 1);
    return tn_html_at(root, path);
}

/** The standard error beside "p": it decides the digits shown. */
static json_t *error_of(json_t *root, json_t *row, size_t i, const char *key)
{
    char path[MAX_PATH_BYTES];
    const size_t n = strlen(key);
    if (strcmp(key, "p") == 0) return cell_of(root, row, i, "se");
    if (n < 2 || strcmp(key + n - 2, "/p") != 0) return NULL;
    (void)snprintf(path, sizeof path, "%.*sse", (int)(n - 1), key);
    return cell_of(root, row, i, path);
}

/** Numbers stand at the right; a date is not broken; long texts get room on a phone. */
static const char *class_of(json_t *value)
{
    const char *s = json_string_value(value);
    if (json_is_number(value)) return " class=\"n\"";
    const bool is_date = s != NULL && strlen(s) == 10 && strspn(s, "0123456789-") == 10;
    if (is_date) return " class=\"d\"";
    return s != NULL && strlen(s) > LONG_TEXT ? " class=\"t\"" : "";
}

static void table_row(FILE *out, json_t *root, json_t *row, size_t i, const tn_html_section_t *s)
{
    fputs("<tr>", out);
    for (int k = 0; k < TN_HTML_COLUMNS && s->column[k].key != NULL; k++) {
        const tn_html_column_t *c = &s->column[k];
        json_t *value = cell_of(root, row, i, c->key);
        const char *tag = k == 0 ? "th" : "td";
        fprintf(out, "<%s%s%s>", tag, k == 0 ? " scope=\"row\"" : "", class_of(value));
        tn_html_value(out, value, error_of(root, row, i, c->key), c->cell);
        fprintf(out, "</%s>", tag);
    }
    fputs("</tr>\n", out);
}

/** One object: a line for each of its members. */
static void one_row(FILE *out, json_t *root, json_t *row, const tn_html_section_t *s)
{
    fputs("<table class=\"one\"><caption>", out);
    tn_html_text(out, s->caption);
    fputs("</caption><tbody>\n", out);
    for (int k = 0; k < TN_HTML_COLUMNS && s->column[k].key != NULL; k++) {
        fputs("<tr><th scope=\"row\">", out);
        tn_html_text(out, s->column[k].head);
        fputs("</th><td>", out);
        tn_html_value(out, cell_of(root, row, 0, s->column[k].key), NULL, s->column[k].cell);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></details>\n", out);
}

static void table_head(FILE *out, const tn_html_section_t *s)
{
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
    tn_html_text(out, s->caption);
    fputs("\"><table><caption>", out);
    tn_html_text(out, s->caption);
    fputs("</caption><thead><tr>", out);
    for (int k = 0; k < TN_HTML_COLUMNS && s->column[k].key != NULL; k++) {
        fputs("<th scope=\"col\">", out);
        tn_html_text(out, s->column[k].head);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
}

/** Rows at one path: all of an array, or one object. */
static size_t rows_at(FILE *out, json_t *root, const char *path, const tn_html_section_t *s)
{
    json_t *rows = tn_html_at(root, path);
    if (json_is_object(rows)) {
        table_row(out, root, rows, 0, s);
        return 1;
    }
    const size_t n = json_array_size(rows);
    for (size_t i = 0; i < n && i < MAX_ROWS; i++)
        table_row(out, root, json_array_get(rows, i), i, s);
    return n;
}

bool tn_html_has(json_t *root, const tn_html_section_t *section)
{
    char path[MAX_PATH_BYTES];
    if (section->path == NULL) return true;
    for (const char *at = section->path;; at++) {
        const size_t n = strcspn(at, "|");
        (void)snprintf(path, sizeof path, "%.*s", (int)n, at);
        json_t *rows = tn_html_at(root, path);
        if (json_is_object(rows) || json_array_size(rows) > 0) return true;
        at += n;
        if (*at == '\0') return false;
    }
}

static void table(FILE *out, json_t *root, const tn_html_section_t *s)
{
    char path[MAX_PATH_BYTES];
    fprintf(out, "<details class=\"data\" open><summary>Table: ");
    tn_html_text(out, s->caption);
    fputs("</summary>", out);
    json_t *only = tn_html_at(root, s->path);
    if (json_is_object(only)) {
        one_row(out, root, only, s);
        return;
    }
    table_head(out, s);
    for (const char *at = s->path;; at++) {
        const size_t n = strcspn(at, "|");
        (void)snprintf(path, sizeof path, "%.*s", (int)n, at);
        (void)rows_at(out, root, path, s);
        at += n;
        if (*at == '\0') break;
    }
    fputs("</tbody></table></div></details>\n", out);
}

static void charts(FILE *out, const char *names)
{
    for (const char *at = names; at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, " ");
        fprintf(out, "<figure class=\"chart\" data-chart=\"%.*s\" hidden></figure>\n", (int)n, at);
        at += n;
        at += strspn(at, " ");
    }
}

void tn_html_section(FILE *out, json_t *root, const tn_html_section_t *s)
{
    if (!tn_html_has(root, s)) return;
    if (s->title != NULL) {
        fprintf(out, "<h2 id=\"%s\">", s->id);
        tn_html_text(out, s->title);
        fputs("</h2>\n", out);
    }
    if (s->lead != NULL) {
        fputs("<p>", out);
        tn_html_text(out, s->lead);
        fputs("</p>\n", out);
    }
    charts(out, s->charts);
    if (s->caption != NULL) table(out, root, s);
}

/* Any object, for members that no section names */

static void any_value(FILE *out, const char *name, json_t *value, int depth);

static void heads_of(FILE *out, json_t *row)
{
    const char *key;
    json_t *value;
    if (!json_is_object(row)) fputs("<th scope=\"col\">value</th>", out);
    json_object_foreach(row, key, value)
    {
        fputs("<th scope=\"col\">", out);
        tn_html_text(out, key);
        fputs("</th>", out);
    }
}

static bool is_one_of(const char *key, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], key) == 0) return true;
    }
    return false;
}

/** Whether a column of a named table holds probabilities: the tables' JSON does not say. */
static bool is_share(json_t *row, const char *key)
{
    static const char *const always[] = {
        "p", "mean.p", "forecast", "observed", "band.low", "band.high"};
    static const char *const beside_p[] = {"conf.low", "conf.high"};
    static const char *const within[] = {"p.", "low.", "high."}; /* "p.52w" */
    if (is_one_of(key, always, sizeof always / sizeof always[0])) return true;
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++) {
        const size_t n = strlen(within[i]);
        if (strncmp(key, within[i], n) == 0 && key[n] >= '0' && key[n] <= '9') return true;
    }
    const bool is_curve = json_object_get(row, "time") != NULL;
    if (json_object_get(row, "p") == NULL && !is_curve) return false;
    for (int r = 0; r < TN_N_ROUTES; r++) {
        if (strcmp(tn_route_name(r), key) == 0) return true;
    }
    return is_one_of(key, beside_p, 2) || (is_curve && strcmp(key, "estimate") == 0);
}

static void any_cell(FILE *out, json_t *value, tn_html_cell_t cell)
{
    fprintf(out, "<td%s>", class_of(value));
    if (json_is_array(value) || json_is_object(value)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(5));
        tn_html_text(out, text);
        free(text);
    } else {
        tn_html_value(out, value, NULL, cell);
    }
    fputs("</td>", out);
}

void tn_html_rows(FILE *out, const char *name, json_t *rows)
{
    json_t *first = json_array_get(rows, 0);
    if (first == NULL) return;
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
    tn_html_text(out, name);
    fputs("\"><table><caption>", out);
    tn_html_text(out, name);
    fputs("</caption><thead><tr>", out);
    heads_of(out, first);
    fputs("</tr></thead><tbody>\n", out);
    for (size_t i = 0; i < json_array_size(rows) && i < MAX_ROWS; i++) {
        const char *key;
        json_t *row = json_array_get(rows, i), *value;
        fputs("<tr>", out);
        if (!json_is_object(row)) any_cell(out, row, TN_CELL_AUTO);
        json_object_foreach(json_is_object(row) ? first : NULL, key, value) any_cell(
            out, json_object_get(row, key), is_share(row, key) ? TN_CELL_PERCENT : TN_CELL_AUTO);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

static void any_members(FILE *out, json_t *object, int depth)
{
    const char *key;
    json_t *value;
    fputs("<dl>", out);
    json_object_foreach(object, key, value)
    {
        if (json_is_object(value) || json_is_array(value)) continue;
        fputs("<dt>", out);
        tn_html_words(out, key);
        fputs("</dt><dd>", out);
        tn_html_value(out, value, NULL, TN_CELL_AUTO);
        fputs("</dd>", out);
    }
    fputs("</dl>\n", out);
    json_object_foreach(object, key, value) any_value(out, key, value, depth + 1);
}

/* NOLINTNEXTLINE(misc-no-recursion): depth is limited */
static void any_value(FILE *out, const char *name, json_t *value, int depth)
{
    if (depth > MAX_DEPTH) return;
    if (json_is_array(value)) {
        tn_html_rows(out, name, value);
    } else if (json_is_object(value) && json_object_size(value) > 0) {
        fputs("<h3>", out);
        tn_html_text(out, name);
        fputs("</h3>\n", out);
        any_members(out, value, depth);
    }
}

void tn_html_members(FILE *out, json_t *object) { any_members(out, object, 0); }
