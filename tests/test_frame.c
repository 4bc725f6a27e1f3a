/* Reading data files: CSV, Stata, SPSS, R, and the ways they can be broken. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tenure/frame.h"

static void read_text(tn_frame_t *frame, const char *text)
{
    tn_error_t err = {0};
    if (tn_frame_read_memory(frame, "a.csv", text, strlen(text), NULL, &err) < 0)
        fail_msg("%s", err.message);
}

static const tn_frame_column_t *column(const tn_frame_t *frame, const char *name)
{
    const int j = tn_frame_find(frame, name);
    if (j < 0) fail_msg("no column %s", name);
    return &frame->column[j];
}

static void numbers_text_dates_and_gaps(void **state)
{
    (void)state;
    tn_frame_t f;
    read_text(&f, "n,t,d,empty\n"
                  "1.5,b,2022-05-24,\n"
                  "NA,\"a, \"\"b\"\"\",NA,NA\n"
                  "-2e3,b,1969-12-31,.\n"
                  ",,1970-01-01,\n");
    assert_int_equal(f.n_rows, 4);
    assert_int_equal(f.n_columns, 4);
    const tn_frame_column_t *n = column(&f, "n"), *t = column(&f, "t"), *d = column(&f, "d");
    assert_true(n->number[0] == 1.5 && isnan(n->number[1]) && n->number[2] == -2000.0);
    assert_true(isnan(n->number[3]) && n->level == NULL && !n->is_date);
    assert_null(t->number);
    assert_int_equal(t->n_levels, 2);
    assert_string_equal(t->levels[0], "a, \"b\""); /* ascending, not by appearance */
    assert_string_equal(t->levels[1], "b");
    assert_int_equal(t->level[0], 1);
    assert_int_equal(t->level[1], 0);
    assert_int_equal(t->level[3], -1);
    assert_true(d->is_date && d->number[0] == 19136.0 && isnan(d->number[1]));
    assert_true(d->number[2] == -1.0 && d->number[3] == 0.0);
    assert_true(isnan(column(&f, "empty")->number[0])); /* nothing known: numbers */
    assert_int_equal(tn_frame_find(&f, "absent"), -1);
    tn_frame_free(&f);
}

static void delimiters_marks_and_line_ends(void **state)
{
    (void)state;
    static const char *const texts[] = {"a,b\n1,2\n3,4\n", "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n",
        "\xEF\xBB\xBF\x61,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2\n\n3,4",
        "a , b\n 1,2 \n3,4\n", "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", "\"a\";b\n1;2\n3;4\n"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        tn_frame_t f;
        read_text(&f, texts[k]);
        assert_int_equal(f.n_rows, 2);
        assert_int_equal(f.n_columns, 2);
        assert_string_equal(f.column[0].name, "a");
        assert_true(column(&f, "a")->number[1] == 3.0 && column(&f, "b")->number[0] == 2.0);
        tn_frame_free(&f);
    }
}

static void names_become_different(void **state)
{
    (void)state;
    tn_frame_t f;
    read_text(&f, ",a,a,a.1,\n1,2,3,4,5\n");
    static const char *const names[] = {"X", "a", "a.1", "a.1.1", "X.1"};
    for (int j = 0; j < 5; j++)
        assert_string_equal(f.column[j].name, names[j]);
    tn_frame_free(&f);
}

