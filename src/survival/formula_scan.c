/* Tokens of a formula, places of mistakes, and the text of a part as R prints it. */
#include "survival/formula.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           ((unsigned char)c & 0x80) != 0;
}

static bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '_'; }

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Place of n bytes from start; a formula may have several lines. */
static tn_place_t place_of(const tn_formula_t *self, size_t start, size_t n)
{
    size_t begin = 0;
    int line = 1;
    for (size_t i = 0; i < start; i++) {
        if (self->text[i] == '\n') line++, begin = i + 1;
    }
    const char *end = memchr(self->text + begin, '\n', self->n_text - begin);
    const long before = tn_str_utf8_length(self->text + begin, start - begin);
    const long width = tn_str_utf8_length(self->text + start, n);
    return (tn_place_t){.file = self->shown,
        .line = line,
        .column = (int)(before < 0 ? (long)(start - begin) : before) + 1,
        .width = width < 1 ? 1 : (int)width,
        .source = self->text + begin,
        .n_source = end == NULL ? self->n_text - begin : (size_t)(end - self->text) - begin,
        .offset = start - begin};
}

static void complain_bytes(const tn_formula_t *self, tn_diag_t *diag, tn_severity_t severity,
    size_t start, size_t n, const char *fmt, va_list args)
{
    const tn_place_t place = place_of(self, start, n);
    tn_diag_add_v(diag, severity, &place, fmt, args);
}

void tn_formula_complain(
    const tn_formula_t *self, tn_diag_t *diag, int first, int last, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const size_t start = self->token[first].start;
    complain_bytes(self, diag, TN_SEVERITY_ERROR, start,
        self->token[last].start + self->token[last].n - start, fmt, args);
    va_end(args);
}

void tn_formula_complain_at(const tn_formula_t *self, tn_diag_t *diag, tn_severity_t severity,
    int node, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const tn_token_t *first = self->token + self->node[node].first;
    const tn_token_t *last = self->token + self->node[node].last;
    complain_bytes(
        self, diag, severity, first->start, last->start + last->n - first->start, fmt, args);
    va_end(args);
}

static void complain_here(
    const tn_formula_t *self, tn_diag_t *diag, size_t start, size_t n, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    complain_bytes(self, diag, TN_SEVERITY_ERROR, start, n, fmt, args);
    va_end(args);
}

/* 12, 1.5, .5, 1e-3, 3L. Bytes used. */
static size_t number_length(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && (is_digit(s[i]) || s[i] == '.'))
        i++;
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        size_t k = i + 1;
        if (k < n && (s[k] == '+' || s[k] == '-')) k++;
        if (k < n && is_digit(s[k])) {
            while (k < n && is_digit(s[k]))
                k++;
            i = k;
        }
    }
    return i;
}

static int scan_number(tn_formula_t *self, tn_token_t *token, tn_diag_t *diag)
{
    const char *s = self->text + token->start;
    const size_t rest = self->n_text - token->start;
    const size_t n = number_length(s, rest);
    token->n = n + (n < rest && s[n] == 'L' ? 1 : 0);
    if (!tn_str_to_double(s, n, &token->number) || (token->n < rest && is_name_part(s[token->n]))) {
        while (token->n < rest && is_name_part(s[token->n]))
            token->n++;
        complain_here(self, diag, token->start, token->n,
            "'%.*s' is not a number (a column name that starts so needs backticks)",
            (int)(token->n < 60 ? token->n : 60), s);
        return TN_EINPUT;
    }
    return 0;
}

/* 'text', "text" or `name`; a backslash takes the next character as it is. */
static int scan_quoted(tn_formula_t *self, tn_arena_t *arena, tn_token_t *token, tn_diag_t *diag)
{
    const char *s = self->text + token->start;
    const size_t rest = self->n_text - token->start;
    char *text = tn_arena_calloc(arena, rest, 1);
    if (text == NULL) return TN_ENOMEM;
    size_t i = 1, n = 0;
    for (; i < rest && s[i] != s[0]; i++) {
        if (s[i] == '\\' && s[0] != '`' && i + 1 < rest) i++;
        text[n++] = s[i];
    }
    if (i == rest) {
        complain_here(self, diag, token->start, 1, "this quote has no end, expected %c", s[0]);
        return TN_EINPUT;
    }
    token->n = i + 1;
    token->text = text;
    if (s[0] == '`' && n == 0) {
        complain_here(self, diag, token->start, token->n, "found an empty name");
        return TN_EINPUT;
    }
    return 0;
}

typedef struct symbol {
    const char *text;
    tn_token_kind_t kind;
} symbol_t;

/* Two-character ones first. */
static const symbol_t SYMBOLS[] = {{"==", TN_TOKEN_EQ}, {"!=", TN_TOKEN_NE}, {"<=", TN_TOKEN_LE},
    {">=", TN_TOKEN_GE}, {"**", TN_TOKEN_POWER}, {"(", TN_TOKEN_OPEN}, {")", TN_TOKEN_CLOSE},
    {",", TN_TOKEN_COMMA}, {"=", TN_TOKEN_EQUAL}, {"^", TN_TOKEN_POWER}, {":", TN_TOKEN_COLON},
    {"*", TN_TOKEN_TIMES}, {"/", TN_TOKEN_DIVIDE}, {"+", TN_TOKEN_PLUS}, {"-", TN_TOKEN_MINUS},
    {"<", TN_TOKEN_LT}, {">", TN_TOKEN_GT}, {"!", TN_TOKEN_NOT}, {"&", TN_TOKEN_AND},
    {"|", TN_TOKEN_OR}, {"~", TN_TOKEN_TILDE}};

