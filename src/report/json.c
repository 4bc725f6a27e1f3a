/* JSON, schema "tenure-forecast/1". Same forecast, same bytes: fixed order of keys, 17 digits, no
 * time of day. */
#include "report/json.h"

#include <math.h>
#include <string.h>

#include "base/date.h"
#include "report/text.h"
#include "tenure/report.h"

void tn_json_put(tn_json_t *self, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0) self->failed = true;
}

void tn_json_push(tn_json_t *self, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) < 0) self->failed = true;
}

json_t *tn_json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *tn_json_text(const char *text)
{
    if (text == NULL) return json_null();
    if (tn_str_utf8_length(text, strlen(text)) >= 0) return json_string(text);
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, text);
    json_t *value = safe.failed ? NULL : json_string(safe.s);
    tn_text_free(&safe);
    return value;
}

json_t *tn_json_date(int32_t day)
{
    char date[11];
    tn_date_format(day, date);
    return json_string(date);
}

void tn_json_put_p(tn_json_t *self, json_t *object, tn_estimate_t e)
{
    tn_json_put(self, object, "p", tn_json_number(e.p));
    tn_json_put(self, object, "se", tn_json_number(e.se));
}

json_t *tn_json_mean(tn_json_t *self, tn_estimate_t e)
{
    json_t *object = json_object();
    tn_json_put(self, object, "mean", tn_json_number(e.p));
    tn_json_put(self, object, "se", tn_json_number(e.se));
    return object;
}

static int write_chunk(const char *buffer, size_t size, void *out)
{
    return fwrite(buffer, 1, size, out) == size ? 0 : -1;
}

int tn_report_json(
    const tn_forecast_t *f, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    tn_json_t builder = {0};
    int ret = 0;
    json_t *root = tn_json_forecast(&builder, f, opt == NULL ? NULL : opt->command_line);
    if (root == NULL || builder.failed) {
        ret = tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
        goto out;
    }
    const size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(17);
    const int dumped = json_dump_callback(root, write_chunk, out, flags);
    if (dumped < 0 || fputc('\n', out) == EOF) {
        ret = tn_error_set(err, TN_EIO, "cannot write the forecast");
    }
out:
    json_decref(root);
    return ret;
}