static void line_breaks_in_quotes_are_counted(void **state)
{
    (void)state;
    tn_frame_t f;
    tn_error_t err = {0};
    const char text[] = "a,b\n\"one\ntwo\",2\n3\n";
    assert_int_equal(
        tn_frame_read_memory(&f, "a.csv", text, sizeof text - 1, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.csv:4: 1 field, expected 2 as in the header");
}

static void numbers_do_not_guess(void **state)
{
    (void)state;
    tn_frame_t f;
    read_text(&f, "hex,comma,inf,flag,huge,lead\n0x10,\"1,5\",Inf,TRUE,1e999,007\n");
    assert_non_null(column(&f, "hex")->levels);
    assert_non_null(column(&f, "comma")->levels);
    assert_true(column(&f, "inf")->number[0] == INFINITY);
    assert_string_equal(column(&f, "flag")->levels[0], "TRUE");
    assert_non_null(column(&f, "huge")->levels); /* no number of a double */
    assert_true(column(&f, "lead")->number[0] == 7.0);
    tn_frame_free(&f);
}

/* What is wrong, and the whole message. */
static void broken_files_are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *message;
    } broken[] = {
        {"", 0, "a.csv: empty, expected a header and rows"},
        {"\n\n", 2, "a.csv: empty, expected a header and rows"},
        {"a,b\n1\n", 6, "a.csv:2: 1 field, expected 2 as in the header"},
        {"a,b\n1,2,3\n", 10, "a.csv:2: 3 fields, expected 2 as in the header"},
        {"a,b\r\n1,2\r\n1\r\n", 13, "a.csv:3: 1 field, expected 2 as in the header"},
        {"a,b\n1,2\n\n1\n", 11, "a.csv:4: 1 field, expected 2 as in the header"},
        {"a,b\n1,\"2\n3,4\n", 13, "a.csv:2: a quote is opened in this record and never closed"},
        {"a,\"b\n", 5, "a.csv:1: a quote is opened in this record and never closed"},
        {"a,b\n1,2\"3\n", 10,
            "a.csv:2: a quote in the middle of a field, expected it doubled (\"\")"},
        {"a,b\n1,\"2\"3\n", 11,
            "a.csv:2: a quote in the middle of a field, expected it doubled (\"\")"},
        {"a,b\n\xE9,2\n", 8,
            "a.csv:2: byte 0xE9 is not UTF-8 (if the file is Latin-1: iconv -f LATIN1 -t UTF-8)"},
        {"a\n\xC3", 3,
            "a.csv:2: byte 0xC3 is not UTF-8 (if the file is Latin-1: iconv -f LATIN1 -t UTF-8)"},
        {"a\n\xC0\x80\n", 5,
            "a.csv:2: byte 0xC0 is not UTF-8 (if the file is Latin-1: iconv -f LATIN1 -t UTF-8)"},
        {"\xFF\xFE"
         "a\0",
            4, "a.csv:1: UTF-16 text, expected UTF-8 (iconv -f UTF-16 -t UTF-8)"},
        {"a,b\n1,\0\n", 8, "a.csv:2: a zero byte, expected text"},
    };
    for (size_t k = 0; k < sizeof broken / sizeof broken[0]; k++) {
        tn_frame_t f;
        tn_error_t err = {0};
        const int ret = tn_frame_read_memory(&f, "a.csv", broken[k].bytes, broken[k].n, NULL, &err);
        assert_int_equal(ret, TN_EINPUT);
        assert_string_equal(err.message, broken[k].message);
        assert_null(f.column);
    }
}

