/* The face on SQLite: schema versions, transactions, values, errors. Files live in a folder of the
 * test's own. SQLite gets an allocator that can be made to fail. */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "io/sqlite.h"

#define APPLICATION 0x54455354 /* "TEST" */

static const char *const migrations[] = {
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size REAL);"
    "CREATE TABLE part (thing INTEGER NOT NULL REFERENCES thing (id));",
    "ALTER TABLE thing ADD COLUMN colour TEXT;",
};
static const tn_sqlite_schema_t version_1 = {"box", APPLICATION, migrations, 1};
static const tn_sqlite_schema_t version_2 = {"box", APPLICATION, migrations, 2};
static const tn_sqlite_schema_t other = {"hat", APPLICATION + 1, migrations, 1};

static char folder[64];
static char path[80];

/* ---- an allocator that fails from the k-th allocation on ---- */

static sqlite3_mem_methods plain;
static long n_left = -1; /* allocations until failure; -1: never */

static bool must_fail(void)
{
    if (n_left > 0) n_left--;
    return n_left == 0;
}
static void *failing_malloc(int n) { return must_fail() ? NULL : plain.xMalloc(n); }
static void *failing_realloc(void *p, int n) { return must_fail() ? NULL : plain.xRealloc(p, n); }

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain), SQLITE_OK);
    sqlite3_mem_methods failing = plain;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    /* in memory where there is such a folder: every commit is synced to disk */
    const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof folder, "%s/tenure-sqlite-XXXXXX", top);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/box.db", folder);
    return 0;
}

static int no_file(void **state)
{
    char name[96];
    (void)state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)no_file(state);
    return rmdir(folder);
}