static int scan_symbol(tn_formula_t *self, tn_token_t *token, tn_diag_t *diag)
{
    const char *s = self->text + token->start;
    for (size_t k = 0; k < sizeof SYMBOLS / sizeof *SYMBOLS; k++) {
        const size_t n = strlen(SYMBOLS[k].text);
        if (n <= self->n_text - token->start && memcmp(s, SYMBOLS[k].text, n) == 0) {
            token->kind = SYMBOLS[k].kind;
            token->text = token->kind == TN_TOKEN_POWER ? "^" : SYMBOLS[k].text;
            token->n = n;
            return 0;
        }
    }
    if (*s == '%') {
        complain_here(self, diag, token->start, 1,
            "%%...%% operators are not known here; write comparisons with == and |");
    } else {
        complain_here(self, diag, token->start, 1, "unexpected character '%c'", *s);
    }
    return TN_EINPUT;
}

static int scan_token(tn_formula_t *self, tn_arena_t *arena, tn_token_t *token, tn_diag_t *diag)
{
    const char *s = self->text + token->start;
    const size_t rest = self->n_text - token->start;
    if (is_digit(*s) || (*s == '.' && rest > 1 && is_digit(s[1]))) {
        token->kind = TN_TOKEN_NUMBER;
        return scan_number(self, token, diag);
    }
    if (*s == '`' || *s == '"' || *s == '\'') {
        token->kind = *s == '`' ? TN_TOKEN_NAME : TN_TOKEN_STRING;
        return scan_quoted(self, arena, token, diag);
    }
    if (!is_name_start(*s)) return scan_symbol(self, token, diag);
    token->kind = TN_TOKEN_NAME;
    while (token->n < rest && is_name_part(s[token->n]))
        token->n++;
    token->text = tn_arena_strndup(arena, s, token->n);
    return token->text == NULL ? TN_ENOMEM : 0;
}

int tn_formula_scan(tn_formula_t *self, tn_arena_t *arena, tn_diag_t *diag)
{
    self->token = tn_arena_calloc(arena, self->n_text + 1, sizeof *self->token);
    if (self->token == NULL) return TN_ENOMEM;
    size_t i = 0;
    for (;;) {
        while (i < self->n_text && is_space(self->text[i]))
            i++;
        tn_token_t *token = &self->token[self->n_tokens++];
        *token = (tn_token_t){.kind = TN_TOKEN_END, .start = i, .text = ""};
        if (i == self->n_text) return 0;
        const int ret = scan_token(self, arena, token, diag);
        if (ret < 0) return ret;
        i += token->n;
    }
}

void tn_formula_number(double value, char text[32])
{
    char sci[40];
    int digits = 1;
    for (; digits <= 15; digits++) {
        snprintf(sci, sizeof sci, "%.*e", digits - 1, value);
        char full[40];
        snprintf(full, sizeof full, "%.14e", value);
        if (digits == 15 || strtod(sci, NULL) == strtod(full, NULL)) break;
    }
    const char *e = strchr(sci, 'e');
    const int exponent = e == NULL ? 0 : (int)strtol(e + 1, NULL, 10);
    const int decimals = digits - 1 - exponent > 0 ? digits - 1 - exponent : 0;
    char fixed[400];
    const int n = snprintf(fixed, sizeof fixed, "%.*f", decimals, value);
    snprintf(text, 32, "%.31s", n > 0 && (size_t)n <= strlen(sci) ? fixed : sci);
    for (char *c = text; *c != '\0'; c++)
        if (*c == ',') *c = '.'; /* a locale with a decimal comma */
}

static bool is_syntactic(const char *name)
{
    if (!is_name_start(name[0]) || (name[0] == '.' && is_digit(name[1]))) return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!is_name_part(*c)) return false;
    return true;
}

static void append_text(tn_text_t *out, const char *s) { tn_text_append(out, s, strlen(s)); }

static void append_string(tn_text_t *out, const char *s)
{
    append_text(out, "\"");
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') append_text(out, "\\");
        tn_text_append(out, s, 1);
    }
    append_text(out, "\"");
}

static void append_token(tn_text_t *out, const tn_token_t *token, bool as_name)
{
    char number[32];
    switch (token->kind) {
    case TN_TOKEN_NUMBER:
        tn_formula_number(token->number, number);
        append_text(out, number);
        return;
    case TN_TOKEN_STRING:
        if (!as_name) {
            append_string(out, token->text);
            return;
        }
        /* fall through */
    case TN_TOKEN_NAME:
        if (is_syntactic(token->text)) {
            append_text(out, token->text);
        } else {
            tn_text_printf(out, "`%s`", token->text);
        }
        return;
    default: break;
    }
    const bool is_close = token->is_unary || token->kind == TN_TOKEN_POWER ||
                          token->kind == TN_TOKEN_COLON || token->kind == TN_TOKEN_DIVIDE ||
                          token->kind == TN_TOKEN_OPEN || token->kind == TN_TOKEN_CLOSE;
    if (token->kind == TN_TOKEN_COMMA) {
        append_text(out, ", ");
    } else if (is_close) {
        append_text(out, token->text);
    } else {
        tn_text_printf(out, " %s ", token->text);
    }
}

void tn_formula_deparse(const tn_formula_t *self, int node, tn_text_t *out)
{
    const tn_node_t *root = &self->node[node];
    for (int k = root->first; k <= root->last; k++)
        append_token(out, &self->token[k], root->first == root->last);
}
