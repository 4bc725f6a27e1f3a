/* The case of `tenure new`: every key of the schema explained, in the order of the table, and a
 * small court that can be forecast as it stands. The words come from the table, the court from the
 * literals below. */
#include "model/case.h"
#include "model/schema.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 100

static const char court[] =
    "  - {id: heir, name: the heir apparent, group: family, power: 5, rent: 0.8, candidate: 1, "
    "basis: judgement}\n"
    "  - {id: premier, name: the prime minister, group: government, power: 6, candidate: 0.8, "
    "interim: true, basis: judgement}\n"
    "  - {id: ministers, name: the other ministers, group: government, power: 5, position: -0.3, "
    "exposure: 0.6, candidate: 0.2, basis: judgement}\n"
    "  - {id: business, name: big business, group: business, power: 5, position: -0.4, exposure: "
    "0.8, rent: 0.7, basis: judgement}\n"
    "  - {id: army, name: the general staff, group: military, power: 8, force: 6, position: 0.3, "
    "candidate: 0.3, basis: judgement}\n"
    "  - {id: police, name: the security service, group: security, power: 7, force: 4, position: "
    "0.3, rent: 0.8, candidate: 0.3, basis: judgement}\n";
static const char pairs[] = "\n    - [heir, premier, 0.3]\n    - [army, police, 0.15]\n";
static const char events[] =
    "  - {id: price-rise, date: 2024-03-01, effects: {economy: -0.3, protest: 0.1}, basis: "
    "public}\n"
    "  - {id: sanctions, from: 2024-09-01, to: 2025-06-30, probability: 0.3, effects: {sanctions: "
    "0.2, grievance: {business: 0.1}}, basis: judgement}\n";
static const char exits[] =
    "  - {date: 2026-05-10, p_leave: 0.05, basis: judgement, note: presidential election}\n";
static const char origins[] =
    "  - {id: insider, name: an unnamed minister, reliability: C, interest: {successor_talk: "
    "asserts, default: neutral}, basis: judgement}\n"
    "  - {id: newspaper, name: the newspaper that quotes him, reliability: B, basis: judgement}\n";
static const char reports[] =
    "  - {id: r1, origin: insider, via: [newspaper], date: 2024-06-10, credibility: 3, claim: "
    "{observable: successor_talk, is: true}, quote: they talk of nothing else}\n";
static const char silences[] = "  - {origin: insider, observable: leader_ill, from: 2024-05-01, "
                               "to: 2024-06-30, p_report: 0.3, basis: judgement}\n";

/* A comment, wrapped at words. */
static void put_comment(FILE *out, const char *indent, const char *text)
{
    while (*text != '\0') {
        size_t n = strlen(text);
        const size_t room = WIDTH - strlen(indent) - 2;
        if (n > room) {
            n = room;
            while (n > 0 && text[n] != ' ')
                n--;
        }
        fprintf(out, "%s# %.*s\n", indent, (int)n, text);
        text += n;
        while (*text == ' ')
            text++;
    }
}

/* "meaning (a number from 0 to 1, unit 1/yr; default 0.3)" */
static void describe(const tn_schema_row_t *row, char *out, size_t n)
{
    char expected[256], fallback[128] = "";
    tn_schema_expected(row, expected, sizeof expected);
    if (row->need == TN_REQUIRED) {
        snprintf(fallback, sizeof fallback, "; required");
    } else if (row->fallback != NULL && row->fallback[0] == '(') {
        snprintf(fallback, sizeof fallback, "; default: %.*s", (int)strlen(row->fallback) - 2,
            row->fallback + 1);
    } else if (row->fallback != NULL) {
        snprintf(fallback, sizeof fallback, "; default %s", row->fallback);
    }
    snprintf(out, n, "%s (%s%s%s%s)", row->meaning, expected, row->unit[0] != '\0' ? ", unit " : "",
        row->unit, fallback);
}

/* A key with its comment; without an example it is commented out and shows its default. */
static void put_key(FILE *out, const char *indent, const tn_schema_row_t *row)
{
    char text[768];
    describe(row, text, sizeof text);
    put_comment(out, indent, text);
    if (row->example != NULL) {
        fprintf(out, "%s%s: %s\n", indent, row->key, row->example);
    } else {
        const bool has_value = row->fallback != NULL && row->fallback[0] != '(';
        fprintf(out, "%s# %s:%s%s\n", indent, row->key, has_value ? " " : "",
            has_value ? row->fallback : "");
    }
}

static void put_heading(FILE *out, const tn_schema_row_t *row, const tn_schema_section_t *section)
{
    fputc('\n', out);
    put_comment(out, "", section->meaning);
    fprintf(out, "%s:\n", row->key);
}

static void put_mapping(FILE *out, const tn_schema_row_t *row, tn_schema_id_t id)
{
    const tn_schema_section_t *section = tn_schema(id);
    put_heading(out, row, section);
    for (size_t i = 0; i < section->n_rows; i++)
        put_key(out, "  ", &section->row[i]);
}