static void write_file(const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

static tn_sqlite_t open_box(tn_sqlite_mode_t mode, const tn_sqlite_schema_t *schema)
{
    tn_sqlite_t db;
    tn_error_t err = {0};
    const int ret = tn_sqlite_open(&db, path, mode, schema, &err);
    if (ret != 0) print_error("%s\n", err.message);
    assert_int_equal(ret, 0);
    return db;
}

static void check_refused(
    tn_sqlite_mode_t mode, const tn_sqlite_schema_t *schema, int code, const char *words)
{
    tn_sqlite_t db;
    tn_error_t err = {0};
    assert_int_equal(tn_sqlite_open(&db, path, mode, schema, &err), code);
    if (strstr(err.message, words) == NULL || strstr(err.message, path) == NULL) {
        fail_msg("'%s' does not name the file and '%s'", err.message, words);
    }
    tn_sqlite_close(&db);
    assert_null(db.db);
}

static int64_t count(tn_sqlite_t *db, const char *sql)
{
    tn_statement_t s;
    assert_int_equal(tn_statement_init(&s, db, sql, NULL), 0);
    assert_int_equal(tn_statement_step(&s, NULL), 1);
    const int64_t n = tn_statement_integer(&s, 0);
    tn_statement_free(&s);
    return n;
}

static int add(tn_sqlite_t *db, const char *name, double size, tn_error_t *err)
{
    tn_statement_t s;
    int ret = tn_statement_init(&s, db, "INSERT INTO thing (name, size) VALUES (?, ?)", err);
    if (ret == 0) {
        tn_statement_bind_text(&s, 1, name);
        tn_statement_bind_number(&s, 2, size);
        ret = tn_statement_run(&s, err);
    }
    tn_statement_free(&s);
    return ret;
}

static void values_come_back_as_they_were(void **state)
{
    tn_statement_t s;
    size_t n = 0;
    (void)state;
    tn_sqlite_t db = open_box(TN_SQLITE_CREATE, &version_1);
    assert_int_equal(add(&db, "a'b\"; DROP TABLE thing; --\xc3\xa9", 0.1, NULL), 0);
    assert_int_equal(tn_sqlite_last_rowid(&db), 1);
    assert_int_equal(add(&db, "", NAN, NULL), 0);
    assert_int_equal(tn_statement_init(&s, &db, "SELECT id, name, size FROM thing", NULL), 0);
    assert_int_equal(tn_statement_step(&s, NULL), 1);
    assert_int_equal(tn_statement_integer(&s, 0), 1);
    assert_string_equal(tn_statement_text(&s, 1, &n), "a'b\"; DROP TABLE thing; --\xc3\xa9");
    assert_int_equal(n, 28);
    check_close(tn_statement_number(&s, 2), 0.1, 0.0, 0.0, "the same bits");
    assert_int_equal(tn_statement_step(&s, NULL), 1);
    assert_string_equal(tn_statement_text(&s, 1, NULL), "");
    assert_true(tn_statement_is_null(&s, 2));
    assert_true(isnan(tn_statement_number(&s, 2)));
    assert_int_equal(tn_statement_step(&s, NULL), 0);
    tn_statement_free(&s);

    assert_int_equal(tn_statement_init(&s, &db, "SELECT ?, ?, ?, ?", NULL), 0);
    tn_statement_bind_integer(&s, 1, INT64_MIN);
    tn_statement_bind_bytes(&s, 2, "a\0b", 3);
    tn_statement_bind_null(&s, 3);
    tn_statement_bind_text(&s, 4, NULL);
    assert_int_equal(tn_statement_step(&s, NULL), 1);
    assert_true(tn_statement_integer(&s, 0) == INT64_MIN);
    const char *bytes = tn_statement_text(&s, 1, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(bytes, "a\0b", 3);
    assert_true(tn_statement_is_null(&s, 2) && tn_statement_is_null(&s, 3));
    tn_statement_free(&s);
    tn_sqlite_close(&db);
}

static void files_keep_their_schema_and_are_brought_up_to_date(void **state)
{
    (void)state;
    tn_sqlite_t db = open_box(TN_SQLITE_CREATE, &version_1);
    assert_int_equal(add(&db, "old", 1.0, NULL), 0);
    tn_sqlite_close(&db);
    check_refused(TN_SQLITE_READ, &version_2, TN_EDB, "older program");
    db = open_box(TN_SQLITE_WRITE, &version_2);
    assert_int_equal(count(&db, "SELECT count(*) FROM thing WHERE colour IS NULL"), 1);
    assert_int_equal(count(&db, "PRAGMA user_version"), 2);
    assert_int_equal(count(&db, "PRAGMA application_id"), APPLICATION);
    assert_int_equal(count(&db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(count(&db, "PRAGMA synchronous"), 2);
    tn_sqlite_close(&db);
    check_refused(TN_SQLITE_READ, &version_1, TN_EDB, "newer program: schema version 2");
    check_refused(TN_SQLITE_CREATE, &version_1, TN_EDB, "newer program");
    check_refused(TN_SQLITE_CREATE, &other, TN_EDB, "not a hat");
}

static void files_of_others_are_refused_and_left_alone(void **state)
{
    static const char text[] = "this is no database, but it is long enough to have a header of one "
                               "hundred bytes, if it were one at all, which it is not.";
    char header[16];
    (void)state;
    check_refused(TN_SQLITE_READ, &version_1, TN_EIO, "unable to open");
    check_refused(TN_SQLITE_WRITE, &version_1, TN_EIO, "unable to open");
    assert_int_not_equal(access(path, F_OK), 0);
    write_file(text, sizeof text);
    check_refused(TN_SQLITE_CREATE, &version_1, TN_EDB, "not a SQLite database");
    check_refused(TN_SQLITE_READ, &version_1, TN_EDB, "not a SQLite database");
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(header, 1, sizeof header, in), sizeof header);
    assert_int_equal(fclose(in), 0);
    assert_memory_equal(header, text, sizeof header);
    write_file("", 0);
    check_refused(TN_SQLITE_READ, &version_1, TN_EDB, "an empty file");
    (void)no_file(state);

    sqlite3 *foreign = NULL;
    assert_int_equal(sqlite3_open(path, &foreign), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "CREATE TABLE x (y)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    check_refused(TN_SQLITE_CREATE, &version_1, TN_EDB, "not a box");
}

static void a_file_cut_short_is_an_error(void **state)
{
    (void)state;
    tn_sqlite_t db = open_box(TN_SQLITE_CREATE, &version_1);
    tn_sqlite_close(&db);
    assert_int_equal(truncate(path, 4096), 0);
    check_refused(TN_SQLITE_READ, &version_1, TN_EDB, "malformed");
    assert_int_equal(truncate(path, 50), 0);
    check_refused(TN_SQLITE_CREATE, &version_1, TN_EDB, "malformed");
}

static void what_is_not_committed_is_gone(void **state)
{
    (void)state;
    tn_sqlite_t db = open_box(TN_SQLITE_CREATE, &version_1);
    tn_sqlite_rollback(&db); /* nothing to roll back */
    assert_int_equal(tn_sqlite_begin(&db, NULL), 0);
    assert_int_equal(add(&db, "a", 1.0, NULL), 0);
    tn_sqlite_rollback(&db);
    assert_int_equal(count(&db, "SELECT count(*) FROM thing"), 0);
    assert_int_equal(tn_sqlite_begin(&db, NULL), 0);
    assert_int_equal(add(&db, "b", 1.0, NULL), 0);
    assert_int_equal(tn_sqlite_commit(&db, NULL), 0);
    assert_int_equal(tn_sqlite_begin(&db, NULL), 0);
    assert_int_equal(add(&db, "c", 1.0, NULL), 0);
    tn_sqlite_close(&db);
    db = open_box(TN_SQLITE_READ, &version_1);
    assert_int_equal(count(&db, "SELECT count(*) FROM thing"), 1);
    tn_sqlite_close(&db);
}

static void a_reader_sees_one_state_while_another_writes(void **state)
{
    (void)state;
    tn_sqlite_t writer = open_box(TN_SQLITE_CREATE, &version_1);
    tn_sqlite_t reader = open_box(TN_SQLITE_READ, &version_1);
    assert_int_equal(tn_sqlite_begin_read(&reader, NULL), 0);
    assert_int_equal(count(&reader, "SELECT count(*) FROM thing"), 0);
    assert_int_equal(add(&writer, "a", 1.0, NULL), 0);
    assert_int_equal(count(&reader, "SELECT count(*) FROM thing"), 0);
    assert_int_equal(tn_sqlite_commit(&reader, NULL), 0);
    assert_int_equal(count(&reader, "SELECT count(*) FROM thing"), 1);
    tn_sqlite_close(&reader);
    tn_sqlite_close(&writer);
}

static void refusals_say_why_and_leave_the_statement_usable(void **state)
{
    tn_error_t err = {0};
    (void)state;
    tn_sqlite_t db = open_box(TN_SQLITE_CREATE, &version_1);
    assert_int_equal(add(&db, "a", 1.0, NULL), 0);
    assert_int_equal(add(&db, "a", 2.0, &err), TN_EDB);
    assert_non_null(strstr(err.message, "UNIQUE constraint failed: thing.name"));
    assert_int_equal(add(&db, NULL, 2.0, &err), TN_EDB);
    assert_non_null(strstr(err.message, "NOT NULL"));
    assert_int_equal(tn_sqlite_run(&db, "INSERT INTO part VALUES (99)", &err), TN_EDB);
    assert_non_null(strstr(err.message, "FOREIGN KEY"));
    assert_int_equal(tn_sqlite_run(&db, "SELEC 1", &err), TN_EINTERNAL);
    assert_int_equal(tn_sqlite_commit(&db, &err), TN_EINTERNAL);
    tn_statement_t s;
    assert_int_equal(tn_statement_init(&s, &db, "SELECT nothing FROM nowhere", &err), TN_EINTERNAL);
    tn_statement_free(&s);
    assert_int_equal(tn_statement_init(&s, &db, "INSERT INTO thing (name) VALUES (?)", NULL), 0);
    tn_statement_bind_text(&s, 2, "no such place");
    assert_int_equal(tn_statement_run(&s, &err), TN_EINTERNAL);
    tn_statement_bind_text(&s, 1, "a");
    assert_int_equal(tn_statement_run(&s, &err), TN_EDB);
    tn_statement_bind_text(&s, 1, "b");
    assert_int_equal(tn_statement_run(&s, &err), 0);
    tn_statement_free(&s);
    tn_statement_free(NULL);
    tn_sqlite_close(NULL);
    tn_sqlite_close(&db);
}

/* Open, write, read: what an allocation may interrupt. */
static int whole_use(void)
{
    tn_sqlite_t db;
    tn_statement_t s = {0};
    int ret = tn_sqlite_open(&db, path, TN_SQLITE_CREATE, &version_2, NULL);
    if (ret == 0) ret = tn_sqlite_begin(&db, NULL);
    if (ret == 0) ret = add(&db, "a", 1.0, NULL);
    if (ret == 0) ret = tn_sqlite_commit(&db, NULL);
    if (ret == 0) ret = tn_statement_init(&s, &db, "SELECT name FROM thing", NULL);
    if (ret == 0) ret = tn_statement_step(&s, NULL);
    if (ret == 1) ret = tn_statement_text(&s, 0, NULL) != NULL ? 0 : TN_ENOMEM;
    tn_statement_free(&s);
    tn_sqlite_close(&db);
    return ret;
}

static void without_memory_every_step_fails_cleanly(void **state)
{
    int ret = TN_ENOMEM;
    tn_mem_fail_at(1);
    assert_int_equal(whole_use(), TN_ENOMEM);
    tn_mem_fail_at(0);
    long k = 0;
    while (ret != 0 && k < 100000) {
        (void)no_file(state);
        n_left = ++k;
        ret = whole_use();
        n_left = -1;
        /* SQLite reports memory that lacks while it looks for a file as a failed opening */
        if (ret != 0 && ret != TN_ENOMEM && ret != TN_EIO) fail_msg("k = %ld: code %d", k, ret);
    }
    assert_int_equal(ret, 0);
    assert_true(k > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values_come_back_as_they_were, no_file),
        cmocka_unit_test_teardown(files_keep_their_schema_and_are_brought_up_to_date, no_file),
        cmocka_unit_test_teardown(files_of_others_are_refused_and_left_alone, no_file),
        cmocka_unit_test_teardown(a_file_cut_short_is_an_error, no_file),
        cmocka_unit_test_teardown(what_is_not_committed_is_gone, no_file),
        cmocka_unit_test_teardown(a_reader_sees_one_state_while_another_writes, no_file),
        cmocka_unit_test_teardown(refusals_say_why_and_leave_the_statement_usable, no_file),
        cmocka_unit_test_teardown(without_memory_every_step_fails_cleanly, no_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
