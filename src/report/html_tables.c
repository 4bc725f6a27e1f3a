/* Pages of documents that are named tables (score, base, backtest, and every kind without a page
 * of its own): each table with its title, and a chart where the script knows one by the table's
 * name; then all other members. */
#include <string.h>

#include "report/html.h"

#define MAX_CARDS 8

void tn_html_list(FILE *out, json_t *texts, const char *class)
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

void tn_html_manifest(FILE *out, json_t *root)
{
    fputs("<h2 id=\"manifest\">Method and manifest</h2>\n", out);
    tn_html_list(out, tn_html_at(root, "data/notes"), "notes");
    json_t *manifest = tn_html_at(root, "data/manifest");
    if (json_object_size(manifest) > 0) tn_html_members(out, manifest);
    json_t *rest = json_copy(tn_html_at(root, "data"));
    static const char *const shown[] = {
        "schema", "title", "tables", "warnings", "notes", "manifest"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        (void)json_object_del(rest, shown[i]);
    if (json_object_size(rest) > 0) tn_html_members(out, rest);
    json_decref(rest);
}

static void tail(FILE *out, json_t *root)
{
    const char *name;
    json_t *value, *tables = tn_html_at(root, "data/tables");
    json_object_foreach(tables, name, value) one_table(out, name, value);
    tn_html_manifest(out, root);
}

/** A card with a name, one large number and a remark after it. */
static void card(FILE *out, json_t *row, const char *name, const char *value, tn_html_cell_t cell)
{
    fputs("<section class=\"card\"><h2>", out);
    tn_html_text(out, json_string_value(json_object_get(row, name)));
    fputs("</h2><p class=\"big\">", out);
    tn_html_value(out, json_object_get(row, value), NULL, cell);
    fputs("</p><p>", out);
}

/** The chance by each date, with its limits. */
static void base_head(FILE *out, json_t *root)
{
    json_t *rows = tn_html_at(root, "data/tables/exit/rows");
    head(out, root);
    if (json_array_size(rows) == 0) return;
    fputs("<div class=\"cards many\">\n", out);
    for (size_t i = 0; i < json_array_size(rows) && i < MAX_CARDS; i++) {
        json_t *row = json_array_get(rows, i);
        const char *words = tn_icd203_words(json_number_value(json_object_get(row, "p")));
        card(out, row, "horizon", "p", TN_CELL_PERCENT);
        if (words[0] != '\0') fprintf(out, "<strong>%s</strong>, ", words);
        fputs("by ", out);
        tn_html_text(out, json_string_value(json_object_get(row, "date")));
        fputs("; limits ", out);
        tn_html_value(out, json_object_get(row, "conf.low"), NULL, TN_CELL_PERCENT);
        fputs(" to ", out);
        tn_html_value(out, json_object_get(row, "conf.high"), NULL, TN_CELL_PERCENT);
        fputs("</p></section>\n", out);
    }
    fputs("</div>\n", out);
}

static bool has_text(json_t *row, const char *key, const char *want)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text != NULL && want != NULL && strcmp(text, want) == 0;
}

/** What the comparisons of a forecaster's Brier score came to. */
static void verdicts(FILE *out, json_t *root, const char *forecaster)
{
    json_t *rows = tn_html_at(root, "data/tables/compare/rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        if (!has_text(row, "forecaster", forecaster) || !has_text(row, "class", "(all)") ||
            !has_text(row, "score", "brier"))
            continue;
        fputs("<p>against ", out);
        tn_html_text(out, json_string_value(json_object_get(row, "against")));
        fputs(": <strong>", out);
        tn_html_text(out, json_string_value(json_object_get(row, "verdict")));
        fputs("</strong></p>", out);
    }
}

/** The Brier score of each forecaster or model over all questions. */
static void score_cards(FILE *out, json_t *root, const char *by, const char *what)
{
    size_t n = 0;
    json_t *rows = tn_html_at(root, "data/tables/scores/rows");
    head(out, root);
    fputs("<div class=\"cards\">\n", out);
    for (size_t i = 0; i < json_array_size(rows) && n < MAX_CARDS; i++) {
        json_t *row = json_array_get(rows, i);
        const char *class = json_string_value(json_object_get(row, "class"));
        if (class != NULL && strcmp(class, "(all)") != 0) continue;
        card(out, row, by, "brier", TN_CELL_NUMBER);
        fputs("Brier score, smaller is better; ", out);
        tn_html_value(out, json_object_get(row, "n"), NULL, TN_CELL_NUMBER);
        fprintf(
            out, " %s%s</p>", what, json_number_value(json_object_get(row, "n")) == 1.0 ? "" : "s");
        verdicts(out, root, json_string_value(json_object_get(row, by)));
        fputs("</section>\n", out);
        n++;
    }
    fputs("</div>\n", out);
}

static void score_head(FILE *out, json_t *root)
{
    score_cards(out, root, "forecaster", "question");
}

static void backtest_head(FILE *out, json_t *root) { score_cards(out, root, "model", "forecast"); }

const tn_html_kind_t tn_html_base_kind = {"base", base_head, NULL, 0, tail};
const tn_html_kind_t tn_html_score_kind = {"score", score_head, NULL, 0, tail};
const tn_html_kind_t tn_html_backtest_kind = {"backtest", backtest_head, NULL, 0, tail};
const tn_html_kind_t tn_html_tables_kind = {"tables", head, NULL, 0, tail};