static void too_many_columns_are_refused(void **state)
{
    (void)state;
    tn_frame_t f;
    tn_error_t err = {0};
    const size_t n = 100000;
    char *text = malloc(2 * n);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = 'a';
        text[2 * i + 1] = i + 1 < n ? ',' : '\n';
    }
    assert_int_equal(tn_frame_read_memory(&f, "a.csv", text, 2 * n, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.csv: 100000 columns, at most 10000 are read");
    free(text);
}

static void kinds_go_by_name_or_option(void **state)
{
    (void)state;
    tn_frame_t f;
    tn_error_t err = {0};
    const tn_frame_options_t csv = {.format = "csv"}, odd = {.format = "xlsx"};
    assert_int_equal(tn_frame_read_memory(&f, "a.dat", "a\n1\n", 4, &csv, &err), 0);
    tn_frame_free(&f);
    assert_int_equal(tn_frame_read_memory(&f, "A.CSV", "a\n1\n", 4, NULL, &err), 0);
    tn_frame_free(&f);
    assert_int_equal(tn_frame_read_memory(&f, "a.csv", "a\n1\n", 4, &odd, &err), TN_EARG);
    assert_int_equal(tn_frame_read_memory(&f, "a.xlsx", "a\n1\n", 4, NULL, &err), TN_EINPUT);
    assert_string_equal(
        err.message, "a.xlsx: unknown kind of file, expected csv, dta, sav, rda or rds");
    assert_int_equal(tn_frame_read(&f, "/nonexistent/a.csv", NULL, &err), TN_EIO);
    assert_string_equal(err.message, "/nonexistent/a.csv: No such file or directory");
    assert_int_equal(tn_frame_read(&f, "/", NULL, &err), TN_EIO);
}

/* ---- Stata, SPSS, R: tests/files/types.* are made by types.R there ---- */

static unsigned char *read_bytes(const char *name, size_t *n)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/tests/files/%s", getenv("TENURE_SOURCE_ROOT"), name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) fail_msg("%s is missing", path);
    unsigned char *bytes = malloc(1 << 16);
    assert_non_null(bytes);
    *n = fread(bytes, 1, 1 << 16, f);
    (void)fclose(f);
    return bytes;
}

static void read_types(tn_frame_t *f, const char *name)
{
    size_t n;
    tn_error_t err = {0};
    unsigned char *bytes = read_bytes(name, &n);
    if (tn_frame_read_memory(f, name, bytes, n, NULL, &err) < 0) fail_msg("%s", err.message);
    free(bytes);
}

/* n = 1.5, NA, -2; s = "b", "", "é"; d = 2022-05-24, NA, 1969-12-31; l = high, low, NA. */
static void types_come_through(void **state)
{
    (void)state;
    static const char *const names[] = {"types.dta", "types.sav", "types.rds", "types-xz.rds"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        tn_frame_t f;
        read_types(&f, names[k]);
        assert_int_equal(f.n_rows, 3);
        const tn_frame_column_t *n = column(&f, "n"), *s = column(&f, "s");
        const tn_frame_column_t *d = column(&f, "d"), *l = column(&f, "l");
        assert_true(n->number[0] == 1.5 && isnan(n->number[1]) && n->number[2] == -2.0);
        assert_string_equal(s->levels[s->level[0]], "b");
        assert_string_equal(s->levels[s->level[2]], "\xC3\xA9");
        assert_true(d->is_date && d->number[0] == 19136.0 && isnan(d->number[1]));
        assert_true(d->number[2] == -1.0);
        assert_true(l->is_factor && l->n_levels == 2);
        assert_string_equal(l->levels[0], "low"); /* the file's order */
        assert_string_equal(l->levels[l->level[0]], "high");
        assert_int_equal(l->level[2], -1);
        tn_frame_free(&f);
    }
}

/* Whatever is cut off or changed: a message that names the file, or a frame; never a crash. */
static void damaged_files_are_explained(void **state)
{
    (void)state;
    static const char *const names[] = {
        "types.dta", "types.sav", "types.rds", "types-xz.rds", "compact.rds"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t n;
        unsigned char *bytes = read_bytes(names[k], &n);
        for (size_t cut = 0; cut < n; cut += 1 + n / 97) {
            tn_frame_t f;
            tn_error_t err = {0};
            const int ret = tn_frame_read_memory(&f, names[k], bytes, cut, NULL, &err);
            if (ret == 0) { /* only what follows the data was cut off */
                assert_int_equal(f.n_rows, 3);
                tn_frame_free(&f);
                continue;
            }
            assert_int_equal(ret, TN_EINPUT);
            assert_ptr_equal(strstr(err.message, names[k]), err.message);
        }
        free(bytes);
    }
}