/* The keys of a section in comments, "  key: what it means". */
static void list_keys(FILE *out, tn_schema_id_t id, const char *indent)
{
    const tn_schema_section_t *section = tn_schema(id);
    char text[1024], words[768];
    for (size_t i = 0; i < section->n_rows; i++) {
        describe(&section->row[i], words, sizeof words);
        snprintf(text, sizeof text, "%s: %s", section->row[i].key, words);
        put_comment(out, indent, text);
    }
}

static void put_list(FILE *out, const tn_schema_row_t *row, tn_schema_id_t id, const char *items)
{
    put_heading(out, row, tn_schema(id));
    list_keys(out, id, "  ");
    if (id == TN_SECTION_EVENT) {
        put_comment(out, "  ", "Effects of an event:");
        list_keys(out, TN_SECTION_EFFECTS, "    ");
    }
    if (id == TN_SECTION_ORIGIN) {
        put_comment(out, "  ", "Observables, for interests and claims:");
        list_keys(out, TN_SECTION_INTEREST, "    ");
    }
    if (id == TN_SECTION_REPORT) {
        put_comment(out, "  ", "A claim:");
        list_keys(out, TN_SECTION_CLAIM, "    ");
    }
    fputs(items, out);
}

static void put_leader(FILE *out, const tn_schema_row_t *row)
{
    put_mapping(out, row, TN_SECTION_LEADER);
    put_comment(out, "  ", "A life table in numbers:");
    list_keys(out, TN_SECTION_LIFE_TABLE, "    ");
}

static void put_parameters(FILE *out, const tn_schema_row_t *row)
{
    const tn_schema_section_t *section = tn_schema(TN_SECTION_PARAMETERS);
    put_heading(out, row, section);
    fputs("  fear_base: 0.4\n", out);
    for (size_t i = 0; i < section->n_rows; i++)
        put_key(out, "  ", &section->row[i]);
}

static void put_ties(FILE *out, const tn_schema_row_t *row)
{
    const tn_schema_section_t *section = tn_schema(TN_SECTION_TIES);
    put_heading(out, row, section);
    for (size_t i = 0; i < section->n_rows; i++) {
        const bool is_pairs = strcmp(section->row[i].key, "pairs") == 0;
        tn_schema_row_t shown = section->row[i];
        if (is_pairs) shown.example = pairs;
        put_key(out, "  ", &shown);
    }
}

static void put_root_row(FILE *out, const tn_schema_row_t *row, const char *name)
{
    const char *key = row->key;
    tn_schema_row_t shown = *row;
    if (strcmp(key, "case") == 0) {
        shown.example = name;
        put_key(out, "", &shown);
    } else if (strcmp(key, "leader") == 0) {
        put_leader(out, row);
    } else if (strcmp(key, "reference") == 0) {
        put_mapping(out, row, TN_SECTION_REFERENCE);
    } else if (strcmp(key, "world") == 0) {
        put_mapping(out, row, TN_SECTION_WORLD);
    } else if (strcmp(key, "parameters") == 0) {
        put_parameters(out, row);
    } else if (strcmp(key, "actors") == 0) {
        put_list(out, row, TN_SECTION_ACTOR, court);
    } else if (strcmp(key, "ties") == 0) {
        put_ties(out, row);
    } else if (strcmp(key, "events") == 0) {
        put_list(out, row, TN_SECTION_EVENT, events);
    } else if (strcmp(key, "scheduled_exits") == 0) {
        put_list(out, row, TN_SECTION_SCHEDULED, exits);
    } else if (strcmp(key, "succession") == 0) {
        put_mapping(out, row, TN_SECTION_SUCCESSION);
    } else if (strcmp(key, "origins") == 0) {
        put_list(out, row, TN_SECTION_ORIGIN, origins);
    } else if (strcmp(key, "reports") == 0) {
        put_list(out, row, TN_SECTION_REPORT, reports);
    } else if (strcmp(key, "silences") == 0) {
        put_list(out, row, TN_SECTION_SILENCE, silences);
    } else {
        put_key(out, "", &shown);
    }
}

static bool is_name(const char *name)
{
    const size_t n = strlen(name);
    return n > 0 && n <= 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

int tn_case_write_template(const char *name, FILE *out, tn_error_t *err)
{
    const tn_schema_section_t *root = tn_schema(TN_SECTION_ROOT);
    if (!is_name(name)) {
        return tn_error_set(err, TN_EARG,
            "'%.64s' cannot be the name of a case, expected at most 64 small letters, digits and "
            "'-'",
            name);
    }
    put_comment(out, "",
        "A case to start from. It can be forecast as it stands, but everything in it is invented: "
        "replace it. "
        "Keys that are commented out show their default. tenure check lists all mistakes.");
    for (size_t i = 0; i < root->n_rows; i++)
        put_root_row(out, &root->row[i], name);
    if (fflush(out) != 0 || ferror(out))
        return tn_error_set(err, TN_EIO, "the case could not be written");
    return 0;
}
