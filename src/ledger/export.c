/* All entries as JSON, one after the other: what is needed to compute every hash again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/chain.h"

/** A JSON string; bytes that are not UTF-8 cannot be shown and fail. */
static bool put_string(FILE *out, const char *text, size_t n)
{
    json_t *value = json_stringn(text, n);
    char *quoted = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    if (quoted != NULL) fputs(quoted, out);
    free(quoted);
    json_decref(value);
    return quoted != NULL;
}

static bool put_entry(FILE *out, const tn_entry_t *e)
{
    fprintf(out, "\n  {\"entry\": %" PRId64 ", \"recorded\": ", e->seq);
    bool ok = put_string(out, e->recorded, e->n_recorded);
    fputs(", \"kind\": ", out);
    ok = put_string(out, e->kind, e->n_kind) && ok;
    fputs(", \"target\": ", out);
    ok = put_string(out, e->target, e->n_target) && ok;
    fputs(",\n   \"previous\": ", out);
    ok = put_string(out, e->previous, strlen(e->previous)) && ok;
    fputs(", \"hash\": ", out);
    ok = put_string(out, e->hash, strlen(e->hash)) && ok;
    fputs(",\n   \"body\": ", out);
    return put_string(out, e->body, e->n_body) && ok;
}

int tn_ledger_export(tn_ledger_t *self, FILE *out, tn_error_t *err)
{
    tn_statement_t s;
    tn_entry_t e;
    int n = 0;
    int ret = tn_statement_init(&s, &self->db, TN_CHAIN_SELECT, err);
    fputs("{\n \"schema\": \"tenure-ledger/1\",\n \"entries\": [", out);
    if (ret == 0) ret = tn_statement_step(&s, err);
    while (ret == 1) {
        ret = tn_chain_row(&s, &e, err);
        if (ret < 0) break;
        if (n++ > 0) fputc(',', out);
        if (!put_entry(out, &e)) {
            ret = tn_error_set(err, TN_EDB,
                "%s: entry %" PRId64 " cannot be shown: not UTF-8, or out of memory", self->db.path,
                e.seq);
            break;
        }
        fputc('}', out);
        ret = tn_statement_step(&s, err);
    }
    tn_statement_free(&s);
    fputs("]\n}\n", out);
    if (ret == 0 && ferror(out)) ret = tn_error_set(err, TN_EIO, "cannot write the ledger");
    return ret;
}
