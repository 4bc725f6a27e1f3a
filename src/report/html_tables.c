/* Pages of documents that are named tables (score, base, backtest, and every kind without a page
 * of its own): each table with its title, and a chart where the script knows one by the table's
 * name; then all other members. */
#include <string.h>

#include "report/html.h"

static void paragraph_list(FILE *out, json_t *texts, const char *class)
{
    if (json_array_size(texts) == 0) return;
    fprintf(out, "<ul class=\"%s\">", class);
    for (size_t i = 0; i < json_array_size(texts); i++) {
        fputs("<li>", out);
        tn_html_text(out, json_string_value(json_array_get(texts, i)));
        fputs("</li>", out);
    }
    fputs("</ul>\n", out);
}

static void head(FILE *out, json_t *root)
{
    fputs("<header><h1>", out);
    tn_html_text(out, tn_html_string(root, "title"));
    fputs("</h1></header>\n", out);
    paragraph_list(out, tn_html_at(root, "data/warnings"), "warnings");
}

static void one_table(FILE *out, const char *name, json_t *table)
{
    const char *title = json_string_value(json_object_get(table, "title"));
    json_t *rows = json_object_get(table, "rows");
    if (json_array_size(rows) == 0) return;
    fputs("<h2>", out);
    tn_html_text(out, title != NULL ? title : name);
    fputs("</h2>\n<figure class=\"chart\" data-chart=\"table:", out);
    tn_html_text(out, name);
    fputs("\" hidden></figure>\n<details class=\"data\" open><summary>Table</summary>", out);
    tn_html_rows(out, title != NULL ? title : name, rows);
    fputs("</details>\n", out);
}

static void tail(FILE *out, json_t *root)
{
    const char *name;
    json_t *value, *tables = tn_html_at(root, "data/tables");
    json_object_foreach(tables, name, value) one_table(out, name, value);
    paragraph_list(out, tn_html_at(root, "data/notes"), "notes");
    json_t *rest = json_copy(tn_html_at(root, "data"));
    static const char *const shown[] = {"schema", "title", "tables", "warnings", "notes"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        (void)json_object_del(rest, shown[i]);
    if (json_object_size(rest) > 0) tn_html_members(out, rest);
    json_decref(rest);
}

const tn_html_kind_t tn_html_tables_kind = {"tables", head, NULL, 0, tail};
