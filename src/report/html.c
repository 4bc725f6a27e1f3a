/* The shell of a page: policy, style, headline, sections, document, script. The policy allows no
 * request at all and no script but the embedded one, named by its hash. */
#include "report/html.h"

#include <string.h>

#include "base/sha256.h"
#include "report/json.h"
#include "tenure/version.h"

/* Made from pages/ at build time; empty in a build without pages. */
extern const unsigned char tn_html_script_text[], tn_html_style_text[];
extern const size_t tn_html_script_size, tn_html_style_size;

static const tn_html_kind_t *const kinds[] = {&tn_html_forecast_kind, &tn_html_base_kind,
    &tn_html_score_kind, &tn_html_backtest_kind, &tn_html_compare_kind, &tn_html_explain_kind};

/** The kind of that name; else tables, which suits every document. */
static const tn_html_kind_t *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i]->kind, name) == 0) return kinds[i];
    }
    return &tn_html_tables_kind;
}

int tn_html_check(tn_error_t *err)
{
    if (tn_html_script_size > 0) return 0;
    return tn_error_set(err, TN_EINPUT,
        "this build cannot write pages: their charts were left out; run 'make pages' in the source "
        "folder (it needs Node.js and npm, Debian: nodejs npm) and build again");
}

int tn_pages_check(tn_error_t *err) { return tn_html_check(err); }

static void policy(FILE *out)
{
    char hash[TN_SHA256_BASE64];
    tn_sha256_base64(tn_html_script_text, tn_html_script_size, hash);
    fprintf(out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "script-src 'sha256-%s'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'\">\n",
        hash);
}

static void shell_begin(FILE *out, const tn_html_page_t *page)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    policy(out);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        out);
    tn_html_text(out, page->title);
    fprintf(
        out, "</title>\n<meta name=\"generator\" content=\"tenure %s\">\n<style>\n", tn_version());
    (void)fwrite(tn_html_style_text, 1, tn_html_style_size, out);
    fprintf(out, "</style>\n</head>\n<body data-kind=\"%s\">\n<main>\n", page->kind);
}

static void contents(FILE *out, json_t *root, const tn_html_kind_t *kind)
{
    fputs("<nav aria-label=\"Contents\"><ul>", out);
    for (size_t i = 0; i < kind->n_sections; i++) {
        const tn_html_section_t *s = &kind->section[i];
        if (s->title == NULL || !tn_html_has(root, s)) continue;
        fprintf(out, "<li><a href=\"#%s\">", s->id);
        tn_html_text(out, s->title);
        fputs("</a></li>", out);
    }
    fputs("</ul></nav>\n", out);
}

static void body(FILE *out, json_t *root, const tn_html_page_t *page)
{
    const tn_html_kind_t *kind = find_kind(page->kind);
    if (kind->head != NULL) {
        kind->head(out, root);
    } else {
        fputs("<header><h1>", out);
        tn_html_text(out, page->title);
        fputs("</h1></header>\n", out);
    }
    tn_html_list(out, tn_html_at(root, "data/warnings"), "warnings");
    if (kind->n_sections > 2) contents(out, root, kind);
    for (size_t i = 0; i < kind->n_sections; i++)
        tn_html_section(out, root, &kind->section[i]);
    if (kind->tail != NULL) kind->tail(out, root);
}

static json_t *document(const tn_html_page_t *page)
{
    tn_json_t builder = {0};
    json_t *root = json_object();
    tn_json_put(&builder, root, "schema", json_string("tenure-page/1"));
    tn_json_put(&builder, root, "kind", tn_json_text(page->kind));
    tn_json_put(&builder, root, "title", tn_json_text(page->title));
    tn_json_put(&builder, root, "data", json_incref(page->data));
    if (page->more != NULL && json_object_update(root, page->more) < 0) builder.failed = true;
    if (!builder.failed) return root;
    json_decref(root);
    return NULL;
}

int tn_html_write(const tn_html_page_t *page, FILE *out, tn_error_t *err)
{
    int ret = tn_html_check(err);
    if (ret < 0) return ret;
    json_t *root = document(page);
    if (root == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    shell_begin(out, page);
    body(out, root, page);
    fputs("<footer><p>Written by tenure ", out);
    tn_html_text(out, tn_version());
    fputs(". This page is one file and loads nothing from any network.</p></footer>\n</main>\n"
          "<script type=\"application/json\" id=\"document\">",
        out);
    const int dumped = tn_html_json(out, root);
    fputs("</script>\n<script>", out);
    (void)fwrite(tn_html_script_text, 1, tn_html_script_size, out);
    fputs("</script>\n</body>\n</html>\n", out);
    if (dumped < 0 || ferror(out)) ret = tn_error_set(err, TN_EIO, "cannot write the page");
    json_decref(root);
    return ret;
}
