/* Pages from outside the report layer: a forecast, or any command's JSON. */
#include <stdlib.h>
#include <string.h>

#include "model/case.h"
#include "report/html.h"
#include "report/json.h"

#define PREFIX   "tenure-"
#define MAX_KIND 32

static int no_memory(tn_error_t *err)
{
    return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
}

int tn_report_html(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_json_t builder = {0};
    const tn_case_t *c = f->court_case;
    int ret = tn_html_check(err);
    if (ret < 0) return ret;
    json_t *data = tn_json_forecast(&builder, f, opt == NULL ? NULL : opt->command_line);
    json_t *more = tn_html_forecast_more(f);
    if (data == NULL || more == NULL || builder.failed) {
        ret = no_memory(err);
    } else {
        const char *title = c->title != NULL ? c->title : c->leader.name;
        ret = tn_html_write(&(tn_html_page_t){"forecast", title, data, more}, out, err);
    }
    json_decref(data);
    json_decref(more);
    return ret;
}

/** "score" of "tenure-score/1"; false if it is not like that. */
static bool kind_of(const char *schema, char kind[MAX_KIND])
{
    const size_t n = sizeof PREFIX - 1;
    if (schema == NULL || strncmp(schema, PREFIX, n) != 0) return false;
    const size_t length = strspn(schema + n, "abcdefghijklmnopqrstuvwxyz");
    if (length == 0 || length >= MAX_KIND) return false;
    (void)snprintf(kind, MAX_KIND, "%.*s", (int)length, schema + n);
    return true;
}

int tn_pages_write(const char *json, size_t n, FILE *out, tn_error_t *err)
{
    char kind[MAX_KIND];
    int ret = tn_html_check(err);
    if (ret < 0) return ret;
    json_t *data = json_loadb(json, n, 0, NULL);
    if (!kind_of(json_string_value(json_object_get(data, "schema")), kind)) {
        json_decref(data);
        return tn_error_set(
            err, TN_EINPUT, "a page is made from a JSON object with a schema like tenure-score/1");
    }
    const char *own = json_string_value(json_object_get(data, "title"));
    const tn_html_page_t page = {kind, own != NULL ? own : kind, data, NULL};
    ret = tn_html_write(&page, out, err);
    json_decref(data);
    return ret;
}
