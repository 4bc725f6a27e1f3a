/* tenure-case(5) from the schema table. Only the words between the tables are written here. */
#include "model/case.h"
#include "model/schema.h"

#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

/* Text for roff: backslashes and hyphens escaped, no line that starts with a command. */
static void put(FILE *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'') fputs("\\&", out);
    for (const char *s = text; *s != '\0'; s++) {
        if (*s == '\\') {
            fputs("\\e", out);
        } else if (*s == '-') {
            fputs("\\-", out);
        } else {
            fputc(*s, out);
        }
    }
}

/* "a number from 0 to 1, unit 1/yr, default 0.3" */
static void put_form(FILE *out, const tn_schema_row_t *row)
{
    char expected[256];
    tn_schema_expected(row, expected, sizeof expected);
    put(out, expected);
    if (row->unit[0] != '\0') {
        fputs(", unit ", out);
        put(out, row->unit);
    }
    if (row->need == TN_REQUIRED) {
        fputs("; required", out);
    } else if (row->fallback != NULL) {
        const size_t n = strlen(row->fallback);
        const bool is_remark = row->fallback[0] == '(';
        char words[128];
        snprintf(
            words, sizeof words, "%.*s", (int)(is_remark ? n - 2 : n), row->fallback + is_remark);
        fputs("; default ", out);
        put(out, words);
    }
}

static void put_row(FILE *out, const tn_schema_row_t *row)
{
    fputs(".TP\n.B ", out);
    put(out, row->key);
    fputs("\n(", out);
    put_form(out, row);
    fputs(")\n.br\n", out);
    put(out, row->meaning);
    fputs(".\n", out);
}

static void put_section(FILE *out, const tn_schema_section_t *section)
{
    fputs(".SS ", out);
    put(out, section->path[0] != '\0' ? section->path : "The file");
    fputc('\n', out);
    put(out, section->meaning);
    fputc('\n', out);
    for (size_t i = 0; i < section->n_rows; i++)
        put_row(out, &section->row[i]);
}

static const char *kind_words(int observable)
{
    switch (tn_observable(observable)->kind) {
    case TN_OBSERVABLE_STATE: return "state, true or false";
    case TN_OBSERVABLE_EVENT: return "event, true or false";
    case TN_OBSERVABLE_NUMBER: return "number";
    case TN_OBSERVABLE_LOG_NUMBER: return "number, compared in logs";
    }
    return "";
}

static void put_observables(FILE *out)
{
    fputs(
        ".SH OBSERVABLES\nWhat claims, interests and silences can be about. States and events are "
        "true or\n"
        "false in a week; a claim about a window says that it was so in at least one week of it.\n",
        out);
    for (int o = 0; o < TN_N_OBSERVABLES; o++) {
        fputs(".TP\n.B ", out);
        put(out, tn_observable(o)->name);
        fputc('\n', out);
        put(out, tn_observable(o)->meaning);
        fprintf(out, " (%s).\n", kind_words(o));
    }
}

static const char head[] =
    ".\\\" Generated from the schema table; do not edit.\n"
    ".TH TENURE\\-CASE 5 \"\" tenure \"File formats\"\n"
    ".SH NAME\n"
    "tenure\\-case \\- a court at one date, as a file\n"
    ".SH DESCRIPTION\n"
    "A case is one YAML 1.2 file in UTF\\-8: block and flow mappings and lists, plain and quoted "
    "texts,\n"
    "comments. Anchors, aliases, tags and several documents are not supported. Unknown keys and "
    "keys given\n"
    "twice are mistakes, except under\n"
    ".BR notes .\n"
    ".PP\n"
    "Dates are YYYY\\-MM\\-DD. Durations are 13w or 5y; a year is 52.18 weeks, rounded up (5y = "
    "261 weeks).\n"
    "Numbers are decimal and without quotation marks. Inside braces a text with a comma needs "
    "quotation marks.\n"
    ".PP\n"
    "Every block that carries numbers can say in\n"
    ".B basis\n"
    "where they come from: public (undisputed record), reported (somebody said so) or judgement "
    "(the\n"
    "analyst's own setting). Reports never become facts: they are evidence with a likelihood.\n"
    ".PP\n"
    ".BI \"tenure check\" \" CASE\"\n"
    "lists all mistakes of a case,\n"
    ".BI \"tenure new\" \" NAME\"\n"
    "writes one to start from.\n"
    ".SH KEYS\n";

static const char tail[] =
    ".SH EXAMPLE\n"
    ".nf\n"
    "tenure: 1\n"
    "case: small\n"
    "start: 2024\\-01\\-01\n"
    "as_of: 2024\\-01\\-01\n"
    "leader: {name: Leader, born: 1960\\-01\\-01, life_table: high\\-income\\-male}\n"
    "actors:\n"
    "  \\- {id: heir, power: 5, candidate: 1}\n"
    "  \\- {id: army, group: military, power: 7, force: 1}\n"
    "  \\- {id: police, group: security, power: 4, force: 1}\n"
    ".fi\n"
    ".SH SEE ALSO\n"
    ".BR tenure (1)\n";

void tn_case_write_man(FILE *out)
{
    fputs(head, out);
    for (int i = 0; i < TN_N_SECTIONS; i++)
        put_section(out, tn_schema((tn_schema_id_t)i));
    put_observables(out);
    fprintf(out,
        ".SH LIMITS\nA file has at most %d MiB, %d levels of lists and mappings, %d to %d actors, "
        "%d events,\n"
        "%d origins, %d reports of at most %d hops, %d silences and %d horizons.\n",
        TN_CASE_MAX_BYTES / (1024 * 1024), TN_CASE_MAX_DEPTH, TN_MIN_ACTORS, TN_MAX_ACTORS,
        TN_MAX_EVENTS, TN_MAX_ORIGINS, TN_MAX_REPORTS, TN_MAX_VIA, TN_MAX_SILENCES,
        TN_MAX_HORIZONS);
    fputs(tail, out);
}
