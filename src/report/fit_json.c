/* A fit as JSON, schema "tenure-fit/1". Rows are built and written one by one, so that a table of a
 * million rows takes no more memory than one of ten. */
#include <math.h>
#include <string.h>

#include "report/json.h"
#include "report/text.h"
#include "tenure/fit.h"
#include "tenure/version.h"

#define SCHEMA      "tenure-fit/1"
#define MAX_INTEGER 9007199254740992.0 /* 2^53 */
#define FLAGS       (JSON_ENCODE_ANY | JSON_REAL_PRECISION(17))

typedef struct writer {
    tn_json_t json;
    FILE *out;
    bool failed; /* to write */
} writer_t;

static int write_chunk(const char *buffer, size_t size, void *out)
{
    return fwrite(buffer, 1, size, out) == size ? 0 : -1;
}

/* Writes and drops a value. */
static void put(writer_t *self, json_t *value)
{
    if (value == NULL) {
        self->json.failed = true;
        return;
    }
    if (json_dump_callback(value, write_chunk, self->out, FLAGS) < 0) self->failed = true;
    json_decref(value);
}

static void put_member(writer_t *self, const char *key, json_t *value)
{
    fprintf(self->out, ",\n \"%s\": ", key);
    put(self, value);
}

/* Adds a member whose key may come from the names in a user's data. */
static void add(writer_t *self, json_t *object, const char *key, json_t *value)
{
    if (tn_str_utf8_length(key, strlen(key)) >= 0) {
        tn_json_put(&self->json, object, key, value);
        return;
    }
    tn_text_t safe = {0};
    tn_text_append_safe(&safe, key);
    if (safe.failed) self->json.failed = true;
    tn_json_put(&self->json, object, safe.failed ? "" : safe.s, value);
    tn_text_free(&safe);
}

static json_t *number(const tn_fit_column_t *c, double value)
{
    const bool is_whole =
        c->kind == TN_FIT_COUNT && fabs(value) < MAX_INTEGER && value == floor(value);
    return is_whole ? json_integer((json_int_t)value) : tn_json_number(value);
}

static json_t *row(writer_t *self, const tn_fit_table_t *table, size_t i)
{
    json_t *object = json_object();
    for (int j = 0; j < table->n_columns; j++) {
        const tn_fit_column_t *c = &table->column[j];
        add(self, object, c->name,
            c->number != NULL ? number(c, c->number[i]) : tn_json_text(c->text[i]));
    }
    return object;
}

static json_t *column_names(writer_t *self, const tn_fit_table_t *table)
{
    json_t *array = json_array();
    for (int j = 0; j < table->n_columns; j++)
        tn_json_push(&self->json, array, tn_json_text(table->column[j].name));
    return array;
}

static void put_table(writer_t *self, const tn_fit_table_t *table)
{
    fputs("\n  ", self->out);
    put(self, tn_json_text(table->name));
    fputs(": {\n   \"title\": ", self->out);
    put(self, tn_json_text(table->title));
    fputs(",\n   \"columns\": ", self->out);
    put(self, column_names(self, table));
    fputs(",\n   \"rows\": [", self->out);
    for (size_t i = 0; i < table->n_rows && !self->failed && !self->json.failed; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", self->out);
        put(self, row(self, table, i));
    }
    fputs("]}", self->out);
}

static json_t *texts(writer_t *self, const char *const *text, int n)
{
    json_t *array = json_array();
    for (int i = 0; i < n; i++)
        tn_json_push(&self->json, array, tn_json_text(text[i]));
    return array;
}

static json_t *manifest(writer_t *self, const tn_report_options_t *opt)
{
    json_t *object = json_object();
    tn_json_put(&self->json, object, "version", json_string(tn_version()));
    tn_json_put(
        &self->json, object, "command_line", tn_json_text(opt != NULL ? opt->command_line : NULL));
    return object;
}

static const char *method_word(tn_fit_method_t method)
{
    static const char *const words[] = {
#define WORD(name, word, title) word,
        TN_FIT_METHOD_LIST(WORD)
#undef WORD
    };
    return (unsigned)method < TN_N_FIT_METHODS ? words[method] : NULL;
}

/* Tables and remarks, to the end. */
static int put_rest(writer_t *w, const tn_fit_t *self, const char *what, tn_error_t *err)
{
    FILE *out = w->out;
    fputs(",\n \"tables\": {", out);
    for (int i = 0; i < self->n_tables; i++) {
        if (i > 0) fputc(',', out);
        put_table(w, &self->table[i]);
    }
    fputc('}', out);
    put_member(w, "warnings", texts(w, self->warning, self->n_warnings));
    put_member(w, "notes", texts(w, self->note, self->n_notes));
    fputs("\n}\n", out);
    if (w->json.failed) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    if (w->failed || ferror(out)) return tn_error_set(err, TN_EIO, "cannot write the %s", what);
    return 0;
}

int tn_fit_report_json(
    const tn_fit_t *self, const tn_report_options_t *opt, FILE *out, tn_error_t *err)
{
    writer_t w = {.out = out};
    fputs("{\n \"schema\": \"" SCHEMA "\"", out);
    put_member(&w, "manifest", manifest(&w, opt));
    put_member(&w, "method", tn_json_text(method_word(self->method)));
    put_member(&w, "title", tn_json_text(self->title));
    put_member(&w, "formula", tn_json_text(self->formula));
    put_member(&w, "status", json_string(tn_fit_status_text(self->status)));
    put_member(&w, "n", json_integer((json_int_t)self->n_rows));
    put_member(&w, "n_dropped", json_integer((json_int_t)self->n_dropped));
    return put_rest(&w, self, "fit", err);
}

int tn_tables_report_json(const tn_fit_t *self, const char *schema, const tn_report_options_t *opt,
    FILE *out, tn_error_t *err)
{
    writer_t w = {.out = out};
    fprintf(out, "{\n \"schema\": \"%s\"", schema);
    put_member(&w, "manifest", manifest(&w, opt));
    put_member(&w, "title", tn_json_text(self->title));
    return put_rest(&w, self, "tables", err);
}