static void objects_of_r_are_chosen_by_name(void **state)
{
    (void)state;
    size_t n;
    tn_frame_t f;
    tn_error_t err = {0};
    unsigned char *bytes = read_bytes("two.rda", &n);
    const tn_frame_options_t second = {.object = "e"}, third = {.object = "f"};
    assert_int_equal(tn_frame_read_memory(&f, "two.rda", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(
        err.message, "two.rda: several data frames, name the one wanted (--object): d, e");
    assert_int_equal(tn_frame_read_memory(&f, "two.rda", bytes, n, &third, &err), TN_EINPUT);
    assert_string_equal(err.message, "two.rda: no data frame of that name, there are: d, e");
    assert_int_equal(tn_frame_read_memory(&f, "two.rda", bytes, n, &second, &err), 0);
    assert_int_equal(f.n_rows, 2);
    tn_frame_free(&f);
    free(bytes);
    bytes = read_bytes("vector.rds", &n);
    assert_int_equal(tn_frame_read_memory(&f, "vector.rds", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message,
        "vector.rds: no data frame in it, expected one (columns of equal length with names)");
    free(bytes);
    assert_int_equal(tn_frame_read_memory(&f, "a.rds", "x,y\n1,2\n", 8, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.rds: not a whole R data file: it does not begin as one");
}

static const char *text_at(const tn_frame_t *f, const char *name, int i)
{
    const tn_frame_column_t *c = column(f, name);
    return c->level[i] < 0 ? NULL : c->levels[c->level[i]];
}

/* A sequence of 10^12 numbers takes three in the file; a name of 2^31 - 1 bytes takes four. */
static void lengths_are_not_taken_at_their_word(void **state)
{
    (void)state;
    static const unsigned char text[] = "X\n\0\0\0\2\0\4\2\2\0\2\3\0\0\0\0\x10\0\0\0\1\0\4\0\x09"
                                        "\x7f\xff\xff\xff"
                                        "abcd";
    tn_frame_t f;
    tn_error_t err = {0};
    assert_int_equal(
        tn_frame_read_memory(&f, "a.rds", text, sizeof text - 1, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.rds: not a whole R data file: it is cut off or damaged");
    size_t n;
    unsigned char *bytes = read_bytes("sequence-part.rds", &n); /* 0.00008 elements */
    assert_int_equal(tn_frame_read_memory(&f, "part.rds", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message,
        "part.rds: not a whole R data file: a sequence has no whole number of elements");
    static const unsigned char trillion[] = {0x42, 0x6D, 0x1A, 0x94, 0xA2, 0, 0, 0};
    const size_t at = 0x71; /* of the number of elements, after the state's flags and length */
    memcpy(bytes + at, trillion, sizeof trillion);
    assert_int_equal(tn_frame_read_memory(&f, "a.rds", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.rds: not a whole R data file: a sequence is too long");
    bytes[at - 6] = 1; /* a state that is an object: librdata would not mind */
    assert_int_equal(tn_frame_read_memory(&f, "a.rds", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(err.message, "a.rds: not a whole R data file: it is cut off or damaged");
    free(bytes);
}

/* tests/files/compact.R: what R wrote for its first rows, and the objects beside it. */
static void compact_vectors_of_r_are_read_in_full(void **state)
{
    (void)state;
    size_t n;
    tn_frame_t f;
    tn_error_t err = {0};
    unsigned char *bytes = read_bytes("compact.rda", &n);
    const tn_frame_options_t d = {.object = "d"}, second = {.object = "e"}, third = {.object = "f"};
    assert_int_equal(tn_frame_read_memory(&f, "compact.rda", bytes, n, NULL, &err), TN_EINPUT);
    assert_string_equal(
        err.message, "compact.rda: several data frames, name the one wanted (--object): d, e, f");
    assert_int_equal(tn_frame_read_memory(&f, "compact.rda", bytes, n, &d, &err), 0);
    assert_int_equal(f.n_rows, 100);
    assert_int_equal(f.n_columns, 11);
    static const char *const numbers[] = {"1.5", "1e+05", "123456", "1e-05", "0.1", NULL, "NaN",
        "-Inf", "1e+15", "123456.789", "33.3333333333333", "-2e-300", "1e-15", "1e-04"};
    for (int i = 0; i < 100; i++) {
        char code[12];
        snprintf(code, sizeof code, "%d", i + 1);
        assert_true(column(&f, "id")->number[i] == 7.0 * (i + 1));
        assert_true(column(&f, "day")->number[i] == 10958.0 + i); /* 2000-01-02 */
        assert_true(column(&f, "x")->number[i] == (i + 1) / 8.0);
        assert_true(column(&f, "whole")->number[i] == i + 1);
        assert_true(column(&f, "half")->number[i] == i + 11);
        assert_string_equal(text_at(&f, "code", i), code);
        const char *number = numbers[i % 14];
        assert_int_equal(text_at(&f, "number", i) == NULL, number == NULL);
        if (number != NULL) assert_string_equal(text_at(&f, "number", i), number);
        assert_string_equal(text_at(&f, "word", i), i < 50 ? "a" : "b");
        assert_string_equal(text_at(&f, "level", i), i < 50 ? "u" : "v");
        assert_true(column(&f, "flag")->number[i] == (i < 50 ? 0.0 : 1.0));
        assert_string_equal(text_at(&f, "place", i), i % 3 == 2 ? "plain" : "\xC3\xA9t\xC3\xA9");
    }
    assert_true(column(&f, "day")->is_date && column(&f, "level")->is_factor);
    tn_frame_free(&f);
    /* these refer to symbols that R counts after the environments before them */
    assert_int_equal(tn_frame_read_memory(&f, "compact.rda", bytes, n, &second, &err), 0);
    assert_true(f.n_columns == 2 && column(&f, "b")->is_factor);
    assert_string_equal(text_at(&f, "b", 1), "v");
    tn_frame_free(&f);
    assert_int_equal(tn_frame_read_memory(&f, "compact.rda", bytes, n, &third, &err), 0);
    assert_true(f.n_columns == 2 && column(&f, "a")->is_factor && column(&f, "b")->is_factor);
    assert_string_equal(text_at(&f, "a", 1), "q");
    assert_string_equal(text_at(&f, "b", 0), "r");
    tn_frame_free(&f);
    free(bytes);
}

static void columns_that_are_no_vectors_are_left_out(void **state)
{
    (void)state;
    size_t n;
    tn_frame_t f;
    tn_error_t err = {0};
    unsigned char *bytes = read_bytes("lists.rds", &n);
    assert_int_equal(tn_frame_read_memory(&f, "lists.rds", bytes, n, NULL, &err), 0);
    assert_true(f.n_rows == 2 && f.n_columns == 2 && f.n_left_out == 3);
    assert_string_equal(f.column[0].name, "a");
    assert_string_equal(f.column[1].name, "e");
    check_close(f.column[1].number[1], 8.0, 0, 0, "a matrix of one column is a vector");
    assert_string_equal(f.left_out[0], "b");
    assert_string_equal(f.left_out[1], "c");
    assert_string_equal(f.left_out[2], "d");
    tn_frame_free(&f);
    free(bytes);
    bytes = read_bytes("no-rows.rds", &n);
    assert_int_equal(tn_frame_read_memory(&f, "no-rows.rds", bytes, n, NULL, &err), 0);
    assert_true(f.n_rows == 0 && f.n_columns == 1);
    assert_string_equal(f.column[0].name, "a");
    tn_frame_free(&f);
    free(bytes);
}

static void fail_every_allocation(const char *name, const void *bytes, size_t n)
{
    for (long k = 1;; k++) {
        tn_frame_t f;
        tn_error_t err = {0};
        tn_mem_fail_at(k);
        const int ret = tn_frame_read_memory(&f, name, bytes, n, NULL, &err);
        tn_mem_fail_at(0);
        if (ret == 0) {
            tn_frame_free(&f);
            assert_true(k > 10);
            return;
        }
        assert_int_equal(ret, TN_ENOMEM);
        assert_non_null(strstr(err.message, ": out of memory"));
        assert_null(f.column);
    }
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    static const char *const names[] = {"types.dta", "types.sav", "types.rds", "types-xz.rds",
        "no-rows.rds", "compact.rds", "lists.rds"};
    const char text[] = "a,b,c\n1,x,2020-01-01\n2,y,2020-01-02\nNA,x,NA\n";
    fail_every_allocation("a.csv", text, sizeof text - 1);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t n;
        unsigned char *bytes = read_bytes(names[k], &n);
        fail_every_allocation(names[k], bytes, n);
        free(bytes);
    }
}

/* R 4.2.2: dim(read.csv(file)); sum(as.numeric(x), na.rm = TRUE) of the column; distinct texts. */
static void the_real_files_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t n_rows;
        int n_columns;
        const char *number;
        double sum;
        const char *text;
        int n_levels;
    } files[] = {
        {"data/archigos_full.csv", 3409, 27, "ccode", 1243293.0, "exit", 8},
        {"data/cline_coup_project_2.1.2.csv", 981, 29, "year", 1941509.0, "event_type", 3},
        {"data/wikidata_leaders_2025_10.csv", 9376, 9, NULL, 0.0, "role", 2},
        {"data/reign_country_year.csv", 11031, 30, "age", 626393.0, NULL, 0},
        {"data/Archigos_4.1_stata14.dta", 3409, 28, "ccode", 1243293.0, "idacr", 189},
        {"data/archigos.rda", 3409, 11, "gwcode", 1243293.0, "exit", 8},
        {"data/bscoup.rda", 5463, 14, "year", 10823522.0, NULL, 0},
        {"reference/datasets/pbc.csv", 418, 21, "bili", 1346.3, "sex", 2},
    };
    const char *shared = getenv("TENURE_SHARED");
    if (shared == NULL) skip();
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        tn_frame_t f;
        tn_error_t err = {0};
        char path[1024];
        double sum = 0.0;
        (void)snprintf(path, sizeof path, "%s/%s", shared, files[k].file);
        if (tn_frame_read(&f, path, NULL, &err) < 0) fail_msg("%s", err.message);
        assert_int_equal(f.n_rows, files[k].n_rows);
        assert_int_equal(f.n_columns, files[k].n_columns);
        for (size_t i = 0; files[k].number != NULL && i < f.n_rows; i++) {
            const double x = column(&f, files[k].number)->number[i];
            if (!isnan(x)) sum += x;
        }
        check_close(sum, files[k].sum, 1e-12, 0.0, "a sum in another order");
        if (files[k].text != NULL)
            assert_int_equal(column(&f, files[k].text)->n_levels, files[k].n_levels);
        tn_frame_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_text_dates_and_gaps),
        cmocka_unit_test(delimiters_marks_and_line_ends),
        cmocka_unit_test(names_become_different),
        cmocka_unit_test(line_breaks_in_quotes_are_counted),
        cmocka_unit_test(numbers_do_not_guess),
        cmocka_unit_test(broken_files_are_explained),
        cmocka_unit_test(too_many_columns_are_refused),
        cmocka_unit_test(kinds_go_by_name_or_option),
        cmocka_unit_test(types_come_through),
        cmocka_unit_test(damaged_files_are_explained),
        cmocka_unit_test(objects_of_r_are_chosen_by_name),
        cmocka_unit_test(lengths_are_not_taken_at_their_word),
        cmocka_unit_test(compact_vectors_of_r_are_read_in_full),
        cmocka_unit_test(columns_that_are_no_vectors_are_left_out),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(the_real_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
